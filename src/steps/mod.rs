//! The kinds of change, one file each: data, what it says of itself, whether it is done already, and
//! carrying it out. A step holds the state it expects, so that a rerun of anything is safe.

pub mod error;
pub mod record;
pub mod transaction;

use serde::Serialize;

pub use error::StepError;

use crate::effects::Effects;
use crate::error::Failure;

/// One change.
#[derive(Debug, Serialize)]
#[serde(tag = "step", rename_all = "kebab-case")]
pub enum Step {
    /// Files, commit and tag in one transaction.
    Transaction(transaction::Transaction),
}

/// What a step leaves behind for the report.
#[derive(Debug)]
pub enum Produced {
    /// What a transaction moved.
    Transaction(transaction::Moved),
}

impl Produced {
    /// Whether nothing was left to do.
    pub fn was_done(&self) -> bool {
        match self {
            Produced::Transaction(_) => false,
        }
    }

    /// The archives it is about, for the ledger.
    pub fn files(&self) -> Vec<record::RecordedFile> {
        match self {
            Produced::Transaction(_) => Vec::new(),
        }
    }
}

impl Step {
    /// What it does, in the imperative, one line.
    pub fn describe(&self) -> String {
        match self {
            Step::Transaction(step) => step.describe(),
        }
    }

    /// Does it, unless it is done already.
    ///
    /// # Errors
    /// It failed; what it had begun is undone, or finished by a rerun.
    pub fn carry_out(&self, effects: Effects<'_>) -> Result<Produced, Failure> {
        match self {
            Step::Transaction(step) => step.carry_out(effects).map(Produced::Transaction),
        }
    }
}
