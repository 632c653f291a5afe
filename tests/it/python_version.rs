//! Versions: normal form, refusals and order.

use std::collections::HashSet;

use proptest::prelude::{ProptestConfig, Strategy, any, proptest};
use proptest::{option, prop_assert, prop_assert_eq};
use pyrelease::error::Explain;
use pyrelease::python::version::{Phase, Version};

fn version(text: &str) -> Version {
    text.parse().expect(text)
}

#[test]
fn spellings_beyond_the_table_of_the_conformance() {
    for (text, normal) in [("\u{1f}1.0\u{a0}", "1.0"), ("1.0a--1", "1.0a0.post1")] {
        assert_eq!(version(text).to_string(), normal, "{text}");
    }
    for text in ["1.0.\u{661}", "1.0po\u{17f}t1", "1!", "!1", "1.0+é", "1.0.0-x.7.z.92"] {
        let error = text.parse::<Version>().expect_err(text);
        assert_eq!(error.code(), "python/version", "{text}");
    }
}

#[test]
fn refusals_say_where_and_why() {
    for (text, message) in [
        ("", "`` is not a version: it is empty"),
        ("latest", "`latest` is not a version: it must begin with a number, not `l`"),
        ("v", "`v` is not a version: it must begin with a number, not the end"),
        ("1!a", "`1!a` is not a version: a number must follow the epoch"),
        ("1.*", "`1.*` is not a version: `.*` belongs in a specifier such as `==1.4.*`"),
        ("1.0.", "`1.0.` is not a version: nothing follows the `.` at its end"),
        ("1.0.dev1a1", "`1.0.dev1a1` is not a version: `a1` at character 9 is no part of a version"),
        (
            "1.0+a..b",
            "`1.0+a..b` is not a version: the local label needs letters or digits after `+`, `.`, `-` \
             and `_`, not `.`",
        ),
        (
            "1.0.dev20240101123456789012",
            "version `1.0.dev20240101123456789012` has the number `20240101123456789012`, which is larger \
             than 18446744073709551615",
        ),
    ] {
        assert_eq!(text.parse::<Version>().expect_err(text).to_string(), message);
    }
    let error = "18446744073709551616".parse::<Version>().expect_err("large");
    assert_eq!(error.code(), "python/version-number");
}

#[test]
fn versions_are_ordered_as_the_specification_says() {
    let chain = [
        "1.dev0",
        "1.0.dev456",
        "1.0a1",
        "1.0a2.dev456",
        "1.0a12.dev456",
        "1.0a12",
        "1.0b1.dev456",
        "1.0b2",
        "1.0b2.post345.dev456",
        "1.0b2.post345",
        "1.0rc1.dev456",
        "1.0rc1",
        "1.0",
        "1.0+a.b",
        "1.0+abc.5",
        "1.0+abc.7",
        "1.0+5",
        "1.0+5.a",
        "1.0+5.1",
        "1.0.post456.dev34",
        "1.0.post456",
        "1.0.15",
        "1.1.dev1",
        "1!0.1",
    ];
    for (low, left) in chain.iter().enumerate() {
        for (high, right) in chain.iter().enumerate() {
            assert_eq!(version(left).cmp(&version(right)), low.cmp(&high), "{left} {right}");
        }
    }
}

#[test]
fn zeros_at_the_end_do_not_count() {
    assert_eq!(version("1.0"), version("1.0.0"));
    assert_eq!(version("0"), version("0.0"));
    assert_ne!(version("1.0"), version("1.0+a"));
    let set: HashSet<Version> = ["1", "1.0", "1.0.0", "v1"].map(version).into_iter().collect();
    assert_eq!(set.len(), 1);
}

#[test]
fn the_parts_can_be_asked_for() {
    let full = version("2!1.4.0b3.post2.dev1+Ubuntu-7");
    assert_eq!((full.epoch(), full.release()), (2, &[1, 4, 0][..]));
    let pre = full.pre().expect("a phase");
    assert_eq!((pre.phase, pre.number), (Phase::Beta, 3));
    assert_eq!((full.post(), full.dev()), (Some(2), Some(1)));
    assert_eq!(full.local().as_deref(), Some("ubuntu.7"));
    assert_eq!(full.public(), "2!1.4.0b3.post2.dev1");
    assert_eq!(full.without_local().to_string(), full.public());
    assert!(full.is_prerelease() && full.is_local());
    assert!(!version("1.0.post1").is_prerelease());
    assert!(version("1.0.post1.dev1").is_prerelease());
    assert_eq!(version("1.0").local(), None);
}

#[test]
fn versions_are_strings_in_json() {
    let json = serde_json::to_string(&version("1.0-rc1")).expect("json");
    assert_eq!(json, "\"1.0rc1\"");
    assert_eq!(serde_json::from_str::<Version>(&json).expect("version"), version("1.0rc1"));
    assert!(serde_json::from_str::<Version>("\"x\"").is_err());
}

#[test]
fn long_versions_are_read_in_linear_time() {
    let long = format!("1{}", ".1".repeat(200_000));
    assert_eq!(version(&long).release().len(), 200_001);
    assert!("1.".repeat(200_000).parse::<Version>().is_err());
}

fn versions() -> impl Strategy<Value = String> {
    (
        option::of(0..3_u64),
        "[0-9]{1,3}(\\.[0-9]{1,2}){0,4}",
        "([._-]?(a|b|rc|c|alpha|pre)[._-]?[0-9]{0,2})?",
        "((-[0-9])|[._-]?(post|r)[._-]?[0-9]{0,2})?",
        "([._-]?dev[._-]?[0-9]{0,2})?",
        "(\\+[a-z0-9]{1,4}([._-][a-z0-9]{1,3}){0,2})?",
    )
        .prop_map(|(epoch, release, pre, post, dev, local)| {
            let epoch = epoch.map_or(String::new(), |e| format!("{e}!"));
            format!("{epoch}{release}{pre}{post}{dev}{local}")
        })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_normal_form_is_stable_and_equal(text in versions()) {
        let first = version(&text);
        let again = version(&first.to_string());
        prop_assert_eq!(&first, &again);
        prop_assert_eq!(first.to_string(), again.to_string());
    }

    #[test]
    fn the_order_is_total(a in versions(), b in versions(), c in versions()) {
        let (a, b, c) = (version(&a), version(&b), version(&c));
        prop_assert_eq!(a.cmp(&b), b.cmp(&a).reverse());
        prop_assert!(!(a <= b && b <= c) || a <= c);
        prop_assert_eq!(a == b, a.cmp(&b).is_eq());
    }

    #[test]
    fn no_text_panics(text in any::<String>()) {
        let _ = text.parse::<Version>();
    }
}
