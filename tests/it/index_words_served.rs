//! Every row of the table of words that a server can produce is produced by the embedded index, through a request, and what it
//! says is understood as that row. Those that nobody can produce are listed with the reason; the list may only shrink.

use std::collections::BTreeSet;

use pyrelease::index::words::{Meaning, rows, understand};
use serde_json::{Value, json};

use crate::support::Sandbox;
use crate::support::archives::check_pairs::pairs;
use crate::support::archives::hostile::cases;
use crate::support::archives::tar::{SDIST_NAME, Tar};
use crate::support::archives::zip::{WHEEL_NAME, Zip};
use crate::support::issuer::{Issuer, publisher};
use crate::support::served::Served;
use crate::support::tokens::{attenuated, forged};
use crate::support::web::{Form, Response, basic, request};

/// Rows that no request to the embedded index can produce, and why.
const UNREACHABLE: [(Meaning, &str); 5] = [
    // Nobody sees these two on PyPI either.
    (Meaning::NameInvalid, "the form refuses such a name before a project is made"),
    (Meaning::NameConflicts, "projects are looked up by their normal names, so that no two differ in spelling"),
    // Tests with real attestations, in `index_trust.rs`.
    (Meaning::AttestationKind, "needs a real attestation from PyPI"),
    (Meaning::AttestationWrong, "needs a real attestation from PyPI"),
    (Meaning::AttestationTwice, "needs a real attestation from PyPI"),
];

fn wheel() -> Form {
    Form::of(WHEEL_NAME, &Zip::wheel().bytes())
}

fn sdist() -> Form {
    Form::of(SDIST_NAME, &Tar::sdist().gz())
}

fn named(name: &str) -> Form {
    let mut form = wheel();
    form.file_name = name.to_owned();
    form
}

/// The archive that raises a rule of `check/`.
fn bad(code: &str) -> Form {
    let pair = pairs().into_iter().find(|pair| pair.code == code).expect("there is a pair");
    Form::of(pair.bad.0, &pair.bad.1)
}

/// A hostile archive.
fn hostile(id: &str) -> Form {
    let case = cases().into_iter().find(|case| case.id == id).expect("there is a case");
    Form::of(case.file_name, &case.bytes)
}

fn also(mut form: Form, name: &str, value: &str) -> Form {
    form.fields.push((name.to_owned(), value.as_bytes().to_vec()));
    form
}

/// An index, who has accounts there, and what each of them may.
struct Index {
    sandbox: Sandbox,
    served: Served,
    /// The token of `ana`, with whom nothing is wrong.
    ana: String,
}

fn people() -> Value {
    json!({"ana": {}, "bob": {"two-factor": false}, "cleo": {"email-verified": false}})
}

impl Index {
    fn open() -> Self {
        let sandbox = Sandbox::new();
        Served::set(&sandbox, &json!({"users": people()}));
        let served = Served::start(&sandbox, &[]);
        let ana = Served::token_of(&sandbox, "ana", &[]);
        let index = Index { sandbox, served, ana };
        index.set(json!({}));
        index
    }

    /// Another state, which has the usual people; without projects of its own `demo` is theirs, so that no new project is
    /// counted.
    fn set(&self, mut settings: Value) -> &Self {
        settings["users"] = people();
        if settings.get("projects").is_none() {
            settings["projects"] = json!({"demo": {"owners": ["ana", "bob", "cleo"]}});
        }
        Served::set(&self.sandbox, &settings);
        self
    }

    fn post(&self, form: &Form) -> Response {
        self.post_as(form, &self.ana)
    }

    fn post_as(&self, form: &Form, token: &str) -> Response {
        form.post(&self.served.upload_url(), &basic("__token__", token))
    }
}

/// Which rows were produced.
#[derive(Default)]
struct Seen(BTreeSet<String>);

fn key(meaning: Meaning) -> String {
    format!("{meaning:?}")
}

impl Seen {
    fn expect(&mut self, meaning: Meaning, response: &Response) {
        let said = match response.header("content-type") {
            "application/json" => {
                let code = response.json()["code"].as_str().unwrap_or_default().to_owned();
                code.split_once(' ').map(|(_, text)| text.to_owned()).unwrap_or_default()
            }
            _ => response.text(),
        };
        let understood = understand(response.status, &said).map(|(meaning, _)| key(meaning));
        assert_eq!(understood, Some(key(meaning)), "{} {said}", response.status);
        self.0.insert(key(meaning));
    }
}

#[test]
fn every_row_is_said_and_understood() {
    let mut seen = Seen::default();
    let index = Index::open();
    endpoints(&index, &mut seen);
    forms(&index, &mut seen);
    tokens(&index, &mut seen);
    projects(&index, &mut seen);
    metadata(&index, &mut seen);
    files(&index, &mut seen);
    archives(&index, &mut seen);
    trusted(&mut seen);
    states(&mut seen);
    let unreachable: BTreeSet<String> = UNREACHABLE.iter().map(|(meaning, _)| key(*meaning)).collect();
    for row in rows() {
        let key = key(row.meaning);
        assert_ne!(seen.0.contains(&key), unreachable.contains(&key), "{key}");
    }
}

fn endpoints(index: &Index, seen: &mut Seen) {
    let post = |path: &str| request("POST", &index.served.url(path), &[("Accept", "application/json")], b"");
    seen.expect(Meaning::Slash, &post("/legacy"));
    seen.expect(Meaning::Method, &post("/simple/"));
    seen.expect(Meaning::NoRegistration, &index.post(&wheel().with(":action", Some("submit"))));
    seen.expect(Meaning::NoDocumentation, &index.post(&wheel().with(":action", Some("doc_upload"))));
    seen.expect(Meaning::ReadOnly, &index.set(json!({"read-only": true})).post(&wheel()));
    seen.expect(Meaning::Paused, &index.set(json!({"paused": true})).post(&wheel()));
    std::fs::write(index.sandbox.path("index/index.json"), "{\"owner\": 1}").expect("a file");
    seen.expect(Meaning::Fault, &index.post(&wheel()));
    index.set(json!({}));
}

fn forms(index: &Index, seen: &mut Seen) {
    seen.expect(Meaning::Protocol, &index.post(&wheel().with("protocol_version", Some("2"))));
    seen.expect(Meaning::FieldValue, &index.post(&wheel().with("name", Some("../demo"))));
    seen.expect(Meaning::Field, &index.post(&wheel().with("filetype", Some("bdist_egg"))));
    let undigested = wheel().with("sha256_digest", None).with("blake2_256_digest", None);
    seen.expect(Meaning::Form, &index.post(&undigested));
    let mut empty = wheel();
    empty.content = None;
    seen.expect(Meaning::NoFile, &index.post(&empty));
    let body = String::from_utf8_lossy(&empty.body()).replace("name=\"filetype\"", "name=\"filetype\"; filename=\"x\"");
    let kind = format!("multipart/form-data; boundary={}", body[2..].lines().next().expect("a boundary"));
    let right = basic("__token__", &index.ana);
    let headers = [("Authorization", right.as_str()), ("Content-Type", &kind), ("Accept", "application/json")];
    seen.expect(Meaning::FieldIsFile, &request("POST", &index.served.upload_url(), &headers, body.as_bytes()));
}

fn tokens(index: &Index, seen: &mut Seen) {
    seen.expect(Meaning::NoRight, &index.post_as(&wheel(), "pypi-nobody"));
    seen.expect(Meaning::Password, &wheel().post(&index.served.upload_url(), &basic("ana", "secret")));
    let other = Served::token_of(&index.sandbox, "ana", &["--only", "other", "--output", "../other"]);
    seen.expect(Meaning::OtherProject, &index.post_as(&wheel(), &other));
    seen.expect(Meaning::Expired, &index.post_as(&wheel(), &attenuated(&index.ana, &["[0, 1, 0]"])));
    seen.expect(Meaning::Signature, &index.post_as(&wheel(), &forged(&index.ana)));
    seen.expect(Meaning::UnknownCaveat, &index.post_as(&wheel(), &attenuated(&index.ana, &["[9]"])));
    seen.expect(Meaning::TokenRefused, &index.post_as(&wheel(), &attenuated(&index.ana, &["{}"])));
    for (user, meaning) in [("bob", Meaning::TwoFactor), ("cleo", Meaning::Email)] {
        seen.expect(meaning, &index.post_as(&wheel(), &Served::token_of(&index.sandbox, user, &[])));
    }
}

fn projects(index: &Index, seen: &mut Seen) {
    seen.expect(
        Meaning::NewProjectsPaused,
        &index.set(json!({"new-projects-paused": true, "projects": {}})).post(&wheel()),
    );
    seen.expect(Meaning::NameProhibited, &index.set(json!({"prohibited": ["Demo"], "projects": {}})).post(&wheel()));
    seen.expect(Meaning::NameSimilar, &index.set(json!({"projects": {"dem0": {}}})).post(&wheel()));
    seen.expect(Meaning::NameStandard, &index.set(json!({})).post(&wheel().with("name", Some("asyncio"))));
    let bobs = json!({"projects": {"demo": {"owners": ["bob"]}}});
    seen.expect(Meaning::NotYours, &index.set(bobs).post(&wheel()));
    let inactive = json!({"owners": ["ana"], "organization": {"name": "acme", "active": false}});
    seen.expect(Meaning::Organization, &index.set(json!({"projects": {"demo": inactive}})).post(&wheel()));
    index.set(json!({}));
}

fn metadata(index: &Index, seen: &mut Seen) {
    let long = "x".repeat(600);
    let early = wheel().with("metadata_version", Some("2.1"));
    seen.expect(Meaning::TooEarly, &index.post(&also(early, "license_expression", "MIT")));
    seen.expect(Meaning::InvalidData, &index.post(&also(also(wheel(), "summary", "a"), "summary", "b")));
    let two = also(also(wheel(), "license", "MIT"), "license_expression", "MIT");
    seen.expect(Meaning::TwoLicenses, &index.post(&two));
    seen.expect(Meaning::Required, &index.post(&wheel().with("version", None)));
    for (meaning, name, value) in [
        (Meaning::LocalVersion, "version", "1.0+local"),
        (Meaning::MetadataVersion, "metadata_version", "9.9"),
        (Meaning::Invalid, "requires_python", "3.8+"),
        (Meaning::SeveralLines, "summary", "a\nb"),
        (Meaning::TooLong, "summary", &long),
        (Meaning::NotAmong, "description_content_type", "text/html"),
        (Meaning::Requirement, "provides_dist", "foo ("),
        (Meaning::Dynamic, "dynamic", "nonsense"),
        (Meaning::NeverDynamic, "dynamic", "name"),
        (Meaning::Classifier, "classifiers", "Private :: Do Not Upload"),
        (Meaning::ClassifierDeprecated, "classifiers", "Natural Language :: Ukranian"),
        (Meaning::Address, "author_email", "me@localhost"),
        (Meaning::Url, "home_page", "ftp://example.org"),
        (Meaning::UrlLabelLong, "project_urls", "A label that is longer than anybody reads, https://example.org"),
        (Meaning::UrlLabel, "project_urls", ", https://example.org"),
        (Meaning::UrlMissing, "project_urls", "Homepage, "),
        (Meaning::DirectDependency, "requires_dist", "foo @ https://example.org/foo.whl"),
        (Meaning::DescriptionDefault, "description", " \n \n"),
    ] {
        seen.expect(meaning, &index.post(&wheel().with(name, Some(value))));
    }
    let typed = also(wheel(), "description_content_type", "text/markdown");
    seen.expect(Meaning::Description, &index.post(&also(typed, "description", " \n \n")));
}

fn files(index: &Index, seen: &mut Seen) {
    let long = format!("demo-1.0-py3-none-{}.whl", "a".repeat(250));
    for (meaning, name) in [
        (Meaning::FileNameControl, "demo\t-1.0-py3-none-any.whl"),
        (Meaning::FileNameSlash, "../demo-1.0-py3-none-any.whl"),
        (Meaning::Extension, "demo-1.0.exe"),
        (Meaning::ExtensionType, SDIST_NAME),
        (Meaning::WheelNameParts, "demo.whl"),
        (Meaning::WheelNameInvalid, "demo-1.0.whl"),
        (Meaning::NameStart, "d\u{e9}mo-1.0-py3-none-any.whl"),
        (Meaning::FileNameLong, &long),
    ] {
        seen.expect(meaning, &index.post(&named(name)));
    }
    let mut image = wheel();
    image.content_type = "Content-Type: image/png\r\n".to_owned();
    seen.expect(Meaning::PartType, &index.post(&image));
    seen.expect(Meaning::Digest, &index.post(&wheel().with("sha256_digest", Some(&"0".repeat(64)))));
    seen.expect(Meaning::Digest, &index.post(&wheel().with("md5_digest", Some(&"0".repeat(32)))));
    seen.expect(Meaning::FileTooLarge, &index.set(json!({"limits": {"file": 100}})).post(&wheel()));
    seen.expect(Meaning::ProjectFull, &index.set(json!({"limits": {"project": 100}})).post(&wheel()));
    seen.expect(Meaning::Deleted, &index.set(json!({"deleted": [WHEEL_NAME]})).post(&wheel()));
    let old = json!({"owners": ["ana"], "released": {"1.0": "2026-10-01T00:00:00Z"}});
    seen.expect(Meaning::Closed, &index.set(json!({"projects": {"demo": old}})).post(&wheel()));
    index.set(json!({}));
    seen.expect(Meaning::WheelVersion, &index.post(&wheel().with("version", Some("1.1"))));
    let other = wheel().with("name", Some("another"));
    seen.expect(Meaning::WheelName, &index.post(&other));
    let mut short = sdist();
    short.file_name = "demo.tar.gz".to_owned();
    seen.expect(Meaning::SdistNameInvalid, &index.post(&short));
    seen.expect(Meaning::SdistName, &index.post(&sdist().with("version", Some("1.0.0"))));
    seen.expect(Meaning::AttestationsUntrusted, &index.post(&also(wheel(), "attestations", "[]")));
}

fn archives(index: &Index, seen: &mut Seen) {
    for (meaning, form) in [
        (Meaning::ZipFraming, hostile("W16")),
        (Meaning::TarMembers, hostile("S16")),
        (Meaning::TwoFormats, hostile("W77")),
        (Meaning::NoZip, hostile("X02 no zip")),
        (Meaning::NoTar, hostile("S41")),
        (Meaning::Ratio, hostile("S22")),
        (Meaning::Compression, bad_compression()),
        (Meaning::TopLevel, hostile("S19")),
        (Meaning::NoPkgInfo, hostile("S20")),
        (Meaning::NoWheelFile, bad("check/wheel-file")),
        (Meaning::Content, bad("check/metadata-mismatch")),
        (Meaning::LicenseFile, bad("check/license-file")),
        (Meaning::Platform, bad("check/platform-tag")),
        (Meaning::Record, bad("check/record-missing")),
        (Meaning::MetadataFile, bad("check/metadata-missing")),
        (Meaning::EntryPoints, bad("check/entry-point")),
    ] {
        seen.expect(meaning, &index.post(&form));
    }
}

fn bad_compression() -> Form {
    let mut zip = Zip::wheel();
    zip.entry("demo/__init__.py").both(|head| head.method = 12);
    Form::of(WHEEL_NAME, &zip.bytes())
}

/// What trusted publishing refuses.
fn trusted(seen: &mut Seen) {
    let index = Index::open();
    let issuer = Issuer::start();
    let state = |status: &str| {
        json!({
            "projects": {"demo": {"publishers": [publisher()], "status": status}, "other": {}},
            "trusted-publishing": issuer.trust(),
        })
    };
    index.set(state("active"));
    let body = json!({"token": issuer.identity(&[])}).to_string();
    let minted = request("POST", &index.served.url("/_/oidc/mint-token"), &[], body.as_bytes());
    let token = minted.json()["token"].as_str().unwrap_or_else(|| panic!("{}", minted.text())).to_owned();
    let post = |form: &Form| index.post_as(form, &token);
    seen.expect(Meaning::TrustedOtherProject, &post(&wheel().with("name", Some("other"))));
    seen.expect(Meaning::NoNewProject, &post(&wheel().with("name", Some("fresh"))));
    for (meaning, field) in [
        (Meaning::AttestationsNone, "[]"),
        (Meaning::AttestationsMalformed, "[{}]"),
        (Meaning::AttestationsMany, "[{}, {}, {}]"),
    ] {
        seen.expect(meaning, &post(&also(wheel(), "attestations", field)));
    }
    for (meaning, attesting) in [
        (Meaning::AttestationsPublisher, json!({"supported": false})),
        (Meaning::AttestationUnknown, json!({"fault": "the log does not answer"})),
    ] {
        let mut state = state("active");
        state["attestations"] = attesting;
        index.set(state);
        seen.expect(meaning, &post(&also(wheel(), "attestations", "[{}]")));
    }
    index.set(state("archived"));
    seen.expect(Meaning::TokenNotYours, &post(&wheel()));
}

/// What depends on what came before, or on much coming at once.
fn states(seen: &mut Seen) {
    let index = Index::open();
    assert_eq!(index.post(&sdist()).status, 200);
    let mut other = Tar::sdist();
    other.file("demo-1.0/more.py", b"");
    seen.expect(Meaning::Exists, &index.post(&Form::of(SDIST_NAME, &other.gz())));
    let same = Form::of("demo-1.0.0.tar.gz", &longer_sdist()).with("version", Some("1.0.0"));
    seen.expect(Meaning::SecondSdist, &index.post(&same));
    // A probe counts, as on PyPI; a name that nobody gets does not.
    let mut probe = wheel();
    probe.content_type = "Content-Type: image/png\r\n".to_owned();
    for _ in 0..3 {
        seen.expect(Meaning::NameStandard, &index.post(&probe.clone().with("name", Some("asyncio"))));
    }
    for number in 0..20 {
        seen.expect(Meaning::PartType, &index.post(&probe.clone().with("name", Some(&format!("probe{number}x")))));
    }
    let refused = index.post(&probe.with("name", Some("probes")));
    seen.expect(Meaning::TooManyProjects, &refused);
    assert_eq!(refused.header("ratelimit"), "\"project.create.user\";r=0;t=3600");
    assert_eq!(refused.header("ratelimit-policy"), "\"project.create.user\";q=20;w=3600");
    assert_eq!(refused.header("retry-after"), "");
    let small = index.sandbox.path("small");
    std::fs::create_dir(&small).expect("a fresh folder");
    std::fs::write(small.join("index.json"), "{\"limits\": {\"file\": 1000}}").expect("a file");
    let served = Served::at(&index.sandbox, "small", &[]);
    let form = Form::of(WHEEL_NAME, &vec![0; (64 << 20) + 2000]);
    seen.expect(Meaning::Request, &form.post(&served.upload_url(), &basic("__token__", &served.token())));
}

/// The same release in another spelling.
fn longer_sdist() -> Vec<u8> {
    let mut tar = Tar::default();
    tar.directory("demo-1.0.0/");
    tar.file("demo-1.0.0/x.py", b"");
    tar.gz()
}

/// Nothing is said to somebody who uploads but by the table.
#[test]
fn the_index_has_no_words_of_its_own() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/index/server");
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let source = std::fs::read_to_string(&path).expect("a file");
        // Tokens and provenance are other protocols; pages that are not there are told where answers are made.
        let own = match name.as_str() {
            "reply.rs" => 3,
            "trusted.rs" => 2,
            _ => 0,
        };
        let found = (400..500).filter(|status| source.contains(&format!(" {status}, \""))).count()
            + source.matches(".status = 4").count();
        assert_eq!(found, own, "{name}");
    }
}
