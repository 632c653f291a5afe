//! `release history verify`: what was changed in the ledger is found.

use expect_test::expect;

use crate::support::Sandbox;
use crate::support::projects::ACME;

const LEDGER: &str = "refs/release/ledger";

/// Three entries.
fn recorded() -> Sandbox {
    let sandbox = Sandbox::with(ACME);
    for digit in ["a", "b", "c"] {
        sandbox.release(&["approve", &digit.repeat(64)]).success();
    }
    sandbox
}

/// Puts an entry with this text on top of a commit.
fn commit(sandbox: &Sandbox, text: &str, parent: Option<&str>) -> String {
    std::fs::write(sandbox.path("record"), text).expect("a file");
    let blob = sandbox.git(&["hash-object", "-w", &sandbox.path("record").display().to_string()]);
    let mktree = sandbox.path("tree");
    std::fs::write(&mktree, format!("100644 blob {}\trecord.json\n", blob.trim())).expect("a file");
    let tree = sandbox.git(&["-c", &format!("alias.t=!git mktree < {}", mktree.display()), "t"]);
    let mut arguments = vec!["commit-tree", tree.trim(), "-m", "entry"];
    arguments.extend(parent.iter().flat_map(|parent| ["-p", parent]));
    sandbox.git(&arguments).trim().to_owned()
}

fn entry(sandbox: &Sandbox, revision: &str) -> String {
    sandbox.git(&["show", &format!("{revision}:record.json")])
}

#[test]
fn a_whole_chain_is_whole() {
    let sandbox = recorded();
    expect![[r#"
        3 entries, every one in its place
    "#]]
    .assert_eq(&sandbox.release(&["history", "verify"]).success().to_string());
    let empty = Sandbox::with(ACME).release(&["history", "verify"]).success();
    assert_eq!(empty.stdout, "0 entries, every one in its place\n");
}

#[test]
fn an_entry_that_was_changed_removed_or_put_in_is_found() {
    let broken = |sandbox: &Sandbox| {
        let output = sandbox.release(&["history", "verify"]);
        assert_eq!(output.code, 10, "{output}");
        output.stdout.lines().next().unwrap_or_default().split(": ").last().unwrap_or_default().to_owned()
    };
    // The middle entry says something else.
    let sandbox = recorded();
    let first = sandbox.git(&["rev-parse", &format!("{LEDGER}~2")]);
    let changed = entry(&sandbox, &format!("{LEDGER}~1")).replace("Ana", "Eve");
    let last = entry(&sandbox, LEDGER);
    let middle = commit(&sandbox, &changed, Some(first.trim()));
    let top = commit(&sandbox, &last, Some(&middle));
    sandbox.git(&["update-ref", LEDGER, &top]);
    assert_eq!(broken(&sandbox), "the entry before it is not the one that it names");
    // The middle entry is gone.
    let top = commit(&sandbox, &last, Some(first.trim()));
    sandbox.git(&["update-ref", LEDGER, &top]);
    assert_eq!(broken(&sandbox), "the entry before it is not the one that it names");
    // The first entry is gone.
    let top = commit(&sandbox, &last, None);
    sandbox.git(&["update-ref", LEDGER, &top]);
    assert_eq!(broken(&sandbox), "it names an entry before it, and is the first");
    // An entry that forgets what was before it.
    let sandbox = recorded();
    let mut forgetful: serde_json::Value = serde_json::from_str(&last).expect("JSON");
    forgetful.as_object_mut().expect("an object").remove("previous");
    let parent = sandbox.git(&["rev-parse", LEDGER]);
    let top = commit(&sandbox, &forgetful.to_string(), Some(parent.trim()));
    sandbox.git(&["update-ref", LEDGER, &top]);
    assert_eq!(broken(&sandbox), "it names no entry before it");
    // Something that is no entry.
    let top = commit(&sandbox, "hello", Some(parent.trim()));
    sandbox.git(&["update-ref", LEDGER, &top]);
    assert_eq!(broken(&sandbox), "it cannot be read");
    sandbox.release(&["history"]).success();
}
