//! Laws that hold for every input: byte preservation, redaction, escaping.

use proptest::prelude::*;
use pyrelease::config::file::Form;
use pyrelease::project::changelog::{self, Closing, Markup};
use pyrelease::project::edit::{TextEdit, apply};
use pyrelease::project::references::occurrences;
use pyrelease::python::version::Version;
use pyrelease::report::{github, text};
use pyrelease::secret::{Redactor, Secret};

proptest! {
    #[test]
    fn an_edit_changes_its_range_and_nothing_else(before in any::<Vec<u8>>(), middle in any::<Vec<u8>>(), after in any::<Vec<u8>>(), new in ".*") {
        let bytes = [before.clone(), middle.clone(), after.clone()].concat();
        let edit = TextEdit { range: before.len()..before.len() + middle.len(), replacement: new.clone() };
        prop_assert_eq!(apply(&bytes, &[edit]), [before, new.into_bytes(), after].concat());
    }

    #[test]
    fn a_version_is_found_between_any_bytes(before in any::<Vec<u8>>(), major in 0_u64..100, minor in 0_u64..100, after in any::<Vec<u8>>()) {
        let version = format!("{major}.{minor}");
        let bytes = [before.as_slice(), b"<<", version.as_bytes(), b">>", after.as_slice()].concat();
        let found = occurrences(&bytes, "<<{version}>>", Form::Version, "");
        prop_assert!(found.iter().any(|range| range.start == before.len() + 2 && &bytes[range.clone()] == version.as_bytes()));
    }

    #[test]
    fn finding_references_never_panics(bytes in any::<Vec<u8>>(), prefix in "[a-z=.]{0,3}", suffix in "[a-z=.]{0,3}") {
        for range in occurrences(&bytes, &format!("{prefix}{{version}}{suffix}"), Form::Version, "") {
            prop_assert!(std::str::from_utf8(&bytes[range]).expect("versions are ASCII").parse::<Version>().is_ok());
        }
    }

    #[test]
    fn closing_a_changelog_twice_is_closing_it_once(body in "(- [a-z ]{1,20}\n){0,4}", crlf in any::<bool>()) {
        let text = format!("# Changelog\n\n## [Unreleased]\n\n{body}\n## [1.0] - 2026-01-01\n\n- x\n\n[Unreleased]: https://e.org/compare/v1.0...HEAD\n");
        let text = if crlf { text.replace('\n', "\r\n") } else { text };
        let version: Version = "1.1".parse().expect("a version");
        let closing = Closing { version: &version, date: "2026-11-21", tag: "v1.1", previous_tag: Some("v1.0"), title: None };
        let once = String::from_utf8(apply(text.as_bytes(), &changelog::close(&text, Markup::Markdown, &closing))).expect("text");
        prop_assert_eq!(changelog::notes(&once, Markup::Markdown, Some(&version)), Some(body.trim().to_owned()));
        prop_assert_eq!(changelog::notes(&once, Markup::Markdown, None), Some(String::new()));
        prop_assert!(changelog::close(&once, Markup::Markdown, &closing).is_empty());
        prop_assert_eq!(once.contains('\r'), crlf);
    }

    #[test]
    fn a_registered_secret_never_comes_through(secret in "[!-~]{6,40}", before in ".{0,20}", after in ".{0,20}") {
        let redactor = Redactor::default();
        redactor.register(&Secret::new(&secret));
        let clean = redactor.redact(&format!("{before}{secret}{after}"));
        prop_assert!(!clean.contains(&secret), "{}", clean);
    }

    #[test]
    fn inline_text_is_one_harmless_line(raw in any::<String>()) {
        let line = text::inline(&raw);
        let harmless = !line.contains('\n') && !line.contains('\u{1b}') && !line.contains("##[") && !line.trim_start().starts_with("::");
        prop_assert!(harmless, "{:?}", line);
    }

    #[test]
    fn what_the_runner_decodes_is_what_was_meant(raw in any::<String>()) {
        let decoded = github::data(&raw).replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%");
        prop_assert_eq!(decoded, raw);
    }
}

#[test]
fn tokens_and_userinfo_are_masked_by_their_shape() {
    let redactor = Redactor::default();
    let masked = |text: &str| redactor.redact(text);
    assert_eq!(masked("token pypi-AgEIcHlwaS5vcmcCJDEy end"), "token **** end");
    assert_eq!(masked("https://user:pass@host/x and https://token@host"), "https://****@host/x and https://****@host");
    assert_eq!(masked("ssh://git@host/x"), "ssh://git@host/x");
    assert_eq!(masked("see pypi-server and eyJ"), "see pypi-server and eyJ");
    assert_eq!(format!("{:?}", Secret::new("hunter22")), "****");
}

#[test]
fn version_tokens_are_anchored_on_both_sides() {
    let count = |text: &str, pattern: &str| occurrences(text.as_bytes(), pattern, Form::Version, "").len();
    assert_eq!(count("other==1.4.9 acme==1.4.9", "acme=={version}"), 1);
    assert_eq!(count("acme==1.4.9.2.x", "acme=={version}"), 0);
    assert_eq!(count("install acme==1.4.9.", "acme=={version}"), 1);
    assert_eq!(count("acme==1.4.9rc1, acme==2.0", "acme=={version}"), 2);
    assert_eq!(count("v-1.4.9-blue", "v-{version}-blue"), 1);
    assert_eq!(count("v-1.4.9-1-blue", "v-{version}-blue"), 1);
    assert_eq!(count("1.4.9\n", "{version}"), 1);
    assert_eq!(count("x1.4.9\n", "{version}"), 0);
}
