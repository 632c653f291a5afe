//! Branch and tag of a release to the remote, with the forge's token where it is an address of that forge.

use std::path::PathBuf;

use super::{Plan, PlanError};
use crate::config::file::GitHooks;
use crate::effects::git_program::Login;
use crate::effects::{Git, Inspect};
use crate::error::Failure;
use crate::forge::Forge;
use crate::project::Project;
use crate::steps::Step;
use crate::steps::push::Push;

/// The remote that tags and branches go to.
pub const REMOTE: &str = "origin";

/// Plans to push a tag, and the branch with the commit that it names; no step where there is no remote.
///
/// # Errors
/// The tags cannot be listed, or pushes go elsewhere than the remote says.
pub fn plan(
    inspect: Inspect<'_>,
    project: &Project,
    git: &Git,
    (tag, branch): (&str, Option<&str>),
) -> Result<Plan, Failure> {
    let Some(url) = git.remote_url(REMOTE) else {
        return Ok(Plan::default());
    };
    if git.pushes_elsewhere(REMOTE) {
        return Err(PlanError::PushesElsewhere { remote: REMOTE.to_owned() }.into());
    }
    let name = format!("refs/tags/{tag}");
    let commit = git.tags()?.into_iter().find(|known| known.name == tag).map(|known| known.commit);
    let mut references = Vec::new();
    // Where others pushed on top of it already, only the tag is missing.
    let is_there = |branch: &str, commit: &str| {
        let known = git.resolve(&format!("refs/remotes/{REMOTE}/{branch}"));
        known.is_some_and(|known| known != commit && git.is_on_top(&known, commit))
    };
    if let (Some(branch), Some(commit)) = (branch, commit.filter(|commit| !branch.is_some_and(|b| is_there(b, commit))))
    {
        references.push((format!("refs/heads/{branch}"), commit));
    }
    references.extend(git.resolve(&name).map(|object| (name, object)));
    let login = login(inspect, project, git, REMOTE);
    let hooks = hooks(inspect, project, git)?;
    let step = Push { top: git.top(), remote: REMOTE.to_owned(), url, references, login, hooks };
    Ok(Plan::of(vec![Step::Push(step)]))
}

/// The folder of the user's git hooks, where `pre-push` runs.
fn hooks(inspect: Inspect<'_>, project: &Project, git: &Git) -> Result<Option<PathBuf>, PlanError> {
    if project.config.git.hooks != GitHooks::Run {
        return Ok(None);
    }
    let found = git.hooks(inspect, true);
    match found.named_by_repository.filter(|_| found.names.iter().any(|name| name == "pre-push")) {
        Some(path) => Err(PlanError::HooksElsewhere { path }),
        None => Ok(Some(found.dir).filter(|_| !found.names.is_empty())),
    }
}

/// The forge's token for git, where a remote (a name or a URL) is an address of that forge and pushes go there. A
/// remote that is no forge has logins of its own.
pub fn login(inspect: Inspect<'_>, project: &Project, git: &Git, remote: &str) -> Option<Login> {
    let url = git.remote_url(remote).unwrap_or_else(|| remote.to_owned());
    let forge = Forge::of_project(inspect, &project.config, &project.root).ok()?;
    forge.login(&url).filter(|_| !git.pushes_elsewhere(remote))
}
