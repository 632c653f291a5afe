//! `release apply`: a plan is carried out exactly as it was looked at.

use std::path::PathBuf;

use super::Context;
use super::under_way::{UnderWay, confirmed};
use crate::error::Failure;
use crate::pipeline::run::{Run, progress};
use crate::plan::PlanError;
use crate::plan::release::Document;
use crate::report::{Outcome, Report};

/// A plan is small.
const LIMIT: u64 = 16 * 1024 * 1024;

/// Carry out a plan that `release plan` wrote
///
/// Refuses when anything that the plan relies on has changed: the commit, a file, the configuration. The
/// token says that this very plan was looked at.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The plan
    #[arg(value_name = "FILE")]
    plan: PathBuf,
    /// The sha256 that `release plan` showed
    #[arg(long, value_name = "SHA256")]
    token: Option<String>,
}

pub(crate) fn run(context: &Context<'_>, args: &Args) -> Result<Report, Failure> {
    let inspect = context.inspect();
    let document = Document::parse(&inspect.files().read(&inspect.dir().join(&args.plan), LIMIT)?)?;
    if args.token.as_ref().is_some_and(|token| *token != document.token()) {
        return Err(PlanError::OtherToken { token: document.token() }.into());
    }
    let under_way = UnderWay::open(context)?;
    let UnderWay { project, git, last, .. } = &under_way;
    if let Some(last) = last.clone() {
        let same = last.token == document.token();
        if !last.ended && !same && last.changed(git) {
            return Err(PlanError::Unfinished { version: last.document.to }.into());
        }
        if same && !last.ended && (last.changed(git) || last.begun_here(inspect, git)) {
            return super::resume::go_on(context, project.clone(), last, "apply");
        }
        if same && last.done.contains(progress::DONE) {
            return Ok(Report::new("apply").line(format!("{} is released by this plan", document.to)));
        }
    }
    let release = document.again(inspect, project)?;
    if context.dry_run {
        let mut report = Report::new("apply").outcome(Outcome::Planned).result(&document);
        report.lines = document.lines();
        return Ok(report);
    }
    if args.token.is_none() {
        confirmed(context, &document.lines())?;
    }
    Run::begin(context.world, (project.clone(), context.config_file()), release)?.carry_out("apply")
}
