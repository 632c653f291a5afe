//! A section made from commits: what conventional commits say by their types, breaking changes first. Whoever may
//! commit writes these lines, so every word is made harmless before it is put anywhere.

use std::collections::BTreeSet;

use super::ChangeType;
use super::inline::harmless;
use super::outline::Markup;
use super::render::{Entries, Entry};
use crate::project::conventional::{self, Change, Message};

/// More entries of a heading are only counted.
const MOST: usize = 200;
/// The heading of changes that break something.
const BREAKING: &str = "Breaking changes";

/// A commit, as far as it is told of.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    /// Its id and message.
    pub message: Message<'a>,
    /// Who wrote it; nothing where nobody asked.
    pub author: Option<&'a str>,
}

/// The entries of commits, newest first, by the types; what has no type is left out. The same sentence stands
/// once.
pub fn entries(commits: &[Told<'_>], types: &[ChangeType], markup: Markup) -> Vec<Entries> {
    let messages: Vec<Message<'_>> = commits.iter().map(|told| told.message).collect();
    let (standing, reverted) = conventional::standing(&messages);
    let mut breaking = Vec::new();
    let mut by_type: Vec<Vec<Entry>> = types.iter().map(|_| Vec::new()).collect();
    for message in standing {
        let author = commits.iter().find(|told| told.message.id == message.id).and_then(|told| told.author);
        for change in conventional::changes(message.text) {
            let place = types.iter().position(|known| Some(known.name.as_str()) == change.kind.as_deref());
            let Some(entry) = entry(&change, author, markup) else { continue };
            match (change.breaking, place) {
                (true, _) => breaking.push(entry),
                (false, Some(at)) => by_type[at].push(entry),
                // What somebody wrote a note for is meant to be read.
                (false, None) if change.note.is_some() => {
                    by_type.last_mut().into_iter().for_each(|last| last.push(entry.clone()))
                }
                (false, None) => {}
            }
        }
    }
    if let Some(at) = types.iter().position(|known| known.name == "revert") {
        by_type[at].extend(reverted.iter().map(|subject| Entry {
            text: format!("Reverted: {}", harmless(subject, markup)),
            issues: Vec::new(),
            scope: None,
            author: None,
        }));
    }
    let headings = std::iter::once(BREAKING).chain(types.iter().map(|known| known.heading.as_str()));
    let mut found: Vec<Entries> = Vec::new();
    for (heading, entries) in headings.zip(std::iter::once(breaking).chain(by_type)) {
        if entries.is_empty() {
            continue;
        }
        match found.iter_mut().find(|other| other.heading == heading) {
            Some(other) => other.entries.extend(entries),
            None => found.push(Entries { heading: heading.to_owned(), entries }),
        }
    }
    found.iter_mut().for_each(limited);
    found
}

/// Each sentence once, and no more than anybody reads.
fn limited(group: &mut Entries) {
    let mut seen = BTreeSet::new();
    group.entries.retain(|entry| seen.insert((entry.text.to_lowercase(), entry.scope.clone())));
    let more = group.entries.len().saturating_sub(MOST);
    if more > 0 {
        group.entries.truncate(MOST);
        group
            .entries
            .push(Entry { text: format!("… and {more} more"), issues: Vec::new(), scope: None, author: None });
    }
}

/// The entry of a change; nothing where its author wants none.
fn entry(change: &Change, author: Option<&str>, markup: Markup) -> Option<Entry> {
    let said = match (&change.note, &change.breaking_note) {
        (Some(note), _) if note.is_empty() => return None,
        (Some(note), _) => note.clone(),
        (None, Some(broken)) if change.breaking => format!("{}: {broken}", change.description),
        (None, _) => change.description.clone(),
    };
    let text = harmless(&said, markup);
    (!text.is_empty()).then(|| Entry {
        text,
        issues: Vec::new(),
        scope: change.scope.as_deref().map(|scope| harmless(scope, markup)).filter(|scope| !scope.is_empty()),
        author: author.map(|author| harmless(author, markup)),
    })
}
