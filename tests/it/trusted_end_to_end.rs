//! Trusted publishing from end to end: our client in a job, an issuer of our own that says who the job is, and the
//! embedded index, which believes it.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use expect_test::expect;
use serde_json::{Value, json};

use crate::support::archives::tar::{SDIST_NAME, Tar};
use crate::support::archives::zip::{WHEEL_NAME, Zip};
use crate::support::issuer::{Issuer, publisher};
use crate::support::sandbox::{CANARY, Output};
use crate::support::served::Served;
use crate::support::web::{get, request};
use crate::support::{Sandbox, corpora};

const JSON: &str = "application/vnd.pypi.simple.v1+json";

/// A job of `acme/demo` with an empty `dist/`, which may ask the issuer who it is and has no token.
fn job(issuer: &Issuer, project: &str, version: &str) -> Sandbox {
    let mut sandbox = Sandbox::new();
    sandbox.without_credentials();
    sandbox.write("pyproject.toml", format!("[project]\nname = \"{project}\"\nversion = \"{version}\"\n"));
    sandbox.set("GITHUB_ACTIONS", "true");
    sandbox.set("ACTIONS_ID_TOKEN_REQUEST_URL", issuer.request_url());
    sandbox.set("ACTIONS_ID_TOKEN_REQUEST_TOKEN", CANARY);
    sandbox
}

/// An index that trusts the issuer, with more in its state.
fn trusting(sandbox: &Sandbox, issuer: &Issuer, mut state: Value) -> Served {
    let mut trust = issuer.trust();
    if let Some(more) = state["trusted-publishing"].as_object() {
        trust.as_object_mut().expect("a table").extend(more.clone());
    }
    state["trusted-publishing"] = trust;
    Served::set(sandbox, &state);
    Served::start(sandbox, &[])
}

/// `demo` in a job, and an index that trusts the issuer of it.
fn demo(issuer: &Issuer, state: Value) -> (Sandbox, Served) {
    let sandbox = job(issuer, "demo", "1.0");
    sandbox.write(&format!("dist/{WHEEL_NAME}"), Zip::wheel().bytes());
    sandbox.write(&format!("dist/{SDIST_NAME}"), Tar::sdist().gz());
    let served = trusting(&sandbox, issuer, state);
    (sandbox, served)
}

fn publish(sandbox: &Sandbox, url: &str) -> Output {
    sandbox.release(&["publish", "--format", "human", "--index", url]).without_masks()
}

fn ours() -> Value {
    json!({"projects": {"demo": {"publishers": [publisher()]}}})
}

fn uploaded(output: &Output) -> usize {
    output.stdout.lines().filter(|line| line.contains(": uploaded ")).count()
}

#[test]
fn a_job_that_is_trusted_publishes_and_publishes_again() {
    // A minute is less than an upload may take, so that each file has a token of its own; PEP 807 or not.
    for trust in [json!({}), json!({"lifetime": 60}), json!({"lifetime": 60, "discovery": true})] {
        let issuer = Issuer::start();
        let mut state = ours();
        state["trusted-publishing"] = trust;
        let (sandbox, served) = demo(&issuer, state);
        let output = publish(&sandbox, &served.upload_url()).success();
        assert_eq!(uploaded(&output), 2, "{output}");
        assert!(publish(&sandbox, &served.upload_url()).success().stdout.contains("already-there"));
    }
}

/// What makes the index give no token: its state, and what is done to the issuer before.
type Refusal = (&'static str, fn() -> Value, fn(&Issuer, &Served));

const REFUSALS: &[Refusal] = &[
    ("another issuer", ours, |issuer, _| issuer.set("iss", json!("https://example.org"))),
    ("another audience", ours, |issuer, _| issuer.set("aud", json!("pypi"))),
    ("not yet", ours, |issuer, _| issuer.set("nbf", json!(4_000_000_000_u64))),
    ("another repository", ours, |issuer, _| issuer.set("repository", json!("acme/other"))),
    ("another event", ours, |issuer, _| issuer.set("event_name", json!("pull_request_target"))),
    (
        "a project that is there",
        || {
            let pending =
                json!({"project": "demo", "user": "ana", "repository": "acme/demo", "workflow": "release.yml"});
            json!({"users": {"ana": {}}, "projects": {"demo": {}}, "trusted-publishing": {"pending": [pending]}})
        },
        |_, _| (),
    ),
    ("an identity that was used", ours, |issuer, served| {
        issuer.set("jti", json!("the-only-one"));
        let body = json!({"token": issuer.identity(&[])}).to_string();
        let minted = request("POST", &served.url("/_/oidc/mint-token"), &[], body.as_bytes());
        assert_eq!(minted.status, 200, "{}", minted.text());
    }),
    (
        "a service that is switched off",
        || {
            let mut state = ours();
            state["trusted-publishing"] = json!({"github": false});
            state
        },
        |_, _| (),
    ),
];

#[test]
fn every_code_of_a_refusal_reaches_the_person_with_its_reason() {
    let mut seen = String::new();
    for (name, state, change) in REFUSALS {
        let issuer = Issuer::start();
        let (sandbox, served) = demo(&issuer, state());
        change(&issuer, &served);
        let output = publish(&sandbox, &served.upload_url());
        assert_eq!(output.code, 1, "{name}: {output}");
        let line = output.stderr.lines().find(|line| line.starts_with("error")).unwrap_or_default();
        seen.push_str(&format!("{name}: {}\n", line.split_once("no token ").map_or(line, |(_, rest)| rest)));
    }
    expect![[r#"
        another issuer: (invalid-payload): unknown trusted publishing issuer
        another audience: by trusted publishing: what GitHub Actions says of this job is not for `an-index`
        not yet: (invalid-token): malformed or invalid token
        another repository: (invalid-publisher): valid token, but no corresponding publisher (Publisher with matching claims was not found)
        another event: (invalid-publisher): valid token, but no corresponding publisher (Publishing from a workflow invoked via 'pull_request_target' is not supported.)
        a project that is there: (invalid-pending-publisher): valid token, but project already exists
        an identity that was used: (invalid-reuse-token): invalid token: already used
        a service that is switched off: (not-enabled): GitHub-based trusted publishing functionality not enabled
    "#]].assert_eq(&seen);
}

#[test]
fn the_embedded_index_takes_what_is_narrowed() {
    let (mut sandbox, served) = demo(&Issuer::start(), json!({"users": {"ana": {}}}));
    let token = Served::token_of(&sandbox, "ana", &[]);
    sandbox.set("RELEASE_TOKEN", token.trim());
    let url = served.upload_url();
    let plan = sandbox.release(&["publish", "--format", "human", "-n", "--index", &url]).success();
    assert!(plan.stdout.contains("sent narrowed to one project and 10 minutes"), "{plan}");
    sandbox.release(&["publish", "--index", &url]).success();
}

/// The way to a server, on which uploads from the third on are held until the first token has expired, and on which
/// answers lose their date, so that the client goes by its own clock.
struct Way {
    url: String,
    /// The first line of every request, in their order.
    asked: Arc<Mutex<Vec<String>>>,
}

impl Way {
    fn to(server: &Served, life: Duration) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let url = format!("http://{}/legacy/", listener.local_addr().expect("it is bound"));
        let there = server.url("").trim_start_matches("http://").trim_end_matches('/').to_owned();
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let minted: Arc<Mutex<Option<Instant>>> = Arc::default();
        let told = Arc::clone(&asked);
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (there, told, minted) = (there.clone(), Arc::clone(&told), Arc::clone(&minted));
                std::thread::spawn(move || {
                    let mut client = client;
                    let mut first = Vec::new();
                    let mut byte = [0];
                    while !first.ends_with(b"\r\n") && client.read_exact(&mut byte).is_ok() {
                        first.push(byte[0]);
                    }
                    let line = String::from_utf8_lossy(&first).trim_end().to_owned();
                    let uploads = {
                        let mut told = told.lock().expect("no panic");
                        told.push(line.clone());
                        told.iter().filter(|line| line.starts_with("POST /legacy/")).count()
                    };
                    if line.starts_with("POST /_/oidc/mint") {
                        minted.lock().expect("no panic").get_or_insert_with(Instant::now);
                    }
                    if line.starts_with("POST /legacy/") && uploads > 2 {
                        let minted = minted.lock().expect("no panic").expect("a token came first");
                        let over = minted + life + Duration::from_secs(2);
                        std::thread::sleep(over.saturating_duration_since(Instant::now()));
                    }
                    let mut server = TcpStream::connect(there).expect("it listens");
                    server.write_all(&first).expect("it reads");
                    let (mut from, mut to) =
                        (client.try_clone().expect("a socket"), server.try_clone().expect("a socket"));
                    let there = std::thread::spawn(move || {
                        let _ = std::io::copy(&mut from, &mut to);
                    });
                    let mut head = Vec::new();
                    while !head.ends_with(b"\r\n\r\n") && server.read_exact(&mut byte).is_ok() {
                        head.push(byte[0]);
                    }
                    let head = String::from_utf8_lossy(&head).into_owned();
                    let is_date = |line: &&str| line.to_ascii_lowercase().starts_with("date:");
                    let head: String = head.split_inclusive("\r\n").filter(|line| !is_date(line)).collect();
                    let _ = client.write_all(head.as_bytes());
                    let _ = std::io::copy(&mut server, &mut client);
                    let _ = client.shutdown(Shutdown::Both);
                    let _ = there.join();
                });
            }
        });
        Way { url, asked }
    }

    fn count(&self, begin: &str) -> usize {
        self.asked.lock().expect("no panic").iter().filter(|line| line.starts_with(begin)).count()
    }
}

#[test]
fn a_token_that_expires_in_the_middle_of_five_files_is_replaced_and_all_five_arrive() {
    const LIFE: u64 = 12;
    let issuer = Issuer::start();
    let mut sandbox = job(&issuer, "demo", "1.0");
    sandbox.write(&format!("dist/{WHEEL_NAME}"), Zip::wheel().bytes());
    sandbox.write(&format!("dist/{SDIST_NAME}"), Tar::sdist().gz());
    for python in ["cp311", "cp312", "cp313"] {
        let mut zip = Zip::wheel();
        zip.edit("WHEEL", "py3", python);
        sandbox.write(&format!("dist/{}", WHEEL_NAME.replace("py3", python)), zip.bytes());
    }
    // The clock of the index goes; that of the client stands long before, so that it does not see the end coming.
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("after 1970").as_secs();
    for (claim, value) in [("iat", now), ("nbf", now - 60), ("exp", now + 600)] {
        issuer.set(claim, json!(value));
    }
    let mut state = ours();
    state["trusted-publishing"] = json!({"lifetime": LIFE});
    sandbox.unset("RELEASE_NOW");
    let served = trusting(&sandbox, &issuer, state);
    sandbox.set("RELEASE_NOW", "2026-11-21T12:00:00Z");
    let way = Way::to(&served, Duration::from_secs(LIFE));
    let output = publish(&sandbox, &way.url).success();
    assert_eq!(uploaded(&output), 5, "{output}");
    // One token for the first two files, and one for those that came too late with it and for the last.
    assert_eq!((way.count("POST /_/oidc/mint"), way.count("POST /legacy/")), (2, 7), "{:?}", way.asked);
    let listed = get(&served.url("/simple/demo/"), JSON).json();
    assert_eq!(listed["files"].as_array().map(Vec::len), Some(5), "{listed}");
    // A third run sends nothing.
    let sent = way.count("POST");
    let again = publish(&sandbox, &way.url).success();
    assert_eq!((uploaded(&again), way.count("POST")), (0, sent), "{again}");
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn attestations_beside_archives_arrive_with_them_and_are_verified_where_they_are_served() {
    const FILE: &str = "pypi_attestations-0.0.19.tar.gz";
    let assets = corpora::assets();
    let issuer = Issuer::start();
    let repository = "trailofbits/pypi-attestations";
    issuer.set("repository", json!(repository));
    let workflow = format!("{repository}/.github/workflows/release.yml@refs/tags/v0.0.19");
    issuer.set("job_workflow_ref", json!(workflow));
    issuer.set("workflow_ref", json!(workflow));
    issuer.set("ref", json!("refs/tags/v0.0.19"));
    let sandbox = job(&issuer, "pypi-attestations", "0.0.19");
    for name in [FILE.to_owned(), format!("{FILE}.publish.attestation")] {
        sandbox.write(&format!("dist/{name}"), &assets[&name]);
    }
    let theirs = json!({"repository": repository, "workflow": "release.yml"});
    let served = trusting(&sandbox, &issuer, json!({"projects": {"pypi-attestations": {"publishers": [theirs]}}}));
    let pyproject = format!(
        "[build-system]\nrequires = []\nbuild-backend = \"backend\"\nbackend-path = [\".\"]\n\n[project]\nname = \"pypi-attestations\"\nversion = \"0.0.19\"\n\n\
         [tool.release]\nforge = {{ kind = \"github\", repository = \"{repository}\" }}\n\
         verify = {{ workflow = \"release.yml\", provenance = \"require\" }}\n\
         [tool.release.index.ours]\nupload = \"{}\"\nsimple = \"{}\"\nattestations = \"require\"\n",
        served.upload_url(),
        served.simple_url()
    );
    sandbox.write("pyproject.toml", pyproject);
    let output = publish(&sandbox, "ours").success();
    assert_eq!(uploaded(&output), 1, "{output}");
    let page = get(&served.url("/simple/pypi-attestations/"), JSON).json();
    assert!(page["files"][0]["provenance"].is_string(), "{page}");
    let verified = sandbox.release(&["verify", "--index", "ours", "--wait", "0", "--format", "json"]);
    let document = verified.json();
    let checked = document["result"]["verified"][0]["checked"].to_string();
    assert!(checked.contains("publish attestation of release.yml on refs/tags/v0.0.19"), "{verified}");
}
