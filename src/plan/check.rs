//! `check`: what is wrong with the project that archives are built from. Gathers what the rules of `check/pyproject` and
//! `check/source` need; archives are judged by `check` alone.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::publish::DIST;
use super::{PlanError, archives};
use crate::archive::Kind;
use crate::build::globs::{self, Reading};
use crate::build::stale::Stale;
use crate::build::tree::Tree as Folder;
use crate::check::pyproject;
use crate::check::source::sdist::{self, Committed};
use crate::check::source::{self, Tree, newer};
use crate::check::{Examined, Policy};
use crate::effects::files::What;
use crate::effects::git::TreeFile;
use crate::effects::{Git, Inspect};
use crate::error::Failure;
use crate::project::{Package, Project, Pyproject, history};
use crate::python::filename::SdistName;
use crate::report::Finding;

/// What is asked.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// What the project decided about rules.
    pub policy: &'a Policy,
    /// Archives: sdists among them are compared with what was committed.
    pub archives: &'a [archives::Judged],
    /// The tag that sdists are compared with; nothing: HEAD.
    pub against: Option<&'a str>,
    /// Whether the files of the project are judged, too.
    pub files: bool,
    /// What its requirements are compared with.
    pub base: Base,
}

/// Where the last release is looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Base {
    /// In git: at its tag.
    Tag,
    /// On the index, by [`super::online`].
    Index,
}

/// What was found, and what was not looked at.
#[derive(Debug, Default)]
pub struct Judged {
    /// What is wrong with it.
    pub findings: Vec<Finding>,
    /// How many findings the configuration accepts; they are not among the others.
    pub accepted: usize,
    /// What was not looked at, and why: lines for people.
    pub unjudged: Vec<String>,
    /// Whether what was asked for could not be compared at all.
    pub inconclusive: bool,
}

/// Judges the files of a project, and what its sdists have of them.
///
/// # Errors
/// The repository cannot be read, or has no such tag.
pub fn project(inspect: Inspect<'_>, project: &Project, asked: &Asked<'_>) -> Result<Judged, Failure> {
    let mut judged = Judged::default();
    let git = Git::discover(&project.root)?;
    let mut findings = Vec::new();
    if asked.files {
        for package in &project.packages {
            let dir = project.dir_of(package);
            findings.extend(pyproject::judge(&package.pyproject, &|file| is_there(inspect, &dir, file)));
        }
        match &git {
            Some(git) => {
                findings.extend(tree(inspect, project, git)?);
                if asked.base == Base::Tag {
                    findings.extend(newer(inspect, project, git)?);
                }
            }
            None => judged.unjudged.push("the files of the project, since it is in no git repository".to_owned()),
        }
    }
    if let Some(git) = &git {
        let (found, compared) = sdists(git, project, asked)?;
        findings.extend(found);
        if let Some(tag) = asked.against.filter(|_| compared == 0) {
            judged.inconclusive = true;
            judged.unjudged.push(format!("`{tag}`: there is no sdist of this project to compare with it"));
        }
    } else if let Some(tag) = asked.against {
        return Err(PlanError::NoSuchTag { tag: tag.to_owned() }.into());
    }
    let before = findings.len();
    findings.retain(|finding| !asked.policy.accepts(finding.code, finding.location.as_ref()));
    judged.accepted = before - findings.len();
    judged.findings = findings;
    Ok(judged)
}

/// What is wrong in the working tree.
fn tree(inspect: Inspect<'_>, project: &Project, git: &Git) -> Result<Vec<Finding>, Failure> {
    let tree = Tree::of(inspect.files(), git, &project.root)?;
    let written =
        |package: &Package| package.pyproject.string(&["project", "version"]).map(|_| package.version.to_string());
    let about: Vec<(String, Option<String>)> =
        project.packages.iter().map(|package| (folder_of(package), written(package))).collect();
    let packages: Vec<source::Package<'_>> = project
        .packages
        .iter()
        .zip(&about)
        .map(|(package, (folder, version))| source::Package {
            folder,
            name: package.name.normalized(),
            version: version.as_deref(),
            pyproject: &package.pyproject,
        })
        .collect();
    Ok(source::judge(&tree, &packages))
}

/// What the packages require that they did not at the tag of the last final release below their version. Nothing where
/// either is left to the backend.
fn newer(inspect: Inspect<'_>, project: &Project, git: &Git) -> Result<Vec<Finding>, Failure> {
    let releases = history::releases(git, project)?;
    let is_last =
        |released: &&history::Released| !released.version.is_prerelease() && released.version < *project.version();
    let Some(last) = releases.iter().rev().find(is_last) else { return Ok(Vec::new()) };
    let mut findings = Vec::new();
    for package in &project.packages {
        let dir = project.dir_of(package);
        let file = dir.strip_prefix(git.top()).unwrap_or(Path::new("")).join("pyproject.toml");
        let before = git.text_at(&last.commit, &file).and_then(|text| Pyproject::parse("", text).ok());
        let Some(before) = before.as_ref().and_then(newer::of_pyproject) else { continue };
        let Some(required) = newer::of_pyproject(&package.pyproject) else { continue };
        let before = before.into_keys().collect();
        for needed in newer::new(&package.name, &required, &before) {
            let standing = ("", &newer::Standing::Unasked);
            findings.push(newer::finding(needed, &last.tag, standing, inspect.clock().now()));
        }
    }
    Ok(findings)
}

/// Where a package lies: empty, or with `/` at its end.
fn folder_of(package: &Package) -> String {
    if package.folder.is_empty() { String::new() } else { format!("{}/", package.folder) }
}

/// Letters large and small count, whatever the disk makes of them: the name must be listed so. A pattern must match a file.
fn is_there(inspect: Inspect<'_>, dir: &Path, file: &str) -> bool {
    if globs::has_magic(file) {
        let tree = Folder::Folder { root: dir.to_owned(), files: inspect.files(), stale: Stale::default() };
        // Where folders cannot be read, nothing is claimed.
        let matches = |paths: Vec<String>| paths.iter().any(|path| tree.is_file(path));
        return globs::expand(&tree, "", file, Reading::PATHLIB).map_or(true, matches);
    }
    let path = dir.join(file);
    let is_listed = || {
        let listed = path.parent().map(|folder| inspect.files().list(folder).unwrap_or_default()).unwrap_or_default();
        listed.iter().any(|listed| listed.file_name() == path.file_name())
    };
    inspect.files().stat(&path).is_some_and(|stat| stat.is_file) && is_listed()
}

/// Each sdist of the project against the tag, or against HEAD; and how many there are.
fn sdists(git: &Git, project: &Project, asked: &Asked<'_>) -> Result<(Vec<Finding>, usize), Failure> {
    let (mut findings, mut compared) = (Vec::new(), 0);
    let sdists = asked.archives.iter().map(|judged| &judged.examined);
    let sdists = sdists.filter(|examined| examined.scan.kind == Kind::Sdist && examined.scan.complete);
    let commit = match asked.against {
        Some(tag) => {
            let commit = git.commit_named(&format!("refs/tags/{tag}"));
            Some(commit.ok_or_else(|| PlanError::NoSuchTag { tag: tag.to_owned() })?)
        }
        None => git.head()?.commit,
    };
    let Some(commit) = commit else { return Ok((findings, compared)) };
    let top = git.top();
    for Examined { name, scan, .. } in sdists {
        let of = |package: &&Package| name.parse::<SdistName>().is_ok_and(|sdist| *sdist.name() == package.name);
        let Some(package) = project.packages.iter().find(of) else { continue };
        let dir = project.dir_of(package);
        let prefix = dir.strip_prefix(&top).map(|path| path.display().to_string()).unwrap_or_default();
        // A folder that the commit does not have yet is empty there.
        let files = git.files_of_commit(&commit, prefix.trim_end_matches('/')).unwrap_or_default();
        let known: HashMap<&str, &TreeFile> = files.iter().map(|file| (file.path.as_str(), file)).collect();
        let committed = Committed {
            files: files.iter().map(|file| (file.path.clone(), file.mode)).collect(),
            read: &|path| git.content(known.get(path)?).ok(),
            tag: asked.against,
        };
        findings.extend(sdist::judge(name, scan, &package.pyproject, &committed));
        compared += 1;
    }
    Ok((findings, compared))
}

/// The names of the archives in `dist/` that are not judged: of other versions, or of other projects.
///
/// # Errors
/// The folder cannot be read.
pub fn others(inspect: Inspect<'_>, project: &Project, judged: &[archives::Judged]) -> Result<Vec<String>, Failure> {
    let dist = project.root.join(DIST);
    let listed = match inspect.files().what(&dist) {
        What::Folder => inspect.files().list(&dist)?,
        _ => Vec::new(),
    };
    let is_judged = |path: &PathBuf| judged.iter().any(|judged| judged.path == *path);
    let name = |path: &PathBuf| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let others = listed.iter().filter(|path| !is_judged(path)).map(name);
    Ok(others.filter(|name| Kind::of(name) != Kind::Other).collect())
}
