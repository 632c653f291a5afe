//! A token of minutes from an index that trusts this job: got before the first file, so that a refusal comes before any
//! byte; the files ask the same right, which keeps it.

use serde::Serialize;

use crate::config::targets::Index;
use crate::effects::Effects;
use crate::error::Failure;
use crate::index::{Credential, Right};
use crate::python::name::ProjectName;

/// A token to be had.
#[derive(Debug, Serialize)]
pub struct MintToken {
    /// The index.
    pub index: Index,
    /// The project whose files are sent with it.
    pub project: ProjectName,
    /// The right that keeps it.
    #[serde(skip)]
    pub right: Right,
}

impl MintToken {
    /// What it does, in the imperative.
    pub fn describe(&self) -> String {
        format!("get a token from `{}` by trusted publishing", self.index.name)
    }

    pub(super) fn carry_out(&self, effects: Effects<'_>) -> Result<Credential, Failure> {
        Ok(self.right.of_now(effects, &self.index, &self.project)?)
    }
}
