//! One file a subcommand: its arguments (the doc comments are the help) and `run`, which loads, plans or
//! judges, and returns a report. Nothing here prints.

pub mod abandon;
pub mod announce;
pub mod apply;
pub mod approve;
pub mod audit;
pub mod build;
pub mod bump;
pub mod changelog;
pub mod check;
mod check_beyond;
mod check_report;
mod check_workflows;
pub mod compare;
pub mod completions;
pub mod doctor;
pub mod explain;
pub mod history;
pub mod index;
pub mod init;
pub mod man;
pub mod notes;
pub mod plan;
pub mod publish;
pub mod references;
pub mod rehearse;
pub mod resume;
pub mod run;
pub mod schema;
pub mod security;
pub mod show;
pub mod stand;
pub mod status;
pub mod undo;
pub mod verify;
pub mod version;
pub mod watch;
pub mod yank;

mod bump_asked;
mod bump_undo;
mod context;
mod under_way;

pub use context::{Context, Done};

use crate::error::{Failure, Kind};

/// The key of a decision, as typed.
///
/// # Errors
/// It is none.
pub fn decision_key(text: &str) -> Result<String, String> {
    let is_hex = |c: char| matches!(c, '0'..='9' | 'a'..='f');
    match text.len() == 16 && text.chars().all(is_hex) {
        true => Ok(text.to_owned()),
        false => {
            Err("the key of a decision is 16 hexadecimal digits, as `release security decide` shows it".to_owned())
        }
    }
}

/// A failure of what was typed, found after the grammar was satisfied.
pub fn usage(message: impl Into<String>, hint: impl Into<String>) -> Failure {
    Failure {
        kind: Kind::Usage,
        code: "cli/usage",
        message: message.into(),
        causes: Vec::new(),
        hints: vec![hint.into()],
        location: None,
        progress: None,
    }
}
