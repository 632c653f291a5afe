//! Sections made from commits, which anybody may have written.

use expect_test::expect;

use crate::support::Sandbox;
use crate::support::projects::ACME;

fn generated(more: &str) -> Sandbox {
    let sandbox = Sandbox::with(ACME);
    let pyproject = sandbox.read("pyproject.toml");
    let key = format!("[tool.release]\nchangelog = {{ kind = \"generated\"{more} }}\n");
    sandbox.write("pyproject.toml", pyproject.replace("[tool.release]\n", &key));
    sandbox.write("CHANGELOG.md", "# Changelog\n\n## 1.2.3 (2026-01-02)\n\n- The start\n");
    sandbox.commit("chore: set up");
    sandbox.git(&["tag", "v1.2.3"]);
    sandbox
}

fn tell(sandbox: &Sandbox, file: &str, message: &str) {
    sandbox.write(file, message);
    sandbox.commit(message);
}

#[test]
fn commits_become_entries_by_their_types() {
    let sandbox = generated("");
    for (number, message) in [
        "feat(api): a new thing (#12)",
        "fix: wrong number",
        "docs: words",
        "feat: taken back",
        "feat!: the old way is gone\n\nBREAKING CHANGE: call `run` instead\nof `start`",
        "Title of a request (#15)\n\n* fix: first part\n\n* feat: second part\n* chore: nothing to tell\n",
        "chore: quiet\n\nRelease-Note: What users see of it.",
        "fix: not for readers\n\nRelease-Note: none",
        "fix: wrong number",
    ]
    .iter()
    .enumerate()
    {
        tell(&sandbox, &format!("acme/f{number}.py"), message);
    }
    let taken_back = sandbox.git(&["log", "--format=%H", "--grep=taken back"]);
    sandbox.git(&["revert", "--no-edit", taken_back.trim()]);
    sandbox.git(&["switch", "-q", "-c", "topic", "HEAD~2"]);
    tell(&sandbox, "acme/topic.py", "perf: faster");
    sandbox.git(&["switch", "-q", "main"]);
    sandbox.git(&["merge", "-q", "--no-ff", "--no-edit", "topic"]);
    expect![[r#"
        ## 2.0.0 (2026-11-21)

        ### Breaking changes

        - the old way is gone: call `run` instead of `start`

        ### Added

        - second part
        - api: a new thing (#12)

        ### Changed

        - faster
        - What users see of it.

        ### Fixed

        - wrong number
        - first part
    "#]]
    .assert_eq(&sandbox.release(&["changelog", "render"]).to_string());
    sandbox.release(&["bump", "major"]).success();
    let once = sandbox.read("CHANGELOG.md");
    assert_eq!(once.matches("## 2.0.0 (2026-11-21)").count(), 1);
    assert!(sandbox.git(&["tag", "-l", "--format=%(contents)", "v2.0.0"]).contains("- api: a new thing (#12)"));
}

#[test]
fn folders_first_parents_and_authors_on_request() {
    let sandbox = generated(", paths = [\"acme\"], first-parent = true, authors = true");
    tell(&sandbox, "acme/a.py", "feat: inside");
    tell(&sandbox, "tools/b.py", "feat: outside");
    sandbox.git(&["switch", "-q", "-c", "topic"]);
    tell(&sandbox, "acme/c.py", "feat: on a branch");
    sandbox.git(&["switch", "-q", "main"]);
    sandbox.git(&["merge", "-q", "--no-ff", "-m", "feat: the branch as one", "topic"]);
    expect![[r#"
        ## 1.3.0 (2026-11-21)

        ### Added

        - the branch as one — Ana Tester
        - inside — Ana Tester
    "#]]
    .assert_eq(&sandbox.release(&["changelog", "render"]).to_string());
}

#[test]
fn hostile_messages_are_harmless() {
    let sandbox = generated(", authors = true");
    for (number, message) in [
        "feat: ## 9.9.9",
        "feat: # x\r## 8.0.0",
        "fix: <script>alert(1)</script> <img src=x onerror=y>",
        "fix: [click](javascript:alert(1)) ![x](https://example.org/pixel.png)",
        "fix: ```sh",
        "fix: `unclosed and *bold* _it_ ~~~ | table | @everyone cc @ana",
        "fix: ---",
        "fix: {{ version }} {% raw %} ::set-output name=a::b",
        "fix: 1. a list",
        "fix: \u{202e}reversed\u{7} \u{1b}[31mred",
        "feat(<b>): &lt;b&gt; a `code <b>` span",
    ]
    .iter()
    .enumerate()
    {
        tell(&sandbox, &format!("acme/f{number}.py"), message);
    }
    tell(&sandbox, "acme/long.py", &format!("fix: {}", "long ".repeat(2_000)));
    sandbox.git(&["-c", "user.name=<b>Eve</b> [x](y)", "commit", "-q", "--allow-empty", "-m", "fix: by another"]);
    expect![[r#"
        ## 1.3.0 (2026-11-21)

        ### Added

        - &lt;b>: &amp;lt;b&amp;gt; a `code <b>` span — Ana Tester
        - \## 9.9.9 — Ana Tester

        ### Fixed

        - by another — bEve/b \[x\]\(y)
        - long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long … — Ana Tester
        - reversed \[31mred — Ana Tester
        - 1\. a list — Ana Tester
        - \{{ version }} {% raw %} ::set-output name=a::b — Ana Tester
        - \--- — Ana Tester
        - \`unclosed and \*bold\* \_it\_ \~\~\~ \| table \| `@everyone` cc `@ana` — Ana Tester
        - \`\`\`sh — Ana Tester
        - \[click\]\(javascript:alert(1)) \!\[x\]\(https://example.org/pixel.png) — Ana Tester
        - &lt;script>alert(1)&lt;/script> &lt;img src=x onerror=y> — Ana Tester
    "#]].assert_eq(&sandbox.release(&["changelog", "render", "--version", "1.3.0"]).to_string());
    sandbox.release(&["bump", "minor"]).success();
    let document = sandbox.release(&["changelog", "show", "--format", "json"]).json();
    let versions: Vec<&str> = document["result"]["sections"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|section| section["version"].as_str())
        .collect();
    assert_eq!(versions, ["1.3.0", "1.2.3"]);
}

#[test]
fn without_a_file_tag_and_forge_say_it() {
    let sandbox = generated("");
    sandbox.git(&["rm", "-q", "CHANGELOG.md"]);
    sandbox.git(&["remote", "add", "origin", "git@github.com:acme/demo.git"]);
    tell(&sandbox, "acme/a.py", "feat: a thing");
    expect![[r#"
        ### Added

        - a thing
    "#]]
    .assert_eq(&sandbox.release(&["notes", "--unreleased"]).to_string());
    sandbox.release(&["bump", "minor"]).success();
    expect![[r#"
        ### Added

        - a thing
    "#]]
    .assert_eq(&sandbox.release(&["notes"]).to_string());
}
