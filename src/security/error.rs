//! What can be wrong with a database of advisories and with `.release/security.toml`.
//!
//! A single record that cannot be read is no error: it is counted, and the audit says so.

use crate::error::{Explain, Kind, Location};

/// What stops an audit before it begins.
#[derive(Debug, thiserror::Error)]
pub enum SecurityError {
    /// The database is no zip archive, or breaks off.
    #[error("the advisory database is not a zip archive that can be read")]
    Archive {
        /// What the reader says.
        #[source]
        cause: zip::result::ZipError,
    },
    /// More records than any real database has.
    #[error("the advisory database has more than {limit} records")]
    TooManyRecords {
        /// The limit.
        limit: usize,
    },
    /// More bytes than any real database has.
    #[error("the advisory database is larger than {limit} MiB when unpacked")]
    TooLarge {
        /// The limit in MiB.
        limit: u64,
    },
    /// The list of accepted findings is no TOML.
    #[error("`{file}` is not TOML: {reason}")]
    AcceptanceSyntax {
        /// The file.
        file: String,
        /// The line, counted from 1.
        line: usize,
        /// What the parser says.
        reason: String,
    },
    /// A key that means nothing.
    #[error("`{key}` is not a key of `{file}`")]
    AcceptanceUnknownKey {
        /// The file.
        file: String,
        /// The line, counted from 1.
        line: usize,
        /// The key.
        key: String,
        /// The keys that are known there.
        known: &'static [&'static str],
    },
    /// A key that must be there.
    #[error("an accepted finding has no `{key}`")]
    AcceptanceMissingKey {
        /// The file.
        file: String,
        /// The line of the entry, counted from 1.
        line: usize,
        /// The key.
        key: &'static str,
    },
    /// A value of the wrong kind.
    #[error("`{key}` must be {expected}")]
    AcceptanceValue {
        /// The file.
        file: String,
        /// The line, counted from 1.
        line: usize,
        /// The key.
        key: &'static str,
        /// What is expected.
        expected: &'static str,
    },
}

impl Explain for SecurityError {
    fn code(&self) -> &'static str {
        match self {
            SecurityError::Archive { .. } => "security/database-archive",
            SecurityError::TooManyRecords { .. } => "security/database-records",
            SecurityError::TooLarge { .. } => "security/database-size",
            SecurityError::AcceptanceSyntax { .. } => "security/acceptance-syntax",
            SecurityError::AcceptanceUnknownKey { .. } => "security/acceptance-unknown-key",
            SecurityError::AcceptanceMissingKey { .. } => "security/acceptance-missing-key",
            SecurityError::AcceptanceValue { .. } => "security/acceptance-value",
        }
    }

    fn kind(&self) -> Kind {
        Kind::Setup
    }

    fn hints(&self) -> Vec<String> {
        vec![match self {
            SecurityError::Archive { .. } => "fetch the database again, or name another with `--db`".to_owned(),
            SecurityError::TooManyRecords { .. } | SecurityError::TooLarge { .. } => {
                "name the export of one ecosystem with `--db`, such as \
                 `https://storage.googleapis.com/osv-vulnerabilities/PyPI/all.zip`"
                    .to_owned()
            }
            SecurityError::AcceptanceSyntax { file, line, .. } => {
                format!("correct line {line} of `{file}`")
            }
            SecurityError::AcceptanceUnknownKey { known, .. } => {
                let known: Vec<String> = known.iter().map(|key| format!("`{key}`")).collect();
                format!("use one of {}", known.join(", "))
            }
            SecurityError::AcceptanceMissingKey { file, key, .. } => {
                format!("add `{key}` to the entry in `{file}`")
            }
            SecurityError::AcceptanceValue { key: "until", .. } => {
                "write the last day on which it holds without quotes, such as `until = 2027-06-30`".to_owned()
            }
            SecurityError::AcceptanceValue { file, key, .. } => {
                format!("correct `{key}` in `{file}`")
            }
        }]
    }

    fn location(&self) -> Option<Location> {
        match self {
            SecurityError::Archive { .. } | SecurityError::TooManyRecords { .. } | SecurityError::TooLarge { .. } => {
                None
            }
            SecurityError::AcceptanceSyntax { file, line, .. }
            | SecurityError::AcceptanceUnknownKey { file, line, .. }
            | SecurityError::AcceptanceMissingKey { file, line, .. }
            | SecurityError::AcceptanceValue { file, line, .. } => Some(Location::line(file, *line)),
        }
    }
}
