//! What judging archives costs in time and memory, and what its peers take for the same.
//!
//! small: a wheel of 10 modules. files: a wheel of 300. many: sdist and wheel of 5,400 modules, 61 MB, every member hashed.
//! hundred: 100 archives of the first two kinds. large: a wheel of 1 GiB. Medians of all runs in a second, nine at least,
//! after one to warm up; of three for what takes long. Memory is that of the largest process. A sum over the same unpacked
//! bytes by SHA-256 says what the machine is worth.
//!
//! Peers are those of `PYRELEASE_BENCH_PEERS`, `bin` of a virtual environment with `twine`, `check-wheel-contents` and
//! `pydistcheck`; one after the other, since nobody of them does all. `PYRELEASE_BENCH_ONLY` names one of the lines.

#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "a benchmark measures and prints")]

mod projects;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use projects::{BACKENDS, PROGRAM, Shape, choose, environment, make, peers, watch};

const RUNS: usize = 9;
const SHORT: Duration = Duration::from_secs(1);
const LONG: Duration = Duration::from_secs(20);

/// The archives of a project of so many modules.
fn archives(scratch: &Path, shape: &Shape) -> Vec<PathBuf> {
    let dir = scratch.join(shape.name);
    make(shape, &dir);
    choose(&dir, BACKENDS[2]);
    let mut build = Command::new(PROGRAM);
    build.args(["build", "--builder", "native", "-q"]).current_dir(&dir).stdout(Stdio::null());
    assert!(build.status().expect("it starts").success());
    let found = std::fs::read_dir(dir.join("dist")).expect("a folder");
    let mut found: Vec<PathBuf> = found.map(|entry| entry.expect("an archive").path()).collect();
    found.sort();
    found
}

/// Milliseconds of the median run, and the largest memory in KiB.
fn measure(dir: &Path, program: &Path, arguments: &[String]) -> (f64, u64) {
    let mut times = Vec::new();
    let mut memory = 0;
    let all = Instant::now();
    for run in 0.. {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(dir).env_clear().envs(environment(dir));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let began = Instant::now();
        let mut child = command.spawn().expect("it starts");
        // Whoever looks at the memory takes time from a program that uses all cores: the first run is for that alone.
        let peak = (run == 0).then(|| watch(child.id()));
        // Findings of peers are a verdict, too.
        child.wait().expect("it ends");
        let took = began.elapsed();
        match peak {
            Some(peak) => memory = peak.join().unwrap_or(0),
            None => times.push(took.as_secs_f64() * 1_000.0),
        }
        let enough = if run >= RUNS { SHORT } else { LONG };
        if run >= 3 && all.elapsed() > enough {
            break;
        }
    }
    times.sort_by(f64::total_cmp);
    (times[times.len() / 2], memory)
}

fn line(scratch: &Path, name: &str, files: &[PathBuf], promise: &str) {
    let only = std::env::var("PYRELEASE_BENCH_ONLY").ok();
    if only.is_some_and(|only| only != name) {
        return;
    }
    let listed: Vec<String> = files.iter().map(|path| path.display().to_string()).collect();
    let with = |first: &[&str]| [first.iter().map(|&word| word.to_owned()).collect(), listed.clone()].concat();
    let own = measure(scratch, Path::new(PROGRAM), &with(&["check"]));
    println!("{name:<8} release check         {:>9.1} ms {:>8} KiB  (promise: {promise})", own.0, own.1);
    let Some(peers) = peers() else { return };
    let mut sum = 0.0;
    for command in [&["twine", "check", "--strict"][..], &["check-wheel-contents"], &["pydistcheck"]] {
        let mut arguments = with(&command[1..]);
        if command[0] == "check-wheel-contents" {
            arguments.retain(|argument| argument.ends_with(".whl"));
        }
        let (took, memory) = measure(scratch, &peers.join(command[0]), &arguments);
        println!("{name:<8} {:<21} {took:>9.1} ms {memory:>8} KiB", command[0]);
        sum += took;
    }
    println!("{name:<8} the three together    {sum:>9.1} ms           {:.1} times as long", sum / own.0);
}

fn main() {
    let scratch = tempfile::tempdir().expect("a folder");
    let scratch = scratch.path();
    let shape = |name, modules, module, data| Shape { name, modules, module, data };
    let wheel = |files: &[PathBuf]| {
        vec![files.iter().find(|path| path.extension().is_some_and(|kind| kind == "whl")).expect("a wheel").clone()]
    };
    let small = archives(scratch, &shape("small", 10, 9_900, 0));
    line(scratch, "small", &wheel(&small), "none");
    let files = archives(scratch, &shape("files", 300, 5_000, 0));
    line(scratch, "files", &wheel(&files), "10 ms");
    let many = archives(scratch, &shape("many", 5_400, 11_350, 0));
    line(scratch, "many", &many, "250 ms");
    // One after the other, to see what the second core is worth.
    line(scratch, "whl", &wheel(&many), "none");
    let hundred: Vec<PathBuf> = small.iter().chain(&files).cycle().take(100).cloned().collect();
    line(scratch, "hundred", &hundred, "both cores");
    let large = archives(scratch, &shape("large", 10, 9_900, 1 << 30));
    line(scratch, "large", &wheel(&large), "65536 KiB");
}
