//! `release run`: every phase for real, from where the ledger says the release is.

use super::under_way::{UnderWay, confirmed};
use super::{Context, decision_key};
use crate::error::Failure;
use crate::pipeline::run::progress::{self, Progress};
use crate::pipeline::run::{Run, is_same};
use crate::plan::PlanError;
use crate::plan::release::{self, Wanted};
use crate::report::{Outcome, Report};
use serde_json::json;

/// Release for real: gates, bump, build, check, push, publish stage by stage, verify, announce, status
///
/// Continues a release that was begun; does nothing where the version is released already. Asks once on a
/// terminal, and wants `--yes` elsewhere. Rehearse first.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What to release [default: auto, or the version as written where nothing was released yet]
    #[arg(value_name = "KIND|VERSION")]
    wanted: Option<String>,
    /// The key of the decision of `release security` that asks for it
    #[arg(long, value_name = "KEY", value_parser = decision_key)]
    decision: Option<String>,
}

pub(crate) fn run(context: &Context<'_>, args: &Args) -> Result<Report, Failure> {
    let under_way = UnderWay::open(context)?;
    let begun = under_way.unfinished().cloned();
    let UnderWay { project, git, last, .. } = &under_way;
    if let Some(progress) = begun.clone().filter(|progress| progress.changed(git)) {
        if !is_same(&progress, args.wanted.as_deref()) {
            return Err(PlanError::Unfinished { version: progress.document.to }.into());
        }
        return super::resume::go_on(context, project.clone(), progress, "run");
    }
    let wanted = Wanted { typed: args.wanted.clone(), date: None, decision: args.decision.clone() };
    let planned = match release::plan(context.inspect(), project, &wanted) {
        // A scheduler that finds nothing to do has done its work.
        Err(failure) if failure.code == "plan/nothing-to-release" => {
            return Ok(Report::new("run").line(failure.message).result(json!({"version": null})));
        }
        planned => planned?,
    };
    let document = &planned.document;
    // One that changed nothing yet gives way to another plan, and is continued by the same one. What another
    // clone began is begun anew.
    let is_ours =
        |progress: &Progress| progress.token == document.token() && progress.begun_here(context.inspect(), git);
    if let Some(progress) = begun.filter(is_ours) {
        return super::resume::go_on(context, project.clone(), progress, "run");
    }
    let ended = last.clone().filter(|progress| progress.ended && progress.document.to == document.to);
    if let Some(progress) = ended.filter(|progress| progress.done.contains(progress::DONE) && !document.makes_tag) {
        let line = format!("{} is released, and nothing was committed since", progress.document.to);
        let result = json!({"version": document.to, "tag": document.tag, "plan": progress.token});
        return Ok(Report::new("run").line(line).result(result));
    }
    if context.dry_run {
        let mut report = Report::new("run").outcome(Outcome::Planned).result(document);
        report.lines = document.lines();
        return Ok(report);
    }
    confirmed(context, &document.lines())?;
    Run::begin(context.world, (project.clone(), context.config_file()), planned)?.carry_out("run")
}
