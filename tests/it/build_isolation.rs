//! Isolated builds that go wrong or would do harm: nothing of them reaches the project, `dist/`, or a right to publish.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

use expect_test::expect;

use crate::support::Sandbox;
use crate::support::parity::Archive;
use crate::support::projects::ACME;
use crate::support::releasing::BACKEND;
use crate::support::sandbox::CANARY;
use crate::support::tools::tool;

const PYPROJECT: &str = "[build-system]\nrequires = []\nbuild-backend = \"backend\"\nbackend-path = [\".\"]\n\
                         [project]\nname = \"acme\"\nversion = \"1.2.3\"\n";

/// A project whose own backend works, but for what follows it.
fn project(then: &str) -> Sandbox {
    let backend = format!("{BACKEND}\n{then}");
    Sandbox::with(&[("pyproject.toml", PYPROJECT), ("backend.py", &backend), ("acme/__init__.py", "")])
}

/// The same where there is no right to publish.
fn closed(then: &str) -> Sandbox {
    let mut sandbox = project(then);
    sandbox.without_credentials();
    sandbox
}

/// What a build says that is refused, with nothing changed in the project.
fn refused(sandbox: &Sandbox, arguments: &[&str]) -> String {
    let before = sandbox.snapshot();
    let output = sandbox.release(&[&["build"], arguments].concat());
    assert_eq!(output.code, 1, "{output}");
    assert!(before == sandbox.snapshot(), "the project has changed: {output}");
    assert!(!sandbox.repo().join("dist").exists(), "{output}");
    output.to_string()
}

#[test]
fn in_ci_no_backend_runs_where_a_right_to_publish_can_be_read() {
    let mut sandbox = project("raise SystemExit('it ran')\n");
    sandbox.set("CI", "true");
    let said = refused(&sandbox, &[]);
    expect![[r#"
        ------- stderr -------
        error[build/credential-visible]: the build backend of `acme` runs where `ACTIONS_ID_TOKEN_REQUEST_TOKEN`, `RELEASE_TOKEN`, `RELEASE_TOKEN_PYPI`, `TWINE_PASSWORD`, `UV_PUBLISH_TOKEN`, `~/.pypirc` can be read
          hint: build in a job of its own that has none of them, and hand its files to the job that publishes; `release init` writes such workflows
          hint: a native build runs nobody's code: `release build --builder native` says what stands in its way
        [exit status: 1]
    "#]].assert_eq(&said);
    assert_eq!(said, refused(&sandbox, &["--dry-run"]));
    sandbox.set("CI", "false");
    sandbox.set("GITHUB_ACTIONS", "true");
    assert!(refused(&sandbox, &[]).contains("build/credential-visible"));
    sandbox.without_credentials();
    assert!(refused(&sandbox, &[]).contains("cause: it ran"));
}

#[test]
fn each_right_to_publish_is_enough_and_is_named() {
    let mut sandbox = closed("");
    sandbox.set("CI", "1");
    let names = [
        "RELEASE_TOKEN",
        "RELEASE_TOKEN_OWN",
        "RELEASE_FORGE_TOKEN",
        "TWINE_PASSWORD",
        "UV_PUBLISH_PASSWORD",
        "UV_PUBLISH_TOKEN",
        "POETRY_PYPI_TOKEN_PYPI",
        "POETRY_HTTP_BASIC_PYPI_PASSWORD",
        "HATCH_INDEX_AUTH",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
        "PYPI_ID_TOKEN",
        // Known by its value.
        "WHATEVER",
    ];
    for name in names {
        sandbox.set(name, CANARY);
        let said = refused(&sandbox, &[]);
        assert!(said.contains(&format!("runs where `{name}` can be read")), "{said}");
        sandbox.set(name, "");
    }
    let pypirc = sandbox.path("home/.pypirc");
    std::fs::write(&pypirc, "[distutils]\nindex-servers = own\n[own]\nusername = ana\npassword: hunter2\n")
        .expect("a file");
    let said = refused(&sandbox, &[]);
    assert!(said.contains("runs where `~/.pypirc` can be read") && !said.contains("hunter2"), "{said}");
    // Neither an index without a password nor a user's name is a right.
    std::fs::write(&pypirc, "[own]\nrepository = https://example.org\nusername = ana\npassword =\n").expect("a file");
    sandbox.set("TWINE_USERNAME", "ana");
    sandbox.set("GITHUB_TOKEN", "ghs_0123456789");
    let built = sandbox.release(&["build"]).success();
    assert_eq!(built.stderr, "");
}

#[test]
fn a_native_build_is_refused_nowhere_and_warns_of_nothing() {
    let mut sandbox = Sandbox::with(ACME);
    sandbox.set("CI", "true");
    assert_eq!(sandbox.release(&["build"]).success().stderr, "");
    // To compare it, the backend must run.
    let compared = sandbox.release(&["build", "--verify-native", "--format", "json"]);
    assert_eq!(compared.failure_code(), "build/credential-visible", "{compared}");
}

#[test]
fn on_a_machine_of_somebody_it_is_said_once() {
    let root = "[tool.release.workspace]\nmembers = [\"a\", \"b\"]\n";
    let member =
        |name: &str| PYPROJECT.replace("name = \"acme\"", &format!("name = \"{name}\"")).replace("1.2.3", "1.0");
    let (a, b) = (member("a"), member("b"));
    let sandbox = Sandbox::with(&[
        ("pyproject.toml", root),
        ("a/pyproject.toml", &a),
        ("a/backend.py", BACKEND),
        ("a/a/__init__.py", ""),
        ("b/pyproject.toml", &b),
        ("b/backend.py", BACKEND),
        ("b/b/__init__.py", ""),
    ]);
    let built = sandbox.release(&["build"]).success();
    expect![[r#"
        warning: the build backend of `a` runs where `ACTIONS_ID_TOKEN_REQUEST_TOKEN`, `RELEASE_TOKEN`, `RELEASE_TOKEN_PYPI`, `TWINE_PASSWORD`, `UV_PUBLISH_TOKEN`, `~/.pypirc` can be read: its own variables are closed, your files are not; a native build runs no code
    "#]].assert_eq(&built.stderr);
    assert_eq!(std::fs::read_dir(sandbox.repo().join("dist")).expect("a folder").count(), 4);
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "?? dist/\n");
}

#[test]
fn a_rehearsal_in_ci_goes_on_and_has_a_finding() {
    let mut sandbox = project("");
    let rehearsed = |sandbox: &Sandbox| {
        let output = sandbox.release(&["rehearse", "--format", "json"]).success().json();
        let findings = output["findings"].as_array().expect("findings").clone();
        findings.into_iter().filter(|finding| finding["code"] == "build/credential-visible").collect::<Vec<_>>()
    };
    assert_eq!(rehearsed(&sandbox), Vec::<serde_json::Value>::new());
    sandbox.set("CI", "true");
    let found = rehearsed(&sandbox);
    assert_eq!((found.len(), &found[0]["severity"]), (1, &serde_json::json!("warning")), "{found:?}");
    sandbox.without_credentials();
    assert_eq!(rehearsed(&sandbox), Vec::<serde_json::Value>::new());
}

/// Whether a process is there, and is more than a line in the system's table.
fn runs(id: &str) -> bool {
    let stat = std::fs::read_to_string(Path::new("/proc").join(id).join("stat")).unwrap_or_default();
    stat.rsplit(") ").next().is_some_and(|rest| !rest.is_empty() && !rest.starts_with('Z'))
}

#[test]
#[cfg(target_os = "linux")]
fn a_backend_that_hangs_is_ended_with_its_children() {
    let marks = tempfile::tempdir().expect("a folder");
    let child = marks.path().join("child");
    let hang = format!(
        "import subprocess, sys, time, signal\n\
         def build_sdist(*_):\n\
         \x20   signal.signal(signal.SIGTERM, signal.SIG_IGN)\n\
         \x20   child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n\
         \x20   open({child:?}, 'w').write(str(child.pid))\n\
         \x20   print('waiting for godot', flush=True)\n\
         \x20   time.sleep(600)\n"
    );
    let sandbox = closed(&hang);
    sandbox.write("pyproject.toml", format!("{PYPROJECT}[tool.release.build]\ntimeout = 5\n"));
    let said = refused(&sandbox, &[]);
    assert!(said.contains("error[build/too-slow]: the build backend `backend` did not end"), "{said}");
    assert!(said.contains("within 5 seconds") && said.contains("`timeout` in `[tool.release.build]`"), "{said}");
    // On a machine so slow that not even Python started there is nothing to look for.
    if let Ok(id) = std::fs::read_to_string(&child) {
        assert!(said.contains("cause: waiting for godot"), "{said}");
        let until = Instant::now() + Duration::from_secs(30);
        while runs(&id) && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(50));
        }
        assert!(!runs(&id), "the child of the backend outlived it");
    }
}

#[test]
fn of_endless_output_both_ends_are_kept_and_the_rest_is_counted() {
    let print = "import sys\n\
        def flood(*_):\n\
        \x20   print('first words')\n\
        \x20   for number in range(100_000):\n\
        \x20       print('x' * 1000)\n\
        \x20   print('y' * 10_000_000)\n\
        \x20   print('last words')\n";
    let sandbox = closed(&format!("{print}def build_sdist(*_):\n    flood()\n    sys.exit(1)\n"));
    let said = refused(&sandbox, &[]);
    assert!(said.len() < 100_000, "{} bytes", said.len());
    assert!(said.contains("cause: [… 105.9 MB of what it wrote are not kept]"), "{said}");
    assert!(said.contains("of this line not shown]\n         last words\n"), "{said}");
    // Who only talks much builds nonetheless.
    let talks =
        closed(&format!("{print}real = build_sdist\ndef build_sdist(*all):\n    flood()\n    return real(*all)\n"));
    let built = talks.release(&["build", "-v"]).success();
    assert!(built.stderr.contains("not kept]") && built.stderr.len() < 400_000, "{}", built.stderr.len());
    assert!(talks.repo().join("dist/acme-1.2.3.tar.gz").is_file());
}

#[test]
fn a_crash_is_called_by_its_name() {
    let crash = |how: &str| refused(&closed(&format!("def build_wheel(*_):\n    {how}\n")), &["--clean"]);
    expect![[r#"
        ------- stderr -------
        error[build/backend]: the build backend `backend` failed in `build_wheel`: ended by SIGSEGV
          hint: the backend's own words are above; `python -m build` runs the same hooks
        [exit status: 1]
    "#]]
    .assert_eq(&crash("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"));
    expect![[r#"
        ------- stderr -------
        error[build/backend]: the build backend `backend` failed in `build_wheel`: it ended before the hook did
          hint: the backend's own words are above; `python -m build` runs the same hooks
        [exit status: 1]
    "#]]
    .assert_eq(&crash("import os; os._exit(0)"));
    expect![[r#"
        ------- stderr -------
        error[build/backend]: the build backend `backend` failed in `build_wheel`: exit code 7
          hint: the backend's own words are above; `python -m build` runs the same hooks
        [exit status: 1]
    "#]]
    .assert_eq(&crash("import os; os._exit(7)"));
}

#[test]
fn what_a_backend_leaves_lying_about_is_not_in_the_project() {
    let litter = "real = build_sdist\n\
        def build_sdist(*all):\n\
        \x20   os.makedirs('build/lib'); open('build/lib/x.py', 'w').close(); open('../beside', 'w').close()\n\
        \x20   open('acme/__init__.py', 'w').write('changed = 1'); os.remove('kept.txt')\n\
        \x20   return real(*all)\n";
    let sandbox = closed(litter);
    sandbox.write("kept.txt", "x");
    let before = sandbox.snapshot();
    sandbox.release(&["build", "--out-dir", "../out"]).success();
    assert!(before == sandbox.snapshot(), "the project has changed");
    assert!(!sandbox.path("beside").exists());
    assert!(sandbox.path("out/acme-1.2.3.tar.gz").is_file());
}

#[test]
fn a_backend_that_writes_into_the_project_itself_is_found_out() {
    let write = |what: &str| {
        let sandbox = closed("");
        let root = sandbox.repo().display().to_string();
        let then = format!(
            "{BACKEND}\nROOT = {root:?}\nreal = build_wheel\ndef build_wheel(*all):\n    {what}\n    return real(*all)\n"
        );
        sandbox.write("backend.py", then);
        let output = sandbox.release(&["build"]);
        assert_eq!(output.code, 1, "{output}");
        assert!(!sandbox.repo().join("dist").exists(), "{output}");
        output.to_string()
    };
    expect![[r#"
        ------- stderr -------
        error[build/wrote-outside]: while the build backend `backend` ran, 2 paths of the project changed: `empty`, `new.txt`
          hint: it may write below its own folder alone, which was a copy of the project; if you changed them yourself, build again
        [exit status: 1]
    "#]].assert_eq(&write("open(ROOT + '/new.txt', 'w').close(); os.mkdir(ROOT + '/empty')"));
    expect![[r#"
        ------- stderr -------
        error[build/wrote-outside]: while the build backend `backend` ran, a path of the project changed: `acme/__init__.py`
          hint: it may write below its own folder alone, which was a copy of the project; if you changed them yourself, build again
        [exit status: 1]
    "#]].assert_eq(&write("open(ROOT + '/acme/__init__.py', 'a').write('# more')"));
    expect![[r#"
        ------- stderr -------
        error[build/wrote-outside]: while the build backend `backend` ran, a path of the project changed: `acme/__init__.py`
          hint: it may write below its own folder alone, which was a copy of the project; if you changed them yourself, build again
        [exit status: 1]
    "#]].assert_eq(&write("os.remove(ROOT + '/acme/__init__.py')"));
}

#[test]
fn a_copy_has_what_is_ignored_and_a_git_that_says_the_same() {
    let ask = "import json, subprocess\n\
        def git(*arguments):\n\
        \x20   return subprocess.run(['git', *arguments], capture_output=True, text=True).stdout\n\
        real = build_sdist\n\
        def build_sdist(*all):\n\
        \x20   seen = sorted(os.path.join(at, name) for at, _, names in os.walk('.') for name in names if '/.git' not in at)\n\
        \x20   MODULES.append('acme/seen.py')\n\
        \x20   open('acme/seen.py', 'w').write(json.dumps([seen, git('describe', '--tags', '--dirty'), git('status', '--porcelain'), git('ls-files'), git('branch', '--show-current')]))\n\
        \x20   git('tag', 'theirs'); git('add', '.')\n\
        \x20   return real(*all)\n";
    let sandbox = closed(ask);
    sandbox.write(".gitignore", "made.txt\n.venv\n.cache\n");
    sandbox.write("shared/LICENSE", "free");
    std::os::unix::fs::symlink("shared/LICENSE", sandbox.repo().join("LICENSE")).expect("a link");
    sandbox.commit("feat: more");
    sandbox.git(&["tag", "v1.2.3"]);
    for (path, text) in [
        ("made.txt", "generated"),
        (".venv/pyvenv.cfg", "home = /usr"),
        (".venv/bin/x", ""),
        (".cache/CACHEDIR.TAG", "Signature: 8a477f597d28d172789f06886806bc55\n"),
        (".cache/x", ""),
        ("acme/__pycache__/x.pyc", ""),
        (".git/info/exclude", "mine\n"),
        ("mine", ""),
    ] {
        sandbox.write(path, text);
    }
    let before = sandbox.snapshot();
    sandbox.release(&["build", "--sdist", "--out-dir", "../out"]).success();
    assert!(before == sandbox.snapshot(), "the project has changed");
    let sdist = Archive::read(&sandbox.path("out/acme-1.2.3.tar.gz")).expect("an sdist");
    let seen: serde_json::Value =
        serde_json::from_slice(&sdist.members["acme-1.2.3/acme/seen.py"][0].bytes).expect("JSON");
    expect![[r#"
        [
          [
            "./.gitignore",
            "./LICENSE",
            "./acme/__init__.py",
            "./backend.py",
            "./made.txt",
            "./mine",
            "./pyproject.toml",
            "./shared/LICENSE"
          ],
          "v1.2.3\n",
          "?? acme/seen.py\n",
          ".gitignore\nLICENSE\nacme/__init__.py\nbackend.py\npyproject.toml\nshared/LICENSE\n",
          "main\n"
        ]"#]]
    .assert_eq(&serde_json::to_string_pretty(&seen).expect("JSON"));
}

#[test]
fn archives_that_will_not_do_have_an_error_of_their_own() {
    let show = |then: &str| refused(&closed(then), &[]);
    let sdist = |name: &str, metadata: &str| {
        format!(
            "NAME, VERSION = {name:?}.rsplit('-', 1)\nMETADATA = {metadata:?}\n\
             real = build_sdist\ndef build_sdist(d, c=None):\n    return real(d)\n"
        )
    };
    let said = |name: &str, version: &str| format!("Metadata-Version: 2.2\nName: {name}\nVersion: {version}\n");
    // The archive is called as it should be, and is of another release.
    expect![[r#"
        ------- stderr -------
        error[build/other-metadata]: the build backend built `acme-1.2.3.tar.gz`, whose metadata are those of `acme 1.2.4`
          hint: that is a bug of the backend, or of a hook that renames what it built
        [exit status: 1]
    "#]].assert_eq(&show(&sdist("acme-1.2.3", &said("acme", "1.2.4"))));
    expect![[r#"
        ------- stderr -------
        error[build/other-metadata]: the build backend built `acme-1.2.3.tar.gz`, whose metadata are those of `other 1.2.3`
          hint: that is a bug of the backend, or of a hook that renames what it built
        [exit status: 1]
    "#]].assert_eq(&show(&sdist("acme-1.2.3", &said("other", "1.2.3"))));
    // It is another release as a whole.
    expect![[r#"
        ------- stderr -------
        error[build/wrong-name]: the build backend built `acme-1.2.4.tar.gz`, `acme-1.2.3.tar.gz` was expected
          hint: the backend reads name or version from somewhere else: `release show` prints where we do
        [exit status: 1]
    "#]]
    .assert_eq(&show(&sdist("acme-1.2.4", &said("acme", "1.2.4"))));
    let wheel = "def build_wheel(d, c=None, m=None):\n    name = 'acme-1.2.3-py3-none-any.whl'\n    ";
    expect![[r#"
        ------- stderr -------
        error[build/bad-wheel]: the build backend built `acme-1.2.3-py3-none-any.whl`, which is not well-formed: the file ends in the middle of a record
        [exit status: 1]
    "#]].assert_eq(&show(&format!("{wheel}open(os.path.join(d, name), 'w').write('x'); return name\n")));
    expect![[r#"
        ------- stderr -------
        error[build/no-archive]: the build backend `backend` said it built `…/wheel/acme-1.2.3-py3-none-any.whl`, which is no file in the folder that it was given
          hint: check `build-backend` in `[build-system]` of `pyproject.toml`
        [exit status: 1]
    "#]].assert_eq(&show(&format!("{wheel}return os.path.join(d, name)\n")));
    expect![[r#"
        ------- stderr -------
        error[build/no-archive]: the build backend `backend` said it built `acme-1.2.3-py3-none-any.whl`, which is no file in the folder that it was given
          hint: check `build-backend` in `[build-system]` of `pyproject.toml`
        [exit status: 1]
    "#]].assert_eq(&show(&format!("{wheel}os.symlink('/etc/passwd', os.path.join(d, name)); return name\n")));
    expect![[r#"
        ------- stderr -------
        error[build/no-archive]: the build backend `backend` said it built `7`, which is no file in the folder that it was given
          hint: check `build-backend` in `[build-system]` of `pyproject.toml`
        [exit status: 1]
    "#]].assert_eq(&show(&format!("{wheel}return 7\n")));
}

#[test]
fn a_backend_that_is_not_there_is_named() {
    let in_pyproject = |from: &str, to: &str| {
        let sandbox = closed("class Other: pass\n");
        sandbox.write("pyproject.toml", PYPROJECT.replace(from, to));
        sandbox.release(&["build"]).to_string()
    };
    expect![[r#"
        ------- stderr -------
        error[build/no-backend]: there is no build backend `nowhere.api` in what `requires` installs: No module named 'nowhere'
          hint: name the package that brings it in `requires` of `[build-system]`, or correct `build-backend`
        [exit status: 1]
    "#]].assert_eq(&in_pyproject("\"backend\"", "\"nowhere.api\""));
    expect![[r#"
        ------- stderr -------
        error[build/no-backend]: there is no build backend `backend:Another` in what `requires` installs: `backend` has no `Another`
          hint: name the package that brings it in `requires` of `[build-system]`, or correct `build-backend`
        [exit status: 1]
    "#]].assert_eq(&in_pyproject("\"backend\"", "\"backend:Another\""));
    expect![[r#"
        ------- stderr -------
        error[build/no-hook]: the build backend `backend:Other` has no `build_sdist`
          hint: check `build-backend` in `[build-system]` of `pyproject.toml`
        [exit status: 1]
    "#]]
    .assert_eq(&in_pyproject("\"backend\"", "\"backend:Other\""));
    expect![[r#"
        ------- stderr -------
        error[config/syntax]: `pyproject.toml` is not valid TOML: unclosed table, expected `]`
          at: pyproject.toml:5:9
        [exit status: 3]
    "#]]
    .assert_eq(&in_pyproject("[project]", "[project"));
    // Something that a backend needs is missing, not the backend.
    let needs = refused(&closed("import not_there\n"), &[]);
    assert!(needs.contains("error[build/backend]") && needs.contains("No module named 'not_there'"), "{needs}");
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn the_real_backends_say_which_file_is_missing() {
    let project = |requires: &str, backend: &str, more: &str| {
        let head = format!(
            "[build-system]\nrequires = [{requires:?}]\nbuild-backend = {backend:?}\n[project]\nname = \"acme\"\n"
        );
        let sandbox =
            Sandbox::with(&[("pyproject.toml", &format!("{head}{more}")), ("acme/__init__.py", "\"\"\"x\"\"\"\n")]);
        sandbox.online()
    };
    for (requires, backend, more, missing) in [
        ("flit_core", "flit_core.buildapi", "version = \"1\"\ndescription = \"x\"\nreadme = \"gone.md\"\n", "gone.md"),
        ("hatchling", "hatchling.build", "version = \"1\"\nreadme = \"gone.md\"\n", "gone.md"),
        ("poetry-core", "poetry.core.masonry.api", "version = \"1\"\nreadme = \"gone.md\"\n", "[ROOT]/repo/gone.md"),
        ("setuptools", "setuptools.build_meta", "version = \"1\"\n[tool.setuptools]\npackages = [\"gone\"]\n", "gone"),
        (
            "uv_build",
            "uv_build",
            "version = \"1\"\nreadme = \"gone.md\"\n[tool.uv.build-backend]\nmodule-root = \"\"\n",
            "gone.md",
        ),
    ] {
        let mut sandbox = project(requires, backend, more);
        sandbox.without_credentials();
        let said = refused(&sandbox, &[]);
        assert!(said.contains("error[build/backend]") && said.contains(missing), "{backend}: {said}");
        let native = refused(&sandbox, &["--builder", "native"]);
        assert!(native.contains("error[build/not-native]"), "{backend}: {native}");
    }
}

/// A folder with a program `uv` that does what a script says.
fn fake_uv(sandbox: &mut Sandbox, script: &str) {
    let bin = sandbox.path("bin");
    std::fs::create_dir_all(&bin).expect("a folder");
    std::fs::write(bin.join("uv"), format!("#!/bin/sh\n{script}\n")).expect("a file");
    std::fs::set_permissions(bin.join("uv"), std::fs::Permissions::from_mode(0o755)).expect("a mode");
    first_on_path(sandbox, &bin);
}

fn first_on_path(sandbox: &mut Sandbox, folder: &Path) {
    let path = sandbox
        .command(&[])
        .get_envs()
        .find(|(name, _)| *name == "PATH")
        .and_then(|(_, value)| value.map(ToOwned::to_owned));
    let path = path.unwrap_or_default();
    let all = std::iter::once(folder.to_owned()).chain(std::env::split_paths(&path));
    sandbox.set("PATH", std::env::join_paths(all).expect("a PATH"));
}

/// Who installed the backend, by the narration of a build.
fn installed_by(sandbox: &Sandbox) -> String {
    let built = sandbox.release(&["build", "--builder", "isolated", "--sdist", "-v"]).success();
    let told = built.stderr.lines().map(str::trim).filter(|line| line.starts_with("uv ") || line.starts_with("pip "));
    told.map(|line| format!("{line}\n")).collect()
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn uv_installs_the_backend_and_reads_no_configuration() {
    let mut sandbox = Sandbox::with(ACME).online();
    let strict = "[pip]\nrequire-hashes = true\n";
    sandbox.write("uv.toml", strict);
    std::fs::create_dir_all(sandbox.path("home/.config/uv")).expect("a folder");
    std::fs::write(sandbox.path("home/.config/uv/uv.toml"), strict).expect("a file");
    sandbox.set("UV_REQUIRE_HASHES", "1");
    sandbox.set("UV_CONFIG_FILE", sandbox.repo().join("uv.toml"));
    let uv = tool("uv", &["uv==0.13.8"]);
    first_on_path(&mut sandbox, &uv);
    expect![[r#"
        uv 0.13.8 installed flit_core>=3.11,<5
    "#]]
    .assert_eq(&installed_by(&sandbox));
    let by_uv = std::fs::read(sandbox.repo().join("dist/acme-1.2.3.tar.gz")).expect("an sdist");
    fake_uv(&mut sandbox, "exit 1");
    expect![[r#"
        pip installed flit_core>=3.11,<5
    "#]]
    .assert_eq(&installed_by(&sandbox));
    assert!(by_uv == std::fs::read(sandbox.repo().join("dist/acme-1.2.3.tar.gz")).expect("an sdist"));
    fake_uv(&mut sandbox, "echo uv 0.1.44");
    expect![[r#"
        pip installed flit_core>=3.11,<5
    "#]]
    .assert_eq(&installed_by(&sandbox));
    fake_uv(&mut sandbox, "[ \"$1\" = --version ] && echo uv 99.0.0 && exit; echo no such option; exit 2");
    expect![[r#"
        uv | no such option
        uv 99.0.0 could not install flit_core>=3.11,<5: pip takes over
        pip installed flit_core>=3.11,<5
    "#]]
    .assert_eq(&installed_by(&sandbox));
}
