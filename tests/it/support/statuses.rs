//! Statuses for tests: each state, and one whose every text is hostile.

use jiff::SignedDuration;
use pyrelease::project::dependencies::{Dependencies, Skipped};
use pyrelease::security::audit::{Accepted, Audit};
use pyrelease::status::document::{Clock, Document, Input, Project};
use serde_json::json;

use super::advisories::{affects, audit_of, audit_with, corpus, database, now, pins, record};

/// What breaks out of HTML, SVG, JSON, a terminal or a log of a workflow.
pub(crate) const HOSTILE: &str = "</script><img src=x onerror=alert(1)>\"'&\n::set-env name=X::\u{1b}[2J\u{202e}";

pub(crate) fn document_of(audit: &Audit) -> Document {
    Document::new(&input(audit)).expect("a status")
}

pub(crate) fn input(audit: &Audit) -> Input<'_> {
    Input {
        project: Project {
            name: "demo".to_owned(),
            version_released: Some("1.4.2".to_owned()),
            commit: Some("0123456789abcdef0123456789abcdef01234567".to_owned()),
        },
        audit,
        database: "osv",
        now: now(),
        clock: Clock::System,
        valid_for: SignedDuration::from_hours(48),
    }
}

/// The corpus with one record of today, so that it is not too old.
fn fresh_corpus() -> pyrelease::security::sources::Database {
    let mut files = super::advisories::corpus_files();
    let fresh = record("X-0", &[], affects("other", json!([]), &["1"]));
    files.push(("fresh.json".to_owned(), fresh.to_string().into_bytes()));
    pyrelease::security::sources::Database::from_records(files).expect("the corpus is small")
}

pub(crate) fn clean() -> Document {
    document_of(&audit_of(&pins(&[("coverage", "7.6.1"), ("mypy", "1.13")]), &fresh_corpus()))
}

pub(crate) fn accepted_only() -> Document {
    let accepted = "[[accepted]]\nid = \"CVE-2020-28493\"\npackage = \"jinja2\"\n\
                    reason = \"templates are never built from user input\"\nby = \"ana\"\n\
                    until = 2027-06-30\n";
    let records = [record(
        "PYSEC-2021-66",
        &["CVE-2020-28493"],
        affects("jinja2", json!([{"introduced": "0"}, {"fixed": "2.11.3"}]), &[]),
    )];
    document_of(&audit_with(&pins(&[("jinja2", "2.11.2")]), &database(&records), accepted))
}

pub(crate) fn findings() -> Document {
    let accepted = "[[accepted]]\nid = \"CVE-2020-28493\"\npackage = \"jinja2\"\n\
                    reason = \"templates are never built from user input\"\nby = \"ana\"\n\
                    until = 2027-06-30\n";
    let mut locked = pins(&[
        ("jinja2", "2.11.2"),
        ("django", "4.0.5"),
        ("gevent", "23.7.0"),
        ("urllib3", "2.0.0"),
        ("cryptography", "41.0.5"),
        ("pyrelease-fixtures-lookalike", "1.0.0"),
        ("py", "1.11.0"),
        ("tensorflow", "2.4.0"),
        ("coverage", "7.6.1"),
        ("pyspark", "3.2.0"),
        ("pyspark", "3.1.1"),
    ]);
    locked.skipped.push(Skipped {
        name: "internal-thing".to_owned(),
        why: "comes from another package index".to_owned(),
        file: "requirements.txt".to_owned(),
        line: 9,
    });
    document_of(&audit_with(&locked, &fresh_corpus(), accepted))
}

pub(crate) fn inconclusive() -> Document {
    document_of(&audit_of(&pins(&[("coverage", "7.6.1")]), &corpus()))
}

/// Every text that can come from outside is [`HOSTILE`].
pub(crate) fn hostile() -> Document {
    let records = [record("X-1", &["CVE-1"], affects("demo", json!([{"introduced": "0"}]), &[]))];
    let mut locked: Dependencies = pins(&[("demo", "1"), ("demo", "2")]);
    locked.skipped.push(Skipped {
        name: HOSTILE.to_owned(),
        why: HOSTILE.to_owned(),
        file: HOSTILE.to_owned(),
        line: 1,
    });
    let mut audit = audit_of(&locked, &database(&records));
    for finding in &mut audit.findings {
        finding.package = HOSTILE.to_owned();
        finding.ids = vec![HOSTILE.to_owned(), "CVE-1".to_owned()];
        finding.severity.source = HOSTILE.to_owned();
        finding.severity.vector = Some(HOSTILE.to_owned());
        if let Some(fix) = &mut finding.fix {
            fix.minimal = HOSTILE.to_owned();
        }
    }
    audit.findings[1].version = HOSTILE.to_owned();
    audit.findings[1].accepted = Some(Accepted {
        reason: HOSTILE.to_owned(),
        by: HOSTILE.to_owned(),
        until: "2027-06-30".parse().expect("a day"),
    });
    let mut input = input(&audit);
    input.project = Project {
        name: HOSTILE.to_owned(),
        version_released: Some(HOSTILE.to_owned()),
        commit: Some(HOSTILE.to_owned()),
    };
    input.database = HOSTILE;
    Document::new(&input).expect("a status")
}

pub(crate) fn every() -> [(&'static str, Document); 5] {
    [
        ("clean", clean()),
        ("accepted", accepted_only()),
        ("findings", findings()),
        ("inconclusive", inconclusive()),
        ("hostile", hostile()),
    ]
}
