//! Gathers what a decision rests on: our own audit of HEAD and of what was released, reports of other
//! scanners, the last state. Looks only; what follows is judged in `security/`.

pub mod past;
mod surface;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use self::surface::Read;
use super::audit;
use crate::effects::{Git, Inspect};
use crate::error::Failure;
use crate::project::dependencies::Dependencies;
use crate::project::{Project, history, impact};
use crate::security::audit::{Audit, Vulnerability};
use crate::security::changes::{self, OWN, Observed, Seen, Side};
use crate::security::exposure::Surface;
use crate::security::reports::{self, CodeFlaw, Reported};
use crate::security::severity::Level;
use crate::security::sources::Database;
use crate::security::state::{Coverage, Head, Released, Severity, Source, State};

/// What the user named.
#[derive(Debug, Clone, Copy, Default)]
pub struct Named<'a> {
    /// Reports of other scanners.
    pub reports: &'a [PathBuf],
    /// A folder or zip of OSV records.
    pub database: Option<&'a Path>,
    /// An archive of the last release; nothing: its tag.
    pub released: Option<&'a Path>,
    /// An archive of what would be released; nothing: the working tree.
    pub candidate: Option<&'a Path>,
}

/// What the working tree would release: what it asks for and carries.
///
/// # Errors
/// A lock file cannot be read.
pub fn surface(inspect: Inspect<'_>, project: &Project) -> Result<Surface, Failure> {
    Ok(surface::of_tree(inspect, project, &Dependencies::default())?.surface)
}

/// Records the state of a project.
///
/// # Errors
/// A file of the project cannot be read. A source that fails is no error: the state says so.
pub fn record(
    inspect: Inspect<'_>,
    project: &Project,
    named: Named<'_>,
    previous: Option<&State>,
) -> Result<State, Failure> {
    let (database, failed) = match audit::database(inspect, project, named.database) {
        Ok(database) => (database, None),
        Err(failure) => (None, Some(format!("the advisory database cannot be read [{}]", failure.code))),
    };
    let inputs = audit::inputs(inspect, project, &[], database)?;
    let mut head = surface::of_tree(inspect, project, &inputs.dependencies)?;
    if let Some(archive) = named.candidate {
        head = surface::of_archive(inspect, &inspect.dir().join(archive), head)?;
    }
    head.pin("pyproject.toml");
    let last = last_release(inspect, project, named.released)?;
    let audited = inputs.judge(inspect, &head.dependencies);
    let database = inputs.database.as_ref();
    let mut flaws = Vec::new();
    add(&mut flaws, &audited, &head, (Side::Head, database));
    if let Some((release, _)) = &last.read {
        add(&mut flaws, &inputs.judge(inspect, &release.dependencies), release, (Side::Released, database));
    }
    let mut sources = vec![own_source(&audited, database, failed)];
    let mut code = Vec::new();
    let mut exploited = BTreeSet::new();
    for path in named.reports {
        let source = match read_report(inspect, path) {
            Ok(reported) => {
                flaws.extend(reported.flaws.iter().map(|flaw| of_report(flaw, &reported, &head)));
                exploited.extend(reported.exploited.iter().cloned());
                code.extend(reported.code.iter().map(|flaw| below(project, flaw)));
                Source {
                    name: reported.tool.clone(),
                    version: reported.version.clone(),
                    db_time: None,
                    ok: reported.gaps.is_empty(),
                    why: reported.gaps.into_iter().collect(),
                }
            }
            Err((name, why)) => Source { name, version: None, db_time: None, ok: false, why: vec![why] },
        };
        merge(&mut sources, source);
    }
    let unlocked: Vec<Seen> =
        last.read.iter().flat_map(|(release, _)| flaws.iter().filter_map(|flaw| unlocked(flaw, release))).collect();
    flaws.extend(unlocked);
    let mut reasons = head.gaps.clone();
    reasons.extend(last.gaps);
    Ok(changes::record(
        previous,
        &Observed {
            now: inspect.clock().now(),
            project: project.title(),
            head: last.head,
            released: last.read.map(|(_, released)| released),
            sources,
            reasons,
            coverage: Coverage { packages: audited.coverage.packages, audited: audited.coverage.audited },
            flaws,
            code,
            exploited,
            locked: head.locked(),
            acceptances: &inputs.acceptances,
        },
    ))
}

/// What users have, and what HEAD is.
struct Last {
    read: Option<(Read, Released)>,
    head: Head,
    gaps: Vec<String>,
}

fn last_release(inspect: Inspect<'_>, project: &Project, archive: Option<&Path>) -> Result<Last, Failure> {
    let mut last =
        Last { read: None, head: Head { version: project.version().to_string(), ..Head::default() }, gaps: Vec::new() };
    let git = Git::discover(&project.root)?;
    let tagged = match &git {
        Some(git) => history::releases(git, project)?.pop(),
        None => None,
    };
    match &git {
        Some(git) if git.changed_files()?.is_empty() => last.head.commit = git.head()?.commit,
        // What is not committed is no version of anything.
        Some(_) => {}
        None if archive.is_none() => last.gaps.push("what users have is not known: name it with `--released`".into()),
        None => {}
    }
    let mut read = Read::default();
    if let (Some(git), Some(tagged)) = (&git, &tagged) {
        read = surface::of_commit(git, project, &tagged.commit);
        let subjects = history::changes_since(git, project, Some(&tagged.commit))?;
        let impact = impact::of_commits(&subjects).impact;
        last.head.feature = (impact >= impact::Impact::Feature).then(|| "a feature or a breaking change".to_owned());
    } else if archive.is_none() && git.as_ref().is_some_and(Git::is_shallow) {
        last.gaps.push("what users have is not known: the clone is shallow and has no tag of a release".to_owned());
    }
    if let Some(archive) = archive {
        read = surface::of_archive(inspect, &inspect.dir().join(archive), read)?;
    } else if tagged.is_none() {
        return Ok(last);
    }
    let tag = tagged.as_ref().map_or(String::new(), |tagged| format!("the tag `{}`: ", tagged.tag));
    let from = if archive.is_some() { String::new() } else { tag } + &read.files.join(", ");
    let version = read.version.clone().or_else(|| tagged.map(|tagged| tagged.version.to_string()));
    read.pin("the requirements of the release");
    last.gaps.extend(read.gaps.iter().map(|gap| format!("last release: {gap}")));
    let released = Released { version: version.unwrap_or_else(|| "unknown".to_owned()), from };
    last.read = Some((read, released));
    Ok(last)
}

/// What our own audit found.
fn add(flaws: &mut Vec<Seen>, audit: &Audit, read: &Read, (side, database): (Side, Option<&Database>)) {
    flaws.extend(audit.findings.iter().map(|found| {
        let fixes: Vec<String> = found.fix.iter().map(|fix| fix.minimal.clone()).collect();
        Seen {
            side,
            source: OWN.to_owned(),
            package: found.package.clone(),
            version: Some(found.version.clone()),
            ids: found.ids.iter().cloned().collect(),
            severity: Severity {
                level: found.severity.level,
                score: found.severity.score,
                source: found.severity.source.clone(),
            },
            exposure: read.surface.exposure(&found.package, &fixes),
            since: edited(found, database),
            fixes,
        }
    }));
}

/// Since when the advisories of a flaw are as they are: so long at least its fix has been known.
fn edited(found: &Vulnerability, database: Option<&Database>) -> Option<Timestamp> {
    let records = found.ids.iter().flat_map(|id| database.into_iter().flat_map(|database| database.with_id(id)));
    records.filter_map(|record| record.modified).max()
}

/// A flaw of HEAD whose package the last release asks for just as exclusively, in a version that no lock of it
/// names: its users have it, too.
fn unlocked(flaw: &Seen, release: &Read) -> Option<Seen> {
    let is_direct = release.surface.runtime.iter().any(|one| one.name.normalized() == flaw.package);
    let is_locked = release.dependencies.packages.iter().any(|package| package.name == flaw.package);
    let exposure = release.surface.exposure(&flaw.package, &flaw.fixes);
    (flaw.side == Side::Head && is_direct && !is_locked && exposure.is_shipped()).then(|| Seen {
        side: Side::Released,
        version: None,
        exposure,
        ..flaw.clone()
    })
}

fn own_source(audit: &Audit, database: Option<&Database>, failed: Option<String>) -> Source {
    let mut why: Vec<String> = audit.reasons.iter().map(ToString::to_string).collect();
    why.extend(failed);
    Source {
        name: OWN.to_owned(),
        version: None,
        db_time: database.and_then(Database::modified),
        ok: why.is_empty(),
        why,
    }
}

/// Reads a report; on failure the name to show and why, in our own words.
fn read_report(inspect: Inspect<'_>, path: &Path) -> Result<Reported, (String, String)> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '?' };
    let name: String = name.chars().take(80).map(plain).collect();
    let bytes = inspect.files().read(&inspect.dir().join(path), reports::MAX_BYTES);
    let bytes = bytes.map_err(|_| (name.clone(), "the report is not there or cannot be read".to_owned()))?;
    reports::read(&bytes).map_err(|why| (name, format!("the report cannot be used: {why}")))
}

fn of_report(flaw: &reports::Flaw, reported: &Reported, head: &Read) -> Seen {
    let source = flaw.level.map_or_else(|| "none".to_owned(), |_| format!("word of {}", reported.tool));
    Seen {
        side: Side::Head,
        source: reported.tool.clone(),
        package: flaw.package.clone(),
        version: flaw.version.clone(),
        ids: flaw.ids.clone(),
        severity: Severity { level: flaw.level.unwrap_or(Level::Unknown), score: None, source },
        exposure: head.surface.exposure(&flaw.package, &flaw.fixes),
        fixes: flaw.fixes.clone(),
        since: None,
    }
}

/// A finding in code with its path below the project.
fn below(project: &Project, flaw: &CodeFlaw) -> CodeFlaw {
    let root = format!("{}/", project.root.display());
    let path = flaw.path.strip_prefix(&root).unwrap_or(&flaw.path).to_owned();
    CodeFlaw { path, ..flaw.clone() }
}

/// Several reports of one scanner are one source.
fn merge(sources: &mut Vec<Source>, source: Source) {
    match sources.iter_mut().find(|known| known.name == source.name) {
        Some(known) => {
            known.ok &= source.ok;
            known.why.extend(source.why);
            known.why.sort();
            known.why.dedup();
        }
        None => sources.push(source),
    }
}
