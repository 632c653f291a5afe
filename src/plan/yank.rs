//! `yank`: what is waited for, and what is marked afterwards: the section of the changelog and the release on the
//! forge. Where a person has to click is told; no index has an API for it.

use super::{Plan, PlanError};
use crate::config::targets::Index;
use crate::effects::{Git, Inspect};
use crate::error::Failure;
use crate::forge::{Forge, ForgeError, notes};
use crate::index::Listing;
use crate::project::changelog::{self, Changelog};
use crate::project::{FILE_LIMIT, Package, Project, edit};
use crate::python::version::Version;
use crate::report::{diff, text};
use crate::steps::Step;
use crate::steps::await_yank::AwaitYank;
use crate::steps::mark_release::MarkRelease;
use crate::steps::record::{Draft, Facts};
use crate::steps::transaction::{FileChange, Transaction};

/// How changes of files by this command are named.
const YANK: &str = "yank";

/// A release to be yanked.
#[derive(Debug, Clone)]
pub struct Wanted<'a> {
    /// The version.
    pub version: &'a Version,
    /// The index.
    pub index: &'a Index,
    /// How many seconds to wait for it.
    pub seconds: u64,
}

/// Where a release is yanked, one line.
pub fn place(index: &Index, package: &Package, version: &Version) -> String {
    let name = package.name.normalized();
    match index.simple.strip_suffix("/simple/") {
        Some(base @ ("https://pypi.org" | "https://test.pypi.org")) => {
            format!("yank {name} {version} at {base}/manage/project/{name}/release/{version}/")
        }
        _ => format!("yank {name} {version} on the pages of `{}`: no index has an API for it", index.name),
    }
}

/// Plans to wait until every package is yanked.
///
/// # Errors
/// The index does not answer, or has no file of the version.
pub fn awaiting(inspect: Inspect<'_>, packages: &[&Package], wanted: &Wanted<'_>) -> Result<Plan, Failure> {
    let mut steps = Vec::new();
    for package in packages {
        let listing = Listing::of(inspect.http(), wanted.index, &package.name)?;
        if listing.of_version(wanted.version).next().is_none() {
            let (package, version) = (package.name.as_str().to_owned(), wanted.version.to_string());
            return Err(PlanError::NotOnIndex { package, version, index: wanted.index.name.clone() }.into());
        }
        steps.push(Step::AwaitYank(AwaitYank {
            index: wanted.index.clone(),
            package: package.name.clone(),
            version: wanted.version.clone(),
            seconds: wanted.seconds,
        }));
    }
    Ok(Plan::of(steps))
}

/// Plans to mark changelog and release of a version as yanked, with what is told of them.
///
/// # Errors
/// The changelog cannot be read or is not committed, or what says which forge it is cannot be used.
pub fn marking(
    inspect: Inspect<'_>,
    project: &Project,
    wanted: &Wanted<'_>,
    reason: Option<&str>,
) -> Result<Plan, Failure> {
    let mut plan = Plan::default();
    if let Some((change, preview)) = changed(inspect, project, wanted.version)? {
        let of = (project.title(), project.version().to_string());
        let (top, change) = change;
        let transaction = Transaction::of_files(YANK, of, (top, vec![change]), "a release marked as yanked");
        plan.steps.push(Step::Transaction(Box::new(transaction)));
        plan.preview = preview;
    }
    match Forge::of_project(inspect, &project.config, &project.root) {
        Ok(forge) if forge.require_token().is_ok() => plan.steps.push(Step::MarkRelease(Box::new(MarkRelease {
            place: forge.place.clone(),
            tag: project.tag_of(wanted.version),
            note: note(reason),
            forge,
        }))),
        Ok(forge) => {
            inspect.warn(format!("the release on `{}` is not marked: there is no token for it", forge.place));
        }
        Err(ForgeError::Unknown { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    let draft = Draft {
        command: YANK,
        project: project.title(),
        version: Some(wanted.version.to_string()),
        summary: format!("on {}: {}", wanted.index.name, text::inline(reason.unwrap_or("no reason given"))),
        facts: Facts::default(),
    };
    plan.draft = Some((project.root.clone(), draft));
    Ok(plan)
}

/// What stands at the top of the notes.
fn note(reason: Option<&str>) -> String {
    match reason {
        // Words of others: one line, and no markup beyond it.
        Some(reason) => format!("> **Yanked**: {}", notes::harmless(&reason.replace(['\n', '\r'], " ")).trim()),
        None => "> **Yanked**".to_owned(),
    }
}

type Change = ((std::path::PathBuf, FileChange), Vec<String>);

/// The changelog with the mark; nothing where it has no section of the version, or has the mark.
fn changed(inspect: Inspect<'_>, project: &Project, version: &Version) -> Result<Option<Change>, Failure> {
    let files = inspect.files();
    let changelog = Changelog::of(files, project)?;
    let (Some(path), Some(source)) = (&changelog.path, changelog.text(files, project)?) else { return Ok(None) };
    let edits = changelog::yanked(&source, changelog.markup, version);
    if edits.is_empty() {
        return Ok(None);
    }
    let git = Git::discover(&project.root)?;
    let top = git.as_ref().map_or_else(|| Ok(project.root.clone()), |git| files.canonical(&git.top()))?;
    let full = files.canonical(&project.root.join(path))?;
    let below = full.strip_prefix(&top).unwrap_or(&full).to_string_lossy().into_owned();
    let dirty = git.as_ref().map(Git::changed_files).transpose()?.unwrap_or_default();
    if dirty.contains(&below) {
        return Err(PlanError::Unsaved { files: vec![below] }.into());
    }
    let before = files.read(&full, FILE_LIMIT)?;
    let after = edit::apply(&before, &edits);
    let preview = diff::unified(&below, Some(&source), &String::from_utf8_lossy(&after));
    let change =
        FileChange { mode: files.mode(&full)?, path: below, before, after: Some(after), preview: preview.clone() };
    Ok(Some(((top, change), preview)))
}
