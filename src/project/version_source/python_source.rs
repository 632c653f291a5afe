//! A top-level assignment in Python source, found by scanning tokens: strings, comments, brackets and
//! continued lines are read as Python reads them, so that a version in a docstring is never taken for one.

use std::ops::Range;

/// What a name at the top level of a module stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// A string literal.
    Literal {
        /// The bytes between its quotes.
        range: Range<usize>,
        /// Its value.
        value: String,
    },
    /// A name of another module.
    Import {
        /// The module as written, with its leading dots.
        module: String,
        /// The name there.
        name: String,
    },
}

/// A token of a logical line.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Word(String),
    /// The bytes between the quotes of a string without prefix or with `u`.
    Text(Range<usize>),
    /// A string with another prefix.
    OtherText,
    /// The bytes of a number.
    Number(Range<usize>),
    Sign(char),
}

/// Finds what `name` stands for at the top level: the first assignment of a literal, as the build backends take
/// it without running the module; else the last import.
pub fn find(source: &str, name: &str) -> Option<Found> {
    let lines = logical_lines(source);
    let assigned = lines.iter().find_map(|line| assignment(source, line, name));
    assigned.or_else(|| lines.iter().rev().find_map(|line| import(line, name)))
}

/// The docstring of a module; nothing where it has none, or one with an escape, whose value is not what is written.
pub fn docstring(source: &str) -> Option<String> {
    let first = logical_lines(source).into_iter().next()?;
    let [Token::Text(range)] = &first[..] else { return None };
    let text = &source[range.clone()];
    (!text.contains('\\')).then(|| text.to_owned())
}

/// Where the comments of Python source begin, in order: a `#` in a string is none.
pub fn comments(source: &str) -> Vec<usize> {
    let bytes = source.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'#' => {
                found.push(at);
                at += bytes[at..].iter().position(|b| *b == b'\n').unwrap_or(bytes.len() - at);
            }
            b'"' | b'\'' => at = string(bytes, at, "", &mut Vec::new()),
            _ => at += 1,
        }
    }
    found
}

/// The bytes of the numbers in `NAME = (1, 2, 3)` at the top level: a tuple of nothing else.
pub fn tuple(source: &str, name: &str) -> Option<Range<usize>> {
    if !source.contains(name) {
        return None;
    }
    let lines = logical_lines(source);
    let value = lines.iter().find_map(|line| value(line, name))?;
    let [Token::Sign('('), items @ .., Token::Sign(')')] = value else { return None };
    let mut span: Option<Range<usize>> = None;
    for (at, item) in items.iter().enumerate() {
        match item {
            Token::Number(range) if at % 2 == 0 => {
                span = Some(span.map_or(range.start, |span| span.start)..range.end);
            }
            Token::Sign(',') if at % 2 == 1 => {}
            _ => return None,
        }
    }
    span
}

/// What stands behind `NAME =` or `NAME: annotation =`.
fn value<'t>(line: &'t [Token], name: &str) -> Option<&'t [Token]> {
    let (first, rest) = line.split_first()?;
    if !matches!(first, Token::Word(word) if word == name) {
        return None;
    }
    match rest.first()? {
        Token::Sign('=') => Some(&rest[1..]),
        Token::Sign(':') => Some(&rest[rest.iter().position(|token| *token == Token::Sign('='))? + 1..]),
        _ => None,
    }
}

/// What stands behind all targets of `OTHER = NAME = …`, where the name is one of them.
fn shared_value<'t>(line: &'t [Token], name: &str) -> Option<&'t [Token]> {
    let (mut rest, mut is_target) = (line, false);
    while let [Token::Word(word), Token::Sign('='), behind @ ..] = rest {
        is_target |= word == name;
        rest = behind;
    }
    is_target.then_some(rest)
}

/// `NAME = "…"` or `NAME: annotation = "…"`.
fn assignment(source: &str, line: &[Token], name: &str) -> Option<Found> {
    match shared_value(line, name).or_else(|| value(line, name))? {
        [Token::Text(range)] => {
            let value = source[range.clone()].to_owned();
            // An escape would make the value differ from what is written; versions need none.
            (!value.contains('\\')).then(|| Found::Literal { range: range.clone(), value })
        }
        _ => None,
    }
}

/// `from MODULE import NAME` or `from MODULE import OTHER as NAME`, with or without brackets.
fn import(line: &[Token], name: &str) -> Option<Found> {
    let (first, rest) = line.split_first()?;
    if *first != Token::Word("from".to_owned()) {
        return None;
    }
    let at = rest.iter().position(|token| *token == Token::Word("import".to_owned()))?;
    let mut module = String::new();
    for token in &rest[..at] {
        match token {
            Token::Word(word) => module.push_str(word),
            Token::Sign('.') => module.push('.'),
            _ => return None,
        }
    }
    let names: Vec<&Token> = rest[at + 1..].iter().filter(|token| !matches!(token, Token::Sign('(' | ')'))).collect();
    for item in names.split(|token| **token == Token::Sign(',')) {
        let words: Vec<&str> = item
            .iter()
            .filter_map(|token| match token {
                Token::Word(word) => Some(word.as_str()),
                _ => None,
            })
            .collect();
        match words.as_slice() {
            [only] if *only == name => {
                return Some(Found::Import { module, name: name.to_owned() });
            }
            [original, "as", alias] if *alias == name => {
                return Some(Found::Import { module, name: (*original).to_owned() });
            }
            _ => {}
        }
    }
    None
}

/// The logical lines that begin in the first column, as tokens.
fn logical_lines(source: &str) -> Vec<Vec<Token>> {
    let bytes = source.as_bytes();
    let mut lines = Vec::new();
    let mut line: Vec<Token> = Vec::new();
    let mut depth = 0_usize;
    let mut at = if source.starts_with('\u{feff}') { 3 } else { 0 };
    let mut top_level = true;
    let mut at_line_start = true;
    while at < bytes.len() {
        let byte = bytes[at];
        if at_line_start && depth == 0 {
            top_level = !matches!(byte, b' ' | b'\t' | b'\x0c');
            at_line_start = false;
        }
        match byte {
            b'\n' | b';' if depth == 0 => {
                if top_level && !line.is_empty() {
                    lines.push(std::mem::take(&mut line));
                }
                line.clear();
                at_line_start = byte == b'\n';
                at += 1;
            }
            b'\\' if bytes.get(at + 1) == Some(&b'\n') => at += 2,
            b'\\' if bytes.get(at + 1..at + 3) == Some(b"\r\n") => at += 3,
            b'#' => at += bytes[at..].iter().position(|b| *b == b'\n').unwrap_or(bytes.len() - at),
            b'"' | b'\'' => at = string(bytes, at, "", &mut line),
            _ if byte == b'_' || byte.is_ascii_alphabetic() || byte >= 0x80 => {
                let length = bytes[at..].iter().position(|b| !(*b == b'_' || b.is_ascii_alphanumeric() || *b >= 0x80));
                let end = at + length.unwrap_or(bytes.len() - at);
                let word = &source[at..end];
                if matches!(bytes.get(end), Some(b'"' | b'\'')) && word.len() <= 2 {
                    at = string(bytes, end, word, &mut line);
                } else {
                    line.push(Token::Word(word.to_owned()));
                    at = end;
                }
            }
            b'0'..=b'9' => {
                let part = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_');
                let end = at + bytes[at..].iter().position(|b| !part(b)).unwrap_or(bytes.len() - at);
                line.push(Token::Number(at..end));
                at = end;
            }
            b' ' | b'\t' | b'\r' | b'\n' | b'\x0c' => at += 1,
            _ => {
                match byte {
                    b'(' | b'[' | b'{' => depth += 1,
                    b')' | b']' | b'}' => depth = depth.saturating_sub(1),
                    _ => {}
                }
                line.push(Token::Sign(char::from(byte)));
                at += 1;
            }
        }
    }
    if top_level && !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// Reads the string whose quote is at `at`, and returns where it ends.
fn string(bytes: &[u8], at: usize, prefix: &str, line: &mut Vec<Token>) -> usize {
    let quote = bytes[at];
    let triple = bytes.get(at..at + 3) == Some(&[quote; 3]);
    let width = if triple { 3 } else { 1 };
    let start = at + width;
    let mut end = start;
    while end < bytes.len() {
        match bytes[end] {
            b'\\' => end += 2,
            b'\n' if !triple => break,
            byte if byte == quote && (!triple || bytes.get(end..end + 3) == Some(&[quote; 3])) => {
                break;
            }
            _ => end += 1,
        }
    }
    let end = end.min(bytes.len());
    line.push(if prefix.is_empty() || prefix.eq_ignore_ascii_case("u") {
        Token::Text(start..end)
    } else {
        Token::OtherText
    });
    (end + width).min(bytes.len())
}

/// The value of the first top-level assignment to a name, as `ast.literal_eval` has it: a string, a number, or the
/// items of a tuple or list of these, all as text. Nothing where there is no such assignment, or where its value can
/// be had only by running it.
pub fn literal(source: &str, name: &str) -> Option<Vec<String>> {
    for line in logical_lines(source) {
        let mut parts: Vec<Vec<Token>> = vec![Vec::new()];
        let mut depth = 0_usize;
        for token in line {
            match token {
                Token::Sign('(' | '[' | '{') => depth += 1,
                Token::Sign(')' | ']' | '}') => depth = depth.saturating_sub(1),
                Token::Sign('=') if depth == 0 => {
                    parts.push(Vec::new());
                    continue;
                }
                _ => {}
            }
            if let Some(last) = parts.last_mut() {
                last.push(token);
            }
        }
        let value = parts.pop().unwrap_or_default();
        let is_target = |part: &Vec<Token>| match part.as_slice() {
            [Token::Word(word)] => word == name,
            [Token::Word(word), Token::Sign(':'), ..] => word == name,
            _ => false,
        };
        if !parts.iter().any(is_target) {
            continue;
        }
        return match parts.iter().any(Vec::is_empty) {
            true => None,
            false => items(source, &value),
        };
    }
    None
}

/// The items of a literal that is no string, or its only one.
fn items(source: &str, value: &[Token]) -> Option<Vec<String>> {
    let (inner, is_one) = match value {
        [Token::Sign('('), inner @ .., Token::Sign(')')] => (inner, !inner.contains(&Token::Sign(','))),
        [Token::Sign('['), inner @ .., Token::Sign(']')] => (inner, false),
        other => (other, true),
    };
    let mut found = Vec::new();
    let mut parts: Vec<&[Token]> = inner.split(|token| *token == Token::Sign(',')).collect();
    if !is_one && parts.last().is_some_and(|part| part.is_empty()) {
        parts.pop();
    }
    for part in parts {
        found.push(match part {
            [Token::Number(range)] => {
                let text = &source[range.clone()];
                let is_plain = text.bytes().all(|b| b.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
                is_plain.then(|| text.to_owned())?
            }
            [Token::Text(_), ..] => {
                let mut text = String::new();
                for token in part {
                    let Token::Text(range) = token else { return None };
                    text.push_str(&source[range.clone()]);
                }
                (!text.contains(['\\', '\r'])).then_some(text)?
            }
            _ => return None,
        });
    }
    (!is_one || found.len() == 1).then_some(found)
}
