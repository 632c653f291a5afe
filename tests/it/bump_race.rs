//! Eight processes make the same version at once: one makes it, the others say why they did not.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};

use expect_test::expect;

use super::bump::tagged;
use crate::support::Sandbox;
use crate::support::depth::rounds;
use crate::support::faults::measured;

const RACERS: usize = 8;

/// Starts all, lets them go when the last one stands at the barrier, and returns how each ended and what it said.
fn race(sandbox: &Sandbox) -> Vec<(Option<i32>, String)> {
    let barrier = sandbox.path("barrier");
    assert!(Command::new("mkfifo").arg(&barrier).status().expect("mkfifo is installed").success());
    let program = crate::support::sandbox::program();
    let template = sandbox.command(&[]);
    let racers: Vec<_> = (0..RACERS)
        .map(|number| {
            let mut command = Command::new("sh");
            // Each takes one line from the pipe; who has not got one yet waits.
            command.args(["-c", "echo here > \"$0\"; read go < \"$1\"; shift; exec \"$@\""]);
            command.arg(sandbox.path(&format!("ready{number}"))).arg(&barrier).arg(&program);
            command.args(["bump", "1.3.0"]).current_dir(sandbox.repo()).env_clear();
            command.envs(template.get_envs().filter_map(|(name, value)| Some((name, value?))));
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts")
        })
        .collect();
    while (0..RACERS).any(|number| !sandbox.path(&format!("ready{number}")).exists()) {
        std::thread::yield_now();
    }
    // Open at both ends, so that neither side waits for the other.
    let mut open = std::fs::File::options().read(true).write(true).open(&barrier).expect("a pipe");
    open.write_all("go\n".repeat(RACERS).as_bytes()).expect("they read");
    racers
        .into_iter()
        .map(|racer| {
            let output = racer.wait_with_output().expect("it ends");
            (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
        })
        .collect()
}

#[test]
fn eight_at_once_make_one_commit_and_one_tag() {
    let rounds = rounds(50);
    let template = tagged();
    let mut answers: BTreeMap<String, usize> = BTreeMap::new();
    for round in 0..rounds {
        let sandbox = template.again();
        let ended = race(&sandbox);
        let mut made = 0;
        for (code, stderr) in &ended {
            match (code, stderr.lines().next()) {
                (Some(0), None) => made += 1,
                (_, first) => {
                    let said = format!("{code:?} {}", first.unwrap_or_default());
                    *answers.entry(said).or_default() += 1;
                }
            }
        }
        assert_eq!(made, 1, "round {round}: {ended:#?}");
        assert_eq!(sandbox.git(&["log", "--format=%s"]), "chore(release): 1.3.0\nfeat: more\nfeat: first\n");
        let commit = sandbox.git(&["rev-parse", "HEAD"]);
        let tags = format!("v1.2.3 \nv1.3.0 {commit}");
        assert_eq!(sandbox.git(&["for-each-ref", "--format=%(refname:short) %(*objectname)", "refs/tags"]), tags);
        assert_eq!(sandbox.git(&["status", "--porcelain"]), "");
        assert_eq!(sandbox.git(&["rev-list", "--count", "refs/release/ledger"]), "1\n");
    }
    let losers: usize = answers.values().sum();
    measured(&format!("{rounds} rounds of {RACERS}: one tag and one commit each; {losers} losers: {answers:#?}"));
    // Which of the two a loser meets is chance; that there is no third is not.
    const KNOWN: [&str; 2] = [
        "Some(0) note: 1.3.0 is released as `v1.3.0`, and nothing was committed since",
        "Some(1) error[step/locked]: another `release` is changing this repository",
    ];
    assert!(answers.keys().all(|answer| KNOWN.contains(&answer.as_str())), "{answers:#?}");
    let late = template.again();
    late.release(&["bump", "1.3.0"]).success();
    expect![[r#"
        1.3.0 is released already
        ------- stderr -------
        note: 1.3.0 is released as `v1.3.0`, and nothing was committed since
    "#]]
    .assert_eq(&late.release(&["bump", "1.3.0"]).to_string());
    let lock = std::fs::File::create(late.repo().join(".git/release/run.lock")).expect("a file");
    lock.lock().expect("nobody holds it");
    expect![[r#"
        ------- stderr -------
        error[step/locked]: another `release` is changing this repository
          hint: wait for it, then run the same command again
        [exit status: 1]
    "#]]
    .assert_eq(&late.release(&["bump", "1.4.0"]).to_string());
}
