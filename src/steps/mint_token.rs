//! A token of minutes from an index that trusts this job.

use serde::Serialize;

use crate::config::targets::Index;
use crate::effects::Effects;
use crate::error::Failure;
use crate::index::Credential;
use crate::index::trusted_publishing::Runner;

/// A token to be had.
#[derive(Debug, Serialize)]
pub struct MintToken {
    /// The index.
    pub index: Index,
    /// What says who this job is.
    #[serde(skip)]
    pub runner: Runner,
}

impl MintToken {
    /// What it does, in the imperative.
    pub fn describe(&self) -> String {
        format!("get a token from `{}` by trusted publishing", self.index.name)
    }

    pub(super) fn carry_out(&self, effects: Effects<'_>) -> Result<Credential, Failure> {
        let token = self.runner.mint(effects, &self.index)?;
        Ok(Credential::token(token, "trusted publishing"))
    }
}
