//! `release approve`: a person says yes to one plan.

use serde_json::json;

use super::{Context, usage};
use crate::error::Failure;
use crate::pipeline::run::{progress, repository};
use crate::plan::execute;
use crate::report::{Outcome, Report};
use crate::steps::record::{Draft, Facts};

/// Approve the plan of a release, by its token
///
/// The entry in the ledger carries your name and address as git knows them. It holds for this very plan:
/// another commit, file or configuration makes another token.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The sha256 that `release plan` shows
    #[arg(value_name = "TOKEN")]
    token: String,
    /// Why, for the ledger
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

pub(crate) fn run(context: &Context<'_>, args: &Args) -> Result<Report, Failure> {
    let project = context.project()?;
    let git = repository(&project)?;
    if args.token.len() != 64 || !args.token.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(usage("a token has 64 hexadecimal digits", "copy it from `release plan`"));
    }
    let token = args.token.to_ascii_lowercase();
    // Nobody approves in the name of nobody.
    let by = git.identity(context.inspect().clock().now().as_second())?;
    let by = format!("{} <{}>", by.name, by.email);
    let result = json!({"token": token, "by": by});
    if progress::approvals_of(&git, &token)?.contains(&by) {
        return Ok(Report::new("approve").line(format!("{by} has approved it already")).result(result));
    }
    let report = Report::new("approve").line(format!("{by} approves {}", &token[..12])).result(result);
    if context.dry_run {
        return Ok(report.outcome(Outcome::Planned));
    }
    let known = progress::last(&git)?.filter(|progress| progress.token == token);
    let draft = Draft {
        command: "approve",
        project: project.title(),
        version: known.map(|progress| progress.document.to),
        summary: args.reason.clone().unwrap_or_else(|| format!("plan {}", &token[..12])),
        facts: Facts { plan: Some(token), ..Facts::default() },
    };
    execute::record(context.world, &project.root, (&draft, progress::OK, &[]))?;
    Ok(report)
}
