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

/// The variables that hold a secret of their own each; the last is what is sent.
const PLANTED: [&str; 17] = [
    "RELEASE_TOKEN",
    "RELEASE_TOKEN_PYPI",
    "RELEASE_FORGE_TOKEN",
    "TWINE_PASSWORD",
    "UV_PUBLISH_TOKEN",
    "UV_PUBLISH_PASSWORD",
    "FLIT_PASSWORD",
    "PDM_PUBLISH_PASSWORD",
    "MATURIN_PASSWORD",
    "PYPI_TOKEN",
    "PYPI_API_TOKEN",
    "POETRY_PYPI_TOKEN_MINE",
    "GITHUB_TOKEN",
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
    "AWS_SECRET_ACCESS_KEY",
    ".pypirc",
    "token file",
];

/// A secret with characters that every encoding changes.
fn secret(number: usize) -> String {
    format!("S3cr{number:02}\"/+{}=?&%<{number:02}>\\{}", "aZ9~".repeat(3), "q-_.7".repeat(3))
}

/// It as it is, and in the six ways in which it travels.
fn forms(secret: &str) -> [String; 7] {
    use base64::Engine;
    use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE};
    let percent = |upper: bool| {
        let escape = |byte: u8| match (byte.is_ascii_alphanumeric(), upper) {
            (true, _) => char::from(byte).to_string(),
            (_, true) => format!("%{byte:02X}"),
            (_, false) => format!("%{byte:02x}"),
        };
        secret.bytes().map(escape).collect::<String>()
    };
    let json = serde_json::Value::from(secret).to_string();
    [
        secret.to_owned(),
        percent(true),
        percent(false),
        json[1..json.len() - 1].to_owned(),
        STANDARD.encode(format!("__token__:{secret}")),
        URL_SAFE.encode(format!("ann:{secret}")),
        STANDARD_NO_PAD.encode(secret),
    ]
}

/// An index that says back every secret in every form: in its reason phrase, its headers and its body.
fn echo(status: u16, said: Vec<String>) -> String {
    use std::io::{Read, Write};
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let address = listener.local_addr().expect("it is bound").to_string();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let said = said.clone();
            std::thread::spawn(move || {
                let _ = stream.set_read_timeout(Some(std::time::Duration::from_millis(300)));
                let mut head = Vec::new();
                let mut buffer = [0; 16 * 1024];
                // What is not read for a while is all that there is.
                while let Ok(read @ 1..) = stream.read(&mut buffer) {
                    head.extend_from_slice(&buffer[..read]);
                    if head.starts_with(b"GET") && head.ends_with(b"\r\n\r\n") {
                        break;
                    }
                }
                let is_listing = head.starts_with(b"GET /simple/");
                let path = String::from_utf8_lossy(&head).lines().next().unwrap_or_default().to_owned();
                let (status, body) = match path.split(' ').nth(1).unwrap_or_default() {
                    _ if is_listing && status != 500 => (404, String::new()),
                    "/_/oidc/audience" => (200, "{\"audience\": \"a-private-index\"}".to_owned()),
                    path if path.starts_with("/idtoken") => (200, format!("{{\"value\": \"{IDENTITY}\"}}")),
                    "/_/oidc/mint-token" => {
                        let description = said.join(" ");
                        (
                            422,
                            serde_json::json!({"errors": [{"code": "invalid-publisher", "description": description}]})
                                .to_string(),
                        )
                    }
                    path if path.starts_with("/.well-known/") => (404, String::new()),
                    _ if status == 400 => (400, serde_json::json!({"code": said.join(" ")}).to_string()),
                    _ => (status, said.join(" \n")),
                };
                let phrase: String =
                    said.join(" ").chars().filter(|c| c.is_ascii_graphic() || *c == ' ').take(3000).collect();
                let kind = if body.starts_with('{') { "application/json" } else { "text/plain" };
                let answer = format!(
                    "HTTP/1.1 {status} {phrase}\r\nConnection: close\r\nContent-Type: {kind}\r\nRetry-After: {phrase}\r\nX-Echo: {phrase}\r\nLocation: https://ann:{}@elsewhere.example/{}\r\nContent-Length: {}\r\n\r\n{body}",
                    said[1],
                    said[1],
                    body.len()
                );
                let _ = stream.write_all(answer.as_bytes());
                let _ = stream.shutdown(std::net::Shutdown::Write);
                let _ = stream.read(&mut [0; 1]);
            });
        }
    });
    format!("http://{address}")
}

/// What a runner says of a job; the claims are plain, and the rest is secret.
const IDENTITY: &str = "eyJhbGciOiJSUzI1NiJ9.eyJyZXBvc2l0b3J5IjoiYWNtZS9hY21lIiwianRpIjoibm90LWZvci10aGUtcHVibGljIn0.c2lnbmF0dXJlLW9mLXRoZS1pc3N1ZXItMDEyMzQ1Njc4OQ";

#[test]
fn what_servers_say_back_is_told_in_no_form() {
    let mut sandbox = Sandbox::with(&[("pyproject.toml", "[project]\nname = \"demo\"\nversion = \"1.0\"\n")]);
    sandbox.without_credentials();
    sandbox.write("dist/demo-1.0-py3-none-any.whl", crate::support::archives::zip::Zip::wheel().bytes());
    let secrets: Vec<String> = (0..PLANTED.len()).map(secret).collect();
    for (name, secret) in
        PLANTED.iter().zip(&secrets).filter(|(name, _)| name.chars().all(|c| c.is_ascii_uppercase() || c == '_'))
    {
        sandbox.set(name, secret);
    }
    std::fs::write(sandbox.path("token"), &secrets[16]).expect("a file");
    let token = sandbox.path("token").display().to_string();
    for name in ["GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"] {
        std::fs::write(sandbox.path(name), "").expect("a file");
        sandbox.set(name, sandbox.path(name));
    }
    let planted: Vec<String> = secrets.iter().flat_map(|secret| forms(secret)).collect();
    assert_eq!(planted.len(), 119);
    let mut said = planted.clone();
    said.push(IDENTITY.to_owned());
    // What is cut off is a secret, too: each of these is so long that texts end in it.
    let check = |text: &str, place: &str| {
        for form in &said {
            assert!(!text.contains(form.as_str()), "{form} is in {place}:\n{text}");
            assert!(!text.contains(&form[..form.len().min(24)]), "the beginning of {form} is in {place}:\n{text}");
        }
    };
    for status in [200, 308, 400, 401, 403, 404, 409, 429, 500] {
        let server = echo(status, said.clone());
        let pypirc = format!("[own]\nrepository = {server}/legacy/\npassword = {}\n", secrets[15]);
        std::fs::write(sandbox.path("home/.pypirc"), pypirc).expect("a file");
        let own = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        std::fs::set_permissions(sandbox.path("home/.pypirc"), own).expect("it is ours");
        sandbox.write(
            "release.toml",
            format!("[index.own]\nupload = \"{server}/legacy/\"\nsimple = \"{server}/simple/\"\nretries = 0\n"),
        );
        for format in ["human", "json", "github"] {
            for more in [&["-vv"][..], &["-q"]] {
                let wheel = "dist/demo-1.0-py3-none-any.whl";
                let arguments =
                    [&["publish", wheel, "--index", "own", "--token-file", &token, "--format", format], more].concat();
                let output = sandbox.release(&arguments);
                assert_ne!(output.code, 70, "{output}");
                // The answer of the upload was told, and nothing failed before.
                assert!(status != 400 || output.stderr.contains("error[index/"), "{output}");
                check(&output.stdout, "standard output");
                check(&output.stderr, "standard error");
            }
        }
        // A token of minutes that is refused, and one file that others may not read.
        let mut job = sandbox.again();
        for name in PLANTED.iter().filter(|name| **name != "ACTIONS_ID_TOKEN_REQUEST_TOKEN") {
            job.unset(name);
        }
        job.set("GITHUB_ACTIONS", "true");
        job.set("ACTIONS_ID_TOKEN_REQUEST_URL", format!("{server}/idtoken"));
        let output = job.release(&["publish", "dist/demo-1.0-py3-none-any.whl", "--index", "own", "-vv"]);
        assert!(status == 500 || output.stderr.contains("error[index/mint]"), "{output}");
        let stderr: String = output.stderr.lines().filter(|line| !line.starts_with("::add-mask::")).collect();
        for text in [&output.stdout, &stderr] {
            for secret in [IDENTITY, "c2lnbmF0dXJlLW9mLXRoZS1pc3N1ZXItMDEyMzQ1Njc4OQ"] {
                assert!(!text.contains(secret), "{text}");
            }
        }
    }
    for name in ["GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"] {
        check(&std::fs::read_to_string(sandbox.path(name)).expect("a file"), name);
    }
    let mut files = Vec::new();
    below(&sandbox.path("cache"), &mut files);
    assert!(!files.is_empty(), "no log");
    for path in files {
        check(&String::from_utf8_lossy(&std::fs::read(&path).expect("a file")), &path.display().to_string());
    }
}

/// Every file below a folder.
fn below(folder: &Path, files: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        if entry.is_dir() { below(&entry, files) } else { files.push(entry) }
    }
}
