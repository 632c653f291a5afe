//! The heading of a release: `[1.2.3] - 2026-01-02`, `v1.2.3 (2026-01-02)`, `acme 1.2.3`, `Unreleased`,
//! `1.3.0 (unreleased)`, `[1.2.3] - 2026-01-02 [YANKED]`; and the next one, written in the same way.

use std::ops::Range;

use super::outline::Markup;
use crate::python::version::Version;

/// How the version of a heading is linked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Link {
    /// Not at all.
    None,
    /// By a definition elsewhere: `[1.2.3]`, `` `1.2.3`_ ``.
    Reference,
    /// To this address: `[1.2.3](https://…)`, `` `1.2.3 <https://…>`_ ``.
    Inline(String),
}

/// A heading of a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Title {
    /// The version; nothing for `Unreleased`.
    pub version: Option<Version>,
    /// Whether it stands for what is not released yet.
    pub unreleased: bool,
    /// What is written in the place of the day.
    pub date: Option<String>,
    /// Whether the release was withdrawn.
    pub yanked: bool,
    /// What stands before the version: `Version `, `acme `.
    lead: String,
    /// What the version begins with where it is written: `v`, `acme-v`.
    prefix: String,
    /// The version or word as written, without brackets.
    pub(super) written: String,
    /// How it is linked.
    pub(super) link: Link,
    /// What follows.
    rest: String,
}

/// What stands at the beginning of a title: the word, how it is linked, and what follows.
fn core(text: &str) -> Option<(&str, Link, &str)> {
    if let Some(inner) = text.strip_prefix('[') {
        let (word, rest) = inner.split_once(']')?;
        if let Some((url, rest)) = rest.strip_prefix('(').and_then(|rest| rest.split_once(')')) {
            return Some((word, Link::Inline(url.to_owned()), rest));
        }
        let rest = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')).map_or(rest, |(_, rest)| rest);
        return Some((word, Link::Reference, rest));
    }
    if let Some(inner) = text.strip_prefix('`') {
        let (word, rest) = inner.split_once('`')?;
        let rest = rest.strip_prefix('_')?;
        let rest = rest.strip_prefix('_').unwrap_or(rest);
        return Some(match word.split_once('<') {
            Some((word, url)) => (word.trim(), Link::Inline(url.trim_end_matches('>').to_owned()), rest),
            None => (word, Link::Reference, rest),
        });
    }
    let end = text.find([' ', '\t', '(', ':', ',']).unwrap_or(text.len());
    Some((&text[..end], Link::None, &text[end..]))
}

/// A version as a heading writes it, and what stands before it in the same word: a tag has a prefix.
fn version_of(word: &str) -> Option<(Version, &str)> {
    if let Ok(version) = word.parse::<Version>() {
        return Some((version, ""));
    }
    let at = word.rfind(['-', '@', '/', '_'])? + 1;
    let (prefix, last) = word.split_at(at);
    let version = last.parse::<Version>().ok().filter(|version| version.release().len() > 1)?;
    (!prefix.contains(|c: char| c.is_ascii_digit())).then_some((version, prefix))
}

/// Whether what follows a version is what headings of releases have there.
fn is_tail(rest: &str) -> bool {
    let rest = rest.trim_start();
    rest.is_empty() || rest.starts_with(['-', '–', '—', '(', '[', ':', ',']) || date_in(rest).is_some()
}

/// The first thing that looks like a day: `2026-01-02`, also where it is none, such as `2026-13-40`.
fn date_in(text: &str) -> Option<Range<usize>> {
    let mut start = None;
    let ends = text.char_indices().chain([(text.len(), ' ')]);
    for (at, character) in ends {
        let belongs = character.is_ascii_digit() || (character == '-' && start.is_some());
        match (start, belongs) {
            (None, true) => start = Some(at),
            (Some(from), false) => {
                let parts: Vec<&str> = text[from..at].split('-').collect();
                let is_day = parts.len() == 3 && parts[0].len() == 4 && parts.iter().all(|part| !part.is_empty());
                if is_day {
                    return Some(from..at);
                }
                start = None;
            }
            _ => {}
        }
    }
    None
}

impl Title {
    /// Reads the text of a heading; nothing where it is not that of a release.
    pub fn parse(text: &str) -> Option<Title> {
        let text = text.trim();
        if let Some(title) = core(text).and_then(|core| Title::of(core, "")) {
            return Some(title);
        }
        let (word, rest) = text.split_once([' ', '\t'])?;
        let about_file = ["changelog", "changes", "history", "news"].iter().any(|own| word.eq_ignore_ascii_case(own));
        let (core, lead) = (core(rest.trim_start())?, format!("{word} "));
        let tail = core.2;
        Title::of(core, &lead).filter(|title| !about_file && title.version.is_some() && is_tail(tail))
    }

    fn of((word, link, rest): (&str, Link, &str), lead: &str) -> Option<Title> {
        let word = word.trim();
        let lower = rest.to_ascii_lowercase();
        let is_open = word.eq_ignore_ascii_case("unreleased");
        let found = if is_open { None } else { Some(version_of(word)?) };
        let found_any = found.is_some();
        let (version, prefix) = found.map_or((None, ""), |(version, prefix)| (Some(version), prefix));
        let is_v = |c: &char| found_any && matches!(c, 'v' | 'V');
        let v: String = word[prefix.len()..].chars().next().filter(is_v).into_iter().collect();
        let is_bare_number = link == Link::None && version.as_ref().is_some_and(|found| found.release().len() == 1);
        if is_bare_number && lead.is_empty() && !is_tail(rest) {
            return None;
        }
        Some(Title {
            unreleased: is_open
                || lower.contains("(unreleased)")
                || lower.trim_start_matches([' ', '-']) == "unreleased",
            version,
            date: date_in(rest).map(|range| rest[range].to_owned()),
            yanked: lower.contains("[yanked]") || lower.contains("(yanked)"),
            lead: lead.to_owned(),
            prefix: format!("{prefix}{v}"),
            written: word.to_owned(),
            link,
            rest: rest.to_owned(),
        })
    }

    /// The version or the word as it is written.
    pub fn written(&self) -> &str {
        &self.written
    }

    /// Whether it is the heading of this version, and that version is out.
    pub fn is(&self, version: &Version) -> bool {
        !self.unreleased && self.version.as_ref() == Some(version)
    }

    /// The title of another release, written as this one is. `url` is where an inline link would lead.
    pub(super) fn like(&self, (version, date): (&Version, &str), markup: Markup, url: Option<&str>) -> String {
        let written = format!("{}{version}", self.prefix);
        let linked = match (&self.link, markup, url) {
            (Link::None, ..) | (Link::Inline(_), _, None) => written,
            (Link::Reference, Markup::Markdown, _) => format!("[{written}]"),
            (Link::Reference, Markup::Restructured, _) => format!("`{written}`_"),
            (Link::Inline(_), Markup::Markdown, Some(url)) => format!("[{written}]({url})"),
            (Link::Inline(_), Markup::Restructured, Some(url)) => format!("`{written} <{url}>`__"),
        };
        // Only a plain day is taken over: a code name belongs to its release.
        let day = date_in(&self.rest).filter(|range| {
            let around = format!("{}{}", &self.rest[..range.start], &self.rest[range.end..]);
            around.chars().all(|c| matches!(c, ' ' | '-' | '–' | '—' | '(' | ')' | ',' | ':'))
        });
        let tail = match (day, markup) {
            (Some(range), _) => format!("{}{date}{}", &self.rest[..range.start], &self.rest[range.end..]),
            (None, Markup::Markdown) => format!(" - {date}"),
            (None, Markup::Restructured) => format!(" ({date})"),
        };
        format!("{}{linked}{tail}", self.lead)
    }
}
