//! The form of the tags that are there. Pure.

use std::collections::BTreeMap;

use crate::python::version::Version;

/// The form of tags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Style {
    /// The form that most releases have, with `{version}`.
    pub pattern: String,
    /// The other forms.
    pub others: Vec<String>,
}

/// The form that most tags have; of two that are as frequent, the one with the highest version. Nothing where no
/// tag names a version.
pub fn style(names: &[String]) -> Option<Style> {
    let mut found: BTreeMap<&str, (usize, Version)> = BTreeMap::new();
    for (prefix, version) in names.iter().filter_map(|name| split(name)) {
        let entry = found.entry(prefix).or_insert_with(|| (0, version.clone()));
        entry.0 += 1;
        if version > entry.1 {
            entry.1 = version;
        }
    }
    let best = found.iter().max_by(|(_, one), (_, other)| one.0.cmp(&other.0).then_with(|| one.1.cmp(&other.1)))?.0;
    let form = |prefix: &str| format!("{prefix}{{version}}");
    let others = found.keys().filter(|prefix| *prefix != best).map(|prefix| form(prefix)).collect();
    Some(Style { pattern: form(best), others })
}

/// The prefix and the version of a tag, where it ends in one with at least two numbers.
fn split(name: &str) -> Option<(&str, Version)> {
    let starts = name.char_indices().filter(|(at, character)| {
        character.is_ascii_digit() && !name[..*at].ends_with(|before: char| before.is_ascii_digit() || before == '.')
    });
    starts
        .filter(|(at, _)| name[*at..].split(|c: char| !c.is_ascii_digit()).nth(1).is_some_and(|part| !part.is_empty()))
        .filter(|(at, _)| !name[..*at].contains(['{', '}', ' ', '\\']) && name.len() <= 200)
        .find_map(|(at, _)| Some((&name[..at], name[at..].parse::<Version>().ok()?)))
}
