//! From the last state and what is seen today to the next state, with what has changed in between.
//!
//! *New* is believed at once; *resolved* only where every source spoke wholly, and then with a cause: the
//! package is gone, its version is another one, or its advisories were withdrawn for a day. What only a report
//! told must be absent from two whole scans twelve hours apart. A lower severity counts after a day. So neither
//! a failed scanner nor an edited record makes a change that the next run takes back.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::acceptance::{Acceptances, Answer, Flaw};
use super::exposure::Exposure;
use super::grouping::ordered;
use super::identity::{self, Same};
use super::reports::CodeFlaw;
use super::severity::Level;
use super::state::{
    Accepted, Change, Coverage, Finding, Head, Kind, Presence, Released, SCHEMA, Severity, Source, State, Status,
    finding_id,
};
use crate::python::version::Version;

/// The name of our own audit among the sources.
pub const OWN: &str = "osv";

/// How long a lower severity, or a withdrawal, must last before it counts.
const SETTLED: SignedDuration = SignedDuration::from_hours(24);

/// How far apart two whole scans are that no longer see what only a report told.
const APART: SignedDuration = SignedDuration::from_hours(12);

/// How long a resolved finding is remembered.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(24 * 400);

/// Of which version something was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// What would be released now.
    Head,
    /// What users have.
    Released,
}

/// A flaw as one source sees it today.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Of which version.
    pub side: Side,
    /// Who says so.
    pub source: String,
    /// The normalised name of the package.
    pub package: String,
    /// The version that has it, where it is known.
    pub version: Option<String>,
    /// Every id.
    pub ids: BTreeSet<String>,
    /// How bad it is.
    pub severity: Severity,
    /// The versions without it.
    pub fixes: Vec<String>,
    /// Since when the advisories are as they are.
    pub since: Option<Timestamp>,
    /// How it reaches people.
    pub exposure: Exposure,
}

/// Everything that is seen today.
#[derive(Debug)]
pub struct Observed<'a> {
    /// The time.
    pub now: Timestamp,
    /// The project.
    pub project: String,
    /// What would be released now.
    pub head: Head,
    /// What users have.
    pub released: Option<Released>,
    /// Who spoke.
    pub sources: Vec<Source>,
    /// What else is missing.
    pub reasons: Vec<String>,
    /// How much was judged.
    pub coverage: Coverage,
    /// Flaws of dependencies.
    pub flaws: Vec<Seen>,
    /// Findings in code.
    pub code: Vec<CodeFlaw>,
    /// Ids of flaws that are known to be exploited.
    pub exploited: BTreeSet<String>,
    /// The versions of each package at HEAD.
    pub locked: BTreeMap<String, BTreeSet<String>>,
    /// What the maintainers accept.
    pub acceptances: &'a Acceptances,
}

/// The next state.
pub fn record(previous: Option<&State>, observed: &Observed<'_>) -> State {
    let none: &[Finding] = &[];
    let known = previous.map_or(none, |state| &state.findings);
    let seen: Vec<(&str, &BTreeSet<String>)> =
        observed.flaws.iter().map(|flaw| (flaw.package.as_str(), &flaw.ids)).collect();
    let mut findings = Vec::new();
    let mut changes = Vec::new();
    for same in identity::join(known, &seen) {
        let next = Next { observed, known, same: &same };
        findings.extend(next.finding(&mut changes));
    }
    findings.sort_by(|a, b| (&a.package, a.shown(), &a.id).cmp(&(&b.package, b.shown(), &b.id)));
    let mut sources = observed.sources.clone();
    sources.sort();
    let mut reasons = observed.reasons.clone();
    reasons.extend(sources.iter().flat_map(|source| source.why.iter().map(|why| format!("{}: {why}", source.name))));
    reasons.sort();
    reasons.dedup();
    let code: &[_] = previous.map_or(&[], |state| &state.code);
    let spoke = sources.iter().filter(|source| source.ok).map(|source| source.name.clone()).collect();
    State {
        schema: SCHEMA,
        project: observed.project.clone(),
        recorded_at: observed.now,
        complete: is_complete(observed),
        reasons,
        coverage: observed.coverage,
        sources,
        head: observed.head.clone(),
        released: observed.released.clone(),
        code: identity::code(code, &observed.code, &spoke, observed.now),
        changes: pending(previous, changes, &findings),
        findings,
        decided: None,
    }
}

fn is_complete(observed: &Observed<'_>) -> bool {
    observed.reasons.is_empty() && !observed.sources.is_empty() && observed.sources.iter().all(|source| source.ok)
}

/// What has changed since the last decision: what the last state had still to be decided, and what is new.
fn pending(previous: Option<&State>, new: Vec<Change>, findings: &[Finding]) -> Vec<Change> {
    let undecided = previous.filter(|state| state.decided.is_none());
    let mut all: Vec<Change> = undecided.map(|state| state.changes.clone()).unwrap_or_default();
    for change in &mut all {
        let merged = findings.iter().find(|finding| finding.merged_from.contains(&change.finding));
        if let Some(finding) = merged {
            change.finding.clone_from(&finding.id);
        }
    }
    all.extend(new);
    let has = |all: &[Change], id: &str, kind: Kind| all.iter().any(|one| one.finding == id && one.kind == kind);
    // What came and went between two decisions was never there.
    let passing: Vec<String> = findings
        .iter()
        .filter(|finding| finding.status == Status::Resolved && has(&all, &finding.id, Kind::New))
        .map(|finding| finding.id.clone())
        .collect();
    all.retain(|change| !passing.contains(&change.finding) && findings.iter().any(|one| one.id == change.finding));
    all.sort_by(|a, b| (&a.finding, a.kind, a.at).cmp(&(&b.finding, b.kind, b.at)));
    all.dedup_by(|later, earlier| (&later.finding, later.kind) == (&earlier.finding, earlier.kind));
    all
}

/// One finding on its way from the last state to the next.
struct Next<'a> {
    observed: &'a Observed<'a>,
    known: &'a [Finding],
    same: &'a Same,
}

impl Next<'_> {
    fn finding(&self, changes: &mut Vec<Change>) -> Option<Finding> {
        let now = self.observed.now;
        let known: Vec<&Finding> = self.same.known.iter().map(|&index| &self.known[index]).collect();
        let seen: Vec<&Seen> = self.same.seen.iter().map(|&index| &self.observed.flaws[index]).collect();
        let ids = ordered(self.same.ids.iter().map(String::as_str).collect());
        let old = known.first().copied();
        let mut finding = match old {
            Some(old) => old.clone(),
            None => first_sight(&self.same.package, &ids, &seen, now)?,
        };
        finding.ids = ids;
        finding.merged_from =
            known.iter().skip(1).flat_map(|other| other.merged_from.iter().chain([&other.id])).cloned().collect();
        finding.merged_from.extend(old.into_iter().flat_map(|old| old.merged_from.clone()));
        finding.merged_from.sort();
        finding.merged_from.dedup();
        if !seen.is_empty() {
            finding.last_seen = now;
            finding.sources.extend(seen.iter().map(|seen| seen.source.clone()));
            finding.sources.sort();
            finding.sources.dedup();
        }
        let withdrawn = self.place(&mut finding, &seen);
        rate(&mut finding, &seen, now);
        finding.malicious |= finding.ids.iter().any(|id| id.starts_with("MAL-"));
        finding.exploited |= finding.ids.iter().any(|id| self.observed.exploited.contains(id));
        let active = finding.head.is_some() || finding.at_release().is_some_and(|exposure| exposure.is_shipped());
        let mut ended = None;
        finding.accepted = None;
        finding.status = if active {
            ended = self.accept(&mut finding);
            if finding.accepted.is_some() { Status::Accepted } else { Status::Open }
        } else {
            Status::Resolved
        };
        let Some(old) = old else {
            // What only developers of the last release had is no news.
            if !active {
                return None;
            }
            changes.push(Change { finding: finding.id.clone(), kind: Kind::New, at: now, detail: None });
            return Some(finding);
        };
        let forgotten = finding.status == Status::Resolved && now.duration_since(finding.last_seen) > REMEMBERED;
        changes.extend(compare(old, &finding, withdrawn, ended).into_iter().map(|(kind, detail)| Change {
            finding: finding.id.clone(),
            kind,
            at: now,
            detail,
        }));
        (!forgotten).then_some(finding)
    }

    /// Where it is now. Returns whether it went because its advisories were withdrawn.
    fn place(&self, finding: &mut Finding, seen: &[&Seen]) -> bool {
        let of = |side: Side| presence(seen.iter().copied().filter(|seen| seen.side == side));
        let audited = self.observed.sources.iter().any(|source| source.name == OWN && source.ok);
        // Without our own audit nothing new is known about what was released.
        let released = of(Side::Released);
        if released.is_some() || (audited && self.observed.released.is_some()) {
            finding.released = released;
        }
        let before = finding.head.take();
        finding.head = of(Side::Head);
        if finding.head.is_some() {
            finding.absent_since = None;
            return false;
        }
        let Some(before) = before else { return false };
        let (gone, withdrawn) = self.is_gone(finding, &before);
        if gone {
            finding.absent_since = None;
        } else {
            finding.head = Some(before);
            if is_complete(self.observed) {
                finding.absent_since.get_or_insert(self.observed.now);
            }
        }
        gone && withdrawn
    }

    /// Whether it is believed that it is gone from HEAD, and whether because it was withdrawn.
    fn is_gone(&self, finding: &Finding, before: &Presence) -> (bool, bool) {
        let spoke = |name: &String| self.observed.sources.iter().any(|source| &source.name == name && source.ok);
        let absent = finding.absent_since.map(|since| self.observed.now.duration_since(since));
        if !is_complete(self.observed) {
            return (false, false);
        }
        if finding.sources.iter().any(|source| source == OWN) {
            let locked = self.observed.locked.get(&finding.package);
            let same_version = locked.is_some_and(|locked| before.versions.iter().any(|one| locked.contains(one)));
            // The same version is no longer meant by any advisory: they were edited or withdrawn.
            return (!same_version || absent.is_some_and(|absent| absent >= SETTLED), same_version);
        }
        (finding.sources.iter().all(spoke) && absent.is_some_and(|absent| absent >= APART), false)
    }

    /// Marks it as accepted, or tells why an acceptance of it does not hold.
    fn accept(&self, finding: &mut Finding) -> Option<String> {
        let today = self.observed.now.to_zoned(TimeZone::UTC).date();
        let versions: Vec<String> = finding.head.iter().flat_map(|head| head.versions.clone()).collect();
        let flaw = Flaw {
            package: &finding.package,
            ids: &finding.ids,
            versions: &versions,
            level: finding.severity.level,
            has_fix: !finding.fix.is_empty(),
            malicious: finding.malicious,
        };
        let mut ended = None;
        for entry in &self.observed.acceptances.entries {
            match entry.answer(&flaw, today) {
                Answer::Other => {}
                Answer::Ended(why) => ended = Some(why),
                Answer::Holds => {
                    let until = entry.end(flaw.level);
                    let status = entry.status.word().to_owned();
                    finding.accepted = Some(Accepted { until, status, by: entry.by.clone() });
                    return None;
                }
            }
        }
        ended
    }
}

/// A finding that was never seen before.
fn first_sight(package: &str, ids: &[String], seen: &[&Seen], now: Timestamp) -> Option<Finding> {
    Some(Finding {
        id: finding_id(package, ids.first()?),
        package: package.to_owned(),
        ids: Vec::new(),
        severity: worst(seen),
        lower: None,
        fix: Vec::new(),
        fix_since: None,
        malicious: false,
        exploited: false,
        head: None,
        released: None,
        status: Status::Open,
        accepted: None,
        first_seen: now,
        last_seen: now,
        absent_since: None,
        sources: Vec::new(),
        merged_from: Vec::new(),
    })
}

fn presence<'a>(seen: impl Iterator<Item = &'a Seen>) -> Option<Presence> {
    let seen: Vec<&Seen> = seen.collect();
    let exposure = seen.iter().map(|seen| seen.exposure).max()?;
    let versions: BTreeSet<&String> = seen.iter().filter_map(|seen| seen.version.as_ref()).collect();
    Some(Presence { versions: versions.into_iter().cloned().collect(), exposure })
}

/// The worst rating; one that is known stands above none at all.
fn worst(seen: &[&Seen]) -> Severity {
    let rank = |severity: &Severity| (severity.level != Level::Unknown, severity.level, severity.score);
    let mut rated: Vec<&Severity> = seen.iter().map(|seen| &seen.severity).collect();
    rated.sort_by(|a, b| {
        rank(b).partial_cmp(&rank(a)).unwrap_or(std::cmp::Ordering::Equal).then_with(|| a.source.cmp(&b.source))
    });
    let unrated = Severity { level: Level::Unknown, score: None, source: "none".to_owned() };
    rated.first().map_or(unrated, |severity| (*severity).clone())
}

/// Severity and fixes. Worse counts at once, better after a day.
fn rate(finding: &mut Finding, seen: &[&Seen], now: Timestamp) {
    if seen.is_empty() {
        return;
    }
    let rated = worst(seen);
    if rated.level >= finding.severity.level {
        finding.severity = rated;
        finding.lower = None;
    } else {
        let since = finding.lower.filter(|(level, _)| *level == rated.level).map_or(now, |(_, since)| since);
        finding.lower = Some((rated.level, since));
        if now.duration_since(since) >= SETTLED {
            finding.severity = rated;
            finding.lower = None;
        }
    }
    let mut fixes: Vec<(Version, String)> = seen
        .iter()
        .flat_map(|seen| &seen.fixes)
        .filter_map(|fix| Some((fix.parse::<Version>().ok()?, fix.clone())))
        .collect();
    fixes.sort();
    fixes.dedup_by(|a, b| a.0 == b.0);
    if !fixes.is_empty() {
        let known_since = seen.iter().filter_map(|seen| seen.since).min().unwrap_or(now).min(now);
        // So long at least: what was remembered may come from another machine.
        finding.fix_since = Some(finding.fix_since.map_or(known_since, |since| since.min(known_since)));
        finding.fix = fixes.into_iter().map(|(_, fix)| fix).collect();
    }
}

/// What has changed about a finding that was known.
fn compare(old: &Finding, new: &Finding, withdrawn: bool, ended: Option<String>) -> Vec<(Kind, Option<String>)> {
    let mut changes = Vec::new();
    match (old.status, new.status) {
        (Status::Resolved, Status::Open | Status::Accepted) => changes.push((Kind::Reopened, None)),
        (Status::Open | Status::Accepted, Status::Resolved) => {
            changes.push((if withdrawn { Kind::Withdrawn } else { Kind::Resolved }, None));
        }
        (Status::Open, Status::Accepted) => {
            let until = new.accepted.as_ref().map(|accepted| format!("until {}", accepted.until));
            changes.push((Kind::Suppressed, until));
        }
        (Status::Accepted, Status::Open) => changes.push(match ended {
            Some(why) => (Kind::AcceptanceExpired, Some(format!("the acceptance {why}"))),
            None => (Kind::Reopened, Some("the acceptance was taken back".to_owned())),
        }),
        _ => {}
    }
    if new.status == Status::Resolved {
        return changes;
    }
    let levels = Some(format!("{} -> {}", old.severity.level.word(), new.severity.level.word()));
    match new.severity.level.cmp(&old.severity.level) {
        std::cmp::Ordering::Greater => changes.push((Kind::SeverityUp, levels)),
        std::cmp::Ordering::Less => changes.push((Kind::SeverityDown, levels)),
        std::cmp::Ordering::Equal => {}
    }
    if old.fix.is_empty() && !new.fix.is_empty() {
        changes.push((Kind::FixAvailable, None));
    }
    if new.exploited && !old.exploited {
        changes.push((Kind::Exploited, None));
    }
    if new.malicious && !old.malicious {
        changes.push((Kind::Malicious, None));
    }
    if old.head != new.head && old.status != Status::Resolved {
        changes.push((Kind::OccurrenceChanged, None));
    }
    changes
}
