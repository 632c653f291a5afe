//! Lines: which tagged versions a new one must be above.

use pyrelease::python::bump::line::{in_the_way, name};
use pyrelease::python::version::Version;

fn versions(texts: &[&str]) -> Vec<Version> {
    texts.iter().map(|text| text.parse().expect("a version")).collect()
}

#[test]
fn a_version_is_above_its_line() {
    let tagged = versions(&["1.4.3", "1.5.0", "2.0.0", "2.1.0", "2.1.1rc1", "2.2.0a1"]);
    for (wanted, found) in [
        ("1.4.4", None),
        ("1.4.4rc1", None),
        ("1.4.3", Some("1.4.3")),
        ("1.4.2", Some("1.4.3")),
        ("1.4.3.0", Some("1.4.3")),
        ("1.4.3.post1", None),
        ("1.4.3.dev1", Some("1.4.3")),
        ("1.6", None),
        ("1.5", Some("1.5.0")),
        ("1.4.0", Some("1.5.0")),
        ("2.0.1", None),
        ("2.1.1", None),
        ("2.1.1rc1", Some("2.1.1rc1")),
        ("2.1.1b1", Some("2.1.1rc1")),
        // An alpha of 2.2 on the main branch is no reason against any of 2.1.
        ("2.2.0.dev1", Some("2.2.0a1")),
        ("2.3.0", None),
        ("3.0.0", None),
        ("1.0.0", Some("2.1.0")),
        ("0.9", None),
        ("1!0.1", None),
    ] {
        let wanted: Version = wanted.parse().expect("a version");
        assert_eq!(in_the_way(&wanted, &tagged).map(ToString::to_string).as_deref(), found, "{wanted}");
    }
}

#[test]
fn epochs_and_post_releases_have_their_lines() {
    let wanted = |text: &str, tagged: &[&str]| {
        in_the_way(&text.parse().expect("a version"), &versions(tagged)).map(ToString::to_string)
    };
    assert_eq!(wanted("2.0", &["1!0.1"]).as_deref(), Some("1!0.1"), "nothing is above a higher epoch");
    assert_eq!(wanted("1!0.2", &["2.0", "1!0.1"]), None);
    assert_eq!(wanted("1.2.post1", &["1.2", "1.2.1", "2.0"]), None);
    assert_eq!(wanted("1.2.post1", &["1.2.0.post1"]).as_deref(), Some("1.2.0.post1"));
    assert_eq!(wanted("1.2.1", &["1.2.1+local"]).as_deref(), Some("1.2.1+local"));
    assert_eq!(wanted("0.0.0", &["0.1"]).as_deref(), Some("0.1"));
    assert_eq!(wanted("1.2", &[]), None);
}

#[test]
fn lines_have_names() {
    for (text, line) in [("1.4.4", "1.4"), ("1.5.0", "1"), ("2.0", ""), ("1.2.post1", "1.2"), ("0", "")] {
        assert_eq!(name(&text.parse().expect("a version")), line, "{text}");
    }
}
