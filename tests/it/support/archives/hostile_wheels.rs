//! The hostile wheels, W01 to W77 and some of our own.

use super::hostile::Case;
use super::tar::{Tar, gzip};
use super::zip::{Entry, WHEEL_NAME, Zip, zip64_extra};

const DIST_INFO: &str = "demo-1.0.dist-info";
const INIT: &str = "demo/__init__.py";

/// An honest wheel with one thing wrong.
fn wheel(id: &'static str, codes: &'static str, change: impl FnOnce(&mut Zip)) -> Case {
    let mut zip = Zip::wheel();
    change(&mut zip);
    Case::new(id, codes, WHEEL_NAME, zip.bytes())
}

/// An honest wheel with one file more.
fn named(id: &'static str, codes: &'static str, name: &str) -> Case {
    wheel(id, codes, |zip| {
        zip.file(name, b"x = 1\n");
    })
}

pub(crate) fn cases() -> Vec<Case> {
    [names(), structure(), sizes(), ends(), content(), dist_infos(), own(), own_fields()]
        .into_iter()
        .flatten()
        .collect()
}

fn names() -> Vec<Case> {
    let long = format!("demo/{}.py", "a".repeat(300));
    let raw = |id, flags: u16, name: &'static [u8]| {
        wheel(id, "archive/non-utf8-name", |zip| {
            zip.file("demo/x.py", b"").both(|head| {
                head.flags = flags;
                head.name = name.to_vec();
            });
        })
    };
    vec![
        named("W01", "archive/path-traversal", "../e.py"),
        named("W02", "archive/absolute-path", "/tmp/e.py"),
        named("W03", "archive/path-traversal", "demo/../../e.py"),
        named("W04", "archive/backslash archive/path-traversal", "demo\\..\\..\\e.py"),
        named("W05", "archive/drive-letter", "C:e.py"),
        wheel("W06", "archive/duplicate-entry", |zip| {
            zip.file(INIT, b"VALUE = 2\n");
        }),
        wheel("W07", "archive/duplicate-entry", |zip| {
            zip.file(INIT, b"VALUE = 1\n");
        }),
        wheel("W08", "archive/name-collision", |zip| {
            zip.file("demo/Mod.py", b"");
            zip.file("demo/mod.py", b"");
        }),
        wheel("W09", "archive/name-collision", |zip| {
            zip.file("demo/\u{e9}.py", b"");
            zip.file("demo/e\u{301}.py", b"");
        }),
        named("W37", "archive/control-char", "demo/a\0b.py"),
        named("W38", "archive/control-char", "demo/a\nb.py"),
        named("W39", "archive/control-char", "demo/a\x1b[2Jb.py"),
        named("W40", "archive/bidi", "demo/a\u{202e}yp.exe"),
        raw("W41", 0x800, b"demo/\xff.py"),
        raw("W42", 0, b"demo/\x81.py"),
        wheel("W44", "archive/empty-name", |zip| {
            zip.file("", b"x").listed = true;
        }),
        wheel("W63", "archive/duplicate-entry", |zip| {
            zip.file("demo-1.0.dist-info/METADATA", b"Name: other\n");
        }),
        named("W65", "archive/path-traversal check/script-not-a-file", "demo-1.0.data/scripts/../../x"),
        named("W70a", "archive/windows-name", "demo/con.py"),
        named("W70b", "archive/windows-name", "demo/aux"),
        named("W70c", "archive/windows-name", "demo/x.py."),
        named("W70d", "archive/windows-name", "demo/x.py "),
        named("W70e", "archive/windows-name", "demo/x.py::$DATA"),
        named("W71", "archive/name-too-long check/long-path", &long),
    ]
}

fn structure() -> Vec<Case> {
    let method = |id, method| wheel(id, "archive/compression", |zip| zip.entry(INIT).both(|head| head.method = method));
    let mode = |id, codes, mode| wheel(id, codes, |zip| zip.entry(INIT).mode = mode);
    vec![
        wheel("W10", "archive/header-mismatch", |zip| {
            zip.entry(INIT).local.name = b"demo/__init__.pz".to_vec();
        }),
        wheel("W11", "archive/crc", |zip| zip.entry(INIT).both(|head| head.crc ^= 1)),
        wheel("W12", "archive/crc", |zip| zip.entry(INIT).central.crc ^= 1),
        wheel("W13", "archive/header-mismatch", |zip| zip.entry(INIT).central.size += 1),
        wheel("W21", "archive/overlap", |zip| {
            let mut twin = zip.entry(INIT).clone();
            twin.in_local = false;
            twin.offset = Some(0);
            twin.central.name = b"demo/twin.py".to_vec();
            zip.entries.push(twin);
        }),
        wheel("W22", "archive/data-descriptor", |zip| descriptor(zip, 0)),
        wheel("W23", "archive/data-descriptor", |zip| descriptor(zip, 1)),
        wheel("W24", "archive/zip64-unneeded", |zip| {
            let entry = zip.entry(INIT);
            entry.local.extra = zip64_extra(&[entry.local.size.into(), entry.local.packed.into()]);
            entry.local.size = u32::MAX;
            entry.local.packed = u32::MAX;
        }),
        wheel("W27", "archive/encrypted", |zip| zip.entry(INIT).both(|head| head.flags = 1)),
        method("W28", 12),
        method("W29", 14),
        method("W30", 99),
        wheel("W31", "archive/missing-central", |zip| {
            let hidden = zip.file("demo/hidden.py", b"x");
            hidden.in_central = false;
            hidden.listed = false;
        }),
        wheel("W32", "archive/missing-local", |zip| {
            let ghost = zip.file("demo/ghost.py", b"x");
            ghost.in_local = false;
            ghost.offset = Some(0xFF_FFFF);
        }),
        mode("W33", "archive/symlink", 0o120_777),
        wheel("W34", "archive/link archive/symlink", |zip| {
            zip.file("demo/d", b"/tmp").mode = 0o120_777;
            zip.file("demo/d/x.py", b"x");
        }),
        mode("W35", "archive/special-mode", 0o020_644),
        mode("W36", "archive/setuid", 0o104_755),
        wheel("W43", "archive/unicode-extra", |zip| {
            zip.entry(INIT).both(|head| head.extra = b"\x75\x70\x06\0\x01\0\0\0\0x".to_vec());
        }),
        wheel("W45", "archive/dir-with-data", |zip| {
            zip.file("demo/x.py/", b"x = 1\n").mode = 0o040_755;
        }),
    ]
}

fn descriptor(zip: &mut Zip, wrong: u32) {
    let entry = zip.entry(INIT);
    entry.both(|head| head.flags |= 8);
    for field in [entry.local.crc, entry.local.packed, entry.local.size + wrong] {
        entry.after.extend(field.to_le_bytes());
    }
    entry.local.crc = 0;
    entry.local.packed = 0;
    entry.local.size = 0;
}

fn sizes() -> Vec<Case> {
    let zeros = vec![0; 17 << 20];
    vec![
        wheel("W46", "archive/bomb", |zip| {
            zip.file("demo/zeros", &zeros);
        }),
        wheel("W47", "archive/bomb", |zip| zip.entry(INIT).both(|head| head.size = u32::MAX - 1)),
        Case::new("W72", "archive/entry-count", WHEEL_NAME, {
            let entries = (0..66_004).map(|at| Entry::stored(&format!("a{at}"), b"")).collect();
            Zip { entries, ..Zip::default() }.raw()
        }),
    ]
}

fn ends() -> Vec<Case> {
    let mut tar = Tar::sdist();
    tar.without_end = true;
    vec![
        wheel("W14", "archive/prepended-data", |zip| zip.before = b"#!/bin/sh\n".to_vec()),
        wheel("W15", "archive/prepended-data", |zip| {
            zip.before = b"#!/bin/sh\n".to_vec();
            zip.shift = 10;
        }),
        wheel("W16", "archive/trailing-data", |zip| zip.after = b"more".to_vec()),
        wheel("W17", "archive/trailing-data", |zip| zip.after = vec![0; 8]),
        wheel("W18", "archive/zip-comment", |zip| zip.comment = b"hello".to_vec()),
        wheel("W19", "archive/nested-zip", |zip| zip.comment = Zip::wheel().bytes()),
        wheel("W20", "archive/trailing-data", |zip| zip.after = Zip::wheel().bytes()),
        wheel("W25", "archive/zip64-unneeded", |zip| zip.zip64 = Some(5)),
        Case::new("W26", "archive/entry-count archive/eocd-mismatch archive/zip64-unneeded", WHEEL_NAME, {
            let mut zip = Zip::wheel();
            zip.zip64 = Some(5);
            let mut bytes = zip.bytes();
            let classic = bytes.len() - 22;
            bytes[classic + 8] = 3;
            bytes[classic + 10] = 3;
            let zip64 = classic - 20 - 56;
            bytes[zip64 + 40] ^= 1;
            bytes
        }),
        wheel("W73", "archive/zip-comment", |zip| zip.entry(INIT).comment = b"hello".to_vec()),
        wheel("W77", "archive/polyglot", |zip| zip.before = tar.tar()),
    ]
}

fn content() -> Vec<Case> {
    let record = |id, codes, change: fn(String) -> String| {
        wheel(id, codes, |zip| zip.record = Some(change(zip.honest_record())))
    };
    vec![
        wheel("W48", "check/record-missing", |zip| zip.without_record = true),
        record("W49", "check/record-hash", |text| {
            let line = text.lines().next().expect("there is a line").to_owned();
            text.replace(&line, "demo/__init__.py,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,10")
        }),
        wheel("W50", "check/record-mismatch", |zip| {
            zip.file("demo/extra.py", b"x").listed = false;
        }),
        record("W51", "check/record-mismatch", |text| {
            text + "demo/absent.py,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0\n"
        }),
        record("W52", "check/record-hash-missing", |text| {
            let line = text.lines().next().expect("there is a line").to_owned();
            text.replace(&line, "demo/__init__.py,,")
        }),
        record("W53", "check/record-hash-weak", |text| {
            let line = text.lines().next().expect("there is a line").to_owned();
            text.replace(&line, "demo/__init__.py,md5=1B2M2Y8AsgTpgAmY7PhCfg,10")
        }),
        record("W54", "check/record-duplicate", |text| {
            let line = text.lines().next().expect("there is a line").to_owned();
            format!("{line}\n{text}")
        }),
    ]
}

fn dist_infos() -> Vec<Case> {
    vec![
        wheel("W55", "check/dist-info", |zip| {
            zip.file("other-1.0.dist-info/METADATA", b"Name: other\n");
        }),
        wheel("W56", "check/dist-info", |zip| {
            zip.without_record = true;
            for entry in &mut zip.entries {
                entry.both(|head| {
                    let name = String::from_utf8(head.name.clone()).expect("it is text");
                    head.name = name.replace(DIST_INFO, "other-1.0.dist-info").into_bytes();
                });
            }
        }),
        wheel("W57", "check/metadata-duplicate", |zip| {
            zip.edit("METADATA", "Name: demo\n", "Name: demo\nName: demo\n");
        }),
        wheel("W58", "check/metadata-duplicate", |zip| {
            zip.edit("METADATA", "Version: 1.0\n", "Version: 1.0\nVersion: 1.0\n");
        }),
        wheel("W59", "check/metadata-mismatch", |zip| {
            zip.edit("METADATA", "Name: demo\n", "Name: other\n");
        }),
        wheel("W60", "check/metadata-mismatch", |zip| {
            zip.edit("METADATA", "Version: 1.0\n", "Version: 1.1\n");
        }),
        wheel("W61", "check/metadata-version", |zip| {
            zip.edit("METADATA", "Metadata-Version: 2.4", "Metadata-Version: 99.0")
        }),
        wheel("W62", "check/metadata-missing", |zip| {
            zip.entries.retain(|entry| !entry.local.name.ends_with(b"METADATA"));
        }),
        wheel("W64", "check/entry-point", |zip| {
            zip.file("demo-1.0.dist-info/entry_points.txt", b"[console_scripts]\n../../x = demo:main\n");
        }),
        named("W66", "check/data-scheme", "demo-1.0.data/data/etc/x"),
        named("W67", "check/startup-code", "demo.pth"),
        named("W68", "check/startup-code", "sitecustomize.py"),
        wheel("W69", "check/secret-file", |zip| {
            zip.file("demo/.env", b"TOKEN=x\n");
            zip.file("demo/.pypirc", b"[pypi]\npassword = x\n");
        }),
        wheel("W74", "check/wheel-version", |zip| zip.edit("WHEEL", "Wheel-Version: 1.0", "Wheel-Version: 9.0")),
        Case::new("W75", "check/platform-tag", "demo-1.0-cp312-cp312-linux_x86_64.whl", {
            let mut zip = Zip::wheel();
            zip.edit("WHEEL", "py3-none-any", "cp312-cp312-linux_x86_64");
            zip.edit("WHEEL", "Root-Is-Purelib: true", "Root-Is-Purelib: false");
            zip.file("demo/_native.so", b"\x7fELF\x02\x01\x01\0");
            zip.bytes()
        }),
        Case::new("W76", "check/dist-info check/filename", "Demo-1.0-py3-none-any.whl", Zip::wheel().bytes()),
    ]
}

fn own() -> Vec<Case> {
    vec![
        Case::new("X01 empty", "archive/empty", WHEEL_NAME, Vec::new()),
        Case::new("X02 no zip", "archive/not-zip", WHEEL_NAME, b"hello, world".to_vec()),
        Case::new("X03 gzip", "archive/not-zip", WHEEL_NAME, gzip(b"hello")),
        Case::new("X04 cut", "archive/truncated", WHEEL_NAME, {
            let mut bytes = Zip::wheel().bytes();
            bytes.truncate(bytes.len() - 30);
            bytes
        }),
        Case::new("X05 other kind", "archive/unknown-kind", "demo-1.0.zip", Zip::wheel().bytes()),
        wheel("X06 gap", "archive/unknown-record", |zip| zip.entry(INIT).after = b"gap!gap!".to_vec()),
        wheel("X07 deflate ends early", "archive/size-mismatch", |zip| {
            let entry = zip.entry(INIT);
            entry.body.extend(b"hidden");
            entry.both(|head| head.packed += 6);
        }),
        wheel("X08 deflate does not end", "archive/size-mismatch", |zip| {
            let entry = zip.entry(INIT);
            entry.body = vec![0, 10, 0, 0xF5, 0xFF];
            entry.body.extend(b"VALUE = 1\n");
            entry.both(|head| head.packed = 15);
        }),
        wheel("X09 deflate damaged", "archive/deflate", |zip| {
            zip.entry(INIT).body.iter_mut().for_each(|byte| *byte = 0xFF);
        }),
        wheel("X10 larger than said", "archive/size-mismatch", |zip| zip.entry(INIT).both(|head| head.size -= 1)),
    ]
}

fn adds(id: &'static str, codes: &'static str, name: &str) -> Case {
    wheel(id, codes, |zip| {
        zip.file(name, b"x");
    })
}

/// The first 512 bytes are a header to readers that take the binary form of numbers.
fn begins_as_gnu_tar() -> Vec<u8> {
    let mut zip = Zip::wheel();
    let mut extra = vec![0x4D, 0x4D, 0, 2];
    extra.extend([0; 512]);
    zip.entry(INIT).local.extra = extra;
    let mut bytes = zip.bytes();
    bytes[148..156].fill(b' ');
    let sum: u64 = bytes[..512].iter().map(|&byte| u64::from(byte)).sum();
    bytes[148..156].copy_from_slice(&sum.to_be_bytes());
    bytes[148] = 0x80;
    bytes
}

fn own_fields() -> Vec<Case> {
    vec![
        wheel("X11 stored sizes differ", "archive/size-mismatch", |zip| {
            let mut entry = Entry::stored("demo/x.py", b"xy");
            entry.both(|head| head.size = 1);
            zip.entries.push(entry);
        }),
        wheel("X12 extra too long", "archive/extra-field", |zip| {
            zip.entry(INIT).both(|head| head.extra = b"\x55\x54\xff\0x".to_vec());
        }),
        wheel("X13 extra twice", "archive/extra-field", |zip| {
            zip.entry(INIT).both(|head| head.extra = b"\x55\x54\0\0\x55\x54\0\0".to_vec());
        }),
        wheel("X14 zip64 disagrees", "archive/header-mismatch", |zip| {
            zip.entry(INIT).both(|head| head.extra = zip64_extra(&[1, 2]));
        }),
        wheel("X15 unknown flag", "archive/header", |zip| zip.entry(INIT).both(|head| head.flags = 1 << 4)),
        wheel("X16 file as directory", "archive/file-as-directory", |zip| {
            zip.file("demo/d", b"x");
            zip.file("demo/d/x.py", b"x");
            zip.file("demo/d-more", b"x");
        }),
        named("X17 hollow part", "archive/path-form", "demo//x.py"),
        named("X18 dot part", "archive/path-form", "./x.py"),
        Case::new("X19 zip that begins as a tar", "archive/polyglot", WHEEL_NAME, begins_as_tar()),
        wheel("X20 aes extra", "archive/encrypted", |zip| {
            zip.entry(INIT).both(|head| head.extra = b"\x01\x99\0\0".to_vec());
        }),
        wheel("X21 name of 2000 bytes", "archive/name-too-long", |zip| {
            zip.file(&"d/".repeat(1000), b"");
        }),
        wheel("X22 sharp s", "archive/name-collision", |zip| {
            zip.file("demo/stra\u{df}e.py", b"");
            zip.file("demo/STRASSE.py", b"");
        }),
        Case::new("X23 end record lies about the offset", "archive/eocd-mismatch", WHEEL_NAME, {
            let mut bytes = Zip::wheel().bytes();
            let at = bytes.len() - 6;
            bytes[at] ^= 1;
            bytes
        }),
        wheel("X24 a lone size in zip64", "archive/extra-field", |zip| {
            let entry = zip.entry(INIT);
            entry.local.extra = zip64_extra(&[entry.local.size.into()]);
            entry.local.size = u32::MAX;
        }),
        wheel("X25 a version of the format to come", "archive/header", |zip| {
            zip.entry(INIT).both(|head| head.needed = 200);
        }),
        Case::new("X26 begins as a tar of GNU", "archive/polyglot", WHEEL_NAME, begins_as_gnu_tar()),
        wheel("X27 twice with another spelling between", "archive/duplicate-entry archive/name-collision", |zip| {
            zip.file("demo/A.py", b"1");
            zip.file("demo/a.py", b"2");
            zip.file("demo/A.py", b"3");
        }),
        wheel("X28 zeros in many members", "archive/bomb", |zip| {
            let zeros = vec![0; 15 << 20];
            for number in 0..5 {
                zip.file(&format!("demo/zeros{number}"), &zeros);
            }
        }),
        adds(
            "X30 startup code in data",
            "check/data-scheme check/startup-code",
            "demo-1.0.data/data/lib/python3.12/site-packages/e.pth",
        ),
        adds(
            "X31 dist-info in purelib",
            "check/data-library check/dist-info",
            "demo-1.0.data/purelib/pip-99.0.dist-info/METADATA",
        ),
        adds("X32 egg-info", "check/dist-info", "other-1.0.egg-info/PKG-INFO"),
        adds("X33 dist-info in capitals", "check/dist-info", "other-1.0.Dist-Info/METADATA"),
        named("X29 an empty character", "archive/bidi", "demo/a\u{3164}b.py"),
    ]
}

/// A wheel whose first local header is at the same time a tar header with a right checksum.
fn begins_as_tar() -> Vec<u8> {
    let with = |digits: &str| {
        let (a, b, c) = ("a".repeat(117), "b".repeat(200), "c".repeat(200));
        let mut zip = Zip::wheel();
        zip.entries.insert(0, Entry::stored(&format!("{a}/{digits} {b}/{c}.py"), b"x = 1\n"));
        zip.bytes()
    };
    let bytes = with("0000000");
    let sum = |bytes: &[u8]| bytes.iter().map(|&byte| u32::from(byte)).sum::<u32>();
    with(&format!("{:07o}", sum(&bytes[..512]) - sum(&bytes[148..156]) + 256))
}
