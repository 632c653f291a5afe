//! How a flaw reaches the people who install a release: what a lock file says is not what is shipped.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a flaw reaches users, the worst last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Exposure {
    /// A tool of the developers, never installed with a release.
    Dev,
    /// What builds the archives, and the workflows.
    Build,
    /// A dependency whose fix users get without a release: the range of our requirement admits it.
    Floating,
    /// A dependency whose fixes our requirement excludes.
    Capped,
    /// A dependency that our requirement pins to the version with the flaw.
    Pinned,
    /// Code of others inside our archives.
    Bundled,
    /// Our own code.
    Own,
}

impl Exposure {
    /// Whether users of a release carry the flaw until there is another release.
    pub fn is_shipped(self) -> bool {
        self >= Exposure::Capped
    }
}
