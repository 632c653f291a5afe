//! Changing the folder of an embedded index from outside: a token for a user, a version that is yanked.

use std::path::PathBuf;

use serde::Serialize;

use crate::effects::Effects;
use crate::error::Failure;
use crate::index::server::{TokenFor, make_token, yank};
use crate::python::name::ProjectName;
use crate::python::version::Version;

/// What is to be done to an index.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tend {
    /// A token in a file.
    Token {
        /// For whom.
        #[serde(skip)]
        wanted: TokenFor,
        /// The file.
        output: PathBuf,
    },
    /// A version that is not installed any more unless somebody asks for it.
    Yank {
        /// The project.
        project: ProjectName,
        /// The version.
        #[serde(skip)]
        version: Version,
        /// Why; empty for no reason.
        reason: String,
    },
}

/// A change of the folder of an index.
#[derive(Debug, Serialize)]
pub struct TendIndex {
    /// Its folder.
    pub data: PathBuf,
    /// What is to be done.
    pub tend: Tend,
}

impl TendIndex {
    pub(super) fn describe(&self) -> String {
        match &self.tend {
            Tend::Token { wanted, output } => format!("write a token for `{}` to `{}`", wanted.user, output.display()),
            Tend::Yank { project, version, .. } => format!("yank {project} {version} in `{}`", self.data.display()),
        }
    }

    /// Does it; whether anything was changed.
    pub(super) fn carry_out(&self, effects: Effects<'_>) -> Result<bool, Failure> {
        let files = effects.files();
        match &self.tend {
            Tend::Token { wanted, output } => {
                let token = make_token(effects, &self.data, wanted)?;
                if let Some(folder) = output.parent() {
                    files.make_folder(folder)?;
                }
                files.replace(output, token.reveal().as_bytes(), 0o600)?;
                Ok(true)
            }
            Tend::Yank { project, version, reason } => Ok(yank(effects, &self.data, (project, version), reason)?),
        }
    }
}
