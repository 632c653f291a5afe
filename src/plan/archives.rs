//! Archives that are judged: each read once, several at a time, then all of them together.

use std::path::{Path, PathBuf};

use super::at_once;
use crate::archive::Limits;
use crate::check::{self, Examined, Policy, Verdict};
use crate::effects::{EffectsError, Inspect};

/// An archive and what is wrong with it.
pub struct Judged {
    /// Where it is.
    pub path: PathBuf,
    /// What it holds.
    pub examined: Examined,
    /// What the rules say.
    pub verdict: Verdict,
}

/// Judges archives.
///
/// # Errors
/// One cannot be opened.
pub fn judge(inspect: Inspect<'_>, policy: &Policy, paths: &[PathBuf]) -> Result<Vec<Judged>, EffectsError> {
    at_once::each(paths, |path| one(inspect, policy, path)).into_iter().collect()
}

/// Judges one archive.
///
/// # Errors
/// It cannot be opened.
pub fn one(inspect: Inspect<'_>, policy: &Policy, path: &Path) -> Result<Judged, EffectsError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let mut file = inspect.files().open(path)?;
    let examined = check::examine(&name, &mut file, &Limits::default());
    let verdict = check::judge(&examined, policy);
    Ok(Judged { path: path.to_owned(), examined, verdict })
}
