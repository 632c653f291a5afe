//! `release security trigger`: one release for each key, and none where anything speaks against it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use expect_test::expect;

use crate::support::Sandbox;
use crate::support::decisions::{corpus, decided, sandbox};

/// A forge that starts workflows and nothing else.
struct Forge {
    address: String,
    bodies: Arc<Mutex<Vec<String>>>,
    status: Arc<Mutex<u16>>,
}

impl Forge {
    fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let address = listener.local_addr().expect("it is bound").to_string();
        let (bodies, status) = (Arc::<Mutex<Vec<String>>>::default(), Arc::new(Mutex::new(204)));
        let (kept, answer) = (Arc::clone(&bodies), Arc::clone(&status));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let status = *answer.lock().expect("no panic");
                kept.lock().expect("no panic").extend(answer_one(stream, status));
            }
        });
        Forge { address, bodies, status }
    }

    fn bodies(&self) -> Vec<String> {
        self.bodies.lock().expect("no panic").clone()
    }
}

fn answer_one(stream: TcpStream, status: u16) -> Option<String> {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let length = head.to_ascii_lowercase();
    let length = length.split_once("content-length: ").and_then(|(_, rest)| rest.split("\r\n").next()?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).ok()?;
    let expected = head.starts_with("POST /api/v1/repos/acme/acme/actions/workflows/release.yml/dispatches ");
    let status = if expected { status } else { 418 };
    let text = format!("HTTP/1.1 {status} Said\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    reader.get_mut().write_all(text.as_bytes()).ok()?;
    Some(format!("{} {}", head.lines().next()?, String::from_utf8_lossy(&body)))
}

fn with_forge(forge: &Forge, released: (&str, &str), head: (&str, &str)) -> Sandbox {
    let mut sandbox = sandbox(released, head);
    let text = sandbox.read("pyproject.toml");
    let address = &forge.address;
    sandbox.write(
        "pyproject.toml",
        format!("{text}\n[tool.release.forge]\nkind = 'gitea'\nurl = 'http://{address}'\nrepository = 'acme/acme'\n"),
    );
    sandbox.commit("chore: the forge");
    sandbox.set("RELEASE_FORGE_TOKEN", crate::support::sandbox::CANARY);
    sandbox
}

fn trigger(sandbox: &Sandbox) -> (i32, String) {
    let output = sandbox.release(&["security", "trigger", "--format", "json"]);
    let document = output.json();
    let state = document["result"]["state"].as_str().unwrap_or_default().to_owned();
    (output.code, if state.is_empty() { output.failure_code() } else { state })
}

#[test]
fn the_whole_chain_starts_exactly_one_release() {
    let forge = Forge::start();
    let mut sandbox = with_forge(&forge, ("werkzeug", "==2.3.7"), ("werkzeug", "==2.3.8"));
    assert_eq!(decided(&sandbox, &[])["decision"], "release-now");
    let dry = sandbox.release(&["security", "trigger", "-n"]).success().to_string().replace(&forge.address, "HOST");
    expect![[r#"
        would start the workflow `release.yml` on `main` of `HOST/acme/acme`
        ------- stderr -------
        dry run: nothing was done
    "#]]
    .assert_eq(&dry);
    assert!(forge.bodies().is_empty());
    expect![[r#"
        started `release.yml` for 70338200b9f1559c
    "#]]
    .assert_eq(&sandbox.release(&["security", "trigger"]).to_string());
    expect![[r#"POST /api/v1/repos/acme/acme/actions/workflows/release.yml/dispatches HTTP/1.1 {"ref":"main","inputs":{"decision":"70338200b9f1559c","reason":"security D4: CVE-2023-46136 in werkzeug","version":"patch"}}"#]].assert_eq(&forge.bodies().join("\n"));
    // Again, and after another scan of the same facts on another day: nothing more.
    assert_eq!(trigger(&sandbox), (0, "already-started".to_owned()));
    sandbox.set("RELEASE_NOW", "2024-10-17T06:00:00Z");
    assert_eq!(decided(&sandbox, &[])["decision"], "release-now");
    assert_eq!(trigger(&sandbox), (0, "already-started".to_owned()));
    assert_eq!(forge.bodies().len(), 1);
    assert!(sandbox.release(&["history"]).stdout.contains("security trigger"));
}

#[test]
fn what_is_asked_starts_once_it_is_approved() {
    let forge = Forge::start();
    let sandbox = with_forge(&forge, ("jinja2", "==2.11.2"), ("jinja2", "==2.11.3"));
    let key = decided(&sandbox, &[])["key"].as_str().expect("a key").to_owned();
    expect![[r#"
        the decision is `ask`: approve it with `release security approve a3b61102d7400450`
    "#]]
    .assert_eq(&sandbox.release(&["security", "trigger"]).to_string());
    sandbox.release(&["security", "approve", &key, "--reason", "seen"]).success();
    assert_eq!(trigger(&sandbox), (0, "started".to_owned()));
    assert_eq!(trigger(&sandbox), (0, "already-started".to_owned()));
    assert_eq!(forge.bodies().len(), 1);
}

#[test]
fn an_approval_dies_with_the_commit_that_it_was_for() {
    let forge = Forge::start();
    let sandbox = with_forge(&forge, ("jinja2", "==2.11.2"), ("jinja2", "==2.11.3"));
    let key = decided(&sandbox, &[])["key"].as_str().expect("a key").to_owned();
    sandbox.release(&["security", "approve", &key]).success();
    sandbox.write("more.py", "X = 1\n");
    sandbox.commit("fix: more");
    assert_eq!(trigger(&sandbox), (1, "security/outdated".to_owned()));
    assert_eq!(decided(&sandbox, &[])["key"], key.as_str());
    assert_eq!(trigger(&sandbox), (0, "nothing".to_owned()));
    assert!(forge.bodies().is_empty());
}

#[test]
fn nothing_starts_where_the_decision_is_another_one() {
    let forge = Forge::start();
    let sandbox = with_forge(&forge, ("werkzeug", "==2.3.7"), ("werkzeug", "==2.3.8"));
    assert_eq!(trigger(&sandbox), (3, "security/no-decision".to_owned()));
    decided(&sandbox, &["missing.json"]);
    assert_eq!(trigger(&sandbox), (0, "nothing".to_owned()));
    // A decision that is not about the recorded state, or too old, starts nothing.
    decided(&sandbox, &[]);
    sandbox.release(&["security", "record", "--db", &corpus()]).success();
    assert_eq!(trigger(&sandbox), (1, "security/other-state".to_owned()));
    let mut sandbox = sandbox;
    decided(&sandbox, &[]);
    sandbox.set("RELEASE_NOW", "2024-10-18T13:00:00Z");
    assert_eq!(trigger(&sandbox), (1, "security/old-decision".to_owned()));
    assert!(forge.bodies().is_empty());
}

#[test]
fn after_two_that_failed_somebody_must_approve() {
    let forge = Forge::start();
    let sandbox = with_forge(&forge, ("werkzeug", "==2.3.7"), ("werkzeug", "==2.3.8"));
    let key = decided(&sandbox, &[])["key"].as_str().expect("a key").to_owned();
    *forge.status.lock().expect("no panic") = 403;
    assert_ne!(trigger(&sandbox).0, 0);
    assert_ne!(trigger(&sandbox).0, 0);
    let failed = forge.bodies().len();
    assert_eq!(trigger(&sandbox), (1, "security/circuit".to_owned()));
    assert_eq!(forge.bodies().len(), failed, "the forge is not asked a third time");
    *forge.status.lock().expect("no panic") = 204;
    sandbox.release(&["security", "approve", &key, "--reason", "the token was wrong"]).success();
    assert_eq!(trigger(&sandbox), (0, "started".to_owned()));
}
