//! What a place is that may follow the version: its kind, how it is written, and the text that must stand around it.
//! Pure.

use std::fmt;
use std::ops::Range;

use serde::Serialize;

use super::super::occurrences::Place;
use crate::config::file::Form;

/// A kind of place that names the version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// `version` of another file that describes the project, such as `setup.cfg` or `Cargo.toml`.
    Manifest,
    /// `__version__` or the like in a module.
    Module,
    /// What a reader types to install it.
    InstallLine,
    /// A requirement on a package of the project.
    Requirement,
    /// `rev` of the project's own hook for pre-commit.
    Hook,
    /// `uses` of the project's own action.
    Action,
    /// An address with the version or the tag in it.
    Url,
    /// A static badge.
    Badge,
    /// An image, its labels and arguments.
    Image,
    /// `CITATION.cff`, `codemeta.json`, `.zenodo.json`.
    Citation,
    /// A recipe for conda.
    Recipe,
    /// Settings of Sphinx or MkDocs.
    Documentation,
    /// The list of versions that documents switch between.
    Switcher,
    /// `package.json`.
    Javascript,
    /// The project's own entry of a lock file.
    LockFile,
    /// A mark in a comment.
    Mark,
    /// The word `next` that a version takes the place of.
    Placeholder,
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Kind::Manifest => "manifest",
            Kind::Module => "module",
            Kind::InstallLine => "install line",
            Kind::Requirement => "requirement",
            Kind::Hook => "hook",
            Kind::Action => "action",
            Kind::Url => "url",
            Kind::Badge => "badge",
            Kind::Image => "image",
            Kind::Citation => "citation",
            Kind::Recipe => "recipe",
            Kind::Documentation => "documentation",
            Kind::Switcher => "switcher",
            Kind::Javascript => "javascript",
            Kind::LockFile => "lock file",
            Kind::Mark => "mark",
            Kind::Placeholder => "placeholder",
        })
    }
}

/// A place that follows the version.
#[derive(Debug, Clone)]
pub(super) struct Spot {
    pub(super) kind: Kind,
    /// Whether the text around it names the project, and not only the kind of place.
    pub(super) named: bool,
    pub(super) form: Form,
    /// The bytes of the version.
    pub(super) range: Range<usize>,
    /// The bytes of the text that must stand around it.
    pub(super) around: Range<usize>,
    /// Whether that text must stand at the beginning of a line.
    pub(super) begins_line: bool,
}

impl Spot {
    /// A place before which at least `before` bytes of its line must stand.
    pub(super) fn of(kind: Kind, place: &Place<'_>, before: usize) -> Self {
        Spot {
            kind,
            named: true,
            form: place.form,
            range: place.range.clone(),
            around: place.range.start - before.min(place.range.start)..place.range.end,
            begins_line: false,
        }
    }

    /// A place behind a key at the beginning of its line.
    pub(super) fn key(kind: Kind, place: &Place<'_>) -> Self {
        Spot { named: false, begins_line: true, ..Spot::of(kind, place, place.before.len()) }.quoted(place)
    }

    /// A place in a text, written in another form than the version is.
    pub(super) fn at(kind: Kind, form: Form, range: Range<usize>, before: usize) -> Self {
        let around = range.start - before.min(range.start)..range.end;
        Spot { kind, named: false, form, range, around, begins_line: false }
    }

    /// The kind is sure, whose it is follows from the file.
    pub(super) fn unnamed(self) -> Self {
        Spot { named: false, ..self }
    }

    pub(super) fn written(self, form: Form) -> Self {
        Spot { form, ..self }
    }

    /// With the closing quote, where one follows.
    pub(super) fn quoted(self, place: &Place<'_>) -> Self {
        let quote = usize::from(place.after.starts_with(['"', '\'']));
        self.with_after(quote)
    }

    /// With so many bytes behind it.
    pub(super) fn with_after(mut self, count: usize) -> Self {
        self.around.end = self.range.end + count;
        self
    }

    /// With the text from an offset before it.
    pub(super) fn from(mut self, offset: usize) -> Self {
        self.around.start = offset.min(self.range.start);
        self
    }
}

/// What a place is.
pub(super) enum Verdict {
    /// It follows the version.
    Follows(Spot),
    /// It does not, or nobody can tell.
    Stays(String),
    /// It is kept by somebody else.
    Silent,
}

impl Verdict {
    pub(super) fn stays(reason: impl Into<String>) -> Self {
        Verdict::Stays(reason.into())
    }
}
