//! A workflow of the forge, started once. Forges do not tell whether a dispatch with the same inputs was made
//! before: whoever plans this step keeps the key that makes it one.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::effects::Effects;
use crate::error::{Failure, Kind};
use crate::forge::{Forge, ForgeError, Place};

/// A workflow to be started.
#[derive(Debug, Serialize)]
pub struct DispatchWorkflow {
    /// Where.
    pub place: Place,
    /// The name of its file.
    pub workflow: String,
    /// The branch or tag that it runs on.
    pub git_ref: String,
    /// Its inputs.
    pub inputs: BTreeMap<String, String>,
    /// The forge.
    #[serde(skip)]
    pub forge: Forge,
}

impl DispatchWorkflow {
    pub(super) fn describe(&self) -> String {
        format!("start the workflow `{}` on `{}` of `{}`", self.workflow, self.git_ref, self.place)
    }

    pub(super) fn carry_out(&self, effects: Effects<'_>) -> Result<(), Failure> {
        let started = self.forge.dispatch(effects, &self.workflow, &self.git_ref, &self.inputs);
        started.map_err(|error| {
            let unclear = ForgeError::is_unclear(&error);
            let mut failure = Failure::from(error);
            if unclear {
                failure.kind = Kind::Partial;
                failure = failure.hint("look on the forge whether the workflow runs before you start it again");
            }
            failure
        })
    }
}
