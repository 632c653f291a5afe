//! The rules of sdists, and of the archives of one release among each other.

use crate::report::Severity::{Error, Info, Warning};

use super::rules::Pass::Contents;
use super::rules::Rule;

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: "check/author-lost",
        severity: Warning,
        pass: Contents,
        summary: "an author in `pyproject.toml` is not in the metadata",
        help: "build with a newer backend, or name the author by mail, too",
        peers: &[],
        follows: "PEP 621",
    },
    Rule {
        code: "check/empty-sdist",
        severity: Warning,
        pass: Contents,
        summary: "the sdist holds nothing to build",
        help: "look at what the build configuration includes",
        peers: &[],
        follows: "PEP 517",
    },
    Rule {
        code: "check/metadata-disagrees",
        severity: Error,
        pass: Contents,
        summary: "sdist and wheel have different metadata",
        help: "build both from one tree, with one backend",
        peers: &[],
        follows: "PEP 643",
    },
    Rule {
        code: "check/missing-from-wheel",
        severity: Warning,
        pass: Contents,
        summary: "a module of the sdist is not in the wheel",
        help: "look at the packages that the backend includes",
        peers: &["check-wheel-contents W101"],
        follows: "",
    },
    Rule {
        code: "check/no-sdist",
        severity: Info,
        pass: Contents,
        summary: "there are wheels and no sdist",
        help: "run `release build` without `--wheel`",
        peers: &["pyroma SDist"],
        follows: "",
    },
    Rule {
        code: "check/pyproject-broken",
        severity: Error,
        pass: Contents,
        summary: "`pyproject.toml` of an sdist cannot be read",
        help: "correct the file and build again",
        peers: &["pip"],
        follows: "PEP 518",
    },
    Rule {
        code: "check/unexpected-in-wheel",
        severity: Warning,
        pass: Contents,
        summary: "a module of the wheel is not in the sdist",
        help: "build the wheel from the sdist",
        peers: &["check-wheel-contents W102"],
        follows: "PEP 517",
    },
    Rule {
        code: "check/wheels-disagree",
        severity: Warning,
        pass: Contents,
        summary: "wheels of one release have different requirements",
        help: "use markers, so that all wheels say the same",
        peers: &[],
        follows: "",
    },
];
