//! No secret anywhere: a canary in every allowed place, every command at the highest verbosity in every
//! format, and a recording `python3` and `git` that write down their arguments and environment.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::support::Sandbox;
use crate::support::projects::ACME;
use crate::support::sandbox::{CANARY, assert_clean};

/// Puts programs on PATH that write down what they were given, and then are what they stand for.
fn record_children(sandbox: &mut Sandbox) {
    let bin = sandbox.path("recording");
    std::fs::create_dir(&bin).expect("a folder");
    let path = sandbox
        .command(&[])
        .get_envs()
        .find_map(|(name, value)| (name == "PATH").then(|| value?.to_str().map(str::to_owned)))
        .flatten()
        .expect("a PATH");
    for name in ["python3", "git"] {
        let real = path
            .split(':')
            .map(|folder| Path::new(folder).join(name))
            .find(|candidate| candidate.is_file())
            .expect("it is installed");
        let record = sandbox.path("record.txt");
        let script = format!(
            "#!/bin/sh\n{{ printf '%s\\n' \"$0\" \"$@\"; env; }} >> {}\nexec {} \"$@\"\n",
            record.display(),
            real.display()
        );
        std::fs::write(bin.join(name), script).expect("a file");
        std::fs::set_permissions(bin.join(name), std::fs::Permissions::from_mode(0o755)).expect("a mode");
    }
    sandbox.set("PATH", format!("{}:{path}", bin.display()));
}

/// Every file below a folder, as text.
fn assert_clean_below(folder: &Path, except: &[&str]) {
    for entry in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        if except.iter().any(|name| entry.ends_with(name)) {
            continue;
        }
        if entry.is_dir() {
            assert_clean_below(&entry, except);
        } else if let Ok(bytes) = std::fs::read(&entry) {
            assert_clean(&String::from_utf8_lossy(&bytes), &entry.display().to_string());
        }
    }
}

/// Every command once, with arguments that make it do something.
const COMMANDS: &[&[&str]] = &[
    &[],
    &["show"],
    &["version", "--next", "minor"],
    &["references", "--check"],
    &["history"],
    &["explain", "plan/no-token"],
    &["schema", "config"],
    &["completions", "bash"],
    &["man"],
    &["audit"],
    &["security", "record", "README.md"],
    &["security", "changes"],
    &["security", "decide"],
    &["security", "explain"],
    &["security", "approve", "0123456789abcdef"],
    &["security", "trigger"],
    &["status", "build", "--out", "site"],
    &["status", "publish", "--to", "dir", "other", "--from", "site"],
    &["status", "publish", "--to", "branch", "nowhere.git", "--from", "site"],
    &["status", "check", "site"],
    &["status", "probe", "http://127.0.0.1:9/", "--pause", "0"],
    &["check", "nothing.whl"],
    &["build", "--offline"],
    &["publish", "--index", "pypi", "--offline"],
    &["publish", "--index", "http://127.0.0.1:9/legacy/"],
    &["verify", "--index", "http://127.0.0.1:9/legacy/", "--wait", "0"],
    &["announce", "--dry-run"],
    &["notes"],
    &["watch"],
    &["rehearse", "--offline", "--keep", "kept"],
    &["bump", "minor", "--dry-run"],
    &["bump", "sideways"],
];

#[test]
fn the_canary_is_in_no_output_file_argument_or_environment() {
    let mut sandbox = Sandbox::with(ACME);
    sandbox.set("PIP_INDEX_URL", format!("http://__token__:{CANARY}@127.0.0.1:9/simple/"));
    sandbox.set("HTTPS_PROXY", format!("http://user:{CANARY}@127.0.0.1:9"));
    record_children(&mut sandbox);
    let userinfo = format!("http://__token__:{CANARY}@127.0.0.1:9/legacy/");
    std::fs::write(sandbox.path("token.txt"), CANARY).expect("a file");
    let token = sandbox.path("token.txt").display().to_string();
    sandbox.write("dist/acme-1.2.3-py3-none-any.whl", "not a wheel");
    let own: &[&[&str]] = &[
        &["publish", "--index", &userinfo],
        &["verify", "--index", &userinfo, "--wait", "0"],
        &["publish", "--index", "http://127.0.0.1:9/legacy/", "--token-file", &token],
        &["status", "check", &userinfo],
        &["status", "probe", &userinfo, "--pause", "0"],
        &["status", "build", "--out", "site", "--previous", &userinfo],
        &["status", "publish", "--to", "branch", &userinfo, "--from", "site"],
        &["bump", CANARY],
        &["show", "--config", CANARY],
    ];
    for command in COMMANDS.iter().chain(own) {
        for format in ["human", "json", "github"] {
            let mut arguments = command.to_vec();
            arguments.extend(["-vv", "--format", format]);
            // `finish` searches both streams.
            let output = sandbox.release(&arguments);
            assert_ne!(output.code, 70, "{arguments:?}: {output}");
        }
    }
    assert_clean_below(&sandbox.path("cache"), &[]);
    assert_clean_below(&sandbox.repo(), &[]);
    let record = std::fs::read_to_string(sandbox.path("record.txt")).expect("children were recorded");
    assert!(record.contains("-m\nvenv") || record.contains("python3"), "{record}");
    // Installers may see the user's own pip and proxy settings; nothing else may carry the canary.
    for line in record.lines().filter(|line| !line.starts_with("PIP_INDEX_URL=") && !line.starts_with("HTTPS_PROXY=")) {
        assert_clean(line, "arguments or environment of a child");
    }
}

#[test]
fn a_planted_leak_is_found_in_every_form() {
    use base64::Engine;
    let base64 = base64::engine::general_purpose::STANDARD.encode(format!("__token__:{CANARY}"));
    let percent = CANARY.replace('-', "%2D");
    let json = serde_json::json!({"token": CANARY}).to_string();
    let url = format!("https://__token__:{CANARY}@host/");
    for leak in [CANARY, &base64, &percent, &json, &url] {
        let caught = std::panic::catch_unwind(|| assert_clean(&format!("some output {leak} and more"), "a test"));
        assert!(caught.is_err(), "{leak} was not found");
    }
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn a_whole_rehearsal_leaks_nothing() {
    let mut sandbox = Sandbox::with(ACME).online();
    record_children(&mut sandbox);
    std::fs::write(sandbox.path("home").join(".netrc"), format!("machine example.org password {CANARY}\n"))
        .expect("a file");
    let keep = sandbox.path("kept").display().to_string();
    let output = sandbox.release(&["rehearse", "-vv", "--format", "json", "--keep", &keep]);
    assert_eq!(output.code, 0, "{output}");
    assert_clean_below(&sandbox.path("kept"), &[]);
    let record = std::fs::read_to_string(sandbox.path("record.txt")).expect("children were recorded");
    assert!(record.contains("venv"), "{record}");
    assert_clean(&record, "arguments or environment of a child");
    // The token of the embedded index was real, and only its own folder had it, which is gone.
    let text = format!("{}{}{record}", output.stdout, output.stderr);
    assert!(!text.contains("pypi-"), "a token of the embedded index was shown");
}
