//! `release audit`: dependencies against advisories.

use std::path::PathBuf;

use serde_json::json;

use super::Context;
use crate::error::Failure;
use crate::pipeline::audit::{self, Named};
use crate::report::{Outcome, Report, text};
use crate::security::audit as security;

/// Compare locked dependencies with advisories (OSV)
///
/// Reads `uv.lock` and pinned requirements. What cannot be decided is never shown as good: no database, no
/// packages, a bound that does not parse or a database past its age end in exit code 11.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Lock files and pinned requirements [default: `[audit] files`, else those that are there]
    lockfiles: Vec<PathBuf>,
    /// A folder or zip of OSV records
    #[arg(long, value_name = "PATH")]
    db: Option<PathBuf>,
}

pub(crate) fn run(context: &Context<'_>, args: &Args) -> Result<Report, Failure> {
    let project = context.project()?;
    let audit =
        audit::audit(context.inspect(), &project, Named { files: &args.lockfiles, database: args.db.as_deref() })?;
    let outcome = match audit.outcome {
        security::Outcome::Clean => Outcome::Ok,
        security::Outcome::Findings => Outcome::Findings,
        security::Outcome::Inconclusive => Outcome::Inconclusive,
    };
    let open = audit.findings.iter().filter(|finding| finding.accepted.is_none()).count();
    let line = format!(
        "{}, {} audited, {} open, {} accepted",
        text::count(audit.coverage.packages, "package"),
        audit.coverage.audited,
        open,
        audit.findings.len() - open
    );
    Ok(Report::new("audit").findings(audit.report()).outcome(outcome).line(line).result(json!(audit)))
}
