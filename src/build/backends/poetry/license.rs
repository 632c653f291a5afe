//! The licence: as an expression, as the text of old, and the files of it.

use std::collections::BTreeSet;

use super::files::glob;
use crate::build::declared::{Declared, License};
use crate::build::native::Reason;
use crate::build::tree::Tree;
use crate::python::license::{LicenseExpression, LicenseKind};
use crate::python::spdx;

const KNOWN: &str = include_str!("licenses.txt");
const KEY: &str = "project.license";
/// Patterns of files at the top of the project.
const FILES: [&str; 4] = ["COPYING*", "LICEN[SC]E*", "AUTHORS*", "NOTICE*"];

/// What the metadata says about it.
pub(super) enum Field {
    None,
    /// `License-Expression`.
    Expression(String),
    /// `License`, with the classifier that goes with it.
    Text {
        text: String,
        classifier: String,
    },
}

pub(super) fn field(tree: &Tree, project: &Declared, tool: Option<String>) -> Result<Field, Reason> {
    let is_empty = |license: &&License| matches!(license, License::Expression(text) if text.is_empty());
    let text = match project.license.as_ref().filter(|license| !is_empty(license)) {
        Some(License::Expression(text)) => match expression(text)? {
            Some(expression) => return Ok(Field::Expression(expression)),
            None => text.clone(),
        },
        Some(_) if project.license_files.is_some() => {
            return Err(Reason::new(KEY, "a table cannot stand beside `license-files`"));
        }
        Some(License::Text(text)) => text.clone(),
        Some(License::File(file)) if file.is_empty() => String::new(),
        Some(License::File(file)) => {
            let path = crate::build::tree::normal(file).filter(|_| !file.starts_with('/')).unwrap_or_default();
            tree.read_text(&path)?.ok_or_else(|| Reason::new(KEY, format!("`{file}` is not there")))?
        }
        None => tool.unwrap_or_default(),
    };
    Ok(if text.is_empty() { Field::None } else { known(&text) })
}

/// The licence that an identifier or a full name names, in any case; else the text itself.
fn known(text: &str) -> Field {
    let wanted = text.to_lowercase();
    let find =
        |column: usize| {
            KNOWN.lines().skip(1).map(|line| line.split('\t').collect::<Vec<_>>()).find(|fields| {
                fields.get(column).is_some_and(|field| !field.is_empty() && field.to_lowercase() == wanted)
            })
        };
    let (id, rest) = match find(0).or_else(|| find(1)) {
        Some(fields) => (fields[0].to_owned(), fields.get(2).copied().filter(|rest| !rest.is_empty())),
        None => (text.to_owned(), None),
    };
    Field::Text { text: id, classifier: format!("License :: {}", rest.unwrap_or("Other/Proprietary License")) }
}

/// The expression as poetry prints it; nothing where it takes the text for one of old.
fn expression(text: &str) -> Result<Option<String>, Reason> {
    let lower = text.to_lowercase();
    let unsure = || Reason::new(KEY, format!("`{text}` is not known how poetry reads it"));
    let Ok(expression) = text.parse::<LicenseExpression>() else {
        let is_close = lower.contains("licenseref") || (lower.contains('(') && lower.contains("with"));
        return if is_close { Err(unsure()) } else { Ok(None) };
    };
    let mut exceptions = expression.ids().iter().filter(|(_, kind)| *kind == LicenseKind::Exception);
    if exceptions.any(|(id, kind)| spdx::spelled(id, *kind).is_none()) {
        return Err(unsure());
    }
    Ok(spdx::canonical(&expression).ok())
}

/// The files of the licence, sorted.
pub(super) fn files(tree: &Tree, project: &Declared) -> Result<Vec<String>, Reason> {
    const KEY: &str = "project.license-files";
    let mut found = BTreeSet::new();
    if let Some(patterns) = &project.license_files {
        for pattern in patterns {
            if pattern.contains('\\') || pattern.split('/').any(|part| part == "..") || pattern.ends_with("**") {
                return Err(Reason::new(KEY, format!("`{pattern}` is refused, by poetry or by some Python")));
            }
            let before = found.len();
            let files: Vec<String> = glob(tree, "", pattern, KEY)?.into_iter().filter(|at| tree.is_file(at)).collect();
            if files.is_empty() && before == found.len() {
                return Err(Reason::new(KEY, format!("`{pattern}` names no file")));
            }
            found.extend(files);
        }
        return Ok(found.into_iter().collect());
    }
    if let Some(License::File(file)) = &project.license {
        let path = crate::build::tree::normal(file).filter(|_| !file.starts_with('/'));
        let path = path.ok_or_else(|| Reason::new("project.license", "the file lies outside of the project"))?;
        found.insert(path);
    }
    for pattern in FILES {
        found.extend(glob(tree, "", pattern, KEY)?);
    }
    found.extend(glob(tree, "LICENSES", "**/*", KEY)?);
    Ok(found.into_iter().filter(|at| tree.is_file(at)).collect())
}
