//! The strict readers: every hostile archive raises its findings, every honest one none.

use std::io::Read;

use pyrelease::archive::{Fault, Kind, Limits, MemberKind, Scan, Seen, Sha256, read};
use pyrelease::check::Policy;
use pyrelease::report::Severity;

use crate::support::archives::hostile::cases;
use crate::support::archives::mutation::{mutate, sign, stored_gzip};
use crate::support::archives::tar::{SDIST_NAME, Tar};
use crate::support::archives::zip::{Entry, METADATA, WHEEL_NAME, Zip};
use crate::support::depth::{is_full, rounds};
use crate::support::random::Random;

/// A reader that returns at most so many bytes at once.
struct Slow<'a>(&'a [u8], usize);

impl Read for Slow<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let count = out.len().min(self.1).min(self.0.len());
        out[..count].copy_from_slice(&self.0[..count]);
        self.0 = &self.0[count..];
        Ok(count)
    }
}

fn scan(file_name: &str, bytes: &[u8]) -> Scan {
    read::scan(file_name, &mut &*bytes, &Limits::default())
}

fn codes(faults: &[Fault]) -> Vec<&str> {
    let mut codes: Vec<&str> = faults.iter().map(|fault| fault.code).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

#[test]
fn every_hostile_archive_raises_its_faults() {
    let mut wrong = Vec::new();
    for case in cases() {
        let mut expected = case.codes.clone();
        expected.retain(|code| code.starts_with("archive/"));
        let found = scan(case.file_name, &case.bytes);
        if codes(&found.faults) != expected {
            wrong.push(format!("{}: {expected:?}, found {:#?}", case.id, found.faults));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_size_of_a_read_changes_nothing() {
    for case in cases() {
        let whole = scan(case.file_name, &case.bytes);
        for chunk in [1, 7, 64 << 10] {
            // A byte at a time is too slow for the few large ones and tells nothing more there.
            if chunk < 100 && case.bytes.len() > 1 << 20 {
                continue;
            }
            let mut slow = Slow(&case.bytes, chunk);
            let again = read::scan(case.file_name, &mut slow, &Limits::default());
            assert_eq!(again, whole, "{} in reads of {chunk}", case.id);
        }
    }
}

#[test]
fn an_honest_wheel_is_told_whole() {
    let bytes = Zip::wheel().bytes();
    let scan = scan(WHEEL_NAME, &bytes);
    assert_eq!(scan.faults, []);
    assert_eq!(scan.kind, Kind::Wheel);
    assert_eq!(scan.size, bytes.len() as u64);
    assert_eq!(scan.sha256, Sha256::of(&bytes));
    assert_eq!(scan.members.len(), 5);
    assert_eq!(scan.members[0].name, "demo/__init__.py");
    assert_eq!(scan.members[0].sha256, Some(Sha256::of(b"VALUE = 1\n")));
    assert_eq!((scan.members[0].size, scan.members[0].mode), (10, 0o100_644));
    let kept: Vec<&String> = scan.kept.keys().collect();
    assert_eq!(kept, ["demo-1.0.dist-info/METADATA", "demo-1.0.dist-info/RECORD", "demo-1.0.dist-info/WHEEL"]);
    assert_eq!(scan.kept["demo-1.0.dist-info/METADATA"], METADATA.as_bytes());
}

#[test]
fn an_honest_sdist_is_told_whole() {
    let scan = scan(SDIST_NAME, &Tar::sdist().gz());
    assert_eq!(scan.faults, []);
    assert_eq!(scan.kind, Kind::Sdist);
    assert_eq!(scan.members[0].kind, MemberKind::Directory);
    assert_eq!(scan.members[0].name, "demo-1.0");
    let kept: Vec<&String> = scan.kept.keys().collect();
    assert_eq!(kept, ["demo-1.0/PKG-INFO", "demo-1.0/pyproject.toml"]);
}

#[test]
fn a_pax_header_that_repeats_the_name_is_honest() {
    // As uv_build 0.13 writes every member.
    let mut tar = Tar::sdist();
    tar.pax(b'x', &[("path", "demo-1.0/x.py"), ("size", "1")]);
    tar.file("demo-1.0/x.py", b"x");
    assert_eq!(scan(SDIST_NAME, &tar.gz()).faults, []);
}

#[test]
fn what_the_zip_crate_writes_is_honest() {
    use std::io::Write as _;
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, mode) in [("demo/__init__.py", 0o644), ("demo/\u{e9}.py", 0o755)] {
        let options = zip::write::SimpleFileOptions::default().unix_permissions(mode);
        writer.start_file(name, options).expect("it is there");
        writer.write_all(&b"VALUE = 1\n".repeat(1000)).expect("memory takes everything");
    }
    writer.add_directory("demo/empty", zip::write::SimpleFileOptions::default()).expect("it is there");
    let bytes = writer.finish().expect("memory takes everything").into_inner();
    let scan = scan(WHEEL_NAME, &bytes);
    assert_eq!(scan.faults, []);
    assert_eq!(scan.members.len(), 3);
    assert!(scan.members[1].executable && !scan.members[0].executable);
}

#[test]
fn many_entries_with_zip64_are_honest() {
    let entries = (0..66_004).map(|at| Entry::stored(&format!("a{at}"), b"")).collect();
    let zip = Zip { entries, zip64: Some(66_004), ..Zip::default() };
    let mut bytes = zip.raw();
    let classic = bytes.len() - 22;
    bytes[classic + 8..classic + 12].fill(0xFF);
    let scan = scan(WHEEL_NAME, &bytes);
    assert_eq!(scan.faults, []);
    assert_eq!(scan.members.len(), 66_004);
}

#[test]
fn what_the_tar_crate_writes_is_honest() {
    let mut builder = tar::Builder::new(Vec::new());
    for name in ["demo-1.0/PKG-INFO", "demo-1.0/x.py"] {
        let mut header = tar::Header::new_ustar();
        header.set_size(10);
        header.set_mode(0o755);
        builder.append_data(&mut header, name, b"VALUE = 1\n".as_slice()).expect("it is there");
    }
    let bytes = crate::support::archives::tar::gzip(&builder.into_inner().expect("it is there"));
    let scan = scan(SDIST_NAME, &bytes);
    assert_eq!(scan.faults, []);
    assert!(scan.members[1].executable);
}

/// Archives of Python's `zipfile` and `tarfile` and real ones from indexes, where they lie at hand.
#[test]
fn what_python_writes_is_honest() {
    const PYTHON: &str = r#"
import io, os, sys, tarfile, zipfile
out = sys.argv[1]
with zipfile.ZipFile(f"{out}/demo-1.0-py3-none-any.whl", "w", zipfile.ZIP_DEFLATED) as z:
    z.writestr("demo/__init__.py", "VALUE = 1\n" * 1000)
    z.writestr("demo/\u00e9.py", "")
    z.writestr(zipfile.ZipInfo("demo/d/"), "")
with tarfile.open(f"{out}/demo-2.0.tar.gz", "w:gz", format=tarfile.GNU_FORMAT) as t:
    for name in ["demo-2.0/a.py", "demo-2.0/b.py", "demo-2.0/\u00e9.py"]:
        info = tarfile.TarInfo(name)
        info.size = 10
        info.mode = 0o755
        t.addfile(info, io.BytesIO(b"VALUE = 1\n"))
with tarfile.open(f"{out}/demo-1.0.tar.gz", "w:gz", format=tarfile.PAX_FORMAT) as t:
    for name in ["demo-1.0/a.py", "demo-1.0/\u00e9.py", "demo-1.0/" + "d/" * 60 + "deep.py"]:
        info = tarfile.TarInfo(name)
        info.size = 10
        info.mtime = 1700000000.5
        t.addfile(info, io.BytesIO(b"VALUE = 1\n"))
    d = tarfile.TarInfo("demo-1.0/dir")
    d.type = tarfile.DIRTYPE
    t.addfile(d)
"#;
    let out = std::path::PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("python-archives");
    #[expect(clippy::disallowed_methods, reason = "tests touch the disk themselves")]
    std::fs::create_dir_all(&out).expect("it is there");
    #[expect(clippy::disallowed_methods, reason = "tests run Python themselves")]
    let run = std::process::Command::new("python3").args(["-c", PYTHON]).arg(&out).output();
    let Ok(run) = run else { return };
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    for name in [WHEEL_NAME, SDIST_NAME, "demo-2.0.tar.gz"] {
        #[expect(clippy::disallowed_methods, reason = "tests touch the disk themselves")]
        let bytes = std::fs::read(out.join(name)).expect("it is there");
        let scan = scan(name, &bytes);
        assert_eq!(scan.faults, [], "{name}");
        assert!(scan.members.len() >= 3);
    }
}

#[test]
fn limits_bound_what_is_read() {
    let bytes = Tar::sdist().gz();
    let strict = |limits: Limits| codes_of(SDIST_NAME, &bytes, &limits);
    assert_eq!(strict(Limits { file: 100, ..Limits::default() }), ["archive/too-large"]);
    assert_eq!(strict(Limits { unpacked: 1000, ..Limits::default() }), ["archive/bomb"]);
    assert_eq!(strict(Limits { members: 2, ..Limits::default() }), ["archive/too-many-members"]);
    assert_eq!(strict(Limits { text: 20, ..Limits::default() }), ["archive/text-too-large"]);
    let bytes = Zip::wheel().bytes();
    let strict = |limits: Limits| codes_of(WHEEL_NAME, &bytes, &limits);
    assert_eq!(strict(Limits { unpacked: 100, ..Limits::default() }), ["archive/bomb"]);
    assert_eq!(strict(Limits { members: 2, ..Limits::default() }), ["archive/too-many-members"]);
    assert_eq!(strict(Limits { names: 20, ..Limits::default() }), ["archive/too-many-members"]);
}

fn codes_of(name: &str, bytes: &[u8], limits: &Limits) -> Vec<&'static str> {
    let scan = read::scan(name, &mut &*bytes, limits);
    scan.faults.iter().map(|fault| fault.code).collect()
}

#[test]
fn a_reader_that_fails_is_a_fault() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("the disk is gone"))
        }
    }
    let scan = read::scan(WHEEL_NAME, &mut Broken, &Limits::default());
    assert_eq!(codes(&scan.faults), ["archive/unreadable"]);
    assert_eq!(scan.faults[0].message, "the file cannot be read: the disk is gone");
}

/// Offsets in the records of a zip that may change without a fault: versions, the time's twin is
/// compared, internal attributes carry nothing, a changed mode may be an honest one, and the last
/// byte of a deflate stream has bits that nobody reads.
fn is_free(bytes: &[u8], at: usize) -> bool {
    let inside = |signature: &[u8; 4], from: usize, to: usize| {
        (from..to).any(|offset| at.checked_sub(offset).is_some_and(|start| bytes[start..].starts_with(signature)))
    };
    let padding = bytes[at + 1..].starts_with(b"PK");
    padding || inside(b"PK\x03\x04", 4, 6) || inside(b"PK\x01\x02", 4, 8) || inside(b"PK\x01\x02", 36, 42)
}

#[test]
fn every_byte_of_a_wheel_is_accounted_for() {
    let honest = Zip::wheel().bytes();
    for at in 0..honest.len() {
        for flip in [0x01, 0x10, 0x80, 0xFF] {
            let mut bytes = honest.clone();
            bytes[at] ^= flip;
            let faults = scan(WHEEL_NAME, &bytes).faults;
            assert!(!faults.is_empty() || is_free(&honest, at), "byte {at} ^ {flip:#x}");
        }
    }
}

/// A deflate stream has more than one spelling, so a changed byte may leave the contents as they were.
#[test]
fn no_changed_byte_changes_an_sdist_unnoticed() {
    let honest = Tar::sdist().gz();
    let told = scan(SDIST_NAME, &honest);
    for at in 0..honest.len() {
        for flip in [0x02, 0x10, 0xFF] {
            let mut bytes = honest.clone();
            bytes[at] ^= flip;
            let scan = scan(SDIST_NAME, &bytes);
            let same = (&scan.members, &scan.kept) == (&told.members, &told.kept);
            assert!(!scan.faults.is_empty() || same, "byte {at} ^ {flip:#x}");
        }
    }
}

#[test]
fn every_cut_of_an_archive_is_noticed() {
    for (name, bytes) in [(WHEEL_NAME, Zip::wheel().bytes()), (SDIST_NAME, Tar::sdist().gz())] {
        for end in 0..bytes.len() {
            let scan = scan(name, &bytes[..end]);
            assert!(!scan.complete && !scan.faults.is_empty(), "{name} cut at {end}");
        }
    }
}

#[test]
fn a_flood_of_warnings_hides_no_error() {
    let mut tar = Tar::sdist();
    for at in 0..1000 {
        tar.link(&format!("demo-1.0/l{at}"), b'2', "pyproject.toml");
    }
    tar.link("demo-1.0/last", b'2', "/etc/passwd");
    let faults = scan(SDIST_NAME, &tar.gz()).faults;
    assert_eq!(codes(&faults), ["archive/link", "archive/link-inside"]);
    assert_eq!(faults.len(), 101);
}

/// What a fault says is part of the interface: each text stands here once.
#[test]
fn faults_read_well() {
    let mut text = String::new();
    for case in cases() {
        for fault in scan(case.file_name, &case.bytes).faults {
            let member = fault.member.unwrap_or_default();
            let member: String = member.chars().take(40).flat_map(char::escape_debug).collect();
            text += &format!("{}: {} [{}] {member}\n", case.id, fault.message, fault.code);
        }
    }
    expect_test::expect_file![concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/snapshots/archive_read.txt")]
        .assert_eq(&text);
}

#[test]
fn mutations_never_panic() {
    let mut random = Random::new(0x5EED_0001);
    let mut tar = Tar::sdist();
    tar.pax(b'x', &[("path", "demo-1.0/\u{e9}.py"), ("mtime", "1.5")]);
    tar.file("demo-1.0/x.py", b"x");
    tar.link("demo-1.0/l", b'2', "src/demo");
    let wheel = Zip::wheel().bytes();
    let (sdist, plain) = (tar.clone().gz(), tar.tar());
    for _ in 0..rounds(1_000_000) {
        let (name, mut bytes, framed) = match random.below(3) {
            0 => (WHEEL_NAME, wheel.clone(), false),
            1 => (SDIST_NAME, sdist.clone(), false),
            _ => (SDIST_NAME, plain.clone(), true),
        };
        for _ in 0..=random.below(4) {
            mutate(&mut random, &mut bytes);
        }
        if framed {
            sign(&mut bytes);
            bytes = stored_gzip(&bytes);
        }
        let began = std::time::Instant::now();
        let examined = pyrelease::check::examine(name, &mut bytes.as_slice(), &Limits::default());
        // Only where somebody asked for it, so that a busy machine fails no build.
        assert!(!is_full() || began.elapsed().as_secs() < 1, "an archive of {} bytes", bytes.len());
        assert_eq!(examined.scan.size, bytes.len() as u64);
        let findings = pyrelease::check::judge(&examined, &Policy::default()).findings;
        let refused = findings.iter().any(|finding| finding.severity == Severity::Error);
        assert!(examined.scan.complete || refused);
    }
}

#[test]
fn an_observer_sees_every_byte_of_every_file_in_order() {
    for (name, bytes) in [(WHEEL_NAME, Zip::wheel().bytes()), (SDIST_NAME, Tar::sdist().gz())] {
        let mut seen: Vec<(String, Vec<u8>, bool)> = Vec::new();
        let mut look = |what: Seen<'_>| match what {
            Seen::Begin(name) => seen.push((name.to_owned(), Vec::new(), false)),
            Seen::Bytes(bytes) => seen.last_mut().expect("it has begun").1.extend(bytes),
            Seen::End => seen.last_mut().expect("it has begun").2 = true,
        };
        let scan = read::scan_with(name, &mut bytes.as_slice(), &Limits::default(), &mut look);
        let files = scan.members.iter().filter_map(|member| Some((member.name.clone(), member.sha256?)));
        let told = seen.iter().map(|(name, bytes, _)| (name.clone(), Sha256::of(bytes)));
        assert_eq!(told.collect::<Vec<_>>(), files.collect::<Vec<_>>());
        assert!(seen.iter().all(|(.., whole)| *whole) && seen.len() > 2);
    }
}
