//! Pushing the release that HEAD is at.

use crate::effects::World;
use crate::error::Failure;
use crate::plan::{self, PlanError, execute};
use crate::project::Project;
use crate::steps::{Produced, Step};

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
        return Err(PlanError::NoRemote { remote: plan::push::REMOTE.to_owned() }.into());
    };
    let was_done = execute::execute(world, plan)?.iter().all(Produced::was_done);
    Ok(if was_done {
        format!("`{}` has {tag} already", plan::push::REMOTE)
    } else {
        said.replacen("push", "pushed", 1)
    })
}
