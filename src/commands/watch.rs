//! `release watch`: the workflow runs that a tag started.

use std::time::Duration;

use serde_json::json;

use super::{Context, announce::version_of};
use crate::effects::Git;
use crate::error::{Failure, Location};
use crate::forge::trigger::{self, Trigger};
use crate::forge::workflows::{Run, State};
use crate::forge::{Forge, ForgeError};
use crate::pipeline::watching::{self, Watch};
use crate::report::{Finding, Outcome, Report, text};

/// Watch the workflow runs that a tag started
///
/// Shows the jobs with their states and times until all are over. Ends with 0 when all went well, with 10 when
/// one failed, with 11 when the time was up or nothing can be told. Where no run started, the filters of the
/// workflows in the working tree are read, and those that do not match the tag are named.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The tag, or its version [default: the tag of the project's version]
    #[arg(value_name = "TAG|VERSION")]
    tag: Option<String>,
    /// How many seconds to wait for the end
    #[arg(long, value_name = "SECONDS", default_value_t = 1800)]
    wait: u64,
    /// How many seconds to pause at first; pauses grow to a minute
    #[arg(long, value_name = "SECONDS", default_value_t = 5)]
    interval: u64,
}

pub(crate) fn run(context: &Context<'_>, args: &Args) -> Result<Report, Failure> {
    let (inspect, project) = (context.inspect(), context.project()?);
    let tag = project.tag_of(&version_of(&project, args.tag.as_deref())?);
    let git = Git::discover(&project.root)?.ok_or_else(|| ForgeError::NoLocalTag { tag: tag.clone() })?;
    let found = git.tags()?.into_iter().find(|known| known.name == tag);
    let commit = found.ok_or_else(|| ForgeError::NoLocalTag { tag: tag.clone() })?.commit;
    let forge = Forge::of_project(inspect, &project.config, &project.root)?;
    let triggers = trigger::at_tag(inspect, &project.root, forge.place.kind, &tag);
    let watch = Watch {
        tag: tag.clone(),
        commit,
        wait: Duration::from_secs(args.wait),
        interval: Duration::from_secs(args.interval),
        expected: triggers.iter().any(|trigger| trigger.refused.is_none()),
    };
    let runs = watching::watch(inspect, &forge, &watch)?;
    let mut report = Report::new("watch");
    let result = json!({"forge": forge.place.kind, "repository": forge.place.slug(), "tag": tag, "runs": runs});
    match runs {
        None => {
            let message = format!("`{}` does not tell of workflow runs", forge.place);
            let help = "newer servers do; look at the page of the repository";
            report = report.findings(vec![Finding::warning("forge/no-runs-api", message).help(help)]);
            report = report.outcome(Outcome::Inconclusive);
        }
        Some(runs) if runs.is_empty() => {
            report = report.findings(no_run(&forge, &tag, &triggers)).outcome(Outcome::Inconclusive);
        }
        Some(runs) => {
            report = report.findings(failures(&runs));
            report.lines = lines(&runs);
            if report.outcome == Outcome::Ok && runs.iter().any(|run| !run.state.is_over()) {
                report = report.outcome(Outcome::Inconclusive);
            }
        }
    }
    Ok(report.result(result))
}

/// What failed: each job with its step, or a run that has no job that did.
fn failures(runs: &[Run]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for run in runs {
        let failed: Vec<_> = run.jobs.iter().filter(|job| job.state == State::Failed).collect();
        for job in &failed {
            let step = job.failed_step.as_ref().map(|step| format!(" in the step `{step}`")).unwrap_or_default();
            let message = format!("the job `{}` of `{}` failed{step}", job.name, run.name);
            findings.push(Finding::error("forge/job-failed", message).help(format!("look at {}", job.url)));
        }
        if run.state == State::Failed && failed.is_empty() {
            let message = format!("the run of `{}` failed", run.name);
            findings.push(Finding::error("forge/job-failed", message).help(format!("look at {}", run.url)));
        }
    }
    findings
}

/// Why nothing started, as far as the working tree tells.
fn no_run(forge: &Forge, tag: &str, triggers: &[Trigger]) -> Vec<Finding> {
    let message = format!("no workflow run of `{}` was started by `{tag}`", forge.place);
    if triggers.is_empty() {
        let help = "there is no workflow in the working tree that a tag could start";
        return vec![Finding::warning("forge/no-run", message).help(help)];
    }
    if triggers.iter().any(|trigger| trigger.refused.is_none()) {
        let help = "push the tag if it was not pushed; a tag that a workflow pushed with `GITHUB_TOKEN` starts nothing, \
                    and a push of more than three tags at once neither";
        return vec![Finding::warning("forge/no-run", message).help(help)];
    }
    let findings = triggers.iter().filter_map(|trigger| {
        let why = trigger.refused.as_ref()?;
        Some(Finding::warning("forge/no-run", format!("{message}: {why}")).at(Location::file(&trigger.file)))
    });
    findings.collect()
}

fn lines(runs: &[Run]) -> Vec<String> {
    let mut rows = Vec::new();
    for run in runs {
        rows.push(vec![run.state.word().to_owned(), run.name.clone(), String::new(), run.url.clone()]);
        for job in &run.jobs {
            let took = job.seconds.map(watching::took).unwrap_or_default();
            rows.push(vec![job.state.word().to_owned(), format!("  {}", job.name), took, job.url.clone()]);
        }
    }
    text::table(&rows)
}
