//! Each file that `release init` cares for: whose it is, and what it should hold.

use serde::Serialize;

use super::documents::{self, Subject};
use super::ours::{self, Comment, Whose};
use crate::effects::files::What;
use crate::effects::{Git, Inspect};
use crate::error::Failure;
use crate::project::detect::has_foreign_changelog;
use crate::project::{FILE_LIMIT, Project, load};
use crate::python::specifier::SpecifierSet;
use crate::python::version::Version;
use crate::workflows::{Rendered, Values, render, tag_filter};

/// How a file stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It is not there and will be written.
    Missing,
    /// It is a person's and gets lines that were not there.
    Additions,
    /// It is ours and will be written anew.
    Outdated,
    /// It is as it should be.
    Current,
    /// It was ours until a person changed it: left alone.
    Edited,
    /// It is a person's: left alone.
    Foreign,
}

impl State {
    /// Whether the file is written.
    pub fn writes(self) -> bool {
        matches!(self, State::Missing | State::Additions | State::Outdated)
    }

    /// What is said of it, in a few words.
    pub fn words(self) -> &'static str {
        match self {
            State::Missing => "not there yet",
            State::Additions => "lines are added",
            State::Outdated => "written by an older `release init`",
            State::Current => "as it should be",
            State::Edited => "changed by hand since `release init` wrote it: left alone",
            State::Foreign => "not written by `release init`: left alone",
        }
    }
}

/// A file that was considered.
#[derive(Debug, Clone)]
pub struct Target {
    /// Its path below the root.
    pub path: String,
    /// How it stands.
    pub state: State,
    /// What it holds; nothing where it is not there.
    pub before: Option<String>,
    /// What it should hold; nothing where that is left to a person.
    pub after: Option<String>,
}

/// Adds the workflows and documents of a project.
pub(super) fn documents(
    inspect: Inspect<'_>,
    subject: &Subject<'_>,
    (badges, notes): (Option<&str>, &mut Vec<String>),
    targets: &mut Vec<Target>,
) -> Result<(), Failure> {
    let project = subject.project;
    for file in workflows(inspect, subject, notes)? {
        targets.push(whole(inspect, project, file.path, ours::stamp(Comment::Hash, &file.text))?);
    }
    targets.push(whole(inspect, project, "RELEASING.md", ours::stamp(Comment::Markdown, &subject.releasing()))?);
    match &project.changelog {
        Some(path) if there(inspect, project, path) => targets.push(kept(path)),
        Some(path) => targets.push(started(path, subject.changelog())),
        None if has_foreign_changelog(inspect.files(), &project.root) => {}
        None => targets.push(started("CHANGELOG.md", subject.changelog())),
    }
    let places = ["SECURITY.md", ".github/SECURITY.md", "docs/SECURITY.md", ".gitea/SECURITY.md"];
    match places.iter().find(|path| there(inspect, project, path)) {
        Some(path) => targets.push(kept(path)),
        None => targets.push(started("SECURITY.md", subject.security())),
    }
    if let Some(url) = badges {
        targets.extend(readme(inspect, project, url, notes)?);
    }
    let ignored = text_of(inspect, project, ".gitignore")?;
    if let Some(after) = documents::with_ignored_archives(ignored.as_deref().unwrap_or_default()) {
        let state = if ignored.is_some() { State::Additions } else { State::Missing };
        targets.push(Target { path: ".gitignore".to_owned(), state, before: ignored, after: Some(after) });
    }
    Ok(())
}

/// The Pythons that build and test, the first that the project allows.
const PYTHONS: [&str; 5] = ["3.13", "3.14", "3.12", "3.11", "3.10"];
/// The branch that the status is published on.
const STATUS_BRANCH: &str = "status";

/// The workflows of the forges.
fn workflows(inspect: Inspect<'_>, subject: &Subject<'_>, notes: &mut Vec<String>) -> Result<Vec<Rendered>, Failure> {
    let project = subject.project;
    let top = Git::discover(&project.root)?.map(|git| inspect.files().canonical(&git.top())).transpose()?;
    if subject.workflows.is_empty() {
        return Ok(Vec::new());
    }
    if top.is_some_and(|top| top != project.root) {
        notes.push(
            "workflows belong to the top of the repository, and this project lies below it: none are written"
                .to_owned(),
        );
        return Ok(Vec::new());
    }
    let stages: Vec<&str> = project.config.stages.value.iter().map(String::as_str).collect();
    if stages != ["testpypi", "pypi"] {
        notes.push(
            "the workflows go through TestPyPI to PyPI, and `stages` says otherwise: change them by hand".to_owned(),
        );
    }
    let several = project.config.is_independent();
    if several {
        notes.push(
            "the security workflow looks at one package: give its job `RELEASE_PACKAGE` for each of them".to_owned(),
        );
    }
    let filter = |project: &Project| tag_filter(&project.config.tag.value, project.version().release().len());
    let tags: Vec<String> = load::each(inspect.files(), project)?.iter().map(filter).collect();
    let values = Values {
        package: &project.packages[0].name,
        python: python(project),
        branch: project.config.branches.value.first().map_or("main", String::as_str),
        tags: &tags,
        several,
        status_branch: STATUS_BRANCH,
        action: None,
    };
    if values.action.is_none() {
        notes.push(
            "the workflows name our action at a commit of zeros: put that of a release of pyrelease there".to_owned(),
        );
    }
    let mut files = Vec::new();
    for forge in subject.workflows {
        match render(*forge, &values) {
            Ok(rendered) => files.extend(rendered),
            Err(error) => notes.push(format!("no workflows are written: {error}")),
        }
    }
    Ok(files)
}

fn python(project: &Project) -> &'static str {
    let wanted = project.packages[0].pyproject.string(&["project", "requires-python"]);
    let allowed = wanted.and_then(|text| text.parse::<SpecifierSet>().ok());
    let fits = |text: &&&str| {
        let version = text.parse::<Version>();
        allowed.as_ref().is_none_or(|set| version.is_ok_and(|version| set.contains(&version)))
    };
    PYTHONS.iter().find(fits).copied().unwrap_or(PYTHONS[0])
}

fn there(inspect: Inspect<'_>, project: &Project, path: &str) -> bool {
    inspect.files().what(&project.root.join(path)) != What::Missing
}

fn text_of(inspect: Inspect<'_>, project: &Project, path: &str) -> Result<Option<String>, Failure> {
    Ok(inspect.files().read_text_if_there(&project.root.join(path), FILE_LIMIT)?)
}

/// A file that is ours as a whole.
fn whole(inspect: Inspect<'_>, project: &Project, path: &str, after: String) -> Result<Target, Failure> {
    let before = text_of(inspect, project, path)?;
    let state = match before.as_deref() {
        None => State::Missing,
        Some(text) if text.replace("\r\n", "\n") == after => State::Current,
        Some(text) => match ours::whose(text) {
            Whose::Ours => State::Outdated,
            Whose::Edited => State::Edited,
            Whose::Foreign => State::Foreign,
        },
    };
    Ok(Target { path: path.to_owned(), state, before, after: Some(after) })
}

/// A document that is begun once and a person's from then on.
fn started(path: &str, text: String) -> Target {
    Target { path: path.to_owned(), state: State::Missing, before: None, after: Some(text) }
}

fn kept(path: &str) -> Target {
    Target { path: path.to_owned(), state: State::Current, before: None, after: None }
}

fn readme(
    inspect: Inspect<'_>,
    project: &Project,
    url: &str,
    notes: &mut Vec<String>,
) -> Result<Option<Target>, Failure> {
    let path = "README.md";
    let Some(before) = text_of(inspect, project, path)? else {
        notes.push("there is no `README.md` to put badges into".to_owned());
        return Ok(None);
    };
    let Some(after) = documents::with_badges(&before, url) else {
        notes.push(
            "`README.md` has no title that badges could stand below, or one of their marks is missing".to_owned(),
        );
        return Ok(None);
    };
    let state = if after == before { State::Current } else { State::Additions };
    Ok(Some(Target { path: path.to_owned(), state, before: Some(before), after: Some(after) }))
}
