//! The tables of `conformance/`: spellings and bumps whose results are facts, and PyPA's packaging on the same
//! spellings, on its own corpus, and on generated versions.

use std::path::Path;
use std::process::Command;

use jiff::civil::Date;
use pyrelease::error::Explain;
use pyrelease::project::impact;
use pyrelease::python::bump::{Mode, Request, Scheme, Way, next};
use pyrelease::python::version::Version;
use serde_json::Value;
use toml_edit::{DocumentMut, Item};

use crate::support::random::Random;
use crate::support::tools::tool;

/// One row of `conformance/bump.csv`.
struct Row {
    name: String,
    current: String,
    kind: String,
    scheme: Scheme,
    day: Date,
    changes: String,
    linear: String,
    exact: String,
}

fn rows() -> Vec<Row> {
    let mut reader = csv::Reader::from_reader(include_bytes!("conformance/bump.csv").as_slice());
    let read = |record: csv::StringRecord| {
        let text = |at: usize| record[at].to_owned();
        Row {
            name: text(0),
            current: text(1),
            kind: text(2),
            scheme: record[3].parse().expect("a scheme"),
            day: record[4].parse().expect("a day"),
            changes: text(5),
            linear: text(6),
            exact: text(7),
        }
    };
    reader.records().map(|record| read(record.expect("a row"))).collect()
}

/// The result of a row as it stands in the table: a version, a code, or `nothing`.
fn outcome(row: &Row, mode: Mode) -> String {
    let current: Version = match row.current.parse() {
        Ok(current) => current,
        Err(error) => return Explain::code(&error).to_owned(),
    };
    let mut request: Request = match row.kind.parse() {
        Ok(request) => request,
        Err(error) => return Explain::code(&error).to_owned(),
    };
    if !row.changes.is_empty() {
        let messages: Vec<String> = row.changes.split('|').map(str::to_owned).collect();
        match impact::of_commits(&messages).impact.level(&current) {
            Some(level) => request = request.with_level(row.scheme.fitting(level)),
            None => return "nothing".to_owned(),
        }
    }
    match next(&current, &request, Way { scheme: &row.scheme, mode, today: row.day }) {
        Ok(next) => next.version.to_string(),
        Err(error) => error.code().to_owned(),
    }
}

#[test]
fn bumps_are_those_of_the_table() {
    let rows = rows();
    let count = |start: &str| rows.iter().filter(|row| row.name.starts_with(start)).count();
    assert_eq!((count("agreed"), count("disputed")), (40, 64));
    let mut wrong = Vec::new();
    for row in &rows {
        for (mode, wanted) in [(Mode::Linear, &row.linear), (Mode::Exact, &row.exact)] {
            let found = outcome(row, mode);
            if found != *wanted {
                wrong.push(format!("{} {mode:?}: {} {} is {found}, not {wanted}", row.name, row.current, row.kind));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_calendar_version_from_a_day_to_come_is_said() {
    let row = rows().into_iter().find(|row| row.name == "disputed 55").expect("row 55");
    let (current, request) = (row.current.parse().expect("a version"), row.kind.parse().expect("a kind"));
    let way = Way { scheme: &row.scheme, mode: Mode::Linear, today: row.day };
    let notes = next(&current, &request, way).expect("a bump").notes;
    assert_eq!(notes, ["`2026.12.0` names a day to come, so only its counter moves"]);
}

/// Texts with their normal form; nothing for those that are refused.
fn spellings() -> Vec<(String, Option<String>)> {
    let table: DocumentMut = include_str!("conformance/normalisation.toml").parse().expect("TOML");
    let list = |key: &str| table[key].as_array().expect("a list").iter().cloned().collect::<Vec<_>>();
    let text = |item: &toml_edit::Value| item.as_str().expect("a text").to_owned();
    let pair = |item: &toml_edit::Value| {
        let pair = Item::Value(item.clone());
        let of = |at: usize| pair[at].as_str().expect("a text").to_owned();
        (of(0), Some(of(1)))
    };
    let mut found: Vec<_> = list("spellings").iter().map(pair).collect();
    found.extend(list("derived").iter().map(pair));
    found.extend(list("refused").iter().chain(&list("too-large")).map(|item| (text(item), None)));
    found
}

#[test]
fn spellings_have_the_normal_form_of_the_table() {
    let spellings = spellings();
    assert_eq!(spellings.len(), 77);
    for (text, normal) in spellings {
        let found = text.parse::<Version>().ok().map(|version| version.to_string());
        assert_eq!(found, normal, "{text:?}");
    }
}

/// Versions near each other, so that every part decides about the order of some.
fn generated(random: &mut Random) -> String {
    let mut text = random.perhaps(8, &["1!", "2!"]).to_owned();
    text.push_str(random.pick(&["0", "1", "1", "2", "10"]));
    for _ in 0..random.below(4) {
        text.push('.');
        text.push_str(random.pick(&["0", "0", "1", "2", "10", "18446744073709551615"]));
    }
    for (of, parts) in [
        (2, &["a0", "a1", "a2", "a10", "b1", "b2", "rc0", "rc1", "c1", "alpha2", "-rc.1", "pre1"][..]),
        (3, &[".post0", ".post1", ".post2", "-1", ".r2", ".post10"][..]),
        (3, &[".dev0", ".dev1", ".dev2", ".dev10", "dev"][..]),
        (4, &["+a", "+b", "+1", "+2", "+10", "+a.1", "+1.a", "+1.1", "+a.b", "+a-1"][..]),
    ] {
        text.push_str(random.perhaps(of, parts));
    }
    text
}

/// What packaging says: its ordered corpus, its spellings, and normal form and rank of the texts.
fn packaging(texts: &[String]) -> Value {
    let programs = tool("packaging-corpus", &["packaging==26.3", "flit_core==3.12.0"]);
    let folder = programs.parent().expect("an environment").join("sdist");
    let run = |command: &mut Command| {
        let output = command.output().expect("it starts");
        assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    };
    let sdist = folder.join("packaging-26.3.tar.gz");
    if !sdist.is_file() {
        let options =
            ["-m", "pip", "download", "-q", "--disable-pip-version-check", "--no-deps", "--no-binary", ":all:"];
        let python = programs.join("python");
        run(Command::new(python).args(options).args(["--no-build-isolation", "packaging==26.3", "-d"]).arg(&folder));
    }
    let lines: String = texts.iter().map(|text| format!("{}\n", Value::from(text.as_str()))).collect();
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("corpus-{}.jsonl", std::process::id()));
    std::fs::write(&file, lines).expect("the target directory is writable");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/support/packaging_corpus.py");
    let answer = run(Command::new(programs.join("python")).arg(script).arg(&sdist).arg(&file));
    std::fs::remove_file(&file).expect("a file of ours");
    serde_json::from_slice(&answer).expect("JSON")
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn spellings_and_order_are_those_of_packaging() {
    let mut random = Random::new(20_261_122);
    let table = spellings();
    let mut texts: Vec<String> = table.iter().map(|(text, _)| text.clone()).collect();
    texts.extend((0..10_000).map(|_| generated(&mut random)));
    let said = packaging(&texts);
    let answers = said["answers"].as_array().expect("a list");
    assert_eq!(answers.len(), texts.len());
    let mut ranked: Vec<(Version, u64, &str)> = Vec::new();
    for (text, answer) in texts.iter().zip(answers) {
        let ours = text.parse::<Version>();
        if let Err(error) = &ours
            && error.code() == "python/version-number"
        {
            assert!(!answer.is_null(), "{text:?} is a version, though not one of ours");
            continue;
        }
        let ours = ours.ok();
        assert_eq!(ours.as_ref().map(ToString::to_string).as_deref(), answer[0].as_str(), "{text:?}");
        if let (Some(version), Some(rank)) = (ours, answer[1].as_u64()) {
            ranked.push((version, rank, text));
        }
    }
    assert!(ranked.len() > 10_000, "only {} are versions", ranked.len());
    ranked.sort_by(|one, other| one.0.cmp(&other.0));
    for pair in ranked.windows(2) {
        let [(low, low_rank, one), (high, high_rank, other)] = pair else { continue };
        assert_eq!(low.cmp(high), low_rank.cmp(high_rank), "{one} and {other}");
    }
    let distinct = ranked.windows(2).filter(|pair| pair[0].1 != pair[1].1).count();
    assert!(distinct > 2_000, "only {distinct} different versions say little about the order");
    own_corpus(&said);
}

/// The corpus of packaging's own tests.
fn own_corpus(said: &Value) {
    let ordered: Vec<&str> = said["ordered"].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
    assert!(ordered.len() > 50, "{} versions are no corpus", ordered.len());
    let version = |text: &str| text.parse::<Version>().expect(text);
    for (low, left) in ordered.iter().enumerate() {
        for (high, right) in ordered.iter().enumerate() {
            assert_eq!(version(left).cmp(&version(right)), low.cmp(&high), "{left} {right}");
        }
    }
    let spellings = said["spellings"].as_array().expect("a list");
    assert!(spellings.len() > 50, "{} spellings are no corpus", spellings.len());
    for pair in spellings {
        let (text, normal) = (pair[0].as_str().expect("a text"), pair[1].as_str().expect("a text"));
        assert_eq!(version(text).to_string(), normal, "{text}");
    }
}
