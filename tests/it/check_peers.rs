//! What other checkers find is found here, too, or the difference is explained in [`DIFFERENCES`]. `docs/checks.md` is
//! made of the same tables.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::Command;

use expect_test::expect_file;
use pyrelease::archive::Limits;
use pyrelease::check::{Policy, Rule, examine, judge, rules};

use crate::native_fixtures::FIXTURES;
use crate::support::Sandbox;
use crate::support::archives::tar::{SDIST_NAME, Tar};
use crate::support::archives::zip::{METADATA, WHEEL_NAME, Zip};
use crate::support::native::{self, BUILD, Native};
use crate::support::random::Random;
use crate::support::tools::{answer, tool};

const PEERS: &[&str] = &[
    "twine==7.0.0",
    "check-wheel-contents==0.6.3",
    "pydistcheck==0.11.3",
    "check-sdist==1.6.0",
    "docutils==0.23",
    "flit_core==4.2.0",
];
const SCRIPT: &str = include_str!("support/peers.py");

/// Every rule of a peer that something here raises, and what it is about.
const THEIRS: &[(&str, &str)] = &[
    ("check-sdist CS1", "a file of the sdist is not in git"),
    ("check-sdist CS2", "a file in git is not in the sdist"),
    ("check-wheel-contents W001", "bytecode"),
    ("check-wheel-contents W002", "files with the same content"),
    ("check-wheel-contents W003", "a file that is no module at the top"),
    ("check-wheel-contents W004", "a module that cannot be imported"),
    ("check-wheel-contents W005", "a top-level name that many use"),
    ("check-wheel-contents W006", "`__init__.py` at the top"),
    ("check-wheel-contents W007", "nothing to import"),
    ("check-wheel-contents W008", "nothing but metadata"),
    ("check-wheel-contents W009", "several names at the top"),
    ("check-wheel-contents W010", "a folder without modules at the top"),
    ("check-wheel-contents invalid", "no wheel at all"),
    ("pydistcheck distro-too-large-compressed", "more than 50 MiB"),
    ("pydistcheck distro-too-large-uncompressed", "more than 75 MiB unpacked"),
    ("pydistcheck files-only-differ-by-case", "names that are one on some disks"),
    ("pydistcheck mixed-file-extensions", "`.yml` beside `.yaml`"),
    ("pydistcheck path-contains-non-ascii-characters", "a name beyond ASCII"),
    ("pydistcheck path-contains-spaces", "a name with a blank"),
    ("pydistcheck path-too-long", "a path of more than 200 letters"),
    ("pydistcheck too-many-files", "more than 2,000 files"),
    ("pydistcheck unexpected-files", "a file that belongs to the project alone, such as `.gitignore`"),
    ("pydistcheck unreadable", "no archive at all"),
    ("twine T1", "no archive that it knows"),
    ("twine T2", "an sdist without one top folder, or without PKG-INFO"),
    ("twine T3", "a wheel without METADATA"),
    ("twine T5", "a field that is unknown, malformed or given twice"),
    ("twine T6", "a field whose value is not valid"),
    ("twine T7", "no Description-Content-Type"),
    ("twine T8", "no description"),
    ("twine T9", "a description that does not render"),
];

/// Rules of theirs that nothing here raises, and why not.
const NOT_COMPARED: &[(&str, &str)] = &[
    ("check-sdist CS3", "it puts junk into the folder to see whether it is packed; here the archive is judged"),
    ("check-sdist CS4", "it is about how the sdist is built, which `release build` does itself"),
    ("check-wheel-contents W101", "needs an option that names the sources"),
    ("check-wheel-contents W102", "needs an option that names the sources"),
    ("check-wheel-contents W201", "needs an option that names the top level"),
    ("check-wheel-contents W202", "needs an option that names the top level"),
    ("pydistcheck compiled-objects-have-debug-symbols", "needs a compiler and the programs that read its output"),
    ("pydistcheck expected-files", "needs an option that names the files"),
    ("twine T4", "it drops License-File of old metadata without a word"),
];

/// What a peer finds in one of the archives below and we do not: the archive (a part of its name; empty for all), the
/// peer's rule, and why. A row that no longer differs fails the test.
const DIFFERENCES: &[(&str, &str, &str)] = &[
    ("file not in RECORD", "check-wheel-contents W007", "it reads RECORD, not the files: check/record-mismatch tells"),
    ("file not in RECORD", "check-wheel-contents W008", "it reads RECORD, not the files: check/record-mismatch tells"),
    (
        "text on top",
        "check-wheel-contents W009",
        "a file that is no module is no second name to import: check/not-a-module",
    ),
    ("metadata alone", "check-wheel-contents W007", "there is nothing at all: check/empty-wheel"),
    ("no description", "twine T7", "a project without a description needs no type for it: check/no-description alone"),
];

/// An archive, or a project as files to be committed.
enum Subject {
    Archive(&'static str, Vec<u8>),
    Project(&'static [(&'static str, &'static str)], &'static [(&'static str, &'static str)]),
}

fn wheel(change: impl FnOnce(&mut Zip)) -> Subject {
    let mut zip = Zip::wheel();
    change(&mut zip);
    Subject::Archive(WHEEL_NAME, zip.bytes())
}

/// A wheel with these files more.
fn with(names: &[&str]) -> Subject {
    wheel(|zip| {
        for (at, name) in names.iter().enumerate() {
            zip.file(name, format!("x = {at}\n").as_bytes());
        }
    })
}

/// A wheel whose METADATA has `old` replaced.
fn metadata(old: &str, new: &str) -> Subject {
    wheel(|zip| zip.edit("METADATA", old, new))
}

fn sdist(change: impl FnOnce(&mut Tar)) -> Subject {
    let mut tar = Tar::top();
    change(&mut tar);
    Subject::Archive(SDIST_NAME, tar.gz())
}

fn noise(mebibytes: usize) -> Vec<u8> {
    let mut random = Random::new(11);
    (0..mebibytes << 17).flat_map(|_| random.next().to_le_bytes()).collect()
}

/// A project of flit, which packs one file that need not be tracked.
const PROJECT: &[(&str, &str)] = &[
    (
        "pyproject.toml",
        "[build-system]\nrequires = ['flit_core==4.2.0']\nbuild-backend = 'flit_core.buildapi'\n\
         [project]\nname = 'demo'\nversion = '1.0'\ndescription = 'A demo'\n\
         [tool.flit.sdist]\ninclude = ['generated.txt']\n",
    ),
    ("demo/__init__.py", "x = 1\n"),
];

/// One construction at least for every rule of [`THEIRS`].
fn constructions() -> Vec<(&'static str, Subject)> {
    let long = format!("demo/{}.py", "x".repeat(210));
    let mut found = vec![
        ("honest wheel", wheel(|_| ())),
        ("honest sdist", sdist(|tar| tar.file("demo-1.0/PKG-INFO", METADATA.as_bytes()))),
        ("bytecode", with(&["demo/x.pyc"])),
        (
            "same content",
            wheel(|zip| {
                for name in ["demo/a.py", "demo/b.py"] {
                    zip.file(name, "x = 'the same in both of them'\n".repeat(4).as_bytes());
                }
            }),
        ),
        ("setup.py on top", with(&["setup.py", "conftest.py"])),
        ("text on top", with(&["notes.txt"])),
        ("unimportable", with(&["demo/not-a-name.py"])),
        ("common name", with(&["tests/__init__.py"])),
        ("init on top", with(&["__init__.py"])),
        (
            "nothing to import",
            wheel(|zip| {
                zip.entries.retain(|entry| !entry.local.name.starts_with(b"demo/"));
                zip.file("demo-1.0.data/scripts/demo", b"#!python\n");
            }),
        ),
        ("metadata alone", wheel(|zip| zip.entries.retain(|entry| !entry.local.name.starts_with(b"demo/")))),
        ("two names on top", with(&["more/__init__.py"])),
        ("folder without modules", with(&["texts/a.txt"])),
        ("no WHEEL", wheel(|zip| zip.entries.retain(|entry| !entry.local.name.ends_with(b"WHEEL")))),
        ("no RECORD", wheel(|zip| zip.without_record = true)),
        ("two dist-infos", with(&["other-1.0.dist-info/METADATA"])),
        ("other data folder", with(&["other-1.0.data/scripts/x"])),
        ("file not in RECORD", wheel(|zip| zip.record = Some("demo-1.0.dist-info/RECORD,,\n".to_owned()))),
        (
            "60 MiB",
            wheel(|zip| {
                zip.file("demo/large.bin", &noise(60));
            }),
        ),
        (
            "90 MiB unpacked",
            wheel(|zip| {
                let mut bytes = noise(4);
                bytes.resize(90 << 20, 7);
                zip.file("demo/large.bin", &bytes);
            }),
        ),
        ("names by case", with(&["demo/a.txt", "demo/A.txt"])),
        ("mixed suffixes", with(&["demo/a.yml", "demo/b.yaml"])),
        ("beyond ASCII", with(&["demo/é.txt"])),
        ("blank", with(&["demo/a b.txt"])),
        ("long path", with(&[&long])),
        (
            "2,500 files",
            wheel(|zip| {
                for at in 0..2_500 {
                    zip.file(&format!("demo/m{at}.py"), format!("x = {at}\n").as_bytes());
                }
            }),
        ),
    ];
    found.extend(of_metadata());
    found
}

/// Those of metadata, of sdists, of what is no archive, and of projects.
fn of_metadata() -> Vec<(&'static str, Subject)> {
    let kind = &METADATA[METADATA.find("Description-Content-Type").expect("it has one")..];
    vec![
        ("no METADATA", wheel(|zip| zip.entries.retain(|entry| !entry.local.name.ends_with(b"METADATA")))),
        ("unknown field", metadata("Summary: A demonstration\n", "Summary: A demonstration\nNosuch: x\n")),
        ("field twice", metadata("Summary: A demonstration\n", "Summary: A demonstration\nSummary: B\n")),
        (
            "invalid requirement",
            metadata("Summary: A demonstration\n", "Summary: A demonstration\nRequires-Dist: a (\n"),
        ),
        ("metadata of tomorrow", metadata("2.4", "2.9")),
        ("no type", metadata("Description-Content-Type: text/markdown\n", "")),
        ("no description", metadata(kind, "\n")),
        ("broken reStructuredText", metadata(kind, "Description-Content-Type: text/x-rst\n\na :ref:`b`\n")),
        ("sdist without PKG-INFO", sdist(|_| ())),
        (
            "sdist with two tops",
            sdist(|tar| {
                tar.file("demo-1.0/PKG-INFO", METADATA.as_bytes());
                tar.file("other/x.py", b"");
            }),
        ),
        ("no archive", Subject::Archive("demo-1.0.tar.gz", b"no gzip".to_vec())),
        ("no zip", Subject::Archive(WHEEL_NAME, b"no zip".to_vec())),
        ("an egg", Subject::Archive("demo-1.0-py3.12.egg", Zip::wheel().bytes())),
        ("file not in the sdist", Subject::Project(PROJECT, &[])),
        ("file not in git", Subject::Project(PROJECT, &[("generated.txt", "x\n")])),
    ]
}

/// The rules of ours that answer one of theirs.
fn ours_for(theirs: &str) -> Vec<&'static Rule> {
    rules().filter(|rule| rule.peers.contains(&theirs)).collect()
}

/// What we say of an archive.
fn judged(name: &str, bytes: &[u8]) -> BTreeSet<&'static str> {
    let examined = examine(name, &mut &*bytes, &Limits::default());
    judge(&examined, &Policy::default()).findings.iter().map(|finding| finding.code).collect()
}

/// What the peers say of these paths.
fn said(paths: &[PathBuf]) -> Vec<Vec<String>> {
    let programs = tool("peers", PEERS);
    answer(
        Command::new(programs.join("python"))
            .args(["-I", "-c", SCRIPT])
            .env("LC_ALL", "C.UTF-8")
            .env("COLUMNS", "200")
            .env("DOCUTILSCONFIG", ""),
        paths,
    )
}

/// What we say of a project and of what it builds to.
fn judged_project(sandbox: &Sandbox, path: &str) -> BTreeSet<&'static str> {
    sandbox.release(&["build", "-C", path]).success();
    let document = sandbox.release(&["check", "-C", path, "--format", "json", "--offline"]).json();
    std::fs::remove_dir_all(sandbox.repo().join(path).join("dist")).expect("it was built");
    let found = document["findings"].as_array().expect("a list");
    found.iter().filter_map(|finding| rules().find(|rule| finding["code"] == rule.code)).map(|rule| rule.code).collect()
}

/// The archives that the fixtures build to, and the sandboxes that keep them.
fn fixtures() -> (Vec<PathBuf>, Vec<Sandbox>) {
    let (mut found, mut kept) = (Vec::new(), Vec::new());
    for fixture in FIXTURES.iter().filter(|fixture| fixture.left.is_none()) {
        let sandbox = fixture.checkout();
        let built = native::build(&sandbox, &mut sandbox.command(BUILD), &sandbox.repo());
        assert!(matches!(built, Native::Built(_)), "{}: {built:?}", fixture.name);
        let made = std::fs::read_dir(sandbox.repo().join("made")).expect("a folder");
        let paths = made.map(|entry| entry.expect("an entry").path());
        found.extend(paths.filter(|path| path.extension().is_some_and(|suffix| suffix == "whl" || suffix == "gz")));
        kept.push(sandbox);
    }
    found.sort();
    (found, kept)
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn what_peers_find_is_found_or_explained() {
    let sandbox = Sandbox::new();
    let mut subjects: Vec<(String, PathBuf, Option<BTreeSet<&'static str>>)> = Vec::new();
    for (at, (what, subject)) in constructions().into_iter().enumerate() {
        let path = match &subject {
            Subject::Archive(name, _) => format!("{at}/{name}"),
            Subject::Project(..) => at.to_string(),
        };
        let ours = match subject {
            Subject::Archive(name, bytes) => {
                let mut ours = judged(name, &bytes);
                if ours.remove("check/description-unverified") && what.contains("broken") {
                    // Docutils is asked by the program, see `check_readme.rs`.
                    ours.insert("check/description");
                }
                sandbox.write(&path, bytes);
                Some(ours)
            }
            Subject::Project(files, untracked) => {
                project(&sandbox, &path, (files, untracked), what == "file not in the sdist");
                Some(judged_project(&sandbox, &path))
            }
        };
        subjects.push((what.to_owned(), sandbox.repo().join(path), ours));
    }
    let (built, _kept) = fixtures();
    for path in built {
        let name = path.file_name().expect("it has a name").to_string_lossy().into_owned();
        let ours = judged(&name, &std::fs::read(&path).expect("it was built"));
        subjects.push((name, path, Some(ours)));
    }
    let paths: Vec<PathBuf> = subjects.iter().map(|(_, path, _)| path.clone()).collect();
    let (mut wrong, mut used, mut raised) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
    for ((what, _, ours), theirs) in subjects.iter().zip(said(&paths)) {
        for theirs in theirs {
            let answers = ours_for(&theirs);
            let is_answered = ours.as_ref().is_some_and(|ours| answers.iter().any(|rule| ours.contains(rule.code)));
            let row = DIFFERENCES.iter().find(|(part, rule, _)| what.contains(part) && *rule == theirs);
            match row {
                _ if is_answered => {}
                Some(row) => drop(used.insert(*row)),
                None => wrong.push(format!("{what}: {theirs} is answered by nothing; ours are {ours:?}")),
            }
            raised.insert(theirs);
        }
    }
    for row in DIFFERENCES.iter().filter(|row| !used.contains(*row)) {
        wrong.push(format!("{row:?} no longer differs: take it out"));
    }
    let known: BTreeSet<String> = THEIRS.iter().map(|(rule, _)| (*rule).to_owned()).collect();
    wrong.extend(known.difference(&raised).map(|rule| format!("nothing here raises {rule}")));
    wrong.extend(raised.difference(&known).map(|rule| format!("{rule} is not in the table of theirs")));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

type Files = [(&'static str, &'static str)];

/// A repository with these files, and some that nobody tracks.
fn project(sandbox: &Sandbox, path: &str, (files, untracked): (&Files, &Files), is_partial: bool) {
    for (name, text) in files {
        sandbox.write(&format!("{path}/{name}"), text);
    }
    if is_partial {
        sandbox.write(&format!("{path}/tests/test_demo.py"), "def test(): pass\n");
    }
    sandbox.git(&["init", "-q", path]);
    sandbox.git(&["-C", path, "add", "."]);
    sandbox.git(&["-C", path, "commit", "-qm", "all"]);
    for (name, text) in untracked {
        sandbox.write(&format!("{path}/{name}"), text);
    }
}

/// The rules of the peers, ours beside them, and where they differ.
#[test]
fn the_table_of_peers_is_current() {
    let mut text = "# Checks\n\nMade by `UPDATE_EXPECT=1 cargo test` from the rules and from \
                    `tests/it/check_peers.rs`, which runs the other checkers over bad archives and projects, one \
                    at least for each of their rules, and over what the fixtures build to.\n"
        .to_owned();
    let mut tools: BTreeMap<&str, Vec<(&str, &str)>> = BTreeMap::new();
    for (rule, about) in THEIRS {
        tools.entry(rule.split_once(' ').expect("tool and rule").0).or_default().push((rule, about));
    }
    for (tool, theirs) in tools {
        let version = PEERS.iter().find_map(|peer| peer.strip_prefix(&format!("{tool}=="))).expect("it is pinned");
        text += &format!("\n## {tool} {version}\n\n| Theirs | About | Ours |\n| --- | --- | --- |\n");
        for (rule, about) in theirs {
            let mut codes: Vec<String> = ours_for(rule).iter().map(|rule| format!("`{}`", rule.code)).collect();
            codes.sort();
            let (_, name) = rule.split_once(' ').expect("tool and rule");
            text += &format!("| {name} | {about} | {} |\n", codes.join(", "));
        }
    }
    text += "\n## Differences\n\n| Theirs | In | Why we do not say it |\n| --- | --- | --- |\n";
    for (what, rule, why) in DIFFERENCES {
        text += &format!("| {rule} | {} | {why} |\n", if what.is_empty() { "every archive" } else { what });
    }
    text += "\n## Not compared\n\n| Theirs | Why |\n| --- | --- |\n";
    for (rule, why) in NOT_COMPARED {
        text += &format!("| {rule} | {why} |\n");
    }
    text += "\n## All rules\n\n| Code | Severity | What | Also found by | Follows |\n| --- | --- | --- | --- | --- |\n";
    let mut all: Vec<&Rule> = rules().collect();
    all.sort_by_key(|rule| rule.code);
    for rule in all {
        let (severity, peers) = (rule.severity.word(), rule.peers.join(", "));
        text += &format!("| `{}` | {severity} | {} | {peers} | {} |\n", rule.code, rule.summary, rule.follows);
    }
    expect_file![concat!(env!("CARGO_MANIFEST_DIR"), "/docs/checks.md")].assert_eq(&text);
}
