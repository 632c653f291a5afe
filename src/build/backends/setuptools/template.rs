//! `MANIFEST.in`: lines that add files to the list of an sdist and take others out of it, in their order. A line that
//! makes no sense is passed over, as setuptools does.

use unicode_normalization::UnicodeNormalization;

use super::super::super::globs::{Reading, join};
use super::super::super::native::Reason;
use super::view::{View, converted};

/// setuptools' own globbing: hidden names are like others.
const FLAT: Reading = Reading { hidden: true, recursive: false };
const RECURSIVE: Reading = Reading { hidden: true, recursive: true };

/// Applies the lines of a template to a list.
pub(super) fn apply(view: &View<'_>, text: &str, files: &mut Vec<String>) -> Result<(), Reason> {
    let mut everything: Option<Vec<String>> = None;
    for line in lines(text) {
        let mut words = line.split_whitespace().map(converted);
        let action = line.split_whitespace().next().unwrap_or_default();
        words.next();
        let words: Vec<String> = words.collect();
        match (action, words.as_slice()) {
            ("include", patterns @ [_, ..]) => {
                for pattern in patterns {
                    let found = view.glob(relative(pattern)?, FLAT)?;
                    files.extend(found.into_iter().filter(|path| view.is_file(path)));
                }
            }
            ("exclude", patterns @ [_, ..]) => remove(files, patterns, |pattern| pattern.to_owned()),
            ("global-include", patterns @ [_, ..]) => {
                if everything.is_none() {
                    everything = Some(view.walk("", &is_never_packed)?);
                }
                for pattern in patterns {
                    let pattern = Pattern::new(&below("", relative(pattern)?));
                    files.extend(everything.iter().flatten().filter(|path| pattern.matches(path)).cloned());
                }
            }
            ("global-exclude", patterns @ [_, ..]) => remove(files, patterns, |pattern| below("", pattern)),
            ("recursive-include", [folder, patterns @ ..]) if !patterns.is_empty() => {
                for pattern in patterns {
                    let pattern = format!("{}/**/{}", relative(folder)?, relative(pattern)?);
                    let found = view.glob(&pattern, RECURSIVE)?;
                    files.extend(found.into_iter().filter(|path| view.is_file(path)));
                }
            }
            ("recursive-exclude", [folder, patterns @ ..]) if !patterns.is_empty() => {
                remove(files, patterns, |pattern| below(folder, pattern));
            }
            ("graft", [folder]) => {
                for folder in view.glob(relative(folder)?, FLAT)? {
                    if view.is_folder(&folder) {
                        let folder = if folder == "." { "" } else { &folder };
                        files.extend(view.walk(folder, &is_never_packed)?);
                    }
                }
            }
            ("prune", [folder]) => remove(files, std::slice::from_ref(folder), |folder| format!("{folder}/**")),
            _ => {}
        }
    }
    Ok(())
}

/// Whether nothing below a folder gets into an sdist, whatever lists it.
fn is_never_packed(folder: &str) -> bool {
    let name = folder.rsplit('/').next().unwrap_or(folder);
    ["RCS", "CVS", ".svn", ".hg", ".git", ".bzr", "_darcs"].contains(&name)
        || [".tox", ".nox", ".venv", "build"].contains(&folder)
}

fn relative(pattern: &str) -> Result<&str, Reason> {
    match pattern.starts_with('/') {
        true => Err(Reason::new("MANIFEST.in", format!("`{pattern}` is outside of the project"))),
        false => Ok(pattern),
    }
}

fn below(folder: &str, pattern: &str) -> String {
    if pattern.starts_with('/') { pattern.to_owned() } else { join(folder, &format!("**/{pattern}")) }
}

fn remove(files: &mut Vec<String>, patterns: &[String], whole: impl Fn(&str) -> String) {
    for pattern in patterns {
        let pattern = Pattern::new(&whole(pattern));
        files.retain(|path| !pattern.matches(path));
    }
}

/// Logical lines: without comments, joined at `\` at the end.
fn lines(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut buildup = String::new();
    for line in text.split('\n') {
        let line = match line.find('#') {
            Some(at) if at == 0 || !line[..at].ends_with('\\') => {
                let kept = &line[..at];
                if kept.trim().is_empty() {
                    continue;
                }
                kept.to_owned()
            }
            Some(_) => line.replace("\\#", "#"),
            None => line.to_owned(),
        };
        let joined = if buildup.is_empty() { line } else { format!("{buildup}{}", line.trim_start()) };
        let joined = joined.trim();
        if joined.is_empty() {
            continue;
        }
        match joined.strip_suffix('\\') {
            Some(rest) => rest.clone_into(&mut buildup),
            None => {
                found.push(joined.to_owned());
                buildup.clear();
            }
        }
    }
    if !buildup.trim().is_empty() {
        found.push(buildup);
    }
    found
}

enum Token {
    Character(char),
    /// Any character but `/`.
    One,
    /// Any number of them.
    Many,
    /// One of these, or none of these.
    Class(Vec<char>, bool),
    /// Any number of folders.
    Folders,
    /// Anything.
    Rest,
}

/// A pattern that is matched against whole paths.
pub(super) struct Pattern(Vec<Token>);

impl Pattern {
    pub(super) fn new(glob: &str) -> Self {
        let glob: String = glob.nfc().collect();
        let mut tokens = Vec::new();
        let chunks: Vec<&str> = glob.split('/').collect();
        for (number, chunk) in chunks.iter().enumerate() {
            let is_last = number + 1 == chunks.len();
            if *chunk == "**" {
                tokens.push(if is_last { Token::Rest } else { Token::Folders });
                continue;
            }
            let chars: Vec<char> = chunk.chars().collect();
            let mut at = 0;
            while at < chars.len() {
                let token = match chars[at] {
                    '*' => Token::Many,
                    '?' => Token::One,
                    '[' => class(&chars, &mut at),
                    other => Token::Character(other),
                };
                tokens.push(token);
                at += 1;
            }
            if !is_last {
                tokens.push(Token::Character('/'));
            }
        }
        Pattern(tokens)
    }

    pub(super) fn matches(&self, path: &str) -> bool {
        let text: Vec<char> = path.nfc().collect();
        let mut reached = vec![false; text.len() + 1];
        reached[0] = true;
        for token in &self.0 {
            let mut next = vec![false; text.len() + 1];
            for at in 0..=text.len() {
                if !reached[at] && !next[at] {
                    continue;
                }
                let here = text.get(at).copied();
                match token {
                    Token::Character(wanted) if reached[at] && here == Some(*wanted) => next[at + 1] = true,
                    Token::One if reached[at] && here.is_some_and(|c| c != '/') => next[at + 1] = true,
                    Token::Class(set, negated) if reached[at] && here.is_some_and(|c| set.contains(&c) != *negated) => {
                        next[at + 1] = true;
                    }
                    Token::Many => {
                        next[at] = true;
                        if here.is_some_and(|c| c != '/') {
                            next[at + 1] = true;
                        }
                    }
                    Token::Folders => {
                        next[at] = true;
                        let slash = text[at..].iter().position(|c| *c == '/').filter(|width| *width > 0);
                        if let Some(width) = slash {
                            next[at + width + 1] = true;
                        }
                    }
                    Token::Rest => {
                        next[at] = true;
                        if here.is_some() {
                            next[at + 1] = true;
                        }
                    }
                    _ => {}
                }
            }
            reached = next;
        }
        reached[text.len()]
    }
}

/// `[…]` at `at`, which then stands at its end; the characters in it stand for themselves, `-` too.
fn class(chars: &[char], at: &mut usize) -> Token {
    let mut end = *at + 1;
    if chars.get(end) == Some(&'!') {
        end += 1;
    }
    if chars.get(end) == Some(&']') {
        end += 1;
    }
    while end < chars.len() && chars[end] != ']' {
        end += 1;
    }
    if end >= chars.len() {
        return Token::Character('[');
    }
    let inner = &chars[*at + 1..end];
    *at = end;
    match inner.split_first() {
        Some(('!', rest)) => Token::Class(rest.to_vec(), true),
        _ => Token::Class(inner.to_vec(), false),
    }
}
