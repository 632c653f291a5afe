//! `release resume`; being killed after every phase is in `run.rs`.

use expect_test::expect;

use crate::support::Sandbox;
use crate::support::projects::ACME;
use crate::support::releasing::Releasing;

#[test]
fn without_a_release_under_way_there_is_nothing_to_do() {
    let sandbox = Sandbox::with(ACME);
    expect![[r#"
        no release is under way: nothing to continue
    "#]]
    .assert_eq(&sandbox.release(&["resume"]).success().to_string());
}

#[test]
fn what_is_left_is_told_and_done_and_then_there_is_nothing_left() {
    let releasing = Releasing::acme("");
    let sandbox = &releasing.sandbox;
    releasing.killed_after(&["run", "minor", "--yes"], "publish one");
    let stand = sandbox.release(&[]).success().stdout;
    assert!(
        stand.contains("under way   the release of 1.3.0: ") && stand.ends_with("next        release resume\n"),
        "{stand}"
    );
    let dry = sandbox.release(&["resume", "--dry-run"]).success();
    // The kill may come before or after the entry of the phase that was told last.
    assert!(dry.stdout.starts_with("would continue the release of 1.3.0\n"), "{dry}");
    assert!(dry.stdout.ends_with("  verify one\n  publish two\n  verify two\n  announce\n  status\n"), "{dry}");
    sandbox.release(&["resume"]).success();
    assert_eq!(releasing.files(0, "acme"), releasing.files(1, "acme"));
    assert_eq!(sandbox.release(&["resume"]).success().stdout, "no release is under way: nothing to continue\n");
}

#[test]
fn a_release_that_was_made_while_somebody_pushed_on_top_is_finished() {
    let releasing = Releasing::acme("");
    let sandbox = &releasing.sandbox;
    releasing.killed_after(&["run", "minor", "--yes"], "push");
    // Somebody works on: the branch of the remote is ahead of the release.
    let other = sandbox.path("other").display().to_string();
    sandbox.git(&["clone", "-q", &sandbox.path("origin.git").display().to_string(), &other]);
    sandbox.git(&["-C", &other, "commit", "-q", "--allow-empty", "-m", "next"]);
    sandbox.git(&["-C", &other, "push", "-q", "origin", "main"]);
    sandbox.release(&["resume"]).success();
    assert_eq!(releasing.files(1, "acme").len(), 2);
}
