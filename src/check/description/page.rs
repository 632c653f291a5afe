//! A page of HTML: sanitised as PyPI does, and looked at.
//!
//! Elements, attributes and schemes are those of readme_renderer 46 (`clean.py`), which calls the same sanitiser. What it
//! writes, and what it is given, is read tag by tag as the tokenizer of the HTML standard does.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::LazyLock;

/// Elements that stay.
const ELEMENTS: [&str; 53] = [
    "a",
    "abbr",
    "acronym",
    "b",
    "blockquote",
    "code",
    "em",
    "i",
    "li",
    "ol",
    "strong",
    "ul",
    "br",
    "caption",
    "cite",
    "col",
    "colgroup",
    "dd",
    "del",
    "details",
    "div",
    "dl",
    "dt",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "img",
    "p",
    "pre",
    "span",
    "sub",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "tt",
    "kbd",
    "var",
    "input",
    "section",
    "aside",
    "nav",
    "figure",
    "figcaption",
    "picture",
];
/// Attributes that stay on an element, beside `id` on all.
const ATTRIBUTES: [(&str, &[&str]); 27] = [
    ("a", &["href", "title"]),
    ("abbr", &["title"]),
    ("acronym", &["title"]),
    ("hr", &["class"]),
    ("img", &["src", "width", "height", "alt", "align", "class"]),
    ("span", &["class"]),
    ("th", &["align", "class"]),
    ("td", &["align", "colspan", "rowspan"]),
    ("div", &["align", "class"]),
    ("h1", &["align"]),
    ("h2", &["align"]),
    ("h3", &["align"]),
    ("h4", &["align"]),
    ("h5", &["align"]),
    ("h6", &["align"]),
    ("code", &["class"]),
    ("p", &["align", "class"]),
    ("pre", &["class", "lang"]),
    ("ol", &["start"]),
    ("input", &["type", "checked", "disabled"]),
    ("aside", &["class"]),
    ("dd", &["class"]),
    ("dl", &["class"]),
    ("dt", &["class"]),
    ("ul", &["class"]),
    ("nav", &["class"]),
    ("figure", &["class"]),
];
/// Schemes that an address may have.
const SCHEMES: [&str; 3] = ["http", "https", "mailto"];

static SANITISER: LazyLock<ammonia::Builder<'static>> = LazyLock::new(|| {
    let mut builder = ammonia::Builder::default();
    let attributes = ATTRIBUTES.iter().map(|(element, names)| (*element, names.iter().copied().collect()));
    let disabled = HashMap::from([("input", HashMap::from([("disabled", "")]))]);
    builder
        .tags(HashSet::from(ELEMENTS))
        .tag_attributes(attributes.collect())
        .generic_attributes(HashSet::from(["id"]))
        .set_tag_attribute_values(disabled)
        .link_rel(Some("nofollow"))
        .url_schemes(HashSet::from(SCHEMES));
    builder
});

/// A sanitised page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    html: String,
}

/// Where a link or an image of a page leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Whether it is an image.
    pub is_image: bool,
    /// The address, empty where there is none.
    pub target: String,
}

impl Link {
    /// Whether it leads to somewhere beside the page. There is nothing beside a page of PyPI.
    pub fn is_relative(&self) -> bool {
        let target = self.target.trim();
        let has_scheme = target.split_once(':').is_some_and(|(scheme, _)| {
            scheme.starts_with(|c: char| c.is_ascii_alphabetic())
                && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
        });
        !(target.is_empty() || has_scheme || target.starts_with('#') || target.starts_with("//"))
    }
}

impl Page {
    /// Sanitises HTML. The work grows with the square of its depth: see [`super::bounds`].
    pub(super) fn sanitise(html: &str) -> Self {
        Page { html: SANITISER.clean(html).to_string() }
    }

    /// What is sanitised already.
    pub(super) fn sanitised(html: String) -> Self {
        Page { html }
    }

    /// The HTML.
    pub fn html(&self) -> &str {
        &self.html
    }

    /// Whether anybody sees anything of it.
    pub fn is_visible(&self) -> bool {
        let shows = |tag: Tag<'_>| match tag {
            Tag::Start { name: "img", rest, .. } => !attribute(rest, "src").unwrap_or_default().is_empty(),
            Tag::Start { name: "hr" | "input", .. } => true,
            _ => false,
        };
        self.text().any(|text| text.replace("&nbsp;", "").chars().any(|c| !c.is_whitespace()))
            || Tags::of(&self.html).any(shows)
    }

    /// Its links and images in order.
    pub fn links(&self) -> Vec<Link> {
        let link = |tag| match tag {
            Tag::Start { name: "a", rest, .. } => {
                attribute(rest, "href").map(|target| Link { is_image: false, target })
            }
            Tag::Start { name: "img", rest, .. } => {
                Some(Link { is_image: true, target: attribute(rest, "src").unwrap_or_default() })
            }
            _ => None,
        };
        Tags::of(&self.html).filter_map(link).collect()
    }

    /// The texts between its tags.
    fn text(&self) -> impl Iterator<Item = &str> {
        // In what a sanitiser wrote, `>` stands at the end of tags and in texts, `<` only before tags.
        self.html.split('<').enumerate().map(|(at, part)| match part.split_once('>') {
            Some((_, text)) if at > 0 => text,
            _ if at > 0 => "",
            _ => part,
        })
    }
}

impl fmt::Display for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.html)
    }
}

/// The value of an attribute of a tag that a sanitiser wrote: `name="value"`.
fn attribute(tag: &str, wanted: &str) -> Option<String> {
    let mut rest = tag;
    while let Some((name, after)) = rest.split_once("=\"") {
        let (value, after) = after.split_once('"')?;
        if name.trim() == wanted {
            let plain = value.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");
            return Some(plain);
        }
        rest = after;
    }
    None
}

/// A tag of HTML.
#[derive(Debug, Clone, Copy)]
pub(super) enum Tag<'a> {
    /// `<name …>`
    Start {
        /// As written.
        name: &'a str,
        /// What stands between the name and the `>`.
        rest: &'a str,
        /// How many attributes that is.
        attributes: usize,
    },
    /// `</name>`
    End {
        /// As written.
        name: &'a str,
    },
}

impl<'a> Tag<'a> {
    pub(super) fn name(&self) -> &'a str {
        match self {
            Tag::Start { name, .. } | Tag::End { name } => name,
        }
    }
}

/// The tags of HTML in order, without those in comments and in elements that hold only text.
pub(super) struct Tags<'a> {
    html: &'a str,
    at: usize,
}

/// Elements whose content is text, whatever it looks like.
const TEXT_ONLY: [&str; 8] = ["title", "textarea", "style", "xmp", "iframe", "noembed", "noframes", "script"];

impl<'a> Tags<'a> {
    pub(super) fn of(html: &'a str) -> Self {
        Tags { html, at: 0 }
    }

    /// Goes behind the next of these, or to the end.
    fn skip(&mut self, end: &str) {
        let rest = &self.html[self.at..];
        self.at += rest.find(end).map_or(rest.len(), |at| at + end.len());
    }

    /// Goes behind the end of a comment, or to the end.
    fn comment(&mut self) {
        loop {
            self.skip("--");
            match &self.html.as_bytes()[self.at..] {
                [] => return,
                [b'>', ..] => return self.at += 1,
                [b'!', b'>', ..] => return self.at += 2,
                // A third hyphen may begin the end.
                [b'-', ..] => self.at -= 1,
                _ => {}
            }
        }
    }

    fn byte(&self) -> Option<u8> {
        self.html.as_bytes().get(self.at).copied()
    }

    fn name(&mut self) -> &'a str {
        let start = self.at;
        while self.byte().is_some_and(|byte| !byte.is_ascii_whitespace() && byte != b'/' && byte != b'>') {
            self.at += 1;
        }
        &self.html[start..self.at]
    }

    /// Goes behind the `>` of a tag; returns what stands before it, and how many attributes that is.
    fn attributes(&mut self) -> (&'a str, usize) {
        let (start, mut count) = (self.at, 0);
        loop {
            while self.byte().is_some_and(|byte| byte.is_ascii_whitespace() || byte == b'/') {
                self.at += 1;
            }
            match self.byte() {
                None => return (&self.html[start..], count),
                Some(b'>') => {
                    self.at += 1;
                    return (&self.html[start..self.at - 1], count);
                }
                Some(_) => {}
            }
            count += 1;
            // A name may begin with `=`.
            self.at += 1;
            while self.byte().is_some_and(|byte| !byte.is_ascii_whitespace() && !b"/>=".contains(&byte)) {
                self.at += 1;
            }
            let behind = self.at;
            while self.byte().is_some_and(|byte| byte.is_ascii_whitespace()) {
                self.at += 1;
            }
            if self.byte() != Some(b'=') {
                self.at = behind;
                continue;
            }
            self.at += 1;
            while self.byte().is_some_and(|byte| byte.is_ascii_whitespace()) {
                self.at += 1;
            }
            match self.byte() {
                Some(b'"') => self.quoted("\""),
                Some(b'\'') => self.quoted("'"),
                _ => {
                    while self.byte().is_some_and(|byte| !byte.is_ascii_whitespace() && byte != b'>') {
                        self.at += 1;
                    }
                }
            }
        }
    }

    fn quoted(&mut self, quote: &str) {
        self.at += 1;
        self.skip(quote);
    }

    /// Goes before the end tag of an element that holds only text.
    fn text_only(&mut self, name: &str) {
        loop {
            self.skip("</");
            let rest = &self.html.as_bytes()[self.at..];
            let ends = rest.get(..name.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(name.as_bytes()))
                && rest.get(name.len()).is_some_and(|next| next.is_ascii_whitespace() || b"/>".contains(next));
            if rest.is_empty() || ends {
                self.at -= if rest.is_empty() { 0 } else { 2 };
                return;
            }
        }
    }
}

impl<'a> Iterator for Tags<'a> {
    type Item = Tag<'a>;

    fn next(&mut self) -> Option<Tag<'a>> {
        loop {
            self.skip("<");
            let rest = &self.html[self.at..];
            match rest.as_bytes() {
                [] => return None,
                [b'!', b'-', b'-', b'>', ..] => self.at += 4,
                [b'!', b'-', b'-', b'-', b'>', ..] => self.at += 5,
                [b'!', b'-', b'-', ..] => {
                    self.at += 3;
                    self.comment();
                }
                [b'!' | b'?', ..] => self.skip(">"),
                [b'/', first, ..] if first.is_ascii_alphabetic() => {
                    self.at += 1;
                    let name = self.name();
                    self.attributes();
                    return Some(Tag::End { name });
                }
                [b'/', ..] => self.skip(">"),
                [first, ..] if first.is_ascii_alphabetic() => {
                    let name = self.name();
                    let (rest, attributes) = self.attributes();
                    if TEXT_ONLY.iter().any(|only| name.eq_ignore_ascii_case(only)) {
                        self.text_only(name);
                    }
                    return Some(Tag::Start { name, rest, attributes });
                }
                _ => {}
            }
        }
    }
}
