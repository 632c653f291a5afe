//! Statuses for tests: each state, and one whose every text is hostile.

use jiff::SignedDuration;
use pyrelease::project::dependencies::{Dependencies, Skipped};
use pyrelease::security::audit::{Accepted, Audit, Vulnerability};
use pyrelease::security::exposure::Exposure;
use pyrelease::status::document::{Clock, Detail, LastDecision, Project};
use pyrelease::status::figures::Run;
use pyrelease::status::{Input, Previous, Status, compose};
use serde_json::json;

use super::advisories::{affects, audit_of, audit_with, corpus, database, now, pins, record};

/// What breaks out of HTML, SVG, JSON, a terminal or a log of a workflow.
pub(crate) const HOSTILE: &str = "</script><img src=x onerror=alert(1)>\"'&\n::set-env name=X::\u{1b}[2J\u{202e}";

/// The status of an audit, a day after a clean one.
pub(crate) fn status_of(audit: &Audit) -> Status {
    status_after(&yesterday(), audit)
}

/// The status of an audit after another.
pub(crate) fn status_after(before: &Status, audit: &Audit) -> Status {
    let previous = previous(before);
    compose(&Input { previous: Some(&previous), ..input(audit) }).expect("a status")
}

pub(crate) fn previous(status: &Status) -> Previous {
    Previous { document: status.document.clone(), history: status.history.clone() }
}

fn yesterday() -> Status {
    let audit = audit_of(&pins(&[("coverage", "7.6.1")]), &fresh_corpus());
    let now = now() - SignedDuration::from_hours(24);
    compose(&Input { now, ..input(&audit) }).expect("a status")
}

/// How findings of the corpus reach users, made up.
fn exposure(finding: &Vulnerability) -> Option<Exposure> {
    match finding.package.as_str() {
        "django" | "jinja2" => Some(Exposure::Floating),
        "gevent" | "tensorflow" => Some(Exposure::Dev),
        "pyspark" => Some(Exposure::Capped),
        "py" => Some(Exposure::Bundled),
        _ => None,
    }
}

/// A run of the ledger.
pub(crate) fn run(id: &str, outcome: &str, day: &str) -> Run {
    Run {
        id: id.to_owned(),
        command: "run".to_owned(),
        version: Some(format!("1.{id}")),
        time: format!("{day}T10:00:00Z").parse().expect("a time"),
        outcome: outcome.to_owned(),
        milliseconds: Some(95_000),
        files: vec![(
            format!("demo-1.{id}-py3-none-any.whl"),
            "a05373b4908a81b1752da75c28845d64d13e9a5ddd2e23fb08e73a66d5644938".to_owned(),
        )],
    }
}

pub(crate) fn input(audit: &Audit) -> Input<'_> {
    Input {
        project: Project {
            name: "demo".to_owned(),
            version_released: Some("1.4.2".to_owned()),
            commit: Some("0123456789abcdef0123456789abcdef01234567".to_owned()),
        },
        audit,
        exposure: &exposure,
        database: "osv",
        now: now(),
        clock: Clock::System,
        valid_for: SignedDuration::from_hours(48),
        interval: SignedDuration::from_hours(24),
        detail: Detail::Full,
        previous: None,
        decision: None,
        runs: &[],
        endpoint: None,
    }
}

/// The corpus with one record of today, so that it is not too old.
pub(crate) fn fresh_corpus() -> pyrelease::security::sources::Database {
    let mut files = super::advisories::corpus_files();
    let fresh = record("X-0", &[], affects("other", json!([]), &["1"]));
    files.push(("fresh.json".to_owned(), fresh.to_string().into_bytes()));
    pyrelease::security::sources::Database::from_records(files).expect("the corpus is small")
}

pub(crate) fn clean() -> Status {
    status_of(&audit_of(&pins(&[("coverage", "7.6.1"), ("mypy", "1.13")]), &fresh_corpus()))
}

pub(crate) fn accepted_only() -> Status {
    let accepted = "[[accepted]]\nid = \"CVE-2020-28493\"\npackage = \"jinja2\"\n\
                    reason = \"templates are never built from user input\"\nby = \"ana\"\n\
                    until = 2027-06-30\n";
    let records = [record(
        "PYSEC-2021-66",
        &["CVE-2020-28493"],
        affects("jinja2", json!([{"introduced": "0"}, {"fixed": "2.11.3"}]), &[]),
    )];
    status_of(&audit_with(&pins(&[("jinja2", "2.11.2")]), &database(&records), accepted))
}

pub(crate) fn findings() -> Status {
    let accepted = "[[accepted]]\nid = \"CVE-2020-28493\"\npackage = \"jinja2\"\n\
                    reason = \"templates are never built from user input\"\nby = \"ana\"\n\
                    until = 2027-06-30\n";
    let mut locked = pins(&[
        ("jinja2", "2.11.2"),
        ("django", "4.0.5"),
        ("gevent", "23.7.0"),
        ("urllib3", "2.0.0"),
        ("cryptography", "41.0.5"),
        ("pyrelease-fixtures-lookalike", "1.0.0"),
        ("py", "1.11.0"),
        ("tensorflow", "2.4.0"),
        ("coverage", "7.6.1"),
        ("pyspark", "3.2.0"),
        ("pyspark", "3.1.1"),
    ]);
    locked.skipped.push(Skipped {
        name: "internal-thing".to_owned(),
        why: "comes from another package index".to_owned(),
        file: "requirements.txt".to_owned(),
        line: 9,
    });
    let audit = audit_with(&locked, &fresh_corpus(), accepted);
    let before = previous(&yesterday());
    let runs = [run("5", "publish/refused", "2026-11-19"), run("4", "ok", "2026-11-18")];
    let decision = LastDecision::of("propose-fix", "D7", "3f2a");
    let input = Input { previous: Some(&before), runs: &runs, decision: Some(decision), ..input(&audit) };
    compose(&input).expect("a status")
}

pub(crate) fn inconclusive() -> Status {
    status_of(&audit_of(&pins(&[("coverage", "7.6.1")]), &corpus()))
}

/// A status that could not be refreshed: the findings are those of the last one.
pub(crate) fn unrefreshed() -> Status {
    let old = database(&[json!({"id": "X-9", "modified": "2026-11-01T00:00:00Z", "affected": []})]);
    let mut audit = audit_of(&pins(&[("django", "4.0.5")]), &old);
    let before = findings();
    audit.findings.clear();
    let previous = previous(&before);
    let now = now() + SignedDuration::from_hours(24);
    compose(&Input { previous: Some(&previous), now, ..input(&audit) }).expect("a status")
}

/// Many findings of long names, after ninety days.
pub(crate) fn many() -> Status {
    let name = |number: usize| format!("a-package-with-a-rather-long-name-{number}");
    let records: Vec<serde_json::Value> = (0..120)
        .map(|number| {
            let ids = format!("GHSA-many-{number:04}-xxxx");
            let mut record = record(
                &format!("PYSEC-2026-{number}"),
                &[&ids],
                affects(&name(number), json!([{"introduced": "0"}, {"fixed": "2.0"}]), &[]),
            );
            record["severity"] = json!([{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:N/A:N"}]);
            record
        })
        .collect();
    let names: Vec<String> = (0..120).map(name).collect();
    let audits: Vec<Audit> = [0, 3, 120]
        .iter()
        .map(|&number| {
            let mut locked: Vec<(&str, &str)> = names.iter().take(number).map(|name| (name.as_str(), "1.0")).collect();
            locked.push(("harmless", "1.0"));
            audit_of(&pins(&locked), &database(&records))
        })
        .collect();
    let runs: Vec<Run> = (0..25)
        .map(|id| {
            run(&format!("{id}.0"), if id % 9 == 4 { "step/gate" } else { "ok" }, &format!("2026-10-{:02}", 28 - id))
        })
        .collect();
    let mut before: Option<Previous> = None;
    let mut status = None;
    for day in (0..90).rev() {
        let audit = &audits[match day {
            0..10 => 2,
            30..50 => 1,
            _ => 0,
        }];
        let now = now() - SignedDuration::from_hours(24 * day);
        let made = compose(&Input { now, previous: before.as_ref(), runs: &runs, ..input(audit) }).expect("a status");
        before = Some(previous(&made));
        status = Some(made);
    }
    status.expect("ninety of them")
}

/// Every text that can come from outside is [`HOSTILE`].
pub(crate) fn hostile() -> Status {
    let records = [record("X-1", &["CVE-1"], affects("demo", json!([{"introduced": "0"}]), &[]))];
    let mut locked: Dependencies = pins(&[("demo", "1"), ("demo", "2")]);
    locked.skipped.push(Skipped {
        name: HOSTILE.to_owned(),
        why: HOSTILE.to_owned(),
        file: HOSTILE.to_owned(),
        line: 1,
    });
    let mut audit = audit_of(&locked, &database(&records));
    for finding in &mut audit.findings {
        finding.package = HOSTILE.to_owned();
        finding.ids = vec![HOSTILE.to_owned(), "CVE-1".to_owned()];
        finding.severity.source = HOSTILE.to_owned();
        finding.severity.vector = Some(HOSTILE.to_owned());
        if let Some(fix) = &mut finding.fix {
            fix.minimal = HOSTILE.to_owned();
        }
    }
    audit.findings[1].version = HOSTILE.to_owned();
    audit.findings[1].accepted = Some(Accepted {
        reason: HOSTILE.to_owned(),
        by: HOSTILE.to_owned(),
        until: "2027-06-30".parse().expect("a day"),
    });
    let mut bad = run("0", HOSTILE, "2026-11-18");
    bad.version = Some(HOSTILE.to_owned());
    bad.command = HOSTILE.to_owned();
    bad.files = vec![(HOSTILE.to_owned(), HOSTILE.to_owned())];
    let mut last = run("0", HOSTILE, "2026-11-18");
    last.version = Some(HOSTILE.to_owned());
    let runs = [last, bad];
    let before = previous(&yesterday());
    let mut input = input(&audit);
    input.previous = Some(&before);
    input.runs = &runs;
    input.decision = Some(LastDecision::of(HOSTILE, HOSTILE, HOSTILE));
    input.project = Project {
        name: HOSTILE.to_owned(),
        version_released: Some(HOSTILE.to_owned()),
        commit: Some(HOSTILE.to_owned()),
    };
    input.database = HOSTILE;
    compose(&input).expect("a status")
}

pub(crate) fn every() -> [(&'static str, Status); 7] {
    [
        ("clean", clean()),
        ("accepted", accepted_only()),
        ("findings", findings()),
        ("inconclusive", inconclusive()),
        ("unrefreshed", unrefreshed()),
        ("many", many()),
        ("hostile", hostile()),
    ]
}
