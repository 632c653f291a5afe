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

fn announce<F: Forge>(sandbox: &Sandbox, server: &Server<F>, more: &[&str]) -> Output {
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
    expect![[r#"
        POST   /releases: a draft `demo 1.0` for `v1.0`
        POST   /releases/assets: `demo-1.0-py3-none-any.whl`, 1.3 kB
        POST   /releases/assets: `demo-1.0.tar.gz`, 659 B
        PATCH  /releases: published
        would announce `v1.0` on `[HOST]/acme/demo`: create a draft, attach 2 files, publish it
        ------- stderr -------
        dry run: nothing was done
    "#]]
    .assert_eq(&announce(&sandbox, &server, &["--dry-run"]).to_string());
    expect![[r#"
        get /api/v3/repos/acme/demo/git/ref/tags/v1.0 200
        get /api/v3/repos/acme/demo/git/tags/[OBJECT] 200
        get /api/v3/repos/acme/demo/releases/tags/v1.0 404
        get /api/v3/repos/acme/demo/releases?per_page=100&page=1 200"#]]
    .assert_eq(&requests(&sandbox, &server));
    expect![[r#"
        v1.0  created  http://[HOST]/acme/demo/releases/tag/v1.0
          uploaded  demo-1.0-py3-none-any.whl  1.3 kB
          uploaded  demo-1.0.tar.gz  659 B
    "#]]
    .assert_eq(&announce(&sandbox, &server, &[]).to_string());
    expect![[r#"
        get /api/v3/repos/acme/demo/git/ref/tags/v1.0 200
        get /api/v3/repos/acme/demo/git/tags/[OBJECT] 200
        get /api/v3/repos/acme/demo/releases/tags/v1.0 404
        get /api/v3/repos/acme/demo/releases?per_page=100&page=1 200
        get /api/v3/repos/acme/demo/git/ref/tags/v1.0 200
        get /api/v3/repos/acme/demo/git/tags/[OBJECT] 200
        get /api/v3/repos/acme/demo/releases/tags/v1.0 404
        get /api/v3/repos/acme/demo/releases?per_page=100&page=1 200
        POST /api/v3/repos/acme/demo/releases 201
        POST /api/uploads/repos/acme/demo/releases/2/assets?name=demo-1.0-py3-none-any.whl 201
        POST /api/uploads/repos/acme/demo/releases/2/assets?name=demo-1.0.tar.gz 201
        get /api/v3/repos/acme/demo/releases/2 200
        PATCH /api/v3/repos/acme/demo/releases/2 200
        get /api/v3/repos/acme/demo/releases/2 200"#]]
    .assert_eq(&requests(&sandbox, &server));
    expect![[r#"
        v1.0  already-there  http://[HOST]/acme/demo/releases/tag/v1.0
          already-there  demo-1.0-py3-none-any.whl  1.3 kB
          already-there  demo-1.0.tar.gz  659 B
    "#]]
    .assert_eq(&announce(&sandbox, &server, &[]).to_string());
    expect![[r#"
        get /api/v3/repos/acme/demo/git/ref/tags/v1.0 200
        get /api/v3/repos/acme/demo/git/tags/[OBJECT] 200
        get /api/v3/repos/acme/demo/releases/tags/v1.0 200"#]]
    .assert_eq(&requests(&sandbox, &server));
    let document = announce(&sandbox, &server, &["--format", "json"]).json();
    expect![[r#"
        {
          "forge": "github",
          "repository": "acme/demo",
          "tag": "v1.0",
          "url": "http://[HOST]/acme/demo/releases/tag/v1.0",
          "state": "already-there",
          "draft": false,
          "prerelease": false,
          "immutable": false,
          "assets": [
            {
              "name": "demo-1.0-py3-none-any.whl",
              "sha256": "9f2a5aa4ce08d42f3c5e93d1b2c3391e1e7c9b43e6cc384e88a8112703ae25bf",
              "size": 1366,
              "state": "already-there"
            },
            {
              "name": "demo-1.0.tar.gz",
              "sha256": "61a90ecc3f1a141b9b9242e3e92744985148e95e82d6665c68c25a8e0619e050",
              "size": 659,
              "state": "already-there"
            }
          ]
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(&document["result"]).expect("JSON"));
}

#[test]
fn notes_and_the_ledger_say_what_was_done() {
    let sandbox = demo();
    let server = github(&sandbox);
    announce(&sandbox, &server, &[]).success();
    announce(&sandbox, &server, &[]).success();
    let body = server.state().forge.releases[0].document["body"]
        .as_str()
        .expect("notes")
        .replace(&server.address, "[ADDRESS]");
    expect![[r#"
        ### Added

        - The first thing, see [the guide]([ADDRESS]/acme/demo/blob/v1.0/docs/guide.md) and [#1].

        [#1]: https://example.org/issues/1"#]]
    .assert_eq(&body);
    let other = github(&sandbox);
    other.fail(10, Fault::Close);
    expect![[r#"
        error[effects/no-answer]: no answer from `[HOST]` while sending the request
          cause: error sending request
          cause: client error (SendRequest)
          cause: connection closed before message completed
          hint: check the URL, the network and the proxy variables, then run the same command again
          hint: run the same command again to continue: what is there is not sent twice
        [exit status: 4]
    "#]]
    .assert_eq(&failure(&sandbox, &other, &[]));
    assert_eq!(announce(&sandbox, &other, &["--format", "json"]).json()["result"]["state"], "updated");
    let history = sandbox.release(&["history", "--format", "json"]).json();
    // Runs that found everything there did nothing, and say nothing.
    let outcomes: Vec<&str> = history["result"]["records"]
        .as_array()
        .expect("records")
        .iter()
        .filter_map(|record| record["outcome"].as_str())
        .collect();
    assert_eq!(outcomes, ["ok", "effects/no-answer", "ok"]);
    assert_eq!(history["result"]["records"][0]["files"].as_array().map(Vec::len), Some(2));
}

#[test]
fn gitea_gets_the_same_with_files_that_are_read_back() {
    let sandbox = demo();
    let server = gitea(&sandbox);
    expect![[r#"
        POST   /releases: a draft `demo 1.0` for `v1.0`
        POST   /releases/assets: `demo-1.0-py3-none-any.whl`, 1.3 kB
        POST   /releases/assets: `demo-1.0.tar.gz`, 659 B
        PATCH  /releases: published
        would announce `v1.0` on `[HOST]/acme/demo`: create a draft, attach 2 files, publish it
        ------- stderr -------
        dry run: nothing was done
    "#]]
    .assert_eq(&announce(&sandbox, &server, &["--dry-run"]).to_string());
    server.requests();
    expect![[r#"
        v1.0  created  http://[HOST]/acme/demo/releases/tag/v1.0
          uploaded  demo-1.0-py3-none-any.whl  1.3 kB
          uploaded  demo-1.0.tar.gz  659 B
    "#]]
    .assert_eq(&announce(&sandbox, &server, &[]).to_string());
    expect![[r#"
        get /api/v1/repos/acme/demo/tags/v1.0 200
        get /api/v1/repos/acme/demo/releases/tags/v1.0 404
        get /api/v1/repos/acme/demo/releases?draft=true&limit=50&page=1 200
        get /api/v1/repos/acme/demo/tags/v1.0 200
        get /api/v1/repos/acme/demo/releases/tags/v1.0 404
        get /api/v1/repos/acme/demo/releases?draft=true&limit=50&page=1 200
        POST /api/v1/repos/acme/demo/releases 201
        POST /api/v1/repos/acme/demo/releases/2/assets?name=demo-1.0-py3-none-any.whl 201
        POST /api/v1/repos/acme/demo/releases/2/assets?name=demo-1.0.tar.gz 201
        get /api/v1/repos/acme/demo/releases/2 200
        get /attachments/uuid-3 200
        get /attachments/uuid-4 200
        PATCH /api/v1/repos/acme/demo/releases/2 200
        get /api/v1/repos/acme/demo/releases/2 200"#]]
    .assert_eq(&requests(&sandbox, &server));
    expect![[r#"
        v1.0  already-there  http://[HOST]/acme/demo/releases/tag/v1.0
          already-there  demo-1.0-py3-none-any.whl  1.3 kB
          already-there  demo-1.0.tar.gz  659 B
    "#]]
    .assert_eq(&announce(&sandbox, &server, &[]).to_string());
    expect![[r#"
        get /api/v1/repos/acme/demo/tags/v1.0 200
        get /api/v1/repos/acme/demo/releases/tags/v1.0 200
        get /attachments/uuid-3 200
        get /attachments/uuid-4 200"#]]
    .assert_eq(&requests(&sandbox, &server));
}

/// Fails each request of a whole run in turn, and runs again until it is done; then once more.
fn interrupted<F: Forge>(start: impl Fn(&Sandbox) -> Server<F>, fault: &Fault) {
    let whole = {
        let sandbox = demo();
        let server = start(&sandbox);
        announce(&sandbox, &server, &[]).success();
        server.requests()
    };
    for (n, request) in whole.iter().enumerate() {
        let sandbox = demo();
        let server = start(&sandbox);
        server.fail(n, fault.clone());
        let first = announce(&sandbox, &server, &["--format", "json"]);
        assert_ne!(first.code, 0, "the fault at {n} went unseen: {first}");
        let seen = server.requests();
        let changed = seen.iter().any(|request| !request.starts_with("get") && !request.ends_with(" 500"));
        let unclear = !request.starts_with("get");
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
fn failure<F: Forge>(sandbox: &Sandbox, server: &Server<F>, more: &[&str]) -> String {
    let output = announce(sandbox, server, more);
    format!("{}[exit status: {}]\n", output.stderr, output.code)
}

#[test]
fn a_tag_that_is_missing_or_elsewhere_gets_no_release() {
    let sandbox = demo();
    let server = github(&sandbox);
    server.state().forge.tags.clear();
    expect![[r#"
        error[forge/tag-missing]: `[HOST]/acme/demo` has no tag `v1.0`
          hint: run `git push origin refs/tags/v1.0`
        [exit status: 1]
    "#]]
    .assert_eq(&failure(&sandbox, &server, &[]));
    let other = GitHub::start("v1.0", &"0".repeat(40), None);
    configure(&sandbox, "github", &other.address);
    expect![[r#"
        error[forge/tag-differs]: the tag `v1.0` is on commit 0000000000000000000000000000000000000000 on `[HOST]/acme/demo`, and on [COMMIT] here
          hint: find out who moved it: `git ls-remote origin refs/tags/v1.0`; nothing is released from a tag that moved
        [exit status: 1]
    "#]].assert_eq(&failure(&sandbox, &other, &[]));
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
    expect![[r#"
        v1.0  updated  http://[HOST]/acme/demo/releases/tag/v1.0
          uploaded  demo-1.0-py3-none-any.whl  1.3 kB
          already-there  demo-1.0.tar.gz  659 B
    "#]]
    .assert_eq(&announce(&sandbox, &server, &[]).to_string());
    expect![[r#"
        get /api/v3/repos/acme/demo/git/ref/tags/v1.0 200
        get /api/v3/repos/acme/demo/git/tags/[OBJECT] 200
        get /api/v3/repos/acme/demo/releases/tags/v1.0 404
        get /api/v3/repos/acme/demo/releases?per_page=100&page=1 200
        get /api/v3/repos/acme/demo/git/ref/tags/v1.0 200
        get /api/v3/repos/acme/demo/git/tags/[OBJECT] 200
        get /api/v3/repos/acme/demo/releases/tags/v1.0 404
        get /api/v3/repos/acme/demo/releases?per_page=100&page=1 200
        DELETE /api/v3/repos/acme/demo/releases/assets/3 204
        POST /api/uploads/repos/acme/demo/releases/2/assets?name=demo-1.0-py3-none-any.whl 201
        get /api/v3/repos/acme/demo/releases/2 200
        PATCH /api/v3/repos/acme/demo/releases/2 200
        PATCH /api/v3/repos/acme/demo/releases/2 200
        get /api/v3/repos/acme/demo/releases/2 200"#]]
    .assert_eq(&requests(&sandbox, &server));
    let mut zip = Zip::wheel();
    zip.replace("demo/__init__.py", "VALUE = 2\n");
    sandbox.write(&format!("dist/{WHEEL_NAME}"), zip.bytes());
    expect![[r#"
        error[forge/different-asset]: `[HOST]/acme/demo` has another `demo-1.0-py3-none-any.whl`: sha256 9f2a5aa4ce08d42f3c5e93d1b2c3391e1e7c9b43e6cc384e88a8112703ae25bf there, sha256 2548f1548c6451bbf7a0dbe2ceb3342817f37c0a681e78819bdac7181070f118 here
          hint: if the files here are right and the release is a draft, delete `demo-1.0-py3-none-any.whl` from it; otherwise release a new version
        [exit status: 1]
    "#]].assert_eq(&failure(&sandbox, &server, &[]));
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
    expect![[r#"
        error[forge/asset-name]: `two words.txt` is a name that forges change or refuse
          hint: use letters, digits and `. _ + -`
        [exit status: 2]
    "#]]
    .assert_eq(&failure(&sandbox, &server, &["--asset", "more/two words.txt"]));
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
    expect![[r#"
        error[forge/immutable-release]: the release on `[HOST]/acme/demo` is immutable and takes no more files
          hint: release a new version with all its files
        [exit status: 1]
    "#]]
    .assert_eq(&failure(&sandbox, &server, &["--asset", "more/late.txt"]));
    let server = github(&sandbox);
    server.state().forge.burned.push("v1.0".to_owned());
    expect![[r#"
        error[forge/tag-burned]: the tag was used by an immutable release of `[HOST]/acme/demo` before
          hint: choose a higher version: this tag can never have a release again
        [exit status: 1]
    "#]]
    .assert_eq(&failure(&sandbox, &server, &[]));
    let server = github(&sandbox);
    let rule = json!({"message": "Validation Failed", "errors": [{"resource": "Release", "code": "custom", "field": "pre_receive", "message": "pre_receive Repository rule violations found\n\nCannot create ref due to creations being restricted.\n\n"}]});
    server.fail(8, Fault::Say(Said::json(422, &rule)));
    expect![[r#"
        error[forge/tag-protected]: a rule of `[HOST]/acme/demo` protects the tag: Validation Failed; Release pre_receive custom pre_receive Repository rule violations found Cannot create ref due to creations being restricted.
          hint: use a token that the rule lets through, or let the rule (Settings, Rules) except it
        [exit status: 1]
    "#]].assert_eq(&failure(&sandbox, &server, &[]));
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
    expect![[r#"
        error[forge/rate-limited]: `[HOST]/acme/demo` takes no more requests of this token for now; again after 2026-11-21T12:00:00Z
          hint: run the same command again later: what is there already is not sent twice
        [exit status: 1]
        error[forge/rate-limited]: `[HOST]/acme/demo` takes no more requests of this token for now; again after 60 seconds
          hint: run the same command again later: what is there already is not sent twice
        [exit status: 1]
        error[forge/moved]: `[HOST]/acme/demo` has moved to `http://[HOST]/api/v3/repositories/1`
          hint: set `repository` in `[forge]`, or run `git remote set-url origin URL`
        [exit status: 1]
        error[forge/forbidden]: the token from `RELEASE_FORGE_TOKEN` may not look at the tag on `[HOST]/acme/demo`: Resource not accessible by integration
          hint: give the token the right to write contents (GitHub: `permissions: contents: write`, Gitea: `write:repository`)
        [exit status: 1]
        error[forge/busy]: cannot look at the tag: `[HOST]/acme/demo` answered 503
          hint: run the same command again later: what is there already is not sent twice
        [exit status: 1]
        error[forge/format]: cannot look at the tag: the answer of `[HOST]` is not understood: expected value at line 1 column 1
          hint: check that `url` in `[forge]` is the forge itself, and not a page before it
        [exit status: 1]
        error[forge/refused]: cannot look at the tag: `[HOST]/acme/demo` refuses (422): ::error::\u{1b}[31m ::set-output name=x::y </script>
          hint: put right what it says, then run the same command again
        [exit status: 1]
    "#]].assert_eq(&told);
    assert!(server.requests().iter().all(|request| request.starts_with("get")));
}

#[test]
fn a_wrong_token_and_none() {
    let mut sandbox = demo();
    let server = github(&sandbox);
    sandbox.set("RELEASE_FORGE_TOKEN", "another-secret-0123456789");
    let output = failure(&sandbox, &server, &[]);
    assert!(!output.contains("another-secret"));
    expect![[r#"
        error[forge/token]: `[HOST]/acme/demo` does not accept the token from `RELEASE_FORGE_TOKEN`: Bad credentials
          hint: make a new token on the forge, and check which host it is for
        [exit status: 1]
    "#]]
    .assert_eq(&output);
    sandbox.unset("RELEASE_FORGE_TOKEN");
    // Those of github.com are not for this server.
    sandbox.set("GITHUB_TOKEN", CANARY);
    sandbox.set("GH_TOKEN", CANARY);
    server.requests();
    expect![[r#"
        error[forge/no-token]: there is no token for `[HOST]/acme/demo`
          hint: set `RELEASE_FORGE_TOKEN`, or `GITHUB_TOKEN` for github.com
        [exit status: 3]
    "#]]
    .assert_eq(&failure(&sandbox, &server, &[]));
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
    expect![[r#"
        v1.0  created, draft  http://[HOST]/acme/demo/releases/tag/untagged-2
          uploaded  demo-1.0-py3-none-any.whl  1.3 kB
          uploaded  demo-1.0.tar.gz  659 B
    "#]]
    .assert_eq(&announce(&sandbox, &server, &["--draft"]).to_string());
    assert!(announce(&sandbox, &server, &["--draft"]).success().stdout.contains("already-there, draft"));
    announce(&sandbox, &server, &[]).success();
    let server = github(&sandbox);
    server.state().forge.make("v1.0", true);
    server.state().forge.make("v1.0", true);
    expect![[r#"
        error[forge/several-drafts]: `[HOST]/acme/demo` has 2 drafts for `v1.0`
          hint: delete all but one of http://[HOST]/acme/demo/releases/tag/untagged-3, http://[HOST]/acme/demo/releases/tag/untagged-2
        [exit status: 1]
    "#]].assert_eq(&failure(&sandbox, &server, &[]));
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
    expect![[r#"
        ------- stderr -------
        error[effects/plain-http]: `http://forge.test:9/api/v1/repos/acme/demo/tags/v1.0` is plain http
          hint: use https, or name the host exactly in `plain-http` of the configuration if it is in your own network
        [exit status: 3]
    "#]]
    .assert_eq(&sandbox.release(&["announce"]).to_string());
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
    expect![[r#"
        ::set-output name=a::b
        [31mred
        </script> <img src=x onerror=alert(1)>
        ##[group]x
    "#]]
    .assert_eq(body.as_str().expect("notes"));
}
