//! METADATA, WHEEL and entry_points.txt as poetry writes them.

use std::collections::BTreeSet;

use super::config::Config;
use super::files::suffix;
use super::license::Field;
use crate::build::metadata::Headers;
use crate::build::native::Reason;
use crate::build::tree::Tree;

/// Below the text of a licence, as wide as the name of its header.
const INDENT: &str = "         ";
const PYTHON: &str = "Programming Language :: Python";

impl Config {
    pub(super) fn metadata(&self, tree: &Tree) -> Result<String, Reason> {
        let mut headers = Headers::default();
        headers.add("Metadata-Version", "2.4").add("Name", &self.name).add("Version", &self.version);
        headers.add("Summary", &self.summary);
        let (expression, text) = match &self.license {
            Field::None => (None, None),
            Field::Expression(text) => (Some(text), None),
            Field::Text { text, .. } => (None, Some(indented(text))),
        };
        headers.add_if("License", text).add_if("License-Expression", expression);
        headers.add_all("License-File", &self.license_files);
        let keywords = self.keywords.join(",");
        headers.add_if("Keywords", Some(keywords).filter(|text| !text.is_empty()));
        for (role, person) in [("Author", &self.author), ("Maintainer", &self.maintainer)] {
            if let Some((name, email)) = person {
                headers.add(role, name).add_if(&format!("{role}-email"), email.as_ref());
            }
        }
        headers.add_if("Requires-Python", self.pythons.requires.as_ref());
        headers.add_all("Classifier", self.all_classifiers());
        headers.add_all("Provides-Extra", &self.extras);
        headers.add_all("Requires-Dist", &self.requires);
        headers.add_all("Project-URL", self.urls.iter().map(|(label, url)| format!("{label}, {url}")));
        headers.add_if("Description-Content-Type", self.type_of_description());
        Ok(match self.description(tree)? {
            Some(text) => headers.finish(&format!("\n{text}\n")),
            None => headers.finish(""),
        })
    }

    fn description(&self, tree: &Tree) -> Result<Option<String>, Reason> {
        if let Some(text) = &self.readme_text {
            return Ok(Some(text.clone()));
        }
        let mut texts = Vec::new();
        for file in &self.readmes {
            let outside = file.starts_with('/') || crate::build::tree::normal(file).is_none();
            let text = if outside { None } else { tree.read_text(file)? };
            texts.push(text.ok_or_else(|| Reason::new("project.readme", format!("`{file}` is not there")))?);
        }
        Ok((!texts.is_empty()).then(|| texts.join("\n")))
    }

    fn type_of_description(&self) -> Option<String> {
        if let Some(given) = self.content_type.as_ref().filter(|given| !given.is_empty()) {
            return Some(given.clone());
        }
        let known = match suffix(self.readmes.first()?) {
            ".rst" => "text/x-rst",
            ".md" | ".markdown" => "text/markdown",
            _ => "text/plain",
        };
        Some(known.to_owned())
    }

    fn all_classifiers(&self) -> Vec<String> {
        let (written, are_completed) = &self.classifiers;
        if !are_completed {
            return written.clone();
        }
        let pythons = self.pythons.classifiers();
        let mut others: BTreeSet<String> = written.iter().cloned().collect();
        if let Field::Text { classifier, .. } = &self.license {
            others.insert(classifier.clone());
        }
        others.retain(|classifier| !pythons.contains(classifier));
        let (before, after): (Vec<String>, Vec<String>) = others.into_iter().partition(|text| text.as_str() <= PYTHON);
        [before, pythons, after].concat()
    }

    pub(super) fn wheel_file(&self) -> String {
        let generator = super::super::generator(&super::PROFILE);
        format!("Wheel-Version: 1.0\n{generator}Root-Is-Purelib: true\nTag: {}\n", self.tag())
    }

    pub(super) fn tag(&self) -> &'static str {
        if self.pythons.supports_python_2() { "py2.py3-none-any" } else { "py3-none-any" }
    }

    /// The text of `entry_points.txt`; nothing where there are no groups.
    pub(super) fn entry_points_file(&self) -> Option<String> {
        let mut text = String::new();
        for (group, items) in &self.entry_points {
            let mut lines: Vec<String> = items.iter().map(|(name, value)| format!("{name} = {value}")).collect();
            lines.sort();
            text.push_str(&format!("[{group}]\n"));
            lines.iter().for_each(|line| text.push_str(&format!("{}\n", line.replace(' ', ""))));
            text.push('\n');
        }
        (!text.is_empty()).then_some(text)
    }
}

/// Every line, an empty one too, indented; blanks at both ends taken away.
fn indented(text: &str) -> String {
    let mut rest = text;
    let mut whole = String::new();
    for line in crate::build::metadata::lines(text) {
        let (_, after) = rest.split_at(line.len());
        let end = match after.strip_prefix("\r\n") {
            Some(_) => 2,
            None => after.chars().next().map_or(0, char::len_utf8),
        };
        whole.push_str(INDENT);
        whole.push_str(&rest[..line.len() + end]);
        rest = &after[end..];
    }
    let is_blank = |c: char| c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c);
    whole.trim_matches(is_blank).to_owned()
}
