//! Words from outside as one harmless line of Markdown or reStructuredText: what somebody writes into the subject
//! of a commit becomes no heading, no link, no HTML, no list and no fence, mentions nobody, and stays short.
//! Spans of code are kept as such.

use super::outline::Markup;

/// More of a line is cut off.
const LONGEST: usize = 400;

/// A line of text from outside.
pub fn harmless(text: &str, markup: Markup) -> String {
    let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).filter(|c| !is_hidden(*c)).collect();
    let words = clean.split_whitespace().collect::<Vec<_>>().join(" ");
    let short: String = words.chars().take(LONGEST).collect();
    let short = if short.len() < words.len() { format!("{} …", short.trim_end()) } else { short };
    let mut out = String::with_capacity(short.len() + 16);
    let mut rest = short.as_str();
    // Text and code take turns; a backtick without a partner is text.
    while let Some(at) = rest.find('`') {
        let run = rest[at..].len() - rest[at..].trim_start_matches('`').len();
        let inner = &rest[at + run..];
        let end = closing(inner, run);
        match end.filter(|end| !inner[..*end].trim().is_empty()) {
            Some(end) => {
                plain(&rest[..at], markup, &mut out);
                code(inner[..end].trim(), markup, &mut out);
                rest = &inner[end + run..];
            }
            None => {
                plain(&rest[..at + run], markup, &mut out);
                rest = inner;
            }
        }
    }
    plain(rest, markup, &mut out);
    let out = out.trim().to_owned();
    // What would begin a block of its own does so no longer.
    match out.chars().next() {
        Some(c) if c.is_ascii_punctuation() && !matches!(c, '\\' | '`' | '&' | '"' | '\'') => format!("\\{out}"),
        Some(c) if c.is_ascii_alphanumeric() => numbered(&out).unwrap_or(out),
        _ => out,
    }
}

/// Marks that reorder or hide what is read.
fn is_hidden(character: char) -> bool {
    matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Where the run of exactly this many backticks is that closes a span.
fn closing(inner: &str, run: usize) -> Option<usize> {
    let mut from = 0;
    while let Some(at) = inner[from..].find('`').map(|at| from + at) {
        let length = inner[at..].len() - inner[at..].trim_start_matches('`').len();
        if length == run {
            return Some(at);
        }
        from = at + length;
    }
    None
}

/// `1. x` and `a) x` would be lists.
fn numbered(text: &str) -> Option<String> {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric())?;
    let mark = [". ", ") "].iter().any(|mark| text[end..].starts_with(mark)) || text.len() == end + 1;
    (mark && (end == 1 || text[..end].bytes().all(|byte| byte.is_ascii_digit()) || is_roman(&text[..end])))
        .then(|| format!("{}\\{}", &text[..end], &text[end..]))
}

fn is_roman(text: &str) -> bool {
    text.chars().all(|c| matches!(c.to_ascii_lowercase(), 'i' | 'v' | 'x' | 'l' | 'c' | 'd' | 'm'))
}

fn code(inner: &str, markup: Markup, out: &mut String) {
    match markup {
        Markup::Restructured => out.push_str(&format!("``{}``", inner.replace('`', "'"))),
        Markup::Markdown => {
            let longest = inner.split(|c| c != '`').map(str::len).max().unwrap_or(0);
            let fence = "`".repeat(longest + 1);
            let space = if inner.starts_with('`') || inner.ends_with('`') { " " } else { "" };
            out.push_str(&format!("{fence}{space}{inner}{space}{fence}"));
        }
    }
}

fn plain(text: &str, markup: Markup, out: &mut String) {
    let characters: Vec<char> = text.chars().collect();
    let mut at = 0;
    while at < characters.len() {
        let character = characters[at];
        let is_word = |at: Option<usize>| at.and_then(|at| characters.get(at)).is_some_and(|c| c.is_alphanumeric());
        let (before, after) = (is_word(at.checked_sub(1)), is_word(Some(at + 1)));
        match (markup, character) {
            // A mention would call somebody; in code it does not.
            (_, '@') if after && !before => {
                let name = |c: &&char| c.is_alphanumeric() || matches!(c, '-' | '_' | '/');
                let end = at + 1 + characters[at + 1..].iter().take_while(name).count();
                code(&characters[at..end].iter().collect::<String>(), markup, out);
                at = end;
                continue;
            }
            (Markup::Markdown, '<') => out.push_str("&lt;"),
            (Markup::Markdown, '&') if characters[at..].iter().take(12).any(|c| *c == ';') => out.push_str("&amp;"),
            (Markup::Markdown, '\\' | '`' | '*' | '[' | ']' | '|' | '~' | '!') => {
                // An exclamation mark matters before a bracket only.
                let matters = character != '!' || characters.get(at + 1) == Some(&'[');
                out.push_str(if matters { "\\" } else { "" });
                out.push(character);
            }
            (Markup::Markdown, '(') if at > 0 && characters[at - 1] == ']' => out.push_str("\\("),
            (Markup::Restructured, '\\' | '`' | '*' | '|' | '<') => {
                out.push('\\');
                out.push(character);
            }
            (_, '_') if !(before && after) => out.push_str("\\_"),
            (Markup::Restructured, ':') if at + 2 == characters.len() && characters.last() == Some(&':') => {
                out.push_str("\\:");
            }
            (_, character) => out.push(character),
        }
        at += 1;
    }
}
