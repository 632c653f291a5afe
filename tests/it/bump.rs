//! `release bump`, as sessions of the real program against real git.

use expect_test::expect;

use crate::support::Sandbox;
use crate::support::projects::ACME;

pub(crate) fn tagged() -> Sandbox {
    let sandbox = Sandbox::with(ACME);
    sandbox.git(&["tag", "v1.2.3"]);
    sandbox.write("acme/more.py", "X = 1\n");
    sandbox.commit("feat: more");
    sandbox
}

#[test]
fn writes_every_place_commits_and_tags() {
    let sandbox = tagged();
    expect![[r#"
        1.2.3 -> 1.3.0
          wrote CHANGELOG.md
          wrote README.md
          wrote acme/__init__.py
          wrote pyproject.toml
          committed 9b891d598a56
          tagged v1.3.0
    "#]]
    .assert_eq(&sandbox.release(&["bump", "minor"]).to_string());
    expect![[r#"
        Ana Tester <ana@example.org> Sat Nov 21 12:00:00 2026 +0000
        chore(release): 1.3.0


        diff --git a/CHANGELOG.md b/CHANGELOG.md
        index 37f0ce4..5e65b3a 100644
        --- a/CHANGELOG.md
        +++ b/CHANGELOG.md
        @@ -4,0 +5,2 @@
        +## [1.3.0] - 2026-11-21
        +
        @@ -13 +15,2 @@
        -[Unreleased]: https://example.org/acme/compare/v1.2.3...HEAD
        +[Unreleased]: https://example.org/acme/compare/v1.3.0...HEAD
        +[1.3.0]: https://example.org/acme/compare/v1.2.3...v1.3.0
        diff --git a/README.md b/README.md
        index d835b7e..b34afdb 100644
        --- a/README.md
        +++ b/README.md
        @@ -3 +3 @@
        -    pip install acme==1.2.3
        +    pip install acme==1.3.0
        diff --git a/acme/__init__.py b/acme/__init__.py
        index 6f230b4..0699e49 100644
        --- a/acme/__init__.py
        +++ b/acme/__init__.py
        @@ -3 +3 @@
        -__version__ = "1.2.3"
        +__version__ = "1.3.0"
        diff --git a/pyproject.toml b/pyproject.toml
        index 53e8057..acd908f 100644
        --- a/pyproject.toml
        +++ b/pyproject.toml
        @@ -7 +7 @@ name = "acme"
        -version = "1.2.3"  # the one source
        +version = "1.3.0"  # the one source
    "#]]
    .assert_eq(&sandbox.git(&["show", "--format=%an <%ae> %ad%n%B", "--unified=0", "HEAD"]));
    expect![[r#"
        commit refs/tags/v1.2.3 feat: first

        tag refs/tags/v1.3.0 Release 1.3.0

        ### Added

        - A thing

    "#]]
    .assert_eq(&sandbox.git(&["for-each-ref", "--format=%(objecttype) %(refname) %(contents)", "refs/tags"]));
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "");
    assert!(sandbox.git(&["fsck", "--strict"]).is_empty());
    assert!(sandbox.git(&["reflog", "-1"]).contains("commit: chore(release): 1.3.0"));
    sandbox.release(&["references", "--check"]).success();
}

#[test]
fn a_dry_run_shows_the_edits_and_changes_nothing() {
    let sandbox = tagged();
    let before = (sandbox.snapshot(), sandbox.git(&["for-each-ref"]));
    expect![[r#"
        CHANGELOG.md:3: + ## [1.3.0] - 2026-11-21
        CHANGELOG.md:13: [Unreleased]: https://example.org/acme/compare/v1.2.3...HEAD -> [Unreleased]: https://example.org/acme/compare/v1.3.0...HEAD
        README.md:3: 1.2.3 -> 1.3.0
        acme/__init__.py:3: 1.2.3 -> 1.3.0
        pyproject.toml:7: 1.2.3 -> 1.3.0
        would write 4 files, commit, tag `v1.3.0`
        ------- stderr -------
        dry run: nothing was done
    "#]].assert_eq(&sandbox.release(&["bump", "minor", "-n"]).to_string());
    // Objects and journal included: nothing at all was written.
    assert!(before == (sandbox.snapshot(), sandbox.git(&["for-each-ref"])));
}

#[test]
fn twice_is_once() {
    let sandbox = tagged();
    sandbox.release(&["bump", "minor"]).success();
    let before = sandbox.snapshot();
    expect![[r#"
        1.3.0 is released already
        ------- stderr -------
        note: 1.3.0 is released as `v1.3.0`, and nothing was committed since
    "#]]
    .assert_eq(&sandbox.release(&["bump", "minor"]).to_string());
    assert!(before == sandbox.snapshot());
}

#[test]
fn auto_reads_conventional_commits() {
    let sandbox = tagged();
    expect![[r#"
        1.2.3 -> 1.3.0
          wrote CHANGELOG.md
          wrote README.md
          wrote acme/__init__.py
          wrote pyproject.toml
          committed 9b891d598a56
          tagged v1.3.0
        ------- stderr -------
        note: a feature calls for a minor release: `feat: more`
    "#]]
    .assert_eq(&sandbox.release(&["bump", "auto", "--allow-empty-notes"]).to_string());
    sandbox.write("acme/more.py", "X = 2\n");
    sandbox.commit("fix: less");
    expect![[r#"
        1.3.0 -> 1.3.1
          wrote CHANGELOG.md
          wrote README.md
          wrote acme/__init__.py
          wrote pyproject.toml
          committed b259e153583b
          tagged v1.3.1
        ------- stderr -------
        note: a change calls for a patch release: `fix: less`
    "#]]
    .assert_eq(&sandbox.release(&["bump", "auto", "--allow-empty-notes"]).to_string());
    sandbox.write("acme/more.py", "X = 3\n");
    sandbox.commit("refactor(api)!: other");
    expect![[r#"
        1.3.1 -> 2.0.0
          wrote CHANGELOG.md
          wrote README.md
          wrote acme/__init__.py
          wrote pyproject.toml
          committed 3aaeb91e933f
          tagged v2.0.0
        ------- stderr -------
        note: a breaking change calls for it: `refactor(api)!: other`
    "#]]
    .assert_eq(&sandbox.release(&["bump", "auto", "--allow-empty-notes"]).to_string());
}

#[test]
fn current_releases_what_is_written() {
    let sandbox = Sandbox::with(ACME);
    sandbox.write(
        "CHANGELOG.md",
        "# Changelog\n\n## [Unreleased]\n\n- First\n\n[Unreleased]: https://example.org/acme/commits/branch/main\n",
    );
    sandbox.commit("docs: changelog");
    expect![[r#"
        1.2.3 -> 1.2.3
          wrote CHANGELOG.md
          committed 5ff9770b852e
          tagged v1.2.3
    "#]]
    .assert_eq(&sandbox.release(&["bump", "--current"]).to_string());
    expect![[r#"
        # Changelog

        ## [Unreleased]

        ## [1.2.3] - 2026-11-21

        - First

        [Unreleased]: https://example.org/acme/compare/v1.2.3...HEAD
        [1.2.3]: https://example.org/acme/releases/tag/v1.2.3
    "#]]
    .assert_eq(&sandbox.read("CHANGELOG.md"));
    expect![[r#"
        1.2.3 is released already
        ------- stderr -------
        note: 1.2.3 is released as `v1.2.3`, and nothing was committed since
    "#]]
    .assert_eq(&sandbox.release(&["bump", "--current"]).to_string());
}

#[test]
fn current_without_anything_to_write_tags_the_commit() {
    let sandbox = Sandbox::with(&ACME[..3]);
    let head = sandbox.git(&["rev-parse", "HEAD"]);
    expect![[r#"
        1.2.3 -> 1.2.3
          tagged v1.2.3
    "#]]
    .assert_eq(&sandbox.release(&["bump", "--current"]).to_string());
    assert_eq!(sandbox.git(&["rev-parse", "v1.2.3^{commit}"]), head);
}

#[test]
fn files_only_or_no_tag_on_request() {
    let sandbox = tagged();
    expect![[r#"
        1.2.3 -> 1.2.4
          wrote CHANGELOG.md
          wrote README.md
          wrote acme/__init__.py
          wrote pyproject.toml
          committed 1af4d4cc361f
    "#]]
    .assert_eq(&sandbox.release(&["bump", "patch", "--no-tag", "-m", "Prepare"]).to_string());
    assert_eq!(sandbox.git(&["log", "-1", "--format=%B"]), "chore(release): 1.2.4\n\nPrepare\n\n");
    expect![[r#"
        1.2.4 -> 1.2.5
          wrote CHANGELOG.md
          wrote README.md
          wrote acme/__init__.py
          wrote pyproject.toml
    "#]]
    .assert_eq(&sandbox.release(&["bump", "patch", "--no-commit", "--allow-empty-notes"]).to_string());
    assert!(sandbox.git(&["status", "--porcelain"]).contains(" M pyproject.toml"));
    assert_eq!(sandbox.git(&["tag"]), "v1.2.3\n");
}

#[test]
fn line_endings_encoding_mode_and_every_other_byte_stay() {
    use std::os::unix::fs::PermissionsExt;
    let sandbox = tagged();
    let readme = b"\xef\xbb\xbf# acme\r\n\r\npip install acme==1.2.3\r\nLatin-1: \xe9\xa0 no newline at the end";
    sandbox.write("README.md", readme);
    let path = sandbox.repo().join("README.md");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("a mode");
    sandbox.write("CHANGELOG.md", "# Changelog\r\n\r\n## Unreleased\r\n\r\n- A thing\r\n");
    sandbox.commit("docs: bytes");
    sandbox.release(&["bump", "2.0.0rc1"]).success();
    let after = std::fs::read(&path).expect("a file");
    assert_eq!(
        after,
        b"\xef\xbb\xbf# acme\r\n\r\npip install acme==2.0.0rc1\r\nLatin-1: \xe9\xa0 no newline at the end"
    );
    assert_eq!(std::fs::metadata(&path).expect("a file").permissions().mode() & 0o777, 0o755);
    assert_eq!(
        sandbox.read("CHANGELOG.md"),
        "# Changelog\r\n\r\n## Unreleased\r\n\r\n## 2.0.0rc1 - 2026-11-21\r\n\r\n- A thing\r\n"
    );
    assert!(sandbox.git(&["ls-tree", "HEAD", "README.md"]).starts_with("100755"));
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "");
}

#[test]
fn attributes_that_rewrite_line_endings_leave_a_clean_tree() {
    let sandbox = tagged();
    sandbox.write(".gitattributes", "*.md text eol=crlf\n");
    sandbox.git(&["add", "--renormalize", "."]);
    sandbox.commit("chore: attributes");
    sandbox.git(&["rm", "-q", "--cached", "-r", "."]);
    sandbox.git(&["reset", "-q", "--hard"]);
    sandbox.release(&["bump", "minor"]).success();
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "");
    assert!(sandbox.read("README.md").contains("acme==1.3.0\r\n"));
    assert!(!sandbox.git(&["cat-file", "-p", "HEAD:README.md"]).contains('\r'));
    sandbox.release(&["bump", "--undo"]).success();
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "");
    assert!(sandbox.read("README.md").contains("acme==1.2.3\r\n"));
}

#[test]
fn guards_are_reported_together_and_nothing_is_touched() {
    let sandbox = tagged();
    sandbox.git(&["switch", "-q", "-c", "topic"]);
    sandbox.git(&["tag", "v1.3.0"]);
    sandbox.write("README.md", "# acme\n\npip install acme==1.2.3\n");
    let before = sandbox.snapshot();
    expect![[r#"
        ------- stderr -------
        error[plan/wrong-branch]: HEAD is on `topic`, releases are made from `main`
          cause: and the working tree has uncommitted changes: `README.md`
          cause: and the tag `v1.3.0` exists already, on commit 5520954c55302ca9576a384ded4accdf2d494661
          hint: run `git switch main`, or add the branch to `branches` of the configuration
          hint: commit or stash them, or pass `--allow-dirty` to leave them out of the release
          hint: choose a higher version; if `v1.3.0` was a mistake and nothing was published, run `git tag -d v1.3.0`
        [exit status: 1]
    "#]]
    .assert_eq(&sandbox.release(&["bump", "minor"]).to_string());
    assert!(before == sandbox.snapshot());
}

#[test]
fn allow_dirty_leaves_uncommitted_changes_out_of_the_commit() {
    let sandbox = tagged();
    sandbox.write("acme/more.py", "X = 'not yet'\n");
    expect![[r#"
        1.2.3 -> 1.3.0
          wrote CHANGELOG.md
          wrote README.md
          wrote acme/__init__.py
          wrote pyproject.toml
          committed 9b891d598a56
          tagged v1.3.0
    "#]]
    .assert_eq(&sandbox.release(&["bump", "minor", "--allow-dirty"]).to_string());
    assert_eq!(sandbox.git(&["status", "--porcelain"]), " M acme/more.py\n");
}

#[test]
fn refusals_have_place_and_hint() {
    let sandbox = tagged();
    expect![[r#"
        ------- stderr -------
        error[python/bump-lower]: `1.2.2` is below the current version `1.2.3`
          hint: name a higher version, an installed one is never replaced by a lower one
        [exit status: 1]
    "#]]
    .assert_eq(&sandbox.release(&["bump", "1.2.2"]).to_string());
    expect![[r#"
        ------- stderr -------
        error[python/bump-same]: `1.2.3` equals the current version `1.2.3`
          hint: name a higher version, an installed one is never replaced by a lower one
        [exit status: 1]
    "#]]
    .assert_eq(&sandbox.release(&["bump", "1.2.3"]).to_string());
    expect![[r#"
        ------- stderr -------
        error[python/bump-nothing-to-release]: `1.2.3` is final already, nothing is left to finalise
          hint: use `patch`, `minor` or `major`
        [exit status: 1]
    "#]]
    .assert_eq(&sandbox.release(&["bump", "release"]).to_string());
    expect![[r#"
        ------- stderr -------
        error[python/bump-unknown]: `sideways` is neither a step nor a version
          hint: use one of `major`, `minor`, `patch`, `a`, `b`, `rc`, `pre`, `dev`, `post`, `release`, `epoch`, `auto`, or a version such as `1.4.0`
        [exit status: 2]
    "#]].assert_eq(&sandbox.release(&["bump", "sideways"]).to_string());
    expect![[r#"
        ------- stderr -------
        error[plan/no-kind]: no kind and no version given
          hint: `release bump major` gives 2.0.0
          hint: `release bump minor` gives 1.3.0
          hint: `release bump patch` gives 1.2.4
          hint: `release bump rc` gives 1.2.4rc1
          hint: `release bump post` gives 1.2.3.post1
        [exit status: 2]
    "#]]
    .assert_eq(&sandbox.release(&["bump"]).to_string());
    expect![[r#"
        ------- stderr -------
        error[plan/current-with-kind]: `--current` releases the version that is written, 1.2.3; a kind beside it has no meaning
          hint: leave one of the two out
        [exit status: 2]
    "#]].assert_eq(&sandbox.release(&["bump", "minor", "--current"]).to_string());
    expect![[r#"
        ------- stderr -------
        error[plan/comment]: the text of `-m` is refused: it is empty
          hint: `-m` takes one line, such as `-m "The one with the parser"`, and more of it after an empty line
        [exit status: 2]
    "#]]
    .assert_eq(&sandbox.release(&["bump", "minor", "-m", " "]).to_string());
}

#[test]
fn a_version_below_a_tag_is_refused() {
    let sandbox = tagged();
    sandbox.git(&["tag", "v1.9.0"]);
    expect![[r#"
        ------- stderr -------
        error[plan/below-tag]: version 1.3.0 is not above 1.9.0, which is tagged
          hint: choose a version above 1.9.0; `release version --suggest` lists those that are free
        [exit status: 1]
    "#]]
    .assert_eq(&sandbox.release(&["bump", "minor"]).to_string());
}

#[test]
fn a_detached_head_an_unborn_branch_and_no_repository_are_refused() {
    let sandbox = tagged();
    sandbox.git(&["switch", "-q", "--detach"]);
    expect![[r#"
        ------- stderr -------
        error[plan/detached-head]: HEAD is detached
          hint: run `git switch BRANCH`
        [exit status: 1]
    "#]]
    .assert_eq(&sandbox.release(&["bump", "minor"]).to_string());
    let unborn = Sandbox::new();
    for (path, text) in ACME {
        unborn.write(path, text);
    }
    expect![[r#"
        ------- stderr -------
        error[project/no-repository]: `[ROOT]/repo` is not in a git repository
          hint: run `git init` and make a first commit
        [exit status: 3]
    "#]]
    .assert_eq(&unborn.release(&["bump", "minor"]).to_string());
    unborn.git(&["init", "-q"]);
    expect![[r#"
        ------- stderr -------
        error[plan/no-commit]: there is no commit yet
          hint: run `git commit` first
        [exit status: 1]
    "#]]
    .assert_eq(&unborn.release(&["bump", "minor"]).to_string());
}

#[test]
fn without_an_identity_nothing_begins() {
    let sandbox = tagged();
    std::fs::remove_file(sandbox.path("home").join(".gitconfig")).expect("it is there");
    let before = sandbox.snapshot();
    expect![[r#"
        ------- stderr -------
        error[effects/no-identity]: git does not know who you are
          hint: run `git config user.name "Your Name"` and `git config user.email you@example.org`
        [exit status: 3]
    "#]]
    .assert_eq(&sandbox.release(&["bump", "minor"]).to_string());
    assert!(before == sandbox.snapshot());
}

#[test]
fn a_reference_that_is_not_where_it_should_be_stops_everything() {
    let sandbox = tagged();
    sandbox.write("README.md", "# acme\n");
    sandbox.commit("docs: no install line");
    let before = sandbox.snapshot();
    expect![[r#"
        ------- stderr -------
        error[project/reference-count]: `pip install acme=={version}` stands 0 times in `README.md`, 1 expected
          at: README.md
          hint: correct `match` or `expect` of the reference, or the text of the file; `release references` lists what was found
        [exit status: 3]
    "#]].assert_eq(&sandbox.release(&["bump", "minor"]).to_string());
    assert!(before == sandbox.snapshot());
}

#[test]
fn a_drifted_reference_stops_the_bump_until_somebody_says_so() {
    let sandbox = tagged();
    sandbox.write("README.md", "pip install acme==1.2.2\n");
    sandbox.commit("docs: stale");
    expect![[r#"
        ------- stderr -------
        error[plan/stale-reference]: 1 place does not name 1.2.3: they are out of date
          hint: README.md:1: pip install acme==1.2.2
          hint: look at them: `release bump --include-stale` rewrites them, too; narrow `match` where one is meant to stay
        [exit status: 1]
    "#]]
    .assert_eq(&sandbox.release(&["bump", "minor"]).to_string());
    assert_eq!(sandbox.read("README.md"), "pip install acme==1.2.2\n");
    sandbox.release(&["bump", "minor", "--include-stale"]).success();
    assert_eq!(sandbox.read("README.md"), "pip install acme==1.3.0\n");
}

#[test]
fn a_lock_of_git_is_respected_and_the_rerun_finishes() {
    let sandbox = tagged();
    let lock = sandbox.repo().join(".git/index.lock");
    std::fs::write(&lock, "").expect("a file");
    expect![[r#"
        ------- stderr -------
        error[step/git-locked]: `[ROOT]/repo/.git/index.lock` is held by another git process
          hint: wait for it; if no git process is running, remove `[ROOT]/repo/.git/index.lock`, then run the same command again
        [exit status: 1]
    "#]].assert_eq(&sandbox.release(&["bump", "minor"]).to_string());
    std::fs::remove_file(&lock).expect("it is there");
    expect![[r#"
        finished the bump to 1.3.0
        ------- stderr -------
        note: finished the interrupted bump to 1.3.0
    "#]]
    .assert_eq(&sandbox.release(&["bump", "minor"]).to_string());
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "");
    assert_eq!(sandbox.git(&["tag"]), "v1.2.3\nv1.3.0\n");
}

#[test]
fn a_rerun_does_not_overwrite_what_somebody_wrote_in_between() {
    let sandbox = tagged();
    let lock = sandbox.repo().join(".git/index.lock");
    std::fs::write(&lock, "").expect("a file");
    assert_eq!(sandbox.release(&["bump", "minor"]).code, 1);
    std::fs::remove_file(&lock).expect("it is there");
    sandbox.write("README.md", "mine\n");
    expect![[r#"
        ------- stderr -------
        error[step/stale]: `README.md` has changed since this was planned
          at: README.md
          hint: put your change of `README.md` aside with `git stash` and run the same command again, or give the interrupted change up: remove `[ROOT]/repo/.git/release/journal`
        [exit status: 1]
    "#]]
    .assert_eq(&sandbox.release(&["bump", "minor"]).to_string());
    assert_eq!(sandbox.read("README.md"), "mine\n");
}

#[test]
fn a_torn_journal_is_never_guessed() {
    let sandbox = tagged();
    let journal = sandbox.repo().join(".git/release/journal");
    std::fs::create_dir_all(&journal).expect("a folder");
    std::fs::write(journal.join("journal.json"), "{\"schema\": 1, ").expect("a file");
    expect![[r#"
        ------- stderr -------
        error[step/journal]: the journal of an interrupted change is unreadable: EOF while parsing a value at line 1 column 14
          at: [ROOT]/repo/.git/release/journal
          hint: look at `git status`; when the tree is as you want it, remove `[ROOT]/repo/.git/release/journal`
        [exit status: 1]
    "#]].assert_eq(&sandbox.release(&["bump", "minor"]).to_string());
    std::fs::write(journal.join("journal.json"), "{}").expect("a file");
    assert_eq!(sandbox.release(&["bump", "minor", "--format", "json"]).failure_code(), "step/journal");
}

#[test]
fn hooks_filters_and_monitors_of_a_hostile_configuration_do_not_run() {
    let sandbox = tagged();
    let witness = sandbox.path("witness");
    let touch = format!("touch {}", witness.display());
    for hook in ["pre-commit", "post-commit", "reference-transaction", "post-index-change"] {
        let path = sandbox.repo().join(".git/hooks").join(hook);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(&path, format!("#!/bin/sh\n{touch}\n")).expect("a hook");
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("a mode");
    }
    for key in ["core.fsmonitor", "gpg.program", "filter.x.clean", "core.editor"] {
        sandbox.git(&["config", key, &touch]);
    }
    sandbox.git(&["config", "commit.gpgSign", "true"]);
    let _ = std::fs::remove_file(&witness);
    std::fs::write(sandbox.repo().join(".git/info/attributes"), "* filter=x\n").expect("a file");
    sandbox.release(&["bump", "minor"]).success();
    assert!(!witness.exists(), "code of the configuration ran");
}

#[test]
fn json_is_one_document() {
    let sandbox = tagged();
    let document = sandbox.release(&["bump", "minor", "--format", "json"]).success().json();
    assert_eq!(document["result"]["version"], "1.3.0");
    assert_eq!(document["result"]["tag"], "v1.3.0");
    let planned = sandbox.release(&["bump", "2.0", "--format", "json", "--dry-run", "--no-tag", "--allow-empty-notes"]);
    assert_eq!(planned.json()["outcome"], "planned", "{planned}");
}

#[test]
fn uncommitted_changes_in_a_file_that_is_edited_are_never_swept_along() {
    // In the working tree, in the index alone, and hidden by `skip-worktree`: nothing is committed or lost.
    let dirty = tagged();
    dirty.write("README.md", "# acme\n\n    pip install acme==1.2.3\n\nNOT YET\n");
    let before = dirty.snapshot();
    expect![[r#"
        ------- stderr -------
        error[step/uncommitted]: `README.md` differs from what is committed
          at: README.md
          hint: commit `README.md` first: its other changes would be swept into the release, or lost from the index
        [exit status: 1]
    "#]]
    .assert_eq(&dirty.release(&["bump", "minor", "--allow-dirty"]).to_string());
    assert!(
        before
            .iter()
            .filter(|(path, _)| !path.components().any(|part| part.as_os_str() == ".git"))
            .all(|file| dirty.snapshot().contains(file))
    );
    let staged = tagged();
    let original = staged.read("README.md");
    staged.write("README.md", format!("{original}STAGED\n"));
    staged.git(&["add", "README.md"]);
    staged.write("README.md", original);
    assert_eq!(
        staged.release(&["bump", "minor", "--allow-dirty", "--format", "json"]).failure_code(),
        "step/uncommitted"
    );
    assert!(staged.git(&["show", ":README.md"]).contains("STAGED"));
    let hidden = tagged();
    hidden.git(&["update-index", "--skip-worktree", "README.md"]);
    hidden.write("README.md", "# acme\n\n    pip install acme==1.2.3\n\nLOCAL\n");
    assert_eq!(hidden.release(&["bump", "minor", "--format", "json"]).failure_code(), "step/uncommitted");
}

#[test]
fn files_that_git_does_not_have_as_they_are_are_refused() {
    let link = tagged();
    link.git(&["mv", "README.md", "acme/README.md"]);
    std::os::unix::fs::symlink("acme/README.md", link.repo().join("README.md")).expect("a link");
    link.commit("docs: a link");
    expect![[r#"
        ------- stderr -------
        error[project/link]: `README.md` is a symbolic link or no regular file
          hint: name the file that it points to
        [exit status: 3]
    "#]]
    .assert_eq(&link.release(&["bump", "minor"]).to_string());
    let ignored = tagged();
    ignored.git(&["rm", "-q", "--cached", "README.md"]);
    ignored.write(".gitignore", "README.md\n");
    ignored.commit("chore: ignore it");
    assert_eq!(ignored.release(&["bump", "minor", "--format", "json"]).failure_code(), "step/uncommitted");
    let filtered = tagged();
    filtered.git(&["config", "filter.rot.clean", "tr a-z n-za-m"]);
    filtered.git(&["config", "filter.rot.smudge", "tr a-z n-za-m"]);
    filtered.write(".gitattributes", "README.md filter=rot\n");
    filtered.git(&["add", "--renormalize", "."]);
    filtered.commit("chore: a filter");
    assert_eq!(filtered.release(&["bump", "minor", "--format", "json"]).failure_code(), "step/uncommitted");
}

#[test]
fn modes_of_a_file_system_without_them_are_not_committed() {
    use std::os::unix::fs::PermissionsExt;
    let sandbox = tagged();
    sandbox.git(&["config", "core.fileMode", "false"]);
    let path = sandbox.repo().join("README.md");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o777)).expect("a mode");
    sandbox.release(&["bump", "minor"]).success();
    assert!(sandbox.git(&["ls-tree", "HEAD", "README.md"]).starts_with("100644"));
}

#[test]
fn names_that_git_cannot_keep_beside_each_other_are_refused_before_anything_is_written() {
    for packed in [false, true] {
        let sandbox = tagged();
        sandbox.git(&["tag", "release"]);
        if packed {
            sandbox.git(&["pack-refs", "--all"]);
        }
        let pyproject = sandbox.read("pyproject.toml").replace("branches = [\"main\"]", "tag = \"release/{version}\"");
        sandbox.write("pyproject.toml", pyproject);
        sandbox.commit("chore: tags in a folder");
        let head = sandbox.git(&["rev-parse", "HEAD"]);
        assert_eq!(sandbox.release(&["bump", "minor", "--format", "json"]).failure_code(), "step/reference-conflict");
        assert_eq!(sandbox.git(&["rev-parse", "HEAD"]), head);
        assert_eq!(sandbox.git(&["status", "--porcelain"]), "");
    }
}

#[test]
fn a_merge_that_is_not_concluded_is_no_place_for_a_release() {
    let sandbox = tagged();
    sandbox.git(&["switch", "-q", "-c", "other"]);
    sandbox.write("other.txt", "x\n");
    sandbox.commit("feat: other");
    sandbox.git(&["switch", "-q", "main"]);
    sandbox.write("main.txt", "x\n");
    sandbox.commit("feat: main");
    sandbox.git(&["merge", "-q", "--no-commit", "--no-ff", "-s", "ours", "other"]);
    expect![[r#"
        ------- stderr -------
        error[plan/in-progress]: git is in the middle of a merge
          hint: conclude it, or run `git merge --abort`
        [exit status: 1]
    "#]]
    .assert_eq(&sandbox.release(&["bump", "minor"]).to_string());
}

#[test]
fn an_entry_that_another_run_wrote_meanwhile_does_not_block_the_rerun() {
    let sandbox = tagged();
    let lock = sandbox.repo().join(".git/index.lock");
    std::fs::write(&lock, "").expect("a file");
    assert_eq!(sandbox.release(&["bump", "minor"]).code, 1);
    std::fs::remove_file(&lock).expect("it is there");
    // The journal stands; somebody publishes and moves the ledger.
    let tree = sandbox.git(&["mktree"]);
    let foreign = sandbox.git(&["commit-tree", tree.trim(), "-m", "foreign"]);
    sandbox.git(&["update-ref", "refs/release/ledger", foreign.trim()]);
    sandbox.release(&["bump", "minor"]).success();
    assert_eq!(sandbox.git(&["log", "--format=%s", "refs/release/ledger"]), "bump: 1.2.3 -> 1.3.0\nforeign\n");
    assert_eq!(sandbox.git(&["tag"]), "v1.2.3\nv1.3.0\n");
}

#[test]
fn without_git_the_files_alone_can_be_written() {
    let sandbox = Sandbox::new();
    for (path, text) in ACME {
        sandbox.write(path, text);
    }
    sandbox.release(&["bump", "minor", "--no-commit"]).success();
    assert!(sandbox.read("pyproject.toml").contains("version = \"1.3.0\"  # the one source"));
}

#[test]
fn a_repository_that_was_moved_in_between_is_finished_where_it_is() {
    let sandbox = tagged();
    let lock = sandbox.repo().join(".git/index.lock");
    std::fs::write(&lock, "").expect("a file");
    assert_eq!(sandbox.release(&["bump", "minor"]).code, 1);
    std::fs::remove_file(&lock).expect("it is there");
    let moved = sandbox.path("moved");
    std::fs::rename(sandbox.repo(), &moved).expect("a new name");
    sandbox.finish(sandbox.command(&["bump", "minor"]).current_dir(&moved)).success();
    std::fs::rename(&moved, sandbox.repo()).expect("the old name");
    assert_eq!(sandbox.git(&["tag"]), "v1.2.3\nv1.3.0\n");
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "");
}

#[test]
fn a_bump_that_follows_another_one_is_told_from_one_that_is_run_twice() {
    let sandbox = Sandbox::with(ACME);
    sandbox.git(&["tag", "v1.2.3"]);
    // The only tag, and no ledger: a job that is run again, or a second release of the same commit?
    expect![[r#"
        ------- stderr -------
        error[plan/made-from-unknown]: 1.2.3 is released as `v1.2.3`, nothing was committed since, and what it was made from is not known
          hint: for another release of the same commit name the version: `release bump 1.2.4`; if this command made it already, there is nothing to do
        [exit status: 1]
    "#]].assert_eq(&sandbox.release(&["bump", "patch"]).to_string());
    assert_eq!(sandbox.git(&["tag"]), "v1.2.3\n");
    sandbox.git(&["tag", "-d", "v1.2.3"]);
    sandbox.release(&["bump", "patch", "--allow-empty-notes"]).success();
    // The ledger knows what 1.2.4 was made from, though no tag does.
    let again = sandbox.release(&["bump", "patch", "--allow-empty-notes"]).success();
    assert_eq!(again.stdout, "1.2.4 is released already\n");
    let other = sandbox.release(&["bump", "minor", "--allow-empty-notes"]).success();
    assert!(other.stdout.starts_with("1.2.4 -> 1.3.0\n"), "{other}");
    sandbox.git(&["update-ref", "-d", "refs/release/ledger"]);
    sandbox.git(&["tag", "-d", "v1.2.4"]);
    let unknown = sandbox.release(&["--format", "json", "bump", "major", "--allow-empty-notes"]);
    assert_eq!((unknown.code, unknown.failure_code()), (1, "plan/made-from-unknown".to_owned()), "{unknown}");
}
