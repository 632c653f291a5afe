//! Pushes references to a bare repository on this machine, never by force; one that has them is left alone.

use std::path::PathBuf;

use serde::Serialize;

use crate::effects::{Effects, GitMut};
use crate::error::Failure;

/// References to be pushed.
#[derive(Debug, Serialize)]
pub struct PushLocal {
    /// The repository.
    pub repository: PathBuf,
    /// The bare repository that gets them.
    pub origin: PathBuf,
    /// Their full names.
    pub references: Vec<String>,
}

impl PushLocal {
    /// What it does, in the imperative.
    pub fn describe(&self) -> String {
        format!("push {} to `{}`", self.references.join(", "), self.origin.display())
    }

    pub(super) fn carry_out(&self, effects: Effects<'_>) -> Result<(), Failure> {
        effects.inspect().tell(&crate::report::Event::Detail { text: self.describe() });
        Ok(GitMut::open(&self.repository)?.push_local(&self.origin, &self.references)?)
    }
}
