//! What an identity says of a job, what an index compares of it, and what its refusals mean. Only these claims are ever
//! told, never the identity itself.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use crate::effects::Variables;
use crate::secret::Secret;

/// What an index matches a publisher by, of every service that it trusts.
const CLAIMS: [&str; 13] = [
    "iss",
    "repository",
    "repository_owner",
    "workflow_ref",
    "job_workflow_ref",
    "project_path",
    "ci_config_ref_uri",
    "environment",
    "event_name",
    "ref",
    "email",
    "aud",
    "sub",
];
/// No claim is longer.
const LONGEST: usize = 300;

/// Name and value of the claims that an identity carries and an index compares.
pub type Claims = Vec<(String, String)>;

/// Whether an identity is for this audience alone. One that does not say for whom it is, no index takes.
pub fn is_for(identity: &Secret, audience: &str) -> bool {
    match payload(identity).as_ref().and_then(|payload| payload.get("aud")) {
        None => true,
        Some(Value::Array(all)) => all.iter().all(|one| one.as_str() == Some(audience)),
        Some(one) => one.as_str() == Some(audience),
    }
}

fn payload(identity: &Secret) -> Option<Map<String, Value>> {
    let bytes = URL_SAFE_NO_PAD.decode(identity.reveal().split('.').nth(1)?).ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// Reads them; nothing where it is no identity.
pub fn of(identity: &Secret) -> Claims {
    let Some(payload) = payload(identity) else {
        return Claims::new();
    };
    let text = |name: &&str| {
        let value = payload.get(*name).and_then(Value::as_str)?;
        Some(((*name).to_owned(), value.chars().take(LONGEST).collect()))
    };
    CLAIMS.iter().filter_map(text).collect()
}

/// The same as the variables of a job of GitHub tell them, without asking anybody: the environment is not among them.
pub fn of_variables(variables: &Variables) -> Claims {
    let told = [
        ("repository", "GITHUB_REPOSITORY"),
        ("workflow_ref", "GITHUB_WORKFLOW_REF"),
        ("event_name", "GITHUB_EVENT_NAME"),
        ("ref", "GITHUB_REF"),
    ];
    let value = |(claim, name): (&str, &str)| Some((claim.to_owned(), variables.get(name)?.to_owned()));
    told.into_iter().filter_map(value).collect()
}

fn value<'c>(claims: &'c [(String, String)], name: &str) -> Option<&'c str> {
    claims.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

/// The name of the file in `owner/name/.github/workflows/release.yml@refs/tags/v1`.
fn file_of(reference: &str) -> &str {
    let path = reference.split('@').next().unwrap_or_default();
    path.rsplit('/').next().unwrap_or_default()
}

/// What is known not to work, or to work by accident only.
pub fn warnings(claims: &[(String, String)]) -> Vec<String> {
    let mut found = Vec::new();
    if let (Some(job), Some(workflow)) = (value(claims, "job_workflow_ref"), value(claims, "workflow_ref"))
        && job != workflow
    {
        found.push(format!(
            "this job is of the reusable workflow `{job}`, called by `{workflow}`: PyPI compares the former, and takes none from another repository"
        ));
    }
    if value(claims, "event_name") == Some("pull_request_target") {
        found.push("this workflow runs on `pull_request_target`, and PyPI trusts no such run".to_owned());
    }
    found
}

/// What the job said it is, what the index expects, and what to do about a refusal.
pub fn hints(code: &str, claims: &[(String, String)]) -> Vec<String> {
    let mut hints: Vec<String> =
        claims.iter().map(|(name, value)| format!("this job is `{name}`: `{value}`")).collect();
    hints.extend(match code {
        "invalid-publisher" => expected(claims),
        "invalid-pending-publisher" => {
            vec!["the project exists: add the publisher to it instead of a pending one".to_owned()]
        }
        "invalid-reuse-token" => vec!["run the job again: an identity is good for one token".to_owned()],
        "not-enabled" => {
            vec!["use a token of this project: the index has trusted publishing switched off".to_owned()]
        }
        "invalid-token" => vec![
            "run the job again: the index expects an identity that is younger than some minutes and made for itself"
                .to_owned(),
            "if it stays so, compare the clock of the runner, and `aud` with the index".to_owned(),
        ],
        "invalid-payload" => vec![
            "the index trusts GitHub Actions, GitLab.com, Google Cloud and ActiveState: from elsewhere use a token of this project"
                .to_owned(),
        ],
        _ => vec!["run the job again; if it stays so, use a token of this project".to_owned()],
    });
    hints
}

/// What a publisher must say for this job to be it.
fn expected(claims: &[(String, String)]) -> Vec<String> {
    let mut hints = Vec::new();
    if let (Some(repository), Some(job)) = (value(claims, "repository"), value(claims, "job_workflow_ref")) {
        let environment = match value(claims, "environment") {
            Some(name) => format!("environment `{name}` or none"),
            None => "no environment: this job has none".to_owned(),
        };
        hints.push(format!(
            "the index expects a publisher with repository `{repository}`, workflow `{}` and {environment}",
            file_of(job)
        ));
    }
    if value(claims, "event_name") == Some("pull_request_target") {
        hints.push("start the workflow by a tag or by hand: PyPI trusts no run on `pull_request_target`".to_owned());
    }
    hints.push(
        "add a trusted publisher with exactly these values under \"Publishing\" of the project on the index".to_owned(),
    );
    hints
}
