//! `release history`: the ledger on its git reference.

use expect_test::expect;

use crate::support::Sandbox;
use crate::support::projects::ACME;

#[test]
fn every_bump_is_one_entry_on_top_of_the_one_before() {
    let sandbox = Sandbox::with(ACME);
    expect![[r#"
        nothing was recorded yet
    "#]]
    .assert_eq(&sandbox.release(&["history"]).to_string());
    sandbox.release(&["bump", "minor"]).success();
    sandbox.write("acme/more.py", "X = 1\n");
    sandbox.commit("fix: more");
    sandbox.release(&["bump", "patch", "--allow-empty-notes"]).success();
    expect![[r#"
        2026-11-21T12:00:00Z  bump  1.3.1  1.3.0 -> 1.3.1
        2026-11-21T12:00:00Z  bump  1.3.0  1.2.3 -> 1.3.0
    "#]]
    .assert_eq(&sandbox.release(&["history"]).to_string());
    let document = sandbox.release(&["history", "--format", "json"]).json();
    let newest = &document["result"]["records"][0];
    assert_eq!(newest["by"], "Ana Tester <ana@example.org>");
    assert_eq!(newest["command"], "bump");
    assert_eq!(sandbox.git(&["rev-list", "--count", "refs/release/ledger"]), "2\n");
    assert_eq!(sandbox.git(&["rev-parse", "refs/release/ledger"]).trim(), newest["commit"].as_str().expect("a commit"));
}

#[test]
fn outside_of_a_repository_there_is_none() {
    let sandbox = Sandbox::new();
    expect![[r#"
        ------- stderr -------
        error[project/no-repository]: `[ROOT]/repo` is not in a git repository
          hint: run `git init` and make a first commit
        [exit status: 3]
    "#]]
    .assert_eq(&sandbox.release(&["history"]).to_string());
}
