//! Everybody can install what is built natively, and it is judged as the backend's own: pip and uv install every
//! archive, with the same files from the sdist as from the wheel; `twine check --strict` and `check-wheel-contents` say
//! the same of ours and of the backend's. All shapes and fixtures at full depth, else the fixtures and some shapes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use pyrelease::archive::Sha256;

use crate::native_fixtures::FIXTURES;
use crate::support::Sandbox;
use crate::support::backends::{BACKENDS, Backend, Source, backend};
use crate::support::native::{self, BUILD, Native, NotYet, at_once};
use crate::support::shapes::{self, Checkout, Shape, Way};
use crate::support::tools::{answer, tool};

const INSTALLERS: &[&str] = &["pip==26.3", "uv==0.13.8"];
const JUDGES: &[&str] = &["twine==7.0.0", "check-wheel-contents==0.6.3"];
const SCRIPT: &str = include_str!("support/judging.py");
/// Traps that show in what is installed, and those that show in what is found: of each backend that has them.
const INSTALLED: &[&str] = &["data", "entry-points", "executables", "external-data", "shared"];
const JUDGED: &[&str] =
    &["entry-points", "long-texts", "namespace", "non-ascii", "readme-plain", "readme-text", "stubs"];

/// A package that was built both ways.
struct Pair {
    name: String,
    backend: &'static Backend,
    /// Keeps the folder.
    _sandbox: Sandbox,
    /// sdist and wheel.
    ours: [PathBuf; 2],
    real: [PathBuf; 2],
}

/// Both archives of a folder whose names begin with this; sdist first.
fn archives(folder: &Path, stem: &str) -> [PathBuf; 2] {
    let mut found: Vec<PathBuf> =
        std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    found.retain(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(stem)));
    found.sort_by_key(|path| path.extension().is_some_and(|extension| extension == "whl"));
    found.try_into().unwrap_or_else(|found| panic!("an sdist and a wheel, not {found:?}"))
}

fn build(sandbox: &Sandbox, name: &str) -> PathBuf {
    let native = native::build(sandbox, &mut sandbox.command(BUILD), &sandbox.repo());
    assert!(matches!(native, Native::Built(_)), "{name}: {native:?}");
    sandbox.repo().join("made")
}

fn fixtures() -> Vec<Pair> {
    let mut pairs = Vec::new();
    for fixture in FIXTURES.iter().filter(|fixture| fixture.left.is_none()) {
        for (package, name) in fixture.packages {
            let backend = backend(name);
            let real = backend.folders(&[fixture.source(package)]).remove(0);
            let sandbox = fixture.checkout();
            let stem = package.rsplit('/').next().unwrap_or_default().replace('-', "_");
            let ours = archives(&build(&sandbox, fixture.name), &stem);
            let name = format!("{} {package}", fixture.name);
            pairs.push(Pair { name, backend, _sandbox: sandbox, ours, real: archives(&real, &stem) });
        }
    }
    pairs
}

fn shapes(traps: &[&str]) -> Vec<Pair> {
    let not_yet = NotYet::read();
    let is_full = std::env::var("PYRELEASE_TEST_DEPTH").is_ok_and(|depth| depth == "full");
    let is_chosen = |shape: &Shape| traps.iter().any(|trap| shape.name.ends_with(&format!("/{trap}")));
    let mut pairs = Vec::new();
    for backend in BACKENDS {
        let mut shapes = shapes::of(backend.name);
        shapes.retain(|shape| shape.way == Way::Native && !not_yet.has(&shape.name) && (is_full || is_chosen(shape)));
        let sources: Vec<Source<'_>> = shapes.iter().map(Source::from).collect();
        let real = backend.folders(&sources);
        let built: Vec<(&Shape, PathBuf)> = shapes.iter().zip(real).collect();
        pairs.extend(at_once(&built, |(shape, real)| {
            let sandbox = Sandbox::new();
            shape.write(&sandbox.repo(), Checkout::USUAL);
            let ours = archives(&build(&sandbox, &shape.name), "");
            Pair { name: shape.name.clone(), backend, _sandbox: sandbox, ours, real: archives(real, "") }
        }));
    }
    assert!(pairs.len() >= 12 || std::env::var_os("PYRELEASE_SHAPE").is_some(), "{} shapes", pairs.len());
    pairs
}

/// A closed environment in which the backend's programs are found first.
fn closed(command: &mut Command, backend: &Backend, home: &Path) {
    let bin = backend.environment().join("bin");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(std::iter::once(bin).chain(std::env::split_paths(&path))).expect("a PATH");
    command.env_clear().env("PATH", path).env("HOME", home).env("TMPDIR", home).env("LC_ALL", "C.UTF-8");
    command.env("PIP_CONFIG_FILE", "/dev/null").current_dir(home);
}

const OFFLINE: [&str; 2] = ["--no-deps", "--no-build-isolation"];

fn pip(backend: &Backend) -> Command {
    let mut command = Command::new(tool("installers", INSTALLERS).join("pip"));
    command.arg("--python").arg(backend.environment().join("bin/python"));
    command.args(["--isolated", "--disable-pip-version-check", "--no-cache-dir", "install", "--no-index"]);
    command.args(["--no-compile"]).args(OFFLINE);
    command
}

fn uv(backend: &Backend) -> Command {
    let mut command = Command::new(tool("installers", INSTALLERS).join("uv"));
    command.args(["pip", "install", "--offline", "--no-cache", "--no-config"]).args(OFFLINE);
    command.arg("--python").arg(backend.environment().join("bin/python"));
    command
}

/// Installs an archive; the digests of what was installed, without what the installer says of itself, else what it
/// said.
fn install(
    installer: fn(&Backend) -> Command,
    backend: &Backend,
    archive: &Path,
) -> Result<BTreeMap<String, String>, String> {
    let scratch = tempfile::Builder::new().prefix("release-install-").tempdir().expect("a temporary folder");
    let (home, target) = (scratch.path().join("home"), scratch.path().join("target"));
    std::fs::create_dir(&home).expect("a folder");
    let mut command = installer(backend);
    closed(&mut command, backend, &home);
    let output = command.arg("--target").arg(&target).arg(archive).output().expect("it starts");
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let mut found = BTreeMap::new();
    collect(&target, "", &mut found);
    Ok(found)
}

fn collect(folder: &Path, below: &str, found: &mut BTreeMap<String, String>) {
    const OF_THE_INSTALLER: [&str; 7] =
        ["RECORD", "INSTALLER", "REQUESTED", "WHEEL", "direct_url.json", "uv_cache.json", "uv_build.json"];
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            collect(&path, &format!("{below}{name}/"), found);
        } else if !(below.ends_with(".dist-info/") && OF_THE_INSTALLER.contains(&name.as_str())) && name != ".lock" {
            found.insert(format!("{below}{name}"), Sha256::of(&std::fs::read(&path).expect("a file")).to_string());
        }
    }
}

/// What is wrong about a package, in lines. What is refused must be refused from the backend, too.
fn judge(pair: &Pair) -> Vec<String> {
    let mut wrong = Vec::new();
    for (name, installer) in [("pip", pip as fn(&Backend) -> Command), ("uv", uv)] {
        let mut installed = Vec::new();
        for (ours, real) in pair.ours.iter().zip(&pair.real) {
            match install(installer, pair.backend, ours) {
                Ok(files) if files.keys().any(|path| path.ends_with(".dist-info/METADATA")) => installed.push(files),
                Ok(_) => wrong.push(format!("{}: {name} installs {} without METADATA", pair.name, ours.display())),
                Err(said) if install(installer, pair.backend, real).is_ok() => {
                    wrong.push(format!("{}: {name} refuses {}: {said}", pair.name, ours.display()));
                }
                Err(_) => {}
            }
        }
        if let [sdist, wheel] = &installed[..]
            && sdist != wheel
        {
            let differing: Vec<&String> =
                sdist.keys().chain(wheel.keys()).filter(|path| sdist.get(*path) != wheel.get(*path)).collect();
            wrong.push(format!("{}: {name} installs other files from the sdist: {differing:?}", pair.name));
        }
    }
    wrong
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn pip_and_uv_install_what_is_built_natively() {
    let pairs: Vec<Pair> = fixtures().into_iter().chain(shapes(INSTALLED)).collect();
    let wrong = at_once(&pairs, judge).concat();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What both tools say of these archives.
fn said(paths: &[&PathBuf]) -> Vec<Vec<String>> {
    answer(
        Command::new(tool("judges", JUDGES).join("python"))
            .args(["-I", "-c", SCRIPT])
            .env_clear()
            .env("LC_ALL", "C.UTF-8")
            .env("COLUMNS", "200"),
        paths,
    )
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn twine_and_check_wheel_contents_say_of_ours_what_they_say_of_the_backends() {
    let pairs: Vec<Pair> = fixtures().into_iter().chain(shapes(JUDGED)).collect();
    let all = |side: fn(&Pair) -> &[PathBuf; 2]| -> Vec<Vec<String>> {
        let paths: Vec<&PathBuf> = pairs.iter().flat_map(side).collect();
        said(&paths)
    };
    let (ours, real) = (all(|pair| &pair.ours), all(|pair| &pair.real));
    let mut wrong = Vec::new();
    let (mut passed, mut found) = (0, 0);
    for (number, (ours, real)) in ours.iter().zip(&real).enumerate() {
        let name = &pairs[number / 2].name;
        passed += usize::from(ours.iter().all(|text| text.contains(": passed\n") || text.contains(": 0\n")));
        found += usize::from(ours.iter().any(|text| text.contains(": failed\n") || text.contains(": 1\n")));
        if ours != real {
            wrong.push(format!("{name}:\nthe backend's: {}\nours: {}", real.join(""), ours.join("")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // Both verdicts are seen, so neither tool only says that it cannot read anything.
    let one = std::env::var_os("PYRELEASE_SHAPE").is_some();
    assert!(one || (passed > 0 && found > 0), "{passed} passed, {found} have findings");
}
