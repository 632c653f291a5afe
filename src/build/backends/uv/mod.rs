//! uv_build 0.13: globs alone decide, no version control, nothing dynamic. The sdist has its `pyproject.toml` written
//! anew by the same crate that uv uses, and the original beside it.
//!
//! Measured with uv_build 0.13.6. What uv refuses is left to it to say.

mod config;
mod metadata;
mod patterns;
mod requirements;

use std::collections::BTreeSet;

use self::config::Config;
use self::patterns::{Fit, Pattern};
use super::super::globs::join;
use super::super::native::{Contents, Profile, Reason, Source};
use super::super::tree::Tree;
use crate::effects::files::What;

/// What its output equals.
pub const PROFILE: Profile = Profile { package: "uv_build", version: "0.13.6", since: "0.13.0", variables: &[] };

const PYPROJECT: &str = "pyproject.toml";

/// The contents of the sdist.
///
/// # Errors
/// [`Reason`]: only the backend itself can tell.
pub fn sdist(source: &Source<'_>) -> Result<Contents, Reason> {
    let config = Config::read(source)?;
    let mut include = vec![Pattern::literal(PYPROJECT)];
    include.extend(config.modules.iter().map(|module| Pattern::below(&config.in_root(module))));
    include.extend(config.source_include.iter().cloned());
    include.extend(config.license_patterns.iter().cloned());
    include.extend(config.named_files().map(|file| Pattern::literal(&file)));
    include.extend(config.data.iter().map(|(_, folder)| Pattern::below(folder)));
    let mut files = BTreeSet::new();
    walk(source.tree, "", (&include, &config.source_exclude, 0), &mut files)?;
    files.remove(PYPROJECT);
    let mut entries = Vec::new();
    for path in files {
        entries.push(source.tree.entry(&path, path.clone())?);
    }
    let stem = config.stem();
    entries.push(Tree::made(PYPROJECT.to_owned(), rewritten(source)?));
    entries.push(Tree::made(format!("{PYPROJECT}.orig"), source.pyproject.text()));
    entries.push(Tree::made("PKG-INFO".to_owned(), config.metadata(source)?));
    Ok(Contents { name: format!("{stem}.tar.gz"), folder: stem, entries })
}

/// `pyproject.toml` without comments and layout.
fn rewritten(source: &Source<'_>) -> Result<String, Reason> {
    let refuse = |error: &dyn std::fmt::Display| Reason::new(format!("the file `{PYPROJECT}`"), error.to_string());
    let table: toml::Table = source.pyproject.text().parse().map_err(|error: toml::de::Error| refuse(&error))?;
    toml::to_string_pretty(&table).map_err(|error| refuse(&error))
}

/// The contents of the wheel.
///
/// # Errors
/// [`Reason`]: only the backend itself can tell.
pub fn wheel(source: &Source<'_>) -> Result<Contents, Reason> {
    let config = Config::read(source)?;
    config.refuse_for_wheel()?;
    let (tree, stem) = (source.tree, config.stem());
    let mut entries = Vec::new();
    for module in &config.modules {
        let folder = config.in_root(module);
        let mut files = BTreeSet::new();
        walk(tree, &folder, (&[Pattern::below(&folder)], &config.wheel_exclude, config.root_length()), &mut files)?;
        for path in files {
            let to = path[config.root_length()..].to_owned();
            entries.push(tree.entry(&path, to)?);
        }
    }
    for (kind, folder) in &config.data {
        if tree.what(folder) != What::Folder {
            return Err(Reason::new(
                format!("tool.uv.build-backend.data.{kind}"),
                format!("there is no folder `{folder}`"),
            ));
        }
        let mut files = BTreeSet::new();
        walk(tree, folder, (&[Pattern::below(folder)], &config.wheel_exclude, folder.len() + 1), &mut files)?;
        for path in files {
            entries.push(tree.entry(&path, format!("{stem}.data/{kind}/{}", &path[folder.len() + 1..]))?);
        }
    }
    let folder = format!("{stem}.dist-info");
    for path in config.license_files(tree)? {
        entries.push(tree.entry(&path, format!("{folder}/licenses/{path}"))?);
    }
    let generator = super::generator(&PROFILE);
    let text = format!("Wheel-Version: 1.0\n{generator}Root-Is-Purelib: true\nTag: py3-none-any\n");
    entries.push(Tree::made(format!("{folder}/WHEEL"), text));
    if let Some(text) = config.entry_points() {
        entries.push(Tree::made(format!("{folder}/entry_points.txt"), text));
    }
    entries.push(Tree::made(format!("{folder}/METADATA"), config.metadata(source)?));
    Ok(Contents { name: format!("{stem}-py3-none-any.whl"), folder, entries })
}

/// Every file below a folder that is included and not excluded. A folder that is excluded, or below which nothing can
/// be included, is not looked into. Excludes see paths without their first `hidden` bytes: in a wheel those of the
/// folder of its modules.
fn walk(
    tree: &Tree,
    folder: &str,
    (include, exclude, hidden): (&[Pattern], &[Pattern], usize),
    found: &mut BTreeSet<String>,
) -> Result<(), Reason> {
    for name in tree.list(folder)? {
        let path = join(folder, &name);
        let fit = include.iter().map(|pattern| pattern.fit(&path)).max().unwrap_or(Fit::No);
        if fit == Fit::No || exclude.iter().any(|pattern| pattern.fit(&path[hidden..]) == Fit::Whole) {
            continue;
        }
        match tree.what(&path) {
            What::Folder => walk(tree, &path, (include, exclude, hidden), found)?,
            _ if tree.is_folder(&path) => {
                return Err(Reason::new(format!("the link `{path}`"), "uv does not follow links to folders"));
            }
            _ if fit == Fit::Whole && tree.is_file(&path) => drop(found.insert(path)),
            _ if fit == Fit::Whole => return Err(Reason::new(format!("the link `{path}`"), "it leads to nothing")),
            _ => {}
        }
    }
    Ok(())
}
