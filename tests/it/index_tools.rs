//! What real clients do with the embedded index beside uploading to it, which is in `index_matrix.rs`: installing, and
//! tokens and states that mean the same to all.

use std::path::Path;
use std::process::Command;

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
