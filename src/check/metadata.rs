//! Core metadata of a wheel (METADATA) or an sdist (PKG-INFO): valid, agreeing with the file name,
//! and such that PyPI takes it. PyPI itself judges the upload form instead of the file.
//!
//! Follows "Core metadata specifications" of packaging.python.org (PEP 566, 639, 643, 753).

use std::collections::{BTreeSet, HashSet};

use crate::archive::{Scan, shown};
use crate::python::address;
use crate::python::classifiers::{self, CLASSIFIERS_AS_OF, Standing};
use crate::python::metadata::pypi::PYPI_NEWEST;
use crate::python::metadata::{Field, Metadata, MetadataFault, MetadataVersion, RawMetadata};
use crate::python::name::ProjectName;
use crate::python::version::Version;
use crate::python::{spdx, stdlib};

use super::contents::files;
use super::description;
use super::filename::FileName;
use super::judge::Docket;
use super::{quality, requirements};

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
    cut(docket, subject, &raw);
    let version = raw.first("Metadata-Version").and_then(MetadataVersion::parse);
    let early = version.is_some_and(|version| version < Field::LicenseFile.added());
    let doubles = duplicates(docket, subject, &raw);
    let faults = match Metadata::from_raw(&raw) {
        Ok(metadata) => {
            doubts(docket, subject, &raw, &metadata);
            quality::judge(docket, subject.path, &raw, &metadata);
            requirements::judge(docket, subject.path, &metadata);
            metadata.pypi_faults().into_iter().map(|fault| ("check/metadata-refused", fault)).collect()
        }
        Err(faults) => faults.into_iter().map(|fault| ("check/metadata-invalid", fault)).collect::<Vec<_>>(),
    };
    for (code, MetadataFault { field, line, message }) in faults {
        let code = match field.as_str() {
            // Told by rules of their own, below and in `filename`.
            _ if line.is_some_and(|line| doubles.contains(&line)) => continue,
            "" if line.is_some() && line == raw.cut() => continue,
            "Classifier" if code == "check/metadata-refused" => continue,
            "License-File" if early => "check/metadata-early",
            "Version" if code == "check/metadata-refused" => "check/local-version",
            "Metadata-Version" => "check/metadata-version",
            _ => code,
        };
        if code != "check/local-version" || !subject.name.version().is_local() {
            docket.raise_line(code, message, subject.path, line);
        }
    }
    licensed(docket, subject, &raw);
    description::judge(docket, subject.path, subject.bytes, &raw);
    agreement(docket, subject, &raw);
    unknown(docket, subject, &raw);
    people(docket, subject, &raw);
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

/// Whether the text of the licence goes along, wherever it lies.
fn licensed(docket: &mut Docket<'_>, subject: &Subject<'_>, raw: &RawMetadata) {
    let is_license = |name: &str| {
        let file = name.rsplit('/').next().unwrap_or(name).to_lowercase();
        ["licen", "copying", "copyright", "unlicen"].iter().any(|start| file.starts_with(start))
            || name.contains("/LICENSES/")
    };
    let there = raw.first("License-File").is_some() || files(subject.scan).any(|member| is_license(&member.name));
    if !there {
        docket.raise("check/license-files-missing", "no file holds the text of the licence", None);
    }
}

/// A line that ends the headers, and the fields that are lost by it.
fn cut(docket: &mut Docket<'_>, subject: &Subject<'_>, raw: &RawMetadata) {
    let Some(line) = raw.cut() else { return };
    let headers = raw.body().lines().take(1000).take_while(|line| !line.is_empty());
    let lost: BTreeSet<&str> =
        headers.filter_map(|line| Field::parse(line.split_once(':')?.0)).map(Field::name).collect();
    let lost: Vec<String> = lost.iter().map(|name| format!("`{name}`")).collect();
    let message = match lost.len() {
        0 => format!("line {line} ends the headers and is not empty"),
        _ => format!("line {line} ends the headers too early: {} are read as description", lost.join(", ")),
    };
    docket.raise_line("check/metadata-cut", message, subject.path, Some(line));
}

/// Values that say one thing twice, or in an old way.
fn doubts(docket: &mut Docket<'_>, subject: &Subject<'_>, raw: &RawMetadata, metadata: &Metadata) {
    let line = |field: &str| raw.entries(field).next().map(|header| header.line);
    if let Some(expression) = &metadata.license_expression {
        if let Some(header) = raw.entries("Classifier").find(|header| header.value.starts_with("License ::")) {
            let message = format!("`{}` stands beside `License-Expression: {expression}`", shown(&header.value));
            docket.raise_line("check/license-classifier", message, subject.path, Some(header.line));
        }
        for (id, _) in expression.ids().iter().filter(|(id, kind)| spdx::is_deprecated(id, *kind)) {
            let message = format!("`{}` is deprecated", shown(id));
            docket.raise_line("check/license-deprecated", message, subject.path, line("License-Expression"));
        }
    }
    if stdlib::is_module_of_any(&metadata.name) {
        let message = format!("`{}` is a module of Python, and PyPI takes no new project of that name", metadata.name);
        docket.raise_line("check/name-stdlib", message, subject.path, line("Name"));
    }
}

/// Fields with the word that old setuptools wrote for nothing.
fn unknown(docket: &mut Docket<'_>, subject: &Subject<'_>, raw: &RawMetadata) {
    let mut unknown = raw.headers().iter().filter(|header| header.value.trim() == "UNKNOWN").peekable();
    let Some(line) = unknown.peek().map(|header| header.line) else { return };
    let names: BTreeSet<String> = unknown.map(|header| format!("`{}`", shown(&header.name))).collect();
    let names: Vec<String> = names.into_iter().take(10).collect();
    let message = format!("the value of {} is `UNKNOWN`", names.join(", "));
    docket.raise_line("check/metadata-unknown", message, subject.path, Some(line));
}

/// Lists of people of which readers lose some. A single address is refused where it is wrong.
fn people(docket: &mut Docket<'_>, subject: &Subject<'_>, raw: &RawMetadata) {
    for field in [Field::AuthorEmail, Field::MaintainerEmail] {
        let Some(header) = raw.entries(field.name()).next().filter(|header| !header.value.trim().is_empty()) else {
            continue;
        };
        if header.value.trim() == "UNKNOWN" || address::only(&header.value).is_some() {
            continue;
        }
        let message = match address::list(&header.value) {
            None => format!("`{field}` is no list of addresses"),
            Some(all) => match all.iter().find(|one| !one.contains('@')) {
                Some(one) => format!("`{field}` is a list in which `{}` is no address", shown(one)),
                None => continue,
            },
        };
        docket.raise_line("check/malformed-people", message, subject.path, Some(header.line));
    }
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
