//! `release plan`: the document and its token.

use expect_test::expect;

use crate::support::Sandbox;
use crate::support::projects::ACME;

#[test]
fn the_same_release_is_the_same_bytes_and_the_token_their_sha256() {
    let mut sandbox = Sandbox::with(ACME);
    let output = sandbox.release(&["plan", "minor", "--out", "../plan.json"]).success();
    expect![[r#"
        acme 1.2.3 -> 1.3.0, tag v1.3.0
          CHANGELOG.md:3: + ## [1.3.0] - 2026-11-21
          CHANGELOG.md:13: [Unreleased]: https://example.org/acme/compare/v1.2.3...HEAD -> [Unreleased]: https://example.org/acme/compare/v1.3.0...HEAD
          README.md:3: 1.2.3 -> 1.3.0
          acme/__init__.py:3: 1.2.3 -> 1.3.0
          pyproject.toml:7: 1.2.3 -> 1.3.0
        phases  preflight, gates, bump, build, check, status
        token   64c538503d4ff9d43a5c59567eef3e43f3d598a990869aca62fec7abc732c5b2
        written to ../plan.json
    "#]].assert_eq(&output.to_string());
    let bytes = std::fs::read(sandbox.path("plan.json")).expect("it was written");
    expect![[r#"
        {"base":{"branch":"main",
        "commit":"6106e52d424e5245e9c344d930036f2e5853beec"},
        "config_sha256":"e2d0e9197224419d93d0f64e222c78dffabd66ff1123f6201a3e6b2c8eee0dd9",
        "date":"2026-11-21",
        "edits":[{"after":"7e2f5e08cddc592a83ee926905067f71507234bc52643e00d6f290c30be0d4db",
        "before":"9806e41889e12ba65fcc27b224c067ad461d62f9202b3c932b47c0cc545c05df",
        "lines":["CHANGELOG.md:3: + ## [1.3.0] - 2026-11-21",
        "CHANGELOG.md:13: [Unreleased]: https://example.org/acme/compare/v1.2.3...HEAD -> [Unreleased]: https://example.org/acme/compare/v1.3.0...HEAD"],
        "path":"CHANGELOG.md"},
        {"after":"84fc32b52ced55c792730f78e222076ea5c08adaa299ac5c676e519886ff4c9f",
        "before":"0740a38b3ff41b611446e04ad609100d8f917a55f1f649450945be12e10f4338",
        "lines":["README.md:3: 1.2.3 -> 1.3.0"],
        "path":"README.md"},
        {"after":"e6a392a9ab4b9d2cd716d872c0057480a7f3c79894415a436df49cdc2fefe84b",
        "before":"2394c4e805dc97b807a079741a586374e1f3b6a0112b38e377a0261424b81ad1",
        "lines":["acme/__init__.py:3: 1.2.3 -> 1.3.0"],
        "path":"acme/__init__.py"},
        {"after":"26a1303c347c063caa15e42e4d4ac65c46129b0ee21c7b8db74befed753a7a5c",
        "before":"e2d0e9197224419d93d0f64e222c78dffabd66ff1123f6201a3e6b2c8eee0dd9",
        "lines":["pyproject.toml:7: 1.2.3 -> 1.3.0"],
        "path":"pyproject.toml"}],
        "expires":"2026-11-28",
        "forge":null,
        "from":"1.2.3",
        "gates":[],
        "hooks":[],
        "makes_tag":true,
        "packages":["acme"],
        "phases":["preflight",
        "gates",
        "bump",
        "build",
        "check",
        "status"],
        "policy":{"approvals":0,
        "approvers":[],
        "four-eyes":true},
        "prerelease":false,
        "project":"acme",
        "remote":null,
        "request":"minor",
        "schema":"release.plan/1",
        "stages":[],
        "tag":"v1.3.0",
        "to":"1.3.0",
        "tool":"release 0.1.0"}"#]].assert_eq(&String::from_utf8_lossy(&bytes).replace(',', ",\n"));
    let sha256 = pyrelease::archive::Sha256::of(&bytes).to_string();
    // Later on the same day, from another folder, in another format.
    sandbox.set("RELEASE_NOW", "2026-11-21T23:59:59Z");
    let document = sandbox.release(&["-C", "acme/..", "plan", "minor", "--format", "json"]).success().json();
    assert_eq!(document["result"]["token"], sha256.as_str());
    assert_eq!(document["result"]["plan"]["to"], "1.3.0");
    sandbox.set("RELEASE_NOW", "2026-11-22T00:00:00Z");
    let document = sandbox.release(&["plan", "minor", "--format", "json"]).success().json();
    assert_ne!(document["result"]["token"], sha256.as_str(), "the changelog names another day");
}

#[test]
fn a_plan_is_pure_looking() {
    let sandbox = Sandbox::with(ACME);
    let before = sandbox.snapshot();
    sandbox.release(&["plan", "--dry-run", "--out", "plan.json"]).success();
    sandbox.release(&["plan", "2.0rc1", "--offline"]).success();
    assert!(before == sandbox.snapshot());
}

#[test]
fn the_address_of_a_remote_is_shown_without_its_password() {
    let sandbox = Sandbox::with(ACME);
    let url = format!("https://ana:{}@example.org/acme.git", crate::support::sandbox::CANARY);
    sandbox.git(&["remote", "add", "origin", &url]);
    let output = sandbox.release(&["plan", "--format", "json"]).success();
    assert_eq!(output.json()["result"]["plan"]["remote"], "https://example.org/acme.git");
}

#[test]
fn guards_of_the_bump_hold_for_a_plan() {
    let sandbox = Sandbox::with(ACME);
    sandbox.write("README.md", "changed");
    let output = sandbox.release(&["plan", "minor", "--format", "json"]);
    assert_eq!((output.code, output.failure_code()), (1, "plan/dirty-tree".to_owned()), "{output}");
}
