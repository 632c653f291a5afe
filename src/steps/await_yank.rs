//! Waits until an index shows every file of a release as yanked (PEP 592). No index lets a program yank: a person does
//! it on a page, and this sees it. What is not yanked in time is the product.

use std::time::Duration;

use serde::Serialize;

use crate::config::targets::Index;
use crate::effects::Effects;
use crate::error::Failure;
use crate::index::Listing;
use crate::index::listing::Seen;
use crate::python::name::ProjectName;
use crate::python::version::Version;
use crate::report::Event;

/// The longest pause between two looks, in seconds.
const LONGEST_PAUSE: u64 = 15;

/// A release to be yanked by somebody.
#[derive(Debug, Serialize)]
pub struct AwaitYank {
    /// The index.
    pub index: Index,
    /// The distribution.
    pub package: ProjectName,
    /// The version.
    pub version: Version,
    /// How long to wait, in seconds.
    pub seconds: u64,
}

/// What the index shows.
#[derive(Debug)]
pub struct Yanked {
    /// The files that are not yanked.
    pub left: Vec<String>,
    /// Why it was yanked, in the words of whoever did it; nothing where they gave no reason.
    pub reason: Option<String>,
}

impl AwaitYank {
    /// What it does, in the imperative.
    pub fn describe(&self) -> String {
        format!("wait until {} {} is yanked on `{}`", self.package, self.version, self.index.name)
    }

    pub(super) fn carry_out(&self, effects: Effects<'_>) -> Result<Yanked, Failure> {
        let inspect = effects.inspect();
        let began = inspect.clock().elapsed();
        let mut pause = 1;
        let mut seen: Option<Seen> = None;
        loop {
            let now = Listing::since(inspect.http(), &self.index, &self.package, seen)?;
            let files: Vec<_> = now.listing.of_version(&self.version).collect();
            let left: Vec<String> =
                files.iter().filter(|file| file.yanked.is_none()).map(|file| file.name.clone()).collect();
            let waited = u64::try_from((inspect.clock().elapsed() - began) / 1_000).unwrap_or(u64::MAX);
            // A release that is not listed for a moment is not a yanked one.
            if (left.is_empty() && !files.is_empty()) || waited >= self.seconds {
                let reason = files.iter().find_map(|file| file.yanked.clone()).filter(|reason| !reason.is_empty());
                return Ok(Yanked { left, reason });
            }
            inspect.tell(&Event::Detail { text: format!("{} not yanked yet, looking again in {pause} s", left.len()) });
            inspect.clock().sleep(Duration::from_secs(pause.min((self.seconds - waited).max(1))));
            pause = (pause * 2).min(LONGEST_PAUSE);
            seen = Some(now);
        }
    }
}
