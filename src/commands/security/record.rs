//! `release security record`: our audit and the reports of others, as one recorded state.

use std::path::PathBuf;

use serde_json::json;

use crate::commands::{Context, Done};
use crate::error::Failure;
use crate::pipeline::security::past::Ledger;
use crate::pipeline::security::{self, Named};
use crate::plan::security as plan;
use crate::report::{Finding, Report, text};
use crate::security::state::{State, Status};

/// Record what is known: our own audit, reports of other scanners, what users have
///
/// Takes reports of pip-audit, uv audit, bandit, safety, osv-scanner, any SARIF 2.1.0, and CISA's catalogue of
/// exploited vulnerabilities, each known by its content. A report that is missing, broken or incomplete is a
/// source that failed: nothing counts as resolved, and `security decide` holds.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Reports of other scanners
    reports: Vec<PathBuf>,
    /// A folder or zip of OSV records
    #[arg(long, value_name = "PATH")]
    db: Option<PathBuf>,
    /// The last state [default: the newer one of release/security/state.json in the git directory and the ledger's]
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// Where to write the new state [default: where the last one is]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// A wheel or sdist of the last release [default: pyproject.toml and lock at its tag]
    #[arg(long, value_name = "FILE")]
    released: Option<PathBuf>,
    /// A wheel or sdist of what would be released [default: the working tree]
    #[arg(long, value_name = "FILE")]
    candidate: Option<PathBuf>,
}

pub(crate) fn run(context: &Context<'_>, args: &Args) -> Result<Report, Failure> {
    let inspect = context.inspect();
    let project = context.project()?;
    let from = match (&args.state, &args.out) {
        (None, Some(out)) => inspect.dir().join(out),
        (state, _) => plan::state_file(inspect, &project, state.as_deref())?,
    };
    let to = args.out.as_ref().map_or_else(|| from.clone(), |out| inspect.dir().join(out));
    let mut previous = plan::read_state(inspect, &from)?;
    if args.state.is_none() && args.out.is_none() {
        // Another machine may have decided since: a job of a workflow begins with nothing but the ledger.
        let theirs = Ledger::of(&project.root)?.state(&project.title());
        previous = previous.into_iter().chain(theirs).max_by_key(|state| state.recorded_at);
    }
    let named = Named {
        reports: &args.reports,
        database: args.db.as_deref(),
        released: args.released.as_deref(),
        candidate: args.candidate.as_deref(),
    };
    let state = security::record(inspect, &project, named, previous.as_ref())?;
    match context.carry_out("security record", plan::record(&state, &to))? {
        Done::Planned(report) => Ok(*report),
        Done::Carried(_) => {
            let warnings = state.reasons.iter().map(|reason| {
                Finding::warning("security/source-failed", format!("the record is not whole: {reason}"))
                    .help("put it right and record again; until then every decision is `hold`")
            });
            let mut report = Report::new("security record").findings(warnings.collect());
            report.lines = lines(&state);
            report.lines.push(format!("written to {}", to.display()));
            Ok(report.result(json!({"path": to, "state": state})))
        }
    }
}

fn lines(state: &State) -> Vec<String> {
    let count = |status: Status| state.findings.iter().filter(|finding| finding.status == status).count();
    let sources: Vec<&str> = state.sources.iter().map(|source| source.name.as_str()).collect();
    vec![
        format!(
            "{} open, {} accepted, {} resolved; {} in code; {} since the last decision",
            count(Status::Open),
            count(Status::Accepted),
            count(Status::Resolved),
            text::count(state.code.len(), "finding"),
            text::count(state.changes.len(), "change")
        ),
        format!("sources  {}", sources.join(", ")),
        format!(
            "users    {}",
            state.released.as_ref().map_or("nothing was released yet".to_owned(), |released| format!(
                "{} (from {})",
                released.version, released.from
            ))
        ),
    ]
}
