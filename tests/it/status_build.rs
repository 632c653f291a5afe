//! `release status build`: files that cannot pretend to be fresh or good.

use expect_test::expect;
use serde_json::Value;

use crate::support::json_schema::check;
use crate::support::pages::{Pages, Reply};
use crate::support::sandbox::fixtures;
use crate::support::{Sandbox, statuses};

pub(crate) fn sandbox() -> Sandbox {
    let mut sandbox = Sandbox::with(&[
        (
            "pyproject.toml",
            "[project]\nname = 'demo'\nversion = '1.0'\n[tool.release.status]\nvalid-for-hours = 24\n\
             interval-hours = 12\nurl = 'https://acme.example.org/demo'\n",
        ),
        ("requirements.txt", "jinja2==2.11.2\n"),
    ]);
    sandbox.git(&["tag", "v1.0"]);
    sandbox.set("RELEASE_NOW", "2024-10-16T12:00:00Z");
    sandbox
}

pub(crate) fn corpus() -> String {
    fixtures().join("corpora/osv").display().to_string()
}

fn json(sandbox: &Sandbox, path: &str) -> Value {
    serde_json::from_str(&sandbox.read(path)).expect("JSON")
}

#[test]
fn writes_every_file_and_goes_on_from_the_last() {
    let mut sandbox = sandbox();
    let corpus = corpus();
    expect![[r#"
        findings: 1 open finding, made 2024-10-16T12:00:00Z, valid until 2024-10-17T12:00:00Z
        no grade: this is the first status: there is nothing to compare it with
        sequence 1, written to [ROOT]/repo/public/security-status
    "#]]
    .assert_eq(&sandbox.release(&["status", "build", "--db", &corpus]).to_string());
    let document = json(&sandbox, "public/security-status/index.json");
    assert_eq!(document["state"], "findings");
    assert_eq!(document["clock"], "given");
    assert_eq!(document["valid_until"], "2024-10-17T12:00:00Z");
    assert_eq!(document["next_expected"], "2024-10-17T00:00:00Z");
    assert_eq!(document["project"]["version_released"], "1.0");
    let schema = json(&sandbox, "public/security-status/schema/v1.json");
    check(&document, &schema).expect("it follows its own schema");
    assert_eq!(sandbox.read("public/security-status/v1/index.json"), sandbox.read("public/security-status/index.json"));
    let page = sandbox.read("public/security-status/index.html");
    assert!(page.contains("2024-10-17") && page.contains("CVE-2020-28493"), "{page}");
    for name in ["grade", "vulns", "updated", "release"] {
        assert!(sandbox.read(&format!("public/security-status/badge/{name}.svg")).starts_with("<svg"));
        assert_eq!(json(&sandbox, &format!("public/security-status/badge/{name}.json"))["schemaVersion"], 1);
    }
    // The same input gives the same bytes, and nothing is written twice.
    let before = sandbox.snapshot();
    sandbox.release(&["status", "build", "--db", &corpus]).success();
    assert!(before == sandbox.snapshot());
    let feed = sandbox.read("public/security-status/feed.atom");
    // A day later only what is a time, the sequence and what follows from them has changed.
    sandbox.set("RELEASE_NOW", "2024-10-17T12:00:00Z");
    expect![[r#"
        findings: 1 open finding, made 2024-10-17T12:00:00Z, valid until 2024-10-18T12:00:00Z
        grade A (97 of 100)
        sequence 2, written to [ROOT]/repo/public/security-status
    "#]]
    .assert_eq(&sandbox.release(&["status", "build", "--db", &corpus]).to_string());
    let later = json(&sandbox, "public/security-status/index.json");
    let changed: Vec<&String> = document
        .as_object()
        .expect("a map")
        .iter()
        .filter(|(key, value)| later[*key] != **value)
        .map(|(key, _)| key)
        .collect();
    assert_eq!(
        changed,
        [
            "sequence",
            "generated_at",
            "refreshed_at",
            "valid_until",
            "next_expected",
            "grade",
            "days_clean",
            "oldest_open_days"
        ]
    );
    assert_eq!(later["findings"][0]["first_seen"], "2024-10-16T12:00:00Z");
    assert_eq!(sandbox.read("public/security-status/feed.atom"), feed, "no real change, no new entry");
    assert_eq!(json(&sandbox, "public/security-status/history.json")["points"].as_array().map(Vec::len), Some(2));
}

#[test]
fn without_a_database_it_is_not_good() {
    let sandbox = sandbox();
    sandbox.release(&["status", "build", "--out", "site"]).success();
    let badge = json(&sandbox, "site/security-status/badge/vulns.json");
    assert_eq!(badge["isError"], true);
    assert_eq!(badge["message"], "unknown · 2024-10-16");
    expect![[r#"
        would write security-status/schema/v1.json, security-status/badge/grade.json, security-status/badge/grade.svg, security-status/badge/vulns.json, security-status/badge/vulns.svg, security-status/badge/updated.json, security-status/badge/updated.svg, security-status/badge/release.json, security-status/badge/release.svg, security-status/history.json, security-status/feed.atom, security-status/releases.html, security-status/index.html, security-status/v1/index.json, security-status/index.json in `[ROOT]/repo/public`
        ------- stderr -------
        dry run: nothing was done
    "#]].assert_eq(&sandbox.release(&["status", "build", "--dry-run"]).to_string());
}

#[test]
fn what_cannot_be_refreshed_is_published_as_it_was() {
    let mut sandbox = sandbox();
    sandbox.release(&["status", "build", "--db", &corpus()]).success();
    sandbox.set("RELEASE_NOW", "2024-10-17T12:00:00Z");
    expect![[r#"
        inconclusive: 1 open finding, made 2024-10-17T12:00:00Z, valid until 2024-10-18T12:00:00Z
        no grade: not everything could be found out; the advisories are older than 7 days, or of unknown age; fewer than half of the packages were compared with advisories
        sequence 2, written to [ROOT]/repo/public/security-status
    "#]].assert_eq(&sandbox.release(&["status", "build"]).to_string());
    let document = json(&sandbox, "public/security-status/index.json");
    assert_eq!(document["findings"][0]["status"], "unconfirmed");
    assert_eq!(document["findings"][0]["package"], "jinja2");
    assert_eq!(json(&sandbox, "public/security-status/badge/grade.json")["message"], "unknown · last known 2024-10-16");
    let page = sandbox.read("public/security-status/index.html");
    assert!(page.contains("The status could not be refreshed. It was last checked wholly 2024-10-16 12:00 UTC."));
}

#[test]
fn goes_on_from_what_is_served() {
    let mut sandbox = sandbox();
    let corpus = corpus();
    sandbox.release(&["status", "build", "--db", &corpus]).success();
    let pages = Pages::start(&sandbox.repo().join("public"), |_| Reply::File);
    sandbox.set("RELEASE_NOW", "2024-10-18T12:00:00Z");
    let url = pages.url();
    let build = |url: &str| sandbox.release(&["status", "build", "--db", &corpus, "--out", "new", "--previous", url]);
    build(&url).success();
    let document = json(&sandbox, "new/security-status/index.json");
    assert_eq!((&document["sequence"], &document["oldest_open_days"]), (&2.into(), &2.into()));
    // There is none yet: the history begins.
    pages.turn_to(&sandbox.path("home"));
    expect![[r#"
        findings: 1 open finding, made 2024-10-18T12:00:00Z, valid until 2024-10-19T12:00:00Z
        no grade: this is the first status: there is nothing to compare it with
        sequence 1, written to [ROOT]/repo/new/security-status
        ------- stderr -------
        note: there is no status before this one: the history begins now
    "#]]
    .assert_eq(&build(&url).to_string());
    let broken = Pages::start(&sandbox.repo(), |_| Reply::Said(503, String::new()));
    let answer = build(&broken.url());
    expect![[r#"
        ------- stderr -------
        error[status/unanswered]: `URL/security-status/index.json` answers 503
          hint: run the same command again later: without the last status its sequence and history would be lost
        [exit status: 1]
    "#]]
    .assert_eq(&answer.to_string().replace(&broken.url(), "URL/"));
    let bad = Pages::start(&sandbox.repo(), |_| Reply::Said(200, "{}".to_owned()));
    let answer = build(&bad.url());
    expect![[r#"
        ------- stderr -------
        error[status/previous]: the status in `URL/security-status/` cannot be read: missing field `schema_version`
          hint: name the last status that was published with `--previous URL|DIR`, or remove this one to begin anew
        [exit status: 3]
    "#]]
    .assert_eq(&answer.to_string().replace(&bad.url(), "URL/"));
}

#[test]
fn shows_runs_of_the_ledger_the_last_decision_and_stored_probes() {
    let sandbox = sandbox();
    for (run, outcome, milliseconds) in [("1", "ok", 95_000), ("2", "step/gate", 3_000)] {
        let record = serde_json::json!({
            "schema": 1, "run": run, "time": format!("2024-10-1{run}T10:00:00Z"), "by": "ana", "command": "run",
            "project": "demo", "version": "1.0", "outcome": outcome, "summary": "demo", "milliseconds": milliseconds,
            "files": [{"name": "demo-1.0.tar.gz", "sha256": "ab".repeat(32)}],
        });
        ledger(&sandbox, &record);
    }
    sandbox.write("decision.json", r#"{"decision": "propose-fix", "rule": "D7", "key": "k", "trace": []}"#);
    let line = |hour: u32, class: &str| {
        format!(
            "{{\"time\":\"2024-10-16T{hour:02}:00:00Z\",\"url\":\"u\",\"class\":\"{class}\",\"reason\":\"\",\
             \"every_minutes\":60,\"sequence\":1,\"cold_ms\":90,\"first_byte_ms\":[10,20],\"total_ms\":[11,21],\"cache\":null}}\n"
        )
    };
    let lines: String =
        [(1, "up"), (2, "up"), (3, "slow"), (4, "down"), (7, "up")].map(|(hour, class)| line(hour, class)).concat();
    sandbox.write("probes.jsonl", lines + "torn {\n");
    let arguments = ["status", "build", "--db", &corpus(), "--decision", "decision.json", "--probes", "probes.jsonl"];
    expect![[r#"
        findings: 1 open finding, made 2024-10-16T12:00:00Z, valid until 2024-10-17T12:00:00Z
        no grade: this is the first status: there is nothing to compare it with
        sequence 1, written to [ROOT]/repo/public/security-status
        ------- stderr -------
        warning: 1 line of `[ROOT]/repo/probes.jsonl` could not be read and is left out
    "#]]
    .assert_eq(&sandbox.release(&arguments).to_string());
    let document = json(&sandbox, "public/security-status/index.json");
    expect![[r#"
        {
          "success_90d": 1,
          "failed_90d": 1,
          "success_pct": null,
          "last": {
            "version": "1.0",
            "time": "2024-10-12T10:00:00Z",
            "outcome": "step/gate"
          },
          "median_ms": 95000,
          "p90_ms": null
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(&document["releases"]).expect("JSON"));
    expect![[r#"
        {
          "samples": 5,
          "expected": 12,
          "coverage_pct": 41.6,
          "available": 4,
          "available_pct": 80.0,
          "available_low_pct": 37.6,
          "available_high_pct": 96.4,
          "p95_ttfb_ms": 20
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(&document["endpoint"]).expect("JSON"));
    assert_eq!(document["last_decision"]["rule"], "D7");
    let page = sandbox.read("public/security-status/releases.html");
    assert!(
        page.contains("demo-1.0.tar.gz") && page.contains("failed: step&#x2f;gate") && page.contains("1 min 35 s"),
        "{page}"
    );
    sandbox.write("decision.json", "[]");
    assert_eq!(sandbox.release(&[&arguments[..], &["--format", "json"]].concat()).failure_code(), "status/decision");
}

/// Appends an entry to the ledger as git itself would.
fn ledger(sandbox: &Sandbox, record: &Value) {
    sandbox.write("record.json", record.to_string());
    let blob = sandbox.git(&["hash-object", "-w", "record.json"]);
    std::fs::remove_file(sandbox.repo().join("record.json")).expect("it was written");
    sandbox.write("index-line", format!("100644 blob {}\trecord.json\n", blob.trim()));
    let tree = shell(sandbox, "git mktree < index-line && rm index-line");
    let known = sandbox.git(&["for-each-ref", "--format=%(objectname)", "refs/release/ledger"]);
    let mut arguments = vec!["commit-tree", tree.trim(), "-m", "entry"];
    if !known.trim().is_empty() {
        arguments.extend(["-p", known.trim()]);
    }
    let commit = sandbox.git(&arguments);
    sandbox.git(&["update-ref", "refs/release/ledger", commit.trim()]);
}

fn shell(sandbox: &Sandbox, line: &str) -> String {
    let output = std::process::Command::new("sh").args(["-c", line]).current_dir(sandbox.repo()).output().expect("sh");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn a_hostile_project_is_harmless_on_the_terminal() {
    let sandbox = Sandbox::with(&[("pyproject.toml", "[project]\nname = 'demo'\nversion = '1.0'\n")]);
    let status = statuses::hostile();
    for (name, bytes) in pyrelease::status::files::render(&status, None).expect("it renders") {
        let path = sandbox.repo().join("public").join(&name);
        std::fs::create_dir_all(path.parent().expect("it has a folder")).expect("a folder");
        std::fs::write(&path, &bytes).expect("a file");
        let text = String::from_utf8(bytes).expect("text");
        for bad in ['\u{1b}', '\u{202e}', '\r'] {
            assert!(!text.contains(bad), "{name}: {bad:?}");
        }
        assert!(text.lines().all(|line| !line.trim_start().starts_with("::")), "{name}");
        if !name.ends_with(".json") {
            assert!(!text.contains("<img") && !text.contains("</script><"), "{name}");
        }
    }
    for format in ["human", "json", "github"] {
        let said = sandbox.release(&["status", "check", "public", "--format", format]);
        assert!(
            !said.stdout.contains('\u{1b}')
                && said.stdout.lines().all(|line| format == "github" || !line.starts_with("::")),
            "{said}"
        );
    }
}

#[test]
fn an_address_that_is_none_is_refused() {
    let sandbox = Sandbox::with(&[(
        "pyproject.toml",
        "[project]\nname = 'demo'\nversion = '1.0'\n[tool.release.status]\nurl = 'javascript:alert(1)'\n",
    )]);
    expect![[r#"
        ------- stderr -------
        error[config/value]: `status.url` must begin with `https://`
          at: pyproject.toml
          hint: `release schema config` prints every key with its kind
        [exit status: 3]
    "#]]
    .assert_eq(&sandbox.release(&["status", "build"]).to_string());
}
