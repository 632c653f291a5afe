//! The writers: what they write is what they were given, to our strict readers and to Python's, and the same bytes
//! however many threads there are.

use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use expect_test::expect;
use pyrelease::archive::write::{Content, Entry, WriteError, Writer, sdist, wheel, with_workers};
use pyrelease::archive::{Limits, MemberKind, Scan, Sha256, read};
use pyrelease::effects::Files;
use pyrelease::error::Failure;
use pyrelease::report::human::{Colour, failure};
use serde_json::json;

use crate::support::depth::rounds;
use crate::support::random::Random;

const BLOCK: usize = 1 << 20;
const TOP: &str = "demo-1.0";
const RECORD: &str = "demo-1.0.dist-info/RECORD";
/// 2026-11-21T18:00:01Z: the odd second is one that a zip cannot hold.
const EPOCH: i64 = 1_795_284_001;

fn entry(path: &str, bytes: &[u8]) -> Entry {
    Entry { path: path.to_owned(), content: Content::Bytes(Arc::from(bytes)), executable: false }
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder")
}

fn as_sdist(entries: &[Entry], workers: usize) -> Result<Vec<u8>, WriteError> {
    let mut out = Cursor::new(Vec::new());
    with_workers(workers, |crew| Writer { files: Files, epoch: EPOCH, crew }.sdist(&mut out, TOP, entries))?;
    Ok(out.into_inner())
}

fn as_wheel(entries: &[Entry], workers: usize) -> Result<Vec<u8>, WriteError> {
    let mut out = Cursor::new(Vec::new());
    with_workers(workers, |crew| Writer { files: Files, epoch: EPOCH, crew }.wheel(&mut out, RECORD, entries))?;
    Ok(out.into_inner())
}

fn scan(name: &str, bytes: &[u8]) -> Scan {
    read::scan(name, &mut &*bytes, &Limits::default())
}

/// Bytes of a size: text, the same over and over, or what cannot be compressed.
fn bytes(random: &mut Random, size: usize) -> Vec<u8> {
    const WORDS: [&str; 6] = ["def ", "return ", "self.", "None\n", "    ", "# \u{e9}t\u{e9}\n"];
    let mut out = Vec::with_capacity(size + 8);
    match random.below(3) {
        0 => out.resize(size, b'a'),
        1 => {
            while out.len() < size {
                out.extend_from_slice(random.pick(&WORDS).as_bytes());
            }
        }
        _ => {
            while out.len() < size {
                out.extend_from_slice(&random.next().to_le_bytes());
            }
        }
    }
    out.truncate(size);
    out
}

/// A path that no other member has: short or long, of few or many parts, sometimes not ASCII.
fn path(random: &mut Random, at: usize) -> String {
    let mut path = String::new();
    for _ in 0..random.below(6) {
        let letters: &[&str] =
            if random.below(4) == 0 { &["a", "\u{e9}", "\u{65e5}", ",", " x"] } else { &["a", "b", "_"] };
        let part: String = (0..=random.below(50)).map(|_| random.pick(letters)).collect();
        path.push_str(&part);
        path.push_str("x/");
    }
    format!("{path}m{at}{}", ["", ".py", ".tar", &"n".repeat(95)][random.below(4)])
}

/// Members of chance, some of them files below `folder`, and the bytes of each.
fn members(random: &mut Random, folder: &Path, links: bool) -> (Vec<Entry>, Vec<Vec<u8>>) {
    let sizes = [0, 1, 511, 512, 513, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK, 2 * BLOCK + 17];
    let (mut entries, mut contents) = (Vec::new(), Vec::new());
    for at in 0..random.below(12) {
        let path = path(random, at);
        let executable = random.below(3) == 0;
        if links && random.below(5) == 0 {
            let target = random.pick(&["m0", "a/b/../c", "\u{e9}t\u{e9}.py"]).to_owned();
            let target = if random.below(3) == 0 { format!("{}{target}", "d/".repeat(60)) } else { target };
            // Nothing leads out of the top folder.
            let target = target.replace("../", "");
            entries.push(Entry { path, content: Content::Link(target), executable: false });
            contents.push(Vec::new());
            continue;
        }
        let size = if random.below(2) == 0 { sizes[random.below(sizes.len())] } else { random.below(5_000) };
        let bytes = bytes(random, size);
        let content = if random.below(2) == 0 {
            let file = folder.join(format!("{at}"));
            std::fs::write(&file, &bytes).expect("a file");
            Content::File { path: file, size: bytes.len() as u64 }
        } else {
            Content::Bytes(Arc::from(bytes.as_slice()))
        };
        entries.push(Entry { path, content, executable });
        contents.push(bytes);
    }
    (entries, contents)
}

/// What a reader must find, as Python's side of the test reads it.
fn expected(top: &str, entries: &[Entry], contents: &[Vec<u8>]) -> serde_json::Value {
    let rows = entries.iter().zip(contents).map(|(entry, bytes)| {
        let link = if let Content::Link(target) = &entry.content { Some(target) } else { None };
        let mode = if link.is_some() {
            0o777
        } else if entry.executable {
            0o755
        } else {
            0o644
        };
        json!({"path": format!("{top}{}", entry.path), "sha256": Sha256::of(bytes), "mode": mode, "link": link})
    });
    rows.collect()
}

fn assert_read_back(name: &str, archive: &[u8], top: &str, entries: &[Entry], contents: &[Vec<u8>]) {
    let scan = scan(name, archive);
    let faults: Vec<_> = scan.faults.iter().filter(|fault| fault.code != "archive/link-inside").collect();
    assert!(faults.is_empty() && scan.complete, "{faults:#?}");
    let wheel = top.is_empty();
    assert_eq!(scan.members.len(), entries.len() + usize::from(wheel));
    for ((member, entry), bytes) in scan.members.iter().zip(entries).zip(contents) {
        assert_eq!(member.name, format!("{top}{}", entry.path));
        assert_eq!(member.executable, entry.executable, "{}", member.name);
        if let Content::Link(target) = &entry.content {
            assert_eq!((member.kind, member.link.as_ref()), (MemberKind::Symlink, Some(target)));
        } else {
            assert_eq!(member.kind, MemberKind::File);
            assert_eq!((member.size, member.sha256), (bytes.len() as u64, Some(Sha256::of(bytes))));
            let mode = if entry.executable { 0o755 } else { 0o644 };
            assert_eq!(member.mode, mode | if wheel { 0o100_000 } else { 0 });
        }
    }
}

/// Reads `N.whl` and `N.tar.gz` with Python's own readers and compares them with `N.json`.
const PYTHON: &str = r#"
import base64, csv, hashlib, io, json, pathlib, stat, sys, tarfile, zipfile
def same(name, found, wanted):
    assert found == wanted, f"{name}: {found} instead of {wanted}"
for case in sorted(pathlib.Path(sys.argv[1]).glob("*.json")):
    wanted = json.loads(case.read_text("utf-8"))
    with zipfile.ZipFile(case.with_suffix(".whl")) as z:
        same(case, z.testzip(), None)
        infos = z.infolist()
        rows = list(csv.reader(io.StringIO(z.read(infos[-1]).decode("utf-8"), newline="")))
        same(case, rows[-1], [infos[-1].filename, "", ""])
        same(case, len(rows), len(infos))
        for info, row, entry in zip(infos, rows, wanted["wheel"]):
            data = z.read(info)
            digest = hashlib.sha256(data)
            same(case, (info.filename, digest.hexdigest()), (entry["path"], entry["sha256"]))
            same(case, info.external_attr >> 16, entry["mode"] | stat.S_IFREG)
            same(case, (info.flag_bits & ~0x800, info.comment, info.extra, info.date_time), (0, b"", b"", (2026, 11, 21, 18, 0, 0)))
            text = base64.urlsafe_b64encode(digest.digest()).rstrip(b"=").decode()
            same(case, row, [info.filename, "sha256=" + text, str(len(data))])
    with tarfile.open(case.with_suffix(".tar.gz")) as t:
        infos = t.getmembers()
        same(case, len(infos), len(wanted["sdist"]))
        for info, entry in zip(infos, wanted["sdist"]):
            same(case, (info.name, info.mode, info.mtime), (entry["path"], entry["mode"], 1795284001))
            same(case, (info.uid, info.gid, info.uname, info.gname), (0, 0, "", ""))
            if entry["link"] is None:
                assert info.isreg()
                same(case, hashlib.sha256(t.extractfile(info).read()).hexdigest(), entry["sha256"])
            else:
                same(case, (info.issym(), info.linkname), (True, entry["link"]))
"#;

fn run(program: &str, arguments: &[&str], path: &Path) -> Option<()> {
    let output = Command::new(program).args(arguments).arg(path).output().ok()?;
    let said = || format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{program} {}: {}", path.display(), said());
    Some(())
}

#[test]
fn what_is_written_is_read_back_by_us_and_by_python() {
    let mut random = Random::new(0x5EED_0051);
    let folder = folder();
    for round in 0..rounds(240) {
        let files = folder.path().join(format!("files-{round}"));
        std::fs::create_dir(&files).expect("a folder");
        let (linked, linked_contents) = members(&mut random, &files, true);
        let sdist = as_sdist(&linked, 2).expect("it is written");
        assert_read_back("demo-1.0.tar.gz", &sdist, "demo-1.0/", &linked, &linked_contents);
        let (entries, contents) = members(&mut random, &files, false);
        let wheel = as_wheel(&entries, 2).expect("it is written");
        assert_read_back("demo-1.0-py3-none-any.whl", &wheel, "", &entries, &contents);
        let wanted = json!({
            "sdist": expected("demo-1.0/", &linked, &linked_contents),
            "wheel": expected("", &entries, &contents),
        });
        let case = |extension: &str| folder.path().join(format!("{round}.{extension}"));
        std::fs::write(case("json"), wanted.to_string()).expect("a file");
        std::fs::write(case("tar.gz"), &sdist).expect("a file");
        std::fs::write(case("whl"), &wheel).expect("a file");
        run("gzip", &["-tq"], &case("tar.gz"));
        run("unzip", &["-tqq"], &case("whl"));
    }
    run("python3", &["-I", "-c", PYTHON], folder.path()).expect("tests have Python");
}

#[test]
fn the_number_of_threads_shows_nowhere() {
    let mut random = Random::new(0x5EED_0052);
    let folder = folder();
    for _ in 0..rounds(40) {
        // Large enough that threads are used at all, and of unequal blocks, so that they overtake each other.
        let (mut entries, _) = members(&mut random, folder.path(), false);
        for at in 0..12 {
            let size = random.below(3 * BLOCK);
            entries.push(entry(&format!("z{at}"), &bytes(&mut random, size)));
        }
        let (sdist, wheel) = (as_sdist(&entries, 0).expect("written"), as_wheel(&entries, 0).expect("written"));
        for workers in [1, 2, 3, 7] {
            assert!(as_sdist(&entries, workers).expect("written") == sdist, "{workers} workers");
            assert!(as_wheel(&entries, workers).expect("written") == wheel, "{workers} workers");
        }
    }
}

#[test]
fn the_bytes_are_the_same_on_every_machine() {
    let text = "def value():\n    return 1\n".repeat(60_000);
    let entries = [
        entry("demo/__init__.py", text.as_bytes()),
        Entry { executable: true, ..entry("demo/run \u{e9},\"x\".sh", b"#!/bin/sh\n") },
        entry("demo/py.typed", b""),
    ];
    let (mut tar, mut zip) = (Cursor::new(Vec::new()), Cursor::new(Vec::new()));
    sdist(Files, &mut tar, TOP, &entries, EPOCH).expect("it is written");
    wheel(Files, &mut zip, RECORD, &entries, EPOCH).expect("it is written");
    let line = |bytes: Vec<u8>| format!("{} bytes, sha256 {}", bytes.len(), Sha256::of(&bytes));
    // Another version of the compressor may change these, nothing else.
    expect![[r#"
        9486 bytes, sha256 0e536115ae4f5fb333022f4160094123236cf60eef3798bdfd18ecc0143762b2
        9880 bytes, sha256 43b259f1152d724998c56c2ab0ebb55b992576df66440cada8f2a39615469b4b"#]]
    .assert_eq(&format!("{}\n{}", line(tar.into_inner()), line(zip.get_ref().clone())));
    let record = scan("demo-1.0-py3-none-any.whl", zip.get_ref()).kept[RECORD].clone();
    expect![[r#"
        demo/__init__.py,sha256=WTMd6i9rRaky2P35vqm4aD312i2jdCRFqjT4X9GFfgI,1560000
        "demo/run é,""x"".sh",sha256=qAdtPSjSHgIBKyDq99v3VAmmJ3E0Q5Al8oLjaOMwWr8,10
        demo/py.typed,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0
        demo-1.0.dist-info/RECORD,,
    "#]]
    .assert_eq(&String::from_utf8(record).expect("it is text"));
}

#[test]
fn what_does_not_become_smaller_is_stored() {
    let mut random = Random::new(0x5EED_0053);
    let noise: Vec<u8> = (0..1_000).flat_map(|_| random.next().to_le_bytes()).collect();
    let wheel = as_wheel(&[entry("a.png", &noise), entry("b", b""), entry("c", &[b'c'; 90])], 0).expect("written");
    let mut archive = zip::ZipArchive::new(Cursor::new(wheel)).expect("a zip");
    let methods: Vec<_> = (0..3).map(|at| archive.by_index(at).expect("a member").compression()).collect();
    use zip::CompressionMethod::{Deflated, Stored};
    assert_eq!(methods, [Stored, Stored, Deflated]);
}

#[test]
fn an_archive_of_nothing_is_one() {
    let sdist = scan("demo-1.0.tar.gz", &as_sdist(&[], 2).expect("written"));
    assert_eq!((sdist.faults, sdist.members.len()), (Vec::new(), 0));
    let wheel = scan("demo-1.0-py3-none-any.whl", &as_wheel(&[], 2).expect("written"));
    assert_eq!((wheel.faults, wheel.members.len()), (Vec::new(), 1));
    assert_eq!(wheel.kept[RECORD], format!("{RECORD},,\n").as_bytes());
}

#[test]
fn dates_are_moved_to_what_the_format_holds() {
    let folder = folder();
    const DATES: &str = "import sys, tarfile, zipfile\n\
        z = zipfile.ZipFile(sys.argv[1] + '/a.whl').infolist()[0].date_time\n\
        print(tarfile.open(sys.argv[1] + '/a.tar.gz').getmembers()[0].mtime, *z)";
    let mut told = String::new();
    for epoch in [i64::MIN, -1, 0, 315_532_799, 315_532_801, EPOCH, 4_354_819_199, 1 << 33, i64::MAX] {
        let (mut tar, mut zip) = (Cursor::new(Vec::new()), Cursor::new(Vec::new()));
        sdist(Files, &mut tar, TOP, &[entry("a", b"a")], epoch).expect("it is written");
        wheel(Files, &mut zip, RECORD, &[entry("a", b"a")], epoch).expect("it is written");
        assert_eq!(scan("demo-1.0.tar.gz", tar.get_ref()).faults, []);
        assert_eq!(scan("demo-1.0-py3-none-any.whl", zip.get_ref()).faults, []);
        std::fs::write(folder.path().join("a.tar.gz"), tar.into_inner()).expect("a file");
        std::fs::write(folder.path().join("a.whl"), zip.into_inner()).expect("a file");
        let output = Command::new("python3").args(["-I", "-c", DATES]).arg(folder.path()).output().expect("it starts");
        told.push_str(&format!("{epoch}: {}", String::from_utf8_lossy(&output.stdout)));
    }
    expect![[r#"
        -9223372036854775808: 0 1980 1 1 0 0 0
        -1: 0 1980 1 1 0 0 0
        0: 0 1980 1 1 0 0 0
        315532799: 315532799 1980 1 1 0 0 0
        315532801: 315532801 1980 1 1 0 0 0
        1795284001: 1795284001 2026 11 21 18 0 0
        4354819199: 4354819199 2107 12 31 23 59 58
        8589934592: 8589934591 2107 12 31 23 59 58
        9223372036854775807: 8589934591 2107 12 31 23 59 58
    "#]]
    .assert_eq(&told);
}

#[test]
fn more_members_than_the_end_record_counts() {
    for (members, ends) in [(0xFFFF - 2, false), (0xFFFF - 1, true), (70_000, true)] {
        let entries: Vec<Entry> = (0..members).map(|at| entry(&format!("a{at}"), b"")).collect();
        let wheel = as_wheel(&entries, 2).expect("it is written");
        let found = scan("demo-1.0-py3-none-any.whl", &wheel);
        assert_eq!((found.faults, found.members.len()), (Vec::new(), members + 1));
        assert_eq!(wheel[wheel.len() - 42..].starts_with(b"PK\x06\x07"), ends, "{members}");
        let archive = zip::ZipArchive::new(Cursor::new(wheel)).expect("a zip");
        assert_eq!(archive.len(), members + 1);
    }
}

/// A file of zeros that takes no room on the disk.
fn sparse(folder: &Path, size: u64) -> Entry {
    let path = folder.join(format!("sparse-{size}"));
    std::fs::File::create(&path).and_then(|file| file.set_len(size)).expect("a file");
    Entry { path: format!("zeros-{size}"), content: Content::File { path, size }, executable: false }
}

#[test]
fn sizes_beyond_four_and_eight_gibibytes() {
    // Some minutes of zeros: at full depth only.
    if rounds(20) < 20 {
        return;
    }
    let folder = folder();
    let loose = Limits { file: u64::MAX, unpacked: u64::MAX, ratio: u64::MAX, ..Limits::default() };
    let sizes = |scan: &Scan| scan.members.iter().take(2).map(|member| member.size).collect::<Vec<_>>();
    let last = entry("last", b"last");
    let path = folder.path().join("demo-1.0-py3-none-any.whl");
    let mut out = std::fs::File::create(&path).expect("a file");
    wheel(Files, &mut out, RECORD, &[sparse(folder.path(), 0xFFFF_FFFF), last.clone()], EPOCH).expect("it is written");
    let found = read::scan("a.whl", &mut std::fs::File::open(&path).expect("a file"), &loose);
    assert_eq!((found.faults.as_slice(), sizes(&found)), (&[][..], vec![0xFFFF_FFFF, 4]));
    let sized = "import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); \
        assert z.infolist()[0].file_size == 0xFFFFFFFF and z.read('last') == b'last'";
    run("python3", &["-I", "-c", sized], &path).expect("tests have Python");
    let path = folder.path().join("demo-1.0.tar.gz");
    let mut out = std::fs::File::create(&path).expect("a file");
    sdist(Files, &mut out, TOP, &[sparse(folder.path(), 1 << 33), last], EPOCH).expect("it is written");
    let found = read::scan("a.tar.gz", &mut std::fs::File::open(&path).expect("a file"), &loose);
    assert_eq!((found.faults.as_slice(), sizes(&found)), (&[][..], vec![1 << 33, 4]));
}

#[test]
fn a_file_that_changes_is_told() {
    let folder = folder();
    for (there, said) in
        [(0, 1), (1, 0), (5, 4), (BLOCK, BLOCK + 1), (BLOCK + 1, BLOCK), (BLOCK, 2 * BLOCK), (3, BLOCK)]
    {
        let path = folder.path().join(format!("{there}-{said}"));
        std::fs::write(&path, vec![b'x'; there]).expect("a file");
        let content = Content::File { path, size: said as u64 };
        let entries = [entry("a", b"a"), Entry { path: "b".to_owned(), content, executable: false }, entry("c", b"c")];
        for workers in [0, 2] {
            for written in [as_sdist(&entries, workers), as_wheel(&entries, workers)] {
                let error = written.expect_err("the file has another size");
                assert!(matches!(&error, WriteError::Changed { size, .. } if *size == said as u64), "{error}");
            }
        }
    }
}

/// Refuses to take more than a few bytes.
struct Full(usize);

impl std::io::Write for Full {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 = self.0.checked_sub(bytes.len()).ok_or_else(|| std::io::Error::other("no room is left"))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl std::io::Seek for Full {
    fn seek(&mut self, _: std::io::SeekFrom) -> std::io::Result<u64> {
        Ok(0)
    }
}

#[test]
fn what_goes_wrong_is_said() {
    let long = "x".repeat(1_025);
    let member = |path: &str| as_wheel(&[entry(path, b"")], 0).expect_err("it is refused");
    let link = |target: &str| Entry { content: Content::Link(target.to_owned()), ..entry("link", b"") };
    let file = |path: &str| Content::File { path: PathBuf::from(path), size: 3 };
    let mut random = Random::new(0x5EED_0054);
    let noise = bytes(&mut random, 4 * BLOCK);
    let full =
        |entries: &[Entry], room: usize| wheel(Files, &mut Full(room), RECORD, entries, 0).expect_err("it is full");
    let failures = [
        member(&long),
        member("/etc/passwd"),
        member("a/../b"),
        member("a\u{1b}[2J\nb"),
        as_sdist(&[entry("a", b""), entry("b", b""), entry("a", b"")], 0).expect_err("a double"),
        member(RECORD),
        as_wheel(&[link("a")], 0).expect_err("a link"),
        as_sdist(&[link("")], 0).expect_err("a link to nothing"),
        as_sdist(&[Entry { content: file("/nowhere/x.py"), ..entry("x.py", b"") }], 0).expect_err("no file"),
        WriteError::Changed { path: PathBuf::from("src/demo/x.py"), size: 3 },
        full(&[entry("a", b"a")], 10),
        full(&[entry("a", &noise), entry("b", &noise)], 1_000),
    ];
    let texts: Vec<String> = failures.into_iter().map(|error| failure(&Failure::from(error), Colour::Off)).collect();
    expect![[r#"
        error[write/member]: `xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…` cannot be a member of the archive: its path has more than 1024 bytes
          hint: rename or leave out the file, or build with `--builder isolated`

        error[write/member]: `/etc/passwd` cannot be a member of the archive: its path is empty, absolute, or has an empty, `.` or `..` part
          hint: rename or leave out the file, or build with `--builder isolated`

        error[write/member]: `a/../b` cannot be a member of the archive: its path is empty, absolute, or has an empty, `.` or `..` part
          hint: rename or leave out the file, or build with `--builder isolated`

        error[write/member]: `a\u{1b}[2J\nb` cannot be a member of the archive: its path has a control character
          hint: rename or leave out the file, or build with `--builder isolated`

        error[write/member]: `demo-1.0/a` cannot be a member of the archive: there are two of this path
          hint: rename or leave out the file, or build with `--builder isolated`

        error[write/member]: `demo-1.0.dist-info/RECORD` cannot be a member of the archive: there are two of this path
          hint: rename or leave out the file, or build with `--builder isolated`

        error[write/member]: `link` cannot be a member of the archive: a wheel has no links
          hint: rename or leave out the file, or build with `--builder isolated`

        error[write/member]: `demo-1.0/link` cannot be a member of the archive: its target is empty or has a control character
          hint: rename or leave out the file, or build with `--builder isolated`

        error[effects/read]: cannot read `/nowhere/x.py`
          cause: No such file or directory (os error 2)

        error[write/changed]: `src/demo/x.py` changed while the archive was written: it had 3 bytes
          at: src/demo/x.py
          hint: build again when nothing else writes to the project

        error[write/output]: the archive could not be written
          cause: no room is left
          hint: make room on the disk, or name another folder with `--out-dir`

        error[write/output]: the archive could not be written
          cause: no room is left
          hint: make room on the disk, or name another folder with `--out-dir`
    "#]].assert_eq(&texts.join("\n"));
}
