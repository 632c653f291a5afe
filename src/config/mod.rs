//! What the user asked for: `[tool.release]` in `pyproject.toml`, or the same keys in `release.toml`.
//!
//! [`file`] is the text as written, without defaults; [`resolve`] is pure and turns it into a [`Config`]
//! that has an answer and an origin for everything. Finding and reading the file is for `project/`.

pub mod baseline;
pub mod check;
pub mod edit;
pub mod error;
pub mod file;
pub mod named;
pub mod origin;
mod publishing;
pub mod pypirc;
pub mod release;
pub mod resolve;
pub mod targets;

pub use error::ConfigError;
pub use origin::Origin;
pub use resolve::Config;
