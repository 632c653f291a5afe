//! `release check --preview`: the page that PyPI would show, and what is said where nobody knows it.

use expect_test::{expect, expect_file};

use crate::support::Sandbox;
use crate::support::archives::tar::{SDIST_NAME, Tar};
use crate::support::archives::zip::{METADATA, WHEEL_NAME, Zip};

/// A sandbox with an sdist and a wheel of this description.
fn described(kind: &str, text: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("pyproject.toml", "[project]\nname = 'demo'\nversion = '1.0'\n");
    let old = &METADATA[METADATA.find("Description-Content-Type").expect("it has one")..];
    let new = format!("Description-Content-Type: {kind}\n\n{text}");
    let mut zip = Zip::wheel();
    zip.edit("METADATA", old, &new);
    sandbox.write(&format!("dist/{WHEEL_NAME}"), zip.bytes());
    let mut tar = Tar::top();
    tar.file("demo-1.0/PKG-INFO", METADATA.replace(old, &new).as_bytes());
    sandbox.write(&format!("dist/{SDIST_NAME}"), tar.gz());
    sandbox
}

/// What is told, without the lines whose hashes and counts are the business of other tests.
fn told(sandbox: &Sandbox, arguments: &[&str]) -> String {
    let output = sandbox.release(&[&["check"], arguments].concat());
    let is_steady = |line: &&str| !line.contains("  sha256 ") && !line.starts_with("judged by ");
    let lines: Vec<&str> = output.stdout.lines().filter(is_steady).collect();
    format!("{}\n[exit status: {}]\n{}", lines.join("\n"), output.code, output.stderr)
}

#[test]
fn the_page_is_written_as_pypi_shows_it() {
    let sandbox = described(
        "text/markdown",
        "# demo & <b>more</b>\n\n![logo](https://example.org/logo.png) [usage](docs/usage.md) \
         <script>alert(1)</script>\n\n```python\nprint(1 < 2)\n```\n\n| a |\n|---|\n| :tada: |\n",
    );
    let before = sandbox.snapshot();
    expect![[r#"
          warning[check/relative-link]: `docs/usage.md` leads nowhere on PyPI, in demo-1.0.dist-info/METADATA:18; write the whole address, such as `https://github.com/OWNER/NAME/blob/main/FILE`
          warning[check/relative-link]: `docs/usage.md` leads nowhere on PyPI, in demo-1.0/PKG-INFO:18; write the whole address, such as `https://github.com/OWNER/NAME/blob/main/FILE`
        the project  0 errors, 1 warning
          warning[pyproject/no-build-system]: there is no `[build-system]`: installers take setuptools, in whatever version they find; add `[build-system]` with `requires` and `build-backend`
        not judged: the files of the project, since it is in no git repository
        would write out/page.html
        [exit status: 0]
    "#]].assert_eq(&told(&sandbox, &["--dry-run", "--preview", "out/page.html"]));
    assert_eq!(sandbox.snapshot(), before);
    expect![[r#"
          warning[check/relative-link]: `docs/usage.md` leads nowhere on PyPI, in demo-1.0.dist-info/METADATA:18; write the whole address, such as `https://github.com/OWNER/NAME/blob/main/FILE`
          warning[check/relative-link]: `docs/usage.md` leads nowhere on PyPI, in demo-1.0/PKG-INFO:18; write the whole address, such as `https://github.com/OWNER/NAME/blob/main/FILE`
        the project  0 errors, 1 warning
          warning[pyproject/no-build-system]: there is no `[build-system]`: installers take setuptools, in whatever version they find; add `[build-system]` with `requires` and `build-backend`
        not judged: the files of the project, since it is in no git repository
        wrote out/page.html
        [exit status: 0]
    "#]].assert_eq(&told(&sandbox, &["--preview", "out/page.html"]));
    let page = sandbox.read("out/page.html");
    expect_file![concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/snapshots/check_preview.html")].assert_eq(&page);
    assert_eq!(page.matches("<script").count(), 0);
}

#[test]
fn where_nothing_renders_nothing_is_written() {
    let sandbox = described("text/markdown", "   \n");
    expect![[r#"
          error[check/description]: PyPI cannot render the description: it is blank, in demo-1.0.dist-info/METADATA:16; put the markup right; `release check --preview FILE` shows the page
          error[check/description]: PyPI cannot render the description: it is blank, in demo-1.0/PKG-INFO:16; put the markup right; `release check --preview FILE` shows the page
        the project  0 errors, 1 warning
          warning[pyproject/no-build-system]: there is no `[build-system]`: installers take setuptools, in whatever version they find; add `[build-system]` with `requires` and `build-backend`
        not judged: the files of the project, since it is in no git repository
        not written: page.html, since no description renders
        [exit status: 10]
    "#]].assert_eq(&told(&sandbox, &["--preview", "page.html"]));
    assert!(!sandbox.repo().join("page.html").exists());
    let other = described("text/markdown", "another\n");
    sandbox.write(
        &format!("other/{WHEEL_NAME}"),
        std::fs::read(other.repo().join("dist").join(WHEEL_NAME)).expect("it is there"),
    );
    sandbox.write(&format!("third/{SDIST_NAME}"), Tar::sdist().gz());
    let files = ["--preview", "page.html", &format!("other/{WHEEL_NAME}"), &format!("third/{SDIST_NAME}")];
    expect![[r#"

        [exit status: 2]
        error[cli/usage]: demo-1.0-py3-none-any.whl and demo-1.0.tar.gz have different descriptions
          hint: name one of them
    "#]]
    .assert_eq(&told(&sandbox, &files));
}

#[test]
fn without_docutils_nobody_knows() {
    let sandbox = described("text/x-rst", "demo\n====\n\ntext\n");
    expect![[r#"
          warning[check/description-unverified]: nobody knows whether PyPI renders the description: docutils is not there: `docutils==0.23`, `readme_renderer==46.0` not in the cache of wheels, and `--offline` is set, in demo-1.0.dist-info/METADATA; let this machine have Python 3.11 or newer, and once the network; shorten what is too long or too deep
          info[check/thin-description]: the description has 15 characters, in demo-1.0.dist-info/METADATA; write what the project is for, and how to begin with it
          warning[check/description-unverified]: nobody knows whether PyPI renders the description: docutils is not there: `docutils==0.23`, `readme_renderer==46.0` not in the cache of wheels, and `--offline` is set, in demo-1.0/PKG-INFO; let this machine have Python 3.11 or newer, and once the network; shorten what is too long or too deep
          info[check/thin-description]: the description has 15 characters, in demo-1.0/PKG-INFO; write what the project is for, and how to begin with it
        the project  0 errors, 1 warning
          warning[pyproject/no-build-system]: there is no `[build-system]`: installers take setuptools, in whatever version they find; add `[build-system]` with `requires` and `build-backend`
        not judged: the files of the project, since it is in no git repository
        not written: page.html, since no description renders
        [exit status: 11]
        cannot tell: see above what is missing
    "#]].assert_eq(&told(&sandbox, &["--offline", "--preview", "page.html"]));
    expect![[r#"
          warning[check/description-unverified]: nobody knows whether PyPI renders the description: reStructuredText needs Python with docutils, in demo-1.0.dist-info/METADATA; let this machine have Python 3.11 or newer, and once the network; shorten what is too long or too deep
          info[check/thin-description]: the description has 15 characters, in demo-1.0.dist-info/METADATA; write what the project is for, and how to begin with it
          warning[check/description-unverified]: nobody knows whether PyPI renders the description: reStructuredText needs Python with docutils, in demo-1.0/PKG-INFO; let this machine have Python 3.11 or newer, and once the network; shorten what is too long or too deep
          info[check/thin-description]: the description has 15 characters, in demo-1.0/PKG-INFO; write what the project is for, and how to begin with it
        the project  0 errors, 1 warning
          warning[pyproject/no-build-system]: there is no `[build-system]`: installers take setuptools, in whatever version they find; add `[build-system]` with `requires` and `build-backend`
        not judged: the files of the project, since it is in no git repository
        [exit status: 10]
    "#]].assert_eq(&told(&sandbox, &["--dry-run", "--strict"]));
    let mut bare = described("text/x-rst", "demo\n====\n\ntext\n");
    bare.set("PATH", "/nowhere");
    expect![[r#"
          warning[check/description-unverified]: nobody knows whether PyPI renders the description: docutils is not there: `python3` was not found on PATH, in demo-1.0.dist-info/METADATA; let this machine have Python 3.11 or newer, and once the network; shorten what is too long or too deep
          info[check/thin-description]: the description has 15 characters, in demo-1.0.dist-info/METADATA; write what the project is for, and how to begin with it
          warning[check/description-unverified]: nobody knows whether PyPI renders the description: docutils is not there: `python3` was not found on PATH, in demo-1.0/PKG-INFO; let this machine have Python 3.11 or newer, and once the network; shorten what is too long or too deep
          info[check/thin-description]: the description has 15 characters, in demo-1.0/PKG-INFO; write what the project is for, and how to begin with it
        the project  0 errors, 1 warning
          warning[pyproject/no-build-system]: there is no `[build-system]`: installers take setuptools, in whatever version they find; add `[build-system]` with `requires` and `build-backend`
        not judged: the files of the project, since it is in no git repository
        [exit status: 11]
        cannot tell: see above what is missing
    "#]].assert_eq(&told(&bare, &[]));
    let document = bare.release(&["check", "--format", "json"]).json();
    assert_eq!(document["outcome"], "inconclusive");
}
