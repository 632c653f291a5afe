//! `release init`: what is seen, asked, shown and written, and that nothing of a person's is touched.

use std::io::Write;
use std::process::{Command, Stdio};

use expect_test::expect;

use crate::support::projects::ACME;
use crate::support::{Sandbox, stand_ins};

/// The files of `acme` without its configuration.
fn bare() -> Vec<(&'static str, String)> {
    ACME.iter()
        .map(|(path, text)| match *path {
            "pyproject.toml" => (*path, text.split("\n[tool.release]").next().unwrap_or_default().to_owned()),
            _ => (*path, (*text).to_owned()),
        })
        .collect()
}

fn unconfigured() -> Sandbox {
    let files = bare();
    let named: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let sandbox = Sandbox::with(&named);
    sandbox.git(&["remote", "add", "origin", "git@github.com:ana/acme.git"]);
    sandbox
}

/// Drops every table of the configuration, as if it had never been written.
fn without_configuration(text: &str) -> String {
    let mut kept = String::new();
    let mut ours = false;
    for line in text.split_inclusive('\n') {
        if line.starts_with('[') {
            ours = line.trim_start_matches('[').starts_with("tool.release");
        }
        if !ours {
            kept.push_str(line);
        }
    }
    kept
}

#[test]
fn a_dry_run_shows_the_diff_and_writes_nothing() {
    let sandbox = unconfigured();
    let before = sandbox.snapshot();
    expect![[r#"
        --- a/pyproject.toml
        +++ b/pyproject.toml
        @@ -9,3 +9,24 @@
         readme = "README.md"
         requires-python = ">=3.11"
         license = "MIT"
        +
        +[tool.release]
        +tag = "v{version}"
        +branches = ["main"]
        +stages = ["testpypi", "pypi"]
        +
        +[tool.release.init]
        +workflows = []
        +
        +[[tool.release.references]]
        +path = "README.md"
        +match = "acme=={version}"
        +expect = 1
        +
        +[[tool.release.references]]
        +path = "acme/__init__.py"
        +match = '__version__ = "{version}"'
        +expect = 1
        +
        +[tool.release.verify]
        +imports = ["acme"]
        --- /dev/null
        +++ b/RELEASING.md
        @@ -0,0 +1,57 @@
        +<!-- Written by `release init`; sha256 1b89df8faac454ac0d2e6ffa82933693e3e3e187bacff063198802f5e9446ba4. Once you change the rest it is yours, and left alone. -->
        +# Releasing acme
        +
        +Every step can be run again: it finds what it did before, or says so. `pyproject.toml` holds the settings
        +(`[tool.release]`); `release show` prints what they come to. In this page the version is `X.Y.Z`.
        +
        +## Once
        +
        +### Check
        +
        +`release doctor` says what is missing: credentials, the name at the index, the workflow, secrets, the clock.
        +
        +## Every release
        +
        +1. **Write it down.** What changed stands under `## [Unreleased]` in `CHANGELOG.md`.
        +
        +2. **Rehearse.** On a clean `main`:
        +
        +   ```sh
        +   git switch main && git pull --ff-only
        +   release rehearse
        +   ```
        +
        +   Everything is done for real in a throw-away copy, and nothing leaves the machine. What passes here passes there.
        +
        +3. **Bump.** The kind is `patch`, `minor`, `major`, or a version:
        +
        +   ```sh
        +   release bump minor --dry-run
        +   release bump minor
        +   ```
        +
        +   Version, references, changelog, commit and the tag `vX.Y.Z` change together, or not at all.
        +
        +4. **Push.** From here on others see it:
        +
        +   ```sh
        +   git push --atomic origin main vX.Y.Z refs/release/ledger
        +   ```
        +
        +5. **Publish.** Build, judge, upload, and install what was uploaded:
        +
        +   ```sh
        +   release build --clean && release check
        +   release publish --index testpypi && release verify --index testpypi
        +   release publish --index pypi && release verify --index pypi
        +   ```
        +
        +   *It fails:* run the same command again. What is there already is not sent twice.
        +
        +6. **Look.** `release history` shows what was done, when and with which digests.
        +
        +## When it went wrong
        +
        +- *Before the push:* `git tag -d vX.Y.Z` and `git reset --hard HEAD~1` take it back.
        +- *A file is on an index:* it can never be replaced. Yank the release there, put it right, and release the next version.
        +- *A token leaked:* revoke it at the index first, look at what was published since, then make a new one.
        --- /dev/null
        +++ b/SECURITY.md
        @@ -0,0 +1,7 @@
        +# Security
        +
        +Please report vulnerabilities in private, not in a public issue.
        +
        +Use "Report a vulnerability" at <https://github.com/ana/acme/security/advisories/new>.
        +
        +Say which version you use, what you did, what happened, and what you expected. The newest release is supported.
        --- /dev/null
        +++ b/.gitignore
        @@ -0,0 +1 @@
        +dist/
        left alone README.md:5 `Not ours: other==1.2.3, 11.2.30, 1.2.3.4`: it is the version of `other`
        ------- stderr -------
        dry run: nothing was done
    "#]].assert_eq(&sandbox.release(&["init", "--dry-run", "--forge", "none"]).to_string());
    assert!(before == sandbox.snapshot());
}

#[test]
fn without_a_terminal_only_yes_writes() {
    let sandbox = unconfigured();
    let before = sandbox.snapshot();
    let output = sandbox.release(&["init", "--format", "json"]);
    assert_eq!((output.code, output.failure_code().as_str()), (1, "plan/unconfirmed"));
    assert!(output.json()["result"]["files"].as_array().is_some_and(|files| files.len() > 3), "{output}");
    assert!(before == sandbox.snapshot());
    expect![[r#"
        wrote pyproject.toml
        wrote RELEASING.md
        wrote SECURITY.md
        wrote .gitignore
        left alone README.md:5 `Not ours: other==1.2.3, 11.2.30, 1.2.3.4`: it is the version of `other`
        next: commit these files, then `release rehearse`
    "#]]
    .assert_eq(&sandbox.release(&["init", "--yes", "--forge", "none", "--quiet"]).to_string());
    let pyproject = sandbox.read("pyproject.toml");
    let (_, original) = &bare()[0];
    assert!(pyproject.starts_with(original.as_str()), "every byte of the file stays");
    expect![[r#"

        [tool.release]
        tag = "v{version}"
        branches = ["main"]
        stages = ["testpypi", "pypi"]

        [tool.release.init]
        workflows = []

        [[tool.release.references]]
        path = "README.md"
        match = "acme=={version}"
        expect = 1

        [[tool.release.references]]
        path = "acme/__init__.py"
        match = '__version__ = "{version}"'
        expect = 1

        [tool.release.verify]
        imports = ["acme"]
    "#]]
    .assert_eq(&pyproject[original.len()..]);
    expect![[r#"
        <!-- Written by `release init`; sha256 1b89df8faac454ac0d2e6ffa82933693e3e3e187bacff063198802f5e9446ba4. Once you change the rest it is yours, and left alone. -->
        # Releasing acme

        Every step can be run again: it finds what it did before, or says so. `pyproject.toml` holds the settings
        (`[tool.release]`); `release show` prints what they come to. In this page the version is `X.Y.Z`.

        ## Once

        ### Check

        `release doctor` says what is missing: credentials, the name at the index, the workflow, secrets, the clock.

        ## Every release

        1. **Write it down.** What changed stands under `## [Unreleased]` in `CHANGELOG.md`.

        2. **Rehearse.** On a clean `main`:

           ```sh
           git switch main && git pull --ff-only
           release rehearse
           ```

           Everything is done for real in a throw-away copy, and nothing leaves the machine. What passes here passes there.

        3. **Bump.** The kind is `patch`, `minor`, `major`, or a version:

           ```sh
           release bump minor --dry-run
           release bump minor
           ```

           Version, references, changelog, commit and the tag `vX.Y.Z` change together, or not at all.

        4. **Push.** From here on others see it:

           ```sh
           git push --atomic origin main vX.Y.Z refs/release/ledger
           ```

        5. **Publish.** Build, judge, upload, and install what was uploaded:

           ```sh
           release build --clean && release check
           release publish --index testpypi && release verify --index testpypi
           release publish --index pypi && release verify --index pypi
           ```

           *It fails:* run the same command again. What is there already is not sent twice.

        6. **Look.** `release history` shows what was done, when and with which digests.

        ## When it went wrong

        - *Before the push:* `git tag -d vX.Y.Z` and `git reset --hard HEAD~1` take it back.
        - *A file is on an index:* it can never be replaced. Yank the release there, put it right, and release the next version.
        - *A token leaked:* revoke it at the index first, look at what was published since, then make a new one.
    "#]].assert_eq(&sandbox.read("RELEASING.md"));
    expect![[r##"
        # Security

        Please report vulnerabilities in private, not in a public issue.

        Use "Report a vulnerability" at <https://github.com/ana/acme/security/advisories/new>.

        Say which version you use, what you did, what happened, and what you expected. The newest release is supported.
    "##]]
    .assert_eq(&sandbox.read("SECURITY.md"));
    let after = sandbox.snapshot();
    expect![[r#"
        nothing to change
    "#]]
    .assert_eq(&sandbox.release(&["init", "--yes"]).success().to_string());
    assert!(after == sandbox.snapshot(), "a second run changes nothing");
    expect![[""]].assert_eq(&sandbox.release(&["init", "--check"]).success().to_string());
    // What was written is what every other command reads.
    let shown = sandbox.release(&["references", "--check", "--format", "json"]).success().json();
    assert_eq!(shown["result"]["references"].as_array().map(Vec::len), Some(2));
}

#[test]
fn what_a_person_wrote_is_left_alone() {
    let sandbox = unconfigured();
    sandbox.write("RELEASING.md", "# How I release\n");
    sandbox.write("SECURITY.md", "Write to me.\n");
    sandbox.write(".gitignore", "*.pyc");
    let _ = sandbox.release(&["init", "--yes", "--forge", "none"]).success();
    assert_eq!(sandbox.read("RELEASING.md"), "# How I release\n");
    assert_eq!(sandbox.read("SECURITY.md"), "Write to me.\n");
    assert_eq!(sandbox.read(".gitignore"), "*.pyc\ndist/\n");
    assert_eq!(sandbox.read("CHANGELOG.md"), bare()[3].1);
    expect![[r#"
        info[init/foreign]: `RELEASING.md` is not written by `release init`: left alone
          at: RELEASING.md
        RELEASING.md: not written by `release init`: left alone
    "#]]
    .assert_eq(&sandbox.release(&["init", "--check"]).success().to_string());
}

#[test]
fn check_tells_drift_from_changes_by_hand() {
    let sandbox = unconfigured();
    let _ = sandbox.release(&["init", "--yes", "--forge", "none"]).success();
    let written = sandbox.read("RELEASING.md");
    sandbox.write("RELEASING.md", written.replace("# Releasing", "# On releasing"));
    std::fs::remove_file(sandbox.repo().join("SECURITY.md")).expect("it was written");
    sandbox.write(".gitignore", "");
    expect![[r#"
        info[init/edited]: `RELEASING.md` is changed by hand since `release init` wrote it: left alone
          at: RELEASING.md
        error[init/missing]: `SECURITY.md` is not there yet
          at: SECURITY.md
          help: run `release init`, which shows the diff first
        error[init/additions]: `.gitignore` lacks lines
          at: .gitignore
          help: run `release init`, which shows the diff first
        RELEASING.md: changed by hand since `release init` wrote it: left alone
        [exit status: 10]
    "#]]
    .assert_eq(&sandbox.release(&["init", "--check"]).to_string());
    // The configuration changes what the document says; nobody touched the document.
    sandbox.write("RELEASING.md", written);
    let pyproject = sandbox.read("pyproject.toml").replace("branches = [\"main\"]", "branches = [\"trunk\"]");
    sandbox.write("pyproject.toml", pyproject);
    let output = sandbox.release(&["init", "--check", "--format", "json"]);
    assert_eq!(output.code, 10, "{output}");
    let codes: Vec<_> =
        output.json()["findings"].as_array().expect("findings").iter().map(|f| f["code"].clone()).collect();
    assert_eq!(codes, ["init/outdated", "init/missing", "init/additions"]);
}

#[test]
fn uncommitted_changes_of_edited_files_are_refused() {
    let sandbox = unconfigured();
    sandbox.write("README.md", format!("{}\nmore\n", sandbox.read("README.md")));
    let _ = sandbox.release(&["init", "--yes", "--forge", "none"]).success();
    sandbox.git(&["checkout", "-q", "pyproject.toml"]);
    sandbox.write("pyproject.toml", sandbox.read("pyproject.toml").replace("An example", "Another example"));
    expect![[r#"
        ------- stderr -------
        error[plan/unsaved]: uncommitted changes in files that would be edited: `pyproject.toml`
          hint: commit or stash them, or pass `--allow-dirty` to edit the files as they are
        [exit status: 1]
    "#]]
    .assert_eq(&sandbox.release(&["init", "--yes", "--forge", "none", "--quiet"]).to_string());
    let _ = sandbox.release(&["init", "--yes", "--forge", "none", "--allow-dirty"]).success();
    assert!(sandbox.read("pyproject.toml").contains("Another example"));
}

#[test]
fn links_are_not_followed() {
    let sandbox = unconfigured();
    sandbox.write("elsewhere.md", "# Elsewhere\n");
    std::os::unix::fs::symlink("elsewhere.md", sandbox.repo().join("RELEASING.md")).expect("a link");
    let before = sandbox.read("elsewhere.md");
    let output = sandbox.release(&["init", "--yes", "--forge", "none", "--format", "json"]);
    assert_eq!(before, sandbox.read("elsewhere.md"), "{output}");
}

#[test]
fn a_standalone_configuration_and_a_choice_that_is_kept() {
    let sandbox = unconfigured();
    let before = sandbox.read("pyproject.toml");
    let _ = sandbox.release(&["init", "--yes", "--standalone", "--forge", "none"]).success();
    assert_eq!(before, sandbox.read("pyproject.toml"));
    expect![[r#"
        tag = "v{version}"
        branches = ["main"]
        stages = ["testpypi", "pypi"]

        [init]
        workflows = []

        [[references]]
        path = "README.md"
        match = "acme=={version}"
        expect = 1

        [[references]]
        path = "acme/__init__.py"
        match = '__version__ = "{version}"'
        expect = 1

        [verify]
        imports = ["acme"]
    "#]]
    .assert_eq(&sandbox.read("release.toml"));
    let _ = sandbox.release(&["show"]).success();
    let output = sandbox.release(&["init", "--yes", "--forge", "gitea", "--format", "json"]);
    assert_eq!((output.code, output.failure_code().as_str()), (2, "plan/configured"));
}

#[test]
fn the_form_of_tags_branches_and_forges_is_seen() {
    let sandbox = unconfigured();
    for tag in ["acme-1.0", "acme-1.1.0", "v0.9.0", "latest", "build-77"] {
        sandbox.git(&["tag", tag]);
    }
    sandbox.git(&["remote", "set-url", "origin", "http://gitea.internal:3000/ana/acme.git"]);
    sandbox.git(&["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk"]);
    let _ = sandbox.release(&["init", "--yes"]).success();
    let pyproject = sandbox.read("pyproject.toml");
    expect![[r#"

        [tool.release]
        tag = "acme-{version}"
        branches = ["trunk"]
        stages = ["testpypi", "pypi"]
        plain-http = ["gitea.internal:3000"]

        [[tool.release.references]]
        path = "README.md"
        match = "acme=={version}"
        expect = 1

        [[tool.release.references]]
        path = "acme/__init__.py"
        match = '__version__ = "{version}"'
        expect = 1

        [tool.release.verify]
        imports = ["acme"]
    "#]]
    .assert_eq(&pyproject[bare()[0].1.len()..]);
}

#[test]
fn only_places_that_say_whose_version_they_are_follow_it() {
    let mut files = bare();
    files.push((
        "docs/usage.md",
        "\
`acme==1.2.3` and \"acme[all]==1.2.3\", but not-acme==1.2.3, other==1.2.3 and acme>=1.2.3.
[badge](https://img.shields.io/badge/version-1.2.3-blue) ![py](https://img.shields.io/badge/python-1.2.3-blue)
.. versionadded:: 1.2.3
pip install git+https://github.com/ana/acme@v1.2.3
Unpack acme-1.2.3.tar.gz. The date 1.2.3 is no date, 11.2.3 and 1.2.3.4 are longer.
"
        .to_owned(),
    ));
    files.push(("CITATION.cff", "cff-version: 1.2.0\nversion: 1.2.3\n".to_owned()));
    files.push(("package.json", "{\"name\": \"acme-web\", \"private\": true, \"version\": \"1.2.3\"}\n".to_owned()));
    files.push(("lib/package.json", "{\"name\": \"left-pad\", \"version\": \"1.2.3\"}\n".to_owned()));
    files.push(("ignored/README.md", "acme==1.2.3\n".to_owned()));
    files.push((".gitignore", "ignored/\ndist/\n".to_owned()));
    let named: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let sandbox = Sandbox::with(&named);
    sandbox.git(&["remote", "add", "origin", "https://github.com/ana/acme"]);
    let output = sandbox.release(&["init", "--yes", "--forge", "none", "--format", "json"]).success();
    let left: Vec<String> = output.json()["result"]["left"]
        .as_array()
        .expect("places")
        .iter()
        .map(|place| format!("{}:{} {}", place["file"], place["line"], place["reason"]))
        .collect();
    expect![[r#"
        "README.md":5 "it is the version of `other`"
        "docs/usage.md":1 "it is the version of `not-acme`"
        "docs/usage.md":1 "it is the version of `other`"
        "docs/usage.md":1 "a bound says what is needed, not what is current"
        "docs/usage.md":2 "it is a badge of something else"
        "docs/usage.md":3 "it says when something came, which stays"
        "docs/usage.md":5 "nothing around it says whose version it is"
        "lib/package.json":1 "nothing around it says whose version it is"
        "package.json":1 "nothing around it says whose version it is""#]]
    .assert_eq(&left.join("\n"));
    let pyproject = sandbox.read("pyproject.toml");
    let (_, references) = pyproject.split_once("[[tool.release.references]]").expect("references");
    expect![[r#"

        path = "CITATION.cff"
        match = "\nversion: {version}"
        expect = 1

        [[tool.release.references]]
        path = "README.md"
        match = "acme=={version}"
        expect = 1

        [[tool.release.references]]
        path = "acme/__init__.py"
        match = '__version__ = "{version}"'
        expect = 1

        [[tool.release.references]]
        path = "docs/usage.md"
        match = "acme=={version}`"
        expect = 1

        [[tool.release.references]]
        path = "docs/usage.md"
        match = "acme[all]=={version}"
        expect = 1

        [[tool.release.references]]
        path = "docs/usage.md"
        match = "img.shields.io/badge/version-{version}-"
        expect = 1

        [[tool.release.references]]
        path = "docs/usage.md"
        match = "ana/acme@v{version}"
        expect = 1

        [[tool.release.references]]
        path = "docs/usage.md"
        match = "acme-{version}.tar.gz"
        expect = 1

        [tool.release.verify]
        imports = ["acme"]
    "#]]
    .assert_eq(references);
    let _ = sandbox.release(&["references", "--check"]).success();
}

#[test]
fn gates_follow_the_settings_of_the_project() {
    let sandbox = Sandbox::with(&[
        (
            "pyproject.toml",
            "[project]\nname = \"acme\"\nversion = \"1.0\"\ndependencies = [\"idna\"]\n\n[project.optional-dependencies]\ntest = [\"mypy\"]\n\n[dependency-groups]\ndev = [\"pytest>=8\", { include-group = \"lint\" }]\nlint = [\"ruff\"]\n\n[tool.ruff]\n\n[tool.mypy]\n\n[tool.pytest.ini_options]\n",
        ),
        ("src/acme/__init__.py", ""),
        ("tests/test_it.py", "def test_it():\n    pass\n"),
    ]);
    let _ = sandbox.release(&["init", "--yes", "--forge", "none"]).success();
    let pyproject = sandbox.read("pyproject.toml");
    let (_, gates) = pyproject.split_once("[[tool.release.gates]]").expect("gates");
    expect![[r#"

        run = ["python", "-m", "pytest", "-q", "tests"]
        timeout = 600
        group = "dev"
        dependencies = true
        env = { PYTHONPATH = "src" }

        [[tool.release.gates]]
        run = ["ruff", "check", "."]
        timeout = 600
        group = "lint"

        [[tool.release.gates]]
        run = ["python", "-m", "mypy", "src"]
        timeout = 600
        extra = "test"
        dependencies = true

        [tool.release.verify]
        imports = ["acme"]
    "#]]
    .assert_eq(gates);
    // A tool that nothing brings is named and is no gate.
    let sandbox = Sandbox::with(&[
        ("pyproject.toml", "[project]\nname = \"acme\"\nversion = \"1.0\"\n\n[tool.mypy]\n"),
        ("tests/test_it.py", "import pytest\n"),
    ]);
    let document = sandbox.release(&["init", "--yes", "--forge", "none", "--format", "json"]).success().json();
    expect![[r#"["the tests need pytest, and no dependency group has it: add it to `[dependency-groups]` for a gate","mypy is set up and in no dependency group: it is no gate until `[dependency-groups]` has it"]"#]].assert_eq(&document["result"]["notes"].to_string());
    assert!(!sandbox.read("pyproject.toml").contains("gates"));
}

#[test]
fn members_of_a_workspace_of_uv() {
    let member = |name: &str, version: &str| format!("[project]\nname = \"{name}\"\nversion = \"{version}\"\n");
    let root = format!(
        "{}\n[tool.uv.workspace]\nmembers = [\"packages/*\"]\nexclude = [\"packages/old*\"]\n",
        member("acme", "1.0")
    );
    let sandbox = Sandbox::with(&[
        ("pyproject.toml", &root),
        ("packages/one/pyproject.toml", &member("acme-one", "1.0")),
        ("packages/older/pyproject.toml", &member("acme-older", "1.0")),
        ("packages/apart/pyproject.toml", &member("acme-apart", "7.0")),
    ]);
    let _ = sandbox.release(&["init", "--yes", "--forge", "none"]).success();
    assert!(
        sandbox.read("pyproject.toml").contains("members = [\".\", \"packages/one\"]"),
        "{}",
        sandbox.read("pyproject.toml")
    );
    let _ = sandbox.release(&["show"]).success();
}

#[test]
fn an_interrupted_set_up_is_finished_by_the_next_run() {
    let sandbox = unconfigured();
    let _ = sandbox.release(&["init", "--yes", "--forge", "none"]).success();
    let wanted = sandbox.snapshot();
    let fresh = unconfigured();
    // A folder that stands where a file should go stops the change half-way.
    let journal = fresh.repo().join(".git/release/journal");
    std::fs::create_dir_all(fresh.repo().join(".git/release")).expect("a folder");
    std::fs::write(&journal, "in the way").expect("a file");
    let before = fresh.snapshot();
    let output = fresh.release(&["init", "--yes", "--forge", "none"]);
    assert_ne!(output.code, 0, "{output}");
    let outside = |snapshot: Vec<(std::path::PathBuf, Vec<u8>)>| -> Vec<Vec<u8>> {
        let files = snapshot.into_iter().filter(|(path, _)| !path.to_string_lossy().contains("/.git/"));
        files.map(|(_, bytes)| bytes).collect()
    };
    assert!(outside(before) == outside(fresh.snapshot()), "nothing is half-written");
    std::fs::remove_file(&journal).expect("it is there");
    let _ = fresh.release(&["init", "--yes", "--forge", "none"]).success();
    assert!(outside(wanted) == outside(fresh.snapshot()));
}

/// Runs the program on a pseudo-terminal, types `keys`, and returns what was shown.
fn on_a_terminal(sandbox: &Sandbox, arguments: &[&str], keys: &str) -> (i32, String) {
    const DRIVER: &str = "\
import os, pty, sys
keys = sys.stdin.buffer.read()
child, terminal = pty.fork()
if child == 0:
    os.execv(sys.argv[1], sys.argv[1:])
shown = b''
for line in keys.splitlines(keepends=True) + [b'']:
    while not shown.rstrip(b' ').endswith(b']:'):
        try:
            more = os.read(terminal, 4096)
        except OSError:
            more = b''
        if not more:
            break
        shown += more
    if line:
        os.write(terminal, line)
        shown += b'~'
    elif not shown.endswith(b'~'):
        os.write(terminal, b'\\x04')
        shown += b'^D'
while True:
    try:
        more = os.read(terminal, 4096)
    except OSError:
        more = b''
    if not more:
        break
    shown += more
sys.stdout.buffer.write(shown)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
";
    let program = crate::support::sandbox::program();
    let prepared = sandbox.command(arguments);
    let mut child = Command::new("python3")
        .args(["-c", DRIVER])
        .arg(program)
        .args(arguments)
        .current_dir(sandbox.repo())
        .env_clear()
        .envs(prepared.get_envs().filter_map(|(name, value)| Some((name, value?))))
        .env("TERM", "xterm")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .expect("python3 starts");
    child.stdin.take().expect("it was asked for").write_all(keys.as_bytes()).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    let shown = String::from_utf8_lossy(&output.stdout).replace("\r\n", "\n");
    crate::support::sandbox::assert_clean(&shown, "the terminal");
    (output.status.code().unwrap_or(-1), shown)
}

/// The lines with questions and what follows them.
fn questions(shown: &str) -> String {
    let lines = shown.lines().filter(|line| line.contains('?') && line.contains("]:") || line.contains("warning"));
    lines.map(|line| format!("{}\n", line.replace('\u{1b}', "^"))).collect()
}

#[test]
fn six_questions_on_a_terminal_and_enter_takes_what_was_seen() {
    let sandbox = unconfigured();
    let (code, shown) = on_a_terminal(&sandbox, &["init"], "\n\n\n\n\n\n");
    assert_eq!(code, 0, "{shown}");
    expect![[r#"
        ^[36m?^[0m workflows for which forge (github, gitea, both, none) [github]: ~
        ^[36m?^[0m branch that releases are made from [main]: ~
        ^[36m?^[0m name of a tag [v{version}]: ~
        ^[36m?^[0m indexes on the way out, in order [testpypi, pypi]: ~
        ^[36m?^[0m address where the security status will be served, for badges [none]: ~
        ^[36m?^[0m write 4 files (yes, no) [yes]: ~
    "#]]
    .assert_eq(&questions(&shown));
    assert!(shown.contains("\u{1b}[32m+[tool.release]"), "the diff is in colour: {shown}");
    let asked = sandbox.read("pyproject.toml");
    let other = unconfigured();
    let _ = other.release(&["init", "--yes"]).success();
    assert_eq!(asked, other.read("pyproject.toml"), "`--yes` takes the same defaults");
    let (code, shown) = on_a_terminal(&sandbox, &["init"], "");
    assert_eq!(code, 0, "{shown}");
    assert_eq!(questions(&shown), "", "what is configured is not asked again");
}

#[test]
fn answers_are_judged_and_kept() {
    let sandbox = unconfigured();
    let keys = "svn\nnone\nrelease\nv\nacme-{version}\npipy\npypi\nnonsense\nhttps://example.org/acme\nmaybe\ny\n";
    let (code, shown) = on_a_terminal(&sandbox, &["init"], keys);
    assert_eq!(code, 0, "{shown}");
    expect![[r#"
        ^[36m?^[0m workflows for which forge (github, gitea, both, none) [github]: ~svn
        ^[33mwarning:^[0m `svn` is not an answer: one of github, gitea, both, none is wanted
        ^[36m?^[0m workflows for which forge (github, gitea, both, none) [github]: ~none
        ^[36m?^[0m branch that releases are made from [main]: ~release
        ^[36m?^[0m name of a tag [v{version}]: ~v
        ^[33mwarning:^[0m `v` is not an answer: a name with `{version}` in it is wanted
        ^[36m?^[0m name of a tag [v{version}]: ~acme-{version}
        ^[36m?^[0m indexes on the way out, in order [testpypi, pypi]: ~pipy
        ^[33mwarning:^[0m `pipy` is not an answer: `pipy` is neither a known index nor a URL is wanted
        ^[36m?^[0m indexes on the way out, in order [testpypi, pypi]: ~pypi
        ^[36m?^[0m address where the security status will be served, for badges [none]: ~nonsense
        ^[33mwarning:^[0m `nonsense` is not an answer: an address such as `https://example.org/acme`, or `none` is wanted
        ^[36m?^[0m address where the security status will be served, for badges [none]: ~https://example.org/acme
        ^[36m?^[0m write 5 files (yes, no) [yes]: ~maybe
        ^[33mwarning:^[0m `maybe` is not an answer: `yes` or `no` is wanted
        ^[36m?^[0m write 5 files (yes, no) [yes]: ~y
    "#]].assert_eq(&questions(&shown));
    let pyproject = sandbox.read("pyproject.toml");
    expect![[r#"

        [tool.release]
        tag = "acme-{version}"
        branches = ["release"]
        stages = ["pypi"]

        [tool.release.init]
        workflows = []
        badges = "https://example.org/acme"
    "#]]
    .assert_eq(pyproject[bare()[0].1.len()..].split("\n[[").next().unwrap_or_default());
    expect![[r#"
        # acme

        <!-- release:badges -->
        [![security status](https://example.org/acme/security-status/badge/security.svg)](https://example.org/acme/security-status/index.html)
        <!-- /release:badges -->

            pip install acme==1.2.3

        Not ours: other==1.2.3, 11.2.30, 1.2.3.4
    "#]].assert_eq(&sandbox.read("README.md"));
    let after = sandbox.snapshot();
    let _ = sandbox.release(&["init", "--yes"]).success();
    assert!(after == sandbox.snapshot());
}

#[test]
fn no_and_the_end_of_input_write_nothing() {
    for (keys, code) in [("\n\n\n\n\nno\n", 1), ("\n\n", 1)] {
        let sandbox = unconfigured();
        let before = sandbox.read("pyproject.toml");
        let (ended, shown) = on_a_terminal(&sandbox, &["init"], keys);
        assert_eq!(ended, code, "{shown}");
        assert_eq!(before, sandbox.read("pyproject.toml"));
        assert!(!sandbox.repo().join("RELEASING.md").exists());
    }
}

/// A copy of a fixture without its configuration is set up, rehearses at once, and is set up the same again.
fn rehearses(name: &str) {
    let mut sandbox = Sandbox::fixture(name).online();
    let pyproject = without_configuration(&sandbox.read("pyproject.toml"));
    assert!(!pyproject.contains("tool.release]"), "{pyproject}");
    sandbox.write("pyproject.toml", pyproject);
    sandbox.commit("the fixture as it was before");
    stand_ins::all(&sandbox.path("stand-ins"));
    std::fs::create_dir(sandbox.path("tmp")).expect("a folder");
    sandbox.set("TMPDIR", sandbox.path("tmp"));
    let output = sandbox.release(&["init", "--yes"]).success();
    sandbox.commit("set up");
    let _ = sandbox.release(&["references", "--check"]).success();
    let (with, keep) = (sandbox.path("stand-ins").display().to_string(), sandbox.path("kept").display().to_string());
    let document = sandbox.release(&["rehearse", "--format", "json", "--with", &with, "--keep", &keep]).json();
    assert_eq!(document["failure"], serde_json::Value::Null, "{document:#}\n{output}");
    assert_eq!(document["outcome"], "ok", "{document:#}");
    let before = sandbox.snapshot();
    let again = sandbox.release(&["init", "--yes"]).success();
    assert!(again.stdout.contains("nothing to change"), "{again}");
    assert!(before == sandbox.snapshot());
    let _ = sandbox.release(&["init", "--check"]).success();
    // What was found against what a person wrote into the fixture.
    let own = crate::support::sandbox::fixtures().join("projects").join(name).join("pyproject.toml");
    let places = |text: &str| text.lines().filter(|line| line.starts_with("expect = ")).count();
    let written = std::fs::read_to_string(own).expect("a fixture");
    let detected = sandbox.read("pyproject.toml");
    assert!(places(&detected) >= 2, "{detected}");
    let references = |sandbox: &Sandbox| {
        let document = sandbox.release(&["references", "--format", "json"]).json();
        let mut all: Vec<String> = document["result"]["references"]
            .as_array()
            .expect("references")
            .iter()
            .map(|place| format!("{}:{}:{}", place["file"], place["line"], place["column"]))
            .collect();
        all.sort();
        all.dedup();
        all
    };
    let found = references(&sandbox);
    sandbox.write("pyproject.toml", written);
    let wanted = references(&sandbox);
    assert_eq!(found, wanted, "the places that a person named, and no others");
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn mypylogger_rehearses_at_once() {
    rehearses("mypylogger");
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn prompt_manager_rehearses_at_once() {
    rehearses("prompt-manager");
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn generative_ai_workflow_rehearses_at_once() {
    rehearses("generative-ai-workflow");
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn prompt_studio_rehearses_at_once() {
    rehearses("prompt-studio");
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn repo_agent_rehearses_at_once() {
    rehearses("repo-agent");
}
