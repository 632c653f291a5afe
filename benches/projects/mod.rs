//! Projects that benchmarks build and check, made on the spot, and what running programs on them takes.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_release");

/// What a project consists of.
pub(crate) struct Shape {
    pub(crate) name: &'static str,
    pub(crate) modules: usize,
    /// Bytes of a module on average.
    pub(crate) module: usize,
    /// Bytes of the data file.
    pub(crate) data: usize,
}

/// Its name, what it requires, its name for hooks, and its own tables.
pub(crate) const BACKENDS: [(&str, &str, &str, &str); 3] = [
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
pub(crate) fn make(shape: &Shape, dir: &Path) {
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

pub(crate) fn choose(dir: &Path, (_, requires, hooks, tables): (&str, &str, &str, &str)) {
    let text = format!(
        "[build-system]\nrequires = [\"{requires}\"]\nbuild-backend = \"{hooks}\"\n\n[project]\nname = \"demo\"\n\
         version = \"1.4.9\"\ndescription = \"Made to be built\"\nreadme = \"README.md\"\nrequires-python = \">=3.9\"\n\
         license = \"MIT\"\nlicense-files = [\"LICENSE\"]\n\n{tables}"
    );
    std::fs::write(dir.join("pyproject.toml"), text).expect("a file");
}

/// A closed one, but for what leads to an index.
pub(crate) fn environment(dir: &Path) -> Vec<(String, String)> {
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
pub(crate) fn watch(id: u32) -> std::thread::JoinHandle<u64> {
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

pub(crate) fn peers() -> Option<PathBuf> {
    std::env::var_os("PYRELEASE_BENCH_PEERS").map(PathBuf::from)
}
