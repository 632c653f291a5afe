//! What a wheel puts where Python imports from: modules, and what is none.
//!
//! Follows the checks W002 to W010 of check-wheel-contents.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::archive::{Scan, Sha256, shown};
use crate::python::filename::WheelName;
use crate::python::identifier::{is_identifier, is_keyword};
use crate::python::metadata::RawMetadata;

use super::contents::files;
use super::install::Installed;
use super::judge::Docket;
use super::top_level::module;
use super::wheel::STRAY;

/// Files below this size are the same by chance.
const SMALL: u64 = 64;

pub(super) fn judge(docket: &mut Docket<'_>, scan: &Scan, name: &WheelName, installed: &[Installed<'_>]) {
    let library: Vec<&Installed<'_>> = installed.iter().filter(|file| !is_metadata(file.path)).collect();
    data_library(docket, scan, name);
    tops(docket, &library);
    unimportable(docket, &library);
    duplicates(docket, &library);
    let has_data = files(scan).any(|member| !member.name.starts_with(&name.dist_info()));
    if has_data && !library.iter().any(|file| is_code(file.path)) {
        docket.raise("check/no-modules", "the wheel has files, and none of them can be imported", None);
    }
}

/// Metadata, and `.data` folders of any name, have rules of their own.
fn is_metadata(path: &str) -> bool {
    let top = path.split('/').next().unwrap_or(path).to_lowercase();
    [".dist-info", ".egg-info", ".data"].iter().any(|end| top.ends_with(end))
}

/// Whether Python or a type checker reads the file.
fn is_code(path: &str) -> bool {
    [".py", ".pyi", ".so", ".pyd", ".pyx", ".pxd"].iter().any(|end| path.ends_with(end))
}

fn data_library(docket: &mut Docket<'_>, scan: &Scan, name: &WheelName) {
    let wheel = scan.kept.get(&format!("{}/WHEEL", name.dist_info())).map(|bytes| RawMetadata::parse(bytes));
    let root = match wheel.as_ref().and_then(|wheel| wheel.first("Root-Is-Purelib")) {
        Some("true") => "purelib",
        Some("false") => "platlib",
        _ => return,
    };
    let folder = format!("{}/{root}/", name.data());
    if let Some(member) = files(scan).find(|member| member.name.starts_with(&folder)) {
        let message = format!("`{}` is installed where the root of the wheel is", shown(&member.name));
        docket.raise("check/data-library", message, Some(&member.name));
    }
}

/// Files at the top that are no modules, and folders without any.
fn tops(docket: &mut Docket<'_>, library: &[&Installed<'_>]) {
    let mut folders: BTreeMap<&str, bool> = BTreeMap::new();
    let modules: HashSet<&str> = library.iter().filter_map(|file| module(file.path)).collect();
    for Installed { path, member } in library {
        if let Some((top, _)) = path.split_once('/') {
            *folders.entry(top).or_default() |= is_code(path);
            continue;
        }
        // Told by rules of their own.
        let told =
            [".pyc", ".pyo", ".pth"].iter().any(|end| path.ends_with(end)) || STRAY.contains(path) || path.is_empty();
        // A stub beside its module is read by type checkers.
        let beside = path.strip_suffix(".pyi").is_some_and(|stem| modules.contains(stem));
        if !told && module(path).is_none() && !beside {
            let message = format!("`{}` lies at the top of the wheel and is no module", shown(path));
            docket.raise("check/not-a-module", message, Some(&member.name));
        }
    }
    let is_library = |top: &str| [".libs", ".dylibs", "-stubs"].iter().any(|end| top.ends_with(end));
    for (top, _) in folders.iter().filter(|(top, has_code)| !**has_code && !is_library(top) && **top != "__pycache__") {
        let message = format!("the folder `{}` has no module in it", shown(top));
        docket.raise("check/folder-without-module", message, Some(top));
    }
}

fn unimportable(docket: &mut Docket<'_>, library: &[&Installed<'_>]) {
    let mut all = library.iter().filter(|file| is_out_of_reach(file.path));
    let Some(first) = all.next() else { return };
    let (path, more) = (shown(first.path), all.count());
    let message = match more {
        0 => format!("`{path}` cannot be imported"),
        _ => format!("{} modules cannot be imported, as `{path}`", more + 1),
    };
    docket.raise("check/unimportable", message, Some(&first.member.name));
}

/// Whether a part of the path of a module is no word for an `import` statement.
fn is_out_of_reach(path: &str) -> bool {
    let (folder, file) = path.rsplit_once('/').map_or(("", path), |(folder, file)| (folder, file));
    if ![".py", ".so", ".pyd"].iter().any(|end| file.ends_with(end)) {
        return false;
    }
    let stem = file.split('.').next().unwrap_or(file);
    let folders = folder.split('/').filter(|part| !part.is_empty()).enumerate();
    let folders = folders.map(|(at, part)| if at == 0 { part.strip_suffix("-stubs").unwrap_or(part) } else { part });
    let is_word = |part: &str| is_identifier(part) && !is_keyword(part);
    // Shared libraries that others load are named as they like.
    let is_extension = !file.ends_with(".so") || !stem.starts_with("lib");
    let repaired = folder.ends_with(".libs") || folder.ends_with(".dylibs");
    is_extension && !repaired && !folders.chain([stem]).all(is_word)
}

fn duplicates(docket: &mut Docket<'_>, library: &[&Installed<'_>]) {
    let mut seen: HashMap<Sha256, &str> = HashMap::new();
    let mut first: Option<(&str, &str)> = None;
    let (mut count, mut bytes) = (0_usize, 0_u64);
    for Installed { path, member } in library {
        let file = path.rsplit('/').next().unwrap_or(path);
        let lower = file.to_lowercase();
        let is_license = ["licen", "copying", "notice"].iter().any(|start| lower.starts_with(start));
        let Some(digest) = member.sha256.filter(|_| member.size >= SMALL && file != "__init__.py" && !is_license)
        else {
            continue;
        };
        let Some(original) = seen.get(&digest) else {
            seen.insert(digest, path);
            continue;
        };
        first.get_or_insert((original, path));
        count += 1;
        bytes += member.size;
    }
    let Some((original, copy)) = first else { return };
    let (original, copy) = (shown(original), shown(copy));
    let message = match count {
        1 => format!("`{copy}` has the contents of `{original}`, {bytes} bytes"),
        _ => format!(
            "{count} files have the contents of others, {bytes} bytes together, as `{copy}` those of `{original}`"
        ),
    };
    docket.raise("check/duplicate-files", message, None);
}
