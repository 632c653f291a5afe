//! `release audit`: three outcomes, against the corpus of OSV records.

use expect_test::expect;

use crate::support::Sandbox;
use crate::support::sandbox::fixtures;

/// A day on which the corpus is fresh.
const FRESH: &str = "2024-10-16T12:00:00Z";

fn sandbox(requirements: &str) -> Sandbox {
    let mut sandbox = Sandbox::new();
    sandbox.write("pyproject.toml", "[project]\nname = 'demo'\nversion = '1.0'\n");
    sandbox.write("requirements.txt", requirements);
    sandbox.set("RELEASE_NOW", FRESH);
    sandbox
}

fn corpus() -> String {
    fixtures().join("corpora/osv").display().to_string()
}

#[test]
fn a_vulnerable_pin_is_exit_10() {
    let sandbox = sandbox("jinja2==2.11.2\nmarkupsafe==2.0.1\n");
    expect![[r#"
        error[security/vulnerable-dependency]: `jinja2` 2.11.2 has `CVE-2020-28493` (medium)
          at: requirements.txt:1
          help: upgrade to `jinja2` 2.11.3 or later
        2 packages, 2 audited, 1 open, 0 accepted
        [exit status: 10]
    "#]]
    .assert_eq(&sandbox.release(&["audit", "--db", &corpus()]).to_string());
    let document = sandbox.release(&["audit", "--db", &corpus(), "--format", "json"]).json();
    let finding = &document["result"]["findings"][0];
    assert_eq!(finding["package"], "jinja2");
    assert_eq!(finding["ids"][0], "CVE-2020-28493");
    assert_eq!(document["result"]["coverage"]["audited"], 2);
}

#[test]
fn a_fixed_pin_is_clean() {
    expect![[r#"
        1 package, 1 audited, 0 open, 0 accepted
    "#]]
    .assert_eq(&sandbox("jinja2==3.1.4\n").release(&["audit", "--db", &corpus()]).to_string());
}

#[test]
fn what_cannot_be_told_is_exit_11() {
    let pinned = sandbox("jinja2==3.1.4\n");
    expect![[r#"
        warning[security/inconclusive]: cannot tell: there is no advisory database
        1 package, 0 audited, 0 open, 0 accepted
        ------- stderr -------
        cannot tell: see above what is missing
        [exit status: 11]
    "#]]
    .assert_eq(&pinned.release(&["audit"]).to_string());
    let mut old = sandbox("jinja2==3.1.4\n");
    old.set("RELEASE_NOW", "2025-01-01T00:00:00Z");
    expect![[r#"
        warning[security/inconclusive]: cannot tell: the advisory database is too old: its newest record is of 2024-10-15
        1 package, 1 audited, 0 open, 0 accepted
        ------- stderr -------
        cannot tell: see above what is missing
        [exit status: 11]
    "#]].assert_eq(&old.release(&["audit", "--db", &corpus()]).to_string());
    let empty = sandbox("# nothing\n");
    expect![[r#"
        warning[security/inconclusive]: cannot tell: the lock files name no package
        0 packages, 0 audited, 0 open, 0 accepted
        ------- stderr -------
        cannot tell: see above what is missing
        [exit status: 11]
    "#]]
    .assert_eq(&empty.release(&["audit", "--db", &corpus()]).to_string());
    let outside = sandbox("jinja2==3.1.4\n-r ../elsewhere.txt\n");
    assert_eq!(outside.release(&["audit", "--db", &corpus()]).code, 11);
}

#[test]
fn included_requirements_are_read() {
    let sandbox = sandbox("-r more.txt\n");
    sandbox.write("more.txt", "jinja2==2.11.2\n");
    let output = sandbox.release(&["audit", "--db", &corpus()]);
    assert!(output.code == 10 && output.stdout.contains("at: more.txt:1"), "{output}");
}

#[test]
fn an_accepted_finding_is_listed_and_does_not_fail() {
    let sandbox = sandbox("jinja2==2.11.2\n");
    sandbox.write(".release/security.toml", "[[accepted]]\nid = 'CVE-2020-28493'\npackage = 'jinja2'\nreason = 'tests only'\nby = 'a@example.org'\nuntil = 2024-12-31\n");
    expect![[r#"
        info[security/accepted]: `jinja2` 2.11.2 has `CVE-2020-28493` (medium), accepted until 2024-12-31
          at: requirements.txt:1
          help: upgrade to `jinja2` 2.11.3 or later
        1 package, 1 audited, 0 open, 1 accepted
    "#]]
    .assert_eq(&sandbox.release(&["audit", "--db", &corpus()]).to_string());
    sandbox.write(".release/security.toml", "[[accepted]]\nid = 'CVE-2020-28493'\npackage = 'jinja2'\nreason = 'tests only'\nby = 'a@example.org'\nuntil = 2024-01-31\n");
    assert_eq!(sandbox.release(&["audit", "--db", &corpus()]).code, 10);
    sandbox.write(".release/security.toml", "[[accepted]]\nid = 'CVE-2020-28493'\nreasn = 'x'\n");
    let output = sandbox.release(&["audit", "--db", &corpus()]);
    assert_eq!(output.code, 3, "{output}");
}

#[test]
fn a_zip_of_records_is_the_same_database() {
    use std::io::Write;
    let sandbox = sandbox("jinja2==2.11.2\n");
    let mut zip = zip::ZipWriter::new(std::fs::File::create(sandbox.path("all.zip")).expect("a file"));
    for entry in std::fs::read_dir(corpus()).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        if entry.extension().is_some_and(|extension| extension == "json") {
            let name = entry.file_name().expect("a name").to_string_lossy().into_owned();
            zip.start_file(name, zip::write::SimpleFileOptions::default()).expect("a member");
            zip.write_all(&std::fs::read(&entry).expect("a record")).expect("bytes");
        }
    }
    zip.finish().expect("a zip");
    let folder = sandbox.release(&["audit", "--db", &corpus()]).stdout;
    assert_eq!(sandbox.release(&["audit", "--db", &sandbox.path("all.zip").display().to_string()]).stdout, folder);
}

#[test]
fn the_lock_of_a_fixture_has_its_known_flaw_accepted() {
    let mut sandbox = Sandbox::fixture("mypylogger");
    sandbox.set("RELEASE_NOW", FRESH);
    let output = sandbox.release(&["audit", "--db", &corpus()]);
    assert!(output.code == 0 && output.stdout.contains("info[security/accepted]"), "{output}");
    // Without advisories nothing can be said about the entry.
    let output = sandbox.release(&["audit"]);
    assert!(output.code == 11 && !output.stdout.contains("acceptance-unused"), "{output}");
}
