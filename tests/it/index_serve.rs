//! `release index serve`: the protocols of PyPI, its refusals, and a folder that nothing escapes from.

use std::os::unix::fs::PermissionsExt;

use expect_test::expect;
use pyrelease::archive::{Limits, Sha256};
use pyrelease::check::{Policy, examine, upload_refusal};
use pyrelease::index::words::{Meaning, understand};
use serde_json::{Value, json};

use crate::support::Sandbox;
use crate::support::archives::check_pairs::pairs;
use crate::support::archives::hostile::cases;
use crate::support::archives::tar::{SDIST_NAME, Tar};
use crate::support::archives::zip::{METADATA, WHEEL_NAME, Zip};
use crate::support::served::Served;
use crate::support::web::{Form, Response, basic, get, request};

const JSON: &str = "application/vnd.pypi.simple.v1+json";

fn wheel() -> Form {
    Form::of(WHEEL_NAME, &Zip::wheel().bytes())
}

/// An honest wheel of the same name with other bytes.
fn other_wheel(value: usize) -> Form {
    let mut zip = Zip::wheel();
    zip.replace("demo/__init__.py", &format!("VALUE = {value}\n"));
    Form::of(WHEEL_NAME, &zip.bytes())
}

fn sdist() -> Form {
    Form::of(SDIST_NAME, &Tar::sdist().gz())
}

/// Status and text of a refusal.
fn said(response: &Response) -> (u16, String) {
    let text = response.json()["message"].as_str().unwrap_or_default().to_owned();
    (response.status, text)
}

/// What the index lists of `demo`.
fn listed(served: &Served) -> Vec<String> {
    let page = get(&served.url("/simple/demo/"), JSON);
    if page.status == 404 {
        return Vec::new();
    }
    let files = page.json()["files"].as_array().expect("files").clone();
    files.iter().map(|file| file["filename"].as_str().expect("a name").to_owned()).collect()
}

#[test]
fn it_reports_once_where_it_is_and_never_a_token() {
    let sandbox = Sandbox::new();
    let served = Served::start(&sandbox, &["--token-for", "Demo.Project"]);
    let text = serde_json::to_string_pretty(&served.document).expect("JSON");
    assert!(!text.contains(&served.token()) && !text.contains(&served.project_token("demo-project")));
    let root = sandbox.path("").display().to_string();
    let address = served.simple_url().replace("/simple/", "");
    expect![[r#"
        {
          "schema": 1,
          "command": "index serve",
          "outcome": "ok",
          "findings": [],
          "result": {
            "upload": "[ADDRESS]/legacy/",
            "simple": "[ADDRESS]/simple/",
            "tokens": {
              "all": "[ROOT]/index/tokens/all",
              "projects": {
                "demo-project": "[ROOT]/index/tokens/demo-project"
              }
            },
            "data": "[ROOT]/index"
          },
          "failure": null
        }"#]]
    .assert_eq(&text.replace(&address, "[ADDRESS]").replace(root.trim_end_matches('/'), "[ROOT]"));
    let mode = std::fs::metadata(served.token_file()).expect("a file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(served.token().starts_with("pypi-") && served.token().len() > 40);
    assert_ne!(served.token(), served.project_token("demo-project"));
}

#[test]
fn people_read_where_it_is() {
    use std::io::BufRead;
    let sandbox = Sandbox::new();
    let mut child = sandbox
        .command(&["index", "serve", "--data", "data", "--token-for", "demo"])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("it starts");
    let stdout = std::io::BufReader::new(child.stdout.take().expect("it was asked for"));
    let lines: Vec<String> = stdout.lines().map_while(Result::ok).take(5).collect();
    child.kill().expect("it runs until it is ended");
    child.wait().expect("it was started");
    let root = sandbox.path("").display().to_string();
    let text = lines.join("\n").replace(root.trim_end_matches('/'), "[ROOT]");
    let port = text.split(['/', ':']).nth(4).unwrap_or_default().to_owned();
    expect![[r#"
        upload  http://127.0.0.1:PORT/legacy/
        simple  http://127.0.0.1:PORT/simple/
        token   [ROOT]/repo/data/tokens/all
        token   [ROOT]/repo/data/tokens/demo (for demo alone)
        data    [ROOT]/repo/data"#]]
    .assert_eq(&text.replace(&port, "PORT"));
}

#[test]
fn a_dry_run_serves_nothing() {
    let sandbox = Sandbox::new();
    expect![[r#"
        would serve `[ROOT]/repo/data` on 127.0.0.1, port 8080
        ------- stderr -------
        dry run: nothing was done
    "#]]
    .assert_eq(&sandbox.release(&["index", "serve", "--data", "data", "--port", "8080", "--dry-run"]).to_string());
    assert!(!sandbox.repo().join("data").exists());
}

/// Forms with one thing wrong.
fn wrong_forms() -> Vec<(&'static str, Form)> {
    let without = |name: &str| wheel().with(name, None);
    let with = |name: &str, value: &str| wheel().with(name, Some(value));
    let undigested = without("sha256_digest").with("blake2_256_digest", None);
    let mut empty = wheel();
    empty.content = None;
    let typed = |kind: &str| {
        let mut form = wheel();
        form.content_type = format!("Content-Type: {kind}\r\n");
        form
    };
    let mut encoded = wheel();
    encoded.fields.push(("summary".to_owned(), b"\xff\xfe".to_vec()));
    vec![
        ("no action", without(":action")),
        ("old action", with(":action", "submit")),
        ("protocol", with("protocol_version", "2")),
        ("no metadata version", without("metadata_version")),
        ("metadata version", with("metadata_version", "9.9")),
        ("no name", without("name")),
        ("unknown name", with("name", "UNKNOWN")),
        ("name", with("name", "../demo")),
        ("version", with("version", "not-a-version")),
        ("local version", with("version", "1.0+loc")),
        ("filetype", with("filetype", "bdist_egg")),
        ("filetype of another", with("filetype", "sdist").with("pyversion", Some("source"))),
        ("pyversion", sdist().with("pyversion", Some("py3"))),
        ("no pyversion", without("pyversion")),
        ("no digest", undigested.clone()),
        ("md5 alone", undigested.with("md5_digest", Some("0"))),
        ("sha256", with("sha256_digest", &"0".repeat(64))),
        ("blake2", with("blake2_256_digest", "0")),
        ("no file", empty.clone().with("content", Some("text"))),
        ("no content", empty),
        ("content type", typed("")),
        ("content type", typed("image/png")),
        ("another name", with("name", "other")),
        ("another version", with("version", "1.1")),
        ("another sdist version", sdist().with("version", Some("1.0.0"))),
        ("not UTF-8", encoded),
    ]
}

#[test]
fn the_upload_protocol_is_that_of_pypi() {
    let sandbox = Sandbox::new();
    let served = Served::start(&sandbox, &[]);
    let mut told = String::new();
    for (name, form) in wrong_forms() {
        let (status, text) = said(&served.post(&form));
        told.push_str(&format!("{name}: {status} {text}\n"));
    }
    expect![[r#"
        no action: 400 Error: The action must be file_upload.
        old action: 410 Project pre-registration is no longer required or supported, upload your files instead.
        protocol: 400 Unknown protocol version.
        no metadata version: 400 'metadata-version' is a required field. See https://packaging.python.org/specifications/core-metadata for more information.
        metadata version: 400 '9.9' is not a valid metadata version. See https://packaging.python.org/specifications/core-metadata for more information.
        no name: 400 '' is an invalid value for Name. Error: This field is required. See https://packaging.python.org/specifications/core-metadata for more information.
        unknown name: 400 '' is an invalid value for Name. Error: This field is required. See https://packaging.python.org/specifications/core-metadata for more information.
        name: 400 '../demo' is an invalid value for Name. Error: Start and end with a letter or numeral containing only ASCII numeric and '.', '_' and '-'. See https://packaging.python.org/specifications/core-metadata for more information.
        version: 400 'not-a-version' is invalid for 'version'. See https://packaging.python.org/specifications/core-metadata for more information.
        local version: 400 The use of local versions in '1.0+loc' is not allowed. See https://packaging.python.org/en/latest/specifications/version-specifiers/#local-version-identifiers for more information.
        filetype: 400 Invalid value for filetype. Error: Use a known file type.
        filetype of another: 400 Invalid file extension: Extension .whl is invalid for filetype sdist. See https://www.python.org/dev/peps/pep-0527 for more information.
        pyversion: 400 Error: Use 'source' as Python version for an sdist.
        no pyversion: 400 Error: Python version is required for binary distribution uploads.
        no digest: 400 Error: Include at least one message digest.
        md5 alone: 400 Error: Include at least one message digest other than MD5.
        sha256: 400 The digest supplied does not match a digest calculated from the uploaded file.
        blake2: 400 Invalid value for blake2_256_digest. Error: Use a valid, hex-encoded, BLAKE2 message digest.
        no file: 400 Upload payload does not have a file.
        no content: 400 Upload payload does not have a file.
        content type: 400 Invalid distribution file.
        content type: 400 Invalid distribution file.
        another name: 400 Filename 'demo-1.0-py3-none-any.whl' should contain the normalized project name 'other', not 'demo'.
        another version: 400 Version in filename should be '1.1' not '1.0'.
        another sdist version: 400 Filename 'demo-1.0.tar.gz' is invalid, should be 'demo-1.0.0.tar.gz'.
        not UTF-8: 400 Error: A field is not UTF-8.
    "#]].assert_eq(&told);
    assert!(listed(&served).is_empty());
    let mut form = wheel();
    form.content_type = String::new();
    assert_eq!(served.post(&form).status, 200, "uv sends no type");
}

#[test]
fn errors_are_a_page_a_document_and_a_reason() {
    let sandbox = Sandbox::new();
    let served = Served::start(&sandbox, &[]);
    let html = request("POST", &served.upload_url(), &[], b"");
    assert_eq!((html.status, html.header("content-type")), (403, "text/html; charset=UTF-8"));
    assert!(html.reason.starts_with("Invalid or non-existent authentication information."), "{}", html.reason);
    let document = served.post(&wheel().with("filetype", Some("egg"))).json();
    assert_eq!(
        document,
        json!({
            "message": "Invalid value for filetype. Error: Use a known file type.",
            "code": "400 Invalid value for filetype. Error: Use a known file type.",
            "title": "Bad Request",
        })
    );
    let hostile = served.post(&wheel().with("version", Some("<b>\u{1b}[31m\r\nX: y\u{e9}")));
    assert_eq!(hostile.status, 400);
    assert!(hostile.reason.is_ascii() && hostile.header("x").is_empty());
    for (method, url, status) in [
        ("POST", "/legacy", 308),
        ("GET", "/legacy/", 405),
        ("POST", "/simple/", 405),
        ("PUT", "/files/demo/x.whl", 405),
        ("DELETE", "/nothing", 404),
        ("GET", "/", 404),
    ] {
        assert_eq!(request(method, &served.url(url), &[], b"").status, status, "{method} {url}");
    }
    assert_eq!(request("POST", &served.url("/legacy"), &[], b"").header("location"), "/legacy/");
    let big = request("POST", &served.upload_url(), &[("Content-Type", "text/plain")], b"x");
    assert_eq!(big.status, 403, "who may not upload learns nothing else");
}

#[test]
fn tokens_have_a_scope() {
    let sandbox = Sandbox::new();
    let served = Served::start(&sandbox, &["--token-for", "demo", "--token-for", "other", "--token-for", "all"]);
    let post = |authorization: &str| wheel().post(&served.upload_url(), authorization);
    let invalid = "Invalid or non-existent authentication information. See https://pypi.org/help/#invalid-auth for more information.";
    for wrong in [
        String::new(),
        "Basic".to_owned(),
        "Basic !!!".to_owned(),
        basic("__token__", "pypi-wrong"),
        basic("__token__", ""),
        format!("Digest {}", served.token()),
    ] {
        assert_eq!(said(&post(&wrong)), (403, invalid.to_owned()), "{wrong}");
    }
    let (status, text) = said(&post(&basic("ana", &served.token())));
    assert_eq!((status, &text[..68]), (403, "Username/Password authentication is no longer supported. Migrate to "));
    for name in ["other", "all"] {
        assert_eq!(
            said(&post(&basic("__token__", &served.project_token(name)))),
            (403, "Invalid API Token: project-scoped token is not valid for project: 'demo'".to_owned())
        );
    }
    assert!(listed(&served).is_empty());
    assert_eq!(post(&basic("__token__", &served.project_token("demo"))).status, 200);
    for right in [
        format!("Bearer {}", served.token()),
        format!("token {}", served.token()),
        basic("__token__", &format!(" {}\n", served.token())),
    ] {
        assert_eq!(post(&right).status, 200, "{right}");
    }
}

#[test]
fn every_hostile_archive_is_refused_as_the_check_would() {
    let sandbox = Sandbox::new();
    let served = Served::start(&sandbox, &[]);
    let hostile = cases().into_iter().map(|case| (case.id, case.file_name, case.bytes));
    let bad = pairs().into_iter().map(|pair| (pair.code, pair.bad.0, pair.bad.1));
    let mut refused = 0;
    for (id, file_name, bytes) in hostile.chain(bad) {
        let examined = examine(file_name, &mut &*bytes, &Limits::default());
        // What is only worth a warning is taken.
        let Some(finding) = upload_refusal(&examined, &Policy::default()) else {
            continue;
        };
        let (status, text) = said(&served.post(&Form::of(file_name, &bytes)));
        // Where PyPI has no words of its own for it, the code of the rule is told.
        let named = text.contains(&format!("[{}]", finding.code));
        let own = understand(status, &text).is_some_and(|(meaning, _)| {
            !matches!(meaning, Meaning::Content | Meaning::ZipFraming | Meaning::TarMembers)
        });
        assert!(status == 400 && (named || own), "{id}: {status} {text}, expected {finding:?}");
        refused += 1;
    }
    assert!(refused > 100, "{refused} archives were refused");
    assert!(listed(&served).is_empty());
    let mut left = Vec::new();
    for entry in std::fs::read_dir(sandbox.path("index/files")).expect("a folder") {
        left.push(entry.expect("an entry").path());
    }
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn in_a_project_its_configuration_counts() {
    let sandbox = Sandbox::new();
    let mut zip = Zip::wheel();
    zip.edit(
        "METADATA",
        "Summary: A demonstration\n",
        "Classifier: Private :: Do Not Upload\nSummary: A demonstration\n",
    );
    let form = Form::of(WHEEL_NAME, &zip.bytes());
    assert_eq!(Served::start(&sandbox, &[]).post(&form).status, 400);
    let project = "[project]\nname = 'demo'\nversion = '1.0'\n[tool.release.check]\nprofile = 'private'\n";
    sandbox.write("pyproject.toml", project);
    assert_eq!(Served::start(&sandbox, &[]).post(&form).status, 200);
}

#[test]
fn the_same_again_is_fine_and_other_bytes_are_not() {
    let sandbox = Sandbox::new();
    let served = Served::start(&sandbox, &[]);
    assert_eq!(served.post(&wheel()).status, 200);
    assert_eq!(served.post(&wheel()).status, 200);
    let (status, text) = said(&served.post(&other_wheel(2)));
    assert_eq!(status, 400);
    assert!(text.starts_with("File already exists ('demo-1.0-py3-none-any.whl', with blake2_256 hash '"), "{text}");
    let mut renamed = wheel();
    renamed.file_name = "demo-1.0-1-py3-none-any.whl".to_owned();
    let (status, text) = said(&served.post(&renamed));
    assert!(status == 400 && text.starts_with("File already exists ('demo-1.0-1-"), "{text}");
    assert_eq!(served.post(&sdist()).status, 200);
    assert_eq!(listed(&served), [WHEEL_NAME, SDIST_NAME]);
}

#[test]
fn a_release_closes_after_14_days() {
    let mut sandbox = Sandbox::new();
    {
        let served = Served::start(&sandbox, &[]);
        assert_eq!(served.post(&wheel()).status, 200);
    }
    sandbox.set("RELEASE_NOW", "2026-12-06T12:00:00Z");
    let served = Served::start(&sandbox, &[]);
    assert_eq!(served.post(&wheel()).status, 200, "what is there stays there");
    assert_eq!(
        said(&served.post(&sdist())),
        (400, "Uploading new files to releases older than 14 days is not allowed.".to_owned())
    );
}

#[test]
fn a_release_has_one_sdist_however_its_version_is_spelled() {
    let sandbox = Sandbox::new();
    let served = Served::start(&sandbox, &[]);
    assert_eq!(served.post(&sdist()).status, 200);
    let mut tar = Tar::default();
    tar.directory("demo-1.0.0/");
    let pyproject = "[project]\nname = \"demo\"\nversion = \"1.0.0\"\n";
    tar.file("demo-1.0.0/pyproject.toml", pyproject.as_bytes());
    let metadata = METADATA.replace("Version: 1.0\n", "Version: 1.0.0\n");
    tar.file("demo-1.0.0/LICENSE", b"MIT\n");
    tar.file("demo-1.0.0/PKG-INFO", metadata.as_bytes());
    let form = Form::of("demo-1.0.0.tar.gz", &tar.gz()).with("version", Some("1.0.0"));
    let expected = "Only one sdist may be uploaded per release.".to_owned();
    assert_eq!(said(&served.post(&form)), (400, expected));
}

#[test]
fn one_of_many_racing_uploads_wins() {
    let sandbox = Sandbox::new();
    let served = Served::start(&sandbox, &[]);
    let won: Vec<usize> = std::thread::scope(|scope| {
        let served = &served;
        let racers: Vec<_> =
            (0..8).map(|value| scope.spawn(move || (value, served.post(&other_wheel(value)).status))).collect();
        let ended = racers.into_iter().map(|racer| racer.join().expect("no panic"));
        ended.filter(|(_, status)| *status == 200).map(|(value, _)| value).collect()
    });
    assert_eq!(won.len(), 1, "{won:?}");
    let Some(Ok(stored)) = other_wheel(won[0]).content.map(|bytes| {
        let served_bytes = get(&served.url(&format!("/files/demo/{WHEEL_NAME}")), "*/*").body;
        if served_bytes == bytes { Ok(bytes) } else { Err(()) }
    }) else {
        panic!("the bytes of the winner are not those that are served");
    };
    let page = get(&served.url("/simple/demo/"), JSON).json();
    assert_eq!(page["files"][0]["hashes"]["sha256"], Sha256::of(&stored).to_string());
}

#[test]
fn what_it_has_survives_a_restart() {
    let sandbox = Sandbox::new();
    let (token, before) = {
        let served = Served::start(&sandbox, &["--token-for", "demo"]);
        assert_eq!(served.post(&wheel()).status, 200);
        assert_eq!(served.post(&sdist()).status, 200);
        let data = sandbox.path("index").display().to_string();
        let second = sandbox.release(&["index", "serve", "--data", &data]);
        expect![[r#"
            ------- stderr -------
            error[index/served]: another server uses `[ROOT]/index`
              hint: end it, or choose another folder with `--data`
            [exit status: 1]
        "#]]
        .assert_eq(&second.to_string());
        (served.token(), get(&served.url("/simple/demo/"), JSON).json())
    };
    // What a killed upload leaves is no file.
    std::fs::write(sandbox.path(&format!("index/files/demo/.{WHEEL_NAME}.release-tmp")), "x").expect("a file");
    std::fs::write(sandbox.path("index/files/demo/demo-2.0.tar.gz.json"), "{}").expect("a file");
    {
        let served = Served::start(&sandbox, &[]);
        assert_eq!(served.token(), token);
        assert!(!served.project_token("demo").is_empty());
        assert_eq!(get(&served.url("/simple/demo/"), JSON).json(), before);
    }
    std::fs::write(sandbox.path(&format!("index/files/demo/{WHEEL_NAME}.json")), "{}").expect("a file");
    let data = sandbox.path("index").display().to_string();
    let broken = sandbox.release(&["index", "serve", "--data", &data, "--format", "json"]);
    assert_eq!((broken.failure_code().as_str(), broken.code), ("index/record", 3));
}

#[test]
fn the_simple_api_speaks_json() {
    let sandbox = Sandbox::new();
    let served = Served::start(&sandbox, &[]);
    assert_eq!(get(&served.simple_url(), JSON).json()["projects"], json!([]));
    for form in [wheel(), sdist()] {
        assert_eq!(served.post(&form).status, 200);
    }
    let page = get(&served.url("/simple/demo/"), JSON);
    assert_eq!((page.header("content-type"), page.header("vary")), (JSON, "Accept"));
    expect![[r#"
        {
          "meta": {
            "api-version": "1.4",
            "_last-serial": 2
          },
          "name": "demo",
          "project-status": {
            "status": "active"
          },
          "versions": [
            "1.0"
          ],
          "files": [
            {
              "filename": "demo-1.0-py3-none-any.whl",
              "url": "../../files/demo/demo-1.0-py3-none-any.whl",
              "hashes": {
                "sha256": "9f2a5aa4ce08d42f3c5e93d1b2c3391e1e7c9b43e6cc384e88a8112703ae25bf"
              },
              "size": 1366,
              "upload-time": "2026-11-21T12:00:00Z",
              "requires-python": ">=3.9",
              "yanked": false,
              "core-metadata": {
                "sha256": "468741b6767cf4a628e5876075c9ce394a0db22f18ab39cce31e49df80ca83aa"
              },
              "dist-info-metadata": {
                "sha256": "468741b6767cf4a628e5876075c9ce394a0db22f18ab39cce31e49df80ca83aa"
              },
              "provenance": null
            },
            {
              "filename": "demo-1.0.tar.gz",
              "url": "../../files/demo/demo-1.0.tar.gz",
              "hashes": {
                "sha256": "61a90ecc3f1a141b9b9242e3e92744985148e95e82d6665c68c25a8e0619e050"
              },
              "size": 659,
              "upload-time": "2026-11-21T12:00:00Z",
              "requires-python": ">=3.9",
              "yanked": false,
              "core-metadata": false,
              "dist-info-metadata": false,
              "provenance": null
            }
          ]
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(&page.json()).expect("JSON"));
}

#[test]
fn the_simple_api_speaks_html_too() {
    let sandbox = Sandbox::new();
    let served = Served::start(&sandbox, &[]);
    for form in [wheel(), sdist()] {
        assert_eq!(served.post(&form).status, 200);
    }
    expect![[r#"
        <!DOCTYPE html>
        <html>
          <head>
            <meta name="pypi:repository-version" content="1.4">
            <title>Links for demo</title>
          </head>
          <body>
            <h1>Links for demo</h1>
            <a href="../../files/demo/demo-1.0-py3-none-any.whl#sha256=9f2a5aa4ce08d42f3c5e93d1b2c3391e1e7c9b43e6cc384e88a8112703ae25bf" data-requires-python="&gt;=3.9" data-dist-info-metadata="sha256=468741b6767cf4a628e5876075c9ce394a0db22f18ab39cce31e49df80ca83aa" data-core-metadata="sha256=468741b6767cf4a628e5876075c9ce394a0db22f18ab39cce31e49df80ca83aa">demo-1.0-py3-none-any.whl</a><br />
            <a href="../../files/demo/demo-1.0.tar.gz#sha256=61a90ecc3f1a141b9b9242e3e92744985148e95e82d6665c68c25a8e0619e050" data-requires-python="&gt;=3.9">demo-1.0.tar.gz</a><br />
          </body>
        </html>
    "#]].assert_eq(&get(&served.url("/simple/demo/"), "text/html").text());
    expect![[r#"
        <!DOCTYPE html>
        <html>
          <head>
            <meta name="pypi:repository-version" content="1.4">
            <title>Simple index</title>
          </head>
          <body>
            <h1>Simple index</h1>
            <a href="/simple/demo/">demo</a>
          </body>
        </html>
    "#]]
    .assert_eq(&get(&served.simple_url(), "").text());
}

#[test]
fn the_client_chooses_the_format_and_is_led_to_normal_names() {
    let sandbox = Sandbox::new();
    let served = Served::start(&sandbox, &[]);
    assert_eq!(served.post(&wheel()).status, 200);
    for (accept, kind) in [
        ("", "text/html; charset=UTF-8"),
        ("*/*", "text/html; charset=UTF-8"),
        ("image/png", "text/html; charset=UTF-8"),
        ("application/*", "application/vnd.pypi.simple.v1+html"),
        ("text/html;q=0.1, application/vnd.pypi.simple.latest+json", JSON),
        ("application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html; q=0.1, text/html; q=0.01", JSON),
        ("application/vnd.pypi.simple.v1+json;q=0, */*;q=0.1", "text/html; charset=UTF-8"),
        ("APPLICATION/VND.PYPI.SIMPLE.V1+HTML", "application/vnd.pypi.simple.v1+html"),
        ("application/vnd.pypi.simple.v1+json;q=nonsense, text/html;q=0.3", "text/html; charset=UTF-8"),
    ] {
        let found = get(&served.url("/simple/demo/"), accept);
        assert_eq!(found.header("content-type"), kind, "{accept}");
    }
    for (from, to) in [
        ("/simple", "/simple/"),
        ("/simple/demo", "/simple/demo/"),
        ("/simple/De.mo/", ""),
        ("/simple/DEMO/", "/simple/demo/"),
        ("/pypi/DEMO/json", "/pypi/demo/json"),
        ("/pypi/DEMO/1.0/json", "/pypi/demo/1.0/json"),
    ] {
        assert_eq!(get(&served.url(from), "").header("location"), to, "{from}");
    }
    let head = request("HEAD", &served.url("/simple/demo/"), &[], b"");
    assert_eq!((head.status, head.body.len()), (200, 0));
}

#[test]
fn files_and_their_metadata_are_served_as_they_came() {
    let sandbox = Sandbox::new();
    let served = Served::start(&sandbox, &[]);
    for form in [wheel(), sdist()] {
        assert_eq!(served.post(&form).status, 200);
        let file = get(&served.url(&format!("/files/demo/{}", form.file_name)), "*/*");
        assert_eq!(Some(file.body), form.content);
    }
    let metadata = get(&served.url(&format!("/files/demo/{WHEEL_NAME}.metadata")), "*/*");
    assert_eq!(metadata.text(), METADATA);
    let page = get(&served.url("/simple/demo/"), JSON).json();
    assert_eq!(page["files"][0]["core-metadata"]["sha256"], Sha256::of(METADATA.as_bytes()).to_string());
    assert_eq!(get(&served.url(&format!("/files/demo/{SDIST_NAME}.metadata")), "*/*").status, 404);
}

#[test]
fn the_json_api_tells_a_project_and_a_release() {
    let sandbox = Sandbox::new();
    let served = Served::start(&sandbox, &[]);
    assert_eq!(get(&served.url("/pypi/demo/json"), "").status, 404);
    let (_, text) = METADATA.split_once("\n\n").expect("there is a description");
    for form in [wheel(), sdist()] {
        // The form of the first file decides, as on PyPI; that of the second says nothing else.
        let form = form.with("summary", Some("A demonstration")).with("description", Some(text));
        let form = form.with("description_content_type", Some("text/markdown"));
        assert_eq!(served.post(&form).status, 200);
    }
    let project = get(&served.url("/pypi/demo/json"), "").json();
    let told = |key: &str| project["info"][key].clone();
    let (_, description) = METADATA.split_once("\n\n").expect("there is a description");
    assert_eq!(
        [told("name"), told("version"), told("summary"), told("requires_python"), told("description")],
        [json!("demo"), json!("1.0"), json!("A demonstration"), json!(">=3.9"), json!(description)]
    );
    assert_eq!(project["releases"]["1.0"], project["urls"]);
    let kinds: Vec<&Value> =
        project["urls"].as_array().expect("a list").iter().map(|url| &url["packagetype"]).collect();
    assert_eq!(kinds, ["bdist_wheel", "sdist"]);
    let url = project["urls"][0]["url"].as_str().expect("a URL");
    assert_eq!(get(url, "").status, 200);
    let release = get(&served.url("/pypi/demo/1.0.0/json"), "").json();
    assert_eq!((&release["urls"], &release["releases"]), (&project["urls"], &Value::Null));
    for path in ["/pypi/demo/2.0/json", "/pypi/demo/x/json", "/pypi/demo/json/json/json"] {
        assert_eq!(get(&served.url(path), "").status, 404, "{path}");
    }
}

#[test]
fn what_a_page_quotes_is_harmless() {
    let sandbox = Sandbox::new();
    {
        let served = Served::start(&sandbox, &[]);
        assert_eq!(served.post(&wheel()).status, 200);
    }
    let path = sandbox.path(&format!("index/files/demo/{WHEEL_NAME}.json"));
    let text = std::fs::read_to_string(&path).expect("a record");
    let mut record: Value = serde_json::from_str(&text).expect("JSON");
    record["requires_python"] = json!(">=3\"><script>'&");
    record["yanked"] = json!("<b>bad</b>");
    std::fs::write(&path, record.to_string()).expect("a file");
    let served = Served::start(&sandbox, &[]);
    let page = get(&served.url("/simple/demo/"), "text/html").text();
    assert!(page.contains("data-requires-python=\"&gt;=3&quot;&gt;&lt;script&gt;&#x27;&amp;\""), "{page}");
    assert!(page.contains("data-yanked=\"&lt;b&gt;bad&lt;/b&gt;\"") && !page.contains("<script>"), "{page}");
    let page = get(&served.url("/simple/demo/"), JSON).json();
    assert_eq!(page["files"][0]["yanked"], "<b>bad</b>");
}

#[test]
fn nothing_leaves_the_folder() {
    let sandbox = Sandbox::new();
    let served = Served::start(&sandbox, &[]);
    assert_eq!(served.post(&wheel()).status, 200);
    let token = served.token();
    for path in [
        "/files/../tokens/all",
        "/files/demo/../../tokens/all",
        "/files/demo/..%2f..%2ftokens%2fall",
        "/files/..%2ftokens/all",
        "/files/%2e%2e/tokens/all",
        "/files/demo/%00",
        "/files/demo/%ff%fe",
        "/files/demo/demo-1.0-py3-none-any.whl.json",
        "/files/demo/",
        "/files//etc/passwd",
        "/simple/..%5c..%5ctokens/",
        "/simple/%0d%0aX-Injected:%20yes/",
        "//tokens/all",
    ] {
        let found = get(&served.url(path), "*/*");
        assert_eq!(found.status, 404, "{path}");
        assert!(!found.text().contains(&token) && found.header("x-injected").is_empty(), "{path}");
    }
    for name in [
        "../demo-1.0-py3-none-any.whl",
        "..\\demo-1.0-py3-none-any.whl",
        "/tmp/demo-1.0-py3-none-any.whl",
        ".demo-1.0-py3-none-any.whl",
        "demo-1.0-py3-none-any.whl\u{0}.whl",
        "demo\u{e9}-1.0-py3-none-any.whl",
        "..%2fdemo-1.0-py3-none-any.whl",
        ".whl",
    ] {
        let mut form = other_wheel(7);
        form.file_name = name.to_owned();
        assert_eq!(served.post(&form).status, 400, "{name}");
    }
    assert_eq!(listed(&served), [WHEEL_NAME]);
    let broken: [(&str, &[u8]); 5] = [
        ("multipart/form-data", b""),
        ("multipart/form-data; boundary=", b"----"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\n"),
        ("multipart/form-data; boundary=x", b"--x\r\nno header at all"),
        ("application/json", b"{}"),
    ];
    for (content_type, body) in broken {
        let authorization = basic("__token__", &token);
        let headers = [("Authorization", authorization.as_str()), ("Content-Type", content_type)];
        let found = request("POST", &served.upload_url(), &headers, body);
        assert_eq!(found.status, 400, "{content_type}: {}", found.text());
    }
}
