//! Accounts of the embedded index: real macaroons, owners, and a state that counts at once.

use expect_test::expect;
use md5::{Digest as _, Md5};
use serde_json::{Value, json};

use crate::support::Sandbox;
use crate::support::archives::tar::{SDIST_NAME, Tar};
use crate::support::archives::zip::{WHEEL_NAME, Zip};
use crate::support::served::Served;
use crate::support::tokens::attenuated;
use crate::support::web::{Form, Response, basic, get, request};

const JSON: &str = "application/vnd.pypi.simple.v1+json";

fn wheel() -> Form {
    Form::of(WHEEL_NAME, &Zip::wheel().bytes())
}

fn sdist() -> Form {
    Form::of(SDIST_NAME, &Tar::sdist().gz())
}

fn people() -> Value {
    json!({"users": {"ana": {}, "bob": {}}})
}

fn post(served: &Served, form: &Form, token: &str) -> Response {
    form.post(&served.upload_url(), &basic("__token__", token))
}

fn said(response: &Response) -> (u16, String) {
    (response.status, response.json()["message"].as_str().unwrap_or_default().to_owned())
}

#[test]
fn a_token_is_a_macaroon_that_says_what_it_is_for() {
    let sandbox = Sandbox::new();
    Served::set(&sandbox, &people());
    let token = Served::token_of(&sandbox, "ana", &["--only", "De.mo", "--expires", "600"]);
    let known = pyrelease::index::token::decode(&token).expect("a token");
    assert_eq!((known.location.as_str(), known.unknown), ("127.0.0.1", 0));
    assert_eq!(known.expires, Some(1_795_263_000));
    let pyrelease::index::token::Scope::Projects(projects) = known.scope else { panic!("it is for a project") };
    assert_eq!(projects.iter().map(|name| name.normalized().to_owned()).collect::<Vec<_>>(), ["de-mo"]);
    let named = json!({"users": {"ana": {}}, "name": "index.example.org:8080"});
    Served::set(&sandbox, &named);
    let token = Served::token_of(&sandbox, "ana", &[]);
    assert_eq!(pyrelease::index::token::decode(&token).expect("a token").location, "index.example.org:8080");
    let mode = std::os::unix::fs::PermissionsExt::mode(
        &std::fs::metadata(sandbox.path("index/user-tokens/ana")).expect("a file").permissions(),
    );
    assert_eq!(mode & 0o777, 0o600);
    let data = sandbox.path("index").display().to_string();
    let nobody = sandbox.release(&["index", "token", "--data", &data, "--user", "eve"]);
    expect![[r#"
        ------- stderr -------
        error[index/settings]: `[ROOT]/index/index.json` is no state of an index: `users` has no `eve`
          at: [ROOT]/index/index.json
          hint: correct `[ROOT]/index/index.json`; the README has its keys under "An index of your own"
        [exit status: 3]
    "#]]
    .assert_eq(&nobody.to_string());
    let dry = sandbox.release(&["index", "token", "--data", &data, "--user", "ana", "--output", "t", "-n"]).success();
    assert!(dry.stdout.contains("would write a token for `ana`") && !sandbox.repo().join("t").exists(), "{dry}");
}

#[test]
fn whoever_makes_a_project_owns_it() {
    let sandbox = Sandbox::new();
    Served::set(&sandbox, &people());
    let [ana, bob] = ["ana", "bob"].map(|user| Served::token_of(&sandbox, user, &[]));
    {
        let served = Served::start(&sandbox, &[]);
        assert_eq!(post(&served, &wheel(), &ana).status, 200);
        let refused = (
            403,
            "The user 'bob' isn't allowed to upload to project 'demo'. See https://pypi.org/help/#project-name for more information."
                .to_owned(),
        );
        assert_eq!(said(&post(&served, &sdist(), &bob)), refused);
    }
    // So it is after a restart.
    let served = Served::start(&sandbox, &[]);
    assert_eq!(post(&served, &sdist(), &bob).status, 403);
    assert_eq!(post(&served, &sdist(), &ana).status, 200);
    let document = get(&served.url("/pypi/demo/json"), "").json();
    assert_eq!(document["ownership"], json!({"roles": [{"role": "Owner", "user": "ana"}], "organization": null}));
    // The token files of the simple way go on working.
    assert_eq!(served.post(&sdist()).status, 200);
}

#[test]
fn a_token_can_be_made_good_for_less_and_never_for_more() {
    let sandbox = Sandbox::new();
    Served::set(&sandbox, &people());
    let served = Served::start(&sandbox, &[]);
    let ana = Served::token_of(&sandbox, "ana", &[]);
    let now = 1_795_262_400;
    let narrow = |caveats: &[&str]| post(&served, &wheel(), &attenuated(&ana, caveats));
    for (caveats, text) in [
        (vec!["[1, [\"other\"]]"], "project-scoped token is not valid for project: 'demo'"),
        (vec!["[0, 1795262400, 0]"], "token is expired"),
        (vec!["[0, 1795262700, 1795262401]"], "token is expired"),
        (
            vec!["[3, \"00000000-0000-0000-0000-000000000000\"]"],
            "current user does not match user restriction in token",
        ),
        (vec!["[4, \"x\"]"], "OIDC scoped token used outside of an OIDC identified request"),
        (vec!["[7]"], "caveat has unknown tag: 7"),
        (vec!["[0, \"a\", 1]"], "invalid values for fields"),
        (vec!["[0]"], "not enough values"),
        (vec!["no JSON"], "caveat must be an array with a tag"),
        (vec!["[1, [\"demo\"]]", "[2, []]"], "project-scoped token is not valid for project: 'demo'"),
    ] {
        assert_eq!(said(&narrow(&caveats)), (403, format!("Invalid API Token: {text}")), "{caveats:?}");
    }
    let times = format!("[0, {}, {}]", now + 600, now - 60);
    assert_eq!(narrow(&[&times, "[1, [\"demo\"]]"]).status, 200);
    // A token whose user is gone is one of nobody.
    Served::set(&sandbox, &json!({"users": {"bob": {}}}));
    assert_eq!(narrow(&[]).status, 403);
}

#[test]
fn what_is_wrong_decides_in_the_order_of_pypi() {
    let sandbox = Sandbox::new();
    let state = |more: Value| {
        let mut state = json!({"users": {"ana": {"email-verified": false}}, "projects": {"demo": {}}});
        state.as_object_mut().expect("a table").extend(more.as_object().expect("a table").clone());
        Served::set(&sandbox, &state);
    };
    state(json!({}));
    let served = Served::start(&sandbox, &[]);
    let ana = Served::token_of(&sandbox, "ana", &[]);
    let mut form = Form::of("demo.exe", b"x").with("protocol_version", Some("2"));
    form = form.with("filetype", Some("egg")).with("version", Some("x")).with("sha256_digest", Some(&"0".repeat(64)));
    let mut told = String::new();
    let mut say = |response: &Response| {
        let text = said(response).1;
        told.push_str(&format!("{} {}\n", response.status, text.chars().take(70).collect::<String>()));
    };
    state(json!({"read-only": true, "paused": true}));
    say(&post(&served, &form, "pypi-none"));
    state(json!({"paused": true}));
    say(&post(&served, &form, "pypi-none"));
    state(json!({}));
    say(&post(&served, &form, "pypi-none"));
    for (field, value) in [("protocol_version", "1"), ("filetype", "bdist_wheel"), ("version", "1.0")] {
        say(&post(&served, &form, &ana));
        form = form.with(field, Some(value));
    }
    say(&post(&served, &form, &ana));
    state(json!({"projects": {"demo": {"owners": ["ana"], "organization": {"name": "o", "active": false}}}}));
    say(&post(&served, &form, &ana));
    state(
        json!({"users": {"ana": {}}, "projects": {"demo": {"owners": ["ana"], "organization": {"name": "o", "active": false}}}}),
    );
    say(&post(&served, &form, &ana));
    state(json!({"users": {"ana": {}}, "projects": {"demo": {"owners": ["ana"]}}, "limits": {"file": 0}}));
    say(&post(&served, &form, &ana));
    form.file_name = WHEEL_NAME.to_owned();
    say(&post(&served, &form, &ana));
    state(json!({"users": {"ana": {}}, "projects": {"demo": {"owners": ["ana"]}}}));
    say(&post(&served, &form, &ana));
    expect![[r#"
        403 Read-only mode: Uploads are temporarily disabled.
        403 New uploads are temporarily disabled. See https://pypi.org/help/#admin
        403 Invalid or non-existent authentication information. See https://pypi.o
        400 Unknown protocol version.
        400 Invalid value for filetype. Error: Use a known file type.
        400 'x' is invalid for 'version'. See https://packaging.python.org/specifi
        403 The user 'ana' isn't allowed to upload to project 'demo'. See https://
        403 User 'ana', associated with the API token used, does not have a verifi
        400 Organization account owning this project is inactive. This may be due 
        400 Invalid file extension: Use .tar.gz, .whl or .zip extension. See https
        400 File too large. Limit for project 'demo' is 0 MB. See https://docs.pyp
        400 The digest supplied does not match a digest calculated from the upload
    "#]]
    .assert_eq(&told);
}

#[test]
fn the_state_of_an_index_is_read_strictly() {
    let sandbox = Sandbox::new();
    let data = sandbox.path("index").display().to_string();
    let mut told = String::new();
    for state in [
        json!({"schema": 2}),
        json!({"owner": 1}),
        json!({"users": {"ana": {"two_factor": true}}}),
        json!({"users": {"a/b": {}}}),
        json!({"projects": {"De.mo": {}}}),
        json!({"projects": {"demo": {"owners": ["ana"]}}}),
        json!({"projects": {"demo": {"status": "gone"}}}),
        json!({"projects": {"demo": {"yanked": {"x": ""}}}}),
        json!({"name": "a name"}),
        json!({"trusted-publishing": {"issuer": "https://example.org"}}),
    ] {
        Served::set(&sandbox, &state);
        let output = sandbox.release(&["index", "serve", "--data", &data, "--format", "json"]);
        let failure = output.json()["failure"].clone();
        assert_eq!((failure["code"].as_str(), output.code), (Some("index/settings"), 3), "{output}");
        let message = failure["message"].as_str().expect("text");
        told.push_str(message.split_once(": ").map_or(message, |(_, problem)| problem));
        told.push('\n');
    }
    expect![[r#"
        its `schema` is not 1
        unknown field `owner`, expected one of `schema`, `name`, `read-only`, `paused`, `new-projects-paused`, `visible-after`, `limits`, `users`, `projects`, `prohibited`, `deleted`, `trusted-publishing`, `attestations` at line 1 column 8
        unknown field `two_factor`, expected `email-verified` or `two-factor` at line 1 column 29
        `users` has a name with other characters than letters, digits, `.`, `_` and `-`
        `projects` has `De.mo`, which is not the normal form of a name
        `projects.demo.owners` has `ana`, who is not in `users`
        unknown variant `gone`, expected one of `active`, `archived`, `quarantined`, `deprecated` at line 1 column 36
        `projects.demo` has `x`, which is no version
        its `name` is no name of a host
        missing field `audience` at line 1 column 54
    "#]].assert_eq(&told);
}

#[test]
fn a_state_counts_from_the_next_request_on() {
    let sandbox = Sandbox::new();
    let served = Served::start(&sandbox, &[]);
    assert_eq!(served.post(&wheel()).status, 200);
    let page = || get(&served.url("/simple/demo/"), JSON).json();
    for status in ["archived", "quarantined", "deprecated"] {
        Served::set(&sandbox, &json!({"projects": {"demo": {"status": status, "reason": "for <reasons>"}}}));
        assert_eq!(page()["project-status"], json!({"status": status, "reason": "for <reasons>"}));
        let html = get(&served.url("/simple/demo/"), "text/html").text();
        assert!(html.contains(&format!("<meta name=\"pypi:project-status\" content=\"{status}\">")), "{html}");
        assert!(html.contains("content=\"for &lt;reasons&gt;\""), "{html}");
        let hidden = status == "quarantined";
        let shown = match status {
            "archived" => 1,
            "quarantined" => 0,
            // With the one that was taken while it was hidden.
            _ => 2,
        };
        assert_eq!(page()["files"].as_array().map(Vec::len), Some(shown), "{status}");
        assert_eq!(get(&served.url("/pypi/demo/json"), "").status, if hidden { 404 } else { 200 });
        // Who uploads to a hidden project is not told.
        let expected = if status == "archived" { 403 } else { 200 };
        assert_eq!(served.post(&sdist()).status, expected, "{status}");
        Served::set(&sandbox, &json!({"deleted": []}));
    }
    Served::set(&sandbox, &json!({"projects": {"empty": {}}}));
    assert_eq!(get(&served.url("/simple/empty/"), JSON).json()["files"], json!([]));
    assert_eq!(get(&served.url("/pypi/empty/json"), "").status, 404);
}

#[test]
fn what_was_uploaded_shows_after_a_while() {
    let sandbox = Sandbox::new();
    Served::set(&sandbox, &json!({"visible-after": 600}));
    {
        let served = Served::start(&sandbox, &[]);
        assert_eq!(served.post(&wheel()).status, 200);
        assert_eq!(get(&served.url("/simple/demo/"), JSON).status, 404);
        // As on PyPI, where another cache is before it.
        assert_eq!(get(&served.url("/pypi/demo/1.0/json"), "").status, 200);
        Served::set(&sandbox, &json!({"visible-after": 0}));
        assert_eq!(get(&served.url("/simple/demo/"), JSON).status, 200);
    }
    Served::set(&sandbox, &json!({"visible-after": 600}));
    let served = Served::start(&sandbox, &[]);
    assert_eq!(get(&served.url("/simple/demo/"), JSON).status, 200, "what came before the start came long ago");
}

#[test]
fn pages_have_names_and_files_have_parts() {
    let sandbox = Sandbox::new();
    let served = Served::start(&sandbox, &[]);
    assert_eq!(served.post(&wheel()).status, 200);
    for path in ["/simple/", "/simple/demo/", "/pypi/demo/json"] {
        let page = get(&served.url(path), JSON);
        let tag = page.header("etag").to_owned();
        let again = request("GET", &served.url(path), &[("Accept", JSON), ("If-None-Match", &tag)], b"");
        assert_eq!((again.status, again.body.len()), (304, 0), "{path}");
        let other = request("GET", &served.url(path), &[("Accept", JSON), ("If-None-Match", "\"other\"")], b"");
        assert_eq!(other.body, page.body, "{path}");
    }
    let page = get(&served.url("/simple/demo/"), JSON);
    assert_eq!((page.header("x-pypi-last-serial"), &page.json()["meta"]["_last-serial"]), ("1", &json!(1)));
    let bytes = Zip::wheel().bytes();
    let url = served.url(&format!("/files/demo/{WHEEL_NAME}"));
    let part = |range: &str| request("GET", &url, &[("Range", range)], b"");
    for (range, expected) in
        [("bytes=0-9", &bytes[..10]), ("bytes=10-", &bytes[10..]), ("bytes=-22", &bytes[bytes.len() - 22..])]
    {
        let found = part(range);
        assert_eq!((found.status, found.body.as_slice()), (206, expected), "{range}");
    }
    assert_eq!(part("bytes=0-9").header("content-range"), format!("bytes 0-9/{}", bytes.len()));
    assert_eq!(part("bytes=99999-").status, 416);
    assert_eq!(part("lines=1-2").body, bytes);
    let head = request("HEAD", &url, &[], b"");
    assert_eq!(
        (head.status, head.body.len(), head.header("content-length")),
        (200, 0, bytes.len().to_string().as_str())
    );
}

#[test]
fn its_log_has_no_secret() {
    let sandbox = Sandbox::new();
    Served::set(&sandbox, &people());
    let ana = Served::token_of(&sandbox, "ana", &[]);
    let (served, log) = Served::talking(&sandbox);
    assert_eq!(post(&served, &wheel(), &ana).status, 200);
    assert_eq!(post(&served, &wheel(), "pypi-AgEJMTI3LjAuMC4xAAAAAAAAAAAAAAAAAAAAAAAAAA").status, 403);
    let url = served.url(&format!("/simple/demo/?token={ana}"));
    assert_eq!(get(&url, JSON).status, 200);
    served.kill();
    let text = std::fs::read_to_string(log).expect("a log");
    for line in ["POST /legacy/ 200", "POST /legacy/ 403", "GET /simple/demo/ 200"] {
        assert!(text.contains(line), "{text}");
    }
    assert!(!text.contains("pypi-") && !text.contains(&ana[20..]), "{text}");
}

#[test]
fn a_project_stays_below_its_limit_however_many_upload_at_once() {
    let sandbox = Sandbox::new();
    let forms: Vec<Form> = ["cp311", "cp312", "cp313", "cp314"]
        .map(|python| {
            let mut zip = Zip::wheel();
            zip.edit("WHEEL", "py3", python);
            zip.file("demo/large.txt", "large ".repeat(200_000).as_bytes());
            Form::of(&WHEEL_NAME.replace("py3", python), &zip.bytes())
        })
        .into();
    let one = forms[0].content.as_ref().map_or(0, Vec::len);
    Served::set(&sandbox, &json!({"limits": {"project": one * 3 / 2}}));
    let served = Served::start(&sandbox, &[]);
    let codes: Vec<u16> = std::thread::scope(|scope| {
        let posting: Vec<_> = forms.iter().map(|form| scope.spawn(|| served.post(form).status)).collect();
        posting.into_iter().map(|one| one.join().expect("no panic")).collect()
    });
    assert_eq!(codes.iter().filter(|code| **code == 200).count(), 1, "{codes:?}");
}

#[test]
fn every_digest_that_is_sent_must_be_right() {
    let sandbox = Sandbox::new();
    let served = Served::start(&sandbox, &[]);
    let bytes = Zip::wheel().bytes();
    let md5: String = Md5::digest(&bytes).iter().map(|byte| format!("{byte:02X}")).collect();
    let form = |digest: &str| Form::of(WHEEL_NAME, &bytes).with("md5_digest", Some(digest));
    assert_eq!(served.post(&form(&"0".repeat(32))).status, 400);
    assert_eq!(served.post(&form(&md5)).status, 200);
}
