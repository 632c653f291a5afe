//! `--format sarif`: what code scanning reads.

use expect_test::expect;

use crate::support::Sandbox;
use crate::support::archives::zip::{WHEEL_NAME, Zip};

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("pyproject.toml", "[project]\nname = 'demo'\nversion = '1.0'\n");
    let mut zip = Zip::wheel();
    zip.file("demo/.env", b"TOKEN=1");
    zip.edit("METADATA", "Summary: A demonstration\n", "Summary: A demonstration\nClassifier: No :: Such\n");
    sandbox.write(&format!("dist/{WHEEL_NAME}"), zip.bytes());
    sandbox
}

#[test]
fn findings_name_rule_level_and_member() {
    let sandbox = sandbox();
    let output = sandbox.release(&["check", "--format", "sarif"]);
    assert_eq!(output.code, 10, "{output}");
    let document = output.json();
    let run = &document["runs"][0];
    let results: Vec<String> = run["results"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|result| {
            let place = &result["locations"][0]["physicalLocation"];
            let index = place["artifactLocation"]["index"].as_u64().expect("a number") as usize;
            let artifact = &run["artifacts"][index];
            let parent = artifact["parentIndex"].as_u64().map(|parent| &run["artifacts"][parent as usize]);
            let rule = result["ruleIndex"].as_u64().expect("a number") as usize;
            assert_eq!(run["tool"]["driver"]["rules"][rule]["id"], result["ruleId"]);
            format!(
                "{} {} {} in {} line {}: {}",
                result["level"],
                result["ruleId"],
                artifact["location"]["uri"],
                parent.map_or("nothing".to_owned(), |parent| parent["location"]["uri"].to_string()),
                place["region"]["startLine"],
                result["message"]["text"]
            )
        })
        .collect();
    expect![[r#"
        "error" "check/secret-file" "demo/.env" in "demo-1.0-py3-none-any.whl" line null: "`demo/.env` is a file that usually holds secrets"
        "error" "check/classifier-unknown" "demo-1.0.dist-info/METADATA" in "demo-1.0-py3-none-any.whl" line 5: "`No :: Such` is not among the classifiers of 2026.9.21.13"
        "note" "check/no-sdist" "demo-1.0-py3-none-any.whl" in nothing line null: "there is no sdist beside the wheels"
        "warning" "pyproject/no-build-system" "pyproject.toml" in nothing line null: "there is no `[build-system]`: installers take setuptools, in whatever version they find""#]].assert_eq(&results.join("\n"));
    assert_eq!(run["invocations"][0]["executionSuccessful"], true);
    assert_eq!(run["invocations"][0]["exitCode"], 10);
    // What we write, we read.
    std::fs::write(sandbox.repo().join("check.sarif"), &output.stdout).expect("written");
    let read = sandbox.release(&["security", "record", "check.sarif", "--out", "state.json", "--offline"]);
    expect![[r#"
        warning[security/source-failed]: the record is not whole: osv: the lock files name no package
          help: put it right and record again; until then every decision is `hold`
        warning[security/source-failed]: the record is not whole: osv: there is no advisory database
          help: put it right and record again; until then every decision is `hold`
        warning[security/source-failed]: the record is not whole: what users have is not known: name it with `--released`
          help: put it right and record again; until then every decision is `hold`
        0 open, 0 accepted, 0 resolved; 4 findings in code; 0 changes since the last decision
        sources  osv, pyrelease
        users    nothing was released yet
        written to [ROOT]/repo/state.json
    "#]].assert_eq(&read.to_string());
}

#[test]
fn failures_and_other_commands_answer_in_the_same_form() {
    let sandbox = sandbox();
    let output = sandbox.release(&["check", "nothing.whl", "--format", "sarif"]);
    assert_eq!(output.code, 3, "{output}");
    let invocation = &output.json()["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    assert_eq!(invocation["toolExecutionNotifications"][0]["descriptor"]["id"], "effects/read");
    let output = sandbox.release(&["show", "--format", "sarif"]);
    assert_eq!(output.code, 2, "{output}");
    assert!(output.stderr.contains("use it with `release check` or `release audit`"), "{output}");
    let output = sandbox.release(&["check", "--no-such", "--format", "sarif"]);
    assert_eq!(output.json()["version"], "2.1.0");
}
