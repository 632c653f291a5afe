//! Attestations (PEP 740): real ones, from the sdist of `pypi-attestations`, and the same with a part that is wrong.

use std::collections::BTreeMap;

use expect_test::expect;
use pyrelease::archive::Sha256;
use pyrelease::config::file::Attestations;
use pyrelease::effects::World;
use pyrelease::index::attestation::publisher::{Publisher, belongs, judge};
use pyrelease::index::attestation::sidecar::beside;
use pyrelease::index::attestation::{NotSigned, Signed, verify};
use pyrelease::index::provenance::{Known, State, state};
use serde_json::{Value, json};

use crate::support::answering::{Answering, Told};
use crate::support::sandbox::Output;
use crate::support::{Sandbox, corpora};

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
    let assets = corpora::assets();
    let sha256 = Sha256::of(&assets["pypi_attestations-0.0.19.tar.gz"]);
    expect![[r#"https://token.actions.githubusercontent.com by https://github.com/trailofbits/pypi-attestations/.github/workflows/release.yml@refs/tags/v0.0.19 at 2024-12-04T23:14:01Z, workflow Some("https://github.com/trailofbits/pypi-attestations/.github/workflows/release.yml@refs/tags/v0.0.19"): "pypi_attestations-0.0.19.tar.gz""#]].assert_eq(&told(verify(&assets["pypi_attestations-0.0.19.tar.gz.publish.attestation"], sha256)));
    // Signed by the log of Sigstore's test instance.
    let staging = Sha256::of(&assets["rfc8785-0.1.2-py3-none-any.whl"]);
    expect!["its signature does not hold: invalid inclusion promise: No log key valid at integrated time 2024-06-06T18:39:05Z for log ID 0y8wo8MtY5wrdiIFohx7sHeI5oKDpK5vQhGHI6G+pJY="].assert_eq(&told(verify(&assets["rfc8785-0.1.2-py3-none-any.whl.publish.attestation"], staging)));
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn one_with_a_wrong_part_does_not() {
    let assets = corpora::assets();
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

const SDIST: &str = "pypi_attestations-0.0.19.tar.gz";

/// Who published that file, as its project knows it.
fn publisher() -> Publisher {
    Publisher {
        repository: "https://github.com/trailofbits/pypi-attestations".to_owned(),
        workflow: Some("release.yml".to_owned()),
        references: vec!["refs/tags/v0.0.19".to_owned()],
        commit: None,
    }
}

/// One part of who is expected, exchanged, and what is said of it.
type Expectation = (fn(&mut Publisher), &'static str);

const EXPECTATIONS: &[Expectation] = &[
    (
        |publisher| publisher.repository.push_str("-fork"),
        "its repository is `https://github.com/trailofbits/pypi-attestations`, and `https://github.com/trailofbits/pypi-attestations-fork` was expected",
    ),
    (
        |publisher| publisher.workflow = Some("test.yml".to_owned()),
        "its workflow is `release.yml`, and `test.yml` was expected",
    ),
    (
        |publisher| publisher.references = vec!["refs/tags/v0.0.20".to_owned(), "refs/heads/main".to_owned()],
        "its reference is `refs/tags/v0.0.19`, and `refs/tags/v0.0.20` or `refs/heads/main` was expected",
    ),
    (
        |publisher| publisher.commit = Some("0".repeat(40)),
        "and `0000000000000000000000000000000000000000` was expected",
    ),
];

/// One part of what was signed, exchanged, and what is said of it.
type Exchange = (fn(&mut Signed), &'static str);

const EXCHANGES: &[Exchange] = &[
    (
        |signed| signed.issuer = "https://accounts.google.com".to_owned(),
        "`https://accounts.google.com` vouches for who signed it, not GitHub",
    ),
    (|signed| signed.statement["_type"] = json!("x"), "it states nothing in the form of in-toto 1: its type is `x`"),
    (|signed| signed.statement["subject"] = json!([]), "it is about 0 files, and one is what it may be about"),
    (
        |signed| {
            let subject = signed.statement["subject"][0].clone();
            signed.statement["subject"].as_array_mut().expect("a list").push(subject);
        },
        "it is about 2 files, and one is what it may be about",
    ),
    (|signed| signed.statement["subject"][0]["name"] = json!("other.tar.gz"), "it is about `other.tar.gz`"),
    (|signed| signed.statement["subject"][0]["digest"]["sha256"] = json!("00"), "it is about other bytes: sha256 00"),
    (
        |signed| signed.statement["predicateType"] = json!("https://example.org/v1"),
        "it states `https://example.org/v1`, which is neither publishing nor provenance of SLSA",
    ),
    (|signed| signed.statement["predicate"] = json!({"more": 1}), "it is of publishing, and says more than that"),
    (|signed| signed.claims.source_repository_uri = None, "its repository is ``, and one on GitHub was expected"),
    (
        |signed| {
            signed.claims.build_config_uri =
                Some("https://github.com/other/one/.github/workflows/release.yml@refs/tags/v1".to_owned())
        },
        "its workflow is `https://github.com/other/one/.github/workflows/release.yml@refs/tags/v1`, and `release.yml` was expected",
    ),
];

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn one_of_another_file_or_by_somebody_else_is_none_of_ours() {
    let assets = corpora::assets();
    let sha256 = Sha256::of(&assets[SDIST]);
    let whole = &assets[&format!("{SDIST}.publish.attestation")];
    let held = judge(whole, (SDIST, sha256), Some(&publisher())).expect("it is theirs");
    assert_eq!((held.workflow.as_str(), held.reference.as_str()), ("release.yml", "refs/tags/v0.0.19"));
    // GitHub takes names in any case, and without a project nobody can be compared with.
    let loud = Publisher {
        repository: publisher().repository.to_uppercase().replace("HTTPS://GITHUB.COM", "https://github.com"),
        ..publisher()
    };
    judge(whole, (SDIST, sha256), Some(&loud)).expect("the same repository");
    judge(whole, (SDIST, sha256), None).expect("by somebody");
    let renamed = judge(whole, ("acme-1.0.tar.gz", sha256), None).expect_err("another name");
    assert_eq!(renamed.to_string(), format!("it is about `{SDIST}`"));
    for (change, expected) in EXPECTATIONS {
        let mut other = publisher();
        change(&mut other);
        let refused = judge(whole, (SDIST, sha256), Some(&other)).expect_err(expected).to_string();
        assert!(refused.ends_with(expected), "{refused}");
    }
    let signed = verify(whole, sha256).expect("it holds");
    belongs(&signed, (SDIST, sha256), Some(&publisher())).expect("it is theirs");
    for (change, expected) in EXCHANGES {
        let mut other = signed.clone();
        change(&mut other);
        let refused = belongs(&other, (SDIST, sha256), Some(&publisher())).expect_err(expected).to_string();
        assert_eq!(&refused, expected);
    }
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn attestations_beside_an_archive_become_the_field_of_the_form() {
    let (assets, world) = (corpora::assets(), World::of_this_process());
    let sha256 = Sha256::of(&assets[SDIST]);
    let whole = &assets[&format!("{SDIST}.publish.attestation")];
    let folder = tempfile::tempdir().expect("a folder");
    let archive = folder.path().join(SDIST);
    let put = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).expect("a file");
    let read = |policy, publisher: &Publisher| {
        let found = beside(world.inspect(), &archive, sha256, policy, Some(publisher));
        found.map_err(|failure| format!("{} {}", failure.code, failure.message))
    };
    assert_eq!(read(Attestations::Prefer, &publisher()), Ok(None));
    expect!["index/no-attestation `pypi_attestations-0.0.19.tar.gz` has no attestation beside it"]
        .assert_eq(&read(Attestations::Require, &publisher()).expect_err("there is none"));
    put(&format!("{SDIST}.publish.attestation"), whole);
    let found = read(Attestations::Require, &publisher()).expect("it holds").expect("it is there");
    let field: Value = serde_json::from_str(&found.field).expect("JSON");
    let object: Value = serde_json::from_slice(whole).expect("JSON");
    assert_eq!((field, found.held.len()), (json!([object]), 1));
    assert_eq!(read(Attestations::Off, &publisher()), Ok(None));
    let other = Publisher { workflow: Some("other.yml".to_owned()), ..publisher() };
    expect!["index/attestation `pypi_attestations-0.0.19.tar.gz.publish.attestation` is no attestation to send: its workflow is `release.yml`, and `other.yml` was expected"]
        .assert_eq(&read(Attestations::Prefer, &other).expect_err("by another"));
    put(&format!("{SDIST}.slsa.attestation"), whole);
    expect!["index/attestation `pypi_attestations-0.0.19.tar.gz.slsa.attestation` is no attestation to send: its name says `slsa`, and it states `https://docs.pypi.org/attestations/publish/v1`"]
        .assert_eq(&read(Attestations::Prefer, &publisher()).expect_err("the same twice"));
    put(&format!("{SDIST}.slsa.attestation"), b"{}");
    assert!(read(Attestations::Prefer, &publisher()).is_err());
}

#[test]
fn how_a_release_stands_to_the_one_before_is_told_as_pypi_does() {
    let known = |workflow: &str| {
        Some(Known {
            kind: "GitHub".to_owned(),
            repository: Some("a/b".to_owned()),
            workflow: Some(workflow.to_owned()),
        })
    };
    let file = |name: &str, workflow: Option<Known>| (name.to_owned(), workflow);
    let (one, two) = (known("one.yml"), known("two.yml"));
    let names = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    for (now, before, expected) in [
        (vec![file("a", None)], vec![], State::None),
        (vec![file("a", None)], vec![None], State::None),
        (vec![file("a", one.clone())], vec![], State::Full),
        (vec![file("a", one.clone())], vec![one.clone()], State::Full),
        (vec![file("a", one.clone())], vec![None], State::Full),
        (vec![file("a", None)], vec![one.clone()], State::Lost),
        (vec![file("a", one.clone()), file("b", None)], vec![one.clone()], State::Partial(names(&["b"]))),
        (
            vec![file("a", one.clone()), file("b", two.clone())],
            vec![],
            State::Inconsistent(names(&["GitHub a/b, one.yml", "GitHub a/b, two.yml"])),
        ),
        (
            vec![file("a", two.clone())],
            vec![one.clone()],
            State::Changed { before: "GitHub a/b, one.yml".to_owned(), now: "GitHub a/b, two.yml".to_owned() },
        ),
    ] {
        assert_eq!(state(&now, &before), expected);
    }
}

/// What the index says of the publisher, what the project says of itself, and what comes of it.
type Case = (&'static str, &'static str, fn(&mut Value), &'static [&'static str], &'static str);

const CASES: &[Case] = &[
    ("the project's own", "", |_| (), &["verify/install"], "publish attestation of release.yml on refs/tags/v0.0.19"),
    (
        "an index that names another workflow",
        "",
        |value| value["attestation_bundles"][0]["publisher"]["workflow"] = json!("other.yml"),
        &["verify/provenance-state", "verify/provenance"],
        "the index says it was published by GitHub trailofbits/pypi-attestations, other.yml",
    ),
    (
        "an index that names another repository",
        "",
        |value| value["attestation_bundles"][0]["publisher"]["repository"] = json!("evil/pypi-attestations"),
        &["verify/provenance-state", "verify/provenance"],
        "the index says it was published by GitHub evil/pypi-attestations, release.yml",
    ),
    (
        "a signature that does not hold",
        "",
        |value| value["attestation_bundles"][0]["attestations"][0]["envelope"]["signature"] = json!("AAAA"),
        &["verify/provenance"],
        "its signature does not hold",
    ),
    ("another repository", "repository=evil", |_| (), &["verify/provenance"], "/evil/pypi-attestations` was expected"),
    ("another workflow", "workflow=publish.yml", |_| (), &["verify/provenance"], "and `publish.yml` was expected"),
    (
        "another tag",
        "tag=release-{version}",
        |_| (),
        &["verify/provenance"],
        "and `refs/tags/release-0.0.19` was expected",
    ),
    ("another commit", "commit", |_| (), &["verify/provenance"], "its commit is `"),
    (
        "a version of another form",
        "",
        |value| value["version"] = json!(2),
        &["verify/provenance"],
        "its version is another than 1",
    ),
];

/// The real file with its provenance on an index of ours, and its project with one thing said otherwise.
fn verified(asset: &BTreeMap<String, Vec<u8>>, said: &str, provenance: Option<Value>) -> Output {
    let bytes = asset[SDIST].clone();
    let listed = provenance.is_some().then_some("/integrity/pypi-attestations/0.0.19/file/provenance");
    let file = json!({
        "filename": SDIST, "url": format!("/files/{SDIST}"), "hashes": {"sha256": Sha256::of(&bytes).to_string()},
        "provenance": listed,
    });
    let earlier = json!({
        "filename": "pypi_attestations-0.0.18.tar.gz", "url": "/files/none", "hashes": {},
        "provenance": "/integrity/pypi-attestations/0.0.18/file/provenance",
    });
    let (key, value) = said.split_once('=').unwrap_or((said, ""));
    let version = if key == "earlier" { 2 } else { 1 };
    let before = json!({"version": version, "attestation_bundles": [{
        "publisher": {"kind": "GitHub", "repository": "trailofbits/pypi-attestations", "workflow": "release.yml"},
        "attestations": [{}],
    }]});
    let page = json!({"meta": {"api-version": "1.4"}, "name": "pypi-attestations", "files": [earlier, file]});
    let index = Answering::with(move |asked| match asked.path() {
        "/simple/pypi-attestations/" => Told::json(&page),
        "/integrity/pypi-attestations/0.0.18/file/provenance" => Told::json(&before),
        "/integrity/pypi-attestations/0.0.19/file/provenance" => {
            provenance.as_ref().map_or_else(Told::none, Told::json)
        }
        path if path == format!("/files/{SDIST}") => Told::of(200, "application/gzip", bytes.clone()),
        _ => Told::none(),
    });
    let owner = if key == "repository" { value } else { "trailofbits" };
    let workflow = if key == "workflow" { value } else { "release.yml" };
    let tag = if key == "tag" { value } else { "v{version}" };
    let policy = if key == "policy" { value } else { "prefer" };
    let pyproject = format!(
        "[build-system]\nrequires = []\nbuild-backend = \"backend\"\nbackend-path = [\".\"]\n\n[project]\nname = \"pypi-attestations\"\nversion = \"0.0.19\"\n\n\
         [tool.release]\ntag = \"{tag}\"\nforge = {{ kind = \"github\", repository = \"{owner}/pypi-attestations\" }}\n\
         verify = {{ workflow = \"{workflow}\", provenance = \"{policy}\" }}\n"
    );
    let sandbox = Sandbox::with(&[("pyproject.toml", pyproject.as_str()), (".gitignore", "dist/\n")]);
    sandbox.write(&format!("dist/{SDIST}"), &asset[SDIST]);
    if key == "commit" {
        sandbox.git(&["tag", "v0.0.19"]);
    }
    sandbox.release(&["verify", "--index", &index.url("/legacy/"), "--wait", "0", "--format", "json"])
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn a_release_with_provenance_is_compared_with_the_project_and_code_of_others_is_not_run() {
    let assets = corpora::assets();
    let object: Value =
        serde_json::from_slice(&assets[&format!("{SDIST}.publish.attestation")]).expect("an attestation");
    let whole = json!({"version": 1, "attestation_bundles": [{
        "publisher": {"kind": "GitHub", "repository": "trailofbits/pypi-attestations", "workflow": "release.yml"},
        "attestations": [object],
    }]});
    let codes = |output: &Output| {
        let document = output.json();
        let findings = document["findings"].as_array().cloned().unwrap_or_default();
        findings.iter().filter_map(|finding| finding["code"].as_str().map(str::to_owned)).collect::<Vec<_>>()
    };
    for (what, said, change, expected, text) in CASES {
        let mut provenance = whole.clone();
        change(&mut provenance);
        let output = verified(&assets, said, Some(provenance));
        assert_eq!(
            (output.code, codes(&output)),
            (10, expected.iter().map(|code| (*code).to_owned()).collect()),
            "{what}: {output}"
        );
        assert!(output.stdout.contains(text), "{what}: {output}");
    }
    // Where the release before had it, none is a loss; where it is required, it is waited for.
    let lost = verified(&assets, "", None);
    assert_eq!(codes(&lost), ["verify/provenance-state", "verify/install"], "{lost}");
    assert!(lost.stdout.contains("the provenance is lost: 0.0.18 had it"), "{lost}");
    let missing = verified(&assets, "policy=require", None);
    assert_eq!(
        (missing.code, codes(&missing)),
        (10, vec!["verify/not-visible".to_owned(), "verify/provenance-state".to_owned()]),
        "{missing}"
    );
    assert!(missing.stdout.contains("is there, and who published it is not said yet"), "{missing}");
    // What cannot be read of the release before hides whether somebody else publishes now.
    let hidden = verified(&assets, "earlier", Some(whole));
    assert_eq!(codes(&hidden), ["verify/provenance-state", "verify/install"], "{hidden}");
    let said = "whether the publisher has changed is not known: the provenance of 0.0.18 cannot be read";
    assert!(hidden.stdout.contains(said), "{hidden}");
    let off = verified(&assets, "policy=off", None);
    assert_eq!(codes(&off), ["verify/install"], "{off}");
}
