//! Attestations (PEP 740): real ones, from the sdist of `pypi-attestations`, and the same with a part that is wrong.

use std::collections::BTreeMap;
use std::io::Read;

use expect_test::expect;
use flate2::read::GzDecoder;
use pyrelease::archive::Sha256;
use pyrelease::index::attestation::{NotSigned, Signed, verify};
use serde_json::Value;

use crate::support::corpora;

/// The files below `test/assets` of the sdist, by name.
fn assets() -> BTreeMap<String, Vec<u8>> {
    let sdist = corpora::archives("attestations").remove(0);
    let mut archive = tar::Archive::new(GzDecoder::new(std::fs::File::open(sdist).expect("the sdist")));
    let mut found = BTreeMap::new();
    for entry in archive.entries().expect("a tar file") {
        let mut entry = entry.expect("a member");
        let path = entry.path().expect("a path").to_string_lossy().into_owned();
        if let Some((_, name)) = path.split_once("/test/assets/") {
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).expect("its bytes");
            found.insert(name.to_owned(), bytes);
        }
    }
    found
}

fn told(result: Result<Signed, NotSigned>) -> String {
    match result {
        Ok(signed) => format!(
            "{} by {} at {}, workflow {:?}: {}",
            signed.issuer,
            signed.identity,
            signed.logged,
            signed.claims.build_config_uri,
            signed.statement["subject"][0]["name"]
        ),
        Err(error) => error.to_string(),
    }
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn a_real_one_holds() {
    let assets = assets();
    let sha256 = Sha256::of(&assets["pypi_attestations-0.0.19.tar.gz"]);
    expect![[r#"https://token.actions.githubusercontent.com by https://github.com/trailofbits/pypi-attestations/.github/workflows/release.yml@refs/tags/v0.0.19 at 2024-12-04T23:14:01Z, workflow Some("https://github.com/trailofbits/pypi-attestations/.github/workflows/release.yml@refs/tags/v0.0.19"): "pypi_attestations-0.0.19.tar.gz""#]].assert_eq(&told(verify(&assets["pypi_attestations-0.0.19.tar.gz.publish.attestation"], sha256)));
    // Signed by the log of Sigstore's test instance.
    let staging = Sha256::of(&assets["rfc8785-0.1.2-py3-none-any.whl"]);
    expect!["its signature does not hold: invalid inclusion promise: No log key valid at integrated time 2024-06-06T18:39:05Z for log ID 0y8wo8MtY5wrdiIFohx7sHeI5oKDpK5vQhGHI6G+pJY="].assert_eq(&told(verify(&assets["rfc8785-0.1.2-py3-none-any.whl.publish.attestation"], staging)));
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn one_with_a_wrong_part_does_not() {
    let assets = assets();
    let sha256 = Sha256::of(&assets["pypi_attestations-0.0.19.tar.gz"]);
    let whole = &assets["pypi_attestations-0.0.19.tar.gz.publish.attestation"];
    assert!(matches!(verify(whole, Sha256::of(b"another file")), Err(NotSigned::Signature(_))));
    let good: Value = serde_json::from_slice(whole).expect("JSON");
    let refused = |change: &dyn Fn(&mut Value)| {
        let mut changed = good.clone();
        change(&mut changed);
        assert_ne!(changed, good, "nothing was changed");
        verify(&serde_json::to_vec(&changed).expect("JSON"), sha256).expect_err("it was changed")
    };
    let other = |value: &mut Value| {
        // One character in the middle of what is base64.
        let text = value.as_str().expect("text").to_owned();
        let (at, old) = text.char_indices().nth(text.len() / 2).expect("it is long");
        let new = if old == 'A' { "B" } else { "A" };
        *value = Value::from(format!("{}{new}{}", &text[..at], &text[at + 1..]));
    };
    refused(&|value| value["version"] = Value::from(2));
    refused(&|value| other(&mut value["envelope"]["signature"]));
    refused(&|value| other(&mut value["envelope"]["statement"]));
    refused(&|value| other(&mut value["verification_material"]["certificate"]));
    refused(&|value| {
        other(
            &mut value["verification_material"]["transparency_entries"][0]["inclusionPromise"]["signedEntryTimestamp"],
        );
    });
    refused(&|value| value["verification_material"]["transparency_entries"] = Value::from(Vec::<Value>::new()));
}

#[test]
fn what_is_none_is_refused() {
    for text in ["", "{}", "[]", "null", "{\"version\": 1}", "{\"version\": \"1\"}"] {
        assert!(matches!(verify(text.as_bytes(), Sha256::of(b"")), Err(NotSigned::Form(_))), "{text}");
    }
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(matches!(verify(deep.as_bytes(), Sha256::of(b"")), Err(NotSigned::Form(_))));
}
