//! The archives of one release among each other.

use expect_test::expect;
use pyrelease::archive::Limits;
use pyrelease::check::{Examined, Policy, examine, judge_together};

use crate::support::archives::tar::{SDIST_NAME, Tar};
use crate::support::archives::zip::{METADATA, WHEEL_NAME, Zip};

const OTHER: &str = "demo-1.0-py2.py3-none-any.whl";

fn examined(archives: &[(&str, Vec<u8>)]) -> Vec<Examined> {
    let examined = |(name, bytes): &(&str, Vec<u8>)| examine(name, &mut bytes.as_slice(), &Limits::default());
    archives.iter().map(examined).collect()
}

fn told(archives: &[(&str, Vec<u8>)]) -> String {
    let examined = examined(archives);
    let findings = judge_together(&examined.iter().collect::<Vec<_>>(), &Policy::default()).findings;
    let lines = findings.into_iter().map(|finding| {
        let place = finding.location.expect("a finding has a place");
        let member = place.member.map(|member| format!(" [{member}]")).unwrap_or_default();
        format!("{} {}: {} ({}){member}\n", finding.severity.word(), finding.code, finding.message, place.file)
    });
    lines.collect()
}

fn wheel(change: impl FnOnce(&mut Zip)) -> Vec<u8> {
    let mut zip = Zip::wheel();
    change(&mut zip);
    zip.bytes()
}

/// An sdist with this PKG-INFO, and with these modules more.
fn sdist(info: &str, files: &[&str]) -> Vec<u8> {
    let mut tar = Tar::top();
    tar.file("demo-1.0/PKG-INFO", info.as_bytes());
    files.iter().for_each(|name| tar.file(name, b"x = 1\n"));
    tar.gz()
}

#[test]
fn honest_archives_agree() {
    let wheel = || (WHEEL_NAME, wheel(|_| ()));
    assert_eq!(told(&[]), "");
    assert_eq!(told(&[wheel(), (SDIST_NAME, Tar::sdist().gz())]), "");
    // The order, the spelling of equal values and what the sdist calls dynamic do not count.
    let info = METADATA
        .replace("Keywords: demo,example\n", "Keywords: example, demo\nDynamic: Requires-Dist\n")
        .replace("Requires-Python: >=3.9\n", "Requires-Python: >= 3.9\nRequires-Dist: attrs\n");
    assert_eq!(told(&[(SDIST_NAME, sdist(&info, &[])), wheel()]), "");
    // Neither did metadata before 2.2 say what is dynamic.
    let old = METADATA.replace("2.4", "2.1").replace("A demonstration", "Another");
    assert_eq!(told(&[(SDIST_NAME, sdist(&old, &[])), wheel()]), "");
    // Archives of other projects and versions, and broken ones, have nothing to do with each other.
    let alone = ("demo-1.1.tar.gz", sdist(METADATA, &["demo-1.0/src/demo/more.py"]));
    assert_eq!(told(&[alone, (SDIST_NAME, Tar::sdist().gz()), wheel(), ("demo-1.0-1-py3-none-any.whl", vec![0])]), "");
}

#[test]
fn metadata_that_disagree_are_told_field_by_field() {
    let info = METADATA
        .replace("A demonstration", "Another one")
        .replace("Requires-Python: >=3.9\n", "Requires-Python: >=3.10\nRequires-Dist: attrs\n")
        .replace("# demo", "# another");
    expect![[r#"
        error check/metadata-disagrees: `Requires-Dist: attrs` is in the sdist only (demo-1.0-py3-none-any.whl)
        error check/metadata-disagrees: `Requires-Python: >=3.10` is in the sdist only (demo-1.0-py3-none-any.whl)
        error check/metadata-disagrees: `Summary: A demonstration` is in the wheel only (demo-1.0-py3-none-any.whl)
        error check/metadata-disagrees: sdist and wheel have different descriptions (demo-1.0-py3-none-any.whl)
    "#]]
    .assert_eq(&told(&[(SDIST_NAME, sdist(&info, &[])), (WHEEL_NAME, wheel(|_| ()))]));
}

#[test]
fn wheels_disagree_where_resolvers_read_one_of_them() {
    let other = wheel(|zip| zip.edit("METADATA", "Requires-Python", "Requires-Dist: attrs>=1\nRequires-Python"));
    let summary = wheel(|zip| zip.edit("METADATA", "A demonstration", "Another one"));
    expect![[r#"
        info check/no-sdist: there is no sdist beside the wheels (demo-1.0-py3-none-any.whl)
        warning check/wheels-disagree: `Requires-Dist: attrs>=1` is in `demo-1.0-py2.py3-none-any.whl` only (demo-1.0-py2.py3-none-any.whl)
    "#]]
    .assert_eq(&told(&[(WHEEL_NAME, wheel(|_| ())), (OTHER, other)]));
    expect![[r#"
        info check/no-sdist: there is no sdist beside the wheels (demo-1.0-py3-none-any.whl)
    "#]]
    .assert_eq(&told(&[(WHEEL_NAME, wheel(|_| ())), (OTHER, summary)]));
}

#[test]
fn modules_are_in_both_or_are_told() {
    let more = ["demo-1.0/src/demo/sub/lost.py", "demo-1.0/src/demo/py.typed", "demo-1.0/src/demo/tests/x.py"];
    let files = [&more[..], &["demo-1.0/src/other/x.py", "demo-1.0/src/demo/data.txt"]].concat();
    let extra = wheel(|zip| {
        for name in ["demo/left_over.py", "demo/_version.py", "demo/data.json", "elsewhere/x.py"] {
            zip.file(name, b"x = 1\n");
        }
    });
    expect![[r#"
        warning check/missing-from-wheel: 2 modules are in the sdist and not in the wheel, as `demo/py.typed` (demo-1.0-py3-none-any.whl) [demo/py.typed]
        warning check/unexpected-in-wheel: `demo/left_over.py` is in the wheel and not in the sdist (demo-1.0-py3-none-any.whl) [demo/left_over.py]
    "#]]
    .assert_eq(&told(&[(SDIST_NAME, sdist(METADATA, &files)), (WHEEL_NAME, extra)]));
}
