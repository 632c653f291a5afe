//! `release init`: sets a project up.

use clap::ValueEnum;

use super::{Context, Done, usage};
use crate::config::file::ForgeKind;
use crate::effects::Git;
use crate::error::Failure;
use crate::plan::init::{self, Init, Wanted};
use crate::plan::questions::init as questions;
use crate::plan::{PlanError, execute};
use crate::report::{Event, Outcome, Report};
use crate::steps::transaction;

/// Set a project up: configuration, workflows, RELEASING.md, CHANGELOG.md, SECURITY.md, badges
///
/// What can be seen is not asked for: backend, version source, forge, branch, form of the tags, references,
/// gates. On a terminal at most six questions remain, each with its default, and `--yes` takes them all. The
/// diff is shown first; without a terminal and without `--yes` nothing is written. What you wrote stays as it
/// is: a file that is there is left alone and named, and so is one of ours that you changed. A second run
/// changes nothing.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Which forges to write workflows for [default: where the code is hosted]
    #[arg(long, value_enum, value_name = "FORGE")]
    forge: Option<Forges>,
    /// Write the configuration to `release.toml` instead of `pyproject.toml`
    #[arg(long)]
    standalone: bool,
    /// Fail (exit code 10) where a file is not as this command would write it
    #[arg(long)]
    check: bool,
    /// Edit files even if they hold uncommitted changes
    #[arg(long)]
    allow_dirty: bool,
}

/// Which forges get workflows.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Forges {
    /// GitHub
    Github,
    /// Gitea and Forgejo
    Gitea,
    /// Both
    Both,
    /// No workflows
    None,
}

impl Forges {
    fn kinds(self) -> Vec<ForgeKind> {
        match self {
            Forges::Github => vec![ForgeKind::Github],
            Forges::Gitea => vec![ForgeKind::Gitea],
            Forges::Both => vec![ForgeKind::Github, ForgeKind::Gitea],
            Forges::None => Vec::new(),
        }
    }
}

pub(crate) fn run(context: &Context<'_>, args: &Args) -> Result<Report, Failure> {
    let inspect = context.inspect();
    recover(context, args)?;
    let survey = init::survey(inspect, inspect.dir(), context.config_file().as_deref())?;
    if args.standalone && survey.written.as_ref().is_some_and(|config| config.file.as_deref() == Some("pyproject.toml"))
    {
        return Err(usage("`pyproject.toml` holds the configuration already", "leave `--standalone` out"));
    }
    let wanted = Wanted {
        forges: args.forge.map(Forges::kinds),
        standalone: args.standalone,
        allow_dirty: args.allow_dirty || args.check,
    };
    let asks = inspect.terminal().asks() && !context.yes && !context.dry_run && !args.check;
    let mut answers = survey.defaults();
    if let Some(forges) = &wanted.forges {
        answers.forges.clone_from(forges);
    }
    if asks && survey.written.is_none() {
        answers = questions::ask(inspect, &answers, wanted.forges.is_some())?;
    }
    let planned = init::plan(inspect, &survey, &answers, &wanted)?;
    for note in &planned.notes {
        inspect.note(note.clone());
    }
    let report = planned.report(survey.written.is_none());
    if args.check {
        let mut report = report.findings(planned.findings());
        report.lines.clear();
        return Ok(report);
    }
    if planned.plan.steps.is_empty() {
        return Ok(report.line("nothing to change"));
    }
    let shown = planned.diff();
    if context.dry_run {
        let mut report = report.outcome(Outcome::Planned);
        report.diff = shown;
        return Ok(report);
    }
    write(context, planned, (report, shown), asks)
}

/// Shows the diff, has it confirmed, and writes.
fn write(
    context: &Context<'_>,
    planned: Init,
    (mut report, shown): (Report, Vec<String>),
    asks: bool,
) -> Result<Report, Failure> {
    let inspect = context.inspect();
    inspect.tell(&Event::Lines { lines: shown });
    if asks && !questions::confirm(inspect, planned.targets.iter().filter(|target| target.state.writes()).count())? {
        return Ok(Report::new("init").outcome(Outcome::Failed).line("nothing was written"));
    }
    if !asks && !context.yes {
        return Err(Failure::from(PlanError::Unconfirmed).after(report.result));
    }
    let written: Vec<String> =
        planned.targets.iter().filter(|target| target.state.writes()).map(|target| target.path.clone()).collect();
    match context.carry_out("init", planned.plan)? {
        Done::Planned(report) => Ok(*report),
        Done::Carried(_) => {
            let mut lines: Vec<String> = written.iter().map(|path| format!("wrote {path}")).collect();
            lines.append(&mut report.lines);
            lines.push("next: commit these files, then `release rehearse`".to_owned());
            report.lines = lines;
            Ok(report)
        }
    }
}

/// Finishes a set-up, or whatever else was interrupted, before anything is looked at.
fn recover(context: &Context<'_>, args: &Args) -> Result<(), Failure> {
    let inspect = context.inspect();
    let Some(git) = Git::discover(inspect.dir())? else { return Ok(()) };
    let top = inspect.files().canonical(&git.top())?;
    if transaction::pending(inspect.files(), &top)?.is_none() {
        return Ok(());
    }
    if context.dry_run || args.check {
        inspect.warn("a change was interrupted: run the command without `--dry-run` and `--check` to finish it");
        return Ok(());
    }
    if let Some(moved) = execute::recover(context.world, &top)? {
        inspect.note(format!("finished an interrupted change: {}", moved.files.join(", ")));
    }
    Ok(())
}
