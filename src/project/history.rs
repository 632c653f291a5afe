//! What git says about releases: the tags that are versions, and what happened since the last one.

use super::Project;
use crate::effects::Git;
use crate::effects::error::EffectsError;
use crate::python::version::Version;

/// A release as its tag shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Released {
    /// The version.
    pub version: Version,
    /// The tag.
    pub tag: String,
    /// The commit.
    pub commit: String,
}

/// More commits than this are only counted as "more".
pub const COMMIT_LIMIT: usize = 1_000;

/// The releases of a project by its tags, lowest version first.
///
/// # Errors
/// The tags cannot be listed.
pub fn releases(git: &Git, project: &Project) -> Result<Vec<Released>, EffectsError> {
    let (prefix, suffix) = project.config.tag.value.split_once("{version}").unwrap_or(("v", ""));
    let mut found: Vec<Released> = git
        .tags()?
        .into_iter()
        .filter_map(|tag| {
            let text = tag.name.strip_prefix(prefix)?.strip_suffix(suffix)?;
            let version = text.parse().ok()?;
            Some(Released { version, tag: tag.name.clone(), commit: tag.commit })
        })
        .collect();
    found.sort_by(|one, other| one.version.cmp(&other.version));
    Ok(found)
}
