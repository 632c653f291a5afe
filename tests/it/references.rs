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
          help: write 1.2.3 there, or run `release bump --include-stale`, which rewrites it
        error[references/disagrees]: `pip install acme==1.2.3.dev1` is not version 1.2.3
          at: README.md:1:47
          help: write 1.2.3 there, or run `release bump --include-stale`, which rewrites it
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
        ::error file=README.md,line=1,title=references/disagrees::`pip install acme==1.2.2` is not version 1.2.3%0Awrite 1.2.3 there, or run `release bump --include-stale`, which rewrites it
        ::error file=README.md,line=1,title=references/disagrees::`pip install acme==1.2.3.dev1` is not version 1.2.3%0Awrite 1.2.3 there, or run `release bump --include-stale`, which rewrites it
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

/// A project at 1.2.3, released as `v1.2.3`, with these files and rules.
fn project(files: &[(&str, &str)], rules: &str) -> Sandbox {
    let pyproject = format!(
        "[build-system]\nrequires = []\nbuild-backend = \"backend\"\n\n[project]\nname = \"acme\"\nversion = \"1.2.3\"\n{rules}"
    );
    let mut all = vec![("pyproject.toml", pyproject.as_str())];
    all.extend(files);
    let sandbox = Sandbox::with(&all);
    sandbox.git(&["tag", "v1.2.3"]);
    sandbox.write("more.txt", "");
    sandbox.commit("feat: more");
    sandbox
}

fn rule(path: &str, more: &str) -> String {
    format!("\n[[tool.release.references]]\npath = \"{path}\"\n{more}\n")
}

#[test]
fn every_form_is_rewritten_and_nothing_else() {
    let text = "pep 1.2.3;\nnpm 1.2.3,\ntag v1.2.3/x.tar.gz v1.2.3.1/\nshort 1.2 1.2.3\nmajor @v1 @v1.2\ntuple (1, 2, 3) (1,2,3) (1, 2)\nday: 2026-01-02 2026-01-02T\n";
    let rules = [
        rule("doc.txt", "match = \"pep {version};\""),
        rule("doc.txt", "match = \"npm {version},\"\nform = \"semver\""),
        rule("doc.txt", "match = \"tag {version}/x\"\nform = \"tag\""),
        rule("doc.txt", "match = \"short {version}\"\nform = \"short\"\nexpect = 1"),
        rule("doc.txt", "match = \"@v{version}\"\nform = \"major\"\nexpect = 1"),
        rule("doc.txt", "match = \"({version})\"\nform = \"tuple\"\nexpect = 3"),
        rule("doc.txt", "match = \"day: {version}\"\nform = \"date\""),
    ]
    .concat();
    let sandbox = project(&[("doc.txt", text)], &rules);
    sandbox.release(&["references", "--check"]).success();
    sandbox.release(&["bump", "minor,rc"]).success();
    expect![[r#"
        pep 1.3.0rc1;
        npm 1.3.0-rc.1,
        tag v1.3.0rc1/x.tar.gz v1.2.3.1/
        short 1.3 1.2.3
        major @v1 @v1.2
        tuple (1, 3, 0) (1,3,0) (1, 3)
        day: 2026-11-21 2026-01-02T
    "#]]
    .assert_eq(&sandbox.read("doc.txt"));
    sandbox.release(&["references", "--check"]).success();
    sandbox.write("more.txt", "x");
    sandbox.commit("feat: again");
    let refused = sandbox.release(&["bump", "post", "--format", "json"]);
    assert_eq!(refused.code, 1, "{refused}");
    // What SemVer cannot say is refused, not approximated.
    sandbox.release(&["bump", "release"]).success();
    sandbox.write("more.txt", "y");
    sandbox.commit("feat: once more");
    let refused = sandbox.release(&["bump", "post"]);
    assert!(refused.stderr.contains("has no form in SemVer"), "{refused}");
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "");
}

#[test]
fn a_glob_names_what_git_tracks() {
    let rules = rule("docs/**/*.{md,rst}", "match = \"acme=={version}\"\nexpect = 3");
    let sandbox = project(
        &[
            ("docs/a.md", "acme==1.2.3\n"),
            ("docs/deep/b.rst", "acme==1.2.3, acme==1.2.3\n"),
            ("docs/c.txt", "acme==1.2.3\n"),
            (".gitignore", "built.md\n"),
        ],
        &rules,
    );
    sandbox.write("docs/built.md", "acme==1.2.3\n");
    sandbox.release(&["bump", "minor"]).success();
    assert_eq!(sandbox.read("docs/a.md"), "acme==1.3.0\n");
    assert_eq!(sandbox.read("docs/deep/b.rst"), "acme==1.3.0, acme==1.3.0\n");
    assert_eq!(sandbox.read("docs/c.txt"), "acme==1.2.3\n");
    assert_eq!(sandbox.read("docs/built.md"), "acme==1.2.3\n");
}

#[test]
fn documents_may_stay_with_the_last_final_version() {
    let rules = rule("README.md", "match = \"acme=={version}\"\non = \"final\"");
    let sandbox = project(&[("README.md", "acme==1.2.3\n")], &rules);
    sandbox.release(&["bump", "minor,rc"]).success();
    assert_eq!(sandbox.read("README.md"), "acme==1.2.3\n");
    sandbox.release(&["references", "--check"]).success();
    sandbox.write("more.txt", "x");
    sandbox.commit("fix: more");
    sandbox.release(&["bump", "rc"]).success();
    sandbox.write("README.md", "acme==1.2.2\n");
    expect![[r#"
        error[references/disagrees]: `acme==1.2.2` is not version 1.2.3
          at: README.md:1:7
          help: write 1.2.3 there, or run `release bump --include-stale`, which rewrites it
        README.md:1:7  disagrees  acme==1.2.2
        [exit status: 10]
    "#]]
    .assert_eq(&sandbox.release(&["references", "--check"]).to_string());
    sandbox.git(&["restore", "README.md"]);
    sandbox.write("more.txt", "y");
    sandbox.commit("fix: yet more");
    sandbox.release(&["bump", "release"]).success();
    assert_eq!(sandbox.read("README.md"), "acme==1.3.0\n");
}

#[test]
fn marks_in_a_file_say_what_follows() {
    let readme = "Needs Python 3.13.\r\nInstall <!-- release: version -->1.2.3<!-- /release --> now, not 1.2.3 later.\r\n<!-- release: tag -->\r\n```sh\r\npython3.13 -m pip install https://e.org/v1.2.3.tar.gz\r\n```\r\n<!-- /release -->\r\nold: 1.2.3 \"release: version\"\r\n";
    let dockerfile =
        "FROM python:3.13.1  # 1.2.3\nARG ACME=1.2.3 # release: version\nLABEL short=1.2 # release: short\n";
    let rst = ".. release: version\n\n   acme 1.2.3 on Python 3.13.1\n\n.. /release\n\nacme 1.2.3\n";
    let rules = rule("{README.md,Dockerfile,doc.rst}", "");
    let sandbox = project(&[("README.md", readme), ("Dockerfile", dockerfile), ("doc.rst", rst)], &rules);
    expect![[r#"
        Dockerfile:2:10  agrees  ARG ACME=1.2.3 # release: version
        Dockerfile:3:13  agrees  LABEL short=1.2 # release: short
        README.md:2:34   agrees  Install <!-- release: version -->1.2.3<!-- /release --> now, not 1.2.3 later.
        README.md:5:41   agrees  python3.13 -m pip install https://e.org/v1.2.3.tar.gz
        doc.rst:3:9      agrees  acme 1.2.3 on Python 3.13.1
    "#]]
    .assert_eq(&sandbox.release(&["references"]).to_string());
    sandbox.release(&["bump", "2.0.0"]).success();
    expect![[r#"
        Needs Python 3.13.<CR>
        Install <!-- release: version -->2.0.0<!-- /release --> now, not 1.2.3 later.<CR>
        <!-- release: tag --><CR>
        ```sh<CR>
        python3.13 -m pip install https://e.org/v2.0.0.tar.gz<CR>
        ```<CR>
        <!-- /release --><CR>
        old: 1.2.3 "release: version"<CR>
        FROM python:3.13.1  # 1.2.3
        ARG ACME=2.0.0 # release: version
        LABEL short=2.0 # release: short
        .. release: version

           acme 2.0.0 on Python 3.13.1

        .. /release

        acme 1.2.3
    "#]]
    .assert_eq(&["README.md", "Dockerfile", "doc.rst"].map(|file| sandbox.read(file)).concat().replace('\r', "<CR>"));
    // A line has one mark: what is behind it is words.
    sandbox
        .write("Dockerfile", "ARG ACME=2.0.0 # release: version # release: short\nLABEL short=2.0 # release: short\n");
    assert_eq!(sandbox.release(&["references"]).success().stdout.matches("Dockerfile:").count(), 2);
    // Which of two numbers is out of date?
    sandbox.write("Dockerfile", "ARG ACME=1.9.0 PYTHON=3.13 # release: version\n");
    expect![[r#"
        ------- stderr -------
        error[project/mark]: the mark `release: version` speaks for several numbers, and none of them is the version
          at: Dockerfile:1
          hint: write the version there, or let the mark speak for less
        [exit status: 3]
    "#]]
    .assert_eq(&sandbox.release(&["references"]).to_string());
}

#[test]
fn a_mark_in_a_string_of_python_is_text() {
    let module = "HELP = 'write \"1.2.3  # release: version\"'\nDOC = '''\n1.2.3  # release: version\n'''\nSEEN = \"1.2.3\"  # release: version\n\"\"\"\n.. release: version\n\n   acme 1.2.3\n\n.. /release\n\"\"\"\n";
    let sandbox =
        project(&[("shown.py", module), ("shown.txt", "'1.2.3  # release: version'\n")], &rule("shown.*", ""));
    expect![[r#"
        shown.py:5:9   agrees  SEEN = "1.2.3"  # release: version
        shown.py:9:9   agrees  acme 1.2.3
        shown.txt:1:2  agrees  '1.2.3  # release: version'
    "#]]
    .assert_eq(&sandbox.release(&["references"]).to_string());
}

#[test]
fn a_reference_that_is_out_of_date_stops_the_bump() {
    let rules = rule("README.md", "match = \"acme=={version}\"");
    let sandbox = project(&[("README.md", "acme==1.2.3\nupgrade from acme==1.1.0\n")], &rules);
    expect![[r#"
        ------- stderr -------
        error[plan/stale-reference]: 1 place does not name 1.2.3: they are out of date
          hint: README.md:2: acme==1.1.0
          hint: look at them: `release bump --include-stale` rewrites them, too; narrow `match` where one is meant to stay
        [exit status: 1]
    "#]].assert_eq(&sandbox.release(&["bump", "minor"]).to_string());
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "");
    sandbox.release(&["bump", "minor", "--include-stale"]).success();
    assert_eq!(sandbox.read("README.md"), "acme==1.3.0\nupgrade from acme==1.3.0\n");
}

#[test]
fn two_rules_for_one_place_must_mean_the_same() {
    let same =
        [rule("README.md", "match = \"acme=={version}\""), rule("README.md", "match = \"=={version}\"")].concat();
    let sandbox = project(&[("README.md", "acme==1.2.3\n")], &same);
    sandbox.release(&["bump", "minor"]).success();
    assert_eq!(sandbox.read("README.md"), "acme==1.3.0\n");
    let different =
        [rule("README.md", "match = \"acme {version}\"\nform = \"tag\""), rule("README.md", "match = \"v{version}\"")]
            .concat();
    let sandbox = project(&[("README.md", "\nacme v1.2.3\n")], &different);
    expect![[r#"
        ------- stderr -------
        error[project/overlap]: two references name the same place, and would write different things there
          at: README.md:2
          hint: remove one of the references, or narrow its `match`
        [exit status: 3]
    "#]]
    .assert_eq(&sandbox.release(&["bump", "minor"]).to_string());
    assert_eq!(sandbox.read("README.md"), "\nacme v1.2.3\n");
}
