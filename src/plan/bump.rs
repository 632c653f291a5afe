//! A new version everywhere that names it: edits, changelog, commit and tag, as one transaction.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::json;

use super::Plan;
use super::changelog::{self, Release, Written};
use super::error::PlanError;
use super::guards::{self, Remote};
use super::message::{self, Places};
use super::next::{self, Resolved};
use crate::config::file::GitSign;
use crate::effects::files::What;
use crate::effects::{Git, Inspect};
use crate::error::Failure;
use crate::project::changelog::ChangelogError;
use crate::project::edit::{self, Lines, TextEdit};
use crate::project::history::{self, Released};
use crate::project::references::{self, Said};
use crate::project::{FILE_LIMIT, Project, ProjectError};
use crate::python::bump::{self, Level, Mode, Next, Request, Way};
use crate::python::version::Version;
use crate::report::{Report, diff, text};
use crate::steps::Step;
use crate::steps::record::{self, Draft, Facts};
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
    /// What the user has to say, for the messages of commit and tag.
    pub comment: Option<String>,
    /// Whether commit and tag are signed; nothing: as the configuration says.
    pub sign: Option<GitSign>,
    /// What is known of the remote that it will be pushed to.
    pub remote: Remote,
    /// Whether a commit is made.
    pub commit: bool,
    /// Whether a tag is made.
    pub tag: bool,
    /// Whether references that name another version than they should are rewritten, too.
    pub include_stale: bool,
    /// Whether uncommitted changes may stay out of the release.
    pub allow_dirty: bool,
    /// What is done where nothing is said about the release.
    pub silent: Silent,
    /// The day that the changelog names; nothing: today in UTC.
    pub date: Option<jiff::civil::Date>,
    /// Whether the version that HEAD is tagged with may be followed by another one: in a rehearsal, where one
    /// commit stands for the whole history.
    pub again: bool,
}

/// What is done where nothing is said about a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Silent {
    /// It is refused: somebody is there who can say something.
    Refuse,
    /// It is warned about: a run or a rehearsal goes on.
    Warn,
    /// It is meant so.
    Allow,
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
    wanted.comment.as_deref().map_or(Ok(()), message::check_comment)?;
    let git = Git::discover(&project.root)?;
    let head = git.as_ref().map(Git::head).transpose()?;
    let releases = match &git {
        Some(git) => history::releases(git, project)?,
        None => Vec::new(),
    };
    let from = project.version().clone();
    let date = wanted.date.unwrap_or_else(|| today(inspect));
    let way = Way { scheme: &project.config.scheme.value, mode: wanted.mode, today: date };
    let done = match wanted.again {
        true => None,
        false => done_already(git.as_ref(), (project, wanted), &releases, way)?,
    };
    if let Some(released) = done {
        let note = format!("{} is released as `{}`, and nothing was committed since", released.version, released.tag);
        return Ok(Bump { notes: vec![note], ..Bump::none(from) });
    }
    let resolved = match wanted.request.clone() {
        None if project.is_versioned_by_tags() && releases.is_empty() => return Err(PlanError::NoFirstTag.into()),
        None => Resolved::Next(Next { version: from.clone(), notes: Vec::new() }),
        Some(request) => next::resolve(inspect, git.as_ref(), (project, &releases), (request, way, wanted.again))?,
    };
    let Next { version: to, mut notes } = match resolved {
        Resolved::Next(next) => next,
        // What is cut off may call for a release.
        Resolved::Nothing(_) if git.as_ref().is_some_and(Git::is_shallow) => return Err(PlanError::Shallow.into()),
        Resolved::Nothing(reason) => return Ok(Bump { notes: vec![reason], nothing: true, ..Bump::none(from) }),
    };
    let tag = project.tag_of(&to);
    let held = guards::check(inspect, git.as_ref(), project, wanted, (&to, &releases))?;
    notes.extend(held.notes);
    let top = top_of(git.as_ref(), inspect, project)?;
    let release = Release { version: &to, tag: &tag, date, releases: &releases };
    let written = told(inspect, (project, git.as_ref()), &release, wanted.silent)?;
    let target = Target { to: &to, date, include_stale: wanted.include_stale };
    let files = changes(inspect, project, (&target, &written), &top)?;
    let messages = messages(inspect, project, wanted, (&from, &to, &written))?;
    let in_git = git.is_some();
    let preview = files.iter().flat_map(|change| change.preview.clone()).collect();
    let transaction = Transaction {
        request: request(&wanted.typed, project),
        version: to.to_string(),
        top,
        commit: (in_git && wanted.commit && !files.is_empty()).then_some(messages.commit),
        tag: (in_git && wanted.tag).then(|| TagChange { name: tag.clone(), message: messages.tag }),
        take_back: None,
        branch: head.as_ref().and_then(|head| head.branch.clone()),
        head: head.and_then(|head| head.commit),
        identity: held.identity,
        signing: held.signing,
        hooks: held.hooks,
        draft: Draft {
            command: "bump",
            project: project.title(),
            version: Some(to.to_string()),
            summary: record::bumped(&from.to_string(), &to.to_string()),
            facts: Facts::default(),
        },
        files,
    };
    let tag = transaction.tag.as_ref().map(|tag| tag.name.clone());
    let plan = Plan { preview, ..Plan::of(vec![Step::Transaction(Box::new(transaction))]) };
    Ok(Bump { from, to, notes, tag, nothing: false, plan })
}

impl Bump {
    /// What is told of it in any case: versions and tag, for people's programs and for later steps of a workflow.
    pub fn report(&self, project: &Project) -> Report {
        let result = json!({"from": self.from.to_string(), "version": self.to.to_string(), "tag": self.tag});
        let is_released = self.plan.steps.is_empty() && !self.nothing;
        let tag = if is_released { Some(project.tag_of(&self.to)) } else { self.tag.clone() };
        Report::new("bump")
            .result(result)
            .output("version", self.to.to_string())
            .output("previous-version", self.from.to_string())
            .output("tag", tag.unwrap_or_default())
            .output("is-prerelease", self.to.is_prerelease().to_string())
    }

    /// What would change in files, as unified diffs.
    pub fn diff(&self) -> Vec<String> {
        let changes = self.plan.steps.iter().flat_map(|step| match step {
            Step::Transaction(transaction) => transaction.files.as_slice(),
            _ => &[],
        });
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let after = |file: &FileChange| file.after.as_deref().map(text).unwrap_or_default();
        changes.flat_map(|file| diff::unified(&file.path, Some(&text(&file.before)), &after(file))).collect()
    }

    /// No bump at all.
    fn none(version: Version) -> Self {
        Bump { from: version.clone(), to: version, notes: Vec::new(), tag: None, nothing: false, plan: Plan::default() }
    }
}

/// What was typed for a project, so that a rerun of the same is recognised.
pub fn request(typed: &str, project: &Project) -> String {
    project.selection().map_or_else(|| typed.to_owned(), |name| format!("{typed} of {name}"))
}

/// What commit and tag say.
struct Messages {
    commit: String,
    tag: String,
}

/// The messages, without a secret in them.
fn messages(
    inspect: Inspect<'_>,
    project: &Project,
    wanted: &Wanted,
    (from, to, written): (&Version, &Version, &Written),
) -> Result<Messages, Failure> {
    let (version, previous, tag) = (to.to_string(), from.to_string(), project.tag_of(to));
    let places = Places {
        name: &project.title(),
        is_one_of_several: project.neighbours.is_some(),
        version: &version,
        previous: &previous,
        tag: &tag,
        comment: wanted.comment.as_deref(),
    };
    let commit = message::of_commit(&project.config.git.message, places)?;
    let section = written.section.as_deref().filter(|section| !section.is_empty());
    let tag = message::of_tag(places, section);
    message::refuse_secret(inspect.redactor(), "the message of the commit", &commit)?;
    message::refuse_secret(inspect.redactor(), "the message of the tag", &tag)?;
    if let Some(odd) = message::odd(&commit).filter(|_| wanted.commit) {
        inspect.warn(odd);
    }
    Ok(Messages { commit, tag })
}

/// The day, in UTC.
pub fn today(inspect: Inspect<'_>) -> jiff::civil::Date {
    inspect.clock().now().to_zoned(jiff::tz::TimeZone::UTC).date()
}

/// The release that this very request made: nothing of the project was committed since, it is at its version, and the
/// request leads there from the release before. So a bump that is run twice bumps once, and what was a candidate can
/// become final without another commit.
fn done_already<'r>(
    git: Option<&Git>,
    (project, wanted): (&Project, &Wanted),
    releases: &'r [Released],
    way: Way<'_>,
) -> Result<Option<&'r Released>, Failure> {
    let Some(git) = git else { return Ok(None) };
    let Some(head) = git.head()?.commit else { return Ok(None) };
    let Some(current) = releases.iter().find(|release| release.version == *project.version()) else {
        return Ok(None);
    };
    let nothing_since = match project.neighbours {
        None => current.commit == head,
        // Commits about other packages do not count.
        Some(_) => {
            git.has_in_history(&current.commit)
                && history::messages_since(git, project, Some(&current.commit))?.is_empty()
        }
    };
    if !nothing_since {
        return Ok(None);
    }
    let is_asked_for = match &wanted.request {
        None | Some(Request::Step { level: Some(Level::Auto), .. }) => true,
        Some(Request::Set { version, .. }) => *version == current.version,
        Some(request) => {
            let leads_to = |from: &Version| bump::next(from, request, way).ok().map(|next| next.version);
            let made_from = record::made_from(git, &project.title(), &current.version.to_string())?;
            let from = made_from.and_then(|from| from.parse().ok()).or_else(|| {
                let before = releases.iter().rev().find(|release| release.version < current.version);
                before.map(|before| before.version.clone())
            });
            match (from, leads_to(&current.version)) {
                (Some(from), _) => leads_to(&from).as_ref() == Some(&current.version),
                // It leads nowhere: why, is told later.
                (None, None) => false,
                // A candidate that becomes final is something else to want.
                (None, Some(next)) if next.release() == current.version.release() => false,
                (None, Some(next)) => {
                    let (version, tag) = (current.version.to_string(), current.tag.clone());
                    return Err(PlanError::MadeFromUnknown { version, tag, next: next.to_string() }.into());
                }
            }
        }
    };
    Ok(is_asked_for.then_some(current))
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
    date: jiff::civil::Date,
    include_stale: bool,
}

/// Every file that changes, with all its edits together.
fn changes(
    inspect: Inspect<'_>,
    project: &Project,
    (&Target { to, date, include_stale }, written): (&Target<'_>, &Written),
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
    let (found, mut texts) = references::find_with_texts(inspect.files(), project)?;
    for resolved in found {
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
    if let Some(path) = written.path.as_ref().filter(|_| !written.edits.is_empty()) {
        edits.entry(project.root.join(path)).or_default().extend(written.edits.iter().cloned());
    }
    let mut files = Vec::new();
    let mut own = OwnFiles::default();
    for (path, edits) in edits {
        let mode = own.mode(inspect, &path)?;
        let below = path.strip_prefix(&project.root).ok().and_then(Path::to_str);
        let before = match below.and_then(|below| texts.remove(below)) {
            Some(bytes) => bytes,
            None => inspect.files().read(&path, FILE_LIMIT)?,
        };
        if let Some(at) = edit::overlap(&edits) {
            let file = path.strip_prefix(top).unwrap_or(&path).display().to_string();
            return Err(ProjectError::Overlap { file, line: edit::line_of(&before, at) }.into());
        }
        let after = edit::apply(&before, &edits);
        if after != before {
            let shown = path.strip_prefix(top).unwrap_or(&path).to_string_lossy().into_owned();
            let preview = preview(&shown, &before, &edits);
            files.push(FileChange { preview, path: shown, before, after: Some(after), mode });
        }
    }
    files.extend(fragments(inspect, project, written, top)?);
    Ok(files)
}

/// Files that may be changed: an edit would replace a link, or reach a file outside of the project.
#[derive(Default)]
struct OwnFiles {
    /// Folders that are no links and lie below none.
    folders: BTreeSet<PathBuf>,
}

impl OwnFiles {
    /// The permission bits of a file; an error for what is none, or is reached through a link.
    fn mode(&mut self, inspect: Inspect<'_>, path: &Path) -> Result<u32, Failure> {
        let files = inspect.files();
        let link = || ProjectError::Link { file: path.display().to_string() };
        let folder = path.parent().unwrap_or(path);
        if !self.folders.contains(folder) {
            if files.canonical(folder)? != folder {
                return Err(link().into());
            }
            self.folders.insert(folder.to_owned());
        }
        match files.what(path) {
            What::File => Ok(files.mode(path)?),
            _ => Err(link().into()),
        }
    }
}

/// The fragments that are removed, and what keeps their folder.
fn fragments(
    inspect: Inspect<'_>,
    project: &Project,
    written: &Written,
    top: &Path,
) -> Result<Vec<FileChange>, Failure> {
    let shown = |path: &Path| path.strip_prefix(top).unwrap_or(path).to_string_lossy().into_owned();
    let mut files = Vec::new();
    let mut own = OwnFiles::default();
    for path in written.removals(project) {
        let mode = own.mode(inspect, &path)?;
        files.push(FileChange {
            preview: vec![format!("{}: removed", shown(&path))],
            path: shown(&path),
            before: inspect.files().read(&path, FILE_LIMIT)?,
            after: None,
            mode,
        });
    }
    if let Some(keeper) = &written.keeper {
        let path = shown(&project.root.join(keeper));
        let preview = vec![format!("{path}: keeps the folder")];
        files.push(FileChange { preview, path, before: Vec::new(), after: Some(Vec::new()), mode: 0o644 });
    }
    Ok(files)
}

/// What the changelog will say of the release.
fn told(
    inspect: Inspect<'_>,
    of: (&Project, Option<&Git>),
    release: &Release<'_>,
    silent: Silent,
) -> Result<Written, Failure> {
    let written = changelog::written(inspect, of, release)?;
    written.tell(inspect);
    if let Some(missing) = &written.empty {
        let empty = ChangelogError::Empty { version: release.version.to_string(), missing: missing.clone() };
        match silent {
            Silent::Refuse => return Err(empty.into()),
            Silent::Warn => inspect.warn(empty.to_string()),
            Silent::Allow => {}
        }
    }
    Ok(written)
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
            let line_of_old =
                || text::inline(old.trim_matches([',', ' ', '\r', '\n']).lines().next().unwrap_or_default());
            match (old.trim().is_empty(), old.contains('\n')) {
                (true, _) => format!("{path}:{line}: + {new}"),
                _ if new.is_empty() => format!("{path}:{line}: - {}", line_of_old()),
                // What it takes over stands in what is new.
                (false, true) => format!("{path}:{line}: + {new}"),
                (false, false) => format!("{path}:{line}: {} -> {new}", text::inline(&old)),
            }
        })
        .collect()
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
