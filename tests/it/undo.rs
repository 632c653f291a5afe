//! `release undo`: a release that nobody has seen is taken back to the last byte.

use expect_test::expect;

use crate::support::releasing::Releasing;

/// Every reference but the ledger, and every tracked file with its bytes and mode.
fn world(releasing: &Releasing) -> (String, Vec<(String, Vec<u8>)>) {
    let sandbox = &releasing.sandbox;
    let references = sandbox.git(&["for-each-ref", "refs/heads", "refs/tags"]);
    let listed = sandbox.git(&["ls-files", "-s"]);
    let files = listed.lines().map(|line| {
        let path = line.split_once('\t').expect("a path").1;
        (line.to_owned(), std::fs::read(sandbox.repo().join(path)).expect("a file"))
    });
    (references, files.collect())
}

#[test]
fn files_branch_and_tag_are_as_they_were() {
    let releasing = Releasing::acme("");
    let sandbox = &releasing.sandbox;
    let before = world(&releasing);
    for phase in ["bump", "check"] {
        releasing.killed_after(&["run", "minor", "--yes"], phase);
        assert_ne!(before.0, world(&releasing).0);
        if phase == "check" {
            // git may keep the tag elsewhere by now.
            sandbox.git(&["pack-refs", "--all"]);
        }
        let dry = sandbox.release(&["undo", "--dry-run"]).success();
        assert!(dry.stdout.contains("write 4 files, move the branch back to "), "{dry}");
        assert!(dry.stdout.contains(", remove the tag `v1.3.0`"), "{dry}");
        let output = sandbox.release(&["undo"]).success();
        assert_eq!(output.stdout, "1.3.0 is taken back: the project is at 1.2.3 again\n");
        assert!(before == world(&releasing), "{}", sandbox.git(&["status"]));
        assert_eq!(sandbox.git(&["status", "--porcelain"]), "");
        assert_eq!(sandbox.git(&["fsck", "--no-dangling"]), "");
    }
    assert!(sandbox.git(&["reflog"]).contains("reset: taking back 1.2.3"), "{}", sandbox.git(&["reflog"]));
    let again = sandbox.release(&["undo", "--format", "json"]);
    assert_eq!((again.code, again.failure_code()), (1, "plan/no-run".to_owned()), "{again}");
    // And the same version can be released after all.
    sandbox.release(&["run", "minor", "--yes"]).success();
    sandbox.release(&["history", "verify"]).success();
}

#[test]
fn a_run_that_changed_nothing_is_only_closed() {
    let releasing = Releasing::acme("");
    releasing.killed_after(&["run", "minor", "--yes"], "gates");
    let before = world(&releasing);
    // The kill may come after the bump.
    let output = releasing.sandbox.release(&["undo"]).success();
    assert!(output.stdout.contains("1.3.0"), "{output}");
    if output.stdout.contains("had changed nothing yet") {
        assert!(before == world(&releasing));
    }
    assert_eq!(releasing.sandbox.git(&["tag"]), "");
}

#[test]
fn what_others_may_have_seen_is_not_taken_back() {
    let releasing = Releasing::acme("");
    releasing.killed_after(&["run", "minor", "--yes"], "push");
    expect![[r#"
        ------- stderr -------
        error[plan/left-the-machine]: 1.3.0 cannot be taken back: `push` was begun
          hint: `release resume` continues it; `release abandon` gives it up and says what stays out there
        [exit status: 1]
    "#]]
    .assert_eq(&releasing.sandbox.release(&["undo"]).to_string());
    assert_eq!(releasing.sandbox.git(&["tag"]), "v1.3.0\n");
}

#[test]
fn work_on_top_of_the_release_is_not_lost() {
    let releasing = Releasing::acme("");
    let sandbox = &releasing.sandbox;
    releasing.killed_after(&["run", "minor", "--yes"], "bump");
    let readme = sandbox.read("README.md");
    sandbox.write("README.md", format!("{readme}more\n"));
    let output = sandbox.release(&["undo", "--format", "json"]);
    assert_eq!((output.code, output.failure_code()), (1, "step/uncommitted".to_owned()), "{output}");
    sandbox.commit("docs: more");
    let output = sandbox.release(&["undo", "--format", "json"]);
    assert_eq!((output.code, output.failure_code()), (1, "plan/head-moved".to_owned()), "{output}");
    assert_eq!(sandbox.git(&["tag"]), "v1.3.0\n");
}

/// A clone in which `undo` must be refused, and everything that it may not change.
fn refused_in_another_clone(releasing: &Releasing) -> String {
    let sandbox = &releasing.sandbox;
    let other = releasing.another_clone();
    let references = || sandbox.git(&["-C", &other, "for-each-ref"]);
    let before = references();
    for arguments in [&["undo", "--dry-run"][..], &["undo"]] {
        let output = sandbox.release(&[&["-C", &other, "--format", "json"], arguments].concat());
        assert_eq!((output.code, output.failure_code()), (1, "plan/elsewhere".to_owned()), "{output}");
    }
    assert_eq!(before, references());
    sandbox.release(&["-C", &other, "undo"]).to_string()
}

#[test]
fn a_release_that_was_begun_in_another_clone_is_not_ended_from_here() {
    let releasing = Releasing::acme("\n[[tool.release.hooks]]\nat = \"before-build\"\nrun = [\"false\"]\n");
    let sandbox = &releasing.sandbox;
    assert_eq!(sandbox.release(&["run", "minor", "--yes"]).code, 1);
    expect![[r#"
        ------- stderr -------
        error[plan/elsewhere]: the release of 1.3.0 is not in this repository: Ana Tester <ana@example.org> began it in another one, and there is no tag `v1.3.0` here, and so not its commit
          hint: run the same command in the repository where the release was begun
          hint: to continue it here, fetch `v1.3.0` from there and `git switch --detach v1.3.0`, then `release resume`
          hint: `release abandon` gives it up for every clone, and takes nothing back
        [exit status: 1]
    "#]].assert_eq(&refused_in_another_clone(&releasing));
    // Also where somebody brought its tag here: the other clone would keep what is undone.
    let (repo, other) = (sandbox.repo().display().to_string(), sandbox.path("other").display().to_string());
    sandbox.git(&["-C", &other, "pull", "-q", "--tags", &repo, "main"]);
    expect![[r#"
        ------- stderr -------
        error[plan/elsewhere]: the release of 1.3.0 is not in this repository: Ana Tester <ana@example.org> began it in another one
          hint: run the same command in the repository where the release was begun
          hint: to continue it here, fetch `v1.3.0` from there and `git switch --detach v1.3.0`, then `release resume`
          hint: `release abandon` gives it up for every clone, and takes nothing back
        [exit status: 1]
    "#]].assert_eq(&sandbox.release(&["-C", &other, "undo"]).to_string());
    // Where it was begun it is taken back, and the other clone hears of it.
    sandbox.release(&["undo"]).success();
    sandbox.release(&["history", "sync"]).success();
    sandbox.release(&["-C", &other, "history", "sync"]).success();
    let output = sandbox.release(&["-C", &other, "undo", "--format", "json"]);
    assert_eq!(output.failure_code(), "plan/no-run", "{output}");
}

#[test]
fn a_bump_that_the_ledger_does_not_know_of_yet_is_not_undone_from_another_clone() {
    // It stopped at a gate, as far as the other clone can tell; the bump may have been made since.
    let releasing = Releasing::acme("\n[[tool.release.gates]]\nrun = [\"false\"]\n");
    assert_eq!(releasing.sandbox.release(&["run", "minor", "--yes"]).code, 1);
    expect![[r#"
        ------- stderr -------
        error[plan/elsewhere]: the release of 1.3.0 is not in this repository: Ana Tester <ana@example.org> began it in another one, and there is no tag `v1.3.0` here, and so not its commit
          hint: run the same command in the repository where the release was begun
          hint: to continue it here, fetch `v1.3.0` from there and `git switch --detach v1.3.0`, then `release resume`
          hint: `release abandon` gives it up for every clone, and takes nothing back
        [exit status: 1]
    "#]].assert_eq(&refused_in_another_clone(&releasing));
}

#[test]
fn a_release_whose_tag_was_removed_by_hand_is_not_called_taken_back() {
    let releasing = Releasing::acme("\n[[tool.release.hooks]]\nat = \"before-build\"\nrun = [\"false\"]\n");
    let sandbox = &releasing.sandbox;
    assert_eq!(sandbox.release(&["run", "minor", "--yes"]).code, 1);
    sandbox.git(&["tag", "-d", "v1.3.0"]);
    let before = sandbox.git(&["for-each-ref"]);
    expect![[r#"
        ------- stderr -------
        error[plan/elsewhere]: the release of 1.3.0 is not in this repository: there is no tag `v1.3.0` here, and so not its commit
          hint: run the same command in the repository where the release was begun
          hint: to continue it here, fetch `v1.3.0` from there and `git switch --detach v1.3.0`, then `release resume`
          hint: `release abandon` gives it up for every clone, and takes nothing back
        [exit status: 1]
    "#]].assert_eq(&sandbox.release(&["undo"]).to_string());
    assert_eq!(before, sandbox.git(&["for-each-ref"]));
}
