//! Edits of text as byte ranges: everything outside a range stays as it is, to the byte.

use std::ops::Range;

/// One replacement in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextEdit {
    /// The bytes that go.
    pub range: Range<usize>,
    /// What comes in their place.
    pub replacement: String,
}

/// Applies edits that do not overlap; equal edits of one place count once.
///
/// # Panics
/// Never: an edit beyond the end or into another one is left out, and the caller that planned it from the
/// same bytes cannot produce one.
pub fn apply(bytes: &[u8], edits: &[TextEdit]) -> Vec<u8> {
    let mut ordered: Vec<&TextEdit> = edits.iter().collect();
    ordered.sort_by_key(|edit| (edit.range.start, edit.range.end));
    ordered.dedup();
    let mut out = Vec::with_capacity(bytes.len() + 64);
    let mut position = 0;
    for edit in ordered {
        if edit.range.start < position || edit.range.end > bytes.len() || edit.range.end < edit.range.start {
            continue;
        }
        out.extend_from_slice(&bytes[position..edit.range.start]);
        out.extend_from_slice(edit.replacement.as_bytes());
        position = edit.range.end;
    }
    out.extend_from_slice(&bytes[position..]);
    out
}

/// Where two different edits meet in the same bytes, if any do.
pub fn overlap(edits: &[TextEdit]) -> Option<usize> {
    let mut ordered: Vec<&TextEdit> = edits.iter().collect();
    ordered.sort_by_key(|edit| (edit.range.start, edit.range.end));
    ordered.dedup();
    ordered.windows(2).find(|pair| pair[1].range.start < pair[0].range.end).map(|pair| pair[1].range.start)
}

/// The line of an offset, counted from 1.
pub fn line_of(bytes: &[u8], offset: usize) -> usize {
    bytes[..offset.min(bytes.len())].iter().filter(|byte| **byte == b'\n').count() + 1
}

/// The column of an offset in bytes, counted from 1.
pub fn column_of(bytes: &[u8], offset: usize) -> usize {
    let before = &bytes[..offset.min(bytes.len())];
    offset - before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1) + 1
}
