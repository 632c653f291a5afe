//! `check`: what is wrong with the project that archives are built from. Gathers what the rules of `check/pyproject` and
//! `check/source` need; archives are judged by `check` alone.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::PlanError;
use super::publish::DIST;
use crate::archive::{Kind, Scan};
use crate::check::pyproject;
use crate::check::source::sdist::{self, Committed};
use crate::check::source::{self, Tree};
use crate::effects::files::What;
use crate::effects::git::TreeFile;
use crate::effects::{Git, Inspect};
use crate::error::Failure;
use crate::project::{Package, Project};
use crate::python::filename::SdistName;
use crate::report::Finding;

/// What is judged beside the files of the project.
#[derive(Debug, Clone, Copy, Default)]
pub struct Asked<'a> {
    /// Archives by their file names: sdists among them are compared with what was committed.
    pub archives: &'a [(&'a str, &'a Scan)],
    /// The tag that sdists are compared with; nothing: HEAD.
    pub against: Option<&'a str>,
}

/// What was found, and what was not looked at.
#[derive(Debug, Default)]
pub struct Judged {
    /// What is wrong with it.
    pub findings: Vec<Finding>,
    /// What was not looked at, and why: lines for people.
    pub unjudged: Vec<String>,
}

/// Judges the files of a project, and what its sdists have of them.
///
/// # Errors
/// The repository cannot be read, or has no such tag.
pub fn project(inspect: Inspect<'_>, project: &Project, asked: &Asked<'_>) -> Result<Judged, Failure> {
    let mut judged = Judged::default();
    for package in &project.packages {
        let dir = project.dir_of(package);
        judged.findings.extend(pyproject::judge(&package.pyproject, &|file| is_there(inspect, &dir, file)));
    }
    let Some(git) = Git::discover(&project.root)? else {
        judged.unjudged.push("the files of the project: it is in no git repository".to_owned());
        return Ok(judged);
    };
    let tree = Tree::of(inspect.files(), &git, &project.root)?;
    let folders: Vec<String> = project.packages.iter().map(folder_of).collect();
    let versions: Vec<Option<String>> = project
        .packages
        .iter()
        .map(|package| package.pyproject.string(&["project", "version"]).map(|_| package.version.to_string()))
        .collect();
    let packages: Vec<source::Package<'_>> = project
        .packages
        .iter()
        .enumerate()
        .map(|(index, package)| source::Package {
            folder: &folders[index],
            name: package.name.normalized(),
            version: versions[index].as_deref(),
            pyproject: &package.pyproject,
        })
        .collect();
    judged.findings.extend(source::judge(&tree, &packages));
    judged.findings.extend(sdists(&git, project, asked)?);
    Ok(judged)
}

/// Where a package lies: empty, or with `/` at its end.
fn folder_of(package: &Package) -> String {
    if package.folder.is_empty() { String::new() } else { format!("{}/", package.folder) }
}

/// Letters large and small count, whatever the disk makes of them: the name must be listed so.
fn is_there(inspect: Inspect<'_>, dir: &Path, file: &str) -> bool {
    let path = dir.join(file);
    let is_listed = || {
        let listed = path.parent().map(|folder| inspect.files().list(folder).unwrap_or_default()).unwrap_or_default();
        listed.iter().any(|listed| listed.file_name() == path.file_name())
    };
    inspect.files().stat(&path).is_some_and(|stat| stat.is_file) && is_listed()
}

/// Each sdist of the project against the tag, or against HEAD.
fn sdists(git: &Git, project: &Project, asked: &Asked<'_>) -> Result<Vec<Finding>, Failure> {
    let mut findings = Vec::new();
    let sdists: Vec<(&str, &Scan)> =
        asked.archives.iter().copied().filter(|(_, scan)| scan.kind == Kind::Sdist && scan.complete).collect();
    let commit = match asked.against {
        Some(tag) => {
            let commit = git.commit_named(&format!("refs/tags/{tag}"));
            Some(commit.ok_or_else(|| PlanError::NoSuchTag { tag: tag.to_owned() })?)
        }
        None => git.head()?.commit,
    };
    let Some(commit) = commit else { return Ok(findings) };
    let top = git.top();
    for (name, scan) in sdists {
        let of = |package: &&Package| {
            name.parse::<SdistName>().is_ok_and(|sdist| *sdist.name() == package.name)
        };
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
    }
    Ok(findings)
}

/// The names of other archives in `dist/`: of other versions, or of other projects.
///
/// # Errors
/// The folder cannot be read.
pub fn others(inspect: Inspect<'_>, project: &Project, judged: &[PathBuf]) -> Result<Vec<String>, Failure> {
    let dist = project.root.join(DIST);
    let listed = match inspect.files().what(&dist) {
        What::Folder => inspect.files().list(&dist)?,
        _ => Vec::new(),
    };
    let name = |path: &PathBuf| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let others = listed.iter().filter(|path| !judged.contains(path)).map(name);
    Ok(others.filter(|name| Kind::of(name) != Kind::Other).collect())
}
