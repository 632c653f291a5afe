//! The status, and the releases, as pages for people: HTML files without requests to anywhere. They are
//! whole without their one small script, which only says that a page has become too old.
//!
//! The templates escape everything; style and script are the exceptions, are our own, and are allowed by
//! their hashes in the Content-Security-Policy. Aims at WCAG 2.2 AA: words beside every colour, both colour
//! schemes, reflow at 320 pixels.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use minijinja::value::{Serde, Value};
use minijinja::{Environment, UndefinedBehavior, context};
use sha2::{Digest, Sha256};

use super::Status;
use super::document::{Document, Finding, State, day_of, plain};
use super::error::StatusError;
use super::figures::Run;
use super::history::Point;
use crate::python::name::ProjectName;
use crate::python::version::Version;
use crate::report::text;
use crate::security::exposure::Exposure;

const TEMPLATES: [(&str, &str); 3] = [
    ("base.html", include_str!("../../templates/base.html")),
    ("status.html", include_str!("../../templates/status.html")),
    ("releases.html", include_str!("../../templates/releases.html")),
];
const STYLE: &str = include_str!("../../templates/status.css");
const SCRIPT: &str = include_str!("../../templates/status.js");

/// Days of the sparkline.
const SPARK_DAYS: usize = 90;

/// Runs on the page of releases.
const RUNS: usize = 20;

/// Commands that are proposed.
const COMMANDS: usize = 10;

/// Renders the page of the status. `url` is where its folder is served.
///
/// # Errors
/// [`StatusError::Page`] where a template fails, a bug of ours.
pub fn render(status: &Status, url: Option<&str>) -> Result<String, StatusError> {
    let document = &status.document;
    let points: Vec<&Point> = status.history.points.iter().rev().take(SPARK_DAYS).collect();
    let named = |id: &str| -> String {
        let all = document.findings.iter().chain(&document.accepted);
        let found = all.into_iter().find(|finding| !id.is_empty() && finding.id == id);
        found.map_or_else(|| "not published".to_owned(), title_of)
    };
    let grade = &document.grade;
    show(
        "status.html",
        context! {
            subject => "status",
            status => Serde(document),
            verdict => verdict(document),
            headline => headline(document),
            since => since(document),
            advice => advice(document),
            counted => counted(document),
            points => points.iter().map(|point| context! {
                day => point.day.clone(), letter => point.letter.word(), score => point.score, total => point.open.total(),
            }).collect::<Vec<Value>>(),
            spark => spark(&points),
            spark_words => spark_words(&points),
            resolved => document.ttr.iter().filter(|ttr| ttr.closed > 0).map(|ttr| Value::from(Serde(ttr))).collect::<Vec<Value>>(),
            releases => releases(document),
            endpoint => endpoint(document),
            penalties => grade.penalties.iter().map(|penalty| context! {
                points => format!("{}.{:02}", penalty.hundredths / 100, penalty.hundredths % 100),
                why => penalty.why.clone(),
                name => named(&penalty.finding),
            }).collect::<Vec<Value>>(),
            caps => grade.caps.iter().map(|cap| context! {
                points => cap.max,
                why => cap.why.clone(),
                name => cap.finding.as_deref().map_or_else(|| "the whole status".to_owned(), named),
            }).collect::<Vec<Value>>(),
            url => url.unwrap_or("URL-OF-THIS-PAGE"),
        },
    )
}

/// Renders the page of releases.
///
/// # Errors
/// As [`render`].
pub fn render_releases(status: &Status) -> Result<String, StatusError> {
    let row = |run: &Run| {
        context! {
            version => run.version.as_deref().map_or_else(|| "unnamed".to_owned(), plain),
            time => super::document::time(run.time),
            ok => run.ok(),
            outcome => if run.ok() { "done".to_owned() } else { format!("failed: {}", plain(&run.outcome)) },
            command => plain(&run.command),
            took => run.milliseconds.map_or_else(|| "not recorded".to_owned(), |took| text::duration(u128::from(took))),
            files => run.files.iter().take(RUNS).map(|(name, sha256)| context! {
                name => plain(name), sha256 => plain(sha256),
            }).collect::<Vec<Value>>(),
        }
    };
    show(
        "releases.html",
        context! {
            subject => "releases",
            status => Serde(&status.document),
            releases => releases(&status.document),
            runs => status.runs.iter().take(RUNS).map(row).collect::<Vec<Value>>(),
        },
    )
}

fn show(name: &str, values: Value) -> Result<String, StatusError> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.add_filter("readable", |time: String| readable(&time));
    environment.add_filter("day", |time: String| day_of(&time).to_owned());
    environment.add_filter("reach", |exposure: Option<String>| reach(exposure.as_deref()));
    let hash = |text: &str| format!("sha256-{}", STANDARD.encode(Sha256::digest(text)));
    let fixed = context! { style => STYLE, style_hash => hash(STYLE), script => SCRIPT, script_hash => hash(SCRIPT) };
    let render = || -> Result<String, minijinja::Error> {
        for (name, source) in TEMPLATES {
            environment.add_template(name, source)?;
        }
        let mut page = environment.get_template(name)?.render(context! { ..fixed, ..values })?;
        page.push('\n');
        Ok(page)
    };
    render().map_err(|cause| StatusError::Page { cause })
}

/// The verdict in a few words, for the title.
fn headline(document: &Document) -> String {
    let grade = match document.grade.score {
        Some(_) => format!("grade {}, ", document.grade.letter.word()),
        None => String::new(),
    };
    match document.state {
        State::Ok => format!("{grade}nothing open"),
        State::Findings => format!("{grade}{} open", document.counts.open.total()),
        State::Inconclusive => "unknown".to_owned(),
    }
}

/// The verdict as one sentence.
fn verdict(document: &Document) -> String {
    let coverage = &document.coverage;
    let compared = if coverage.audited == coverage.packages {
        format!("{} compared with advisories", text::count(coverage.packages, "locked package"))
    } else {
        format!("{} of {} locked packages compared with advisories", coverage.audited, coverage.packages)
    };
    match document.state {
        State::Inconclusive => {
            let name = &document.project.name;
            let known = match document.counts.open.total() {
                0 => String::new(),
                number => format!(" {number} were known at the last check."),
            };
            format!("It cannot be told whether {name} has known vulnerabilities.{known}")
        }
        State::Ok => match document.counts.accepted {
            0 => format!("No known vulnerabilities; {compared}."),
            1 => format!("No open vulnerabilities, 1 is accepted; {compared}."),
            accepted => format!("No open vulnerabilities, {accepted} are accepted; {compared}."),
        },
        State::Findings => {
            let open = &document.counts.open;
            let words: Vec<String> = open.words().into_iter().map(|(_, words)| words).collect();
            let number = match open.total() {
                1 => "1 known vulnerability".to_owned(),
                total => format!("{total} known vulnerabilities"),
            };
            format!("{number}: {}; {compared}.", words.join(", "))
        }
    }
}

fn counted(document: &Document) -> String {
    let words: Vec<String> = document.counts.open.words().into_iter().map(|(_, words)| words).collect();
    match words.is_empty() {
        true => "None.".to_owned(),
        false => format!("{}.", words.join(", ")),
    }
}

/// Since when it is as it is.
fn since(document: &Document) -> String {
    if document.state == State::Inconclusive {
        return match &document.refreshed_at {
            Some(time) => format!("The status could not be refreshed. It was last checked wholly {}.", readable(time)),
            None => "The status was never checked wholly.".to_owned(),
        };
    }
    let mut said = match (document.days_clean, document.oldest_open_days) {
        (Some(0), Some(0)) if document.counts.open.total() > 0 => "Every finding is less than a day old.".to_owned(),
        (Some(0), Some(days)) if document.counts.open.total() > 0 => {
            format!("The oldest finding has been open for {}.", days_words(days))
        }
        (Some(days), _) if document.days_clean_since_history_start => {
            format!(
                "No finding of medium or higher severity was open for users since the first status, {} ago.",
                days_words(days)
            )
        }
        (Some(days), _) => {
            format!("No finding of medium or higher severity was open for users for {}.", days_words(days))
        }
        (None, _) => String::new(),
    };
    if document.sla_breaches > 0 {
        let overdue = text::count(document.sla_breaches, "finding");
        said.push_str(&format!(" The fix of {overdue} should have reached users by now."));
    }
    said
}

fn days_words(days: u32) -> String {
    text::count(usize::try_from(days).unwrap_or(usize::MAX), "day")
}

/// What users of the project can do.
fn advice(document: &Document) -> Vec<Value> {
    let line = |text: String, command: Option<String>| context! { text => text, command => command };
    let mut lines = Vec::new();
    let open = &document.findings;
    if document.state == State::Inconclusive {
        lines.push(line("Do not rely on this status. Audit what you have installed yourself.".to_owned(), None));
    }
    let floating = open.iter().filter(|finding| finding.exposure == Some(Exposure::Floating));
    let mut upgrades: BTreeMap<ProjectName, Version> = BTreeMap::new();
    for (name, fix) in floating.filter_map(fixed) {
        let highest = upgrades.entry(name).or_insert_with(|| fix.clone());
        *highest = fix.max(highest.clone());
    }
    // Names and versions that parse are taken by a shell as they are.
    for (name, fix) in upgrades.into_iter().take(COMMANDS) {
        let command = format!("pip install --upgrade \"{}>={fix}\"", name.normalized());
        lines.push(line(format!("Upgrade {} where you have it installed:", name.normalized()), Some(command)));
    }
    let shipped = open.iter().filter(|finding| finding.exposure.is_none_or(Exposure::is_shipped)).count();
    if shipped > 0 {
        let findings = text::count(shipped, "finding");
        lines.push(line(format!("{findings} may need a new release of {}: wait for it, or choose another version of the package yourself.", document.project.name), None));
    }
    let tools = open.iter().filter(|finding| finding.exposure.is_some_and(|reach| reach <= Exposure::Build)).count();
    if tools > 0 {
        let findings = text::count(tools, "finding");
        lines.push(line(format!("{findings} in tools of the developers: nothing to do for users."), None));
    }
    if lines.is_empty() {
        lines.push(line(if open.is_empty() { "Nothing." } else { "There is no fix yet." }.to_owned(), None));
    }
    lines
}

/// The package and the version that has every fix of a finding.
fn fixed(finding: &Finding) -> Option<(ProjectName, Version)> {
    let name = finding.package.parse().ok()?;
    Some((name, finding.fix.iter().filter_map(|fix| fix.parse().ok()).max()?))
}

fn title_of(finding: &Finding) -> String {
    match finding.ids.first() {
        Some(id) => format!("{} {id}", finding.package),
        None => finding.package.clone(),
    }
}

fn reach(exposure: Option<&str>) -> &'static str {
    match exposure {
        Some("own") => "own code",
        Some("bundled") => "inside the archives",
        Some("pinned") => "pinned by our requirement",
        Some("capped") => "our requirement excludes the fix",
        Some("floating") => "yes, upgradable",
        Some("build") => "no, builds the archives",
        Some("dev") => "no, a tool of the developers",
        _ => "not known",
    }
}

fn releases(document: &Document) -> String {
    let releases = &document.releases;
    let Some(last) = &releases.last else {
        return "No whole release run was recorded.".to_owned();
    };
    let mut said = format!(
        "In the last 90 days {} worked and {} failed",
        text::count(releases.success_90d, "release run"),
        releases.failed_90d
    );
    if let Some(share) = releases.success_pct {
        said.push_str(&format!(" ({share} %)"));
    }
    if let Some(median) = releases.median_ms {
        said.push_str(&format!("; half of them took no longer than {}", text::duration(u128::from(median))));
    }
    let outcome = if last.outcome == "ok" { "worked" } else { "failed" };
    said.push_str(&format!(". The last one, {}, {outcome}.", readable(&last.time)));
    said
}

fn endpoint(document: &Document) -> Option<String> {
    let endpoint = document.endpoint.as_ref()?;
    let mut said =
        format!("This status could be read in {} of {}", endpoint.available, text::count(endpoint.samples, "probe"));
    if let (Some(low), Some(high)) = (endpoint.available_low_pct, endpoint.available_high_pct) {
        said.push_str(&format!(", which stands for {low} to {high} %"));
    }
    if let Some(coverage) = endpoint.coverage_pct {
        said.push_str(&format!("; {coverage} % of the planned probes were made"));
    }
    if let Some(ttfb) = endpoint.p95_ttfb_ms {
        said.push_str(&format!("; the first byte came within {ttfb} ms in 95 of 100 requests"));
    }
    Some(said + ".")
}

/// The lines of the sparkline, newest points first in `points`; a day without a score interrupts them.
fn spark(points: &[&Point]) -> Option<Value> {
    if points.iter().filter(|point| point.score.is_some()).count() < 2 {
        return None;
    }
    let last = points.len() - 1;
    let mut lines: Vec<String> = Vec::new();
    let mut line: Vec<String> = Vec::new();
    for (place, point) in points.iter().rev().enumerate() {
        match point.score {
            Some(score) => {
                let (x, tenths) = (place * 3200 / last, 555 - 5 * score);
                line.push(format!("{}.{},{}.{}", x / 10, x % 10, tenths / 10, tenths % 10));
            }
            None => lines.extend(polyline(&std::mem::take(&mut line))),
        }
    }
    lines.extend(polyline(&line));
    Some(context! { lines => lines, words => spark_words(points) })
}

/// One point alone is drawn as a dot: a line to itself.
fn polyline(points: &[String]) -> Option<String> {
    match points {
        [] => None,
        [one] => Some(format!("{one} {one}")),
        many => Some(many.join(" ")),
    }
}

fn spark_words(points: &[&Point]) -> String {
    let known: Vec<u32> = points.iter().filter_map(|point| point.score).collect();
    let missing = points.len() - known.len();
    let unknown = match missing {
        0 => String::new(),
        days => format!(" On {} there was no score.", text::count(days, "day")),
    };
    let (Some(low), Some(high)) = (known.iter().min(), known.iter().max()) else {
        return "No day has a score yet.".to_owned();
    };
    let from = points.last().map_or("", |point| point.day.as_str());
    let range = if low == high { format!("{low}") } else { format!("between {low} and {high}") };
    format!("Score since {from}: {range} of 100.{unknown}")
}

/// `2026-11-20T06:00:11Z` as people read it.
fn readable(time: &str) -> String {
    match time.split_once('T') {
        Some((day, clock)) => format!("{day} {} UTC", clock.get(..5).unwrap_or(clock)),
        None => time.to_owned(),
    }
}
