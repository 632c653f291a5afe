//! Forms of references that are more than a version: words, lists, counters, ranges, rules of several lines.

use expect_test::expect;
use pyrelease::config::file::Form;
use pyrelease::project::references::switcher::Switcher;
use pyrelease::project::references::{Said, marked, occurrences};

use crate::support::Sandbox;
use crate::support::depth::rounds;
use crate::support::random::Random;

/// A project at this version, released, with these files and rules.
fn project(version: &str, files: &[(&str, &str)], rules: &str) -> Sandbox {
    let pyproject = format!(
        "[build-system]\nrequires = []\nbuild-backend = \"backend\"\n\n[project]\nname = \"demo\"\nversion = \"{version}\"\n{rules}"
    );
    let mut all = vec![("pyproject.toml", pyproject.as_str())];
    all.extend(files);
    let sandbox = Sandbox::with(&all);
    sandbox.git(&["tag", &format!("v{version}")]);
    sandbox.write("more.txt", "");
    sandbox.commit("feat: more");
    sandbox
}

fn rule(path: &str, more: &str) -> String {
    format!("\n[[tool.release.references]]\npath = \"{path}\"\n{more}\n")
}

#[test]
fn words_lists_and_counters_follow_final_releases() {
    let list = "[\n  { \"version\": \"latest\", \"url\": \"https://d.org/latest/\" },\n  { \"preferred\": true, \"name\": \"v1.2\", \"version\": \"v1.2\", \"url\": \"https://d.org/1.2/\" },\n  { \"version\": \"v1.1\", \"url\": \"https://d.org/1.1/\" },\n  { \"version\": \"v1.0\", \"url\": \"https://d.org/1.0/\" }\n]\n";
    let rules = [
        rule("s.json", "form = \"switcher\"\nkeep = 2"),
        rule("doc.md", "match = 'In \"{version}\"'\nform = \"next\""),
        rule("doc.md", "match = \"demo{version};\"\nform = \"range\"\nexpect = 3"),
        rule("doc.md", "match = \"build: {version}\"\nform = \"zero\""),
    ]
    .concat();
    let text = "In \"next release\", In \"next\", In \"next one\"\ndemo>=1.2.3,<1.3; demo >=1.2.3; demo>=1.2.3, < 2.0; demo>=1.2.3,<1.2.4; demo>=1.2.3,<3;\nbuild: 12\n";
    let sandbox = project("1.2.3", &[("s.json", list), ("doc.md", text)], &rules);
    let _ = sandbox.release(&["references", "--check"]).success();
    let _ = sandbox.release(&["bump", "minor,rc"]).success();
    assert_eq!(sandbox.read("s.json"), list, "a pre-release is not preferred");
    expect![[r#"
        In "next release", In "next", In "next one"
        demo>=1.3.0rc1,<1.4; demo >=1.2.3; demo>=1.3.0rc1, < 2.0; demo>=1.3.0rc1,<1.3.1; demo>=1.2.3,<3;
        build: 0
    "#]]
    .assert_eq(&sandbox.read("doc.md"));
    let _ = sandbox.release(&["references", "--check"]).success();
    sandbox.write("more.txt", "x");
    sandbox.commit("feat: again");
    expect![[r#"
        1.3.0rc1 -> 1.3.0
          wrote doc.md
          wrote pyproject.toml
          wrote s.json
          committed d8dd1e164c85
          tagged v1.3.0
    "#]]
    .assert_eq(&sandbox.release(&["bump", "release"]).to_string());
    expect![[r#"
        [
          { "version": "latest", "url": "https://d.org/latest/" },
          { "preferred": true, "name": "v1.3", "version": "v1.3", "url": "https://d.org/1.3/" },
          { "name": "v1.2", "version": "v1.2", "url": "https://d.org/1.2/" }
        ]
        In "1.3.0", In "1.3.0", In "next one"
        demo>=1.3.0,<1.4; demo >=1.2.3; demo>=1.3.0, < 2.0; demo>=1.3.0,<1.3.1; demo>=1.2.3,<3;
        build: 0
    "#]]
    .assert_eq(&format!("{}{}", sandbox.read("s.json"), sandbox.read("doc.md")));
    // A patch is in the list already, by its first two numbers; the words are gone, and none is missed.
    let after = sandbox.read("s.json");
    let _ = sandbox.release(&["references", "--check"]).success();
    sandbox.write("more.txt", "y");
    sandbox.commit("fix: again");
    let _ = sandbox.release(&["bump", "patch"]).success();
    assert_eq!(sandbox.read("s.json"), after);
    // What says another version than the last one is drift.
    sandbox.write("s.json", list.replace("1.2", "0.9"));
    let checked = sandbox.release(&["references", "--check", "--format", "json"]);
    assert_eq!(checked.code, 10, "{checked}");
}

#[test]
fn a_list_that_is_none_is_missed() {
    for text in ["{}", "[]", "not json", "[{\"version\": \"dev\"}]", "[1, [2, {\"version\": \"1.2.3\"}]]"] {
        let sandbox = project("1.2.3", &[("s.json", text)], &rule("s.json", "form = \"switcher\""));
        let checked = sandbox.release(&["references", "--check", "--format", "json"]);
        assert_eq!(
            (checked.code, checked.json()["findings"][0]["code"].as_str()),
            (10, Some("references/count")),
            "{text}"
        );
    }
    let only = "[{\"version\": \"1.2.3\"}]";
    let sandbox = project("1.2.3", &[("s.json", only)], &rule("s.json", "form = \"switcher\""));
    let _ = sandbox.release(&["bump", "minor"]).success();
    assert_eq!(sandbox.read("s.json"), "[{\"version\": \"1.3.0\"},{\"version\": \"1.2.3\"}]");
}

#[test]
fn rules_that_mean_nothing_are_refused() {
    let mut said = String::new();
    for more in
        ["form = \"switcher\"\nmatch = \"{version}\"", "form = \"next\"", "keep = 3", "form = \"switcher\"\nkeep = 1"]
    {
        let sandbox = project("1.2.3", &[("a.json", "")], &rule("a.json", more));
        said.push_str(&sandbox.release(&["references"]).stderr);
    }
    expect![[r#"
        error[config/value]: `references.match` means nothing for a `switcher`: the whole file is one
          at: pyproject.toml
          hint: `release schema config` prints every key with its kind
        error[config/value]: `references.match` must say what stands around the word `next`
          at: pyproject.toml
          hint: `release schema config` prints every key with its kind
        error[config/value]: `references.keep` is at least 2, and belongs to the form `switcher`
          at: pyproject.toml
          hint: `release schema config` prints every key with its kind
        error[config/value]: `references.keep` is at least 2, and belongs to the form `switcher`
          at: pyproject.toml
          hint: `release schema config` prints every key with its kind
    "#]]
    .assert_eq(&said);
}

#[test]
fn lines_of_rules_match_either_kind_of_line_ends() {
    let rules = [
        rule("{a,b,c}.txt", "match = \"\\nversion: {version}\\n\"\nexpect = 3"),
        rule("{a,b,c}.txt", "match = \"name\\nat {version}\"\nexpect = 3"),
    ]
    .concat();
    let text = "version: 1.2.3\nmy version: 1.2.3\nname\nat 1.2.3\n";
    let crlf = text.replace('\n', "\r\n");
    let mixed = "\u{feff}version: 1.2.3\r\nmy version: 1.2.3\nname\nat 1.2.3\n";
    let sandbox = project("1.2.3", &[("a.txt", text), ("b.txt", &crlf), ("c.txt", mixed)], &rules);
    let _ = sandbox.release(&["bump", "minor"]).success();
    let wanted = |text: &str| text.replacen("version: 1.2.3", "version: 1.3.0", 1).replace("at 1.2.3", "at 1.3.0");
    assert_eq!(sandbox.read("a.txt"), wanted(text));
    assert_eq!(sandbox.read("b.txt"), wanted(&crlf));
    assert_eq!(sandbox.read("c.txt"), wanted(mixed));
}

#[test]
fn no_text_is_too_strange() {
    let mut random = Random::new(0x5eed_aa4c);
    let version = "1.2.3".parse().expect("a version");
    let said = Said { version: &version, tag: "v{version}", date: None };
    let seeds = [
        "ARG A=1.2.3 # release: version\nx <!-- release: tag -->v1.2.3<!-- /release --> é\n.. release: short\n 1.2\n.. /release\n",
        "[{\"name\": \"1.2.3 é\", \"version\": \"1.2.3\", \"url\": \"u/v1.2.3/\", \"preferred\": true}, {\"version\": \"1.1\", \"a\": [1, {}]}]",
        "demo>=1.2.3,<1.3 2026-01-02 (1, 2, 3) next release\r\nversion: 1.2.3-rc.1\r\n",
    ];
    let forms = ["version", "semver", "tag", "short", "major", "tuple", "range", "date", "zero", "next"];
    for _ in 0..rounds(20_000) {
        let text = {
            let seed = random.pick(&seeds);
            random.mutated(seed, "1.23v-\"'=\n \r{}[]<>!#:/,é\u{feff}")
        };
        let path = random.pick(&["a.txt", "a.py"]);
        for start in marked((path, &text), &said).unwrap_or_default() {
            assert!(start < text.len());
        }
        if let Some((_, range)) = Switcher::read(&text, Some(2)) {
            assert!(text.get(range).is_some(), "{text}");
        }
        let form: Form = serde_json::from_value(random.pick(&forms).into()).expect("a form");
        let pattern = random.pick(&[
            "{version}",
            "\n{version}",
            "v{version}\n",
            "demo{version}",
            "={version} ",
            "\nversion: {version}\n",
        ]);
        let found = occurrences(text.as_bytes(), pattern, form, "v{version}");
        let mut end = 0;
        for range in found {
            assert!(range.start >= end && range.end <= text.len(), "{text:?} {pattern:?}");
            end = range.end;
            let _ = form.write(&text[range], &said);
        }
    }
}
