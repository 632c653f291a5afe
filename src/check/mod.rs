//! Rules over archives: what a scan means for a release.
//!
//! [`judge`] turns the faults of a [`Scan`] into findings and runs the rules of the contents after
//! them; [`rules`] lists all of both. Reading archives is left to `archive/`, the grammars of names,
//! versions and metadata to `python/`. Follows packaging.python.org and what PyPI refuses as of
//! [`PYPI_AS_OF`]; where PyPI lets pass what installers take differently, these rules do not.

mod contents;
pub mod description;
mod dist_info;
mod entry_points;
mod filename;
mod install;
mod judge;
mod metadata;
mod record;
mod rules;
mod rules_of_archives;
mod rules_of_contents;
mod sdist;
mod wheel;
mod wheel_file;

pub use crate::python::classifiers::CLASSIFIERS_AS_OF;
pub use judge::{Verdict, judge, upload_refusal};
pub use rules::{Pass, Rule, rules};

/// The day of PyPI's code (warehouse) that these rules follow.
pub const PYPI_AS_OF: &str = "2026-08-21";
