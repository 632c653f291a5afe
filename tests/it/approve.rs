//! `release approve`; what an approval is good for is in `run.rs` and `apply.rs`.

use expect_test::expect;

use crate::support::Sandbox;
use crate::support::projects::ACME;

#[test]
fn an_approval_is_an_entry_of_the_ledger_with_a_name() {
    let sandbox = Sandbox::with(ACME);
    let token = "ab".repeat(32);
    let dry = sandbox.release(&["approve", &token, "--dry-run"]).success();
    expect![[r#"
        Ana Tester <ana@example.org> approves abababababab
        ------- stderr -------
        dry run: nothing was done
    "#]]
    .assert_eq(&dry.to_string());
    sandbox
        .release(&[
            "approve",
            &token.to_uppercase(),
            "--reason",
            "fine\u{1b}[31m\n2026-11-21  run  9.9.9  9.9.9 is released",
        ])
        .success();
    let history = sandbox.release(&["history"]).success();
    expect![[r#"
        2026-11-21T12:00:00Z  approve    fine\u{1b}[31m\n2026-11-21  run  9.9.9  9.9.9 is released
    "#]]
    .assert_eq(&history.to_string());
    let record = &sandbox.release(&["history", "--format", "json"]).success().json()["result"]["records"][0];
    assert_eq!(
        (record["plan"].as_str(), record["by"].as_str()),
        (Some(token.as_str()), Some("Ana Tester <ana@example.org>"))
    );
}

#[test]
fn nobody_approves_something_that_is_no_token_or_without_a_name() {
    let sandbox = Sandbox::with(ACME);
    expect![[r#"
        ------- stderr -------
        error[cli/usage]: a token has 64 hexadecimal digits
          hint: copy it from `release plan`
        [exit status: 2]
    "#]]
    .assert_eq(&sandbox.release(&["approve", "1.3.0"]).to_string());
    std::fs::write(sandbox.path("home/.gitconfig"), "").expect("a file");
    let output = sandbox.release(&["approve", &"ab".repeat(32), "--format", "json"]);
    assert_eq!((output.code, output.failure_code()), (3, "effects/no-identity".to_owned()), "{output}");
}
