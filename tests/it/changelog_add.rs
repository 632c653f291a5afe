//! `release changelog add`.

use expect_test::expect;

use crate::support::Sandbox;
use crate::support::projects::ACME;

#[test]
fn an_entry_goes_below_unreleased() {
    let sandbox = Sandbox::with(ACME);
    expect![[r#"
        Fixed: The cache is closed
          in CHANGELOG.md
    "#]]
    .assert_eq(&sandbox.release(&["changelog", "add", "fixed", "The cache is closed", "--issue", "#12"]).to_string());
    let after = "- A thing\n\n### Fixed\n\n- The cache is closed (#12)\n\n## [1.2.3] - 2026-01-02\n";
    let text = ACME.iter().find(|(path, _)| *path == "CHANGELOG.md").expect("it has one").1;
    assert_eq!(sandbox.read("CHANGELOG.md"), text.replace("- A thing\n\n## [1.2.3] - 2026-01-02\n", after));
    let before = sandbox.read("CHANGELOG.md");
    sandbox.release(&["changelog", "add", "fixed", "The cache is closed", "--issue", "12"]).success();
    assert_eq!(sandbox.read("CHANGELOG.md"), before, "not twice");
    expect![[r#"
        would write CHANGELOG.md in `[ROOT]/repo`
        ------- stderr -------
        dry run: nothing was done
    "#]]
    .assert_eq(&sandbox.release(&["changelog", "add", "added", "More", "-n"]).to_string());
    assert_eq!(sandbox.read("CHANGELOG.md"), before);
}

#[test]
fn a_fragment_is_a_file_of_its_own() {
    let sandbox = Sandbox::with(ACME);
    sandbox.write("changes/.gitkeep", "");
    for (arguments, file) in [
        (vec!["fixed", "The cache is closed", "--issue", "12"], "changes/12.fixed.md"),
        (vec!["fixed", "Another one of it", "--issue", "12"], "changes/12.fixed.1.md"),
        (vec!["Fixed", "Another one of it", "--issue", "12"], "changes/12.fixed.1.md"),
        (vec!["added", "It's **fast** now, é!"], "changes/+it-s-fast-now.added.md"),
    ] {
        let output = sandbox.release(&[&["changelog", "add"], arguments.as_slice()].concat()).success();
        assert!(output.stdout.ends_with(&format!("  in {file}\n")), "{output}");
    }
    assert_eq!(sandbox.read("changes/12.fixed.1.md"), "Another one of it\n");
    expect![[r#"
        file        CHANGELOG.md
        kind        fragments in changes/
        unreleased  4 entries
        1.2.3  2026-01-02
    "#]]
    .assert_eq(&sandbox.release(&["changelog", "show"]).to_string());
}

#[test]
fn what_is_no_entry_is_refused() {
    let sandbox = Sandbox::with(ACME);
    for (arguments, code) in [
        (["broke", "x"], "changelog/unknown-type"),
        (["fixed", " "], "changelog/entry"),
        (["fixed", "a\nb"], "changelog/entry"),
        (["fixed", "# x"], "changelog/entry"),
        (["fixed", "a\u{1b}[31m"], "changelog/entry"),
    ] {
        let output = sandbox.release(&["changelog", "add", arguments[0], arguments[1], "--format", "json"]);
        assert_eq!((output.code, output.failure_code().as_str()), (2, code), "{output}");
    }
    let output = sandbox.release(&["changelog", "add", "fixed", "x", "--issue", "../x", "--format", "json"]);
    assert_eq!(output.failure_code(), "changelog/entry");
    let target = sandbox.path("target.md");
    std::fs::write(&target, "# Changelog\n").expect("a file");
    std::fs::remove_file(sandbox.repo().join("CHANGELOG.md")).expect("it is there");
    std::os::unix::fs::symlink(&target, sandbox.repo().join("CHANGELOG.md")).expect("a link");
    sandbox.write("release.toml", "changelog = { path = \"CHANGELOG.md\" }\n");
    sandbox
        .write("pyproject.toml", sandbox.read("pyproject.toml").split("\n[tool.release]").next().unwrap_or_default());
    let output = sandbox.release(&["changelog", "add", "fixed", "x", "--format", "json"]);
    assert_eq!(output.failure_code(), "project/link", "{output}");
    for (kind, code) in [("none", "changelog/not-kept"), ("generated", "changelog/generated")] {
        sandbox.write("release.toml", format!("changelog = {{ kind = \"{kind}\" }}\n"));
        let output = sandbox.release(&["changelog", "add", "fix", "x", "--format", "json"]);
        let code = if kind == "none" { "changelog/unknown-type" } else { code };
        assert_eq!(output.failure_code(), code, "{output}");
    }
    sandbox.write("release.toml", "changelog = { kind = \"none\" }\n");
    assert_eq!(
        sandbox.release(&["changelog", "add", "fixed", "x", "--format", "json"]).failure_code(),
        "changelog/not-kept"
    );
    std::fs::remove_file(sandbox.repo().join("CHANGELOG.md")).expect("it is there");
    sandbox.write("release.toml", "");
    assert_eq!(
        sandbox.release(&["changelog", "add", "fixed", "x", "--format", "json"]).failure_code(),
        "changelog/no-file"
    );
}
