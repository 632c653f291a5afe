//! The same verdicts as validate-pyproject 0.27, the real one: what it refuses is refused here, and what is refused here
//! beyond it is listed with a reason.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use pyrelease::check::pyproject::judge;
use pyrelease::project::Pyproject;
use pyrelease::report::Severity;

use crate::support::sandbox::fixtures;
use crate::support::tools::tool;
use crate::support::trees::PYPROJECT;

/// What is refused here and not there: a part of the message, and why.
const BEYOND: &[(&str, &str)] = &[
    ("which must begin with `https://`", "PyPI refuses URLs of other schemes, and without one"),
    ("and PyPI takes up to 32", "PyPI refuses longer labels of URLs"),
    ("which is no URL", "PyPI refuses blanks in URLs"),
    ("names no function", "installers write a script that cannot start"),
    ("PyPI refuses others", "PyPI refuses commands of other characters"),
    ("belongs into `[project.", "the specification has a table of its own for the group"),
    ("are one and the same", "names are compared as project names are"),
    ("includes itself", "PEP 735 forbids circles"),
    ("a table that is not `{include-group", "PEP 735 knows no other table"),
    ("has both `file` and `text`", "PEP 621 forbids both"),
    ("must be `text/plain`, `text/x-rst` or `text/markdown`", "PyPI refuses other content types"),
    ("`build-system.requires[", "PEP 518 wants requirements"),
    ("which must be relative and use `/`", "PEP 639 has that grammar for patterns"),
    ("which leads out of the project", "PEP 639 has that grammar for patterns"),
    ("must not be empty", "an empty path or pattern is none"),
    ("`tool.flit", "flit_core stops there"),
    ("`tool.hatch", "hatchling stops there"),
    ("`tool.poetry", "poetry-core stops there"),
    ("`tool.uv.build-backend", "uv_build stops there"),
    ("`project.entry-points` must be a table", "the specification has one there"),
    ("names `", "a field twice in `dynamic` is a mistake"),
    ("`project.dependencies[", "names of projects end with a letter or digit"),
    ("`project.requires-python` is refused", "the specification has that grammar"),
];

/// What is refused there and not here: a part of the name of the case, and why.
const LESS: &[(&str, &str)] =
    &[("include-group = \"Test\"", "PEP 735 has names of groups compared as project names are")];

/// `pyproject.toml` files that have one fault each, most of them, and one honest one.
fn generated() -> Vec<(String, String)> {
    let mut all = vec![("honest".to_owned(), PYPROJECT.to_owned())];
    let texts = ["1", "true", "[\"x\"]", "{a = \"b\"}", "1.5", "2026-01-01"];
    let lists = ["\"x\"", "1", "[1]", "[[\"x\"]]", "{a = \"b\"}", "[{a = 1}]"];
    let tables = ["\"x\"", "1", "[\"x\"]", "{a = 1}", "{a = [\"b\", 1]}", "{a = {b = 1}}"];
    let fields: [(&[&str], &[&str]); 3] = [
        (&["name", "version", "description", "requires-python", "readme", "license"], &texts),
        (
            &[
                "license-files",
                "authors",
                "maintainers",
                "keywords",
                "classifiers",
                "dependencies",
                "dynamic",
                "import-names",
                "import-namespaces",
            ],
            &lists,
        ),
        (&["urls", "scripts", "gui-scripts", "entry-points", "optional-dependencies"], &tables),
    ];
    for (keys, values) in fields {
        for key in keys {
            for value in values {
                all.push((format!("project.{key} = {value}"), with_field(key, value)));
            }
        }
    }
    for (key, value) in VALUES {
        all.push((format!("project.{key} = {value}"), with_field(key, value)));
    }
    for table in TABLES {
        all.push(((*table).to_owned(), format!("{PYPROJECT}\n{table}\n")));
    }
    for (old, new) in EDITS {
        assert!(PYPROJECT.contains(old), "{old}");
        all.push((format!("{old} -> {new}"), PYPROJECT.replacen(old, new, 1)));
    }
    all
}

/// The honest file with another value of a field of `[project]`.
fn with_field(key: &str, value: &str) -> String {
    let mut text = String::new();
    let (mut is_left_out, mut is_project) = (false, false);
    for line in PYPROJECT.lines() {
        if line.starts_with('[') {
            is_left_out = line == format!("[project.{key}]");
            is_project = line == "[project]";
        }
        let is_field = is_project && line.split(" = ").next() == Some(key);
        if !is_left_out && !is_field {
            text += &format!("{line}\n");
        }
        if line == "[project]" {
            text += &format!("{key} = {value}\n");
        }
    }
    text
}

const VALUES: &[(&str, &str)] = &[
    ("name", "\"\""),
    ("name", "\"-demo\""),
    ("name", "\"demo_\""),
    ("name", "\"de mo\""),
    ("name", "\"démo\""),
    ("version", "\"\""),
    ("version", "\"one\""),
    ("version", "\"1.0-final\""),
    ("version", "\" 1.0 \""),
    ("version", "\"1.0+a+b\""),
    ("requires-python", "\"3.8\""),
    ("requires-python", "\">=3.8 <4\""),
    ("requires-python", "\">=3.6.*\""),
    ("requires-python", "\"\""),
    ("requires-python", "\">=3; python_version\""),
    ("readme", "{file = \"README.md\"}"),
    ("readme", "{text = \"x\"}"),
    ("readme", "{content-type = \"text/plain\"}"),
    ("readme", "{file = \"README.md\", text = \"x\", content-type = \"text/plain\"}"),
    ("readme", "{file = 1, content-type = \"text/plain\"}"),
    ("readme", "{file = \"README.md\", content-type = \"text/html\"}"),
    ("readme", "{file = \"README.md\", content-type = 1}"),
    ("license", "\"MITT\""),
    ("license", "\"\""),
    ("license", "\"MIT OR\""),
    ("license", "\"(MIT\""),
    ("license", "\"MIT and Apache-2.0\""),
    ("license", "\"Apache 2.0\""),
    ("license", "{text = \"MIT\"}"),
    ("license", "{file = \"LICENSE\"}"),
    ("license", "{file = \"LICENSE\", text = \"MIT\"}"),
    ("license-files", "[\"/LICENSE\"]"),
    ("license-files", "[\"../LICENSE\"]"),
    ("license-files", "{paths = [\"LICENSE\"]}"),
    ("authors", "[{name = \"A\", mail = \"x\"}]"),
    ("authors", "[{}]"),
    ("authors", "[{email = \"ana\"}]"),
    ("authors", "[{email = \"ana@example\"}]"),
    ("authors", "[{email = \"a@b@c.org\"}]"),
    ("authors", "[{name = 1}]"),
    ("authors", "[\"Ana <ana@example.org>\"]"),
    ("classifiers", "[\"Programming Language :: Pyton\"]"),
    ("classifiers", "[\"private :: x\"]"),
    ("classifiers", "[\"Natural Language :: Ukranian\"]"),
    ("urls", "{Home = \"example\"}"),
    ("urls", "{Home = \"example.org/a\"}"),
    ("urls", "{Home = \"/a\"}"),
    ("urls", "{Home = \"git@example.org:a/b\"}"),
    ("urls", "{Home = \"\"}"),
    ("urls", "{Home = \"ftp://example.org\"}"),
    ("urls", "{\"\" = \"https://example.org\"}"),
    ("urls", "{A-label-that-is-longer-than-thirty-two = \"https://example.org\"}"),
    ("scripts", "{demo = \"demo\"}"),
    ("scripts", "{demo = \"de-mo:main\"}"),
    ("scripts", "{demo = \"demo:\"}"),
    ("scripts", "{demo = \"demo:main [x\"}"),
    ("scripts", "{\"a=b\" = \"demo:main\"}"),
    ("scripts", "{\"\" = \"demo:main\"}"),
    ("scripts", "{\"[a\" = \"demo:main\"}"),
    ("scripts", "{\"a b\" = \"demo:main\"}"),
    ("entry-points", "{\"a-b\" = {x = \"demo:main\"}}"),
    ("entry-points", "{console_scripts = {x = \"demo:main\"}}"),
    ("entry-points", "{a = {x = \"1demo\"}}"),
    ("dependencies", "[\"requests >= \"]"),
    ("dependencies", "[\"requests; nope == 'x'\"]"),
    ("dependencies", "[\"\"]"),
    ("optional-dependencies", "{\"a b\" = [\"rich\"]}"),
    ("optional-dependencies", "{a_b = [\"rich\"], a-b = [\"rich\"]}"),
    ("optional-dependencies", "{a = [\"rich >\"]}"),
    ("import-names", "[\"demo\", \"demo\"]"),
    ("import-names", "[\"demo.x\"]"),
    ("import-names", "[\"class\"]"),
    ("import-names", "[\"demo; public\"]"),
    ("dynamic", "[\"name\"]"),
    ("dynamic", "[\"scripts\", \"scripts\"]"),
    ("urls", "{Home = \"https://example.org/a b\"}"),
    ("readme", "\"\""),
    ("dependencies", "[\"foo_\"]"),
    ("requires-python", "\"(>=3.8)\""),
];

const TABLES: &[&str] = &[
    "[projects]\nx = 1",
    "[tools.demo]",
    "[tool.setuptools]\ncolour = 1",
    "[tool.setuptools]\nzip-safe = \"no\"",
    "[tool.setuptools]\nplatforms = \"any\"",
    "[tool.setuptools]\nprovides = [\"-\"]",
    "[tool.setuptools]\nobsoletes = \"x\"",
    "[tool.setuptools]\nscript-files = [1]",
    "[tool.setuptools]\neager-resources = {a = 1}",
    "[tool.setuptools]\npackages = \"demo\"",
    "[tool.setuptools]\npackages = [\"de mo\"]",
    "[tool.setuptools]\npackages = [\"demo-stubs\"]",
    "[tool.setuptools]\npackages = [\"-demo\"]",
    "[tool.setuptools]\npackages = {find = {were = [\"src\"]}}",
    "[tool.setuptools]\npackages = {find = {where = \"src\"}}",
    "[tool.setuptools]\npackages = {find = {namespaces = \"no\"}}",
    "[tool.setuptools]\npackages = {found = {}}",
    "[tool.setuptools.packages.find]\nwhere = [\"src\"]",
    "[tool.setuptools]\npackage-dir = {\"\" = \"src\"}",
    "[tool.setuptools]\npackage-dir = {\"a b\" = \"src\"}",
    "[tool.setuptools]\npackage-dir = {a = [\"src\"]}",
    "[tool.setuptools]\npackage-dir = \"src\"",
    "[tool.setuptools]\npackage-data = {\"*\" = [\"x\"]}",
    "[tool.setuptools]\npackage-data = {\"a*\" = [\"x\"]}",
    "[tool.setuptools]\npackage-data = {a = \"x\"}",
    "[tool.setuptools]\nexclude-package-data = {a = [1]}",
    "[tool.setuptools]\ninclude-package-data = 1",
    "[tool.setuptools]\nnamespace-packages = [\"a b\"]",
    "[tool.setuptools]\npy-modules = [\"a-b\"]",
    "[tool.setuptools]\npy-modules = [\"a-stubs\"]",
    "[tool.setuptools]\npy-modules = \"a\"",
    "[tool.setuptools]\next-modules = [{name = \"a\"}]",
    "[tool.setuptools]\next-modules = [{sources = [\"a.c\"]}]",
    "[tool.setuptools]\next-modules = [{name = \"a\", sources = [\"a.c\"], colour = 1}]",
    "[tool.setuptools]\next-modules = [{name = \"a\", sources = \"a.c\"}]",
    "[tool.setuptools]\next-modules = [{name = \"a\", sources = [\"a.c\"], optional = 1}]",
    "[tool.setuptools]\next-modules = [{name = \"a\", sources = [\"a.c\"], define-macros = [[\"A\", \"1\", \"2\"]]}]",
    "[tool.setuptools]\ndata-files = {a = \"x\"}",
    "[tool.setuptools]\ndata-files = [\"x\"]",
    "[tool.setuptools]\ncmdclass = {a = \"b.c\"}",
    "[tool.setuptools]\ncmdclass = {a = \"b c\"}",
    "[tool.setuptools]\ncmdclass = {a = \".b\"}",
    "[tool.setuptools]\nlicense-files = \"x\"",
    "[tool.setuptools]\ndynamic = \"version\"",
    "[tool.setuptools.dynamic]\nversion = \"1\"",
    "[tool.setuptools.dynamic]\nversion = {attr = \"a b\"}",
    "[tool.setuptools.dynamic]\nversion = {attr = \"a.b\", file = \"x\"}",
    "[tool.setuptools.dynamic]\nversion = {}",
    "[tool.setuptools.dynamic]\nversion = {file = [1]}",
    "[tool.setuptools.dynamic]\nkeywords = {file = \"x\"}",
    "[tool.setuptools.dynamic]\nclassifiers = {attr = \"x\"}",
    "[tool.setuptools.dynamic]\ndescription = {file = \"x\"}",
    "[tool.setuptools.dynamic]\nreadme = {content-type = \"x\"}",
    "[tool.setuptools.dynamic]\nreadme = {file = [\"a\"], content-type = \"x\"}",
    "[tool.setuptools.dynamic]\nreadme = {file = [\"a\"], colour = \"x\"}",
    "[tool.setuptools.dynamic]\ndependencies = {files = [\"a\"]}",
    "[tool.setuptools.dynamic]\noptional-dependencies = {\"a b\" = {file = \"x\"}}",
    "[tool.setuptools.dynamic]\noptional-dependencies = {a = \"x\"}",
    "[tool.setuptools.dynamic]\nentry-points = {file = 1}",
    "[tool]\nsetuptools = 1",
    "[tool]\nx = 1",
    "[tool.distutils]\nbdist_wheel = 1",
    "[tool.distutils.bdist_wheel]\nuniversal = true",
    "[tool.flit]\ncolour = 1",
    "[tool.flit.module]\nname = 1",
    "[tool.flit.x-more]\na = 1",
    "[tool.hatch.build]\ninclude = \"x\"",
    "[tool.hatch.metadata]\nallow-direct-references = \"yes\"",
    "[tool.hatch.envs.default]\ndependencies = [\"x\"]",
    "[tool.poetry]\npackages = \"x\"",
    "[tool.poetry]\npackages = [{include = \"a\", colour = 1}]",
    "[tool.uv.build-backend]\nmodule-root = 1",
    "[tool.uv.build-backend]\ndata = {purelib = 1}",
    "[tool.demo]\nanything = [{}, 1, \"x\"]",
    "[tool.release]\ntag = \"v{version}\"",
];

const EDITS: &[(&str, &str)] = &[
    ("requires = [\"hatchling>=1.27\"]", ""),
    ("requires = [\"hatchling>=1.27\"]", "requires = \"hatchling\""),
    ("requires = [\"hatchling>=1.27\"]", "requires = [1]"),
    ("requires = [\"hatchling>=1.27\"]", "requires = [\"hatchling >\"]"),
    ("build-backend = \"hatchling.build\"", "build-backend = \"hatch-ling.build\""),
    ("build-backend = \"hatchling.build\"", "build-backend = 1"),
    ("build-backend = \"hatchling.build\"", "build-backend = \"a:b:c\""),
    ("build-backend = \"hatchling.build\"", "backend = \"hatchling.build\""),
    ("build-backend = \"hatchling.build\"", "backend-path = \".\""),
    ("name = \"demo\"\n", ""),
    ("version = \"1.0\"\n", ""),
    ("version = \"1.0\"\n", "dynamic = [\"version\"]\n"),
    ("version = \"1.0\"\n", "version = \"1.0\"\ndynamic = [\"version\"]\n"),
    ("version = \"1.0\"\n", "version = \"1.0\"\ndynamic = [\"scripts\"]\n"),
    ("version = \"1.0\"\n", "version = \"1.0\"\ndynamic = [\"colour\"]\n"),
    ("description = ", "summary = "),
    ("requires-python = ", "requires_python = "),
    ("test = [\"pytest\"]", "test = \"pytest\""),
    ("test = [\"pytest\"]", "test = [\"pytest >\"]"),
    ("test = [\"pytest\"]", "\"te st\" = [\"pytest\"]\ntest = []"),
    ("test = [\"pytest\"]", "test = [{include-group = \"dev\"}]"),
    ("test = [\"pytest\"]", "test = [{}]"),
    ("test = [\"pytest\"]", "test = [1]"),
    ("include-group = \"test\"", "include-group = \"tests\""),
    ("include-group = \"test\"", "include-group = \"Test\""),
];

/// The files of real projects and of shapes.
fn written() -> Vec<(String, String)> {
    let mut all = Vec::new();
    for name in ["generative-ai-workflow", "mypylogger", "prompt-manager", "prompt-studio", "repo-agent"] {
        let path = fixtures().join("projects").join(name).join("pyproject.toml");
        all.push((name.to_owned(), std::fs::read_to_string(path).expect("a file")));
    }
    for backend in ["flit", "hatchling", "poetry", "setuptools", "uv"] {
        for shape in crate::support::shapes::of(backend) {
            let text = shape.text.split("\n-- ").find_map(|part| part.strip_prefix("pyproject.toml\n"));
            all.extend(text.map(|text| (shape.name.clone(), format!("{text}\n"))));
        }
    }
    all
}

/// Why we refuse a file; nothing where we do not.
fn ours(text: &str) -> Option<String> {
    let Ok(pyproject) = Pyproject::parse("pyproject.toml", text.to_owned()) else { return Some("no TOML".to_owned()) };
    let errors = judge(&pyproject, &|_| true).into_iter().filter(|finding| finding.severity == Severity::Error);
    let messages: Vec<String> = errors.map(|finding| finding.message).collect();
    (!messages.is_empty()).then(|| messages.join("; "))
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn what_validate_pyproject_refuses_is_refused() {
    let cases: Vec<(String, String)> = generated().into_iter().chain(written()).collect();
    assert!(generated().len() > 250 && cases.len() > 550, "{}", cases.len());
    let texts: Vec<&str> = cases.iter().map(|(_, text)| text.as_str()).collect();
    let asked = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("validate-{}.json", std::process::id()));
    std::fs::write(&asked, serde_json::to_string(&texts).expect("texts")).expect("the target directory is writable");
    let pins =
        ["validate-pyproject==0.27", "packaging==26.3", "trove-classifiers==2026.9.21.13", "fastjsonschema==2.22.3"];
    let python = tool("validate-pyproject", &pins).join("python");
    let oracle = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/support/validate_oracle.py");
    let output = Command::new(python).arg(oracle).arg(&asked).output().expect("it starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    std::fs::remove_file(&asked).expect("a file of ours");
    let theirs: Vec<Option<String>> = serde_json::from_slice(&output.stdout).expect("a list");
    let (mut wrong, mut used, mut refused, mut beyond) = (Vec::new(), BTreeSet::new(), 0, 0);
    for ((name, text), theirs) in cases.iter().zip(&theirs) {
        refused += usize::from(theirs.is_some());
        match (ours(text), theirs) {
            (None, Some(why)) => match LESS.iter().find(|(part, _)| name.ends_with(part)) {
                Some((part, _)) => {
                    used.insert(*part);
                }
                None => wrong.push(format!("{name}: passes here; validate-pyproject says: {why}")),
            },
            (Some(why), None) => {
                beyond += 1;
                match BEYOND.iter().find(|(part, _)| why.contains(part)) {
                    Some((part, _)) => {
                        used.insert(*part);
                    }
                    None => wrong.push(format!("{name}: passes there; here: {why}")),
                }
            }
            _ => {}
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let idle: Vec<&str> =
        BEYOND.iter().chain(LESS).map(|(part, _)| *part).filter(|part| !used.contains(part)).collect();
    assert!(refused > 200 && beyond > 20, "{refused} refused by both, {beyond} beyond");
    assert!(idle.is_empty(), "nothing is refused beyond for {idle:?} ({refused} refused by both, {beyond} beyond)");
}
