//! The text files of a repository that could name its version: those that git tracks, or a bounded walk where it
//! tracks none yet.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::path::Path;

use memchr::memchr;

use crate::effects::files::{Files, What};
use crate::effects::{EffectsError, Git, Inspect};
use crate::error::Failure;
use crate::project::{FILE_LIMIT, Project};
use crate::python::version::Version;

/// More files than this are not looked at.
const FILES: usize = 20_000;
/// More entries than this are not looked at in a walk.
const ENTRIES: usize = 5_000;
/// Folders below folders up to this depth, in a walk.
const DEPTH: usize = 6;
/// Larger files are data, but for lock files.
const SIZE: u64 = 2 * 1024 * 1024;
/// Folders whose versions are those of others, or come and go with a build.
const SKIPPED: [&str; 11] = [
    "node_modules",
    "dist",
    "build",
    "target",
    "venv",
    "env",
    "vendor",
    "third_party",
    "__pycache__",
    "site",
    "_vendor",
];
/// Folders of tests: the version in them is an example, or what was recorded.
const TESTS: [&str; 8] =
    ["tests", "test", "testing", "fixtures", "testdata", "snapshots", "__snapshots__", "__tests__"];
/// Folders of what happened.
const PAST: [&str; 6] = ["changelog.d", "newsfragments", "changes", "news", "release-notes", "release_notes"];
/// Folders whose names begin with a dot and that people write in.
const DOTTED: [&str; 5] = [".github", ".gitea", ".forgejo", ".circleci", ".devcontainer"];
/// What can be read as text and names versions.
const SUFFIXES: [&str; 17] = [
    "md", "rst", "txt", "adoc", "py", "pyi", "cff", "json", "toml", "cfg", "ini", "yml", "yaml", "html", "in", "spec",
    "rc",
];
/// Files whose versions belong to others, or to the past.
const HISTORY: [&str; 11] = [
    "changelog",
    "changes",
    "history",
    "news",
    "releases",
    "license",
    "releasing",
    "release-notes",
    "release_notes",
    "releasenotes",
    "whatsnew",
];
/// Lock files that have an entry of the project itself.
const LOCKS: [&str; 5] = ["uv.lock", "pixi.lock", "cargo.lock", "package-lock.json", "npm-shrinkwrap.json"];

/// What becomes of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// Each place in it is judged.
    Judged,
    /// It is left alone, for this reason.
    Left(&'static str),
}

/// The files, below the root, and whether some were not looked at.
pub(super) fn text_files(
    inspect: Inspect<'_>,
    project: &Project,
    git: Option<&Git>,
) -> Result<(Vec<(String, Reading)>, bool), Failure> {
    let root = &project.root;
    let tracked = git.map(|git| git.tracked_below(root)).transpose()?.unwrap_or_default();
    let (paths, cut) = match tracked.is_empty() {
        true => walk(inspect, root, git),
        false => (tracked, false),
    };
    // A changelog may be a link to where it is kept.
    let kept = project.changelog.as_ref().and_then(|path| inspect.files().canonical(&root.join(path)).ok());
    let reading = |path: String| {
        let changelog = project.changelog.as_ref() == Some(&path) || kept.as_ref() == Some(&root.join(&path));
        let how = if changelog { Some(Reading::Left("a changelog is history")) } else { reading(&path) };
        how.map(|how| (path, how))
    };
    let mut found: Vec<(String, Reading)> = paths.into_iter().filter_map(reading).collect();
    // Manifests come before the lock files beside them.
    found.sort_by_cached_key(|(path, _)| {
        (path.contains("-lock.json") || path.ends_with("shrinkwrap.json"), path.clone())
    });
    let cut = cut || found.len() > FILES;
    found.truncate(FILES);
    Ok((found, cut))
}

/// What becomes of a file, by its path; nothing where it can name no version.
fn reading(path: &str) -> Option<Reading> {
    let lower = path.to_ascii_lowercase();
    let mut parts: Vec<&str> = lower.split('/').collect();
    let name = parts.pop()?;
    let hidden = |part: &&&str| part.starts_with('.') && !DOTTED.contains(part);
    if parts.iter().any(|part| SKIPPED.contains(part) || part.ends_with(".egg-info"))
        || parts.iter().find(hidden).is_some()
    {
        return None;
    }
    if !is_candidate(&parts, name) {
        return None;
    }
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let of_tests =
        parts.iter().any(|part| TESTS.contains(part)) || name.starts_with("test_") || stem.ends_with("_test");
    if of_tests {
        return Some(Reading::Left("in tests a version is an example: only a rule of your own reaches it"));
    }
    let past = HISTORY.contains(&stem) && stem != "license" && stem != "releasing";
    let packaging = parts.last() == Some(&"debian");
    if !packaging && (past || parts.iter().any(|part| PAST.contains(part))) {
        return Some(Reading::Left("a changelog is history"));
    }
    (!["license", "releasing"].contains(&stem)).then_some(Reading::Judged)
}

fn is_candidate(parts: &[&str], name: &str) -> bool {
    if LOCKS.contains(&name) {
        return true;
    }
    let (stem, suffix) = name.rsplit_once('.').unwrap_or((name, ""));
    let locked = name.contains("lock") || stem.ends_with(".min");
    let docker = stem == "dockerfile" || suffix == "dockerfile" || stem == "containerfile";
    let metadata = name.ends_with(".metainfo.xml") || name.ends_with(".appdata.xml");
    let debian = name == "changelog" && parts.last() == Some(&"debian");
    let plain = ["meson.build", "version", "readme"].contains(&name) || stem == "readme" || name == ".bumpversion.cfg";
    !locked && (SUFFIXES.contains(&suffix) || docker || metadata || debian || plain)
}

/// The files of a folder where git tracks none.
fn walk(inspect: Inspect<'_>, root: &Path, git: Option<&Git>) -> (Vec<String>, bool) {
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
            let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
            let hidden = name.starts_with('.') && !DOTTED.contains(&name);
            let below = if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
            if git.is_some_and(|git| git.is_ignored(&path)) {
                continue;
            }
            match files.what(&path) {
                // Other repositories inside this one have versions of their own.
                What::Folder
                    if depth < DEPTH
                        && !hidden
                        && !SKIPPED.contains(&name)
                        && files.what(&path.join(".git")) == What::Missing =>
                {
                    pending.push_back((below, depth + 1));
                }
                What::File => found.push(below),
                _ => {}
            }
        }
    }
    (found, false)
}

/// Whether only the project's own entry of a file is looked for.
pub(super) fn is_lock(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    LOCKS.contains(&name.as_str())
}

/// A file that was looked at.
pub(super) enum Content {
    /// It is text: small, no link, and without a byte that text has not.
    Text(Vec<u8>),
    /// It is larger than what is read.
    Large,
    /// It is no text, or cannot be read.
    Other,
}

/// The bytes of a file that is text.
pub(super) fn read(files: Files, root: &Path, path: &str) -> Content {
    let full = root.join(path);
    if files.what(&full) != What::File {
        return Content::Other;
    }
    let limit = if is_lock(path) { FILE_LIMIT } else { SIZE };
    let bytes = match files.read(&full, limit) {
        Ok(bytes) => bytes,
        Err(EffectsError::TooLarge { .. }) => return Content::Large,
        Err(_) => return Content::Other,
    };
    let wide = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    let binary = memchr(0, &bytes[..bytes.len().min(8192)]).is_some();
    if wide || binary { Content::Other } else { Content::Text(bytes) }
}

/// The text of a file. In another encoding that keeps the first 128 characters, what is not of them is replaced one
/// by one, so that places are where they are in the file.
pub(super) fn as_text(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => bytes.iter().map(|byte| if byte.is_ascii() { char::from(*byte) } else { '?' }).collect(),
    }
}

/// Whether a document is a changelog by what it holds: several headings that are versions.
pub(super) fn is_history(text: &str, name: &str) -> bool {
    if !name.ends_with(".md") && !name.ends_with(".rst") && !name.ends_with(".txt") {
        return false;
    }
    let names_version = |heading: &str| {
        let first = heading.trim_start_matches(['[', 'v', 'V', ' ']).split([' ', ']', '(', ',', ':']).next();
        let first = first.unwrap_or_default();
        first.contains('.') && first.len() < 40 && first.parse::<Version>().is_ok()
    };
    let mut count = 0;
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let hashes = line.trim_start_matches('#');
        let is_markdown = hashes.len() < line.len() && hashes.starts_with(' ');
        let underlined = lines.peek().is_some_and(|next| {
            let next = next.trim_end();
            next.len() > 2 && next.chars().all(|c| matches!(c, '=' | '-' | '~' | '^'))
        });
        let heading = if is_markdown { hashes.trim() } else { line.trim() };
        if heading.len() < 120 && names_version(heading) && (is_markdown || underlined) {
            count += 1;
            if count >= 2 {
                return true;
            }
        }
    }
    false
}
