//! One phase of a release: it is timed, told, and ends in one line.

use serde::Serialize;

use crate::effects::Inspect;
use crate::error::{Failure, Kind};
use crate::report::{Event, Finding, Severity, StepState};

/// How a phase went.
#[derive(Debug, Clone, Serialize)]
pub struct Phase {
    /// Its name.
    pub name: String,
    /// How it ended.
    pub state: StepState,
    /// What came out, one line.
    pub summary: String,
    /// How long it took, in milliseconds.
    pub milliseconds: u128,
    /// The part of it that was not spent waiting for other programs.
    pub own_milliseconds: u128,
}

impl Phase {
    /// A phase that was not begun, with the state and the reason.
    pub fn left_out(inspect: Inspect<'_>, name: &str, state: StepState, why: &str) -> Self {
        let phase =
            Phase { name: name.to_owned(), state, summary: why.to_owned(), milliseconds: 0, own_milliseconds: 0 };
        phase.tell(inspect);
        phase
    }

    /// Carries a phase out, and says how it went.
    pub fn carry(
        inspect: Inspect<'_>,
        name: &str,
        step: impl FnOnce() -> Result<String, Failure>,
    ) -> (Self, Result<(), Failure>) {
        let (began, children) = (inspect.clock().elapsed(), inspect.children_milliseconds());
        let outcome = step();
        let milliseconds = inspect.clock().elapsed() - began;
        let own_milliseconds = milliseconds.saturating_sub(inspect.children_milliseconds() - children);
        let (state, summary, outcome) = match outcome {
            Ok(summary) => (StepState::Done, summary, Ok(())),
            Err(failure) => (StepState::Failed, failure.message.clone(), Err(failure)),
        };
        let phase = Phase { name: name.to_owned(), state, summary, milliseconds, own_milliseconds };
        phase.tell(inspect);
        (phase, outcome)
    }

    fn tell(&self, inspect: Inspect<'_>) {
        inspect.tell(&Event::Phase {
            name: self.name.clone(),
            state: self.state,
            summary: self.summary.clone(),
            milliseconds: self.milliseconds,
        });
    }
}

/// The errors among findings as one failure that carries the code of the first; nothing where there are none.
pub fn failure_of(findings: &[Finding]) -> Option<Failure> {
    let errors: Vec<&Finding> = findings.iter().filter(|finding| finding.severity == Severity::Error).collect();
    let (first, rest) = errors.split_first()?;
    Some(Failure {
        kind: Kind::Failed,
        code: first.code,
        message: first.message.clone(),
        causes: rest.iter().map(|finding| format!("and {} [{}]", finding.message, finding.code)).collect(),
        hints: first.help.clone().into_iter().chain([format!("`release explain {}` says more", first.code)]).collect(),
        location: first.location.clone(),
        progress: None,
    })
}
