//! The journal of a change in progress: in the repository's git folder, where no build picks it up.
//!
//! `journal.json` is renamed into place last, after everything it names is durable: it is there whole or
//! not at all. Beside it lie the new contents: `contents` (of all files, one after the other), `0.ref`, `index`.

use std::fs::File;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Transaction;
use crate::archive::digest::Sha256;
use crate::effects::files::{Files, What};
use crate::effects::git::Identity;
use crate::effects::{Effects, EffectsError, Git, GitMut};
use crate::error::Failure;
use crate::steps::StepError;

/// A journal is small; a larger file is none.
const LIMIT: u64 = 4 * 1024 * 1024;

/// The file that is the journal.
const JSON: &str = "journal.json";

/// The file that holds the new contents.
const CONTENTS: &str = "contents";

/// The subcommand whose changes are kept when they end.
const KEPT: &str = "bump";

/// Where the journal of a repository lies.
pub(super) struct Place {
    /// The folder of the journal.
    pub(super) dir: PathBuf,
    base: PathBuf,
    is_in_git: bool,
}

/// What is being changed.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Journal {
    schema: u32,
    pub(super) request: String,
    pub(super) version: String,
    /// The subcommand: a `bump` is kept when it ends, `undo` ends what was kept.
    #[serde(default)]
    pub(super) command: String,
    /// The ledger's line.
    #[serde(default)]
    pub(super) summary: String,
    /// The commit that HEAD is at when this is planned.
    #[serde(default)]
    pub(super) head: Option<String>,
    /// The top of the working tree.
    pub(super) top: PathBuf,
    /// The index of the working tree; nothing where no commit is made.
    pub(super) index: Option<IndexMove>,
    pub(super) files: Vec<FileMove>,
    pub(super) references: Vec<ReferenceMove>,
    /// Name, address and time for reflogs.
    pub(super) who: Option<(String, String, i64)>,
}

/// The index with the content it had.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct IndexMove {
    pub(super) path: PathBuf,
    pub(super) before: Option<String>,
}

/// A file with the digests of its old and new content; the new content is the next `size` bytes of `contents`. A file
/// that is not there counts as an empty one before; without an `after` it is removed.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct FileMove {
    pub(super) path: String,
    pub(super) before: String,
    pub(super) after: Option<String>,
    pub(super) size: usize,
    pub(super) mode: u32,
}

/// A reference with its old and new value.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct ReferenceMove {
    pub(super) name: String,
    pub(super) old: Option<String>,
    /// Nothing: it is removed.
    pub(super) new: Option<String>,
    /// The line for the reflog, for branches.
    pub(super) reflog: Option<String>,
}

/// What an interrupted change was about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// What was asked for.
    pub request: String,
    /// The version that results.
    pub version: String,
}

/// What the journal of `release init` says that was asked for; no kind of bump is called so.
pub const SET_UP: &str = "init";

/// What it begins with for a bump that is taken back; the version follows.
pub const TAKE_BACK: &str = "undo ";
/// What the journal of `release references --write` says that was asked for.
pub const REFERENCES: &str = "references";

impl Pending {
    /// What it was, for people.
    pub fn what(&self) -> String {
        match (self.request.as_str(), self.taken_back()) {
            (SET_UP, _) => "`release init`".to_owned(),
            (REFERENCES, _) => "`release references --write`".to_owned(),
            (_, Some(version)) => format!("taking back of {version}"),
            _ => format!("bump to {}", self.version),
        }
    }

    /// The version that is taken back; nothing for other changes.
    pub fn taken_back(&self) -> Option<&str> {
        self.request.strip_prefix(TAKE_BACK)
    }
}

impl Journal {
    pub(super) fn new(
        transaction: &Transaction,
        git: Option<&Git>,
        references: Vec<ReferenceMove>,
    ) -> Result<Self, EffectsError> {
        let committing = references.iter().any(|reference| reference.reflog.is_some());
        let index = git.filter(|_| committing).map(Git::index_path);
        let index = index.map(|path| Ok::<_, EffectsError>(IndexMove { before: digest_of(&path)?, path }));
        Ok(Journal {
            schema: 1,
            request: transaction.request.clone(),
            version: transaction.version.clone(),
            command: transaction.draft.command.to_owned(),
            summary: transaction.draft.summary.clone(),
            head: transaction.head.clone(),
            top: transaction.top.clone(),
            index: index.transpose()?,
            files: transaction
                .files
                .iter()
                .map(|change| FileMove {
                    path: change.path.clone(),
                    before: Sha256::of(&change.before).to_string(),
                    after: change.after.as_deref().map(|bytes| Sha256::of(bytes).to_string()),
                    size: change.after.as_ref().map_or(0, Vec::len),
                    mode: change.mode,
                })
                .collect(),
            references,
            who: transaction
                .identity
                .as_ref()
                .map(|Identity { name, email, seconds }| (name.clone(), email.clone(), *seconds)),
        })
    }
}

impl Journal {
    /// Each file with its new content; nothing for one that is removed.
    pub(super) fn new_contents<'a>(
        &'a self,
        contents: &'a [u8],
    ) -> impl Iterator<Item = (&'a FileMove, Option<&'a [u8]>)> {
        let mut at = 0;
        self.files.iter().map(move |file| {
            let bytes = file.after.as_ref().map(|_| &contents[at..at + file.size]);
            at += file.size;
            (file, bytes)
        })
    }
}

/// The digest of a file; nothing where there is none.
///
/// # Errors
/// It is there and cannot be read: a disk that fails must not pass for a file that was removed.
pub(super) fn digest_of(path: &Path) -> Result<Option<String>, EffectsError> {
    use std::io::ErrorKind::{NotADirectory, NotFound};
    match Files.read(path, u64::MAX - 1) {
        Ok(bytes) => Ok(Some(Sha256::of(&bytes).to_string())),
        Err(EffectsError::Read { source, .. }) if matches!(source.kind(), NotFound | NotADirectory) => Ok(None),
        Err(error) => Err(error),
    }
}

impl Place {
    pub(super) fn of(top: &Path) -> Result<Place, Failure> {
        let git = Git::discover(top)?;
        let base = match &git {
            Some(git) => git.common_dir().join("release"),
            None => top.join(".release-journal"),
        };
        Ok(Place { dir: base.join("journal"), base, is_in_git: git.is_some() })
    }

    fn contents(&self) -> PathBuf {
        self.dir.join(CONTENTS)
    }

    /// The old content of a file of a bump.
    fn before(&self, number: usize) -> PathBuf {
        self.dir.join(format!("{number}.before"))
    }

    /// The folder of the last bump.
    pub(super) fn last(&self) -> PathBuf {
        self.base.join("last")
    }

    /// The old content of a file of the last bump.
    pub(super) fn last_before(&self, number: usize) -> PathBuf {
        self.last().join(format!("{number}.before"))
    }

    pub(super) fn reference(&self, number: usize) -> PathBuf {
        self.dir.join(format!("{number}.ref"))
    }

    pub(super) fn index(&self) -> PathBuf {
        self.dir.join("index")
    }

    /// The folder, as hints name it.
    pub(super) fn shown(&self) -> String {
        self.dir.display().to_string()
    }

    fn json(&self) -> PathBuf {
        self.dir.join(JSON)
    }

    /// Keeps other runs out; the operating system lets go when this process ends, however it ends.
    pub(super) fn lock(&self, effects: Effects<'_>) -> Result<File, Failure> {
        effects.files().make_folder(&self.base)?;
        let path = self.base.join("lock");
        effects.files().lock(&path).map_err(|error| match error {
            EffectsError::Write { source, .. } if source.kind() == std::io::ErrorKind::WouldBlock => {
                StepError::Locked { lock: path.display().to_string() }.into()
            }
            other => other.into(),
        })
    }

    /// Makes the journal durable; the change is decided when this returns.
    pub(super) fn write(
        &self,
        effects: Effects<'_>,
        journal: &Journal,
        transaction: &Transaction,
        objects: Option<&GitMut>,
    ) -> Result<(), Failure> {
        let files = effects.files();
        files.make_folder(&self.dir)?;
        if journal.command == KEPT {
            // What was committed before is in git, unless a filter changed it.
            let is_in_git =
                |path: &str| journal.index.is_some() && objects.is_some_and(|objects| objects.is_stored_as_it_is(path));
            for (number, change) in transaction.files.iter().enumerate().filter(|(_, file)| !is_in_git(&file.path)) {
                files.write_scratch(&self.before(number), &change.before, 0o600)?;
            }
        }
        let contents: Vec<&[u8]> = transaction.files.iter().filter_map(|change| change.after.as_deref()).collect();
        files.write_new(&self.contents(), &contents.concat(), 0o600)?;
        for (number, reference) in journal.references.iter().enumerate() {
            // One that is removed needs a file to make its lock of.
            let new = reference.new.as_deref().unwrap_or_default();
            files.write_new(&self.reference(number), format!("{new}\n").as_bytes(), 0o644)?;
        }
        if let (Some(index), Some(objects)) = (&journal.index, objects) {
            self.write_index(effects, index, transaction, objects)?;
        }
        let json = serde_json::to_vec_pretty(journal).expect("journals have string keys");
        let beside = self.dir.join("journal.json.new");
        files.write_new(&beside, &json, 0o644)?;
        files.rename(&beside, &self.json())?;
        Ok(())
    }

    fn write_index(
        &self,
        effects: Effects<'_>,
        index: &IndexMove,
        transaction: &Transaction,
        objects: &GitMut,
    ) -> Result<(), Failure> {
        let files = effects.files();
        let bytes = match index.before {
            Some(_) => effects.inspect().files().read(&index.path, u64::MAX - 1)?,
            None => Vec::new(),
        };
        // libgit2 writes an index beside and renames it; what it wrote is made durable under the final name.
        let scratch = self.dir.join("index.scratch");
        if index.before.is_some() {
            files.write_new(&scratch, &bytes, 0o644)?;
        }
        objects.write_index(&scratch, &transaction.commit_files(objects)?)?;
        let written = effects.inspect().files().read(&scratch, u64::MAX - 1)?;
        files.write_new(&self.index(), &written, 0o644)?;
        files.remove_file(&scratch)?;
        Ok(())
    }

    /// The journal of an interrupted change, if there is one.
    pub(super) fn read(&self, files: Files) -> Result<Option<Journal>, Failure> {
        read(files, &self.dir)
    }

    /// The new contents, for [`Journal::new_contents`].
    ///
    /// # Errors
    /// They cannot be read, or are not those of the journal.
    pub(super) fn read_contents(&self, files: Files, journal: &Journal) -> Result<Vec<u8>, Failure> {
        let contents = files.read(&self.contents(), u64::MAX - 1)?;
        if contents.len() != journal.files.iter().map(|file| file.size).sum::<usize>() {
            let problem = "the new contents are not whole".to_owned();
            return Err(StepError::Journal { path: self.shown(), problem }.into());
        }
        Ok(contents)
    }

    /// The journal of the last bump, if there is one.
    pub(super) fn read_last(&self, files: Files) -> Result<Option<Journal>, Failure> {
        read(files, &self.last())
    }

    /// Ends the change. A bump is kept, so that it can be taken back; the rename is the end of it.
    pub(super) fn end(&self, effects: Effects<'_>, journal: &Journal) -> Result<(), Failure> {
        let files = effects.files();
        // Where there is no git, the folder would lie in the project.
        if journal.command == KEPT && self.is_in_git {
            files.remove_folder(&self.last())?;
            files.rename(&self.dir, &self.last())?;
            files.remove_file(&self.last().join(CONTENTS))?;
            for number in 0..journal.references.len() {
                files.remove_file(&self.last().join(format!("{number}.ref")))?;
            }
            return Ok(files.remove_file(&self.last().join("index"))?);
        }
        if journal.command == "undo" {
            files.remove_folder(&self.last())?;
        }
        self.remove(effects)
    }

    /// Ends the change: without `journal.json` the rest is waste.
    fn remove(&self, effects: Effects<'_>) -> Result<(), Failure> {
        effects.files().remove_file(&self.json())?;
        Ok(effects.files().remove_folder(&self.dir)?)
    }
}

/// The journal in a folder, if there is one.
fn read(files: Files, dir: &Path) -> Result<Option<Journal>, Failure> {
    let json = dir.join(JSON);
    if files.what(&json) == What::Missing {
        return Ok(None);
    }
    let unreadable = |problem: String| StepError::Journal { path: dir.display().to_string(), problem };
    let bytes = files.read(&json, LIMIT)?;
    let journal: Journal = serde_json::from_slice(&bytes).map_err(|error| unreadable(error.to_string()))?;
    if journal.schema != 1 {
        return Err(unreadable(format!("it was written by a newer version (schema {})", journal.schema)).into());
    }
    Ok(Some(journal))
}

/// What an interrupted change of the repository at `top` was about, if there is one.
///
/// # Errors
/// The journal cannot be read.
pub fn pending(files: Files, top: &Path) -> Result<Option<Pending>, Failure> {
    let journal = Place::of(top)?.read(files)?;
    Ok(journal.map(|journal| Pending { request: journal.request, version: journal.version }))
}
