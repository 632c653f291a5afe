//! What git says about releases: the tags that are versions, and what happened since the last one.

use std::path::Path;

use super::Project;
use crate::effects::Git;
use crate::effects::error::EffectsError;
use crate::effects::git_history::Asked;
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
    releases_by(git, &project.config.tag.value)
}

/// The version that a tag of this form is of.
pub fn version_of(form: &str, tag: &str) -> Option<Version> {
    let (prefix, suffix) = form.split_once("{version}")?;
    tag.strip_prefix(prefix)?.strip_suffix(suffix)?.parse().ok()
}

fn releases_by(git: &Git, form: &str) -> Result<Vec<Released>, EffectsError> {
    let mut found: Vec<Released> = git
        .tags()?
        .into_iter()
        .filter_map(|tag| {
            let version = version_of(form, &tag.name)?;
            Some(Released { version, tag: tag.name.clone(), commit: tag.commit })
        })
        .collect();
    found.sort_by(|one, other| one.version.cmp(&other.version));
    Ok(found)
}

/// The first lines of the commits after a release (a commit) that are about this project, newest first.
///
/// # Errors
/// History cannot be walked.
pub fn changes_since(git: &Git, project: &Project, since: Option<&str>) -> Result<Vec<String>, EffectsError> {
    let messages = messages_since(git, project, since)?;
    Ok(messages.iter().map(|message| message.lines().next().unwrap_or_default().to_owned()).collect())
}

/// The messages of the commits after a release (a commit) that are about this project, newest first.
///
/// # Errors
/// History cannot be walked.
pub fn messages_since(git: &Git, project: &Project, since: Option<&str>) -> Result<Vec<String>, EffectsError> {
    let (paths, without) = project.folders(&git.top());
    // A project that is the whole of its folder is released for whatever is committed in the repository.
    let paths = if project.neighbours.is_some() { paths } else { Vec::new() };
    let asked = Asked { since, first_parent: false, paths: &paths, without: &without, limit: COMMIT_LIMIT };
    Ok(git.told(&asked)?.into_iter().map(|commit| commit.message).collect())
}

/// The version that HEAD has by its tags: the highest one that is at HEAD or before it. `0.0.0` where there is
/// none, so that the first bump is above it.
///
/// # Errors
/// The tags cannot be listed.
pub fn tagged(root: &Path, form: &str) -> Result<Version, EffectsError> {
    let Some(git) = Git::discover(root)? else { return Ok(unreleased()) };
    let mut releases = releases_by(&git, form)?;
    while let Some(highest) = releases.pop() {
        if git.has_in_history(&highest.commit) {
            return Ok(highest.version);
        }
    }
    Ok(unreleased())
}

fn unreleased() -> Version {
    "0.0.0".parse().expect("it is a version")
}
