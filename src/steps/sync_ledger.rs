//! The ledger here and the one of a remote become the same: entries that only one side has get to the other.
//!
//! Where both sides wrote, ours go on top of theirs, as they were but for the digest of the entry before.
//! Nothing is ever pushed by force.

use std::path::PathBuf;

use serde::Serialize;

use super::record::{self, LEDGER, RECORD_FILE, Record};
use crate::effects::git::Identity;
use crate::effects::git_program::Login;
use crate::effects::{Effects, Git, GitMut, git_program};
use crate::error::Failure;
use crate::steps::StepError;

/// Where the ledger of the remote is kept here.
const THEIRS: &str = "refs/release/remote";

/// How many times somebody may be faster.
const TRIES: u32 = 20;

/// The ledger and a remote.
#[derive(Debug, Serialize)]
pub struct SyncLedger {
    /// The top of the repository.
    #[serde(skip)]
    pub top: PathBuf,
    /// The remote's name.
    pub remote: String,
    /// Its URL, as configured.
    #[serde(skip)]
    pub url: String,
    /// The right to fetch and push there, where it is not git's own.
    #[serde(skip)]
    pub login: Option<Login>,
}

/// How many entries went each way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Synced {
    /// Entries that came from the remote.
    pub fetched: usize,
    /// Entries that went to it.
    pub pushed: usize,
}

impl SyncLedger {
    /// What it does, in the imperative.
    pub fn describe(&self) -> String {
        format!("bring the ledgers here and of `{}` together", self.remote)
    }

    pub(super) fn carry_out(&self, effects: Effects<'_>) -> Result<Synced, Failure> {
        let mut synced = Synced::default();
        let mut tries = 0;
        loop {
            let theirs = self.fetch(effects)?;
            let git = GitMut::open(&self.top)?.look()?;
            // Read first: what is written here meanwhile makes the move fail, and is read the next time.
            let before = git.resolve(LEDGER);
            let (ours_only, theirs_only) = apart(&git, theirs.is_some())?;
            if theirs_only > 0
                && let Err(failure) = self.put_on_top(effects, &git, (before.as_deref(), theirs.as_deref(), &ours_only))
            {
                if tries == TRIES || failure.code == "step/unreadable-entry" {
                    return Err(failure);
                }
                tries += 1;
                effects.inspect().clock().sleep(std::time::Duration::from_millis(20 * u64::from(tries)));
                continue;
            }
            synced.fetched += theirs_only;
            synced.pushed = ours_only.len();
            if ours_only.is_empty() {
                return Ok(synced);
            }
            match self.push(effects) {
                Err(_) if tries < TRIES => tries += 1,
                Err(failure) => return Err(failure),
                Ok(()) => return Ok(synced),
            }
        }
    }

    /// The newest entry of the remote, whose chain is here afterwards.
    fn fetch(&self, effects: Effects<'_>) -> Result<Option<String>, Failure> {
        let inspect = effects.inspect();
        let names = [LEDGER.to_owned()];
        let remote = (self.top.as_path(), self.remote.as_str(), self.url.as_str());
        let there = git_program::remote_references_as(effects, remote, (&names, self.login.as_ref()))?;
        let Some((_, newest)) = there.into_iter().find(|(name, _)| name == LEDGER) else {
            return Ok(None);
        };
        let program = git_program::program(inspect, &self.top)?.args([
            "fetch",
            "--quiet",
            "--no-tags",
            "--no-write-fetch-head",
            "--no-recurse-submodules",
            "--upload-pack=git-upload-pack",
            "--",
            self.remote.as_str(),
            &format!("+{LEDGER}:{THEIRS}"),
        ]);
        let ran = git_program::run_as(effects, program, self.login.as_ref())?;
        if !ran.ok() {
            return Err(git_program::refused(&self.remote, &ran).into());
        }
        Ok(Some(newest))
    }

    /// Moves the ledger here to the remote's, with our own entries on top of it, oldest first.
    fn put_on_top(
        &self,
        effects: Effects<'_>,
        git: &Git,
        (before, theirs, ours_only): (Option<&str>, Option<&str>, &[Vec<u8>]),
    ) -> Result<(), Failure> {
        let objects = GitMut::open(&self.top)?;
        let mut newest = theirs.map(str::to_owned);
        for bytes in ours_only {
            let record = serde_json::from_slice::<Record>(bytes).map_err(|_| StepError::UnreadableEntry)?;
            let by = Identity {
                name: "release".to_owned(),
                email: "release@localhost".to_owned(),
                seconds: effects.inspect().clock().now().as_second(),
            };
            newest = Some(record::write_on(git, &objects, (&record, newest.as_deref()), &by)?);
        }
        if let Some(newest) = newest {
            record::move_ledger(effects, git, (before, &newest))?;
        }
        Ok(())
    }

    fn push(&self, effects: Effects<'_>) -> Result<(), Failure> {
        let program = git_program::program(effects.inspect(), &self.top)?.args([
            "push",
            "--quiet",
            "--no-verify",
            "--no-follow-tags",
            "--receive-pack=git-receive-pack",
            "--",
            self.remote.as_str(),
            &format!("{LEDGER}:{LEDGER}"),
        ]);
        let ran = git_program::run_as(effects, program, self.login.as_ref())?;
        if ran.ok() { Ok(()) } else { Err(git_program::refused(&self.remote, &ran).into()) }
    }
}

/// Our own entries that the remote does not have, oldest first, and how many of its we do not have.
fn apart(git: &Git, has_theirs: bool) -> Result<(Vec<Vec<u8>>, usize), Failure> {
    let mut ours = git.chain(LEDGER, RECORD_FILE)?;
    let mut theirs = if has_theirs { git.chain(THEIRS, RECORD_FILE)? } else { Vec::new() };
    ours.reverse();
    theirs.reverse();
    let common = ours.iter().zip(&theirs).take_while(|(one, other)| one.0 == other.0).count();
    let ours_only = ours.split_off(common).into_iter().map(|(_, bytes)| bytes.unwrap_or_default()).collect();
    Ok((ours_only, theirs.len() - common))
}
