//! The changelog in the form of Keep a Changelog: closing `Unreleased`, and the notes of one version.
//! Every byte outside the edits stays, line endings included.

use std::ops::Range;

use super::edit::TextEdit;
use super::{FILE_LIMIT, Project};
use crate::effects::EffectsError;
use crate::effects::files::Files;
use crate::python::version::Version;

/// Names that a changelog is looked for under.
pub const NAMES: [&str; 4] = ["CHANGELOG.md", "CHANGES.md", "HISTORY.md", "Changelog.md"];

/// A section of second level.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Section {
    /// The heading without `##`, brackets, date and link.
    title: String,
    /// The whole heading line, its end excluded.
    heading: Range<usize>,
    /// What follows until the next section or the links at the end.
    body: Range<usize>,
}

/// The sections of a changelog; headings in fenced code are text.
fn sections(text: &str) -> Vec<Section> {
    let mut found: Vec<Section> = Vec::new();
    let mut offset = 0;
    let mut fenced = false;
    for line in text.split_inclusive('\n') {
        let bare = line.trim_end_matches(['\n', '\r']);
        if bare.trim_start().starts_with("```") || bare.trim_start().starts_with("~~~") {
            fenced = !fenced;
        }
        let ends = !fenced && (bare.starts_with("## ") || is_link_definition(bare));
        if ends && let Some(last) = found.last_mut().filter(|section| section.body.end == usize::MAX) {
            last.body.end = offset;
        }
        if !fenced && let Some(heading) = bare.strip_prefix("## ") {
            found.push(Section {
                title: title_of(heading),
                heading: offset..offset + bare.len(),
                body: offset + line.len()..usize::MAX,
            });
        }
        offset += line.len();
    }
    if let Some(last) = found.last_mut().filter(|section| section.body.end == usize::MAX) {
        last.body.end = text.len();
    }
    found
}

/// `[1.2.3]: https://…`
fn is_link_definition(line: &str) -> bool {
    line.starts_with('[') && line.split_once("]: ").is_some_and(|(_, target)| target.contains("://"))
}

/// `1.2.3` of `[1.2.3] - 2026-01-02`, `v1.2.3 (2026-01-02)`, `1.2.3`.
fn title_of(heading: &str) -> String {
    let heading = heading.trim();
    let first = match heading.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => heading.split([' ', '(']).next().unwrap_or_default(),
    };
    first.trim().to_owned()
}

fn is_unreleased(section: &Section) -> bool {
    section.title.eq_ignore_ascii_case("unreleased")
}

fn is_version(section: &Section, version: &Version) -> bool {
    section.title.parse::<Version>().is_ok_and(|found| found == *version)
}

/// What stands under a version, or under `Unreleased` where none is given; nothing where there is no such
/// section.
pub fn notes(text: &str, version: Option<&Version>) -> Option<String> {
    let sections = sections(text);
    let section = match version {
        Some(version) => sections.iter().find(|section| is_version(section, version)),
        None => sections.iter().find(|section| is_unreleased(section)),
    }?;
    Some(text[section.body.clone()].trim().replace("\r\n", "\n"))
}

/// What stands under `Unreleased` in the changelog of a project; nothing where it has neither.
///
/// # Errors
/// The file cannot be read.
pub fn unreleased(files: Files, project: &Project) -> Result<Option<String>, EffectsError> {
    let Some(path) = &project.changelog else { return Ok(None) };
    Ok(notes(&files.read_text(&project.root.join(path), FILE_LIMIT)?, None))
}

/// A release to be entered.
pub struct Closing<'a> {
    /// The version that is released.
    pub version: &'a Version,
    /// The day, `2026-11-21`.
    pub date: &'a str,
    /// The tag of the version.
    pub tag: &'a str,
    /// The tag of the version before, where there is one.
    pub previous_tag: Option<&'a str>,
}

/// The edits that close `Unreleased` under a version; none where there is no such section, or where the
/// version has its section already.
pub fn close(text: &str, closing: &Closing<'_>) -> Vec<TextEdit> {
    let sections = sections(text);
    if sections.iter().any(|section| is_version(section, closing.version)) {
        return Vec::new();
    }
    let Some(unreleased) = sections.iter().find(|section| is_unreleased(section)) else {
        return Vec::new();
    };
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let brackets = text[unreleased.heading.clone()].contains('[');
    let title = if brackets { format!("[{}]", closing.version) } else { closing.version.to_string() };
    let end = unreleased.heading.end;
    let mut edits =
        vec![TextEdit { range: end..end, replacement: format!("{newline}{newline}## {title} - {}", closing.date) }];
    edits.extend(links(text, closing, newline));
    edits
}

/// The definitions at the end: `Unreleased` compares from the new tag, and the version gets its own.
fn links(text: &str, closing: &Closing<'_>, newline: &str) -> Option<TextEdit> {
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let bare = line.trim_end_matches(['\n', '\r']);
        let lower = bare.to_ascii_lowercase();
        if lower.starts_with("[unreleased]: ") {
            let url = &bare["[unreleased]: ".len()..];
            let label = &bare[.."[unreleased]".len()];
            let base = url.split("/compare/").next().filter(|_| url.contains("/compare/"));
            let base = base.or_else(|| url.split("/commits/").next().filter(|_| url.contains("/commits/")))?;
            let version = closing.version;
            let own = match closing.previous_tag {
                Some(previous) => format!("{base}/compare/{previous}...{}", closing.tag),
                None => format!("{base}/releases/tag/{}", closing.tag),
            };
            let lines = format!("{label}: {base}/compare/{}...HEAD{newline}[{version}]: {own}", closing.tag);
            return Some(TextEdit { range: offset..offset + bare.len(), replacement: lines });
        }
        offset += line.len();
    }
    None
}
