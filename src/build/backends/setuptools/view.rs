//! The files as setuptools sees them while it builds: those of the tree, and in the folder of the metadata exactly
//! those that it has just written.
//!
//! Paths are kept as they are spelled (`src/demo/../up.cfg`), since they are listed and sorted so; what is looked at is
//! the plain path.

use std::cell::Cell;
use std::collections::BTreeMap;

use super::super::super::globs::{self, Reading, join};
use super::super::super::native::Reason;
use super::super::super::tree::{Tree, normal};
use crate::archive::write::Entry;

/// How deep folders may lie in each other.
const DEPTH: usize = 64;
/// More folders than this are looked at by nobody but a link that leads round in circles.
const MOST_FOLDERS: u32 = 1_000_000;

pub(super) struct View<'a> {
    pub(super) tree: &'a Tree,
    /// The folder of the metadata.
    pub(super) egg: String,
    /// What is in it, by path.
    pub(super) made: BTreeMap<String, String>,
    /// How many folders were looked at: links may make a tree without end.
    looked: Cell<u32>,
}

impl<'a> View<'a> {
    /// The tree alone.
    pub(super) fn of(tree: &'a Tree) -> Self {
        Self::with(tree, String::new(), BTreeMap::new())
    }

    /// The tree with what is written into the folder of the metadata.
    pub(super) fn with(tree: &'a Tree, egg: String, made: BTreeMap<String, String>) -> Self {
        View { tree, egg, made, looked: Cell::new(0) }
    }

    fn is_within_egg(&self, path: &str) -> bool {
        !self.egg.is_empty() && path.strip_prefix(&self.egg).is_some_and(|rest| rest.starts_with('/'))
    }

    pub(super) fn is_file(&self, spelled: &str) -> bool {
        let Some(path) = normal(spelled) else { return false };
        if self.is_within_egg(&path) { self.made.contains_key(&path) } else { self.tree.is_file(&path) }
    }

    pub(super) fn is_folder(&self, spelled: &str) -> bool {
        let Some(path) = normal(spelled) else { return false };
        path.is_empty() || path == self.egg && !self.made.is_empty() || self.tree.is_folder(&path)
    }

    pub(super) fn exists(&self, spelled: &str) -> bool {
        self.is_file(spelled) || self.is_folder(spelled)
    }

    pub(super) fn list(&self, spelled: &str) -> Result<Vec<String>, Reason> {
        let Some(path) = normal(spelled) else { return Ok(Vec::new()) };
        self.looked.set(self.looked.get() + 1);
        if self.looked.get() > MOST_FOLDERS {
            return Err(Reason::new(format!("the folder `{path}`"), "there are too many folders to look at"));
        }
        let of_egg = |prefix: &str| -> Vec<String> {
            self.made.keys().filter_map(|path| path.strip_prefix(prefix).map(str::to_owned)).collect()
        };
        if path == self.egg && !self.made.is_empty() {
            return Ok(of_egg(&format!("{path}/")));
        }
        let mut names = self.tree.list(&path)?;
        let (folder, name) = self.egg.rsplit_once('/').unwrap_or(("", &self.egg));
        if !self.made.is_empty() && folder == path && !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
        Ok(names)
    }

    /// A file as a member of an archive.
    pub(super) fn entry(&self, spelled: &str, to: String) -> Result<Entry, Reason> {
        let path = self.plain(spelled)?;
        match self.made.get(&path) {
            Some(text) => Ok(Tree::made(to, text.clone())),
            None => self.tree.entry(&path, to),
        }
    }

    /// The plain path.
    ///
    /// # Errors
    /// It leads out of the project.
    pub(super) fn plain(&self, spelled: &str) -> Result<String, Reason> {
        let out = || Reason::new(format!("the file `{spelled}`"), "it is outside of the project");
        if spelled.starts_with('/') {
            return Err(out());
        }
        normal(spelled).ok_or_else(out)
    }

    /// The files and folders that a pattern names, links to folders followed; spelled as the pattern is.
    pub(super) fn glob(&self, pattern: &str, reading: Reading) -> Result<Vec<String>, Reason> {
        let parts: Vec<&str> = pattern.split('/').filter(|part| !part.is_empty()).collect();
        let mut found = Vec::new();
        self.step("", &parts, (reading, 0), &mut found)?;
        found.sort();
        found.dedup();
        Ok(found)
    }

    fn step(
        &self,
        at: &str,
        parts: &[&str],
        (reading, depth): (Reading, usize),
        found: &mut Vec<String>,
    ) -> Result<(), Reason> {
        if depth > DEPTH {
            return Err(too_deep(at));
        }
        let Some((part, rest)) = parts.split_first() else {
            found.push(at.to_owned());
            return Ok(());
        };
        let next = (reading, depth + 1);
        if *part == "**" && reading.recursive {
            if !at.is_empty() || !rest.is_empty() {
                self.step(at, rest, next, found)?;
            }
            for name in self.list(at)? {
                if name.starts_with('.') && !reading.hidden {
                    continue;
                }
                let path = join(at, &name);
                if self.is_folder(&path) {
                    self.step(&path, parts, next, found)?;
                } else if rest.is_empty() {
                    found.push(path);
                }
            }
            return Ok(());
        }
        if !globs::has_magic(part) {
            let path = join(at, part);
            return if self.exists(&path) { self.step(&path, rest, next, found) } else { Ok(()) };
        }
        for name in self.list(at)? {
            let is_seen = reading.hidden || !name.starts_with('.') || part.starts_with('.');
            let path = join(at, &name);
            if is_seen && globs::matches(part, &name) && (rest.is_empty() || self.is_folder(&path)) {
                self.step(&path, rest, next, found)?;
            }
        }
        Ok(())
    }

    /// Every file below a folder, links followed; `skips` leaves out folders by their path.
    ///
    /// # Errors
    /// A folder is there twice by links: which of them counts depends on the file system.
    pub(super) fn walk(&self, folder: &str, skips: &dyn Fn(&str) -> bool) -> Result<Vec<String>, Reason> {
        let mut found = Vec::new();
        let mut seen = std::collections::BTreeSet::new();
        let mut open = vec![(folder.to_owned(), 0)];
        while let Some((at, depth)) = open.pop() {
            if depth > DEPTH {
                return Err(too_deep(&at));
            }
            let identity = match self.tree {
                Tree::Folder { root, files, .. } => {
                    files.canonical(&root.join(self.plain(&at)?)).ok().and_then(|path| files.identity(&path))
                }
                Tree::Members(_) => None,
            };
            if identity.is_some_and(|identity| !seen.insert(identity)) {
                return Err(Reason::new(format!("the folder `{at}`"), "links lead to it twice"));
            }
            for name in self.list(&at)? {
                let path = join(&at, &name);
                if self.is_folder(&path) {
                    if !skips(&path) {
                        open.push((path, depth + 1));
                    }
                } else if self.is_file(&path) {
                    found.push(path);
                }
            }
        }
        Ok(found)
    }
}

pub(super) fn too_deep(folder: &str) -> Reason {
    Reason::new(format!("the folder `{folder}`"), "folders lie too deep in each other")
}

/// A path as distutils takes it from a file: without empty parts and `.`.
pub(super) fn converted(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    let joined = parts.join("/");
    match (path.starts_with('/'), joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".to_owned(),
        (false, false) => joined,
    }
}
