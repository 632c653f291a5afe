//! Waits until a status, or a newer one, is served. Caches of pages lag by minutes: what did not appear in
//! time is the product, not a failure.

use std::time::Duration;

use serde::Serialize;

use crate::effects::{Effects, EffectsError};
use crate::error::Failure;
use crate::report::Event;
use crate::status::files;

/// A status to wait for.
#[derive(Debug, Serialize)]
pub struct AwaitStatus {
    /// Where its folder is served.
    pub url: String,
    /// Its sequence.
    pub sequence: u64,
    /// How long to wait, in seconds.
    pub seconds: u64,
}

/// What is served.
#[derive(Debug)]
pub struct Served {
    /// The sequence, where there is one.
    pub sequence: Option<u64>,
    /// Whether it is the one that was waited for, or a newer one.
    pub arrived: bool,
    /// Whether it was there at the first look.
    pub at_once: bool,
}

impl AwaitStatus {
    /// What it does, in the imperative.
    pub fn describe(&self) -> String {
        format!("wait until {} serves sequence {}", self.url, self.sequence)
    }

    pub(super) fn carry_out(&self, effects: Effects<'_>) -> Result<Served, Failure> {
        let inspect = effects.inspect();
        let url = format!("{}index.json", files::base(&self.url));
        let began = inspect.clock().elapsed();
        let mut pause = 1;
        let mut at_once = true;
        loop {
            let sequence = match inspect.http().get(&url, "application/json") {
                Ok(answer) if answer.status == 200 => sequence_of(&answer.body),
                Ok(_) | Err(EffectsError::NoAnswer { .. }) => None,
                Err(error) => return Err(error.into()),
            };
            let arrived = sequence.is_some_and(|served| served >= self.sequence);
            if arrived || (inspect.clock().elapsed() - began) / 1_000 >= u128::from(self.seconds) {
                return Ok(Served { sequence, arrived, at_once: at_once && arrived });
            }
            at_once = false;
            inspect.tell(&Event::Detail { text: format!("not served yet, looking again in {pause} s") });
            inspect.clock().sleep(Duration::from_secs(pause));
            pause = (pause * 2).min(15);
        }
    }
}

/// The sequence of a status, read from its JSON alone: it may be of another version of this program.
pub fn sequence_of(json: &[u8]) -> Option<u64> {
    serde_json::from_slice::<serde_json::Value>(json).ok()?["sequence"].as_u64()
}
