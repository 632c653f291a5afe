//! `release show`, and every way in which a project or its configuration can be wrong.

use expect_test::expect;

use crate::support::Sandbox;
use crate::support::projects::ACME;

fn with_pyproject(text: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("pyproject.toml", text);
    sandbox
}

#[test]
fn shows_what_was_understood() {
    let sandbox = Sandbox::with(ACME);
    expect![[r#"
        name        acme
        version     1.2.3
        source      pyproject.toml:7 ([project] version)
        backend     flit_core.buildapi

        references  2 places by 2 rules
        changelog   CHANGELOG.md
        gates       0

        scheme      pep440      (default)
        tag         v{version}  (default)
        branches    main        (file)
        stages      none        (default)
        plain-http  none        (default)
    "#]]
    .assert_eq(&sandbox.release(&["show"]).to_string());
    let document = sandbox.release(&["show", "--format", "json"]).json();
    assert_eq!(document["result"]["packages"][0]["source"]["line"], 7);
    assert_eq!(document["result"]["settings"]["branches"]["origin"], "file");
}

#[test]
fn finds_the_version_of_every_backend() {
    type Files = [(&'static str, &'static str)];
    let cases: &[(&str, &Files, &str)] = &[
        ("[project]\nname = 'a'\nversion = '1.0'\n", &[], "pyproject.toml:3"),
        ("[tool.poetry]\nname = 'a'\nversion = \"\"\"1.0\"\"\"\n", &[], "pyproject.toml:3"),
        (
            "[build-system]\nbuild-backend = 'setuptools.build_meta'\n[project]\nname = 'a'\ndynamic = ['version']\n[tool.setuptools.dynamic]\nversion = {attr = 'pkg.__version__'}\n",
            &[
                (
                    "pkg/__init__.py",
                    "\"\"\"__version__ = 'not this'\n__version__ = '0'\n\"\"\"\nfrom .__about__ import (\n    other,\n    VERSION as __version__,\n)\n",
                ),
                ("pkg/__about__.py", "# VERSION = '0'\nif True:\n    VERSION = '2'\nVERSION: str = u'1.0'  # here\n"),
            ],
            "pkg/__about__.py:4",
        ),
        (
            "[build-system]\nbuild-backend = 'setuptools.build_meta'\n[project]\nname = 'a'\ndynamic = ['version']\n[tool.setuptools.dynamic]\nversion = {file = ['VERSION']}\n",
            &[("VERSION", "\n1.0\n")],
            "VERSION:2",
        ),
        (
            "[build-system]\nbuild-backend = 'hatchling.build'\n[project]\nname = 'a'\ndynamic = ['version']\n[tool.hatch.version]\npath = 'src/a/v.py'\n",
            &[("src/a/v.py", "VERSION = '1.0'\n")],
            "src/a/v.py:1",
        ),
        (
            "[build-system]\nbuild-backend = 'flit_core.buildapi'\n[project]\nname = 'a'\ndynamic = ['version']\n",
            &[("src/a/__init__.py", "from a.inner import __version__\n"), ("src/a/inner.py", "__version__ = '1.0'\n")],
            "src/a/inner.py:1",
        ),
    ];
    for (pyproject, files, place) in cases {
        let sandbox = with_pyproject(pyproject);
        for (path, text) in *files {
            sandbox.write(path, text);
        }
        let shown = sandbox.release(&["show"]).success();
        assert!(shown.stdout.contains(place) && shown.stdout.contains("version     1.0\n"), "{pyproject}\n{shown}");
    }
}

#[test]
fn no_project_is_exit_3_with_a_hint() {
    expect![[r#"
        ------- stderr -------
        error[project/no-pyproject]: there is no `pyproject.toml` in `[ROOT]/repo`
          hint: go to the folder of the package, or name it with `-C DIR`
        [exit status: 3]
    "#]]
    .assert_eq(&Sandbox::new().release(&["show"]).to_string());
}

#[test]
fn a_broken_pyproject_has_a_place() {
    expect![[r#"
        ------- stderr -------
        error[config/syntax]: `pyproject.toml` is not valid TOML: unclosed table, expected `]`
          at: pyproject.toml:1:9
        [exit status: 3]
    "#]]
    .assert_eq(&with_pyproject("[project\nname = 'a'\n").release(&["show"]).to_string());
    expect![[r#"
        ------- stderr -------
        error[project/missing-key]: `pyproject.toml` does not say `project.version`
          at: pyproject.toml
        [exit status: 3]
    "#]]
    .assert_eq(&with_pyproject("[project]\nname = 'a'\n").release(&["show"]).to_string());
    expect![[r#"
        ------- stderr -------
        error[project/missing-key]: `pyproject.toml` does not say `project.name`
          at: pyproject.toml
        [exit status: 3]
    "#]]
    .assert_eq(&with_pyproject("[project]\nversion = '1'\n").release(&["show"]).to_string());
    expect![[r#"
        ------- stderr -------
        error[project/value]: `project.name` in `pyproject.toml` is wrong: `a b` is not a project name: ` ` is not allowed in a name
          at: pyproject.toml:2
        [exit status: 3]
    "#]].assert_eq(&with_pyproject("[project]\nname = 'a b'\nversion = '1'\n").release(&["show"]).to_string());
    expect![[r#"
        ------- stderr -------
        error[project/bad-version]: `1.x` is not a version
          at: pyproject.toml:3
          cause: `1.x` is not a version: `.x` at character 2 is no part of a version
          hint: write a version as PEP 440 has it, such as `1.2.3` or `1.3.0rc1`
        [exit status: 3]
    "#]]
    .assert_eq(&with_pyproject("[project]\nname = 'a'\nversion = '1.x'\n").release(&["show"]).to_string());
}

#[test]
fn sources_that_cannot_be_followed_say_why() {
    let dynamic = |backend: &str, more: &str| {
        format!("[build-system]\nbuild-backend = '{backend}'\n[project]\nname = 'a'\ndynamic = ['version']\n{more}")
    };
    let scm = with_pyproject(&dynamic("setuptools.build_meta", "[tool.setuptools_scm]\n"));
    expect![[r#"
        name        a
        version     0.0.0
        source      git tags (setuptools-scm)
        backend     setuptools.build_meta

        references  0 places by 0 rules
        changelog   none
        gates       0

        scheme      pep440      (default)
        tag         v{version}  (default)
        branches    none        (default)
        stages      none        (default)
        plain-http  none        (default)
    "#]]
    .assert_eq(&scm.release(&["show"]).to_string());
    let vcs = with_pyproject(&dynamic("hatchling.build", "[tool.hatch.version]\nsource = 'vcs'\n"));
    expect![[r#"
        name        a
        version     0.0.0
        source      git tags (hatch-vcs)
        backend     hatchling.build

        references  0 places by 0 rules
        changelog   none
        gates       0

        scheme      pep440      (default)
        tag         v{version}  (default)
        branches    none        (default)
        stages      none        (default)
        plain-http  none        (default)
    "#]]
    .assert_eq(&vcs.release(&["show"]).to_string());
    let other = with_pyproject(&dynamic("maturin", ""));
    expect![[r#"
        ------- stderr -------
        error[project/unsupported-version-source]: the version source of `a` is not supported: maturin takes it from `Cargo.toml`, and there is none
          hint: write the version literally: `version = "1.2.3"` in `[project]`, or `__version__ = "1.2.3"` in the module that the build backend reads
        [exit status: 3]
    "#]].assert_eq(&other.release(&["show"]).to_string());
    let computed = with_pyproject(&dynamic("flit_core.buildapi", ""));
    computed.write("a.py", "__version__ = '.'.join(['1', '0'])\n");
    expect![[r#"
        ------- stderr -------
        error[project/version-not-found]: no version found in `a.py`: `__version__ = "…"` at the top level
          at: a.py
          hint: write the version literally: `version = "1.2.3"` in `[project]`, or `__version__ = "1.2.3"` in the module that the build backend reads
        [exit status: 3]
    "#]].assert_eq(&computed.release(&["show"]).to_string());
    let circle = with_pyproject(&dynamic("flit_core.buildapi", ""));
    circle.write("a/__init__.py", "from .b import __version__\n");
    circle.write("a/b.py", "from a import __version__\n");
    expect![[r#"
        ------- stderr -------
        error[project/version-not-found]: no version found in `a/__init__.py`: `__version__` is imported in a circle
          at: a/__init__.py
          hint: write the version literally: `version = "1.2.3"` in `[project]`, or `__version__ = "1.2.3"` in the module that the build backend reads
        [exit status: 3]
    "#]].assert_eq(&circle.release(&["show"]).to_string());
}

#[test]
fn wrong_configuration_names_every_key_and_line() {
    let base = "[project]\nname = 'a'\nversion = '1'\n";
    let show = |more: &str| with_pyproject(&format!("{base}{more}")).release(&["show"]).to_string();
    expect![[r#"
        ------- stderr -------
        error[config/unknown-key]: unknown keys `branch`, `gates.1.timout`
          at: pyproject.toml:5
          hint: line 5: did you mean `branches` instead of `branch`
          hint: line 10: did you mean `timeout` instead of `gates.1.timout`
          hint: `release schema config` prints every key
        [exit status: 3]
    "#]].assert_eq(&show("[tool.release]\nbranch = ['main']\n[[tool.release.gates]]\nrun = ['x']\n[[tool.release.gates]]\nrun = ['x']\ntimout = 3\n"));
    expect![[r#"
        ------- stderr -------
        error[config/type]: `pyproject.toml` has a value of the wrong kind: invalid type: string "main", expected a sequence
          at: pyproject.toml:5:12
          hint: `release schema config` prints every key with its kind
        [exit status: 3]
    "#]].assert_eq(&show("[tool.release]\nbranches = 'main'\n"));
    expect![[r#"
        ------- stderr -------
        error[config/value]: `tag` must contain `{version}` once
          at: pyproject.toml
          hint: `release schema config` prints every key with its kind
        [exit status: 3]
    "#]]
    .assert_eq(&show("[tool.release]\ntag = 'v1'\n"));
    expect![[r#"
        ------- stderr -------
        error[config/value]: `references.path` must lie below the project
          at: pyproject.toml
          hint: `release schema config` prints every key with its kind
        [exit status: 3]
    "#]]
    .assert_eq(&show("[[tool.release.references]]\npath = '../x'\nmatch = '{version}'\n"));
    expect![[r#"
        ------- stderr -------
        error[config/value]: `gates.run` needs a program
          at: pyproject.toml
          hint: `release schema config` prints every key with its kind
        [exit status: 3]
    "#]]
    .assert_eq(&show("[[tool.release.gates]]\nrun = []\n"));
    let index = "[tool.release.index.own]\nupload = 'https://own.example/'\nsimple = 'https://own.example/simple/'\n";
    expect![[r#"
        ------- stderr -------
        error[config/value]: `index.NAME.timeouts` are at least 1 second each
          at: pyproject.toml
          hint: `release schema config` prints every key with its kind
        [exit status: 3]
    "#]]
    .assert_eq(&show(&format!("{index}timeouts = {{ connect = 0 }}\n")));
    expect![[r#"
        ------- stderr -------
        error[config/unknown-key]: unknown key `index.own.timeout`
          at: pyproject.toml:7
          hint: line 7: did you mean `timeouts` instead of `index.own.timeout`
          hint: `release schema config` prints every key
        [exit status: 3]
    "#]]
    .assert_eq(&show(&format!("{index}timeout = 600\n")));
    let two = with_pyproject(&format!("{base}[tool.release]\n"));
    two.write("release.toml", "tag = '{version}'\n");
    expect![[r#"
        ------- stderr -------
        error[project/two-configurations]: both `release.toml` and `[tool.release]` in `pyproject.toml` configure this project
          hint: keep one of the two
        [exit status: 3]
    "#]].assert_eq(&two.release(&["show"]).to_string());
}

#[test]
fn a_configuration_of_its_own_is_read_and_flags_name_another() {
    let sandbox = with_pyproject("[project]\nname = 'a'\nversion = '1'\n");
    sandbox.write("release.toml", "tag = 'a-{version}'\n");
    assert!(sandbox.release(&["show"]).success().stdout.contains("a-{version}"));
    sandbox.write("other.toml", "tag = 'b-{version}'\n");
    assert!(sandbox.release(&["show", "--config", "other.toml"]).success().stdout.contains("b-{version}"));
    expect![[r#"
        ------- stderr -------
        error[effects/read]: cannot read `[ROOT]/repo/none.toml`
          cause: No such file or directory (os error 2)
        [exit status: 3]
    "#]]
    .assert_eq(&sandbox.release(&["show", "--config", "none.toml"]).to_string());
}

#[test]
fn members_of_a_workspace_share_one_version() {
    let sandbox = Sandbox::new();
    sandbox.write("pyproject.toml", "[tool.release.workspace]\nmembers = ['one', 'two']\n");
    sandbox.write("one/pyproject.toml", "[project]\nname = 'one'\nversion = '1.0'\n");
    sandbox.write("two/pyproject.toml", "[project]\nname = 'two'\nversion = '1.1'\n");
    expect![[r#"
        ------- stderr -------
        error[project/versions-differ]: the members of the workspace have different versions: one 1.0, two 1.1
          hint: write the same version everywhere, or `versions = "independent"` in `[workspace]`, so that each is released by itself
        [exit status: 3]
    "#]]
    .assert_eq(&sandbox.release(&["show"]).to_string());
    sandbox.write("two/pyproject.toml", "[project]\nname = 'two'\nversion = '1.0'\n");
    sandbox.release(&["show"]).success();
}

#[test]
fn hostile_names_cannot_forge_commands_or_move_the_cursor() {
    let sandbox = with_pyproject("[project]\nname = \"a\\n::error::x \\u001b[2J \\u202e ##[debug]\"\nversion = '1'\n");
    for format in ["human", "json", "github"] {
        let output = sandbox.release(&["show", "--format", format]);
        for stream in [&output.stdout, &output.stderr] {
            assert!(
                !stream.contains('\u{1b}') && !stream.contains('\u{202e}') && !stream.contains("##["),
                "{format}: {output}"
            );
            assert!(!stream.lines().any(|line| line.trim_start().starts_with("::error::")), "{format}: {output}");
        }
    }
}

#[test]
fn tags_that_are_there_say_what_tags_are_called() {
    let sandbox = Sandbox::with(&[("pyproject.toml", "[project]\nname = \"acme\"\nversion = \"1.2.3\"\n")]);
    let tag = |sandbox: &Sandbox| {
        let shown = sandbox.release(&["show"]).success();
        shown.stdout.lines().find(|line| line.starts_with("tag ")).unwrap_or_default().to_owned()
    };
    assert_eq!(tag(&sandbox), "tag         v{version}  (default)");
    // A tag of another product is none of ours.
    sandbox.git(&["tag", "docs-1.0"]);
    assert_eq!(tag(&sandbox), "tag         v{version}  (default)");
    sandbox.git(&["tag", "release-1.2.3"]);
    assert_eq!(tag(&sandbox), "tag         release-{version}  (detected)");
    // Where there is one of the usual form, it counts.
    sandbox.git(&["tag", "v1.2.3"]);
    assert_eq!(tag(&sandbox), "tag         v{version}  (default)");
    sandbox.write("release.toml", "tag = \"rel-{version}\"\n");
    assert_eq!(tag(&sandbox), "tag         rel-{version}  (file)");
}
