//! Where credentials are looked for, what of them is refused before it is sent, and what is sent in their place.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use expect_test::expect;
use pyrelease::error::{Explain, Failure};
use pyrelease::index::IndexError;
use pyrelease::index::credential::Malformed;
use pyrelease::index::token::{self, TokenError, decode, narrowed};
use ring::hmac;

use crate::support::answering::Answering;
use crate::support::archives::tar::Tar;
use crate::support::archives::zip::Zip;
use crate::support::sandbox::Output;
use crate::support::server::{Act, FakeIndex};
use crate::support::terminal::on_a_terminal;
use crate::support::{Sandbox, tokens};

const PYPROJECT: &str =
    "[project]\nname = \"demo\"\nversion = \"1.0\"\nlicense = \"MIT\"\nlicense-files = [\"LICENSE\"]\n";
const WHEEL: &str = "dist/demo-1.0-py3-none-any.whl";

/// An index that takes what it is sent.
fn index() -> FakeIndex {
    FakeIndex::start(&[Act::Accept, Act::Accept])
}

/// A project with a wheel and an sdist, no credentials anywhere, and the index `fake` that this server is.
fn demo(fake: &FakeIndex, settings: &str) -> Sandbox {
    let mut sandbox = Sandbox::new();
    sandbox.without_credentials();
    sandbox.write("pyproject.toml", PYPROJECT);
    sandbox.write("LICENSE", "MIT\n");
    sandbox.write(WHEEL, Zip::wheel().bytes());
    sandbox.write("dist/demo-1.0.tar.gz", Tar::sdist().gz());
    let (upload, simple) = (fake.upload_url(), fake.simple_url());
    let text = format!("stages = [\"fake\"]\n[index.fake]\nupload = \"{upload}\"\nsimple = \"{simple}\"\n{settings}");
    sandbox.write("release.toml", text);
    sandbox
}

/// The token of the user `__token__` in the requests of uploads, and any other user with the password.
fn sent(fake: &FakeIndex) -> Vec<String> {
    let of = |request: &String| {
        let line = request.lines().find(|line| line.to_ascii_lowercase().starts_with("authorization: basic "))?;
        let decoded = STANDARD.decode(line[21..].trim()).ok()?;
        let text = String::from_utf8(decoded).ok()?;
        Some(text.strip_prefix("__token__:").unwrap_or(&text).to_owned())
    };
    fake.uploads().iter().filter_map(of).collect()
}

/// Without the part of it that is never the same.
fn shown(output: &Output) -> String {
    let mut lines: Vec<&str> = output.stderr.lines().collect();
    lines.retain(|line| !line.starts_with("warning: the ledger"));
    lines.join("\n")
}

fn pypirc(sandbox: &Sandbox, mode: u32, text: &str) {
    use std::os::unix::fs::PermissionsExt;
    let path = sandbox.path("home/.pypirc");
    std::fs::write(&path, text).expect("a file");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).expect("a mode");
}

#[test]
fn the_first_of_all_sources_is_used() {
    let fake = index();
    let url = fake.upload_url();
    let mut sandbox = demo(&fake, "");
    pypirc(&sandbox, 0o600, &format!("[other]\nrepository = {url}\nusername = ann\npassword = of-the-file-1\n"));
    let from = |sandbox: &Sandbox, more: &[&str]| {
        let output = sandbox.release(&[&["publish", "-n"], more].concat()).success();
        let line = output.stdout.lines().find(|line| line.contains("token")).unwrap_or_default().to_owned();
        line.split_once("token  ").map_or(line.clone(), |(_, rest)| rest.trim().to_owned())
    };
    let mut seen = vec![from(&sandbox, &[])];
    // Those that come later have to hold the same: ann's password is for `.pypirc` alone.
    std::fs::remove_file(sandbox.path("home/.pypirc")).expect("it is there");
    for name in ["UV_PUBLISH_PASSWORD", "UV_PUBLISH_TOKEN", "TWINE_PASSWORD", "RELEASE_TOKEN", "RELEASE_TOKEN_FAKE"] {
        sandbox.set(name, "a-token-of-tests-1");
        seen.push(from(&sandbox, &[]));
    }
    sandbox.set("RELEASE_TOKEN", "another-token-of-tests");
    seen.push(from(&sandbox, &[]));
    sandbox.write("token", "a-third-token-of-tests\n");
    seen.push(from(&sandbox, &["--token-file", "token"]));
    expect![[r#"
        from `~/.pypirc`: it says nothing about itself
        from `UV_PUBLISH_PASSWORD`: it says nothing about itself
        from `UV_PUBLISH_TOKEN`: it says nothing about itself
        from `TWINE_PASSWORD`: it says nothing about itself
        from `RELEASE_TOKEN`: it says nothing about itself
        from `RELEASE_TOKEN_FAKE`: it says nothing about itself
        from `RELEASE_TOKEN_FAKE`: it says nothing about itself
        from `token`: it says nothing about itself"#]]
    .assert_eq(&seen.join("\n"));
    sandbox.release(&["publish", "--token-file", "token"]).success();
    assert_eq!(sent(&fake), ["a-third-token-of-tests", "a-third-token-of-tests"]);
}

#[test]
fn two_sources_that_differ_are_named_and_nothing_is_sent() {
    let fake = index();
    let mut sandbox = demo(&fake, "");
    sandbox.set("RELEASE_TOKEN_FAKE", "one-token-of-tests");
    sandbox.set("UV_PUBLISH_TOKEN", "another-token-of-tests");
    let output = sandbox.release(&["publish"]);
    expect![[r#"
        ------- stderr -------
        error[index/two-credentials]: `RELEASE_TOKEN_FAKE` and `UV_PUBLISH_TOKEN` hold different credentials for `fake`
          hint: take `RELEASE_TOKEN_FAKE` or `UV_PUBLISH_TOKEN` away where it is not meant
          hint: or say which one is meant: `--token-file FILE` and `--token-stdin` come before all others
        [exit status: 3]
    "#]]
    .assert_eq(&output.to_string());
    let code = |sandbox: &Sandbox| sandbox.release(&["publish", "-n", "--format", "json"]).failure_code();
    // The index that another tool's variables are for is not this one.
    for (name, value) in [("UV_PUBLISH_URL", "https://elsewhere.example/legacy/"), ("UV_PUBLISH_INDEX", "elsewhere")] {
        sandbox.set(name, value);
        assert_eq!(code(&sandbox), "", "{name}");
        sandbox.unset(name);
    }
    sandbox.set("UV_PUBLISH_INDEX", "fake");
    assert_eq!(code(&sandbox), "index/two-credentials");
    // A token that another index issued is for that one.
    sandbox.set("UV_PUBLISH_TOKEN", tokens::token("pypi.org", &["[3,\"u\"]"]));
    assert_eq!(code(&sandbox), "");
    // The same twice is fine, as another user's is not.
    sandbox.set("UV_PUBLISH_TOKEN", "one-token-of-tests");
    sandbox.set("TWINE_PASSWORD", "one-token-of-tests");
    assert_eq!(code(&sandbox), "");
    sandbox.set("TWINE_USERNAME", "ann");
    assert_eq!(code(&sandbox), "index/two-credentials");
    sandbox.unset("TWINE_PASSWORD");
    let url = fake.upload_url();
    pypirc(&sandbox, 0o600, &format!("[x]\nrepository: {url}\npassword: of-the-file-1\n"));
    assert_eq!(code(&sandbox), "index/two-credentials");
    // What others can read is not used, and does not matter.
    pypirc(&sandbox, 0o640, &format!("[x]\nrepository: {url}\npassword: of-the-file-1\n"));
    assert_eq!(code(&sandbox), "");
    assert!(fake.uploads().is_empty());
}

#[test]
fn a_file_of_passwords_is_read_where_nobody_else_can() {
    let fake = index();
    let sandbox = demo(&fake, "");
    let entry = |name: &str| format!("[distutils]\nindex-servers =\n    {name}\n\n; a comment\n[{name}]\n");
    let url = fake.upload_url();
    let own =
        format!("{}repository = {}\nusername = ann\npassword = 100%of=it\n", entry("mine"), url.trim_end_matches('/'));
    for mode in [0o644, 0o640, 0o604, 0o666] {
        pypirc(&sandbox, mode, &own);
        let output = sandbox.release(&["publish"]);
        assert_eq!(output.code, 3);
        assert!(output.stderr.contains("error[index/pypirc]: others can read the passwords in"), "{output}");
        assert!(output.stderr.contains("hint: run `chmod 600 [ROOT]/home/.pypirc`"), "{output}");
        assert!(!output.to_string().contains("100%of"), "{output}");
    }
    pypirc(&sandbox, 0o600, &own);
    sandbox.release(&["publish"]).success();
    assert_eq!(sent(&fake), ["ann:100%of=it", "ann:100%of=it"]);
    // Its names are names of indexes.
    let second = index();
    let text = format!("{}repository: {}\npassword: a-token-of-tests\n", entry("second"), second.upload_url());
    pypirc(&sandbox, 0o600, &text);
    sandbox.release(&["publish", "--index", "second"]).success();
    assert_eq!(sent(&second), ["a-token-of-tests", "a-token-of-tests"]);
    pypirc(&sandbox, 0o644, &text);
    assert_eq!(sandbox.release(&["publish", "--index", "second", "--format", "json"]).failure_code(), "index/pypirc");
    // No error has any of its text.
    for text in
        ["hunter22222", "[fake\npassword = hunter22222", "[fake]\npassword hunter22222\n", "= hunter22222\n[]\n"]
    {
        let fake = index();
        let sandbox = demo(&fake, "");
        pypirc(&sandbox, 0o600, text);
        let output = sandbox.release(&["publish", "-vv"]);
        assert_eq!(output.code, 3, "{output}");
        assert!(!output.to_string().contains("hunter"), "{output}");
    }
}

#[test]
fn an_index_of_that_file_has_a_name_wherever_one_is_named() {
    let fake = index();
    let sandbox = demo(&fake, "");
    pypirc(&sandbox, 0o600, &format!("[corp]\nrepository = {}\npassword = of-the-file-1\n", fake.upload_url()));
    let told = |arguments: &[&str]| sandbox.release(arguments).to_string();
    let verified = told(&["verify", "--index", "corp", "--wait", "0"]);
    assert!(verified.contains("on `corp` after 0 s"), "{verified}");
    let yanked = told(&["yank", "1.0", "--index", "corp", "--wait", "0"]);
    assert!(yanked.contains("`corp`") && !yanked.contains("config/"), "{yanked}");
    sandbox.write("release.toml", "stages = [\"corp\"]\n");
    let doctor = told(&["doctor"]);
    assert!(doctor.contains("corp") && !doctor.contains("doctor/configuration"), "{doctor}");
    sandbox.release(&["publish"]).success();
}

#[test]
fn an_index_that_uv_knows_has_a_name() {
    let fake = index();
    let mut sandbox = demo(&fake, "");
    let (upload, simple) = (fake.upload_url(), fake.simple_url());
    let table = |name: &str| format!("\n[[tool.uv.index]]\nname = \"{name}\"\nurl = \"{simple}\"\n");
    let text = format!("{PYPROJECT}{}publish-url = \"{upload}\"\n{}", table("of-uv"), table("read-only"));
    sandbox.write("pyproject.toml", text);
    sandbox.set("RELEASE_TOKEN_OF_UV", "a-token-of-tests");
    sandbox.release(&["publish", "--index", "of-uv"]).success();
    assert_eq!(sent(&fake).len(), 2);
    assert_eq!(
        sandbox.release(&["publish", "--index", "read-only", "--format", "json"]).failure_code(),
        "config/unknown-index"
    );
    // Our own table of that name comes first.
    let ours = "[index.of-uv]\nupload = \"https://elsewhere.example/\"\nsimple = \"https://elsewhere.example/\"\n";
    sandbox.write("release.toml", ours);
    let output = sandbox.release(&["publish", "--index", "of-uv"]);
    assert!(output.stderr.contains("plan/given-clock"), "{output}");
}

/// Each of these is told as what it is, before anything is sent.
#[test]
fn what_cannot_be_a_token_is_told_as_what_it_is() {
    let fake = index();
    let mut sandbox = demo(&fake, "");
    let mut seen = String::new();
    for value in
        ["", "  ", "two words", "a-token\nof-two-lines", "\"a-quoted-token\"", "'a-quoted-token", "__token__:a-token"]
    {
        sandbox.set("RELEASE_TOKEN_FAKE", value);
        let output = sandbox.release(&["publish"]);
        seen.push_str(&format!("{value:?}\n{}\n", shown(&output)));
    }
    expect![[r#"
        ""
        error[index/empty-token]: there is no token in `RELEASE_TOKEN_FAKE`
          hint: put the token there, and nothing else
          hint: a job that was started from a fork is given no secrets: its variables are empty
        "  "
        error[index/empty-token]: there is no token in `RELEASE_TOKEN_FAKE`
          hint: put the token there, and nothing else
          hint: a job that was started from a fork is given no secrets: its variables are empty
        "two words"
        error[index/token-form]: the token from `RELEASE_TOKEN_FAKE` has white space or a line break in it
          hint: put the token alone there, on one line: a second token or a comment is not part of it
        "a-token\nof-two-lines"
        error[index/token-form]: the token from `RELEASE_TOKEN_FAKE` has white space or a line break in it
          hint: put the token alone there, on one line: a second token or a comment is not part of it
        "\"a-quoted-token\""
        error[index/token-form]: the token from `RELEASE_TOKEN_FAKE` stands in quotes
          hint: leave the quotes out: nothing takes them away
        "'a-quoted-token"
        error[index/token-form]: the token from `RELEASE_TOKEN_FAKE` stands in quotes
          hint: leave the quotes out: nothing takes them away
        "__token__:a-token"
        error[index/token-form]: the token from `RELEASE_TOKEN_FAKE` has the user `__token__` before it
          hint: leave `__token__:` out: only the token itself is wanted
    "#]]
    .assert_eq(&seen);
    assert!(fake.uploads().is_empty());
}

#[test]
fn what_pypi_would_not_know_is_told_without_asking_it() {
    let whole = tokens::token("pypi.org", &["[3,\"u\"]"]);
    let of_test = tokens::token("test.pypi.org", &["[3,\"u\"]"]);
    let cut = whole[..whole.len() - 3].to_owned();
    let mut seen = String::new();
    for (name, variable, value) in [
        ("pypi", "RELEASE_TOKEN", of_test.as_str()),
        ("testpypi", "RELEASE_TOKEN_TESTPYPI", whole.as_str()),
        ("pypi", "RELEASE_TOKEN_PYPI", cut.as_str()),
        ("pypi", "PYPI_TOKEN", "glpat-00000000000000000000"),
        ("pypi", "PYPI_API_TOKEN", "\"pypi-AgEIcHlwaS5vcmc\""),
    ] {
        let fake = index();
        // The listing is of a server on this machine, and the upload would go to the real one.
        let mut sandbox = demo(&fake, "");
        let upload = if name == "pypi" { "https://upload.pypi.org/legacy/" } else { "https://test.pypi.org/legacy/" };
        let table = format!("[index.{name}]\nupload = \"{upload}\"\nsimple = \"{}\"\n", fake.simple_url());
        sandbox.write("release.toml", table);
        sandbox.unset("RELEASE_NOW");
        sandbox.set(variable, value);
        let output = sandbox.release(&["publish", "--index", name, "--offline"]);
        assert_eq!(output.code, 3, "{output}");
        seen.push_str(&format!("{}\n", shown(&output)));
    }
    let fake = index();
    let mut sandbox = demo(&fake, "");
    let table =
        format!("[index.pypi]\nupload = \"https://upload.pypi.org/legacy/\"\nsimple = \"{}\"\n", fake.simple_url());
    sandbox.write("release.toml", table);
    sandbox.unset("RELEASE_NOW");
    sandbox.set("TWINE_USERNAME", "ann");
    sandbox.set("TWINE_PASSWORD", "correct horse");
    seen.push_str(&shown(&sandbox.release(&["publish", "--index", "pypi", "--offline"])));
    expect![[r#"
        error[index/token-of-other-index]: the token from `RELEASE_TOKEN` is for `test.pypi.org`, not for `upload.pypi.org`
          hint: give a token of `upload.pypi.org`, in `RELEASE_TOKEN_PYPI` or with `--token-file FILE`
        error[index/token-of-other-index]: the token from `RELEASE_TOKEN_TESTPYPI` is for `pypi.org`, not for `test.pypi.org`
          hint: give a token of `test.pypi.org`, in `RELEASE_TOKEN_TESTPYPI` or with `--token-file FILE`
        error[index/token-form]: the token from `RELEASE_TOKEN_PYPI` is no whole token: it is damaged or was cut
          hint: copy the whole token again, or make a new one on the index
        error[index/token-form]: the token from `PYPI_TOKEN` is no whole token: it does not begin with `pypi-`
          hint: give a token of this index: those of PyPI and TestPyPI begin with `pypi-`
        error[index/token-form]: the token from `PYPI_API_TOKEN` stands in quotes
          hint: leave the quotes out: nothing takes them away
        error[index/token-form]: the token from `TWINE_PASSWORD` is a password, and the index takes only tokens
          hint: make a token on the index, and give it alone; with twine's variables, `TWINE_USERNAME` is `__token__`"#]].assert_eq(&seen);
}

#[test]
fn a_token_is_narrowed_without_asking_anybody() {
    const NOW: i64 = 1_700_000_000;
    let project = "Demo.Project".parse().expect("a name");
    for caveats in [&[][..], &["[3,\"u\"]"], &["[1,[\"demo-project\",\"other\"]]", "[0,1900000000,0]"]] {
        let whole = tokens::token("pypi.org", caveats);
        let narrow = narrowed(&whole, &project, NOW).expect("a token");
        let read = decode(narrow.reveal()).expect("a token");
        assert_eq!(
            (read.expires, read.not_before, read.unknown),
            (Some(NOW + 600), Some(NOW - 60).max(read.not_before), 0)
        );
        assert_eq!(read.scope, token::Scope::Projects(vec!["demo-project".parse().expect("a name")]));
        // The signature goes on from the one that was there, which is in it no more.
        let bytes = URL_SAFE_NO_PAD.decode(&narrow.reveal()[5..]).expect("base64");
        let mut signature = vec![0x5a; 32];
        for caveat in [format!("[0,{},{}]", NOW + 600, NOW - 60), "[1,[\"demo-project\"]]".to_owned()] {
            let key = hmac::Key::new(hmac::HMAC_SHA256, &signature);
            signature = hmac::sign(&key, caveat.as_bytes()).as_ref().to_vec();
        }
        assert_eq!(bytes[bytes.len() - 32..], signature[..]);
        assert!(!bytes.windows(32).any(|window| window == [0x5a; 32]));
    }
    for wrong in ["hunter2", "pypi-", "pypi-AgEIcHlwaS5vcmc"] {
        assert_eq!(narrowed(wrong, &project, NOW), None, "{wrong}");
    }
}

#[test]
fn what_is_sent_is_narrowed_for_every_file_anew() {
    let fake = index();
    let whole = tokens::token("127.0.0.1", &["[3,\"u\"]"]);
    let mut sandbox = demo(&fake, "");
    sandbox.set("RELEASE_TOKEN_FAKE", &whole);
    let output = sandbox.release(&["publish", "-n"]).success();
    assert!(output.stdout.contains("sent narrowed to one project and 10 minutes"), "{output}");
    sandbox.release(&["publish"]).success();
    let all = sent(&fake);
    assert_eq!(all.len(), 2);
    for token in &all {
        let read = decode(token).expect("a token");
        assert_eq!(read.scope, token::Scope::Projects(vec!["demo".parse().expect("a name")]));
        assert_eq!(read.expires, Some(1_795_262_400 + 600));
        assert_ne!(*token, whole);
    }
    // Where it is switched off, and where nobody says that the index reads macaroons, it goes as it is.
    for (settings, location) in [("narrow = false\n", "127.0.0.1"), ("", "index.example")] {
        let fake = index();
        let mut sandbox = demo(&fake, settings);
        let token = tokens::token(location, &["[3,\"u\"]"]);
        sandbox.set("RELEASE_TOKEN_FAKE", &token);
        sandbox.release(&["publish"]).success();
        assert_eq!(sent(&fake), [token.as_str(), token.as_str()], "{settings}");
    }
    let fake = index();
    let mut sandbox = demo(&fake, "narrow = true\n");
    let token = tokens::token("index.example", &["[3,\"u\"]"]);
    sandbox.set("RELEASE_TOKEN_FAKE", &token);
    sandbox.release(&["publish"]).success();
    assert!(sent(&fake).iter().all(|sent| *sent != token));
}

#[test]
fn nobody_sees_what_is_typed() {
    let fake = index();
    let sandbox = demo(&fake, "");
    let (code, shown) = on_a_terminal(&sandbox, &["publish"], "a-typed-token-of-tests\n");
    assert_eq!(code, 0, "{shown}");
    assert!(shown.contains("token for `fake` [it is not shown]:"), "{shown}");
    assert!(!shown.contains("a-typed-token"), "{shown}");
    assert_eq!(sent(&fake), ["a-typed-token-of-tests", "a-typed-token-of-tests"]);
    // Keys that edit, an empty answer, the end of the input, Ctrl-C, and nobody to ask.
    let last = |keys: &str, more: &[&str]| {
        let fake = index();
        let sandbox = demo(&fake, "");
        let (code, shown) = on_a_terminal(&sandbox, &[&["publish"], more].concat(), keys);
        let line = shown.lines().find(|line| line.contains("error[")).unwrap_or_default().trim().to_owned();
        format!("{code} {line} {:?}", sent(&fake).first())
    };
    let seen = [
        last("wrong-\u{15}a-tokenn\u{7f}-of-tests\n", &[]),
        last("\n", &[]),
        last("", &[]),
        last("half\u{3}\n", &[]),
        last("", &["--yes"]),
    ];
    expect![[r#"
        0  Some("a-token-of-tests")
        3 [31merror[index/empty-token][0m: there is no token in the terminal None
        3 [31merror[plan/no-token][0m: no token for `fake` None
        130 [31merror[effects/interrupted][0m: interrupted None
        3 [31merror[plan/no-token][0m: no token for `fake` None"#]]
    .assert_eq(&seen.join("\n"));
}

#[test]
fn a_token_in_a_variable_that_is_not_read_is_named_with_the_one_that_is() {
    let fake = index();
    let mut sandbox = demo(&fake, "");
    sandbox.set("PYPI_API_TOKEN", "a-secret-of-tests-123456");
    sandbox.set("RELEASE_TOKEN_FAKED", "a-secret-of-tests-123456");
    sandbox.set("MY_SECRET", "pypi-a-secret-of-tests-123456");
    sandbox.set("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "a-secret-of-tests-123456");
    let output = sandbox.release(&["publish", "--format", "human"]);
    assert!(fake.uploads().is_empty());
    assert!(!output.to_string().contains("a-secret-of-tests"), "{output}");
    expect![[r#"
        error[plan/no-token]: no token for `fake`
          hint: `MY_SECRET` is set and not read for `fake`: if it is meant, give its value as `RELEASE_TOKEN_FAKE`
          hint: `PYPI_API_TOKEN` is set and not read for `fake`: if it is meant, give its value as `RELEASE_TOKEN_FAKE`
          hint: `RELEASE_TOKEN_FAKED` is set and not read for `fake`: if it is meant, give its value as `RELEASE_TOKEN_FAKE`
          hint: set `RELEASE_TOKEN_FAKE`; `release publish` also takes `--token-stdin` and `--token-file FILE`"#]].assert_eq(&shown(&output));
}

#[test]
fn plain_http_carries_no_credentials_unless_the_host_is_named() {
    let fake = index();
    let mut sandbox = demo(&fake, "");
    sandbox.unset("RELEASE_NOW");
    sandbox.set("RELEASE_TOKEN", "a-token-of-tests");
    let output = sandbox.release(&["publish", "--index", "http://forge.invalid/api/packages/acme/pypi"]);
    assert!(output.stderr.contains("error[effects/plain-http]"), "{output}");
    assert!(fake.uploads().is_empty());
}

#[test]
fn a_forge_on_plain_http_gets_files_where_the_configuration_names_its_host() {
    // A proxy stands for the private network.
    let network = Answering::start(|asked| match asked.line.starts_with("POST ") {
        true => (201, String::new()),
        false => (404, String::new()),
    });
    let mut sandbox = demo(&index(), "");
    sandbox.unset("RELEASE_NOW");
    sandbox.set("http_proxy", network.url(""));
    sandbox.set("RELEASE_TOKEN_FORGE", "a-token-of-tests");
    let base = "http://forge.internal:3000/api/packages/acme/pypi";
    let table = format!("stages = [\"forge\"]\n[index.forge]\nupload = \"{base}\"\nsimple = \"{base}/simple/\"\n");
    sandbox.write("release.toml", &table);
    let refused = sandbox.release(&["publish", "--format", "json"]);
    assert_eq!((refused.code, refused.failure_code()), (3, "effects/plain-http".to_owned()), "{refused}");
    assert!(network.asked().is_empty());
    sandbox.write("release.toml", format!("plain-http = [\"forge.internal:3000\"]\n{table}"));
    sandbox.release(&["publish"]).success();
    let asked = network.asked();
    let posts: Vec<_> = asked.iter().filter(|asked| asked.line.starts_with("POST ")).collect();
    assert_eq!(posts.len(), 2);
    for post in posts {
        assert_eq!(post.line, format!("POST {base}"));
        assert!(post.head.to_ascii_lowercase().contains("authorization: basic "), "{}", post.head);
    }
}

#[test]
fn every_error_of_rights_says_what_to_do() {
    let name = || "`RELEASE_TOKEN`".to_owned();
    let (pypi, project) = (|| "pypi".to_owned(), || "demo".to_owned());
    let mut told = String::new();
    let forms = [
        Malformed::Space,
        Malformed::Quotes,
        Malformed::User,
        Malformed::Password,
        Malformed::Damaged(TokenError::Prefix),
        Malformed::Damaged(TokenError::Damaged),
    ];
    let forms = forms.into_iter().map(|problem| IndexError::TokenForm { source_name: name(), problem });
    let others = vec![
        IndexError::EmptyToken { source_name: name() },
        IndexError::TwoCredentials { index: pypi(), first: name(), second: "`~/.pypirc`".to_owned() },
        IndexError::PypircOpen { path: "/u/ann/.pypirc".to_owned(), mode: 0o644 },
        IndexError::TokenTime { source_name: name(), when: "expired 2026-11-01 00:00 UTC".to_owned() },
        IndexError::CannotCreate {
            index: pypi(),
            project: project(),
            source_name: name(),
            why: "it is limited to projects that exist".to_owned(),
        },
        IndexError::NameStandard { index: pypi(), project: project() },
        IndexError::NameSimilar { index: pypi(), project: project(), other: "dem0".to_owned() },
        IndexError::ProjectStatus { index: pypi(), project: project(), status: "archived".to_owned() },
        IndexError::ProjectStatus { index: pypi(), project: project(), status: "quarantined".to_owned() },
        IndexError::ReleaseClosed {
            index: pypi(),
            project: project(),
            version: "1.0".to_owned(),
            since: "2026-10-01".to_owned(),
        },
        IndexError::SecondSdist { index: pypi(), file: "demo-1.0.tar.gz".to_owned(), there: "demo-1.0.zip".to_owned() },
    ];
    for error in forms.chain(others) {
        let code = error.code();
        let failure = Failure::from(error);
        let (exit, hints) = (failure.kind.exit_code(), failure.hints.join("; "));
        told.push_str(&format!("{code} ({exit}): {}\n  {hints}\n", failure.message));
    }
    expect![[r#"
        index/token-form (3): the token from `RELEASE_TOKEN` has white space or a line break in it
          put the token alone there, on one line: a second token or a comment is not part of it
        index/token-form (3): the token from `RELEASE_TOKEN` stands in quotes
          leave the quotes out: nothing takes them away
        index/token-form (3): the token from `RELEASE_TOKEN` has the user `__token__` before it
          leave `__token__:` out: only the token itself is wanted
        index/token-form (3): the token from `RELEASE_TOKEN` is a password, and the index takes only tokens
          make a token on the index, and give it alone; with twine's variables, `TWINE_USERNAME` is `__token__`
        index/token-form (3): the token from `RELEASE_TOKEN` is no whole token: it does not begin with `pypi-`
          give a token of this index: those of PyPI and TestPyPI begin with `pypi-`
        index/token-form (3): the token from `RELEASE_TOKEN` is no whole token: it is damaged or was cut
          copy the whole token again, or make a new one on the index
        index/empty-token (3): there is no token in `RELEASE_TOKEN`
          put the token there, and nothing else; a job that was started from a fork is given no secrets: its variables are empty
        index/two-credentials (3): `RELEASE_TOKEN` and `~/.pypirc` hold different credentials for `pypi`
          take `RELEASE_TOKEN` or `~/.pypirc` away where it is not meant; or say which one is meant: `--token-file FILE` and `--token-stdin` come before all others
        index/pypirc (3): others can read the passwords in `/u/ann/.pypirc` (mode 644)
          run `chmod 600 /u/ann/.pypirc`
        index/token-expired (3): the token from `RELEASE_TOKEN` expired 2026-11-01 00:00 UTC
          make a new token on the index; if this one should be good, set the clock of this machine
        index/first-upload (1): `pypi` has no project `demo`, and the token from `RELEASE_TOKEN` can make none: it is limited to projects that exist
          make the first upload with a token for the whole account, for example in `RELEASE_TOKEN_PYPI`; or add a pending publisher for `demo` on the index, and publish from that workflow; if the project is new and exists, run the same command again in some minutes
        index/name-standard (1): `pypi` gives nobody the name `demo`: it is that of a module of Python
          choose another `name` in `[project]`
        index/name-similar (1): `pypi` gives nobody the name `demo`: it looks like `dem0`, which exists
          choose another `name` in `[project]`
        index/project-status (1): `demo` is archived on `pypi`
          take it out of the archive in the settings of the project on the index
        index/project-status (1): `demo` is quarantined on `pypi`
          write to the administrators of the index: what is uploaded is shown to nobody
        index/release-closed (1): `pypi` takes no new files of demo 1.0: its first file came on 2026-10-01, more than 14 days ago
          run `release bump`, build and publish the new version
        index/second-sdist (1): `pypi` has the sdist `demo-1.0.zip` of this release, and takes no second one: `demo-1.0.tar.gz`
          publish without it, or build a new version: `demo-1.0.zip` stays
    "#]].assert_eq(&told);
}
