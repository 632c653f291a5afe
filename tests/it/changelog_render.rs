//! `release changelog render`: what the next section would be, and what of it is written.

use expect_test::expect;

use crate::support::Sandbox;
use crate::support::projects::ACME;

fn with_fragments() -> Sandbox {
    let sandbox = Sandbox::with(ACME);
    sandbox.git(&["tag", "v1.2.3"]);
    for (name, text) in [
        ("12.added.md", "A new thing,\nover two lines.\n"),
        ("7.fixed.md", "The cache is closed.\n"),
        ("8.fixed.md", "The cache is closed.\n"),
        ("+words.misc.md", "Words.\n"),
        ("9.security.rst", "See :func:`~acme.run` and `the docs <https://example.org>`_.\n"),
        ("README.md", "How to.\n"),
    ] {
        sandbox.write(&format!("changes/{name}"), text);
    }
    sandbox.commit("feat: more");
    sandbox
}

#[test]
fn the_next_section_is_shown_and_nothing_written() {
    let sandbox = with_fragments();
    let before = sandbox.snapshot();
    expect![[r#"
        ## [1.3.0] - 2026-11-21

        ### Added

        - A new thing,
          over two lines. (#12)
        - A thing

        ### Fixed

        - The cache is closed. (#7, #8)

        ### Security

        - See `run` and [the docs](https://example.org). (#9)

        ### Other

        - Words.
    "#]]
    .assert_eq(&sandbox.release(&["changelog", "render"]).to_string());
    assert_eq!(sandbox.snapshot(), before);
    // What is written by the bump is what was shown.
    let shown = sandbox.release(&["changelog", "render", "--version", "1.3.0"]).stdout;
    sandbox.release(&["bump", "1.3.0"]).success();
    assert!(sandbox.read("CHANGELOG.md").contains(shown.trim()), "{shown}");
    assert_eq!(sandbox.release(&["changelog", "render", "--version", "1.3.0"]).stdout, shown);
}

#[test]
fn a_template_of_ones_own() {
    let sandbox = with_fragments();
    let pyproject = sandbox.read("pyproject.toml");
    let configured = pyproject.replace(
        "[tool.release]\n",
        "[tool.release]\nchangelog = { template = \"changes/template.md\", types = [{ name = \"added\", heading = \"New\" }, { name = \"fixed\" }, { name = \"misc\", level = \"none\" }, { name = \"security\" }] }\n",
    );
    sandbox.write("pyproject.toml", configured);
    sandbox.write("changes/template.md", "{% for group in groups %}\n**{{ group.name }}**\n\n{% for entry in group.entries %}\n* {{ entry.text }}\n\n{% endfor %}\n\n{% endfor %}\n");
    expect![[r#"
        ## [2.0] - 2026-11-21

        **New**

        * A new thing,
          over two lines.


        **Fixed**

        * The cache is closed.


        **Other**

        * Words.


        **Security**

        * See `run` and [the docs](https://example.org).

        ### Added

        - A thing
    "#]]
    .assert_eq(&sandbox.release(&["changelog", "render", "--version", "2.0"]).to_string());
    for broken in ["{{ nothing }}", "## 9.9.9\n\n{{ groups }}", "```\n{{ version }}", "{% for %}"] {
        sandbox.write("changes/template.md", broken);
        let output = sandbox.release(&["changelog", "render", "--format", "json"]);
        assert_eq!((output.code, output.failure_code().as_str()), (3, "changelog/template"), "{broken}: {output}");
    }
}

#[test]
fn a_pre_release_and_its_final() {
    let sandbox = Sandbox::with(ACME);
    sandbox.git(&["tag", "v1.2.3"]);
    sandbox.write("acme/more.py", "X = 1\n");
    sandbox.commit("feat: more");
    sandbox.release(&["bump", "minor,rc"]).success();
    sandbox.write("acme/more.py", "X = 2\n");
    sandbox.commit("fix: more");
    expect![[r#"
        ## [1.3.0] - 2026-11-21
        ------- stderr -------
        note: what the pre-releases of 1.3.0 said stays in their own sections (`merge-prereleases`)
    "#]]
    .assert_eq(&sandbox.release(&["changelog", "render", "--version", "1.3.0"]).to_string());
    let pyproject = sandbox.read("pyproject.toml");
    let configured =
        pyproject.replace("[tool.release]\n", "[tool.release]\nchangelog = { merge-prereleases = true }\n");
    sandbox.write("pyproject.toml", configured);
    sandbox.release(&["changelog", "add", "fixed", "A corner of it"]).success();
    sandbox.commit("chore: merge sections");
    expect![[r#"
        1.3.0rc1 -> 1.3.0
          wrote CHANGELOG.md
          wrote README.md
          wrote acme/__init__.py
          wrote pyproject.toml
          committed 6e0473a2b492
          tagged v1.3.0
    "#]]
    .assert_eq(&sandbox.release(&["bump", "release"]).to_string());
    expect![[r#"
        # Changelog

        ## [Unreleased]

        ## [1.3.0] - 2026-11-21

        ### Fixed

        - A corner of it

        ### Added

        - A thing

        ## [1.2.3] - 2026-01-02

        - The start

        [Unreleased]: https://example.org/acme/compare/v1.3.0...HEAD
        [1.3.0]: https://example.org/acme/compare/v1.2.3...v1.3.0
        [1.3.0rc1]: https://example.org/acme/compare/v1.2.3...v1.3.0rc1
        [1.2.3]: https://example.org/acme/releases/tag/v1.2.3
    "#]]
    .assert_eq(&sandbox.read("CHANGELOG.md"));
}

#[test]
fn a_release_about_which_nothing_is_said_is_refused() {
    let sandbox = Sandbox::with(ACME);
    sandbox.git(&["tag", "v1.2.3"]);
    let empty = sandbox.read("CHANGELOG.md").replace("- A thing\n", "");
    sandbox.write("CHANGELOG.md", empty);
    sandbox.write("acme/more.py", "X = 1\n");
    sandbox.commit("feat: more");
    expect![[r#"
        ------- stderr -------
        error[changelog/empty]: nothing is said about 1.3.0: `CHANGELOG.md` has nothing under `Unreleased`
          hint: say what changed (`release changelog add fixed "…"`), or bump with `--allow-empty-notes`
        [exit status: 1]
    "#]]
    .assert_eq(&sandbox.release(&["bump", "minor"]).to_string());
    // A pre-release may be silent, and so may a run, which nobody watches: it says so.
    assert_eq!(sandbox.release(&["bump", "minor,rc", "-n"]).code, 0);
    let planned = sandbox.release(&["plan", "minor"]);
    assert!(planned.code == 0 && planned.stderr.contains("warning: nothing is said about 1.3.0"), "{planned}");
    sandbox.release(&["bump", "minor", "--allow-empty-notes"]).success();
}

#[test]
fn a_template_is_a_file_of_the_project_and_comes_to_an_end() {
    let sandbox = Sandbox::with(&[
        (
            "pyproject.toml",
            "[project]\nname = \"acme\"\nversion = \"1.2.3\"\n[tool.release.changelog]\nkind = \"fragments\"\ntemplate = \"own.jinja\"\n",
        ),
        ("CHANGELOG.md", "# Changelog\n"),
        ("changes/1.added.md", "More.\n"),
    ]);
    std::os::unix::fs::symlink("/etc/hostname", sandbox.repo().join("own.jinja")).expect("a link");
    let render = || sandbox.release(&["changelog", "render", "--version", "1.3.0", "--format", "json"]).failure_code();
    assert_eq!(render(), "project/link");
    std::fs::remove_file(sandbox.repo().join("own.jinja")).expect("it is there");
    for endless in [
        "{% for i in range(100000) %}{% for j in range(100000) %}x{% endfor %}{% endfor %}",
        "{{ debug() }}",
        "{% set n = namespace(x=1) %}",
    ] {
        sandbox.write("own.jinja", endless);
        assert_eq!(render(), "changelog/template", "{endless}");
    }
    // What gives nothing would lose what there is to tell.
    for silent in ["", "{# groups #}\n", "{% if false %}{{ groups }}{% endif %}"] {
        sandbox.write("own.jinja", silent);
        assert_eq!(render(), "changelog/template", "{silent}");
    }
    expect![[r#"
        ------- stderr -------
        error[changelog/template]: `own.jinja` cannot be rendered: it gives no text, and there are entries to tell of
          at: own.jinja
          hint: correct the template; `release explain changelog/template` lists its values
        [exit status: 3]
    "#]]
    .assert_eq(&sandbox.release(&["changelog", "render", "--version", "1.3.0"]).to_string());
}
