//! The packages of a repository: the workspaces of uv and hatch, else folders with a `pyproject.toml` of their
//! own where the root is no package.

use std::path::Path;

use super::super::pyproject::Pyproject;
use super::super::{FILE_LIMIT, version_source};
use crate::effects::files::{Files, What};
use crate::error::Failure;
use crate::python::version::Version;

/// More packages than this are not looked at.
const LIMIT: usize = 200;
/// Folders that hold no packages of a workspace.
const SKIPPED: [&str; 9] = ["tests", "test", "docs", "doc", "examples", "fixtures", "node_modules", "venv", "build"];

/// The folders of the packages that share one version; nothing for a single package in the root.
pub(super) fn find(files: Files, root: &Path, manifest: Option<&Pyproject>) -> Result<Option<Vec<String>>, Failure> {
    let is_package = manifest.is_some_and(|manifest| manifest.string(&["project", "name"]).is_some());
    let named = manifest.map(declared).unwrap_or_default();
    let folders = match (named.is_empty(), is_package) {
        (true, true) => return Ok(None),
        (true, false) if manifest.is_some_and(|manifest| manifest.string(&["tool", "poetry", "name"]).is_some()) => {
            return Ok(None);
        }
        (true, false) => nearby(files, root)?,
        (false, _) => {
            let excluded = manifest.map(|m| m.strings(&["tool", "uv", "workspace", "exclude"])).unwrap_or_default();
            let excluded = expand(files, root, &excluded)?;
            let mut folders = expand(files, root, &named)?;
            folders.retain(|folder| !excluded.contains(folder));
            folders
        }
    };
    let mut members = Vec::new();
    for folder in folders {
        if let Some(version) = version_of(files, root, &folder)? {
            members.push((folder, version));
        }
    }
    // The root of a workspace is released with its members where it is a package and has their version.
    let of_root = if is_package { version_of(files, root, "")? } else { None };
    let shared = of_root.as_ref().or_else(|| members.first().map(|(_, version)| version)).cloned();
    if is_package && !members.iter().any(|(_, version)| Some(version) == shared.as_ref()) {
        return Ok(None);
    }
    let mut all: Vec<String> = Vec::new();
    if of_root.is_some() {
        all.push(".".to_owned());
    }
    // Members with versions of their own are not released together with the root.
    all.extend(members.into_iter().filter(|(_, version)| !is_package || Some(version) == shared.as_ref()).map(|m| m.0));
    Ok((!all.is_empty()).then_some(all))
}

/// What the workspace says its members are.
fn declared(manifest: &Pyproject) -> Vec<String> {
    let places: [&[&str]; 3] = [
        &["tool", "uv", "workspace", "members"],
        &["tool", "hatch", "workspace", "members"],
        &["tool", "hatch", "envs", "default", "workspace", "members"],
    ];
    places.iter().flat_map(|path| manifest.strings(path)).collect()
}

/// The folders that patterns name: `*` stands for any name of one folder.
fn expand(files: Files, root: &Path, patterns: &[String]) -> Result<Vec<String>, Failure> {
    let mut found = Vec::new();
    for pattern in patterns {
        let mut matching = vec![String::new()];
        for part in pattern.split('/').filter(|part| !part.is_empty() && *part != ".") {
            let mut next = Vec::new();
            for base in matching {
                if part == ".." {
                    continue;
                }
                for name in folders(files, &root.join(&base))?.into_iter().filter(|name| fits(name, part)) {
                    next.push(if base.is_empty() { name } else { format!("{base}/{name}") });
                }
            }
            next.truncate(LIMIT);
            matching = next;
        }
        found.extend(matching.into_iter().filter(|folder| !folder.is_empty()));
    }
    found.sort();
    found.dedup();
    Ok(found)
}

/// Whether a name fits a pattern with stars.
fn fits(name: &str, pattern: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = name.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// Folders with a `pyproject.toml`, one or two levels down.
fn nearby(files: Files, root: &Path) -> Result<Vec<String>, Failure> {
    let has = |folder: &str| files.what(&root.join(folder).join("pyproject.toml")) == What::File;
    let mut found = Vec::new();
    for outer in folders(files, root)? {
        if has(&outer) {
            found.push(outer);
            continue;
        }
        for inner in folders(files, &root.join(&outer))? {
            let path = format!("{outer}/{inner}");
            if has(&path) {
                found.push(path);
            }
        }
    }
    found.truncate(LIMIT);
    Ok(found)
}

fn folders(files: Files, dir: &Path) -> Result<Vec<String>, Failure> {
    let entries = files.list(dir)?;
    let names = entries
        .iter()
        .filter(|path| files.what(path) == What::Folder)
        .filter_map(|path| path.file_name()?.to_str().map(str::to_owned))
        .filter(|name| !name.starts_with('.') && !SKIPPED.contains(&name.as_str()));
    Ok(names.collect())
}

/// The version of the package in a folder; nothing where it is none, or its version cannot be followed.
fn version_of(files: Files, root: &Path, folder: &str) -> Result<Option<Version>, Failure> {
    let dir = root.join(folder);
    let Some(text) = files.read_text_if_there(&dir.join("pyproject.toml"), FILE_LIMIT)? else { return Ok(None) };
    let shown = if folder.is_empty() { "pyproject.toml".to_owned() } else { format!("{folder}/pyproject.toml") };
    let pyproject = Pyproject::parse(&shown, text)?;
    if pyproject.get(&["tool", "uv", "package"]).and_then(toml_edit::Item::as_bool) == Some(false) {
        return Ok(None);
    }
    let name = pyproject.string(&["project", "name"]).or_else(|| pyproject.string(&["tool", "poetry", "name"]));
    let Some(name) = name else { return Ok(None) };
    let source = version_source::locate(files, &dir, name, &pyproject);
    Ok(source.ok().and_then(|source| source.place?.written.parse().ok()))
}
