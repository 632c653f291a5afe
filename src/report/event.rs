//! Narration: what is going on while a command works. Goes to standard error and to the run's log.

use serde::Serialize;

/// Where a step or a phase stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepState {
    /// Not begun.
    Pending,
    /// Under way.
    Running,
    /// Carried out.
    Done,
    /// Was so already.
    AlreadyDone,
    /// Did not work.
    Failed,
    /// Left out because something before it failed.
    Cancelled,
    /// Took longer than it may.
    TimedOut,
}

impl StepState {
    /// The word that people and programs read.
    pub fn word(self) -> &'static str {
        match self {
            StepState::Pending => "pending",
            StepState::Running => "running",
            StepState::Done => "done",
            StepState::AlreadyDone => "already done",
            StepState::Failed => "failed",
            StepState::Cancelled => "cancelled",
            StepState::TimedOut => "timed out",
        }
    }
}

/// One line of narration.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// A step of a plan changed its state.
    Step {
        /// What it does, in the imperative.
        what: String,
        /// Where it stands now.
        state: StepState,
    },
    /// A phase of a rehearsal or a release changed its state.
    Phase {
        /// Its name.
        name: String,
        /// Where it stands now.
        state: StepState,
        /// What came out, one line.
        summary: String,
        /// Milliseconds since it began.
        milliseconds: u128,
    },
    /// Something that the reader should know and need not act on.
    Note {
        /// One line.
        text: String,
    },
    /// Something that the reader should look at.
    Warning {
        /// One line.
        text: String,
    },
    /// What a program that we ran wrote; shown with `-v` and kept in the log.
    Output {
        /// The program.
        program: String,
        /// Its lines, cut to a limit.
        text: String,
    },
    /// Detail for `-v` and the log.
    Detail {
        /// One line.
        text: String,
    },
    /// What somebody who is asked decides by.
    Lines {
        /// Lines as they stand; those of unified diffs get colour.
        lines: Vec<String>,
    },
    /// Something long has come some way.
    Progress {
        /// What it is.
        what: String,
        /// How far it is, for example in bytes.
        done: u64,
        /// How far it goes.
        total: u64,
    },
}
