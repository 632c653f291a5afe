//! What the numbers of a version mean: PEP 440 alone, SemVer beside it, or the calendar.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use super::{Level, Pattern, SchemeError};
use crate::python::error::shown;

/// What the numbers of a version mean. Files, tags and indexes get PEP 440's spelling in every scheme.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Scheme {
    /// Whatever PEP 440 allows.
    #[default]
    Pep440,
    /// Only what SemVer 2.0.0 can say, in the same order.
    Semver,
    /// The first numbers are those of a day.
    Calver(Pattern),
}

impl Scheme {
    /// The level that this scheme has for what the changes call for.
    #[must_use]
    pub fn fitting(&self, level: Level) -> Level {
        match (self, level) {
            (Scheme::Calver(pattern), Level::Major | Level::Minor) if pattern.takes(Level::Minor).is_ok() => {
                Level::Minor
            }
            (Scheme::Calver(_), _) => Level::Patch,
            (Scheme::Pep440 | Scheme::Semver, level) => level,
        }
    }
}

impl FromStr for Scheme {
    type Err = SchemeError;

    /// # Errors
    /// No scheme has this name, or the pattern behind `calver:` is none.
    fn from_str(text: &str) -> Result<Self, SchemeError> {
        match text {
            "pep440" => Ok(Scheme::Pep440),
            "semver" => Ok(Scheme::Semver),
            "calver" => Ok(Scheme::Calver(Pattern::default())),
            other => match other.strip_prefix("calver:") {
                Some(pattern) => Ok(Scheme::Calver(pattern.parse()?)),
                None => Err(SchemeError::Unknown { text: shown(other) }),
            },
        }
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Scheme::Pep440 => f.write_str("pep440"),
            Scheme::Semver => f.write_str("semver"),
            Scheme::Calver(pattern) => write!(f, "calver:{pattern}"),
        }
    }
}

impl Serialize for Scheme {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
