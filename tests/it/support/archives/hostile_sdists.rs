//! The hostile sdists, S01 to S42 and some of our own.

use super::hostile::Case;
use super::tar::{SDIST_NAME, Tar, gzip, header, signed};
use super::zip::{METADATA, Zip};

/// An honest sdist with one thing wrong.
fn sdist(id: &'static str, codes: &'static str, change: impl FnOnce(&mut Tar)) -> Case {
    let mut tar = Tar::sdist();
    change(&mut tar);
    Case::new(id, codes, SDIST_NAME, tar.gz())
}

/// An honest sdist with one file more.
fn named(id: &'static str, codes: &'static str, name: &[u8]) -> Case {
    sdist(id, codes, |tar| tar.member(header(name, b'0', 1), b"x"))
}

/// An honest sdist with one pax header and a file more.
fn pax(id: &'static str, codes: &'static str, flag: u8, records: &[(&str, &str)]) -> Case {
    sdist(id, codes, |tar| {
        tar.pax(flag, records);
        tar.file("demo-1.0/x.py", b"x");
    })
}

/// An honest sdist with other bytes.
fn bytes(id: &'static str, codes: &'static str, change: impl FnOnce(Vec<u8>) -> Vec<u8>) -> Case {
    Case::new(id, codes, SDIST_NAME, change(Tar::sdist().gz()))
}

pub(crate) fn cases() -> Vec<Case> {
    [names(), members(), headers(), framing(), content(), own(), own_framing()].into_iter().flatten().collect()
}

fn names() -> Vec<Case> {
    let too_long = format!("demo-1.0/{}.py", "a".repeat(100));
    vec![
        named("S01", "archive/path-traversal check/layout", b"../e.py"),
        named("S02", "archive/absolute-path check/layout", b"/tmp/e.py"),
        pax("S10", "archive/pax-path", b'x', &[("path", "demo-1.0/y.py")]),
        pax("S11", "archive/path-traversal check/layout", b'x', &[("path", &format!("../{too_long}"))]),
        sdist("S15", "archive/gnu-format", |tar| {
            let mut block = header(b"././@LongLink", b'L', too_long.len() + 1);
            block[257..265].copy_from_slice(b"ustar  \0");
            tar.member(block, format!("{too_long}\0").as_bytes());
            tar.file("demo-1.0/a.py", b"x");
        }),
        sdist("S18", "archive/duplicate-entry", |tar| tar.file("demo-1.0/pyproject.toml", b"x")),
        sdist("S21", "archive/duplicate-entry", |tar| tar.file("demo-1.0/PKG-INFO", b"x")),
        named("S29", "archive/non-utf8-name", b"demo-1.0/\xff.py"),
        named("S30", "archive/control-char", b"demo-1.0/\x1b[2J.py"),
        sdist("S34", "archive/name-collision", |tar| {
            tar.file("demo-1.0/Mod.py", b"x");
            tar.file("demo-1.0/mod.py", b"x");
        }),
        named("S38", "archive/backslash check/layout", b"demo-1.0\\x.py"),
    ]
}

fn members() -> Vec<Case> {
    let link = |id, codes, flag, target: &'static str| sdist(id, codes, |tar| tar.link("demo-1.0/link", flag, target));
    vec![
        link("S03", "archive/link", b'2', "/etc/passwd"),
        sdist("S04", "archive/link archive/link-inside", |tar| {
            tar.link("demo-1.0/d", b'2', "src");
            tar.file("demo-1.0/d/x.py", b"x");
        }),
        link("S05", "archive/link-inside", b'2', "src/demo/__init__.py"),
        link("S06", "archive/link", b'1', "../../etc/passwd"),
        link("S07", "archive/link-inside", b'1', "demo-1.0/src/demo/__init__.py"),
        link("S08", "archive/special-file", b'3', ""),
        link("S09", "archive/special-file", b'6', ""),
        sdist("S31", "archive/setuid", |tar| {
            let mut block = header(b"demo-1.0/x", b'0', 0);
            block[100..108].copy_from_slice(b"0004755\0");
            tar.member(block, b"");
        }),
        sdist("S39", "archive/dir-with-data", |tar| {
            tar.member(header(b"demo-1.0/d/", b'5', 1), b"x");
        }),
    ]
}

fn headers() -> Vec<Case> {
    let size = |id, field: [u8; 12]| {
        sdist(id, "archive/header", |tar| {
            let mut block = header(b"demo-1.0/x", b'0', 0);
            block[124..136].copy_from_slice(&field);
            tar.member(block, b"");
        })
    };
    vec![
        pax("S12", "archive/pax-size-conflict", b'x', &[("size", "513")]),
        pax("S13", "archive/pax-duplicate", b'x', &[("path", "demo-1.0/a"), ("path", "demo-1.0/b")]),
        pax("S14", "archive/pax-global", b'g', &[("path", "demo-1.0/a")]),
        sdist("S16", "archive/sparse", |tar| tar.member(header(b"demo-1.0/x", b'S', 0), b"")),
        pax("S17", "archive/sparse", b'x', &[("GNU.sparse.realsize", "1000000000")]),
        sdist("S28", "archive/header", |tar| {
            let mut block = signed(header(b"demo-1.0/x", b'0', 0));
            block[0] ^= 1;
            tar.bytes.extend(block);
        }),
        size("S32", [0xFF; 12]),
        size("S33", [0x80, 0, 0, 0, 0, 0, 0, 0x40, 0, 0, 0, 0]),
    ]
}

fn framing() -> Vec<Case> {
    let zeros = vec![0; 17 << 20];
    let mut bare = Tar::sdist();
    bare.without_end = true;
    vec![
        sdist("S22", "archive/bomb", |tar| tar.file("demo-1.0/zeros", &zeros)),
        bytes("S23", "archive/truncated", |mut bytes| {
            bytes.truncate(bytes.len() / 2);
            bytes
        }),
        bytes("S24", "archive/crc", |mut bytes| {
            let at = bytes.len() - 8;
            bytes[at] ^= 1;
            bytes
        }),
        bytes("S25", "archive/trailing-data", |bytes| [bytes, gzip(b"more")].concat()),
        bytes("S26", "archive/trailing-data", |bytes| [bytes, b"more".to_vec()].concat()),
        sdist("S27", "archive/after-eof", |tar| tar.after_end = Tar::sdist().tar()),
        Case::new("S40", "archive/truncated", SDIST_NAME, bare.gz()),
        Case::new("S41", "archive/not-gzip", SDIST_NAME, Tar::sdist().tar()),
        Case::new("S42", "archive/empty", SDIST_NAME, Vec::new()),
    ]
}

fn content() -> Vec<Case> {
    let info = |text: &str| {
        let mut tar = Tar::top();
        tar.file("demo-1.0/PKG-INFO", text.as_bytes());
        tar.gz()
    };
    vec![
        sdist("S19", "check/layout", |tar| tar.file("other/x.py", b"x")),
        Case::new("S20", "check/layout", SDIST_NAME, Tar::top().gz()),
        Case::new(
            "S35",
            "check/metadata-mismatch",
            SDIST_NAME,
            info(&METADATA.replace("Version: 1.0", "Version: 1.1")),
        ),
        Case::new("S36", "check/filename check/layout", "Demo-1.0.tar.gz", Tar::sdist().gz()),
        sdist("S37", "check/secret-file", |tar| {
            tar.file("demo-1.0/.env", b"TOKEN=x\n");
            tar.file("demo-1.0/.git/config", b"[remote]\nurl = https://u:p@example.org\n");
        }),
    ]
}

fn own() -> Vec<Case> {
    let symlink =
        |id, codes, name: &'static str, target: &'static str| sdist(id, codes, |tar| tar.link(name, b'2', target));
    vec![
        symlink("Y01 link up and out", "archive/link", "demo-1.0/src/l", "../../other"),
        symlink("Y02 link up and inside", "archive/link-inside", "demo-1.0/src/l", "../pyproject.toml"),
        symlink("Y03 link through a name", "archive/link", "demo-1.0/src/l", "demo/../../x"),
        sdist("Y04 hard link to nothing", "archive/link", |tar| tar.link("demo-1.0/l", b'1', "demo-1.0/none")),
        pax("Y05 malformed record", "archive/pax", b'x', &[("", "")]),
        sdist("Y06 record longer than its body", "archive/pax", |tar| {
            tar.member(header(b"PaxHeaders/x", b'x', 9), b"99 path=x");
        }),
        pax("Y07 character set", "archive/pax", b'x', &[("hdrcharset", "BINARY")]),
        sdist("Y08 two pax headers", "archive/pax-duplicate", |tar| {
            tar.pax(b'x', &[("mtime", "1")]);
            tar.pax(b'x', &[("mtime", "1")]);
            tar.file("demo-1.0/x.py", b"x");
        }),
        sdist("Y09 pax header without member", "archive/pax", |tar| tar.pax(b'x', &[("mtime", "1")])),
        sdist("Y10 padding is not zero", "archive/header", |tar| {
            tar.file("demo-1.0/x.py", b"x");
            *tar.bytes.last_mut().expect("something was written") = 1;
        }),
    ]
}

fn own_framing() -> Vec<Case> {
    vec![
        sdist("Y22 pax and GNU names", "archive/gnu-format archive/pax-duplicate", |tar| {
            tar.pax(b'x', &[("path", "demo-1.0/\u{e9}.py")]);
            tar.member(header(b"././@LongLink", b'L', 11), b"demo-1.0/a\0");
            tar.file("demo-1.0/x.py", b"x");
        }),
        sdist("Y23 two GNU names", "archive/gnu-format archive/pax-duplicate", |tar| {
            tar.member(header(b"././@LongLink", b'L', 11), b"demo-1.0/a\0");
            tar.member(header(b"././@LongLink", b'L', 11), b"demo-1.0/b\0");
            tar.file("demo-1.0/x.py", b"x");
        }),
        sdist("Y24 types that few readers know", "archive/special-file", |tar| {
            tar.member(header(b"demo-1.0/x", b'7', 0), b"");
            tar.member(header(b"demo-1.0/y", b'X', 0), b"");
        }),
        sdist("Y11 link with data", "archive/header", |tar| {
            tar.member(header(b"demo-1.0/l", b'2', 1), b"x");
        }),
        sdist("Y12 unknown magic", "archive/header", |tar| {
            let mut block = header(b"demo-1.0/x", b'0', 0);
            block[257..265].copy_from_slice(b"USTAR\x0000");
            tar.member(block, b"");
        }),
        sdist("Y13 one end block", "archive/truncated", |tar| {
            tar.without_end = true;
            tar.after_end = vec![0; 512];
        }),
        sdist("Y14 endless zeros", "archive/after-eof", |tar| tar.after_end = vec![0; 2 << 20]),
        bytes("Y15 gzip size", "archive/size-mismatch", |mut bytes| {
            let at = bytes.len() - 4;
            bytes[at] ^= 1;
            bytes
        }),
        bytes("Y16 gzip comment", "archive/gzip-header", |mut bytes| {
            bytes[3] = 16;
            bytes.insert(10, 0);
            bytes
        }),
        bytes("Y17 zip after the gzip", "archive/polyglot archive/trailing-data", |bytes| {
            [bytes, Zip::wheel().bytes()].concat()
        }),
        sdist("Y18 size with letters", "archive/header", |tar| {
            let mut block = header(b"demo-1.0/x", b'0', 0);
            block[124..136].copy_from_slice(b"0000000000z\0");
            tar.member(block, b"");
        }),
        sdist("Y19 pax header of 2 MiB", "archive/pax", |tar| {
            tar.pax(b'x', &[("comment", &"x".repeat(2 << 20))]);
        }),
        sdist("Y20 file with a slash", "archive/path-form", |tar| {
            tar.file("demo-1.0/x/", b"x");
        }),
        bytes("Y21 deflate damaged", "archive/deflate", |mut bytes| {
            bytes[10..30].fill(0xFF);
            bytes
        }),
        sdist("Y25 zeros in many members", "archive/bomb", |tar| {
            let zeros = vec![0; 15 << 20];
            (0..5).for_each(|number| tar.file(&format!("demo-1.0/zeros{number}"), &zeros));
        }),
    ]
}
