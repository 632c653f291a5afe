//! A new version everywhere that names it: edits, changelog, commit and tag, as one transaction.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::Plan;
use super::error::{self, PlanError};
use super::next::{self, Resolved};
use crate::effects::files::What;
use crate::effects::git::Head;
use crate::effects::{Git, Inspect};
use crate::error::Failure;
use crate::project::changelog::{self, Closing};
use crate::project::edit::{self, Lines, TextEdit};
use crate::project::history::{self, Released};
use crate::project::references::{self, Said};
use crate::project::{FILE_LIMIT, Project, ProjectError};
use crate::python::bump::{Mode, Next, Request, Way};
use crate::python::version::Version;
use crate::report::text;
use crate::steps::Step;
use crate::steps::record::{Draft, Facts};
use crate::steps::transaction::{FileChange, TagChange, Transaction};

/// The first version of a project whose tags are its version, where nobody names one.
pub const FIRST: &str = "0.1.0";

/// What was asked for.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The kind or version; nothing for `--current`.
    pub request: Option<Request>,
    /// As typed.
    pub typed: String,
    /// How a level counts from a pre-release.
    pub mode: Mode,
    /// Text for the commit and the tag instead of `Release 1.2.3`.
    pub message: Option<String>,
    /// Whether a commit is made.
    pub commit: bool,
    /// Whether a tag is made.
    pub tag: bool,
    /// Whether references that name another version than they should are rewritten, too.
    pub include_stale: bool,
    /// Whether uncommitted changes may stay out of the release.
    pub allow_dirty: bool,
    /// The day that the changelog names; nothing: today in UTC.
    pub date: Option<jiff::civil::Date>,
    /// Whether the version that HEAD is tagged with may be followed by another one: in a rehearsal, where one
    /// commit stands for the whole history.
    pub again: bool,
}

/// A planned bump.
#[derive(Debug)]
pub struct Bump {
    /// The version before.
    pub from: Version,
    /// The version after.
    pub to: Version,
    /// What was decided on the way.
    pub notes: Vec<String>,
    /// The tag that will be made.
    pub tag: Option<String>,
    /// Whether the changes call for no release.
    pub nothing: bool,
    /// What to do; no steps when it is done already, or when there is nothing to release.
    pub plan: Plan,
}

/// Plans a bump.
///
/// # Errors
/// A guard does not hold; all that do not are reported at once.
pub fn plan(inspect: Inspect<'_>, project: &Project, wanted: &Wanted) -> Result<Bump, Failure> {
    let git = Git::discover(&project.root)?;
    let head = git.as_ref().map(Git::head).transpose()?;
    let releases = match &git {
        Some(git) => history::releases(git, project)?,
        None => Vec::new(),
    };
    let from = project.version().clone();
    let done = done_already(project, wanted, head.as_ref(), &releases);
    if let Some(released) = done.filter(|_| !wanted.again) {
        let note = format!("{} is released as `{}`, and nothing was committed since", released.version, released.tag);
        return Ok(Bump { notes: vec![note], ..Bump::none(from) });
    }
    let date = wanted.date.unwrap_or_else(|| today(inspect));
    let way = Way { scheme: &project.config.scheme.value, mode: wanted.mode, today: date };
    let resolved = match wanted.request.clone() {
        None if project.is_versioned_by_tags() && releases.is_empty() => return Err(PlanError::NoFirstTag.into()),
        None => Resolved::Next(Next { version: from.clone(), notes: Vec::new() }),
        Some(request) => next::resolve(inspect, git.as_ref(), (project, &releases), (request, way, wanted.again))?,
    };
    let Next { version: to, notes } = match resolved {
        Resolved::Next(next) => next,
        Resolved::Nothing(reason) => return Ok(Bump { notes: vec![reason], nothing: true, ..Bump::none(from) }),
    };
    let tag = project.tag_of(&to);
    guard(git.as_ref(), project, wanted, (&to, &releases))?;
    let top = top_of(git.as_ref(), inspect, project)?;
    let target = Target { to: &to, tag: &tag, releases: &releases, date, include_stale: wanted.include_stale };
    let files = changes(inspect, project, &target, &top)?;
    let seconds = inspect.clock().now().as_second();
    let identity = match &git {
        Some(git) if wanted.commit || wanted.tag => Some(git.identity(seconds)?),
        _ => None,
    };
    let title = wanted.message.clone().unwrap_or_else(|| format!("Release {to}"));
    let in_git = git.is_some();
    let preview = files.iter().flat_map(|change| change.preview.clone()).collect();
    let transaction = Transaction {
        request: wanted.typed.clone(),
        version: to.to_string(),
        top,
        commit: (in_git && wanted.commit && !files.is_empty()).then(|| format!("{title}\n")),
        tag: (in_git && wanted.tag).then(|| TagChange { name: tag.clone(), message: tag_message(&title, &files, &to) }),
        take_back: None,
        branch: head.as_ref().and_then(|head| head.branch.clone()),
        head: head.and_then(|head| head.commit),
        identity,
        draft: Draft {
            command: "bump",
            project: project.title(),
            version: Some(to.to_string()),
            summary: format!("{from} -> {to}"),
            facts: Facts::default(),
        },
        files,
    };
    let tag = transaction.tag.as_ref().map(|tag| tag.name.clone());
    let plan = Plan { preview, ..Plan::of(vec![Step::Transaction(Box::new(transaction))]) };
    Ok(Bump { from, to, notes, tag, nothing: false, plan })
}

impl Bump {
    /// No bump at all.
    fn none(version: Version) -> Self {
        Bump { from: version.clone(), to: version, notes: Vec::new(), tag: None, nothing: false, plan: Plan::default() }
    }
}

/// The day, in UTC.
pub fn today(inspect: Inspect<'_>) -> jiff::civil::Date {
    inspect.clock().now().to_zoned(jiff::tz::TimeZone::UTC).date()
}

/// The release that this very request made: HEAD is its commit, and the project is at its version. So a bump
/// that is run twice bumps once.
fn done_already<'r>(
    project: &Project,
    wanted: &Wanted,
    head: Option<&Head>,
    releases: &'r [Released],
) -> Option<&'r Released> {
    let commit = head?.commit.as_deref()?;
    let current = releases.iter().find(|release| release.version == *project.version() && release.commit == commit)?;
    // An explicit version is something else to want.
    (!matches!(wanted.request, Some(Request::Set { ref version, .. }) if *version != current.version))
        .then_some(current)
}

fn guard(
    git: Option<&Git>,
    project: &Project,
    wanted: &Wanted,
    (to, releases): (&Version, &[Released]),
) -> Result<(), Failure> {
    let Some(git) = git else {
        if wanted.commit || wanted.tag {
            return Err(ProjectError::NoRepository { dir: project.root.display().to_string() }.into());
        }
        return Ok(());
    };
    let mut broken = Vec::new();
    let head = git.head()?;
    if head.commit.is_none() && (wanted.commit || wanted.tag) {
        broken.push(PlanError::NoCommit);
    }
    if let Some(what) = git.in_progress() {
        broken.push(PlanError::InProgress { what });
    }
    let allowed = &project.config.branches.value;
    match &head.branch {
        None if wanted.commit => broken.push(PlanError::Detached),
        Some(branch) => {
            let short = branch.trim_start_matches("refs/heads/");
            if !allowed.is_empty() && !allowed.iter().any(|name| name == short) {
                broken.push(PlanError::WrongBranch { branch: short.to_owned(), allowed: allowed.clone() });
            }
        }
        None => {}
    }
    if !wanted.allow_dirty && head.commit.is_some() {
        let files = git.changed_files()?;
        if !files.is_empty() {
            broken.push(PlanError::DirtyTree { files });
        }
    }
    if wanted.tag {
        let name = project.tag_of(to);
        match git.tags()?.into_iter().find(|tag| tag.name == name) {
            Some(taken) => broken.push(PlanError::TagTaken { tag: name, commit: taken.commit }),
            None => broken.extend(next::check(to, releases).err()),
        }
    }
    error::all(broken)
}

/// The top of the repository as an absolute path; the project's own folder outside of one.
fn top_of(git: Option<&Git>, inspect: Inspect<'_>, project: &Project) -> Result<PathBuf, Failure> {
    match git {
        Some(git) => Ok(inspect.files().canonical(&git.top())?),
        None => Ok(project.root.clone()),
    }
}

/// What the files will say.
struct Target<'a> {
    to: &'a Version,
    tag: &'a str,
    releases: &'a [Released],
    date: jiff::civil::Date,
    include_stale: bool,
}

/// Every file that changes, with all its edits together.
fn changes(
    inspect: Inspect<'_>,
    project: &Project,
    &Target { to, tag, releases, date, include_stale }: &Target<'_>,
    top: &Path,
) -> Result<Vec<FileChange>, Failure> {
    let mut edits: BTreeMap<PathBuf, Vec<TextEdit>> = BTreeMap::new();
    if to != project.version() {
        for package in &project.packages {
            // Where git's tag is the version, nothing is written.
            let Some(place) = &package.source.place else { continue };
            let edit = TextEdit { range: place.range.clone(), replacement: place.rewritten(to)? };
            edits.entry(project.dir_of(package).join(&place.file)).or_default().push(edit);
        }
    }
    let said = Said { version: to, tag: &project.config.tag.value, date: Some(date) };
    let mut stale = Vec::new();
    for resolved in references::find(inspect.files(), project)? {
        if !resolved.count_holds() {
            return Err(resolved.count_error().into());
        }
        for place in resolved.places.iter().filter(|_| resolved.follows(to)) {
            if !place.agrees && !include_stale {
                stale.push(format!("{}:{}: {}", place.file, place.line, place.text));
                continue;
            }
            edits.entry(project.root.join(&place.file)).or_default().extend(place.edits(&said)?);
        }
    }
    if !stale.is_empty() {
        return Err(PlanError::Stale { version: project.version().to_string(), places: stale }.into());
    }
    if let Some(path) = &project.changelog {
        let text = inspect.files().read_text(&project.root.join(path), FILE_LIMIT)?;
        let date = date.to_string();
        let previous = releases.iter().rev().find(|release| release.version < *to).map(|release| release.tag.as_str());
        let closing = Closing { version: to, date: &date, tag, previous_tag: previous };
        let closed = changelog::close(&text, &closing);
        if closed.is_empty() && changelog::notes(&text, Some(to)).is_none() {
            inspect.warn(format!("`{path}` has neither a section `Unreleased` nor one for {to}"));
        }
        edits.entry(project.root.join(path)).or_default().extend(closed);
    }
    let mut files = Vec::new();
    for (path, edits) in edits {
        // An edit would replace a link, or reach a file outside of the project.
        if inspect.files().what(&path) != What::File || inspect.files().canonical(&path)? != path {
            return Err(ProjectError::Link { file: path.display().to_string() }.into());
        }
        let before = inspect.files().read(&path, FILE_LIMIT)?;
        if let Some(at) = edit::overlap(&edits) {
            let file = path.strip_prefix(top).unwrap_or(&path).display().to_string();
            return Err(ProjectError::Overlap { file, line: edit::line_of(&before, at) }.into());
        }
        let after = edit::apply(&before, &edits);
        if after != before {
            let shown = path.strip_prefix(top).unwrap_or(&path).to_string_lossy().into_owned();
            let mode = inspect.files().mode(&path)?;
            files.push(FileChange { preview: preview(&shown, &before, &edits), path: shown, before, after, mode });
        }
    }
    Ok(files)
}

/// `file:line: old -> new` for each edit.
fn preview(path: &str, before: &[u8], edits: &[TextEdit]) -> Vec<String> {
    let lines = Lines::of(before);
    edits
        .iter()
        .map(|change| {
            let old = String::from_utf8_lossy(&before[change.range.clone()]).into_owned();
            let (line, _) = lines.at(change.range.start);
            let new = change.replacement.trim().lines().next().unwrap_or_default().to_owned();
            match old.is_empty() {
                true => format!("{path}:{line}: + {new}"),
                false if new.is_empty() => {
                    format!("{path}:{line}: - {}", text::inline(old.trim_matches([',', ' ', '\r', '\n'])))
                }
                false => format!("{path}:{line}: {} -> {new}", text::inline(&old)),
            }
        })
        .collect()
}

/// The message of the tag: the title, and the section of the changelog as it will be.
fn tag_message(title: &str, files: &[FileChange], to: &Version) -> String {
    let notes = files.iter().find_map(|change| changelog::notes(&String::from_utf8_lossy(&change.after), Some(to)));
    match notes.filter(|notes| !notes.is_empty()) {
        Some(notes) => format!("{title}\n\n{notes}\n"),
        None => format!("{title}\n"),
    }
}

/// What the common kinds would make of the current version: the answer to `release bump` without an argument.
pub fn choices(inspect: Inspect<'_>, project: &Project) -> Vec<String> {
    const COMMON: [&str; 6] = ["major", "minor", "patch", "rc", "post", "release"];
    let way = Way { scheme: &project.config.scheme.value, mode: Mode::Linear, today: today(inspect) };
    next::choices(project.version(), way, &[])
        .into_iter()
        .filter(|choice| COMMON.contains(&choice.kind))
        .map(|choice| format!("`release bump {}` gives {}", choice.kind, choice.version))
        .collect()
}
