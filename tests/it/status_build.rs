//! `release status build`: files that cannot pretend to be fresh or good.

use expect_test::expect;

use crate::support::Sandbox;
use crate::support::sandbox::fixtures;

fn sandbox() -> Sandbox {
    let mut sandbox = Sandbox::with(&[
        ("pyproject.toml", "[project]\nname = 'demo'\nversion = '1.0'\n[tool.release.status]\nvalid-for-hours = 24\n"),
        ("requirements.txt", "jinja2==2.11.2\n"),
    ]);
    sandbox.git(&["tag", "v1.0"]);
    sandbox.set("RELEASE_NOW", "2024-10-16T12:00:00Z");
    sandbox
}

#[test]
fn writes_document_page_and_badges() {
    let sandbox = sandbox();
    let corpus = fixtures().join("corpora/osv").display().to_string();
    expect![[r#"
        findings: 1 open finding, made 2024-10-16T12:00:00Z, valid until 2024-10-17T12:00:00Z
        written to [ROOT]/repo/public/security-status
    "#]]
    .assert_eq(&sandbox.release(&["status", "build", "--db", &corpus]).to_string());
    let document: serde_json::Value =
        serde_json::from_str(&sandbox.read("public/security-status/index.json")).expect("JSON");
    assert_eq!(document["state"], "findings");
    assert_eq!(document["clock"], "given");
    assert_eq!(document["valid_until"], "2024-10-17T12:00:00Z");
    assert_eq!(document["project"]["version_released"], "1.0");
    let schema: serde_json::Value =
        serde_json::from_str(&sandbox.read("public/security-status/schema/v1.json")).expect("JSON");
    crate::support::json_schema::check(&document, &schema).expect("it follows its own schema");
    let page = sandbox.read("public/security-status/index.html");
    assert!(page.contains("2024-10-17") && page.contains("CVE-2020-28493") && !page.contains("<script"), "{page}");
    assert!(sandbox.read("public/security-status/badge/security.svg").starts_with("<svg"));
    // The same input gives the same bytes, and nothing is written twice.
    let before = sandbox.snapshot();
    sandbox.release(&["status", "build", "--db", &corpus]).success();
    assert!(before == sandbox.snapshot());
}

#[test]
fn without_a_database_it_is_not_good() {
    let sandbox = sandbox();
    sandbox.release(&["status", "build", "--out", "site"]).success();
    let badge: serde_json::Value =
        serde_json::from_str(&sandbox.read("site/security-status/badge/security.json")).expect("JSON");
    assert_eq!(badge["isError"], true);
    assert_eq!(badge["message"], "unknown · 2024-10-16");
    expect![[r#"
        would write security-status/index.json, security-status/index.html, security-status/schema/v1.json, security-status/badge/security.json, security-status/badge/security.svg in `[ROOT]/repo/public`
        ------- stderr -------
        dry run: nothing was done
    "#]].assert_eq(&sandbox.release(&["status", "build", "--dry-run"]).to_string());
}
