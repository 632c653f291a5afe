//! `release check --online`, against servers of this machine: which addresses are visited and how, what answers mean, and
//! which hosts nobody asks; and what is new in the requirements.

use std::io::{Read, Write};
use std::net::TcpListener;

use expect_test::expect;
use pyrelease::archive::Sha256;
use pyrelease::check::source::markdown::outline;
use pyrelease::effects::http::visit::is_inner;

use crate::support::Sandbox;
use crate::support::answering::{Answering, Asked};
use crate::support::archives::zip::{WHEEL_NAME, Zip};
use crate::support::sandbox::Output;
use crate::support::trees::{PYPROJECT, Tree};

/// A project that knows no other server than this one.
fn project(server: &Answering, readme: &str) -> Tree {
    let host = server.url("");
    let name = host.trim_start_matches("http://");
    Tree::honest()
        .toml("https://example.org/demo", &server.url("/fine"))
        .file("README.md", &format!("# Demo\n\n{}\n", readme.replace("[SERVER]", name)))
        .table(&format!(
            "[tool.release]\nstages = [\"corp\"]\nplain-http = [\"{name}\"]\n\
             [tool.release.check]\nlink-timeout = 1\n\
             [tool.release.index.corp]\nupload = \"{host}/legacy/\"\nsimple = \"{host}/simple/\"\n"
        ))
}

/// The output with the server's address replaced, and without what depends on it.
fn stable(server: &Answering, output: &Output) -> String {
    let host = server.url("");
    let text = output.to_string().replace(host.trim_start_matches("http://"), "[SERVER]");
    text.lines().map(|line| format!("{}\n", line.split("  sha256").next().unwrap_or_default())).collect()
}

/// The address of a server that hangs up on HEAD, and answers whatever else comes in plain http.
fn rude() -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let address = listener.local_addr().expect("it is bound").to_string();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut request = [0; 4096];
            let _ = stream.read(&mut request);
            if !request.starts_with(b"HEAD") {
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            }
        }
    });
    address
}

/// What was asked but of the index, sorted.
fn asked(server: &Answering) -> Vec<String> {
    let lines = server.asked().into_iter().map(|asked| asked.line);
    let mut lines: Vec<String> = lines.filter(|line| !line.contains(" /simple/")).collect();
    lines.sort();
    lines
}

fn answers(asked: &Asked) -> (u16, String) {
    let (method, path) = asked.line.split_once(' ').expect("a request line");
    let said = |status: u16| (status, String::new());
    match path {
        "/gone" | "/gone-too" => said(404),
        "/gone-for-good" => said(410),
        "/moved" => (301, "/fine".to_owned()),
        "/moved-twice" => (308, "/moved#part".to_owned()),
        "/moved-away" => (301, "/gone-too".to_owned()),
        "/elsewhere-now" => (302, "/moved".to_owned()),
        "/no-head" if method == "HEAD" => said(405),
        "/no-head-at-all" if method == "HEAD" => said(404),
        "/broken" => said(500),
        "/closed" => said(401),
        "/forbidden" => said(403),
        "/busy" => said(429),
        "/silent" => {
            std::thread::sleep(std::time::Duration::from_secs(20));
            said(200)
        }
        "/circle" => (302, "/circle".to_owned()),
        "/inward" => (302, "http://169.254.169.254/latest".to_owned()),
        "/to-nobody" => (301, "http://nobody-either.invalid/".to_owned()),
        "/mail" => (302, "mailto:ana@example.org".to_owned()),
        path if path.starts_with("/simple/") => said(404),
        path if path.contains("hostile") => said(404),
        _ => (200, "a page".to_owned()),
    }
}

const EVERYTHING: &str = "[fine](http://[SERVER]/fine#part) [gone](http://[SERVER]/gone 'title')
http://[SERVER]/gone-for-good. And <http://[SERVER]/moved>, ![x](http://[SERVER]/moved-twice)
[a]: http://[SERVER]/moved-away
<a href=\"http://[SERVER]/elsewhere-now\">now</a> (http://[SERVER]/no-head) http://[SERVER]/no-head-at-all

`http://[SERVER]/never` [template](http://[SERVER]/{name}) [mail](mailto:ana@example.org)

[1](http://[SERVER]/broken) [2](http://[SERVER]/closed) [3](http://[SERVER]/forbidden) [4](http://[SERVER]/busy)
[5](http://[SERVER]/silent) [6](http://[SERVER]/circle) [7](http://[SERVER]/inward) [8](http://[SERVER]/mail)
[9](https://[PLAIN]/) [10](http://nobody.invalid/) [11](https://example.com/x)
[12](http://[PLAIN]/hangs-up) [13](http://[SERVER]/to-nobody)

[a](http://127.0.0.1:9/x) [b](http://10.0.0.1/) [c](http://[::1]/) [d](http://2130706433/) [e](http://wiki/)
[f](http://metadata.google.internal/) [g](http://localhost:8000/)";

#[test]
fn every_answer_is_told_for_what_it_is() {
    let server = Answering::start(answers);
    let plain = rude();
    let tree = project(&server, &EVERYTHING.replace("[PLAIN]", &plain))
        .toml("plain-http = [", &format!("plain-http = [\"{plain}\", "))
        .file("CONTRIBUTING.md", &format!("[x]({})\n", server.url("/gone#x")));
    let sandbox = tree.sandbox();
    let output = sandbox.release(&["check", "--project-only", "--online"]);
    expect![[r#"
        the project  0 errors, 0 warnings
        online: 21 addresses visited  0 errors, 6 warnings
          warning[source/dead-link]: the link to `http://[SERVER]/gone` leads nowhere: the server answers 404 (also in 1 other place), in CONTRIBUTING.md:1; correct the address, or remove it
          warning[source/dead-link]: the link to `http://[SERVER]/gone-for-good` leads nowhere: the server answers 410, in README.md:4; correct the address, or remove it
          warning[source/dead-link]: the link to `http://[SERVER]/moved-away` leads nowhere: the server answers 404, in README.md:5; correct the address, or remove it
          warning[source/untrusted-link]: the link to `https://[PLAIN]/` is not safe to visit: it speaks no TLS, in README.md:12; correct the address, or tell whoever runs the server
          warning[source/dead-link]: the link to `http://nobody.invalid/` leads nowhere: there is no host of the name `nobody.invalid`, in README.md:12; correct the address, or remove it
          warning[source/dead-link]: the link to `http://[SERVER]/to-nobody` leads nowhere: there is no host of the name `nobody-either.invalid`, in README.md:13; correct the address, or remove it
          info[source/moved-link]: the link to `http://[SERVER]/moved-twice` has moved to `http://[SERVER]/fine`, in README.md:4; write the new address
          info[source/moved-link]: the link to `http://[SERVER]/moved` has moved to `http://[SERVER]/fine`, in README.md:4; write the new address
        judged by the rules for private: PyPI 2026-08-21, classifiers 2026.9.21.13, SPDX 3.27.0, stdlib 0.12.0
        not judged: 1 address (a redirect to a host that is not public): `http://[SERVER]/inward`
        not judged: 1 address (a redirect to what is no web page): `http://[SERVER]/mail`
        not judged: 1 address (no answer within 1 s): `http://[SERVER]/silent`
        not judged: 1 address (redirects without end): `http://[SERVER]/circle`
        not judged: 1 address (the answer is 401): `http://[SERVER]/closed`
        not judged: 1 address (the answer is 403): `http://[SERVER]/forbidden`
        not judged: 1 address (the answer is 429): `http://[SERVER]/busy`
        not judged: 1 address (the answer is 500): `http://[SERVER]/broken`
        not judged: 7 addresses (the host is not public, and `plain-http` does not name it): `http://127.0.0.1:9/x`, `http://10.0.0.1/`, `http://[::1]/`, `http://127.0.0.1/`, `http://wiki/`, `http://metadata.google.internal/`, `http://localhost:8000/`
        not judged: 1 address of hosts that are reserved for examples
    "#]].assert_eq(&stable(&server, &output).replace(&plain, "[PLAIN]"));
    assert_eq!(output.code, 0);
    expect![[r#"
        GET /forbidden
        GET /gone
        GET /gone-too
        GET /no-head
        GET /no-head-at-all
        HEAD /broken
        HEAD /busy
        HEAD /circle
        HEAD /circle
        HEAD /circle
        HEAD /circle
        HEAD /circle
        HEAD /circle
        HEAD /closed
        HEAD /elsewhere-now
        HEAD /fine
        HEAD /fine
        HEAD /fine
        HEAD /fine
        HEAD /forbidden
        HEAD /gone
        HEAD /gone-for-good
        HEAD /gone-too
        HEAD /inward
        HEAD /mail
        HEAD /moved
        HEAD /moved
        HEAD /moved
        HEAD /moved-away
        HEAD /moved-twice
        HEAD /no-head
        HEAD /no-head-at-all
        HEAD /to-nobody"#]]
    .assert_eq(&asked(&server).join("\n"));
    // Nothing that tells who asks.
    for asked in server.asked() {
        let head = asked.head.to_ascii_lowercase();
        assert!(!head.contains("authorization") && !head.contains("cookie"), "{head}");
    }
}

#[test]
fn nothing_is_asked_without_the_flag_nor_offline() {
    let server = Answering::start(answers);
    let sandbox = project(&server, EVERYTHING).sandbox();
    let output = sandbox.release(&["check"]).success();
    assert!(output.stdout.contains("the project  0 errors, 0 warnings"), "{output}");
    assert_eq!(sandbox.release(&["check", "--format", "json"]).json()["result"]["online"], serde_json::Value::Null);
    expect![[r#"
        ------- stderr -------
        error[cli/usage]: `--online` asks the network, and `--offline` forbids it
          hint: leave out one of them
        [exit status: 2]
    "#]]
    .assert_eq(&sandbox.release(&["check", "--online", "--offline"]).to_string());
    assert_eq!(sandbox.release(&["check", "--online", "--workflows"]).code, 2);
    assert_eq!(server.asked().len(), 0);
}

/// Nobody who changes a document has a runner ask its own network; who runs it names the hosts that may be asked.
#[test]
fn what_is_not_public_is_not_asked() {
    let server = Answering::start(answers);
    let readme = "[x](http://[SERVER]/gone)";
    let tree = project(&server, readme);
    let host = server.url("").trim_start_matches("http://").to_owned();
    let sandbox = tree.toml(&format!("plain-http = [\"{host}\"]\n"), "").sandbox();
    let output = sandbox.release(&["check", "--project-only", "--online"]);
    expect![[r#"
        the project  0 errors, 0 warnings
        online: 0 addresses visited  0 errors, 0 warnings
        judged by the rules for private: PyPI 2026-08-21, classifiers 2026.9.21.13, SPDX 3.27.0, stdlib 0.12.0
        not judged: 2 addresses (the host is not public, and `plain-http` does not name it): `http://[SERVER]/fine`, `http://[SERVER]/gone`
    "#]].assert_eq(&stable(&server, &output));
    assert_eq!(asked(&server), Vec::<String>::new());
}

#[test]
fn addresses_that_are_not_public_are_known() {
    let inner = [
        "127.0.0.1",
        "10.1.2.3",
        "172.31.0.1",
        "192.168.0.1",
        "169.254.169.254",
        "100.100.100.200",
        "0.0.0.0",
        "192.0.0.8",
        "198.19.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "168.63.129.16",
        "::1",
        "::",
        "fe80::1",
        "fec0::1",
        "fd00:ec2::254",
        "ff02::1",
        "::ffff:10.0.0.1",
        "::7f00:1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "2002:a00:1::1",
        "2001:0:1::1",
        "100::1",
    ];
    for address in inner {
        assert!(is_inner(address.parse().expect(address)), "{address}");
    }
    let outer = [
        "1.1.1.1",
        "172.32.0.1",
        "100.128.0.1",
        "169.253.0.1",
        "192.0.1.1",
        "198.20.0.1",
        "223.255.255.255",
        "2606:4700::1111",
        "::ffff:1.1.1.1",
        "64:ff9b::101:101",
        "2002:101:101::1",
        "2001:4860:4860::8888",
    ];
    for address in outer {
        assert!(!is_inner(address.parse().expect(address)), "{address}");
    }
}

#[test]
fn a_password_is_neither_sent_nor_shown() {
    let server = Answering::start(answers);
    let readme = "[x](http://ana:hunter2@[SERVER]/gone) [y](http://token@[SERVER]/busy) [z](http://[SERVER]/to-login)";
    let sandbox = project(&server, readme).sandbox();
    for format in ["human", "json", "github", "sarif"] {
        let output = sandbox.release(&["check", "--project-only", "--online", "--format", format]);
        let text = output.to_string();
        assert!(text.contains("/gone") && !text.contains("hunter2") && !text.contains("token@"), "{text}");
    }
    let heads: String = server.asked().into_iter().map(|asked| asked.head.to_ascii_lowercase()).collect();
    assert!(!heads.contains("authorization") && !heads.contains("hunter2"), "{heads}");
}

#[test]
fn hostile_addresses_reach_nobody_as_they_are() {
    let server = Answering::start(|asked: &Asked| match asked.line.as_str() {
        "HEAD /send" => (301, "http://evil:pw@nobody.invalid/\u{1b}[2J%0a::error::x".to_owned()),
        "HEAD /send-on" => (301, "//evil:pw@127.0.0.1:9/".to_owned()),
        "HEAD /send-well" => (308, "/fine?::error::<script>`x`%0a::warning::#x".to_owned()),
        "HEAD /send-letters" => (308, "/fine?\u{202e}".to_owned()),
        _ => answers(asked),
    });
    let readme = "[1](<http://[SERVER]/hostile-\u{1b}[2J\u{7}>) [2](http://[SERVER]/hostile-\u{202e}x)\n\
        [3](http://[SERVER]/::error::hostile) [4](http://[SERVER]/hostile%0a::error::x) [5](http://[SERVER]/send)\n\
        http://[SERVER]/send-on http://[SERVER]/send-well http://[SERVER]/send-letters\n\
        [6](http://[SERVER]/hostile##[error]x) [7](http://[SERVER]/hostile-`x`</script>)\n";
    let sandbox = project(&server, readme).sandbox();
    for format in ["human", "json", "github", "sarif"] {
        let output = sandbox.release(&["check", "--project-only", "--online", "--format", format]);
        let text = output.to_string();
        assert!(!text.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{text:?}");
        assert!(!text.contains("evil:pw"), "{text}");
        let commands = text.lines().filter(|line| line.trim_start().starts_with("::"));
        let is_ours = |line: &str| line.starts_with("::warning ") || line.starts_with("::notice ");
        assert!(commands.filter(|line| !is_ours(line)).count() == 0, "{text}");
        assert!(!text.contains("##["), "{text}");
    }
    let output = sandbox.release(&["check", "--project-only", "--online"]);
    expect![[r#"
        the project  0 errors, 0 warnings
        online: 11 addresses visited  0 errors, 6 warnings
          warning[source/dead-link]: the link to `http://[SERVER]/hostile-%1B[2J` leads nowhere: the server answers 404, in README.md:3; correct the address, or remove it
          warning[source/dead-link]: the link to `http://[SERVER]/hostile-%E2%80%AEx` leads nowhere: the server answers 404, in README.md:3; correct the address, or remove it
          warning[source/dead-link]: the link to `http://[SERVER]/::error::hostile` leads nowhere: the server answers 404, in README.md:4; correct the address, or remove it
          warning[source/dead-link]: the link to `http://[SERVER]/hostile%0a::error::x` leads nowhere: the server answers 404, in README.md:4; correct the address, or remove it
          warning[source/dead-link]: the link to `http://[SERVER]/hostile` leads nowhere: the server answers 404, in README.md:6; correct the address, or remove it
          warning[source/dead-link]: the link to `http://[SERVER]/hostile-` leads nowhere: the server answers 404, in README.md:6; correct the address, or remove it
          info[source/moved-link]: the link to `http://[SERVER]/send-well` has moved to `http://[SERVER]/fine?::error::%3Cscript%3E`x`%0a::warning::`, in README.md:5; write the new address
        judged by the rules for private: PyPI 2026-08-21, classifiers 2026.9.21.13, SPDX 3.27.0, stdlib 0.12.0
        not judged: 1 address (a redirect to a host that is not public): `http://[SERVER]/send-on`
        not judged: 1 address (a redirect to what is no address): `http://[SERVER]/send-letters`
    "#]].assert_eq(&stable(&server, &output));
}

#[test]
fn metadata_of_archives_name_their_field() {
    let server = Answering::start(answers);
    let sandbox = project(&server, "").sandbox();
    let mut zip = Zip::wheel();
    let lines = format!(
        "Summary: A demonstration\nHome-page: {0}/gone\nDownload-URL: {0}/gone-for-good\nProject-URL: Docs, {0}/moved\n",
        server.url("")
    );
    zip.edit("METADATA", "Summary: A demonstration\n", &lines);
    zip.edit("METADATA", "\n\n", &format!("\n\nSee {}/moved-away and {0}/gone.\n", server.url("")));
    sandbox.write(&format!("dist/{WHEEL_NAME}"), zip.bytes());
    let output = sandbox.release(&["check", "--online", "--select", "source/", &format!("dist/{WHEEL_NAME}")]);
    let text = stable(&server, &output);
    expect![[r#"
        demo-1.0-py3-none-any.whl  0 errors, 0 warnings  1.4 kB
        online: 4 addresses visited  0 errors, 3 warnings
          warning[source/dead-link]: the address `http://[SERVER]/gone` of `Home-page` leads nowhere: the server answers 404 (also in 2 other places), in demo-1.0.dist-info/METADATA:5; correct the address, or remove it
          warning[source/dead-link]: the address `http://[SERVER]/gone-for-good` of `Download-URL` leads nowhere: the server answers 410, in demo-1.0.dist-info/METADATA:6; correct the address, or remove it
          warning[source/dead-link]: the link to `http://[SERVER]/moved-away` leads nowhere: the server answers 404 (also in 1 other place), in demo-1.0.dist-info/METADATA:19; correct the address, or remove it
          info[source/moved-link]: the address `http://[SERVER]/moved` of `Project-URL: Docs` has moved to `http://[SERVER]/fine`, in demo-1.0.dist-info/METADATA:7; write the new address
        judged by the rules for private: PyPI 2026-08-21, classifiers 2026.9.21.13, SPDX 3.27.0, stdlib 0.12.0
        not shown: findings that `--select` and `--ignore` leave out
        not judged: 1 address of hosts that are reserved for examples
    "#]].assert_eq(&text);
    // With the project: each address once, where it is written first.
    let document = sandbox.release(&["check", "--online", "--format", "json"]).json();
    assert_eq!(document["result"]["online"]["visited"], 5, "{document}");
}

#[test]
fn strict_counts_warnings_and_silence() {
    let server = Answering::start(answers);
    let code = |readme: &str, more: &[&str]| {
        let sandbox = project(&server, readme).sandbox();
        sandbox.release(&[&["check", "--project-only", "--online"], more].concat()).code
    };
    assert_eq!(code("[x](http://[SERVER]/gone)", &[]), 0);
    assert_eq!(code("[x](http://[SERVER]/gone)", &["--strict"]), 10);
    assert_eq!(code("[x](http://[SERVER]/busy)", &[]), 0);
    assert_eq!(code("[x](http://[SERVER]/busy)", &["--strict"]), 11);
    assert_eq!(code("[x](http://[SERVER]/busy) [y](http://[SERVER]/gone)", &["--strict"]), 10);
    assert_eq!(code("[x](http://10.0.0.1/) [y](http://example.org/)", &["--strict"]), 0);
    assert_eq!(code("[x](http://[SERVER]/moved)", &["--strict"]), 0);
}

#[test]
fn an_accepted_place_does_not_hide_another() {
    let server = Answering::start(answers);
    let ignore = "ignore = [{code = \"source/dead-link\", path = \"README.md\", reason = \"an old story\"}]";
    let tree = |readme: &str| project(&server, readme).toml("link-timeout = 1", &format!("link-timeout = 1\n{ignore}"));
    let run = |tree: &Tree| tree.sandbox().release(&["check", "--project-only", "--online", "--format", "json"]).json();
    let document = run(&tree("[x](http://[SERVER]/gone)"));
    assert_eq!((&document["findings"], &document["result"]["accepted"]), (&serde_json::json!([]), &1.into()));
    let other = format!("# Work\n\n[x]({})\n", server.url("/gone"));
    let document = run(&tree("[x](http://[SERVER]/gone)").file("CONTRIBUTING.md", &other));
    assert_eq!(document["findings"][0]["location"], serde_json::json!({"file": "CONTRIBUTING.md", "line": 3}));
}

#[test]
fn more_than_500_addresses_are_said() {
    let server = Answering::start(|_: &Asked| (200, String::new()));
    let readme: String = (0..503).map(|at| format!("[x](http://[SERVER]/{at})\n")).collect();
    let output = project(&server, &readme).sandbox().release(&["check", "--project-only", "--online"]).success();
    assert!(output.stdout.contains("\nonline: 500 addresses visited  0 errors, 0 warnings\n"), "{output}");
    // `/fine` of `[project.urls]` is the first of them.
    assert!(output.stdout.contains("\nnot judged: 4 addresses beyond the first 500\n"), "{output}");
    assert_eq!(asked(&server).len(), 500);
}

#[test]
fn a_link_timeout_must_mean_something() {
    let server = Answering::start(answers);
    let sandbox = project(&server, "").toml("link-timeout = 1", "link-timeout = 0").sandbox();
    expect![[r#"
        ------- stderr -------
        error[config/value]: `check.link-timeout` must be a number of seconds from 1 to 300
          at: pyproject.toml
          hint: `release schema config` prints every key with its kind
        [exit status: 3]
    "#]]
    .assert_eq(&sandbox.release(&["check", "--project-only"]).to_string());
}

#[test]
fn addresses_that_stand_alone_are_links() {
    let text = "a https://a.example/x, (see https://b.example/y(z)) <https://c.example/?a=b&amp;c>\n\
        **https://d.example/** `https://no.example` xhttps://no.example [l](https://no.example/l) ftp://no.example\n\
        https:// http://e.example/_x_ \"https://no.example\" https://f.example/https://g.example\n";
    let found: Vec<String> = outline(text).bare.iter().map(|link| format!("{} {}", link.line, link.target)).collect();
    expect![[r#"
        1 https://a.example/x
        1 https://b.example/y(z)
        1 https://c.example/?a=b&c
        2 https://d.example/
        3 http://e.example/_x
        3 https://f.example/https://g.example"#]]
    .assert_eq(&found.join("\n"));
}

/// A proxy resolves names by itself, and could reach what this machine must not ask.
#[test]
fn a_proxy_is_asked_for_public_hosts_only() {
    let server = Answering::start(|asked: &Asked| match asked.line.ends_with("/inward") {
        true => (302, "http://10.0.0.1/".to_owned()),
        false => answers(asked),
    });
    let readme =
        "[a](http://198.51.100.7/page) [b](http://198.51.100.7/inward) [c](http://10.0.0.1/) [d](http://intern/)";
    let mut sandbox = project(&server, readme).sandbox();
    sandbox.set("http_proxy", server.url(""));
    let output = sandbox.release(&["check", "--project-only", "--online"]).success();
    let unjudged: Vec<&str> = output.stdout.lines().filter(|line| line.starts_with("not judged")).collect();
    expect![[r#"
        not judged: 1 address (a redirect to a host that is not public): `http://198.51.100.7/inward`
        not judged: 2 addresses (the host is not public, and `plain-http` does not name it): `http://10.0.0.1/`, `http://intern/`"#]].assert_eq(&unjudged.join("\n"));
    let proxied: Vec<String> = asked(&server).into_iter().filter(|line| line.contains("http://")).collect();
    assert_eq!(proxied, ["HEAD http://198.51.100.7/inward", "HEAD http://198.51.100.7/page"]);
}

/// A listing of the index with one file a release, each uploaded at its time.
fn listing(files: &[(&str, &str, Option<&str>)]) -> String {
    let one = |(name, time, metadata): &(&str, &str, Option<&str>)| {
        let digest = metadata.map(|text| serde_json::json!({"sha256": Sha256::of(text.as_bytes()).to_string()}));
        serde_json::json!({"filename": name, "url": format!("/files/{name}"), "hashes": {}, "upload-time": time, "core-metadata": digest})
    };
    serde_json::json!({"meta": {"api-version": "1.1"}, "files": files.iter().map(one).collect::<Vec<_>>()}).to_string()
}

const OLD: &str = "2020-01-01T00:00:00Z";
const METADATA: &str = "Metadata-Version: 2.1\nName: demo\nVersion: 0.9\nRequires-Dist: Requests>=1\n";

fn index(asked: &Asked) -> (u16, String) {
    let name = |name: &str| format!("{name}-1.0.tar.gz");
    match asked.line.split_once(' ').map(|(_, path)| path).unwrap_or_default() {
        "/simple/demo/" => (
            200,
            listing(&[
                ("demo-0.8-py3-none-any.whl", OLD, None),
                ("demo-0.9-py3-none-any.whl", OLD, Some(METADATA)),
                ("demo-1.0b1-py3-none-any.whl", OLD, None),
                ("demo-2.0-py3-none-any.whl", OLD, None),
                ("other-0.9.9.tar.gz", OLD, None),
            ]),
        ),
        "/files/demo-0.9-py3-none-any.whl.metadata" => (200, METADATA.to_owned()),
        "/simple/rich/" => (200, listing(&[(&name("rich"), OLD, None)])),
        "/simple/fresh/" => (200, listing(&[(&name("fresh"), "2026-11-10T08:00:00Z", None)])),
        "/simple/unwell/" => (503, String::new()),
        path if path.starts_with("/simple/") => (404, String::new()),
        _ => (200, String::new()),
    }
}

const REQUIRING: &str = "dependencies = [\n  \"requests>=2\",\n  \"absent\",\n  \"fresh>=1; python_version > '3'\",\n  \"demo[more]\",\n  \"unwell\",\n  \"direct @ https://example.org/direct.whl\",\n]";

#[test]
fn a_new_requirement_is_told_and_one_that_nobody_knows_is_a_warning() {
    let server = Answering::start(index);
    let tree = project(&server, "").toml("dependencies = [\"requests>=2\"]", REQUIRING);
    let sandbox = tree.sandbox();
    let output = sandbox.release(&["check", "--project-only", "--online"]);
    expect![[r#"
        the project  0 errors, 0 warnings
        online: 1 address visited  0 errors, 2 warnings
          warning[check/new-requirement]: `absent` is required, and `demo 0.9` did not require it; `corp` has no project of this name, in pyproject.toml:18; correct the name: whoever takes it on the index is installed with this project
          warning[check/new-requirement]: `fresh` is required, and `demo 0.9` did not require it; its first file on `corp` is of 2026-11-10, less than 30 days ago, in pyproject.toml:19; look at its spelling, and at who owns it
          info[check/new-requirement]: `direct` is required, and `demo 0.9` did not require it, in pyproject.toml:22; nothing, if it is meant and its name is right
          info[check/new-requirement]: `rich` is required, and `demo 0.9` did not require it, in pyproject.toml:32; nothing, if it is meant and its name is right
          info[check/new-requirement]: `unwell` is required, and `demo 0.9` did not require it, in pyproject.toml:21; nothing, if it is meant and its name is right
        judged by the rules for private: PyPI 2026-08-21, classifiers 2026.9.21.13, SPDX 3.27.0, stdlib 0.12.0
        not judged: whether `corp` has `unwell`, since `http://[SERVER]/simple/unwell/` answered 503
    "#]]
    .assert_eq(&stable(&server, &output));
    // Those of archives count as well.
    let mut zip = Zip::wheel();
    zip.edit(
        "METADATA",
        "Summary: A demonstration\n",
        "Summary: A demonstration\nRequires-Dist: rich\nRequires-Dist: absent\n",
    );
    sandbox.write(&format!("dist/{WHEEL_NAME}"), zip.bytes());
    let wheel = format!("dist/{WHEEL_NAME}");
    let output = sandbox.release(&["check", "--online", "--select", "check/new-requirement", &wheel]);
    expect![[r#"
        demo-1.0-py3-none-any.whl  0 errors, 0 warnings  1.3 kB
        online: 0 addresses visited  0 errors, 1 warning
          warning[check/new-requirement]: `absent` is required, and `demo 0.9` did not require it; `corp` has no project of this name, in demo-1.0.dist-info/METADATA:6; correct the name: whoever takes it on the index is installed with this project
          info[check/new-requirement]: `rich` is required, and `demo 0.9` did not require it, in demo-1.0.dist-info/METADATA:5; nothing, if it is meant and its name is right
        judged by the rules for private: PyPI 2026-08-21, classifiers 2026.9.21.13, SPDX 3.27.0, stdlib 0.12.0
        not shown: findings that `--select` and `--ignore` leave out
        not judged: 1 address of hosts that are reserved for examples
    "#]].assert_eq(&stable(&server, &output));
}

#[test]
fn an_index_without_metadata_has_its_document_asked() {
    let document = r#"{"info": {"version": "0.9", "requires_dist": ["requests>=1", "rich; extra == 'more'"]}}"#;
    let server = Answering::start(move |asked: &Asked| match asked.line.as_str() {
        "GET /simple/demo/" => (200, listing(&[("demo-0.9-py3-none-any.whl", OLD, None)])),
        "GET /pypi/demo/0.9/json" => (200, document.to_owned()),
        _ => (200, String::new()),
    });
    let run = |tree: &Tree| tree.sandbox().release(&["check", "--project-only", "--online", "--strict"]);
    let output = run(&project(&server, ""));
    assert!(output.code == 0 && !output.stdout.contains("requires"), "{output}");
    // What the index does not tell is not known.
    let silent = Answering::start(|asked: &Asked| match asked.line.as_str() {
        "GET /simple/demo/" => (200, listing(&[("demo-0.9-py3-none-any.whl", OLD, None)])),
        line if line.starts_with("GET /pypi/") => (404, String::new()),
        _ => (200, String::new()),
    });
    let output = run(&project(&silent, ""));
    let line = "not judged: what is new in what `demo` requires, since `corp` does not tell what 0.9 requires\n";
    assert!(output.code == 11 && output.stdout.contains(line), "{output}");
    let broken =
        Answering::start(|asked: &Asked| (if asked.line.contains("/simple/") { 500 } else { 200 }, String::new()));
    let output = run(&project(&broken, ""));
    assert!(
        output.code == 11 && stable(&broken, &output).contains("since `http://[SERVER]/simple/demo/` answered 500\n"),
        "{output}"
    );
}

#[test]
fn without_the_network_the_tag_of_the_last_release_is_compared() {
    let before = PYPROJECT.replace("version = \"1.0\"", "version = \"0.9\"");
    let change = |sandbox: &Sandbox| {
        for tag in ["v0.9", "v1.0rc1"] {
            sandbox.git(&["tag", tag]);
        }
        sandbox.write("pyproject.toml", PYPROJECT.replace("\"requests>=2\"", "\"requests>=2\", \"rich\", \"rihc\""));
        sandbox.commit("feat: two more");
        sandbox.git(&["tag", "v2.0"]);
    };
    let run = |tree: Tree| tree.sandbox().release(&["check", "--project-only"]).success().to_string();
    expect![[r#"
        the project  0 errors, 0 warnings
          info[check/new-requirement]: `rihc` is required, and `v0.9` did not require it, in pyproject.toml:16; nothing, if it is meant and its name is right
        judged by the rules for pypi: PyPI 2026-08-21, classifiers 2026.9.21.13, SPDX 3.27.0, stdlib 0.12.0
    "#]].assert_eq(&run(Tree::honest().file("pyproject.toml", &before).then(change)));
    // Nothing where the backend decided then, and nothing before the first release.
    let dynamic = before.replace("dependencies = [\"requests>=2\"]", "dynamic = [\"dependencies\"]");
    let output = run(Tree::honest().file("pyproject.toml", &dynamic).then(change));
    assert!(!output.contains("check/new-requirement"), "{output}");
    assert!(!run(Tree::honest()).contains("check/new-requirement"));
}
