//! `release init` on every fixture without its configuration: what it writes rehearses at once, names the places
//! that a person named, and is written the same by a second run.

use crate::support::{Sandbox, stand_ins};

/// Drops every table of the configuration, as if it had never been written.
fn without_configuration(text: &str) -> String {
    let mut kept = String::new();
    let mut ours = false;
    for line in text.split_inclusive('\n') {
        if line.starts_with('[') {
            ours = line.trim_start_matches('[').starts_with("tool.release");
        }
        if !ours {
            kept.push_str(line);
        }
    }
    kept
}

/// A copy of a fixture without its configuration is set up, rehearses at once, and is set up the same again.
fn rehearses(name: &str) {
    let mut sandbox = Sandbox::fixture(name).online();
    let pyproject = without_configuration(&sandbox.read("pyproject.toml"));
    assert!(!pyproject.contains("tool.release]"), "{pyproject}");
    sandbox.write("pyproject.toml", pyproject);
    sandbox.commit("the fixture as it was before");
    stand_ins::all(&sandbox.path("stand-ins"));
    std::fs::create_dir(sandbox.path("tmp")).expect("a folder");
    sandbox.set("TMPDIR", sandbox.path("tmp"));
    let output = sandbox.release(&["init", "--yes"]).success();
    sandbox.commit("set up");
    let _ = sandbox.release(&["references", "--check"]).success();
    let (with, keep) = (sandbox.path("stand-ins").display().to_string(), sandbox.path("kept").display().to_string());
    let document = sandbox.release(&["rehearse", "--format", "json", "--with", &with, "--keep", &keep]).json();
    assert_eq!(document["failure"], serde_json::Value::Null, "{document:#}\n{output}");
    assert_eq!(document["outcome"], "ok", "{document:#}");
    let before = sandbox.snapshot();
    let again = sandbox.release(&["init", "--yes"]).success();
    assert!(again.stdout.contains("nothing to change"), "{again}");
    assert!(before == sandbox.snapshot());
    let _ = sandbox.release(&["init", "--check"]).success();
    // What was found against what a person wrote into the fixture.
    let own = crate::support::sandbox::fixtures().join("projects").join(name).join("pyproject.toml");
    let places = |text: &str| text.lines().filter(|line| line.starts_with("expect = ")).count();
    let written = std::fs::read_to_string(own).expect("a fixture");
    let detected = sandbox.read("pyproject.toml");
    assert!(places(&detected) >= 2, "{detected}");
    let references = |sandbox: &Sandbox| {
        let document = sandbox.release(&["references", "--format", "json"]).json();
        let mut all: Vec<String> = document["result"]["references"]
            .as_array()
            .expect("references")
            .iter()
            .map(|place| format!("{}:{}:{}", place["file"], place["line"], place["column"]))
            .collect();
        all.sort();
        all.dedup();
        all
    };
    let found = references(&sandbox);
    sandbox.write("pyproject.toml", written);
    let wanted = references(&sandbox);
    assert_eq!(found, wanted, "the places that a person named, and no others");
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn mypylogger_rehearses_at_once() {
    rehearses("mypylogger");
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn prompt_manager_rehearses_at_once() {
    rehearses("prompt-manager");
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn generative_ai_workflow_rehearses_at_once() {
    rehearses("generative-ai-workflow");
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn prompt_studio_rehearses_at_once() {
    rehearses("prompt-studio");
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn repo_agent_rehearses_at_once() {
    rehearses("repo-agent");
}
