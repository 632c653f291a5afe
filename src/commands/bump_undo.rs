//! `release bump --undo`: the last bump of this clone is taken back, as long as nobody else can have it.

use serde_json::json;

use super::under_way::recover;
use super::{Context, Done};
use crate::effects::Git;
use crate::error::Failure;
use crate::pipeline::push;
use crate::pipeline::run::progress;
use crate::plan::guards::Remote;
use crate::plan::{PlanError, execute, undo_bump};
use crate::project::{Project, ProjectError, history};
use crate::report::Report;
use crate::steps::transaction::{self, Kept};

pub(super) fn run(context: &Context<'_>) -> Result<Report, Failure> {
    let inspect = context.inspect();
    let missing = || ProjectError::NoRepository { dir: inspect.dir().display().to_string() };
    let git = Git::discover(inspect.dir())?.ok_or_else(missing)?;
    let _lock = if context.dry_run { None } else { Some(execute::lock(context.world, &git)?) };
    if let Some((pending, _)) = recover(context, &git)?
        && let Some(version) = pending.taken_back()
    {
        return taken_back(context, context.projects()?.first(), version);
    }
    let top = inspect.files().canonical(&git.top())?;
    let kept = transaction::kept(inspect.files(), &git, &top)?.ok_or(PlanError::NoBump)?;
    let project = project_of(context, &kept)?;
    // A run has phases after its bump, and takes all of it back.
    if let Some(run) = progress::last(&git)?.filter(|run| !run.ended && run.document.to == kept.version) {
        return Err(PlanError::Unfinished { version: run.document.to }.into());
    }
    let mut remote = push::ask(context.world, &project, &git, undo_bump::references(&kept))?;
    if let Remote::Closed(why) = &remote {
        // No remote, no others; and who works offline says so.
        let is_offline = why.code == "effects/offline";
        if is_offline {
            inspect.warn("the remote was not asked whether it has the bump (`--offline`)");
        }
        if is_offline || why.code == "plan/no-remote" {
            remote = Remote::NotAsked;
        }
    }
    let plan = undo_bump::plan(inspect, &project, &git, (&kept, &remote)).map_err(|failure| match failure.code {
        "effects/remote" => failure.hint("or say with `--offline` that nobody else has it"),
        _ => failure,
    })?;
    match context.carry_out("bump", plan)? {
        Done::Planned(report) => Ok(*report),
        Done::Carried(_) => taken_back(context, Some(&project), &kept.version),
    }
}

/// The project of the bump: where packages have versions of their own, its tag tells which one.
fn project_of(context: &Context<'_>, kept: &Kept) -> Result<Project, Failure> {
    let projects = context.projects()?;
    // Without a tag, the file that has the version tells.
    let is_of = |project: &&Project| match (&kept.tag, &project.packages[0].source.place) {
        (Some((tag, _)), _) => history::version_of(&project.config.tag.value, tag).is_some(),
        (None, Some(place)) => {
            let file = project.dir_of(&project.packages[0]).join(&place.file);
            kept.files.iter().any(|kept| file.ends_with(&kept.path))
        }
        (None, None) => false,
    };
    let found = projects.iter().find(|project| project.neighbours.is_none() || is_of(project));
    let other = || PlanError::BumpOfAnother { version: kept.version.clone() }.into();
    found.cloned().ok_or_else(other)
}

fn taken_back(context: &Context<'_>, project: Option<&Project>, version: &str) -> Result<Report, Failure> {
    let now = context.project_named(project.and_then(Project::selection))?.version().to_string();
    let line = format!("{version} is taken back: the project is at {now} again");
    Ok(Report::new("bump").line(line).result(json!({"version": version, "back_to": now})))
}
