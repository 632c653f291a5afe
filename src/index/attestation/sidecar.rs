//! Attestations that lie beside an archive, `NAME.publish.attestation` and `NAME.slsa.attestation`: read, verified, and
//! made into the field `attestations` of the upload form. The names are those of `twine`, `uv` and PyPI's own action.

use std::path::Path;

use serde_json::Value;

use super::publisher::{Held, Predicate, Publisher, judge};
use crate::archive::Sha256;
use crate::config::file::Attestations;
use crate::effects::Inspect;
use crate::effects::files::What;
use crate::error::Failure;
use crate::index::IndexError;

/// More than any attestation: a real one has ten kilobytes.
const LIMIT: u64 = 1024 * 1024;

/// The attestations of one archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sidecars {
    /// The value of the field `attestations`: a JSON array, at most one of each kind.
    pub field: String,
    /// What they are.
    pub held: Vec<Held>,
}

/// The attestations beside an archive, each verified; nothing where there are none, or none are wanted.
///
/// # Errors
/// One does not hold, or is of another file or by somebody else; or there is none and the policy asks for one.
pub fn beside(
    inspect: Inspect<'_>,
    archive: &Path,
    sha256: Sha256,
    policy: Attestations,
    publisher: Option<&Publisher>,
) -> Result<Option<Sidecars>, Failure> {
    if policy == Attestations::Off {
        return Ok(None);
    }
    let name = archive.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let (mut objects, mut held): (Vec<Value>, Vec<Held>) = (Vec::new(), Vec::new());
    for predicate in Predicate::ALL {
        let beside = format!("{name}.{}.attestation", predicate.word());
        let path = archive.with_file_name(&beside);
        if inspect.files().what(&path) != What::File {
            continue;
        }
        let bytes = inspect.files().read(&path, LIMIT)?;
        let refuse = |problem: String| IndexError::Attestation { file: beside.clone(), problem };
        let one = judge(&bytes, (&name, sha256), publisher).map_err(|error| refuse(error.to_string()))?;
        if one.predicate != predicate {
            let problem = format!("its name says `{}`, and it states `{}`", predicate.word(), one.predicate.url());
            return Err(refuse(problem).into());
        }
        objects.push(serde_json::from_slice(&bytes).expect("what was verified is JSON"));
        held.push(one);
    }
    match (objects.is_empty(), policy) {
        (true, Attestations::Require) => Err(IndexError::NoAttestation { file: name }.into()),
        (true, _) => Ok(None),
        (false, _) => Ok(Some(Sidecars { field: Value::Array(objects).to_string(), held })),
    }
}
