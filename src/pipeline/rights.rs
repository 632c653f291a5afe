//! The right to send what a plan sends: one that was found, or one that somebody types.

use crate::effects::World;
use crate::error::Failure;
use crate::index::{Right, credential};
use crate::plan::{Plan, execute, publish};
use crate::steps::probe_right::Probed;
use crate::steps::{Produced, Step};

/// Gets the tokens that indexes give to this job, before anything is sent, and says where each right came from.
///
/// # Errors
/// An index refuses, or there is no right for it at all.
pub fn complete(world: &World, plan: &Plan) -> Result<(), Failure> {
    let notes = publish::guard_credentials(world.inspect(), plan)?;
    let minted: Vec<Step> = publish::minted(plan).into_iter().map(Step::MintToken).collect();
    if !minted.is_empty() {
        execute::execute(world, Plan::of(minted))?;
    }
    for note in notes {
        world.inspect().note(note);
    }
    Ok(())
}

/// Asks every index whether its right is good before anything is sent, and says what it answers.
///
/// # Errors
/// It is not.
pub fn probe(world: &World, plan: &Plan) -> Result<(), Failure> {
    let inspect = world.inspect();
    for probe in publish::probes(plan) {
        let (index, project) = (probe.index.name.clone(), probe.project.clone());
        for produced in execute::execute(world, Plan::of(vec![Step::ProbeRight(Box::new(probe))]))? {
            match produced {
                Produced::Probed(Probed::Good) => inspect.note(format!("`{index}` takes this token for {project}")),
                Produced::Probed(Probed::Unknown(text)) => {
                    inspect.warn(format!("whether `{index}` takes this token for {project} cannot be told: {text}"));
                }
                _ => {}
            }
        }
    }
    Ok(())
}

/// Asks whoever sits at the terminal for a token of every index that gets files and has no right yet.
///
/// # Errors
/// Ctrl-C was pressed, or what was typed is no token of that index.
pub fn ask(world: &World, plan: &mut Plan) -> Result<(), Failure> {
    let inspect = world.inspect();
    if !inspect.terminal().asks() {
        return Ok(());
    }
    for index in publish::without_right(plan) {
        let Some(typed) = credential::from_terminal(inspect, &index)? else { continue };
        credential::guard(&typed, &index)?;
        for step in &mut plan.steps {
            if let Step::UploadFile(upload) = step
                && upload.index.name == index.name
            {
                upload.right = Some(Right::Given(typed.clone()));
            }
        }
    }
    Ok(())
}
