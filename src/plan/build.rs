//! One build of each package: sdist and wheel into one folder.

use std::path::Path;

use super::Plan;
use crate::build::BuildError;
pub use crate::build::isolated::Settings;
use crate::build::isolated::Task;
use crate::build::native::{self, Archives, Reason};
use crate::effects::{Git, Inspect};
use crate::error::Failure;
use crate::project::history::releases;
use crate::project::{Package, Project};
use crate::python::filename::SdistName;
use crate::steps::Step;
use crate::steps::build_archives::{BuildArchives, Way};

/// Which way to build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Builder {
    /// Natively where everything can be known, else isolated.
    Auto,
    /// Natively, or not at all.
    Native,
    /// By the project's own backend in an isolated environment.
    Isolated,
}

/// What is wanted of a build.
#[derive(Debug, Clone)]
pub struct Wanted<'a> {
    /// Whether the sdist is wanted.
    pub sdist: bool,
    /// Whether the wheel is wanted.
    pub wheel: bool,
    /// Where the archives go.
    pub out_dir: &'a Path,
    /// Whether other archives are removed from there.
    pub clean: bool,
    /// Which way to build.
    pub builder: Builder,
    /// Whether the wheel is built from the project's own folder, instead of from the sdist.
    pub from_source: bool,
    /// `config_settings` of the backend.
    pub settings: Settings,
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
    let mut steps = Vec::new();
    for (number, package) in packages.iter().enumerate() {
        let (way, why) = way(inspect, project, package, &wanted)?;
        steps.push(Step::BuildArchives(BuildArchives {
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
                from_source: wanted.from_source,
                settings: wanted.settings.clone(),
            },
            out_dir: wanted.out_dir.to_owned(),
            // The first package clears the folder for all.
            clean: wanted.clean && number == 0,
            way,
            why,
        }));
    }
    Ok(Plan::of(steps))
}

/// The way for a package, and why.
fn way(
    inspect: Inspect<'_>,
    project: &Project,
    package: &Package,
    wanted: &Wanted<'_>,
) -> Result<(Way, String), Failure> {
    if wanted.builder == Builder::Isolated {
        return Ok((Way::Isolated, "`--builder isolated` was given".to_owned()));
    }
    let root = inspect.files().canonical(&project.dir_of(package))?;
    let known = match wanted.settings.keys().next() {
        Some(key) => Err(Reason::new(format!("--config-setting {key}"), "only the backend knows what it means")),
        None => native::archives(inspect, &root, &package.pyproject, wanted.from_source),
    };
    match known.and_then(|archives| agreed(archives, package)) {
        Ok(archives) => {
            let why = format!("everything can be known without running it; as {} builds it", archives.like);
            Ok((Way::Native(Box::new(archives)), why))
        }
        Err(reason) if wanted.builder == Builder::Native => {
            Err(BuildError::NotNative { package: package.name.to_string(), reason }.into())
        }
        Err(reason) => Ok((Way::Isolated, reason.to_string())),
    }
}

/// The archives, as long as they have the version that the project is known by.
fn agreed(archives: Archives, package: &Package) -> Result<Archives, Reason> {
    let expected = SdistName::expected(&package.name, &package.version).to_string();
    match archives.sdist.name == expected {
        true => Ok(archives),
        false => {
            Err(Reason::new("project.version", format!("`{}` would be built, not `{expected}`", archives.sdist.name)))
        }
    }
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
