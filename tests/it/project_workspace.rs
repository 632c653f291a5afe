//! Several packages in one repository: released together under one version, or each by itself.

use expect_test::expect;

use crate::support::Sandbox;

fn pyproject(name: &str, version: &str, dependencies: &str) -> String {
    format!("[project]\nname = \"{name}\"\nversion = \"{version}\"\ndependencies = [{dependencies}]\n")
}

/// Two packages with versions of their own; the second pins the first.
fn independent() -> Sandbox {
    let sandbox = Sandbox::with(&[
        (
            "release.toml",
            "[workspace]\nmembers = [\"packages/*\"]\nversions = \"independent\"\n\
             [[references]]\npath = \"packages/app/pyproject.toml\"\nmatch = \"demo-core=={version}\"\npackage = \"demo-core\"\nexpect = 1\n\
             [[references]]\npath = \"packages/core/README.md\"\nmatch = \"demo-core=={version}\"\n",
        ),
        ("packages/core/pyproject.toml", &pyproject("demo-core", "1.2.0", "")),
        ("packages/core/README.md", "pip install demo-core==1.2.0\n"),
        ("packages/core/CHANGELOG.md", "# Changelog\n\n## [Unreleased]\n\n- Something.\n"),
        ("packages/app/pyproject.toml", &pyproject("demo-app", "0.3.1", "\"demo-core==1.2.0\"")),
        ("packages/app/CHANGELOG.md", "# Changelog\n\n## [Unreleased]\n\n- Less.\n"),
        ("packages/notes/README.md", "No package.\n"),
        ("README.md", "Both.\n"),
    ]);
    sandbox.commit("feat: everything");
    sandbox.git(&["tag", "demo-core-v1.2.0"]);
    sandbox.git(&["tag", "demo-app-v0.3.1"]);
    sandbox
}

#[test]
fn each_package_has_its_own_version_tags_and_changelog() {
    let sandbox = independent();
    sandbox.write("packages/core/new.py", "");
    sandbox.git(&["add", "."]);
    sandbox.git(&["commit", "-qm", "feat: something for the core"]);
    sandbox.write("packages/app/new.py", "");
    sandbox.git(&["add", "."]);
    sandbox.git(&["commit", "-qm", "fix: the app"]);
    sandbox.write("README.md", "Both of them.\n");
    sandbox.git(&["commit", "-qam", "feat!: of nobody"]);
    expect![[r#"
        demo-core  1.2.0  demo-core-v1.2.0  1 commit since then
        demo-app   0.3.1  demo-app-v0.3.1   1 commit since then
        next  release --package demo-core
    "#]]
    .assert_eq(&sandbox.release(&[]).to_string());
    expect![[r#"
        demo-core  1.2.0
        demo-app   0.3.1
    "#]]
    .assert_eq(&sandbox.release(&["version"]).to_string());
    expect![[r#"
        ------- stderr -------
        error[project/which-package]: each package of this workspace has its own version: demo-core 1.2.0, demo-app 0.3.1
          hint: name one, such as `--package demo-core`, or go to its folder
        [exit status: 3]
    "#]].assert_eq(&sandbox.release(&["bump", "minor"]).to_string());
    expect![[r#"
           major     1.0.0
           minor     0.4.0
        *  patch     0.3.2        a change calls for a patch release: `fix: the app`
           major,rc  1.0.0rc1
           minor,rc  0.4.0rc1
           alpha     0.3.2a1
           beta      0.3.2b1
           rc        0.3.2rc1
           pre       0.3.2a1
           dev       0.3.2.dev1
           post      0.3.1.post1
    "#]]
    .assert_eq(&sandbox.release(&["--package", "demo-app", "version", "--suggest"]).to_string());
    expect![[r#"
        1.2.0 -> 1.3.0
          wrote packages/app/pyproject.toml
          wrote packages/core/CHANGELOG.md
          wrote packages/core/README.md
          wrote packages/core/pyproject.toml
          committed a5ab633d66f2
          tagged demo-core-v1.3.0
        ------- stderr -------
        note: a feature calls for a minor release: `feat: something for the core`
    "#]]
    .assert_eq(&sandbox.release(&["--package", "Demo_Core", "bump", "auto"]).to_string());
    assert!(
        sandbox
            .read("packages/app/pyproject.toml")
            .contains("version = \"0.3.1\"\ndependencies = [\"demo-core==1.3.0\"]")
    );
    assert_eq!(sandbox.read("packages/core/README.md"), "pip install demo-core==1.3.0\n");
    assert!(sandbox.read("packages/core/CHANGELOG.md").contains("## [1.3.0] - 2026-11-21\n\n- Something."));
    // The bump of one is a change of the other one, whose pin it moved.
    expect![[r#"
        0.3.1 -> 0.3.2
          wrote packages/app/CHANGELOG.md
          wrote packages/app/pyproject.toml
          committed ef5f066c12ce
          tagged demo-app-v0.3.2
    "#]]
    .assert_eq(&sandbox.release(&["-C", "packages/app/", "bump", "patch"]).to_string());
    expect![[r#"
        demo-app-v0.3.1 feat: everything
        demo-app-v0.3.2 chore(release): demo-app 0.3.2Release demo-app 0.3.2
        demo-core-v1.2.0 feat: everything
        demo-core-v1.3.0 chore(release): demo-core 1.3.0Release demo-core 1.3.0
    "#]]
    .assert_eq(&sandbox.git(&["tag", "--list", "--sort=refname", "--format=%(refname:short) %(*subject)%(subject)"]));
}

#[test]
fn a_tag_that_started_a_workflow_says_which_package_is_meant() {
    let mut sandbox = independent();
    sandbox.set("GITHUB_REF_TYPE", "tag");
    sandbox.set("GITHUB_REF_NAME", "demo-app-v0.3.1");
    expect![[r#"
        0.3.1
    "#]]
    .assert_eq(&sandbox.release(&["version"]).to_string());
    // What is typed wins.
    expect![[r#"
        1.2.0
    "#]]
    .assert_eq(&sandbox.release(&["--package", "demo-core", "version"]).to_string());
    // A branch is no tag.
    sandbox.set("GITHUB_REF_TYPE", "branch");
    assert_eq!(
        sandbox.release(&["version", "--next", "minor", "--format", "json"]).failure_code(),
        "project/which-package"
    );
}

#[test]
fn what_is_about_no_package_is_refused() {
    let sandbox = independent();
    let written = sandbox.read("release.toml");
    let mut refusals = String::new();
    for (more, what) in [
        ("[[references]]\npath = \"README.md\"\nmatch = \"=={version}\"\n", "a file of no package"),
        ("[[references]]\npath = \"packages/**/*.md\"\nmatch = \"=={version}\"\n", "files of several"),
        ("[workspace.packages.demo-cor]\ntag = \"core-{version}\"\n", "a table of no package"),
        ("[workspace.packages.demo-core]\ntag = \"demo-app-v{version}\"\n", "the tags of another one"),
        ("[workspace.packages.demo-core]\ntag = \"core\"\n", "no version"),
        ("[workspace.packages.demo-core]\nchangelog = \"../CHANGELOG.md\"\n", "outside"),
        ("[changelog]\npath = \"CHANGELOG.md\"\n", "one changelog"),
    ] {
        sandbox.write("release.toml", format!("{written}{more}"));
        refusals += &format!("{what}\n{}", sandbox.release(&["version"]));
    }
    sandbox.write("release.toml", written.replace("[workspace]", "tag = \"v{version}\"\n[workspace]"));
    refusals += &format!("one form for all\n{}", sandbox.release(&["version"]));
    sandbox.write("release.toml", &written);
    refusals += &format!("no package of that name\n{}", sandbox.release(&["--package", "demo", "version"]));
    expect![[r#"
        a file of no package
        ------- stderr -------
        error[project/reference-of-whom]: the reference in `README.md` is about no package
          hint: say whose version it names with `package = "NAME"`
        [exit status: 3]
        files of several
        ------- stderr -------
        error[project/reference-of-whom]: the reference in `packages/**/*.md` is about no package
          hint: say whose version it names with `package = "NAME"`
        [exit status: 3]
        a table of no package
        ------- stderr -------
        error[project/unknown-package]: `demo-cor` is no package of this project
          hint: use one of `demo-core`, `demo-app`
        [exit status: 2]
        the tags of another one
        ------- stderr -------
        error[project/same-tags]: the tags of `demo-core` and `demo-app` are the same: `demo-app-v{version}`
          hint: write `{name}` into `tag`, or a `tag` of its own into `[workspace.packages.NAME]`
        [exit status: 3]
        no version
        ------- stderr -------
        error[config/value]: `workspace.packages.tag` must contain `{version}` once
          at: release.toml
          hint: `release schema config` prints every key with its kind
        [exit status: 3]
        outside
        ------- stderr -------
        error[config/value]: `workspace.packages.changelog` must lie below the project
          at: release.toml
          hint: `release schema config` prints every key with its kind
        [exit status: 3]
        one changelog
        ------- stderr -------
        error[config/value]: `changelog.path` is one file, and the packages have versions of their own: write `changelog` in `[workspace.packages.NAME]`
          at: release.toml
          hint: `release schema config` prints every key with its kind
        [exit status: 3]
        one form for all
        ------- stderr -------
        error[project/same-tags]: the tags of `demo-core` and `demo-app` are the same: `v{version}`
          hint: write `{name}` into `tag`, or a `tag` of its own into `[workspace.packages.NAME]`
        [exit status: 3]
        no package of that name
        ------- stderr -------
        error[project/unknown-package]: `demo` is no package of this project
          hint: use one of `demo-core`, `demo-app`
        [exit status: 2]
    "#]].assert_eq(&refusals);
}

#[test]
fn a_package_may_have_tags_and_a_changelog_elsewhere() {
    let sandbox = independent();
    let written = sandbox.read("release.toml");
    sandbox.write(
        "release.toml",
        written + "[workspace.packages.Demo_Core]\ntag = \"core/{version}\"\nchangelog = \"core.md\"\n",
    );
    sandbox.write("core.md", "# Changes\n\n## Unreleased\n\n- One.\n");
    sandbox.git(&["add", "."]);
    sandbox.git(&["commit", "-qm", "chore: move the changelog"]);
    expect![[r#"
        core.md:3: + ## 1.3.0 - 2026-11-21
        packages/app/pyproject.toml:4: 1.2.0 -> 1.3.0
        packages/core/README.md:1: 1.2.0 -> 1.3.0
        packages/core/pyproject.toml:3: 1.2.0 -> 1.3.0
        would write 4 files, commit, tag `core/1.3.0`
        ------- stderr -------
        dry run: nothing was done
    "#]]
    .assert_eq(&sandbox.release(&["--package", "demo-core", "bump", "minor", "-n"]).to_string());
}

/// Two packages with one version.
fn shared() -> Sandbox {
    let sandbox = Sandbox::with(&[
        (
            "pyproject.toml",
            "[tool.release]\ntag = \"{name}-{version}\"\n[tool.release.workspace]\nmembers = [\"one\", \"two\"]\n",
        ),
        ("one/pyproject.toml", &pyproject("demo-one", "1.2.0", "")),
        ("two/pyproject.toml", &pyproject("demo-two", "1.2.0", "")),
        ("apart/pyproject.toml", &pyproject("apart", "7.0", "")),
    ]);
    sandbox.commit("feat: everything");
    sandbox
}

#[test]
fn in_the_folder_of_a_package_the_whole_workspace_is_bumped() {
    let sandbox = shared();
    expect![[r#"
        1.2.0 -> 1.3.0
          wrote one/pyproject.toml
          wrote two/pyproject.toml
          committed e82a8ed607ad
          tagged demo-1.3.0
    "#]]
    .assert_eq(&sandbox.release(&["-C", "one", "bump", "minor"]).to_string());
    // A folder that is no member is a project of its own.
    expect![[r#"
        7.0
    "#]]
    .assert_eq(&sandbox.release(&["-C", "apart", "version"]).to_string());
}

#[test]
fn of_packages_with_one_version_none_is_bumped_alone() {
    let sandbox = shared();
    expect![[r#"
        ------- stderr -------
        error[cli/usage]: the packages of this workspace share one version
          hint: leave `--package` out: this is about all of them
        [exit status: 2]
    "#]]
    .assert_eq(&sandbox.release(&["--package", "demo-one", "bump", "minor"]).to_string());
    expect![[r#"
        ------- stderr -------
        error[project/unknown-package]: `demo-three` is no package of this project
          hint: use one of `demo-one`, `demo-two`
        [exit status: 2]
    "#]]
    .assert_eq(&sandbox.release(&["--package", "demo-three", "bump", "minor"]).to_string());
}

#[test]
fn the_last_bump_is_taken_back_whatever_package_it_is_of() {
    let sandbox = independent();
    sandbox.write("packages/core/new.py", "");
    sandbox.commit("feat: something");
    let before = sandbox.git(&["for-each-ref", "refs/heads", "refs/tags"]);
    sandbox.release(&["--package", "demo-core", "bump", "minor"]).success();
    expect![[r#"
        ------- stderr -------
        error[plan/bump-of-another]: the last bump of this clone, to 1.3.0, is of another package
          hint: at the top of the workspace and without `--package` the last one is taken back, whatever it is of
        [exit status: 1]
    "#]]
    .assert_eq(&sandbox.release(&["--package", "demo-app", "bump", "--undo"]).to_string());
    expect![[r#"
        1.3.0 is taken back: the project is at 1.2.0 again
    "#]]
    .assert_eq(&sandbox.release(&["bump", "--undo"]).to_string());
    assert_eq!(sandbox.git(&["for-each-ref", "refs/heads", "refs/tags"]), before);
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "");
}

#[test]
fn an_interrupted_bump_is_not_taken_for_that_of_another_one() {
    let sandbox = independent();
    sandbox.write("packages/app/new.py", "");
    sandbox.write("packages/core/new.py", "");
    sandbox.commit("fix: both");
    // A lock of somebody else stops the bump after its journal was written.
    let tag = sandbox.repo().join(".git/refs/tags/demo-core-v1.3.0.lock");
    std::fs::write(&tag, "in the way").expect("a file");
    let stopped = sandbox.release(&["--package", "demo-core", "bump", "minor", "--format", "json"]);
    assert_eq!(stopped.failure_code(), "step/git-locked", "{stopped}");
    std::fs::remove_file(&tag).expect("it is there");
    expect![[r#"
        0.3.1 -> 0.4.0
          wrote packages/app/CHANGELOG.md
          wrote packages/app/pyproject.toml
          committed 6542c2fc25ad
          tagged demo-app-v0.4.0
        ------- stderr -------
        note: finished the interrupted bump to 1.3.0
    "#]]
    .assert_eq(&sandbox.release(&["--package", "demo-app", "bump", "minor"]).to_string());
    assert_eq!(sandbox.git(&["tag", "--list", "*.3.0", "*.4.0"]), "demo-app-v0.4.0\ndemo-core-v1.3.0\n");
}

#[test]
fn a_bump_of_another_package_is_no_reason_for_a_second_release() {
    let sandbox = independent();
    sandbox.write("packages/core/new.py", "");
    sandbox.write("packages/app/new.py", "");
    sandbox.commit("feat: both");
    sandbox.release(&["--package", "demo-core", "bump", "minor"]).success();
    sandbox.release(&["--package", "demo-app", "bump", "minor"]).success();
    expect![[r#"
        1.3.0 is released already
        ------- stderr -------
        note: 1.3.0 is released as `demo-core-v1.3.0`, and nothing was committed since
    "#]]
    .assert_eq(&sandbox.release(&["--package", "demo-core", "bump", "minor"]).to_string());
    assert_eq!(sandbox.git(&["tag", "--list", "demo-core-*"]), "demo-core-v1.2.0\ndemo-core-v1.3.0\n");
    // From the folder of the one, the bump of the other is not taken back.
    let undone = sandbox.release(&["-C", "packages/core", "bump", "--undo", "--format", "json"]);
    assert_eq!(undone.failure_code(), "plan/bump-of-another");
}

#[test]
fn a_root_that_was_forgotten_is_hinted_at() {
    for versions in ["shared", "independent"] {
        let root = format!(
            "[project]\nname = \"Acme_Root\"\nversion = \"1.0\"\n\n[tool.release.workspace]\nmembers = [\"one\", \"two\"]\nversions = \"{versions}\"\n"
        );
        let sandbox = Sandbox::with(&[
            ("pyproject.toml", &root),
            ("one/pyproject.toml", "[project]\nname = \"acme-one\"\nversion = \"1.0\"\n"),
            ("two/pyproject.toml", "[project]\nname = \"acme-two\"\nversion = \"1.0\"\n"),
        ]);
        sandbox.commit("feat: everything");
        let refused = sandbox.release(&["show", "--package", "acme-root"]);
        expect![[""]].assert_eq(&refused.stderr);
    }
}
