//! Judges a status as it is served: is it valid, whole, fresh, and the one that was built. What it says of
//! the project is not judged here.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::badge;
use super::document::{Clock, Document, plain};
use crate::report::Finding;

/// How far into the future a status may be dated before it is not believed.
const CLOCK_SKEW: SignedDuration = SignedDuration::from_hours(1);

/// A status as it is served.
#[derive(Debug, Clone)]
pub struct Served {
    /// The text of `index.json`.
    pub index: String,
    /// The badges by name, `badge/grade.json`, as far as they could be had.
    pub badges: Vec<(String, Option<String>)>,
}

/// What it is judged by.
#[derive(Debug, Clone, Copy)]
pub struct Measure<'a> {
    /// Now.
    pub now: Timestamp,
    /// How old it may be, beside what it says itself.
    pub max_age: Option<SignedDuration>,
    /// The status that was built and should be served.
    pub built: Option<&'a Document>,
}

/// What is wrong with it, and what it is, as far as it can be read.
pub fn judge(served: &Served, measure: &Measure<'_>) -> (Vec<Finding>, Option<Document>) {
    let document = match Document::parse(&served.index) {
        Ok(document) => document,
        Err(problem) => {
            let finding = Finding::error("status/invalid", format!("`index.json` is no status: {}", plain(&problem)))
                .help("build it again with `release status build` and publish it");
            return (vec![finding], None);
        }
    };
    let mut findings = Vec::new();
    findings.extend(times(&document, measure));
    for (name, text) in &served.badges {
        findings.extend(badge(&document, name, text.as_deref()));
    }
    if let Some(built) = measure.built {
        findings.extend(sequence(&document, built));
    }
    if document.clock == Clock::Given {
        findings.push(
            Finding::warning("status/given-clock", "its time was given and not read from a clock")
                .help("unset `RELEASE_NOW` and build it again"),
        );
    }
    (findings, Some(document))
}

fn times(document: &Document, measure: &Measure<'_>) -> Option<Finding> {
    let parse = |text: &str| text.parse::<Timestamp>().ok();
    let (Some(made), Some(until)) = (parse(&document.generated_at), parse(&document.valid_until)) else {
        return Some(Finding::error("status/invalid", "`generated_at` or `valid_until` is no time"));
    };
    let age = measure.now.duration_since(made);
    if age < -CLOCK_SKEW {
        return Some(
            Finding::error("status/future", format!("it is dated in the future: {}", document.generated_at))
                .help("look at the clock of this machine and of the one that made it"),
        );
    }
    if until < measure.now {
        return Some(
            Finding::error("status/expired", format!("it was valid until {}", document.valid_until))
                .help("find out why no newer one was published: scheduled workflows are switched off by forges"),
        );
    }
    let limit = measure.max_age.filter(|limit| age > *limit)?;
    Some(Finding::error(
        "status/too-old",
        format!("it was made {} and may be {} hours old", document.generated_at, limit.as_hours()),
    ))
}

fn badge(document: &Document, name: &str, text: Option<&str>) -> Option<Finding> {
    let Some(text) = text else {
        return Some(Finding::error("status/badge", format!("`{name}` is not there")));
    };
    let served: Option<Value> = serde_json::from_str(text).ok();
    let expected = badge::all(document).into_iter().find(|badge| format!("badge/{}.json", badge.name) == name)?;
    let agrees = served.is_some_and(|served| {
        served["message"] == expected.endpoint.message && served["isError"] == expected.endpoint.is_error
    });
    (!agrees).then(|| {
        Finding::error("status/badge", format!("`{name}` does not say what `index.json` says"))
            .help("a badge and the status come from two builds: publish the folder as it was built")
    })
}

fn sequence(served: &Document, built: &Document) -> Option<Finding> {
    let (served_at, built_at) = (served.sequence, built.sequence);
    if served_at < built_at {
        return Some(
            Finding::error("status/behind", format!("sequence {served_at} is served, {built_at} was built"))
                .help("wait for caches, or publish again with `release status publish`"),
        );
    }
    (served != built).then(|| {
        Finding::error("status/other", format!("sequence {served_at} is served, and it is not the one that was built"))
            .help("somebody else published; build again with `--previous` and the URL")
    })
}
