//! `pyproject.toml` as far as releasing needs it, with the positions of what may be edited
//! (PEP 518, 621, 735).

use std::ops::Range;

use toml_edit::{Document, Item};

use super::error::ProjectError;
use crate::config::file::position;

/// A literal in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Its value.
    pub value: String,
    /// The bytes between its quotes.
    pub range: Range<usize>,
}

/// `pyproject.toml`, read once.
#[derive(Debug, Clone)]
pub struct Pyproject {
    /// Its path below the root of the project.
    pub file: String,
    document: Document<String>,
}

impl Pyproject {
    /// Reads the text of the file.
    ///
    /// # Errors
    /// It is not TOML.
    pub fn parse(file: &str, text: String) -> Result<Self, ProjectError> {
        let kept = text.clone();
        let document = Document::parse(text).map_err(|error| ProjectError::Toml {
            file: file.to_owned(),
            message: error.message().replace('\n', " "),
            at: position(&kept, error.span().map_or(0, |span| span.start)),
        })?;
        Ok(Pyproject { file: file.to_owned(), document })
    }

    /// The text as read.
    pub fn text(&self) -> &str {
        self.document.raw()
    }

    /// The item at a path of keys.
    pub fn get(&self, path: &[&str]) -> Option<&Item> {
        path.iter().try_fold(self.document.as_item(), |item, key| item.get(key))
    }

    /// The string at a path of keys.
    pub fn string(&self, path: &[&str]) -> Option<&str> {
        self.get(path)?.as_str()
    }

    /// The strings of the array at a path of keys; empty where there is none.
    pub fn strings(&self, path: &[&str]) -> Vec<String> {
        let array = self.get(path).and_then(Item::as_array);
        array.into_iter().flatten().filter_map(|value| value.as_str().map(str::to_owned)).collect()
    }

    /// The keys of the table at a path of keys; empty where there is none.
    pub fn keys(&self, path: &[&str]) -> Vec<String> {
        let table = self.get(path).and_then(Item::as_table_like);
        table.into_iter().flat_map(|table| table.iter().map(|(key, _)| key.to_owned())).collect()
    }

    /// The string at a path of keys, with the bytes between its quotes.
    pub fn written(&self, path: &[&str]) -> Option<Written> {
        let item = self.get(path)?;
        let value = item.as_str()?.to_owned();
        let span = item.span()?;
        let raw = &self.text()[span.clone()];
        let quotes = if raw.starts_with("\"\"\"") || raw.starts_with("'''") { 3 } else { 1 };
        Some(Written { value, range: span.start + quotes..span.end - quotes })
    }

    /// The line of an offset.
    pub fn line(&self, offset: usize) -> usize {
        position(self.text(), offset).0
    }

    /// The build backend; setuptools' legacy one where none is named, as PEP 517 has it.
    pub fn backend(&self) -> &str {
        self.string(&["build-system", "build-backend"]).unwrap_or("setuptools.build_meta:__legacy__")
    }

    /// What the backend needs to run.
    pub fn build_requires(&self) -> Vec<String> {
        match self.get(&["build-system", "requires"]) {
            Some(_) => self.strings(&["build-system", "requires"]),
            // pip adds `wheel` for such projects, so both must be had.
            None => vec!["setuptools>=40.8.0".to_owned(), "wheel".to_owned()],
        }
    }
}
