//! The right to send what a plan sends: a token that was found, or one that the index gives to this job.

use crate::config::targets::Index;
use crate::effects::{Inspect, World};
use crate::error::Failure;
use crate::index::trusted_publishing::{self, Ambient};
use crate::index::{Credential, Right};
use crate::plan::{Plan, execute, publish};
use crate::steps::mint_token::MintToken;
use crate::steps::{Produced, Step};

/// Gets a token by trusted publishing for every index that needs one and has none, and says where each right
/// came from.
///
/// # Errors
/// An index refuses, or there is no right for it at all.
pub fn complete(world: &World, plan: &mut Plan) -> Result<(), Failure> {
    let inspect = world.inspect();
    if let Ambient::Runner(runner) = trusted_publishing::ambient(inspect.variables()) {
        for index in publish::without_right(plan) {
            if !trusted_publishing::is_offered(&index) {
                continue;
            }
            let step = MintToken { index: index.clone(), runner: runner.clone() };
            for produced in execute::execute(world, Plan::of(vec![Step::MintToken(step)]))? {
                if let Produced::Minted(credential) = produced {
                    give(plan, &index.name, &credential);
                }
            }
        }
    }
    for note in publish::guard_credentials(inspect, plan)? {
        inspect.note(note);
    }
    Ok(())
}

fn give(plan: &mut Plan, index: &str, credential: &Credential) {
    for step in &mut plan.steps {
        if let Step::UploadFile(upload) = step
            && upload.index.name == index
        {
            upload.right = Some(Right::Given(credential.clone()));
        }
    }
}

/// Whether an index could give this job a token.
pub fn may_be_minted(inspect: Inspect<'_>, index: &Index) -> bool {
    trusted_publishing::is_offered(index)
        && matches!(trusted_publishing::ambient(inspect.variables()), Ambient::Runner(_))
}
