//! Now: the system's clock, or `RELEASE_NOW`. `SOURCE_DATE_EPOCH` dates the members of archives only and
//! is no business of this file.

#![expect(clippy::disallowed_methods, reason = "this is the door to the clock")]

use std::time::Instant;

use jiff::Timestamp;

/// What time it is.
#[derive(Debug, Clone)]
pub struct Clock {
    given: Option<Timestamp>,
    started: Instant,
}

impl Clock {
    /// The system's clock.
    pub(super) fn new() -> Self {
        Clock { given: None, started: Instant::now() }
    }

    /// A clock that stands still.
    pub(super) fn given(now: Timestamp) -> Self {
        Clock { given: Some(now), started: Instant::now() }
    }

    /// Now, to the second.
    pub fn now(&self) -> Timestamp {
        let now = self.given.unwrap_or_else(Timestamp::now);
        Timestamp::from_second(now.as_second()).expect("a timestamp cut to its seconds is in range")
    }

    /// Whether `RELEASE_NOW` was given: status documents say so, and PyPI is refused under it.
    pub fn is_given(&self) -> bool {
        self.given.is_some()
    }

    /// Milliseconds since the program began: monotonic, for durations.
    pub fn elapsed(&self) -> u128 {
        self.started.elapsed().as_millis()
    }

    /// Waits, but not beyond a signal: see [`super::Inspect::go_on`].
    pub fn sleep(&self, duration: std::time::Duration) {
        super::signals::sleep(duration);
    }
}
