//! The headings of a document, found without changing a byte of it: Markdown (ATX and setext headings of
//! CommonMark 0.31, outside of fences, comments and front matter) and reStructuredText (docutils' sections).
//!
//! Only headings at the left margin count: what is indented belongs to a list or to code, so text that is
//! indented can never become a section.

use std::ops::Range;

/// How a changelog is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Markup {
    /// Markdown.
    Markdown,
    /// reStructuredText.
    Restructured,
}

impl Markup {
    /// By the name of the file: `.rst` is reStructuredText, anything else Markdown.
    pub fn of(path: &str) -> Self {
        match path.to_ascii_lowercase().ends_with(".rst") {
            true => Markup::Restructured,
            false => Markup::Markdown,
        }
    }
}

/// How a heading is marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// `## Title`.
    Atx,
    /// `Title` above `---`.
    Setext,
    /// A line of this character below, and perhaps above.
    Adorned {
        /// The character.
        mark: char,
        /// Whether it stands above, too.
        over: bool,
    },
}

/// A heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Heading {
    /// 1 for the outermost.
    pub(super) level: usize,
    /// Its text.
    pub(super) title: Range<usize>,
    /// All its lines, the last line end excluded.
    pub(super) whole: Range<usize>,
    /// Where the line after it begins.
    pub(super) next: usize,
    /// How it is marked.
    pub(super) style: Style,
}

/// A line: where it begins, and its text without its end.
struct Line<'t> {
    start: usize,
    bare: &'t str,
    /// Where the next line begins.
    next: usize,
}

fn lines(text: &str) -> Vec<Line<'_>> {
    // A byte order mark is no part of the first line.
    let mut offset = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut found = Vec::new();
    for line in text[offset..].split_inclusive('\n') {
        let next = offset + line.len();
        found.push(Line { start: offset, bare: line.trim_end_matches(['\n', '\r']), next });
        offset = next;
    }
    found
}

/// The headings of a text, in order.
pub(super) fn headings(text: &str, markup: Markup) -> Vec<Heading> {
    match markup {
        Markup::Markdown => of_markdown(&lines(text)),
        Markup::Restructured => of_restructured(&lines(text)),
    }
}

/// A fence of code that is open.
struct Fence {
    mark: char,
    length: usize,
    indented: bool,
}

fn fence(bare: &str) -> Option<Fence> {
    let text = bare.trim_start();
    let mark = text.chars().next().filter(|mark| matches!(mark, '`' | '~'))?;
    let length = text.len() - text.trim_start_matches(mark).len();
    // Backticks after a fence of backticks make it a span of code.
    let is_span = mark == '`' && text[length..].contains('`');
    (length >= 3 && !is_span).then_some(Fence { mark, length, indented: text.len() < bare.len() })
}

fn of_markdown(lines: &[Line<'_>]) -> Vec<Heading> {
    let mut found = Vec::new();
    let mut open: Option<Fence> = None;
    let mut in_comment = false;
    // Whether the line before begins a paragraph at the margin, so that a line below makes it a heading.
    let mut titled: Option<usize> = None;
    let mut after_text = false;
    for (number, line) in lines.iter().enumerate().skip(front_matter(lines)) {
        let bare = line.bare.trim_end();
        if let Some(fence) = &open {
            let text = bare.trim_start();
            let closes = text.len() >= fence.length && text.chars().all(|c| c == fence.mark);
            // A fence in an item of a list ends with the item.
            let left = fence.indented && !bare.is_empty() && text.len() == bare.len();
            if closes || left {
                open = None;
            }
            if closes || !left {
                (titled, after_text) = (None, false);
                continue;
            }
        }
        if in_comment || (bare.starts_with("<!--") && !bare.contains("-->")) {
            in_comment = !bare.contains("-->");
            (titled, after_text) = (None, false);
            continue;
        }
        if let Some(opened) = fence(bare) {
            open = Some(opened);
            (titled, after_text) = (None, false);
            continue;
        }
        if let Some(heading) = atx(line) {
            found.push(heading);
            (titled, after_text) = (None, false);
            continue;
        }
        if let Some(above) = titled.take().map(|above| &lines[above])
            && let Some(level) = setext(bare)
        {
            let end = above.start + above.bare.trim_end().len();
            let whole = above.start..line.start + bare.len();
            found.push(Heading { level, title: above.start..end, whole, next: line.next, style: Style::Setext });
            after_text = false;
            continue;
        }
        let is_text = !bare.is_empty();
        if is_text && !after_text && may_be_title(bare) {
            titled = Some(number);
        }
        after_text = is_text;
    }
    found
}

/// How many lines the front matter has: a first line `---`, and all up to the next one.
fn front_matter(lines: &[Line<'_>]) -> usize {
    if lines.first().is_none_or(|line| line.bare.trim_end() != "---") {
        return 0;
    }
    lines.iter().skip(1).position(|line| line.bare.trim_end() == "---").map_or(0, |at| at + 2)
}

fn atx(line: &Line<'_>) -> Option<Heading> {
    let marks = line.bare.len() - line.bare.trim_start_matches('#').len();
    let rest = &line.bare[marks..];
    if !(1..=6).contains(&marks) || !(rest.is_empty() || rest.starts_with([' ', '\t'])) {
        return None;
    }
    let trimmed = rest.trim();
    // A closing run of `#` is no part of the title.
    let closed = trimmed.trim_end_matches('#');
    let title = if closed.is_empty() || closed.ends_with([' ', '\t']) { closed.trim_end() } else { trimmed };
    let start = line.start + marks + (rest.len() - rest.trim_start().len());
    Some(Heading {
        level: marks,
        title: start..start + title.len(),
        whole: line.start..line.start + line.bare.len(),
        next: line.next,
        style: Style::Atx,
    })
}

fn setext(bare: &str) -> Option<usize> {
    let all = |mark: char| bare.len() >= 2 && bare.chars().all(|c| c == mark);
    if all('=') {
        Some(1)
    } else if all('-') {
        Some(2)
    } else {
        None
    }
}

/// Whether a line begins a paragraph at the margin, and not a list, a quotation, a table or HTML.
fn may_be_title(bare: &str) -> bool {
    let is_list = ["- ", "* ", "+ "].iter().any(|mark| bare.starts_with(mark));
    !is_list && !bare.starts_with([' ', '\t', '>', '|', '<']) && setext(bare).is_none()
}

/// The character of a line that consists of one punctuation character.
fn adornment(bare: &str) -> Option<char> {
    let bare = bare.trim_end();
    let mark = bare.chars().next().filter(char::is_ascii_punctuation)?;
    (bare.len() >= 2 && bare.chars().all(|c| c == mark)).then_some(mark)
}

fn of_restructured(lines: &[Line<'_>]) -> Vec<Heading> {
    let mut found = Vec::new();
    // The order in which adornments appear is their level.
    let mut known: Vec<Style> = Vec::new();
    let bare = |at: usize| lines.get(at).map_or("", |line| line.bare.trim_end());
    let mut number = 0;
    let mut after_text = false;
    while number < lines.len() {
        let text = bare(number);
        let over = adornment(text).filter(|mark| {
            !after_text && adornment(bare(number + 2)) == Some(*mark) && bare(number + 2).len() == text.len()
        });
        let over = over.filter(|_| is_title(bare(number + 1).trim_start(), text.len()));
        let under = adornment(bare(number + 1)).filter(|_| {
            let is_block = after_text || text.starts_with([' ', '\t']) || is_marked(text);
            !is_block && is_title(text, bare(number + 1).len())
        });
        let (mark, first, titled, last) = match (over, under) {
            (Some(mark), _) => (mark, number, number + 1, number + 2),
            (None, Some(mark)) => (mark, number, number, number + 1),
            (None, None) => {
                after_text = !text.is_empty();
                number += 1;
                continue;
            }
        };
        let style = Style::Adorned { mark, over: first != titled };
        let level = known.iter().position(|other| *other == style).unwrap_or_else(|| {
            known.push(style);
            known.len() - 1
        });
        let indent = lines[titled].bare.len() - lines[titled].bare.trim_start().len();
        let start = lines[titled].start + indent;
        found.push(Heading {
            level: level + 1,
            title: start..start + bare(titled).trim_start().len(),
            whole: lines[first].start..lines[last].start + bare(last).len(),
            next: lines[last].next,
            style,
        });
        after_text = false;
        number = last + 1;
    }
    found
}

/// Whether a line is a title above a line of this length: docutils takes shorter ones from four characters on.
fn is_title(text: &str, line: usize) -> bool {
    !text.is_empty() && adornment(text).is_none() && (line >= text.chars().count() || line >= 4)
}

/// Whether a line begins a list, a directive, a table or another block of its own.
fn is_marked(text: &str) -> bool {
    ["- ", "* ", "+ ", ".. ", "| ", ">>> "].iter().any(|mark| text.starts_with(mark)) || adornment(text).is_some()
}

/// Whether a line only says where a link leads: `[label]: https://…`, `.. _label: https://…`.
pub(super) fn is_definition(line: &str, markup: Markup) -> bool {
    definition(line, markup).is_some_and(|(_, target)| target.contains("://"))
}

/// The label and the target of such a line.
pub(super) fn definition(line: &str, markup: Markup) -> Option<(&str, &str)> {
    let line = line.trim_end();
    match markup {
        Markup::Markdown => line.strip_prefix('[')?.split_once("]: ").map(|(label, target)| (label, target.trim())),
        Markup::Restructured => {
            let rest = line.strip_prefix(".. _")?;
            let (label, target) = match rest.strip_prefix('`') {
                Some(quoted) => quoted.split_once("`: ")?,
                None => rest.split_once(": ")?,
            };
            Some((label, target.trim()))
        }
    }
}
