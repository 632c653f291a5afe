//! What PyPI refuses in metadata and file names, row by row of its code; what it takes raises nothing.

use std::collections::BTreeSet;

use pyrelease::archive::Limits;
use pyrelease::check::{Policy, examine, judge};
use pyrelease::python::address;
use pyrelease::python::classifiers::CLASSIFIERS_AS_OF;
use pyrelease::python::name::ProjectName;
use pyrelease::python::stdlib;
use pyrelease::python::tag::pypi_accepts_platform;
use pyrelease::report::Severity;

use crate::support::archives::pairs_metadata::saying;
use crate::support::archives::tar::{SDIST_NAME, Tar};
use crate::support::archives::zip::{METADATA, WHEEL_NAME, Zip};

/// The codes of errors.
fn errors(name: &str, bytes: &[u8]) -> String {
    let findings = judge(&examine(name, &mut &*bytes, &Limits::default()), &Policy::default()).findings;
    let errors = findings.iter().filter(|finding| finding.severity == Severity::Error).map(|finding| finding.code);
    errors.collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join(" ")
}

fn of(text: &str) -> String {
    let (name, bytes) = saying(text);
    errors(name, &bytes)
}

/// The honest metadata of another version, without what came later.
fn version(version: &str, more: &str) -> String {
    let later: &[&str] = match version {
        "1.0" => &["License-", "Requires-Python", "Project-URL", "Classifier", "Description-Content-Type"],
        "1.1" => &["License-", "Requires-Python", "Project-URL", "Description-Content-Type"],
        "2.1" | "2.3" => &["License-"],
        _ => &[],
    };
    let (headers, body) = METADATA.split_once("\n\n").expect("there is a description");
    let lines = headers.lines().filter(|line| !later.iter().any(|start| line.starts_with(start)));
    let lines = lines.map(|line| format!("{line}\n")).collect::<String>().replace("2.4", version);
    format!("{lines}{more}\n{body}")
}

#[test]
fn fields_are_not_older_than_the_format() {
    for (format, line) in [
        ("1.0", "Classifier: Typing :: Typed\n"),
        ("1.1", "Requires-Dist: attrs\n"),
        ("2.1", "Dynamic: Platform\n"),
        ("2.3", "License-Expression: MIT\n"),
        ("2.4", "Import-Name: demo\n"),
    ] {
        assert_eq!(of(&version(format, "")), "", "{format}");
        assert_eq!(of(&version(format, line)), "check/metadata-invalid", "{format} {line}");
    }
}

#[test]
fn values_that_pypi_refuses_and_their_neighbours() {
    let summary = |length: usize| format!("Summary: {}", "x".repeat(length));
    let long = |length: usize| format!("Project-URL: {}, https://example.org", "x".repeat(length));
    let (fits, longer) = (summary(512), summary(513));
    let (label, longer_label) = (long(32), long(33));
    let cases: [(&str, &str, &str, &str); 25] = [
        ("Summary: A demonstration", &fits, &longer, "check/metadata-refused"),
        ("Summary: A demonstration", "Summary: a b", "Summary: a\n b", "check/metadata-invalid"),
        ("Summary: A demonstration", "Summary: a b", "Summary: a\u{2028}b", "check/metadata-invalid"),
        ("text/markdown", "text/markdown; variant=GFM", "text/markdown; variant=gfm", "check/metadata-invalid"),
        ("text/markdown", "text/markdown; charset=utf-8", "text/markdown; charset=latin-1", "check/metadata-invalid"),
        ("text/markdown", "text/plain", "text/html", "check/metadata-invalid"),
        ("text/markdown", "text/plain; a=b*", "text/plain; a*=b", "check/metadata-invalid"),
        ("Keywords", "Requires-Dist: a> 1\nKeywords", "Requires-Dist: a> =1\nKeywords", "check/metadata-invalid"),
        ("text/markdown", "text/plain; a=b", "text/plain;\n a=b", "check/metadata-invalid"),
        (">=3.9", ">=3.6", ">=3.6.*", "check/metadata-invalid"),
        ("Keywords", "Dynamic: Platform\nKeywords", "Dynamic: Name\nKeywords", "check/metadata-invalid"),
        ("Keywords", "Provides-Extra: a\nKeywords", "Provides-Extra: a b\nKeywords", "check/metadata-invalid"),
        ("Keywords", "Requires-Dist: a<2\nKeywords", "Requires-Dist: a<2.*\nKeywords", "check/metadata-invalid"),
        (
            "Keywords",
            "Requires-Dist: a; python_version<\"3,8\"\nKeywords",
            "Requires-Dist: a; python_versoin<\"3\"\nKeywords",
            "check/metadata-invalid",
        ),
        (
            "Keywords",
            "Provides-Dist: a\nKeywords",
            "Provides-Dist: a @ https://e.org/a\nKeywords",
            "check/metadata-refused",
        ),
        (
            "License-Expression: MIT",
            "License-Expression: mit or LicenseRef-X",
            "License-Expression: X",
            "check/metadata-refused",
        ),
        (
            "License-Expression: MIT",
            "License-Expression: GPL-2.0+",
            "License-Expression: MIT AND",
            "check/metadata-invalid",
        ),
        (
            "License-File: LICENSE",
            "License-File: LICENSE",
            "License-File: ../LICENSE",
            "check/license-file check/metadata-invalid",
        ),
        ("Homepage, ", "Homepage, ", "Homepage, ftp://", "check/metadata-refused"),
        ("Project-URL: Homepage, https://example.org/demo", &label, &longer_label, "check/metadata-refused"),
        (
            "Project-URL",
            "Project-URL: Other, https://example.org\nProject-URL",
            "Project-URL: Homepage, https://example.org\nProject-URL",
            "check/metadata-invalid",
        ),
        (
            "https://example.org/demo",
            "https://example.org:65535/",
            "https://example.org:65536/",
            "check/metadata-refused",
        ),
        ("ada@example.org", "ada@b\u{fc}cher.example.org", "ada@localhost", "check/metadata-refused"),
        ("Ada Lovelace <ada@example.org>", "a@b.org, c", "foo (at) bar.com", "check/metadata-refused"),
        ("Ada Lovelace <ada@example.org>", "(a) b@c.org", "A B", "check/metadata-refused"),
    ];
    for (old, good, bad, code) in cases {
        assert_eq!(of(&METADATA.replacen(old, good, 1)), "", "{good}");
        assert_eq!(of(&METADATA.replacen(old, bad, 1)), code, "{bad}");
    }
}

#[test]
fn import_names_are_words() {
    for (value, code) in [
        ("demo.sub", ""),
        ("demo ; private", ""),
        ("demo-x", "check/metadata-invalid"),
        ("demo.class", "check/metadata-invalid"),
        ("demo; secret", "check/metadata-invalid"),
    ] {
        assert_eq!(of(&version("2.5", &format!("Import-Name: {value}\n"))), code, "{value}");
    }
}

#[test]
fn names_of_files_that_pypi_refuses() {
    let wheel = Zip::wheel().bytes();
    let sdist = Tar::sdist().gz();
    let long = format!("demo-1.0-{}-none-any.whl", (0..80).map(|at| format!("p{at:02}")).collect::<Vec<_>>().join("."));
    assert_eq!((errors(WHEEL_NAME, &wheel), errors(SDIST_NAME, &sdist)), (String::new(), String::new()));
    for name in ["de__mo-1.0-py3-none-any.whl", "demo-1.0-x1-py3-none-any.whl", "demo-1.0-py3-none.whl", long.as_str()]
    {
        let errors = errors(name, &wheel);
        assert!(errors.split(' ').any(|code| code == "check/filename"), "{name}: {errors}");
    }
    assert_eq!(errors("demo-1.0.TAR.GZ", &sdist), "archive/unknown-kind");
    assert!(errors("DEMO-1.0.tar.gz", &sdist).contains("check/filename"));
}

#[test]
fn platforms_are_those_that_pypi_lists() {
    let accepted = "any win32 win_arm64 win_amd64 win_ia64 manylinux1_i686 manylinux2010_x86_64 manylinux2014_s390x \
                    manylinux2014_ppc64 linux_armv6l linux_armv7l macosx_10_9_x86_64 macosx_10_6_intel \
                    macosx_11_0_arm64 macosx_26_0_universal2 manylinux_2_17_ppc64 musllinux_1_2_riscv64 \
                    ios_13_0_arm64_iphonesimulator android_24_arm64_v8a pyemscripten_2026_0_wasm32";
    let refused = "win_arm linux_x86_64 linux_aarch64 manylinux1_aarch64 manylinux2010_aarch64 macosx_16_0_arm64 \
                   macosx_11_1_arm64 musllinux_1_2_ppc64 manylinux_2_36_loongarch64 ios_13_0_armv7_iphoneos \
                   android_24_mips emscripten_3_1_58_wasm32 manylinux_2_17 freebsd_14_0_amd64";
    for platform in accepted.split_whitespace() {
        assert!(pypi_accepts_platform(platform), "{platform}");
    }
    for platform in refused.split_whitespace() {
        assert!(!pypi_accepts_platform(platform), "{platform}");
    }
}

#[test]
fn addresses_are_read_as_python_reads_them() {
    let only = |text: &str| address::only(text).unwrap_or_default();
    for (text, expected) in [
        ("", ""),
        ("a@b.org", "a@b.org"),
        ("A B <a@b.org>", "a@b.org"),
        ("\"B, A\" <a@b.org>", "a@b.org"),
        ("a@b.org (A (B) C)", "a@b.org"),
        ("(a) b@c.org", "b@c.org"),
        ("a . b @ c . org", "a.b@c.org"),
        ("A B", "A"),
        ("foo (at) bar.com", "foo"),
        ("<@x,@y:a@b.org>", ""),
        ("a@b.org, c@d.org", ""),
        ("Doe, Jane <j@d.org>", ""),
        ("a@b@c.org", ""),
        ("a@[1.2.3.4]", ""),
        ("a (b <c@d.org>", ""),
        ("group: a@b.org;", "a@b.org"),
        ("\"a b\"@c.org", "\"a b\"@c.org"),
    ] {
        assert_eq!(only(text), expected, "{text}");
    }
    let nested = "(".repeat(100_000) + &")".repeat(100_000) + &"a:".repeat(100_000);
    assert_eq!((address::only(&nested), address::list(&nested)), (None, None));
    let list = |text: &str| address::list(text).map(|all| all.join("|"));
    assert_eq!(list("A <a@b.org>, \"C, D\" <c@d.org>").as_deref(), Some("a@b.org|c@d.org"));
    assert_eq!(list("Doe, Jane <j@d.org>").as_deref(), Some("Doe|j@d.org"));
    assert_eq!(list("a@b.org <c@d.org>"), None);
}

#[test]
fn data_that_ages_says_from_where_and_of_which_day_it_is() {
    let folder = format!("{}/src/python/data", env!("CARGO_MANIFEST_DIR"));
    let read = |name: &str| std::fs::read_to_string(format!("{folder}/{name}")).expect("it is there");
    for name in ["classifiers.txt", "spdx.txt", "stdlib.txt"] {
        let text = read(name);
        let first = text.lines().next().expect("there is a line");
        assert!(first.starts_with("# ") && first.contains("(PyPI") && first.contains(" 20"), "{name}: {first}");
    }
    assert!(read("classifiers.txt").starts_with(&format!("# trove-classifiers {CLASSIFIERS_AS_OF} ")));
    let list = read("stdlib.txt");
    let pythons = list.lines().skip(1).flat_map(|line| line.split(' ').skip(1));
    let minor = |python: &str| python.split_once('.').and_then(|(_, minor)| minor.parse::<u32>().ok());
    let newest = pythons.filter(|python| python.starts_with("3.")).max_by_key(|python| minor(python));
    assert_eq!(newest, Some(stdlib::NEWEST));
}

#[test]
fn modules_of_python_are_known() {
    let any = |name: &str| stdlib::is_module_of_any(&name.parse::<ProjectName>().expect("a name"));
    assert!(any("JSON") && any("xml.dom") && any("importlib-metadata") && any("ConfigParser") && any("abc"));
    assert!(!any("requests") && !any("xml-demo") && !any("setuptools"));
    assert!(stdlib::is_module("json") && !stdlib::is_module("cgi") && !stdlib::is_module("xml.dom"));
}
