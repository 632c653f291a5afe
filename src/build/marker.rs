//! What a build backend leaves behind in a job of CI: a mark that code of others ran here, which `release publish` looks
//! for. Native builds run no such code, and leave none.
//!
//! It lies in the cache folder under a digest of the job, so that jobs of one machine do not see each other's.

use std::path::PathBuf;

use crate::archive::Sha256;
use crate::effects::files::What;
use crate::effects::{Effects, EffectsError, Inspect};

/// The mark of this job; nothing outside of CI, and where the service does not say which job it is.
fn path(inspect: Inspect<'_>) -> Option<PathBuf> {
    let variables = inspect.variables();
    let job = variables.in_ci().then(|| variables.job()).flatten()?;
    Some(variables.cache_dir()?.join("jobs").join(Sha256::of(job.as_bytes()).to_string()))
}

/// Leaves the mark, before the first code of others runs.
///
/// # Errors
/// It cannot be written: then nobody could tell later.
pub(super) fn leave(effects: Effects<'_>) -> Result<(), EffectsError> {
    let Some(path) = path(effects.inspect()) else { return Ok(()) };
    if effects.inspect().files().what(&path) != What::Missing {
        return Ok(());
    }
    effects.files().make_folder(path.parent().expect("it lies in the folder of jobs"))?;
    effects.files().replace_unsynced(&path, b"a build backend ran in this job\n", 0o600)
}

/// Whether a build backend ran in this job.
pub fn is_here(inspect: Inspect<'_>) -> bool {
    path(inspect).is_some_and(|path| inspect.files().what(&path) != What::Missing)
}
