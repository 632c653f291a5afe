//! `release security decide`: from a recorded project to a decision in words.

use expect_test::expect;

use crate::support::Sandbox;
use crate::support::decisions::{FRESH, corpus, decided, kept, lock, project, sandbox};

fn brief(decision: &serde_json::Value) -> String {
    format!("{} {}", decision["decision"], decision["rule"]).replace('"', "")
}

#[test]
fn a_fix_at_head_is_released() {
    let sandbox = sandbox(("werkzeug", "==2.3.7"), ("werkzeug", "==2.3.8"));
    sandbox.release(&["security", "record", "--db", &corpus()]).success();
    expect![[r#"
        release-now by D4, key 70338200b9f1559c
          D4  release-now  werkzeug  CVE-2023-46136  high  due 2024-11-15
        it would be `none` by D12 without CVE-2023-46136 in `werkzeug`
        written to [ROOT]/repo/.git/release/security
    "#]]
    .assert_eq(&sandbox.release(&["security", "decide"]).success().to_string());
    expect![[r#"
        # Dependency release of `acme` after `1.2.3`: release-now

        ## What users have

        Users of `acme` `1.2.3` carry 1 known vulnerability. Upgrading a dependency does not take it from them, only a release does:

        - [CVE-2023-46136](https://osv.dev/vulnerability/CVE-2023-46136) in `werkzeug` `2.3.7`, high. It is in a dependency that our requirement pins to the affected version.
          Fixed in `2.3.8`. First seen 2024-10-16, due 2024-11-15. Also known as GHSA-hrfv-mqp8-q5rw, PYSEC-2023-221.

        ## What the release changes

        HEAD (`cb4e02bed940`) asks for versions without it. Users get them by upgrading `acme`; until then its requirements keep the affected versions installed.

        ## What to do

        Release a patch version now. Users upgrade; nothing else is asked of them.

        ## Why

        `D4`: A release of HEAD takes a high flaw from users who have it now.

        It rests on:

        - `osv`, newest advisory of 2024-10-15
        - 2 of 2 locked packages judged, recorded 2024-10-16

        What would be decided otherwise:

        - it would be `none` by D12 without CVE-2023-46136 in `werkzeug`.

        ## What is not known

        - Whether the affected code is ever reached. Advisories for Python packages do not say which functions they mean.
        - Flaws that nobody has published.
        - What users really have installed. What is said about 1.2.3 rests on the tag `v1.2.3`: `pyproject.toml`, `uv.lock`.

        Key `70338200b9f1559c`, decided 2024-10-16T12:00:00Z. The trace of every rule is in `decision.json`.
    "#]].assert_eq(&kept(&sandbox, "justification.md"));
    expect![[r#"
        ### Security

        - `werkzeug` is no longer held at a version with [CVE-2023-46136](https://osv.dev/vulnerability/CVE-2023-46136) (high).
    "#]].assert_eq(&kept(&sandbox, "notes.md"));
    let before = kept(&sandbox, "decision.json");
    sandbox.release(&["security", "decide"]).success();
    assert_eq!(kept(&sandbox, "decision.json"), before, "the same facts, the same decision");
}

#[test]
fn every_kind_of_decision_comes_from_a_real_project() {
    for (released, head, expected) in [
        (("werkzeug", "==2.3.7"), ("werkzeug", "==2.3.8"), "release-now D4"),
        (("jinja2", "==2.11.2"), ("jinja2", "==2.11.3"), "ask D5"),
        (("werkzeug", "==2.3.7"), ("werkzeug", "==2.3.7"), "propose-fix D7"),
        (("urllib3", ">=1.24.2,<1.25"), ("urllib3", ">=1.24.2,<1.25"), "propose-fix D7"),
        (("werkzeug", ">=2.3.7"), ("werkzeug", ">=2.3.7"), "note D8"),
        (("werkzeug", "==2.3.8"), ("werkzeug", "==2.3.7"), "block D2"),
        (("werkzeug", "==3.0.4"), ("werkzeug", "==3.0.4"), "none D12"),
    ] {
        let sandbox = sandbox(released, head);
        assert_eq!(brief(&decided(&sandbox, &[])), expected, "{released:?} {head:?}");
    }
}

#[test]
fn the_second_scan_calls_for_nothing_new() {
    let sandbox = sandbox(("werkzeug", "==2.3.7"), ("werkzeug", "==2.3.7"));
    assert_eq!(brief(&decided(&sandbox, &[])), "propose-fix D7");
    assert_eq!(brief(&decided(&sandbox, &[])), "none D12");
}

#[test]
fn a_failed_source_holds() {
    let sandbox = sandbox(("werkzeug", "==2.3.7"), ("werkzeug", "==2.3.8"));
    sandbox.write("../scan.json", "Traceback (most recent call last):");
    let decision = decided(&sandbox, &["../scan.json"]);
    assert_eq!(brief(&decision), "hold D0");
    expect![[r#"
        # No decision about `acme`: the scan is not whole

        What is missing:

        - scan.json: the report cannot be used: it is not JSON, or breaks off

        Nothing is released and nothing counts as resolved until the next whole scan.

        Known all the same:

        - [CVE-2023-46136](https://osv.dev/vulnerability/CVE-2023-46136) in `werkzeug` `2.3.7`, high. It is in a dependency that our requirement pins to the affected version.
          Fixed in `2.3.8`. First seen 2024-10-16, due 2024-11-15. Also known as GHSA-hrfv-mqp8-q5rw, PYSEC-2023-221.

        ## What to do

        Put right what is missing, then run `release security record` and `release security decide` again.

        ## Why

        `D0`: A source failed or did not say everything, the advisories are too old, or too little was judged. Nothing is released, and nothing counts as resolved, until the next whole scan.

        It rests on:

        - `osv`, newest advisory of 2024-10-15
        - `scan.json`, which did not say everything
        - 2 of 2 locked packages judged, recorded 2024-10-16

        What would be decided otherwise:

        - it would be `release-now` by D4 if nothing were missing: scan.json: the report cannot be used: it is not JSON, or breaks off.

        ## What is not known

        - Whether the affected code is ever reached. Advisories for Python packages do not say which functions they mean.
        - Flaws that nobody has published.
        - What users really have installed. What is said about 1.2.3 rests on the tag `v1.2.3`: `pyproject.toml`, `uv.lock`.

        Key `1dd9eab8ad06d2d1`, decided 2024-10-16T12:00:00Z. The trace of every rule is in `decision.json`.
    "#]].assert_eq(&kept(&sandbox, "justification.md"));
}

#[test]
fn tools_of_developers_never_call_for_a_release() {
    let mut sandbox = Sandbox::with(&[
        ("pyproject.toml", &project(&["idna==3.7"], &["werkzeug==2.3.7"])),
        ("uv.lock", &lock(&["idna"], &["werkzeug"], &[("idna", "3.7"), ("werkzeug", "2.3.7")])),
    ]);
    sandbox.git(&["tag", "v1.2.3"]);
    sandbox.set("RELEASE_NOW", FRESH);
    assert_eq!(brief(&decided(&sandbox, &[])), "status-only D11");
}

#[test]
fn an_exploited_flaw_is_raised_by_the_catalogue() {
    let sandbox = sandbox(("jinja2", "==2.11.2"), ("jinja2", "==2.11.3"));
    sandbox
        .write("../kev.json", r#"{"catalogVersion": "2024.10.15", "vulnerabilities": [{"cveID": "CVE-2020-28493"}]}"#);
    assert_eq!(brief(&decided(&sandbox, &["../kev.json"])), "release-now D3");
}

#[test]
fn on_a_machine_of_ones_own_somebody_is_asked() {
    let mut sandbox = sandbox(("werkzeug", "==2.3.7"), ("werkzeug", "==2.3.8"));
    sandbox.unset("GITHUB_ACTIONS");
    let decision = decided(&sandbox, &[]);
    assert_eq!(brief(&decision), "ask D4");
    assert_eq!(decision["modifiers"][0]["name"], "local");
}

#[test]
fn hostile_names_in_reports_are_harmless_in_every_format() {
    let sandbox = sandbox(("jinja2", "==2.11.2"), ("jinja2", "==2.11.3"));
    let hostile = "x\\n::set-env name=PATH::y</script>\\u001b[31m##[error][a](https://evil.example)";
    let bandit = format!(
        r#"{{"errors": [], "metrics": {{}}, "results": [{{"test_id": "B1", "filename": "{hostile}", "line_number": 1,
        "issue_severity": "LOW", "code": "1 x", "issue_text": "{hostile}"}}]}}"#
    );
    sandbox.write("../bandit.json", bandit);
    let audit = format!(
        r#"{{"dependencies": [{{"name": "{hostile}", "version": "{hostile}", "vulns": [{{"id": "{hostile}"}}]}},
        {{"name": "jinja2", "version": "{hostile}", "vulns": [{{"id": "CVE-2020-28493", "fix_versions": ["{hostile}"],
        "aliases": ["{hostile}"], "description": "{hostile}"}}]}}], "fixes": []}}"#
    );
    sandbox.write("../{hostile}.json", &audit);
    for format in ["human", "json", "github"] {
        let record =
            ["security", "record", "--db", &corpus(), "../bandit.json", "../{hostile}.json", "--format", format];
        let mut text = sandbox.release(&record).success().to_string();
        for command in ["changes", "decide", "explain"] {
            text.push_str(&sandbox.release(&["security", command, "--format", format]).success().to_string());
        }
        assert!(!text.contains('\u{1b}') && !text.contains("##["), "{text}");
        assert!(!text.lines().any(|line| line.trim_start().starts_with("::set-env")), "{text}");
    }
    for name in ["justification.md", "notes.md"] {
        let text = kept(&sandbox, name);
        assert!(!text.contains("evil") && !text.contains("script") && !text.contains("set-env"), "{text}");
    }
}
