//! `[project]` and `[tool.poetry]` put together: what stands in the first wins, as long as it is not empty.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization as _;

use super::node::Node;
use super::python::Pythons;
use super::requirement::Dependency;
use super::{license, schema};
use crate::build::declared::{Declared, EntryPoints, Person};
use crate::build::native::{Reason, Source};
use crate::build::tree::Tree;
use crate::python::name::normalize;
use crate::python::version::Version;

/// An entry of `packages` or `include`.
pub(super) struct Part {
    pub(super) pattern: String,
    /// `from`, normalised; nothing for an empty one.
    pub(super) from: Option<String>,
    /// `to`.
    pub(super) to: Option<String>,
    pub(super) in_sdist: bool,
    pub(super) in_wheel: bool,
}

/// Everything that both archives need to know.
pub(super) struct Config {
    pub(super) name: String,
    pub(super) version: String,
    pub(super) summary: String,
    pub(super) license: license::Field,
    /// Sorted.
    pub(super) license_files: Vec<String>,
    pub(super) keywords: Vec<String>,
    pub(super) author: Option<(String, Option<String>)>,
    pub(super) maintainer: Option<(String, Option<String>)>,
    pub(super) pythons: Pythons,
    /// Classifiers as written, and whether poetry adds its own.
    pub(super) classifiers: (Vec<String>, bool),
    pub(super) extras: BTreeSet<String>,
    /// Sorted lines.
    pub(super) requires: Vec<String>,
    pub(super) urls: Vec<(String, String)>,
    pub(super) readmes: Vec<String>,
    pub(super) readme_text: Option<String>,
    pub(super) content_type: Option<String>,
    pub(super) entry_points: Vec<(String, Vec<(String, String)>)>,
    /// Files that become scripts.
    pub(super) script_files: Vec<String>,
    pub(super) packages: Vec<Part>,
    pub(super) include: Vec<Part>,
    pub(super) exclude: Vec<String>,
}

impl Config {
    pub(super) fn read(source: &Source<'_>) -> Result<Config, Reason> {
        let node = |path: &[&str]| source.pyproject.get(path).map(Node::of);
        let tool = node(&["tool", "poetry"]).unwrap_or(Node::Table(Vec::new()));
        schema::check(&tool, node(&["project"]).as_ref(), node(&["dependency-groups"]).as_ref())?;
        let none = Declared::default();
        let project = source.declared.as_ref().unwrap_or(&none);
        let text = |key: &str| tool.get(key).and_then(Node::text).filter(|text| !text.is_empty()).map(str::to_owned);
        let texts = |key: &str| tool.get(key).and_then(Node::texts).unwrap_or_default();
        let name = Some(project.name.clone()).filter(|name| !name.is_empty()).or_else(|| text("name"));
        let name = name.ok_or_else(|| Reason::new("tool.poetry.name", "it is missing"))?;
        let is_name = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        let is_edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
        if !name.chars().all(is_name) || !is_edge(name.chars().next()) || !is_edge(name.chars().last()) {
            return Err(Reason::new("project.name", "it has characters that are not known how to treat"));
        }
        let version = project.version.clone().filter(|text| !text.is_empty()).or_else(|| text("version"));
        let (readmes, readme_text, content_type) = readme(project, &tool);
        let or_tool = |list: &Vec<String>, key: &str| if list.is_empty() { texts(key) } else { list.clone() };
        let python = tool.get("dependencies").and_then(Node::table).unwrap_or_default();
        let python = python.iter().filter(|(name, _)| name.eq_ignore_ascii_case("python"));
        let python = python.filter_map(|(_, node)| node.text()).next_back();
        let pythons = Pythons::read(project.requires_python.as_deref(), python).map_err(|why| {
            let key = if python.is_some() { "tool.poetry.dependencies.python" } else { "project.requires-python" };
            Reason::new(key, why)
        })?;
        let (requires, extras) = dependencies(project, &tool)?;
        let license = license::field(source.tree, project, text("license"))?;
        Ok(Config {
            version: version_text(version)?,
            summary: project
                .description
                .clone()
                .filter(|text| !text.is_empty())
                .or(text("description"))
                .unwrap_or_default(),
            license_files: license::files(source.tree, project)?,
            license,
            keywords: or_tool(&project.keywords, "keywords"),
            author: person(&project.authors, &texts("authors"), "authors")?,
            maintainer: person(&project.maintainers, &texts("maintainers"), "maintainers")?,
            pythons,
            classifiers: (or_tool(&project.classifiers, "classifiers"), project.classifiers.is_empty()),
            extras,
            requires,
            urls: urls(project, &tool),
            readmes,
            readme_text,
            content_type,
            entry_points: entry_points(project, &tool)?,
            script_files: script_files(source.tree, &tool)?,
            packages: parts(&tool, "packages")?,
            include: parts(&tool, "include")?,
            exclude: texts("exclude"),
            name,
        })
    }

    /// `name-version`, as in names of files.
    pub(super) fn stem(&self) -> String {
        format!("{}-{}", self.module_name(), self.version)
    }

    /// The name as a module has it.
    pub(super) fn module_name(&self) -> String {
        normalize(&self.name).replace('-', "_")
    }
}

fn version_text(version: Option<String>) -> Result<String, Reason> {
    const KEY: &str = "project.version";
    let text = version.ok_or_else(|| {
        Reason::new(KEY, "neither it nor `tool.poetry.version` is there").instead("a version in either of them")
    })?;
    let version: Version = text.parse().map_err(|_| Reason::new(KEY, format!("`{text}` is no version")))?;
    // poetry keeps zeros at the beginning of a number of a local label.
    let is_padded = |part: &str| part.len() > 1 && part.starts_with('0') && part.chars().all(|c| c.is_ascii_digit());
    match text.split_once('+') {
        Some((_, local)) if local.split(['.', '-', '_']).any(is_padded) => {
            Err(Reason::new(KEY, "its local label has a number that begins with zero"))
        }
        _ => Ok(version.to_string()),
    }
}

/// Name and address of the first one; nobody else counts.
fn person(project: &[Person], tool: &[String], key: &str) -> Result<Option<(String, Option<String>)>, Reason> {
    let filled = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let refuse = || Reason::new(format!("project.{key}"), "poetry refuses the first of them");
    let written = match project.first().map(|person| (filled(&person.name), filled(&person.email))) {
        Some((Some(name), Some(email))) => format!("{name} <{email}>"),
        Some((name, email)) => name.or(email).ok_or_else(refuse)?,
        None => match tool.first() {
            Some(text) => text.clone(),
            None => return Ok(None),
        },
    };
    let text: String = written.nfc().collect();
    let Some((name, rest)) = text.split_once(['<', '>']) else {
        return if text.is_empty() || text.contains('\n') { Err(refuse()) } else { Ok(Some((text, None))) };
    };
    let email = rest.strip_suffix('>').filter(|email| !email.is_empty() && !email.contains('\n'));
    match (name.strip_suffix(' ').filter(|name| !name.is_empty()), email) {
        (Some(name), Some(email)) if text[name.len()..].starts_with(" <") => {
            Ok(Some((name.to_owned(), Some(email.to_owned()))))
        }
        _ => Err(refuse()),
    }
}

/// Files, or a text, and the type that is given.
fn readme(project: &Declared, tool: &Node) -> (Vec<String>, Option<String>, Option<String>) {
    // One that leads out of the project stays as it is, and is refused later.
    let plain =
        |file: &String| crate::build::tree::normal(file).filter(|_| !file.starts_with('/')).unwrap_or(file.clone());
    match &project.readme {
        Some(readme) if readme.file.as_deref() != Some("") || readme.content_type.is_some() => {
            let text = readme.text.clone().filter(|text| !text.is_empty());
            (readme.file.iter().map(plain).collect(), text, readme.content_type.clone())
        }
        _ => {
            let files = match tool.get("readme") {
                Some(Node::Text(file)) => vec![file.clone()],
                Some(node) => node.texts().unwrap_or_default(),
                None => Vec::new(),
            };
            (files.iter().filter(|file| !file.is_empty()).map(plain).collect(), None, None)
        }
    }
}

fn dependencies(project: &Declared, tool: &Node) -> Result<(Vec<String>, BTreeSet<String>), Reason> {
    let mut own = Vec::new();
    for text in project.dependencies.iter().flatten() {
        own.push(Dependency::of_text(text)?);
    }
    for (extra, list) in &project.optional_dependencies {
        for text in list {
            own.push(Dependency::of_text(text)?.of_extra(extra));
        }
    }
    let mut theirs = Vec::new();
    for (name, node) in tool.get("dependencies").and_then(Node::table).unwrap_or_default() {
        if name.eq_ignore_ascii_case("python") {
            continue;
        }
        for node in node.list().unwrap_or(std::slice::from_ref(node)) {
            theirs.push(Dependency::of_tool(name, node)?);
        }
    }
    let is_declared =
        project.dependencies.as_ref().is_some_and(|list| !list.is_empty()) || !project.optional_dependencies.is_empty();
    let mut extras: BTreeSet<String> = project.optional_dependencies.iter().map(|(name, _)| normalize(name)).collect();
    let is_dynamic = project.is_dynamic("dependencies") || project.is_dynamic("optional-dependencies");
    let mut all = own;
    if all.is_empty() {
        all = theirs;
    } else if is_dynamic {
        if all.iter().all(|dependency| dependency.is_optional) {
            all.extend(theirs.into_iter().filter(|dependency| !dependency.is_optional));
        } else if all.iter().all(|dependency| !dependency.is_optional) {
            all.extend(theirs.into_iter().filter(|dependency| dependency.is_optional));
        }
    }
    if !is_declared {
        for (extra, list) in tool.get("extras").and_then(Node::table).unwrap_or_default() {
            let extra = normalize(extra);
            if !extras.insert(extra.clone()) {
                return Err(Reason::new("tool.poetry.extras", format!("`{extra}` is in it twice")));
            }
            for name in list.texts().unwrap_or_default() {
                let name = normalize(&name);
                for dependency in all.iter_mut().filter(|dependency| dependency.name == name) {
                    dependency.in_extras.push(extra.clone());
                }
            }
        }
    }
    let mut lines = Vec::new();
    for dependency in all {
        lines.extend(dependency.line()?);
    }
    lines.sort();
    Ok((lines, extras))
}

fn urls(project: &Declared, tool: &Node) -> Vec<(String, String)> {
    const KNOWN: [&str; 3] = ["Homepage", "Repository", "Documentation"];
    let mut written: Vec<(String, String)> = project.urls.clone();
    let is_known = |label: &str, known: &str| label.to_lowercase() == known.to_lowercase();
    let mut urls: Vec<(String, String)> = Vec::new();
    if written.is_empty() {
        let text = |node: Option<&Node>| node.and_then(Node::text).map(str::to_owned);
        for label in KNOWN {
            let url = text(tool.get(&label.to_lowercase())).filter(|url| !url.is_empty());
            urls.extend(url.map(|url| (label.to_owned(), url)));
        }
        for (label, node) in tool.get("urls").and_then(Node::table).unwrap_or_default() {
            written.extend(node.text().map(|url| (label.clone(), url.to_owned())));
        }
    } else {
        for label in KNOWN {
            let url = written.iter().rfind(|(written, _)| is_known(written, label));
            urls.extend(url.map(|(_, url)| (label.to_owned(), url.clone())));
        }
        written.retain(|(label, _)| !KNOWN.iter().any(|known| is_known(label, known)));
    }
    for (label, url) in written {
        match urls.iter_mut().find(|(known, _)| *known == label) {
            Some(known) => known.1 = url,
            None => urls.push((label, url)),
        }
    }
    urls.sort_by_key(|(label, _)| label.chars().next());
    urls
}

fn entry_points(project: &Declared, tool: &Node) -> Result<Vec<EntryPoints>, Reason> {
    const RESERVED: [&str; 4] = ["console_scripts", "gui_scripts", "console-scripts", "gui-scripts"];
    let pairs = |node: &Node| {
        let pair = |(name, node): &(String, Node)| node.text().map(|text| (name.clone(), text.to_owned()));
        node.table().unwrap_or_default().iter().filter_map(pair).collect::<Vec<_>>()
    };
    let mut groups = Vec::new();
    let mut console = project.scripts.clone();
    if console.is_empty() {
        for (name, script) in tool.get("scripts").and_then(Node::table).unwrap_or_default() {
            let is_console = script.get("type").and_then(Node::text) == Some("console");
            let reference = script.get("reference").and_then(Node::text).filter(|_| is_console);
            let reference = script.text().or(reference).filter(|text| !text.is_empty());
            console.extend(reference.map(|text| (name.clone(), text.to_owned())));
        }
    }
    if !console.is_empty() {
        groups.push(("console_scripts".to_owned(), console));
    }
    if !project.gui_scripts.is_empty() {
        groups.push(("gui_scripts".to_owned(), project.gui_scripts.clone()));
    }
    let plugins = tool.get("plugins").and_then(Node::table).unwrap_or_default();
    let others: Vec<_> = if project.entry_points.is_empty() {
        plugins.iter().map(|(name, group)| (name.clone(), pairs(group))).collect()
    } else {
        project.entry_points.clone()
    };
    if let Some((name, _)) = others.iter().find(|(name, _)| RESERVED.contains(&name.as_str())) {
        return Err(Reason::new("tool.poetry.plugins", format!("`{name}` is a group of its own")));
    }
    groups.extend(others);
    groups.sort_by(|(one, _), (two, _)| one.cmp(two));
    Ok(groups)
}

fn script_files(tree: &Tree, tool: &Node) -> Result<Vec<String>, Reason> {
    let mut files = Vec::new();
    for (name, script) in tool.get("scripts").and_then(Node::table).unwrap_or_default() {
        if script.get("type").and_then(Node::text) != Some("file") {
            continue;
        }
        let file = script.get("reference").and_then(Node::text).unwrap_or_default();
        let path = crate::build::tree::normal(file).filter(|path| !file.starts_with('/') && tree.is_file(path));
        let Some(path) = path else {
            return Err(Reason::new(
                format!("tool.poetry.scripts.{name}"),
                format!("`{file}` is no file of the project"),
            ));
        };
        files.push(path);
    }
    Ok(files)
}

fn parts(tool: &Node, key: &str) -> Result<Vec<Part>, Reason> {
    let shown = format!("tool.poetry.{key}");
    let refuse = |why: &str| Reason::new(&shown, why);
    let Some(node) = tool.get(key) else { return Ok(Vec::new()) };
    let list = node.list().ok_or_else(|| refuse("it must be a list"))?;
    let is_package = key == "packages";
    let (pattern_key, keys): (&str, &[&str]) =
        if is_package { ("include", &["include", "from", "to", "format"]) } else { ("path", &["path", "format"]) };
    let mut parts = Vec::new();
    for entry in list {
        if let (Some(pattern), false) = (entry.text(), is_package) {
            let (in_sdist, in_wheel) = (true, false);
            parts.push(Part { pattern: pattern.to_owned(), from: None, to: None, in_sdist, in_wheel });
            continue;
        }
        let text = |key: &str| match entry.get(key) {
            None => Ok(None),
            Some(node) => node.text().map(|text| Some(text.to_owned())).ok_or_else(|| refuse("it must hold strings")),
        };
        let pattern = text(pattern_key)?.ok_or_else(|| refuse("an entry of it says nothing"))?;
        if !entry.has_only(keys) {
            return Err(refuse("an entry of it has a key that poetry does not know"));
        }
        let formats = match entry.get("format") {
            None if is_package => vec!["sdist".to_owned(), "wheel".to_owned()],
            None => vec!["sdist".to_owned()],
            Some(Node::Text(format)) => vec![format.clone()],
            Some(node) => node.texts().ok_or_else(|| refuse("a format must be a string"))?,
        };
        if !formats.iter().all(|format| matches!(format.as_str(), "sdist" | "wheel")) {
            return Err(refuse("a format is neither `sdist` nor `wheel`"));
        }
        let folder = |key: &str| {
            let Some(folder) = text(key)?.filter(|folder| !folder.is_empty()) else { return Ok(None) };
            if folder.starts_with('/') || folder.split('/').any(|part| part == "..") {
                return Err(refuse("a folder of it lies outside of the project"));
            }
            Ok(crate::build::tree::normal(&folder))
        };
        let has = |format: &str| formats.iter().any(|known| known == format);
        parts.push(Part {
            pattern,
            from: folder("from")?,
            to: folder("to")?,
            in_sdist: has("sdist"),
            in_wheel: has("wheel"),
        });
    }
    Ok(parts)
}
