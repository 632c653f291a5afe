//! `release abandon`: a release is given up where it is.

use expect_test::expect;

use crate::support::Sandbox;
use crate::support::projects::ACME;
use crate::support::releasing::Releasing;

#[test]
fn what_stays_out_there_is_told_and_another_release_can_begin() {
    let releasing = Releasing::acme("\n[[tool.release.hooks]]\nat = \"before-verify\"\nrun = [\"false\"]\n");
    let sandbox = &releasing.sandbox;
    assert_eq!(sandbox.release(&["run", "minor", "--yes"]).code, 4);
    let dry = sandbox.release(&["abandon", "--dry-run"]).success();
    expect![[r#"
        the release of 1.3.0 is given up
          push was done and stays
          publish one was done and stays
          the tag v1.3.0 stays; `git tag -d v1.3.0` removes it here
        ------- stderr -------
        dry run: nothing was done
    "#]]
    .assert_eq(&dry.to_string());
    sandbox.release(&["abandon", "--reason", "the wheel is broken"]).success();
    assert_eq!(sandbox.release(&["resume"]).success().stdout, "no release is under way: nothing to continue\n");
    assert_eq!(sandbox.git(&["tag"]), "v1.3.0\n");
    sandbox.commit("fix: the wheel");
    let next = sandbox.release(&["run", "patch", "--yes", "--dry-run"]).success();
    assert!(next.stdout.starts_with("acme 1.3.0 -> 1.3.1, tag v1.3.1\n"), "{next}");
}

#[test]
fn without_a_release_there_is_nothing_to_give_up() {
    let sandbox = Sandbox::with(ACME);
    expect![[r#"
        ------- stderr -------
        error[plan/no-run]: no release is under way
          hint: `release history` shows what was done
        [exit status: 1]
    "#]]
    .assert_eq(&sandbox.release(&["abandon"]).to_string());
}

#[test]
fn a_release_of_another_clone_is_given_up_and_what_stays_there_is_told() {
    let releasing = Releasing::acme("\n[[tool.release.hooks]]\nat = \"before-build\"\nrun = [\"false\"]\n");
    let sandbox = &releasing.sandbox;
    assert_eq!(sandbox.release(&["run", "minor", "--yes"]).code, 1);
    let other = releasing.another_clone();
    expect![[r#"
        the release of 1.3.0 is given up
          the tag v1.3.0 is not here; where it is, it stays, and `git tag -d v1.3.0` removes it
    "#]]
    .assert_eq(&sandbox.release(&["-C", &other, "abandon"]).success().to_string());
    sandbox.release(&["-C", &other, "history", "sync"]).success();
    sandbox.release(&["history", "sync"]).success();
    let resumed = sandbox.release(&["resume"]).success();
    assert_eq!(resumed.stdout, "no release is under way: nothing to continue\n");
}
