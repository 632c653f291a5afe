//! `release security trigger`: starts the release workflow, once a key.

use std::path::PathBuf;

use serde_json::json;

use crate::commands::{Context, Done};
use crate::error::Failure;
use crate::pipeline::security::past::{Go, Ledger, TRIGGER};
use crate::plan::{Plan, issue, security as plan};
use crate::report::Report;
use crate::security::SecurityError;
use crate::steps::Produced;

/// Start the release workflow that the last decision calls for, once a key
///
/// Starts it for `release-now`, and for `ask` once it was approved. Releases that start by themselves are at
/// least six hours apart, two a day, five a week; after two in a row that failed somebody must approve. What was
/// started counts as failed until the ledger has a release that was announced or run to its end after it. The
/// issue names ids of published advisories alone; closed by a person, it stays closed for the same facts.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The decision [default: release/security/decision.json in the git directory]
    #[arg(long, value_name = "FILE")]
    decision: Option<PathBuf>,
    /// The recorded state [default: release/security/state.json in the git directory]
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// Keep one issue on the forge while a person has to decide, and close it afterwards
    #[arg(long)]
    issue: bool,
}

pub(crate) fn run(context: &Context<'_>, args: &Args) -> Result<Report, Failure> {
    let inspect = context.inspect();
    let project = context.project()?;
    let decision = plan::last_decision(inspect, &project, args.decision.as_deref())?;
    let fresh = || {
        let state = plan::need_state(inspect, &plan::state_file(inspect, &project, args.state.as_deref())?)?;
        plan::guard(inspect, &project, &decision, &state)
    };
    let issue = |waits: bool| match args.issue {
        true => fresh().and_then(|()| issue::plan(inspect, &project, (&decision, waits))).map(Some),
        false => Ok(None),
    };
    let answer = |state: &str, line: String| {
        Report::new(TRIGGER).line(line).result(json!({"state": state, "key": decision.key}))
    };
    let now = inspect.clock().now();
    let go = Ledger::of(&project.root)?.verdict(&decision, &project.config.security.approvers, now);
    match go {
        Ok(Go::Nothing(why)) => keep(context, issue(true)?, answer("nothing", why)),
        Ok(Go::Already(at)) => {
            let line = format!("the release of {} was started at {at}", decision.key);
            keep(context, issue(false)?, answer("already-started", line))
        }
        Ok(Go::Start) => {
            fresh()?;
            let (mut start, issue) = (plan::trigger(inspect, &project, &decision)?, issue(false)?);
            if context.dry_run {
                start.steps.extend(issue.into_iter().flat_map(|plan| plan.steps));
                return keep(context, Some(start), answer("nothing", String::new()));
            }
            // A plan of its own: whatever becomes of the issue, the release is started.
            context.carry_out(TRIGGER, start)?;
            let line = format!("started `{}` for {}", project.config.security.workflow, decision.key);
            let report = answer("started", line);
            keep(context, issue, report.clone()).or_else(|failure| {
                inspect.warn(format!("the issue is not as it should be: {} [{}]", failure.message, failure.code));
                Ok(report)
            })
        }
        Err(error) => {
            if matches!(error, SecurityError::Circuit { .. }) {
                keep(context, issue(true)?, answer("nothing", String::new()))?;
            }
            Err(error.into())
        }
    }
}

/// Carries out the plan of the issue, where there is one, and says what became of it.
fn keep(context: &Context<'_>, plan: Option<Plan>, mut report: Report) -> Result<Report, Failure> {
    let Some(plan) = plan else { return Ok(report) };
    match context.carry_out(TRIGGER, plan)? {
        Done::Planned(planned) => {
            report.lines.extend(planned.lines.iter().cloned());
            Ok(Report { lines: report.lines.into_iter().filter(|line| !line.is_empty()).collect(), ..*planned })
        }
        Done::Carried(produced) => {
            for kept in produced.iter().filter_map(Produced::issue) {
                let url = kept.url.as_deref().map_or(String::new(), |url| format!(": {url}"));
                report.lines.push(format!("issue {}{url}", kept.state.word()));
                report.result["issue"] = json!(kept);
            }
            Ok(report)
        }
    }
}
