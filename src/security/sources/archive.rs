//! The export of OSV: one zip archive with a JSON file for each record, such as
//! `https://storage.googleapis.com/osv-vulnerabilities/PyPI/all.zip`.

use std::io::{Read, Seek};

use zip::ZipArchive;

use super::{Database, MAX_RECORD_BYTES, MAX_RECORDS, SecurityError};

impl Database {
    /// Reads every record of a zip archive. Sizes that the archive declares are not trusted.
    ///
    /// # Errors
    /// No zip archive, or too many records or bytes. A member that cannot be unpacked is counted as
    /// unreadable.
    pub fn from_zip(reader: impl Read + Seek) -> Result<Self, SecurityError> {
        let mut archive = ZipArchive::new(reader).map_err(|cause| SecurityError::Archive { cause })?;
        if archive.len() > MAX_RECORDS {
            return Err(SecurityError::TooManyRecords { limit: MAX_RECORDS });
        }
        let mut database = Database::default();
        let mut bytes = Vec::new();
        for index in 0..archive.len() {
            let Ok(member) = archive.by_index(index) else {
                database.note_unreadable(&format!("member {index}"), "it cannot be unpacked");
                continue;
            };
            let Ok(name) = member.name().map(|name| name.into_owned()) else {
                database.note_unreadable(&format!("member {index}"), "its name cannot be read");
                continue;
            };
            if !name.ends_with(".json") {
                continue;
            }
            bytes.clear();
            let limit = MAX_RECORD_BYTES as u64 + 1;
            if member.take(limit).read_to_end(&mut bytes).is_err() {
                database.note_unreadable(&name, "it cannot be unpacked");
                continue;
            }
            database.add(&name, &bytes)?;
        }
        Ok(database)
    }
}
