//! A commit in a folder of its own: what is built must be what is tagged, whatever else lies in the project's
//! folder. Objects are borrowed from the project's repository (`objects/info/alternates`), so that nothing of
//! its history is copied; its configuration, hooks and filters are left behind.

#![expect(clippy::disallowed_types, clippy::disallowed_methods, reason = "this is the door to git")]

use std::path::{Path, PathBuf};

use git2::{ObjectType, Oid, Repository, TreeWalkMode, TreeWalkResult, build::CheckoutBuilder};

use super::error::EffectsError;
use super::git::{Git, GitMut, failed};

/// A repository inside of another one, as a commit names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submodule {
    /// Its folder below the top of the outer one.
    pub path: PathBuf,
    /// The commit.
    pub commit: String,
}

/// A file that git keeps in another form than the working tree has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filtered {
    /// Its path below the top of the repository.
    pub path: PathBuf,
    /// The filter that `.gitattributes` names.
    pub filter: String,
}

impl GitMut {
    /// Checks a commit out into the new folder `to`, as a repository that knows the tags of `from`. It can be
    /// used as long as `from` is there.
    ///
    /// # Errors
    /// The commit is not there, or a file cannot be written.
    pub fn check_out(from: &Git, commit: &str, to: &Path) -> Result<GitMut, EffectsError> {
        let made = GitMut::borrow(from, to)?;
        let repository = made.repository();
        let fill = || -> Result<(), git2::Error> {
            repository.set_head_detached(Oid::from_str(commit)?)?;
            // The bytes of the commit, whatever attributes and settings of this machine say of line endings.
            repository.checkout_head(Some(CheckoutBuilder::new().force().disable_filters(true)))
        };
        fill().map_err(failed(format!("check {commit} out")))?;
        Ok(made)
    }

    /// Makes the new folder `to` a working tree like that of `from`, without its files: the same HEAD, tags, index
    /// and ignore rules, so that what reads git there reads the same, and what writes to it changes nothing of
    /// `from`. It can be used as long as `from` is there.
    ///
    /// # Errors
    /// Something of `from` cannot be read, or it cannot be written.
    pub fn mirror(from: &Git, to: &Path) -> Result<GitMut, EffectsError> {
        let head = from.head()?;
        let made = GitMut::borrow(from, to)?;
        let repository = made.repository();
        let fill = || -> Result<(), git2::Error> {
            let commit = head.commit.as_deref().map(Oid::from_str).transpose()?;
            match (&head.branch, commit) {
                (Some(branch), Some(commit)) => {
                    repository.reference(branch, commit, true, "")?;
                    repository.set_head(branch)?;
                }
                (Some(branch), None) => repository.set_head(branch)?,
                (None, Some(commit)) => repository.set_head_detached(commit)?,
                (None, None) => {}
            }
            let mut index = repository.index()?;
            for entry in from.repository().index()?.iter() {
                index.add(&entry)?;
            }
            index.write()
        };
        fill().map_err(failed(format!("mirror `{}`", from.top().display())))?;
        if let Ok(rules) = std::fs::read(from.common_dir().join("info/exclude")) {
            let path = to.join(".git/info/exclude");
            let written = std::fs::create_dir_all(to.join(".git/info")).and_then(|()| std::fs::write(&path, rules));
            written.map_err(|source| EffectsError::Write { path, source })?;
        }
        Ok(made)
    }

    /// A new repository in `to` with the objects and tags of `from`.
    fn borrow(from: &Git, to: &Path) -> Result<GitMut, EffectsError> {
        let lender = from.common_dir();
        let write = |name: &str, bytes: &[u8]| {
            let path = to.join(".git").join(name);
            std::fs::write(&path, bytes).map_err(|source| EffectsError::Write { path, source })
        };
        GitMut::init(to, "main", false)?;
        write("objects/info/alternates", format!("{}\n", lender.join("objects").display()).as_bytes())?;
        if let Ok(shallow) = std::fs::read(lender.join("shallow")) {
            write("shallow", &shallow)?;
        }
        let made = GitMut::open(to)?;
        let copy_tags = || -> Result<(), git2::Error> {
            for reference in from.repository().references_glob("refs/tags/*")? {
                let reference = reference?;
                if let (Ok(name), Some(target)) = (reference.name(), reference.target()) {
                    made.repository().reference(name, target, true, "")?;
                }
            }
            Ok(())
        };
        copy_tags().map_err(failed(format!("copy the tags of `{}`", from.top().display())))?;
        Ok(made)
    }

    /// Makes a branch at a commit, and HEAD stand on it.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn put_on_branch(&self, branch: &str, commit: &str) -> Result<(), EffectsError> {
        let put = || -> Result<(), git2::Error> {
            self.repository().reference(branch, Oid::from_str(commit)?, true, "")?;
            self.repository().set_head(branch)
        };
        put().map_err(failed(format!("make `{branch}`")))
    }

    /// Tells git that a file of the working tree is as it should be: it has only a pointer to it.
    ///
    /// # Errors
    /// The index cannot be read or written.
    pub fn trust(&self, path: &Path) -> Result<(), EffectsError> {
        /// `CE_VALID` of git's index: what `update-index --assume-unchanged` sets.
        const ASSUME_UNCHANGED: u16 = 0x8000;
        let mark = || -> Result<(), git2::Error> {
            let mut index = self.repository().index()?;
            if let Some(mut entry) = index.get_path(path, 0) {
                entry.flags |= ASSUME_UNCHANGED;
                index.add(&entry)?;
                index.write()?;
            }
            Ok(())
        };
        mark().map_err(failed(format!("mark `{}` as unchanged", path.display())))
    }
}

impl Git {
    /// The submodules of a commit.
    ///
    /// # Errors
    /// The commit cannot be read.
    pub fn submodules(&self, commit: &str) -> Result<Vec<Submodule>, EffectsError> {
        let mut found = Vec::new();
        let mut read = || -> Result<(), git2::Error> {
            let tree = self.repository().find_commit(Oid::from_str(commit)?)?.tree()?;
            tree.walk(TreeWalkMode::PreOrder, |folder, entry| {
                if entry.kind() == Some(ObjectType::Commit) {
                    let path = PathBuf::from(format!("{folder}{}", String::from_utf8_lossy(entry.name_bytes())));
                    found.push(Submodule { path, commit: entry.id().to_string() });
                }
                TreeWalkResult::Ok
            })
        };
        read().map_err(failed(format!("read the files of {commit}")))?;
        Ok(found)
    }

    /// The repository of a submodule; nothing where it was never fetched.
    pub fn submodule(&self, submodule: &Submodule) -> Option<Git> {
        Repository::open(self.top().join(&submodule.path)).ok().map(Git::of)
    }

    /// The files of HEAD that git keeps in another form (`git lfs`, `git crypt`), by the `.gitattributes` of
    /// the working tree.
    ///
    /// # Errors
    /// HEAD cannot be read.
    pub fn filtered(&self) -> Result<Vec<Filtered>, EffectsError> {
        let tracked = self.files_at_head("")?;
        let mut named = false;
        for file in tracked.iter().filter(|file| file.path.ends_with(".gitattributes")) {
            named |= self.content(file)?.windows(6).any(|window| window == b"filter");
        }
        if !named {
            return Ok(Vec::new());
        }
        let filter_of = |path: &str| {
            let flags = git2::AttrCheckFlags::FILE_THEN_INDEX;
            self.repository().get_attr(Path::new(path), "filter", flags).ok().flatten().map(str::to_owned)
        };
        // A link is never filtered, and would be followed.
        let files = tracked.into_iter().filter(|file| file.mode != 0o120_000);
        let filtered = files.filter_map(|file| {
            let filter = filter_of(&file.path)?;
            Some(Filtered { path: PathBuf::from(file.path), filter })
        });
        Ok(filtered.collect())
    }
}
