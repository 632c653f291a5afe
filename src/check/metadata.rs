//! Core metadata of a wheel (METADATA) or an sdist (PKG-INFO): valid, agreeing with the file name,
//! and such that PyPI takes it. PyPI itself judges the upload form instead of the file.
//!
//! Follows "Core metadata specifications" of packaging.python.org (PEP 566, 639, 643, 753).

use std::collections::HashSet;

use crate::archive::{Scan, shown};
use crate::python::classifiers::{self, CLASSIFIERS_AS_OF, Standing};
use crate::python::metadata::pypi::PYPI_NEWEST;
use crate::python::metadata::{Field, Metadata, MetadataFault, MetadataVersion, RawMetadata};
use crate::python::name::ProjectName;
use crate::python::version::Version;

use super::contents::files;
use super::description;
use super::filename::FileName;
use super::judge::Docket;

/// Metadata, and what it must agree with.
pub(super) struct Subject<'a> {
    pub(super) scan: &'a Scan,
    /// Where the metadata lies.
    pub(super) path: &'a str,
    pub(super) bytes: &'a [u8],
    /// Where licence files lie, with a slash at the end.
    pub(super) licenses: &'a str,
    pub(super) name: &'a FileName,
}

pub(super) fn judge(docket: &mut Docket<'_>, subject: &Subject<'_>) {
    let raw = RawMetadata::parse(subject.bytes);
    let version = raw.first("Metadata-Version").and_then(MetadataVersion::parse);
    let early = version.is_some_and(|version| version < Field::LicenseFile.added());
    let doubles = duplicates(docket, subject, &raw);
    let faults = match Metadata::from_raw(&raw) {
        Ok(metadata) => metadata.pypi_faults().into_iter().map(|fault| ("check/metadata-refused", fault)).collect(),
        Err(faults) => faults.into_iter().map(|fault| ("check/metadata-invalid", fault)).collect::<Vec<_>>(),
    };
    for (code, MetadataFault { field, line, message }) in faults {
        let code = match field.as_str() {
            // Told by rules of their own, below and in `filename`.
            _ if line.is_some_and(|line| doubles.contains(&line)) => continue,
            "Classifier" => continue,
            "License-File" if early => "check/metadata-early",
            "Version" if code == "check/metadata-refused" => "check/local-version",
            "Metadata-Version" => "check/metadata-version",
            _ => code,
        };
        if code != "check/local-version" || !subject.name.version().is_local() {
            docket.raise_line(code, message, subject.path, line);
        }
    }
    description::judge(docket, subject.path, subject.bytes, &raw);
    agreement(docket, subject, &raw);
    classifiers(docket, subject, &raw);
    if version.is_some_and(|version| version >= MetadataVersion::V2_4) {
        license_files(docket, subject, &raw);
    }
    if matches!(subject.name, FileName::Sdist(_)) && version.is_some_and(|version| version < MetadataVersion::V2_2) {
        docket.raise(
            "check/metadata-old",
            format!("an sdist needs Metadata-Version 2.2 or newer, up to {PYPI_NEWEST}"),
            Some(subject.path),
        );
    }
}

/// Fields given twice, by their lines: readers take the first or the last of them.
fn duplicates(docket: &mut Docket<'_>, subject: &Subject<'_>, raw: &RawMetadata) -> HashSet<usize> {
    let mut seen = HashSet::new();
    let mut doubles = HashSet::new();
    for header in raw.headers() {
        let Some(field) = Field::parse(&header.name).filter(|field| !field.is_repeated()) else {
            continue;
        };
        if !seen.insert(field.name()) {
            doubles.insert(header.line);
            let message = format!("`{}` is given more than once", field.name());
            docket.raise_line("check/metadata-duplicate", message, subject.path, Some(header.line));
        }
    }
    doubles
}

fn agreement(docket: &mut Docket<'_>, subject: &Subject<'_>, raw: &RawMetadata) {
    let (project, version) = (subject.name.project(), subject.name.version());
    let named = raw.first("Name").and_then(|text| text.parse::<ProjectName>().ok());
    if let Some(other) = named.filter(|other| other != project) {
        let message = format!("Name is `{other}`, the file name says `{project}`");
        docket.raise("check/metadata-mismatch", message, Some(subject.path));
    }
    let told = raw.first("Version").and_then(|text| text.parse::<Version>().ok());
    if let Some(other) = told.filter(|other| other != version) {
        let message = format!("Version is `{other}`, the file name says `{version}`");
        docket.raise("check/metadata-mismatch", message, Some(subject.path));
    }
}

fn classifiers(docket: &mut Docket<'_>, subject: &Subject<'_>, raw: &RawMetadata) {
    for header in raw.entries("Classifier") {
        let text = shown(&header.value);
        let (code, message) = match classifiers::standing(&header.value) {
            Standing::Known => continue,
            Standing::Unknown if header.value.starts_with("Private ::") => {
                ("check/classifier-private", format!("`{text}` keeps the project off PyPI"))
            }
            Standing::Unknown => {
                ("check/classifier-unknown", format!("`{text}` is not among the classifiers of {CLASSIFIERS_AS_OF}"))
            }
            Standing::Deprecated([]) => {
                ("check/classifier-deprecated", format!("`{text}` is deprecated and nothing replaces it"))
            }
            Standing::Deprecated(others) => {
                ("check/classifier-deprecated", format!("`{text}` is deprecated, write `{}`", others.join("` or `")))
            }
        };
        docket.raise_line(code, message, subject.path, Some(header.line));
    }
}

fn license_files(docket: &mut Docket<'_>, subject: &Subject<'_>, raw: &RawMetadata) {
    let mut wanted = raw.entries("License-File").peekable();
    if wanted.peek().is_none() {
        return;
    }
    let there: HashSet<&str> = files(subject.scan).map(|member| member.name.as_str()).collect();
    for header in wanted {
        let path = format!("{}{}", subject.licenses, header.value);
        if !there.contains(path.as_str()) {
            let message = format!("License-File names `{}`, and `{}` is not there", shown(&header.value), shown(&path));
            docket.raise_line("check/license-file", message, subject.path, Some(header.line));
        }
    }
}
