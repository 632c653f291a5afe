//! The text files of a repository that could name its version: a bounded walk past what git ignores.

use std::collections::VecDeque;
use std::path::Path;

use crate::effects::files::{Files, What};
use crate::effects::{Git, Inspect};

/// More entries than this are not looked at.
const ENTRIES: usize = 5_000;
/// Folders below folders up to this depth.
const DEPTH: usize = 6;
/// Larger files are data.
pub(super) const SIZE: u64 = 1024 * 1024;
/// Folders whose versions are those of others, or come and go with a build.
const SKIPPED: [&str; 14] = [
    "tests",
    "test",
    "testing",
    "node_modules",
    "dist",
    "build",
    "target",
    "venv",
    "env",
    "vendor",
    "third_party",
    "fixtures",
    "__pycache__",
    "site",
];
/// What can be read as text and names versions.
const SUFFIXES: [&str; 14] =
    ["md", "rst", "txt", "adoc", "py", "pyi", "cff", "json", "toml", "cfg", "ini", "yml", "yaml", "html"];
/// Files whose versions belong to others, or to the past.
const HISTORY: [&str; 7] = ["changelog", "changes", "history", "news", "releases", "license", "releasing"];

/// The files, below the root, and whether some were not looked at.
pub(super) fn text_files(inspect: Inspect<'_>, root: &Path, git: Option<&Git>) -> (Vec<String>, bool) {
    let files = inspect.files();
    let mut pending = VecDeque::from([(String::new(), 0)]);
    let mut found = Vec::new();
    let mut seen = 0;
    while let Some((folder, depth)) = pending.pop_front() {
        // A folder that cannot be read names no version that could be edited.
        for path in files.list(&root.join(&folder)).unwrap_or_default() {
            seen += 1;
            if seen > ENTRIES {
                return (found, true);
            }
            let Some(name) = path.file_name().and_then(|name| name.to_str()).filter(|name| !name.starts_with('.'))
            else {
                continue;
            };
            if git.is_some_and(|git| git.is_ignored(&path)) {
                continue;
            }
            let below = if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
            match files.what(&path) {
                What::Folder if depth < DEPTH && enters(files, &path, name) => pending.push_back((below, depth + 1)),
                What::File if is_candidate(name) && files.size(&path).is_ok_and(|size| size <= SIZE) => {
                    found.push(below)
                }
                _ => {}
            }
        }
    }
    found.sort();
    (found, false)
}

/// Other repositories inside this one have versions of their own.
fn enters(files: Files, path: &Path, name: &str) -> bool {
    !SKIPPED.contains(&name) && !name.ends_with(".egg-info") && files.what(&path.join(".git")) == What::Missing
}

fn is_candidate(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let (stem, suffix) = lower.rsplit_once('.').unwrap_or((&lower, ""));
    let lock = lower.contains("lock") && lower != "uv.lock";
    !HISTORY.contains(&stem)
        && !lock
        && (SUFFIXES.contains(&suffix) || lower == "uv.lock" || stem == "readme" || lower == "dockerfile")
}
