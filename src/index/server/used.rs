//! The identities that got a token: each gets one, also after a restart. What has expired is refused for that, and forgotten.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::effects::files::FilesMut;
use crate::effects::{Effects, EffectsError};
use crate::index::IndexError;

/// The file in the folder of an index.
const FILE: &str = "identities.json";
/// Many more identities than are good at once.
const LIMIT: u64 = 64 << 20;
/// How long an identity is remembered beyond its end, in seconds: clocks differ.
const LONGER: i64 = 3600;

/// The numbers (`jti`) of identities that were used, with the seconds at which they end.
pub(super) struct Used {
    path: PathBuf,
    change: FilesMut,
    known: BTreeMap<String, i64>,
}

impl Used {
    pub(super) fn open(effects: Effects<'_>, data: &Path) -> Result<Self, IndexError> {
        let path = data.join(FILE);
        let refuse = |problem: String| IndexError::Record { path: path.display().to_string(), problem };
        let known = match effects.inspect().files().read_text_if_there(&path, LIMIT)? {
            Some(text) => serde_json::from_str(&text).map_err(|error| refuse(error.to_string()))?,
            None => BTreeMap::new(),
        };
        Ok(Used { path, change: effects.files(), known })
    }

    pub(super) fn has(&self, number: &str) -> bool {
        self.known.contains_key(number)
    }

    /// Remembers an identity, before its token is given away.
    ///
    /// # Errors
    /// It cannot be kept.
    pub(super) fn add(&mut self, number: &str, ends: i64, now: i64) -> Result<(), EffectsError> {
        self.known.retain(|_, ends| ends.saturating_add(LONGER) > now);
        self.known.insert(number.to_owned(), ends);
        let text = serde_json::to_vec(&self.known).expect("numbers have text as keys");
        self.change.replace(&self.path, &text, 0o600)
    }
}
