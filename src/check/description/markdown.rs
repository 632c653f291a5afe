//! Markdown as PyPI renders it: comrak with GitHub's extensions, links to headings made to fit, and ammonia.
//!
//! Follows readme_renderer 46 (`markdown.py`, `clean.py`). Code is not coloured: that changes no text.

use comrak::nodes::NodeValue;
use comrak::options::AlertStyleType;
use comrak::{Arena, Options, format_html, try_parse_document};

use super::Verdict;
use super::bounds;
use super::page::Page;

/// What PyPI puts before the name of each heading, so that none takes one of the page's own.
const PREFIX: &str = "user-content-";

/// How many block quotes may lie in each other: the parser looks at each of them for the next.
const MOST_QUOTES: usize = 400;
/// The longest page, in bytes: each heading is named in it three times.
const LONGEST_PAGE: usize = 4 * 1024 * 1024;

/// Elements whose tags GitHub shows instead of obeying (GFM, "Disallowed Raw HTML").
const DISALLOWED: [&str; 9] =
    ["title", "textarea", "style", "xmp", "iframe", "noembed", "noframes", "script", "plaintext"];

/// The page of a Markdown text, or why there is none.
pub(super) fn render(body: &str) -> Verdict {
    let quotes = |line: &str| {
        line.chars().take_while(|c| " \t>-+*.)".contains(*c) || c.is_ascii_digit()).filter(|c| *c == '>').count()
    };
    if body.split(['\n', '\r']).any(|line| quotes(line) > MOST_QUOTES) {
        return Verdict::Unverified("its quotes are nested too deeply".to_owned());
    }
    let Some(html) = to_html(body) else {
        return Verdict::Unverified("it takes too long to parse".to_owned());
    };
    if html.is_empty() {
        return Verdict::Refused { why: "it is blank".to_owned(), line: None };
    }
    if html.len() > LONGEST_PAGE {
        return Verdict::Unverified("its page becomes too long".to_owned());
    }
    let html = without_colours(&lead_to_headings(&html));
    match bounds::exceeded(&html) {
        Some(why) => Verdict::Unverified(why.to_owned()),
        None => Verdict::Renders(Page::sanitise(&html)),
    }
}

/// The HTML of a text, not sanitised; nothing if it takes too long.
fn to_html(body: &str) -> Option<String> {
    let mut options = Options::default();
    options.extension.alerts = true;
    options.extension.autolink = true;
    options.extension.footnotes = true;
    options.extension.header_id_prefix = Some(PREFIX.to_owned());
    options.extension.shortcodes = true;
    options.extension.strikethrough = true;
    options.extension.table = true;
    options.extension.tasklist = true;
    options.render.r#unsafe = true;
    options.render.alert_style = AlertStyleType::Semantic;
    // Asked once in 256 steps, of which an honest text takes less than one for each of its bytes.
    let asked = std::cell::Cell::new(0);
    let limit = 1_000 + body.len() / 16;
    let is_over = || {
        asked.set(asked.get() + 1);
        asked.get() > limit
    };
    let arena = Arena::new();
    let root = try_parse_document(&arena, body, &options, &is_over).ok()?;
    for node in root.descendants() {
        match &mut node.data_mut().value {
            NodeValue::HtmlBlock(block) => block.literal = without_disallowed(&block.literal),
            NodeValue::HtmlInline(tag) if is_disallowed(tag) => *tag = format!("&lt;{}", &tag[1..]),
            _ => {}
        }
    }
    let mut html = String::new();
    format_html(root, &options, &mut html).ok()?;
    Some(html)
}

fn without_disallowed(block: &str) -> String {
    let mut out = String::with_capacity(block.len());
    let mut rest = block;
    while let Some(at) = rest.find('<') {
        out += &rest[..at];
        out += if is_disallowed(&rest[at..]) { "&lt;" } else { "<" };
        rest = &rest[at + 1..];
    }
    out + rest
}

/// Whether a text begins with a tag of [`DISALLOWED`].
fn is_disallowed(text: &str) -> bool {
    let Some(name) = text.strip_prefix('<') else { return false };
    let name = name.strip_prefix('/').unwrap_or(name).as_bytes();
    DISALLOWED.iter().any(|element| {
        name.get(..element.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(element.as_bytes()))
            && match &name[element.len()..] {
                [b' ' | b'\t' | b'\n' | b'\x0b' | b'\x0c' | b'\r' | b'>', ..] => true,
                rest => rest.starts_with(b"/>"),
            }
    })
}

/// Links to a heading lead to its prefixed name; those of footnotes have none.
fn lead_to_headings(html: &str) -> String {
    const LINK: &str = "href=\"#";
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find(LINK) {
        let (before, after) = rest.split_at(at + LINK.len());
        out += before;
        let is_named = after.find('"').is_some_and(|end| end > 0);
        if is_named && !after.starts_with("fn-") && !after.starts_with("fnref-") {
            out += PREFIX;
        }
        rest = after;
    }
    out + rest
}

/// Code with a language loses its inner element, as where PyPI colours it. PyPI finds the end of code by its first
/// letter and what follows: empty code swallows the page up to the end of the next one, and so it does here.
fn without_colours(html: &str) -> String {
    const BEGIN: &str = "<pre><code class=\"language-";
    const END: &str = "</code></pre>";
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find(BEGIN) {
        let (before, code) = rest.split_at(at);
        out += before;
        rest = code;
        let Some((name, code)) = code[BEGIN.len()..].split_once('"') else { break };
        match code.strip_prefix('>').filter(|_| !name.is_empty()) {
            Some(code) => {
                let first = code.chars().next().map_or(0, char::len_utf8);
                let Some(end) = code[first..].find(END).map(|end| first + end) else { break };
                let (code, after) = code.split_at(end);
                let code = match code.starts_with(END) {
                    true => code.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"),
                    false => code.to_owned(),
                };
                out += &format!("<pre lang=\"{name}\">{code}</pre>");
                rest = &after[END.len()..];
            }
            None => {
                out += BEGIN;
                rest = &rest[BEGIN.len()..];
            }
        }
    }
    out + rest
}
