//! `release yank`: takes a release away from those who did not pin it.

use serde_json::json;

use super::Context;
use crate::error::Failure;
use crate::index::credential::pypirc;
use crate::plan::yank::{self, Wanted};
use crate::plan::{PlanError, execute};
use crate::python::version::Version;
use crate::report::{Finding, Outcome, Report};
use crate::steps::Produced;

/// Say where to yank a release, wait until it is, and mark it as yanked
///
/// A yanked release stays for those who pinned it, and nobody else gets it. No index lets a program do it: the page to
/// click on is told, and the index is asked until every file is yanked. Then the section of the changelog is marked,
/// which is left to you to commit, and the release on the forge. Run again, it does what is left.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The version
    version: String,
    /// The index, by name or by the URL that files are posted to [default: the last of `stages`]
    #[arg(long, value_name = "NAME|URL")]
    index: Option<String>,
    /// Why, for the release on the forge [default: what was given as the reason on the index]
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// How many seconds to wait until it is yanked
    #[arg(long, value_name = "SECONDS", default_value_t = 600)]
    wait: u64,
}

pub(crate) fn run(context: &Context<'_>, args: &Args) -> Result<Report, Failure> {
    let (inspect, project) = (context.inspect(), context.project()?);
    let version: Version = args.version.parse()?;
    let named = args.index.as_ref().or(project.config.stages_of(&version).last());
    let index = pypirc::index_of(inspect, &project.config, named.ok_or(PlanError::NoIndex)?)?;
    let packages: Vec<_> = project.packages.iter().collect();
    let wanted = Wanted { version: &version, index: &index, seconds: args.wait };
    let awaiting = yank::awaiting(inspect, &packages, &wanted)?;
    let places: Vec<String> = packages.iter().map(|package| yank::place(&index, package, &version)).collect();
    // What would be marked is known to work before anybody clicks.
    let marking = yank::marking(inspect, &project, &wanted, args.reason.as_deref())?;
    if context.dry_run {
        let mut plan = awaiting;
        plan.preview = places.into_iter().chain(marking.preview).collect();
        plan.steps.extend(marking.steps);
        return Ok(plan.report("yank"));
    }
    confirm(context, &version)?;
    places.iter().for_each(|place| inspect.note(place.clone()));
    let (mut left, mut reason) = (Vec::new(), args.reason.clone());
    for made in execute::execute(context.world, awaiting)? {
        if let Produced::Yanked(yanked) = made {
            left.extend(yanked.left);
            reason = reason.or(yanked.reason);
        }
    }
    if !left.is_empty() {
        let message =
            format!("{version} is not yanked on `{}`: {} are offered to everybody", index.name, left.join(", "));
        let finding = Finding::warning("yank/not-yet", message).help(places.join("; "));
        let report = Report::new("yank").findings(vec![finding]).outcome(Outcome::Inconclusive);
        return Ok(report.result(json!({"version": version.to_string(), "index": index, "left": left})));
    }
    let marking = yank::marking(inspect, &project, &wanted, reason.as_deref())?;
    let mut lines = vec![format!("{} {version} is yanked on `{}`", project.title(), index.name)];
    for made in execute::execute(context.world, marking)? {
        match made {
            Produced::Transaction(moved) => {
                lines.extend(moved.files.iter().map(|file| format!("  {file}: marked; commit it")));
            }
            Produced::Marked(marked) => match (marked.url, marked.changed) {
                (Some(url), true) => lines.push(format!("  {url}: marked")),
                (Some(url), false) => lines.push(format!("  {url}: is marked already")),
                (None, _) => lines.push("  the forge has no release of it".to_owned()),
            },
            _ => {}
        }
    }
    lines.push("next: put it right, and run `release bump patch`".to_owned());
    let mut report = Report::new("yank");
    report.lines = lines;
    Ok(report.result(json!({"version": version.to_string(), "index": index, "reason": reason, "left": left})))
}

/// Asks before files and the forge are changed; `--yes` is the answer where nobody can be asked.
fn confirm(context: &Context<'_>, version: &Version) -> Result<(), Failure> {
    let terminal = context.inspect().terminal();
    let question = format!("mark {version} as yanked as soon as it is? [y/N]");
    let said = |answer: String| matches!(answer.as_str(), "y" | "Y" | "yes");
    match context.yes || (terminal.asks() && terminal.ask(&question)?.is_some_and(said)) {
        true => Ok(()),
        false => Err(PlanError::Unconfirmed.into()),
    }
}
