//! `release security approve`: by whom, for what, and until when it counts.

use expect_test::expect;

use crate::support::decisions::{decided, sandbox};

#[test]
fn an_approval_is_an_entry_of_the_ledger() {
    let sandbox = sandbox(("jinja2", "==2.11.2"), ("jinja2", "==2.11.3"));
    let key = decided(&sandbox, &[])["key"].as_str().expect("a key").to_owned();
    expect![[r#"
        would record in the ledger: approved a3b61102d7400450 (D5): no reason given
        ------- stderr -------
        dry run: nothing was done
    "#]]
    .assert_eq(&sandbox.release(&["security", "approve", &key, "-n"]).to_string());
    expect![[r#"
        a3b61102d7400450 approved by Ana Tester <ana@example.org>; start it with `release security trigger`
    "#]]
    .assert_eq(&sandbox.release(&["security", "approve", &key, "--reason", "seen\n::set-env by `ana`"]).to_string());
    let record = sandbox.release(&["history", "--format", "json"]).json()["result"]["records"][0].clone();
    assert_eq!((record["command"].as_str(), record["key"].as_str()), (Some("security approve"), Some(key.as_str())));
    assert_eq!(record["document"]["commit"], sandbox.git(&["rev-parse", "HEAD"]).trim());
}

#[test]
fn what_was_not_decided_is_not_approved() {
    let sandbox = sandbox(("jinja2", "==2.11.2"), ("jinja2", "==2.11.3"));
    let approve = |key: &str| {
        let output = sandbox.release(&["security", "approve", key, "--format", "json"]);
        (output.code, output.failure_code())
    };
    assert_eq!(approve("0123456789abcdef"), (3, "security/no-decision".to_owned()));
    let key = decided(&sandbox, &[])["key"].as_str().expect("a key").to_owned();
    assert_eq!(approve("0123456789abcdef"), (2, "security/other-key".to_owned()));
    sandbox.write("more.py", "X = 1\n");
    sandbox.commit("fix: more");
    assert_eq!(approve(&key), (1, "security/outdated".to_owned()));
    sandbox.git(&["reset", "-q", "--hard", "HEAD^"]);
    sandbox.release(&["security", "record", "--db", &crate::support::decisions::corpus()]).success();
    assert_eq!(approve(&key), (1, "security/other-state".to_owned()));
}

#[test]
fn only_those_who_are_named_may_approve() {
    let sandbox = sandbox(("jinja2", "==2.11.2"), ("jinja2", "==2.11.3"));
    let text = sandbox.read("pyproject.toml");
    for (address, code) in [("bo@example.org", 1), ("Ana@example.org", 0)] {
        sandbox.write("pyproject.toml", format!("{text}\n[tool.release.security]\napprovers = ['{address}']\n"));
        sandbox.commit("fix: approvers");
        let key = decided(&sandbox, &[])["key"].as_str().expect("a key").to_owned();
        assert_eq!(sandbox.release(&["security", "approve", &key]).code, code, "{address}");
    }
}

#[test]
fn a_decision_that_asks_nobody_needs_no_approval() {
    let sandbox = sandbox(("werkzeug", "==2.3.7"), ("werkzeug", "==2.3.7"));
    let key = decided(&sandbox, &[])["key"].as_str().expect("a key").to_owned();
    let output = sandbox.release(&["security", "approve", &key, "--format", "json"]);
    assert_eq!((output.code, output.failure_code().as_str()), (1, "security/not-asked"));
}
