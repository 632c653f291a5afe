//! Requirements: which project, in which versions, from where and when.
//!
//! Follows "Dependency specifiers" of packaging.python.org (PEP 508), shown as `packaging` shows them.
//! Names and extras must be valid project names, where `packaging` lets `foo_` pass.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::cursor::{Cursor, Unexpected};
use super::error::{ParseError, shown};
use super::marker::{self, Marker};
use super::name::ProjectName;
use super::specifier::{Operator, Specifier, SpecifierSet};
use super::version::is_python_space;

/// A requirement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    /// The project.
    pub name: ProjectName,
    /// Its extras in the order of their spelling, without doubles.
    pub extras: Vec<ProjectName>,
    /// The versions; empty with a URL.
    pub specifier: SpecifierSet,
    /// Where to get it from, behind `@`.
    pub url: Option<String>,
    /// When it counts.
    pub marker: Option<Marker>,
}

impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.name)?;
        if !self.extras.is_empty() {
            let extras: Vec<&str> = self.extras.iter().map(ProjectName::as_str).collect();
            write!(f, "[{}]", extras.join(","))?;
        }
        write!(f, "{}", self.specifier)?;
        if let Some(url) = &self.url {
            write!(f, " @ {url}")?;
            if self.marker.is_some() {
                // The `;` would else belong to the URL.
                f.write_str(" ")?;
            }
        }
        if let Some(marker) = &self.marker {
            write!(f, "; {marker}")?;
        }
        Ok(())
    }
}

impl FromStr for Requirement {
    type Err = ParseError;

    /// # Errors
    /// [`ParseError::Requirement`] with the character that is wrong.
    fn from_str(text: &str) -> Result<Self, ParseError> {
        let mut cursor = Cursor::new(text);
        parse(&mut cursor).map_err(|Unexpected { reason, column }| ParseError::Requirement {
            text: shown(text),
            reason,
            column,
        })
    }
}

impl Serialize for Requirement {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Requirement {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

fn parse(cursor: &mut Cursor<'_>) -> Result<Requirement, Unexpected> {
    cursor.skip_space();
    let name = name(cursor)?;
    cursor.skip_space();
    let extras = extras(cursor)?;
    cursor.skip_space();
    let mut url = None;
    let mut specifier = SpecifierSet::default();
    if cursor.take("@") {
        cursor.skip_space();
        let text = cursor.take_while(|c| c != ' ' && c != '\t');
        if text.is_empty() {
            return Err(cursor.unexpected("a URL was expected after `@`"));
        }
        url = Some(text.to_owned());
    } else if cursor.take("(") {
        cursor.skip_space();
        specifier = specifiers(cursor)?;
        cursor.skip_space();
        if !cursor.take(")") {
            return Err(cursor.unexpected("`)` was expected"));
        }
    } else {
        specifier = specifiers(cursor)?;
    }
    cursor.skip_space();
    let mut marker = None;
    if cursor.take(";") {
        marker = Some(marker::parse(cursor)?);
    }
    if !cursor.at_end() {
        let expected = match (&marker, &url) {
            (Some(_), _) => "`and`, `or` or the end was expected",
            (None, Some(_)) => "` ;` before a marker, or the end was expected",
            (None, None) if specifier.is_empty() => "a version, `;` before a marker, or the end was expected",
            (None, None) => "`,` before another version, `;` before a marker, or the end was expected",
        };
        return Err(cursor.unexpected(expected));
    }
    Ok(Requirement { name, extras, specifier, url, marker })
}

fn name(cursor: &mut Cursor<'_>) -> Result<ProjectName, Unexpected> {
    let start = cursor.clone();
    let text = cursor.take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'));
    if text.is_empty() {
        return Err(start.unexpected("a name was expected"));
    }
    text.parse().map_err(|e: ParseError| start.unexpected(e.to_string()))
}

fn extras(cursor: &mut Cursor<'_>) -> Result<Vec<ProjectName>, Unexpected> {
    let mut extras = BTreeMap::new();
    if !cursor.take("[") {
        return Ok(Vec::new());
    }
    cursor.skip_space();
    if cursor.take("]") {
        return Ok(Vec::new());
    }
    loop {
        let extra = name(cursor)?;
        extras.insert(extra.as_str().to_owned(), extra);
        cursor.skip_space();
        if cursor.take("]") {
            return Ok(extras.into_values().collect());
        }
        if !cursor.take(",") {
            return Err(cursor.unexpected("`,` or `]` was expected"));
        }
        cursor.skip_space();
    }
}

fn specifiers(cursor: &mut Cursor<'_>) -> Result<SpecifierSet, Unexpected> {
    let mut found: Vec<Specifier> = Vec::new();
    loop {
        let start = cursor.clone();
        let Some(operator) = Operator::ALL.into_iter().find(|o| cursor.take(o.text())) else {
            // A comma at the end is let pass, as `packaging` does.
            return Ok(found.into_iter().collect());
        };
        cursor.take_while(is_python_space);
        // Behind `===` anything goes, commas too, which then part specifiers.
        let arbitrary = operator == Operator::Arbitrary;
        let ends = |c: char| (c == ',' && !arbitrary) || c == ';' || c == ')' || is_python_space(c);
        let version = cursor.take_while(|c| !ends(c));
        // `> =1` is no `>=1`.
        let gap = if version.starts_with('=') { " " } else { "" };
        let text = format!("{}{gap}{version}", operator.text());
        let parsed: Result<SpecifierSet, ParseError> = text.parse();
        let parsed = parsed.map_err(|e| start.unexpected(e.to_string()))?;
        found.extend_from_slice(parsed.specifiers());
        let before = cursor.clone();
        cursor.skip_space();
        if !cursor.take(",") {
            *cursor = before;
            return Ok(found.into_iter().collect());
        }
        cursor.skip_space();
    }
}
