//! The wheel that PyPI gets: built by maturin, installed into a clean environment, started under both names,
//! and installed by the action only with the hash that it pins.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use expect_test::expect;
use pyrelease::archive::Sha256;

use crate::support::tools::tool;
use crate::support::workflows::action_step;

const MATURIN: &[&str] = &["maturin==1.16.0"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn maturin(arguments: &[&str], out: &Path) -> PathBuf {
    let mut command = Command::new(tool("maturin", MATURIN).join("maturin"));
    command.args(arguments).arg("--out").arg(out).current_dir(root());
    // Built for no speed, in a folder of its own: the programs that other tests run are not to be replaced.
    command.env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("wheel"));
    succeed(&mut command);
    let mut made = std::fs::read_dir(out).expect("a folder").map(|entry| entry.expect("an entry").path());
    let file = made.next().expect("one file");
    assert!(made.next().is_none());
    file
}

fn succeed(command: &mut Command) -> Output {
    let output = command.output().expect("it starts");
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{command:?}: {}{}", said(&output.stdout), said(&output.stderr));
    output
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn the_wheel_installs_and_runs_under_both_names() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let quick = ["--config", "profile.dev.opt-level=0", "--config", "profile.dev.package.\"*\".opt-level=0"];
    let wheel =
        maturin(&[&["build", "--locked", "--profile", "dev"][..], &quick].concat(), &folder.path().join("dist"));
    let environment = folder.path().join("environment");
    succeed(Command::new("python3").args(["-m", "venv"]).arg(&environment));
    let bin = environment.join("bin");
    succeed(
        Command::new(bin.join("python")).args(["-m", "pip", "install", "-q", "--no-index", "--no-deps"]).arg(&wheel),
    );
    let version = format!("release {}\n", env!("CARGO_PKG_VERSION"));
    for name in ["release", "pyrelease"] {
        let output = succeed(Command::new(bin.join(name)).arg("--version").env_clear());
        assert_eq!(String::from_utf8_lossy(&output.stdout), version, "{name}");
    }
    let output = Command::new(bin.join("pyrelease")).args(["explain", "no such code"]).output().expect("it starts");
    assert_eq!(output.status.code(), Some(2), "arguments and exit code pass through");
    let output = succeed(
        // What is built for tests is not stripped.
        Command::new(bin.join("release"))
            .args(["check", "--strict", "--ignore", "check/platform", "--ignore", "check/debug-symbols"])
            .arg(&wheel),
    );
    assert!(String::from_utf8_lossy(&output.stdout).contains("0 errors"));
    pinned(&wheel);
}

/// The install step of the action takes this wheel by its hash, and no other.
fn pinned(wheel: &Path) {
    let action = std::fs::read_to_string(root().join("action.yml")).expect("the action");
    let (script, _) = action_step(&action, "Install release");
    let hash = Sha256::of(&std::fs::read(wheel).expect("the wheel")).to_string();
    for (hash, taken) in [(hash, true), ("0".repeat(64), false)] {
        let home = tempfile::tempdir().expect("a temporary folder");
        let mut command = Command::new("bash");
        command.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", &script]);
        command.env("RUNNER_TEMP", home.path()).env("PIP_NO_INDEX", "1");
        command.env("PIP_FIND_LINKS", wheel.parent().expect("a folder"));
        command.env("PINS", format!("pyrelease=={} --hash=sha256:{hash}", env!("CARGO_PKG_VERSION")));
        let output = command.output().expect("bash is installed");
        let program = home.path().join("pyrelease/bin/release");
        assert_eq!(
            (output.status.success(), program.is_file()),
            (taken, taken),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn the_sdist_holds_what_a_build_needs_and_no_tests() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let sdist = maturin(&["sdist"], &folder.path().join("dist"));
    let listed = succeed(Command::new("tar").arg("tzf").arg(&sdist));
    let names = String::from_utf8_lossy(&listed.stdout).into_owned();
    let mut tops: Vec<&str> = names.lines().filter_map(|name| name.split('/').nth(1)).collect();
    tops.sort_unstable();
    tops.dedup();
    expect![[r#"
        .ci
        .clippy.toml
        .editorconfig
        .gitattributes
        .github
        .gitignore
        .pre-commit-hooks.yaml
        .rustfmt.toml
        CHANGELOG.md
        CONTRIBUTING.md
        Cargo.lock
        Cargo.toml
        LICENSE-APACHE
        LICENSE-MIT
        PKG-INFO
        README.md
        RELEASING.md
        SECURITY.md
        action.yml
        benches
        build.rs
        docs
        pyproject.toml
        src
        templates
        wheel
        workflows"#]]
    .assert_eq(&tops.join("\n"));
    succeed(Command::new("tar").arg("xzf").arg(&sdist).arg("-C").arg(folder.path()));
    let unpacked = folder.path().join(format!("pyrelease-{}", env!("CARGO_PKG_VERSION")));
    succeed(
        Command::new(env!("CARGO"))
            .args(["metadata", "--format-version=1", "--offline", "--locked"])
            .current_dir(&unpacked),
    );
    // Everything that sources embed is there.
    for file in std::fs::read_dir(root().join("workflows/github")).expect("a folder") {
        let name = file.expect("an entry").file_name();
        assert!(unpacked.join("workflows/github").join(&name).is_file(), "{name:?}");
    }
}
