//! Messages of commits as changes: Conventional Commits 1.0.0 by `git-conventional`, the lines of squash merges
//! one by one, reverts with what they take back left out, and the footer `Release-Note:`. Pure.

use git_conventional::Commit;

/// More of a message is not read.
const LONGEST: usize = 64 * 1024;
/// More lines of a squash merge are not read.
const MOST: usize = 200;
/// The footer whose text stands in the changelog instead of the subject; `none` keeps the commit out.
const NOTE: &str = "Release-Note";
/// Types that a line in the middle of a message is known by.
const TYPES: [&str; 16] = [
    "feat",
    "feature",
    "fix",
    "perf",
    "docs",
    "refactor",
    "style",
    "test",
    "tests",
    "build",
    "ci",
    "chore",
    "revert",
    "security",
    "deprecate",
    "remove",
];

/// A message and where it comes from.
#[derive(Debug, Clone, Copy)]
pub struct Message<'a> {
    /// The id of the commit; empty where it is not known.
    pub id: &'a str,
    /// The whole message.
    pub text: &'a str,
}

/// One change that a message tells of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The type in lower case; nothing where the message follows no convention.
    pub kind: Option<String>,
    /// The scope.
    pub scope: Option<String>,
    /// What was done: the description, or the whole subject.
    pub description: String,
    /// Whether it breaks something.
    pub breaking: bool,
    /// What it breaks, where the message says so.
    pub breaking_note: Option<String>,
    /// The text for the changelog, where the message has one; empty: none.
    pub note: Option<String>,
}

/// The first line of a message.
pub fn subject(message: &str) -> &str {
    message.trim_start().lines().next().unwrap_or_default().trim()
}

/// The changes of one message. A merge tells of nothing by itself; a squash merge of all the changes that its
/// body lists, each once.
pub fn changes(message: &str) -> Vec<Change> {
    let message = &message[..message.floor_char_boundary(LONGEST)];
    let message = message.trim();
    let subject = subject(message);
    if subject.starts_with("Merge ") {
        return Vec::new();
    }
    let first = change(subject, message);
    if first.note.is_some() {
        return vec![first];
    }
    let body = message.lines().skip(1);
    let listed: Vec<Change> = body.filter_map(listed).take(MOST).collect();
    let mut found: Vec<Change> = Vec::new();
    // A subject without a type is the title of what the list tells in full.
    let titled = first.kind.is_some() || listed.is_empty();
    for next in titled.then_some(first).into_iter().chain(listed) {
        let same = |other: &Change| plain(&other.description) == plain(&next.description);
        match found.iter_mut().find(|other| same(other)) {
            Some(other) => other.breaking |= next.breaking,
            None => found.push(next),
        }
    }
    found
}

/// A description by which two that mean the same are known: without the number of its request, in lower case.
fn plain(description: &str) -> String {
    let text = description.trim().trim_end_matches('.');
    let text = match text.rsplit_once(" (#") {
        Some((before, number)) if number.trim_end_matches(')').bytes().all(|byte| byte.is_ascii_digit()) => before,
        _ => text,
    };
    text.to_lowercase()
}

/// A line of a list in the body: `* feat: a thing`.
fn listed(line: &str) -> Option<Change> {
    let line = line.trim();
    let item = line.strip_prefix("* ").or_else(|| line.strip_prefix("- "))?.trim();
    let found = change(item, item);
    found.kind.as_deref().is_some_and(|kind| TYPES.contains(&kind)).then_some(found)
}

/// What a message says: by the grammar, or, where its body breaks it, by its subject and its lines.
fn change(subject: &str, message: &str) -> Change {
    // The parser is content without the blank that the specification asks for.
    let fits = |parsed: &Commit<'_>| is_word(parsed.type_().as_str()) && subject.contains(": ");
    let parsed = Commit::parse(message).ok().filter(fits).or_else(|| Commit::parse(subject).ok().filter(fits));
    let line = |key: &str| {
        let lines = message.lines().skip(1);
        let found =
            lines.filter_map(|line| line.trim_end().split_once(": ")).find(|(name, _)| name.eq_ignore_ascii_case(key));
        found.map(|(_, text)| text.trim().to_owned())
    };
    let told = ["BREAKING CHANGE", "BREAKING-CHANGE"].iter().find_map(|key| {
        message.lines().skip(1).find_map(|line| line.strip_prefix(key)?.strip_prefix(": ").map(str::to_owned))
    });
    let note = line(NOTE).map(|text| if text.eq_ignore_ascii_case("none") { String::new() } else { text });
    match parsed {
        Some(parsed) => Change {
            kind: Some(parsed.type_().as_str().to_ascii_lowercase()),
            scope: parsed.scope().map(|scope| scope.as_str().to_owned()),
            description: parsed.description().trim().to_owned(),
            breaking: parsed.breaking() || told.is_some(),
            breaking_note: parsed
                .breaking_description()
                .filter(|text| *text != parsed.description())
                .map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "))
                .or(told),
            note,
        },
        None => Change {
            kind: None,
            scope: None,
            description: subject.to_owned(),
            breaking: told.is_some(),
            breaking_note: told,
            note,
        },
    }
}

/// Whether a type is one word of letters: `Add (see #3)` is none.
fn is_word(kind: &str) -> bool {
    !kind.is_empty() && kind.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// What a message takes back: an id or a subject.
enum TakenBack<'a> {
    Id(&'a str),
    Subject(&'a str),
}

fn taken_back(message: &str) -> Option<TakenBack<'_>> {
    let subject = subject(message);
    let quoted = subject.strip_prefix("Revert \"").and_then(|rest| rest.strip_suffix('"'));
    let typed = subject.strip_prefix("revert: ");
    if quoted.is_none() && typed.is_none() {
        return None;
    }
    let id = message.lines().skip(1).find_map(|line| {
        let rest = line.trim().strip_prefix("This reverts commit ").or_else(|| line.trim().strip_prefix("Refs: "))?;
        let id = rest.split(|c: char| !c.is_ascii_hexdigit()).next().unwrap_or_default();
        (id.len() >= 7).then_some(id)
    });
    id.map(TakenBack::Id).or_else(|| quoted.or(typed).map(TakenBack::Subject))
}

/// What is left of messages, newest first, once each revert and what it takes back are gone, and the subjects
/// of those that are not among them: they were released before.
pub fn standing<'a>(messages: &[Message<'a>]) -> (Vec<Message<'a>>, Vec<String>) {
    let mut open: Vec<(TakenBack<'_>, &str)> = Vec::new();
    let mut kept = Vec::new();
    // Newest first: a revert comes before what it takes back.
    for message in messages {
        let own = subject(message.text);
        let is_taken = |(back, _): &(TakenBack<'_>, &str)| match back {
            TakenBack::Id(id) => !message.id.is_empty() && message.id.starts_with(id),
            TakenBack::Subject(subject) => *subject == own,
        };
        // Where ids are not known, the subject has to do.
        let by_subject = |(_, quoted): &(TakenBack<'_>, &str)| message.id.is_empty() && *quoted == own;
        if let Some(at) = open.iter().position(|back| is_taken(back) || by_subject(back)) {
            open.swap_remove(at);
            continue;
        }
        match taken_back(message.text) {
            Some(back) => {
                let quoted = own.strip_prefix("Revert \"").and_then(|rest| rest.strip_suffix('"'));
                open.push((back, quoted.or(own.strip_prefix("revert: ")).unwrap_or(own)));
            }
            None => kept.push(*message),
        }
    }
    (kept, open.into_iter().map(|(_, quoted)| quoted.to_owned()).collect())
}
