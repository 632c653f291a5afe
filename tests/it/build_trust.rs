//! `release build --verify-native`: whether a project's native archives are those of its backend, and what is done
//! with the answer; and the manifest that the job which publishes gets.

use std::process::Command;

use expect_test::expect;

use crate::support::Sandbox;
use crate::support::projects::ACME;

/// Puts another file into every wheel that the cached backend builds.
const MEDDLE: &str = r#"
import pathlib, sys, zipfile
path = next(pathlib.Path(sys.argv[1]).rglob("flit_core-*.whl"))
with zipfile.ZipFile(path) as archive:
    members = {name: archive.read(name) for name in archive.namelist()}
members["flit_core/wheel.py"] += b'''
_real = WheelBuilder.write_metadata
def _more(self):
    _real(self)
    with self._write_to_zip("acme/extra.py") as file:
        file.write("X = 1")
WheelBuilder.write_metadata = _more
'''
with zipfile.ZipFile(path, "w") as archive:
    for name, data in members.items():
        archive.writestr(name, data)
"#;

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn the_answer_is_kept_as_long_as_the_configuration_stays() {
    let mut sandbox = Sandbox::with(ACME).online();
    // A cache of its own: something will be wrong with it.
    sandbox.set("RELEASE_CACHE_DIR", sandbox.path("cache"));
    let before = sandbox.snapshot();
    expect![[""]].assert_eq(&sandbox.release(&["build", "--verify-native", "-n"]).to_string());
    assert!(before == sandbox.snapshot());
    expect![[""]].assert_eq(&sandbox.release(&["build", "--verify-native"]).to_string());
    expect![[""]].assert_eq(&sandbox.git(&["diff", "-U1"]));
    assert_eq!(sandbox.git(&["status", "--porcelain"]), " M pyproject.toml\n");
    sandbox.commit("build: native archives were compared");
    let why = || {
        let said = sandbox.release(&["build", "--why"]).success().stdout;
        said.lines().filter(|line| line.starts_with("  ")).map(str::to_owned).collect::<Vec<_>>().join("\n")
    };
    let native =
        "  native: everything can be known without running it; as flit_core 4.2.0 builds it, which was compared";
    assert_eq!(why(), format!("{native}\n{native}"));
    // Neither code nor version counts.
    sandbox.write("acme/more.py", "X = 1\n");
    sandbox.commit("feat: more");
    sandbox.release(&["bump", "minor"]).success();
    assert_eq!(why(), format!("{native}\n{native}"));
    let pyproject = sandbox.read("pyproject.toml");
    sandbox.write("pyproject.toml", pyproject.replace("An example", "Another example"));
    expect![[""]].assert_eq(&sandbox.release(&["build", "--builder", "native"]).to_string());
    let again = sandbox.release(&["build", "--verify-native", "--format", "json"]).success().json();
    expect![[""]].assert_eq(&format!("{:#}", again["result"]["same"]));

    let python = Command::new("python3").args(["-c", MEDDLE]).arg(sandbox.path("cache")).status();
    assert!(python.expect("python starts").success());
    expect![[""]].assert_eq(&sandbox.release(&["build", "--verify-native"]).to_string());
    assert!(sandbox.read("pyproject.toml").contains("\n[tool.release.build]\nverified = \"differs\"\n"));
    expect![[""]].assert_eq(&sandbox.release(&["build", "-n"]).to_string());
}

#[test]
fn what_cannot_be_built_natively_cannot_be_compared() {
    let sandbox = Sandbox::with(ACME);
    sandbox.write("pyproject.toml", sandbox.read("pyproject.toml").replace("flit_core.buildapi", "other.api"));
    expect![[""]].assert_eq(&sandbox.release(&["build", "--verify-native"]).to_string());
    expect![[""]].assert_eq(&sandbox.release(&["build", "--verify-native", "--clean"]).to_string());
}

#[test]
fn settings_stay_where_they_are_when_the_answer_is_kept() {
    let sandbox = Sandbox::with(&[
        ("pyproject.toml", ACME[0].1.split("\n[tool.release]").next().expect("it is there")),
        ("release.toml", "# Ours\r\nbranches = ['main']\r\n\r\n[build] # who\r\nverified = 'old' # yes\r\n"),
        ("README.md", "# acme\n"),
        ("acme/__init__.py", "\"\"\"An example.\"\"\"\n"),
    ]);
    let plan = sandbox.release(&["build", "-n"]);
    expect![[""]].assert_eq(&plan.to_string());
}

#[test]
fn a_manifest_says_what_the_archives_are() {
    let sandbox = Sandbox::with(ACME);
    sandbox.write("dist/acme-1.2.2.tar.gz", "older");
    expect![[""]].assert_eq(&sandbox.release(&["build", "--manifest", "-n"]).to_string());
    let built = sandbox.release(&["build", "--manifest", "--format", "json"]).success().json();
    let manifest: serde_json::Value =
        serde_json::from_str(&sandbox.read("dist/release-manifest.json")).expect("a document");
    let commit = sandbox.git(&["rev-parse", "HEAD"]);
    let mut shown = manifest.clone();
    assert_eq!(shown["commit"].take(), commit.trim());
    expect![[""]].assert_eq(&format!("{shown:#}"));
    for (file, listed) in built["result"]["files"].as_array().expect("files").iter().zip([1, 0]) {
        assert_eq!(file["sha256"], manifest["files"][listed]["sha256"]);
    }
    sandbox.write("acme/__init__.py", "\"\"\"Changed.\"\"\"\n\n__version__ = \"1.2.3\"\n");
    sandbox.release(&["build", "--manifest"]).success();
    let other: serde_json::Value =
        serde_json::from_str(&sandbox.read("dist/release-manifest.json")).expect("a document");
    assert_eq!(other["changed"], true);
    assert_eq!(other["configuration"], manifest["configuration"]);
    assert_ne!(other["files"], manifest["files"]);
}
