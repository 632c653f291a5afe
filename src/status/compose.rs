//! Makes the status of an audit, going on from the status before it.
//!
//! A finding keeps its id and its first day when its ids grow or another version is locked: it is the same
//! package with one id in common. What could not be checked again is published as it was, and said to be
//! so; nothing counts as resolved then. Pure: reading the previous status is left to others.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

use super::document::{
    Acceptance, ByExposure, BySeverity, Clock, Counts, Coverage, Detail, Document, Finding, FindingStatus,
    LastDecision, Project, SCHEMA_VERSION, Severity, Skipped, Source, State, day_of, days_between, plain, time,
};
use super::error::StatusError;
use super::figures::{self, Run};
use super::grade::{Circumstances, Subject, grade, sla_days};
use super::history::{Change, ChangeKind, History, Point};
use super::probe::Availability;
use crate::security::advisory::is_id;
use crate::security::audit::{self, Audit, Outcome, Vulnerability};
use crate::security::exposure::Exposure;
use crate::security::severity::Level;

/// What a status is made of.
#[derive(Clone)]
pub struct Input<'a> {
    /// The project.
    pub project: Project,
    /// What was found.
    pub audit: &'a Audit,
    /// How a finding reaches users, where that is known.
    pub exposure: &'a dyn Fn(&Vulnerability) -> Option<Exposure>,
    /// The name of the database, such as `osv`.
    pub database: &'a str,
    /// When the status is made.
    pub now: Timestamp,
    /// Where `now` comes from.
    pub clock: Clock,
    /// How long the status is valid.
    pub valid_for: SignedDuration,
    /// When the next one is made.
    pub interval: SignedDuration,
    /// How much is published.
    pub detail: Detail,
    /// The status before.
    pub previous: Option<&'a Previous>,
    /// The last decision about a release for security.
    pub decision: Option<LastDecision>,
    /// Releases and publications, the newest first.
    pub runs: &'a [Run],
    /// How the endpoint answered.
    pub endpoint: Option<Availability>,
}

/// The status before.
#[derive(Debug, Clone, PartialEq)]
pub struct Previous {
    /// Its document.
    pub document: Document,
    /// Its history.
    pub history: History,
}

/// A status: what is published of it is made from this.
#[derive(Debug, Clone, PartialEq)]
pub struct Status {
    /// The document.
    pub document: Document,
    /// What is remembered.
    pub history: History,
    /// Releases and publications, the newest first.
    pub runs: Vec<Run>,
}

/// Makes the status of an audit.
///
/// # Errors
/// [`StatusError::ValidFor`] where the validity is not positive or leaves the calendar.
pub fn compose(input: &Input<'_>) -> Result<Status, StatusError> {
    let now = time(input.now);
    let before = input.previous.map(|previous| &previous.document);
    // A second build at the same instant is the same status, not a later one.
    let again = before.filter(|document| document.generated_at == now);
    let mut status = made(input, before.is_none_or(|document| again.is_some() && document.sequence == 1))?;
    status.document.sequence = match (before, again) {
        (None, _) => 1,
        (Some(before), None) => before.sequence.saturating_add(1),
        (Some(before), Some(_)) => before.sequence,
    };
    if again.is_some_and(|before| *before != status.document) {
        status.document.sequence = status.document.sequence.saturating_add(1);
    }
    Ok(status)
}

fn made(input: &Input<'_>, first: bool) -> Result<Status, StatusError> {
    let Input { audit, now, .. } = input;
    let stamp = time(*now);
    let valid_until = until(input, input.valid_for)?;
    let next_expected = until(input, input.interval)?;
    let complete = audit.reasons.is_empty() && audit.outcome != Outcome::Inconclusive;
    let Followed { findings, accepted, changes, carried } = follow(input, &stamp, complete);
    let mut history = match input.previous {
        Some(previous) => previous.history.clone(),
        None => History::begin(&stamp),
    };
    history.add(changes);
    let exposed = findings.iter().any(reaches_users);
    history.clean_since = match (exposed, complete) {
        (true, _) => None,
        (false, true) => history.clean_since.or_else(|| Some(stamp.clone())),
        (false, false) => history.clean_since.filter(|_| input.previous.is_some()),
    };
    let counts = counted(&findings, accepted.len());
    let subjects: Vec<Subject<'_>> = findings.iter().chain(&accepted).map(|finding| subject(finding, *now)).collect();
    let grade = grade(&subjects, &circumstances(input, complete, first));
    let mut reasons: Vec<String> = audit.reasons.iter().map(ToString::to_string).collect();
    reasons.extend(input.previous.filter(|_| carried > 0).map(|previous| stand_as_on(carried, &previous.document)));
    let mut document = Document {
        schema_version: SCHEMA_VERSION.to_owned(),
        sequence: 0,
        project: project(&input.project),
        generated_at: stamp.clone(),
        refreshed_at: match complete {
            true => Some(stamp.clone()),
            false => input.previous.and_then(|previous| previous.document.refreshed_at.clone()),
        },
        valid_until,
        next_expected,
        clock: input.clock,
        detail: input.detail,
        state: state(audit.outcome),
        reasons,
        days_clean: match &history.clean_since {
            _ if exposed => Some(0),
            Some(since) if complete => days_between(since, *now),
            _ => None,
        },
        days_clean_since_history_start: complete && history.clean_since.as_ref() == Some(&history.started),
        oldest_open_days: findings.iter().filter_map(|finding| days_between(&finding.first_seen, *now)).max(),
        sla_breaches: findings.iter().filter(|finding| overdue(finding, *now)).count(),
        ttr: history.time_to_remediate(&counts.open),
        grade,
        counts,
        coverage: coverage(audit),
        sources: vec![source(input)],
        findings,
        accepted,
        last_decision: input.decision.clone(),
        releases: figures::releases(input.runs, *now),
        endpoint: input.endpoint.clone(),
    };
    mask(&mut document, &mut history);
    history.set(Point {
        day: document.day().to_owned(),
        state: document.state,
        letter: document.grade.letter,
        score: document.grade.score,
        open: document.counts.open.clone(),
    });
    Ok(Status { document, history, runs: input.runs.to_vec() })
}

fn project(project: &Project) -> Project {
    Project {
        name: plain(&project.name),
        version_released: project.version_released.as_deref().map(plain),
        commit: project.commit.as_deref().map(plain),
    }
}

fn state(outcome: Outcome) -> State {
    match outcome {
        Outcome::Clean => State::Ok,
        Outcome::Findings => State::Findings,
        Outcome::Inconclusive => State::Inconclusive,
    }
}

fn coverage(audit: &Audit) -> Coverage {
    let skipped: BTreeSet<Skipped> = audit.coverage.skipped.iter().map(Skipped::of).collect();
    Coverage {
        packages: audit.coverage.packages,
        audited: audit.coverage.audited,
        skipped: skipped.into_iter().collect(),
    }
}

fn counted(findings: &[Finding], accepted: usize) -> Counts {
    let mut counts = Counts { open: BySeverity::default(), by_exposure: ByExposure::default(), accepted };
    for finding in findings {
        counts.open.add(finding.severity.level);
        counts.by_exposure.add(finding.exposure);
    }
    counts
}

fn circumstances(input: &Input<'_>, complete: bool, first: bool) -> Circumstances {
    let modified = input.audit.database.as_ref().and_then(|facts| facts.modified);
    Circumstances {
        complete,
        first,
        packages: input.audit.coverage.packages,
        audited: input.audit.coverage.audited,
        database_hours: modified.map(|modified| (input.now.as_second() - modified.as_second()).max(0) / 3_600),
    }
}

fn stand_as_on(carried: usize, before: &Document) -> String {
    let day = day_of(before.refreshed_at.as_deref().unwrap_or(&before.generated_at));
    format!("{carried} of the findings below could not be checked again and stand as on {day}")
}

fn until(input: &Input<'_>, duration: SignedDuration) -> Result<String, StatusError> {
    let refused = || StatusError::ValidFor { hours: duration.as_hours() };
    let end = input.now.checked_add(duration).map_err(|_| refused())?;
    if end.as_second() <= input.now.as_second() {
        return Err(refused());
    }
    Ok(time(end))
}

/// Whether users of the project may be hit by it now: dependencies and code, not tools.
fn reaches_users(finding: &Finding) -> bool {
    finding.severity.level >= Level::Medium && finding.exposure.is_none_or(|exposure| exposure > Exposure::Build)
}

fn overdue(finding: &Finding, now: Timestamp) -> bool {
    let due = finding.sla_due.as_ref().and_then(|due| due.parse::<Timestamp>().ok());
    due.is_some_and(|due| due < now)
}

fn subject(finding: &Finding, now: Timestamp) -> Subject<'_> {
    Subject {
        finding: &finding.id,
        level: finding.severity.level,
        exposure: finding.exposure,
        accepted: finding.status == FindingStatus::Accepted,
        hostile: finding.ids.iter().any(|id| id.starts_with("MAL-")),
        fix_days: finding.fix_since.as_ref().and_then(|since| days_between(since, now)),
    }
}

/// The findings of now, with what is known of them from before.
struct Followed {
    findings: Vec<Finding>,
    accepted: Vec<Finding>,
    changes: Vec<Change>,
    /// How many stand as they were, unchecked.
    carried: usize,
}

fn follow(input: &Input<'_>, now: &str, complete: bool) -> Followed {
    let mut before: Vec<Finding> = input.previous.map_or_else(Vec::new, |previous| {
        previous.document.findings.iter().chain(&previous.document.accepted).cloned().collect()
    });
    let mut followed = Followed { findings: Vec::new(), accepted: Vec::new(), changes: Vec::new(), carried: 0 };
    for mut finding in merged(input, now) {
        let known = take(&mut before, &finding);
        if let Some(known) = &known {
            finding.id.clone_from(&known.id);
            finding.first_seen.clone_from(&known.first_seen);
            if !finding.fix.is_empty() {
                finding.fix_since = known.fix_since.clone().or_else(|| Some(now.to_owned()));
            }
        }
        if finding.id.is_empty() {
            finding.id = id_of(&finding);
        }
        finding.sla_due = sla_due(&finding);
        if let Some(kind) = changed(known.as_ref(), &finding) {
            followed.changes.push(change(kind, &finding, now));
        }
        match finding.status {
            FindingStatus::Accepted => followed.accepted.push(finding),
            _ => followed.findings.push(finding),
        }
    }
    for mut gone in before {
        if complete {
            followed.changes.push(change(ChangeKind::Resolved, &gone, now));
            continue;
        }
        followed.carried += 1;
        let holds = gone.acceptance.as_ref().is_some_and(|acceptance| acceptance.until.as_str() >= day_of(now));
        if holds {
            followed.accepted.push(gone);
        } else {
            gone.acceptance = None;
            gone.status = FindingStatus::Unconfirmed;
            followed.findings.push(gone);
        }
    }
    let order = |finding: &Finding| (Reverse(finding.severity.level), finding.package.clone(), finding.ids.clone());
    followed.findings.sort_by_cached_key(order);
    followed.accepted.sort_by_cached_key(|finding| (finding.acceptance.clone(), order(finding)));
    followed
}

/// Takes out what is the same finding: the same package with an id in common. Where two of before have
/// become one, the older one goes on. Without published names the severity must do.
fn take(before: &mut Vec<Finding>, finding: &Finding) -> Option<Finding> {
    let same = |known: &Finding| {
        known.package == finding.package && known.ids.iter().any(|id| finding.ids.contains(id))
            || !known.id.is_empty() && known.id == id_of(finding)
    };
    let alike = |known: &Finding| known.package.is_empty() && known.severity.level == finding.severity.level;
    let (mut found, rest): (Vec<Finding>, Vec<Finding>) = std::mem::take(before).into_iter().partition(same);
    *before = rest;
    if found.is_empty() {
        let oldest = before.iter().enumerate().filter(|(_, known)| alike(known));
        let (place, _) = oldest.min_by(|(_, a), (_, b)| a.first_seen.cmp(&b.first_seen))?;
        return Some(before.remove(place));
    }
    found.sort_by(|a, b| a.first_seen.cmp(&b.first_seen).then_with(|| a.id.cmp(&b.id)));
    Some(found.remove(0))
}

fn changed(known: Option<&Finding>, finding: &Finding) -> Option<ChangeKind> {
    let accepted = |finding: &Finding| finding.status == FindingStatus::Accepted;
    let Some(known) = known else {
        return Some(if accepted(finding) { ChangeKind::Accepted } else { ChangeKind::Opened });
    };
    match (accepted(known), accepted(finding)) {
        (false, true) => Some(ChangeKind::Accepted),
        (true, false) => Some(ChangeKind::AcceptanceEnded),
        _ if finding.severity.level > known.severity.level => Some(ChangeKind::Raised),
        _ if finding.severity.level < known.severity.level => Some(ChangeKind::Lowered),
        _ => None,
    }
}

fn change(kind: ChangeKind, finding: &Finding, now: &str) -> Change {
    Change {
        time: now.to_owned(),
        kind,
        finding: finding.id.clone(),
        package: finding.package.clone(),
        ids: finding.ids.clone(),
        level: finding.severity.level,
        first_seen: finding.first_seen.clone(),
    }
}

/// The id of a finding that is seen for the first time.
fn id_of(finding: &Finding) -> String {
    let first = finding.ids.first().map_or("", String::as_str);
    let digest = Sha256::digest(format!("dep/1|{}|{first}", finding.package));
    digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

fn sla_due(finding: &Finding) -> Option<String> {
    let since: Timestamp = finding.fix_since.as_ref()?.parse().ok()?;
    let days = SignedDuration::from_hours(24 * i64::from(sla_days(finding.severity.level)));
    since.checked_add(days).ok().map(time)
}

/// One finding a flaw and package: several locked versions are named together, with the worst rating and
/// the worst exposure of them. What is accepted stands apart from what is open.
fn merged(input: &Input<'_>, now: &str) -> Vec<Finding> {
    let mut places: BTreeMap<(&str, &[String], bool), usize> = BTreeMap::new();
    let mut findings: Vec<Finding> = Vec::new();
    for found in &input.audit.findings {
        let key = (found.package.as_str(), found.ids.as_slice(), found.accepted.is_some());
        let place = *places.entry(key).or_insert(findings.len());
        let exposure = (input.exposure)(found);
        if place == findings.len() {
            findings.push(new_finding(found, exposure, now));
        }
        let merged = &mut findings[place];
        insert(&mut merged.installed, plain(&found.version));
        merged.exposure = merged.exposure.zip(exposure).map(|(one, other)| one.max(other));
        if let Some(fix) = &found.fix {
            insert(&mut merged.fix, plain(&fix.minimal));
            merged.fix_since = Some(now.to_owned());
        }
    }
    findings
}

fn new_finding(found: &Vulnerability, exposure: Option<Exposure>, now: &str) -> Finding {
    let ids: Vec<String> = found.ids.iter().filter(|id| is_id(id)).cloned().collect();
    Finding {
        id: String::new(),
        package: plain(&found.package),
        installed: Vec::new(),
        severity: Severity {
            level: found.severity.level,
            score: found.severity.score,
            source: plain(&found.severity.source),
        },
        exposure,
        fix: Vec::new(),
        first_seen: now.to_owned(),
        fix_since: None,
        sla_due: None,
        status: if found.accepted.is_some() { FindingStatus::Accepted } else { FindingStatus::Open },
        acceptance: found
            .accepted
            .as_ref()
            .map(|accepted| Acceptance { until: accepted.until.to_string(), reason: plain(&accepted.reason) }),
        url: match ids.first() {
            Some(id) => format!("https://osv.dev/vulnerability/{id}"),
            None => "https://osv.dev".to_owned(),
        },
        ids,
    }
}

fn insert(sorted: &mut Vec<String>, text: String) {
    if let Err(place) = sorted.binary_search(&text) {
        sorted.insert(place, text);
    }
}

/// Takes out what is not to be published.
fn mask(document: &mut Document, history: &mut History) {
    if document.detail == Detail::Full {
        return;
    }
    document.coverage.skipped.clear();
    let counts = document.detail == Detail::Counts;
    for finding in document.findings.iter_mut().chain(&mut document.accepted) {
        finding.installed.clear();
        finding.fix.clear();
        if let Some(acceptance) = &mut finding.acceptance {
            acceptance.reason.clear();
        }
        if counts {
            finding.id.clear();
            finding.package.clear();
            finding.ids.clear();
            finding.severity.score = None;
            finding.severity.source.clear();
            "https://osv.dev".clone_into(&mut finding.url);
        }
    }
    if counts {
        document.grade.penalties.iter_mut().for_each(|penalty| penalty.finding.clear());
        document.grade.caps.iter_mut().filter_map(|cap| cap.finding.as_mut()).for_each(String::clear);
        for change in &mut history.changes {
            change.finding.clear();
            change.package.clear();
            change.ids.clear();
        }
    }
}

fn source(input: &Input<'_>) -> Source {
    let facts = input.audit.database.as_ref();
    let doubted = input.audit.reasons.iter().any(|reason| match reason {
        audit::Reason::NoDatabase
        | audit::Reason::UndatedDatabase
        | audit::Reason::StaleDatabase(_)
        | audit::Reason::FutureDatabase(_)
        | audit::Reason::UnreadableRecords(_) => true,
        audit::Reason::NoPackages
        | audit::Reason::NothingAuditable
        | audit::Reason::NotRead(_)
        | audit::Reason::Indeterminate(_) => false,
    });
    Source {
        name: plain(input.database),
        db_time: facts.and_then(|facts| facts.modified).map(time),
        records: facts.map_or(0, |facts| facts.records),
        ok: !doubted,
    }
}

impl Skipped {
    fn of(skipped: &audit::NotAudited) -> Self {
        Skipped { name: plain(&skipped.name), why: plain(&skipped.why) }
    }
}
