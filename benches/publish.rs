//! What publishing costs in time and memory, and what its peers take for the same.
//!
//! one: a wheel of 2 kB. fifty: 50 wheels of one release. Both to a pypiserver on this machine that has nothing yet.
//! Medians of nine after one to warm up. large: a wheel of 1 GiB to a server that takes everything, for the memory of it.
//!
//! Peers are those of `PYRELEASE_BENCH_PEERS`, `bin` of a virtual environment with `pypiserver`, `uv` and `twine`; without
//! it only the large wheel is sent. `PYRELEASE_BENCH_ONLY` names one of the lines.

#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "a benchmark measures and prints")]

#[path = "projects/running.rs"]
mod running;

use std::io::{Read, Seek, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use pyrelease::archive::write::{Content, Entry, wheel};
use pyrelease::effects::Files;
use running::{PROGRAM, environment, peers, watch};

const RUNS: usize = 9;
const MIB: u64 = 1 << 20;

/// A wheel with this build number and, where there is one, this file.
fn make(dir: &Path, number: usize, data: Option<PathBuf>) -> PathBuf {
    let entry = |path: &str, content| Entry { path: path.to_owned(), content, executable: false };
    let text = |text: &str| Content::Bytes(text.as_bytes().into());
    let info = "demo-1.0.dist-info";
    let mut entries = vec![entry("demo/__init__.py", text("VALUE = 1\n"))];
    if let Some(path) = data {
        let size = std::fs::metadata(&path).expect("a file").len();
        entries.push(entry("demo/data.bin", Content::File { path, size }));
    }
    entries.push(entry(
        &format!("{info}/METADATA"),
        text("Metadata-Version: 2.1\nName: demo\nVersion: 1.0\nSummary: Made to be sent\n\n# demo\n"),
    ));
    let tags =
        format!("Wheel-Version: 1.0\nGenerator: bench\nRoot-Is-Purelib: true\nTag: py3-none-any\nBuild: {number}\n");
    entries.push(entry(&format!("{info}/WHEEL"), text(&tags)));
    let path = dir.join(format!("demo-1.0-{number}-py3-none-any.whl"));
    let mut out =
        std::fs::File::options().create(true).truncate(true).read(true).write(true).open(&path).expect("a file");
    wheel(Files, &mut out, format!("{info}/RECORD").as_str(), &entries, 1_700_000_000).expect("it is written");
    out.rewind().expect("a file");
    path
}

/// A pypiserver, ended when it is dropped.
struct Server {
    child: Child,
    folder: PathBuf,
    url: String,
}

impl Server {
    fn start(scratch: &Path, bin: &Path) -> Self {
        let folder = scratch.join("index");
        std::fs::create_dir_all(&folder).expect("a folder");
        let free = TcpListener::bind(("127.0.0.1", 0)).and_then(|socket| socket.local_addr()).expect("a free port");
        let port = free.port().to_string();
        let mut command = Command::new(bin.join("pypi-server"));
        command.args(["run", "-i", "127.0.0.1", "-p", &port, "-a", ".", "-P", ".", "--disable-fallback"]).arg(&folder);
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
        while std::net::TcpStream::connect(free).is_err() {
            std::thread::sleep(Duration::from_millis(20));
        }
        Server { child, folder, url: format!("http://127.0.0.1:{port}/") }
    }

    /// As it was at the beginning; how many files it had.
    fn empty(&self) -> usize {
        let mut had = 0;
        for file in std::fs::read_dir(&self.folder).expect("a folder").flatten() {
            std::fs::remove_file(file.path()).expect("it is there");
            had += 1;
        }
        had
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Takes uploads and keeps none; everything else is not there.
fn sink() -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let url = format!("http://{}/", listener.local_addr().expect("it is bound"));
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut head = Vec::new();
            let mut byte = [0; 1];
            while !head.ends_with(b"\r\n\r\n") && stream.read_exact(&mut byte).is_ok() {
                head.push(byte[0]);
            }
            let head = String::from_utf8_lossy(&head).to_ascii_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.trim().parse().ok());
            let _ = std::io::copy(&mut (&mut stream).take(length.unwrap_or(0)), &mut std::io::sink());
            let status = if head.starts_with("post ") { "200 OK" } else { "404 Not Found" };
            let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    url
}

/// Milliseconds, and the largest memory in KiB.
fn once(dir: &Path, program: &Path, arguments: &[String]) -> (f64, u64) {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(dir).env_clear().envs(environment(dir));
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let began = Instant::now();
    let child = command.spawn().expect("it starts");
    let peak = watch(child.id());
    let output = child.wait_with_output().expect("it ends");
    let took = began.elapsed();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    (took.as_secs_f64() * 1_000.0, peak.join().unwrap_or(0))
}

fn line(scratch: &Path, name: &str, files: &[PathBuf], promise: &str) {
    let Some(bin) = peers().filter(|_| is_wanted(name)) else { return };
    let server = Server::start(scratch, &bin);
    let url = server.url.as_str();
    let token = scratch.join("token").display().to_string();
    let mut own = 0.0;
    for (program, arguments) in [
        (PathBuf::from(PROGRAM), vec!["publish", "--index", url, "--token-file", &token]),
        (bin.join("uv"), vec!["publish", "--publish-url", url, "-u", "a", "-p", "b", "--trusted-publishing", "never"]),
        (bin.join("twine"), vec!["upload", "--repository-url", url, "-u", "a", "-p", "b", "--disable-progress-bar"]),
    ] {
        let mut arguments: Vec<String> = arguments.into_iter().map(str::to_owned).collect();
        arguments.extend(files.iter().map(|file| file.display().to_string()));
        let mut times = Vec::new();
        let mut memory = 0;
        for run in 0..=RUNS {
            let (took, peak) = once(scratch, &program, &arguments);
            assert_eq!(server.empty(), files.len(), "{arguments:?}");
            memory = memory.max(peak);
            if run > 0 {
                times.push(took);
            }
        }
        times.sort_by(f64::total_cmp);
        let took = times[times.len() / 2];
        let what = program.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if own == 0.0 {
            own = took;
            println!("{name:<6} {what:<8} {took:>9.1} ms {memory:>8} KiB  (promise: {promise})");
        } else {
            println!("{name:<6} {what:<8} {took:>9.1} ms {memory:>8} KiB  {:.1} times as long", took / own);
        }
    }
}

fn is_wanted(name: &str) -> bool {
    std::env::var("PYRELEASE_BENCH_ONLY").map_or(true, |only| only == name)
}

fn main() {
    let scratch = tempfile::tempdir().expect("a folder");
    let scratch = scratch.path();
    std::fs::write(scratch.join("token"), "a-token-of-benchmarks").expect("a file");
    let fifty: Vec<PathBuf> = (1..=50).map(|number| make(scratch, number, None)).collect();
    line(scratch, "one", &fifty[..1], "50 ms");
    line(scratch, "fifty", &fifty, "150 ms");
    if is_wanted("large") {
        let large = large(scratch);
        let token = scratch.join("token").display().to_string();
        let url = sink();
        let arguments = ["publish", "--index", &url, "--token-file", &token, &large.display().to_string()];
        let (took, memory) = once(scratch, Path::new(PROGRAM), &arguments.map(str::to_owned));
        println!("large  release  {took:>9.1} ms {memory:>8} KiB  (promise: {} KiB)", 64 * MIB / 1024);
    }
}

/// A wheel of 1 GiB that no deflating makes smaller.
fn large(dir: &Path) -> PathBuf {
    let noise = dir.join("data");
    let mut out = std::io::BufWriter::new(std::fs::File::create(&noise).expect("a file"));
    let mut state = 1_u64;
    for _ in 0..(1 << 30) / 8 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        out.write_all(&(state ^ (state >> 29)).to_le_bytes()).expect("room");
    }
    out.flush().expect("room");
    drop(out);
    make(dir, 51, Some(noise))
}
