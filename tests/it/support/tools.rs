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
