//! Entry points: the file and the single reference.

use pyrelease::error::Explain;
use pyrelease::python::entry_points::{CONSOLE_SCRIPTS, EntryPoint, EntryPoints};
use pyrelease::python::identifier::{is_identifier, is_keyword, is_module_path};

#[test]
fn files_are_read_as_configparser_does() {
    let text = "# comment\n[console_scripts]\r\nTool = pkg.cli:main [Fast, x]\r\n; comment\n\na.b-c=pkg\n\
                [ my.group ] trailing\nkey = m\n   : attr.x\n\n[empty]\n";
    let points: EntryPoints = text.parse().expect("entry points");
    let names: Vec<(&str, String)> =
        points.group(CONSOLE_SCRIPTS).map(|(name, entry)| (name, entry.to_string())).collect();
    assert_eq!(names, [("Tool", "pkg.cli:main [Fast,x]".to_owned()), ("a.b-c", "pkg".to_owned())]);
    let groups: Vec<&str> = points.groups().keys().map(String::as_str).collect();
    assert_eq!(groups, [" my.group ", "console_scripts", "empty"]);
    let (_, entry) = points.group(" my.group ").next().expect("an entry");
    assert_eq!((entry.module.as_str(), entry.attr.as_deref()), ("m", Some("attr.x")));
    assert_eq!(points.group("none").count(), 0);
}

#[test]
fn what_the_file_must_not_have() {
    for (text, message) in [
        ("a = b", "line 1 of the entry points is refused: it stands before the first `[group]`"),
        ("[a]\nb", "line 2 of the entry points is refused: `b` has no `=`"),
        ("[a]\nb: c", "line 2 of the entry points is refused: `b: c` has no `=`"),
        ("[a]\n= c", "line 2 of the entry points is refused: there is no name before `=`"),
        ("[a]\n[a]", "line 2 of the entry points is refused: the group `a` is given twice"),
        ("[a]\nb=c\nb=d\n", "line 3 of the entry points is refused: the name `b` is given twice in its group"),
        ("[DEFAULT]", "line 1 of the entry points is refused: the group `DEFAULT` would be added to all others"),
        (
            "[a]\n\nb=c-d\n\n",
            "line 3 of the entry points is refused: `c-d` is not an entry point: `c-d` is no dotted name",
        ),
    ] {
        let error = text.parse::<EntryPoints>().expect_err(text);
        assert_eq!(error.to_string(), message);
        assert_eq!(error.code(), "python/entry-points");
    }
}

#[test]
fn names_of_commands_are_plain() {
    let points: EntryPoints =
        "[console_scripts]\na b=c\nok-1.x=c\n[gui_scripts]\nx/y=c\n[other]\nq q=c\n".parse().expect("entry points");
    assert_eq!(points.refused_scripts(), ["a b", "x/y"]);
}

#[test]
fn project_tables_are_taken_up() {
    let mut points = EntryPoints::default();
    points.insert(CONSOLE_SCRIPTS, "tool", "pkg:main").expect("an entry point");
    points.insert("my.group", "a b", "pkg").expect("an entry point");
    assert_eq!(points.groups().len(), 2);
    for (group, name, value, message) in [
        ("my..group", "a", "b", "`my..group` is not an entry point: a group is words parted by dots"),
        (
            "g",
            "[a",
            "b",
            "`[a` is not an entry point: a name has no `=` or line end, no space around it and no `[` before it",
        ),
        (CONSOLE_SCRIPTS, "tool", "b", "`tool` is not an entry point: its group has that name already"),
        ("g", "a", "b [x", "`b [x` is not an entry point: its extras do not end with `]`"),
        ("g", "a", "b:", "`b:` is not an entry point: `` is no dotted name"),
        (
            "g",
            "a",
            "b [-]",
            "`b [-]` is not an entry point: `-` is not a project name: it must begin and end with a letter or \
             digit",
        ),
    ] {
        let error = points.insert(group, name, value).expect_err(name);
        assert_eq!(error.to_string(), message);
        assert_eq!(error.code(), "python/entry-point");
    }
    let entry: EntryPoint = " pkg.mod : obj.attr [a] ".parse().expect("an entry point");
    assert_eq!(entry.to_string(), "pkg.mod:obj.attr [a]");
}

#[test]
fn identifiers_are_pythons() {
    assert!(is_identifier("_a1") && is_identifier("é") && is_identifier("class"));
    assert!(!is_identifier("") && !is_identifier("1a") && !is_identifier("a-b"));
    assert!(is_keyword("class") && is_keyword("None") && !is_keyword("match"));
    assert!(is_module_path("a.b") && !is_module_path("a.class") && !is_module_path("a."));
}
