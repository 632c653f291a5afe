//! `release abandon`: a release that was begun is given up where it is.

use serde_json::json;

use super::Context;
use super::under_way::UnderWay;
use crate::error::Failure;
use crate::pipeline::run::progress;
use crate::plan::{PlanError, execute};
use crate::report::{Outcome, Report};
use crate::steps::record::{Draft, Facts};

/// Give up the release that was begun, and say what stays out there
///
/// Nothing is changed but the ledger: what was pushed or uploaded stays, and its version cannot be used again.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Why, for the ledger
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

pub(crate) fn run(context: &Context<'_>, args: &Args) -> Result<Report, Failure> {
    let under_way = UnderWay::open(context)?;
    let UnderWay { project, git, .. } = &under_way;
    let progress = under_way.unfinished().ok_or(PlanError::NoRun)?;
    let document = &progress.document;
    let mut report = Report::new("abandon").line(format!("the release of {} is given up", document.to));
    for phase in &progress.begun {
        let how =
            if progress.done.contains(phase) { "was done and stays" } else { "was begun: look whether it happened" };
        report.lines.push(format!("  {phase} {how}"));
    }
    let tag = format!("refs/tags/{}", document.tag);
    if progress.bumped_elsewhere(git) {
        let tag = &document.tag;
        report
            .lines
            .push(format!("  the tag {tag} is not here; where it is, it stays, and `git tag -d {tag}` removes it"));
    }
    if document.makes_tag && git.resolve(&tag).is_some() {
        report.lines.push(format!("  the tag {} stays; `git tag -d {}` removes it here", document.tag, document.tag));
    }
    report = report.result(json!({"version": document.to, "plan": progress.token, "begun": progress.begun}));
    if context.dry_run {
        return Ok(report.outcome(Outcome::Planned));
    }
    let draft = Draft {
        command: "abandon",
        project: project.title(),
        version: Some(document.to.clone()),
        summary: args.reason.clone().unwrap_or_else(|| format!("{} is given up", document.to)),
        facts: Facts { plan: Some(progress.token.clone()), ..Facts::default() },
    };
    execute::record(context.world, &project.root, (&draft, progress::OK, &[]))?;
    Ok(report)
}
