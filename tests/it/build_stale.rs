//! What earlier builds left lying about reaches no archive, and `release build --clean` removes it.

use std::collections::BTreeSet;
use std::os::unix::fs::symlink;

use expect_test::expect;

use crate::support::Sandbox;
use crate::support::parity::Archive;

const PYPROJECT: &str = "[build-system]\nrequires = [\"setuptools\"]\nbuild-backend = \"setuptools.build_meta\"\n\
                         [project]\nname = \"acme\"\nversion = \"1.2.3\"\n[tool.setuptools]\npackages = [\"acme\"]\n";

/// Everything that setuptools leaves, with a file in each place that the project does not have any more.
const LEFT: &[(&str, &str)] = &[
    ("build/lib/acme/__init__.py", ""),
    ("build/lib/acme/removed.py", ""),
    ("build/bdist.linux-x86_64/x", ""),
    ("acme.egg-info/PKG-INFO", "Metadata-Version: 2.1\nName: acme\nVersion: 1.2.2\n"),
    ("acme.egg-info/SOURCES.txt", "pyproject.toml\nsecret.env\nacme/__init__.py\nacme/old.txt\n"),
    ("acme/__pycache__/removed.cpython-311.pyc", ""),
    ("dist/acme-1.2.2.tar.gz", "old"),
];

/// A project of setuptools that takes whatever there is, in which somebody has worked.
fn lived_in() -> Sandbox {
    let sandbox = Sandbox::with(&[
        ("pyproject.toml", PYPROJECT),
        ("MANIFEST.in", "recursive-include acme *\ngraft dist\n"),
        ("acme/__init__.py", ""),
        (".gitignore", "/build\n/dist\n*.egg-info\n__pycache__\n*.env\nold.txt\n"),
    ]);
    // What an old list names is taken where it is still there.
    for (path, text) in [&[("secret.env", "TOKEN=x"), ("kept.env", "")], LEFT].concat() {
        sandbox.write(path, text);
    }
    sandbox
}

/// The members of both archives of 1.2.3.
fn members(sandbox: &Sandbox) -> BTreeSet<String> {
    let read = |name: &str| Archive::read(&sandbox.repo().join("dist").join(name)).expect("an archive");
    let archives = [read("acme-1.2.3-py3-none-any.whl"), read("acme-1.2.3.tar.gz")];
    archives.into_iter().flat_map(|archive| archive.members.into_keys()).collect()
}

/// What both archives of a fresh clone have.
const CLEAN: [&str; 14] = [
    "acme/__init__.py",
    "acme-1.2.3.dist-info/METADATA",
    "acme-1.2.3.dist-info/RECORD",
    "acme-1.2.3.dist-info/WHEEL",
    "acme-1.2.3.dist-info/top_level.txt",
    "acme-1.2.3/MANIFEST.in",
    "acme-1.2.3/PKG-INFO",
    "acme-1.2.3/acme.egg-info/PKG-INFO",
    "acme-1.2.3/acme.egg-info/SOURCES.txt",
    "acme-1.2.3/acme.egg-info/dependency_links.txt",
    "acme-1.2.3/acme.egg-info/top_level.txt",
    "acme-1.2.3/acme/__init__.py",
    "acme-1.2.3/pyproject.toml",
    "acme-1.2.3/setup.cfg",
];

fn assert_clean(sandbox: &Sandbox) {
    assert_eq!(members(sandbox), CLEAN.map(str::to_owned).into());
}

#[test]
fn natively_nothing_of_it_reaches_an_archive() {
    for more in [&[][..], &["--from-source"]] {
        let sandbox = lived_in();
        sandbox.release(&[&["build", "--builder", "native"], more].concat()).success();
        assert_clean(&sandbox);
    }
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn by_the_real_setuptools_neither() {
    for more in [&[][..], &["--from-source"]] {
        let sandbox = lived_in().online();
        let before = sandbox.snapshot();
        sandbox.release(&[&["build", "--builder", "isolated"], more].concat()).success();
        assert_clean(&sandbox);
        for name in ["acme-1.2.3.tar.gz", "acme-1.2.3-py3-none-any.whl"] {
            std::fs::remove_file(sandbox.repo().join("dist").join(name)).expect("it is there");
        }
        assert!(before == sandbox.snapshot(), "the project has changed");
    }
}

#[test]
fn clean_removes_it_and_says_what() {
    let sandbox = lived_in();
    sandbox.write("sub/__pycache__/x.pyc", "");
    sandbox.write("sub/mine.py", "");
    let before = sandbox.snapshot();
    expect![[r#"
        would build sdist and wheel of acme 1.2.3 natively, as setuptools 84.2.1 does
        would remove `acme/__pycache__`, `acme.egg-info`, `build/bdist.linux-x86_64`, `build/lib`, `dist/acme-1.2.2.tar.gz`, `sub/__pycache__`
        ------- stderr -------
        dry run: nothing was done
    "#]].assert_eq(&sandbox.release(&["build", "--clean", "-n"]).to_string());
    assert!(before == sandbox.snapshot());
    let built = sandbox.release(&["build", "--clean", "--format", "json"]).success().json();
    expect![[r#"
        [
          "acme/__pycache__",
          "acme.egg-info",
          "build/bdist.linux-x86_64",
          "build/lib",
          "dist/acme-1.2.2.tar.gz",
          "sub/__pycache__"
        ]"#]]
    .assert_eq(&serde_json::to_string_pretty(&built["result"]["removed"]).expect("JSON"));
    for (path, _) in LEFT {
        assert!(!sandbox.repo().join(path).exists(), "{path}");
    }
    assert_eq!(sandbox.read("secret.env"), "TOKEN=x");
    assert_clean(&sandbox);
    let again = sandbox.release(&["build", "--clean"]).success();
    // The archives of before went, and the same came.
    assert!(!again.stdout.contains("removed"), "{again}");
}

#[test]
fn what_git_tracks_and_what_links_lead_to_stays() {
    let mut files: Vec<(&str, &str)> = vec![("pyproject.toml", PYPROJECT), ("acme/__init__.py", "")];
    files.extend(LEFT.iter().filter(|(path, _)| !path.starts_with("build/bdist")));
    let sandbox = Sandbox::with(&files);
    sandbox.write("build/lib/acme/untracked.py", "");
    std::fs::create_dir_all(sandbox.path("elsewhere/__pycache__")).expect("a folder");
    std::fs::write(sandbox.path("elsewhere/__pycache__/x.pyc"), "").expect("a file");
    std::fs::write(sandbox.path("elsewhere/other-1.whl"), "").expect("a file");
    symlink(sandbox.path("elsewhere"), sandbox.repo().join("linked")).expect("a link");
    symlink(sandbox.path("elsewhere"), sandbox.repo().join("other.egg-info")).expect("a link");
    sandbox.write("venv/pyvenv.cfg", "");
    sandbox.write("venv/__pycache__/x.pyc", "");
    std::fs::create_dir_all(sandbox.repo().join("inner/.git")).expect("a folder");
    sandbox.write("inner/__pycache__/x.pyc", "");
    let before = sandbox.snapshot();
    let plan = sandbox.release(&["build", "--clean", "-n"]);
    assert!(!plan.stdout.contains("remove"), "{plan}");
    assert!(before == sandbox.snapshot());
    // A folder of archives that is a link is somebody else's.
    let linked = sandbox.release(&["build", "--clean", "-n", "--out-dir", "linked"]);
    assert!(!linked.stdout.contains("remove"), "{linked}");
    let outside = sandbox.release(&["build", "--clean", "-n", "--out-dir", "../elsewhere"]);
    assert!(!outside.stdout.contains("remove"), "{outside}");
}

#[test]
fn a_build_that_fails_removes_nothing() {
    let sandbox = lived_in();
    let backend = "def build_sdist(*_):\n    raise SystemExit('no luck')\n";
    sandbox.write("backend.py", backend);
    sandbox.write(
        "pyproject.toml",
        PYPROJECT
            .replace("[\"setuptools\"]", "[]")
            .replace("setuptools.build_meta\"", "backend\"\nbackend-path = [\".\"]"),
    );
    let before = sandbox.snapshot();
    let output = sandbox.release(&["build", "--clean"]);
    assert_eq!(output.code, 1, "{output}");
    assert!(before == sandbox.snapshot());
}

/// `build` may be anybody's, and an unpacked sdist has metadata that belong to it.
#[test]
fn what_is_only_called_so_is_shipped() {
    let sandbox = Sandbox::new();
    for (path, text) in [
        (
            "pyproject.toml",
            "[build-system]\nrequires = [\"hatchling\"]\nbuild-backend = \"hatchling.build\"\n[project]\nname = \"acme\"\nversion = \"1.2.3\"\nrequires-python = \">=3.9\"\n[tool.hatch.build.targets.wheel]\npackages = [\"acme\"]\n[tool.hatch.build.targets.wheel.force-include]\n\"build/lib\" = \"acme/lib\"\n",
        ),
        ("acme/__init__.py", ""),
        ("build/lib/made.js", "x"),
        ("PKG-INFO", "Metadata-Version: 2.4\nName: acme\nVersion: 1.2.3\n"),
        ("acme.egg-info/PKG-INFO", "x"),
        ("dist/mine.txt", "x"),
    ] {
        sandbox.write(path, text);
    }
    let plan = sandbox.release(&["build", "--clean", "-n"]);
    assert!(!plan.stdout.contains("remove"), "{plan}");
    sandbox.release(&["build", "--builder", "native"]).success();
    let names = members(&sandbox);
    assert!(names.contains("acme/lib/made.js"), "{names:?}");
    assert!(names.contains("acme-1.2.3/acme.egg-info/PKG-INFO"), "{names:?}");
}
