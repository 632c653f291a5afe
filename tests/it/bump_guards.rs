//! What must hold before a bump, and what its messages say.

use expect_test::expect;

use super::bump::tagged;
use crate::support::Sandbox;
use crate::support::projects::ACME;
use crate::support::sandbox::CANARY;

/// The released project of `bump.rs` with more configuration of git.
fn with_git(table: &str) -> Sandbox {
    let sandbox = tagged();
    let text = sandbox.read("pyproject.toml");
    sandbox.write("pyproject.toml", format!("{text}\n[tool.release.git]\n{table}\n"));
    sandbox.commit("chore: how to commit");
    sandbox
}

fn of_head(sandbox: &Sandbox) -> String {
    sandbox.git(&["log", "-1", "--format=%B"])
}

#[test]
fn every_guard_that_does_not_hold_is_reported_at_once_with_its_fix() {
    let origin = tagged();
    origin.git(&["switch", "-q", "-c", "topic"]);
    let mut shallow = Sandbox::new();
    std::fs::remove_dir(shallow.repo()).expect("an empty folder");
    let (from, to) = (format!("file://{}", origin.repo().display()), shallow.repo().display().to_string());
    origin.git(&["clone", "-q", "--depth=1", &from, &to]);
    // Somebody pushed to the branch that it follows, and somebody else tagged.
    let theirs = shallow.git(&["commit-tree", "HEAD^{tree}", "-p", "HEAD", "-m", "theirs"]);
    shallow.git(&["update-ref", "refs/remotes/origin/topic", theirs.trim()]);
    shallow.git(&["tag", "v1.3.0"]);
    shallow.write("README.md", "# acme\n\n    pip install acme==1.2.3\n\nmine\n");
    std::fs::write(shallow.repo().join(".git/MERGE_HEAD"), theirs).expect("a file");
    std::fs::remove_file(shallow.path("home").join(".gitconfig")).expect("it is there");
    shallow.set("RELEASE_CACHE_DIR", shallow.path("cache"));
    let before = shallow.snapshot();
    expect![[r#"
        ------- stderr -------
        error[plan/in-progress]: git is in the middle of a merge
          cause: and the clone is shallow: its history and tags are cut off
          cause: and HEAD is on `topic`, releases are made from `main`
          cause: and `topic` is 1 commit behind `origin/topic`
          cause: and the working tree has uncommitted changes: `README.md`
          cause: and the tag `v1.3.0` exists already, on commit 5520954c55302ca9576a384ded4accdf2d494661
          cause: and git does not know who you are
          hint: conclude it, or run `git merge --abort`
          hint: run `git fetch --unshallow --tags`; in a workflow, `fetch-depth: 0` of the checkout step
          hint: run `git switch main`, or add the branch to `branches` of the configuration
          hint: run `git pull --rebase`, then the same command again
          hint: commit or stash them, or pass `--allow-dirty` to leave them out of the release
          hint: choose a higher version; if `v1.3.0` was a mistake and nothing was published, run `git tag -d v1.3.0`
          hint: run `git config user.name "Your Name"` and `git config user.email you@example.org`
        [exit status: 1]
    "#]]
    .assert_eq(&shallow.release(&["bump", "minor", "--sign", "always"]).to_string());
    assert_eq!(
        shallow.release(&["bump", "minor", "--sign", "always"]).stderr,
        shallow.release(&["bump", "minor", "--sign", "always", "-n"]).stderr
    );
    assert!(before == shallow.snapshot());
}

#[test]
fn branches_may_be_patterns() {
    let sandbox = tagged();
    let text = sandbox.read("pyproject.toml").replace("[\"main\"]", "[\"main\", \"release/*\"]");
    sandbox.write("pyproject.toml", text);
    sandbox.commit("chore: branches");
    for (branch, code) in [("release/1.x", 0), ("release/1/x", 1), ("releases", 1)] {
        sandbox.git(&["switch", "-q", "-c", branch]);
        let output = sandbox.release(&["bump", "minor", "-n"]);
        assert_eq!(output.code, code, "{branch}: {output}");
    }
}

#[test]
fn a_shallow_clone_never_says_that_nothing_changed() {
    let origin = tagged();
    let shallow = Sandbox::new();
    std::fs::remove_dir(shallow.repo()).expect("an empty folder");
    let (from, to) = (format!("file://{}", origin.repo().display()), shallow.repo().display().to_string());
    origin.git(&["commit", "-q", "--allow-empty", "-m", "docs: only words"]);
    origin.git(&["clone", "-q", "--depth=1", &from, &to]);
    let output = shallow.release(&["bump", "auto", "--format", "json"]);
    assert_eq!((output.code, output.failure_code()), (1, "plan/shallow".to_owned()), "{output}");
}

#[test]
fn what_the_remote_has_is_known_before_anything_is_changed() {
    let sandbox = tagged();
    let origin = sandbox.path("origin.git").display().to_string();
    sandbox.git(&["init", "-q", "--bare", "-b", "main", &origin]);
    sandbox.git(&["remote", "add", "origin", &origin]);
    // A tag and a commit that were never fetched.
    sandbox.git(&["commit", "-q", "--allow-empty", "-m", "theirs"]);
    sandbox.git(&["push", "-q", "origin", "main", "main:refs/tags/v1.3.0"]);
    sandbox.git(&["reset", "-q", "--hard", "HEAD~1"]);
    sandbox.git(&["update-ref", "-d", "refs/remotes/origin/main"]);
    let before = sandbox.snapshot();
    expect![[r#"
        ------- stderr -------
        error[plan/remote-tag]: `origin` has the tag `v1.3.0` already, for another commit
          cause: and `main` of `origin` has commits that are not here
          hint: run `git fetch --tags origin`, and choose a higher version
          hint: run `release undo` if the bump was made, `git pull --rebase origin main`, then release again
        [exit status: 1]
    "#]]
    .assert_eq(&sandbox.release(&["bump", "minor", "--push"]).to_string());
    assert!(before == sandbox.snapshot());
    // Without a push it is not asked: the last fetch alone tells.
    sandbox.release(&["bump", "minor", "-n"]).success();
    sandbox.git(&["fetch", "-q", "--no-tags"]);
    expect![[r#"
        ------- stderr -------
        error[plan/behind]: `main` is 1 commit behind `origin/main`
          hint: run `git pull --rebase`, then the same command again
        [exit status: 1]
    "#]]
    .assert_eq(&sandbox.release(&["bump", "minor", "-n"]).to_string());
    sandbox.git(&["remote", "set-url", "origin", "https://127.0.0.1:1/acme.git"]);
    sandbox.git(&["update-ref", "-d", "refs/remotes/origin/main"]);
    let unreachable = sandbox.release(&["bump", "minor", "--push", "--format", "json"]);
    assert_eq!((unreachable.code, unreachable.failure_code()), (1, "effects/remote".to_owned()), "{unreachable}");
    sandbox.git(&["remote", "set-url", "origin", "https://example.org/acme.git"]);
    let offline = sandbox.release(&["bump", "minor", "--push", "--offline", "--format", "json"]);
    assert_eq!((offline.code, offline.failure_code()), (1, "effects/offline".to_owned()), "{offline}");
    assert!(
        before
            .iter()
            .filter(|(path, _)| !path.display().to_string().contains(".git/"))
            .all(|file| sandbox.snapshot().contains(file))
    );
}

#[test]
fn a_comment_goes_into_both_messages() {
    let sandbox = tagged();
    let comment = "The one with the parser\n\nIt reads {version} and everything else.";
    sandbox.release(&["bump", "minor", "-m", comment]).success();
    expect![[r#"
        chore(release): 1.3.0

        The one with the parser

        It reads {version} and everything else.

    "#]]
    .assert_eq(&of_head(&sandbox));
    expect![[r#"
        Release 1.3.0

        The one with the parser

        It reads {version} and everything else.

        ### Added

        - A thing

    "#]]
    .assert_eq(&sandbox.git(&["tag", "-l", "--format=%(contents)", "v1.3.0"]));
    for (template, comment, message) in [
        ("Bump {previous} to {version} ({tag})", None, "Bump 1.2.3 to 1.3.0 (v1.3.0)\n\n"),
        ("chore: release {version}, {comment}", Some("at last"), "chore: release 1.3.0, at last\n\n"),
        ("{comment}", Some("chore: ours"), "chore: ours\n\n"),
        ("chore: {tag}\\n\\nSigned-off-by: Ana", Some("Why"), "chore: v1.3.0\n\nSigned-off-by: Ana\n\nWhy\n\n"),
    ] {
        let sandbox = with_git(&format!("message = \"{template}\""));
        let mut arguments = vec!["bump", "minor"];
        arguments.extend(comment.iter().flat_map(|comment| ["-m", comment]));
        sandbox.release(&arguments).success();
        assert_eq!(of_head(&sandbox), message, "{template}");
    }
    let long = "x".repeat(80);
    let sandbox = with_git("message = \"{version} {comment}\"");
    let output = sandbox.release(&["bump", "minor", "-m", &long]).success();
    expect![[r#"
        warning: the first line of the commit's message has 86 characters; most programs cut it at 72
    "#]]
    .assert_eq(&output.stderr);
}

#[test]
fn messages_that_cannot_be_are_refused() {
    let sandbox = tagged();
    let before = sandbox.snapshot();
    let mut answers = String::new();
    for comment in ["", " \n", "one\ntwo", "\n\nlater", "a\u{1b}[2Jb", "a\r\nb"] {
        answers.push_str(&sandbox.release(&["bump", "minor", "-m", comment]).to_string());
    }
    expect![[r#"
        ------- stderr -------
        error[plan/comment]: the text of `-m` is refused: it is empty
          hint: `-m` takes one line, such as `-m "The one with the parser"`, and more of it after an empty line
        [exit status: 2]
        ------- stderr -------
        error[plan/comment]: the text of `-m` is refused: it is empty
          hint: `-m` takes one line, such as `-m "The one with the parser"`, and more of it after an empty line
        [exit status: 2]
        ------- stderr -------
        error[plan/comment]: the text of `-m` is refused: its first line is followed by text, so it has no subject
          hint: `-m` takes one line, such as `-m "The one with the parser"`, and more of it after an empty line
        [exit status: 2]
        ------- stderr -------
        error[plan/comment]: the text of `-m` is refused: its first line is empty
          hint: `-m` takes one line, such as `-m "The one with the parser"`, and more of it after an empty line
        [exit status: 2]
        ------- stderr -------
        error[plan/comment]: the text of `-m` is refused: it has a control character in it
          hint: `-m` takes one line, such as `-m "The one with the parser"`, and more of it after an empty line
        [exit status: 2]
        ------- stderr -------
        error[plan/comment]: the text of `-m` is refused: it has a control character in it
          hint: `-m` takes one line, such as `-m "The one with the parser"`, and more of it after an empty line
        [exit status: 2]
    "#]]
    .assert_eq(&answers);
    assert!(before == sandbox.snapshot());
    let only = with_git("message = \"{comment}\"");
    expect![[r#"
        ------- stderr -------
        error[plan/no-comment]: the message of the commit would be empty
          hint: `message` of `[tool.release.git]` is only the comment: pass `-m TEXT`, or name `{version}` there
        [exit status: 2]
    "#]]
    .assert_eq(&only.release(&["bump", "minor"]).to_string());
    expect![[r#"
        1.2.3 -> 1.3.0
          wrote CHANGELOG.md
          wrote README.md"#]]
    .assert_eq(
        &only
            .release(&["bump", "minor", "-m", "one\n\nmore"])
            .to_string()
            .lines()
            .take(3)
            .collect::<Vec<_>>()
            .join("\n"),
    );
    for message in ["", "{versoin}", "{", "a\\nb", "a\\u0007"] {
        let wrong = with_git(&format!("message = \"{message}\""));
        let output = wrong.release(&["bump", "minor", "--format", "json"]);
        assert_eq!((output.code, output.failure_code()), (3, "config/value".to_owned()), "{message}: {output}");
    }
}

#[test]
fn no_secret_gets_into_a_message_and_none_is_repeated() {
    let secrets = [
        CANARY.to_owned(),
        format!("pypi-AgENdGVzdC5weXBpLm9yZw{}", "aB3-_".repeat(20)),
        format!("ghp_{}", "a1B2".repeat(9)),
        format!("github_pat_{}", "a1B2_".repeat(10)),
        format!("glpat-{}", "a1B2".repeat(5)),
        format!("AKIA{}", "ABCD".repeat(4)),
        "https://ana:hunter22@example.org/acme.git".to_owned(),
        format!("-----BEGIN {} PRIVATE KEY-----", "OPENSSH"),
    ];
    let sandbox = tagged();
    let before = sandbox.snapshot();
    for secret in &secrets {
        for comment in [format!("with {secret}"), format!("a line\n\nand then {secret} in it")] {
            let output = sandbox.release(&["bump", "minor", "-m", &comment, "-v"]);
            assert_eq!(output.code, 1, "{output}");
            assert!(output.stderr.contains("error[plan/secret-in-message]"), "{output}");
            assert!(!output.to_string().contains(secret.as_str()), "the secret is repeated");
        }
    }
    assert!(before == sandbox.snapshot());
    // The section of the changelog becomes the message of the tag.
    sandbox.write("CHANGELOG.md", format!("# Changelog\n\n## Unreleased\n\n- Use {}\n", secrets[2]));
    sandbox.commit("docs: changelog");
    expect![[r#"
        ------- stderr -------
        error[plan/secret-in-message]: the message of the tag holds a token of GitHub
          hint: take it out, and revoke it if it was real: what is committed stays readable
        [exit status: 1]
    "#]]
    .assert_eq(&sandbox.release(&["bump", "minor"]).to_string());
    // Words that only look like it.
    for comment in ["pypi-publishing-workflow-of-today is gone", "see https://example.org/a:b@c", "npm_config_cache"] {
        sandbox.write("CHANGELOG.md", ACME[3].1);
        sandbox.commit("docs: changelog");
        sandbox.release(&["bump", "minor", "-n", "-m", comment]).success();
    }
}

#[test]
fn entries_that_a_bump_would_not_tell_of_stop_it() {
    let sandbox = Sandbox::with(ACME);
    let beside = "# Changelog\n\n## [Unreleased]\n\n- Forgotten\n\n## [1.3.0] - 2026-11-20\n\n- By hand\n\n## [1.2.3] - 2026-01-02\n\n- The start\n";
    sandbox.write("CHANGELOG.md", beside);
    sandbox.commit("docs: a section by hand");
    expect![[r#"
        ------- stderr -------
        error[changelog/unsaid]: `Unreleased` (line 3) would not be told of: `CHANGELOG.md` has a section 1.3.0 already
          at: CHANGELOG.md:7
          hint: move the entries into the section 1.3.0, or take the section out: the bump makes it
        [exit status: 1]
    "#]]
    .assert_eq(&sandbox.release(&["bump", "minor"]).to_string());
    // Whoever only looks sees the section, and is told.
    expect![[r#"
        ## [1.3.0] - 2026-11-20

        - By hand
        ------- stderr -------
        warning: `Unreleased` (line 3) would not be told of: `CHANGELOG.md` has a section 1.3.0 already
    "#]]
    .assert_eq(&sandbox.release(&["changelog", "render", "--version", "1.3.0"]).to_string());
    // A version that was written before may have its section, and what came since be meant for the next one.
    sandbox.write("CHANGELOG.md", beside.replace("1.3.0", "1.2.4"));
    sandbox.commit("docs: another one");
    expect![[r#"
        would tag `v1.2.3`
        ------- stderr -------
        warning: `Unreleased` (line 3) would not be told of: `CHANGELOG.md` has a section 1.2.3 already
        dry run: nothing was done
    "#]]
    .assert_eq(&sandbox.release(&["bump", "--current", "-n"]).to_string());
    // An empty section of what comes next holds nothing back.
    sandbox.write("CHANGELOG.md", beside.replace("- Forgotten\n\n", ""));
    sandbox.commit("docs: told");
    let _ = sandbox.release(&["bump", "minor", "-n"]).success();
    let twice = "# Changelog\n\n## [Unreleased]\n\n- One\n\n## 1.3.0 (unreleased)\n\n- Two\n\n## [1.2.3] - 2026-01-02\n\n- The start\n";
    sandbox.write("CHANGELOG.md", twice);
    sandbox.commit("docs: twice");
    expect![[r#"
        ------- stderr -------
        error[changelog/open-twice]: `CHANGELOG.md` has two sections of what is not released yet, in lines 3 and 7
          at: CHANGELOG.md:7
          hint: make one section of the two: only the first one is closed
        [exit status: 1]
    "#]]
    .assert_eq(&sandbox.release(&["bump", "minor", "-n"]).to_string());
    sandbox.write("CHANGELOG.md", twice.replace("- Two\n\n", ""));
    sandbox.commit("docs: one of them is empty");
    let _ = sandbox.release(&["bump", "minor", "-n"]).success();
    assert_eq!(sandbox.git(&["status", "--porcelain"]) + &sandbox.git(&["tag"]), "");
}
