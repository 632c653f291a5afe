//! METADATA, which PKG-INFO equals, WHEEL and entry_points.txt as hatchling writes them.

use std::collections::BTreeSet;

use super::super::super::declared::{Declared, License, Person};
use super::super::super::metadata::{Headers, lines, people};
use super::super::super::native::{Reason, Source};
use super::Project;
use super::requirements::{Requirements, in_extra};
use super::settings::{is_odd, relative};
use crate::python::classifiers;
use crate::python::license::LicenseExpression;
use crate::python::spdx;
use crate::python::specifier::SpecifierSet;

/// Fields of the table with the headers that they become.
const HEADERS: [(&str, &[&str]); 15] = [
    ("authors", &["Author", "Author-email"]),
    ("classifiers", &["Classifier"]),
    ("dependencies", &["Requires-Dist"]),
    ("description", &["Summary"]),
    ("import-names", &["Import-Name"]),
    ("import-namespaces", &["Import-Namespace"]),
    ("keywords", &["Keywords"]),
    ("license", &["License", "License-Expression"]),
    ("license-files", &["License-Files"]),
    ("maintainers", &["Maintainer", "Maintainer-email"]),
    ("optional-dependencies", &["Requires-Dist", "Provides-Extra"]),
    ("readme", &["Description", "Description-Content-Type"]),
    ("requires-python", &["Requires-Python"]),
    ("urls", &["Project-URL"]),
    ("version", &["Version"]),
];

impl Project<'_> {
    pub(super) fn metadata(&self) -> Result<String, Reason> {
        let declared = &self.declared;
        let mut headers = Headers::default();
        headers.add("Metadata-Version", "2.5").add("Name", &declared.name).add("Version", &self.told.written);
        let (names, namespaces) = imports(declared)?;
        headers.add_all("Import-Name", names).add_all("Import-Namespace", namespaces);
        headers.add_all("Dynamic", dynamic(declared)?);
        let summary = lines(declared.description.as_deref().unwrap_or_default()).join(" ");
        headers.add_if("Summary", (!summary.is_empty()).then_some(summary));
        headers.add_all("Project-URL", declared.urls.iter().map(|(label, url)| format!("{label}, {url}")));
        let (author, author_email) = people(&checked(&declared.authors, "project.authors")?);
        headers.add_if("Author", author).add_if("Author-email", author_email);
        let (maintainer, maintainer_email) = people(&checked(&declared.maintainers, "project.maintainers")?);
        headers.add_if("Maintainer", maintainer).add_if("Maintainer-email", maintainer_email);
        let (license, expression) = self.license()?;
        headers.add_if("License", license).add_if("License-Expression", expression);
        headers.add_all("License-File", &self.license_files);
        let keywords: BTreeSet<&str> = declared.keywords.iter().map(String::as_str).collect();
        let keywords: Vec<&str> = keywords.into_iter().collect();
        headers.add_if("Keywords", (!declared.keywords.is_empty()).then(|| keywords.join(",")));
        headers.add_all("Classifier", sorted_classifiers(declared)?);
        headers.add_if("Requires-Python", self.python()?.map(|range| range.to_string()));
        let requirements = Requirements::read(&self.hatch, declared)?;
        headers.add_all("Requires-Dist", &requirements.always);
        for (extra, list) in &requirements.extras {
            headers.add("Provides-Extra", extra);
            headers.add_all("Requires-Dist", list.iter().map(|text| in_extra(text, extra)));
        }
        let Some((content_type, text)) = &self.readme.shown else { return Ok(headers.finish("")) };
        headers.add("Description-Content-Type", content_type);
        Ok(headers.finish(&format!("\n{text}")))
    }

    /// The range of Pythons; nothing where there is none.
    pub(super) fn python(&self) -> Result<Option<SpecifierSet>, Reason> {
        let Some(text) = &self.declared.requires_python else { return Ok(None) };
        let range: SpecifierSet =
            text.parse().map_err(|_| Reason::new("project.requires-python", format!("`{text}` is no range")))?;
        Ok(Some(range).filter(|range| !range.is_empty()))
    }

    /// The text of a table, and the expression.
    fn license(&self) -> Result<(Option<String>, Option<String>), Reason> {
        let key = "project.license";
        let text = match &self.declared.license {
            None => return Ok((None, None)),
            Some(License::Expression(text)) => {
                let refuse = || Reason::new(key, format!("`{text}` is no expression of SPDX's ids"));
                let expression: LicenseExpression = text.parse().map_err(|_| refuse())?;
                return Ok((None, Some(spdx::canonical(&expression).map_err(|_| refuse())?)));
            }
            Some(License::Text(text)) => text.clone(),
            Some(License::File(file)) => {
                let plain = relative(file);
                if is_odd(&plain) || file.starts_with('/') {
                    return Err(Reason::new(key, format!("`{file}` lies outside the project")));
                }
                let text = self.source.tree.read_text(&plain)?;
                text.ok_or_else(|| Reason::new(key, format!("`{file}` is not there")))?
            }
        };
        // Unlike elsewhere, every line after the first is indented, empty ones too.
        Ok(((!text.is_empty()).then(|| lines(&text).join("\n        ")), None))
    }

    /// WHEEL, with the tags that its name has.
    pub(super) fn wheel_file(&self, majors: &[u64]) -> String {
        let generator = super::super::generator(&super::PROFILE);
        let tags: String = majors.iter().map(|major| format!("Tag: py{major}-none-any\n")).collect();
        format!("Wheel-Version: 1.0\n{generator}Root-Is-Purelib: true\n{tags}")
    }

    /// The text of `entry_points.txt`; nothing where there are none.
    pub(super) fn entry_points(&self) -> Result<Option<String>, Reason> {
        let declared = &self.declared;
        let mut groups =
            vec![("console_scripts", declared.scripts.clone()), ("gui_scripts", declared.gui_scripts.clone())];
        let mut others: Vec<_> =
            declared.entry_points.iter().map(|(group, list)| (group.as_str(), list.clone())).collect();
        if let Some((group, _)) =
            others.iter().find(|(group, _)| matches!(*group, "console_scripts" | "gui-scripts" | "gui_scripts"))
        {
            return Err(Reason::new(format!("project.entry-points.{group}"), "it has a table of its own"));
        }
        others.sort();
        groups.extend(others);
        let mut text = String::new();
        for (group, mut list) in groups {
            if list.is_empty() {
                continue;
            }
            list.sort();
            text.push_str(&format!("\n[{group}]\n"));
            list.iter().for_each(|(name, value)| text.push_str(&format!("{name} = {value}\n")));
        }
        let text = text.trim_start();
        Ok((!text.is_empty()).then(|| text.to_owned()))
    }
}

/// `import-names` and `import-namespaces` as they are written.
fn imports(declared: &Declared) -> Result<(Vec<String>, Vec<String>), Reason> {
    let key = "project.import-names";
    let names = declared.import_names.clone().unwrap_or_default();
    let namespaces = declared.import_namespaces.clone().unwrap_or_default();
    if declared.import_names.is_some() && names.is_empty() && namespaces.is_empty() {
        return Err(Reason::new(key, "an empty one breaks the metadata").instead("names in it, or no such key"));
    }
    if names.iter().any(|name| namespaces.contains(name)) {
        return Err(Reason::new(key, "a name is in both lists"));
    }
    let written = |mut list: Vec<String>| {
        list.sort();
        list.iter()
            .map(|text| {
                let (name, is_private) = match text.split_once(';') {
                    None => (text.as_str(), false),
                    Some((name, private)) if private.trim() == "private" => (name.trim(), true),
                    Some(_) => return Err(Reason::new(key, format!("`{text}` is no name"))),
                };
                let is_word = |word: &str| {
                    word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
                        && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
                };
                if !name.split('.').all(is_word) {
                    return Err(Reason::new(key, format!("`{text}` is no name")));
                }
                let is_private = is_private || name.starts_with('_');
                Ok(format!("{name}{}", if is_private { "; private" } else { "" }))
            })
            .collect::<Result<Vec<_>, _>>()
    };
    Ok((written(names)?, written(namespaces)?))
}

/// The headers of the fields that something else would fill.
fn dynamic(declared: &Declared) -> Result<Vec<&'static str>, Reason> {
    let key = "project.dynamic";
    let mut fields: Vec<&str> = declared.dynamic.iter().map(String::as_str).collect();
    fields.sort_unstable();
    let known = fields.len();
    fields.dedup();
    if fields.len() != known {
        return Err(Reason::new(key, "a field is in it twice"));
    }
    if let Some(field) = fields.iter().find(|field| declared.keys.iter().any(|key| key == *field)) {
        return Err(Reason::new(key, format!("`{field}` is declared, too")));
    }
    let mentions_extra = |texts: &[String]| texts.iter().any(|text| text.contains("extra"));
    // What the sdist says of these is read back for the wheel, and then they are no longer dynamic.
    let is_read_back = |field: &str| match field {
        "name" | "dynamic" | "license-files" => true,
        "dependencies" => !declared.optional_dependencies.is_empty(),
        "optional-dependencies" => declared.dependencies.as_deref().is_some_and(mentions_extra),
        _ => false,
    };
    if let Some(field) = fields.iter().find(|field| is_read_back(field)) {
        return Err(Reason::new(key, format!("`{field}` is in it")).instead("a static field"));
    }
    let mut found: Vec<&str> = Vec::new();
    for field in fields.into_iter().filter(|field| *field != "version") {
        for header in HEADERS.iter().filter(|(known, _)| *known == field).flat_map(|(_, headers)| *headers) {
            if !found.contains(header) {
                found.push(header);
            }
        }
    }
    Ok(found)
}

/// People whose addresses read the same everywhere.
fn checked(people: &[Person], key: &str) -> Result<Vec<Person>, Reason> {
    let some = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let mut found = Vec::new();
    for person in people {
        let person = Person { name: some(&person.name), email: some(&person.email) };
        match &person {
            Person { name: None, email: None } => return Err(Reason::new(key, "someone has no name and no address")),
            Person { email: Some(email), .. } if !is_plain_address(email) => {
                return Err(Reason::new(key, format!("`{email}` is no plain address")));
            }
            Person { name: Some(name), email: Some(_) } if name.contains(['\r', '\n']) => {
                return Err(Reason::new(key, "a name has a line break"));
            }
            _ => found.push(person),
        }
    }
    Ok(found)
}

fn is_plain_address(email: &str) -> bool {
    let dotted = |text: &str, is_part: fn(char) -> bool| {
        text.split('.').all(|part| !part.is_empty() && part.chars().all(is_part))
    };
    let Some((local, domain)) = email.split_once('@') else { return false };
    dotted(local, |c| c.is_ascii_alphanumeric() || "!#$%&'*+/=?^_`{|}~-".contains(c))
        && dotted(domain, |c| c.is_ascii_alphanumeric() || c == '-')
}

/// The classifiers, each once, in the order of their list.
fn sorted_classifiers(declared: &Declared) -> Result<Vec<&str>, Reason> {
    let key = "project.classifiers";
    let is_private = |text: &str| text.to_lowercase().starts_with("private ::");
    let all: BTreeSet<&str> = declared.classifiers.iter().map(String::as_str).collect();
    if let Some(unknown) = all.iter().find(|text| !is_private(text) && !classifiers::is_known(text)) {
        return Err(Reason::new(key, format!("`{unknown}` is not known")));
    }
    if all.iter().filter(|text| is_private(text)).count() > 1 {
        return Err(Reason::new(key, "the order of private ones changes from build to build"));
    }
    let mut sorted: Vec<&str> = all.into_iter().collect();
    sorted.sort_by_cached_key(|text| (!is_private(text), natural(text)));
    Ok(sorted)
}

/// What the list is sorted by: numbers count as such.
fn natural(text: &str) -> Vec<(String, i64)> {
    let mut parts = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let words = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        let digits = rest[words..].find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len() - words);
        let number = rest[words..words + digits].parse().unwrap_or(-1);
        parts.push((rest[..words].to_owned(), number));
        rest = &rest[words + digits..];
    }
    parts.push((String::new(), -1));
    parts
}

/// The readme.
#[derive(Debug, Default)]
pub(super) struct Description {
    /// Its type and text; nothing where it is empty.
    pub(super) shown: Option<(String, String)>,
    /// Its path.
    pub(super) file: Option<String>,
}

impl Description {
    pub(super) fn read(source: &Source<'_>, declared: &Declared) -> Result<Description, Reason> {
        const KEY: &str = "project.readme";
        let Some(readme) = &declared.readme else { return Ok(Description::default()) };
        let charset = source.pyproject.get(&["project", "readme", "charset"]);
        if charset.is_some_and(|item| !item.as_str().is_some_and(|name| name.eq_ignore_ascii_case("utf-8"))) {
            return Err(Reason::new("project.readme.charset", "it is not UTF-8"));
        }
        let is_table = source.pyproject.string(&["project", "readme"]).is_none();
        let (content_type, key) = match (&readme.content_type, &readme.file) {
            (Some(given), _) => (Some(given.as_str()), "project.readme.content-type"),
            (None, Some(file)) if !is_table => {
                let lower = file.to_lowercase();
                let known = [(".md", "text/markdown"), (".rst", "text/x-rst"), (".txt", "text/plain")];
                (known.iter().find(|(suffix, _)| lower.ends_with(suffix)).map(|(_, known)| *known), KEY)
            }
            _ => (None, "project.readme.content-type"),
        };
        let Some(content_type @ ("text/markdown" | "text/x-rst" | "text/plain")) = content_type else {
            return Err(Reason::new(key, "the type must be text/markdown, text/x-rst or text/plain"));
        };
        let (file, text) = match (&readme.file, &readme.text) {
            (Some(file), None) => {
                let plain = relative(file);
                if is_odd(&plain) || file.starts_with('/') {
                    return Err(Reason::new(KEY, format!("`{file}` lies outside the project")));
                }
                let text = source.tree.read_text(&plain)?;
                let text = text.ok_or_else(|| Reason::new(KEY, format!("`{file}` is not there")))?;
                (Some(plain), text)
            }
            (None, Some(text)) => (None, text.clone()),
            _ => return Err(Reason::new(KEY, "it must have either `file` or `text`")),
        };
        Ok(Description { shown: (!text.is_empty()).then(|| (content_type.to_owned(), text)), file })
    }
}
