//! The layout of an sdist: one top folder with PKG-INFO and pyproject.toml in it.
//!
//! Follows "Source distribution format" of packaging.python.org (PEP 517, 625, 643, 721).

use std::collections::BTreeSet;

use crate::archive::{Member, MemberKind, Scan, shown};
use crate::python::filename::SdistName;
use crate::python::metadata::RawMetadata;
use crate::python::name::ProjectName;
use crate::python::version::Version;

use super::filename::FileName;
use super::judge::Docket;
use super::metadata;

pub(super) fn judge(docket: &mut Docket<'_>, scan: &Scan, name: &SdistName) {
    let expected = name.stem();
    let tops: BTreeSet<&str> = scan.members.iter().filter_map(|member| member.name.split('/').next()).collect();
    for top in tops.iter().filter(|top| **top != expected) {
        let message = format!("`{}` lies beside or instead of `{}`", shown(top), shown(&expected));
        docket.raise("check/layout", message, Some(top));
    }
    let file_on_top =
        |name: &str| scan.members.iter().any(|member| member.name == name && member.kind != MemberKind::Directory);
    if file_on_top(&expected) {
        docket.raise("check/layout", format!("`{}` is not a folder", shown(&expected)), None);
    }
    let top = match tops.len() {
        1 => tops.first().copied().unwrap_or_default(),
        _ => &expected,
    };
    let path = format!("{top}/PKG-INFO");
    match scan.kept.get(&path) {
        Some(bytes) => {
            let licenses = format!("{top}/");
            let name = FileName::Sdist(name.clone());
            metadata::judge(docket, &metadata::Subject { scan, path: &path, bytes, licenses: &licenses, name: &name });
        }
        None => {
            let message = format!("the sdist has no `{}`", shown(&path));
            docket.raise("check/layout", message, None);
        }
    }
    let project = format!("{top}/pyproject.toml");
    match scan.kept.get(&project) {
        Some(bytes) => pyproject(docket, (&project, bytes), name, scan.kept.get(&path)),
        None => {
            let message = format!("the sdist has no `{}`", shown(&project));
            docket.raise("check/pyproject-missing", message, None);
        }
    }
    if !scan.members.iter().any(|member| is_source(member, top)) {
        docket.raise("check/empty-sdist", "the sdist holds nothing but what describes it", None);
    }
}

/// Whether a member is more than metadata, configuration, a readme or a licence.
fn is_source(member: &Member, top: &str) -> bool {
    if member.kind == MemberKind::Directory {
        return false;
    }
    let path = member.name.strip_prefix(top).and_then(|rest| rest.strip_prefix('/')).unwrap_or(&member.name);
    if let Some((folder, _)) = path.split_once('/') {
        return !folder.ends_with(".egg-info") && folder != "LICENSES";
    }
    let lower = path.to_lowercase();
    let described = ["readme", "licen", "copying", "notice", "authors", "changelog", "changes", "."];
    let files = ["pkg-info", "pyproject.toml", "pyproject.toml.orig", "setup.cfg", "manifest.in"];
    !files.contains(&lower.as_str()) && !described.iter().any(|start| lower.starts_with(start))
}

/// Whoever builds from the sdist reads this file, so it must be readable and speak of the same project.
fn pyproject(docket: &mut Docket<'_>, (path, bytes): (&str, &[u8]), name: &SdistName, info: Option<&Vec<u8>>) {
    const LARGEST: usize = 4 << 20;
    let text = std::str::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned());
    let text = text.and_then(|text| match text.len() {
        length if length > LARGEST => Err(format!("it has {length} bytes, more than anybody writes")),
        _ => Ok(text),
    });
    let table = text.and_then(|text| {
        toml::from_str::<toml::Table>(text).map_err(|error| shown(&error.message().replace('\n', " ")))
    });
    let table = match table {
        Ok(table) => table,
        Err(problem) => return docket.raise("check/pyproject-broken", problem, Some(path)),
    };
    let value = |key: &str| table.get("project")?.get(key);
    let text = |key: &str| value(key).and_then(toml::Value::as_str);
    let named = text("name").and_then(|text| text.parse::<ProjectName>().ok());
    if let Some(other) = named.filter(|other| other != name.name()) {
        let message = format!("`project.name` is `{other}`, the file name says `{}`", name.name());
        docket.raise("check/metadata-mismatch", message, Some(path));
    }
    let version = text("version").and_then(|text| text.parse::<Version>().ok());
    if let Some(other) = version.filter(|other| other != name.version()) {
        let message = format!("`project.version` is `{other}`, the file name says `{}`", name.version());
        docket.raise("check/metadata-mismatch", message, Some(path));
    }
    let people = ["authors", "maintainers"].iter().filter_map(|key| value(key)?.as_array()).flatten();
    if let Some(info) = info {
        authors(docket, people, (path, &RawMetadata::parse(info)));
    }
}

/// People of whom nothing is left in the metadata.
fn authors<'a>(
    docket: &mut Docket<'_>,
    people: impl Iterator<Item = &'a toml::Value>,
    (path, info): (&str, &RawMetadata),
) {
    /// Each person is looked for in each field.
    const LONGEST: usize = 64 << 10;
    const FIELDS: [&str; 4] = ["Author", "Author-email", "Maintainer", "Maintainer-email"];
    let told: Vec<&str> = FIELDS.iter().filter_map(|field| info.first(field)).collect();
    if told.iter().any(|field| field.len() > LONGEST) {
        return;
    }
    // Nobody has as many authors as would make this slow.
    for person in people.take(1000) {
        let given = ["name", "email"].iter().filter_map(|key| person.get(key)?.as_str()).collect::<Vec<_>>();
        let left = given.iter().any(|text| told.iter().any(|field| field.contains(text)));
        // A name that has to be encoded or escaped is not compared.
        let plain = given.iter().all(|text| text.is_ascii() && !text.contains(['"', '\\']));
        if let (Some(first), false, true) = (given.first(), left, plain) {
            let message = format!("`{}` is an author in this file and not in `PKG-INFO`", shown(first));
            docket.raise("check/author-lost", message, Some(path));
        }
    }
}
