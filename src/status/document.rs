//! The status as a JSON document, the one source of page and badges.
//!
//! The same inputs give the same bytes: keys in a fixed order, lists sorted, lines ended by LF. The
//! shape is described by [`schema`]; a `schema_version` never changes its meaning.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::error::StatusError;
use crate::security::advisory::is_id;
use crate::security::audit::{self, Audit, Outcome, Vulnerability};
use crate::security::severity::Level;

/// The version of the document's shape.
pub const SCHEMA_VERSION: &str = "1.0";

/// The most characters that a text from outside keeps.
const TEXT_CHARACTERS: usize = 300;

/// What a status is made of.
#[derive(Debug, Clone)]
pub struct Input<'a> {
    /// The project.
    pub project: Project,
    /// What was found.
    pub audit: &'a Audit,
    /// The name of the database, such as `osv`.
    pub database: &'a str,
    /// When the status is made.
    pub now: Timestamp,
    /// Where `now` comes from.
    pub clock: Clock,
    /// How long the status is valid.
    pub valid_for: SignedDuration,
}

/// The security status of a project.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(title = "Security status", deny_unknown_fields)]
pub struct Document {
    /// The version of this document's shape.
    pub schema_version: String,
    /// The project.
    pub project: Project,
    /// When the status was made.
    #[schemars(extend("format" = "date-time"))]
    pub generated_at: String,
    /// Until when the status may be relied on; later it says nothing.
    #[schemars(extend("format" = "date-time"))]
    pub valid_until: String,
    /// Where the times come from.
    pub clock: Clock,
    /// The verdict.
    pub state: State,
    /// Why the verdict cannot be relied on, or is not complete.
    pub reasons: Vec<String>,
    /// How many findings there are.
    pub counts: Counts,
    /// How much of the dependencies was judged.
    pub coverage: Coverage,
    /// The databases that were asked.
    pub sources: Vec<Source>,
    /// Open findings, worst first.
    pub findings: Vec<Finding>,
    /// Findings that the maintainers accept until a day.
    pub accepted: Vec<AcceptedFinding>,
}

/// The project that a status is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Project {
    /// Its name.
    pub name: String,
    /// The last released version.
    pub version_released: Option<String>,
    /// The commit that was audited.
    pub commit: Option<String>,
}

/// Where a time comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Clock {
    /// The clock of the machine.
    System,
    /// A time that was given, as in a rehearsal.
    Given,
}

/// The verdict of a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Nothing open was found.
    Ok,
    /// Something open was found.
    Findings,
    /// Cannot tell.
    Inconclusive,
}

/// How many findings there are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Counts {
    /// Open findings by severity.
    pub open: BySeverity,
    /// Accepted findings.
    pub accepted: usize,
}

/// A number for each severity.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct BySeverity {
    /// Critical.
    pub critical: usize,
    /// High.
    pub high: usize,
    /// Medium.
    pub medium: usize,
    /// Low.
    pub low: usize,
    /// Rated with a score of 0.
    pub none: usize,
    /// Not rated by anyone, which is not the same as harmless.
    pub unknown: usize,
}

impl BySeverity {
    /// The number of one severity.
    pub fn of(&self, level: Level) -> usize {
        match level {
            Level::Critical => self.critical,
            Level::High => self.high,
            Level::Medium => self.medium,
            Level::Low => self.low,
            Level::None => self.none,
            Level::Unknown => self.unknown,
        }
    }

    /// All of them.
    pub fn total(&self) -> usize {
        Level::ALL.into_iter().map(|level| self.of(level)).sum()
    }

    fn add(&mut self, level: Level) {
        let number = match level {
            Level::Critical => &mut self.critical,
            Level::High => &mut self.high,
            Level::Medium => &mut self.medium,
            Level::Low => &mut self.low,
            Level::None => &mut self.none,
            Level::Unknown => &mut self.unknown,
        };
        *number += 1;
    }
}

/// How much was judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Coverage {
    /// Locked packages.
    pub packages: usize,
    /// Those compared with advisories.
    pub audited: usize,
    /// The others.
    pub skipped: Vec<Skipped>,
}

/// A package that was not judged.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Skipped {
    /// Its name, or where it stands.
    pub name: String,
    /// Why.
    pub why: String,
}

/// A database that was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Source {
    /// Its name.
    pub name: String,
    /// When its newest record was changed.
    #[schemars(extend("format" = "date-time"))]
    pub db_time: Option<String>,
    /// How many records it has.
    pub records: usize,
    /// Whether it could be read wholly and is new enough.
    pub ok: bool,
}

/// An open finding.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Finding {
    /// The package.
    pub package: String,
    /// The locked versions that are affected.
    pub installed: Vec<String>,
    /// Every id of the flaw, the one to show first.
    pub ids: Vec<String>,
    /// How bad it is.
    pub severity: Severity,
    /// The lowest versions without the flaw, empty where none is known.
    pub fix: Vec<String>,
    /// Where to read about it.
    #[schemars(extend("format" = "uri"))]
    pub url: String,
}

/// How bad a flaw is.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Severity {
    /// The level.
    pub level: Level,
    /// The score from 0 to 10, where there is one.
    #[schemars(range(min = 0, max = 10))]
    pub score: Option<f64>,
    /// Who says so.
    pub source: String,
}

/// A finding that the maintainers accept.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct AcceptedFinding {
    /// The last day (UTC) on which it is accepted.
    #[schemars(extend("format" = "date"))]
    pub until: String,
    /// The package.
    pub package: String,
    /// Every id of the flaw, the one to show first.
    pub ids: Vec<String>,
    /// How bad it is.
    pub level: Level,
    /// Why it is accepted.
    pub reason: String,
    /// Where to read about it.
    #[schemars(extend("format" = "uri"))]
    pub url: String,
}

impl Document {
    /// Makes the status of an audit.
    ///
    /// # Errors
    /// [`StatusError::ValidFor`] where the validity is not positive or leaves the calendar.
    pub fn new(input: &Input<'_>) -> Result<Self, StatusError> {
        let Input { audit, now, .. } = input;
        let valid_for = || StatusError::ValidFor { hours: input.valid_for.as_hours() };
        let valid_until = now.checked_add(input.valid_for).map_err(|_| valid_for())?;
        if second(valid_until) <= second(*now) {
            return Err(valid_for());
        }
        let (accepted, open): (Vec<&Vulnerability>, Vec<&Vulnerability>) =
            audit.findings.iter().partition(|finding| finding.accepted.is_some());
        let findings = merged(&open);
        let accepted = merged_accepted(&accepted);
        let mut counts = BySeverity::default();
        for finding in &findings {
            counts.add(finding.severity.level);
        }
        let skipped: BTreeSet<Skipped> = audit.coverage.skipped.iter().map(Skipped::of).collect();
        Ok(Document {
            schema_version: SCHEMA_VERSION.to_owned(),
            project: Project {
                name: plain(&input.project.name),
                version_released: input.project.version_released.as_deref().map(plain),
                commit: input.project.commit.as_deref().map(plain),
            },
            generated_at: time(*now),
            valid_until: time(valid_until),
            clock: input.clock,
            state: match audit.outcome {
                Outcome::Clean => State::Ok,
                Outcome::Findings => State::Findings,
                Outcome::Inconclusive => State::Inconclusive,
            },
            reasons: audit.reasons.iter().map(ToString::to_string).collect(),
            counts: Counts { open: counts, accepted: accepted.len() },
            coverage: Coverage {
                packages: audit.coverage.packages,
                audited: audit.coverage.audited,
                skipped: skipped.into_iter().collect(),
            },
            sources: vec![source(input)],
            findings,
            accepted,
        })
    }

    /// The bytes of `index.json`.
    pub fn to_json(&self) -> String {
        let mut json = serde_json::to_string_pretty(self).expect("a document has text keys and finite numbers only");
        json.push('\n');
        json
    }

    /// The day on which it was made, UTC.
    pub fn day(&self) -> &str {
        day_of(&self.generated_at)
    }
}

/// The JSON Schema of the document (draft 2020-12).
pub fn schema() -> Value {
    schemars::schema_for!(Document).to_value()
}

/// The day of a time as the document writes it.
pub(super) fn day_of(time: &str) -> &str {
    time.split('T').next().unwrap_or(time)
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

/// One finding a flaw and package: several locked versions are named together, with the worst rating
/// of them. The order of the audit, worst first, is kept.
fn merged(open: &[&Vulnerability]) -> Vec<Finding> {
    let mut places: BTreeMap<(&str, &[String]), usize> = BTreeMap::new();
    let mut findings: Vec<Finding> = Vec::new();
    for finding in open {
        let key = (finding.package.as_str(), finding.ids.as_slice());
        let place = *places.entry(key).or_insert(findings.len());
        if place == findings.len() {
            findings.push(Finding {
                package: plain(&finding.package),
                installed: Vec::new(),
                ids: ids(finding),
                severity: Severity {
                    level: finding.severity.level,
                    score: finding.severity.score,
                    source: plain(&finding.severity.source),
                },
                fix: Vec::new(),
                url: url(finding),
            });
        }
        let merged = &mut findings[place];
        insert(&mut merged.installed, plain(&finding.version));
        if let Some(fix) = &finding.fix {
            insert(&mut merged.fix, plain(&fix.minimal));
        }
    }
    findings
}

fn merged_accepted(accepted: &[&Vulnerability]) -> Vec<AcceptedFinding> {
    let entries: BTreeSet<AcceptedFinding> = accepted
        .iter()
        .filter_map(|finding| {
            let accepted = finding.accepted.as_ref()?;
            Some(AcceptedFinding {
                until: accepted.until.to_string(),
                package: plain(&finding.package),
                ids: ids(finding),
                level: finding.severity.level,
                reason: plain(&accepted.reason),
                url: url(finding),
            })
        })
        .collect();
    entries.into_iter().collect()
}

fn insert(sorted: &mut Vec<String>, text: String) {
    if let Err(place) = sorted.binary_search(&text) {
        sorted.insert(place, text);
    }
}

fn ids(finding: &Vulnerability) -> Vec<String> {
    finding.ids.iter().filter(|id| is_id(id)).cloned().collect()
}

fn url(finding: &Vulnerability) -> String {
    match finding.ids.iter().find(|id| is_id(id)) {
        Some(id) => format!("https://osv.dev/vulnerability/{id}"),
        None => "https://osv.dev".to_owned(),
    }
}

fn second(time: Timestamp) -> i64 {
    time.as_second()
}

/// A time to the second, UTC, as RFC 3339.
fn time(time: Timestamp) -> String {
    time.to_zoned(TimeZone::UTC).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// A text from outside without what could act on a terminal or hide other text, and not too long.
fn plain(text: &str) -> String {
    let mut characters = text.chars();
    let kept = characters.by_ref().take(TEXT_CHARACTERS);
    let mut plain: String = kept.map(|c| if is_hidden(c) { '\u{fffd}' } else { c }).collect();
    if characters.next().is_some() {
        plain.push('…');
    }
    plain
}

/// Control characters, line separators, and those that turn or hide text.
fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}'
                | '\u{61c}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}
