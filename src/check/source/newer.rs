//! What a project requires and its last release did not. A requirement is code of others that runs where this one is
//! installed: a new one should be meant, and its name should be the right one.
//!
//! What the last release requires is found out by `plan/check.rs` (tags) and `plan/online.rs` (the index).

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::super::rules::raise;
use crate::archive::shown;
use crate::error::Location;
use crate::project::Pyproject;
use crate::python::metadata::RawMetadata;
use crate::python::name::ProjectName;
use crate::python::requirement::Requirement;
use crate::report::{Finding, Severity};

/// The rule of this file.
const NEW: &str = "check/new-requirement";

/// Projects that are younger are told: names that somebody took a moment ago are how others are attacked.
const YOUNG_DAYS: i64 = 30;

/// Projects that are required, by their normalised names.
pub type Required = BTreeMap<String, Needed>;

/// Where a project is required.
#[derive(Debug, Clone)]
pub struct Needed {
    /// Its name.
    pub name: ProjectName,
    /// The place.
    pub location: Location,
    /// Whether the requirement says where it comes from: then no index is asked.
    pub is_direct: bool,
}

/// What an index says about a project that is newly required.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Nobody asked.
    Unasked,
    /// There is none of the name.
    Missing,
    /// It is there, since this time, where the index tells it.
    There(Option<Timestamp>),
}

/// What `[project]` requires; nothing where that is left to the backend.
pub fn of_pyproject(pyproject: &Pyproject) -> Option<Required> {
    let dynamic = pyproject.strings(&["project", "dynamic"]);
    if dynamic.iter().any(|field| field.ends_with("dependencies")) || pyproject.get(&["project"]).is_none() {
        return None;
    }
    let mut required = Required::new();
    let extras = pyproject.keys(&["project", "optional-dependencies"]);
    let of_extras = extras.iter().map(|extra| vec!["project", "optional-dependencies", extra]);
    for path in std::iter::once(vec!["project", "dependencies"]).chain(of_extras) {
        let array = pyproject.get(&path).and_then(toml_edit::Item::as_array);
        for value in array.into_iter().flatten() {
            let mut location = Location::file(&pyproject.file);
            location.line = value.span().map(|span| pyproject.line(span.start));
            add(&mut required, value.as_str().unwrap_or_default(), location);
        }
    }
    Some(required)
}

/// What the metadata of an archive require.
pub fn of_metadata(raw: &RawMetadata, (file, member): (&str, &str)) -> Required {
    let mut required = Required::new();
    for header in raw.entries("Requires-Dist") {
        let mut location = Location::member(file, member);
        location.line = Some(header.line);
        add(&mut required, &header.value, location);
    }
    required
}

fn add(required: &mut Required, text: &str, location: Location) {
    // What is no requirement is told elsewhere.
    let Ok(requirement) = text.trim().parse::<Requirement>() else { return };
    let is_direct = requirement.url.is_some();
    let name = requirement.name.normalized().to_owned();
    required.entry(name).or_insert(Needed { name: requirement.name, location, is_direct });
}

/// What is required and was not by the last release; a project may name itself, for its extras.
pub fn new<'r>(own: &ProjectName, required: &'r Required, before: &BTreeSet<String>) -> Vec<&'r Needed> {
    let is_new = |name: &str| name != own.normalized() && !before.contains(name);
    required.iter().filter(|(name, _)| is_new(name)).map(|(_, needed)| needed).collect()
}

/// Tells of a new requirement; `index` is where its project should be.
pub fn finding(needed: &Needed, last: &str, (index, standing): (&str, &Standing), now: Timestamp) -> Finding {
    let name = shown(needed.name.as_str());
    let mut text = format!("`{name}` is required, and `{}` did not require it", shown(last));
    let mut severity = Severity::Info;
    let mut help = None;
    match standing {
        Standing::Missing => {
            severity = Severity::Warning;
            text += &format!("; `{}` has no project of this name", shown(index));
            help = Some("correct the name: whoever takes it on the index is installed with this project");
        }
        Standing::There(Some(since)) => {
            let days = now.duration_since(*since).as_hours() / 24;
            if days < YOUNG_DAYS {
                severity = Severity::Warning;
                let day = since.strftime("%Y-%m-%d");
                text += &format!("; its first file on `{}` is of {day}, less than {YOUNG_DAYS} days ago", shown(index));
                help = Some("look at its spelling, and at who owns it");
            }
        }
        Standing::There(None) | Standing::Unasked => {}
    }
    let mut finding = raise(NEW, text, needed.location.clone());
    finding.severity = severity;
    match help {
        Some(help) => finding.help(help),
        None => finding,
    }
}
