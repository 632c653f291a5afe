//! The texts of what is wrong with a changelog.

use std::collections::BTreeSet;

use expect_test::expect;
use pyrelease::error::Failure;
use pyrelease::project::changelog::ChangelogError;
use pyrelease::report::human::{Colour, failure};

#[test]
fn every_variant_reads_well() {
    let text = |text: &str| text.to_owned();
    let failures: Vec<Failure> = vec![
        ChangelogError::NoFile,
        ChangelogError::NotKept,
        ChangelogError::Empty {
            version: text("1.3.0"),
            missing: text("`CHANGELOG.md` has nothing under `Unreleased`"),
        },
        ChangelogError::UnknownType { typed: text("broke"), known: vec![text("`added`"), text("`fixed`")] },
        ChangelogError::Entry { problem: text("it is empty") },
        ChangelogError::Generated,
        ChangelogError::Fragment { file: text("changes/1.md"), problem: text("it says nothing") },
        ChangelogError::Template { file: text("changes.j2"), problem: text("unknown filter") },
    ]
    .into_iter()
    .map(Failure::from)
    .collect();
    let codes: BTreeSet<&str> = failures.iter().map(|failure| failure.code).collect();
    assert_eq!(codes.len(), 8);
    let texts: Vec<String> = failures
        .iter()
        .map(|found| format!("{}  exit: {}\n", failure(found, Colour::Off), found.kind.exit_code()))
        .collect();
    expect![[""]].assert_eq(&texts.concat());
}
