//! Rules of matching, one by one, each with a record that another reading gets wrong.

use pyrelease::security::advisory::Advisory;
use pyrelease::security::matching::{Fix, Installed, MatchedBy, Reading, Undetermined, Verdict, fix};
use serde_json::{Value, json};

use crate::support::advisories::{affects, audit_of, corpus_record, database, parsed, pins, record};

fn verdict(advisory: &Advisory, version: &str) -> Verdict {
    let package = advisory.affected[0].package.clone();
    Reading::of(advisory, &package).verdict(&Installed::new(version))
}

fn range(events: Value) -> Advisory {
    parsed(&record("X-1", &[], affects("demo", events, &[])))
}

fn affected(advisory: &Advisory, version: &str) -> bool {
    matches!(verdict(advisory, version), Verdict::Affected { .. })
}

fn matched(advisory: &Advisory, version: &str) -> Option<(MatchedBy, bool)> {
    match verdict(advisory, version) {
        Verdict::Affected { matched_by, conflict } => Some((matched_by, conflict)),
        _ => None,
    }
}

fn minimal(advisory: &Advisory, version: &str) -> Option<String> {
    let package = advisory.affected[0].package.clone();
    let reading = Reading::of(advisory, &package);
    fix(&Installed::new(version), &[&reading]).map(|fix| fix.minimal)
}

#[test]
fn rule_1_names_are_normalised_on_both_sides() {
    let records = [record("X-1", &[], affects("Jw.Util", json!([{"introduced": "0"}]), &[]))];
    assert_eq!(audit_of(&pins(&[("jw-util", "1.0")]), &database(&records)).findings.len(), 1);
    let corpus = corpus_record("PYSEC-2020-341");
    assert_eq!(corpus.affected[0].package, "jw-util");
}

#[test]
fn rule_1_an_unreadable_version_is_only_compared_letter_by_letter() {
    let advisory = parsed(&record("X-1", &[], affects("demo", json!([{"introduced": "0"}]), &["0.1-bulbasaur"])));
    assert_eq!(matched(&advisory, "0.1-bulbasaur"), Some((MatchedBy::Versions, false)));
    assert_eq!(verdict(&advisory, "0.1-ivysaur"), Verdict::Undetermined(Undetermined::UnparsableVersion));
    assert!(matched(&corpus_record("PYSEC-2018-19"), "0.1-bulbasaur").is_some());
}

#[test]
fn rule_2_the_local_label_of_the_installed_version_is_dropped() {
    let py = corpus_record("PYSEC-2022-42969");
    assert!(affected(&py, "1.11.0+corp.1"));
    assert!(!affected(&py, "1.11.1"));
    let listed = parsed(&record("X-1", &[], affects("torch", json!([]), &["1.11.0"])));
    assert_eq!(matched(&listed, "1.11.0+cu118"), Some((MatchedBy::PublicVersion, false)));
}

#[test]
fn rule_2_but_not_where_the_bound_has_one() {
    let advisory = range(json!([{"introduced": "1.0+corp.2"}, {"fixed": "1.0+corp.5"}]));
    assert!(!affected(&advisory, "1.0+corp.1"));
    assert!(affected(&advisory, "1.0+corp.2"));
    assert!(!affected(&advisory, "1.0+corp.5"));
    assert!(!affected(&advisory, "1.0"));
    let fixed = range(json!([{"introduced": "0"}, {"fixed": "1.0+corp.5"}]));
    assert!(affected(&fixed, "1.0+corp.4") && affected(&fixed, "1.0"));
    assert!(!affected(&fixed, "1.0+corp.5"), "the fix is in the local label");
}

#[test]
fn rule_3_versions_are_ordered_and_not_specified() {
    let below_two = range(json!([{"introduced": "0"}, {"fixed": "2.0.0"}]));
    assert!(affected(&below_two, "2.0.0rc1"));
    assert!(affected(&below_two, "0.0.0.dev0"), "`0` is before every version");
    let above_one = range(json!([{"introduced": "1.0"}]));
    assert!(affected(&above_one, "1.0.post1"));
    assert!(!affected(&above_one, "1.0rc1"));
    assert!(affected(&range(json!([{"introduced": "1.9"}, {"fixed": "1.11"}])), "1.10"));
}

#[test]
fn rule_4_spellings_of_one_version_are_equal() {
    let advisory = parsed(&record("X-1", &[], affects("demo", json!([]), &["0.1.2-1", "v1.0"])));
    for version in ["0.1.2.post1", "0.1.2-1", "1", "1.0.0", "v1.0"] {
        assert_eq!(matched(&advisory, version), Some((MatchedBy::Versions, false)), "{version}");
    }
    assert!(!affected(&advisory, "0.1.2"));
}

/// The four records of the PyPA database whose readings differ: (package, affected, not, fixes).
#[test]
fn rule_5_events_are_paired_in_the_order_of_the_file() {
    let iotdb = corpus_record("PYSEC-2022-42972");
    for version in ["0.12.2", "0.13.0", "0.13.1", "0.13.2"] {
        assert!(affected(&iotdb, version), "{version}");
        assert_eq!(minimal(&iotdb, version).as_deref(), Some("0.14.0rc1"), "{version}");
    }
    assert!(!affected(&iotdb, "0.12.1") && !affected(&iotdb, "0.14.0rc1"));

    let spark = corpus_record("PYSEC-2022-236");
    for version in ["3.0.3", "3.1.1", "3.1.2", "3.2.0", "3.2.1"] {
        assert!(affected(&spark, version), "{version}");
    }
    assert!(!affected(&spark, "3.1.3") && !affected(&spark, "3.2.2"));
    assert_eq!(minimal(&spark, "3.0.3").as_deref(), Some("3.1.3"), "3.1.1 has the flaw too");

    let spark = corpus_record("PYSEC-2023-72");
    for version in ["3.1.1", "3.1.3", "3.2.0", "3.2.1"] {
        assert!(affected(&spark, version), "{version}");
        assert_eq!(minimal(&spark, version).as_deref(), Some("3.2.2"), "{version}");
    }

    let wagtail = corpus_record("PYSEC-2021-114");
    assert!(affected(&wagtail, "2.11.6") && affected(&wagtail, "2.12.3"));
    assert!(!affected(&wagtail, "2.11.7") && !affected(&wagtail, "2.12.4"));
    assert_eq!(minimal(&wagtail, "2.10").as_deref(), Some("2.11.7"));
}

#[test]
fn rule_5_events_that_do_not_alternate_are_sorted() {
    let shuffled = range(json!([
        {"introduced": "0"}, {"introduced": "3.0"}, {"fixed": "2.0"}, {"fixed": "3.5"}
    ]));
    assert!(affected(&shuffled, "1.0") && affected(&shuffled, "3.1"));
    assert!(!affected(&shuffled, "2.5") && !affected(&shuffled, "3.5"));
    // An end before its beginning shows that the order of the file is none.
    let backwards = range(json!([
        {"introduced": "3.0"}, {"fixed": "2.0"}, {"introduced": "0"}, {"fixed": "3.5"}
    ]));
    assert!(affected(&backwards, "1.0") && affected(&backwards, "3.1"));
    assert!(!affected(&backwards, "2.5"));
    // At one version the fix comes before the new flaw, so [1, 2) and [2, 3) leave no gap.
    let touching = range(json!([
        {"introduced": "1.0"}, {"introduced": "2.0"}, {"fixed": "2.0"}, {"fixed": "3.0"}
    ]));
    assert!(affected(&touching, "2.0") && affected(&touching, "2.9"));
}

#[test]
fn ranges_of_other_kinds_are_no_reason_to_stop() {
    let advisory = corpus_record("PYSEC-2023-192");
    assert!(affected(&advisory, "1.26.16"), "a GIT range comes first");
    assert!(!affected(&advisory, "1.26.17"));
}

#[test]
fn last_affected_is_inclusive_and_limits_end_a_range() {
    let advisory = range(json!([{"introduced": "1.0"}, {"last_affected": "1.5"}]));
    assert!(affected(&advisory, "1.5") && !affected(&advisory, "1.5.1"));
    assert_eq!(minimal(&advisory, "1.2"), None);
    let limited = range(json!([{"introduced": "1.0"}, {"limit": "2.0"}]));
    assert!(affected(&limited, "1.9") && !affected(&limited, "2.0"));
}

#[test]
fn rule_6_says_how_and_where_list_and_ranges_disagree() {
    let both =
        parsed(&record("X-1", &[], affects("demo", json!([{"introduced": "1"}, {"fixed": "2"}]), &["0.9", "1.1"])));
    assert_eq!(matched(&both, "1.1"), Some((MatchedBy::Both, false)));
    assert_eq!(matched(&both, "1.2"), Some((MatchedBy::Range, false)));
    assert_eq!(matched(&both, "0.9"), Some((MatchedBy::Versions, false)));

    let gevent = corpus_record("PYSEC-2023-177");
    assert_eq!(matched(&gevent, "23.9.0"), Some((MatchedBy::Versions, true)));
    assert_eq!(matched(&gevent, "23.9.0.post1"), Some((MatchedBy::Versions, true)));
    let django = corpus_record("PYSEC-2023-61");
    assert_eq!(matched(&django, "4.2rc1"), Some((MatchedBy::Versions, false)));
}

#[test]
fn rule_7_a_bound_that_is_no_version_is_undetermined() {
    for (id, bound) in [("PYSEC-2021-371", "0.2.0-n653"), ("PYSEC-2019-125", "2019-09-12")] {
        assert_eq!(
            verdict(&corpus_record(id), "0.1.0"),
            Verdict::Undetermined(Undetermined::UnparsableBound(bound.to_owned())),
            "{id}"
        );
    }
    let two_ranges = json!({
        "package": {"ecosystem": "PyPI", "name": "demo"},
        "ranges": [
            {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "soon"}]},
            {"type": "ECOSYSTEM", "events": [{"introduced": "1"}, {"fixed": "2"}]}
        ]
    });
    let advisory = parsed(&record("X-1", &[], two_ranges));
    assert!(affected(&advisory, "1.5"), "another range decides");
    assert!(matches!(verdict(&advisory, "3"), Verdict::Undetermined(_)));
    assert_eq!(minimal(&advisory, "1.5"), None, "2 may be affected by the other range");
}

#[test]
fn events_and_entries_that_say_nothing_are_undetermined() {
    let unknown = Verdict::Undetermined(Undetermined::UnknownEvent);
    for events in [
        json!([{"introduced": "0", "fixed": "1"}]),
        json!([{"introduced": 1}]),
        json!([{"appeared": "1"}]),
        json!([{"fixed": "1"}]),
        json!("none"),
    ] {
        assert_eq!(verdict(&range(events.clone()), "1.0"), unknown, "{events}");
    }
    let silent = json!({"package": {"ecosystem": "PyPI", "name": "demo"}});
    let silent = parsed(&record("X-1", &[], silent));
    assert_eq!(verdict(&silent, "1.0"), Verdict::Undetermined(Undetermined::NoVersions));
}

#[test]
fn rule_8_the_fix_is_the_end_of_the_own_interval() {
    let django = corpus_record("PYSEC-2023-12");
    let reading = Reading::of(&django, "django");
    let of = |version: &str| fix(&Installed::new(version), &[&reading]);
    let expected = Fix { minimal: "4.0.9".to_owned(), same_major: Some("4.0.9".to_owned()) };
    assert_eq!(of("4.0.5"), Some(expected), "neither 3.2.17 nor 4.1.6");
    assert_eq!(minimal(&corpus_record("PYSEC-2023-177"), "23.9.0"), None, "never itself");
    assert_eq!(minimal(&corpus_record("PYSEC-2023-177"), "23.7.0").as_deref(), Some("23.9.0"));
    assert_eq!(minimal(&corpus_record("PYSEC-2018-97"), "0.1"), None, "no fix is known");
}

#[test]
fn rule_8_a_fix_on_another_major_is_marked_by_its_absence() {
    let advisory = range(json!([{"introduced": "1.4"}, {"fixed": "2.1"}]));
    let reading = Reading::of(&advisory, "demo");
    let fix = fix(&Installed::new("1.5"), &[&reading]).expect("a fix");
    assert_eq!((fix.minimal.as_str(), fix.same_major), ("2.1", None));
}

#[test]
fn rule_8_the_fix_holds_for_every_record_of_the_flaw() {
    let a = range(json!([{"introduced": "1.0"}, {"fixed": "1.4"}]));
    let b = range(json!([{"introduced": "1.0"}, {"fixed": "1.6"}]));
    let (a, b) = (Reading::of(&a, "demo"), Reading::of(&b, "demo"));
    let fix = fix(&Installed::new("1.2"), &[&a, &b]).expect("a fix");
    assert_eq!(fix.minimal, "1.6");
}

#[test]
fn rule_8_a_record_in_conflict_does_not_hide_the_fix_of_another() {
    let conflict =
        parsed(&record("X-1", &[], affects("demo", json!([{"introduced": "0"}, {"fixed": "1.0"}]), &["1.1"])));
    let clear = range(json!([{"introduced": "1.0"}, {"fixed": "1.2"}]));
    let (a, b) = (Reading::of(&conflict, "demo"), Reading::of(&clear, "demo"));
    let installed = Installed::new("1.1");
    for readings in [[&a, &b], [&b, &a]] {
        assert_eq!(fix(&installed, &readings).expect("a fix").minimal, "1.2");
    }
    assert_eq!(fix(&installed, &[&a]), None);
}

#[test]
fn many_intervals_end_quickly() {
    let mut events = Vec::new();
    for number in 0..20_000 {
        events.push(json!({"introduced": format!("1.{number}")}));
        events.push(json!({"fixed": format!("1.{}", number + 1)}));
    }
    let advisory = range(Value::Array(events));
    assert!(affected(&advisory, "1.5"));
    assert_eq!(minimal(&advisory, "1.5"), None, "it gives up after a bounded number of steps");
}
