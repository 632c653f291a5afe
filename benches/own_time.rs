//! What `release` itself costs: its start, and the part of a rehearsal that is not spent waiting for other
//! programs. `cargo bench` prints medians; the promises are 10 ms and 300 ms (DESIGN §6, issue 2).

#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "a benchmark measures and prints")]

use std::path::Path;
use std::process::Command;
use std::time::Instant;

const PROGRAM: &str = env!("CARGO_BIN_EXE_release");

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn start() -> f64 {
    let once = || {
        let began = Instant::now();
        let output = Command::new(PROGRAM).arg("--version").output().expect("it starts");
        assert!(output.status.success());
        began.elapsed().as_secs_f64() * 1_000.0
    };
    once();
    median((0..50).map(|_| once()).collect())
}

/// Own and whole milliseconds of one rehearsal of a fixture.
fn rehearsal(fixture: &str) -> (f64, f64) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/projects").join(fixture);
    let output = Command::new(PROGRAM)
        .args(["rehearse", "--format", "json", "--allow-dirty"])
        .arg(path)
        .output()
        .expect("it starts");
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).expect("one document");
    assert_eq!(document["outcome"], "ok", "{document:#}");
    let phases = document["result"]["phases"].as_array().cloned().unwrap_or_default();
    let sum = |key: &str| phases.iter().filter_map(|phase| phase[key].as_f64()).sum::<f64>();
    (sum("own_milliseconds"), sum("milliseconds"))
}

fn main() {
    println!("release --version: {:.1} ms (promise: 10 ms)", start());
    for fixture in ["prompt-manager", "mypylogger"] {
        let runs: Vec<(f64, f64)> = (0..3).map(|_| rehearsal(fixture)).collect();
        let own = median(runs.iter().map(|run| run.0).collect());
        let whole = median(runs.iter().map(|run| run.1).collect());
        println!("rehearse {fixture}: own time {own:.0} ms of {whole:.0} ms (promise: 300 ms)");
    }
}
