//! `release resume`: a release that was begun goes on where it ended.

use serde_json::json;

use super::Context;
use super::under_way::UnderWay;
use crate::error::Failure;
use crate::pipeline::run::progress::Progress;
use crate::pipeline::run::{Run, repository};
use crate::project::Project;
use crate::report::{Outcome, Report};

/// Continue the release that was begun
///
/// What is done is not done again: files that an index has with the same bytes are left alone. Does nothing
/// where no release is under way. A release that was begun in another clone is continued where its tag was
/// fetched to.
#[derive(Debug, clap::Args)]
pub struct Args {}

pub(crate) fn run(context: &Context<'_>, _args: &Args) -> Result<Report, Failure> {
    let under_way = UnderWay::open(context)?;
    match under_way.unfinished().cloned() {
        Some(progress) => go_on(context, under_way.project.clone(), progress, "resume"),
        None => Ok(Report::new("resume").line("no release is under way: nothing to continue")),
    }
}

/// Continues a release, or says what is left of it.
pub(super) fn go_on(
    context: &Context<'_>,
    project: Project,
    progress: Progress,
    command: &'static str,
) -> Result<Report, Failure> {
    let document = &progress.document;
    progress.continues_here(context.inspect(), &repository(&project)?)?;
    let left: Vec<&String> = document.phases.iter().filter(|phase| !progress.done.contains(*phase)).collect();
    if context.dry_run {
        let mut report = Report::new(command)
            .outcome(Outcome::Planned)
            .result(json!({"version": document.to, "plan": progress.token, "left": left}));
        report.lines.push(format!("would continue the release of {}", document.to));
        report.lines.extend(left.iter().map(|phase| format!("  {phase}")));
        return Ok(report);
    }
    context.inspect().note(format!("continuing the release of {}", document.to));
    Run::continued(context.world, (project, context.config_file()), progress)?.carry_out(command)
}
