//! Scores of vectors, and the chain of sources.

use pyrelease::security::severity::{Level, Rating, rate, score};
use serde_json::{Value, json};

use crate::support::advisories::{affects, audit_of, corpus, parsed, pins, record};

#[test]
fn vectors_have_the_scores_of_their_specifications() {
    let table = [
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8, Level::Critical, "CVSS v3.1"),
        ("CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:L", 5.3, Level::Medium, "CVSS v3.0"),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H", 7.5, Level::High, "CVSS v3.1"),
        ("CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N", 1.8, Level::Low, "CVSS v3.1"),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", 0.0, Level::None, "CVSS v3.1"),
        // Temporal metrics do not lower the base score.
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:U", 9.8, Level::Critical, "CVSS v3.1"),
        ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 9.3, Level::Critical, "CVSS v4.0"),
        ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:U", 8.1, Level::High, "CVSS v4.0"),
        ("AV:N/AC:L/Au:N/C:C/I:C/A:C", 10.0, Level::High, "CVSS v2"),
        ("AV:N/AC:L/Au:N/C:P/I:N/A:N", 5.0, Level::Medium, "CVSS v2"),
        ("AV:L/AC:H/Au:N/C:P/I:N/A:N", 1.2, Level::Low, "CVSS v2"),
    ];
    for (vector, expected, level, system) in table {
        let scored = score(vector).expect(vector);
        assert!((scored.score - expected).abs() < 0.05, "{vector}: {}", scored.score);
        assert_eq!((scored.level, scored.system), (level, system), "{vector}");
    }
}

#[test]
fn decoration_is_taken_off() {
    let plain = score("AV:N/AC:L/Au:N/C:P/I:N/A:N");
    assert!(plain.is_some());
    assert_eq!(score(" (AV:N/AC:L/Au:N/C:P/I:N/A:N) "), plain);
}

#[test]
fn what_is_no_whole_vector_has_no_score() {
    for vector in [
        "",
        "high",
        "CVSS:3.1",
        "CVSS:3.1/AV:N",
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H",
        "CVSS:9.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        "CVSS:4.0/AV:N/AC:L",
        "AV:N/AC:L/Au:N/C:C",
        "CVSS:3.1/AV:N/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
    ] {
        assert_eq!(score(vector), None, "{vector}");
    }
}

fn with(id: &str, severity: Value, of_package: Value, word: Value) -> Value {
    let mut affected = affects("demo", json!([{"introduced": "0"}]), &[]);
    affected["severity"] = of_package;
    let mut record = record(id, &[], affected);
    record["severity"] = severity;
    record["database_specific"] = json!({"severity": word});
    record
}

fn v3(availability: &str) -> Value {
    let vector = format!("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:{availability}");
    json!([{"type": "CVSS_V3", "score": vector}])
}

fn rated(records: &[Value], aliases: &[Value]) -> (Level, String) {
    let records: Vec<_> = records.iter().map(parsed).collect();
    let aliases: Vec<_> = aliases.iter().map(parsed).collect();
    let Rating { level, source, .. } =
        rate("demo", &records.iter().collect::<Vec<_>>(), &aliases.iter().collect::<Vec<_>>());
    (level, source)
}

#[test]
fn the_chain_goes_from_the_record_to_unknown() {
    let none = || json!([]);
    let own = with("X-1", v3("L"), v3("H"), json!("CRITICAL"));
    let for_package = with("X-2", none(), v3("H"), json!("CRITICAL"));
    let only_word = with("X-3", none(), none(), json!("MODERATE"));
    let silent = with("X-4", none(), none(), Value::Null);
    let alias = with("X-5", v3("L"), none(), json!("LOW"));
    let is = |level, source: &str| (level, source.to_owned());

    assert_eq!(rated(&[own], std::slice::from_ref(&alias)), is(Level::Medium, "CVSS v3.1 of X-1"));
    assert_eq!(rated(&[for_package], std::slice::from_ref(&alias)), is(Level::High, "CVSS v3.1 of X-2"));
    assert_eq!(rated(std::slice::from_ref(&only_word), &[alias]), is(Level::Medium, "CVSS v3.1 of X-5"));
    assert_eq!(rated(&[only_word], &[]), is(Level::Medium, "word of X-3"));
    assert_eq!(rated(&[silent], &[]), is(Level::Unknown, "none"));
}

#[test]
fn a_bad_vector_does_not_void_the_record_and_the_worst_holds() {
    let severities = json!([
        {"type": "CVSS_V3", "score": "CVSS:3.1/AV:N"},
        {"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:L"},
        {"type": "CVSS_V4", "score":
            "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"},
        {"type": "SSVC", "score": 7},
        "none"
    ]);
    let record = with("X-1", severities, json!([]), Value::Null);
    assert_eq!(rated(&[record], &[]), (Level::Critical, "CVSS v4.0 of X-1".to_owned()));
}

#[test]
fn a_malicious_package_is_critical() {
    let record = with("MAL-2026-1", v3("L"), json!([]), Value::Null);
    assert_eq!(rated(&[record], &[]), (Level::Critical, "malicious package, MAL-2026-1".to_owned()));
}

#[test]
fn unknown_stands_above_medium() {
    let mut levels = Level::ALL;
    levels.sort();
    levels.reverse();
    assert_eq!(levels, Level::ALL);
    assert!(Level::Unknown > Level::Medium && Level::Unknown < Level::High);
}

#[test]
fn the_corpus_is_rated_by_the_right_source() {
    let pinned = [
        ("jinja2", "2.11.2", "CVE-2020-28493", 5.3, "CVSS v3.1 of GHSA-g3rq-g295-4j3m"),
        ("tensorflow", "2.4.0", "CVE-2021-29521", 2.5, "CVSS v3.1 of GHSA-hr84-fqvp-48mm"),
    ];
    for (name, version, id, expected, source) in pinned {
        let audit = audit_of(&pins(&[(name, version)]), &corpus());
        let finding = audit.findings.iter().find(|f| f.ids[0] == id).expect(id);
        assert_eq!(finding.severity.score, Some(expected), "{id}");
        assert_eq!(finding.severity.source, source, "{id}");
    }
}
