//! Which projects have no version of their own: the build takes it from git's tags, so that making the tag is
//! the whole bump.

use toml_edit::Item;

use crate::project::Pyproject;
use crate::python::requirement::Requirement;

/// Requirements of a build that take the version from the tag, whatever the backend is.
const TOOLS: [&str; 8] = [
    "setuptools-scm",
    "vcs-versioning",
    "versioningit",
    "setuptools-git-versioning",
    "versioneer",
    "pbr",
    "hatch-vcs",
    "poetry-dynamic-versioning",
];

/// The tool that reads the tag, where one does.
pub(super) fn tool(pyproject: &Pyproject) -> Option<String> {
    let enabled = |path: &[&str]| pyproject.get(path).and_then(Item::as_bool) == Some(true);
    // Only this one stands beside a version that is written, and that nobody reads.
    if enabled(&["tool", "poetry-dynamic-versioning", "enable"]) {
        return Some("poetry-dynamic-versioning".to_owned());
    }
    let dynamic = pyproject.strings(&["project", "dynamic"]).iter().any(|field| field == "version");
    if pyproject.get(&["project"]).is_some() && !dynamic {
        return None;
    }
    match pyproject.backend().split(['.', ':']).next().unwrap_or_default() {
        "hatchling" => match pyproject.string(&["tool", "hatch", "version", "source"]) {
            Some("vcs") => Some("hatch-vcs".to_owned()),
            Some("versioningit") => Some("versioningit".to_owned()),
            _ => None,
        },
        "pdm" => {
            (pyproject.string(&["tool", "pdm", "version", "source"]) == Some("scm")).then(|| "pdm, scm".to_owned())
        }
        "flit_scm" => Some("flit-scm".to_owned()),
        "scikit_build_core" => pyproject
            .string(&["tool", "scikit-build", "metadata", "version", "provider"])
            .filter(|provider| provider.ends_with("setuptools_scm"))
            .map(|_| "setuptools-scm".to_owned()),
        "setuptools" => required(pyproject),
        _ => None,
    }
}

/// The tool among what the build requires, unless setuptools itself is told where the version is.
fn required(pyproject: &Pyproject) -> Option<String> {
    if pyproject.get(&["tool", "setuptools", "dynamic", "version"]).is_some() {
        return None;
    }
    let named = pyproject.build_requires().into_iter().find_map(|text| {
        let name = text.parse::<Requirement>().ok()?.name;
        TOOLS.iter().find(|tool| **tool == name.normalized()).map(|tool| (*tool).to_owned())
    });
    let has = |table: &str| pyproject.get(&["tool", table]).is_some();
    named.or_else(|| (has("setuptools_scm") || has("setuptools-scm")).then(|| "setuptools-scm".to_owned()))
}
