//! Phases of a release, and what is remembered of them.

pub mod ledger;
