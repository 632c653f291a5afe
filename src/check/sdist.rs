//! The layout of an sdist: one top folder with PKG-INFO and pyproject.toml in it.
//!
//! Follows "Source distribution format" of packaging.python.org (PEP 517, 625, 643, 721).

use std::collections::BTreeSet;

use crate::archive::{MemberKind, Scan, shown};
use crate::python::filename::SdistName;

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
    if !scan.kept.contains_key(&project) {
        let message = format!("the sdist has no `{}`", shown(&project));
        docket.raise("check/pyproject-missing", message, None);
    }
}
