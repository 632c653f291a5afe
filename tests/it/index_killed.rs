//! The embedded index is killed while it takes files, raced for, and sent what no client sends: what it said that it has it has,
//! whole and once.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use pyrelease::archive::Sha256;
use rustix::process::Signal;
use serde_json::{Value, json};

use crate::support::Sandbox;
use crate::support::archives::zip::{METADATA, WHEEL_NAME, Zip};
use crate::support::depth;
use crate::support::random::Random;
use crate::support::served::Served;
use crate::support::web::{Form, basic, get, request};

const JSON: &str = "application/vnd.pypi.simple.v1+json";

/// A wheel of `demo` with a build tag and so many bytes more.
fn wheel(number: usize, size: usize) -> Form {
    let mut zip = Zip::wheel();
    let noise: String =
        (0..size).map(|at| char::from(b'a' + u8::try_from((at * 7 + number * 13) % 23).expect("small"))).collect();
    zip.replace("demo/__init__.py", &format!("VALUE = {number}\nTEXT = '{noise}'\n"));
    zip.edit("WHEEL", "Root-Is-Purelib", &format!("Build: {number}\nRoot-Is-Purelib"));
    Form::of(&format!("demo-1.0-{number}-py3-none-any.whl"), &zip.bytes())
}

fn listed(served: &Served) -> Vec<Value> {
    let page = get(&served.url("/simple/demo/"), JSON);
    match page.status {
        404 => Vec::new(),
        _ => page.json()["files"].as_array().expect("files").clone(),
    }
}

/// Every file that is listed is there, whole.
fn assert_whole(served: &Served) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for file in listed(served) {
        let name = file["filename"].as_str().expect("a name").to_owned();
        let bytes = get(&served.url(&format!("/files/demo/{name}")), "*/*").body;
        assert_eq!(file["hashes"]["sha256"], Sha256::of(&bytes).to_string(), "{name}");
        assert!(names.insert(name.clone()), "{name} is listed twice");
    }
    names
}

/// Sends a form as far as the server is there, and what it answered.
fn try_post(url: &str, form: &Form, authorization: &str) -> Option<u16> {
    let host = url.trim_start_matches("http://").split('/').next()?.to_owned();
    let body = form.body();
    let boundary = String::from_utf8_lossy(&body[2..]).lines().next()?.to_owned();
    let head = format!(
        "POST /legacy/ HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nAuthorization: {authorization}\r\nContent-Type: multipart/form-data; boundary={boundary}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let mut stream = TcpStream::connect(host).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(30))).ok()?;
    stream.write_all(head.as_bytes()).ok()?;
    stream.write_all(&body).ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok()?;
    String::from_utf8_lossy(&answer).split(' ').nth(1)?.parse().ok()
}

#[test]
fn what_it_said_it_has_survives_every_kill() {
    let sandbox = Sandbox::new();
    let mut random = Random::new(71);
    let mut taken: BTreeSet<String> = BTreeSet::new();
    let mut number = 0;
    for _ in 0..depth::rounds(100) {
        let served = Served::start(&sandbox, &[]);
        let there = assert_whole(&served);
        assert!(taken.is_subset(&there), "lost: {:?}", taken.difference(&there).collect::<Vec<_>>());
        assert_eq!(std::fs::read_dir(sandbox.path("index/incoming")).expect("a folder").count(), 0);
        let (url, right) = (served.upload_url(), basic("__token__", &served.token()));
        let forms: Vec<Form> = (0..4).map(|at| wheel(number + at, 200_000)).collect();
        number += 4;
        let pause = Duration::from_micros(random.below(60_000) as u64);
        let answers: Vec<Option<u16>> = std::thread::scope(|scope| {
            let senders: Vec<_> = forms.iter().map(|form| scope.spawn(|| try_post(&url, form, &right))).collect();
            std::thread::sleep(pause);
            served.kill();
            senders.into_iter().map(|sender| sender.join().expect("no panic")).collect()
        });
        for (form, answer) in forms.iter().zip(answers) {
            match answer {
                Some(200) => drop(taken.insert(form.file_name.clone())),
                Some(status) => panic!("{status}"),
                None => {}
            }
        }
    }
    let served = Served::start(&sandbox, &[]);
    let there = assert_whole(&served);
    assert!(taken.is_subset(&there));
    // What was cut off can be sent again.
    for number in 0..4 {
        assert_eq!(served.post(&wheel(number, 200_000)).status, 200);
    }
}

#[test]
fn racing_for_a_new_project_ends_well_for_all() {
    for round in 0..depth::rounds(100) {
        let sandbox = Sandbox::new();
        let served = Served::start(&sandbox, &[]);
        let (url, right) = (served.upload_url(), basic("__token__", &served.token()));
        let racers = 2 + round % 7;
        let answers: Vec<Option<u16>> = std::thread::scope(|scope| {
            // Each file is sent by two.
            let senders: Vec<_> = (0..racers * 2)
                .map(|at| (&url, &right, wheel(at / 2, 100)))
                .map(|(url, right, form)| scope.spawn(move || try_post(url, &form, right)))
                .collect();
            senders.into_iter().map(|sender| sender.join().expect("no panic")).collect()
        });
        assert!(answers.iter().all(|answer| *answer == Some(200)), "{answers:?}");
        assert_eq!(assert_whole(&served).len(), racers);
    }
}

#[test]
fn a_form_that_no_client_sends_is_refused() {
    let sandbox = Sandbox::new();
    let served = Served::start(&sandbox, &[]);
    let right = basic("__token__", &served.token());
    let send = |kind: &str, body: &[u8]| {
        let headers = [("Authorization", right.as_str()), ("Content-Type", kind), ("Accept", "application/json")];
        let response = request("POST", &served.upload_url(), &headers, body);
        (response.status, response.json()["message"].as_str().unwrap_or_default().to_owned())
    };
    let mut many = Form::of(WHEEL_NAME, &Zip::wheel().bytes());
    many.fields.extend((0..10_000).map(|number| (format!("field{number}"), b"x".to_vec())));
    let large = Form::of(WHEEL_NAME, b"").with("description", Some(&"x".repeat(20 << 20)));
    let kind = |form: &Form| {
        let body = form.body();
        format!("multipart/form-data; boundary={}", String::from_utf8_lossy(&body[2..]).lines().next().expect("one"))
    };
    let cut = many.body();
    for (name, kind, body, expected) in [
        ("no form", "text/plain".to_owned(), b"x".to_vec(), "The request body is not multipart/form-data."),
        (
            "no boundary",
            "multipart/form-data".to_owned(),
            b"x".to_vec(),
            "The request body is not multipart/form-data.",
        ),
        ("many fields", kind(&many), many.body(), "The form has too many fields."),
        ("large field", kind(&large), large.body(), "The fields of the form are too large."),
        ("cut off", kind(&many), cut[..2000].to_vec(), "The form cannot be read: "),
    ] {
        let (status, text) = send(&kind, &body);
        assert_eq!(status, 400, "{name}: {text}");
        assert!(text.starts_with(&format!("Error: {expected}")), "{name}: {text}");
    }
    assert!(listed(&served).is_empty());
    let head = format!("GET / HTTP/1.1\r\nHost: x\r\nX: {}\r\n\r\n", "x".repeat(200_000));
    let mut stream = TcpStream::connect(served.url("").trim_start_matches("http://")).expect("it listens");
    let _ = stream.write_all(head.as_bytes());
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    assert!(answer.is_empty() || answer.starts_with(b"HTTP/1.1 431"), "{}", String::from_utf8_lossy(&answer));
    assert_eq!(get(&served.simple_url(), JSON).status, 200);
}

#[test]
fn a_large_upload_needs_no_memory() {
    // A gigabyte and no byte more is what any project of PyPI may have in a file.
    let megabytes = if depth::is_full() { 1023 } else { 200 };
    let sandbox = Sandbox::new();
    Served::set(&sandbox, &json!({"limits": {"file": 2_000_000_000}}));
    let served = Served::start(&sandbox, &[]);
    let mut random = Random::new(5);
    let piece: Vec<u8> = (0..1 << 20).map(|_| u8::try_from(random.below(256)).expect("a byte")).collect();
    let mut zip = Zip::wheel();
    zip.entries.retain(|entry| !entry.local.name.starts_with(b"demo/"));
    zip.entries.push(crate::support::archives::zip::Entry::stored("demo/data.bin", &piece.repeat(megabytes)));
    assert!(METADATA.contains("demo"));
    let form = Form::of(WHEEL_NAME, &zip.bytes());
    let (status, size) = (served.post(&form).status, form.content.as_ref().map_or(0, Vec::len));
    assert_eq!(status, 200);
    let bytes = get(&served.url(&format!("/files/demo/{WHEEL_NAME}")), "*/*").body;
    assert_eq!(bytes.len(), size);
    let peak = served.peak_memory();
    assert!(peak <= 64 << 20, "{} MiB", peak >> 20);
}

#[test]
fn a_signal_lets_a_request_that_runs_end() {
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let sandbox = Sandbox::new();
        let mut served = Served::start(&sandbox, &[]);
        let (url, right) = (served.upload_url(), basic("__token__", &served.token()));
        let host = url.trim_start_matches("http://").split('/').next().expect("a host").to_owned();
        let form = wheel(1, 100);
        let body = form.body();
        let boundary = String::from_utf8_lossy(&body[2..]).lines().next().expect("one").to_owned();
        let mut stream = TcpStream::connect(host).expect("it listens");
        let head = format!(
            "POST /legacy/ HTTP/1.1\r\nHost: x\r\nAuthorization: {right}\r\nContent-Type: multipart/form-data; boundary={boundary}\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).expect("it reads");
        stream.write_all(&body[..body.len() / 2]).expect("it reads");
        std::thread::sleep(Duration::from_millis(200));
        let begun = Instant::now();
        let sender = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(300));
            stream.write_all(&body[body.len() / 2..]).expect("it reads");
            let mut answer = Vec::new();
            stream.read_to_end(&mut answer).expect("it answers");
            String::from_utf8_lossy(&answer).split(' ').nth(1).map(str::to_owned)
        });
        assert_eq!(served.end(signal), Some(code));
        assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
        assert_eq!(sender.join().expect("no panic").as_deref(), Some("200"));
        let served = Served::start(&sandbox, &[]);
        assert_eq!(assert_whole(&served).len(), 1);
    }
}
