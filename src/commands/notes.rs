//! `release notes`: the notes of one version.

use serde_json::json;

use super::{Context, announce::version_of};
use crate::error::Failure;
use crate::forge::Forge;
use crate::plan::announce::notes_of;
use crate::report::{Outcome, Report};

/// Print the notes of one version, as its release on the forge will say them
///
/// They are the section of the changelog. Relative links and images lead to the files at the tag.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The version, or its tag [default: the project's]
    #[arg(value_name = "VERSION|TAG")]
    version: Option<String>,
    /// As they stand in the changelog
    #[arg(long)]
    raw: bool,
}

pub(crate) fn run(context: &Context<'_>, args: &Args) -> Result<Report, Failure> {
    let (inspect, project) = (context.inspect(), context.project()?);
    let version = version_of(&project, args.version.as_deref())?;
    let forge = match args.raw {
        true => None,
        false => Some(Forge::of_project(inspect, &project.config, &project.root)?),
    };
    let notes = notes_of(inspect, &project, &version, forge.as_ref())?;
    let report = Report::new("notes").result(json!({"version": version.to_string(), "notes": notes}));
    Ok(match notes {
        Some(notes) => report.line(notes),
        None => {
            inspect.warn(format!("the changelog has nothing under {version}"));
            report.outcome(Outcome::Inconclusive)
        }
    })
}
