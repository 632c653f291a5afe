//! `release changelog check`.

use expect_test::expect;

use crate::support::Sandbox;
use crate::support::projects::ACME;

#[test]
fn a_changelog_in_order_passes() {
    let sandbox = Sandbox::with(ACME);
    sandbox.git(&["tag", "v1.2.3"]);
    expect![[r#"
        nothing is wrong with the changelog
    "#]]
    .assert_eq(&sandbox.release(&["changelog", "check"]).to_string());
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
    expect![[r#"
        error[changelog/no-section]: `v1.1.5` is tagged, and has no section
          at: CHANGELOG.md
          help: say what changed in that release; `git log` shows it
        error[changelog/date]: `2026-13-40` is no day
          at: CHANGELOG.md:3
          help: write the day of the release as `2026-11-21`
        error[changelog/order]: `Unreleased` stands below a release
          at: CHANGELOG.md:7
          help: put it above the newest release
        warning[changelog/link]: `1.1.0` is written as a link, and nothing says where it leads
          at: CHANGELOG.md:9
          help: add the line `[1.1.0]: https://…`
        warning[changelog/link]: `1.1.4` is written as a link, and nothing says where it leads
          at: CHANGELOG.md:11
          help: add the line `[1.1.4]: https://…`
        error[changelog/duplicate]: `1.1.0` has two sections
          at: CHANGELOG.md:13
          help: make one section of the two
        warning[changelog/link]: `1.1.0` is written as a link, and nothing says where it leads
          at: CHANGELOG.md:13
          help: add the line `[1.1.0]: https://…`
        error[changelog/link]: `Unreleased` compares from `v1.1.0`, and the newest release is 1.2.3
          at: CHANGELOG.md:15
          help: correct the address of the link
        error[changelog/link]: `1.2.3` compares up to `v1.2.0`, another version
          at: CHANGELOG.md:16
          help: correct the address of the link
        [exit status: 10]
    "#]]
    .assert_eq(&sandbox.release(&["changelog", "check"]).to_string());
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
    expect![[r#"
        error[changelog/malformed-fragment]: this is no fragment: its name has no type; the types are `added`, `feature`, `changed`, `deprecated`, `removed`, `removal`, `fixed`, `bugfix`, `security`, `doc`, `misc`
          at: changes/2.broken.md
          help: call it `<number>.<type>.md` or `+<words>.<type>.md`, and say what changed in it
        error[changelog/malformed-fragment]: this is no fragment: it says nothing
          at: changes/3.fixed.md
          help: call it `<number>.<type>.md` or `+<words>.<type>.md`, and say what changed in it
        error[changelog/malformed-fragment]: this is no fragment: it has control characters
          at: changes/4.fixed.md
          help: call it `<number>.<type>.md` or `+<words>.<type>.md`, and say what changed in it
        error[changelog/malformed-fragment]: this is no fragment: its front matter may say `type` and `issue` only
          at: changes/6.md
          help: call it `<number>.<type>.md` or `+<words>.<type>.md`, and say what changed in it
        error[changelog/malformed-fragment]: this is no fragment: it is no regular file
          at: changes/7.fixed.md
          help: call it `<number>.<type>.md` or `+<words>.<type>.md`, and say what changed in it
        error[changelog/malformed-fragment]: this is no fragment: it is no regular file
          at: changes/sub
          help: call it `<number>.<type>.md` or `+<words>.<type>.md`, and say what changed in it
        [exit status: 10]
    "#]].assert_eq(&sandbox.release(&["changelog", "check"]).to_string());
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
    expect![[r#"
        error[changelog/no-entry]: 1 file of what is shipped changed, such as `acme/more.py`, and nothing says what it means for users
          help: add an entry: `release changelog add fixed "…"`
        [exit status: 10]
    "#]].assert_eq(&check(&sandbox).to_string());
    sandbox.release(&["changelog", "add", "added", "More"]).success();
    assert_eq!(check(&sandbox).code, 10, "it is not committed");
    sandbox.commit("docs: changelog");
    assert_eq!(check(&sandbox).code, 0);
    expect![[r#"
        ------- stderr -------
        warning: `origin/main` and HEAD have no commit in common here
        cannot tell: see above what is missing
        [exit status: 11]
    "#]]
    .assert_eq(&sandbox.release(&["changelog", "check", "--against", "origin/main"]).to_string());
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
    expect![[r#"
        error[changelog/unconventional]: `More of it` (231387d9a726) follows no convention, and would not be told of
          help: begin the subject with a type (`fix: …`), or add the footer `Release-Note: …`
        [exit status: 10]
    "#]]
    .assert_eq(&sandbox.release(&["changelog", "check", "--against", "main"]).to_string());
}

#[test]
fn without_a_changelog_nothing_can_be_said() {
    let sandbox = Sandbox::with(&ACME[..3]);
    expect![[r#"
        ------- stderr -------
        warning: there is no changelog to judge
        cannot tell: see above what is missing
        [exit status: 11]
    "#]]
    .assert_eq(&sandbox.release(&["changelog", "check"]).to_string());
}
