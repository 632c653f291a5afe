//! `release history`: the ledger, newest first.

pub mod export;
pub mod sync;
pub mod verify;

use serde_json::json;

use super::Context;
use crate::effects::Git;
use crate::error::Failure;
use crate::pipeline::ledger;
use crate::project::ProjectError;
use crate::report::{Report, text};

/// Show what was done by `release` in this repository, newest first
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Something else about the ledger
    #[command(subcommand)]
    pub command: Option<HistoryCommand>,
}

/// Something else about the ledger.
#[expect(missing_docs, reason = "the doc comment of each `Args` is the help; one here would replace it")]
#[derive(Debug, clap::Subcommand)]
pub enum HistoryCommand {
    Verify(verify::Args),
    Export(export::Args),
    Sync(sync::Args),
}

/// The repository of the folder that the command works in.
fn repository(context: &Context<'_>) -> Result<Git, Failure> {
    let dir = context.inspect().dir();
    Ok(Git::discover(dir)?.ok_or_else(|| ProjectError::NoRepository { dir: dir.display().to_string() })?)
}

pub(crate) fn run(context: &Context<'_>, args: &Args) -> Result<Report, Failure> {
    match &args.command {
        Some(HistoryCommand::Verify(args)) => return verify::run(context, args),
        Some(HistoryCommand::Export(args)) => return export::run(context, args),
        Some(HistoryCommand::Sync(args)) => return sync::run(context, args),
        None => {}
    }
    let git = repository(context)?;
    let records = ledger::read(&git)?;
    let rows: Vec<Vec<String>> = records
        .iter()
        .map(|entry| {
            let record = &entry.record;
            vec![
                record.time.clone(),
                record.command.clone(),
                record.version.clone().unwrap_or_default(),
                match record.outcome.as_str() {
                    "ok" => text::inline(&record.summary),
                    other => text::inline(&format!("{} [{other}]", record.summary)),
                },
            ]
        })
        .collect();
    let mut report = Report::new("history");
    report.lines = if rows.is_empty() { vec!["nothing was recorded yet".to_owned()] } else { text::table(&rows) };
    Ok(report.result(json!({"records": records})))
}
