//! Advisories, dependencies and audits for tests.

use jiff::{SignedDuration, Timestamp};
use pyrelease::project::dependencies::{Dependencies, Dependency, Occurrence, Source};
use pyrelease::security::acceptance::Acceptances;
use pyrelease::security::advisory::Advisory;
use pyrelease::security::audit::{Audit, Request, audit};
use pyrelease::security::sources::Database;
use serde_json::{Value, json};

/// The time of every audit in tests.
pub(crate) fn now() -> Timestamp {
    "2026-11-20T06:00:11Z".parse().expect("a time")
}

/// A record that is new on the day of [`now`].
pub(crate) fn record(id: &str, aliases: &[&str], affected: Value) -> Value {
    json!({"id": id, "modified": "2026-11-20T05:00:00Z", "aliases": aliases, "affected": [affected]})
}

/// What a record says about a package: events of one range, and versions.
pub(crate) fn affects(package: &str, events: Value, versions: &[&str]) -> Value {
    let ranges = match &events {
        Value::Array(events) if events.is_empty() => json!([]),
        _ => json!([{"type": "ECOSYSTEM", "events": events}]),
    };
    json!({"package": {"ecosystem": "PyPI", "name": package}, "ranges": ranges, "versions": versions})
}

pub(crate) fn parsed(record: &Value) -> Advisory {
    Advisory::parse(record.to_string().as_bytes()).expect("a record")
}

pub(crate) fn database(records: &[Value]) -> Database {
    let files = records.iter().enumerate();
    let files = files.map(|(i, record)| (format!("{i}.json"), record.to_string().into_bytes()));
    Database::from_records(files.collect::<Vec<_>>()).expect("a small database")
}

/// The files of the corpus, sorted by name.
#[expect(clippy::disallowed_methods, reason = "tests read their fixtures")]
pub(crate) fn corpus_files() -> Vec<(String, Vec<u8>)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/corpora/osv");
    let entries = std::fs::read_dir(folder).expect("the corpus");
    let mut files: Vec<(String, Vec<u8>)> = entries
        .map(|entry| {
            let path = entry.expect("an entry").path();
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            (name, std::fs::read(&path).expect("a file"))
        })
        .collect();
    files.sort();
    files
}

pub(crate) fn corpus() -> Database {
    Database::from_records(corpus_files()).expect("the corpus is small")
}

/// One record of the corpus.
pub(crate) fn corpus_record(id: &str) -> Advisory {
    let files = corpus_files();
    let (_, bytes) = files.iter().find(|(name, _)| *name == format!("{id}.json")).expect("a record of the corpus");
    Advisory::parse(bytes).expect("a record")
}

/// Pins from PyPI in `requirements.txt`.
pub(crate) fn pins(pins: &[(&str, &str)]) -> Dependencies {
    Dependencies::join(pins.iter().enumerate().map(|(index, (name, version))| Dependencies {
        packages: vec![Dependency {
            name: (*name).to_owned(),
            version: (*version).to_owned(),
            source: Source::Registry,
            occurrences: vec![Occurrence { file: "requirements.txt".to_owned(), line: index + 1, marker: None }],
        }],
        ..Dependencies::default()
    }))
}

pub(crate) fn audit_with(dependencies: &Dependencies, database: &Database, accepted: &str) -> Audit {
    audit(&Request {
        dependencies,
        database: Some(database),
        acceptances: &Acceptances::parse(".release/security.toml", accepted).expect("acceptances"),
        now: now(),
        max_age: SignedDuration::from_hours(48),
    })
}

pub(crate) fn audit_of(dependencies: &Dependencies, database: &Database) -> Audit {
    audit_with(dependencies, database, "")
}
