//! Opening the embedded index: a folder and a socket on loopback.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use serde::Serialize;

use crate::check::Policy;
use crate::effects::Effects;
use crate::effects::listen::{Handler, Listening};
use crate::error::Failure;
use crate::index::server::Server;
use crate::python::name::ProjectName;

/// An index to be opened.
#[derive(Debug, Serialize)]
pub struct Serve {
    /// Its folder.
    pub data: PathBuf,
    /// The port; 0 takes a free one.
    pub port: u16,
    /// Projects that get a token of their own.
    pub projects: Vec<ProjectName>,
    /// By which rules it takes files.
    #[serde(skip)]
    pub policy: Policy,
}

/// An index that answers; dropping it ends it.
pub struct Serving {
    /// The server.
    pub listening: Listening,
    /// Where it is and how to use it.
    pub address: Address,
}

impl std::fmt::Debug for Serving {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Debug::fmt(&self.address, formatter)
    }
}

/// Where an index is and how to use it.
#[derive(Debug, Clone, Serialize)]
pub struct Address {
    /// The URL that files are posted to.
    pub upload: String,
    /// The URL of its simple API.
    pub simple: String,
    /// The files of its tokens.
    pub tokens: TokenFiles,
    /// Its folder.
    pub data: PathBuf,
}

/// The files of tokens; their values are never shown.
#[derive(Debug, Clone, Serialize)]
pub struct TokenFiles {
    /// For every project.
    pub all: PathBuf,
    /// For one project each, by its normal name.
    pub projects: BTreeMap<String, PathBuf>,
}

impl Serve {
    pub(super) fn describe(&self) -> String {
        let port = match self.port {
            0 => "a free port".to_owned(),
            port => format!("port {port}"),
        };
        format!("serve `{}` on 127.0.0.1, {port}", self.data.display())
    }

    pub(super) fn carry_out(&self, effects: Effects<'_>) -> Result<Serving, Failure> {
        effects.files().make_folder(&self.data)?;
        // Paths that hold from everywhere.
        let data = effects.inspect().files().canonical(&self.data)?;
        let server = Arc::new(Server::open(effects, &data, &self.projects, self.policy.clone())?);
        let tokens = TokenFiles { all: server.user_token(), projects: server.project_tokens().into_iter().collect() };
        let limit = server.body_limit();
        let handler: Handler = Arc::new(move |asked, body| server.answer(asked, body));
        let listening = effects.listen(self.port, limit, handler)?;
        let base = format!("http://{}", listening.address());
        Ok(Serving {
            listening,
            address: Address { upload: format!("{base}/legacy/"), simple: format!("{base}/simple/"), tokens, data },
        })
    }
}
