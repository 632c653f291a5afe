//! Where the code is hosted: GitHub (also Enterprise) and Gitea (also Forgejo). Releases with their assets and
//! notes, workflow runs and dispatches, with one set of types for both.
//!
//! [`place`] says where, `token` with which right, [`release`] what there is and what is missing,
//! [`workflows`] and [`trigger`] what a tag starts, [`issues`] what people are asked; `github` and `gitea` hold what differs. The clients themselves are in `effects/http`.

mod answer;
pub mod error;
mod gitea;
mod github;
pub mod issues;
pub mod notes;
pub mod place;
pub mod release;
mod token;
pub mod trigger;
pub mod workflows;

use serde::de::DeserializeOwned;
use serde_json::Value;

pub use error::ForgeError;
pub use place::Place;

use crate::config::Config;
use crate::effects::git_program::Login;
use crate::effects::http::{Answer, Api, ApiClient, Method, Url};
use crate::effects::{Effects, HttpLook, Inspect};
use crate::secret::Secret;

/// Lists are read up to this many pages; more is no project's.
const PAGES: u32 = 50;

/// A repository on a forge, and the right to work on it.
#[derive(Debug, Clone)]
pub struct Forge {
    /// Where it is.
    pub place: Place,
    /// Where the token came from, where there is one.
    pub token_from: Option<String>,
    api: Api,
}

impl Forge {
    /// The forge of a project, found in the configuration, in Actions, or from the remote `origin`, with the
    /// token that belongs to it, if there is one.
    ///
    /// # Errors
    /// Nothing says which forge it is, or what says it cannot be used.
    pub fn of_project(inspect: Inspect<'_>, config: &Config, dir: &std::path::Path) -> Result<Forge, ForgeError> {
        let place = place::find(inspect, config, dir)?;
        let token = token::find(inspect, &place);
        Ok(Forge::at(place, token))
    }

    /// The forge at a place, with a token and where it came from.
    pub fn at(place: Place, token: Option<(Secret, String)>) -> Forge {
        let client = match place.kind {
            place::Kind::Github => ApiClient::Octocrab,
            place::Kind::Gitea => ApiClient::Plain,
        };
        let (token, token_from) = token.unzip();
        let api = Api { base: place.api.clone(), client, token, origins: place.origins() };
        Forge { place, token_from, api }
    }

    /// Refuses to go on without a token.
    ///
    /// # Errors
    /// [`ForgeError::NoToken`].
    pub fn require_token(&self) -> Result<(), ForgeError> {
        match self.api.token {
            Some(_) => Ok(()),
            None => Err(ForgeError::NoToken {
                place: self.place.to_string(),
                variables: token::variables_of(self.place.kind),
            }),
        }
    }

    /// The token for git, where a remote is an address of this forge that a token may be sent to.
    pub fn login(&self, remote: &str) -> Option<Login> {
        let (remote, web) = (Url::parse(remote).ok()?, Url::parse(&self.place.web).ok()?);
        let token = self.api.token.clone()?;
        let belongs = remote.origin() == web.origin() && remote.password().is_none();
        belongs.then(|| Login { origin: web.origin().ascii_serialization(), token })
    }

    /// The path of something in the repository.
    fn path(&self, below: &str) -> String {
        format!("/repos/{}/{}{below}", self.place.owner, self.place.repository)
    }

    /// The document at a path of the repository, or nothing where there is none.
    fn find<T: DeserializeOwned>(
        &self,
        http: HttpLook<'_>,
        doing: &'static str,
        below: &str,
    ) -> Result<Option<T>, ForgeError> {
        let answer = http.ask_api(&self.api, &self.path(below))?;
        match answer.status {
            404 => Ok(None),
            _ => self.read(doing, &answer).map(Some),
        }
    }

    /// The entries of a list, page by page, until `wanted` is satisfied.
    fn list<T: DeserializeOwned>(
        &self,
        http: HttpLook<'_>,
        doing: &'static str,
        below: &str,
    ) -> Result<Vec<T>, ForgeError> {
        let size = match self.place.kind {
            place::Kind::Github => "per_page=100",
            place::Kind::Gitea => "limit=50",
        };
        let joint = if below.contains('?') { '&' } else { '?' };
        let mut found = Vec::new();
        for page in 1..=PAGES {
            let answer = http.ask_api(&self.api, &self.path(&format!("{below}{joint}{size}&page={page}")))?;
            found.extend(self.read::<Vec<T>>(doing, &answer)?);
            if !answer.more {
                break;
            }
        }
        Ok(found)
    }

    /// Sends a document to a path of the repository.
    fn send(
        &self,
        effects: Effects<'_>,
        doing: &'static str,
        (method, below): (Method, &str),
        body: Option<&Value>,
    ) -> Result<Answer, ForgeError> {
        self.require_token()?;
        let answer = effects.http().change_api(&self.api, method, &self.path(below), body)?;
        match answer.status {
            200..=299 => Ok(answer),
            _ => Err(answer::refusal(self, doing, &answer)),
        }
    }

    /// What an answer holds.
    fn read<T: DeserializeOwned>(&self, doing: &'static str, answer: &Answer) -> Result<T, ForgeError> {
        match answer.status {
            200..=299 => serde_json::from_slice(&answer.body).map_err(|error| ForgeError::Format {
                place: self.place.host(),
                doing,
                problem: error.to_string(),
            }),
            _ => Err(answer::refusal(self, doing, answer)),
        }
    }
}
