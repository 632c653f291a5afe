//! Why there is no archive.

use super::native::Reason;
use crate::error::{Explain, Kind};

/// A build, or an environment for one, that did not work.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// Python is too old.
    #[error("Python {found} is too old")]
    OldPython {
        /// The version on PATH.
        found: String,
    },
    /// Python lacks a module of its own standard distribution.
    #[error("Python {version} has no `{module}`")]
    PythonModule {
        /// The version of Python.
        version: String,
        /// `venv` or `pip`.
        module: &'static str,
    },
    /// The environment could not be made.
    #[error("the virtual environment could not be made")]
    Environment {
        /// What `venv` wrote.
        #[source]
        output: Output,
    },
    /// Requirements could not be fetched or built.
    #[error("cannot fetch {}", list(requirements))]
    Fetch {
        /// The requirements.
        requirements: Vec<String>,
        /// What pip wrote.
        #[source]
        output: Output,
    },
    /// Requirements that are not in the cache, under `--offline`.
    #[error("{} not in the cache of wheels, and `--offline` is set", list(requirements))]
    NotCached {
        /// The requirements.
        requirements: Vec<String>,
    },
    /// Requirements could not be installed.
    #[error("cannot install {}", list(requirements))]
    Install {
        /// The requirements.
        requirements: Vec<String>,
        /// What pip wrote.
        #[source]
        output: Output,
    },
    /// A hook of the backend failed.
    #[error("the build backend `{backend}` failed in `{hook}`: {ending}")]
    Backend {
        /// The backend.
        backend: String,
        /// The hook.
        hook: &'static str,
        /// How it ended.
        ending: String,
        /// What it wrote.
        #[source]
        output: Output,
    },
    /// The backend has no such hook.
    #[error("the build backend `{backend}` has no `{hook}`")]
    NoHook {
        /// The backend.
        backend: String,
        /// The hook.
        hook: &'static str,
    },
    /// The backend named no file, or one that is not there.
    #[error("the build backend `{backend}` said it built `{named}`, which is not there")]
    NoArchive {
        /// The backend.
        backend: String,
        /// What it named.
        named: String,
    },
    /// It was to be built natively, and cannot be.
    #[error("`{package}` cannot be built natively: {reason}")]
    NotNative {
        /// The package.
        package: String,
        /// What decided.
        reason: Reason,
    },
    /// The archive belongs to another name or version.
    #[error("the build backend built `{found}`, `{expected}` was expected")]
    WrongName {
        /// What was built.
        found: String,
        /// What the project says.
        expected: String,
    },
    /// The sdist is not fit to be unpacked.
    #[error("the sdist is not well-formed: {problem}")]
    BadSdist {
        /// What is wrong with it.
        problem: String,
    },
}

/// What a program wrote before it failed; becomes the cause.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Output(pub String);

fn list(requirements: &[String]) -> String {
    let quoted: Vec<String> = requirements.iter().map(|requirement| format!("`{requirement}`")).collect();
    quoted.join(", ")
}

impl Explain for BuildError {
    fn code(&self) -> &'static str {
        match self {
            BuildError::OldPython { .. } => "build/old-python",
            BuildError::PythonModule { .. } => "build/python-module",
            BuildError::Environment { .. } => "build/environment",
            BuildError::Fetch { .. } => "build/fetch",
            BuildError::NotCached { .. } => "build/not-cached",
            BuildError::Install { .. } => "build/install",
            BuildError::Backend { .. } => "build/backend",
            BuildError::NoHook { .. } => "build/no-hook",
            BuildError::NoArchive { .. } => "build/no-archive",
            BuildError::NotNative { .. } => "build/not-native",
            BuildError::WrongName { .. } => "build/wrong-name",
            BuildError::BadSdist { .. } => "build/bad-sdist",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            BuildError::OldPython { .. } | BuildError::PythonModule { .. } => Kind::Setup,
            _ => Kind::Failed,
        }
    }

    fn hints(&self) -> Vec<String> {
        let hint = match self {
            BuildError::OldPython { .. } => {
                "install Python 3.11 or newer, or put it first on PATH as `python3`".to_owned()
            }
            BuildError::PythonModule { module, .. } => {
                format!(
                    "install it: `apt-get install python3-{module}` on Debian and Ubuntu, or a Python that is whole"
                )
            }
            BuildError::Fetch { .. } => {
                "check the requirement, the network and pip's own settings; `pip download` shows the same".to_owned()
            }
            BuildError::NotCached { .. } => {
                "run the same command once without `--offline`, which fills the cache".to_owned()
            }
            BuildError::Backend { .. } => {
                "the backend's own words are above; `python -m build` runs the same hooks".to_owned()
            }
            BuildError::NoHook { .. } | BuildError::NoArchive { .. } => {
                "check `build-backend` in `[build-system]` of `pyproject.toml`".to_owned()
            }
            BuildError::NotNative { reason, .. } => match &reason.instead {
                Some(instead) => format!("it would be with {instead}; `--builder auto` builds it with its backend"),
                None => "`--builder auto` builds it with its backend".to_owned(),
            },
            BuildError::WrongName { .. } => {
                "the backend reads name or version from somewhere else: `release show` prints where we do".to_owned()
            }
            BuildError::Environment { .. } | BuildError::Install { .. } | BuildError::BadSdist { .. } => {
                return Vec::new();
            }
        };
        vec![hint]
    }
}
