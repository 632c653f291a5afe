//! setuptools 84, as far as everything is declared in `pyproject.toml` or `setup.cfg`: packages, their data,
//! `MANIFEST.in`, and the folder of metadata that it leaves behind in an sdist.
//!
//! Measured with setuptools 84.2.1. A `setup.py` that does something, commands of one's own, extensions and what an
//! earlier build left lying about are left to setuptools.

mod config;
mod discovery;
mod dynamic;
mod entry_points;
mod fields;
mod ini;
mod manifest;
mod metadata;
mod options;
mod requires;
mod template;
mod view;

use std::collections::{BTreeMap, BTreeSet};

use self::config::Config;
use self::ini::Ini;
use self::view::View;
use super::super::globs::join;
use super::super::native::{Contents, Profile, Reason, Source};
use super::super::tree::{Tree, normal};
use crate::archive::write::Entry;

/// What its output equals.
pub const PROFILE: Profile = Profile {
    package: "setuptools",
    version: "84.2.1",
    since: "84.0.0",
    variables: &["SETUPTOOLS_", "DISTUTILS_", "DIST_EXTRA_CONFIG"],
};

/// The contents of the sdist.
pub fn sdist(source: &Source<'_>) -> Result<Contents, Reason> {
    let config = Config::read(source)?;
    if source.tree.is_folder(&join("build", "lib")) {
        return Err(Reason::new("the folder `build`", "what an earlier build left there may get into a wheel")
            .instead("no such folder"));
    }
    let (view, listed) = listed(&config, source.tree)?;
    let list = format!("{}/SOURCES.txt", view.egg);
    let mut entries: Vec<Entry> = Vec::new();
    let mut generated: Vec<Entry> = Vec::new();
    let mut seen = BTreeSet::from(["PKG-INFO".to_owned(), "setup.cfg".to_owned()]);
    for path in listed.iter().chain([&list]) {
        let to = view.plain(path)?;
        // A folder is no file to be copied.
        if !view.is_file(path) || !seen.insert(to.clone()) {
            continue;
        }
        match view.made.contains_key(&to) {
            true => generated.push(view.entry(path, to)?),
            false => entries.push(view.entry(path, to)?),
        }
    }
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    generated.push(setup_cfg(&config, source.tree, &listed)?);
    generated.push(Tree::made("PKG-INFO".to_owned(), config.metadata()?));
    generated.sort_by(|a, b| a.path.cmp(&b.path));
    entries.extend(generated);
    let stem = config.stem();
    Ok(Contents { name: format!("{stem}.tar.gz"), folder: stem, entries, crlf: false })
}

/// `setup.cfg` with the tags of the version: the one of the project where it is listed, else a new one.
fn setup_cfg(config: &Config, tree: &Tree, listed: &[String]) -> Result<Entry, Reason> {
    let path = "setup.cfg".to_owned();
    if !listed.contains(&path) {
        return Ok(Tree::made(path, Ini::default().rewritten(&config.tags)));
    }
    let executable = tree.entry(&path, path.clone())?.executable;
    Ok(Entry { executable, ..Tree::made(path, config.ini.rewritten(&config.tags)) })
}

/// The list of the files of an sdist, with the view in which the metadata are written.
///
/// # Errors
/// What an earlier build left in the folder of the metadata would change the list.
fn listed<'a>(config: &Config, tree: &'a Tree) -> Result<(View<'a>, Vec<String>), Reason> {
    let base = config.layout.base();
    if !base.is_empty() && !tree.is_folder(base) {
        return Err(Reason::new("tool.setuptools.packages.find.where", format!("there is no folder `{base}`")));
    }
    let egg = config.egg();
    let mut made: BTreeMap<String, String> = BTreeMap::new();
    let mut add = |name: &str, text: String| drop(made.insert(join(&egg, name), text));
    add("PKG-INFO", config.metadata()?);
    add("SOURCES.txt", String::new());
    add("dependency_links.txt", "\n".to_owned());
    let tops: BTreeSet<&str> =
        config.layout.packages.iter().chain(&config.layout.modules).map(|name| top(name)).collect();
    add("top_level.txt", tops.into_iter().collect::<Vec<&str>>().join("\n") + "\n");
    if let Some(text) = config.entry_points() {
        add("entry_points.txt", text);
    }
    let requires = config.fields.requires.text();
    if !requires.is_empty() {
        add("requires.txt", requires);
    }
    if let Some(safe) = config.zip_safe {
        add(if safe { "zip-safe" } else { "not-zip-safe" }, "\n".to_owned());
    }
    let stale = || {
        Reason::new(format!("the folder `{egg}`"), "what an earlier build left there changes what is built")
            .instead("no such folder")
    };
    const KNOWN: [&str; 8] = [
        "PKG-INFO",
        "SOURCES.txt",
        "dependency_links.txt",
        "top_level.txt",
        "entry_points.txt",
        "requires.txt",
        "zip-safe",
        "not-zip-safe",
    ];
    if tree.list(&egg)?.iter().any(|name| !KNOWN.contains(&name.as_str())) {
        return Err(stale());
    }
    let old: Vec<String> = tree
        .read_text(&join(&egg, "SOURCES.txt"))?
        .map(|text| text.lines().map(|line| line.trim().to_owned()).collect())
        .unwrap_or_default();
    let old: Vec<String> = old.into_iter().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    let mut view = View::with(tree, egg.clone(), made);
    let files = manifest::files(config, &view, &old)?;
    if tree.folder().is_some() && !old.is_empty() && manifest::files(config, &view, &[])? != files {
        return Err(stale());
    }
    if let Some(line) = files.iter().find(|path| path.starts_with('/') || path.contains(['\n', '\r'])) {
        return Err(Reason::new(format!("the file `{line}`"), "it cannot be listed"));
    }
    view.made.insert(join(&egg, "SOURCES.txt"), files.join("\n"));
    Ok((view, files))
}

fn top(name: &str) -> &str {
    name.split('.').next().unwrap_or(name)
}

/// The contents of the wheel.
pub fn wheel(source: &Source<'_>) -> Result<Contents, Reason> {
    let config = Config::read(source)?;
    let (view, listed) = listed(&config, source.tree)?;
    let stem = config.stem();
    let mut entries: Vec<Entry> = Vec::new();
    for (target, (file, is_module)) in manifest::installed(&config, &view, &listed)? {
        let mut entry = view.entry(&file, target)?;
        entry.executable &= !is_module;
        entries.push(entry);
    }
    let mut seen = BTreeSet::new();
    for (folder, files) in &config.data_files {
        for file in files {
            let name = file.rsplit('/').next().unwrap_or(file);
            let target = normal(&join(folder, name)).unwrap_or_default();
            if !seen.insert(target.clone()) {
                let why = format!("two files would be installed as `{target}`");
                return Err(Reason::new("tool.setuptools.data-files", why));
            }
            entries.push(view.entry(file, format!("{stem}.data/data/{target}"))?);
        }
    }
    for script in &config.scripts {
        entries.push(installed_script(&view, script, &stem, &mut seen)?);
    }
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    let folder = format!("{stem}.dist-info");
    for path in &config.license_files {
        entries.push(view.entry(path, format!("{folder}/licenses/{path}"))?);
    }
    entries.push(Tree::made(format!("{folder}/METADATA"), config.metadata()?));
    entries.push(Tree::made(format!("{folder}/WHEEL"), config.wheel_file()));
    for name in ["entry_points.txt", "top_level.txt", "zip-safe"] {
        if let Some(text) = view.made.get(&join(&view.egg, name)) {
            entries.push(Tree::made(format!("{folder}/{name}"), text.clone()));
        }
    }
    Ok(Contents { name: format!("{stem}-{}-none-any.whl", config.python_tag), folder, entries, crlf: false })
}

/// A script as it is put into the wheel: a first line that names Python is made to name any.
fn installed_script(view: &View<'_>, path: &str, stem: &str, seen: &mut BTreeSet<String>) -> Result<Entry, Reason> {
    const KEY: &str = "tool.setuptools.script-files";
    let plain = view.plain(path)?;
    let odd = |why: &str| Reason::new(KEY, format!("`{path}` {why}"));
    let name = plain.rsplit('/').next().unwrap_or(&plain);
    let target = format!("{stem}.data/scripts/{name}");
    if !seen.insert(format!("scripts: {name}")) {
        return Err(odd("has the name of another script"));
    }
    if !view.is_file(path) {
        return Err(odd("is not there"));
    }
    let bytes = view.tree.read(&plain)?.unwrap_or_default();
    let text = str::from_utf8(&bytes).map_err(|_| odd("is not UTF-8"))?;
    if text.is_empty() || text.starts_with('\u{feff}') || text.contains('\0') {
        return Err(odd("is empty, or begins in a way that setuptools alone can read"));
    }
    if text.lines().take(2).any(|line| line.contains("coding") && !line.to_lowercase().contains("utf-8")) {
        return Err(odd("names an encoding"));
    }
    let first = text.split(['\n', '\r']).next().unwrap_or_default();
    let mut entry = match rest_of_interpreter(first) {
        None => view.entry(path, target)?,
        Some(rest) => {
            let text = text.replace("\r\n", "\n").replace('\r', "\n");
            let body = text.split_once('\n').map_or("", |(_, body)| body);
            Tree::made(target, format!("#!python{rest}\n{body}"))
        }
    };
    entry.executable = true;
    Ok(entry)
}

/// What follows the name of Python in the first line of a script; nothing where it names none.
fn rest_of_interpreter(line: &str) -> Option<&str> {
    let after = line.strip_prefix("#!")?;
    after.rmatch_indices("python").find_map(|(at, word)| {
        let rest = after[at + word.len()..].trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        (rest.is_empty() || rest.starts_with([' ', '\t'])).then_some(rest)
    })
}
