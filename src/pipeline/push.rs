//! Pushing the release that HEAD is at.

use crate::effects::{Git, World};
use crate::error::Failure;
use crate::plan::guards::Remote;
use crate::plan::push::REMOTE;
use crate::plan::{self, PlanError, execute};
use crate::project::Project;
use crate::steps::ask_remote::AskRemote;
use crate::steps::{Produced, Step};

/// What the remote has of these references, before anything is changed for it.
///
/// # Errors
/// Nothing can be asked for a reason that is not the remote's; what is the remote's is told in the answer.
pub fn ask(world: &World, project: &Project, git: &Git, references: Vec<String>) -> Result<Remote, Failure> {
    let closed = |failure: Failure| Ok(Remote::Closed(Box::new(failure)));
    let Some(url) = git.remote_url(REMOTE) else {
        return closed(PlanError::NoRemote { remote: REMOTE.to_owned() }.into());
    };
    if git.pushes_elsewhere(REMOTE) {
        return closed(PlanError::PushesElsewhere { remote: REMOTE.to_owned() }.into());
    }
    let login = plan::push::login(world.inspect(), project, git, REMOTE);
    let step = AskRemote { top: git.top(), remote: REMOTE.to_owned(), url, references, login };
    execute::ask(world, step).map_or_else(closed, |there| Ok(Remote::Has(there)))
}

/// What the remote has of the branch that HEAD is on, and of the tags of the project.
///
/// # Errors
/// There is no repository, or as [`ask`].
pub fn ask_for_release(world: &World, project: &Project) -> Result<Remote, Failure> {
    let git = super::run::repository(project)?;
    let tags = format!("refs/tags/{}", project.config.tag.value.replace("{version}", "*"));
    let names = git.head()?.branch.into_iter().chain([tags]).collect();
    ask(world, project, &git, names)
}

/// Pushes the tag of the project's version, and the branch that HEAD is on; what was done, one line.
///
/// # Errors
/// There is no remote, or it refuses.
pub fn release(world: &World, project: &Project) -> Result<String, Failure> {
    let git = super::run::repository(project)?;
    let head = git.head()?;
    let tag = project.tag_of(project.version());
    let branch = head.branch.as_deref().map(|name| name.trim_start_matches("refs/heads/"));
    let plan = plan::push::plan(world.inspect(), project, &git, (&tag, branch))?;
    let Some(said) = plan.steps.first().map(Step::describe) else {
        return Err(PlanError::NoRemote { remote: REMOTE.to_owned() }.into());
    };
    let was_done = execute::execute(world, plan)?.iter().all(Produced::was_done);
    Ok(if was_done { format!("`{REMOTE}` has {tag} already") } else { said.replacen("push", "pushed", 1) })
}
