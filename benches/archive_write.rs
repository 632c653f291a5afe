//! What writing archives costs: a package of 5,400 files and 61 MB, and one file of 300 MB; seconds (median of five
//! after one to warm up) and the most memory that was held. Each case runs in a process of its own, so that its memory
//! is its own.

#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "a benchmark measures and prints")]

use std::fmt::Write as _;
use std::fs::File;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use pyrelease::archive::write::{Content, Entry, sdist, wheel};
use pyrelease::effects::Files;

const RUNS: usize = 5;
const CASES: [&str; 4] = ["sdist many", "wheel many", "sdist large", "wheel large"];

/// Text that is about as repetitive as source code, the same on every machine.
fn source(seed: u64, size: usize) -> String {
    const WORDS: [&str; 16] = [
        "self", "value", "return", "import", "None", "index", "def", "name", "result", "for", "in", "if", "not",
        "raise", "lambda", "yield",
    ];
    let (mut out, mut state) = (String::with_capacity(size + 40), seed);
    while out.len() < size {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let chance = usize::try_from(state >> 33).unwrap_or_default();
        match chance % 7 {
            0 => out.push_str("\n    "),
            1 => write!(out, "{}_{} = ", WORDS[chance / 7 % 16], chance / 200 % 1_000).expect("a String takes all"),
            _ => {
                out.push_str(WORDS[chance / 7 % 16]);
                out.push(' ');
            }
        }
    }
    out
}

fn put(folder: &Path, path: &str, content: &[u8]) -> Entry {
    let file = folder.join(path);
    std::fs::create_dir_all(file.parent().expect("it lies in a folder")).expect("a folder");
    std::fs::write(&file, content).expect("a file");
    let content = Content::File { path: file, size: content.len() as u64 };
    Entry { path: path.to_owned(), content, executable: false }
}

fn entries(folder: &Path, many: bool) -> Vec<Entry> {
    if many {
        let file = |at: u64| put(folder, &format!("demo/p{}/m{at}.py", at / 100), source(at, 11_350).as_bytes());
        return (0..5_400).map(file).collect();
    }
    let part = source(1, 3_000_000);
    let mut content = String::with_capacity(300_000_000);
    for at in 0..100 {
        write!(content, "{at}").expect("a String takes all");
        content.push_str(&part[at..]);
    }
    vec![put(folder, "demo/data.txt", content.as_bytes())]
}

/// The most memory that this process has held, in MB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap_or_default() / 1_000
}

/// Forgets what was held before; the kernel takes it from Linux 4.0 on.
fn forget() {
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

fn measure(case: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let entries = entries(folder.path(), case.ends_with("many"));
    let path = folder.path().join("archive");
    let once = || {
        let mut out = File::create(&path).expect("a file");
        let began = Instant::now();
        let written = match case.starts_with("sdist") {
            true => sdist(Files, &mut out, "demo-1.0", &entries, 0),
            false => wheel(Files, &mut out, "demo-1.0.dist-info/RECORD", &entries, 0),
        };
        written.expect("it is written");
        began.elapsed().as_secs_f64()
    };
    forget();
    once();
    let mut seconds: Vec<f64> = (0..RUNS).map(|_| once()).collect();
    seconds.sort_by(f64::total_cmp);
    let size = std::fs::metadata(&path).expect("it is there").len() / 1_000_000;
    println!("{case}: {:.2} s, {} MB held at most, {size} MB written", seconds[RUNS / 2], peak());
}

fn main() {
    if let Ok(case) = std::env::var("PYRELEASE_BENCH_CASE") {
        return measure(&case);
    }
    let program = std::env::current_exe().expect("this program");
    for case in CASES {
        let status = Command::new(&program).env("PYRELEASE_BENCH_CASE", case).status().expect("it starts");
        assert!(status.success(), "{case}");
    }
}
