//! The status as a JSON document, the one source of page, badges and feed.
//!
//! Only what is on this list of fields gets out: ids, names, versions, numbers and dates, never the prose of
//! an advisory. The same facts give the same bytes: keys in a fixed order, lists sorted, lines ended by LF.
//! The shape is described by [`schema`]; a `schema_version` never changes its meaning. Making a document of
//! an audit is left to `compose.rs`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::figures::Releases;
use super::grade::Grade;
use super::probe::Availability;
use crate::security::advisory::is_id;
use crate::security::exposure::Exposure;
use crate::security::severity::Level;

/// The version of the document's shape.
pub const SCHEMA_VERSION: &str = "1.0";

/// The most characters that a text from outside keeps.
const TEXT_CHARACTERS: usize = 300;

/// The security status of a project.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Security status")]
pub struct Document {
    /// The version of this document's shape.
    pub schema_version: String,
    /// One more than that of the status before; a lower one than seen before is an old copy.
    pub sequence: u64,
    /// The project.
    pub project: Project,
    /// When the status was made.
    #[schemars(extend("format" = "date-time"))]
    pub generated_at: String,
    /// When the findings were last compared wholly with advisories; nothing where they never were.
    #[schemars(extend("format" = "date-time"))]
    pub refreshed_at: Option<String>,
    /// Until when the status may be relied on; later it says nothing.
    #[schemars(extend("format" = "date-time"))]
    pub valid_until: String,
    /// When the next status should be there.
    #[schemars(extend("format" = "date-time"))]
    pub next_expected: String,
    /// Where the times come from.
    pub clock: Clock,
    /// How much of the findings is published.
    pub detail: Detail,
    /// The verdict.
    pub state: State,
    /// Why the verdict cannot be relied on, or is not complete.
    pub reasons: Vec<String>,
    /// The grade with its sum.
    pub grade: Grade,
    /// How many findings there are.
    pub counts: Counts,
    /// Whole days since a finding of at least medium severity was open for users; nothing where it cannot be
    /// told.
    pub days_clean: Option<u32>,
    /// Whether none was open since the first status, so that the days before it are not known.
    pub days_clean_since_history_start: bool,
    /// How long the oldest open finding has been open, in days.
    pub oldest_open_days: Option<u32>,
    /// Open findings whose fix should have reached users by now.
    pub sla_breaches: usize,
    /// How long findings took to be resolved, worst severity first.
    pub ttr: Vec<TimeToRemediate>,
    /// How much of the dependencies was judged.
    pub coverage: Coverage,
    /// The databases that were asked.
    pub sources: Vec<Source>,
    /// Open findings, worst first.
    pub findings: Vec<Finding>,
    /// Findings that the maintainers accept until a day.
    pub accepted: Vec<Finding>,
    /// The last decision about a release for security.
    pub last_decision: Option<LastDecision>,
    /// How releases went.
    pub releases: Releases,
    /// How the place where the status is served answers.
    pub endpoint: Option<Availability>,
}

/// The project that a status is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Project {
    /// Its name.
    pub name: String,
    /// The last released version.
    pub version_released: Option<String>,
    /// The commit that was audited.
    pub commit: Option<String>,
}

/// Where a time comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Clock {
    /// The clock of the machine.
    System,
    /// A time that was given, as in a rehearsal.
    Given,
}

/// How much of the findings is published.
pub use crate::config::file::StatusDetail as Detail;

/// The verdict of a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Nothing open was found.
    Ok,
    /// Something open was found.
    Findings,
    /// Cannot tell.
    Inconclusive,
}

impl State {
    /// The word.
    pub fn word(self) -> &'static str {
        match self {
            State::Ok => "ok",
            State::Findings => "findings",
            State::Inconclusive => "inconclusive",
        }
    }
}

/// How many findings there are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// Open findings by severity.
    pub open: BySeverity,
    /// Open findings by how they reach users.
    pub by_exposure: ByExposure,
    /// Accepted findings.
    pub accepted: usize,
}

/// A number for each severity.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
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

    /// How many there are of each severity that there is any of, worst first: `1 high`, `2 without a rating`.
    pub fn words(&self) -> Vec<(usize, String)> {
        let levels = Level::ALL.into_iter().filter(|&level| self.of(level) > 0);
        levels
            .map(|level| {
                let number = self.of(level);
                let words = match level {
                    Level::Unknown => format!("{number} unrated"),
                    Level::None => format!("{number} rated 0"),
                    _ => format!("{number} {}", level.word()),
                };
                (number, words)
            })
            .collect()
    }

    pub(super) fn add(&mut self, level: Level) {
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

/// A number for each way to users.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ByExposure {
    /// Our own code.
    pub own: usize,
    /// Code of others inside our archives.
    pub bundled: usize,
    /// Pinned by our requirements.
    pub pinned: usize,
    /// Fixes are excluded by our requirements.
    pub capped: usize,
    /// Users get the fix without a release.
    pub floating: usize,
    /// Tools that build the archives.
    pub build: usize,
    /// Tools of the developers.
    pub dev: usize,
    /// Not known; counted like `pinned` in the grade.
    pub unknown: usize,
}

impl ByExposure {
    pub(super) fn add(&mut self, exposure: Option<Exposure>) {
        let number = match exposure {
            Some(Exposure::Own) => &mut self.own,
            Some(Exposure::Bundled) => &mut self.bundled,
            Some(Exposure::Pinned) => &mut self.pinned,
            Some(Exposure::Capped) => &mut self.capped,
            Some(Exposure::Floating) => &mut self.floating,
            Some(Exposure::Build) => &mut self.build,
            Some(Exposure::Dev) => &mut self.dev,
            None => &mut self.unknown,
        };
        *number += 1;
    }
}

/// How long findings of a severity took.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TimeToRemediate {
    /// The severity.
    pub level: Level,
    /// How many were resolved.
    pub closed: usize,
    /// How many are still open: without them the rest would look better than it is.
    pub open: usize,
    /// The median of the resolved ones, in days.
    pub median_days: Option<u32>,
    /// What nine of ten of them stayed within, in days.
    pub p90_days: Option<u32>,
}

/// How much was judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Coverage {
    /// Locked packages.
    pub packages: usize,
    /// Those compared with advisories.
    pub audited: usize,
    /// The others.
    pub skipped: Vec<Skipped>,
}

/// A package that was not judged.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Skipped {
    /// Its name, or where it stands.
    pub name: String,
    /// Why.
    pub why: String,
}

/// A database that was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
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

/// A finding.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// Stays the same when the flaw gets more ids and when the package is locked in another version.
    pub id: String,
    /// The package.
    pub package: String,
    /// The locked versions that are affected.
    pub installed: Vec<String>,
    /// Every id of the flaw, the one to show first.
    pub ids: Vec<String>,
    /// How bad it is.
    pub severity: Severity,
    /// How it reaches users; nothing where that is not known.
    pub exposure: Option<Exposure>,
    /// The lowest versions without the flaw, empty where none is known.
    pub fix: Vec<String>,
    /// Since when it is known here.
    #[schemars(extend("format" = "date-time"))]
    pub first_seen: String,
    /// Since when a fix is known here.
    #[schemars(extend("format" = "date-time"))]
    pub fix_since: Option<String>,
    /// When the fix should have reached users.
    #[schemars(extend("format" = "date-time"))]
    pub sla_due: Option<String>,
    /// What is known of it now.
    pub status: FindingStatus,
    /// Why it is accepted, and until when.
    pub acceptance: Option<Acceptance>,
    /// Where to read about it.
    #[schemars(extend("format" = "uri"))]
    pub url: String,
}

/// What is known of a finding now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum FindingStatus {
    /// It is there.
    Open,
    /// It was there at the last status, and this time it could not be found out.
    Unconfirmed,
    /// The maintainers accept it.
    Accepted,
}

/// How bad a flaw is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Severity {
    /// The level.
    pub level: Level,
    /// The score from 0 to 10, where there is one.
    #[schemars(range(min = 0, max = 10))]
    pub score: Option<f64>,
    /// Who says so.
    pub source: String,
}

/// Why a finding is accepted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Acceptance {
    /// The last day (UTC) on which it is accepted.
    #[schemars(extend("format" = "date"))]
    pub until: String,
    /// Why.
    pub reason: String,
}

/// A decision about a release for security.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LastDecision {
    /// What was decided.
    pub decision: String,
    /// The rule that decided.
    pub rule: String,
    /// The key under which it is carried out at most once.
    pub key: String,
}

impl LastDecision {
    /// A decision, its texts made harmless.
    pub fn of(decision: &str, rule: &str, key: &str) -> Self {
        LastDecision { decision: plain(decision), rule: plain(rule), key: plain(key) }
    }
}

impl Document {
    /// What it comes to, in one line.
    pub fn line(&self) -> String {
        let why = self.reasons.first().map_or_else(String::new, |reason| format!(": {reason}"));
        format!("{}{why}; valid until {}", self.state.word(), self.valid_until)
    }

    /// The bytes of `index.json`.
    pub fn to_json(&self) -> String {
        let mut json = serde_json::to_string_pretty(self).expect("a document has text keys and finite numbers only");
        json.push('\n');
        json
    }

    /// Reads a document, every key of it known and of its kind. Times are not looked at.
    ///
    /// # Errors
    /// What is wrong, in the reader's words.
    pub fn parse(text: &str) -> Result<Self, String> {
        let value: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
        // A status from elsewhere goes into the next one: what ours never hold is refused.
        if holds_hidden(&value) {
            return Err("it holds control characters".to_owned());
        }
        let document: Document = serde_json::from_value(value).map_err(|error| reason(&error))?;
        if document.schema_version != SCHEMA_VERSION {
            return Err(format!("`schema_version` is not {SCHEMA_VERSION}"));
        }
        for finding in document.findings.iter().chain(&document.accepted) {
            if !finding.url.starts_with("https://osv.dev") || !finding.ids.iter().all(|id| is_id(id)) {
                return Err("a finding has an id or a URL that is none".to_owned());
            }
        }
        Ok(document)
    }

    /// The day on which it was made, UTC.
    pub fn day(&self) -> &str {
        day_of(&self.generated_at)
    }

    /// Whether everything could be found out.
    pub fn is_complete(&self) -> bool {
        self.reasons.is_empty() && self.state != State::Inconclusive
    }
}

/// What is wrong, without the list of all that would have been right.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(", expected one of").next().unwrap_or_default().to_owned()
}

/// The JSON Schema of the document (draft 2020-12).
pub fn schema() -> Value {
    schemars::schema_for!(Document).to_value()
}

/// The day of a time as the document writes it.
pub(super) fn day_of(time: &str) -> &str {
    time.split('T').next().unwrap_or(time)
}

/// A time to the second, UTC, as RFC 3339.
pub(super) fn time(time: Timestamp) -> String {
    time.to_zoned(TimeZone::UTC).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Whole days from one time to another, not negative; nothing where one is no time.
pub(super) fn days_between(from: &str, to: Timestamp) -> Option<u32> {
    let from: Timestamp = from.parse().ok()?;
    u32::try_from((to.as_second() - from.as_second()).max(0) / (24 * 60 * 60)).ok()
}

/// A text from outside without what could act on a terminal or hide other text, and not too long.
pub(super) fn plain(text: &str) -> String {
    let mut characters = text.chars();
    let kept = characters.by_ref().take(TEXT_CHARACTERS);
    let mut plain: String = kept.map(|c| if is_hidden(c) { '\u{fffd}' } else { c }).collect();
    if characters.next().is_some() {
        plain.push('…');
    }
    plain
}

/// Whether a text of a document holds what [`plain`] takes out. The reader of JSON limits its depth.
pub(super) fn holds_hidden(value: &Value) -> bool {
    match value {
        Value::String(text) => text.chars().any(is_hidden),
        Value::Array(list) => list.iter().any(holds_hidden),
        Value::Object(map) => map.iter().any(|(key, value)| key.chars().any(is_hidden) || holds_hidden(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
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
