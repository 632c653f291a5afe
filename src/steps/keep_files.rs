//! Copies files into a folder, and keeps only the newest folders beside it.

use std::path::PathBuf;

use serde::Serialize;

use crate::effects::Effects;
use crate::effects::files::What;
use crate::error::Failure;

/// Files to be kept.
#[derive(Debug, Serialize)]
pub struct KeepFiles {
    /// The files.
    pub files: Vec<PathBuf>,
    /// The folder they go to.
    pub dir: PathBuf,
}

impl KeepFiles {
    /// What it does, in the imperative.
    pub fn describe(&self) -> String {
        format!("keep {} in `{}`", crate::report::text::count(self.files.len(), "file"), self.dir.display())
    }

    pub(super) fn carry_out(&self, effects: Effects<'_>) -> Result<Vec<PathBuf>, Failure> {
        effects.files().make_folder(&self.dir)?;
        let mut kept = Vec::new();
        for file in &self.files {
            let target = self.dir.join(file.file_name().unwrap_or_default());
            let bytes = effects.inspect().files().read(file, u64::MAX - 1)?;
            effects.files().replace(&target, &bytes, 0o644)?;
            kept.push(target);
        }
        Ok(kept)
    }
}

/// Folders of runs, of which only the newest stay.
#[derive(Debug, Serialize)]
pub struct KeepNewest {
    /// The folder that holds them.
    pub dir: PathBuf,
    /// How many stay.
    pub count: usize,
}

impl KeepNewest {
    /// What it does, in the imperative.
    pub fn describe(&self) -> String {
        format!("keep the newest {} in `{}`", crate::report::text::count(self.count, "run"), self.dir.display())
    }

    pub(super) fn carry_out(&self, effects: Effects<'_>) -> Result<(), Failure> {
        let files = effects.inspect().files();
        if files.what(&self.dir) != What::Folder {
            return Ok(());
        }
        // Names begin with the time: the order of names is that of time.
        let mut runs: Vec<PathBuf> =
            files.list(&self.dir)?.into_iter().filter(|path| files.what(path) == What::Folder).collect();
        while runs.len() > self.count {
            effects.files().remove_folder(&runs.remove(0))?;
        }
        Ok(())
    }
}
