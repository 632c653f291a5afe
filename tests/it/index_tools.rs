//! The real clients against the embedded index, and our client against a real index.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::support::Sandbox;
use crate::support::archives::tar::{SDIST_NAME, Tar};
use crate::support::archives::zip::{WHEEL_NAME, Zip};
use crate::support::served::Served;
use crate::support::tools::tool;
use crate::support::web::{Form, get};

const JSON: &str = "application/vnd.pypi.simple.v1+json";

/// A sandbox with the two archives of `demo`, and its index.
fn demo() -> (Sandbox, Served) {
    let sandbox = Sandbox::new();
    sandbox.write(WHEEL_NAME, Zip::wheel().bytes());
    sandbox.write(SDIST_NAME, Tar::sdist().gz());
    let served = Served::start(&sandbox, &[]);
    (sandbox, served)
}

/// A program of others, in the repository of the sandbox; it must end well.
fn run(sandbox: &Sandbox, program: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> String {
    let mut command = Command::new(program);
    command
        .args(arguments)
        .current_dir(sandbox.repo())
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .env("HOME", sandbox.path("home"))
        .envs(variables.iter().copied());
    let output = command.output().expect("it starts");
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{program:?} {arguments:?}: {text}");
    text
}

fn listed(served: &Served) -> usize {
    let page = get(&served.url("/simple/demo/"), JSON);
    page.json()["files"].as_array().map_or(0, Vec::len)
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn twine_uploads_and_uploads_again() {
    let (sandbox, served) = demo();
    std::fs::remove_file(sandbox.path("home/.pypirc")).expect("it is there");
    let twine = tool("twine", &["twine==7.0.0"]).join("twine");
    let (url, token) = (served.upload_url(), served.token());
    let variables = [("TWINE_USERNAME", "__token__"), ("TWINE_PASSWORD", token.as_str())];
    for _ in 0..2 {
        run(
            &sandbox,
            &twine,
            &["upload", "--non-interactive", "--repository-url", &url, WHEEL_NAME, SDIST_NAME],
            &variables,
        );
        assert_eq!(listed(&served), 2);
    }
    let mut other = Zip::wheel();
    other.replace("demo/__init__.py", "VALUE = 2\n");
    sandbox.write(WHEEL_NAME, other.bytes());
    let output = Command::new(&twine)
        .args(["upload", "--non-interactive", "--repository-url", &url, WHEEL_NAME])
        .current_dir(sandbox.repo())
        .env_clear()
        .env("HOME", sandbox.path("home"))
        .envs(variables)
        .output()
        .expect("it starts");
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.replace('\n', " ").contains("File already exists"), "{said}");
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn uv_publishes_and_installs() {
    let (sandbox, served) = demo();
    let uv = tool("uv", &["uv==0.13.8"]).join("uv");
    let (url, simple, token) = (served.upload_url(), served.simple_url(), served.token());
    for _ in 0..2 {
        run(
            &sandbox,
            &uv,
            &["publish", "--publish-url", &url, "--check-url", &simple, WHEEL_NAME, SDIST_NAME],
            &[("UV_PUBLISH_TOKEN", token.as_str())],
        );
        assert_eq!(listed(&served), 2);
    }
    let target = sandbox.path("installed").display().to_string();
    let python = tool("twine", &["twine==7.0.0"]).join("python").display().to_string();
    run(
        &sandbox,
        &uv,
        &[
            "pip",
            "install",
            "--python",
            &python,
            "--target",
            &target,
            "--no-cache",
            "--default-index",
            &simple,
            "demo==1.0",
        ],
        &[],
    );
    assert!(sandbox.path("installed/demo/__init__.py").is_file());
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn tokens_of_users_and_states_mean_the_same_to_all() {
    let (sandbox, served) = demo();
    std::fs::remove_file(sandbox.path("home/.pypirc")).expect("it is there");
    Served::set(&sandbox, &serde_json::json!({"users": {"ana": {}}}));
    let (url, simple) = (served.upload_url(), served.simple_url());
    let token = Served::token_of(&sandbox, "ana", &[]);
    let narrow = crate::support::tokens::attenuated(&token, &["[1, [\"demo\"]]"]);
    let twine = tool("twine", &["twine==7.0.0"]).join("twine");
    let uv = tool("uv", &["uv==0.13.8"]).join("uv");
    let variables = [("TWINE_USERNAME", "__token__"), ("TWINE_PASSWORD", narrow.as_str())];
    let arguments = ["upload", "--non-interactive", "--repository-url", url.as_str(), WHEEL_NAME];
    run(&sandbox, &twine, &arguments, &variables);
    run(&sandbox, &uv, &["publish", "--publish-url", &url, SDIST_NAME], &[("UV_PUBLISH_TOKEN", token.as_str())]);
    assert_eq!(listed(&served), 2);
    let data = sandbox.path("index").display().to_string();
    let said = sandbox.release(&["index", "yank", "--data", &data, "demo", "1.0", "--reason", "it was bad"]).success();
    assert_eq!(said.stdout, "yanked  demo 1.0\n");
    let pip = tool("twine", &["twine==7.0.0"]).join("pip");
    let folder = sandbox.path("downloaded").display().to_string();
    let index = ["--disable-pip-version-check", "--no-cache-dir", "--index-url", &simple];
    let download = [&["download", "--no-deps", "-d", &folder], &index[..], &["demo==1.0"]].concat();
    assert!(run(&sandbox, &pip, &download, &[]).contains("it was bad"), "pip tells why");
    let expired = crate::support::tokens::attenuated(&token, &["[0, 1, 0]"]);
    let output = Command::new(&uv)
        .args(["publish", "--publish-url", &url, WHEEL_NAME])
        .current_dir(sandbox.repo())
        .env_clear()
        .env("HOME", sandbox.path("home"))
        .env("UV_PUBLISH_TOKEN", expired)
        .output()
        .expect("it starts");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains("token is expired"), "{said}");
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn pip_installs_and_downloads() {
    let (sandbox, served) = demo();
    for (name, bytes) in [(WHEEL_NAME, Zip::wheel().bytes()), (SDIST_NAME, Tar::sdist().gz())] {
        assert_eq!(served.post(&Form::of(name, &bytes)).status, 200);
    }
    let pip = tool("twine", &["twine==7.0.0"]).join("pip");
    let simple = served.simple_url();
    let target = sandbox.path("installed").display().to_string();
    let index = ["--disable-pip-version-check", "--no-cache-dir", "--index-url", &simple];
    let said = run(&sandbox, &pip, &[&["install", "--target", &target, "-v"], &index[..], &["Demo"]].concat(), &[]);
    assert!(sandbox.path("installed/demo/__init__.py").is_file());
    assert!(said.contains(".whl.metadata"), "the metadata were read first: {said}");
    let folder = sandbox.path("downloaded").display().to_string();
    run(&sandbox, &pip, &[&["download", "--no-deps", "-d", &folder], &index[..], &["demo==1.0"]].concat(), &[]);
    let bytes = std::fs::read(sandbox.path(&format!("downloaded/{WHEEL_NAME}"))).expect("it was downloaded");
    assert_eq!(bytes, Zip::wheel().bytes());
}

/// A server of others, ended when it is dropped.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A port that was free a moment ago: pypiserver cannot tell which one it took.
fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    listener.local_addr().expect("it is bound").port()
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn our_client_publishes_to_pypiserver() {
    let sandbox = Sandbox::new();
    sandbox.write(WHEEL_NAME, Zip::wheel().bytes());
    sandbox.write(SDIST_NAME, Tar::sdist().gz());
    sandbox.write("token", "any");
    let packages = sandbox.path("packages");
    std::fs::create_dir(&packages).expect("a fresh folder");
    let program = tool("pypiserver", &["pypiserver==2.4.2"]).join("pypi-server");
    let port = free_port().to_string();
    let child = Command::new(program)
        .args(["run", "-i", "127.0.0.1", "-p", &port, "-a", ".", "-P", "."])
        .arg(&packages)
        .env_clear()
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    let _server = Server(child);
    let started = (0..200).any(|_| {
        std::thread::sleep(Duration::from_millis(50));
        std::net::TcpStream::connect(format!("127.0.0.1:{port}")).is_ok()
    });
    assert!(started, "pypiserver does not listen");
    let url = format!("http://127.0.0.1:{port}/");
    let publish = || {
        let arguments = ["publish", WHEEL_NAME, SDIST_NAME, "--index", &url, "--token-file", "token"];
        sandbox.release(&[&arguments[..], &["--format", "json"]].concat())
    };
    let state = |document: &serde_json::Value, at: usize| document["result"]["files"][at]["state"].clone();
    let first = publish().success().json();
    assert_eq!([state(&first, 0), state(&first, 1)], ["uploaded", "uploaded"]);
    assert!(packages.join(WHEEL_NAME).is_file() && packages.join(SDIST_NAME).is_file());
    let again = publish().success().json();
    assert_eq!([state(&again, 0), state(&again, 1)], ["already-there", "already-there"]);
    let mut other = Zip::wheel();
    other.replace("demo/__init__.py", "VALUE = 2\n");
    sandbox.write(WHEEL_NAME, other.bytes());
    assert_eq!(publish().failure_code(), "index/different-file");
}
