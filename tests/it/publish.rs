//! `release publish`: against the embedded index, and against one that does everything wrong.

use std::time::{Duration, Instant};

use expect_test::expect;
use pyrelease::archive::Sha256;

use crate::support::Sandbox;
use crate::support::archives::tar::{SDIST_NAME, Tar};
use crate::support::archives::zip::{METADATA, WHEEL_NAME, Zip};
use crate::support::sandbox::{CANARY, Output};
use crate::support::served::Served;
use crate::support::server::{Act, FakeIndex};

const PYPROJECT: &str = "[build-system]\nrequires = [\"flit_core\"]\nbuild-backend = \"flit_core.buildapi\"\n\n[project]\nname = \"demo\"\nversion = \"1.0\"\n";

/// The project `demo` 1.0 with its two archives in `dist/`, and files there that are not of this version.
fn demo() -> Sandbox {
    let sandbox = Sandbox::with(&[("pyproject.toml", PYPROJECT), (".gitignore", "dist/\nrelease.toml\n")]);
    sandbox.write(&format!("dist/{WHEEL_NAME}"), Zip::wheel().bytes());
    sandbox.write(&format!("dist/{SDIST_NAME}"), Tar::sdist().gz());
    sandbox.write("dist/demo-0.9.tar.gz", "old");
    sandbox.write("dist/notes.txt", "no archive");
    sandbox
}

/// Another honest wheel of the same name.
fn other_wheel() -> Vec<u8> {
    let mut zip = Zip::wheel();
    zip.replace("demo/__init__.py", "VALUE = 2\n");
    zip.bytes()
}

/// A configuration whose index `fake` has short limits.
fn configure(sandbox: &Sandbox, fake: &FakeIndex, timeout: u32, retries: u32) {
    let text = format!(
        "stages = [\"fake\"]\n[index.fake]\nupload = \"{}\"\nsimple = \"{}\"\nretries = {retries}\ntimeouts = {{ total = {timeout} }}\n",
        fake.upload_url(),
        fake.simple_url()
    );
    sandbox.write("release.toml", text);
    sandbox.write("token", "a-secret-of-tests-123456");
}

/// Publishes the wheel alone to the fake index and returns the output; the secret must not be in it.
fn publish(sandbox: &Sandbox, more: &[&str]) -> Output {
    let wheel = format!("dist/{WHEEL_NAME}");
    let arguments = [&["publish", wheel.as_str(), "--token-file", "token"], more].concat();
    let output = sandbox.release(&arguments);
    assert!(!output.to_string().contains("a-secret-of-tests"), "{output}");
    output
}

/// One upload of the wheel under a script: exit code, code of the failure, number of uploads.
fn under(script: &[Act], timeout: u32, retries: u32) -> (i32, String, usize) {
    let (sandbox, fake) = (demo(), FakeIndex::start(script));
    configure(&sandbox, &fake, timeout, retries);
    let output = publish(&sandbox, &["--format", "json"]);
    (output.code, output.failure_code(), fake.uploads().len())
}

/// Runs a case for each, side by side: they wait more than they work.
fn all<T: Sync>(cases: &[T], check: impl Fn(&T) + Sync) {
    std::thread::scope(|scope| {
        let running: Vec<_> = cases.iter().map(|case| scope.spawn(|| check(case))).collect();
        for case in running {
            case.join().expect("the case holds");
        }
    });
}

fn served(sandbox: &Sandbox, served: &Served, more: &[&str]) -> Output {
    let (url, token) = (served.upload_url(), served.token_file());
    let token = token.to_str().expect("a plain path");
    let output = sandbox.release(&[&["publish", "--index", &url, "--token-file", token], more].concat());
    assert!(!output.to_string().contains(&served.token()), "{output}");
    let address = url.replace("/legacy/", "");
    Output {
        code: output.code,
        stdout: output.stdout.replace(&address, "[ADDRESS]"),
        stderr: output.stderr.replace(&address, "[ADDRESS]"),
    }
}

#[test]
fn the_files_of_the_version_are_there_after_one_run_and_left_alone_by_the_next() {
    let sandbox = demo();
    let index = Served::start(&sandbox, &[]);
    expect![[r#"
        [ADDRESS]/legacy/  token    from `[ROOT]/index/tokens/all`: it says nothing about itself
        [ADDRESS]/legacy/  project  demo is not there: this is its first upload
        [ADDRESS]/legacy/  release  demo 1.0 is new
        would upload `dist/demo-1.0-py3-none-any.whl` to `[ADDRESS]/legacy/`
        would upload `dist/demo-1.0.tar.gz` to `[ADDRESS]/legacy/`
        ------- stderr -------
        dry run: nothing was done
    "#]]
    .assert_eq(&served(&sandbox, &index, &["--dry-run"]).to_string());
    expect![[r#"
        [ADDRESS]/legacy/: uploaded dist/demo-1.0-py3-none-any.whl
        [ADDRESS]/legacy/: uploaded dist/demo-1.0.tar.gz
        ------- stderr -------
        note: credentials for `[ADDRESS]/legacy/` from `[ROOT]/index/tokens/all`
    "#]]
    .assert_eq(&served(&sandbox, &index, &[]).to_string());
    expect![[r#"
        [ADDRESS]/legacy/: already-there dist/demo-1.0-py3-none-any.whl
        [ADDRESS]/legacy/: already-there dist/demo-1.0.tar.gz
    "#]]
    .assert_eq(&served(&sandbox, &index, &[]).to_string());
    let document = served(&sandbox, &index, &["--format", "json"]).json();
    expect![[r#"
        {
          "index": "[ADDRESS]/legacy/",
          "files": [
            {
              "path": "dist/demo-1.0-py3-none-any.whl",
              "sha256": "9f2a5aa4ce08d42f3c5e93d1b2c3391e1e7c9b43e6cc384e88a8112703ae25bf",
              "state": "already-there",
              "url": "[ADDRESS]/files/demo/demo-1.0-py3-none-any.whl"
            },
            {
              "path": "dist/demo-1.0.tar.gz",
              "sha256": "61a90ecc3f1a141b9b9242e3e92744985148e95e82d6665c68c25a8e0619e050",
              "state": "already-there",
              "url": "[ADDRESS]/files/demo/demo-1.0.tar.gz"
            }
          ]
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(&document["result"]).expect("JSON"));
    expect![[r#"
        would skip `dist/demo-1.0-py3-none-any.whl`: `[ADDRESS]/legacy/` has it already
        would skip `dist/demo-1.0.tar.gz`: `[ADDRESS]/legacy/` has it already
        ------- stderr -------
        dry run: nothing was done
    "#]]
    .assert_eq(&served(&sandbox, &index, &["--dry-run"]).to_string());
    let history = sandbox.release(&["history", "--format", "json"]).json();
    // Runs that found everything there did nothing, and say nothing.
    assert_eq!(history["result"]["records"].as_array().map(Vec::len), Some(1));
    let newest = &history["result"]["records"][0];
    assert_eq!((&newest["command"], &newest["outcome"]), (&"publish".into(), &"ok".into()));
    assert_eq!(newest["files"].as_array().map(Vec::len), Some(2));
}

#[test]
fn other_bytes_are_refused_before_anything_is_sent() {
    let sandbox = demo();
    let index = Served::start(&sandbox, &[]);
    let wheel = format!("dist/{WHEEL_NAME}");
    assert_eq!(served(&sandbox, &index, &[&wheel]).code, 0);
    sandbox.write(&wheel, other_wheel());
    for more in [&[][..], &["--dry-run"]] {
        let output = served(&sandbox, &index, more);
        assert_eq!(output.code, 1);
        let document = served(&sandbox, &index, &[more, &["--format", "json"]].concat()).json();
        assert_eq!(document["result"]["files"][0]["state"], "refused");
        assert!(
            output.stderr.contains(
                "error[index/different-file]: `[ADDRESS]/legacy/` has another `demo-1.0-py3-none-any.whl`: sha256 "
            ),
            "{output}"
        );
    }
}

#[test]
fn guards_come_before_the_network() {
    let sandbox = demo();
    expect![[r#"
        ------- stderr -------
        error[plan/no-index]: no index named
          hint: name one with `--index NAME`, or set `stages` in the configuration
        [exit status: 2]
    "#]]
    .assert_eq(&sandbox.release(&["publish"]).to_string());
    expect![[r#"
        ------- stderr -------
        error[plan/given-clock]: `RELEASE_NOW` is set, and `pypi` is not on this machine
          hint: unset `RELEASE_NOW`
        [exit status: 1]
    "#]]
    .assert_eq(&sandbox.release(&["publish", "--index", "pypi"]).to_string());
    expect![[r#"
        ------- stderr -------
        error[config/unknown-index]: `nowhere` is neither a known index nor a URL
          hint: use one of pypi, testpypi, a URL, or name it in `[index.NAME]` of the configuration
        [exit status: 3]
    "#]]
    .assert_eq(&sandbox.release(&["publish", "--index", "nowhere"]).to_string());
    let mut zip = Zip::wheel();
    zip.file("../evil.py", b"");
    sandbox.write(&format!("dist/{WHEEL_NAME}"), zip.bytes());
    expect![[r#"
        ------- stderr -------
        error[publish/check-failed]: the check found 1 error in what would be published
          cause: `dist/demo-1.0-py3-none-any.whl`: the name `../evil.py` leads out with `..` [archive/path-traversal]
          hint: put them right and build again; `release explain CODE` says more about each
        [exit status: 1]
    "#]]
    .assert_eq(&sandbox.release(&["publish", "--index", "http://127.0.0.1:9/legacy/"]).to_string());
    std::fs::remove_dir_all(sandbox.repo().join("dist")).expect("it is there");
    expect![[r#"
        ------- stderr -------
        error[plan/no-archives]: there is no archive of version 1.0 in `dist`
          hint: run `release build`, or name the files
        [exit status: 1]
    "#]]
    .assert_eq(&sandbox.release(&["publish", "--index", "http://127.0.0.1:9/legacy/"]).to_string());
}

#[test]
fn a_token_goes_to_the_index_that_issued_it_alone() {
    let mut sandbox = demo();
    let fake = FakeIndex::start(&[]);
    configure(&sandbox, &fake, 5, 0);
    let from = |sandbox: &Sandbox| {
        let output = sandbox.release(&["publish"]);
        let lines = output.stderr.lines().filter(|line| !line.starts_with("  hint"));
        lines.collect::<Vec<_>>().join("\n")
    };
    expect!["error[index/token-of-other-index]: the token from `RELEASE_TOKEN` is for `pypi.org`, not for `127.0.0.1`"]
        .assert_eq(&from(&sandbox));
    sandbox.unset("RELEASE_TOKEN");
    sandbox.set("RELEASE_TOKEN_FAKE", CANARY);
    expect![
        "error[index/token-of-other-index]: the token from `RELEASE_TOKEN_FAKE` is for `pypi.org`, not for `127.0.0.1`"
    ]
    .assert_eq(&from(&sandbox));
    sandbox.unset("RELEASE_TOKEN_FAKE");
    expect![
        "error[index/token-of-other-index]: the token from `TWINE_PASSWORD` is for `pypi.org`, not for `127.0.0.1`"
    ]
    .assert_eq(&from(&sandbox));
    sandbox.unset("TWINE_PASSWORD");
    expect![
        "error[index/token-of-other-index]: the token from `UV_PUBLISH_TOKEN` is for `pypi.org`, not for `127.0.0.1`"
    ]
    .assert_eq(&from(&sandbox));
    sandbox.unset("UV_PUBLISH_TOKEN");
    sandbox.set("UV_PUBLISH_PASSWORD", CANARY);
    expect![
        "error[index/token-of-other-index]: the token from `UV_PUBLISH_PASSWORD` is for `pypi.org`, not for `127.0.0.1`"
    ]
    .assert_eq(&from(&sandbox));
    sandbox.unset("UV_PUBLISH_PASSWORD");
    expect!["error[plan/no-token]: no token for `fake`"].assert_eq(&from(&sandbox));
    let pypirc = format!(
        "[distutils]\nindex-servers =\n    mine\n[mine]\nrepository: {}\nusername = bob\npassword = {CANARY}\n",
        fake.upload_url().trim_end_matches('/')
    );
    std::fs::write(sandbox.path("home/.pypirc"), pypirc).expect("a file");
    expect!["error[index/token-of-other-index]: the token from `~/.pypirc` is for `pypi.org`, not for `127.0.0.1`"]
        .assert_eq(&from(&sandbox));
    sandbox.write("token", "\n");
    expect!["error[index/empty-token]: there is no token in `token`"]
        .assert_eq(sandbox.release(&["publish", "--token-file", "token"]).stderr.lines().next().unwrap_or_default());
    assert!(fake.uploads().is_empty());
}

#[test]
fn the_token_comes_from_standard_input_too() {
    let sandbox = demo();
    let index = Served::start(&sandbox, &[]);
    let mut command = sandbox.command(&["publish", "--index", &index.upload_url(), "--token-stdin"]);
    command.stdin(std::fs::File::open(index.token_file()).expect("a token"));
    assert_eq!(sandbox.finish(&mut command).success().code, 0);
}

#[test]
fn refusals_are_final_and_faults_pass() {
    let answer = |status| Act::Answer(status, "", "{\"code\": \"words\"}");
    let cases = [
        (400, "index/refused"),
        (401, "index/credential"),
        (403, "index/credential"),
        (404, "index/refused"),
        (405, "index/endpoint"),
        (410, "index/refused"),
        (413, "index/file-too-large"),
        (301, "index/redirected"),
        (308, "index/redirected"),
    ];
    for (status, code) in cases {
        assert_eq!(under(&[answer(status)], 5, 4), (1, code.to_owned(), 1), "{status}");
    }
    all(&[500, 502, 503, 504], |status| {
        let twice = [answer(*status), answer(*status), Act::Accept];
        assert_eq!(under(&twice, 5, 2), (0, String::new(), 3), "{status}");
    });
    assert_eq!(under(&[answer(500), answer(500)], 5, 1), (1, "index/busy".to_owned(), 2));
}

#[test]
fn a_broken_connection_is_tried_again_and_a_lost_answer_is_not() {
    all(&[0, 1, 10, 50, 100, 200, 400, 700, 1100, 1500], |bytes| {
        let script = [Act::Reset(*bytes), Act::Accept];
        assert_eq!(under(&script, 5, 1), (0, String::new(), 2), "reset after {bytes}");
    });
    assert_eq!(under(&[Act::StoreAndClose], 5, 4), (0, String::new(), 1));
    assert_eq!(under(&[Act::Reset(10)], 5, 0), (1, "index/busy".to_owned(), 1));
}

#[test]
fn a_limited_rate_is_waited_for_within_reason() {
    let short = [
        "Retry-After: 1\r\n",
        "Retry-After: 0\r\n",
        "Retry-After: -5\r\n",
        "Retry-After: soon\r\n",
        "Retry-After: Sat, 21 Nov 2026 12:00:01 GMT\r\n",
        "",
    ];
    all(&short, |header| {
        let script = [Act::Answer(429, header, ""), Act::Accept];
        assert_eq!(under(&script, 5, 1), (0, String::new(), 2), "{header}");
    });
    for header in
        ["Retry-After: 99999999999999\r\n", "Retry-After: 301\r\n", "Retry-After: Sun, 22 Nov 2026 12:00:01 GMT\r\n"]
    {
        let script = [Act::Answer(429, header, "")];
        assert_eq!(under(&script, 5, 4), (1, "index/rate-limited".to_owned(), 1), "{header}");
    }
}

#[test]
fn silence_and_endless_answers_end() {
    let started = Instant::now();
    assert_eq!(under(&[Act::Silence], 1, 0), (1, "index/busy".to_owned(), 1));
    assert_eq!(under(&[Act::Endless, Act::Accept], 5, 1), (0, String::new(), 2));
    assert!(started.elapsed() < Duration::from_secs(20));
}

#[test]
fn what_is_unclear_is_settled_by_the_listing() {
    let (sandbox, fake) = (demo(), FakeIndex::start(&[Act::Answer(409, "", "it already exists")]));
    configure(&sandbox, &fake, 5, 0);
    assert_eq!(publish(&sandbox, &["--format", "json"]).failure_code(), "index/refused");
    // The listing is broken: nothing is sent to an index that cannot say what it has.
    for (status, kind, body, code) in [
        (500, "text/plain", "", "index/listing"),
        (200, "text/plain", "", "index/listing-format"),
        (200, "application/json", "{", "index/listing-format"),
        (200, "application/json", "{}", "index/listing-format"),
    ] {
        let fake = FakeIndex::start(&[]);
        fake.list(status, kind, body);
        configure(&sandbox, &fake, 5, 0);
        assert_eq!(publish(&sandbox, &["--format", "json"]).failure_code(), code, "{body}");
        assert!(fake.uploads().is_empty());
    }
}

#[test]
fn a_listing_in_html_is_read() {
    use pyrelease::archive::Sha256;
    let sandbox = demo();
    let right = Sha256::of(&Zip::wheel().bytes()).to_string();
    let link = |rest: &str| {
        format!(
            "<!DOCTYPE html><html><abbr>x</abbr><body>\n<A class=x HREF='../../p/{WHEEL_NAME}#{rest}' data-requires-python=\"&gt;=3\">{WHEEL_NAME}</A><a>\n<a href="
        )
    };
    for (page, code) in [
        (link(&format!("sha256={right}")), 0),
        (link(&format!("sha256-{right}")), 0),
        (link(&format!("sha256={}", "0".repeat(64))), 1),
        (link("md5=0"), 1),
    ] {
        let fake = FakeIndex::start(&[]);
        fake.list(200, "text/html; charset=utf-8", page.clone());
        configure(&sandbox, &fake, 5, 0);
        let output = publish(&sandbox, &["--format", "json"]);
        assert_eq!(output.code, code, "{page}: {output}");
        if code == 0 {
            assert_eq!(output.json()["result"]["files"][0]["state"], "already-there");
        } else {
            assert_eq!(output.failure_code(), "index/different-file");
        }
    }
}

#[test]
fn when_part_has_landed_a_rerun_sends_the_rest() {
    let refuse = Act::Answer(400, "", "{\"code\": \"400 not this one\"}");
    let (sandbox, fake) = (demo(), FakeIndex::start(&[Act::Accept, refuse, Act::Accept]));
    configure(&sandbox, &fake, 5, 0);
    let release = |more: &[&str]| sandbox.release(&[&["publish", "--token-file", "token"], more].concat());
    let output = release(&["--format", "json"]);
    assert_eq!((output.code, output.failure_code().as_str()), (4, "index/refused"));
    let document = output.json();
    assert_eq!(document["outcome"], "partial");
    assert_eq!(document["result"]["index"], "fake");
    let states: Vec<(&str, &str)> = document["result"]["files"]
        .as_array()
        .expect("files")
        .iter()
        .filter_map(|file| Some((file["path"].as_str()?, file["state"].as_str()?)))
        .collect();
    assert_eq!(
        states,
        [(format!("dist/{WHEEL_NAME}").as_str(), "uploaded"), (format!("dist/{SDIST_NAME}").as_str(), "refused")]
    );
    expect![[r#"
        fake: already-there dist/demo-1.0-py3-none-any.whl
        fake: uploaded dist/demo-1.0.tar.gz
        ------- stderr -------
        note: credentials for `fake` from `token`
    "#]]
    .assert_eq(&release(&[]).to_string());
    let sent: Vec<bool> = fake.uploads().iter().map(|text| text.contains(SDIST_NAME)).collect();
    assert_eq!(sent, [false, true, true], "wheels first, and what is there is not sent again");
    assert_eq!(release(&[]).code, 0);
    assert_eq!(fake.uploads().len(), 3);
}

#[test]
fn every_stage_gets_the_same_bytes() {
    let sandbox = demo();
    let (first, second) =
        (FakeIndex::start(&[Act::Accept, Act::Accept]), FakeIndex::start(&[Act::Accept, Act::Accept]));
    let table = |name: &str, fake: &FakeIndex| {
        format!("[index.{name}]\nupload = \"{}\"\nsimple = \"{}\"\n", fake.upload_url(), fake.simple_url())
    };
    sandbox.write(
        "release.toml",
        format!("stages = [\"one\", \"two\"]\n{}{}", table("one", &first), table("two", &second)),
    );
    sandbox.write("token", "a-secret-of-tests-123456");
    let because = ["--unverified", "a test"];
    let output =
        sandbox.release(&[["publish", "--token-file", "token", "--format", "json"].as_slice(), &because].concat());
    let document = output.json();
    let stages = document["result"]["stages"].as_array().expect("stages").clone();
    let names: Vec<&str> = stages.iter().filter_map(|stage| stage["index"].as_str()).collect();
    assert_eq!(names, ["one", "two"]);
    let content = |text: &String| text.split("name=\"sha256_digest\"").nth(1).map(|rest| rest[..70].to_owned());
    let sent = |fake: &FakeIndex| fake.uploads().iter().map(content).collect::<Vec<_>>();
    assert_eq!(sent(&first), sent(&second));
}

#[test]
fn other_archives_than_those_that_were_built_stay_here() {
    let sandbox = demo();
    let index = Served::start(&sandbox, &[]);
    let hash = |name: &str| {
        let bytes = std::fs::read(sandbox.repo().join("dist").join(name)).expect("an archive");
        (name.to_owned(), Sha256::of(&bytes).to_string())
    };
    let files = [hash(SDIST_NAME), hash(WHEEL_NAME)];
    let built = Sha256::of_files(files.iter().map(|(name, sha256)| (name.as_str(), sha256.clone()))).to_string();
    let wrong = "0".repeat(64);
    let output = served(&sandbox, &index, &["--expect", &wrong]);
    assert_eq!(output.code, 1, "{output}");
    let found = output.to_string().replace(&built, "[DIGEST]");
    expect![[r#"
        ------- stderr -------
        error[publish/other-archives]: these are not the archives that were built: their digest is [DIGEST], not 0000000000000000000000000000000000000000000000000000000000000000
          hint: find out what changed them between build and upload; `--expect` is the output `digest` of `release build`
        [exit status: 1]
    "#]].assert_eq(&found);
    // One of them is not all of them.
    let part = served(&sandbox, &index, &["--expect", &built, &format!("dist/{WHEEL_NAME}")]);
    assert!(part.stderr.contains("publish/other-archives"), "{part}");
    let manifest = |files: &[(String, String)]| {
        let file = |(name, sha256): &(String, String)| serde_json::json!({"name": name, "sha256": sha256, "size": 1});
        let files: Vec<_> = files.iter().map(file).collect();
        let document =
            serde_json::json!({"schema": 1, "commit": null, "changed": false, "configuration": "", "files": files});
        sandbox.write("dist/release-manifest.json", document.to_string());
        served(&sandbox, &index, &["--expect", "dist/release-manifest.json", "-n"])
    };
    manifest(&files).success();
    assert!(manifest(&files[..1]).stderr.contains("publish/other-archives"));
    sandbox.write("dist/release-manifest.json", "{}");
    expect![[r#"
        ------- stderr -------
        error[publish/no-manifest]: `dist/release-manifest.json` is no manifest of a build: missing field `schema` at line 1 column 2
          hint: `--expect` takes the output `digest` of `release build`, or the file of `release build --manifest`
        [exit status: 1]
    "#]].assert_eq(&served(&sandbox, &index, &["--expect", "dist/release-manifest.json"]).to_string());
    expect![[r#"
        ------- stderr -------
        error[effects/read]: cannot read `[ROOT]/repo/dist/none.json`
          cause: No such file or directory (os error 2)
        [exit status: 3]
    "#]]
    .assert_eq(&served(&sandbox, &index, &["--expect", "dist/none.json"]).to_string());
    served(&sandbox, &index, &["--expect", &built]).success();
}

#[test]
fn files_need_no_project() {
    let sandbox = Sandbox::new();
    let index = Served::start(&sandbox, &[]);
    sandbox.write(WHEEL_NAME, Zip::wheel().bytes());
    let output = served(&sandbox, &index, &[WHEEL_NAME]);
    expect![[r#"
        [ADDRESS]/legacy/: uploaded demo-1.0-py3-none-any.whl
        ------- stderr -------
        note: credentials for `[ADDRESS]/legacy/` from `[ROOT]/index/tokens/all`
    "#]]
    .assert_eq(&output.to_string());
    assert_eq!(served(&sandbox, &index, &["missing.whl"]).code, 3);
}

#[test]
fn a_workspace_tells_each_package() {
    let sandbox = Sandbox::new();
    let index = Served::start(&sandbox, &[]);
    sandbox.write("release.toml", "[workspace]\nmembers = [\"one\", \"two\"]\n");
    sandbox.write("one/pyproject.toml", PYPROJECT);
    sandbox.write("two/pyproject.toml", PYPROJECT.replace("\"demo\"", "\"other\""));
    sandbox.write(&format!("dist/{WHEEL_NAME}"), Zip::wheel().bytes());
    let mut tar = Tar::default();
    tar.directory("other-1.0/");
    tar.file("other-1.0/pyproject.toml", PYPROJECT.replace("\"demo\"", "\"other\"").as_bytes());
    tar.file("other-1.0/LICENSE", b"MIT\n");
    tar.file("other-1.0/PKG-INFO", METADATA.replace("Name: demo", "Name: other").as_bytes());
    sandbox.write("dist/other-1.0.tar.gz", tar.gz());
    let states = |more: &[&str]| {
        let document = served(&sandbox, &index, &[more, &["--format", "json"]].concat()).success().json();
        let packages = document["result"]["packages"].as_array().expect("packages").clone();
        let told = packages.iter().map(|package| {
            let state = package["files"][0]["state"].as_str().unwrap_or_default();
            format!("{} {state}", package["name"].as_str().unwrap_or_default())
        });
        told.collect::<Vec<_>>()
    };
    assert_eq!(states(&["--package", "Other"]), ["other uploaded"]);
    assert_eq!(states(&[]), ["demo uploaded", "other already-there"]);
}
