//! Other places that name the version: found by an anchored literal pattern or by marks, never by substring,
//! and rewritten byte-exact.

mod form;
mod marks;

use std::ops::Range;

use memchr::memmem::Finder;
use serde::Serialize;

pub use form::Said;

use super::edit::{column_of, line_of};
use super::error::ProjectError;
use super::history::{self, Released};
use super::{FILE_LIMIT, Project};
use crate::config::file::{Form, On, ReferenceTable};
use crate::effects::Git;
use crate::effects::files::{Files, What};
use crate::error::Failure;
use crate::python::version::Version;

/// A place that names a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reference {
    /// The file, below the root.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// The column in bytes, counted from 1.
    pub column: usize,
    /// The matched text, on one line.
    pub text: String,
    /// The version that stands there.
    pub version: String,
    /// Whether it is the version that it should be.
    pub agrees: bool,
    /// How it is written.
    pub form: Form,
    /// The bytes of the version.
    #[serde(skip)]
    pub range: Range<usize>,
}

/// The places in `bytes` where `pattern` stands around what is in this form.
pub fn occurrences(bytes: &[u8], pattern: &str, form: Form, tag: &str) -> Vec<Range<usize>> {
    let Some((prefix, suffix)) = pattern.split_once("{version}") else {
        return Vec::new();
    };
    let finder = Finder::new(prefix);
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = bytes.get(from..).and_then(|rest| finder.find(rest)).map(|at| from + at) {
        let start = at + prefix.len();
        from = at + 1;
        // Without text before it the version must not be the rest of a longer word or number.
        if prefix.is_empty() && !form::begins(bytes, start) {
            continue;
        }
        if let Some(length) = form.length(&bytes[start..], suffix.as_bytes(), tag) {
            found.push(start..start + length);
            from = start + length;
        }
    }
    found
}

/// A configured reference as it was found in its files.
#[derive(Debug, Clone)]
pub struct Resolved {
    /// The rule.
    pub rule: ReferenceTable,
    /// Where it stands.
    pub places: Vec<Reference>,
    /// The version that the places are to name now: the project's, or the last final one. Nothing where a
    /// pre-release is out and no final version is known.
    pub expected: Option<Version>,
}

/// Finds what the rules name.
///
/// # Errors
/// A file cannot be read, or is UTF-16.
pub fn find(files: Files, project: &Project) -> Result<Vec<Resolved>, Failure> {
    let mut all = Vec::new();
    for rule in &project.config.references {
        let expected = expected(project, rule)?;
        let said = Said {
            version: expected.as_ref().unwrap_or(project.version()),
            tag: &project.config.tag.value,
            date: None,
        };
        let mut places = Vec::new();
        for path in paths(project, rule)? {
            places.extend(in_file(files, project, (&path, rule), &said)?);
        }
        if expected.is_none() {
            places.iter_mut().for_each(|place| place.agrees = true);
        }
        all.push(Resolved { rule: rule.clone(), places, expected });
    }
    Ok(all)
}

/// The version that the places of a rule are to name as long as nothing is released.
fn expected(project: &Project, rule: &ReferenceTable) -> Result<Option<Version>, Failure> {
    if rule.on != On::Final || !project.version().is_prerelease() {
        return Ok(Some(project.version().clone()));
    }
    let Some(git) = Git::discover(&project.root)? else { return Ok(None) };
    let before = |release: &Released| !release.version.is_prerelease() && release.version < *project.version();
    Ok(history::releases(&git, project)?.into_iter().rev().find(before).map(|release| release.version))
}

/// The files of a rule, below the project: one, or those that git tracks and a glob names.
fn paths(project: &Project, rule: &ReferenceTable) -> Result<Vec<String>, Failure> {
    if !rule.path.contains(['*', '?', '[', '{']) {
        return Ok(vec![rule.path.clone()]);
    }
    let Some(git) = Git::discover(&project.root)? else { return Ok(Vec::new()) };
    let tracked = git.tracked_below(&project.root)?;
    Ok(tracked.into_iter().filter(|path| fast_glob::glob_match(&rule.path, path)).collect())
}

fn in_file(
    files: Files,
    project: &Project,
    (path, rule): (&str, &ReferenceTable),
    said: &Said<'_>,
) -> Result<Vec<Reference>, Failure> {
    let full = project.root.join(path);
    if matches!(files.what(&full), What::Other | What::Folder) {
        return Err(ProjectError::Link { file: path.to_owned() }.into());
    }
    let bytes = files.read(&full, FILE_LIMIT)?;
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(ProjectError::Utf16 { file: path.to_owned() }.into());
    }
    let place = |form: Form, range: Range<usize>, pattern: Option<&str>| {
        let written = String::from_utf8_lossy(&bytes[range.clone()]).into_owned();
        Reference {
            file: path.to_owned(),
            line: line_of(&bytes, range.start),
            column: column_of(&bytes, range.start),
            text: match pattern {
                Some(pattern) => pattern.replace("{version}", &written).replace('\n', " "),
                None => line_at(&bytes, range.start).trim().to_owned(),
            },
            agrees: form.agrees(&written, said),
            version: written,
            form,
            range,
        }
    };
    if let Some(pattern) = &rule.pattern {
        let ranges = occurrences(&bytes, pattern, rule.form, said.tag);
        return Ok(ranges.into_iter().map(|range| place(rule.form, range, Some(pattern))).collect());
    }
    // What is no text has no marks.
    let Ok(text) = std::str::from_utf8(&bytes) else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for mark in marks::marks(text) {
        let inside = occurrences(&bytes[mark.region.clone()], "{version}", mark.form, said.tag);
        let inside: Vec<Reference> = inside
            .into_iter()
            .map(|range| place(mark.form, range.start + mark.region.start..range.end + mark.region.start, None))
            .collect();
        let agreeing = inside.iter().filter(|place| place.agrees).count();
        match (agreeing, inside.len()) {
            // Another number in the same region is another one's, such as that of Python.
            (1.., _) => found.extend(inside.into_iter().filter(|place| place.agrees)),
            (0, 1) => found.extend(inside),
            (0, _) => {
                let line = line_of(&bytes, mark.region.start);
                return Err(ProjectError::Mark { file: path.to_owned(), line, form: mark.form.to_string() }.into());
            }
        }
    }
    Ok(found)
}

/// The line that an offset lies in.
fn line_at(bytes: &[u8], offset: usize) -> String {
    let start = bytes[..offset].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let end = bytes[offset..].iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |at| offset + at);
    String::from_utf8_lossy(&bytes[start..end]).into_owned()
}

impl Resolved {
    /// Whether it stands as often as it should.
    pub fn count_holds(&self) -> bool {
        match self.rule.expect {
            Some(expected) => self.places.len() == expected,
            None => !self.places.is_empty(),
        }
    }

    /// The error of a count that does not hold.
    pub fn count_error(&self) -> ProjectError {
        ProjectError::ReferenceCount {
            file: self.rule.path.clone(),
            pattern: self.rule.pattern.as_deref().unwrap_or("release: version").replace('\n', "\\n"),
            found: self.places.len(),
            expected: self.rule.expect.map_or_else(|| "at least 1".to_owned(), |count| count.to_string()),
        }
    }

    /// Whether a release of this version changes it.
    pub fn follows(&self, version: &Version) -> bool {
        self.rule.on == On::Any || !version.is_prerelease()
    }
}
