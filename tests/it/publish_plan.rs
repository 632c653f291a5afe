//! What is known before the first byte: the token, the project and the release on the index, what stops the upload, and
//! what is to be done afterwards. A dry run shows it, and asks for nothing that changes anything.

use expect_test::expect;

use crate::support::answering::{Answering, Asked};
use crate::support::archives::tar::Tar;
use crate::support::archives::zip::{METADATA, Zip};
use crate::support::releasing::Releasing;
use crate::support::sandbox::Output;
use crate::support::server::{Act, FakeIndex};
use crate::support::{Sandbox, tokens};

const WHEEL: &str = "demo-1.0-py3-none-any.whl";

/// The project `demo` with its archives and the index `fake` at these addresses, which has the rules of PyPI.
fn demo(upload: &str, simple: &str, profile: &str) -> Sandbox {
    let mut sandbox = Sandbox::new();
    sandbox.without_credentials();
    sandbox.write(
        "pyproject.toml",
        "[project]\nname = \"demo\"\nversion = \"1.0\"\nlicense = \"MIT\"\nlicense-files = [\"LICENSE\"]\n",
    );
    sandbox.write("LICENSE", "MIT\n");
    sandbox.write(&format!("dist/{WHEEL}"), Zip::wheel().bytes());
    sandbox.write("dist/demo-1.0.tar.gz", Tar::sdist().gz());
    let text = format!(
        "stages = [\"fake\"]\n[check]\nprofile = \"{profile}\"\n[index.fake]\nupload = \"{upload}\"\nsimple = \"{simple}\"\n"
    );
    sandbox.write("release.toml", text);
    sandbox
}

/// A listing with this status and these files, each with the day of its upload.
fn listing(status: &str, files: &[(&str, &str)]) -> String {
    let file = |(name, day): &(&str, &str)| serde_json::json!({"filename": name, "url": format!("/files/{name}"), "hashes": {"sha256": "0".repeat(64)}, "upload-time": format!("{day}T10:00:00Z")});
    let files: Vec<_> = files.iter().map(file).collect();
    serde_json::json!({"meta": {"api-version": "1.4"}, "name": "demo", "project-status": {"status": status}, "files": files})
        .to_string()
}

fn shown(output: &Output) -> String {
    let lines = output.stdout.lines().chain(output.stderr.lines());
    let lines = lines.filter(|line| !line.starts_with("dry run") && !line.contains("would upload"));
    lines.map(|line| format!("  {line}\n")).collect()
}

const JSON: &str = "application/vnd.pypi.simple.v1+json";

/// What is tried, the token, and what the index lists; nothing for what is not there.
fn cases() -> Vec<(&'static str, String, Option<String>)> {
    let own = tokens::token("127.0.0.1", &["[1,[\"demo\"]]", "[3,\"u\"]"]);
    let user = tokens::token("127.0.0.1", &["[3,\"u\"]"]);
    let other = tokens::token("127.0.0.1", &["[1,[\"acme\",\"lib\"]]"]);
    let past = tokens::token("127.0.0.1", &["[3,\"u\"]", "[0,1795262000,0]"]);
    let future = tokens::token("127.0.0.1", &["[3,\"u\"]", "[0,1799999999,1795269999]"]);
    let soon = tokens::token("127.0.0.1", &["[3,\"u\"]", "[0,1795262430,0]"]);
    let strange = tokens::token("127.0.0.1", &["[9,1]"]);
    let begun =
        listing("active", &[("demo-0.9.tar.gz", "2025-01-01"), ("demo-1.0-cp313-cp313-win_amd64.whl", "2026-11-20")]);
    let old = listing("active", &[("demo-1.0-cp313-cp313-win_amd64.whl", "2026-11-07")]);
    let two = listing("active", &[("demo-1.0.zip", "2026-11-20")]);
    let known = |status| Some(listing(status, &[]));
    let begun = || Some(begun.clone());
    vec![
        ("new project, token of the account", user, None),
        ("new project, token of the project", own.clone(), None),
        ("begun release", own.clone(), begun()),
        ("token of another project", other, begun()),
        ("past", past, begun()),
        ("future", future, begun()),
        ("soon", soon, begun()),
        ("unknown restriction", strange, begun()),
        ("old release", own.clone(), Some(old)),
        ("another sdist", own.clone(), Some(two)),
        ("archived", own.clone(), known("archived")),
        ("quarantined", own.clone(), known("quarantined")),
        ("deprecated", own, known("deprecated")),
        ("no token", String::new(), begun()),
    ]
}

#[test]
fn a_dry_run_tells_token_project_and_release() {
    let mut seen = String::new();
    for (what, token, listed) in cases() {
        let fake = FakeIndex::start(&[]);
        let mut sandbox = demo(&fake.upload_url(), &fake.simple_url(), "pypi");
        if let Some(listed) = listed {
            fake.list(200, JSON, listed);
            fake.document(r#"{"ownership": {"roles": [{"role": "Owner", "user": "ann"}], "organization": null}}"#);
        }
        if !token.is_empty() {
            sandbox.set("RELEASE_TOKEN_FAKE", token);
        }
        let output = sandbox.release(&["publish", "--dry-run"]);
        seen.push_str(&format!("{what}: {}\n{}", output.code, shown(&output)));
        assert!(fake.uploads().is_empty());
        // The real run stops at the same.
        if output.code != 0 {
            let real = sandbox.release(&["publish"]);
            assert_eq!((real.code, &real.stderr), (output.code, &output.stderr), "{what}");
            assert!(fake.uploads().is_empty());
        }
    }
    expect![[r#"
        new project, token of the account: 0
          fake  token    from `RELEASE_TOKEN_FAKE`: a token of 127.0.0.1, for every project of its owner; sent narrowed to one project and 10 minutes
          fake  project  demo is not there: this is its first upload; it needs a token for the whole account, or trusted publishing with a pending publisher
          fake  project  whether the name is withheld, or too similar to another one, shows at the upload only
          fake  release  demo 1.0 is new
        new project, token of the project: 1
          error[index/first-upload]: `fake` has no project `demo`, and the token from `RELEASE_TOKEN_FAKE` can make none: it is limited to projects that exist
            hint: make the first upload with a token for the whole account, for example in `RELEASE_TOKEN_FAKE`
            hint: or add a pending publisher for `demo` on the index, and publish from that workflow
            hint: if the project is new and exists, run the same command again in some minutes
        begun release: 0
          fake  token    from `RELEASE_TOKEN_FAKE`: a token of 127.0.0.1, for demo; sent narrowed to one project and 10 minutes
          fake  project  demo is there, of ann
          fake  release  demo 1.0 has 1 file there, and takes more until 2026-12-04 10:00 UTC
        token of another project: 1
          error[index/scope]: the credentials from `RELEASE_TOKEN_FAKE` do not allow uploads of this project to `fake`: it is a token of acme, lib, and this is demo
            hint: use a token of this project, or of a user who may upload to it
        past: 3
          error[index/token-expired]: the token from `RELEASE_TOKEN_FAKE` expired 2026-11-21 11:53 UTC
            hint: make a new token on the index; if this one should be good, set the clock of this machine
        future: 3
          error[index/token-expired]: the token from `RELEASE_TOKEN_FAKE` is good from 2026-11-21 14:06 UTC on
            hint: make a new token on the index; if this one should be good, set the clock of this machine
        soon: 0
          fake  token    from `RELEASE_TOKEN_FAKE`: a token of 127.0.0.1, for every project of its owner, until 2026-11-21 12:00 UTC; sent narrowed to one project and 10 minutes
          fake  token    it expires in 30 seconds, and the upload may take 60
          fake  project  demo is there, of ann
          fake  release  demo 1.0 has 1 file there, and takes more until 2026-12-04 10:00 UTC
        unknown restriction: 0
          fake  token    from `RELEASE_TOKEN_FAKE`: a token of 127.0.0.1, and it does not say what it is for, with 1 restriction that nobody here understands; sent narrowed to one project and 10 minutes
          fake  project  demo is there, of ann
          fake  release  demo 1.0 has 1 file there, and takes more until 2026-12-04 10:00 UTC
        old release: 1
          error[index/release-closed]: `fake` takes no new files of demo 1.0: its first file came on 2026-11-07, more than 14 days ago
            hint: run `release bump`, build and publish the new version
        another sdist: 1
          error[index/second-sdist]: `fake` has the sdist `demo-1.0.zip` of this release, and takes no second one: `demo-1.0.tar.gz`
            hint: publish without it, or build a new version: `demo-1.0.zip` stays
        archived: 1
          error[index/project-status]: `demo` is archived on `fake`
            hint: take it out of the archive in the settings of the project on the index
        quarantined: 1
          error[index/project-status]: `demo` is quarantined on `fake`
            hint: write to the administrators of the index: what is uploaded is shown to nobody
        deprecated: 0
          fake  token    from `RELEASE_TOKEN_FAKE`: a token of 127.0.0.1, for demo; sent narrowed to one project and 10 minutes
          fake  project  demo is there, deprecated, of ann
          fake  release  demo 1.0 is new
        no token: 0
          fake  token    none is found
          fake  project  demo is there, of ann
          fake  release  demo 1.0 has 1 file there, and takes more until 2026-12-04 10:00 UTC
    "#]].assert_eq(&seen);
}

#[test]
fn an_index_with_rules_of_its_own_is_not_held_to_those_of_pypi() {
    let fake = FakeIndex::start(&[]);
    let mut sandbox = demo(&fake.upload_url(), &fake.simple_url(), "private");
    sandbox.set("RELEASE_TOKEN_FAKE", tokens::token("127.0.0.1", &["[1,[\"demo\"]]"]));
    let mut seen = format!("new\n{}", shown(&sandbox.release(&["publish", "-n"]).success()));
    fake.list(200, JSON, listing("active", &[("demo-1.0.zip", "2020-01-01")]));
    seen.push_str(&format!("begun\n{}", shown(&sandbox.release(&["publish", "-n"]).success())));
    expect![[r#"
        new
          fake  token    from `RELEASE_TOKEN_FAKE`: a token of 127.0.0.1, for demo; sent narrowed to one project and 10 minutes
          fake  project  demo is not there: this is its first upload
          fake  release  demo 1.0 is new
        begun
          fake  token    from `RELEASE_TOKEN_FAKE`: a token of 127.0.0.1, for demo; sent narrowed to one project and 10 minutes
          fake  project  demo is there
          fake  release  demo 1.0 has 1 file there
    "#]].assert_eq(&seen);
    let document = sandbox.release(&["publish", "-n", "--format", "json"]).success().json();
    expect![[r#"
        [
          {
            "index": "fake",
            "about": "token",
            "text": "from `RELEASE_TOKEN_FAKE`: a token of 127.0.0.1, for demo; sent narrowed to one project and 10 minutes"
          },
          {
            "index": "fake",
            "about": "project",
            "text": "demo is there"
          },
          {
            "index": "fake",
            "about": "release",
            "text": "demo 1.0 has 1 file there"
          }
        ]"#]].assert_eq(&serde_json::to_string_pretty(&document["result"]["facts"]).expect("JSON"));
}

#[test]
fn what_is_there_already_needs_no_right() {
    let fake = FakeIndex::start(&[]);
    let mut sandbox = demo(&fake.upload_url(), &fake.simple_url(), "pypi");
    let hash = |name: &str| {
        let bytes = std::fs::read(sandbox.repo().join("dist").join(name)).expect("an archive");
        pyrelease::archive::Sha256::of(&bytes).to_string()
    };
    let file = |name: &str| serde_json::json!({"filename": name, "url": "/f", "hashes": {"sha256": hash(name)}, "upload-time": "2020-01-01T00:00:00Z"});
    let files = [file(WHEEL), file("demo-1.0.tar.gz")];
    fake.list(
        200,
        JSON,
        serde_json::json!({"meta": {}, "name": "demo", "project-status": {"status": "archived"}, "files": files})
            .to_string(),
    );
    sandbox.set("RELEASE_TOKEN_FAKE", tokens::token("127.0.0.1", &["[0,1,0]"]));
    sandbox.release(&["publish"]).success();
    assert!(fake.uploads().is_empty());
}

#[test]
fn a_name_that_nobody_gets_is_known_before() {
    let server = Answering::start(|asked: &Asked| match asked.line.as_str() {
        "GET /simple/dem0/" => (200, listing("active", &[])),
        _ => (404, String::new()),
    });
    let (upload, simple) = (server.url("/legacy/"), server.url("/simple/"));
    let mut sandbox = demo(&upload, &simple, "pypi");
    sandbox.set("RELEASE_TOKEN_FAKE", tokens::token("127.0.0.1", &["[3,\"u\"]"]));
    let mut seen = format!("similar\n{}", shown(&sandbox.release(&["publish", "-n"])));
    let pyproject = "[project]\nname = \"colorsys\"\nversion = \"1.0\"\n";
    sandbox.write("pyproject.toml", pyproject);
    let mut tar = Tar::default();
    tar.directory("colorsys-1.0/");
    tar.file("colorsys-1.0/pyproject.toml", pyproject.as_bytes());
    tar.file("colorsys-1.0/LICENSE", b"MIT\n");
    tar.file("colorsys-1.0/PKG-INFO", METADATA.replace("Name: demo", "Name: colorsys").as_bytes());
    sandbox.write("dist/colorsys-1.0.tar.gz", tar.gz());
    seen.push_str(&format!("standard\n{}", shown(&sandbox.release(&["publish", "-n"]))));
    expect![[r#"
        similar
          error[index/name-similar]: `fake` gives nobody the name `demo`: it looks like `dem0`, which exists
            hint: choose another `name` in `[project]`
        standard
          error[index/name-standard]: `fake` gives nobody the name `colorsys`: it is that of a module of Python
            hint: choose another `name` in `[project]`
    "#]]
    .assert_eq(&seen);
    assert!(!server.asked().iter().any(|asked| asked.line.starts_with("POST")));
}

#[test]
fn the_token_of_an_account_is_to_be_replaced_after_the_first_upload() {
    let fake = FakeIndex::start(&[Act::Accept, Act::Accept]);
    let mut sandbox = demo(&fake.upload_url(), &fake.simple_url(), "pypi");
    sandbox.set("RELEASE_TOKEN_FAKE", tokens::token("127.0.0.1", &["[3,\"u\"]"]));
    let output = sandbox.release(&["publish"]).success();
    let notes: Vec<&str> = output.stderr.lines().filter(|line| line.starts_with("note: ")).collect();
    expect![[r#"
        note: credentials for `fake` from `RELEASE_TOKEN_FAKE`
        note: demo is new on `fake`: make a token of this project alone, use it as `RELEASE_TOKEN_FAKE` from now on, and revoke the one of the whole account"#]].assert_eq(&notes.join("\n"));
}

#[test]
fn a_right_can_be_asked_about() {
    let right = "{\"code\": \"400 Invalid distribution file.\"}";
    let mut seen = String::new();
    for (what, answer, uploads) in [
        ("right", Act::Answer(400, "", right), 3),
        (
            "not right",
            Act::Answer(403, "", "{\"code\": \"403 The user 'ann' isn't allowed to upload to project 'demo'.\"}"),
            1,
        ),
        ("not told", Act::Answer(404, "", "<p>what?"), 3),
        ("other words", Act::Answer(400, "", "{\"code\": \"400 Unknown protocol version.\"}"), 3),
    ] {
        let fake = FakeIndex::start(&[answer, Act::Accept, Act::Accept]);
        let mut sandbox = demo(&fake.upload_url(), &fake.simple_url(), "private");
        sandbox.set("RELEASE_TOKEN_FAKE", "a-token-of-tests");
        let output = sandbox.release(&["publish", "--probe"]);
        let lines = output.stderr.lines().filter(|line| !line.contains("credentials for `fake`"));
        seen.push_str(&format!("{what}: {}\n{}\n", output.code, lines.collect::<Vec<_>>().join("\n")));
        let sent = fake.uploads();
        assert_eq!(sent.len(), uploads, "{what}");
        // The first is a form with the metadata and no file.
        assert!(sent[0].contains("image/png") && sent[0].contains("name=\"metadata_version\""), "{}", sent[0]);
        assert!(!sent[0].contains("PK\u{3}\u{4}"));
        assert!(sent[1..].iter().all(|request| !request.contains("image/png")));
    }
    expect![[r#"
        right: 0
        note: `fake` takes this token for demo
        not right: 1
        error[index/scope]: the credentials from `RELEASE_TOKEN_FAKE` do not allow uploads of this project to `fake`: 403 The user 'ann' isn't allowed to upload to project 'demo'.
          hint: use a token of this project, or of a user who may upload to it
        not told: 0
        warning: whether `fake` takes this token for demo cannot be told: `fake` answers 404 <p>what?
        other words: 0
        warning: whether `fake` takes this token for demo cannot be told: `fake` answers 400 Unknown protocol version.
    "#]].assert_eq(&seen);
    let fake = FakeIndex::start(&[]);
    let mut sandbox = demo(&fake.upload_url(), &fake.simple_url(), "private");
    sandbox.set("RELEASE_TOKEN_FAKE", "a-token-of-tests");
    let output = sandbox.release(&["publish", "--probe", "-n"]).success();
    assert!(output.stdout.contains("would ask `fake` whether the token is good for demo"), "{output}");
    assert!(fake.uploads().is_empty());
}

#[test]
fn the_job_that_built_does_not_upload() {
    let mut sandbox = Releasing::acme("").sandbox;
    sandbox.without_credentials();
    for name in ["RELEASE_TOKEN_ONE", "RELEASE_TOKEN_TWO"] {
        sandbox.unset(name);
    }
    for (name, value) in [("CI", "true"), ("GITHUB_RUN_ID", "77"), ("GITHUB_JOB", "build")] {
        sandbox.set(name, value);
    }
    sandbox.release(&["build"]).success();
    sandbox.set("RELEASE_TOKEN", "a-token-of-tests");
    let fake = FakeIndex::start(&[Act::Accept, Act::Accept]);
    let url = fake.upload_url();
    let publish = |sandbox: &Sandbox, more: &[&str]| sandbox.release(&[&["publish", "--index", &url], more].concat());
    expect![[r#"
        ------- stderr -------
        error[publish/same-job]: a build backend ran in this job, and could have left something that reads the right to publish
          hint: publish in a job of its own that fetches the archives, as the workflows of `release init` do; `--same-job` publishes nevertheless
        [exit status: 1]
    "#]].assert_eq(&publish(&sandbox, &[]).to_string());
    publish(&sandbox, &["-n", "--same-job"]).success();
    // Another job of the same run, another attempt, and a machine of somebody's own.
    for (name, value) in [("GITHUB_JOB", "publish"), ("GITHUB_RUN_ATTEMPT", "2"), ("CI", "false")] {
        let mut other = sandbox.again();
        other.set("RELEASE_CACHE_DIR", sandbox.path("cache"));
        other.write(&format!("dist/{WHEEL}"), Zip::wheel().bytes());
        other.set(name, value);
        publish(&other, &["-n", &format!("dist/{WHEEL}")]).success();
    }
    assert!(fake.uploads().is_empty());
    publish(&sandbox, &["--same-job"]).success();
    assert_eq!(fake.uploads().len(), 2);
}
