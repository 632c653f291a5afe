//! What the ledger says about decisions: which were approved, which started a release, how those ended.

use std::collections::BTreeSet;
use std::path::Path;

use jiff::Timestamp;
use serde_json::Value;

use crate::effects::Git;
use crate::error::Failure;
use crate::pipeline::ledger::{self, Entry};
use crate::pipeline::run::progress::{BEGUN, DONE, OK, RUN};
use crate::plan::security::DECIDE;
use crate::project::ProjectError;
use crate::security::SecurityError;
use crate::security::decision::{Decision, Verdict};
use crate::security::limits::{self, Event, Limit, Past};
use crate::security::state::{SCHEMA, State};

/// The subcommand of an approval, as its record names it.
pub const APPROVE: &str = "security approve";

/// The subcommand that starts a release, as its record names it.
pub const TRIGGER: &str = "security trigger";

/// What follows from a decision and the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Go {
    /// A release may be started.
    Start,
    /// It was started before, at that time.
    Already(String),
    /// Nothing is to be started, and why.
    Nothing(String),
}

/// The ledger, newest entry first.
pub struct Ledger(Vec<Entry>);

impl Ledger {
    /// Reads the ledger of the repository that a folder lies in.
    ///
    /// # Errors
    /// There is no repository, or its ledger is none.
    pub fn of(dir: &Path) -> Result<Self, Failure> {
        let git = Git::discover(dir)?;
        let git = git.ok_or_else(|| ProjectError::NoRepository { dir: dir.display().to_string() })?;
        Ok(Ledger(ledger::read(&git)?))
    }

    /// Whether a release is to be started for a decision.
    ///
    /// # Errors
    /// Too many were started lately, or the last two failed.
    pub fn verdict(&self, decision: &Decision, approvers: &[String], now: Timestamp) -> Result<Go, SecurityError> {
        if let Some(at) = self.started(&decision.key) {
            return Ok(Go::Already(at.to_owned()));
        }
        let word = decision.decision.word();
        match decision.decision {
            Verdict::ReleaseNow => {}
            Verdict::Ask if decision.delivers.is_empty() => {
                return Ok(Go::Nothing(
                    "the decision is `ask`, and a release would take nothing from users".to_owned(),
                ));
            }
            Verdict::Ask => {
                return Ok(match self.approved_by(decision, approvers) {
                    // Somebody answers for it: the limits are for what starts by itself.
                    Some(_) => Go::Start,
                    None => Go::Nothing(format!(
                        "the decision is `ask`: approve it with `release security approve {}`",
                        decision.key
                    )),
                });
            }
            _ => return Ok(Go::Nothing(format!("the decision is `{word}`: there is nothing to start"))),
        }
        match limits::permit(&self.past(), now) {
            Ok(()) => Ok(Go::Start),
            Err(Limit::TooOften { limit, after }) => Err(SecurityError::TooOften { limit, after: after.to_string() }),
            Err(Limit::Circuit) => Err(SecurityError::Circuit { key: decision.key.clone() }),
        }
    }

    /// The state that was decided about last, on whatever machine; without findings in the project's own code.
    pub fn state(&self, project: &str) -> Option<State> {
        let is_decision = |entry: &&Entry| {
            let record = &entry.record;
            record.command == DECIDE && record.project == project && record.outcome == OK
        };
        let document = self.0.iter().find(is_decision)?.record.facts.document.clone()?;
        let state: State = serde_json::from_value(document).ok()?;
        (state.schema == SCHEMA).then_some(state)
    }

    /// When a release was started for a key.
    pub fn started(&self, key: &str) -> Option<&str> {
        let entry = self.0.iter().find(|entry| is(entry, TRIGGER, key) && entry.record.outcome == "ok");
        entry.map(|entry| entry.record.time.as_str())
    }

    /// Who approved a decision, for the very commit that it is about. `approvers` are addresses; none: anybody.
    pub fn approved_by(&self, decision: &Decision, approvers: &[String]) -> Option<&str> {
        let commit = decision.commit.clone().map_or(Value::Null, Value::String);
        let entry = self.0.iter().find(|entry| {
            let about = entry.record.facts.document.as_ref().and_then(|document| document.get("commit"));
            is(entry, APPROVE, &decision.key)
                && entry.record.outcome == "ok"
                && about == Some(&commit)
                && may_approve(&entry.record.by, approvers)
        });
        entry.map(|entry| entry.record.by.as_str())
    }

    /// What counts for the limits, oldest first. Several failures of one run are one.
    pub fn past(&self) -> Vec<Past> {
        let mut failed = BTreeSet::new();
        let mut past = Vec::new();
        for entry in self.0.iter().rev() {
            let record = &entry.record;
            let ok = record.outcome == OK;
            let phase = record.facts.phase.as_deref();
            let what = match record.command.as_str() {
                TRIGGER if ok => Event::Started,
                TRIGGER => Event::Failed,
                APPROVE if ok => Event::Approved,
                // Whoever started it: users have a release, and the row of failures is broken.
                RUN if ok && phase == Some(DONE) => Event::Succeeded,
                "announce" if ok => Event::Succeeded,
                RUN if record.facts.key.is_some() && !ok && record.outcome != BEGUN => Event::Failed,
                _ => continue,
            };
            if what == Event::Failed && !failed.insert(&record.run) {
                continue;
            }
            if let Ok(at) = record.time.parse() {
                let key = record.facts.key.clone().unwrap_or_default();
                past.push(Past { at, what, key });
            }
        }
        past
    }
}

fn is(entry: &Entry, command: &str, key: &str) -> bool {
    entry.record.command == command && entry.record.facts.key.as_deref() == Some(key)
}

/// Whether somebody (`Name <address>`) is among those who may approve.
pub fn may_approve(by: &str, approvers: &[String]) -> bool {
    let address = by.rsplit_once('<').map(|(_, address)| address.trim_end_matches('>'));
    approvers.is_empty() || approvers.iter().any(|one| address.is_some_and(|address| one.eq_ignore_ascii_case(address)))
}
