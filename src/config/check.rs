//! How archives and projects are judged, resolved.

use std::time::Duration;

use super::baseline::AcceptedSecret;
use super::file::{CheckTable, IgnoreTable, IndexProfile};
use super::origin::Origin;
use super::resolve::Setting;
use super::targets::Index;

/// How archives and projects are judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckSettings {
    /// The kind of index whose rules count.
    pub profile: Setting<IndexProfile>,
    /// Findings that are accepted.
    pub ignore: Vec<IgnoreTable>,
    /// Files of the wheel that may run whenever Python starts.
    pub startup_code: Vec<String>,
    /// The top-level names that the wheel installs; nothing: any.
    pub top_level: Option<Vec<String>>,
    /// Members that every archive must have, as globs.
    pub expect: Vec<String>,
    /// The file of secrets that are accepted, below the project.
    pub secrets_baseline: Option<String>,
    /// What stands in that file.
    pub accepted_secrets: Vec<AcceptedSecret>,
    /// How long one address may take that `--online` visits.
    pub link_timeout: Duration,
    /// Bytes of an archive beyond which it is called large.
    pub max_size: u64,
    /// Unpacked bytes beyond which an archive is called large.
    pub max_unpacked: u64,
    /// Files of an archive beyond which they are called many.
    pub max_files: usize,
}

impl CheckSettings {
    /// Settles what was written; `stages` are the indexes on the way out.
    ///
    /// # Errors
    /// The key and what is wrong with it.
    pub(super) fn of(written: CheckTable, stages: &[String]) -> Result<Self, (&'static str, &'static str)> {
        if written.ignore.iter().any(|ignore| ignore.reason.trim().is_empty()) {
            return Err(("check.ignore.reason", "must say why"));
        }
        if written.ignore.iter().any(|ignore| ignore.code.trim().is_empty()) {
            return Err(("check.ignore.code", "must be a code such as `check/large`, or how codes begin"));
        }
        if written.secrets_baseline.as_ref().is_some_and(|path| super::release::escapes(path)) {
            return Err(("check.secrets-baseline", "must lie below the project"));
        }
        if written.link_timeout.is_some_and(|seconds| !(1..=300).contains(&seconds)) {
            return Err(("check.link-timeout", "must be a number of seconds from 1 to 300"));
        }
        Ok(CheckSettings {
            profile: Setting::of(written.profile, IndexProfile::for_names(stages.iter().map(String::as_str))),
            ignore: written.ignore,
            startup_code: written.startup_code,
            top_level: written.top_level,
            expect: written.expect,
            secrets_baseline: written.secrets_baseline,
            accepted_secrets: Vec::new(),
            link_timeout: Duration::from_secs(written.link_timeout.unwrap_or(15)),
            max_size: written.max_size.unwrap_or(50 << 20),
            max_unpacked: written.max_unpacked.unwrap_or(75 << 20),
            max_files: written.max_files.unwrap_or(2000),
        })
    }
}

impl CheckSettings {
    /// The same for archives that go to these indexes, where nobody wrote which rules count.
    #[must_use]
    pub fn aimed_at<'i>(mut self, indexes: impl Iterator<Item = &'i Index> + Clone) -> Self {
        if self.profile.origin == Origin::Default {
            self.profile.value = IndexProfile::for_names(indexes.map(|index| index.name.as_str()));
        }
        self
    }
}

impl IndexProfile {
    /// The rules of PyPI, unless there are names and all are those of other indexes.
    fn for_names<'n>(mut names: impl Iterator<Item = &'n str> + Clone) -> Self {
        let is_public = |name: &str| name == "pypi" || name == "testpypi";
        if names.clone().next().is_none() || names.any(is_public) { IndexProfile::Pypi } else { IndexProfile::Private }
    }
}

impl Default for CheckSettings {
    fn default() -> Self {
        CheckSettings::of(CheckTable::default(), &[]).expect("nothing was written")
    }
}
