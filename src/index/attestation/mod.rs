//! Attestations (PEP 740): who signed, in Sigstore's public log, that an archive is theirs.
//!
//! This reads one, verifies its signature, certificate and entry in the log against the trusted root that is built
//! in, and says who signed. Whether that is who may publish the project, and whether the statement names this file and
//! a known kind of predicate, is judged in [`publisher`]. Nothing is asked over the network, and the time is that of the log.

mod provider;
pub mod publisher;
pub mod sidecar;

use jiff::Timestamp;
use serde_json::{Value, json};
use sigstore_verify::crypto::FulcioCiClaims;
use sigstore_verify::trust_root::{SigstoreInstance, TrustedRoot};
use sigstore_verify::types::{Bundle, Sha256Hash};
use sigstore_verify::{VerificationPolicy, Verifier};

use crate::archive::Sha256;

/// What an attestation whose signature holds says about its signer.
#[derive(Debug, Clone)]
pub struct Signed {
    /// Who vouched for the signer: `https://token.actions.githubusercontent.com`.
    pub issuer: String,
    /// The signer: the URL of a workflow, or an address.
    pub identity: String,
    /// What the certificate says about the job, each claim where it has it.
    pub claims: FulcioCiClaims,
    /// When the log took it.
    pub logged: Timestamp,
    /// The statement that was signed (in-toto, version 1).
    pub statement: Value,
}

/// Why an attestation is worth nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotSigned {
    /// It is no attestation of version 1.
    #[error("it is no attestation of version 1: {0}")]
    Form(String),
    /// Its signature, its certificate or its entry in the log does not hold, or is of another file.
    #[error("its signature does not hold: {0}")]
    Signature(String),
    /// It holds as far as it goes, and something that proves when and by whom is not there.
    #[error("it has no {0}")]
    Incomplete(&'static str),
}

/// Verifies the signature of an attestation for a file with this digest.
///
/// # Errors
/// It is none, or does not hold.
pub fn verify(attestation: &[u8], sha256: Sha256) -> Result<Signed, NotSigned> {
    provider::install();
    let attestation: Value = serde_json::from_slice(attestation).map_err(|error| NotSigned::Form(error.to_string()))?;
    if attestation["version"] != 1 {
        return Err(NotSigned::Form("its `version` is another".to_owned()));
    }
    let bundle = bundle(&attestation)?;
    let root = TrustedRoot::from_embedded(SigstoreInstance::PublicGood);
    let verifier = Verifier::new(&root.expect("the root is built in")).expect("its keys are well formed");
    let digest = Sha256Hash::new(*sha256.as_bytes());
    // Who may sign is for the caller to judge, by all that the certificate says.
    let result = verifier.verify(digest, &bundle, &VerificationPolicy::any_identity());
    let result = result.map_err(|error| NotSigned::Signature(error.to_string()))?;
    if !result.certificate_verified() {
        return Err(NotSigned::Incomplete("certificate of Sigstore"));
    }
    if !result.sct_verified() {
        return Err(NotSigned::Incomplete("proof that its certificate was logged"));
    }
    if !result.tlog_verified() {
        return Err(NotSigned::Incomplete("entry in the log"));
    }
    let statement = match &bundle.content {
        sigstore_verify::types::SignatureContent::DsseEnvelope(envelope) => envelope.payload.as_bytes(),
        _ => return Err(NotSigned::Incomplete("statement")),
    };
    Ok(Signed {
        issuer: result.issuer().ok_or(NotSigned::Incomplete("issuer"))?.to_owned(),
        identity: result.identity().ok_or(NotSigned::Incomplete("identity"))?.to_string(),
        claims: result.certificate().ok_or(NotSigned::Incomplete("certificate"))?.ci_claims.clone(),
        logged: result.integrated_time().ok_or(NotSigned::Incomplete("time of the log"))?,
        statement: serde_json::from_slice(statement).map_err(|error| NotSigned::Form(error.to_string()))?,
    })
}

/// The same as a bundle of Sigstore, version 0.3, which is what its tools read.
fn bundle(attestation: &Value) -> Result<Bundle, NotSigned> {
    let material = &attestation["verification_material"];
    let envelope = &attestation["envelope"];
    let bundle = json!({
        "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
        "verificationMaterial": {
            "certificate": {"rawBytes": material["certificate"]},
            "tlogEntries": material["transparency_entries"],
        },
        "dsseEnvelope": {
            "payload": envelope["statement"],
            "payloadType": "application/vnd.in-toto+json",
            "signatures": [{"sig": envelope["signature"]}],
        },
    });
    Bundle::from_json(&bundle.to_string()).map_err(|error| NotSigned::Form(error.to_string()))
}
