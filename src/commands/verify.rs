//! `release verify`: exactly the files of a release, installed from an index and tried.

use serde_json::json;

use super::{Context, Done};
use crate::config::targets::Index;
use crate::error::Failure;
use crate::pipeline::verification::{self, Request};
use crate::plan::PlanError;
use crate::python::version::Version;
use crate::report::{Outcome, Report};

/// Install a release from an index into clean environments and try it
///
/// Waits until the files are visible, compares hashes with those in `dist/`, installs wheel and sdist each
/// by file, and tries version, imports, entry points, scripts, extras, types and `[verify].commands`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The version [default: the project's]
    version: Option<String>,
    /// The index, by name or by the URL that files are posted to [default: the last of `stages`]
    #[arg(long, value_name = "NAME|URL")]
    index: Option<String>,
    /// How many seconds to wait until the files are visible
    #[arg(long, value_name = "SECONDS", default_value_t = 600)]
    wait: u64,
}

pub(crate) fn run(context: &Context<'_>, args: &Args) -> Result<Report, Failure> {
    let project = context.project_of_packages()?;
    let version: Version = match &args.version {
        Some(text) => text.parse()?,
        None => project.version().clone(),
    };
    let named = args.index.as_ref().or(project.config.stages.value.last());
    let index: Index = project.config.index(named.ok_or(PlanError::NoIndex)?)?;
    let packages = context.packages(&project)?;
    let request = Request {
        project: &project,
        version: &version,
        index: &index,
        dependencies: project.config.dependencies_of(&index),
        lenient: false,
        wait: args.wait,
    };
    let mut verified = Vec::new();
    let mut findings = Vec::new();
    let mut missing = Vec::new();
    for package in packages {
        let known = verification::known_files(context.inspect(), &project, package, &version)?;
        let plan = verification::await_plan(context.inspect(), &request, package, &known)?;
        let shown = match context.carry_out("verify", plan)? {
            Done::Planned(report) => return Ok(*report),
            Done::Carried(produced) => produced,
        };
        let verdict = verification::install(context.world, &request, package, (&known, shown))?;
        missing.extend(verdict.missing);
        findings.extend(verdict.findings);
        verified.extend(verdict.verified);
    }
    let mut report = Report::new("verify").findings(findings);
    if !missing.is_empty() && report.outcome == Outcome::Ok {
        report = report.outcome(Outcome::Inconclusive);
    }
    report.lines = verified.iter().map(|one| format!("{}  {} checked", one.file, one.checked.len())).collect();
    report.lines.extend(missing.iter().map(|name| format!("{name}  not visible on `{}` yet", index.name)));
    Ok(report.result(json!({"index": index, "version": version.to_string(), "verified": verified, "missing": missing})))
}
