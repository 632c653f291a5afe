//! The changelog's part of a release: the edits that make the new section, the fragments that go with it, and the
//! text that the tag and the forge will have. Looks only; [`super::bump`] makes files and a commit of it.

use std::path::{Path, PathBuf};

use crate::config::file::ChangelogKind;
use crate::effects::git_history::{Asked, Told};
use crate::effects::{Git, Inspect};
use crate::error::Failure;
use crate::project::Project;
use crate::project::changelog::fragments::{self, Folder};
use crate::project::changelog::generated;
use crate::project::changelog::{
    Changelog, ChangelogError, Closing, Document, Entries, Group, Markup, Section, merged, render,
};
use crate::project::conventional::Message;
use crate::project::edit::{self, TextEdit};
use crate::project::history::{COMMIT_LIMIT, Released};
use crate::python::version::Version;

/// A release that is to be told of.
#[derive(Clone, Copy)]
pub struct Release<'a> {
    /// The version.
    pub version: &'a Version,
    /// Its tag.
    pub tag: &'a str,
    /// The day.
    pub date: jiff::civil::Date,
    /// The releases that git knows, lowest version first.
    pub releases: &'a [Released],
}

/// What a release makes of the changelog.
#[derive(Debug, Default)]
pub struct Written {
    /// The file of the changelog, below the project.
    pub path: Option<String>,
    /// The edits of that file.
    pub edits: Vec<TextEdit>,
    /// The fragments that are told of now, below the project.
    pub removed: Vec<String>,
    /// An empty file that keeps the folder of fragments in git, below the project.
    pub keeper: Option<String>,
    /// What the section says, without its heading; nothing where there is none.
    pub section: Option<String>,
    /// The section with its heading.
    pub whole: Option<String>,
    /// How it is written.
    pub markup: Option<Markup>,
    /// What would stay unsaid, where the release would be told of all the same.
    refused: Option<ChangelogError>,
    /// What is empty, where a release must not be silent and is.
    pub empty: Option<String>,
    /// What is worth knowing.
    pub notes: Vec<String>,
    /// What should be looked at.
    pub warnings: Vec<String>,
}

/// What a release makes of the changelog of a project.
///
/// # Errors
/// The changelog or a fragment cannot be read, or cannot become a section; or entries would stay behind unsaid.
pub fn written(inspect: Inspect<'_>, of: (&Project, Option<&Git>), release: &Release<'_>) -> Result<Written, Failure> {
    let mut written = composed(inspect, of, release)?;
    match written.refused.take() {
        Some(refused) => Err(refused.into()),
        None => Ok(written),
    }
}

/// The same, where nothing is released: what a release would refuse is only noted.
fn composed(
    inspect: Inspect<'_>,
    (project, git): (&Project, Option<&Git>),
    release: &Release<'_>,
) -> Result<Written, Failure> {
    let changelog = Changelog::of(inspect.files(), project)?;
    let text = changelog.text(inspect.files(), project)?;
    let folder = match changelog.kind {
        ChangelogKind::Fragments => fragments::read(inspect.files(), &project.root, &changelog)?,
        _ => Folder::default(),
    };
    let is_silent = changelog.kind == ChangelogKind::KeepAChangelog && text.is_none();
    if changelog.kind == ChangelogKind::None || is_silent {
        return Ok(Written::default());
    }
    if text.is_none() && changelog.kind == ChangelogKind::Fragments {
        return Err(ChangelogError::NoFile.into());
    }
    let source = text.clone().unwrap_or_default();
    let document = Document::read(&source, changelog.markup);
    let date = release.date.to_string();
    let swallows = changelog.merges_prereleases && !release.version.is_prerelease();
    let previous = release
        .releases
        .iter()
        .rev()
        .find(|known| known.version < *release.version && !(swallows && known.version.is_prerelease()));
    let title = changelog.towncrier.title_of(project, (release.version, &date));
    let closing = Closing {
        title: title.as_deref(),
        version: release.version,
        date: &date,
        tag: release.tag,
        previous_tag: previous.map(|known| known.tag.as_str()),
    };
    let mut writer = Writer { changelog: &changelog, document: &document, closing, done: Written::default() };
    writer.done.path = text.as_ref().and(changelog.path.clone());
    writer.done.markup = Some(changelog.markup);
    if let Some(template) = changelog.towncrier.template.as_ref().filter(|_| changelog.template.is_none()) {
        let own = "`template` of `[tool.release.changelog]` names one for this program";
        let warning = format!("`template` of `[tool.towncrier]` (`{template}`) is not used: {own}");
        writer.done.warnings.push(warning);
    }
    let is_out = release.releases.iter().any(|known| known.version == *release.version);
    match unsaid((&changelog, &folder), &document, release.version).filter(|_| !is_out) {
        // Its number was written before: what came since may well be meant for the next one.
        Some(unsaid) if project.version() == release.version => writer.done.warnings.push(unsaid.to_string()),
        unsaid => writer.done.refused = unsaid,
    }
    if document.section(Some(release.version)).is_some() {
        writer.done.section = document.notes(Some(release.version));
        writer.done.whole = document.whole(Some(release.version));
        return Ok(writer.done);
    }
    match changelog.kind {
        ChangelogKind::Fragments => writer.fragments(folder)?,
        ChangelogKind::Generated => {
            let since = previous.map(|known| known.commit.as_str());
            let commits = git.map(|git| told(git, &changelog, (project, since))).transpose()?.unwrap_or_default();
            if git.is_some_and(Git::is_shallow) {
                writer.done.warnings.push("the clone is shallow: commits before its end are not told of".to_owned());
            }
            writer.generated(&commits)?;
        }
        ChangelogKind::KeepAChangelog | ChangelogKind::None => writer.section(String::new(), false),
    }
    Ok(writer.finish(&source))
}

/// What a section of the version, or one more `Unreleased`, would keep from being told.
fn unsaid(
    (changelog, folder): (&Changelog, &Folder),
    document: &Document<'_>,
    version: &Version,
) -> Option<ChangelogError> {
    let file = changelog.path.clone()?;
    let open: Vec<&Section> = document.sections.iter().filter(|section| section.title.unreleased).collect();
    let says = |section: &&&Section| !document.is_empty(section);
    if let [first, .., _] = open.as_slice()
        && open[1..].iter().any(|section| says(&section))
    {
        let lines = (document.line(first), document.line(open[1]));
        return Some(ChangelogError::OpenTwice { file, lines });
    }
    let section = document.section(Some(version))?;
    let waits = match (open.iter().find(says), folder.fragments.first()) {
        (Some(open), _) => format!("`{}` (line {})", open.title.written(), document.line(open)),
        (None, Some(fragment)) => format!("`{}`", fragment.file),
        (None, None) => return None,
    };
    Some(ChangelogError::Unsaid { version: version.to_string(), file, line: document.line(section), waits })
}

/// The commits that a section is made from, newest first.
fn told(git: &Git, changelog: &Changelog, (project, since): (&Project, Option<&str>)) -> Result<Vec<Told>, Failure> {
    let top = git.top();
    let prefix = project.root.strip_prefix(&top).unwrap_or(Path::new("")).to_string_lossy().into_owned();
    let below = |path: &String| if prefix.is_empty() { path.clone() } else { format!("{prefix}/{path}") };
    let mut paths: Vec<String> = changelog.paths.iter().map(below).collect();
    let (own, without) = project.folders(&top);
    if paths.is_empty() {
        paths = own;
    }
    let asked =
        Asked { since, first_parent: changelog.first_parent, paths: &paths, without: &without, limit: COMMIT_LIMIT };
    Ok(git.told(&asked)?)
}

/// Makes the section of one release.
struct Writer<'a> {
    changelog: &'a Changelog,
    document: &'a Document<'a>,
    closing: Closing<'a>,
    done: Written,
}

impl Writer<'_> {
    fn fragments(&mut self, folder: Folder) -> Result<(), Failure> {
        if let Some(malformed) = folder.malformed.into_iter().next() {
            return Err(ChangelogError::from(malformed).into());
        }
        let groups = fragments::entries(&folder.fragments, &self.changelog.types, self.changelog.markup);
        let body = self.rendered(&groups)?;
        self.done.removed = folder.fragments.into_iter().map(|fragment| fragment.file).collect();
        if !self.done.removed.is_empty() && !folder.is_kept {
            self.done.keeper = Some(format!("{}/.gitkeep", self.changelog.folder));
        }
        let is_empty = self.done.removed.is_empty();
        self.section(body, !is_empty);
        Ok(())
    }

    fn generated(&mut self, commits: &[Told]) -> Result<(), Failure> {
        let told: Vec<generated::Told<'_>> = commits
            .iter()
            .map(|commit| generated::Told {
                message: Message { id: &commit.id, text: &commit.message },
                author: self.changelog.authors.then_some(commit.author.as_str()),
            })
            .collect();
        let groups = generated::entries(&told, &self.changelog.types, self.changelog.markup);
        let body = self.rendered(&groups)?;
        let says = !body.is_empty();
        self.section(body, says);
        Ok(())
    }

    fn rendered(&self, groups: &[Entries]) -> Result<String, ChangelogError> {
        if groups.is_empty() {
            return Ok(String::new());
        }
        render(groups, self.document, &self.closing, self.changelog.template.as_ref())
    }

    /// Puts together what was made, what stands under `Unreleased`, and what own pre-releases said.
    fn section(&mut self, body: String, says: bool) {
        let (document, to) = (self.document, self.closing.version);
        let own = |version: &Version| {
            version.is_prerelease() && version.epoch() == to.epoch() && version.release() == to.release()
        };
        let sections = document.sections.iter();
        let own: Vec<&Version> =
            sections.filter_map(|section| section.title.version.as_ref()).filter(|version| own(version)).collect();
        let own = if to.is_prerelease() { Vec::new() } else { own };
        let swallowed: &[&Version] = if self.changelog.merges_prereleases { &own } else { &[] };
        let open = document.section(None);
        let open_says = open.is_some_and(|section| !document.is_empty(section));
        if !own.is_empty() && swallowed.is_empty() {
            self.done
                .notes
                .push(format!("what the pre-releases of {to} said stays in their own sections (`merge-prereleases`)"));
        }
        let is_special = to.is_prerelease() || to.post().is_some() || to.dev().is_some();
        if !says && !open_says && own.is_empty() && !is_special {
            self.done.empty = self.missing(open.is_some());
        }
        if self.done.path.is_none() {
            self.done.section = Some(body);
            return;
        }
        if body.is_empty() && swallowed.is_empty() {
            match open {
                Some(_) => self.done.edits = document.close(&self.closing),
                None if self.changelog.kind == ChangelogKind::KeepAChangelog => {
                    let path = self.done.path.as_deref().unwrap_or_default();
                    let warning = format!("`{path}` has neither a section `Unreleased` nor one for {to}");
                    self.done.warnings.push(warning);
                }
                None => self.done.edits = document.enter(&self.closing, "", &[]),
            }
            return;
        }
        let mut lists: Vec<Vec<Group>> = vec![document.groups_of(&body)];
        lists.extend(open.filter(|_| open_says).map(|section| document.groups(section)));
        lists.extend(
            swallowed
                .iter()
                .filter_map(|version| document.section(Some(version)))
                .map(|section| document.groups(section)),
        );
        let body = if lists.len() == 1 { body } else { document.joined(&merged(lists)) };
        self.done.edits = document.enter(&self.closing, &body, swallowed);
    }

    /// What is empty, in words; nothing where nobody would look for it.
    fn missing(&self, has_open: bool) -> Option<String> {
        let path = self.changelog.path.as_deref().unwrap_or("the changelog");
        match self.changelog.kind {
            ChangelogKind::KeepAChangelog => has_open.then(|| format!("`{path}` has nothing under `Unreleased`")),
            ChangelogKind::Fragments => Some(format!("`{}/` has no fragments", self.changelog.folder)),
            ChangelogKind::Generated => Some("no commit since the last release is told of".to_owned()),
            ChangelogKind::None => None,
        }
    }

    /// The result, with the section as it will stand.
    fn finish(mut self, source: &str) -> Written {
        if self.done.path.is_some() {
            let after = edit::apply(source.as_bytes(), &self.done.edits);
            let after = String::from_utf8_lossy(&after);
            let document = Document::read(&after, self.changelog.markup);
            self.done.section = document.notes(Some(self.closing.version));
            self.done.whole = document.whole(Some(self.closing.version));
            let lost = self.closing.title.filter(|_| self.done.section.is_none() && !self.done.edits.is_empty());
            if let Some(title) = lost {
                let (title, version) = (title.to_owned(), self.closing.version.to_string());
                self.done.refused.get_or_insert(ChangelogError::TitleFormat { title, version });
            }
        }
        self.done
    }
}

impl Written {
    /// Says what is worth knowing, and what should be looked at.
    pub fn tell(&self, inspect: Inspect<'_>) {
        for note in &self.notes {
            inspect.note(note.clone());
        }
        for warning in &self.warnings {
            inspect.warn(warning.clone());
        }
    }

    /// The files that are removed, as absolute paths.
    pub fn removals(&self, project: &Project) -> Vec<PathBuf> {
        self.removed.iter().map(|file| project.root.join(file)).collect()
    }
}

/// The text that a version has, or would have if it were released today, and how it is written; nothing where
/// nothing is said about it.
///
/// # Errors
/// As [`written`].
pub fn upcoming(
    inspect: Inspect<'_>,
    project: &Project,
    version: &Version,
) -> Result<Option<(String, Markup)>, Failure> {
    let written = preview(inspect, project, version)?;
    let markup = written.markup.unwrap_or(Markup::Markdown);
    Ok(written.section.filter(|section| !section.is_empty()).map(|section| (section, markup)))
}

/// What a release of a version today would make of the changelog.
///
/// # Errors
/// The changelog or a fragment cannot be read, or cannot become a section.
pub fn preview(inspect: Inspect<'_>, project: &Project, version: &Version) -> Result<Written, Failure> {
    let git = Git::discover(&project.root)?;
    let releases = match &git {
        Some(git) => crate::project::history::releases(git, project)?,
        None => Vec::new(),
    };
    let (tag, date) = (project.tag_of(version), super::bump::today(inspect));
    let release = Release { version, tag: &tag, date, releases: &releases };
    let mut composed = composed(inspect, (project, git.as_ref()), &release)?;
    composed.warnings.extend(composed.refused.take().map(|refused| refused.to_string()));
    Ok(composed)
}
