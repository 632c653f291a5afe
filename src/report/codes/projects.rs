//! Codes of the configuration, the project and its references.

use super::Code;

pub(super) const CODES: &[Code] = &[
    Code {
        code: "config/syntax",
        title: "the configuration is not TOML",
        text: "The parser's word and the place say where it stops being TOML: an open string, a missing bracket, a key twice.",
        follows: "TOML 1.0",
    },
    Code {
        code: "config/unknown-key",
        title: "the configuration has keys that mean nothing",
        text: "A key that is ignored silently is a setting that somebody relies on. All unknown keys are named at once, each with the known key that is most like it; `release schema config` prints every key.",
        follows: "",
    },
    Code {
        code: "config/type",
        title: "a value of the configuration has the wrong kind",
        text: "For example a string where a list is expected, or a missing key that is required. The message and the place say what was expected.",
        follows: "",
    },
    Code {
        code: "config/value",
        title: "a value of the configuration means nothing",
        text: "For example a `tag` without `{version}`, or a path that leads out of the project.",
        follows: "",
    },
    Code {
        code: "config/unknown-index",
        title: "an index that nobody named",
        text: "`pypi` and `testpypi` are known; others are named in `[index.NAME]` of the configuration, or given as the URL that files are posted to.",
        follows: "",
    },
    Code {
        code: "project/no-pyproject",
        title: "there is no project here",
        text: "A project is a folder with `pyproject.toml`. Go there, or name it with `-C DIR`.",
        follows: "PEP 518",
    },
    Code {
        code: "project/toml",
        title: "`pyproject.toml` is not TOML",
        text: "No build backend can read it either. The place says where it stops being TOML.",
        follows: "PEP 518",
    },
    Code {
        code: "project/missing-key",
        title: "`pyproject.toml` does not say something that a release needs",
        text: "A name and a version (or `dynamic = [\"version\"]`) are required of every project.",
        follows: "PEP 621",
    },
    Code {
        code: "project/value",
        title: "a value of `pyproject.toml` means nothing",
        text: "For example a name with a space. The message says what is wrong with it.",
        follows: "PEP 621",
    },
    Code {
        code: "project/unsupported-version-source",
        title: "the version comes from where it cannot be written",
        text: "A version that a build backend computes (from a tag, by a call, by a plugin) cannot be edited in a file. Write it literally in one place that the backend reads.",
        follows: "PEP 621",
    },
    Code {
        code: "project/version-not-found",
        title: "the version is not where it is said to be",
        text: "The build configuration names a module or a file for the version, and no literal version stands there. Re-exports inside the project are followed; computed values are not.",
        follows: "",
    },
    Code {
        code: "project/bad-version",
        title: "what is written is not a version",
        text: "Versions follow PEP 440: `1.2.3`, `1.3.0rc1`, `1.2.3.post1`, `2!1.0`. The cause says what does not parse.",
        follows: "PEP 440",
    },
    Code {
        code: "project/not-for-maturin",
        title: "a version that Cargo and maturin do not read alike",
        text: "The version is written in `Cargo.toml`, in SemVer, and maturin reads that text as PEP 440. `1.3.0rc1` is `1.3.0-rc.1` there and is read back; a development release such as `1.3.0.dev4` would be `1.3.0-0.dev.4`, so that Cargo sorts it before `1.3.0-alpha.1`, and maturin refuses that. Release `1.3.0a1` instead, or move the version to `[project]` of `pyproject.toml` and leave the crate a version of its own.",
        follows: "",
    },
    Code {
        code: "project/versions-differ",
        title: "the members of the workspace have different versions",
        text: "The members of a workspace are released together under one version. Write the same one everywhere, or let each have its own with `versions = \"independent\"` in `[tool.release.workspace]`.",
        follows: "",
    },
    Code {
        code: "project/which-package",
        title: "nothing says which package of the workspace is meant",
        text: "With `versions = \"independent\"` each package has its own version, tags and changelog, and is released by itself. Name one with `--package NAME`, or run the command in its folder. `release`, `release show`, `release version` and `release references` without a name speak of all of them.",
        follows: "",
    },
    Code {
        code: "project/same-tags",
        title: "two packages with versions of their own have the same tags",
        text: "A tag must say whose version it is. Write the form with the name in it, `tag = \"{name}-v{version}\"`, which is the default of such a workspace, or give one of the packages a form of its own: `[tool.release.workspace.packages.demo-core]` with `tag = \"core-v{version}\"`.",
        follows: "",
    },
    Code {
        code: "project/reference-of-whom",
        title: "a reference of a workspace is about no package",
        text: "Where each package has its own version, a reference follows the package whose folder its file lies in. This file lies in none, or the pattern spans several: say whose version it names with `package = \"NAME\"` in the entry of `[[tool.release.references]]`.",
        follows: "",
    },
    Code {
        code: "project/reference-count",
        title: "a reference stands more or less often than expected",
        text: "`expect` guards against a rewrite that hits too much or too little. Correct the pattern, the count or the file.",
        follows: "",
    },
    Code {
        code: "project/mark",
        title: "a mark in a file does not say which number is the version",
        text: "A mark such as `# release: version` speaks for its line, and `<!-- release: version -->…<!-- /release -->` for what lies between. There, numbers that are the current version follow the next one, and others are left alone (`python 3.13, acme 1.2.3`). Here several numbers stand in the region and none is the current version, so nobody can tell which is out of date. Write the right version, or narrow the mark.",
        follows: "",
    },
    Code {
        code: "project/overlap",
        title: "two references name the same place",
        text: "Two entries of `[[tool.release.references]]`, or an entry and a mark, match the same bytes and would write different things, for example one as `version` and one as `tag`. Nothing was written. Narrow the text of `match` of one of them, or remove it.",
        follows: "",
    },
    Code {
        code: "project/utf-16",
        title: "a file is UTF-16",
        text: "References are rewritten byte by byte in encodings whose first 128 characters are ASCII. Save the file as UTF-8.",
        follows: "",
    },
    Code {
        code: "project/no-repository",
        title: "not in a git repository",
        text: "Commits, tags and the ledger need one. Run `git init` and make a first commit.",
        follows: "",
    },
    Code {
        code: "project/two-configurations",
        title: "configuration in two places",
        text: "Both `release.toml` and `[tool.release]` exist; a reader could not tell which one holds. Keep one.",
        follows: "",
    },
    Code {
        code: "project/unknown-package",
        title: "no such package in this project",
        text: "`--package` names a member of the workspace by its distribution name.",
        follows: "",
    },
    Code {
        code: "references/count",
        title: "a reference stands more or less often than expected",
        text: "The pattern of a `[[references]]` table was found another number of times than `expect` says. Somebody added, removed or rewrote a place that names the version.",
        follows: "",
    },
    Code {
        code: "references/disagrees",
        title: "a reference names another version",
        text: "A place that should follow the version does not. `release bump` rewrites it with the next release; until then it is wrong.",
        follows: "",
    },
];
