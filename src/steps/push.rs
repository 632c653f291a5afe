//! The branch and the tag of a release to the remote, both or none (`git push --atomic`), never by force.
//!
//! Pushing one by one would let a tag out whose branch was refused, and a tag starts workflows.

use std::path::PathBuf;

use serde::Serialize;

use crate::effects::Effects;
use crate::effects::git_program::{self, Login};
use crate::error::Failure;

/// References to be pushed.
#[derive(Debug, Serialize)]
pub struct Push {
    /// The top of the repository.
    #[serde(skip)]
    pub top: PathBuf,
    /// The remote's name.
    pub remote: String,
    /// Its URL, as configured.
    #[serde(skip)]
    pub url: String,
    /// The right to push there, where it is not git's own.
    #[serde(skip)]
    pub login: Option<Login>,
    /// The full names of what is pushed, with the object that each must name there.
    pub references: Vec<(String, String)>,
}

impl Push {
    /// What it does, in the imperative.
    pub fn describe(&self) -> String {
        let names: Vec<&str> = self
            .references
            .iter()
            .map(|(name, _)| name.trim_start_matches("refs/heads/").trim_start_matches("refs/tags/"))
            .collect();
        format!("push {} to `{}`", names.join(" and "), self.remote)
    }

    /// Returns whether anything had to be pushed.
    pub(super) fn carry_out(&self, effects: Effects<'_>) -> Result<bool, Failure> {
        let inspect = effects.inspect();
        let names: Vec<String> = self.references.iter().map(|(name, _)| name.clone()).collect();
        let remote = (self.top.as_path(), self.remote.as_str(), self.url.as_str());
        let there = git_program::remote_references_as(effects, remote, (&names, self.login.as_ref()))?;
        // Both or none: where the tag is, the branch was, too, and others may have pushed on top of it since.
        let mut tags = self.references.iter().filter(|(name, _)| name.starts_with("refs/tags/")).peekable();
        if tags.peek().is_some() && tags.all(|wanted| there.contains(wanted)) {
            return Ok(false);
        }
        let mut program = git_program::program(inspect, &self.top)?.args([
            "push",
            "--atomic",
            "--porcelain",
            "--no-verify",
            "--no-follow-tags",
            "--receive-pack=git-receive-pack",
            "--",
            self.remote.as_str(),
        ]);
        for (name, object) in &self.references {
            program = program.arg(format!("{object}:{name}"));
        }
        let ran = git_program::run_as(effects, program, self.login.as_ref())?;
        if !ran.ok() {
            return Err(git_program::refused(&self.remote, &ran).into());
        }
        Ok(true)
    }
}
