//! `release apply`: a plan is carried out as it was looked at, or not at all.

use expect_test::expect;

use crate::support::releasing::Releasing;

fn planned(releasing: &Releasing) -> String {
    let output = releasing.sandbox.release(&["plan", "minor", "--out", "../plan.json", "--format", "json"]).success();
    output.json()["result"]["token"].as_str().expect("a token").to_owned()
}

#[test]
fn a_plan_is_carried_out_once() {
    let releasing = Releasing::acme("");
    let token = planned(&releasing);
    let sandbox = &releasing.sandbox;
    let unconfirmed = sandbox.release(&["apply", "../plan.json", "--format", "json"]);
    assert_eq!((unconfirmed.code, unconfirmed.failure_code()), (1, "plan/not-confirmed".to_owned()));
    let dry = sandbox.release(&["apply", "../plan.json", "--token", &token, "--dry-run"]).success();
    assert!(dry.stdout.contains(&format!("token   {token}")), "{dry}");
    assert_eq!(sandbox.git(&["tag"]), "");
    sandbox.release(&["apply", "../plan.json", "--token", &token]).success();
    assert_eq!(releasing.files(1, "acme").len(), 2);
    let again = sandbox.release(&["apply", "../plan.json", "--token", &token]).success();
    assert_eq!(again.stdout, "1.3.0 is released by this plan\n");
}

#[test]
fn an_approval_before_the_run_counts() {
    let releasing = Releasing::acme("\n[tool.release.policy]\napprovals = 1\n");
    let token = planned(&releasing);
    let sandbox = &releasing.sandbox;
    sandbox.git(&["config", "user.email", "bo@example.org"]);
    sandbox.release(&["approve", &token]).success();
    sandbox.git(&["config", "user.email", "ana@example.org"]);
    sandbox.release(&["apply", "../plan.json", "--token", &token]).success();
}

#[test]
fn a_world_that_has_moved_is_refused() {
    let releasing = Releasing::acme("");
    let token = planned(&releasing);
    let sandbox = &releasing.sandbox;
    sandbox.git(&["commit", "-q", "--allow-empty", "-m", "one more"]);
    let output = sandbox.release(&["apply", "../plan.json", "--token", &token]);
    let stderr = output.stderr.lines().map(|line| line.split(" was ").next().unwrap_or_default());
    expect![[r#"
        error[plan/moved]: the world has moved since this
          hint: `base` differs
          hint: plan again with `release plan --out FILE`, and have that approved
    "#]]
    .assert_eq(&(stderr.collect::<Vec<_>>().join("\n") + "\n"));
    assert_eq!(output.code, 1);
    sandbox.git(&["reset", "-q", "--hard", "HEAD~1"]);
    for (what, change) in
        [("config_sha256", "# a comment\n"), ("gates", "\n[[tool.release.gates]]\nrun = [\"true\"]\n")]
    {
        let text = sandbox.read("pyproject.toml");
        sandbox.write("pyproject.toml", format!("{text}{change}"));
        sandbox.commit("chore: configuration");
        let output = sandbox.release(&["apply", "../plan.json", "--token", &token]);
        assert!(output.stderr.contains(&format!("`{what}`")), "{output}");
        sandbox.git(&["reset", "-q", "--hard", "HEAD~1"]);
    }
    // Back where it was, it is good again.
    sandbox.release(&["apply", "../plan.json", "--token", &token, "--dry-run"]).success();
}

#[test]
fn other_files_tokens_and_days_are_refused() {
    let mut releasing = Releasing::acme("");
    let token = planned(&releasing);
    let failure = |releasing: &Releasing, arguments: &[&str]| {
        let output = releasing.sandbox.release(&[&["apply", "--format", "json"], arguments].concat());
        assert_ne!(output.code, 0);
        output.failure_code()
    };
    assert_eq!(failure(&releasing, &["../plan.json", "--token", "0"]), "plan/other-token");
    let text = std::fs::read_to_string(releasing.sandbox.path("plan.json")).expect("it was written");
    let changed = [
        ("no JSON", "{".to_owned()),
        ("a key more", text.replacen('{', "{\"more\":1,", 1)),
        ("a newer format", text.replace("release.plan/1", "release.plan/2")),
    ];
    for (what, changed) in changed {
        std::fs::write(releasing.sandbox.path("changed.json"), changed).expect("a file");
        assert_eq!(failure(&releasing, &["../changed.json", "--yes"]), "plan/not-a-plan", "{what}");
    }
    // A plan that somebody edited is another plan, and the world does not agree with it.
    std::fs::write(releasing.sandbox.path("changed.json"), text.replace("1.3.0", "1.9.0")).expect("a file");
    assert_eq!(failure(&releasing, &["../changed.json", "--token", &token]), "plan/other-token");
    assert_eq!(failure(&releasing, &["../changed.json", "--yes"]), "plan/moved");
    releasing.sandbox.set("RELEASE_NOW", "2026-11-29T00:00:00Z");
    assert_eq!(failure(&releasing, &["../plan.json", "--token", &token]), "plan/expired");
}

#[test]
fn the_day_of_the_plan_stands_in_the_changelog() {
    let mut releasing = Releasing::acme("");
    let token = planned(&releasing);
    releasing.sandbox.set("RELEASE_NOW", "2026-11-24T08:00:00Z");
    releasing.sandbox.release(&["apply", "../plan.json", "--token", &token]).success();
    assert!(releasing.sandbox.read("CHANGELOG.md").contains("## [1.3.0] - 2026-11-21"));
}
