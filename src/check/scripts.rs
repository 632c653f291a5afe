//! The commands of a wheel: their names, and whether there is something behind them.
//!
//! Follows "Binary distribution format" and "Entry points specification" of packaging.python.org.

use std::collections::HashSet;

use crate::archive::{Scan, shown};
use crate::python::entry_points::{CONSOLE_SCRIPTS, EntryPoints, GUI_SCRIPTS};
use crate::python::filename::WheelName;
use crate::python::metadata::RawMetadata;

use super::contents::files;
use super::install::Installed;
use super::judge::Docket;
use super::top_level::module;

/// A path that is longer is looked for by nobody.
const LONGEST_PATH: usize = 4096;

pub(super) fn judge(
    docket: &mut Docket<'_>,
    scan: &Scan,
    (name, metadata): (&WheelName, Option<&RawMetadata>),
    installed: &[Installed<'_>],
) {
    let data = format!("{}/", name.data());
    for member in files(scan) {
        let Some((scheme, path)) = member.name.strip_prefix(&data).and_then(|rest| rest.split_once('/')) else {
            continue;
        };
        let command = match (scheme, path.split_once('/')) {
            ("scripts", None) => path,
            ("scripts", Some(_)) => {
                let message = format!("`{}` lies in a folder below `scripts`", shown(&member.name));
                docket.raise("check/script-not-a-file", message, Some(&member.name));
                continue;
            }
            ("data", Some(("bin" | "sbin" | "Scripts", command))) if !command.contains('/') => command,
            _ => continue,
        };
        shadows(docket, name, command, &member.name);
    }
    let path = format!("{}/entry_points.txt", name.dist_info());
    let text = scan.kept.get(&path).and_then(|bytes| std::str::from_utf8(bytes).ok());
    let Some(Ok(points)) = text.map(str::parse::<EntryPoints>) else { return };
    for (command, _) in [CONSOLE_SCRIPTS, GUI_SCRIPTS].iter().flat_map(|group| points.group(group)) {
        shadows(docket, name, command, &path);
    }
    targets(docket, &points, (&path, metadata), installed);
}

fn shadows(docket: &mut Docket<'_>, name: &WheelName, command: &str, place: &str) {
    let own = name.name().normalized() == "pip" && command.starts_with("pip");
    if !own && is_relied_on(command) {
        let message = format!("the command `{}` hides another that people and tools rely on", shown(command));
        docket.raise("check/script-shadows", message, Some(place));
    }
}

/// Whether a command has this name on every machine, or in every environment.
fn is_relied_on(command: &str) -> bool {
    const TOOLS: [&str; 5] = ["bash", "env", "git", "sh", "sudo"];
    const NUMBERED: [&str; 6] = ["python", "pythonw", "pip", "pydoc", "idle", "pypy"];
    let lower = command.to_lowercase();
    let ends = [".exe", ".bat", ".cmd", ".ps1", ".py", ".sh", ".fish", ".csh", ".nu"];
    let plain = ends.iter().find_map(|end| lower.strip_suffix(end)).unwrap_or(&lower);
    let numbered =
        |base: &str| plain.strip_prefix(base).is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit() || c == '.'));
    TOOLS.contains(&plain)
        || ["activate", "deactivate", "activate_this"].contains(&plain)
        || NUMBERED.iter().any(|base| numbered(base))
}

/// Modules that are not there, as far as the wheel can tell: another distribution may bring a part of it.
fn targets(
    docket: &mut Docket<'_>,
    points: &EntryPoints,
    (path, metadata): (&str, Option<&RawMetadata>),
    installed: &[Installed<'_>],
) {
    let alone = metadata.is_some_and(|metadata| metadata.first("Requires-Dist").is_none());
    let modules = modules(installed);
    for (group, entries) in points.groups() {
        for (name, entry) in entries {
            let top = entry.module.split('.').next().unwrap_or(&entry.module);
            let there = |module: &str| modules.contains(module.replace('.', "/").as_str());
            // A namespace may go on elsewhere; what has an `__init__.py` does not.
            let whole = modules.contains(format!("{top}/__init__").as_str());
            // Some groups write `module.Class`, and read it so themselves.
            let is_script = [CONSOLE_SCRIPTS, GUI_SCRIPTS].contains(&group.as_str());
            let (outer, _) = entry.module.rsplit_once('.').unwrap_or((&entry.module, ""));
            let is_object = !is_script && entry.attr.is_none() && there(outer);
            if !there(&entry.module) && !is_object && (whole || alone) {
                let (module, name, group) = (shown(&entry.module), shown(name), shown(group));
                let message = format!("`{name}` of `{group}` refers to `{module}`, which is not in the wheel");
                docket.raise("check/entry-point-target", message, Some(path));
            }
        }
    }
}

/// The paths of all modules and folders, without their ends.
fn modules<'a>(installed: &[Installed<'a>]) -> HashSet<&'a str> {
    let mut modules = HashSet::new();
    for Installed { path, .. } in installed.iter().filter(|file| file.path.len() <= LONGEST_PATH) {
        modules.extend(path.match_indices('/').map(|(at, _)| &path[..at]));
        let start = path.rfind('/').map_or(0, |at| at + 1);
        if let Some(stem) = module(&path[start..]) {
            modules.insert(&path[..start + stem.len()]);
        }
    }
    modules
}
