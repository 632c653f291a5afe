//! The locked dependencies of a project: what is installed, in which version, from where.
//!
//! One file a format, and every format gives the same [`Dependencies`]. Nothing is resolved or run:
//! what is not pinned is named in `skipped` and counts as not covered. Reading files, following
//! [`Include`]s and judging versions are left to others.

pub mod error;
pub mod graph;
pub mod requirements;
pub mod uv_lock;

use std::collections::BTreeMap;

use serde::Serialize;

pub use error::DependencyError;

/// The largest lock file that is read, in bytes.
pub const MAX_BYTES: usize = 64 << 20;

/// The largest number of packages that one file may lock.
pub const MAX_PACKAGES: usize = 100_000;

/// Where a package comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// PyPI: the only names that advisories speak about.
    Registry,
    /// Another package index; its names may mean other packages.
    PrivateRegistry,
    /// A commit of a version control system.
    Vcs,
    /// An archive at a URL.
    Url,
    /// A file or folder.
    Path,
    /// A folder installed in place.
    Editable,
    /// A project without a package of its own.
    Virtual,
}

impl Source {
    /// Why packages from here are not matched with advisories, or nothing for PyPI.
    pub fn why_not_audited(self) -> Option<&'static str> {
        match self {
            Source::Registry => None,
            Source::PrivateRegistry => Some("comes from another package index"),
            Source::Vcs => Some("comes from version control"),
            Source::Url => Some("comes from a URL"),
            Source::Path => Some("comes from a local path"),
            Source::Editable => Some("is installed from a local folder"),
            Source::Virtual => Some("is a project without a package"),
        }
    }
}

/// One place that locks a package.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Occurrence {
    /// The lock file, as the caller named it.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// The environment marker under which it applies, as written; never evaluated here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub marker: Option<String>,
}

/// A package in one version from one source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Dependency {
    /// The normalised name (PEP 503).
    pub name: String,
    /// The version as written; it may be no PEP 440 version.
    pub version: String,
    /// Where it comes from.
    pub source: Source,
    /// Every place that locks it, sorted.
    pub occurrences: Vec<Occurrence>,
}

/// An entry that names no version to judge.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Skipped {
    /// The normalised name, or `file:line` where there is none. Never a URL, which may hold a secret.
    pub name: String,
    /// Why, as the end of a sentence that begins with the name.
    pub why: String,
    /// The file.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
}

/// How another file is named by a requirements file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum IncludeKind {
    /// `-r`: its requirements are installed too.
    Requirements,
    /// `-c`: its pins apply to what something else asks for.
    Constraints,
}

/// Another file to read; whether it lies inside the project is for the caller to check.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Include {
    /// The path as written, relative to the file that names it.
    pub path: String,
    /// Requirements or constraints.
    pub kind: IncludeKind,
    /// The line that names it, counted from 1.
    pub line: usize,
}

/// What one or several lock files say.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Dependencies {
    /// The locked packages, sorted by name, version and source.
    pub packages: Vec<Dependency>,
    /// The entries that lock nothing, sorted.
    pub skipped: Vec<Skipped>,
    /// The files that are to be read too, in order. Who has read them empties the list: requirements
    /// that are left in it make an audit inconclusive.
    pub includes: Vec<Include>,
}

impl Dependencies {
    /// Joins what several files say: the same package, version and source becomes one dependency with
    /// all its occurrences. Includes are kept.
    pub fn join(parts: impl IntoIterator<Item = Dependencies>) -> Self {
        let mut packages: BTreeMap<(String, String, Source), Vec<Occurrence>> = BTreeMap::new();
        let mut joined = Dependencies::default();
        for part in parts {
            for package in part.packages {
                packages
                    .entry((package.name, package.version, package.source))
                    .or_default()
                    .extend(package.occurrences);
            }
            joined.skipped.extend(part.skipped);
            joined.includes.extend(part.includes);
        }
        joined.packages = packages
            .into_iter()
            .map(|((name, version, source), mut occurrences)| {
                occurrences.sort();
                occurrences.dedup();
                Dependency { name, version, source, occurrences }
            })
            .collect();
        joined.skipped.sort();
        joined.skipped.dedup();
        joined
    }
}

/// Whether a URL is PyPI's own simple index.
fn is_pypi(url: &str) -> bool {
    let url = url.trim().trim_end_matches('/').to_ascii_lowercase();
    matches!(url.as_str(), "https://pypi.org/simple" | "https://pypi.python.org/simple")
}

fn check_size(file: &str, text: &str) -> Result<(), DependencyError> {
    if text.len() > MAX_BYTES {
        return Err(DependencyError::TooLarge { file: file.to_owned(), limit: MAX_BYTES >> 20 });
    }
    Ok(())
}

/// The starts of lines, to find the line of a byte without counting from the beginning each time.
pub(crate) struct Lines(Vec<usize>);

impl Lines {
    pub(crate) fn of(text: &str) -> Self {
        let starts = text.match_indices('\n').map(|(index, _)| index + 1);
        Lines(std::iter::once(0).chain(starts).collect())
    }

    /// The line of a byte, counted from 1.
    pub(crate) fn at(&self, byte: usize) -> usize {
        self.0.partition_point(|&start| start <= byte)
    }
}
