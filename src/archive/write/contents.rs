//! What a member holds, as a stream whose size must be the one that was announced.

use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::path::PathBuf;
use std::sync::Arc;

use super::{Content, WriteError};
use crate::effects::{EffectsError, Files};

/// The bytes of one member, read piece by piece.
pub(super) struct Contents {
    from: From,
    left: u64,
    size: u64,
}

enum From {
    Bytes(Arc<[u8]>),
    File(File, PathBuf),
}

impl Contents {
    /// The contents of a member; nothing for a link.
    pub(super) fn open(files: Files, content: &Content) -> Result<Option<Self>, WriteError> {
        let from = match content {
            Content::Bytes(bytes) => From::Bytes(Arc::clone(bytes)),
            Content::File { path, .. } => From::File(files.open(path)?, path.clone()),
            Content::Link(_) => return Ok(None),
        };
        Ok(Some(Contents { from, left: content.size(), size: content.size() }))
    }

    /// Whether nothing is left. A file is known to end there only after [`fill`](Self::fill) has said so.
    pub(super) fn is_empty(&self) -> bool {
        self.left == 0
    }

    /// Appends what is left to `block`, until that has `full` bytes.
    pub(super) fn fill(&mut self, block: &mut Vec<u8>, full: usize) -> Result<(), WriteError> {
        let before = block.len();
        let room = (full - before) as u64;
        let wanted = self.left.min(room);
        let got = match &mut self.from {
            From::Bytes(bytes) => {
                let start = bytes.len() - usize::try_from(self.left).unwrap_or(bytes.len());
                let end = start + usize::try_from(wanted).unwrap_or(bytes.len() - start);
                block.extend_from_slice(&bytes[start..end]);
                wanted
            }
            From::File(file, path) => {
                crate::effects::signals::check()?;
                read(file, wanted, self.left, block)
                    .map_err(|source| EffectsError::Read { path: path.clone(), source })?
            }
        };
        if got != wanted {
            let From::File(_, path) = &self.from else { unreachable!("bytes in memory keep their length") };
            return Err(WriteError::Changed { path: path.clone(), size: self.size });
        }
        self.left -= wanted;
        Ok(())
    }
}

/// Appends so many of the bytes that are `left`; where they are all, one more if there is one, which tells a file that
/// has grown.
fn read(file: &mut File, wanted: u64, left: u64, block: &mut Vec<u8>) -> std::io::Result<u64> {
    let before = block.len();
    // At most a block, whatever was announced.
    let most = usize::try_from(wanted).unwrap_or_default() + usize::from(wanted == left);
    block.resize(before + most, 0);
    let mut end = before;
    while end < block.len() {
        match file.read(&mut block[end..]) {
            Ok(0) => break,
            Ok(count) => end += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    block.truncate(end);
    Ok((end - before) as u64)
}
