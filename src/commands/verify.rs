//! `release verify`: exactly the files of a release, compared, installed from an index and tried.

use serde_json::json;

use super::{Context, Done};
use crate::config::targets::Index;
use crate::error::Failure;
use crate::index::credential::pypirc;
use crate::pipeline::verification::{self, Request, Verdict};
use crate::plan::PlanError;
use crate::python::version::Version;
use crate::report::{Outcome, Report};
use crate::steps::verify_install::Verified;
use crate::steps::verify_install::pythons::Pythons;

/// Install a release from an index into clean environments and try it
///
/// Waits until every file is visible with its sha256, fetches each and compares it with `dist/`, the manifest there or
/// the ledger; compares what the index says of it: size, metadata, what people read, and who published it. Then
/// installs wheel and sdist each by file, with dependencies from one index alone, and tries version, imports, entry
/// points, scripts, extras, types, `[verify].commands`, and the lowest and highest Python that are here. The verdict
/// is kept in the ledger: the next stage gets nothing without it.
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
    /// Try it with this Python, by its version (`3.12`) or its program (can be repeated) [default: the one that is
    /// here, and the lowest and highest that the release allows and that are here]
    #[arg(long, value_name = "VERSION|PATH")]
    python: Vec<String>,
    /// Also install the project as it lies here, editable, and try that
    #[arg(long)]
    editable: bool,
}

pub(crate) fn run(context: &Context<'_>, args: &Args) -> Result<Report, Failure> {
    let project = context.project_of_packages()?;
    let version: Version = match &args.version {
        Some(text) => text.parse()?,
        None => project.version().clone(),
    };
    let named = args.index.as_ref().or(project.config.stages_of(&version).last());
    let index: Index = pypirc::index_of(context.inspect(), &project.config, named.ok_or(PlanError::NoIndex)?)?;
    let packages = context.packages(&project)?;
    let request = Request {
        project: &project,
        version: &version,
        index: &index,
        dependencies: project.config.dependencies_of(&index),
        lenient: false,
        pythons: if args.python.is_empty() { Pythons::Bounds } else { Pythons::Named(args.python.clone()) },
        wait: args.wait,
    };
    let mut verdicts: Vec<Verdict> = Vec::new();
    for package in &packages {
        let known = verification::known_files(context.inspect(), &project, package, (&version, &index))?;
        let plan = verification::await_plan(context.inspect(), &request, package, &known)?;
        let shown = match context.carry_out("verify", plan)? {
            Done::Planned(report) => return Ok(*report),
            Done::Carried(produced) => produced,
        };
        verdicts.push(verification::install(context.world, &request, package, (&known, shown))?);
    }
    verification::remember(context.world, &request, &verdicts);
    for package in packages.iter().filter(|_| args.editable) {
        verdicts.push(verification::try_editable(context.world, &request, package)?);
    }
    Ok(report(&request, verdicts))
}

fn report(request: &Request<'_>, verdicts: Vec<Verdict>) -> Report {
    let (mut verified, mut findings, mut missing) = (Vec::new(), Vec::new(), Vec::new());
    for verdict in verdicts {
        verified.extend(verdict.verified);
        findings.extend(verdict.findings);
        missing.extend(verdict.missing);
    }
    let (index, version) = (request.index, request.version.to_string());
    let mut report = Report::new("verify").findings(findings);
    if !missing.is_empty() && report.outcome == Outcome::Ok {
        report = report.outcome(Outcome::Inconclusive);
    }
    report.lines = verified.iter().flat_map(lines).collect();
    report.lines.extend(missing.iter().map(|name| format!("{name}  not visible on `{}` yet", index.name)));
    report.result(json!({"index": index, "version": version, "verified": verified, "missing": missing}))
}

/// What was tried of one file, and each thing that was not.
fn lines(one: &Verified) -> Vec<String> {
    let mut lines = vec![format!("{}  {} checked", one.file, one.checked.len())];
    lines.extend(one.unchecked.iter().map(|what| format!("  not checked: {what}")));
    lines
}
