//! `release bump` on a pseudo-terminal: where the project stands, what it asks, and what becomes of the answers.

use expect_test::expect;

use crate::support::{Sandbox, on_a_terminal};

/// A released project with a feature since then.
fn demo() -> Sandbox {
    let sandbox = Sandbox::with(&[
        ("pyproject.toml", "[project]\nname = \"demo\"\nversion = \"1.4.9\"\n"),
        ("README.md", "pip install demo==1.4.9\n"),
        ("release.toml", "[[references]]\npath = \"README.md\"\nmatch = \"demo=={version}\"\n"),
        ("CHANGELOG.md", "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- Something.\n\n## [1.4.9] - 2026-01-02\n"),
    ]);
    sandbox.commit("feat: everything");
    sandbox.git(&["tag", "v1.4.9"]);
    sandbox.write("new.py", "");
    sandbox.git(&["add", "."]);
    sandbox.git(&[
        "commit",
        "-qm",
        "feat: a thing that has a long name, so long that the line that tells of it has to be cut somewhere",
    ]);
    sandbox
}

/// What was shown, without colour; it fits on a terminal.
fn asked(sandbox: &Sandbox, arguments: &[&str], keys: &str) -> String {
    let (code, shown) = on_a_terminal(sandbox, arguments, keys);
    let plain = shown.split('\u{1b}').enumerate().map(|(at, part)| match at {
        0 => part,
        _ => part.split_once('m').map_or("", |(_, text)| text),
    });
    let plain = plain.collect::<String>();
    // Sentences wrap by themselves; tables and plans would not be read any more.
    for line in plain.lines().filter(|line| !line.starts_with(['w', 'e']) && !line.starts_with("  hint: ")) {
        // What was typed is as long as it is.
        let shown = line.split('~').next().unwrap_or_default();
        assert!(shown.chars().count() < 80, "{line}");
    }
    // A diff has lines of one space, which the expectations cannot hold.
    let lines = plain.lines().map(|line| format!("{}\n", line.trim_end()));
    format!("{}[exit status: {code}]\n", lines.collect::<String>())
}

#[test]
fn enter_takes_what_the_changes_call_for_and_yes_goes_on() {
    let sandbox = demo();
    expect![[r#"
        demo 1.4.9 on main, 1 commit since v1.4.9
        a feature calls for a minor release: `feat: a thing that has a long name, so l…
           1  minor     1.5.0
           2  major     2.0.0
           3  patch     1.4.10
           4  major,rc  2.0.0rc1
           5  minor,rc  1.5.0rc1
           6  alpha     1.4.10a1
           7  beta      1.4.10b1
           8  rc        1.4.10rc1
           9  pre       1.4.10a1
          10  dev       1.4.10.dev1
          11  post      1.4.9.post1
        ? next version: its number, a kind, a version, or `none` [1]: ~
        ? comment for the commit and the tag [none]: ~
        1.4.9 -> 1.5.0
          CHANGELOG.md:3: + ## [1.5.0] - 2026-11-21
          README.md:1: 1.4.9 -> 1.5.0
          pyproject.toml:3: 1.4.9 -> 1.5.0
        would write 3 files, commit, tag `v1.5.0`
        ? go on: yes, diff, or no [no]: ~yes
        1.4.9 -> 1.5.0
          wrote CHANGELOG.md
          wrote README.md
          wrote pyproject.toml
          committed 100f5afedcf6
          tagged v1.5.0
        ^D
        [exit status: 0]
    "#]]
    .assert_eq(&asked(&sandbox, &["bump"], "\n\nyes\n"));
    assert_eq!(sandbox.git(&["tag", "--points-at", "HEAD"]), "v1.5.0\n");
}

#[test]
fn enter_alone_changes_nothing() {
    let sandbox = demo();
    let before = sandbox.snapshot();
    let shown = asked(&sandbox, &["bump"], "\n\n\n");
    assert!(shown.contains("nothing was changed\n") && shown.ends_with("[exit status: 1]\n"), "{shown}");
    let none = asked(&sandbox, &["bump"], "none\n");
    assert!(none.contains("nothing was changed\n") && none.ends_with("[exit status: 1]\n"), "{none}");
    // The end of input is no answer.
    let end = asked(&sandbox, &["bump"], "2\n");
    assert!(end.contains("plan/no-answer"), "{end}");
    let files = |snapshot: Vec<(std::path::PathBuf, Vec<u8>)>| {
        snapshot.into_iter().filter(|(path, _)| !path.starts_with(".git/")).collect::<Vec<_>>()
    };
    assert_eq!(files(before), files(sandbox.snapshot()));
    assert_eq!(sandbox.git(&["tag"]), "v1.4.9\n");
}

#[test]
fn a_kind_a_version_a_comment_and_the_diff() {
    let sandbox = demo();
    expect![[r#"
        demo 1.4.9 on main, 1 commit since v1.4.9
        a feature calls for a minor release: `feat: a thing that has a long name, so l…
           1  minor     1.5.0
           2  major     2.0.0
           3  patch     1.4.10
           4  major,rc  2.0.0rc1
           5  minor,rc  1.5.0rc1
           6  alpha     1.4.10a1
           7  beta      1.4.10b1
           8  rc        1.4.10rc1
           9  pre       1.4.10a1
          10  dev       1.4.10.dev1
          11  post      1.4.9.post1
        ? next version: its number, a kind, a version, or `none` [1]: ~0
        warning: `0` is no answer: give a number from 1 to 11, a kind or a version
        ? next version: its number, a kind, a version, or `none` [1]: ~1.4
        warning: `1.4` is no answer: give another one: `1.4` is below the current version `1.4.9`
        ? next version: its number, a kind, a version, or `none` [1]: ~2.0.0rc1
        ? comment for the commit and the tag [none]: ~The first of two
        1.4.9 -> 2.0.0rc1
          CHANGELOG.md:3: + ## [2.0.0rc1] - 2026-11-21
          README.md:1: 1.4.9 -> 2.0.0rc1
          pyproject.toml:3: 1.4.9 -> 2.0.0rc1
        would write 3 files, commit
        ? go on: yes, diff, or no [no]: ~perhaps
        warning: `perhaps` is no answer: give `yes`, `diff` or `no`
        ? go on: yes, diff, or no [no]: ~diff
        --- a/CHANGELOG.md
        +++ b/CHANGELOG.md
        @@ -2,6 +2,8 @@

         ## [Unreleased]

        +## [2.0.0rc1] - 2026-11-21
        +
         ### Added

         - Something.
        --- a/README.md
        +++ b/README.md
        @@ -1 +1 @@
        -pip install demo==1.4.9
        +pip install demo==2.0.0rc1
        --- a/pyproject.toml
        +++ b/pyproject.toml
        @@ -1,3 +1,3 @@
         [project]
         name = "demo"
        -version = "1.4.9"
        +version = "2.0.0rc1"
        ? go on: yes, diff, or no [no]: ~y
        1.4.9 -> 2.0.0rc1
          wrote CHANGELOG.md
          wrote README.md
          wrote pyproject.toml
          committed 996d7292c1d5
        ^D
        [exit status: 0]
    "#]]
    .assert_eq(&asked(&sandbox, &["bump", "--no-tag"], "0\n1.4\n2.0.0rc1\nThe first of two\nperhaps\ndiff\ny\n"));
    assert_eq!(sandbox.git(&["log", "-1", "--format=%s%n%b"]), "chore(release): 2.0.0rc1\nThe first of two\n\n");
}

#[test]
fn a_dry_run_asks_and_shows() {
    let sandbox = demo();
    expect![[r#"
        demo 1.4.9 on main, 1 commit since v1.4.9
        a feature calls for a minor release: `feat: a thing that has a long name, so l…
           1  minor     1.5.0
           2  major     2.0.0
           3  patch     1.4.10
           4  major,rc  2.0.0rc1
           5  minor,rc  1.5.0rc1
           6  alpha     1.4.10a1
           7  beta      1.4.10b1
           8  rc        1.4.10rc1
           9  pre       1.4.10a1
          10  dev       1.4.10.dev1
          11  post      1.4.9.post1
        ? next version: its number, a kind, a version, or `none` [1]: ~patch
        CHANGELOG.md:3: + ## [1.4.10] - 2026-11-21
        README.md:1: 1.4.9 -> 1.4.10
        pyproject.toml:3: 1.4.9 -> 1.4.10
        would write 3 files, commit, tag `v1.4.10`
        dry run: nothing was done
        ^D
        [exit status: 0]
    "#]]
    .assert_eq(&asked(&sandbox, &["bump", "-n", "-m", "Said before"], "patch\n"));
    assert_eq!(sandbox.git(&["tag"]), "v1.4.9\n");
}

#[test]
fn what_was_never_tagged_comes_first() {
    let sandbox = demo();
    sandbox.git(&["tag", "-d", "v1.4.9"]);
    let shown = asked(&sandbox, &["bump", "-n"], "\n\n");
    expect![[r#"
        demo 1.4.9 on main, never released
        `1.4.9` is written and was never tagged
           1  --current  1.4.9
           2  major      2.0.0
           3  minor      1.5.0
           4  patch      1.4.10
           5  major,rc   2.0.0rc1
           6  minor,rc   1.5.0rc1
           7  alpha      1.4.10a1
           8  beta       1.4.10b1
           9  rc         1.4.10rc1
          10  pre        1.4.10a1
          11  dev        1.4.10.dev1
          12  post       1.4.9.post1
        ? next version: its number, a kind, a version, or `none` [1]: ~
        ? comment for the commit and the tag [none]: ~
        warning: `Unreleased` (line 3) would not be told of: `CHANGELOG.md` has a section 1.4.9 already
        would tag `v1.4.9`
        dry run: nothing was done
        ^D
        [exit status: 0]
    "#]]
    .assert_eq(&shown);
}

#[test]
fn without_changes_nothing_is_the_default() {
    let sandbox = demo();
    sandbox.git(&["tag", "-f", "v1.4.9"]);
    let shown = asked(&sandbox, &["bump"], "\n");
    expect![[r#"
        demo 1.4.9 on main, 0 commits since v1.4.9
        nothing was committed since the last release
           1  major     2.0.0
           2  minor     1.5.0
           3  patch     1.4.10
           4  major,rc  2.0.0rc1
           5  minor,rc  1.5.0rc1
           6  alpha     1.4.10a1
           7  beta      1.4.10b1
           8  rc        1.4.10rc1
           9  pre       1.4.10a1
          10  dev       1.4.10.dev1
          11  post      1.4.9.post1
        ? next version: its number, a kind, a version, or `none` [none]: ~
        nothing was changed
        ^D
        [exit status: 1]
    "#]]
    .assert_eq(&shown);
}

#[test]
fn of_packages_with_versions_of_their_own_one_is_picked() {
    let sandbox = Sandbox::with(&[
        ("release.toml", "[workspace]\nmembers = [\"one\", \"two\"]\nversions = \"independent\"\n"),
        ("one/pyproject.toml", "[project]\nname = \"demo-one\"\nversion = \"1.0\"\n"),
        ("two/pyproject.toml", "[project]\nname = \"demo-two\"\nversion = \"2.0\"\n"),
    ]);
    sandbox.commit("feat: everything");
    expect![[r#"
           1  demo-one  1.0
           2  demo-two  2.0
        ? package: its number or name [1]: ~3
        warning: `3` is no answer: give a number from 1 to 2, or a name
        ? package: its number or name [1]: ~demo-two
        demo-two 2.0 on main, never released
        `2.0` is written and was never tagged
           1  --current  2.0
           2  major      3.0
           3  minor      2.1
           4  patch      2.0.1
           5  major,rc   3.0rc1
           6  minor,rc   2.1rc1
           7  alpha      2.0.1a1
           8  beta       2.0.1b1
           9  rc         2.0.1rc1
          10  pre        2.0.1a1
          11  dev        2.0.1.dev1
          12  post       2.0.post1
        ? next version: its number, a kind, a version, or `none` [1]: ~
        ? comment for the commit and the tag [none]: ~
        2.0 -> 2.0
        would tag `demo-two-v2.0`
        ? go on: yes, diff, or no [no]: ~yes
        2.0 -> 2.0
          tagged demo-two-v2.0
        ^D
        [exit status: 0]
    "#]]
    .assert_eq(&asked(&sandbox, &["bump"], "3\ndemo-two\n\n\nyes\n"));
    // With a kind it is asked for, too.
    let shown = asked(&sandbox, &["bump", "patch", "-n"], "1\n");
    expect![[r#"
           1  demo-one  1.0
           2  demo-two  2.0
        ? package: its number or name [1]: ~1
        one/pyproject.toml:3: 1.0 -> 1.0.1
        would write 1 file, commit, tag `demo-one-v1.0.1`
        dry run: nothing was done
        ^D
        [exit status: 0]
    "#]]
    .assert_eq(&shown);
    // A name on the command line is not asked for.
    let shown = asked(&sandbox, &["bump", "--package", "demo-one"], "\n\nyes\n");
    assert!(!shown.contains("package: its number") && shown.contains("tagged demo-one-v1.0"), "{shown}");
}

#[test]
fn without_a_terminal_or_with_yes_the_kind_must_be_typed() {
    let sandbox = demo();
    let refused = asked(&sandbox, &["bump", "--yes"], "");
    assert!(refused.contains("plan/no-kind"), "{refused}");
    assert_eq!(sandbox.release(&["bump", "--format", "json"]).failure_code(), "plan/no-kind");
}

#[test]
fn a_comment_that_is_refused_is_asked_for_again() {
    let sandbox = demo();
    let token = format!("pypi-AgEIcHlwaS5vcmc{}", "A1b2".repeat(30));
    let shown = asked(&sandbox, &["bump", "-n"], &format!("\nThe {token}\n\u{7}bell\nA good one\n"));
    let said: Vec<&str> = shown.lines().filter(|line| !line.starts_with(' ')).collect();
    expect![[r#"
        demo 1.4.9 on main, 1 commit since v1.4.9
        a feature calls for a minor release: `feat: a thing that has a long name, so l…
        ? next version: its number, a kind, a version, or `none` [1]: ~
        ? comment for the commit and the tag [none]: ~The TOKEN
        warning: this cannot be the comment: it holds a token of PyPI; give another one
        ? comment for the commit and the tag [none]: ~^Gbell
        warning: this cannot be the comment: it has a control character in it; give another one
        ? comment for the commit and the tag [none]: ~A good one
        CHANGELOG.md:3: + ## [1.5.0] - 2026-11-21
        README.md:1: 1.4.9 -> 1.5.0
        pyproject.toml:3: 1.4.9 -> 1.5.0
        would write 3 files, commit, tag `v1.5.0`
        dry run: nothing was done
        ^D
        [exit status: 0]"#]]
    .assert_eq(&said.join("\n").replace(&token, "TOKEN"));
    // Where the template is the comment, none is no answer.
    sandbox.write("release.toml", format!("{}\n[git]\nmessage = \"{{comment}}\"\n", sandbox.read("release.toml")));
    sandbox.commit("chore: messages");
    let shown = asked(&sandbox, &["bump", "-n"], "\n\nSaid\n");
    let said: Vec<&str> = shown.lines().filter(|line| line.contains("comment")).collect();
    expect![[r#"
        ? comment for the commit and the tag [none]: ~
        warning: this cannot be the comment: the message of the commit would be empty; give another one
        ? comment for the commit and the tag [none]: ~Said"#]]
    .assert_eq(&said.join("\n"));
}

#[test]
fn what_is_in_the_way_is_told_before_anything_is_asked() {
    let sandbox = demo();
    sandbox.write("README.md", "pip install demo==1.4.9\n\nmine\n");
    expect![[r#"
        error[plan/dirty-tree]: the working tree has uncommitted changes: `README.md`
          hint: commit or stash them, or pass `--allow-dirty` to leave them out of the release
        ^D
        [exit status: 1]
    "#]]
    .assert_eq(&asked(&sandbox, &["bump"], ""));
    let shown = asked(&sandbox, &["bump", "-n", "--allow-dirty"], "none\n");
    assert!(shown.contains("next version"), "{shown}");
}
