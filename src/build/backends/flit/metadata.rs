//! METADATA, WHEEL and entry_points.txt as flit writes them.

use super::super::super::declared::License;
use super::super::super::metadata::{Headers, folded, people};
use super::super::super::native::{Reason, Source};
use super::config::Config;
use crate::python::license::{LicenseExpression, LicenseKind};
use crate::python::name::normalize;
use crate::python::spdx;

const INDENT: &str = "        ";

impl Config {
    pub(super) fn metadata(&self, source: &Source<'_>) -> Result<String, Reason> {
        let declared = &self.declared;
        let mut headers = Headers::default();
        headers.add("Metadata-Version", "2.5").add("Name", &declared.name).add("Version", self.version.to_string());
        headers.add("Summary", folded(&self.summary, INDENT));
        headers.add_if("Keywords", (!declared.keywords.is_empty()).then(|| declared.keywords.join(",")));
        let (author, author_email) = people(&declared.authors);
        headers.add_if("Author", author).add_if("Author-email", author_email);
        let (maintainer, maintainer_email) = people(&declared.maintainers);
        headers.add_if("Maintainer", maintainer).add_if("Maintainer-email", maintainer_email);
        headers.add_if("Requires-Python", declared.requires_python.as_ref());
        headers.add_if("Description-Content-Type", self.content_type()?);
        headers.add_if("License-Expression", self.expression()?);
        headers.add_all("Classifier", &declared.classifiers);
        headers.add_all("License-File", &self.license_files);
        let mut extras = declared.optional_dependencies.clone();
        extras.iter_mut().for_each(|(name, _)| *name = normalize(name));
        extras.sort();
        headers.add_all("Requires-Dist", declared.dependencies.iter().flatten().map(|text| with_extras(text)));
        for (extra, requirements) in &extras {
            for text in requirements {
                let text = with_extras(text);
                let line = match text.split_once(';') {
                    Some((head, tail)) => format!("{head} ; extra == \"{extra}\" and ({tail})"),
                    None => format!("{text} ; extra == \"{extra}\""),
                };
                headers.add("Requires-Dist", line);
            }
        }
        let mut urls = declared.urls.clone();
        urls.sort();
        headers.add_all("Project-URL", urls.iter().map(|(label, url)| format!("{label}, {url}")));
        headers.add_all("Provides-Extra", extras.iter().map(|(name, _)| name));
        let [names, namespaces] = &self.imports;
        headers.add_all("Import-Name", names).add_all("Import-Namespace", namespaces);
        Ok(match self.description(source)? {
            Some(text) => headers.finish(&format!("\n{text}\n")),
            None => headers.finish(""),
        })
    }

    fn description(&self, source: &Source<'_>) -> Result<Option<String>, Reason> {
        let Some(readme) = &self.declared.readme else { return Ok(None) };
        match (&readme.file, &readme.text) {
            (Some(file), None) => source.tree.read_text(file),
            (None, Some(text)) => Ok(Some(text.clone())),
            _ => Err(Reason::new("project.readme", "it must have either `file` or `text`")),
        }
    }

    fn content_type(&self) -> Result<Option<String>, Reason> {
        let Some(readme) = &self.declared.readme else { return Ok(None) };
        if let Some(given) = &readme.content_type {
            let base = given.split(';').next().unwrap_or_default().trim();
            if !matches!(base, "text/markdown" | "text/x-rst" | "text/plain") {
                return Err(Reason::new("project.readme.content-type", format!("`{given}` is refused")));
            }
            return Ok(Some(given.clone()));
        }
        let Some(file) = readme.file.as_ref() else {
            return Err(Reason::new("project.readme.content-type", "it is missing"));
        };
        let extension = file.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
        Ok(match extension.as_deref() {
            Some("md") => Some("text/markdown".to_owned()),
            Some("rst") => Some("text/x-rst".to_owned()),
            Some("txt") => Some("text/plain".to_owned()),
            _ => None,
        })
    }

    fn expression(&self) -> Result<Option<String>, Reason> {
        let Some(License::Expression(text)) = &self.declared.license else { return Ok(None) };
        let refuse = |why: String| Reason::new("project.license", why);
        let is_lower = |word: &str| {
            ["AND", "OR", "WITH"].iter().any(|operator| operator.eq_ignore_ascii_case(word) && *operator != word)
        };
        if text.split([' ', '(', ')']).any(is_lower) {
            return Err(refuse(format!("`{text}` has an operator that is not in capitals")));
        }
        let expression: LicenseExpression = text.parse().map_err(|_| refuse(format!("`{text}` is no expression")))?;
        let odd = |(_, kind): &&(String, LicenseKind)| *kind == LicenseKind::Exception;
        if let Some((id, _)) = expression.ids().iter().find(odd)
            && spdx::spelled(id, LicenseKind::Exception).is_none()
        {
            return Err(refuse(format!("`{id}` is not on SPDX's list")));
        }
        spdx::canonical(&expression).map(Some).map_err(|id| refuse(format!("`{id}` is not on SPDX's list")))
    }

    pub(super) fn wheel_file(&self) -> String {
        let python_2 = if self.supports_python_2 { "Tag: py2-none-any\n" } else { "" };
        let generator = super::super::generator(&super::PROFILE);
        format!("Wheel-Version: 1.0\n{generator}Root-Is-Purelib: true\n{python_2}Tag: py3-none-any\n")
    }

    /// The text of `entry_points.txt`; nothing where no table of them is there.
    pub(super) fn entry_points(&self) -> Option<String> {
        let declared = &self.declared;
        let mut groups = declared.entry_points.clone();
        let has = |key: &str| declared.keys.iter().any(|known| known == key);
        for (key, group, list) in
            [("scripts", "console_scripts", &declared.scripts), ("gui-scripts", "gui_scripts", &declared.gui_scripts)]
        {
            if has(key) {
                groups.push((group.to_owned(), list.clone()));
            }
        }
        if groups.is_empty() {
            return None;
        }
        groups.sort();
        let mut text = String::new();
        for (group, mut items) in groups {
            items.sort();
            text.push_str(&format!("[{group}]\n"));
            items.iter().for_each(|(name, value)| text.push_str(&format!("{name}={value}\n")));
            text.push('\n');
        }
        Some(text)
    }
}

/// A requirement as written, but for its extras: normalised, one blank behind each comma.
fn with_extras(text: &str) -> String {
    let name_ends = text.find(|c: char| !(c.is_ascii_alphanumeric() || "._- ".contains(c))).unwrap_or(text.len());
    let (name, rest) = text.split_at(name_ends);
    let Some((inside, after)) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) else {
        return text.to_owned();
    };
    let extras: Vec<String> = inside.split(',').map(|extra| normalize(extra.trim())).collect();
    format!("{name}[{}]{after}", extras.join(", "))
}
