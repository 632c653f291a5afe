//! `release security explain`: a rule, or how the last decision came about.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::commands::Context;
use crate::error::Failure;
use crate::plan::security as plan;
use crate::project::Project;
use crate::report::Report;
use crate::security::SecurityError;
use crate::security::decision::matrix::{D0, D12, MATRIX, POSTURE, Rule};
use crate::security::decision::{Decision, Trace};

/// Explain a rule, or how the last decision came about
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The key of the last decision, to be sure that it is meant
    key: Option<String>,
    /// The rule to explain, such as D4
    #[arg(long, value_name = "RULE", conflicts_with = "key")]
    rule: Option<String>,
    /// The decision [default: release/security/decision.json in the git directory]
    #[arg(long, value_name = "FILE")]
    decision: Option<PathBuf>,
}

pub(crate) fn run(context: &Context<'_>, args: &Args) -> Result<Report, Failure> {
    let project = context.project()?;
    if let Some(wanted) = &args.rule {
        return rule(&project, wanted);
    }
    let inspect = context.inspect();
    let decision = plan::last_decision(inspect, &project, args.decision.as_deref())?;
    if let Some(key) = args.key.as_ref().filter(|key| **key != decision.key) {
        return Err(SecurityError::OtherKey { key: key.clone(), last: decision.key }.into());
    }
    let mut report = Report::new("security explain").result(json!(decision));
    report.lines = decision.justification.lines().map(str::to_owned).collect();
    report.lines.push(String::new());
    report.lines.extend(decision.trace.iter().flat_map(|trace| traced(&decision, trace)));
    Ok(report)
}

fn rule(project: &Project, wanted: &str) -> Result<Report, Failure> {
    let built_in: Vec<&Rule> = [&D0].into_iter().chain(MATRIX).chain([&D12, &POSTURE]).collect();
    let named = |id: &str| id.eq_ignore_ascii_case(wanted);
    let mut report = Report::new("security explain");
    let mut forms = Vec::new();
    for rule in built_in.iter().filter(|rule| named(rule.id)) {
        let rows: Vec<String> = rule
            .when
            .iter()
            .map(|row| row.iter().map(|predicate| predicate.name()).collect::<Vec<_>>().join(" or "))
            .collect();
        report.lines.push(format!("{} decides `{}`", rule.id, rule.then.word()));
        report.lines.push(rule.text.to_owned());
        report.lines.extend(rows.iter().map(|row| format!("  when {row}")));
        forms.push(json!({"rule": rule.id, "then": rule.then, "text": rule.text, "when": rows}));
    }
    for rule in project.config.security.rules.iter().filter(|rule| named(&rule.id)) {
        report.lines.push(format!("{} decides `{}`: {}", rule.id, rule.then, rule.reason));
        forms.push(json!(rule));
    }
    if forms.is_empty() {
        let own = project.config.security.rules.iter().map(|rule| rule.id.as_str());
        let mut known: Vec<String> = built_in.iter().map(|rule| rule.id).chain(own).map(str::to_owned).collect();
        known.dedup();
        return Err(SecurityError::NoRule { rule: wanted.to_owned(), known }.into());
    }
    Ok(report.result(json!({"rules": forms})))
}

/// What every rule asked about a finding, up to the one that held.
fn traced(decision: &Decision, trace: &Trace) -> Vec<String> {
    let judged = decision.findings.iter().find(|judged| judged.finding == trace.finding);
    let Some(judged) = judged else { return Vec::new() };
    let mut lines = vec![format!("{} in {}: {} by {}", judged.id, judged.package, judged.decision.word(), judged.rule)];
    for asked in &trace.rules {
        let no: Vec<&str> = asked
            .when
            .iter()
            .filter(|(_, value)| *value == &Value::Bool(false))
            .map(|(name, _)| name.as_str())
            .collect();
        if asked.holds {
            lines.push(format!("  {} holds", asked.rule));
            break;
        }
        lines.push(format!("  {} not: {}", asked.rule, no.join("; ")));
    }
    lines
}
