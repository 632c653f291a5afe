//! The branch and the tag of a release to the remote, both or none (`git push --atomic`), never by force.
//!
//! Pushing one by one would let a tag out whose branch was refused, and a tag starts workflows. What passes by itself
//! is tried again, after the remote was asked what it has: an answer may have been lost on its way.

use std::path::PathBuf;
use std::time::Duration;

use serde::Serialize;

use super::StepError;
use super::push_answer::{self, Answer};
use crate::effects::git_program::{self, Login};
use crate::effects::process::Ran;
use crate::effects::{Effects, EffectsError};
use crate::error::Failure;

/// How long to wait before the next try, in milliseconds; afterwards it is given up.
const PAUSES: [u64; 3] = [500, 1_500, 4_000];

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
    /// The folder of the user's git hooks, where they run.
    #[serde(skip)]
    pub hooks: Option<PathBuf>,
    /// The full names of what is pushed, with the object that each must name there.
    pub references: Vec<(String, String)>,
}

impl Push {
    /// What it does, in the imperative.
    pub fn describe(&self) -> String {
        format!("push {} to `{}`", self.names().join(" and "), self.remote)
    }

    fn names(&self) -> Vec<&str> {
        self.references
            .iter()
            .map(|(name, _)| name.trim_start_matches("refs/heads/").trim_start_matches("refs/tags/"))
            .collect()
    }

    /// Returns whether anything had to be pushed.
    pub(super) fn carry_out(&self, effects: Effects<'_>) -> Result<bool, Failure> {
        let inspect = effects.inspect();
        let mut pauses = PAUSES.into_iter();
        loop {
            let said = match self.is_there(effects) {
                Ok(true) => return Ok(false),
                Ok(false) => {
                    let ran = self.push(effects)?;
                    if ran.ok() {
                        return Ok(true);
                    }
                    match push_answer::sort(&ran.stdout, &ran.stderr) {
                        Answer::Passing => ran.stderr,
                        answer => return Err(self.rejected(effects, answer, &ran)),
                    }
                }
                Err(EffectsError::Remote { said, .. }) if push_answer::sort("", &said.0) == Answer::Passing => said.0,
                Err(error) => return Err(error.into()),
            };
            let Some(pause) = pauses.next() else {
                let (remote, said) = (self.remote.clone(), push_answer::said("", &said));
                return Err(StepError::Push {
                    remote,
                    branch: self.branch(),
                    answer: Answer::Passing,
                    landed: None,
                    said,
                }
                .into());
            };
            inspect.note(format!("`{}` does not answer as it should, trying again in {pause} ms", self.remote));
            inspect.go_on()?;
            inspect.clock().sleep(Duration::from_millis(pause));
        }
    }

    /// Both or none: where the tag is, the branch was, too, and others may have pushed on top of it since.
    fn is_there(&self, effects: Effects<'_>) -> Result<bool, EffectsError> {
        let names: Vec<String> = self.references.iter().map(|(name, _)| name.clone()).collect();
        let remote = (self.top.as_path(), self.remote.as_str(), self.url.as_str());
        let there = git_program::remote_references_as(effects, remote, (&names, self.login.as_ref()))?;
        let mut tags = self.references.iter().filter(|(name, _)| name.starts_with("refs/tags/")).peekable();
        Ok(tags.peek().is_some() && tags.all(|wanted| there.contains(wanted)))
    }

    fn push(&self, effects: Effects<'_>) -> Result<Ran, EffectsError> {
        let mut program = git_program::program(effects.inspect(), &self.top)?;
        match &self.hooks {
            Some(dir) => program = program.arg("-c").arg(format!("core.hooksPath={}", dir.display())).arg("push"),
            None => program = program.args(["push", "--no-verify"]),
        }
        program = program.args([
            "--atomic",
            "--porcelain",
            "--no-signed",
            "--no-follow-tags",
            "--receive-pack=git-receive-pack",
            "--",
            self.remote.as_str(),
        ]);
        for (name, object) in &self.references {
            program = program.arg(format!("{object}:{name}"));
        }
        git_program::run_as(effects, program, self.login.as_ref())
    }

    fn branch(&self) -> Option<String> {
        let branch = self.references.iter().find_map(|(name, _)| name.strip_prefix("refs/heads/"));
        branch.map(str::to_owned)
    }

    /// What became of a push that was refused; the remote is asked once more what it has of it.
    fn rejected(&self, effects: Effects<'_>, answer: Answer, ran: &Ran) -> Failure {
        let landed = self.is_there(effects).ok();
        let said = push_answer::said(&ran.stdout, &ran.stderr);
        StepError::Push { remote: self.remote.clone(), branch: self.branch(), answer, landed, said }.into()
    }
}
