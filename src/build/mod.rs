//! From a project to archives: which way and why.
//!
//! `native` works out what the project's backend would put into both archives, without running anything (`backends/`,
//! over `tree`, `declared`, `globs`, `metadata`); what cannot be known is built by the backend itself in an isolated
//! environment over a copy of the project (`isolated`, `replica`, PEP 517). Neither sees what earlier builds left (`stale`).
//! Environments and the cache of wheels live here, too: gates and verification need
//! the same.

pub mod backends;
pub mod configuration;
pub mod declared;
pub mod environment;
pub mod error;
pub mod globs;
pub mod isolated;
pub mod marker;
pub mod metadata;
pub mod native;
pub mod replica;
pub mod stale;
pub mod tree;
pub mod wheels;

pub use error::BuildError;
