//! Small projects for tests that look at one thing.

use super::Sandbox;

/// `acme` 1.2.3 with a version in `pyproject.toml`, two references and a changelog.
pub(crate) const ACME: &[(&str, &str)] = &[
    (
        "pyproject.toml",
        r#"[build-system]
requires = ["flit_core>=3.11,<5"]
build-backend = "flit_core.buildapi"

[project]
name = "acme"
version = "1.2.3"  # the one source
description = "An example"
readme = "README.md"
requires-python = ">=3.11"
license = "MIT"

[tool.release]
branches = ["main"]

[[tool.release.references]]
path = "README.md"
match = "pip install acme=={version}"
expect = 1

[[tool.release.references]]
path = "acme/__init__.py"
match = '__version__ = "{version}"'
"#,
    ),
    ("README.md", "# acme\n\n    pip install acme==1.2.3\n\nNot ours: other==1.2.3, 11.2.30, 1.2.3.4\n"),
    ("acme/__init__.py", "\"\"\"An example.\"\"\"\n\n__version__ = \"1.2.3\"\n"),
    (
        "CHANGELOG.md",
        "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- A thing\n\n## [1.2.3] - 2026-01-02\n\n- The start\n\n[Unreleased]: https://example.org/acme/compare/v1.2.3...HEAD\n[1.2.3]: https://example.org/acme/releases/tag/v1.2.3\n",
    ),
];

/// The files of `acme` without its configuration.
pub(crate) fn bare_acme() -> Vec<(&'static str, String)> {
    ACME.iter()
        .map(|(path, text)| match *path {
            "pyproject.toml" => (*path, text.split("\n[tool.release]").next().unwrap_or_default().to_owned()),
            _ => (*path, (*text).to_owned()),
        })
        .collect()
}

/// A repository with them, hosted on GitHub.
pub(crate) fn unconfigured_acme() -> Sandbox {
    let files = bare_acme();
    let named: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let sandbox = Sandbox::with(&named);
    sandbox.git(&["remote", "add", "origin", "git@github.com:ana/acme.git"]);
    sandbox
}
