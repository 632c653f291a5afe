//! `release security approve`: somebody answers for a decision.

use std::path::PathBuf;

use serde_json::json;

use crate::commands::{Context, Done};
use crate::effects::Git;
use crate::error::Failure;
use crate::pipeline::security::past::may_approve;
use crate::plan::security as plan;
use crate::project::ProjectError;
use crate::report::Report;
use crate::security::SecurityError;
use crate::security::decision::Verdict;
use crate::steps::record;

/// Approve the last decision, in the ledger and under your git identity
///
/// Holds for the key and the commit that were decided about: when the facts or HEAD change, it is void.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The key of the last decision
    key: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// The decision [default: release/security/decision.json in the git directory]
    #[arg(long, value_name = "FILE")]
    decision: Option<PathBuf>,
    /// The recorded state [default: release/security/state.json in the git directory]
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
}

pub(crate) fn run(context: &Context<'_>, args: &Args) -> Result<Report, Failure> {
    let inspect = context.inspect();
    let project = context.project()?;
    let decision = plan::last_decision(inspect, &project, args.decision.as_deref())?;
    if args.key != decision.key {
        return Err(SecurityError::OtherKey { key: args.key.clone(), last: decision.key }.into());
    }
    if !matches!(decision.decision, Verdict::Ask | Verdict::ReleaseNow) {
        return Err(SecurityError::NotAsked { decision: decision.decision.word() }.into());
    }
    let state = plan::need_state(inspect, &plan::state_file(inspect, &project, args.state.as_deref())?)?;
    plan::guard(inspect, &project, &decision, &state)?;
    let dir = project.root.display().to_string();
    let git = Git::discover(&project.root)?.ok_or(ProjectError::NoRepository { dir })?;
    let by = record::identity(&git, inspect);
    let by = format!("{} <{}>", by.name, by.email);
    if !may_approve(&by, &project.config.security.approvers) {
        return Err(SecurityError::NoApprover { by }.into());
    }
    match context.carry_out("security approve", plan::approve(&project, &decision, args.reason.as_deref()))? {
        Done::Planned(report) => Ok(*report),
        Done::Carried(_) => Ok(Report::new("security approve")
            .line(format!("{} approved by {by}; start it with `release security trigger`", decision.key))
            .result(json!({"key": decision.key, "by": by}))),
    }
}
