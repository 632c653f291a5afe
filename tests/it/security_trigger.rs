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

/// A project whose gates fail, released by hand or by the decision.
fn after_two_runs_that_failed(more: &dyn Fn(&str) -> Vec<String>) -> (i32, String) {
    let forge = Forge::start();
    let mut sandbox = with_forge(&forge, ("werkzeug", "==2.3.7"), ("werkzeug", "==2.3.8"));
    let text = sandbox.read("pyproject.toml");
    let gates = "[tool.release]\nstages = []\n[[tool.release.gates]]\nrun = ['false']\n";
    sandbox.write("pyproject.toml", format!("{text}{gates}"));
    sandbox.commit("chore: gates");
    let key = decided(&sandbox, &[])["key"].as_str().expect("a key").to_owned();
    assert_eq!(trigger(&sandbox), (0, "started".to_owned()));
    let more = more(&key);
    for _ in 0..2 {
        let mut arguments = vec!["run", "patch", "--yes", "--format", "json"];
        arguments.extend(more.iter().map(String::as_str));
        let output = sandbox.release(&arguments);
        assert_eq!(output.code, 1, "{output}");
    }
    // Other rules are another key; hours later none of the limits speaks against it.
    let rules = "[tool.release.security]\ncooldown-hours = 71\n";
    sandbox.write("pyproject.toml", format!("{text}{gates}{rules}"));
    sandbox.commit("chore: rules");
    sandbox.set("RELEASE_NOW", "2024-10-16T23:00:00Z");
    assert_ne!(decided(&sandbox, &[])["key"], key.as_str());
    trigger(&sandbox)
}

#[test]
fn runs_that_a_decision_started_count_where_they_fail() {
    let by_decision = |key: &str| vec![format!("--decision={key}")];
    assert_eq!(after_two_runs_that_failed(&by_decision), (1, "security/circuit".to_owned()));
    assert_eq!(after_two_runs_that_failed(&|_| Vec::new()), (0, "started".to_owned()));
}

#[test]
fn a_plan_carries_its_decision() {
    let sandbox = sandbox(("werkzeug", "==2.3.7"), ("werkzeug", "==2.3.8"));
    let plan = |arguments: &[&str]| {
        let output = sandbox.release(&[&["plan", "patch", "--format", "json"], arguments].concat());
        output.success().json()["result"].clone()
    };
    let (by_hand, decided) = (plan(&[]), plan(&["--decision", "70338200b9f1559c"]));
    assert_eq!((by_hand["plan"].get("decision"), &decided["plan"]["decision"]), (None, &"70338200b9f1559c".into()));
    assert_ne!(by_hand["token"], decided["token"]);
    for wrong in ["", "70338200B9F1559C", "70338200b9f1559", "$(touch pwned)   "] {
        assert_eq!(sandbox.release(&["plan", "patch", "--decision", wrong]).code, 2);
    }
}

/// An entry on top of the ledger, as another version or another machine may have written it.
fn entry(sandbox: &Sandbox, fields: &str) {
    let record =
        format!("{{\"schema\":1,\"by\":\"ana\",\"project\":\"acme\",\"version\":null,\"summary\":\"\",{fields}}}");
    std::fs::write(sandbox.path("record.json"), record).expect("a file");
    let blob = sandbox.git(&["hash-object", "-w", &sandbox.path("record.json").display().to_string()]);
    let listing = sandbox.path("tree");
    std::fs::write(&listing, format!("100644 blob {}\trecord.json\n", blob.trim())).expect("a file");
    let script = format!("git mktree < '{}'", listing.display());
    let tree = sandbox.git(&["-c", &format!("alias.tree=!{script}"), "tree"]);
    let before = sandbox.git(&["for-each-ref", "--format=%(objectname)", "refs/release/ledger"]);
    let mut arguments = vec!["commit-tree", tree.trim(), "-m", "entry"];
    if !before.is_empty() {
        arguments.extend(["-p", before.trim()]);
    }
    let commit = sandbox.git(&arguments);
    sandbox.git(&["update-ref", "refs/release/ledger", commit.trim()]);
}

#[test]
fn what_counts_is_read_from_the_ledger() {
    use pyrelease::pipeline::security::past::Ledger;
    let sandbox = sandbox(("jinja2", "==2.11.2"), ("jinja2", "==2.11.3"));
    for (hour, fields) in [
        r#""run":"a","command":"security trigger","outcome":"ok","key":"k1""#,
        r#""run":"b","command":"run","outcome":"begun","phase":"push","key":"k1""#,
        r#""run":"b","command":"run","outcome":"index/refused","phase":"publish pypi","key":"k1""#,
        r#""run":"b","command":"run","outcome":"plan/other","phase":"verify pypi","key":"k1""#,
        r#""run":"c","command":"run","outcome":"gate/failed","phase":"gates""#,
        r#""run":"d","command":"run","outcome":"ok","phase":"build","key":"k1""#,
        r#""run":"d","command":"run","outcome":"ok","phase":"done","key":"k1""#,
        r#""run":"e","command":"announce","outcome":"forge/refused","key":"k2""#,
        r#""run":"f","command":"announce","outcome":"ok""#,
        r#""run":"g","command":"security approve","outcome":"ok","key":"k2""#,
        r#""run":"h","command":"security trigger","outcome":"forge/refused","key":"k2""#,
    ]
    .iter()
    .enumerate()
    {
        entry(&sandbox, &format!("{fields},\"time\":\"2024-10-16T{hour:02}:00:00Z\""));
    }
    let past = Ledger::of(&sandbox.repo()).expect("a ledger").past();
    let shown: Vec<String> = past.iter().map(|one| format!("{} {:?} {}", one.at, one.what, one.key)).collect();
    expect![[r#"
        2024-10-16T00:00:00Z Started k1
        2024-10-16T02:00:00Z Failed k1
        2024-10-16T06:00:00Z Succeeded k1
        2024-10-16T08:00:00Z Succeeded 
        2024-10-16T09:00:00Z Approved k2
        2024-10-16T10:00:00Z Failed k2"#]]
    .assert_eq(&shown.join("\n"));
}
