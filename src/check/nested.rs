//! Archives in archives: read from memory, within limits of their own, so that nothing hides in them.

use crate::archive::{Limits, Seen, read};

use super::nested_zip;
use super::observed::Looking;

/// Bytes of the largest archive that is opened.
pub(super) const LARGEST: usize = 32 << 20;
/// How many archives may hold one another.
const DEEPEST: usize = 2;

/// An archive in the archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nested {
    /// The member, as `outer!inner` where it lies deeper.
    pub member: String,
    /// Why nobody looked into it, if nobody did.
    pub unread: Option<String>,
}

/// What all nested archives of one archive may cost together.
#[derive(Debug, Clone, Copy)]
pub(super) struct Budget {
    /// Bytes that may still be unpacked.
    pub(super) bytes: u64,
    /// Archives that may still be opened.
    pub(super) archives: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Budget { bytes: 1 << 30, archives: 1000 }
    }
}

/// Whether a member is an archive, by its name.
pub(super) fn is_archive(name: &str) -> bool {
    [".whl", ".zip", ".egg", ".jar", ".tar.gz", ".tgz"].iter().any(|suffix| name.ends_with(suffix))
}

/// What the contents of an archive tell, and why they tell nothing if so.
pub(super) fn read(outer: &Looking, member: &str, body: &[u8]) -> (Option<Looking>, Option<String>) {
    if outer.depth >= DEEPEST {
        return (None, Some("too many archives hold one another".to_owned()));
    }
    let Some(archives) = outer.budget.archives.checked_sub(1) else {
        return (None, Some("there are too many archives".to_owned()));
    };
    let fresh = || {
        let budget = Budget { archives, ..outer.budget };
        Looking::inside(format!("{member}!"), outer.depth + 1, budget)
    };
    let is_tar = member.ends_with(".tar.gz") || member.ends_with(".tgz");
    let name = if is_tar { "nested.tar.gz" } else { "nested.whl" };
    let limits = Limits { file: LARGEST as u64, unpacked: outer.budget.bytes, members: 20_000, ..Limits::default() };
    let mut looking = fresh();
    let mut unpacked = 0;
    let scan = read::scan_with(name, &mut &*body, &limits, &mut |seen| {
        unpacked += length(&seen);
        looking.see(seen);
    });
    looking.budget.bytes = looking.budget.bytes.saturating_sub(unpacked);
    if scan.complete {
        return (Some(looking), None);
    }
    let stopped = scan.faults.last().map_or("it cannot be read", |fault| fault.message.as_str()).to_owned();
    if is_tar {
        return (None, Some(stopped));
    }
    // What is no sound wheel may still be a zip: a jar has its sizes behind its data.
    let mut looking = fresh();
    match nested_zip::walk(body, outer.budget.bytes, &mut |seen| looking.see(seen)) {
        Some(unpacked) => {
            looking.budget.bytes = looking.budget.bytes.saturating_sub(unpacked);
            (Some(looking), None)
        }
        None => (None, Some(stopped)),
    }
}

fn length(seen: &Seen<'_>) -> u64 {
    match seen {
        Seen::Bytes(bytes) => bytes.len() as u64,
        Seen::Begin(_) | Seen::End => 0,
    }
}
