//! `release bump` of three files with commit and tag, disturbed from outside at every (system call, n): killed, or the
//! call refused with EIO and with ENOSPC. After one rerun everything is new, whatever had been done, and plain git
//! works. What is half done in between is flagged by the journal, never a secret.
//!
//! The harness first proves itself: a writer that rewrites files in place, one after the other, must be caught torn,
//! and mixed without anybody being told.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use crate::support::Sandbox;
use crate::support::depth::rounds;
use crate::support::faults::{CHANGES, Fault, Point, counts, disturbed, measured, points};
use crate::support::projects::ACME;

const FILES: [&str; 3] = ["pyproject.toml", "README.md", "acme/__init__.py"];

/// Three files with the version, a changelog, and a commit since the last release.
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
    // Samples of hooks, which would be copied each time.
    std::fs::remove_dir_all(sandbox.repo().join(".git/hooks")).expect("a folder");
    sandbox
}

/// Which of the two versions each file names.
fn versions(repo: &Path) -> Vec<&'static str> {
    FILES
        .iter()
        .map(|file| {
            let text = std::fs::read_to_string(repo.join(file)).unwrap_or_default();
            let expected_length = ACME.iter().find(|(path, _)| path == file).map_or(0, |(_, text)| text.len());
            // Old and new version are equally long: any other length is a torn file.
            match (text.contains("1.2.3\"") || text.contains("acme==1.2.3\n"), text.contains("1.3.0")) {
                _ if text.len() != expected_length => "torn",
                (true, false) => "old",
                (false, true) => "new",
                _ => "torn",
            }
        })
        .collect()
}

/// The commit that a branch is at, without any git that might heal something.
fn main_of(sandbox: &Sandbox) -> String {
    std::fs::read_to_string(sandbox.repo().join(".git/refs/heads/main")).expect("a branch")
}

/// Files, branch or tag of both sides.
fn is_mixed(sandbox: &Sandbox, versions: &[&str], base: &str) -> bool {
    let is_there = |path: &str| sandbox.repo().join(path).exists();
    let mut moved: Vec<bool> = versions.iter().map(|version| *version == "new").collect();
    moved.extend([
        is_there(".git/refs/tags/v1.3.0"),
        main_of(sandbox) != base,
        !is_there("changes/1.added.md"),
        !is_there("changes/2.fixed.md"),
        is_there("changes/.gitkeep"),
        sandbox.read("CHANGELOG.md").contains("1.3.0"),
    ]);
    moved.contains(&true) && moved.contains(&false)
}

fn is_flagged(sandbox: &Sandbox) -> bool {
    sandbox.repo().join(".git/release/journal/journal.json").exists()
}

/// What a disturbed run left is all old, all new, or flagged; one rerun makes it all new, and git works.
fn heals(sandbox: &Sandbox, (fault, point): (Fault, &Point), code: Option<i32>, base: &str) -> bool {
    let at = format!("{fault:?} {} {}", point.0, point.1);
    let between = versions(&sandbox.repo());
    assert!(!between.contains(&"torn"), "{at}: {between:?}");
    let mixed = is_mixed(sandbox, &between, base);
    assert!(!mixed || is_flagged(sandbox), "{at}: mixed, and nobody knows: {between:?}");
    if code == Some(0) {
        assert!(!mixed && between == ["new"; 3], "{at}: it said that all is well");
    }
    if fault != Fault::Kill {
        // 127 is the loader of the system, which lost a library; and the standard library panics when a folder that
        // it has read cannot be closed.
        let is_known = matches!(code, Some(0 | 1 | 3 | 127)) || (point.0 == "close" && code == Some(70));
        assert!(is_known, "{at}: ended with {code:?}");
    }
    let rerun = sandbox.release(&["bump", "minor"]);
    assert_eq!(rerun.code, 0, "{at}: {rerun}");
    assert_eq!(versions(&sandbox.repo()), ["new"; 3], "{at}");
    assert!(!is_flagged(sandbox), "{at}: the journal is still there");
    assert_eq!(sandbox.git(&["ls-tree", "--name-only", "HEAD", "changes/"]), "changes/.gitkeep\n", "{at}");
    assert_eq!(sandbox.read("CHANGELOG.md").matches("- More. (#1)").count(), 1, "{at}");
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "", "{at}");
    // One commit on top of what was there, the tag on it, one entry in the ledger.
    let (commit, base) = (main_of(sandbox).trim().to_owned(), base.trim());
    let expected = format!(
        "refs/heads/main {base} chore(release): 1.3.0\nrefs/release/ledger  bump: 1.2.3 -> 1.3.0\nrefs/tags/v1.2.3  feat: first\nrefs/tags/v1.3.0 {commit} Release 1.3.0\n",
    );
    let format = "--format=%(refname) %(parent)%(*objectname) %(subject)";
    assert_eq!(sandbox.git(&["for-each-ref", format]), expected, "{at}");
    sandbox.write("after.txt", "plain git works\n");
    sandbox.git(&["add", "-A"]);
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "A  after.txt\n", "{at}: something was left behind");
    sandbox.git(&["tag", "plain"]);
    mixed
}

/// Disturbs a bump at each point, on as many threads as there are cores; how many left a mixed state.
fn disturb_all(faults: &[(Fault, Point)]) -> usize {
    let template = prepared();
    let base = main_of(&template);
    let program = crate::support::sandbox::program();
    let bump = [program.to_str().expect("a path"), "bump", "minor"];
    let (next, mixed) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let work = || {
        while let Some((fault, point)) = faults.get(next.fetch_add(1, Ordering::Relaxed)) {
            let sandbox = template.again();
            let output = disturbed(&sandbox, *fault, point, &bump);
            let was_mixed = heals(&sandbox, (*fault, point), output.status.code(), &base);
            mixed.fetch_add(usize::from(was_mixed), Ordering::Relaxed);
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| (0..threads).for_each(|_| drop(scope.spawn(work))));
    mixed.into_inner()
}

/// Every call that changes something, and an evenly spread part of the others, which is all of them at full depth.
fn chosen() -> Vec<Point> {
    let program = crate::support::sandbox::program();
    let all = points(&counts(&prepared(), &[program.to_str().expect("a path"), "bump", "minor"]));
    let (changes, others): (Vec<Point>, Vec<Point>) =
        all.into_iter().partition(|(call, _)| CHANGES.contains(&call.as_str()));
    let wanted = rounds(others.len());
    let spread = (0..wanted).map(|i| others[i * others.len() / wanted].clone());
    changes.into_iter().chain(spread).collect()
}

#[test]
#[cfg_attr(no_strace, ignore = "strace is not installed")]
fn killed_anywhere_it_is_all_old_or_all_new_after_one_rerun() {
    let started = Instant::now();
    let faults: Vec<(Fault, Point)> = chosen().into_iter().map(|point| (Fault::Kill, point)).collect();
    let mixed = disturb_all(&faults);
    measured(&format!(
        "killed at {} points, {mixed} mixed and flagged, all healed, {:?}",
        faults.len(),
        started.elapsed()
    ));
    assert!(faults.len() >= 100, "only {} kill points: the trace is not what it was", faults.len());
    assert!(mixed > 0, "no kill came in the middle: the harness proves nothing");
}

#[test]
#[cfg_attr(no_strace, ignore = "strace is not installed")]
fn a_disk_that_fails_or_is_full_leaves_all_old_or_all_new_after_one_rerun() {
    let started = Instant::now();
    let points = chosen();
    let of = |fault: Fault| points.iter().map(move |point| (fault, point.clone()));
    let (broken, full) = (Fault::Error("EIO"), Fault::Stays("ENOSPC"));
    // At the usual depth the two errors take turns, so that each call meets one of them.
    let faults: Vec<(Fault, Point)> = match rounds(20) {
        20 => of(broken).chain(of(full)).collect(),
        _ => of(broken).step_by(2).chain(of(full).skip(1).step_by(2)).collect(),
    };
    let mixed = disturb_all(&faults);
    measured(&format!("{} faults, {mixed} mixed and flagged, all healed, {:?}", faults.len(), started.elapsed()));
    assert!(mixed > 0, "no fault came in the middle: the harness proves nothing");
}

#[test]
#[cfg_attr(no_strace, ignore = "strace is not installed")]
fn a_change_of_many_files_that_is_killed_is_finished_by_one_rerun() {
    let template = Sandbox::with(&[
        ("pyproject.toml", "[project]\nname = \"acme\"\nversion = \"1.2.3\"\n"),
        ("release.toml", "[[references]]\npath = \"docs/*.md\"\nmatch = \"acme=={version}\"\nexpect = 100\n"),
    ]);
    (0..100).for_each(|number| template.write(&format!("docs/page{number}.md"), "acme==1.2.3\n"));
    template.commit("feat: pages");
    let program = crate::support::sandbox::program();
    let bump = [program.to_str().expect("a path"), "bump", "minor"];
    let new = |sandbox: &Sandbox| {
        (0..100).filter(|number| sandbox.read(&format!("docs/page{number}.md")) == "acme==1.3.0\n").count()
    };
    let mut between = 0;
    // Files are moved on several threads, and calls are counted on each.
    for call in ["renameat2", "unlink", "fchmod"] {
        for number in 1..=3 {
            let sandbox = template.again();
            disturbed(&sandbox, Fault::Kill, &(call.to_owned(), number), &bump);
            between += usize::from((1..100).contains(&new(&sandbox)));
            sandbox.release(&["bump", "minor"]).success();
            assert_eq!(new(&sandbox), 100, "{call} {number}");
            assert_eq!(sandbox.git(&["status", "--porcelain", "--ignored"]), "", "{call} {number}");
            assert_eq!(sandbox.git(&["tag"]), "v1.3.0\n", "{call} {number}");
        }
    }
    assert!(between > 0, "no kill came in the middle: the harness proves nothing");
}

#[test]
#[cfg_attr(no_strace, ignore = "strace is not installed")]
fn the_harness_catches_a_writer_that_rewrites_in_place() {
    let script = "import sys\nfor f in ['pyproject.toml', 'README.md', 'acme/__init__.py']:\n    t = open(f).read().replace('1.2.3\"', '1.3.0\"').replace('acme==1.2.3', 'acme==1.3.0')\n    o = open(f, 'w')\n    o.write(t)\n    o.close()\n";
    let python = ["python3", "-c", script];
    let template = prepared();
    let (mut torn, mut mixed) = ([0, 0], [0, 0]);
    for (call, count) in counts(&template.again(), &python) {
        if !["write", "openat", "close"].contains(&call.as_str()) {
            continue;
        }
        // The interpreter's own start-up comes first; the writer is at the end.
        for number in count.saturating_sub(12).max(1)..=count {
            for (kind, fault) in [Fault::Kill, Fault::Stays("ENOSPC")].into_iter().enumerate() {
                let sandbox = template.again();
                disturbed(&sandbox, fault, &(call.clone(), number), &python);
                let state = versions(&sandbox.repo());
                torn[kind] += usize::from(state.contains(&"torn"));
                mixed[kind] += usize::from(state.contains(&"old") && state.contains(&"new"));
            }
        }
    }
    assert!(torn.iter().chain(&mixed).all(|caught| *caught > 0), "a broken writer was not caught: {torn:?} {mixed:?}");
}
