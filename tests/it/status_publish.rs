//! `release status publish`: beside what is there, never backwards, never by force.

use std::os::unix::fs::PermissionsExt;

use expect_test::expect;

use crate::status_build::{corpus, sandbox};
use crate::support::Sandbox;
use crate::support::pages::{Pages, Reply};

/// A project with a built status, and a bare remote whose `gh-pages` has a site already.
fn with_remote() -> Sandbox {
    let sandbox = sandbox();
    sandbox.release(&["status", "build", "--db", &corpus()]).success();
    let origin = sandbox.path("origin.git").display().to_string();
    sandbox.git(&["init", "-q", "--bare", "-b", "main", &origin]);
    sandbox.git(&["remote", "add", "origin", &origin]);
    sandbox.git(&["push", "-q", "origin", "main"]);
    let site = sandbox.path("site").display().to_string();
    sandbox.git(&["clone", "-q", &origin, &site]);
    in_site(&sandbox, &["switch", "-q", "--orphan", "gh-pages"]);
    commit_in_site(&sandbox, "docs/index.html", "documentation");
    commit_in_site(&sandbox, "security-status/CNAME-like.txt", "of somebody else");
    in_site(&sandbox, &["push", "-q", "origin", "gh-pages"]);
    sandbox
}

fn in_site(sandbox: &Sandbox, arguments: &[&str]) -> String {
    let site = sandbox.path("site").display().to_string();
    sandbox.git(&[&["-C", &site], arguments].concat())
}

fn commit_in_site(sandbox: &Sandbox, path: &str, text: &str) {
    let file = sandbox.path("site").join(path);
    std::fs::create_dir_all(file.parent().expect("it has a folder")).expect("a folder");
    std::fs::write(file, text).expect("a file");
    in_site(sandbox, &["add", "-A"]);
    in_site(sandbox, &["commit", "-q", "-m", path]);
}

fn served(sandbox: &Sandbox, path: &str) -> String {
    let origin = sandbox.path("origin.git").display().to_string();
    sandbox.git(&["-C", &origin, "show", &format!("gh-pages:{path}")])
}

/// Commits are made at a fixed time, but their ids say nothing to a reader.
fn hide(text: &str) -> String {
    let hash = |word: &str| word.len() == 40 && word.chars().all(|c| c.is_ascii_hexdigit());
    let words = text.split_inclusive([' ', '\n']);
    words.map(|word| if hash(word.trim()) { word.replace(word.trim(), "COMMIT") } else { word.to_owned() }).collect()
}

#[test]
fn to_a_folder_beside_what_is_there() {
    let mut sandbox = sandbox();
    expect![[r#"
        ------- stderr -------
        error[status/not-built]: there is no `security-status/schema/v1.json` in `[ROOT]/repo/public`
          hint: run `release status build` first, or name its folder with `--from DIR`
        [exit status: 3]
    "#]]
    .assert_eq(&sandbox.release(&["status", "publish", "--to", "dir", "site"]).to_string());
    sandbox.release(&["status", "build", "--db", &corpus()]).success();
    sandbox.write("site/index.html", "documentation");
    sandbox.write("site/security-status/own.txt", "of somebody else");
    expect![[r#"
        sequence 1: 15 files written
    "#]]
    .assert_eq(&sandbox.release(&["status", "publish", "--to", "dir", "site"]).to_string());
    assert_eq!(sandbox.read("site/index.html"), "documentation");
    assert_eq!(sandbox.read("site/security-status/own.txt"), "of somebody else");
    assert_eq!(sandbox.read("site/security-status/index.json"), sandbox.read("public/security-status/index.json"));
    expect![[r#"
        sequence 1 was there already
    "#]]
    .assert_eq(&sandbox.release(&["status", "publish", "--to", "dir", "site"]).to_string());
    // An older one does not replace a newer one.
    sandbox.set("RELEASE_NOW", "2024-10-17T12:00:00Z");
    sandbox.release(&["status", "build", "--db", &corpus(), "--out", "newer", "--previous", "site"]).success();
    sandbox.release(&["status", "publish", "--to", "dir", "site", "--from", "newer"]).success();
    let before = sandbox.snapshot();
    expect![[r#"
        ------- stderr -------
        error[status/older]: sequence 2 is published already, and 1 was built
          hint: build it again on top of what is published: `release status build --previous URL|DIR`
        [exit status: 1]
    "#]]
    .assert_eq(&sandbox.release(&["status", "publish", "--to", "dir", "site"]).to_string());
    assert!(before == sandbox.snapshot());
    expect![[r#"
        ------- stderr -------
        error[cli/usage]: `--to dir` needs a folder
          hint: name it: `release status publish --to dir DIR`
        [exit status: 2]
    "#]]
    .assert_eq(&sandbox.release(&["status", "publish", "--to", "dir"]).to_string());
}

#[test]
fn to_a_branch_in_one_commit_beside_what_is_there() {
    let sandbox = with_remote();
    let publish = ["status", "publish", "--to", "branch"];
    expect![[r#"
        would put 15 files on branch `gh-pages` of `origin`, beside what it has
        ------- stderr -------
        dry run: nothing was done
    "#]]
    .assert_eq(&sandbox.release(&[&publish[..], &["--dry-run"]].concat()).to_string());
    let local = sandbox.git(&["for-each-ref"]);
    expect![[r#"
        sequence 1 pushed as COMMIT
    "#]]
    .assert_eq(&hide(&sandbox.release(&publish).to_string()));
    assert_eq!(served(&sandbox, "docs/index.html"), "documentation");
    assert_eq!(served(&sandbox, "security-status/CNAME-like.txt"), "of somebody else");
    assert_eq!(served(&sandbox, "security-status/index.json"), sandbox.read("public/security-status/index.json"));
    let origin = sandbox.path("origin.git").display().to_string();
    let log = sandbox.git(&["-C", &origin, "log", "--format=%an %s", "gh-pages"]);
    assert_eq!(log.lines().next(), Some("Ana Tester status: sequence 1"), "{log}");
    assert_eq!(log.lines().count(), 3);
    // No branch and no tag of ours changed; the ledger has an entry, once. Git notes where the remote stands.
    let after = sandbox.git(&["for-each-ref"]);
    let ours = |all: &str| -> Vec<String> {
        let names = all.lines().filter(|line| line.contains("refs/heads/") || line.contains("refs/tags/"));
        names.map(str::to_owned).collect()
    };
    assert_eq!(ours(&after), ours(&local));
    assert_eq!(after.matches("refs/release/").count(), 1, "{after}");
    expect![[r#"
        sequence 1 was there already
    "#]]
    .assert_eq(&sandbox.release(&publish).to_string());
    assert_eq!(sandbox.git(&["for-each-ref"]), after);
    assert!(!sandbox.repo().join(".git/FETCH_HEAD").exists() && !sandbox.repo().join(".git/shallow").exists());
}

#[test]
fn to_a_branch_that_is_not_there_yet() {
    let sandbox = with_remote();
    sandbox.release(&["status", "publish", "--to", "branch", "--branch", "status"]).success();
    let origin = sandbox.path("origin.git").display().to_string();
    let names = sandbox.git(&["-C", &origin, "ls-tree", "-r", "--name-only", "status"]);
    assert_eq!(names.lines().count(), 15, "{names}");
}

#[test]
fn somebody_who_pushes_at_the_same_time_loses_nothing() {
    let mut sandbox = with_remote();
    // Another push lands between our look and our push, twice: a git that does it first.
    commit_in_site(&sandbox, "docs/one.html", "one");
    let one = in_site(&sandbox, &["rev-parse", "HEAD"]).trim().to_owned();
    commit_in_site(&sandbox, "docs/two.html", "two");
    let site = sandbox.path("site").display().to_string();
    let count = sandbox.path("count").display().to_string();
    rival(
        &mut sandbox,
        &format!(
            "echo x >> {count}; case $(wc -l < {count}) in *1) $real -C {site} push -q origin {one}:gh-pages;; *2) $real -C {site} push -q origin gh-pages;; esac"
        ),
    );
    let output = sandbox.release(&["status", "publish", "--to", "branch", "-v"]);
    assert_eq!(output.code, 0, "{output}");
    for (path, text) in [("docs/one.html", "one"), ("docs/two.html", "two"), ("docs/index.html", "documentation")] {
        assert_eq!(served(&sandbox, path), text);
    }
    assert_eq!(served(&sandbox, "security-status/index.json"), sandbox.read("public/security-status/index.json"));
    assert_eq!(std::fs::read_to_string(&count).expect("it was written").lines().count(), 3);
}

#[test]
fn who_is_overtaken_each_time_gives_up_and_forces_nothing() {
    let mut sandbox = with_remote();
    let site = sandbox.path("site").display().to_string();
    rival(
        &mut sandbox,
        &format!("$real -C {site} commit -q --allow-empty -m more; $real -C {site} push -q origin gh-pages"),
    );
    let output = sandbox.release(&["status", "publish", "--to", "branch"]);
    expect![[r#"
        ------- stderr -------
        error[status/rejected]: branch `gh-pages` of `origin` moved each time the status was pushed
          cause: [rejected] (fetch first)
          hint: run the same command again
        [exit status: 1]
    "#]]
    .assert_eq(&output.to_string());
    let origin = sandbox.path("origin.git").display().to_string();
    let log = sandbox.git(&["-C", &origin, "log", "--format=%s", "gh-pages"]);
    assert_eq!(log.lines().filter(|line| *line == "more").count(), 4, "{log}");
}

/// Puts a git on PATH that does something before each push of ours.
fn rival(sandbox: &mut Sandbox, before_push: &str) {
    let path = sandbox
        .command(&[])
        .get_envs()
        .find_map(|(name, value)| (name == "PATH").then(|| value?.to_str().map(str::to_owned)))
        .flatten()
        .expect("a PATH");
    let real = path.split(':').map(|dir| format!("{dir}/git")).find(|file| std::path::Path::new(file).is_file());
    let bin = sandbox.path("rival");
    std::fs::create_dir(&bin).expect("a folder");
    let script = format!(
        "#!/bin/sh\nreal={}\ncase \" $* \" in *\" push \"*)\n{before_push}\n;; esac\nexec $real \"$@\"\n",
        real.expect("git is installed")
    );
    std::fs::write(bin.join("git"), script).expect("a file");
    std::fs::set_permissions(bin.join("git"), std::fs::Permissions::from_mode(0o755)).expect("a mode");
    sandbox.set("PATH", format!("{}:{path}", bin.display()));
}

#[test]
fn hooks_do_not_run_and_refusals_of_the_remote_are_told() {
    let sandbox = with_remote();
    let hook = |path: std::path::PathBuf, text: &str| {
        std::fs::create_dir_all(path.parent().expect("it has a folder")).expect("a folder");
        std::fs::write(&path, text).expect("a file");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("a mode");
    };
    hook(sandbox.repo().join(".git/hooks/pre-push"), "#!/bin/sh\ntouch \"$HOME/ran\"\nexit 1\n");
    hook(sandbox.path("origin.git/hooks/pre-receive"), "#!/bin/sh\necho 'this branch is protected' >&2\nexit 1\n");
    let output = sandbox.release(&["status", "publish", "--to", "branch"]);
    assert_eq!((output.code, output.stderr.contains("this branch is protected")), (1, true), "{output}");
    assert!(output.stderr.contains("status/push"), "{output}");
    assert!(!sandbox.path("home/ran").exists());
    std::fs::remove_file(sandbox.path("origin.git/hooks/pre-receive")).expect("it is there");
    sandbox.release(&["status", "publish", "--to", "branch"]).success();
    let missing = sandbox.release(&["status", "publish", "--to", "branch", "nowhere.git", "--format", "json"]);
    assert_eq!((missing.code, missing.failure_code()), (1, "status/push".to_owned()));
}

#[test]
fn an_older_one_does_not_replace_a_newer_one_on_a_branch() {
    let mut sandbox = with_remote();
    sandbox.set("RELEASE_NOW", "2024-10-17T12:00:00Z");
    sandbox.release(&["status", "build", "--db", &corpus(), "--out", "newer", "--previous", "public"]).success();
    sandbox.release(&["status", "publish", "--to", "branch", "--from", "newer"]).success();
    expect![[r#"
        ------- stderr -------
        error[status/older]: sequence 2 is published already, and 1 was built
          hint: build it again on top of what is published: `release status build --previous URL|DIR`
        [exit status: 1]
    "#]]
    .assert_eq(&sandbox.release(&["status", "publish", "--to", "branch"]).to_string());
    assert_eq!(served(&sandbox, "security-status/index.json").matches("\"sequence\": 2").count(), 1);
}

#[test]
fn a_given_time_does_not_leave_the_machine() {
    let sandbox = with_remote();
    for remote in ["https://example.org/demo.git", "git@example.org:demo.git", "ssh://git@example.org/demo"] {
        let output = sandbox.release(&["status", "publish", "--to", "branch", remote, "--format", "json"]);
        assert_eq!((output.code, output.failure_code()), (1, "status/given-clock".to_owned()), "{remote}");
    }
    let output = sandbox.release(&["status", "publish", "--to", "branch", "https://ana:word@example.org/demo.git"]);
    assert_eq!(output.code, 2);
    assert!(!output.to_string().contains("word@"), "{output}");
}

#[test]
fn pages_waits_until_it_is_served() {
    let sandbox = with_remote();
    let mirror = sandbox.path("mirror");
    std::fs::create_dir_all(&mirror).expect("a folder");
    // Nothing is served at the first two looks.
    let pages = Pages::start(&sandbox.repo().join("public"), |number| {
        if number < 2 { Reply::Said(404, String::new()) } else { Reply::File }
    });
    let output = sandbox.release(&["status", "publish", "--to", "pages", "--url", &pages.url(), "--wait", "30"]);
    expect![[r#"
        sequence 1 pushed as COMMIT
        sequence 1 is served
    "#]]
    .assert_eq(&hide(&output.to_string()).replace(&pages.url(), "URL/"));
    let never = Pages::start(&mirror, |_| Reply::File);
    let output = sandbox.release(&["status", "publish", "--to", "pages", "--url", &never.url(), "--wait", "0"]);
    expect![[r#"
        sequence 1 was there already
        no status is served yet: run the same command again later
        ------- stderr -------
        part has landed: run the same command again to continue
        [exit status: 4]
    "#]]
    .assert_eq(&hide(&output.to_string()).replace(&never.url(), "URL/"));
}

#[test]
fn pages_need_an_address() {
    let sandbox = sandbox();
    sandbox.release(&["status", "build", "--db", &corpus()]).success();
    sandbox.write("pyproject.toml", "[project]\nname = 'demo'\nversion = '1.0'\n");
    let output = sandbox.release(&["status", "publish", "--to", "pages", "--format", "json"]);
    assert_eq!((output.code, output.failure_code()), (3, "status/no-url".to_owned()));
}
