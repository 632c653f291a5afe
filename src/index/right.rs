//! The right with which files are sent, as a step holds it: asked anew for every file, so that it can be one that is
//! good for a short time only.

use super::credential::{self, Credential};
use super::error::IndexError;
use crate::config::targets::Index;
use crate::effects::Effects;
use crate::python::name::ProjectName;

/// A right to send files to one index.
#[derive(Debug, Clone)]
pub enum Right {
    /// Credentials that somebody gave.
    Given(Credential),
}

impl Right {
    /// What is sent with the next file of this project.
    ///
    /// # Errors
    /// It is of another index.
    pub fn of_now(
        &self,
        effects: Effects<'_>,
        index: &Index,
        _project: &ProjectName,
    ) -> Result<Credential, IndexError> {
        let Right::Given(credential) = self;
        self.guard(index)?;
        effects.inspect().redactor().register(&credential.basic.password);
        Ok(credential.clone())
    }

    /// What is sent instead of credentials that the index calls expired; nothing where there is no way to others. To be
    /// asked once for a file.
    ///
    /// # Errors
    /// The index gives this job no other token.
    pub fn renewed(
        &self,
        _effects: Effects<'_>,
        _index: &Index,
        _refused: &Credential,
    ) -> Result<Option<Credential>, IndexError> {
        let Right::Given(_) = self;
        Ok(None)
    }

    /// Refuses a right that another index gave, before anything is asked for.
    ///
    /// # Errors
    /// [`IndexError::TokenOfOtherIndex`].
    pub fn guard(&self, index: &Index) -> Result<(), IndexError> {
        let Right::Given(credential) = self;
        credential::guard(credential, index)
    }

    /// Where it came from, as people call it.
    pub fn told(&self) -> &str {
        let Right::Given(credential) = self;
        &credential.source
    }
}
