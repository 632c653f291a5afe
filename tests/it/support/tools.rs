//! Real tools of the field, each in an environment of its own under the target folder, installed once.

use std::path::{Path, PathBuf};
use std::process::Command;

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

/// The folder of a package of npm's registry, unpacked once. npm fetches it where it is installed, and
/// Python where it is not.
pub(crate) fn npm_package(name: &str, version: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("test-tools");
    std::fs::create_dir_all(&folder).expect("a folder");
    let label = name.replace(['@', '/'], "-");
    let lock = std::fs::File::create(folder.join(format!("npm-{label}.lock"))).expect("a lock file");
    lock.lock().expect("a lock");
    let package = folder.join(format!("npm-{label}-{version}"));
    let complete = package.join("complete");
    if !complete.is_file() {
        let _ = std::fs::remove_dir_all(&package);
        std::fs::create_dir_all(&package).expect("a folder");
        let packed =
            Command::new("npm").args(["pack", "--silent", &format!("{name}@{version}")]).current_dir(&package).output();
        if !packed.is_ok_and(|output| output.status.success()) {
            let base = name.rsplit('/').next().expect("a name");
            let url = format!("https://registry.npmjs.org/{name}/-/{base}-{version}.tgz");
            let program = "import sys, urllib.request; urllib.request.urlretrieve(sys.argv[1], 'package.tgz')";
            run(Command::new("python3").args(["-c", program, &url]).current_dir(&package));
        }
        let unpack = "import glob, tarfile; tarfile.open(glob.glob('*.tgz')[0]).extractall('.', filter='data')";
        run(Command::new("python3").args(["-c", unpack]).current_dir(&package));
        std::fs::write(complete, "").expect("a file");
    }
    package.join("package")
}
