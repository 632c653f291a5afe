//! The table of all codes: what `release explain CODE` prints. One file a room; a code is never reused.

mod archive;
mod build;
mod changelog;
mod check;
mod check_description;
mod check_inside;
mod check_machine;
mod check_metadata;
mod check_paths;
mod check_pyproject;
mod check_sdists;
mod check_source;
mod check_wheels;
mod comparing;
mod decisions;
mod dependencies;
mod doors;
mod forge;
mod index;
mod planning;
mod projects;
mod python;
mod runs;
mod security;
mod setup;
mod status;
mod uploading;
mod workflows;
mod writing;

/// What stands behind a code.
#[derive(Debug, Clone, Copy)]
pub struct Code {
    /// `room/what`.
    pub code: &'static str,
    /// One line: what it means.
    pub title: &'static str,
    /// Why it matters, an example, and how to put it right. Plain text, wrapped by the renderer.
    pub text: &'static str,
    /// The specification or the peer's rule it follows, empty where there is none.
    pub follows: &'static str,
}

/// The tables of the rooms.
const TABLES: &[&[Code]] = &[
    archive::CODES,
    build::CODES,
    changelog::CODES,
    check::CODES,
    check_inside::CODES,
    check_machine::CODES,
    check_metadata::CODES,
    check_paths::CODES,
    check_sdists::CODES,
    check_wheels::CODES,
    check_pyproject::CODES,
    check_source::CODES,
    check_description::CODES,
    comparing::CODES,
    doors::CODES,
    forge::CODES,
    index::CODES,
    planning::CODES,
    projects::CODES,
    python::CODES,
    runs::CODES,
    dependencies::CODES,
    security::CODES,
    decisions::CODES,
    setup::CODES,
    status::CODES,
    uploading::CODES,
    workflows::CODES,
    writing::CODES,
];

/// Every code, room by room.
pub fn all() -> impl Iterator<Item = &'static Code> {
    TABLES.iter().flat_map(|table| table.iter())
}

/// The entry of a code.
pub fn find(code: &str) -> Option<&'static Code> {
    all().find(|entry| entry.code == code)
}

/// The code most like a word, if any is like it.
pub fn nearest(word: &str) -> Option<&'static str> {
    all()
        .map(|entry| (strsim::jaro_winkler(word, entry.code), entry.code))
        .filter(|(likeness, _)| *likeness > 0.7)
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .map(|(_, code)| code)
}
