//! Values of metadata fields that are more than a text.

use std::fmt;
use std::str::FromStr;

use crate::python::error::shown;
use crate::python::identifier::{is_identifier, is_keyword};

/// `Description-Content-Type`, kept as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContentType {
    written: String,
    kind: &'static str,
    variant: Option<String>,
}

const KINDS: [&str; 3] = ["text/plain", "text/x-rst", "text/markdown"];

impl ContentType {
    /// `text/plain`, `text/x-rst` or `text/markdown`.
    pub fn kind(&self) -> &'static str {
        self.kind
    }

    /// The variant of Markdown, `GFM` or `CommonMark`, where one is named.
    pub fn variant(&self) -> Option<&str> {
        self.variant.as_deref()
    }
}

impl fmt::Display for ContentType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

impl FromStr for ContentType {
    type Err = String;

    /// # Errors
    /// Why the specification refuses it.
    fn from_str(text: &str) -> Result<Self, String> {
        if text.contains(|c: char| c.is_control() && c != '\t') {
            return Err("has a line break or another control character in it".to_owned());
        }
        let (kind, parameters) = text.split_once(';').unwrap_or((text, ""));
        let kind = kind.trim();
        let kind = KINDS
            .into_iter()
            .find(|known| known.eq_ignore_ascii_case(kind))
            .ok_or_else(|| format!("must be `text/plain`, `text/x-rst` or `text/markdown`, not `{}`", shown(kind)))?;
        let mut variant = None;
        let mut seen = Vec::new();
        let mut rest = parameters;
        while !rest.trim().is_empty() {
            let (key, value, after) = parameter(rest)
                .ok_or_else(|| format!("has the parameter `{}`, which is no `key=value`", shown(rest.trim())))?;
            let key = key.to_ascii_lowercase();
            if seen.contains(&key) {
                return Err(format!("has the parameter `{}` twice", shown(&key)));
            }
            if key == "charset" && !value.eq_ignore_ascii_case("utf-8") {
                return Err(format!("must have the charset `UTF-8`, not `{}`", shown(&value)));
            }
            if key == "variant" {
                variant = Some(value);
            }
            seen.push(key);
            if seen.len() > 16 {
                return Err("has too many parameters".to_owned());
            }
            rest = after;
        }
        match &variant {
            Some(variant) if kind == "text/markdown" && variant != "GFM" && variant != "CommonMark" => {
                Err(format!("must have the variant `GFM` or `CommonMark`, not `{}`", shown(variant)))
            }
            _ => Ok(ContentType { written: text.to_owned(), kind, variant }),
        }
    }
}

/// The first parameter and what follows its `;`.
fn parameter(text: &str) -> Option<(&str, String, &str)> {
    let (key, rest) = text.split_once('=')?;
    let (key, rest) = (key.trim(), rest.trim_start());
    let token = |c: char| c.is_ascii_graphic() && !r#"()<>@,;:\"/[]?="#.contains(c);
    // What stands for an encoded or parted value in mail.
    let encoded = key.contains(['*', '\'', '%']);
    if key.is_empty() || encoded || !key.chars().all(token) {
        return None;
    }
    let (value, rest) = match rest.strip_prefix('"') {
        Some(quoted) => {
            let (value, rest) = quoted.split_once('"')?;
            (value.to_owned(), rest)
        }
        None => {
            let end = rest.find(|c| !token(c)).unwrap_or(rest.len());
            let (value, rest) = rest.split_at(end);
            (value.to_owned(), rest)
        }
    };
    let rest = rest.trim_start();
    match rest.strip_prefix(';') {
        Some(after) if !value.is_empty() && !after.trim().is_empty() => Some((key, value, after)),
        None if !value.is_empty() && rest.is_empty() => Some((key, value, rest)),
        _ => None,
    }
}

/// A `Project-URL`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectUrl {
    /// What stands before the first comma.
    pub label: String,
    /// What stands behind it.
    pub url: String,
}

/// An `Import-Name` or `Import-Namespace`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportName {
    /// The module, identifiers parted by dots.
    pub name: String,
    /// Whether it is marked as private.
    pub private: bool,
}

impl FromStr for ImportName {
    type Err = String;

    /// # Errors
    /// Why the specification refuses it.
    fn from_str(text: &str) -> Result<Self, String> {
        let (name, mark) = match text.split_once(';') {
            Some((name, mark)) => (name, Some(mark.trim_start())),
            None => (text, None),
        };
        let name = name.trim_end();
        for part in name.split('.') {
            if !is_identifier(part) {
                return Err(format!("has `{}`, where `{}` is no identifier", shown(name), shown(part)));
            }
            if is_keyword(part) {
                return Err(format!("has `{}`, where `{}` is a keyword", shown(name), shown(part)));
            }
        }
        match mark {
            None => Ok(false),
            Some("private") => Ok(true),
            Some(other) => Err(format!("has `{}` behind `;`, where only `private` may be", shown(other))),
        }
        .map(|private| ImportName { name: name.to_owned(), private })
    }
}

/// Why a `License-File` is refused.
pub(super) fn license_file_fault(path: &str) -> Option<&'static str> {
    let drive = path.as_bytes().get(1) == Some(&b':') && path.as_bytes().get(2) == Some(&b'/');
    if path.contains("..") {
        Some("it must not contain `..`")
    } else if path.contains('*') {
        Some("it must name one file, without `*`")
    } else if path.contains('\\') {
        Some("it must use `/`")
    } else if path.starts_with('/') || drive {
        Some("it must be relative")
    } else if path.split('/').any(|part| part.is_empty() || part == ".") {
        Some("it has an empty or `.` part")
    } else {
        None
    }
}

/// Whether Python's `str.splitlines` would break the text.
pub(super) fn has_line_break(text: &str) -> bool {
    text.contains(['\n', '\r', '\u{b}', '\u{c}', '\u{1c}', '\u{1d}', '\u{1e}', '\u{85}', '\u{2028}', '\u{2029}'])
}
