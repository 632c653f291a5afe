//! Other places that name the version: found by an anchored literal pattern, never by substring, and
//! rewritten byte-exact.

use std::ops::Range;

use serde::Serialize;

use super::edit::{TextEdit, column_of, line_of};
use super::error::ProjectError;
use super::{FILE_LIMIT, Project};
use crate::config::file::ReferenceTable;
use crate::effects::EffectsError;
use crate::effects::files::{Files, What};
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
    /// Whether it is the version of the project.
    pub agrees: bool,
    /// The bytes of the version.
    #[serde(skip)]
    pub range: Range<usize>,
}

/// Characters that can stand in a version.
fn in_version(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'!' | b'+' | b'_' | b'-')
}

/// The places in `bytes` where `pattern` stands around any version.
pub fn occurrences(bytes: &[u8], pattern: &str) -> Vec<Range<usize>> {
    let Some((prefix, suffix)) = pattern.split_once("{version}") else {
        return Vec::new();
    };
    let (prefix, suffix) = (prefix.as_bytes(), suffix.as_bytes());
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = position_of(bytes, prefix, from) {
        let start = at + prefix.len();
        // Without a prefix the version must not be the rest of a longer word or number.
        let cut_off = prefix.is_empty() && start > 0 && in_version(bytes[start - 1]);
        let run = bytes[start..].iter().take(129).take_while(|byte| in_version(**byte)).count();
        match (!cut_off).then(|| version_end(&bytes[start..], run, suffix)).flatten() {
            Some(length) => {
                found.push(start..start + length);
                from = start + length;
            }
            None => from = at + 1,
        }
        if prefix.is_empty() && from >= bytes.len() {
            break;
        }
    }
    found
}

/// How many bytes of the run are the version: the longest that parses and is followed by the suffix.
fn version_end(bytes: &[u8], run: usize, suffix: &[u8]) -> Option<usize> {
    // A version is short; a longer run is not one, and trying every length of it would be quadratic.
    let longest = run.min(128);
    (1..=longest).rev().find(|length| {
        let rest = &bytes[*length..];
        let bounded = !suffix.is_empty()
            || rest.first().is_none_or(|byte| !byte.is_ascii_alphanumeric() && !starts_component(rest));
        bounded
            && rest.starts_with(suffix)
            && bytes[*length - 1].is_ascii_alphanumeric()
            && bytes[0].is_ascii_digit()
            && std::str::from_utf8(&bytes[..*length]).is_ok_and(|text| text.parse::<Version>().is_ok())
    })
}

/// Whether `.5`, `-rc` or the like follows: then what was read is only a part of something longer.
fn starts_component(rest: &[u8]) -> bool {
    matches!(rest, [b'.' | b'-' | b'_' | b'+' | b'!', next, ..] if next.is_ascii_alphanumeric())
}

fn position_of(bytes: &[u8], needle: &[u8], from: usize) -> Option<usize> {
    if needle.is_empty() {
        return (from..bytes.len()).find(|at| bytes[*at].is_ascii_digit() && (*at == 0 || !in_version(bytes[at - 1])));
    }
    let window = bytes.get(from..)?;
    window.windows(needle.len()).position(|candidate| candidate == needle).map(|at| at + from)
}

/// A configured reference as it was found in its file.
#[derive(Debug, Clone)]
pub struct Resolved {
    /// The rule.
    pub rule: ReferenceTable,
    /// Where it stands.
    pub places: Vec<Reference>,
}

/// Finds what the rules name.
///
/// # Errors
/// A file cannot be read, or is UTF-16.
pub fn find(files: Files, project: &Project) -> Result<Vec<Resolved>, FindError> {
    let version = project.version();
    let mut all = Vec::new();
    for rule in &project.config.references {
        let path = project.root.join(&rule.path);
        if matches!(files.what(&path), What::Other | What::Folder) {
            return Err(FindError::Project(ProjectError::Link { file: rule.path.clone() }));
        }
        let bytes = files.read(&path, FILE_LIMIT)?;
        if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
            return Err(FindError::Project(ProjectError::Utf16 { file: rule.path.clone() }));
        }
        let places = occurrences(&bytes, &rule.pattern)
            .into_iter()
            .map(|range| {
                let written = String::from_utf8_lossy(&bytes[range.clone()]).into_owned();
                Reference {
                    file: rule.path.clone(),
                    line: line_of(&bytes, range.start),
                    column: column_of(&bytes, range.start),
                    text: rule.pattern.replace("{version}", &written).replace('\n', " "),
                    agrees: written.parse::<Version>().is_ok_and(|found| found == *version),
                    version: written,
                    range,
                }
            })
            .collect();
        all.push(Resolved { rule: rule.clone(), places });
    }
    Ok(all)
}

/// Why references could not be found.
#[derive(Debug)]
pub enum FindError {
    /// A file could not be read.
    Effects(EffectsError),
    /// A file has a form that cannot be searched.
    Project(ProjectError),
}

impl From<EffectsError> for FindError {
    fn from(error: EffectsError) -> Self {
        FindError::Effects(error)
    }
}

impl From<FindError> for crate::error::Failure {
    fn from(error: FindError) -> Self {
        match error {
            FindError::Effects(error) => error.into(),
            FindError::Project(error) => error.into(),
        }
    }
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
            pattern: self.rule.pattern.replace('\n', "\\n"),
            found: self.places.len(),
            expected: self.rule.expect.map_or_else(|| "at least 1".to_owned(), |count| count.to_string()),
        }
    }

    /// The edits that make it follow a new version.
    pub fn edits(&self, version: &Version) -> Vec<TextEdit> {
        self.places
            .iter()
            .map(|place| TextEdit { range: place.range.clone(), replacement: version.to_string() })
            .collect()
    }
}
