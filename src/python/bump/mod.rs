//! The next version: what `minor`, `rc` or `1.4.0` means for a given current version, a scheme and a day.
//!
//! Follows PEP 440's order and its advice on post-releases and epochs, SemVer 2.0.0 (by the crate `semver`)
//! and calver.org. Whatever is asked for, the result is above the current version or there is none. Which
//! versions are taken, and which level the commits ask for, is left to the caller; [`line`] knows which taken
//! versions count.

mod calver;
mod error;
pub mod line;
mod pep440;
mod request;
mod scheme;
pub mod semver;

use jiff::civil::Date;

use super::version::Version;

pub use calver::Pattern;
pub use error::{BumpError, SchemeError};
pub use request::{Level, PreStep, Request};
pub use scheme::Scheme;

/// What a level does to a version that is not final yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// It finishes what was announced: `1.3.0rc1` minor is `1.3.0`.
    #[default]
    Linear,
    /// It always counts up, as uv does: `1.3.0rc1` minor is `1.4.0`.
    Exact,
}

impl Mode {
    /// By the option `--exact`.
    pub fn of(exact: bool) -> Self {
        if exact { Mode::Exact } else { Mode::Linear }
    }
}

/// What comes next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Next {
    /// The next version, always above the current one.
    pub version: Version,
    /// What was decided on the way, lowercase fragments.
    pub notes: Vec<String>,
}

/// How versions are counted.
#[derive(Debug, Clone, Copy)]
pub struct Way<'a> {
    /// What the numbers mean.
    pub scheme: &'a Scheme,
    /// What a level does to a version that is not final yet.
    pub mode: Mode,
    /// The day that a calendar version names.
    pub today: Date,
}

/// The version that a request leads to.
///
/// # Errors
/// [`BumpError`] for what leads nowhere or not upwards; no mode and no scheme allows a lower version.
pub fn next(current: &Version, request: &Request, way: Way<'_>) -> Result<Next, BumpError> {
    let next = pep440::next(current, request, way)?;
    if *way.scheme == Scheme::Semver {
        semver::of_version(&next.version)?;
        if let Request::Set { written, .. } = request {
            semver::agree(written)?;
        }
    }
    Ok(next)
}
