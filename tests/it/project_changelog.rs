//! Changelogs in Markdown and reStructuredText: what is understood, and what a release makes of them.

use expect_test::{Expect, expect};
use pyrelease::project::changelog::{Closing, Document, Markup, Title, convert};
use pyrelease::project::edit::{TextEdit, apply};
use pyrelease::python::version::Version;

fn version(text: &str) -> Version {
    text.parse().expect("a version")
}

fn edited(text: &str, edits: &[TextEdit]) -> String {
    String::from_utf8(apply(text.as_bytes(), edits)).expect("text")
}

fn closed(text: &str, markup: Markup, to: &str) -> String {
    let version = version(to);
    let tag = format!("v{to}");
    let closing =
        Closing { version: &version, date: "2026-11-21", tag: &tag, previous_tag: Some("v1.0.0"), title: None };
    let once = edited(text, &Document::read(text, markup).close(&closing));
    assert!(Document::read(&once, markup).close(&closing).is_empty(), "closing twice: {once}");
    once
}

#[test]
fn headings_of_releases_are_understood() {
    for (heading, wanted) in [
        ("[1.2.3] - 2026-01-02", "1.2.3 2026-01-02"),
        ("1.2.3 (2026-01-02)", "1.2.3 2026-01-02"),
        ("v1.2.3", "1.2.3 -"),
        ("[v1.2.3](https://example.org/x) (2026-01-02)", "1.2.3 2026-01-02"),
        ("[1.2.3][tag] — 2026-01-02", "1.2.3 2026-01-02"),
        ("acme 1.2.3 (2026-01-02)", "1.2.3 2026-01-02"),
        ("Version 2.0", "2.0 -"),
        ("acme-v1.2.3", "1.2.3 -"),
        ("acme@1.2.3", "1.2.3 -"),
        ("`1.2.3`_ (2026-01-02)", "1.2.3 2026-01-02"),
        ("`1.2.3 <https://example.org>`__ - 2026-01-02", "1.2.3 2026-01-02"),
        ("[0.0.5] - 2014-08-09 [YANKED]", "0.0.5 2014-08-09 yanked"),
        ("1.2.3 \"Code name\"", "1.2.3 -"),
        ("1.0.0-rc.1", "1.0.0rc1 -"),
        ("[1.2.3] - 2026-13-40", "1.2.3 2026-13-40"),
        ("42 (2026-01-02)", "42 2026-01-02"),
        ("Unreleased", "unreleased -"),
        ("[unreleased]", "unreleased -"),
        ("[Unreleased](https://example.org/compare/v1...HEAD)", "unreleased -"),
        ("1.3.0 (unreleased)", "1.3.0 - unreleased"),
        ("Added", ""),
        ("3 new things", ""),
        ("Python 3.11 support", ""),
        ("Changelog 2.0", ""),
        ("Upgrading from 1.2 to 1.3", ""),
        ("", ""),
        ("[", ""),
        ("``", ""),
    ] {
        let found = Title::parse(heading).map(|title| {
            let version = title.version.as_ref().map_or_else(|| "unreleased".to_owned(), ToString::to_string);
            let date = title.date.clone().unwrap_or_else(|| "-".to_owned());
            let more = match (title.yanked, title.unreleased && title.version.is_some()) {
                (true, _) => " yanked",
                (_, true) => " unreleased",
                _ => "",
            };
            format!("{version} {date}{more}")
        });
        assert_eq!(found.unwrap_or_default(), wanted, "{heading}");
    }
}

#[test]
fn a_release_is_written_as_the_one_before() {
    let check = |text: &str, markup: Markup, expected: Expect| expected.assert_eq(&closed(text, markup, "1.1.0"));
    check(
        "# Changes\n\n## Unreleased\n\n- A thing\n\n## v1.0.0 (2026-01-02)\n\n- The start\n",
        Markup::Markdown,
        expect![[r#"
            # Changes

            ## Unreleased

            ## v1.1.0 (2026-11-21)

            - A thing

            ## v1.0.0 (2026-01-02)

            - The start
        "#]],
    );
    check(
        "Changes\n=======\n\nUnreleased\n----------\n\n- A thing\n\n1.0.0 / 2026-01-02\n------------------\n\n- The start\n",
        Markup::Markdown,
        expect![[r#"
            Changes
            =======

            Unreleased
            ----------

            1.1.0 - 2026-11-21
            ------------------

            - A thing

            1.0.0 / 2026-01-02
            ------------------

            - The start
        "#]],
    );
    check(
        "# Changelog\n\n## [Unreleased](https://example.org/compare/v1.0.0...main)\n\n- A thing\n\n## [1.0.0](https://example.org/compare/v0.9.0...v1.0.0) (2026-01-02)\n\n- The start\n",
        Markup::Markdown,
        expect![[r#"
            # Changelog

            ## [Unreleased](https://example.org/compare/v1.0.0...main)

            ## [1.1.0](https://example.org/compare/v1.0.0...v1.1.0) (2026-11-21)

            - A thing

            ## [1.0.0](https://example.org/compare/v0.9.0...v1.0.0) (2026-01-02)

            - The start
        "#]],
    );
    check(
        "=======\nHistory\n=======\n\nUnreleased\n~~~~~~~~~~\n\n* A thing\n\n1.0.0 (2026-01-02)\n~~~~~~~~~~~~~~~~~~\n\n* The start\n",
        Markup::Restructured,
        expect![[r#"
            =======
            History
            =======

            Unreleased
            ~~~~~~~~~~

            1.1.0 (2026-11-21)
            ~~~~~~~~~~~~~~~~~~

            * A thing

            1.0.0 (2026-01-02)
            ~~~~~~~~~~~~~~~~~~

            * The start
        "#]],
    );
    check(
        "History\n*******\n\n===================\n1.1.0 (unreleased)\n===================\n\n- A thing\n\n==================\n1.0.0 (2026-01-02)\n==================\n\n- The start\n",
        Markup::Restructured,
        expect![[r#"
            History
            *******

            ==========
            Unreleased
            ==========

            ==================
            1.1.0 (2026-11-21)
            ==================

            - A thing

            ==================
            1.0.0 (2026-01-02)
            ==================

            - The start
        "#]],
    );
}

#[test]
fn the_links_follow() {
    let check = |text: &str, markup: Markup, expected: Expect| expected.assert_eq(&closed(text, markup, "1.1.0"));
    // Gitea compares with a branch.
    check(
        "## [Unreleased]\n\n- A\n\n## [1.0.0] - 2026-01-02\n\n[Unreleased]: https://git.example.org/a/b/compare/v1.0.0...main\n[1.0.0]: https://git.example.org/a/b/releases/tag/v1.0.0\n",
        Markup::Markdown,
        expect![[r#"
            ## [Unreleased]

            ## [1.1.0] - 2026-11-21

            - A

            ## [1.0.0] - 2026-01-02

            [Unreleased]: https://git.example.org/a/b/compare/v1.1.0...main
            [1.1.0]: https://git.example.org/a/b/compare/v1.0.0...v1.1.0
            [1.0.0]: https://git.example.org/a/b/releases/tag/v1.0.0
        "#]],
    );
    // Without a link of its own for what comes next.
    check(
        "## [Unreleased]\n\n- A\n\n## [1.0.0] - 2026-01-02\n\n- B\n\n[1.0.0]: https://github.com/a/b/releases/tag/v1.0.0\n",
        Markup::Markdown,
        expect![[r#"
            ## [Unreleased]

            ## [1.1.0] - 2026-11-21

            - A

            ## [1.0.0] - 2026-01-02

            - B

            [1.1.0]: https://github.com/a/b/compare/v1.0.0...v1.1.0
            [1.0.0]: https://github.com/a/b/releases/tag/v1.0.0
        "#]],
    );
    check(
        "Changes\n=======\n\n`Unreleased`_\n-------------\n\n- A\n\n`1.0.0`_ (2026-01-02)\n---------------------\n\n- B\n\n.. _Unreleased: https://github.com/a/b/compare/v1.0.0...HEAD\n.. _1.0.0: https://github.com/a/b/releases/tag/v1.0.0\n",
        Markup::Restructured,
        expect![[r#"
            Changes
            =======

            `Unreleased`_
            -------------

            `1.1.0`_ (2026-11-21)
            ---------------------

            - A

            `1.0.0`_ (2026-01-02)
            ---------------------

            - B

            .. _Unreleased: https://github.com/a/b/compare/v1.1.0...HEAD
            .. _1.1.0: https://github.com/a/b/compare/v1.0.0...v1.1.0
            .. _1.0.0: https://github.com/a/b/releases/tag/v1.0.0
        "#]],
    );
}

#[test]
fn what_only_looks_like_a_heading_is_text() {
    let text = "---\ntitle: x\n---\n# Changelog\n\n<!--\n## [9.9.9]\n-->\n\n## Unreleased\n\n- A thing\n\n  ```md\n  ## 8.0.0\n  ```\n\n````md\n```\n## 7.0.0\n````\n\n    ## 6.0.0\n\n- with a fence that is never closed\n\n  ```\n  x\n\n## 1.0.0\n\n- The start\n";
    let document = Document::read(text, Markup::Markdown);
    let found: Vec<String> =
        document.sections.iter().map(|section| text[section.body.clone()].trim().to_owned()).collect();
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].contains("## 7.0.0"), "{}", found[0]);
    assert_eq!(found[1], "- The start");
    let text = "Changes\n=======\n\nUnreleased\n----------\n\n- A thing::\n\n      2.0\n      ---\n\n=====  ====\nA      B\n=====  ====\n1.0    2.0\n=====  ====\n\n- item\n------\n\n1.0\n---\n\n- The start\n";
    let document = Document::read(text, Markup::Restructured);
    assert_eq!(document.sections.len(), 2);
    assert_eq!(document.notes(Some(&version("1.0"))).as_deref(), Some("- The start"));
}

#[test]
fn a_final_release_takes_over_its_pre_releases() {
    let text = "# Changelog\n\n## [Unreleased]\n\n### Fixed\n\n- After the candidate\n\n## [1.1.0rc1] - 2026-11-10\n\n### Added\n\n- B\n\n## [1.1.0a1] - 2026-11-01\n\n- Words\n\n### Added\n\n- A\n\n## [1.0.0] - 2026-01-02\n\n- The start\n";
    let (to, rc, a) = (version("1.1.0"), version("1.1.0rc1"), version("1.1.0a1"));
    let document = Document::read(text, Markup::Markdown);
    let lists =
        [None, Some(&rc), Some(&a)].map(|version| document.groups(document.section(version).expect("it is there")));
    let body = document.joined(&pyrelease::project::changelog::merged(lists.to_vec()));
    let closing =
        Closing { version: &to, date: "2026-11-21", tag: "v1.1.0", previous_tag: Some("v1.0.0"), title: None };
    let once = edited(text, &document.enter(&closing, &body, &[&rc, &a]));
    expect![[r#"
        # Changelog

        ## [Unreleased]

        ## [1.1.0] - 2026-11-21

        - Words

        ### Fixed

        - After the candidate

        ### Added

        - B
        - A

        ## [1.0.0] - 2026-01-02

        - The start
    "#]]
    .assert_eq(&once);
    assert!(Document::read(&once, Markup::Markdown).enter(&closing, &body, &[&rc, &a]).is_empty());
}

#[test]
fn an_entry_goes_below_its_heading() {
    let add = |text: &str, markup: Markup, heading: &str, entry: &str| {
        let once = edited(text, &Document::read(text, markup).add(heading, entry));
        assert_eq!(edited(&once, &Document::read(&once, markup).add(heading, entry)), once, "added twice");
        once
    };
    let text =
        "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- One\n\n### Fixed\n\n- Two\n\n## [1.0.0] - 2026-01-02\n";
    expect![[r#"
        # Changelog

        ## [Unreleased]

        ### Added

        - One
        - Three

        ### Fixed

        - Two

        ## [1.0.0] - 2026-01-02
    "#]]
    .assert_eq(&add(text, Markup::Markdown, "Added", "Three"));
    expect![[r#"
        # Changelog

        ## [Unreleased]

        ### Added

        - One

        ### Changed

        - Three
          in two lines

        ### Fixed

        - Two

        ## [1.0.0] - 2026-01-02
    "#]]
    .assert_eq(&add(text, Markup::Markdown, "Changed", "Three\nin two lines"));
    expect![[r#"
        # Changelog

        ## [Unreleased]

        ### Added

        - One

        ### Fixed

        - Two

        ### Security

        - Three

        ## [1.0.0] - 2026-01-02
    "#]]
    .assert_eq(&add(text, Markup::Markdown, "Security", "Three"));
    expect![[r#"
        # Changelog

        ## [Unreleased]

        ### Added

        * Three

        ## [1.0.0] - 2026-01-02

        * x"#]]
    .assert_eq(&add("# Changelog\n\n## [1.0.0] - 2026-01-02\n\n* x", Markup::Markdown, "Added", "Three"));
    expect![[r#"
        # Changelog

        ## Unreleased

        ### Added

        - Three
    "#]]
    .assert_eq(&add("# Changelog", Markup::Markdown, "Added", "Three"));
    expect![[r#"
        Changes
        =======

        Unreleased
        ----------

        Added
        ~~~~~

        - Three

        1.0 (2026-01-02)
        ----------------

        - x
    "#]]
    .assert_eq(&add(
        "Changes\n=======\n\n1.0 (2026-01-02)\n----------------\n\n- x\n",
        Markup::Restructured,
        "Added",
        "Three",
    ));
}

#[test]
fn an_entry_has_the_line_ends_of_the_file() {
    let text = "# Changelog\r\n\r\n## Unreleased\r\n";
    let once = edited(text, &Document::read(text, Markup::Markdown).add("Added", "x"));
    assert_eq!(once, "# Changelog\r\n\r\n## Unreleased\r\n\r\n### Added\r\n\r\n- x\r\n");
}

#[test]
fn a_withdrawn_release_is_marked_and_found() {
    let mark = |text: &str, markup: Markup| {
        let once = edited(text, &Document::read(text, markup).yanked(&version("1.0")));
        let document = Document::read(&once, markup);
        assert!(document.section(Some(&version("1.0"))).expect("it is found").title.yanked);
        assert!(document.yanked(&version("1.0")).is_empty());
        once
    };
    assert_eq!(mark("## [1.0] - 2026-01-02\r\n\r\n- x", Markup::Markdown), "## [1.0] - 2026-01-02 [YANKED]\r\n\r\n- x");
    assert_eq!(mark("1.0\n---\n\n- x\n", Markup::Restructured), "1.0 [YANKED]\n------------\n\n- x\n");
    assert!(Document::read("## 1.0\n", Markup::Markdown).yanked(&version("2.0")).is_empty());
}

#[test]
fn an_empty_section_says_nothing() {
    let is_empty = |body: &str| {
        let text = format!("## Unreleased\n\n{body}\n\n## 1.0\n");
        let document = Document::read(&text, Markup::Markdown);
        document.is_empty(document.section(None).expect("it is there"))
    };
    for body in ["", "### Added\n\n### Fixed", "<!-- say something -->", "<!--\n- x\n-->", "[a]: https://example.org"] {
        assert!(is_empty(body), "{body}");
    }
    for body in ["- x", "Words", "### Added\n\n- x", "<!-- a --> b\n\nc"] {
        assert!(!is_empty(body), "{body}");
    }
}

#[test]
fn restructured_text_becomes_markdown() {
    let text = "Added\n~~~~~\n\n- A ``literal``, a :func:`~acme.core.run`, :issue:`12` and **bold**\n  over two lines with `a link <https://example.org/x>`_.\n\n  * nested `docs`_ and `code`\n\n#. One\n#. Two\n\nSee the following::\n\n    x = `1`\n    ```\n\n.. code-block:: python\n   :linenos:\n\n   print(\"<b>\")\n\n.. note::\n\n   Mind the [gap] <b>.\n\n.. versionadded:: 1.2\n\n.. a comment\n   over two lines\n\n.. figure:: x.png\n\n   A picture\n\n+---+---+\n| a | b |\n+---+---+\n\n`bad <javascript:alert(1)>`_ and 2\\*3 and acme_ and _private and a\\ b\n\n# no heading\n\n.. _docs: https://example.org/docs\n.. _acme: https://example.org/\n";
    expect![[r####"
        ### Added

        - A `literal`, a `run`, #12 and **bold**
          over two lines with [a link](https://example.org/x).

          - nested [docs][docs] and `code`

        1. One
        1. Two

        See the following:

        ````
        x = `1`
        ```
        ````

        ```python
        print("<b>")
        ```

        > **Note:**
        > Mind the \[gap\] &lt;b>.

        > **Added in 1.2:**

        ```rst
        .. figure:: x.png

           A picture
        ```

        ```
        +---+---+
        | a | b |
        +---+---+
        ```

        bad and 2\*3 and [acme][acme] and _private and ab

        \# no heading

        [acme]: https://example.org/
        [docs]: https://example.org/docs"####]]
    .assert_eq(&convert::to_markdown(text, text));
}
