//! Lock files that say something else than `pyproject.toml`, and those without hashes.
//!
//! Of `uv.lock` only what it keeps of the project itself is compared, of `poetry.lock` and `pdm.lock` their hash
//! ([`super::lock_hashes`]); nothing is resolved.

use std::collections::{BTreeMap, BTreeSet};

use super::super::project::some;
use super::super::pyproject::node::Node;
use super::super::rules::raise;
use super::{Package, Tree, is_of_tests, lock_hashes};
use crate::archive::shown;
use crate::error::Location;
use crate::project::Pyproject;
use crate::python::name::normalize;
use crate::python::requirement::Requirement;
use crate::python::specifier::SpecifierSet;
use crate::report::Finding;

pub(super) fn judge(tree: &Tree<'_>, packages: &[Package<'_>], findings: &mut Vec<Finding>) {
    let paths: Vec<&str> = tree.own().map(|(path, _)| path).filter(|path| !is_of_tests(path)).collect();
    for path in paths {
        let file = path.rsplit('/').next().unwrap_or(path);
        let is_requirements = file.starts_with("requirements") && file.ends_with(".txt");
        if ["uv.lock", "poetry.lock", "pdm.lock"].contains(&file) {
            let Some(text) = tree.large_text(path) else { continue };
            let Ok(lock) = Pyproject::parse(path, text.clone()) else { continue };
            let Some(root) = lock.get(&[]).map(Node::of) else { continue };
            match file {
                "uv.lock" => uv(path, &lock, packages, findings),
                _ => hashed(path, &text, &root, packages, findings),
            }
        } else if is_requirements && let Some(text) = tree.text(path) {
            requirements(path, &text, findings);
        }
    }
}

/// `uv.lock`: what it keeps of each package, and whether its files have hashes.
fn uv(path: &str, lock: &Pyproject, packages: &[Package<'_>], findings: &mut Vec<Finding>) {
    let folder = path.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
    let Some(root) = lock.get(&[]).map(Node::of) else { return };
    let entries = root.get("package").map(Node::list).unwrap_or_default();
    for package in packages.iter().filter(|package| package.folder.starts_with(&folder)) {
        let is_own = |entry: &&Node<'_>| {
            let source = entry.get("source");
            let is_local = source
                .is_some_and(|source| ["editable", "virtual", "directory"].iter().any(|key| source.get(key).is_some()));
            is_local && entry.get("name").and_then(Node::text).is_some_and(|name| normalize(name) == package.name)
        };
        let line = |node: &Node<'_>| node.at.map_or(1, |at| lock.line(at));
        let Some(entry) = entries.iter().find(is_own) else { continue };
        let mut differences = differences(entry, package);
        let locked = root.get("requires-python").and_then(Node::text);
        let wanted = package.pyproject.string(&["project", "requires-python"]);
        if packages.len() == 1
            && let Some((locked, wanted)) = locked.zip(wanted).filter(|(one, two)| !same_versions(one, two))
        {
            differences.push(format!("`requires-python` is `{}` there and `{}` here", shown(locked), shown(wanted)));
        }
        if let Some(first) = differences.first() {
            let more = match differences.len() {
                1 => String::new(),
                count => format!(", and {} more", count - 1),
            };
            let message = format!("`{}` is not of this `pyproject.toml`: {first}{more}", shown(path));
            findings.push(raise("source/stale-lock", message, Location::line(path, line(entry))));
        }
    }
    let has_bare = |entry: &&Node<'_>| {
        let is_of_index = entry.get("source").is_some_and(|source| source.get("registry").is_some());
        let files = entry.get("wheels").map(Node::list).unwrap_or_default().iter().chain(entry.get("sdist"));
        is_of_index && files.into_iter().any(|file| file.get("hash").is_none())
    };
    without_hashes(path, entries.iter().filter(has_bare), findings);
}

/// `poetry.lock` and `pdm.lock`: whether they are of the `pyproject.toml` beside them, and whether their files have hashes.
fn hashed(path: &str, text: &str, lock: &Node<'_>, packages: &[Package<'_>], findings: &mut Vec<Finding>) {
    let (folder, file) = path.rfind('/').map_or(("", path), |at| path.split_at(at + 1));
    let beside = packages.iter().find(|package| package.folder == folder);
    if let Some(pyproject) = beside.and_then(|package| package.pyproject.get(&[])).map(Node::of) {
        let same = match file {
            "poetry.lock" => lock_hashes::poetry(text, lock, &pyproject),
            _ => lock_hashes::pdm(lock, &pyproject),
        };
        if same == Some(false) {
            let message =
                format!("`{}` is not of this `pyproject.toml`: what is required has another hash", shown(path));
            findings.push(raise("source/stale-lock", message, Location::file(path)));
        }
    }
    let entries = lock.get("package").map(Node::list).unwrap_or_default();
    let has_bare = |entry: &&Node<'_>| {
        entry.get("files").map(Node::list).unwrap_or_default().iter().any(|file| file.get("hash").is_none())
    };
    without_hashes(path, entries.iter().filter(has_bare), findings);
}

/// Raises that these packages of a lock have files without a hash.
fn without_hashes<'n>(path: &str, entries: impl Iterator<Item = &'n Node<'n>>, findings: &mut Vec<Finding>) {
    let names: BTreeSet<&str> = entries.filter_map(|entry| entry.get("name").and_then(Node::text)).collect();
    if !names.is_empty() {
        let message = format!("files without a hash: {}", some(names));
        findings.push(raise("source/lock-without-hashes", message, Location::file(path)));
    }
}

/// What a lock keeps of a package and its `pyproject.toml` says otherwise.
fn differences(entry: &Node<'_>, package: &Package<'_>) -> Vec<String> {
    let mut found = Vec::new();
    let locked = entry.get("version").and_then(Node::text);
    if let Some((locked, version)) = locked.zip(package.version).filter(|(one, two)| one != two) {
        found.push(format!("the version is `{}` there and `{}` here", shown(locked), shown(version)));
    }
    let pyproject = package.pyproject;
    let is_dynamic = pyproject.strings(&["project", "dynamic"]).iter().any(|field| field.ends_with("dependencies"));
    if is_dynamic || pyproject.get(&["project"]).is_none() {
        return found;
    }
    let mut wanted: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut texts = pyproject.strings(&["project", "dependencies"]);
    for extra in pyproject.keys(&["project", "optional-dependencies"]) {
        texts.extend(pyproject.strings(&["project", "optional-dependencies", &extra]));
    }
    for requirement in texts.iter().filter_map(|text| text.parse::<Requirement>().ok()) {
        wanted.entry(requirement.name.normalized().to_owned()).or_default().insert(versions(&requirement.specifier));
    }
    let mut kept: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    // From elsewhere, uv keeps where from instead of versions.
    let mut elsewhere = BTreeSet::new();
    let metadata = entry.get("metadata").and_then(|metadata| metadata.get("requires-dist")).map(Node::list);
    for node in metadata.unwrap_or_default() {
        let Some(name) = node.get("name").and_then(Node::text).map(normalize) else { continue };
        let text = node.get("specifier").and_then(Node::text).unwrap_or_default();
        let Ok(specifier) = text.parse::<SpecifierSet>() else { continue };
        let is_elsewhere = ["git", "url", "path", "directory", "editable", "virtual", "index"]
            .iter()
            .any(|key| node.get(key).is_some());
        if is_elsewhere {
            elsewhere.insert(name.clone());
        }
        kept.entry(name).or_default().insert(versions(&specifier));
    }
    for (name, wanted) in &wanted {
        match kept.get(name) {
            None => found.push(format!("`{name}` is not in it")),
            Some(kept) if kept != wanted && !elsewhere.contains(name) => {
                let text = |all: &BTreeSet<String>| all.iter().map(String::as_str).collect::<Vec<_>>().join(" or ");
                found.push(format!("`{name}` is `{}` there and `{}` here", shown(&text(kept)), shown(&text(wanted))));
            }
            Some(_) => {}
        }
    }
    found.extend(kept.keys().filter(|name| !wanted.contains_key(*name)).map(|name| format!("`{name}` is in it")));
    found
}

/// Versions in one order and spelling; `any` where all are taken.
fn versions(set: &SpecifierSet) -> String {
    let all: BTreeSet<String> = set.specifiers().iter().map(|one| one.to_string().replace(' ', "")).collect();
    if all.is_empty() { "any".to_owned() } else { all.into_iter().collect::<Vec<_>>().join(",") }
}

fn same_versions(one: &str, two: &str) -> bool {
    match (one.parse::<SpecifierSet>(), two.parse::<SpecifierSet>()) {
        // uv rounds what it keeps: only the lower bound is compared.
        (Ok(one), Ok(two)) => lower(&one) == lower(&two),
        _ => true,
    }
}

fn lower(set: &SpecifierSet) -> Option<String> {
    let lower = set.specifiers().iter().find(|one| matches!(one.operator().text(), ">=" | "~=" | "=="))?;
    Some(lower.version_text().trim_end_matches(".*").trim_end_matches(".0").to_owned())
}

/// A requirements file in which everything is pinned, and nothing by its bytes.
fn requirements(path: &str, text: &str, findings: &mut Vec<Finding>) {
    let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with(['#', '-']));
    let pinned = lines().filter(|line| line.contains("==")).count();
    let is_lock = pinned >= 5 && lines().all(|line| line.contains("==") || line.contains(" @ "));
    if is_lock && !text.contains("--hash") {
        let message = format!("`{}` pins {pinned} projects by version, and none by hash", shown(path));
        findings.push(raise("source/lock-without-hashes", message, Location::file(path)));
    }
}
