//! Indexes that uv's configuration names: `[[tool.uv.index]]` of `pyproject.toml` with `name`, `url` and `publish-url`
//! (docs.astral.sh/uv/concepts/indexes). `[index.NAME]` comes first; what files cannot be sent to is left out.

use toml_edit::{Document, Item, Table};

use super::resolve::Config;
use super::targets::Index;

impl Config {
    /// Adds the indexes that `pyproject.toml` names for uv. What is wrong with that table is for uv to say.
    pub fn add_indexes_of_uv(&mut self, pyproject: &str) {
        for index in indexes_of_uv(pyproject) {
            self.indexes.entry(index.name.clone()).or_insert(index);
        }
    }
}

fn indexes_of_uv(pyproject: &str) -> Vec<Index> {
    if !pyproject.contains("publish-url") {
        return Vec::new();
    }
    let Ok(document) = Document::parse(pyproject) else { return Vec::new() };
    let found = document.get("tool").and_then(|tool| tool.get("uv")).and_then(|uv| uv.get("index"));
    let Some(tables) = found.and_then(Item::as_array_of_tables) else { return Vec::new() };
    let text = |table: &Table, key: &str| table.get(key).and_then(Item::as_str).map(str::to_owned);
    let index = |table: &Table| {
        let (name, upload) = (text(table, "name")?, text(table, "publish-url")?);
        Some(Index::of_urls(&name, &upload, text(table, "url").as_deref()))
    };
    tables.iter().filter_map(index).collect()
}
