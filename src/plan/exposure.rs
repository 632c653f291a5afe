//! What build backends, which are code of others, could read while they run: rights to publish.

use super::Plan;
use crate::build::BuildError;
use crate::effects::Inspect;
use crate::error::{Explain, Failure};
use crate::index::credential;
use crate::report::Finding;
use crate::steps::Step;
use crate::steps::build_archives::Way;

/// A build backend, which is code of others, and the rights to publish that it could read.
#[derive(Debug)]
pub struct Exposure {
    package: String,
    credentials: Vec<String>,
}

/// What build backends of a plan could read; nothing where all builds are native, or there is nothing to read.
pub fn of(inspect: Inspect<'_>, plan: &Plan) -> Option<Exposure> {
    let package = plan.steps.iter().find_map(|step| match step {
        Step::BuildArchives(build) if matches!(build.way, Way::Isolated) => Some(build.package.to_string()),
        Step::CompareBuilds(compare) => compare.native.first().map(|build| build.package.to_string()),
        _ => None,
    })?;
    let credentials = credential::visible(inspect);
    (!credentials.is_empty()).then_some(Exposure { package, credentials })
}

/// Nobody watches in CI, and a job of its own costs nothing there; on somebody's machine it is said.
///
/// # Errors
/// [`BuildError::CredentialVisible`] in CI.
pub fn refuse_in_ci(inspect: Inspect<'_>, plan: &Plan) -> Result<(), Failure> {
    match of(inspect, plan) {
        Some(exposure) if inspect.variables().in_ci() => Err(exposure.into_error().into()),
        exposure => {
            exposure.into_iter().for_each(|exposure| exposure.say(inspect));
            Ok(())
        }
    }
}

impl Exposure {
    fn say(self, inspect: Inspect<'_>) {
        let error = self.into_error();
        inspect.warn(format!("{error}: its own variables are closed, your files are not; a native build runs no code"));
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

    fn into_error(self) -> BuildError {
        BuildError::CredentialVisible { package: self.package, credentials: self.credentials }
    }
}
