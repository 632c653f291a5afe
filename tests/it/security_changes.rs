//! `release security changes`: what users have, what HEAD would ship, what was recorded before.

use expect_test::expect;

use crate::support::Sandbox;
use crate::support::decisions::{corpus, sandbox};

#[test]
fn what_a_release_takes_from_users_and_what_is_new() {
    let sandbox = sandbox(("werkzeug", "==2.3.7"), ("werkzeug", "==2.3.8"));
    expect![[r#"
        ------- stderr -------
        error[security/no-state]: no state was recorded yet
          at: [ROOT]/repo/.git/release/security/state.json
          hint: run `release security record --db PATH` first
        [exit status: 3]
    "#]]
    .assert_eq(&sandbox.release(&["security", "changes"]).to_string());
    sandbox.release(&["security", "record", "--db", &corpus()]).success();
    expect![[r#"
        1 change since the last decision
          new  werkzeug  CVE-2023-46136  high
        a release of HEAD takes 1 finding from users
          delivered  werkzeug  CVE-2023-46136  high  was pinned
    "#]]
    .assert_eq(&sandbox.release(&["security", "changes"]).to_string());
    sandbox.release(&["security", "decide"]).success();
    sandbox.release(&["security", "record", "--db", &corpus()]).success();
    let document = sandbox.release(&["security", "changes", "--format", "json"]).success().json();
    assert_eq!(document["result"]["changes"].as_array().map(Vec::len), Some(0));
    assert_eq!(document["result"]["delivers"].as_array().map(Vec::len), Some(1));
}

#[test]
fn a_cap_that_excludes_every_fix_is_no_floating_dependency() {
    let sandbox = sandbox(("urllib3", ">=1.26.5,<1.26.10"), ("urllib3", ">=1.26.5,<1.26.10"));
    sandbox.release(&["security", "record", "--db", &corpus()]).success();
    let path = sandbox.repo().join(".git/release/security/state.json");
    let state: serde_json::Value = serde_json::from_slice(&std::fs::read(path).expect("a state")).expect("JSON");
    for finding in state["findings"].as_array().expect("a list") {
        assert_eq!(finding["head"]["exposure"], "capped", "{finding}");
    }
}

#[test]
fn without_a_git_repository_there_is_nothing_to_compare_with() {
    let mut sandbox = Sandbox::new();
    sandbox.write("pyproject.toml", "[project]\nname = 'demo'\nversion = '1.0'\n");
    sandbox.set("RELEASE_NOW", "2024-10-16T12:00:00Z");
    let output = sandbox.release(&["security", "record", "--db", &corpus()]);
    assert_eq!(output.code, 3, "{output}");
    let output = sandbox.release(&["security", "record", "--db", &corpus(), "--out", "../s.json", "--format", "json"]);
    let reasons = output.success().json()["result"]["state"]["reasons"].to_string();
    assert!(reasons.contains("what users have is not known"), "{reasons}");
}
