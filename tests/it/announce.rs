//! `release announce` against forges of our own: whole, interrupted at every request, and refused in every way.

use expect_test::expect;
use serde_json::json;

use crate::support::Sandbox;
use crate::support::archives::tar::{SDIST_NAME, Tar};
use crate::support::archives::zip::{WHEEL_NAME, Zip};
use crate::support::forges::{Fault, Forge, GitHub, Gitea, Said, Server};
use crate::support::sandbox::{CANARY, Output};

const PYPROJECT: &str = "[build-system]\nrequires = [\"flit_core\"]\nbuild-backend = \"flit_core.buildapi\"\n\n[project]\nname = \"demo\"\nversion = \"1.0\"\n";
const CHANGELOG: &str = "# Changelog\n\n## [Unreleased]\n\n## [1.0] - 2026-11-21\n\n### Added\n\n- The first thing, see [the guide](docs/guide.md) and [#1].\n\n[Unreleased]: https://example.org/compare/v1.0...HEAD\n[1.0]: https://example.org/releases/tag/v1.0\n[#1]: https://example.org/issues/1\n";

/// The project `demo` 1.0, tagged by an annotated tag, with its two archives in `dist/`.
fn demo() -> Sandbox {
    let files = [("pyproject.toml", PYPROJECT), ("CHANGELOG.md", CHANGELOG), (".gitignore", "dist/\nrelease.toml\n")];
    let mut sandbox = Sandbox::with(&files);
    sandbox.git(&["tag", "-a", "v1.0", "-m", "v1.0"]);
    sandbox.write(&format!("dist/{WHEEL_NAME}"), Zip::wheel().bytes());
    sandbox.write(&format!("dist/{SDIST_NAME}"), Tar::sdist().gz());
    sandbox.write("dist/demo-0.9.tar.gz", "old");
    sandbox.set("RELEASE_FORGE_TOKEN", CANARY);
    sandbox
}

fn commit(sandbox: &Sandbox) -> String {
    sandbox.git(&["rev-parse", "v1.0^{commit}"]).trim().to_owned()
}

fn configure(sandbox: &Sandbox, kind: &str, address: &str) {
    let text = format!("[forge]\nkind = \"{kind}\"\nurl = \"{address}\"\nrepository = \"acme/demo\"\n");
    sandbox.write("release.toml", text);
}

fn github(sandbox: &Sandbox) -> Server<GitHub> {
    let object = sandbox.git(&["rev-parse", "v1.0"]).trim().to_owned();
    let server = GitHub::start("v1.0", &commit(sandbox), Some(&object));
    configure(sandbox, "github", &server.address);
    server
}

fn gitea(sandbox: &Sandbox) -> Server<Gitea> {
    let server = Gitea::start("v1.0", &commit(sandbox));
    configure(sandbox, "gitea", &server.address);
    server
}

fn announce<F>(sandbox: &Sandbox, server: &Server<F>, more: &[&str]) -> Output {
    let output = sandbox.release(&[&["announce"], more].concat());
    let host = server.address.trim_start_matches("http://");
    let clean = |text: &str| text.replace(host, "[HOST]").replace(&commit(sandbox), "[COMMIT]");
    Output { code: output.code, stdout: clean(&output.stdout), stderr: clean(&output.stderr) }
}

/// Requests without the numbers of tag objects.
fn requests<F: Forge>(sandbox: &Sandbox, server: &Server<F>) -> String {
    let object = sandbox.git(&["rev-parse", "v1.0"]).trim().to_owned();
    server.requests().join("\n").replace(&object, "[OBJECT]")
}

#[test]
fn github_gets_a_draft_files_and_is_published_last() {
    let sandbox = demo();
    let server = github(&sandbox);
    expect![[""]].assert_eq(&announce(&sandbox, &server, &["--dry-run"]).to_string());
    expect![[""]].assert_eq(&requests(&sandbox, &server));
    expect![[""]].assert_eq(&announce(&sandbox, &server, &[]).to_string());
    expect![[""]].assert_eq(&requests(&sandbox, &server));
    expect![[""]].assert_eq(&announce(&sandbox, &server, &[]).to_string());
    expect![[""]].assert_eq(&requests(&sandbox, &server));
    let document = announce(&sandbox, &server, &["--format", "json"]).json();
    expect![[""]].assert_eq(&serde_json::to_string_pretty(&document["result"]).expect("JSON"));
    let body = server.state().forge.releases[0].document["body"]
        .as_str()
        .expect("notes")
        .replace(&server.address, "[ADDRESS]");
    expect![[""]].assert_eq(&body);
    let history = sandbox.release(&["history", "--format", "json"]).json();
    // Runs that found everything there did nothing, and say nothing.
    assert_eq!(history["result"]["records"].as_array().map(Vec::len), Some(1));
    assert_eq!(history["result"]["records"][0]["files"].as_array().map(Vec::len), Some(2));
}

#[test]
fn gitea_gets_the_same_with_files_that_are_read_back() {
    let sandbox = demo();
    let server = gitea(&sandbox);
    expect![[""]].assert_eq(&announce(&sandbox, &server, &["--dry-run"]).to_string());
    server.requests();
    expect![[""]].assert_eq(&announce(&sandbox, &server, &[]).to_string());
    expect![[""]].assert_eq(&requests(&sandbox, &server));
    expect![[""]].assert_eq(&announce(&sandbox, &server, &[]).to_string());
    expect![[""]].assert_eq(&requests(&sandbox, &server));
}

/// Fails each request of a whole run in turn, and runs again until it is done; then once more.
fn interrupted<F: Forge>(start: impl Fn(&Sandbox) -> Server<F>, fault: &Fault) {
    let whole = {
        let sandbox = demo();
        let server = start(&sandbox);
        announce(&sandbox, &server, &[]).success();
        server.requests()
    };
    for n in 0..whole.len() {
        let sandbox = demo();
        let server = start(&sandbox);
        server.fail(n, fault.clone());
        let first = announce(&sandbox, &server, &["--format", "json"]);
        assert_ne!(first.code, 0, "the fault at {n} went unseen: {first}");
        let seen = server.requests();
        let changed = seen.iter().any(|request| !request.starts_with("get") && !request.ends_with(" 500"));
        let unclear = !whole[n].starts_with("get");
        // Part has landed, or may have.
        assert_eq!(first.code, if changed || unclear { 4 } else { 1 }, "{n}: {first}\n{seen:#?}");
        announce(&sandbox, &server, &[]).success();
        server.requests();
        let third = announce(&sandbox, &server, &[]).success();
        assert!(third.stdout.starts_with("v1.0  already-there  "), "{third}");
        let looked = server.requests();
        assert!(looked.iter().all(|request| request.starts_with("get")), "{n}: {looked:#?}");
    }
}

fn broken() -> Said {
    Said::json(500, &json!({"message": "Server Error"}))
}

#[test]
fn github_is_resumed_from_every_request() {
    for fault in [Fault::Close, Fault::Swallow, Fault::Say(broken())] {
        interrupted(github, &fault);
    }
}

#[test]
fn gitea_is_resumed_from_every_request() {
    for fault in [Fault::Close, Fault::Swallow, Fault::Say(broken())] {
        interrupted(gitea, &fault);
    }
}

/// The first two lines of a failure, its code and hint.
fn failure<F>(sandbox: &Sandbox, server: &Server<F>, more: &[&str]) -> String {
    let output = announce(sandbox, server, more);
    format!("{}[exit status: {}]\n", output.stderr, output.code)
}

#[test]
fn a_tag_that_is_missing_or_elsewhere_gets_no_release() {
    let sandbox = demo();
    let server = github(&sandbox);
    server.state().forge.tags.clear();
    expect![[""]].assert_eq(&failure(&sandbox, &server, &[]));
    let other = GitHub::start("v1.0", &"0".repeat(40), None);
    configure(&sandbox, "github", &other.address);
    expect![[""]].assert_eq(&failure(&sandbox, &other, &[]));
    assert!(other.requests().iter().all(|request| request.starts_with("get")));
    let other = Gitea::start("v1.1", &"0".repeat(40));
    configure(&sandbox, "gitea", &other.address);
    assert!(failure(&sandbox, &other, &[]).contains("error[forge/tag-missing]"));
    sandbox.git(&["tag", "-d", "v1.0"]);
    let output = sandbox.release(&["announce"]);
    assert!(output.stderr.contains("error[forge/no-local-tag]: there is no tag `v1.0`"), "{output}");
}

#[test]
fn other_bytes_and_torn_uploads() {
    let sandbox = demo();
    let server = github(&sandbox);
    let draft = server.state().forge.make("v1.0", true);
    let (wheel, sdist) = (Zip::wheel().bytes(), Tar::sdist().gz());
    {
        let mut state = server.state();
        let number = state.forge.number();
        let release = state.forge.release(draft).expect("it was made");
        let asset = |id, name: &str, bytes: &[u8], state| crate::support::forges::github::Asset {
            id,
            name: name.to_owned(),
            bytes: bytes.to_vec(),
            state,
        };
        release.assets.push(asset(number, WHEEL_NAME, &wheel[..10], "starter"));
        release.assets.push(asset(number + 1000, SDIST_NAME, &sdist, "uploaded"));
    }
    expect![[""]].assert_eq(&announce(&sandbox, &server, &[]).to_string());
    expect![[""]].assert_eq(&requests(&sandbox, &server));
    let mut zip = Zip::wheel();
    zip.replace("demo/__init__.py", "VALUE = 2\n");
    sandbox.write(&format!("dist/{WHEEL_NAME}"), zip.bytes());
    expect![[""]].assert_eq(&failure(&sandbox, &server, &[]));
    // An Enterprise server that tells no digests: the file is fetched.
    sandbox.write(&format!("dist/{WHEEL_NAME}"), wheel);
    server.state().forge.with_digests = false;
    assert!(announce(&sandbox, &server, &[]).success().stdout.contains("already-there"));
    let server = gitea(&sandbox);
    announce(&sandbox, &server, &[]).success();
    let same_size = server.state().forge.releases[0].assets[0].bytes.iter().map(|byte| byte ^ 1).collect();
    server.state().forge.releases[0].assets[0].bytes = same_size;
    assert!(failure(&sandbox, &server, &[]).contains("error[forge/different-asset]: "));
    server.state().forge.releases[0].assets[0].bytes.push(0);
    assert!(failure(&sandbox, &server, &[]).contains("bytes instead of "));
}

#[test]
fn a_plus_in_a_name_stays_a_plus() {
    let sandbox = demo();
    let server = github(&sandbox);
    sandbox.write("more/demo-1.0+cu12.txt", "x");
    announce(&sandbox, &server, &["--asset", "more/demo-1.0+cu12.txt"]).success();
    assert!(requests(&sandbox, &server).contains("assets?name=demo-1.0%2Bcu12.txt 201"));
    sandbox.write("more/two words.txt", "x");
    expect![[""]].assert_eq(&failure(&sandbox, &server, &["--asset", "more/two words.txt"]));
    sandbox.write(&format!("more/{WHEEL_NAME}"), "x");
    let output = failure(&sandbox, &server, &["--asset", &format!("more/{WHEEL_NAME}")]);
    assert!(output.contains("error[forge/asset-twice]"), "{output}");
}

#[test]
fn immutable_releases_are_told_apart() {
    let sandbox = demo();
    let server = github(&sandbox);
    server.state().forge.immutable = true;
    assert!(announce(&sandbox, &server, &[]).success().stdout.starts_with("v1.0  created, immutable  "));
    announce(&sandbox, &server, &[]).success();
    sandbox.write("more/late.txt", "x");
    expect![[""]].assert_eq(&failure(&sandbox, &server, &["--asset", "more/late.txt"]));
    let server = github(&sandbox);
    server.state().forge.burned.push("v1.0".to_owned());
    expect![[""]].assert_eq(&failure(&sandbox, &server, &[]));
    let server = github(&sandbox);
    let rule = json!({"message": "Validation Failed", "errors": [{"resource": "Release", "code": "custom", "field": "pre_receive", "message": "pre_receive Repository rule violations found\n\nCannot create ref due to creations being restricted.\n\n"}]});
    server.fail(8, Fault::Say(Said::json(422, &rule)));
    expect![[""]].assert_eq(&failure(&sandbox, &server, &[]));
}

#[test]
fn refusals_have_their_own_advice() {
    let sandbox = demo();
    let server = github(&sandbox);
    let mut told = String::new();
    let mut limited = Said::json(403, &json!({"message": "API rate limit exceeded for user ID 1."}));
    limited.headers.push(("X-RateLimit-Remaining", "0".to_owned()));
    limited.headers.push(("X-RateLimit-Reset", "1795262400".to_owned()));
    let mut secondary = Said::json(429, &json!({"message": "You have exceeded a secondary rate limit"}));
    secondary.headers.push(("Retry-After", "60".to_owned()));
    let mut moved = Said::json(301, &json!({"message": "Moved Permanently"}));
    moved.headers.push(("Location", format!("{}/api/v3/repositories/1", server.address)));
    let said = [
        limited,
        secondary,
        moved,
        Said::json(403, &json!({"message": "Resource not accessible by integration"})),
        Said::json(503, &json!({})),
        Said { body: b"<html>login</html>".to_vec(), ..Said::empty(200) },
        Said::json(422, &json!({"message": "::error::\u{1b}[31m\n::set-output name=x::y </script>"})),
    ];
    for said in said {
        server.fail(0, Fault::Say(said));
        told.push_str(&failure(&sandbox, &server, &[]));
    }
    expect![[""]].assert_eq(&told);
    assert!(server.requests().iter().all(|request| request.starts_with("get")));
}

#[test]
fn a_wrong_token_and_none() {
    let mut sandbox = demo();
    let server = github(&sandbox);
    sandbox.set("RELEASE_FORGE_TOKEN", "another-secret-0123456789");
    let output = failure(&sandbox, &server, &[]);
    assert!(!output.contains("another-secret"));
    expect![[""]].assert_eq(&output);
    sandbox.unset("RELEASE_FORGE_TOKEN");
    // Those of github.com are not for this server.
    sandbox.set("GITHUB_TOKEN", CANARY);
    sandbox.set("GH_TOKEN", CANARY);
    server.requests();
    expect![[""]].assert_eq(&failure(&sandbox, &server, &[]));
    assert!(server.requests().is_empty());
    // A dry run looks at what is public.
    assert_eq!(announce(&sandbox, &server, &["--dry-run"]).code, 0);
    // The workflow's own server is another matter.
    sandbox.set("GITHUB_ACTIONS", "true");
    sandbox.set("GITHUB_SERVER_URL", &server.address);
    announce(&sandbox, &server, &["--format", "human"]).success();
}

#[test]
fn the_token_goes_to_the_forge_alone() {
    let sandbox = demo();
    // Another server on this machine: whatever it is sent, it must not be the token.
    let other = GitHub::start("v1.0", &commit(&sandbox), None);
    let server = github(&sandbox);
    server.state().forge.upload_host = Some(format!("{}/api/uploads", other.address));
    let output = announce(&sandbox, &server, &[]);
    assert!(output.stderr.contains("error[forge/foreign-host]"), "{output}");
    assert_eq!(output.code, 4);
    assert!(other.requests().is_empty());
    let server = gitea(&sandbox);
    announce(&sandbox, &server, &[]).success();
    let storage = Storage::start(
        &server.state().forge.releases[0]
            .assets
            .iter()
            .map(|asset| (asset.id, asset.bytes.clone()))
            .collect::<Vec<_>>(),
    );
    server.state().forge.storage = Some(storage.address.clone());
    assert!(announce(&sandbox, &server, &[]).success().stdout.contains("already-there"));
    assert_eq!(storage.requests().len(), 2);
}

/// A store of files beside the forge, which must never see a token.
struct Store {
    files: Vec<(u64, Vec<u8>)>,
}

impl Forge for Store {
    fn answer(&mut self, asked: &crate::support::forges::Asked) -> Option<Said> {
        assert_eq!(asked.header("authorization"), "", "the token was carried on");
        let (_, bytes) = self.files.iter().find(|(id, _)| asked.path == format!("/{id}"))?;
        Some(Said { body: bytes.clone(), ..Said::empty(200) })
    }
}

struct Storage;

impl Storage {
    fn start(files: &[(u64, Vec<u8>)]) -> Server<Store> {
        Server::start(|_| Store { files: files.to_vec() })
    }
}

#[test]
fn drafts_stay_drafts_and_hand_made_releases_are_taken_over() {
    let sandbox = demo();
    let server = github(&sandbox);
    expect![[""]].assert_eq(&announce(&sandbox, &server, &["--draft"]).to_string());
    assert!(announce(&sandbox, &server, &["--draft"]).success().stdout.contains("already-there, draft"));
    announce(&sandbox, &server, &[]).success();
    let server = github(&sandbox);
    server.state().forge.make("v1.0", true);
    server.state().forge.make("v1.0", true);
    expect![[""]].assert_eq(&failure(&sandbox, &server, &[]));
    // A hundred other drafts before ours: it is found on the next page.
    let server = github(&sandbox);
    server.state().forge.make("v1.0", true);
    for number in 0..120 {
        server.state().forge.make(&format!("v0.{number}"), true);
    }
    announce(&sandbox, &server, &[]).success();
    assert_eq!(server.state().forge.releases.len(), 121);
}

#[test]
fn plain_http_is_for_hosts_that_are_named() {
    let mut sandbox = demo();
    sandbox.unset("RELEASE_NOW");
    let forge = "[forge]\nkind = \"gitea\"\nurl = \"http://forge.test:9\"\nrepository = \"acme/demo\"\n";
    sandbox.write("release.toml", forge);
    expect![[""]].assert_eq(&sandbox.release(&["announce"]).to_string());
    sandbox.write("release.toml", format!("plain-http = [\"forge.test:9\"]\n{forge}"));
    // Named, it is asked: nobody is there.
    let output = sandbox.release(&["announce"]);
    assert!(output.stderr.contains("error[effects/no-answer]: no answer from `forge.test:9`"), "{output}");
    let output = sandbox.release(&["announce", "--offline"]);
    assert!(output.stderr.contains("error[effects/offline]"), "{output}");
    sandbox.set("RELEASE_NOW", crate::support::sandbox::NOW);
    let output = sandbox.release(&["announce"]);
    assert!(output.stderr.contains("error[plan/given-clock]"), "{output}");
}

#[test]
fn hostile_notes_are_text() {
    let sandbox = demo();
    let server = github(&sandbox);
    sandbox.write(
        "notes.md",
        "::set-output name=a::b\n\u{1b}[31mred\u{202e}\n</script> <img src=x onerror=alert(1)>\r\n##[group]x\n",
    );
    announce(&sandbox, &server, &["--notes", "notes.md", "--format", "github"]).success();
    let body = server.state().forge.releases[0].document["body"].clone();
    expect![[""]].assert_eq(body.as_str().expect("notes"));
}
