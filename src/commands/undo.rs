//! `release undo`: a release that nobody has seen yet is taken back.

use serde_json::json;

use super::under_way::UnderWay;
use super::{Context, Done};
use crate::error::Failure;
use crate::pipeline::run::progress;
use crate::plan::{PlanError, execute, undo};
use crate::report::Report;
use crate::steps::record::{Draft, Facts};

/// Take back a release of which nothing has left this machine
///
/// Files, branch and tag are as they were before, in one transaction. Refused as soon as a push or an upload
/// was begun, and in every clone but the one where the release was begun.
#[derive(Debug, clap::Args)]
pub struct Args {}

pub(crate) fn run(context: &Context<'_>, _args: &Args) -> Result<Report, Failure> {
    let under_way = UnderWay::open(context)?;
    let UnderWay { project, git, .. } = &under_way;
    // A killed run may have bumped without saying so: the plan knows what to take back.
    let progress = under_way.unfinished().ok_or(PlanError::NoRun)?;
    let document = &progress.document;
    if let Some(phase) = progress.begun.first() {
        return Err(PlanError::Left { version: document.to.clone(), phase: phase.clone() }.into());
    }
    progress.ends_here(context.inspect(), git)?;
    let plan = undo::plan(context.inspect(), project, git, document)?;
    let bumped = !plan.steps.is_empty();
    match context.carry_out("undo", plan)? {
        Done::Planned(report) => return Ok(*report),
        Done::Carried(_) if bumped => {}
        Done::Carried(_) => {
            let draft = Draft {
                command: "undo",
                project: project.title(),
                version: Some(document.to.clone()),
                summary: "nothing was changed yet".to_owned(),
                facts: Facts { plan: Some(progress.token.clone()), ..Facts::default() },
            };
            execute::record(context.world, &project.root, (&draft, progress::OK, &[]))?;
        }
    }
    let line = match bumped {
        true => format!("{} is taken back: the project is at {} again", document.to, document.from),
        false => format!("the release of {} had changed nothing yet", document.to),
    };
    Ok(Report::new("undo").line(line).result(json!({"version": document.to, "back_to": document.from})))
}
