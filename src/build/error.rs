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
        /// What the installer wrote.
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
    /// A hook of the backend took too long.
    #[error("the build backend `{backend}` did not end `{hook}` within {seconds} seconds")]
    TooSlow {
        /// The backend.
        backend: String,
        /// The hook.
        hook: &'static str,
        /// How long it could have taken.
        seconds: u64,
        /// What it wrote.
        #[source]
        output: Output,
    },
    /// There is no such backend in the environment.
    #[error("there is no build backend `{backend}` in what `requires` installs: {problem}")]
    NoBackend {
        /// The backend.
        backend: String,
        /// What Python says.
        problem: String,
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
    #[error("the build backend `{backend}` said it built `{named}`, which is no file in the folder that it was given")]
    NoArchive {
        /// The backend.
        backend: String,
        /// What it named.
        named: String,
    },
    /// The backend wrote into the project itself.
    #[error("while the build backend `{backend}` ran, {} of the project changed: {}", several(files.len()), first(files))]
    WroteOutside {
        /// The backend.
        backend: String,
        /// What is new, changed or gone.
        files: Vec<String>,
    },
    /// A backend would run where a right to publish can be read.
    #[error("the build backend of `{package}` runs where {} can be read", list(credentials))]
    CredentialVisible {
        /// The package.
        package: String,
        /// The names of variables and files.
        credentials: Vec<String>,
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
    /// What is in the archive is of another name or version.
    #[error("the build backend built `{file}`, whose metadata are those of `{metadata}`")]
    OtherMetadata {
        /// The archive.
        file: String,
        /// Name and version of its metadata.
        metadata: String,
    },
    /// The wheel cannot be read.
    #[error("the build backend built `{file}`, which is not well-formed: {problem}")]
    BadWheel {
        /// The file.
        file: String,
        /// What is wrong with it.
        problem: String,
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

/// How many paths, at most, a message names.
const MOST_NAMED: usize = 5;

fn several(count: usize) -> String {
    if count == 1 { "a path".to_owned() } else { format!("{count} paths") }
}

fn first(files: &[String]) -> String {
    let more = if files.len() > MOST_NAMED { ", …" } else { "" };
    format!("{}{more}", list(&files[..files.len().min(MOST_NAMED)]))
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
            BuildError::TooSlow { .. } => "build/too-slow",
            BuildError::NoBackend { .. } => "build/no-backend",
            BuildError::NoHook { .. } => "build/no-hook",
            BuildError::NoArchive { .. } => "build/no-archive",
            BuildError::WroteOutside { .. } => "build/wrote-outside",
            BuildError::CredentialVisible { .. } => "build/credential-visible",
            BuildError::NotNative { .. } => "build/not-native",
            BuildError::WrongName { .. } => "build/wrong-name",
            BuildError::OtherMetadata { .. } => "build/other-metadata",
            BuildError::BadWheel { .. } => "build/bad-wheel",
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
        if let BuildError::CredentialVisible { .. } = self {
            return vec![
                "build in a job of its own that has none of them, and hand its files to the job that publishes; \
                 `release init` writes such workflows"
                    .to_owned(),
                "a native build runs nobody's code: `release build --builder native` says what stands in its way"
                    .to_owned(),
            ];
        }
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
            BuildError::TooSlow { .. } => {
                "if it needs longer, raise `timeout` in `[tool.release.build]`; everything it started was ended"
                    .to_owned()
            }
            BuildError::NoBackend { .. } => {
                "name the package that brings it in `requires` of `[build-system]`, or correct `build-backend`"
                    .to_owned()
            }
            BuildError::WroteOutside { .. } => {
                "it may write below its own folder alone, which was a copy of the project; if you changed them \
                 yourself, build again"
                    .to_owned()
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
            BuildError::OtherMetadata { .. } => {
                "that is a bug of the backend, or of a hook that renames what it built".to_owned()
            }
            BuildError::CredentialVisible { .. }
            | BuildError::Environment { .. }
            | BuildError::Install { .. }
            | BuildError::BadWheel { .. }
            | BuildError::BadSdist { .. } => {
                return Vec::new();
            }
        };
        vec![hint]
    }
}
