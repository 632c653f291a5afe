//! The file WHEEL: its version, its tags, and which library it installs to.
//!
//! Follows "Binary distribution format" of packaging.python.org (PEP 427).

use std::collections::BTreeSet;

use crate::archive::{Scan, shown};
use crate::python::filename::WheelName;
use crate::python::metadata::RawMetadata;
use crate::python::tag::{Tag, TagSet};

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
    let build = name.build().map(ToString::to_string);
    if wheel.first("Build") != build.as_deref() {
        docket.raise("check/wheel-tags", "Build is not the build tag of the file name", Some(&path));
    }
}
