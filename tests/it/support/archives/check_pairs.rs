//! For each rule of contents an archive that raises it and one that comes close and does not.

use super::tar::{SDIST_NAME, Tar};
use super::zip::{Entry, METADATA, WHEEL_NAME, Zip};

/// A rule with its two archives: file name and bytes.
pub(crate) struct Pair {
    pub(crate) code: &'static str,
    pub(crate) bad: (&'static str, Vec<u8>),
    pub(crate) good: (&'static str, Vec<u8>),
}

pub(super) type Archive = (&'static str, Vec<u8>);

pub(super) fn pair(code: &'static str, bad: Archive, good: Archive) -> Pair {
    Pair { code, bad, good }
}

pub(super) fn wheel(change: impl FnOnce(&mut Zip)) -> Archive {
    let mut zip = Zip::wheel();
    change(&mut zip);
    (WHEEL_NAME, zip.bytes())
}

/// A wheel with one file more.
pub(super) fn with(name: &str) -> Archive {
    wheel(|zip| {
        zip.file(name, b"x = 1\n");
    })
}

/// A wheel whose METADATA has `old` replaced.
pub(super) fn metadata(old: &str, new: &str) -> Archive {
    wheel(|zip| zip.edit("METADATA", old, new))
}

/// A wheel with these lines more in its METADATA.
pub(super) fn told(lines: &str) -> Archive {
    metadata("Summary: A demonstration\n", &format!("Summary: A demonstration\n{lines}"))
}

/// A wheel whose RECORD has another first line.
fn record(change: impl FnOnce(&str) -> String) -> Archive {
    wheel(|zip| {
        let text = zip.honest_record();
        let (first, rest) = text.split_once('\n').expect("there is a line");
        zip.record = Some(format!("{}\n{rest}", change(first)));
    })
}

fn wheel_file(old: &str, new: &str) -> Archive {
    wheel(|zip| zip.edit("WHEEL", old, new))
}

pub(super) fn sdist(change: impl FnOnce(&mut Tar)) -> Archive {
    let mut tar = Tar::sdist();
    change(&mut tar);
    (SDIST_NAME, tar.gz())
}

/// A wheel for one platform, with machine code or without.
pub(super) fn platform(name: &'static str, tag: &str, file: &str, data: &[u8]) -> Archive {
    let mut zip = Zip::wheel();
    zip.edit("WHEEL", "py3-none-any", tag);
    zip.file(file, data);
    (name, zip.bytes())
}

pub(super) const ELF: &[u8] = b"\x7fELF\x02\x01\x01\0";
pub(super) const LINUX: &str = "demo-1.0-py3-none-manylinux_2_28_x86_64.whl";
pub(super) const TAG: &str = "py3-none-manylinux_2_28_x86_64";

pub(crate) fn pairs() -> Vec<Pair> {
    let own = [
        layout(),
        records(),
        classifiers(),
        metadatas(),
        files(),
        super::pairs_inside::pairs(),
        super::pairs_description::pairs(),
    ];
    own.into_iter().flatten().chain(super::pairs_metadata::pairs()).chain(super::pairs_wheels::pairs()).collect()
}

fn layout() -> Vec<Pair> {
    let honest = || wheel(|_| ());
    let empty = wheel(|zip| zip.entries.retain(|entry| !entry.local.name.starts_with(b"demo/")));
    let setup_only = {
        let mut tar = Tar::default();
        tar.file("demo-1.0/PKG-INFO", METADATA.as_bytes());
        tar.file("demo-1.0/LICENSE", b"MIT\n");
        tar.file("demo-1.0/setup.py", b"");
        (SDIST_NAME, tar.gz())
    };
    vec![
        pair("check/bytecode", with("demo/x.pyc"), with("demo/pyc.py")),
        pair("check/common-top-level", with("tests/x.py"), with("tests_of_demo/x.py")),
        pair("check/data-folder", with("demo-1.0.data/stuff/x"), with("demo-1.0.data/headers/x.h")),
        pair("check/data-scheme", with("demo-1.0.data/data/etc/x"), with("demo-1.0.data/scripts/x")),
        pair("check/dist-info", with("other-1.0.dist-info/METADATA"), with("demo/other-1.0.dist-info/METADATA")),
        pair("check/empty-wheel", empty, honest()),
        pair("check/layout", sdist(|tar| tar.file("x.py", b"")), sdist(|tar| tar.file("demo-1.0/x.py", b""))),
        pair("check/pyproject-missing", setup_only, sdist(|_| ())),
        pair("check/secret-file", with("demo/.env.production"), with("demo/.env.example")),
        pair("check/secret-file-of-tests", with("demo/tests/.netrc"), with("demo/tests/netrc")),
        pair("check/startup-code", with("demo-1.0.data/purelib/demo.pth"), with("demo/demo.pth")),
        pair("check/stray-file", with("setup.py"), with("demo/setup.py")),
        pair(
            "check/install-collision",
            with("demo-1.0.data/purelib/demo/__init__.py"),
            with("demo-1.0.data/purelib/demo/x.py"),
        ),
        pair("check/installer-file", with("demo-1.0.dist-info/INSTALLER"), with("demo/INSTALLER")),
        pair("check/record-signature", with("demo-1.0.dist-info/RECORD.jws"), with("demo/RECORD.jws")),
        pair("check/zip-ratio", padded(66), padded(60)),
        pair("check/file-size", large(101), large(99)),
    ]
}

/// A wheel with so many MiB of text that packs to about a hundredth: below the limit of a bomb.
fn padded(mebibytes: usize) -> Archive {
    let mut random = crate::support::random::Random::new(7);
    let mut text = Vec::new();
    while text.len() < mebibytes << 20 {
        let block: Vec<u8> = (0..20).map(|_| random.next() as u8).collect();
        text.extend(&block);
        text.resize(text.len() + 3000, b'x');
    }
    text.truncate(mebibytes << 20);
    wheel(|zip| {
        zip.file("demo/table.txt", &text);
    })
}

pub(super) fn large(mebibytes: usize) -> Archive {
    wheel(|zip| zip.entries.push(Entry::stored("demo/large.bin", &vec![7; mebibytes << 20])))
}

fn records() -> Vec<Pair> {
    let honest = || wheel(|_| ());
    let wide = |line: &str| format!("{line},more");
    vec![
        pair("check/record-missing", wheel(|zip| zip.without_record = true), honest()),
        pair(
            "check/record-mismatch",
            record(|line| line.replace("__init__", "absent")),
            record(|line| format!("\"{}", line.replacen(',', "\",", 1))),
        ),
        pair("check/record-duplicate", record(|line| format!("{line}\n{line}")), honest()),
        pair("check/record-hash", record(|line| line.replacen("sha256=", "sha256=x", 1)), honest()),
        pair("check/record-hash-missing", record(|_| "demo/__init__.py,,10".to_owned()), honest()),
        pair(
            "check/record-hash-weak",
            record(|_| "demo/__init__.py,md5=x,10".to_owned()),
            record(|_| "demo/__init__.py,sha512=x,10".to_owned()),
        ),
        pair("check/record-hash-unread", record(|_| "demo/__init__.py,sha512=x,10".to_owned()), honest()),
        pair("check/record-invalid", record(wide), record(|line| line.replace(",10", ","))),
        pair("check/record-size", record(|line| line.replace(",10", ",11")), record(|line| line.replace(",10", ","))),
    ]
}

fn classifiers() -> Vec<Pair> {
    let classifier = |text: &str| metadata("Programming Language :: Python :: 3\n", &format!("{text}\n"));
    vec![
        pair(
            "check/classifier-deprecated",
            classifier("Topic :: Communications :: Chat :: AOL Instant Messenger"),
            classifier("Topic :: Communications :: Chat"),
        ),
        pair("check/classifier-private", classifier("Private :: Do Not Upload"), classifier("Typing :: Typed")),
        pair(
            "check/classifier-unknown",
            classifier("Programming Language :: Pyton"),
            classifier("Programming Language :: Python"),
        ),
    ]
}

fn metadatas() -> Vec<Pair> {
    let honest = || wheel(|_| ());
    let no_metadata = wheel(|zip| zip.entries.retain(|entry| !entry.local.name.ends_with(b"METADATA")));
    let licensed = |path: &str| {
        wheel(|zip| {
            zip.entries.retain(|entry| !entry.local.name.ends_with(b"LICENSE"));
            zip.file(path, b"MIT\n");
        })
    };
    let info = |text: &str| {
        let mut tar = Tar::top();
        tar.file("demo-1.0/PKG-INFO", text.as_bytes());
        (SDIST_NAME, tar.gz())
    };
    // As it was before licence expressions.
    let old = METADATA.replace("License-Expression", "License").replace("License-File: LICENSE\n", "");
    let old = |version: &str| info(&old.replace("2.4", version));
    let early = |version: &str| info(&METADATA.replace("2.4", version).replace("-Expression", ""));
    vec![
        pair(
            "check/license-file",
            licensed("demo-1.0.dist-info/LICENSE"),
            licensed("demo-1.0.dist-info/licenses/LICENSE"),
        ),
        pair("check/metadata-duplicate", told("Name: demo\n"), told("Classifier: Typing :: Typed\n")),
        pair("check/metadata-early", early("2.2"), early("2.4")),
        pair("check/metadata-invalid", told("Requires-Dist: foo (\n"), told("Requires-Dist: foo (>=1)\n")),
        pair(
            "check/metadata-mismatch",
            metadata("Version: 1.0\n", "Version: 1.0.1\n"),
            metadata("Version: 1.0\n", "Version: 1.0.0\n"),
        ),
        pair("check/metadata-missing", no_metadata, honest()),
        pair("check/metadata-old", old("2.1"), old("2.2")),
        pair(
            "check/metadata-refused",
            told("Requires-Dist: foo @ https://example.org/foo.whl\n"),
            told("Requires-Dist: foo\n"),
        ),
        pair("check/metadata-version", metadata("2.4", "2.6"), metadata("2.4", "2.5")),
    ]
}

fn files() -> Vec<Pair> {
    let honest = || wheel(|_| ());
    let entry_points = |text: &str| {
        wheel(|zip| {
            zip.file("demo-1.0.dist-info/entry_points.txt", text.as_bytes());
        })
    };
    let no_wheel = wheel(|zip| zip.entries.retain(|entry| !entry.local.name.ends_with(b"WHEEL")));
    let raw = |name: &'static str| (name, Zip::wheel().bytes());
    vec![
        pair(
            "check/entry-point",
            entry_points("[console_scripts]\na b = demo:x\n"),
            entry_points("[console_scripts]\na-b = demo:x\n"),
        ),
        pair("check/filename", raw("demo-1.0-rc1-py3-none-any.whl"), raw("demo-1.0rc1-1-py3-none-any.whl")),
        pair("check/local-version", raw("demo-1.0+cu1-py3-none-any.whl"), raw("demo-1.0.post1-py3-none-any.whl")),
        pair(
            "check/platform-tag",
            platform("demo-1.0-py3-none-linux_x86_64.whl", "py3-none-linux_x86_64", "demo/x.so", ELF),
            platform(LINUX, TAG, "demo/x.so", ELF),
        ),
        pair("check/wheel-file", no_wheel, honest()),
        pair(
            "check/wheel-file",
            wheel_file("Root-Is-Purelib: true", "Root-Is-Purelib: True"),
            wheel_file("Root-Is-Purelib: true", "Root-Is-Purelib: false"),
        ),
        pair("check/wheel-tags", wheel_file("py3-none-any", "py2-none-any"), honest()),
        pair(
            "check/wheel-tags",
            raw("demo-1.0-1-py3-none-any.whl"),
            ("demo-1.0-1-py3-none-any.whl", {
                let mut zip = Zip::wheel();
                zip.edit("WHEEL", "Tag:", "Build: 1\nTag:");
                zip.bytes()
            }),
        ),
        pair(
            "check/wheel-version",
            wheel_file("Wheel-Version: 1.0", "Wheel-Version: 2.0"),
            wheel_file("Wheel-Version: 1.0", "Wheel-Version: 1.9"),
        ),
    ]
}
