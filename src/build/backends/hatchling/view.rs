//! The files as hatchling finds them: those of the tree, with the one that the version hook writes before it looks.

use std::collections::HashSet;

use super::super::super::globs::join;
use super::super::super::native::Reason;
use super::super::super::tree::{Resolved, Tree};
use crate::archive::write::Entry;
use crate::effects::files::What;

/// Folders that are never walked, wherever they are.
const FOLDERS: [&str; 11] = [
    "__pycache__",
    ".venv",
    ".git",
    ".hg",
    ".hatch",
    ".tox",
    ".nox",
    ".ruff_cache",
    ".pytest_cache",
    ".mypy_cache",
    ".pixi",
];
/// Files that are never taken, wherever they are.
const FILES: [&str; 2] = [".DS_Store", ".git"];
/// How deep folders may lie in each other.
const DEPTH: usize = 128;

/// A tree with a file that was written.
pub(super) struct View<'a> {
    pub(super) tree: &'a Tree,
    pub(super) made: Option<Entry>,
}

/// A folder with its files, as they are walked.
pub(super) struct Folder {
    /// Its path below where the walk began.
    pub(super) path: String,
    /// The names of its files, but for those that are never taken.
    pub(super) files: Vec<String>,
}

impl Folder {
    /// Whether it is a package.
    pub(super) fn is_package(&self) -> bool {
        self.files.iter().any(|name| name == "__init__.py")
    }
}

impl View<'_> {
    fn made_below(&self, folder: &str) -> Option<&str> {
        let path = &self.made.as_ref()?.path;
        match folder {
            "" => Some(path),
            _ => path.strip_prefix(folder)?.strip_prefix('/'),
        }
    }

    pub(super) fn is_file(&self, path: &str) -> bool {
        self.made.as_ref().is_some_and(|made| made.path == path) || self.tree.is_file(path)
    }

    pub(super) fn is_folder(&self, path: &str) -> bool {
        self.made_below(path).is_some() || self.tree.is_folder(path)
    }

    /// A file at another path, links followed.
    pub(super) fn entry(&self, path: &str, to: String) -> Result<Entry, Reason> {
        match &self.made {
            Some(made) if made.path == path => Ok(Entry { path: to, ..made.clone() }),
            _ => self.tree.entry(path, to),
        }
    }

    /// Every folder from one on, links followed, none twice; `prunes` says which are left out, by their path below
    /// the first one.
    pub(super) fn walk(&self, top: &str, prunes: &dyn Fn(&str) -> bool) -> Result<Vec<Folder>, Reason> {
        let mut found = Vec::new();
        self.step((top, ""), prunes, (0, &mut HashSet::new()), &mut found)?;
        Ok(found)
    }

    fn step(
        &self,
        (at, path): (&str, &str),
        prunes: &dyn Fn(&str) -> bool,
        (depth, seen): (usize, &mut HashSet<String>),
        found: &mut Vec<Folder>,
    ) -> Result<(), Reason> {
        if depth > DEPTH {
            return Err(Reason::new(format!("the folder `{at}`"), "folders lie too deep in each other"));
        }
        if !seen.insert(self.identity(at)?) {
            return Ok(());
        }
        let mut names = self.tree.list(at)?;
        if let Some(made) = self.made_below(at) {
            names.push(made.split('/').next().unwrap_or(made).to_owned());
            names.sort();
            names.dedup();
        }
        let (mut files, mut folders) = (Vec::new(), Vec::new());
        for name in names {
            let below = join(at, &name);
            if name.contains(['\n', '\r']) {
                return Err(Reason::new(format!("the file `{}`", below.escape_debug()), "its name has a line break"));
            }
            if self.is_folder(&below) {
                folders.push(name);
            } else if !FILES.contains(&name.as_str()) {
                if self.tree.what(&below) == What::Other && self.tree.link(&below).is_none() {
                    return Err(Reason::new(format!("the file `{below}`"), "it is no file, folder or link"));
                }
                files.push(name);
            }
        }
        found.push(Folder { path: path.to_owned(), files });
        for name in folders {
            let below = join(path, &name);
            if !FOLDERS.contains(&name.as_str()) && !prunes(&below) {
                self.step((&join(at, &name), &below), prunes, (depth + 1, seen), found)?;
            }
        }
        Ok(())
    }

    /// What tells whether two paths are one folder.
    fn identity(&self, folder: &str) -> Result<String, Reason> {
        match self.tree {
            Tree::Folder { root, files, .. } if self.tree.is_folder(folder) => {
                let path = files.canonical(&root.join(folder)).map_err(|error| Reason::unreadable(folder, &error))?;
                path.to_str().map(str::to_owned).ok_or_else(|| Reason::odd_name(folder))
            }
            Tree::Members(_) => match self.tree.resolve(folder) {
                Resolved::Folder(path) => Ok(path),
                _ => Ok(folder.to_owned()),
            },
            // A folder that the hook makes.
            Tree::Folder { .. } => Ok(folder.to_owned()),
        }
    }
}
