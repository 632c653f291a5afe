//! Databases: from records and from zip archives, hostile ones among them.

use std::io::{Cursor, Write as _};

use pyrelease::error::Explain;
use pyrelease::security::SecurityError;
use pyrelease::security::sources::{Database, MAX_RECORD_BYTES};
use serde_json::json;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::support::advisories::{affects, audit_of, corpus, corpus_files, pins, record};
use crate::support::damage::damaged;

fn zipped(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        writer.start_file(name.as_str(), SimpleFileOptions::default()).expect("a member");
        writer.write_all(bytes).expect("its bytes");
    }
    writer.finish().expect("an archive").into_inner()
}

#[test]
fn the_corpus_is_the_same_from_files_and_from_a_zip() {
    let files = corpus();
    let zip = Database::from_zip(Cursor::new(zipped(&corpus_files()))).expect("a database");
    for database in [&files, &zip] {
        assert_eq!((database.records(), database.withdrawn()), (68, 3));
        assert_eq!(database.unreadable_count(), 0, "{:?}", database.unreadable());
        let modified = database.modified().expect("a time");
        assert!(modified.to_string().starts_with("20"), "{modified}");
        assert!(!database.for_package("jinja2").is_empty());
        assert_eq!(database.with_id("CVE-2020-28493").count(), 2);
    }
    assert_eq!(files.modified(), zip.modified());
}

#[test]
fn age_is_that_of_the_newest_record_withdrawn_or_not() {
    let mut old = record("X-1", &[], affects("demo", json!([]), &["1"]));
    old["modified"] = json!("2020-01-01T00:00:00Z");
    let mut new = record("X-2", &[], affects("demo", json!([]), &["1"]));
    new["withdrawn"] = json!("2026-01-01T00:00:00Z");
    let files = [new, old].map(|r| ("a.json".to_owned(), r.to_string().into_bytes()));
    let database = Database::from_records(files).expect("a database");
    let modified = database.modified().expect("a time").to_string();
    assert_eq!(modified, "2026-11-20T05:00:00Z");
    assert_eq!(database.for_package("demo").len(), 1);
}

#[test]
fn unreadable_records_are_counted_and_named_and_stop_nothing() {
    let mut files: Vec<(String, Vec<u8>)> = (0..30).map(|n| (format!("bad-{n}.json"), b"{".to_vec())).collect();
    files.push(("README.md".to_owned(), b"no record".to_vec()));
    files.push(("large.json".to_owned(), vec![b' '; MAX_RECORD_BYTES + 1]));
    let good = record("X-1", &[], affects("demo", json!([]), &["1"]));
    files.push(("good.json".to_owned(), good.to_string().into_bytes()));
    let zip = Cursor::new(zipped(&files));
    for database in [Database::from_records(files), Database::from_zip(zip)] {
        let database = database.expect("a database");
        assert_eq!((database.records(), database.unreadable_count()), (1, 31));
        assert_eq!(database.unreadable().len(), 20);
        let first = &database.unreadable()[0];
        assert_eq!((first.file.as_str(), first.why), ("bad-0.json", "it is not JSON"));
    }
}

#[test]
fn what_is_no_zip_is_refused() {
    for bytes in [&b""[..], b"<html>", b"PK\x05\x06"] {
        let error = Database::from_zip(Cursor::new(bytes)).expect_err("no archive");
        assert_eq!(error.to_string(), "the advisory database is not a zip archive that can be read");
        assert_eq!(error.code(), "security/database-archive");
        assert_eq!(error.hints(), ["fetch the database again, or name another with `--db`"]);
    }
}

#[test]
fn limits_have_their_texts() {
    let hint = "name the export of one ecosystem with `--db`, such as \
                `https://storage.googleapis.com/osv-vulnerabilities/PyPI/all.zip`";
    let many = SecurityError::TooManyRecords { limit: 5 };
    assert_eq!(many.to_string(), "the advisory database has more than 5 records");
    assert_eq!(many.code(), "security/database-records");
    assert_eq!(many.hints(), [hint]);
    let large = SecurityError::TooLarge { limit: 7 };
    assert_eq!(large.to_string(), "the advisory database is larger than 7 MiB when unpacked");
    assert_eq!(large.code(), "security/database-size");
    assert_eq!(large.hints(), [hint]);
}

#[test]
fn damaged_archives_never_panic() {
    let archive = zipped(&corpus_files()[..10]);
    let mut read = 0;
    damaged(0x5eed_0003, 20_000, &archive, |round, bytes| {
        if let Ok(database) = Database::from_zip(Cursor::new(bytes)) {
            let total = database.records() + database.unreadable_count();
            assert!(total <= 10, "round {round}: {total} records");
            read += 1;
        }
    });
    assert!(read > 0, "no archive was read, so nothing was tested");
}

#[test]
fn damaged_records_never_panic() {
    let files = corpus_files();
    for (_, bytes) in files.iter().take(8) {
        damaged(0x5eed_0004, 4_000, bytes, |_, bytes| {
            let file = ("a.json".to_owned(), bytes.to_vec());
            let database = Database::from_records([file]).expect("one record");
            assert_eq!(database.records() + database.unreadable_count(), 1);
            for package in ["jinja2", "starlette", "aiohttp"] {
                audit_of(&pins(&[(package, "1.0")]), &database);
            }
        });
    }
}
