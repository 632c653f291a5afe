//! The project's files apart from the project: its own backend runs over a copy, so that nothing of what it leaves lying
//! about (`build/`, `*.egg-info`) gets into the project, and nothing that lies about there gets into an archive.
//!
//! The copy has what the folder has, also what git ignores, for a build may need what was generated; not what
//! earlier builds left ([`Stale`]), environments and caches (PEP 405, bford.info/cachedir). In a repository the rest
//! of what is tracked is there, too, and a mirror of the repository: some backends ask git for version and files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::error::BuildError;
use super::stale::Stale;
use crate::effects::files::{Files, Stamp, What};
use crate::effects::{Effects, EffectsError, Git, GitMut};
use crate::error::Failure;

/// How a folder of caches is marked.
const CACHE_TAG: &[u8] = b"Signature: 8a477f597d28d172789f06886806bc55";

/// A copy, and how the project looked when it was made.
#[derive(Debug)]
pub struct Replica {
    /// The folder of the package in the copy.
    pub root: PathBuf,
    source: PathBuf,
    stale: Stale,
    before: BTreeMap<PathBuf, Stamp>,
}

impl Replica {
    /// Copies the folder of a package, a real path, into a new folder.
    ///
    /// # Errors
    /// A file cannot be read or written.
    pub fn make(effects: Effects<'_>, (source, stale): (&Path, &Stale), into: &Path) -> Result<Replica, Failure> {
        let look = effects.inspect().files();
        let files = effects.files();
        let git = Git::discover(source)?;
        let top = git.as_ref().map(|git| look.canonical(&git.top())).transpose()?;
        let top = top.filter(|top| source.starts_with(top)).unwrap_or_else(|| source.to_owned());
        let copy = into.join(top.file_name().unwrap_or_default());
        // Component by component: an empty path joined would end in a slash.
        let below = source.strip_prefix(&top).unwrap_or(Path::new(""));
        let root = below.components().fold(copy.clone(), |root, part| root.join(part));
        files.make_folder(&root)?;
        if let Some(git) = &git {
            let made = GitMut::mirror(git, &copy)?;
            // git would compare what it keeps of such a file with the file.
            for filtered in git.filtered().unwrap_or_default() {
                made.trust(&filtered.path)?;
            }
            for path in git.tracked()?.iter().filter(|path| !top.join(path).starts_with(source)) {
                if matches!(look.what(&top.join(path)), What::File | What::Other) && is_copied(look, &top.join(path)) {
                    files.make_folder(copy.join(path).parent().unwrap_or(&copy))?;
                    files.replicate(&top.join(path), &copy.join(path))?;
                }
            }
        }
        let before = walk(look, source, stale)?;
        let found: Vec<&PathBuf> = before.keys().collect();
        for path in found.iter().filter(|path| look.what(&source.join(path)) == What::Folder) {
            files.make_folder(&root.join(path))?;
        }
        crate::effects::files::at_once(&found, |path| match look.what(&source.join(path)) {
            What::Folder => Ok(()),
            _ => files.replicate(&source.join(path), &root.join(path)),
        })?;
        Ok(Replica { root, source: source.to_owned(), stale: stale.clone(), before })
    }

    /// A text of a program that ran in the copy, with the names that the user knows.
    pub fn as_known(&self, text: &str) -> String {
        text.replace(&self.root.display().to_string(), &self.source.display().to_string())
    }

    /// The project is as it was when the copy was made.
    ///
    /// # Errors
    /// [`BuildError::WroteOutside`], or it cannot be read.
    pub fn require_untouched(&self, files: Files, backend: &str) -> Result<(), Failure> {
        let after = walk(files, &self.source, &self.stale)?;
        let changed = self.before.iter().filter(|(path, stamp)| after.get(*path) != Some(stamp));
        let new = after.keys().filter(|path| !self.before.contains_key(*path));
        let mut touched: Vec<String> =
            changed.map(|(path, _)| path).chain(new).map(|path| path.display().to_string()).collect();
        touched.sort();
        match touched.is_empty() {
            true => Ok(()),
            false => Err(BuildError::WroteOutside { backend: backend.to_owned(), files: touched }.into()),
        }
    }
}

/// Files and links; a socket or a pipe is nothing that an archive could have.
fn is_copied(files: Files, path: &Path) -> bool {
    files.what(path) == What::File || files.link(path).is_some()
}

/// What is copied, by its path below the folder, folders among it.
fn walk(files: Files, source: &Path, stale: &Stale) -> Result<BTreeMap<PathBuf, Stamp>, EffectsError> {
    let mut found = BTreeMap::new();
    let mut open = vec![PathBuf::new()];
    while let Some(folder) = open.pop() {
        let listed = files.list(&source.join(&folder))?;
        if is_left_out(files, (&folder, &listed), stale) {
            continue;
        }
        if let Some(stamp) = files.stamp(&source.join(&folder)).filter(|_| !folder.as_os_str().is_empty()) {
            found.insert(folder.clone(), stamp);
        }
        for path in listed {
            let below = folder.join(path.file_name().unwrap_or_default());
            if below.ends_with(".git") || stale.hides(&below) {
                continue;
            }
            if files.what(&path) == What::Folder {
                open.push(below);
            } else if is_copied(files, &path)
                && let Some(stamp) = files.stamp(&path)
            {
                found.insert(below, stamp);
            }
        }
    }
    Ok(found)
}

/// Environments and caches, unless git tracks something in them.
fn is_left_out(files: Files, (folder, listed): (&Path, &[PathBuf]), stale: &Stale) -> bool {
    let is_marked = |path: &PathBuf| {
        path.ends_with("pyvenv.cfg")
            || path.ends_with("CACHEDIR.TAG") && files.read(path, 4096).is_ok_and(|bytes| bytes.starts_with(CACHE_TAG))
    };
    !folder.as_os_str().is_empty() && listed.iter().any(is_marked) && !stale.is_tracked(folder)
}
