//! Patterns of paths as Python's `glob` and `pathlib` read them: `*`, `?` and `[…]` within one component, `**` as a
//! whole component for any number of folders. Which of them sees hidden names differs, so callers say.

use super::native::Reason;
use super::tree::Tree;
use crate::effects::files::What;

/// How a pattern is read.
#[derive(Debug, Clone, Copy)]
pub struct Reading {
    /// Whether `*`, `?` and `[…]` at the beginning of a component match a leading dot, and `**` hidden folders.
    pub hidden: bool,
    /// Whether `**` stands for any number of folders; else it is `*`.
    pub recursive: bool,
}

impl Reading {
    /// `pathlib.Path.glob`.
    pub const PATHLIB: Reading = Reading { hidden: true, recursive: true };
    /// `glob.glob(…, recursive=True)`.
    pub const GLOB: Reading = Reading { hidden: false, recursive: true };
    /// `glob.glob(…)`.
    pub const FLAT: Reading = Reading { hidden: false, recursive: false };
}

/// How deep folders may lie in each other.
const DEPTH: usize = 64;

/// The paths that a pattern below `base` names, files and folders, sorted, each once.
///
/// # Errors
/// A folder cannot be listed, or folders lie too deep.
pub fn expand(tree: &Tree, base: &str, pattern: &str, reading: Reading) -> Result<Vec<String>, Reason> {
    let parts: Vec<&str> = pattern.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    let mut found = Vec::new();
    step(tree, base, &parts, (reading, 0), &mut found)?;
    found.sort();
    found.dedup();
    Ok(found)
}

fn step(
    tree: &Tree,
    at: &str,
    parts: &[&str],
    (reading, depth): (Reading, usize),
    found: &mut Vec<String>,
) -> Result<(), Reason> {
    if depth > DEPTH {
        return Err(Reason::new(format!("the folder `{at}`"), "folders lie too deep in each other"));
    }
    let Some((part, rest)) = parts.split_first() else {
        if !at.is_empty() {
            found.push(at.to_owned());
        }
        return Ok(());
    };
    if *part == "**" && reading.recursive {
        step(tree, at, rest, (reading, depth), found)?;
        for name in tree.list(at)? {
            let path = join(at, &name);
            let is_seen = reading.hidden || !name.starts_with('.');
            match tree.what(&path) {
                What::Folder if is_seen => step(tree, &path, parts, (reading, depth + 1), found)?,
                // `**` at the end names files, too.
                _ if is_seen && rest.is_empty() && !reading.hidden => found.push(path),
                _ => {}
            }
        }
        return Ok(());
    }
    if !has_magic(part) {
        let path = join(at, part);
        if *part == ".." || tree.what(&path) != What::Missing {
            step(tree, &path, rest, (reading, depth + 1), found)?;
        }
        return Ok(());
    }
    for name in tree.list(at)? {
        let is_seen = reading.hidden || !name.starts_with('.') || part.starts_with('.');
        if is_seen && matches(part, &name) {
            let path = join(at, &name);
            if rest.is_empty() || tree.is_folder(&path) {
                step(tree, &path, rest, (reading, depth + 1), found)?;
            }
        }
    }
    Ok(())
}

/// Whether a component is a pattern.
pub fn has_magic(part: &str) -> bool {
    part.contains(['*', '?', '['])
}

/// A path below a folder; the empty one is the root.
pub fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// Whether a text matches a pattern as `fnmatch.fnmatchcase` has it: `*` matches anything, `/` too.
pub fn matches(pattern: &str, text: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let text: Vec<char> = text.chars().collect();
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        let next = match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
                continue;
            }
            Some('?') => Some(p + 1),
            Some('[') => class(&pattern, p, text[t]),
            Some(character) if *character == text[t] => Some(p + 1),
            _ => None,
        };
        match (next, star) {
            (Some(next), _) => (p, t) = (next, t + 1),
            // The last star takes one more.
            (None, Some((at, from))) => {
                star = Some((at, from + 1));
                (p, t) = (at + 1, from + 1);
            }
            (None, None) => return false,
        }
    }
    pattern[p..].iter().all(|character| *character == '*')
}

/// Where the pattern goes on after `[…]` or a literal `[`, if it matches the character.
fn class(pattern: &[char], open: usize, character: char) -> Option<usize> {
    let negated = pattern.get(open + 1) == Some(&'!');
    let first = open + 1 + usize::from(negated);
    // A `]` that stands first is one of the characters.
    let close = (first + 1..pattern.len()).find(|at| pattern[*at] == ']');
    let Some(close) = close else { return (character == '[').then_some(open + 1) };
    let items = &pattern[first..close];
    let (mut at, mut within) = (0, false);
    while at < items.len() {
        if items.get(at + 1) == Some(&'-') && at + 2 < items.len() {
            within |= items[at] <= character && character <= items[at + 2];
            at += 3;
        } else {
            within |= items[at] == character;
            at += 1;
        }
    }
    (within != negated).then_some(close + 1)
}
