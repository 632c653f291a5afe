//! The file WHEEL: its version, its tags, and which library it installs to.
//!
//! Follows "Binary distribution format" of packaging.python.org (PEP 427).

use std::collections::BTreeSet;

use crate::archive::{Scan, shown};
use crate::python::filename::WheelName;
use crate::python::metadata::RawMetadata;
use crate::python::specifier::SpecifierSet;
use crate::python::tag::{Tag, TagSet};
use crate::python::version::Version;

use super::judge::Docket;

pub(super) fn judge(docket: &mut Docket<'_>, scan: &Scan, folder: &str, name: &WheelName) {
    let path = format!("{folder}/WHEEL");
    let Some(bytes) = scan.kept.get(&path) else {
        docket.raise("check/wheel-file", format!("the wheel has no `{path}`"), None);
        return;
    };
    let wheel = RawMetadata::parse(bytes);
    for fault in wheel.faults() {
        docket.raise_line("check/wheel-file", fault.message.clone(), &path, fault.line);
    }
    let version = wheel.first("Wheel-Version").unwrap_or_default();
    if version.split('.').next() != Some("1") {
        let message = format!("Wheel-Version is `{}` and should be `1.0`", shown(version));
        docket.raise("check/wheel-version", message, Some(&path));
    }
    match wheel.first("Root-Is-Purelib") {
        Some("true" | "false") => {}
        _ => docket.raise("check/wheel-file", "Root-Is-Purelib is neither `true` nor `false`", Some(&path)),
    }
    let mut tags: BTreeSet<Tag> = BTreeSet::new();
    for text in wheel.all("Tag") {
        match text.parse::<TagSet>() {
            Ok(set) => tags.extend(set.expand()),
            Err(error) => docket.raise("check/wheel-tags", error.to_string(), Some(&path)),
        }
    }
    let named = name.tags().expand();
    if let Some(tag) = named.symmetric_difference(&tags).next() {
        let place = if named.contains(tag) { "file name" } else { "file WHEEL" };
        let message = format!("the tag `{tag}` is only in the {place}");
        docket.raise("check/wheel-tags", message, Some(&path));
    }
    if !name.tags().is_sorted() {
        let message = format!("the tags `{}` are not in order", name.tags());
        docket.raise("check/tags-unsorted", message, None);
    }
    python2(docket, scan, folder, name);
    let build = name.build().map(ToString::to_string);
    if wheel.first("Build") != build.as_deref() {
        docket.raise("check/wheel-tags", "Build is not the build tag of the file name", Some(&path));
    }
}

/// A wheel for Python 2 of a project that does not say that it runs there.
fn python2(docket: &mut Docket<'_>, scan: &Scan, folder: &str, name: &WheelName) {
    let is_two = |python: &&String| ["py2", "cp2"].iter().any(|start| python.starts_with(start));
    let Some(tag) = name.tags().pythons().iter().find(is_two) else { return };
    let metadata = scan.kept.get(&format!("{folder}/METADATA")).map(|bytes| RawMetadata::parse(bytes));
    let pythons = metadata.as_ref().and_then(|metadata| metadata.first("Requires-Python"));
    let newest: Version = "2.7.18".parse().expect("it is a version");
    let message = match pythons.map(str::parse::<SpecifierSet>) {
        None => format!("the tag has `{tag}`, and there is no `Requires-Python`"),
        Some(Ok(set)) if !set.contains(&newest) => {
            format!("the tag has `{tag}`, and `Requires-Python: {}` leaves it out", shown(pythons.unwrap_or_default()))
        }
        Some(_) => return,
    };
    docket.raise("check/python2-tag", message, None);
}
