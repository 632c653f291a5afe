//! The audit: locked dependencies against a database of advisories, with three outcomes.
//!
//! What cannot be told is never told as good: no packages, no database, one that is too old or partly
//! unreadable, and versions or bounds that are no versions make it inconclusive. Reading the inputs
//! and showing the result are left to others.

use std::collections::BTreeSet;
use std::fmt;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Serialize, Serializer};

use super::acceptance::{self, Acceptance, Acceptances, Answer};
use super::advisory::Advisory;
use super::grouping::{Group, group};
use super::matching::{Fix, Installed, MatchedBy, Reading, Undetermined, Verdict, fix};
use super::severity::{Rating, rate};
use super::sources::Database;
use crate::error::Location;
use crate::project::dependencies::{Dependencies, Dependency, IncludeKind, Occurrence};
use crate::report;

/// How far into the future a database may be dated before it is not believed.
const CLOCK_SKEW: SignedDuration = SignedDuration::from_hours(24);

/// What an audit needs.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// What is locked.
    pub dependencies: &'a Dependencies,
    /// What is known, or nothing where it could not be had.
    pub database: Option<&'a Database>,
    /// What the maintainers accept.
    pub acceptances: &'a Acceptances,
    /// The time of the audit.
    pub now: Timestamp,
    /// How old the database may be.
    pub max_age: SignedDuration,
}

/// How an audit ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Everything that can be audited was, and nothing was found that is not accepted.
    Clean,
    /// Something was found that is not accepted.
    Findings,
    /// Nothing was found, and that cannot be relied on.
    Inconclusive,
}

/// Why a result cannot be relied on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// The lock files name no package.
    NoPackages,
    /// None of the packages comes from PyPI in a known version.
    NothingAuditable,
    /// This many files of requirements are named and were not read.
    NotRead(usize),
    /// There is no database, or it is empty.
    NoDatabase,
    /// No record says when it was changed.
    UndatedDatabase,
    /// The newest record is older than allowed.
    StaleDatabase(Timestamp),
    /// The newest record is dated in the future.
    FutureDatabase(Timestamp),
    /// This many records could not be read.
    UnreadableRecords(usize),
    /// This many packages could not be decided.
    Indeterminate(usize),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::NoPackages => f.write_str("the lock files name no package"),
            Reason::NothingAuditable => f.write_str("no package comes from PyPI in a known version"),
            Reason::NotRead(1) => f.write_str("1 included file was not read"),
            Reason::NotRead(n) => write!(f, "{n} included files were not read"),
            Reason::NoDatabase => f.write_str("there is no advisory database"),
            Reason::UndatedDatabase => f.write_str("the advisory database does not say how old it is"),
            Reason::StaleDatabase(time) => {
                write!(f, "the advisory database is too old: its newest record is of {}", day(*time))
            }
            Reason::FutureDatabase(time) => {
                write!(f, "the advisory database is dated in the future: {}", day(*time))
            }
            Reason::UnreadableRecords(1) => f.write_str("1 advisory record could not be read"),
            Reason::UnreadableRecords(n) => write!(f, "{n} advisory records could not be read"),
            Reason::Indeterminate(1) => f.write_str("1 package could not be decided"),
            Reason::Indeterminate(n) => write!(f, "{n} packages could not be decided"),
        }
    }
}

impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// What an audit found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Audit {
    /// How it ends.
    pub outcome: Outcome,
    /// Why the result cannot be relied on; may stand beside findings.
    pub reasons: Vec<Reason>,
    /// How much of the dependencies was judged.
    pub coverage: Coverage,
    /// Flaws, worst first, accepted ones among them.
    pub findings: Vec<Vulnerability>,
    /// What could not be decided.
    pub indeterminate: Vec<Indeterminate>,
    /// What is to be said about the list of accepted findings.
    #[serde(skip)]
    pub acceptance_notes: Vec<report::Finding>,
    /// The database, where there was one.
    pub database: Option<DatabaseFacts>,
}

/// How much was judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// Locked packages, counted by name and version, and entries that lock nothing.
    pub packages: usize,
    /// Those that were compared with advisories.
    pub audited: usize,
    /// The others.
    pub skipped: Vec<NotAudited>,
}

/// A package that was not compared with advisories.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct NotAudited {
    /// Its name, or where it stands.
    pub name: String,
    /// Why, as the end of a sentence that begins with the name.
    pub why: String,
}

/// A flaw of a locked package.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Vulnerability {
    /// The normalised name of the package.
    pub package: String,
    /// The locked version.
    pub version: String,
    /// Every id of the flaw, the one to show first.
    pub ids: Vec<String>,
    /// How bad it is.
    pub severity: Rating,
    /// What to upgrade to.
    pub fix: Option<Fix>,
    /// How it was found.
    pub matched_by: MatchedBy,
    /// Whether every record that lists the version has ranges that say it is fixed.
    pub conflict: bool,
    /// Every place that locks the version.
    pub occurrences: Vec<Occurrence>,
    /// The acceptance that holds for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accepted: Option<Accepted>,
}

/// Who accepts a flaw, why, and for how long.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Accepted {
    /// Why.
    pub reason: String,
    /// Who.
    pub by: String,
    /// The last day (UTC).
    pub until: Date,
}

/// A package that could not be decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Indeterminate {
    /// The normalised name of the package.
    pub package: String,
    /// The locked version.
    pub version: String,
    /// The record that cannot be decided, or nothing where the version itself cannot be read.
    pub id: Option<String>,
    /// Why.
    pub why: Undetermined,
    /// Every place that locks the version.
    pub occurrences: Vec<Occurrence>,
}

/// What is to be known about a database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DatabaseFacts {
    /// How many records were read.
    pub records: usize,
    /// How many were withdrawn by their publishers.
    pub withdrawn: usize,
    /// How many could not be read.
    pub unreadable: usize,
    /// When the newest was changed.
    pub modified: Option<Timestamp>,
}

/// Compares what is locked with what is known.
pub fn audit(request: &Request<'_>) -> Audit {
    let database = request.database;
    let mut result = Audit {
        outcome: Outcome::Clean,
        reasons: Vec::new(),
        coverage: coverage(request.dependencies),
        findings: Vec::new(),
        indeterminate: Vec::new(),
        acceptance_notes: Vec::new(),
        database: database.map(|database| DatabaseFacts {
            records: database.records(),
            withdrawn: database.withdrawn(),
            unreadable: database.unreadable_count(),
            modified: database.modified(),
        }),
    };
    if let Some(database) = database {
        let packages = &request.dependencies.packages;
        let audited: Vec<&Dependency> = packages.iter().filter(|p| is_audited(p)).collect();
        for same_name in audited.chunk_by(|a, b| a.name == b.name) {
            judge(database, same_name, &mut result);
        }
    } else {
        result.coverage.audited = 0;
    }
    accept(request, &mut result);
    result.findings.sort_by(|a, b| {
        let by_score = b.severity.score.partial_cmp(&a.severity.score);
        (b.severity.level.cmp(&a.severity.level))
            .then(by_score.unwrap_or(std::cmp::Ordering::Equal))
            .then_with(|| (&a.package, &a.version, &a.ids).cmp(&(&b.package, &b.version, &b.ids)))
    });
    result.reasons = reasons(request, &result);
    result.outcome = if result.findings.iter().any(|finding| finding.accepted.is_none()) {
        Outcome::Findings
    } else if result.reasons.is_empty() {
        Outcome::Clean
    } else {
        Outcome::Inconclusive
    };
    result
}

fn is_audited(dependency: &Dependency) -> bool {
    dependency.source.why_not_audited().is_none()
}

fn coverage(dependencies: &Dependencies) -> Coverage {
    let audited = dependencies.packages.iter().filter(|p| is_audited(p)).count();
    let packages = dependencies.packages.iter().filter_map(|package| {
        let why = package.source.why_not_audited()?.to_owned();
        let name = package.name.clone();
        Some(NotAudited { name, why })
    });
    let lines =
        dependencies.skipped.iter().map(|skipped| NotAudited { name: skipped.name.clone(), why: skipped.why.clone() });
    let mut skipped: Vec<NotAudited> = packages.chain(lines).collect();
    skipped.sort();
    Coverage { packages: audited + skipped.len(), audited, skipped }
}

/// Judges the versions of one package.
fn judge(database: &Database, versions: &[&Dependency], result: &mut Audit) {
    let name = &versions[0].name;
    let records = database.for_package(name);
    let readings: Vec<Reading<'_>> = records.iter().map(|record| Reading::of(record, name)).collect();
    let groups = group(&records);
    for dependency in versions {
        let installed = Installed::new(&dependency.version);
        let undecided = |id: Option<&Advisory>, why: Undetermined| Indeterminate {
            package: name.clone(),
            version: dependency.version.clone(),
            id: id.map(|record| record.id.clone()),
            why,
            occurrences: dependency.occurrences.clone(),
        };
        if !installed.is_readable() {
            let why = Undetermined::UnparsableVersion;
            result.indeterminate.push(undecided(None, why));
        }
        for group in &groups {
            let mut matched: Vec<usize> = Vec::new();
            let mut found: Option<(MatchedBy, bool)> = None;
            let mut doubts = Vec::new();
            for &index in &group.records {
                match readings[index].verdict(&installed) {
                    Verdict::Unaffected => {}
                    Verdict::Undetermined(Undetermined::UnparsableVersion) => {}
                    Verdict::Undetermined(why) => doubts.push(undecided(Some(records[index]), why)),
                    Verdict::Affected { matched_by, conflict } => {
                        matched.push(index);
                        found = Some(
                            found.map_or((matched_by, conflict), |(by, all)| (by.and(matched_by), all && conflict)),
                        );
                    }
                }
            }
            let Some((matched_by, conflict)) = found else {
                result.indeterminate.append(&mut doubts);
                continue;
            };
            let of_group: Vec<&Reading<'_>> = group.records.iter().map(|&index| &readings[index]).collect();
            let matched: Vec<&Advisory> = matched.iter().map(|&index| records[index]).collect();
            result.findings.push(Vulnerability {
                package: name.clone(),
                version: dependency.version.clone(),
                severity: rate(name, &matched, &aliases(database, group, &matched)),
                ids: group.ids.clone(),
                fix: fix(&installed, &of_group),
                matched_by,
                conflict,
                occurrences: dependency.occurrences.clone(),
                accepted: None,
            });
        }
    }
}

/// Other records of a flaw, also those that name another package or none.
fn aliases<'a>(database: &'a Database, group: &Group, matched: &[&Advisory]) -> Vec<&'a Advisory> {
    let mut seen: BTreeSet<&str> = matched.iter().map(|record| record.id.as_str()).collect();
    let records = group.ids.iter().flat_map(|id| database.with_id(id));
    records.filter(|record| seen.insert(&record.id)).collect()
}

/// Marks accepted findings and notes entries that have expired or match nothing.
fn accept(request: &Request<'_>, result: &mut Audit) {
    let today = request.now.to_zoned(TimeZone::UTC).date();
    for entry in &request.acceptances.entries {
        // Without advisories nothing can match: that says nothing about the entry.
        let mut note = request
            .database
            .is_some()
            .then(|| ("security/acceptance-unused", "matches no finding".to_owned(), "remove the entry"));
        let others = result.findings.iter().find(|f| f.package != entry.package && f.ids.contains(&entry.id));
        if let Some(other) = others {
            let what = format!("names the wrong package: the flaw is one of `{}`", other.package);
            note = Some(("security/acceptance-other-package", what, "correct `package`, or remove the entry"));
        }
        for finding in &mut result.findings {
            let versions = std::slice::from_ref(&finding.version);
            let flaw = acceptance::Flaw {
                package: &finding.package,
                ids: &finding.ids,
                versions,
                level: finding.severity.level,
                has_fix: finding.fix.is_some(),
                malicious: finding.ids.iter().any(|id| id.starts_with("MAL-")),
            };
            match entry.answer(&flaw, today) {
                Answer::Other => continue,
                Answer::Ended(why) => {
                    let help = "upgrade the package, or decide anew and set another `until`";
                    note = Some(("security/acceptance-expired", why, help));
                    continue;
                }
                Answer::Holds => {}
            }
            let help = "upgrade the package, or decide anew before that day";
            note = entry.warning(flaw.level, today).map(|(code, what)| (code, what, help));
            if finding.accepted.is_none() {
                let until = entry.end(finding.severity.level);
                finding.accepted = Some(Accepted { reason: entry.reason.clone(), by: entry.by.clone(), until });
            }
        }
        if let Some((code, what, help)) = note {
            let note = acceptance_note(request, entry, (code, &what, help));
            let is_wrong = code == "security/acceptance-other-package";
            let severity = if is_wrong { report::Severity::Error } else { note.severity };
            result.acceptance_notes.push(report::Finding { severity, ..note });
        }
    }
}

fn acceptance_note(
    request: &Request<'_>,
    entry: &Acceptance,
    (code, what, help): (&'static str, &str, &str),
) -> report::Finding {
    let message = format!("the acceptance of `{}` in `{}` {what}", entry.id, entry.package);
    report::Finding::warning(code, message).at(Location::line(&request.acceptances.file, entry.line)).help(help)
}

fn reasons(request: &Request<'_>, result: &Audit) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if result.coverage.packages == 0 {
        reasons.push(Reason::NoPackages);
    } else if result.coverage.audited == 0 && result.database.is_some() {
        reasons.push(Reason::NothingAuditable);
    }
    let includes = request.dependencies.includes.iter();
    let unread = includes.filter(|include| include.kind == IncludeKind::Requirements).count();
    if unread > 0 {
        reasons.push(Reason::NotRead(unread));
    }
    match &result.database {
        None => reasons.push(Reason::NoDatabase),
        Some(facts) => {
            match facts.modified {
                _ if facts.records == 0 => reasons.push(Reason::NoDatabase),
                None => reasons.push(Reason::UndatedDatabase),
                Some(time) => {
                    let age = request.now.duration_since(time);
                    if age > request.max_age {
                        reasons.push(Reason::StaleDatabase(time));
                    } else if age < -CLOCK_SKEW {
                        reasons.push(Reason::FutureDatabase(time));
                    }
                }
            }
            if facts.unreadable > 0 {
                reasons.push(Reason::UnreadableRecords(facts.unreadable));
            }
        }
    }
    let undecided: BTreeSet<(&str, &str)> =
        result.indeterminate.iter().map(|case| (case.package.as_str(), case.version.as_str())).collect();
    if !undecided.is_empty() {
        reasons.push(Reason::Indeterminate(undecided.len()));
    }
    reasons
}

impl Audit {
    /// The result as findings of a report, in its order.
    pub fn report(&self) -> Vec<report::Finding> {
        let findings = self.findings.iter().map(Vulnerability::report);
        let indeterminate = self.indeterminate.iter().map(Indeterminate::report);
        let reasons = self
            .reasons
            .iter()
            .map(|reason| report::Finding::warning("security/inconclusive", format!("cannot tell: {reason}")));
        findings.chain(indeterminate).chain(self.acceptance_notes.iter().cloned()).chain(reasons).collect()
    }
}

impl Vulnerability {
    fn report(&self) -> report::Finding {
        let Vulnerability { package, version, .. } = self;
        let (id, level) = (&self.ids[0], self.severity.level.word());
        let finding = match &self.accepted {
            Some(accepted) => report::Finding::info(
                "security/accepted",
                format!("`{package}` {version} has `{id}` ({level}), accepted until {}", accepted.until),
            ),
            None => report::Finding::error(
                "security/vulnerable-dependency",
                format!("`{package}` {version} has `{id}` ({level})"),
            ),
        };
        let finding = match &self.fix {
            Some(fix) => finding.help(format!("upgrade to `{package}` {} or later", fix.minimal)),
            None => finding.help(format!("no fix is known, see https://osv.dev/vulnerability/{id}")),
        };
        at_first(finding, &self.occurrences)
    }
}

impl Indeterminate {
    fn report(&self) -> report::Finding {
        let Indeterminate { package, version, .. } = self;
        let id = self.id.as_deref().unwrap_or("");
        let (code, message) = match &self.why {
            Undetermined::UnparsableVersion => (
                "security/unparsable-version",
                format!("`{version}` of `{package}` is no version that can be compared"),
            ),
            Undetermined::UnparsableBound(bound) => (
                "security/unparsable-bound",
                format!("`{id}` about `{package}` has the bound `{bound}`, which is no version"),
            ),
            Undetermined::UnknownEvent => {
                ("security/unparsable-bound", format!("`{id}` about `{package}` has a range that is not understood"))
            }
            Undetermined::NoVersions => {
                ("security/unparsable-bound", format!("`{id}` about `{package}` does not say which versions it means"))
            }
        };
        let finding = report::Finding::warning(code, message);
        let finding = match &self.id {
            Some(id) => finding.help(format!("read https://osv.dev/vulnerability/{id}")),
            None => finding.help("lock a version of PEP 440"),
        };
        at_first(finding, &self.occurrences)
    }
}

fn at_first(finding: report::Finding, occurrences: &[Occurrence]) -> report::Finding {
    match occurrences.first() {
        Some(place) => finding.at(Location::line(&place.file, place.line)),
        None => finding,
    }
}

fn day(time: Timestamp) -> Date {
    time.to_zoned(TimeZone::UTC).date()
}
