//! Files, index, commit and tag in one transaction that survives being killed at any instant.
//!
//! 1. Objects are written: they are harmless until something names them.
//! 2. The journal is made durable, with every new content in it (`journal.rs`). From here on the change
//!    will happen.
//! 3. Files, index and references are moved one by one (`apply.rs`), each step knowing whether it is done.
//! 4. The journal is removed.
//!
//! Killed before 2 is complete, nothing has changed; killed after it, a rerun finishes the change. Locks
//! that git honours (`index.lock`, `refs/….lock`) are taken as hard links to files of the journal, so that
//! a rerun recognises its own by their identity and never removes a foreign one.

mod apply;
mod hooks;
mod journal;
mod kept;

use std::path::PathBuf;

use serde::Serialize;

pub use apply::{Moved, recover};
pub use hooks::Hooks;
pub use journal::{Pending, REFERENCES, SET_UP, TAKE_BACK, pending};
pub use kept::{Kept, KeptFile, KeptMove, kept};

use super::error::StepError;
use super::record::{self, Draft, Facts};
use crate::effects::files::{What, at_once};
use crate::effects::git::{CommitFile, Identity};
use crate::effects::signing::{Signer, Signing};
use crate::effects::{Effects, EffectsError, Git, GitMut};
use crate::error::Failure;
use crate::report::Event;
use crate::report::text;

/// A file with its old and new content.
#[derive(Debug, Clone, Serialize)]
pub struct FileChange {
    /// Its path below the top of the repository.
    pub path: String,
    /// What it holds now; empty where it is not there.
    #[serde(skip)]
    pub before: Vec<u8>,
    /// What it will hold; nothing: it is removed.
    #[serde(skip)]
    pub after: Option<Vec<u8>>,
    /// Its permission bits.
    pub mode: u32,
    /// The changed lines, for people.
    pub preview: Vec<String>,
}

/// The tag to be made.
#[derive(Debug, Clone, Serialize)]
pub struct TagChange {
    /// Its name.
    pub name: String,
    /// Its message.
    pub message: String,
}

/// A bump to be taken back.
#[derive(Debug, Clone, Serialize)]
pub struct TakeBack {
    /// Its commit; nothing where it made none.
    pub commit: Option<String>,
    /// The commit before.
    pub parent: String,
    /// Its tag; nothing where it made none.
    pub tag: Option<String>,
}

/// The whole change.
#[derive(Debug, Serialize)]
pub struct Transaction {
    /// What was asked for, so that a rerun is recognised.
    pub request: String,
    /// The version that results.
    pub version: String,
    /// The top of the repository.
    #[serde(skip)]
    pub top: PathBuf,
    /// The files.
    pub files: Vec<FileChange>,
    /// The message of the commit; nothing for no commit.
    pub commit: Option<String>,
    /// The tag; nothing for no tag.
    pub tag: Option<TagChange>,
    /// The branch that moves; nothing when HEAD is detached.
    pub branch: Option<String>,
    /// The commit that HEAD is at.
    pub head: Option<String>,
    /// The bump that is taken back, instead of commit and tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub take_back: Option<TakeBack>,
    /// Who commits.
    #[serde(skip)]
    pub identity: Option<Identity>,
    /// What is signed.
    #[serde(skip)]
    pub signing: Signing,
    /// The user's git hooks that run.
    #[serde(skip)]
    pub hooks: Hooks,
    /// The ledger's entry.
    #[serde(skip)]
    pub draft: Draft,
}

impl Transaction {
    /// A change of files alone, of the project at this version; git is left to the user.
    pub fn of_files(
        request: &'static str,
        (title, version): (String, String),
        (top, files): (PathBuf, Vec<FileChange>),
        summary: &str,
    ) -> Self {
        Transaction {
            request: request.to_owned(),
            version,
            top,
            files,
            commit: None,
            tag: None,
            take_back: None,
            branch: None,
            head: None,
            identity: None,
            signing: Signing::default(),
            hooks: Hooks::default(),
            draft: Draft {
                command: request,
                project: title,
                version: None,
                summary: summary.to_owned(),
                facts: Facts::default(),
            },
        }
    }

    /// What it does, in the imperative.
    pub fn describe(&self) -> String {
        let mut parts = Vec::new();
        let removed = self.files.iter().filter(|change| change.after.is_none()).count();
        if self.files.len() > removed {
            parts.push(format!("write {}", text::count(self.files.len() - removed, "file")));
        }
        if removed > 0 {
            parts.push(format!("remove {}", text::count(removed, "file")));
        }
        if self.commit.is_some() {
            parts.push("commit".to_owned());
        }
        if let Some(back) = &self.take_back {
            if back.commit.is_some() {
                parts.push(format!("move the branch back to {}", &back.parent[..12]));
            }
            parts.extend(back.tag.iter().map(|tag| format!("remove the tag `{tag}`")));
        }
        if let Some(tag) = &self.tag {
            parts.push(format!("tag `{}`", tag.name));
        }
        parts.extend(self.signing.what().map(|what| format!("sign {what}")));
        parts.join(", ")
    }

    /// Carries the change out.
    ///
    /// # Errors
    /// A file or reference moved since it was planned, a lock is held, or something cannot be written.
    pub(super) fn carry_out(&self, effects: Effects<'_>) -> Result<Moved, Failure> {
        let place = journal::Place::of(&self.top)?;
        let _lock = place.lock(effects)?;
        if place.read(effects.inspect().files())?.is_some() {
            // Another run was killed while this one waited: its change comes first.
            return Err(StepError::Pending.into());
        }
        effects.files().remove_folder(&place.dir)?;
        self.refuse_stale(effects)?;
        let git = Git::discover(&self.top)?;
        let objects = git.as_ref().map(|_| GitMut::open(&self.top)).transpose()?;
        let references = match (&git, &objects) {
            (Some(git), Some(objects)) => self.write_objects(git, objects, effects)?,
            _ => Vec::new(),
        };
        if let Some(git) = &git {
            record::free_ledger(effects, git)?;
            refuse_taken(git, &references, &place)?;
            hooks::may_move(effects, self, &references)?;
            if !self.hooks.names.is_empty() {
                // A hook may have taken its time.
                self.refuse_stale(effects)?;
            }
        }
        let journal = journal::Journal::new(self, git.as_ref(), references)?;
        place.write(effects, &journal, self, objects.as_ref())?;
        let moved = apply::apply(effects, &place, &journal)?;
        hooks::afterwards(effects, self, &journal.references);
        Ok(moved)
    }

    /// Every file still is what was planned from.
    fn refuse_stale(&self, effects: Effects<'_>) -> Result<(), Failure> {
        let files = effects.inspect().files();
        at_once(&self.files, |change| {
            let path = self.top.join(&change.path);
            let now = if files.what(&path) == What::Missing { Vec::new() } else { files.read(&path, u64::MAX - 1)? };
            match now == change.before {
                true => Ok(()),
                false => Err(StepError::Stale { file: change.path.clone(), journal: String::new() }.into()),
            }
        })
    }

    /// Writes commit, tag and ledger entry as objects, and says which references they belong to.
    fn write_objects(
        &self,
        git: &Git,
        objects: &GitMut,
        effects: Effects<'_>,
    ) -> Result<Vec<journal::ReferenceMove>, Failure> {
        let mut moves = Vec::new();
        let mut target = self.head.clone();
        let commit_files = self.commit_files(objects)?;
        let takes_commit_back = self.take_back.as_ref().is_some_and(|back| back.commit.is_some());
        if self.commit.is_some() || takes_commit_back {
            self.refuse_uncommitted(objects)?;
        }
        if let (Some(message), Some(parent), Some(identity)) = (&self.commit, &self.head, &self.identity)
            && !commit_files.is_empty()
        {
            let message = hooks::before_commit(effects, git, self, message)?;
            let commit = objects.write_commit(parent, &commit_files, &message, identity)?;
            let commit = signed(effects, objects, commit, self.signing.commit.as_ref())?;
            effects.inspect().tell(&Event::Detail { text: format!("commit {commit}") });
            moves.push(journal::ReferenceMove {
                name: self.branch.clone().unwrap_or_else(|| "HEAD".to_owned()),
                old: Some(parent.clone()),
                new: Some(commit.clone()),
                reflog: Some(format!("commit: {}", message.lines().next().unwrap_or_default())),
            });
            target = Some(commit);
        }
        if let (Some(tag), Some(target), Some(identity)) = (&self.tag, &target, &self.identity) {
            let new = objects.write_tag(&tag.name, target, &tag.message, identity)?;
            let new = signed(effects, objects, new, self.signing.tag.as_ref())?;
            moves.push(journal::ReferenceMove {
                name: format!("refs/tags/{}", tag.name),
                old: None,
                new: Some(new),
                reflog: None,
            });
        }
        if let Some(back) = &self.take_back {
            moves.extend(self.moves_back(git, back));
        }
        if !moves.is_empty() {
            let by = record::identity(git, effects.inspect());
            let entry = self.draft.record(effects.inspect(), &by, "ok");
            let (old, new) = record::write(git, objects, &entry, &by)?;
            moves.push(journal::ReferenceMove { name: record::LEDGER.to_owned(), old, new: Some(new), reflog: None });
        }
        Ok(moves)
    }

    /// The branch and the tag as they were before the bump.
    fn moves_back(&self, git: &Git, back: &TakeBack) -> Vec<journal::ReferenceMove> {
        let mut moves = Vec::new();
        if let Some(commit) = &back.commit {
            moves.push(journal::ReferenceMove {
                name: self.branch.clone().unwrap_or_else(|| "HEAD".to_owned()),
                old: Some(commit.clone()),
                new: Some(back.parent.clone()),
                reflog: Some(format!("reset: taking back {}", self.version)),
            });
        }
        if let Some(tag) = &back.tag {
            let name = format!("refs/tags/{tag}");
            moves.push(journal::ReferenceMove { old: git.resolve(&name), name, new: None, reflog: None });
        }
        moves
    }

    fn commit_files(&self, objects: &GitMut) -> Result<Vec<CommitFile<'_>>, EffectsError> {
        let of = |change: &FileChange| objects.is_executable_at_head(&change.path);
        self.files
            .iter()
            .map(|change| {
                Ok(CommitFile { path: &change.path, bytes: change.after.as_deref(), executable: of(change)? })
            })
            .collect()
    }

    /// What a file holds beyond HEAD is the user's: it is neither committed nor, if it was staged, lost. This
    /// also refuses files that git does not track, links, and files that a filter stores in another form.
    fn refuse_uncommitted(&self, objects: &GitMut) -> Result<(), Failure> {
        for change in &self.files {
            let file = CommitFile { path: &change.path, bytes: Some(&change.before), executable: false };
            let is_new = change.before.is_empty() && !objects.is_known(&change.path)?;
            if !is_new && !objects.is_committed(&file)? {
                return Err(StepError::Uncommitted { file: change.path.clone() }.into());
            }
        }
        Ok(())
    }
}

/// An object, signed where somebody signs.
fn signed(effects: Effects<'_>, objects: &GitMut, id: String, signer: Option<&Signer>) -> Result<String, EffectsError> {
    match signer {
        Some(signer) => objects.write_signed(effects, &id, signer),
        None => Ok(id),
    }
}

/// Every reference is where it was when this was planned, and its name fits beside the others: git keeps
/// them as files, so `a` and `a/b` exclude each other.
fn refuse_taken(git: &Git, moves: &[journal::ReferenceMove], place: &journal::Place) -> Result<(), Failure> {
    let names = git.reference_names()?;
    for reference in moves {
        if git.resolve(&reference.name) != reference.old {
            return Err(StepError::ReferenceMoved { reference: reference.name.clone(), journal: place.shown() }.into());
        }
        let (name, below) = (&reference.name, format!("{}/", reference.name));
        if let Some(other) =
            names.iter().find(|other| other.starts_with(&below) || name.starts_with(&format!("{other}/")))
        {
            return Err(StepError::ReferenceConflict { reference: name.clone(), other: other.clone() }.into());
        }
    }
    Ok(())
}
