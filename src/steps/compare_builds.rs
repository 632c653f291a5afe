//! Builds packages both ways in scratch folders, compares the archives, and keeps in the configuration what came out.

use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::{Value, json};

use super::build_archives::{BuildArchives, Way};
use super::write_files::WriteFiles;
use crate::archive::compare::{Comparison, Measure, compare};
use crate::effects::Effects;
use crate::error::Failure;
use crate::report::{Finding, Severity, text};

/// Builds to be compared.
#[derive(Debug, Serialize)]
pub struct CompareBuilds {
    /// The native builds.
    pub native: Vec<BuildArchives>,
    /// What is kept where they are the same as the backend's.
    pub same: WriteFiles,
    /// What is kept where they are not.
    pub differs: WriteFiles,
}

/// What came out of a comparison.
#[derive(Debug)]
pub struct Compared {
    /// Each archive with its name: A is the native one, B the backend's.
    pub archives: Vec<(String, Comparison)>,
    /// Whether the configuration says something else now.
    pub written: Vec<PathBuf>,
}

impl Compared {
    /// Whether all are the same; nothing where that cannot be told.
    pub fn same(&self) -> Option<bool> {
        let all: Vec<Option<bool>> = self.archives.iter().map(|(_, found)| found.same()).collect();
        match all.contains(&Some(false)) {
            true => Some(false),
            false => all.iter().all(Option::is_some).then_some(true),
        }
    }

    /// What is different and counts.
    pub fn findings(&self) -> Vec<Finding> {
        let all = self.archives.iter().flat_map(|(name, found)| found.findings(name));
        all.filter(|finding| finding.severity != Severity::Info).collect()
    }

    /// The same for people, and what follows from it.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec!["A: native".to_owned(), "B: the backend's".to_owned()];
        lines.extend(self.archives.iter().flat_map(|(name, found)| found.lines(name)));
        lines.push(match self.same() {
            Some(true) => "kept in `build.verified`: native archives are the backend's".to_owned(),
            _ => "kept in `build.verified`: from now on the backend itself builds".to_owned(),
        });
        lines
    }

    /// The same for programs.
    pub fn document(&self) -> Value {
        let archives = self.archives.iter().map(|(name, found)| {
            let name = Path::new(name);
            found.document((Some(name), Some(name)), found.same())
        });
        json!({"same": self.same(), "archives": archives.collect::<Value>()})
    }
}

impl CompareBuilds {
    /// What it does, in the imperative.
    pub fn describe(&self) -> String {
        let packages = text::count(self.native.len(), "package");
        format!(
            "build {packages} natively and with the backend, and keep in `{}` whether they agree",
            self.same.files[0].0
        )
    }

    pub(super) fn carry_out(&self, effects: Effects<'_>) -> Result<Compared, Failure> {
        let scratch = effects.files().scratch()?;
        let mut archives = Vec::new();
        for (number, native) in self.native.iter().enumerate() {
            let [a, b] = ["native", "isolated"].map(|way| scratch.path().join(format!("{number}-{way}")));
            let isolated = BuildArchives { out_dir: b, way: Way::Isolated, ..native.clone() };
            let made = BuildArchives { out_dir: a, ..native.clone() }.carry_out(effects)?;
            let theirs = isolated.carry_out(effects)?;
            for (made, theirs) in made.iter().zip(&theirs) {
                let files = effects.inspect().files();
                let found = compare(files, &made.path, &theirs.path, Measure::Contents, true)?;
                archives.push((made.name(), found));
            }
        }
        let mut compared = Compared { archives, written: Vec::new() };
        compared.written = match compared.same() {
            Some(true) => self.same.carry_out(effects)?,
            _ => self.differs.carry_out(effects)?,
        };
        Ok(compared)
    }
}
