//! `release compare`: what counts as a difference, what is only told, and what cannot be told.

use std::path::Path;

use expect_test::{expect, expect_file};
use pyrelease::archive::compare::{Measure, compare};
use pyrelease::archive::{Fault, Kind, Limits, Scan, read};
use pyrelease::check::{Pass, rules};
use pyrelease::effects::Files;
use pyrelease::report::Severity;

use crate::support::Sandbox;
use crate::support::archives::hostile::cases;
use crate::support::archives::tar::{SDIST_NAME, Tar};
use crate::support::archives::zip::{Entry, METADATA, WHEEL_NAME, Zip};
use crate::support::depth::rounds;
use crate::support::random::Random;

/// A sandbox with one archive in `a` and one in `b`.
fn pair(name: &str, a: impl AsRef<[u8]>, b: impl AsRef<[u8]>) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write(&format!("a/{name}"), a);
    sandbox.write(&format!("b/{name}"), b);
    sandbox
}

fn wheels(change: impl Fn(&mut Zip, &mut Zip)) -> Sandbox {
    let (mut a, mut b) = (Zip::wheel(), Zip::wheel());
    change(&mut a, &mut b);
    pair(WHEEL_NAME, a.bytes(), b.bytes())
}

fn compared(sandbox: &Sandbox, more: &[&str]) -> String {
    sandbox.release(&[&["compare", "a", "b"], more].concat()).to_string()
}

#[test]
fn the_same_bytes_are_the_same() {
    let sandbox = wheels(|_, _| {});
    expect![[r#"
        A: a
        B: b
        demo-1.0-py3-none-any.whl  same
        1 archive compared, 1 the same
    "#]]
    .assert_eq(&compared(&sandbox, &["--exact"]));
    expect![[r#"
        {
          "schema": 1,
          "command": "compare",
          "outcome": "ok",
          "findings": [],
          "result": {
            "same": true,
            "archives": [
              {
                "a": "a/demo-1.0-py3-none-any.whl",
                "b": "b/demo-1.0-py3-none-any.whl",
                "same": true,
                "differences": [],
                "members": [],
                "notes": [],
                "unreadable": []
              }
            ]
          },
          "failure": null
        }"#]]
    .assert_eq(&format!("{:#}", sandbox.release(&["compare", "a", "b", "--format", "json"]).json()));
    // Whatever they are.
    let sandbox = pair(WHEEL_NAME, "no zip", "no zip");
    sandbox.release(&["compare", "a", "b"]).success();
}

/// Two wheels that differ in every way.
fn different() -> Sandbox {
    wheels(|a, b| {
        let lines = |text: &str| (0..12).map(|at| format!("line {at}{text}\n")).collect::<String>();
        a.file("demo/text.py", lines("").as_bytes());
        b.file("demo/text.py", lines("").replace("line 6", "line six\u{1b}[2J\n::error::x").as_bytes());
        a.file("demo/lib.so", b"\x7fELF\x01\x02\x03\x04a");
        b.file("demo/lib.so", b"\x7fELF\x01\x02\x03\x04bb");
        a.file("demo/run.sh", b"#!/bin/sh\n").mode = 0o100_755;
        b.file("demo/run.sh", b"#!/bin/sh\n");
        a.file("demo/old.py", b"old\n");
        b.file("demo/new.py", b"");
        b.file("demo/new\u{1b}[2J.py", b"");
        let fields = "Summary: Another\nRequires-Dist: idna\nRequires-Dist: attrs";
        b.edit("METADATA", "Summary: A demonstration", fields);
        b.edit("METADATA", "# demo", "# demo\n\nmore");
        a.edit("METADATA", "Requires-Python: >=3.9\n", "Requires-Python: >=3.9\nRequires-Dist: attrs\nPlatform: x\n");
    })
}

#[test]
fn every_difference_is_told() {
    let sandbox = different();
    expect![[r#"
        error[compare/only-in-a]: 1 member is only in A
          at: demo-1.0-py3-none-any.whl
        error[compare/only-in-b]: 2 members are only in B
          at: demo-1.0-py3-none-any.whl
        error[compare/differs]: 3 members have other contents
          at: demo-1.0-py3-none-any.whl
        error[compare/executable-bit]: 1 member is executable in one of the two
          at: demo-1.0-py3-none-any.whl
        A: a
        B: b
        demo-1.0-py3-none-any.whl  differs
          differs         demo-1.0.dist-info/METADATA  636 B in A, 642 B in B
              - Platform: x
              + Requires-Dist: idna
              - Summary: A demonstration
              + Summary: Another
              - (description): 4 lines
              + (description): 6 lines
          differs         demo/lib.so  9 B in A, 10 B in B
              A sha256 22ec43710443b88824d7f13ad267191f2e519531356533784312a1e39ea0cd2a
              B sha256 0e1ebe73a725f72051d3f779a988d3f17c35fef688c5bf96522e33f7e5516a92
          only in B       demo/new\u{1b}[2J.py  0 B
          only in B       demo/new.py  0 B
          only in A       demo/old.py  4 B
          executable bit  demo/run.sh  in A only
          differs         demo/text.py  86 B in A, 103 B in B
        1 archive compared, 0 the same
        [exit status: 10]
    "#]]
    .assert_eq(&compared(&sandbox, &[]));
}

#[test]
fn lines_that_differ_are_shown_on_request() {
    let sandbox = different();
    expect![[r#"
        error[compare/only-in-a]: 1 member is only in A
          at: demo-1.0-py3-none-any.whl
        error[compare/only-in-b]: 2 members are only in B
          at: demo-1.0-py3-none-any.whl
        error[compare/differs]: 3 members have other contents
          at: demo-1.0-py3-none-any.whl
        error[compare/executable-bit]: 1 member is executable in one of the two
          at: demo-1.0-py3-none-any.whl
        --- a/demo-1.0.dist-info/METADATA
        +++ b/demo-1.0.dist-info/METADATA
        @@ -1,7 +1,9 @@
         Metadata-Version: 2.4
         Name: demo
         Version: 1.0
        -Summary: A demonstration
        +Summary: Another
        +Requires-Dist: idna
        +Requires-Dist: attrs
         Keywords: demo,example
         Author-email: Ada Lovelace <ada@example.org>
         License-Expression: MIT
        @@ -10,12 +12,12 @@
         Classifier: Programming Language :: Python :: 3
         Classifier: Programming Language :: Python :: 3.9
         Requires-Python: >=3.9
        -Requires-Dist: attrs
        -Platform: x
         Project-URL: Homepage, https://example.org/demo
         Description-Content-Type: text/markdown
        ·
         # demo
        +
        +more
        ·
         It holds a value, and nothing more than that. Whoever tests how releases are made needs a project with
         which nothing is wrong, and this is one.
        --- a/demo/text.py
        +++ b/demo/text.py
        @@ -4,7 +4,8 @@
         line 3
         line 4
         line 5
        -line 6
        +line six\u{1b}[2J
        +::error::x
         line 7
         line 8
         line 9
        A: a
        B: b
        demo-1.0-py3-none-any.whl  differs
          differs         demo-1.0.dist-info/METADATA  636 B in A, 642 B in B
              - Platform: x
              + Requires-Dist: idna
              - Summary: A demonstration
              + Summary: Another
              - (description): 4 lines
              + (description): 6 lines
          differs         demo/lib.so  9 B in A, 10 B in B
              A sha256 22ec43710443b88824d7f13ad267191f2e519531356533784312a1e39ea0cd2a
              B sha256 0e1ebe73a725f72051d3f779a988d3f17c35fef688c5bf96522e33f7e5516a92
          only in B       demo/new\u{1b}[2J.py  0 B
          only in B       demo/new.py  0 B
          only in A       demo/old.py  4 B
          executable bit  demo/run.sh  in A only
          differs         demo/text.py  86 B in A, 103 B in B
        1 archive compared, 0 the same
        [exit status: 10]
    "#]]
    // An empty line of context is one blank, which a snapshot would lose.
    .assert_eq(&compared(&sandbox, &["--diff"]).replace("\n \n", "\n·\n"));
}

#[test]
fn programs_read_the_same() {
    let document = different().release(&["compare", "a", "b", "--format", "json"]).json();
    assert_eq!(document["outcome"], "findings");
    let result = &document["result"];
    assert_eq!(result["same"], false);
    let archive = &result["archives"][0];
    expect_file!["snapshots/compare.json"].assert_eq(&format!("{archive:#}"));
}

#[test]
fn a_generator_and_the_rows_that_follow_do_not_count() {
    let sandbox = wheels(|_, b| b.edit("WHEEL", "Generator: test 1", "Generator: other 2"));
    expect![[r#"
        info[compare/generator]: WHEEL names another generator
          at: demo-1.0-py3-none-any.whl
        A: a
        B: b
        demo-1.0-py3-none-any.whl  same contents
        1 archive compared, 1 the same
    "#]]
    .assert_eq(&compared(&sandbox, &[]));
    expect![[r#"
        error[compare/bytes]: the files have other bytes
          at: demo-1.0-py3-none-any.whl
          help: leave `--exact` out where the contents are what counts
        info[compare/generator]: WHEEL names another generator
          at: demo-1.0-py3-none-any.whl
        A: a
        B: b
        demo-1.0-py3-none-any.whl  differs
        1 archive compared, 0 the same
        [exit status: 10]
    "#]]
    .assert_eq(&compared(&sandbox, &["--exact"]));
    // Another line of it counts.
    let sandbox = wheels(|_, b| b.edit("WHEEL", "Root-Is-Purelib: true", "Root-Is-Purelib: false"));
    expect![[r#"
        error[compare/differs]: 1 member has other contents
          at: demo-1.0-py3-none-any.whl
        A: a
        B: b
        demo-1.0-py3-none-any.whl  differs
          differs         demo-1.0.dist-info/WHEEL  77 B in A, 78 B in B
              - Root-Is-Purelib: true
              + Root-Is-Purelib: false
        1 archive compared, 0 the same
        [exit status: 10]
    "#]]
    .assert_eq(&compared(&sandbox, &[]));
    // And so it does where the file is no WHEEL.
    let sandbox = wheels(|a, b| {
        a.file("demo/WHEEL", b"Generator: 1\n");
        b.file("demo/WHEEL", b"Generator: 2\n");
    });
    assert_eq!(sandbox.release(&["compare", "a", "b"]).code, 10);
}

#[test]
fn order_directories_and_forms_are_told() {
    let sandbox = wheels(|_, b| {
        b.entries.reverse();
        b.entries.push(Entry { mode: 0o040_755, ..Entry::stored("demo/", b"") });
        b.record = Some(b.honest_record().replace('\n', "\r\n"));
    });
    expect![[r#"
        info[compare/record-form]: RECORD has its rows in another order, or other line ends
          at: demo-1.0-py3-none-any.whl
        info[compare/order]: the members stand in another order
          at: demo-1.0-py3-none-any.whl
        info[compare/directories]: one has entries of directories
          at: demo-1.0-py3-none-any.whl
        A: a
        B: b
        demo-1.0-py3-none-any.whl  same contents
        1 archive compared, 1 the same
    "#]]
    .assert_eq(&compared(&sandbox, &[]));
    // One whose mode is that of a file is none to every reader.
    let sandbox = wheels(|_, b| b.entries.push(Entry::stored("demo/", b"")));
    let output = compared(&sandbox, &[]);
    assert!(output.contains("only in B       demo  neither a file nor a link"), "{output}");
    // Dates and compression.
    let sandbox = wheels(|_, b| *b.entry("demo/__init__.py") = Entry::stored("demo/__init__.py", b"VALUE = 1\n"));
    expect![[r#"
        info[compare/other-bytes]: same contents, other bytes of the archive: dates, owners, modes or compression
          at: demo-1.0-py3-none-any.whl
        A: a
        B: b
        demo-1.0-py3-none-any.whl  same contents
        1 archive compared, 1 the same
    "#]]
    .assert_eq(&compared(&sandbox, &[]));
}

#[test]
fn rows_of_record_that_are_not_true_count() {
    let sandbox = wheels(|_, b| {
        let record = b.honest_record();
        let row = record.lines().next().expect("a row").to_owned();
        b.record = Some(record.replace(&row, "demo/__init__.py,sha256=AAAA,10") + "demo/none.py,,\n");
    });
    expect![[r#"
        error[compare/differs]: 1 member has other contents
          at: demo-1.0-py3-none-any.whl
        A: a
        B: b
        demo-1.0-py3-none-any.whl  differs
          differs         demo-1.0.dist-info/RECORD  350 B in A, 326 B in B
              - demo/__init__.py: sha256=4T34xEr13qHkEkA5ELmcxaSPLMv2imazN01quc75_GU,10
              + demo/__init__.py: sha256=AAAA,10
              + demo/none.py: ,
        1 archive compared, 0 the same
        [exit status: 10]
    "#]]
    .assert_eq(&compared(&sandbox, &[]));
    // What is no RECORD at all counts, too.
    let sandbox = wheels(|_, b| b.record = Some("x\n".to_owned()));
    assert_eq!(sandbox.release(&["compare", "a", "b"]).code, 10);
}

fn sdist(top: &str, change: impl Fn(&mut Tar)) -> Vec<u8> {
    let mut tar = Tar::default();
    tar.file(&format!("{top}/PKG-INFO"), METADATA.replace("1.0", &top[5..]).as_bytes());
    tar.file(&format!("{top}/x.py"), b"x");
    change(&mut tar);
    tar.gz()
}

#[test]
fn two_versions_are_compared_below_their_folders() {
    let sandbox = Sandbox::new();
    sandbox.write("demo-1.0.tar.gz", sdist("demo-1.0", |tar| tar.link("demo-1.0/link.py", b'2', "x.py")));
    sandbox.write("demo-1.1.tar.gz", sdist("demo-1.1", |tar| tar.file("demo-1.1/link.py", b"x")));
    expect![[r#"
        error[compare/file-name]: the files have other names: `demo-1.0.tar.gz` and `demo-1.1.tar.gz`
          at: demo-1.0.tar.gz
        error[compare/top-folder]: the members lie in other folders: `demo-1.0` and `demo-1.1`
          at: demo-1.0.tar.gz
        error[compare/kind]: 1 member is of another kind
          at: demo-1.0.tar.gz
        error[compare/differs]: 1 member has other contents
          at: demo-1.0.tar.gz
        --- a/demo-1.0/PKG-INFO
        +++ b/demo-1.0/PKG-INFO
        @@ -1,6 +1,6 @@
         Metadata-Version: 2.4
         Name: demo
        -Version: 1.0
        +Version: 1.1
         Summary: A demonstration
         Keywords: demo,example
         Author-email: Ada Lovelace <ada@example.org>
        A: demo-1.0.tar.gz
        B: demo-1.1.tar.gz
        demo-1.0.tar.gz  differs
          differs         demo-1.0/PKG-INFO  603 B in A, 603 B in B
              - Version: 1.0
              + Version: 1.1
          kind            demo-1.0/link.py  a link to `x.py` in A, a file in B
        1 archive compared, 0 the same
        [exit status: 10]
    "#]]
    .assert_eq(&sandbox.release(&["compare", "demo-1.0.tar.gz", "demo-1.1.tar.gz", "--diff"]).to_string());
    let mut zip = Zip::default();
    zip.file("demo/__init__.py", b"VALUE = 1\n");
    zip.file("demo-1.1.data/scripts/run", b"x");
    zip.file("demo-1.1.dist-info/METADATA", METADATA.replace("Version: 1.0", "Version: 1.1").as_bytes());
    zip.file(
        "demo-1.1.dist-info/WHEEL",
        b"Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    );
    let record = zip.honest_record().replace("demo-1.0.dist-info/RECORD", "demo-1.1.dist-info/RECORD");
    zip.file("demo-1.1.dist-info/RECORD", record.as_bytes());
    sandbox.write("demo-1.1-py3-none-any.whl", zip.raw());
    let mut zip = Zip::wheel();
    zip.file("demo-1.0.data/scripts/run", b"x");
    sandbox.write(WHEEL_NAME, zip.bytes());
    expect![[r#"
        error[compare/file-name]: the files have other names: `demo-1.0-py3-none-any.whl` and `demo-1.1-py3-none-any.whl`
          at: demo-1.0-py3-none-any.whl
        error[compare/top-folder]: the members lie in other folders: `demo-1.0.dist-info` and `demo-1.1.dist-info`
          at: demo-1.0-py3-none-any.whl
        error[compare/only-in-a]: 1 member is only in A
          at: demo-1.0-py3-none-any.whl
        error[compare/differs]: 1 member has other contents
          at: demo-1.0-py3-none-any.whl
        info[compare/generator]: WHEEL names another generator
          at: demo-1.0-py3-none-any.whl
        A: demo-1.0-py3-none-any.whl
        B: demo-1.1-py3-none-any.whl
        demo-1.0-py3-none-any.whl  differs
          differs         demo-1.0.dist-info/METADATA  603 B in A, 603 B in B
              - Version: 1.0
              + Version: 1.1
          only in A       demo-1.0.dist-info/licenses/LICENSE  4 B
        1 archive compared, 0 the same
        [exit status: 10]
    "#]].assert_eq(&sandbox.release(&["compare", WHEEL_NAME, "demo-1.1-py3-none-any.whl"]).to_string());
}

#[test]
fn links_are_compared_by_where_they_lead() {
    let linked = |target: &str| sdist("demo-1.0", |tar| tar.link("demo-1.0/link.py", b'2', target));
    expect![[r#"
        error[compare/differs]: 1 member has other contents
          at: demo-1.0.tar.gz
        A: a
        B: b
        demo-1.0.tar.gz  differs
          differs         demo-1.0/link.py  a link to `x.py` in A, a link to `PKG-INFO` in B
        1 archive compared, 0 the same
        [exit status: 10]
    "#]]
    .assert_eq(&compared(&pair(SDIST_NAME, linked("x.py"), linked("PKG-INFO")), &[]));
}

#[test]
fn folders_are_paired_by_name() {
    let sandbox = wheels(|_, b| b.edit("WHEEL", "Generator: test 1", "Generator: other 2"));
    sandbox.write("a/demo-1.0.tar.gz", Tar::sdist().gz());
    sandbox.write("b/demo-2.0.tar.gz", Tar::sdist().gz());
    sandbox.write("b/notes.txt", "passed over");
    expect![[r#"
        info[compare/generator]: WHEEL names another generator
          at: demo-1.0-py3-none-any.whl
        error[compare/only-in-a]: the archive is only in A
          at: demo-1.0.tar.gz
        error[compare/only-in-b]: the archive is only in B
          at: demo-2.0.tar.gz
        A: a
        B: b
        demo-1.0-py3-none-any.whl  same contents
        demo-1.0.tar.gz  only in A
        demo-2.0.tar.gz  only in B
        3 archives compared, 1 the same
        [exit status: 10]
    "#]]
    .assert_eq(&compared(&sandbox, &[]));
    std::fs::remove_file(sandbox.repo().join("a/demo-1.0.tar.gz")).expect("it is there");
    std::fs::remove_file(sandbox.repo().join("b/demo-2.0.tar.gz")).expect("it is there");
    assert_eq!(sandbox.release(&["compare", "a", "b"]).code, 0);
    let document = sandbox.release(&["compare", "a", "b", "--exact", "--format", "json"]).json();
    assert_eq!((document["result"]["same"].as_bool(), document["outcome"].as_str()), (Some(false), Some("findings")));
}

#[test]
fn what_cannot_be_compared_is_said() {
    let sandbox = wheels(|a, b| {
        b.file("demo/x.py", b"1");
        b.file("demo/x.py", b"2");
        a.file("demo/x.py", b"2");
    });
    expect![[r#"
        warning[compare/unreadable]: B cannot be compared: `demo/x.py` stands in the archive twice
          at: demo-1.0-py3-none-any.whl: demo/x.py
          help: `release check` says more, and `release explain archive/duplicate-entry`
        A: a
        B: b
        demo-1.0-py3-none-any.whl  cannot tell
        1 archive compared, 0 the same
        ------- stderr -------
        cannot tell: see above what is missing
        [exit status: 11]
    "#]]
    .assert_eq(&compared(&sandbox, &[]));
    let document = sandbox.release(&["compare", "a", "b", "--format", "json"]).json();
    expect![[r#"
        [
          {
            "side": "b",
            "code": "archive/duplicate-entry",
            "message": "`demo/x.py` stands in the archive twice"
          }
        ]"#]]
    .assert_eq(&format!("{:#}", document["result"]["archives"][0]["unreadable"]));
    assert!(document["result"]["same"].is_null());
    // A difference that is certain is one, whatever else is not.
    sandbox.write("b/demo-1.0.tar.gz", Tar::sdist().gz());
    assert_eq!(sandbox.release(&["compare", "a", "b"]).code, 10);
    sandbox.write("empty/x.txt", "");
    expect![[r#"
        warning[compare/nothing]: there is no archive in either folder
        A: empty
        B: empty
        0 archives compared, 0 the same
        ------- stderr -------
        cannot tell: see above what is missing
        [exit status: 11]
    "#]]
    .assert_eq(&sandbox.release(&["compare", "empty", "empty"]).to_string());
    expect![[r#"
        ------- stderr -------
        error[cli/usage]: one of the two is a folder and the other is not
          hint: name two archives, or two folders of archives
        [exit status: 2]
    "#]]
    .assert_eq(&sandbox.release(&["compare", "a", &format!("b/{WHEEL_NAME}")]).to_string());
    expect![[r#"
        ------- stderr -------
        error[cli/usage]: there is no file `1.2.3`, and versions are not fetched from an index
          hint: download its archives first (`pip download --no-deps`) and name their folder
        [exit status: 2]
    "#]]
    .assert_eq(&sandbox.release(&["compare", "1.2.3", "a"]).to_string());
    expect![[r#"
        ------- stderr -------
        error[effects/read]: cannot read `[ROOT]/repo/nowhere`
          cause: No such file or directory (os error 2)
        [exit status: 3]
    "#]]
    .assert_eq(&sandbox.release(&["compare", "a", "nowhere"]).to_string());
}

#[test]
fn what_misleads_is_what_check_calls_a_fault_of_structure() {
    for rule in rules().filter(|rule| rule.code.starts_with("archive/")) {
        let fault = Fault { code: rule.code, message: String::new(), member: None };
        let structure = rule.pass == Pass::Structure && rule.severity == Severity::Error;
        assert_eq!(fault.misleads(), structure, "{}", rule.code);
    }
}

#[test]
fn hostile_archives_are_never_the_same_as_honest_ones() {
    let sandbox = Sandbox::new();
    sandbox.write(&format!("honest/{WHEEL_NAME}"), Zip::wheel().bytes());
    sandbox.write(&format!("honest/{SDIST_NAME}"), Tar::sdist().gz());
    for case in cases() {
        let path = format!("hostile/{}", case.file_name);
        let honest = match Kind::of(case.file_name) {
            Kind::Sdist => format!("honest/{SDIST_NAME}"),
            Kind::Wheel | Kind::Other => format!("honest/{WHEEL_NAME}"),
        };
        sandbox.write(&path, &case.bytes);
        let output = sandbox.release(&["compare", "--diff", "--", &honest, &path]);
        let misleads = |code: &&str| {
            rules().any(|rule| rule.code == *code && rule.pass == Pass::Structure && rule.severity == Severity::Error)
        };
        let structural = case.codes.iter().any(misleads);
        let renamed = !honest.ends_with(case.file_name);
        if structural {
            assert_eq!(output.code, if renamed { 10 } else { 11 }, "{}: {output}", case.id);
        }
        assert!([0, 10, 11].contains(&output.code), "{}: {output}", case.id);
        assert!(!output.stdout.contains('\u{1b}'), "{}: a terminal would obey it", case.id);
    }
}

/// What installers would see of an archive, without what does not count.
fn contents(scan: &Scan) -> Vec<(&str, Option<String>, bool)> {
    let counts = |name: &str| !name.ends_with("dist-info/WHEEL") && !name.ends_with("dist-info/RECORD");
    let members = scan.members.iter().filter(|member| counts(&member.name));
    let mut found: Vec<_> = members
        .map(|member| (member.name.as_str(), member.sha256.map(|sha256| sha256.to_string()), member.executable))
        .collect();
    found.sort();
    found
}

#[test]
fn damaged_archives_are_never_the_same() {
    let mut random = Random::new(0x5EED_0055);
    let sandbox = Sandbox::new();
    let scan = |name: &str, bytes: &[u8]| read::scan(name, &mut &*bytes, &Limits::default());
    for (name, honest) in [(WHEEL_NAME, Zip::wheel().bytes()), (SDIST_NAME, Tar::sdist().gz())] {
        let whole = scan(name, &honest);
        sandbox.write(&format!("a/{name}"), &honest);
        for _ in 0..rounds(4_000) {
            let mut bytes = honest.clone();
            for _ in 0..=random.below(3) {
                let at = random.below(bytes.len());
                bytes[at] ^= 1 << random.below(8);
            }
            sandbox.write(&format!("b/{name}"), &bytes);
            let path = |folder: &str| sandbox.repo().join(folder).join(name);
            let (a, b) = (path("a"), path("b"));
            let found = compare(Files, Path::new(&a), Path::new(&b), Measure::Contents, true).expect("they are there");
            if found.same() == Some(true) {
                assert_eq!(contents(&scan(name, &bytes)), contents(&whole));
            }
        }
    }
}
