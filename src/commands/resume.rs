//! `release resume`: a release that was begun goes on where it ended.

use serde_json::json;

use super::Context;
use super::under_way::UnderWay;
use crate::error::Failure;
use crate::pipeline::run::progress::{NEW_HOOKS, OK, Progress};
use crate::pipeline::run::{Run, repository};
use crate::plan::execute;
use crate::project::Project;
use crate::report::{Outcome, Report};
use crate::steps::record::{Draft, Facts};

/// Continue the release that was begun
///
/// What is done is not done again: files that an index has with the same bytes are left alone. Does nothing
/// where no release is under way. A release that was begun in another clone is continued where its tag was
/// fetched to.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Go on with the hooks of the configuration as it is now; not where the plan needed approvals
    #[arg(long)]
    new_hooks: bool,
}

pub(crate) fn run(context: &Context<'_>, args: &Args) -> Result<Report, Failure> {
    let under_way = UnderWay::open(context)?;
    let Some(mut progress) = under_way.unfinished().cloned() else {
        return Ok(Report::new("resume").line("no release is under way: nothing to continue"));
    };
    if args.new_hooks {
        let project = &under_way.project;
        progress.continues_here(context.inspect(), &under_way.git)?;
        progress.take_new_hooks(&project.config.hooks)?;
        progress.document.holds(context.inspect(), project)?;
        if !context.dry_run {
            record_new_hooks(context, project, &progress)?;
        }
    }
    go_on(context, under_way.project.clone(), progress, "resume")
}

/// Somebody said that the hooks of the configuration replace the plan's: the ledger tells, and keeps them.
fn record_new_hooks(context: &Context<'_>, project: &Project, progress: &Progress) -> Result<(), Failure> {
    let document = &progress.document;
    let draft = Draft {
        command: NEW_HOOKS,
        project: document.project.clone(),
        version: Some(document.to.clone()),
        summary: "goes on with the hooks of the configuration as it is now".to_owned(),
        facts: Facts {
            plan: Some(progress.token.clone()),
            document: Some(json!({"hooks": document.hooks})),
            ..Facts::default()
        },
    };
    execute::record(context.world, &project.root, (&draft, OK, &[]))
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
