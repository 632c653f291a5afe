//! The classifiers that PyPI takes: dated data, since the list changes with the site.
//!
//! `data/classifiers.txt` is made from the package trove-classifiers; its first line says which.

use std::collections::HashMap;
use std::sync::LazyLock;

/// The release of trove-classifiers that the list comes from.
pub const CLASSIFIERS_AS_OF: &str = "2026.9.21.13";

const DATA: &str = include_str!("data/classifiers.txt");

/// What PyPI does with a classifier.
#[derive(Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is taken.
    Known,
    /// Refused, with what to write instead.
    Deprecated(&'static [&'static str]),
    /// Refused: it is not on the list.
    Unknown,
}

/// Each classifier; a deprecated one with its replacements.
static CLASSIFIERS: LazyLock<HashMap<&str, Option<Vec<&str>>>> = LazyLock::new(|| {
    let mut known: HashMap<&str, Option<Vec<&str>>> = HashMap::new();
    let mut deprecated = "";
    for line in DATA.lines().skip(1) {
        if let Some(name) = line.strip_prefix("- ") {
            deprecated = name;
            known.insert(name, Some(Vec::new()));
        } else if let Some(name) = line.strip_prefix("> ") {
            known.entry(deprecated).or_default().get_or_insert_default().push(name);
        } else {
            known.insert(line, None);
        }
    }
    known
});

/// What PyPI does with a classifier.
pub fn standing(classifier: &str) -> Standing {
    match CLASSIFIERS.get(classifier) {
        Some(None) => Standing::Known,
        Some(Some(replacements)) => Standing::Deprecated(replacements),
        None => Standing::Unknown,
    }
}

/// Whether a classifier is on the list and not deprecated.
pub fn is_known(classifier: &str) -> bool {
    standing(classifier) == Standing::Known
}
