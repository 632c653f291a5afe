//! A file that is held open: it is read from its start as often as needed, by several at once, and what happens to its
//! name meanwhile does not matter.

use std::fs::File;
use std::io::Read;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

use super::error::EffectsError;
use super::files::Files;

/// A file that is held open.
#[derive(Debug, Clone)]
pub struct Held {
    file: Arc<File>,
}

impl Files {
    /// Opens a file and holds it.
    ///
    /// # Errors
    /// It cannot be opened.
    pub fn hold(self, path: &Path) -> Result<Held, EffectsError> {
        Ok(Held { file: Arc::new(self.open(path)?) })
    }
}

impl Held {
    /// Its bytes from the start.
    pub fn reader(&self) -> Reading {
        Reading { file: Arc::clone(&self.file), at: 0 }
    }
}

/// The bytes of a held file. It has a place of its own: other readers of the same file do not move it.
#[derive(Debug)]
pub struct Reading {
    file: Arc<File>,
    at: u64,
}

impl Read for Reading {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.file.read_at(buffer, self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}
