//! A workspace whose packages have versions of their own is several projects in one folder: each with its tags, its
//! changelog and the references that name its version. What is common to them stays with the workspace.

use std::path::Path;

use super::changelog;
use super::error::ProjectError;
use super::history;
use super::load::Which;
use super::{Package, Project, Pyproject};
use crate::config::file::ReferenceTable;
use crate::effects::files::{Files, What};
use crate::error::Failure;
use crate::python::name::normalize;

/// More packages than this are not looked at.
const LIMIT: usize = 200;
/// Folders that hold no packages of a workspace.
const SKIPPED: [&str; 9] = ["tests", "test", "docs", "doc", "examples", "fixtures", "node_modules", "venv", "build"];

impl Project {
    /// The name that selects this project; nothing where it is all of its workspace.
    pub fn selection(&self) -> Option<&str> {
        self.neighbours.as_ref().map(|_| self.packages[0].name.normalized())
    }

    /// The error of a name that none of its packages has.
    pub fn no_package(&self, name: &str) -> ProjectError {
        unknown(name, &self.packages, self.manifest.as_ref())
    }

    /// What this very project is read by again, in this folder or another one.
    pub fn again<'a>(&'a self, config: Option<&'a Path>) -> Which<'a> {
        Which { config, package: self.selection(), tag: None }
    }

    /// The folders below the top of the repository that this project is made of (none: all of it), and those in them
    /// that belong to others.
    pub fn folders(&self, top: &Path) -> (Vec<String>, Vec<String>) {
        let root = self.root.strip_prefix(top).unwrap_or(Path::new(""));
        let below = |folder: &String| root.join(folder).to_string_lossy().trim_end_matches('/').to_owned();
        let own = match &self.neighbours {
            Some(_) => below(&self.packages[0].folder),
            None => below(&String::new()),
        };
        let others = self.neighbours.iter().flatten().map(below).filter(|other| other.len() > own.len());
        (Some(own.clone()).filter(|own| !own.is_empty()).into_iter().collect(), others.collect())
    }

    /// Whether a path below the root belongs to this project, and to no other one of the workspace.
    pub fn owns(&self, path: &str) -> bool {
        let Some(neighbours) = &self.neighbours else { return true };
        lies_in(path, &self.packages[0].folder)
            && !neighbours.iter().any(|folder| folder.len() > self.packages[0].folder.len() && lies_in(path, folder))
    }
}

/// Whether a path is below a folder; everything is below the folder without a name.
fn lies_in(path: &str, folder: &str) -> bool {
    folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

/// Makes each package a project of its own.
///
/// # Errors
/// Two have the same tags, a table or a reference is about no package.
pub(super) fn apart(files: Files, whole: &Project) -> Result<Vec<Project>, ProjectError> {
    let workspace = whole.config.workspace.clone().unwrap_or_default();
    if let Some(name) = workspace.packages.keys().find(|name| position(&whole.packages, name).is_none()) {
        return Err(unknown(name, &whole.packages, whole.manifest.as_ref()));
    }
    let mut projects: Vec<Project> = Vec::new();
    for package in &whole.packages {
        let own = workspace.packages.get(package.name.normalized()).cloned().unwrap_or_default();
        let mut config = whole.config.clone();
        config.tag.value = config.tag_form(&package.name);
        if let Some(other) = projects.iter().find(|other| other.config.tag.value == config.tag.value) {
            let packages = format!("`{}` and `{}`", other.packages[0].name, package.name);
            return Err(ProjectError::SameTags { packages, tag: config.tag.value });
        }
        let changelog = own.changelog.or_else(|| changelog_in(files, &whole.root, &package.folder));
        let others = whole.packages.iter().filter(|other| other.name != package.name);
        projects.push(Project {
            root: whole.root.clone(),
            config,
            packages: vec![package.clone()],
            changelog,
            manifest: whole.manifest.clone(),
            neighbours: Some(others.map(|other| other.folder.clone()).collect()),
        });
    }
    let mut owners = Vec::new();
    for rule in &whole.config.references {
        owners.push(owner(&projects, rule)?);
    }
    for (at, project) in projects.iter_mut().enumerate() {
        let mut owners = owners.iter();
        project.config.references.retain(|_| owners.next() == Some(&at));
    }
    Ok(projects)
}

/// The project whose version a rule names.
fn owner(projects: &[Project], rule: &ReferenceTable) -> Result<usize, ProjectError> {
    if let Some(name) = &rule.package {
        let wanted = normalize(name);
        let found = projects.iter().position(|project| project.packages[0].name.normalized() == wanted);
        let packages = || projects.iter().flat_map(|project| project.packages.clone()).collect::<Vec<_>>();
        return found.ok_or_else(|| unknown(name, &packages(), projects[0].manifest.as_ref()));
    }
    // Of a glob, the part that is the same for all its files.
    let path = rule.path.split(['*', '?', '[', '{']).next().unwrap_or_default();
    let unclear = || ProjectError::ReferenceOfWhom { path: rule.path.clone() };
    projects.iter().position(|project| project.owns(path)).ok_or_else(unclear)
}

fn position(packages: &[Package], name: &str) -> Option<usize> {
    packages.iter().position(|package| package.name.normalized() == name)
}

fn unknown(name: &str, packages: &[Package], manifest: Option<&Pyproject>) -> ProjectError {
    // The package in the root may have been forgotten.
    let root = manifest.and_then(|root| root.string(&["project", "name"]));
    let is_root = root.is_some_and(|root| normalize(root) == normalize(name));
    let known: Vec<String> = packages.iter().map(|package| format!("`{}`", package.name)).collect();
    ProjectError::UnknownPackage { name: name.to_owned(), known: known.join(", "), is_root }
}

/// The changelog in a folder, under one of its customary names; its path below the root.
pub(super) fn changelog_in(files: Files, root: &Path, folder: &str) -> Option<String> {
    let path = |name: &&str| if folder.is_empty() { (*name).to_owned() } else { format!("{folder}/{name}") };
    changelog::NAMES.iter().map(path).find(|path| files.what(&root.join(path)) != What::Missing)
}

/// The one that is meant: by its name, because `dir` lies in its folder, or because the tag is one of its own.
///
/// # Errors
/// There is no package of that name, or nothing says which one is meant.
pub(super) fn choose(mut projects: Vec<Project>, dir: &Path, which: Which<'_>) -> Result<Project, ProjectError> {
    if let [project] = projects.as_slice()
        && (project.neighbours.is_none() || which.package.is_none())
    {
        return Ok(projects.remove(0));
    }
    let found = match which.package {
        Some(name) => {
            let wanted = normalize(name);
            let packages: Vec<Package> = projects.iter().flat_map(|project| project.packages.clone()).collect();
            Some(position(&packages, &wanted).ok_or_else(|| unknown(name, &packages, projects[0].manifest.as_ref()))?)
        }
        None => {
            let below = dir.strip_prefix(&projects[0].root).ok().map(|path| format!("{}/", path.display()));
            let is_in = |project: &Project| {
                let here = below.as_ref().is_some_and(|path| project.owns(path));
                here && !project.packages[0].folder.is_empty()
            };
            let is_of = |project: &Project| {
                which.tag.is_some_and(|tag| history::version_of(&project.config.tag.value, tag).is_some())
            };
            projects.iter().position(is_in).or_else(|| projects.iter().position(is_of))
        }
    };
    match found {
        Some(at) => Ok(projects.swap_remove(at)),
        None => {
            let title = |project: &Project| format!("{} {}", project.packages[0].name, project.version());
            let packages = projects.iter().map(title).collect::<Vec<_>>().join(", ");
            let example = projects[0].packages[0].name.to_string();
            Err(ProjectError::WhichPackage { packages, example })
        }
    }
}

/// The folders that patterns name: `*` stands for any name of one folder. A name without one is taken as it is.
///
/// # Errors
/// A folder cannot be listed.
pub(super) fn expand(files: Files, root: &Path, patterns: &[String]) -> Result<Vec<String>, Failure> {
    let mut found: Vec<String> = Vec::new();
    for pattern in patterns {
        let mut matching = vec![String::new()];
        for part in pattern.split('/').filter(|part| !part.is_empty() && *part != "." && *part != "..") {
            let mut next = Vec::new();
            for base in matching {
                let names = match part.contains('*') {
                    true => folders(files, &root.join(&base))?.into_iter().filter(|name| fits(name, part)).collect(),
                    false => vec![part.to_owned()],
                };
                next.extend(
                    names.into_iter().map(|name| if base.is_empty() { name } else { format!("{base}/{name}") }),
                );
            }
            next.truncate(LIMIT);
            matching = next;
        }
        // Of what a star stands for, only what is a package is one.
        matching.retain(|folder| !pattern.contains('*') || is_package(files, root, folder));
        found.extend(matching);
    }
    let mut once = std::collections::BTreeSet::new();
    found.retain(|folder| once.insert(folder.clone()));
    Ok(found)
}

fn is_package(files: Files, root: &Path, folder: &str) -> bool {
    files.what(&root.join(folder).join("pyproject.toml")) == What::File
}

/// Whether a name fits a pattern with stars.
fn fits(name: &str, pattern: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = name.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// Folders with a `pyproject.toml`, one or two levels down.
///
/// # Errors
/// A folder cannot be listed.
pub(super) fn nearby(files: Files, root: &Path) -> Result<Vec<String>, Failure> {
    let mut found = Vec::new();
    for outer in folders(files, root)? {
        if is_package(files, root, &outer) {
            found.push(outer);
            continue;
        }
        for inner in folders(files, &root.join(&outer))? {
            let path = format!("{outer}/{inner}");
            if is_package(files, root, &path) {
                found.push(path);
            }
        }
    }
    found.truncate(LIMIT);
    Ok(found)
}

fn folders(files: Files, dir: &Path) -> Result<Vec<String>, Failure> {
    let entries = files.list(dir)?;
    let names = entries
        .iter()
        .filter(|path| files.what(path) == What::Folder)
        .filter_map(|path| path.file_name()?.to_str().map(str::to_owned))
        .filter(|name| !name.starts_with('.') && !SKIPPED.contains(&name.as_str()));
    Ok(names.collect())
}
