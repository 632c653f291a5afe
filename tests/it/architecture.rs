//! The laws of the house that no lint holds: which room may use which, who makes effects, sizes, and what
//! may never be in the repository.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The rooms that each room may use. A new edge is a reviewed change of this table.
const EDGES: &[(&str, &[&str])] = &[
    ("lib", &["cli", "commands", "effects", "error", "report"]),
    ("main", &["effects"]),
    ("cli", &["commands", "effects", "error", "report"]),
    (
        "commands",
        &[
            "pipeline",
            "plan",
            "steps",
            "config",
            "project",
            "build",
            "archive",
            "check",
            "index",
            "forge",
            "security",
            "status",
            "workflows",
            "effects",
            "python",
            "report",
            "error",
            "secret",
        ],
    ),
    (
        "pipeline",
        &[
            "plan",
            "steps",
            "config",
            "project",
            "build",
            "archive",
            "check",
            "index",
            "forge",
            "security",
            "status",
            "workflows",
            "effects",
            "python",
            "report",
            "error",
            "secret",
        ],
    ),
    (
        "plan",
        &[
            "steps",
            "config",
            "project",
            "build",
            "archive",
            "check",
            "index",
            "forge",
            "security",
            "status",
            "workflows",
            "effects",
            "python",
            "report",
            "error",
            "secret",
        ],
    ),
    (
        "steps",
        &[
            "config",
            "project",
            "build",
            "archive",
            "check",
            "index",
            "forge",
            "security",
            "status",
            "workflows",
            "effects",
            "python",
            "report",
            "error",
            "secret",
        ],
    ),
    ("config", &["effects", "python", "report", "error", "secret"]),
    ("project", &["config", "effects", "python", "report", "error", "secret"]),
    ("archive", &["config", "project", "effects", "python", "report", "error", "secret"]),
    ("build", &["config", "project", "archive", "effects", "python", "report", "error", "secret"]),
    ("check", &["config", "project", "archive", "effects", "python", "report", "error", "secret"]),
    ("index", &["config", "project", "archive", "build", "check", "effects", "python", "report", "error", "secret"]),
    ("forge", &["config", "project", "archive", "effects", "python", "report", "error", "secret"]),
    ("security", &["config", "project", "effects", "python", "report", "error", "secret"]),
    ("status", &["config", "project", "security", "effects", "python", "report", "error", "secret"]),
    ("workflows", &["config", "python", "report", "error"]),
    ("effects", &["report", "error", "secret"]),
    ("python", &["report", "error", "secret"]),
    ("report", &["error"]),
    ("error", &[]),
    ("secret", &[]),
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files_below(dir: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut pending = vec![dir.to_owned()];
    while let Some(dir) = pending.pop() {
        for entry in std::fs::read_dir(&dir).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            if entry.is_dir() {
                pending.push(entry);
            } else if entry.extension().is_some_and(|found| found == extension) {
                found.push(entry);
            }
        }
    }
    found.sort();
    found
}

fn room_of(file: &Path) -> String {
    let below = file.strip_prefix(root().join("src")).expect("it lies in src");
    let first = below.components().next().expect("it has a name").as_os_str().to_string_lossy().into_owned();
    first.trim_end_matches(".rs").to_owned()
}

/// The rooms that a source names in its code: `crate::room` in the middle of it, `room::` at the top of the
/// crate. Comments do not count.
fn rooms_named(source: &str, is_top: bool) -> BTreeSet<String> {
    let mut rooms = BTreeSet::new();
    let code: String =
        source.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n");
    let prefix = if is_top { "use " } else { "crate::" };
    for (at, _) in code.match_indices(prefix) {
        let rest = &code[at + prefix.len()..];
        let names: Vec<&str> = match rest.strip_prefix('{') {
            Some(group) => group.split('}').next().unwrap_or_default().split(',').map(str::trim).collect(),
            None => vec![rest],
        };
        for name in names {
            let room: String = name.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
            if !room.is_empty() && root().join("src").join(&room).exists()
                || root().join("src").join(format!("{room}.rs")).is_file()
            {
                rooms.insert(room);
            }
        }
    }
    rooms
}

#[test]
fn rooms_use_only_the_rooms_below_them() {
    let allowed: BTreeMap<&str, BTreeSet<&str>> =
        EDGES.iter().map(|(room, below)| (*room, below.iter().copied().collect())).collect();
    let mut wrong = Vec::new();
    for file in files_below(&root().join("src"), "rs") {
        let room = room_of(&file);
        let may = allowed.get(room.as_str()).unwrap_or_else(|| panic!("`{room}` is not in the table of edges"));
        let source = std::fs::read_to_string(&file).expect("a file");
        for used in rooms_named(&source, room == "lib" || room == "main") {
            if used != room && !may.contains(used.as_str()) {
                wrong.push(format!("{} uses `{used}`", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "edges that point up:\n{}", wrong.join("\n"));
}

#[test]
fn the_edge_finder_sees_every_form_of_use() {
    let source = "use crate::{config, error::Failure};\nlet x = crate::plan::execute::execute(w); // crate::commands\n";
    let found: Vec<String> = rooms_named(source, false).into_iter().collect();
    assert_eq!(found, ["config", "error", "plan"]);
}

#[test]
fn effects_are_made_in_one_place() {
    for file in files_below(&root().join("src"), "rs") {
        let source = std::fs::read_to_string(&file).expect("a file");
        let made = source.contains(".effects()");
        assert!(!made || file.ends_with("plan/execute.rs"), "{} makes effects", file.display());
    }
}

#[test]
fn a_dry_run_is_a_matter_of_commands() {
    for file in files_below(&root().join("src"), "rs") {
        let room = room_of(&file);
        let source = std::fs::read_to_string(&file).expect("a file");
        let named = source.contains("dry_run");
        assert!(!named || ["cli", "commands", "lib"].contains(&room.as_str()), "{} knows of dry runs", file.display());
    }
}

#[test]
fn only_the_doors_and_the_embedded_index_are_async() {
    for file in files_below(&root().join("src"), "rs") {
        let source = std::fs::read_to_string(&file).expect("a file");
        let is_door = file.starts_with(root().join("src/effects")) || file.starts_with(root().join("src/index/server"));
        assert!(!source.contains("async ") || is_door, "{} is async", file.display());
    }
}

#[test]
fn files_stay_readable() {
    for folder in ["src", "tests"] {
        for file in files_below(&root().join(folder), "rs") {
            let source = std::fs::read_to_string(&file).expect("a file");
            assert!(source.lines().count() <= 800, "{} has more than 800 lines", file.display());
            assert!(source.starts_with("//!"), "{} does not say what it is for", file.display());
        }
    }
}

#[test]
fn commands_stay_thin() {
    for file in files_below(&root().join("src/commands"), "rs") {
        let lines = std::fs::read_to_string(&file).expect("a file").lines().count();
        assert!(lines <= 150, "{} has {lines} lines", file.display());
    }
}

#[test]
fn no_vague_rooms() {
    for file in files_below(&root().join("src"), "rs") {
        for name in ["utils", "util", "helpers", "common", "types", "core", "misc"] {
            let vague =
                file.components().any(|part| part.as_os_str().to_string_lossy().trim_end_matches(".rs") == name);
            assert!(!vague, "{}", file.display());
        }
    }
}

#[test]
fn every_test_file_is_declared() {
    let main = std::fs::read_to_string(root().join("tests/it/main.rs")).expect("a file");
    for file in
        std::fs::read_dir(root().join("tests/it")).expect("a folder").map(|entry| entry.expect("an entry").path())
    {
        if file.extension().is_some_and(|extension| extension == "rs") {
            let name = file.file_stem().expect("it has a name").to_string_lossy().into_owned();
            assert!(
                name == "main" || main.contains(&format!("mod {name};")),
                "tests/it/{name}.rs is not declared in main.rs"
            );
        }
    }
}

#[test]
fn dependencies_stay_countable() {
    let lock = std::fs::read_to_string(root().join("Cargo.lock")).expect("a lock file");
    let packages = lock.matches("[[package]]").count();
    // 34 of them are comrak and ammonia, with which PyPI renders descriptions, and 26 verify attestations (PEP 740).
    assert!(packages <= 360, "{packages} locked packages");
    for line in lock.lines().filter(|line| line.starts_with("source = ")) {
        assert_eq!(line, "source = \"registry+https://github.com/rust-lang/crates.io-index\"");
    }
    for banned in ["openssl-sys", "native-tls", "aws-lc-rs"] {
        assert!(!lock.contains(&format!("name = \"{banned}\"")), "{banned} is a second TLS");
    }
}
