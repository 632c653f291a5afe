//! Fragments: one file a change, `changes/123.fixed.md` or `changes/+words.added.rst`, named as towncrier names
//! them (`<issue>.<type>[.<number>][.<ending>]`), with front matter where somebody likes it better. They become
//! entries of the next section, and are removed by the same commit.

use std::path::Path;

use super::convert;
use super::error::ChangelogError;
use super::outline::Markup;
use super::render::{Entries, Entry};
use super::{ChangeType, Changelog};
use crate::effects::files::{Files, What};
use crate::error::Failure;

/// A fragment is a sentence or two.
pub const LIMIT: u64 = 64 * 1024;
/// More fragments than this are no release.
const MOST: usize = 5_000;

/// A fragment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fragment {
    /// Its file, below the project.
    pub file: String,
    /// What it is about: `123`, `gh-12`; nothing for one of its own.
    pub issue: Option<String>,
    /// The number after the type, for several fragments of one issue and type.
    counter: u32,
    /// The name of its type.
    pub kind: String,
    /// Its text.
    pub text: String,
    /// How it is written; nothing where its name does not say.
    markup: Option<Markup>,
}

/// A file in the folder that is no fragment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed {
    /// The file, below the project.
    pub file: String,
    /// What is wrong with it.
    pub problem: String,
}

impl From<Malformed> for ChangelogError {
    fn from(Malformed { file, problem }: Malformed) -> Self {
        ChangelogError::Fragment { file, problem }
    }
}

/// The files of a folder of fragments.
#[derive(Debug, Default)]
pub struct Folder {
    /// The fragments, in the order of their names.
    pub fragments: Vec<Fragment>,
    /// Files that are none.
    pub malformed: Vec<Malformed>,
    /// Whether other files keep the folder alive in git.
    pub is_kept: bool,
}

/// Whether a file in the folder is not meant to be a fragment.
fn is_apart(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let stem = lower.split('.').next().unwrap_or_default();
    name.starts_with('.')
        || stem == "readme"
        || stem == "template"
        || lower.ends_with(".j2")
        || lower.ends_with(".jinja")
}

/// Reads the folder of a project; an empty one where there is none.
///
/// # Errors
/// The folder cannot be read.
pub fn read(files: Files, root: &Path, changelog: &Changelog) -> Result<Folder, Failure> {
    let mut found = Folder::default();
    let dir = root.join(&changelog.folder);
    if files.what(&dir) != What::Folder {
        return Ok(found);
    }
    for path in files.list(&dir)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let file = format!("{}/{name}", changelog.folder);
        if is_apart(&name)
            || changelog.towncrier.ignores(&name)
            || Some(&file) == changelog.template.as_ref().map(|(name, _)| name)
        {
            found.is_kept = true;
            continue;
        }
        let refuse = |problem: &str| Malformed { file: file.clone(), problem: problem.to_owned() };
        if files.what(&path) != What::File {
            found.malformed.push(refuse("it is no regular file"));
            continue;
        }
        if found.fragments.len() == MOST {
            found.malformed.push(refuse("there are too many fragments"));
            break;
        }
        let read = files.read(&path, LIMIT).map_err(|_| refuse("it is larger than 64 KiB, or cannot be read"));
        let text = read.and_then(|bytes| String::from_utf8(bytes).map_err(|_| refuse("it is not UTF-8")));
        match text.and_then(|text| parse((&file, &name), &text, &changelog.types)) {
            Ok(fragment) => found.fragments.push(fragment),
            Err(malformed) => found.malformed.push(malformed),
        }
    }
    Ok(found)
}

/// What the name of a file says: issue, type and number.
fn named<'n>(name: &'n str, types: &[ChangeType]) -> Option<(String, &'n str, u32)> {
    let parts: Vec<&str> = name.split('.').collect();
    // From the end: an issue may have dots and words of its own.
    let at = (1..parts.len()).rev().find(|at| types.iter().any(|known| known.name == parts[*at]))?;
    let issue = parts[..at].join(".");
    let number = parts.get(at + 1).and_then(|part| part.parse().ok()).unwrap_or(0);
    Some((issue, parts[at], number))
}

/// Reads one fragment: its file below the project with its name, and its text.
///
/// # Errors
/// Its name has no known type, or it says nothing.
pub fn parse((file, name): (&str, &str), text: &str, types: &[ChangeType]) -> Result<Fragment, Malformed> {
    let refuse = |problem: String| Malformed { file: file.to_owned(), problem };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n");
    let (front, body) = front_matter(&text).map_err(|problem| refuse(problem.to_owned()))?;
    let from_name = named(name, types);
    let (stem, kind) = match (&front.kind, &from_name) {
        (Some(kind), _) if types.iter().any(|known| known.name == *kind) => {
            let stem = from_name.as_ref().map_or_else(
                || name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_owned(),
                |(issue, ..)| issue.clone(),
            );
            (stem, kind.clone())
        }
        (None, Some((issue, kind, _))) => (issue.clone(), (*kind).to_owned()),
        (kind, _) => {
            let known: Vec<String> = types.iter().map(|known| format!("`{}`", known.name)).collect();
            let said = kind.as_ref().map_or("its name has no type".to_owned(), |kind| format!("`{kind}` is no type"));
            return Err(refuse(format!("{said}; the types are {}", known.join(", "))));
        }
    };
    let body = body.trim();
    if body.is_empty() {
        return Err(refuse("it says nothing".to_owned()));
    }
    if body.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t')) {
        return Err(refuse("it has control characters".to_owned()));
    }
    let issue = front.issue.clone().or_else(|| {
        let own = stem.starts_with('+') || front.kind.is_some() && !stem.bytes().all(|byte| byte.is_ascii_digit());
        (!own && !stem.is_empty()).then(|| stem.clone())
    });
    let digits = |issue: String| match issue.parse::<u64>() {
        Ok(number) => number.to_string(),
        Err(_) => issue,
    };
    let lower = name.to_ascii_lowercase();
    let ends = |suffix: &str| lower.ends_with(suffix);
    Ok(Fragment {
        file: file.to_owned(),
        issue: issue.map(digits),
        counter: from_name.map_or(0, |(.., counter)| counter),
        kind,
        text: body.to_owned(),
        markup: match () {
            () if ends(".rst") => Some(Markup::Restructured),
            () if ends(".md") => Some(Markup::Markdown),
            () => None,
        },
    })
}

/// What front matter may say.
#[derive(Default)]
struct Front {
    kind: Option<String>,
    issue: Option<String>,
}

/// `---`, lines of `type: fixed` and `issue: 12`, `---`, and what follows.
fn front_matter(text: &str) -> Result<(Front, &str), &'static str> {
    let Some(rest) = text.strip_prefix("---\n") else { return Ok((Front::default(), text)) };
    let (head, body) = match rest.strip_prefix("---") {
        Some(body) => ("", body),
        None => rest.split_once("\n---").ok_or("its front matter has no end")?,
    };
    let body = body.strip_prefix('\n').or(body.is_empty().then_some(body)).ok_or("its front matter has no end")?;
    let mut front = Front::default();
    for line in head.lines().filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#')) {
        let (key, value) = line.split_once(':').ok_or("a line of its front matter is not `key: value`")?;
        let value = value.trim().trim_matches(['"', '\'']).to_owned();
        match key.trim() {
            "type" => front.kind = Some(value),
            "issue" => front.issue = Some(value.trim_start_matches('#').to_owned()).filter(|issue| !issue.is_empty()),
            _ => return Err("its front matter may say `type` and `issue` only"),
        }
    }
    Ok((front, body))
}

/// The entries of fragments by their types, in the order of the types; fragments that say the same become one.
pub fn entries(fragments: &[Fragment], types: &[ChangeType], markup: Markup) -> Vec<Entries> {
    let mut found: Vec<Entries> = Vec::new();
    for kind in types {
        let mut own: Vec<&Fragment> = fragments.iter().filter(|fragment| fragment.kind == kind.name).collect();
        own.sort_by_key(|fragment| order(fragment));
        let mut entries: Vec<Entry> = Vec::new();
        for fragment in own {
            let text = in_markup(fragment, markup);
            let issue = fragment.issue.as_deref().map(|issue| shown(issue, markup));
            match entries.iter_mut().find(|entry| entry.text == text) {
                Some(entry) => entry.issues.extend(issue.filter(|issue| !entry.issues.contains(issue))),
                None => entries.push(Entry { text, issues: issue.into_iter().collect(), scope: None, author: None }),
            }
        }
        if entries.is_empty() {
            continue;
        }
        // Two types may share a heading.
        match found.iter_mut().find(|other| other.heading == kind.heading) {
            Some(other) => other.entries.extend(entries),
            None => found.push(Entries { heading: kind.heading.clone(), entries }),
        }
    }
    found
}

/// By number; those of their own last, by what they say.
fn order(fragment: &Fragment) -> (u8, u64, String, u32) {
    match &fragment.issue {
        Some(issue) => match issue.parse::<u64>() {
            Ok(number) => (0, number, String::new(), fragment.counter),
            Err(_) => (1, 0, issue.clone(), fragment.counter),
        },
        None => (2, 0, fragment.text.clone(), fragment.counter),
    }
}

/// A number is that of an issue.
fn shown(issue: &str, markup: Markup) -> String {
    match issue.bytes().all(|byte| byte.is_ascii_digit()) {
        true => format!("#{issue}"),
        false => super::inline::harmless(issue, markup),
    }
}

/// The text in the markup of the changelog. Markdown in a changelog of reStructuredText stays as it is.
fn in_markup(fragment: &Fragment, markup: Markup) -> String {
    match (fragment.markup, markup) {
        (Some(Markup::Restructured), Markup::Markdown) => convert::to_markdown(&fragment.text, &fragment.text),
        _ => fragment.text.clone(),
    }
}

impl Fragment {
    /// Whether it is written in another markup than the changelog, into which it cannot be turned.
    pub fn is_foreign(&self, markup: Markup) -> bool {
        self.markup == Some(Markup::Markdown) && markup == Markup::Restructured
    }
}
