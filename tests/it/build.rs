//! `release build`: the real backends in isolated environments.

use std::os::unix::fs::PermissionsExt;

use expect_test::expect;

use crate::support::Sandbox;
use crate::support::projects::ACME;

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn builds_sdist_and_wheel_and_the_same_bytes_again() {
    let sandbox = Sandbox::with(ACME).online();
    let first = sandbox.release(&["build", "--builder", "isolated", "--why"]).success();
    let lines: Vec<&str> = first.stdout.lines().map(|line| line.split("  sha256").next().unwrap_or_default()).collect();
    expect![[r#"
        acme-1.2.3.tar.gz  628 B
          isolated: `--builder isolated` was given
        acme-1.2.3-py3-none-any.whl  1.0 kB
          isolated: `--builder isolated` was given"#]]
    .assert_eq(&lines.join("\n"));
    let again = sandbox.release(&["build", "--builder", "isolated", "--format", "json", "--offline"]).success().json();
    let shas: Vec<&str> =
        again["result"]["files"].as_array().expect("files").iter().filter_map(|file| file["sha256"].as_str()).collect();
    for sha in shas {
        assert!(first.stdout.contains(sha), "the second build has other bytes");
    }
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "?? dist/\n");
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn one_kind_clean_and_another_folder_on_request() {
    let sandbox = Sandbox::with(ACME).online();
    sandbox.write("out/acme-0.1.tar.gz", "old");
    sandbox.write("out/notes.txt", "mine");
    sandbox.release(&["build", "--wheel", "--out-dir", "out", "--clean"]).success();
    let names: Vec<String> = sandbox
        .snapshot()
        .iter()
        .filter_map(|(path, _)| Some(path.strip_prefix(sandbox.repo().join("out")).ok()?.display().to_string()))
        .collect();
    assert_eq!(names, ["acme-1.2.3-py3-none-any.whl", "notes.txt"]);
    sandbox.release(&["build", "--sdist"]).success();
    assert!(sandbox.repo().join("dist/acme-1.2.3.tar.gz").is_file());
    assert!(!sandbox.repo().join("dist/acme-1.2.3-py3-none-any.whl").exists());
}

#[test]
fn a_dry_run_builds_nothing() {
    let sandbox = closed(Sandbox::with(ACME));
    let before = sandbox.snapshot();
    expect![[r#"
        would build sdist and wheel of acme 1.2.3 natively, as flit_core 4.2.0 does
        ------- stderr -------
        dry run: nothing was done
    "#]]
    .assert_eq(&sandbox.release(&["build", "-n"]).to_string());
    expect![[r#"
        would build sdist and wheel of acme 1.2.3 with `flit_core.buildapi`
        ------- stderr -------
        dry run: nothing was done
    "#]]
    .assert_eq(&sandbox.release(&["build", "-n", "--builder", "isolated"]).to_string());
    assert!(before == sandbox.snapshot());
}

#[test]
fn without_the_network_and_an_empty_cache_it_says_what_is_missing() {
    let sandbox = closed(Sandbox::with(ACME));
    expect![[r#"
        ------- stderr -------
        error[build/not-cached]: `flit_core>=3.11,<5` not in the cache of wheels, and `--offline` is set
          hint: run the same command once without `--offline`, which fills the cache
        [exit status: 1]
    "#]]
    .assert_eq(&sandbox.release(&["build", "--builder", "isolated", "--offline"]).to_string());
}

#[test]
fn a_missing_or_old_python_is_exit_3() {
    let mut sandbox = closed(Sandbox::with(ACME));
    let bin = sandbox.path("bin");
    std::fs::create_dir(&bin).expect("a folder");
    sandbox.set("PATH", bin.clone());
    expect![[r#"
        ------- stderr -------
        error[effects/program-missing]: `python3` was not found on PATH
          hint: install Python 3.11 or newer with venv and pip, or put `python3` on PATH
        [exit status: 3]
    "#]]
    .assert_eq(&sandbox.release(&["build", "--builder", "isolated"]).to_string());
    let python = |script: &str| {
        let path = bin.join("python3");
        std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).expect("a file");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("a mode");
    };
    python("echo /usr/bin/python3; echo 3.9.18; echo cpython-39-linux; echo");
    expect![[r#"
        ------- stderr -------
        error[build/old-python]: Python 3.9.18 is too old
          hint: install Python 3.11 or newer, or put it first on PATH as `python3`
        [exit status: 3]
    "#]]
    .assert_eq(&sandbox.release(&["build", "--builder", "isolated"]).to_string());
    python("echo /usr/bin/python3; echo 3.11.2; echo cpython-311-linux; echo venv");
    expect![[r#"
        ------- stderr -------
        error[build/python-module]: Python 3.11.2 has no `venv`
          hint: install it: `apt-get install python3-venv` on Debian and Ubuntu, or a Python that is whole
        [exit status: 3]
    "#]]
    .assert_eq(&sandbox.release(&["build", "--builder", "isolated"]).to_string());
}

#[test]
fn a_native_build_needs_no_python_and_gives_the_same_bytes_anywhere() {
    let mut sandbox = Sandbox::with(ACME);
    let first = sandbox.release(&["build", "--builder", "native", "--why"]).success();
    let lines: Vec<&str> = first.stdout.lines().map(|line| line.split("  sha256").next().unwrap_or_default()).collect();
    expect![[r#"
        acme-1.2.3.tar.gz  617 B
          native: everything can be known without running it; as flit_core 4.2.0 builds it
        acme-1.2.3-py3-none-any.whl  1.0 kB
          native: everything can be known without running it; as flit_core 4.2.0 builds it"#]]
    .assert_eq(&lines.join("\n"));
    let bin = sandbox.path("bin");
    std::fs::create_dir(&bin).expect("a folder");
    sandbox.set("PATH", bin);
    sandbox.set("TZ", "Asia/Kathmandu");
    sandbox.set("LC_ALL", "C");
    sandbox.set("USER", "somebody");
    let again = sandbox.release(&["build", "--builder", "native", "--out-dir", "other", "--why"]).success();
    assert_eq!(first.stdout, again.stdout);
    for name in ["acme-1.2.3.tar.gz", "acme-1.2.3-py3-none-any.whl"] {
        let [one, other] = ["dist", "other"].map(|dir| std::fs::read(sandbox.repo().join(dir).join(name)));
        assert_eq!(one.expect("an archive"), other.expect("an archive"));
    }
    let checked = sandbox.release(&["check", "--strict"]);
    assert_eq!(checked.code, 0, "{checked}");
}

/// The wheel can hold the file, the sdist cannot: its members lie in a folder more.
#[test]
fn when_one_archive_cannot_be_written_nothing_is_left_of_the_other() {
    let sandbox = Sandbox::with(ACME);
    let folder = format!("acme/{0}/{0}/{0}/{0}", "a".repeat(250));
    sandbox.write(&format!("{folder}/module.py"), "");
    sandbox.release(&["build", "--builder", "native", "--wheel"]).success();
    std::fs::remove_dir_all(sandbox.repo().join("dist")).expect("it is there");
    let output = sandbox.release(&["build", "--builder", "native"]);
    assert_eq!(output.code, 3, "{output}");
    assert!(output.stderr.contains("error[write/member]") && output.stderr.contains("1024 bytes"), "{output}");
    assert_eq!(std::fs::read_dir(sandbox.repo().join("dist")).expect("a folder").count(), 0);
}

#[test]
fn what_cannot_be_known_is_named_and_built_by_the_backend() {
    let sandbox = in_tree("def build_sdist(*_):\n    raise SystemExit('it ran')\n");
    expect![[r#"
        ------- stderr -------
        error[build/not-native]: `acme` cannot be built natively: `build-system.backend-path`: the backend lies in the project
          hint: `--builder auto` builds it with its backend
        [exit status: 1]
    "#]].assert_eq(&sandbox.release(&["build", "--builder", "native"]).to_string());
    let isolated = sandbox.release(&["build", "--why"]);
    assert!(isolated.stderr.contains("cause: it ran"), "{isolated}");
}

/// A project with a backend of its own.
fn in_tree(backend: &str) -> Sandbox {
    let pyproject = "[build-system]\nrequires = []\nbuild-backend = \"backend\"\nbackend-path = [\".\"]\n[project]\nname = \"acme\"\nversion = \"1.2.3\"\n";
    Sandbox::with(&[("pyproject.toml", pyproject), ("backend.py", backend)])
}

/// The same sandbox with no right to publish in it, of which isolated builds would warn.
fn closed(mut sandbox: Sandbox) -> Sandbox {
    sandbox.without_credentials();
    sandbox
}

#[test]
fn an_in_tree_backend_is_run_and_sees_nothing_of_the_environment() {
    let backend = r#"
import io, json, os, sys, tarfile, zipfile
def build_sdist(directory, config_settings=None):
    with tarfile.open(os.path.join(directory, "acme-1.2.3.tar.gz"), "w:gz", format=tarfile.PAX_FORMAT) as archive:
        for name in ("pyproject.toml", "backend.py"):
            archive.add(name, "acme-1.2.3/" + name)
        text = b"Metadata-Version: 2.2\nName: acme\nVersion: 1.2.3\n"
        info = tarfile.TarInfo("acme-1.2.3/PKG-INFO"); info.size = len(text)
        archive.addfile(info, io.BytesIO(text))
    return "acme-1.2.3.tar.gz"
def build_wheel(directory, config_settings=None, metadata_directory=None):
    with zipfile.ZipFile(os.path.join(directory, "acme-1.2.3-py3-none-any.whl"), "w") as archive:
        archive.writestr("seen.json", json.dumps([dict(os.environ), sys.argv, os.getcwd()]))
    return "acme-1.2.3-py3-none-any.whl"
"#;
    let sandbox = in_tree(backend);
    sandbox.release(&["build"]).success();
    let wheel = std::fs::File::open(sandbox.repo().join("dist/acme-1.2.3-py3-none-any.whl")).expect("a wheel");
    let mut archive = zip::ZipArchive::new(wheel).expect("a zip");
    let seen = std::io::read_to_string(archive.by_name("seen.json").expect("a member")).expect("text");
    crate::support::sandbox::assert_clean(&seen, "the environment of the backend");
    let seen: serde_json::Value = serde_json::from_str(&seen).expect("JSON");
    let mut names: Vec<&String> = seen[0].as_object().expect("variables").keys().collect();
    names.retain(|name| !["LC_CTYPE", "TMPDIR", "TERM", "LANG", "TZ"].contains(&name.as_str()));
    assert_eq!(names, ["COLUMNS", "HOME", "LC_ALL", "PATH", "PYTHONHASHSEED", "SOURCE_DATE_EPOCH"]);
    assert_ne!(seen[0]["HOME"], sandbox.path("home").display().to_string());
    assert_eq!(seen[0]["SOURCE_DATE_EPOCH"], "1795262400");
    // The wheel was built from the unpacked sdist.
    assert!(!seen[2].as_str().expect("a folder").starts_with(&sandbox.repo().display().to_string()));
}

#[test]
fn settings_reach_every_hook_and_the_wheel_may_be_built_from_the_folder() {
    let backend = r#"
import json, os, zipfile
def get_requires_for_build_wheel(config_settings=None):
    assert config_settings["level"] == "3", config_settings
    return []
def build_sdist(*_):
    raise SystemExit("no sdist is needed")
def build_wheel(directory, config_settings=None, metadata_directory=None):
    with zipfile.ZipFile(os.path.join(directory, "acme-1.2.3-py3-none-any.whl"), "w") as archive:
        archive.writestr("seen.json", json.dumps([config_settings, os.getcwd()]))
    return "acme-1.2.3-py3-none-any.whl"
"#;
    let sandbox = in_tree(backend);
    let arguments = ["build", "--wheel", "--from-source", "--config-setting", "level=3", "--config-setting"];
    sandbox
        .release(
            &[&arguments[..], &["define=a=1", "--config-setting", "define=b", "--config-setting", "bare"]].concat(),
        )
        .success();
    let wheel = std::fs::File::open(sandbox.repo().join("dist/acme-1.2.3-py3-none-any.whl")).expect("a wheel");
    let mut archive = zip::ZipArchive::new(wheel).expect("a zip");
    let seen = std::io::read_to_string(archive.by_name("seen.json").expect("a member")).expect("text");
    let seen: serde_json::Value = serde_json::from_str(&seen).expect("JSON");
    assert_eq!(seen[0], serde_json::json!({"level": "3", "define": ["a=1", "b"], "bare": ""}));
    // A copy of the folder, called as it is.
    let folder = seen[1].as_str().expect("a folder");
    assert!(folder.ends_with("/repo") && folder != sandbox.repo().display().to_string(), "{folder}");
    let flit = Sandbox::with(ACME);
    let refused = flit.release(&["build", "--builder", "native", "--config-setting", "level=3"]);
    assert!(refused.stderr.contains("`--config-setting level`: only the backend knows what it means"), "{refused}");
    let typed = flit.release(&["build", "--config-setting", "=3"]);
    assert_eq!(typed.code, 2, "{typed}");
}

#[test]
fn every_way_a_backend_can_fail_has_its_error() {
    let show = |backend: &str| closed(in_tree(backend)).release(&["build"]).to_string();
    let failing = show("import sys\ndef build_sdist(*_):\n    print('working')\n    sys.exit('no luck')\n");
    assert!(failing.contains("error[build/backend]: the build backend `backend` failed in `build_sdist`: exit code 1\n  cause: working\n         no luck\n"), "{failing}");
    expect![[r#"
        ------- stderr -------
        error[build/no-hook]: the build backend `backend` has no `build_sdist`
          hint: check `build-backend` in `[build-system]` of `pyproject.toml`
        [exit status: 1]
    "#]]
    .assert_eq(&show("x = 1\n"));
    expect![[r#"
        ------- stderr -------
        error[build/no-archive]: the build backend `backend` said it built `../x.tar.gz`, which is no file in the folder that it was given
          hint: check `build-backend` in `[build-system]` of `pyproject.toml`
        [exit status: 1]
    "#]]
    .assert_eq(&show("def build_sdist(*_):\n    return '../x.tar.gz'\n"));
    expect![[r#"
        ------- stderr -------
        error[build/bad-sdist]: the sdist is not well-formed: the file is empty
        [exit status: 1]
    "#]].assert_eq(&show("import os\ndef build_sdist(d, c=None):\n    open(os.path.join(d, 'acme-1.2.4.tar.gz'), 'w')\n    return 'acme-1.2.4.tar.gz'\n"));
    let other = "import os, tarfile\ndef build_sdist(d, c=None):\n    tarfile.open(os.path.join(d, 'acme-1.2.4.tar.gz'), 'w:gz').close()\n    return 'acme-1.2.4.tar.gz'\n";
    expect![[r#"
        ------- stderr -------
        error[build/wrong-name]: the build backend built `acme-1.2.4.tar.gz`, `acme-1.2.3.tar.gz` was expected
          hint: the backend reads name or version from somewhere else: `release show` prints where we do
        [exit status: 1]
    "#]]
    .assert_eq(&closed(in_tree(other)).release(&["build", "--sdist"]).to_string());
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn a_requirement_that_does_not_exist_shows_what_pip_says() {
    let sandbox = Sandbox::with(&[("pyproject.toml", "[build-system]\nrequires = [\"flit_core==0.0.0.1\"]\nbuild-backend = \"flit_core.buildapi\"\n[project]\nname = \"acme\"\nversion = \"1\"\n")]).online();
    let output = sandbox.release(&["build"]);
    assert_eq!(output.code, 1, "{output}");
    assert!(
        output.stderr.contains("error[build/fetch]: cannot fetch `flit_core==0.0.0.1`")
            && output.stderr.contains("No matching distribution"),
        "{output}"
    );
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn the_real_backends_of_the_fixtures_build_what_check_passes() {
    for name in ["prompt-manager", "mypylogger", "repo-agent", "generative-ai-workflow"] {
        let sandbox = Sandbox::fixture(name).online();
        sandbox.release(&["build"]).success();
        // Two of their readmes link to files beside them, which does break on PyPI.
        let checked = sandbox.release(&["check", "--strict", "--ignore", "source/relative-link"]);
        assert_eq!(checked.code, 0, "{name}: {checked}");
        sandbox.release(&["references", "--check"]).success();
    }
}

#[test]
fn without_a_network_the_cause_is_what_pip_says() {
    let mut sandbox = Sandbox::with(ACME);
    // A closed port of this machine stands for a network that is not there.
    sandbox.set("PIP_INDEX_URL", "http://127.0.0.1:9/simple/");
    sandbox.set("PIP_RETRIES", "0");
    let before = sandbox.snapshot();
    let output = sandbox.release(&["build", "--builder", "isolated"]);
    assert_eq!(output.code, 1, "{output}");
    assert!(output.stderr.contains("error[build/fetch]: cannot fetch `flit_core>=3.11,<5`\n  cause: "), "{output}");
    assert!(output.stderr.contains("hint: check the requirement, the network and pip's own settings"), "{output}");
    assert!(before == sandbox.snapshot());
}

/// Python 3.11.0 to 3.11.3, as Debian 12 has it, knows no filters of `tarfile` (PEP 706).
#[test]
fn a_python_without_filters_unpacks_the_sdist_and_nothing_beside_it() {
    const MAKE: &str = "import io, sys, tarfile\n\
        with tarfile.open(sys.argv[1], 'w:gz') as archive:\n\
        \x20   for name in sys.argv[2:]:\n\
        \x20       info = tarfile.TarInfo(name)\n\
        \x20       info.size = 1\n\
        \x20       archive.addfile(info, io.BytesIO(b'x'))\n";
    const OLD: &str = "import sys, tarfile\n\
        del tarfile.data_filter\n\
        full = tarfile.TarFile.extractall\n\
        tarfile.TarFile.extractall = lambda self, path='.', members=None: full(self, path, members)\n\
        exec(open(sys.argv[1]).read())\n";
    let python = |arguments: &[&str], stdin: &str| {
        use std::io::Write;
        let mut child = std::process::Command::new("python3")
            .args(arguments)
            .stdin(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .expect("python3 is there");
        child.stdin.take().expect("it was asked for").write_all(stdin.as_bytes()).expect("it reads");
        child.wait_with_output().expect("it ends")
    };
    let hook = concat!(env!("CARGO_MANIFEST_DIR"), "/templates/python/hook.py");
    for (members, works) in
        [(["a-1/b.py", "a-1/c/d.py"], true), (["a-1/b.py", "../out.py"], false), (["a-1/b.py", "/out.py"], false)]
    {
        let sandbox = Sandbox::new();
        let (sdist, into, answer) = (sandbox.path("a.tar.gz"), sandbox.path("into"), sandbox.path("answer"));
        std::fs::create_dir(&into).expect("a folder");
        let made = python(&[&["-c", MAKE, &sdist.display().to_string()], members.as_slice()].concat(), "");
        assert!(made.status.success());
        let task = serde_json::json!({"hook": "none", "backend": "json", "backend_path": [], "arguments": [], "sdist": sdist, "into": into, "answer": answer});
        let ran = python(&["-c", OLD, hook], &task.to_string());
        assert_eq!(ran.status.success(), works, "{}", String::from_utf8_lossy(&ran.stderr));
        assert!(!sandbox.path("out.py").exists());
        assert_eq!(into.join("a-1/c/d.py").exists(), works);
    }
}
