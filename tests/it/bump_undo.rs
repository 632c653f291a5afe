//! `release bump --undo`: the last bump of this clone is taken back to the last byte, unless somebody else can have it.

use expect_test::expect;

use super::bump::tagged;
use crate::support::Sandbox;
use crate::support::depth::rounds;
use crate::support::faults::{CHANGES, Fault, counts, disturbed, points};

/// References but the ledger, the index, and every file outside of `.git`.
fn world(sandbox: &Sandbox) -> (String, String, Vec<(std::path::PathBuf, Vec<u8>)>) {
    let mut files = sandbox.snapshot();
    files.retain(|(path, _)| !path.display().to_string().contains("/.git/"));
    (sandbox.git(&["for-each-ref", "refs/heads", "refs/tags"]), sandbox.git(&["ls-files", "-s"]), files)
}

fn with_remote() -> Sandbox {
    let sandbox = tagged();
    let origin = sandbox.path("origin.git").display().to_string();
    sandbox.git(&["init", "-q", "--bare", "-b", "main", &origin]);
    sandbox.git(&["remote", "add", "origin", &origin]);
    sandbox.git(&["push", "-q", "origin", "main"]);
    sandbox
}

#[test]
fn files_branch_and_tag_are_as_they_were_and_a_second_time_says_so() {
    let sandbox = with_remote();
    let before = world(&sandbox);
    expect![[r#"
        ------- stderr -------
        error[plan/no-bump]: there is no bump of this clone to take back
          hint: only the last bump is kept, in the clone that made it, until it is taken back; `release history` shows what was done
        [exit status: 1]
    "#]].assert_eq(&sandbox.release(&["bump", "--undo"]).to_string());
    sandbox.release(&["bump", "minor"]).success();
    sandbox.git(&["pack-refs", "--all"]);
    let dry = sandbox.release(&["bump", "--undo", "-n"]).success();
    expect![[r#"
        would write 4 files, move the branch back to 5520954c5530, remove the tag `v1.3.0`
        ------- stderr -------
        dry run: nothing was done
    "#]]
    .assert_eq(&dry.to_string());
    expect![[r#"
        1.3.0 is taken back: the project is at 1.2.3 again
    "#]]
    .assert_eq(&sandbox.release(&["bump", "--undo"]).to_string());
    assert!(before == world(&sandbox), "{}", sandbox.git(&["status"]));
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "");
    assert_eq!(sandbox.git(&["fsck", "--no-dangling"]), "");
    assert!(sandbox.git(&["reflog", "-1"]).contains("taking back 1.3.0"), "{}", sandbox.git(&["reflog"]));
    assert_eq!(sandbox.release(&["bump", "--undo", "--format", "json"]).failure_code(), "plan/no-bump");
    expect![[r#"
        undo: took back 1.2.3 -> 1.3.0
        bump: 1.2.3 -> 1.3.0
    "#]]
    .assert_eq(&sandbox.git(&["log", "--format=%s", "refs/release/ledger"]));
    sandbox.release(&["history", "verify"]).success();
    // And the same version is made after all.
    sandbox.release(&["bump", "minor", "--push"]).success();
}

#[test]
fn what_a_bump_left_out_is_taken_back_as_well() {
    for arguments in [
        &["bump", "minor", "--no-commit"][..],
        &["bump", "minor", "--no-tag"][..],
        &["bump", "--current", "--no-tag"][..],
        &["bump", "minor", "--allow-dirty"][..],
    ] {
        let sandbox = tagged();
        if arguments.contains(&"--current") {
            sandbox.git(&["tag", "-d", "v1.2.3"]);
            sandbox.write("CHANGELOG.md", "# Changelog\n\n## Unreleased\n\n- First\n");
            sandbox.commit("docs: changelog");
        }
        if arguments.contains(&"--allow-dirty") {
            sandbox.write("acme/more.py", "X = 'not yet'\n");
        }
        let before = world(&sandbox);
        sandbox.release(arguments).success();
        assert!(before != world(&sandbox));
        let output = sandbox.release(&["bump", "--undo"]).success();
        assert!(output.stdout.contains("is taken back: the project is at 1.2.3 again"), "{output}");
        assert!(before == world(&sandbox), "{arguments:?}");
    }
    // The tag alone.
    let sandbox = Sandbox::with(&crate::support::projects::ACME[..3]);
    let before = world(&sandbox);
    sandbox.release(&["bump", "--current"]).success();
    sandbox.release(&["bump", "--undo"]).success();
    assert!(before == world(&sandbox));
}

#[test]
fn what_is_not_as_the_bump_left_it_is_named_and_nothing_is_changed() {
    type Change = fn(&Sandbox);
    let changes: [(&str, Change); 6] = [
        ("files", |sandbox| {
            sandbox.write("README.md", "mine\n");
            sandbox.write("pyproject.toml", sandbox.read("pyproject.toml") + "# mine\n");
        }),
        ("a commit", |sandbox| sandbox.commit("feat: on top")),
        ("another branch", |sandbox| drop(sandbox.git(&["switch", "-q", "-c", "topic"]))),
        ("the tag", |sandbox| drop(sandbox.git(&["tag", "-f", "v1.3.0", "HEAD~1"]))),
        ("a file is gone", |sandbox| std::fs::remove_file(sandbox.repo().join("README.md")).expect("it is there")),
        ("staged", |sandbox| {
            let old = sandbox.read("README.md");
            sandbox.write("README.md", "staged\n");
            sandbox.git(&["add", "README.md"]);
            sandbox.write("README.md", old);
        }),
    ];
    let mut answers = String::new();
    for (name, change) in changes {
        let sandbox = tagged();
        sandbox.release(&["bump", "minor"]).success();
        change(&sandbox);
        let before = world(&sandbox);
        answers.push_str(&format!("{name}: {}\n", sandbox.release(&["bump", "--undo"])));
        assert!(before == world(&sandbox), "{name}");
    }
    expect![[r#"
        files: ------- stderr -------
        error[plan/bump-edited]: the bump to 1.3.0 cannot be taken back: `README.md`, `pyproject.toml` changed since
          hint: put them back as the bump left them, with `git restore` or by hand, then run the same command again
        [exit status: 1]

        a commit: ------- stderr -------
        error[plan/bump-moved]: the bump to 1.3.0 cannot be taken back: HEAD is at 73c62202f45a, and its commit is 9b891d598a56
          hint: what came after it is not taken back: look at `git log`, and undo that first
        [exit status: 1]

        another branch: ------- stderr -------
        error[plan/bump-moved]: the bump to 1.3.0 cannot be taken back: HEAD is on `topic`, and it was made on `main`
          hint: what came after it is not taken back: look at `git log`, and undo that first
        [exit status: 1]

        the tag: ------- stderr -------
        error[plan/bump-moved]: the bump to 1.3.0 cannot be taken back: the tag `v1.3.0` is another one now
          hint: what came after it is not taken back: look at `git log`, and undo that first
        [exit status: 1]

        a file is gone: ------- stderr -------
        error[plan/bump-edited]: the bump to 1.3.0 cannot be taken back: `README.md` changed since
          hint: put them back as the bump left them, with `git restore` or by hand, then run the same command again
        [exit status: 1]

        staged: ------- stderr -------
        error[step/uncommitted]: `README.md` differs from what is committed
          at: README.md
          hint: commit `README.md` first: its other changes would be swept into the release, or lost from the index
        [exit status: 1]

    "#]].assert_eq(&answers);
    // The user committed by hand what a bump without commit had written.
    let sandbox = tagged();
    sandbox.release(&["bump", "minor", "--no-commit"]).success();
    sandbox.commit("chore: by hand");
    assert_eq!(sandbox.release(&["bump", "--undo", "--format", "json"]).failure_code(), "plan/bump-moved");
    // A tag that is gone is taken back already.
    let sandbox = tagged();
    sandbox.release(&["bump", "minor"]).success();
    sandbox.git(&["tag", "-d", "v1.3.0"]);
    sandbox.release(&["bump", "--undo"]).success();
}

#[test]
fn what_others_may_have_is_not_taken_back() {
    let pushed = with_remote();
    pushed.release(&["bump", "minor", "--push"]).success();
    let before = world(&pushed);
    expect![[r#"
        ------- stderr -------
        error[plan/bump-pushed]: the bump to 1.3.0 cannot be taken back: `origin` has its commit on `main`
          hint: what others may have is not taken back: release a higher version
        [exit status: 1]
    "#]]
    .assert_eq(&pushed.release(&["bump", "--undo"]).to_string());
    // Also where this clone has forgotten it.
    pushed.git(&["update-ref", "-d", "refs/remotes/origin/main"]);
    expect![[r#"
        ------- stderr -------
        error[plan/bump-pushed]: the bump to 1.3.0 cannot be taken back: `origin` has the tag `v1.3.0`
          hint: what others may have is not taken back: release a higher version
        [exit status: 1]
    "#]]
    .assert_eq(&pushed.release(&["bump", "--undo"]).to_string());
    pushed.git(&["push", "-q", "origin", ":refs/tags/v1.3.0"]);
    pushed.git(&["update-ref", "-d", "refs/remotes/origin/main"]);
    let output = pushed.release(&["bump", "--undo", "--format", "json"]);
    assert_eq!(output.failure_code(), "plan/bump-pushed", "{output}");
    assert!(before == world(&pushed));
    // The remote moved on: nobody knows until it is fetched.
    let raced = with_remote();
    raced.release(&["bump", "minor"]).success();
    let theirs = raced.git(&["commit-tree", "HEAD~1^{tree}", "-p", "HEAD~1", "-m", "theirs"]);
    let elsewhere = raced.path("elsewhere").display().to_string();
    raced.git(&["clone", "-q", &raced.path("origin.git").display().to_string(), &elsewhere]);
    raced.git(&["-C", &elsewhere, "commit", "-q", "--allow-empty", "-m", "theirs, made there"]);
    raced.git(&["-C", &elsewhere, "push", "-q", "origin", "main"]);
    drop(theirs);
    expect![[r#"
        ------- stderr -------
        error[plan/bump-unknown]: whether `main` of `origin` has the bump is not known: it has commits that are not here
          hint: run `git fetch origin`, then the same command again
        [exit status: 1]
    "#]]
    .assert_eq(&raced.release(&["bump", "--undo"]).to_string());
    raced.git(&["fetch", "-q"]);
    raced.release(&["bump", "--undo"]).success();
    raced.git(&["pull", "-q", "--rebase", "origin", "main"]);
    raced.release(&["bump", "minor", "--push"]).success();
    // A remote that does not answer.
    let unreachable = with_remote();
    unreachable.release(&["bump", "minor"]).success();
    unreachable.git(&["remote", "set-url", "origin", "https://127.0.0.1:1/acme.git"]);
    assert_eq!(unreachable.release(&["bump", "--undo", "--format", "json"]).failure_code(), "effects/remote");
    unreachable.git(&["remote", "set-url", "origin", "https://example.org/acme.git"]);
    expect![[r#"
        1.3.0 is taken back: the project is at 1.2.3 again
        ------- stderr -------
        warning: the remote was not asked whether it has the bump (`--offline`)
    "#]]
    .assert_eq(&unreachable.release(&["bump", "--undo", "--offline"]).to_string());
}

#[test]
fn a_bump_that_was_interrupted_is_finished_and_taken_back() {
    let sandbox = tagged();
    let before = world(&sandbox);
    let lock = sandbox.repo().join(".git/index.lock");
    std::fs::write(&lock, "").expect("a file");
    assert_eq!(sandbox.release(&["bump", "minor"]).code, 1);
    std::fs::remove_file(&lock).expect("it is there");
    expect![[r#"
        1.3.0 is taken back: the project is at 1.2.3 again
        ------- stderr -------
        note: finished the interrupted bump to 1.3.0
    "#]]
    .assert_eq(&sandbox.release(&["bump", "--undo"]).to_string());
    assert!(before == world(&sandbox));
    // The taking back is interrupted, and any bump finishes it first.
    sandbox.release(&["bump", "minor"]).success();
    std::fs::write(&lock, "").expect("a file");
    assert_eq!(sandbox.release(&["bump", "--undo"]).code, 1);
    std::fs::remove_file(&lock).expect("it is there");
    expect![[r#"
        1.3.0 is taken back: the project is at 1.2.3 again
        ------- stderr -------
        note: finished the interrupted taking back of 1.3.0
    "#]]
    .assert_eq(&sandbox.release(&["bump", "--undo"]).to_string());
    assert!(before == world(&sandbox));
    let both = sandbox.release(&["bump", "minor", "--undo"]);
    assert_eq!(both.code, 2, "{both}");
}

#[test]
fn a_bump_of_a_run_is_taken_back_with_the_run() {
    let releasing = crate::support::releasing::Releasing::acme("");
    releasing.killed_after(&["run", "minor", "--yes"], "check");
    let output = releasing.sandbox.release(&["bump", "--undo"]);
    expect![[r#"
        ------- stderr -------
        error[plan/unfinished]: the release of 1.3.0 was begun and has not ended
          hint: `release resume` continues it, `release undo` takes it back, `release abandon` gives it up
        [exit status: 1]
    "#]]
    .assert_eq(&output.to_string());
    releasing.sandbox.release(&["undo"]).success();
    assert_eq!(releasing.sandbox.release(&["bump", "--undo", "--format", "json"]).failure_code(), "plan/no-bump");
}

#[test]
#[cfg_attr(no_strace, ignore = "strace is not installed")]
fn killed_anywhere_a_rerun_takes_it_back() {
    killed_anywhere(false);
}

#[test]
#[cfg_attr(no_strace, ignore = "strace is not installed")]
fn killed_anywhere_a_rerun_takes_a_packed_tag_back() {
    killed_anywhere(true);
}

fn killed_anywhere(packed: bool) {
    let mut template = Sandbox::with(&crate::support::projects::ACME[..3]);
    template.git(&["tag", "v1.2.3"]);
    template.commit("feat: more");
    template.unset("RELEASE_CACHE_DIR");
    let before = world(&template);
    template.release(&["bump", "minor"]).success();
    if packed {
        template.git(&["pack-refs", "--all"]);
    }
    let program = crate::support::sandbox::program();
    let undo = [program.to_str().expect("a path"), "bump", "--undo"];
    let all: Vec<_> = points(&counts(&template.again(), &undo))
        .into_iter()
        .filter(|(call, _)| CHANGES.contains(&call.as_str()))
        .collect();
    let wanted = rounds(all.len()).max(24).min(all.len());
    let mut begun = 0;
    for point in (0..wanted).map(|i| &all[i * all.len() / wanted]) {
        let sandbox = template.again();
        disturbed(&sandbox, Fault::Kill, point, &undo);
        begun += usize::from(sandbox.repo().join(".git/release/journal/journal.json").exists());
        let rerun = sandbox.release(&["bump", "--undo"]);
        let done = rerun.code == 1 && rerun.stderr.contains("plan/no-bump");
        assert!(rerun.code == 0 || done, "{point:?}: {rerun}");
        let after = world(&sandbox);
        assert_eq!((&before.0, &before.1), (&after.0, &after.1), "{point:?}");
        assert_eq!(sandbox.git(&["status", "--porcelain"]), "", "{point:?}");
        sandbox.release(&["bump", "minor"]).success();
    }
    assert!(begun > 0, "no kill came in the middle");
}
