//! `release security decide`: what is to be done, and why.

use std::path::PathBuf;

use serde_json::json;

use crate::commands::{Context, Done};
use crate::error::Failure;
use crate::plan::security as plan;
use crate::report::Report;
use crate::security::decision::{self, Decision, Place, Verdict};

/// Decide what is to be done about the recorded state, and write down why
///
/// Applies the rules D0 to D12 (`release security explain --rule D4`) and your own. Writes decision.json,
/// justification.md and notes.md, and the state into the ledger, where the next scan finds it on any machine. Every decision ends with 0, `hold` and `block` too: they are in the result.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The recorded state [default: release/security/state.json in the git directory]
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// Where to write the decision [default: beside the state]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub(crate) fn run(context: &Context<'_>, args: &Args) -> Result<Report, Failure> {
    let inspect = context.inspect();
    let project = context.project()?;
    let file = plan::state_file(inspect, &project, args.state.as_deref())?;
    let state = plan::need_state(inspect, &file)?;
    let in_workflow = inspect.variables().get("GITHUB_ACTIONS") == Some("true");
    let place = if in_workflow { Place::Workflow } else { Place::Local };
    let decision = decision::decide(&state, &project.config.security, place, inspect.clock().now())?;
    let out = match &args.out {
        Some(out) => inspect.dir().join(out),
        None => file.parent().unwrap_or(inspect.dir()).to_owned(),
    };
    match context.carry_out("security decide", plan::decide(&project, &state, &decision, (&file, &out)))? {
        Done::Planned(report) => Ok(*report),
        Done::Carried(_) => Ok(report(&decision).line(format!("written to {}", out.display()))),
    }
}

fn report(decision: &Decision) -> Report {
    let mut report = Report::new("security decide")
        .result(json!(decision))
        .output("decision", decision.key.clone())
        .output("release", (decision.decision == Verdict::ReleaseNow).to_string());
    report.lines.push(format!("{} by {}, key {}", decision.decision.word(), decision.rule, decision.key));
    let rows = decision.findings.iter().filter(|judged| judged.rule != "D12").map(|judged| {
        let due = judged.due.map(|due| format!("due {}", due.to_string().split('T').next().unwrap_or_default()));
        let word = judged.decision.word().to_owned();
        let level = judged.severity.word().to_owned();
        vec![judged.rule.clone(), word, judged.package.clone(), judged.id.clone(), level, due.unwrap_or_default()]
    });
    let rows: Vec<Vec<String>> = rows.collect();
    report.lines.extend(crate::report::text::table(&rows).into_iter().map(|line| format!("  {line}")));
    report.lines.extend(decision.missing.iter().map(|missing| format!("missing: {missing}")));
    report.lines.extend(decision.modifiers.iter().map(|one| format!("not without asking ({}): {}", one.name, one.why)));
    report.lines.extend(decision.counterfactual.iter().cloned());
    report
}
