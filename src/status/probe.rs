//! How the place where a status is served answers: the class of one probe, the lines that are stored of
//! them, and the figures over many. Asking is left to others.
//!
//! Only what was observed counts: no probe is not the same as no fault, so coverage stands beside every
//! share, and the bounds of Wilson's interval say how little a few probes tell.

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::document::{Document, day_of, plain, time};
use super::figures::{FEWEST, rank, share, wilson};

/// How the place answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// A valid and fresh status, in time.
    Up,
    /// A valid and fresh status, not in time.
    Slow,
    /// A status that is no longer valid.
    Stale,
    /// Something that is no status.
    Invalid,
    /// No answer, or a refusal.
    Down,
}

impl Class {
    /// The word.
    pub fn word(self) -> &'static str {
        match self {
            Class::Up => "up",
            Class::Slow => "slow",
            Class::Stale => "stale",
            Class::Invalid => "invalid",
            Class::Down => "down",
        }
    }

    /// Whether a visitor could read a status that holds.
    pub fn is_available(self) -> bool {
        matches!(self, Class::Up | Class::Slow)
    }
}

/// What came back: the status code, the body, and milliseconds to the first byte on a warm connection.
#[derive(Debug, Clone, Copy)]
pub struct Observed<'a> {
    /// The status code.
    pub status: u16,
    /// The body of the last answer.
    pub body: &'a str,
    /// Milliseconds to the first byte, one a request on a warm connection.
    pub first_byte_ms: &'a [u64],
}

/// The class of what came back, why, and the sequence where it is a status.
pub fn classify(observed: &Observed<'_>, now: Timestamp, limit_ms: u64) -> (Class, String, Option<u64>) {
    if observed.status != 200 {
        return (Class::Down, format!("it answers {}", observed.status), None);
    }
    let document = match Document::parse(observed.body) {
        Ok(document) => document,
        Err(problem) => return (Class::Invalid, format!("it is no status: {}", plain(&problem)), None),
    };
    let sequence = Some(document.sequence);
    match document.valid_until.parse::<Timestamp>() {
        Err(_) => return (Class::Invalid, "`valid_until` is no time".to_owned(), sequence),
        Ok(until) if until < now => {
            return (Class::Stale, format!("it was valid until {}", document.valid_until), sequence);
        }
        Ok(_) => {}
    }
    match rank(observed.first_byte_ms, 95) {
        Some(p95) if p95 > limit_ms => {
            (Class::Slow, format!("the first byte took {p95} ms, more than {limit_ms} ms"), sequence)
        }
        _ => (Class::Up, String::new(), sequence),
    }
}

/// One line of the store: a probe, or the probes of a day folded into one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Stored {
    /// One probe.
    Probe(Probe),
    /// The probes of a day.
    Day(Day),
}

/// One probe.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Probe {
    /// When.
    pub time: String,
    /// Where.
    pub url: String,
    /// How it answered.
    pub class: Class,
    /// Why it is not `up`.
    pub reason: String,
    /// Minutes between two probes, as planned.
    pub every_minutes: u32,
    /// The sequence of the status.
    pub sequence: Option<u64>,
    /// Milliseconds of the first request: name, connection, TLS and first byte.
    pub cold_ms: Option<u64>,
    /// Milliseconds to the first byte of each later request.
    pub first_byte_ms: Vec<u64>,
    /// Milliseconds to the last byte of each of them.
    pub total_ms: Vec<u64>,
    /// What a cache between said.
    pub cache: Option<String>,
}

/// The probes of a day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Day {
    /// The day, UTC.
    pub day: String,
    /// Where.
    pub url: String,
    /// Minutes between two probes, as planned.
    pub every_minutes: u32,
    /// How many probes.
    pub probes: usize,
    /// Those that found a status that holds.
    pub available: usize,
    /// Milliseconds to the first byte that 95 of 100 requests stayed within.
    pub p95_first_byte_ms: Option<u64>,
    /// How many requests that is of.
    pub requests: usize,
}

/// The days after which probes are folded.
const FOLD_DAYS: i64 = 30;

/// Reads a store; the number is that of lines that could not be read.
pub fn read(text: &str) -> (Vec<Stored>, usize) {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let read: Vec<Stored> = lines.iter().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let unread = lines.len() - read.len();
    (read, unread)
}

/// Adds a probe, and folds those of more than thirty days ago into one line a day. Returns the bytes.
pub fn store(lines: Vec<Stored>, probe: Probe, now: Timestamp) -> String {
    let since = now.checked_sub(SignedDuration::from_hours(24 * FOLD_DAYS)).map_or(String::new(), time);
    let mut kept: Vec<Stored> = Vec::new();
    let mut folding: Vec<Probe> = Vec::new();
    for line in lines {
        match line {
            // Whole days only, so that each becomes one line.
            Stored::Probe(old) if day_of(&old.time) < day_of(&since) => {
                if folding.last().is_some_and(|last| day_of(&last.time) != day_of(&old.time) || last.url != old.url) {
                    kept.extend(fold(&std::mem::take(&mut folding)));
                }
                folding.push(old);
            }
            other => {
                kept.extend(fold(&std::mem::take(&mut folding)));
                kept.push(other);
            }
        }
    }
    kept.extend(fold(&folding));
    kept.push(Stored::Probe(probe));
    kept.iter().map(|line| serde_json::to_string(line).expect("texts and numbers only") + "\n").collect()
}

fn fold(probes: &[Probe]) -> Option<Stored> {
    let last = probes.last()?;
    let times: Vec<u64> = probes.iter().flat_map(|probe| probe.first_byte_ms.iter().copied()).collect();
    Some(Stored::Day(Day {
        day: day_of(&last.time).to_owned(),
        url: last.url.clone(),
        every_minutes: last.every_minutes,
        probes: probes.len(),
        available: probes.iter().filter(|probe| probe.class.is_available()).count(),
        p95_first_byte_ms: rank(&times, 95),
        requests: times.len(),
    }))
}

/// Figures over the stored probes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Availability {
    /// How many probes there were.
    pub samples: usize,
    /// How many there should have been.
    pub expected: usize,
    /// The former of the latter in percent: below it nothing is known.
    #[schemars(range(min = 0, max = 100))]
    pub coverage_pct: Option<f64>,
    /// The probes that found a status that holds.
    pub available: usize,
    /// Their share in percent; nothing for fewer than five.
    #[schemars(range(min = 0, max = 100))]
    pub available_pct: Option<f64>,
    /// The lower bound of it with 95 % confidence.
    #[schemars(range(min = 0, max = 100))]
    pub available_low_pct: Option<f64>,
    /// The upper bound of it.
    #[schemars(range(min = 0, max = 100))]
    pub available_high_pct: Option<f64>,
    /// Milliseconds to the first byte, on a warm connection, that 95 of 100 requests stayed within; over days
    /// that are folded, the worst day's.
    pub p95_ttfb_ms: Option<u64>,
}

/// The figures of the place that the newest line is about; nothing where there are no lines.
pub fn availability(lines: &[Stored], now: Timestamp) -> Option<Availability> {
    let url = match lines.last()? {
        Stored::Probe(probe) => &probe.url,
        Stored::Day(day) => &day.url,
    };
    let (mut samples, mut available, mut every) = (0, 0, 1);
    let mut times = Vec::new();
    let mut worst_day = None;
    let mut first: Option<Timestamp> = None;
    for line in lines {
        let begin = match line {
            Stored::Probe(probe) if probe.url == *url => {
                samples += 1;
                available += usize::from(probe.class.is_available());
                every = probe.every_minutes.max(1);
                times.extend(probe.first_byte_ms.iter().copied());
                probe.time.parse().ok()
            }
            Stored::Day(day) if day.url == *url => {
                samples += day.probes;
                available += day.available;
                every = day.every_minutes.max(1);
                worst_day = worst_day.max(day.p95_first_byte_ms);
                format!("{}T00:00:00Z", day.day).parse().ok()
            }
            Stored::Probe(_) | Stored::Day(_) => None,
        };
        first = first.into_iter().chain(begin).min();
    }
    let minutes = (now.as_second() - first?.as_second()).max(0) / 60;
    let expected = usize::try_from(minutes / i64::from(every)).unwrap_or(usize::MAX).saturating_add(1).max(samples);
    Some(Availability {
        samples,
        expected,
        coverage_pct: share(samples, expected),
        available,
        available_pct: share(available, samples),
        available_low_pct: wilson(available, samples).map(|(low, _)| low),
        available_high_pct: wilson(available, samples).map(|(_, high)| high),
        p95_ttfb_ms: worst_day.max(rank(&times, 95).filter(|_| times.len() >= FEWEST)),
    })
}
