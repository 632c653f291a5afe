//! `release plan`: the whole release as a document that can be looked at, approved and carried out.

use std::path::PathBuf;

use serde_json::json;

use super::{Context, decision_key};
use crate::error::Failure;
use crate::plan::release::{self, Wanted};
use crate::plan::{Plan, execute};
use crate::report::Report;
use crate::steps::Step;
use crate::steps::write_files::WriteFiles;

/// Plan a release, as a document whose sha256 is what an approval names
///
/// Looks only at this machine. `release apply` carries the plan out, and refuses when what it relies on has
/// changed meanwhile.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What to release [default: auto, or the version as written where nothing was released yet]
    #[arg(value_name = "KIND|VERSION")]
    wanted: Option<String>,
    /// The key of the decision of `release security` that asks for it
    #[arg(long, value_name = "KEY", value_parser = decision_key)]
    decision: Option<String>,
    /// Write the document to this file
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(crate) fn run(context: &Context<'_>, args: &Args) -> Result<Report, Failure> {
    let project = context.project()?;
    let wanted = Wanted { typed: args.wanted.clone(), date: None, decision: args.decision.clone() };
    let document = release::plan(context.inspect(), &project, &wanted)?.document;
    let mut report = Report::new("plan").result(json!({"token": document.token(), "plan": document}));
    report.lines = document.lines();
    if let Some(out) = args.out.as_ref().filter(|_| !context.dry_run) {
        let path = context.inspect().dir().join(out);
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let dir = path.parent().unwrap_or(context.inspect().dir()).to_owned();
        let step = WriteFiles { dir, files: vec![(name, document.canonical().into_bytes())] };
        execute::execute(context.world, Plan::of(vec![Step::WriteFiles(step)]))?;
        report.lines.push(format!("written to {}", out.display()));
    }
    Ok(report)
}
