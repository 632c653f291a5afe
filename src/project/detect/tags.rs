//! The form of the tags that are there. Pure.

use std::collections::BTreeMap;

use crate::project::history::version_of;
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

/// The forms that tags of packages with versions of their own customarily have.
pub const OF_PACKAGES: [&str; 6] = [
    "{name}-v{version}",
    "{name}-{version}",
    "{name}/v{version}",
    "{name}/{version}",
    "{name}@v{version}",
    "{name}@{version}",
];

/// The form that most tags of packages with versions of their own have.
pub fn style_of_packages(names: &[String], packages: &[String]) -> Option<Style> {
    let count = |form: &&str| {
        let of = |tag: &String| packages.iter().any(|name| version_of(&form.replace("{name}", name), tag).is_some());
        names.iter().filter(|tag| of(tag)).count()
    };
    let best = OF_PACKAGES.iter().rev().max_by_key(|form| count(form)).filter(|form| count(form) > 0)?;
    let others = OF_PACKAGES.iter().filter(|form| *form != best && count(form) > 0).map(|form| (*form).to_owned());
    Some(Style { pattern: (*best).to_owned(), others: others.collect() })
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
