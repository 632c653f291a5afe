//! `release version`: the version, and what comes next.

use serde_json::json;

use super::{Context, usage};
use crate::error::Failure;
use crate::python::bump::{self, Mode, Request};
use crate::python::version::Version;
use crate::report::Report;

/// Print the version, or what a bump would make of it
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Print what this kind gives: `minor`, `rc`, `minor,rc`, `1.4.0`, …
    #[arg(long, value_name = "KIND")]
    next: Option<String>,
    /// Start from this version instead of the project's
    #[arg(long, value_name = "VERSION")]
    from: Option<String>,
    /// Always count up, as uv does: `1.3.0rc1` minor is `1.4.0`
    #[arg(long)]
    exact: bool,
}

pub(crate) fn run(context: &Context<'_>, args: &Args) -> Result<Report, Failure> {
    let (version, project): (Version, _) = match &args.from {
        Some(from) => {
            let wrong = |error: crate::python::error::ParseError| {
                usage(format!("`--from {from}` is not a version"), error.to_string())
            };
            (from.parse().map_err(wrong)?, None)
        }
        None => {
            let project = context.project()?;
            (project.version().clone(), Some(project))
        }
    };
    let with_outputs = |report: Report, version: &Version| {
        let report =
            report.output("version", version.to_string()).output("is-prerelease", version.is_prerelease().to_string());
        match &project {
            Some(project) => report.output("tag", project.tag_of(version)),
            None => report,
        }
    };
    let Some(kind) = &args.next else {
        let report = Report::new("version")
            .line(version.to_string())
            .result(json!({"version": version.to_string(), "next": null}));
        return Ok(with_outputs(report, &version));
    };
    let request: Request = kind.parse().map_err(Failure::from)?;
    let mode = if args.exact { Mode::Exact } else { Mode::Linear };
    let next = bump::next(&version, &request, mode)?;
    for note in &next.notes {
        context.inspect().note(note.clone());
    }
    let report = Report::new("version").line(next.version.to_string()).result(json!({
        "version": version.to_string(),
        "next": next.version.to_string(),
        "notes": next.notes,
    }));
    Ok(with_outputs(report, &next.version))
}
