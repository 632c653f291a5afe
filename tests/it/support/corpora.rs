//! Real archives of PyPI, pinned in the tables of `fixtures/corpora/` and fetched once.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;

use flate2::read::GzDecoder;
use pyrelease::archive::Sha256;

use crate::support::sandbox::fixtures;

#[derive(serde::Deserialize)]
struct Pinned {
    filename: String,
    sha256: String,
}

/// The archives of a table, each as pinned, and their folder; what is missing is fetched.
pub(crate) fn archives(table: &str) -> Vec<PathBuf> {
    let folder = fetched(table);
    rows(table).into_iter().map(|row| folder.join(row.filename)).collect()
}

/// The files below `test/assets` of the sdist of `pypi-attestations`, by name.
pub(crate) fn assets() -> BTreeMap<String, Vec<u8>> {
    let sdist = archives("attestations").remove(0);
    let mut archive = tar::Archive::new(GzDecoder::new(std::fs::File::open(sdist).expect("the sdist")));
    let mut found = BTreeMap::new();
    for entry in archive.entries().expect("a tar file") {
        let mut entry = entry.expect("a member");
        let path = entry.path().expect("a path").to_string_lossy().into_owned();
        if let Some((_, name)) = path.split_once("/test/assets/") {
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).expect("its bytes");
            found.insert(name.to_owned(), bytes);
        }
    }
    found
}

/// The folder with the archives of a table.
pub(crate) fn fetched(table: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(table);
    std::fs::create_dir_all(&folder).expect("a folder");
    let lock = std::fs::File::create(folder.with_extension("lock")).expect("a lock file");
    lock.lock().expect("a lock");
    let rows = rows(table);
    let is_there = |row: &Pinned| {
        std::fs::read(folder.join(&row.filename)).is_ok_and(|bytes| Sha256::of(&bytes).to_string() == row.sha256)
    };
    if !rows.iter().all(is_there) {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/support/fetch_archives.py");
        let output =
            Command::new("python3").arg(script).arg(path(table)).arg(&folder).output().expect("python3 is installed");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    for row in &rows {
        assert!(is_there(row), "{} is not what is pinned", row.filename);
    }
    folder
}

fn rows(table: &str) -> Vec<Pinned> {
    let mut reader = csv::Reader::from_path(path(table)).expect("the table");
    reader.deserialize().map(|row| row.expect("a row")).collect()
}

fn path(table: &str) -> PathBuf {
    fixtures().join("corpora").join(table).with_extension("csv")
}
