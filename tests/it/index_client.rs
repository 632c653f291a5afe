//! The client side of `index/`, where no server is needed: answers, forms, listings' tokens, error texts.

use std::time::Duration;

use expect_test::expect;
use pyrelease::archive::{Limits, read};
use pyrelease::effects::http::Answer;
use pyrelease::error::{Explain, Failure};
use pyrelease::index::answer::{rate_limit, retry_after};
use pyrelease::index::credential::issuer;
use pyrelease::index::outcome::{Next, Told};
use pyrelease::index::words::{Meaning, Then, rows, say};
use pyrelease::index::{IndexError, Outcome, form};

use crate::support::archives::tar::{SDIST_NAME, Tar};
use crate::support::archives::zip::{WHEEL_NAME, Zip};
use crate::support::sandbox::CANARY;

fn answer(status: u16, body: &str) -> Answer {
    Answer { status, location: Some("/legacy/".to_owned()), body: body.as_bytes().to_vec(), ..Answer::default() }
}

fn now() -> jiff::Timestamp {
    "2026-11-21T12:00:00Z".parse().expect("a time")
}

/// The page of pypiserver, shortened, and a script that others have.
const PYPISERVER: &str = "<head><title>Error: 409 Conflict</title>\n<STYLE type=\"text/css\"> html {margin: 15px;} </STYLE>\
    </head>\n<script>if (1 < 2) {}</script><p>Sorry, <tt>&#039;/&#039;</tt></p>\
    <pre>Package &#039;f.whl&#039; already exists!</pre>";

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
        (400, r#"{"code": "400 Only one sdist may be uploaded per release."}"#),
        (400, "<html><title>400 Bad</title><body>\n  a &amp; b\n</body></html>"),
        (403, r#"{"code": "403 Invalid or non-existent authentication information."}"#),
        (403, r#"{"code": "403 The user 'bob' isn't allowed to upload to project 'prb'."}"#),
        (403, r#"{"code": "403 Read-only mode: Uploads are temporarily disabled."}"#),
        (429, r#"{"code": "429 Too many new projects created"}"#),
        // The words of one status say nothing under another.
        (200, r#"{"code": "200 Only one sdist may be uploaded per release."}"#),
        (404, "Only one sdist may be uploaded per release."),
        // devpi, pypiserver, Gitea, Nexus, GitLab, Artifactory.
        (409, "<html><body>x already exists in non-volatile index</body></html>"),
        (409, PYPISERVER),
        (400, "before <style> it never ends"),
        (400, r#"{"message": "package file already exists"}"#),
        (400, "hash mismatch"),
        (400, "Repository does not allow updating assets: pypi"),
        (400, r#"{"message":"400 Bad request - Validation failed: File name has already been taken"}"#),
        (403, "Not enough permissions to delete/overwrite artifact 'f.whl'"),
        (403, "maximum allowed package storage quota exceeded"),
        (403, "The given token isn't allowed here"),
        (403, "no"),
        (401, "no"),
        (404, ""),
        (405, "no"),
        (413, "<html><h1>413 Request Entity Too Large</h1>nginx</html>"),
        (408, ""),
        (429, "slow down"),
        (308, ""),
        (500, "Internal Server Error"),
        (503, ""),
    ] {
        let Outcome { next, row, text, .. } = Outcome::of(&answer(status, body), now());
        let row = row.map_or_else(String::new, |(meaning, values)| format!(" {meaning:?} {values:?}"));
        told.push_str(&format!("{status} {next:?}{row}: {text}\n"));
    }
    expect![[r#"
        200 Done: 
        201 Done: 
        200 Same: Upload of identical file to non volatile index.
        400 Listing Exists ["f.whl", "x"]: File already exists ('f.whl', with blake2_256 hash 'x'). See https://e.org
        400 Stop SecondSdist []: Only one sdist may be uploaded per release.
        400 Stop: 400 Bad a & b
        403 Stop NoRight []: Invalid or non-existent authentication information.
        403 Status NotYours ["bob", "prb"]: The user 'bob' isn't allowed to upload to project 'prb'.
        403 Later ReadOnly []: Read-only mode: Uploads are temporarily disabled.
        429 Wait(None) TooManyProjects []: Too many new projects created
        200 Done: Only one sdist may be uploaded per release.
        404 Stop: Only one sdist may be uploaded per release.
        409 Listing: x already exists in non-volatile index
        409 Listing: Error: 409 Conflict Sorry, '/' Package 'f.whl' already exists!
        400 Stop: before
        400 Listing: package file already exists
        400 Rehash: hash mismatch
        400 Listing: Repository does not allow updating assets: pypi
        400 Listing: Bad request - Validation failed: File name has already been taken
        403 Listing: Not enough permissions to delete/overwrite artifact 'f.whl'
        403 Stop: maximum allowed package storage quota exceeded
        403 Scope: The given token isn't allowed here
        403 Credential: no
        401 Credential: no
        404 Stop: 
        405 Stop Method []: no
        413 Stop Request []: 413 Request Entity Too Large nginx
        408 Again: 
        429 Wait(None): slow down
        308 Moved: 
        500 Again: Internal Server Error
        503 Again: 
    "#]]
    .assert_eq(&told);
    let long = Outcome::of(&answer(400, &"x".repeat(100_000)), now());
    assert_eq!(long.text, "x".repeat(300));
}

#[test]
fn every_row_of_pypi_leads_to_what_the_table_says() {
    for row in rows() {
        let values = vec!["demo"; pyrelease::index::words::holes(row.meaning)];
        let (status, text) = say(row.meaning, &values);
        let body = serde_json::json!({"code": format!("{status} {text}")}).to_string();
        let outcome = Outcome::of(&answer(status, &body), now());
        let expected = match (row.meaning, row.then) {
            (Meaning::ReadOnly | Meaning::Paused, _) => Next::Later,
            (Meaning::Fault, _) => Next::Again,
            (Meaning::Slash, _) => Next::Moved,
            (_, Then::Stop) => Next::Stop,
            (_, Then::AskListing) => Next::Listing,
            (_, Then::Rehash) => Next::Rehash,
            (_, Then::Renew) => Next::Renew,
            (_, Then::AskStatus) => Next::Status,
            (_, Then::Wait) => Next::Wait(None),
        };
        assert_eq!(outcome.next, expected, "{text}");
        let understood = outcome.row.map(|(meaning, _)| meaning);
        assert!(understood == Some(row.meaning) || row.meaning == Meaning::Fault, "{text}: {understood:?}");
    }
}

#[test]
fn retry_after_has_many_forms() {
    let seconds = |text: &str| retry_after(text, now()).map(|wait: Duration| wait.as_secs());
    assert_eq!(seconds("120"), Some(120));
    assert_eq!(seconds(" 0 "), Some(0));
    assert_eq!(seconds("Sat, 21 Nov 2026 12:01:30 GMT"), Some(90));
    assert_eq!(seconds("Sat, 21 Nov 2020 12:01:30 GMT"), Some(0));
    assert_eq!(seconds("99999999999999999999999"), Some(u64::MAX));
    for nonsense in ["", "-5", "soon", "1.5", "1e9", "٣"] {
        assert_eq!(seconds(nonsense), None, "{nonsense}");
    }
    let limit = |text: &str| rate_limit(text).map(|wait| wait.as_secs());
    assert_eq!(limit("\"project.create.user\";r=0;t=3543"), Some(3543));
    assert_eq!(limit("\"a\"; r=5; t=9, \"b\"; r=0; t=3, \"c\"; t=7; r=0"), Some(7));
    for nothing in ["", "\"a\"", "\"a\";r=5;t=9", "\"a\";r=0", "\"a\";r=0;t=-1", "\"a\";r=;t=1", "r=0;t"] {
        assert_eq!(limit(nothing), None, "{nothing}");
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

fn said(meaning: Meaning, wait: Option<u64>) -> IndexError {
    let values = vec!["demo"; pyrelease::index::words::holes(meaning)];
    let (status, text) = say(meaning, &values);
    let told = Told {
        index: "pypi".to_owned(),
        file: "f.whl".to_owned(),
        status,
        text,
        source_name: "`RELEASE_TOKEN`".to_owned(),
        meaning,
        values: values.into_iter().map(str::to_owned).collect(),
    };
    IndexError::Said { told: Box::new(told), wait: wait.map(Duration::from_secs) }
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
        IndexError::Refused { index: index(), file: file(), status: 404, text: text() },
        IndexError::Refused { index: index(), file: file(), status: 409, text: text() },
        IndexError::OtherName { index: index(), file: file(), other: "g.whl".to_owned() },
        said(Meaning::Deleted, None),
        said(Meaning::NotYours, None),
        said(Meaning::TooManyProjects, Some(3543)),
        IndexError::ProjectStatus { index: index(), project: "f".to_owned(), status: "archived".to_owned() },
        IndexError::ProjectStatus { index: index(), project: "f".to_owned(), status: "quarantined".to_owned() },
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
        IndexError::Redirected {
            url: "https://e.org/legacy".to_owned(),
            location: "https://e.org/legacy/".to_owned(),
            is_slash: true,
        },
        IndexError::Redirected {
            url: "https://e.org/legacy/".to_owned(),
            location: "https://f.org/".to_owned(),
            is_slash: false,
        },
        IndexError::FileChanged { file: "dist/f.whl".to_owned() },
        IndexError::TokenOfOtherIndex {
            source_name: name(),
            issuer: "pypi.org".to_owned(),
            host: "e.org".to_owned(),
            variable: "RELEASE_TOKEN".to_owned(),
        },
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
        index/refused (1): `pypi` refuses `f.whl` (404): the words
          put the URL that takes files into `upload` of `[index.NAME]`
        index/refused (1): `pypi` refuses `f.whl` (409): the words
          it has a file of this name that its simple API does not list: correct `simple` of the index in `[index.NAME]` (that of devpi ends with `/+simple/`), then run the same command
        index/other-name (1): `pypi` has these bytes already, as `g.whl`, and does not take them as `f.whl`
          remove one of the two files: an index takes the same bytes once; a new version makes other bytes
        index/file-deleted (1): `pypi` refuses `f.whl` (400): This filename was previously used by a file that has since been deleted. Use a different version. See https://pypi.org/help/#file-name-reuse for more information.
          publish a new version with `release bump`: the name of a deleted file is never given out again, not even for the same bytes
        index/not-yours (1): `pypi` refuses `f.whl` with the credentials from `RELEASE_TOKEN` (403): The user 'demo' isn't allowed to upload to project 'demo'. See https://pypi.org/help/#project-name for more information.
          let an owner of `demo` invite `demo` under Manage, Collaborators; if `demo` is one already, see whether the project is archived
        index/too-many-projects (1): `pypi` refuses `f.whl` (429): Too many new projects created
          wait as long as the index says: an account may make 20 projects an hour; then run the same command again: what is there already is not sent twice; the index says: 3543 seconds from now
        index/project-status (1): `f` is archived on `pypi`
          take it out of the archive in the settings of the project on the index
        index/project-status (1): `f` is quarantined on `pypi`
          write to the administrators of the index: what is uploaded is shown to nobody
        index/credential (1): `pypi` does not accept the credentials from `RELEASE_TOKEN`: the words
          make a new token on the index, and check which index it is from; where it takes passwords, check the user and the password
        index/scope (1): the credentials from `RELEASE_TOKEN` do not allow uploads of this project to `pypi`: the words
          use a token of this project, or of a user who may upload to it
        index/rate-limited (1): `pypi` takes no more uploads for 3543 seconds
          run the same command again after that time
        index/busy (1): `pypi` did not take `f.whl` in 5 attempts: it answered 503
          run the same command again: what is there already is not sent twice
        index/redirected (1): `https://e.org/legacy` redirects uploads to `https://e.org/legacy/`
          end `upload` of the index with a slash: `https://e.org/legacy/`
        index/redirected (1): `https://e.org/legacy/` redirects uploads to `https://f.org/`
          use `https://f.org/` as `upload` of the index, if you trust that host
        index/file-changed (1): `dist/f.whl` has changed since it was checked
          let the build end, then run the same command again
        index/token-of-other-index (3): the token from `RELEASE_TOKEN` is for `pypi.org`, not for `e.org`
          give a token of `e.org`, in `RELEASE_TOKEN` or with `--token-file FILE`
        index/no-trust (1): `pypi` gives no token by trusted publishing: `https://e.org/_/oidc/audience` answers 404
          give a token of this project, in `RELEASE_TOKEN_PYPI` or with `--token-file FILE`
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
