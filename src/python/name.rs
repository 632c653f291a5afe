//! Project names: their grammar and their normal form.
//!
//! Follows the name format of packaging.python.org (PEP 508, PEP 503). Whether a name is free or
//! looks like another one on an index is left to those who ask the index.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::error::{ParseError, shown};

/// The name of a project: kept as written, compared by its normal form.
#[derive(Debug, Clone)]
pub struct ProjectName {
    written: String,
    normalized: String,
}

impl ProjectName {
    /// The name as it was written.
    pub fn as_str(&self) -> &str {
        &self.written
    }

    /// The normal form of PEP 503: lower case, runs of `-`, `_` and `.` become one `-`.
    pub fn normalized(&self) -> &str {
        &self.normalized
    }

    /// The normal form with `_` for `-`, as it stands in the names of files.
    pub fn file_part(&self) -> String {
        self.normalized.replace('-', "_")
    }
}

/// The normal form of PEP 503 of any text, whether or not it is a valid name.
pub fn normalize(text: &str) -> String {
    let mut normal = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '-' | '_' | '.' if normal.ends_with('-') => {}
            '-' | '_' | '.' => normal.push('-'),
            other => normal.extend(other.to_lowercase()),
        }
    }
    normal
}

impl FromStr for ProjectName {
    type Err = ParseError;

    /// # Errors
    /// [`ParseError::Name`] unless the text is ASCII letters, digits, `.`, `_` and `-` that begins and
    /// ends with a letter or digit. Nothing is trimmed.
    fn from_str(text: &str) -> Result<Self, ParseError> {
        let refuse = |reason: String| Err(ParseError::Name { text: shown(text), reason });
        if let Some(character) = text.chars().find(|c| !c.is_ascii_alphanumeric() && !matches!(c, '.' | '_' | '-')) {
            let character = character.escape_debug();
            return refuse(format!("`{character}` is not allowed in a name"));
        }
        match (text.chars().next(), text.chars().next_back()) {
            (Some(first), Some(last)) if first.is_ascii_alphanumeric() && last.is_ascii_alphanumeric() => {
                Ok(ProjectName { written: text.to_owned(), normalized: normalize(text) })
            }
            (None, _) | (_, None) => refuse("it is empty".to_owned()),
            _ => refuse("it must begin and end with a letter or digit".to_owned()),
        }
    }
}

impl fmt::Display for ProjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

impl PartialEq for ProjectName {
    fn eq(&self, other: &Self) -> bool {
        self.normalized == other.normalized
    }
}

impl Eq for ProjectName {}

impl PartialOrd for ProjectName {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for ProjectName {
    fn cmp(&self, other: &Self) -> Ordering {
        self.normalized.cmp(&other.normalized)
    }
}

impl Hash for ProjectName {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.normalized.hash(state);
    }
}

impl Serialize for ProjectName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.written)
    }
}

impl<'de> Deserialize<'de> for ProjectName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}
