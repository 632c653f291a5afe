//! The list of versions that documents switch between, as the theme of pydata reads it (`switcher.json`): a new
//! version gets a copy of the entry of the version before, put before it, and `preferred` moves to it.

use std::ops::Range;

use super::form::{self, Said};
use super::json::Node;
use crate::config::file::Form;
use crate::project::edit::TextEdit;
use crate::python::version::Version;

/// The list as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Switcher {
    text: String,
    /// The versions that entries name, with the bytes of the entry, in their order.
    versions: Vec<(String, Range<usize>)>,
    /// Which of them is copied.
    current: usize,
    /// The bytes of every string of that entry.
    strings: Vec<Range<usize>>,
    /// Its `preferred` with the comma that belongs to it.
    preferred: Option<Range<usize>>,
    /// What stands between two entries.
    between: String,
    /// The end of the entry before each of `versions`, where one is.
    before: Vec<Option<usize>>,
    keep: Option<usize>,
}

impl Switcher {
    /// Reads the list; nothing where a text is none, or names no version.
    pub fn read(text: &str, keep: Option<usize>) -> Option<(Switcher, Range<usize>)> {
        let Node::List(whole, items) = Node::parse(text)? else { return None };
        let mut versions = Vec::new();
        let mut before = Vec::new();
        let mut nodes = Vec::new();
        for (at, item) in items.iter().enumerate() {
            let Some(version @ Node::Text(range)) = item.get(text, "version") else { continue };
            if number(version.text(text)?).is_some() {
                versions.push((text[range.clone()].to_owned(), item.range()));
                before.push(at.checked_sub(1).map(|at| items[at].range().end));
                nodes.push((item, range.clone()));
            }
        }
        let is_preferred =
            |item: &Node| item.get(text, "preferred").is_some_and(|value| text.get(value.range()) == Some("true"));
        let highest = || (0..versions.len()).max_by_key(|at| number(&versions[*at].0));
        let current = nodes.iter().position(|(item, _)| is_preferred(item)).or_else(highest)?;
        let (Node::Table(_, entries), place) = &nodes[current] else { return None };
        let strings = entries.iter().filter_map(|(_, value)| match value {
            Node::Text(range) => Some(range.clone()),
            _ => None,
        });
        let preferred = entries
            .iter()
            .position(|(key, _)| &text[key.clone()] == "preferred")
            .filter(|_| is_preferred(nodes[current].0));
        let preferred = preferred.and_then(|at| match (at.checked_sub(1), entries.get(at + 1)) {
            (Some(earlier), _) => Some(entries[earlier].1.range().end..entries[at].1.range().end),
            (None, Some((next, _))) => Some(entries[at].0.start - 1..next.start - 1),
            (None, None) => None,
        });
        let first = items.first()?.range();
        let between = match items.get(1) {
            Some(second) => text[first.end..second.range().start].to_owned(),
            None => format!(",{}", &text[whole.start + 1..first.start]),
        };
        let strings = strings.collect();
        let place = place.clone();
        let read = Switcher { text: text.to_owned(), versions, current, strings, preferred, between, before, keep };
        Some((read, place))
    }

    /// Whether the list names a version, in full or by its first two numbers.
    pub(super) fn names(&self, version: &Version) -> bool {
        self.versions.iter().any(|(written, _)| says(written, version))
    }

    /// Whether the entry that would be copied is that of a version.
    pub fn follows(&self, version: &Version) -> bool {
        says(&self.versions[self.current].0, version)
    }

    /// What makes the list name the version.
    pub(super) fn edits(&self, said: &Said<'_>) -> Vec<TextEdit> {
        if self.names(said.version) {
            return Vec::new();
        }
        let (written, entry) = &self.versions[self.current];
        let bare = bare(written);
        let Some(old) = number(written) else { return Vec::new() };
        let short = |version: &Version| form::short(version);
        let is_short = bare == short(&old) && short(said.version) != said.version.to_string();
        let new = if is_short { short(said.version) } else { said.version.to_string() };
        let mut copy = String::new();
        let mut at = entry.start;
        for range in &self.strings {
            let value = &self.text[range.clone()];
            let replaced = match replaced(value, bare, &new) {
                Some(replaced) => Some(replaced),
                None => replaced(value, &short(&old), &short(said.version)),
            };
            copy.push_str(&self.text[at..range.start]);
            copy.push_str(replaced.as_deref().unwrap_or(value));
            at = range.end;
        }
        copy.push_str(&self.text[at..entry.end]);
        copy.push_str(&self.between);
        let mut edits = vec![TextEdit { range: entry.start..entry.start, replacement: copy }];
        edits.extend(self.preferred.clone().map(|range| TextEdit { range, replacement: String::new() }));
        let surplus = self.keep.map_or(0, |keep| (self.versions.len() + 1).saturating_sub(keep));
        let last = (0..self.versions.len()).rev().filter(|at| *at != self.current);
        edits.extend(last.take(surplus).filter_map(|at| {
            let range = self.before[at]?..self.versions[at].1.end;
            Some(TextEdit { range, replacement: String::new() })
        }));
        edits
    }
}

/// The version without a `v`.
fn bare(written: &str) -> &str {
    written.strip_prefix(['v', 'V']).unwrap_or(written)
}

fn number(written: &str) -> Option<Version> {
    let bare = bare(written);
    bare.starts_with(|first: char| first.is_ascii_digit()).then(|| bare.parse().ok()).flatten()
}

fn says(written: &str, version: &Version) -> bool {
    number(written).is_some_and(|found| found == *version) || bare(written) == form::short(version)
}

/// The text with `old` replaced where it stands on its own; nothing where it does not.
fn replaced(text: &str, old: &str, new: &str) -> Option<String> {
    let places = super::occurrences(text.as_bytes(), "{version}", Form::Version, "");
    let mut places = places.into_iter().filter(|range| &text[range.clone()] == old).peekable();
    places.peek()?;
    let mut out = String::new();
    let mut at = 0;
    for range in places {
        out.push_str(&text[at..range.start]);
        out.push_str(new);
        at = range.end;
    }
    out.push_str(&text[at..]);
    Some(out)
}
