//! PKG-INFO and METADATA, `entry_points.txt` and WHEEL as setuptools writes them.

use super::super::super::metadata::{Headers, lines};
use super::super::super::native::Reason;
use super::config::Config;
use super::requires::Requires;

/// What the metadata says beside name and version.
#[derive(Debug, Default)]
pub(super) struct Fields {
    pub(super) summary: Option<String>,
    pub(super) home_page: Option<String>,
    pub(super) author: Option<String>,
    pub(super) author_email: Option<String>,
    pub(super) maintainer: Option<String>,
    pub(super) maintainer_email: Option<String>,
    pub(super) expression: Option<String>,
    pub(super) license: Option<String>,
    pub(super) urls: Vec<(String, String)>,
    pub(super) keywords: Vec<String>,
    pub(super) platforms: Vec<String>,
    pub(super) classifiers: Vec<String>,
    pub(super) requires_python: Option<String>,
    pub(super) content_type: Option<String>,
    pub(super) requires: Requires,
    /// Groups with names and values.
    pub(super) entry_points: Vec<(String, Vec<(String, String)>)>,
    pub(super) description: Option<String>,
}

impl Config {
    /// The text of PKG-INFO.
    pub(super) fn metadata(&self) -> Result<String, Reason> {
        let fields = &self.fields;
        let mut headers = Headers::default();
        headers.add("Metadata-Version", "2.4").add("Name", &self.name).add("Version", &self.version);
        headers.add_if("Summary", fields.summary.as_deref().filter(|text| !text.is_empty()).map(first_line));
        headers.add_if("Home-page", fields.home_page.as_ref());
        headers.add_if("Author", fields.author.as_ref()).add_if("Author-email", fields.author_email.as_ref());
        headers.add_if("Maintainer", fields.maintainer.as_ref());
        headers.add_if("Maintainer-email", fields.maintainer_email.as_ref());
        match (&fields.expression, fields.license.as_deref()) {
            (Some(expression), _) => drop(headers.add("License-Expression", expression)),
            (None, Some(text)) if !text.is_empty() => drop(headers.add("License", indented(text))),
            _ => {}
        }
        headers.add_all("Project-URL", fields.urls.iter().map(|(label, url)| format!("{label}, {url}")));
        let keywords = fields.keywords.join(",");
        headers.add_if("Keywords", Some(keywords).filter(|text| !text.is_empty()));
        headers.add_all("Platform", &fields.platforms).add_all("Classifier", &fields.classifiers);
        headers.add_if("Requires-Python", fields.requires_python.as_ref());
        headers.add_if("Description-Content-Type", fields.content_type.as_deref().filter(|text| !text.is_empty()));
        headers.add_all("License-File", &self.license_files);
        headers.add_all("Requires-Dist", fields.requires.all.iter().map(ToString::to_string));
        for (extra, list) in fields.requires.of_extras()? {
            headers.add("Provides-Extra", extra).add_all("Requires-Dist", list);
        }
        if !self.license_files.is_empty() {
            headers.add("Dynamic", "license-file");
        }
        let description = fields.description.as_deref().filter(|text| !text.is_empty());
        Ok(headers.finish(&description.map_or_else(String::new, |text| {
            let end = if text.ends_with('\n') { "" } else { "\n" };
            format!("\n{text}{end}")
        })))
    }

    /// The text of `entry_points.txt`; nothing where there are none.
    pub(super) fn entry_points(&self) -> Option<String> {
        let mut groups = self.fields.entry_points.clone();
        groups.retain(|(_, items)| !items.is_empty());
        groups.sort();
        let mut texts = Vec::new();
        for (group, mut items) in groups {
            items.sort();
            let items: Vec<String> = items.iter().map(|(name, value)| format!("{name} = {value}\n")).collect();
            texts.push(format!("[{group}]\n{}", items.concat()));
        }
        (!texts.is_empty()).then(|| texts.join("\n"))
    }

    /// The text of WHEEL.
    pub(super) fn wheel_file(&self) -> String {
        let generator = super::super::generator(&super::PROFILE);
        let tags: Vec<String> = self.python_tag.split('.').map(|tag| format!("Tag: {tag}-none-any\n")).collect();
        format!("Wheel-Version: 1.0\n{generator}Root-Is-Purelib: true\n{}\n", tags.concat())
    }
}

fn first_line(text: &str) -> String {
    match text.contains('\n') {
        true => text.trim().split('\n').next().unwrap_or_default().to_owned(),
        false => text.to_owned(),
    }
}

/// A text with each line after the first behind eight blanks, the ends of lines as they are.
fn indented(text: &str) -> String {
    const INDENT: &str = "        ";
    let mut found = String::new();
    let mut rest = text;
    for line in lines(text) {
        let end = rest[line.len()..].chars().next().map_or(0, |c| match rest[line.len()..].starts_with("\r\n") {
            true => 2,
            false => c.len_utf8(),
        });
        if !found.is_empty() || rest.len() < text.len() {
            found.push_str(INDENT);
        }
        found.push_str(&rest[..line.len() + end]);
        rest = &rest[line.len() + end..];
        if rest.is_empty() && end > 0 {
            found.push_str(INDENT);
        }
    }
    found
}
