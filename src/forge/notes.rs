//! The notes of a release from the section of a changelog: links that are relative there are made absolute at
//! the tag, definitions that the section uses come along, and what a forge would cut off is cut here, with a
//! link. Follows CommonMark 0.31 for inline links, images, link reference definitions and code.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::place::{Place, encoded};

/// What GitHub takes, in characters.
const LONGEST: usize = 125_000;
/// A fence that has to be closed is no longer than this, with its line.
const LONGEST_FENCE: usize = 100;
/// A link is no longer than this.
const LONGEST_LINK: usize = 2_048;

/// Where the changelog is.
pub struct Page<'a> {
    /// The repository.
    pub place: &'a Place,
    /// The tag.
    pub tag: &'a str,
    /// The changelog, below the top of the repository.
    pub file: &'a str,
}

impl Page<'_> {
    /// The target at the tag, if it is a file of the repository.
    fn absolute(&self, target: &str, is_image: bool) -> Option<String> {
        let scheme = target.split_once(':').is_some_and(|(before, _)| {
            !before.is_empty() && before.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+.-".contains(&byte))
        });
        if target.is_empty() || target.starts_with('#') || target.starts_with("//") || scheme {
            return None;
        }
        let end = target.find(['?', '#']).unwrap_or(target.len());
        let (path, rest) = target.split_at(end);
        let folder =
            if path.starts_with('/') { "" } else { self.file.rsplit_once('/').map_or("", |(folder, _)| folder) };
        let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
        for part in path.split('/') {
            match part {
                "" | "." => {}
                ".." => {
                    parts.pop()?;
                }
                part => parts.push(part),
            }
        }
        let path = parts.join("/");
        let url = match is_image {
            true => self.place.raw_url(self.tag, &path),
            false => self.place.file_url(self.tag, &path),
        };
        Some(format!("{url}{rest}"))
    }
}

/// The notes for a forge: a section of the changelog whose whole text is `changelog`.
pub fn for_forge(section: &str, changelog: &str, page: &Page<'_>) -> String {
    // More than this is cut off in the end; the rest is not looked at.
    let section = beginning(&harmless(section), 2 * LONGEST).to_owned();
    let mut text = section.clone();
    let named = labels(&section);
    let own: BTreeSet<String> =
        definitions(&section).into_iter().map(|found| section[found.label].to_lowercase()).collect();
    let used: Vec<String> = definitions(changelog)
        .into_iter()
        .filter(|found| {
            let label = changelog[found.label.clone()].to_lowercase();
            !own.contains(&label) && named.contains_key(&label)
        })
        .map(|found| harmless(changelog[found.line].trim_end()))
        .collect();
    if !used.is_empty() {
        text.push_str("\n\n");
        text.push_str(&used.join("\n"));
    }
    shortened(&absolute_links(&text, page), page)
}

/// Text without the characters that no notes need: controls, and marks that reorder what is read.
pub fn harmless(text: &str) -> String {
    let wanted = |c: &char| {
        matches!(c, '\n' | '\t') || !(c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'))
    };
    text.replace("\r\n", "\n").chars().filter(wanted).collect()
}

/// The first characters of a text.
fn beginning(text: &str, characters: usize) -> &str {
    text.char_indices().nth(characters).map_or(text, |(at, _)| &text[..at])
}

fn shortened(text: &str, page: &Page<'_>) -> String {
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    let more = format!("\n\n[The whole changelog]({})\n", page.place.file_url(page.tag, &encoded(page.file)));
    let kept = beginning(text, LONGEST - more.chars().count() - LONGEST_FENCE);
    // At the end of a line, so that no markup is cut in two.
    let kept = kept.rfind('\n').map_or(kept, |at| &kept[..at]);
    let open = lines(kept).into_iter().rev().find_map(|(_, line)| match line {
        Line::Opens(fence) => Some(format!("\n{fence}")),
        Line::Text | Line::Closes => Some(String::new()),
        Line::Code => None,
    });
    let close = open.unwrap_or_default();
    format!("{kept}{close}{more}")
}

/// What a line is.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Line {
    /// Text, in which links are links.
    Text,
    /// Opens fenced code, with this fence.
    Opens(String),
    /// Code.
    Code,
    /// Closes fenced code.
    Closes,
}

/// The lines of a text with what they are.
fn lines(text: &str) -> Vec<(Range<usize>, Line)> {
    let mut found = Vec::new();
    let mut fence: Option<String> = None;
    let (mut after_blank, mut in_list) = (true, false);
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let range = offset..offset + line.len();
        offset += line.len();
        let bare = line.trim();
        if let Some(open) = &fence {
            let closes = bare.starts_with(open.as_str()) && bare.bytes().all(|byte| byte == open.as_bytes()[0]);
            found.push((range, if closes { Line::Closes } else { Line::Code }));
            fence = fence.filter(|_| !closes);
            continue;
        }
        if let Some(open) = opening(bare) {
            found.push((range, Line::Opens(open.clone())));
            in_list = in_list && line.starts_with([' ', '\t']);
            (fence, after_blank) = (Some(open), false);
            continue;
        }
        let indented = line.starts_with("    ") || line.starts_with('\t');
        let is_code = indented && after_blank && !in_list && !bare.is_empty();
        if !indented && !bare.is_empty() {
            in_list = is_item(bare) || (in_list && !after_blank);
        }
        // Indented code goes on until something stands at the left.
        after_blank = bare.is_empty() || is_code;
        found.push((range, if is_code { Line::Code } else { Line::Text }));
    }
    found
}

/// The fence that a line opens.
fn opening(bare: &str) -> Option<String> {
    ["`", "~"].iter().find_map(|mark| {
        let run = bare.len() - bare.trim_start_matches(mark).len();
        let is_span = *mark == "`" && bare[run..].contains('`');
        ((3..LONGEST_FENCE).contains(&run) && !is_span).then(|| mark.repeat(run))
    })
}

/// Whether a line begins an item of a list.
fn is_item(bare: &str) -> bool {
    let numbered = |(number, _): (&str, &str)| {
        !number.is_empty() && number.len() < 10 && number.bytes().all(|byte| byte.is_ascii_digit())
    };
    bare.starts_with(['-', '*', '+']) || bare.split_once(['.', ')']).is_some_and(numbered)
}

/// A link reference definition.
struct Definition {
    line: Range<usize>,
    label: Range<usize>,
    target: Range<usize>,
}

/// `[label]: target` on a line of its own.
fn definitions(text: &str) -> Vec<Definition> {
    let text_lines = lines(text).into_iter().filter(|(_, line)| *line == Line::Text);
    text_lines.filter_map(|(range, _)| definition(text, range)).collect()
}

fn definition(text: &str, line: Range<usize>) -> Option<Definition> {
    let whole = &text[line.clone()];
    let bare = whole.trim_start_matches(' ');
    let indent = whole.len() - bare.len();
    let inner = bare.strip_prefix('[').filter(|_| indent < 4)?;
    let (label, after) = inner.split_once("]:")?;
    if label.trim().is_empty() || label.contains(['[', ']']) {
        return None;
    }
    let start = line.start + indent + 1;
    let begin = start + label.len() + 2 + (after.len() - after.trim_start().len());
    let target = target_at(text, begin, line.end)?;
    Some(Definition { line, label: start..start + label.len(), target })
}

/// The target of a link that begins at `from`: in angle brackets, or up to white space with its parentheses
/// balanced.
fn target_at(text: &str, from: usize, end: usize) -> Option<Range<usize>> {
    let end = text.floor_char_boundary(end.min(from + LONGEST_LINK));
    let rest = text.get(from..end)?;
    if let Some(inner) = rest.strip_prefix('<') {
        let length = inner.find(['>', '<', '\n']).filter(|at| inner[*at..].starts_with('>'))?;
        return Some(from + 1..from + 1 + length);
    }
    let mut depth = 0_u32;
    let mut escaped = false;
    for (at, character) in rest.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '(' => depth += 1,
            ')' if depth == 0 => return Some(from..from + at),
            ')' => depth -= 1,
            character if character.is_whitespace() => return Some(from..from + at),
            _ => {}
        }
    }
    (depth == 0).then_some(from..end)
}

/// The text with every relative target made absolute.
fn absolute_links(text: &str, page: &Page<'_>) -> String {
    let named = labels(text);
    let mut targets: Vec<(Range<usize>, bool)> = Vec::new();
    let mut block: Option<Range<usize>> = None;
    for (range, line) in lines(text) {
        let definition = definition(text, range.clone()).filter(|_| line == Line::Text);
        if line != Line::Text || text[range.clone()].trim().is_empty() || definition.is_some() {
            targets.extend(block.take().into_iter().flat_map(|block| inline_targets(text, block)));
        } else {
            block = Some(block.map_or(range.start, |block| block.start)..range.end);
        }
        targets.extend(definition.map(|definition| {
            let is_image = named.get(&text[definition.label].to_lowercase()).copied().unwrap_or_default();
            (definition.target, is_image)
        }));
    }
    targets.extend(block.into_iter().flat_map(|block| inline_targets(text, block)));
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for (range, is_image) in targets {
        if let Some(url) = page.absolute(&text[range.clone()], is_image) {
            out.push_str(&text[at..range.start]);
            out.push_str(&url);
            at = range.end;
        }
    }
    out.push_str(&text[at..]);
    out
}

/// What stands in brackets, in lower case, and whether it names an image: `![label]` or `![alt][label]`.
fn labels(text: &str) -> BTreeMap<String, bool> {
    let mut found: BTreeMap<String, bool> = BTreeMap::new();
    let (mut open, mut end_of_image) = (None, None);
    for (at, character) in text.char_indices() {
        match (character, open) {
            ('[', _) => open = Some(at),
            (']', Some(start)) => {
                let begins = text[..start].ends_with('!');
                let is_image = begins || end_of_image == Some(start);
                *found.entry(text[start + 1..at].to_lowercase()).or_default() |= is_image;
                (open, end_of_image) = (None, begins.then_some(at + 1));
            }
            _ => {}
        }
    }
    found
}

/// The targets of inline links and images of a paragraph, code left out.
fn inline_targets(text: &str, block: Range<usize>) -> Vec<(Range<usize>, bool)> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut open: Vec<bool> = Vec::new();
    // Lengths of runs of backticks that are known to have no partner further on.
    let mut lonely: Vec<usize> = Vec::new();
    let mut at = block.start;
    while at < block.end {
        match bytes[at] {
            b'\\' => at += 1,
            b'`' => {
                let run = run_of_backticks(bytes, at, block.end);
                let end = (!lonely.contains(&run)).then(|| partner(bytes, at + run, block.end, run));
                match end.flatten() {
                    Some(end) => at = end - 1,
                    None => {
                        lonely.push(run);
                        at += run - 1;
                    }
                }
            }
            b'[' => open.push(at > block.start && bytes[at - 1] == b'!'),
            b']' => {
                let is_image = open.pop();
                if let (Some(is_image), Some(b'(')) = (is_image, bytes.get(at + 1)) {
                    let inner = &text[at + 2..block.end];
                    let spaces = inner.len() - inner.trim_start_matches([' ', '\n']).len();
                    if let Some(target) = target_at(text, at + 2 + spaces, block.end) {
                        at = target.end.max(at + 1) - 1;
                        found.push((target, is_image));
                    }
                }
            }
            _ => {}
        }
        at += 1;
    }
    found
}

fn run_of_backticks(bytes: &[u8], from: usize, end: usize) -> usize {
    bytes[from..end].iter().take_while(|byte| **byte == b'`').count()
}

/// The end of the run of exactly `length` backticks that closes a code span.
fn partner(bytes: &[u8], mut from: usize, end: usize, length: usize) -> Option<usize> {
    while from < end {
        if bytes[from] == b'`' {
            let run = run_of_backticks(bytes, from, end);
            if run == length {
                return Some(from + run);
            }
            from += run;
        } else {
            from += 1;
        }
    }
    None
}
