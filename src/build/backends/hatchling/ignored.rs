//! The files by which version control leaves others out. hatchling reads one `.gitignore` and one `.hgignore`, the
//! nearest from the project upwards, and asks no version control.

use std::path::{Path, PathBuf};

use super::super::super::native::Reason;
use super::super::super::tree::Tree;
use super::patterns::Spec;
use crate::archive::write::{Content, Entry};

const LIMIT: u64 = 16 * 1024 * 1024;

/// Both files, as far as they are there.
pub(super) struct Ignored {
    /// Those in the root of the project.
    pub(super) within: Vec<String>,
    /// Those of folders above, as members of an sdist.
    pub(super) above: Vec<Entry>,
    /// What they say.
    pub(super) lines: Vec<String>,
}

impl Ignored {
    pub(super) fn find(tree: &Tree) -> Result<Ignored, Reason> {
        let mut found = Ignored { within: Vec::new(), above: Vec::new(), lines: Vec::new() };
        for (name, boundary) in [(".gitignore", ".git"), (".hgignore", ".hg")] {
            let text = if let Some(text) = tree.read_text(name)? {
                found.within.push(name.to_owned());
                text
            } else if let Some((path, size)) = above(tree, name, boundary) {
                let text = read_above(tree, &path)?;
                found.above.push(Entry {
                    path: name.to_owned(),
                    content: Content::File { path, size },
                    executable: false,
                });
                text
            } else {
                continue;
            };
            let lines = text.split_inclusive('\n').map(str::to_owned);
            match name {
                ".gitignore" => found.lines.extend(lines),
                _ => found.lines.extend(globs(lines)),
            }
        }
        Ok(found)
    }

    /// What they say of the folder that the project lies in: if they leave it out, nothing of them counts.
    pub(super) fn leave_out(&self, folder: &str) -> Result<bool, Reason> {
        let spec = Spec::new(self.lines.iter().map(String::as_str));
        let spec = spec.map_err(|line| Reason::new("the file `.gitignore`", format!("`{line}` is no pattern")))?;
        Ok(spec.matches(folder))
    }
}

/// The lines of `.hgignore` that are globs.
fn globs(lines: impl Iterator<Item = String>) -> Vec<String> {
    let mut is_glob = false;
    let mut found = Vec::new();
    for line in lines {
        match line.trim() {
            "syntax: glob" => is_glob = true,
            other if other.starts_with("syntax: ") => is_glob = false,
            _ if is_glob => found.push(line),
            _ => {}
        }
    }
    found
}

/// The nearest one above the project, but not above the folder of the repository. An sdist lies below nothing.
fn above(tree: &Tree, name: &str, boundary: &str) -> Option<(PathBuf, u64)> {
    let Tree::Folder { root, files, .. } = tree else { return None };
    let mut folder: &Path = root;
    loop {
        if files.stat(&folder.join(boundary)).is_some() {
            return None;
        }
        folder = folder.parent()?;
        let path = folder.join(name);
        if let Some(stat) = files.stat(&path).filter(|stat| stat.is_file) {
            return Some((path, stat.size));
        }
    }
}

fn read_above(tree: &Tree, path: &Path) -> Result<String, Reason> {
    let Tree::Folder { files, .. } = tree else { return Ok(String::new()) };
    let shown = path.display().to_string();
    let text = files.read_text(path, LIMIT).map_err(|error| Reason::unreadable(&shown, &error))?;
    Ok(text.replace("\r\n", "\n").replace('\r', "\n"))
}
