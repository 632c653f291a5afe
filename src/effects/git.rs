//! Git: reading history, and writing objects. References, the index and files are moved by
//! `steps/transaction`, under its journal. libgit2 runs no hooks, filters or monitors that a hostile
//! configuration names.

#![expect(clippy::disallowed_types, reason = "this is the door to git")]

use std::path::{Path, PathBuf};

use git2::{Oid, Repository, Signature, build::TreeUpdateBuilder};

use super::error::EffectsError;
use super::git_known::Known;

pub(super) fn failed(doing: impl Into<String>) -> impl FnOnce(git2::Error) -> EffectsError {
    let doing = doing.into();
    move |source| EffectsError::Git { doing, source }
}

/// A repository to read from.
pub struct Git {
    repository: Repository,
}

/// Where HEAD stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The full name of the branch (`refs/heads/main`); nothing when detached.
    pub branch: Option<String>,
    /// The commit; nothing before the first one.
    pub commit: Option<String>,
}

/// A tag and the commit that it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// Its name, without `refs/tags/`.
    pub name: String,
    /// The commit.
    pub commit: String,
}

/// A file as committed.
#[derive(Debug, Clone)]
pub struct TreeFile {
    /// Its path below the top of the repository, with `/`.
    pub path: String,
    /// The git mode: `0o100644`, `0o100755`, `0o120000`.
    pub mode: i32,
    id: Oid,
}

/// A file to be committed.
#[derive(Debug, Clone)]
pub struct CommitFile<'a> {
    /// Its path below the top of the repository, with `/`.
    pub path: &'a str,
    /// Its new bytes, as they are in the working tree; nothing: it is removed.
    pub bytes: Option<&'a [u8]>,
    /// Whether it is executable.
    pub executable: bool,
}

/// A commit of a chain, and its one file where it has it.
pub type ChainLink = (String, Option<Vec<u8>>);

/// Who commits, and when.
#[derive(Debug, Clone)]
pub struct Identity {
    /// The name.
    pub name: String,
    /// The address.
    pub email: String,
    /// Seconds since 1970, UTC.
    pub seconds: i64,
}

impl Identity {
    fn signature(&self) -> Result<Signature<'static>, EffectsError> {
        Signature::new(&self.name, &self.email, &git2::Time::new(self.seconds, 0))
            .map_err(failed("use your name and address"))
    }
}

impl Git {
    pub(super) fn of(repository: Repository) -> Git {
        Git { repository }
    }

    pub(super) fn repository(&self) -> &Repository {
        &self.repository
    }

    /// The repository that `dir` lies in, if it lies in one.
    ///
    /// # Errors
    /// There is one, and libgit2 cannot read it (partial clones, reftable, sha256, foreign owner).
    pub fn discover(dir: &Path) -> Result<Option<Git>, EffectsError> {
        match Repository::discover(dir) {
            Ok(repository) => Ok(Some(Git { repository })),
            Err(error) if error.code() == git2::ErrorCode::NotFound => Ok(None),
            Err(source) => {
                Err(EffectsError::Git { doing: format!("read the repository of `{}`", dir.display()), source })
            }
        }
    }

    /// The top of the working tree.
    pub fn top(&self) -> PathBuf {
        self.repository.workdir().unwrap_or(self.repository.path()).to_owned()
    }

    /// The folder of references, shared between working trees.
    pub fn common_dir(&self) -> PathBuf {
        self.repository.commondir().to_owned()
    }

    /// The index of this working tree.
    pub fn index_path(&self) -> PathBuf {
        self.repository.path().join("index")
    }

    /// The same repository with nothing of it remembered: another process may have changed its index.
    ///
    /// # Errors
    /// It cannot be opened again.
    pub fn look_again(&self) -> Result<Git, EffectsError> {
        let repository = Repository::open(self.repository.path()).map_err(failed("open the repository again"))?;
        Ok(Git { repository })
    }

    /// Where HEAD stands.
    ///
    /// # Errors
    /// HEAD is unreadable.
    pub fn head(&self) -> Result<Head, EffectsError> {
        let reference = self.repository.find_reference("HEAD").map_err(failed("read HEAD"))?;
        let branch = reference.symbolic_target().ok().flatten().map(str::to_owned);
        let commit = match self.repository.head() {
            Ok(head) => head.target().map(|id| id.to_string()),
            Err(error) if error.code() == git2::ErrorCode::UnbornBranch => None,
            Err(error) => return Err(failed("read HEAD")(error)),
        };
        Ok(Head { branch, commit })
    }

    /// The commit that a reference of any kind names now.
    pub fn resolve(&self, reference: &str) -> Option<String> {
        Some(self.repository.find_reference(reference).ok()?.target()?.to_string())
    }

    /// The tracked files that differ from HEAD, in the index or the working tree, sorted.
    ///
    /// # Errors
    /// The status cannot be had.
    pub fn changed_files(&self) -> Result<Vec<String>, EffectsError> {
        let mut options = git2::StatusOptions::new();
        options.include_untracked(false).include_ignored(false).exclude_submodules(true).update_index(false);
        let statuses =
            self.repository.statuses(Some(&mut options)).map_err(failed("compare the working tree with HEAD"))?;
        Ok(statuses.iter().map(|entry| String::from_utf8_lossy(entry.path_bytes()).into_owned()).collect())
    }

    /// All tags with the commits they name.
    ///
    /// # Errors
    /// They cannot be listed.
    pub fn tags(&self) -> Result<Vec<Tag>, EffectsError> {
        let mut tags = Vec::new();
        let references = self.repository.references_glob("refs/tags/*").map_err(failed("list tags"))?;
        for reference in references {
            let reference = reference.map_err(failed("list tags"))?;
            let (Ok(name), Ok(commit)) = (reference.shorthand(), reference.peel_to_commit()) else {
                continue;
            };
            tags.push(Tag { name: name.to_owned(), commit: commit.id().to_string() });
        }
        Ok(tags)
    }

    /// What git is in the middle of (`merge`, `rebase`, …); nothing when it is not.
    pub fn in_progress(&self) -> Option<&'static str> {
        use git2::RepositoryState as State;
        match self.repository.state() {
            State::Clean => None,
            State::Merge => Some("merge"),
            State::Revert | State::RevertSequence => Some("revert"),
            State::CherryPick | State::CherryPickSequence => Some("cherry-pick"),
            State::Bisect => Some("bisect"),
            State::ApplyMailbox | State::ApplyMailboxOrRebase => Some("am"),
            State::Rebase | State::RebaseInteractive | State::RebaseMerge => Some("rebase"),
        }
    }

    /// Whether the history is cut off.
    pub fn is_shallow(&self) -> bool {
        self.repository.is_shallow()
    }

    /// The names of all references.
    ///
    /// # Errors
    /// They cannot be listed.
    pub fn reference_names(&self) -> Result<Vec<String>, EffectsError> {
        let references = self.repository.references().map_err(failed("list references"))?;
        Ok(references.filter_map(|reference| Some(reference.ok()?.name().ok()?.to_owned())).collect())
    }

    /// The bytes of a file of a commit.
    ///
    /// # Errors
    /// It is not there.
    pub fn file_of_commit(&self, commit: &str, file: &str) -> Result<Vec<u8>, EffectsError> {
        let read = || -> Result<Vec<u8>, git2::Error> {
            let tree = self.repository.find_commit(Oid::from_str(commit)?)?.tree()?;
            let entry = tree.get_path(Path::new(file))?;
            Ok(self.repository.find_blob(entry.id())?.content().to_owned())
        };
        read().map_err(failed(format!("read `{file}` of {commit}")))
    }

    /// Whether HEAD is at a commit or has it in its history.
    pub fn has_in_history(&self, commit: &str) -> bool {
        let is_below = || -> Result<bool, git2::Error> {
            let (id, head) = (Oid::from_str(commit)?, self.repository.head()?.peel_to_commit()?.id());
            Ok(id == head || self.repository.graph_descendant_of(head, id)?)
        };
        // A commit that is not here is not in the history.
        is_below().unwrap_or(false)
    }

    /// The commit before a commit; nothing for the first one.
    ///
    /// # Errors
    /// There is no such commit.
    pub fn parent_of(&self, commit: &str) -> Result<Option<String>, EffectsError> {
        let read = || -> Result<Option<String>, git2::Error> {
            let commit = self.repository.find_commit(Oid::from_str(commit)?)?;
            Ok(commit.parent_id(0).ok().map(|id| id.to_string()))
        };
        read().map_err(failed(format!("read commit {commit}")))
    }

    /// The paths that a commit changed against another one.
    ///
    /// # Errors
    /// One of them is not there.
    pub fn changed_between(&self, from: &str, to: &str) -> Result<Vec<String>, EffectsError> {
        let read = || -> Result<Vec<String>, git2::Error> {
            let tree = |id: &str| self.repository.find_commit(Oid::from_str(id)?)?.tree();
            let diff = self.repository.diff_tree_to_tree(Some(&tree(from)?), Some(&tree(to)?), None)?;
            let path = |delta: git2::DiffDelta<'_>| delta.new_file().path().map(|path| path.display().to_string());
            Ok(diff.deltas().filter_map(path).collect())
        };
        read().map_err(failed(format!("compare {from} with {to}")))
    }

    /// When a commit was made, in seconds since 1970.
    ///
    /// # Errors
    /// There is no such commit.
    pub fn commit_seconds(&self, commit: &str) -> Result<i64, EffectsError> {
        let id = Oid::from_str(commit).map_err(failed("read a commit id"))?;
        Ok(self.repository.find_commit(id).map_err(failed(format!("find commit {commit}")))?.time().seconds())
    }

    /// The files of HEAD below `prefix` (empty for all), sorted.
    ///
    /// # Errors
    /// There is no commit, or its tree cannot be read.
    pub fn files_at_head(&self, prefix: &str) -> Result<Vec<TreeFile>, EffectsError> {
        let read = || self.files_of(self.repository.head()?.peel_to_tree()?, prefix);
        read().map_err(failed("read the files of HEAD"))
    }

    /// The files of a commit below `prefix` (empty for all), relative to it, sorted.
    ///
    /// # Errors
    /// There is no such commit, or its tree cannot be read.
    pub fn files_of_commit(&self, commit: &str, prefix: &str) -> Result<Vec<TreeFile>, EffectsError> {
        let read = || self.files_of(self.repository.find_commit(Oid::from_str(commit)?)?.tree()?, prefix);
        read().map_err(failed(format!("read the files of {commit}")))
    }

    fn files_of<'r>(&'r self, mut tree: git2::Tree<'r>, prefix: &str) -> Result<Vec<TreeFile>, git2::Error> {
        if !prefix.is_empty() {
            tree = tree.get_path(Path::new(prefix))?.to_object(&self.repository)?.peel_to_tree()?;
        }
        let mut files = Vec::new();
        tree.walk(git2::TreeWalkMode::PreOrder, |folder, entry| {
            if entry.kind() == Some(git2::ObjectType::Blob) {
                let name = String::from_utf8_lossy(entry.name_bytes());
                files.push(TreeFile { path: format!("{}{name}", folder), mode: entry.filemode(), id: entry.id() });
            }
            git2::TreeWalkResult::Ok
        })?;
        Ok(files)
    }

    /// Every file and link that git tracks, below the top of the working tree, with its mode, sorted.
    ///
    /// # Errors
    /// The index cannot be read.
    pub fn tracked_modes(&self) -> Result<Vec<(String, u32)>, EffectsError> {
        const SUBMODULE: u32 = 0o160_000;
        let index = self.repository.index().map_err(failed("read the index"))?;
        let files = index.iter().filter(|entry| entry.mode & 0o170_000 != SUBMODULE);
        Ok(files.map(|entry| (String::from_utf8_lossy(&entry.path).into_owned(), entry.mode)).collect())
    }

    /// The files below a folder of the working tree that git tracks, relative to it, sorted.
    ///
    /// # Errors
    /// The index cannot be read.
    pub fn tracked_below(&self, folder: &Path) -> Result<Vec<String>, EffectsError> {
        let index = self.repository.index().map_err(failed("read the index"))?;
        // Both are real paths: the project's folder is made canonical when it is found.
        let top = self.top();
        let prefix = folder.strip_prefix(&top).map(|path| path.display().to_string()).unwrap_or_default();
        let prefix = if prefix.is_empty() { prefix } else { format!("{prefix}/") };
        let below = |entry: git2::IndexEntry| {
            let path = String::from_utf8(entry.path).ok()?;
            // A submodule has an entry, too, and is no file.
            (entry.mode & 0o170_000 == 0o100_000).then_some(())?;
            path.strip_prefix(&prefix).map(str::to_owned)
        };
        Ok(index.iter().filter_map(below).collect())
    }

    /// Every file and link that git tracks, below the top of the working tree, sorted. What lies in a submodule is
    /// tracked by the submodule.
    ///
    /// # Errors
    /// The index cannot be read.
    pub fn tracked(&self) -> Result<Vec<PathBuf>, EffectsError> {
        use std::os::unix::ffi::OsStringExt;
        const SUBMODULE: u32 = 0o160_000;
        let index = self.repository.index().map_err(failed("read the index"))?;
        let files = index.iter().filter(|entry| entry.mode & 0o170_000 != SUBMODULE);
        Ok(files.map(|entry| PathBuf::from(std::ffi::OsString::from_vec(entry.path))).collect())
    }

    /// The bytes of a file of a tree.
    ///
    /// # Errors
    /// The object is not there.
    pub fn content(&self, file: &TreeFile) -> Result<Vec<u8>, EffectsError> {
        let blob = self.repository.find_blob(file.id).map_err(failed(format!("read `{}`", file.path)))?;
        Ok(blob.content().to_owned())
    }

    /// The URL of a remote.
    pub fn remote_url(&self, name: &str) -> Option<String> {
        Some(self.repository.find_remote(name).ok()?.url().ok()?.to_owned())
    }

    /// The branch that `origin` calls its own default, as of the last fetch or clone.
    pub fn default_branch(&self) -> Option<String> {
        let head = self.repository.find_reference("refs/remotes/origin/HEAD").ok()?;
        let target = head.symbolic_target().ok().flatten()?.to_owned();
        target.strip_prefix("refs/remotes/origin/").map(str::to_owned)
    }

    /// Whether git is told to ignore a path, by the files that say so.
    pub fn is_ignored(&self, path: &Path) -> bool {
        self.repository.is_path_ignored(path).unwrap_or(false)
    }

    /// A value of the configuration of this repository, the user and the machine.
    pub fn setting(&self, key: &str) -> Option<String> {
        self.repository.config().ok()?.snapshot().ok()?.get_str(key).ok().map(str::to_owned)
    }

    /// Whether pushes to a remote go elsewhere than its URL says (`remote.NAME.pushurl`).
    pub fn pushes_elsewhere(&self, name: &str) -> bool {
        let Ok(remote) = self.repository.find_remote(name) else { return false };
        remote.pushurl().ok().flatten().is_some_and(|push| Some(push) != remote.url().ok())
    }

    /// Who commits by this repository's and the user's configuration.
    ///
    /// # Errors
    /// Nobody is named.
    pub fn identity(&self, seconds: i64) -> Result<Identity, EffectsError> {
        let read = || -> Result<Identity, git2::Error> {
            let config = self.repository.config()?.snapshot()?;
            Ok(Identity {
                name: config.get_str("user.name")?.to_owned(),
                email: config.get_str("user.email")?.to_owned(),
                seconds,
            })
        };
        read().map_err(|_| EffectsError::NoIdentity)
    }

    /// The one file of each commit of a chain, newest first: how the ledger is read. Nothing where the
    /// reference does not exist.
    ///
    /// # Errors
    /// The reference names something that is no commit.
    pub fn chain(&self, reference: &str, file: &str) -> Result<Vec<ChainLink>, EffectsError> {
        let read = || -> Result<Vec<ChainLink>, git2::Error> {
            let mut next = self.repository.find_reference(reference).ok().and_then(|found| found.target());
            let mut records = Vec::new();
            while let Some(id) = next {
                let commit = self.repository.find_commit(id)?;
                let entry = commit.tree()?.get_path(Path::new(file)).ok();
                let blob = entry.and_then(|entry| self.repository.find_blob(entry.id()).ok());
                records.push((id.to_string(), blob.map(|blob| blob.content().to_owned())));
                next = commit.parent_id(0).ok();
            }
            Ok(records)
        };
        read().map_err(failed(format!("read `{reference}`")))
    }
}

/// Writing objects, and whole repositories for rehearsals.
pub struct GitMut {
    repository: Repository,
    pub(super) known: Known,
}

impl GitMut {
    pub(super) fn repository(&self) -> &Repository {
        &self.repository
    }

    /// The repository that `dir` lies in.
    ///
    /// # Errors
    /// There is none, or it cannot be read.
    pub fn open(dir: &Path) -> Result<GitMut, EffectsError> {
        let repository =
            Repository::discover(dir).map_err(failed(format!("open the repository of `{}`", dir.display())))?;
        Ok(GitMut { repository, known: Known::default() })
    }

    /// A new repository whose first branch is `branch`.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn init(dir: &Path, branch: &str, bare: bool) -> Result<GitMut, EffectsError> {
        let mut options = git2::RepositoryInitOptions::new();
        // No templates: hooks of the machine have no business in a throw-away repository.
        options.bare(bare).initial_head(branch).external_template(false).no_reinit(true);
        let repository = Repository::init_opts(dir, &options)
            .map_err(failed(format!("make a repository in `{}`", dir.display())))?;
        Ok(GitMut { repository, known: Known::default() })
    }

    /// Copies `from`, with all its branches and tags, into the new folder `to`.
    ///
    /// # Errors
    /// It cannot be copied.
    pub fn clone_local(from: &Path, to: &Path) -> Result<GitMut, EffectsError> {
        let url = from.display().to_string();
        let mut builder = git2::build::RepoBuilder::new();
        builder.clone_local(git2::build::CloneLocal::Local);
        let repository = builder.clone(&url, to).map_err(failed(format!("clone `{url}`")))?;
        Ok(GitMut { repository, known: Known::default() })
    }

    /// Reading of the same repository.
    ///
    /// # Errors
    /// It cannot be opened a second time.
    pub fn look(&self) -> Result<Git, EffectsError> {
        let repository = Repository::open(self.repository.path()).map_err(failed("open the repository again"))?;
        Ok(Git { repository })
    }

    /// Sets a value of the repository's own configuration.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn configure(&self, key: &str, value: &str) -> Result<(), EffectsError> {
        let set = || self.repository.config()?.set_str(key, value);
        set().map_err(failed(format!("set `{key}`")))
    }

    /// Points the remote `name` at `url`, whether or not it is there.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn set_remote(&self, name: &str, url: &str) -> Result<(), EffectsError> {
        let set = || match self.repository.find_remote(name) {
            Ok(_) => self.repository.remote_set_url(name, url),
            Err(_) => self.repository.remote(name, url).map(|_| ()),
        };
        set().map_err(failed(format!("set the remote `{name}`")))
    }

    /// Commits every file of the working tree that is not ignored: the first commit of an export.
    ///
    /// # Errors
    /// A file cannot be read, or the commit not written.
    pub fn commit_all(&self, message: &str, identity: &Identity) -> Result<String, EffectsError> {
        let signature = identity.signature()?;
        let commit = || -> Result<Oid, git2::Error> {
            let mut index = self.repository.index()?;
            // Tracked files are what was exported, even where an ignore rule names them.
            index.add_all(["*"], git2::IndexAddOption::FORCE, None)?;
            index.write()?;
            let tree = self.repository.find_tree(index.write_tree()?)?;
            self.repository.commit(Some("HEAD"), &signature, &signature, message, &tree, &[])
        };
        Ok(commit().map_err(failed("make the first commit"))?.to_string())
    }

    /// A lightweight tag.
    ///
    /// # Errors
    /// It exists.
    pub fn tag_lightweight(&self, name: &str, commit: &str) -> Result<(), EffectsError> {
        let tag = || {
            let object = self.repository.find_object(Oid::from_str(commit)?, None)?;
            self.repository.tag_lightweight(name, &object, false)
        };
        tag().map(|_| ()).map_err(failed(format!("make the tag `{name}`")))
    }

    /// Writes a commit on top of `parent` that changes exactly `files`; no reference moves.
    ///
    /// # Errors
    /// An object cannot be written.
    pub fn write_commit(
        &self,
        parent: &str,
        files: &[CommitFile<'_>],
        message: &str,
        identity: &Identity,
    ) -> Result<String, EffectsError> {
        let signature = identity.signature()?;
        self.pack_blobs(files)?;
        let write = || -> Result<Oid, git2::Error> {
            let parent = self.repository.find_commit(Oid::from_str(parent)?)?;
            let mut update = TreeUpdateBuilder::new();
            for file in files {
                match file.bytes {
                    Some(bytes) => update.upsert(file.path, self.blob(file.path, bytes)?, mode(file)),
                    None => update.remove(file.path),
                };
            }
            let tree = update.create_updated(&self.repository, &parent.tree()?)?;
            let tree = self.repository.find_tree(tree)?;
            self.repository.commit(None, &signature, &signature, message, &tree, &[&parent])
        };
        Ok(write().map_err(failed("write the commit"))?.to_string())
    }

    /// Writes an annotated tag of `commit`; no reference moves.
    ///
    /// # Errors
    /// The object cannot be written.
    pub fn write_tag(
        &self,
        name: &str,
        commit: &str,
        message: &str,
        identity: &Identity,
    ) -> Result<String, EffectsError> {
        let signature = identity.signature()?;
        let write = || {
            let object = self.repository.find_object(Oid::from_str(commit)?, None)?;
            self.repository.tag_annotation_create(name, &object, &signature, message)
        };
        Ok(write().map_err(failed(format!("write the tag `{name}`")))?.to_string())
    }

    /// Writes at `to` the index at `from` with the entries of `files` replaced.
    ///
    /// # Errors
    /// The index has a form that libgit2 does not read, or cannot be written.
    pub fn write_index(&self, to: &Path, files: &[CommitFile<'_>]) -> Result<(), EffectsError> {
        let write = || -> Result<(), git2::Error> {
            let mut index = git2::Index::open(to)?;
            for file in files {
                let Some(bytes) = file.bytes else {
                    match index.remove(Path::new(file.path), 0) {
                        Err(error) if error.code() != git2::ErrorCode::NotFound => return Err(error),
                        _ => continue,
                    }
                };
                let zero = git2::IndexTime::new(0, 0);
                index.add(&git2::IndexEntry {
                    ctime: zero,
                    mtime: zero,
                    dev: 0,
                    ino: 0,
                    mode: u32::try_from(i32::from(mode(file))).expect("file modes are positive"),
                    uid: 0,
                    gid: 0,
                    file_size: 0,
                    id: self.blob(file.path, bytes)?,
                    flags: 0,
                    flags_extended: 0,
                    path: file.path.as_bytes().to_owned(),
                })?;
            }
            index.write()
        };
        write().map_err(failed("write the index"))
    }

    /// Writes a commit that is `parent` with these files beside everything it has, byte for byte; nothing where
    /// it has them already. No reference moves.
    ///
    /// # Errors
    /// An object cannot be written.
    pub fn write_overlay(
        &self,
        parent: Option<&str>,
        files: &[(String, Vec<u8>)],
        message: &str,
        identity: &Identity,
    ) -> Result<Option<String>, EffectsError> {
        let signature = identity.signature()?;
        let write = || -> Result<Option<Oid>, git2::Error> {
            let parent = parent.map(|id| self.repository.find_commit(Oid::from_str(id)?)).transpose()?;
            let base = match &parent {
                Some(parent) => parent.tree()?,
                None => self.repository.find_tree(self.repository.treebuilder(None)?.write()?)?,
            };
            let mut update = TreeUpdateBuilder::new();
            for (path, bytes) in files {
                update.upsert(path.as_str(), self.repository.blob(bytes)?, git2::FileMode::Blob);
            }
            let tree = update.create_updated(&self.repository, &base)?;
            if tree == base.id() {
                return Ok(None);
            }
            let tree = self.repository.find_tree(tree)?;
            let parents: Vec<&git2::Commit<'_>> = parent.iter().collect();
            self.repository.commit(None, &signature, &signature, message, &tree, &parents).map(Some)
        };
        Ok(write().map_err(failed("write the commit"))?.map(|id| id.to_string()))
    }

    /// Writes a commit whose tree is one file, on top of `parent`; no reference moves. A ledger record.
    ///
    /// # Errors
    /// An object cannot be written.
    pub fn write_record(
        &self,
        parent: Option<&str>,
        file: (&str, &[u8]),
        message: &str,
        identity: &Identity,
    ) -> Result<String, EffectsError> {
        let signature = identity.signature()?;
        let write = || -> Result<Oid, git2::Error> {
            let mut builder = self.repository.treebuilder(None)?;
            builder.insert(file.0, self.repository.blob(file.1)?, 0o100_644)?;
            let tree = self.repository.find_tree(builder.write()?)?;
            let parent = parent.map(|id| self.repository.find_commit(Oid::from_str(id)?)).transpose()?;
            let parents: Vec<&git2::Commit<'_>> = parent.iter().collect();
            self.repository.commit(None, &signature, &signature, message, &tree, &parents)
        };
        Ok(write().map_err(failed("write the record"))?.to_string())
    }

    /// Moves a reference from `old` (nothing: it must not exist) to `new`.
    ///
    /// # Errors
    /// It stands elsewhere by now.
    pub fn move_reference(&self, name: &str, old: Option<&str>, new: &str, message: &str) -> Result<(), EffectsError> {
        let set = || -> Result<(), git2::Error> {
            let new = Oid::from_str(new)?;
            match old {
                Some(old) => self.repository.reference_matching(name, new, true, Oid::from_str(old)?, message)?,
                None => self.repository.reference(name, new, false, message)?,
            };
            Ok(())
        };
        set().map_err(failed(format!("move `{name}`")))
    }

    /// Pushes references to a repository on this machine, never by force.
    ///
    /// # Errors
    /// The other side refuses.
    pub fn push_local(&self, to: &Path, references: &[String]) -> Result<(), EffectsError> {
        let push = || -> Result<(), git2::Error> {
            let mut remote = self.repository.remote_anonymous(&to.display().to_string())?;
            let specs: Vec<String> = references.iter().map(|name| format!("{name}:{name}")).collect();
            remote.push(&specs, None)
        };
        push().map_err(failed(format!("push to `{}`", to.display())))
    }
}

fn mode(file: &CommitFile<'_>) -> git2::FileMode {
    if file.executable { git2::FileMode::BlobExecutable } else { git2::FileMode::Blob }
}
