//! Identities that an issuer made out for a job: tokens of OpenID Connect, signed with RS256.
//!
//! Follows RFC 7519 (tokens), RFC 7517 (keys) and what PyPI asks of them: one audience, thirty seconds for clocks that differ,
//! and keys that are fetched again at most once a minute.

use std::sync::{Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use serde_json::{Map, Value};

use super::settings::Trust;
use crate::effects::Inspect;

/// Seconds by which clocks may differ.
const LEEWAY: i64 = 30;
/// Milliseconds until keys are fetched again for a key that is not among them.
const AGAIN: u128 = 60_000;
/// Bytes of a set of keys.
const LIMIT: u64 = 1 << 20;
/// Bytes of an identity.
const LONGEST: usize = 64 << 10;

/// What an identity says of a job.
pub(super) type Claims = Map<String, Value>;

/// What an identity says, which nobody has verified; nothing where it is none.
pub(super) fn unverified(token: &str) -> Option<Claims> {
    let (_, claims, _) = parts(token)?;
    Some(claims)
}

/// What is signed, and by what.
type Signature<'t> = (&'t str, Vec<u8>);

/// Header and claims, and the signature of both.
fn parts(token: &str) -> Option<(Claims, Claims, Signature<'_>)> {
    let (signed, signature) = token.rsplit_once('.').filter(|_| token.len() <= LONGEST)?;
    let (header, claims) = signed.split_once('.')?;
    let decode = |part: &str| serde_json::from_slice::<Claims>(&URL_SAFE_NO_PAD.decode(part).ok()?).ok();
    Some((decode(header)?, decode(claims)?, (signed, URL_SAFE_NO_PAD.decode(signature).ok()?)))
}

/// The keys of an issuer: by URL, with the moment at which they were fetched.
#[derive(Debug, Default)]
pub(super) struct Issuers(Mutex<Option<(String, u128, Value)>>);

impl Issuers {
    /// The claims of an identity that the issuer made out for this index and that holds now.
    pub(super) fn verify(&self, inspect: Inspect<'_>, trust: &Trust, token: &str) -> Option<Claims> {
        let (header, claims, (signed, signature)) = parts(token)?;
        if header.get("alg")?.as_str()? != "RS256" {
            return None;
        }
        let key = self.key(inspect, trust, header.get("kid").and_then(Value::as_str))?;
        let number = |name: &str| URL_SAFE_NO_PAD.decode(key.get(name)?.as_str()?).ok();
        let key = RsaPublicKeyComponents { n: number("n")?, e: number("e")? };
        key.verify(&RSA_PKCS1_2048_8192_SHA256, signed.as_bytes(), &signature).ok()?;
        let now = inspect.clock().now().as_second();
        let time = |name: &str| claims.get(name).and_then(Value::as_i64);
        let holds = claims.get("iss")?.as_str()? == trust.issuer
            && claims.get("aud")?.as_str()? == trust.audience
            && now < time("exp")? + LEEWAY
            && time("iat")? <= now + LEEWAY
            && time("nbf").is_none_or(|begins| begins <= now + LEEWAY);
        holds.then_some(claims)
    }

    fn key(&self, inspect: Inspect<'_>, trust: &Trust, id: Option<&str>) -> Option<Value> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = inspect.clock().elapsed();
        let find = |keys: &Value| {
            let keys = keys["keys"].as_array()?;
            keys.iter().find(|key| key["kty"] == "RSA" && id.is_none_or(|id| key["kid"] == id)).cloned()
        };
        if let Some((_, fetched, keys)) = known.as_ref().filter(|(issuer, ..)| *issuer == trust.issuer) {
            let found = find(keys);
            if found.is_some() || now < fetched + AGAIN {
                return found;
            }
        }
        let keys = fetch(inspect, trust)?;
        let found = find(&keys);
        *known = Some((trust.issuer.clone(), now, keys));
        found
    }
}

fn fetch(inspect: Inspect<'_>, trust: &Trust) -> Option<Value> {
    let get = |url: &str| {
        let answer = inspect.http().get_up_to(url, "application/json", LIMIT).ok()?;
        (answer.status == 200).then(|| serde_json::from_slice::<Value>(&answer.body).ok())?
    };
    let url = match &trust.keys {
        Some(url) => url.clone(),
        None => {
            let base = trust.issuer.trim_end_matches('/');
            get(&format!("{base}/.well-known/openid-configuration"))?["jwks_uri"].as_str()?.to_owned()
        }
    };
    get(&url)
}
