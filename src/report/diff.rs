//! Unified diffs of small texts, for people who are asked whether a file may be written. Pure.

/// Lines of context around a change.
const CONTEXT: usize = 3;
/// A table of this many cells is filled at most; larger changes are shown as a whole replacement.
const CELLS: usize = 4_000_000;

/// What becomes of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    Same,
    Gone,
    New,
}

/// The unified diff of a file; no lines where nothing changes. Nothing before means that the file is new.
pub fn unified(path: &str, before: Option<&str>, after: &str) -> Vec<String> {
    if before == Some(after) {
        return Vec::new();
    }
    let old: Vec<&str> = before.unwrap_or_default().split_inclusive('\n').collect();
    let new: Vec<&str> = after.split_inclusive('\n').collect();
    let script = script(&old, &new);
    let from = if before.is_some() { format!("a/{path}") } else { "/dev/null".to_owned() };
    let mut out = vec![format!("--- {from}"), format!("+++ b/{path}")];
    for hunk in hunks(&script) {
        out.push(header(&script, &hunk));
        for (change, line) in &script[hunk] {
            let sign = match change {
                Change::Same => ' ',
                Change::Gone => '-',
                Change::New => '+',
            };
            out.push(format!("{sign}{}", line.trim_end_matches(['\n', '\r'])));
            if !line.ends_with('\n') {
                out.push("\\ No newline at end of file".to_owned());
            }
        }
    }
    out
}

/// Every line of both texts in order, the longest common part kept.
fn script<'t>(old: &[&'t str], new: &[&'t str]) -> Vec<(Change, &'t str)> {
    let head = old.iter().zip(new).take_while(|(one, other)| one == other).count();
    let (old_rest, new_rest) = (&old[head..], &new[head..]);
    let tail = old_rest.iter().rev().zip(new_rest.iter().rev()).take_while(|(one, other)| one == other).count();
    let (old_middle, new_middle) = (&old_rest[..old_rest.len() - tail], &new_rest[..new_rest.len() - tail]);
    let mut out: Vec<(Change, &str)> = old[..head].iter().map(|line| (Change::Same, *line)).collect();
    out.extend(middle(old_middle, new_middle));
    out.extend(old_rest[old_rest.len() - tail..].iter().map(|line| (Change::Same, *line)));
    out
}

fn middle<'t>(old: &[&'t str], new: &[&'t str]) -> Vec<(Change, &'t str)> {
    let width = new.len() + 1;
    if (old.len() + 1).saturating_mul(width) > CELLS {
        let gone = old.iter().map(|line| (Change::Gone, *line));
        return gone.chain(new.iter().map(|line| (Change::New, *line))).collect();
    }
    // The length of the longest common part of what follows each pair of lines.
    let mut common = vec![0_u32; (old.len() + 1) * width];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            common[i * width + j] = match old[i] == new[j] {
                true => common[(i + 1) * width + j + 1] + 1,
                false => common[(i + 1) * width + j].max(common[i * width + j + 1]),
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut out = Vec::new();
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            out.push((Change::Same, old[i]));
            (i, j) = (i + 1, j + 1);
        } else if i < old.len() && (j == new.len() || common[(i + 1) * width + j] >= common[i * width + j + 1]) {
            out.push((Change::Gone, old[i]));
            i += 1;
        } else {
            out.push((Change::New, new[j]));
            j += 1;
        }
    }
    out
}

/// The stretches of the script that hold changes, with their context.
fn hunks(script: &[(Change, &str)]) -> Vec<std::ops::Range<usize>> {
    let mut found: Vec<std::ops::Range<usize>> = Vec::new();
    for (at, (change, _)) in script.iter().enumerate() {
        if *change == Change::Same {
            continue;
        }
        let (start, end) = (at.saturating_sub(CONTEXT), (at + CONTEXT + 1).min(script.len()));
        match found.last_mut() {
            Some(last) if start <= last.end => last.end = end,
            _ => found.push(start..end),
        }
    }
    found
}

fn header(script: &[(Change, &str)], hunk: &std::ops::Range<usize>) -> String {
    let count = |lines: &[(Change, &str)], not: Change| lines.iter().filter(|(change, _)| *change != not).count();
    let side = |not: Change| {
        let (before, length) = (count(&script[..hunk.start], not), count(&script[hunk.clone()], not));
        // An empty side names the line before it.
        let start = if length == 0 { before } else { before + 1 };
        if length == 1 { start.to_string() } else { format!("{start},{length}") }
    };
    format!("@@ -{} +{} @@", side(Change::New), side(Change::Gone))
}
