//! What an index tells of a release in PyPI's JSON API: visible before the simple API is everywhere, so that it tells
//! a slow page from a lost file; and the metadata that people read, which must be those of the archive.

use std::collections::BTreeMap;

use serde_json::Value;

use super::error::IndexError;
use crate::archive::Sha256;
use crate::config::targets::Index;
use crate::effects::http::HttpLook;
use crate::python::metadata::{Field, RawMetadata};
use crate::python::name::ProjectName;
use crate::python::version::Version;

/// Longer values are cut where they are told.
const SHOWN: usize = 80;

/// A field that the index tells otherwise than the archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The field, as the JSON API calls it.
    pub field: &'static str,
    /// What the index says.
    pub there: String,
    /// What the archive says.
    pub here: String,
}

/// What an index says of a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// The index has no such API.
    Nothing,
    /// It has no such release.
    NoRelease,
    /// Its document.
    Release(Value),
}

/// Asks for the document of a release.
///
/// # Errors
/// The index does not answer, or not with a document.
pub fn of(http: HttpLook<'_>, index: &Index, name: &ProjectName, version: &Version) -> Result<Told, IndexError> {
    let Some(base) = index.simple.strip_suffix("/simple/") else { return Ok(Told::Nothing) };
    let url = format!("{base}/pypi/{}/{version}/json", name.normalized());
    let answer = http.get(&url, "application/json")?;
    match answer.status {
        200 => {}
        404 => return Ok(if is_pypi(index) { Told::NoRelease } else { no_release(http, base, name)? }),
        status => return Err(IndexError::Listing { url, status }),
    }
    match serde_json::from_slice::<Value>(&answer.body) {
        Ok(value) if value["info"].is_object() => Ok(Told::Release(value)),
        _ => Err(IndexError::ListingFormat { url, problem: "it is no document of a release".to_owned() }),
    }
}

fn is_pypi(index: &Index) -> bool {
    ["https://pypi.org/simple/", "https://test.pypi.org/simple/"].contains(&index.simple.as_str())
}

/// Whether an index that has no document of a release has documents at all: one of the project says so.
fn no_release(http: HttpLook<'_>, base: &str, name: &ProjectName) -> Result<Told, IndexError> {
    let answer = http.get(&format!("{base}/pypi/{}/json", name.normalized()), "application/json")?;
    let is_document = serde_json::from_slice::<Value>(&answer.body).is_ok_and(|value| value["info"].is_object());
    Ok(if answer.status == 200 && is_document { Told::NoRelease } else { Told::Nothing })
}

/// The digest of a file in the document of its release; nothing where the document does not have it.
pub fn digest(document: &Value, file: &str) -> Option<Sha256> {
    let files = document["urls"].as_array()?;
    let found = files.iter().find(|one| one["filename"] == file)?;
    found["digests"]["sha256"].as_str().and_then(Sha256::from_hex)
}

/// What the document says otherwise than the metadata of an archive (the bytes of METADATA or PKG-INFO).
pub fn differences(document: &Value, metadata: &[u8]) -> Vec<Difference> {
    let (info, raw) = (&document["info"], RawMetadata::parse(metadata));
    let one = |field: Field| raw.first(field.name()).unwrap_or_default().to_owned();
    let there = |key: &str| info[key].as_str().unwrap_or_default().to_owned();
    let description = raw.first(Field::Description.name()).unwrap_or_else(|| raw.body()).to_owned();
    let mut found = Vec::new();
    let mut compare = |field, there: String, here: String| {
        if there != here {
            found.push(Difference { field, there: shown(&there), here: shown(&here) });
        }
    };
    compare("summary", there("summary").trim().to_owned(), one(Field::Summary).trim().to_owned());
    compare("requires_python", clauses(&there("requires_python")), clauses(&one(Field::RequiresPython)));
    let kinds = |text: String| text.replace([' ', '"'], "").to_ascii_lowercase();
    compare(
        "description_content_type",
        kinds(there("description_content_type")),
        kinds(one(Field::DescriptionContentType)),
    );
    let listed = |mut values: Vec<String>| {
        values.sort();
        values.join(", ")
    };
    let classifiers = info["classifiers"].as_array().into_iter().flatten();
    compare(
        "classifiers",
        listed(classifiers.filter_map(|value| value.as_str().map(str::to_owned)).collect()),
        listed(raw.all(Field::Classifier.name()).map(str::to_owned).collect()),
    );
    // Some indexes add links of their own: ours must be there.
    let ours: BTreeMap<String, String> = raw.all(Field::ProjectUrl.name()).filter_map(link).collect();
    let theirs = |label: &str| info["project_urls"][label].as_str().unwrap_or_default().to_owned();
    for (label, url) in &ours {
        compare("project_urls", format!("{label}: {}", theirs(label)), format!("{label}: {url}"));
    }
    if plain(&there("description")) != plain(&description) {
        let (there, here) = (plain(&there("description")), plain(&description));
        found.push(Difference {
            field: "description",
            there: first_other(&there, &here),
            here: first_other(&here, &there),
        });
    }
    found
}

fn link(entry: &str) -> Option<(String, String)> {
    entry.split_once(',').map(|(label, url)| (label.trim().to_owned(), url.trim().to_owned()))
}

/// The clauses of a specifier in an order of their own: indexes write them anew.
fn clauses(text: &str) -> String {
    let mut clauses: Vec<String> = text.split(',').map(|clause| clause.replace(' ', "")).collect();
    clauses.sort();
    clauses.join(",")
}

/// A description without what carries no meaning: ends of lines, and blanks at the ends.
fn plain(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n").trim().to_owned()
}

/// The first line that the other text does not have at its place.
fn first_other(text: &str, other: &str) -> String {
    let mut others = other.lines();
    shown(text.lines().find(|line| others.next() != Some(*line)).unwrap_or_default())
}

fn shown(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
