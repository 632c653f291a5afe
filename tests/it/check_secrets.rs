//! Secrets in members: every planted one is found wherever it lies, no value is ever told, and nothing else is a hit.

use std::collections::BTreeSet;
use std::io::Read;
use std::process::Command;

use pyrelease::archive::{Limits, Sha256};
use pyrelease::check::secrets::Hit;
use pyrelease::check::{Examined, Policy, examine, judge};

use crate::support::Sandbox;
use crate::support::archives::mutation::libraries;
use crate::support::archives::tar::{SDIST_NAME, Tar, gzip};
use crate::support::archives::zip::{Entry, WHEEL_NAME, Zip};
use crate::support::depth::rounds;
use crate::support::random::Random;
use crate::support::secrets::{Planted, planted};

fn examined(zip: Zip) -> Examined {
    examine(WHEEL_NAME, &mut zip.bytes().as_slice(), &Limits::default())
}

fn wheel(files: &[(String, Vec<u8>)]) -> Zip {
    let mut zip = Zip::wheel();
    for (name, data) in files {
        zip.file(name, data);
    }
    zip
}

fn hits(zip: Zip) -> Vec<Hit> {
    examined(zip).observed.secrets
}

/// The fingerprint that a hit of this value has; of a private key its end is not part of the value.
fn fingerprint(planted: &Planted) -> String {
    Sha256::of(planted.value.as_bytes()).to_string()[..16].to_owned()
}

fn notebook(text: &str) -> Vec<u8> {
    let source = [format!("key = \"{text}\"\n"), "print(key)".to_owned()];
    let output = serde_json::json!({"output_type": "stream", "name": "stdout", "text": ["first\n", "second\n"]});
    let cell = serde_json::json!({"cell_type": "code", "metadata": {}, "outputs": [output], "source": source});
    serde_json::to_vec(&serde_json::json!({"cells": [cell], "nbformat": 4, "nbformat_minor": 5})).expect("JSON")
}

/// Python compiles each text twice: alone and with something behind it, in a tuple and in the middle of a string.
fn compiled(texts: &[&str]) -> Vec<Vec<u8>> {
    const COMPILE: &str = "
import json, marshal, sys, importlib.util
made = []
for text in json.load(sys.stdin):
    code = compile(f'KEY = ({text!r}, None, 1, {text + chr(32) + \"end\"!r})\\n', 'x.py', 'exec')
    made.append(list(importlib.util.MAGIC_NUMBER + bytes(12) + marshal.dumps(code)))
print(json.dumps(made))
";
    let mut child = Command::new("python3")
        .args(["-c", COMPILE])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("python3 is installed");
    serde_json::to_writer(child.stdin.take().expect("it is piped"), texts).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    serde_json::from_slice(&output.stdout).expect("a list")
}

/// Every place where a secret may lie, with the name that the hit must have.
fn places(at: usize, secret: &Planted, bytecode: &[u8]) -> Vec<(String, String, Vec<u8>)> {
    let text = &secret.text;
    let source = format!("# line one\nKEY = \"\"\"{text}\"\"\"\n").into_bytes();
    let mut inner = Zip::wheel();
    inner.file("demo/x.py", &source);
    let mut tar = Tar::default();
    tar.file("inner/x.py", &source);
    let file = |name: &str| (format!("demo/k{at}/{name}"), format!("demo/k{at}/{name}"));
    let nested = |name: &str, inner: &str| (format!("demo/k{at}/{name}"), format!("demo/k{at}/{name}!{inner}"));
    let of = |(name, told): (String, String), data: Vec<u8>| (name, told, data);
    vec![
        of(file("x.py"), source.clone()),
        of(file("x.pyc"), bytecode.to_vec()),
        of(file("x.ipynb"), notebook(text)),
        of(file("settings.env"), format!("A=1\nKEY={text}\n").into_bytes()),
        of(nested("x.whl", "demo/x.py"), inner.bytes()),
        of(nested("x.tar.gz", "inner/x.py"), tar.gz()),
    ]
}

#[test]
fn every_planted_secret_is_found_wherever_it_lies() {
    let mut random = Random::new(0x5EED_0601);
    let secrets = planted(&mut random);
    let texts: Vec<&str> = secrets.iter().map(|secret| secret.text.as_str()).collect();
    let bytecode = compiled(&texts);
    let (mut wrong, mut count) = (Vec::new(), 0);
    let mut files = Vec::new();
    for (at, secret) in secrets.iter().enumerate() {
        let places = places(at, secret, &bytecode[at]);
        let zip = wheel(&places.iter().map(|(name, _, data)| (name.clone(), data.clone())).collect::<Vec<_>>());
        let found = hits(zip);
        for (name, told, data) in places {
            count += 1;
            let here: Vec<&Hit> = found.iter().filter(|hit| hit.member == told).collect();
            let kinds: Vec<&str> = here.iter().map(|hit| hit.kind).collect();
            // Escaped and reflowed, a private key is another text; that it is one must be seen all the same.
            let is_same = secret.kind.starts_with("a private key")
                || here.iter().all(|hit| hit.fingerprint == fingerprint(secret));
            if kinds != [secret.kind] || !is_same {
                wrong.push(format!("{told}: {} is told as {kinds:?}, same: {is_same}", secret.kind));
            }
            files.push((name, data));
        }
    }
    assert!(count >= 200, "{count} planted");
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
    nothing_is_told(&secrets, &files);
}

/// The program's output in every format has nothing of a value beyond its first four characters.
fn nothing_is_told(secrets: &[Planted], files: &[(String, Vec<u8>)]) {
    const PART: usize = 10;
    let sandbox = Sandbox::new();
    for half in files.chunks(100) {
        sandbox.write(WHEEL_NAME, wheel(half).bytes());
        for format in ["human", "json", "github", "sarif"] {
            let output = sandbox.release(&["check", "-vv", "--format", format, WHEEL_NAME]);
            assert_eq!(output.code, 10, "{format}: {output}");
            let told = format!("{}{}", output.stdout, output.stderr);
            assert!(told.contains("fingerprint"), "{format}: {output}");
            let told: BTreeSet<&[u8]> = told.as_bytes().windows(PART).collect();
            for secret in secrets {
                let leaked = secret.value.as_bytes()[4..].windows(PART).find(|part| told.contains(part));
                let is_public =
                    |part: &[u8]| b"-----BEGIN RSA PRIVATE KEY-----".windows(PART).any(|known| known == part);
                assert!(leaked.is_none_or(is_public), "{format}: {}", secret.kind);
            }
        }
    }
}

/// Gives what `cuts` says, one after the other, then the rest in one.
struct Cut<'a> {
    bytes: &'a [u8],
    first: usize,
    then: usize,
}

impl Read for Cut<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let wanted = if self.first > 0 { std::mem::take(&mut self.first) } else { self.then };
        let count = wanted.min(out.len()).min(self.bytes.len());
        let (front, rest) = self.bytes.split_at(count);
        out[..count].copy_from_slice(front);
        self.bytes = rest;
        Ok(count)
    }
}

#[test]
fn hits_do_not_depend_on_how_the_bytes_are_cut() {
    let secrets = planted(&mut Random::new(0x5EED_0602));
    let lines: Vec<String> = secrets.iter().map(|secret| format!("key = {}\n", secret.text)).collect();
    let mut short = Zip::wheel();
    let few: Vec<&str> = lines.iter().step_by(6).map(String::as_str).collect();
    short.entries.push(Entry::stored("demo/few.txt", few.concat().as_bytes()));
    let mut long = Zip::wheel();
    long.entries.push(Entry::stored("demo/all.txt", lines.concat().as_bytes()));
    let cut = |bytes: &[u8], first, then| {
        let scan = examine(WHEEL_NAME, &mut Cut { bytes, first, then }, &Limits::default());
        assert!(scan.scan.complete);
        scan.observed.secrets
    };
    let (short, long) = (short.bytes(), long.bytes());
    let whole = cut(&short, 0, usize::MAX);
    assert_eq!(whole.len(), few.len());
    for first in 1..short.len() {
        assert_eq!(cut(&short, first, usize::MAX), whole, "cut at {first}");
    }
    let whole = cut(&long, 0, usize::MAX);
    assert_eq!(whole.len(), lines.len());
    assert_eq!(whole[7].line, Some(8));
    for then in [1, 2, 3, 7, 63, 64, 65, 1000] {
        assert_eq!(cut(&long, 0, then), whole, "in pieces of {then}");
    }
}

#[test]
fn a_secret_at_the_border_of_the_readers_own_pieces_is_found() {
    let secrets = planted(&mut Random::new(0x5EED_0603));
    for border in [32 << 10, 64 << 10, 128 << 10] {
        for (at, secret) in secrets.iter().enumerate() {
            // Every offset of the border in the value, spread over the kinds.
            let inside = at * 7 % secret.text.len();
            let text = format!("{}\n{}\n", "x".repeat(border - inside - 1), secret.text);
            let mut tar = Tar::sdist();
            tar.file("demo-1.0/x.txt", text.as_bytes());
            let bytes = gzip(&tar.tar());
            let found = examine(SDIST_NAME, &mut bytes.as_slice(), &Limits::default()).observed.secrets;
            let zip = hits(wheel(&[("demo/x.txt".to_owned(), text.into_bytes())]));
            for (found, member) in [(found, "demo-1.0/x.txt"), (zip, "demo/x.txt")] {
                let told: Vec<(&str, &str, Option<usize>)> =
                    found.iter().map(|hit| (hit.kind, hit.member.as_str(), hit.line)).collect();
                assert_eq!(told, [(secret.kind, member, Some(2))], "{inside} before {border}");
            }
        }
    }
}

#[test]
fn what_is_no_secret_is_no_hit() {
    let mut random = Random::new(0x5EED_0604);
    let mut of = |alphabet: &str, length: usize| -> String {
        (0..length).map(|_| char::from(alphabet.as_bytes()[random.below(alphabet.len())])).collect()
    };
    let (hex, base64) = ("0123456789abcdef", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
    let documented = ["AKIAIOSFODNN7", "AKIAI44QH8DHB"].map(|key| format!("{key}EXAMPLE"));
    let lock: String = (0..200).map(|_| format!("hash = \"sha256:{}\"\n", of(hex, 64))).collect();
    let integrity: String = (0..200).map(|_| format!("\"integrity\": \"sha512-{}==\"\n", of(base64, 86))).collect();
    let uuids: String = (0..200)
        .map(|_| format!("{}-{}-{}-{}-{}\n", of(hex, 8), of(hex, 4), of(hex, 4), of(hex, 4), of(hex, 12)))
        .collect();
    let image = format!("{{\"image/png\": \"iVBORw0KGgo{}\"}}", of(base64, 300_000));
    let lines: String = (0..4000).map(|_| format!("{}\n", of(base64, 76))).collect();
    let texts = [
        documented.join("\n"),
        format!("aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCY{}KEY", "EXAMPLE"),
        [
            "user:password@host",
            "user:pass@example.com",
            "<user>:<password>@db.acme.io",
            "${USER}:${PASSWORD}@db.acme.io",
        ]
        .map(|login| format!("https://{login}/\n"))
        .concat(),
        ["scott:tiger@localhost/test", "admin:***@db.acme.io", "{user}:{password}@db.acme.io", "a:b@c.de"]
            .map(|login| format!("postgresql://{login}\n"))
            .concat(),
        "https://pypi.org/project/demo/ https://example.org:8080/@scope/name git+ssh://git@github.com/a/b".to_owned(),
        format!("ghp_{} ghp_{} hf_{}", "x".repeat(36), of(base64, 36).replace(['+', '/'], "Z"), "a".repeat(34)),
        format!("sk_live_{} npm_{} glpat-{}", "1234567890".repeat(3), "0".repeat(36), "your-token-goes-here"),
        "token = \"pypi-AgEIcHlwaS5vcmc...\"\n_authToken=${NPM_TOKEN}\nkey-value hf_hub xoxb-your-token".to_owned(),
        format!("-----BEGIN PUBLIC{}\n{}\n-----END PUBLIC KEY-----", " KEY-----", of(base64, 64)),
        format!("-----BEGIN RSA{}\n...\n-----END RSA PRIVATE KEY-----", " PRIVATE KEY-----"),
        format!("-----BEGIN RSA{}\n{}\n", " PRIVATE KEY-----", "MIIE".repeat(16)),
        // What a compiler makes of the texts of a program that knows how keys begin: one behind the other.
        format!("-----BEGIN OPENSSH{}not a key{}", " PRIVATE KEY-----", of(base64, 64)),
        format!("PuTTY-User-Key-File-{}Private-Lines:Encryption: none{}", "password", of(base64, 64)),
        format!("PuTTY-User-Key-File-2: ssh-rsa\nEncryption: none\nPrivate-Lines:{}", of(base64, 64)),
        lock,
        integrity,
        uuids,
        image,
        lines,
    ];
    for (at, text) in texts.iter().enumerate() {
        let found = hits(wheel(&[(format!("demo/t{at}.txt"), text.clone().into_bytes())]));
        assert_eq!(found, [], "text {at}");
    }
}

#[test]
fn a_login_file_is_a_hit_and_its_password_is_not_shown() {
    let password = ["Correct", "Horse", "7battery"].concat();
    let files = [
        (".pypirc", format!("[pypi]\nusername = ann\npassword = {password}\n")),
        (".netrc", format!("machine pypi.acme.io login ann\npassword {password}\n")),
        (".npmrc", format!("//npm.acme.io/:_authToken={}\n", "8f3b1c9e-77aa-4d20-9e61-5b0d2f4c6a91")),
    ];
    let zip = wheel(&files.map(|(name, text)| (format!("demo/{name}"), text.into_bytes())));
    let found = hits(zip);
    let told: Vec<(&str, &str, usize, Option<usize>)> =
        found.iter().map(|hit| (hit.kind, hit.begins.as_str(), hit.length, hit.line)).collect();
    assert_eq!(
        told,
        [
            ("a password", "", 20, Some(3)),
            ("a password", "", 20, Some(2)),
            ("a token of a registry of npm", "_aut", 47, Some(1)),
        ]
    );
}

#[test]
fn a_baseline_accepts_hits_and_goes_stale() {
    let secrets = planted(&mut Random::new(0x5EED_0605));
    let (known, other) = (&secrets[0], &secrets[9]);
    let text = |secret: &Planted| format!("KEY = \"{}\"\n", secret.text).into_bytes();
    let sandbox = Sandbox::new();
    sandbox.write(
        "pyproject.toml",
        "[project]\nname = 'demo'\nversion = '1.0'\n[tool.release.check]\nsecrets-baseline = 'secrets.json'\n",
    );
    sandbox.write(
        &format!("dist/{WHEEL_NAME}"),
        wheel(&[("demo/x.py".to_owned(), text(known)), ("demo/y.py".to_owned(), text(other))]).bytes(),
    );
    let mut sdist = Tar::sdist();
    sdist.file("demo-1.0/demo/x.py", &text(known));
    sandbox.write(&format!("dist/{SDIST_NAME}"), sdist.gz());
    let entry = |fingerprint: &str, reason: &str| serde_json::json!({"fingerprint": fingerprint, "member": "demo/x.py", "reason": reason});
    let write = |entries: &[serde_json::Value]| {
        sandbox.write("secrets.json", serde_json::json!({"accepted": entries}).to_string());
    };
    write(&[entry(&fingerprint(known), "a revoked token of the workshop"), entry("0123456789abcdef", "gone")]);
    let document = sandbox.release(&["check", "--format", "json"]).json();
    let findings = document["findings"].as_array().expect("findings").iter();
    let codes: Vec<(&str, &str)> = findings
        .map(|finding| {
            (finding["code"].as_str().expect("a code"), finding["location"]["file"].as_str().expect("a file"))
        })
        .filter(|(code, _)| code.starts_with("check/secret") || code.starts_with("check/baseline"))
        .collect();
    assert_eq!(codes, [("check/secret", WHEEL_NAME), ("check/baseline-stale", "secrets.json")]);
    assert_eq!(document["result"]["accepted"], 2);
    // One archive alone cannot tell what is stale.
    let document = sandbox.release(&["check", "--format", "json", &format!("dist/{SDIST_NAME}")]).json();
    assert_eq!((document["outcome"].as_str(), document["findings"].as_array().map(Vec::len)), (Some("ok"), Some(0)));
    write(&[entry(&fingerprint(known), " ")]);
    assert_eq!(sandbox.release(&["check", "--format", "json"]).failure_code(), "config/value");
    sandbox.write("secrets.json", "{\"accepted\": [{\"fingerprint\": 7}]}");
    let output = sandbox.release(&["check"]);
    assert_eq!(output.code, 3, "{output}");
    expect_test::expect![[r#"
        ------- stderr -------
        error[config/value]: `check.secrets-baseline` names a file that is no baseline: invalid type: integer `7`, expected a string at line 1 column 31
          at: secrets.json
          hint: `release schema config` prints every key with its kind
        [exit status: 3]
    "#]]
    .assert_eq(&output.to_string());
}

#[test]
fn archives_in_archives_are_read_within_bounds() {
    let secret = &planted(&mut Random::new(0x5EED_0606))[2];
    let text = format!("KEY = \"{}\"\n", secret.text);
    let wrap = |name: &str, data: &[u8]| {
        let mut zip = Zip::default();
        zip.entries.push(Entry::deflated(name, data));
        zip.raw()
    };
    // A jar has its sizes behind its data: no wheel may, and it is read all the same.
    let mut jar = Zip::default();
    let mut entry = Entry::deflated("a/b.txt", text.as_bytes());
    entry.after = [
        b"PK\x07\x08".as_slice(),
        &entry.local.crc.to_le_bytes(),
        &entry.local.packed.to_le_bytes(),
        &entry.local.size.to_le_bytes(),
    ]
    .concat();
    entry.both(|head| head.flags = 8);
    entry.local.packed = 0;
    entry.local.size = 0;
    jar.entries.push(entry);
    let twice = wrap("inner.zip", &wrap("x.py", text.as_bytes()));
    let thrice = wrap("outer.zip", &twice);
    let observed = examined(wheel(&[
        ("demo/a.jar".to_owned(), jar.raw()),
        ("demo/b.zip".to_owned(), twice),
        ("demo/c.zip".to_owned(), thrice),
        ("demo/d.zip".to_owned(), b"no zip".to_vec()),
        ("demo/e.tgz".to_owned(), b"no tar".to_vec()),
    ]))
    .observed;
    let found: Vec<&str> = observed.secrets.iter().map(|hit| hit.member.as_str()).collect();
    assert_eq!(found, ["demo/a.jar!a/b.txt", "demo/b.zip!inner.zip!x.py"]);
    let unread: Vec<&str> =
        observed.nested.iter().filter(|nested| nested.unread.is_some()).map(|nested| nested.member.as_str()).collect();
    assert_eq!(unread, ["demo/c.zip!outer.zip!inner.zip", "demo/d.zip", "demo/e.tgz"]);
}

/// Whatever a nested archive, a library or a text is made of: no panic, and the same twice.
#[test]
fn broken_members_never_panic() {
    let mut random = Random::new(0x5EED_0607);
    let secrets = planted(&mut random);
    let lines: String = secrets.iter().map(|secret| format!("{}\n", secret.text)).collect();
    let mut inner = Zip::wheel();
    inner.file("demo/x.py", lines.as_bytes());
    let mut jar = inner.clone();
    jar.entry("demo/x.py").both(|head| head.flags = 8);
    let mut tar = Tar::sdist();
    tar.file("demo-1.0/x.py", lines.as_bytes());
    let (pe, fat) = libraries();
    let bodies: Vec<(&str, Vec<u8>)> = vec![
        ("demo/i.whl", inner.bytes()),
        ("demo/i.jar", jar.bytes()),
        ("demo/i.tar.gz", tar.gz()),
        ("demo/i.pyd", pe),
        ("demo/i.so", [b"\x7fELF\x02\x01".as_slice(), &[0; 80]].concat()),
        ("demo/i.dylib", fat),
        ("demo/i.pyc", lines.clone().into_bytes()),
        ("demo/i.py", lines.into_bytes()),
    ];
    for _ in 0..rounds(40_000) {
        let (name, body) = &bodies[random.below(bodies.len())];
        let mut body = body.clone();
        for _ in 0..=random.below(4) {
            let at = random.below(body.len());
            match random.below(4) {
                0 => body[at] = random.next() as u8,
                1 => body.truncate(at.max(1)),
                2 => drop(body.splice(at..at, [0xff, 0xff, 0xff, 0x7f])),
                _ => body[at] ^= 1 << random.below(8),
            }
        }
        let mut zip = Zip::wheel();
        zip.entries.push(Entry::stored(name, &body));
        let bytes = zip.bytes();
        let once = examine(WHEEL_NAME, &mut bytes.as_slice(), &Limits::default());
        let cut = examine(WHEEL_NAME, &mut Cut { bytes: &bytes, first: 0, then: 97 }, &Limits::default());
        assert!(once.scan.complete);
        assert_eq!(once.observed, cut.observed);
        judge(&once, &Policy::default());
    }
}
