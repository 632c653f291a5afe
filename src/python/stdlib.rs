//! The modules of Python's standard library; `data/stdlib.txt` says from where and of which date.
//!
//! Follows warehouse (`packaging/services.py`), which refuses new projects named after any module of any Python.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::name::{ProjectName, normalize};

const LIST: &str = include_str!("data/stdlib.txt");

/// The newest Python of the list.
pub const NEWEST: &str = "3.14";

fn modules() -> impl Iterator<Item = (&'static str, &'static str)> {
    LIST.lines().skip(1).filter_map(|line| {
        let mut words = line.split(' ');
        Some((words.next()?, words.nth(1)?))
    })
}

/// Whether a module of any Python has this name, so that PyPI takes no new project of it. Modules below packages count,
/// too: `xml-dom` is refused.
pub fn is_module_of_any(name: &ProjectName) -> bool {
    static NAMES: LazyLock<HashSet<String>> =
        LazyLock::new(|| modules().map(|(module, _)| normalize(module.trim_matches(['-', '_', '.']))).collect());
    NAMES.contains(name.normalized())
}

/// Whether the newest Python has a top-level module of this name, which then wins over an installed one.
pub fn is_module(name: &str) -> bool {
    static NAMES: LazyLock<HashSet<&str>> = LazyLock::new(|| {
        modules().filter(|(module, last)| *last == NEWEST && !module.contains('.')).map(|(module, _)| module).collect()
    });
    NAMES.contains(name)
}
