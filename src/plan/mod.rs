//! What would be done, as data. Planners take what only looks, so a dry run is "print the plan and return".

pub mod announce;
pub mod archives;
mod at_once;
pub mod build;
pub mod bump;
pub mod changelog;
pub mod check;
pub mod error;
pub mod execute;
pub mod exposure;
pub mod gates;
pub mod guards;
pub mod init;
pub mod issue;
pub mod message;
pub mod next;
pub mod online;
pub mod preflight;
pub mod publish;
pub mod push;
pub mod questions;
pub mod references;
pub mod rehearse;
pub mod release;
pub mod security;
pub mod status;
pub mod trust;
pub mod undo;
pub mod undo_bump;
pub mod verify;
pub mod yank;

use serde::Serialize;

pub use error::PlanError;

use crate::report::{Outcome, Report};
use crate::steps::Step;
use crate::steps::record::Draft;

/// Steps in order, and what the reader should see of them first.
#[derive(Debug, Default, Serialize)]
pub struct Plan {
    /// The steps.
    pub steps: Vec<Step>,
    /// What is known before an upload begins.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<preflight::Fact>,
    /// What to do when all of it is done.
    #[serde(skip)]
    pub advice: Vec<String>,
    /// What they come to, for people.
    #[serde(skip)]
    pub preview: Vec<String>,
    /// The ledger's entry, for plans whose steps do not write one themselves.
    #[serde(skip)]
    pub draft: Option<(std::path::PathBuf, Draft)>,
}

impl Plan {
    /// A plan of these steps.
    pub fn of(steps: Vec<Step>) -> Self {
        Plan { steps, ..Plan::default() }
    }

    /// The plan as the report of a dry run.
    pub fn report(&self, command: &'static str) -> Report {
        let mut report = Report::new(command).outcome(Outcome::Planned).result(self);
        report.lines.clone_from(&self.preview);
        report.lines.extend(self.steps.iter().map(|step| format!("would {}", step.describe())));
        report
    }
}
