//! `release security changes`: what has changed, and what a release of HEAD would take from users.

use std::path::PathBuf;

use serde_json::json;

use crate::commands::Context;
use crate::error::Failure;
use crate::plan::security as plan;
use crate::report::{Report, text};
use crate::security::decision::delivered;
use crate::security::state::{Finding, State};

/// Show what has changed since the last decision, and what a release would take from users
///
/// Compares three things: what users have, what HEAD would ship, and the last recorded state. Changes are data,
/// not a verdict: the command ends with 0.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The recorded state [default: release/security/state.json in the git directory]
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
}

pub(crate) fn run(context: &Context<'_>, args: &Args) -> Result<Report, Failure> {
    let inspect = context.inspect();
    let project = context.project()?;
    let state = plan::need_state(inspect, &plan::state_file(inspect, &project, args.state.as_deref())?)?;
    let mut report = Report::new("security changes");
    report.lines = lines(&state);
    let delivers: Vec<&str> = delivered(&state).map(|finding| finding.id.as_str()).collect();
    Ok(report.result(json!({
        "complete": state.complete,
        "recorded_at": state.recorded_at,
        "released": state.released,
        "changes": state.changes,
        "delivers": delivers,
    })))
}

fn lines(state: &State) -> Vec<String> {
    let row = |first: String, finding: &Finding, last: String| {
        let id = finding.shown().to_owned();
        vec![first, finding.package.clone(), id, finding.severity.level.word().to_owned(), last]
    };
    let mut rows = Vec::new();
    for change in &state.changes {
        if let Some(finding) = state.finding(&change.finding) {
            rows.push(row(change.kind.word().to_owned(), finding, change.detail.clone().unwrap_or_default()));
        }
    }
    let mut lines = vec![format!("{} since the last decision", text::count(rows.len(), "change"))];
    lines.extend(text::table(&rows).into_iter().map(|line| format!("  {line}")));
    let rows: Vec<Vec<String>> = delivered(state)
        .map(|finding| {
            let exposure = finding.at_release().map_or("", |exposure| exposure.word());
            row("delivered".to_owned(), finding, format!("was {exposure}"))
        })
        .collect();
    if !rows.is_empty() {
        lines.push(format!("a release of HEAD takes {} from users", text::count(rows.len(), "finding")));
        lines.extend(text::table(&rows).into_iter().map(|line| format!("  {line}")));
    }
    if !state.complete {
        lines.push("the record is not whole: what is not listed may be there all the same".to_owned());
    }
    lines
}
