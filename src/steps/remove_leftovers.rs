//! Removes what earlier builds left: folders of setuptools, metadata, bytecode, old archives.

use std::path::PathBuf;

use serde::Serialize;

use crate::effects::Effects;
use crate::effects::files::What;
use crate::error::Failure;

/// Leftovers, of which nothing is tracked by git and none is reached through a link.
#[derive(Debug, Serialize)]
pub struct RemoveLeftovers {
    /// The project, below which they lie.
    pub root: PathBuf,
    /// What was found.
    pub leftovers: Vec<Leftover>,
}

/// A file or folder.
#[derive(Debug, Serialize)]
pub struct Leftover {
    /// Its path below the project.
    pub path: PathBuf,
    /// Which file it is: another one in its place is no leftover.
    #[serde(skip)]
    pub identity: Option<(u64, u64)>,
}

impl RemoveLeftovers {
    /// What it does, in the imperative.
    pub fn describe(&self) -> String {
        let paths: Vec<String> = self.leftovers.iter().map(|left| format!("`{}`", left.path.display())).collect();
        format!("remove {}", paths.join(", "))
    }

    /// Returns the paths that were removed, below the project.
    pub(super) fn carry_out(&self, effects: Effects<'_>) -> Result<Vec<PathBuf>, Failure> {
        let (look, files, mut removed) = (effects.inspect().files(), effects.files(), Vec::new());
        for Leftover { path, identity } in &self.leftovers {
            let at = self.root.join(path);
            let folder = at.parent().unwrap_or(&self.root);
            let is_there = look.identity(&at) == *identity && look.canonical(folder).is_ok_and(|real| real == folder);
            match look.what(&at) {
                What::Folder if is_there => files.remove_folder(&at)?,
                What::File if is_there => files.remove_file(&at)?,
                _ => continue,
            }
            removed.push(path.clone());
        }
        Ok(removed)
    }
}
