//! One thing wrong or noteworthy: what a judging command is about.

use serde::Serialize;

use crate::error::Location;

/// How bad a finding is. Only [`Severity::Error`] turns a verdict against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Should be looked at; does not fail a command unless `--strict`.
    Warning,
    /// The verdict is against.
    Error,
}

impl Severity {
    /// The word that people and programs read.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// One thing wrong or noteworthy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The stable code, listed in `report/codes/` and explained by `release explain CODE`.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// A lowercase fragment, literals in backticks, no full stop.
    pub message: String,
    /// Where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

impl Finding {
    /// A finding that turns the verdict against.
    pub fn error(code: &'static str, message: impl Into<String>) -> Self {
        Finding::new(code, Severity::Error, message)
    }

    /// A finding that should be looked at.
    pub fn warning(code: &'static str, message: impl Into<String>) -> Self {
        Finding::new(code, Severity::Warning, message)
    }

    /// A finding worth knowing.
    pub fn info(code: &'static str, message: impl Into<String>) -> Self {
        Finding::new(code, Severity::Info, message)
    }

    fn new(code: &'static str, severity: Severity, message: impl Into<String>) -> Self {
        Finding { code, severity, message: message.into(), location: None, help: None }
    }

    /// The same finding with its place.
    #[must_use]
    pub fn at(mut self, location: Location) -> Self {
        self.location = Some(location);
        self
    }

    /// The same finding with what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
