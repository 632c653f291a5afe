//! The document: its schema, its bytes, its states, and what it lets through.

use jiff::SignedDuration;
use pyrelease::error::{Explain, Kind};
use pyrelease::security::severity::Level;
use pyrelease::status::document::{Clock, Detail, FindingStatus, State, schema};
use pyrelease::status::history::{ChangeKind, History};
use pyrelease::status::{Document, Previous, compose};
use serde_json::{Value, json};

use crate::support::advisories::{affects, audit_of, corpus, database, now, pins, record};
use crate::support::damage;
use crate::support::json_schema::check;
use crate::support::statuses::{
    clean, every, findings, fresh_corpus, hostile, inconclusive, input, previous, status_after, status_of, unrefreshed,
};

#[test]
fn every_document_is_valid_by_its_schema() {
    let schema = schema();
    for (name, status) in every() {
        let json: Value = serde_json::from_str(&status.document.to_json()).expect(name);
        assert_eq!(check(&json, &schema), Ok(()), "{name}");
    }
}

#[test]
fn the_schema_refuses_what_is_no_document() {
    let schema = schema();
    let good: Value = serde_json::from_str(&findings().document.to_json()).expect("JSON");
    let changes: [(&str, Value); 7] = [
        ("/state", "fine".into()),
        ("/counts/open/high", (-1).into()),
        ("/findings/0/severity/score", 11.into()),
        ("/findings/0/severity/level", "bad".into()),
        ("/findings/0/url", "javascript:alert(1)".into()),
        ("/valid_until", "tomorrow".into()),
        ("/sources", Value::Null),
    ];
    for (pointer, value) in changes {
        let mut bad = good.clone();
        *bad.pointer_mut(pointer).expect(pointer) = value;
        assert!(check(&bad, &schema).is_err(), "{pointer}");
    }
    for pointer in ["", "/findings/0", "/coverage", "/project", "/counts/open"] {
        let mut bad = good.clone();
        bad.pointer_mut(pointer).expect(pointer)["summary"] = "advisory text".into();
        assert!(check(&bad, &schema).is_err(), "{pointer}");
    }
    let mut bad = good;
    bad.as_object_mut().expect("a map").remove("valid_until");
    assert!(check(&bad, &schema).is_err());
}

#[test]
fn the_same_inputs_give_the_same_bytes_with_keys_in_order() {
    let json = findings().document.to_json();
    assert_eq!(json, findings().document.to_json());
    assert!(json.ends_with("}\n") && !json.contains('\r'));
    let keys: Vec<String> = match serde_json::from_str(&json).expect("JSON") {
        Value::Object(map) => map.into_iter().map(|(key, _)| key).collect(),
        _ => Vec::new(),
    };
    assert_eq!(
        keys,
        [
            "schema_version",
            "sequence",
            "project",
            "generated_at",
            "refreshed_at",
            "valid_until",
            "next_expected",
            "clock",
            "detail",
            "state",
            "reasons",
            "grade",
            "counts",
            "days_clean",
            "days_clean_since_history_start",
            "oldest_open_days",
            "sla_breaches",
            "ttr",
            "coverage",
            "sources",
            "findings",
            "accepted",
            "last_decision",
            "releases",
            "endpoint"
        ]
    );
}

#[test]
fn a_status_says_when_it_was_made_and_until_when_it_holds() {
    let document = findings().document;
    assert_eq!(document.generated_at, "2026-11-20T06:00:11Z");
    assert_eq!(document.valid_until, "2026-11-22T06:00:11Z");
    assert_eq!(document.clock, Clock::System);
}

#[test]
fn findings_are_counted_merged_and_sorted_worst_first() {
    let document = findings().document;
    assert_eq!(document.state, State::Findings);
    assert_eq!(document.counts.open.total(), document.findings.len());
    assert_eq!((document.counts.accepted, document.accepted.len()), (1, 1));
    let levels: Vec<Level> = document.findings.iter().map(|f| f.severity.level).collect();
    assert!(levels.is_sorted_by(|a, b| a >= b), "{levels:?}");
    let spark = document.findings.iter().find(|f| f.ids[0] == "CVE-2022-33891").expect("spark");
    assert_eq!(spark.installed, ["3.1.1", "3.2.0"]);
    assert_eq!(spark.fix, ["3.1.3", "3.2.2"]);
    assert_eq!(spark.url, "https://osv.dev/vulnerability/CVE-2022-33891");
    assert!(!document.findings.iter().any(|f| f.ids[0] == "CVE-2020-28493"), "accepted");
    assert_eq!(document.accepted[0].acceptance.as_ref().expect("it is accepted").until, "2027-06-30");
    assert_eq!(document.coverage.packages, document.coverage.audited + 1);
}

#[test]
fn a_stale_database_is_inconclusive_and_not_ok() {
    let document = inconclusive().document;
    assert_eq!(document.state, State::Inconclusive);
    assert!(document.reasons[0].starts_with("the advisory database is too old"));
    assert!(!document.sources[0].ok);
    assert!(findings().document.sources[0].ok);
}

#[test]
fn nothing_hostile_is_let_through() {
    let document = hostile().document;
    let json = document.to_json();
    for bad in ['\u{1b}', '\u{202e}'] {
        assert!(!json.contains(bad), "{bad:?}");
    }
    assert!(!json.contains("\\u001b") && !json.contains("::set-env name=X::\n"));
    assert_eq!(document.findings[0].ids, ["CVE-1"], "ids are plain or left out");
    assert_eq!(document.findings[0].url, "https://osv.dev/vulnerability/CVE-1");
    let long = "x".repeat(10_000);
    let audit = audit_of(&pins(&[("coverage", "7.6.1")]), &corpus());
    let mut input = input(&audit);
    input.database = &long;
    let document = compose(&input).expect("a status").document;
    assert_eq!(document.sources[0].name.chars().count(), 301);
}

#[test]
fn a_validity_that_is_none_is_refused() {
    let audit = audit_of(&pins(&[("coverage", "7.6.1")]), &corpus());
    for valid_for in [SignedDuration::ZERO, SignedDuration::from_hours(-1), SignedDuration::MAX] {
        let mut input = input(&audit);
        input.valid_for = valid_for;
        let error = compose(&input).expect_err("no validity");
        let hours = valid_for.as_hours();
        assert_eq!(error.to_string(), format!("the status cannot be valid for {hours} hours"));
        assert_eq!((error.code(), error.kind()), ("status/valid-for", Kind::Setup));
        assert_eq!(error.hints(), ["set `valid-for-hours` under `[tool.release.status]` to a few days, such as 48"]);
    }
}

#[test]
fn a_status_that_could_not_be_refreshed_keeps_its_findings_and_says_so() {
    let before = findings().document;
    let status = unrefreshed();
    let document = &status.document;
    assert_eq!(document.state, State::Inconclusive);
    assert_eq!(document.findings.len(), before.findings.len());
    assert!(document.findings.iter().all(|finding| finding.status == FindingStatus::Unconfirmed));
    assert_eq!(document.accepted, before.accepted);
    assert_eq!(document.counts.open, before.counts.open);
    let said = format!(
        "{} of the findings below could not be checked again and stand as on 2026-11-20",
        before.findings.len() + 1
    );
    assert_eq!(document.reasons.last(), Some(&said));
    assert_eq!((document.grade.letter.word(), document.grade.score), ("?", None));
    assert_eq!(document.refreshed_at, before.refreshed_at);
    assert_eq!(status.history.changes, findings().history.changes, "nothing counts as resolved");
}

#[test]
fn a_finding_is_the_same_when_its_ids_grow_and_another_version_is_locked() {
    let flaw = |id: &str, aliases: &[&str]| {
        record(id, aliases, affects("jinja2", json!([{"introduced": "0"}, {"fixed": "2.11.3"}]), &[]))
    };
    let first = status_of(&audit_of(&pins(&[("jinja2", "2.11.1")]), &database(&[flaw("PYSEC-2021-66", &[])])));
    let later = now() + SignedDuration::from_hours(24 * 100);
    let second = |id: &str, aliases: &[&str]| {
        let audit = audit_of(&pins(&[("jinja2", "2.11.2")]), &database(&[flaw(id, aliases)]));
        let previous = previous(&first);
        let mut input = input(&audit);
        input.now = later;
        input.previous = Some(&previous);
        compose(&input).expect("a status")
    };
    let same = second("PYSEC-2021-66", &["CVE-2020-28493", "GHSA-g3rq-g295-4j3m"]);
    let (old, new) = (&first.document.findings[0], &same.document.findings[0]);
    assert_eq!((&new.id, &new.first_seen), (&old.id, &old.first_seen));
    assert_eq!(new.ids[0], "CVE-2020-28493");
    assert_eq!(same.history.changes.len(), 1, "{:?}", same.history.changes);
    assert_eq!(same.document.oldest_open_days, Some(100));
    // Nobody rated it: its fix should have been out after thirty days.
    assert_eq!(same.document.sla_breaches, 1);
    assert_eq!(new.sla_due.as_deref(), Some("2026-12-20T06:00:11Z"));
    let other = second("PYSEC-2099-1", &[]);
    assert_ne!(other.document.findings[0].id, old.id);
    let kinds: Vec<ChangeKind> = other.history.changes.iter().map(|change| change.kind).collect();
    assert_eq!(kinds, [ChangeKind::Opened, ChangeKind::Opened, ChangeKind::Resolved]);
    let ttr = &other.document.ttr[0];
    assert_eq!((ttr.closed, ttr.open, ttr.median_days, ttr.p90_days), (1, 1, Some(100), None));
}

#[test]
fn days_clean_count_from_the_first_clean_status() {
    let document = clean().document;
    assert_eq!((document.days_clean, document.days_clean_since_history_start), (Some(1), true));
    let document = findings().document;
    assert_eq!((document.days_clean, document.days_clean_since_history_start), (Some(0), false));
    assert_eq!(inconclusive().document.days_clean, None, "what cannot be told is not clean");
    let audit = audit_of(&pins(&[("coverage", "7.6.1")]), &fresh_corpus());
    let mut previous = previous(&status_after(&findings(), &audit));
    previous.document.generated_at = "2026-11-19T00:00:00Z".to_owned();
    let mut input = input(&audit);
    input.previous = Some(&previous);
    input.now = now() + SignedDuration::from_hours(24 * 5);
    let document = compose(&input).expect("a status").document;
    assert_eq!((document.days_clean, document.days_clean_since_history_start), (Some(5), false));
}

#[test]
fn the_first_status_has_no_grade_and_a_second_at_the_same_instant_is_the_same() {
    let audit = audit_of(&pins(&[("coverage", "7.6.1")]), &fresh_corpus());
    let first = compose(&input(&audit)).expect("a status");
    assert_eq!(first.document.sequence, 1);
    assert_eq!(first.document.grade.unknown, ["this is the first status: there is nothing to compare it with"]);
    assert_eq!(status_after(&first, &audit), first);
    let other = audit_of(&pins(&[("coverage", "7.6.0")]), &fresh_corpus());
    assert_eq!(status_after(&first, &other).document.sequence, 1, "the versions of harmless packages are not in it");
    let mut later = input(&audit);
    let before = previous(&first);
    later.previous = Some(&before);
    later.now = now() + SignedDuration::from_secs(1);
    let later = compose(&later).expect("a status").document;
    assert_eq!((later.sequence, later.grade.letter.word()), (2, "A+"));
}

#[test]
fn less_is_published_where_less_is_wanted() {
    let before = previous(&findings());
    let full = findings().document;
    let made = |detail, previous: &Previous| {
        let audit = audit_of(&pins(&[("django", "4.0.5"), ("py", "1.11.0")]), &fresh_corpus());
        let mut input = input(&audit);
        input.previous = Some(previous);
        input.detail = detail;
        input.now = now() + SignedDuration::from_hours(24 * 40);
        compose(&input).expect("a status")
    };
    let ids = made(Detail::Ids, &before).document;
    assert!(
        ids.findings
            .iter()
            .all(|finding| finding.installed.is_empty() && finding.fix.is_empty() && !finding.ids.is_empty())
    );
    let counts = made(Detail::Counts, &before);
    let text = counts.document.to_json() + &counts.history.to_json();
    for word in ["django", "CVE-", "PYSEC", "GHSA", full.findings[0].id.as_str()] {
        assert!(!text.contains(word), "{word}");
    }
    assert_eq!(counts.document.counts.open.total(), ids.counts.open.total());
    // Without names the oldest of the same severity goes on, so that waiting does not make it look new.
    let again = made(Detail::Counts, &previous(&counts)).document;
    assert_eq!(again.oldest_open_days, Some(40));
    let schema = schema();
    for document in [&ids, &counts.document, &again] {
        let json: Value = serde_json::from_str(&document.to_json()).expect("JSON");
        assert_eq!(check(&json, &schema), Ok(()));
    }
}

#[test]
fn what_is_no_status_is_not_gone_on_from() {
    let good = findings().document.to_json();
    assert_eq!(Document::parse(&good), Ok(findings().document));
    for (from, to) in [
        ("\"schema_version\": \"1.0\"", "\"schema_version\": \"2.0\""),
        ("\"sequence\": 2", "\"sequence\": -2"),
        ("\"reasons\": []", "\"reasons\": [], \"more\": 1"),
        ("https://osv.dev/vulnerability/CVE-2023-49083", "javascript:alert(1)"),
        ("\"name\": \"demo\"", "\"name\": \"\\u001b[2J\""),
        ("\"name\": \"demo\"", "\"name\": \"\u{202e}demo\""),
    ] {
        let bad = good.replacen(from, to, 1);
        assert_ne!(bad, good, "{from}");
        assert!(Document::parse(&bad).is_err(), "{to}");
    }
    damage::damaged(0x57a7, 6_000, good.as_bytes(), |_, bytes| {
        let text = String::from_utf8_lossy(bytes);
        // It may be read or not; it never panics, and what is read can be written.
        if let Ok(document) = Document::parse(&text) {
            assert!(document.to_json().ends_with('\n'));
        }
        let _ = History::parse(&text);
    });
}
