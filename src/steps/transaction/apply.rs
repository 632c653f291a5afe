//! Moving files, index and references, each knowing whether it has moved already: the first run and the
//! rerun after a crash are the same code.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::journal::{FileMove, IndexMove, Journal, Place, ReferenceMove, digest_of};
use crate::archive::digest::Sha256;
use crate::effects::files::{Files, FilesMut, What, at_once};
use crate::effects::git::CommitFile;
use crate::effects::{Effects, EffectsError, Git, GitMut};
use crate::error::Failure;
use crate::steps::StepError;
use crate::steps::record::{LEDGER, RECORD_FILE, Record};

/// What was moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Moved {
    /// The version that results.
    pub version: String,
    /// The files that were written, below the top of the repository.
    pub files: Vec<String>,
    /// The files that were removed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub removed: Vec<String>,
    /// The new commit.
    pub commit: Option<String>,
    /// The new tag.
    pub tag: Option<String>,
}

impl Moved {
    /// What was moved, a line each.
    pub fn lines(&self) -> Vec<String> {
        let files = self.files.iter().map(|file| format!("  wrote {file}"));
        let removed = self.removed.iter().map(|file| format!("  removed {file}"));
        let commit = self.commit.iter().map(|commit| format!("  committed {}", &commit[..12]));
        let tag = self.tag.iter().map(|tag| format!("  tagged {tag}"));
        files.chain(removed).chain(commit).chain(tag).collect()
    }

    /// Enters files and commit into the result of a command.
    pub fn enter(&self, result: &mut serde_json::Value) {
        result["files"] = serde_json::json!(self.files);
        if !self.removed.is_empty() {
            result["removed"] = serde_json::json!(self.removed);
        }
        result["commit"] = serde_json::json!(self.commit);
    }
}

/// Finishes an interrupted change of the repository at `top`; nothing where there is none.
///
/// # Errors
/// A file or reference is neither as it was nor as it should be: somebody changed it since.
pub fn recover(effects: Effects<'_>, top: &Path) -> Result<Option<Moved>, Failure> {
    let place = Place::of(top)?;
    if place.read(effects.inspect().files())?.is_none() {
        return Ok(None);
    }
    let _lock = place.lock(effects)?;
    // Read again under the lock: the run that held it may have finished.
    let Some(journal) = place.read(effects.inspect().files())? else {
        return Ok(None);
    };
    let mut journal = journal;
    if effects.inspect().files().what(&journal.top) == What::Missing {
        // The repository was moved since; its contents are the same.
        top.clone_into(&mut journal.top);
        if let (Some(index), Some(git)) = (&mut journal.index, Git::discover(top)?) {
            index.path = git.index_path();
        }
    }
    if journal.top != top {
        return Err(StepError::OtherTree { top: journal.top.display().to_string() }.into());
    }
    apply(effects, &place, &journal).map(Some)
}

pub(super) fn apply(effects: Effects<'_>, place: &Place, journal: &Journal) -> Result<Moved, Failure> {
    let contents = place.read_contents(effects.inspect().files(), journal)?;
    let changes: Vec<_> = journal.new_contents(&contents).collect();
    let (look, files) = (effects.inspect().files(), effects.files());
    at_once(&changes, |change| move_file((look, files), place, journal, *change))?;
    let paths: Vec<PathBuf> = journal.files.iter().map(|file| journal.top.join(&file.path)).collect();
    at_once(&paths, |path| files.tidy(path))?;
    files.sync_all(&paths)?;
    if let Some(index) = &journal.index {
        move_index(effects, place, journal, index)?;
    }
    let git = Git::discover(&journal.top)?;
    if let Some(git) = &git {
        for (number, reference) in journal.references.iter().enumerate() {
            move_reference(effects, git, (place, number), reference)?;
            append_reflog(effects, git, journal, reference)?;
        }
    }
    place.end(effects, journal)?;
    let named = |prefix: &str| journal.references.iter().find(|reference| reference.name.starts_with(prefix));
    Ok(Moved {
        version: journal.version.clone(),
        files: journal.files.iter().filter(|file| file.after.is_some()).map(|file| file.path.clone()).collect(),
        removed: journal.files.iter().filter(|file| file.after.is_none()).map(|file| file.path.clone()).collect(),
        commit: journal
            .references
            .iter()
            .find(|reference| reference.reflog.is_some())
            .and_then(|reference| reference.new.clone()),
        tag: named("refs/tags/").map(|reference| reference.name["refs/tags/".len()..].to_owned()),
    })
}

/// Makes one file what it should be; it is durable later.
fn move_file(
    (look, files): (Files, FilesMut),
    place: &Place,
    journal: &Journal,
    (file, bytes): (&FileMove, Option<&[u8]>),
) -> Result<(), Failure> {
    let target = journal.top.join(&file.path);
    let now = digest_of(&target)?;
    if now == file.after {
        return Ok(());
    }
    let was = now.unwrap_or_else(|| Sha256::of(b"").to_string());
    if was != file.before {
        return Err(StepError::Stale { file: file.path.clone(), journal: place.shown() }.into());
    }
    let Some(bytes) = bytes else {
        return Ok(files.remove_file(&target)?);
    };
    if let Some(folder) = target.parent().filter(|folder| look.what(folder) == What::Missing) {
        files.make_folder(folder)?;
    }
    Ok(files.replace_unsynced(&target, bytes, file.mode)?)
}

/// Takes a lock that git honours, as a second name of `own`; one that is ours already is fine.
fn take_lock(effects: Effects<'_>, own: &Path, lock: &Path) -> Result<(), Failure> {
    match effects.files().hard_link(own, lock) {
        Err(EffectsError::Write { source, .. }) if source.kind() == std::io::ErrorKind::AlreadyExists => {
            let files = effects.inspect().files();
            if files.identity(own) == files.identity(lock) {
                Ok(())
            } else {
                Err(StepError::GitLocked { lock: lock.display().to_string() }.into())
            }
        }
        other => Ok(other?),
    }
}

/// Renames the lock into place; a lock that is the same file as its target already only loses its name,
/// since renaming one name of a file over another does nothing.
fn release_lock(effects: Effects<'_>, lock: &Path, target: &Path) -> Result<(), Failure> {
    let files = effects.inspect().files();
    if files.identity(lock).is_some() && files.identity(lock) == files.identity(target) {
        return Ok(effects.files().remove_file(lock)?);
    }
    Ok(effects.files().rename(lock, target)?)
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(suffix);
    path.with_file_name(name)
}

fn move_index(effects: Effects<'_>, place: &Place, journal: &Journal, index: &IndexMove) -> Result<(), Failure> {
    let own = place.index();
    let lock = with_suffix(&index.path, ".lock");
    let files = effects.inspect().files();
    let installed = files.identity(&own).is_some() && files.identity(&own) == files.identity(&index.path);
    if installed {
        if files.identity(&lock) == files.identity(&own) {
            effects.files().remove_file(&lock)?;
        }
        return Ok(());
    }
    take_lock(effects, &own, &lock)?;
    if digest_of(&index.path)? != index.before {
        // Somebody staged something after we were killed: our entries go on top of theirs.
        rebuild_index(effects, place, journal, index)?;
    }
    release_lock(effects, &lock, &index.path)
}

fn rebuild_index(effects: Effects<'_>, place: &Place, journal: &Journal, index: &IndexMove) -> Result<(), Failure> {
    let files = effects.files();
    let scratch = place.dir.join("index.scratch");
    files.remove_file(&scratch)?;
    files.copy(&index.path, &scratch)?;
    let objects = GitMut::open(&journal.top)?;
    let contents = place.read_contents(effects.inspect().files(), journal)?;
    let entries: Vec<CommitFile<'_>> = journal
        .new_contents(&contents)
        .map(|(file, bytes)| CommitFile { path: &file.path, bytes, executable: file.mode & 0o100 != 0 })
        .collect();
    objects.write_index(&scratch, &entries)?;
    let own = place.index();
    let lock = with_suffix(&index.path, ".lock");
    // The lock stays taken: the new content gets both of its names, one after the other.
    files.rename(&scratch, &own)?;
    let second = place.dir.join("index.second");
    files.remove_file(&second)?;
    files.hard_link(&own, &second)?;
    files.rename(&second, &lock)?;
    Ok(())
}

fn move_reference(
    effects: Effects<'_>,
    git: &Git,
    (place, number): (&Place, usize),
    reference: &ReferenceMove,
) -> Result<(), Failure> {
    let Some(new) = &reference.new else {
        return remove_reference(effects, git, (place, number), reference);
    };
    let own = &place.reference(number);
    let path = match reference.name.as_str() {
        // A detached HEAD belongs to the working tree, not to all of them.
        "HEAD" => git.index_path().with_file_name("HEAD"),
        name => git.common_dir().join(name),
    };
    let lock = with_suffix(&path, ".lock");
    if let Some(folder) = path.parent() {
        effects.files().make_folder(folder)?;
    }
    let files = effects.inspect().files();
    if git.resolve(&reference.name).as_deref() == Some(new.as_str()) {
        if files.what(&lock) != What::Missing && files.identity(&lock) == files.identity(own) {
            effects.files().remove_file(&lock)?;
        }
        return Ok(());
    }
    take_lock(effects, own, &lock)?;
    if git.resolve(&reference.name) != reference.old {
        effects.files().remove_file(&lock)?;
        if reference.name == LEDGER {
            return append_again(git, new);
        }
        return Err(StepError::ReferenceMoved { reference: reference.name.clone(), journal: place.shown() }.into());
    }
    release_lock(effects, &lock, &path)
}

/// Removes a reference that is where it was, under a lock that git honours; one that is gone is done.
fn remove_reference(
    effects: Effects<'_>,
    git: &Git,
    (place, number): (&Place, usize),
    reference: &ReferenceMove,
) -> Result<(), Failure> {
    let (own, path) = (place.reference(number), git.common_dir().join(&reference.name));
    let lock = with_suffix(&path, ".lock");
    let inspect = effects.inspect().files();
    if git.resolve(&reference.name).is_some() {
        effects.files().make_folder(path.parent().unwrap_or(&path))?;
        take_lock(effects, &own, &lock)?;
        if git.resolve(&reference.name) != reference.old {
            effects.files().remove_file(&lock)?;
            let (reference, journal) = (reference.name.clone(), place.shown());
            return Err(StepError::ReferenceMoved { reference, journal }.into());
        }
        // Packed ones first: without its own file the reference would come back as it was when it was packed.
        remove_packed(effects, git, place, &reference.name)?;
        effects.files().remove_durably(&path)?;
    }
    if inspect.identity(&own).is_some() && inspect.identity(&own) == inspect.identity(&lock) {
        effects.files().remove_file(&lock)?;
    }
    Ok(())
}

/// Takes a reference out of `packed-refs`, under the lock that git takes for it.
fn remove_packed(effects: Effects<'_>, git: &Git, place: &Place, name: &str) -> Result<(), Failure> {
    let path = git.common_dir().join("packed-refs");
    let lock = with_suffix(&path, ".lock");
    let [own, new, second] = ["packed", "packed.new", "packed.second"].map(|name| place.dir.join(name));
    let (files, inspect) = (effects.files(), effects.inspect().files());
    let is_same =
        |one: &Path, other: &Path| inspect.identity(one).is_some() && inspect.identity(one) == inspect.identity(other);
    // Left by a run that was killed: either whole, or only a lock.
    if is_same(&new, &lock) {
        return release_lock(effects, &lock, &path);
    }
    if is_same(&own, &lock) {
        files.remove_file(&lock)?;
    }
    if inspect.what(&path) == What::Missing || without(&inspect.read(&path, u64::MAX - 1)?, name).is_none() {
        return Ok(());
    }
    for stale in [&own, &new, &second] {
        files.remove_file(stale)?;
    }
    files.write_new(&own, b"", 0o644)?;
    take_lock(effects, &own, &lock)?;
    let Some(rest) = without(&inspect.read(&path, u64::MAX - 1)?, name) else {
        return Ok(files.remove_file(&lock)?);
    };
    files.write_new(&new, &rest, inspect.mode(&path)?)?;
    files.hard_link(&new, &second)?;
    files.rename(&second, &lock)?;
    release_lock(effects, &lock, &path)
}

/// Packed references without one of them and what it is peeled to; nothing where it is not among them.
fn without(packed: &[u8], name: &str) -> Option<Vec<u8>> {
    let (mut rest, mut found, mut peeled) = (Vec::with_capacity(packed.len()), false, false);
    for line in packed.split_inclusive(|byte| *byte == b'\n') {
        let bare = line.strip_suffix(b"\n").unwrap_or(line);
        let is_it = bare.get(41..) == Some(name.as_bytes()) && bare[40] == b' ';
        if is_it || (peeled && line.starts_with(b"^")) {
            found = true;
        } else {
            rest.extend_from_slice(line);
        }
        peeled = is_it;
    }
    found.then_some(rest)
}

/// Another run wrote to the ledger since: our entry goes on top of its.
fn append_again(git: &Git, entry: &str) -> Result<(), Failure> {
    let bytes = git.file_of_commit(entry, RECORD_FILE)?;
    let Ok(record) = serde_json::from_slice::<Record>(&bytes) else { return Ok(()) };
    let objects = GitMut::open(&git.common_dir())?;
    let seconds = git.commit_seconds(entry)?;
    let by =
        crate::effects::git::Identity { name: "release".to_owned(), email: "release@localhost".to_owned(), seconds };
    let (before, new) = crate::steps::record::write(git, &objects, &record, &by)?;
    Ok(objects.move_reference(LEDGER, before.as_deref(), &new, &record.summary)?)
}

/// One line in the reflogs of the branch and of HEAD, as git writes it; not twice.
fn append_reflog(effects: Effects<'_>, git: &Git, journal: &Journal, reference: &ReferenceMove) -> Result<(), Failure> {
    let (Some(message), Some(new), Some((name, email, seconds))) = (&reference.reflog, &reference.new, &journal.who)
    else {
        return Ok(());
    };
    let old = reference.old.clone().unwrap_or_else(|| "0".repeat(40));
    let line = format!("{old} {new} {name} <{email}> {seconds} +0000\t{message}\n");
    let mut logs = vec![git.index_path().with_file_name("logs").join("HEAD")];
    if reference.name != "HEAD" {
        logs.push(git.common_dir().join("logs").join(&reference.name));
    }
    for log in logs {
        let files = effects.inspect().files();
        // A repository that keeps no reflog has no file, and gets none.
        if files.what(&log) == What::File {
            let text = files.read(&log, u64::MAX - 1)?;
            if !text.ends_with(line.as_bytes()) {
                effects.files().append(&log, line.as_bytes())?;
            }
        }
    }
    Ok(())
}
