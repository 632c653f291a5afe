//! The grade: a score from 100 down to 0 with its whole sum, and a letter, or `?` where nothing can be
//! told. A grade without its sum is a sticker.
//!
//! Integers only, in hundredths of a point, so that the same facts give the same grade everywhere. Adding a
//! finding, raising its severity or waiting never raises the score; resolving one never lowers it. What the
//! scale does to findings that nobody rated: they count between medium and high, and cap the score.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::security::exposure::Exposure;
use crate::security::severity::Level;

/// A finding as the grade sees it.
#[derive(Debug, Clone)]
pub struct Subject<'a> {
    /// Its id, for the lines of the sum.
    pub finding: &'a str,
    /// How bad it is.
    pub level: Level,
    /// How it reaches users; where nobody knows, it counts as the worst that a dependency can be.
    pub exposure: Option<Exposure>,
    /// Whether the maintainers accept it.
    pub accepted: bool,
    /// Whether it is malware, or known to be exploited.
    pub hostile: bool,
    /// Whole days since a fix was known; nothing where there is none.
    pub fix_days: Option<u32>,
}

/// What else bears on the grade.
#[derive(Debug, Clone)]
pub struct Circumstances {
    /// Whether everything could be found out.
    pub complete: bool,
    /// Whether there was no status before this one.
    pub first: bool,
    /// Locked packages.
    pub packages: usize,
    /// Those that were compared with advisories.
    pub audited: usize,
    /// The age of the database; nothing where it is not known.
    pub database_hours: Option<i64>,
}

/// A grade with its sum.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Grade {
    /// `A+` to `F`, or `?` where nothing can be told.
    pub letter: Letter,
    /// From 0 to 100; nothing beside `?`.
    #[schemars(range(min = 0, max = 100))]
    pub score: Option<u32>,
    /// Why there is no letter.
    pub unknown: Vec<String>,
    /// What was subtracted from 100, the largest first.
    pub penalties: Vec<Penalty>,
    /// What the score cannot be above, the lowest first.
    pub caps: Vec<Cap>,
}

/// A letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Letter {
    /// 100, and nothing open or accepted.
    #[serde(rename = "A+")]
    APlus,
    /// From 90.
    A,
    /// From 80.
    B,
    /// From 70.
    C,
    /// From 60.
    D,
    /// From 40.
    E,
    /// Below 40.
    F,
    /// Nothing can be told.
    #[serde(rename = "?")]
    Unknown,
}

impl Letter {
    /// The letter as it is shown.
    pub fn word(self) -> &'static str {
        match self {
            Letter::APlus => "A+",
            Letter::A => "A",
            Letter::B => "B",
            Letter::C => "C",
            Letter::D => "D",
            Letter::E => "E",
            Letter::F => "F",
            Letter::Unknown => "?",
        }
    }
}

/// What a finding costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Penalty {
    /// Hundredths of a point.
    pub hundredths: u32,
    /// How they come about.
    pub why: String,
    /// The id of the finding; empty where ids are not published.
    pub finding: String,
}

/// What the score cannot be above.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cap {
    /// The highest score.
    #[schemars(range(min = 0, max = 100))]
    pub max: u32,
    /// Why.
    pub why: String,
    /// The id of the finding it comes from, empty where ids are not published; nothing where it comes from none.
    pub finding: Option<String>,
}

/// In how many days a fix that is there should have reached users.
pub fn sla_days(level: Level) -> u32 {
    match level {
        Level::Critical => 7,
        Level::High | Level::Unknown => 30,
        Level::Medium => 90,
        Level::Low | Level::None => 180,
    }
}

fn base(level: Level) -> u32 {
    match level {
        Level::Critical => 40,
        Level::High => 20,
        Level::Unknown => 12,
        Level::Medium => 8,
        Level::Low => 3,
        Level::None => 0,
    }
}

impl Subject<'_> {
    fn reach(&self) -> Exposure {
        self.exposure.unwrap_or(Exposure::Pinned)
    }

    fn past_sla(&self) -> bool {
        self.fix_days.is_some_and(|days| days > sla_days(self.level))
    }

    /// `base × exposure × accepted × age`, rounded up to a hundredth of a point.
    fn penalty(&self) -> u32 {
        let tenths: u64 = match self.reach() {
            Exposure::Own | Exposure::Bundled | Exposure::Pinned | Exposure::Capped => 10,
            Exposure::Floating | Exposure::Build => 6,
            Exposure::Dev => 3,
        };
        let halves = if self.accepted { 1 } else { 2 };
        // The factor of age is 1 + min(2, days / SLA) / 2, as a fraction over twice the SLA.
        let double = 2 * u64::from(sla_days(self.level));
        let aged = double + u64::from(self.fix_days.unwrap_or(0)).min(double);
        let product = u64::from(base(self.level)) * 100 * tenths * halves * aged;
        u32::try_from(product.div_ceil(10 * 2 * double)).expect("at most 40 points, doubled")
    }

    fn why(&self) -> String {
        let exposure = match self.exposure {
            Some(exposure) => exposure_word(exposure).to_owned(),
            None => "exposure unknown, counted as pinned".to_owned(),
        };
        let mut why = format!("{}, {exposure}", self.level.word());
        if self.accepted {
            why.push_str(", accepted");
        }
        match self.fix_days {
            Some(0) | None => {}
            Some(1) => why.push_str(", a fix waits for 1 day"),
            Some(days) => why.push_str(&format!(", a fix waits for {days} days")),
        }
        why
    }

    fn cap(&self) -> Option<(u32, &'static str)> {
        let shipped = self.reach().is_shipped();
        match self.level {
            _ if self.accepted => Some((94, "a finding is accepted")),
            _ if self.hostile => Some((39, "malicious or exploited")),
            Level::Critical if shipped => Some((59, "critical, and a release carries it to users")),
            Level::Critical => Some((79, "critical")),
            Level::High if shipped && self.past_sla() => Some((69, "high, in a release, and overdue")),
            Level::High if shipped => Some((79, "high, and a release carries it to users")),
            Level::Unknown => Some((89, "nobody has rated a finding")),
            _ => None,
        }
    }
}

/// The word of an exposure.
pub fn exposure_word(exposure: Exposure) -> &'static str {
    match exposure {
        Exposure::Own => "own",
        Exposure::Bundled => "bundled",
        Exposure::Pinned => "pinned",
        Exposure::Capped => "capped",
        Exposure::Floating => "floating",
        Exposure::Build => "build",
        Exposure::Dev => "dev",
    }
}

/// The grade of findings under circumstances.
pub fn grade(subjects: &[Subject<'_>], circumstances: &Circumstances) -> Grade {
    let mut penalties: Vec<Penalty> = subjects
        .iter()
        .map(|subject| Penalty {
            hundredths: subject.penalty(),
            why: subject.why(),
            finding: subject.finding.to_owned(),
        })
        .filter(|penalty| penalty.hundredths > 0)
        .collect();
    penalties.sort_by(|a, b| b.hundredths.cmp(&a.hundredths).then_with(|| a.finding.cmp(&b.finding)));
    let mut caps: Vec<Cap> = subjects
        .iter()
        .filter_map(|subject| {
            let (max, why) = subject.cap()?;
            Some(Cap { max, why: why.to_owned(), finding: Some(subject.finding.to_owned()) })
        })
        .chain(caps_of(circumstances))
        .collect();
    caps.sort_by(|a, b| a.max.cmp(&b.max).then_with(|| a.finding.cmp(&b.finding)));
    let sum: u64 = penalties.iter().map(|penalty| u64::from(penalty.hundredths)).sum();
    let left = 100 - u32::try_from(sum.div_ceil(100).min(100)).expect("at most 100");
    let score = caps.iter().map(|cap| cap.max).fold(left, u32::min);
    let unknown = unknown(circumstances);
    let (letter, score) = match unknown.is_empty() {
        true => (letter(score, subjects.is_empty()), Some(score)),
        false => (Letter::Unknown, None),
    };
    Grade { letter, score, unknown, penalties, caps }
}

fn caps_of(circumstances: &Circumstances) -> impl Iterator<Item = Cap> {
    let Circumstances { packages, audited, database_hours, .. } = circumstances;
    let coverage = match (100 * audited, *packages) {
        (audited, packages) if audited >= 100 * packages => None,
        (audited, packages) if audited >= 95 * packages => Some((89, "not every package was compared with advisories")),
        _ => Some((79, "fewer than 95 % of the packages were compared with advisories")),
    };
    let old = database_hours.is_some_and(|hours| hours > 48);
    let old = old.then_some((89, "the advisories are older than 48 hours"));
    coverage.into_iter().chain(old).map(|(max, why)| Cap { max, why: why.to_owned(), finding: None })
}

fn unknown(circumstances: &Circumstances) -> Vec<String> {
    let Circumstances { complete, first, packages, audited, database_hours } = circumstances;
    let reasons = [
        (!complete, "not everything could be found out"),
        (database_hours.is_none_or(|hours| hours > 7 * 24), "the advisories are older than 7 days, or of unknown age"),
        (*packages == 0, "no locked package is known"),
        (2 * audited < *packages, "fewer than half of the packages were compared with advisories"),
        (*first, "this is the first status: there is nothing to compare it with"),
    ];
    reasons.into_iter().filter(|(holds, _)| *holds).map(|(_, why)| why.to_owned()).collect()
}

fn letter(score: u32, nothing_found: bool) -> Letter {
    match score {
        100 if nothing_found => Letter::APlus,
        90.. => Letter::A,
        80.. => Letter::B,
        70.. => Letter::C,
        60.. => Letter::D,
        40.. => Letter::E,
        _ => Letter::F,
    }
}
