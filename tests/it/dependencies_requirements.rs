//! Requirements files: what is pinned, what is skipped and why, what is included.

use pyrelease::error::Explain;
use pyrelease::project::dependencies::{
    Dependencies, DependencyError, IncludeKind, MAX_BYTES, MAX_PACKAGES, Source, requirements,
};

use crate::support::damage::damaged;

fn parse(text: &str) -> Dependencies {
    requirements::parse("r.txt", text).expect(text)
}

/// `name version line marker` of every pin.
fn pins(text: &str) -> Vec<String> {
    let packages = parse(text).packages.into_iter();
    packages
        .map(|package| {
            let place = &package.occurrences[0];
            let marker = place.marker.as_deref().unwrap_or("-");
            format!("{} {} {} {marker}", package.name, package.version, place.line)
        })
        .collect()
}

/// `name why` of every skipped line.
fn skipped(text: &str) -> Vec<String> {
    let skipped = parse(text).skipped.into_iter();
    skipped.map(|skipped| format!("{} {}", skipped.name, skipped.why)).collect()
}

#[test]
fn pins_are_read_in_every_spelling() {
    let table = [
        ("Jinja2==2.11.2", "jinja2 2.11.2 1 -"),
        ("jinja2 == 2.11.2  # why", "jinja2 2.11.2 1 -"),
        ("a.b[x,y]==1.0", "a-b 1.0 1 -"),
        ("a===1.0-odd", "a 1.0-odd 1 -"),
        ("a (==1.0)", "a 1.0 1 -"),
        ("a==2.2.1,!=2.2.2", "a 2.2.1 1 -"),
        ("a>=1,==1.5", "a 1.5 1 -"),
        ("a==1.0;python_version<'3.9'", "a 1.0 1 python_version<'3.9'"),
        ("\u{feff}a==1 --hash=sha256:aa --hash=sha256:bb", "a 1 1 -"),
        ("\na==1 ; os_name == 'nt' --hash=sha256:aa", "a 1 2 os_name == 'nt'"),
        ("a==1+cpu", "a 1+cpu 1 -"),
    ];
    for (text, expected) in table {
        assert_eq!(pins(text), [expected], "{text}");
        assert!(parse(text).skipped.is_empty(), "{text}");
    }
}

#[test]
fn lines_are_joined_and_comments_dropped_as_pip_does() {
    assert_eq!(pins("a==1 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\nb==2\n"), ["a 1 1 -", "b 2 4 -"]);
    assert_eq!(pins("a==1 \\\r\n  --hash=sha256:aa\r\nb==2\r\n"), ["a 1 1 -", "b 2 3 -"]);
    assert_eq!(pins("# a==1 \\\nb==2\n"), ["b 2 2 -"], "a comment is not continued");
    assert_eq!(pins("a\\\n==1\\"), ["a 1 1 -"]);
    assert_eq!(pins("# harmless\u{2028}evil==1\n# x\u{c}worse==2"), ["evil 1 1 -", "worse 2 2 -"]);
    assert!(parse("\n  \n# nothing\n").packages.is_empty());
}

#[test]
fn the_same_name_under_two_markers_is_two_pins() {
    let text = "a==1; python_version<'3'\na==2; python_version>='3'\n";
    assert_eq!(pins(text), ["a 1 1 python_version<'3'", "a 2 2 python_version>='3'"]);
    let twice = parse("a==1; os_name=='nt'\na==1\n");
    assert_eq!(twice.packages.len(), 1);
    assert_eq!(twice.packages[0].occurrences.len(), 2);
}

#[test]
fn what_is_not_pinned_is_skipped_with_the_reason() {
    let table = [
        ("a", "a is not pinned to one version"),
        ("a>=1.0", "a is not pinned to one version"),
        ("a==1.*", "a is not pinned to one version"),
        ("a==1,==2", "a is pinned to two versions at once"),
        ("a==${V}", "a depends on an environment variable"),
        ("${A}==1", "r.txt:1 depends on an environment variable"),
        ("a @ https://u:secret@h/a.whl", "a comes from a URL"),
        ("a@git+ssh://g@h/x", "a comes from version control"),
        ("https://u:secret@h/a-1-py3-none-any.whl", "r.txt:1 comes from a URL"),
        ("git+https://u:secret@h/a", "r.txt:1 comes from version control"),
        ("./a-1.tar.gz", "r.txt:1 comes from a local path"),
        ("lib/a-1.tar.gz", "r.txt:1 comes from a local path"),
        ("-e ../other", "r.txt:1 is installed from a local folder or version control"),
        ("--editable=git+https://h/x", "r.txt:1 is installed from a local folder or version control"),
        ("==1", "r.txt:1 is not a requirement that can be read"),
        ("a[x==1", "r.txt:1 is not a requirement that can be read"),
        ("a== 1 2", "a is not a requirement that can be read"),
        ("<script>==1", "r.txt:1 is not a requirement that can be read"),
    ];
    for (text, expected) in table {
        assert_eq!(skipped(text), [expected], "{text}");
        assert!(parse(text).packages.is_empty(), "{text}");
    }
}

#[test]
fn the_project_itself_is_no_dependency() {
    for text in ["-e .", "-e .[dev]", ".", "./", "--editable=."] {
        assert_eq!(parse(text), Dependencies::default(), "{text}");
    }
}

#[test]
fn other_files_are_named_to_the_caller() {
    let text = "-r base.txt\n-rdev.txt\n--requirement=a b.txt\n-c limits.txt\n--constraint more.txt\n";
    let includes: Vec<(String, IncludeKind, usize)> =
        parse(text).includes.into_iter().map(|i| (i.path, i.kind, i.line)).collect();
    let read = IncludeKind::Requirements;
    let limit = IncludeKind::Constraints;
    assert_eq!(
        includes,
        [
            ("base.txt".to_owned(), read, 1),
            ("dev.txt".to_owned(), read, 2),
            ("a b.txt".to_owned(), read, 3),
            ("limits.txt".to_owned(), limit, 4),
            ("more.txt".to_owned(), limit, 5),
        ]
    );
}

#[test]
fn another_index_makes_every_name_private() {
    let source = |text: &str| parse(text).packages[0].source;
    assert_eq!(source("a==1\n--index-url https://u:p@corp/simple\n"), Source::PrivateRegistry);
    assert_eq!(source("-i https://pypi.org/simple/\na==1"), Source::Registry);
    assert_eq!(source("-ihttps://corp/simple\na==1"), Source::PrivateRegistry);
    assert_eq!(source("--extra-index-url https://corp/simple\na==1"), Source::Registry);
    assert_eq!(source("--no-binary :all:\n--pre\na==1"), Source::Registry);
}

#[test]
fn limits_have_their_texts() {
    let large = " ".repeat(MAX_BYTES + 1);
    let error = requirements::parse("r.txt", &large).expect_err("too large");
    assert_eq!(error.to_string(), "`r.txt` is larger than 64 MiB");
    assert_eq!(error.code(), "dependencies/too-large");
    assert_eq!(error.hints(), ["check that `r.txt` is the lock file of this project"]);
    let many = "a==1\n".repeat(MAX_PACKAGES + 1);
    let error = requirements::parse("r.txt", &many).expect_err("too many");
    assert!(matches!(error, DependencyError::TooMany { .. }));
    assert_eq!(error.to_string(), "`r.txt` locks more than 100000 packages");
    assert_eq!(error.code(), "dependencies/too-many");
    assert_eq!(error.location().map(|place| place.file).as_deref(), Some("r.txt"));
}

#[test]
fn hostile_lines_end_quickly() {
    for text in ["\\\n".repeat(200_000), "#".repeat(1 << 20), "a[".repeat(1 << 19), "=".repeat(1 << 20)] {
        assert!(parse(&text).packages.is_empty());
    }
    let long = format!("a=={}", "1.".repeat(1 << 19));
    assert_eq!(parse(&long).packages.len(), 1);
}

#[test]
fn damaged_requirements_never_panic_and_name_real_lines() {
    let text = "a==1 \\\n --hash=sha256:aa\nb[x]==2; os_name=='nt'\n-r c.txt\ngit+https://h/d\ne===3#\n";
    damaged(0x5eed_0002, 40_000, text.as_bytes(), |round, bytes| {
        let text = String::from_utf8_lossy(bytes);
        let read = parse(&text);
        let places = read.packages.iter().map(|package| package.occurrences[0].line);
        let lines = places.chain(read.skipped.iter().map(|skipped| skipped.line));
        let last = text.matches('\n').count() + 1;
        for line in lines {
            assert!((1..=last).contains(&line), "round {round}: line {line} of {last}");
        }
    });
}
