//! `announce`: what the forge's release of a version lacks. The forge is asked what it has, and every file is
//! hashed, before anything is changed.

use std::path::PathBuf;

use super::{Plan, PlanError};
use crate::archive::Sha256Digester;
use crate::config::file::ChangelogKind;
use crate::effects::http::{Url, is_loopback};
use crate::effects::{EffectsError, Git, Inspect};
use crate::error::Failure;
use crate::forge::release::{self, LocalFile};
use crate::forge::{Forge, ForgeError, notes};
use crate::project::changelog::{Changelog, Document, Markup, convert};
use crate::project::{Project, ProjectError};
use crate::python::version::Version;
use crate::report::text;
use crate::steps::Step;
use crate::steps::announce_release::AnnounceRelease;
use crate::steps::record::{Draft, Facts};

/// What is to be announced.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The version.
    pub version: Version,
    /// The files to attach.
    pub files: Vec<PathBuf>,
    /// Notes in place of those of the changelog.
    pub notes: Option<String>,
    /// Whether the release stays a draft.
    pub draft: bool,
}

/// Plans the release of a version on the project's forge.
///
/// # Errors
/// There is no forge or no tag for it, a file cannot be attached, or the forge has something else there.
pub fn plan(inspect: Inspect<'_>, project: &Project, wanted: &Wanted) -> Result<Plan, Failure> {
    let forge = Forge::of_project(inspect, &project.config, &project.root)?;
    guard_clock(inspect, &forge)?;
    let tag = project.tag_of(&wanted.version);
    let release = release::Wanted {
        commit: commit_of(project, &tag)?,
        name: format!("{} {}", project.title(), wanted.version),
        notes: match &wanted.notes {
            Some(notes) => notes::harmless(notes),
            None => notes_of(inspect, project, &wanted.version, Some(&forge))?.unwrap_or_else(|| {
                inspect.warn(format!("the changelog has nothing under {}: the release has no notes", wanted.version));
                String::new()
            }),
        },
        prerelease: wanted.version.is_prerelease(),
        draft: wanted.draft,
        files: local_files(inspect, &wanted.files)?,
        tag,
    };
    forge.require_tag(inspect.http(), &release)?;
    let standing = forge.standing(inspect.http(), &release)?;
    let changes = release::differences(&forge, &release, standing.as_ref())?;
    let preview = changes.iter().map(|change| change.describe(&release)).collect();
    let draft = Draft {
        command: "announce",
        project: project.title(),
        version: Some(wanted.version.to_string()),
        summary: format!("{} with {} on {}", release.tag, text::count(release.files.len(), "file"), forge.place),
        facts: Facts::default(),
    };
    let there = standing.filter(|_| changes.is_empty());
    let step = AnnounceRelease { place: forge.place.clone(), wanted: release, changes, there, forge };
    Ok(Plan {
        steps: vec![Step::AnnounceRelease(Box::new(step))],
        preview,
        draft: Some((project.root.clone(), draft)),
        ..Plan::default()
    })
}

/// The notes of a version as the forge will say them, or as they stand in the changelog where no forge is
/// given; nothing where the changelog has none.
///
/// # Errors
/// The changelog cannot be read.
pub fn notes_of(
    inspect: Inspect<'_>,
    project: &Project,
    version: &Version,
    forge: Option<&Forge>,
) -> Result<Option<String>, Failure> {
    let page = Page::of(inspect, project)?;
    let section = match Document::read(&page.text, page.markup).notes(Some(version)) {
        Some(section) => Some(section),
        // Without a file the tag alone tells what was released.
        None if page.file.is_none() => message_of(project, version)?,
        None => None,
    };
    Ok(section.filter(|section| !section.is_empty()).map(|section| page.shown((project, version), &section, forge)))
}

/// What the tag of a version says below its title, where commits tell what changed.
fn message_of(project: &Project, version: &Version) -> Result<Option<String>, Failure> {
    if project.config.changelog.kind != Some(ChangelogKind::Generated) {
        return Ok(None);
    }
    let Some(git) = Git::discover(&project.root)? else { return Ok(None) };
    let message = git.tag_message(&project.tag_of(version));
    Ok(message.and_then(|message| message.split_once("\n\n").map(|(_, section)| section.trim().to_owned())))
}

/// A section that is not written yet, as the forge will say it, or as it will stand in the changelog where no forge is
/// given; nothing where nothing would be said.
///
/// # Errors
/// The changelog or a fragment cannot be read.
pub fn upcoming_notes(
    inspect: Inspect<'_>,
    project: &Project,
    version: &Version,
    forge: Option<&Forge>,
) -> Result<Option<String>, Failure> {
    let page = Page::of(inspect, project)?;
    let section = super::changelog::upcoming(inspect, project, version)?;
    Ok(section.map(|(section, _)| page.shown((project, version), &section, forge)))
}

/// Where sections come from.
struct Page {
    text: String,
    markup: Markup,
    file: Option<String>,
}

impl Page {
    fn of(inspect: Inspect<'_>, project: &Project) -> Result<Page, Failure> {
        let changelog = Changelog::of(inspect.files(), project)?;
        let text = changelog.text(inspect.files(), project)?.unwrap_or_default();
        Ok(Page { text, markup: changelog.markup, file: changelog.path })
    }

    /// The section as it is shown: on a forge in Markdown, with links that lead to the tag.
    fn shown(&self, (project, version): (&Project, &Version), section: &str, forge: Option<&Forge>) -> String {
        let Some(forge) = forge else { return section.to_owned() };
        let file = self.file.as_deref().unwrap_or_default();
        let page = notes::Page { place: &forge.place, tag: &project.tag_of(version), file };
        match self.markup {
            Markup::Markdown => notes::for_forge(section, &self.text, &page),
            Markup::Restructured => notes::for_forge(&convert::to_markdown(section, &self.text), "", &page),
        }
    }
}

/// What leaves this machine carries the real time.
fn guard_clock(inspect: Inspect<'_>, forge: &Forge) -> Result<(), PlanError> {
    let url = Url::parse(&forge.place.web).ok();
    if inspect.clock().is_given() && !url.as_ref().and_then(Url::host_str).is_some_and(is_loopback) {
        return Err(PlanError::GivenClock { index: forge.place.host() });
    }
    Ok(())
}

/// The commit of the tag in this repository.
fn commit_of(project: &Project, tag: &str) -> Result<String, Failure> {
    let git = Git::discover(&project.root)?
        .ok_or_else(|| ProjectError::NoRepository { dir: project.root.display().to_string() })?;
    let found = git.tags()?.into_iter().find(|known| known.name == tag);
    Ok(found.ok_or_else(|| ForgeError::NoLocalTag { tag: tag.to_owned() })?.commit)
}

/// The files with their digests; each name once, and such that forges keep.
fn local_files(inspect: Inspect<'_>, paths: &[PathBuf]) -> Result<Vec<LocalFile>, Failure> {
    let mut files: Vec<LocalFile> = Vec::new();
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let is_kept = |byte: u8| byte.is_ascii_alphanumeric() || b"._+-".contains(&byte);
        if name.is_empty() || name.starts_with('.') || !name.bytes().all(is_kept) {
            return Err(ForgeError::AssetName { name }.into());
        }
        match files.iter().find(|file| file.name == name) {
            Some(file) if file.path == *path => continue,
            Some(_) => return Err(ForgeError::AssetTwice { name }.into()),
            None => {}
        }
        let mut digester = Sha256Digester::default();
        let size = std::io::copy(&mut inspect.files().open(path)?, &mut digester)
            .map_err(|source| EffectsError::Read { path: path.clone(), source })?;
        files.push(LocalFile { name, size, sha256: digester.finish(), path: path.clone() });
    }
    files.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(files)
}
