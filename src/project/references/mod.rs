//! Other places that name the version: found by an anchored literal pattern or by marks, never by substring,
//! and rewritten byte-exact.

mod form;
pub mod json;
mod marks;
pub mod switcher;

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::ops::Range;

use memchr::memmem::{self, Finder};
use serde::Serialize;

pub use form::Said;

use super::edit::{Lines, TextEdit, line_of};
use super::error::ProjectError;
use super::history::{self, Released};
use super::{FILE_LIMIT, Project};
use crate::config::file::{Form, On, ReferenceTable};
use crate::effects::Git;
use crate::effects::files::{Files, What};
use crate::error::Failure;
use crate::python::bump::semver::MappingError;
use crate::python::version::Version;
use switcher::Switcher;

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
    /// The list that it is the current entry of.
    #[serde(skip)]
    list: Option<Box<Switcher>>,
}

impl Reference {
    /// What makes the place say something else.
    ///
    /// # Errors
    /// The version has no form in SemVer.
    pub fn edits(&self, said: &Said<'_>) -> Result<Vec<TextEdit>, MappingError> {
        if let Some(list) = &self.list {
            return Ok(list.edits(said));
        }
        Ok(vec![TextEdit { range: self.range.clone(), replacement: self.form.write(&self.version, said)? }])
    }
}

/// The places in `bytes` where `pattern` stands around what is in this form. An end of a line in the pattern is one
/// of either kind, and at its beginning the beginning of a line.
pub fn occurrences(bytes: &[u8], pattern: &str, form: Form, tag: &str) -> Vec<Range<usize>> {
    let Some((prefix, suffix)) = pattern.split_once("{version}") else {
        return Vec::new();
    };
    let mut found = stands(bytes, (prefix.as_bytes(), suffix.as_bytes()), form, tag);
    if !pattern.contains('\n') {
        return found;
    }
    let (begins, rest) = prefix.strip_prefix('\n').map_or(("", prefix), |rest| ("\n", rest));
    let mut ends = vec![(rest.to_owned(), suffix.to_owned())];
    if memmem::find(bytes, b"\r\n").is_some() {
        let [rest, suffix] = [rest, suffix].map(|part| part.replace('\n', "\r\n"));
        found.extend(stands(bytes, (format!("{begins}{rest}").as_bytes(), suffix.as_bytes()), form, tag));
        ends.push((rest, suffix));
    }
    // The first line has no end of a line before it.
    let first = if bytes.starts_with("\u{feff}".as_bytes()) { 3 } else { 0 };
    for (rest, suffix) in ends {
        if !begins.is_empty() && bytes[first..].starts_with(rest.as_bytes()) {
            let at = first + rest.len();
            found.extend(form.length(&bytes[at..], suffix.as_bytes(), tag).map(|length| at..at + length));
        }
    }
    found.sort_by_key(|range| (range.start, range.end));
    found.dedup();
    found
}

/// The places where what is in this form stands between two texts, byte for byte.
fn stands(bytes: &[u8], (prefix, suffix): (&[u8], &[u8]), form: Form, tag: &str) -> Vec<Range<usize>> {
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
        if let Some(length) = form.length(&bytes[start..], suffix, tag) {
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

/// Finds what the rules name. Each file is read once.
///
/// # Errors
/// A file cannot be read, or is UTF-16.
pub fn find(files: Files, project: &Project) -> Result<Vec<Resolved>, Failure> {
    Ok(find_with_texts(files, project)?.0)
}

/// The bytes of files, by their paths below the project.
pub type Texts = BTreeMap<String, Vec<u8>>;

/// Finds what the rules name as [`find`] does, with the files that were read for it.
///
/// # Errors
/// A file cannot be read, or is UTF-16.
pub fn find_with_texts(files: Files, project: &Project) -> Result<(Vec<Resolved>, Texts), Failure> {
    let mut repository = Repository { files, project, read: BTreeMap::new(), tracked: OnceCell::new() };
    // Asked for once: git lists every tag for it.
    let waits = project.version().is_prerelease() && project.config.references.iter().any(is_final);
    let before = if waits { last_final(project)? } else { None };
    let mut all = Vec::new();
    for rule in &project.config.references {
        let is_before = waits && is_final(rule);
        let expected = if is_before { before.clone() } else { Some(project.version().clone()) };
        let said = Said {
            version: expected.as_ref().unwrap_or(project.version()),
            tag: &project.config.tag.value,
            date: None,
        };
        let mut places = Vec::new();
        for path in repository.paths(rule)? {
            places.extend(in_file(&path, rule, repository.text(&path)?, &said)?);
        }
        if expected.is_none() {
            places.iter_mut().for_each(|place| place.agrees = true);
        }
        all.push(Resolved { rule: rule.clone(), places, expected });
    }
    Ok((all, repository.read.into_iter().map(|(path, text)| (path, text.bytes)).collect()))
}

/// Whether pre-releases leave the places of a rule alone.
fn is_final(rule: &ReferenceTable) -> bool {
    rule.on == On::Final || matches!(rule.form, Form::Next | Form::Switcher)
}

/// The last release before a pre-release that is none itself.
fn last_final(project: &Project) -> Result<Option<Version>, Failure> {
    let Some(git) = Git::discover(&project.root)? else { return Ok(None) };
    let before = |release: &Released| !release.version.is_prerelease() && release.version < *project.version();
    Ok(history::releases(&git, project)?.into_iter().rev().find(before).map(|release| release.version))
}

/// More bytes of a line are not shown.
const SHOWN: usize = 400;

/// A file that rules look into.
struct Text {
    bytes: Vec<u8>,
    lines: OnceCell<Lines>,
}

impl Text {
    fn at(&self, offset: usize) -> (usize, usize) {
        self.lines.get_or_init(|| Lines::of(&self.bytes)).at(offset)
    }

    fn line(&self, offset: usize) -> String {
        let lines = self.lines.get_or_init(|| Lines::of(&self.bytes));
        let line = lines.around(&self.bytes, offset);
        // A line may be the whole file, and have many places.
        String::from_utf8_lossy(&line[..line.len().min(SHOWN)]).trim().to_owned()
    }
}

/// The files of a project, read as they are asked for.
struct Repository<'a> {
    files: Files,
    project: &'a Project,
    read: BTreeMap<String, Text>,
    tracked: OnceCell<Vec<String>>,
}

impl Repository<'_> {
    /// The files of a rule, below the project: one, or those that git tracks and a glob names.
    fn paths(&self, rule: &ReferenceTable) -> Result<Vec<String>, Failure> {
        if !rule.path.contains(['*', '?', '[', '{']) {
            return Ok(vec![rule.path.clone()]);
        }
        if self.tracked.get().is_none() {
            let git = Git::discover(&self.project.root)?;
            let tracked = git.map(|git| git.tracked_below(&self.project.root)).transpose()?;
            // It was empty just now.
            let _ = self.tracked.set(tracked.unwrap_or_default());
        }
        let named = |path: &&String| fast_glob::glob_match(&rule.path, path);
        Ok(self.tracked.get().into_iter().flatten().filter(named).cloned().collect())
    }

    fn text(&mut self, path: &str) -> Result<&Text, Failure> {
        if !self.read.contains_key(path) {
            let full = self.project.root.join(path);
            if matches!(self.files.what(&full), What::Other | What::Folder) {
                return Err(ProjectError::Link { file: path.to_owned() }.into());
            }
            let bytes = self.files.read(&full, FILE_LIMIT)?;
            if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
                return Err(ProjectError::Utf16 { file: path.to_owned() }.into());
            }
            self.read.insert(path.to_owned(), Text { bytes, lines: OnceCell::new() });
        }
        Ok(&self.read[path])
    }
}

fn in_file(path: &str, rule: &ReferenceTable, text: &Text, said: &Said<'_>) -> Result<Vec<Reference>, Failure> {
    let bytes = &text.bytes;
    let place = |form: Form, range: Range<usize>, pattern: Option<&str>| {
        let written = String::from_utf8_lossy(&bytes[range.clone()]).into_owned();
        let (line, column) = text.at(range.start);
        Reference {
            file: path.to_owned(),
            line,
            column,
            text: match pattern {
                Some(pattern) => pattern.trim_start_matches('\n').replace("{version}", &written).replace('\n', " "),
                None => text.line(range.start),
            },
            agrees: form.agrees(&written, said),
            version: written,
            form,
            range,
            list: None,
        }
    };
    if rule.form == Form::Switcher {
        let list = std::str::from_utf8(bytes).ok().and_then(|text| Switcher::read(text, rule.keep));
        let of = |(list, range): (Switcher, Range<usize>)| Reference {
            agrees: list.names(said.version),
            list: Some(Box::new(list)),
            ..place(rule.form, range, None)
        };
        return Ok(list.map(of).into_iter().collect());
    }
    if let Some(pattern) = &rule.pattern {
        let ranges = occurrences(bytes, pattern, rule.form, said.tag);
        return Ok(ranges.into_iter().map(|range| place(rule.form, range, Some(pattern))).collect());
    }
    // What is no text has no marks.
    let Ok(whole) = std::str::from_utf8(bytes) else { return Ok(Vec::new()) };
    match of_marks((path, whole), said) {
        Ok(places) => Ok(places.into_iter().map(|(form, range)| place(form, range, None)).collect()),
        Err(mark) => {
            let line = line_of(bytes, mark.region.start);
            Err(ProjectError::Mark { file: path.to_owned(), line, form: mark.form.to_string() }.into())
        }
    }
}

/// The places that the marks of a text speak for; else the mark that speaks for nobody knows which.
fn of_marks((path, text): (&str, &str), said: &Said<'_>) -> Result<Vec<(Form, Range<usize>)>, marks::Mark> {
    let mut found = Vec::new();
    for mark in marks::marks(path, text) {
        let region = &text.as_bytes()[mark.region.clone()];
        let inside = occurrences(region, "{version}", mark.form, said.tag);
        let agrees =
            |range: &&Range<usize>| mark.form.agrees(&String::from_utf8_lossy(&region[Range::clone(range)]), said);
        let in_text =
            |range: &Range<usize>| (mark.form, mark.region.start + range.start..mark.region.start + range.end);
        match (inside.iter().filter(agrees).count(), inside.len()) {
            // Another number in the same region is another one's, such as that of Python.
            (1.., _) => found.extend(inside.iter().filter(agrees).map(in_text)),
            (0, 1) => found.extend(inside.iter().map(in_text)),
            (0, _) => return Err(mark),
        }
    }
    Ok(found)
}

/// Where the marks of a file speak for this version; nothing where one speaks for another.
pub fn marked((path, text): (&str, &str), said: &Said<'_>) -> Option<Vec<usize>> {
    let places = of_marks((path, text), said).ok()?;
    let agrees = |(form, range): &(Form, Range<usize>)| form.agrees(&text[range.clone()], said);
    let all = places.iter().all(agrees);
    all.then(|| places.into_iter().map(|(_, range)| range.start).collect())
}

impl Resolved {
    /// Whether it stands as often as it should.
    pub fn count_holds(&self) -> bool {
        match self.rule.expect {
            Some(expected) => self.places.len() == expected,
            // The word that a version takes the place of is not there when none was added since.
            None if self.rule.form == Form::Next => true,
            None => !self.places.is_empty(),
        }
    }

    /// The error of a count that does not hold.
    pub fn count_error(&self) -> ProjectError {
        ProjectError::ReferenceCount {
            file: self.rule.path.clone(),
            pattern: match (self.rule.form, &self.rule.pattern) {
                (Form::Switcher, _) => "version".to_owned(),
                (_, pattern) => pattern.as_deref().unwrap_or("release: version").replace('\n', "\\n"),
            },
            found: self.places.len(),
            expected: self.rule.expect.map_or_else(|| "at least 1".to_owned(), |count| count.to_string()),
        }
    }

    /// Whether a release of this version changes it.
    pub fn follows(&self, version: &Version) -> bool {
        !is_final(&self.rule) || !version.is_prerelease()
    }
}
