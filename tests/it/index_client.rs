//! The client side of `index/`, where no server is needed: answers, forms, listings' tokens, error texts.

use std::time::Duration;

use expect_test::expect;
use pyrelease::archive::{Limits, read};
use pyrelease::effects::http::Answer;
use pyrelease::error::{Explain, Failure};
use pyrelease::index::answer::wait;
use pyrelease::index::credential::issuer;
use pyrelease::index::{IndexError, Reply, form};

use crate::support::archives::tar::{SDIST_NAME, Tar};
use crate::support::archives::zip::{WHEEL_NAME, Zip};
use crate::support::sandbox::CANARY;

fn answer(status: u16, body: &str) -> Answer {
    Answer { status, location: Some("/legacy/".to_owned()), body: body.as_bytes().to_vec(), ..Answer::default() }
}

fn now() -> jiff::Timestamp {
    "2026-11-21T12:00:00Z".parse().expect("a time")
}

#[test]
fn answers_of_real_indexes_mean_what_they_mean() {
    let mut told = String::new();
    for (status, body) in [
        (200, ""),
        (201, ""),
        (200, "Upload of identical file to non volatile index."),
        (
            400,
            r#"{"code": "400 File already exists ('f.whl', with blake2_256 hash 'x'). See https://e.org", "title": "Bad Request", "message": "m"}"#,
        ),
        (409, "<html><body>x already exists in non-volatile index</body></html>"),
        (400, r#"{"code": "400 Only one sdist may be uploaded per release."}"#),
        (400, "<html><title>400 Bad</title><body>\n  a &amp; b\n</body></html>"),
        (401, "no"),
        (403, "403 Invalid or non-existent authentication information."),
        (403, r#"{"code": "403 The user 'bob' isn't allowed to upload to project 'prb'."}"#),
        (403, r#"{"code": "403 Invalid API Token: project-scoped token is not valid for project: 'prb'"}"#),
        (403, r#"{"code": "403 Read-only mode: Uploads are temporarily disabled."}"#),
        (404, ""),
        (413, "too large"),
        (429, "slow down"),
        (308, ""),
        (500, "Internal Server Error"),
        (503, ""),
    ] {
        told.push_str(&format!("{status} {:?}\n", Reply::of(&answer(status, body), now())));
    }
    expect![[r#"
        200 Accepted
        201 Accepted
        200 Same
        400 Taken("File already exists ('f.whl', with blake2_256 hash 'x'). See https://e.org")
        409 Taken("x already exists in non-volatile index")
        400 Refused("Only one sdist may be uploaded per release.")
        400 Refused("400 Bad a &amp; b")
        401 Credential("no")
        403 Credential("403 Invalid or non-existent authentication information.")
        403 Scope("The user 'bob' isn't allowed to upload to project 'prb'.")
        403 Scope("Invalid API Token: project-scoped token is not valid for project: 'prb'")
        403 Busy("Read-only mode: Uploads are temporarily disabled.")
        404 Refused("")
        413 Refused("too large")
        429 RateLimited(None)
        308 Moved("/legacy/")
        500 Busy("500 Internal Server Error")
        503 Busy("503")
    "#]]
    .assert_eq(&told);
    let long = Reply::of(&answer(400, &"x".repeat(100_000)), now());
    assert_eq!(long, Reply::Refused("x".repeat(300)));
}

#[test]
fn retry_after_has_many_forms() {
    let seconds = |text: &str| wait(text, now()).map(|wait: Duration| wait.as_secs());
    assert_eq!(seconds("120"), Some(120));
    assert_eq!(seconds(" 0 "), Some(0));
    assert_eq!(seconds("Sat, 21 Nov 2026 12:01:30 GMT"), Some(90));
    assert_eq!(seconds("Sat, 21 Nov 2020 12:01:30 GMT"), Some(0));
    assert_eq!(seconds("99999999999999999999999"), Some(u64::MAX));
    for nonsense in ["", "-5", "soon", "1.5", "1e9", "٣"] {
        assert_eq!(seconds(nonsense), None, "{nonsense}");
    }
}

#[test]
fn a_token_names_who_issued_it() {
    assert_eq!(issuer(CANARY).as_deref(), Some("pypi.org"));
    assert_eq!(issuer("pypi-AgENdGVzdC5weXBpLm9yZwIkMDAwMDAwMDA").as_deref(), Some("test.pypi.org"));
    for other in ["", "pypi-", "pypi-AgE", "pypi-Ag", "pypi-é", "pypi-____", "ghp_AgEIcHlwaS5vcmcC", "secret"] {
        assert_eq!(issuer(other), None, "{other}");
    }
}

fn shown(file_name: &str, bytes: &[u8], metadata: &str) -> String {
    let scan = read::scan(file_name, &mut &*bytes, &Limits::default());
    let fields = form::fields(file_name, scan.sha256, metadata.as_bytes());
    let short = |value: &str| value.chars().take(40).collect::<String>();
    fields.iter().map(|field| format!("{}={:?}\n", field.name, short(&field.value))).collect()
}

#[test]
fn the_form_has_every_field_under_the_name_that_pypi_reads() {
    let metadata = "Metadata-Version: 2.5\nName: De.mo\nVersion: 1.0\nDynamic: Summary\nPlatform: any\n\
        Supported-Platform: x\nSummary: A demo\nKeywords: a,b\nHome-page: https://e.org\nDownload-URL: https://e.org/d\n\
        Author: A\nAuthor-email: a@e.org\nMaintainer: M\nMaintainer-email: m@e.org\nLicense-Expression: MIT\n\
        License-File: LICENSE\nLicense-File: NOTICE\nClassifier: Programming Language :: Python :: 3\nClassifier: Typing :: Typed\n\
        Requires-Dist: a\nRequires-Dist: b>1\nRequires-Python: >=3.9\nRequires-External: C\nProject-URL: Docs, https://e.org\n\
        Provides-Extra: x\nImport-Name: demo\nImport-Namespace: ns\nDescription-Content-Type: text/markdown\nX-Unknown: no\n\n# Demo\n";
    expect![[r##"
        :action="file_upload"
        protocol_version="1"
        filetype="bdist_wheel"
        pyversion="py2.py3"
        sha256_digest="9f2a5aa4ce08d42f3c5e93d1b2c3391e1e7c9b43"
        metadata_version="2.5"
        name="De.mo"
        version="1.0"
        dynamic="Summary"
        platform="any"
        supported_platform="x"
        summary="A demo"
        description_content_type="text/markdown"
        keywords="a,b"
        home_page="https://e.org"
        download_url="https://e.org/d"
        author="A"
        author_email="a@e.org"
        maintainer="M"
        maintainer_email="m@e.org"
        license_expression="MIT"
        license_file="LICENSE"
        license_file="NOTICE"
        classifiers="Programming Language :: Python :: 3"
        classifiers="Typing :: Typed"
        requires_dist="a"
        requires_dist="b>1"
        requires_python=">=3.9"
        requires_external="C"
        project_urls="Docs, https://e.org"
        provides_extra="x"
        import_name="demo"
        import_namespace="ns"
        description="# Demo\n"
    "##]]
    .assert_eq(&shown("demo-1.0-py2.py3-none-any.whl", &Zip::wheel().bytes(), metadata));
    let early = "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\nLicense-File: LICENSE\nLicense: MIT\nDescription: old\n  more\n";
    expect![[r#"
        :action="file_upload"
        protocol_version="1"
        filetype="sdist"
        pyversion="source"
        sha256_digest="61a90ecc3f1a141b9b9242e3e92744985148e95e"
        metadata_version="2.1"
        name="demo"
        version="1.0"
        description="old\n  more"
        license="MIT"
    "#]]
    .assert_eq(&shown(SDIST_NAME, &Tar::sdist().gz(), early));
    let nothing = shown(WHEEL_NAME, &Zip::wheel().bytes(), "");
    assert!(nothing.starts_with(":action=\"file_upload\"\n") && !nothing.contains("name="));
}

/// What an index said, and what was found out about it.
fn refusals() -> Vec<IndexError> {
    let name = || "`RELEASE_TOKEN`".to_owned();
    let (index, file, text) = (|| "pypi".to_owned(), || "f.whl".to_owned(), || "the words".to_owned());
    vec![
        IndexError::Listing { url: "https://e.org/simple/f/".to_owned(), status: 500 },
        IndexError::ListingFormat { url: "https://e.org/".to_owned(), problem: "it has no `files`".to_owned() },
        IndexError::DifferentFile { index: index(), file: file(), there: "aa".to_owned(), here: "bb".to_owned() },
        IndexError::Refused { index: index(), file: file(), status: 400, text: text() },
        IndexError::Credential { index: index(), source_name: name(), text: text() },
        IndexError::Scope { index: index(), source_name: name(), text: text() },
    ]
}

fn other_errors() -> Vec<IndexError> {
    let name = || "`RELEASE_TOKEN`".to_owned();
    let (index, file) = (|| "pypi".to_owned(), || "f.whl".to_owned());
    vec![
        IndexError::RateLimited { index: index(), wait: Duration::from_secs(3543) },
        IndexError::Busy { index: index(), file: file(), attempts: 5, last: "it answered 503".to_owned() },
        IndexError::Redirected { url: "https://e.org/legacy".to_owned(), location: "https://e.org/legacy/".to_owned() },
        IndexError::FileChanged { file: "dist/f.whl".to_owned() },
        IndexError::TokenOfOtherIndex { source_name: name(), issuer: "pypi.org".to_owned(), host: "e.org".to_owned() },
        IndexError::NoTrust { index: index(), problem: "`https://e.org/_/oidc/audience` answers 404".to_owned() },
        IndexError::Mint {
            index: index(),
            code: "invalid-publisher".to_owned(),
            description: "no such publisher".to_owned(),
            claims: vec![("repository".to_owned(), "acme/acme".to_owned())],
        },
        IndexError::EmptyToken { source_name: "standard input".to_owned() },
        IndexError::Served { data: "/data".to_owned() },
        IndexError::Record {
            path: "/data/files/f/f.whl.json".to_owned(),
            problem: "it is about another file".to_owned(),
        },
        IndexError::Settings { path: "/data/index.json".to_owned(), problem: "unknown field `owner`".to_owned() },
    ]
}

#[test]
fn every_error_says_what_to_do() {
    let mut told = String::new();
    for error in refusals().into_iter().chain(other_errors()) {
        let code = error.code();
        let failure = Failure::from(error);
        told.push_str(&format!(
            "{code} ({}): {}\n  {}\n",
            failure.kind.exit_code(),
            failure.message,
            failure.hints.join("; ")
        ));
    }
    expect![[r#"
        index/listing (1): `https://e.org/simple/f/` answered 500
          correct `simple` of the index in `[index.NAME]`, or wait until the index answers again
        index/listing-format (1): `https://e.org/` is no simple API: it has no `files`
          correct `simple` of the index in `[index.NAME]`, or wait until the index answers again
        index/different-file (1): `pypi` has another `f.whl`: sha256 aa there, bb here
          an index never takes a second file of a name: run `release bump`, build and publish the new version
        index/refused (1): `pypi` refuses `f.whl` (400): the words
          put right what it says, build again, and run the same command
        index/credential (1): `pypi` does not accept the credentials from `RELEASE_TOKEN`: the words
          make a new token on the index, and check which index it is from
        index/scope (1): the credentials from `RELEASE_TOKEN` do not allow uploads of this project to `pypi`: the words
          use a token of this project, or of a user who may upload to it
        index/rate-limited (1): `pypi` takes no more uploads for 3543 seconds
          run the same command again after that time
        index/busy (1): `pypi` did not take `f.whl` in 5 attempts: it answered 503
          run the same command again: what is there already is not sent twice
        index/redirected (1): `https://e.org/legacy` redirects uploads to `https://e.org/legacy/`
          use `https://e.org/legacy/` as `upload` of the index, if you trust that host
        index/file-changed (1): `dist/f.whl` has changed since it was checked
          let the build end, then run the same command again
        index/token-of-other-index (3): the token from `RELEASE_TOKEN` is for `pypi.org`, not for `e.org`
          give the token of that index, for example in `RELEASE_TOKEN_<INDEX>` or with `--token-file FILE`
        index/no-trust (1): `pypi` gives no token by trusted publishing: `https://e.org/_/oidc/audience` answers 404
          give a token of this project, for example in `RELEASE_TOKEN_<INDEX>`
        index/mint (1): `pypi` gives this job no token (invalid-publisher): no such publisher
          this job is `repository`: `acme/acme`; add a trusted publisher with exactly these values under "Publishing" of the project on the index
        index/empty-token (3): there is no token in standard input
          put the token there, and nothing else
        index/served (1): another server uses `/data`
          end it, or choose another folder with `--data`
        index/record (3): `/data/files/f/f.whl.json` is no record of this index: it is about another file
          remove `/data/files/f/f.whl.json` and the file beside it, then upload it again
        index/settings (3): `/data/index.json` is no state of an index: unknown field `owner`
          correct `/data/index.json`; the README has its keys under "An index of your own"
    "#]]
    .assert_eq(&told);
}
