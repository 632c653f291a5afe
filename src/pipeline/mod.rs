//! Phases of a release, and what is remembered of them.

pub mod audit;
pub mod doctor;
pub mod ledger;
pub mod rehearsal;
pub mod verification;
pub mod watching;
