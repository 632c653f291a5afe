//! What each build backend puts where, one room each. All share one idea: a project is turned into contents, lists of
//! members with their origin, and archives are written from these.

pub mod flit;
pub mod hatchling;
pub mod poetry;
pub mod setuptools;
pub mod uv;

use super::native::{Contents, Profile, Reason, Source};
use crate::project::pyproject::Pyproject;

/// A backend that is known by heart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// `flit_core`.
    Flit,
    /// `hatchling`.
    Hatchling,
    /// `poetry-core`.
    Poetry,
    /// `setuptools`, with or without the folder of the project on its path.
    Setuptools,
    /// `uv_build`.
    Uv,
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
            "hatchling.build" => Ok(Backend::Hatchling),
            "uv_build" => Ok(Backend::Uv),
            "setuptools.build_meta" | "setuptools.build_meta:__legacy__" => Ok(Backend::Setuptools),
            "poetry.core.masonry.api" => Ok(Backend::Poetry),
            other => Err(Reason::new("build-system.build-backend", format!("`{other}` is not known by heart"))),
        }
    }

    /// What its output equals.
    pub fn profile(self) -> &'static Profile {
        match self {
            Backend::Flit => &flit::PROFILE,
            Backend::Hatchling => &hatchling::PROFILE,
            Backend::Uv => &uv::PROFILE,
            Backend::Setuptools => &setuptools::PROFILE,
            Backend::Poetry => &poetry::PROFILE,
        }
    }

    /// Whether a package beside the backend changes nothing.
    pub fn ignores(self, package: &str) -> bool {
        match self {
            Backend::Flit | Backend::Hatchling | Backend::Poetry | Backend::Uv => false,
            Backend::Setuptools => package == "wheel",
        }
    }
}

/// The contents of the sdist.
///
/// # Errors
/// [`Reason`]: only the backend itself can tell.
pub fn sdist(backend: Backend, source: &Source<'_>) -> Result<Contents, Reason> {
    match backend {
        Backend::Flit => flit::sdist(source),
        Backend::Hatchling => hatchling::sdist(source),
        Backend::Uv => uv::sdist(source),
        Backend::Setuptools => setuptools::sdist(source),
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
        Backend::Hatchling => hatchling::wheel(source),
        Backend::Uv => uv::wheel(source),
        Backend::Setuptools => setuptools::wheel(source),
        Backend::Poetry => poetry::wheel(source),
    }
}

/// The line of WHEEL that names who built it.
fn generator(profile: &Profile) -> String {
    format!("Generator: pyrelease {} (as {} {})\n", env!("CARGO_PKG_VERSION"), profile.package, profile.version)
}
