//! What can be wrong with a database of advisories, with `.release/security.toml`, and on the way from a record
//! to a release.
//!
//! A single record that cannot be read is no error: it is counted, and the audit says so. Neither is a report:
//! it is a source that failed, and the decision holds.

use crate::error::{Explain, Kind, Location};

/// What stops an audit or a decision.
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
    /// No state was recorded.
    #[error("no state was recorded yet")]
    NoState {
        /// Where it would be.
        file: String,
    },
    /// A file is no state.
    #[error("`{file}` is no recorded state: {reason}")]
    State {
        /// The file.
        file: String,
        /// Why not.
        reason: String,
    },
    /// Nothing was decided.
    #[error("nothing was decided yet")]
    NoDecision {
        /// Where it would be.
        file: String,
    },
    /// A file is no decision.
    #[error("`{file}` is no decision: {reason}")]
    Decision {
        /// The file.
        file: String,
        /// Why not.
        reason: String,
    },
    /// A rule of the project means nothing.
    #[error("`{value}` is not a `{key}` of the rule `{rule}`")]
    OwnRule {
        /// The rule.
        rule: String,
        /// The key.
        key: &'static str,
        /// The value.
        value: String,
        /// What is known there.
        known: Vec<&'static str>,
    },
    /// There is no such rule.
    #[error("there is no rule `{rule}`")]
    NoRule {
        /// The rule.
        rule: String,
        /// The rules that there are.
        known: Vec<String>,
    },
    /// A key that is not the last decision's.
    #[error("`{key}` is not the key of the last decision")]
    OtherKey {
        /// What was typed.
        key: String,
        /// The last decision's.
        last: String,
    },
    /// A decision that asks nobody.
    #[error("the decision is `{decision}`, which asks for no approval")]
    NotAsked {
        /// The decision.
        decision: &'static str,
    },
    /// Somebody who may not approve.
    #[error("`{by}` is not among those who may approve")]
    NoApprover {
        /// Who it is.
        by: String,
    },
    /// The project is not any more what was decided about.
    #[error("the decision is about {}, and HEAD is {}", commit(about), commit(head))]
    Outdated {
        /// The commit that was decided about.
        about: String,
        /// Where HEAD is.
        head: String,
    },
    /// The state that was decided about is not the one that is recorded.
    #[error("the state was recorded anew after the decision")]
    OtherState,
    /// Too long ago to act upon.
    #[error("the decision is of {at}, more than {hours} hours ago")]
    OldDecision {
        /// When it was made.
        at: String,
        /// The limit.
        hours: i64,
    },
    /// Too many releases were started lately.
    #[error("no release is started before {after}: at most {limit}")]
    TooOften {
        /// What the limit is.
        limit: &'static str,
        /// When the next may start.
        after: String,
    },
    /// Two releases in a row failed, or did not end as far as the ledger knows.
    #[error("the last two releases that decisions started have failed, or nothing is known of their end")]
    Circuit {
        /// The key to approve.
        key: String,
    },
    /// A template does not render, which no input may cause.
    #[error("the justification cannot be written")]
    Template {
        /// What the template engine says.
        #[source]
        cause: minijinja::Error,
    },
}

/// A commit as people read it.
fn commit(id: &str) -> String {
    if id.is_empty() { "no commit".to_owned() } else { format!("commit {}", &id[..id.len().min(12)]) }
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
            SecurityError::NoState { .. } => "security/no-state",
            SecurityError::State { .. } => "security/state",
            SecurityError::NoDecision { .. } => "security/no-decision",
            SecurityError::Decision { .. } => "security/decision",
            SecurityError::OwnRule { .. } => "security/own-rule",
            SecurityError::NoRule { .. } => "security/no-rule",
            SecurityError::OtherKey { .. } => "security/other-key",
            SecurityError::NotAsked { .. } => "security/not-asked",
            SecurityError::NoApprover { .. } => "security/no-approver",
            SecurityError::Outdated { .. } => "security/outdated",
            SecurityError::OtherState => "security/other-state",
            SecurityError::OldDecision { .. } => "security/old-decision",
            SecurityError::TooOften { .. } => "security/too-often",
            SecurityError::Circuit { .. } => "security/circuit",
            SecurityError::Template { .. } => "security/template",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            SecurityError::NoRule { .. } | SecurityError::OtherKey { .. } => Kind::Usage,
            SecurityError::NotAsked { .. }
            | SecurityError::NoApprover { .. }
            | SecurityError::Outdated { .. }
            | SecurityError::OtherState
            | SecurityError::OldDecision { .. }
            | SecurityError::TooOften { .. }
            | SecurityError::Circuit { .. } => Kind::Failed,
            SecurityError::Template { .. } => Kind::Bug,
            _ => Kind::Setup,
        }
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
            SecurityError::AcceptanceValue { key: "until" | "created", .. } => {
                "write the last day on which it holds without quotes, such as `until = 2027-06-30`".to_owned()
            }
            SecurityError::AcceptanceValue { file, key, .. } => {
                format!("correct `{key}` in `{file}`")
            }
            SecurityError::NoState { .. } => "run `release security record --db PATH` first".to_owned(),
            SecurityError::State { file, .. } => {
                format!("remove `{file}` and run `release security record`; all findings are new then")
            }
            SecurityError::NoDecision { .. } | SecurityError::Decision { .. } | SecurityError::OtherState => {
                "run `release security decide`".to_owned()
            }
            SecurityError::OwnRule { known, .. } => {
                let known: Vec<String> = known.iter().map(|word| format!("`{word}`")).collect();
                format!("in `[[security.rules]]` use {}", known.join(", "))
            }
            SecurityError::NoRule { known, .. } => format!("use one of {}", known.join(", ")),
            SecurityError::OtherKey { last, .. } => {
                format!("read `release security explain`, then run `release security approve {last}`")
            }
            SecurityError::NotAsked { .. } => "read `release security explain`".to_owned(),
            SecurityError::NoApprover { .. } => {
                "have one of those approve it who are named in `[security] approvers`".to_owned()
            }
            SecurityError::Outdated { .. } | SecurityError::OldDecision { .. } => {
                "run `release security record`, then `release security decide`".to_owned()
            }
            SecurityError::TooOften { .. } => "run it again then; the key starts one release only".to_owned(),
            SecurityError::Circuit { key } => {
                format!(
                    "find out why (`release history`, the runs at the forge), then run `release security approve {key}`"
                )
            }
            SecurityError::Template { .. } => "please report it with the command and this text".to_owned(),
        }]
    }

    fn location(&self) -> Option<Location> {
        match self {
            SecurityError::AcceptanceSyntax { file, line, .. }
            | SecurityError::AcceptanceUnknownKey { file, line, .. }
            | SecurityError::AcceptanceMissingKey { file, line, .. }
            | SecurityError::AcceptanceValue { file, line, .. } => Some(Location::line(file, *line)),
            SecurityError::NoState { file } | SecurityError::NoDecision { file } => Some(Location::file(file)),
            _ => None,
        }
    }
}
