//! The three outcomes, and what an audit lists.

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::{Just, Strategy, any, proptest};
use proptest::test_runner::Config;
use pyrelease::project::dependencies::{Dependencies, Source, requirements};
use pyrelease::report::Severity;
use pyrelease::security::acceptance::Acceptances;
use pyrelease::security::audit::{Audit, Outcome, Reason, Request, audit};
use pyrelease::security::matching::Undetermined;
use pyrelease::security::sources::Database;
use serde_json::{Value, json};

use crate::support::advisories::{affects, audit_of, audit_with, corpus, database, now, pins, record};

fn flaw(id: &str, events: Value) -> Value {
    record(id, &[], affects("demo", events, &[]))
}

fn all(id: &str) -> Value {
    flaw(id, json!([{"introduced": "0"}]))
}

fn other() -> Value {
    record("X-0", &[], affects("other", json!([{"introduced": "0"}]), &[]))
}

fn audit_dated(modified: Value, dependencies: &Dependencies) -> Audit {
    let mut record = other();
    record["modified"] = modified;
    audit_of(dependencies, &database(&[record]))
}

/// A row of the outcome table: what is the case, the audit, and how it must end.
type Row = (&'static str, Audit, Outcome, Vec<Reason>);

fn assert_rows(rows: Vec<Row>) {
    for (name, audit, outcome, reasons) in rows {
        assert_eq!((audit.outcome, audit.reasons), (outcome, reasons), "{name}");
    }
}

#[test]
fn the_outcome_table_of_packages_and_records() {
    let demo = pins(&[("demo", "1.0")]);
    let fixed = flaw("X-1", json!([{"introduced": "0"}, {"fixed": "1.0"}]));
    let unreadable = flaw("X-1", json!([{"introduced": "0"}, {"fixed": "soon"}]));
    let skipped = requirements::parse("r.txt", "demo>=1\n").expect("requirements");
    let mut private = demo.clone();
    private.packages[0].source = Source::PrivateRegistry;
    let included = requirements::parse("r.txt", "demo==1\n-r b.txt\n").expect("requirements");
    let limited = requirements::parse("r.txt", "demo==1\n-c c.txt\n").expect("requirements");
    let known = database(&[other()]);
    let doubtful = database(std::slice::from_ref(&unreadable));
    let unknown = Outcome::Inconclusive;
    assert_rows(vec![
        ("clean", audit_of(&demo, &database(&[fixed])), Outcome::Clean, vec![]),
        ("a flaw", audit_of(&demo, &database(&[all("X-1")])), Outcome::Findings, vec![]),
        ("no packages", audit_of(&Dependencies::default(), &known), unknown, vec![Reason::NoPackages]),
        ("only skipped", audit_of(&skipped, &known), unknown, vec![Reason::NothingAuditable]),
        ("only private", audit_of(&private, &database(&[all("X-1")])), unknown, vec![Reason::NothingAuditable]),
        ("an included file that was not read", audit_of(&included, &known), unknown, vec![Reason::NotRead(1)]),
        ("constraints lock nothing", audit_of(&limited, &known), Outcome::Clean, vec![]),
        ("a bound that is no version", audit_of(&demo, &doubtful), unknown, vec![Reason::Indeterminate(1)]),
        (
            "that, and a flaw",
            audit_of(&demo, &database(&[unreadable, all("X-2")])),
            Outcome::Findings,
            vec![Reason::Indeterminate(1)],
        ),
        (
            "a version that is none",
            audit_of(&pins(&[("demo", "banana")]), &known),
            unknown,
            vec![Reason::Indeterminate(1)],
        ),
    ]);
}

#[test]
fn the_outcome_table_of_databases() {
    let demo = pins(&[("demo", "1.0")]);
    let time = |text: &str| text.parse::<Timestamp>().expect("a time");
    let dated = |modified: &str| audit_dated(json!(modified), &demo);
    let broken = Database::from_records(vec![
        ("a.json".to_owned(), other().to_string().into_bytes()),
        ("b.json".to_owned(), b"{".to_vec()),
    ])
    .expect("a database");
    let (old, future) = ("2026-11-18T06:00:10Z", "2999-01-01T00:00:00Z");
    let unknown = Outcome::Inconclusive;
    assert_rows(vec![
        ("empty", audit_of(&demo, &database(&[])), unknown, vec![Reason::NoDatabase]),
        ("48 hours old", dated("2026-11-18T06:00:11Z"), Outcome::Clean, vec![]),
        ("a second older", dated(old), unknown, vec![Reason::StaleDatabase(time(old))]),
        ("from the future", dated(future), unknown, vec![Reason::FutureDatabase(time(future))]),
        ("undated", dated("yesterday"), unknown, vec![Reason::UndatedDatabase]),
        ("partly unreadable", audit_of(&demo, &broken), unknown, vec![Reason::UnreadableRecords(1)]),
    ]);
}

#[test]
fn every_reason_has_its_words() {
    let time = now();
    let table = [
        (Reason::NoPackages, "the lock files name no package"),
        (Reason::NothingAuditable, "no package comes from PyPI in a known version"),
        (Reason::NotRead(1), "1 included file was not read"),
        (Reason::NotRead(2), "2 included files were not read"),
        (Reason::NoDatabase, "there is no advisory database"),
        (Reason::UndatedDatabase, "the advisory database does not say how old it is"),
        (Reason::StaleDatabase(time), "the advisory database is too old: its newest record is of 2026-11-20"),
        (Reason::FutureDatabase(time), "the advisory database is dated in the future: 2026-11-20"),
        (Reason::UnreadableRecords(1), "1 advisory record could not be read"),
        (Reason::UnreadableRecords(2), "2 advisory records could not be read"),
        (Reason::Indeterminate(1), "1 package could not be decided"),
        (Reason::Indeterminate(2), "2 packages could not be decided"),
    ];
    for (reason, words) in table {
        assert_eq!(reason.to_string(), words);
    }
}

#[test]
fn without_a_database_nothing_was_audited() {
    let audit = audit(&Request {
        dependencies: &pins(&[("demo", "1.0")]),
        database: None,
        acceptances: &Acceptances::default(),
        now: now(),
        max_age: SignedDuration::from_hours(48),
    });
    assert_eq!((audit.outcome, audit.reasons), (Outcome::Inconclusive, vec![Reason::NoDatabase]));
    assert_eq!((audit.coverage.packages, audit.coverage.audited), (1, 0));
}

#[test]
fn rule_7_one_bad_bound_does_not_end_the_audit() {
    let audit = audit_of(&pins(&[("binderhub", "0.1.0"), ("jinja2", "2.11.2")]), &corpus());
    assert!(audit.findings.iter().any(|finding| finding.package == "jinja2"));
    let case = &audit.indeterminate[0];
    assert_eq!((case.package.as_str(), case.id.as_deref()), ("binderhub", Some("PYSEC-2021-371")));
    assert!(matches!(case.why, Undetermined::UnparsableBound(_)));
}

#[test]
fn rule_9_withdrawn_records_are_dropped_and_their_flaw_lives_on_in_others() {
    let mut withdrawn = record("PYSEC-1", &["CVE-1"], affects("demo", json!([{"introduced": "0"}]), &[]));
    withdrawn["withdrawn"] = json!("2026-01-01T00:00:00Z");
    let live = record("GHSA-1", &["CVE-1"], affects("demo", json!([{"introduced": "0"}]), &[]));
    let demo = pins(&[("demo", "1.0")]);
    assert_eq!(audit_of(&demo, &database(&[withdrawn.clone()])).outcome, Outcome::Clean);
    let audit = audit_of(&demo, &database(&[withdrawn.clone(), live]));
    assert_eq!(audit.findings[0].ids, ["CVE-1", "GHSA-1"]);
    withdrawn["withdrawn"] = Value::Null;
    assert_eq!(audit_of(&demo, &database(&[withdrawn])).outcome, Outcome::Findings);
}

#[test]
fn names_of_other_indexes_are_not_matched_and_count_as_uncovered() {
    let mut dependencies = pins(&[("demo", "1.0"), ("other", "1.0")]);
    dependencies.packages[0].source = Source::PrivateRegistry;
    let audit = audit_of(&dependencies, &database(&[all("X-1")]));
    assert!(audit.findings.is_empty());
    assert_eq!((audit.coverage.packages, audit.coverage.audited), (2, 1));
    assert_eq!(audit.coverage.skipped[0].name, "demo");
    assert_eq!(audit.coverage.skipped[0].why, "comes from another package index");
}

#[test]
fn findings_are_sorted_worst_first_and_carry_their_places() {
    let audit = audit_of(&pins(&[("pyspark", "3.2.0"), ("jinja2", "2.11.2")]), &corpus());
    let levels: Vec<_> = audit.findings.iter().map(|finding| finding.severity.level).collect();
    assert!(levels.is_sorted_by(|a, b| a >= b), "{levels:?}");
    for finding in &audit.findings {
        assert_eq!(finding.occurrences[0].file, "requirements.txt");
    }
}

#[test]
fn an_accepted_finding_does_not_fail_and_stays_listed() {
    let accepted = "[[accepted]]\nid = \"CVE-1\"\npackage = \"De.Mo\"\nreason = \"tests only\"\n\
                    by = \"ana\"\nuntil = 2026-11-20\n";
    let record = record("X-1", &["CVE-1"], affects("de-mo", json!([{"introduced": "0"}]), &[]));
    let records = database(&[record]);
    let demo = pins(&[("de-mo", "1.0")]);
    let audit = audit_with(&demo, &records, accepted);
    assert_eq!(audit.outcome, Outcome::Clean);
    assert_eq!(audit.acceptance_notes[0].code, "security/acceptance-ends-soon");
    let long = accepted.replace("2026-11-20", "2028-11-20");
    assert_eq!(audit_with(&demo, &records, &long).acceptance_notes[0].code, "security/acceptance-too-long");
    let good = accepted.replace("2026-11-20", "2027-02-20");
    assert!(audit_with(&demo, &records, &good).acceptance_notes.is_empty());
    let holds = audit.findings[0].accepted.as_ref().expect("accepted");
    assert_eq!((holds.reason.as_str(), holds.by.as_str()), ("tests only", "ana"));
    assert_eq!(audit.report()[0].code, "security/accepted");
    assert_eq!(audit.report()[0].severity, Severity::Info);

    let expired = accepted.replace("11-20", "11-19");
    let audit = audit_with(&demo, &records, &expired);
    assert_eq!(audit.outcome, Outcome::Findings);
    let note = &audit.acceptance_notes[0];
    assert_eq!(note.code, "security/acceptance-expired");
    assert_eq!(note.message, "the acceptance of `CVE-1` in `de-mo` ended after 2026-11-19");
    assert_eq!(note.location.as_ref().and_then(|place| place.line), Some(1));

    for (unused, code) in [
        (accepted.replace("CVE-1", "CVE-2"), "security/acceptance-unused"),
        (accepted.replace("De.Mo", "other"), "security/acceptance-other-package"),
    ] {
        let audit = audit_with(&demo, &records, &unused);
        assert_eq!(audit.outcome, Outcome::Findings);
        assert_eq!(audit.acceptance_notes[0].code, code);
    }
}

#[test]
fn the_report_names_code_place_and_help() {
    let records = [
        flaw("X-1", json!([{"introduced": "0"}, {"fixed": "1.2"}])),
        record("X-2", &[], affects("old", json!([{"introduced": "0"}]), &[])),
        flaw("X-3", json!([{"introduced": "0"}, {"fixed": "soon"}])),
    ];
    let audit = audit_of(&pins(&[("demo", "1.0"), ("old", "2"), ("odd", "banana")]), &database(&records));
    let lines: Vec<String> = audit
        .report()
        .iter()
        .map(|finding| {
            let line = finding.location.as_ref().and_then(|place| place.line);
            let help = finding.help.as_deref().unwrap_or("");
            format!("{} {line:?} {} | {help}", finding.code, finding.message)
        })
        .collect();
    assert_eq!(
        lines,
        [
            "security/vulnerable-dependency Some(1) `demo` 1.0 has `X-1` (unknown) | upgrade to `demo` 1.2 or later",
            "security/vulnerable-dependency Some(2) `old` 2 has `X-2` (unknown) | no fix is known, see https://osv.dev/vulnerability/X-2",
            "security/unparsable-bound Some(1) `X-3` about `demo` has the bound `soon`, which is no version | read https://osv.dev/vulnerability/X-3",
            "security/unparsable-version Some(3) `banana` of `odd` is no version that can be compared | lock a version of PEP 440",
            "security/inconclusive None cannot tell: 2 packages could not be decided | ",
        ]
    );
}

#[test]
fn hostile_versions_do_no_harm() {
    let (long, deep) = ("9".repeat(40), "1.".repeat(2000));
    let versions = ["", &long, &deep, "\u{0}", "1+", "<b>"];
    let pinned: Vec<(&str, &str)> = versions.iter().map(|v| ("demo", *v)).collect();
    let audit = audit_of(&pins(&pinned), &database(&[all("X-1")]));
    assert_eq!(audit.outcome, Outcome::Inconclusive);
}

fn event() -> impl Strategy<Value = Value> {
    let version = (0_u32..4, 0_u32..4).prop_map(|(major, minor)| format!("{major}.{minor}"));
    let version = proptest::prop_oneof![9 => version, 1 => Just("soon".to_owned())];
    let kind = proptest::sample::select(vec!["introduced", "fixed", "last_affected", "limit"]);
    (kind, version).prop_map(|(kind, version)| json!({kind: version}))
}

/// Records of a few ids and packages, so that they meet.
fn records(most: usize) -> impl Strategy<Value = Vec<Value>> {
    let events = proptest::collection::vec(event(), 0..5);
    let id = || (0_u32..8).prop_map(|n| format!("CVE-{n}"));
    let aliases = proptest::collection::vec(id(), 0..3);
    let package = proptest::sample::select(vec!["demo", "other"]);
    let one =
        (id(), aliases, package, events, any::<bool>()).prop_map(|(id, aliases, package, mut events, from_zero)| {
            if from_zero {
                events.insert(0, json!({"introduced": "0"}));
            }
            let aliases: Vec<&str> = aliases.iter().map(String::as_str).collect();
            record(&id, &aliases, affects(package, Value::Array(events), &["1.1"]))
        });
    proptest::collection::vec(one, 0..most)
}

proptest! {
    #![proptest_config(Config { failure_persistence: None, ..Config::with_cases(300) })]

    #[test]
    fn another_advisory_never_takes_a_finding_away(
        before in records(5), added in records(2), withdrawn in any::<bool>()
    ) {
        let demo = pins(&[("demo", "1.1"), ("demo", "2.0"), ("other", "0.3")]);
        let outcome = |records: &[Value]| audit_of(&demo, &database(records)).outcome;
        let first = outcome(&before);
        let mut after = before;
        after.extend(added.into_iter().map(|mut record| {
            if withdrawn {
                record["withdrawn"] = json!("2026-01-01T00:00:00Z");
            }
            record
        }));
        if first == Outcome::Findings {
            assert_eq!(outcome(&after), Outcome::Findings);
        }
    }

    #[test]
    fn the_order_of_the_records_does_not_show(records in records(6)) {
        let demo = pins(&[("demo", "1.1"), ("other", "0.3")]);
        let mut reversed = records.clone();
        reversed.reverse();
        let audited = |records: &[Value]| audit_of(&demo, &database(records));
        let (a, b) = (audited(&records), audited(&reversed));
        assert_eq!((a.outcome, a.findings), (b.outcome, b.findings));
    }

    #[test]
    fn a_fix_is_above_the_version_and_not_affected(records in records(6)) {
        let records = database(&records);
        for finding in audit_of(&pins(&[("demo", "1.1")]), &records).findings {
            let Some(fix) = finding.fix else { continue };
            let again = audit_of(&pins(&[("demo", &fix.minimal)]), &records);
            let still = again.findings.iter().any(|f| f.ids == finding.ids && !f.conflict);
            assert!(!still, "{fix:?}");
        }
    }
}
