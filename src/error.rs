//! Failures: what stopped a command, who must act, and what to do next.
//!
//! Every room has one error enum ([`thiserror`]) and implements [`Explain`] beside it. At the edge of
//! the library each becomes a [`Failure`], the one thing that renderers and exit codes know about.
//! The texts behind the codes are in `report/codes/`.

use serde::Serialize;

/// Who must act on a failure; decides the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Refused or failed, and nothing left the machine: exit 1.
    Failed,
    /// What was typed does not parse: exit 2.
    Usage,
    /// A file of the project or the machine must be put right: exit 3.
    Setup,
    /// Part of the work has landed, run again to continue: exit 4.
    Partial,
    /// A bug of ours: exit 70.
    Bug,
    /// Ended by SIGINT: exit 130.
    Interrupted,
    /// Ended by SIGTERM: exit 143.
    Terminated,
}

impl Kind {
    /// The process exit code of this kind (DESIGN §3).
    pub fn exit_code(self) -> u8 {
        match self {
            Kind::Failed => 1,
            Kind::Usage => 2,
            Kind::Setup => 3,
            Kind::Partial => 4,
            Kind::Bug => 70,
            Kind::Interrupted => 130,
            Kind::Terminated => 143,
        }
    }

    /// The word that the JSON document uses.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Failed => "failed",
            Kind::Usage => "usage",
            Kind::Setup => "setup",
            Kind::Partial => "partial",
            Kind::Bug => "bug",
            Kind::Interrupted => "interrupted",
            Kind::Terminated => "terminated",
        }
    }
}

/// A place in a file or an archive: where to look.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Location {
    /// The file, relative to the project where it lies below it.
    pub file: String,
    /// The member of that file, where it is an archive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub member: Option<String>,
    /// The line, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// The column in characters, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<usize>,
}

impl Location {
    /// A whole file.
    pub fn file(file: impl Into<String>) -> Self {
        Location { file: file.into(), ..Location::default() }
    }

    /// A member of an archive.
    pub fn member(file: impl Into<String>, member: impl Into<String>) -> Self {
        Location { file: file.into(), member: Some(member.into()), ..Location::default() }
    }

    /// A line of a file.
    pub fn line(file: impl Into<String>, line: usize) -> Self {
        Location { file: file.into(), line: Some(line), ..Location::default() }
    }
}

/// What an error enum of a room says beyond its text.
pub trait Explain: std::error::Error + Send + Sync + 'static {
    /// The stable code, `room/what`, listed in `report/codes/`.
    fn code(&self) -> &'static str;

    /// Who must act.
    fn kind(&self) -> Kind {
        Kind::Failed
    }

    /// What to do next, in the imperative, each naming the exact flag, key, file or URL.
    fn hints(&self) -> Vec<String> {
        Vec::new()
    }

    /// Where it happened.
    fn location(&self) -> Option<Location> {
        None
    }
}

/// What stopped a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Who must act.
    pub kind: Kind,
    /// The stable code.
    pub code: &'static str,
    /// A lowercase fragment, literals in backticks, no full stop.
    pub message: String,
    /// What lies behind it, outermost first.
    pub causes: Vec<String>,
    /// What to do next.
    pub hints: Vec<String>,
    /// Where it happened.
    pub location: Option<Location>,
    /// How far the command came, for failures in the middle of a long run: becomes `result` in JSON.
    pub progress: Option<Box<serde_json::Value>>,
}

impl Failure {
    /// The same failure with one more hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// The same failure, carrying what the command had done until then.
    #[must_use]
    pub fn after(mut self, progress: serde_json::Value) -> Self {
        self.progress = Some(Box::new(progress));
        self
    }
}

impl<E: Explain> From<E> for Failure {
    fn from(error: E) -> Self {
        let mut causes = Vec::new();
        let mut source = std::error::Error::source(&error);
        while let Some(cause) = source {
            // A program that fails may have written nothing.
            causes.extend(Some(cause.to_string()).filter(|cause| !cause.trim().is_empty()));
            source = cause.source();
        }
        Failure {
            kind: error.kind(),
            code: error.code(),
            message: error.to_string(),
            causes,
            hints: error.hints(),
            location: error.location(),
            progress: None,
        }
    }
}
