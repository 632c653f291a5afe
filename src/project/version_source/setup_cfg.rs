//! Values of `setup.cfg` with the bytes that hold them, as `configparser` reads them: sections, keys without
//! regard to case, `=` or `:`, comments that begin a line.

use std::ops::Range;

/// The value of a key; nothing where it is not there, or empty.
pub(super) fn value(text: &str, section: &str, key: &str) -> Option<Range<usize>> {
    let mut inside = false;
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let start = offset;
        offset += line.len();
        let bare = line.trim_end();
        if let Some(name) = bare.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            inside = name == section;
            continue;
        }
        // A line that begins with white space continues the value before it.
        let begins = bare.starts_with(|first: char| !first.is_whitespace() && first != '#' && first != ';');
        if !inside || !begins {
            continue;
        }
        let Some(at) = bare.find(['=', ':']) else { continue };
        let written = bare[at + 1..].trim();
        if bare[..at].trim().eq_ignore_ascii_case(key) && !written.is_empty() {
            let from = start + at + 1 + (bare[at + 1..].len() - bare[at + 1..].trim_start().len());
            return Some(from..from + written.len());
        }
    }
    None
}
