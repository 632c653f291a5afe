//! What each build backend puts where, one room each. All share one idea: a project is turned into contents, lists of
//! members with their origin, and archives are written from these.

pub mod flit;
pub mod poetry;

use super::native::{Contents, Profile, Reason, Source};
use crate::project::pyproject::Pyproject;

/// A backend that is known by heart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// `flit_core`.
    Flit,
    /// `poetry-core`.
    Poetry,
}

impl Backend {
    /// The backend of a project.
    ///
    /// # Errors
    /// It is none that is known by heart.
    pub fn of(pyproject: &Pyproject) -> Result<Backend, Reason> {
        if pyproject.get(&["build-system", "backend-path"]).is_some() {
            return Err(Reason::new("build-system.backend-path", "the backend lies in the project"));
        }
        match pyproject.backend() {
            "flit_core.buildapi" => Ok(Backend::Flit),
            "poetry.core.masonry.api" => Ok(Backend::Poetry),
            other => Err(Reason::new("build-system.build-backend", format!("`{other}` is not known by heart"))),
        }
    }

    /// What its output equals.
    pub fn profile(self) -> &'static Profile {
        match self {
            Backend::Flit => &flit::PROFILE,
            Backend::Poetry => &poetry::PROFILE,
        }
    }

    /// Whether a package beside the backend changes nothing.
    pub fn ignores(self, _package: &str) -> bool {
        false
    }
}

/// The contents of the sdist.
///
/// # Errors
/// [`Reason`]: only the backend itself can tell.
pub fn sdist(backend: Backend, source: &Source<'_>) -> Result<Contents, Reason> {
    match backend {
        Backend::Flit => flit::sdist(source),
        Backend::Poetry => poetry::sdist(source),
    }
}

/// The contents of the wheel.
///
/// # Errors
/// [`Reason`]: only the backend itself can tell.
pub fn wheel(backend: Backend, source: &Source<'_>) -> Result<Contents, Reason> {
    match backend {
        Backend::Flit => flit::wheel(source),
        Backend::Poetry => poetry::wheel(source),
    }
}

/// The line of WHEEL that names who built it.
fn generator(profile: &Profile) -> String {
    format!("Generator: pyrelease {} (as {} {})\n", env!("CARGO_PKG_VERSION"), profile.package, profile.version)
}
