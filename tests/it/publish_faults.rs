//! `release publish` against an index that breaks, stalls, drips and lies: every wait ends within its limit, what passes
//! is tried again unattended, and what is final is sent once.

use std::os::unix::fs::FileExt;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use pyrelease::index::words::{Meaning, holes, rows, say};
use serde_json::json;

use crate::support::archives::tar::{SDIST_NAME, Tar};
use crate::support::archives::zip::{Entry, WHEEL_NAME, Zip};
use crate::support::sandbox::Output;
use crate::support::server::{Act, FakeIndex};
use crate::support::{Sandbox, depth, on_a_terminal};

const PYPROJECT: &str = "[project]\nname = \"demo\"\nversion = \"1.0\"\n";

/// The project `demo` 1.0 with this wheel, and an index with short limits.
fn demo(wheel: &[u8], upload: &str, simple: &str, limits: &str) -> Sandbox {
    let sandbox = Sandbox::with(&[("pyproject.toml", PYPROJECT), (".gitignore", "dist/\nrelease.toml\n")]);
    sandbox.write(&format!("dist/{WHEEL_NAME}"), wheel);
    sandbox.write(
        "release.toml",
        format!("stages = [\"fake\"]\n[index.fake]\nupload = \"{upload}\"\nsimple = \"{simple}\"\n{limits}\n"),
    );
    sandbox.write("token", "a-secret-of-tests-123456");
    sandbox
}

fn against(fake: &FakeIndex, limits: &str) -> Sandbox {
    demo(&Zip::wheel().bytes(), &fake.upload_url(), &fake.simple_url(), limits)
}

/// An honest wheel that no buffer of the system holds.
fn large_wheel() -> Vec<u8> {
    let mut zip = Zip::wheel();
    zip.entries.push(Entry::stored("demo/data.bin", &vec![b'x'; 12 << 20]));
    zip.bytes()
}

fn publish(sandbox: &Sandbox, more: &[&str]) -> Output {
    let output = sandbox.release(&[&["publish", "--token-file", "token"], more].concat());
    assert!(!output.to_string().contains("a-secret-of-tests"), "{output}");
    output
}

/// Exit code, code of the failure, and how often the file was sent.
fn under(script: &[Act], limits: &str) -> (i32, String, usize) {
    let fake = FakeIndex::start(script);
    let output = publish(&against(&fake, limits), &["--format", "json"]);
    (output.code, output.failure_code(), fake.uploads().len())
}

/// Publishes, and does something when the first file is on its way.
fn while_it_is_sent(fake: &FakeIndex, sandbox: &Sandbox, change: impl Fn()) -> Output {
    std::thread::scope(|scope| {
        let running = scope.spawn(|| publish(sandbox, &["--format", "json"]));
        while fake.begun() == 0 && !running.is_finished() {
            std::thread::sleep(Duration::from_millis(10));
        }
        change();
        running.join().expect("it ends")
    })
}

/// Runs a case for each, several side by side: they wait more than they work.
fn all<T: Sync>(cases: &[T], check: impl Fn(&T) + Sync) {
    let next = Mutex::new(cases.iter());
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..8)
            .map(|_| {
                scope.spawn(|| {
                    loop {
                        let case = next.lock().expect("no panic").next();
                        let Some(case) = case else { break };
                        check(case);
                    }
                })
            })
            .collect();
        for one in running {
            one.join().expect("the case holds");
        }
    });
}

const SHORT: &str = "retries = 0\ntimeouts = { connect = 1, first-byte = 1, progress = 1, total = 4 }";

#[test]
fn no_form_of_hanging_lasts() {
    let large = large_wheel();
    let small = Zip::wheel().bytes();
    let cases: [(Act, &[u8], &str); 7] = [
        (Act::Silence, &small, "takes more than 1 s (`first-byte`) while waiting for the answer"),
        (Act::HalfHead, &small, "takes more than 1 s (`first-byte`) while waiting for the answer"),
        (Act::DripHead, &small, "takes more than 1 s (`first-byte`) while waiting for the answer"),
        (Act::DripBody, &small, "takes more than 1 s (`progress`) while reading the answer"),
        (Act::NeverRead, &large, "takes more than 1 s (`progress`) while sending"),
        (Act::ReadSlowly, &large, "takes more than 1 s (`progress`) while sending"),
        (Act::Endless, &small, "it answered 500 xxx"),
    ];
    all(&cases, |(act, wheel, said)| {
        let fake = FakeIndex::start(std::slice::from_ref(act));
        let sandbox = demo(wheel, &fake.upload_url(), &fake.simple_url(), SHORT);
        let began = Instant::now();
        let output = publish(&sandbox, &[]);
        // What is not waiting is a debug build on a busy machine.
        assert!(began.elapsed() < Duration::from_secs(20), "{act:?} takes {:?}", began.elapsed());
        assert_eq!(output.code, 1, "{output}");
        assert!(output.stderr.contains("error[index/busy]") && output.stderr.contains(said), "{act:?}: {output}");
    });
}

#[test]
fn a_server_that_accepts_and_says_nothing_in_tls_is_left() {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    let fake = FakeIndex::start(&[]);
    let sandbox = demo(&Zip::wheel().bytes(), &format!("https://{address}/legacy/"), &fake.simple_url(), SHORT);
    let output = publish(&sandbox, &[]);
    assert_eq!(output.code, 1);
    assert!(output.stderr.contains("takes more than 1 s (`connect`) while connecting"), "{output}");
    // The whole is limited, too, however alive the server seems.
    let limits = "retries = 0\ntimeouts = { first-byte = 60, progress = 60, total = 2 }";
    let fake = FakeIndex::start(&[Act::DripBody]);
    let output = publish(&against(&fake, limits), &[]);
    assert!(output.stderr.contains("takes more than 2 s (`total`) while sending and answering"), "{output}");
    // And so is the listing.
    let simple = format!("http://{address}/simple/");
    let output = publish(&demo(&Zip::wheel().bytes(), &fake.upload_url(), &simple, SHORT), &["--format", "json"]);
    assert_eq!((output.code, output.failure_code().as_str()), (1, "effects/slow"));
    drop(listener);
}

#[test]
fn a_signal_ends_a_wait_and_the_next_run_goes_on() {
    for (signal, code) in [("-INT", 130), ("-TERM", 143)] {
        let fake = FakeIndex::start(&[Act::Accept, Act::Silence]);
        let sandbox = against(&fake, "");
        sandbox.write(&format!("dist/{SDIST_NAME}"), Tar::sdist().gz());
        let mut command = sandbox.command(&["publish", "--token-file", "token"]);
        let mut child = command.stderr(std::process::Stdio::null()).spawn().expect("it starts");
        while fake.uploads().len() < 2 {
            std::thread::sleep(Duration::from_millis(20));
        }
        let began = Instant::now();
        let pid = child.id().to_string();
        assert!(std::process::Command::new("kill").args([signal, &pid]).status().expect("kill").success());
        assert_eq!(child.wait().expect("it ends").code(), Some(code));
        assert!(began.elapsed() < Duration::from_secs(5));
        fake.extend(&[Act::Accept]);
        publish(&sandbox, &[]).success();
        assert_eq!(fake.uploads().len(), 3);
    }
}

#[test]
fn a_fault_that_passes_is_tried_again_unattended() {
    let json = |text: &str| json!({"code": text}).to_string();
    let faults = [
        (Act::ResetAt(3), 2),
        (Act::ResetAt(700), 2),
        (Act::Reset(900), 2),
        (Act::Truncated(200), 2),
        (Act::Truncated(400), 2),
        (Act::StoreAndClose, 1),
        (Act::Silence, 2),
        (Act::Say(408, String::new()), 2),
        (Act::Say(429, String::new()), 2),
        (Act::Say(502, "<html>bad gateway</html>".to_owned()), 2),
        (Act::Say(403, json("403 Read-only mode: Uploads are temporarily disabled.")), 2),
        (Act::Say(400, json("400 The digest supplied does not match a digest calculated from the uploaded file.")), 2),
        (Act::Huge(503, 2), 2),
    ];
    all(&faults, |(fault, sent)| {
        let limits = "retries = 1\ntimeouts = { first-byte = 1, progress = 2 }";
        assert_eq!(under(&[fault.clone(), Act::Accept], limits), (0, String::new(), *sent), "{fault:?}");
    });
}

#[test]
fn a_reset_anywhere_is_tried_again() {
    let whole = FakeIndex::start(&[Act::Accept]);
    publish(&against(&whole, ""), &[]).success();
    let length = whole.uploads()[0].len();
    let blake2 = pyrelease::archive::Blake2b256::of(&Zip::wheel().bytes());
    assert!(whole.uploads()[0].contains(&format!("name=\"blake2_256_digest\"\r\n\r\n{blake2}\r\n")));
    let most = if depth::is_full() { 20 } else { 7 };
    let positions: Vec<usize> = (0..most).map(|step| length * step / (most - 1)).collect();
    all(&positions, |position| {
        let (code, failure, sent) = under(&[Act::ResetAt(*position), Act::Accept], "retries = 1");
        assert_eq!((code, failure.as_str()), (0, ""), "at {position} of {length}");
        assert_eq!(sent, 2, "at {position} of {length}");
    });
}

#[test]
fn what_pypi_refuses_for_good_is_sent_once() {
    let passing = [Meaning::ReadOnly, Meaning::Paused, Meaning::Fault, Meaning::Digest, Meaning::TooManyProjects];
    let cases: Vec<_> = rows().filter(|row| !passing.contains(&row.meaning)).collect();
    all(&cases, |row| {
        let (status, text) = say(row.meaning, &vec!["demo"; holes(row.meaning)]);
        let body = json!({"code": format!("{status} {text}")}).to_string();
        let ended = under(&[Act::Say(status, body)], "retries = 4");
        assert_eq!(ended, (1, row.code.to_owned(), 1), "{text}");
    });
}

#[test]
fn what_lasts_ends_with_the_words_of_the_index() {
    let said = |meaning| {
        let (status, text) = say(meaning, &vec!["demo"; holes(meaning)]);
        Act::Say(status, json!({"code": format!("{status} {text}")}).to_string())
    };
    let twice = |meaning| under(&[said(meaning), said(meaning)], "retries = 1");
    assert_eq!(twice(Meaning::ReadOnly), (1, "index/uploads-paused".to_owned(), 2));
    assert_eq!(twice(Meaning::Digest), (1, "index/digest".to_owned(), 2));
    assert_eq!(twice(Meaning::Fault), (1, "index/busy".to_owned(), 2));
    let limited = [Act::Answer(
        429,
        "RateLimit: \"project.create.user\";r=0;t=3543\r\n",
        "{\"code\": \"429 Too many new projects created\"}",
    )];
    let fake = FakeIndex::start(&limited);
    let output = publish(&against(&fake, ""), &[]);
    assert!(output.stderr.contains("error[index/too-many-projects]"), "{output}");
    assert!(output.stderr.contains("3543 seconds from now"), "{output}");
    let short = [Act::Answer(429, "RateLimit: \"a\";r=0;t=1\r\n", ""), Act::Accept];
    assert_eq!(under(&short, "retries = 1"), (0, String::new(), 2));
}

#[test]
fn the_listing_tells_what_a_refusal_means() {
    let wheel = Zip::wheel().bytes();
    let sha256 = pyrelease::archive::Sha256::of(&wheel).to_string();
    let listing = |name: &str, sha256: &str, status: &str| {
        json!({
            "meta": {"api-version": "1.4"}, "name": "demo", "project-status": {"status": status},
            "files": [{"filename": name, "url": name, "hashes": {"sha256": sha256}}]
        })
        .to_string()
    };
    let exists = "File already exists ('f', with blake2_256 hash 'x').";
    let yours = "The user 'bob' isn't allowed to upload to project 'demo'.";
    let other = "demo-0.9-py3-none-any.whl";
    for (text, status, listed, code) in [
        (exists, 400, listing(WHEEL_NAME, &"0".repeat(64), "active"), "index/different-file"),
        (exists, 400, listing(other, &sha256, "active"), "index/other-name"),
        (exists, 400, listing(other, &"0".repeat(64), "active"), "index/file-exists"),
        (exists, 400, listing(WHEEL_NAME, &sha256, "active"), ""),
        (yours, 403, listing(other, &"0".repeat(64), "active"), "index/not-yours"),
        (yours, 403, listing(other, &"0".repeat(64), "archived"), "index/project-status"),
        (yours, 403, listing(other, &"0".repeat(64), "quarantined"), "index/project-status"),
    ] {
        let body = json!({"code": format!("{status} {text}")}).to_string();
        let fake = FakeIndex::start(&[Act::Pause(Duration::from_secs(1)), Act::Say(status, body)]);
        // The first upload is another file's, so that the listing is changed after the plan was made.
        let sandbox = against(&fake, "retries = 0");
        let first = "demo-1.0-py2-none-any.whl";
        let mut zip = Zip::wheel();
        zip.edit("WHEEL", "py3", "py2");
        sandbox.write(&format!("dist/{first}"), zip.bytes());
        let output = while_it_is_sent(&fake, &sandbox, || {
            fake.list(200, "application/vnd.pypi.simple.v1+json", listed.clone());
        });
        assert_eq!(output.failure_code(), code, "{output}");
        assert_eq!(output.code, if code.is_empty() { 0 } else { 4 }, "{output}");
        assert_eq!(fake.uploads().len(), 2, "{code}");
    }
}

#[test]
fn a_refusal_that_needs_no_file_is_heard() {
    let body = json!({"code": "403 Invalid or non-existent authentication information."}).to_string();
    for wheel in [Zip::wheel().bytes(), large_wheel()] {
        let script = [Act::Early(403, body.clone()), Act::Early(403, body.clone())];
        let fake = FakeIndex::start(&script);
        let sandbox = demo(&wheel, &fake.upload_url(), &fake.simple_url(), "retries = 1");
        let output = publish(&sandbox, &["--format", "json"]);
        assert_eq!((output.code, output.failure_code().as_str()), (1, "index/credential"), "{output}");
    }
}

#[test]
fn nothing_follows_a_redirect() {
    let stranger = FakeIndex::start(&[Act::Accept]);
    let (code, failure, sent) = under(&[Act::Redirect(stranger.upload_url())], "");
    assert_eq!((code, failure.as_str(), sent), (1, "index/redirected", 1));
    assert_eq!((stranger.uploads().len(), stranger.begun()), (0, 0));
    let fake = FakeIndex::start(&[]);
    let moved = FakeIndex::start(&[Act::Redirect("/legacy/".to_owned())]);
    let sandbox =
        demo(&Zip::wheel().bytes(), &moved.upload_url().replace("/legacy/", "/legacy"), &fake.simple_url(), "");
    let output = publish(&sandbox, &[]);
    assert!(output.stderr.contains("end `upload` of the index with a slash"), "{output}");
}

#[test]
fn a_huge_answer_is_not_kept() {
    let fake = FakeIndex::start(&[Act::Huge(400, 200)]);
    let began = Instant::now();
    let output = publish(&against(&fake, ""), &[]);
    assert!(output.stderr.contains("error[index/refused]") && output.stderr.len() < 4096, "{output}");
    assert!(began.elapsed() < Duration::from_secs(20));
}

#[test]
fn only_the_bytes_that_were_checked_arrive() {
    // Replaced while it is sent: what is held open is sent, whatever has its name now.
    let fake = FakeIndex::start(&[Act::Pause(Duration::from_millis(800))]);
    let large = large_wheel();
    let sandbox = demo(&large, &fake.upload_url(), &fake.simple_url(), "retries = 0");
    let path = sandbox.repo().join("dist").join(WHEEL_NAME);
    let output = while_it_is_sent(&fake, &sandbox, || {
        std::fs::write(path.with_extension("new"), b"another").expect("room");
        std::fs::rename(path.with_extension("new"), &path).expect("the same disk");
    });
    assert_eq!(output.code, 0, "{output}");
    assert!(fake.uploads()[0].ends_with("--\r\n"));
    // Written into while it is sent: the index never gets the whole form.
    let fake = FakeIndex::start(&[Act::Pause(Duration::from_millis(800))]);
    let sandbox = demo(&large, &fake.upload_url(), &fake.simple_url(), "retries = 0");
    let path = sandbox.repo().join("dist").join(WHEEL_NAME);
    let output = while_it_is_sent(&fake, &sandbox, || {
        let file = std::fs::File::options().write(true).open(&path).expect("it is there");
        file.write_at(b"other bytes", (large.len() - 100) as u64).expect("room");
    });
    assert_eq!((output.code, output.failure_code().as_str()), (1, "index/file-changed"), "{output}");
    while fake.uploads().is_empty() {
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(!fake.uploads()[0].ends_with("--\r\n"), "the last boundary was sent");
}

#[test]
fn each_attempt_is_told_in_one_line_and_the_listing_has_attempts_of_its_own() {
    let fake = FakeIndex::start(&[Act::Say(502, "<html>bad gateway</html>".to_owned()), Act::Accept]);
    let output = publish(&against(&fake, ""), &[]).success();
    let told: Vec<&str> = output.stderr.lines().filter(|line| line.contains("attempt")).collect();
    assert_eq!(told, ["note: `demo-1.0-py3-none-any.whl`: it answered 502 bad gateway; next attempt in 1 s"]);
    let fake = FakeIndex::start(&[Act::Accept]);
    fake.list_once(503, "text/plain", "");
    publish(&against(&fake, "retries = 1"), &[]).success();
    assert_eq!(fake.asked(), 2);
    let closed = std::net::TcpListener::bind(("127.0.0.1", 0)).and_then(|socket| socket.local_addr()).expect("a port");
    let sandbox = demo(&Zip::wheel().bytes(), &fake.upload_url(), &format!("http://{closed}/simple/"), "retries = 0");
    let output = publish(&sandbox, &[]);
    assert!(
        output.stderr.contains(&format!("error[effects/no-answer]: no answer from `{closed}` while connecting")),
        "{output}"
    );
}

#[test]
fn what_takes_long_is_told_on_the_way() {
    let mut zip = Zip::wheel();
    zip.entries.push(Entry::stored("demo/data.bin", &vec![b'x'; 17 << 20]));
    let wheel = zip.bytes();
    let fake = FakeIndex::start(&[Act::Accept]);
    let sandbox = demo(&wheel, &fake.upload_url(), &fake.simple_url(), "");
    let output = publish(&sandbox, &["--format", "github"]).success();
    let told: Vec<&str> = output.stderr.lines().filter(|line| line.ends_with(" %")).collect();
    let expected = [25, 50, 75].map(|percent| format!("{WHEEL_NAME}: {percent} %"));
    assert_eq!(told, expected, "{output}");
}

#[test]
fn on_a_terminal_every_file_has_its_bar() {
    let pause = || Act::Pause(Duration::from_millis(700));
    let fake = FakeIndex::start(&[Act::Accept, pause(), pause()]);
    let sandbox = against(&fake, "retries = 0");
    let mut names = Vec::new();
    for python in ["py30", "py31"] {
        let mut zip = Zip::wheel();
        zip.edit("WHEEL", "py3", python);
        zip.entries.push(Entry::stored("demo/data.bin", &vec![b'x'; 12 << 20]));
        names.push(WHEEL_NAME.replace("py3", python));
        sandbox.write(&format!("dist/{}", WHEEL_NAME.replace("py3", python)), zip.bytes());
    }
    let (code, shown) = on_a_terminal(&sandbox, &["publish", "--token-file", "token"], "");
    assert_eq!(code, 0, "{shown}");
    // Both at once, one below the other, before either is done.
    let both = |shown: &str| names.iter().all(|name| shown.contains(&format!("{name} [")));
    assert!(both(&shown), "{shown}");
    let last = shown.lines().last().unwrap_or_default();
    assert!(!last.contains('%'), "{shown}");
}

/// Five wheels and an sdist of `demo` 1.0.
fn many(fake: &FakeIndex) -> Sandbox {
    let sandbox = against(fake, "retries = 0");
    for python in ["cp310", "cp311", "cp312", "cp313"] {
        let mut zip = Zip::wheel();
        zip.edit("WHEEL", "py3", python);
        sandbox.write(&format!("dist/demo-1.0-{python}-none-any.whl"), zip.bytes());
    }
    sandbox.write(&format!("dist/{SDIST_NAME}"), Tar::sdist().gz());
    sandbox
}

fn states(output: &Output) -> Vec<(String, String)> {
    let document = output.json();
    let files = document["result"]["files"].as_array().expect("files").clone();
    let word = |file: &serde_json::Value, key: &str| file[key].as_str().unwrap_or_default().to_owned();
    files.iter().map(|file| (word(file, "path"), word(file, "state"))).collect()
}

#[test]
fn the_first_file_goes_alone_and_then_four_at_once() {
    let pause = Act::Pause(Duration::from_millis(300));
    let fake = FakeIndex::start(&vec![pause; 6]);
    let output = publish(&many(&fake), &["--format", "json"]).success();
    assert_eq!(states(&output).len(), 6);
    assert!(states(&output).iter().all(|(_, state)| state == "uploaded"), "{output}");
    assert_eq!(fake.most_at_once(), 4);
    let names: Vec<String> = fake
        .uploads()
        .iter()
        .map(|text| {
            text.split("filename=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default().to_owned()
        })
        .collect();
    assert_eq!(names.first().map(String::as_str), Some("demo-1.0-cp310-none-any.whl"));
    assert_eq!(names.last().map(String::as_str), Some(SDIST_NAME));
    // Once to plan: the listing is not asked for each file.
    assert_eq!(fake.asked(), 1);
}

#[test]
fn where_one_is_refused_the_rest_is_told_and_sent_by_the_next_run() {
    for refused in 0..6 {
        let mut script = vec![Act::Pause(Duration::from_millis(50)); 6];
        script[refused] = Act::Say(400, json!({"code": "400 not this one"}).to_string());
        let fake = FakeIndex::start(&script);
        let sandbox = many(&fake);
        let output = publish(&sandbox, &["--format", "json"]);
        assert_eq!(output.code, if refused == 0 { 1 } else { 4 }, "{output}");
        assert_eq!(output.failure_code(), "index/refused");
        let states = states(&output);
        let count = |wanted: &str| states.iter().filter(|(_, state)| state == wanted).count();
        assert_eq!((states.len(), count("refused")), (6, 1), "{output}");
        assert_eq!(count("uploaded"), fake.uploads().len() - 1, "{output}");
        assert_eq!(count("not-sent"), 6 - fake.uploads().len(), "{output}");
        let rest = 6 - count("uploaded");
        fake.extend(&vec![Act::Accept; 6]);
        let before = fake.uploads().len();
        publish(&sandbox, &[]).success();
        assert_eq!(fake.uploads().len() - before, rest);
        publish(&sandbox, &[]).success();
        assert_eq!(fake.uploads().len() - before, rest);
    }
}

#[test]
fn what_must_be_attested_is_not_sent_without() {
    let fake = FakeIndex::start(&[Act::Accept]);
    let output = publish(&against(&fake, "attestations = \"require\""), &["--format", "json"]);
    assert_eq!((output.code, output.failure_code().as_str()), (1, "index/no-attestation"), "{output}");
    assert!(fake.uploads().is_empty());
    // One that proves nothing stops it, too.
    let sandbox = against(&fake, "attestations = \"prefer\"");
    sandbox.write(&format!("dist/{WHEEL_NAME}.publish.attestation"), "{}");
    let output = publish(&sandbox, &["--format", "json"]);
    assert_eq!((output.code, output.failure_code().as_str()), (1, "index/attestation"), "{output}");
    assert!(fake.uploads().is_empty());
}
