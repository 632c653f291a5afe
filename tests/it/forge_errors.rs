//! The text of every error of the forge, as a person reads it.

use std::collections::BTreeSet;

use expect_test::expect_file;
use pyrelease::error::Failure;
use pyrelease::forge::ForgeError;
use pyrelease::report::codes;
use pyrelease::report::human::{Colour, failure};

fn every_error() -> Vec<ForgeError> {
    let place = || "git.example.org/acme/demo".to_owned();
    let (tag, token, text) = (|| "v1.0".to_owned(), || "`GITEA_TOKEN`".to_owned(), || "its own words".to_owned());
    vec![
        ForgeError::Unknown { remote: Some("git@git.example.org:acme/demo.git".to_owned()) },
        ForgeError::Unknown { remote: None },
        ForgeError::Missing { key: "url", example: "https://git.example.org" },
        ForgeError::Repository { text: "demo".to_owned() },
        ForgeError::Address { text: "git.example.org".to_owned() },
        ForgeError::NoToken { place: place(), variables: "`RELEASE_FORGE_TOKEN` or `GITEA_TOKEN`" },
        ForgeError::Token { place: place(), token: token(), text: text() },
        ForgeError::Forbidden { place: place(), doing: "create the release", token: token(), text: text() },
        ForgeError::NotFound { place: place(), doing: "list the releases" },
        ForgeError::RateLimited { place: place(), until: "after 60 seconds".to_owned() },
        ForgeError::Moved { place: place(), location: "https://git.example.org/api/v1/repos/acme/new".to_owned() },
        ForgeError::Busy { place: place(), doing: "create the release", status: 502 },
        ForgeError::Refused { place: place(), doing: "create the release", status: 409, text: text() },
        ForgeError::Format { place: place(), doing: "list the releases", problem: "expected value".to_owned() },
        ForgeError::NoLocalTag { tag: tag() },
        ForgeError::TagMissing { place: place(), tag: tag() },
        ForgeError::TagDiffers { place: place(), tag: tag(), there: "aaaa".to_owned(), here: "bbbb".to_owned() },
        ForgeError::SeveralDrafts {
            place: place(),
            tag: tag(),
            urls: vec!["https://a".to_owned(), "https://b".to_owned()],
        },
        ForgeError::ImmutableRelease { place: place() },
        ForgeError::TagBurned { place: place() },
        ForgeError::TagProtected { place: place(), text: text() },
        ForgeError::DifferentAsset {
            place: place(),
            name: "a.whl".to_owned(),
            there: "sha256 aa".to_owned(),
            here: "bb".to_owned(),
        },
        ForgeError::AssetName { name: "a b.txt".to_owned() },
        ForgeError::AssetTwice { name: "a.whl".to_owned() },
        ForgeError::Renamed { place: place(), name: "a~b.whl".to_owned(), there: "a.b.whl".to_owned() },
        ForgeError::ForeignHost { place: place(), url: "https://elsewhere.example/upload".to_owned() },
        ForgeError::FileChanged { file: "dist/a.whl".to_owned() },
        ForgeError::NoWorkflow { place: place(), workflow: "release.yml".to_owned(), is_old: false },
        ForgeError::NoWorkflow { place: place(), workflow: "release.yml".to_owned(), is_old: true },
        ForgeError::Inputs { problem: "26 inputs, and at most 25 are taken".to_owned() },
        ForgeError::NotAsSent { place: place(), problem: "it is still a draft".to_owned() },
    ]
}

#[test]
fn every_variant_reads_well() {
    let failures: Vec<Failure> = every_error().into_iter().map(Failure::from).collect();
    let mut text = String::new();
    for failed in &failures {
        text.push_str(&failure(failed, Colour::Off));
        text.push_str(&format!("  exit: {}\n\n", failed.kind.exit_code()));
        assert!(!failed.message.ends_with('.'), "{}", failed.message);
    }
    expect_file![concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/snapshots/forge_errors.txt")].assert_eq(&text);
    let findings = ["forge/job-failed", "forge/no-run", "forge/no-runs-api"];
    let explained: BTreeSet<&str> = codes::all()
        .map(|code| code.code)
        .filter(|code| code.starts_with("forge/") && !findings.contains(code))
        .collect();
    assert_eq!(explained, failures.iter().map(|failed| failed.code).collect());
}
