//! What comes next: what each kind would give, which of them the changes call for, and which versions are
//! taken. Only looks; [`super::bump`] makes a plan of it.

use super::error::PlanError;
use crate::effects::{Git, Inspect};
use crate::error::Failure;
use crate::project::history::{self, Released};
use crate::project::impact::{self, Evidence, Impact};
use crate::project::{Project, changelog};
use crate::python::bump::{self, Level, Mode, Next, Request, Way, line};
use crate::python::version::Version;

/// What one kind gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The kind, as it is typed.
    pub kind: &'static str,
    /// The result.
    pub version: Version,
    /// The result with `--exact`, where it is another one.
    pub exact: Option<Version>,
}

/// The kinds that are offered. An epoch is for good, so it is never offered.
const KINDS: [&str; 12] =
    ["major", "minor", "patch", "release", "major,rc", "minor,rc", "alpha", "beta", "rc", "pre", "dev", "post"];

/// What each kind gives, those left out that lead nowhere or to a version that is taken.
pub fn choices(current: &Version, way: Way<'_>, releases: &[Released]) -> Vec<Choice> {
    let result = |kind: &str, mode: Mode| {
        let request: Request = kind.parse().ok()?;
        let next = bump::next(current, &request, Way { mode, ..way }).ok()?.version;
        line::in_the_way(&next, releases.iter().map(|release| &release.version)).is_none().then_some(next)
    };
    KINDS
        .into_iter()
        .filter_map(|kind| {
            let version = result(kind, Mode::Linear)?;
            let exact = result(kind, Mode::Exact).filter(|exact| *exact != version);
            Some(Choice { kind, version, exact })
        })
        .collect()
}

/// The kind that the changes call for, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// The kind, `--current` for the version as it is written; nothing where there is nothing to release.
    pub kind: Option<&'static str>,
    /// Why, a lowercase fragment.
    pub reason: String,
}

/// What the changes since the last release call for.
///
/// # Errors
/// History or changelog cannot be read.
pub fn suggest(
    inspect: Inspect<'_>,
    git: Option<&Git>,
    project: &Project,
    releases: &[Released],
) -> Result<Suggestion, Failure> {
    let current = project.version();
    let unborn = current.release().iter().all(|number| *number == 0);
    if git.is_some() && !unborn && releases.iter().all(|release| release.version < *current) {
        let reason = format!("`{current}` is written and was never tagged");
        return Ok(Suggestion { kind: Some("--current"), reason });
    }
    let Evidence { impact, reason } = evidence(inspect, git, project, releases)?;
    let kind = match impact.level(current) {
        Some(level) => Some(project.config.scheme.value.fitting(level).word()),
        None if current.pre().is_some() => Some("release"),
        None => None,
    };
    Ok(Suggestion { kind, reason })
}

/// What the changes since the last final release up to the current version call for. On a maintenance branch
/// higher releases of other lines do not count.
pub(super) fn evidence(
    inspect: Inspect<'_>,
    git: Option<&Git>,
    project: &Project,
    releases: &[Released],
) -> Result<Evidence, Failure> {
    let current = project.version();
    let last = releases.iter().rev().find(|release| release.version <= *current && !release.version.is_prerelease());
    let messages = match git {
        Some(git) => history::messages_since(git, project, last.map(|release| release.commit.as_str()))?,
        None => Vec::new(),
    };
    let commits = impact::of_commits(&messages);
    // HEAD is the release itself: what its changelog still lists is out.
    if last.is_some() && messages.is_empty() {
        return Ok(commits);
    }
    let waiting = changelog::waiting(inspect.files(), project)?;
    Ok(match waiting.evidence {
        // Somebody wrote a fragment for each change: of equal reasons it is the better one.
        Some(told) if waiting.fragments > 0 => impact::stronger(told, Some(commits)),
        told => impact::stronger(commits, told),
    })
}

/// The version that the changes call for; a patch where they call for nothing.
///
/// # Errors
/// History or changelog cannot be read.
pub fn called_for(
    inspect: Inspect<'_>,
    git: Option<&Git>,
    project: &Project,
    releases: &[Released],
) -> Result<Version, Failure> {
    let current = project.version();
    if releases.iter().all(|release| release.version != *current) && !project.is_versioned_by_tags() {
        return Ok(current.clone());
    }
    let way = Way { scheme: &project.config.scheme.value, mode: Mode::Linear, today: super::bump::today(inspect) };
    let auto = Request::Step { level: Some(Level::Auto), pre: None, dev: false };
    match resolve(inspect, git, (project, releases), (auto, way, true))? {
        Resolved::Next(next) => Ok(next.version),
        Resolved::Nothing(_) => Ok(current.clone()),
    }
}

/// The version that a request leads to, `auto` replaced by what the changes call for; nothing where they call
/// for nothing. `again` takes that for a patch.
///
/// # Errors
/// The request leads nowhere, or history cannot be read.
pub(super) fn resolve(
    inspect: Inspect<'_>,
    git: Option<&Git>,
    (project, releases): (&Project, &[Released]),
    (request, way, again): (Request, Way<'_>, bool),
) -> Result<Resolved, Failure> {
    let current = project.version();
    let mut notes = Vec::new();
    let request = match request {
        request @ Request::Step { level: Some(Level::Auto), .. } => {
            let Evidence { impact, reason } = evidence(inspect, git, project, releases)?;
            let unfinished = current.is_prerelease();
            let impact = if again || unfinished { impact.max(Impact::Fix) } else { impact };
            let Some(level) = impact.level(current) else {
                return Ok(Resolved::Nothing(reason));
            };
            notes.push(reason);
            request.with_level(way.scheme.fitting(level))
        }
        request => request,
    };
    let next = bump::next(current, &request, way)?;
    notes.extend(next.notes);
    notes.extend(maintains(&next.version, releases));
    Ok(Resolved::Next(Next { version: next.version, notes }))
}

/// What a request leads to.
pub enum Resolved {
    /// A version.
    Next(Next),
    /// There is nothing to release, and why.
    Nothing(String),
}

/// The version that a request leads to in a project, refused where a tagged version of its line is not below it.
///
/// # Errors
/// It leads nowhere, or to a version that is taken.
pub fn free(
    inspect: Inspect<'_>,
    git: Option<&Git>,
    (project, releases): (&Project, &[Released]),
    (request, way): (Request, Way<'_>),
) -> Result<Resolved, Failure> {
    let resolved = resolve(inspect, git, (project, releases), (request, way, false))?;
    if let Resolved::Next(next) = &resolved {
        check(&next.version, releases)?;
    }
    Ok(resolved)
}

/// Whether a version is above all tagged ones of its line.
pub(super) fn check(version: &Version, releases: &[Released]) -> Result<(), PlanError> {
    match line::in_the_way(version, releases.iter().map(|release| &release.version)) {
        Some(highest) => Err(PlanError::BelowTag { version: version.to_string(), highest: highest.to_string() }),
        None => Ok(()),
    }
}

/// Says so where a version is below one that is tagged, of another line.
fn maintains(version: &Version, releases: &[Released]) -> Option<String> {
    let highest = releases.iter().map(|release| &release.version).filter(|tagged| *tagged > version).max()?;
    let line = line::name(version);
    let line = if line.is_empty() { String::new() } else { format!(" of the line {line}") };
    Some(format!("`{version}` is a release{line} below `{highest}`, which is tagged"))
}
