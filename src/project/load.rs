//! Finding and reading a project: its folder, configuration, packages and changelog.

use std::path::{Path, PathBuf};

use super::detect;
use super::error::ProjectError;
use super::history;
use super::version_source;
use super::workspace;
use super::{FILE_LIMIT, Package, Project, Pyproject};
use crate::config::resolve::Setting;
use crate::config::{Config, ConfigError, Origin, baseline, file, resolve};
use crate::effects::files::{Files, What};
use crate::effects::{EffectsError, Git, Inspect};
use crate::error::Failure;
use crate::python::name::{ProjectName, normalize};
use crate::python::requirement::Requirement;

/// Which project is meant.
#[derive(Debug, Clone, Copy, Default)]
pub struct Which<'a> {
    /// The file named by `--config`.
    pub config: Option<&'a Path>,
    /// The package, where each of a workspace has its own version.
    pub package: Option<&'a str>,
    /// A tag of the package that is meant, where it is not named.
    pub tag: Option<&'a str>,
}

/// Reads the project that `dir` lies in. Where the packages of a workspace have versions of their own, it is the one
/// that is named, or that `dir` lies in, or that the tag is of.
///
/// # Errors
/// There is none, something about it must be put right, or nothing says which of several is meant.
pub fn load(inspect: Inspect<'_>, dir: &Path, which: Which<'_>) -> Result<Project, Failure> {
    let projects = load_all(inspect, dir, which.config)?;
    Ok(workspace::choose(projects, &inspect.files().canonical(dir)?, which)?)
}

/// Reads the project that `dir` lies in, or every package of a workspace where each has its own version.
///
/// # Errors
/// There is none, or something about it must be put right.
pub fn load_all(inspect: Inspect<'_>, dir: &Path, config: Option<&Path>) -> Result<Vec<Project>, Failure> {
    let files = inspect.files();
    let root = find_root(files, dir)?;
    let config = load_config(files, &root, config)?;
    each(files, &assemble(files, root, config)?)
}

/// The project, or each package as a project of its own where they have versions of their own.
///
/// # Errors
/// As [`load`], but for the configuration.
pub fn each(files: Files, whole: &Project) -> Result<Vec<Project>, Failure> {
    Ok(if whole.config.is_independent() { workspace::apart(files, whole)? } else { vec![whole.clone()] })
}

/// All packages of a folder under a configuration: for one that is not written yet.
///
/// # Errors
/// As [`load`], but for the configuration.
pub fn assemble(files: Files, root: PathBuf, mut config: Config) -> Result<Project, Failure> {
    follow_tags(&root, &mut config)?;
    let folders = match &config.workspace {
        Some(workspace) => workspace::expand(files, &root, &workspace.members)?,
        None => vec![String::new()],
    };
    let mut packages = Vec::new();
    for folder in folders {
        packages.push(load_package(files, &root, (&folder, &config))?);
    }
    let packages = in_dependency_order(packages);
    if packages.is_empty() {
        return Err(
            ProjectError::Missing { file: "pyproject.toml".to_owned(), key: "tool.release.workspace.members" }.into()
        );
    }
    if !config.is_independent() && packages.iter().any(|package| package.version != packages[0].version) {
        let versions: Vec<String> =
            packages.iter().map(|package| format!("{} {}", package.name, package.version)).collect();
        return Err(ProjectError::VersionsDiffer { versions: versions.join(", ") }.into());
    }
    let changelog = match &config.changelog.path {
        Some(path) => Some(path.clone()),
        None => workspace::changelog_in(files, &root, ""),
    };
    let manifest = match packages.iter().any(|package| package.folder.is_empty()) {
        true => None,
        false => files
            .read_text_if_there(&root.join("pyproject.toml"), FILE_LIMIT)?
            .map(|text| Pyproject::parse("pyproject.toml", text))
            .transpose()?,
    };
    let mut project = Project { root, config, packages, changelog, manifest, neighbours: None };
    if !project.config.is_independent() {
        project.config.tag.value = project.config.tag.value.replace("{name}", &normalize(&project.title()));
    }
    Ok(project)
}

/// Where nobody says what tags are called, those that are there do: a release that is called otherwise than all before
/// it would be taken for the first one.
fn follow_tags(root: &Path, config: &mut Config) -> Result<(), Failure> {
    // Words before the version that are about no other product.
    const USUAL: [&str; 5] = ["", "v", "rel", "release", "version"];
    if config.tag.origin != Origin::Default || config.is_independent() {
        return Ok(());
    }
    let Some(git) = Git::discover(root)? else { return Ok(()) };
    let names = git.reference_names()?;
    let tags: Vec<String> =
        names.iter().filter_map(|name| name.strip_prefix("refs/tags/")).map(str::to_owned).collect();
    if tags.iter().any(|tag| history::version_of(&config.tag.value, tag).is_some()) {
        return Ok(());
    }
    if let Some(style) = detect::tags::style(&tags) {
        let word = style.pattern.replace("{version}", "").to_ascii_lowercase();
        if USUAL.contains(&word.trim_end_matches(['-', '_', '/', '.'])) {
            config.tag = Setting { value: style.pattern, origin: Origin::Detected };
        }
    }
    Ok(())
}

/// Members of a workspace after those that they depend on; otherwise in the order that was written. A circle
/// stays as it is written.
fn in_dependency_order(mut waiting: Vec<Package>) -> Vec<Package> {
    let mut ordered: Vec<Package> = Vec::new();
    while !waiting.is_empty() {
        let is_free = |package: &Package| {
            let others = waiting.iter().filter(|other| other.name != package.name);
            !others.into_iter().any(|other| requires(package, &other.name))
        };
        let next = waiting.iter().position(is_free).unwrap_or(0);
        ordered.push(waiting.remove(next));
    }
    ordered
}

/// Whether a package names another one in `[project] dependencies`, or in what its backend needs.
fn requires(package: &Package, other: &ProjectName) -> bool {
    let mut dependencies = package.pyproject.strings(&["project", "dependencies"]);
    dependencies.extend(package.pyproject.build_requires());
    dependencies
        .iter()
        .filter_map(|text| text.parse::<Requirement>().ok())
        .any(|requirement| requirement.name == *other)
}

/// The nearest folder with a `pyproject.toml` or `release.toml`, not beyond the top of the repository; that of the
/// workspace where it is a package of one.
///
/// # Errors
/// There is none, or its path is not UTF-8.
pub fn find_root(files: Files, dir: &Path) -> Result<PathBuf, Failure> {
    let start = files.canonical(dir)?;
    if start.to_str().is_none() {
        return Err(ProjectError::NotUtf8Path { dir: start.to_string_lossy().into_owned() }.into());
    }
    let mut candidate = start.as_path();
    let mut nearest = None;
    loop {
        if ["pyproject.toml", "release.toml"].iter().any(|name| files.what(&candidate.join(name)) == What::File) {
            match nearest {
                None => nearest = Some(candidate),
                Some(package) if holds(files, candidate, package) => return Ok(candidate.to_owned()),
                Some(_) => {}
            }
        }
        let top = files.what(&candidate.join(".git")) != What::Missing;
        match candidate.parent().filter(|_| !top) {
            Some(parent) => candidate = parent,
            None => {
                let missing = || ProjectError::NoPyproject { dir: dir.display().to_string() }.into();
                return nearest.map(Path::to_owned).ok_or_else(missing);
            }
        }
    }
}

/// Whether a folder is a workspace that has a folder below it as a package. A configuration that is wrong is told
/// to those who work there.
fn holds(files: Files, root: &Path, package: &Path) -> bool {
    let Ok(config) = load_config(files, root, None) else { return false };
    let members = config.workspace.map(|workspace| workspace::expand(files, root, &workspace.members));
    members
        .is_some_and(|folders| folders.is_ok_and(|folders| folders.iter().any(|folder| root.join(folder) == package)))
}

/// The configuration of the project in `root`; its `file` is nothing where none is written.
///
/// # Errors
/// It cannot be read, or stands in two files.
pub fn load_config(files: Files, root: &Path, named: Option<&Path>) -> Result<Config, Failure> {
    let mut config = written_config(files, root, named)?;
    if let Some(name) = config.check.secrets_baseline.clone() {
        let text = files.read_text(&root.join(&name), FILE_LIMIT)?;
        config.check.accepted_secrets = baseline::parse(&name, &text)?;
    }
    Ok(config)
}

fn written_config(files: Files, root: &Path, named: Option<&Path>) -> Result<Config, Failure> {
    if let Some(path) = named {
        let text = files.read_text(path, FILE_LIMIT)?;
        let name = path.display().to_string();
        let written = file::parse(&name, &text, &[])?.unwrap_or_default();
        let mut config = resolve::resolve(Some(&name), written)?;
        if let Some(pyproject) = files.read_text_if_there(&root.join("pyproject.toml"), FILE_LIMIT)? {
            config.add_indexes_of_uv(&pyproject);
        }
        return Ok(config);
    }
    let own = match files.read_text_if_there(&root.join("release.toml"), FILE_LIMIT)? {
        Some(text) => file::parse("release.toml", &text, &[])?,
        None => None,
    };
    let pyproject = files.read_text_if_there(&root.join("pyproject.toml"), FILE_LIMIT)?;
    let shared = match &pyproject {
        Some(text) => file::parse("pyproject.toml", text, &["tool", "release"])?,
        None => None,
    };
    let resolved: Result<Config, ConfigError> = match (own, shared) {
        (Some(_), Some(_)) => return Err(ProjectError::TwoConfigurations.into()),
        (Some(written), None) => resolve::resolve(Some("release.toml"), written),
        (None, Some(written)) => resolve::resolve(Some("pyproject.toml"), written),
        (None, None) => resolve::resolve(None, file::ConfigFile::default()),
    };
    let mut config = resolved?;
    config.add_indexes_of_uv(pyproject.as_deref().unwrap_or_default());
    Ok(config)
}

fn load_package(files: Files, root: &Path, (folder, config): (&str, &Config)) -> Result<Package, Failure> {
    let dir = root.join(folder);
    let shown = if folder.is_empty() { "pyproject.toml".to_owned() } else { format!("{folder}/pyproject.toml") };
    let text = match files.read_text(&dir.join("pyproject.toml"), FILE_LIMIT) {
        Err(EffectsError::Read { .. }) if files.what(&dir.join("pyproject.toml")) == What::Missing => {
            return Err(ProjectError::NoPyproject { dir: dir.display().to_string() }.into());
        }
        other => other?,
    };
    let pyproject = Pyproject::parse(&shown, text)?;
    let named = pyproject.written(&["project", "name"]).or_else(|| pyproject.written(&["tool", "poetry", "name"]));
    let line = named.as_ref().map(|written| pyproject.line(written.range.start));
    let written =
        named.map(|written| written.value).or_else(|| version_source::name_elsewhere(files, &dir, &pyproject));
    let written = written.ok_or_else(|| ProjectError::Missing { file: shown.clone(), key: "project.name" })?;
    let name: ProjectName = written.parse().map_err(|error: crate::python::error::ParseError| ProjectError::Value {
        file: shown.clone(),
        key: "project.name".to_owned(),
        problem: error.to_string(),
        line,
    })?;
    let source = version_source::locate(files, &dir, name.as_str(), &pyproject)?;
    let version = match &source.place {
        Some(place) => place.written.parse().map_err(|error| ProjectError::BadVersion {
            written: place.written.clone(),
            file: if folder.is_empty() { place.file.clone() } else { format!("{folder}/{}", place.file) },
            line: place.line,
            source: error,
        })?,
        None => history::tagged(root, &config.tag_form(&name))?,
    };
    Ok(Package { name, folder: folder.to_owned(), pyproject, source, version })
}
