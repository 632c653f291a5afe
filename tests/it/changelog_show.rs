//! `release changelog show`.

use expect_test::expect;

use crate::support::Sandbox;
use crate::support::projects::ACME;

#[test]
fn lists_what_was_understood() {
    let sandbox = Sandbox::with(ACME);
    expect![[""]].assert_eq(&sandbox.release(&["changelog", "show"]).to_string());
    expect![[""]].assert_eq(&sandbox.release(&["changelog", "show", "v1.2.3"]).to_string());
    expect![[""]].assert_eq(&sandbox.release(&["changelog", "show", "unreleased"]).to_string());
    expect![[""]].assert_eq(&sandbox.release(&["changelog", "show", "1.1"]).to_string());
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
    expect![[""]].assert_eq(&sandbox.release(&["changelog", "show"]).to_string());
    expect![[""]].assert_eq(&sandbox.release(&["changelog", "render", "--version", "1.1"]).to_string());
}
