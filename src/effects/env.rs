//! The process's variables, arguments and directory, read once; its standard input; the system's randomness.

#![expect(clippy::disallowed_methods, reason = "this is the door to the process's environment")]

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::Read;
use std::path::PathBuf;

use super::error::EffectsError;
use crate::secret::{Redactor, Secret};

/// Parts of a variable's name that make its value a secret, for masking only.
const SECRET_NAMES: [&str; 7] = ["TOKEN", "PASSWORD", "PASSWD", "SECRET", "CREDENTIAL", "PRIVATE_KEY", "API_KEY"];

/// A snapshot of the process's variables.
#[derive(Clone)]
pub struct Variables {
    values: BTreeMap<String, OsString>,
}

impl Variables {
    /// Takes the snapshot, and masks from now on whatever has the name of a secret.
    pub(super) fn of_this_process(redactor: &Redactor) -> Self {
        let values: BTreeMap<String, OsString> =
            std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value))).collect();
        for (name, value) in &values {
            let upper = name.to_ascii_uppercase();
            if let Some(text) = value.to_str()
                && SECRET_NAMES.iter().any(|part| upper.contains(part))
                && !text.starts_with('/')
            {
                redactor.register(&Secret::new(text));
            }
        }
        Variables { values }
    }

    /// The value of a variable, if it is set, not empty, and text.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name)?.to_str().filter(|value| !value.is_empty())
    }

    /// Whether a variable is set and holds nothing but white space: a secret that a job was not given.
    pub fn is_blank(&self, name: &str) -> bool {
        self.values.get(name).is_some_and(|value| value.to_str().is_some_and(|text| text.trim().is_empty()))
    }

    /// The value of a variable that holds a secret.
    pub fn secret(&self, name: &str) -> Option<Secret> {
        self.get(name).map(Secret::new)
    }

    /// All variables whose name passes.
    pub fn matching(&self, wanted: impl Fn(&str) -> bool) -> Vec<(String, OsString)> {
        self.values.iter().filter(|(name, _)| wanted(name)).map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    /// Whether this is a job of a forge or of another service: `CI`, which nearly all of them set, or the mark of
    /// Actions.
    pub fn in_ci(&self) -> bool {
        let is_set = |name: &str| self.get(name).is_some_and(|value| !matches!(value, "0" | "false" | "False"));
        ["CI", "GITHUB_ACTIONS", "GITEA_ACTIONS", "FORGEJO_ACTIONS"].into_iter().any(is_set)
    }

    /// The job that this runs in, as the service names it; nothing where it does not.
    pub fn job(&self) -> Option<String> {
        let actions = || {
            let parts =
                [self.get("GITHUB_RUN_ID")?, self.get("GITHUB_RUN_ATTEMPT").unwrap_or("1"), self.get("GITHUB_JOB")?];
            Some(parts.join("/"))
        };
        let others = ["CI_JOB_ID", "CIRCLE_WORKFLOW_JOB_ID", "BUILDKITE_JOB_ID"];
        actions().or_else(|| others.into_iter().find_map(|name| Some(format!("{name}/{}", self.get(name)?))))
    }

    /// The user's home.
    pub fn home(&self) -> Option<PathBuf> {
        self.get("HOME").map(PathBuf::from)
    }

    /// Where this program keeps what can be made again: `RELEASE_CACHE_DIR`, else `pyrelease` in the user's
    /// cache folder.
    pub fn cache_dir(&self) -> Option<PathBuf> {
        if let Some(dir) = self.get("RELEASE_CACHE_DIR") {
            // Relative to where the program was started, whatever `-C` says.
            return Some(current_dir().join(dir));
        }
        let base = self.get("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
        base.or_else(|| self.home().map(|home| home.join(".cache"))).map(|base| base.join("pyrelease"))
    }
}

/// What was typed.
pub(super) fn arguments() -> Vec<OsString> {
    std::env::args_os().collect()
}

/// Where it was typed; `.` where the system does not say.
pub(super) fn current_dir() -> PathBuf {
    std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."))
}

/// What stands on standard input.
pub(super) fn standard_input(limit: u64) -> Result<String, EffectsError> {
    let path = || PathBuf::from("standard input");
    let mut bytes = Vec::new();
    std::io::stdin()
        .lock()
        .take(limit + 1)
        .read_to_end(&mut bytes)
        .map_err(|source| EffectsError::Read { path: path(), source })?;
    if bytes.len() as u64 > limit {
        return Err(EffectsError::TooLarge { path: path(), limit });
    }
    String::from_utf8(bytes)
        .map_err(|error| EffectsError::NotText { path: path(), offset: error.utf8_error().valid_up_to() })
}

/// Chance that nobody can foresee.
pub(super) fn random(bytes: &mut [u8]) -> Result<(), EffectsError> {
    getrandom::fill(bytes).map_err(|error| EffectsError::Read {
        path: PathBuf::from("the system's randomness"),
        source: std::io::Error::other(error.to_string()),
    })
}
