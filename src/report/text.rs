//! Text hygiene: text from outside is made harmless here, at the last moment, by every renderer.
//!
//! Runners of GitHub and Gitea parse both streams for commands: lines that begin with `::`, and `##[`
//! anywhere in a line. Terminals obey control characters, and bidirectional marks reorder what is read.

use std::fmt::Write;

/// Whether a character may not reach a terminal: controls but tab, bidirectional and zero-width marks,
/// and line separators other than the line feed that the renderer writes itself.
fn is_hostile(character: char) -> bool {
    matches!(character,
        '\0'..='\u{8}' | '\u{b}'..='\u{1f}' | '\u{7f}'..='\u{9f}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Text over several lines, safe on a terminal and in a runner's log.
pub fn block(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (index, line) in text.split('\n').enumerate() {
        if index > 0 {
            out.push('\n');
        }
        let line = line.strip_suffix('\r').unwrap_or(line);
        // A runner trims before it looks for `::`.
        if line.trim_start().starts_with("::") {
            out.push('\\');
        }
        for character in line.chars() {
            if is_hostile(character) {
                write!(out, "{}", character.escape_unicode()).expect("a String takes everything");
            } else {
                out.push(character);
            }
        }
    }
    if out.contains("##[") {
        out = out.replace("##[", "#\\#[");
    }
    out
}

/// Text that must stay on one line: line feeds are shown, not obeyed.
pub fn inline(text: &str) -> String {
    block(&text.replace("\r\n", "\n").replace(['\n', '\r'], "\\n"))
}

/// The first characters of a commit's id, as people name it.
pub fn commit(id: &str) -> String {
    inline(&id.chars().take(12).collect::<String>())
}

/// `1 file`, `2 files`.
pub fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// A duration for people: `38 ms`, `1.2 s`, `2 min 05 s`.
pub fn duration(milliseconds: u128) -> String {
    match milliseconds {
        0..1_000 => format!("{milliseconds} ms"),
        1_000..60_000 => format!("{}.{} s", milliseconds / 1_000, milliseconds % 1_000 / 100),
        _ => format!("{} min {:02} s", milliseconds / 60_000, milliseconds % 60_000 / 1_000),
    }
}

/// A size for people, in the decimal units of package indexes: `812 B`, `14.2 kB`, `3.1 MB`.
pub fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{}.{} kB", bytes / 1_000, bytes % 1_000 / 100),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

/// Rows as a table whose columns line up; the last column is not padded.
pub fn table(rows: &[Vec<String>]) -> Vec<String> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    rows.iter()
        .map(|row| {
            let cells: Vec<String> = row
                .iter()
                .enumerate()
                .map(
                    |(column, cell)| {
                        if column + 1 == row.len() { cell.clone() } else { format!("{cell:<w$}", w = widths[column]) }
                    },
                )
                .collect();
            cells.join("  ").trim_end().to_owned()
        })
        .collect()
}
