//! Asks a remote what it has, with the forge's token where the remote is an address of that forge. Nothing of
//! the remote changes; the token goes to git through a pipe that has to be made.

use std::path::PathBuf;

use serde::Serialize;

use crate::effects::Effects;
use crate::effects::git_program::{Login, RemoteReference, remote_references_as};
use crate::error::Failure;

/// A question to a remote.
#[derive(Debug, Serialize)]
pub struct AskRemote {
    /// The top of the repository.
    #[serde(skip)]
    pub top: PathBuf,
    /// The remote.
    pub remote: String,
    /// Where it is.
    #[serde(skip)]
    pub url: String,
    /// The full names of the references that are asked for.
    pub references: Vec<String>,
    /// The forge's token.
    #[serde(skip)]
    pub login: Option<Login>,
}

impl AskRemote {
    /// What it does, in the imperative.
    pub fn describe(&self) -> String {
        format!("ask `{}` for {}", self.remote, self.references.join(", "))
    }

    pub(super) fn carry_out(&self, effects: Effects<'_>) -> Result<Vec<RemoteReference>, Failure> {
        let remote = (self.top.as_path(), self.remote.as_str(), self.url.as_str());
        Ok(remote_references_as(effects, remote, (&self.references, self.login.as_ref()))?)
    }
}
