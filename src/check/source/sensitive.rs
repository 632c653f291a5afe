//! Tracked files that should not be: those that hold secrets, those that come and go with a machine, those that are not
//! on the disk, and programs that are none.

use super::super::project::some;
use super::super::rules::raise;
use super::{MOST, Tree, is_of_tests};
use crate::archive::shown;
use crate::error::Location;
use crate::report::Finding;

pub(super) fn judge(tree: &Tree<'_>, findings: &mut Vec<Finding>) {
    let (mut generated, mut missing, mut executable) = (Vec::new(), Vec::new(), Vec::new());
    for (path, mode) in tree.own() {
        let whole = format!("{}{path}", tree.prefix);
        if is_usual(path) && !is_of_tests(path) {
            findings.extend(tracked(tree, path));
        }
        if is_generated(path) && !is_of_tests(path) {
            // A folder that a tool made is told once.
            let folder =
                [".egg-info/", "__pycache__/"].iter().find_map(|end| Some(&path[..path.find(end)? + end.len()]));
            let path = folder.unwrap_or(path);
            if generated.last() != Some(&path) {
                generated.push(path);
            }
        }
        if !tree.is_there(&whole) {
            missing.push(path);
        } else if mode == 0o100_755 && is_no_program(path, tree.read(&whole)) {
            executable.push(path);
        }
    }
    for (code, paths, what) in [
        ("source/generated-tracked", generated, "is generated"),
        ("source/tracked-missing", missing, "is tracked and not on the disk"),
        ("source/needless-executable", executable, "is executable, and no program"),
    ] {
        match paths.len() {
            0..=5 => findings.extend(
                paths.iter().map(|path| raise(code, format!("`{}` {what}", shown(path)), Location::file(*path))),
            ),
            count => {
                let message = format!("{count} files: {}; each {what}", some(paths.iter().copied()));
                findings.push(raise(code, message, Location::file(paths[0])));
            }
        }
    }
    not_ignored(tree, findings);
}

fn tracked(tree: &Tree<'_>, path: &str) -> Option<Finding> {
    let text = tree.read(&format!("{}{path}", tree.prefix)).unwrap_or_default();
    let text = String::from_utf8_lossy(&text).into_owned();
    match secret_line(path, &text) {
        Some((line, what)) => {
            let message = format!("`{}` is tracked, and holds {what}", shown(path));
            Some(raise("source/sensitive-tracked", message, Location::line(path, line)))
        }
        // Settings of tools, which are shared as long as they hold none.
        None if path.ends_with(".npmrc") || path.ends_with(".envrc") => None,
        None => {
            let message = format!("`{}` is tracked, where people usually put secrets", shown(path));
            Some(raise("source/sensitive-name", message, Location::file(path)))
        }
    }
}

/// Files in which people put secrets.
fn is_usual(path: &str) -> bool {
    const FILES: [&str; 7] = [".pypirc", ".netrc", "_netrc", ".envrc", ".git-credentials", ".htpasswd", ".npmrc"];
    const KEYS: [&str; 4] = ["id_rsa", "id_dsa", "id_ecdsa", "id_ed25519"];
    const FOLDERS: [&str; 3] = [".ssh", ".aws", ".gnupg"];
    const HARMLESS: [&str; 7] = ["example", "sample", "template", "dist", "defaults", "schema", "test"];
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    let is_environment = file == ".env"
        || file.strip_prefix(".env.").is_some_and(|rest| !rest.split('.').any(|part| HARMLESS.contains(&part)));
    is_environment
        || FILES.contains(&file)
        || KEYS.contains(&file)
        || folder.split('/').any(|part| FOLDERS.contains(&part))
}

/// The first line that holds a secret by its looks, and what it is.
fn secret_line(path: &str, text: &str) -> Option<(usize, &'static str)> {
    const WORDS: [&str; 10] =
        ["KEY", "TOKEN", "SECRET", "PASSWORD", "PASSWD", "CREDENTIAL", "PRIVATE", "_DSN", "_AUTH", "DATABASE_URL"];
    let file = path.rsplit('/').next().unwrap_or(path);
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        let found = if line.starts_with("-----BEGIN ") && line.contains("PRIVATE KEY") {
            Some("a private key")
        } else if matches!(file, ".netrc" | "_netrc") {
            line.split_whitespace().any(|word| word == "password").then_some("a password")
        } else if file == ".git-credentials" || file == ".htpasswd" {
            (line.contains(':') && !line.starts_with('#')).then_some("a password")
        } else {
            let line = line.strip_prefix("export ").unwrap_or(line);
            let (name, value) = line.split_once('=').or_else(|| line.split_once(": ")).unwrap_or(("", ""));
            let name = name.trim().to_ascii_uppercase();
            let is_named = WORDS.iter().any(|word| name.contains(word)) && !name.starts_with('#');
            (is_named && is_filled(value)).then_some("a value that looks like a secret")
        };
        if let Some(what) = found {
            return Some((index + 1, what));
        }
    }
    None
}

/// Whether a value is more than an example.
fn is_filled(value: &str) -> bool {
    const EXAMPLES: [&str; 12] = [
        "example",
        "changeme",
        "change-me",
        "change_me",
        "your",
        "xxxx",
        "placeholder",
        "dummy",
        "todo",
        "insert",
        "replace",
        "fake",
    ];
    let value = value.trim().trim_matches(['"', '\'']);
    let lower = value.to_ascii_lowercase();
    // Of a URL, the password in it.
    let is_open = value.split_once("://").is_some_and(|(_, rest)| {
        let host = rest.split('/').next().unwrap_or_default();
        !host.split_once('@').is_some_and(|(user, _)| user.contains(':'))
    });
    !is_open
        && value.chars().count() >= 8
        && !value.starts_with(['$', '<', '{', '*', '%', '/', '.'])
        && !EXAMPLES.iter().any(|word| lower.contains(word))
}

/// What tools make, as check-manifest has it.
fn is_generated(path: &str) -> bool {
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    let is_swap = file.starts_with('.') && (file.ends_with(".swp") || file.ends_with(".swo"));
    path == "PKG-INFO"
        || folder.split('/').any(|part| part.ends_with(".egg-info") || part == "__pycache__")
        || [".pyc", ".pyo", ".pyd", "~"].iter().any(|end| file.ends_with(end))
        || (file.ends_with(".so") && !file.starts_with("lib"))
        || file.starts_with(".#")
        || is_swap
        || file == ".DS_Store"
}

/// Executable, without `#!` in its first line, and no machine code.
fn is_no_program(path: &str, bytes: Option<Vec<u8>>) -> bool {
    const OF_WINDOWS: [&str; 5] = [".bat", ".cmd", ".exe", ".ps1", ".dll"];
    let Some(bytes) = bytes else { return false };
    let lower = path.to_ascii_lowercase();
    !bytes.is_empty()
        && !bytes.starts_with(b"#!")
        && !bytes.iter().take(512).any(|byte| *byte == 0)
        && !OF_WINDOWS.iter().any(|end| lower.ends_with(end))
}

/// Sensitive files at the top of the project and of the repository that the next `git add` would take.
fn not_ignored(tree: &Tree<'_>, findings: &mut Vec<Finding>) {
    let mut folders = vec![tree.prefix.as_str()];
    if !tree.prefix.is_empty() {
        folders.push("");
    }
    for folder in folders {
        for name in tree.list(folder.trim_end_matches('/')).into_iter().take(10_000) {
            let path = format!("{folder}{name}");
            if findings.len() < MOST * 4 && is_usual(&name) && !tree.has(&path) && !tree.is_ignored(&path) {
                let is_file = tree.read(&path).is_some();
                if is_file {
                    let message = format!("`{}` is neither tracked nor ignored", shown(&name));
                    let file = path.strip_prefix(&tree.prefix).unwrap_or(&path);
                    findings.push(raise("source/sensitive-not-ignored", message, Location::file(file)));
                }
            }
        }
    }
}
