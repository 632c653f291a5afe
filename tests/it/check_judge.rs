//! The rules over archives: each raises its finding, and its near miss does not.

use std::collections::{BTreeMap, BTreeSet};

use pyrelease::archive::{Limits, Scan};
use pyrelease::check::{Examined, Pass, Policy, examine, examine_alone, judge, rules, upload_refusal};
use pyrelease::config::check::CheckSettings;
use pyrelease::report::{Finding, Severity};

use crate::support::archives::check_pairs::pairs;
use crate::support::archives::hostile::cases;
use crate::support::archives::mutation::mutate;
use crate::support::archives::tar::{SDIST_NAME, Tar};
use crate::support::archives::zip::{Entry, METADATA, WHEEL, WHEEL_NAME, Zip};
use crate::support::depth::rounds;
use crate::support::random::Random;
use crate::support::secrets::planted;

fn examined(file_name: &str, bytes: &[u8]) -> Examined {
    examine(file_name, &mut &*bytes, &Limits::default())
}

fn judged(file_name: &str, bytes: &[u8]) -> Vec<Finding> {
    judge(&examined(file_name, bytes), &Policy::default()).findings
}

fn codes(findings: &[Finding]) -> Vec<&'static str> {
    let codes: BTreeSet<&str> = findings.iter().map(|finding| finding.code).collect();
    codes.into_iter().collect()
}

#[test]
fn honest_archives_raise_nothing() {
    assert_eq!(judged(WHEEL_NAME, &Zip::wheel().bytes()), []);
    assert_eq!(judged(SDIST_NAME, &Tar::sdist().gz()), []);
}

#[test]
fn every_hostile_archive_raises_its_findings_and_no_others() {
    let mut wrong = Vec::new();
    for case in cases() {
        let mut found = judged(case.file_name, &case.bytes);
        // Advice is given here and there, and is not what these are about.
        found.retain(|finding| finding.severity != Severity::Info);
        if codes(&found) != case.codes {
            wrong.push(format!("{}: {:?}, found {found:#?}", case.id, case.codes));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// An archive that is judged alone is read on one core and looked into on the other.
#[test]
fn two_cores_see_what_one_sees() {
    let mut random = Random::new(0x5EED_0012);
    let (mut long, all) = (Zip::wheel(), planted(&mut random));
    for (index, secret) in all.iter().enumerate() {
        let before = "x = 1\n".repeat(random.below(60_000));
        long.file(&format!("demo/m{index}.py"), format!("{before}{}\n", secret.text).as_bytes());
    }
    let long = long.bytes();
    for (name, bytes) in
        cases().into_iter().map(|case| (case.file_name, case.bytes)).chain([(WHEEL_NAME, long.clone())])
    {
        let one = examined(name, &bytes);
        let two = examine_alone(name, &mut bytes.as_slice(), &Limits::default());
        assert_eq!((one.scan, one.observed), (two.scan, two.observed), "{name}");
    }
    assert_eq!(examined(WHEEL_NAME, &long).observed.secrets.len(), all.len());
}

/// Where something is damaged, what comes behind it counts on neither, whoever unpacks it.
#[test]
fn two_cores_agree_about_damage() {
    let mut random = Random::new(0x5EED_0013);
    let mut zip = Zip::wheel();
    for index in 0..40 {
        let lines = random.below(12);
        let text: String = (0..=lines).map(|_| format!("value_{} = {}\n", random.below(50), random.next())).collect();
        zip.file(&format!("demo/m{index}.py"), text.as_bytes());
    }
    let first = planted(&mut random).swap_remove(0);
    zip.file("demo/config.py", format!("TOKEN = '{}'\n", first.text).as_bytes());
    let whole = zip.bytes();
    let mut all_damaged: Vec<u8> = whole.clone();
    let checksums = memchr::memmem::find_iter(&whole, b"PK\x03\x04");
    checksums.for_each(|at| all_damaged[at + 14] ^= 1);
    let all = Limits::default();
    let few = Limits { faults: 3, unpacked: 5_000, text: 1_500, members: 40, ..all };
    let mut damaged = vec![all_damaged];
    damaged.extend((0..rounds(20_000)).map(|_| {
        let mut bytes = whole.clone();
        (0..=random.below(3)).for_each(|_| mutate(&mut random, &mut bytes));
        bytes
    }));
    let dense = Limits { total_floor: 1_000, ratio: 1, ..all };
    let mut stopped = 0;
    for bytes in damaged {
        for limits in [all, few, dense] {
            stopped += usize::from(!agreed(&bytes, &limits).complete);
        }
    }
    assert!(stopped > 300, "{stopped}");
}

/// What both see in it.
fn agreed(bytes: &[u8], limits: &Limits) -> Scan {
    let one = examine(WHEEL_NAME, &mut &*bytes, limits);
    let two = examine_alone(WHEEL_NAME, &mut &*bytes, limits);
    assert_eq!((&one.scan, one.observed), (&two.scan, two.observed));
    one.scan
}

/// An entry is unpacked elsewhere although the whole has become too large by it, a text stands behind damage under the name
/// of a folder, and the file ends where its reader reads on.
#[test]
fn two_cores_agree_about_ends() {
    const METADATA_NAME: &str = "demo-1.0.dist-info/METADATA";
    /// Bytes that are read at once.
    const READ: usize = 72 << 10;
    let secret = planted(&mut Random::new(0x5EED_0014)).swap_remove(0).text;
    let zeros = "0".repeat(100_000);
    let mut bomb = Zip::default();
    bomb.entries.push(Entry::stored("demo/a.py", b"x"));
    for name in ["demo/b.py", "demo/c.py", "demo/d.py"] {
        bomb.entries.push(Entry::deflated(name, zeros.as_bytes()));
    }
    bomb.entries.push(Entry::deflated("demo/e.py", format!("{}\nTOKEN = '{secret}'\n", &zeros[..90_000]).as_bytes()));
    let scan = agreed(&bomb.bytes(), &Limits { total_floor: 350_000, ..Limits::default() });
    assert!(!scan.complete && scan.members.len() == 4);

    let mut behind = Zip::default();
    behind.entries.push(Entry::stored(&format!("{METADATA_NAME}/"), b""));
    behind.entries.push(Entry::stored("demo/pad.txt", &[b'x'; 1000]));
    let mut broken = Entry::deflated("demo/a.py", &[b'x'; 100]);
    broken.body = vec![0xFF; broken.body.len()];
    behind.entries.extend([broken, Entry::stored(METADATA_NAME, METADATA.as_bytes())]);
    let scan = agreed(&behind.raw(), &Limits::default());
    assert!(!scan.complete && scan.kept.is_empty() && scan.members.len() == 2);

    let mut random = Random::new(0x5EED_0015);
    let noise: Vec<u8> = (0..READ).map(|_| random.next() as u8).collect();
    for padding in 0..150 {
        let mut zip = Zip::default();
        zip.entries.push(Entry::stored("demo/pad.bin", &noise[..READ - 200 + padding]));
        for name in ["demo/a.py", "demo/b.py", "demo/c.py"] {
            zip.entries.push(Entry::deflated(name, b"value = 1\n"));
        }
        let bytes = zip.bytes();
        for limits in [Limits::default(), Limits { file: READ as u64, ..Limits::default() }] {
            agreed(&bytes, &limits);
        }
    }
}

#[test]
fn every_rule_has_a_pair() {
    let mut wrong = Vec::new();
    for pair in pairs() {
        let (bad, good) = (judged(pair.bad.0, &pair.bad.1), judged(pair.good.0, &pair.good.1));
        if !codes(&bad).contains(&pair.code) {
            wrong.push(format!("{} is not raised: {bad:#?}", pair.code));
        }
        if codes(&good).contains(&pair.code) {
            wrong.push(format!("{} is raised by the near miss: {good:#?}", pair.code));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let paired: BTreeSet<&str> = pairs().iter().map(|pair| pair.code).collect();
    let rules = rules().filter(|rule| rule.code.starts_with("check/"));
    // Several archives, settings, a last release, or a file of a gigabyte raise these: `check_agreement`, `check_online`, and
    // below.
    let elsewhere = [
        "check/baseline-stale",
        "check/expected-file-missing",
        "check/file-too-large",
        "check/metadata-disagrees",
        "check/missing-from-wheel",
        "check/new-requirement",
        "check/no-sdist",
        "check/unexpected-in-wheel",
        "check/wheels-disagree",
    ];
    let codes = rules.map(|rule| rule.code).filter(|code| !elsewhere.contains(code));
    let missing: Vec<&str> = codes.filter(|code| !paired.contains(code)).collect();
    assert!(missing.is_empty(), "no pair for {missing:?}");
}

#[test]
fn every_rule_of_archives_is_raised_by_the_corpus() {
    // These three need a limit, a broken disk or another text; `archive_read` raises them.
    let elsewhere = ["archive/too-large", "archive/too-many-members", "archive/text-too-large", "archive/unreadable"];
    let raised: BTreeSet<&str> = cases().into_iter().flat_map(|case| case.codes).collect();
    let rules = rules().map(|rule| rule.code).filter(|code| code.starts_with("archive/"));
    let missing: Vec<&str> = rules.filter(|code| !raised.contains(code) && !elsewhere.contains(code)).collect();
    assert!(missing.is_empty(), "no case for {missing:?}");
}

#[test]
fn rules_and_codes_agree() {
    let rooms = ["archive/", "check/", "pyproject/", "source/"];
    // The rules stand family by family, the codes room by room.
    let told: BTreeMap<&str, &str> = pyrelease::report::codes::all()
        .filter(|code| rooms.iter().any(|room| code.code.starts_with(room)))
        .map(|code| (code.code, code.title))
        .collect();
    let ruled: BTreeMap<&str, &str> = rules().map(|rule| (rule.code, rule.summary)).collect();
    assert_eq!(told, ruled);
    assert_eq!(ruled.len(), rules().count(), "a code has two rules");
}

#[test]
fn an_error_of_structure_stops_the_rules_of_contents() {
    let mut zip = Zip::wheel();
    zip.without_record = true;
    assert_eq!(codes(&judged(WHEEL_NAME, &zip.clone().bytes())), ["check/record-missing"]);
    zip.comment = b"hello".to_vec();
    assert_eq!(codes(&judged(WHEEL_NAME, &zip.bytes())), ["archive/zip-comment"]);
    let stops = |code: &str| rules().any(|rule| rule.code == code && rule.pass == Pass::Structure);
    assert!(stops("archive/zip-comment") && !stops("archive/setuid"));
}

#[test]
fn an_upload_is_refused_by_the_first_error_only() {
    let refusal = |zip: Zip| {
        let bytes = zip.bytes();
        upload_refusal(&examined(WHEEL_NAME, &bytes), &Policy::default())
    };
    assert_eq!(refusal(Zip::wheel()), None);
    let mut zip = Zip::wheel();
    zip.file("tests/__init__.py", b"");
    assert_eq!(refusal(zip.clone()), None, "a warning refuses nothing");
    zip.file("demo/.env", b"TOKEN=1");
    let finding = refusal(zip).expect("it is there");
    assert_eq!((finding.code, finding.severity), ("check/secret-file", Severity::Error));
    let location = finding.location.expect("it is there");
    assert_eq!(location.file, WHEEL_NAME);
    assert_eq!(location.member.as_deref(), Some("demo/.env"));
    assert!(finding.help.is_some());
}

#[test]
fn a_finding_of_metadata_names_its_line() {
    let mut zip = Zip::wheel();
    zip.edit("METADATA", "Programming Language :: Python :: 3\n", "Natural Language :: Ukranian\n");
    let findings = judged(WHEEL_NAME, &zip.bytes());
    assert_eq!(codes(&findings), ["check/classifier-deprecated"]);
    assert_eq!(findings[0].location.as_ref().expect("it is there").line, Some(10));
    assert_eq!(
        findings[0].message,
        "`Natural Language :: Ukranian` is deprecated, write `Natural Language :: Ukrainian`"
    );
}

#[test]
fn many_findings_of_one_code_are_cut() {
    let mut zip = Zip::wheel();
    for at in 0..300 {
        zip.file(&format!("demo/m{at}.pyc"), b"");
    }
    let findings = judged(WHEEL_NAME, &zip.bytes());
    assert_eq!(findings.len(), 101);
    assert_eq!((findings[100].code, findings[100].message.as_str()), ("check/bytecode", "and 200 more of this kind"));
}

#[test]
fn settings_say_what_must_be_there_and_how_much_is_much() {
    let mut settings = CheckSettings {
        expect: vec!["demo/*.json".to_owned(), "src/demo/*.py".to_owned()],
        top_level: Some(vec!["demo".to_owned(), "more".to_owned()]),
        max_size: 100,
        ..CheckSettings::default()
    };
    let told = |settings: &CheckSettings, name: &str, bytes: &[u8]| {
        let findings = judge(&examined(name, bytes), &Policy::of(settings)).findings;
        findings.into_iter().map(|finding| format!("{}: {}", finding.code, finding.message)).collect::<Vec<_>>()
    };
    let mut zip = Zip::wheel();
    zip.file("tools/x.py", b"x = 1\n");
    let bytes = zip.bytes();
    expect_test::expect![[r#"
        check/expected-file-missing: no file is `demo/*.json`
        check/expected-file-missing: no file is `src/demo/*.py`
        check/large: the file has 1516 bytes, more than 100
        check/missing-top-level: `more` is declared and not in the wheel
        check/undeclared-top-level: `tools` is in the wheel and not declared"#]]
    .assert_eq(&told(&settings, WHEEL_NAME, &bytes).join("\n"));
    settings.expect.remove(0);
    let sdist = Tar::sdist().gz();
    let large = format!("check/large: the file has {} bytes, more than 100", sdist.len());
    assert_eq!(told(&settings, SDIST_NAME, &sdist), [large]);
}

#[test]
fn a_file_of_more_than_a_gigabyte_goes_nowhere() {
    let mut examined = examined(WHEEL_NAME, &Zip::wheel().bytes());
    examined.scan.size = 1 << 30;
    assert_eq!(codes(&judge(&examined, &Policy::default()).findings), ["check/file-size"]);
    examined.scan.size += 1;
    assert_eq!(codes(&judge(&examined, &Policy::default()).findings), ["check/file-too-large"]);
}

/// What a finding says is part of the interface: each text stands here once.
#[test]
fn findings_read_well() {
    let mut text = String::new();
    for pair in pairs() {
        for finding in judged(pair.bad.0, &pair.bad.1) {
            let place = finding.location.expect("a finding has a place");
            let line = place.line.map(|line| format!(":{line}")).unwrap_or_default();
            let member = place.member.unwrap_or_default();
            let (code, severity, message) = (finding.code, finding.severity.word(), finding.message);
            text += &format!("{severity} {code}: {message} [{member}{line}]\n");
        }
    }
    expect_test::expect_file![concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/snapshots/check_judge.txt")]
        .assert_eq(&text);
}

/// Broken texts inside of sound archives: no panic, and a wheel with another RECORD is never fine.
#[test]
fn broken_texts_never_panic() {
    let mut random = Random::new(0x5EED_0002);
    const POINTS: &str = "[console_scripts]\ndemo = demo:main\n";
    for _ in 0..rounds(200_000) {
        let mut zip = Zip::wheel();
        zip.file("demo-1.0.dist-info/entry_points.txt", POINTS.as_bytes());
        let record = zip.honest_record();
        let texts = [("METADATA", METADATA), ("WHEEL", WHEEL), ("entry_points.txt", POINTS), ("", record.as_str())];
        let (name, text) = texts[random.below(texts.len())];
        let mut bytes = text.as_bytes().to_vec();
        for _ in 0..=random.below(3) {
            let at = random.below(bytes.len());
            match random.below(4) {
                0 => bytes[at] = b"\n\r\0,:=[]\"; \xff\xc3"[random.below(13)],
                1 => bytes.truncate(at.max(1)),
                2 => bytes.insert(at, random.next() as u8),
                _ => bytes.extend_from_within(at..),
            }
        }
        let changed = bytes != text.as_bytes();
        if name.is_empty() {
            zip.without_record = true;
            zip.file("demo-1.0.dist-info/RECORD", &bytes);
        } else {
            let name = format!("demo-1.0.dist-info/{name}");
            *zip.entry(&name) = Entry::stored(&name, &bytes);
        }
        let bytes = zip.bytes();
        let examined = examined(WHEEL_NAME, &bytes);
        assert_eq!(examined.scan.faults, []);
        let findings = judge(&examined, &Policy::default()).findings;
        assert!(changed || findings.is_empty());
    }
}
