//! What a bump costs on a small and a big repository, with the memory it takes, and what its peers take for the same.
//!
//! small: 12 files, 40 commits. big: 2,000 documents with an install line, a look-alike and a line of history each,
//! 5,000 commits, 49 tags, 100 commits since the last. Medians of five after one to warm up; each run
//! has a copy of the repository. What git alone takes to commit and tag the same edits, on the same disk, says what the machine
//! is worth; `TMPDIR` says which disk. Peers are those of `PYRELEASE_BENCH_PEERS`, a folder with `bump-my-version`, `tbump`, `cz` and
//! `uv` in it (`bin` of a virtual environment); without it only `release` is measured.

#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "a benchmark measures and prints")]

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

const PROGRAM: &str = env!("CARGO_BIN_EXE_release");
const RUNS: usize = 5;

struct Shape {
    name: &'static str,
    documents: usize,
    commits: usize,
    tags: usize,
    since: usize,
    /// Milliseconds that are promised for the bump and for its plan.
    promised: (u32, u32),
}

const SHAPES: [Shape; 2] = [
    Shape { name: "small", documents: 8, commits: 40, tags: 4, since: 10, promised: (30, 60) },
    Shape { name: "big", documents: 2_000, commits: 5_000, tags: 49, since: 100, promised: (200, 60) },
];

const PYPROJECT: &str = "\
[project]
name = \"demo\"
version = \"1.4.9\"

[tool.release.changelog]
path = \"CHANGELOG.md\"

[[tool.release.references]]
path = \"docs/*.md\"
match = \"demo=={version}\"
expect = DOCUMENTS

[tool.bumpversion]
current_version = \"1.4.9\"
commit = true
tag = true
[[tool.bumpversion.files]]
filename = \"pyproject.toml\"
search = \"version = \\\"{current_version}\\\"\"
replace = \"version = \\\"{new_version}\\\"\"
[[tool.bumpversion.files]]
glob = \"docs/*.md\"
search = \"demo=={current_version}\"
replace = \"demo=={new_version}\"

[tool.commitizen]
version_provider = \"pep621\"
tag_format = \"v$version\"
version_files = [\"docs/*.md:demo==\"]

[tool.tbump.version]
current = \"1.4.9\"
regex = \".*\"
[tool.tbump.git]
message_template = \"Bump to {new_version}\"
tag_template = \"v{new_version}\"
[[tool.tbump.file]]
src = \"pyproject.toml\"
search = \"version = \\\"{current_version}\\\"\"
[[tool.tbump.file]]
src = \"docs/*.md\"
search = \"demo=={current_version}\"
";

fn git(dir: &Path, arguments: &[&str]) {
    let mut command = Command::new("git");
    command.args(["-c", "user.name=Bench", "-c", "user.email=bench@example.org", "-c", "gc.auto=0"]);
    let output = command.args(arguments).current_dir(dir).output().expect("git starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Makes the repository with `git fast-import`.
fn make(shape: &Shape, dir: &Path) {
    std::fs::create_dir_all(dir).expect("a folder");
    git(dir, &["init", "-q", "-b", "main"]);
    git(dir, &["config", "user.name", "Bench"]);
    git(dir, &["config", "user.email", "bench@example.org"]);
    let mut files = vec![
        ("pyproject.toml".to_owned(), PYPROJECT.replace("DOCUMENTS", &shape.documents.to_string())),
        (
            "CHANGELOG.md".to_owned(),
            "# Changelog\n\n## [Unreleased]\n\n- Something.\n\n## [1.4.9] - 2026-01-02\n".to_owned(),
        ),
        ("README.md".to_owned(), "# demo\n".to_owned()),
        ("src/demo/__init__.py".to_owned(), "\n".to_owned()),
    ];
    for number in 0..shape.documents {
        let text = format!(
            "# Page {number}\n\npip install demo==1.4.9\npip install other==1.4.9\n\n.. versionadded:: 1.4.9\n\n{}\n",
            "Text of a page. ".repeat(60)
        );
        files.push((format!("docs/page{number}.md"), text));
    }
    let mut stream = String::new();
    for at in 0..shape.commits {
        let message = if at % 3 == 0 { format!("feat: thing {at}") } else { format!("fix: thing {at}") };
        let time = 1_700_000_000 + at;
        write!(
            stream,
            "commit refs/heads/main\nmark :{}\ncommitter Bench <bench@example.org> {time} +0000\ndata {}\n{message}\n",
            at + 1,
            message.len()
        )
        .expect("memory");
        if at == 0 {
            for (path, text) in &files {
                writeln!(stream, "M 100644 inline {path}\ndata {}\n{text}", text.len()).expect("memory");
            }
        } else {
            let text = format!("value = {at}\n");
            writeln!(stream, "M 100644 inline src/demo/part{}.py\ndata {}\n{text}", at % 3, text.len())
                .expect("memory");
        }
    }
    let last = shape.commits - shape.since;
    for tag in 1..=shape.tags {
        let (at, version) =
            (last * tag / shape.tags, if tag == shape.tags { "1.4.9".to_owned() } else { format!("0.{tag}.0") });
        write!(
            stream,
            "tag v{version}\nfrom :{at}\ntagger Bench <bench@example.org> 1700000000 +0000\ndata {}\nv{version}\n",
            version.len() + 1
        )
        .expect("memory");
    }
    let mut import = Command::new("git")
        .args(["fast-import", "--quiet"])
        .current_dir(dir)
        .stdin(Stdio::piped())
        .spawn()
        .expect("git starts");
    import.stdin.take().expect("it was asked for").write_all(stream.as_bytes()).expect("it reads");
    assert!(import.wait().expect("it ends").success());
    git(dir, &["reset", "-q", "--hard"]);
    git(dir, &["gc", "--quiet", "--prune=now"]);
}

/// A copy of its own for each run. None is removed before the end: ext4 passes over the numbers of files that were
/// removed in the last minute one by one when it makes new ones, which would be measured instead.
fn fresh(dir: &Path) -> PathBuf {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let own = dir.with_extension(NUMBER.fetch_add(1, Ordering::Relaxed).to_string());
    let status = Command::new("cp").arg("-a").args([dir, &own]).status().expect("cp starts");
    assert!(status.success());
    // So that no run has to look at files again that were copied just now, nor to wait for the disk.
    git(&own, &["status", "--porcelain"]);
    assert!(Command::new("sync").status().expect("sync starts").success());
    own
}

/// Milliseconds that git takes to store, commit and tag what a bump would edit, when the files are edited already.
fn floor(dir: &Path) -> f64 {
    let mut times = Vec::new();
    for run in 0..=RUNS {
        let dir = &fresh(dir);
        for entry in std::fs::read_dir(dir.join("docs")).expect("a folder") {
            let path = entry.expect("an entry").path();
            let text = std::fs::read_to_string(&path).expect("a page").replace("demo==1.4.9", "demo==1.4.10");
            std::fs::write(&path, text).expect("the same page");
        }
        let began = Instant::now();
        git(dir, &["commit", "-qam", "Bump"]);
        git(dir, &["tag", "-am", "Bump", "v1.4.10"]);
        if run > 0 {
            times.push(began.elapsed().as_secs_f64() * 1_000.0);
        }
    }
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// Milliseconds of the median run, and the largest memory of any in KiB.
fn measure(dir: &Path, command: &[&str]) -> (f64, u64) {
    let mut times = Vec::new();
    let mut memory = 0;
    for run in 0..=RUNS {
        let dir = &fresh(dir);
        let mut program = Command::new("/usr/bin/env");
        program.arg("-i").args(environment(dir)).args(command).current_dir(dir).stdin(Stdio::null());
        let began = Instant::now();
        let mut child = program.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it starts");
        let peak = watch(child.id());
        let status = child.wait().expect("it ends");
        let took = began.elapsed().as_secs_f64() * 1_000.0;
        let mut said = String::new();
        let _ = std::io::Read::read_to_string(&mut child.stderr.take().expect("it was asked for"), &mut said);
        assert!(status.success(), "{command:?}: {said}");
        memory = memory.max(peak.join().unwrap_or(0));
        if run > 0 {
            times.push(took);
        }
    }
    times.sort_by(f64::total_cmp);
    (times[times.len() / 2], memory)
}

fn environment(dir: &Path) -> Vec<String> {
    let home = dir.parent().unwrap_or(dir).join("home");
    std::fs::create_dir_all(&home).expect("a folder");
    let mut path = std::env::var("PATH").unwrap_or_default();
    if let Some(peers) = peers() {
        path = format!("{}:{path}", peers.display());
    }
    vec![format!("PATH={path}"), format!("HOME={}", home.display()), "LC_ALL=C.UTF-8".to_owned()]
}

/// The peak of a process, looked up until it has ended.
fn watch(id: u32) -> std::thread::JoinHandle<u64> {
    std::thread::spawn(move || {
        let mut peak = 0;
        while let Ok(text) = std::fs::read_to_string(format!("/proc/{id}/status")) {
            let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            let Some(now) = line.and_then(|line| line.split_whitespace().next()?.parse().ok()) else { break };
            peak = peak.max(now);
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        peak
    })
}

fn peers() -> Option<PathBuf> {
    std::env::var_os("PYRELEASE_BENCH_PEERS").map(PathBuf::from)
}

fn main() {
    let scratch = tempfile::tempdir().expect("a folder");
    for shape in SHAPES {
        let dir = scratch.path().join(shape.name);
        make(&shape, &dir);
        let (bump, plan) = shape.promised;
        let own = measure(&dir, &[PROGRAM, "bump", "patch"]);
        println!(
            "{:<6} release bump patch           {:>8.1} ms  {:>5} KiB (promise: {bump} ms, 65536 KiB)",
            shape.name, own.0, own.1
        );
        let git_alone = floor(&dir);
        println!("{:<6} git commit -a, git tag        {git_alone:>8.1} ms  (files edited before)", shape.name);
        let (took, memory) = measure(&dir, &[PROGRAM, "bump", "patch", "-n"]);
        println!("{:<6} release bump patch -n        {took:>8.1} ms  {memory:>5} KiB (promise: {plan} ms)", shape.name);
        let (took, memory) = measure(&dir, &[PROGRAM, "version", "--next", "auto"]);
        println!("{:<6} release version --next auto  {took:>8.1} ms  {memory:>5} KiB (promise: 20 ms)", shape.name);
        let (took, memory) = measure(&dir, &[PROGRAM, "references", "--check"]);
        println!("{:<6} release references --check   {took:>8.1} ms  {memory:>5} KiB", shape.name);
        if peers().is_none() {
            continue;
        }
        for command in [
            &["bump-my-version", "bump", "patch"][..],
            &["tbump", "1.4.10", "--no-push", "--non-interactive"],
            &["cz", "bump", "--yes", "--increment", "PATCH"],
            &["uv", "version", "--bump", "patch", "--frozen"],
        ] {
            let (took, memory) = measure(&dir, command);
            println!(
                "{:<6} {:<28} {took:>8.1} ms  {memory:>5} KiB  {:.1} times as long",
                shape.name,
                command[..2].join(" "),
                took / own.0
            );
        }
    }
}
