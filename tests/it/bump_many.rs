//! `release bump` of more files than anybody would want as objects of their own.

use crate::support::sandbox::Sandbox;

#[test]
fn a_change_of_many_files_is_whole_and_can_be_taken_back() {
    let sandbox = Sandbox::with(&[
        ("pyproject.toml", "[project]\nname = \"acme\"\nversion = \"1.2.3\"\n"),
        ("release.toml", "[[references]]\npath = \"docs/*.md\"\nmatch = \"acme=={version}\"\nexpect = 100\n"),
    ]);
    for number in 0..100 {
        // One of them has line ends that a filter could touch.
        let end = if number == 7 { "\r\n" } else { "\n" };
        sandbox.write(&format!("docs/page{number}.md"), format!("acme==1.2.3{end}other==1.2.3{end}"));
    }
    sandbox.commit("feat: pages");
    sandbox.git(&["tag", "v1.2.2"]);
    let before = sandbox.git(&["ls-tree", "-r", "HEAD"]);
    sandbox.release(&["bump", "minor"]).success();
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "");
    assert_eq!(sandbox.git(&["grep", "-c", "acme==1.3.0", "HEAD", "--", "docs"]).lines().count(), 100);
    assert_eq!(sandbox.read("docs/page7.md"), "acme==1.3.0\r\nother==1.2.3\r\n");
    sandbox.git(&["fsck", "--strict"]);
    sandbox.release(&["bump", "--undo"]).success();
    assert_eq!(sandbox.git(&["ls-tree", "-r", "HEAD"]), before);
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "");
}

#[test]
fn the_blobs_of_many_files_are_one_pack_that_git_reads() {
    let sandbox = Sandbox::with(&[
        ("pyproject.toml", "[project]\nname = \"acme\"\nversion = \"1.2.3\"\n"),
        ("release.toml", "[[references]]\npath = \"docs/**/*.md\"\nmatch = \"acme=={version}\"\nexpect = 150\n"),
    ]);
    // Sizes around those where the header of an entry grows; two files that are the same, one that a filter changes.
    for number in 0..150_usize {
        let size = [12, 16, 17, 2_047, 2_048, 2_049, 262_144, 300_000][number % 8] + number / 8;
        let text = format!("acme==1.2.3\n{}", number.to_string().repeat(size)).chars().take(size).collect::<String>();
        let text = if (20..22).contains(&number) { "acme==1.2.3\nthe same\n".to_owned() } else { text };
        sandbox.write(&format!("docs/{}/page{number}.md", number % 3), text);
    }
    sandbox.write("docs/0/page9.md", "acme==1.2.3\r\nwindows\r\n");
    sandbox.write(".gitattributes", "page9.md text\n");
    sandbox.commit("feat: pages");
    sandbox.git(&["gc", "-q"]);
    sandbox.release(&["bump", "minor"]).success();
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "");
    let packs = || {
        let lines = sandbox.git(&["count-objects", "-v"]);
        let value = |key: &str| lines.lines().find_map(|line| line.strip_prefix(key)?.parse::<usize>().ok());
        (value("packs: ").expect("a line"), value("count: ").expect("a line"))
    };
    let (count, loose) = packs();
    assert_eq!(count, 2);
    assert!(loose < 20, "{loose} objects are files of their own");
    sandbox.git(&["fsck", "--full", "--strict"]);
    let folder = sandbox.repo().join(".git/objects/pack");
    let names: Vec<String> = std::fs::read_dir(&folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"))
        .collect();
    assert!(names.iter().all(|name| name.starts_with("pack-")), "{names:?}");
    for index in names.iter().filter(|name| name.ends_with(".idx")) {
        sandbox.git(&["verify-pack", &format!(".git/objects/pack/{index}")]);
    }
    for number in [0, 7, 20, 149] {
        let path = format!("docs/{}/page{number}.md", number % 3);
        assert_eq!(sandbox.git(&["show", &format!("HEAD:{path}")]).trim_end(), sandbox.read(&path).trim_end());
    }
    assert_eq!(sandbox.git(&["show", "HEAD:docs/0/page9.md"]).trim_end(), "acme==1.3.0\nwindows");
    // The same again: the objects are there, so no pack is written a second time.
    sandbox.release(&["bump", "--undo"]).success();
    sandbox.release(&["bump", "minor"]).success();
    assert_eq!(packs().0, 2);
    sandbox.git(&["gc", "-q", "--prune=now"]);
    sandbox.git(&["fsck", "--full", "--strict"]);
}
