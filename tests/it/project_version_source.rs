//! Where the version of a project is: found as its backend finds it, and bumped without touching another byte;
//! or git's tags, where the tag is the whole bump.

use expect_test::expect;

use crate::support::Sandbox;

type Files = &'static [(&'static str, &'static str)];

struct Case {
    pyproject: &'static str,
    files: Files,
    /// As `release show` names it.
    source: &'static str,
    /// The file that has the version, and what stands around it there.
    file: &'static str,
    around: (&'static str, &'static str),
}

const CASES: &[Case] = &[
    Case {
        pyproject: "[build-system]\nrequires = ['setuptools']\nbuild-backend = 'setuptools.build_meta'\n",
        files: &[
            (
                "setup.cfg",
                "# version = 9\n[options]\nversion = 8\npackages = pkg\n[metadata]\r\nname = pkg\r\nVersion : 1.2.3  \r\ndescription =\r\n  version = 7\n",
            ),
            ("pkg/__init__.py", ""),
        ],
        source: "setup.cfg:7 ([metadata] version)",
        file: "setup.cfg",
        around: ("Version : ", "  \r\n"),
    },
    Case {
        pyproject: "[build-system]\nrequires = ['setuptools']\nbuild-backend = 'setuptools.build_meta'\n",
        files: &[
            (
                "setup.cfg",
                "[metadata]\nname = pkg\nversion = attr: pkg.__version__\n[options]\npackages = pkg\npackage_dir =\n  = src\n",
            ),
            ("src/pkg/__init__.py", "__version__ = '1.2.3'  # here\n"),
        ],
        source: "src/pkg/__init__.py:1 (attr pkg.__version__)",
        file: "src/pkg/__init__.py",
        around: ("__version__ = '", "'  # here\n"),
    },
    Case {
        pyproject: "[build-system]\nrequires = ['setuptools']\nbuild-backend = 'setuptools.build_meta'\n[project]\nname = 'pkg'\ndynamic = ['version']\n",
        files: &[
            ("setup.cfg", "[metadata]\nversion = file: VERSION.txt\n"),
            ("VERSION.txt", "1.2.3\n"),
            ("pkg/__init__.py", ""),
        ],
        source: "VERSION.txt:1 (file VERSION.txt)",
        file: "VERSION.txt",
        around: ("", "\n"),
    },
    Case {
        pyproject: "[build-system]\nrequires = ['hatchling']\nbuild-backend = 'hatchling.build'\n[project]\nname = 'pkg'\ndynamic = ['version']\n[tool.hatch.version]\npath = 'pkg/__init__.py'\n",
        files: &[("pkg/__init__.py", "other = 'v1.2.3'\nVERSION = \"v1.2.3\"\n")],
        source: "pkg/__init__.py:2 ([tool.hatch.version] path pkg/__init__.py)",
        file: "pkg/__init__.py",
        around: ("VERSION = \"v", "\"\n"),
    },
    Case {
        pyproject: "[build-system]\nrequires = ['hatchling']\nbuild-backend = 'hatchling.build'\n[project]\nname = 'pkg'\ndynamic = ['version']\n[tool.hatch.version]\npath = 'pkg/about.py'\npattern = 'RELEASE = \"(?P<version>[^\"]+)\"'\n",
        files: &[("pkg/__init__.py", ""), ("pkg/about.py", "OLD = \"1.2.3\"\nRELEASE = \"1.2.3\"\n")],
        source: "pkg/about.py:2 ([tool.hatch.version] pattern in pkg/about.py)",
        file: "pkg/about.py",
        around: ("RELEASE = \"", "\"\n"),
    },
    // Each backend takes what stands first, and setuptools looks only where it is told to.
    Case {
        pyproject: "[build-system]\nrequires = ['hatchling']\nbuild-backend = 'hatchling.build'\n[project]\nname = 'pkg'\ndynamic = ['version']\n[tool.hatch.version]\npath = 'pkg/__init__.py'\n",
        files: &[("pkg/__init__.py", "VERSION = '1.2.3'\n__version__ = '9'\nVERSION = '8'\n")],
        source: "pkg/__init__.py:1 ([tool.hatch.version] path pkg/__init__.py)",
        file: "pkg/__init__.py",
        around: ("VERSION = '", "'\n__version__ = '9'"),
    },
    Case {
        pyproject: "[build-system]\nrequires = ['setuptools']\nbuild-backend = 'setuptools.build_meta'\n[project]\nname = 'pkg'\ndynamic = ['version']\n[tool.setuptools]\npackages = ['pkg']\npackage-dir = {\"\" = 'src'}\n[tool.setuptools.dynamic]\nversion = {attr = 'pkg.__version__'}\n",
        files: &[
            ("pkg/__init__.py", "__version__ = '9.9.9'\n"),
            ("src/pkg/__init__.py", "__version__ = '1.2.3'\n__version__ = '8'\n"),
        ],
        source: "src/pkg/__init__.py:1 (attr pkg.__version__)",
        file: "src/pkg/__init__.py",
        around: ("__version__ = '", "'\n__version__ = '8'"),
    },
    Case {
        pyproject: "[build-system]\nrequires = ['pdm-backend']\nbuild-backend = 'pdm.backend'\n[project]\nname = 'pkg'\ndynamic = ['version']\n[tool.pdm.version]\nsource = 'file'\npath = 'src/pkg/__init__.py'\n",
        files: &[("src/pkg/__init__.py", "\"\"\"A package.\"\"\"\n__version__ = \"1.2.3\"\n")],
        source: "src/pkg/__init__.py:2 ([tool.pdm.version] path src/pkg/__init__.py)",
        file: "src/pkg/__init__.py",
        around: ("__version__ = \"", "\"\n"),
    },
];

/// One that no environment of the suite builds: it wants CMake.
const SCIKIT: &[Case] = &[
    Case {
        pyproject: "[build-system]\nbuild-backend = 'scikit_build_core.build'\n[project]\nname = 'pkg'\ndynamic = ['version']\n[tool.scikit-build.metadata.version]\nprovider = 'scikit_build_core.metadata.regex'\ninput = 'pkg/__init__.py'\n",
        files: &[("pkg/__init__.py", "__version__ = \"1.2.3\"\n")],
        source: "pkg/__init__.py:1 ([tool.scikit-build.metadata.version] input pkg/__init__.py)",
        file: "pkg/__init__.py",
        around: ("__version__ = \"", "\"\n"),
    },
    Case {
        pyproject: "[build-system]\nbuild-backend = 'scikit_build_core.build'\n[project]\nname = 'pkg'\ndynamic = ['version']\n[tool.scikit-build.metadata.version]\nprovider = 'scikit_build_core.metadata.regex'\ninput = 'version.h'\nregex = '#define V (?P<value>\\S+)'\n",
        files: &[("version.h", "#define W 1.2.3\n#define V 1.2.3\n")],
        source: "version.h:2 ([tool.scikit-build.metadata.version] input version.h)",
        file: "version.h",
        around: ("#define V ", "\n"),
    },
];

fn sandbox(case: &Case) -> Sandbox {
    let mut files = vec![("pyproject.toml", case.pyproject)];
    files.extend(case.files);
    Sandbox::with(&files)
}

#[test]
fn every_source_is_found_and_bumped_in_its_place() {
    for case in CASES.iter().chain(SCIKIT) {
        let sandbox = sandbox(case);
        let shown = sandbox.release(&["show"]).success().to_string();
        assert!(shown.contains(&format!("source      {}\n", case.source)), "{shown}");
        assert!(shown.contains("version     1.2.3\n"), "{shown}");
        let before = sandbox.read(case.file);
        sandbox.release(&["bump", "minor"]).success();
        let (ahead, behind) = case.around;
        let expected = before.replace(&format!("{ahead}1.2.3{behind}"), &format!("{ahead}1.3.0{behind}"));
        assert_ne!(expected, before);
        assert_eq!(sandbox.read(case.file), expected);
        assert_eq!(sandbox.git(&["diff", "--stat", "HEAD~1"]).matches('|').count(), 1, "one file changes");
    }
}

/// `release build` refuses archives of another version than it found: the backends read the same place.
#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn the_backends_find_the_same_version() {
    for case in CASES {
        let sandbox = sandbox(case).online();
        let built = sandbox.release(&["build", "--sdist"]).success();
        assert!(built.stdout.contains("pkg-1.2.3.tar.gz"), "{}: {built}", case.source);
    }
}

const SCM: &str = "[build-system]\nrequires = ['setuptools', 'setuptools-scm']\nbuild-backend = 'setuptools.build_meta'\n[project]\nname = 'pkg'\ndynamic = ['version']\n[tool.setuptools_scm]\n[tool.release]\nbranches = ['main', '1.x']\n";

#[test]
fn the_tag_is_the_whole_bump() {
    let sandbox = Sandbox::with(&[("pyproject.toml", SCM), ("pkg/__init__.py", "")]);
    expect![[r#"
        pkg 0.0.0
        source      git tags (setuptools-scm)
        last tag    none
        since then  1 commit, 0 unreleased changes in the changelog
        tree        clean
        next        release bump 0.1.0
    "#]]
    .assert_eq(&sandbox.release(&[]).to_string());
    expect![[r#"
        ------- stderr -------
        error[plan/no-first-tag]: the version of this project is its git tag, and there is none yet
          hint: name the first version: `release bump 0.1.0`
        [exit status: 1]
    "#]]
    .assert_eq(&sandbox.release(&["bump", "--current"]).to_string());
    let head = sandbox.git(&["rev-parse", "HEAD"]);
    expect![[r#"
        0.0.0 -> 1.0.0
          tagged v1.0.0
    "#]]
    .assert_eq(&sandbox.release(&["bump", "1.0.0"]).to_string());
    assert_eq!(sandbox.git(&["rev-parse", "HEAD"]), head, "nothing is committed");
    assert_eq!(sandbox.git(&["rev-parse", "v1.0.0^{commit}"]), head);
    let again = sandbox.release(&["bump", "1.0.0"]).success();
    assert!(again.stdout.contains("1.0.0 is released already"), "{again}");
    // A line of maintenance goes on from its own tag.
    sandbox.git(&["branch", "1.x"]);
    sandbox.write("pkg/new.py", "");
    sandbox.commit("feat!: new");
    sandbox.release(&["bump", "auto"]).success();
    assert_eq!(sandbox.git(&["tag"]), "v1.0.0\nv2.0.0\n");
    sandbox.git(&["switch", "-q", "1.x"]);
    assert_eq!(sandbox.release(&["version"]).success().stdout, "1.0.0\n");
}

#[test]
fn every_tool_that_reads_the_tag_is_known() {
    let project = "[project]\nname = 'pkg'\ndynamic = ['version']\n";
    let system = |backend: &str, requires: &str| {
        format!("[build-system]\nrequires = ['{requires}']\nbuild-backend = '{backend}'\n{project}")
    };
    let setuptools = |requires: &str| system("setuptools.build_meta", requires);
    for (pyproject, tool) in [
        (setuptools("setuptools_scm[toml]>=8"), "setuptools-scm"),
        (setuptools("versioneer[toml]"), "versioneer"),
        (setuptools("versioningit"), "versioningit"),
        (setuptools("setuptools-git-versioning<3"), "setuptools-git-versioning"),
        (setuptools("pbr"), "pbr"),
        (format!("{}[tool.hatch.version]\nsource = 'vcs'\n", system("hatchling.build", "hatch-vcs")), "hatch-vcs"),
        (
            format!("{}[tool.hatch.version]\nsource = 'versioningit'\n", system("hatchling.build", "versioningit")),
            "versioningit",
        ),
        (format!("{}[tool.pdm.version]\nsource = 'scm'\n", system("pdm.backend", "pdm-backend")), "pdm, scm"),
        (system("flit_scm:buildapi", "flit_scm"), "flit-scm"),
        (
            format!(
                "{}[tool.scikit-build.metadata.version]\nprovider = 'scikit_build_core.metadata.setuptools_scm'\n",
                system("scikit_build_core.build", "scikit-build-core")
            ),
            "setuptools-scm",
        ),
        (
            "[tool.poetry]\nname = 'pkg'\nversion = '0.0.0'\n[tool.poetry-dynamic-versioning]\nenable = true\n"
                .to_owned(),
            "poetry-dynamic-versioning",
        ),
    ] {
        let sandbox = Sandbox::with(&[("pyproject.toml", &pyproject)]);
        sandbox.git(&["tag", "v3.1.4"]);
        let shown = sandbox.release(&["show"]).success().to_string();
        assert!(shown.contains(&format!("source      git tags ({tool})\n")), "{pyproject}\n{shown}");
        assert!(shown.contains("version     3.1.4\n"), "{shown}");
    }
}

#[test]
fn sources_that_only_a_program_knows_are_refused_with_the_reason() {
    let dynamic = |backend: &str, more: &str| {
        format!("[build-system]\nbuild-backend = '{backend}'\n[project]\nname = 'pkg'\ndynamic = ['version']\n{more}")
    };
    let hatch = |more: &str| dynamic("hatchling.build", &format!("[tool.hatch.version]\n{more}\n"));
    let mut said = String::new();
    for (pyproject, setup_py) in [
        (hatch("source = 'code'\npath = 'x.py'"), false),
        (hatch("source = 'env'\nvariable = 'V'"), false),
        (hatch("path = 'x.txt'\npattern = '(?<=v)(?P<version>.+)'"), false),
        (hatch("path = 'x.txt'\npattern = 'v(.+)'"), false),
        (dynamic("pdm.backend", "[tool.pdm.version]\nsource = 'call'\ngetter = 'x:y'\n"), false),
        (dynamic("pdm.backend", ""), false),
        (dynamic("scikit_build_core.build", ""), false),
        (dynamic("setuptools.build_meta", ""), true),
        (dynamic("setuptools.build_meta", ""), false),
    ] {
        let sandbox = Sandbox::new();
        sandbox.write("pyproject.toml", &pyproject);
        sandbox.write("x.txt", "v1.0\n");
        if setup_py {
            sandbox.write("setup.py", "from setuptools import setup\nsetup(version='1.0')\n");
        }
        let output = sandbox.release(&["show"]);
        assert_eq!(output.code, 3, "{output}");
        said.push_str(output.stderr.lines().next().unwrap_or_default());
        said.push('\n');
    }
    expect![[r#"
        error[project/unsupported-version-source]: the version source of `pkg` is not supported: `source = "code"` of hatchling runs a program
        error[project/unsupported-version-source]: the version source of `pkg` is not supported: `source = "env"` of hatchling reads a variable
        error[project/unsupported-version-source]: the version source of `pkg` is not supported: its pattern cannot be read here: look-around is not supported
        error[project/unsupported-version-source]: the version source of `pkg` is not supported: its pattern cannot be read here: it has no group `version`
        error[project/unsupported-version-source]: the version source of `pkg` is not supported: `source = "call"` of pdm runs a program
        error[project/unsupported-version-source]: the version source of `pkg` is not supported: `[tool.pdm.version]` has no `source = "file"` with a `path`
        error[project/unsupported-version-source]: the version source of `pkg` is not supported: `[tool.scikit-build.metadata.version]` names no regex provider with an `input`
        error[project/unsupported-version-source]: the version source of `pkg` is not supported: `setup.py` is a program, and only running it would tell
        error[project/unsupported-version-source]: the version source of `pkg` is not supported: neither `[tool.setuptools.dynamic] version` nor `[metadata] version` of `setup.cfg` says where it is
    "#]].assert_eq(&said);
}

#[test]
fn nothing_outside_of_the_project_is_opened_and_no_pattern_runs_for_long() {
    let project = "[build-system]\nbuild-backend = 'BACKEND'\n[project]\nname = 'pkg'\ndynamic = ['version']\n";
    let setuptools = |file: &str| {
        format!(
            "{}[tool.setuptools.dynamic]\nversion = {{file = '{file}'}}\n",
            project.replace("BACKEND", "setuptools.build_meta")
        )
    };
    let hatch = |more: &str| format!("{}[tool.hatch.version]\n{more}\n", project.replace("BACKEND", "hatchling.build"));
    let mut said = String::new();
    for pyproject in [
        setuptools("/etc/hostname"),
        setuptools("../outside.txt"),
        setuptools("link.txt"),
        hatch("path = '../outside.txt'"),
        hatch("path = 'pipe'"),
        hatch("path = 'large.txt'\npattern = '(?P<version>x)'"),
        hatch("path = 'VERSION'\npattern = '(?P<version>(.*.*.*.*.*.*.*.*.*=){60,80}x)'"),
    ] {
        let sandbox = Sandbox::new();
        sandbox.write("pyproject.toml", &pyproject);
        sandbox.write("VERSION", "1.0\n");
        sandbox.write("large.txt", "=".repeat(300_000));
        std::fs::write(sandbox.path("outside.txt"), "3.3.3\n").expect("a file");
        std::os::unix::fs::symlink("../outside.txt", sandbox.repo().join("link.txt")).expect("a link");
        let made = std::process::Command::new("mkfifo").arg(sandbox.repo().join("pipe")).status().expect("mkfifo");
        assert!(made.success());
        let output = sandbox.release(&["version"]);
        assert_eq!(output.code, 3, "{output}");
        said.push_str(output.stderr.lines().next().unwrap_or_default());
        said.push('\n');
    }
    expect![[r#"
        error[project/version-not-found]: no version found in `/etc/hostname`: it must lie below the project
        error[project/version-not-found]: no version found in `../outside.txt`: it must lie below the project
        error[project/version-not-found]: no version found in `link.txt`: it is a link or no regular file
        error[project/version-not-found]: no version found in `../outside.txt`: it must lie below the project
        error[project/version-not-found]: no version found in `pipe`: it is a link or no regular file
        error[project/unsupported-version-source]: the version source of `pkg` is not supported: its pattern cannot be read here: `large.txt` is larger than 256 kB
        error[project/unsupported-version-source]: the version source of `pkg` is not supported: its pattern cannot be read here: compiled regex exceeded size limit
    "#]].assert_eq(&said);
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn a_project_versioned_by_tags_is_rehearsed_and_built_with_the_version_of_its_tag() {
    let hatch = "[build-system]\nrequires = ['hatchling', 'hatch-vcs']\nbuild-backend = 'hatchling.build'\n[project]\nname = 'pkg'\ndynamic = ['version']\n[tool.hatch.version]\nsource = 'vcs'\n";
    for pyproject in [SCM, hatch] {
        let sandbox = Sandbox::with(&[("pyproject.toml", pyproject), ("pkg/__init__.py", "")]).online();
        let output = sandbox.release(&["rehearse"]).success();
        assert!(output.stdout.contains("pkg-0.1.0-py"), "{output}");
        sandbox.release(&["bump", "0.4.0"]).success();
        let output = sandbox.release(&["rehearse", "minor"]).success();
        assert!(output.stdout.contains("pkg-0.5.0-py"), "{output}");
        let output = sandbox.release(&["build"]).success();
        assert!(output.stdout.contains("pkg-0.4.0-py"), "{output}");
        // Between tags the tool counts, and that is not for us to know.
        sandbox.write("pkg/more.py", "");
        sandbox.commit("feat: more");
        let output = sandbox.release(&["build", "--wheel"]).success();
        assert!(output.stdout.contains("pkg-0.4.1.dev1"), "{output}");
    }
}
