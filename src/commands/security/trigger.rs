//! `release security trigger`: starts the release workflow, once a key.

use std::path::PathBuf;

use serde_json::json;

use crate::commands::{Context, Done};
use crate::error::Failure;
use crate::pipeline::security::past::{Go, Ledger, TRIGGER};
use crate::plan::security as plan;
use crate::report::Report;

/// Start the release workflow that the last decision calls for, once a key
///
/// Starts it for `release-now`, and for `ask` once it was approved. Releases that start by themselves are at
/// least six hours apart, two a day, five a week; after two in a row that failed somebody must approve. What was
/// started counts as failed until the ledger has a release that was announced or run to its end after it.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The decision [default: release/security/decision.json in the git directory]
    #[arg(long, value_name = "FILE")]
    decision: Option<PathBuf>,
    /// The recorded state [default: release/security/state.json in the git directory]
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
}

pub(crate) fn run(context: &Context<'_>, args: &Args) -> Result<Report, Failure> {
    let inspect = context.inspect();
    let project = context.project()?;
    let decision = plan::last_decision(inspect, &project, args.decision.as_deref())?;
    let answer = |state: &str, line: String| {
        Ok(Report::new(TRIGGER).line(line).result(json!({"state": state, "key": decision.key})))
    };
    let ledger = Ledger::of(&project.root)?;
    let now = inspect.clock().now();
    match ledger.verdict(&decision, &project.config.security.approvers, now)? {
        Go::Nothing(why) => return answer("nothing", why),
        Go::Already(at) => {
            return answer("already-started", format!("the release of {} was started at {at}", decision.key));
        }
        Go::Start => {}
    }
    let state = plan::need_state(inspect, &plan::state_file(inspect, &project, args.state.as_deref())?)?;
    plan::guard(inspect, &project, &decision, &state)?;
    match context.carry_out(TRIGGER, plan::trigger(inspect, &project, &decision)?)? {
        Done::Planned(report) => Ok(*report),
        Done::Carried(_) => {
            let workflow = &project.config.security.workflow;
            answer("started", format!("started `{workflow}` for {}", decision.key))
        }
    }
}
