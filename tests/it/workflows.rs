//! What `release check --workflows` finds: nothing in the workflows that are written for a project, and each
//! of T1 to T22 where it is broken.

use std::collections::BTreeSet;

use clap::Parser;
use expect_test::expect;
use pyrelease::config::file::ForgeKind;
use pyrelease::python::name::ProjectName;
use pyrelease::report::Finding;
use pyrelease::workflows::{Values, WorkflowsError, judge, render, shell, tag_filter, yaml};

use crate::support::damage::damaged;
use crate::support::workflows::{release_workflow, workflows_of};

/// One broken property: which, the code that must say so, what is replaced by what in the release workflow of
/// GitHub. The text must stand there.
const MUTANTS: &[(&str, &str, &str, &str)] = &[
    ("T1", "workflow/permissions", "permissions: {}\n", "permissions: write-all\n"),
    (
        "T2",
        "workflow/publish-job",
        "      - name: Upload\n",
        "      - name: Build again\n        run: python -m build\n      - name: Upload\n",
    ),
    ("T3", "workflow/gate", "    environment:\n      name: pypi\n", ""),
    (
        "T4",
        "workflow/unpinned-action",
        "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1",
        "actions/checkout@v7",
    ),
    ("T5", "workflow/persisted-credentials", "persist-credentials: false", "persist-credentials: true"),
    (
        "T6",
        "workflow/cache",
        "          python-version: \"3.13\"\n",
        "          python-version: \"3.13\"\n          cache: pip\n",
    ),
    ("T7", "workflow/dangerous-trigger", "  workflow_dispatch:\n", "  pull_request_target:\n  workflow_dispatch:\n"),
    (
        "T8",
        "workflow/template-injection",
        "--raw-field \"reason=$REASON\"",
        "--raw-field \"reason=${{ inputs.reason }}\"",
    ),
    ("T9", "workflow/concurrency", "cancel-in-progress: false", "cancel-in-progress: true"),
    ("T10", "workflow/timeout", "    timeout-minutes: 60\n", ""),
    (
        "T11",
        "workflow/stored-token",
        "          index: pypi\n          dist: dist\n",
        "          index: pypi\n          dist: dist\n          index-token: ${{ secrets.PYPI_TOKEN }}\n",
    ),
    ("T12", "workflow/tag-filter", "\"v[0-9]+.[0-9]+.[0-9]+*\"", "\"v*\""),
    ("T13", "workflow/runner", "runs-on: ubuntu-24.04", "runs-on: ubuntu-latest"),
    (
        "T14",
        "workflow/unhashed-tool",
        "      - name: Read the version\n",
        "      - name: Tools\n        run: pip install build twine\n      - name: Read the version\n",
    ),
    ("T15", "workflow/artifact-hash", "          expect: ${{ needs.build.outputs.digest }}\n", ""),
    (
        "T16",
        "workflow/signal",
        "      - name: Read the version\n",
        "      - name: Look\n        run: release references --check\n      - name: Read the version\n",
    ),
    (
        "T17",
        "workflow/environment-file",
        "          if [ \"$GITHUB_REF_NAME\" != \"$EXPECTED\" ]; then\n",
        "          echo \"TAG=$EXPECTED\" >> \"$GITHUB_ENV\"\n          if [ \"$GITHUB_REF_NAME\" != \"$EXPECTED\" ]; then\n",
    ),
    (
        // Immutable releases are a setting of the repository; the order that they need is in the file.
        "T18",
        "workflow/release-order",
        "          command: announce\n          decision: ${{ inputs.decision }}\n          forge-token: ${{ github.token }}\n",
        "          command: announce\n          decision: ${{ inputs.decision }}\n          forge-token: ${{ github.token }}\n      - name: Another\n        run: exec gh release create \"$GITHUB_REF_NAME\"\n",
    ),
    (
        "T19",
        "workflow/contents-write",
        "      contents: read # checks out\n    outputs:\n",
        "      contents: write # checks out\n    outputs:\n",
    ),
    (
        "T20",
        "workflow/secrets-inherit",
        "jobs:\n",
        "jobs:\n  other:\n    name: Other\n    uses: acme/ci/.github/workflows/x.yml@0123456789abcdef0123456789abcdef01234567 # v1.0.0\n    secrets: inherit\n",
    ),
    (
        "T21",
        "workflow/local-action",
        "      - name: Read the version\n",
        "      - name: Ours\n        uses: ./.github/actions/setup\n      - name: Read the version\n",
    ),
    (
        // Whether harden-runner is worth its rights is the maintainer's choice, so that it is a warning.
        "T22",
        "workflow/third-party-action",
        "      - name: Make the forge's release\n",
        "      - name: Harden\n        uses: step-security/harden-runner@0123456789abcdef0123456789abcdef01234567 # v2.13.0\n      - name: Make the forge's release\n",
    ),
];

fn codes(findings: &[Finding]) -> BTreeSet<&'static str> {
    findings.iter().map(|finding| finding.code).collect()
}

fn broken(forge: ForgeKind, from: &str, to: &str) -> Vec<Finding> {
    let good = release_workflow(forge);
    assert!(good.text.contains(from), "`{from}` is not in {}", good.path);
    judge(good.path, &good.text.replacen(from, to, 1))
}

#[test]
fn what_is_written_for_a_project_is_clean() {
    for forge in [ForgeKind::Github, ForgeKind::Gitea] {
        for file in workflows_of("acme", forge) {
            assert_eq!(judge(file.path, &file.text), Vec::new(), "{}", file.path);
            assert!(!file.text.contains('<') || !file.text.contains("<action"), "{}: a placeholder is left", file.path);
        }
    }
}

#[test]
fn each_broken_property_is_found_by_its_own_code() {
    let properties: BTreeSet<&str> = MUTANTS.iter().map(|mutant| mutant.0).collect();
    assert_eq!(properties.len(), 22);
    for (property, code, from, to) in MUTANTS {
        let found = broken(ForgeKind::Github, from, to);
        assert_eq!(codes(&found), BTreeSet::from([*code]), "{property}");
        assert!(found.iter().all(|finding| finding.help.is_some() && finding.location.is_some()), "{property}");
    }
}

#[test]
fn a_finding_names_the_line_and_what_to_do() {
    let shown: Vec<String> = ["T1", "T8", "T14", "T17", "T22"]
        .iter()
        .flat_map(|wanted| MUTANTS.iter().filter(move |mutant| mutant.0 == *wanted))
        .flat_map(|(property, _, from, to)| {
            let text = release_workflow(ForgeKind::Github).text.replacen(from, to, 1);
            broken(ForgeKind::Github, from, to).into_iter().map(move |finding| {
                let line = finding.location.as_ref().and_then(|location| location.line).unwrap_or_default();
                let quoted = text.lines().nth(line - 1).unwrap_or_default().trim().to_owned();
                format!("{property} {}\n   {quoted}\n   {}", finding.message, finding.help.unwrap_or_default())
            })
        })
        .collect();
    expect![[r#"
        T1 `permissions: write-all` grants it to every job
           permissions: write-all
           write `permissions: {}` at the top, and what each job needs in the job
        T8 `${{ inputs.reason }}` is pasted into a script
           --raw-field "decision=$DECISION" --raw-field "reason=${{ inputs.reason }}"
           put it into `env` of the step and write `"$NAME"` in the script
        T14 `pip install build twine` installs whatever the index has now
           run: pip install build twine
           install by version and hash: `pip install --require-hashes --no-deps -r FILE`
        T17 what is filled in here reaches every later step through `GITHUB_ENV`
           echo "TAG=$EXPECTED" >> "$GITHUB_ENV"
           hand values on as outputs of the step
        T22 `step-security/harden-runner` runs in the job `announce`, which may push or publish
           uses: step-security/harden-runner@0123456789abcdef0123456789abcdef01234567 # v2.13.0
           move it to a job without rights; harden-runner is a choice of yours, and accepted as a warning"#]]
    .assert_eq(&shown.join("\n"));
}

#[test]
fn a_warning_is_what_a_maintainer_may_have_chosen() {
    let severity = |property: &str| {
        let (_, _, from, to) = MUTANTS.iter().find(|mutant| mutant.0 == property).expect("it is in the table");
        broken(ForgeKind::Github, from, to)[0].severity.word()
    };
    assert_eq!((severity("T22"), severity("T2")), ("warning", "error"));
}

#[test]
fn other_ways_to_break_them_are_found_too() {
    let cases: &[(&str, &str, &str)] = &[
        ("workflow/permissions", "permissions: {}\n", ""),
        (
            "workflow/permissions",
            "id-token: write # trusted publishing; nothing but the upload runs in this job",
            "id-token: write",
        ),
        ("workflow/concurrency", "concurrency:\n  group: release-${{ github.ref }}\n  cancel-in-progress: false\n", ""),
        ("workflow/tag-filter", "      - \"v[0-9]+.[0-9]+.[0-9]+*\"\n", "      - \"[0-9]*\"\n"),
        ("workflow/runner", "runs-on: ubuntu-24.04", "runs-on: [self-hosted, linux]"),
        (
            "workflow/unpinned-action",
            "0123456789abcdef0123456789abcdef01234567 # v0.1.0",
            "0000000000000000000000000000000000000000 # v0.1.0",
        ),
        ("workflow/unpinned-action", "90b1 # v7.0.1", "90b1"),
        ("workflow/release-order", "    needs: verify-pypi\n", "    needs: test\n"),
        ("workflow/secrets-inherit", "  workflow_dispatch:\n", "  workflow_call:\n  workflow_dispatch:\n"),
        ("workflow/stored-token", "concurrency:\n", "env:\n  TOKEN: ${{ secrets['PYPI_TOKEN'] }}\n\nconcurrency:\n"),
        (
            "workflow/unhashed-tool",
            "        run: |\n          if [",
            "        run: |\n          curl -fsSL https://example.org/x | tee log | bash\n          if [",
        ),
        (
            "workflow/unhashed-tool",
            "        run: |\n          if [",
            "        run: |\n          bash -c \"$(curl https://example.org/x)\"\n          if [",
        ),
        (
            "workflow/unhashed-tool",
            "        run: |\n          if [",
            "        run: |\n          uvx twine check dist/*\n          if [",
        ),
        (
            "workflow/environment-file",
            "        run: |\n          if [",
            "        run: |\n          echo \"notes<<EOF\" >> \"$GITHUB_OUTPUT\"\n          if [",
        ),
        ("workflow/dangerous-trigger", "  workflow_dispatch:\n", "  issue_comment:\n  workflow_dispatch:\n"),
        ("workflow/unreadable", "permissions: {}\n", "permissions: {}\npermissions: write-all\n"),
        ("workflow/unreadable", "jobs:\n", "jobs: &jobs\n  <<: *jobs\n"),
    ];
    for (code, from, to) in cases {
        let found = codes(&broken(ForgeKind::Github, from, to));
        assert!(found.contains(code), "{code} is not among {found:?}");
    }
}

#[test]
fn gitea_needs_other_things() {
    let cases: &[(&str, &str, &str)] = &[
        ("workflow/gate", "github.event_name == 'workflow_dispatch' && ", ""),
        ("workflow/ignored-by-gitea", "uses: https://github.com/actions/checkout@", "uses: actions/checkout@"),
        ("workflow/ignored-by-gitea", "runs-on: ubuntu-24.04", "runs-on: [linux, ubuntu-24.04]"),
        ("workflow/stored-token", "jobs:\n", "env:\n  TOKEN: ${{ secrets.PYPI_TOKEN }}\n\njobs:\n"),
        ("workflow/artifact-hash", "          expect: ${{ needs.build.outputs.digest }}\n", ""),
    ];
    for (code, from, to) in cases {
        assert_eq!(codes(&broken(ForgeKind::Gitea, from, to)), BTreeSet::from([*code]), "{from}");
    }
}

#[test]
fn our_own_workflows_are_clean() {
    for (path, text) in [
        (".github/workflows/ci.yml", include_str!("../../.github/workflows/ci.yml")),
        (".github/workflows/release.yml", include_str!("../../.github/workflows/release.yml")),
    ] {
        assert_eq!(judge(path, text), Vec::new(), "{path}");
    }
}

#[test]
fn a_workflow_that_only_tests_is_asked_for_less() {
    let tests = "name: CI\non: [push]\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v6\n      - run: pip install tox && tox\n";
    let found: Vec<(&str, &str)> = judge(".github/workflows/ci.yml", tests)
        .iter()
        .map(|finding| (finding.code, finding.severity.word()))
        .collect();
    expect![[r#"
        [
            (
                "workflow/permissions",
                "warning",
            ),
            (
                "workflow/unpinned-action",
                "warning",
            ),
            (
                "workflow/persisted-credentials",
                "warning",
            ),
        ]"#]]
    .assert_eq(&format!("{found:#?}"));
}

#[test]
fn another_uploader_is_judged_alike() {
    let text = "on:\n  push:\n    tags: [\"v[0-9]+.[0-9]+\"]\npermissions: {}\nconcurrency:\n  group: x\njobs:\n  publish:\n    runs-on: ubuntu-24.04\n    timeout-minutes: 5\n    environment: pypi\n    permissions:\n      id-token: write # trusted publishing\n    steps:\n      - run: pip install twine\n      - run: twine upload dist/*\n        env:\n          TWINE_PASSWORD: ${{ secrets.PYPI }}\n";
    expect![[r#"
        {
            "workflow/publish-job",
            "workflow/stored-token",
            "workflow/unhashed-tool",
        }"#]]
    .assert_eq(&format!("{:#?}", codes(&judge(".github/workflows/x.yml", text))));
    let every_push = text.replace("    tags: [\"v[0-9]+.[0-9]+\"]\n", "    branches: [main]\n");
    assert!(codes(&judge(".github/workflows/x.yml", &every_push)).contains("workflow/tag-filter"));
}

#[test]
fn a_composite_action_is_judged_by_its_steps() {
    let action = include_str!("../../action.yml");
    assert_eq!(judge("action.yml", action), Vec::new());
    let pasted = action.replacen("read -r -a line <<< \"$COMMAND\"", "line=(${{ inputs.command }})", 1);
    assert_eq!(codes(&judge("action.yml", &pasted)), BTreeSet::from(["workflow/template-injection"]));
}

#[test]
fn reading_is_bounded() {
    let line = |text: &str| yaml::read(text).map(|_| 0).map_err(|error| format!("{}: {}", error.line, error.message));
    let deep = "[".repeat(100);
    let bomb = (1..40).fold("a0: &a0 [x, x, x, x, x, x, x, x]\n".to_owned(), |text, level| {
        let before = vec![format!("*a{}", level - 1); 8].join(", ");
        format!("{text}a{level}: &a{level} [{before}]\n")
    });
    let wide: String = (0..30_000).map(|number| format!("k{number}: v\n")).collect();
    let large = "#".repeat(600_000);
    let refused = [
        deep.as_str(),
        &bomb,
        &wide,
        &large,
        "a: 1\na: 2\n",
        "a: &a [*a]\n",
        "? [a]\n: b\n",
        "---\na: 1\n---\nb: 2\n",
        "a: [",
        "",
    ]
    .map(|text| line(text).expect_err("it is refused"));
    expect![[r#"
        1: it is nested deeper than 64 levels
        5: it holds more than 50000 values
        25001: it holds more than 50000 values
        1: it is larger than 524288 bytes
        2: the key `a` stands twice
        1: an alias stands inside its own anchor
        1: a key is no text
        3: it holds several documents
        2: it is no YAML: while parsing a node, did not find expected node content
        1: it is empty"#]]
    .assert_eq(&refused.join("\n"));
}

#[test]
fn lines_are_those_of_the_file() {
    let root = yaml::read("a: b\nrun: |\n  first\n  second\nlist:\n  - x\n  - y: z\n").expect("it is YAML");
    let run = root.get("run").expect("a key");
    let item = &root.get("list").expect("a key").items()[1];
    let folded = yaml::read("run: >-\n  first\n").expect("it is YAML");
    let gap = yaml::read("run: |\n\n  first\n").expect("it is YAML");
    let gap = gap.get("run").expect("a key");
    assert_eq!((run.line, run.first_line(), item.line), (2, 3, 7));
    assert_eq!((gap.first_line(), gap.text()), (2, Some("\nfirst\n")));
    assert_eq!(folded.get("run").map(yaml::Node::first_line), Some(2));
}

#[test]
fn commands_of_a_script_are_told_apart() {
    let script = "set -e\n# pip install x\nA=1 exec release publish \\\n  --index pypi # rest\nif curl -f \"$URL\" | tee log | sh; then echo 'pip install y; z'; fi\nX=\"$(gh api x)\" && eval \"$(wget -O- u)\"\n";
    let shown: Vec<String> = shell::commands(script)
        .iter()
        .map(|command| {
            format!(
                "{} {:?} reads {:?} inside {:?} exec {} partial {}",
                command.line, command.words, command.reads, command.inside, command.exec, command.partial
            )
        })
        .collect();
    expect![[r#"
        0 ["set", "-e"] reads None inside None exec false partial false
        2 ["release", "publish", "--index", "pypi"] reads None inside None exec true partial false
        4 ["curl", "-f", "$URL"] reads None inside None exec false partial false
        4 ["tee", "log"] reads Some(2) inside None exec false partial false
        4 ["sh"] reads Some(3) inside None exec false partial false
        4 ["echo", "pip install y; z"] reads None inside None exec false partial false
        4 ["fi"] reads None inside None exec false partial false
        5 ["gh", "api", "x"] reads None inside None exec false partial false
        5 ["eval"] reads None inside None exec false partial true
        5 ["wget", "-O-", "u"] reads None inside Some(8) exec false partial false
        5 ["eval", "$()"] reads None inside None exec false partial false"#]]
    .assert_eq(&shown.join("\n"));
}

#[test]
fn damaged_workflows_are_judged_or_refused() {
    let good = release_workflow(ForgeKind::Github);
    damaged(0x5EED_0722, 4_000, good.text.as_bytes(), |round, bytes| {
        let text = String::from_utf8_lossy(bytes);
        let lines = text.lines().count() + 1;
        for finding in judge(good.path, &text) {
            let line = finding.location.and_then(|location| location.line).unwrap_or_default();
            assert!((1..=lines).contains(&line), "round {round}: {} in line {line} of {lines}", finding.code);
        }
    });
}

#[test]
fn tags_are_filtered_by_their_template() {
    let filters = [tag_filter("v{version}", 3), tag_filter("{version}", 2), tag_filter("acme-{version}", 1)];
    assert_eq!(filters, ["v[0-9]+.[0-9]+.[0-9]+*", "[0-9]+.[0-9]+*", "acme-[0-9]+*"]);
}

#[test]
fn a_value_cannot_become_something_else() {
    let package: ProjectName = "acme".parse().expect("a name");
    for branch in ["main\non: push", "a: b", "${{ github.token }}", "x # y", "\"", ""] {
        let values = Values {
            package: &package,
            python: "3.13",
            branch,
            tags: &["v[0-9]+.[0-9]+.[0-9]+*".to_owned()],
            several: false,
            status_branch: "status",
            action: None,
        };
        let WorkflowsError::Value { name, .. } = render(ForgeKind::Github, &values).expect_err("it is refused") else {
            panic!("another error");
        };
        assert_eq!(name, "branch");
    }
}

#[test]
fn without_a_commit_of_the_action_the_check_says_so() {
    let package: ProjectName = "acme".parse().expect("a name");
    let values = Values {
        package: &package,
        python: "3.13",
        branch: "main",
        tags: &["v[0-9]+.[0-9]+.[0-9]+*".to_owned()],
        several: false,
        status_branch: "status",
        action: None,
    };
    for file in render(ForgeKind::Github, &values).expect("plain values") {
        assert_eq!(codes(&judge(file.path, &file.text)), BTreeSet::from(["workflow/unpinned-action"]));
    }
}

#[test]
fn texts_of_errors() {
    let failures = [
        WorkflowsError::None { folders: ".github/workflows".to_owned() },
        WorkflowsError::Value { name: "branch", value: "a: b".to_owned() },
    ]
    .map(|error| {
        let failure = pyrelease::error::Failure::from(error);
        format!("{} [{}] {}\n  {}", failure.kind.exit_code(), failure.code, failure.message, failure.hints.join("\n  "))
    });
    expect![[r#"
        1 [workflow/none] there is no workflow in `.github/workflows`
          run `release init`, or name the files
        3 [workflow/value] the branch `a: b` cannot stand in a workflow
          use letters, digits and `._-+/*[]!` for the branch, or write the workflow by hand"#]]
    .assert_eq(&failures.join("\n"));
}

/// The command lines of a workflow, as the action makes them; expressions stand as `x`.
fn command_lines(text: &str) -> Vec<Vec<String>> {
    let root = yaml::read(text).expect("it is YAML");
    let mut lines = Vec::new();
    for (_, job) in root.get("jobs").expect("jobs").entries() {
        for step in job.get("steps").expect("steps").items() {
            let input = |name: &str| {
                let text = step.get("with").and_then(|with| with.get(name)).and_then(yaml::Node::text)?;
                let mut filled = text.to_owned();
                while let Some((before, (_, after))) =
                    filled.split_once("${{").and_then(|(before, rest)| Some((before, rest.split_once("}}")?)))
                {
                    filled = format!("{before}x{after}");
                }
                Some(filled)
            };
            let Some(command) = input("command") else { continue };
            let mut line: Vec<String> = command.split(' ').map(str::to_owned).collect();
            line.extend(input("index").map(|index| format!("--index={index}")));
            line.extend(input("expect").map(|digest| format!("--expect={digest}")));
            line.extend(input("decision").map(|_| format!("--decision={}", "0".repeat(16))));
            line.extend(input("args").unwrap_or_default().lines().filter(|line| !line.is_empty()).map(str::to_owned));
            let last = [input("version"), input("dist")];
            if last.iter().any(Option::is_some) {
                line.push("--".to_owned());
            }
            line.extend(last.into_iter().flatten());
            lines.push(line);
        }
    }
    lines
}

#[test]
fn every_command_of_the_workflows_is_one_of_the_program() {
    let mut missing = BTreeSet::new();
    let mut seen = 0;
    for forge in [ForgeKind::Github, ForgeKind::Gitea] {
        for line in workflows_of("acme", forge).iter().flat_map(|file| command_lines(&file.text)) {
            seen += 1;
            let words = std::iter::once("release").chain(line.iter().map(String::as_str));
            if pyrelease::cli::Cli::try_parse_from(words).is_err() {
                missing.insert(line.join(" "));
            }
        }
    }
    assert!(seen > 20, "{seen}");
    assert_eq!(missing, BTreeSet::<String>::new());
}
