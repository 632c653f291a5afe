//! Secrets in what an archive holds: tokens and keys by their form, private keys, passwords in addresses and login files.
//!
//! A value never leaves this room: a [`Hit`] has its kind, its place, its first four characters where they are public
//! knowledge, and a fingerprint that a baseline may name. Which hits are errors is judged by `check::contents`.

mod forms;
mod kinds;
mod login;
mod private_key;
mod scan;

pub use kinds::KINDS_AS_OF;
pub(super) use scan::Scanner;

use serde::Serialize;

use crate::archive::Sha256;

/// A secret that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hit {
    /// What it is, with its article: `a token of PyPI`.
    pub kind: &'static str,
    /// The member that holds it; of a nested archive `outer!inner`.
    pub member: String,
    /// The line in it, from 1, where it is text.
    pub line: Option<usize>,
    /// The first 16 hex digits of the SHA-256 of the value.
    pub fingerprint: String,
    /// The first four characters of the value, empty where it is a password.
    pub begins: String,
    /// Characters of the value.
    pub length: usize,
    /// What the form and the place say about it.
    pub weight: Weight,
}

/// How much a hit weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Weight {
    /// A secret.
    Sure,
    /// In a test or the documentation, and nothing proves that somebody issued it.
    OfTests,
    /// Often published on purpose: a web token, an encrypted key.
    Possible,
}

/// The name of a value in a baseline.
fn fingerprint(value: &[u8]) -> String {
    let mut digest = Sha256::of(value).to_string();
    digest.truncate(16);
    digest
}

/// Values that makers print in their documentation, by fingerprint.
fn is_documented(fingerprint: &str) -> bool {
    // jwt.io's own; the key of Azure's storage emulator.
    const DOCUMENTED: [&str; 2] = ["7f75367e78812551", "900e6c2bf8ce6c14"];
    DOCUMENTED.contains(&fingerprint)
}

/// Whether a member belongs to tests, documentation or examples.
pub(super) fn is_of_tests(member: &str) -> bool {
    const FOLDERS: [&str; 15] = [
        "test",
        "tests",
        "testing",
        "testdata",
        "testsuite",
        "docs",
        "doc",
        "example",
        "examples",
        "fixtures",
        "samples",
        "mock",
        "mocks",
        "dummy",
        "dummyserver",
    ];
    let is_test = |name: &str| {
        FOLDERS.contains(&name)
            || ["test_", "tests_", "test-"].iter().any(|begin| name.starts_with(begin))
            || ["_test", "_tests", "-tests"].iter().any(|end| name.ends_with(end))
    };
    let lower = member.to_lowercase();
    let (folder, file) = lower.rsplit_once(['/', '!']).unwrap_or(("", &lower));
    let stem = file.split('.').next().unwrap_or(file);
    folder.split(['/', '!']).any(is_test) || stem == "conftest" || is_test(stem)
}

/// Whether a member is a text for people.
fn is_document(member: &str) -> bool {
    let file = member.rsplit(['/', '!']).next().unwrap_or(member);
    [".md", ".rst"].iter().any(|end| file.ends_with(end)) || ["METADATA", "PKG-INFO"].contains(&file)
}
