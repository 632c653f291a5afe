//! `release version`.

use expect_test::expect;

use crate::support::Sandbox;
use crate::support::projects::ACME;

#[test]
fn prints_the_version_and_what_comes_next() {
    let sandbox = Sandbox::with(ACME);
    expect![[r#"
        1.2.3
    "#]]
    .assert_eq(&sandbox.release(&["version"]).to_string());
    expect![[r#"
        1.3.0rc1
    "#]]
    .assert_eq(&sandbox.release(&["version", "--next", "minor,rc"]).to_string());
    expect![[r#"
        1.2.4rc1
        ------- stderr -------
        note: `1.2.3` is final, so the next patch `1.2.4` is begun; add `minor` or `major` for another
    "#]]
    .assert_eq(&sandbox.release(&["version", "--next", "rc"]).to_string());
}

#[test]
fn works_without_a_project() {
    let sandbox = Sandbox::new();
    expect![[r#"
        1.3.0
    "#]]
    .assert_eq(&sandbox.release(&["version", "--from", "1.3.0rc1", "--next", "minor"]).to_string());
    expect![[r#"
        1.4.0
    "#]]
    .assert_eq(&sandbox.release(&["version", "--from", "1.3.0rc1", "--next", "minor", "--exact"]).to_string());
    expect![[r#"
        ------- stderr -------
        error[cli/usage]: `--from 1..2` is not a version
          hint: `1..2` is not a version: `..2` at character 2 is no part of a version
        [exit status: 2]
    "#]]
    .assert_eq(&sandbox.release(&["version", "--from", "1..2", "--next", "minor"]).to_string());
    expect![[r#"
        ------- stderr -------
        error[python/bump-phase-back]: `1.2.3rc1` is past the phase `b`
          hint: use `pre` for the next one of the current phase, or `minor,a` for a new line
        [exit status: 1]
    "#]]
    .assert_eq(&sandbox.release(&["version", "--from", "1.2.3rc1", "--next", "beta"]).to_string());
}
