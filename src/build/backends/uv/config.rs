//! `[tool.uv.build-backend]` with its defaults, and the module that it leads to.

use std::collections::BTreeSet;

use toml_edit::Item;

use super::super::super::declared::{Declared, License, strings_of, wrong};
use super::super::super::globs::join;
use super::super::super::native::{Reason, Source};
use super::super::super::tree::Tree;
use super::patterns::Pattern;
use crate::effects::files::What;
use crate::python::name::{ProjectName, normalize};
use crate::python::version::Version;

const TABLE: [&str; 3] = ["tool", "uv", "build-backend"];
const SHOWN: &str = "tool.uv.build-backend";
const DEFAULT_EXCLUDES: [&str; 3] = ["__pycache__", "*.pyc", "*.pyo"];
/// The order in which uv writes them.
const KINDS: [&str; 5] = ["purelib", "platlib", "headers", "scripts", "data"];

/// What both archives need to know.
pub(super) struct Config {
    pub(super) declared: Declared,
    pub(super) version: Version,
    /// The folder of the modules; the project's own where it is empty.
    pub(super) root: String,
    /// Paths of modules below it, sorted.
    pub(super) modules: Vec<String>,
    pub(super) source_include: Vec<Pattern>,
    pub(super) source_exclude: Vec<Pattern>,
    /// Both kinds of excludes.
    pub(super) wheel_exclude: Vec<Pattern>,
    pub(super) license_patterns: Vec<Pattern>,
    /// Folders of data, by kind.
    pub(super) data: Vec<(&'static str, String)>,
}

impl Config {
    pub(super) fn read(source: &Source<'_>) -> Result<Config, Reason> {
        let declared = source.declared.clone().ok_or_else(|| Reason::new("project", "the table is missing"))?;
        if !declared.dynamic.is_empty() {
            return Err(Reason::new("project.dynamic", "uv knows no dynamic fields"));
        }
        let refuse = |why: &str| Reason::new("project.name", why);
        let _: ProjectName = declared.name.parse().map_err(|_| refuse("it is no name"))?;
        let version = declared.version.as_deref().and_then(|text| text.parse().ok());
        let version = version.ok_or_else(|| Reason::new("project.version", "it is missing, or no version"))?;
        if declared.description.as_ref().is_some_and(|text| text.contains(['\n', '\r'])) {
            return Err(Reason::new("project.description", "it has several lines"));
        }
        let root = string(source, "module-root")?.unwrap_or_else(|| "src".to_owned());
        let root = root.trim_end_matches('/').to_owned();
        if root.starts_with('/') || root.split('/').any(|part| part == ".." || part == ".") {
            return Err(Reason::new(format!("{SHOWN}.module-root"), format!("`{root}` leads elsewhere")));
        }
        let excludes = excludes(source)?;
        let mut wheel_exclude = excludes.clone();
        wheel_exclude.extend(patterns(source, "wheel-exclude", Pattern::exclude)?);
        let config = Config {
            modules: modules(source, &declared)?,
            source_include: patterns(source, "source-include", Pattern::include)?,
            source_exclude: excludes,
            wheel_exclude,
            license_patterns: license_patterns(&declared)?,
            data: data(source)?,
            declared,
            version,
            root,
        };
        config.refuse_modules(source)?;
        config.license_files(source.tree)?;
        Ok(config)
    }

    /// A module as a path of the project.
    pub(super) fn in_root(&self, module: &str) -> String {
        join(&self.root, module)
    }

    /// How many bytes of a path are the folder of the modules.
    pub(super) fn root_length(&self) -> usize {
        if self.root.is_empty() { 0 } else { self.root.len() + 1 }
    }

    /// `name-version`, as in names of files.
    pub(super) fn stem(&self) -> String {
        format!("{}-{}", normalize(&self.declared.name).replace('-', "_"), self.version)
    }

    /// Files that the metadata names.
    pub(super) fn named_files(&self) -> impl Iterator<Item = String> + '_ {
        let readme = self.declared.readme.as_ref().and_then(|readme| readme.file.clone());
        let license = match &self.declared.license {
            Some(License::File(file)) => Some(file.clone()),
            _ => None,
        };
        readme.into_iter().chain(license)
    }

    /// The files that the patterns of licences name, sorted.
    pub(super) fn license_files(&self, tree: &Tree) -> Result<Vec<String>, Reason> {
        let mut found = BTreeSet::new();
        for pattern in &self.license_patterns {
            let mut files = BTreeSet::new();
            super::walk(tree, "", (std::slice::from_ref(pattern), &[], 0), &mut files)?;
            if files.is_empty() {
                return Err(Reason::new("project.license-files", "one of its patterns names no file"));
            }
            found.extend(files);
        }
        Ok(found.into_iter().collect())
    }

    fn refuse_modules(&self, source: &Source<'_>) -> Result<(), Reason> {
        let is_namespace = flag(source, "namespace")?.unwrap_or(false);
        for module in &self.modules {
            let folder = self.in_root(module);
            let key = format!("{SHOWN}.module-name");
            if source.tree.what(&folder) != What::Folder {
                return Err(Reason::new(key, format!("there is no folder `{folder}`")));
            }
            if is_namespace {
                continue;
            }
            let init = if module.ends_with("-stubs") { "__init__.pyi" } else { "__init__.py" };
            if !source.tree.is_file(&join(&folder, init)) {
                return Err(Reason::new(key, format!("there is no `{folder}/{init}`")));
            }
            for (at, _) in module.match_indices('/') {
                let parent = self.in_root(&module[..at]);
                if ["__init__.py", "__init__.pyi"].iter().any(|init| source.tree.is_file(&join(&parent, init))) {
                    return Err(Reason::new(key, format!("`{parent}` is no namespace")));
                }
            }
        }
        Ok(())
    }

    /// What uv refuses for a wheel alone.
    pub(super) fn refuse_for_wheel(&self) -> Result<(), Reason> {
        let is_reserved = |group: &str| matches!(group, "console_scripts" | "gui_scripts");
        match self.declared.entry_points.iter().find(|(group, _)| is_reserved(group)) {
            Some((group, _)) => Err(Reason::new(format!("project.entry-points.{group}"), "uv refuses it")),
            None => Ok(()),
        }
    }
}

fn item<'s>(source: &'s Source<'_>, key: &str) -> Option<&'s Item> {
    source.pyproject.get(&[&TABLE[..], &[key]].concat())
}

fn string(source: &Source<'_>, key: &str) -> Result<Option<String>, Reason> {
    let Some(item) = item(source, key) else { return Ok(None) };
    item.as_str().map(|text| Some(text.to_owned())).ok_or_else(|| wrong(&format!("{SHOWN}.{key}"), "a string"))
}

fn flag(source: &Source<'_>, key: &str) -> Result<Option<bool>, Reason> {
    let Some(item) = item(source, key) else { return Ok(None) };
    item.as_bool().map(Some).ok_or_else(|| wrong(&format!("{SHOWN}.{key}"), "true or false"))
}

fn list(source: &Source<'_>, key: &str) -> Result<Vec<String>, Reason> {
    let Some(table) = source.pyproject.get(&TABLE).and_then(Item::as_table_like) else { return Ok(Vec::new()) };
    Ok(strings_of(table, key, &format!("{SHOWN}.{key}"))?.unwrap_or_default())
}

fn patterns(
    source: &Source<'_>,
    key: &str,
    read: fn(&str, &str) -> Result<Pattern, Reason>,
) -> Result<Vec<Pattern>, Reason> {
    list(source, key)?.iter().map(|text| read(text, &format!("{SHOWN}.{key}"))).collect()
}

fn excludes(source: &Source<'_>) -> Result<Vec<Pattern>, Reason> {
    let mut all = patterns(source, "source-exclude", Pattern::exclude)?;
    if flag(source, "default-excludes")?.unwrap_or(true) {
        for text in DEFAULT_EXCLUDES {
            all.push(Pattern::exclude(text, SHOWN)?);
        }
    }
    Ok(all)
}

fn modules(source: &Source<'_>, declared: &Declared) -> Result<Vec<String>, Reason> {
    let key = format!("{SHOWN}.module-name");
    let mut names = match item(source, "module-name") {
        None => {
            let name = normalize(&declared.name);
            vec![match name.strip_suffix("-stubs") {
                Some(stem) => format!("{}-stubs", stem.replace('-', "_")),
                None => name.replace('-', "_"),
            }]
        }
        Some(item) => match item.as_str() {
            Some(name) => vec![name.to_owned()],
            None => list(source, "module-name")?,
        },
    };
    let is_module = |name: &String| {
        let bare = name.strip_suffix("-stubs").unwrap_or(name);
        let is_part = |part: &str| part.chars().all(|c| c.is_alphanumeric() || c == '_') && !part.is_empty();
        bare.split('.').all(is_part)
    };
    if let Some(name) = names.iter().find(|name| !is_module(name)) {
        return Err(Reason::new(key, format!("`{name}` is no name of a module")));
    }
    names.sort();
    names.dedup();
    Ok(names.into_iter().map(|name| name.replace('.', "/")).collect())
}

fn license_patterns(declared: &Declared) -> Result<Vec<Pattern>, Reason> {
    const KEY: &str = "project.license-files";
    let Some(list) = &declared.license_files else { return Ok(Vec::new()) };
    if matches!(declared.license, Some(License::File(_) | License::Text(_))) {
        return Err(Reason::new(KEY, "it cannot stand beside a table"));
    }
    list.iter().map(|text| Pattern::include(text, KEY)).collect()
}

fn data(source: &Source<'_>) -> Result<Vec<(&'static str, String)>, Reason> {
    let Some(item) = item(source, "data") else { return Ok(Vec::new()) };
    let shown = format!("{SHOWN}.data");
    let table = item.as_table_like().ok_or_else(|| wrong(&shown, "a table"))?;
    if let Some((key, _)) = table.iter().find(|(key, _)| !KINDS.contains(key)) {
        return Err(Reason::new(format!("{shown}.{key}"), "uv does not know it"));
    }
    let mut found = Vec::new();
    for kind in KINDS {
        let Some(item) = table.get(kind) else { continue };
        let folder = item.as_str().ok_or_else(|| wrong(&format!("{shown}.{kind}"), "a string"))?;
        let folder = folder.trim_end_matches('/');
        let is_plain = !folder.is_empty() && folder.split('/').all(|part| !matches!(part, "" | "." | ".."));
        if !is_plain {
            return Err(Reason::new(format!("{shown}.{kind}"), format!("`{folder}` leads elsewhere")));
        }
        found.push((kind, folder.to_owned()));
    }
    Ok(found)
}
