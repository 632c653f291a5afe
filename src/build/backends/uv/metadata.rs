//! METADATA and entry_points.txt as uv_build writes them.

use super::super::super::declared::{License, Person};
use super::super::super::metadata::{Headers, lines};
use super::super::super::native::{Reason, Source};
use super::config::Config;
use super::requirements;
use crate::python::license::{LicenseExpression, LicenseKind};
use crate::python::name::normalize;
use crate::python::spdx;

/// How lines of a licence's text follow each other.
const INDENT: &str = "\n         ";

impl Config {
    pub(super) fn metadata(&self, source: &Source<'_>) -> Result<String, Reason> {
        let declared = &self.declared;
        let is_license_new =
            matches!(declared.license, Some(License::Expression(_))) || declared.license_files.is_some();
        let metadata_version =
            match (declared.import_names.is_some() || declared.import_namespaces.is_some(), is_license_new) {
                (true, _) => "2.5",
                (false, true) => "2.4",
                (false, false) => "2.3",
            };
        let mut headers = Headers::default();
        headers.add("Metadata-Version", metadata_version).add("Name", &declared.name);
        headers.add("Version", self.version.to_string());
        headers.add_if("Summary", declared.description.as_ref());
        headers.add_if("Keywords", (!declared.keywords.is_empty()).then(|| declared.keywords.join(",")));
        let (author, author_email) = people(&declared.authors);
        headers.add_if("Author", author).add_if("Author-email", author_email);
        match &declared.license {
            None => {}
            Some(License::Expression(text)) => {
                refuse_expression(text)?;
                headers.add("License-Expression", text);
            }
            Some(License::Text(text)) => {
                headers.add("License", lines(text).join(INDENT));
            }
            Some(License::File(file)) => {
                let text = source.tree.read_text(file)?;
                let missing = || Reason::new("project.license", format!("`{file}` is not there"));
                headers.add("License", lines(&text.ok_or_else(missing)?).join(INDENT));
            }
        }
        headers.add_all("License-File", self.license_files(source.tree)?);
        if let Some(odd) = declared.classifiers.iter().find(|classifier| !classifier.contains(" :: ")) {
            return Err(Reason::new("project.classifiers", format!("`{odd}` is none")));
        }
        headers.add_all("Classifier", &declared.classifiers);
        let mut extras: Vec<(String, &Vec<String>)> =
            declared.optional_dependencies.iter().map(|(name, list)| (normalize(name), list)).collect();
        extras.sort_by(|one, other| one.0.cmp(&other.0));
        if extras.windows(2).any(|pair| pair[0].0 == pair[1].0) {
            return Err(Reason::new("project.optional-dependencies", "two of its names are the same when normalised"));
        }
        for text in declared.dependencies.iter().flatten() {
            headers.add("Requires-Dist", requirements::written(text, None)?);
        }
        for (extra, list) in &extras {
            for text in *list {
                headers.add("Requires-Dist", requirements::written(text, Some(extra))?);
            }
        }
        let (maintainer, maintainer_email) = people(&declared.maintainers);
        headers.add_if("Maintainer", maintainer).add_if("Maintainer-email", maintainer_email);
        if let Some(range) = &declared.requires_python {
            let clauses = requirements::clauses(range, "project.requires-python")?;
            headers.add("Requires-Python", clauses.join(", "));
        }
        headers.add_all("Project-URL", declared.urls.iter().map(|(label, url)| format!("{label}, {url}")));
        headers.add_all("Provides-Extra", extras.iter().map(|(name, _)| name));
        for (field, names) in
            [("Import-Name", &declared.import_names), ("Import-Namespace", &declared.import_namespaces)]
        {
            match names {
                Some(names) if names.is_empty() && field == "Import-Name" => drop(headers.add(field, "")),
                names => drop(headers.add_all(field, names.iter().flatten().map(|name| with_mark(name)))),
            }
        }
        self.with_description(headers, source)
    }

    fn with_description(&self, mut headers: Headers, source: &Source<'_>) -> Result<String, Reason> {
        let Some(readme) = &self.declared.readme else { return Ok(headers.finish("")) };
        let key = "project.readme";
        let text = match (&readme.file, &readme.text) {
            (Some(file), None) => {
                let bytes = source.tree.read(file)?;
                let bytes = bytes.ok_or_else(|| Reason::new(key, format!("`{file}` is not there")))?;
                String::from_utf8(bytes).map_err(|_| Reason::new(key, format!("`{file}` is not UTF-8")))?
            }
            (None, Some(text)) => text.clone(),
            _ => return Err(Reason::new(key, "it must have either `file` or `text`")),
        };
        let extension = readme.file.as_deref().and_then(|file| file.rsplit_once('.')).map(|(_, extension)| extension);
        let kind = match (readme.content_type.as_deref(), extension) {
            (Some(given @ ("text/markdown" | "text/x-rst" | "text/plain")), _) => given,
            (None, Some("md")) => "text/markdown",
            (None, Some("rst")) => "text/x-rst",
            (None, Some("txt")) => "text/plain",
            _ => return Err(Reason::new(key, "uv does not know what kind of text it is")),
        };
        headers.add("Description-Content-Type", kind);
        Ok(headers.finish(&format!("\n{text}")))
    }

    /// The text of `entry_points.txt`; nothing where there are none.
    pub(super) fn entry_points(&self) -> Option<String> {
        let declared = &self.declared;
        let mut groups = vec![
            ("console_scripts".to_owned(), declared.scripts.clone()),
            ("gui_scripts".to_owned(), declared.gui_scripts.clone()),
        ];
        groups.retain(|(_, items)| !items.is_empty());
        let mut others = declared.entry_points.clone();
        others.sort();
        groups.extend(others);
        if groups.is_empty() {
            return None;
        }
        let mut text = String::new();
        for (group, mut items) in groups {
            items.sort();
            text.push_str(&format!("[{group}]\n"));
            items.iter().for_each(|(name, value)| text.push_str(&format!("{name} = {value}\n")));
            text.push('\n');
        }
        Some(text)
    }
}

/// A name of an import, with its mark in the one spelling.
fn with_mark(name: &str) -> String {
    match name.split_once(';') {
        Some((name, mark)) => format!("{}; {}", name.trim(), mark.trim()),
        None => name.trim().to_owned(),
    }
}

/// All names, and all addresses with their names; uv quotes none.
fn people(people: &[Person]) -> (Option<String>, Option<String>) {
    let names: Vec<&str> = people.iter().filter_map(|person| person.name.as_deref()).collect();
    let mail = |person: &Person| match (&person.name, &person.email) {
        (Some(name), Some(email)) => Some(format!("{name} <{email}>")),
        (None, Some(email)) => Some(email.clone()),
        (_, None) => None,
    };
    let mails: Vec<String> = people.iter().filter_map(mail).collect();
    ((!names.is_empty()).then(|| names.join(", ")), (!mails.is_empty()).then(|| mails.join(", ")))
}

/// uv reads ids as SPDX spells them, and writes the text as it stands.
fn refuse_expression(text: &str) -> Result<(), Reason> {
    let refuse = |why: String| Reason::new("project.license", why);
    let expression: LicenseExpression = text.parse().map_err(|_| refuse(format!("`{text}` is no expression")))?;
    for (id, kind) in expression.ids() {
        let is_spelled = spdx::spelled(id, *kind).as_deref() == Some(id.as_str());
        // Old ids of the GNU licences are on the list, and refused.
        let is_old =
            *kind == LicenseKind::License && id.contains("GPL") && !id.ends_with("-only") && !id.ends_with("-or-later");
        if !is_spelled || is_old {
            return Err(refuse(format!("`{id}` is not how SPDX spells it today")));
        }
    }
    Ok(())
}
