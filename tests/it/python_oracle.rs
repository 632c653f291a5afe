//! The same answers as PyPA's packaging, over generated cases.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use pyrelease::python::entry_points::EntryPoints;
use pyrelease::python::filename::{SdistName, WheelName};
use pyrelease::python::marker::{Environment, Marker};
use pyrelease::python::metadata::{Metadata, RawMetadata};
use pyrelease::python::requirement::Requirement;
use pyrelease::python::specifier::{Prereleases, SpecifierSet};
use pyrelease::python::version::Version;
use serde_json::{Value, json};

use crate::support::depth::rounds;
use crate::support::random::Random;

const PACKAGING: &str = "packaging==26.3";

#[expect(clippy::disallowed_methods, reason = "tests have no World")]
fn run(program: &Path, arguments: &[&str]) -> String {
    let output = std::process::Command::new(program).args(arguments).output().expect("the program starts");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{} {arguments:?}: {errors}", program.display());
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// A Python that has packaging: made once below the target directory, under another name until whole.
#[expect(clippy::disallowed_methods, reason = "tests have no World")]
fn python() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("packaging-26.3");
    if !folder.exists() {
        let unfinished = folder.with_extension(std::process::id().to_string());
        let path = unfinished.to_str().expect("UTF-8");
        run(Path::new("python3"), &["-m", "venv", path]);
        let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", PACKAGING];
        run(&unfinished.join("bin/python"), &install);
        // Another process may have been faster.
        if std::fs::rename(&unfinished, &folder).is_err() {
            std::fs::remove_dir_all(&unfinished).expect("a folder of ours");
        }
    }
    folder.join("bin/python")
}

#[expect(clippy::disallowed_methods, reason = "tests have no World")]
fn ask(cases: &[Value]) -> Vec<Value> {
    let lines: String = cases.iter().map(|case| format!("{case}\n")).collect();
    let name = format!("oracle-{}.jsonl", std::process::id());
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&file, lines).expect("the target directory is writable");
    let oracle = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/support/packaging_oracle.py");
    let paths = [&oracle, &file].map(|path| path.to_str().expect("UTF-8"));
    let answers = run(&python(), &paths);
    std::fs::remove_file(&file).expect("a file of ours");
    answers.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

fn version_text(random: &mut Random) -> String {
    let epoch = random.perhaps(8, &["1!", "0!", "02!"]);
    let mut text = format!("{}{epoch}", random.perhaps(8, &["v", "V", " "]));
    text.push_str(random.pick(&["0", "1", "2", "10", "007", "2024"]));
    for _ in 0..random.below(4) {
        text.push('.');
        text.push_str(random.pick(&["0", "0", "1", "2", "15", "01"]));
    }
    for (of, words) in [
        (3, &["a", "b", "rc", "alpha", "Beta", "c", "pre", "preview", "RC"][..]),
        (3, &["post", "r", "rev", "POST", "-"][..]),
        (3, &["dev", "DEV"][..]),
    ] {
        let word = random.perhaps(of, words);
        if word.is_empty() {
            continue;
        }
        if word != "-" {
            text.push_str(random.pick(&["", "", ".", "-", "_"]));
        }
        text.push_str(word);
        if word != "-" {
            text.push_str(random.perhaps(3, &[".", "-", "_"]));
        }
        text.push_str(random.pick(&["", "0", "1", "2", "10", "03"]));
    }
    text.push_str(random.perhaps(6, &["+abc", "+1", "+Ubuntu-1", "+a.01.b", "+5.x_2", "+"]));
    match random.below(8) {
        0 => random.mutated(&text, "0129.abrcdev-_+! \n*é"),
        _ => text,
    }
}

/// Versions so close that every rule about the parts of one release matters.
const NEAR: [&str; 28] = [
    "1",
    "1.0",
    "1.0.0",
    "1.dev0",
    "1.0.dev1",
    "1.0a1.dev1",
    "1.0a1",
    "1.0a1.post1",
    "1.0a2",
    "1.0rc1",
    "1.0+x",
    "1.0+x.1",
    "1.0a1+x",
    "1.0.post0",
    "1.0.post1.dev0",
    "1.0.post1.dev1",
    "1.0.post1",
    "1.0.post1+x",
    "1.0.post2",
    "1.0.1.dev0",
    "1.0.1a1",
    "1.0.1",
    "1.1.dev0",
    "1.1",
    "2.dev0",
    "2",
    "1!1.0",
    "0.9",
];

fn near_text(random: &mut Random) -> String {
    match random.below(3) {
        0 => version_text(random),
        _ => random.pick(&NEAR).to_owned(),
    }
}

fn specifier_text(random: &mut Random) -> String {
    let mut text = String::new();
    for index in 0..random.below(4) {
        if index > 0 {
            text.push_str(random.pick(&[",", ", ", " ,", ",,"]));
        }
        text.push_str(random.pick(&["==", "!=", ">=", "<=", "<", ">", "~=", "===", "==", "="]));
        text.push_str(random.perhaps(4, &[" ", "  "]));
        text.push_str(near_text(random).trim());
        text.push_str(random.perhaps(5, &[".*"]));
    }
    text
}

fn marker_text(random: &mut Random, nested: usize) -> String {
    let mut text = String::new();
    for index in 0..=random.below(3) {
        if index > 0 {
            text.push_str(random.pick(&[" and ", " or ", "  and ", " or("]));
        }
        if nested < 3 && random.below(5) == 0 {
            text.push_str(&format!("({})", marker_text(random, nested + 1)));
            continue;
        }
        let variables = [
            "python_version",
            "python_full_version",
            "os_name",
            "os.name",
            "sys_platform",
            "sys.platform",
            "extra",
            "platform_release",
            "implementation_version",
            "python_implementation",
            "platform_machine",
            "extras",
        ];
        let values = [
            "'3.9'",
            "\"3.14\"",
            "'3.14.2'",
            "'posix'",
            "'linux'",
            "\"Web_X\"",
            "'web.x'",
            "'6.1.0-odd'",
            "'CPython'",
            "'3.*'",
            "''",
            "'li'",
            "'3.13, 3.14'",
            "'>'",
        ];
        let operators = ["==", "!=", "<", ">=", " <= ", ">", "~=", "===", " in ", " not in ", " not  in "];
        let (left, right) = (random.pick(&variables), random.pick(&values));
        let operator = random.pick(&operators);
        match random.below(12) {
            0..=8 => text.push_str(&format!("{left}{operator}{right}")),
            9 | 10 => text.push_str(&format!("{right}{operator}{left}")),
            _ => text.push_str(&format!("{left} {operator} {}", random.pick(&variables))),
        }
    }
    if nested == 0 && random.below(8) == 0 {
        return random.mutated(&text, "ao ()'\"=<.");
    }
    text
}

fn requirement_text(random: &mut Random) -> String {
    let mut text = random.pick(&["foo", "Foo.Bar", " a", "a-b_c", "x9", "foo_"]).to_owned();
    text.push_str(random.perhaps(3, &["[a]", " [ A , b.c,a ]", "[]", "[a,]", "[a b]", "[x_"]));
    match random.below(4) {
        0 => text.push_str(&format!(
            "{}@{}",
            random.pick(&["", " "]),
            random.pick(&[" https://x.org/a;b", "file:///x ", "git+ssh://a@b/c#egg=d",])
        )),
        1 => text.push_str(&format!(" ({})", specifier_text(random))),
        _ => text.push_str(&format!("{}{}", random.pick(&["", " "]), specifier_text(random))),
    }
    if random.below(2) == 0 {
        text.push_str(random.pick(&[";", " ; ", "; "]));
        text.push_str(&marker_text(random, 0));
    }
    match random.below(8) {
        0 => random.mutated(&text, "a0.-[]()<>=!~,;@ \t'"),
        _ => text,
    }
}

fn wheel_text(random: &mut Random) -> String {
    let text = format!(
        "{}-{}-{}{}-{}-{}{}",
        random.pick(&["foo", "Foo.Bar", "a_b", "a__b", "_a", "x9"]),
        version_text(random),
        random.perhaps(4, &["1-", "07abc-", "x-", "1.2_a-"]),
        random.pick(&["py3", "py2.py3", "cp312", "3", "py3.", "PY3"]),
        random.pick(&["none", "abi3", "abi3.none", ""]),
        random.pick(&["any", "win32", "macosx_11_0_arm64.macosx_10_9_x86_64", "linux_x86_64"]),
        random.pick(&[".whl", ".whl", ".whl", ".zip", ""]),
    );
    match random.below(8) {
        0 => random.mutated(&text, "a1.-_"),
        _ => text,
    }
}

fn sdist_text(random: &mut Random) -> String {
    let name = random.pick(&["foo", "Foo.Bar", "a-b", "a__b", "_a", "", "x9"]);
    let ending = random.pick(&[".tar.gz", ".tar.gz", ".zip", ".tgz", ".tar.gz.zip"]);
    format!("{name}-{}{ending}", version_text(random))
}

fn metadata_text(random: &mut Random) -> String {
    let mut text = String::new();
    for _ in 0..random.below(8) {
        text.push_str(random.pick(&[
            "Name: a",
            "Summary:  b \t",
            "Version:",
            "Description: one\n        |two",
            "X: é",
            "Name:c",
            "\tmore",
            " ",
            "no header",
            "Key with space: x",
            ":none",
            "From me",
            "A:b:c",
            "Keywords: \n x",
        ]));
        text.push_str(random.pick(&["\n", "\n", "\n", "\r\n", "\r", "\n\n"]));
    }
    text
}

fn fields_text(random: &mut Random) -> String {
    let version = random.pick(&["2.5", "2.5", "2.5", "2.6", "2.4", "2.3", "2.1", "1.2", "1.0", "2.0", "x"]);
    let name = random.pick(&["a", "a", "a", "A.b", "-a"]);
    let mut text = format!("Metadata-Version: {version}\nName: {name}\nVersion: 1.0\n");
    for _ in 0..random.below(4) {
        text.push_str(random.pick(&[
            "Summary: x",
            "Summary: x\n y",
            "Dynamic: Summary",
            "Dynamic: name",
            "Dynamic: Requires",
            "Dynamic: x",
            "Description-Content-Type: text/markdown",
            "Description-Content-Type: text/markdown; variant=gfm",
            "Description-Content-Type: Text/Markdown; Charset=\"utf-8\"; variant=CommonMark",
            "Description-Content-Type: text/plain; charset=ascii",
            "Description-Content-Type: text/plain;",
            "Description-Content-Type: text/plain; x",
            "Description-Content-Type: text/plain charset=utf-8",
            "Description-Content-Type: text/x-rst; a=1; a=2",
            "Description-Content-Type: markdown",
            "Description-Content-Type:",
            "Requires-Python: >=3.6.*",
            "Requires-Python: >=3.10,!=3.11.*",
            "Requires-Python:",
            "Requires-Dist: b>=1; extra == 'x'",
            "Requires-Dist: <2",
            "Requires-Dist: b @ https://x",
            "Provides-Extra: x",
            "Provides-Extra: x y",
            "License-Expression: MIT",
            "License-Expression: mit OR",
            "License-Expression: (MIT AND Apache-2.0) or LicenseRef-x",
            "License-Expression: MIT or (GPL-2.0+ )",
            "License-Expression:",
            "License-Expression: GPL-2.0-only WITH Classpath-exception-2.0",
            "License-File: a/b",
            "License-File: ../a",
            "License-File: a\\b",
            "License-File: /a",
            "License-File: C:/a",
            "License-File: C:a",
            "License-File: ./a",
            "License-File: a/",
            "License-File:",
            "License-File: a//b",
            "License-File: *",
            "Import-Name: a.b",
            "Import-Name: a.class",
            "Import-Name: a;private",
            "Import-Name: a ; private",
            "Import-Name: a; x",
            "Import-Name:",
            "Import-Namespace: a",
            "Import-Namespace:",
            "Import-Name: a-b",
            "Project-URL: a, b",
            "Project-URL: a",
            "Project-URL: ,",
            "Keywords: a,b",
            "Classifier: x",
            "Foo: x",
            "Home-page: x",
            "Provides-Dist: b",
            "Requires: b",
            "Requires-External: b",
            "Supported-Platform: b",
            "Maintainer: b",
            "Download-URL: b",
            "Author: b",
        ]));
        text.push('\n');
    }
    text.push_str(random.perhaps(3, &["\nbody\n", "\n"]));
    text
}

fn entry_points_text(random: &mut Random) -> String {
    let mut text = String::new();
    for index in 0..random.below(8) {
        let word =
            random.pick(&["[a]", "[a.b]", "[b]", "[c] x", "[]", "k = m:a", "k2=m", "K=m", "# c", "; c", "x", "=m"]);
        let word = if index == 0 { "[first]" } else { word };
        text.push_str(random.perhaps(6, &[" ", "\t"]));
        text.push_str(word);
        text.push_str(random.pick(&["\n", "\n", "\r\n", "\n\n"]));
    }
    text
}

fn environment(extra: &str) -> Environment {
    let text = str::to_owned;
    Environment {
        os_name: text("posix"),
        sys_platform: text("linux"),
        platform_machine: text("x86_64"),
        platform_python_implementation: text("CPython"),
        platform_release: text("6.1.0-odd"),
        platform_system: text("Linux"),
        platform_version: text("#1"),
        python_version: text("3.14"),
        python_full_version: text("3.14.2+"),
        implementation_name: text("cpython"),
        implementation_version: text("3.14.2"),
        extra: text(extra),
    }
}

fn environment_json(environment: &Environment) -> Value {
    json!({
        "os_name": environment.os_name,
        "sys_platform": environment.sys_platform,
        "platform_machine": environment.platform_machine,
        "platform_python_implementation": environment.platform_python_implementation,
        "platform_release": environment.platform_release,
        "platform_system": environment.platform_system,
        "platform_version": environment.platform_version,
        "python_version": environment.python_version,
        "python_full_version": environment.python_full_version,
        "implementation_name": environment.implementation_name,
        "implementation_version": environment.implementation_version,
        "extra": environment.extra,
    })
}

fn case(random: &mut Random, number: usize) -> Value {
    match number % 11 {
        0 => json!({"kind": "version", "text": version_text(random)}),
        1 => {
            json!({"kind": "compare", "left": near_text(random), "right": near_text(random)})
        }
        2 | 3 => {
            let versions: Vec<String> = std::iter::repeat_with(|| near_text(random))
                .filter(|text| text.parse::<Version>().is_ok())
                .take(12)
                .collect();
            json!({"kind": "specifier", "text": specifier_text(random), "versions": versions})
        }
        4 => json!({"kind": "requirement", "text": requirement_text(random)}),
        5 => {
            let environment = environment(random.pick(&["", "web-x", "WEB_X"]));
            let environment = environment_json(&environment);
            json!({"kind": "marker", "text": marker_text(random, 0), "environment": environment})
        }
        6 => json!({"kind": "wheel", "text": wheel_text(random)}),
        7 => json!({"kind": "sdist", "text": sdist_text(random)}),
        8 => json!({"kind": "metadata", "text": metadata_text(random)}),
        9 => json!({"kind": "validate", "text": fields_text(random)}),
        _ => json!({"kind": "entry_points", "text": entry_points_text(random)}),
    }
}

fn hash(version: &Version) -> u64 {
    let mut hasher = DefaultHasher::new();
    version.hash(&mut hasher);
    hasher.finish()
}

fn our_version(text: &str) -> Option<Value> {
    let version: Version = text.parse().ok()?;
    let pre = version.pre().map(|pre| json!([pre.phase.letters(), pre.number]));
    Some(json!([
        version.to_string(),
        version.public(),
        version.local(),
        version.epoch(),
        version.release(),
        pre,
        version.post(),
        version.dev(),
        version.is_prerelease(),
    ]))
}

fn our_specifier(text: &str, versions: &Value) -> Option<Value> {
    let set: SpecifierSet = text.parse().ok()?;
    let versions: Vec<Version> = serde_json::from_value(versions.clone()).expect("versions");
    let including: Vec<bool> = versions.iter().map(|v| set.contains(v)).collect();
    let excluding = |v| set.contains_with(v, Prereleases::Exclude);
    let excluding: Vec<bool> = versions.iter().map(excluding).collect();
    let again: SpecifierSet = set.to_string().parse().expect("a set");
    Some(json!([set.to_string(), including, excluding, set.allows_prereleases(), again == set]))
}

fn our_requirement(text: &str) -> Option<Value> {
    let requirement: Requirement = text.parse().ok()?;
    let extras: Vec<&str> = requirement.extras.iter().map(|extra| extra.as_str()).collect();
    Some(json!([
        requirement.to_string(),
        requirement.name.as_str(),
        extras,
        requirement.specifier.to_string(),
        requirement.url,
        requirement.marker.map(|marker| marker.to_string()),
    ]))
}

fn our_wheel(text: &str) -> Option<Value> {
    let wheel: WheelName = text.parse().ok()?;
    assert_eq!(wheel.to_string(), text);
    let build = wheel.build().map_or(json!([]), |build| json!([build.number(), build.rest()]));
    let tags: Vec<String> = wheel.tags().expand().iter().map(ToString::to_string).collect();
    let mut tags = tags;
    tags.sort();
    Some(json!([wheel.name().normalized(), wheel.version().to_string(), build, tags]))
}

fn our_metadata(text: &str) -> Value {
    let raw = RawMetadata::parse(text.as_bytes());
    let headers: Vec<Value> = raw.headers().iter().map(|h| json!([h.name, h.value])).collect();
    json!([headers, raw.body()])
}

fn ours(case: &Value) -> Option<Value> {
    let text = |key: &str| case[key].as_str().unwrap_or_default();
    match text("kind") {
        "version" => our_version(text("text")),
        "compare" => {
            let (left, right): (Version, Version) = (text("left").parse().ok()?, text("right").parse().ok()?);
            let same = (left == right).then(|| hash(&left) == hash(&right));
            Some(json!([left.cmp(&right) as i8, same]))
        }
        "specifier" => our_specifier(text("text"), &case["versions"]),
        "requirement" => our_requirement(text("text")),
        "marker" => {
            let marker: Marker = text("text").parse().ok()?;
            let extra = case["environment"]["extra"].as_str().unwrap_or_default();
            Some(json!([marker.to_string(), marker.evaluate(&environment(extra)).ok()]))
        }
        "wheel" => our_wheel(text("text")),
        "sdist" => {
            let sdist: SdistName = text("text").parse().ok()?;
            assert_eq!(sdist.to_string(), text("text"));
            Some(json!([sdist.name().normalized(), sdist.version().to_string()]))
        }
        "metadata" => Some(our_metadata(text("text"))),
        "validate" => Some(json!([Metadata::parse(text("text").as_bytes()).is_ok()])),
        _ => {
            let points: EntryPoints = text("text").parse().ok()?;
            let groups: serde_json::Map<String, Value> = points
                .groups()
                .iter()
                .map(|(group, entries)| (group.clone(), json!(entries.keys().collect::<Vec<_>>())))
                .collect();
            Some(json!([groups]))
        }
    }
}

#[test]
#[cfg_attr(offline, ignore = "needs PyPI")]
fn answers_are_those_of_packaging() {
    let mut random = Random::new(20_261_121);
    let cases: Vec<Value> = (0..rounds(60_000)).map(|number| case(&mut random, number)).collect();
    let theirs = ask(&cases);
    assert_eq!(theirs.len(), cases.len());
    let mut different = Vec::new();
    let mut accepted = 0;
    for (case, theirs) in cases.iter().zip(theirs) {
        let ours = ours(case).unwrap_or(Value::Null);
        accepted += usize::from(!ours.is_null());
        if ours != theirs {
            different.push(format!("{case}\n  ours   {ours}\n  theirs {theirs}"));
        }
    }
    assert!(different.is_empty(), "{} differ:\n{}", different.len(), different[..different.len().min(20)].join("\n"));
    assert!(accepted * 4 > cases.len(), "only {accepted} of {} were accepted", cases.len());
}
