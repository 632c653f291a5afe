//! `release security explain`: rules, and how a decision came about.

use expect_test::expect;

use crate::support::decisions::{decided, sandbox};

#[test]
fn a_rule_is_explained_by_its_name() {
    let sandbox = sandbox(("jinja2", "==2.11.2"), ("jinja2", "==2.11.3"));
    expect![[""]].assert_eq(&sandbox.release(&["security", "explain", "--rule", "d6"]).to_string());
    expect![[""]].assert_eq(&sandbox.release(&["security", "explain", "--rule", "D13"]).to_string());
}

#[test]
fn the_last_decision_is_explained_with_its_trace() {
    let sandbox = sandbox(("jinja2", "==2.11.2"), ("jinja2", "==2.11.3"));
    expect![[""]].assert_eq(&sandbox.release(&["security", "explain"]).to_string());
    let key = decided(&sandbox, &[])["key"].as_str().expect("a key").to_owned();
    expect![[""]].assert_eq(&sandbox.release(&["security", "explain", &key]).to_string());
    assert_eq!(sandbox.release(&["security", "explain", "0123456789abcdef"]).code, 2);
}
