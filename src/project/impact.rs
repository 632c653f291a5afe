//! What changes call for: read from messages of conventional commits and from the changelog. Pure.
//!
//! Follows Conventional Commits 1.0.0 and the headings of Keep a Changelog. Which version results is left to
//! `python/bump`, where the messages come from to [`super::history`].

use crate::python::bump::Level;
use crate::python::version::Version;

/// What a change means for users, small ones first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Impact {
    /// Nothing that is released: documentation, tests, chores.
    Nothing,
    /// Something works better.
    Fix,
    /// Something new works.
    Feature,
    /// Something works no longer as it did.
    Breaking,
}

impl Impact {
    /// The level that this calls for; none where there is nothing to release. Before 1.0 the second number is
    /// where breaking changes show; what never was a release begins with 0.1.0.
    pub fn level(self, current: &Version) -> Option<Level> {
        let first = current.release().first() == Some(&0);
        let unborn = current.release().iter().all(|number| *number == 0);
        match self {
            Impact::Nothing => None,
            _ if unborn => Some(Level::Minor),
            Impact::Breaking if !first => Some(Level::Major),
            Impact::Breaking | Impact::Feature => Some(Level::Minor),
            Impact::Fix => Some(Level::Patch),
        }
    }
}

/// An impact and the words for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// What it calls for.
    pub impact: Impact,
    /// Why, a lowercase fragment.
    pub reason: String,
}

/// What the messages of commits call for; their first lines suffice. Merges say nothing by themselves, and a
/// commit that was reverted does not count. One that follows no convention is taken for a fix.
pub fn of_commits(messages: &[String]) -> Evidence {
    let subject = |message: &str| message.lines().next().unwrap_or_default().trim().to_owned();
    let mut reverted: Vec<String> = Vec::new();
    let mut found = Evidence {
        impact: Impact::Nothing,
        reason: match messages.is_empty() {
            true => "nothing was committed since the last release".to_owned(),
            false => "no commit since the last release changes what is released".to_owned(),
        },
    };
    // Newest first: a revert comes before what it takes back.
    for message in messages {
        let subject = subject(message);
        if let Some(at) = reverted.iter().position(|taken_back| *taken_back == subject) {
            reverted.swap_remove(at);
            continue;
        }
        if let Some(taken_back) = subject.strip_prefix("Revert \"").and_then(|rest| rest.strip_suffix('"')) {
            reverted.push(taken_back.to_owned());
            continue;
        }
        let impact = of_commit(&subject, message);
        if impact > found.impact {
            let what = match impact {
                Impact::Breaking => "a breaking change calls for it",
                Impact::Feature => "a feature calls for a minor release",
                Impact::Fix | Impact::Nothing => "a change calls for a patch release",
            };
            found = Evidence { impact, reason: format!("{what}: `{subject}`") };
        }
    }
    // What is left takes back something that was released.
    if let Some(taken_back) = reverted.first().filter(|_| found.impact < Impact::Fix) {
        let reason = format!("a change calls for a patch release: `{taken_back}` was reverted");
        found = Evidence { impact: Impact::Fix, reason };
    }
    found
}

fn of_commit(subject: &str, message: &str) -> Impact {
    if subject.starts_with("Merge ") {
        return Impact::Nothing;
    }
    let footer = |line: &str| line.starts_with("BREAKING CHANGE: ") || line.starts_with("BREAKING-CHANGE: ");
    if message.lines().skip(1).any(footer) {
        return Impact::Breaking;
    }
    let Some((kind, breaking)) = kind(subject) else {
        return Impact::Fix;
    };
    match kind.to_ascii_lowercase().as_str() {
        _ if breaking => Impact::Breaking,
        "feat" | "feature" => Impact::Feature,
        "build" | "chore" | "ci" | "docs" | "refactor" | "style" | "test" | "tests" => Impact::Nothing,
        _ => Impact::Fix,
    }
}

/// The type of a conventional commit, and whether it is marked as breaking: `feat(scope)!: what`.
fn kind(subject: &str) -> Option<(&str, bool)> {
    let (head, _) = subject.split_once(": ")?;
    let (head, breaking) = match head.strip_suffix('!') {
        Some(head) => (head, true),
        None => (head, false),
    };
    let kind = match head.split_once('(') {
        Some((kind, scope)) if scope.ends_with(')') => kind,
        Some(_) => return None,
        None => head,
    };
    (!kind.is_empty() && kind.bytes().all(|byte| byte.is_ascii_alphabetic())).then_some((kind, breaking))
}

/// What the section `Unreleased` of a changelog calls for; nothing where it is empty.
pub fn of_changelog(unreleased: &str) -> Option<Evidence> {
    let mut heading = "";
    let mut found: Option<Evidence> = None;
    for line in unreleased.lines().map(str::trim) {
        if let Some(title) = line.strip_prefix("### ") {
            heading = title.trim();
            continue;
        }
        if line.is_empty() {
            continue;
        }
        let breaking = line.contains("**Breaking") || line.contains("BREAKING");
        let impact = match heading.to_ascii_lowercase().as_str() {
            _ if breaking => Impact::Breaking,
            "removed" => Impact::Breaking,
            "added" | "changed" | "deprecated" => Impact::Feature,
            _ => Impact::Fix,
        };
        if found.as_ref().is_none_or(|found| found.impact < impact) {
            let reason = match (breaking, heading) {
                (true, _) => "the changelog has a breaking change in `Unreleased`".to_owned(),
                (false, "") => "the changelog has text in `Unreleased`".to_owned(),
                (false, heading) => format!("the changelog has `{heading}` in `Unreleased`"),
            };
            found = Some(Evidence { impact, reason });
        }
    }
    found
}

/// The stronger of two; of equal ones the first.
#[must_use]
pub fn stronger(one: Evidence, other: Option<Evidence>) -> Evidence {
    match other {
        Some(other) if other.impact > one.impact => other,
        _ => one,
    }
}
