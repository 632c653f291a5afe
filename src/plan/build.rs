//! One build of each package: sdist and wheel into one folder.

use std::path::Path;

use super::Plan;
use crate::build::isolated::Task;
use crate::effects::{Git, Inspect};
use crate::error::Failure;
use crate::project::history::releases;
use crate::project::{Package, Project};
use crate::steps::Step;
use crate::steps::build_archives::BuildArchives;

/// What is wanted of a build.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// Whether the sdist is wanted.
    pub sdist: bool,
    /// Whether the wheel is wanted.
    pub wheel: bool,
    /// Where the archives go.
    pub out_dir: &'a Path,
    /// Whether other archives are removed from there.
    pub clean: bool,
}

/// Plans the builds of these packages.
///
/// # Errors
/// The time of the commit cannot be had.
pub fn plan(
    inspect: Inspect<'_>,
    project: &Project,
    packages: &[&Package],
    wanted: Wanted<'_>,
) -> Result<Plan, Failure> {
    let epoch = epoch(inspect, project)?;
    let known = !project.is_versioned_by_tags() || is_at_its_tag(project)?;
    let steps = packages
        .iter()
        .enumerate()
        .map(|(number, package)| {
            Step::BuildArchives(BuildArchives {
                package: package.name.clone(),
                version: known.then(|| package.version.clone()),
                task: Task {
                    source: project.dir_of(package),
                    backend: package.pyproject.backend().to_owned(),
                    backend_path: package.pyproject.strings(&["build-system", "backend-path"]),
                    requires: package.pyproject.build_requires(),
                    epoch,
                    sdist: wanted.sdist,
                    wheel: wanted.wheel,
                },
                out_dir: wanted.out_dir.to_owned(),
                // The first package clears the folder for all.
                clean: wanted.clean && number == 0,
                why: "this version of release builds through the project's own backend (PEP 517)".to_owned(),
            })
        })
        .collect();
    Ok(Plan::of(steps))
}

/// Whether what is built is the commit of the current version's tag, and nothing else.
fn is_at_its_tag(project: &Project) -> Result<bool, Failure> {
    let Some(git) = Git::discover(&project.root)? else { return Ok(false) };
    let head = git.head()?.commit;
    let released = releases(&git, project)?.into_iter().find(|release| release.version == *project.version());
    Ok(released.is_some_and(|release| Some(release.commit) == head) && git.changed_files()?.is_empty())
}

/// The date of the members: `SOURCE_DATE_EPOCH`, else the time of the commit.
fn epoch(inspect: Inspect<'_>, project: &Project) -> Result<Option<i64>, Failure> {
    if let Some(given) = inspect.variables().get("SOURCE_DATE_EPOCH").and_then(|text| text.parse().ok()) {
        return Ok(Some(given));
    }
    let Some(git) = Git::discover(&project.root)? else {
        return Ok(None);
    };
    match git.head()?.commit {
        Some(commit) => Ok(Some(git.commit_seconds(&commit)?)),
        None => Ok(None),
    }
}
