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
    expect![[""]].assert_eq(&all);
}
