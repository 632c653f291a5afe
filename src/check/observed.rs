//! What stands in the members of an archive, seen while it is read: nobody keeps the members themselves.

use crate::archive::Seen;

/// What was seen.
#[derive(Debug, Default)]
pub struct Observed {
    /// Bytes of members that were looked at.
    pub bytes: u64,
}

/// The look at an archive while it is read.
#[derive(Debug, Default)]
pub(super) struct Looking {
    observed: Observed,
}

impl Looking {
    pub(super) fn see(&mut self, seen: Seen<'_>) {
        if let Seen::Bytes(bytes) = seen {
            self.observed.bytes += bytes.len() as u64;
        }
    }

    pub(super) fn finish(self) -> Observed {
        self.observed
    }
}
