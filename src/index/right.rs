//! The right with which files are sent, as a step holds it: asked anew for every file, so that it can be one that is
//! good for a short time only. Which right an index gets is decided here, from all sources in their order.

use std::sync::Arc;

use super::credential::{self, Credential, is_narrowed, sources};
use super::error::IndexError;
use super::token::{self, Token};
use super::trusted_publishing::{self, Ambient, Trusted};
use crate::config::targets::Index;
use crate::effects::{Effects, Inspect};
use crate::python::name::ProjectName;

/// A right to send files to one index.
#[derive(Debug, Clone)]
pub enum Right {
    /// Credentials that somebody gave.
    Given(Credential),
    /// A token that the index gives to this job.
    Trusted(Arc<Trusted>),
}

impl Right {
    /// The right for an index: what was `given` with the command, our own variables, what this job is, the variables of
    /// other tools, `.pypirc`; nothing where there is none.
    ///
    /// # Errors
    /// Two sources differ, or one that would be used cannot be.
    pub fn find(inspect: Inspect<'_>, index: &Index, given: Option<&Credential>) -> Result<Option<Self>, IndexError> {
        if let Some(given) = given {
            return Ok(Some(Right::Given(given.clone())));
        }
        if let Some(own) = sources::own(inspect, index)? {
            return Ok(Some(Right::Given(own)));
        }
        let job = match trusted_publishing::ambient(inspect, Some(index)) {
            Ambient::Job(provider) if trusted_publishing::is_offered(index) => Some(provider),
            _ => None,
        };
        let trusted = |provider| Right::Trusted(Arc::new(Trusted::new(provider)));
        match job {
            Some(job) if !job.is_guessed() && trusted_publishing::is_accepted(inspect, index) => {
                return Ok(Some(trusted(job)));
            }
            Some(job) if job.is_guessed() => {
                let others = sources::others(inspect, index)?.map(Right::Given);
                return Ok(others.or_else(|| trusted_publishing::is_accepted(inspect, index).then(|| trusted(job))));
            }
            _ => {}
        }
        Ok(sources::others(inspect, index)?.map(Right::Given))
    }

    /// What is sent with the next file of this project: a token that is narrowed to it where the index reads such, or
    /// one that was got for this job.
    ///
    /// # Errors
    /// It is of another index, or the index gives none.
    pub fn of_now(&self, effects: Effects<'_>, index: &Index, project: &ProjectName) -> Result<Credential, IndexError> {
        self.guard(index)?;
        let redactor = effects.inspect().redactor();
        match self {
            Right::Trusted(trusted) => trusted.token(effects, index),
            Right::Given(credential) => {
                redactor.register(&credential.basic.password);
                let mut sent = credential.clone();
                if is_narrowed(credential, index) {
                    let now = effects.inspect().clock().now().as_second();
                    if let Some(narrowed) = token::narrowed(credential.basic.password.reveal(), project, now) {
                        redactor.register(&narrowed);
                        sent.basic.password = narrowed;
                    }
                }
                Ok(sent)
            }
        }
    }

    /// What is sent instead of credentials that the index calls expired; nothing where there is no way to others. To be
    /// asked once for a file.
    ///
    /// # Errors
    /// The index gives this job no other token.
    pub fn renewed(
        &self,
        effects: Effects<'_>,
        index: &Index,
        refused: &Credential,
    ) -> Result<Option<Credential>, IndexError> {
        match self {
            Right::Given(_) => Ok(None),
            Right::Trusted(trusted) => trusted.renewed(effects, index, refused).map(Some),
        }
    }

    /// Refuses a right that another index gave, or that cannot be one, before anything is asked for.
    ///
    /// # Errors
    /// [`IndexError::TokenOfOtherIndex`], [`IndexError::TokenForm`].
    pub fn guard(&self, index: &Index) -> Result<(), IndexError> {
        match self {
            Right::Given(credential) => credential::guard(credential, index),
            Right::Trusted(_) => Ok(()),
        }
    }

    /// Where it came from, as people call it.
    pub fn told(&self) -> &str {
        match self {
            Right::Given(credential) => &credential.source,
            Right::Trusted(_) => trusted_publishing::SOURCE,
        }
    }

    /// What its token says about itself; nothing where there is none yet, or it is none of PyPI's.
    pub fn token(&self) -> Option<Token> {
        match self {
            Right::Given(credential) => token::decode(credential.basic.password.reveal()).ok(),
            Right::Trusted(_) => None,
        }
    }

    /// Whether what is sent is good for one project and ten minutes only.
    pub fn is_narrowed(&self, index: &Index) -> bool {
        match self {
            Right::Given(credential) => self.token().is_some() && is_narrowed(credential, index),
            Right::Trusted(_) => false,
        }
    }
}
