//! Values that are read from files, or from an assignment in a module: as far as nothing has to be run for them.

use toml_edit::{Item, TableLike};

use super::super::super::declared::{strings_of, wrong};
use super::super::super::native::{Reason, Source};
use super::discovery::Layout;
use super::view::View;
use crate::project::version_source::python_source;

const TABLE: &str = "tool.setuptools.dynamic";

/// `[tool.setuptools.dynamic]`.
pub(super) struct Dynamic<'a> {
    pub(super) view: &'a View<'a>,
    table: Option<&'a dyn TableLike>,
    /// Every file that a directive names.
    pub(super) referenced: Vec<String>,
}

impl<'a> Dynamic<'a> {
    pub(super) fn read(source: &Source<'a>, view: &'a View<'a>) -> Result<Self, Reason> {
        let table = match source.pyproject.get(&["tool", "setuptools", "dynamic"]) {
            None => None,
            Some(item) => Some(item.as_table_like().ok_or_else(|| wrong(TABLE, "a table"))?),
        };
        const KEYS: [&str; 7] = [
            "version",
            "classifiers",
            "description",
            "entry-points",
            "dependencies",
            "optional-dependencies",
            "readme",
        ];
        for (key, item) in table.into_iter().flat_map(TableLike::iter) {
            let shown = format!("{TABLE}.{key}");
            if !KEYS.contains(&key) {
                return Err(Reason::new(shown, "setuptools does not know it"));
            }
            let inner = item.as_table_like().ok_or_else(|| wrong(&shown, "a table"))?;
            let odd = match key {
                "optional-dependencies" => None,
                "version" if inner.len() != 1 => Some(""),
                "version" => inner.iter().map(|(key, _)| key).find(|key| !["attr", "file"].contains(key)),
                "readme" => inner.iter().map(|(key, _)| key).find(|key| !["file", "content-type"].contains(key)),
                _ => inner.iter().map(|(key, _)| key).find(|key| *key != "file"),
            };
            if odd.is_some() {
                return Err(Reason::new(shown, "it has a key that setuptools does not know"));
            }
        }
        Ok(Dynamic { view, table, referenced: Vec::new() })
    }

    /// Whether a field has a directive.
    pub(super) fn has(&self, field: &str) -> bool {
        self.table.is_some_and(|table| table.contains_key(field))
    }

    fn of(&self, field: &str) -> Option<&'a dyn TableLike> {
        self.table?.get(field).and_then(Item::as_table_like)
    }

    /// The text of the files of a field.
    pub(super) fn text(&mut self, field: &str) -> Result<String, Reason> {
        let shown = format!("{TABLE}.{field}");
        let table = self.of(field).ok_or_else(|| wrong(&shown, "a table"))?;
        self.text_of(table, &shown)
    }

    fn text_of(&mut self, table: &dyn TableLike, shown: &str) -> Result<String, Reason> {
        let files = match table.get("file") {
            Some(item) if item.is_str() => vec![item.as_str().unwrap_or_default().to_owned()],
            _ => strings_of(table, "file", shown)?.ok_or_else(|| wrong(shown, "a table with `file`"))?,
        };
        self.files(shown, &files)
    }

    /// The texts of files, joined; those that are missing are passed over, as setuptools does.
    pub(super) fn files(&mut self, shown: &str, files: &[String]) -> Result<String, Reason> {
        let mut texts = Vec::new();
        self.referenced.extend(files.iter().cloned());
        for file in files {
            if file.starts_with('/') || file.split('/').any(|part| part == "..") || file.is_empty() {
                return Err(Reason::new(shown, format!("`{file}` is no plain path of the project")));
            }
            if self.view.is_file(file)
                && let Some(text) = self.view.tree.read_text(&self.view.plain(file)?)?
            {
                texts.push(text);
            }
        }
        Ok(texts.join("\n"))
    }

    /// `content-type` of the readme.
    pub(super) fn content_type(&self) -> Result<String, Reason> {
        match self.of("readme").and_then(|table| table.get("content-type")) {
            None => Ok("text/x-rst".to_owned()),
            Some(item) => item.as_str().map(str::to_owned).ok_or_else(|| wrong(&format!("{TABLE}.readme"), "a text")),
        }
    }

    /// The texts of the extras, in their order.
    pub(super) fn extras(&mut self) -> Result<Vec<(String, String)>, Reason> {
        let table = self.of("optional-dependencies");
        let mut found = Vec::new();
        for (extra, item) in table.into_iter().flat_map(TableLike::iter) {
            let shown = format!("{TABLE}.optional-dependencies.{extra}");
            let inner = item.as_table_like().filter(|table| table.len() == 1);
            let text = self.text_of(inner.ok_or_else(|| wrong(&shown, "a table with `file`"))?, &shown)?;
            found.push((extra.to_owned(), text));
        }
        Ok(found)
    }

    /// The version, from a file or an attribute.
    pub(super) fn version(&mut self, layout: &Layout) -> Result<String, Reason> {
        let shown = format!("{TABLE}.version");
        let table = self.of("version").ok_or_else(|| wrong(&shown, "a table"))?;
        match table.get("attr") {
            None => self.text("version"),
            Some(item) => {
                let path = item.as_str().ok_or_else(|| wrong(&shown, "a table with the text `attr`"))?;
                attribute(self.view, layout, &shown, path)
            }
        }
    }
}

/// The value of an attribute of a module, as a version.
///
/// # Errors
/// It can be had only by running the module.
pub(super) fn attribute(view: &View<'_>, layout: &Layout, shown: &str, path: &str) -> Result<String, Reason> {
    let (module, name) = path.trim().rsplit_once('.').unwrap_or(("__init__", path.trim()));
    let at = layout.folder_of(module);
    let candidates = [format!("{at}.py"), format!("{at}/__init__.py")];
    let found = candidates.iter().find(|path| view.is_file(path));
    let file = found.ok_or_else(|| Reason::new(shown, format!("there is no module `{module}` in the project")))?;
    let text = view.tree.read_text(&view.plain(file)?)?.unwrap_or_default();
    let value = python_source::literal(&text, name).map(|items| items.join("."));
    value.ok_or_else(|| {
        Reason::new(shown, format!("`{name}` of `{file}` is had only by running it")).instead("a plain text or tuple")
    })
}
