//! Attestations of uploads (PEP 740): taken only from the trusted publisher that uploads, and served as provenance.
//!
//! Follows warehouse `attestations/services.py` as of 2026-08-21. Signatures are verified by [`crate::index::attestation`].

use serde_json::{Value, json};

use super::identity::Sender;
use super::refusal::Refusal;
use super::settings::{Attesting, Publisher};
use crate::archive::Sha256;
use crate::index::attestation::{NotSigned, Signed, verify};
use crate::index::words::Meaning;

/// The issuer of identities of GitHub.
const GITHUB: &str = "https://token.actions.githubusercontent.com";
/// What its publishers are called.
const KIND: &str = "GitHub";
/// How many attestations a file may have.
const MOST: usize = 2;

/// Judges the field `attestations` of an upload and returns the provenance that it makes; nothing where there is no
/// such field.
///
/// # Errors
/// What PyPI says instead.
pub(super) fn provenance(
    field: Option<&str>,
    sender: &Sender,
    (file, sha256): (&str, Sha256),
    settings: &Attesting,
) -> Result<Option<Value>, Refusal> {
    let Some(field) = field else { return Ok(None) };
    let publisher = sender.publisher().ok_or(Meaning::AttestationsUntrusted)?;
    if !settings.supported {
        return Err(Refusal::of(Meaning::AttestationsPublisher, [KIND]));
    }
    let malformed = |text: &str| Refusal::of(Meaning::AttestationsMalformed, [text]);
    let attestations: Vec<Value> = serde_json::from_str(field).map_err(|error| malformed(&error.to_string()))?;
    if attestations.is_empty() {
        return Err(Meaning::AttestationsNone.into());
    }
    if attestations.len() > MOST {
        return Err(Refusal::of(Meaning::AttestationsMany, [&MOST.to_string()]));
    }
    if let Some(fault) = &settings.fault {
        return Err(Refusal::of(Meaning::AttestationUnknown, [fault]));
    }
    let mut kinds: Vec<String> = Vec::new();
    for attestation in &attestations {
        let signed = verify(attestation.to_string().as_bytes(), sha256).map_err(|error| match error {
            NotSigned::Form(text) => malformed(&text),
            other => wrong(&other.to_string()),
        })?;
        let kind = judge(&signed, publisher, file)?;
        if !settings.kinds.contains(&kind) {
            return Err(Refusal::of(Meaning::AttestationKind, [&kind]));
        }
        if kinds.contains(&kind) {
            return Err(Refusal::of(Meaning::AttestationTwice, [&kind]));
        }
        kinds.push(kind);
    }
    let publisher = json!({
        "kind": KIND,
        "repository": publisher.repository,
        "workflow": publisher.workflow,
        "environment": publisher.environment.as_deref().unwrap_or_default(),
        "claims": null,
    });
    Ok(Some(json!({
        "version": 1,
        "attestation_bundles": [{"publisher": publisher, "attestations": attestations}],
    })))
}

fn wrong(text: &str) -> Refusal {
    Refusal::of(Meaning::AttestationWrong, [text])
}

/// Whether an attestation whose signature holds is of this publisher and this file; the kind of what it says.
fn judge(signed: &Signed, publisher: &Publisher, file: &str) -> Result<String, Refusal> {
    let repository = format!("https://github.com/{}", publisher.repository);
    let workflow = format!("{repository}/.github/workflows/{}@", publisher.workflow);
    let same = |known: &Option<String>| known.as_ref().is_some_and(|known| known.eq_ignore_ascii_case(&repository));
    let begins = |known: &Option<String>| {
        known
            .as_ref()
            .and_then(|known| known.get(..workflow.len()))
            .is_some_and(|start| start.eq_ignore_ascii_case(&workflow))
    };
    if signed.issuer != GITHUB {
        return Err(wrong("Certificate's OIDC issuer does not match the Trusted Publisher"));
    }
    if !same(&signed.claims.source_repository_uri) {
        return Err(wrong("Certificate's Source Repository URI does not match the Trusted Publisher"));
    }
    if !begins(&signed.claims.build_config_uri) {
        return Err(wrong("Certificate's Build Config URI does not match the Trusted Publisher"));
    }
    match signed.statement["subject"].as_array().map(Vec::as_slice) {
        Some([subject]) if subject["name"] == file => {}
        Some([_]) => return Err(wrong("subject does not match distribution name")),
        _ => return Err(wrong("too many subjects in statement (must be exactly one)")),
    }
    Ok(signed.statement["predicateType"].as_str().unwrap_or_default().to_owned())
}
