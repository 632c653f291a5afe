//! What the configuration says: the module, version and summary, files that are named. Whatever flit would refuse is a
//! reason to let it say so.

use std::collections::BTreeSet;

use toml_edit::Item;

use super::super::super::declared::{Declared, FIELDS, License, strings_of, wrong};
use super::super::super::globs::{self, Reading, join};
use super::super::super::native::{Reason, Source};
use super::super::super::tree::Tree;
use crate::effects::files::What;
use crate::project::version_source::python_source;
use crate::python::name::normalize;
use crate::python::version::Version;

const LICENSES: [&str; 4] = ["COPYING*", "LICEN[CS]E*", "NOTICE*", "AUTHORS*"];
/// Files beside a module's own that may say the version; a later one wins.
const VERSION_FILES: [&str; 4] = ["__version__.py", "_version.py", "version.py", "__init__.py"];

/// The module that is packaged.
#[derive(Debug)]
pub(super) enum Module {
    /// One file.
    File(String),
    /// A package.
    Folder(String),
}

/// `[tool.flit.sdist]`.
#[derive(Debug)]
pub(super) struct SdistRules {
    pub(super) include: Vec<String>,
    pub(super) exclude: Vec<String>,
}

/// What both archives need to know.
pub(super) struct Config {
    pub(super) declared: Declared,
    /// The dotted name.
    pub(super) import_name: String,
    /// `Import-Name` and `Import-Namespace`.
    pub(super) imports: [Vec<String>; 2],
    pub(super) module: Module,
    pub(super) version: Version,
    pub(super) summary: String,
    pub(super) readme: Option<String>,
    /// Sorted.
    pub(super) license_files: Vec<String>,
    pub(super) sdist: Option<SdistRules>,
    pub(super) external_data: Option<String>,
    pub(super) supports_python_2: bool,
}

impl Config {
    pub(super) fn read(source: &Source<'_>) -> Result<Config, Reason> {
        let declared = source.declared.clone().ok_or_else(|| Reason::new("project", "the table is missing"))?;
        refuse_unknown(source, &declared)?;
        let tree = source.tree;
        let named = source.pyproject.string(&["tool", "flit", "module", "name"]);
        let import_name = named.map_or_else(|| module_name(&declared.name), str::to_owned);
        let module = module(tree, &import_name)?;
        let (version, summary) = told(tree, &declared, &module)?;
        let readme = match declared.readme.as_ref().and_then(|readme| readme.file.clone()) {
            Some(file) if file.starts_with('/') || !tree.is_file(&file) => {
                return Err(Reason::new("project.readme", format!("`{file}` is not there")));
            }
            other => other,
        };
        Ok(Config {
            license_files: license_files(tree, &declared)?,
            sdist: sdist_rules(source)?,
            external_data: external_data(source)?,
            supports_python_2: supports_python_2(declared.requires_python.as_deref()),
            imports: imports(&declared, &import_name)?,
            declared,
            import_name,
            module,
            version,
            summary,
            readme,
        })
    }

    /// The file that the module cannot be without.
    pub(super) fn module_file(&self) -> String {
        match &self.module {
            Module::File(path) => path.clone(),
            Module::Folder(path) if self.import_name.ends_with("-stubs") => join(path, "__init__.pyi"),
            Module::Folder(path) => join(path, "__init__.py"),
        }
    }

    /// `name-version`, as in names of files.
    pub(super) fn stem(&self) -> String {
        format!("{}-{}", normalize(&self.declared.name).replace('-', "_"), self.version)
    }
}

fn refuse_unknown(source: &Source<'_>, declared: &Declared) -> Result<(), Reason> {
    let known = |key: &String| {
        FIELDS.contains(&key.as_str()) || matches!(key.as_str(), "name" | "dynamic") || key.starts_with("import-name")
    };
    if let Some(key) = declared.keys.iter().find(|key| !known(key)) {
        return Err(Reason::new(format!("project.{key}"), "flit does not know it"));
    }
    for key in source.pyproject.keys(&["tool", "flit"]) {
        let inner: &[&str] = match key.as_str() {
            "module" => &["name"],
            "sdist" => &["include", "exclude"],
            "external-data" => &["directory"],
            other if other.starts_with("x-") => continue,
            other => return Err(Reason::new(format!("tool.flit.{other}"), "flit does not know it")),
        };
        for name in source.pyproject.keys(&["tool", "flit", &key]) {
            if !inner.contains(&name.as_str()) {
                return Err(Reason::new(format!("tool.flit.{key}.{name}"), "flit does not know it"));
            }
        }
    }
    if let Some(field) = declared.dynamic.iter().find(|field| !matches!(field.as_str(), "version" | "description")) {
        return Err(Reason::new("project.dynamic", format!("`{field}` is in it")));
    }
    for (field, is_there) in [("version", declared.version.is_some()), ("description", declared.description.is_some())]
    {
        if is_there == declared.is_dynamic(field) {
            return Err(Reason::new(format!("project.{field}"), "it must be there, or in `dynamic`, and not both"));
        }
    }
    let extras: BTreeSet<String> = declared.optional_dependencies.iter().map(|(name, _)| normalize(name)).collect();
    if extras.len() != declared.optional_dependencies.len() {
        return Err(Reason::new("project.optional-dependencies", "two of its names are the same when normalised"));
    }
    if let Some((group, _)) =
        declared.entry_points.iter().find(|(group, _)| matches!(group.as_str(), "console_scripts" | "gui_scripts"))
    {
        return Err(Reason::new(format!("project.entry-points.{group}"), "flit refuses it"));
    }
    let is_old = |classifier: &String| classifier.starts_with("License ::");
    if matches!(declared.license, Some(License::Expression(_))) && declared.classifiers.iter().any(is_old) {
        return Err(Reason::new("project.classifiers", "a license classifier beside an expression is refused"));
    }
    Ok(())
}

/// The names that are declared, which must be those of the module, or its own.
fn imports(declared: &Declared, module: &str) -> Result<[Vec<String>; 2], Reason> {
    let parents: Vec<String> = module.match_indices('.').map(|(at, _)| module[..at].to_owned()).collect();
    let own = [vec![module.to_owned()], parents];
    let given =
        [("project.import-names", &declared.import_names), ("project.import-namespaces", &declared.import_namespaces)];
    let mut found = own.clone();
    for (at, (key, names)) in given.into_iter().enumerate() {
        let Some(names) = names else { continue };
        let mut bare: Vec<String> = Vec::new();
        found[at].clear();
        for name in names {
            let (name, mark) =
                name.split_once(';').map_or((name.trim(), None), |(name, mark)| (name.trim(), Some(mark.trim())));
            if mark.is_some_and(|mark| mark != "private") {
                return Err(Reason::new(key, format!("`{name}` has another mark than `private`")));
            }
            bare.push(name.to_owned());
            found[at].push(mark.map_or_else(|| name.to_owned(), |mark| format!("{name}; {mark}")));
        }
        let (mut bare, mut own) = (bare, own[at].clone());
        bare.sort();
        own.sort();
        if bare != own {
            return Err(Reason::new(key, format!("it does not name the module `{module}`")));
        }
    }
    Ok(found)
}

/// The name of the module of a project; the suffix of stubs keeps its dash.
fn module_name(project: &str) -> String {
    match project.strip_suffix("-stubs") {
        Some(stem) => format!("{}-stubs", stem.replace('-', "_")),
        None => project.replace('-', "_"),
    }
}

/// The one file or folder of the module.
fn module(tree: &Tree, name: &str) -> Result<Module, Reason> {
    let path = name.replace('.', "/");
    let mut found = Vec::new();
    for base in ["", "src/"] {
        let folder = format!("{base}{path}");
        let file = format!("{folder}.py");
        if tree.what(&folder) == What::Folder {
            found.push(Module::Folder(folder));
        } else if tree.is_folder(&folder) {
            return Err(Reason::new(format!("the link `{folder}`"), "the module is a link to a folder"));
        }
        if tree.is_file(&file) {
            found.push(Module::File(file));
        }
    }
    match found.len() {
        1 => Ok(found.remove(0)),
        0 => Err(Reason::new("tool.flit.module.name", format!("there is no module `{name}`"))),
        _ => Err(Reason::new("tool.flit.module.name", format!("there is more than one module `{name}`"))),
    }
}

/// Version and summary, declared or read from the module without running it.
fn told(tree: &Tree, declared: &Declared, module: &Module) -> Result<(Version, String), Reason> {
    let mut version = declared.version.clone();
    let mut summary = declared.description.clone();
    let sources: Vec<String> = match module {
        Module::File(path) => vec![path.clone()],
        Module::Folder(path) => {
            let paths = VERSION_FILES.iter().map(|file| join(path, file));
            paths.filter(|path| tree.is_file(path)).collect()
        }
    };
    let mut doc = None;
    for path in sources {
        let text = tree.read_text(&path)?.unwrap_or_default();
        doc = python_source::docstring(&text);
        if let Some(python_source::Found::Literal { value, .. }) = python_source::find(&text, "__version__")
            && declared.version.is_none()
        {
            version = Some(value);
        }
    }
    if summary.is_none() {
        let first = doc.as_deref().map(str::trim_start).and_then(|doc| doc.lines().next());
        summary = first.filter(|line| !line.is_empty()).map(str::to_owned);
    }
    let imported =
        |field: &str| Reason::new("project.dynamic", format!("`{field}` is had only by importing the module"));
    let version = version.ok_or_else(|| imported("version"))?;
    let parsed = version.parse().map_err(|_| Reason::new("project.version", format!("`{version}` is no version")))?;
    Ok((parsed, summary.ok_or_else(|| imported("description"))?))
}

fn license_files(tree: &Tree, declared: &Declared) -> Result<Vec<String>, Reason> {
    let key = "project.license-files";
    let mut found = BTreeSet::new();
    if let Some(License::File(file)) = &declared.license {
        if !tree.is_file(file) {
            return Err(Reason::new("project.license", format!("`{file}` is not there")));
        }
        found.insert(file.clone());
    }
    let given = declared.license_files.as_ref();
    if given.is_some() && matches!(declared.license, Some(License::File(_) | License::Text(_))) {
        return Err(Reason::new(key, "it cannot stand beside a table"));
    }
    let patterns = given.map_or_else(|| LICENSES.map(str::to_owned).to_vec(), Clone::clone);
    for pattern in &patterns {
        let is_plain = |c: char| c.is_alphanumeric() || "_-./*?[] ".contains(c);
        if pattern.starts_with('/') || pattern.contains("..") || !pattern.chars().all(is_plain) {
            return Err(Reason::new(key, format!("`{pattern}` is refused")));
        }
        let files = globs::expand(tree, "", pattern, Reading::PATHLIB)?;
        let files: Vec<String> = files.into_iter().filter(|path| tree.is_file(path)).collect();
        if files.is_empty() && given.is_some() {
            return Err(Reason::new(key, format!("`{pattern}` names no file")));
        }
        found.extend(files);
    }
    Ok(found.into_iter().collect())
}

fn sdist_rules(source: &Source<'_>) -> Result<Option<SdistRules>, Reason> {
    let Some(table) = source.pyproject.get(&["tool", "flit", "sdist"]) else { return Ok(None) };
    let table = table.as_table_like().ok_or_else(|| wrong("tool.flit.sdist", "a table"))?;
    let [include, mut exclude] = {
        let read = |key: &str| {
            let shown = format!("tool.flit.sdist.{key}");
            let list = strings_of(table, key, &shown)?.unwrap_or_default();
            let odd = |pattern: &&String| {
                pattern.starts_with('/')
                    || pattern.split('/').any(|part| part == "..")
                    || pattern.contains(['<', '>', ':', '"', '\\'])
                    || pattern.chars().any(char::is_control)
            };
            match list.iter().find(odd) {
                Some(pattern) => Err(Reason::new(shown, format!("`{pattern}` is refused"))),
                None => Ok(list),
            }
        };
        [read("include")?, read("exclude")?]
    };
    exclude.extend(["**/__pycache__".to_owned(), "**.pyc".to_owned()]);
    Ok(Some(SdistRules { include, exclude }))
}

fn external_data(source: &Source<'_>) -> Result<Option<String>, Reason> {
    const KEY: &str = "tool.flit.external-data.directory";
    let Some(item) = source.pyproject.get(&["tool", "flit", "external-data", "directory"]) else { return Ok(None) };
    let folder = Item::as_str(item).ok_or_else(|| wrong(KEY, "a string"))?.trim_end_matches('/');
    let is_plain =
        !folder.is_empty() && !folder.starts_with('/') && folder.split('/').all(|part| !part.starts_with('.'));
    if !is_plain || source.tree.what(folder) != What::Folder {
        return Err(Reason::new(KEY, "it must be a folder of the project"));
    }
    Ok(Some(folder.to_owned()))
}

/// Whether a wheel says that it is for Python 2, too: unless some part of the range begins with 3 or more.
fn supports_python_2(requires: Option<&str>) -> bool {
    let is_newer = |part: &str| {
        let part = part.trim_start();
        let bare = ["===", "==", "~=", ">=", ">"].into_iter().find_map(|sign| part.strip_prefix(sign)).unwrap_or(part);
        bare.trim_start().starts_with(['3', '4', '5', '6', '7', '8', '9'])
    };
    requires.is_none_or(|range| !range.split(',').any(is_newer))
}
