//! How far a release came, by the ledger alone: the plan that was begun last, and what is recorded of it.

use std::collections::BTreeSet;

use crate::config::file::HookTable;
use crate::effects::{EffectsError, Git, Inspect};
use crate::pipeline::ledger;
use crate::plan::PlanError;
use crate::plan::execute::BEGUN_HERE;
use crate::plan::release::Document;
use crate::report::text;
use crate::steps::record::{Record, RecordedFile};

/// The command of records of runs.
pub const RUN: &str = "run";

/// The command of records that exchange the hooks of a run.
pub const NEW_HOOKS: &str = "resume";

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
    /// The execution that began it.
    pub run: String,
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
    pub fn fresh(document: Document, (run, started_by): (&str, String), approvals: BTreeSet<String>) -> Self {
        Progress {
            token: document.token(),
            document,
            run: run.to_owned(),
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

    /// Whether it changed anything: the tag is made, here or elsewhere, or something left the machine.
    pub fn changed(&self, git: &Git) -> bool {
        self.left() || (self.document.makes_tag && (self.is_tagged(git) || self.done.contains("bump")))
    }

    /// Whether the tag of the release is in this repository.
    fn is_tagged(&self, git: &Git) -> bool {
        git.resolve(&format!("refs/tags/{}", self.document.tag)).is_some()
    }

    /// Whether it was begun in this repository. The ledger travels between clones, what it is about does not.
    pub fn begun_here(&self, inspect: Inspect<'_>, git: &Git) -> bool {
        let run = inspect.files().read_text(&git.common_dir().join(BEGUN_HERE), 1024);
        run.is_ok_and(|run| run.trim() == self.run)
    }

    /// Whether this repository may continue it: it was begun here, or its tag was brought here. Another clone
    /// may have bumped already, and a second bump would be another commit.
    ///
    /// # Errors
    /// [`PlanError::Elsewhere`].
    pub fn continues_here(&self, inspect: Inspect<'_>, git: &Git) -> Result<(), PlanError> {
        if self.begun_here(inspect, git) || self.is_tagged(git) { Ok(()) } else { Err(self.elsewhere(inspect, git)) }
    }

    /// Whether this repository may take it back: it was begun here, and a bump that was made can be seen.
    ///
    /// # Errors
    /// [`PlanError::Elsewhere`].
    pub fn ends_here(&self, inspect: Inspect<'_>, git: &Git) -> Result<(), PlanError> {
        let seen = self.is_tagged(git) || !self.bumped_elsewhere(git);
        if seen && self.begun_here(inspect, git) { Ok(()) } else { Err(self.elsewhere(inspect, git)) }
    }

    /// Whether the ledger has a bump whose tag is not in this repository.
    pub fn bumped_elsewhere(&self, git: &Git) -> bool {
        self.document.makes_tag && self.done.contains("bump") && !self.is_tagged(git)
    }

    fn elsewhere(&self, inspect: Inspect<'_>, git: &Git) -> PlanError {
        let tag = &self.document.tag;
        let missing = format!("there is no tag `{tag}` here, and so not its commit");
        let begun = format!("{} began it in another one", text::inline(&self.started_by));
        let why = match (self.begun_here(inspect, git), self.is_tagged(git)) {
            (true, _) => missing,
            (false, true) => begun,
            (false, false) => format!("{begun}, and {missing}"),
        };
        PlanError::Elsewhere { version: self.document.to.clone(), tag: tag.clone(), why }
    }

    /// Puts the hooks of the configuration in the place of the plan's.
    ///
    /// # Errors
    /// [`PlanError::Drifted`]: somebody had to approve the plan, hooks included.
    pub fn take_new_hooks(&mut self, hooks: &[HookTable]) -> Result<(), PlanError> {
        let document = &mut self.document;
        if document.policy.approvals > 0 {
            let facts = vec!["`hooks` were approved".to_owned()];
            return Err(PlanError::Drifted { version: document.to.clone(), facts });
        }
        document.hooks = hooks.to_owned();
        Ok(())
    }

    /// Takes over what a record says.
    fn note(&mut self, record: &Record) {
        let phase = record.facts.phase.clone().unwrap_or_default();
        match (record.command.as_str(), record.outcome.as_str()) {
            ("undo" | "abandon", OK) => self.ended = true,
            (NEW_HOOKS, OK) => {
                let hooks = record.facts.document.as_ref().map(|document| document["hooks"].clone());
                if let Some(hooks) = hooks.and_then(|hooks| serde_json::from_value::<Vec<HookTable>>(hooks).ok()) {
                    // Where the plan was approved, no record changes it.
                    let _ = self.take_new_hooks(&hooks);
                }
            }
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
    let mut progress = Progress::fresh(document, (&record.run, record.by.clone()), approvals);
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
