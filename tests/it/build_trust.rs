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
    expect![[r#"
        would build 1 package natively and with the backend, and keep in `pyproject.toml` whether they agree
        ------- stderr -------
        warning: the build backend of `acme` runs where `ACTIONS_ID_TOKEN_REQUEST_TOKEN`, `RELEASE_TOKEN`, `RELEASE_TOKEN_PYPI`, `TWINE_PASSWORD`, `UV_PUBLISH_TOKEN`, `~/.pypirc` can be read: its own variables are closed, your files are not; a native build runs no code
        dry run: nothing was done
    "#]]
    .assert_eq(&sandbox.release(&["build", "--verify-native", "-n"]).to_string());
    assert!(before == sandbox.snapshot());
    expect![[r#"
        A: native
        B: the backend's
        acme-1.2.3.tar.gz  same contents
        acme-1.2.3-py3-none-any.whl  same contents
        kept in `build.verified`: native archives are the backend's
        ------- stderr -------
        warning: the build backend of `acme` runs where `ACTIONS_ID_TOKEN_REQUEST_TOKEN`, `RELEASE_TOKEN`, `RELEASE_TOKEN_PYPI`, `TWINE_PASSWORD`, `UV_PUBLISH_TOKEN`, `~/.pypirc` can be read: its own variables are closed, your files are not; a native build runs no code
        note: fetching flit_core>=3.11,<5 with pip
    "#]]
    .assert_eq(&sandbox.release(&["build", "--verify-native"]).to_string());
    expect![[r#"
        diff --git a/pyproject.toml b/pyproject.toml
        index 53e8057..124a44e 100644
        --- a/pyproject.toml
        +++ b/pyproject.toml
        @@ -23 +23,4 @@ path = "acme/__init__.py"
         match = '__version__ = "{version}"'
        +
        +[tool.release.build]
        +verified = "893f2a42ac9371db068b76e0fb2ff15f084c10366fb9dc33b4effdc9289ea5c0"
    "#]]
    .assert_eq(&sandbox.git(&["diff", "-U1"]));
    assert_eq!(sandbox.git(&["status", "--porcelain"]), " M pyproject.toml\n");
    sandbox.commit("build: native archives were compared");
    let why = || {
        let said = sandbox.release(&["build", "--why"]).success().stdout;
        said.lines().filter(|line| line.starts_with("  ")).map(str::to_owned).collect::<Vec<_>>().join("\n")
    };
    let native = "  native: everything can be known without running it; as flit_core 4.2.0 builds it, compared once";
    assert_eq!(why(), format!("{native}\n{native}"));
    // Neither code nor version counts.
    sandbox.write("acme/more.py", "X = 1\n");
    sandbox.commit("feat: more");
    sandbox.release(&["bump", "minor"]).success();
    assert_eq!(why(), format!("{native}\n{native}"));
    let pyproject = sandbox.read("pyproject.toml");
    sandbox.write("pyproject.toml", pyproject.replace("An example", "Another example"));
    expect![[r#"
        ------- stderr -------
        error[build/not-native]: `acme` cannot be built natively: `build.verified`: what decides how the project is built changed since native archives were compared
          hint: it would be with another `release build --verify-native`; `--builder auto` builds it with its backend
        [exit status: 1]
    "#]].assert_eq(&sandbox.release(&["build", "--builder", "native"]).to_string());
    let again = sandbox.release(&["build", "--verify-native", "--format", "json"]).success().json();
    expect!["true"].assert_eq(&format!("{:#}", again["result"]["same"]));
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn where_something_differs_the_backend_builds_from_then_on() {
    let mut sandbox = Sandbox::with(ACME).online();
    sandbox.set("RELEASE_CACHE_DIR", sandbox.path("cache"));
    sandbox.release(&["build", "--builder", "isolated", "--out-dir", "other"]).success();
    let python = Command::new("python3").args(["-c", MEDDLE]).arg(sandbox.path("cache")).status();
    assert!(python.expect("python starts").success());
    expect![[r#"
        error[compare/only-in-b]: 1 member is only in B
          at: acme-1.2.3-py3-none-any.whl
        A: native
        B: the backend's
        acme-1.2.3.tar.gz  same contents
        acme-1.2.3-py3-none-any.whl  differs
          only in B       acme/extra.py  5 B
        kept in `build.verified`: from now on the backend itself builds
        ------- stderr -------
        warning: the build backend of `acme` runs where `ACTIONS_ID_TOKEN_REQUEST_TOKEN`, `RELEASE_TOKEN`, `RELEASE_TOKEN_PYPI`, `TWINE_PASSWORD`, `UV_PUBLISH_TOKEN`, `~/.pypirc` can be read: its own variables are closed, your files are not; a native build runs no code
        [exit status: 10]
    "#]]
    .assert_eq(&sandbox.release(&["build", "--verify-native"]).to_string());
    assert!(sandbox.read("pyproject.toml").contains("\n[tool.release.build]\nverified = \"differs\"\n"));
    expect![[r#"
        would build sdist and wheel of acme 1.2.3 with `flit_core.buildapi`
        ------- stderr -------
        warning: the build backend of `acme` runs where `ACTIONS_ID_TOKEN_REQUEST_TOKEN`, `RELEASE_TOKEN`, `RELEASE_TOKEN_PYPI`, `TWINE_PASSWORD`, `UV_PUBLISH_TOKEN`, `~/.pypirc` can be read: its own variables are closed, your files are not; a native build runs no code
        dry run: nothing was done
    "#]]
    .assert_eq(&sandbox.release(&["build", "-n"]).to_string());
}

#[test]
fn what_cannot_be_built_natively_cannot_be_compared() {
    let sandbox = Sandbox::with(ACME);
    sandbox.write("pyproject.toml", sandbox.read("pyproject.toml").replace("flit_core.buildapi", "other.api"));
    expect![[r#"
        ------- stderr -------
        error[build/not-native]: `acme` cannot be built natively: `build-system.build-backend`: `other.api` is not known by heart
          hint: `--builder auto` builds it with its backend
        [exit status: 1]
    "#]].assert_eq(&sandbox.release(&["build", "--verify-native"]).to_string());
    expect![[r#"
        ------- stderr -------
        error[cli/usage]: the argument '--verify-native' cannot be used with '--clean'
          hint: Usage: release build --verify-native
          hint: For more information, try '--help'.
        [exit status: 2]
    "#]]
    .assert_eq(&sandbox.release(&["build", "--verify-native", "--clean"]).to_string());
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn settings_stay_where_they_are_when_the_answer_is_kept() {
    let settings = "# Ours\r\nbranches = ['main']\r\n\r\n[build] # who\r\nverified = 'old' # yes\r\n";
    let sandbox = Sandbox::with(&[
        ("pyproject.toml", ACME[0].1.split("\n[tool.release]").next().expect("it is there")),
        ("release.toml", settings),
        ("README.md", "# acme\n"),
        ("acme/__init__.py", "\"\"\"An example.\"\"\"\n"),
    ])
    .online();
    sandbox.release(&["build", "--verify-native"]).success();
    let kept = sandbox.read("release.toml");
    let digest = kept.split('"').nth(1).expect("a digest");
    assert_eq!(digest.len(), 64);
    assert_eq!(kept, settings.replace("'old'", &format!("\"{digest}\"")));
}

#[test]
fn a_manifest_says_what_the_archives_are() {
    let sandbox = Sandbox::with(ACME);
    sandbox.write("dist/acme-1.2.2.tar.gz", "older");
    expect![[r#"
        would build sdist and wheel of acme 1.2.3 natively, as flit_core 4.2.0 does
        would write `release-manifest.json` in `[ROOT]/repo/dist`
        ------- stderr -------
        dry run: nothing was done
    "#]]
    .assert_eq(&sandbox.release(&["build", "--manifest", "-n"]).to_string());
    let built = sandbox.release(&["build", "--manifest", "--format", "json"]).success().json();
    let manifest: serde_json::Value =
        serde_json::from_str(&sandbox.read("dist/release-manifest.json")).expect("a document");
    let commit = sandbox.git(&["rev-parse", "HEAD"]);
    let mut shown = manifest.clone();
    assert_eq!(shown["commit"].take(), commit.trim());
    expect![[r#"
        {
          "schema": 1,
          "commit": null,
          "changed": false,
          "configuration": "893f2a42ac9371db068b76e0fb2ff15f084c10366fb9dc33b4effdc9289ea5c0",
          "files": [
            {
              "name": "acme-1.2.3-py3-none-any.whl",
              "sha256": "0fb51f8dbd04a8fb53447597ba2e5542391a8404f5d5c63e5a3fac5b4629a9d2",
              "size": 1056
            },
            {
              "name": "acme-1.2.3.tar.gz",
              "sha256": "68be63c3c63734560fc4a698c0a9820af046a45144269a9e45385fefcca1e42d",
              "size": 617
            }
          ]
        }"#]]
    .assert_eq(&format!("{shown:#}"));
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
