//! Laws of changelogs that hold for every text: what was done once is not done again, every byte outside of an edit
//! stays, and nothing is too strange to be read.

use proptest::prelude::*;
use pyrelease::project::changelog::{Closing, Document, Markup, convert, fragments, generated, harmless, merged};
use pyrelease::project::conventional::{self, Message};
use pyrelease::project::edit::apply;
use pyrelease::python::version::Version;

use crate::support::depth::rounds;
use crate::support::random::Random;

fn text_of(unreleased: &str, crlf: bool, bom: bool, end: bool) -> String {
    let text = format!(
        "# Changelog\n\n## [Unreleased]\n\n{unreleased}\n\n## [1.0.0] - 2026-01-02\n\n- é\u{2014}x\n\n[Unreleased]: https://e.org/compare/v1.0.0...HEAD\n[1.0.0]: https://e.org/releases/tag/v1.0.0\n"
    );
    let text = if end { text } else { text.trim_end().to_owned() };
    let text = if crlf { text.replace('\n', "\r\n") } else { text };
    if bom { format!("\u{feff}{text}") } else { text }
}

/// Whether `after` is `before` with things put in or replaced, where the lines of `before` keep their bytes.
fn keeps_lines(before: &str, after: &str) -> bool {
    let mut rest = after.split_inclusive('\n').map(str::to_owned);
    before.split_inclusive('\n').all(|line| {
        let is_link = line.contains("[Unreleased]: ");
        is_link || rest.any(|other| other == line || other.trim_end_matches(['\r', '\n']) == line)
    })
}

proptest! {
    #[test]
    fn a_release_is_entered_once(
        said in "(- [a-z`é ]{1,20}\n){0,3}(### (Added|Fixed|Other)\n\n(- [a-z*_ ]{1,20}\n){1,3}\n){0,3}",
        body in "(### (Added|Fixed)\n\n(- [a-z ]{1,20}\n){1,3}\n){1,2}",
        crlf in any::<bool>(), bom in any::<bool>(), end in any::<bool>(),
    ) {
        let text = text_of(&said, crlf, bom, end);
        let version: Version = "1.1.0".parse().expect("a version");
        let closing = Closing { version: &version, date: "2026-11-21", tag: "v1.1.0", previous_tag: Some("v1.0.0"), title: None };
        let document = Document::read(&text, Markup::Markdown);
        let open = document.section(None).expect("it is there");
        let all = document.joined(&merged(vec![document.groups_of(&body), document.groups(open)]));
        for edits in [document.close(&closing), document.enter(&closing, &all, &[])] {
            let once = String::from_utf8(apply(text.as_bytes(), &edits)).expect("text");
            let after = Document::read(&once, Markup::Markdown);
            prop_assert!(after.close(&closing).is_empty() && after.enter(&closing, &all, &[]).is_empty());
            prop_assert_eq!(after.sections.len(), document.sections.len() + 1);
            prop_assert_eq!(after.notes(None), Some(String::new()));
            prop_assert_eq!(after.notes(Some(&"1.0.0".parse().expect("a version"))), document.notes(Some(&"1.0.0".parse().expect("a version"))));
            prop_assert_eq!(once.starts_with('\u{feff}'), bom);
            prop_assert_eq!(once.ends_with('\n'), end);
            prop_assert_eq!(once.matches('\n').count() == once.matches("\r\n").count(), crlf);
        }
        let plain = String::from_utf8(apply(text.as_bytes(), &document.close(&closing))).expect("text");
        prop_assert!(keeps_lines(&text, &plain), "{}", plain);
        // What the newest section says is what stood there.
        prop_assert_eq!(Document::read(&plain, Markup::Markdown).notes(Some(&version)), document.notes(None));
    }

    #[test]
    fn an_entry_is_added_once_and_moves_nothing(
        said in "(### (Added|Changed|Fixed|Security)\n\n(- [a-z ]{1,20}\n){1,3}\n){0,3}",
        heading in "(Added|Changed|Deprecated|Removed|Fixed|Security|Own)",
        entry in "[a-zé`]{1,20}( [a-z]{1,9}){0,3}",
        crlf in any::<bool>(), bom in any::<bool>(), end in any::<bool>(),
    ) {
        let text = text_of(&said, crlf, bom, end);
        let document = Document::read(&text, Markup::Markdown);
        let once = String::from_utf8(apply(text.as_bytes(), &document.add(&heading, &entry))).expect("text");
        let after = Document::read(&once, Markup::Markdown);
        prop_assert!(after.add(&heading, &entry).is_empty(), "{}", once);
        prop_assert!(keeps_lines(&text, &once), "{}", once);
        let groups = after.groups(after.section(None).expect("it is there"));
        let own = groups.iter().find(|group| group.heading.as_deref() == Some(heading.as_str())).expect("it is there");
        let item = format!("- {entry}");
        prop_assert!(own.text.lines().any(|line| line == item), "{}", once);
    }

    #[test]
    fn words_from_outside_stay_one_line_without_markup(raw in any::<String>(), more in "[-#*`_<>\\[\\]()!@:.0-9a-z{}|~+=& ]{0,60}") {
        for text in [raw, more] {
            for markup in [Markup::Markdown, Markup::Restructured] {
                let line = harmless(&text, markup);
                prop_assert!(!line.contains('\n') && !line.chars().any(char::is_control), "{:?}", line);
                prop_assert!(line.chars().count() <= 6_000);
                let document = format!("## 1.0\n\n- {line}\n\n## 0.9\n");
                prop_assert_eq!(Document::read(&document, Markup::Markdown).sections.len(), 2);
            }
        }
    }
}

#[test]
fn no_changelog_is_too_strange() {
    let mut random = Random::new(0x5EED_0C06);
    let markdown = "---\na: b\n---\n# Changelog\n\n<!-- x -->\n## [Unreleased]\n\n### Added\n\n- a `b`\n\n```\n## 2.0\n```\n\n[1.0](https://e.org/compare/v0.9...v1.0) - 2026-01-02\n---\n\n- c\n\n[unreleased]: https://e.org/compare/v1.0...HEAD\n";
    let restructured = "=======\nHistory\n=======\n\n`Unreleased`_\n-------------\n\nAdded\n~~~~~\n\n* a ``b`` :role:`c` `d <e>`_::\n\n    f\n\n1.0 (2026-01-02)\n----------------\n\n.. note:: g\n\n.. _unreleased: https://e.org/compare/v1.0...HEAD\n";
    let version: Version = "1.1".parse().expect("a version");
    let closing = Closing { version: &version, date: "2026-11-21", tag: "v1.1", previous_tag: None, title: None };
    for round in 0..rounds(40_000) {
        let (sample, markup) =
            if round % 2 == 0 { (markdown, Markup::Markdown) } else { (restructured, Markup::Restructured) };
        let text = random.mutated(sample, "-=~#[]()`<>:._ \n\r\té1v");
        let document = Document::read(&text, markup);
        for edits in [
            document.close(&closing),
            document.enter(&closing, "- x", &[]),
            document.yanked(&version),
            document.add("Added", "y"),
        ] {
            let after = String::from_utf8(apply(text.as_bytes(), &edits)).expect("edits keep text");
            let again = Document::read(&after, markup);
            if !edits.is_empty() && again.section(Some(&version)).is_some() {
                assert!(again.close(&closing).is_empty(), "{text:?} became {after:?}");
            }
        }
        for section in &document.sections {
            let _ = (document.groups(section), document.is_empty(section), document.entries(section));
        }
        let _ = convert::to_markdown(&text, &text);
    }
    for hostile in [
        "`".repeat(60_000),
        "[".repeat(60_000),
        "=\n".repeat(40_000),
        "a\n-\n".repeat(20_000),
        "- ".repeat(40_000),
        ":a:`".repeat(20_000),
    ] {
        for markup in [Markup::Markdown, Markup::Restructured] {
            let document = Document::read(&hostile, markup);
            assert!(document.close(&closing).is_empty());
        }
        assert!(convert::to_markdown(&hostile, &hostile).len() < 4_000_000);
    }
}

#[test]
fn no_message_and_no_fragment_is_too_strange() {
    let mut random = Random::new(0x5EED_0C07);
    let types = fragment_types();
    let message = "feat(scope)!: a `thing` (#12)\n\n* fix: one\n* docs: two\n\nBREAKING CHANGE: it is gone\nRelease-Note: none\nThis reverts commit 0123456789abcdef.\n";
    let fragment = "---\ntype: fixed\nissue: 12\n---\nA `thing`\n\n- more\n";
    for _ in 0..rounds(40_000) {
        let text = random.mutated(message, "*-:()!#<>[]`\n\r \u{1b}é");
        let told = [generated::Told { message: Message { id: "", text: &text }, author: Some(&text) }];
        for group in generated::entries(&told, &types, Markup::Markdown) {
            assert!(group.entries.iter().all(|entry| !entry.text.contains(['\n', '\r', '\u{1b}'])), "{text:?}");
        }
        let _ = conventional::standing(&[Message { id: "ab", text: &text }, Message { id: "cd", text: &text }]);
        let text = random.mutated(fragment, "-:\n\r \t\u{0}é1");
        let name = random.mutated("+12.fixed.1.md", ".+-é/ 1");
        if let Ok(parsed) = fragments::parse((&name, &name), &text, &types) {
            assert!(!parsed.text.trim().is_empty() && types.iter().any(|known| known.name == parsed.kind), "{text:?}");
        }
    }
    let many = "* fix: a\n".repeat(100_000);
    assert!(conventional::changes(&many).len() <= 201);
}

fn fragment_types() -> Vec<pyrelease::project::changelog::ChangeType> {
    ["feat", "fix", "fixed", "docs"]
        .iter()
        .map(|name| pyrelease::project::changelog::ChangeType {
            name: (*name).to_owned(),
            heading: "Fixed".to_owned(),
            impact: pyrelease::project::impact::Impact::Fix,
        })
        .collect()
}
