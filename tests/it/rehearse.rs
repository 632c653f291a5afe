//! `release rehearse`: the five fixtures from commit to a verified install, and a sabotaged copy for each
//! phase.

use std::path::Path;
use std::process::Command;

use expect_test::expect;

use crate::support::sandbox::fixtures;
use crate::support::{Sandbox, stand_ins};

/// A fixture with stand-ins beside it, and everything that is made below the sandbox.
fn prepared(name: &str) -> Sandbox {
    let mut sandbox = Sandbox::fixture(name).online();
    let last = [
        ("prompt-manager", "v0.4.2"),
        ("mypylogger", "v0.2.7"),
        ("generative-ai-workflow", "v0.3.0"),
        ("prompt-studio", "v0.2.0"),
    ];
    if let Some((_, tag)) = last.iter().find(|(fixture, _)| *fixture == name) {
        sandbox.git(&["tag", tag]);
    }
    stand_ins::all(&sandbox.path("stand-ins"));
    std::fs::create_dir(sandbox.path("tmp")).expect("a folder");
    sandbox.set("TMPDIR", sandbox.path("tmp"));
    sandbox
}

fn rehearse(sandbox: &Sandbox, more: &[&str]) -> serde_json::Value {
    let (with, keep) = (sandbox.path("stand-ins").display().to_string(), sandbox.path("kept").display().to_string());
    let mut arguments = vec!["rehearse", "--format", "json", "--with", &with, "--keep", &keep];
    arguments.extend(more);
    sandbox.release(&arguments).json()
}

fn states(document: &serde_json::Value) -> Vec<(String, String)> {
    let phases = document["result"]["phases"].as_array().cloned().unwrap_or_default();
    let word = |phase: &serde_json::Value, key: &str| phase[key].as_str().unwrap_or_default().to_owned();
    phases.iter().map(|phase| (word(phase, "name"), word(phase, "state"))).collect()
}

/// Rehearses a fixture; everything passes, nothing is left behind, and its own tests pass against the wheels.
fn passes(name: &str, version: &str, tests: &[&str]) {
    let sandbox = prepared(name);
    let before = sandbox.snapshot();
    let document = rehearse(&sandbox, &["--db", &fixtures().join("corpora/osv").display().to_string()]);
    assert_eq!(document["failure"], serde_json::Value::Null, "{document:#}");
    assert_eq!(document["outcome"], "ok", "{document:#}");
    assert_eq!(document["result"]["version"], version);
    for (phase, state) in states(&document) {
        assert_eq!(state, "done", "{phase}");
    }
    // What `check` warns of is for `check`.
    let is_of_verify = |finding: &&serde_json::Value| !finding["code"].as_str().expect("a code").starts_with("check/");
    let findings = document["findings"].as_array().expect("findings").iter();
    let untried: Vec<&serde_json::Value> = findings.filter(is_of_verify).collect();
    assert!(untried.is_empty(), "every extra is tried: {untried:#?}");
    assert!(before == sandbox.snapshot(), "the project was changed");
    let left: Vec<_> = std::fs::read_dir(sandbox.path("tmp"))
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    assert!(left.is_empty(), "left behind: {left:?}");
    let status: serde_json::Value =
        serde_json::from_slice(&std::fs::read(sandbox.path("kept/security-status/index.json")).expect("a status"))
            .expect("JSON");
    assert_ne!(status["state"], "ok", "an old database is never good");
    own_tests_pass(&sandbox, tests);
}

/// The fixture's own tests, copied away, against the wheels that were kept.
fn own_tests_pass(sandbox: &Sandbox, tests: &[&str]) {
    let run = |command: &mut Command| {
        let output = command
            .env_clear()
            .envs(sandbox.command(&[]).get_envs().filter_map(|(name, value)| Some((name, value?))))
            .output()
            .expect("it starts");
        assert!(
            output.status.success(),
            "{}\n{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    };
    let environment = sandbox.path("venv");
    run(Command::new("python3").args(["-m", "venv", "--without-pip"]).arg(&environment));
    let wheels: Vec<_> = std::fs::read_dir(sandbox.path("kept/dist"))
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|kind| kind == "whl"))
        .collect();
    let python = environment.join("bin/python");
    run(Command::new("python3")
        .args(["-m", "pip", "--python"])
        .arg(&python)
        .args(["install", "--quiet", "--no-index"])
        .args(wheels));
    for (number, folder) in tests.iter().enumerate() {
        let copy = sandbox.path(&format!("tests{number}"));
        copy_folder(&sandbox.repo().join(folder), &copy);
        run(Command::new(&python)
            .args(["-m", "unittest", "discover", "-s"])
            .arg(&copy)
            .current_dir(sandbox.path("tmp")));
    }
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        let target = to.join(entry.file_name().expect("a name"));
        if entry.is_dir() {
            copy_folder(&entry, &target);
        } else {
            std::fs::copy(&entry, &target).expect("a copy");
        }
    }
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn prompt_manager_passes() {
    passes("prompt-manager", "0.4.3", &["tests"]);
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn mypylogger_passes() {
    passes("mypylogger", "0.2.8", &["tests"]);
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn repo_agent_passes_its_first_release() {
    passes("repo-agent", "0.1.0", &["tests"]);
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn generative_ai_workflow_passes() {
    passes("generative-ai-workflow", "0.3.1", &["tests"]);
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn prompt_studio_releases_both_distributions_in_dependency_order() {
    passes("prompt-studio", "0.2.1", &["packages/prompt-studio-store/tests", "packages/prompt-studio-sdk/tests"]);
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn the_built_bundle_that_git_ignores_is_in_the_wheel() {
    let sandbox = prepared("prompt-studio");
    // Written the other way round, the order is still that of dependencies.
    let text = sandbox.read("pyproject.toml").replace(
        "[\"packages/prompt-studio-store\", \"packages/prompt-studio-sdk\"]",
        "[\"packages/prompt-studio-sdk\", \"packages/prompt-studio-store\"]",
    );
    sandbox.write("pyproject.toml", text);
    sandbox.commit("chore: turn the members around");
    let document = rehearse(&sandbox, &[]);
    assert_eq!(document["outcome"], "ok", "{document:#}");
    assert_eq!(document["result"]["packages"][0]["name"], "prompt-studio-store");
    let wheel =
        std::fs::File::open(sandbox.path("kept/dist/prompt_studio_store-0.3.0-py3-none-any.whl")).expect("a wheel");
    let mut archive = zip::ZipArchive::new(wheel).expect("a zip");
    assert!(archive.by_name("prompt_studio_store/static/index.html").is_ok());
}

/// One change that makes one phase fail, and the code it must fail with.
struct Sabotage {
    phase: &'static str,
    code: &'static str,
    change: fn(&Sandbox),
}

fn edit(sandbox: &Sandbox, file: &str, from: &str, to: &str) {
    let text = sandbox.read(file);
    assert!(text.contains(from), "{file} has no `{from}`");
    sandbox.write(file, text.replacen(from, to, 1));
}

const SABOTAGES: [Sabotage; 8] = [
    Sabotage {
        phase: "prepare",
        code: "plan/dirty-tree",
        change: |sandbox| sandbox.write("README.md", "uncommitted\n"),
    },
    Sabotage {
        phase: "gates",
        code: "step/gate",
        change: |sandbox| {
            sandbox.write(
                "tests/test_sabotage.py",
                "import unittest\n\nclass T(unittest.TestCase):\n    def test(self):\n        self.fail('sabotage')\n",
            );
            sandbox.commit("test: fail");
        },
    },
    Sabotage {
        phase: "bump",
        code: "project/reference-count",
        change: |sandbox| {
            edit(sandbox, "README.md", "pip install prompt-manager==0.4.2", "pip install prompt-manager");
            sandbox.commit("docs: no version");
        },
    },
    Sabotage {
        phase: "build",
        code: "build/no-backend",
        change: |sandbox| {
            edit(sandbox, "pyproject.toml", "poetry.core.masonry.api", "poetry.core.masonry.nothing");
            sandbox.commit("build: another backend");
        },
    },
    Sabotage {
        phase: "check",
        code: "check/classifier-unknown",
        change: |sandbox| {
            edit(sandbox, "pyproject.toml", "\"Typing :: Typed\"", "\"Typing :: Typefully\"");
            sandbox.commit("build: a classifier");
        },
    },
    Sabotage {
        phase: "publish",
        code: "index/different-file",
        change: |sandbox| {
            stand_ins::wheel(
                &sandbox.path("stand-ins"),
                "prompt-manager",
                "0.4.3",
                &[("prompt_manager/__init__.py", "")],
            )
        },
    },
    Sabotage {
        phase: "verify",
        code: "verify/entry-point",
        change: |sandbox| {
            edit(
                sandbox,
                "pyproject.toml",
                "prompt_manager.plugins.openai:OpenAIPlugin",
                "prompt_manager.plugins.openai:Nothing",
            );
            edit(
                sandbox,
                "pyproject.toml",
                "[[tool.release.gates]]\nrun = [\"python\", \"-m\", \"unittest\", \"discover\", \"-s\", \"tests\"]\ntimeout = 300\nenv = { PYTHONPATH = \"src\" }\n",
                "",
            );
            sandbox.commit("build: an entry point");
        },
    },
    Sabotage {
        phase: "status",
        code: "security/acceptance-missing-key",
        change: |sandbox| {
            sandbox.write(".release/security.toml", "[[accepted]]\nid = 3\n");
            sandbox.commit("chore: accept");
        },
    },
];

fn sabotaged(phase: &str) {
    let sabotage = SABOTAGES.iter().find(|sabotage| sabotage.phase == phase).expect("it is in the table");
    let sandbox = prepared("prompt-manager");
    (sabotage.change)(&sandbox);
    let before = sandbox.snapshot();
    let document = rehearse(&sandbox, &[]);
    assert_eq!(document["failure"]["code"], sabotage.code, "{document:#}");
    assert_eq!(document["outcome"], "failed");
    let states = states(&document);
    let at = states.iter().position(|(name, _)| name == phase).expect("the phase is reported");
    for (number, (name, state)) in states.iter().enumerate() {
        let expected = match number.cmp(&at) {
            std::cmp::Ordering::Less => "done",
            std::cmp::Ordering::Equal => "failed",
            std::cmp::Ordering::Greater => "cancelled",
        };
        assert_eq!(state, expected, "{name}");
    }
    assert_eq!(states.len(), 8);
    assert!(before == sandbox.snapshot(), "the project was changed");
    let hints = document["failure"]["hints"].to_string();
    assert!(hints.contains("nothing left this machine"), "{hints}");
}

#[test]
fn a_dirty_tree_fails_prepare() {
    sabotaged("prepare");
}

#[test]
fn a_failing_test_fails_gates() {
    sabotaged("gates");
}

#[test]
fn a_lost_reference_fails_bump() {
    sabotaged("bump");
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn a_wrong_backend_fails_build() {
    sabotaged("build");
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn an_unknown_classifier_fails_check() {
    sabotaged("check");
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn other_bytes_under_the_name_fail_publish() {
    sabotaged("publish");
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn a_broken_entry_point_fails_verify() {
    sabotaged("verify");
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn a_broken_acceptance_fails_status() {
    sabotaged("status");
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn pip_sees_no_settings_of_the_user_while_it_verifies() {
    let mut sandbox = prepared("prompt-manager");
    // A newer `openai` that leaves a trace in every interpreter that starts with it.
    let witness = sandbox.path("witness");
    let trace = format!("import pathlib; pathlib.Path({:?}).touch()\n", witness.display().to_string());
    stand_ins::wheel(&sandbox.path("evil"), "openai", "99.0", &[("openai/__init__.py", ""), ("evil.pth", &trace)]);
    sandbox.set("PIP_FIND_LINKS", sandbox.path("evil"));
    sandbox.set("PIP_EXTRA_INDEX_URL", "http://127.0.0.1:9/simple/");
    let config = sandbox.path("home").join(".config/pip");
    std::fs::create_dir_all(&config).expect("a folder");
    std::fs::write(config.join("pip.conf"), format!("[global]\nfind-links = {}\n", sandbox.path("evil").display()))
        .expect("a file");
    let document = rehearse(&sandbox, &["--offline"]);
    assert_eq!(document["outcome"], "ok", "{document:#}");
    assert!(!witness.exists(), "the planted package was installed");
}

#[test]
fn a_configuration_that_was_named_holds_in_the_clone_too() {
    let sandbox = Sandbox::with(crate::support::projects::ACME);
    sandbox.write("other.toml", "[[gates]]\nrun = [\"python\", \"-c\", \"raise SystemExit(1)\"]\n");
    sandbox.commit("chore: another configuration");
    let document = sandbox.release(&["rehearse", "--config", "other.toml", "--format", "json"]).json();
    assert_eq!(document["failure"]["code"], "step/gate", "{document:#}");
}

#[test]
fn a_gate_cannot_keep_us_waiting_by_what_it_leaves_behind() {
    let sandbox = Sandbox::with(crate::support::projects::ACME);
    sandbox.write("other.toml", "[[gates]]\nrun = [\"sh\", \"-c\", \"sleep 300 & setsid sleep 300 & exit 3\"]\n");
    sandbox.commit("chore: a gate with children");
    // The test itself is the limit: without the fix it takes five minutes.
    let document = sandbox.release(&["rehearse", "--config", "other.toml", "--format", "json"]).json();
    assert_eq!(document["failure"]["code"], "step/gate", "{document:#}");
}

#[test]
fn a_dry_run_names_the_phases() {
    let sandbox = Sandbox::fixture("prompt-manager");
    expect![[r#"
        would rehearse prompt-manager 0.4.2: prepare, gates, bump, build, check, publish, verify, status
        ------- stderr -------
        dry run: nothing was done
    "#]]
    .assert_eq(&sandbox.release(&["rehearse", "-n"]).to_string());
}

#[test]
fn what_is_no_project_and_no_kind_is_said_clearly() {
    let sandbox = Sandbox::fixture("prompt-manager");
    expect![[r#"
        ------- stderr -------
        error[cli/usage]: `sideways` is neither a folder nor a kind of bump
          hint: name the folder of the project first, then the kind
        [exit status: 2]
    "#]]
    .assert_eq(&sandbox.release(&["rehearse", "sideways"]).to_string());
    expect![[r#"
        ------- stderr -------
        error[python/bump-unknown]: `sideways` is neither a step nor a version
          hint: use one of `major`, `minor`, `patch`, `a`, `b`, `rc`, `pre`, `dev`, `post`, `release`, `epoch`, `auto`, or a version such as `1.4.0`
        [exit status: 2]
    "#]].assert_eq(&sandbox.release(&["rehearse", ".", "sideways"]).to_string());
    expect![[r#"
        ------- stderr -------
        error[project/no-pyproject]: there is no `pyproject.toml` in `[ROOT]/repo`
          hint: go to the folder of the package, or name it with `-C DIR`
        [exit status: 3]
    "#]]
    .assert_eq(&Sandbox::new().release(&["rehearse"]).to_string());
    let outside = Sandbox::new();
    outside.write("pyproject.toml", "[project]\nname = 'a'\nversion = '1'\n");
    let output = outside.release(&["rehearse"]);
    assert!(output.code == 3 && output.stderr.contains("project/no-repository"), "{output}");
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn a_folder_below_a_repository_is_exported_and_a_kind_may_be_named() {
    let sandbox = Sandbox::new().online();
    let inner = Sandbox::fixture("mypylogger");
    copy_folder(&inner.repo(), &sandbox.repo().join("inner"));
    std::fs::remove_dir_all(sandbox.repo().join("inner/.git")).expect("it is there");
    sandbox.write("other.txt", "beside\n");
    sandbox.git(&["init", "-q"]);
    sandbox.commit("feat: a folder");
    sandbox.write("other.txt", "dirty, and none of its business\n");
    let keep = sandbox.path("kept").display().to_string();
    let document =
        sandbox.release(&["rehearse", "inner", "minor,rc", "--keep", &keep, "--format", "json"]).success().json();
    assert_eq!(document["result"]["version"], "0.3.0rc1");
    let summary = document["result"]["phases"][0]["summary"].as_str().expect("a summary").to_owned();
    assert!(summary.starts_with("exported") && summary.ends_with("last release v0.2.7"), "{summary}");
}
