//! Reading the ledger; its entries are written by `steps/record.rs`.

use serde::Serialize;

use crate::effects::Git;
use crate::effects::error::EffectsError;
use crate::steps::record::{LEDGER, RECORD_FILE, Record};

/// An entry with the commit that holds it.
#[derive(Debug, Serialize)]
pub struct Entry {
    /// The commit on the ledger's reference; it chains the entries.
    pub commit: String,
    /// What it says.
    #[serde(flatten)]
    pub record: Record,
}

/// All entries, newest first. An entry of a newer format is left out.
///
/// # Errors
/// The reference names something that is no ledger.
pub fn read(git: &Git) -> Result<Vec<Entry>, EffectsError> {
    let chain = git.chain(LEDGER, RECORD_FILE)?;
    Ok(chain
        .into_iter()
        .filter_map(|(commit, bytes)| Some(Entry { commit, record: serde_json::from_slice(&bytes).ok()? }))
        .collect())
}
