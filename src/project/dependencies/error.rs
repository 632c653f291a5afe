//! What can be wrong with a lock file as a whole. Single entries that lock nothing are no errors:
//! they are listed as skipped.

use crate::error::{Explain, Kind, Location};

/// A lock file that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DependencyError {
    /// Larger than any real lock file.
    #[error("`{file}` is larger than {limit} MiB")]
    TooLarge {
        /// The file.
        file: String,
        /// The limit in MiB.
        limit: usize,
    },
    /// More entries than any real lock file has.
    #[error("`{file}` locks more than {limit} packages")]
    TooMany {
        /// The file.
        file: String,
        /// The limit.
        limit: usize,
    },
    /// Not TOML.
    #[error("`{file}` is not TOML: {reason}")]
    Toml {
        /// The file.
        file: String,
        /// The line, counted from 1.
        line: usize,
        /// What the parser says.
        reason: String,
    },
    /// A layout that this tool does not know.
    #[error("`{file}` has the lock version {version}, and only version 1 is understood")]
    LockVersion {
        /// The file.
        file: String,
        /// The version as written.
        version: String,
    },
    /// TOML, but an entry has another shape than the format says.
    #[error("{what} in `{file}`")]
    Malformed {
        /// The file.
        file: String,
        /// The line, counted from 1.
        line: usize,
        /// What is wrong.
        what: String,
    },
}

impl Explain for DependencyError {
    fn code(&self) -> &'static str {
        match self {
            DependencyError::TooLarge { .. } => "dependencies/too-large",
            DependencyError::TooMany { .. } => "dependencies/too-many",
            DependencyError::Toml { .. } => "dependencies/toml",
            DependencyError::LockVersion { .. } => "dependencies/lock-version",
            DependencyError::Malformed { .. } => "dependencies/malformed",
        }
    }

    fn kind(&self) -> Kind {
        Kind::Setup
    }

    fn hints(&self) -> Vec<String> {
        let hint = match self {
            DependencyError::TooLarge { file, .. } | DependencyError::TooMany { file, .. } => {
                format!("check that `{file}` is the lock file of this project")
            }
            DependencyError::Toml { file, .. } | DependencyError::Malformed { file, .. } => {
                format!("write `{file}` anew with `uv lock`")
            }
            DependencyError::LockVersion { .. } => {
                "export the lock with `uv export --output-file requirements.txt` and audit that file".to_owned()
            }
        };
        vec![hint]
    }

    fn location(&self) -> Option<Location> {
        Some(match self {
            DependencyError::Toml { file, line, .. } | DependencyError::Malformed { file, line, .. } => {
                Location::line(file, *line)
            }
            DependencyError::TooLarge { file, .. }
            | DependencyError::TooMany { file, .. }
            | DependencyError::LockVersion { file, .. } => Location::file(file),
        })
    }
}
