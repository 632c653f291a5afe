//! The rules of the project's tree: each raises its finding, and its near miss does not.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;

use pyrelease::check::rules;
use pyrelease::check::source::imports::imports;
use pyrelease::check::source::markdown::outline;

use crate::support::Sandbox;
use crate::support::depth::rounds;
use crate::support::random::Random;
use crate::support::sandbox::fixtures;
use crate::support::trees::{Tree, findings};

/// A code, a project that raises it, one that comes close and does not, and the arguments of both.
struct Pair(&'static str, Tree, Tree, &'static [&'static str]);

const TAG: &[&str] = &["--against-tag"];

fn file(path: &str, text: &str) -> Tree {
    Tree::honest().file(path, text)
}

/// A project whose package imports so.
fn importing(text: &str) -> Tree {
    file("src/demo/__init__.py", text)
}

fn tagged() -> Tree {
    Tree::honest().then(|sandbox| {
        sandbox.git(&["tag", "v1.0"]);
    })
}

fn executable(sandbox: &Sandbox) {
    let path = sandbox.repo().join("run.sh");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("a mode");
    sandbox.commit("chore: a mode");
}

const LOCK: &str = r#"version = 1
requires-python = ">=3.10"

[[package]]
name = "demo"
version = "1.0"
source = { editable = "." }

[package.metadata]
requires-dist = [
    { name = "requests", specifier = ">=2" },
    { name = "rich", marker = "extra == 'more'" },
]

[[package]]
name = "requests"
version = "2.32.0"
source = { registry = "https://pypi.org/simple" }
sdist = { url = "https://example.org/requests.tar.gz", hash = "sha256:00" }
"#;

fn links() -> Vec<Pair> {
    let readme = |text: &str| file("README.md", &format!("# Demo\n\n## How to use it\n\n{text}\n"));
    let guide = |text: &str| file("CONTRIBUTING.md", &format!("# Work\n\n{text}\n"));
    vec![
        Pair("source/broken-anchor", readme("[x](#usage)"), readme("[x](#how-to-use-it) `[y](#usage)`"), &[]),
        Pair(
            "source/broken-link",
            guide("[x](docs/Guide.md)"),
            guide("[x](./src/demo) [y](README.md#demo) [z](../../issues)"),
            &[],
        ),
        Pair("source/relative-link", readme("![logo](LICENSE)"), readme("![logo](https://example.org/logo.png)"), &[]),
    ]
}

fn sensitive() -> Vec<Pair> {
    vec![
        Pair("source/generated-tracked", file("src/demo/x.pyc", "x"), file("src/demo/x.pyi", "x: int\n"), &[]),
        Pair(
            "source/needless-executable",
            file("run.sh", "echo\n").then(executable),
            file("run.sh", "#!/bin/sh\necho\n").then(executable),
            &[],
        ),
        Pair("source/sensitive-name", file(".env.production", "PYTHONPATH=src\n"), file(".env.example", "A=b\n"), &[]),
        Pair(
            "source/sensitive-not-ignored",
            Tree::honest().then(|sandbox| sandbox.write(".netrc", "machine x")),
            Tree::honest().then(|sandbox| sandbox.write(".env", "API_KEY=12345678")),
            &[],
        ),
        Pair(
            "source/sensitive-tracked",
            file(".env.production", "API_KEY=a8f5f167f44f4964e6c998dee827110c\n"),
            file(".env.example", "API_KEY=a8f5f167f44f4964e6c998dee827110c\n"),
            &[],
        ),
        Pair(
            "source/tracked-missing",
            Tree::honest().then(|sandbox| std::fs::remove_file(sandbox.repo().join("LICENSE")).expect("it is there")),
            Tree::honest(),
            &[],
        ),
    ]
}

/// What poetry and pdm hash, with values that JSON writes in its own way. The hashes are those of poetry 2.5.1 (the second without
/// groups, as before 2.3) and of pdm 2.29.3, taken on 2026-11-22.
const HASHED: &str = r#"[project]
name = "demo"
version = "1.0"
requires-python = ">=3.10"
dependencies = ["requests>=2", 'café; platform_system == "Windows"']

[project.optional-dependencies]
more = ["rich"]

[dependency-groups]
dev = ["pytest>=8", { include-group = "Type_Check" }]
Type_Check = ["mypy"]

[[tool.pdm.source]]
name = "own"
url = "https://example.org/simple"
verify_ssl = true

[tool.pdm.dev-dependencies]
dev = ["ruff"]

[tool.pdm.resolution.overrides]
urllib3 = ">=2"

[tool.poetry.group.docs.dependencies]
sphinx = { version = "^8", optional = true }

[[tool.poetry.source]]
name = "own"
priority = "explicit"
"#;
const HASH_OF_POETRY: &str = "b5369774c10bc90a64366c680288da15cfce03e6e4e69e9512ab4778f7e619e6";
const HASH_BEFORE_GROUPS: &str = "b33f08f26b4fe4aa145668cf87ac3676244dca89dede57dce8cdce946e3c69e6";
const HASH_OF_PDM: &str = "05bfc35610c363fc77aac9a6b06d155e213a5d5fdab2617b8919b93538949b9c";

/// The same for a project that says everything to poetry alone.
const POETRY_ALONE: &str = r#"[tool.poetry]
name = "demo"
version = "1.0"

[tool.poetry.dependencies]
python = "^3.10"
"requests" = { version = "^2", extras = ["socks"], optional = true }

[tool.poetry.extras]
more = ["requests"]

[tool.poetry.group.dev.dependencies]
pytest = "^8"
"#;
const HASH_OF_POETRY_ALONE: &str = "3a1c487e96b006514862475b26ec490f1da242ce4f1334938fdb8be7b4f28da0";

/// A project with a lock of poetry or pdm.
fn locked(pyproject: &str, file: &str, lock: &str) -> Tree {
    Tree::honest().file("pyproject.toml", pyproject).file(file, lock)
}

fn locks_with_hashes() -> Vec<Pair> {
    let poetry = |version: &str, hash: &str| {
        let files = "files = [{ file = \"a-1.tar.gz\", hash = \"sha256:00\" }]";
        format!(
            "# This file is automatically @generated by Poetry {version} and should not be changed by hand.\n\n\
             [[package]]\nname = \"a\"\nversion = \"1\"\n{files}\n\n[metadata]\ncontent-hash = \"{hash}\"\n"
        )
    };
    let pdm = |hash: &str| format!("[metadata]\nlock_version = \"4.5.0\"\ncontent_hash = \"sha256:{hash}\"\n");
    let same = |file: &str, lock: &str| locked(HASHED, file, lock);
    let changed = |file: &str, lock: &str| locked(&HASHED.replace("[\"rich\"]", "[\"rich>=13\"]"), file, lock);
    let new = poetry("2.5.1", HASH_OF_POETRY);
    let old = poetry("2.2.0", HASH_BEFORE_GROUPS);
    let alone = poetry("2.5.1", HASH_OF_POETRY_ALONE);
    let (code, groups) = ("source/stale-lock", HASHED.replace("\"mypy\"", "\"ty\""));
    vec![
        Pair(code, changed("poetry.lock", &new), same("poetry.lock", &new), &[]),
        // Groups count since 2.3.
        Pair(code, locked(&groups, "poetry.lock", &new), locked(&groups, "poetry.lock", &old), &[]),
        Pair(code, changed("poetry.lock", &old), same("poetry.lock", &old), &[]),
        Pair(
            code,
            locked(&POETRY_ALONE.replace("^8", "^9"), "poetry.lock", &alone),
            locked(POETRY_ALONE, "poetry.lock", &alone),
            &[],
        ),
        Pair(code, changed("pdm.lock", &pdm(HASH_OF_PDM)), same("pdm.lock", &pdm(HASH_OF_PDM)), &[]),
        Pair(
            code,
            locked(&groups, "pdm.lock", &pdm(HASH_OF_PDM)),
            locked(&format!("{groups}\n[tool.pdm.workspace]\nmembers = [\"a\"]\n"), "pdm.lock", &pdm(HASH_OF_PDM)),
            &[],
        ),
        Pair(
            "source/lock-without-hashes",
            same("poetry.lock", &new.replace(", hash = \"sha256:00\"", "")),
            same("poetry.lock", &new),
            &[],
        ),
    ]
}

fn locks() -> Vec<Pair> {
    let pins = "a==1\nb==1\nc==1\nd==1\ne==1\n";
    vec![
        Pair(
            "source/lock-without-hashes",
            file("requirements.txt", pins),
            file("requirements.txt", &pins.replace("e==1", "e>=1")),
            &[],
        ),
        Pair(
            "source/lock-without-hashes",
            file("uv.lock", &LOCK.replace(", hash = \"sha256:00\"", "")),
            file("uv.lock", LOCK),
            &[],
        ),
        Pair("source/stale-lock", file("uv.lock", &LOCK.replace(">=2\"", ">=1\"")), file("uv.lock", LOCK), &[]),
        Pair("source/stale-lock", file("uv.lock", &LOCK.replace("\"rich\"", "\"rich2\"")), file("uv.lock", LOCK), &[]),
        Pair("source/stale-lock", file("uv.lock", &LOCK.replacen("\"1.0\"", "\"0.9\"", 1)), file("uv.lock", LOCK), &[]),
    ]
}

fn imported() -> Vec<Pair> {
    let code = "source/undeclared-import";
    let lazy = "import os, sys\nimport requests\nimport rich\nfrom . import x\ntry:\n    import yaml\nexcept ImportError:\n    yaml = None\n\ntext = \"\"\"\nimport numpy\n\"\"\"\n\ndef f():\n    import pandas\n";
    vec![
        Pair(code, importing("import yaml\nimport requests\n"), importing(lazy), &[]),
        Pair(code, importing("from PIL import (\n    Image,\n)\n"), importing("from demo.x import y\n"), &[]),
        Pair(
            code,
            importing("from .part import x\n").file("src/demo/part.py", "import numpy\nimport requests, rich\n"),
            importing("import requests, rich\n").file("src/demo/part.py", "import numpy\n"),
            &[],
        ),
        // Nobody knows what `unheard-of` installs.
        Pair(
            code,
            importing("import requests, rich, strange\n"),
            importing("import requests, rich, strange\n").toml("\"requests>=2\"", "\"requests>=2\", \"unheard-of\""),
            &[],
        ),
    ]
}

fn packed() -> Vec<Pair> {
    let source = "src/demo/__init__.py";
    let crlf = "import os\r\n\r\nimport requests\r\n";
    vec![
        Pair("source/differs-from-tree", Tree::honest().packed(source, Some("evil()\n")), Tree::honest(), &[]),
        Pair(
            "source/not-in-tree",
            Tree::honest().packed("build.db", Some("x")),
            Tree::honest().packed("demo.egg-info/PKG-INFO", Some("x")),
            &[],
        ),
        Pair("source/line-ends", Tree::honest().packed(source, Some(crlf)), Tree::honest(), &[]),
        Pair("source/differs-from-tag", tagged().packed(source, Some("evil()\n")), tagged(), TAG),
        Pair(
            "source/not-in-tag",
            tagged().packed("src/demo/_version.py", Some("x = 1\n")),
            tagged()
                .packed("src/demo/_version.py", Some("x = 1\n"))
                .table("[tool.hatch.build.hooks.vcs]\nversion-file = \"src/demo/_version.py\""),
            TAG,
        ),
        Pair(
            "source/needed-not-in-sdist",
            Tree::honest().packed("LICENSE", None),
            file("setup.py", "").packed("setup.py", None),
            &[],
        ),
        Pair(
            "source/not-in-sdist",
            file("tests/test_x.py", "").packed("tests/test_x.py", None),
            file(".github/workflows/ci.yml", "").packed(".github/workflows/ci.yml", None),
            &[],
        ),
        Pair(
            "source/not-in-sdist",
            file("bench/x.py", "").packed("bench/x.py", None),
            file("bench/x.py", "").packed("bench/x.py", None).file(".gitattributes", "/bench export-ignore\n"),
            &[],
        ),
        // What setuptools makes of `setup.cfg`.
        Pair(
            "source/differs-from-tree",
            file("setup.cfg", "[metadata]\nlong = x\n").packed("setup.cfg", Some("[metadata]\nlong = y\n")),
            file("setup.cfg", "# why\n[metadata]\nLong=x\n")
                .packed("setup.cfg", Some("[metadata]\nlong = x\n\n[egg_info]\ntag_build = \ntag_date = 0\n\n")),
            &[],
        ),
    ]
}

fn pairs() -> Vec<Pair> {
    [links(), sensitive(), locks(), locks_with_hashes(), imported(), packed()].into_iter().flatten().collect()
}

#[test]
fn every_rule_of_the_tree_has_a_pair() {
    let (mut wrong, mut text) = (Vec::new(), String::new());
    for Pair(code, bad, good, arguments) in pairs() {
        let (bad, good) = (bad.found(arguments), good.found(arguments));
        let has = |found: &[String]| found.iter().any(|line| line.contains(&format!(" {code}: ")));
        if !has(&bad) {
            wrong.push(format!("{code} is not raised: {bad:#?}"));
        }
        if has(&good) {
            wrong.push(format!("{code} is raised by the near miss: {good:#?}"));
        }
        for line in bad {
            text += &format!("{line}\n");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let paired: BTreeSet<&str> = pairs().iter().map(|Pair(code, ..)| *code).collect();
    let rules = rules().map(|rule| rule.code).filter(|code| code.starts_with("source/"));
    // Servers raise these: `check_online`.
    let elsewhere = ["source/dead-link", "source/moved-link", "source/untrusted-link"];
    let missing: Vec<&str> = rules.filter(|code| !paired.contains(code) && !elsewhere.contains(code)).collect();
    assert!(missing.is_empty(), "no pair for {missing:?}");
    // What a finding says is part of the interface: each text stands here once.
    expect_test::expect_file![concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/snapshots/check_source.txt")]
        .assert_eq(&text);
}

#[test]
fn a_tag_is_compared_where_it_is_named() {
    let sandbox = tagged().packed("build.db", Some("x")).sandbox();
    let output = sandbox.release(&["check"]);
    assert_eq!(output.code, 0, "{output}");
    for arguments in [&["check", "--against-tag"][..], &["check", "--against-tag=v1.0", "dist/demo-1.0.tar.gz"]] {
        let output = sandbox.release(arguments);
        assert_eq!(output.code, 10, "{output}");
        assert!(output.stdout.contains("error[source/not-in-tag]: `build.db` is not in `v1.0`"), "{output}");
    }
    // Nothing was compared: that is not the same as fine.
    let output = sandbox.release(&["check", "--against-tag", "dist/demo-1.0-py3-none-any.whl"]);
    assert_eq!(output.code, 11, "{output}");
    assert!(output.stdout.contains("not judged: `v1.0`: there is no sdist of this project"), "{output}");
    let output = sandbox.release(&["check", "--against-tag=v9"]);
    expect_test::expect![[r#"
        ------- stderr -------
        error[plan/no-such-tag]: there is no tag `v9`
          hint: name one that is there: `git tag --list` shows them
        [exit status: 1]
    "#]]
    .assert_eq(&output.to_string());
}

#[test]
fn what_uv_rewrites_is_not_told_and_what_somebody_else_does_is() {
    let written = crate::support::trees::PYPROJECT;
    let rewritten = format!("# made by a tool\n{}", written.replace("name = \"demo\"", "name   = 'demo'"));
    let honest = tagged().packed("pyproject.toml", Some(&rewritten)).packed("pyproject.toml.orig", Some(written));
    assert_eq!(honest.codes(TAG), BTreeSet::new());
    let evil = rewritten.replace("hatchling>=1.27", "evil");
    let evil = tagged().packed("pyproject.toml", Some(&evil)).packed("pyproject.toml.orig", Some(written));
    assert_eq!(evil.codes(TAG), BTreeSet::from(["source/differs-from-tag".to_owned()]));
}

#[test]
fn a_project_below_the_top_is_judged_by_its_own_paths() {
    let sandbox = Sandbox::with(&[
        ("README.md", "# All\n\n[nowhere](gone.md)\n"),
        (
            "one/pyproject.toml",
            "[build-system]\nrequires = ['flit_core']\nbuild-backend = 'flit_core.buildapi'\n[project]\nname = 'demo'\nversion = '1.0'\n",
        ),
        ("one/CONTRIBUTING.md", "[up](../README.md) [broken](../other.md) [top](/README.md)\n"),
        ("one/demo.py", ""),
    ]);
    sandbox.write("one/dist/demo-1.0-py3-none-any.whl", crate::support::archives::zip::Zip::wheel().bytes());
    let output = sandbox.release(&["check", "--format", "json", "-C", "one"]);
    assert_eq!(
        findings(&output),
        [
            "warning source/broken-link: the link to `../other.md` leads nowhere: `other.md` is not there [CONTRIBUTING.md:1]"
        ]
    );
}

/// The five projects of the fixtures have no errors in their trees.
#[test]
fn the_fixtures_raise_no_error() {
    for name in ["generative-ai-workflow", "mypylogger", "prompt-manager", "prompt-studio", "repo-agent"] {
        assert!(fixtures().join("projects").join(name).is_dir());
        let sandbox = Sandbox::fixture(name);
        sandbox.write("dist/x.txt", "");
        let version = sandbox.release(&["version", "--format", "json"]).json()["result"]["version"].clone();
        let project = name.replace('-', "_");
        let wheel = format!("dist/{project}-{}-py3-none-any.whl", version.as_str().unwrap_or_default());
        sandbox.write(&wheel, crate::support::archives::zip::Zip::wheel().bytes());
        let output = sandbox.release(&["check", "--format", "json"]);
        let errors: Vec<String> = findings(&output).into_iter().filter(|line| line.starts_with("error")).collect();
        assert_eq!(errors, Vec::<String>::new(), "{name}");
    }
}

const MARKDOWN: &str = "# A *big* `title` [here](x.md)\n\nSetext\n---\n\n## Same\n## Same\n### snake_case & more! {#own}\n\n\
    [a](b.md \"t\") ![c](<d e.png>) \\[no](f) `[no](g)` <a href=\"h\" id=\"i\">j</a>\n\n~~~\n[no](k)\n~~~\n\n\
    <!-- [no](l)\n[no](m) -->\n[n]: o.md\n[^1]: p\n[q](r(s).md)\n";

#[test]
fn links_and_headings_are_found_where_they_are() {
    let found = outline(MARKDOWN);
    let links: Vec<(&str, usize)> = found.links.iter().map(|link| (link.target.as_str(), link.line)).collect();
    assert_eq!(
        links,
        [("x.md", 1), ("b.md", 10), ("d e.png", 10), ("h", 10), ("o.md", 18), ("r(s).md", 20)],
        "{found:#?}"
    );
    for anchor in ["a-big-title-here", "setext", "same", "same-1", "snake_case-more", "own", "i"] {
        assert!(found.anchors.contains(anchor), "{anchor}: {:?}", found.anchors);
    }
}

const PYTHON: &str = "import a, b.c as d\nfrom .e import (f,  # why\n    g as h)\nfrom i \\\n    import j; import k\n\
    x = 'import no'\ny = \"\"\"\nimport no\n\"\"\"\nz = [\nimport_no,\n]\nif x:\n    import no\nimportant = 1\n";

#[test]
fn imports_at_the_left_edge_are_found() {
    let found = imports(PYTHON);
    let found: Vec<String> =
        found.iter().map(|it| format!("{}:{} {}", it.line, it.module, it.names.join("+"))).collect();
    assert_eq!(found, ["1:a ", "1:b.c ", "2:.e f+g", "4:i j", "4:k "]);
}

/// Mutations: no panic, and no more links and imports than lines can hold.
#[test]
fn broken_texts_of_the_tree_never_panic() {
    const PARTS: [&str; 18] = [
        "[", "](", ")", "<", ">", "`", "\n", "#", "\"\"\"", "'", "\\", "(", "import ", "from ", "é", "<!--", "```\n",
        " ",
    ];
    let mut random = Random::new(0x5EED_0007);
    for _ in 0..rounds(100_000) {
        let mut text = random.pick(&[MARKDOWN, PYTHON]).to_owned();
        for _ in 0..=random.below(5) {
            let at = text.floor_char_boundary(random.below(text.len().max(1)));
            let end = text.floor_char_boundary((at + random.below(9)).min(text.len())).max(at);
            text.replace_range(at..end, PARTS[random.below(PARTS.len())]);
        }
        let links = outline(&text).links.len();
        assert!(links <= text.len() && outline(&text).bare.len() <= text.len() && imports(&text).len() <= text.len());
    }
}

/// Texts that a careless reader takes forever over.
#[test]
fn hostile_texts_are_read_to_their_end() {
    let many = |part: &str| part.repeat((1 << 20) / part.len());
    let markdown = [
        many("["),
        format!("# {}", many("[]")),
        many("]("),
        many("[](<"),
        many("`"),
        many("# [x\n"),
        many("<a id='"),
        many("http://"),
        many("(http://a)"),
        many(" http://a)))"),
    ];
    for text in markdown {
        let outline = outline(&text);
        assert!(outline.links.len() + outline.bare.len() <= text.len());
    }
    for text in [format!("from a import ({}", many("b,\n")), many("import a;"), many("'\n"), many("(\n")] {
        assert!(imports(&text).len() <= text.len());
    }
}
