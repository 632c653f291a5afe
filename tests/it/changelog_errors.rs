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
        ChangelogError::Unsaid {
            version: text("1.3.0"),
            file: text("CHANGELOG.md"),
            line: 9,
            waits: text("`Unreleased` (line 3)"),
        },
        ChangelogError::OpenTwice { file: text("CHANGELOG.md"), lines: (3, 9) },
        ChangelogError::TitleFormat { title: text("The newest one"), version: text("1.3.0") },
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
    assert_eq!(codes.len(), 11);
    let texts: Vec<String> = failures
        .iter()
        .map(|found| format!("{}  exit: {}\n", failure(found, Colour::Off), found.kind.exit_code()))
        .collect();
    expect![[r#"
        error[changelog/no-file]: there is no changelog to write into
          hint: make `CHANGELOG.md` with the line `# Changelog`, or name the file in `[tool.release.changelog] path`
          exit: 3
        error[changelog/not-kept]: this project keeps no changelog: `kind` is `none`
          hint: set another `kind` in `[tool.release.changelog]`
          exit: 3
        error[changelog/empty]: nothing is said about 1.3.0: `CHANGELOG.md` has nothing under `Unreleased`
          hint: say what changed (`release changelog add fixed "…"`), or bump with `--allow-empty-notes`
          exit: 1
        error[changelog/unsaid]: `Unreleased` (line 3) would not be told of: `CHANGELOG.md` has a section 1.3.0 already
          at: CHANGELOG.md:9
          hint: move the entries into the section 1.3.0, or take the section out: the bump makes it
          exit: 1
        error[changelog/open-twice]: `CHANGELOG.md` has two sections of what is not released yet, in lines 3 and 9
          at: CHANGELOG.md:9
          hint: make one section of the two: only the first one is closed
          exit: 1
        error[changelog/title-format]: `title_format` of `[tool.towncrier]` gives `The newest one`, which is no heading of 1.3.0
          hint: let it begin with `{version}` or `{name} {version}`, such as `{name} {version} ({project_date})`
          exit: 3
        error[changelog/unknown-type]: `broke` is no type of change
          hint: use one of `added`, `fixed`, or name your own in `[tool.release.changelog] types`
          exit: 2
        error[changelog/entry]: this is no entry: it is empty
          hint: give one sentence that says what changed for users
          exit: 2
        error[changelog/generated]: the entries of this changelog are made from commits
          hint: write `Release-Note: …` at the end of a commit's message, or set `kind` in `[tool.release.changelog]`
          exit: 1
        error[changelog/fragment]: `changes/1.md` is no fragment: it says nothing
          at: changes/1.md
          hint: call it `<number>.<type>.md` or `+<words>.<type>.md`; `release changelog check` lists all that are wrong
          exit: 3
        error[changelog/template]: `changes.j2` cannot be rendered: unknown filter
          at: changes.j2
          hint: correct the template; `release explain changelog/template` lists its values
          exit: 3
    "#]]
    .assert_eq(&texts.concat());
}
