//! Puts files on a branch of a remote, beside everything that it has, in one commit. Never by force: when
//! somebody else pushed meanwhile, their commit is fetched and ours is made again on top of it. git itself
//! talks to the remote, with the forge's token where it is one of the forge, else with its own helpers for
//! credentials; hooks are off.

use std::path::PathBuf;
use std::time::Duration;

use serde::Serialize;

use super::await_status::sequence_of;
use super::record;
use crate::effects::git_program::Login;
use crate::effects::process::Ran;
use crate::effects::{Effects, Git, GitMut, git_program};
use crate::error::Failure;
use crate::report::Event;
use crate::status::error::Said;
use crate::status::{StatusError, files};

/// How many times a push is tried again after somebody else was faster.
const RETRIES: u64 = 3;

/// Files to be put on a branch.
#[derive(Debug, Serialize)]
pub struct PublishBranch {
    /// The repository on this machine.
    pub repository: PathBuf,
    /// The remote: a name, a path or a URL.
    pub remote: String,
    /// The right to fetch and push there, where it is not git's own.
    #[serde(skip)]
    pub login: Option<Login>,
    /// The branch, without `refs/heads/`.
    pub branch: String,
    /// Paths with their content.
    #[serde(serialize_with = "super::write_files::names")]
    pub files: Vec<(String, Vec<u8>)>,
    /// The sequence of the status in them: an older one does not replace a newer one.
    pub sequence: u64,
}

/// What became of the branch.
#[derive(Debug)]
pub struct Published {
    /// The commit that was pushed; nothing where the branch had the files already.
    pub commit: Option<String>,
}

enum Pushed {
    Yes,
    Rejected(String),
}

impl PublishBranch {
    /// What it does, in the imperative.
    pub fn describe(&self) -> String {
        format!("put {} files on branch `{}` of `{}`, beside what it has", self.files.len(), self.branch, self.remote)
    }

    pub(super) fn carry_out(&self, effects: Effects<'_>) -> Result<Published, Failure> {
        let mut tries = 0;
        loop {
            let old = self.head(effects)?;
            if old.is_some() {
                self.expect(
                    effects,
                    &[
                        "fetch",
                        "--no-tags",
                        "--no-write-fetch-head",
                        "--no-recurse-submodules",
                        "--upload-pack=git-upload-pack",
                        "-q",
                    ],
                    &[&self.reference()],
                )?;
            }
            // Opened anew, so that it sees what was fetched.
            let objects = GitMut::open(&self.repository)?;
            let look = objects.look()?;
            let moved = old.as_ref().is_some_and(|old| look.commit_seconds(old).is_err());
            let said = if moved {
                "the branch moved while it was fetched".to_owned()
            } else {
                let Some(new) = self.write(effects, &look, &objects, old.as_deref())? else {
                    return Ok(Published { commit: None });
                };
                match self.push(effects, &new)? {
                    Pushed::Yes => return Ok(Published { commit: Some(new) }),
                    Pushed::Rejected(said) => said,
                }
            };
            if tries == RETRIES {
                return Err(StatusError::Rejected {
                    remote: self.remote.clone(),
                    branch: self.branch.clone(),
                    said: Said(said),
                }
                .into());
            }
            tries += 1;
            effects.inspect().tell(&Event::Detail { text: format!("the push was rejected, trying again: {said}") });
            effects.inspect().clock().sleep(Duration::from_millis(100 * tries));
        }
    }

    fn reference(&self) -> String {
        format!("refs/heads/{}", self.branch)
    }

    /// The commit of the branch at the remote.
    fn head(&self, effects: Effects<'_>) -> Result<Option<String>, Failure> {
        let listed =
            self.expect(effects, &["ls-remote", "--quiet", "--upload-pack=git-upload-pack"], &[&self.reference()])?;
        let wanted = self.reference();
        let mut lines = listed.stdout.lines().filter_map(|line| line.split_once('\t'));
        Ok(lines.find(|(_, name)| *name == wanted).map(|(commit, _)| commit.to_owned()))
    }

    fn write(
        &self,
        effects: Effects<'_>,
        look: &Git,
        objects: &GitMut,
        old: Option<&str>,
    ) -> Result<Option<String>, Failure> {
        let index = format!("{}/index.json", files::FOLDER);
        let there = old.and_then(|old| look.file_of_commit(old, &index).ok());
        let ours = self.files.iter().find(|(name, _)| *name == index).map(|(_, bytes)| bytes);
        if let Some(served) = there.as_ref().and_then(|bytes| sequence_of(bytes))
            && there.as_ref() != ours
            && served >= self.sequence
        {
            return Err(StatusError::Older { served, built: self.sequence }.into());
        }
        let by = record::identity(look, effects.inspect());
        let message = format!("status: sequence {}", self.sequence);
        Ok(objects.write_overlay(old, &self.files, &message, &by)?)
    }

    fn push(&self, effects: Effects<'_>, new: &str) -> Result<Pushed, Failure> {
        let spec = format!("{new}:{}", self.reference());
        let ran = self.git(
            effects,
            &[
                "push",
                "--porcelain",
                "--no-verify",
                "--no-signed",
                "--no-follow-tags",
                "--receive-pack=git-receive-pack",
            ],
            &[&spec],
        )?;
        if ran.ok() {
            return Ok(Pushed::Yes);
        }
        let refused = ran.stdout.lines().find(|line| line.starts_with("!\t"));
        match refused {
            // Somebody else was faster, or is at it now; a hook or a rule of the server is another matter.
            Some(line)
                if ["fetch first", "non-fast-forward", "stale info", "cannot lock ref", "failed to update ref"]
                    .iter()
                    .any(|sign| line.contains(sign)) =>
            {
                Ok(Pushed::Rejected(line.rsplit('\t').next().unwrap_or_default().to_owned()))
            }
            _ => Err(self.failed(&ran)),
        }
    }

    fn expect(&self, effects: Effects<'_>, command: &[&str], after: &[&str]) -> Result<Ran, Failure> {
        let ran = self.git(effects, command, after)?;
        if ran.ok() { Ok(ran) } else { Err(self.failed(&ran)) }
    }

    fn failed(&self, ran: &Ran) -> Failure {
        StatusError::Push { remote: self.remote.clone(), said: Said(ran.tail(5)) }.into()
    }

    fn git(&self, effects: Effects<'_>, command: &[&str], after: &[&str]) -> Result<Ran, Failure> {
        let program = git_program::program(effects.inspect(), &self.repository)?
            .env("LC_ALL", "C")
            .args(command)
            .arg("--")
            .arg(&self.remote)
            .args(after);
        Ok(git_program::run_as(effects, program, self.login.as_ref())?)
    }
}
