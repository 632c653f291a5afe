//! The rights to publish that build backends, which are code of others, could read where a plan runs them.

use super::Plan;
use crate::build::BuildError;
use crate::effects::Inspect;
use crate::error::{Explain, Failure};
use crate::index::credential;
use crate::report::Finding;
use crate::steps::Step;
use crate::steps::build_archives::Way;

/// Refuses a plan that runs a backend where a right to publish can be read. Nobody watches in CI, and a job of its own
/// costs nothing there; on somebody's machine it is said.
///
/// # Errors
/// [`BuildError::CredentialVisible`] in CI.
pub fn refuse_in_ci(inspect: Inspect<'_>, plan: &Plan) -> Result<(), Failure> {
    match Exposure::of(inspect, plan) {
        Some(exposure) if inspect.variables().in_ci() => Err(exposure.into_error().into()),
        exposure => {
            if let Some(exposure) = exposure {
                exposure.say(inspect);
            }
            Ok(())
        }
    }
}

/// A backend that a plan runs, and what it could read.
#[derive(Debug)]
pub struct Exposure {
    package: String,
    credentials: Vec<String>,
}

impl Exposure {
    /// What backends of a plan could read; nothing where all builds are native, or there is nothing to read.
    pub fn of(inspect: Inspect<'_>, plan: &Plan) -> Option<Exposure> {
        let package = plan.steps.iter().find_map(|step| match step {
            Step::BuildArchives(build) if matches!(build.way, Way::Isolated) => Some(&build.package),
            Step::CompareBuilds(step) => step.native.first().map(|build| &build.package),
            _ => None,
        })?;
        let credentials = credential::visible(inspect);
        (!credentials.is_empty()).then(|| Exposure { package: package.to_string(), credentials })
    }

    /// For a release that builds where it publishes: in CI it is found wanting, elsewhere it is said.
    pub fn finding_in_ci(self, inspect: Inspect<'_>) -> Option<Finding> {
        if !inspect.variables().in_ci() {
            self.say(inspect);
            return None;
        }
        let error = self.into_error();
        let help = "build in a job of its own without them, as the workflows of `release init` do";
        Some(Finding::warning(error.code(), error.to_string()).help(help))
    }

    fn say(self, inspect: Inspect<'_>) {
        let error = self.into_error();
        inspect.warn(format!("{error}: its own variables are closed, your files are not; a native build runs no code"));
    }

    fn into_error(self) -> BuildError {
        BuildError::CredentialVisible { package: self.package, credentials: self.credentials }
    }
}
