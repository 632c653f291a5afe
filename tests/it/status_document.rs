//! The document: its schema, its bytes, its states, and what it lets through.

use jiff::SignedDuration;
use pyrelease::error::{Explain, Kind};
use pyrelease::security::severity::Level;
use pyrelease::status::document::{Clock, Document, State, schema};
use serde_json::Value;

use crate::support::advisories::{audit_of, corpus, pins};
use crate::support::json_schema::check;
use crate::support::statuses::{every, findings, hostile, inconclusive, input};

#[test]
fn every_document_is_valid_by_its_schema() {
    let schema = schema();
    for (name, document) in every() {
        let json: Value = serde_json::from_str(&document.to_json()).expect(name);
        assert_eq!(check(&json, &schema), Ok(()), "{name}");
    }
}

#[test]
fn the_schema_refuses_what_is_no_document() {
    let schema = schema();
    let good: Value = serde_json::from_str(&findings().to_json()).expect("JSON");
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
    let json = findings().to_json();
    assert_eq!(json, findings().to_json());
    assert!(json.ends_with("}\n") && !json.contains('\r'));
    let keys: Vec<String> = match serde_json::from_str(&json).expect("JSON") {
        Value::Object(map) => map.into_iter().map(|(key, _)| key).collect(),
        _ => Vec::new(),
    };
    assert_eq!(
        keys,
        [
            "schema_version",
            "project",
            "generated_at",
            "valid_until",
            "clock",
            "state",
            "reasons",
            "counts",
            "coverage",
            "sources",
            "findings",
            "accepted"
        ]
    );
}

#[test]
fn a_status_says_when_it_was_made_and_until_when_it_holds() {
    let document = findings();
    assert_eq!(document.generated_at, "2026-11-20T06:00:11Z");
    assert_eq!(document.valid_until, "2026-11-22T06:00:11Z");
    assert_eq!(document.clock, Clock::System);
}

#[test]
fn findings_are_counted_merged_and_sorted_worst_first() {
    let document = findings();
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
    assert_eq!(document.accepted[0].until, "2027-06-30");
    assert_eq!(document.coverage.packages, document.coverage.audited + 1);
}

#[test]
fn a_stale_database_is_inconclusive_and_not_ok() {
    let document = inconclusive();
    assert_eq!(document.state, State::Inconclusive);
    assert!(document.reasons[0].starts_with("the advisory database is too old"));
    assert!(!document.sources[0].ok);
    assert!(findings().sources[0].ok);
}

#[test]
fn nothing_hostile_is_let_through() {
    let document = hostile();
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
    let document = Document::new(&input).expect("a status");
    assert_eq!(document.sources[0].name.chars().count(), 301);
}

#[test]
fn a_validity_that_is_none_is_refused() {
    let audit = audit_of(&pins(&[("coverage", "7.6.1")]), &corpus());
    for valid_for in [SignedDuration::ZERO, SignedDuration::from_hours(-1), SignedDuration::MAX] {
        let mut input = input(&audit);
        input.valid_for = valid_for;
        let error = Document::new(&input).expect_err("no validity");
        let hours = valid_for.as_hours();
        assert_eq!(error.to_string(), format!("the status cannot be valid for {hours} hours"));
        assert_eq!((error.code(), error.kind()), ("status/valid-for", Kind::Setup));
        assert_eq!(error.hints(), ["set `valid-for` under `[tool.release.status]` to a few days, such as `48h`"]);
    }
}
