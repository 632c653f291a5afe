//! flit_core 4: only `[project]` and a few keys of `[tool.flit]`; no version control, no configuration of what is in
//! the wheel. The module is what is packaged, whole.
//!
//! Measured with flit_core 4.2.0. Bad configuration is left to the backend, which says it best.

mod config;
mod metadata;

use std::collections::BTreeSet;

use self::config::{Config, Module};
use super::super::globs::{self, Reading, join};
use super::super::native::{Contents, Profile, Reason, Source};
use super::super::tree::{Resolved, Tree};
use crate::archive::write::{Content, Entry};
use crate::effects::files::What;

/// What its output equals.
pub const PROFILE: Profile =
    Profile { package: "flit_core", version: "4.2.0", since: "4.0.0", variables: &["FLIT_ALLOW_INVALID"] };

/// The contents of the sdist.
pub fn sdist(source: &Source<'_>) -> Result<Contents, Reason> {
    let config = Config::read(source)?;
    let tree = source.tree;
    let mut wanted: BTreeSet<String> = BTreeSet::new();
    match &config.module {
        Module::File(path) => drop(wanted.insert(path.clone())),
        Module::Folder(path) => module_files(tree, path, &mut wanted)?,
    }
    if let Some(data) = &config.external_data {
        walk(tree, data, &|name| name == "__pycache__", &mut wanted)?;
    }
    let mut crucial: Vec<String> = vec!["pyproject.toml".to_owned(), config.module_file()];
    crucial.extend(config.readme.clone());
    crucial.extend(config.license_files.iter().cloned());
    wanted.extend(crucial.iter().cloned());
    if let Some(rules) = &config.sdist {
        let excluded = named(tree, &rules.exclude)?;
        let included = named(tree, &rules.include)?;
        wanted.extend(included);
        wanted.retain(|path| !excluded.contains(path));
    }
    if let Some(missing) = crucial.iter().find(|path| !wanted.contains(*path) || tree.what(path) == What::Missing) {
        return Err(Reason::new("tool.flit.sdist.exclude", format!("the sdist would be without `{missing}`")));
    }
    let mut entries = Vec::new();
    for path in wanted {
        entries.push(entry(tree, path)?);
    }
    let stem = config.stem();
    entries.push(Tree::made("PKG-INFO".to_owned(), config.metadata(source)?));
    Ok(Contents { name: format!("{stem}.tar.gz"), folder: stem, entries, crlf: false })
}

/// A file as it is stored: a link stays one, as long as it names something of the project.
fn entry(tree: &Tree, path: String) -> Result<Entry, Reason> {
    let Some(target) = tree.link(&path) else { return tree.entry(&path, path.clone()) };
    match tree.resolve(&path) {
        Resolved::File(_) => Ok(Entry { path, content: Content::Link(target), executable: false }),
        _ => Err(Reason::new(
            format!("the link `{path}`"),
            format!("it names `{target}`, which is no file of the project"),
        )),
    }
}

/// The files and the files below the folders that patterns name.
fn named(tree: &Tree, patterns: &[String]) -> Result<BTreeSet<String>, Reason> {
    let mut found = BTreeSet::new();
    for pattern in patterns {
        for path in globs::expand(tree, "", pattern, Reading::GLOB)? {
            if tree.is_folder(&path) {
                walk(tree, &path, &|_| false, &mut found)?;
            } else {
                found.insert(path);
            }
        }
    }
    Ok(found)
}

/// Every file below a folder but bytecode. Links to folders are not followed.
fn module_files(tree: &Tree, folder: &str, found: &mut BTreeSet<String>) -> Result<(), Reason> {
    walk(tree, folder, &|name| name == "__pycache__" || name.ends_with(".pyc"), found)
}

fn walk(tree: &Tree, folder: &str, skips: &dyn Fn(&str) -> bool, found: &mut BTreeSet<String>) -> Result<(), Reason> {
    for name in tree.list(folder)? {
        let path = join(folder, &name);
        if skips(&name) {
            continue;
        }
        match tree.what(&path) {
            What::Folder => walk(tree, &path, skips, found)?,
            // A link to a folder, or to nothing.
            What::Other if !tree.is_file(&path) && tree.is_folder(&path) => {}
            _ => drop(found.insert(path)),
        }
    }
    Ok(())
}

/// The contents of the wheel.
pub fn wheel(source: &Source<'_>) -> Result<Contents, Reason> {
    let config = Config::read(source)?;
    let tree = source.tree;
    let mut files: BTreeSet<String> = BTreeSet::new();
    let base = match &config.module {
        Module::File(path) => {
            files.insert(path.clone());
            path
        }
        Module::Folder(path) => {
            module_files(tree, path, &mut files)?;
            path
        }
    };
    let prefix = if base.starts_with("src/") { "src/" } else { "" };
    let mut entries = Vec::new();
    for path in files {
        entries.push(tree.entry(&path, path[prefix.len()..].to_owned())?);
    }
    let stem = config.stem();
    if let Some(data) = &config.external_data {
        let mut files = BTreeSet::new();
        walk(tree, data, &|name| name == "__pycache__", &mut files)?;
        for path in files {
            entries.push(tree.entry(&path, format!("{stem}.data/data/{}", &path[data.len() + 1..]))?);
        }
    }
    let folder = format!("{stem}.dist-info");
    if let Some(text) = config.entry_points() {
        entries.push(Tree::made(format!("{folder}/entry_points.txt"), text));
    }
    for path in &config.license_files {
        entries.push(tree.entry(path, format!("{folder}/licenses/{path}"))?);
    }
    entries.push(Tree::made(format!("{folder}/WHEEL"), config.wheel_file()));
    entries.push(Tree::made(format!("{folder}/METADATA"), config.metadata(source)?));
    let tag = if config.supports_python_2 { "py2.py3-none-any" } else { "py3-none-any" };
    Ok(Contents { name: format!("{stem}-{tag}.whl"), folder, entries, crlf: true })
}
