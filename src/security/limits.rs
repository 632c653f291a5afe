//! How often a release may be started by itself, judged by the ledger: six hours apart, two a day, five a
//! week. After two in a row that failed nothing starts until somebody approves. A release that was started, and of
//! whose end nothing is known, counts as failed: a runner that dies records nothing.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

/// Something in the ledger that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Past {
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: Event,
    /// The key of the decision; empty where there was none.
    pub key: String,
}

/// What counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// A release was started by a decision.
    Started,
    /// What a decision started did not end well, or could not be started.
    Failed,
    /// A release ended well, whoever started it.
    Succeeded,
    /// Somebody approved a decision.
    Approved,
}

/// Why nothing is started now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Limit {
    /// Too many were started lately; the next may start then.
    TooOften {
        /// What the limit is.
        limit: &'static str,
        /// When the next may start.
        after: Timestamp,
    },
    /// Two in a row failed.
    Circuit,
}

const LIMITS: [(usize, i64, &str); 3] =
    [(1, 6, "one in 6 hours"), (2, 24, "two in 24 hours"), (5, 7 * 24, "five in 7 days")];

/// Whether a release may be started. Of the same time, what comes later in `past` counts as later.
///
/// # Errors
/// Why not.
pub fn permit(past: &[Past], now: Timestamp) -> Result<(), Limit> {
    let mut past: Vec<&Past> = past.iter().collect();
    past.sort_by_key(|event| event.at);
    let mut failures = 0;
    let mut unended = BTreeSet::new();
    for event in &past {
        match event.what {
            Event::Started => {
                unended.insert(event.key.as_str());
            }
            Event::Failed => {
                unended.remove(event.key.as_str());
                failures += 1;
            }
            Event::Succeeded | Event::Approved => {
                unended.clear();
                failures = 0;
            }
        }
    }
    if failures + unended.len() >= 2 {
        return Err(Limit::Circuit);
    }
    let started: Vec<Timestamp> =
        past.iter().filter(|event| event.what == Event::Started).map(|event| event.at).collect();
    for (most, hours, limit) in LIMITS {
        let window = SignedDuration::from_hours(hours);
        let within: Vec<&Timestamp> = started.iter().filter(|at| now.duration_since(**at) < window).collect();
        if within.len() >= most {
            let first = *within[within.len() - most];
            return Err(Limit::TooOften { limit, after: first.checked_add(window).unwrap_or(now) });
        }
    }
    Ok(())
}
