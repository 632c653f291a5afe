//! The user's git hooks: named, refused, or run on a copy of the tree; never silently left out, and never in a way
//! that leaves a bump half done.

use expect_test::expect;

use super::bump::tagged;
use crate::support::Sandbox;

/// A hook of the repository.
fn hook(sandbox: &Sandbox, name: &str, script: &str) {
    use std::os::unix::fs::PermissionsExt;
    let path = sandbox.repo().join(".git/hooks").join(name);
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).expect("a hook");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("a mode");
}

fn with_hooks(mode: &str) -> Sandbox {
    let sandbox = tagged();
    let text = sandbox.read("pyproject.toml");
    sandbox.write("pyproject.toml", format!("{text}\n[tool.release.git]\nhooks = \"{mode}\"\n"));
    sandbox.commit("chore: hooks");
    sandbox
}

fn world(sandbox: &Sandbox) -> (String, Vec<(std::path::PathBuf, Vec<u8>)>) {
    let mut files = sandbox.snapshot();
    files.retain(|(path, _)| !path.display().to_string().contains("/.git/"));
    (sandbox.git(&["for-each-ref"]), files)
}

#[test]
fn hooks_that_do_not_run_are_named_or_stop_the_bump() {
    let sandbox = tagged();
    let witness = sandbox.path("witness");
    for name in ["pre-commit", "commit-msg", "pre-push"] {
        hook(&sandbox, name, &format!("touch '{}'", witness.display()));
    }
    // Not executable, so git would not run it.
    std::fs::write(sandbox.repo().join(".git/hooks/post-commit"), "#!/bin/sh\n").expect("a file");
    expect![[r#"
        note: the git hooks `pre-commit`, `commit-msg` are not run: `hooks` of `[tool.release.git]` says what becomes of them (`run`, `refuse`, `skip`)
        dry run: nothing was done
    "#]].assert_eq(&sandbox.release(&["bump", "minor", "-n"]).stderr);
    sandbox.release(&["bump", "minor"]).success();
    assert!(!witness.exists());
    let refused = with_hooks("refuse");
    hook(&refused, "pre-commit", "true");
    let before = world(&refused);
    expect![[r#"
        ------- stderr -------
        error[plan/hooks-refused]: git would run hooks that a bump does not run: `pre-commit`
          hint: set `hooks` of `[tool.release.git]` to `run`, or to `skip`
        [exit status: 1]
    "#]]
    .assert_eq(&refused.release(&["bump", "minor"]).to_string());
    assert!(before == world(&refused));
    // Files alone have nothing to do with hooks.
    refused.release(&["bump", "minor", "--no-commit"]).success();
}

#[test]
fn hooks_see_the_tree_as_it_will_be_and_may_change_the_message() {
    let sandbox = with_hooks("run");
    let seen = sandbox.path("seen");
    let say = |what: &str| format!("{what} >> '{}' 2>&1", seen.display());
    let all = [
        say("echo pre-commit: $#"),
        say("git diff --cached --stat"),
        say("git diff --stat"),
        say("git symbolic-ref HEAD"),
        say("grep -h version pyproject.toml"),
        say("env | grep -c -i canary"),
        say("git status --porcelain"),
    ];
    hook(&sandbox, "pre-commit", &all.join("\n"));
    hook(
        &sandbox,
        "prepare-commit-msg",
        &format!("{}\nprintf '\\nChange-Id: I1\\n' >> \"$1\"", say("echo prepare: $2")),
    );
    hook(&sandbox, "commit-msg", &format!("{}\ngrep -q '^chore' \"$1\"", say("echo commit-msg: $1")));
    hook(
        &sandbox,
        "reference-transaction",
        &format!("{}\n{}", say("echo reference-transaction: $1"), say("cut -d' ' -f3")),
    );
    hook(&sandbox, "post-commit", &format!("{}\nexit 1", say("git log -1 --format='post-commit: %s'")));
    let output = sandbox.release(&["bump", "minor"]).success();
    expect![[r#"
        warning: the git hook `post-commit` failed (exit code 1); the bump is made all the same
    "#]]
    .assert_eq(&output.stderr);
    expect![[r#"
        pre-commit: 0
         CHANGELOG.md     | 5 ++++-
         README.md        | 2 +-
         acme/__init__.py | 2 +-
         pyproject.toml   | 2 +-
         4 files changed, 7 insertions(+), 4 deletions(-)
        refs/heads/main
        version = "1.3.0"  # the one source
        match = "pip install acme=={version}"
        match = '__version__ = "{version}"'
        0
        M  CHANGELOG.md
        M  README.md
        M  acme/__init__.py
        M  pyproject.toml
        prepare: message
        commit-msg: .git/COMMIT_EDITMSG
        reference-transaction: prepared
        refs/heads/main
        refs/tags/v1.3.0
        reference-transaction: committed
        refs/heads/main
        refs/tags/v1.3.0
        post-commit: chore(release): 1.3.0
    "#]]
    .assert_eq(&std::fs::read_to_string(&seen).expect("the hooks ran"));
    assert_eq!(sandbox.git(&["log", "-1", "--format=%B"]), "chore(release): 1.3.0\n\nChange-Id: I1\n\n");
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "");
}

#[test]
fn a_hook_that_fails_or_changes_files_leaves_everything_as_it_was() {
    for (name, script) in [
        ("pre-commit", "echo the linter says no; exit 1"),
        ("pre-commit", "echo '# formatted' >> pyproject.toml"),
        ("pre-commit", "echo '# formatted' >> acme/more.py && git add acme/more.py"),
        ("pre-commit", "git rm -q acme/more.py"),
        ("prepare-commit-msg", "exit 2"),
        ("commit-msg", "echo no such ticket >&2; exit 1"),
        ("commit-msg", ": > \"$1\""),
        ("reference-transaction", "test \"$1\" != prepared"),
        ("pre-commit", "kill -9 $$"),
    ] {
        let sandbox = with_hooks("run");
        hook(&sandbox, name, script);
        let before = world(&sandbox);
        let output = sandbox.release(&["bump", "minor", "--format", "json"]);
        let code = output.failure_code();
        assert_eq!(output.code, 1, "{script}: {output}");
        assert!(code == "step/git-hook" || code == "step/git-hook-changed", "{script}: {output}");
        assert!(before == world(&sandbox), "{script}");
        assert_eq!(sandbox.git(&["status", "--porcelain"]), "", "{script}");
        std::fs::remove_file(sandbox.repo().join(".git/hooks").join(name)).expect("it is there");
        sandbox.release(&["bump", "minor"]).success();
    }
    let sandbox = with_hooks("run");
    hook(&sandbox, "pre-commit", "echo first; echo 'the linter says no' >&2; exit 1");
    expect![[r#"
        ------- stderr -------
        error[step/git-hook]: the git hook `pre-commit` stopped the bump: exit code 1
          cause: first
                 the linter says no
          hint: run `git hook run pre-commit` and put right what it says; nothing was changed
        [exit status: 1]
    "#]]
    .assert_eq(&sandbox.release(&["bump", "minor"]).to_string());
    // What wrote nothing has no cause to be named.
    hook(&sandbox, "pre-commit", "echo; exit 1");
    expect![[r#"
        ------- stderr -------
        error[step/git-hook]: the git hook `pre-commit` stopped the bump: exit code 1
          hint: run `git hook run pre-commit` and put right what it says; nothing was changed
        [exit status: 1]
    "#]]
    .assert_eq(&sandbox.release(&["bump", "minor"]).to_string());
    hook(&sandbox, "pre-commit", "echo '# formatted' >> README.md");
    expect![[r#"
        ------- stderr -------
        error[step/git-hook-changed]: the git hook `pre-commit` changed `README.md`
          hint: what is committed is what was planned: let `pre-commit` leave these files alone, or set `hooks = "skip"` in `[tool.release.git]`; nothing was changed
        [exit status: 1]
    "#]].assert_eq(&sandbox.release(&["bump", "minor"]).to_string());
}

#[test]
fn where_hooks_are_is_for_the_users_own_configuration_to_say() {
    let sandbox = with_hooks("run");
    let witness = sandbox.path("witness");
    use std::os::unix::fs::PermissionsExt;
    sandbox.write("tools/pre-commit", format!("#!/bin/sh\ntouch '{}'\n", witness.display()));
    let path = sandbox.repo().join("tools/pre-commit");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("a mode");
    sandbox.commit("chore: tools");
    sandbox.git(&["config", "core.hooksPath", "tools"]);
    expect![[r#"
        ------- stderr -------
        error[plan/hooks-elsewhere]: `core.hooksPath` of this repository's own configuration names `tools`, and hooks from there are not run
          hint: a repository that comes as an archive brings its `.git/config` along: where hooks are is for your own configuration to say
          hint: run `git config --local --unset core.hooksPath` and put `tools` into `git config --global core.hooksPath`, or set `hooks = "skip"` in `[tool.release.git]`
        [exit status: 1]
    "#]].assert_eq(&sandbox.release(&["bump", "minor"]).to_string());
    assert!(!witness.exists());
    sandbox.git(&["config", "--unset", "core.hooksPath"]);
    sandbox.git(&["config", "--global", "core.hooksPath", &sandbox.repo().join("tools").display().to_string()]);
    let _ = std::fs::remove_file(&witness);
    sandbox.release(&["bump", "minor"]).success();
    assert!(witness.exists());
}

#[test]
fn a_hook_before_the_push_may_say_no() {
    let sandbox = with_hooks("run");
    let origin = sandbox.path("origin.git").display().to_string();
    sandbox.git(&["init", "-q", "--bare", "-b", "main", &origin]);
    sandbox.git(&["remote", "add", "origin", &origin]);
    sandbox.git(&["push", "-q", "origin", "main"]);
    hook(&sandbox, "pre-push", "exit 1");
    let output = sandbox.release(&["bump", "minor", "--push"]);
    expect![[r#"
        error[step/push-hook]: the git hook `pre-push` refused the push
          cause: error: failed to push some refs to '[ROOT]/origin.git'
          hint: nothing of it is on `origin`; commit and tag are here
          hint: do what the hook says, and push again with the same command; `release bump --undo` takes the bump back (a run: `release undo`)
    "#]].assert_eq(&output.stderr);
    assert!(!sandbox.git(&["ls-remote", "origin"]).contains("v1.3.0"));
    hook(&sandbox, "pre-push", "cat > seen-by-hook; exit 0");
    sandbox.release(&["bump", "minor", "--push"]).success();
    assert!(sandbox.git(&["ls-remote", "origin"]).contains("v1.3.0"));
    assert!(sandbox.read("seen-by-hook").contains("refs/tags/v1.3.0"));
}
