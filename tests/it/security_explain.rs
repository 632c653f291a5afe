//! `release security explain`: rules, and how a decision came about.

use expect_test::{expect, expect_file};

use crate::support::decisions::{decided, sandbox};

#[test]
fn a_rule_is_explained_by_its_name() {
    let sandbox = sandbox(("jinja2", "==2.11.2"), ("jinja2", "==2.11.3"));
    expect![[r#"
        D6 decides `batch`
        A release of HEAD takes a low flaw from users, or the flaw is only in what builds the archives: the next regular release is soon enough.
          when open
          when delivered
          when low
        D6 decides `batch`
        A release of HEAD takes a low flaw from users, or the flaw is only in what builds the archives: the next regular release is soon enough.
          when open
          when delivered for the build or build only
          when delivered for the build or changed
    "#]]
    .assert_eq(&sandbox.release(&["security", "explain", "--rule", "d6"]).to_string());
    expect![[r#"
        ------- stderr -------
        error[security/no-rule]: there is no rule `D13`
          hint: use one of D0, D1, D2, D3, D4, D5, D6, D7, D8, D9, D10, D11, D12, P1
        [exit status: 2]
    "#]]
    .assert_eq(&sandbox.release(&["security", "explain", "--rule", "D13"]).to_string());
}

#[test]
fn the_last_decision_is_explained_with_its_trace() {
    let sandbox = sandbox(("jinja2", "==2.11.2"), ("jinja2", "==2.11.3"));
    expect![[r#"
        ------- stderr -------
        error[security/no-decision]: nothing was decided yet
          at: [ROOT]/repo/.git/release/security/decision.json
          hint: run `release security decide`
        [exit status: 3]
    "#]]
    .assert_eq(&sandbox.release(&["security", "explain"]).to_string());
    let key = decided(&sandbox, &[])["key"].as_str().expect("a key").to_owned();
    expect_file![concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/snapshots/security_explain.txt")]
        .assert_eq(&sandbox.release(&["security", "explain", &key]).to_string());
    assert_eq!(sandbox.release(&["security", "explain", "0123456789abcdef"]).code, 2);
}
