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

/// Where the lines of a text end, for many questions about one text.
#[derive(Debug, Clone)]
pub struct Lines {
    ends: Vec<usize>,
}

impl Lines {
    /// Reads a text once.
    pub fn of(bytes: &[u8]) -> Self {
        Lines { ends: memchr::memchr_iter(b'\n', bytes).collect() }
    }

    /// Line and column (in bytes) of an offset, both counted from 1.
    pub fn at(&self, offset: usize) -> (usize, usize) {
        let line = self.ends.partition_point(|end| *end < offset);
        let start = if line == 0 { 0 } else { self.ends[line - 1] + 1 };
        (line + 1, offset - start + 1)
    }

    /// The line that an offset lies in, without its end.
    pub fn around<'t>(&self, bytes: &'t [u8], offset: usize) -> &'t [u8] {
        let line = self.ends.partition_point(|end| *end < offset);
        let start = if line == 0 { 0 } else { self.ends[line - 1] + 1 };
        &bytes[start..self.ends.get(line).copied().unwrap_or(bytes.len())]
    }
}

/// The line of an offset, counted from 1.
pub fn line_of(bytes: &[u8], offset: usize) -> usize {
    bytes[..offset.min(bytes.len())].iter().filter(|byte| **byte == b'\n').count() + 1
}
