//! `uv.lock`: packages with their sources, lines and markers.

use pyrelease::error::{Explain, Kind};
use pyrelease::project::dependencies::{Dependencies, DependencyError, Source, uv_lock};

use crate::support::damage::damaged;

const LOCK: &str = r#"version = 1
revision = 3
requires-python = ">=3.8"

[manifest]
members = ["demo", "demo-core"]

[[package]]
name = "demo"
version = "1.0"
source = { editable = "." }
dependencies = [
    { name = "jinja2", version = "2.11.2", source = { registry = "https://pypi.org/simple" }, marker = "python_full_version < '3.9'" },
    { name = "jinja2", version = "3.1.4", source = { registry = "https://pypi.org/simple" }, marker = "python_full_version >= '3.9'" },
    { name = "colorama", marker = "sys_platform == 'win32'" },
    { name = "internal" },
]

[package.dev-dependencies]
dev = [
    { name = "colorama", marker = "os_name == 'nt'" },
    { name = "fork" },
]

[[package]]
name = "demo-core"
version = "1.0"
source = { editable = "packages/core" }

[[package]]
name = "jinja2"
version = "2.11.2"
source = { registry = "https://pypi.org/simple" }
resolution-markers = [
    "python_full_version < '3.9'",
]

[[package]]
name = "jinja2"
version = "3.1.4"
source = { registry = "https://pypi.org/simple/" }

[[package]]
name = "Colorama"
version = "0.4.6"
source = { registry = "https://pypi.org/simple" }

[[package]]
name = "internal"
version = "2"
source = { registry = "https://user:secret@pypi.example/simple" }

[[package]]
name = "fork"
version = "3"
source = { git = "https://github.com/x/fork?rev=1#2" }

[[package]]
name = "archive"
version = "4"
source = { url = "https://example.org/a.tar.gz" }

[[package]]
name = "wheel"
version = "5"
source = { path = "wheels/wheel.whl" }

[[package]]
name = "folder"
version = "6"
source = { directory = "../folder" }

[[package]]
name = "tool"
version = "7"
source = { editable = "../tool" }

[[package]]
name = "dynamic"
source = { virtual = "sub" }
"#;

fn parse(text: &str) -> Result<Dependencies, DependencyError> {
    uv_lock::parse("uv.lock", text)
}

#[test]
fn packages_have_sources_lines_and_markers() {
    let read = parse(LOCK).expect("a lock");
    let lines: Vec<String> = read
        .packages
        .iter()
        .map(|package| {
            let place = &package.occurrences[0];
            let header = LOCK.lines().nth(place.line - 1).unwrap_or("");
            assert_eq!(header, "[[package]]", "{}", package.name);
            let marker = place.marker.as_deref().unwrap_or("-");
            format!("{} {} {:?} {marker}", package.name, package.version, package.source)
        })
        .collect();
    assert_eq!(
        lines,
        [
            "archive 4 Url -",
            "colorama 0.4.6 Registry (os_name == 'nt') or (sys_platform == 'win32')",
            "folder 6 Path -",
            "fork 3 Vcs -",
            "internal 2 PrivateRegistry -",
            "jinja2 2.11.2 Registry python_full_version < '3.9'",
            "jinja2 3.1.4 Registry python_full_version >= '3.9'",
            "tool 7 Editable -",
            "wheel 5 Path -",
        ]
    );
    assert_eq!(read.packages[5].occurrences[0].line, 30);
    assert_eq!(read.skipped.len(), 1);
    assert_eq!(read.skipped[0].name, "dynamic");
    assert_eq!(read.skipped[0].why, "is a project without a package");
}

#[test]
fn only_packages_from_pypi_are_audited() {
    let read = parse(LOCK).expect("a lock");
    let audited = read.packages.iter().filter(|p| p.source.why_not_audited().is_none());
    assert!(audited.clone().all(|package| package.source == Source::Registry));
    assert_eq!(audited.count(), 3);
}

#[test]
#[expect(clippy::disallowed_methods, reason = "tests read their fixtures")]
fn the_lock_of_the_fixture_project_is_read_without_itself() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/projects/mypylogger/uv.lock");
    let read = parse(&std::fs::read_to_string(file).expect("the fixture")).expect("a lock");
    let names: Vec<&str> = read.packages.iter().map(|package| package.name.as_str()).collect();
    assert!(names.contains(&"jinja2") && !names.contains(&"mypylogger"), "{names:?}");
}

#[test]
fn an_empty_lock_locks_nothing() {
    assert_eq!(parse("version = 1\n"), Ok(Dependencies::default()));
}

/// Message, line and first hint of what is refused.
fn refused(text: &str) -> (String, Option<usize>, String) {
    let error = parse(text).expect_err(text);
    assert_eq!(error.kind(), Kind::Setup);
    let line = error.location().and_then(|place| place.line);
    (error.to_string(), line, error.hints().concat())
}

#[test]
fn what_cannot_be_read_is_an_error_with_its_line() {
    let again = "write `uv.lock` anew with `uv lock`";
    let (message, line, hint) = refused("version = 1\n<<<<<<< HEAD\n");
    assert!(message.starts_with("`uv.lock` is not TOML: "), "{message}");
    assert_eq!((line, hint.as_str()), (Some(2), again));

    let (message, line, hint) = refused("version = 2\n");
    assert_eq!(message, "`uv.lock` has the lock version 2, and only version 1 is understood");
    assert_eq!(line, None);
    assert_eq!(hint, "export the lock with `uv export --output-file requirements.txt` and audit that file");
    assert!(refused("a = 1").0.contains("(none)"));

    let table = [
        ("version = 1\npackage = 3\n", "`package` is no array of tables in `uv.lock`", 2),
        ("version = 1\n\n[[package]]\nversion = \"1\"\n", "a package without a valid `name` in `uv.lock`", 3),
        ("version = 1\n[[package]]\nname = \"a b\"\n", "a package without a valid `name` in `uv.lock`", 2),
        ("version = 1\n[[package]]\nname = \"a\"\n", "the package `a` has no `source` of a known kind in `uv.lock`", 2),
        (
            "version = 1\n[[package]]\nname = \"a\"\nsource = { moon = \"x\" }\n",
            "the package `a` has no `source` of a known kind in `uv.lock`",
            2,
        ),
        (
            "version = 1\n[[package]]\nname = \"a\"\nversion = 1\nsource = { url = \"x\" }\n",
            "the `version` of `a` is no text in `uv.lock`",
            2,
        ),
    ];
    for (text, message, line) in table {
        assert_eq!(refused(text), (message.to_owned(), Some(line), again.to_owned()), "{text}");
    }
}

#[test]
fn deep_nesting_does_no_harm() {
    let deep = format!("version = 1\na = {}{}", "[".repeat(50_000), "]".repeat(50_000));
    assert!(parse(&deep).is_err());
}

#[test]
fn damaged_locks_never_panic() {
    let mut read = 0;
    damaged(0x5eed_0001, 20_000, LOCK.as_bytes(), |_, bytes| {
        let text = String::from_utf8_lossy(bytes);
        read += usize::from(parse(&text).is_ok_and(|read| !read.packages.is_empty()));
    });
    assert!(read > 0, "no lock was read, so nothing was tested");
}
