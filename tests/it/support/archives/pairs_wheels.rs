//! Pairs for what a wheel installs, for paths and for sizes.

use super::check_pairs::{Archive, Pair, large, pair, wheel, with};
use super::tar::{SDIST_NAME, Tar};
use super::zip::{Entry, WHEEL_NAME, Zip};

const LONG: &[u8] = b"# Copyright nobody, and many words more so that two of these are no accident.\nX = 1\n";

/// A wheel with these files more.
fn holding(files: &[(&str, &[u8])]) -> Archive {
    wheel(|zip| {
        for (name, data) in files {
            zip.file(name, data);
        }
    })
}

/// A wheel without its package and with this file.
fn only(name: &str) -> Archive {
    wheel(|zip| {
        zip.entries.retain(|entry| !entry.local.name.starts_with(b"demo/"));
        zip.file(name, b"x = 1\n");
    })
}

/// A wheel whose METADATA has these lines more and is of version 2.5.
fn newer(lines: &str) -> Archive {
    wheel(|zip| zip.edit("METADATA", "2.4\nName: demo\n", &format!("2.5\nName: demo\n{lines}")))
}

fn script(line: &str) -> Archive {
    let text = format!("[console_scripts]\n{line}\n");
    holding(&[("demo-1.0.dist-info/entry_points.txt", text.as_bytes())])
}

/// A wheel of this name and tag.
fn tagged(name: &'static str, tag: &str) -> Archive {
    let mut zip = Zip::wheel();
    let tags: String = tag.split('.').map(|python| format!("Tag: {python}-none-any\n")).collect();
    zip.edit("WHEEL", "Tag: py3-none-any\n", &tags);
    zip.edit("METADATA", "Requires-Python: >=3.9\n", "");
    (name, zip.bytes())
}

/// A wheel that is written as its entries stand.
fn in_order(change: impl FnOnce(&mut Zip)) -> Archive {
    let mut zip = Zip::wheel();
    change(&mut zip);
    let record = zip.honest_record();
    zip.file("demo-1.0.dist-info/RECORD", record.as_bytes());
    (WHEEL_NAME, zip.raw())
}

/// A wheel with so many files more.
fn many(count: usize) -> Archive {
    wheel(|zip| {
        for at in 0..count {
            zip.entries.push(Entry::stored(&format!("demo/m{at}.py"), b""));
        }
    })
}

fn sdist_with(name: &str) -> Archive {
    let mut tar = Tar::sdist();
    tar.file(name, b"x");
    (SDIST_NAME, tar.gz())
}

pub(crate) fn pairs() -> Vec<Pair> {
    [tops(), modules(), dist_infos(), scripts(), paths(), sizes()].into_iter().flatten().collect()
}

fn tops() -> Vec<Pair> {
    let backport = |pythons: &str| {
        wheel(|zip| {
            zip.edit("METADATA", "Requires-Python: >=3.9\n", pythons);
            zip.file("graphlib.py", b"x = 1\n");
        })
    };
    vec![
        pair("check/foreign-top-level", with("pip/_internal/x.py"), with("pip_tools_of_demo/x.py")),
        pair("check/foreign-top-level", with("json/__init__.py"), with("json/data.txt")),
        pair(
            "check/foreign-top-level",
            backport("Requires-Python: >=3.7\n"),
            backport("Requires-Python: >=3.7,<3.9\n"),
        ),
        pair("check/many-top-levels", with("tools/x.py"), with("_demo/x.py")),
        pair(
            "check/missing-top-level",
            newer("Import-Name: demo\nImport-Name: more\n"),
            newer("Import-Name: demo.x\n"),
        ),
        pair("check/undeclared-top-level", newer("Import-Name:\n"), newer("Import-Name: demo\n")),
        pair("check/not-a-module", with("README.md"), with("demo/README.md")),
        pair("check/not-a-module", with("more.pyi"), holding(&[("more.pyi", b""), ("more.py", b"")])),
        pair("check/folder-without-module", with("tables/x.txt"), with("demo.libs/x.so.6")),
    ]
}

fn modules() -> Vec<Pair> {
    let twice = |data: &[u8]| holding(&[("demo/a.py", data), ("demo/b.py", data)]);
    vec![
        pair("check/unimportable", with("demo/my-module.py"), with("demo/my-data.txt")),
        pair("check/unimportable", with("demo/class/x.py"), with("demo-stubs/x.py")),
        pair("check/duplicate-files", twice(LONG), twice(b"x = 1\n")),
        pair("check/no-modules", only("demo/x.txt"), only("demo/x.pyi")),
        pair(
            "check/data-library",
            with("demo-1.0.data/purelib/demo/more.py"),
            with("demo-1.0.data/platlib/demo/more.py"),
        ),
    ]
}

fn dist_infos() -> Vec<Pair> {
    let sbom = |text: &[u8]| holding(&[("demo-1.0.dist-info/sboms/a.json", text)]);
    let platforms = |name: &'static str| (name, Zip::wheel().bytes());
    vec![
        pair(
            "check/dist-info-order",
            in_order(|zip| {
                zip.file("demo/late.py", b"x = 1\n");
            }),
            in_order(|_| ()),
        ),
        pair("check/sbom", sbom(b"hello, world"), sbom(b"\n  {\"bomFormat\": \"CycloneDX\"}")),
        pair(
            "check/tags-unsorted",
            platforms("demo-1.0-py3.py2-none-any.whl"),
            platforms("demo-1.0-py2.py3-none-any.whl"),
        ),
        pair(
            "check/python2-tag",
            tagged("demo-1.0-py2.py3-none-any.whl", "py2.py3"),
            tagged("demo-1.0-py3-none-any.whl", "py3"),
        ),
    ]
}

fn scripts() -> Vec<Pair> {
    let alone = |module: &str| {
        wheel(|zip| {
            zip.edit("METADATA", "Requires-Python", "Requires-Dist: attrs\nRequires-Python");
            let text = format!("[console_scripts]\ndemo = {module}:main\n");
            zip.file("demo-1.0.dist-info/entry_points.txt", text.as_bytes());
        })
    };
    vec![
        pair("check/script-shadows", script("python3.12 = demo:main"), script("python3-demo = demo:main")),
        pair("check/script-shadows", with("demo-1.0.data/scripts/pip.exe"), with("demo-1.0.data/scripts/pipx")),
        pair("check/script-not-a-file", with("demo-1.0.data/scripts/more/demo"), with("demo-1.0.data/scripts/demo")),
        pair("check/entry-point-target", script("demo = other.cli:main"), script("demo = demo:main")),
        pair("check/entry-point-target", alone("demo.cli"), alone("other.cli")),
    ]
}

fn paths() -> Vec<Pair> {
    let long = |length: usize| with(&format!("demo/{}/x{}.py", "d".repeat(100), "y".repeat(length - 110)));
    vec![
        pair("check/junk", with("demo/.mypy_cache/3.12/x.json"), with("demo/mypy_cache/x.json")),
        pair("check/junk", sdist_with("demo-1.0/docs/.DS_Store"), sdist_with("demo-1.0/docs/DS_Store")),
        pair("check/repository-file", sdist_with("demo-1.0/.github/x.yml"), sdist_with("demo-1.0/github/x.yml")),
        pair("check/long-path", long(201), long(200)),
        pair("check/space-in-path", with("demo/a b.txt"), with("demo/a_b.txt")),
        pair("check/non-ascii-path", with("demo/\u{e9}.txt"), with("demo/e.txt")),
        pair(
            "check/mixed-extensions",
            holding(&[("demo/a.yml", b""), ("demo/b.yaml", b"")]),
            holding(&[("demo/a.yml", b""), ("demo/b.yml", b"")]),
        ),
    ]
}

fn sizes() -> Vec<Pair> {
    vec![
        pair("check/large", large(51), large(49)),
        pair("check/large-unpacked", large(76), large(74)),
        pair("check/many-files", many(2000), many(1990)),
    ]
}
