//! `release security record`: the real program against the corpus, real reports, and a last release.

use expect_test::{expect, expect_file};

use crate::support::decisions::{corpus, kept, report, sandbox};
use crate::support::sandbox::assert_clean;

#[test]
fn our_audit_and_reports_of_others_become_one_state() {
    let sandbox = sandbox(("jinja2", "==2.11.2"), ("jinja2", "==2.11.2"));
    let arguments =
        ["security", "record", "--db", &corpus(), &report("pip-audit-2.10.1.json"), &report("bandit-1.9.4.json")];
    expect![[r#"
        1 open, 0 accepted, 0 resolved; 3 findings in code; 1 change since the last decision
        sources  bandit, osv, pip-audit
        users    1.2.3 (from the tag `v1.2.3`: `pyproject.toml`, `uv.lock`)
        written to [ROOT]/repo/.git/release/security/state.json
    "#]]
    .assert_eq(&sandbox.release(&arguments).to_string());
    expect_file![concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/snapshots/security_state.json")]
        .assert_eq(&kept(&sandbox, "state.json"));
    // The same facts at the same time are the same bytes; git sees nothing of it.
    let before = kept(&sandbox, "state.json");
    sandbox.release(&arguments).success();
    assert_eq!(kept(&sandbox, "state.json"), before);
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "");
}

#[test]
fn a_source_that_fails_is_recorded_as_such() {
    let sandbox = sandbox(("jinja2", "==2.11.2"), ("jinja2", "==2.11.2"));
    sandbox.write("half.json", "{\"dependencies\": [");
    expect![[r#"
        warning[security/source-failed]: the record is not whole: half.json: the report cannot be used: it is not JSON, or breaks off
          help: put it right and record again; until then every decision is `hold`
        warning[security/source-failed]: the record is not whole: missing.json: the report is not there or cannot be read
          help: put it right and record again; until then every decision is `hold`
        warning[security/source-failed]: the record is not whole: osv: there is no advisory database
          help: put it right and record again; until then every decision is `hold`
        0 open, 0 accepted, 0 resolved; 0 findings in code; 0 changes since the last decision
        sources  half.json, missing.json, osv
        users    1.2.3 (from the tag `v1.2.3`: `pyproject.toml`, `uv.lock`)
        written to [ROOT]/repo/.git/release/security/state.json
    "#]].assert_eq(&sandbox.release(&["security", "record", "half.json", "missing.json"]).to_string());
    sandbox.write("bad.zip", "no zip");
    let output = sandbox.release(&["security", "record", "--db", "bad.zip", "--format", "json"]).success();
    assert_eq!(output.json()["result"]["state"]["complete"], false);
}

#[test]
fn a_secret_in_a_report_is_in_no_file_and_no_output() {
    let sandbox = sandbox(("jinja2", "==2.11.2"), ("jinja2", "==2.11.3"));
    for format in ["human", "json", "github"] {
        for name in ["bandit-1.9.4.json", "bandit-1.9.4.sarif"] {
            let record =
                sandbox.release(&["-v", "--format", format, "security", "record", "--db", &corpus(), &report(name)]);
            let rest = ["changes", "decide", "explain"]
                .map(|command| sandbox.release(&["-v", "--format", format, "security", command]).success().to_string());
            for text in [record.success().to_string(), rest.concat()] {
                assert!(!text.contains("hunter2"), "{text}");
            }
        }
    }
    for entry in walk(&sandbox.repo().join(".git/release")).into_iter().chain(walk(&sandbox.path("cache"))) {
        let text = String::from_utf8_lossy(&std::fs::read(&entry).expect("a file")).into_owned();
        assert!(!text.contains("hunter2"), "{}", entry.display());
        assert_clean(&text, &entry.display().to_string());
    }
}

fn walk(dir: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        if entry.is_dir() { found.extend(walk(&entry)) } else { found.push(entry) }
    }
    found
}

#[test]
fn the_last_release_may_be_an_archive() {
    use std::io::Write;
    let sandbox = sandbox(("jinja2", "==2.11.3"), ("jinja2", "==2.11.3"));
    let path = sandbox.path("acme-1.2.3-py3-none-any.whl");
    let mut zip = zip::ZipWriter::new(std::fs::File::create(&path).expect("a file"));
    let metadata = "Metadata-Version: 2.1\nName: acme\nVersion: 1.2.3\nRequires-Dist: jinja2==2.11.2\n";
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, text) in [
        ("acme/_vendor/idna/__init__.py", ""),
        ("acme/_vendor/idna-3.6.dist-info/METADATA", ""),
        ("acme-1.2.3.dist-info/METADATA", metadata),
        ("acme-1.2.3.dist-info/WHEEL", "Wheel-Version: 1.0\n"),
        ("acme-1.2.3.dist-info/RECORD", ""),
    ] {
        zip.start_file(name, stored).expect("a member");
        zip.write_all(text.as_bytes()).expect("bytes");
    }
    zip.finish().expect("a zip");
    let path = path.display().to_string();
    let document = sandbox
        .release(&["security", "record", "--db", &corpus(), "--released", &path, "--format", "json"])
        .success()
        .json();
    let findings = document["result"]["state"]["findings"].as_array().expect("a list").clone();
    let shown: Vec<String> = findings
        .iter()
        .map(|finding| {
            let released = &finding["released"];
            format!("{} {} {} {}", finding["package"], released["exposure"], released["versions"], finding["head"])
        })
        .collect();
    expect![[r#"
        "idna" "bundled" ["3.6"] null
        "jinja2" "pinned" ["2.11.2"] null"#]]
    .assert_eq(&shown.join("\n"));
}

#[test]
fn a_state_can_be_carried_from_run_to_run() {
    let sandbox = sandbox(("jinja2", "==2.11.2"), ("jinja2", "==2.11.2"));
    let corpus = corpus();
    sandbox.release(&["security", "record", "--db", &corpus, "--out", "../state.json"]).success();
    assert!(!sandbox.repo().join(".git/release/security/state.json").exists());
    sandbox.release(&["security", "decide", "--state", "../state.json", "--out", "../decided"]).success();
    assert!(sandbox.path("decided/justification.md").is_file());
    let second =
        sandbox.release(&["security", "record", "--db", &corpus, "--state", "../state.json", "--out", "../next.json"]);
    assert!(second.success().stdout.contains("0 changes since the last decision"));
    let dry = sandbox.release(&["security", "record", "--db", &corpus, "-n"]).success();
    assert!(dry.stdout.starts_with("would write state.json"), "{dry}");
}
