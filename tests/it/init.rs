//! `release init`: what is seen, asked, shown and written, and that nothing of a person's is touched.

use expect_test::{ExpectFile, expect, expect_file};

use crate::support::Sandbox;
use crate::support::projects::{bare_acme as bare, unconfigured_acme as unconfigured};

/// A file of the folder of snapshots: for texts that are longer than a test should be.
fn snapshot(name: &str) -> ExpectFile {
    expect_file![format!("{}/tests/it/snapshots/{name}", env!("CARGO_MANIFEST_DIR"))]
}

#[test]
fn a_dry_run_shows_the_diff_and_writes_nothing() {
    let sandbox = unconfigured();
    let before = sandbox.snapshot();
    snapshot("init_dry_run.txt").assert_eq(&sandbox.release(&["init", "--dry-run", "--forge", "none"]).to_string());
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
    snapshot("init_releasing.md").assert_eq(&sandbox.read("RELEASING.md"));
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

const USAGE: &str = "\
`acme==1.2.3` and \"acme[all]==1.2.3\", but not-acme==1.2.3, other==1.2.3 and acme>=1.2.3.
[badge](https://img.shields.io/badge/version-1.2.3-blue) ![py](https://img.shields.io/badge/python-1.2.3-blue)
.. versionadded:: 1.2.3
pip install git+https://github.com/ana/acme@v1.2.3
Unpack acme-1.2.3.tar.gz. The date 1.2.3 is no date, 11.2.3 and 1.2.3.4 are longer.
";

#[test]
fn only_places_that_say_whose_version_they_are_follow_it() {
    let mut files = bare();
    files.push(("docs/usage.md", USAGE.to_owned()));
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
        "lib/package.json":1 "the file may have a version of its own""#]]
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

        [[tool.release.references]]
        path = "package.json"
        match = '"version": "{version}"'
        form = "semver"
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
fn workflows_of_both_forges() {
    let sandbox = unconfigured();
    let document = sandbox.release(&["init", "--yes", "--forge", "both", "--format", "json"]).success().json();
    let paths: Vec<String> =
        document["result"]["files"].as_array().expect("files").iter().map(|file| file["path"].to_string()).collect();
    expect![[r#"
        "pyproject.toml"
        ".github/workflows/release.yml"
        ".github/workflows/security.yml"
        ".gitea/workflows/release.yml"
        ".gitea/workflows/security.yml"
        "RELEASING.md"
        "CHANGELOG.md"
        "SECURITY.md"
        ".gitignore""#]]
    .assert_eq(&paths.join("\n"));
    expect![[r#"["the workflows name our action at a commit of zeros: put that of a release of pyrelease there"]"#]]
        .assert_eq(&document["result"]["notes"].to_string());
    let text = sandbox.read(".github/workflows/release.yml");
    assert!(text.starts_with("# Written by `release init`; sha256 "), "{text}");
    assert!(text.contains("- \"v[0-9]+.[0-9]+.[0-9]+*\""), "{text}");
    snapshot("init_releasing_both.md").assert_eq(&sandbox.read("RELEASING.md"));
    let before = sandbox.snapshot();
    let _ = sandbox.release(&["init", "--yes"]).success();
    assert!(before == sandbox.snapshot(), "the choice is kept");
    // The project is set up for another branch: what nobody touched follows.
    sandbox.write("pyproject.toml", sandbox.read("pyproject.toml").replace("[\"main\"]", "[\"trunk\"]"));
    sandbox.write(".gitea/workflows/release.yml", "on: push\n");
    sandbox.write(".github/workflows/release.yml", text.replace("timeout-minutes: 15", "timeout-minutes: 16"));
    let document = sandbox.release(&["init", "--check", "--format", "json"]).json();
    let findings: Vec<String> = document["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .map(|finding| format!("{} {}", finding["code"], finding["location"]["file"]))
        .collect();
    expect![[r#"
        "init/edited" ".github/workflows/release.yml"
        "init/foreign" ".gitea/workflows/release.yml"
        "init/outdated" "RELEASING.md""#]]
    .assert_eq(&findings.join("\n"));
    // Below the top of a repository there is no place for them.
    let outer = Sandbox::with(&[("README.md", "outer\n")]);
    for (path, text) in bare() {
        outer.write(&format!("inner/{path}"), text);
    }
    let output = outer.release(&["-C", "inner", "init", "--yes", "--forge", "github"]).success();
    assert!(output.stderr.contains("workflows belong to the top"), "{output}");
    assert!(outer.repo().join("inner/RELEASING.md").exists());
    assert!(!outer.repo().join("inner/.github").exists() && !outer.repo().join(".github").exists());
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
fn packages_with_versions_of_their_own_are_released_one_by_one() {
    let member = |name: &str, version: &str, pins: &str| {
        format!("[project]\nname = \"{name}\"\nversion = \"{version}\"\ndependencies = [{pins}]\n")
    };
    let sandbox = Sandbox::with(&[
        ("pyproject.toml", "[tool.uv.workspace]\nmembers = [\"packages/*\"]\n"),
        ("packages/one/pyproject.toml", &member("acme-one", "1.2.0", "")),
        ("packages/one/README.md", "pip install acme-one==1.2.0\n"),
        // No list of modules holds for each of them.
        ("packages/one/acme_one/__init__.py", ""),
        ("packages/two/src/acme_two/__init__.py", ""),
        ("packages/two/pyproject.toml", &member("Acme.Two", "0.3", "\"acme-one==1.2.0\"")),
        ("packages/two/README.md", "pip install acme-one==1.2.0\npip install acme-two==0.3\n"),
        ("README.md", "# Acme\n"),
    ]);
    sandbox.commit("feat: everything");
    sandbox.git(&["tag", "acme-two/v0.3"]);
    let _ = sandbox.release(&["init", "--yes", "--forge", "github"]).success();
    expect![[r#"
        [tool.uv.workspace]
        members = ["packages/*"]

        [tool.release]
        tag = "{name}/v{version}"
        branches = ["main"]
        stages = ["testpypi", "pypi"]

        [tool.release.workspace]
        members = ["packages/one", "packages/two"]
        versions = "independent"

        [tool.release.init]
        workflows = ["github"]

        [[tool.release.references]]
        path = "packages/one/README.md"
        match = "acme-one=={version}"
        expect = 1

        [[tool.release.references]]
        path = "packages/two/README.md"
        match = "acme-one=={version}"
        package = "acme-one"
        expect = 1

        [[tool.release.references]]
        path = "packages/two/pyproject.toml"
        match = "acme-one=={version}"
        package = "acme-one"
        expect = 1

        [[tool.release.references]]
        path = "packages/two/README.md"
        match = "acme-two=={version}"
        expect = 1
    "#]]
    .assert_eq(&sandbox.read("pyproject.toml"));
    let workflow = sandbox.read(".github/workflows/release.yml");
    let begin = workflow.find("\non:").expect("it says when it runs");
    expect![[r#"

        on:
          push:
            tags:
              - "acme-one/v[0-9]+.[0-9]+.[0-9]+*"
              - "acme-two/v[0-9]+.[0-9]+*"
          workflow_dispatch:
            inputs:
              package:
                description: On a branch, the package of the workspace. On a tag, nothing.
                required: false
                type: string
              version:
                description: On a branch, what to release, a kind (patch, minor, auto) or a version. On a tag, nothing.
                required: false
                type: string
              decision:
                description: The id of the decision that asks for it
                required: false
                type: string
              reason:
                description: Its reason in one line
                required: false
                type: string

        permissions: {}

        env:
          RELEASE_PACKAGE: ${{ inputs.package }}

        concurrency:
          group: release-${{ github.ref }}
          cancel-in-progress: false

    "#]]
    .assert_eq(&workflow[begin..workflow.find("jobs:").expect("it has jobs")]);
    assert!(!sandbox.read(".github/workflows/security.yml").contains("inputs.package"));
    sandbox.commit("chore: set up releases");
    expect![[r#"
        1.2.0 -> 1.3.0
          wrote packages/one/README.md
          wrote packages/one/pyproject.toml
          wrote packages/two/README.md
          wrote packages/two/pyproject.toml
          committed 67986ea0b139
          tagged acme-one/v1.3.0
    "#]]
    .assert_eq(&sandbox.release(&["--package", "acme-one", "bump", "minor"]).to_string());
    expect![[r#"
        .github/workflows/release.yml  0 errors, 0 warnings
        .github/workflows/security.yml  0 errors, 0 warnings
    "#]]
    .assert_eq(&sandbox.release(&["check", "--workflows", "--ignore", "workflow/unpinned-action"]).to_string());
    let _ = sandbox.release(&["init", "--check"]).success();
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
