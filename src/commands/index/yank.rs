//! `release index yank`: a version of the embedded index that is installed only by those who ask for exactly it.

use std::path::PathBuf;

use serde_json::json;

use crate::commands::{Context, Done};
use crate::error::Failure;
use crate::plan::Plan;
use crate::python::name::ProjectName;
use crate::python::version::Version;
use crate::report::Report;
use crate::steps::tend_index::{Tend, TendIndex};
use crate::steps::{Produced, Step};

/// Yank a version in the embedded index (PEP 592)
///
/// It is written to DIR/index.json, from where a server that runs takes it with its next answer. PyPI itself yanks only in
/// its web pages.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The folder of the index
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// The project
    #[arg(value_name = "NAME")]
    name: ProjectName,
    /// The version
    #[arg(value_name = "VERSION")]
    version: Version,
    /// Why, for those who have it installed
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    reason: String,
}

pub(crate) fn run(context: &Context<'_>, args: &Args) -> Result<Report, Failure> {
    let data = context.inspect().dir().join(&args.data);
    let tend = Tend::Yank { project: args.name.clone(), version: args.version.clone(), reason: args.reason.clone() };
    let produced = match context.carry_out("index yank", Plan::of(vec![Step::TendIndex(TendIndex { data, tend })]))? {
        Done::Planned(report) => return Ok(*report),
        Done::Carried(produced) => produced,
    };
    let result = json!({"project": args.name.normalized(), "version": args.version.to_string()});
    let report = Report::new("index yank").result(result);
    if matches!(produced.as_slice(), [Produced::Tended(false)]) {
        return Ok(report.line(format!("{} {} is yanked already", args.name, args.version)));
    }
    Ok(report.line(format!("yanked  {} {}", args.name, args.version)))
}
