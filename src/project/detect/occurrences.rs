//! Where a version stands in a text, bounded, and what stands around it. Pure.

use std::ops::Range;

use crate::python::name::normalize;

/// A place where the version stands.
#[derive(Debug, Clone)]
pub(super) struct Place<'t> {
    /// The bytes of the version.
    pub(super) range: Range<usize>,
    /// The line, counted from 1.
    pub(super) line: usize,
    /// The line before it.
    pub(super) before: &'t str,
    /// The line behind it.
    pub(super) after: &'t str,
}

/// The places where `version` stands on its own: not inside a longer number or word.
pub(super) fn places<'t>(text: &'t str, version: &str) -> Vec<Place<'t>> {
    let mut found = Vec::new();
    let mut offset = 0;
    for (number, line) in text.split_inclusive('\n').enumerate() {
        let bare = line.trim_end_matches(['\n', '\r']);
        for (at, _) in bare.match_indices(version) {
            let (before, after) = (&bare[..at], &bare[at + version.len()..]);
            if is_bounded(before, after) {
                let range = offset + at..offset + at + version.len();
                found.push(Place { range, line: number + 1, before, after });
            }
        }
        offset += line.len();
    }
    found
}

fn is_bounded(before: &str, after: &str) -> bool {
    let mut backwards = before.chars().rev();
    let starts = match backwards.next() {
        Some('v' | 'V') => backwards.next().is_none_or(|c| !c.is_alphanumeric()),
        Some(c) => !c.is_alphanumeric() && c != '.' && c != '!',
        None => true,
    };
    let mut forwards = after.chars();
    let ends = match forwards.next() {
        Some('.' | '+' | '!') => forwards.next().is_none_or(|c| !c.is_ascii_digit()),
        Some('-') => forwards.next().is_none_or(|c| !c.is_ascii_digit()),
        Some(c) => !c.is_alphanumeric() && c != '_',
        None => true,
    };
    starts && ends
}

/// A requirement whose operator stands right before the version: the operator, the text of name and extras with
/// the operator, and the name in its normal form.
pub(super) fn requirement(before: &str) -> Option<(&str, &str, String)> {
    let bare = before.trim_end_matches([' ', '"', '\'']);
    let bare = if bare.ends_with(['=', '>', '<', '~', '!']) { bare } else { return None };
    let operator_at = bare.trim_end_matches(['=', '>', '<', '~', '!']).len();
    let operator = &bare[operator_at..];
    // One `=` is an assignment.
    if operator == "=" {
        return None;
    }
    let named = bare[..operator_at].trim_end();
    let without = match named.strip_suffix(']') {
        Some(inner) => &named[..inner.rfind('[')?],
        None => named,
    };
    let name_at = without.rfind(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')));
    let name_at = name_at.map_or(0, |at| at + without[at..].chars().next().map_or(1, char::len_utf8));
    let name = &without[name_at..];
    let first = name.starts_with(|c: char| c.is_ascii_alphanumeric());
    first.then(|| (operator, &before[name_at..], normalize(name)))
}
