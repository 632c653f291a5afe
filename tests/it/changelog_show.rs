//! `release changelog show`.

use expect_test::expect;

use crate::support::Sandbox;
use crate::support::projects::ACME;

#[test]
fn lists_what_was_understood() {
    let sandbox = Sandbox::with(ACME);
    expect![[r#"
        file        CHANGELOG.md
        kind        keep-a-changelog
        unreleased  1 entry
        1.2.3  2026-01-02
    "#]]
    .assert_eq(&sandbox.release(&["changelog", "show"]).to_string());
    expect![[r#"
        ## [1.2.3] - 2026-01-02

        - The start
    "#]]
    .assert_eq(&sandbox.release(&["changelog", "show", "v1.2.3"]).to_string());
    expect![[r#"
        ## [Unreleased]

        ### Added

        - A thing
    "#]]
    .assert_eq(&sandbox.release(&["changelog", "show", "unreleased"]).to_string());
    expect![[r#"
        ------- stderr -------
        warning: the changelog has no section `1.1`
        cannot tell: see above what is missing
        [exit status: 11]
    "#]]
    .assert_eq(&sandbox.release(&["changelog", "show", "1.1"]).to_string());
    let document = sandbox.release(&["changelog", "show", "--format", "json"]).json();
    assert_eq!(document["result"]["sections"][0]["version"], "1.2.3");
    assert_eq!(document["result"]["markup"], "markdown");
}

#[test]
fn the_configuration_of_towncrier_is_honoured() {
    let sandbox = Sandbox::with(&[
        (
            "pyproject.toml",
            "[project]\nname = \"acme\"\nversion = \"1.0\"\n\n[tool.towncrier]\npackage = \"acme\"\npackage_dir = \"src\"\nfilename = \"docs/news.rst\"\n",
        ),
        (
            "docs/news.rst",
            "News\n====\n\n.. towncrier release notes start\n\nacme 1.0 (2026-01-02)\n---------------------\n\n- The start\n",
        ),
        ("src/acme/newsfragments/1.feature.rst", "A ``thing``.\n"),
        ("src/acme/newsfragments/.gitignore", "!.gitignore\n"),
    ]);
    expect![[r#"
        file        docs/news.rst
        kind        fragments in src/acme/newsfragments/
        unreleased  1 entry
        1.0  2026-01-02
    "#]]
    .assert_eq(&sandbox.release(&["changelog", "show"]).to_string());
    expect![[r#"
        acme 1.1 (2026-11-21)
        ---------------------

        Features
        ~~~~~~~~

        - A ``thing``. (#1)
    "#]]
    .assert_eq(&sandbox.release(&["changelog", "render", "--version", "1.1"]).to_string());
}
