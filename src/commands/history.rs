//! `release history`: the ledger, newest first.

use serde_json::json;

use super::Context;
use crate::effects::Git;
use crate::error::Failure;
use crate::pipeline::ledger;
use crate::project::ProjectError;
use crate::report::{Report, text};

/// Show what was done by `release` in this repository, newest first
#[derive(Debug, clap::Args)]
pub struct Args {}

pub(crate) fn run(context: &Context<'_>, _args: &Args) -> Result<Report, Failure> {
    let dir = context.inspect().dir();
    let git = Git::discover(dir)?.ok_or_else(|| ProjectError::NoRepository { dir: dir.display().to_string() })?;
    let records = ledger::read(&git)?;
    let rows: Vec<Vec<String>> = records
        .iter()
        .map(|entry| {
            let record = &entry.record;
            vec![
                record.time.clone(),
                record.command.clone(),
                record.version.clone().unwrap_or_default(),
                record.summary.clone(),
            ]
        })
        .collect();
    let mut report = Report::new("history");
    report.lines = if rows.is_empty() { vec!["nothing was recorded yet".to_owned()] } else { text::table(&rows) };
    Ok(report.result(json!({"records": records})))
}
