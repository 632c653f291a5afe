//! An entry of the ledger that stands for itself: an approval.

use std::path::PathBuf;

use serde::Serialize;

use super::record::{self, Draft};
use crate::effects::Effects;
use crate::error::Failure;

/// An entry to be appended.
#[derive(Debug, Serialize)]
pub struct AppendRecord {
    /// A folder of the repository.
    pub dir: PathBuf,
    /// The entry.
    #[serde(skip)]
    pub draft: Draft,
}

impl AppendRecord {
    /// What it does, in the imperative.
    pub fn describe(&self) -> String {
        format!("record in the ledger: {}", self.draft.summary)
    }

    pub(super) fn carry_out(&self, effects: Effects<'_>) -> Result<(), Failure> {
        Ok(record::append(effects, &self.dir, &self.draft, "ok", &[])?)
    }
}
