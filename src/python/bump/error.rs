//! Why there is no next version, and why a text is no scheme.

use super::semver::MappingError;
use crate::error::{Explain, Kind};
use crate::python::error::ParseError;

/// Why there is no next version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BumpError {
    /// Neither a step nor a version.
    #[error("`{text}` is neither a step nor a version")]
    Unknown {
        /// What was read, shortened.
        text: String,
    },
    /// Looks like a version and is none.
    #[error(transparent)]
    Version(#[from] ParseError),
    /// Two steps that exclude each other.
    #[error("`{first}` and `{second}` cannot be asked for together")]
    Conflict {
        /// The one named first.
        first: String,
        /// The one that does not go with it.
        second: String,
    },
    /// A phase before the current one.
    #[error("`{current}` is past the phase `{phase}`")]
    PhaseBack {
        /// The current version.
        current: String,
        /// The letters of the phase that was asked for.
        phase: &'static str,
    },
    /// Already final.
    #[error("`{current}` is final already, nothing is left to finalise")]
    NothingToRelease {
        /// The current version.
        current: String,
    },
    /// A post-release of something that is not final.
    #[error("`{current}` is not final, so it gets no post-release")]
    PostOfPre {
        /// The current version.
        current: String,
    },
    /// The epoch would fall.
    #[error("`{wanted}` drops the epoch of `{current}`, which puts it below")]
    EpochDropped {
        /// The current version.
        current: String,
        /// The one that was asked for.
        wanted: String,
        /// The same one with the epoch kept.
        kept: String,
    },
    /// The same version, at most spelled otherwise.
    #[error("`{wanted}` equals the current version `{current}`")]
    Same {
        /// The current version.
        current: String,
        /// The one that was asked for.
        wanted: String,
    },
    /// A lower version.
    #[error("`{wanted}` is below the current version `{current}`")]
    Lower {
        /// The current version.
        current: String,
        /// The one that was asked for.
        wanted: String,
    },
    /// A level that the pattern of a calendar version has no number for.
    #[error("`{level}` means nothing in the pattern `{pattern}`")]
    CalverLevel {
        /// The level.
        level: &'static str,
        /// The pattern.
        pattern: String,
    },
    /// No number of a calendar version moves.
    #[error("`{current}` is the version of this day already, and `{pattern}` has nothing to count")]
    CalverStuck {
        /// The current version.
        current: String,
        /// The pattern.
        pattern: String,
    },
    /// A version that is not of the pattern.
    #[error("`{wanted}` is not of the pattern `{pattern}`")]
    CalverMisfit {
        /// The one that was asked for.
        wanted: String,
        /// The pattern.
        pattern: String,
    },
    /// The result is not SemVer, in the scheme that asks for it.
    #[error(transparent)]
    Mapping(#[from] MappingError),
    /// A number cannot be counted up.
    #[error("`{current}` has a number that cannot be counted up, {} is the largest", u64::MAX)]
    TooLarge {
        /// The current version.
        current: String,
    },
}

impl Explain for BumpError {
    fn code(&self) -> &'static str {
        match self {
            BumpError::Unknown { .. } => "python/bump-unknown",
            BumpError::Version(error) => error.code(),
            BumpError::Conflict { .. } => "python/bump-conflict",
            BumpError::PhaseBack { .. } => "python/bump-phase-back",
            BumpError::NothingToRelease { .. } => "python/bump-nothing-to-release",
            BumpError::PostOfPre { .. } => "python/bump-post-of-pre",
            BumpError::EpochDropped { .. } => "python/bump-epoch-dropped",
            BumpError::Same { .. } => "python/bump-same",
            BumpError::Lower { .. } => "python/bump-lower",
            BumpError::CalverLevel { .. } => "python/calver-level",
            BumpError::CalverStuck { .. } => "python/calver-stuck",
            BumpError::CalverMisfit { .. } => "python/calver-misfit",
            BumpError::Mapping(error) => error.code(),
            BumpError::TooLarge { .. } => "python/bump-too-large",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            BumpError::Unknown { .. }
            | BumpError::Version(_)
            | BumpError::Conflict { .. }
            | BumpError::CalverLevel { .. } => Kind::Usage,
            _ => Kind::Failed,
        }
    }

    fn hints(&self) -> Vec<String> {
        let hint = match self {
            BumpError::Unknown { .. } => {
                format!("use one of {STEPS}, or a version such as `1.4.0`")
            }
            BumpError::Version(error) => return error.hints(),
            BumpError::Conflict { .. } => {
                "combine at most one level, one phase and `dev`, such as `minor,rc`".to_owned()
            }
            BumpError::PhaseBack { .. } => {
                "use `pre` for the next one of the current phase, or `minor,a` for a new line".to_owned()
            }
            BumpError::NothingToRelease { .. } => "use `patch`, `minor` or `major`".to_owned(),
            BumpError::PostOfPre { .. } => {
                "use `pre` for the next pre-release, or `release` for the final one".to_owned()
            }
            BumpError::EpochDropped { kept, .. } => format!("write `{kept}` to keep the epoch"),
            BumpError::Same { .. } | BumpError::Lower { .. } => {
                "name a higher version, an installed one is never replaced by a lower one".to_owned()
            }
            BumpError::CalverLevel { .. } => "use `patch`: the day gives the numbers before it".to_owned(),
            BumpError::CalverStuck { pattern, .. } => {
                format!("use `post`, or set `scheme = \"calver:{pattern}.MICRO\"` to count within a day")
            }
            BumpError::CalverMisfit { .. } => {
                "write a version of the pattern, or change `scheme` of the configuration".to_owned()
            }
            BumpError::Mapping(error) => return error.hints(),
            BumpError::TooLarge { .. } => "name the version in full".to_owned(),
        };
        vec![hint]
    }
}

const STEPS: &str = "`major`, `minor`, `patch`, `a`, `b`, `rc`, `pre`, `dev`, `post`, `release`, `epoch`, `auto`";

/// Why a text is no scheme of versions.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SchemeError {
    /// No scheme has this name.
    #[error("`{text}` is not a scheme of versions")]
    Unknown {
        /// What was read, shortened.
        text: String,
    },
    /// A pattern of calendar versions that would not always go up, or that PEP 440 would rewrite.
    #[error("`{text}` is not a pattern of calendar versions: {reason}")]
    Pattern {
        /// What was read, shortened.
        text: String,
        /// What is wrong with it.
        reason: String,
    },
}

impl Explain for SchemeError {
    fn code(&self) -> &'static str {
        match self {
            SchemeError::Unknown { .. } => "python/scheme",
            SchemeError::Pattern { .. } => "python/calver-pattern",
        }
    }

    fn kind(&self) -> Kind {
        Kind::Usage
    }

    fn hints(&self) -> Vec<String> {
        let hint = match self {
            SchemeError::Unknown { .. } => "use `pep440`, `semver`, `calver` or `calver:YYYY.MM.MICRO`",
            SchemeError::Pattern { .. } => {
                "begin with `YYYY` or `YY`, go on with `MM`, `MM.DD` or `WW`, and end with `MINOR`, `MICRO` or `INC1`"
            }
        };
        vec![hint.to_owned()]
    }
}
