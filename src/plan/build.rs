//! One build of each package: sdist and wheel into one folder.

use std::path::Path;

use super::Plan;
use crate::build::BuildError;
use crate::build::configuration;
pub use crate::build::isolated::Settings;
use crate::build::isolated::Task;
use crate::build::native::{self, Archives, Reason};
use crate::build::stale::{Stale, old_products};
use crate::config::ConfigError;
use crate::config::edit::with_verified;
use crate::config::file::position;
use crate::effects::{Git, Inspect};
use crate::error::Failure;
use crate::project::history::releases;
use crate::project::{FILE_LIMIT, Package, Project};
use crate::python::filename::SdistName;
use crate::steps::Step;
use crate::steps::build_archives::{BuildArchives, Way};
use crate::steps::compare_builds::CompareBuilds;
use crate::steps::remove_leftovers::{Leftover, RemoveLeftovers};
use crate::steps::write_files::WriteFiles;
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
    /// Whether other archives are removed from there, and what earlier builds left.
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
/// The time of the commit cannot be had.
pub fn plan(
    inspect: Inspect<'_>,
    project: &Project,
    packages: &[&Package],
    wanted: Wanted<'_>,
) -> Result<Plan, Failure> {
    let builds = builds(inspect, project, packages, (&wanted, project.config.verified.as_deref()))?;
    let manifest = wanted.manifest.then(|| manifest(inspect, project, &builds)).transpose()?;
    // Last: a build that fails leaves what is there as it is.
    let removal = wanted.clean.then(|| removal(inspect, project, (&builds, wanted.out_dir))).transpose()?.flatten();
    let steps = builds.into_iter().map(Step::BuildArchives).chain(manifest.map(Step::WriteManifest));
    Ok(Plan::of(steps.chain(removal.map(Step::RemoveLeftovers)).collect()))
}

fn manifest(inspect: Inspect<'_>, project: &Project, builds: &[BuildArchives]) -> Result<WriteManifest, Failure> {
    let git = Git::discover(&project.root)?;
    let git = git.as_ref();
    Ok(WriteManifest {
        dir: builds.first().map_or_else(|| project.root.clone(), |build| build.out_dir.clone()),
        packages: builds.iter().map(|build| (build.package.clone(), build.version.clone())).collect(),
        commit: git.map(Git::head).transpose()?.and_then(|head| head.commit),
        changed: git.map(Git::changed_files).transpose()?.is_some_and(|files| !files.is_empty()),
        configuration: configuration(inspect, project)?,
    })
}

/// Plans the comparison of what all packages are natively with what their backends make of them.
///
/// # Errors
/// One of them cannot be built natively, or the configuration cannot be read.
pub fn compare(inspect: Inspect<'_>, project: &Project) -> Result<Plan, Failure> {
    let wanted = Wanted {
        sdist: true,
        wheel: true,
        out_dir: &project.root,
        clean: false,
        builder: Builder::Native,
        from_source: false,
        settings: Settings::new(),
        manifest: false,
    };
    let packages: Vec<&Package> = project.packages.iter().collect();
    let native = builds(inspect, project, &packages, (&wanted, None))?;
    let (file, at): (&str, &[&str]) = match project.config.file.as_deref() {
        Some(file) if !file.ends_with("pyproject.toml") => (file, &[]),
        _ => ("pyproject.toml", &["tool", "release"]),
    };
    let text = inspect.files().read_text(&project.root.join(file), FILE_LIMIT)?;
    let keep = |verified: &str| -> Result<WriteFiles, Failure> {
        let text = with_verified(&text, at, verified).map_err(|error| ConfigError::Syntax {
            file: file.to_owned(),
            message: error.message().replace('\n', " "),
            at: position(&text, error.span().map_or(0, |span| span.start)),
        })?;
        Ok(WriteFiles { dir: project.root.clone(), files: vec![(file.to_owned(), text.into_bytes())] })
    };
    let same = keep(&configuration(inspect, project)?)?;
    let step = CompareBuilds { native, same, differs: keep("differs")? };
    Ok(Plan::of(vec![Step::CompareBuilds(Box::new(step))]))
}

/// The digest of what decides how the packages are built.
fn configuration(inspect: Inspect<'_>, project: &Project) -> Result<String, Failure> {
    let packages: Vec<_> = project
        .packages
        .iter()
        .map(|package| (project.dir_of(package), &package.pyproject, native::like(&package.pyproject)))
        .collect();
    let packages = packages
        .iter()
        .map(|(folder, pyproject, like)| (folder.as_path(), *pyproject, like.as_deref().unwrap_or_default()));
    Ok(configuration::digest(inspect.files(), packages)?.to_string())
}

fn builds(
    inspect: Inspect<'_>,
    project: &Project,
    packages: &[&Package],
    (wanted, verified): (&Wanted<'_>, Option<&str>),
) -> Result<Vec<BuildArchives>, Failure> {
    let epoch = epoch(inspect, project)?;
    let known = !project.is_versioned_by_tags() || is_at_its_tag(project)?;
    let trust = match verified {
        None => Trust::Unasked,
        Some(verified) if verified == configuration(inspect, project)? => Trust::Verified,
        Some("differs") => Trust::Differed,
        Some(_) => Trust::Changed,
    };
    let files = inspect.files();
    // Where they go may not be there yet; where it is, it may be a link.
    let out_dir = files.canonical(wanted.out_dir).unwrap_or_else(|_| wanted.out_dir.to_owned());
    let mut builds = Vec::new();
    for package in packages {
        let source = files.canonical(&project.dir_of(package))?;
        let stale = Stale::find(inspect, &source, &package.pyproject, &out_dir)?;
        let (way, why) = way(inspect, (package, &source), &stale, (wanted, trust))?;
        builds.push(BuildArchives {
            package: package.name.clone(),
            version: known.then(|| package.version.clone()),
            task: Task {
                source,
                stale,
                backend: package.pyproject.backend().to_owned(),
                backend_path: package.pyproject.strings(&["build-system", "backend-path"]),
                requires: package.pyproject.build_requires(),
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
    Ok(builds)
}

/// What is known of native builds of this project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trust {
    /// Nobody compared them.
    Unasked,
    /// They were the same as the backend's, with the configuration as it is.
    Verified,
    /// They differed.
    Differed,
    /// They were the same with another configuration.
    Changed,
}

impl Trust {
    fn refuse(self) -> Result<(), Reason> {
        let why = match self {
            Trust::Unasked | Trust::Verified => return Ok(()),
            Trust::Differed => "native archives were not those of the backend when they were compared",
            Trust::Changed => "what decides how the project is built changed since native archives were compared",
        };
        Err(Reason::new("build.verified", why).instead("another `release build --verify-native`"))
    }
}

/// The removal of leftovers that lie below the project, which is all that may be removed.
fn removal(
    inspect: Inspect<'_>,
    project: &Project,
    (builds, out_dir): (&[BuildArchives], &Path),
) -> Result<Option<RemoveLeftovers>, Failure> {
    let root = inspect.files().canonical(&project.root)?;
    let mut found = old_products(inspect, out_dir)?;
    for Task { source, stale, .. } in builds.iter().map(|build| &build.task) {
        found.extend(stale.removable(inspect.files(), source)?.into_iter().map(|path| source.join(path)));
    }
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
