//! What others rely on: every subcommand has its file and its test, every code is explained, generated
//! references are current. `UPDATE_EXPECT=1 cargo test` writes the generated files anew.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::CommandFactory;
use expect_test::expect_file;
use pyrelease::cli::{Cli, variables};
use pyrelease::report::codes;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every subcommand as its words.
fn subcommands() -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for command in Cli::whole().get_subcommands() {
        let name = command.get_name().to_owned();
        if command.has_subcommands() {
            found.extend(command.get_subcommands().map(|nested| vec![name.clone(), nested.get_name().to_owned()]));
        } else {
            found.push(vec![name]);
        }
    }
    found
}

#[test]
fn every_subcommand_has_its_file_and_its_tests() {
    for words in subcommands() {
        let source = root().join("src/commands").join(words.join("/")).with_extension("rs");
        let test = root().join("tests/it").join(words.join("_")).with_extension("rs");
        assert!(source.is_file(), "{} is missing", source.display());
        let text = std::fs::read_to_string(&test).unwrap_or_default();
        assert!(text.contains("#[test]"), "{} has no test", test.display());
    }
}

fn sources() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut pending = vec![root().join("src")];
    while let Some(dir) = pending.pop() {
        for entry in std::fs::read_dir(&dir).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            if entry.is_dir() {
                pending.push(entry);
            } else if entry.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&entry).expect("a file");
                found.push((entry, text));
            }
        }
    }
    found
}

/// The string literals of the form `room/what` whose room has codes.
fn codes_in(text: &str, rooms: &BTreeSet<&str>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for literal in text.split('"').skip(1).step_by(2) {
        let Some((room, what)) = literal.split_once('/') else {
            continue;
        };
        let kebab = !what.is_empty() && what.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        if kebab && rooms.contains(room) {
            found.insert(literal.to_owned());
        }
    }
    found
}

#[test]
fn every_code_is_explained_and_every_explanation_has_its_code() {
    let rooms: BTreeSet<&str> = codes::all().filter_map(|code| code.code.split('/').next()).collect();
    let mut used = BTreeSet::new();
    for (path, text) in sources() {
        if !path.starts_with(root().join("src/report/codes")) {
            used.extend(codes_in(&text, &rooms));
        }
    }
    let explained: BTreeSet<String> = codes::all().map(|code| code.code.to_owned()).collect();
    let unexplained: Vec<&String> = used.difference(&explained).collect();
    let unused: Vec<&String> = explained.difference(&used).collect();
    assert!(unexplained.is_empty(), "codes without an explanation: {unexplained:?}");
    assert!(unused.is_empty(), "explanations of codes that nothing raises: {unused:?}");
    assert_eq!(codes::all().count(), explained.len(), "a code is explained twice");
}

#[test]
fn every_explanation_says_something() {
    for code in codes::all() {
        assert!(code.text.len() >= 60, "{} is hardly explained", code.code);
        assert!(!code.title.is_empty() && !code.title.ends_with('.'), "{}", code.code);
    }
}

fn help_of(command: &mut clap::Command, path: &str, out: &mut String) {
    let level = "#".repeat(path.split(' ').count() + 1);
    out.push_str(&format!(
        "{level} `{path}`\n\n```text\n{}\n```\n\n",
        command.render_long_help().to_string().trim_end()
    ));
    for nested in command.get_subcommands_mut() {
        let path = format!("{path} {}", nested.get_name());
        help_of(nested, &path, out);
    }
}

#[test]
fn the_reference_of_the_command_line_is_current() {
    let mut text = "# The command line\n\nMade from the program itself by `UPDATE_EXPECT=1 cargo test`.\n\n".to_owned();
    let mut command = Cli::command().term_width(100);
    command.build();
    help_of(&mut command, "release", &mut text);
    let trimmed: Vec<&str> = text.trim_end().lines().map(str::trim_end).collect();
    expect_file![root().join("docs/cli.md")].assert_eq(&(trimmed.join("\n") + "\n"));
}

#[test]
fn the_reference_of_variables_is_current() {
    let mut text = "# Variables\n\nMade from `src/cli/variables.rs` by `UPDATE_EXPECT=1 cargo test`.\n\n| variable | meaning |\n|---|---|\n".to_owned();
    for variable in variables::ALL {
        text.push_str(&format!("| `{}` | {} |\n", variable.name, variable.meaning));
    }
    expect_file![root().join("docs/variables.md")].assert_eq(&text);
}

#[test]
fn the_reference_of_codes_is_current() {
    let mut text = "# Codes\n\nMade from `src/report/codes/` by `UPDATE_EXPECT=1 cargo test`; `release explain CODE` prints the same.\n".to_owned();
    let mut all: Vec<_> = codes::all().collect();
    all.sort_by_key(|code| code.code);
    for code in all {
        text.push_str(&format!("\n## {}\n\n{}.\n\n{}\n", code.code, code.title, code.text));
        if !code.follows.is_empty() {
            text.push_str(&format!("\nFollows: {}\n", code.follows));
        }
    }
    expect_file![root().join("docs/codes.md")].assert_eq(&text);
}

fn keys_of(schema: &serde_json::Value, definitions: &serde_json::Value, prefix: &str, out: &mut String) {
    let Some(properties) = schema["properties"].as_object() else {
        return;
    };
    for (key, property) in properties {
        let path = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
        let about = property["description"].as_str().unwrap_or_default().replace('\n', " ");
        out.push_str(&format!("| `{path}` | {about} |\n"));
        let text = property.to_string();
        if let Some(name) = text.split("#/$defs/").nth(1).and_then(|rest| rest.split('"').next()) {
            let list = property["type"] == "array";
            let map = property["type"] == "object";
            let nested = match (list, map) {
                (true, _) => format!("{path}[]"),
                (_, true) => format!("{path}.NAME"),
                _ => path,
            };
            keys_of(&definitions[name], definitions, &nested, out);
        }
    }
}

#[test]
fn the_reference_of_the_configuration_is_current() {
    let schema = schemars::schema_for!(pyrelease::config::file::ConfigFile).to_value();
    let mut text = "# Configuration\n\nMade from `src/config/file.rs` by `UPDATE_EXPECT=1 cargo test`; `release schema config` prints the JSON Schema.\n\nThe keys stand in `[tool.release]` of `pyproject.toml`, or at the top of `release.toml`.\n\n| key | meaning |\n|---|---|\n".to_owned();
    keys_of(&schema, &schema["$defs"], "", &mut text);
    expect_file![root().join("docs/configuration.md")].assert_eq(&text);
}

#[test]
fn nothing_of_one_machine_is_in_the_repository() {
    let listed =
        std::process::Command::new("git").args(["ls-files"]).current_dir(root()).output().expect("git is installed");
    for name in String::from_utf8_lossy(&listed.stdout).lines() {
        let Ok(text) = std::fs::read_to_string(root().join(name)) else {
            continue;
        };
        for line in text.lines().filter(|line| {
            line.replace("[ROOT]/home/", "").contains("/home/")
                || line.contains("/root/")
                || line.contains("/work/main")
        }) {
            assert!(Path::new(name) == Path::new("tests/it/contracts.rs"), "{name}: {line}");
        }
    }
}
