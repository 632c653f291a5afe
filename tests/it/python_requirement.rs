//! Requirements, specifiers, markers and licenses.

use pyrelease::error::Explain;
use pyrelease::python::license::{LicenseExpression, LicenseKind};
use pyrelease::python::marker::{Environment, Marker};
use pyrelease::python::requirement::Requirement;
use pyrelease::python::specifier::{Prereleases, Specifier, SpecifierSet};
use pyrelease::python::version::Version;

fn contains(set: &str, version: &str) -> bool {
    let set: SpecifierSet = set.parse().expect(set);
    set.contains(&version.parse().expect(version))
}

#[test]
fn specifiers_contain_versions() {
    for (set, inside, outside) in [
        ("", "1.0a1", ""),
        ("==1.0", "1.0.0+local", "1.0.post1"),
        ("==1.0+a", "1.0+A", "1.0"),
        ("!=1.0", "1.0.post1", "1.0+x"),
        ("==1.0.*", "1.dev0", "1.1"),
        ("==1!1.*", "1!1.5rc1", "1.5"),
        ("!=3.11.*", "3.12", "3.11.4"),
        ("~=2.2", "2.9", "3.0"),
        ("~=2.2.0", "2.2.9", "2.3"),
        ("~=2.2.post3", "2.3", "2.2"),
        (">=1.0", "1.0+x", "1.0rc1"),
        ("<=1.0", "1.0+x", "1.0.post1"),
        (">1.7", "1.7.1", "1.7.0.post1"),
        (">1.7.post2", "1.7.post3.dev1", "1.7.post2+x"),
        (">1.7a1", "1.7a2", "1.7a1.post1"),
        (">1.7.dev1", "1.7.dev2", "1.7.dev1+x"),
        ("<1.7", "1.6", "1.7rc1"),
        ("<1.7rc2", "1.7rc1", "1.7rc2"),
        ("<1.7.post1", "1.7", "1.7.post1.dev0"),
        (">=1,<2,!=1.5", "1.4", "1.5"),
    ] {
        assert!(contains(set, inside), "{set} {inside}");
        assert!(outside.is_empty() || !contains(set, outside), "{set} {outside}");
    }
    assert!(contains("===1.0RC1", "1.0rc1"));
    assert!(!contains("===1.0", "1.0.0"));
}

#[test]
fn prereleases_can_be_left_out() {
    let set: SpecifierSet = ">=1.0,!=1.5a1".parse().expect("specifiers");
    let version: Version = "1.6rc1".parse().expect("a version");
    assert!(set.contains_with(&version, Prereleases::Include));
    assert!(!set.contains_with(&version, Prereleases::Exclude));
    assert!(!set.allows_prereleases());
    let set: SpecifierSet = ">=1.0rc1".parse().expect("specifiers");
    assert!(set.allows_prereleases());
    let text: Specifier = "===1.0.dev1".parse().expect("a specifier");
    assert!(text.allows_prereleases());
    assert!(text.version().is_none() && !text.is_wildcard());
}

#[test]
fn sets_are_sorted_and_without_doubles() {
    let set: SpecifierSet = " >= 1.0 , <2,, ==1.0.0,==1.0,".parse().expect("specifiers");
    assert_eq!(set.to_string(), "<2,==1.0,>=1.0");
    assert_eq!(set, "==1,>=1.0.0,<2.0".parse().expect("specifiers"));
    assert_ne!("~=1.0".parse::<SpecifierSet>(), "~=1.0.0".parse());
    assert!("".parse::<SpecifierSet>().expect("none").is_empty());
    let json = serde_json::to_string(&set).expect("json");
    assert_eq!(serde_json::from_str::<SpecifierSet>(&json).expect("a set"), set);
}

#[test]
fn what_is_no_specifier_says_why() {
    for (text, reason) in [
        ("1.0", "it must begin with `==`, `!=`, `>=`, `<=`, `~=`, `===`, `>` or `<`"),
        ("~=1", "`~=` needs two numbers, such as `~=1.4`"),
        (">=1.*", "`.*` goes with `==` and `!=`, not with `>=`"),
        ("==1.0a1.*", "`.*` must follow a plain release"),
        (">1+x", "a local label goes with `==` and `!=`, not with `>`"),
        (">=", "`` is not a version: it is empty"),
        ("===a b", "a space, `;` or `)` is within the version"),
    ] {
        let error = text.parse::<SpecifierSet>().expect_err(text);
        assert_eq!(error.to_string(), format!("`{text}` is not a version specifier: {reason}"));
        assert_eq!(error.code(), "python/specifier");
    }
}

fn linux() -> Environment {
    Environment {
        os_name: "posix".to_owned(),
        sys_platform: "linux".to_owned(),
        python_version: "3.14".to_owned(),
        python_full_version: "3.14.0+".to_owned(),
        implementation_name: "cpython".to_owned(),
        platform_release: "6.1.0-odd".to_owned(),
        extra: "Web_X".to_owned(),
        ..Environment::default()
    }
}

#[test]
fn markers_are_evaluated() {
    for (marker, holds) in [
        ("python_version >= '3.9'", true),
        ("'3.9' <= python_version", true),
        ("python_full_version == '3.14.0'", true),
        ("python_full_version === '3.14.0+LOCAL'", true),
        ("python_version in '3.13 3.14'", true),
        ("os_name not in 'nt java'", true),
        ("os.name == 'posix' and sys.platform=='linux'", true),
        ("platform_release >= '6'", false),
        ("platform_release >= '6.1.0-odd'", true),
        ("os_name > 'a'", false),
        ("os_name != 'a'", true),
        ("extra == 'web.x'", true),
        ("'web-x' != extra", false),
        ("os_name == 'nt' and extra == 'b' or python_version > '3'", true),
        ("os_name == 'nt' and (extra == 'b' or python_version > '3')", false),
        ("python_implementation == ''", true),
    ] {
        let marker: Marker = marker.parse().expect(marker);
        assert_eq!(marker.evaluate(&linux()).expect("a value"), holds, "{marker}");
    }
}

#[test]
fn markers_without_a_value_say_why() {
    for (marker, message) in [
        ("'a' == 'b'", "cannot evaluate the marker `\"a\" == \"b\"`: both sides are values"),
        ("os_name == os_name", "cannot evaluate the marker `os_name == os_name`: both sides are variables"),
        (
            "os_name ~= 'a'",
            "cannot evaluate the marker `os_name ~= \"a\"`: this operator has a meaning for versions only",
        ),
        ("'A' in extras", "cannot evaluate the marker `\"a\" in extras`: only lock files have a value for it"),
    ] {
        let marker: Marker = marker.parse().expect(marker);
        let error = marker.evaluate(&linux()).expect_err("no value");
        assert_eq!(error.to_string(), message);
        assert_eq!(error.code(), "python/marker-value");
    }
}

#[test]
fn markers_are_shown_in_one_way() {
    for (marker, shown) in [
        (
            "os.name=='a'and(python_implementation in 'x')",
            "os_name == \"a\" and platform_python_implementation in \"x\"",
        ),
        ("((os_name == 'a' or os_name == 'b'))", "os_name == \"a\" or os_name == \"b\""),
        (
            "(os_name == 'a' or os_name == 'b') and extra=='A_B'",
            "(os_name == \"a\" or os_name == \"b\") and extra == \"a-b\"",
        ),
        ("os_name not \t in '\"'", "os_name not in '\"'"),
    ] {
        let marker: Marker = marker.parse().expect(marker);
        assert_eq!(marker.to_string(), shown);
        assert_eq!(shown.parse::<Marker>().expect(shown), marker.to_string().parse().expect(shown));
    }
    let marker: Marker = "os_name == 'a' and (extra == 'b')".parse().expect("a marker");
    assert_eq!(marker.conditions().len(), 2);
}

#[test]
fn what_is_no_marker_says_where() {
    let deep = format!("{}os_name == 'a'", "(".repeat(60));
    for (text, reason) in [
        ("", "a variable or a quoted value was expected at character 1"),
        ("foo == 'a'", "`foo` is no variable at character 1"),
        ("os_name = 'a'", "`==`, `>=` or another comparison was expected at character 9"),
        ("os_name not 'a'", "`in` was expected after `not` at character 13"),
        ("os_name == 'a", "the closing `'` is missing for the value at character 12"),
        ("os_name == 'a\nb'", "a value must be one line at character 12"),
        ("(os_name == 'a'", "`)` was expected at character 16"),
        ("os_name == 'a' x", "`and`, `or` or the end was expected at character 16"),
        (deep.as_str(), "parentheses are nested deeper than 50 at character 52"),
    ] {
        let error = text.parse::<Marker>().expect_err(text);
        assert!(error.to_string().ends_with(&format!("is not an environment marker: {reason}")), "{error}");
        assert_eq!(error.code(), "python/marker");
    }
}

#[test]
fn requirements_are_read_and_shown() {
    for (text, shown) in [
        ("A.b", "A.b"),
        (" a [ x, B.c,x ] >= 1 , <2", "a[B.c,x]<2,>=1"),
        ("a[]", "a"),
        ("a (>=1,)", "a>=1"),
        ("a ()", "a"),
        ("a>=1;os_name=='x' ", "a>=1; os_name == \"x\""),
        ("a@ https://x.org/a;b ; os_name=='x'", "a @ https://x.org/a;b ; os_name == \"x\""),
        ("a[b] @file:///x ", "a[b] @ file:///x"),
        ("a ==1.*, ===x-y", "a==1.*,===x-y"),
    ] {
        let requirement: Requirement = text.parse().expect(text);
        assert_eq!(requirement.to_string(), shown);
        let json = serde_json::to_string(&requirement).expect("json");
        assert_eq!(serde_json::from_str::<Requirement>(&json).expect(shown).to_string(), shown);
    }
}

#[test]
fn what_is_no_requirement_says_where() {
    for (text, reason) in [
        ("", "a name was expected at character 1"),
        (">=1", "a name was expected at character 1"),
        ("a-", "`a-` is not a project name: it must begin and end with a letter or digit at character 1"),
        ("a[b", "`,` or `]` was expected at character 4"),
        ("a[b,]", "a name was expected at character 5"),
        ("a (>=1", "`)` was expected at character 7"),
        ("a b", "a version, `;` before a marker, or the end was expected at character 3"),
        ("a>=1 <2", "`,` before another version, `;` before a marker, or the end was expected at character 6"),
        (
            "a>=x",
            "`>=x` is not a version specifier: `x` is not a version: it must begin with a number, not `x` at \
             character 2",
        ),
        ("a @", "a URL was expected after `@` at character 4"),
        ("a @ x y", "` ;` before a marker, or the end was expected at character 7"),
        ("a; os_name", "`==`, `>=` or another comparison was expected at character 11"),
        ("a; os_name == 'x' y", "`and`, `or` or the end was expected at character 19"),
    ] {
        let error = text.parse::<Requirement>().expect_err(text);
        assert_eq!(error.to_string(), format!("`{text}` is not a requirement: {reason}"));
        assert_eq!(error.code(), "python/requirement");
    }
}

#[test]
fn licenses_are_read_and_shown() {
    let license: LicenseExpression =
        "(mit and gpl-2.0+ with Classpath-exception-2.0)or LicenseRef-x.1".parse().expect("a license");
    assert_eq!(license.to_string(), "(mit AND gpl-2.0+ WITH Classpath-exception-2.0) OR LicenseRef-x.1");
    let ids: Vec<(&str, LicenseKind)> = license.ids().iter().map(|(id, kind)| (id.as_str(), *kind)).collect();
    assert_eq!(
        ids,
        [
            ("mit", LicenseKind::License),
            ("gpl-2.0", LicenseKind::License),
            ("Classpath-exception-2.0", LicenseKind::Exception),
            ("LicenseRef-x.1", LicenseKind::Reference),
        ]
    );
}

#[test]
fn what_is_no_license_says_why() {
    let deep = "(".repeat(60);
    for (text, reason) in [
        ("", "an id was expected at its end"),
        ("MIT OR", "an id was expected at its end"),
        ("OR MIT", "an id was expected, not `OR`"),
        ("MIT Apache-2.0", "`AND`, `OR` or `WITH` was expected, not `Apache-2.0`"),
        ("(MIT", "`)` is missing"),
        ("MIT)", "`)` closes nothing"),
        ("()", "an id was expected, not `)`"),
        ("MIT WITH (x)", "an id was expected, not `(`"),
        ("(MIT) WITH x", "`AND`, `OR` or `WITH` was expected, not `WITH`"),
        ("LicenseRef-", "`LicenseRef-` is no id"),
        ("LicenseRef-a+", "`LicenseRef-a+` is no id"),
        ("MIT/X", "`MIT/X` is no id"),
        (deep.as_str(), "parentheses are nested deeper than 50"),
    ] {
        let error = text.parse::<LicenseExpression>().expect_err(text);
        assert!(error.to_string().ends_with(&format!("is not a license expression: {reason}")), "{error}");
        assert_eq!(error.code(), "python/license");
    }
}
