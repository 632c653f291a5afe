//! Fragments in a release: told of, removed by the same commit, and there again when it is taken back.

use std::process::Command;

use expect_test::expect;

use crate::support::Sandbox;
use crate::support::projects::ACME;
use crate::support::tools::tool;

fn prepared(keeper: bool) -> Sandbox {
    let sandbox = Sandbox::with(ACME);
    sandbox.git(&["tag", "v1.2.3"]);
    sandbox.write("changes/12.added.md", "A new thing.\n");
    sandbox.write("changes/7.fixed.md", "The cache is closed.\n");
    if keeper {
        sandbox.write("changes/.gitignore", "!.gitignore\n");
    }
    sandbox.commit("feat: more");
    sandbox
}

#[test]
fn a_bump_tells_of_them_and_removes_them() {
    let sandbox = prepared(true);
    expect![[r#"
           major     2.0.0
        *  minor     1.3.0        2 fragments: added, fixed
           patch     1.2.4
           major,rc  2.0.0rc1
           minor,rc  1.3.0rc1
           alpha     1.2.4a1
           beta      1.2.4b1
           rc        1.2.4rc1
           pre       1.2.4a1
           dev       1.2.4.dev1
           post      1.2.3.post1
    "#]]
    .assert_eq(&sandbox.release(&["version", "--suggest"]).to_string());
    expect![[r#"
        CHANGELOG.md:3: + ## [1.3.0] - 2026-11-21
        CHANGELOG.md:13: [Unreleased]: https://example.org/acme/compare/v1.2.3...HEAD -> [Unreleased]: https://example.org/acme/compare/v1.3.0...HEAD
        README.md:3: 1.2.3 -> 1.3.0
        acme/__init__.py:3: 1.2.3 -> 1.3.0
        pyproject.toml:7: 1.2.3 -> 1.3.0
        changes/12.added.md: removed
        changes/7.fixed.md: removed
        would write 4 files, remove 2 files, commit, tag `v1.3.0`
        ------- stderr -------
        note: 2 fragments: added, fixed
        dry run: nothing was done
    "#]].assert_eq(&sandbox.release(&["bump", "auto", "-n"]).to_string());
    expect![[r#"
        1.2.3 -> 1.3.0
          wrote CHANGELOG.md
          wrote README.md
          wrote acme/__init__.py
          wrote pyproject.toml
          removed changes/12.added.md
          removed changes/7.fixed.md
          committed bb3dd84b2c19
          tagged v1.3.0
        ------- stderr -------
        note: 2 fragments: added, fixed
    "#]]
    .assert_eq(&sandbox.release(&["bump", "auto"]).to_string());
    expect![[r#"
        # Changelog

        ## [Unreleased]

        ## [1.3.0] - 2026-11-21

        ### Added

        - A new thing. (#12)
        - A thing

        ### Fixed

        - The cache is closed. (#7)

        ## [1.2.3] - 2026-01-02

        - The start

        [Unreleased]: https://example.org/acme/compare/v1.3.0...HEAD
        [1.3.0]: https://example.org/acme/compare/v1.2.3...v1.3.0
        [1.2.3]: https://example.org/acme/releases/tag/v1.2.3
    "#]]
    .assert_eq(&sandbox.read("CHANGELOG.md"));
}

#[test]
fn the_commit_and_the_tag_have_it_all() {
    let sandbox = prepared(true);
    sandbox.release(&["bump", "auto"]).success();
    expect![[r#"
        chore(release): 1.3.0

         CHANGELOG.md        | 10 +++++++++-
         README.md           |  2 +-
         acme/__init__.py    |  2 +-
         changes/12.added.md |  1 -
         changes/7.fixed.md  |  1 -
         pyproject.toml      |  2 +-
         6 files changed, 12 insertions(+), 6 deletions(-)
    "#]]
    .assert_eq(&sandbox.git(&["show", "--stat=60", "--format=%s", "HEAD"]));
    expect![[r#"
        Release 1.3.0

        ### Added

        - A new thing. (#12)
        - A thing

        ### Fixed

        - The cache is closed. (#7)

    "#]]
    .assert_eq(&sandbox.git(&["tag", "-l", "--format=%(contents)", "v1.3.0"]));
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "");
    assert_eq!(sandbox.git(&["ls-files", "changes"]), "changes/.gitignore\n");
    expect![[r#"
        nothing is wrong with the changelog
    "#]]
    .assert_eq(&sandbox.release(&["changelog", "check"]).to_string());
}

#[test]
fn the_folder_stays_in_git() {
    let sandbox = prepared(false);
    let result = sandbox.release(&["bump", "minor", "--format", "json"]).success().json();
    assert_eq!(result["result"]["removed"], serde_json::json!(["changes/12.added.md", "changes/7.fixed.md"]));
    assert_eq!(sandbox.git(&["ls-files", "changes"]), "changes/.gitkeep\n");
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "");
    // The next release has none, and is refused.
    sandbox.write("acme/more.py", "X = 1\n");
    sandbox.commit("fix: more");
    let output = sandbox.release(&["bump", "patch", "--format", "json"]);
    assert_eq!(output.failure_code(), "changelog/empty", "{output}");
}

#[test]
fn a_fragment_that_is_not_committed_is_not_lost() {
    let sandbox = prepared(true);
    sandbox.write("changes/13.fixed.md", "Not committed.\n");
    let before = sandbox.snapshot();
    let output = sandbox.release(&["bump", "minor", "--format", "json"]);
    assert_eq!(output.failure_code(), "step/uncommitted", "{output}");
    let after = sandbox.snapshot();
    let names = |snapshot: &[(std::path::PathBuf, Vec<u8>)]| {
        snapshot.iter().filter(|(path, _)| !path.to_string_lossy().contains(".git/")).cloned().collect::<Vec<_>>()
    };
    assert_eq!(names(&after), names(&before));
    assert_eq!(sandbox.git(&["tag"]), "v1.2.3\n");
}

#[test]
fn a_release_that_is_taken_back_has_its_fragments_again() {
    for keeper in [true, false] {
        let sandbox = prepared(keeper);
        let head = sandbox.git(&["rev-parse", "HEAD"]);
        // The gate lets the run bump, and the check after it stops the run.
        let pyproject = sandbox
            .read("pyproject.toml")
            .replace("name = \"acme\"\n", "name = \"acme\"\nclassifiers = [\"No :: Such\"]\n");
        sandbox.write("pyproject.toml", pyproject);
        sandbox.commit("chore: something that stops a run");
        let base = sandbox.git(&["rev-parse", "HEAD"]);
        assert_ne!(head, base);
        let files = sandbox.git(&["ls-files"]);
        let run = sandbox.release(&["run", "minor", "--yes", "--offline"]);
        assert_ne!(run.code, 0, "{run}");
        assert_eq!(sandbox.git(&["tag"]), "v1.2.3\nv1.3.0\n", "{run}");
        assert!(!sandbox.git(&["ls-files"]).contains("changes/12.added.md"), "{run}");
        sandbox.release(&["undo"]).success();
        assert_eq!(sandbox.git(&["ls-files"]), files);
        assert_eq!(sandbox.git(&["rev-parse", "HEAD"]), base);
        // The archives that the run built are no part of the repository.
        assert_eq!(sandbox.git(&["status", "--porcelain"]), "?? dist/\n");
        assert_eq!(sandbox.read("changes/12.added.md"), "A new thing.\n");
        assert_eq!(sandbox.git(&["tag"]), "v1.2.3\n");
    }
}

/// Headings and the entries below them, in any order.
fn grouped(text: &str) -> Vec<(String, Vec<String>)> {
    let mut found: Vec<(String, Vec<String>)> = Vec::new();
    let lines: Vec<&str> = text.lines().collect();
    for (number, line) in lines.iter().enumerate() {
        let under = lines
            .get(number + 1)
            .is_some_and(|next| next.len() >= 3 && next.chars().all(|c| matches!(c, '~' | '^' | '-')));
        if let Some(entry) = line.strip_prefix("- ") {
            found.last_mut().expect("a heading comes first").1.push(entry.trim().to_owned());
        } else if let (Some(rest), Some((_, entries))) = (line.strip_prefix("  "), found.last_mut()) {
            entries.last_mut().expect("an entry comes first").push_str(&format!(" {}", rest.trim()));
        } else if let Some(title) = line.strip_prefix("### ") {
            found.push((title.to_owned(), Vec::new()));
        } else if under {
            found.push(((*line).to_owned(), Vec::new()));
        }
    }
    // The title of the release has none.
    found.retain(|(_, entries)| !entries.is_empty());
    found.iter_mut().for_each(|(_, entries)| entries.sort());
    found.sort();
    found
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn towncrier_groups_the_same_entries_under_the_same_headings() {
    let towncrier = tool("towncrier", &["towncrier==26.9.0"]).join("towncrier");
    for (file, header, ending) in [("CHANGELOG.md", "# Changelog\n", "md"), ("NEWS.rst", "News\n====\n", "rst")] {
        let sandbox = Sandbox::new();
        sandbox.write(
            "pyproject.toml",
            format!(
                "[project]\nname = \"acme\"\nversion = \"1.0.0\"\n\n[tool.towncrier]\nname = \"acme\"\ndirectory = \"news.d\"\nfilename = \"{file}\"\n\n[[tool.towncrier.type]]\ndirectory = \"feature\"\nname = \"Features\"\nshowcontent = true\n\n[[tool.towncrier.type]]\ndirectory = \"bugfix\"\nname = \"Bugfixes\"\nshowcontent = true\n\n[[tool.towncrier.type]]\ndirectory = \"removal\"\nname = \"Removals\"\nshowcontent = true\n"
            ),
        );
        sandbox.write(file, header);
        for (name, text) in [
            ("1.feature", "One.\n"),
            ("2.feature.1", "Two,\nover two lines.\n"),
            ("2.feature.2", "Two again.\n"),
            ("10.bugfix", "The same.\n"),
            ("9.bugfix", "The same.\n"),
            ("gh-3.bugfix", "By another name.\n"),
            ("+own.removal", "Of its own.\n"),
            ("fix-1.2.3.feature", "With dots.\n"),
            ("007.removal", "With zeros.\n"),
        ] {
            sandbox.write(&format!("news.d/{name}.{ending}"), text);
        }
        sandbox.write("news.d/.gitignore", "!.gitignore\n");
        sandbox.git(&["init", "-q"]);
        sandbox.commit("feat: fragments");
        let shown = sandbox.release(&["changelog", "render", "--version", "1.1.0"]).success().stdout;
        let draft = Command::new(&towncrier)
            .args(["build", "--draft", "--version", "1.1.0", "--date", "2026-11-21"])
            .current_dir(sandbox.repo())
            .output()
            .expect("it starts");
        let theirs = String::from_utf8_lossy(&draft.stdout).into_owned();
        let theirs = theirs.replace("\n## ", "\n### ").replace("\n* ", "\n- ");
        assert!(!grouped(&shown).is_empty(), "{shown}");
        assert_eq!(
            grouped(&shown),
            grouped(&theirs),
            "ours:\n{shown}\ntheirs:\n{theirs}\n{}",
            String::from_utf8_lossy(&draft.stderr)
        );
    }
}

#[test]
fn a_fragment_that_git_does_not_have_stops_the_plan_too() {
    let sandbox = prepared(true);
    sandbox.write("changes/9.fixed.md", "Nobody added this.\n");
    let planned = sandbox.release(&["bump", "minor", "-n"]).to_string();
    expect![[r#"
        ------- stderr -------
        error[step/uncommitted]: `changes/9.fixed.md` differs from what is committed
          at: changes/9.fixed.md
          hint: commit `changes/9.fixed.md` first: its other changes would be swept into the release, or lost from the index
        [exit status: 1]
    "#]].assert_eq(&planned);
    assert_eq!(sandbox.release(&["bump", "minor"]).to_string(), planned);
    // The index is not enough.
    sandbox.git(&["add", "changes"]);
    assert_eq!(
        sandbox.release(&["bump", "minor", "-n", "--allow-dirty", "--format", "json"]).failure_code(),
        "step/uncommitted"
    );
    // Without a commit nothing of it is lost from one.
    let _ = sandbox.release(&["bump", "minor", "-n", "--allow-dirty", "--no-commit"]).success();
    sandbox.commit("docs: a fragment");
    sandbox.write("changes/9.fixed.md", "Edited since.\n");
    assert_eq!(
        sandbox.release(&["bump", "minor", "-n", "--allow-dirty", "--format", "json"]).failure_code(),
        "step/uncommitted"
    );
    sandbox.write("changes/9.fixed.md", "Nobody added this.\n");
    let _ = sandbox.release(&["bump", "minor"]).success();
}

#[test]
fn fragments_beside_a_section_of_the_version_stop_the_bump() {
    let sandbox = prepared(true);
    sandbox.write("CHANGELOG.md", "# Changelog\n\n## 1.3.0 - 2026-11-20\n\n- By hand\n");
    sandbox.commit("docs: a section by hand");
    expect![[r#"
        ------- stderr -------
        error[changelog/unsaid]: `changes/12.added.md` would not be told of: `CHANGELOG.md` has a section 1.3.0 already
          at: CHANGELOG.md:3
          hint: move the entries into the section 1.3.0, or take the section out: the bump makes it
        [exit status: 1]
    "#]]
    .assert_eq(&sandbox.release(&["bump", "minor", "-n"]).to_string());
}

#[test]
fn what_towncrier_says_of_names_and_headings_holds_here() {
    let table = |more: &str| {
        format!(
            "[project]\nname = \"acme\"\nversion = \"1.2.3\"\n\n[tool.towncrier]\ndirectory = \"news\"\nfilename = \"NEWS.rst\"\nname = \"The Acme\"\n{more}"
        )
    };
    let format = "title_format = \"{name} {version} ({project_date})\"\nignore = [\"NOTES\", \"*.orig\"]\ntemplate = \"news/_own.rst\"\n";
    let sandbox = Sandbox::with(&[
        ("pyproject.toml", &table(format).replace("The Acme", "Acme")),
        (
            "NEWS.rst",
            "News\n====\n\n.. towncrier release notes start\n\n1.2.3 - 2026-01-02\n------------------\n\n- The start\n",
        ),
        ("news/1.feature", "More.\n"),
        ("news/notes", "Write fragments here.\n"),
        ("news/1.feature.rst.orig", "Old.\n"),
        ("news/_own.rst", "{% for section in sections %}{% endfor %}\n"),
    ]);
    sandbox.commit("feat: more");
    expect![[r#"
        Acme 1.3.0 (2026-11-21)
        -----------------------

        Features
        ~~~~~~~~

        - More. (#1)
        ------- stderr -------
        warning: `template` of `[tool.towncrier]` (`news/_own.rst`) is not used: `template` of `[tool.release.changelog]` names one for this program
    "#]].assert_eq(&sandbox.release(&["changelog", "render", "--version", "1.3.0"]).to_string());
    let _ = sandbox.release(&["bump", "minor"]).success();
    expect![[r#"
        News
        ====

        .. towncrier release notes start

        Acme 1.3.0 (2026-11-21)
        -----------------------

        Features
        ~~~~~~~~

        - More. (#1)

        1.2.3 - 2026-01-02
        ------------------

        - The start
    "#]]
    .assert_eq(&sandbox.read("NEWS.rst"));
    // What could not be found again is not written.
    sandbox.git(&["rm", "-q", "news/_own.rst", "news/notes", "news/1.feature.rst.orig"]);
    sandbox.write("pyproject.toml", table("title_format = \"What is new in {version}\"\n").replace("1.2.3", "1.3.0"));
    sandbox.write("news/2.feature", "Even more.\n");
    sandbox.commit("feat: even more");
    expect![[r#"
        ------- stderr -------
        error[changelog/title-format]: `title_format` of `[tool.towncrier]` gives `What is new in 1.4.0`, which is no heading of 1.4.0
          hint: let it begin with `{version}` or `{name} {version}`, such as `{name} {version} ({project_date})`
        [exit status: 3]
    "#]].assert_eq(&sandbox.release(&["bump", "minor", "-n"]).to_string());
    // Markdown has its marks in the format.
    sandbox.write(
        "pyproject.toml",
        table("title_format = \"## [{version}](https://example.org/{version}) - {project_date}\"\n")
            .replace("1.2.3", "1.3.0")
            .replace("NEWS.rst", "NEWS.md"),
    );
    sandbox.write("NEWS.md", "# News\n\n<!-- towncrier release notes start -->\n");
    sandbox.commit("docs: Markdown");
    let _ = sandbox.release(&["bump", "minor"]).success();
    expect![[r#"
        # News

        <!-- towncrier release notes start -->

        ## [1.4.0](https://example.org/1.4.0) - 2026-11-21

        ### Features

        - Even more. (#2)
    "#]]
    .assert_eq(&sandbox.read("NEWS.md"));
}
