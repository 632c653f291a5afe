//! What backends write and PyPI refuses, or loses: each once found, and now a finding.

use pyrelease::archive::Limits;
use pyrelease::check::{Policy, examine, judge};

use crate::support::archives::pairs_metadata::saying;
use crate::support::archives::zip::Zip;

fn told((name, bytes): (&str, Vec<u8>)) -> Vec<String> {
    let findings = judge(&examine(name, &mut bytes.as_slice(), &Limits::default()), &Policy::default()).findings;
    let line = |line: Option<usize>| line.map(|line| format!(":{line}")).unwrap_or_default();
    let text = |finding: pyrelease::report::Finding| {
        format!("{}{}: {}", finding.code, line(finding.location.and_then(|place| place.line)), finding.message)
    };
    findings.into_iter().filter(|finding| finding.severity.word() != "info").map(text).collect()
}

const TEXT: &str = "\nA text that is long enough.\n";

#[test]
fn hatchling_ends_the_headers_with_import_names_of_nothing() {
    let metadata = "Metadata-Version: 2.5\nName: demo\nVersion: 1.0\nImport-Name\nSummary: A demonstration\n\
                    License-Expression: MIT\nRequires-Python: >=3.9\nRequires-Dist: attrs\n\
                    Description-Content-Type: text/markdown\n";
    let found = told(saying(&format!("{metadata}{TEXT}")));
    assert!(
        found.contains(
            &"check/metadata-cut:4: line 4 ends the headers too early: `Description-Content-Type`, \
              `License-Expression`, `Requires-Dist`, `Requires-Python`, `Summary` are read as description"
                .to_owned()
        ),
        "{found:#?}"
    );
    let whole = told(saying(&format!("{}{TEXT}", metadata.replace("Import-Name\n", "Import-Name:\n"))));
    assert_eq!(whole, ["check/undeclared-top-level: `demo` is in the wheel and not declared"]);
}

/// Metadata with these lines more.
fn with(lines: &str) -> String {
    format!(
        "Metadata-Version: 2.5\nName: demo\nVersion: 1.0\nSummary: A demonstration\nLicense-Expression: MIT\n\
         {lines}Requires-Python: >=3.9\nDescription-Content-Type: text/markdown\n{TEXT}"
    )
}

#[test]
fn lines_of_backends_that_pypi_refuses() {
    let cases = [
        (
            "hatchling, dynamic license-files",
            "Dynamic: License-Files\n",
            "check/metadata-invalid:6: `Dynamic` names `License-Files`, which is no field",
        ),
        (
            "poetry, an alternative of versions",
            "Requires-Dist: d (>=1,<2 || >=3)\n",
            "check/metadata-invalid:6: `Requires-Dist` is refused: `d (>=1,<2 || >=3)` is not a requirement: \
             `)` was expected at character 11",
        ),
        (
            "poetry, a dependency from git",
            "Requires-Dist: d @ git+https://example.org/d.git\n",
            "check/metadata-refused: `Requires-Dist` has `d @ git+https://example.org/d.git` with a URL",
        ),
        (
            "uv_build, a name with a comma",
            "Author-email: Doe, Jane <jane@example.org>\n",
            "check/malformed-people:6: `Author-email` is a list in which `Doe` is no address",
        ),
        (
            "any, a classifier that keeps it off",
            "Classifier: Private :: Do Not Upload\n",
            "check/classifier-private:6: `Private :: Do Not Upload` keeps the project off PyPI",
        ),
        (
            "flit_core, the import name of stubs",
            "Import-Name: my_demo-stubs\n",
            "check/metadata-invalid:6: `Import-Name` is refused: has `my_demo-stubs`, where `my_demo-stubs` is no identifier",
        ),
    ];
    for (what, line, expected) in cases {
        let found = told(saying(&with(line)));
        assert!(found.iter().any(|finding| finding == expected), "{what}: {found:#?}");
    }
    assert_eq!(told(saying(&with(""))), [""; 0]);
}

#[test]
fn hatchling_tags_for_python_2_what_does_not_say_for_which() {
    let mut zip = Zip::wheel();
    zip.edit("WHEEL", "Tag: py3-none-any\n", "Tag: py2-none-any\nTag: py3-none-any\n");
    let name = "demo-1.0-py2.py3-none-any.whl";
    let leaves_out = "check/python2-tag: the tag has `py2`, and `Requires-Python: >=3.9` leaves it out";
    assert_eq!(told((name, zip.clone().bytes())), [leaves_out]);
    zip.edit("METADATA", "Requires-Python: >=3.9\n", "");
    let found = told((name, zip.bytes()));
    let nothing = "check/python2-tag: the tag has `py2`, and there is no `Requires-Python`";
    assert!(found.iter().any(|finding| finding == nothing), "{found:#?}");
}

#[test]
fn uv_build_leaves_the_licence_out_and_setuptools_takes_licenses_for_a_package() {
    let mut zip = Zip::wheel();
    zip.edit("METADATA", "License-File: LICENSE\n", "");
    zip.entries.retain(|entry| !entry.local.name.ends_with(b"LICENSE"));
    assert_eq!(
        told(("demo-1.0-py3-none-any.whl", zip.bytes())),
        ["check/license-files-missing: no file holds the text of the licence"]
    );
    let mut zip = Zip::wheel();
    zip.file("LICENSES/MIT.txt", b"MIT\n");
    let found = told(("demo-1.0-py3-none-any.whl", zip.bytes()));
    assert!(found.iter().any(|finding| finding.starts_with("check/common-top-level: ")), "{found:#?}");
}
