//! `release run`: every phase for real against two embedded indexes and a bare remote; killed after every
//! phase and started again; policy, hooks, confirmation, preflight, signals.

use std::process::Stdio;
use std::time::{Duration, Instant};

use expect_test::expect;
use sha2::{Digest, Sha256};

use crate::support::releasing::Releasing;
use crate::support::{Sandbox, stand_ins};

const PHASES: [&str; 12] = [
    "preflight",
    "gates",
    "bump",
    "build",
    "check",
    "push",
    "publish one",
    "verify one",
    "publish two",
    "verify two",
    "announce",
    "status",
];

/// Kills the run after every phase and starts it again, until it is done; then a start does nothing.
fn killed_after_every_phase(releasing: &Releasing, kind: &[&str], version: &str) {
    let sandbox = &releasing.sandbox;
    let start = [&["run", "--yes"], kind].concat();
    for phase in PHASES {
        let said = releasing.killed_after(&start, phase);
        assert!(said.contains(phase), "{phase} was never reached:\n{said}");
    }
    let last = sandbox.release(&[start.as_slice(), &["--format", "json"]].concat());
    assert_eq!(last.code, 0, "{last}");
    assert_eq!(last.json()["result"]["version"], version);
    let tag = format!("refs/tags/v{version}");
    assert!(releasing.remote().contains(&tag), "{:?}", releasing.remote());
    assert_eq!(sandbox.git(&["rev-parse", "main"]), sandbox.git(&["rev-parse", "origin/main"]));
    {
        let state = releasing.forge.state();
        let [release] = state.forge.releases.as_slice() else { panic!("not one release") };
        assert_eq!(release.document["draft"], false);
        assert_eq!(release.document["tag_name"], format!("v{version}"));
        assert_ne!(release.document["body"], "", "the notes of the changelog");
        assert!(release.assets.len() >= 2, "the archives");
    }
    releasing.forge.requests();
    let before = (sandbox.snapshot(), sandbox.git(&["for-each-ref"]), releasing.remote());
    let again = sandbox.release(&start).success();
    assert!(again.stdout.ends_with(&format!("{version} is released, and nothing was committed since\n")), "{again}");
    assert!(before == (sandbox.snapshot(), sandbox.git(&["for-each-ref"]), releasing.remote()), "a third start acts");
    assert_eq!(releasing.forge.requests(), Vec::<String>::new());
    sandbox.release(&["history", "verify"]).success();
}

#[test]
fn killed_after_every_phase_a_release_finishes_and_then_does_nothing() {
    let releasing = Releasing::acme("");
    killed_after_every_phase(&releasing, &["minor"], "1.3.0");
    let one = releasing.files(0, "acme");
    assert_eq!(one.len(), 2, "{one:?}");
    assert_eq!(one, releasing.files(1, "acme"), "every index gets the same bytes");
    assert_eq!(releasing.sandbox.git(&["tag"]), "v1.3.0\n");
    assert_eq!(releasing.sandbox.git(&["log", "--format=%s"]), "chore(release): 1.3.0\nfeat: a thing\n");
}

#[test]
fn killed_at_the_beginning_and_the_end_of_every_step_a_release_finishes() {
    let releasing = Releasing::acme("");
    let sandbox = &releasing.sandbox;
    let start = ["run", "minor", "--yes", "-v"];
    let mut seen: Vec<String> = Vec::new();
    loop {
        let mut killed = false;
        let said = releasing.killed_when(&start, |line| {
            let step = line.strip_prefix("  ").filter(|line| line.starts_with("running ") || line.starts_with("done "));
            killed = step.is_some_and(|step| !seen.iter().any(|known| known == step));
            seen.extend(step.filter(|_| killed).map(str::to_owned));
            killed
        });
        if !killed {
            assert!(said.contains("status       ok"), "{said}");
            break;
        }
    }
    // Commit, checkout, build, push, two uploads, two installs, release and status, at either end.
    assert!(seen.len() > 20, "{seen:#?}");
    assert_eq!(releasing.files(0, "acme").len(), 2);
    assert_eq!(releasing.files(0, "acme"), releasing.files(1, "acme"));
    assert_eq!(sandbox.git(&["log", "--format=%s"]), "chore(release): 1.3.0\nfeat: a thing\n");
    assert_eq!(releasing.forge.state().forge.releases.len(), 1);
    let before = (sandbox.snapshot(), sandbox.git(&["for-each-ref"]), releasing.remote());
    sandbox.release(&["run", "minor", "--yes"]).success();
    assert!(before == (sandbox.snapshot(), sandbox.git(&["for-each-ref"]), releasing.remote()), "a third start acts");
    sandbox.release(&["history", "verify"]).success();
}

fn fixture(name: &str, projects: &[&str], version: &str) {
    let mut sandbox = Sandbox::fixture(name).online();
    stand_ins::all(&sandbox.path("stand-ins"));
    std::fs::create_dir(sandbox.path("tmp")).expect("a folder");
    sandbox.set("TMPDIR", sandbox.path("tmp"));
    let stand_ins = sandbox.path("stand-ins");
    let releasing = Releasing::of(sandbox).with_dependencies(&stand_ins);
    killed_after_every_phase(&releasing, &[], version);
    for project in projects {
        let one = releasing.files(0, project);
        assert_eq!(one.len(), 2, "{one:?}");
        assert_eq!(one, releasing.files(1, project), "every index gets the same bytes");
    }
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn prompt_manager_is_released() {
    fixture("prompt-manager", &["prompt-manager"], "0.4.2");
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn mypylogger_is_released() {
    fixture("mypylogger", &["mypylogger"], "0.2.7");
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn generative_ai_workflow_is_released() {
    fixture("generative-ai-workflow", &["generative-ai-workflow"], "0.3.0");
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn prompt_studio_is_released() {
    fixture("prompt-studio", &["prompt-studio-sdk", "prompt-studio-store"], "0.2.0");
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn repo_agent_is_released() {
    fixture("repo-agent", &["repo-agent"], "0.1.0");
}

#[test]
fn the_whole_output() {
    let releasing = Releasing::acme("");
    let output = releasing.sandbox.release(&["run", "minor", "--yes", "--dry-run"]).success();
    let stable = |text: String| {
        let mut text = text;
        for served in &releasing.stages {
            text = text.replace(&served.upload_url(), "[UPLOAD]");
        }
        text = text.replace(releasing.forge.address.trim_start_matches("http://"), "[FORGE]");
        match text.lines().find_map(|line| line.strip_prefix("token   ").map(str::to_owned)) {
            Some(token) => text.replace(&token, "[TOKEN]"),
            None => text,
        }
    };
    expect![[r#"
        acme 1.2.3 -> 1.3.0, tag v1.3.0
          CHANGELOG.md:3: + ## [1.3.0] - 2026-11-21
          CHANGELOG.md:13: [Unreleased]: https://example.org/acme/compare/v1.2.3...HEAD -> [Unreleased]: https://example.org/acme/compare/v1.3.0...HEAD
          README.md:3: 1.2.3 -> 1.3.0
          acme/__init__.py:3: 1.2.3 -> 1.3.0
          pyproject.toml:8: 1.2.3 -> 1.3.0
        phases  preflight, gates, bump, build, check, push, publish one, verify one, publish two, verify two, announce, status
        stage   one [UPLOAD]
        stage   two [UPLOAD]
        remote  [ROOT]/origin.git
        forge   [FORGE]/acme/demo
        token   [TOKEN]
        ------- stderr -------
        dry run: nothing was done
    "#]].assert_eq(&stable(output.to_string()));
    let output = releasing.sandbox.release(&["run", "minor", "--yes"]).success();
    // Times and digests differ from run to run.
    let words = |line: &str| line.split_whitespace().filter(|word| word.len() < 60).collect::<Vec<_>>().join(" ");
    let lines: Vec<String> = output.stdout.lines().map(words).collect();
    expect![[r#"
        warning[check/no-license]: neither an expression, nor a file, nor a classifier names a licence
        at: acme-1.3.0.tar.gz: acme-1.3.0/PKG-INFO
        help: set `license` in `[project]` to an SPDX expression
        warning[check/license-files-missing]: no file holds the text of the licence
        at: acme-1.3.0.tar.gz
        help: set `license-files` in `[project]`, and see that the file is there
        warning[check/no-description]: the project has no description
        at: acme-1.3.0.tar.gz: acme-1.3.0/PKG-INFO
        help: name the readme in `[project]`: `readme = "README.md"`
        warning[check/no-license]: neither an expression, nor a file, nor a classifier names a licence
        at: acme-1.3.0-py3-none-any.whl: acme-1.3.0.dist-info/METADATA
        help: set `license` in `[project]` to an SPDX expression
        warning[check/license-files-missing]: no file holds the text of the licence
        at: acme-1.3.0-py3-none-any.whl
        help: set `license-files` in `[project]`, and see that the file is there
        warning[check/no-description]: the project has no description
        at: acme-1.3.0-py3-none-any.whl: acme-1.3.0.dist-info/METADATA
        help: name the readme in `[project]`: `readme = "README.md"`
        acme 1.3.0 is released
        acme-1.3.0.tar.gz 1.4 kB sha256
        acme-1.3.0-py3-none-any.whl 995 B sha256
        http://[FORGE]/acme/demo/releases/tag/v1.3.0
    "#]]
    .assert_eq(&stable(lines.join("\n") + "\n"));
    let history = releasing.sandbox.release(&["history"]).success();
    expect![[r#"
        2026-11-21T12:00:00Z  run   1.3.0  1.3.0 is released
        2026-11-21T12:00:00Z  run   1.3.0  status: inconclusive: the lock files name no package; valid until 2026-11-23T12:00:00Z
        2026-11-21T12:00:00Z  run   1.3.0  announce: created, 2 assets: http://[FORGE]/acme/demo/releases/tag/v1.3.0
        2026-11-21T12:00:00Z  run   1.3.0  announce 1.3.0 [begun]
        2026-11-21T12:00:00Z  run   1.3.0  verify two: 2 archives installed in clean environments, 10 checks
        2026-11-21T12:00:00Z  run   1.3.0  publish two: 2 files on `two`
        2026-11-21T12:00:00Z  run   1.3.0  publish two 1.3.0 [begun]
        2026-11-21T12:00:00Z  run   1.3.0  verify one: 2 archives installed in clean environments, 10 checks
        2026-11-21T12:00:00Z  run   1.3.0  publish one: 2 files on `one`
        2026-11-21T12:00:00Z  run   1.3.0  publish one 1.3.0 [begun]
        2026-11-21T12:00:00Z  run   1.3.0  push: pushed main and v1.3.0 to `origin`
        2026-11-21T12:00:00Z  run   1.3.0  push 1.3.0 [begun]
        2026-11-21T12:00:00Z  run   1.3.0  check: 2 archives pass every rule, 6 warnings
        2026-11-21T12:00:00Z  run   1.3.0  build: 2 archives, 2.4 kB of v1.3.0 by backend in isolation
        2026-11-21T12:00:00Z  run   1.3.0  bump: 1.2.3 -> 1.3.0, 4 files written, committed, tagged v1.3.0
        2026-11-21T12:00:00Z  bump  1.3.0  1.2.3 -> 1.3.0
        2026-11-21T12:00:00Z  run   1.3.0  gates: none configured
        2026-11-21T12:00:00Z  run   1.3.0  preflight: tokens for one, two, 1.3.0 is free there
        2026-11-21T12:00:00Z  run   1.3.0  1.2.3 -> 1.3.0
    "#]].assert_eq(&stable(history.to_string()));
}

#[test]
fn nothing_is_done_before_somebody_says_yes() {
    let releasing = Releasing::acme("");
    let output = releasing.sandbox.release(&["run", "minor"]);
    expect![[r#"
        ------- stderr -------
        error[plan/not-confirmed]: nothing was done: the release was not confirmed
          hint: look at `release run --dry-run`, then pass `--yes`
        [exit status: 1]
    "#]]
    .assert_eq(&output.to_string());
    assert_eq!(releasing.sandbox.git(&["status", "--porcelain"]), "");
    assert_eq!(releasing.sandbox.git(&["for-each-ref", "refs/release"]), "");
}

#[test]
fn what_would_fail_later_is_told_first_and_all_at_once() {
    let mut releasing = Releasing::acme("");
    // A version that somebody uploaded, a tag and a commit that somebody pushed, and a token that is missing.
    let sandbox = &releasing.sandbox;
    sandbox.git(&["commit", "-q", "--allow-empty", "-m", "elsewhere"]);
    sandbox.git(&["push", "-q", "origin", "main", "HEAD:refs/tags/v1.3.0"]);
    sandbox.git(&["reset", "-q", "--hard", "HEAD~1"]);
    // Nobody here knows yet what the other one pushed.
    sandbox.git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
    releasing.sandbox.unset("RELEASE_TOKEN_TWO");
    releasing.sandbox.unset("RELEASE_TOKEN");
    releasing.sandbox.unset("TWINE_PASSWORD");
    releasing.sandbox.unset("UV_PUBLISH_TOKEN");
    let output = releasing.sandbox.release(&["run", "minor", "--yes"]);
    let stderr: Vec<&str> = output.stderr.lines().filter(|line| !line.starts_with("preflight")).collect();
    expect![[r#"
        gates        not run
        bump         not run
        build        not run
        check        not run
        push         not run
        publish one  not run
        verify one   not run
        publish two  not run
        verify two   not run
        announce     not run
        status       not run
        error[plan/no-token]: no token for `two`
          cause: and `origin` has the tag `v1.3.0` already, for another commit
          cause: and `main` of `origin` has commits that are not here
          hint: `RELEASE_TOKEN_ONE` is set and not read for `two`: if it is meant, give its value as `RELEASE_TOKEN_TWO`
          hint: `RELEASE_TOKEN_PYPI` is set and not read for `two`: if it is meant, give its value as `RELEASE_TOKEN_TWO`
          hint: set `RELEASE_TOKEN_TWO`; `release publish` also takes `--token-stdin` and `--token-file FILE`
          hint: run `git fetch --tags origin`, and choose a higher version
          hint: run `release undo` if the bump was made, `git pull --rebase origin main`, then release again
          hint: nothing was changed: put that right, and run the same command again
    "#]]
    .assert_eq(&(stderr.join("\n") + "\n"));
    assert_eq!(output.code, 3, "{output}");
    assert_eq!(releasing.sandbox.git(&["tag"]), "");
}

#[test]
fn another_release_waits_for_the_one_that_was_begun() {
    let releasing = Releasing::acme(&hook("before-build", "raise SystemExit(1)", ""));
    let sandbox = &releasing.sandbox;
    let failed = sandbox.release(&["run", "minor", "--yes", "--format", "json"]);
    assert_eq!((failed.code, failed.failure_code()), (1, "step/hook".to_owned()), "{failed}");
    let output = sandbox.release(&["run", "major", "--yes"]);
    expect![[r#"
        ------- stderr -------
        error[plan/unfinished]: the release of 1.3.0 was begun and has not ended
          hint: `release resume` continues it, `release undo` takes it back, `release abandon` gives it up
        [exit status: 1]
    "#]]
    .assert_eq(&output.to_string());
    // By its kind, or by its version, it is the same one.
    for wanted in ["minor", "1.3.0"] {
        assert_eq!(sandbox.release(&["run", wanted, "--yes", "--format", "json"]).failure_code(), "step/hook");
    }
}

#[test]
fn a_release_that_changed_nothing_gives_way_to_another() {
    let gate = "\n[[tool.release.gates]]\nrun = [\"python\", \"-c\", \"import os; raise SystemExit(not os.path.exists('../fixed'))\"]\n";
    let releasing = Releasing::acme(gate);
    let sandbox = &releasing.sandbox;
    assert_eq!(sandbox.release(&["run", "minor", "--yes", "--format", "json"]).failure_code(), "step/gate");
    std::fs::write(sandbox.path("fixed"), "").expect("a file");
    sandbox.release(&["run", "major", "--yes"]).success();
    assert_eq!(sandbox.git(&["tag"]), "v2.0.0\n");
}

const POLICY: &str = "\n[tool.release.policy]\napprovals = 1\napprovers = [\"ana@example.org\", \"bo@example.org\"]\n";

#[test]
fn nothing_leaves_the_machine_before_somebody_else_approves() {
    let releasing = Releasing::acme(POLICY);
    let sandbox = &releasing.sandbox;
    let output = sandbox.release(&["run", "minor", "--yes", "--format", "json"]);
    assert_eq!((output.code, output.failure_code()), (1, "plan/not-approved".to_owned()), "{output}");
    let token = output.json()["result"]["plan"].as_str().expect("a token").to_owned();
    assert_eq!(releasing.remote(), ["HEAD", "refs/heads/main"]);
    // The one who started the run does not count, nor does somebody who is not named.
    let said = sandbox.release(&["approve", &token]).success().to_string();
    assert!(said.starts_with("Ana Tester <ana@example.org> approves "), "{said}");
    sandbox.git(&["config", "user.email", "eve@example.org"]);
    sandbox.release(&["approve", &token]).success();
    assert_eq!(sandbox.release(&["resume", "--format", "json"]).failure_code(), "plan/not-approved");
    sandbox.git(&["config", "user.email", "bo@example.org"]);
    sandbox.release(&["approve", &token, "--reason", "looked at every line"]).success();
    let again = sandbox.release(&["approve", &token]).success().to_string();
    assert!(again.ends_with("has approved it already\n"), "{again}");
    sandbox.release(&["resume"]).success();
    assert!(releasing.remote().contains(&"refs/tags/v1.3.0".to_owned()));
}

#[test]
fn a_commit_that_was_amended_is_not_what_was_approved() {
    let releasing = Releasing::acme(POLICY);
    let sandbox = &releasing.sandbox;
    let output = sandbox.release(&["run", "minor", "--yes", "--format", "json"]);
    let token = output.json()["result"]["plan"].as_str().expect("a token").to_owned();
    sandbox.git(&["config", "user.email", "bo@example.org"]);
    sandbox.release(&["approve", &token]).success();
    sandbox.write("acme/__init__.py", "EVIL = 1\n");
    sandbox.git(&["commit", "-q", "-a", "--amend", "--no-edit"]);
    sandbox.git(&["tag", "-f", "-a", "v1.3.0", "-m", "x"]);
    for command in ["resume", "undo"] {
        let output = sandbox.release(&[command, "--format", "json"]);
        assert_eq!((output.code, output.failure_code()), (1, "plan/other-commit".to_owned()), "{output}");
    }
    assert_eq!(releasing.remote(), ["HEAD", "refs/heads/main"]);
    assert_eq!(sandbox.read("acme/__init__.py"), "EVIL = 1\n");
}

#[test]
fn a_hook_after_a_phase_belongs_to_it() {
    let script = "import os; open('../ran', 'a').write('x'); raise SystemExit(len(open('../ran').read()) < 3)";
    let releasing = Releasing::acme(&hook("after-check", script, ""));
    let sandbox = &releasing.sandbox;
    assert_eq!(sandbox.release(&["run", "minor", "--yes", "--format", "json"]).failure_code(), "step/hook");
    assert_eq!(sandbox.release(&["resume", "--format", "json"]).failure_code(), "step/hook");
    sandbox.release(&["resume"]).success();
    assert_eq!(std::fs::read_to_string(sandbox.path("ran")).expect("it ran"), "xxx");
}

#[test]
fn every_index_gets_the_bytes_that_were_built() {
    let script = "import os, glob; [open(f, 'ab').write(b'x') for f in glob.glob('dist/*.tar.gz') if os.environ['RELEASE_STAGE'] == 'two']";
    let releasing = Releasing::acme(&hook("before-publish", script, ""));
    let output = releasing.sandbox.release(&["run", "minor", "--yes", "--format", "json"]);
    assert_eq!((output.code, output.failure_code()), (4, "plan/other-archive".to_owned()), "{output}");
    assert_eq!(releasing.files(1, "acme").len(), 0);
}

#[test]
fn what_was_approved_is_what_is_released() {
    let releasing = Releasing::acme(POLICY);
    let sandbox = &releasing.sandbox;
    let output = sandbox.release(&["run", "minor", "--yes", "--format", "json"]);
    let token = output.json()["result"]["plan"].as_str().expect("a token").to_owned();
    sandbox.git(&["config", "user.email", "bo@example.org"]);
    sandbox.release(&["approve", &token]).success();
    // A hook that nobody looked at; a policy that asks for less; a stage that is elsewhere.
    let text = sandbox.read("pyproject.toml");
    for changed in [
        format!("{text}{}", hook("before-push", "open('../ran', 'w')", "")),
        text.replace("approvals = 1", "approvals = 0"),
        text.replace("stages = [\"one\", \"two\"]", "stages = [\"two\"]"),
        text.replace(&releasing.stages[1].upload_url(), "https://example.org/legacy/"),
    ] {
        assert_ne!(changed, text);
        sandbox.write("pyproject.toml", changed);
        let output = sandbox.release(&["resume", "--format", "json"]);
        assert_eq!((output.code, output.failure_code()), (1, "plan/drifted".to_owned()), "{output}");
    }
    assert!(!sandbox.path("ran").exists());
    assert_eq!(releasing.remote(), ["HEAD", "refs/heads/main"]);
    sandbox.write("pyproject.toml", &text);
    sandbox.release(&["resume"]).success();
}

#[test]
fn a_release_that_was_begun_goes_on_with_its_own_hooks_gates_and_stages() {
    let broken = hook("after-publish", "raise SystemExit(5)", "");
    let releasing = Releasing::acme(&broken);
    let sandbox = &releasing.sandbox;
    assert_eq!(sandbox.release(&["run", "minor", "--yes", "--format", "json"]).failure_code(), "step/hook");
    let text = sandbox.read("pyproject.toml");
    let gate = "\n[[tool.release.gates]]\nrun = [\"python\", \"-c\", \"pass\"]\n";
    for (changed, what) in [
        (text.replace("SystemExit(5)", "SystemExit(0)"), "hooks"),
        (text.replace("SystemExit(5)''']\n", "SystemExit(5)''']\ntimeout = 9\n"), "hooks"),
        (format!("{text}{gate}"), "gates"),
        (format!("{text}{POLICY}"), "policy"),
    ] {
        assert_ne!(changed, text);
        sandbox.write("pyproject.toml", &changed);
        let output = sandbox.release(&["resume"]);
        assert_eq!(
            output.to_string(),
            format!(
                "------- stderr -------\nnote: continuing the release of 1.3.0\n\
                 error[plan/drifted]: the configuration has changed since the release of 1.3.0 was begun\n  \
                 hint: `{what}` differs\n  \
                 hint: put it back, and run `release resume`\n  \
                 hint: hooks that cannot work: `release resume --new-hooks`, where nobody had to approve the plan; all else: `release abandon`\n\
                 [exit status: 1]\n"
            )
        );
    }
    // Where the hook itself is what is wrong, somebody says so, and the ledger tells.
    sandbox.write("pyproject.toml", text.replace("SystemExit(5)", "SystemExit(0)"));
    sandbox.release(&["resume", "--new-hooks"]).success();
    let history = sandbox.release(&["history"]).success().to_string();
    assert!(history.contains("goes on with the hooks of the configuration as it is now"), "{history}");
}

#[test]
fn hooks_that_were_approved_are_not_exchanged() {
    let releasing = Releasing::acme(POLICY);
    let sandbox = &releasing.sandbox;
    assert_eq!(sandbox.release(&["run", "minor", "--yes", "--format", "json"]).failure_code(), "plan/not-approved");
    let output = sandbox.release(&["resume", "--new-hooks"]);
    expect![[r#"
        ------- stderr -------
        error[plan/drifted]: the configuration has changed since the release of 1.3.0 was begun
          hint: `hooks` were approved
          hint: put it back, and run `release resume`
          hint: hooks that cannot work: `release resume --new-hooks`, where nobody had to approve the plan; all else: `release abandon`
        [exit status: 1]
    "#]].assert_eq(&output.to_string());
}

/// What git has of a file that `git lfs` keeps.
fn lfs_pointer(content: &str) -> String {
    let sha256: String = Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("version https://git-lfs.github.com/spec/v1\noid sha256:{sha256}\nsize {}\n", content.len())
}

fn hook(at: &str, script: &str, more: &str) -> String {
    format!("\n[[tool.release.hooks]]\nat = \"{at}\"\nrun = [\"python3\", \"-c\", '''{script}''']\n{more}")
}

#[test]
fn hooks_run_in_order_in_a_closed_environment_and_may_stop_the_run() {
    let note = "import os; open('../hooks', 'a').write(' '.join([os.environ['RELEASE_PHASE'], os.environ['RELEASE_STAGE'], os.environ['RELEASE_VERSION'], os.environ['RELEASE_TAG']]) + chr(10) + ''.join(sorted(k + chr(10) for k in os.environ if 'TOKEN' in k or 'PASSWORD' in k)))";
    let more = [
        hook("before-gates", note, ""),
        hook("after-check", note, ""),
        hook("before-publish", note, ""),
        hook("after-verify", "raise SystemExit(3)", "critical = false\n"),
        hook("before-status", "raise SystemExit(4)", ""),
    ]
    .concat();
    let releasing = Releasing::acme(&more);
    let output = releasing.sandbox.release(&["run", "minor", "--yes"]);
    assert_eq!(output.code, 4, "{output}");
    let seen = std::fs::read_to_string(releasing.sandbox.path("hooks")).expect("they ran");
    assert_eq!(seen, "gates  1.3.0 v1.3.0\ncheck  1.3.0 v1.3.0\npublish one 1.3.0 v1.3.0\npublish two 1.3.0 v1.3.0\n");
    let told: Vec<&str> = output.stderr.lines().filter(|line| line.contains("hook") || line.contains("hint")).collect();
    expect![[r#"
        warning: the hook `python3 -c raise SystemExit(3)` (after-verify) failed (exit code 3); it is not critical
        warning: the hook `python3 -c raise SystemExit(3)` (after-verify) failed (exit code 3); it is not critical
        error[step/hook]: the hook `python3 -c raise SystemExit(4)` (before-status) stopped the release: exit code 4
          hint: run `python3 -c raise SystemExit(4)` in the project and put right what it says
          hint: part has left this machine: `release resume` continues
    "#]]
    .assert_eq(&(told.join("\n") + "\n"));
}

#[test]
fn a_hook_may_not_change_what_is_released() {
    let releasing = Releasing::acme(&hook("before-build", "open('README.md', 'a').write('more')", ""));
    let output = releasing.sandbox.release(&["run", "minor", "--yes", "--format", "json"]);
    assert_eq!((output.code, output.failure_code()), (1, "step/hook-changed".to_owned()), "{output}");
}

#[test]
fn other_hooks_and_policies_are_refused() {
    for (more, key) in [
        (hook("before-lunch", "pass", ""), "`hooks.at`"),
        ("\n[[tool.release.hooks]]\nat = \"after-push\"\nrun = []\n".to_owned(), "`hooks.run`"),
        (
            "\n[tool.release.policy]\napprovals = 2\napprovers = [\"ana@example.org\"]\n".to_owned(),
            "`policy.approvals`",
        ),
    ] {
        let sandbox = Sandbox::with(crate::support::projects::ACME);
        let text = sandbox.read("pyproject.toml");
        sandbox.write("pyproject.toml", format!("{text}{more}"));
        let output = sandbox.release(&["show"]);
        assert_eq!(output.code, 3, "{output}");
        assert!(output.stderr.contains(key), "{output}");
    }
}

#[test]
fn a_second_index_gets_nothing_before_the_first_was_verified() {
    let releasing =
        Releasing::acme("\n[[tool.release.verify.commands]]\nrun = [\"python\", \"-c\", \"raise SystemExit(9)\"]\n");
    let output = releasing.sandbox.release(&["run", "minor", "--yes", "--format", "json"]);
    assert_eq!((output.code, output.failure_code()), (4, "verify/command".to_owned()), "{output}");
    assert_eq!(releasing.files(0, "acme").len(), 2);
    assert_eq!(releasing.files(1, "acme").len(), 0);
    let again = releasing.sandbox.release(&["resume", "--format", "json"]);
    assert_eq!(again.failure_code(), "verify/command", "{again}");
    assert_eq!(releasing.files(1, "acme").len(), 0);
}

#[test]
fn archives_that_are_gone_are_built_again_and_must_be_the_same() {
    let releasing = Releasing::acme("");
    let sandbox = &releasing.sandbox;
    releasing.killed_after(&["run", "minor", "--yes"], "publish one");
    std::fs::remove_dir_all(sandbox.repo().join("dist")).expect("it was built");
    sandbox.release(&["resume"]).success();
    assert_eq!(releasing.files(0, "acme"), releasing.files(1, "acme"));
    // A backend that says something else each time.
    let releasing = Releasing::acme("");
    let sandbox = &releasing.sandbox;
    let generator = "b\"Wheel-Version: 1.0\\nGenerator: own";
    let chance = "b\"Wheel-Version: 1.0\\nGenerator: \" + os.urandom(4).hex().encode() + b\"";
    let backend = sandbox.read("backend.py").replace(generator, chance);
    sandbox.write("backend.py", backend);
    sandbox.commit("chore: chance");
    releasing.killed_after(&["run", "minor", "--yes"], "publish one");
    std::fs::remove_dir_all(sandbox.repo().join("dist")).expect("it was built");
    let output = sandbox.release(&["resume", "--format", "json"]);
    assert_eq!((output.code, output.failure_code()), (4, "plan/other-archive".to_owned()), "{output}");
}

#[test]
fn files_that_are_not_tagged_are_in_no_archive() {
    let releasing = Releasing::acme("");
    let sandbox = &releasing.sandbox;
    sandbox.write(".gitignore", "dist/\npublic/\n__pycache__/\nacme/generated.py\n");
    sandbox.commit("chore: generated files");
    sandbox.write("acme/scratch.py", "PASSWORD = 'untracked'\n");
    sandbox.write("acme/generated.py", "HOST = 'ignored'\n");
    sandbox.release(&["run", "minor", "--yes"]).success();
    for archive in ["acme-1.3.0.tar.gz", "acme-1.3.0-py3-none-any.whl"] {
        let members = releasing.members(archive);
        assert!(members.iter().any(|(name, _)| name.ends_with("acme/__init__.py")), "{members:?}");
        let other = |(name, _): &(String, String)| name.contains("scratch") || name.contains("generated");
        assert!(!members.iter().any(other), "{members:?}");
    }
    // They are the user's, and stay where they are.
    assert_eq!(sandbox.read("acme/scratch.py"), "PASSWORD = 'untracked'\n");
}

#[test]
fn what_a_hook_makes_before_the_build_is_in_the_archives_and_nowhere_else() {
    let script = "open('acme/made.py', 'w').write('MADE = True')";
    let releasing = Releasing::acme(&hook("before-build", script, ""));
    let sandbox = &releasing.sandbox;
    sandbox.release(&["run", "minor", "--yes"]).success();
    let members = releasing.members("acme-1.3.0.tar.gz");
    assert!(members.contains(&("acme-1.3.0/acme/made.py".to_owned(), "MADE = True".to_owned())), "{members:?}");
    assert!(!sandbox.repo().join("acme/made.py").exists());
}

#[test]
fn submodules_and_large_files_are_built_from_what_was_committed() {
    let releasing = Releasing::acme("");
    let sandbox = &releasing.sandbox;
    // A module that another repository keeps, at a commit that is not its newest.
    let other = sandbox.path("other").display().to_string();
    sandbox.git(&["init", "-q", &other]);
    for (text, message) in [("TAKEN = 1\n", "one"), ("TAKEN = 2\n", "two")] {
        std::fs::write(sandbox.path("other/vendored.py"), text).expect("a file");
        sandbox.git(&["-C", &other, "add", "-A"]);
        sandbox.git(&["-C", &other, "commit", "-q", "-m", message]);
    }
    sandbox.git(&["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", &other, "acme/other"]);
    sandbox.git(&["-C", "acme/other", "checkout", "-q", "HEAD~1"]);
    sandbox.git(&["add", "acme/other"]);
    // A file as `git lfs` keeps it: a pointer in git, its content in the working tree.
    let large = "LARGE = 1\n";
    sandbox.write("acme/large.py", lfs_pointer(large));
    sandbox.write(".gitattributes", "acme/large.py filter=lfs -text\n");
    sandbox.commit("feat: more");
    sandbox.write("acme/large.py", large);
    sandbox.git(&["update-index", "--assume-unchanged", "acme/large.py"]);
    sandbox.release(&["run", "minor", "--yes"]).success();
    let members = releasing.members("acme-1.3.0.tar.gz");
    for (name, text) in [("acme/other/vendored.py", "TAKEN = 1\n"), ("acme/large.py", large)] {
        assert!(members.contains(&(format!("acme-1.3.0/{name}"), text.to_owned())), "{members:?}");
    }
}

#[test]
fn what_git_has_only_in_another_form_is_refused() {
    let pointer = format!("version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize 9\n", "ab".repeat(32));
    for (filter, stored, code) in
        [("lfs", pointer.as_str(), "step/not-fetched"), ("git-crypt", "\0GITCRYPT\0secret", "step/encrypted")]
    {
        let releasing = Releasing::acme("");
        let sandbox = &releasing.sandbox;
        sandbox.write("acme/other.py", stored);
        sandbox.write(".gitattributes", format!("acme/other.py filter={filter} -text\n"));
        sandbox.commit("feat: more");
        let output = sandbox.release(&["run", "minor", "--yes", "--format", "json"]);
        assert_eq!((output.code, output.failure_code()), (1, code.to_owned()), "{output}");
        assert!(!sandbox.repo().join("dist").exists());
    }
}

#[test]
fn what_is_built_is_what_is_tagged() {
    let releasing = Releasing::acme("");
    let sandbox = &releasing.sandbox;
    releasing.killed_after(&["run", "minor", "--yes"], "bump");
    sandbox.write("acme/later.py", "");
    sandbox.commit("feat: one more thing");
    sandbox.write("acme/__init__.py", "uncommitted = True\n");
    std::fs::remove_dir_all(sandbox.repo().join("dist")).ok();
    sandbox.release(&["resume"]).success();
    let members = releasing.members("acme-1.3.0.tar.gz");
    assert!(!members.iter().any(|(name, _)| name.ends_with("later.py")), "{members:?}");
    assert!(!members.iter().any(|(_, text)| text.contains("uncommitted")), "{members:?}");
    // What came later is nobody's release.
    assert_eq!(sandbox.git(&["rev-parse", "origin/main"]), sandbox.git(&["rev-parse", "v1.3.0^{commit}"]));
    assert_eq!(sandbox.read("acme/__init__.py"), "uncommitted = True\n");
}

#[test]
fn a_tag_that_is_gone_is_not_built() {
    let releasing = Releasing::acme(&hook("before-build", "raise SystemExit(1)", ""));
    let sandbox = &releasing.sandbox;
    assert_eq!(sandbox.release(&["run", "minor", "--yes", "--format", "json"]).failure_code(), "step/hook");
    sandbox.git(&["tag", "-d", "v1.3.0"]);
    sandbox.write("acme/__init__.py", "EVIL = 1\n");
    sandbox.commit("feat: evil");
    sandbox.git(&["tag", "v1.3.0"]);
    let output = sandbox.release(&["resume", "--format", "json"]);
    assert_eq!((output.code, output.failure_code()), (1, "plan/other-commit".to_owned()), "{output}");
}

#[test]
fn settings_of_the_machine_change_no_byte_of_an_archive() {
    let releasing = Releasing::acme("");
    let sandbox = &releasing.sandbox;
    sandbox.write(".gitattributes", "* text=auto\n");
    sandbox.write("acme/ident.py", "ID = '$Id$'\n");
    sandbox.commit("feat: attributes");
    std::fs::write(sandbox.path("home/attributes"), "*.py ident\n").expect("a file");
    let attributes = sandbox.path("home/attributes").display().to_string();
    for (key, value) in [("core.attributesFile", attributes.as_str()), ("core.eol", "crlf"), ("core.autocrlf", "true")]
    {
        sandbox.git(&["config", "--global", key, value]);
    }
    sandbox.release(&["run", "minor", "--yes"]).success();
    let members = releasing.members("acme-1.3.0.tar.gz");
    assert!(members.contains(&("acme-1.3.0/acme/ident.py".to_owned(), "ID = '$Id$'\n".to_owned())), "{members:?}");
    assert!(!members.iter().any(|(_, text)| text.contains('\r')), "{members:?}");
}

#[test]
fn git_sees_the_checkout_as_clean_and_links_stay_links() {
    // Tools that take the version from git ask whether anything differs from the tag.
    let script = "import subprocess, os; out = subprocess.run(['git', 'status', '--porcelain'], capture_output=True, text=True); raise SystemExit(out.stdout + out.stderr if out.stdout or out.returncode or not os.path.islink('acme/link.bin') or not os.path.islink('acme/gone.bin') else 0)";
    let releasing = Releasing::acme(&hook("before-build", script, ""));
    let sandbox = &releasing.sandbox;
    let large = "LARGE = 1\n";
    sandbox.write("acme/large.bin", lfs_pointer(large));
    sandbox.write(".gitattributes", "*.bin filter=lfs -text\n");
    std::os::unix::fs::symlink("large.bin", sandbox.repo().join("acme/link.bin")).expect("a link");
    std::os::unix::fs::symlink("nowhere", sandbox.repo().join("acme/gone.bin")).expect("a link");
    sandbox.commit("feat: more");
    sandbox.write("acme/large.bin", large);
    sandbox.git(&["update-index", "--assume-unchanged", "acme/large.bin"]);
    sandbox.release(&["run", "minor", "--yes"]).success();
}

#[test]
fn a_hook_that_cannot_work_is_exchanged_where_it_is_written() {
    for commits in [false, true] {
        let releasing = Releasing::acme(
            &[hook("before-build", "raise SystemExit(5)", ""), hook("after-check", "raise SystemExit(6)", "")].concat(),
        );
        let sandbox = &releasing.sandbox;
        let code = |arguments: &[&str]| sandbox.release(&[arguments, &["--format", "json"]].concat()).failure_code();
        assert_eq!(code(&["run", "minor", "--yes"]), "step/hook");
        let text = sandbox.read("pyproject.toml");
        sandbox.write("pyproject.toml", text.replace("SystemExit(5)", "SystemExit(0)"));
        if commits {
            sandbox.commit("fix: the hook");
        }
        assert_eq!(code(&["resume", "--new-hooks"]), "step/hook", "the second hook is as broken");
        // It is remembered: the same configuration goes on, another one does not.
        assert_eq!(code(&["resume"]), "step/hook");
        sandbox.write(
            "pyproject.toml",
            text.replace("SystemExit(5)", "SystemExit(0)").replace("SystemExit(6)", "SystemExit(0)"),
        );
        assert_eq!(code(&["resume"]), "plan/drifted");
        sandbox.release(&["resume", "--new-hooks"]).success();
        assert!(releasing.remote().contains(&"refs/tags/v1.3.0".to_owned()));
    }
}

#[test]
fn a_signal_ends_the_run_and_everything_it_started_in_time() {
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let gate = "\n[[tool.release.gates]]\nrun = [\"python\", \"-c\", \"open('../started', 'w').close(); import time, signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(300)\"]\n";
        let mut releasing = Releasing::acme(gate);
        std::fs::create_dir(releasing.sandbox.path("tmp")).expect("a folder");
        let scratch = releasing.sandbox.path("tmp");
        releasing.sandbox.set("TMPDIR", scratch.clone());
        let sandbox = &releasing.sandbox;
        let mut child = sandbox
            .command(&["run", "minor", "--yes"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let waiting = Instant::now();
        while !sandbox.path("started").exists() {
            assert!(waiting.elapsed() < Duration::from_secs(120), "the gate never started");
            std::thread::sleep(Duration::from_millis(20));
        }
        let told = std::process::Command::new("kill").args([&format!("-{signal}"), &child.id().to_string()]).status();
        assert!(told.expect("kill is there").success());
        let ending = Instant::now();
        let status = child.wait().expect("it ends");
        // The promise is five seconds; a busy machine may be slow to schedule anything at all.
        assert!(ending.elapsed() < Duration::from_secs(20), "it took {:?}", ending.elapsed());
        let mut stderr = String::new();
        std::io::Read::read_to_string(&mut child.stderr.take().expect("it was asked for"), &mut stderr).expect("text");
        assert_eq!(status.code(), Some(code), "{stderr}");
        assert!(stderr.contains("gates        failed"), "{stderr}");
        let left: Vec<_> = std::fs::read_dir(&scratch).expect("a folder").collect();
        assert!(left.is_empty(), "{left:?}");
        let history = sandbox.release(&["history", "verify"]).success();
        assert_eq!(history.stdout, "3 entries, every one in its place\n");
        std::fs::remove_file(sandbox.path("started")).expect("it was made");
    }
}

#[test]
fn outside_of_a_repository_there_is_nothing_to_release_from() {
    let sandbox = Sandbox::new();
    for (path, text) in crate::support::projects::ACME {
        sandbox.write(path, text);
    }
    for command in ["run", "resume", "undo", "abandon", "plan"] {
        let output = sandbox.release(&[command, "--format", "json"]);
        assert_eq!(output.failure_code(), "project/no-repository", "{command}: {output}");
    }
}
