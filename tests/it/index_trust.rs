//! Trusted publishing of the embedded index, against an issuer of our own, and attestations, against real ones.

use expect_test::expect;
use serde_json::{Value, json};

use crate::support::Sandbox;
use crate::support::archives::tar::{SDIST_NAME, Tar};
use crate::support::archives::zip::{WHEEL_NAME, Zip};
use crate::support::corpora;
use crate::support::issuer::{AUDIENCE, Issuer, publisher, signed};
use crate::support::served::Served;
use crate::support::web::{Form, Response, basic, get, request};

const JSON: &str = "application/vnd.pypi.simple.v1+json";

fn wheel() -> Form {
    Form::of(WHEEL_NAME, &Zip::wheel().bytes())
}

/// An index that trusts an issuer, with more in its state.
fn trusting(sandbox: &Sandbox, issuer: &Issuer, state: Value) -> Served {
    set(sandbox, issuer, state);
    Served::start(sandbox, &[])
}

fn set(sandbox: &Sandbox, issuer: &Issuer, mut state: Value) {
    let mut trust = issuer.trust();
    if let Some(more) = state["trusted-publishing"].as_object() {
        trust.as_object_mut().expect("a table").extend(more.clone());
    }
    state["trusted-publishing"] = trust;
    Served::set(sandbox, &state);
}

fn ours() -> Value {
    json!({"projects": {"demo": {"publishers": [publisher()]}}})
}

fn mint(served: &Served, body: &str) -> Response {
    request("POST", &served.url("/_/oidc/mint-token"), &[("Content-Type", "application/json")], body.as_bytes())
}

fn minted(served: &Served, identity: &str) -> Value {
    mint(served, &json!({"token": identity}).to_string()).json()
}

fn told(document: &Value) -> String {
    let error = &document["errors"][0];
    format!("{} {}", error["code"].as_str().unwrap_or("none"), error["description"].as_str().unwrap_or_default())
}

fn post(served: &Served, form: &Form, token: &str) -> (u16, String) {
    let response = form.post(&served.upload_url(), &basic("__token__", token));
    let text = match response.status {
        200 => String::new(),
        _ => response.json()["message"].as_str().unwrap_or_default().to_owned(),
    };
    (response.status, text)
}

#[test]
fn a_job_gets_a_token_for_its_projects() {
    let (sandbox, issuer) = (Sandbox::new(), Issuer::start());
    let served = trusting(&sandbox, &issuer, ours());
    assert_eq!(get(&served.url("/_/oidc/audience"), "").json(), json!({"audience": AUDIENCE}));
    let document = minted(&served, &issuer.identity(&[]));
    assert_eq!((&document["success"], &document["expires"]), (&json!(true), &json!(1_795_262_400 + 900)));
    let token = document["token"].as_str().expect("a token");
    let known = pyrelease::index::token::decode(token).expect("a token");
    assert_eq!((known.expires, known.unknown), (Some(1_795_263_300), 0));
    for _ in 0..2 {
        assert_eq!(post(&served, &wheel(), token), (200, String::new()));
    }
    let github = request("POST", &served.url("/_/oidc/github/mint-token"), &[], b"{}");
    assert_eq!(github.status, 422);
    assert_eq!(get(&served.url("/_/oidc/mint-token"), "").status, 405);
    let discovery = "/.well-known/pytp?discover=%2Flegacy%2F";
    assert_eq!(get(&served.url(discovery), "").status, 404);
    set(&sandbox, &issuer, json!({"trusted-publishing": {"discovery": true}}));
    let found = get(&served.url(discovery), "").json();
    assert_eq!(found["token-mint-endpoint"], served.url("/_/oidc/mint-token"));
    // It is nobody's any more.
    let (status, text) = post(&served, &Form::of(SDIST_NAME, &Tar::sdist().gz()), token);
    assert_eq!((status, text.as_str()), (403, "Invalid API Token: OIDC scoped token is not valid for project 'demo'"));
    Served::set(&sandbox, &json!({}));
    for path in ["/_/oidc/audience", discovery] {
        assert_eq!(get(&served.url(path), "").status, 404, "{path}");
    }
}

#[test]
fn a_token_is_good_for_its_time() {
    let (mut sandbox, issuer) = (Sandbox::new(), Issuer::start());
    let token = {
        let served = trusting(
            &sandbox,
            &issuer,
            json!({"projects": {"demo": {"publishers": [publisher()]}}, "trusted-publishing": {"lifetime": 60}}),
        );
        minted(&served, &issuer.identity(&[]))["token"].as_str().expect("a token").to_owned()
    };
    for (now, expected) in [("2026-11-21T12:00:59Z", 200), ("2026-11-21T12:01:00Z", 403)] {
        sandbox.set("RELEASE_NOW", now);
        let served = Served::start(&sandbox, &[]);
        let (status, text) = post(&served, &wheel(), &token);
        assert_eq!(status, expected, "{now}: {text}");
        assert!(status == 200 || text == "Invalid API Token: token is expired", "{text}");
    }
}

/// Identities with one thing wrong, in the order of PyPI's checks.
fn wrong(issuer: &Issuer) -> Vec<(&'static str, String)> {
    let with = |name: &str, value: Value| issuer.identity(&[(name, value)]);
    let good = issuer.identity(&[]);
    let (signed_part, _) = good.rsplit_once('.').expect("a token");
    let header = json!({"alg": "RS256", "kid": "another"});
    let now = 1_795_262_400;
    vec![
        ("none", "no JWT".to_owned()),
        ("issuer", with("iss", json!("https://example.org"))),
        ("signature", format!("{signed_part}.{}", "A".repeat(342))),
        ("algorithm", signed(&json!({"alg": "none", "kid": "test"}), &json!({"iss": issuer.url()}))),
        ("key", signed(&header, &json!({"iss": issuer.url()}))),
        ("audience", with("aud", json!("pypi"))),
        ("two audiences", with("aud", json!([AUDIENCE, "pypi"]))),
        ("expired", with("exp", json!(now - 31))),
        ("from the future", with("iat", json!(now + 31))),
        ("no event", with("event_name", Value::Null)),
        ("repository", with("repository", json!("acme/other"))),
        ("environment", with("environment", json!("test"))),
        ("workflow", with("job_workflow_ref", json!("acme/demo/.github/workflows/other.yml@refs/tags/v1.0"))),
        ("called", with("job_workflow_ref", json!("acme/shared/.github/workflows/release.yml@refs/heads/main"))),
        ("event", with("event_name", json!("pull_request_target"))),
    ]
}

#[test]
fn every_refusal_has_its_code() {
    let (sandbox, issuer) = (Sandbox::new(), Issuer::start());
    let served = trusting(&sandbox, &issuer, ours());
    let mut text = String::new();
    for (name, body) in [("no JSON", "x"), ("no token", "{}"), ("number", "{\"token\": 1}")] {
        let response = mint(&served, body);
        assert_eq!(response.status, 422);
        text.push_str(&format!("{name}: {}\n", told(&response.json())));
    }
    for (name, identity) in wrong(&issuer) {
        text.push_str(&format!("{name}: {}\n", told(&minted(&served, &identity))));
    }
    let identity = issuer.identity(&[]);
    assert_eq!(told(&minted(&served, &identity)), "none ");
    text.push_str(&format!("again: {}\n", told(&minted(&served, &identity))));
    let pending = json!({"project": "Demo", "user": "ana", "repository": "Acme/Demo", "workflow": "release.yml"});
    let mut state = ours();
    state["trusted-publishing"] = json!({"pending": [pending]});
    set(&sandbox, &issuer, state);
    text.push_str(&format!("pending: {}\n", told(&minted(&served, &issuer.identity(&[])))));
    set(&sandbox, &issuer, json!({"trusted-publishing": {"enabled": false}}));
    text.push_str(&format!("off: {}\n", told(&minted(&served, &issuer.identity(&[])))));
    assert_eq!(get(&served.url("/_/oidc/audience"), "").status, 403);
    expect![[r#"
        no JSON: invalid-payload Invalid JSON: expected value at line 1 column 1
        no token: invalid-payload token: Input should be a valid string
        number: invalid-payload token: Input should be a valid string
        none: invalid-payload malformed JWT
        issuer: invalid-payload unknown trusted publishing issuer
        signature: invalid-token malformed or invalid token
        algorithm: invalid-token malformed or invalid token
        key: invalid-token malformed or invalid token
        audience: invalid-token malformed or invalid token
        two audiences: invalid-token malformed or invalid token
        expired: invalid-token malformed or invalid token
        from the future: invalid-token malformed or invalid token
        no event: invalid-publisher valid token, but no corresponding publisher (Missing claim 'event_name')
        repository: invalid-publisher valid token, but no corresponding publisher (Publisher with matching claims was not found)
        environment: invalid-publisher valid token, but no corresponding publisher (Publisher with matching claims was not found)
        workflow: invalid-publisher valid token, but no corresponding publisher (Publisher with matching claims was not found)
        called: invalid-publisher valid token, but no corresponding publisher (The job_workflow_ref claim does not match, expecting one of ['acme/demo/.github/workflows/release.yml@refs/tags/v1.0', 'acme/demo/.github/workflows/release.yml@0123456789012345678901234567890123456789'], got 'acme/shared/.github/workflows/release.yml@refs/heads/main')
        event: invalid-publisher valid token, but no corresponding publisher (Publishing from a workflow invoked via 'pull_request_target' is not supported.)
        again: invalid-reuse-token invalid token: already used
        pending: invalid-pending-publisher valid token, but project already exists
        off: not-enabled GitHub-based trusted publishing functionality not enabled
    "#]].assert_eq(&text);
    let large = mint(&served, &format!("{{\"token\": \"{}\"}}", "x".repeat(300_000)));
    assert_eq!(large.status, 422);
}

#[test]
fn a_pending_publisher_makes_its_project_with_its_first_token() {
    let (sandbox, issuer) = (Sandbox::new(), Issuer::start());
    let pending = json!({"project": "Demo", "user": "ana", "repository": "acme/demo", "workflow": "release.yml"});
    let state = json!({"users": {"ana": {}}, "trusted-publishing": {"pending": [pending]}});
    let first = issuer.identity(&[]);
    {
        let served = trusting(&sandbox, &issuer, state);
        assert_eq!(get(&served.url("/simple/demo/"), JSON).status, 404);
        let token = minted(&served, &first)["token"].as_str().expect("a token").to_owned();
        assert_eq!(get(&served.url("/simple/demo/"), JSON).json()["files"], json!([]));
        assert_eq!(get(&served.url("/pypi/demo/json"), "").status, 404);
        let (status, text) = post(&served, &wheel().with("name", Some("demmo")), &token);
        assert!(status == 400 && text.starts_with("Non-user identities cannot create new projects."), "{text}");
        assert_eq!(post(&served, &wheel(), &token).0, 200);
    }
    // It is a publisher like any other, also after a restart.
    let served = Served::start(&sandbox, &[]);
    assert_eq!(told(&minted(&served, &first)), "invalid-reuse-token invalid token: already used");
    let token = minted(&served, &issuer.identity(&[]))["token"].as_str().expect("a token").to_owned();
    assert_eq!(post(&served, &Form::of(SDIST_NAME, &Tar::sdist().gz()), &token).0, 200);
    let owners = get(&served.url("/pypi/demo/json"), "").json()["ownership"]["roles"].clone();
    assert_eq!(owners, json!([{"role": "Owner", "user": "ana"}]));
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn attestations_are_taken_from_their_publisher_and_served() {
    const FILE: &str = "pypi_attestations-0.0.19.tar.gz";
    let assets = corpora::assets();
    let attestation = String::from_utf8(assets[&format!("{FILE}.publish.attestation")].clone()).expect("text");
    let form = Form::of(FILE, &assets[FILE]).with("name", Some("pypi-attestations")).with("version", Some("0.0.19"));
    let (sandbox, issuer) = (Sandbox::new(), Issuer::start());
    let theirs = json!({"repository": "trailofbits/pypi-attestations", "workflow": "release.yml"});
    let state = json!({"projects": {"pypi-attestations": {"publishers": [theirs, publisher()]}}});
    let served = trusting(&sandbox, &issuer, state.clone());
    let ours = minted(&served, &issuer.identity(&[]))["token"].as_str().expect("a token").to_owned();
    issuer.set("repository", json!("trailofbits/pypi-attestations"));
    issuer.set("job_workflow_ref", json!("trailofbits/pypi-attestations/.github/workflows/release.yml@refs/tags/v1.0"));
    let token = minted(&served, &issuer.identity(&[]))["token"].as_str().expect("a token").to_owned();
    let with = |field: &str| form.clone().with("attestations", Some(field));
    let one = format!("[{attestation}]");
    let mut told = String::new();
    let mut say = |name: &str, (status, text): (u16, String)| told.push_str(&format!("{name}: {status} {text}\n"));
    say("another publisher", post(&served, &with(&one), &ours));
    say("twice", post(&served, &with(&format!("[{attestation}, {attestation}]")), &token));
    say("no publisher", post(&served, &with(&one), &served.token()));
    let mut changed: Value = serde_json::from_str(&attestation).expect("JSON");
    changed["version"] = json!(2);
    say("version", post(&served, &with(&format!("[{changed}]")), &token));
    let signature = changed["envelope"]["signature"].as_str().expect("text").replace(['A', 'B'], "C");
    changed["version"] = json!(1);
    changed["envelope"]["signature"] = json!(signature);
    say("signature", post(&served, &with(&format!("[{changed}]")), &token));
    let mut state = state;
    state["attestations"] = json!({"kinds": ["https://slsa.dev/provenance/v1"]});
    set(&sandbox, &issuer, state.clone());
    say("kind", post(&served, &with(&one), &token));
    state["attestations"] = json!({});
    set(&sandbox, &issuer, state);
    expect![[r#"
        another publisher: 400 Invalid attestations supplied during upload: Could not verify the uploaded artifact using the included attestation: Certificate's Source Repository URI does not match the Trusted Publisher
        twice: 400 Invalid attestations supplied during upload: Multiple attestations for the same file with the same predicate type (https://docs.pypi.org/attestations/publish/v1) are not supported
        no publisher: 400 Invalid attestations supplied during upload: Attestations are only supported when using Trusted Publishing
        version: 400 Invalid attestations supplied during upload: Malformed attestations: its `version` is another
        signature: 400 Invalid attestations supplied during upload: Could not verify the uploaded artifact using the included attestation: its signature does not hold: invalid signature: DSSE signature verification failed: Verification error: the signature (ECDSA_P256_SHA256) is not valid
        kind: 400 Invalid attestations supplied during upload: Attestation with unsupported predicate type: https://docs.pypi.org/attestations/publish/v1
    "#]].assert_eq(&told);
    assert_eq!(get(&served.url("/simple/pypi-attestations/"), JSON).json()["files"], json!([]));
    assert_eq!(post(&served, &with(&one), &token), (200, String::new()));
    let page = get(&served.url("/simple/pypi-attestations/"), JSON).json();
    let url = page["files"][0]["provenance"].as_str().expect("a URL").to_owned();
    let provenance = get(&url, "");
    assert_eq!(provenance.header("content-type"), "application/vnd.pypi.integrity.v1+json");
    let bundle = &provenance.json()["attestation_bundles"][0];
    assert_eq!(bundle["publisher"]["repository"], "trailofbits/pypi-attestations");
    assert_eq!(bundle["attestations"][0], serde_json::from_str::<Value>(&attestation).expect("JSON"));
    let html = get(&served.url("/simple/pypi-attestations/"), "text/html").text();
    assert!(html.contains(&format!("data-provenance=\"{url}\"")), "{html}");
}

#[test]
fn a_file_without_attestations_has_no_provenance() {
    let sandbox = Sandbox::new();
    let served = Served::start(&sandbox, &[]);
    assert_eq!(served.post(&wheel()).status, 200);
    let missing = get(&served.url(&format!("/integrity/demo/1.0/{WHEEL_NAME}/provenance")), "");
    assert_eq!(missing.status, 404);
    assert_eq!(missing.json(), json!({"message": format!("No provenance available for {WHEEL_NAME}")}));
    assert_eq!(get(&served.url(&format!("/integrity/demo/2.0/{WHEEL_NAME}/provenance")), "").status, 404);
}

#[test]
fn our_client_needs_no_token_in_a_job_that_is_trusted() {
    let issuer = Issuer::start();
    let mut sandbox = crate::support::releasing::Releasing::acme("").sandbox;
    sandbox.release(&["build"]).success();
    for name in ["RELEASE_TOKEN", "TWINE_PASSWORD", "UV_PUBLISH_TOKEN"] {
        sandbox.unset(name);
    }
    sandbox.set("GITHUB_ACTIONS", "true");
    sandbox.set("ACTIONS_ID_TOKEN_REQUEST_URL", issuer.request_url());
    let served = trusting(&sandbox, &issuer, json!({"projects": {"acme": {"publishers": [publisher()]}}}));
    let url = served.upload_url();
    sandbox.release(&["publish", "--index", &url]).success();
    let files = get(&served.url("/simple/acme/"), JSON).json()["files"].clone();
    assert_eq!(files.as_array().map(Vec::len), Some(2));
    set(&sandbox, &issuer, json!({"projects": {"acme": {}}}));
    let refused = sandbox.release(&["publish", "--index", &url, "--format", "json"]);
    assert!(refused.code == 0 || refused.failure_code() == "index/mint", "{refused}");
}
