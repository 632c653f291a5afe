//! What can go wrong while an archive is written.

use std::path::PathBuf;

use crate::archive::shown;
use crate::effects::EffectsError;
use crate::error::{Explain, Kind, Location};

/// An archive could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// A file of a member could not be read.
    #[error(transparent)]
    Effects(#[from] EffectsError),
    /// A file has another size than it had when it was chosen.
    #[error("`{}` changed while the archive was written: it had {size} bytes", path.display())]
    Changed {
        /// The file.
        path: PathBuf,
        /// The size that it had.
        size: u64,
    },
    /// A member that this kind of archive cannot hold.
    #[error("`{path}` cannot be a member of the archive: {problem}")]
    Member {
        /// The path of the member, harmless to show.
        path: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The archive itself could not be written.
    #[error("the archive could not be written")]
    Output(#[source] std::io::Error),
}

impl WriteError {
    pub(super) fn member(path: &str, problem: &'static str) -> Self {
        WriteError::Member { path: shown(path), problem }
    }
}

impl Explain for WriteError {
    fn code(&self) -> &'static str {
        match self {
            WriteError::Effects(error) => error.code(),
            WriteError::Changed { .. } => "write/changed",
            WriteError::Member { .. } => "write/member",
            WriteError::Output(_) => "write/output",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            WriteError::Effects(error) => error.kind(),
            WriteError::Changed { .. } => Kind::Failed,
            WriteError::Member { .. } | WriteError::Output(_) => Kind::Setup,
        }
    }

    fn hints(&self) -> Vec<String> {
        match self {
            WriteError::Effects(error) => error.hints(),
            WriteError::Changed { .. } => vec!["build again when nothing else writes to the project".to_owned()],
            WriteError::Member { .. } => {
                vec!["rename or leave out the file, or build with `--builder isolated`".to_owned()]
            }
            WriteError::Output(_) => vec!["make room on the disk, or name another folder with `--out-dir`".to_owned()],
        }
    }

    fn location(&self) -> Option<Location> {
        match self {
            WriteError::Effects(error) => error.location(),
            WriteError::Changed { path, .. } => Some(Location::file(path.display().to_string())),
            WriteError::Member { .. } | WriteError::Output(_) => None,
        }
    }
}
