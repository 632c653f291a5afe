//! Trusted publishing: a job that proves who it is gets a token of minutes for the projects that trust it.
//!
//! Follows warehouse `oidc/views.py` and `oidc/models/github.py` as of 2026-08-21, and PEP 807 for finding it. A pending
//! publisher makes its project when it asks for its first token, before any upload, as on PyPI.

use std::sync::PoisonError;

use serde_json::{Value, json};

use super::identity::{Holder, Issued, project_id, publisher_id};
use super::identity_token::{Claims, unverified};
use super::settings::{Pending, Publisher, Settings, Trust};
use super::store::Made;
use super::used::Used;
use super::{Server, names, reply};
use crate::effects::listen::{Answered, Asked, Body};

/// Bytes of a request for a token.
const LIMIT: usize = 256 << 10;

/// Why no token is given: a code and a text, both PyPI's.
type NoToken = (&'static str, String);

fn no<T>(code: &'static str, description: impl Into<String>) -> Result<T, NoToken> {
    Err((code, description.into()))
}

impl Server {
    /// For whom identities must be made out.
    pub(super) fn audience(&self, asked: &Asked, settings: &Settings) -> Answered {
        match &settings.trusted_publishing {
            None => reply::not_found(asked),
            Some(trust) if !trust.enabled => {
                let mut answered = reply::json(
                    "application/json",
                    &json!({"message": "Trusted publishing functionality not enabled"}),
                );
                answered.status = 403;
                answered
            }
            Some(trust) => reply::json("application/json", &json!({"audience": trust.audience})),
        }
    }

    /// Where a client finds the two endpoints (PEP 807).
    pub(super) fn discovery(&self, asked: &Asked, settings: &Settings) -> Answered {
        let is_found = settings.trusted_publishing.as_ref().is_some_and(|trust| trust.discovery && trust.enabled);
        if !is_found || !asked.query.starts_with("discover=") {
            return reply::not_found(asked);
        }
        let base = super::base_of(asked);
        let document = json!({
            "audience-endpoint": format!("{base}/_/oidc/audience"),
            "token-mint-endpoint": format!("{base}/_/oidc/mint-token"),
            "features": [],
        });
        reply::json("application/json", &document)
    }

    /// Gives a token to a job.
    pub(super) fn mint(&self, asked: &Asked, body: &mut Body, settings: &Settings) -> Answered {
        let Some(trust) = &settings.trusted_publishing else {
            return reply::not_found(asked);
        };
        match self.minted(body, settings, trust) {
            Ok(document) => reply::json("application/json", &document),
            Err((code, description)) => {
                let document = json!({
                    "message": "Token request failed",
                    "errors": [{"code": code, "description": description}],
                });
                let mut answered = reply::json("application/json", &document);
                answered.status = 422;
                answered
            }
        }
    }

    fn minted(&self, body: &mut Body, settings: &Settings, trust: &Trust) -> Result<Value, NoToken> {
        let whole = body.whole(LIMIT).or_else(|error| no("invalid-payload", error.to_string()))?;
        let payload: Value =
            serde_json::from_slice(&whole).or_else(|error| no("invalid-payload", format!("Invalid JSON: {error}")))?;
        let Some(token) = payload["token"].as_str() else {
            return no("invalid-payload", "token: Input should be a valid string");
        };
        let Some(claims) = unverified(token) else {
            return no("invalid-payload", "malformed JWT");
        };
        if claims.get("iss").and_then(Value::as_str) != Some(trust.issuer.as_str()) {
            return no("invalid-payload", "unknown trusted publishing issuer");
        }
        if !(trust.enabled && trust.github) {
            return no("not-enabled", "GitHub-based trusted publishing functionality not enabled");
        }
        let Some(claims) = self.issuers.verify(self.doors.inspect(), trust, token) else {
            return no("invalid-token", "malformed or invalid token");
        };
        // One mint at a time: what it looks at must not change until it has ended.
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        self.reify(settings, trust, &claims, &used)?;
        let publishers = self.publishers(settings);
        let all = publishers.iter().map(|(_, publisher)| publisher);
        let publisher = matching(&claims, all, &used)?.clone();
        let now = self.doors.inspect().clock().now().as_second();
        let expires = now + trust.lifetime;
        let projects: Vec<String> = publishers
            .iter()
            .filter(|(_, known)| *known == publisher)
            .map(|(project, _)| project_id(project))
            .collect();
        let caveats = [json!([4, publisher_id(&publisher)]), json!([2, projects]), json!([0, expires, now])];
        let issued = Issued { schema: 1, holder: Holder::Publisher(publisher), expires: Some(expires) };
        let ends = claims.get("exp").and_then(Value::as_i64).unwrap_or(i64::MAX);
        let kept = used.add(text(&claims, "jti"), ends, now);
        kept.or_else(|_| no("invalid-token", "the identity cannot be remembered"))?;
        let token = self.keys.issue(self.doors.change(), &issued, settings.location(), &caveats);
        let token = token.or_else(|_| no("invalid-token", "the token cannot be kept"))?;
        Ok(json!({"success": true, "token": token.reveal(), "expires": expires}))
    }

    /// Makes the project of a pending publisher that fits, if there is one.
    fn reify(&self, settings: &Settings, trust: &Trust, claims: &Claims, used: &Used) -> Result<(), NoToken> {
        let waiting: Vec<(&Pending, Publisher)> = trust
            .pending
            .iter()
            // One that was used is none any more.
            .filter(|pending| {
                let store = self.read();
                let made = store.made(pending.project.normalized());
                made.is_none_or(|made| made.publisher != pending.publisher())
            })
            .map(|pending| (pending, pending.publisher()))
            .collect();
        let Ok(found) = matching(claims, waiting.iter().map(|(_, publisher)| publisher), used) else {
            return Ok(());
        };
        let fits = waiting.iter().find(|(_, publisher)| publisher == found);
        let (pending, publisher) = fits.expect("it was found among them");
        let mut store = self.write();
        if store.has(settings, pending.project.normalized()) {
            return no("invalid-pending-publisher", "valid token, but project already exists");
        }
        let is_free = names::is_given_out(&pending.project, settings, store.projects(settings).into_iter());
        is_free.or_else(|refusal| no("invalid-pending-publisher", refusal.said().1))?;
        let made = Made {
            schema: 1,
            name: pending.project.clone(),
            owner: pending.user.clone(),
            publisher: publisher.clone(),
        };
        store.make(made).or_else(|_| no("invalid-pending-publisher", "the project cannot be made"))
    }

    /// All publishers, each with the normal name of a project that trusts it.
    fn publishers(&self, settings: &Settings) -> Vec<(String, Publisher)> {
        let set = settings.projects.iter().flat_map(|(name, project)| {
            project.publishers.iter().map(move |publisher| (name.clone(), publisher.clone()))
        });
        let store = self.read();
        let made = store.all_made().map(|(name, made)| (name.to_owned(), made.publisher.clone()));
        set.chain(made.collect::<Vec<_>>()).collect()
    }
}

/// A claim as text; empty where it is none.
fn text<'c>(claims: &'c Claims, name: &str) -> &'c str {
    claims.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// The publisher that a job is.
fn matching<'p>(
    claims: &Claims,
    publishers: impl Iterator<Item = &'p Publisher>,
    used: &Used,
) -> Result<&'p Publisher, NoToken> {
    /// What PyPI wants to see of a job of GitHub.
    const NEEDED: [&str; 8] = [
        "event_name",
        "job_workflow_ref",
        "jti",
        "ref",
        "repository",
        "repository_owner",
        "repository_owner_id",
        "sha",
    ];
    let refused =
        |text: String| no("invalid-publisher", format!("valid token, but no corresponding publisher ({text})"));
    if let Some(missing) = NEEDED.into_iter().find(|name| !claims.contains_key(*name)) {
        return refused(format!("Missing claim '{missing}'"));
    }
    let (repository, job) = (text(claims, "repository"), text(claims, "job_workflow_ref"));
    let workflow = job.split('@').next().unwrap_or_default().rsplit('/').next().unwrap_or_default();
    let environment = text(claims, "environment");
    let fits = |publisher: &&Publisher| {
        publisher.repository.eq_ignore_ascii_case(repository)
            && publisher.workflow == workflow
            && publisher.environment.as_ref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(environment))
    };
    // One that names the environment is meant before one that takes any.
    let found = publishers.filter(fits).max_by_key(|publisher| publisher.environment.is_some());
    let Some(publisher) = found else {
        return refused("Publisher with matching claims was not found".to_owned());
    };
    let path = format!("{}/.github/workflows/{}", publisher.repository, publisher.workflow);
    let expected = ["ref", "sha"].map(|claim| format!("{path}@{}", text(claims, claim)));
    if !expected.iter().any(|expected| expected.eq_ignore_ascii_case(job)) {
        let expected = expected.map(|expected| format!("'{expected}'")).join(", ");
        return refused(format!(
            "The job_workflow_ref claim does not match, expecting one of [{expected}], got '{job}'"
        ));
    }
    if text(claims, "event_name") == "pull_request_target" {
        return refused("Publishing from a workflow invoked via 'pull_request_target' is not supported.".to_owned());
    }
    match used.has(text(claims, "jti")) {
        true => no("invalid-reuse-token", "invalid token: already used"),
        false => Ok(publisher),
    }
}
