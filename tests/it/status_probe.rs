//! `release status probe`: classes, confirmation, the store, and its figures.

use expect_test::expect;
use jiff::{SignedDuration, Timestamp};
use pyrelease::status::figures::{rank, share, wilson};
use pyrelease::status::probe::{Class, Probe, Stored, availability, read, store};

use crate::status_build::{corpus, sandbox};
use crate::support::Sandbox;
use crate::support::pages::{Pages, Reply};

fn built() -> Sandbox {
    let sandbox = sandbox();
    sandbox.release(&["status", "build", "--db", &corpus()]).success();
    sandbox
}

fn probe(sandbox: &Sandbox, pages: &Pages, more: &[&str]) -> (i32, serde_json::Value) {
    let url = pages.url();
    let arguments = [&["status", "probe", &url, "--pause", "0", "--format", "json"], more].concat();
    let output = sandbox.release(&arguments);
    (output.code, output.json())
}

#[test]
fn a_status_that_is_served_well_is_up() {
    let sandbox = built();
    let pages = Pages::start(&sandbox.repo().join("public"), |_| Reply::File);
    let (code, json) = probe(&sandbox, &pages, &["--limit-ms", "10000"]);
    assert_eq!((code, &json["outcome"]), (0, &"ok".into()), "{json}");
    let found = &json["result"]["probe"];
    assert_eq!((&found["class"], &found["sequence"], &found["cache"]), (&"up".into(), &1.into(), &"HIT".into()));
    assert_eq!(found["first_byte_ms"].as_array().map(Vec::len), Some(5));
    assert_eq!(pages.connections(), 1, "the later requests use the same connection");
}

#[test]
fn slow_stale_invalid_and_down_are_told_apart() {
    let mut sandbox = built();
    let folder = sandbox.repo().join("public");
    let class = |sandbox: &Sandbox, pages: &Pages, more: &[&str]| {
        let (code, json) = probe(sandbox, pages, more);
        assert_eq!(code, 10, "{json}");
        (json["result"]["probe"]["class"].clone(), json["findings"][0]["code"].clone())
    };
    let slow = Pages::start(&folder, |_| Reply::Late(80));
    assert_eq!(class(&sandbox, &slow, &["--limit-ms", "40"]), ("slow".into(), "status/slow".into()));
    let page = Pages::start(&folder, |_| Reply::Said(200, "<!doctype html>".to_owned()));
    assert_eq!(class(&sandbox, &page, &[]), ("invalid".into(), "status/invalid".into()));
    let refuses = Pages::start(&folder, |_| Reply::Said(404, String::new()));
    assert_eq!(class(&sandbox, &refuses, &[]), ("down".into(), "status/down".into()));
    let closes = Pages::start(&folder, |_| Reply::Close);
    assert_eq!(class(&sandbox, &closes, &[]), ("down".into(), "status/down".into()));
    sandbox.set("RELEASE_NOW", "2024-10-18T12:00:00Z");
    let late = Pages::start(&folder, |_| Reply::File);
    assert_eq!(class(&sandbox, &late, &[]), ("stale".into(), "status/expired".into()));
}

#[test]
fn one_fault_of_three_tries_is_not_down_and_two_are() {
    let sandbox = built();
    let folder = sandbox.repo().join("public");
    let fault = || Reply::Said(503, String::new());
    // Each try makes two requests; the first try ends with its first.
    let once = Pages::start(&folder, move |number| if number < 2 { fault() } else { Reply::File });
    assert_eq!(probe(&sandbox, &once, &["--samples", "1", "--limit-ms", "10000"]).0, 0);
    let twice = Pages::start(&folder, move |number| if number < 4 { fault() } else { Reply::File });
    assert_eq!(probe(&sandbox, &twice, &["--samples", "1", "--limit-ms", "10000"]).0, 10);
}

#[test]
fn a_name_that_cannot_be_looked_up_tells_nothing() {
    let sandbox = sandbox();
    let output = sandbox.release(&["status", "probe", "https://status.invalid/", "--pause", "0"]);
    assert_eq!(output.code, 11, "{output}");
    expect![[r#"
        warning[status/no-answer]: no answer from `status.invalid` while sending the request
          help: look at the network of this machine
        ------- stderr -------
        cannot tell: see above what is missing
        [exit status: 11]
    "#]]
    .assert_eq(&output.to_string());
    expect![[r#"
        ------- stderr -------
        error[cli/usage]: `public` is no URL
          hint: a probe asks a server: `https://…`
        [exit status: 2]
    "#]]
    .assert_eq(&sandbox.release(&["status", "probe", "public"]).to_string());
}

#[test]
fn probes_are_stored_and_nothing_is_in_a_dry_run() {
    let mut sandbox = built();
    let pages = Pages::start(&sandbox.repo().join("public"), |_| Reply::File);
    let store = ["--store", "kept/probes.jsonl", "--limit-ms", "10000", "--every", "30"];
    probe(&sandbox, &pages, &[&store[..], &["--dry-run"]].concat());
    assert!(!sandbox.repo().join("kept").exists());
    probe(&sandbox, &pages, &store);
    sandbox.set("RELEASE_NOW", "2024-10-16T13:00:00Z");
    probe(&sandbox, &pages, &store);
    let text = sandbox.read("kept/probes.jsonl");
    let (lines, unread) = read(&text);
    assert_eq!((lines.len(), unread), (2, 0), "{text}");
    // Two of the three that two hours of every thirty minutes would have had by now.
    let figures = availability(&lines, "2024-10-16T13:00:00Z".parse().expect("a time")).expect("figures");
    assert_eq!((figures.samples, figures.expected, figures.available), (2, 3, 2));
    assert_eq!((figures.available_pct, figures.coverage_pct), (None, None), "no shares of fewer than five");
}

fn at(hours: i64, class: Class) -> Probe {
    let begin: Timestamp = "2026-09-01T00:00:00Z".parse().expect("a time");
    Probe {
        time: (begin + SignedDuration::from_hours(hours)).to_string(),
        url: "https://acme.example.org/security-status/index.json".to_owned(),
        class,
        reason: String::new(),
        every_minutes: 60,
        sequence: Some(1),
        cold_ms: Some(120),
        first_byte_ms: vec![10, 20, 30],
        total_ms: vec![11, 21, 31],
        cache: None,
    }
}

#[test]
fn old_probes_are_folded_into_days_and_the_figures_stay() {
    let begin: Timestamp = "2026-09-01T00:00:00Z".parse().expect("a time");
    let mut text = String::new();
    let mut whole = Vec::new();
    for hours in 0..24 * 60 {
        // One of ten is missing, one of twenty down.
        if hours % 10 == 3 {
            continue;
        }
        let probe = at(hours, if hours % 20 == 7 { Class::Down } else { Class::Up });
        let now = begin + SignedDuration::from_hours(hours);
        whole.push(Stored::Probe(probe.clone()));
        text = store(read(&text).0, probe, now);
    }
    let now = begin + SignedDuration::from_hours(24 * 60);
    let (lines, unread) = read(&text);
    assert_eq!(unread, 0);
    assert!(lines.len() < 24 * 31 + 31, "{} lines", lines.len());
    let (folded, unfolded) = (availability(&lines, now).expect("figures"), availability(&whole, now).expect("figures"));
    assert_eq!(folded, unfolded);
    assert_eq!((folded.samples, folded.expected, folded.coverage_pct), (1_296, 1_441, Some(89.9)));
    assert_eq!(folded.available_pct, Some(94.4));
    assert_eq!((folded.available_low_pct, folded.available_high_pct), (Some(93.1), Some(95.6)));
    assert_eq!(folded.p95_ttfb_ms, Some(30));
}

#[test]
fn figures_of_few_say_little() {
    assert_eq!((share(4, 4), share(5, 5), share(2, 3)), (None, Some(100.0), None));
    assert_eq!(wilson(4, 4), None);
    // Five of five stand for no more than half and more.
    assert_eq!(wilson(5, 5), Some((56.6, 100.0)));
    assert_eq!(wilson(90, 100), Some((82.6, 94.5)));
    assert_eq!((rank::<u64>(&[], 95), rank(&[7], 95), rank(&[1, 2, 3, 4], 50)), (None, Some(7), Some(2)));
}
