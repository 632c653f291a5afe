//! `.pypirc` as text: sections with a URL, a user and a password (packaging.python.org, "The .pypirc file").
//!
//! Nothing of it is ever part of an error: whatever stands in a wrong place may be a password. Reading the file, and
//! refusing one that others can read, is for `index/credential`.

use super::targets::Index;

/// The sections that need no URL.
const BUILT_IN: [&str; 2] = ["pypi", "testpypi"];
/// The section of the time before there were several indexes.
const LEGACY: &str = "server-login";

/// The file, taken apart.
pub struct Pypirc<'t> {
    sections: Vec<Section<'t>>,
}

/// A section: its name, its keys and values.
struct Section<'t> {
    name: &'t str,
    entries: Vec<(&'t str, &'t str)>,
}

impl<'t> Section<'t> {
    fn value(&self, key: &str) -> Option<&'t str> {
        let mut found = self.entries.iter().filter(|(known, _)| known.eq_ignore_ascii_case(key));
        found.next().map(|(_, value)| *value).filter(|value| !value.is_empty())
    }
}

impl<'t> Pypirc<'t> {
    /// Takes the text apart; what is no section, key or value is passed over.
    pub fn parse(text: &'t str) -> Self {
        let mut sections: Vec<Section<'_>> = Vec::new();
        for line in text.trim_start_matches('\u{feff}').lines() {
            // What is indented goes on with the value above it.
            let goes_on = line.starts_with([' ', '\t']) && !sections.is_empty();
            let line = line.trim();
            if line.starts_with(['#', ';']) || (goes_on && !line.contains(['=', ':'])) {
                continue;
            }
            if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                sections.push(Section { name: name.trim(), entries: Vec::new() });
            } else if let (Some(section), Some((key, value))) = (sections.last_mut(), line.split_once(['=', ':'])) {
                section.entries.push((key.trim(), value.trim()));
            }
        }
        Pypirc { sections }
    }

    /// Whether there is any password in it.
    pub fn has_password(&self) -> bool {
        self.sections.iter().any(|section| section.value("password").is_some())
    }

    /// The index that a section of this name stands for; one of PyPI's own is known without it.
    pub fn index(&self, name: &str) -> Option<Index> {
        let section = self.sections.iter().find(|section| section.name == name)?;
        let upload = section.value("repository")?;
        (upload.starts_with("https://") || upload.starts_with("http://")).then(|| Index::of_urls(name, upload, None))
    }

    /// User and password of the section that names the URL of an index, or is called like it and names none.
    pub fn entry(&self, index: &Index) -> Option<(Option<&'t str>, &'t str)> {
        let bare = |url: &str| url.trim_end_matches('/').to_owned();
        self.sections.iter().find_map(|section| {
            let fits = match section.value("repository") {
                Some(url) => bare(url) == bare(&index.upload),
                None if section.name == LEGACY => index.name == BUILT_IN[0],
                None => section.name == index.name,
            };
            let password = section.value("password").filter(|_| fits)?;
            Some((section.value("username"), password))
        })
    }
}
