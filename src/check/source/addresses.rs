//! The addresses that a project and its archives lead people to: project URLs, external links of tracked Markdown, and
//! those of descriptions. Only gathers; who asks them is left to `plan/online.rs`, what answers mean to [`super::reached`].

use std::collections::{HashMap, HashSet};

use super::super::description::{Markup, Source};
use super::super::examine::Examined;
use super::links::{documents, is_template, restructured};
use super::{Tree, markdown};
use crate::archive::shown;
use crate::effects::http::Url;
use crate::effects::http::visit::bare;
use crate::error::Location;
use crate::project::Pyproject;
use crate::python::metadata::RawMetadata;

/// An address, and where it is written.
#[derive(Debug, Clone)]
pub struct Address {
    /// The address, without name, password and fragment.
    pub url: Url,
    /// The places, the first one first.
    pub places: Vec<Place>,
}

/// Where an address is written.
#[derive(Debug, Clone)]
pub struct Place {
    /// The file or member with its line.
    pub location: Location,
    /// The field of metadata, where it is one.
    pub field: Option<String>,
}

/// Distinct addresses in the order of their first places.
#[derive(Debug, Default)]
pub struct Addresses {
    all: Vec<Address>,
    known: HashMap<Url, usize>,
    examples: HashSet<Url>,
}

impl Addresses {
    /// Each address once.
    pub fn all(&self) -> &[Address] {
        &self.all
    }

    /// How many are of hosts that are reserved for examples (RFC 2606): they lead nowhere on purpose.
    pub fn examples(&self) -> usize {
        self.examples.len()
    }

    fn add(&mut self, target: &str, location: Location, field: Option<String>) {
        let begins = |scheme: &str| target.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
        if !(begins("https://") || begins("http://")) || is_template(target) {
            return;
        }
        let Ok(url) = Url::parse(target).map(bare) else { return };
        if is_example(url.host_str().unwrap_or_default()) {
            self.examples.insert(url);
            return;
        }
        let at = *self.known.entry(url.clone()).or_insert_with(|| {
            self.all.push(Address { url, places: Vec::new() });
            self.all.len() - 1
        });
        let places = &mut self.all[at].places;
        // A link may show its own address.
        if places.last().is_none_or(|last| last.location != location) {
            places.push(Place { location, field });
        }
    }

    /// Those of `[project.urls]`.
    pub fn of_pyproject(&mut self, pyproject: &Pyproject) {
        for label in pyproject.keys(&["project", "urls"]) {
            let Some(written) = pyproject.written(&["project", "urls", &label]) else { continue };
            let place = Location::line(&pyproject.file, pyproject.line(written.range.start));
            self.add(&written.value, place, Some(shown(&label)));
        }
    }

    /// Those of the tracked Markdown of a project.
    pub fn of_documents(&mut self, tree: &Tree<'_>) {
        for path in documents(tree) {
            let Some(text) = tree.text(path) else { continue };
            for link in markdown::outline(&text).into_links() {
                self.add(&link.target, Location::line(path, link.line), None);
            }
        }
    }

    /// Those of the metadata of an archive, its description among it.
    pub fn of_archive(&mut self, examined: &Examined) {
        let Some((member, bytes)) = Source::member(&examined.scan) else { return };
        let place = |line: usize| {
            let mut place = Location::member(&examined.name, member);
            place.line = Some(line);
            place
        };
        let raw = RawMetadata::parse(bytes);
        for field in ["Home-page", "Download-URL"] {
            for header in raw.entries(field) {
                self.add(header.value.trim(), place(header.line), Some(field.to_owned()));
            }
        }
        for header in raw.entries("Project-URL") {
            let Some((label, url)) = header.value.split_once(',') else { continue };
            self.add(url.trim(), place(header.line), Some(format!("Project-URL: {}", shown(label.trim()))));
        }
        let Some(source) = Source::of(bytes) else { return };
        for link in of_description(&source) {
            self.add(&link.target, place(source.line + link.line - 1), None);
        }
    }
}

fn of_description(source: &Source) -> Vec<markdown::Link> {
    let mut links = match source.markup {
        Markup::Markdown => return markdown::outline(&source.text).into_links(),
        Markup::ReStructuredText => restructured(&source.text),
        Markup::Plain => Vec::new(),
    };
    for (index, line) in source.text.lines().enumerate().filter(|(_, line)| line.len() < markdown::LONGEST_LINE) {
        markdown::bare(line, index + 1, &mut links);
    }
    links.sort_by_key(|link| link.line);
    links
}

fn is_example(host: &str) -> bool {
    let host = host.trim_end_matches('.');
    let is_below = |name: &str| host.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    ["example", "example.com", "example.net", "example.org", "test"].into_iter().any(is_below)
}
