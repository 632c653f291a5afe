//! The modules of Python's standard library; `data/stdlib.txt` says from where and of which date.
//!
//! Follows warehouse (`packaging/services.py`), which refuses new projects named after any module of any Python.

use std::cmp::Ordering;

use super::name::{ProjectName, normalize};

const LIST: &str = include_str!("data/stdlib.txt");

/// The newest Python of the list.
pub const NEWEST: &str = "3.14";

/// The release of stdlib-list that the list comes from.
pub fn version() -> &'static str {
    LIST.split(' ').nth(2).unwrap_or_default()
}

/// Whether a module of any Python has this name, so that PyPI takes no new project of it. Modules below packages count,
/// too: `xml-dom` is refused.
pub fn is_module_of_any(name: &ProjectName) -> bool {
    const SIGNS: [char; 3] = ['-', '_', '.'];
    // To normalize all of them would take longer than to judge a small wheel.
    let first = name.normalized().chars().next();
    let lines = LIST.lines().skip(1).map(|line| line.trim_start_matches(SIGNS));
    let mut alike = lines.filter(|line| line.chars().next().map(|c| c.to_ascii_lowercase()) == first);
    alike.any(|line| {
        let module = line.split(' ').next().unwrap_or_default();
        normalize(module.trim_end_matches(SIGNS)) == name.normalized()
    })
}

/// The newest Python that has a top-level module of this name. The list is sorted.
fn last(name: &str) -> Option<&'static str> {
    if name.contains('.') {
        return None;
    }
    let mut rest = LIST.split_once('\n')?.1;
    while !rest.is_empty() {
        // The line in the middle, from its beginning to the next one.
        let middle = rest.floor_char_boundary(rest.len() / 2);
        let start = rest[..middle].rfind('\n').map_or(0, |at| at + 1);
        let end = rest[start..].find('\n').map_or(rest.len(), |length| start + length + 1);
        let mut words = rest[start..end].trim_end().split(' ');
        match words.next()?.cmp(name) {
            Ordering::Equal => return words.nth(1),
            Ordering::Less => rest = &rest[end..],
            Ordering::Greater => rest = &rest[..start],
        }
    }
    None
}

/// Whether the newest Python has a top-level module of this name, which then wins over an installed one.
pub fn is_module(name: &str) -> bool {
    last(name) == Some(NEWEST)
}

/// Whether a Python that is still in use (3.10 and newer) has a top-level module of this name, so that an import of it
/// needs nobody.
pub fn is_provided(name: &str) -> bool {
    const IN_USE: [&str; 5] = ["3.10", "3.11", "3.12", "3.13", NEWEST];
    last(name).is_some_and(|last| IN_USE.contains(&last))
}
