//! `release history sync`: the ledgers of two clones become one.

use crate::support::Sandbox;
use crate::support::projects::ACME;

/// A repository with a bare remote, and a second clone of it.
fn clones() -> (Sandbox, String) {
    let sandbox = Sandbox::with(ACME);
    let (origin, other) =
        (sandbox.path("origin.git").display().to_string(), sandbox.path("other").display().to_string());
    sandbox.git(&["init", "-q", "--bare", "-b", "main", &origin]);
    sandbox.git(&["remote", "add", "origin", &origin]);
    sandbox.git(&["push", "-q", "origin", "main"]);
    sandbox.git(&["clone", "-q", &origin, &other]);
    (sandbox, other)
}

fn approve(sandbox: &Sandbox, dir: &str, digit: &str) {
    sandbox.release(&["-C", dir, "approve", &digit.repeat(64)]).success();
}

fn sync(sandbox: &Sandbox, dir: &str) -> String {
    sandbox.release(&["-C", dir, "history", "sync"]).success().stdout
}

/// What the entries are about, newest first.
fn plans(sandbox: &Sandbox, dir: &str) -> Vec<String> {
    let document = sandbox.release(&["-C", dir, "history", "--format", "json"]).success().json();
    let records = document["result"]["records"].as_array().cloned().unwrap_or_default();
    records.iter().map(|record| record["plan"].as_str().unwrap_or_default()[..1].to_owned()).collect()
}

#[test]
fn entries_of_two_machines_become_one_chain() {
    let (sandbox, other) = clones();
    assert_eq!(sync(&sandbox, "."), "0 entries from `origin`, 0 entries to it\n");
    approve(&sandbox, ".", "a");
    assert_eq!(sync(&sandbox, "."), "0 entries from `origin`, 1 entry to it\n");
    assert_eq!(sync(&sandbox, &other), "1 entry from `origin`, 0 entries to it\n");
    // Both write.
    approve(&sandbox, ".", "b");
    approve(&sandbox, &other, "c");
    approve(&sandbox, &other, "d");
    assert_eq!(sync(&sandbox, &other), "0 entries from `origin`, 2 entries to it\n");
    assert_eq!(sync(&sandbox, "."), "2 entries from `origin`, 1 entry to it\n");
    assert_eq!(sync(&sandbox, &other), "1 entry from `origin`, 0 entries to it\n");
    for dir in [".", other.as_str()] {
        assert_eq!(plans(&sandbox, dir), ["b", "d", "c", "a"]);
        sandbox.release(&["-C", dir, "history", "verify"]).success();
    }
    assert_eq!(sync(&sandbox, "."), "0 entries from `origin`, 0 entries to it\n");
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "");
}

#[test]
fn what_is_written_meanwhile_is_not_lost() {
    let (sandbox, other) = clones();
    let writing = std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for number in 0..30 {
                sandbox.release(&["approve", &format!("{number:064x}")]).success();
            }
        });
        for digit in ["a", "b", "c", "d", "e", "f"] {
            approve(&sandbox, &other, digit);
            sync(&sandbox, &other);
            // Somebody may be faster again and again: then it says so, and nothing is lost.
            let _ = sandbox.release(&["history", "sync"]);
        }
        writer.join()
    });
    writing.expect("every approval was written");
    sync(&sandbox, ".");
    let found = plans(&sandbox, ".");
    assert_eq!(found.len(), 36, "{found:?}");
    sandbox.release(&["history", "verify"]).success();
}

#[test]
fn an_entry_that_cannot_be_read_is_not_dropped() {
    let (sandbox, other) = clones();
    approve(&sandbox, &other, "a");
    sync(&sandbox, &other);
    let tree = sandbox.git(&["mktree"]);
    let foreign = sandbox.git(&["commit-tree", tree.trim(), "-m", "foreign"]);
    sandbox.git(&["update-ref", "refs/release/ledger", foreign.trim()]);
    let output = sandbox.release(&["history", "sync", "--format", "json"]);
    assert_eq!((output.code, output.failure_code()), (1, "step/unreadable-entry".to_owned()), "{output}");
    assert_eq!(sandbox.git(&["rev-parse", "refs/release/ledger"]), foreign);
}

#[test]
fn a_remote_must_be_there_and_answer() {
    let (sandbox, _) = clones();
    let output = sandbox.release(&["history", "sync", "--remote", "upstream", "--format", "json"]);
    assert_eq!((output.code, output.failure_code()), (3, "plan/no-remote".to_owned()), "{output}");
    sandbox.git(&["remote", "set-url", "origin", "https://example.org/acme.git"]);
    let output = sandbox.release(&["history", "sync", "--offline", "--format", "json"]);
    assert_eq!((output.code, output.failure_code()), (1, "effects/offline".to_owned()), "{output}");
    sandbox.git(&["remote", "set-url", "origin", "../nowhere.git"]);
    let output = sandbox.release(&["history", "sync", "--format", "json"]);
    assert_eq!((output.code, output.failure_code()), (1, "effects/remote".to_owned()), "{output}");
}

#[test]
fn what_a_repository_configures_is_not_run() {
    let (sandbox, _) = clones();
    let trace = sandbox.path("ran").display().to_string();
    let hooks = sandbox.path("hooks");
    std::fs::create_dir(&hooks).expect("a folder");
    let script = format!("#!/bin/sh\ntouch {trace}\n");
    for name in ["pre-push", "reference-transaction", "post-index-change"] {
        let hook = hooks.join(name);
        std::fs::write(&hook, &script).expect("a file");
        std::fs::set_permissions(&hook, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("permissions");
    }
    sandbox.git(&["config", "core.hooksPath", &hooks.display().to_string()]);
    sandbox.git(&["config", "core.fsmonitor", &hooks.join("pre-push").display().to_string()]);
    sandbox.git(&["config", "remote.origin.receivepack", &hooks.join("pre-push").display().to_string()]);
    sandbox.git(&["config", "remote.origin.uploadpack", &hooks.join("pre-push").display().to_string()]);
    approve(&sandbox, ".", "a");
    assert_eq!(sync(&sandbox, "."), "0 entries from `origin`, 1 entry to it\n");
    assert!(!sandbox.path("ran").exists());
}
