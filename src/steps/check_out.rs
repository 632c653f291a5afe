//! Puts the files of a commit into a scratch folder, to be built there: with its submodules, and with the
//! files that `git lfs` keeps elsewhere.

use std::path::{Component, Path, PathBuf};

use serde::Serialize;

use super::error::StepError;
use crate::archive::Sha256;
use crate::effects::checkout::Filtered;
use crate::effects::files::What;
use crate::effects::{Effects, Git, GitMut};
use crate::error::Failure;
use crate::project::ProjectError;

/// The first line of what git has of a file that `git lfs` keeps.
const POINTER: &str = "version https://git-lfs.github.com/spec/v1\n";

/// How a file begins that `git crypt` has encrypted.
const ENCRYPTED: &[u8] = b"\0GITCRYPT\0";

/// How deep submodules lie in submodules.
const DEPTH: usize = 8;

/// A commit to be checked out.
#[derive(Debug, Serialize)]
pub struct CheckOut {
    /// The top of the project's repository.
    pub top: PathBuf,
    /// The commit.
    pub commit: String,
    /// The folder; it must not exist.
    #[serde(skip)]
    pub to: PathBuf,
}

impl CheckOut {
    /// What it does, in the imperative.
    pub fn describe(&self) -> String {
        format!("check {} out to build it", self.commit.get(..12).unwrap_or(&self.commit))
    }

    pub(super) fn carry_out(&self, effects: Effects<'_>) -> Result<(), Failure> {
        let missing = || ProjectError::NoRepository { dir: self.top.display().to_string() };
        let git = Git::discover(&self.top)?.ok_or_else(missing)?;
        fill(effects, &git, (&self.commit, &self.to), DEPTH)
    }
}

/// Checks a commit of a repository out, and what it only points to.
fn fill(effects: Effects<'_>, git: &Git, (commit, to): (&str, &Path), depth: usize) -> Result<(), Failure> {
    let made = GitMut::check_out(git, commit, to)?;
    let look = made.look()?;
    for filtered in look.filtered()? {
        if restore(effects, (git, &look), &filtered)? {
            made.trust(&filtered.path)?;
        }
    }
    let below = |path: &Path| path.components().all(|part| matches!(part, Component::Normal(_)));
    for submodule in git.submodules(commit)?.into_iter().filter(|submodule| below(&submodule.path)) {
        // One that was never fetched is an empty folder here as it is in the project.
        if depth > 0
            && let Some(inner) = git.submodule(&submodule)
        {
            fill(effects, &inner, (&submodule.commit, &to.join(&submodule.path)), depth - 1)?;
        }
    }
    Ok(())
}

/// Puts the content of a file in place of the pointer that was checked out, if it is what the pointer names.
/// What other filters keep (`nbstripout`) is what was tagged, and stays as it is. Returns whether it did.
fn restore(effects: Effects<'_>, (from, made): (&Git, &Git), filtered: &Filtered) -> Result<bool, Failure> {
    let file = filtered.path.display().to_string();
    let (source, target) = (from.top().join(&filtered.path), made.top().join(&filtered.path));
    let files = effects.inspect().files();
    let stored = files.read(&target, u64::MAX - 1)?;
    if stored.starts_with(ENCRYPTED) {
        return Err(StepError::Encrypted { file, filter: filtered.filter.clone() }.into());
    }
    let pointer = stored.strip_prefix(POINTER.as_bytes()).map(String::from_utf8_lossy);
    let Some(pointer) = pointer else { return Ok(false) };
    let oid = pointer.lines().find_map(|line| line.strip_prefix("oid sha256:"));
    // A link in the place of the file would be read through.
    let content = match files.what(&source) {
        What::File => files.read(&source, u64::MAX - 1)?,
        _ => Vec::new(),
    };
    if oid != Some(Sha256::of(&content).to_string().as_str()) {
        return Err(StepError::NotFetched { file }.into());
    }
    effects.files().replace(&target, &content, files.mode(&target)?)?;
    Ok(true)
}
