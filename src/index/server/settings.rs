//! `index.json` in the folder of the embedded index: whom it knows and in which state it is. A person or a test writes it, and
//! it counts from the next request on. Without it the index takes everything that its token files allow.
//!
//! Unknown keys are errors: a state that was meant and is not there would make a rehearsal worth nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::effects::FilesMut;
use crate::effects::files::{Files, Stamp};
use crate::index::IndexError;
use crate::python::name::{ProjectName, normalize};
use crate::python::version::Version;

/// The name of the file.
pub(super) const FILE: &str = "index.json";
/// Nobody writes as much by hand.
const LIMIT: u64 = 16 << 20;
/// The largest file that PyPI takes without being asked.
pub(super) const FILE_LIMIT: u64 = 100 << 20;
/// The same for all files of a project.
const PROJECT_LIMIT: u64 = 10 << 30;

/// The state of an index.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(super) struct Settings {
    /// The version of this format: 1.
    pub(super) schema: Option<u32>,
    /// What its tokens call it; `127.0.0.1` without.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<String>,
    /// Nothing is taken: PyPI's read-only mode.
    #[serde(skip_serializing_if = "is_off")]
    pub(super) read_only: bool,
    /// No uploads.
    #[serde(skip_serializing_if = "is_off")]
    pub(super) paused: bool,
    /// No new projects.
    #[serde(skip_serializing_if = "is_off")]
    pub(super) new_projects_paused: bool,
    /// Seconds until the simple API shows what was uploaded.
    #[serde(skip_serializing_if = "is_nothing")]
    pub(super) visible_after: u64,
    /// How large files and projects may be.
    #[serde(skip_serializing_if = "Limits::is_empty")]
    pub(super) limits: Limits,
    /// Who has an account, by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) users: BTreeMap<String, User>,
    /// Projects that exist, whether they have files or not, by normal name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) projects: BTreeMap<String, Project>,
    /// Names that are not given out.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub(super) prohibited: BTreeSet<String>,
    /// Names of files that were here and were deleted.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub(super) deleted: BTreeSet<String>,
    /// Trusted publishing; without it the index knows none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) trusted_publishing: Option<Trust>,
    /// Which attestations are taken.
    #[serde(skip_serializing_if = "Attesting::is_usual")]
    pub(super) attestations: Attesting,
}

/// What may be attested, and what goes wrong with it on purpose.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(super) struct Attesting {
    /// Whether the publishers that there are may attest: PyPI does not take attestations of every kind of publisher.
    pub(super) supported: bool,
    /// The types of predicates that are taken.
    pub(super) kinds: Vec<String>,
    /// Verifying ends with this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) fault: Option<String>,
}

impl Default for Attesting {
    fn default() -> Self {
        let kinds = ["https://docs.pypi.org/attestations/publish/v1", "https://slsa.dev/provenance/v1"];
        Attesting { supported: true, kinds: kinds.map(str::to_owned).into(), fault: None }
    }
}

impl Attesting {
    fn is_usual(&self) -> bool {
        *self == Attesting::default()
    }
}

fn is_off(value: &bool) -> bool {
    !value
}

fn is_nothing(value: &u64) -> bool {
    *value == 0
}

/// An account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(super) struct User {
    /// Whether its address is verified.
    pub(super) email_verified: bool,
    /// Whether it has a second factor.
    pub(super) two_factor: bool,
}

impl Default for User {
    fn default() -> Self {
        User { email_verified: true, two_factor: true }
    }
}

/// How large things may be, in bytes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(super) struct Limits {
    /// One file; 100 MiB without.
    pub(super) file: Option<u64>,
    /// All files of a project; 10 GiB without.
    pub(super) project: Option<u64>,
}

impl Limits {
    fn is_empty(&self) -> bool {
        *self == Limits::default()
    }
}

/// What a project is (PEP 792).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Status {
    /// Like most.
    #[default]
    Active,
    /// It takes no new files.
    Archived,
    /// Its files are hidden.
    Quarantined,
    /// Something else should be used.
    Deprecated,
}

/// A project.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(super) struct Project {
    /// Users who may upload.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub(super) owners: BTreeSet<String>,
    /// Its state.
    pub(super) status: Status,
    /// Why it is in that state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<String>,
    /// The organization that owns it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) organization: Option<Organization>,
    /// Its own limits.
    #[serde(skip_serializing_if = "Limits::is_empty")]
    pub(super) limits: Limits,
    /// Its trusted publishers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) publishers: Vec<Publisher>,
    /// Names of its files that were deleted.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub(super) deleted: BTreeSet<String>,
    /// Versions that were yanked, and why; an empty text gives no reason.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) yanked: BTreeMap<String, String>,
    /// When versions were released, in place of the time of their first file.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) released: BTreeMap<String, Timestamp>,
}

/// An organization.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Organization {
    /// Its name.
    pub(super) name: String,
    /// Whether it pays, or was not switched off.
    #[serde(default = "on")]
    pub(super) active: bool,
}

fn on() -> bool {
    true
}

/// A workflow of GitHub that may upload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Publisher {
    /// `owner/name`.
    pub(super) repository: String,
    /// The name of the file of the workflow.
    pub(super) workflow: String,
    /// The environment that it must run in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) environment: Option<String>,
}

/// A publisher of a project that is made by its first token.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Pending {
    /// The name of the project.
    pub(super) project: ProjectName,
    /// Who will own it.
    pub(super) user: String,
    /// `owner/name`.
    pub(super) repository: String,
    /// The name of the file of the workflow.
    pub(super) workflow: String,
    /// The environment that it must run in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) environment: Option<String>,
}

impl Pending {
    pub(super) fn publisher(&self) -> Publisher {
        Publisher {
            repository: self.repository.clone(),
            workflow: self.workflow.clone(),
            environment: self.environment.clone(),
        }
    }
}

/// Trusted publishing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Trust {
    /// For whom identities must be made out.
    pub(super) audience: String,
    /// Who may vouch for a job.
    pub(super) issuer: String,
    /// Where the keys of the issuer are; without it, where its configuration says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) keys: Option<String>,
    /// Whether it is switched on.
    #[serde(default = "on")]
    pub(super) enabled: bool,
    /// Whether the issuer's jobs are believed: PyPI can switch off one service of all.
    #[serde(default = "on")]
    pub(super) github: bool,
    /// Seconds that a token is good for.
    #[serde(default = "lifetime")]
    pub(super) lifetime: i64,
    /// Whether clients are told where to ask (PEP 807).
    #[serde(default)]
    pub(super) discovery: bool,
    /// Publishers of projects that there are not yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) pending: Vec<Pending>,
}

fn lifetime() -> i64 {
    900
}

impl Settings {
    fn parse(path: &Path, text: &str) -> Result<Self, IndexError> {
        let refuse = |problem: String| IndexError::Settings { path: path.display().to_string(), problem };
        let settings: Settings = serde_json::from_str(text).map_err(|error| refuse(error.to_string()))?;
        if settings.schema.is_some_and(|schema| schema != 1) {
            return Err(refuse("its `schema` is not 1".to_owned()));
        }
        for (name, project) in &settings.projects {
            if name.parse::<ProjectName>().is_err() || normalize(name) != *name {
                return Err(refuse(format!("`projects` has `{name}`, which is not the normal form of a name")));
            }
            for version in project.yanked.keys().chain(project.released.keys()) {
                if version.parse::<Version>().is_err() {
                    return Err(refuse(format!("`projects.{name}` has `{version}`, which is no version")));
                }
            }
            let unknown = project.owners.iter().find(|owner| !settings.users.contains_key(*owner));
            if let Some(owner) = unknown {
                return Err(refuse(format!("`projects.{name}.owners` has `{owner}`, who is not in `users`")));
            }
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':');
        if settings.name.as_ref().is_some_and(|name| name.is_empty() || name.len() > 100 || !name.chars().all(plain)) {
            return Err(refuse("its `name` is no name of a host".to_owned()));
        }
        if settings.users.keys().any(|name| !is_user(name)) {
            return Err(refuse(
                "`users` has a name with other characters than letters, digits, `.`, `_` and `-`".to_owned(),
            ));
        }
        Ok(settings)
    }

    /// Whether the index has accounts: then names are given out by PyPI's rules, too.
    pub(super) fn has_accounts(&self) -> bool {
        !self.users.is_empty()
    }

    /// What its tokens call the index.
    pub(super) fn location(&self) -> &str {
        self.name.as_deref().unwrap_or("127.0.0.1")
    }

    pub(super) fn file_limit(&self, project: &str) -> u64 {
        let own = self.projects.get(project).and_then(|project| project.limits.file);
        own.or(self.limits.file).unwrap_or(FILE_LIMIT)
    }

    pub(super) fn project_limit(&self, project: &str) -> u64 {
        let own = self.projects.get(project).and_then(|project| project.limits.project);
        own.or(self.limits.project).unwrap_or(PROJECT_LIMIT)
    }

    /// The most that any project may have in a file.
    pub(super) fn largest_file(&self) -> u64 {
        let own = self.projects.values().filter_map(|project| project.limits.file).max();
        own.unwrap_or(0).max(self.limits.file.unwrap_or(FILE_LIMIT))
    }

    /// Why a version was yanked, empty without a reason.
    pub(super) fn yanked(&self, project: &str, version: &Version) -> Option<&str> {
        let yanked = &self.projects.get(project)?.yanked;
        let found = yanked.iter().find(|(known, _)| known.parse::<Version>().is_ok_and(|known| known == *version));
        found.map(|(_, reason)| reason.as_str())
    }
}

/// Whether a text can be the name of an account.
pub(super) fn is_user(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    !name.is_empty() && name.len() <= 50 && name.chars().all(plain)
}

/// The file and what it said when it was read last.
#[derive(Debug)]
pub(super) struct Watched {
    path: PathBuf,
    stamp: Option<Stamp>,
    settings: std::sync::Arc<Settings>,
}

impl Watched {
    /// Reads the file in the folder of an index.
    ///
    /// # Errors
    /// It is there and means nothing.
    pub(super) fn open(look: Files, data: &Path) -> Result<Self, IndexError> {
        let path = data.join(FILE);
        let stamp = look.stamp(&path);
        let settings = read(look, &path)?.unwrap_or_default();
        Ok(Watched { path, stamp, settings: std::sync::Arc::new(settings) })
    }

    /// What it says now.
    ///
    /// # Errors
    /// Somebody changed it, and it means nothing now.
    pub(super) fn now(&mut self, look: Files) -> Result<std::sync::Arc<Settings>, IndexError> {
        let stamp = look.stamp(&self.path);
        if stamp != self.stamp {
            self.settings = std::sync::Arc::new(read(look, &self.path)?.unwrap_or_default());
            self.stamp = stamp;
        }
        Ok(std::sync::Arc::clone(&self.settings))
    }
}

/// What the file says; nothing where there is none.
pub(super) fn read(look: Files, path: &Path) -> Result<Option<Settings>, IndexError> {
    let text = look.read_text_if_there(path, LIMIT)?;
    text.map(|text| Settings::parse(path, &text)).transpose()
}

/// Writes the file anew.
pub(super) fn write(change: FilesMut, path: &Path, settings: &Settings) -> Result<(), IndexError> {
    let text = serde_json::to_string_pretty(settings).expect("settings have string keys") + "\n";
    Ok(change.replace(path, text.as_bytes(), 0o644)?)
}
