//! `release notes`: the section of a version with links that lead to the tag.

use expect_test::expect;

use pyrelease::forge::notes::{Page, for_forge};
use pyrelease::forge::place::{Kind, Place};

use crate::support::Sandbox;
use crate::support::depth::rounds;
use crate::support::random::Random;

const PYPROJECT: &str = "[project]\nname = \"demo\"\nversion = \"1.0\"\n";

fn notes_of(section: &str, more: &[&str]) -> String {
    let changelog = format!(
        "# Changelog\n\n## [1.0] - 2026-11-21\n\n{section}\n\n## [0.9] - 2026-01-01\n\n- Old.\n\n[1.0]: https://example.org/1.0\n[#1]: https://example.org/issues/1\n[unused]: https://example.org/unused\n"
    );
    let sandbox = Sandbox::with(&[("pyproject.toml", PYPROJECT), ("CHANGELOG.md", &changelog)]);
    sandbox.git(&["remote", "add", "origin", "git@github.com:acme/demo.git"]);
    sandbox.release(&[&["notes"], more].concat()).to_string()
}

#[test]
fn relative_links_and_images_lead_to_the_tag() {
    let section = "- An [inline](docs/a.md \"title\") link, ![an image](./img/a.png), [an anchor](#x), [a root](/README.md#top).\n- [Elsewhere](https://example.org/x), [mail](mailto:a@example.org), [out](../../x), [angle](<docs/a b.md>).\n- A [reference][r], ![shown][i] and an issue [#1].\n- `[code](docs/a.md)`, ``[more ` code](docs/a.md)``, \\[no link](docs/a.md).\n- [nested ![image](img/b.png)](docs/b.md), [parens](docs/a_(b).md).\n\n```md\n[fenced](docs/a.md)\n```\n\n    [indented](docs/a.md)\n\n[after](docs/c.md)\n\n[r]: docs/r.md\n[i]: img/i.png";
    expect![[r#"
        - An [inline](https://github.com/acme/demo/blob/v1.0/docs/a.md "title") link, ![an image](https://github.com/acme/demo/raw/v1.0/img/a.png), [an anchor](#x), [a root](https://github.com/acme/demo/blob/v1.0/README.md#top).
        - [Elsewhere](https://example.org/x), [mail](mailto:a@example.org), [out](../../x), [angle](<https://github.com/acme/demo/blob/v1.0/docs/a b.md>).
        - A [reference][r], ![shown][i] and an issue [#1].
        - `[code](docs/a.md)`, ``[more ` code](docs/a.md)``, \[no link](docs/a.md).
        - [nested ![image](https://github.com/acme/demo/raw/v1.0/img/b.png)](https://github.com/acme/demo/blob/v1.0/docs/b.md), [parens](https://github.com/acme/demo/blob/v1.0/docs/a_(b).md).

        ```md
        [fenced](docs/a.md)
        ```

            [indented](docs/a.md)

        [after](https://github.com/acme/demo/blob/v1.0/docs/c.md)

        [r]: https://github.com/acme/demo/blob/v1.0/docs/r.md
        [i]: https://github.com/acme/demo/raw/v1.0/img/i.png

        [#1]: https://example.org/issues/1
    "#]].assert_eq(&notes_of(section, &[]));
    assert!(notes_of(section, &["--raw"]).contains("[inline](docs/a.md \"title\")"));
}

#[test]
fn hostile_text_is_harmless_on_a_terminal_and_in_a_runner() {
    let section = "::set-output name=a::b\n\u{1b}[31mred\u{202e} </script>\n##[group]x";
    expect![[r#"
        \::set-output name=a::b
        [31mred </script>
        #\#[group]x
    "#]]
    .assert_eq(&notes_of(section, &["--format", "github"]));
    expect![[r#"
        \::set-output name=a::b
        \u{1b}[31mred\u{202e} </script>
        #\#[group]x
    "#]]
    .assert_eq(&notes_of(section, &["--raw"]));
}

#[test]
fn what_is_not_released_yet_is_told_as_it_will_be() {
    let changelog = "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- A [thing](docs/a.md)\n\n## [1.0] - 2026-01-02\n\n- The start\n";
    let sandbox = Sandbox::with(&[("pyproject.toml", PYPROJECT), ("CHANGELOG.md", changelog)]);
    sandbox.git(&["remote", "add", "origin", "git@github.com:acme/demo.git"]);
    sandbox.git(&["tag", "v1.0"]);
    sandbox.write("demo.py", "X = 1\n");
    sandbox.commit("feat: a thing");
    expect![[r#"
        ### Added

        - A [thing](https://github.com/acme/demo/blob/v1.1/docs/a.md)
    "#]]
    .assert_eq(&sandbox.release(&["notes", "--unreleased"]).to_string());
    assert_eq!(
        sandbox.release(&["notes", "2.0"]).stdout,
        sandbox.release(&["notes", "--unreleased"]).stdout.replace("v1.1", "v2.0")
    );
    sandbox.release(&["bump", "minor"]).success();
    assert_eq!(
        sandbox.git(&["tag", "-l", "--format=%(contents)", "v1.1"]),
        "Release 1.1\n\n### Added\n\n- A [thing](docs/a.md)\n\n"
    );
}

#[test]
fn restructured_text_is_shown_as_markdown() {
    let changelog = "News\n====\n\n1.0 (2026-01-02)\n----------------\n\nAdded\n~~~~~\n\n- A ``thing``, see `the docs <docs/a.md>`_ and `issue`_.\n\n.. _issue: https://example.org/1\n";
    let sandbox = Sandbox::with(&[("pyproject.toml", PYPROJECT), ("NEWS.rst", changelog)]);
    sandbox.git(&["remote", "add", "origin", "git@github.com:acme/demo.git"]);
    expect![[r#"
        ### Added

        - A `thing`, see [the docs](https://github.com/acme/demo/blob/v1.0/docs/a.md) and [issue][issue].

        [issue]: https://example.org/1
    "#]]
    .assert_eq(&sandbox.release(&["notes", "1.0"]).to_string());
    expect![[r#"
        Added
        ~~~~~

        - A ``thing``, see `the docs <docs/a.md>`_ and `issue`_.
    "#]]
    .assert_eq(&sandbox.release(&["notes", "1.0", "--raw"]).to_string());
}

#[test]
fn without_a_forge_links_stay_as_they_are() {
    let sandbox = Sandbox::with(&[
        ("pyproject.toml", "[project]\nname = \"acme\"\nversion = \"1.2.3\"\n"),
        ("CHANGELOG.md", "# Changelog\n\n## 1.2.3\n\n- See [the page](docs/page.md).\n"),
    ]);
    sandbox.git(&["remote", "add", "origin", "/srv/acme.git"]);
    expect![[r#"
        - See [the page](docs/page.md).
        ------- stderr -------
        note: links stay as they are: the remote `origin` is `/srv/acme.git`, which is no forge that is known by its name
    "#]]
    .assert_eq(&sandbox.release(&["notes"]).to_string());
}

#[test]
fn a_version_without_notes_cannot_be_told() {
    let sandbox = Sandbox::with(&[("pyproject.toml", PYPROJECT)]);
    expect![[r#"
        ------- stderr -------
        warning: the changelog has nothing under 1.0
        cannot tell: see above what is missing
        [exit status: 11]
    "#]]
    .assert_eq(&sandbox.release(&["notes", "--raw"]).to_string());
    let output = sandbox.release(&["notes", "--raw", "one"]);
    assert!(output.stderr.contains("error[cli/usage]: `one` is neither a version nor a tag"), "{output}");
}

fn page(place: &Place) -> Page<'_> {
    Page { place, tag: "v1.0", file: "docs/CHANGELOG.md" }
}

fn place() -> Place {
    Place {
        kind: Kind::Gitea,
        web: "https://git.example.org".to_owned(),
        api: "https://git.example.org/api/v1".to_owned(),
        owner: "acme".to_owned(),
        repository: "demo".to_owned(),
        found_in: "a test",
    }
}

#[test]
fn long_notes_end_at_a_line_with_a_link() {
    let place = place();
    let long = format!("```\n{}", "code [x](y) é\n".repeat(20_000));
    let notes = for_forge(&long, &long, &page(&place));
    assert!(notes.chars().count() <= 125_000);
    let end = "code [x](y) é\n```\n\n[The whole changelog](https://git.example.org/acme/demo/src/tag/v1.0/docs/CHANGELOG.md)\n";
    assert!(notes.ends_with(end), "{}", &notes[notes.len() - 200..]);
    // The folder of the changelog is where its links begin.
    assert_eq!(
        for_forge("[a](b.md) [c](../d.md) ![e](f.png)", "", &page(&place)),
        "[a](https://git.example.org/acme/demo/src/tag/v1.0/docs/b.md) [c](https://git.example.org/acme/demo/src/tag/v1.0/d.md) ![e](https://git.example.org/acme/demo/raw/tag/v1.0/docs/f.png)"
    );
}

#[test]
fn no_text_is_too_strange() {
    let place = place();
    let mut random = Random::new(0x5EED_0007);
    let sample = "# a\n- [b](c \"d\") `e` ![f](<g h>)\n\n```x\n[i](j)\n```\n[k]: l\n[k][m]\n    n\n";
    for _ in 0..rounds(40_000) {
        let whole = sample.repeat(1 + random.below(2));
        let text = random.mutated(&whole, "[]()<>!`~\\ \n\t#:é.-x");
        let notes = for_forge(&text, &text, &page(&place));
        // Nothing but targets changes: without them the text is the same.
        assert!(notes.len() >= text.trim_end().len(), "{text:?} became {notes:?}");
    }
    for hostile in
        ["[".repeat(50_000), "](".repeat(50_000), "`".repeat(50_000), "[x](".repeat(50_000), "` `` ".repeat(20_000)]
    {
        assert!(!for_forge(&hostile, &hostile, &page(&place)).is_empty());
    }
}
