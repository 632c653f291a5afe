//! `release init`: sets a project up.

use clap::ValueEnum;
use serde_json::{Value, json};

use super::{Context, Done, usage};
use crate::config::file::ForgeKind;
use crate::effects::Git;
use crate::error::{Failure, Location};
use crate::plan::init::{self, Init, State, Survey, Wanted};
use crate::plan::{PlanError, execute, questions};
use crate::report::{Event, Finding, Outcome, Report, diff};
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
    let config = context.config.as_ref().map(|path| inspect.dir().join(path));
    let survey = init::survey(inspect, inspect.dir(), config.as_deref())?;
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
    let report = describe(&planned, &survey);
    if args.check {
        return Ok(report.findings(findings(&planned)));
    }
    if planned.plan.steps.is_empty() {
        return Ok(report.line("nothing to change"));
    }
    let shown = diff_of(&planned);
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
    inspect.tell(&Event::Diff { lines: shown });
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

fn diff_of(planned: &Init) -> Vec<String> {
    let written = planned.targets.iter().filter(|target| target.state.writes());
    written
        .flat_map(|target| {
            diff::unified(&target.path, target.before.as_deref(), target.after.as_deref().unwrap_or_default())
        })
        .collect()
}

/// More look-alikes than this are only counted.
const SHOWN: usize = 10;

fn describe(planned: &Init, survey: &Survey) -> Report {
    let mut report = Report::new("init");
    for target in planned.targets.iter().filter(|target| matches!(target.state, State::Edited | State::Foreign)) {
        report.lines.push(format!("{}: {}", target.path, target.state.words()));
    }
    for place in planned.left.iter().take(SHOWN) {
        report.lines.push(format!("left alone {}:{} `{}`: {}", place.file, place.line, place.text, place.reason));
    }
    if planned.left.len() > SHOWN {
        report.lines.push(format!("and {} more places that name the version", planned.left.len() - SHOWN));
    }
    if survey.written.is_none() {
        for entry in &planned.publishers {
            report.lines.push(format!(
                "enter at {}: project {}, owner {}, repository {}, workflow {}, environment {}",
                entry.url, entry.project, entry.owner, entry.repository, entry.workflow, entry.environment
            ));
        }
    }
    let files: Vec<Value> = planned
        .targets
        .iter()
        .map(|target| {
            let lines = match (target.state.writes(), &target.after) {
                (true, Some(after)) => diff::unified(&target.path, target.before.as_deref(), after),
                _ => Vec::new(),
            };
            json!({"path": target.path, "state": target.state, "diff": lines.join("\n")})
        })
        .collect();
    report.result(json!({
        "files": files,
        "left": planned.left,
        "notes": planned.notes,
        "publishers": planned.publishers,
    }))
}

fn findings(planned: &Init) -> Vec<Finding> {
    let of = |target: &init::Target| {
        let message = format!("`{}` is {}", target.path, target.state.words());
        let found = match target.state {
            State::Current => return None,
            State::Missing => Finding::error("init/missing", message),
            State::Additions => Finding::error("init/additions", format!("`{}` lacks lines", target.path)),
            State::Outdated => Finding::error("init/outdated", message),
            State::Edited => Finding::info("init/edited", message),
            State::Foreign => Finding::info("init/foreign", message),
        };
        let found = found.at(Location::file(&target.path));
        Some(if target.state.writes() { found.help("run `release init`, which shows the diff first") } else { found })
    };
    planned.targets.iter().filter_map(of).collect()
}
