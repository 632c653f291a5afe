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

/// A hook that fails until there is a file beside the repositories.
const WAITS: &str = "\n[[tool.release.hooks]]\nat = \"before-build\"\nrun = [\"python3\", \"-c\", \
                     \"import os; raise SystemExit(not os.path.exists(os.path.expanduser('~/../fixed')))\"]\n";

#[test]
fn a_bump_that_was_made_in_another_clone_is_not_made_again() {
    let releasing = Releasing::acme(WAITS);
    let sandbox = &releasing.sandbox;
    sandbox.release(&["plan", "minor", "--out", "../plan.json"]).success();
    assert_eq!(sandbox.release(&["run", "minor", "--yes"]).code, 1);
    let other = releasing.another_clone();
    let references = || sandbox.git(&["-C", &other, "for-each-ref"]);
    let before = references();
    for arguments in [
        &["resume"][..],
        &["resume", "--dry-run"],
        &["run", "--yes"],
        &["run", "minor", "--yes"],
        &["run", "minor", "--yes", "--dry-run"],
        &["apply", "../plan.json", "--yes"],
    ] {
        let output = sandbox.release(&[&["-C", &other, "--format", "json"], arguments].concat());
        assert_eq!((output.code, output.failure_code()), (1, "plan/elsewhere".to_owned()), "{arguments:?} {output}");
    }
    let another = sandbox.release(&["-C", &other, "run", "major", "--yes", "--format", "json"]);
    assert_eq!((another.code, another.failure_code()), (1, "plan/unfinished".to_owned()), "{another}");
    assert_eq!(before, references());
    expect![[r#"
        ------- stderr -------
        error[plan/elsewhere]: the release of 1.3.0 is not in this repository: Ana Tester <ana@example.org> began it in another one, and there is no tag `v1.3.0` here, and so not its commit
          hint: run the same command in the repository where the release was begun
          hint: to continue it here, fetch `v1.3.0` from there and `git switch --detach v1.3.0`, then `release resume`
          hint: `release abandon` gives it up for every clone, and takes nothing back
        [exit status: 1]
    "#]].assert_eq(&sandbox.release(&["-C", &other, "resume"]).to_string());
    expect![[r#"
        acme 1.2.3
        source      pyproject.toml:8 ([project] version)
        last tag    none
        since then  1 commit, 1 unreleased change in the changelog
        tree        clean
        under way   the release of 1.3.0, begun in another clone: build, check, push, publish one, verify one, publish two, verify two, announce, status left
        next        release history sync
    "#]].assert_eq(&sandbox.release(&["-C", &other]).success().to_string());
    // With the commit and its tag here, it goes on here, as the same release.
    let repo = sandbox.repo().display().to_string();
    sandbox.git(&["-C", &other, "pull", "-q", "--tags", &repo, "main"]);
    std::fs::write(sandbox.path("fixed"), "").expect("a file");
    sandbox.release(&["-C", &other, "resume"]).success();
    let of = |dir: &str| sandbox.git(&["-C", dir, "rev-parse", "v1.3.0", "main"]);
    assert_eq!(of(&repo), of(&other));
    assert_eq!(releasing.files(1, "acme").len(), 2);
}

#[test]
fn a_release_that_stopped_before_its_bump_in_another_clone_is_begun_anew_and_not_continued() {
    let gate = WAITS.replace("hooks", "gates").replace("at = \"before-build\"\n", "");
    let releasing = Releasing::acme(&gate);
    let sandbox = &releasing.sandbox;
    assert_eq!(sandbox.release(&["run", "minor", "--yes"]).code, 1);
    let other = releasing.another_clone();
    let output = sandbox.release(&["-C", &other, "resume", "--format", "json"]);
    assert_eq!((output.code, output.failure_code()), (1, "plan/elsewhere".to_owned()), "{output}");
    std::fs::write(sandbox.path("fixed"), "").expect("a file");
    sandbox.release(&["-C", &other, "run", "minor", "--yes"]).success();
    sandbox.release(&["-C", &other, "history", "verify"]).success();
    assert_eq!(releasing.files(1, "acme").len(), 2);
}
