//! `release init` on a pseudo-terminal: its questions, and what becomes of the answers.

use expect_test::expect;

use crate::support::on_a_terminal;
use crate::support::projects::{bare_acme as bare, unconfigured_acme as unconfigured};

/// The lines with questions and what follows them.
fn questions(shown: &str) -> String {
    let lines = shown.lines().filter(|line| line.contains('?') && line.contains("]:") || line.contains("warning"));
    lines.map(|line| format!("{}\n", line.replace('\u{1b}', "^"))).collect()
}

#[test]
fn six_questions_on_a_terminal_and_enter_takes_what_was_seen() {
    let sandbox = unconfigured();
    let (code, shown) = on_a_terminal(&sandbox, &["init"], "\n\n\n\n\n\n");
    assert_eq!(code, 0, "{shown}");
    expect![[r#"
        ^[36m?^[0m workflows for which forge (github, gitea, both, none) [github]: ~
        ^[36m?^[0m branch that releases are made from [main]: ~
        ^[36m?^[0m name of a tag [v{version}]: ~
        ^[36m?^[0m indexes on the way out, in order [testpypi, pypi]: ~
        ^[36m?^[0m address where the security status will be served, for badges [none]: ~
        ^[36m?^[0m write 6 files (yes, no) [yes]: ~
    "#]]
    .assert_eq(&questions(&shown));
    assert!(shown.contains("\u{1b}[32m+[tool.release]"), "the diff is in colour: {shown}");
    let asked = sandbox.read("pyproject.toml");
    let other = unconfigured();
    let _ = other.release(&["init", "--yes"]).success();
    assert_eq!(asked, other.read("pyproject.toml"), "`--yes` takes the same defaults");
    let (code, shown) = on_a_terminal(&sandbox, &["init"], "");
    assert_eq!(code, 0, "{shown}");
    assert_eq!(questions(&shown), "", "what is configured is not asked again");
}

#[test]
fn answers_are_judged_and_kept() {
    let sandbox = unconfigured();
    let keys = "svn\nnone\nrelease\nv\nacme-{version}\npipy\npypi\nnonsense\nhttps://example.org/acme\nmaybe\ny\n";
    let (code, shown) = on_a_terminal(&sandbox, &["init"], keys);
    assert_eq!(code, 0, "{shown}");
    expect![[r#"
        ^[36m?^[0m workflows for which forge (github, gitea, both, none) [github]: ~svn
        ^[33mwarning:^[0m `svn` is no answer: give one of github, gitea, both, none
        ^[36m?^[0m workflows for which forge (github, gitea, both, none) [github]: ~none
        ^[36m?^[0m branch that releases are made from [main]: ~release
        ^[36m?^[0m name of a tag [v{version}]: ~v
        ^[33mwarning:^[0m `v` is no answer: give a name with `{version}` in it
        ^[36m?^[0m name of a tag [v{version}]: ~acme-{version}
        ^[36m?^[0m indexes on the way out, in order [testpypi, pypi]: ~pipy
        ^[33mwarning:^[0m `pipy` is no answer: give `pypi`, `testpypi`, or a URL
        ^[36m?^[0m indexes on the way out, in order [testpypi, pypi]: ~pypi
        ^[36m?^[0m address where the security status will be served, for badges [none]: ~nonsense
        ^[33mwarning:^[0m `nonsense` is no answer: give an address such as `https://example.org/acme`, or `none`
        ^[36m?^[0m address where the security status will be served, for badges [none]: ~https://example.org/acme
        ^[36m?^[0m write 5 files (yes, no) [yes]: ~maybe
        ^[33mwarning:^[0m `maybe` is no answer: give `yes` or `no`
        ^[36m?^[0m write 5 files (yes, no) [yes]: ~y
    "#]]
    .assert_eq(&questions(&shown));
    let pyproject = sandbox.read("pyproject.toml");
    expect![[r#"

        [tool.release]
        tag = "acme-{version}"
        branches = ["release"]
        stages = ["pypi"]

        [tool.release.init]
        workflows = []
        badges = "https://example.org/acme"
    "#]]
    .assert_eq(pyproject[bare()[0].1.len()..].split("\n[[").next().unwrap_or_default());
    expect![[r#"
        # acme

        <!-- release:badges -->
        [![security status](https://example.org/acme/security-status/badge/security.svg)](https://example.org/acme/security-status/index.html)
        <!-- /release:badges -->

            pip install acme==1.2.3

        Not ours: other==1.2.3, 11.2.30, 1.2.3.4
    "#]].assert_eq(&sandbox.read("README.md"));
    let after = sandbox.snapshot();
    let _ = sandbox.release(&["init", "--yes"]).success();
    assert!(after == sandbox.snapshot());
}

#[test]
fn no_and_the_end_of_input_write_nothing() {
    for (keys, code) in [("\n\n\n\n\nno\n", 1), ("\n\n", 1)] {
        let sandbox = unconfigured();
        let before = sandbox.read("pyproject.toml");
        let (ended, shown) = on_a_terminal(&sandbox, &["init"], keys);
        assert_eq!(ended, code, "{shown}");
        assert_eq!(before, sandbox.read("pyproject.toml"));
        assert!(!sandbox.repo().join("RELEASING.md").exists());
    }
}
