//! `release history export`: the ledger as JSON lines, oldest first.

use serde_json::json;

use crate::commands::Context;
use crate::error::Failure;
use crate::pipeline::ledger;
use crate::report::Report;

/// Print the ledger as JSON lines, oldest entry first
#[derive(Debug, clap::Args)]
pub struct Args {}

pub(crate) fn run(context: &Context<'_>, _args: &Args) -> Result<Report, Failure> {
    let git = super::repository(context)?;
    let mut entries = ledger::read(&git)?;
    entries.reverse();
    let mut report = Report::new("history export");
    for entry in &entries {
        report.lines.push(serde_json::to_string(entry).expect("entries have string keys"));
    }
    Ok(report.result(json!({"records": entries})))
}
