//! The `[project]` table as it is written (PEP 621, 639, 794): types are checked, values are left to the backends,
//! which read them differently.

use toml_edit::{Item, TableLike, Value};

use super::native::Reason;
use crate::project::pyproject::Pyproject;

/// The keys of `[project]` that may be dynamic: all but `name`, `dynamic` itself, and those of PEP 794.
pub const FIELDS: [&str; 16] = [
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
];

/// Entry points of a group: names with what they stand for.
pub type EntryPoints = (String, Vec<(String, String)>);

/// `[project]`.
#[derive(Debug, Clone, Default)]
pub struct Declared {
    /// `name`.
    pub name: String,
    /// `version`.
    pub version: Option<String>,
    /// `description`.
    pub description: Option<String>,
    /// `readme`.
    pub readme: Option<Readme>,
    /// `requires-python`.
    pub requires_python: Option<String>,
    /// `license`.
    pub license: Option<License>,
    /// `license-files`.
    pub license_files: Option<Vec<String>>,
    /// `authors`.
    pub authors: Vec<Person>,
    /// `maintainers`.
    pub maintainers: Vec<Person>,
    /// `keywords`.
    pub keywords: Vec<String>,
    /// `classifiers`.
    pub classifiers: Vec<String>,
    /// `urls`, in their order.
    pub urls: Vec<(String, String)>,
    /// `scripts`, in their order.
    pub scripts: Vec<(String, String)>,
    /// `gui-scripts`, in their order.
    pub gui_scripts: Vec<(String, String)>,
    /// `entry-points` by group, in their order.
    pub entry_points: Vec<EntryPoints>,
    /// `dependencies`; nothing where the key is not there.
    pub dependencies: Option<Vec<String>>,
    /// `optional-dependencies` by extra as written, in their order.
    pub optional_dependencies: Vec<(String, Vec<String>)>,
    /// `dynamic`.
    pub dynamic: Vec<String>,
    /// `import-names`.
    pub import_names: Option<Vec<String>>,
    /// `import-namespaces`.
    pub import_namespaces: Option<Vec<String>>,
    /// Every key of the table, in its order.
    pub keys: Vec<String>,
}

/// `readme`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Readme {
    /// `file`, or the string.
    pub file: Option<String>,
    /// `text`.
    pub text: Option<String>,
    /// `content-type`.
    pub content_type: Option<String>,
}

/// `license`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum License {
    /// An expression (PEP 639).
    Expression(String),
    /// `{file = …}`.
    File(String),
    /// `{text = …}`.
    Text(String),
}

/// An author or maintainer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// `name`.
    pub name: Option<String>,
    /// `email`.
    pub email: Option<String>,
}

impl Declared {
    /// Reads the table; nothing where there is none.
    ///
    /// # Errors
    /// A value is of another type than the specification has.
    pub fn read(pyproject: &Pyproject) -> Result<Option<Declared>, Reason> {
        let Some(item) = pyproject.get(&["project"]) else { return Ok(None) };
        let table = item.as_table_like().ok_or_else(|| wrong("project", "a table"))?;
        let mut all = Declared { keys: table.iter().map(|(key, _)| key.to_owned()).collect(), ..Declared::default() };
        all.name = string(table, "name")?.ok_or_else(|| Reason::new("project.name", "it is missing"))?;
        all.version = string(table, "version")?;
        all.description = string(table, "description")?;
        all.readme = readme(table)?;
        all.requires_python = string(table, "requires-python")?;
        all.license = license(table)?;
        all.license_files = strings(table, "license-files")?;
        all.authors = people(table, "authors")?;
        all.maintainers = people(table, "maintainers")?;
        all.keywords = strings(table, "keywords")?.unwrap_or_default();
        all.classifiers = strings(table, "classifiers")?.unwrap_or_default();
        all.urls = pairs(table.get("urls"), "project.urls")?;
        all.scripts = pairs(table.get("scripts"), "project.scripts")?;
        all.gui_scripts = pairs(table.get("gui-scripts"), "project.gui-scripts")?;
        if let Some(groups) = table.get("entry-points") {
            let groups = groups.as_table_like().ok_or_else(|| wrong("project.entry-points", "a table"))?;
            for (group, items) in groups.iter() {
                let items = pairs(Some(items), &format!("project.entry-points.{group}"))?;
                all.entry_points.push((group.to_owned(), items));
            }
        }
        all.dependencies = strings(table, "dependencies")?;
        if let Some(extras) = table.get("optional-dependencies") {
            let extras = extras.as_table_like().ok_or_else(|| wrong("project.optional-dependencies", "a table"))?;
            for (extra, _) in extras.iter() {
                let list = strings_of(extras, extra, &format!("project.optional-dependencies.{extra}"))?;
                all.optional_dependencies.push((extra.to_owned(), list.unwrap_or_default()));
            }
        }
        all.dynamic = strings(table, "dynamic")?.unwrap_or_default();
        all.import_names = strings(table, "import-names")?;
        all.import_namespaces = strings(table, "import-namespaces")?;
        Ok(Some(all))
    }

    /// Whether a field is in `dynamic`.
    pub fn is_dynamic(&self, field: &str) -> bool {
        self.dynamic.iter().any(|named| named == field)
    }
}

/// A key whose value is of another type.
pub fn wrong(key: &str, expected: &str) -> Reason {
    Reason::new(key, format!("it is not {expected}"))
}

/// The string of a key; nothing where it is not there.
fn string(table: &dyn TableLike, key: &str) -> Result<Option<String>, Reason> {
    let Some(item) = table.get(key) else { return Ok(None) };
    item.as_str().map(|text| Some(text.to_owned())).ok_or_else(|| wrong(&format!("project.{key}"), "a string"))
}

fn strings(table: &dyn TableLike, key: &str) -> Result<Option<Vec<String>>, Reason> {
    strings_of(table, key, &format!("project.{key}"))
}

/// The strings of a key; nothing where it is not there.
///
/// # Errors
/// It is no array of strings; `shown` names it.
pub fn strings_of(table: &dyn TableLike, key: &str, shown: &str) -> Result<Option<Vec<String>>, Reason> {
    let Some(item) = table.get(key) else { return Ok(None) };
    let array = item.as_array().ok_or_else(|| wrong(shown, "an array of strings"))?;
    let text = |value: &Value| value.as_str().map(str::to_owned).ok_or_else(|| wrong(shown, "an array of strings"));
    array.iter().map(text).collect::<Result<Vec<_>, _>>().map(Some)
}

/// The keys of a table with their strings; none where it is not there.
///
/// # Errors
/// It is no table of strings; `shown` names it.
pub fn pairs(item: Option<&Item>, shown: &str) -> Result<Vec<(String, String)>, Reason> {
    let Some(item) = item else { return Ok(Vec::new()) };
    let table = item.as_table_like().ok_or_else(|| wrong(shown, "a table"))?;
    let pair = |(key, item): (&str, &Item)| {
        let text = item.as_str().ok_or_else(|| wrong(&format!("{shown}.{key}"), "a string"))?;
        Ok((key.to_owned(), text.to_owned()))
    };
    table.iter().map(pair).collect()
}

fn readme(table: &dyn TableLike) -> Result<Option<Readme>, Reason> {
    let Some(item) = table.get("readme") else { return Ok(None) };
    if let Some(file) = item.as_str() {
        return Ok(Some(Readme { file: Some(file.to_owned()), text: None, content_type: None }));
    }
    let inner = item.as_table_like().ok_or_else(|| wrong("project.readme", "a string or a table"))?;
    let [file, text, content_type] = ["file", "text", "content-type"].map(|key| match inner.get(key) {
        None => Ok(None),
        Some(item) => {
            item.as_str().map(|text| Some(text.to_owned())).ok_or_else(|| wrong("project.readme", "a table of strings"))
        }
    });
    Ok(Some(Readme { file: file?, text: text?, content_type: content_type? }))
}

fn license(table: &dyn TableLike) -> Result<Option<License>, Reason> {
    let Some(item) = table.get("license") else { return Ok(None) };
    if let Some(text) = item.as_str() {
        return Ok(Some(License::Expression(text.to_owned())));
    }
    let inner = item.as_table_like().ok_or_else(|| wrong("project.license", "a string or a table"))?;
    let one = |key: &str| inner.get(key).and_then(Item::as_str).map(str::to_owned);
    match (one("file"), one("text"), inner.len()) {
        (Some(file), None, 1) => Ok(Some(License::File(file))),
        (None, Some(text), 1) => Ok(Some(License::Text(text))),
        _ => Err(wrong("project.license", "a table with either `file` or `text`")),
    }
}

fn people(table: &dyn TableLike, key: &str) -> Result<Vec<Person>, Reason> {
    let shown = format!("project.{key}");
    let Some(item) = table.get(key) else { return Ok(Vec::new()) };
    let of = |person: &dyn TableLike| {
        let [name, email] = ["name", "email"].map(|field| match person.get(field) {
            None => Ok(None),
            Some(item) => item
                .as_str()
                .map(|text| Some(text.to_owned()))
                .ok_or_else(|| wrong(&shown, "a list of names and addresses")),
        });
        if person.iter().any(|(field, _)| !matches!(field, "name" | "email")) {
            return Err(wrong(&shown, "a list of names and addresses"));
        }
        Ok(Person { name: name?, email: email? })
    };
    if let Some(tables) = item.as_array_of_tables() {
        return tables.iter().map(|table| of(table)).collect();
    }
    let array = item.as_array().ok_or_else(|| wrong(&shown, "a list of names and addresses"))?;
    let inline = |value: &Value| match value.as_inline_table() {
        Some(table) => of(table),
        None => Err(wrong(&shown, "a list of names and addresses")),
    };
    array.iter().map(inline).collect()
}
