//! `release` without a subcommand.

use expect_test::expect;

use crate::support::Sandbox;
use crate::support::projects::ACME;

#[test]
fn says_where_the_project_stands_and_what_comes_next() {
    let sandbox = Sandbox::with(ACME);
    expect![[r#"
        acme 1.2.3
        source      pyproject.toml:7 ([project] version)
        last tag    none
        since then  1 commit, 1 unreleased change in the changelog
        tree        clean
        next        release bump --current
    "#]]
    .assert_eq(&sandbox.release(&[]).to_string());
    sandbox.git(&["tag", "v1.2.3"]);
    sandbox.write("acme/more.py", "X = 1\n");
    sandbox.commit("feat: more");
    expect![[r#"
        acme 1.2.3
        source      pyproject.toml:7 ([project] version)
        last tag    v1.2.3
        since then  1 commit, 1 unreleased change in the changelog
        tree        clean
        next        release rehearse
    "#]]
    .assert_eq(&sandbox.release(&[]).to_string());
    sandbox.write("README.md", "dirty\n");
    assert_eq!(sandbox.release(&["--format", "json"]).json()["result"]["next"], "git commit");
}

#[test]
fn help_and_version_are_answers() {
    let sandbox = Sandbox::new();
    expect![[r#"
        release 0.1.0
    "#]]
    .assert_eq(&sandbox.release(&["--version"]).success().to_string());
    assert!(sandbox.release(&["--help"]).success().stdout.contains("Exit codes:"));
}

#[test]
fn what_does_not_parse_is_exit_2_in_every_format() {
    let mut sandbox = Sandbox::new();
    expect![[r#"
        ------- stderr -------
        error[cli/usage]: unrecognized subcommand 'frobnicate'
          hint: Usage: release [OPTIONS] [COMMAND]
          hint: For more information, try '--help'.
        [exit status: 2]
    "#]]
    .assert_eq(&sandbox.release(&["frobnicate"]).to_string());
    let document = sandbox.release(&["--format", "json", "show", "--frob"]);
    assert_eq!((document.code, document.failure_code()), (2, "cli/usage".to_owned()));
    sandbox.set("RELEASE_FORMAT", "yaml");
    expect![[r#"
        ------- stderr -------
        error[cli/variable]: `RELEASE_FORMAT=yaml` is not one of human, json, github, sarif
          hint: correct or unset `RELEASE_FORMAT`
        [exit status: 2]
    "#]]
    .assert_eq(&sandbox.release(&["show"]).to_string());
    sandbox.set("RELEASE_FORMAT", "json");
    assert_eq!(sandbox.release(&["show"]).failure_code(), "project/no-pyproject");
    sandbox.set("RELEASE_NOW", "yesterday");
    assert_eq!(sandbox.release(&["show"]).code, 2);
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let sandbox = Sandbox::new();
    let program = crate::support::sandbox::program();
    let line = format!("{} explain | head -1; exit ${{PIPESTATUS[0]}}", program.display());
    let status =
        std::process::Command::new("bash").args(["-c", &line]).current_dir(sandbox.repo()).status().expect("bash");
    assert!(status.success());
}

#[test]
fn an_answer_that_could_not_be_written_is_no_success() {
    let sandbox = Sandbox::with(ACME);
    let mut command = sandbox.command(&["show"]);
    command.stdout(std::fs::File::create("/dev/full").expect("a device"));
    assert_eq!(command.status().expect("it starts").code(), Some(1));
}

#[test]
fn a_bad_variable_is_one_document_too() {
    let mut sandbox = Sandbox::new();
    sandbox.set("RELEASE_NOW", "bogus");
    let output = sandbox.release(&["--format", "json", "version", "--from", "1.0"]);
    assert_eq!((output.code, output.failure_code()), (2, "cli/variable".to_owned()), "{output}");
}

/// Entries of the ledger name the project, and the ledger travels between clones in folders of any name.
#[test]
fn a_workspace_has_the_same_name_in_every_folder() {
    for (names, title) in
        [(["acme-core", "acme_cli"], "acme 1.0"), (["one", "two"], "one 1.0"), (["acme", "acme-cli"], "acme 1.0")]
    {
        let pyproject = names.map(|name| format!("[project]\nname = '{name}'\nversion = '1.0'\n"));
        let sandbox = Sandbox::with(&[
            ("release.toml", "[workspace]\nmembers = ['a', 'b']\n"),
            ("a/pyproject.toml", &pyproject[0]),
            ("b/pyproject.toml", &pyproject[1]),
        ]);
        let shown = sandbox.release(&[]).success().stdout;
        assert_eq!(shown.lines().next(), Some(title), "{shown}");
    }
}
