//! Trusted publishing: the runner says who the job is (OIDC), and the index gives a token of minutes for it.
//!
//! Only indexes that are known by name get an identity, each with its own audience: another host could ask
//! for one that is good at PyPI and use it there. Follows docs.pypi.org, "Trusted Publishers".

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::{Value, json};

use super::error::IndexError;
use crate::config::targets::Index;
use crate::effects::http::{Url, is_loopback};
use crate::effects::{Effects, Variables};
use crate::secret::Secret;

/// The hosts that get an identity, with the audience that each may ask for.
const AUDIENCES: [(&str, &str); 2] = [("upload.pypi.org", "pypi"), ("test.pypi.org", "testpypi")];

/// What an index matches a publisher by.
const CLAIMS: [&str; 6] = ["repository", "job_workflow_ref", "environment", "event_name", "ref", "sub"];

/// A runner that can say who the job is.
#[derive(Debug, Clone)]
pub struct Runner {
    /// Where to ask.
    url: String,
    /// With what.
    token: Secret,
}

/// Whether this job can prove who it is, and what to do where it cannot.
#[derive(Debug, Clone)]
pub enum Ambient {
    /// It can.
    Runner(Runner),
    /// It cannot; the advice, where there is any.
    Nowhere(Option<&'static str>),
}

/// What the runner of this job offers.
pub fn ambient(variables: &Variables) -> Ambient {
    let is = |name: &str| variables.get(name) == Some("true");
    if is("GITEA_ACTIONS") || is("FORGEJO_ACTIONS") {
        // Gitea says that it is GitHub, too.
        return Ambient::Nowhere(Some(
            "PyPI trusts no runner of Gitea or Forgejo: use a token of this project as a secret of the job",
        ));
    }
    if !is("GITHUB_ACTIONS") {
        return Ambient::Nowhere(None);
    }
    match (variables.get("ACTIONS_ID_TOKEN_REQUEST_URL"), variables.secret("ACTIONS_ID_TOKEN_REQUEST_TOKEN")) {
        (Some(url), Some(token)) => Ambient::Runner(Runner { url: url.to_owned(), token }),
        _ => Ambient::Nowhere(Some("for trusted publishing give this job `permissions: id-token: write`")),
    }
}

/// Whether an index takes identities, by its host.
pub fn is_offered(index: &Index) -> bool {
    let host = host(index);
    is_loopback(&host) || AUDIENCES.iter().any(|(known, _)| *known == host)
}

fn host(index: &Index) -> String {
    Url::parse(&index.upload).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}

/// The address of the index without a path.
fn origin(index: &Index) -> String {
    Url::parse(&index.upload).map(|url| url.origin().ascii_serialization()).unwrap_or_default()
}

/// What an index says of itself.
#[derive(Deserialize)]
struct Audience {
    audience: String,
}

/// What a runner says of a job.
#[derive(Deserialize)]
struct Identity {
    value: String,
}

/// A token of minutes.
#[derive(Deserialize)]
struct Minted {
    token: String,
}

/// Why an index gives none.
#[derive(Deserialize)]
struct Refusal {
    #[serde(default)]
    errors: Vec<Reason>,
}

#[derive(Deserialize)]
struct Reason {
    code: String,
    #[serde(default)]
    description: String,
}

impl Runner {
    /// Gets a token for this job from an index.
    ///
    /// # Errors
    /// The index asks for an audience that it may not have, the runner says nothing, or the index does not
    /// know the publisher.
    pub fn mint(&self, effects: Effects<'_>, index: &Index) -> Result<Secret, IndexError> {
        let audience = self.audience(effects, index)?;
        let identity = self.identity(effects, index, &audience)?;
        effects.inspect().redactor().register(&identity);
        let url = format!("{}/_/oidc/mint-token", origin(index));
        let answer = effects.http().post_json(&url, &json!({"token": identity.reveal()}))?;
        if answer.status == 200
            && let Ok(minted) = serde_json::from_slice::<Minted>(&answer.body)
        {
            let token = Secret::new(&minted.token);
            effects.inspect().redactor().register(&token);
            return Ok(token);
        }
        let reason =
            serde_json::from_slice::<Refusal>(&answer.body).ok().and_then(|refusal| refusal.errors.into_iter().next());
        let reason =
            reason.unwrap_or_else(|| Reason { code: format!("status {}", answer.status), description: String::new() });
        Err(IndexError::Mint {
            index: index.name.clone(),
            code: reason.code,
            description: reason.description,
            claims: claims(identity.reveal()),
        })
    }

    fn audience(&self, effects: Effects<'_>, index: &Index) -> Result<String, IndexError> {
        let refuse = |problem: String| IndexError::NoTrust { index: index.name.clone(), problem };
        let url = format!("{}/_/oidc/audience", origin(index));
        let answer = effects.inspect().http().get(&url, "application/json")?;
        if answer.status != 200 {
            return Err(refuse(format!("`{url}` answers {}", answer.status)));
        }
        let asked = serde_json::from_slice::<Audience>(&answer.body)
            .map_err(|_| refuse(format!("`{url}` names no audience")))?
            .audience;
        let host = host(index);
        let expected = AUDIENCES.iter().find(|(known, _)| *known == host).map(|(_, audience)| *audience);
        match expected {
            Some(expected) if expected == asked => Ok(asked),
            None if is_loopback(&host) && !AUDIENCES.iter().any(|(_, audience)| *audience == asked) => Ok(asked),
            _ => Err(refuse(format!("it asks for an identity for `{asked}`, which is not its own"))),
        }
    }

    fn identity(&self, effects: Effects<'_>, index: &Index, audience: &str) -> Result<Secret, IndexError> {
        let refuse = |problem: String| IndexError::NoTrust { index: index.name.clone(), problem };
        let mut url = Url::parse(&self.url).map_err(|_| refuse("the runner's address is no URL".to_owned()))?;
        url.query_pairs_mut().append_pair("audience", audience);
        let answer = effects.http().get_with_bearer(url.as_str(), &self.token)?;
        match serde_json::from_slice::<Identity>(&answer.body) {
            Ok(identity) if answer.status == 200 => Ok(Secret::new(&identity.value)),
            _ => Err(refuse(format!("the runner answers {} when asked who this job is", answer.status))),
        }
    }
}

/// The claims that indexes match publishers by, as an identity carries them; nothing that is secret.
fn claims(identity: &str) -> Vec<(String, String)> {
    let payload = identity.split('.').nth(1).and_then(|part| URL_SAFE_NO_PAD.decode(part).ok());
    let Some(Value::Object(payload)) = payload.and_then(|bytes| serde_json::from_slice(&bytes).ok()) else {
        return Vec::new();
    };
    let text = |name: &str| payload.get(name).and_then(Value::as_str).map(|value| (name.to_owned(), value.to_owned()));
    CLAIMS.iter().filter_map(|name| text(name)).collect()
}
