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

/// A clone of the remote as it is now, which knows nothing of any release.
fn early_clone(releasing: &Releasing) -> String {
    let (origin, early) = (releasing.sandbox.path("origin.git"), releasing.sandbox.path("early"));
    let early = early.display().to_string();
    releasing.sandbox.git(&["clone", "-q", &origin.display().to_string(), &early]);
    early
}

#[test]
fn a_release_that_another_clone_began_is_not_bumped_by_hand() {
    let releasing = Releasing::acme(WAITS);
    let sandbox = &releasing.sandbox;
    assert_eq!(sandbox.release(&["run", "minor", "--yes"]).code, 1);
    let other = releasing.another_clone();
    let references = || sandbox.git(&["-C", &other, "for-each-ref"]);
    let before = references();
    for arguments in [
        &["bump", "minor"][..],
        &["bump", "minor", "--dry-run"],
        &["bump", "1.3.0", "-m", "mine"],
        &["bump", "minor", "--no-tag"],
        &["bump", "minor", "--no-commit"],
        &["bump", "minor", "--push"],
    ] {
        let output = sandbox.release(&[&["-C", &other, "--format", "json"], arguments].concat());
        assert_eq!((output.code, output.failure_code()), (1, "plan/elsewhere".to_owned()), "{arguments:?} {output}");
    }
    assert_eq!((before, String::new()), (references(), sandbox.git(&["-C", &other, "status", "--porcelain"])));
    // Another version is another release; given up, this one is free.
    sandbox.release(&["-C", &other, "bump", "patch", "--dry-run"]).success();
    sandbox.release(&["-C", &other, "abandon"]).success();
    sandbox.release(&["-C", &other, "bump", "minor"]).success();
}

#[test]
fn a_tag_of_the_same_name_is_not_the_release_that_another_clone_began() {
    let releasing = Releasing::acme(WAITS);
    let sandbox = &releasing.sandbox;
    let early = early_clone(&releasing);
    sandbox.release(&["-C", &early, "bump", "minor", "-m", "mine"]).success();
    assert_eq!(sandbox.release(&["run", "minor", "--yes"]).code, 1);
    let sync = || {
        sandbox.release(&["history", "sync"]).success();
        sandbox.release(&["-C", &early, "history", "sync"]).success();
    };
    sync();
    let repo = sandbox.repo().display().to_string();
    let commit = |dir: &str| sandbox.git(&["-C", dir, "rev-parse", "v1.3.0^{}"]).trim()[..12].to_owned();
    let (here, there) = (commit(&early), commit(&repo));
    assert_ne!(here, there);
    let shown = |arguments: &[&str]| {
        let output = sandbox.release(&[&["-C", &early], arguments].concat()).to_string();
        output.replace(&here, "HERE").replace(&there, "THERE")
    };
    expect![[r#"
        ------- stderr -------
        error[plan/elsewhere]: the release of 1.3.0 is not in this repository: Ana Tester <ana@example.org> began it in another one, and `v1.3.0` is HERE here and THERE there
          hint: run the same command in the repository where the release was begun
          hint: to continue it here, `git tag -d v1.3.0`, fetch `v1.3.0` from there and `git switch --detach v1.3.0`, then `release resume`
          hint: `release abandon` gives it up for every clone, and takes nothing back
        [exit status: 1]
    "#]].assert_eq(&shown(&["resume"]));
    assert!(shown(&[]).ends_with("next        release history sync\n"), "{}", shown(&[]));
    assert_eq!(releasing.remote(), ["HEAD", "refs/heads/main", "refs/release/ledger"]);
    // It ends where it was begun; the other clone does not take its own commit for what was released.
    std::fs::write(sandbox.path("fixed"), "").expect("a file");
    sandbox.release(&["resume"]).success();
    sync();
    expect![[r#"
        acme 1.3.0
        source      pyproject.toml:8 ([project] version)
        last tag    v1.3.0
        since then  0 commits, 0 unreleased changes in the changelog
        tree        clean
        released    1.3.0 of another commit: `v1.3.0` is HERE here and THERE in the ledger
        next        git fetch --tags --force
    "#]]
    .assert_eq(&shown(&[]));
    sandbox.git(&["-C", &early, "fetch", "-q", "--tags", "--force"]);
    assert_eq!(commit(&early), there);
    assert!(!shown(&[]).contains("another commit"), "{}", shown(&[]));
}

#[test]
fn pushes_that_go_elsewhere_stop_before_anything_counts_as_sent() {
    let releasing = Releasing::acme(WAITS);
    let sandbox = &releasing.sandbox;
    let origin = sandbox.path("origin.git").display().to_string();
    let wrong = sandbox.path("wrong.git").display().to_string();
    for (key, value) in [("remote.origin.pushurl".to_owned(), &wrong), (format!("url.{wrong}.pushInsteadOf"), &origin)]
    {
        let _ = std::fs::remove_file(sandbox.path("fixed"));
        assert_eq!(sandbox.release(&["run", "minor", "--yes"]).code, 1);
        std::fs::write(sandbox.path("fixed"), "").expect("a file");
        sandbox.git(&["config", &key, value]);
        let output = sandbox.release(&["resume", "--format", "json"]);
        assert_eq!((output.code, output.failure_code()), (1, "plan/pushes-elsewhere".to_owned()), "{key} {output}");
        sandbox.release(&["undo"]).success();
        sandbox.git(&["config", "--unset", &key]);
    }
    sandbox.release(&["run", "minor", "--yes"]).success();
}
