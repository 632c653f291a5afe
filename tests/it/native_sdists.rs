//! Real packages of PyPI, pinned in `fixtures/corpora/sdists.csv`, rebuilt natively and by their own backend.

use std::path::{Path, PathBuf};

use crate::support::backends::{Outcome, Source, backend};
use crate::support::native::{self, BUILD, Native, NotYet, assert_right, at_once};
use crate::support::sandbox::fixtures;
use crate::support::shapes::Way;
use crate::support::{Sandbox, corpora};

/// A line of the table; its column `requires` is for people.
#[derive(Debug, serde::Deserialize)]
pub(crate) struct Row {
    backend: String,
    name: String,
    version: String,
    filename: String,
    sha256: String,
    way: String,
}

impl Row {
    /// Its name in the table of what is not native yet.
    pub(crate) fn listed_as(&self) -> String {
        format!("sdists/{}", self.name)
    }

    fn way(&self) -> Way {
        match self.way.split_once(' ') {
            None if self.way == "native" => Way::Native,
            Some(("pep517", key)) => Way::Pep517(key.to_owned()),
            _ => panic!("{}: unknown way `{}`", self.name, self.way),
        }
    }
}

pub(crate) fn rows() -> Vec<Row> {
    let only = std::env::var("PYRELEASE_SHAPE").ok();
    let mut reader = csv::Reader::from_path(table()).expect("the table");
    let rows = reader.deserialize().map(|row: Result<Row, csv::Error>| row.expect("a row"));
    rows.filter(|row| only.as_ref().is_none_or(|only| *only == row.listed_as())).collect()
}

fn table() -> PathBuf {
    fixtures().join("corpora/sdists.csv")
}

/// Unpacks the one folder of an sdist as `root`, which is empty.
fn unpack(sdist: &Path, root: &Path) {
    let parts = tempfile::tempdir_in(root.parent().expect("it has one")).expect("a folder");
    let file = std::fs::File::open(sdist).expect("a file");
    tar::Archive::new(flate2::read::GzDecoder::new(file)).unpack(parts.path()).expect("an sdist");
    let mut tops = std::fs::read_dir(parts.path()).expect("a folder");
    let top = tops.next().expect("a folder").expect("an entry").path();
    assert!(tops.next().is_none(), "{} has more than one folder", sdist.display());
    std::fs::rename(top, root).expect("the same disk");
}

/// `[build-system] requires` of the unpacked project.
pub(crate) fn requires(root: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(root.join("pyproject.toml")).expect("what is built natively has one");
    let document: toml_edit::DocumentMut = text.parse().expect("TOML");
    let requires =
        document.get("build-system").and_then(|table| table.get("requires")).and_then(|item| item.as_array());
    let requires = requires.map(|list| list.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect());
    requires.unwrap_or_default()
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
#[expect(clippy::print_stdout, reason = "the table is shown by `--nocapture`")]
fn what_is_native_of_real_packages_is_what_their_backend_builds() {
    let rows = rows();
    let folder = corpora::fetched("sdists");
    let not_yet = NotYet::read();
    let results = at_once(&rows, |row| {
        let sandbox = Sandbox::new();
        let sdist = folder.join(&row.filename);
        unpack(&sdist, &sandbox.repo());
        let native = native::build(&sandbox, &mut sandbox.command(BUILD), &sandbox.repo());
        let real = matches!(native, Native::Built(_)).then(|| real(row, &sdist, &sandbox.repo()));
        (native, real)
    });
    let mut table = String::new();
    let mut judged = Vec::new();
    let names: Vec<String> = rows.iter().map(Row::listed_as).collect();
    for ((row, name), (native, real)) in rows.iter().zip(&names).zip(&results) {
        let (way, why) = match native {
            Native::Built(_) => ("native", ""),
            Native::Left(why) => ("pep517", why.as_str()),
            Native::Refused(why) | Native::Broken(why) => ("failed", why.as_str()),
        };
        table += &format!("{:<26} {:<11} {way:<7} {why}\n", format!("{} {}", row.name, row.version), row.backend);
        judged.push((name.as_str(), native::judge(&row.way(), not_yet.has(name), real.as_ref(), native)));
    }
    let count = |results: &[(Native, Option<Outcome>)]| {
        results.iter().filter(|(native, _)| matches!(native, Native::Built(_))).count()
    };
    println!("{table}{} of {} are built natively", count(&results), rows.len());
    assert_right(&judged);
}

/// What the project's own backend makes of it.
fn real(row: &Row, sdist: &Path, root: &Path) -> Outcome {
    let source =
        Source { digest: row.sha256.clone(), package: String::new(), write: Box::new(|root| unpack(sdist, root)) };
    backend(&row.backend).outcomes_as_required(&requires(root), &[source]).remove(0)
}

/// Done when, line 1: at least 30, and 60 % of them are to be native.
#[test]
fn the_table_is_large_enough_and_mostly_native() {
    if std::env::var_os("PYRELEASE_SHAPE").is_some() {
        return;
    }
    let rows = rows();
    let native = rows.iter().filter(|row| row.way() == Way::Native).count();
    assert!(rows.len() >= 30 && native * 10 >= rows.len() * 6, "{native} of {}", rows.len());
    for backend in crate::support::backends::BACKENDS {
        assert!(rows.iter().filter(|row| row.backend == backend.name).count() >= 5, "too few of {}", backend.name);
    }
}
