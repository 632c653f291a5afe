//! The security status as files, and on its way to where it is served. Publishing touches the names of
//! `status/files.rs` and nothing else of what is there.

use std::path::Path;

use super::Plan;
use crate::effects::git_program::Login;
use crate::effects::http::is_loopback;
use crate::effects::{Inspect, files::What, http::Url};
use crate::error::Failure;
use crate::project::FILE_LIMIT;
use crate::status::document::Clock;
use crate::status::{Document, Status, StatusError, files};
use crate::steps::Step;
use crate::steps::await_status::{AwaitStatus, sequence_of};
use crate::steps::publish_branch::PublishBranch;
use crate::steps::record::{Draft, Facts};
use crate::steps::write_files::WriteFiles;

/// Plans the files of a status below `out`. `url` is where that folder is served.
///
/// # Errors
/// A page cannot be rendered.
pub fn build(status: &Status, out: &Path, url: Option<&str>) -> Result<Plan, Failure> {
    let base = url.map(files::base);
    let files = files::render(status, base.as_deref())?;
    Ok(Plan::of(vec![Step::WriteFiles(WriteFiles { dir: out.to_owned(), files })]))
}

/// A status as `build` wrote it.
#[derive(Debug)]
pub struct Built {
    /// Its document.
    pub document: Document,
    /// Its files, with their paths below the folder it was written to.
    pub files: Vec<(String, Vec<u8>)>,
}

/// Reads what `build` wrote below `dir`.
///
/// # Errors
/// A file is missing or is no status.
pub fn built(inspect: Inspect<'_>, dir: &Path) -> Result<Built, Failure> {
    let look = inspect.files();
    let mut read = Vec::new();
    for name in files::NAMES {
        let path = format!("{}/{name}", files::FOLDER);
        if look.what(&dir.join(&path)) != What::File {
            return Err(StatusError::NotBuilt { dir: dir.display().to_string(), file: path }.into());
        }
        read.push((path.clone(), look.read(&dir.join(&path), FILE_LIMIT)?));
    }
    let index = look.read_text(&dir.join(files::FOLDER).join("index.json"), FILE_LIMIT)?;
    let document = Document::parse(&index)
        .map_err(|problem| StatusError::Previous { place: dir.display().to_string(), problem })?;
    Ok(Built { document, files: read })
}

/// Plans the files of a status into another folder, beside what is there.
///
/// # Errors
/// A newer status is there.
pub fn to_dir(inspect: Inspect<'_>, built: Built, dir: &Path) -> Result<Plan, Failure> {
    let index = format!("{}/index.json", files::FOLDER);
    let there = dir.join(&index);
    if inspect.files().what(&there) == What::File {
        let bytes = inspect.files().read(&there, FILE_LIMIT)?;
        let ours = built.files.iter().find(|(name, _)| *name == index).map(|(_, bytes)| bytes);
        if let Some(served) = sequence_of(&bytes)
            && ours != Some(&bytes)
            && served >= built.document.sequence
        {
            return Err(StatusError::Older { served, built: built.document.sequence }.into());
        }
    }
    Ok(Plan::of(vec![Step::WriteFiles(WriteFiles { dir: dir.to_owned(), files: built.files })]))
}

/// Where a branch is.
#[derive(Debug, Clone)]
pub struct Branch<'a> {
    /// The repository on this machine.
    pub repository: &'a Path,
    /// The remote: a name, a path or a URL.
    pub remote: &'a str,
    /// The URL that a name stands for.
    pub remote_url: Option<&'a str>,
    /// The right to push there, where it is not git's own.
    pub login: Option<Login>,
    /// Its name.
    pub branch: &'a str,
}

/// Plans the files of a status on a branch, and, with `wait`, until they are served there.
///
/// # Errors
/// The time of the status was given and the branch is not on this machine.
pub fn to_branch(
    inspect: Inspect<'_>,
    built: Built,
    branch: &Branch<'_>,
    wait: Option<(&str, u64)>,
) -> Result<Plan, Failure> {
    let given = inspect.clock().is_given() || built.document.clock == Clock::Given;
    if given && !is_here(branch.remote_url.unwrap_or(branch.remote)) {
        return Err(StatusError::GivenClock { remote: branch.remote.to_owned() }.into());
    }
    let Built { document, files } = built;
    let mut steps = vec![Step::PublishBranch(PublishBranch {
        repository: branch.repository.to_owned(),
        remote: branch.remote.to_owned(),
        login: branch.login.clone(),
        branch: branch.branch.to_owned(),
        files,
        sequence: document.sequence,
    })];
    if let Some((url, seconds)) = wait {
        steps.push(Step::AwaitStatus(AwaitStatus { url: files::base(url), sequence: document.sequence, seconds }));
    }
    let draft = Draft {
        command: "status publish",
        project: document.project.name,
        version: None,
        summary: format!("status {} to branch {} of {}", document.sequence, branch.branch, branch.remote),
        facts: Facts::default(),
    };
    Ok(Plan { steps, draft: Some((branch.repository.to_owned(), draft)), ..Plan::default() })
}

/// Whether a remote is on this machine: a path, or a URL of it.
fn is_here(remote: &str) -> bool {
    match Url::parse(remote) {
        Ok(url) if url.scheme() == "file" => true,
        Ok(url) => url.host_str().is_some_and(is_loopback),
        // `git@example.org:demo.git` is no URL, and no path either.
        Err(_) => !remote.split('/').next().unwrap_or_default().contains(':'),
    }
}
