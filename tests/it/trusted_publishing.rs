//! Trusted publishing: a job that proves who it is gets a token of minutes, and no identity goes astray.

use std::os::unix::fs::PermissionsExt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use expect_test::expect;

use crate::support::Sandbox;
use crate::support::answering::{Answering, Asked};
use crate::support::releasing::Releasing;
use crate::support::sandbox::{CANARY, Output};

const MINTED: &str = "pypi-AgEJMTI3LjAuMC4xMINTEDminted0123456789";
/// What every sandbox takes for now.
const NOW: i64 = 1_795_262_400;

/// What a runner says of a job, with the shape of the real thing; a new one for every number.
fn identity_of(number: usize, changed: &[(&str, &str)]) -> String {
    let mut claims = serde_json::json!({
        "iss": "https://token.actions.githubusercontent.com",
        "repository": "acme/acme",
        "workflow_ref": "acme/acme/.github/workflows/release.yml@refs/tags/v1.3.0",
        "job_workflow_ref": "acme/acme/.github/workflows/release.yml@refs/tags/v1.3.0",
        "environment": "pypi",
        "event_name": "push",
        "ref": "refs/tags/v1.3.0",
        "sub": "repo:acme/acme:environment:pypi",
        "jti": format!("not-for-the-public-{number}"),
    });
    for (name, value) in changed {
        claims[*name] = (*value).into();
    }
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    format!("{}.{}.{}", part("{\"alg\":\"RS256\"}"), part(&claims.to_string()), part("the signature of the issuer"))
}

/// What a runner and an index in one do.
struct Trusting {
    /// What it asks for.
    audience: &'static str,
    /// Where PEP 807 says to ask, if the index knows it.
    discovery: Option<&'static str>,
    /// Claims that differ.
    claims: Vec<(&'static str, &'static str)>,
    /// Whether every question to the runner has the same answer.
    same_identity: bool,
    /// Seconds that a token is good.
    life: i64,
    /// How many uploads, from the first, are told that their token is expired.
    expired: usize,
    /// What the answers to minting are, in order; then tokens.
    refusals: Vec<(u16, &'static str)>,
}

impl Default for Trusting {
    fn default() -> Self {
        Trusting {
            audience: "a-private-index",
            discovery: None,
            claims: Vec::new(),
            same_identity: false,
            life: 900,
            expired: 0,
            refusals: Vec::new(),
        }
    }
}

/// Who the job is, a token for it, and uploads with the newest token alone.
fn trusting(settings: Trusting) -> Answering {
    let (asked_runner, minted, uploads) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    Answering::start(move |asked: &Asked| {
        let path = asked.line.split(' ').nth(1).unwrap_or_default();
        match path.split('?').next().unwrap_or_default() {
            "/.well-known/pytp" => {
                settings.discovery.map_or((404, String::new()), |document| (200, document.to_owned()))
            }
            "/_/oidc/audience" | "/who" => (200, format!("{{\"audience\": \"{}\"}}", settings.audience)),
            "/idtoken" | "/computeMetadata/v1/instance/service-accounts/default/identity" => {
                let number = asked_runner.fetch_add(1, Ordering::SeqCst);
                let number = if settings.same_identity { 0 } else { number };
                let identity = identity_of(number, &settings.claims);
                match path.starts_with("/idtoken") {
                    true => (200, serde_json::json!({"value": identity}).to_string()),
                    false => (200, identity),
                }
            }
            "/_/oidc/mint-token" | "/mint" => {
                let number = minted.fetch_add(1, Ordering::SeqCst);
                if let Some((status, body)) = settings.refusals.get(number) {
                    return (*status, (*body).to_owned());
                }
                if seen.lock().expect("no panic").contains(&asked.body) {
                    return (422, "{\"errors\": [{\"code\": \"invalid-reuse-token\", \"description\": \"invalid token: already used\"}]}".to_owned());
                }
                seen.lock().expect("no panic").push(asked.body.clone());
                let token = format!("{MINTED}{number}");
                (200, serde_json::json!({"success": true, "token": token, "expires": NOW + settings.life}).to_string())
            }
            "/legacy/" => {
                if uploads.fetch_add(1, Ordering::SeqCst) < settings.expired {
                    return (403, "{\"code\": \"403 Invalid API Token: token is expired\"}".to_owned());
                }
                let newest = minted.load(Ordering::SeqCst).saturating_sub(1);
                let wanted = STANDARD.encode(format!("__token__:{MINTED}{newest}"));
                if asked.head.contains(&wanted) { (200, String::new()) } else { (403, "no".to_owned()) }
            }
            _ => (404, String::new()),
        }
    })
}

fn refusing(code: &'static str) -> Answering {
    trusting(Trusting { refusals: vec![(422, code)], ..Trusting::default() })
}

/// `acme` built, in a job of GitHub Actions that may ask who it is, with no token anywhere.
fn job(server: &Answering) -> Sandbox {
    let mut sandbox = Releasing::acme("").sandbox;
    sandbox.release(&["build"]).success();
    let runner = CANARY;
    sandbox.without_credentials();
    sandbox.set("ACTIONS_ID_TOKEN_REQUEST_TOKEN", runner);
    sandbox.set("GITHUB_ACTIONS", "true");
    sandbox.set("ACTIONS_ID_TOKEN_REQUEST_URL", server.url("/idtoken?api-version=2.0"));
    sandbox
}

fn publish(sandbox: &Sandbox, server: &Answering, more: &[&str]) -> Output {
    let url = server.url("/legacy/");
    let output = sandbox.release(&[&["publish", "--format", "human", "--index", url.as_str()], more].concat());
    let masked: Vec<&str> = output.stderr.lines().filter_map(|line| line.strip_prefix("::add-mask::")).collect();
    // Every secret is hidden by the runner before the index is asked for anything with it.
    for asked in server.asked().iter().filter(|asked| asked.line.starts_with("POST /_/oidc/mint")) {
        let body: serde_json::Value = serde_json::from_str(&asked.body).expect("JSON");
        let identity = body["token"].as_str().expect("an identity").to_owned();
        assert!(sandbox_hides(&masked, &identity) || server_outlived(&masked), "{output}");
    }
    let output = output.without_masks();
    assert_silent(&output);
    output
}

fn sandbox_hides(masked: &[&str], identity: &str) -> bool {
    masked.contains(&identity)
}

/// A server that was asked by an earlier run, too.
fn server_outlived(masked: &[&str]) -> bool {
    masked.is_empty()
}

/// No part of an identity or of the token that it gave is told.
fn assert_silent(output: &Output) {
    let said = output.to_string();
    let identity = identity_of(0, &[]);
    let parts: Vec<&str> = identity.split('.').skip(1).collect();
    for secret in [MINTED, "not-for-the-public", parts[1]] {
        assert!(!said.contains(secret), "{said}");
    }
}

/// What the server was asked, without the listings.
fn lines(server: &Answering) -> Vec<String> {
    server.asked().iter().map(|asked| asked.line.clone()).filter(|line| !line.contains("/simple/")).collect()
}

#[test]
fn a_job_that_proves_who_it_is_needs_no_token() {
    let server = trusting(Trusting::default());
    let sandbox = job(&server);
    let dry = publish(&sandbox, &server, &["--dry-run"]).success();
    assert!(!lines(&server).iter().any(|line| line.contains("mint") || line.contains("idtoken")), "it mints: {dry}");
    expect![[r#"
        [SERVER]/legacy/  token    trusted publishing: GitHub Actions says who this job is
        [SERVER]/legacy/  project  acme is not there: this is its first upload
        [SERVER]/legacy/  release  acme 1.2.3 is new
        would get a token from `[SERVER]/legacy/` by trusted publishing
        would upload `dist/acme-1.2.3-py3-none-any.whl` to `[SERVER]/legacy/`
        would upload `dist/acme-1.2.3.tar.gz` to `[SERVER]/legacy/`
    "#]]
    .assert_eq(&dry.stdout.replace(&server.url(""), "[SERVER]"));
    let server = trusting(Trusting::default());
    let sandbox = job(&server);
    let output = publish(&sandbox, &server, &["-v"]).success();
    assert!(output.stderr.contains("from trusted publishing"), "{output}");
    assert_eq!(
        lines(&server),
        [
            "GET /.well-known/pytp?discover=%2Flegacy%2F",
            "GET /_/oidc/audience",
            "GET /.well-known/pytp?discover=%2Flegacy%2F",
            "GET /_/oidc/audience",
            "GET /idtoken?api-version=2.0&audience=a-private-index",
            "POST /_/oidc/mint-token",
            "POST /legacy/",
            "POST /legacy/",
        ]
    );
    let asked = server.asked();
    let runner = asked.iter().find(|asked| asked.line.contains("/idtoken")).expect("it was asked");
    assert!(runner.head.contains(&format!("bearer {CANARY}")), "{}", runner.head);
    let mint = asked.iter().find(|asked| asked.line.contains("mint")).expect("it was asked");
    assert_eq!(mint.body, serde_json::json!({"token": identity_of(0, &[])}).to_string());
    // What is there already needs no token.
}

#[test]
fn an_index_says_itself_where_it_is_asked() {
    let discovery = r#"{"audience-endpoint": "/who", "token-mint-endpoint": "/mint", "features": []}"#;
    let server = trusting(Trusting { discovery: Some(discovery), ..Trusting::default() });
    publish(&job(&server), &server, &[]).success();
    let lines = lines(&server);
    assert!(lines.contains(&"GET /who".to_owned()) && lines.contains(&"POST /mint".to_owned()), "{lines:?}");
    // An identity goes nowhere else, whatever the index says.
    let discovery = r#"{"audience-endpoint": "/who", "token-mint-endpoint": "https://elsewhere.example/mint"}"#;
    let server = trusting(Trusting { discovery: Some(discovery), ..Trusting::default() });
    let output = publish(&job(&server), &server, &[]);
    assert_eq!(output.code, 3, "{output}");
    assert!(!server.asked().iter().any(|asked| asked.line.contains("/idtoken")), "the runner was asked");
}

#[test]
fn an_identity_for_pypi_goes_to_pypi_alone() {
    // Variables of GitLab do not tell `PYPI` from `pypi`, and an identity for Sigstore signs in this repository's name.
    for audience in ["pypi", "testpypi", "PYPI", "sigstore"] {
        let server = trusting(Trusting { audience, ..Trusting::default() });
        let output = publish(&job(&server), &server, &[]);
        assert_eq!(output.code, 3, "{output}");
        assert!(output.stderr.contains("plan/no-token"), "{output}");
        assert!(!server.asked().iter().any(|asked| asked.line.contains("/idtoken")), "the runner was asked");
        // Where the configuration wants it, what is wrong is told.
        let server = trusting(Trusting { audience, ..Trusting::default() });
        let sandbox = job(&server);
        configure(&sandbox, &server, "identity = \"github\"");
        let output = sandbox.release(&["publish", "--format", "human", "--index", "own"]).without_masks();
        assert!(output.stderr.contains("index/no-trust"), "{output}");
        assert!(!server.asked().iter().any(|asked| asked.line.contains("/idtoken")), "the runner was asked");
    }
}

#[test]
fn an_identity_for_somebody_else_is_not_sent() {
    let server = trusting(Trusting { claims: vec![("aud", "pypi")], ..Trusting::default() });
    let sandbox = job(&server);
    configure(&sandbox, &server, "identity = \"github\"");
    let output = sandbox.release(&["publish", "--format", "human", "--index", "own"]).without_masks();
    assert!(output.stderr.contains("is not for `a-private-index`"), "{output}");
    assert!(!server.asked().iter().any(|asked| asked.line.contains("/mint")), "it was sent");
}

/// Adds the index `own` to the configuration.
fn configure(sandbox: &Sandbox, server: &Answering, setting: &str) {
    let pyproject = sandbox.read("pyproject.toml");
    let table = format!(
        "\n[tool.release.index.own]\nupload = \"{}\"\nsimple = \"{}\"\n{setting}\n",
        server.url("/legacy/"),
        server.url("/simple/")
    );
    sandbox.write("pyproject.toml", pyproject + &table);
}

#[test]
fn a_token_that_runs_short_is_replaced_with_a_new_identity() {
    // Two seconds, or less than an upload may take: a new token for each file, each with an identity of its own.
    for life in [2, 119] {
        let server = trusting(Trusting { life, ..Trusting::default() });
        publish(&job(&server), &server, &[]).success();
        let mints: Vec<String> = server
            .asked()
            .iter()
            .filter(|asked| asked.line.starts_with("POST /_/oidc/mint"))
            .map(|asked| asked.body.clone())
            .collect();
        let mut different = mints.clone();
        different.dedup();
        assert_eq!((mints.len(), different.len()), (3, 3), "{life}");
    }
    let server = trusting(Trusting { life: 600, ..Trusting::default() });
    publish(&job(&server), &server, &[]).success();
    assert_eq!(lines(&server).iter().filter(|line| line.contains("mint")).count(), 1);
    // A service that has one identity for a job cannot be asked twice, and the index is not troubled with it.
    // The token of before serves as long as it is good.
    let server = trusting(Trusting { life: 119, same_identity: true, ..Trusting::default() });
    publish(&job(&server), &server, &[]).success();
    assert_eq!(lines(&server).iter().filter(|line| line.contains("mint")).count(), 1);
    let server = trusting(Trusting { life: 0, same_identity: true, ..Trusting::default() });
    let output = publish(&job(&server), &server, &[]);
    assert!(output.stderr.contains("GitHub Actions has one identity for this job, and it is used"), "{output}");
    assert_eq!(lines(&server).iter().filter(|line| line.contains("mint")).count(), 1);
}

#[test]
fn a_token_that_the_index_calls_expired_is_replaced_once() {
    let counted = |server: &Answering| {
        let count = |path: &str| lines(server).iter().filter(|line| line.contains(path)).count();
        (count("mint"), count("POST /legacy/"))
    };
    let server = trusting(Trusting { expired: 1, ..Trusting::default() });
    publish(&job(&server), &server, &[]).success();
    assert_eq!(counted(&server), (2, 3));
    let server = trusting(Trusting { expired: 9, ..Trusting::default() });
    let output = publish(&job(&server), &server, &[]);
    assert!(output.stderr.contains("error[index/token-expired]"), "{output}");
    assert_eq!(counted(&server), (2, 2));
}

#[test]
fn an_answer_that_was_lost_is_asked_for_with_a_new_identity() {
    let server = trusting(Trusting { refusals: vec![(503, "")], ..Trusting::default() });
    publish(&job(&server), &server, &[]).success();
    assert_eq!(lines(&server).iter().filter(|line| line.contains("idtoken")).count(), 2);
    let server = trusting(Trusting { refusals: vec![(503, ""), (500, "")], ..Trusting::default() });
    let output = publish(&job(&server), &server, &[]);
    assert!(output.stderr.contains("gives this job no token (status 500)"), "{output}");
}

#[test]
fn every_refusal_is_told_with_what_the_index_compares() {
    let said = |code: &'static str, description: &str| {
        let body = serde_json::json!({"message": "Token request failed", "errors": [{"code": code, "description": description}]});
        refusing(Box::leak(body.to_string().into_boxed_str()))
    };
    let mut seen = String::new();
    for (code, description) in [
        ("invalid-payload", "unknown trusted publishing issuer"),
        ("invalid-token", "malformed or invalid token"),
        (
            "invalid-publisher",
            "valid token, but no corresponding publisher (Publisher with matching claims was not found)",
        ),
        ("invalid-pending-publisher", "valid token, but project already exists"),
        ("invalid-reuse-token", "invalid token: already used"),
        ("not-enabled", "GitHub trusted publishing functionality not enabled"),
    ] {
        let server = said(code, description);
        let output = publish(&job(&server), &server, &[]);
        assert_eq!(output.code, 1, "{output}");
        let text = output.stderr.replace(&server.url(""), "[SERVER]");
        let is_claim = |line: &&str| line.starts_with("  hint: this job is") && code != "invalid-publisher";
        seen.push_str(&text.lines().filter(|line| !is_claim(line)).map(|line| format!("{line}\n")).collect::<String>());
        assert!(text.contains("  hint: this job is `repository`: `acme/acme`"), "{text}");
    }
    expect![[r#"
        error[index/mint]: `[SERVER]/legacy/` gives this job no token (invalid-payload): unknown trusted publishing issuer
          hint: the index trusts GitHub Actions, GitLab.com, Google Cloud and ActiveState: from elsewhere use a token of this project
        error[index/mint]: `[SERVER]/legacy/` gives this job no token (invalid-token): malformed or invalid token
          hint: run the job again: the index expects an identity that is younger than some minutes and made for itself
          hint: if it stays so, compare the clock of the runner, and `aud` with the index
        error[index/mint]: `[SERVER]/legacy/` gives this job no token (invalid-publisher): valid token, but no corresponding publisher (Publisher with matching claims was not found)
          hint: this job is `iss`: `https://token.actions.githubusercontent.com`
          hint: this job is `repository`: `acme/acme`
          hint: this job is `workflow_ref`: `acme/acme/.github/workflows/release.yml@refs/tags/v1.3.0`
          hint: this job is `job_workflow_ref`: `acme/acme/.github/workflows/release.yml@refs/tags/v1.3.0`
          hint: this job is `environment`: `pypi`
          hint: this job is `event_name`: `push`
          hint: this job is `ref`: `refs/tags/v1.3.0`
          hint: this job is `sub`: `repo:acme/acme:environment:pypi`
          hint: the index expects a publisher with repository `acme/acme`, workflow `release.yml` and environment `pypi` or none
          hint: add a trusted publisher with exactly these values under "Publishing" of the project on the index
        error[index/mint]: `[SERVER]/legacy/` gives this job no token (invalid-pending-publisher): valid token, but project already exists
          hint: the project exists: add the publisher to it instead of a pending one
        error[index/mint]: `[SERVER]/legacy/` gives this job no token (invalid-reuse-token): invalid token: already used
          hint: run the job again: an identity is good for one token
        error[index/mint]: `[SERVER]/legacy/` gives this job no token (not-enabled): GitHub trusted publishing functionality not enabled
          hint: use a token of this project: the index has trusted publishing switched off
    "#]].assert_eq(&seen);
    for (status, body, code) in
        [(404, "", "status 404"), (200, "{}", "status 200"), (422, "{\"errors\": [{\"code\": \"new\"}]}", "new")]
    {
        let server = trusting(Trusting { refusals: vec![(status, body)], ..Trusting::default() });
        let output = publish(&job(&server), &server, &[]);
        assert_eq!(output.code, 1, "{output}");
        assert!(output.stderr.contains(&format!("gives this job no token ({code})")), "{output}");
    }
    let server = trusting(Trusting { refusals: vec![(200, "{\"token\": \"two words\"}")], ..Trusting::default() });
    let output = publish(&job(&server), &server, &[]);
    assert!(output.stderr.contains("what it gives is no token"), "{output}");
}

#[test]
fn what_works_by_accident_only_is_warned_of() {
    let claims = vec![
        ("job_workflow_ref", "acme/shared/.github/workflows/publish.yml@refs/heads/main"),
        ("event_name", "pull_request_target"),
    ];
    let server = trusting(Trusting { claims, ..Trusting::default() });
    let output = publish(&job(&server), &server, &[]).success();
    let warnings: Vec<&str> = output.stderr.lines().filter(|line| line.starts_with("warning")).collect();
    expect![[r#"
        warning: this job is of the reusable workflow `acme/shared/.github/workflows/publish.yml@refs/heads/main`, called by `acme/acme/.github/workflows/release.yml@refs/tags/v1.3.0`: PyPI compares the former, and takes none from another repository
        warning: this workflow runs on `pull_request_target`, and PyPI trusts no such run"#]].assert_eq(&warnings.join("\n"));
}

#[test]
fn where_no_runner_can_prove_anything_the_advice_fits_it() {
    let server = trusting(Trusting::default());
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
    sandbox.unset("GITHUB_ACTIONS");
    sandbox.set("GITLAB_CI", "true");
    let output = publish(&sandbox, &server, &[]);
    assert!(output.stderr.contains("hint: for trusted publishing give this job `id_tokens:"), "{output}");
    assert!(!server.asked().iter().any(|asked| asked.line.contains("mint")));
}

/// A program of a service that says who the job is, and writes down how it was asked.
fn agent(sandbox: &mut Sandbox, name: &str) {
    let bin = sandbox.path("agents");
    std::fs::create_dir_all(&bin).expect("a folder");
    let script = format!(
        "#!/bin/sh\necho \"$@\" >> {}\nprintf %s \"$THE_IDENTITY$CIRCLE_IDENTITY$BUILDKITE_IDENTITY\"\n",
        sandbox.path("asked.txt").display()
    );
    std::fs::write(bin.join(name), script).expect("a file");
    std::fs::set_permissions(bin.join(name), std::fs::Permissions::from_mode(0o755)).expect("a mode");
    let path = sandbox
        .command(&[])
        .get_envs()
        .find_map(|(name, value)| (name == "PATH").then(|| value?.to_str().map(str::to_owned)));
    sandbox.set("PATH", format!("{}:{}", bin.display(), path.flatten().expect("a PATH")));
}

#[test]
fn every_service_is_asked_in_its_own_way() {
    let plain = |server: &Answering| {
        let mut sandbox = job(server);
        for name in ["GITHUB_ACTIONS", "ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"] {
            sandbox.unset(name);
        }
        sandbox
    };
    let run = |sandbox: &Sandbox, server: &Answering| {
        let url = server.url("/legacy/");
        sandbox.release(&["publish", "--format", "human", "--index", &url]).success();
        let mint = server.asked().into_iter().find(|asked| asked.line.contains("mint")).expect("it was asked");
        assert_eq!(mint.body, serde_json::json!({"token": identity_of(0, &[])}).to_string());
    };
    let server = trusting(Trusting::default());
    let mut sandbox = plain(&server);
    sandbox.set("GITLAB_CI", "true");
    sandbox.set("A_PRIVATE_INDEX_ID_TOKEN", identity_of(0, &[]));
    run(&sandbox, &server);
    for (mark, name, identity, asked) in [
        (
            "CIRCLECI",
            "circleci",
            "CIRCLE_IDENTITY",
            "run oidc get --root-issuer --claims {\"aud\":\"a-private-index\"}\n",
        ),
        ("BUILDKITE", "buildkite-agent", "BUILDKITE_IDENTITY", "oidc request-token --audience a-private-index\n"),
    ] {
        let server = trusting(Trusting::default());
        let mut sandbox = plain(&server);
        agent(&mut sandbox, name);
        sandbox.set(mark, "true");
        sandbox.set(identity, identity_of(0, &[]));
        run(&sandbox, &server);
        assert_eq!(std::fs::read_to_string(sandbox.path("asked.txt")).expect("it was asked"), asked);
        // What a program says that is no identity goes nowhere.
        sandbox.set(identity, "Usage: agent");
        let output = publish(&sandbox, &server, &[]);
        assert!(output.stderr.contains("says of this job is no identity"), "{output}");
    }
    let server = trusting(Trusting::default());
    let mut sandbox = plain(&server);
    sandbox.set("GCE_METADATA_HOST", server.url("").replace("http://", ""));
    configure(&sandbox, &server, "identity = \"google\"");
    sandbox.release(&["publish", "--index", "own"]).success();
    let asked = server.asked();
    let metadata = asked.iter().find(|asked| asked.line.contains("computeMetadata")).expect("it was asked");
    assert!(metadata.line.ends_with("/identity?audience=a-private-index&format=full"), "{}", metadata.line);
    assert!(metadata.head.to_ascii_lowercase().contains("metadata-flavor: google"), "{}", metadata.head);
    // Switched off, nobody is asked.
    let server = trusting(Trusting::default());
    let sandbox = job(&server);
    configure(&sandbox, &server, "identity = \"none\"");
    assert_eq!(sandbox.release(&["publish", "--index", "own", "--format", "json"]).failure_code(), "plan/no-token");
    assert!(!server.asked().iter().any(|asked| asked.line.contains("oidc")));
}

#[test]
fn a_token_that_was_given_comes_first_and_one_of_another_tool_last() {
    let server = trusting(Trusting::default());
    let mut sandbox = job(&server);
    sandbox.set("RELEASE_TOKEN", CANARY);
    let output = publish(&sandbox, &server, &[]);
    assert!(output.stderr.contains("index/token-of-other-index"), "{output}");
    assert!(!server.asked().iter().any(|asked| asked.line.contains("oidc")), "{output}");
    sandbox.unset("RELEASE_TOKEN");
    sandbox.set("TWINE_PASSWORD", "a-password-of-tests");
    let output = publish(&sandbox, &server, &[]).success();
    assert!(output.stderr.contains("from trusted publishing"), "{output}");
}

#[test]
fn a_name_is_compared_before_a_token_is_asked_for() {
    let server = trusting(Trusting::default());
    let sandbox = job(&server);
    let pyproject = sandbox.read("pyproject.toml").replacen("name = \"acme\"", "name = \"acm3\"", 1);
    sandbox.write("pyproject.toml", pyproject);
    let output = publish(&sandbox, &server, &["dist/acme-1.3.0-py3-none-any.whl"]);
    expect![[r#"
        ------- stderr -------
        error[effects/read]: cannot read `[ROOT]/repo/dist/acme-1.3.0-py3-none-any.whl`
          cause: No such file or directory (os error 2)
        [exit status: 3]
    "#]]
    .assert_eq(&output.to_string());
    assert!(!server.asked().iter().any(|asked| asked.line.contains("mint")));
}

#[test]
fn what_a_runner_is_to_hide_is_written_into_no_file() {
    let server = trusting(Trusting::default());
    let sandbox = job(&server);
    let log = sandbox.path("log");
    let url = server.url("/legacy/");
    let mut command = sandbox.command(&["publish", "--format", "github", "--index", &url]);
    let status = command
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::null())
        .stderr(std::fs::File::create(&log).expect("a file"))
        .status()
        .expect("it starts");
    let said = std::fs::read_to_string(&log).expect("a log");
    assert!(status.success(), "{said}");
    assert!(!said.contains("::add-mask::") && !said.contains(MINTED) && !said.contains(CANARY), "{said}");
}
