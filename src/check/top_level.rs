//! The names at the top of a wheel, and whose they are.
//!
//! Follows PEP 794 for `Import-Name` and the checks W009, W201 and W202 of check-wheel-contents.

use std::collections::{BTreeMap, BTreeSet};

use crate::archive::{Member, shown};
use crate::python::filename::WheelName;
use crate::python::metadata::{ImportName, RawMetadata};
use crate::python::name::normalize;
use crate::python::specifier::SpecifierSet;
use crate::python::stdlib;

use super::install::Installed;
use super::judge::Docket;

/// Packages that installing itself runs on.
const INSTALLERS: [&str; 6] = ["_distutils_hack", "distutils", "pip", "pkg_resources", "setuptools", "wheel"];

/// A name that can be imported once the wheel is installed.
struct Top<'a> {
    /// The first file of it.
    member: &'a Member,
    /// Whether Python finds it as more than a folder.
    is_module: bool,
}

pub(super) fn judge(
    docket: &mut Docket<'_>,
    name: &WheelName,
    installed: &[Installed<'_>],
    metadata: Option<&RawMetadata>,
) {
    let tops = tops(installed);
    for (top, found) in &tops {
        if let Some(whose) = foreign(top, found, name, metadata) {
            let message = format!("`{}` is {whose}", shown(top));
            docket.raise("check/foreign-top-level", message, Some(&found.member.name));
        }
    }
    let public: Vec<&str> = tops.keys().copied().filter(|top| !top.starts_with('_')).collect();
    let Some(declared) = declared(docket, metadata) else {
        if public.len() > 1 {
            let names: Vec<String> = public.iter().take(10).map(|top| format!("`{}`", shown(top))).collect();
            let more = if public.len() > 10 { " and more" } else { "" };
            let message = format!("the wheel installs {} top-level names: {}{more}", public.len(), names.join(", "));
            docket.raise("check/many-top-levels", message, None);
        }
        return;
    };
    for missing in declared.iter().filter(|name| !tops.contains_key(name.as_str())) {
        let message = format!("`{}` is declared and not in the wheel", shown(missing));
        docket.raise("check/missing-top-level", message, None);
    }
    for extra in public.iter().filter(|top| !declared.contains(**top)) {
        let message = format!("`{}` is in the wheel and not declared", shown(extra));
        docket.raise("check/undeclared-top-level", message, tops.get(extra).map(|top| top.member.name.as_str()));
    }
}

/// What can be imported, by its first name.
fn tops<'a>(installed: &[Installed<'a>]) -> BTreeMap<&'a str, Top<'a>> {
    let mut tops: BTreeMap<&str, Top<'_>> = BTreeMap::new();
    for Installed { path, member } in installed {
        let (top, rest) = path.split_once('/').unwrap_or((path, ""));
        let is_module = module(rest).is_some_and(|stem| !stem.is_empty());
        let name = match rest {
            "" => module(top),
            _ => Some(top).filter(|top| is_package(top)),
        };
        let Some(name) = name else { continue };
        let found = tops.entry(name).or_insert(Top { member, is_module: false });
        found.is_module |= is_module || rest.is_empty();
    }
    tops
}

/// Whether a folder at the top holds code; not so metadata, the libraries that repairing adds, and bytecode.
fn is_package(folder: &str) -> bool {
    let lower = folder.to_lowercase();
    let other = [".dist-info", ".egg-info", ".data", ".libs", ".dylibs"];
    !["__pycache__", "..", ".", ""].contains(&folder) && !other.iter().any(|end| lower.ends_with(end))
}

/// The name under which a file is imported; nothing for one that is no module or lies in a folder.
pub(super) fn module(file: &str) -> Option<&str> {
    let ends = [".py", ".so", ".pyd"];
    let is_module = !file.contains('/') && ends.iter().any(|end| file.ends_with(end));
    is_module.then(|| file.split('.').next().unwrap_or(file))
}

/// Whose name this is where it is not the project's.
fn foreign(top: &str, found: &Top<'_>, name: &WheelName, metadata: Option<&RawMetadata>) -> Option<&'static str> {
    let project = name.name().normalized();
    if normalize(top) == project {
        return None;
    }
    if INSTALLERS.contains(&top) {
        let own = project == "setuptools" && !["pip", "wheel"].contains(&top);
        return (!own).then_some("the package of an installer");
    }
    // A backport is for Pythons that have not the module yet.
    let newest = || stdlib::NEWEST.parse().expect("it is a version");
    let is_backport = || {
        let text = metadata.and_then(|metadata| metadata.first("Requires-Python"));
        let only_old =
            text.and_then(|text| text.parse::<SpecifierSet>().ok()).is_some_and(|set| !set.contains(&newest()));
        only_old || name.tags().pythons().iter().all(|python| python.starts_with("py2") || python.starts_with("cp2"))
    };
    // `test` is a common mistake with a rule of its own.
    let hidden = found.is_module && top != "test" && stdlib::is_module(top) && !is_backport();
    hidden.then_some("a module of Python's standard library, which is found first")
}

/// The top-level names that the configuration promises, else those of the metadata.
fn declared(docket: &Docket<'_>, metadata: Option<&RawMetadata>) -> Option<BTreeSet<String>> {
    if let Some(names) = &docket.policy().settings.top_level {
        return Some(names.iter().cloned().collect());
    }
    let mut names = metadata?.all("Import-Name").chain(metadata?.all("Import-Namespace")).peekable();
    names.peek()?;
    let first = |text: &str| {
        let name = text.parse::<ImportName>().ok()?.name;
        Some(name.split('.').next().unwrap_or(&name).to_owned())
    };
    Some(names.filter_map(first).collect())
}
