//! Parsers of what comes from outside, fed with damaged input for as long as one likes: none panics, none takes over a
//! second, and all together stay below 256 MiB. Time is that of the processor: what else the machine does is no finding.
//!
//! `PYRELEASE_FUZZ_SECONDS` is how long each is fed (2 without it), `PYRELEASE_FUZZ_ONLY` names some of them with commas,
//! `PYRELEASE_FUZZ_SEED` where chance begins. What makes a parser answer in a new way is kept and changed further. An input
//! that is a finding is written to `target/fuzz/`.

#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "a harness measures and prints")]

/// What the tests make archives of.
#[expect(dead_code, reason = "the tests need more of it")]
#[path = "../tests/it/support"]
mod support {
    pub(crate) mod archives;
    pub(crate) mod random;
    pub(crate) mod secrets;
}

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use pyrelease::archive::Limits;
use pyrelease::check::{Policy, examine, judge};
use pyrelease::python::entry_points::EntryPoints;
use pyrelease::python::filename::{SdistName, WheelName};
use pyrelease::python::license::LicenseExpression;
use pyrelease::python::marker::Marker;
use pyrelease::python::metadata::Metadata;
use pyrelease::python::requirement::Requirement;
use pyrelease::python::specifier::SpecifierSet;
use pyrelease::python::tag::TagSet;
use pyrelease::python::version::Version;
use support::archives::hostile::cases;
use support::archives::mutation::{libraries, mutate, sign, stored_gzip};
use support::archives::tar::{SDIST_NAME, Tar};
use support::archives::zip::{Entry, METADATA, WHEEL, WHEEL_NAME, Zip};
use support::random::Random;
use support::secrets::planted;

/// The longest that one input may take.
const LONGEST: Duration = Duration::from_secs(1);
/// The most memory, in KiB.
const MEMORY: u64 = 256 << 10;
/// Inputs that are kept to be changed further.
const KEPT: usize = 2_000;
/// The longest input.
const SIZE: usize = 1 << 20;

/// A parser: what it is fed with, and what it answers, as far as answers differ in kind.
struct Target {
    name: &'static str,
    seeds: Vec<Vec<u8>>,
    words: &'static [&'static str],
    run: fn(&[u8]) -> String,
}

fn judged(name: &str, bytes: &[u8]) -> String {
    let examined = examine(name, &mut &*bytes, &Limits::default());
    let verdict = judge(&examined, &Policy::default());
    let codes: HashSet<&str> = verdict.findings.iter().map(|finding| finding.code).collect();
    let mut codes: Vec<&str> = codes.into_iter().collect();
    codes.sort_unstable();
    codes.join(" ")
}

/// A wheel with this text in place of one of its own.
fn told(member: &str, text: &[u8]) -> String {
    let mut zip = Zip::wheel();
    let name = format!("demo-1.0.dist-info/{member}");
    if member == "RECORD" {
        zip.without_record = true;
        zip.file(&name, text);
    } else if member == "entry_points.txt" {
        zip.file(&name, text);
    } else {
        *zip.entry(&name) = Entry::stored(&name, text);
    }
    judged(WHEEL_NAME, &zip.bytes())
}

/// The kind of an error, without the text that it quotes.
fn answer<T, E: std::fmt::Display>(result: Result<T, E>) -> String {
    result.err().map_or_else(String::new, |error| {
        error.to_string().rsplit('`').next().unwrap_or_default().chars().filter(|c| c.is_alphabetic()).collect()
    })
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn seeds(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

/// A wheel with one member more.
fn held(member: &str, bytes: &[u8]) -> String {
    let mut zip = Zip::wheel();
    zip.entries.push(Entry::stored(member, bytes));
    let bytes = zip.bytes();
    let observed = examine(WHEEL_NAME, &mut bytes.as_slice(), &Limits::default()).observed;
    let kinds: Vec<&str> = observed.secrets.iter().map(|hit| hit.kind).collect();
    let unread: Vec<_> = observed.nested.iter().map(|nested| &nested.unread).collect();
    judged(WHEEL_NAME, &bytes) + &format!("{kinds:?} {unread:?} {:?}", observed.machine)
}

/// Whole archives.
fn archives() -> Vec<Target> {
    let of = |end: &str| -> Vec<Vec<u8>> {
        cases()
            .into_iter()
            .filter(|case| case.file_name.ends_with(end) && case.bytes.len() < SIZE)
            .map(|case| case.bytes)
            .collect()
    };
    let mut tar = Tar::sdist();
    tar.pax(b'x', &[("path", "demo-1.0/\u{e9}.py"), ("mtime", "1.5")]);
    tar.file("demo-1.0/x.py", b"x");
    tar.link("demo-1.0/l", b'2', "src/demo");
    vec![
        Target {
            name: "wheel",
            seeds: of(".whl"),
            words: &["PK\x03\x04", "PK\x01\x02", "PK\x05\x06", "PK\x06\x06", "../", "\x01\0\x10\0"],
            run: |bytes| judged(WHEEL_NAME, bytes),
        },
        Target {
            name: "sdist",
            seeds: of(".tar.gz"),
            words: &["\x1f\u{8b}\x08", "../"],
            run: |bytes| judged(SDIST_NAME, bytes),
        },
        Target {
            name: "tar",
            seeds: vec![tar.tar()],
            words: &[
                "path=",
                "size=",
                "GNU.sparse.major=1",
                "linkpath=",
                "././@LongLink",
                "ustar\x0000",
                "\0\0\0\0\0\0\0\0",
            ],
            run: |bytes| {
                let mut tar = bytes.to_vec();
                sign(&mut tar);
                judged(SDIST_NAME, &stored_gzip(&tar))
            },
        },
    ]
}

/// What stands in archives.
fn members() -> Vec<Target> {
    vec![
        Target {
            name: "METADATA",
            seeds: seeds(&[METADATA]),
            words: &[
                "\nDynamic: ",
                "\nLicense-Expression: ",
                "\nRequires-Dist: ",
                "; extra == \"x\"",
                "\n ",
                "\nClassifier: ",
                "UNKNOWN",
                "Metadata-Version: 2.5\n",
                "\nAuthor-Email: ",
                "<",
                "@",
                "\u{fffd}",
            ],
            run: |bytes| told("METADATA", bytes),
        },
        Target {
            name: "description",
            seeds: seeds(&[
                "# Demo\n\nText *a* **b** `c` [d](https://example.org/x_(y) \"t\") ![e](f.png)\n\n| a | b |\n|---|:-:|\n| 1 | 2 |\n",
                "- [x] a\n  1. b\n> c\n\n```py\nd\n```\n<details><summary>e</summary>\n<img src=x onerror=y>\n</details>\n[^1]\n\n[^1]: f :tada:\n",
            ]),
            words: &[
                "[", "](", "![", "> ", "```", "*", "_", "|", "<", "&#", "\n\n", "    ", "- ", "[^1]", "~~", "<!--",
                "\\",
            ],
            run: |bytes| {
                let head = METADATA.split("\n\n").next().unwrap_or_default().trim_end();
                told("METADATA", &[head.as_bytes(), b"\nDescription-Content-Type: text/markdown\n\n", bytes].concat())
            },
        },
        Target {
            name: "WHEEL",
            seeds: seeds(&[WHEEL]),
            words: &["\nTag: ", "\nBuild: 1", "Root-Is-Purelib: true"],
            run: |bytes| told("WHEEL", bytes),
        },
        Target {
            name: "RECORD",
            seeds: vec![Zip::wheel().honest_record().into_bytes()],
            words: &["sha256=", "sha512=", "\"", ",,\n", "demo/__init__.py"],
            run: |bytes| told("RECORD", bytes),
        },
        Target {
            name: "entry points",
            seeds: seeds(&["[console_scripts]\ndemo = demo:main\n[demo.plugins]\nx = demo.x [extra]\n"]),
            words: &["[", "]", "=", ":", "\n#", "console_scripts"],
            run: |bytes| told("entry_points.txt", bytes) + &answer(text(bytes).parse::<EntryPoints>()),
        },
        Target {
            name: "pyproject",
            seeds: seeds(&["[project]\nname = 'demo'\nversion = '1.0'\n[build-system]\nrequires = []\n"]),
            words: &["[", "]]", "'''", "\"", "{", "= ", "\n"],
            run: |bytes| {
                let mut tar = Tar::default();
                tar.directory("demo-1.0/");
                tar.file("demo-1.0/pyproject.toml", bytes);
                tar.file("demo-1.0/PKG-INFO", METADATA.as_bytes());
                judged(SDIST_NAME, &stored_gzip(&tar.tar()))
            },
        },
    ]
}

/// What members hold that nobody asked for.
fn contents() -> Vec<Target> {
    let secrets = planted(&mut Random::new(0x5EED_0608));
    let lines: Vec<Vec<u8>> = secrets.iter().map(|secret| format!("{}\n", secret.text).into_bytes()).collect();
    let mut inner = Zip::wheel();
    inner.file("demo/x.py", &lines.concat());
    // A jar has its sizes behind its data.
    let mut jar = inner.clone();
    jar.entry("demo/x.py").both(|head| head.flags = 8);
    let mut tar = Tar::sdist();
    tar.file("demo-1.0/x.py", &lines.concat());
    let (pe, fat) = libraries();
    let elf = [b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0".as_slice(), &[0; 300]].concat();
    vec![
        Target {
            name: "secrets",
            seeds: lines,
            words: &["-----BEGIN ", " PRIVATE KEY-----", "\\n", "://", "@", "ghp_", "\0", "password = "],
            run: |bytes| held("demo/x.py", bytes),
        },
        Target {
            name: "nested",
            seeds: vec![inner.bytes(), jar.bytes(), tar.gz()],
            words: &["PK\x03\x04", "PK\x07\x08", "PK\x05\x06", "\x1f\u{8b}\x08", "\x08\0\x08\0"],
            run: |bytes| held(if bytes.starts_with(b"PK") { "demo/i.jar" } else { "demo/i.tar.gz" }, bytes),
        },
        Target {
            name: "machine code",
            seeds: vec![pe, fat, elf],
            words: &["MZ", "PE\0\0", "\x7fELF", ".debug_info\0", "\u{ff}\u{ff}", "\0\0\0\x01"],
            run: |bytes| held("demo/i.so", bytes) + &held("demo/i.pyd", bytes) + &held("demo/i.dylib", bytes),
        },
    ]
}

/// The words of packaging.
fn texts() -> Vec<Target> {
    vec![
        Target {
            name: "core metadata",
            seeds: seeds(&[METADATA]),
            words: &["\nName: ", "\n\n", ": "],
            run: |bytes| Metadata::parse(bytes).err().map_or_else(String::new, |faults| faults.len().to_string()),
        },
        Target {
            name: "version",
            seeds: seeds(&["1!2.0.0rc1.post3.dev4+local.5", "v1.0-1"]),
            words: &["dev", "post", "rc", "!", "+", "99999999999999999999"],
            run: |bytes| answer(text(bytes).parse::<Version>()),
        },
        Target {
            name: "specifiers",
            seeds: seeds(&[">=3.8,<4,!=3.9.*,~=3.8.1,===x"]),
            words: &["===", "~=", ".*", ",", "+local"],
            run: |bytes| answer(text(bytes).parse::<SpecifierSet>()),
        },
        Target {
            name: "requirement",
            seeds: seeds(&[
                "demo[a,b] (>=1,<2) ; python_version < '3.9' and extra == 'x'",
                "demo @ https://example.org/x.whl ; os_name == 'nt'",
            ]),
            words: &["((((", " or ", " and ", "'", "@ ", "[", "in "],
            run: |bytes| answer(text(bytes).parse::<Requirement>()),
        },
        Target {
            name: "marker",
            seeds: seeds(&["(python_version >= '3' or os_name == 'nt') and 'x' in extras"]),
            words: &["((((((((", " or ", " and ", "not in ", "'"],
            run: |bytes| answer(text(bytes).parse::<Marker>()),
        },
        Target {
            name: "licence",
            seeds: seeds(&["(MIT OR Apache-2.0) AND GPL-2.0-or-later WITH Classpath-exception-2.0"]),
            words: &["((((((((", " OR ", " AND ", " WITH ", "LicenseRef-", "+"],
            run: |bytes| answer(text(bytes).parse::<LicenseExpression>()),
        },
        Target {
            name: "file names",
            seeds: seeds(&[WHEEL_NAME, SDIST_NAME, "demo-1.0-1-cp312.cp313-abi3-manylinux_2_28_x86_64.whl"]),
            words: &["-", "_", ".", ".whl", ".tar.gz"],
            run: |bytes| {
                let text = text(bytes);
                answer(text.parse::<WheelName>()) + &answer(text.parse::<SdistName>()) + &answer(text.parse::<TagSet>())
            },
        },
    ]
}

fn main() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let time = Duration::from_secs(number("PYRELEASE_FUZZ_SECONDS").unwrap_or(2));
    let only = std::env::var("PYRELEASE_FUZZ_ONLY").ok();
    let mut random = Random::new(number("PYRELEASE_FUZZ_SEED").unwrap_or(0x5EED_0006));
    std::panic::set_hook(Box::new(|_| {}));
    let mut failed = false;
    let targets = [archives(), members(), contents(), texts()].into_iter().flatten();
    for target in
        targets.filter(|target| only.as_ref().is_none_or(|only| only.split(',').any(|only| only == target.name)))
    {
        failed |= feed(target, &mut random, time);
    }
    let memory = memory();
    println!("the largest memory: {memory} KiB of {MEMORY}");
    assert!(!failed && memory <= MEMORY, "see above");
}

/// Feeds a parser for some time; whether there was a finding.
fn feed(target: Target, random: &mut Random, time: Duration) -> bool {
    let Target { name, seeds: mut kept, words, run } = target;
    let (mut runs, mut slowest, mut seen, mut failed) = (0_u64, Duration::ZERO, HashSet::new(), false);
    let began = processor();
    let mut next = 0;
    while processor() - began < time {
        // The seeds themselves come first.
        let mut input = kept[if runs < kept.len() as u64 { next } else { random.below(kept.len()) }].clone();
        next = (next + 1) % kept.len();
        if runs >= kept.len() as u64 {
            for _ in 0..=random.below(6) {
                change(random, &mut input, (&kept, words));
            }
        }
        input.truncate(SIZE);
        let start = processor();
        let answer = catch_unwind(AssertUnwindSafe(|| run(&input)));
        let took = processor() - start;
        runs += 1;
        slowest = slowest.max(took);
        match answer {
            Ok(answer) if took <= LONGEST => {
                if seen.insert(hash(&answer)) && kept.len() < KEPT {
                    kept.push(input);
                }
            }
            answer => {
                failed = true;
                let what = if answer.is_err() { "panics" } else { "takes over a second" };
                println!("{name}: {what}: {}", keep(name, &input));
            }
        }
    }
    let slowest = slowest.as_secs_f64() * 1_000.0;
    println!("{name:<14} {runs:>10} inputs, {:>5} ways to answer, the slowest {slowest:.1} ms", seen.len());
    failed
}

fn change(random: &mut Random, input: &mut Vec<u8>, (kept, words): (&[Vec<u8>], &[&str])) {
    let at = random.below(input.len() + 1);
    match random.below(8) {
        0 if !words.is_empty() => drop(input.splice(at..at, random.pick(words).bytes())),
        1 => {
            let other = &kept[random.below(kept.len())];
            let from = random.below(other.len() + 1);
            input.truncate(at);
            input.extend_from_slice(&other[from..]);
        }
        2 if !input.is_empty() => {
            // Nesting and repetition are what slow parsers fall over.
            let from = random.below(input.len());
            let piece = input[from..(from + 1 + random.below(16)).min(input.len())].to_vec();
            let many = 1 << random.below(12);
            input.splice(at..at, piece.repeat(many));
        }
        _ => mutate(random, input),
    }
}

/// What this process has used of the processor.
fn processor() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// Writes an input that is a finding.
fn keep(name: &str, input: &[u8]) -> String {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("target/fuzz");
    std::fs::create_dir_all(&folder).expect("a folder");
    let path = folder.join(format!("{}-{:016x}", name.replace(' ', "-"), hash(&format!("{input:?}"))));
    std::fs::write(&path, input).expect("a file");
    path.display().to_string()
}

fn memory() -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
