//! Waits until an index shows the files of a release, with growing pauses. Index lag is no failure: what did
//! not appear in time is the product, and so is what will never be as it should, which ends the waiting at once.

use std::time::Duration;

use serde::Serialize;

use crate::archive::Sha256;
use crate::config::targets::Index;
use crate::effects::Effects;
use crate::error::Failure;
use crate::index::Listing;
use crate::index::listing::{ListedFile, Seen};
use crate::python::name::ProjectName;
use crate::report::Event;

/// The longest pause between two looks, in seconds.
const LONGEST_PAUSE: u64 = 15;

/// A file that an index should show.
#[derive(Debug, Clone, Serialize)]
pub struct Expected {
    /// Its name.
    pub name: String,
    /// Its digest, where it is known from elsewhere than the index.
    pub sha256: Option<String>,
    /// Whether the index must also say who published it.
    pub attested: bool,
}

/// Files to wait for.
#[derive(Debug, Serialize)]
pub struct AwaitFiles {
    /// The index.
    pub index: Index,
    /// The distribution.
    pub package: ProjectName,
    /// The files.
    pub files: Vec<Expected>,
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
    /// Those among the missing that are there, and the index does not say yet who published them.
    pub unattested: Vec<String>,
    /// Everything that the index lists.
    pub listing: Listing,
}

impl AwaitFiles {
    /// What it does, in the imperative.
    pub fn describe(&self) -> String {
        let names: Vec<&str> = self.files.iter().map(|file| file.name.as_str()).collect();
        format!("wait until `{}` shows {}", self.index.name, names.join(", "))
    }

    pub(super) fn carry_out(&self, effects: Effects<'_>) -> Result<Shown, Failure> {
        let inspect = effects.inspect();
        let began = inspect.clock().elapsed();
        let mut pause = 1;
        let mut seen: Option<Seen> = None;
        loop {
            let waited = u64::try_from((inspect.clock().elapsed() - began) / 1_000).unwrap_or(u64::MAX);
            let is_last = waited >= self.seconds;
            match Listing::since(inspect.http(), &self.index, &self.package, seen.clone()) {
                Ok(now) => seen = Some(now),
                // An index that is unwell for a moment is no other than one that lags.
                Err(error) if error.passes() && !is_last => {
                    inspect.tell(&Event::Detail { text: format!("{error}: looking again in {pause} s") });
                    pause = self.wait(effects, (pause, waited));
                    continue;
                }
                Err(error) => return Err(error.into()),
            }
            let listing = seen.as_ref().map(|seen| seen.listing.clone()).unwrap_or_default();
            let shown = self.shown(listing);
            if shown.missing.is_empty() || is_last || self.is_hopeless(&shown.listing) {
                return Ok(shown);
            }
            inspect.tell(&Event::Detail {
                text: format!("{} not visible yet, looking again in {pause} s", shown.missing.len()),
            });
            pause = self.wait(effects, (pause, waited));
        }
    }

    /// Waits, never beyond the end; returns the next pause.
    fn wait(&self, effects: Effects<'_>, (pause, waited): (u64, u64)) -> u64 {
        let rest = self.seconds.saturating_sub(waited).max(1);
        effects.inspect().clock().sleep(Duration::from_secs(pause.min(rest)));
        (pause * 2).min(LONGEST_PAUSE)
    }

    fn shown(&self, listing: Listing) -> Shown {
        let (mut files, mut missing, mut unattested) = (Vec::new(), Vec::new(), Vec::new());
        for expected in &self.files {
            match listing.file(&expected.name) {
                Some(file) if !expected.attested || file.provenance.is_some() => files.push(file.clone()),
                listed => {
                    missing.push(expected.name.clone());
                    unattested.extend(listed.map(|file| file.name.clone()));
                }
            }
        }
        Shown { files, missing, unattested, listing }
    }

    /// Whether waiting cannot help: the index has other bytes under a name, or hides the project.
    fn is_hopeless(&self, listing: &Listing) -> bool {
        let is_other = |expected: &Expected| differs(listing, &expected.name, expected.sha256.as_deref()).is_some();
        listing.status.as_deref() == Some("quarantined") || self.files.iter().any(is_other)
    }
}

/// The digest that an index has under a name, where it is another one than expected.
pub fn differs(listing: &Listing, name: &str, expected: Option<&str>) -> Option<Sha256> {
    let expected = Sha256::from_hex(expected?)?;
    // One name with two digests is as bad as another digest.
    let mut digests = listing.files.iter().filter(|file| file.name == name).filter_map(|file| file.sha256);
    digests.find(|found| *found != expected)
}
