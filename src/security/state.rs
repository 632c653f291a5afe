//! The recorded state: what was found, where it reaches people, since when, and what has changed since the
//! last decision. One JSON document, the only thing that a later run needs to carry along.
//!
//! The same facts give the same bytes but for the times; lists are sorted. Making the next state of the last
//! one is left to [`super::changes`].

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::error::SecurityError;
use super::exposure::Exposure;
use super::reports::short_hash;
use super::severity::Level;
use crate::report::json;

/// The version of the document.
pub const SCHEMA: u32 = 1;

/// Everything that decisions rest on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// The version of the document.
    pub schema: u32,
    /// The project.
    pub project: String,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// Whether every source spoke and said everything.
    pub complete: bool,
    /// Why not.
    pub reasons: Vec<String>,
    /// How much of the locked packages was judged.
    pub coverage: Coverage,
    /// Who spoke.
    pub sources: Vec<Source>,
    /// What would be released now.
    pub head: Head,
    /// What users have: the last release.
    pub released: Option<Released>,
    /// Flaws of dependencies, by package and id.
    pub findings: Vec<Finding>,
    /// Findings in the project's own code. Only their number is ever published.
    pub code: Vec<CodeFinding>,
    /// What has changed since the last decision.
    pub changes: Vec<Change>,
    /// The decision about this state, once there is one.
    pub decided: Option<Decided>,
}

impl State {
    /// A state that another machine recorded, without times that cannot be: those more than a day ahead of now, or
    /// before 1970, are now. Nothing where it was recorded at such a time itself.
    pub fn plausible(mut self, now: Timestamp) -> Option<State> {
        let latest = now.checked_add(SignedDuration::from_hours(24)).unwrap_or(now);
        let is_odd = |time: Timestamp| time > latest || time < Timestamp::UNIX_EPOCH;
        if is_odd(self.recorded_at) {
            return None;
        }
        let put_right = |time: &mut Timestamp| {
            if is_odd(*time) {
                *time = now;
            }
        };
        for finding in &mut self.findings {
            let Finding { first_seen, last_seen, fix_since, absent_since, lower, .. } = finding;
            let lower = lower.iter_mut().map(|(_, since)| since);
            [first_seen, last_seen].into_iter().chain(fix_since).chain(absent_since).chain(lower).for_each(put_right);
        }
        for finding in &mut self.code {
            [&mut finding.first_seen, &mut finding.last_seen].into_iter().for_each(put_right);
        }
        self.sources.iter_mut().filter_map(|source| source.db_time.as_mut()).for_each(put_right);
        self.changes.iter_mut().map(|change| &mut change.at).for_each(put_right);
        Some(self)
    }
}

/// How much was judged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// Locked packages.
    pub packages: usize,
    /// Those that were compared with advisories.
    pub audited: usize,
}

impl Coverage {
    /// The share that was judged, in percent, rounded down; 0 where there is nothing.
    pub fn percent(self) -> usize {
        (self.audited * 100).checked_div(self.packages).unwrap_or(0)
    }
}

/// One that spoke: the database of advisories, or a scanner's report.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Source {
    /// Its name: `osv` for our own audit, else the scanner's.
    pub name: String,
    /// Its version.
    pub version: Option<String>,
    /// When its newest advisory was changed.
    pub db_time: Option<Timestamp>,
    /// Whether it said everything.
    pub ok: bool,
    /// Why not.
    pub why: Vec<String>,
}

/// What would be released now.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The version that is written.
    pub version: String,
    /// The commit.
    pub commit: Option<String>,
    /// The first commit since the last release that announces a feature or a breaking change.
    pub feature: Option<String>,
}

/// What users have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Released {
    /// The version.
    pub version: String,
    /// Where that was read: a tag, or an archive.
    pub from: String,
}

/// A flaw of a package, from its first sight on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Its stable identity: versions, files and later ids do not change it.
    pub id: String,
    /// The normalised name of the package.
    pub package: String,
    /// Every id of the flaw, the one to show first.
    pub ids: Vec<String>,
    /// How bad it is.
    pub severity: Severity,
    /// A lower severity that does not count yet, and since when it is reported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lower: Option<(Level, Timestamp)>,
    /// The versions without it, lowest first.
    pub fix: Vec<String>,
    /// Since when a fix is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix_since: Option<Timestamp>,
    /// Whether the package is an attack.
    pub malicious: bool,
    /// Whether it is known to be exploited.
    pub exploited: bool,
    /// Where it is at HEAD.
    pub head: Option<Presence>,
    /// Where it is in the last release.
    pub released: Option<Presence>,
    /// What became of it.
    pub status: Status,
    /// The acceptance that holds for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<Accepted>,
    /// When it was first seen.
    pub first_seen: Timestamp,
    /// When it was last seen.
    pub last_seen: Timestamp,
    /// Since when it is not seen at HEAD any more, while that is not believed yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub absent_since: Option<Timestamp>,
    /// Who reported it.
    pub sources: Vec<String>,
    /// Identities that turned out to be the same flaw.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub merged_from: Vec<String>,
}

impl Finding {
    /// The id to show.
    pub fn shown(&self) -> &str {
        self.ids.first().map_or("", String::as_str)
    }

    /// How it reaches users of HEAD, where it does.
    pub fn at_head(&self) -> Option<Exposure> {
        self.head.as_ref().map(|presence| presence.exposure)
    }

    /// How it reaches users of the last release, where it does.
    pub fn at_release(&self) -> Option<Exposure> {
        self.released.as_ref().map(|presence| presence.exposure)
    }
}

/// How bad a flaw is, and who says so.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Severity {
    /// The level.
    pub level: Level,
    /// The score from 0 to 10, where there is one.
    pub score: Option<f64>,
    /// Who says so.
    pub source: String,
}

/// Where a flaw is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Presence {
    /// The versions that have it.
    pub versions: Vec<String>,
    /// How it reaches people.
    pub exposure: Exposure,
}

/// What became of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Nothing yet.
    Open,
    /// The maintainers accept it for now.
    Accepted,
    /// It is gone, from HEAD and from what users have.
    Resolved,
}

/// An acceptance as it held when the state was recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepted {
    /// The last day (UTC).
    pub until: Date,
    /// The word of the entry's `status`.
    pub status: String,
    /// Who.
    pub by: String,
}

/// A finding in the project's own code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeFinding {
    /// Its stable identity.
    pub id: String,
    /// The scanner.
    pub tool: String,
    /// Its rule.
    pub rule: String,
    /// The file.
    pub path: String,
    /// The line when it was last seen.
    pub line: u64,
    /// The hash of the shape of the flagged line.
    pub line_hash: String,
    /// Which of several that are alike it is, counted from 0.
    pub occurrence: usize,
    /// How bad it is.
    pub level: Level,
    /// When it was first seen.
    pub first_seen: Timestamp,
    /// When it was last seen.
    pub last_seen: Timestamp,
}

/// Something that has changed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Change {
    /// The finding.
    pub finding: String,
    /// What.
    pub kind: Kind,
    /// When it was noticed.
    pub at: Timestamp,
    /// From what to what, in our own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// A kind of change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Seen for the first time.
    New,
    /// Gone from HEAD and from what users have.
    Resolved,
    /// Was resolved, or its acceptance was taken back, and is there again.
    Reopened,
    /// Rated worse than before.
    SeverityUp,
    /// Rated better than before for a whole day.
    SeverityDown,
    /// There is a fix now.
    FixAvailable,
    /// It is now known to be exploited.
    Exploited,
    /// The package is now known to be an attack.
    Malicious,
    /// Its acceptance does not hold any more.
    AcceptanceExpired,
    /// The maintainers accept it now.
    Suppressed,
    /// Its publishers took it back.
    Withdrawn,
    /// It is in other versions, or reaches people in another way.
    OccurrenceChanged,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Kind; 12] = [
        Kind::New,
        Kind::Resolved,
        Kind::Reopened,
        Kind::SeverityUp,
        Kind::SeverityDown,
        Kind::FixAvailable,
        Kind::Exploited,
        Kind::Malicious,
        Kind::AcceptanceExpired,
        Kind::Suppressed,
        Kind::Withdrawn,
        Kind::OccurrenceChanged,
    ];

    /// The word of the JSON document.
    pub fn word(self) -> &'static str {
        match self {
            Kind::New => "new",
            Kind::Resolved => "resolved",
            Kind::Reopened => "reopened",
            Kind::SeverityUp => "severity_up",
            Kind::SeverityDown => "severity_down",
            Kind::FixAvailable => "fix_available",
            Kind::Exploited => "exploited",
            Kind::Malicious => "malicious",
            Kind::AcceptanceExpired => "acceptance_expired",
            Kind::Suppressed => "suppressed",
            Kind::Withdrawn => "withdrawn",
            Kind::OccurrenceChanged => "occurrence_changed",
        }
    }
}

/// The decision about a state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    /// Its idempotency key.
    pub key: String,
    /// What was decided.
    pub decision: String,
    /// By which rule.
    pub rule: String,
}

impl State {
    /// Reads a document that [`State::to_json`] wrote.
    ///
    /// # Errors
    /// It is none, or of a newer version.
    pub fn parse(file: &str, bytes: &[u8]) -> Result<Self, SecurityError> {
        let refuse = |reason: String| SecurityError::State { file: file.to_owned(), reason };
        let state: State = serde_json::from_slice(bytes).map_err(|error| refuse(error.to_string()))?;
        if state.schema == SCHEMA { Ok(state) } else { Err(refuse(format!("its schema is {}", state.schema))) }
    }

    /// The document.
    pub fn to_json(&self) -> String {
        json::print(&serde_json::to_value(self).expect("a state has string keys and finite numbers"))
    }

    /// The sha256 of what a decision rests on: all but the decision itself.
    pub fn digest(&self) -> String {
        let undecided = State { decided: None, ..self.clone() };
        Sha256::digest(undecided.to_json()).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// A finding by its identity.
    pub fn finding(&self, id: &str) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.id == id)
    }

    /// What has changed about a finding.
    pub fn changes_of(&self, id: &str) -> impl Iterator<Item = Kind> {
        self.changes.iter().filter(move |change| change.finding == id).map(|change| change.kind)
    }

    /// When the oldest database of those that say so was last changed.
    pub fn database_time(&self) -> Option<Timestamp> {
        self.sources.iter().filter_map(|source| source.db_time).min()
    }
}

/// The identity of a flaw of a package, by the id that was to be shown at first sight.
pub fn finding_id(package: &str, canonical: &str) -> String {
    short_hash(&format!("dep/1|{package}|{canonical}"))
}
