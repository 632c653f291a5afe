//! `release watch`: the runs that a tag started, on both forges, and why none did.

use expect_test::expect;
use pyrelease::forge::trigger::{matches, refusal};
use serde_json::json;

use crate::support::Sandbox;
use crate::support::forges::github::Job;
use crate::support::forges::{Fault, Forge, GitHub, Gitea, Said, Server};
use crate::support::sandbox::{CANARY, Output};

const WORKFLOW: &str = "name: Release\non:\n  push:\n    tags: [\"v*\"]\njobs: {}\n";

fn demo(workflow: &str) -> (Sandbox, String) {
    let files = [
        ("pyproject.toml", "[project]\nname = \"demo\"\nversion = \"1.0\"\n"),
        (".gitignore", "release.toml\n"),
        (".github/workflows/release.yml", workflow),
    ];
    let mut sandbox = Sandbox::with(&files);
    sandbox.git(&["tag", "v1.0"]);
    sandbox.set("RELEASE_FORGE_TOKEN", CANARY);
    let commit = sandbox.git(&["rev-parse", "v1.0"]).trim().to_owned();
    (sandbox, commit)
}

fn configure<F: Forge>(sandbox: &Sandbox, kind: &str, server: &Server<F>) {
    let text = format!("[forge]\nkind = \"{kind}\"\nurl = \"{}\"\nrepository = \"acme/demo\"\n", server.address);
    sandbox.write("release.toml", text);
}

fn watch<F: Forge>(sandbox: &Sandbox, server: &Server<F>, more: &[&str]) -> Output {
    let output = sandbox.release(&[&["watch", "--interval", "0"], more].concat());
    let clean = |text: &str| text.replace(server.address.trim_start_matches("http://"), "[HOST]");
    Output { code: output.code, stdout: clean(&output.stdout), stderr: clean(&output.stderr) }
}

fn job(name: &'static str, status: &'static str, conclusion: Option<&'static str>) -> Job {
    Job { name, status, conclusion, failed_step: None }
}

#[test]
fn jobs_are_told_as_they_go_and_the_failed_step_is_named() {
    let (sandbox, commit) = demo(WORKFLOW);
    let server = GitHub::start("v1.0", &commit, None);
    configure(&sandbox, "github", &server);
    let of = (commit.as_str(), "v1.0");
    let show = |looks, status, jobs: &[Job]| {
        let mut state = server.state();
        let shown = state.forge.run(of, status, jobs);
        state.forge.show(looks, shown);
    };
    let (running, over) = (("in_progress", None), ("completed", Some("success")));
    show(1, ("queued", None), &[job("test", "queued", None)]);
    show(2, running, &[job("test", running.0, running.1)]);
    show(3, running, &[job("test", over.0, over.1), job("publish", running.0, running.1)]);
    show(4, over, &[job("test", over.0, over.1), job("publish", over.0, over.1)]);
    // One look fails in between.
    server.fail(4, Fault::Say(Said::json(502, &json!({}))));
    expect![[r#"
        ok  release.yml              http://[HOST]/acme/demo/actions/runs/7
        ok    test       1 min 05 s  http://[HOST]/acme/demo/actions/runs/7/job/0
        ok    publish    1 min 05 s  http://[HOST]/acme/demo/actions/runs/7/job/1
        ------- stderr -------
        note: cannot look at the jobs of a run: `[HOST]/acme/demo` answered 502; looking again
        note: release.yml: `test` ok in 1 min 05 s
        note: release.yml: `publish` running
        note: release.yml: `publish` ok in 1 min 05 s
    "#]]
    .assert_eq(&watch(&sandbox, &server, &[]).to_string());
    let failed = Job { failed_step: Some("Run ::error:: tests"), ..job("test", "completed", Some("failure")) };
    show(0, ("completed", Some("failure")), &[failed, job("publish", "completed", Some("skipped"))]);
    expect![[r#"
        error[forge/job-failed]: the job `test` of `release.yml` failed in the step `Run ::error:: tests`
          help: look at http://[HOST]/acme/demo/actions/runs/7/job/0
        failed   release.yml              http://[HOST]/acme/demo/actions/runs/7
        failed     test       1 min 05 s  http://[HOST]/acme/demo/actions/runs/7/job/0
        skipped    publish    1 min 05 s  http://[HOST]/acme/demo/actions/runs/7/job/1
        ------- stderr -------
        note: release.yml: `test` failed in 1 min 05 s
        note: release.yml: `publish` skipped in 1 min 05 s
        [exit status: 10]
    "#]]
    .assert_eq(&watch(&sandbox, &server, &["v1.0"]).to_string());
    show(0, running, &[job("test", running.0, running.1)]);
    expect![[r#"
        running  release.yml    http://[HOST]/acme/demo/actions/runs/7
        running    test         http://[HOST]/acme/demo/actions/runs/7/job/0
        ------- stderr -------
        note: release.yml: `test` running
        cannot tell: see above what is missing
        [exit status: 11]
    "#]]
    .assert_eq(&watch(&sandbox, &server, &["1.0", "--wait", "0"]).to_string());
}

#[test]
fn a_branch_on_the_same_commit_is_not_the_tag() {
    let (sandbox, commit) = demo(&WORKFLOW.replace("v*", "release-*"));
    let server = GitHub::start("v1.0", &commit, None);
    configure(&sandbox, "github", &server);
    let shown = server.state().forge.run((&commit, "main"), ("completed", Some("success")), &[]);
    server.state().forge.show(0, shown);
    expect![[r#"
        warning[forge/no-run]: no workflow run of `[HOST]/acme/demo` was started by `v1.0`: `on: push: tags:` has `release-*`, which does not match `v1.0`
          at: .github/workflows/release.yml
        ------- stderr -------
        cannot tell: see above what is missing
        [exit status: 11]
    "#]].assert_eq(&watch(&sandbox, &server, &[]).to_string());
    sandbox.write(".github/workflows/release.yml", WORKFLOW);
    expect![[r#"
        warning[forge/no-run]: no workflow run of `[HOST]/acme/demo` was started by `v1.0`
          help: push the tag if it was not pushed; a tag that a workflow pushed with `GITHUB_TOKEN` starts nothing, and a push of more than three tags at once neither
        ------- stderr -------
        cannot tell: see above what is missing
        [exit status: 11]
    "#]].assert_eq(&watch(&sandbox, &server, &["--wait", "0"]).to_string());
}

#[test]
fn gitea_tells_of_tasks_or_of_nothing() {
    let (sandbox, commit) = demo(WORKFLOW);
    let server = Gitea::start("v1.0", &commit);
    configure(&sandbox, "gitea", &server);
    let task = |name: &str, status: &str| {
        json!({
            "id": 1, "name": name, "head_branch": "v1.0", "head_sha": commit, "run_number": 3, "event": "push",
            "display_title": "x", "status": status, "workflow_id": "release.yml", "url": format!("{}/acme/demo/actions/runs/3", server.address),
            "created_at": "2026-11-21T12:00:00Z", "updated_at": "2026-11-21T12:00:30Z", "run_started_at": "2026-11-21T12:00:00Z"
        })
    };
    server.state().forge.tasks = vec![task("test", "success"), task("publish", "failure")];
    expect![[r#"
        error[forge/job-failed]: the job `publish` of `release.yml` failed
          help: look at http://[HOST]/acme/demo/actions/runs/3
        failed  release.yml          http://[HOST]/acme/demo/actions/runs/3
        ok        test       30.0 s  http://[HOST]/acme/demo/actions/runs/3
        failed    publish    30.0 s  http://[HOST]/acme/demo/actions/runs/3
        ------- stderr -------
        note: release.yml: `test` ok in 30.0 s
        note: release.yml: `publish` failed in 30.0 s
        [exit status: 10]
    "#]]
    .assert_eq(&watch(&sandbox, &server, &[]).to_string());
    server.state().forge.has_actions = false;
    expect![[r#"
        warning[forge/no-runs-api]: `[HOST]/acme/demo` does not tell of workflow runs
          help: newer servers do; look at the page of the repository
        ------- stderr -------
        cannot tell: see above what is missing
        [exit status: 11]
    "#]]
    .assert_eq(&watch(&sandbox, &server, &[]).to_string());
}

#[test]
fn filters_match_as_the_forges_document_them() {
    for (pattern, name, wanted) in [
        ("v*", "v1.0", true),
        ("v*", "v1/0", false),
        ("v**", "v1/0", true),
        ("*", "1.0", true),
        ("v[12].[0-9]+.[0-9]+", "v1.10.1", true),
        ("v[12].[0-9]+.[0-9]+", "v3.1.0", false),
        ("*.jsx?", "page.js", true),
        ("*.jsx?", "page.jsx", true),
        ("v1.+", "v1....", true),
        ("v1.+", "v1", false),
        ("", "", true),
        ("\\*", "*", true),
        ("[", "x", false),
    ] {
        assert_eq!(matches(pattern, name), wanted, "{pattern} {name}");
    }
    // Neither endless nor exponential.
    assert!(!matches(&"a*".repeat(2_000), &"a".repeat(1_000)));
    let refused = |on: &str| refusal(&format!("on: {on}\n"), "v1.0").unwrap_or_else(|| "starts".to_owned());
    let mut told = String::new();
    for on in [
        "push",
        "[push, pull_request]",
        "pull_request",
        "{push: {}}",
        "{push: {branches: [main]}}",
        "{push: {branches: [main], tags: ['*']}}",
        "{push: {tags: ['[0-9]*']}}",
        "{push: {tags: ['v*', '!v1.*']}}",
        "{push: {tags: v1.0}}",
        "{push: {tags-ignore: ['v1*']}}",
        "{push: {paths: [src]}}",
        "{workflow_dispatch: }",
        "[",
    ] {
        told.push_str(&format!("{on} -> {}\n", refused(on)));
    }
    expect![[r#"
        push -> starts
        [push, pull_request] -> starts
        pull_request -> it does not run `on: push`
        {push: {}} -> starts
        {push: {branches: [main]}} -> `on: push:` names branches and no tags
        {push: {branches: [main], tags: ['*']}} -> starts
        {push: {tags: ['[0-9]*']}} -> `on: push: tags:` has `[0-9]*`, which does not match `v1.0`
        {push: {tags: ['v*', '!v1.*']}} -> `on: push: tags:` has `v*`, `!v1.*`, which does not match `v1.0`
        {push: {tags: v1.0}} -> starts
        {push: {tags-ignore: ['v1*']}} -> `on: push: tags-ignore:` has `v1*`, which matches `v1.0`
        {push: {paths: [src]}} -> starts
        {workflow_dispatch: } -> it does not run `on: push`
        [ -> it is no YAML: while parsing a node, did not find expected node content at byte 6 line 2 column 1
    "#]]
    .assert_eq(&told);
}
