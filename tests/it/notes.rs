//! `release notes`: the section of a version with links that lead to the tag.

use expect_test::expect;

use crate::support::Sandbox;

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

            [indented](https://github.com/acme/demo/blob/v1.0/docs/a.md)

        [after](https://github.com/acme/demo/blob/v1.0/docs/c.md)

        [r]: https://github.com/acme/demo/blob/v1.0/docs/r.md
        [i]: https://github.com/acme/demo/raw/v1.0/img/i.png

        [#1]: https://example.org/issues/1
    "#]].assert_eq(&notes_of(section, &[]));
    assert!(notes_of(section, &["--raw"]).contains("[inline](docs/a.md \"title\")"));
}
