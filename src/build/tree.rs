//! What a backend sees: the files of a project, or of the sdist that was made of it.
//!
//! A wheel is built from the sdist (`python -m build`, `uv build`), so what is in it is worked out from the members of
//! the sdist. Nothing is unpacked for that: a tree of members is looked at as a folder is. Paths are relative to the
//! root, with `/`; the root itself is the empty path.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::native::Reason;
use super::stale::Stale;
use crate::archive::write::{Content, Entry};
use crate::effects::EffectsError;
use crate::effects::files::{Files, What};

/// Configuration, readmes and licences are read whole; nobody has larger ones.
const TEXT_LIMIT: u64 = 64 * 1024 * 1024;
/// How many links may follow each other, as Linux has it.
const HOPS: usize = 40;

/// The files of a project or of an sdist.
#[derive(Debug)]
pub enum Tree {
    /// A folder of the machine.
    Folder {
        /// Its real path.
        root: PathBuf,
        /// The door to it.
        files: Files,
        /// What earlier builds left there: it is not seen.
        stale: Stale,
    },
    /// The members of an sdist, by their path below its top folder.
    Members(BTreeMap<String, Entry>),
}

impl Tree {
    /// The tree that the members of an sdist make when they are unpacked.
    pub fn of_members(members: &[Entry]) -> Tree {
        Tree::Members(members.iter().map(|entry| (entry.path.clone(), entry.clone())).collect())
    }

    /// The folder; nothing for an sdist, which lies in no repository and below no other folder.
    pub fn folder(&self) -> Option<&Path> {
        match self {
            Tree::Folder { root, .. } => Some(root),
            Tree::Members(_) => None,
        }
    }

    fn on_disk(root: &Path, path: &str) -> PathBuf {
        if path.is_empty() { root.to_owned() } else { root.join(path) }
    }

    /// What a path is, links not followed. A folder of an sdist is what has members below it.
    pub fn what(&self, path: &str) -> What {
        match self {
            Tree::Folder { stale, .. } if stale.hides(Path::new(path)) => What::Missing,
            Tree::Folder { root, files, .. } => files.what(&Self::on_disk(root, path)),
            Tree::Members(members) => match members.get(path) {
                Some(Entry { content: Content::Link(_), .. }) => What::Other,
                Some(_) => What::File,
                None if path.is_empty() || self.below(path).next().is_some() => What::Folder,
                None => What::Missing,
            },
        }
    }

    /// Members of an sdist below a folder, with the rest of their path.
    fn below<'a>(&'a self, folder: &str) -> impl Iterator<Item = &'a str> + use<'a> {
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let length = prefix.len();
        let members = match self {
            Tree::Members(members) => Some(members),
            Tree::Folder { .. } => None,
        };
        let found = members.into_iter().flat_map(move |members| {
            let until = prefix.clone();
            members.range(prefix.clone()..).take_while(move |(path, _)| path.starts_with(&until))
        });
        found.map(move |(path, _)| &path[length..])
    }

    /// What a path is after links, with the path that it leads to; a link out of the tree leads to nothing for an
    /// sdist, and to `outside` for a folder.
    pub fn resolve(&self, path: &str) -> Resolved {
        let mut at = path.to_owned();
        for _ in 0..HOPS {
            let Some(next) = self.first_link(&at) else {
                return match self.what(&at) {
                    What::File => Resolved::File(at),
                    What::Folder => Resolved::Folder(at),
                    What::Missing | What::Other => Resolved::Missing,
                };
            };
            match next {
                Some(path) => at = path,
                None => return Resolved::Outside,
            }
        }
        Resolved::Missing
    }

    /// The path with its first link replaced by what it names; nothing where there is none, and nothing within where
    /// it leads out of the tree.
    fn first_link(&self, path: &str) -> Option<Option<String>> {
        let ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
        for end in ends {
            let part = &path[..end];
            if let Some(target) = self.link(part) {
                let folder = part.rsplit_once('/').map_or("", |(folder, _)| folder);
                let joined = format!("{folder}/{target}{}", &path[end..]);
                return Some(if target.starts_with('/') { None } else { normal(&joined) });
            }
        }
        None
    }

    /// What a link names; nothing for what is no link.
    pub fn link(&self, path: &str) -> Option<String> {
        match self {
            Tree::Folder { stale, .. } if stale.hides(Path::new(path)) => None,
            Tree::Folder { root, files, .. } => files.link(&Self::on_disk(root, path)),
            Tree::Members(members) => match &members.get(path)?.content {
                Content::Link(target) => Some(target.clone()),
                _ => None,
            },
        }
    }

    /// Whether a path is a file, links followed.
    pub fn is_file(&self, path: &str) -> bool {
        match self {
            Tree::Folder { stale, .. } if stale.hides(Path::new(path)) => false,
            Tree::Folder { root, files, .. } => files.stat(&Self::on_disk(root, path)).is_some_and(|stat| stat.is_file),
            Tree::Members(_) => matches!(self.resolve(path), Resolved::File(_)),
        }
    }

    /// Whether a path is a folder, links followed.
    pub fn is_folder(&self, path: &str) -> bool {
        match self {
            Tree::Folder { stale, .. } if stale.hides(Path::new(path)) => false,
            Tree::Folder { root, files, .. } => {
                files.stat(&Self::on_disk(root, path)).is_some_and(|stat| stat.is_folder)
            }
            Tree::Members(_) => matches!(self.resolve(path), Resolved::Folder(_)),
        }
    }

    /// The names in a folder, sorted by their code points; none where it is no folder. Links are followed to it.
    pub fn list(&self, folder: &str) -> Result<Vec<String>, Reason> {
        match self {
            Tree::Folder { root, files, stale } => {
                let at = Self::on_disk(root, folder);
                if stale.hides(Path::new(folder)) || files.stat(&at).is_none_or(|stat| !stat.is_folder) {
                    return Ok(Vec::new());
                }
                let mut names = Vec::new();
                for path in files.list(&at).map_err(|error| Reason::unreadable(folder, &error))? {
                    let name = path.file_name().unwrap_or_default().to_str().map(str::to_owned);
                    let name = name.ok_or_else(|| Reason::odd_name(folder))?;
                    if !stale.hides(&Path::new(folder).join(&name)) {
                        names.push(name);
                    }
                }
                Ok(names)
            }
            Tree::Members(_) => {
                let folder = match self.resolve(folder) {
                    Resolved::Folder(folder) => folder,
                    _ => return Ok(Vec::new()),
                };
                let mut names: Vec<String> = Vec::new();
                for rest in self.below(&folder) {
                    let name = rest.split('/').next().unwrap_or(rest);
                    names.push(name.to_owned());
                }
                names.sort();
                names.dedup();
                Ok(names)
            }
        }
    }

    /// The bytes of a file, links followed; nothing where there is no file.
    pub fn read(&self, path: &str) -> Result<Option<Vec<u8>>, Reason> {
        let unreadable = |error: EffectsError| Reason::unreadable(path, &error);
        match self {
            Tree::Folder { root, files, .. } => {
                if !self.is_file(path) {
                    return Ok(None);
                }
                files.read(&Self::on_disk(root, path), TEXT_LIMIT).map(Some).map_err(unreadable)
            }
            Tree::Members(members) => {
                let Resolved::File(path) = self.resolve(path) else { return Ok(None) };
                match members.get(&path).map(|entry| &entry.content) {
                    Some(Content::Bytes(bytes)) => Ok(Some(bytes.to_vec())),
                    Some(Content::File { path, .. }) => Files.read(path, TEXT_LIMIT).map(Some).map_err(unreadable),
                    _ => Ok(None),
                }
            }
        }
    }

    /// The text of a file as Python reads it: UTF-8, every end of a line a line feed; nothing where there is no file.
    pub fn read_text(&self, path: &str) -> Result<Option<String>, Reason> {
        let Some(bytes) = self.read(path)? else { return Ok(None) };
        let text = String::from_utf8(bytes)
            .map_err(|_| Reason::new(format!("the file `{path}`"), "it is not UTF-8".to_owned()))?;
        Ok(Some(text.replace("\r\n", "\n").replace('\r', "\n")))
    }

    /// The permission bits of a file, links followed; an sdist has only executable ones and others.
    pub fn mode(&self, path: &str) -> u32 {
        match self {
            Tree::Folder { root, files, .. } => files.stat(&Self::on_disk(root, path)).map_or(0o644, |stat| stat.mode),
            Tree::Members(members) => match self.resolve(path) {
                Resolved::File(path) if members.get(&path).is_some_and(|entry| entry.executable) => 0o755,
                _ => 0o644,
            },
        }
    }

    /// A file, links followed, as a member at `to`; executable where its owner may execute it.
    pub fn entry(&self, path: &str, to: String) -> Result<Entry, Reason> {
        let missing = || Reason::new(format!("the file `{path}`"), "it is not there".to_owned());
        match self {
            Tree::Folder { root, files, .. } => {
                let at = Self::on_disk(root, path);
                let stat = files.stat(&at).filter(|stat| stat.is_file).ok_or_else(missing)?;
                let content = Content::File { path: at, size: stat.size };
                Ok(Entry { path: to, content, executable: stat.mode & 0o100 != 0 })
            }
            Tree::Members(members) => {
                let Resolved::File(path) = self.resolve(path) else { return Err(missing()) };
                let entry = members.get(&path).ok_or_else(missing)?;
                Ok(Entry { path: to, ..entry.clone() })
            }
        }
    }

    /// A member whose bytes are made up; never executable.
    pub fn made(path: String, bytes: impl Into<Vec<u8>>) -> Entry {
        Entry { path, content: Content::Bytes(Arc::from(bytes.into())), executable: false }
    }
}

/// Where a path leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolved {
    /// To a file of the tree.
    File(String),
    /// To a folder of the tree.
    Folder(String),
    /// Out of the tree.
    Outside,
    /// To nothing, to what is neither file nor folder, or round in circles.
    Missing,
}

/// A path without `.` and `..`; nothing where it leads out of the tree.
pub fn normal(path: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            other => parts.push(other),
        }
    }
    Some(parts.join("/"))
}
