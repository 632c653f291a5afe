//! Figures of runs and of the endpoint. Small numbers are shown as they are: no share is computed from fewer
//! than five. Reading the ledger is left to others.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Fewer observations than this give no share.
pub const FEWEST: usize = 5;

/// The days that success is counted over.
const WINDOW_DAYS: i64 = 90;

/// One release or publication, as the ledger tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// The id of the run.
    pub id: String,
    /// Its subcommand.
    pub command: String,
    /// The version it was about.
    pub version: Option<String>,
    /// When it ended.
    pub time: Timestamp,
    /// `ok`, or the code of the failure.
    pub outcome: String,
    /// How long it took, where that was recorded.
    pub milliseconds: Option<u64>,
    /// Archives by name with their sha256, sorted.
    pub files: Vec<(String, String)>,
}

impl Run {
    /// Whether it worked.
    pub fn ok(&self) -> bool {
        self.outcome == "ok"
    }
}

/// Joins entries of one run, in the order of time: what came last says how it ended. Returns the newest first.
pub fn join(entries: Vec<Run>) -> Vec<Run> {
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    let mut runs: Vec<Run> = Vec::new();
    for entry in entries {
        let place = *places.entry(format!("{} {}", entry.command, entry.id)).or_insert(runs.len());
        if place == runs.len() {
            runs.push(Run { files: Vec::new(), milliseconds: None, ..entry.clone() });
        }
        let run = &mut runs[place];
        run.version = entry.version.or_else(|| run.version.take());
        run.time = run.time.max(entry.time);
        run.outcome = entry.outcome;
        run.milliseconds = match (run.milliseconds, entry.milliseconds) {
            (Some(before), Some(more)) => Some(before.saturating_add(more)),
            (before, more) => before.or(more),
        };
        run.files.extend(entry.files);
    }
    for run in &mut runs {
        run.files.sort();
        run.files.dedup();
    }
    runs.sort_by(|a, b| b.time.cmp(&a.time).then_with(|| b.id.cmp(&a.id)));
    runs
}

/// How releases went.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Releases {
    /// Runs of the last 90 days that worked.
    pub success_90d: usize,
    /// Those that did not.
    pub failed_90d: usize,
    /// The share of the former in percent; nothing for fewer than five.
    #[schemars(range(min = 0, max = 100))]
    pub success_pct: Option<f64>,
    /// The last run.
    pub last: Option<LastRun>,
    /// The median of how long runs that worked took, in milliseconds.
    pub median_ms: Option<u64>,
    /// What nine of ten stayed within; nothing for fewer than five.
    pub p90_ms: Option<u64>,
}

/// The last run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LastRun {
    /// The version.
    pub version: Option<String>,
    /// When it ended.
    #[schemars(extend("format" = "date-time"))]
    pub time: String,
    /// `ok`, or the code of the failure.
    pub outcome: String,
}

/// The figures of whole runs (`release run`), the newest first.
pub fn releases(runs: &[Run], now: Timestamp) -> Releases {
    let whole: Vec<&Run> = runs.iter().filter(|run| run.command == "run").collect();
    let since = now.checked_sub(SignedDuration::from_hours(24 * WINDOW_DAYS)).unwrap_or(Timestamp::MIN);
    let (ok, failed): (Vec<&Run>, Vec<&Run>) = whole.iter().filter(|run| run.time >= since).partition(|run| run.ok());
    let took: Vec<u64> = ok.iter().filter_map(|run| run.milliseconds).collect();
    Releases {
        success_90d: ok.len(),
        failed_90d: failed.len(),
        success_pct: share(ok.len(), ok.len() + failed.len()),
        last: whole.first().map(|run| LastRun {
            version: run.version.as_deref().map(super::document::plain),
            time: super::document::time(run.time),
            outcome: super::document::plain(&run.outcome),
        }),
        median_ms: rank(&took, 50),
        p90_ms: rank(&took, 90).filter(|_| took.len() >= FEWEST),
    }
}

/// A share in percent to one decimal; nothing for fewer than [`FEWEST`].
pub fn share(part: usize, whole: usize) -> Option<f64> {
    (whole >= FEWEST).then(|| (part * 1000 / whole) as f64 / 10.0)
}

/// The value at a percentile by the nearest rank.
pub fn rank<N: Copy + Ord>(values: &[N], percent: usize) -> Option<N> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let place = (sorted.len() * percent).div_ceil(100).max(1) - 1;
    sorted.get(place).copied()
}

/// The bounds, in percent to one decimal, between which a share lies with 95 % confidence (Wilson's score
/// interval): few observations say little, and this says how little.
pub fn wilson(good: usize, all: usize) -> Option<(f64, f64)> {
    if all < FEWEST {
        return None;
    }
    const Z: f64 = 1.96;
    let (n, p) = (all as f64, good as f64 / all as f64);
    let centre = p + Z * Z / (2.0 * n);
    let spread = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + Z * Z / n;
    let percent = |share: f64| (share.clamp(0.0, 1.0) * 1000.0).round() / 10.0;
    Some((percent((centre - spread) / scale), percent((centre + spread) / scale)))
}
