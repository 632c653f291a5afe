//! Rules over archives: what a scan means for a release.
//!
//! [`examine`] gathers the facts of one archive, [`judge`] turns them into findings: first the faults of its structure,
//! then the rules of its contents; [`rules`] lists all of both. A [`Policy`] says what the project decided. Reading archives is left to `archive/`, the grammars of names,
//! versions and metadata to `python/`. Follows packaging.python.org and what PyPI refuses as of
//! [`PYPI_AS_OF`]; where PyPI lets pass what installers take differently, these rules do not.

mod agreement;
mod contents;
pub mod description;
mod dist_info;
mod entry_points;
mod examine;
mod filename;
mod inside;
mod install;
mod judge;
mod library;
mod literals;
mod machine;
mod metadata;
mod nested;
mod nested_zip;
mod obfuscators;
mod observed;
mod paths;
mod policy;
mod project;
pub mod pyproject;
mod quality;
mod record;
mod requirements;
mod rules;
mod rules_of_archives;
mod rules_of_contents;
mod rules_of_metadata;
mod rules_of_paths;
mod rules_of_sdists;
mod rules_of_wheels;
mod scripts;
mod sdist;
pub mod secrets;
mod sizes;
pub mod source;
mod top_level;
mod wheel;
mod wheel_file;

pub use crate::python::classifiers::CLASSIFIERS_AS_OF;
pub use agreement::judge_together;
pub use examine::{Examined, examine, examine_alone};
pub use judge::{Verdict, judge, upload_refusal};
pub use machine::{Format, Machine};
pub use nested::Nested;
pub use observed::Observed;
pub use policy::Policy;
pub use rules::{Pass, Rule, rules};

/// The day of PyPI's code (warehouse) that these rules follow.
pub const PYPI_AS_OF: &str = "2026-08-21";

/// The data that ages, and how old it is here.
pub fn data() -> [(&'static str, &'static str); 4] {
    [
        ("PyPI", PYPI_AS_OF),
        ("classifiers", CLASSIFIERS_AS_OF),
        ("SPDX", crate::python::spdx::version()),
        ("stdlib", crate::python::stdlib::version()),
    ]
}
