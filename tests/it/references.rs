//! `release references`.

use expect_test::expect;

use crate::support::Sandbox;
use crate::support::projects::ACME;

#[test]
fn lists_every_place() {
    let sandbox = Sandbox::with(ACME);
    expect![[r#"
        README.md:3:23         agrees  pip install acme==1.2.3
        acme/__init__.py:3:16  agrees  __version__ = "1.2.3"
    "#]]
    .assert_eq(&sandbox.release(&["references"]).to_string());
}

#[test]
fn check_fails_where_one_disagrees_or_is_missing() {
    let sandbox = Sandbox::with(ACME);
    sandbox.release(&["references", "--check"]).success();
    sandbox.write("README.md", "pip install acme==1.2.2 and pip install acme==1.2.3.dev1\n");
    sandbox.write("acme/__init__.py", "\n");
    let checked = sandbox.release(&["references", "--check"]);
    expect![[r#"
        error[references/count]: `pip install acme=={version}` stands 2 times in `README.md`, 1 expected
          at: README.md
          help: correct `match` or `expect` of the reference, or the text of the file
        error[references/disagrees]: `pip install acme==1.2.2` is not version 1.2.3
          at: README.md:1:19
          help: write `1.2.3` there, or run `release bump`, which rewrites it
        error[references/disagrees]: `pip install acme==1.2.3.dev1` is not version 1.2.3
          at: README.md:1:47
          help: write `1.2.3` there, or run `release bump`, which rewrites it
        error[references/count]: `__version__ = "{version}"` stands 0 times in `acme/__init__.py`, at least 1 expected
          at: acme/__init__.py
          help: correct `match` or `expect` of the reference, or the text of the file
        README.md:1:19  disagrees  pip install acme==1.2.2
        README.md:1:47  disagrees  pip install acme==1.2.3.dev1
        [exit status: 10]
    "#]]
    .assert_eq(&checked.to_string());
    let document = sandbox.release(&["references", "--check", "--format", "json"]).json();
    assert_eq!(document["outcome"], "findings");
    assert_eq!(document["result"]["references"][0]["agrees"], false);
    expect![[r#"
        ::error file=README.md,title=references/count::`pip install acme=={version}` stands 2 times in `README.md`, 1 expected%0Acorrect `match` or `expect` of the reference, or the text of the file
        ::error file=README.md,line=1,title=references/disagrees::`pip install acme==1.2.2` is not version 1.2.3%0Awrite `1.2.3` there, or run `release bump`, which rewrites it
        ::error file=README.md,line=1,title=references/disagrees::`pip install acme==1.2.3.dev1` is not version 1.2.3%0Awrite `1.2.3` there, or run `release bump`, which rewrites it
        ::error file=acme/__init__.py,title=references/count::`__version__ = "{version}"` stands 0 times in `acme/__init__.py`, at least 1 expected%0Acorrect `match` or `expect` of the reference, or the text of the file
    "#]].assert_eq(&sandbox.release(&["references", "--check", "--format", "github"]).stderr);
    // Without `--check` it only lists.
    sandbox.release(&["references"]).success();
}

#[test]
fn utf_16_is_refused() {
    let sandbox = Sandbox::with(ACME);
    sandbox.write("README.md", [0xff, 0xfe, b'p', 0]);
    expect![[r#"
        ------- stderr -------
        error[project/utf-16]: `README.md` is UTF-16
          at: README.md
          hint: save the file as UTF-8
        [exit status: 3]
    "#]]
    .assert_eq(&sandbox.release(&["references"]).to_string());
}
