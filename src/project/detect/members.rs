//! The packages of a repository: the workspaces of uv and hatch, else folders with a `pyproject.toml` of their
//! own where the root is no package.

use std::path::Path;

use super::super::pyproject::Pyproject;
use super::super::workspace::{expand, nearby};
use super::super::{FILE_LIMIT, version_source};
use crate::config::file::Versions;
use crate::effects::files::Files;
use crate::error::Failure;
use crate::python::name::normalize;
use crate::python::version::Version;

/// The packages of a workspace.
#[derive(Debug, Clone)]
pub struct Members {
    /// Their folders.
    pub folders: Vec<String>,
    /// Whether each has its own version.
    pub versions: Versions,
    /// Their normalised names.
    pub names: Vec<String>,
}

/// The packages of a workspace; nothing for a single package in the root.
pub(super) fn find(files: Files, root: &Path, manifest: Option<&Pyproject>) -> Result<Option<Members>, Failure> {
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
        if let Some((name, version)) = version_of(files, root, &folder)? {
            members.push((folder, name, version));
        }
    }
    // The root of a workspace is released with its members where it is a package and has their version.
    let of_root = if is_package { version_of(files, root, "")? } else { None };
    if is_package {
        // Members with versions of their own are not released together with the root.
        members.retain(|(_, _, version)| of_root.as_ref().is_some_and(|(_, shared)| shared == version));
        if members.is_empty() {
            return Ok(None);
        }
    }
    members.splice(0..0, of_root.map(|(name, version)| (".".to_owned(), name, version)));
    let [(_, _, first), others @ ..] = members.as_slice() else { return Ok(None) };
    let versions =
        if others.iter().all(|(_, _, version)| version == first) { Versions::Shared } else { Versions::Independent };
    let (folders, names) = members.into_iter().map(|(folder, name, _)| (folder, normalize(&name))).unzip();
    Ok(Some(Members { folders, versions, names }))
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

/// The name and version of the package in a folder; nothing where it is none, or its version cannot be followed.
fn version_of(files: Files, root: &Path, folder: &str) -> Result<Option<(String, Version)>, Failure> {
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
    let version = source.ok().and_then(|source| source.place?.written.parse().ok());
    Ok(version.map(|version| (name.to_owned(), version)))
}
