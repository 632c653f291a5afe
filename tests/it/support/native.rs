//! One build by `release build --builder native`, and what is to be said about it.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::backends::{Outcome, jobs};
use super::parity::{self, Archive};
use super::sandbox::{Sandbox, fixtures};
use super::shapes::Way;

/// What came of a native build.
#[derive(Debug)]
pub(crate) enum Native {
    Built(Vec<Archive>),
    /// It is left to the backend; what the message says.
    Left(String),
    /// A clear error: its code and message.
    Refused(String),
    /// Anything else: a bug.
    Broken(String),
}

/// The program's arguments.
pub(crate) const BUILD: &[&str] = &["build", "--builder", "native", "--format", "json", "--out-dir", "made"];

/// Builds the project in this folder; `made/` is read and must hold what the answer says.
pub(crate) fn build(sandbox: &Sandbox, command: &mut Command, root: &Path) -> Native {
    let output = sandbox.finish(command.current_dir(root));
    let dist = root.join("made");
    let Ok(document) = serde_json::from_str::<serde_json::Value>(&output.stdout) else {
        return Native::Broken(format!("no JSON document:\n{output}"));
    };
    let there = std::fs::read_dir(&dist).map_or(0, Iterator::count);
    if output.code != 0 {
        let failure = &document["failure"];
        let word = |key: &str| failure[key].as_str().unwrap_or_default().to_owned();
        let (code, message) = (word("code"), word("message"));
        return match (code.as_str(), output.code) {
            _ if there != 0 => Native::Broken(format!("`{code}` ({message}), and {there} files are left in made/")),
            ("build/not-native", 1) => Native::Left(message),
            (code, 1 | 3) if code.contains('/') && !message.is_empty() => Native::Refused(format!("{code}: {message}")),
            _ => Native::Broken(output.to_string()),
        };
    }
    let files = document["result"]["files"].as_array().cloned().unwrap_or_default();
    for file in &files {
        if file["builder"] != "native" {
            return Native::Broken(format!("{} was built {}", file["path"], file["builder"]));
        }
    }
    match parity::read_folder(&dist) {
        Ok(built) if built.len() == files.len() => Native::Built(built),
        Ok(built) => Native::Broken(format!("{} files are told of, {} are in made/", files.len(), built.len())),
        Err(problem) => Native::Broken(problem),
    }
}

/// What is wrong, in lines; nothing where all is as the way says. `is_listed`: the table of what is not native yet
/// has it.
pub(crate) fn judge(way: &Way, is_listed: bool, real: Option<&Outcome>, native: &Native) -> Vec<String> {
    if let Native::Broken(text) = native {
        return vec![text.clone()];
    }
    let found = match (way, real) {
        (Way::Native, Some(Err(said))) => Some(format!("the backend itself fails: {}", last_lines(said))),
        (Way::Error(_), Some(Ok(_))) => Some("the backend itself builds it".to_owned()),
        (Way::Error(said), Some(Err(all))) if !folded(all).contains(&folded(said)) => {
            Some(format!("the backend does not say `{said}`: {}", last_lines(all)))
        }
        (Way::Error(_), None) => Some("the backend was not asked".to_owned()),
        (Way::Error(_), _) if is_listed => Some("is in the list, but nobody can build it".to_owned()),
        _ => None,
    };
    match found {
        Some(wrong) => vec![wrong],
        None => judge_build(way, is_listed, real, native),
    }
}

fn judge_build(way: &Way, is_listed: bool, real: Option<&Outcome>, native: &Native) -> Vec<String> {
    const REMOVE: &str = "is as it should be: remove it from the list `not-yet.txt`";
    let wrong = |text: String| vec![text];
    match (way, native) {
        (Way::Native, Native::Built(ours)) => {
            let Some(Ok(real)) = real else { return wrong("the backend was not asked".to_owned()) };
            let differences = parity::differences(real, ours);
            if differences.is_empty() && is_listed { wrong(REMOVE.to_owned()) } else { differences }
        }
        (Way::Native, Native::Left(_)) if is_listed => Vec::new(),
        (Way::Native, Native::Left(message)) => wrong(format!("left to the backend: {message}")),
        (Way::Pep517(key), Native::Left(message)) => match (message.contains(key.as_str()), is_listed) {
            (true, true) => wrong(REMOVE.to_owned()),
            (true, false) | (false, true) => Vec::new(),
            (false, false) => wrong(format!("the message does not name `{key}`: {message}")),
        },
        // Nothing of it is built natively either way.
        (Way::Native | Way::Pep517(_), Native::Refused(_)) if is_listed => Vec::new(),
        (Way::Pep517(key), Native::Built(_)) => wrong(format!("was built natively in spite of `{key}`")),
        (Way::Error(said), Native::Built(_)) => wrong(format!("was built, the backend fails: {said}")),
        (Way::Error(_), _) => Vec::new(),
        (_, Native::Refused(text) | Native::Broken(text)) => wrong(format!("refused: {text}")),
    }
}

fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    lines[lines.len().saturating_sub(4)..].join("\n      ")
}

/// The results for all items, in their order, several at once.
pub(crate) fn at_once<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(BTreeMap::new());
    std::thread::scope(|scope| {
        for _ in 0..jobs() {
            scope.spawn(|| {
                while let Some((number, item)) = {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    items.get(number).map(|item| (number, item))
                } {
                    let result = work(item);
                    done.lock().expect("no other failed").insert(number, result);
                }
            });
        }
    });
    done.into_inner().expect("no other failed").into_values().collect()
}

/// The table of projects that are not built natively yet, with the reason: it only shrinks.
pub(crate) struct NotYet(BTreeMap<String, String>);

/// The tests of all backends may shorten it at the same time.
static WRITING: Mutex<()> = Mutex::new(());

impl NotYet {
    pub(crate) fn read() -> Self {
        let text = std::fs::read_to_string(fixtures().join("shapes/not-yet.txt")).expect("the table");
        NotYet::parse(&text).unwrap_or_else(|problem| panic!("not-yet.txt: {problem}"))
    }

    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut table = BTreeMap::new();
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with("# ")) {
            let (name, reason) = line.split_once(": ").ok_or_else(|| format!("no reason in `{line}`"))?;
            if reason.trim().is_empty() || table.insert(name.to_owned(), reason.to_owned()).is_some() {
                return Err(format!("no reason, or a second time: `{line}`"));
            }
        }
        Ok(NotYet(table))
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Takes the lines of these names out of the file, as `UPDATE_EXPECT=1` asks.
    fn shorten(names: &[&str]) {
        let _writing = WRITING.lock().expect("no other failed");
        let path = fixtures().join("shapes/not-yet.txt");
        let text = std::fs::read_to_string(&path).expect("the table");
        let is_out = |line: &&str| line.split_once(": ").is_some_and(|(name, _)| names.contains(&name));
        let kept: String = text.split_inclusive('\n').filter(|line| !is_out(line)).collect();
        std::fs::write(path, kept).expect("the table");
    }
}

/// Fails with everything that is wrong, by name. With `UPDATE_EXPECT=1` what has become right leaves the table.
pub(crate) fn assert_right(judged: &[(&str, Vec<String>)]) {
    let is_done = |wrong: &[String]| wrong.iter().any(|line| line.contains("remove it from the list"));
    let done: Vec<&str> = judged.iter().filter(|(_, wrong)| is_done(wrong)).map(|(name, _)| *name).collect();
    if std::env::var("UPDATE_EXPECT").is_ok_and(|value| value == "1") && !done.is_empty() {
        NotYet::shorten(&done);
    }
    let wrong: Vec<String> = judged
        .iter()
        .filter(|(_, wrong)| !wrong.is_empty())
        .map(|(name, wrong)| format!("{name}:\n    {}", wrong.join("\n    ")))
        .collect();
    assert!(wrong.is_empty(), "{} of {} are wrong\n{}", wrong.len(), judged.len(), wrong.join("\n"));
}
