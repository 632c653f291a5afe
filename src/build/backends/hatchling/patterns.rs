//! Lines of a `.gitignore` as pathspec's `GitIgnoreSpec` reads them, which is what hatchling selects files with. It is
//! not git: one list counts for the whole project, a file can be taken back from a folder that is left out, and what
//! names a file beats what names a folder, wherever in the list it stands.

use std::collections::HashSet;

/// Nobody writes longer ones.
const LONGEST: usize = 4096;

/// A list of patterns.
#[derive(Debug)]
pub(super) struct Spec(Vec<Pattern>);

#[derive(Debug)]
struct Pattern {
    negated: bool,
    shape: Shape,
}

#[derive(Debug)]
enum Shape {
    /// Every path.
    Everything,
    /// Whatever lies in a folder.
    InFolders(Strength),
    /// What the pieces match, from the beginning of the path.
    Pieces(Vec<Piece>),
}

/// How much a match counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Strength {
    /// A folder above the path was matched.
    Folder,
    /// The path itself was matched.
    File,
}

#[derive(Debug)]
enum Piece {
    /// Any folders, or none, at the beginning.
    Leading,
    /// Any folders, or none, behind others.
    Inner,
    /// One character.
    Literal(char),
    /// Any character but `/`.
    One,
    /// Any number of characters but `/`.
    Many,
    /// Characters but `/`, at least one.
    Some,
    /// One of a set of characters; a negated one takes `/`, too.
    Class { negated: bool, ranges: Vec<(char, char)> },
    /// The end of the path, or of a folder.
    End,
    /// The end of a folder.
    Below(Strength),
}

impl Spec {
    /// Reads lines; those of a file still have their line feeds.
    ///
    /// # Errors
    /// The line that the real one refuses, too.
    pub(super) fn new<'a>(lines: impl IntoIterator<Item = &'a str>) -> Result<Spec, String> {
        let mut patterns = Vec::new();
        for line in lines {
            patterns.extend(Pattern::read(line).map_err(|()| line.trim_end().to_owned())?);
        }
        Ok(Spec(patterns))
    }

    /// Whether a path is matched. A folder ends with `/`.
    pub(super) fn matches(&self, path: &str) -> bool {
        let path: Vec<char> = path.strip_prefix('/').unwrap_or(path).chars().collect();
        let mut by_folder = None;
        for pattern in self.0.iter().rev() {
            match pattern.find(&path) {
                Some(Strength::File) => return !pattern.negated,
                Some(Strength::Folder) if by_folder.is_none() => by_folder = Some(!pattern.negated),
                _ => {}
            }
        }
        by_folder.unwrap_or(false)
    }
}

/// What Python's `str.rstrip` takes away.
fn is_space(character: char) -> bool {
    character.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&character)
}

impl Pattern {
    /// Nothing for a line without a pattern, and for a set of characters that is not closed.
    fn read(line: &str) -> Result<Option<Pattern>, ()> {
        let line = if line.ends_with("\\ ") { line } else { line.trim_end_matches(is_space) };
        if line.is_empty() || line.starts_with('#') || line == "/" {
            return Ok(None);
        }
        if line.len() > LONGEST {
            return Err(());
        }
        let (negated, text) = line.strip_prefix('!').map_or((false, line), |rest| (true, rest));
        let mut segments: Vec<&str> = text.split('/').collect();
        let names_folder = segments.last().is_some_and(|last| last.is_empty());
        if segments[0].is_empty() {
            segments.remove(0);
        } else if segments.len() == 1 || (segments.len() == 2 && segments[1].is_empty()) {
            segments.insert(0, "**");
        }
        let Some(last) = segments.last_mut() else { return Err(()) };
        if last.is_empty() {
            *last = "**";
        }
        segments.dedup_by(|next, before| *next == "**" && *before == "**");
        let below = if names_folder { Strength::Folder } else { Strength::File };
        let shape = match segments[..] {
            ["**"] | ["**", "*", "**"] if names_folder => Shape::InFolders(Strength::Folder),
            ["**"] | ["**", "*"] => Shape::Everything,
            ["**", "*", "**"] => Shape::InFolders(Strength::File),
            _ => match pieces(&segments, below)? {
                Some(pieces) => Shape::Pieces(pieces),
                None => return Ok(None),
            },
        };
        Ok(Some(Pattern { negated, shape }))
    }

    fn find(&self, path: &[char]) -> Option<Strength> {
        match &self.shape {
            Shape::Everything => (!path.is_empty()).then_some(Strength::File),
            Shape::InFolders(strength) => path.contains(&'/').then_some(*strength),
            Shape::Pieces(pieces) => step(pieces, path, (0, 0), &mut HashSet::new()),
        }
    }
}

fn pieces(segments: &[&str], below: Strength) -> Result<Option<Vec<Piece>>, ()> {
    let mut pieces = Vec::new();
    let mut needs_slash = false;
    for (index, segment) in segments.iter().enumerate() {
        let is_last = index + 1 == segments.len();
        match (*segment, index) {
            ("**", 0) => pieces.push(Piece::Leading),
            ("**", _) if is_last => pieces.push(Piece::Below(below)),
            ("**", _) => {
                pieces.push(Piece::Inner);
                needs_slash = true;
            }
            (segment, _) => {
                if needs_slash {
                    pieces.push(Piece::Literal('/'));
                }
                if segment == "*" {
                    pieces.push(Piece::Some);
                } else if !glob(segment, &mut pieces)? {
                    return Ok(None);
                }
                if is_last {
                    pieces.push(Piece::End);
                }
                needs_slash = true;
            }
        }
    }
    Ok(Some(pieces))
}

/// One segment; false for a set of characters that is not closed.
fn glob(segment: &str, pieces: &mut Vec<Piece>) -> Result<bool, ()> {
    let text: Vec<char> = segment.chars().collect();
    let mut at = 0;
    while at < text.len() {
        match text[at] {
            '\\' => {
                at += 1;
                pieces.push(Piece::Literal(*text.get(at).ok_or(())?));
            }
            '*' => pieces.push(Piece::Many),
            '?' => pieces.push(Piece::One),
            '[' => {
                let negated = matches!(text.get(at + 1), Some('!' | '^'));
                let first = at + 1 + usize::from(negated);
                // A `]` that stands first is one of the characters.
                let Some(close) = (first + 1..text.len()).find(|close| text[*close] == ']') else {
                    return Ok(false);
                };
                pieces.push(Piece::Class { negated, ranges: ranges(&text[first..close])? });
                at = close;
            }
            other => pieces.push(Piece::Literal(other)),
        }
        at += 1;
    }
    Ok(true)
}

/// The characters of a set; a range that goes backwards is refused.
fn ranges(items: &[char]) -> Result<Vec<(char, char)>, ()> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < items.len() {
        match items.get(at + 1..at + 3) {
            Some(['-', to]) if items[at] <= *to => {
                found.push((items[at], *to));
                at += 3;
            }
            Some(['-', _]) => return Err(()),
            _ => {
                found.push((items[at], items[at]));
                at += 1;
            }
        }
    }
    Ok(found)
}

/// The first match in the order in which a regular expression tries: as much as possible first. What failed once at a
/// place is not tried again, so that many stars take no longer than their number times the length of the path.
fn step(
    pieces: &[Piece],
    path: &[char],
    (mut piece, mut at): (usize, usize),
    failed: &mut HashSet<(usize, usize)>,
) -> Option<Strength> {
    loop {
        let next = path.get(at).copied();
        let takes = match &pieces[piece] {
            Piece::Literal(wanted) => next == Some(*wanted),
            Piece::One => next.is_some_and(|c| c != '/'),
            Piece::Class { negated, ranges } => {
                next.is_some_and(|c| ranges.iter().any(|(from, to)| (from..=to).contains(&&c)) != *negated)
            }
            Piece::End => {
                return match next {
                    Some('/') => Some(Strength::Folder),
                    Some(_) => None,
                    None => Some(Strength::File),
                };
            }
            Piece::Below(strength) => return (next == Some('/')).then_some(*strength),
            Piece::Leading | Piece::Inner | Piece::Many | Piece::Some => break,
        };
        if !takes {
            return None;
        }
        piece += 1;
        at += 1;
    }
    if failed.contains(&(piece, at)) {
        return None;
    }
    let found =
        branches(&pieces[piece], path, at).into_iter().find_map(|to| step(pieces, path, (piece + 1, to), failed));
    if found.is_none() {
        failed.insert((piece, at));
    }
    found
}

/// Where a piece of any length may end, the furthest first.
fn branches(piece: &Piece, path: &[char], at: usize) -> Vec<usize> {
    let mut ends: Vec<usize> = match piece {
        Piece::Leading => (at + 1..path.len()).rev().filter(|end| path[*end] == '/').map(|end| end + 1).collect(),
        Piece::Inner if path.get(at) == Some(&'/') => (at + 2..=path.len()).rev().collect(),
        Piece::Many | Piece::Some => {
            let length = path[at..].iter().take_while(|c| **c != '/').count();
            (at + 1..=at + length).rev().collect()
        }
        _ => Vec::new(),
    };
    if !matches!(piece, Piece::Some) {
        ends.push(at);
    }
    ends
}
