//! What a project decided about its rules: the index that it is for, what it declares, what it accepts.

use crate::config::check::CheckSettings;
use crate::config::file::IndexProfile;
use crate::error::Location;

use super::rules::{Pass, Rule};

/// What a project decided about its rules.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// What its configuration says.
    pub settings: CheckSettings,
}

impl Policy {
    /// The policy of a configuration.
    pub fn of(settings: &CheckSettings) -> Self {
        Policy { settings: settings.clone() }
    }

    /// Whether the index that the project is for has this rule.
    pub(super) fn has(&self, rule: &Rule) -> bool {
        match self.settings.profile.value {
            IndexProfile::Pypi | IndexProfile::Testpypi => true,
            IndexProfile::Gitea | IndexProfile::Private => rule.pass != Pass::Index,
        }
    }

    /// Whether a finding is accepted.
    pub fn accepts(&self, code: &str, location: Option<&Location>) -> bool {
        self.settings.ignore.iter().any(|ignore| {
            let here = |glob: &String| {
                let Location { file, member, .. } = location?;
                let is_it = |path: &str| fast_glob::glob_match(glob, path);
                Some(is_it(file) || member.as_deref().is_some_and(is_it))
            };
            code.starts_with(&ignore.code) && ignore.path.as_ref().is_none_or(|glob| here(glob).unwrap_or(false))
        })
    }
}
