//! What is known to be vulnerable: advisories, which versions they mean, how bad they are, what the
//! maintainers accept, what has changed, and what is to be done about it.
//!
//! Everything works on bytes, readers and times that the caller brings. Where databases come from,
//! lock files and the published status are left to others. Follows the OSV schema 1.7.5.

pub mod acceptance;
pub mod advisory;
pub mod audit;
pub mod changes;
pub mod decision;
pub mod error;
pub mod exposure;
pub mod grouping;
pub mod identity;
pub mod limits;
pub mod matching;
pub mod reports;
pub mod severity;
pub mod sources;
pub mod state;

pub use error::SecurityError;
