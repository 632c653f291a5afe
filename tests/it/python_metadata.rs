//! Core metadata: reading, validating, and what PyPI refuses.

use pyrelease::python::metadata::{Metadata, MetadataFault, MetadataVersion, RawMetadata};

const GOOD: &str = "\
Metadata-Version: 2.4
Name: My.Pkg
Version: 1.0-rc1
Dynamic: License-File
Summary: Does things
Keywords: a, b,,c
Home-page: https://example.org
Author-email: A B <a@example.org>
License-Expression: mit or (apache-2.0 AND LicenseRef-X)
License-File: LICENSES/MIT.txt
Classifier: Programming Language :: Python
Requires-Python: >=3.10,!=3.11.*
Requires-Dist: httpx[http2] (>=0.27) ; extra == 'Web_X'
Provides-Extra: Web_X
Project-URL: Docs, https://example.org/a,b
Description-Content-Type: text/markdown; charset=UTF-8; variant=GFM

# Title

Body with: colon
";

fn faults(text: &str) -> Vec<String> {
    match Metadata::parse(text.as_bytes()) {
        Ok(_) => Vec::new(),
        Err(faults) => faults.into_iter().map(|fault| fault.message).collect(),
    }
}

/// The faults of minimal metadata of the newest version with these lines added.
fn added(lines: &str) -> Vec<String> {
    faults(&format!("Metadata-Version: 2.5\nName: a\nVersion: 1\n{lines}"))
}

#[test]
fn good_metadata_is_read_whole() {
    let metadata = Metadata::parse(GOOD.as_bytes()).expect("good metadata");
    assert_eq!(metadata.metadata_version, MetadataVersion::V2_4);
    assert_eq!(metadata.name.normalized(), "my-pkg");
    assert_eq!(metadata.version.to_string(), "1.0rc1");
    assert_eq!(metadata.dynamic, ["license-file"]);
    assert_eq!(metadata.summary.as_deref(), Some("Does things"));
    assert_eq!(metadata.keywords, ["a", "b", "c"]);
    assert_eq!(metadata.license_files, ["LICENSES/MIT.txt"]);
    let license = metadata.license_expression.as_ref().expect("a license");
    assert_eq!(license.to_string(), "mit OR (apache-2.0 AND LicenseRef-X)");
    let python = metadata.requires_python.as_ref().expect("specifiers");
    assert_eq!(python.to_string(), "!=3.11.*,>=3.10");
    assert_eq!(metadata.requires_dist[0].to_string(), "httpx[http2]>=0.27; extra == \"web-x\"");
    assert_eq!(metadata.provides_extra[0].normalized(), "web-x");
    assert_eq!(metadata.project_urls[0].label, "Docs");
    assert_eq!(metadata.project_urls[0].url, "https://example.org/a,b");
    assert_eq!(metadata.description.as_deref(), Some("# Title\n\nBody with: colon\n"));
    let content_type = metadata.description_content_type.as_ref().expect("a type");
    assert_eq!(content_type.kind(), "text/markdown");
    assert_eq!(content_type.variant(), Some("GFM"));
    assert_eq!(metadata.import_names, None);
    assert_eq!(metadata.pypi_faults(), []);
}

#[test]
fn headers_are_read_as_email_is() {
    let raw = RawMetadata::parse(
        b"Name: a\r\nDescription: one\n        |two\n\tthree\r\nX:\r\n  folded\nNAME:\tb\n\nbody\r\n\r\nend",
    );
    let values: Vec<(&str, &str, usize)> =
        raw.headers().iter().map(|header| (header.name.as_str(), header.value.as_str(), header.line)).collect();
    assert_eq!(
        values,
        [("Name", "a", 1), ("Description", "one\n        |two\n\tthree", 2), ("X", "folded", 5), ("NAME", "b", 7),]
    );
    assert_eq!(raw.body(), "body\r\n\r\nend");
    assert_eq!(raw.first("name"), Some("a"));
    assert_eq!(raw.all("Name").collect::<Vec<_>>(), ["a", "b"]);
    assert!(raw.faults().is_empty());
    assert_eq!(RawMetadata::parse(b""), RawMetadata::default());
}

#[test]
fn every_fault_of_the_file_is_kept() {
    let raw = RawMetadata::parse(b" early\nFrom x\nName: \xff\n: none\nno header here\nVersion: 1\n");
    let messages: Vec<&str> = raw.faults().iter().map(|fault| fault.message.as_str()).collect();
    assert_eq!(
        messages,
        [
            "line 1 continues a header, but none is above it",
            "line 2 begins with `From `, which is no header",
            "`Name` is not UTF-8",
            "line 4 has no name before its `:`",
            "line 5 is neither a header nor empty, so the description begins there",
        ]
    );
    assert_eq!(raw.body(), "no header here\nVersion: 1\n");
    assert_eq!(raw.first("Name"), Some("\u{fffd}"));
    let raw = RawMetadata::parse(b"Name: a\n\n\xff");
    let wanted = MetadataFault {
        field: "Description".to_owned(),
        line: Some(3),
        message: "`Description` is not UTF-8".to_owned(),
    };
    assert_eq!(raw.faults(), [wanted]);
}

#[test]
fn all_faults_come_at_once() {
    assert_eq!(
        faults("Metadata-Version: 2.0\nName: -a\nSummary: x\nSummary: y\nFoo: bar\n"),
        [
            "`Metadata-Version` is `2.0`, which is no version of the format",
            "`Summary` is given more than once",
            "`Foo` is no field of core metadata",
            "`Name` is refused: `-a` is not a project name: it must begin and end with a letter or digit",
            "`Version` is missing",
        ]
    );
    assert_eq!(faults(""), ["`Metadata-Version` is missing", "`Name` is missing", "`Version` is missing"]);
}

#[test]
fn fields_must_not_be_newer_than_the_format() {
    for (version, line, added) in [
        ("1.0", "Classifier: x", "1.1"),
        ("1.1", "Requires-Dist: x", "1.2"),
        ("1.2", "Provides-Extra: x", "2.1"),
        ("2.1", "Dynamic: Summary", "2.2"),
        ("2.3", "License-Expression: MIT", "2.4"),
        ("2.4", "Import-Name: x", "2.5"),
    ] {
        let field = line.split(':').next().unwrap_or_default();
        let text = |version: &str| format!("Metadata-Version: {version}\nName: a\nVersion: 1\n{line}\n{line}\n");
        let wanted = format!("`{field}` came with metadata {added}, and this is {version}");
        assert!(faults(&text(version)).contains(&wanted), "{line}");
        assert!(!faults(&text(added)).contains(&wanted), "{line}");
    }
}

/// Lines that break the rule of their field, and the fault.
const BROKEN: &[(&str, &str)] = &[
    ("Summary: a\n b", "`Summary` must be one line"),
    ("Summary: a\u{2028}b", "`Summary` must be one line"),
    ("Dynamic: Name", "`Dynamic` names `Name`, which cannot be dynamic"),
    ("Dynamic: License-Files", "`Dynamic` names `License-Files`, which is no field"),
    ("License: MIT\nLicense-Expression: MIT", "`License` cannot stand beside `License-Expression`"),
    (
        "License-Expression: MIT AND",
        "`License-Expression` is refused: `MIT AND` is not a license expression: an id was expected at \
     its end",
    ),
    ("License-File: a/../b", "`License-File` has the path `a/../b`: it must not contain `..`"),
    ("License-File: a*", "`License-File` has the path `a*`: it must name one file, without `*`"),
    ("License-File: a\\b", "`License-File` has the path `a\\b`: it must use `/`"),
    ("License-File: /a", "`License-File` has the path `/a`: it must be relative"),
    ("License-File: C:/a", "`License-File` has the path `C:/a`: it must be relative"),
    ("License-File: a//b", "`License-File` has the path `a//b`: it has an empty or `.` part"),
    (
        "Requires-Python: >=3.6.*",
        "`Requires-Python` is refused: `>=3.6.*` is not a version specifier: `.*` goes with `==` and \
     `!=`, not with `>=`",
    ),
    (
        "Requires-Dist: a <2 || >3",
        "`Requires-Dist` is refused: `a <2 || >3` is not a requirement: `,` before another version, `;` \
     before a marker, or the end was expected at character 6",
    ),
    ("Provides-Extra: a b", "`Provides-Extra` is refused: `a b` is not a project name: ` ` is not allowed in a name"),
    ("Project-URL: Docs, a\nProject-URL: Docs, b", "`Project-URL` has the label `Docs` more than once"),
    ("Import-Name: a.class", "`Import-Name` is refused: has `a.class`, where `class` is a keyword"),
    ("Import-Namespace: a-b", "`Import-Namespace` is refused: has `a-b`, where `a-b` is no identifier"),
    ("Import-Name: a; public", "`Import-Name` is refused: has `public` behind `;`, where only `private` may be"),
    ("Description: x\n\nbody", "`Description` is given both as a header and below the headers"),
];

#[test]
fn each_field_has_its_rule() {
    for (line, wanted) in BROKEN {
        assert_eq!(added(&format!("{line}\n")), [*wanted]);
    }
}

#[test]
fn content_types_are_strict() {
    for good in [
        "text/plain",
        "TEXT/X-RST",
        "text/markdown; charset=utf-8",
        "text/markdown; variant=\"CommonMark\" ; charset=UTF-8",
        "text/plain; variant=x",
    ] {
        assert_eq!(added(&format!("Description-Content-Type: {good}\n")), [""; 0], "{good}");
    }
    for (bad, reason) in [
        ("text/html", "must be `text/plain`, `text/x-rst` or `text/markdown`, not `text/html`"),
        ("text/markdown; variant=gfm", "must have the variant `GFM` or `CommonMark`, not `gfm`"),
        ("text/markdown; charset=latin1", "must have the charset `UTF-8`, not `latin1`"),
        ("text/markdown; GFM", "has the parameter `GFM`, which is no `key=value`"),
        ("text/markdown; a=1; A=2", "has the parameter `a` twice"),
        ("text/markdown; a=1;", "has the parameter `a=1;`, which is no `key=value`"),
    ] {
        let wanted = format!("`Description-Content-Type` is refused: {reason}");
        assert_eq!(added(&format!("Description-Content-Type: {bad}\n")), [wanted]);
    }
    let many: String = (0..20).map(|n| format!("; a{n}=1")).collect();
    let wanted = "`Description-Content-Type` is refused: has too many parameters";
    assert_eq!(added(&format!("Description-Content-Type: text/plain{many}\n")), [wanted]);
}

#[test]
fn import_names_may_be_private_or_none() {
    let parse = |lines: &str| {
        let text = format!("Metadata-Version: 2.5\nName: a\nVersion: 1\n{lines}");
        Metadata::parse(text.as_bytes()).expect("metadata")
    };
    assert_eq!(parse("Import-Name:\n").import_names, Some(Vec::new()));
    let metadata = parse("Import-Name: a.b\nImport-Name: _c ; private\nImport-Namespace: a\n");
    let names = metadata.import_names.expect("names");
    assert_eq!((names[0].name.as_str(), names[0].private), ("a.b", false));
    assert_eq!((names[1].name.as_str(), names[1].private), ("_c", true));
    assert_eq!(metadata.import_namespaces.expect("names").len(), 1);
}

#[test]
fn pypi_refuses_more() {
    let long = "x".repeat(513);
    for (lines, wanted) in [
        ("Requires-Dist: b @ https://x.org/b.whl", "`Requires-Dist` has `b @ https://x.org/b.whl` with a URL"),
        ("Home-page: www.x.com", "`Home-page` has `www.x.com`, which must begin with `https://` or `http://`"),
        ("Download-URL: https://x.org:65536/", "`Download-URL` has `https://x.org:65536/`, where `65536` is no port"),
        ("Home-page: https://x.org/?a[0]", "`Home-page` has `https://x.org/?a[0]`, where `[` and `]` must be escaped"),
        ("Project-URL: Docs", "`Project-URL` `Docs` has no URL"),
        ("Project-URL: , https://x.org", "`Project-URL` has the label ``, which must have 1 to 32 characters"),
        ("Author-email: A B", "`Author-email` has the address `A`: it has no `@`"),
        ("Author-email: a@localhost", "`Author-email` has the address `a@localhost`: what follows `@` is no domain"),
        (
            "Maintainer-email: A <a@x.test>",
            "`Maintainer-email` has the address `a@x.test`: its domain is set aside for special use",
        ),
        ("Author-email: a b@x.org", "`Author-email` has the address `a b@x.org`: what stands before `@` is no mailbox"),
        (
            "Classifier: Private :: Do Not Upload",
            "`Classifier` has `Private :: Do Not Upload`, which keeps the project off PyPI",
        ),
        (format!("Summary: {long}").as_str(), "`Summary` has 513 characters, more than 512"),
    ] {
        let text = format!("Metadata-Version: 2.5\nName: a\nVersion: 1\n{lines}\n");
        let metadata = Metadata::parse(text.as_bytes()).expect(lines);
        let messages: Vec<String> = metadata.pypi_faults().into_iter().map(|f| f.message).collect();
        assert_eq!(messages, [wanted]);
    }
    let metadata = Metadata::parse(b"Metadata-Version: 2.6\nName: a\nVersion: 1+x\n").expect("metadata");
    let messages: Vec<String> = metadata.pypi_faults().into_iter().map(|f| f.message).collect();
    assert_eq!(messages, ["`Metadata-Version` is 2.6, and PyPI takes up to 2.5", "`Version` `1+x` has a local label"]);
    let list = b"Metadata-Version: 2.5\nName: a\nVersion: 1\nAuthor-email: A <a@x>, B <b@y>\nHome-page:\nDownload-URL: UNKNOWN\n";
    assert_eq!(Metadata::parse(list).expect("metadata").pypi_faults(), []);
}
