//! The text of what stops a decision, as a person reads it.

use expect_test::expect;
use pyrelease::error::Failure;
use pyrelease::report::human::{Colour, failure};
use pyrelease::security::SecurityError;

#[test]
fn every_variant_reads_well() {
    let file = || ".git/release/security/state.json".to_owned();
    let text = |text: &str| text.to_owned();
    let errors = vec![
        SecurityError::NoState { file: file() },
        SecurityError::State { file: file(), reason: text("its schema is 2") },
        SecurityError::NoDecision { file: file() },
        SecurityError::Decision { file: file(), reason: text("its schema is 2") },
        SecurityError::OwnRule { rule: text("mine"), key: "then", value: text("maybe"), known: vec!["ask", "block"] },
        SecurityError::NoRule { rule: text("D13"), known: vec![text("D0"), text("D1")] },
        SecurityError::OtherKey { key: text("0123"), last: text("4567") },
        SecurityError::NotAsked { decision: "hold" },
        SecurityError::NoApprover { by: text("Ana <ana@example.org>") },
        SecurityError::Outdated { about: String::new(), head: text("0123456789abcdef") },
        SecurityError::OtherState,
        SecurityError::OldDecision { at: text("2026-11-20T06:00:11Z"), hours: 48 },
        SecurityError::TooOften { limit: "two in 24 hours", after: text("2026-11-20T06:00:11Z") },
        SecurityError::Circuit { key: text("0123") },
        SecurityError::Template { cause: minijinja::Error::new(minijinja::ErrorKind::BadEscape, "its own words") },
    ];
    let mut all = String::new();
    for error in errors {
        let failed = Failure::from(error);
        assert!(!failed.message.ends_with('.'), "{}", failed.message);
        all.push_str(&format!("{}  exit: {}\n\n", failure(&failed, Colour::Off), failed.kind.exit_code()));
    }
    expect![[r#"
        error[security/no-state]: no state was recorded yet
          at: .git/release/security/state.json
          hint: run `release security record --db PATH` first
          exit: 3

        error[security/state]: `.git/release/security/state.json` is no recorded state: its schema is 2
          hint: remove `.git/release/security/state.json` and run `release security record`; all findings are new then
          exit: 3

        error[security/no-decision]: nothing was decided yet
          at: .git/release/security/state.json
          hint: run `release security decide`
          exit: 3

        error[security/decision]: `.git/release/security/state.json` is no decision: its schema is 2
          hint: run `release security decide`
          exit: 3

        error[security/own-rule]: `maybe` is not a `then` of the rule `mine`
          hint: in `[[security.rules]]` use `ask`, `block`
          exit: 3

        error[security/no-rule]: there is no rule `D13`
          hint: use one of D0, D1
          exit: 2

        error[security/other-key]: `0123` is not the key of the last decision
          hint: read `release security explain`, then run `release security approve 4567`
          exit: 2

        error[security/not-asked]: the decision is `hold`, which asks for no approval
          hint: read `release security explain`
          exit: 1

        error[security/no-approver]: `Ana <ana@example.org>` is not among those who may approve
          hint: have one of those approve it who are named in `[security] approvers`
          exit: 1

        error[security/outdated]: the decision is about no commit, and HEAD is commit 0123456789ab
          hint: run `release security record`, then `release security decide`
          exit: 1

        error[security/other-state]: the state was recorded anew after the decision
          hint: run `release security decide`
          exit: 1

        error[security/old-decision]: the decision is of 2026-11-20T06:00:11Z, more than 48 hours ago
          hint: run `release security record`, then `release security decide`
          exit: 1

        error[security/too-often]: no release is started before 2026-11-20T06:00:11Z: at most two in 24 hours
          hint: run it again then; the key starts one release only
          exit: 1

        error[security/circuit]: the last two releases that decisions started have failed, or nothing is known of their end
          hint: find out why (`release history`, the runs at the forge), then run `release security approve 0123`
          exit: 1

        error[security/template]: the justification cannot be written
          cause: bad string escape: its own words
          hint: please report it with the command and this text
          exit: 70

    "#]]
    .assert_eq(&all);
}
