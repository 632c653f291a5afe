//! What a status remembers of those before it: one point a day, and what changed. Both are bounded.
//!
//! It is published beside the status (`history.json`), so that any machine can go on from it. Adding to it
//! is left to `compose.rs`.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::document::{BySeverity, State, TimeToRemediate, days_between, holds_hidden};
use super::figures;
use super::grade::Letter;
use crate::security::advisory::is_id;
use crate::security::severity::Level;

/// The most points, and the most changes, that are kept.
pub const LIMIT: usize = 400;

/// What is remembered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "History of a security status")]
pub struct History {
    /// The version of this document's shape.
    pub schema_version: String,
    /// When the first status was made.
    #[schemars(extend("format" = "date-time"))]
    pub started: String,
    /// Since when no finding of at least medium severity is open for users; nothing while one is.
    #[schemars(extend("format" = "date-time"))]
    pub clean_since: Option<String>,
    /// One point a day, the oldest first.
    pub points: Vec<Point>,
    /// What changed, the oldest first.
    pub changes: Vec<Change>,
}

/// How it stood at the end of a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Point {
    /// The day, UTC.
    #[schemars(extend("format" = "date"))]
    pub day: String,
    /// The verdict.
    pub state: State,
    /// The grade.
    pub letter: Letter,
    /// The score; nothing beside `?`.
    #[schemars(range(min = 0, max = 100))]
    pub score: Option<u32>,
    /// Open findings by severity.
    pub open: BySeverity,
}

/// A change of a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// When a status showed it first.
    #[schemars(extend("format" = "date-time"))]
    pub time: String,
    /// What changed.
    pub kind: ChangeKind,
    /// The id of the finding; empty where ids are not published.
    pub finding: String,
    /// The package; empty where names are not published.
    pub package: String,
    /// Every id of the flaw.
    pub ids: Vec<String>,
    /// How bad it is now.
    pub level: Level,
    /// Since when it was known.
    #[schemars(extend("format" = "date-time"))]
    pub first_seen: String,
}

/// What can change of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeKind {
    /// It was found.
    Opened,
    /// It is gone, and everything could be found out.
    Resolved,
    /// The maintainers accept it.
    Accepted,
    /// The maintainers accept it no longer.
    AcceptanceEnded,
    /// Its severity rose.
    Raised,
    /// Its severity fell.
    Lowered,
}

impl ChangeKind {
    /// What happened, as a past participle.
    pub fn word(self) -> &'static str {
        match self {
            ChangeKind::Opened => "found",
            ChangeKind::Resolved => "resolved",
            ChangeKind::Accepted => "accepted",
            ChangeKind::AcceptanceEnded => "no longer accepted",
            ChangeKind::Raised => "rated higher",
            ChangeKind::Lowered => "rated lower",
        }
    }
}

impl History {
    /// A history that begins now.
    pub fn begin(now: &str) -> Self {
        History {
            schema_version: super::document::SCHEMA_VERSION.to_owned(),
            started: now.to_owned(),
            clean_since: Some(now.to_owned()),
            points: Vec::new(),
            changes: Vec::new(),
        }
    }

    /// Reads what was published.
    ///
    /// # Errors
    /// What is wrong, in the reader's words.
    pub fn parse(text: &str) -> Result<Self, String> {
        let value: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if holds_hidden(&value) {
            return Err("its history holds control characters".to_owned());
        }
        let history: History = serde_json::from_value(value).map_err(|error| error.to_string())?;
        match history.changes.iter().flat_map(|change| &change.ids).all(|id| is_id(id)) {
            true => Ok(history),
            false => Err("its history has an id that is none".to_owned()),
        }
    }

    /// The bytes of `history.json`.
    pub fn to_json(&self) -> String {
        let mut json = serde_json::to_string_pretty(self).expect("texts and numbers only");
        json.push('\n');
        json
    }

    /// Sets the point of its day.
    pub(super) fn set(&mut self, point: Point) {
        self.points.retain(|known| known.day != point.day);
        self.points.push(point);
        let over = self.points.len().saturating_sub(LIMIT);
        self.points.drain(..over);
    }

    /// Adds changes.
    pub(super) fn add(&mut self, changes: Vec<Change>) {
        self.changes.extend(changes);
        let over = self.changes.len().saturating_sub(LIMIT);
        self.changes.drain(..over);
    }

    /// How long findings took, for each severity of which there were any, with the number that is open now.
    pub(super) fn time_to_remediate(&self, open: &BySeverity) -> Vec<TimeToRemediate> {
        let of = |level: Level| -> TimeToRemediate {
            let closed: Vec<u32> = self
                .changes
                .iter()
                .filter(|change| change.kind == ChangeKind::Resolved && change.level == level)
                .filter_map(|change| days_between(&change.first_seen, change.time.parse::<Timestamp>().ok()?))
                .collect();
            TimeToRemediate {
                level,
                closed: closed.len(),
                open: open.of(level),
                median_days: figures::rank(&closed, 50),
                p90_days: figures::rank(&closed, 90).filter(|_| closed.len() >= figures::FEWEST),
            }
        };
        Level::ALL.into_iter().map(of).filter(|ttr| ttr.closed + ttr.open > 0).collect()
    }
}
