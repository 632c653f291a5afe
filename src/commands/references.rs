//! `release references`: every configured place that names the version.

use serde_json::json;

use super::Context;
use crate::error::{Failure, Location};
use crate::project::references::{self, Reference};
use crate::report::{Finding, Outcome, Report, text};

/// List every place that names the version
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Fail where one disagrees with the version, or stands more or less often than expected
    #[arg(long)]
    check: bool,
}

pub(crate) fn run(context: &Context<'_>, args: &Args) -> Result<Report, Failure> {
    let project = context.project()?;
    let version = project.version().to_string();
    let found = references::find(context.inspect().files(), &project)?;
    let mut findings = Vec::new();
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
    let mut report = Report::new("references").findings(findings);
    if !args.check {
        // Listing is no verdict.
        report = report.outcome(Outcome::Ok);
    }
    report.lines.extend(text::table(&rows));
    Ok(report.result(json!({"version": version, "references": places})))
}

fn disagreement(place: &Reference, version: &str) -> Finding {
    Finding::error("references/disagrees", format!("`{}` is not version {version}", place.text))
        .at(Location { file: place.file.clone(), member: None, line: Some(place.line), column: Some(place.column) })
        .help(format!("write {version} there, or run `release bump --include-stale`, which rewrites it"))
}
