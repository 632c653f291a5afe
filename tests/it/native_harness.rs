//! The harness of native builds on itself: it sees every difference that counts and none that does not, and refuses
//! shapes that it does not understand.

use std::os::unix::fs::PermissionsExt;

use crate::support::Sandbox;
use crate::support::archives::tar::{Tar, header};
use crate::support::archives::zip::Zip;
use crate::support::backends::{Source, backend};
use crate::support::native::{Native, NotYet, judge};
use crate::support::parity::{Archive, Kind, Member, differences};
use crate::support::shapes::{self, Checkout, Shape, Way};

const WHEEL: &str = "demo-1.0-py3-none-any.whl";
const SDIST: &str = "demo-1.0.tar.gz";

fn wheel_of(zip: Zip) -> Archive {
    Archive::parse(WHEEL, &zip.bytes()).expect("a wheel")
}

fn sdist_of(tar: Tar) -> Archive {
    Archive::parse(SDIST, &tar.gz()).expect("an sdist")
}

fn differing(real: &Archive, ours: &Archive) -> String {
    differences(std::slice::from_ref(real), std::slice::from_ref(ours)).join("\n")
}

#[test]
fn what_counts_in_a_wheel_is_seen_and_nothing_else() {
    let real = wheel_of(Zip::wheel());
    let ours = |change: fn(&mut Zip)| {
        let mut zip = Zip::wheel();
        change(&mut zip);
        differing(&real, &wheel_of(zip))
    };
    assert_eq!(ours(|_| ()), "");
    assert_eq!(ours(|zip| zip.edit("WHEEL", "Generator: test 1", "Generator: another 2")), "");
    assert_eq!(
        ours(|zip| {
            zip.file("demo/", b"");
            zip.entries.last_mut().expect("it").listed = false;
        }),
        ""
    );
    assert_eq!(
        ours(|zip| {
            let mode = &mut zip.entry("demo/__init__.py").mode;
            *mode = 0o100_600;
        }),
        ""
    );
    let seen = |change: fn(&mut Zip), what: &str| {
        let found = ours(change);
        assert!(found.contains(what), "`{what}` is not in: {found}");
    };
    seen(|zip| zip.edit("WHEEL", "Generator: test 1\n", ""), "WHEEL: other text");
    seen(|zip| zip.edit("WHEEL", "Tag: py3", "Tag: py2"), "-Tag: py3-none-any\n      +Tag: py2-none-any");
    seen(|zip| zip.replace("demo/__init__.py", "VALUE = 2\n"), "demo/__init__.py: other text");
    // The row of RECORD follows.
    seen(|zip| zip.replace("demo/__init__.py", "VALUE = 2\n"), "RECORD: other text");
    seen(|zip| zip.replace("demo/__init__.py", "VALUE = 1"), "No newline at end of file");
    seen(|zip| zip.replace("demo/__init__.py", "VALUE = 1\r\n"), "other ends of lines: \\r\\n instead of \\n");
    seen(
        |zip| {
            zip.file("demo/more.py", b"");
        },
        "demo/more.py: not the backend's",
    );
    seen(|zip| zip.entries.retain(|entry| !entry.local.name.starts_with(b"demo/")), "demo/__init__.py: missing");
    seen(
        |zip| {
            let mode = &mut zip.entry("demo/__init__.py").mode;
            *mode = 0o100_755;
        },
        "__init__.py: executable",
    );
    seen(
        |zip| {
            let mode = &mut zip.entry("demo/__init__.py").mode;
            *mode = 0o120_644;
        },
        "Link instead of File",
    );
    seen(|zip| zip.without_record = true, "RECORD: missing");
    seen(
        |zip| zip.record = Some(zip.honest_record().replace("demo-1.0.dist-info/WHEEL,sha256=", "x,sha256=")),
        "RECORD: other text",
    );
    // Rows follow the order of members, which is free.
    let mut turned = Zip::wheel();
    turned.record = Some(turned.honest_record().lines().rev().map(|line| format!("{line}\n")).collect());
    assert_eq!(differing(&wheel_of(Zip::wheel()), &wheel_of(turned)), "");
    let mut binary = Zip::wheel();
    binary.file("demo/logo.bin", b"\xff\x00");
    let mut other = Zip::wheel();
    other.file("demo/logo.bin", b"\xff\x01\x02");
    assert!(differing(&wheel_of(binary), &wheel_of(other)).contains("logo.bin: other bytes: 3 of"));
}

#[test]
fn what_counts_in_an_sdist_is_seen_and_nothing_else() {
    let tar = |change: fn(&mut Tar)| {
        let mut tar = Tar::sdist();
        change(&mut tar);
        sdist_of(tar)
    };
    let real = tar(|_| ());
    let same = |change: fn(&mut Tar)| assert_eq!(differing(&real, &tar(change)), "");
    same(|_| ());
    same(|tar| tar.directory("demo-1.0/docs/"));
    let with = |mode: &[u8; 8], date: &[u8; 12]| {
        let mut tar = Tar::sdist();
        let mut block = header(b"demo-1.0/run.sh", b'0', 2);
        block[100..108].copy_from_slice(mode);
        block[136..148].copy_from_slice(date);
        tar.member(block, b"x\n");
        sdist_of(tar)
    };
    let plain = with(b"0000644\0", b"00000000000\0");
    assert_eq!(differing(&plain, &with(b"0000600\0", b"00000000077\0")), "");
    assert!(differing(&plain, &with(b"0000755\0", b"00000000000\0")).contains("run.sh: executable"));
    assert!(differing(&with(b"0000755\0", b"00000000000\0"), &plain).contains("run.sh: not executable"));
    // A hard link is the file that it names.
    let hard = tar(|tar| tar.link("demo-1.0/copy", b'1', "demo-1.0/PKG-INFO"));
    let copy = tar(|tar| tar.file("demo-1.0/copy", crate::support::archives::zip::METADATA.as_bytes()));
    assert_eq!(differing(&hard, &copy), "");
    let soft = |target: &str| {
        let mut tar = Tar::sdist();
        tar.link("demo-1.0/copy", b'2', target);
        sdist_of(tar)
    };
    assert_eq!(differing(&soft("PKG-INFO"), &soft("PKG-INFO")), "");
    assert!(differing(&soft("PKG-INFO"), &soft("./PKG-INFO")).contains("copy: other text"));
    assert!(differing(&copy, &soft("PKG-INFO")).contains("copy: Link instead of File"));
    let twice = tar(|tar| tar.file("demo-1.0/PKG-INFO", b"x"));
    assert!(differing(&real, &twice).contains("PKG-INFO: there 2 times, by the backend 1 times"));
    // The name, and an archive that one side has not.
    let renamed = Archive { name: "Demo-1.0.tar.gz".to_owned(), ..real.clone() };
    assert_eq!(
        differing(&real, &renamed),
        "Demo-1.0.tar.gz: the backend does not build it\ndemo-1.0.tar.gz: only the backend builds it"
    );
    assert_eq!(differences(&[real], &[]), ["demo-1.0.tar.gz: only the backend builds it"]);
}

/// Each member of what a real backend built, damaged in each way, gives a difference of that member.
#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn no_damage_to_what_a_backend_built_stays_unseen() {
    let shapes: Vec<Shape> = shapes::of("flit").into_iter().filter(|shape| shape.way == Way::Native).collect();
    let sources: Vec<Source<'_>> = shapes.iter().map(Source::from).collect();
    for (shape, real) in shapes.iter().zip(backend("flit").outcomes(&sources)) {
        let real = real.unwrap_or_else(|said| panic!("{}: {said}", shape.name));
        assert_eq!(real.len(), 2, "{}: an sdist and a wheel", shape.name);
        assert_eq!(differences(&real, &real), [""; 0], "{}", shape.name);
        for (number, archive) in real.iter().enumerate() {
            for path in archive.members.keys() {
                let damages: [fn(&mut Vec<Member>); 5] = [
                    Vec::clear,
                    |found| found[0].bytes.push(b' '),
                    |found| found[0].executable ^= true,
                    |found| found[0].kind = Kind::Other(9),
                    |found| found.push(found[0].clone()),
                ];
                for damage in damages {
                    let mut copy = real.clone();
                    let members = copy[number].members.get_mut(path).expect("it is there");
                    damage(members);
                    if members.is_empty() {
                        copy[number].members.remove(path);
                    }
                    let found = differences(&real, &copy);
                    let start = format!("{}: {path}: ", archive.name);
                    assert!(found.len() == 1 && found[0].starts_with(&start), "{}: {found:?}", shape.name);
                }
            }
        }
    }
}

#[test]
fn every_pair_of_way_and_build_is_judged() {
    let built = || Native::Built(vec![sdist_of(Tar::sdist())]);
    let left = || Native::Left("`tool.x` decides".to_owned());
    let refused = || Native::Refused("build/x: no file".to_owned());
    let same = Ok(vec![sdist_of(Tar::sdist())]);
    let other = Ok(vec![sdist_of(Tar::top())]);
    let fails = Err("Traceback\n  no\n file here".to_owned());
    let key = |key: &str| Way::Pep517(key.to_owned());
    let error = |said: &str| Way::Error(said.to_owned());
    let said = |way: &Way, listed: bool, real, native: Native| judge(way, listed, real, &native).join("\n");
    // As it should be.
    for (way, listed, real, native) in [
        (Way::Native, false, Some(&same), built()),
        (Way::Native, true, Some(&same), left()),
        (Way::Native, true, Some(&same), refused()),
        (key("tool.x"), false, None, left()),
        (key("tool.y"), true, None, left()),
        (key("tool.y"), true, None, refused()),
        (error("no file here"), false, Some(&fails), left()),
        (error("no file here"), false, Some(&fails), refused()),
    ] {
        assert_eq!(said(&way, listed, real, native), "");
    }
    // Wrong, and what is said.
    for (way, listed, real, native, expected) in [
        (Way::Native, true, Some(&same), built(), "remove it from the list"),
        (Way::Native, false, Some(&other), built(), "PKG-INFO: not the backend's"),
        (Way::Native, true, Some(&fails), left(), "the backend itself fails"),
        (Way::Native, true, Some(&other), built(), "PKG-INFO: not the backend's"),
        (Way::Native, false, Some(&fails), built(), "the backend itself fails"),
        (Way::Native, false, None, built(), "the backend was not asked"),
        (Way::Native, false, Some(&same), left(), "left to the backend: `tool.x` decides"),
        (Way::Native, false, Some(&same), refused(), "refused: build/x"),
        (key("tool.y"), false, None, left(), "does not name `tool.y`"),
        (key("tool.x"), true, None, left(), "remove it from the list"),
        (key("tool.x"), true, None, built(), "in spite of `tool.x`"),
        (key("tool.x"), false, None, refused(), "refused: build/x"),
        (error("no file here"), false, Some(&same), left(), "the backend itself builds it"),
        (error("no file there"), false, Some(&fails), refused(), "does not say `no file there`"),
        (error("no file here"), false, Some(&fails), built(), "was built"),
        (error("no file here"), true, Some(&fails), left(), "is in the list"),
        (error("no file here"), false, Some(&fails), Native::Broken("panicked".to_owned()), "panicked"),
    ] {
        let found = said(&way, listed, real, native);
        assert!(found.contains(expected), "`{expected}` is not in: {found}");
    }
}

const WHOLE: &str = "# A trap.\n# way: native\n-- pyproject.toml\n[project]\n-- bin/run.sh mode=755\n#!/bin/sh\n\
    -- link.py link=bin/run.sh\n-- logo.bin base64\nAAEC\n/w==\n-- last.txt no-final-newline\ntext\n-- empty\n\
    -- long.md repeat=3\none\n\n-- .gitignore\n*.log\n-- a.log untracked\nx\n-- .git/info/exclude\nhidden\n-- hidden untracked\n";

#[test]
fn a_shape_is_written_as_it_says() {
    let sandbox = Sandbox::new();
    let shape = Shape::parse("demo/whole", WHOLE).expect("a shape");
    shape.write(&sandbox.repo(), Checkout::USUAL);
    let read = |path: &str| std::fs::read(sandbox.repo().join(path)).expect("a file");
    assert_eq!(read("logo.bin"), [0, 1, 2, 255]);
    assert_eq!(read("last.txt"), b"text");
    assert_eq!(read("empty"), b"");
    assert_eq!(read("long.md"), b"one\n\none\n\none\n\n");
    assert_eq!(std::fs::read_link(sandbox.repo().join("link.py")).expect("a link").display().to_string(), "bin/run.sh");
    let mode = |path: &str| std::fs::metadata(sandbox.repo().join(path)).expect("a file").permissions().mode() & 0o777;
    assert_eq!((mode("bin/run.sh"), mode("empty")), (0o755, 0o644));
    let tracked = sandbox.git(&["ls-files"]);
    assert_eq!(tracked, ".gitignore\nbin/run.sh\nempty\nlast.txt\nlink.py\nlogo.bin\nlong.md\npyproject.toml\n");
    assert_eq!(sandbox.git(&["status", "--porcelain", "--ignored"]), "!! a.log\n!! hidden\n");
    assert_eq!(sandbox.git(&["log", "-1", "--format=%an %cI"]), "Ana Tester 2026-11-21T12:00:00Z\n");

    let bare = Sandbox::new();
    let text =
        WHOLE.replace("# way: native\n", "# way: native\n# git: no\n").replace("-- .git/info/exclude\n", "-- x\n");
    Shape::parse("demo/bare", &text).expect("a shape").write(&bare.repo(), Checkout { umask: 0o077, reversed: true });
    assert!(!bare.repo().join(".git").exists());
    let mode = |path: &str| std::fs::metadata(bare.repo().join(path)).expect("a file").permissions().mode() & 0o777;
    assert_eq!((mode("bin/run.sh"), mode("empty")), (0o700, 0o600));
}

#[test]
fn a_shape_that_is_not_understood_is_refused() {
    let head = "# A trap.\n# way: native\n";
    for (text, problem) in [
        ("# A trap.\n# way: native\n-- a".to_owned(), "the last line has no end"),
        ("A trap.\n# way: native\n-- a\n".to_owned(), "the first line is no `# ` sentence"),
        ("# way: native\n-- a\n".to_owned(), "the first line does not say the trap"),
        ("# A trap.\n-- a\n".to_owned(), "no line `# way: `"),
        ("# A trap.\n# way: natively\n-- a\n".to_owned(), "unknown way `natively`"),
        ("# A trap.\n# way: native now\n-- a\n".to_owned(), "unknown way `native now`"),
        ("# A trap.\n# way: pep517\n-- a\n".to_owned(), "unknown way `pep517`"),
        ("# A trap.\n# way: error \n-- a\n".to_owned(), "unknown way `error `"),
        (format!("{head}# way: native\n-- a\n"), "unknown line `# way: native` in the head"),
        (format!("{head}# git: yes\n-- a\n"), "unknown line `# git: yes` in the head"),
        (format!("{head}\n-- a\n"), "unknown line `` in the head"),
        (head.to_owned(), "no file"),
        (format!("{head}-- a\n-- a\n"), "`a` is there twice"),
        (format!("{head}-- \n"), "`` is no path in the project"),
        (format!("{head}-- /a\n"), "`/a` is no path in the project"),
        (format!("{head}-- a/../../b\n"), "`a/../../b` is no path in the project"),
        (format!("{head}-- a mode=644\n"), "unknown word `mode=644` after `a`"),
        (format!("{head}-- a b.py\n"), "unknown word `b.py` after `a`"),
        (format!("{head}-- a base64=1\nAA==\n"), "unknown word `base64=1` after `a`"),
        (format!("{head}-- a  base64\nAA==\n"), "unknown word `` after `a`"),
        (format!("{head}-- a untracked untracked\n"), "`untracked` is there twice after `a`"),
        (format!("{head}-- a repeat=x\n"), "`repeat=x` of `a` is no number"),
        (format!("{head}-- a link=\n"), "unknown word `link=` after `a`"),
        (format!("{head}-- a link=b\ntext\n"), "`a` is a link and something else"),
        (format!("{head}-- a link=b mode=755\n"), "`a` is a link and something else"),
        (format!("{head}-- a no-final-newline\n"), "`a` has no line whose end can be left out"),
        (format!("{head}-- a base64\nA\n"), "`a` is not base64: "),
    ] {
        let found = Shape::parse("demo/x", &text).expect_err(&text);
        assert!(found.starts_with(problem), "{text}: {found}");
    }
    for (text, problem) in
        [("flit/x\n", "no reason"), ("flit/x: \n", "no reason"), ("flit/x: a\nflit/x: b\n", "a second")]
    {
        assert!(NotYet::parse(text).err().expect(text).contains(problem), "{text}");
    }
    assert!(NotYet::parse("# A list\n\nflit/x: links\n").expect("a table").has("flit/x"));
}
