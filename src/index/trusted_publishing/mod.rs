//! Trusted publishing: whoever runs the job says who it is (OIDC), and the index gives a token of minutes for it.
//!
//! Only indexes that are known by name, or that the configuration sends an identity to, get one, each with its own
//! audience: another host could ask for one that is good at PyPI and use it there. Follows docs.pypi.org, "Trusted
//! Publishers", and PEP 807 where an index has that. Who says who the job is, is in [`provider`]; what the index
//! compares and what its refusals mean in [`claims`].

pub mod claims;
pub mod provider;

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::fmt::rfc2822;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde_json::json;

pub use provider::{Ambient, Provider, ambient};

use super::credential::Credential;
use super::error::IndexError;
use crate::archive::Sha256;
use crate::config::file::Identity;
use crate::config::targets::Index;
use crate::effects::http::{Answer, Url, is_loopback};
use crate::effects::{Effects, EffectsError, Inspect};
use crate::secret::Secret;

/// The hosts that get an identity, with the audience that each may ask for.
const AUDIENCES: [(&str, &str); 2] = [("upload.pypi.org", "pypi"), ("test.pypi.org", "testpypi")];
/// Audiences of others: an identity for one of them is good there, whoever asked for it.
const OF_OTHERS: [&str; 3] = ["pypi", "testpypi", "sigstore"];
/// What such a token is called as a source.
pub const SOURCE: &str = "trusted publishing";
/// A token with less time left than this is replaced before it is used.
const SHORT: Duration = Duration::from_secs(120);
/// How long a token is good where the index does not say.
const USUAL: Duration = Duration::from_secs(900);
/// Answers of the audience are small.
const ACCEPT: &str = "application/json";

/// Whether an index takes identities, by its host and its own setting.
pub fn is_offered(index: &Index) -> bool {
    match index.identity {
        Some(Identity::None) => false,
        Some(_) => true,
        None => is_loopback(&index.host()) || expected(index).is_some(),
    }
}

/// The audience that an index may ask for, where it is known.
pub fn expected(index: &Index) -> Option<&'static str> {
    let host = index.host();
    AUDIENCES.iter().find(|(known, _)| *known == host).map(|(_, audience)| *audience)
}

/// Whether an index that nobody knows by name says that it takes identities: asked before anything is planned with it.
pub fn is_accepted(inspect: Inspect<'_>, index: &Index) -> bool {
    expected(index).is_some() || index.identity.is_some() || endpoints(inspect, index).is_ok()
}

/// Where an index tells its audience and mints tokens.
struct Endpoints {
    audience: String,
    mint: String,
}

/// What PEP 807 says of an index.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Discovered {
    audience_endpoint: String,
    token_mint_endpoint: String,
}

/// What an index says of itself.
#[derive(Deserialize)]
struct Audience {
    audience: String,
}

/// Finds the two endpoints, and the audience; PyPI's own paths where the index knows nothing of PEP 807.
fn endpoints(inspect: Inspect<'_>, index: &Index) -> Result<(Endpoints, String), IndexError> {
    let refuse = |problem: String| IndexError::NoTrust { index: index.name.clone(), problem };
    let upload = Url::parse(&index.upload).map_err(|_| refuse(format!("`{}` is no URL", index.upload)))?;
    let origin = upload.origin().ascii_serialization();
    let path = utf8_percent_encode(upload.path(), NON_ALPHANUMERIC);
    let known = inspect.http().get(&format!("{origin}/.well-known/pytp?discover={path}"), ACCEPT)?;
    let found = match serde_json::from_slice::<Discovered>(&known.body) {
        Ok(found) if known.status == 200 => {
            // An identity goes to the index itself, whatever it says.
            let own = |url: &str| upload.join(url).ok().filter(|url| url.origin() == upload.origin());
            let both = own(&found.audience_endpoint).zip(own(&found.token_mint_endpoint));
            let (audience, mint) = both.ok_or_else(|| refuse("it sends identities to another host".to_owned()))?;
            Endpoints { audience: audience.to_string(), mint: mint.to_string() }
        }
        _ => Endpoints { audience: format!("{origin}/_/oidc/audience"), mint: format!("{origin}/_/oidc/mint-token") },
    };
    let answer = inspect.http().get(&found.audience, ACCEPT)?;
    match answer.status {
        200 => {}
        403 => return Err(refuse("it has trusted publishing switched off".to_owned())),
        404 => return Err(refuse("it knows no trusted publishing".to_owned())),
        status => return Err(refuse(format!("`{}` answers {status}", found.audience))),
    }
    let asked = serde_json::from_slice::<Audience>(&answer.body)
        .map_err(|_| refuse(format!("`{}` names no audience", found.audience)))?
        .audience;
    match may_ask(index, &upload, &asked) {
        true => Ok((found, asked)),
        false => Err(refuse(format!("it asks for an identity for `{asked}`, which is not its own"))),
    }
}

/// Whether an index may ask for an identity for this audience: PyPI for its own, others for themselves. One on this machine
/// may call itself what it likes, as long as nobody else is called so.
fn may_ask(index: &Index, upload: &Url, asked: &str) -> bool {
    if let Some(expected) = expected(index) {
        return expected == asked;
    }
    // Variables of GitLab know neither large letters nor signs.
    let is_of_others = OF_OTHERS.iter().any(|other| provider::variable_of(other) == provider::variable_of(asked));
    let origin = upload.origin().ascii_serialization();
    let is_own = [upload.host_str().unwrap_or_default(), &origin, &index.name].contains(&asked);
    is_offered(index) && !is_of_others && (is_own || is_loopback(&index.host()))
}

/// A token of minutes, as the index gives it.
#[derive(Deserialize)]
struct Given {
    token: String,
    expires: Option<i64>,
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

/// A token, and how long it is good by the clock of this program, which nobody can set.
#[derive(Debug, Clone)]
struct Minted {
    credential: Credential,
    until: u128,
}

/// The right of this job: a token that is got when it is first needed, and again when its time runs short.
#[derive(Debug)]
pub struct Trusted {
    /// Who says who this job is.
    pub provider: Provider,
    minted: Mutex<Option<Minted>>,
    /// The digests of identities that were handed in: each is good for one token.
    used: Mutex<Vec<Sha256>>,
}

impl Trusted {
    /// The right of a job.
    pub fn new(provider: Provider) -> Self {
        Trusted { provider, minted: Mutex::default(), used: Mutex::default() }
    }

    /// The token for the next file.
    ///
    /// # Errors
    /// The index asks for an audience that it may not have, nobody says who the job is, or the index does not know
    /// the publisher.
    pub fn token(&self, effects: Effects<'_>, index: &Index) -> Result<Credential, IndexError> {
        self.good(effects, index, |_| true)
    }

    /// Another token in place of one that the index calls expired; the one of now where somebody else replaced it
    /// meanwhile.
    ///
    /// # Errors
    /// As [`Trusted::token`].
    pub fn renewed(&self, effects: Effects<'_>, index: &Index, refused: &Credential) -> Result<Credential, IndexError> {
        self.good(effects, index, |known| known.credential.basic.password != refused.basic.password)
    }

    /// The token of now where it fits and is good for long enough, else a new one.
    fn good(
        &self,
        effects: Effects<'_>,
        index: &Index,
        fits: impl Fn(&Minted) -> bool,
    ) -> Result<Credential, IndexError> {
        let mut minted = self.minted.lock().unwrap_or_else(PoisonError::into_inner);
        let now = effects.inspect().clock().elapsed();
        let known = minted.clone().filter(|known| known.until > now && fits(known));
        if let Some(known) = known.as_ref().filter(|known| known.until > now + SHORT.as_millis()) {
            return Ok(known.credential.clone());
        }
        match (self.mint(effects, index), known) {
            (Ok(new), _) => Ok(minted.insert(new).credential.clone()),
            // Where there is one identity a job, the token of before is the only one, and good for a while yet.
            (Err(_), Some(known)) => Ok(known.credential),
            (Err(error), None) => Err(error),
        }
    }

    /// Gets a token. An identity whose answer was lost is used up, so the second attempt begins with a new one.
    fn mint(&self, effects: Effects<'_>, index: &Index) -> Result<Minted, IndexError> {
        let (endpoints, audience) = endpoints(effects.inspect(), index)?;
        match self.mint_once(effects, index, (&endpoints, &audience)) {
            Err(IndexError::Mint { code, .. }) if code.starts_with("status 5") => {}
            Err(IndexError::Effects(EffectsError::NoAnswer { .. })) => {}
            other => return other,
        }
        effects.inspect().clock().sleep(Duration::from_secs(1));
        self.mint_once(effects, index, (&endpoints, &audience))
    }

    fn mint_once(
        &self,
        effects: Effects<'_>,
        index: &Index,
        (endpoints, audience): (&Endpoints, &str),
    ) -> Result<Minted, IndexError> {
        let inspect = effects.inspect();
        let identity = self.provider.identity(effects, index, audience)?;
        inspect.terminal().hide(&identity);
        self.use_up(index, &identity)?;
        let claims = claims::of(&identity);
        for warning in claims::warnings(&claims) {
            inspect.warn(warning);
        }
        let answer = effects.http().post_json(&endpoints.mint, &json!({"token": identity.reveal()}))?;
        if answer.status == 200
            && let Ok(given) = serde_json::from_slice::<Given>(&answer.body)
        {
            let token = Secret::new(&given.token);
            inspect.terminal().hide(&token);
            if token.is_empty() || token.reveal().contains(|c: char| c.is_whitespace() || c.is_control()) {
                let problem = "what it gives is no token".to_owned();
                return Err(IndexError::NoTrust { index: index.name.clone(), problem });
            }
            let until = inspect.clock().elapsed() + life(inspect, &answer, given.expires).as_millis();
            return Ok(Minted { credential: Credential::token(token, SOURCE), until });
        }
        let refusal = serde_json::from_slice::<Refusal>(&answer.body).ok();
        let reason = refusal.and_then(|refusal| refusal.errors.into_iter().next());
        let reason =
            reason.unwrap_or_else(|| Reason { code: format!("status {}", answer.status), description: String::new() });
        Err(IndexError::Mint { index: index.name.clone(), code: reason.code, description: reason.description, claims })
    }

    /// Refuses an identity that was handed in before: the index would.
    fn use_up(&self, index: &Index, identity: &Secret) -> Result<(), IndexError> {
        let digest = Sha256::of(identity.reveal().as_bytes());
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        if used.contains(&digest) {
            let problem = format!("{} has one identity for this job, and it is used", self.provider.name());
            return Err(IndexError::NoTrust { index: index.name.clone(), problem });
        }
        used.push(digest);
        Ok(())
    }
}

/// How long a token is good, counted from the index's own time of day: the clock of this machine may be wrong.
fn life(inspect: Inspect<'_>, answer: &Answer, expires: Option<i64>) -> Duration {
    let theirs = answer.date.as_deref().and_then(|text| rfc2822::parse(text).ok()).map(|date| date.timestamp());
    let now = theirs.unwrap_or_else(|| inspect.clock().now()).as_second();
    expires.map_or(USUAL, |expires| Duration::from_secs(u64::try_from(expires.saturating_sub(now)).unwrap_or(0)))
}
