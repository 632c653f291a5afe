//! Readers of other scanners' reports: what real ones say, and that nothing else ever comes out.

use expect_test::expect;
use pyrelease::security::reports::{Format, Reported, line_hash, read};
use pyrelease::security::severity::Level;
use serde_json::{Value, json};

use crate::support::decisions::report;
use crate::support::depth::rounds;
use crate::support::random::Random;

const FIXTURES: [(&str, Format); 8] = [
    ("pip-audit-2.10.1.json", Format::PipAudit),
    ("uv-audit-0.13.8.json", Format::UvAudit),
    ("uv-audit-0.13.8.sarif", Format::Sarif),
    ("bandit-1.9.4.json", Format::Bandit),
    ("bandit-1.9.4.sarif", Format::Sarif),
    ("safety-2.3.5.json", Format::Safety2),
    ("safety-3.json", Format::Safety3),
    ("osv-scanner-2.json", Format::OsvScanner),
];

fn bytes(name: &str) -> Vec<u8> {
    std::fs::read(report(name)).expect("a fixture")
}

fn of(value: &Value) -> Reported {
    read(value.to_string().as_bytes()).expect("a report")
}

fn shown(reported: &Reported) -> String {
    let mut out = format!("{} {:?}\n", reported.tool, reported.version);
    for flaw in &reported.flaws {
        let ids: Vec<&str> = flaw.ids.iter().map(String::as_str).collect();
        let level = flaw.level.map_or("-", Level::word);
        out.push_str(&format!(
            "  {} {} {} {level} {}\n",
            flaw.package,
            flaw.version.as_deref().unwrap_or("?"),
            ids.join(","),
            flaw.fixes.join(",")
        ));
    }
    for flaw in &reported.code {
        out.push_str(&format!(
            "  {} {} {}:{} {} {:?} {:?} {}\n",
            flaw.tool,
            flaw.rule,
            flaw.path,
            flaw.line,
            flaw.level.word(),
            flaw.confidence,
            flaw.cwe,
            flaw.line_hash
        ));
    }
    out
}

#[test]
fn real_reports_are_known_by_their_content() {
    let mut all = String::new();
    for (name, format) in FIXTURES {
        let reported = read(&bytes(name)).unwrap_or_else(|why| panic!("{name}: {why}"));
        assert_eq!(reported.format, format, "{name}");
        assert!(reported.gaps.is_empty(), "{name}: {:?}", reported.gaps);
        all.push_str(&shown(&reported));
    }
    expect![[r#"
        pip-audit None
          jinja2 2.11.2 CVE-2020-28493,GHSA-g3rq-g295-4j3m,PYSEC-2021-66,SNYK-PYTHON-JINJA2-1012994 - 2.11.3
          jinja2 2.11.2 CVE-2020-28493,GHSA-g3rq-g295-4j3m,PYSEC-2021-66 - 
        uv None
          jinja2 2.11.2 CVE-2020-28493,GHSA-g3rq-g295-4j3m,PYSEC-2021-66,SNYK-PYTHON-JINJA2-1012994 - 2.11.3
        uv Some("0.13.8")
          jinja2 2.11.2 CVE-2020-28493,GHSA-g3rq-g295-4j3m,PYSEC-2021-66,SNYK-PYTHON-JINJA2-1012994 - 2.11.3
        bandit None
          bandit B404 src/app.py:2 low Some("high") Some(78) ed717033b7d7
          bandit B105 src/app.py:4 low Some("medium") Some(259) b2ccb976b276
          bandit B602 src/app.py:8 high Some("high") Some(78) b92e6c9f2050
        bandit Some("1.9.4")
          bandit B404 src/app.py:2 low Some("high") Some(78) ed717033b7d7
          bandit B105 src/app.py:4 low Some("medium") Some(259) b2ccb976b276
          bandit B602 src/app.py:8 high Some("high") Some(78) b92e6c9f2050
        safety Some("2.3.5")
          jinja2 2.11.2 CVE-2020-28493,PYUP-39525 - 
        safety Some("3.8.1")
          jinja2 2.11.2 PYUP-39525 - 2.11.3
        osv-scanner None
          jinja2 2.11.2 CVE-2020-28493,GHSA-g3rq-g295-4j3m,PYSEC-2021-66,SNYK-PYTHON-JINJA2-1012994 unknown 2.11.3
          jinja2 2.11.2 CVE-2020-28493,GHSA-g3rq-g295-4j3m,PYSEC-2021-66 medium 2.11.3
    "#]]
    .assert_eq(&all);
}

#[test]
fn bandit_says_the_same_in_both_of_its_formats() {
    let json = read(&bytes("bandit-1.9.4.json")).expect("a report");
    let sarif = read(&bytes("bandit-1.9.4.sarif")).expect("a report");
    assert_eq!(json.code, sarif.code);
}

#[test]
fn what_bandit_quotes_never_leaves_the_reader() {
    for name in ["bandit-1.9.4.json", "bandit-1.9.4.sarif"] {
        let text = String::from_utf8(bytes(name)).expect("UTF-8");
        assert!(text.contains("hunter2-CANARY"), "the fixture has a secret");
        let reported = format!("{:?}", read(text.as_bytes()).expect("a report"));
        assert!(!reported.contains("hunter2") && !reported.contains("PASSWORD"), "{reported}");
    }
    // The hash is that of the shape: it does not tell one password from another.
    assert_eq!(line_hash("  PASSWORD = \"hunter2\"\n"), line_hash("PASSWORD=\"correct horse 99\""));
    assert_ne!(line_hash("PASSWORD = \"a\""), line_hash("SECRET = \"a\""));
}

#[test]
fn a_report_that_is_not_whole_says_so() {
    let flaw = |name: &str, id: &str| json!({"dependencies": [{"name": name, "version": "1", "vulns": [{"id": id, "fix_versions": [], "aliases": []}]}], "fixes": []});
    let sarif = |run: Value| json!({"version": "2.1.0", "runs": [run]});
    let tool = json!({"driver": {"name": "x"}});
    for (what, report) in [
        ("skipped", json!({"dependencies": [{"name": "a", "skip_reason": "private"}], "fixes": []})),
        ("errors", json!({"errors": [{"filename": "a.py", "reason": "syntax"}], "metrics": {}, "results": []})),
        ("failed", sarif(json!({"tool": tool, "invocations": [{"executionSuccessful": false}], "results": []}))),
        ("no runs", json!({"version": "2.1.0", "runs": []})),
        ("no list", json!({"dependencies": 3, "fixes": []})),
        ("a name that is none", flaw("x\n::set-env name=A::b", "CVE-1")),
        ("no id", flaw("demo", "<script>")),
        ("no package", sarif(json!({"tool": tool, "results": [{"ruleId": "CVE-2020-1"}]}))),
        ("no rule", sarif(json!({"tool": tool, "results": [{"ruleId": "a b"}]}))),
    ] {
        let reported = of(&report);
        assert!(!reported.gaps.is_empty(), "{what}");
        let text = format!("{:?}", reported.gaps);
        assert!(!text.contains("set-env") && !text.contains("script"), "{what}: {text}");
    }
}

#[test]
fn what_is_no_report_is_refused() {
    for text in ["", "{", "[]", "{}", "null", "Found 2 known vulnerabilities", "{\"results\": 3}"] {
        assert!(read(text.as_bytes()).is_err(), "{text}");
    }
    let deep = "[".repeat(100_000);
    assert!(read(deep.as_bytes()).is_err());
}

#[test]
fn sarif_rates_by_the_tools_own_words_then_the_score_then_the_level() {
    let level = |properties: Value, rule: Value, level: &str| {
        let reported = of(&json!({"version": "2.1.0", "runs": [{
            "tool": {"driver": {"name": "x", "rules": [{"id": "r", "properties": rule}]}},
            "results": [{"ruleId": "r", "level": level, "properties": properties,
                "locations": [{"physicalLocation": {"artifactLocation": {"uri": "src/a%20b.py"}}}]}],
        }]}));
        assert_eq!(reported.code[0].path, "src/a b.py");
        reported.code[0].level
    };
    assert_eq!(level(json!({"zizmor/severity": "Low"}), json!({"security-severity": "9.8"}), "error"), Level::Low);
    assert_eq!(level(json!({}), json!({"security-severity": "9.8"}), "note"), Level::Critical);
    assert_eq!(level(json!({}), json!({"security-severity": "NaN"}), "note"), Level::Low);
    assert_eq!(level(json!({}), json!({}), "error"), Level::High);
}

#[test]
fn exploited_ids_come_from_the_catalogue_of_cisa() {
    let kev = json!({"catalogVersion": "2024.10.15", "vulnerabilities": [{"cveID": "CVE-2024-1"}, {"cveID": "<b>"}]});
    let reported = of(&kev);
    assert_eq!(reported.exploited.into_iter().collect::<Vec<_>>(), ["CVE-2024-1"]);
    assert!(!of(&json!({"catalogVersion": "x", "vulnerabilities": []})).gaps.is_empty());
}

/// Every string that goes on is what it says it is, whatever was done to the report.
#[test]
fn no_mutation_of_a_report_brings_anything_harmful() {
    let mut random = Random::new(0x5EC0_0001);
    let alphabet = "{}[]\",:0123456789\u{1b}\n<>`:\\-abcdefnull";
    for round in 0..rounds(20_000) {
        let (name, _) = FIXTURES[round % FIXTURES.len()];
        let text = String::from_utf8(bytes(name)).expect("UTF-8");
        let Ok(reported) = read(random.mutated(&text, alphabet).as_bytes()) else { continue };
        let plain = |text: &str| text.chars().all(|c| !c.is_control() && !"<>`\"".contains(c));
        for flaw in &reported.flaws {
            assert!(plain(&flaw.package) && flaw.ids.iter().all(|id| plain(id)), "{flaw:?}");
            assert!(flaw.version.iter().chain(&flaw.fixes).all(|version| plain(version)), "{flaw:?}");
        }
        for flaw in &reported.code {
            assert!(plain(&flaw.rule) && plain(&flaw.tool) && plain(&flaw.line_hash), "{flaw:?}");
        }
        assert!(reported.gaps.iter().all(|gap| gap.chars().all(|c| !c.is_control())), "{:?}", reported.gaps);
    }
}
