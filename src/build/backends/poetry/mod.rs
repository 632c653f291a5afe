//! poetry-core: `[project]` and `[tool.poetry]` side by side, dependencies in a grammar of its own, files by patterns
//! and by what git ignores.
//!
//! Measured with poetry-core 2.5.0. Bad configuration is left to the backend, which says it best.

mod config;
mod constraint;
mod files;
mod license;
mod marker;
mod metadata;
mod node;
mod python;
mod ranges;
mod requirement;
mod schema;

use std::collections::BTreeMap;

use self::config::Config;
use self::files::Format;
use super::super::native::{Contents, Profile, Reason, Source};
use super::super::tree::{Resolved, Tree};

/// What its output equals.
pub const PROFILE: Profile = Profile {
    package: "poetry-core",
    version: "2.5.0",
    since: "2.5.0",
    variables: &["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"],
};

/// The contents of the sdist.
///
/// # Errors
/// [`Reason`]: only poetry itself can tell.
pub fn sdist(source: &Source<'_>) -> Result<Contents, Reason> {
    let config = Config::read(source)?;
    let tree = source.tree;
    let mut paths = files::find(source, &config, Format::Sdist)?;
    let named = [&config.license_files, &config.script_files, &config.readmes].into_iter().flatten();
    for file in named.map(String::as_str).chain(["pyproject.toml"]) {
        match tree.resolve(file) {
            Resolved::File(path) => drop(paths.insert(path.clone(), path)),
            _ => return Err(Reason::new(format!("the file `{file}`"), "it is no file of the project")),
        }
    }
    if paths.contains_key("PKG-INFO") {
        return Err(Reason::new("the file `PKG-INFO`", "the sdist would have two of them"));
    }
    let mut entries = Vec::new();
    for path in paths.into_keys() {
        entries.push(tree.entry(&path, path.clone())?);
    }
    entries.push(Tree::made("PKG-INFO".to_owned(), config.metadata(tree)?));
    let stem = config.stem();
    Ok(Contents { name: format!("{stem}.tar.gz"), folder: stem, entries, crlf: false })
}

/// The contents of the wheel.
///
/// # Errors
/// [`Reason`]: only poetry itself can tell.
pub fn wheel(source: &Source<'_>) -> Result<Contents, Reason> {
    let config = Config::read(source)?;
    let tree = source.tree;
    let stem = config.stem();
    let mut members: BTreeMap<String, String> = BTreeMap::new();
    let paths = files::find(source, &config, Format::Wheel)?.into_iter();
    let scripts = config.script_files.iter().map(|file| {
        let name = file.rsplit('/').next().unwrap_or(file);
        (file.clone(), format!("{stem}.data/scripts/{name}"))
    });
    for (path, member) in paths.chain(scripts) {
        if let Some(other) = members.insert(member.clone(), path.clone()) {
            let why = format!("`{other}` and `{path}` would both be `{member}` in the wheel");
            return Err(Reason::new("tool.poetry.packages", why));
        }
    }
    let mut entries = Vec::new();
    for (member, path) in members {
        entries.push(tree.entry(&path, member)?);
    }
    let folder = format!("{stem}.dist-info");
    if let Some(text) = config.entry_points_file() {
        entries.push(Tree::made(format!("{folder}/entry_points.txt"), text));
    }
    for path in &config.license_files {
        entries.push(tree.entry(path, format!("{folder}/licenses/{path}"))?);
    }
    entries.push(Tree::made(format!("{folder}/WHEEL"), config.wheel_file()));
    entries.push(Tree::made(format!("{folder}/METADATA"), config.metadata(tree)?));
    Ok(Contents { name: format!("{stem}-{}.whl", config.tag()), folder, entries, crlf: false })
}
