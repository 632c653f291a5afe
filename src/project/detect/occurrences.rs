//! Where a version stands in a text, bounded, and what stands around it. Pure.

use std::ops::Range;

use memchr::memmem;

use crate::config::file::Form;
use crate::python::name::normalize;

/// More bytes of a line than this before or behind a place say nothing about it.
pub(super) const NEAR: usize = 320;

/// A place where the version stands.
#[derive(Debug, Clone)]
pub(super) struct Place<'t> {
    /// The bytes of the version.
    pub(super) range: Range<usize>,
    /// How it is written.
    pub(super) form: Form,
    /// The line before it, as far as it is near.
    pub(super) before: &'t str,
    /// The line behind it, as far as it is near.
    pub(super) after: &'t str,
    /// Whether `before` is the line from its beginning.
    pub(super) whole: bool,
}

/// The place at some bytes of a text.
pub(super) fn place(text: &str, range: Range<usize>, form: Form) -> Place<'_> {
    let mut from = range.start.saturating_sub(NEAR);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let mut until = (range.end + NEAR).min(text.len());
    while !text.is_char_boundary(until) {
        until -= 1;
    }
    let (before, after) = (&text[from..range.start], &text[range.end..until]);
    let line = before.rfind('\n');
    let before = &before[line.map_or(0, |at| at + 1)..];
    let after = &after[..after.find(['\r', '\n']).unwrap_or(after.len())];
    let marked = before.strip_prefix('\u{feff}').filter(|_| from == 0 && line.is_none());
    Place { range, form, before: marked.unwrap_or(before), after, whole: line.is_some() || from == 0 }
}

/// The places where a text stands on its own: not inside a longer number or word.
pub(super) fn places<'t>(text: &'t str, (needle, form): (&str, Form)) -> Vec<Place<'t>> {
    let found = memmem::find_iter(text.as_bytes(), needle);
    let places = found.map(|at| place(text, at..at + needle.len(), form));
    places.filter(|place| is_bounded(place.before, place.after)).collect()
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
        // `…/releases/download/v1.2.3/acme_1.2.3_linux.zip`
        Some('_') => before.contains("/releases/download/") && forwards.next().is_some_and(|c| c.is_ascii_alphabetic()),
        Some(c) => !c.is_alphanumeric(),
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
    let name = last_name(without);
    let name_at = without.len() - name.len();
    let first = name.starts_with(|c: char| c.is_ascii_alphanumeric());
    first.then(|| (operator, &before[name_at..], normalize(name)))
}

/// The name of a package that a text ends with.
pub(super) fn last_name(text: &str) -> &str {
    let at = text.rfind(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')));
    &text[at.map_or(0, |at| at + text[at..].chars().next().map_or(1, char::len_utf8))..]
}
