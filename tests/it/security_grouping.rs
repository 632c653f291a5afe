//! Rule 10: which records speak about one flaw.

use pyrelease::security::advisory::Advisory;
use pyrelease::security::grouping::group;
use serde_json::json;

use crate::support::advisories::{affects, audit_of, corpus, database, parsed, pins, record};

fn flaw(id: &str, aliases: &[&str]) -> Advisory {
    parsed(&record(id, aliases, affects("demo", json!([{"introduced": "0"}]), &[])))
}

#[test]
fn rule_10_grouping_is_transitive() {
    let records = [
        flaw("OSV-A", &["OSV-x"]),
        flaw("OSV-B", &["OSV-y"]),
        flaw("OSV-C", &["OSV-y", "OSV-z"]),
        flaw("OSV-D", &["OSV-x", "OSV-z"]),
        flaw("OSV-E", &[]),
    ];
    let groups = group(&records.iter().collect::<Vec<_>>());
    let members: Vec<&[usize]> = groups.iter().map(|group| group.records.as_slice()).collect();
    assert_eq!(members, [&[0, 1, 2, 3][..], &[4]]);
}

#[test]
fn rule_10_the_shown_id_is_cve_then_pysec_then_ghsa() {
    let shown = |id: &str, aliases: &[&str]| group(&[&flaw(id, aliases)])[0].ids.clone();
    assert_eq!(
        shown("GHSA-1", &["SNYK-1", "PYSEC-9", "CVE-2", "CVE-1"]),
        ["CVE-1", "CVE-2", "GHSA-1", "PYSEC-9", "SNYK-1"]
    );
    assert_eq!(shown("GHSA-1", &["PYSEC-9", "AAA-1"])[0], "PYSEC-9");
    assert_eq!(shown("GHSA-1", &["AAA-1"])[0], "GHSA-1");
    assert_eq!(shown("OSV-2", &["AAA-1"])[0], "AAA-1");
}

#[test]
fn rule_10_a_flaw_that_two_databases_know_is_one_finding() {
    let corpus = corpus();
    let audit = audit_of(&pins(&[("jinja2", "2.11.2")]), &corpus);
    let about = audit.findings.iter().filter(|f| f.ids[0] == "CVE-2020-28493");
    let ids: Vec<&Vec<String>> = about.map(|finding| &finding.ids).collect();
    let expected = ["CVE-2020-28493", "GHSA-g3rq-g295-4j3m", "PYSEC-2021-66", "SNYK-PYTHON-JINJA2-1012994"];
    assert_eq!(ids, [&expected]);
}

#[test]
fn rule_10_a_flaw_of_two_packages_stays_two_findings() {
    let audit = audit_of(&pins(&[("tensorflow", "2.4.0"), ("tensorflow-cpu", "2.4.0")]), &corpus());
    let about = audit.findings.iter().filter(|f| f.ids[0] == "CVE-2021-29521");
    let packages: Vec<&str> = about.map(|finding| finding.package.as_str()).collect();
    assert_eq!(packages, ["tensorflow", "tensorflow-cpu"]);
}

#[test]
fn related_records_are_not_merged() {
    let mut related = record("X-1", &[], affects("demo", json!([{"introduced": "0"}]), &[]));
    related["related"] = json!(["X-2"]);
    related["upstream"] = json!(["X-2"]);
    let other = record("X-2", &[], affects("demo", json!([{"introduced": "0"}]), &[]));
    let audit = audit_of(&pins(&[("demo", "1")]), &database(&[related, other]));
    assert_eq!(audit.findings.len(), 2);
}

#[test]
fn a_long_chain_of_aliases_is_one_group() {
    let records: Vec<Advisory> = (0..5000).rev().map(|n| flaw(&format!("X-{n}"), &[&format!("X-{}", n + 1)])).collect();
    assert_eq!(group(&records.iter().collect::<Vec<_>>()).len(), 1);
}
