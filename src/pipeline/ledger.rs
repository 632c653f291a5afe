//! Reading the ledger; its entries are written by `steps/record.rs`.

use serde::Serialize;

use crate::archive::Sha256;
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
        .filter_map(|(commit, bytes)| Some(Entry { commit, record: serde_json::from_slice(&bytes?).ok()? }))
        .collect())
}

/// An entry as a link of the chain.
#[derive(Debug, Serialize)]
pub struct Link {
    /// The commit that holds it.
    pub commit: String,
    /// The sha256 of the entry.
    pub sha256: String,
    /// What is wrong with it.
    pub problems: Vec<String>,
}

/// Every entry with what is wrong with it, newest first. Entries from before the chain had digests of its own
/// may name none, as long as none before them does.
///
/// # Errors
/// The reference names something that is no ledger.
pub fn chain(git: &Git) -> Result<Vec<Link>, EffectsError> {
    let mut links = Vec::new();
    let mut before: Option<(String, Option<Record>)> = None;
    for (commit, bytes) in git.chain(LEDGER, RECORD_FILE)?.into_iter().rev() {
        let bytes = bytes.unwrap_or_default();
        let sha256 = Sha256::of(&bytes).to_string();
        let record: Option<Record> = serde_json::from_slice(&bytes).ok();
        let mut problems = Vec::new();
        match (&record, &before) {
            (None, _) => problems.push("it cannot be read".to_owned()),
            (Some(record), None) if record.previous.is_some() => {
                problems.push("it names an entry before it, and is the first".to_owned());
            }
            (Some(record), Some((previous, _))) if record.previous.as_ref().is_some_and(|named| named != previous) => {
                problems.push("the entry before it is not the one that it names".to_owned());
            }
            (Some(record), Some((_, Some(last)))) if record.previous.is_none() && last.previous.is_some() => {
                problems.push("it names no entry before it".to_owned());
            }
            _ => {}
        }
        links.push(Link { commit, sha256: sha256.clone(), problems });
        before = Some((sha256, record));
    }
    links.reverse();
    Ok(links)
}
