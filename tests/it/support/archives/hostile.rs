//! Every hostile archive of the corpus, with the findings that it must raise: no more, no fewer.

use super::{hostile_sdists, hostile_wheels};

/// One hostile archive.
pub(crate) struct Case {
    /// Its row in the corpus.
    pub(crate) id: &'static str,
    /// The codes of its findings, sorted.
    pub(crate) codes: Vec<&'static str>,
    pub(crate) file_name: &'static str,
    pub(crate) bytes: Vec<u8>,
}

impl Case {
    pub(crate) fn new(id: &'static str, codes: &'static str, file_name: &'static str, bytes: Vec<u8>) -> Self {
        let mut codes: Vec<&str> = codes.split(' ').collect();
        codes.sort_unstable();
        Case { id, codes, file_name, bytes }
    }
}

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = hostile_wheels::cases();
    cases.extend(hostile_sdists::cases());
    cases
}
