//! One build of each package: sdist and wheel into one folder.

use std::path::{Path, PathBuf};

use super::Plan;
use super::trust::{self, Trust};
use crate::build::BuildError;
pub use crate::build::isolated::Settings;
use crate::build::isolated::{Sibling, Task};
use crate::build::native::{self, Archives, Reason};
use crate::build::stale::{Stale, old_products};
use crate::effects::{Git, Inspect};
use crate::error::Failure;
use crate::project::history::releases;
use crate::project::{Package, Project};
use crate::python::filename::SdistName;
use crate::python::requirement::Requirement;
use crate::steps::Step;
use crate::steps::build_archives::{BuildArchives, Way};
use crate::steps::remove_leftovers::{Leftover, RemoveLeftovers};
use crate::steps::write_manifest::WriteManifest;

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
    /// Whether what earlier builds left is removed, there and in the project.
    pub clean: bool,
    /// Which way to build.
    pub builder: Builder,
    /// Whether the wheel is built from the project's own folder, instead of from the sdist.
    pub from_source: bool,
    /// `config_settings` of the backend.
    pub settings: Settings,
    /// Whether a manifest is written beside the archives.
    pub manifest: bool,
}

/// Plans the builds of these packages.
///
/// # Errors
/// The repository or the project's files cannot be read, or a package that must be built natively cannot be.
pub fn plan(
    inspect: Inspect<'_>,
    project: &Project,
    packages: &[&Package],
    wanted: Wanted<'_>,
) -> Result<Plan, Failure> {
    let (builds, leftovers) = builds(inspect, project, packages, (&wanted, Trust::of(inspect, project)?))?;
    let manifest = wanted.manifest.then(|| manifest(inspect, project, &builds)).transpose()?;
    let mut steps: Vec<Step> = builds.into_iter().map(Step::BuildArchives).collect();
    steps.extend(manifest.map(Step::WriteManifest));
    // Last: a build that fails leaves what is there as it is.
    steps.extend(removal(inspect, project, leftovers)?.map(Step::RemoveLeftovers));
    Ok(Plan::of(steps))
}

/// The builds, and what is to be removed where that is wanted.
pub(super) fn builds(
    inspect: Inspect<'_>,
    project: &Project,
    packages: &[&Package],
    (wanted, trust): (&Wanted<'_>, Trust),
) -> Result<(Vec<BuildArchives>, Vec<PathBuf>), Failure> {
    let epoch = epoch(inspect, project)?;
    let known = !project.is_versioned_by_tags() || is_at_its_tag(project)?;
    let files = inspect.files();
    // Where they go may not be there yet; where it is, it may be a link.
    let out_dir = files.canonical(wanted.out_dir).unwrap_or_else(|_| wanted.out_dir.to_owned());
    let mut leftovers = if wanted.clean { old_products(inspect, wanted.out_dir)? } else { Vec::new() };
    let mut builds = Vec::new();
    for package in packages {
        let source = files.canonical(&project.dir_of(package))?;
        let stale = Stale::find(inspect, &source, &package.pyproject, &out_dir)?;
        if wanted.clean {
            leftovers.extend(stale.removable(files, &source)?.into_iter().map(|path| source.join(path)));
        }
        let (way, why) = way(inspect, (package, &source), &stale, (wanted, trust))?;
        let version = |package: &Package| known.then(|| package.version.clone());
        let (others, requires) =
            if wanted.wheel { needed(package, packages) } else { (Vec::new(), package.pyproject.build_requires()) };
        let siblings = others.into_iter().map(|other| Sibling {
            name: other.name.clone(),
            dir: wanted.out_dir.to_owned(),
            version: version(other),
        });
        builds.push(BuildArchives {
            package: package.name.clone(),
            version: version(package),
            task: Task {
                source,
                stale,
                backend: package.pyproject.backend().to_owned(),
                backend_path: package.pyproject.strings(&["build-system", "backend-path"]),
                requires,
                siblings: siblings.collect(),
                epoch,
                sdist: wanted.sdist,
                wheel: wanted.wheel,
                from_source: wanted.from_source,
                settings: wanted.settings.clone(),
                timeout: project.config.build_timeout,
            },
            out_dir: wanted.out_dir.to_owned(),
            way,
            why,
        });
    }
    Ok((builds, leftovers))
}

fn manifest(inspect: Inspect<'_>, project: &Project, builds: &[BuildArchives]) -> Result<WriteManifest, Failure> {
    let git = Git::discover(&project.root)?;
    let git = git.as_ref();
    Ok(WriteManifest {
        dir: builds.first().map_or_else(|| project.root.clone(), |build| build.out_dir.clone()),
        packages: builds.iter().map(|build| (build.package.clone(), build.version.clone())).collect(),
        commit: git.map(Git::head).transpose()?.and_then(|head| head.commit),
        changed: git.map(Git::changed_files).transpose()?.is_some_and(|files| !files.is_empty()),
        configuration: trust::configuration(inspect, project)?,
    })
}

/// The other packages of this plan that a package's backend needs, one by way of another, too; and what all of them
/// need from elsewhere.
fn needed<'a>(package: &Package, packages: &[&'a Package]) -> (Vec<&'a Package>, Vec<String>) {
    let (mut others, mut requires): (Vec<&Package>, Vec<String>) = (Vec::new(), Vec::new());
    let mut open = package.pyproject.build_requires();
    while let Some(text) = open.pop() {
        let name = text.parse::<Requirement>().ok().map(|requirement| requirement.name);
        let beside = packages.iter().find(|other| Some(&other.name) == name.as_ref() && other.name != package.name);
        match beside {
            Some(other) if others.iter().any(|known| known.name == other.name) => {}
            Some(other) => {
                others.push(other);
                open.extend(other.pyproject.strings(&["project", "dependencies"]));
            }
            None => requires.push(text),
        }
    }
    requires.reverse();
    (others, requires)
}

/// The removal of leftovers that lie below the project, which is all that may be removed.
fn removal(
    inspect: Inspect<'_>,
    project: &Project,
    mut found: Vec<PathBuf>,
) -> Result<Option<RemoveLeftovers>, Failure> {
    let root = inspect.files().canonical(&project.root)?;
    found.sort();
    found.dedup();
    let below = found.iter().filter_map(|path| path.strip_prefix(&root).ok().map(|below| (path, below)));
    let leftovers: Vec<Leftover> = below
        .map(|(path, below)| Leftover { path: below.to_owned(), identity: inspect.files().identity(path) })
        .collect();
    Ok((!leftovers.is_empty()).then_some(RemoveLeftovers { root, leftovers }))
}

/// The way for a package, and why.
fn way(
    inspect: Inspect<'_>,
    (package, source): (&Package, &Path),
    stale: &Stale,
    (wanted, trust): (&Wanted<'_>, Trust),
) -> Result<(Way, String), Failure> {
    if wanted.builder == Builder::Isolated {
        return Ok((Way::Isolated, "`--builder isolated` was given".to_owned()));
    }
    let known = match wanted.settings.keys().next() {
        Some(key) => Err(Reason::new(format!("--config-setting {key}"), "only the backend knows what it means")),
        None => native::archives(inspect, (source, stale), &package.pyproject, wanted.from_source),
    };
    let known = known.and_then(|archives| agreed(archives, package));
    match known.and_then(|archives| trust.refuse().map(|()| archives)) {
        Ok(archives) => {
            let compared = if trust == Trust::Verified { ", compared once" } else { "" };
            let why = format!("everything can be known without running it; as {} builds it{compared}", archives.like);
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
