//! Which version `release bump` makes: lines, `auto`, and the scheme of the configuration.

use expect_test::expect;

use crate::bump::tagged;

#[test]
fn an_older_line_is_released_beside_a_higher_version() {
    let sandbox = tagged();
    sandbox.git(&["switch", "-q", "-c", "next"]);
    sandbox.write("acme/more.py", "X = 2\n");
    sandbox.commit("feat!: other");
    sandbox.git(&["tag", "v2.0.0"]);
    sandbox.git(&["switch", "-q", "main"]);
    sandbox.write("acme/more.py", "X = 3\n");
    sandbox.write("CHANGELOG.md", "# Changelog\n\n## [Unreleased]\n");
    sandbox.commit("fix: less");
    // What happened for 2.0 is no reason for anything here.
    expect![[r#"
        1.2.3 -> 1.3.0
          wrote CHANGELOG.md
          wrote README.md
          wrote acme/__init__.py
          wrote pyproject.toml
          committed 09a44d309934
          tagged v1.3.0
        ------- stderr -------
        note: a feature calls for a minor release: `feat: more`
        note: `1.3.0` is a release of the line 1 below `2.0.0`, which is tagged
    "#]]
    .assert_eq(&sandbox.release(&["bump", "--allow-empty-notes", "auto"]).to_string());
    expect![[r#"
        ------- stderr -------
        error[plan/below-tag]: version 2.0 is not above 2.0.0, which is tagged
          hint: choose a version above 2.0.0; `release version --suggest` lists those that are free
        [exit status: 1]
    "#]]
    .assert_eq(&sandbox.release(&["bump", "--allow-empty-notes", "2.0"]).to_string());
}

#[test]
fn auto_releases_nothing_where_nothing_changed_for_users() {
    let sandbox = tagged();
    sandbox.write("CHANGELOG.md", "# Changelog\n\n## [Unreleased]\n");
    sandbox.commit("docs: changelog");
    sandbox.git(&["tag", "-f", "v1.2.3"]);
    sandbox.write("README.md", sandbox.read("README.md") + "\nMore words.\n");
    sandbox.commit("chore: dust");
    let before = sandbox.snapshot();
    expect![[r#"
        nothing to release after 1.2.3
        ------- stderr -------
        note: no commit since the last release changes what is released
    "#]]
    .assert_eq(&sandbox.release(&["bump", "--allow-empty-notes", "auto"]).to_string());
    expect![[r#"
        ------- stderr -------
        error[plan/nothing-to-release]: there is nothing to release after 1.2.3: no commit since the last release changes what is released
          hint: name a kind, such as `patch`, to release anyway
        [exit status: 1]
    "#]].assert_eq(&sandbox.release(&["plan"]).to_string());
    assert!(before == sandbox.snapshot());
    // A scheduler that finds nothing to do has done its work.
    expect![[r#"
        there is nothing to release after 1.2.3: no commit since the last release changes what is released
    "#]]
    .assert_eq(&sandbox.release(&["run", "--yes"]).to_string());
    expect![[r#"
        CHANGELOG.md:3: + ## [1.2.4] - 2026-11-21
        README.md:3: 1.2.3 -> 1.2.4
        acme/__init__.py:3: 1.2.3 -> 1.2.4
        pyproject.toml:7: 1.2.3 -> 1.2.4
        would write 4 files, commit, tag `v1.2.4`
        ------- stderr -------
        dry run: nothing was done
    "#]]
    .assert_eq(&sandbox.release(&["bump", "--allow-empty-notes", "patch", "-n"]).to_string());
}

#[test]
fn the_scheme_of_the_configuration_holds() {
    let sandbox = tagged();
    let configured = |scheme: &str| {
        let text = sandbox.read("pyproject.toml");
        sandbox.write("pyproject.toml", text.split("[tool.release]").next().unwrap_or_default());
        sandbox.write("release.toml", format!("scheme = \"{scheme}\"\n"));
        sandbox.commit("chore: scheme");
    };
    configured("semver");
    expect![[r#"
        ------- stderr -------
        error[python/no-semver-form]: `1.2.3.post1` has no form in SemVer: as a pre-release it would sort below its release
          hint: use `patch` in place of `post`
        [exit status: 1]
    "#]].assert_eq(&sandbox.release(&["bump", "--allow-empty-notes", "post"]).to_string());
    configured("calver:YYYY.MM.MICRO");
    expect![[r#"
        ------- stderr -------
        error[python/calver-level]: `minor` means nothing in the pattern `YYYY.MM.MICRO`
          hint: use `patch`: the day gives the numbers before it
        [exit status: 2]
    "#]]
    .assert_eq(&sandbox.release(&["bump", "--allow-empty-notes", "minor"]).to_string());
    expect![[r#"
        ------- stderr -------
        error[plan/no-kind]: no kind and no version given
          hint: `release bump patch` gives 2026.11.0
          hint: `release bump rc` gives 2026.11.0rc1
          hint: `release bump post` gives 1.2.3.post1
        [exit status: 2]
    "#]]
    .assert_eq(&sandbox.release(&["bump"]).to_string());
    expect![[r#"
        1.2.3 -> 2026.11.0
          wrote CHANGELOG.md
          wrote pyproject.toml
          committed 7b7bc3476ebc
          tagged v2026.11.0
        ------- stderr -------
        note: a feature calls for a minor release: `feat: more`
        note: `1.2.3` is not of the pattern `YYYY.MM.MICRO`
    "#]]
    .assert_eq(&sandbox.release(&["bump", "--allow-empty-notes", "auto"]).to_string());
    expect![[r#"
        2026.11.0
    "#]]
    .assert_eq(&sandbox.release(&["version"]).to_string());
    configured("calver:YYYY.0M");
    expect![[r#"
        ------- stderr -------
        error[config/value]: `scheme` is refused: `YYYY.0M` is not a pattern of calendar versions: `0M` fills up with zeros, which PEP 440 drops: `26.04` is `26.4`
          at: release.toml
          hint: `release schema config` prints every key with its kind
        [exit status: 3]
    "#]].assert_eq(&sandbox.release(&["bump", "--allow-empty-notes", "auto"]).to_string());
}

#[test]
fn a_candidate_becomes_final_without_another_commit_and_twice_is_once() {
    let sandbox = tagged();
    for (kind, makes) in [("minor,rc", "1.3.0rc1"), ("minor", "1.3.0")] {
        let made = sandbox.release(&["bump", kind, "--allow-empty-notes"]).success();
        assert!(made.stdout.contains(&format!("-> {makes}\n")), "{made}");
        let again = sandbox.release(&["bump", kind, "--allow-empty-notes"]).success();
        assert_eq!(again.stdout, format!("{makes} is released already\n"));
    }
}
