//! `release changelog render`: what the next section would be.

use serde_json::json;

use crate::commands::Context;
use crate::commands::announce::version_of;
use crate::effects::Git;
use crate::error::Failure;
use crate::plan::{changelog, next};
use crate::project::history;
use crate::report::{Outcome, Report};

/// Print the section that the next release would have, from `Unreleased`, fragments or commits
///
/// Nothing is written: `release bump` does that. A version that has its section already is printed as it stands.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The version [default: the one that the changes call for]
    #[arg(long, value_name = "VERSION")]
    version: Option<String>,
}

pub(crate) fn run(context: &Context<'_>, args: &Args) -> Result<Report, Failure> {
    let (inspect, project) = (context.inspect(), context.project()?);
    let version = match &args.version {
        Some(named) => version_of(&project, Some(named))?,
        None => {
            let git = Git::discover(&project.root)?;
            let releases = git.as_ref().map(|git| history::releases(git, &project)).transpose()?.unwrap_or_default();
            next::called_for(inspect, git.as_ref(), &project, &releases)?
        }
    };
    let written = changelog::preview(inspect, &project, &version)?;
    written.tell(inspect);
    if let Some(missing) = &written.empty {
        inspect.warn(missing.clone());
    }
    let section = written.whole.or(written.section).filter(|section| !section.is_empty());
    let result = json!({"version": version.to_string(), "section": section, "fragments": written.removed});
    let report = Report::new("changelog render").result(result);
    Ok(match section {
        Some(section) => report.line(section),
        None => report.outcome(Outcome::Inconclusive),
    })
}
