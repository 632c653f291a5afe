//! What `release check` judges besides archives: the project that they are built from, and what only the network knows.

use super::Context;
use super::check::Args;
use crate::check::Policy;
use crate::config::Config;
use crate::error::Failure;
use crate::plan::online::{self, Online};
use crate::plan::publish::DIST;
use crate::plan::{archives, check};
use crate::project::Project;

/// What was judged besides archives.
pub(super) struct Beyond {
    /// The project, where no archives are named, or sdists are held to its tag.
    pub(super) project: Option<check::Judged>,
    /// What only the network knows, where it is asked.
    pub(super) online: Option<Online>,
}

pub(super) fn judge(
    context: &Context<'_>,
    args: &Args,
    (config, policy): (&Config, &Policy),
    (project, archives): (Option<&Project>, &[archives::Judged]),
) -> Result<Beyond, Failure> {
    let of_project = project.map(|project| of_project(context, args, project, (policy, archives))).transpose()?;
    let online = match args.online {
        true => {
            let project = project.filter(|_| args.files.is_empty());
            let asked = online::Asked { policy, archives, project, config };
            Some(online::judge(context.inspect(), &asked)?)
        }
        false => None,
    };
    Ok(Beyond { project: of_project, online })
}

/// What is wrong with the project, where no archives are named; and how its sdists differ from what was committed.
fn of_project(
    context: &Context<'_>,
    args: &Args,
    project: &Project,
    (policy, archives): (&Policy, &[archives::Judged]),
) -> Result<check::Judged, Failure> {
    let own = project.tag_of(project.version());
    let against = args.against_tag.as_deref().map(|tag| if tag.is_empty() { own.as_str() } else { tag });
    let base = if args.online { check::Base::Index } else { check::Base::Tag };
    let asked = check::Asked { policy, archives, against, files: args.files.is_empty(), base };
    let mut judged = check::project(context.inspect(), project, &asked)?;
    if args.files.is_empty() && !args.project_only {
        if archives.is_empty() {
            judged.inconclusive = true;
            let none =
                format!("archives of {}, since `{DIST}` has none; `release build` makes them", project.version());
            judged.unjudged.push(none);
        }
        let others = check::others(context.inspect(), project, archives)?;
        judged.unjudged.extend(others.iter().map(|name| format!("dist/{name}, which is not of this version")));
    }
    Ok(judged)
}
