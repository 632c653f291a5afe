//! `release notes`: the notes of one version.

use serde_json::json;

use super::{Context, announce::version_of};
use crate::effects::Git;
use crate::error::Failure;
use crate::forge::{Forge, ForgeError};
use crate::plan::announce::{notes_of, upcoming_notes};
use crate::plan::next;
use crate::project::history;
use crate::report::{Outcome, Report};

/// Print the notes of one version, as its release on the forge will say them
///
/// They are the section of the changelog: reStructuredText becomes Markdown, relative links and images lead to the
/// files at the tag. Of a version that is not released yet they are what its release would say, from `Unreleased`,
/// fragments or commits.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The version, or its tag [default: the project's]
    #[arg(value_name = "VERSION|TAG")]
    version: Option<String>,
    /// As they stand in the changelog
    #[arg(long)]
    raw: bool,
    /// Those of the next release, of the version that the changes call for
    #[arg(long, conflicts_with = "version")]
    unreleased: bool,
}

pub(crate) fn run(context: &Context<'_>, args: &Args) -> Result<Report, Failure> {
    let (inspect, project) = (context.inspect(), context.project()?);
    let git = Git::discover(&project.root)?;
    let releases = git.as_ref().map(|git| history::releases(git, &project)).transpose()?.unwrap_or_default();
    let version = match args.unreleased {
        true => next::called_for(inspect, git.as_ref(), &project, &releases)?,
        false => version_of(&project, args.version.as_deref())?,
    };
    let forge = match args.raw {
        true => None,
        false => match Forge::of_project(inspect, &project.config, &project.root) {
            Err(error @ ForgeError::Unknown { .. }) => {
                inspect.note(format!("links stay as they are: {error}"));
                None
            }
            forge => Some(forge?),
        },
    };
    let told = notes_of(inspect, &project, &version, forge.as_ref())?;
    let is_out = releases.iter().any(|release| release.version == version);
    let notes = match told {
        None if !is_out => upcoming_notes(inspect, &project, &version, forge.as_ref())?,
        told => told,
    };
    let result = json!({"version": version.to_string(), "released": is_out, "notes": notes});
    let report = Report::new("notes").result(result);
    Ok(match notes {
        Some(notes) => report.line(notes),
        None => {
            inspect.warn(format!("the changelog has nothing under {version}"));
            report.outcome(Outcome::Inconclusive)
        }
    })
}
