//! Python's packaging rules, pure: names, versions, file names, metadata, requirements.
//!
//! Everything here works on strings and bytes that the caller brings; reading files, archives and
//! indexes is left to other rooms. The specifications followed are those of packaging.python.org.

pub mod bump;
pub mod classifiers;
mod cursor;
pub mod entry_points;
pub mod error;
pub mod filename;
pub mod identifier;
pub mod license;
pub mod marker;
pub mod metadata;
pub mod name;
pub mod requirement;
pub mod spdx;
pub mod specifier;
pub mod stdlib;
pub mod tag;
pub mod version;

pub use error::ParseError;
