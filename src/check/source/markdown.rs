//! Links and headings of Markdown, as far as judging links needs them: fenced code, code spans and comments hold none.
//!
//! Follows CommonMark and what GitHub makes of headings; nothing is rendered here.

/// Longer lines are data, and hold no links.
pub(super) const LONGEST_LINE: usize = 10_000;
/// Longer targets are none, and longer headings have no anchors.
const LONGEST: usize = 1_000;

/// A link or an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Where it leads, as written.
    pub target: String,
    /// The line, counted from 1.
    pub line: usize,
}

/// What a text has of both.
#[derive(Debug, Default)]
pub struct Outline {
    /// The links and images, in their order.
    pub links: Vec<Link>,
    /// The addresses that are links as they stand.
    pub bare: Vec<Link>,
    /// What may stand behind `#`, in the form of [`plain`].
    pub anchors: std::collections::HashSet<String>,
}

impl Outline {
    /// Links of both kinds, line by line.
    pub fn into_links(self) -> Vec<Link> {
        let mut links = self.links;
        links.extend(self.bare);
        links.sort_by_key(|link| link.line);
        links
    }
}

/// Reads a text.
pub fn outline(text: &str) -> Outline {
    let mut outline = Outline::default();
    let mut seen = std::collections::HashMap::<String, usize>::new();
    let (mut fence, mut is_comment, mut before): (Option<(char, usize)>, bool, &str) = (None, false, "");
    for (index, line) in text.lines().enumerate() {
        let trimmed = line.trim_start().trim_start_matches("> ").trim_start();
        if let Some((mark, length)) = fence {
            let run = trimmed.chars().take_while(|c| *c == mark).count();
            if run >= length && trimmed[run..].trim().is_empty() {
                fence = None;
            }
            continue;
        }
        if is_comment {
            is_comment = !line.contains("-->");
            continue;
        }
        let mark = trimmed.chars().next().filter(|c| matches!(c, '`' | '~'));
        let run = mark.map_or(0, |mark| trimmed.chars().take_while(|c| *c == mark).count());
        if let Some(mark) = mark.filter(|mark| run >= 3 && (*mark == '~' || !trimmed[run..].contains('`'))) {
            fence = Some((mark, run));
            continue;
        }
        if line.len() > LONGEST_LINE {
            before = "";
            continue;
        }
        let line = without_code(line);
        let line = match line.find("<!--") {
            Some(at) if !line[at..].contains("-->") => {
                is_comment = true;
                line[..at].to_owned()
            }
            _ => line,
        };
        if let Some(heading) = heading(trimmed, before).filter(|heading| heading.len() <= LONGEST) {
            add_heading(&mut outline, &mut seen, heading);
        }
        anchors(&line, &mut outline);
        links(&line, index + 1, &mut outline.links);
        bare(&line, index + 1, &mut outline.bare);
        before = trimmed;
    }
    outline
}

/// The text of a heading: `# text`, or the line above one of `===` or `---`.
fn heading<'a>(line: &'a str, before: &'a str) -> Option<&'a str> {
    let level = line.chars().take_while(|c| *c == '#').count();
    if (1..=6).contains(&level) {
        let rest = &line[level..];
        return (rest.is_empty() || rest.starts_with([' ', '\t']))
            .then(|| rest.trim().trim_end_matches('#').trim_end());
    }
    let under = line.trim_end();
    let is_line =
        !under.is_empty() && (under.chars().all(|c| c == '=') || (under.len() > 1 && under.chars().all(|c| c == '-')));
    (is_line && !before.trim().is_empty()).then_some(before)
}

fn add_heading(outline: &mut Outline, seen: &mut std::collections::HashMap<String, usize>, heading: &str) {
    let mut heading = heading;
    // `{#id}` of the renderers that know it.
    if let Some((text, rest)) = heading.rsplit_once("{#")
        && let Some(id) = rest.strip_suffix('}')
    {
        outline.anchors.insert(plain(id.split_whitespace().next().unwrap_or_default()));
        heading = text;
    }
    let text = without_markup(heading);
    let slug = slug(&text);
    let count = seen.entry(slug.clone()).or_default();
    let anchor = if *count == 0 { slug.clone() } else { format!("{slug}-{count}") };
    *count += 1;
    outline.anchors.insert(plain(&anchor));
    // Emphasis by `_` is gone in the anchor, a name in snake case is not: one of both is meant.
    outline.anchors.insert(plain(&self::slug(&text.replace('_', ""))));
}

/// The text of a heading without links, images and tags.
fn without_markup(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if rest.starts_with("![")
            && let Some((_, end)) = bracketed(&rest[1..])
        {
            rest = &rest[1 + end..];
        } else if c == '['
            && let Some((label, end)) = bracketed(rest)
        {
            plain.push_str(&without_markup(label));
            rest = &rest[end..];
        } else if c == '<'
            && let Some(end) =
                rest.find('>').filter(|_| rest[1..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '/'))
        {
            rest = &rest[end + 1..];
        } else {
            if !matches!(c, '*' | '`' | '\\') {
                plain.push(c);
            }
            rest = &rest[c.len_utf8()..];
        }
    }
    plain.replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">")
}

/// The label of `[label](target)` or `[label][reference]` at the start of a text, and where it ends.
fn bracketed(text: &str) -> Option<(&str, usize)> {
    let close = closing(text, '[', ']')?;
    let after = &text[close + 1..];
    let end = match after.chars().next() {
        Some('(') => closing(after, '(', ')')?,
        Some('[') => closing(after, '[', ']')?,
        _ => return Some((&text[1..close], close + 1)),
    };
    Some((&text[1..close], close + 1 + end + 1))
}

/// Where the bracket that opens at the start of a text is closed.
fn closing(text: &str, open: char, close: char) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        if c == open {
            depth += 1;
        } else if c == close {
            depth = depth.checked_sub(1)?;
            if depth == 0 {
                return Some(at);
            }
        }
    }
    None
}

/// GitHub's anchor of a heading, without the number of a second one.
pub fn slug(text: &str) -> String {
    let kept = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | ' ');
    text.trim().to_lowercase().chars().filter(|c| kept(*c)).map(|c| if c == ' ' { '-' } else { c }).collect()
}

/// An anchor as it is compared: renderers differ in runs of `-` and in letters large and small.
pub fn plain(anchor: &str) -> String {
    let mut plain = String::new();
    for c in anchor.to_lowercase().chars() {
        if c != '-' || !plain.ends_with('-') {
            plain.push(c);
        }
    }
    plain.trim_matches('-').to_owned()
}

/// A line with its code spans blanked.
fn without_code(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find('`') {
        let run = rest[at..].chars().take_while(|c| *c == '`').count();
        let after = &rest[at + run..];
        text.push_str(&rest[..at]);
        match end_of_code(after, run) {
            Some(end) => {
                text.push_str(&" ".repeat(run + end));
                rest = &after[end..];
            }
            None => {
                text.push_str(&" ".repeat(run));
                rest = after;
            }
        }
    }
    text.push_str(rest);
    text
}

/// Where a run of as many backticks ends.
fn end_of_code(text: &str, run: usize) -> Option<usize> {
    let mut at = 0;
    while let Some(found) = text[at..].find('`') {
        let start = at + found;
        let length = text[start..].chars().take_while(|c| *c == '`').count();
        if length == run {
            return Some(start + length);
        }
        at = start + length;
    }
    None
}

/// `id="…"` and `name="…"` of tags.
fn anchors(line: &str, outline: &mut Outline) {
    if !line.contains('<') {
        return;
    }
    for name in ["id=", "name="] {
        for value in attributes(line, name) {
            outline.anchors.insert(plain(value));
        }
    }
}

fn attributes<'a>(line: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> {
    line.match_indices(name).filter_map(move |(at, _)| {
        let is_whole = line[..at].ends_with(|c: char| c.is_whitespace() || c == '"' || c == '\'');
        let rest = &line[at + name.len()..];
        let quote = rest.chars().next().filter(|c| is_whole && matches!(c, '"' | '\''))?;
        rest[1..].split_once(quote).map(|(value, _)| value)
    })
}

fn links(line: &str, number: usize, found: &mut Vec<Link>) {
    let mut add = |target: &str| {
        if !target.is_empty() {
            found.push(Link { target: target.replace("&amp;", "&"), line: number });
        }
    };
    for (at, _) in line.match_indices("](") {
        let open = line[..at].rfind('[').filter(|open| !line[..*open].ends_with('\\'));
        if let Some(target) = open.and_then(|_| target(&line[at + 2..])) {
            add(target);
        }
    }
    let trimmed = line.trim_start();
    if let Some(close) = trimmed.starts_with('[').then(|| trimmed.find("]:")).flatten()
        && !trimmed.starts_with("[^")
        && !trimmed[1..close].contains('[')
    {
        let rest = trimmed[close + 2..].trim_start();
        add(rest
            .strip_prefix('<')
            .and_then(|rest| rest.split('>').next())
            .unwrap_or_else(|| rest.split_whitespace().next().unwrap_or_default()));
    }
    if line.contains('<') {
        for name in ["href=", "src="] {
            attributes(line, name).for_each(&mut add);
        }
    }
}

/// The addresses of a line that are links as they stand: in `<…>`, or with nothing around them, as GitHub and PyPI have it.
pub(super) fn bare(line: &str, number: usize, found: &mut Vec<Link>) {
    let mut rest = line;
    while let Some(at) = rest.find("://") {
        let start =
            ["https", "http"].iter().find(|scheme| rest[..at].ends_with(**scheme)).map(|scheme| at - scheme.len());
        let begins = |start: usize| match rest[..start].chars().next_back() {
            None => rest.len() == line.len(),
            Some('(') => !rest[..start - 1].ends_with(']'),
            Some(before) => before.is_whitespace() || matches!(before, '<' | '*' | '_' | '~'),
        };
        let Some(start) = start.filter(|start| begins(*start)) else {
            rest = &rest[at + 3..];
            continue;
        };
        let from = &rest[start..];
        let end = from.find(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '`')).unwrap_or(from.len());
        let target = without_tail(&from[..end]);
        if target.len() > at - start + 3 {
            found.push(Link { target: target.replace("&amp;", "&"), line: number });
        }
        rest = &from[end.max(at - start + 3)..];
    }
}

/// An address without the punctuation of the sentence that it ends.
fn without_tail(mut target: &str) -> &str {
    loop {
        let short = target.trim_end_matches(['?', '!', '.', ',', ':', ';', '*', '_', '~', '\'', '|']);
        let is_open = |text: &str| text.matches('(').count() < text.matches(')').count();
        match short.strip_suffix(')').filter(|_| is_open(short)) {
            Some(shorter) => target = shorter,
            None => return short,
        }
    }
}

/// The target of `](target "title")`, from behind the parenthesis.
fn target(text: &str) -> Option<&str> {
    let text = text[..text.floor_char_boundary(LONGEST)].trim_start();
    if let Some(rest) = text.strip_prefix('<') {
        return rest.split_once('>').map(|(target, _)| target);
    }
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' if depth == 0 => return Some(&text[..at]),
            ')' => depth -= 1,
            c if c.is_whitespace() => return Some(&text[..at]),
            _ => {}
        }
    }
    None
}
