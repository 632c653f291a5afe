//! `release doctor`: whether everything that a release needs is in place.

use serde_json::json;

use super::Context;
use crate::error::Failure;
use crate::pipeline::doctor;
use crate::report::Report;

/// Say whether everything that a release needs is in place: Python, git, tokens, names, workflows, clock
///
/// Nothing is changed and no token is shown. Every fact is `ok`, `note`, `warning`, `wrong` or `cannot tell`;
/// something wrong ends in exit code 10, something unknown in 11.
#[derive(Debug, clap::Args)]
pub struct Args {}

pub(crate) fn run(context: &Context<'_>, _args: &Args) -> Result<Report, Failure> {
    let facts = doctor::facts(context.inspect(), context.project())?;
    let mut report = Report::new("doctor").findings(facts.findings()).outcome(facts.outcome()).result(json!(facts));
    report.lines = facts.lines();
    Ok(report)
}
