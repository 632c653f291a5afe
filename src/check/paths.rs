//! Paths that some system, some tool or some person will stumble over, and left-overs of tools.
//!
//! Follows the checks of pydistcheck.

use std::collections::BTreeSet;

use crate::archive::{Kind, Scan, shown};

use super::contents::files;
use super::judge::Docket;

/// Windows takes 260 characters, of which the folder of an environment may have 60.
const LONGEST: usize = 200;
/// Folders that tools leave behind.
const JUNK_FOLDERS: [&str; 15] = [
    ".cache",
    ".eggs",
    ".hypothesis",
    ".idea",
    ".ipynb_checkpoints",
    ".mypy_cache",
    ".nox",
    ".pytest_cache",
    ".pytype",
    ".ruff_cache",
    ".tox",
    ".venv",
    ".vscode",
    "__MACOSX",
    "node_modules",
];
/// Files that tools leave behind.
const JUNK_FILES: [&str; 4] = [".DS_Store", ".coverage", "Thumbs.db", "desktop.ini"];
/// What only the repository needs, folders and files.
const REPOSITORY: [&str; 26] = [
    ".appveyor",
    ".appveyor.yml",
    ".binder",
    ".circleci",
    ".cirrus.yml",
    ".codecov.yml",
    ".dockerignore",
    ".editorconfig",
    ".forgejo",
    ".git-blame-ignore-revs",
    ".gitattributes",
    ".gitea",
    ".github",
    ".gitignore",
    ".gitlab",
    ".gitlab-ci.yml",
    ".gitmodules",
    ".gitpod.yml",
    ".pre-commit-config.yaml",
    ".readthedocs.yaml",
    ".readthedocs.yml",
    ".travis.yml",
    "appveyor.yml",
    "azure-pipelines.yml",
    "codecov.yml",
    "renovate.json",
];
/// Two ways to write one kind of file.
const KINDS: [(&str, &str); 6] =
    [("yml", "yaml"), ("jpg", "jpeg"), ("htm", "html"), ("md", "markdown"), ("txt", "text"), ("tif", "tiff")];

pub(super) fn judge(docket: &mut Docket<'_>, scan: &Scan) {
    expected(docket, scan);
    left_overs(docket, scan);
    extensions(docket, scan);
    for member in files(scan) {
        let length = member.name.chars().count();
        if length > LONGEST {
            let message = format!("`{}` has {length} characters", shown(&member.name));
            docket.raise("check/long-path", message, Some(&member.name));
        }
    }
    let blank = |name: &str| name.contains(' ');
    all(docket, scan, ("check/space-in-path", "a blank"), blank);
    all(docket, scan, ("check/non-ascii-path", "other characters than ASCII"), |name| !name.is_ascii());
}

/// Files that the project wants in every archive; an sdist has them below its folder.
fn expected(docket: &mut Docket<'_>, scan: &Scan) {
    let below = |name: &str| name.split_once('/').map_or(String::new(), |(_, rest)| rest.to_owned());
    for glob in &docket.policy().settings.expect {
        let mut members = files(scan).map(|member| match scan.kind {
            Kind::Sdist => below(&member.name),
            _ => member.name.clone(),
        });
        if !members.any(|name| fast_glob::glob_match(glob, &name)) {
            docket.raise("check/expected-file-missing", format!("no file is `{}`", shown(glob)), None);
        }
    }
}

/// One finding for all paths of a kind.
fn all(docket: &mut Docket<'_>, scan: &Scan, (code, what): (&'static str, &str), is_it: impl Fn(&str) -> bool) {
    let mut found = files(scan).filter(|member| is_it(&member.name));
    let Some(first) = found.next() else { return };
    let message = match found.count() {
        0 => format!("`{}` has {what}", shown(&first.name)),
        more => format!("{} paths have {what}, as `{}`", more + 1, shown(&first.name)),
    };
    docket.raise(code, message, Some(&first.name));
}

fn left_overs(docket: &mut Docket<'_>, scan: &Scan) {
    let mut junk = BTreeSet::new();
    let mut repository = BTreeSet::new();
    for member in files(scan) {
        let name = member.name.as_str();
        let start = if scan.kind == Kind::Sdist { name.find('/').map_or(0, |at| at + 1) } else { 0 };
        if let Some(end) = junk_of(&name[start..]) {
            junk.insert(&name[..start + end]);
        } else if let Some(part) = name[start..].split('/').find(|part| REPOSITORY.contains(part)) {
            repository.insert(part);
        }
    }
    for path in junk {
        let message = format!("`{}` is a left-over of a tool", shown(path));
        docket.raise("check/junk", message, Some(path));
    }
    if !repository.is_empty() {
        let names: Vec<String> = repository.iter().map(|name| format!("`{name}`")).collect();
        let message = format!("{} is of use in the repository only", names.join(", "));
        docket.raise("check/repository-file", message, None);
    }
}

/// Where the part of the path ends that is a left-over.
fn junk_of(path: &str) -> Option<usize> {
    let mut start = 0;
    for part in path.split('/') {
        let end = start + part.len();
        let is_file = end == path.len();
        let is_junk = match is_file {
            false => JUNK_FOLDERS.contains(&part),
            true => {
                let swap = part.starts_with('.') && [".swp", ".swo"].iter().any(|suffix| part.ends_with(suffix));
                JUNK_FILES.contains(&part) || part.starts_with("._") || part.ends_with('~') || swap
            }
        };
        if is_junk {
            return Some(end);
        }
        start = end + 1;
    }
    None
}

fn extensions(docket: &mut Docket<'_>, scan: &Scan) {
    for (one, other) in KINDS {
        let has = |extension: &str| {
            files(scan)
                .find(|member| member.name.rsplit_once('.').is_some_and(|(_, end)| end.eq_ignore_ascii_case(extension)))
        };
        if let (Some(first), Some(second)) = (has(one), has(other)) {
            let message = format!("`{}` and `{}` are of one kind", shown(&first.name), shown(&second.name));
            docket.raise("check/mixed-extensions", message, Some(&second.name));
        }
    }
}
