//! What changes call for: read from messages of conventional commits and from the changelog. Pure.
//!
//! Follows Conventional Commits 1.0.0 and the headings of Keep a Changelog. Which version results is left to
//! `python/bump`, where the messages come from to [`super::history`].

use super::changelog::Group;
use super::conventional::{self, Change, Message};
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

/// What the messages of commits, newest first, call for; their first lines suffice. Merges say nothing by
/// themselves, squash merges what their bodies list, and a commit that was reverted does not count. One that
/// follows no convention is taken for a fix.
pub fn of_commits(messages: &[String]) -> Evidence {
    let told: Vec<Message<'_>> = messages.iter().map(|text| Message { id: "", text }).collect();
    let (standing, reverted) = conventional::standing(&told);
    let mut found = Evidence {
        impact: Impact::Nothing,
        reason: match messages.is_empty() {
            true => "nothing was committed since the last release".to_owned(),
            false => "no commit since the last release changes what is released".to_owned(),
        },
    };
    for message in standing {
        let impact = conventional::changes(message.text).iter().map(of_change).max().unwrap_or(Impact::Nothing);
        if impact > found.impact {
            let what = match impact {
                Impact::Breaking => "a breaking change calls for it",
                Impact::Feature => "a feature calls for a minor release",
                Impact::Fix | Impact::Nothing => "a change calls for a patch release",
            };
            found = Evidence { impact, reason: format!("{what}: `{}`", conventional::subject(message.text)) };
        }
    }
    // What is left takes back something that was released.
    if let Some(taken_back) = reverted.first().filter(|_| found.impact < Impact::Fix) {
        let reason = format!("a change calls for a patch release: `{taken_back}` was reverted");
        found = Evidence { impact: Impact::Fix, reason };
    }
    found
}

/// What one change calls for, by its type.
pub fn of_change(change: &Change) -> Impact {
    match change.kind.as_deref() {
        _ if change.breaking => Impact::Breaking,
        Some("feat" | "feature") => Impact::Feature,
        Some("build" | "chore" | "ci" | "docs" | "refactor" | "style" | "test" | "tests") => Impact::Nothing,
        _ => Impact::Fix,
    }
}

/// What fragments call for: their types with what each calls for. Nothing where there are none.
pub fn of_fragments(types: &[(&str, Impact)]) -> Option<Evidence> {
    let impact = types.iter().map(|(_, impact)| *impact).max()?;
    let mut names: Vec<&str> = types.iter().map(|(name, _)| *name).collect();
    names.sort_unstable();
    names.dedup();
    let number = if types.len() == 1 { "1 fragment".to_owned() } else { format!("{} fragments", types.len()) };
    Some(Evidence { impact, reason: format!("{number}: {}", names.join(", ")) })
}

/// What the section `Unreleased` of a changelog calls for, by its headings; nothing where it is empty.
pub fn of_changelog(unreleased: &[Group]) -> Option<Evidence> {
    let mut found: Option<Evidence> = None;
    for group in unreleased {
        let breaking = group.text.contains("**Breaking") || group.text.contains("BREAKING");
        let heading = group.heading.as_deref().unwrap_or_default();
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
