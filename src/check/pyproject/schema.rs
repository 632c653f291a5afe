//! The tables that every backend shares: `[build-system]` (PEP 517, 518), `[project]` (PEP 621, 639, 794, 808) and
//! `[dependency-groups]` (PEP 735).

use std::collections::{BTreeMap, BTreeSet};

use super::form::{Form, Wrong, compare, nearest, quoted};
use super::node::{Entry, Node, Shape};
use super::{Sheet, words};
use crate::archive::shown;
use crate::python::classifiers::{Standing, standing};
use crate::python::identifier::is_identifier;
use crate::python::name::normalize;
use crate::python::requirement::Requirement;

/// What may be in `dynamic`.
pub(super) const FIELDS: [&str; 18] = [
    "version",
    "description",
    "readme",
    "requires-python",
    "license",
    "license-files",
    "authors",
    "maintainers",
    "keywords",
    "classifiers",
    "urls",
    "scripts",
    "gui-scripts",
    "entry-points",
    "dependencies",
    "optional-dependencies",
    "import-names",
    "import-namespaces",
];

/// Whether a field may be written and dynamic at once, in part (PEP 808): all that hold several values.
fn is_list(field: &str) -> bool {
    FIELDS[5..].contains(&field)
}

const TEXTS: Form = Form::Each(&Form::Text);
const REQUIREMENTS: Form = Form::Each(&Form::Word(words::requirement));
const PEOPLE: Form = Form::Each(&Form::Keys(&[("name", Form::Text), ("email", Form::Word(words::email))]));
const README: Form = Form::Either(
    &[
        Form::Word(words::filled),
        Form::Open(&[("file", Form::Text), ("text", Form::Text), ("content-type", Form::Word(words::content_type))]),
    ],
    "a string, or a table with `content-type` and `file` or `text`",
);

const BUILD_SYSTEM: Form =
    Form::Keys(&[("requires", REQUIREMENTS), ("build-backend", Form::Word(words::backend)), ("backend-path", TEXTS)]);

const PROJECT: &[(&str, Form)] = &[
    ("name", Form::Word(words::name)),
    ("version", Form::Word(words::version)),
    ("description", Form::Text),
    ("readme", README),
    ("requires-python", Form::Word(words::specifiers)),
    ("license", Form::Any),
    ("license-files", Form::Each(&Form::Word(words::license_pattern))),
    ("authors", PEOPLE),
    ("maintainers", PEOPLE),
    ("keywords", TEXTS),
    ("classifiers", TEXTS),
    ("urls", Form::Any),
    ("scripts", Form::Names(words::command_name, &Form::Word(words::command))),
    ("gui-scripts", Form::Names(words::command_name, &Form::Word(words::command))),
    ("entry-points", Form::Names(words::entry_group, &Form::Names(words::entry_name, &Form::Word(words::entry_point)))),
    ("dependencies", REQUIREMENTS),
    ("optional-dependencies", Form::Names(words::name, &REQUIREMENTS)),
    ("import-names", Form::Any),
    ("import-namespaces", Form::Any),
    ("dynamic", Form::Each(&Form::Word(words::dynamic))),
];

/// The tables at the top.
pub(super) fn top(sheet: &mut Sheet<'_>, root: &Node<'_>) {
    const TOP: [&str; 4] = ["build-system", "project", "dependency-groups", "tool"];
    for entry in root.table().unwrap_or_default() {
        if TOP.contains(&entry.key) {
            if entry.node.table().is_none() {
                sheet.raise("pyproject/field", entry.at, format!("`{}` must be a table", entry.key));
            }
            continue;
        }
        let meant = nearest(entry.key, TOP.into_iter()).map(|name| format!("; did you mean `{name}`?"));
        let key = quoted(entry.key);
        let message = format!("`{key}` is no table of `pyproject.toml`{}", meant.unwrap_or_default());
        sheet.raise("pyproject/unknown-table", entry.at, message);
    }
}

/// `[build-system]`.
pub(super) fn build_system(sheet: &mut Sheet<'_>, root: &Node<'_>) {
    let Some(entry) = root.entry("build-system") else {
        if root.entry("project").is_some() {
            let message = "there is no `[build-system]`: installers take setuptools, in whatever version they find";
            sheet.raise("pyproject/no-build-system", None, message.to_owned());
        }
        return;
    };
    let mut wrong = Vec::new();
    compare(&entry.node, &BUILD_SYSTEM, "build-system", &mut wrong);
    sheet.wrong(wrong, "pyproject/build-system", "pyproject/build-system");
    let Some(requires) = entry.node.get("requires") else {
        if entry.node.table().is_some() {
            let message = "`build-system.requires` is missing: nothing says what the backend needs".to_owned();
            sheet.raise("pyproject/build-system", entry.at, message);
        }
        return;
    };
    let Some(backend) = entry.node.get("build-backend").and_then(Node::text) else { return };
    let providers: &[&str] = match backend.split(['.', ':']).next().unwrap_or_default() {
        "setuptools" => &["setuptools"],
        "hatchling" => &["hatch"],
        "poetry" => &["poetry"],
        "flit_core" => &["flit"],
        "uv_build" => &["uv"],
        "pdm" => &["pdm"],
        "maturin" => &["maturin"],
        _ => return,
    };
    let is_plugin = |name: &str| providers.iter().any(|provider| name.starts_with(provider));
    let names: Vec<String> = requires
        .texts()
        .filter_map(|text| text.parse::<Requirement>().ok())
        .map(|it| it.name.normalized().to_owned())
        .collect();
    let is_named = names.iter().any(|name| is_plugin(name));
    if !is_named && entry.node.get("backend-path").is_none() {
        let message = format!("`{}` is the backend, and `requires` does not name what has it", shown(backend));
        sheet.raise("pyproject/backend-not-required", requires.at, message);
    }
}

/// `[project]`.
pub(super) fn project(sheet: &mut Sheet<'_>, root: &Node<'_>) {
    let Some(entry) = root.entry("project") else { return };
    let Some(entries) = entry.node.table() else { return };
    let project = &entry.node;
    let mut wrong = Vec::new();
    compare(project, &Form::Keys(PROJECT), "project", &mut wrong);
    let (dynamic, wrong): (Vec<Wrong>, Vec<Wrong>) =
        wrong.into_iter().partition(|wrong| wrong.key.starts_with("project.dynamic"));
    sheet.wrong(dynamic, "pyproject/dynamic", "pyproject/dynamic");
    sheet.wrong(wrong, "pyproject/field", "pyproject/unknown-field");
    required(sheet, entry, project);
    readme(sheet, project);
    licenses(sheet, project);
    people(sheet, project);
    urls(sheet, project);
    classifiers(sheet, project);
    extras(sheet, project);
    import_names(sheet, project);
    if let Some(description) = entries.iter().find(|entry| entry.key == "description")
        && description.node.text().is_some_and(|text| text.trim().contains(['\n', '\r']))
    {
        let message = "`project.description` has several lines; it becomes the one line of `Summary`".to_owned();
        sheet.raise("pyproject/description-lines", description.at, message);
    }
}

/// `name` and `version`, and what is written and dynamic at once.
fn required(sheet: &mut Sheet<'_>, entry: &Entry<'_>, project: &Node<'_>) {
    let dynamic = project.get("dynamic");
    let is_dynamic = |field: &str| dynamic.is_some_and(|list| list.texts().any(|text| text == field));
    if project.get("name").is_none() {
        sheet.raise("pyproject/field", entry.at, "`project.name` is missing".to_owned());
    }
    if project.get("version").is_none() && !is_dynamic("version") {
        let message = "`project.version` is missing, and `dynamic` does not name it".to_owned();
        sheet.raise("pyproject/field", entry.at, message);
    }
    let mut seen = BTreeSet::new();
    for node in dynamic.map(Node::list).unwrap_or_default() {
        let Some(field) = node.text() else { continue };
        if project.get(field).is_some() && FIELDS.contains(&field) && !is_list(field) {
            let message = format!("`project.{field}` is written, and `dynamic` names it, too");
            sheet.raise("pyproject/dynamic", node.at, message);
        }
        if !seen.insert(field) {
            sheet.raise("pyproject/dynamic", node.at, format!("`project.dynamic` names `{}` twice", shown(field)));
        }
    }
}

fn readme(sheet: &mut Sheet<'_>, project: &Node<'_>) {
    let Some(readme) = project.get("readme") else { return };
    let file = match &readme.shape {
        Shape::Text(file) => Some(*file),
        Shape::Table(_) => {
            let (file, text) = (readme.get("file"), readme.get("text"));
            let problem = match (file, text, readme.get("content-type")) {
                (Some(_), Some(_), _) => Some("has both `file` and `text`"),
                (None, None, _) => Some("has neither `file` nor `text`"),
                (_, _, None) => Some("has no `content-type`"),
                _ => None,
            };
            if let Some(problem) = problem {
                sheet.raise("pyproject/field", readme.at, format!("`project.readme` {problem}"));
            }
            file.and_then(Node::text)
        }
        _ => None,
    };
    sheet.needs_file(file, readme.at, "project.readme");
}

fn licenses(sheet: &mut Sheet<'_>, project: &Node<'_>) {
    const CODE: &str = "pyproject/license";
    // Every pattern must match a file (PEP 639).
    for node in project.get("license-files").map(Node::list).unwrap_or_default() {
        let is_pattern = |text: &&str| words::license_pattern(text).is_ok();
        sheet.needs_file(node.text().filter(is_pattern), node.at, "project.license-files");
    }
    let Some(license) = project.get("license") else { return };
    match &license.shape {
        Shape::Text(text) => {
            if let Err(why) = words::license(text) {
                sheet.raise(CODE, license.at, format!("`project.license` {why}"));
            }
            let old = |node: &&Node<'_>| node.text().is_some_and(|text| text.starts_with("License ::"));
            let classifiers = project.get("classifiers").map(Node::list).unwrap_or_default();
            if let Some(classifier) = classifiers.iter().find(old) {
                let message = "a `License ::` classifier stands beside the license expression".to_owned();
                sheet.raise("pyproject/license-twice", classifier.at, message);
            }
        }
        Shape::Table(entries) => {
            let keys: Vec<&str> = entries.iter().map(|entry| entry.key).collect();
            let is_one = matches!(keys[..], ["file"] | ["text"]) && entries[0].node.text().is_some();
            if project.get("license-files").is_some() {
                let message = "`project.license` must be an expression where `license-files` is given".to_owned();
                sheet.raise(CODE, license.at, message);
            } else if is_one {
                let message = format!("`project.license` is a table with `{}`, which PEP 639 replaced", keys[0]);
                sheet.raise("pyproject/license-table", license.at, message);
                let file = entries.first().filter(|entry| entry.key == "file").and_then(|entry| entry.node.text());
                sheet.needs_file(file, license.at, "project.license.file");
            } else {
                let message = "`project.license` must be an expression, or a table with one string, `file` or `text`";
                sheet.raise(CODE, license.at, message.to_owned());
            }
        }
        _ => sheet.raise(CODE, license.at, "`project.license` must be a string".to_owned()),
    }
}

fn people(sheet: &mut Sheet<'_>, project: &Node<'_>) {
    for key in ["authors", "maintainers"] {
        for (index, person) in project.get(key).map(Node::list).unwrap_or_default().iter().enumerate() {
            if person.table().is_some() && person.get("name").is_none() && person.get("email").is_none() {
                let message = format!("`project.{key}[{index}]` has neither `name` nor `email`");
                sheet.raise("pyproject/field", person.at, message);
            }
        }
    }
}

fn urls(sheet: &mut Sheet<'_>, project: &Node<'_>) {
    let Some(urls) = project.get("urls") else { return };
    let mut wrong = Vec::new();
    compare(urls, &Form::Names(words::label, &Form::Word(words::url)), "project.urls", &mut wrong);
    sheet.wrong(wrong, "pyproject/url", "pyproject/url");
}

/// As on the archive's metadata; what keeps a project off PyPI on purpose is told there only.
fn classifiers(sheet: &mut Sheet<'_>, project: &Node<'_>) {
    let list = project.get("classifiers").map(Node::list).unwrap_or_default();
    for (node, text) in list.iter().filter_map(|node| Some((node, node.text()?))) {
        match standing(text) {
            Standing::Deprecated(replacements) => {
                let instead = match replacements {
                    [] => String::new(),
                    names => format!(", write `{}`", names.join("`, `")),
                };
                sheet.raise("check/classifier-deprecated", node.at, format!("`{text}` is deprecated{instead}"));
            }
            Standing::Unknown if !text.to_ascii_lowercase().starts_with("private ::") => {
                sheet.raise("check/classifier-unknown", node.at, format!("`{}` is not on the list", shown(text)));
            }
            Standing::Unknown | Standing::Known => {}
        }
    }
}

/// Extras that are one when their names are normalised.
fn extras(sheet: &mut Sheet<'_>, project: &Node<'_>) {
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    for entry in project.get("optional-dependencies").and_then(Node::table).unwrap_or_default() {
        if let Some(before) = seen.insert(normalize(entry.key), entry.key) {
            let (before, key) = (shown(before), shown(entry.key));
            let message = format!("the extras `{before}` and `{key}` are one and the same");
            sheet.raise("pyproject/field", entry.at, message);
        }
    }
}

/// Names of modules: each once, and with those above it (PEP 794).
fn import_names(sheet: &mut Sheet<'_>, project: &Node<'_>) {
    const CODE: &str = "pyproject/import-names";
    let mut all: BTreeMap<String, Option<usize>> = BTreeMap::new();
    for key in ["import-names", "import-namespaces"] {
        let Some(list) = project.get(key) else { continue };
        let mut wrong = Vec::new();
        let form = Form::Each(&Form::Word(words::import_name));
        // An empty string says that nothing can be imported, where it stands alone.
        let is_nothing = key == "import-names" && matches!(list.list(), [one] if one.text() == Some(""));
        if !is_nothing {
            compare(list, &form, &format!("project.{key}"), &mut wrong);
        }
        sheet.wrong(wrong, CODE, CODE);
        for node in list.list() {
            let Some(name) = node.text().map(|text| text.split(';').next().unwrap_or_default().trim_end()) else {
                continue;
            };
            if all.insert(name.to_owned(), node.at).is_some() {
                sheet.raise(CODE, node.at, format!("the import name `{}` is given twice", shown(name)));
            }
        }
    }
    for (name, at) in &all {
        let missing = name.match_indices('.').map(|(at, _)| &name[..at]).find(|parent| !all.contains_key(*parent));
        if let Some(parent) = missing.filter(|_| name.split('.').all(is_identifier)) {
            let message = format!("`{name}` is given, and `{parent}` above it is not");
            sheet.raise(CODE, *at, message);
        }
    }
}

/// `[dependency-groups]`.
pub(super) fn groups(sheet: &mut Sheet<'_>, root: &Node<'_>) {
    const CODE: &str = "pyproject/dependency-group";
    let entries = root.get("dependency-groups").and_then(Node::table).unwrap_or_default();
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    let mut includes: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let names: BTreeSet<String> = entries.iter().map(|entry| normalize(entry.key)).collect();
    for entry in entries {
        let key = shown(entry.key);
        if let Err(why) = words::name(entry.key) {
            sheet.raise(CODE, entry.at, format!("the name of the group {why}"));
        }
        if let Some(before) = seen.insert(normalize(entry.key), entry.key) {
            let message = format!("the groups `{}` and `{key}` are one and the same", shown(before));
            sheet.raise(CODE, entry.at, message);
        }
        let Shape::List(list) = &entry.node.shape else {
            sheet.raise(CODE, entry.at, format!("the group `{key}` must be an array"));
            continue;
        };
        for node in list {
            match included(node) {
                Ok(None) => {}
                Ok(Some(name)) if names.contains(&normalize(name)) => {
                    includes.entry(normalize(entry.key)).or_default().insert(normalize(name));
                }
                Ok(Some(name)) => {
                    let message = format!("the group `{key}` includes `{}`, which is not there", shown(name));
                    sheet.raise(CODE, node.at, message);
                }
                Err(why) => sheet.raise(CODE, node.at, format!("the group `{key}` {why}")),
            }
        }
    }
    for name in circle(includes) {
        let entry = entries.iter().find(|entry| normalize(entry.key) == name);
        sheet.raise(CODE, entry.and_then(|entry| entry.at), format!("the group `{name}` includes itself"));
    }
}

/// The group that an entry includes; nothing for a requirement.
fn included<'a>(node: &Node<'a>) -> Result<Option<&'a str>, String> {
    match &node.shape {
        Shape::Text(text) => words::requirement(text).map(|()| None).map_err(|why| format!("has an entry that {why}")),
        Shape::Table(entries) => match &entries[..] {
            [Entry { key: "include-group", node, .. }] if node.text().is_some() => Ok(node.text()),
            _ => Err("has a table that is not `{include-group = \"NAME\"}`".to_owned()),
        },
        _ => Err("has an entry that is neither a requirement nor a table".to_owned()),
    }
}

/// The groups of circles: those that are left when whoever includes nothing of what is left is taken away, and
/// whoever nothing of what is left includes.
fn circle(mut includes: BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    loop {
        let before = includes.len();
        let left: BTreeSet<String> = includes.keys().cloned().collect();
        let used: BTreeSet<String> = includes.values().flatten().cloned().collect();
        includes.retain(|name, included| used.contains(name) && included.iter().any(|name| left.contains(name)));
        if includes.len() == before {
            return includes.into_keys().collect();
        }
    }
}
