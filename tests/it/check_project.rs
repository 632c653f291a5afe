//! The rules of `pyproject.toml`: each raises its finding in a project, and its near miss does not.

use std::collections::BTreeSet;

use pyrelease::check::pyproject::judge;
use pyrelease::check::rules;
use pyrelease::project::Pyproject;
use pyrelease::report::Severity;

use crate::support::Sandbox;
use crate::support::depth::rounds;
use crate::support::random::Random;
use crate::support::trees::{PYPROJECT, Tree, findings};

/// A code, a project that raises it, and one that comes close and does not.
type Pair = (&'static str, Tree, Tree);

fn toml(old: &str, new: &str) -> Tree {
    Tree::honest().toml(old, new)
}

fn table(lines: &str) -> Tree {
    Tree::honest().table(lines)
}

const DEPENDENCY: &str = "dependencies = [\"requests>=2\"]";

fn pairs() -> Vec<Pair> {
    tables().into_iter().chain(fields()).collect()
}

fn tables() -> Vec<Pair> {
    vec![
        (
            "pyproject/backend-key",
            table("[tool.setuptools]\nzip-safe = \"no\""),
            table("[tool.setuptools]\nzip-safe = false"),
        ),
        (
            "pyproject/backend-key",
            table("[tool.flit.sdist]\ninclud = [\"x\"]"),
            table("[tool.flit.sdist]\ninclude = [\"x\"]"),
        ),
        (
            "pyproject/backend-key-unread",
            table("[tool.hatch.build.targets.sdist]\nexlude = [\"x\"]"),
            table("[tool.hatch.build.targets.sdist]\nexclude = [\"x\"]"),
        ),
        (
            "pyproject/backend-not-required",
            toml("\"hatchling>=1.27\"", "\"wheel\""),
            toml("\"hatchling>=1.27\"", "\"hatch-vcs\""),
        ),
        ("pyproject/build-system", toml("requires = ", "require = "), toml("requires = ", "\"requires\" = ")),
        (
            "pyproject/dependency-group",
            toml("test = [\"pytest\"]", "test = [{include-group = \"Dev\"}]"),
            toml("include-group = \"test\"", "include-group = \"TEST\""),
        ),
        (
            "pyproject/description-lines",
            toml("\"A demo\"", "\"A demo\\nin lines\""),
            toml("\"A demo\"", "\"\"\"\nA demo\"\"\""),
        ),
        (
            "pyproject/dynamic",
            toml("version = \"1.0\"", "version = \"1.0\"\ndynamic = [\"version\"]"),
            toml("version = \"1.0\"", "version = \"1.0\"\ndynamic = [\"classifiers\"]"),
        ),
        (
            "pyproject/field",
            toml(DEPENDENCY, "dependencies = [\"requests>=2 or 3\"]"),
            toml(DEPENDENCY, "dependencies = [\"requests (>=2)\"]"),
        ),
        (
            "pyproject/import-names",
            toml(DEPENDENCY, "dependencies = [\"requests\"]\nimport-names = [\"demo.x\"]"),
            toml(DEPENDENCY, "dependencies = [\"requests\"]\nimport-names = [\"demo.x\", \"demo ; private\"]"),
        ),
        ("pyproject/license", toml("\"MIT\"", "\"MITT\""), toml("\"MIT\"", "\"mit OR LicenseRef-Own\"")),
    ]
}

fn fields() -> Vec<Pair> {
    vec![
        (
            "pyproject/license-table",
            toml("license = \"MIT\"\nlicense-files = [\"LICENSE\"]", "license = {text = \"MIT\"}"),
            Tree::honest(),
        ),
        (
            "pyproject/license-twice",
            toml("\"Programming Language :: Python :: 3\"", "\"License :: OSI Approved :: MIT License\""),
            toml("license = \"MIT\"\nlicense-files = [\"LICENSE\"]", "")
                .toml("\"Programming Language :: Python :: 3\"", "\"License :: OSI Approved :: MIT License\""),
        ),
        ("pyproject/missing-file", toml("README.md", "readme.md"), toml("README.md", "./README.md")),
        ("pyproject/missing-file", toml("[\"LICENSE\"]", "[\"COPYING\"]"), toml("[\"LICENSE\"]", "[\"LICEN*\"]")),
        // A folder is no file, and letters large and small count.
        ("pyproject/missing-file", toml("[\"LICENSE\"]", "[\"sr?\"]"), toml("[\"LICENSE\"]", "[\"**/L?C*\"]")),
        ("pyproject/missing-file", toml("[\"LICENSE\"]", "[\"licen*\"]"), toml("[\"LICENSE\"]", "[\"LICEN[CS]E\"]")),
        (
            "pyproject/no-build-system",
            toml("[build-system]\nrequires = [\"hatchling>=1.27\"]\nbuild-backend = \"hatchling.build\"\n", ""),
            Tree::honest(),
        ),
        (
            "pyproject/py-typed",
            Tree::honest().file("src/demo/py.typed", ""),
            Tree::honest().file("src/demo/py.typed", "").toml("Programming Language :: Python :: 3", "Typing :: Typed"),
        ),
        (
            "pyproject/unknown-field",
            toml("requires-python", "requires_python"),
            toml("keywords", "maintainers = []\nkeywords"),
        ),
        ("pyproject/unknown-table", table("[projects]\nx = 1"), table("[tool.projects]\nx = 1")),
        (
            "pyproject/url",
            toml("https://example.org/demo", "example.org/demo"),
            toml("https://example.org/demo", "HTTP://x"),
        ),
        (
            "check/classifier-unknown",
            toml("Language :: Python", "Language :: Pyton"),
            toml("Programming Language :: Python :: 3", "Private :: X"),
        ),
        (
            "check/classifier-deprecated",
            toml("Programming Language :: Python :: 3", "Natural Language :: Ukranian"),
            toml("Programming Language :: Python :: 3", "Natural Language :: Ukrainian"),
        ),
    ]
}

#[test]
fn every_rule_of_pyproject_has_a_pair() {
    let mut wrong = Vec::new();
    for (code, bad, good) in pairs() {
        let (bad, good) = (bad.found(&[]), good.found(&[]));
        let has = |found: &[String]| found.iter().any(|line| line.contains(&format!(" {code}: ")));
        if !has(&bad) {
            wrong.push(format!("{code} is not raised: {bad:#?}"));
        }
        if has(&good) {
            wrong.push(format!("{code} is raised by the near miss: {good:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let paired: BTreeSet<&str> = pairs().iter().map(|(code, ..)| *code).collect();
    let rules = rules().map(|rule| rule.code).filter(|code| code.starts_with("pyproject/"));
    let missing: Vec<&str> = rules.filter(|code| !paired.contains(code)).collect();
    assert!(missing.is_empty(), "no pair for {missing:?}");
}

/// What a finding says is part of the interface: each text stands here once.
#[test]
fn findings_of_pyproject_read_well() {
    let mut text = String::new();
    for (_, bad, _) in pairs() {
        for line in bad.found(&[]) {
            text += &format!("{line}\n");
        }
    }
    expect_test::expect_file![concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/snapshots/check_project.txt")]
        .assert_eq(&text);
}

#[test]
fn an_honest_project_raises_nothing() {
    assert_eq!(Tree::honest().found(&[]), Vec::<String>::new());
}

#[test]
fn the_fixtures_and_this_project_raise_no_error() {
    let read = |path: &str| std::fs::read_to_string(path).expect("a file");
    let root = env!("CARGO_MANIFEST_DIR");
    let mut files = vec![format!("{root}/pyproject.toml")];
    for name in ["generative-ai-workflow", "mypylogger", "prompt-manager", "prompt-studio", "repo-agent"] {
        files.push(format!("{root}/fixtures/projects/{name}/pyproject.toml"));
    }
    for path in files {
        let pyproject = Pyproject::parse("pyproject.toml", read(&path)).expect("it is TOML");
        let folder = path.trim_end_matches("pyproject.toml");
        let exists = |file: &str| std::path::Path::new(folder).join(file).is_file();
        let errors: Vec<String> = judge(&pyproject, &exists)
            .into_iter()
            .filter(|finding| finding.severity == Severity::Error)
            .map(|finding| format!("{}: {}", finding.code, finding.message))
            .collect();
        assert_eq!(errors, Vec::<String>::new(), "{path}");
    }
}

#[test]
fn other_archives_of_dist_are_named_and_not_judged() {
    let tree = Tree::honest().then(|sandbox: &Sandbox| {
        sandbox.write("dist/demo-0.9.tar.gz", "old");
        sandbox.write("dist/notes.txt", "no archive");
    });
    let output = tree.sandbox().release(&["check"]);
    assert!(output.stdout.contains("\nnot judged: dist/demo-0.9.tar.gz, which is not of this version\n"), "{output}");
    assert!(!output.stdout.contains("notes.txt"), "{output}");
    assert!(output.stdout.contains("\nthe project  0 errors, 0 warnings\n"), "{output}");
}

#[test]
fn without_git_the_tree_is_not_judged_and_that_is_said() {
    let sandbox = Tree::honest().sandbox();
    std::fs::remove_dir_all(sandbox.repo().join(".git")).expect("it is there");
    let output = sandbox.release(&["check"]);
    let line = "\nnot judged: the files of the project, since it is in no git repository\n";
    assert!(output.stdout.contains(line), "{output}");
}

#[test]
fn a_finding_of_the_project_is_accepted_by_the_configuration() {
    let tree = toml("requires-python", "requires_python").table(
        "[tool.release.check]\nignore = [{code = \"pyproject/unknown-field\", path = \"pyproject.toml\", reason = \"old tool\"}]",
    );
    let output = tree.sandbox().release(&["check", "--format", "json"]);
    assert_eq!(findings(&output), Vec::<String>::new());
    assert_eq!(output.json()["result"]["accepted"], 1, "{output}");
}

/// Mutations of an honest file: no panic, whatever TOML makes of it.
#[test]
fn broken_pyprojects_never_panic() {
    const PARTS: [&str; 16] = [
        "\"",
        "'",
        "[",
        "]",
        "{",
        "}",
        "=",
        ",",
        "\n",
        "#",
        "1",
        "é",
        "[[project.authors]]\n",
        ".",
        "true",
        "[tool.setuptools.dynamic]\n",
    ];
    let mut random = Random::new(0x5EED_0006);
    for _ in 0..rounds(20_000) {
        let mut text = PYPROJECT.to_owned();
        for _ in 0..=random.below(4) {
            let at = text.floor_char_boundary(random.below(text.len()));
            match random.below(3) {
                0 => text.insert_str(at, PARTS[random.below(PARTS.len())]),
                1 => text.truncate(at.max(1)),
                _ => {
                    let end = text.floor_char_boundary((at + random.below(12)).min(text.len()));
                    text.replace_range(at..end.max(at), PARTS[random.below(PARTS.len())]);
                }
            }
            if text.is_empty() {
                break;
            }
        }
        if let Ok(pyproject) = Pyproject::parse("pyproject.toml", text) {
            judge(&pyproject, &|_| true);
        }
    }
}
