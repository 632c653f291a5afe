//! `release changelog check`.

use expect_test::expect;

use crate::support::Sandbox;
use crate::support::projects::ACME;

#[test]
fn a_changelog_in_order_passes() {
    let sandbox = Sandbox::with(ACME);
    sandbox.git(&["tag", "v1.2.3"]);
    expect![[""]].assert_eq(&sandbox.release(&["changelog", "check"]).to_string());
}

#[test]
fn everything_that_is_wrong_is_named() {
    let sandbox = Sandbox::with(ACME);
    for tag in ["v1.0.0", "v1.2.3", "v1.1.5", "v1.3.0rc1"] {
        sandbox.git(&["tag", tag]);
    }
    sandbox.write(
        "CHANGELOG.md",
        "# Changelog\n\n## [1.2.3] - 2026-13-40\n\n- x\n\n## [Unreleased]\n\n## [1.1.0] - 2026-01-02\n\n## [1.1.4] - 2025-12-31\n\n## [1.1.0]\n\n[Unreleased]: https://example.org/compare/v1.1.0...HEAD\n[1.2.3]: https://example.org/compare/v1.1.0...v1.2.0\n",
    );
    expect![[""]].assert_eq(&sandbox.release(&["changelog", "check"]).to_string());
}

#[test]
fn fragments_that_would_be_lost_are_named() {
    let sandbox = Sandbox::with(ACME);
    for (name, text) in [
        ("1.fixed.md", "Good.\n"),
        ("2.broken.md", "No such type.\n"),
        ("3.fixed.md", " \n"),
        ("4.fixed.md", "a\u{0}b\n"),
        ("README.md", "How to write one.\n"),
        (".gitkeep", ""),
        ("5.md", "---\ntype: security\nissue: 77\n---\nWith front matter.\n"),
        ("6.md", "---\ntype: security\ncolour: red\n---\nx\n"),
    ] {
        sandbox.write(&format!("changes/{name}"), text);
    }
    std::fs::create_dir(sandbox.repo().join("changes/sub")).expect("a folder");
    std::os::unix::fs::symlink("../README.md", sandbox.repo().join("changes/7.fixed.md")).expect("a link");
    expect![[""]].assert_eq(&sandbox.release(&["changelog", "check"]).to_string());
    let output = sandbox.release(&["bump", "minor", "--format", "json"]);
    assert_eq!(output.failure_code(), "changelog/fragment", "{output}");
}

#[test]
fn a_branch_says_what_it_changes() {
    let sandbox = Sandbox::with(ACME);
    sandbox.git(&["switch", "-q", "-c", "topic"]);
    sandbox.write("docs/words.md", "x\n");
    sandbox.commit("docs: words");
    let check = |sandbox: &Sandbox| sandbox.release(&["changelog", "check", "--against", "main"]);
    assert_eq!(check(&sandbox).code, 0, "what is not shipped needs no entry");
    sandbox.write("acme/more.py", "X = 1\n");
    sandbox.commit("feat: more");
    expect![[""]].assert_eq(&check(&sandbox).to_string());
    sandbox.release(&["changelog", "add", "added", "More"]).success();
    assert_eq!(check(&sandbox).code, 10, "it is not committed");
    sandbox.commit("docs: changelog");
    assert_eq!(check(&sandbox).code, 0);
    expect![[""]].assert_eq(&sandbox.release(&["changelog", "check", "--against", "origin/main"]).to_string());
}

#[test]
fn a_branch_brings_a_fragment_or_conventional_commits() {
    let sandbox = Sandbox::with(ACME);
    sandbox.write("changes/.gitkeep", "");
    sandbox.commit("chore: fragments");
    sandbox.git(&["switch", "-q", "-c", "topic"]);
    sandbox.write("acme/more.py", "X = 1\n");
    sandbox.commit("More of it");
    let check = |sandbox: &Sandbox| sandbox.release(&["changelog", "check", "--against", "main"]).code;
    assert_eq!(check(&sandbox), 10);
    sandbox.write("changes/1.unheard.md", "x\n");
    sandbox.commit("docs: no fragment");
    assert_eq!(check(&sandbox), 10);
    sandbox.git(&["mv", "changes/1.unheard.md", "changes/1.added.md"]);
    sandbox.commit("docs: a fragment");
    assert_eq!(check(&sandbox), 0);
    let pyproject = sandbox
        .read("pyproject.toml")
        .replace("[tool.release]\n", "[tool.release]\nchangelog = { kind = \"generated\" }\n");
    sandbox.write("pyproject.toml", pyproject);
    expect![[""]].assert_eq(&sandbox.release(&["changelog", "check", "--against", "main"]).to_string());
}

#[test]
fn without_a_changelog_nothing_can_be_said() {
    let sandbox = Sandbox::with(&ACME[..3]);
    expect![[""]].assert_eq(&sandbox.release(&["changelog", "check"]).to_string());
}
