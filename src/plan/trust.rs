//! Whether native builds of a project are trusted: they are compared with the backend's once, and the configuration
//! keeps the answer.

use super::Plan;
use super::build::{Builder, Settings, Wanted, builds};
use crate::build::configuration;
use crate::build::native::{self, Reason};
use crate::config::ConfigError;
use crate::config::edit::with_verified;
use crate::config::file::position;
use crate::effects::Inspect;
use crate::error::Failure;
use crate::project::{FILE_LIMIT, Package, Project};
use crate::steps::Step;
use crate::steps::compare_builds::CompareBuilds;
use crate::steps::write_files::WriteFiles;

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
    let (native, _) = builds(inspect, project, &packages, (&wanted, Trust::Unasked))?;
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
pub(super) fn configuration(inspect: Inspect<'_>, project: &Project) -> Result<String, Failure> {
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

/// What is known of native builds of this project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trust {
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
    /// Of the configuration as it is.
    pub(super) fn of(inspect: Inspect<'_>, project: &Project) -> Result<Trust, Failure> {
        Ok(match project.config.verified.as_deref() {
            None => Trust::Unasked,
            Some(verified) if verified == configuration(inspect, project)? => Trust::Verified,
            Some("differs") => Trust::Differed,
            Some(_) => Trust::Changed,
        })
    }

    pub(super) fn refuse(self) -> Result<(), Reason> {
        let why = match self {
            Trust::Unasked | Trust::Verified => return Ok(()),
            Trust::Differed => "native archives were not those of the backend when they were compared",
            Trust::Changed => "what decides how the project is built changed since native archives were compared",
        };
        Err(Reason::new("build.verified", why).instead("another `release build --verify-native`"))
    }
}
