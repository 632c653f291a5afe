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

use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const PROGRAM: &str = env!("CARGO_BIN_EXE_release");
const RUNS: usize = 5;
/// No further run of the same begins after this.
const LONG: Duration = Duration::from_secs(60);
const MIB: u64 = 1 << 20;

struct Shape {
    name: &'static str,
    modules: usize,
    /// Bytes of a module on average.
    module: usize,
    /// Bytes of the data file.
    data: usize,
    /// Milliseconds that are promised.
    promised: Option<u32>,
}

const SHAPES: [Shape; 3] = [
    Shape { name: "small", modules: 10, module: 9_900, data: 0, promised: Some(15) },
    Shape { name: "many", modules: 5_400, module: 11_350, data: 0, promised: Some(900) },
    Shape { name: "large", modules: 10, module: 9_900, data: 300_000_000, promised: None },
];

/// Its name, what it requires, its name for hooks, and its own tables.
const BACKENDS: [(&str, &str, &str, &str); 3] = [
    ("hatchling", "hatchling", "hatchling.build", ""),
    ("setuptools", "setuptools", "setuptools.build_meta", "[tool.setuptools.package-data]\ndemo = [\"data.bin\"]\n"),
    ("uv_build", "uv_build>=0.13,<0.14", "uv_build", ""),
];

/// The same on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or_default() % most
    }
}

/// Text that deflate makes about as small as Python's own library.
fn source(random: &mut Random, size: usize) -> String {
    const PARTS: [&str; 24] = [
        "get", "set", "value", "name", "index", "make", "read", "write", "path", "node", "line", "item", "parse",
        "str", "list", "is", "to", "from", "key", "type", "call", "send", "text", "state",
    ];
    const KEYWORDS: [&str; 10] =
        ["return", "if", "for", "in", "not", "None", "self.", "raise ValueError(", "lambda x:", "import"];
    let mut out = String::with_capacity(size + 200);
    while out.len() < size {
        out.push_str(&"            "[..4 * random.below(4)]);
        for _ in 0..1 + random.below(5) {
            match random.below(7) {
                0 | 1 => out.push_str(KEYWORDS[random.below(10)]),
                2 => write!(out, "\"{}\"", random.below(3_000)).expect("memory"),
                3 => write!(out, "{}_{}(", PARTS[random.below(24)], PARTS[random.below(24)]).expect("memory"),
                _ => {
                    // Some names are used more than others.
                    let at = random.below(24).min(random.below(24));
                    write!(out, "{}_{} ", PARTS[at], PARTS[random.below(24)]).expect("memory");
                }
            }
        }
        out.push('\n');
    }
    out.truncate(size);
    out
}

fn git(dir: &Path, arguments: &[&str]) {
    let mut command = Command::new("git");
    command.args(["-c", "user.name=Bench", "-c", "user.email=bench@example.org", "-c", "gc.auto=0"]);
    let output = command.args(arguments).current_dir(dir).output().expect("git starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Makes the project without its `pyproject.toml`.
fn make(shape: &Shape, dir: &Path) {
    const SIZES: [usize; 7] = [1, 2, 3, 5, 8, 13, 30];
    let package = dir.join("src/demo");
    std::fs::create_dir_all(&package).expect("a folder");
    let mut random = Random(1);
    for at in 0..shape.modules {
        let (folder, name) = match at {
            0 => (package.clone(), "__init__.py".to_owned()),
            _ if shape.modules < 100 => (package.clone(), format!("module{at}.py")),
            _ => (package.join(format!("part{}", at / 100)), format!("module{at}.py")),
        };
        std::fs::create_dir_all(&folder).expect("a folder");
        let size = shape.module * SIZES.len() * SIZES[at % SIZES.len()] / SIZES.iter().sum::<usize>();
        std::fs::write(folder.join(name), source(&mut random, size)).expect("a file");
    }
    for part in 0..shape.modules / 100 {
        // setuptools finds nothing else.
        std::fs::write(package.join(format!("part{part}/__init__.py")), "").expect("a file");
    }
    if shape.data > 0 {
        let mut out = BufWriter::new(File::create(package.join("data.bin")).expect("a file"));
        for _ in 0..shape.data / 2_000_000 {
            out.write_all(source(&mut random, 1_000_000).as_bytes()).expect("room");
            let noise: Vec<u8> = (0..1_000_000).map(|_| random.below(256) as u8).collect();
            out.write_all(&noise).expect("room");
        }
        out.flush().expect("room");
    }
    std::fs::write(dir.join("README.md"), "# demo\n\nMade to be built.\n").expect("a file");
    std::fs::write(dir.join("LICENSE"), "MIT\n").expect("a file");
    std::fs::write(dir.join(".gitignore"), "*.py[cod]\n__pycache__/\n/dist/\n/build/\n*.egg-info/\n").expect("a file");
    git(dir, &["init", "-q", "-b", "main"]);
    git(dir, &["-c", "core.compression=0", "add", "-A"]);
    git(dir, &["commit", "-qm", "feat: first"]);
}

fn choose(dir: &Path, (_, requires, hooks, tables): (&str, &str, &str, &str)) {
    let text = format!(
        "[build-system]\nrequires = [\"{requires}\"]\nbuild-backend = \"{hooks}\"\n\n[project]\nname = \"demo\"\n\
         version = \"1.4.9\"\ndescription = \"Made to be built\"\nreadme = \"README.md\"\nrequires-python = \">=3.9\"\n\
         license = \"MIT\"\nlicense-files = [\"LICENSE\"]\n\n{tables}"
    );
    std::fs::write(dir.join("pyproject.toml"), text).expect("a file");
}

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

/// A closed one, but for what leads to an index.
fn environment(dir: &Path) -> Vec<(String, String)> {
    let home = dir.parent().unwrap_or(dir).join("home");
    std::fs::create_dir_all(&home).expect("a folder");
    let mut path = std::env::var("PATH").unwrap_or_default();
    if let Some(peers) = peers() {
        path = format!("{}:{path}", peers.display());
    }
    let mut variables = vec![("PATH".to_owned(), path), ("HOME".to_owned(), home.display().to_string())];
    variables.push(("LC_ALL".to_owned(), "C.UTF-8".to_owned()));
    variables.extend(std::env::vars().filter(|(name, _)| {
        let lead = name.starts_with("PIP_") || name.starts_with("UV_") || name.starts_with("SSL_CERT_");
        lead || name == "TMPDIR" || name == "REQUESTS_CA_BUNDLE" || name.to_ascii_uppercase().ends_with("_PROXY")
    }));
    variables
}

/// The peak of the largest process below one, looked up until that has ended.
fn watch(id: u32) -> std::thread::JoinHandle<u64> {
    std::thread::spawn(move || {
        let mut peak = 0;
        while let Some(now) = memory(id) {
            peak = peak.max(now).max(children(id));
            std::thread::sleep(Duration::from_millis(1));
        }
        peak
    })
}

fn memory(id: u32) -> Option<u64> {
    let text = std::fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.split_whitespace().next()?.parse().ok()
}

fn children(id: u32) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap_or_default();
    let found = text.split_whitespace().filter_map(|word| word.parse().ok());
    found.map(|child| memory(child).unwrap_or(0).max(children(child))).max().unwrap_or(0)
}

fn peers() -> Option<PathBuf> {
    std::env::var_os("PYRELEASE_BENCH_PEERS").map(PathBuf::from)
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
    for shape in SHAPES.iter().filter(|shape| only.as_ref().is_none_or(|only| only == shape.name)) {
        let dir = scratch.path().join(shape.name);
        make(shape, &dir);
        for backend in BACKENDS {
            choose(&dir, backend);
            compare(shape, &dir, backend.0);
        }
        std::fs::remove_dir_all(&dir).expect("it is there");
    }
}

fn compare(shape: &Shape, dir: &Path, backend: &str) {
    let name = format!("{:<6} {backend:<10}", shape.name);
    let native = [PROGRAM, "build", "--builder", "native"];
    let own = measure(dir, &native, 2);
    let floor = floor(dir);
    let time = shape.promised.map_or_else(String::new, |most| format!("{most} ms, "));
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
