//! Phases of a release, and what is remembered of them.

pub mod audit;
pub mod doctor;
pub mod ledger;
pub mod phase;
pub mod push;
pub mod rehearsal;
pub mod rights;
pub mod run;
pub mod security;
pub mod status;
pub mod verification;
pub mod watching;
pub mod work;
