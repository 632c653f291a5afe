//! A changelog as a document: its sections, what stands in them, and the edits that change it. Every byte
//! outside of the edits stays, line endings included; an edit that was made once is not made again.

use std::cell::OnceCell;
use std::ops::Range;

use super::outline::{self, Heading, Markup, Style, definition, is_definition};
use super::title::{Link, Title};
use crate::project::edit::{Lines, TextEdit};
use crate::python::version::Version;

/// The order in which Keep a Changelog lists its headings.
const ORDER: [&str; 6] = ["added", "changed", "deprecated", "removed", "fixed", "security"];

/// A changelog as it was read.
#[derive(Debug)]
pub struct Document<'t> {
    /// Its text.
    pub text: &'t str,
    /// How it is written.
    pub markup: Markup,
    /// Its sections, in the order of the file.
    pub sections: Vec<Section>,
    headings: Vec<Heading>,
    level: usize,
    lines: OnceCell<Lines>,
}

/// What a release, or what comes next, has in a changelog.
#[derive(Debug, Clone)]
pub struct Section {
    /// Its heading, understood.
    pub title: Title,
    /// What follows the heading, up to the next section or the links at the end.
    pub body: Range<usize>,
    heading: Heading,
}

/// A release to be entered.
#[derive(Debug, Clone, Copy)]
pub struct Closing<'a> {
    /// The version that is released.
    pub version: &'a Version,
    /// The day, `2026-11-21`.
    pub date: &'a str,
    /// The tag of the version.
    pub tag: &'a str,
    /// The tag of the version before, where there is one.
    pub previous_tag: Option<&'a str>,
    /// Its heading, where somebody says how it is written; in Markdown with its `#`, or without.
    pub title: Option<&'a str>,
}

/// Entries under one heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The heading; nothing for what stands before the first one.
    pub heading: Option<String>,
    /// The entries, as they stand.
    pub text: String,
}

impl<'t> Document<'t> {
    /// Reads a changelog.
    pub fn read(text: &'t str, markup: Markup) -> Self {
        let headings = outline::headings(text, markup);
        let titles: Vec<Option<Title>> =
            headings.iter().map(|found| Title::parse(&text[found.title.clone()])).collect();
        let level = level_of(&headings, &titles);
        let mut sections = Vec::new();
        for (at, title) in titles.into_iter().enumerate() {
            let heading = &headings[at];
            let Some(title) = title.filter(|_| heading.level == level) else { continue };
            let next = headings[at + 1..].iter().find(|other| other.level <= level);
            let body = without_links(text, heading.next..next.map_or(text.len(), |next| next.whole.start), markup);
            sections.push(Section { title, body, heading: heading.clone() });
        }
        Document { text, markup, sections, headings, level, lines: OnceCell::new() }
    }

    /// The section of a version that is out; that of what comes next where none is given.
    pub fn section(&self, version: Option<&Version>) -> Option<&Section> {
        self.sections.iter().find(|section| match version {
            Some(version) => section.title.is(version),
            None => section.title.unreleased,
        })
    }

    /// What stands under a version, or under `Unreleased` where none is given; nothing where there is no such
    /// section.
    pub fn notes(&self, version: Option<&Version>) -> Option<String> {
        Some(self.text[self.section(version)?.body.clone()].trim().replace("\r\n", "\n"))
    }

    /// The same with its heading.
    pub fn whole(&self, version: Option<&Version>) -> Option<String> {
        let section = self.section(version)?;
        Some(self.text[section.heading.whole.start..section.body.end].trim().replace("\r\n", "\n"))
    }

    /// What a text says by its headings, as if it stood in a section.
    pub fn groups_of(&self, body: &str) -> Vec<Group> {
        let text = format!("{}\n\n{body}\n", self.section_heading("Unreleased"));
        let document = Document::read(&text, self.markup);
        document.section(None).map(|section| document.groups(section)).unwrap_or_default()
    }

    /// Groups as the text of a section.
    pub fn joined(&self, groups: &[Group]) -> String {
        let text = |group: &Group| match &group.heading {
            Some(heading) => format!("{}\n\n{}", self.group_heading(heading), group.text),
            None => group.text.clone(),
        };
        groups.iter().map(text).collect::<Vec<_>>().join("\n\n")
    }

    /// The line of a section's heading, counted from 1.
    pub fn line(&self, section: &Section) -> usize {
        self.line_at(section.heading.title.start)
    }

    /// The line of an offset, counted from 1.
    pub(super) fn line_at(&self, offset: usize) -> usize {
        self.lines.get_or_init(|| Lines::of(self.text.as_bytes())).at(offset).0
    }

    /// The headings that lie in some bytes.
    fn headings_in(&self, range: &Range<usize>) -> &[Heading] {
        let before = |offset: usize| self.headings.partition_point(|found| found.whole.start < offset);
        &self.headings[before(range.start)..before(range.end)]
    }

    /// The line ending of the file.
    pub fn newline(&self) -> &'static str {
        if self.text.contains("\r\n") { "\r\n" } else { "\n" }
    }

    /// What stands in a section, by its headings.
    pub fn groups(&self, section: &Section) -> Vec<Group> {
        let body = section.body.clone();
        let inner: Vec<&Heading> =
            self.headings_in(&body).iter().filter(|found| found.level == self.level + 1).collect();
        let mut groups = Vec::new();
        let first = inner.first().map_or(body.end, |found| found.whole.start);
        let mut add = |heading: Option<&Heading>, range: Range<usize>| {
            let text = self.text[range].trim_matches(['\n', '\r']).trim_end();
            if !text.trim().is_empty() {
                let heading = heading.map(|found| self.text[found.title.clone()].to_owned());
                groups.push(Group { heading, text: text.replace("\r\n", "\n") });
            }
        };
        add(None, body.start..first);
        for (at, heading) in inner.iter().enumerate() {
            let end = inner.get(at + 1).map_or(body.end, |next| next.whole.start);
            add(Some(heading), heading.next.min(end)..end);
        }
        groups
    }

    /// The lines that begin an entry of a section: items of lists at the margin.
    pub fn entries(&self, section: &Section) -> usize {
        let bare = self.text[section.body.clone()].lines();
        bare.filter(|line| ["- ", "* ", "+ "].iter().any(|mark| line.starts_with(mark))).count()
    }

    /// Whether a section says nothing: it has headings, links and comments at most.
    pub fn is_empty(&self, section: &Section) -> bool {
        let mut at = section.body.start;
        let mut in_comment = false;
        // Section and heading begin at lines, so that none reaches into the section from before.
        let mut headings = self.headings_in(&section.body).iter().peekable();
        self.text[section.body.clone()].split_inclusive('\n').all(|line| {
            let range = at..at + line.len();
            at = range.end;
            let bare = line.trim();
            let opens = bare.starts_with("<!--") || (self.markup == Markup::Restructured && bare == "..");
            let is_comment = in_comment || opens;
            in_comment = is_comment && self.markup == Markup::Markdown && !bare.contains("-->");
            while headings.next_if(|found| found.next <= range.start).is_some() {}
            let is_heading = headings.peek().is_some_and(|found| found.whole.start <= range.start);
            bare.is_empty() || is_heading || is_comment || definition(bare, self.markup).is_some()
        })
    }

    /// The heading of a group below a section.
    pub fn group_heading(&self, title: &str) -> String {
        let below = self.headings.iter().find(|found| found.level == self.level + 1).map(|found| found.style);
        match self.markup {
            Markup::Markdown => format!("{} {title}", "#".repeat((self.level + 1).min(6))),
            Markup::Restructured => {
                let taken = |mark: &char| {
                    self.headings
                        .iter()
                        .any(|found| matches!(found.style, Style::Adorned { mark: other, .. } if other == *mark))
                };
                let free = ['~', '^', '"', '.'].into_iter().find(|mark| !taken(mark)).unwrap_or('~');
                marked(title, below.unwrap_or(Style::Adorned { mark: free, over: false }), self.level + 1)
            }
        }
    }

    /// The heading of a section, marked as the others are.
    fn section_heading(&self, title: &str) -> String {
        let style = self.sections.first().map(|section| section.heading.style);
        let free = || match self.markup {
            Markup::Markdown => Style::Atx,
            Markup::Restructured => {
                let dashed = |found: &Heading| matches!(found.style, Style::Adorned { mark: '-', .. });
                let mark = if self.headings.iter().any(dashed) { '~' } else { '-' };
                Style::Adorned { mark, over: false }
            }
        };
        marked(title, style.unwrap_or_else(free), self.level)
    }

    /// The section whose heading shows how the next one is written: the newest release, else what comes next.
    fn example(&self) -> Option<&Section> {
        self.sections.iter().find(|section| !section.title.unreleased).or(self.sections.first())
    }

    /// The edits that close `Unreleased` under a version; none where there is no such section, or where the
    /// version has its section already.
    pub fn close(&self, closing: &Closing<'_>) -> Vec<TextEdit> {
        let Some(open) = self.section(None).filter(|_| self.section(Some(closing.version)).is_none()) else {
            return Vec::new();
        };
        let gap = self.newline().repeat(2);
        let replacement = format!("{}{gap}{}", self.reopened(open), self.heading_of(closing));
        let mut edits = vec![TextEdit { range: open.heading.whole.clone(), replacement }];
        narrow(self.text, &mut edits[0], open.heading.whole.len());
        edits.extend(self.links(closing));
        edits
    }

    /// The edits that enter a version with this text: below `Unreleased`, else above the newest release. What
    /// stands under `Unreleased` must be part of the text. The sections of `swallowed` versions are removed. None
    /// where the version has its section already.
    pub fn enter(&self, closing: &Closing<'_>, body: &str, swallowed: &[&Version]) -> Vec<TextEdit> {
        if self.section(Some(closing.version)).is_some() {
            return Vec::new();
        }
        let newline = self.newline();
        let gap = newline.repeat(2);
        let body = body.trim().replace('\n', newline);
        let section = match body.is_empty() {
            true => self.heading_of(closing),
            false => format!("{}{gap}{body}", self.heading_of(closing)),
        };
        let mut edits = Vec::new();
        if let Some(open) = self.section(None) {
            let end = self.end_of_text(&open.body).unwrap_or(open.heading.whole.end);
            let mut edit = TextEdit {
                range: open.heading.whole.start..end,
                replacement: format!("{}{gap}{section}", self.reopened(open)),
            };
            narrow(self.text, &mut edit, open.heading.whole.len());
            edits.push(edit);
        } else {
            let at = self.place_of_first();
            let before = &self.text[..at];
            let blank = before.is_empty() || before.ends_with("\n\n") || before.ends_with("\n\r\n");
            let lead = match (blank, before.ends_with('\n')) {
                (true, _) => "",
                (false, true) => newline,
                (false, false) => &gap,
            };
            let tail = if at == self.text.len() { newline } else { &gap };
            edits.push(TextEdit { range: at..at, replacement: format!("{lead}{section}{tail}") });
        }
        for section in self.sections.iter().filter(|section| swallowed.iter().any(|version| section.title.is(version)))
        {
            edits.push(TextEdit { range: section.heading.whole.start..section.body.end, replacement: String::new() });
        }
        edits.extend(self.links(closing));
        edits
    }

    /// Whether a text, put into a section, would end it, or swallow the next one.
    pub(super) fn breaks_out(&self, body: &str) -> bool {
        let probe = self.section_heading("Unreleased");
        let whole = format!("{probe}\n\n{body}\n\n{probe}\n");
        let own = outline::headings(&probe, self.markup).first().map(|found| found.style);
        let found = outline::headings(&whole, self.markup);
        let outer = |heading: &&Heading| match self.markup {
            Markup::Markdown => heading.level <= self.level,
            Markup::Restructured => {
                let known = self.headings.iter().find(|other| other.style == heading.style);
                Some(heading.style) == own || known.is_some_and(|known| known.level <= self.level)
            }
        };
        found.iter().filter(outer).count() != 2
    }

    /// Where the first section goes: before the newest one, below towncrier's mark, at the end.
    fn place_of_first(&self) -> usize {
        let marks = ["<!-- towncrier release notes start -->", ".. towncrier release notes start"];
        let below = marks.iter().find_map(|mark| {
            let at = self.text.find(mark)? + mark.len();
            let rest = &self.text[at..];
            let line = rest.find('\n').map_or(rest.len(), |end| end + 1);
            let blank = rest[line..].len() - rest[line..].trim_start_matches(['\n', '\r']).len();
            Some(at + line + blank)
        });
        let first = self.sections.first().map(|section| section.heading.whole.start);
        first.or(below).unwrap_or(without_links(self.text, 0..self.text.len(), self.markup).end)
    }

    /// The heading of what comes next, once what it announced is out.
    fn reopened(&self, open: &Section) -> String {
        match open.title.version {
            None => self.text[open.heading.whole.clone()].to_owned(),
            Some(_) => marked("Unreleased", open.heading.style, self.level).replace('\n', self.newline()),
        }
    }

    /// The heading of the version.
    fn heading_of(&self, closing: &Closing<'_>) -> String {
        if let Some(title) = closing.title {
            return match self.markup == Markup::Markdown && title.starts_with('#') {
                true => title.to_owned(),
                false => self.section_heading(title).replace('\n', self.newline()),
            };
        }
        let plain = || match self.markup {
            Markup::Markdown => format!("{} - {}", closing.version, closing.date),
            Markup::Restructured => format!("{} ({})", closing.version, closing.date),
        };
        let title = self.example().map_or_else(plain, |example| {
            let url = match &example.title.link {
                Link::Inline(url) => own_url(url, closing),
                Link::None | Link::Reference => None,
            };
            example.title.like((closing.version, closing.date), self.markup, url.as_deref())
        });
        self.section_heading(&title).replace('\n', self.newline())
    }

    /// The definitions of links: `Unreleased` compares from the new tag, and the version gets its own.
    fn links(&self, closing: &Closing<'_>) -> Option<TextEdit> {
        let definitions = self.definitions();
        if definitions.iter().any(|(label, ..)| label.parse::<Version>().is_ok_and(|found| found == *closing.version)) {
            return None;
        }
        let write = |label: &str, url: &str| match self.markup {
            Markup::Markdown => format!("[{label}]: {url}"),
            Markup::Restructured => format!(".. _{label}: {url}"),
        };
        let open = definitions.iter().find(|(label, ..)| label.eq_ignore_ascii_case("unreleased"));
        let example = self.example().filter(|section| !section.title.unreleased);
        let shown = example.map_or_else(|| closing.version.to_string(), |section| label_like(section, closing));
        if let Some((label, url, range)) = open {
            let own = own_url(url, closing)?;
            let lines = [write(label, &open_url(url, closing)?), write(&shown, &own)].join(self.newline());
            return Some(TextEdit { range: range.clone(), replacement: lines });
        }
        // Nothing says what is compared, but the releases have their links.
        let section = example.filter(|section| section.title.link == Link::Reference)?;
        let (_, url, range) = definitions.iter().find(|(label, ..)| *label == section.title.written)?;
        let line = write(&shown, &own_url(url, closing)?);
        Some(TextEdit { range: range.start..range.start, replacement: format!("{line}{}", self.newline()) })
    }

    /// The links that are defined on lines of their own: label, target, the line.
    pub fn definitions(&self) -> Vec<(&'t str, &'t str, Range<usize>)> {
        let mut at = 0;
        let mut found = Vec::new();
        for line in self.text.split_inclusive('\n') {
            let bare = line.trim_end_matches(['\n', '\r']);
            if is_definition(bare, self.markup)
                && let Some((label, target)) = definition(bare, self.markup)
            {
                found.push((label, target, at..at + bare.len()));
            }
            at += line.len();
        }
        found
    }

    /// The edit that marks a version as withdrawn; none where it is marked already, or has no section.
    pub fn yanked(&self, version: &Version) -> Vec<TextEdit> {
        let Some(section) = self.section(Some(version)).filter(|section| !section.title.yanked) else {
            return Vec::new();
        };
        let title = format!("{} [YANKED]", &self.text[section.heading.title.clone()]);
        let replacement = match section.heading.style {
            Style::Atx => {
                return vec![TextEdit {
                    range: section.heading.title.end..section.heading.title.end,
                    replacement: " [YANKED]".to_owned(),
                }];
            }
            style => marked(&title, style, self.level).replace('\n', self.newline()),
        };
        vec![TextEdit { range: section.heading.whole.clone(), replacement }]
    }

    /// The edit that adds an entry below a heading of what comes next; heading and section are made where they
    /// are missing, in the customary order. None where the entry is there already.
    pub fn add(&self, heading: &str, entry: &str) -> Vec<TextEdit> {
        let (newline, gap) = (self.newline(), self.newline().repeat(2));
        let bullet = self.bullet();
        let indented = entry.trim().replace('\n', "\n  ");
        let item = format!("{bullet} {}", indented.replace('\n', newline));
        let group = format!("{}{gap}{item}", self.group_heading(heading).replace('\n', newline));
        let Some(open) = self.section(None) else {
            let bracketed = self.example().is_some_and(|section| section.title.link == Link::Reference);
            let title = if bracketed && self.markup == Markup::Markdown { "[Unreleased]" } else { "Unreleased" };
            let heading = self.section_heading(title).replace('\n', newline);
            let at = self.place_of_first();
            let before = &self.text[..at];
            let lead = if before.is_empty() || before.ends_with(&gap) {
                ""
            } else if before.ends_with('\n') {
                newline
            } else {
                &gap
            };
            let tail = if at == self.text.len() { newline } else { &gap };
            return vec![TextEdit { range: at..at, replacement: format!("{lead}{heading}{gap}{group}{tail}") }];
        };
        let inner: Vec<&Heading> =
            self.headings_in(&open.body).iter().filter(|found| found.level == self.level + 1).collect();
        let title = |found: &Heading| self.text[found.title.clone()].trim().to_ascii_lowercase();
        if let Some(at) = inner.iter().position(|found| title(found) == heading.to_ascii_lowercase()) {
            let end = inner.get(at + 1).map_or(open.body.end, |next| next.whole.start);
            let start = inner[at].next.min(end);
            let said = &self.text[start..end];
            if format!("{newline}{}{newline}", said.trim_end()).contains(&format!("{newline}{item}{newline}")) {
                return Vec::new();
            }
            return vec![match self.end_of_text(&(start..end)) {
                None => {
                    TextEdit { range: inner[at].whole.end..inner[at].whole.end, replacement: format!("{gap}{item}") }
                }
                Some(end) => TextEdit { range: end..end, replacement: format!("{newline}{item}") },
            }];
        }
        let rank = |name: &str| ORDER.iter().position(|known| *known == name);
        let own = rank(&heading.to_ascii_lowercase());
        let later =
            inner.iter().find(|found| own.is_some() && rank(&title(found)).is_some_and(|rank| Some(rank) > own));
        if let Some(later) = later {
            let at = later.whole.start;
            return vec![TextEdit { range: at..at, replacement: format!("{group}{gap}") }];
        }
        let at = self.end_of_text(&open.body).unwrap_or(open.heading.whole.end);
        vec![TextEdit { range: at..at, replacement: format!("{gap}{group}") }]
    }

    /// Where the last line ends that is not blank, its line end excluded; nothing where all are.
    fn end_of_text(&self, range: &Range<usize>) -> Option<usize> {
        let mut at = range.start;
        let mut end = None;
        for line in self.text[range.clone()].split_inclusive('\n') {
            if !line.trim().is_empty() {
                end = Some(at + line.trim_end_matches(['\n', '\r']).len());
            }
            at += line.len();
        }
        end
    }

    /// The mark of the items of lists, as the newest ones have it.
    fn bullet(&self) -> char {
        let start = self.sections.first().map_or(0, |section| section.body.start);
        let item = self.text[start..].lines().find_map(|line| {
            let mark = line.chars().next().filter(|mark| matches!(mark, '-' | '*' | '+'))?;
            line[1..].starts_with(' ').then_some(mark)
        });
        item.unwrap_or('-')
    }
}

/// The level that the releases have: that of `Unreleased`, else the one where most of them are.
fn level_of(headings: &[Heading], titles: &[Option<Title>]) -> usize {
    let releases = || headings.iter().zip(titles).filter_map(|(heading, title)| Some((heading.level, title.as_ref()?)));
    if let Some((level, _)) = releases().find(|(_, title)| title.unreleased) {
        return level;
    }
    let count = |level: usize| releases().filter(|(other, _)| *other == level).count();
    let levels = headings.iter().map(|heading| heading.level).max().unwrap_or(0);
    (1..=levels).rev().filter(|level| count(*level) > 0).max_by_key(|level| count(*level)).unwrap_or(2)
}

/// A range without the definitions of links that it ends with.
fn without_links(text: &str, range: Range<usize>, markup: Markup) -> Range<usize> {
    let mut cut = None;
    let mut at = range.start;
    for line in text[range.clone()].split_inclusive('\n') {
        let bare = line.trim_end();
        if is_definition(bare, markup) {
            cut = cut.or(Some(at));
        } else if !bare.is_empty() {
            cut = None;
        }
        at += line.len();
    }
    range.start..cut.unwrap_or(range.end)
}

/// A title with its marks.
fn marked(title: &str, style: Style, level: usize) -> String {
    let line = |mark: char| mark.to_string().repeat(title.chars().count().max(3));
    match style {
        Style::Atx => format!("{} {title}", "#".repeat(level.min(6))),
        Style::Setext => format!("{title}\n{}", line(if level == 1 { '=' } else { '-' })),
        Style::Adorned { mark, over: false } => format!("{title}\n{}", line(mark)),
        Style::Adorned { mark, over: true } => format!("{0}\n{title}\n{0}", line(mark)),
    }
}

/// The same edit without the first `kept` bytes, where they stay as they are.
fn narrow(text: &str, edit: &mut TextEdit, kept: usize) {
    let old = &text[edit.range.clone()];
    if old.get(..kept).is_some_and(|head| edit.replacement.starts_with(head)) {
        edit.range.start += kept;
        edit.replacement.drain(..kept);
    }
}

/// The label of a version, as the example writes its own.
fn label_like(example: &Section, closing: &Closing<'_>) -> String {
    let is_v = example.title.written.starts_with('v') && example.title.link == Link::Reference;
    format!("{}{}", if is_v { "v" } else { "" }, closing.version)
}

/// The address below which a link of a release lies: what is before `/compare/`, `/releases/tag/`, `/commits/`.
fn base_of(url: &str) -> Option<&str> {
    ["/compare/", "/releases/tag/", "/commits/"].iter().find_map(|mark| url.split_once(mark).map(|(base, _)| base))
}

/// Where the link of the version leads: what changed since the one before, or its release.
fn own_url(url: &str, closing: &Closing<'_>) -> Option<String> {
    let base = base_of(url)?;
    // Of `v1.2.3...HEAD` the one before is known, of `v1.2.2...v1.2.3` only that of another release.
    let is_open = |(_, to): &(&str, &str)| !to.contains(|c: char| c.is_ascii_digit());
    let from = compared(url).filter(is_open).map(|(from, _)| from).filter(|from| *from != closing.tag);
    Some(match closing.previous_tag.or(from) {
        Some(previous) => format!("{base}/compare/{previous}{}{}", dots(url), closing.tag),
        None => format!("{base}/releases/tag/{}", closing.tag),
    })
}

/// Where the link of what comes next leads from now on.
fn open_url(url: &str, closing: &Closing<'_>) -> Option<String> {
    let to = compared(url).map_or("HEAD", |(_, to)| to);
    Some(format!("{}/compare/{}{}{to}", base_of(url)?, closing.tag, dots(url)))
}

/// The two ends of a comparison.
pub(super) fn compared(url: &str) -> Option<(&str, &str)> {
    let (_, both) = url.split_once("/compare/")?;
    both.split_once("...").or_else(|| both.split_once(".."))
}

fn dots(url: &str) -> &'static str {
    let both = url.split_once("/compare/").map_or("...", |(_, both)| both);
    if both.contains("...") || !both.contains("..") { "..." } else { ".." }
}

/// Groups with the same heading become one, in the order in which they come.
pub fn merged(lists: Vec<Vec<Group>>) -> Vec<Group> {
    let mut found: Vec<Group> = Vec::new();
    for group in lists.into_iter().flatten() {
        let same = |other: &&mut Group| match (&other.heading, &group.heading) {
            (Some(one), Some(two)) => one.eq_ignore_ascii_case(two),
            (None, None) => true,
            _ => false,
        };
        match found.iter_mut().find(same) {
            Some(other) => {
                other.text.push('\n');
                other.text.push_str(&group.text);
            }
            None => found.push(group),
        }
    }
    // What has no heading comes before the first one.
    found.sort_by_key(|group| group.heading.is_some());
    found
}
