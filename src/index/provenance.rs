//! What an index says of who published a file: the attestations it was given, and the publisher that it knew (PEP 740,
//! PyPI's integrity API). Reads only; whether they hold is judged in [`super::attestation::publisher`].

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value;

use super::error::IndexError;
use crate::config::targets::Index;
use crate::effects::http::{HttpLook, Url};

const ACCEPT: &str = "application/vnd.pypi.integrity.v1+json, application/json;q=0.5";

/// More than any document of provenance.
const LIMIT: u64 = 4 * 1024 * 1024;

/// More bundles, or attestations in one, than these are not looked at.
const MOST: usize = 8;

/// Who published a file, in the words of the index.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub struct Known {
    /// The kind: `GitHub`.
    pub kind: String,
    /// `owner/name`, where the kind has it.
    #[serde(default)]
    pub repository: Option<String>,
    /// The name of the workflow's file.
    #[serde(default)]
    pub workflow: Option<String>,
}

impl Known {
    /// One line for people.
    pub fn told(&self) -> String {
        let parts = [self.repository.as_deref(), self.workflow.as_deref()];
        let more: Vec<&str> = parts.into_iter().flatten().collect();
        format!("{} {}", self.kind, more.join(", ")).trim_end().to_owned()
    }
}

/// The attestations of one publisher.
#[derive(Debug, Clone, Deserialize)]
pub struct Bundle {
    /// Who it is.
    pub publisher: Known,
    /// The attestations, as they were given.
    pub attestations: Vec<Value>,
}

/// What an index says of one file.
#[derive(Debug, Clone, Deserialize)]
pub struct Provenance {
    version: u32,
    /// One bundle a publisher.
    #[serde(rename = "attestation_bundles")]
    pub bundles: Vec<Bundle>,
}

/// How a release stands to the one before it, as PyPI tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// No file of it has provenance, and none of the release before.
    None,
    /// Every file has, by the same publisher.
    Full,
    /// Only some have.
    Partial(Vec<String>),
    /// Files are by different publishers.
    Inconsistent(Vec<String>),
    /// The release before had it, and this one has none.
    Lost,
    /// The publisher is another than that of the release before.
    Changed {
        /// That one.
        before: String,
        /// This one.
        now: String,
    },
}

/// Asks for the provenance of a file; nothing where the index has none.
///
/// # Errors
/// It does not answer, is asked elsewhere than on the index, or answers with something else.
pub fn of(http: HttpLook<'_>, index: &Index, url: &str) -> Result<Option<Provenance>, IndexError> {
    let refuse = |problem: &str| IndexError::Provenance { url: url.to_owned(), problem: problem.to_owned() };
    let origin = |text: &str| Url::parse(text).ok().map(|url| url.origin());
    if origin(url).is_none() || origin(url) != origin(&index.simple) {
        return Err(refuse("it is not on the index itself"));
    }
    let answer = http.get_up_to(url, ACCEPT, LIMIT)?;
    match answer.status {
        200 => {}
        404 => return Ok(None),
        status => return Err(IndexError::Listing { url: url.to_owned(), status }),
    }
    let found: Provenance = serde_json::from_slice(&answer.body).map_err(|error| refuse(&error.to_string()))?;
    if found.version != 1 {
        return Err(refuse("its version is another than 1"));
    }
    if found.bundles.is_empty() || found.bundles.iter().any(|bundle| bundle.attestations.is_empty()) {
        return Err(refuse("it holds no attestation"));
    }
    if found.bundles.len() > MOST || found.bundles.iter().any(|bundle| bundle.attestations.len() > MOST) {
        return Err(refuse("it holds too many attestations"));
    }
    Ok(Some(found))
}

/// Where PyPI has the provenance of a file, for indexes whose listing does not say it.
pub fn url_of(index: &Index, (project, version, file): (&str, &str, &str)) -> Option<String> {
    let base = index.simple.strip_suffix("/simple/")?;
    Some(format!("{base}/integrity/{project}/{version}/{file}/provenance"))
}

/// How a release stands: the publishers of each of its files, and those of the release before.
pub fn state(files: &[(String, Option<Known>)], before: &[Option<Known>]) -> State {
    let people =
        |known: &mut dyn Iterator<Item = &Option<Known>>| -> BTreeSet<Known> { known.flatten().cloned().collect() };
    let now = people(&mut files.iter().map(|(_, known)| known));
    let before = people(&mut before.iter());
    let told = |known: &BTreeSet<Known>| known.iter().map(Known::told).collect::<Vec<_>>();
    let bare: Vec<String> = files.iter().filter(|(_, known)| known.is_none()).map(|(name, _)| name.clone()).collect();
    match (now.len(), before.is_empty()) {
        (0, true) => State::None,
        (0, false) => State::Lost,
        _ if !bare.is_empty() => State::Partial(bare),
        (2.., _) => State::Inconsistent(told(&now)),
        (1, false) if before.is_disjoint(&now) => {
            State::Changed { before: told(&before).join(", "), now: told(&now).join(", ") }
        }
        _ => State::Full,
    }
}
