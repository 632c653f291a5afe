//! What happened, as data, and the renderers that turn it into text. Nothing here writes anything:
//! `effects/terminal.rs` owns the streams and calls the renderer of the chosen format.

pub mod codes;
pub mod diff;
pub mod event;
pub mod finding;
pub mod github;
pub mod human;
pub mod json;
pub mod sarif;
pub mod text;

use serde::Serialize;
use serde_json::Value;

pub use event::{Event, StepState};
pub use finding::{Finding, Severity};

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Done, or nothing to do.
    Ok,
    /// The verdict is against.
    Findings,
    /// Cannot tell.
    Inconclusive,
    /// Part has landed; run again to continue.
    Partial,
    /// Refused or failed.
    Failed,
    /// A dry run: nothing was done.
    Planned,
}

impl Outcome {
    /// The exit code of a command that ended without a [`crate::error::Failure`] (DESIGN §3).
    pub fn exit_code(self) -> u8 {
        match self {
            Outcome::Ok | Outcome::Planned => 0,
            Outcome::Failed => 1,
            Outcome::Partial => 4,
            Outcome::Findings => 10,
            Outcome::Inconclusive => 11,
        }
    }

    /// The verdict over a list of findings: against as soon as one is an error.
    pub fn of(findings: &[Finding]) -> Self {
        if findings.iter().any(|finding| finding.severity == Severity::Error) { Outcome::Findings } else { Outcome::Ok }
    }
}

/// What a command answers; the renderers show the same content in their own way.
#[derive(Debug, Clone)]
pub struct Report {
    /// The subcommand, as typed (`index serve`).
    pub command: &'static str,
    /// How it ended.
    pub outcome: Outcome,
    /// What it found.
    pub findings: Vec<Finding>,
    /// How people read the findings: below headings, each with so many of them, in their order. Those beyond stand for
    /// themselves.
    pub groups: Vec<(String, usize)>,
    /// The machine-readable result; its shape per command is in DESIGN §3.
    pub result: Value,
    /// What would change in files, for people: lines of unified diffs, shown before `lines`.
    pub diff: Vec<String>,
    /// The same for people: lines of data for standard output.
    pub lines: Vec<String>,
    /// What later steps of a workflow may read, by name.
    pub outputs: Vec<(&'static str, String)>,
}

impl Report {
    /// A report of success without content yet.
    pub fn new(command: &'static str) -> Self {
        Report {
            command,
            outcome: Outcome::Ok,
            findings: Vec::new(),
            groups: Vec::new(),
            result: Value::Object(serde_json::Map::new()),
            diff: Vec::new(),
            lines: Vec::new(),
            outputs: Vec::new(),
        }
    }

    /// The same report with its machine-readable result.
    #[must_use]
    pub fn result(mut self, result: impl Serialize) -> Self {
        self.result = serde_json::to_value(result).expect("results have string keys and no failing parts");
        self
    }

    /// The same report with one more line for people.
    #[must_use]
    pub fn line(mut self, line: impl Into<String>) -> Self {
        self.lines.push(line.into());
        self
    }

    /// The same report with one more output for later steps of a workflow; the action lists them all.
    #[must_use]
    pub fn output(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.outputs.push((name, value.into()));
        self
    }

    /// The same report with findings and the verdict that follows from them.
    #[must_use]
    pub fn findings(mut self, findings: Vec<Finding>) -> Self {
        self.outcome = Outcome::of(&findings);
        self.findings = findings;
        self
    }

    /// The same report with another outcome.
    #[must_use]
    pub fn outcome(mut self, outcome: Outcome) -> Self {
        self.outcome = outcome;
        self
    }
}
