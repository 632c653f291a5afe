//! The rules of descriptions.

use crate::check::rules::Pass::{Contents, Index};
use crate::check::rules::Rule;
use crate::report::Severity::{Error, Warning};

/// This family.
pub(in crate::check) const RULES: &[Rule] = &[
    Rule {
        code: "check/description",
        severity: Error,
        pass: Index,
        summary: "PyPI cannot render the description",
        help: "put the markup right; `release check --preview FILE` shows the page",
        peers: &["warehouse", "twine T9", "pyroma ValidREST"],
        follows: "readme_renderer 46.0",
    },
    Rule {
        code: "check/description-lost",
        severity: Warning,
        pass: Contents,
        summary: "PyPI shows less of the description than it says",
        help: "write text, and images with an address that begins with `https://`",
        peers: &[],
        follows: "readme_renderer 46.0",
    },
    Rule {
        code: "check/description-unverified",
        severity: Warning,
        pass: Contents,
        summary: "nobody looked whether PyPI renders the description",
        help: "let this machine have Python 3.11 or newer, and once the network; shorten what is too long or too deep",
        peers: &[],
        follows: "readme_renderer 46.0",
    },
    Rule {
        code: "check/no-content-type",
        severity: Warning,
        pass: Contents,
        summary: "the metadata does not say how the description is marked up",
        help: "name a readme in `[project]` whose suffix says it, or set its `content-type`",
        peers: &["twine T7"],
        follows: "Core metadata, Description-Content-Type",
    },
    Rule {
        code: "check/no-description",
        severity: Warning,
        pass: Contents,
        summary: "the project has no description",
        help: "name the readme in `[project]`: `readme = \"README.md\"`",
        peers: &["twine T8", "pyroma Description"],
        follows: "",
    },
    Rule {
        code: "check/relative-link",
        severity: Warning,
        pass: Contents,
        summary: "a link of the description leads nowhere on PyPI",
        help: "write the whole address, such as `https://github.com/OWNER/NAME/blob/main/FILE`",
        peers: &[],
        follows: "RFC 3986, section 4.2",
    },
];
