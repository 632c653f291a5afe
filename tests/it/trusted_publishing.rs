//! Trusted publishing: a job that proves who it is gets a token of minutes, and no identity goes astray.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use expect_test::expect;

use crate::support::Sandbox;
use crate::support::answering::{Answering, Asked};
use crate::support::releasing::Releasing;

const MINTED: &str = "pypi-AgEJMTI3LjAuMC4xMINTEDminted0123456789";

/// What a runner says of a job, with the shape of the real thing.
fn identity() -> String {
    let claims = serde_json::json!({
        "iss": "https://token.actions.githubusercontent.com",
        "repository": "acme/acme",
        "job_workflow_ref": "acme/acme/.github/workflows/release.yml@refs/tags/v1.3.0",
        "environment": "pypi",
        "event_name": "push",
        "ref": "refs/tags/v1.3.0",
        "sub": "repo:acme/acme:environment:pypi",
        "jti": "not-for-the-public",
    });
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    format!("{}.{}.{}", part("{\"alg\":\"RS256\"}"), part(&claims.to_string()), part("the signature of the issuer"))
}

/// A runner and an index in one: who the job is, a token for it, and uploads with that token alone.
fn trusting(mint: impl Fn() -> (u16, String) + Send + Sync + 'static, audience: &'static str) -> Answering {
    Answering::start(move |asked: &Asked| {
        let path = asked.line.split(' ').nth(1).unwrap_or_default();
        match path.split('?').next().unwrap_or_default() {
            "/_/oidc/audience" => (200, format!("{{\"audience\": \"{audience}\"}}")),
            "/idtoken" => (200, serde_json::json!({"value": identity()}).to_string()),
            "/_/oidc/mint-token" => mint(),
            "/legacy/" => {
                let wanted = base64::engine::general_purpose::STANDARD.encode(format!("__token__:{MINTED}"));
                if asked.head.contains(&wanted) { (200, String::new()) } else { (403, "no".to_owned()) }
            }
            _ => (404, String::new()),
        }
    })
}

fn minted() -> (u16, String) {
    (200, serde_json::json!({"success": true, "token": MINTED, "expires": 1}).to_string())
}

/// `acme` built, in a job of GitHub Actions that may ask who it is, with no token anywhere.
fn job(server: &Answering) -> Sandbox {
    let mut sandbox = Releasing::acme("").sandbox;
    sandbox.release(&["build"]).success();
    for name in ["RELEASE_TOKEN", "TWINE_PASSWORD", "UV_PUBLISH_TOKEN"] {
        sandbox.unset(name);
    }
    sandbox.set("GITHUB_ACTIONS", "true");
    sandbox.set("ACTIONS_ID_TOKEN_REQUEST_URL", server.url("/idtoken?api-version=2.0"));
    sandbox
}

fn publish(sandbox: &Sandbox, server: &Answering, more: &[&str]) -> crate::support::sandbox::Output {
    let url = server.url("/legacy/");
    sandbox.release(&[&["publish", "--format", "human", "--index", url.as_str()], more].concat())
}

/// No part of an identity or of the token that it gave is told.
fn assert_silent(output: &crate::support::sandbox::Output) {
    let said = output.to_string();
    for secret in [MINTED.to_owned(), identity(), "not-for-the-public".to_owned()] {
        assert!(!said.contains(&secret), "{said}");
    }
}

#[test]
fn a_job_that_proves_who_it_is_needs_no_token() {
    let server = trusting(minted, "a-private-index");
    let sandbox = job(&server);
    let dry = publish(&sandbox, &server, &["--dry-run"]).success();
    assert!(!server.asked().iter().any(|asked| asked.line.contains("oidc")), "a dry run mints: {dry}");
    let output = publish(&sandbox, &server, &["-v"]).success();
    assert_silent(&output);
    assert!(output.stderr.contains("from trusted publishing"), "{output}");
    let lines: Vec<String> =
        server.asked().iter().map(|asked| asked.line.clone()).filter(|line| !line.contains("/simple/")).collect();
    assert_eq!(
        lines,
        [
            "GET /_/oidc/audience",
            "GET /idtoken?api-version=2.0&audience=a-private-index",
            "POST /_/oidc/mint-token",
            "POST /legacy/",
            "POST /legacy/",
        ]
    );
    let asked = server.asked();
    let runner = asked.iter().find(|asked| asked.line.contains("/idtoken")).expect("it was asked");
    assert!(runner.head.contains(&format!("bearer {}", crate::support::sandbox::CANARY)), "{}", runner.head);
    let mint = asked.iter().find(|asked| asked.line.contains("mint")).expect("it was asked");
    assert_eq!(mint.body, serde_json::json!({"token": identity()}).to_string());
}

#[test]
fn an_identity_for_pypi_goes_to_pypi_alone() {
    for audience in ["pypi", "testpypi"] {
        let server = trusting(minted, audience);
        let output = publish(&job(&server), &server, &[]);
        assert_eq!(output.code, 1, "{output}");
        assert!(output.stderr.contains("index/no-trust"), "{output}");
        assert!(!server.asked().iter().any(|asked| asked.line.contains("/idtoken")), "the runner was asked");
    }
}

#[test]
fn a_refusal_is_told_with_what_the_index_compares() {
    let server = trusting(
        || {
            (422, serde_json::json!({"message": "Token request failed", "errors": [{"code": "invalid-publisher", "description": "valid token, but no corresponding publisher"}]}).to_string())
        },
        "a-private-index",
    );
    let output = publish(&job(&server), &server, &[]);
    assert_silent(&output);
    expect![[r#"
        ------- stderr -------
        error[index/mint]: `[SERVER]/legacy/` gives this job no token (invalid-publisher): valid token, but no corresponding publisher
          hint: this job is `repository`: `acme/acme`
          hint: this job is `job_workflow_ref`: `acme/acme/.github/workflows/release.yml@refs/tags/v1.3.0`
          hint: this job is `environment`: `pypi`
          hint: this job is `event_name`: `push`
          hint: this job is `ref`: `refs/tags/v1.3.0`
          hint: this job is `sub`: `repo:acme/acme:environment:pypi`
          hint: add a trusted publisher with exactly these values under "Publishing" of the project on the index
        [exit status: 1]
    "#]].assert_eq(&output.to_string().replace(&server.url(""), "[SERVER]"));
    for (status, body, code) in [
        (404, "", "status 404"),
        (200, "{}", "status 200"),
        (422, "{\"errors\": [{\"code\": \"not-enabled\"}]}", "not-enabled"),
    ] {
        let server = trusting(move || (status, body.to_owned()), "a-private-index");
        let output = publish(&job(&server), &server, &[]);
        assert_eq!(output.code, 1, "{output}");
        assert!(output.stderr.contains(&format!("gives this job no token ({code})")), "{output}");
    }
}

#[test]
fn where_no_runner_can_prove_anything_the_advice_fits_it() {
    let server = trusting(minted, "a-private-index");
    let mut sandbox = job(&server);
    sandbox.unset("ACTIONS_ID_TOKEN_REQUEST_URL");
    let output = publish(&sandbox, &server, &[]);
    assert!(
        output.stderr.contains("hint: for trusted publishing give this job `permissions: id-token: write`"),
        "{output}"
    );
    sandbox.set("ACTIONS_ID_TOKEN_REQUEST_URL", server.url("/idtoken"));
    for name in ["GITEA_ACTIONS", "FORGEJO_ACTIONS"] {
        sandbox.set(name, "true");
        let output = publish(&sandbox, &server, &[]);
        assert_eq!(output.code, 3, "{output}");
        assert!(output.stderr.contains("hint: PyPI trusts no runner of Gitea or Forgejo"), "{output}");
        sandbox.unset(name);
    }
    assert!(!server.asked().iter().any(|asked| asked.line.contains("oidc")));
}

#[test]
fn a_token_that_was_given_comes_first() {
    let server = trusting(minted, "a-private-index");
    let mut sandbox = job(&server);
    sandbox.set("RELEASE_TOKEN", crate::support::sandbox::CANARY);
    let output = publish(&sandbox, &server, &[]);
    assert!(
        output.stderr.contains("index/token-of-other-index") || output.stderr.contains("index/credential"),
        "{output}"
    );
    assert!(!server.asked().iter().any(|asked| asked.line.contains("oidc")), "{output}");
}
