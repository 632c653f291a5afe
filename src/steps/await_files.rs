//! Waits until an index shows the files of a release, with growing pauses. Index lag is no failure: what did
//! not appear in time is the product.

use std::time::Duration;

use serde::Serialize;

use crate::config::targets::Index;
use crate::effects::Effects;
use crate::error::Failure;
use crate::index::Listing;
use crate::index::listing::ListedFile;
use crate::python::name::ProjectName;
use crate::report::Event;

/// Files to wait for.
#[derive(Debug, Serialize)]
pub struct AwaitFiles {
    /// The index.
    pub index: Index,
    /// The distribution.
    pub package: ProjectName,
    /// The names of the files.
    pub files: Vec<String>,
    /// How long to wait, in seconds.
    pub seconds: u64,
}

/// What the index shows.
#[derive(Debug)]
pub struct Shown {
    /// The files that were waited for, as far as they are visible.
    pub files: Vec<ListedFile>,
    /// Those that are not.
    pub missing: Vec<String>,
}

impl AwaitFiles {
    /// What it does, in the imperative.
    pub fn describe(&self) -> String {
        format!("wait until `{}` shows {}", self.index.name, self.files.join(", "))
    }

    pub(super) fn carry_out(&self, effects: Effects<'_>) -> Result<Shown, Failure> {
        let inspect = effects.inspect();
        let began = inspect.clock().elapsed();
        let mut pause = 1;
        loop {
            let listing = Listing::of(inspect.http(), &self.index, &self.package)?;
            let (shown, missing): (Vec<&String>, Vec<&String>) =
                self.files.iter().partition(|name| listing.file(name).is_some());
            let waited = (inspect.clock().elapsed() - began) / 1_000;
            if missing.is_empty() || waited >= u128::from(self.seconds) {
                return Ok(Shown {
                    files: shown.iter().filter_map(|name| listing.file(name).cloned()).collect(),
                    missing: missing.into_iter().cloned().collect(),
                });
            }
            inspect.tell(&Event::Detail {
                text: format!("{} not visible yet, looking again in {pause} s", missing.len()),
            });
            inspect.clock().sleep(Duration::from_secs(pause));
            pause = (pause * 2).min(15);
        }
    }
}
