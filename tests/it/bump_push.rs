//! `release bump --push`: branch and tag together, by git, with the forge's token where it belongs.

use expect_test::expect;

use crate::support::Sandbox;
use crate::support::answering::{Answering, Asked};
use crate::support::projects::ACME;
use crate::support::releasing::forge_table;
use crate::support::sandbox::CANARY;

/// `acme` with a bare remote beside it.
fn pushed() -> Sandbox {
    let sandbox = Sandbox::with(ACME);
    let origin = sandbox.path("origin.git").display().to_string();
    sandbox.git(&["init", "-q", "--bare", "-b", "main", &origin]);
    sandbox.git(&["remote", "add", "origin", &origin]);
    sandbox.git(&["push", "-q", "origin", "main"]);
    sandbox
}

fn remote(sandbox: &Sandbox) -> String {
    sandbox
        .git(&["ls-remote", "origin"])
        .lines()
        .filter_map(|line| line.split('\t').nth(1))
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn branch_and_tag_go_together() {
    let sandbox = pushed();
    let dry = sandbox.release(&["bump", "minor", "--push", "--dry-run"]).success();
    assert!(dry.stdout.ends_with("would push branch and tag to `origin`\n"), "{dry}");
    assert_eq!(remote(&sandbox), "HEAD refs/heads/main");
    let output = sandbox.release(&["bump", "minor", "--push"]).success();
    assert!(output.stdout.ends_with("pushed main and v1.3.0 to `origin`\n"), "{output}");
    assert_eq!(remote(&sandbox), "HEAD refs/heads/main refs/tags/v1.3.0 refs/tags/v1.3.0^{}");
    assert_eq!(sandbox.git(&["rev-parse", "main"]), sandbox.git(&["rev-parse", "origin/main"]));
    // Again: nothing is bumped, nothing pushed.
    let again = sandbox.release(&["bump", "minor", "--push"]).success();
    assert!(again.stdout.ends_with("`origin` has v1.3.0 already\n"), "{again}");
}

#[test]
fn a_branch_that_was_refused_keeps_its_tag_back() {
    let sandbox = pushed();
    sandbox.git(&["commit", "-q", "--allow-empty", "-m", "elsewhere"]);
    sandbox.git(&["push", "-q", "origin", "main"]);
    sandbox.git(&["reset", "-q", "--hard", "HEAD~1"]);
    let output = sandbox.release(&["bump", "minor", "--push", "--format", "json"]);
    assert_eq!((output.code, output.failure_code()), (1, "effects/remote".to_owned()), "{output}");
    assert_eq!(remote(&sandbox), "HEAD refs/heads/main");
    let lone = Sandbox::with(ACME);
    let output = lone.release(&["bump", "minor", "--push"]);
    expect![[r#"
        ------- stderr -------
        error[plan/no-remote]: there is no remote `origin`
          hint: `git remote -v` lists them; name one with `--remote NAME`
        [exit status: 3]
    "#]]
    .assert_eq(&output.to_string());
}

#[test]
fn the_token_of_the_forge_reaches_its_own_host_alone() {
    // A forge that lets nobody in: what it was asked with is all that matters.
    let server = Answering::start(|asked: &Asked| {
        let known = asked.head.to_ascii_lowercase().contains("authorization: ");
        (if known { 403 } else { 401 }, String::new())
    });
    let other = Answering::start(|_: &Asked| (401, String::new()));
    for (remote, is_sent) in [(&server, true), (&other, false)] {
        let mut sandbox = Sandbox::with(ACME);
        let text = sandbox.read("pyproject.toml");
        sandbox.write("pyproject.toml", format!("{text}{}", forge_table("gitea", &server.url(""))));
        sandbox.commit("chore: the forge");
        sandbox.set("RELEASE_FORGE_TOKEN", CANARY);
        sandbox.git(&["remote", "add", "origin", &remote.url("/acme/demo.git")]);
        let output = sandbox.release(&["bump", "minor", "--push", "-v"]);
        assert_eq!(output.code, 1, "{output}");
        assert!(output.stderr.contains("effects/remote"), "{output}");
        use base64::Engine;
        let login = base64::engine::general_purpose::STANDARD.encode(format!("x-access-token:{CANARY}"));
        let was_sent = remote.asked().iter().any(|asked| asked.head.contains(&login));
        assert_eq!(was_sent, is_sent, "{:#?}", remote.asked());
    }
}

#[test]
fn pushes_that_go_elsewhere_are_refused_with_their_token() {
    let server = Answering::start(|_: &Asked| (200, String::new()));
    let other = Answering::start(|_: &Asked| (401, String::new()));
    let mut sandbox = Sandbox::with(ACME);
    let text = sandbox.read("pyproject.toml");
    sandbox.write("pyproject.toml", format!("{text}{}", forge_table("gitea", &server.url(""))));
    sandbox.commit("chore: the forge");
    sandbox.set("RELEASE_FORGE_TOKEN", CANARY);
    sandbox.git(&["remote", "add", "origin", &server.url("/acme/demo.git")]);
    sandbox.git(&["config", "remote.origin.pushurl", &other.url("/acme/demo.git")]);
    let output = sandbox.release(&["bump", "minor", "--push", "--format", "json"]);
    assert_eq!((output.code, output.failure_code()), (1, "plan/pushes-elsewhere".to_owned()), "{output}");
    assert!(server.asked().is_empty() && other.asked().is_empty());
    // Nor does a rule that rewrites addresses take the token along.
    sandbox.git(&["config", "--unset", "remote.origin.pushurl"]);
    sandbox.git(&["config", &format!("url.{}.insteadOf", other.url("/")), &server.url("/")]);
    let output = sandbox.release(&["bump", "minor", "--push", "--format", "json"]);
    assert_eq!(output.code, 1, "{output}");
    assert!(!other.asked().is_empty());
    assert!(!other.asked().iter().any(|asked| asked.head.to_ascii_lowercase().contains("authorization")));
}
