//! The composite action: its scripts, run as a runner runs them, with inputs of somebody who means harm; the
//! outputs and the summary that the program writes for it.

use std::path::Path;
use std::process::Command;

use expect_test::expect;

use crate::support::Sandbox;
use crate::support::projects::ACME;
use crate::support::sandbox::program;
use crate::support::workflows::action_step;

const ACTION: &str = include_str!("../../action.yml");

/// Runs the second step with these inputs; a stand-in for the program shows its arguments, one in brackets each.
fn run_step(inputs: &[(&str, &str)]) -> (Sandbox, i32, String) {
    let sandbox = Sandbox::with(&[("dist/a-1.0.tar.gz", "x"), ("dist/b 1.whl", "x"), ("dist/notes.txt", "x")]);
    let bin = sandbox.path("temp/pyrelease/bin");
    std::fs::create_dir_all(&bin).expect("a folder");
    let stand_in = "#!/bin/sh\nfor argument in \"$@\"; do printf '[%s]\\n' \"$argument\"; done\n";
    write_program(&bin.join("release"), stand_in);
    let (script, env) = action_step(ACTION, "Run release");
    let mut command = Command::new("bash");
    command.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", &script]).current_dir(sandbox.repo());
    for (name, _) in env {
        command.env(name, "");
    }
    command.env("RUNNER_TEMP", sandbox.path("temp")).envs(inputs.iter().copied());
    let output = command.output().expect("bash is installed");
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (sandbox, output.status.code().unwrap_or(-1), said)
}

fn write_program(path: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::write(path, text).expect("a file");
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).expect("its mode");
}

#[test]
fn inputs_become_arguments() {
    let (_sandbox, code, said) = run_step(&[
        ("COMMAND", "status publish"),
        ("INDEX", "testpypi"),
        ("EXPECT", "ab12"),
        ("DECISION", "70338200b9f1559c"),
        ("ARGS", "--to\nbranch\n\n--branch\nmy branch\n"),
        ("VERSION", "1.0"),
        ("DIST", "dist"),
    ]);
    assert_eq!(code, 0);
    expect![[r#"
        [status]
        [publish]
        [--index=testpypi]
        [--expect=ab12]
        [--decision=70338200b9f1559c]
        [--to]
        [branch]
        [--branch]
        [my branch]
        [--]
        [1.0]
        [dist/b 1.whl]
        [dist/a-1.0.tar.gz]
    "#]]
    .assert_eq(&said);
}

#[test]
fn hostile_inputs_are_arguments_and_nothing_else() {
    let hostile = [
        "$(touch pwned)",
        "`touch pwned`",
        "'; touch pwned; '",
        "\"; touch pwned; \"",
        "a\n--project=/\n::set-output name=x::y",
        "-rf",
        "*",
        "${PATH}",
    ];
    for text in hostile {
        let (sandbox, code, said) = run_step(&[
            ("COMMAND", "bump"),
            ("VERSION", text),
            ("INDEX", text),
            ("EXPECT", text),
            ("DECISION", text),
            ("ARGS", "--push"),
        ]);
        assert_eq!(code, 0, "{said}");
        assert_eq!(
            said,
            format!("[bump]\n[--index={text}]\n[--expect={text}]\n[--decision={text}]\n[--push]\n[--]\n[{text}]\n")
        );
        assert!(!sandbox.repo().join("pwned").exists());
    }
    let (_sandbox, _, said) = run_step(&[("COMMAND", "bump"), ("ARGS", "$(touch pwned)\n*\n'a b'")]);
    assert_eq!(said, "[bump]\n[$(touch pwned)]\n[*]\n['a b']\n");
}

#[test]
fn a_command_is_words() {
    for command in ["", "--version", "bump; touch pwned", "$(touch pwned)", "bump\nbuild", "publish --index=x"] {
        let (sandbox, code, said) = run_step(&[("COMMAND", command)]);
        assert_eq!((code, sandbox.repo().join("pwned").exists()), (2, false), "{command}: {said}");
        assert!(!said.contains('['), "{command}: the program was started");
    }
}

#[test]
fn a_folder_without_archives_is_an_error() {
    let (_sandbox, code, said) = run_step(&[("COMMAND", "publish"), ("DIST", "nowhere")]);
    assert_eq!((code, said.as_str()), (1, "the folder of the input 'dist' has no archives\n"));
}

#[test]
fn installing_says_what_is_missing_and_happens_once() {
    let (script, env) = action_step(ACTION, "Install release");
    assert_eq!(env.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["PINS"]);
    let sandbox = Sandbox::new();
    let run = || {
        let mut command = Command::new("/bin/bash");
        command.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", &script]).env_clear();
        // A runner without cargo.
        command.env("PATH", "/nonexistent").env("RUNNER_TEMP", sandbox.path("cache")).env("PINS", "");
        let output = command.output().expect("bash is installed");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    expect![[r#"(Some(3), "this commit of pyrelease pins no wheel, and the runner has no cargo to build it with\n")"#]]
        .assert_eq(&format!("{:?}", run()));
    std::fs::create_dir_all(sandbox.path("cache/pyrelease/bin")).expect("a folder");
    write_program(&sandbox.path("cache/pyrelease/bin/release"), "#!/bin/sh\n");
    assert_eq!(run(), (Some(0), String::new()));
}

#[test]
fn every_expression_of_the_action_is_an_input_or_an_output() {
    for (above, line) in ACTION.lines().enumerate().filter(|(_, line)| line.contains("${{")) {
        let plain = line.contains("${{ inputs.") || line.contains("${{ steps.run.outputs.");
        assert!(
            plain && line.trim().split_once(": ").is_some_and(|(_, value)| value.starts_with("${{")),
            "{}: {line}",
            above + 1
        );
    }
}

/// The pins of the action: nothing, or one requirement with hashes.
fn pins(action: &str) -> Result<bool, String> {
    let (_, env) = action_step(action, "Install release");
    let text = env.into_iter().find(|(name, _)| name == "PINS").map(|(_, value)| value).ok_or("no pins")?;
    if text.is_empty() {
        return Ok(false);
    }
    let mut words = text.split_whitespace();
    let requirement = words.next().unwrap_or_default();
    let exact = requirement
        .strip_prefix("pyrelease==")
        .is_some_and(|version| version.starts_with(|c: char| c.is_ascii_digit()));
    let hashes: Vec<&str> = words.collect();
    let hash = |word: &&str| {
        word.strip_prefix("--hash=sha256:")
            .is_some_and(|hex| hex.len() == 64 && hex.chars().all(|c| c.is_ascii_hexdigit()))
    };
    if exact && !hashes.is_empty() && hashes.iter().all(hash) { Ok(true) } else { Err(format!("`{text}` is no pin")) }
}

#[test]
fn a_tagged_action_pins_a_wheel() {
    let whole = pins(ACTION).expect("nothing, or a whole pin");
    let root = env!("CARGO_MANIFEST_DIR");
    let tags =
        Command::new("git").args(["tag", "--points-at", "HEAD"]).current_dir(root).output().expect("git is installed");
    let tagged = String::from_utf8_lossy(&tags.stdout).lines().any(|tag| tag.starts_with("action-v"));
    assert!(
        whole || !tagged,
        "this commit is tagged as a release of the action and pins no wheel: run `.ci/pin-action`"
    );
}

#[test]
fn pins_are_read_strictly() {
    let with = |value: &str| pins(&ACTION.replacen("PINS: \"\"", &format!("PINS: {value}"), 1));
    let hash = "a".repeat(64);
    assert_eq!(with(&format!("pyrelease==0.1.0 --hash=sha256:{hash} --hash=sha256:{hash}")), Ok(true));
    for bad in [
        "pyrelease".to_owned(),
        "pyrelease==0.1.0".to_owned(),
        format!("pyrelease>=0.1.0 --hash=sha256:{hash}"),
        "pyrelease==0.1.0 --hash=sha256:ab".to_owned(),
    ] {
        assert!(with(&bad).is_err(), "{bad}");
    }
}

/// The outputs that a run of the real program leaves, and the delimiters that it used.
fn outputs(sandbox: &mut Sandbox, arguments: &[&str]) -> Vec<(String, String)> {
    let file = sandbox.path("cache/output");
    std::fs::write(&file, "before=1\n").expect("a file");
    sandbox.set("GITHUB_OUTPUT", &file);
    sandbox.set("RELEASE_FORMAT", "github");
    let run = sandbox.release(arguments);
    assert_eq!(run.code, 0, "{run}");
    let text = std::fs::read_to_string(&file).expect("a file");
    let mut found = Vec::new();
    let mut lines = text.strip_prefix("before=1\n").expect("what was there stays").lines();
    while let Some((name, delimiter)) = lines.next().and_then(|line| line.split_once("<<")) {
        let nonce = delimiter.strip_prefix("release_").expect("a delimiter");
        assert_eq!(nonce.len(), 32);
        let value: Vec<&str> = lines.by_ref().take_while(|line| *line != delimiter).collect();
        found.push((name.to_owned(), value.join("\n")));
    }
    found
}

fn shown(outputs: &[(String, String)]) -> String {
    outputs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("\n")
}

#[test]
fn commands_leave_outputs_for_later_steps() {
    let mut sandbox = Sandbox::with(ACME);
    expect![[r#"
        version=1.2.3
        is-prerelease=false
        tag=v1.2.3"#]]
    .assert_eq(&shown(&outputs(&mut sandbox, &["version"])));
    expect![[r#"
        version=1.2.4rc1
        previous-version=1.2.3
        tag=v1.2.4rc1
        is-prerelease=true
        released=true"#]]
    .assert_eq(&shown(&outputs(&mut sandbox, &["bump", "rc"])));
    let again = outputs(&mut sandbox, &["bump", "--current"]);
    assert!(again.contains(&("released".to_owned(), "false".to_owned())), "{again:?}");
}

#[test]
fn every_output_is_one_that_the_action_names() {
    for name in [
        "version",
        "tag",
        "previous-version",
        "is-prerelease",
        "released",
        "digest",
        "url",
        "plan",
        "decision",
        "release",
    ] {
        assert!(ACTION.contains(&format!("value: ${{{{ steps.run.outputs.{name} }}}}")), "{name}");
    }
}

#[test]
fn an_output_that_cannot_be_written_is_a_failure() {
    let mut sandbox = Sandbox::with(ACME);
    sandbox.set("RELEASE_FORMAT", "github");
    sandbox.set("GITHUB_OUTPUT", sandbox.path("nowhere/output"));
    let output = sandbox.release(&["version"]);
    assert_eq!(output.code, 1, "{output}");
    assert!(output.stderr.contains("::error title=outputs::"), "{output}");
}

#[test]
fn other_formats_write_no_outputs() {
    let mut sandbox = Sandbox::with(ACME);
    let file = sandbox.path("cache/output");
    std::fs::write(&file, "").expect("a file");
    sandbox.set("GITHUB_OUTPUT", &file);
    sandbox.release(&["version", "--format", "json"]).success();
    assert_eq!(std::fs::read_to_string(&file).expect("a file"), "");
}

#[test]
fn the_program_is_started_by_the_script() {
    let sandbox = Sandbox::new();
    let bin = sandbox.path("temp/pyrelease/bin");
    std::fs::create_dir_all(&bin).expect("a folder");
    std::os::unix::fs::symlink(program(), bin.join("release")).expect("a link");
    let (script, env) = action_step(ACTION, "Run release");
    let mut command = Command::new("bash");
    command.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", &script]).current_dir(sandbox.repo());
    for (name, _) in env {
        command.env(name, "");
    }
    command.env("RUNNER_TEMP", sandbox.path("temp")).env("COMMAND", "explain").env("VERSION", "workflow/signal");
    let output = command.output().expect("bash is installed");
    assert!(output.status.success() && String::from_utf8_lossy(&output.stdout).contains("workflow/signal"));
}

/// The outputs that a workflow reads: of which command, and which.
fn read_outputs(text: &str) -> Vec<(String, String)> {
    use pyrelease::workflows::yaml::{Node, read};
    let root = read(text).expect("it is YAML");
    let mut commands = Vec::new();
    for (_, job) in root.get("jobs").map_or(&[][..], Node::entries) {
        for step in job.get("steps").map_or(&[][..], Node::items) {
            let command = step.get("with").and_then(|with| with.get("command")).and_then(Node::text);
            commands.extend(step.get("id").and_then(Node::text).map(|id| (id.to_owned(), command.unwrap_or_default())));
        }
    }
    let pieces = text.split("steps.").skip(1).filter_map(|rest| rest.split_once(".outputs."));
    let found = pieces.map(|(id, rest)| {
        let name: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
        let command = commands.iter().find(|(known, _)| known == id).map(|(_, command)| *command);
        (command.unwrap_or_else(|| panic!("no step `{id}`")).to_owned(), name)
    });
    found.collect()
}

#[test]
fn what_workflows_read_is_what_commands_write() {
    use pyrelease::config::file::ForgeKind;
    let mut sandbox = crate::support::decisions::sandbox(("werkzeug", "==2.3.7"), ("werkzeug", "==2.3.8"));
    sandbox.release(&["security", "record", "--db", &crate::support::decisions::corpus()]).success();
    let decided = outputs(&mut sandbox, &["security", "decide"]);
    expect![[r#"
        decision=70338200b9f1559c
        release=true"#]]
    .assert_eq(&shown(&decided));
    let mut acme = crate::support::releasing::Releasing::acme("").sandbox;
    let mut written: Vec<(&str, Vec<(String, String)>)> = vec![("security decide", decided)];
    written.push(("build", outputs(&mut acme, &["build"])));
    written.push(("version", outputs(&mut acme, &["version"])));
    written.push(("bump", outputs(&mut acme, &["bump", "patch"])));
    let mut read = 0;
    for file in [ForgeKind::Github, ForgeKind::Gitea]
        .into_iter()
        .flat_map(|kind| crate::support::workflows::workflows_of("acme", kind))
    {
        for (command, name) in read_outputs(&file.text) {
            read += 1;
            let known = written.iter().find(|(known, _)| *known == command).map(|(_, outputs)| outputs);
            let known = known.unwrap_or_else(|| panic!("{}: `{command}` writes no outputs", file.path));
            assert!(known.iter().any(|(known, _)| *known == name), "{}: `{command}` writes no `{name}`", file.path);
        }
    }
    assert_eq!(read, 7);
}
