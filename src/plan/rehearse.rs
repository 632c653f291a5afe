//! The throw-away repository of a rehearsal.

use std::path::Path;

use super::{Plan, PlanError};
use crate::config::Origin;
use crate::effects::{Git, Inspect};
use crate::error::Failure;
use crate::project::changelog::{self, Markup};
use crate::project::history::{Released, releases};
use crate::project::{FILE_LIMIT, Project, ProjectError};
use crate::steps::Step;
use crate::steps::prepare_rehearsal::PrepareRehearsal;

/// Plans the repository in the folder `repository`, and its `origin` below `scratch`.
///
/// # Errors
/// The project is in no repository, has no commit, or uncommitted changes that nobody allowed.
pub fn prepare(
    inspect: Inspect<'_>,
    project: &Project,
    (repository, scratch): (&Path, &Path),
    allow_dirty: bool,
) -> Result<Plan, Failure> {
    let missing = || ProjectError::NoRepository { dir: project.root.display().to_string() };
    let git = Git::discover(&project.root)?.ok_or_else(missing)?;
    let head = git.head()?;
    if head.commit.is_none() {
        return Err(PlanError::NoCommit.into());
    }
    let top = inspect.files().canonical(&git.top())?;
    let prefix = project.root.strip_prefix(&top).unwrap_or(&project.root).to_string_lossy().into_owned();
    let below = |file: &String| prefix.is_empty() || file.starts_with(&format!("{prefix}/"));
    let files: Vec<String> = git.changed_files()?.into_iter().filter(below).collect();
    if !files.is_empty() && !allow_dirty {
        return Err(PlanError::DirtyTree { files }.into());
    }
    // A cut-off history cannot be pushed, and a detached HEAD cannot be bumped: both are exported as one commit.
    let export = !prefix.is_empty() || git.is_shallow() || head.branch.is_none();
    let allowed = project.config.branches.value.first().cloned();
    let step = PrepareRehearsal {
        repository: repository.to_owned(),
        origin: scratch.join("origin.git"),
        branch: allowed.unwrap_or_else(|| "main".to_owned()),
        tag: if export { released_tag(inspect, project)? } else { None },
        commit_on_top: project.is_versioned_by_tags(),
        export,
        top,
        prefix,
    };
    Ok(Plan::of(vec![Step::PrepareRehearsal(step)]))
}

/// The tag of the current version: where the tags are the version, or where the configuration names tags and the changelog says that it
/// was released: an export has no history of its own.
fn released_tag(inspect: Inspect<'_>, project: &Project) -> Result<Option<String>, Failure> {
    if project.is_versioned_by_tags() {
        let Some(git) = Git::discover(&project.root)? else { return Ok(None) };
        let is_current = |release: &Released| release.version == *project.version();
        return Ok(releases(&git, project)?.into_iter().find(is_current).map(|release| release.tag));
    }
    let Some(path) = &project.changelog else {
        return Ok(None);
    };
    let text = inspect.files().read_text(&project.root.join(path), FILE_LIMIT)?;
    let released = changelog::notes(&text, Markup::of(path), Some(project.version())).is_some();
    let named = project.config.tag.origin == Origin::File;
    Ok((released && named).then(|| project.tag_of(project.version())))
}
