//! From a project to archives: which way and why. In this version everything is built by the project's own
//! backend in an isolated environment (PEP 517); native building gets its own files beside.
//!
//! Environments and the cache of wheels live here, too: gates and verification need the same.

pub mod environment;
pub mod error;
pub mod isolated;
pub mod wheels;

pub use error::BuildError;
