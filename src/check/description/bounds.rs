//! Whether HTML can be parsed without much work: a parser of HTML looks at every open element for each tag, and
//! opens formatting again in each paragraph, so that a short text can ask for hours and gigabytes.
//!
//! Counts what the parser would hold open, never too little; where that is more than any real page has, the page
//! is not parsed. Follows the tokenizer and the tree builder of the HTML standard, as far as they matter here.

use super::page::{Tag, Tags};

/// How deep elements may lie in each other.
const DEEPEST: usize = 512;
/// How many attributes a tag may have; each is compared with all before it.
const MOST_ATTRIBUTES: usize = 512;
/// How many elements of formatting may be opened again, all in all.
const MOST_REOPENED: usize = 1_000_000;

/// How many bytes of a text may be moved for the character references in it, all in all: each is appended to what
/// was read before.
const MOST_MOVED: usize = 20_000_000_000;

/// Elements without content.
const VOID: [&str; 14] =
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"];
/// Elements that their like, or the end of what they lie in, ends.
const IMPLIED: [&str; 10] = ["p", "li", "dd", "dt", "td", "th", "tr", "tbody", "thead", "tfoot"];
/// Elements that stay in force in what follows, until they are ended.
const FORMATTING: [&str; 14] =
    ["a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"];
/// Elements in which tags mean something else: no end of a tag is believed behind one of them.
const FOREIGN: [&str; 9] = ["svg", "math", "template", "select", "noscript", "frameset", "object", "marquee", "script"];

/// What there is too much of.
pub(super) fn exceeded(html: &str) -> Option<&'static str> {
    if moved(html) > MOST_MOVED {
        return Some("a text of it has too many character references");
    }
    let mut open: Vec<String> = Vec::new();
    let (mut formatting, mut reopened, mut believes) = (0_usize, 0_usize, true);
    for tag in Tags::of(html) {
        reopened += formatting;
        let name = tag.name().to_ascii_lowercase();
        match tag {
            Tag::End { .. } => {
                let implied =
                    open.iter().rev().take_while(|open| **open != name && IMPLIED.contains(&open.as_str())).count();
                let at = open.len().saturating_sub(implied + 1);
                if believes && open.get(at) == Some(&name) {
                    open.truncate(at);
                    formatting -= usize::from(FORMATTING.contains(&name.as_str()));
                }
            }
            Tag::Start { attributes, .. } => {
                if attributes > MOST_ATTRIBUTES {
                    return Some("a tag of its HTML has too many attributes");
                }
                believes &= !FOREIGN.contains(&name.as_str());
                let is_void = VOID.contains(&name.as_str());
                let replaces = IMPLIED.contains(&name.as_str()) && open.last() == Some(&name);
                if !is_void && !replaces {
                    formatting += usize::from(FORMATTING.contains(&name.as_str()));
                    open.push(name);
                }
            }
        }
        if open.len() > DEEPEST {
            return Some("its HTML is nested too deeply");
        }
        if reopened > MOST_REOPENED {
            return Some("its HTML leaves too many elements open");
        }
    }
    None
}

/// How many bytes a parser moves for character references, if each costs as many as stand before it in its text.
fn moved(html: &str) -> usize {
    let (mut sum, mut start) = (0, 0);
    for at in memchr::memchr2_iter(b'&', b'<', html.as_bytes()) {
        match html.as_bytes()[at] {
            b'&' => sum += at - start,
            _ => start = at,
        }
    }
    sum
}
