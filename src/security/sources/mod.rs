//! Databases of advisories: records by package and by id, with how old and how complete they are.
//!
//! Where the bytes come from is left to the caller; the zip archive that OSV exports is read in
//! [`archive`]. A record that cannot be read is counted and named, and never stops the others.

mod archive;

use std::collections::HashMap;

use jiff::Timestamp;

use super::advisory::Advisory;
use super::error::SecurityError;

/// The most records of one database.
pub const MAX_RECORDS: usize = 1_000_000;

/// The largest record, in bytes; larger ones count as unreadable.
pub const MAX_RECORD_BYTES: usize = 16 << 20;

/// The most bytes of all records together, in MiB.
pub const MAX_TOTAL_MIB: u64 = 4096;

/// The most unreadable records that are named.
const NAMED: usize = 20;

/// Advisories, ready to be asked.
#[derive(Debug, Default)]
pub struct Database {
    live: Vec<Advisory>,
    by_package: HashMap<String, Vec<usize>>,
    by_id: HashMap<String, Vec<usize>>,
    records: usize,
    withdrawn: usize,
    unreadable: Vec<Unreadable>,
    unreadable_count: usize,
    modified: Option<Timestamp>,
    bytes: u64,
}

/// A record that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// The file name, as the database has it.
    pub file: String,
    /// Why.
    pub why: &'static str,
}

impl Database {
    /// Reads records, each a file name and its bytes. Files that are not named `….json` are left out.
    /// Each record is expected once: of two with one id both hold.
    ///
    /// # Errors
    /// Too many records or bytes.
    pub fn from_records(files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Result<Self, SecurityError> {
        let mut database = Database::default();
        for (file, bytes) in files {
            database.add(&file, &bytes)?;
        }
        Ok(database)
    }

    fn add(&mut self, file: &str, bytes: &[u8]) -> Result<(), SecurityError> {
        if !file.ends_with(".json") {
            return Ok(());
        }
        if self.records + self.unreadable_count >= MAX_RECORDS {
            return Err(SecurityError::TooManyRecords { limit: MAX_RECORDS });
        }
        self.bytes += bytes.len() as u64;
        if self.bytes >> 20 >= MAX_TOTAL_MIB {
            return Err(SecurityError::TooLarge { limit: MAX_TOTAL_MIB });
        }
        if bytes.len() > MAX_RECORD_BYTES {
            self.note_unreadable(file, "it is too large");
            return Ok(());
        }
        match Advisory::parse(bytes) {
            Ok(advisory) => self.keep(advisory),
            Err(why) => self.note_unreadable(file, why),
        }
        Ok(())
    }

    fn note_unreadable(&mut self, file: &str, why: &'static str) {
        self.unreadable_count += 1;
        if self.unreadable.len() < NAMED {
            self.unreadable.push(Unreadable { file: file.to_owned(), why });
        }
    }

    fn keep(&mut self, advisory: Advisory) {
        self.records += 1;
        self.modified = self.modified.max(advisory.modified);
        if advisory.withdrawn {
            self.withdrawn += 1;
            return;
        }
        let index = self.live.len();
        for affected in &advisory.affected {
            let places = self.by_package.entry(affected.package.clone()).or_default();
            if places.last() != Some(&index) {
                places.push(index);
            }
        }
        for id in advisory.ids() {
            let places = self.by_id.entry(id.to_owned()).or_default();
            if places.last() != Some(&index) {
                places.push(index);
            }
        }
        self.live.push(advisory);
    }

    /// The records that are not withdrawn and affect a package, by its normalised name.
    pub fn for_package(&self, package: &str) -> Vec<&Advisory> {
        let places = self.by_package.get(package);
        places.into_iter().flatten().map(|&index| &self.live[index]).collect()
    }

    /// The records that are not withdrawn and have an id, as their own or as an alias.
    pub fn with_id(&self, id: &str) -> impl Iterator<Item = &Advisory> {
        let places = self.by_id.get(id);
        places.into_iter().flatten().map(|&index| &self.live[index])
    }

    /// How many records were read, withdrawn ones among them.
    pub fn records(&self) -> usize {
        self.records
    }

    /// How many of them were withdrawn.
    pub fn withdrawn(&self) -> usize {
        self.withdrawn
    }

    /// How many files were no records.
    pub fn unreadable_count(&self) -> usize {
        self.unreadable_count
    }

    /// The first of them.
    pub fn unreadable(&self) -> &[Unreadable] {
        &self.unreadable
    }

    /// When the newest record was changed: how old the database is.
    pub fn modified(&self) -> Option<Timestamp> {
        self.modified
    }
}
