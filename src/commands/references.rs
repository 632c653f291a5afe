//! `release references`: every configured place that names the version, and those that could be configured.

use serde_json::{Value, json};

use super::{Context, Done, under_way, usage};
use crate::effects::Git;
use crate::error::{Failure, Location};
use crate::plan::references::{self as storing, Storing};
use crate::plan::{PlanError, questions};
use crate::project::Project;
use crate::project::detect;
use crate::project::references::{self, Reference};
use crate::report::{Event, Finding, Outcome, Report, text};

/// List every place that names the version
///
/// With `--find`, look through the repository for places that should follow the version, each with its kind and how
/// sure it is: 1.0 where the text around it names the project, 0.9 where the kind of place is sure. Every other place
/// where the same number stands is left alone and named with the reason. `--write` stores what was found as
/// `[[references]]`: it shows the diff first, and without a terminal and without `--yes` writes nothing. A second run
/// changes nothing.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Fail where one disagrees with the version, or stands more or less often than expected
    #[arg(long)]
    check: bool,
    /// Look for places that should follow the version, and say what is left alone and why
    #[arg(long, conflicts_with = "check")]
    find: bool,
    /// Add what was found to the configuration
    #[arg(long, requires = "find")]
    write: bool,
    /// Edit the configuration even if it holds uncommitted changes
    #[arg(long, requires = "write")]
    allow_dirty: bool,
}

pub(crate) fn run(context: &Context<'_>, args: &Args) -> Result<Report, Failure> {
    if args.find {
        return find(context, args);
    }
    let (mut report, mut findings, mut values) = (Report::new("references"), Vec::new(), Vec::new());
    for project in context.projects()? {
        values.push(listed(context, &project, (&mut report, &mut findings))?);
    }
    report = report.findings(findings);
    // Listing is no verdict.
    report = if args.check { report } else { report.outcome(Outcome::Ok) };
    Ok(report.result(if values.len() == 1 { values.remove(0) } else { json!({"packages": values}) }))
}

/// Adds the places of one project and what is wrong with them; returns them for programs.
fn listed(
    context: &Context<'_>,
    project: &Project,
    (report, findings): (&mut Report, &mut Vec<Finding>),
) -> Result<Value, Failure> {
    let version = project.version().to_string();
    let found = references::find(context.inspect().files(), project)?;
    for resolved in &found {
        if !resolved.count_holds() {
            let error = resolved.count_error();
            findings.push(
                Finding::error("references/count", error.to_string())
                    .at(Location::file(&resolved.rule.path))
                    .help("correct `match` or `expect` of the reference, or the text of the file"),
            );
        }
        let expected = resolved.expected.as_ref().map_or_else(|| version.clone(), ToString::to_string);
        findings
            .extend(resolved.places.iter().filter(|place| !place.agrees).map(|place| disagreement(place, &expected)));
    }
    let places: Vec<&Reference> = found.iter().flat_map(|resolved| &resolved.places).collect();
    let rows: Vec<Vec<String>> = places
        .iter()
        .map(|place| {
            let verdict = if place.agrees { "agrees" } else { "disagrees" };
            vec![format!("{}:{}:{}", place.file, place.line, place.column), verdict.to_owned(), place.text.clone()]
        })
        .collect();
    report.lines.extend(text::table(&rows));
    Ok(json!({"name": project.title(), "version": version, "references": places}))
}

fn disagreement(place: &Reference, version: &str) -> Finding {
    Finding::error("references/disagrees", format!("`{}` is not version {version}", place.text))
        .at(Location { file: place.file.clone(), member: None, line: Some(place.line), column: Some(place.column) })
        .help(format!("write {version} there, or run `release bump --include-stale`, which rewrites it"))
}

/// `--find`, and `--write` with it.
fn find(context: &Context<'_>, args: &Args) -> Result<Report, Failure> {
    let inspect = context.inspect();
    if args.write && context.config.is_some() {
        return Err(usage("`--write` edits the project's own configuration", "leave `--config` out"));
    }
    if args.write
        && !context.dry_run
        && let Some(git) = Git::discover(inspect.dir())?
    {
        // A change that was interrupted is finished before anything is read.
        under_way::recover(context, &git)?;
    }
    let project = context.project()?;
    let remote = detect::remote_of(inspect, &project)?;
    let mut found = detect::references::find(inspect, &project, remote.as_ref())?;
    storing::mark_configured(&mut found, &references::find(inspect.files(), &project)?);
    if found.cut {
        inspect.warn("the repository has more files than were read");
    }
    if let Some(note) = found.large_note() {
        inspect.note(note);
    }
    let report = storing::report(&project, &found);
    if !args.write {
        return Ok(report);
    }
    let planned = storing::plan(inspect, &project, &found, args.allow_dirty)?;
    write(context, planned, report)
}

/// Shows the diff, has it confirmed, and writes.
fn write(context: &Context<'_>, planned: Storing, mut report: Report) -> Result<Report, Failure> {
    let inspect = context.inspect();
    if planned.plan.steps.is_empty() {
        return Ok(report.line("every place that was found is configured"));
    }
    if context.dry_run {
        report.diff = planned.diff;
        return Ok(report.outcome(Outcome::Planned));
    }
    inspect.tell(&Event::Lines { lines: planned.diff });
    let asks = inspect.terminal().asks() && !context.yes;
    if asks && !questions::init::confirm(inspect, 1)? {
        return Ok(Report::new("references").outcome(Outcome::Failed).line("nothing was written"));
    }
    if !asks && !context.yes {
        return Err(Failure::from(PlanError::Unconfirmed).after(report.result));
    }
    match context.carry_out("references", planned.plan)? {
        Done::Planned(report) => Ok(*report),
        Done::Carried(_) => Ok(report.line(format!("wrote {}", planned.file))),
    }
}
