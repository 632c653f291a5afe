//! How bad a flaw is: scores from CVSS vectors, and the chain of sources where there is none.
//!
//! Scores follow CVSS v2, v3.0, v3.1 (base metrics) and v4.0; words the qualitative scale of v3 and
//! v4, and NVD's for v2. Nothing is guessed: what no source rates is `unknown`, never harmless.

use std::cmp::Ordering;

use cvss::Cvss;
use serde::{Deserialize, Serialize};

use super::advisory::{Advisory, SeverityEntry};

/// How bad a flaw is, in the order in which it calls for action: unknown stands above medium.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// A score of 0.
    None,
    /// 0.1 to 3.9.
    Low,
    /// 4.0 to 6.9.
    Medium,
    /// No source rates it.
    Unknown,
    /// 7.0 to 8.9; from 7.0 for CVSS v2.
    High,
    /// 9.0 to 10.
    Critical,
}

impl Level {
    /// All levels, worst first.
    pub const ALL: [Level; 6] = [Level::Critical, Level::High, Level::Unknown, Level::Medium, Level::Low, Level::None];

    /// The word.
    pub fn word(self) -> &'static str {
        match self {
            Level::None => "none",
            Level::Low => "low",
            Level::Medium => "medium",
            Level::Unknown => "unknown",
            Level::High => "high",
            Level::Critical => "critical",
        }
    }

    /// The level that a publisher's word means, GHSA's `MODERATE` among them.
    fn of_word(word: &str) -> Option<Self> {
        match word.to_ascii_lowercase().as_str() {
            "none" => Some(Level::None),
            "low" | "negligible" => Some(Level::Low),
            "moderate" | "medium" => Some(Level::Medium),
            "high" | "important" => Some(Level::High),
            "critical" => Some(Level::Critical),
            _ => None,
        }
    }
}

/// How bad a flaw is, and who says so.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rating {
    /// The level.
    pub level: Level,
    /// The score from 0 to 10, where it comes from a vector.
    pub score: Option<f64>,
    /// The vector it was computed from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vector: Option<String>,
    /// Where it comes from, such as `CVSS v3.1 of GHSA-…`, or `none`.
    pub source: String,
}

/// A vector with its score.
#[derive(Debug, Clone, PartialEq)]
pub struct Scored {
    /// The level on the vector's own scale.
    pub level: Level,
    /// From 0 to 10.
    pub score: f64,
    /// `CVSS v2`, `CVSS v3.0`, `CVSS v3.1` or `CVSS v4.0`.
    pub system: &'static str,
    /// The vector, without the decoration it may have had.
    pub vector: String,
}

/// The score of a CVSS vector of any version, or nothing where it is none or lacks a base metric:
/// a vector cut short would score as harmless.
pub fn score(vector: &str) -> Option<Scored> {
    let vector = vector.trim();
    let vector = vector.strip_prefix('(').and_then(|v| v.strip_suffix(')')).unwrap_or(vector);
    let parsed: Cvss = vector.parse().ok()?;
    let (system, base): (_, &[&str]) = match &parsed {
        Cvss::CvssV20(_) => ("CVSS v2", &["AV", "AC", "AU", "C", "I", "A"]),
        Cvss::CvssV30(_) => ("CVSS v3.0", &["AV", "AC", "PR", "UI", "S", "C", "I", "A"]),
        Cvss::CvssV31(_) => ("CVSS v3.1", &["AV", "AC", "PR", "UI", "S", "C", "I", "A"]),
        Cvss::CvssV40(_) => ("CVSS v4.0", &["AV", "AC", "AT", "PR", "UI", "VC", "VI", "VA", "SC", "SI", "SA"]),
        _ => return None,
    };
    let has = |metric: &&str| {
        let mut metrics = vector.split('/').filter_map(|part| part.split_once(':'));
        metrics.any(|(name, _)| name.eq_ignore_ascii_case(metric))
    };
    if !base.iter().all(has) {
        return None;
    }
    let score = parsed.score();
    let level = match (&parsed, score) {
        (Cvss::CvssV20(_), s) if s >= 7.0 => Level::High,
        (Cvss::CvssV20(_), s) if s > 0.0 && s < 4.0 => Level::Low,
        (_, s) if s >= 9.0 => Level::Critical,
        (_, s) if s >= 7.0 => Level::High,
        (_, s) if s >= 4.0 => Level::Medium,
        (_, s) if s > 0.0 => Level::Low,
        _ => Level::None,
    };
    Some(Scored { level, score, system, vector: vector.to_owned() })
}

/// Rates a flaw of a package. `records` describe it and matched; `aliases` are other records of the
/// same flaw. The first of these that says anything holds, and within it the worst: the records' own
/// vectors, their vectors for the package, the vectors of the aliases, the publishers' words.
pub fn rate(package: &str, records: &[&Advisory], aliases: &[&Advisory]) -> Rating {
    if let Some(record) = records.iter().find(|record| record.is_malicious()) {
        return Rating {
            level: Level::Critical,
            score: None,
            vector: None,
            source: format!("malicious package, {}", record.id),
        };
    }
    let own = records.iter().flat_map(|record| vectors(record, &record.severities));
    let for_package = records.iter().flat_map(|record| {
        let affected = record.affecting(package);
        affected.flat_map(|affected| vectors(record, &affected.severities))
    });
    let of_aliases = aliases.iter().flat_map(|record| {
        let affected = record.affecting(package);
        let affected = affected.flat_map(|affected| vectors(record, &affected.severities));
        vectors(record, &record.severities).chain(affected)
    });
    worst(own)
        .or_else(|| worst(for_package))
        .or_else(|| worst(of_aliases))
        .or_else(|| word(records.iter().chain(aliases).copied()))
        .unwrap_or(Rating { level: Level::Unknown, score: None, vector: None, source: "none".to_owned() })
}

fn vectors<'a>(record: &'a Advisory, entries: &'a [SeverityEntry]) -> impl Iterator<Item = (Scored, &'a str)> {
    let scored = entries.iter().filter_map(|entry| score(&entry.score));
    scored.map(|scored| (scored, record.id.as_str()))
}

fn worst<'a>(scored: impl Iterator<Item = (Scored, &'a str)>) -> Option<Rating> {
    // The id breaks ties, so that the order of the records does not show.
    let (scored, id) = scored.max_by(|(a, a_id), (b, b_id)| {
        let by_score = a.score.partial_cmp(&b.score).unwrap_or(Ordering::Equal);
        (a.level.cmp(&b.level)).then(by_score).then_with(|| b_id.cmp(a_id))
    })?;
    Some(Rating {
        level: scored.level,
        score: Some(scored.score),
        source: format!("{} of {id}", scored.system),
        vector: Some(scored.vector),
    })
}

fn word<'a>(records: impl Iterator<Item = &'a Advisory>) -> Option<Rating> {
    let rated = records.flat_map(|record| {
        let entries = record.severities.iter().map(|entry| entry.score.as_str());
        let words = record.severity_word.as_deref().into_iter().chain(entries);
        words.filter_map(Level::of_word).map(|level| (level, record.id.as_str()))
    });
    let (level, id) = rated.max_by(|(a, a_id), (b, b_id)| a.cmp(b).then_with(|| b_id.cmp(a_id)))?;
    Some(Rating { level, score: None, vector: None, source: format!("word of {id}") })
}
