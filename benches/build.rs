//! What a native build costs in time and memory, and what its peers take for the same.
//!
//! small: 10 modules, 99 kB. many: 5,400 modules, 61 MB. large: a data file of 300 MB, one half of it as repetitive as
//! source code, the other not at all. Each with hatchling, setuptools and uv_build as its backend, in a repository.
//! Sdist and wheel are built, unless a line says otherwise; what an earlier run left is removed before each. Medians of
//! five after one to warm up; of as many as fit into a minute for what takes long. Memory is that of the largest
//! process. What writing as many bytes through to the disk takes says what the machine is worth; `TMPDIR` says which.
//!
//! Peers are those of `PYRELEASE_BENCH_PEERS`, a folder with `python` and `uv` in it: `bin` of a virtual environment
//! with `build`, `uv` and the three backends. `PYRELEASE_BENCH_ONLY` names one of the projects.

#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "a benchmark measures and prints")]

mod projects;

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use projects::{BACKENDS, PROGRAM, Shape, choose, environment, make, peers, watch};

const RUNS: usize = 5;
/// No further run of the same begins after this.
const LONG: Duration = Duration::from_secs(60);
const MIB: u64 = 1 << 20;

/// Each with the milliseconds that are promised.
const SHAPES: [(Shape, Option<u32>); 3] = [
    (Shape { name: "small", modules: 10, module: 9_900, data: 0 }, Some(15)),
    (Shape { name: "many", modules: 5_400, module: 11_350, data: 0 }, Some(900)),
    (Shape { name: "large", modules: 10, module: 9_900, data: 300_000_000 }, None),
];

/// Removes what a build leaves.
fn put_back(dir: &Path) {
    for path in ["dist", "build", "src/demo.egg-info"] {
        let _ = std::fs::remove_dir_all(dir.join(path));
    }
}

/// Milliseconds of the median run, and the largest memory of any in KiB.
fn measure(dir: &Path, command: &[&str], archives: usize) -> (f64, u64) {
    let mut times = Vec::new();
    let mut memory = 0;
    let all = Instant::now();
    for run in 0..=RUNS {
        put_back(dir);
        let mut program = Command::new(command[0]);
        program.args(&command[1..]).current_dir(dir).env_clear().envs(environment(dir)).stdin(Stdio::null());
        // Where nobody reads, a pipe would be full some time.
        let said = dir.with_extension("said");
        let log = File::create(&said).expect("a file");
        program.stdout(log.try_clone().expect("a file")).stderr(log);
        let began = Instant::now();
        let mut child = program.spawn().expect("it starts");
        let peak = watch(child.id());
        let status = child.wait().expect("it ends");
        let took = began.elapsed();
        assert!(status.success(), "{command:?}: {}", std::fs::read_to_string(said).unwrap_or_default());
        let made = std::fs::read_dir(dir.join("dist")).map_or(0, |found| found.flatten().filter(is_archive).count());
        assert_eq!(made, archives, "{command:?}");
        memory = memory.max(peak.join().unwrap_or(0));
        if run > 0 || all.elapsed() > LONG {
            times.push(took.as_secs_f64() * 1_000.0);
        }
        if all.elapsed() > LONG {
            break;
        }
    }
    times.sort_by(f64::total_cmp);
    (times[times.len() / 2], memory)
}

fn is_archive(entry: &std::fs::DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy().into_owned();
    name.ends_with(".whl") || name.ends_with(".tar.gz")
}

/// Milliseconds that it takes to write as many bytes as the archives have, and to wait for the disk.
fn floor(dir: &Path) -> f64 {
    let size: u64 = std::fs::read_dir(dir.join("dist"))
        .expect("a folder")
        .map(|entry| entry.and_then(|entry| entry.metadata()).expect("an archive").len())
        .sum();
    let bytes = vec![7; usize::try_from(size).expect("it fits")];
    let path = dir.join("dist/floor");
    let mut times = Vec::new();
    for _ in 0..RUNS {
        let began = Instant::now();
        let mut file = File::create(&path).expect("a file");
        file.write_all(&bytes).and_then(|()| file.sync_all()).expect("room");
        times.push(began.elapsed().as_secs_f64() * 1_000.0);
        std::fs::remove_file(&path).expect("it is there");
    }
    times.sort_by(f64::total_cmp);
    times[RUNS / 2]
}

fn main() {
    let scratch = tempfile::tempdir().expect("a folder");
    let only = std::env::var("PYRELEASE_BENCH_ONLY").ok();
    for (shape, promised) in SHAPES.iter().filter(|(shape, _)| only.as_ref().is_none_or(|only| only == shape.name)) {
        let dir = scratch.path().join(shape.name);
        make(shape, &dir);
        for backend in BACKENDS {
            choose(&dir, backend);
            compare((shape, *promised), &dir, backend.0);
        }
        std::fs::remove_dir_all(&dir).expect("it is there");
    }
}

fn compare((shape, promised): (&Shape, Option<u32>), dir: &Path, backend: &str) {
    let name = format!("{:<6} {backend:<10}", shape.name);
    let native = [PROGRAM, "build", "--builder", "native"];
    let own = measure(dir, &native, 2);
    let floor = floor(dir);
    let time = promised.map_or_else(String::new, |most| format!("{most} ms, "));
    let most = 64 * MIB / 1024 + shape.data as u64 / 1024;
    println!("{name} release build           {:>9.1} ms {:>8} KiB  (promise: {time}{most} KiB)", own.0, own.1);
    println!("{name} the same bytes, fsync   {floor:>9.1} ms");
    for (option, archives) in [("--sdist", 1), ("--wheel", 1), ("-n", 0)] {
        let (took, memory) = measure(dir, &[&native[..], &[option]].concat(), archives);
        println!("{name} release build {option:<9} {took:>9.1} ms {memory:>8} KiB");
    }
    if peers().is_none() {
        return;
    }
    for command in [&["python", "-m", "build", "-n"][..], &["python", "-m", "build"], &["uv", "build"]] {
        let (took, memory) = measure(dir, command, 2);
        let ratio = took / own.0;
        println!("{name} {:<23} {took:>9.1} ms {memory:>8} KiB  {ratio:.1} times as long", command.join(" "));
    }
}
