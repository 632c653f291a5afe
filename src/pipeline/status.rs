//! Gathers what a status is made of (the last one, the ledger, the last decision, stored probes), and looks
//! at statuses that are served. Looks only.

use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::SignedDuration;
use serde::Deserialize;

use super::security::past::Ledger;
use super::{audit, ledger, security};
use crate::effects::files::What;
use crate::effects::http::{Limits, timing::Timed};
use crate::effects::{EffectsError, Git, Inspect};
use crate::error::Failure;
use crate::project::{FILE_LIMIT, Project, history};
use crate::report::text;
use crate::security::audit::Vulnerability;
use crate::security::exposure::Exposure;
use crate::status::document::{self, Clock, LastDecision};
use crate::status::figures::{self, Run};
use crate::status::history::History;
use crate::status::judge::Served;
use crate::status::probe::{self, Availability, Class, Observed, Probe, Stored};
use crate::status::{Document, Input, Previous, Status, StatusError, compose, files};
use crate::steps::record::Record;

/// A decision is small, and so is a status.
const LIMIT: u64 = 4 * 1024 * 1024;

/// What the user named, and where the parts come from.
#[derive(Clone, Copy)]
pub struct Named<'a> {
    /// The folder that the status is written to: what is there is the last one, unless another is named.
    pub out: &'a Path,
    /// The last status: a URL or a folder.
    pub previous: Option<&'a str>,
    /// The file of the last decision; nothing: where `security decide` puts it.
    pub decision: Option<&'a Path>,
    /// The file of stored probes.
    pub probes: Option<&'a Path>,
    /// A folder or zip of OSV records.
    pub database: Option<&'a Path>,
}

impl<'a> Named<'a> {
    /// The usual places, with what is written to `out`.
    pub fn at(out: &'a Path, database: Option<&'a Path>) -> Self {
        Named { out, previous: None, decision: None, probes: None, database }
    }
}

/// Audits a project and makes the status of it.
///
/// # Errors
/// The last status is there and cannot be read, or a file that was named.
pub fn prepare(inspect: Inspect<'_>, project: &Project, named: &Named<'_>) -> Result<Status, Failure> {
    // As in `security record`: what cannot be read is a source that failed, and the status says so.
    let database = audit::database(inspect, project, named.database).unwrap_or_else(|failure| {
        inspect.warn(format!("the advisory database cannot be read: {} [{}]", failure.message, failure.code));
        None
    });
    let inputs = audit::inputs(inspect, project, &[], database)?;
    let audit = inputs.judge(inspect, &inputs.dependencies);
    let surface = security::surface(inspect, project)?;
    let exposure = |finding: &Vulnerability| -> Option<Exposure> {
        let fixes: Vec<String> = finding.fix.iter().map(|fix| fix.minimal.clone()).collect();
        Some(surface.exposure(&finding.package, &fixes))
    };
    let git = Git::discover(&project.root)?;
    let (released, commit, runs) = match &git {
        Some(git) => (history::releases(git, project)?.pop(), git.head()?.commit, runs(git)?),
        None => (None, None, Vec::new()),
    };
    let previous = match named.previous {
        Some(url) if is_url(url) => previous_of_url(inspect, url)?,
        Some(dir) => previous_of_dir(inspect, &inspect.dir().join(dir))?,
        None => match (previous_of_dir(inspect, named.out)?, &git) {
            (None, Some(git)) => previous_of_branch(git, &project.config.status.branch)?,
            (there, _) => there,
        },
    };
    if previous.is_none() && named.previous.is_some() {
        inspect.note("there is no status before this one: the history begins now");
    }
    let config = &project.config.status;
    let hours = |duration: Duration| SignedDuration::from_secs(i64::try_from(duration.as_secs()).unwrap_or(i64::MAX));
    Ok(compose(&Input {
        project: document::Project {
            name: project.title(),
            version_released: released.map(|release| release.version.to_string()),
            commit,
        },
        audit: &audit,
        exposure: &exposure,
        database: "osv",
        now: inspect.clock().now(),
        clock: if inspect.clock().is_given() { Clock::Given } else { Clock::System },
        valid_for: hours(config.valid_for),
        interval: hours(config.interval),
        detail: config.detail,
        previous: previous.as_ref(),
        decision: decision(inspect, project, (git.as_ref(), named.decision))?,
        runs: &runs,
        endpoint: endpoint(inspect, named.probes)?,
    })?)
}

/// Whether a place is a URL and not a folder.
pub fn is_url(place: &str) -> bool {
    place.starts_with("https://") || place.starts_with("http://")
}

/// The folder of a status in a folder: itself, or the one below it.
fn folder(inspect: Inspect<'_>, dir: &Path) -> PathBuf {
    let below = dir.join(files::FOLDER);
    if inspect.files().what(&below) == What::Folder { below } else { dir.to_owned() }
}

fn previous_of_dir(inspect: Inspect<'_>, dir: &Path) -> Result<Option<Previous>, Failure> {
    let dir = folder(inspect, dir);
    let read = |name: &str| inspect.files().read_text_if_there(&dir.join(name), LIMIT);
    match read("index.json")? {
        None => Ok(None),
        Some(index) => Ok(Some(previous(&dir.display().to_string(), &index, read("history.json")?.as_deref())?)),
    }
}

/// The status on the branch that statuses are published on, as it was fetched last: a fresh clone has no other.
fn previous_of_branch(git: &Git, branch: &str) -> Result<Option<Previous>, Failure> {
    let place = format!("origin/{branch}");
    let Some(commit) = git.resolve(&format!("refs/remotes/{place}")) else {
        return Ok(None);
    };
    let read = |name: &str| {
        let bytes = git.file_of_commit(&commit, &format!("{}/{name}", files::FOLDER)).ok()?;
        String::from_utf8(bytes).ok()
    };
    match read("index.json") {
        None => Ok(None),
        Some(index) => Ok(Some(previous(&place, &index, read("history.json").as_deref())?)),
    }
}

fn previous_of_url(inspect: Inspect<'_>, url: &str) -> Result<Option<Previous>, Failure> {
    let base = files::base(url);
    let Some(index) = fetch(inspect, &format!("{base}index.json"))? else {
        return Ok(None);
    };
    let history = fetch(inspect, &format!("{base}history.json"))?;
    Ok(Some(previous(&base, &index, history.as_deref())?))
}

/// A document; nothing where the server says that there is none.
fn fetch(inspect: Inspect<'_>, url: &str) -> Result<Option<String>, Failure> {
    let answer = inspect.http().get_up_to(url, "application/json", LIMIT)?;
    match answer.status {
        200 => Ok(Some(answer.text())),
        404 | 410 => Ok(None),
        status => Err(StatusError::Unanswered { url: url.to_owned(), status }.into()),
    }
}

fn previous(place: &str, index: &str, history: Option<&str>) -> Result<Previous, StatusError> {
    let refused = |problem| StatusError::Previous { place: place.to_owned(), problem };
    let document = Document::parse(index).map_err(refused)?;
    let history = match history {
        Some(text) => History::parse(text).map_err(refused)?,
        // What is not known is not said to be clean.
        None => History { clean_since: None, ..History::begin(&document.generated_at) },
    };
    Ok(Previous { document, history })
}

/// `decision.json` as `security decide` writes it; what else is in it is its own business.
#[derive(Deserialize)]
struct Decided {
    decision: String,
    rule: String,
    key: String,
}

fn decision(
    inspect: Inspect<'_>,
    project: &Project,
    (git, named): (Option<&Git>, Option<&Path>),
) -> Result<Option<LastDecision>, Failure> {
    let usual = git.map(|git| git.common_dir().join("release/security/decision.json"));
    let text = match (named, &usual) {
        (Some(named), _) => Some(inspect.files().read_text(&inspect.dir().join(named), LIMIT)?),
        (None, Some(usual)) => inspect.files().read_text_if_there(usual, LIMIT)?,
        (None, None) => None,
    };
    let Some(text) = text else {
        // It may have been made on another machine.
        let decided = match git {
            Some(_) => Ledger::of(&project.root)?.state(&project.title()).and_then(|state| state.decided),
            None => None,
        };
        return Ok(decided.map(|made| LastDecision::of(&made.decision, &made.rule, &made.key)));
    };
    let decided: Decided = serde_json::from_str(&text).map_err(|error| StatusError::Decision {
        file: named.or(usual.as_deref()).unwrap_or(Path::new("")).display().to_string(),
        problem: error.to_string(),
    })?;
    let Decided { decision, rule, key } = decided;
    Ok(Some(LastDecision::of(&decision, &rule, &key)))
}

fn endpoint(inspect: Inspect<'_>, probes: Option<&Path>) -> Result<Option<Availability>, Failure> {
    let Some(probes) = probes else {
        return Ok(None);
    };
    let lines = stored(inspect, &inspect.dir().join(probes))?;
    Ok(probe::availability(&lines, inspect.clock().now()))
}

/// The lines of a store of probes; none where there is no file yet.
///
/// # Errors
/// It cannot be read.
pub fn stored(inspect: Inspect<'_>, path: &Path) -> Result<Vec<Stored>, Failure> {
    let stored = inspect.files().read_text_if_there(path, FILE_LIMIT)?.unwrap_or_default();
    let (lines, unread) = probe::read(&stored);
    if unread > 0 {
        let number = text::count(unread, "line");
        inspect.warn(format!("{number} of `{}` could not be read and is left out", path.display()));
    }
    Ok(lines)
}

/// Runs and publications of the ledger, the newest first.
fn runs(git: &Git) -> Result<Vec<Run>, Failure> {
    let entries = ledger::read(git)?.into_iter().rev().map(|entry| entry.record);
    Ok(figures::join(entries.filter_map(run).collect()))
}

fn run(record: Record) -> Option<Run> {
    let recorded = matches!(record.command.as_str(), "run" | "publish");
    let time = record.time.parse().ok().filter(|_| recorded)?;
    Some(Run {
        id: record.run,
        command: record.command,
        version: record.version,
        time,
        outcome: record.outcome,
        milliseconds: record.facts.milliseconds,
        files: record.files.into_iter().map(|file| (file.name, file.sha256)).collect(),
    })
}

/// What became of looking at a status.
pub enum Look {
    /// It is there.
    Served(Served),
    /// There is none.
    Missing,
    /// Nobody says.
    NoAnswer(String),
}

/// Looks at a status at a URL or in a folder.
///
/// # Errors
/// The URL may not be asked, or a file cannot be read.
pub fn look(inspect: Inspect<'_>, place: &str) -> Result<Look, Failure> {
    let url = is_url(place);
    let dir = folder(inspect, &inspect.dir().join(place));
    let read = |name: &str| -> Result<Option<String>, Failure> {
        if url {
            fetch(inspect, &format!("{}{name}", files::base(place)))
        } else {
            Ok(inspect.files().read_text_if_there(&dir.join(name), LIMIT)?)
        }
    };
    let gather = || -> Result<Look, Failure> {
        let Some(index) = read("index.json")? else {
            return Ok(Look::Missing);
        };
        let badges = files::NAMES.iter().filter(|name| name.starts_with("badge/") && name.ends_with(".json"));
        let badges = badges.map(|name| Ok(((*name).to_owned(), read(name)?))).collect::<Result<_, Failure>>()?;
        Ok(Look::Served(Served { index, badges }))
    };
    match gather() {
        Err(failure) if matches!(failure.code, "effects/no-answer" | "status/unanswered") => {
            Ok(Look::NoAnswer(failure.message))
        }
        other => other,
    }
}

/// How a place is probed.
#[derive(Debug, Clone, Copy)]
pub struct Probing {
    /// Requests over a warm connection.
    pub samples: usize,
    /// Milliseconds that the first byte may take.
    pub limit_ms: u64,
    /// Seconds between the tries that confirm a fault.
    pub pause: u64,
    /// Minutes between two probes, as planned.
    pub every_minutes: u32,
}

/// What a probe found; nothing about the place where the name of its host could not be looked up, since that
/// is as likely to be our own network.
pub enum Probed {
    /// How it answers.
    Told(Box<Probe>),
    /// Cannot tell.
    Untold(String),
}

/// Probes a place. What looks down is tried up to two more times, and is down when two tries of three say so.
///
/// # Errors
/// The URL may not be asked.
pub fn probe(inspect: Inspect<'_>, url: &str, probing: &Probing) -> Result<Probed, Failure> {
    let index = format!("{}index.json", files::base(url));
    let mut down: Option<Probe> = None;
    for attempt in 0..3 {
        if attempt > 0 {
            inspect.clock().sleep(Duration::from_secs(probing.pause));
        }
        let limits = Limits { connect: Duration::from_secs(10), total: Duration::from_secs(30) };
        let probe = match inspect.http().time(&index, probing.samples + 1, (limits, LIMIT)) {
            Ok(timed) => told(inspect, &index, probing, &timed),
            Err(error @ EffectsError::NoAnswer { .. }) => {
                if is_lookup(&error) {
                    return Ok(Probed::Untold(error.to_string()));
                }
                line(inspect, &index, probing, (Class::Down, error.to_string()))
            }
            Err(error) => return Err(error.into()),
        };
        if probe.class != Class::Down || down.is_some() {
            return Ok(Probed::Told(Box::new(probe)));
        }
        down = Some(probe);
    }
    // Unreachable in practice: the second fault returns above.
    Ok(down.map_or_else(|| Probed::Untold(String::new()), |probe| Probed::Told(Box::new(probe))))
}

fn told(inspect: Inspect<'_>, url: &str, probing: &Probing, timed: &[Timed]) -> Probe {
    let warm: Vec<&Timed> = timed.iter().filter(|one| one.warm).collect();
    let first_byte_ms: Vec<u64> = warm.iter().map(|one| one.first_byte_ms).collect();
    // A fault in the middle is a fault.
    let worst = timed.iter().find(|one| one.answer.status != 200).or(timed.last());
    let (status, body) = worst.map_or((0, String::new()), |one| (one.answer.status, one.answer.text()));
    let observed = Observed { status, body: &body, first_byte_ms: &first_byte_ms };
    let (class, reason, sequence) = probe::classify(&observed, inspect.clock().now(), probing.limit_ms);
    Probe {
        sequence,
        cold_ms: timed.first().map(|one| one.first_byte_ms),
        total_ms: warm.iter().map(|one| one.total_ms).collect(),
        first_byte_ms,
        cache: timed.last().and_then(|one| one.cache.clone()),
        ..line(inspect, url, probing, (class, reason))
    }
}

fn line(inspect: Inspect<'_>, url: &str, probing: &Probing, found: (Class, String)) -> Probe {
    Probe {
        time: inspect.clock().now().to_string(),
        url: url.to_owned(),
        class: found.0,
        reason: found.1,
        every_minutes: probing.every_minutes,
        sequence: None,
        cold_ms: None,
        first_byte_ms: Vec::new(),
        total_ms: Vec::new(),
        cache: None,
    }
}

/// Whether the name of the host could not be looked up.
fn is_lookup(error: &EffectsError) -> bool {
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        if cause.to_string().starts_with("dns error") {
            return true;
        }
        source = cause.source();
    }
    false
}
