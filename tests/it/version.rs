//! `release version`.

use expect_test::expect;

use crate::support::Sandbox;
use crate::support::projects::ACME;

#[test]
fn prints_the_version_and_what_comes_next() {
    let sandbox = Sandbox::with(ACME);
    expect![[r#"
        1.2.3
    "#]]
    .assert_eq(&sandbox.release(&["version"]).to_string());
    expect![[r#"
        1.3.0rc1
    "#]]
    .assert_eq(&sandbox.release(&["version", "--next", "minor,rc"]).to_string());
    expect![[r#"
        1.2.4rc1
        ------- stderr -------
        note: `1.2.3` is final, so the next patch `1.2.4` is begun; add `minor` or `major` for another
    "#]]
    .assert_eq(&sandbox.release(&["version", "--next", "rc"]).to_string());
}

#[test]
fn works_without_a_project() {
    let sandbox = Sandbox::new();
    expect![[r#"
        1.3.0
    "#]]
    .assert_eq(&sandbox.release(&["version", "--from", "1.3.0rc1", "--next", "minor"]).to_string());
    expect![[r#"
        1.4.0
    "#]]
    .assert_eq(&sandbox.release(&["version", "--from", "1.3.0rc1", "--next", "minor", "--exact"]).to_string());
    expect![[r#"
        ------- stderr -------
        error[cli/usage]: `--from 1..2` is not a version
          hint: `1..2` is not a version: `..2` at character 2 is no part of a version
        [exit status: 2]
    "#]]
    .assert_eq(&sandbox.release(&["version", "--from", "1..2", "--next", "minor"]).to_string());
    expect![[r#"
        ------- stderr -------
        error[python/bump-phase-back]: `1.2.3rc1` is past the phase `b`
          hint: use `pre` for the next one of the current phase, or `minor,a` for a new line
        [exit status: 1]
    "#]]
    .assert_eq(&sandbox.release(&["version", "--from", "1.2.3rc1", "--next", "beta"]).to_string());
}

#[test]
fn semver_is_read_and_printed_where_it_is_asked_for() {
    let sandbox = Sandbox::new();
    let semver = |from: &str, kind: &str| {
        sandbox.release(&["version", "--scheme", "semver", "--from", from, "--next", kind]).to_string()
    };
    expect![[r#"
        1.3.0-rc.2
    "#]]
    .assert_eq(&semver("1.3.0-rc.1", "rc"));
    expect![[r#"
        1.4.0-0.dev.1
    "#]]
    .assert_eq(&semver("1.3.0", "minor,dev"));
    expect![[r#"
        ------- stderr -------
        error[python/no-semver-form]: `1.3.0.post1` has no form in SemVer: as a pre-release it would sort below its release
          hint: use `patch` in place of `post`
        [exit status: 1]
    "#]].assert_eq(&semver("1.3.0", "post"));
    expect![[r#"
        ------- stderr -------
        error[python/no-pep440-form]: `1.3.0-1` has no form in PEP 440: a number alone is a pre-release in SemVer and a post-release in PEP 440
          hint: write `-rc.1` for a pre-release
        [exit status: 1]
    "#]].assert_eq(&semver("1.3.0-1", "minor"));
    expect![[r#"
        ------- stderr -------
        error[python/not-semver]: `1.3` is not a version of SemVer: unexpected end of input while parsing minor version number
          hint: write a version such as `1.4.0` or `1.4.0-rc.1`
        [exit status: 2]
    "#]].assert_eq(&semver("1.3", "minor"));
    let project = Sandbox::with(ACME);
    expect![[r#"
        {
          "schema": 1,
          "command": "version",
          "outcome": "ok",
          "findings": [],
          "result": {
            "version": "1.2.3",
            "next": "1.3.0-rc.1",
            "notes": []
          },
          "failure": null
        }
    "#]]
    .assert_eq(
        &project.release(&["version", "--scheme", "semver", "--next", "minor,rc", "--format", "json"]).to_string(),
    );
}

#[test]
fn the_calendar_gives_versions() {
    let sandbox = Sandbox::new();
    let calver = |scheme: &str, from: &str, kind: &str| {
        sandbox.release(&["version", "--scheme", scheme, "--from", from, "--next", kind]).to_string()
    };
    expect![[r#"
        2026.11.0
    "#]]
    .assert_eq(&calver("calver", "2026.10.3", "auto"));
    expect![[r#"
        26.3.0
    "#]]
    .assert_eq(&calver("calver:YY.MINOR.MICRO", "26.2.1", "minor"));
    expect![[r#"
        2027.1.1
        ------- stderr -------
        note: `2027.1.0` names a day to come, so only its counter moves
    "#]]
    .assert_eq(&calver("calver", "2027.1.0", "patch"));
    expect![[r#"
        2026.11.0
        ------- stderr -------
        note: `1.2.3` is not of the pattern `YYYY.MM.MICRO`
    "#]]
    .assert_eq(&calver("calver", "1.2.3", "patch"));
    expect![[r#"
        ------- stderr -------
        error[python/calver-level]: `major` means nothing in the pattern `YYYY.MM.MICRO`
          hint: use `patch`: the day gives the numbers before it
        [exit status: 2]
    "#]]
    .assert_eq(&calver("calver", "2026.10.3", "major"));
    expect![[r#"
        ------- stderr -------
        error[python/calver-stuck]: `2026.11.21` is the version of this day already, and `YYYY.MM.DD` has nothing to count
          hint: use `post`, or set `scheme = "calver:YYYY.MM.DD.MICRO"` to count within a day
        [exit status: 1]
    "#]].assert_eq(&calver("calver:YYYY.MM.DD", "2026.11.21", "patch"));
    expect![[r#"
        ------- stderr -------
        error[python/calver-pattern]: `YYYY.0M` is not a pattern of calendar versions: `0M` fills up with zeros, which PEP 440 drops: `26.04` is `26.4`
          hint: begin with `YYYY` or `YY`, go on with `MM`, `MM.DD` or `WW`, and end with `MINOR`, `MICRO` or `INC1`
        [exit status: 2]
    "#]].assert_eq(&calver("calver:YYYY.0M", "2026.11", "patch"));
    expect![[r#"
        ------- stderr -------
        error[python/scheme]: `roman` is not a scheme of versions
          hint: use `pep440`, `semver`, `calver` or `calver:YYYY.MM.MICRO`
        [exit status: 2]
    "#]]
    .assert_eq(&calver("roman", "2026.11", "patch"));
}

#[test]
fn suggest_lists_what_each_kind_gives_and_marks_one() {
    let sandbox = Sandbox::with(ACME);
    // Never tagged: the version that is written comes first.
    expect![[r#"
        *  --current  1.2.3        `1.2.3` is written and was never tagged
           major      2.0.0
           minor      1.3.0
           patch      1.2.4
           major,rc   2.0.0rc1
           minor,rc   1.3.0rc1
           alpha      1.2.4a1
           beta       1.2.4b1
           rc         1.2.4rc1
           pre        1.2.4a1
           dev        1.2.4.dev1
           post       1.2.3.post1
    "#]]
    .assert_eq(&sandbox.release(&["version", "--suggest"]).to_string());
    sandbox.git(&["tag", "v1.2.3"]);
    // HEAD is the release.
    expect![[r#"
           major     2.0.0
           minor     1.3.0
           patch     1.2.4
           major,rc  2.0.0rc1
           minor,rc  1.3.0rc1
           alpha     1.2.4a1
           beta      1.2.4b1
           rc        1.2.4rc1
           pre       1.2.4a1
           dev       1.2.4.dev1
           post      1.2.3.post1
        ------- stderr -------
        note: nothing is suggested: nothing was committed since the last release
    "#]]
    .assert_eq(&sandbox.release(&["version", "--suggest"]).to_string());
    sandbox.write("acme/more.py", "X = 1\n");
    sandbox.commit("fix: less");
    // The changelog says more than the commit.
    expect![[r#"
           major     2.0.0
        *  minor     1.3.0        the changelog has `Added` in `Unreleased`
           patch     1.2.4
           major,rc  2.0.0rc1
           minor,rc  1.3.0rc1
           alpha     1.2.4a1
           beta      1.2.4b1
           rc        1.2.4rc1
           pre       1.2.4a1
           dev       1.2.4.dev1
           post      1.2.3.post1
    "#]]
    .assert_eq(&sandbox.release(&["version", "--suggest"]).to_string());
}

#[test]
fn suggest_speaks_semver_and_json() {
    let sandbox = Sandbox::with(ACME);
    sandbox.git(&["tag", "v1.2.3"]);
    sandbox.write("acme/more.py", "X = 2\n");
    sandbox.commit("fix!: other");
    expect![[r#"
        *  major     2.0.0          a breaking change calls for it: `fix!: other`
           minor     1.3.0
           patch     1.2.4
           major,rc  2.0.0-rc.1
           minor,rc  1.3.0-rc.1
           alpha     1.2.4-alpha.1
           beta      1.2.4-beta.1
           rc        1.2.4-rc.1
           pre       1.2.4-alpha.1
           dev       1.2.4-0.dev.1
    "#]]
    .assert_eq(&sandbox.release(&["version", "--suggest", "--scheme", "semver"]).to_string());
    let json = ["version", "--suggest", "--scheme", "calver:YYYY.MM.DD", "--from", "2026.11.21", "--format", "json"];
    expect![[r#"
        {
          "schema": 1,
          "command": "version",
          "outcome": "ok",
          "findings": [],
          "result": {
            "version": "2026.11.21",
            "next": null,
            "suggested": null,
            "reason": "without a project there are no changes to judge by",
            "choices": [
              {
                "kind": "post",
                "version": "2026.11.21.post1",
                "exact": null
              }
            ]
          },
          "failure": null
        }
    "#]]
    .assert_eq(&sandbox.release(&json).to_string());
}

#[test]
fn suggest_shows_both_schools_and_does_without_a_project() {
    let sandbox = Sandbox::new();
    expect![[r#"
           major     2.0.0          3.0.0 with --exact
           minor     2.0.0          2.1.0 with --exact
           patch     2.0.0          2.0.1 with --exact
           release   2.0.0
           major,rc  2.0.0rc2       3.0.0rc1 with --exact
           minor,rc  2.0.0rc2       2.1.0rc1 with --exact
           rc        2.0.0rc2
           pre       2.0.0rc2
           dev       2.0.0rc2.dev1
        ------- stderr -------
        note: nothing is suggested: without a project there are no changes to judge by
    "#]]
    .assert_eq(&sandbox.release(&["version", "--suggest", "--from", "2.0.0rc1"]).to_string());
    expect![[r#"
        ------- stderr -------
        error[cli/usage]: the argument '--suggest' cannot be used with '--next <KIND>'
          hint: Usage: release version --suggest
          hint: For more information, try '--help'.
        [exit status: 2]
    "#]]
    .assert_eq(&sandbox.release(&["version", "--suggest", "--next", "minor"]).to_string());
}

#[test]
fn suggest_marks_nothing_where_nothing_is_released() {
    let sandbox = Sandbox::with(ACME);
    sandbox.write("CHANGELOG.md", "# Changelog\n\n## [Unreleased]\n");
    sandbox.commit("docs: changelog");
    sandbox.git(&["tag", "v1.2.3"]);
    sandbox.write("README.md", sandbox.read("README.md") + "\nMore words.\n");
    sandbox.commit("docs: words");
    expect![[r#"
        ------- stderr -------
        note: there is nothing to release: no commit since the last release changes what is released
    "#]]
    .assert_eq(&sandbox.release(&["version", "--next", "auto"]).to_string());
    expect![[r#"
           major     2.0.0
           minor     1.3.0
           patch     1.2.4
           major,rc  2.0.0rc1
           minor,rc  1.3.0rc1
           alpha     1.2.4a1
           beta      1.2.4b1
           rc        1.2.4rc1
           pre       1.2.4a1
           dev       1.2.4.dev1
           post      1.2.3.post1
        ------- stderr -------
        note: nothing is suggested: no commit since the last release changes what is released
    "#]]
    .assert_eq(&sandbox.release(&["version", "--suggest"]).to_string());
}

#[test]
fn what_a_tag_takes_is_no_next_version() {
    let sandbox = Sandbox::with(ACME);
    for tag in ["v1.2.3", "v1.3.0", "v2.0.0", "v2.1.0a1"] {
        sandbox.git(&["tag", tag]);
    }
    let next = |kind: &str| sandbox.release(&["version", "--next", kind]).to_string();
    expect![[r#"
        ------- stderr -------
        error[plan/below-tag]: version 1.3.0 is not above 1.3.0, which is tagged
          hint: choose a version above 1.3.0; `release version --suggest` lists those that are free
        [exit status: 1]
    "#]]
    .assert_eq(&next("minor"));
    expect![[r#"
        1.2.4
        ------- stderr -------
        note: `1.2.4` is a release of the line 1.2 below `2.1.0a1`, which is tagged
    "#]]
    .assert_eq(&next("patch"));
    expect![[r#"
        1.3.1
        ------- stderr -------
        note: `1.3.1` is a release of the line 1.3 below `2.1.0a1`, which is tagged
    "#]]
    .assert_eq(&next("1.3.1"));
    expect![[r#"
        ------- stderr -------
        error[plan/below-tag]: version 2.0.0 is not above 2.0.0, which is tagged
          hint: choose a version above 2.0.0; `release version --suggest` lists those that are free
        [exit status: 1]
    "#]]
    .assert_eq(&next("major"));
    expect![[r#"
        2.1.0
    "#]]
    .assert_eq(&next("2.1.0"));
    // The kinds that are taken are not offered.
    expect![[r#"
           patch  1.2.4
           alpha  1.2.4a1
           beta   1.2.4b1
           rc     1.2.4rc1
           pre    1.2.4a1
           dev    1.2.4.dev1
           post   1.2.3.post1
        ------- stderr -------
        note: nothing is suggested: nothing was committed since the last release
    "#]]
    .assert_eq(&sandbox.release(&["version", "--suggest"]).to_string());
}
