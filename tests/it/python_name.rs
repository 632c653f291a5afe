//! Names: grammar and normal form.

use pyrelease::error::Explain;
use pyrelease::python::name::{ProjectName, normalize};
use pyrelease::python::stdlib;

#[test]
fn names_are_kept_as_written_and_compared_normalised() {
    let name: ProjectName = "Foo._-Bar.baz".parse().expect("a name");
    assert_eq!(name.to_string(), "Foo._-Bar.baz");
    assert_eq!(name.normalized(), "foo-bar-baz");
    assert_eq!(name.file_part(), "foo_bar_baz");
    assert_eq!(name, "foo-bar-BAZ".parse().expect("a name"));
    assert_ne!(name, "foobarbaz".parse().expect("a name"));
    let json = serde_json::to_string(&name).expect("json");
    assert_eq!(json, "\"Foo._-Bar.baz\"");
    assert_eq!(serde_json::from_str::<ProjectName>(&json).expect("name"), name);
}

#[test]
fn what_is_no_name_says_why() {
    for (text, message) in [
        ("", "`` is not a project name: it is empty"),
        ("-a", "`-a` is not a project name: it must begin and end with a letter or digit"),
        ("a.", "`a.` is not a project name: it must begin and end with a letter or digit"),
        ("a b", "`a b` is not a project name: ` ` is not allowed in a name"),
        ("a\n", "`a\\n` is not a project name: `\\n` is not allowed in a name"),
        ("é", "`é` is not a project name: `é` is not allowed in a name"),
    ] {
        let error = text.parse::<ProjectName>().expect_err("no name");
        assert_eq!(error.to_string(), message);
        assert_eq!(error.code(), "python/name");
        assert!(!error.hints().is_empty());
    }
}

#[test]
fn long_names_are_cut_in_messages() {
    let error = "a b".repeat(1000).parse::<ProjectName>().expect_err("no name");
    assert!(error.to_string().chars().count() < 200);
}

#[test]
fn any_text_has_a_normal_form() {
    assert_eq!(normalize("A__b..C"), "a-b-c");
    assert_eq!(normalize("--x--"), "-x-");
    assert_eq!(normalize("-"), "-");
}

#[test]
fn every_module_of_the_standard_library_is_found() {
    let list = include_str!("../../src/python/data/stdlib.txt");
    let mut found = 0;
    for line in list.lines().skip(1) {
        let [module, _, last] = line.split(' ').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let is_top = !module.contains('.');
        assert_eq!(stdlib::is_module(module), is_top && last == stdlib::NEWEST, "{line}");
        let in_use = ["3.10", "3.11", "3.12", "3.13", stdlib::NEWEST].contains(&last);
        assert_eq!(stdlib::is_provided(module), is_top && in_use, "{line}");
        assert!(!stdlib::is_module(&format!("{module}x1")), "{line}");
        found += usize::from(stdlib::is_module(module));
    }
    assert!(found > 200, "{found}");
    assert!(["", "demo", "zzz", "A", "3.14"].iter().all(|name| !stdlib::is_module(name) && !stdlib::is_provided(name)));
    for refused in ["xml-dom", "json", "os.path", "Asyncio"] {
        assert!(stdlib::is_module_of_any(&refused.parse::<ProjectName>().expect("a name")), "{refused}");
    }
}
