//! `release bump` killed from outside at every (system call, n): after one rerun everything is new, or, when
//! it was killed before anything was decided, the rerun does it from the start. Plain git works afterwards.
//!
//! The harness first proves itself: a writer that rewrites files in place, one after the other, must be
//! caught torn or mixed.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use crate::support::Sandbox;
use crate::support::depth::rounds;
use crate::support::projects::ACME;

/// System calls that change something outside the process, or decide that it will.
const CALLS: &str = "openat,write,rename,renameat,renameat2,link,linkat,unlink,unlinkat,rmdir,mkdir,mkdirat,fsync,fdatasync,chmod,fchmod,ftruncate,flock,close";

fn prepared() -> Sandbox {
    let mut sandbox = Sandbox::with(ACME);
    sandbox.git(&["tag", "v1.2.3"]);
    sandbox.write("acme/more.py", "X = 1\n");
    // Two files are removed, and one that keeps their folder is made.
    sandbox.write("changes/1.added.md", "More.\n");
    sandbox.write("changes/2.fixed.md", "Less.\n");
    sandbox.commit("feat: more");
    // The log is no part of the transaction, and its calls are not to be counted.
    sandbox.unset("RELEASE_CACHE_DIR");
    sandbox.set("XDG_CACHE_HOME", sandbox.path("cache"));
    sandbox
}

fn strace(sandbox: &Sandbox, options: &[String], program: &[&str]) -> std::process::Output {
    let template = sandbox.command(&[]);
    let mut command = Command::new("strace");
    command.args(options).args(program).current_dir(sandbox.repo()).env_clear();
    command.envs(template.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.output().expect("strace is installed")
}

/// How often each call is made by an undisturbed run.
fn counts(sandbox: &Sandbox, program: &[&str]) -> BTreeMap<String, usize> {
    let log = sandbox.path("trace");
    let options = ["-f", "-qq", "-e", &format!("trace={CALLS}"), "-e", "signal=none", "-o", &log.display().to_string()]
        .map(str::to_owned);
    let output = strace(sandbox, &options, program);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut counts = BTreeMap::new();
    for line in std::fs::read_to_string(&log).expect("a trace").lines() {
        let call = line.split_whitespace().nth(1).unwrap_or_default();
        if let Some((name, _)) = call.split_once('(') {
            *counts.entry(name.to_owned()).or_insert(0) += 1;
        }
    }
    counts
}

/// Runs `program` and kills it when it makes the call for the n-th time.
fn kill_at(sandbox: &Sandbox, call: &str, number: usize, program: &[&str]) {
    let options = [
        "-f".to_owned(),
        "-qq".to_owned(),
        "-e".to_owned(),
        format!("trace={call}"),
        "-e".to_owned(),
        format!("inject={call}:signal=KILL:when={number}"),
        "-o".to_owned(),
        "/dev/null".to_owned(),
    ];
    let _ = strace(sandbox, &options, program);
}

/// Which of the two versions each file names.
fn versions(repo: &Path) -> Vec<&'static str> {
    ["pyproject.toml", "README.md", "acme/__init__.py"]
        .iter()
        .map(|file| {
            let text = std::fs::read_to_string(repo.join(file)).unwrap_or_default();
            let expected_length = ACME.iter().find(|(path, _)| path == file).map_or(0, |(_, text)| text.len());
            // Old and new version are equally long: any other length is a torn file.
            match (text.contains("1.2.3\"") || text.contains("==1.2.3\n"), text.contains("1.3.0")) {
                _ if text.len() != expected_length => "torn",
                (true, false) => "old",
                (false, true) => "new",
                _ => "torn",
            }
        })
        .collect()
}

/// The names in a folder.
fn files_in(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// All kill points, or an evenly spread part of them.
fn points(counts: &BTreeMap<String, usize>) -> Vec<(String, usize)> {
    let all: Vec<(String, usize)> =
        counts.iter().flat_map(|(call, count)| (1..=*count).map(move |n| (call.clone(), n))).collect();
    let wanted = rounds(all.len()).max(40).min(all.len());
    (0..wanted).map(|i| all[i * all.len() / wanted].clone()).collect()
}

#[test]
#[cfg_attr(no_strace, ignore = "strace is not installed")]
fn killed_anywhere_it_is_all_old_or_all_new_after_one_rerun() {
    let program = crate::support::sandbox::program();
    let bump = [program.to_str().expect("a path"), "bump", "minor"];
    let counts = counts(&prepared(), &bump);
    let points = points(&counts);
    let (mut mixed, mut total) = (0, 0);
    for (call, number) in points {
        let sandbox = prepared();
        kill_at(&sandbox, &call, number, &bump);
        let between = versions(&sandbox.repo());
        assert!(!between.contains(&"torn"), "{call} {number}: {between:?}");
        let fragments = files_in(&sandbox.repo().join("changes"));
        // A removed fragment without its entry would be lost: the changelog is written first.
        let is_told = sandbox.read("CHANGELOG.md").contains("- More. (#1)");
        assert!(is_told || fragments.contains(&"1.added.md".to_owned()), "{call} {number}: {fragments:?}");
        mixed += usize::from(between.contains(&"old") && between.contains(&"new"));
        total += 1;
        let rerun = sandbox.release(&["bump", "minor"]);
        assert_eq!(rerun.code, 0, "{call} {number}: {rerun}");
        assert_eq!(versions(&sandbox.repo()), ["new"; 3], "{call} {number}");
        assert_eq!(files_in(&sandbox.repo().join("changes")), [".gitkeep"], "{call} {number}");
        assert_eq!(
            sandbox.git(&["ls-tree", "--name-only", "HEAD", "changes/"]),
            "changes/.gitkeep\n",
            "{call} {number}"
        );
        let changelog = sandbox.read("CHANGELOG.md");
        assert_eq!(changelog.matches("- More. (#1)").count(), 1, "{call} {number}: {changelog}");
        assert_eq!(sandbox.git(&["status", "--porcelain"]), "", "{call} {number}");
        assert_eq!(sandbox.git(&["log", "--format=%s"]), "Release 1.3.0\nfeat: more\nfeat: first\n", "{call} {number}");
        assert_eq!(sandbox.git(&["tag"]), "v1.2.3\nv1.3.0\n", "{call} {number}");
        assert_eq!(
            sandbox.git(&["rev-parse", "v1.3.0^{commit}"]),
            sandbox.git(&["rev-parse", "main"]),
            "{call} {number}"
        );
        sandbox.write("after.txt", "plain git works\n");
        sandbox.commit("chore: after");
        sandbox.git(&["tag", "plain"]);
        let locks = sandbox.git(&["ls-files", "--others"]);
        assert_eq!(locks, "", "{call} {number}: something was left behind");
        assert_eq!(
            sandbox.release(&["history", "--format", "json"]).json()["result"]["records"].as_array().map(Vec::len),
            Some(1),
            "{call} {number}"
        );
    }
    assert!(total >= 40, "only {total} kill points: the trace is not what it was");
    assert!(mixed > 0, "no kill came in the middle: the harness proves nothing");
}

#[test]
#[cfg_attr(no_strace, ignore = "strace is not installed")]
fn the_harness_catches_a_writer_that_rewrites_in_place() {
    let script = "import sys\nfor f in ['pyproject.toml', 'README.md', 'acme/__init__.py']:\n    t = open(f).read().replace('1.2.3\"', '1.3.0\"').replace('acme==1.2.3', 'acme==1.3.0')\n    o = open(f, 'w')\n    o.write(t)\n    o.close()\n";
    let python = ["python3", "-c", script];
    let mut caught = 0;
    for (call, count) in counts(&prepared(), &python) {
        if !["write", "openat", "close"].contains(&call.as_str()) {
            continue;
        }
        // The interpreter's own start-up comes first; the writer is at the end.
        for number in count.saturating_sub(12)..=count {
            let sandbox = prepared();
            kill_at(&sandbox, &call, number.max(1), &python);
            let state = versions(&sandbox.repo());
            caught += usize::from(state.contains(&"torn") || (state.contains(&"old") && state.contains(&"new")));
        }
    }
    assert!(caught > 0, "a broken writer was never caught");
}
