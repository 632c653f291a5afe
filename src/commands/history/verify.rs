//! `release history verify`: whether the ledger is whole.

use serde_json::json;

use crate::commands::Context;
use crate::error::{Failure, Location};
use crate::pipeline::ledger;
use crate::report::{Finding, Report};
use crate::steps::record::LEDGER;

/// Check the chain of the ledger: every entry names the sha256 of the one before
#[derive(Debug, clap::Args)]
pub struct Args {}

pub(crate) fn run(context: &Context<'_>, _args: &Args) -> Result<Report, Failure> {
    let git = super::repository(context)?;
    let chain = ledger::chain(&git)?;
    let findings: Vec<Finding> = chain
        .iter()
        .flat_map(|link| link.problems.iter().map(move |problem| (link, problem)))
        .map(|(link, problem)| {
            Finding::error(
                "history/broken-chain",
                format!("entry {}: {problem}", link.commit.get(..12).unwrap_or_default()),
            )
            .at(Location::file(LEDGER))
            .help("compare with another clone: `git fetch origin refs/release/ledger`, then `git log FETCH_HEAD`")
        })
        .collect();
    let whole = findings.is_empty();
    let mut report = Report::new("history verify").findings(findings);
    if whole {
        report.lines.push(format!(
            "{}, every one in its place",
            match chain.len() {
                1 => "1 entry".to_owned(),
                many => format!("{many} entries"),
            }
        ));
    }
    let newest = chain.first().map(|link| json!({"commit": link.commit, "sha256": link.sha256}));
    Ok(report.result(json!({"entries": chain.len(), "newest": newest})))
}
