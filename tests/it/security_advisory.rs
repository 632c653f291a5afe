//! Reading of records: lenient, and never silent about what it could not use.

use pyrelease::security::advisory::{Advisory, Event, is_id};
use serde_json::json;

use crate::support::advisories::corpus_files;

fn parse(record: &serde_json::Value) -> Result<Advisory, &'static str> {
    Advisory::parse(record.to_string().as_bytes())
}

#[test]
fn only_the_id_is_needed_and_unknown_things_are_passed_over() {
    let record = parse(&json!({"id": "X-1"})).expect("a record");
    assert!(record.affected.is_empty() && record.modified.is_none() && !record.withdrawn);
    let record = parse(&json!({
        "id": "X-1", "schema_version": "99", "new": {"deep": [1]},
        "aliases": ["CVE-1", 7, "<script>"], "severity": "high",
        "affected": [
            {"package": {"ecosystem": "npm", "name": "demo"}},
            {"package": {"ecosystem": "PyPI:extra", "name": "De_mo"}, "ranges": [
                {"type": "GIT", "events": [{"introduced": "0"}]},
                {"type": "NEW", "events": 3},
                {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1"}]}
            ]}
        ]
    }))
    .expect("a record");
    assert_eq!(record.ids().collect::<Vec<_>>(), ["X-1", "CVE-1"]);
    assert_eq!(record.affected.len(), 1);
    assert_eq!(record.affected[0].package, "de-mo");
    let events = [Event::Introduced("0".to_owned()), Event::Fixed("1".to_owned())];
    assert_eq!(record.affected[0].ranges, [events]);
}

#[test]
fn what_could_hide_a_flaw_makes_the_record_unreadable_or_undetermined() {
    let refused = [
        (json!([]), "it has no usable `id`"),
        (json!({"id": "<b>"}), "it has no usable `id`"),
        (json!({"id": "X-1", "affected": {}}), "its `affected` is no list"),
        (json!({"id": "X-1", "affected": [{}]}), "an `affected` names no package"),
        (json!({"id": "X-1", "affected": [{"package": {"name": "demo"}}]}), "an `affected` names no ecosystem"),
    ];
    for (record, why) in refused {
        assert_eq!(parse(&record), Err(why), "{record}");
    }
    assert_eq!(Advisory::parse(b"\xff"), Err("it is not JSON"));
    assert_eq!(Advisory::parse("[".repeat(100_000).as_bytes()), Err("it is not JSON"));
    let odd = json!({"id": "X-1", "affected": [{
        "package": {"ecosystem": "PyPI", "name": "demo"}, "versions": [1.1]
    }]});
    assert_eq!(parse(&odd).expect("a record").affected[0].ranges, [[Event::Unknown]]);
}

#[test]
fn only_a_time_withdraws_a_record() {
    for (withdrawn, expected) in
        [(json!("2026-01-01T00:00:00Z"), true), (json!(null), false), (json!(""), false), (json!(true), false)]
    {
        let record = parse(&json!({"id": "X-1", "withdrawn": withdrawn})).expect("a record");
        assert_eq!(record.withdrawn, expected, "{withdrawn}");
    }
}

#[test]
fn ids_are_plain() {
    assert!(is_id("GHSA-g3rq-g295-4j3m") && is_id("PYSEC-2021-66"));
    for text in ["", "-1", "a b", "a/b", "a\n", "<a>", "a\"b", "ä", &"a".repeat(129)] {
        assert!(!is_id(text), "{text:?}");
    }
}

#[test]
fn every_record_of_the_corpus_is_read() {
    let files = corpus_files();
    let records = files.iter().filter(|(name, _)| name.ends_with(".json"));
    let mut read = 0;
    for (name, bytes) in records {
        let record = Advisory::parse(bytes).expect(name);
        assert_eq!(format!("{}.json", record.id), *name);
        assert!(record.modified.is_some(), "{name}");
        read += 1;
    }
    assert_eq!(read, 68);
}
