//! How a row's words stand for many texts: literal text with holes, said and read by the same pattern.
//!
//! `{quoted}` is a value as Python's `repr` writes it, `{word}` is text without white space or quotes, `{text}` is
//! anything on one line, and `{end}` at the end forbids more. What is quoted ends where its quote ends, whatever is in it;
//! a word cannot hold what follows it. So a value cannot pass for the words around it.

use std::fmt::Write;

/// One piece of a pattern.
#[derive(Clone, Copy)]
enum Piece<'p> {
    Literal(&'p str),
    Quoted,
    Word,
    Text,
    End,
}

const HOLES: [(&str, Piece<'static>); 4] =
    [("{quoted}", Piece::Quoted), ("{word}", Piece::Word), ("{text}", Piece::Text), ("{end}", Piece::End)];

fn pieces(pattern: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let mut rest = pattern;
    while !rest.is_empty() {
        let next = HOLES
            .iter()
            .filter_map(|(mark, piece)| rest.find(mark).map(|at| (at, mark.len(), piece)))
            .min_by_key(|(at, _, _)| *at);
        let Some((at, length, piece)) = next else {
            found.push(Piece::Literal(rest));
            break;
        };
        if at > 0 {
            found.push(Piece::Literal(&rest[..at]));
        }
        found.push(*piece);
        rest = &rest[at + length..];
    }
    found
}

/// How many bytes of a pattern are its own: of two patterns that fit, the one with more of them is meant.
pub(super) fn weight(pattern: &str) -> usize {
    let own = |piece: &Piece<'_>| match piece {
        Piece::Literal(text) => text.len(),
        Piece::End => 1,
        Piece::Quoted | Piece::Word | Piece::Text => 0,
    };
    pieces(pattern).iter().map(own).sum()
}

/// How many holes a pattern has.
pub(super) fn holes(pattern: &str) -> usize {
    pieces(pattern).iter().filter(|piece| matches!(piece, Piece::Quoted | Piece::Word | Piece::Text)).count()
}

/// The pattern with values in its holes; a hole without a value is empty.
pub(super) fn fill(pattern: &str, values: &[&str]) -> String {
    let mut values = values.iter().copied();
    let mut said = String::new();
    for piece in pieces(pattern) {
        match piece {
            Piece::Literal(text) => said.push_str(text),
            Piece::Quoted => said.push_str(&quoted(values.next().unwrap_or_default())),
            Piece::Word => said.push_str(&word(values.next().unwrap_or_default())),
            Piece::Text => said.push_str(&line(values.next().unwrap_or_default())),
            Piece::End => {}
        }
    }
    said
}

/// What stands in the holes of a text that begins as the pattern says; nothing where it does not. `tail` is what may
/// follow and is not part of the last hole.
pub(super) fn read(pattern: &str, tail: &str, text: &str) -> Option<Vec<String>> {
    let mut found = Vec::new();
    let mut rest = text;
    let pieces = pieces(pattern);
    for (number, piece) in pieces.iter().enumerate() {
        let next = match pieces.get(number + 1) {
            Some(Piece::Literal(literal)) => Some(*literal),
            _ => None,
        };
        let (value, after) = match piece {
            Piece::Literal(literal) => {
                rest = rest.strip_prefix(literal)?;
                continue;
            }
            Piece::End if rest.is_empty() => continue,
            Piece::End => return None,
            Piece::Quoted => unquoted(rest)?,
            Piece::Word => {
                let end = match next {
                    Some(literal) => rest.find(literal)?,
                    None => {
                        let most = rest.len() - what_follows(rest, tail);
                        rest[..most].find(|c| !is_of_word(c)).unwrap_or(most)
                    }
                };
                let is_word = end > 0 && rest[..end].chars().all(is_of_word);
                is_word.then(|| (rest[..end].to_owned(), &rest[end..]))?
            }
            Piece::Text => {
                let end = match next {
                    Some(literal) => rest.find(literal)?,
                    None => rest.len() - what_follows(rest, tail),
                };
                (rest[..end].to_owned(), &rest[end..])
            }
        };
        found.push(value);
        rest = after;
    }
    Some(found)
}

/// How much of the end of a text is a tail: that of the row, or another address to read more at.
fn what_follows(text: &str, tail: &str) -> usize {
    if !tail.is_empty() && text.ends_with(tail) {
        return tail.len();
    }
    let more = [". See http", " See http", ". See: http"].iter().filter_map(|mark| text.rfind(mark)).min();
    more.map_or(0, |at| text.len() - at)
}

fn is_of_word(character: char) -> bool {
    !character.is_whitespace() && !character.is_control() && !matches!(character, '\'' | '"' | '`')
}

fn word(value: &str) -> String {
    let plain: String = value.chars().map(|c| if is_of_word(c) { c } else { '_' }).collect();
    if plain.is_empty() { "_".to_owned() } else { plain }
}

/// A value on one line; one that is empty is what Python calls it.
fn line(value: &str) -> String {
    if value.trim().is_empty() {
        return "None".to_owned();
    }
    value.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Whether Python's `repr` leaves a character as it is: Rust escapes the same ones for its own reasons, and marks that
/// combine besides.
fn is_printable(character: char) -> bool {
    let mut escaped = character.escape_debug();
    character == ' ' || (!character.is_whitespace() && escaped.next() == Some(character) && escaped.next().is_none())
}

/// A value as Python's `repr` writes it.
fn quoted(value: &str) -> String {
    let quote = if value.contains('\'') && !value.contains('"') { '"' } else { '\'' };
    let mut out = String::from(quote);
    for character in value.chars() {
        match character {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c == quote => out.extend(['\\', c]),
            '\'' | '"' => out.push(character),
            c if is_printable(c) => out.push(c),
            c => {
                let number = u32::from(c);
                let written = match number {
                    0..=0xff => write!(out, "\\x{number:02x}"),
                    0x100..=0xffff => write!(out, "\\u{number:04x}"),
                    _ => write!(out, "\\U{number:08x}"),
                };
                written.expect("a String takes everything");
            }
        }
    }
    out.push(quote);
    out
}

/// The value of a `repr` at the beginning of a text, and what follows it.
fn unquoted(text: &str) -> Option<(String, &str)> {
    let quote = text.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    let mut value = String::new();
    let mut rest = &text[1..];
    loop {
        let character = rest.chars().next()?;
        rest = &rest[character.len_utf8()..];
        match character {
            c if c == quote => return Some((value, rest)),
            '\\' => {
                let kind = rest.chars().next()?;
                rest = &rest[kind.len_utf8()..];
                let digits = match kind {
                    'x' => 2,
                    'u' => 4,
                    'U' => 8,
                    _ => 0,
                };
                match kind {
                    'n' => value.push('\n'),
                    'r' => value.push('\r'),
                    't' => value.push('\t'),
                    _ if digits == 0 => value.push(kind),
                    _ => {
                        let number = rest.get(..digits)?;
                        value.push(u32::from_str_radix(number, 16).ok().and_then(char::from_u32)?);
                        rest = &rest[digits..];
                    }
                }
            }
            other => value.push(other),
        }
    }
}
