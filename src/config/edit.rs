//! Writing a setting into a configuration that somebody wrote: everything else stays as it is.

use toml_edit::{DocumentMut, Item, Table, TomlError, value};

/// The text with `build.verified` below the table `at` (empty: the whole file).
///
/// # Errors
/// It is no TOML.
pub fn with_verified(text: &str, at: &[&str], verified: &str) -> Result<String, TomlError> {
    let mut document: DocumentMut = text.parse()?;
    let mut item = document.as_item_mut();
    for key in at.iter().chain(&["build"]) {
        item = &mut item[key];
        if item.is_none() {
            let mut table = Table::new();
            // A table that holds nothing but others needs no line of its own.
            table.set_implicit(true);
            *item = Item::Table(table);
        }
    }
    let mut new = value(verified);
    if let (Some(new), Some(old)) = (new.as_value_mut(), item.get("verified").and_then(Item::as_value)) {
        *new.decor_mut() = old.decor().clone();
    }
    item["verified"] = new;
    let written = document.to_string();
    let windows = text.contains("\r\n");
    Ok(if windows { written.replace("\r\n", "\n").replace('\n', "\r\n") } else { written })
}
