//! The layout of a wheel: its two special folders and what lies at its top.
//!
//! Follows "Binary distribution format" of packaging.python.org (PEP 427, 491) and the checks W001
//! to W009 of check-wheel-contents.

use std::collections::{BTreeMap, BTreeSet};

use crate::archive::{Member, MemberKind, Scan, shown};
use crate::python::filename::WheelName;

use super::contents::files;
use super::dist_info;
use super::filename::FileName;
use super::install::{self, Installed};
use super::judge::Docket;

/// The schemes of a `.data` folder. `data` may write anywhere below the prefix.
const SCHEMES: [&str; 5] = ["purelib", "platlib", "headers", "scripts", "data"];
/// Top-level names that many projects ship by mistake, each overwriting the other's.
const COMMON: [&str; 19] = [
    ".eggs", ".nox", ".tox", ".venv", "app", "build", "cli", "data", "dist", "doc", "docs", "example", "examples",
    "lib", "scripts", "src", "test", "tests", "venv",
];
/// Files that belong to a project and not to what it installs.
const STRAY: [&str; 5] = ["setup.py", "setup.cfg", "pyproject.toml", "conftest.py", "__init__.py"];

pub(super) fn judge(docket: &mut Docket<'_>, scan: &Scan, name: &WheelName) {
    let data = name.data();
    let mut common = BTreeSet::new();
    for member in files(scan) {
        let (top, rest) = member.name.split_once('/').unwrap_or((&member.name, ""));
        if top.ends_with(".data") {
            data_folder(docket, &member.name, &data);
        } else if COMMON.contains(&top) && !rest.is_empty() {
            common.insert(top);
        }
        if STRAY.contains(&member.name.as_str()) {
            let message = format!("`{}` lies at the top of the wheel", member.name);
            docket.raise("check/stray-file", message, Some(&member.name));
        }
    }
    let installed = install::library(scan, name);
    install::judge(docket, &installed);
    for Installed { path, member } in &installed {
        startup_code(docket, path, &member.name);
    }
    for top in common {
        let message = format!("the wheel installs the top-level folder `{top}`");
        docket.raise("check/common-top-level", message, Some(top));
    }
    machine_code(docket, scan, name);
    let expected = name.dist_info();
    let installs = |member: &Member| member.kind != MemberKind::Directory && !member.name.starts_with(&expected);
    if !scan.members.iter().any(installs) {
        docket.raise("check/empty-wheel", "the wheel holds nothing but its metadata", None);
    }
    if has_dist_info(docket, &installed, &expected) {
        dist_info::judge(docket, scan, &expected, &FileName::Wheel(name.clone()));
    }
}

/// Whether the one dist-info that counts is there; metadata of anything else is a finding, under whatever spelling
/// Python finds it.
fn has_dist_info(docket: &mut Docket<'_>, installed: &[Installed<'_>], expected: &str) -> bool {
    let is_metadata = |top: &str| [".dist-info", ".egg-info"].iter().any(|end| top.to_lowercase().ends_with(end));
    let tops = installed.iter().filter_map(|file| file.path.split('/').next().map(|top| (top, file.member)));
    let folders: BTreeMap<&str, &Member> = tops.filter(|(top, _)| is_metadata(top)).collect();
    if folders.is_empty() {
        let message = format!("the wheel has no folder `{}`", shown(expected));
        docket.raise("check/dist-info", message, None);
    }
    for (folder, _) in folders.iter().filter(|(folder, _)| **folder != expected) {
        let message = format!("`{}` should be `{}`", shown(folder), shown(expected));
        docket.raise("check/dist-info", message, Some(folder));
    }
    // Where it is put below `.data`, no installer finds it.
    installed.iter().any(|file| file.path == file.member.name && file.path.split('/').next() == Some(expected))
}

fn data_folder(docket: &mut Docket<'_>, name: &str, expected: &str) {
    let mut parts = name.split('/');
    let (folder, scheme) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let message = if folder != expected {
        format!("`{}` should be `{}`", shown(folder), shown(expected))
    } else if !SCHEMES.contains(&scheme) || parts.next().is_none() {
        format!("`{}` is in no scheme that installers know", shown(name))
    } else if scheme == "data" {
        let message = format!("`{}` is installed outside of the package", shown(name));
        return docket.raise("check/data-scheme", message, Some(name));
    } else {
        return;
    };
    docket.raise("check/data-folder", message, Some(name));
}

/// Code that runs whenever Python starts, imported or not.
fn startup_code(docket: &mut Docket<'_>, path: &str, name: &str) {
    let (top, rest) = path.split_once('/').unwrap_or((path, ""));
    let module = top.split('.').next().unwrap_or(top);
    let starts = (rest.is_empty() && top.ends_with(".pth")) || ["sitecustomize", "usercustomize"].contains(&module);
    let is_declared = docket.policy().settings.startup_code.iter().any(|declared| declared == path);
    if starts && !is_declared {
        let message = format!("`{}` runs whenever Python starts", shown(name));
        docket.raise("check/startup-code", message, Some(name));
    }
}

/// Tags and machine code go together.
fn machine_code(docket: &mut Docket<'_>, scan: &Scan, name: &WheelName) {
    let native = files(scan).find(|member| is_machine_code(member));
    let pure = name.tags().platforms().iter().all(|platform| platform == "any");
    match native {
        Some(member) if pure => {
            let message = format!("`{}` is machine code in a wheel for any platform", shown(&member.name));
            docket.raise("check/binary-in-pure-wheel", message, Some(&member.name));
        }
        None if !pure => {
            docket.raise("check/platform-without-binary", "the wheel is for one platform and has no machine code", None)
        }
        _ => {}
    }
}

/// ELF and Mach-O by their first bytes; PE only as an extension module, since a Windows launcher is
/// mere data to a package that writes scripts.
fn is_machine_code(member: &Member) -> bool {
    const MAGICS: [&[u8]; 5] =
        [b"\x7fELF", b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe"];
    MAGICS.iter().any(|magic| member.head.starts_with(magic))
        || [".so", ".pyd", ".dylib", ".dll"].iter().any(|suffix| member.name.ends_with(suffix))
        || (member.name.ends_with(".exe") && member.name.contains(".data/scripts/"))
}
