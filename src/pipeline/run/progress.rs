//! How far a release came, by the ledger alone: the plan that was begun last, and what is recorded of it.

use std::collections::BTreeSet;

use crate::effects::{EffectsError, Git};
use crate::pipeline::ledger;
use crate::plan::release::Document;
use crate::steps::record::{Record, RecordedFile};

/// The command of records of runs.
pub const RUN: &str = "run";

/// The phase of the record that holds the plan.
pub const PLANNED: &str = "planned";

/// The phase of the record that ends a run.
pub const DONE: &str = "done";

/// The outcome of a phase that is about to leave the machine.
pub const BEGUN: &str = "begun";

/// The outcome of a phase that worked.
pub const OK: &str = "ok";

/// A release that was begun.
#[derive(Debug, Clone)]
pub struct Progress {
    /// Its plan.
    pub document: Document,
    /// The sha256 of the plan.
    pub token: String,
    /// Who began it.
    pub started_by: String,
    /// Whether it has ended: done, taken back or given up.
    pub ended: bool,
    /// The phases that worked.
    pub done: BTreeSet<String>,
    /// The phases that left the machine, or may have.
    pub begun: Vec<String>,
    /// The archives that were built.
    pub files: Vec<RecordedFile>,
    /// The files that were verified, by stage.
    pub verified: Vec<(String, Vec<RecordedFile>)>,
    /// Who approved the plan.
    pub approvals: BTreeSet<String>,
}

impl Progress {
    /// A run of a plan that nothing is recorded of yet.
    pub fn fresh(document: Document, started_by: String, approvals: BTreeSet<String>) -> Self {
        Progress {
            token: document.token(),
            document,
            started_by,
            ended: false,
            done: BTreeSet::new(),
            begun: Vec::new(),
            files: Vec::new(),
            verified: Vec::new(),
            approvals,
        }
    }

    /// Whether something left the machine, or may have.
    pub fn left(&self) -> bool {
        !self.begun.is_empty()
    }

    /// Whether it changed anything: the tag is made, or something left the machine.
    pub fn changed(&self, git: &Git) -> bool {
        let tag = format!("refs/tags/{}", self.document.tag);
        self.left() || (self.document.makes_tag && git.resolve(&tag).is_some())
    }

    /// Takes over what a record says.
    fn note(&mut self, record: &Record) {
        let phase = record.facts.phase.clone().unwrap_or_default();
        match (record.command.as_str(), record.outcome.as_str()) {
            ("undo" | "abandon", OK) => self.ended = true,
            (RUN, BEGUN) => self.begun.push(phase),
            (RUN, OK) => {
                match phase.split_once(' ') {
                    _ if phase == DONE => self.ended = true,
                    _ if phase == "build" => self.files.clone_from(&record.files),
                    Some(("verify", stage)) => self.verified.push((stage.to_owned(), record.files.clone())),
                    _ => {}
                }
                self.done.insert(phase);
            }
            _ => {}
        }
    }
}

/// The release that was begun last, ended or not; nothing where none was.
///
/// # Errors
/// The ledger cannot be read.
pub fn last(git: &Git) -> Result<Option<Progress>, EffectsError> {
    let entries = ledger::read(git)?;
    let is_start = |record: &Record| record.command == RUN && record.facts.phase.as_deref() == Some(PLANNED);
    let Some(start) = entries.iter().position(|entry| is_start(&entry.record)) else {
        return Ok(None);
    };
    let record = &entries[start].record;
    let document = record.facts.document.clone().and_then(|document| serde_json::from_value::<Document>(document).ok());
    // A plan of a newer format is none of ours.
    let Some(document) = document else { return Ok(None) };
    let approvals = approvals(entries.iter().map(|entry| &entry.record), &document.token());
    let mut progress = Progress::fresh(document, record.by.clone(), approvals);
    // Newest first: what came after the start stands before it.
    for entry in entries[..start].iter().rev() {
        if entry.record.facts.plan.as_deref() == Some(progress.token.as_str()) {
            progress.note(&entry.record);
        }
    }
    Ok(Some(progress))
}

/// Who approved a plan.
///
/// # Errors
/// The ledger cannot be read.
pub fn approvals_of(git: &Git, token: &str) -> Result<BTreeSet<String>, EffectsError> {
    Ok(approvals(ledger::read(git)?.iter().map(|entry| &entry.record), token))
}

fn approvals<'a>(records: impl Iterator<Item = &'a Record>, token: &str) -> BTreeSet<String> {
    records
        .filter(|record| record.command == "approve" && record.facts.plan.as_deref() == Some(token))
        .map(|record| record.by.clone())
        .collect()
}
