//! Pairs for metadata beyond their grammar, and for sdists.

use super::check_pairs::{Archive, Pair, metadata, pair, told, wheel};
use super::tar::{SDIST_NAME, Tar};
use super::zip::{METADATA, WHEEL_NAME, Zip};

/// A wheel without this line in its METADATA.
fn without(line: &str) -> Archive {
    metadata(&format!("{line}\n"), "")
}

fn honest() -> Archive {
    wheel(|_| ())
}

/// A wheel without the text below its headers, and with another one.
fn described(text: &str) -> Archive {
    wheel(|zip| {
        let (headers, _) = METADATA.split_once("\n\n").expect("there is a description");
        zip.replace("demo-1.0.dist-info/METADATA", &format!("{headers}\n\n{text}"));
    })
}

/// An sdist of other texts.
fn sdist(pyproject: &str, info: &str, file: &str) -> Archive {
    let mut tar = Tar::default();
    tar.directory("demo-1.0/");
    tar.file("demo-1.0/LICENSE", b"MIT\n");
    tar.file("demo-1.0/pyproject.toml", pyproject.as_bytes());
    tar.file(file, b"x = 1\n");
    tar.file("demo-1.0/PKG-INFO", info.as_bytes());
    (SDIST_NAME, tar.gz())
}

pub(crate) fn pairs() -> Vec<Pair> {
    [missing(), thin(), doubtful(), broken(), requirements(), sdists()].into_iter().flatten().collect()
}

fn missing() -> Vec<Pair> {
    let no_license = || {
        wheel(|zip| {
            zip.edit("METADATA", "License-Expression: MIT\nLicense-File: LICENSE\n", "");
            zip.entries.retain(|entry| !entry.local.name.ends_with(b"LICENSE"));
        })
    };
    let no_classifiers = || {
        wheel(|zip| {
            let lines = METADATA.lines().filter(|line| !line.starts_with("Classifier"));
            let text: String = lines.map(|line| format!("{line}\n")).collect();
            zip.replace("demo-1.0.dist-info/METADATA", &text);
        })
    };
    let no_python = wheel(|zip| {
        zip.edit("METADATA", "Classifier: Programming Language :: Python :: 3\n", "");
        zip.edit("METADATA", "Classifier: Programming Language :: Python :: 3.9\n", "");
    });
    vec![
        pair("check/no-author", without("Author-email: Ada Lovelace <ada@example.org>"), honest()),
        pair("check/no-classifiers", no_classifiers(), honest()),
        pair("check/no-keywords", without("Keywords: demo,example"), honest()),
        pair("check/no-license", no_license(), honest()),
        pair("check/license-files-missing", no_license(), honest()),
        pair("check/no-requires-python", without("Requires-Python: >=3.9"), honest()),
        pair(
            "check/no-status-classifier",
            without("Classifier: Development Status :: 5 - Production/Stable"),
            honest(),
        ),
        pair("check/no-url", without("Project-URL: Homepage, https://example.org/demo"), honest()),
        pair("check/python-classifiers", no_python, honest()),
    ]
}

fn thin() -> Vec<Pair> {
    let summary = |text: &str| metadata("Summary: A demonstration\n", &format!("Summary: {text}\n"));
    vec![
        pair("check/thin-summary", summary("A demo of."), summary("A demo of x")),
        pair("check/thin-description", described(&"x".repeat(99)), described(&"x".repeat(100))),
    ]
}

fn doubtful() -> Vec<Pair> {
    let licensed = |id: &str| metadata("License-Expression: MIT", &format!("License-Expression: {id}"));
    let pythons = |set: &str| metadata("Requires-Python: >=3.9", &format!("Requires-Python: {set}"));
    let people =
        |text: &str| metadata("Author-email: Ada Lovelace <ada@example.org>", &format!("Author-email: {text}"));
    let named = |name: &str, file_name: &'static str| {
        let mut zip = Zip::wheel();
        zip.edit("METADATA", "Name: demo\n", &format!("Name: {name}\n"));
        for entry in &mut zip.entries {
            entry.both(|head| {
                let text = String::from_utf8(head.name.clone()).expect("it is text");
                head.name = text.replace("demo-1.0", &format!("{}-1.0", name.replace('-', "_"))).into_bytes();
            });
        }
        (file_name, zip.bytes())
    };
    vec![
        pair(
            "check/license-classifier",
            told("Classifier: License :: OSI Approved :: MIT License\n"),
            told("Classifier: Topic :: Software Development\n"),
        ),
        pair("check/license-deprecated", licensed("GPL-2.0+"), licensed("GPL-2.0-or-later")),
        pair("check/excluded-python", pythons(">=3.10"), pythons(">=3.9.2")),
        pair("check/excluded-python", pythons("<=3.8"), pythons("<=3.9")),
        pair("check/metadata-unknown", told("Home-page: UNKNOWN\n"), told("Home-page: https://example.org/UNKNOWN\n")),
        pair(
            "check/malformed-people",
            people("Lovelace, Ada <ada@example.org>"),
            people("\"Lovelace, Ada\" <ada@example.org>, b@example.org"),
        ),
        pair(
            "check/name-stdlib",
            named("xml-dom", "xml_dom-1.0-py3-none-any.whl"),
            named("xml-demo", "xml_demo-1.0-py3-none-any.whl"),
        ),
    ]
}

fn broken() -> Vec<Pair> {
    vec![
        pair("check/metadata-cut", told("Import-Name\nRequires-Dist: attrs\n"), told("Requires-Dist: attrs\n")),
        pair(
            "check/metadata-refused",
            metadata("License-Expression: MIT", "License-Expression: MITT"),
            metadata("License-Expression: MIT", "License-Expression: mit"),
        ),
    ]
}

fn requirements() -> Vec<Pair> {
    let extra = |name: &str| told(&format!("Provides-Extra: a-b\nRequires-Dist: attrs; extra == \"{name}\"\n"));
    vec![
        pair("check/unknown-extra", extra("ab"), extra("A_b")),
        pair(
            "check/requires-itself",
            told("Requires-Dist: Demo>=1\n"),
            told("Provides-Extra: all\nProvides-Extra: x\nRequires-Dist: demo[x]; extra == \"all\"\n"),
        ),
    ]
}

fn sdists() -> Vec<Pair> {
    const HONEST: &str = "[project]\nname = \"demo\"\nversion = \"1.0\"\n";
    let code = "demo-1.0/demo.py";
    let authors = "authors = [{ name = \"Ada Lovelace\" }, { name = \"Grace Hopper\", email = \"g@example.org\" }]\n";
    let both = METADATA.replace("Ada Lovelace <ada", "Grace Hopper <g@example.org>, Ada Lovelace <ada");
    vec![
        pair("check/empty-sdist", sdist(HONEST, METADATA, "demo-1.0/README.md"), sdist(HONEST, METADATA, code)),
        pair("check/pyproject-broken", sdist("[project\n", METADATA, code), sdist(HONEST, METADATA, code)),
        pair(
            "check/metadata-mismatch",
            sdist(&HONEST.replace("1.0", "1.1"), METADATA, code),
            sdist(&HONEST.replace("1.0", "1.0.0"), METADATA, code),
        ),
        pair(
            "check/author-lost",
            sdist(&format!("{HONEST}{authors}"), METADATA, code),
            sdist(&format!("{HONEST}{authors}"), &both, code),
        ),
    ]
}

/// A wheel with these METADATA.
pub(crate) fn saying(text: &str) -> Archive {
    let mut zip = Zip::wheel();
    zip.replace("demo-1.0.dist-info/METADATA", text);
    (WHEEL_NAME, zip.bytes())
}
