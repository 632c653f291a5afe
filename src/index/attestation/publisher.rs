//! Whether an attestation is one of this file by those who publish this project: any valid signature is one of
//! somebody. Follows PEP 740 and, for who is meant, PyPI's rules of trusted publishing on GitHub.

use jiff::Timestamp;
use serde_json::Value;

use super::{NotSigned, Signed, verify};
use crate::archive::Sha256;

/// Who vouches for the jobs of GitHub.
pub const GITHUB: &str = "https://token.actions.githubusercontent.com";

/// What an attestation of PEP 740 states.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Predicate {
    /// That it was published.
    Publish,
    /// What it was built from.
    Slsa,
}

impl Predicate {
    /// Both, as PyPI takes them.
    pub const ALL: [Predicate; 2] = [Predicate::Publish, Predicate::Slsa];

    /// As statements name it.
    pub fn url(self) -> &'static str {
        match self {
            Predicate::Publish => "https://docs.pypi.org/attestations/publish/v1",
            Predicate::Slsa => "https://slsa.dev/provenance/v1",
        }
    }

    /// As the names of files beside archives have it.
    pub fn word(self) -> &'static str {
        match self {
            Predicate::Publish => "publish",
            Predicate::Slsa => "slsa",
        }
    }
}

/// Who may sign for a project, as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Publisher {
    /// The repository: `https://github.com/ana/acme`.
    pub repository: String,
    /// The name of the workflow's file, where it is known.
    pub workflow: Option<String>,
    /// The references that releases are made on; empty: any.
    pub references: Vec<String>,
    /// The commit of the release, where it is known.
    pub commit: Option<String>,
}

/// An attestation that is what it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// What it states.
    pub predicate: Predicate,
    /// The repository of the job that signed.
    pub repository: String,
    /// The name of its workflow's file.
    pub workflow: String,
    /// The branch or tag that it ran on.
    pub reference: String,
    /// When the log took it.
    pub logged: Timestamp,
}

/// Why an attestation is not one of this file by this project.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotOurs {
    /// It proves nothing.
    #[error(transparent)]
    NotSigned(#[from] NotSigned),
    /// It is no statement about files.
    #[error("it states nothing in the form of in-toto 1: its type is `{0}`")]
    Statement(String),
    /// One file is allowed.
    #[error("it is about {0} files, and one is what it may be about")]
    Subjects(usize),
    /// It is about a file of another name.
    #[error("it is about `{0}`")]
    Subject(String),
    /// It is about other bytes.
    #[error("it is about other bytes: sha256 {0}")]
    Digest(String),
    /// It states something else.
    #[error("it states `{0}`, which is neither publishing nor provenance of SLSA")]
    Predicate(String),
    /// It says more than a statement of publishing may.
    #[error("it is of publishing, and says more than that")]
    MoreThanPublishing,
    /// Somebody else vouches for the signer.
    #[error("`{0}` vouches for who signed it, not GitHub")]
    Issuer(String),
    /// A part of the identity is missing or another one.
    #[error("its {part} is `{found}`, and {expected} was expected")]
    Identity {
        /// Which.
        part: &'static str,
        /// What the certificate says.
        found: String,
        /// What it should say.
        expected: String,
    },
}

/// Verifies an attestation of a file and that it is of those who may publish it. Without a publisher only what GitHub
/// vouches for is looked at.
///
/// # Errors
/// It proves nothing, is about something else, or was signed by somebody else.
pub fn judge(
    attestation: &[u8],
    (file, sha256): (&str, Sha256),
    publisher: Option<&Publisher>,
) -> Result<Held, NotOurs> {
    belongs(&verify(attestation, sha256)?, (file, sha256), publisher)
}

/// The same for one whose signature was verified.
///
/// # Errors
/// It is about something else, or was signed by somebody else.
pub fn belongs(
    signed: &Signed,
    (file, sha256): (&str, Sha256),
    publisher: Option<&Publisher>,
) -> Result<Held, NotOurs> {
    let predicate = stated(&signed.statement, (file, sha256))?;
    if signed.issuer != GITHUB {
        return Err(NotOurs::Issuer(signed.issuer.clone()));
    }
    let claims = &signed.claims;
    let text = |claim: &Option<String>| claim.clone().unwrap_or_default();
    let (repository, reference) = (text(&claims.source_repository_uri), text(&claims.source_repository_ref));
    let config = text(&claims.build_config_uri);
    let workflow = workflow_of(&config, &repository).unwrap_or_default();
    let differs =
        |part, found: &str, expected: String| Err(NotOurs::Identity { part, found: found.to_owned(), expected });
    if repository.is_empty() {
        return differs("repository", "", "one on GitHub".to_owned());
    }
    if let Some(publisher) = publisher {
        // GitHub takes names in any case.
        if !repository.eq_ignore_ascii_case(&publisher.repository) {
            return differs("repository", &repository, format!("`{}`", publisher.repository));
        }
        if let Some(commit) = &publisher.commit
            && claims.source_repository_digest.as_ref() != Some(commit)
        {
            return differs("commit", &text(&claims.source_repository_digest), format!("`{commit}`"));
        }
        if !publisher.references.is_empty() && !publisher.references.contains(&reference) {
            let expected: Vec<String> = publisher.references.iter().map(|name| format!("`{name}`")).collect();
            return differs("reference", &reference, expected.join(" or "));
        }
    }
    let expected = publisher.and_then(|publisher| publisher.workflow.clone());
    if workflow.is_empty() || expected.as_ref().is_some_and(|expected| *expected != workflow) {
        let expected = expected.map_or_else(|| "one of the repository".to_owned(), |name| format!("`{name}`"));
        return differs("workflow", if workflow.is_empty() { &config } else { &workflow }, expected);
    }
    Ok(Held { predicate, repository, workflow, reference, logged: signed.logged })
}

/// What a statement says about a file.
fn stated(statement: &Value, (file, sha256): (&str, Sha256)) -> Result<Predicate, NotOurs> {
    let kind = statement["_type"].as_str().unwrap_or_default();
    if kind != "https://in-toto.io/Statement/v1" {
        return Err(NotOurs::Statement(kind.to_owned()));
    }
    let subjects = statement["subject"].as_array().map(Vec::as_slice).unwrap_or_default();
    let [subject] = subjects else { return Err(NotOurs::Subjects(subjects.len())) };
    let name = subject["name"].as_str().unwrap_or_default();
    if name != file {
        return Err(NotOurs::Subject(name.to_owned()));
    }
    let digest = subject["digest"]["sha256"].as_str().unwrap_or_default();
    if Sha256::from_hex(digest) != Some(sha256) {
        return Err(NotOurs::Digest(digest.to_owned()));
    }
    let told = statement["predicateType"].as_str().unwrap_or_default();
    let predicate = Predicate::ALL.into_iter().find(|predicate| predicate.url() == told);
    let predicate = predicate.ok_or_else(|| NotOurs::Predicate(told.to_owned()))?;
    let content = &statement["predicate"];
    let empty = content.is_null() || content.as_object().is_some_and(serde_json::Map::is_empty);
    match predicate == Predicate::Publish && !empty {
        true => Err(NotOurs::MoreThanPublishing),
        false => Ok(predicate),
    }
}

/// The name of the file in `REPOSITORY/.github/workflows/NAME@REF`.
fn workflow_of(config: &str, repository: &str) -> Option<String> {
    let start = config.get(..repository.len()).filter(|start| start.eq_ignore_ascii_case(repository))?;
    let rest = config[start.len()..].strip_prefix("/.github/workflows/")?;
    let (name, _) = rest.split_once('@')?;
    (!name.is_empty() && !name.contains('/')).then(|| name.to_owned())
}
