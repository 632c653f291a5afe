//! Projects that benchmarks build and check, made on the spot.

mod running;

use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::process::Command;

pub(crate) use running::{PROGRAM, environment, peers, watch};

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
