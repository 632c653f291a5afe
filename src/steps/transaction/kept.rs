//! The last bump of this clone, kept so that it can be taken back: its journal is renamed to `last` when it ends,
//! beside the old contents of its files. Nothing but `release bump --undo` reads it.

use std::path::Path;

use super::journal::{Journal, Place, ReferenceMove};
use crate::archive::digest::Sha256;
use crate::effects::Git;
use crate::effects::files::Files;
use crate::error::Failure;
use crate::steps::StepError;

/// A bump that was made in this clone.
#[derive(Debug)]
pub struct Kept {
    /// The version that it made.
    pub version: String,
    /// The ledger's line of it: `1.2.3 -> 1.3.0`.
    pub summary: String,
    /// Its files.
    pub files: Vec<KeptFile>,
    /// The branch, or `HEAD`, that it moved.
    pub branch: Option<KeptMove>,
    /// The tag that it made, with its object.
    pub tag: Option<(String, String)>,
    /// The commit that HEAD was at.
    pub head: Option<String>,
}

/// A reference that a bump moved.
#[derive(Debug)]
pub struct KeptMove {
    /// Its full name.
    pub name: String,
    /// The commit before.
    pub old: String,
    /// The commit after.
    pub new: String,
}

/// A file that a bump wrote.
#[derive(Debug)]
pub struct KeptFile {
    /// Its path below the top of the repository.
    pub path: String,
    /// What it held; nothing where the bump made it.
    pub before: Option<Vec<u8>>,
    /// The digest of what it held afterwards; nothing where the bump removed it.
    pub after: Option<String>,
    /// Its permission bits.
    pub mode: u32,
}

/// The last bump of the clone at `top` that was not taken back; nothing where there is none.
///
/// # Errors
/// What was kept of it cannot be read.
pub fn kept(files: Files, git: &Git, top: &Path) -> Result<Option<Kept>, Failure> {
    let place = Place::of(top)?;
    let Some(journal) = place.read_last(files)? else { return Ok(None) };
    let Journal { version, summary, head, references, .. } = journal;
    let branch = references.iter().find(|reference| reference.reflog.is_some()).and_then(moved);
    let mut kept = Vec::new();
    for (number, file) in journal.files.into_iter().enumerate() {
        // In the journal a file that is not there counts as an empty one.
        let parent = branch.as_ref().map(|moved| &moved.old).or(head.as_ref());
        let is_new = file.before == Sha256::of(b"").to_string()
            && !parent.is_some_and(|parent| git.has_file(parent, &file.path).unwrap_or(true));
        if is_new {
            kept.push(KeptFile { before: None, path: file.path, after: file.after, mode: file.mode });
            continue;
        }
        let digest = |bytes: &Vec<u8>| Sha256::of(bytes).to_string() == file.before;
        let copied = files.read(&place.last_before(number), u64::MAX - 1).ok().filter(digest);
        // The copy need not survive a crash; git has what was committed.
        let committed = || git.file_of_commit(&branch.as_ref()?.old, &file.path).ok().filter(digest);
        let Some(before) = copied.or_else(committed) else {
            let problem = format!("the old content of `{}` is not there", file.path);
            return Err(StepError::Journal { path: place.last().display().to_string(), problem }.into());
        };
        kept.push(KeptFile { before: Some(before), path: file.path, after: file.after, mode: file.mode });
    }
    let tag = references.iter().find_map(|reference| {
        let name = reference.name.strip_prefix("refs/tags/")?;
        Some((name.to_owned(), reference.new.clone()?))
    });
    Ok(Some(Kept { version, summary, files: kept, branch, tag, head }))
}

fn moved(reference: &ReferenceMove) -> Option<KeptMove> {
    Some(KeptMove { name: reference.name.clone(), old: reference.old.clone()?, new: reference.new.clone()? })
}
