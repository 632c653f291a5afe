//! What is known to be vulnerable: advisories, which versions they mean, how bad they are, and what
//! the maintainers accept.
//!
//! Everything works on bytes, readers and times that the caller brings. Where databases come from,
//! lock files and the published status are left to others. Follows the OSV schema 1.7.5.

pub mod acceptance;
pub mod advisory;
pub mod audit;
pub mod error;
pub mod exposure;
pub mod grouping;
pub mod matching;
pub mod severity;
pub mod sources;

pub use error::SecurityError;
