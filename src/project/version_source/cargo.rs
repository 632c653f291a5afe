//! The version of a crate that maturin makes a package of: `[package] version` of its `Cargo.toml`, or that of the
//! workspace it inherits from. Cargo writes SemVer; maturin reads the same text as PEP 440.

use std::path::{Path, PathBuf};

use toml_edit::Item;

use super::backend::unsupported;
use super::{Reader, VersionSource};
use crate::config::file::Form;
use crate::project::{ProjectError, Pyproject};
use crate::python::version::Version;

/// Where maturin looks for the manifest when nothing says where it is.
const MANIFESTS: [&str; 3] = ["Cargo.toml", "rust/Cargo.toml", "native/Cargo.toml"];

pub(super) fn locate(reader: &Reader<'_>, name: &str, pyproject: &Pyproject) -> Result<VersionSource, ProjectError> {
    let file = manifest(reader, pyproject)
        .ok_or_else(|| unsupported(name, "maturin takes it from `Cargo.toml`, and there is none"))?;
    let cargo = Pyproject::parse(&file, reader.text(&file)?)?;
    if cargo.get(&["package", "version", "workspace"]).and_then(Item::as_bool) == Some(true) {
        return of_workspace(reader, name, (&file, &cargo));
    }
    found(name, &cargo, &["package", "version"], "[package] version")
}

/// The name of the crate.
pub(super) fn name(reader: &Reader<'_>, pyproject: &Pyproject) -> Option<String> {
    let file = manifest(reader, pyproject)?;
    let cargo = Pyproject::parse(&file, reader.text(&file).ok()?).ok()?;
    cargo.string(&["package", "name"]).map(str::to_owned)
}

/// The manifest of the crate, below the package.
fn manifest(reader: &Reader<'_>, pyproject: &Pyproject) -> Option<String> {
    match pyproject.string(&["tool", "maturin", "manifest-path"]) {
        Some(path) => Some(path.trim_start_matches("./").to_owned()),
        None => MANIFESTS.into_iter().find(|path| reader.exists(path)).map(str::to_owned),
    }
}

/// `version.workspace = true`: the nearest manifest above with a workspace, not beyond the package.
fn of_workspace(
    reader: &Reader<'_>,
    name: &str,
    (file, cargo): (&str, &Pyproject),
) -> Result<VersionSource, ProjectError> {
    let keys = ["workspace", "package", "version"];
    let how = "[workspace.package] version";
    if cargo.get(&["workspace"]).is_some() {
        return found(name, cargo, &keys, how);
    }
    let named = cargo.string(&["package", "workspace"]);
    let folder = Path::new(file).parent().unwrap_or(Path::new(""));
    let roots: Vec<PathBuf> = match named {
        Some(path) => above(folder, path).into_iter().collect(),
        None => folder.ancestors().skip(1).map(Path::to_owned).collect(),
    };
    for root in roots {
        let file = root.join("Cargo.toml").to_string_lossy().into_owned();
        if !reader.exists(&file) {
            continue;
        }
        let cargo = Pyproject::parse(&file, reader.text(&file)?)?;
        if cargo.get(&["workspace"]).is_some() {
            return found(name, &cargo, &keys, how);
        }
    }
    Err(unsupported(name, format!("`{file}` inherits it from a workspace of Cargo that is not below the package")))
}

/// A path with `..` in it, from a folder; nothing where it leads out of the package.
fn above(folder: &Path, path: &str) -> Option<PathBuf> {
    let mut at = folder.to_owned();
    for part in path.split('/').filter(|part| !part.is_empty() && *part != ".") {
        match part {
            ".." => at.pop().then_some(())?,
            name => at.push(name),
        }
    }
    Some(at)
}

fn found(name: &str, cargo: &Pyproject, keys: &[&str], how: &str) -> Result<VersionSource, ProjectError> {
    let written = cargo.written(keys).ok_or_else(|| ProjectError::VersionNotFound {
        file: cargo.file.clone(),
        expected: format!("`{how} = \"1.2.3\"`"),
    })?;
    // Cargo sorts it before 1.0.0, maturin makes a later release of it.
    if written.value.parse::<Version>().is_ok_and(|version| version.post().is_some()) {
        let why = format!(
            "`{}` in `{}` is a pre-release for Cargo and a post-release for maturin",
            written.value, cargo.file
        );
        return Err(unsupported(name, why));
    }
    let mut source = VersionSource::of(format!("{how} of Cargo"), &cargo.file, cargo.text(), written.range);
    if let Some(place) = &mut source.place {
        place.form = Form::Semver;
    }
    Ok(source)
}
