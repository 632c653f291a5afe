//! Writes files below a folder, each whole or not at all; one that has the content already is left alone.

use std::path::PathBuf;

use serde::Serialize;

use crate::effects::Effects;
use crate::effects::files::What;
use crate::error::Failure;

/// Files to be written.
#[derive(Debug, Serialize)]
pub struct WriteFiles {
    /// The folder.
    pub dir: PathBuf,
    /// Paths below it with their content.
    #[serde(serialize_with = "names")]
    pub files: Vec<(String, Vec<u8>)>,
}

/// Content has no place in a printed plan.
pub(super) fn names<S: serde::Serializer>(files: &[(String, Vec<u8>)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(files.iter().map(|(name, _)| name))
}

impl WriteFiles {
    /// What it does, in the imperative.
    pub fn describe(&self) -> String {
        let names: Vec<&str> = self.files.iter().map(|(name, _)| name.as_str()).collect();
        format!("write {} in `{}`", names.join(", "), self.dir.display())
    }

    /// Returns the files that had another content before.
    pub(super) fn carry_out(&self, effects: Effects<'_>) -> Result<Vec<PathBuf>, Failure> {
        let mut written = Vec::new();
        for (name, bytes) in &self.files {
            let path = self.dir.join(name);
            effects.files().make_folder(path.parent().unwrap_or(&self.dir))?;
            let files = effects.inspect().files();
            if files.what(&path) == What::File && files.read(&path, bytes.len() as u64).is_ok_and(|old| old == *bytes) {
                continue;
            }
            effects.files().replace(&path, bytes, 0o644)?;
            written.push(path);
        }
        Ok(written)
    }
}
