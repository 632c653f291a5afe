//! The table of what PyPI says: what is said is understood, whatever stands in it, and every row leads somewhere.

use std::collections::BTreeSet;

use expect_test::expect;
use pyrelease::index::words::{Meaning, Row, advice, holes, row, rows, say, understand};
use pyrelease::report::codes;

use crate::support::depth;
use crate::support::random::Random;

/// Values that would like to be something else.
const HOSTILE: [&str; 16] = [
    "'",
    "\"",
    "it's \"both\"",
    "\\' isn't allowed.",
    "x' isn't allowed to upload to project 'y",
    "x' does not contain the required METADATA file: y",
    "' has an unsupported platform tag 'any'.",
    "File already exists ('a', with blake2_256 hash 'b').",
    "is not a valid classifier.",
    "'Foo' is not a valid classifier. See https://example.org",
    "a\r\n::add-mask::b\u{1b}[2J",
    "token is expired, token is expired",
    "{0}{key}{quoted}{end}",
    "\u{202e}\u{0}\u{e000}\u{10ffff}é\u{301}",
    "",
    "   ",
];

fn plain(row: &Row) -> Vec<&'static str> {
    ["hd-1.0.tar.gz", "hd", "1.0"].into_iter().cycle().take(holes(row.meaning)).collect()
}

#[test]
fn what_is_said_is_understood() {
    for row in rows() {
        let values = plain(row);
        let (status, text) = say(row.meaning, &values);
        assert_eq!(status, row.status);
        let (meaning, read) = understand(status, &text).unwrap_or_else(|| panic!("nobody understands {text}"));
        assert_eq!(meaning, row.meaning, "{text}");
        assert_eq!(read, values, "{text}");
        // The end is not what it is known by: TestPyPI has other addresses there.
        let elsewhere = text.replace("https://pypi.org", "https://test.pypi.org");
        assert_eq!(understand(status, &elsewhere).map(|(meaning, _)| meaning), Some(row.meaning), "{elsewhere}");
    }
}

#[test]
fn no_value_passes_for_the_words_around_it() {
    for row in rows() {
        for hostile in HOSTILE {
            for position in 0..holes(row.meaning).max(1) {
                let mut values = plain(row);
                if let Some(value) = values.get_mut(position) {
                    *value = hostile;
                }
                let (status, text) = say(row.meaning, &values);
                assert!(!text.contains(['\n', '\r', '\u{1b}', '\0']), "{text:?}");
                let understood = understand(status, &text).map(|(meaning, _)| meaning);
                let expected = match (row.meaning, hostile) {
                    // Here the value is all that PyPI says.
                    (Meaning::TokenRefused, "token is expired, token is expired") => Meaning::Expired,
                    (meaning, _) => meaning,
                };
                assert_eq!(understood, Some(expected), "{hostile:?} in {text:?}");
            }
        }
    }
}

#[test]
fn a_quoted_value_comes_back_as_it_was() {
    for hostile in HOSTILE {
        let (status, text) = say(Meaning::Exists, &[hostile, hostile]);
        assert_eq!(understand(status, &text), Some((Meaning::Exists, vec![hostile.to_owned(), hostile.to_owned()])));
    }
    expect![[r#"
        'plain' is not a valid classifier.
        "it's" is not a valid classifier.
        'say "it\'s"' is not a valid classifier.
        'a\\b\n\t\x1b\u202e\U0010ffff é' is not a valid classifier.
    "#]]
    .assert_eq(
        &["plain", "it's", "say \"it's\"", "a\\b\n\t\u{1b}\u{202e}\u{10ffff} é"]
            .map(|value| {
                say(Meaning::Classifier, &[value]).1.split(" See ").next().unwrap_or_default().to_owned() + "\n"
            })
            .concat(),
    );
}

/// Texts as warehouse 6b62157 sent them.
#[test]
fn what_pypi_really_said() {
    let said = [
        (
            400,
            "File already exists ('hd-1.0.tar.gz', with blake2_256 hash 'ab12'). See https://test.pypi.org/help/#file-name-reuse for more information.",
            Meaning::Exists,
        ),
        (
            400,
            "'not-a-version' is invalid for 'version'. See https://packaging.python.org/specifications/core-metadata for more information.",
            Meaning::Invalid,
        ),
        (
            400,
            "'3.8+' is invalid for 'requires-python'. See https://packaging.python.org/specifications/core-metadata for more information.",
            Meaning::Invalid,
        ),
        (
            400,
            "'Private :: Do Not Upload' is not a valid classifier. See https://packaging.python.org/specifications/core-metadata for more information.",
            Meaning::Classifier,
        ),
        (
            400,
            "'summary' must be a single line. See https://packaging.python.org/specifications/core-metadata for more information.",
            Meaning::SeveralLines,
        ),
        (
            400,
            "license-expression introduced in metadata version 2.4, not 2.1. See https://packaging.python.org/specifications/core-metadata for more information.",
            Meaning::TooEarly,
        ),
        (
            400,
            "Can't have direct dependency: x @ https://example.org/x.whl. See https://packaging.python.org/specifications/core-metadata for more information.",
            Meaning::DirectDependency,
        ),
        (
            400,
            "The description failed to render for 'text/x-rst'. See https://pypi.org/help/#description-content-type for more information.",
            Meaning::Description,
        ),
        (
            400,
            "Filename 'Prb-1.2-py3-none-any.whl' should contain the normalized project name 'prb', not 'Prb'.",
            Meaning::WheelName,
        ),
        (
            400,
            "Invalid distribution file. ZIP archive not accepted: Trailing data. See https://docs.pypi.org/archives for more information",
            Meaning::ZipFraming,
        ),
        (400, "Invalid distribution file.", Meaning::PartType),
        (400, "Invalid distribution file. None", Meaning::Content),
        (
            400,
            "The name 'asyncio' isn't allowed (conflict with Python Standard Library module name). See https://pypi.org/help/#project-name for more information.",
            Meaning::NameStandard,
        ),
        (
            400,
            "The name 'pr-b' is too similar to an existing project. See https://pypi.org/help/#project-name for more information.",
            Meaning::NameSimilar,
        ),
        (
            403,
            "Invalid API Token: project-scoped token is not valid for project: 'prb', project-scoped token is not valid for project: 'prb'",
            Meaning::OtherProject,
        ),
        (403, "Invalid API Token: token is expired", Meaning::Expired),
        (
            403,
            "The user 'bob' isn't allowed to upload to project 'prb'. See https://pypi.org/help/#project-name for more information.",
            Meaning::NotYours,
        ),
        (429, "Too many new projects created", Meaning::TooManyProjects),
        (503, "Service Unavailable", Meaning::Fault),
    ];
    for (status, text, meaning) in said {
        assert_eq!(understand(status, text).map(|(meaning, _)| meaning), Some(meaning), "{text}");
    }
}

#[test]
fn what_others_say_is_not_understood() {
    for (status, text) in [
        (409, "file already exists and volatile is not set"),
        (400, "package already exists"),
        (403, ""),
        (401, "Unauthorized"),
        (200, "File already exists ('a', with blake2_256 hash 'b')."),
        (403, "File already exists ('a', with blake2_256 hash 'b')."),
        (400, "Sorry: File already exists ('a', with blake2_256 hash 'b')."),
        (400, "'unclosed is not a valid classifier."),
        (429, ""),
    ] {
        assert_eq!(understand(status, text), None, "{status} {text}");
    }
}

#[test]
fn every_row_is_one_meaning_and_leads_somewhere() {
    let mut meanings = BTreeSet::new();
    let mut texts = BTreeSet::new();
    for known in rows() {
        assert!(meanings.insert(format!("{:?}", known.meaning)), "{:?} has two rows", known.meaning);
        assert!(texts.insert((known.status, known.words)), "{} is there twice", known.words);
        assert_eq!(row(known.meaning).words, known.words);
        assert!(codes::find(known.code).is_some(), "{} is not explained", known.code);
        assert!(known.advice.len() > 20 && !known.advice.ends_with('.'), "{:?}", known.meaning);
        // Nothing is left open in an advice that has its values.
        let values: Vec<String> = plain(known).into_iter().map(str::to_owned).collect();
        let said = advice(known.meaning, &values);
        assert!(!said.contains(['{', '}', '…']), "{:?}: {said}", known.meaning);
    }
}

#[test]
fn an_advice_is_a_harmless_line() {
    for known in rows() {
        for hostile in HOSTILE.into_iter().chain(["`x` `y`", "{0} {1}"]) {
            let values = vec![hostile.repeat(100); holes(known.meaning)];
            let said = advice(known.meaning, &values);
            assert!(!said.contains(char::is_control), "{said:?}");
            assert!(said.chars().count() < 700, "{said:?}");
            let quotes = |text: &str| text.matches('`').count();
            assert_eq!(quotes(&said) % 2, 0, "{said:?}");
        }
    }
    expect!["put right `project.requires-python`: `3.8+` means nothing there, build again, and publish"]
        .assert_eq(&advice(Meaning::Invalid, &["3.8+".to_owned(), "requires-python".to_owned()]));
}

#[test]
fn mutations_never_panic() {
    let mut random = Random::new(0x7_0d5);
    let all: Vec<&Row> = rows().collect();
    for _ in 0..depth::rounds(200_000) {
        let row = all[random.below(all.len())];
        let values: Vec<&str> = (0..holes(row.meaning)).map(|_| random.pick(&HOSTILE)).collect();
        let (status, text) = say(row.meaning, &values);
        let mutated = random.mutated(&text, "'\"\\xuU{}é\u{10ffff} .:");
        if let Some((meaning, values)) = understand(status, &mutated) {
            assert_eq!(values.len(), holes(meaning));
            advice(meaning, &values);
            // What was understood once is understood again when it is said.
            let (status, again) = say(meaning, &values.iter().map(String::as_str).collect::<Vec<_>>());
            assert!(understand(status, &again).is_some(), "{again:?}");
        }
    }
}
