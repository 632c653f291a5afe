//! What an answer to an upload means, and what is done about it.
//!
//! Decided by the status first, then by what PyPI says under it ([`super::words`]), then by the texts of other indexes:
//! devpi, pypiserver, Gitea, Nexus, Artifactory, GitLab. They agree on little more than 200, so that a refusal for a file
//! that is there is only a reason to look at the listing: whether it is there is told by its hash alone.

use std::time::Duration;

use jiff::Timestamp;

use super::answer;
use super::words::{self, Meaning, Then};
use crate::effects::http::Answer;

/// What is done next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Nothing: it has the file now. PyPI says the same of a file that it had.
    Done,
    /// Nothing: it had the same file already.
    Same,
    /// A file of this name, or with these bytes, is there: the listing tells which.
    Listing,
    /// It received other bytes: read the file again, and send it once more.
    Rehash,
    /// The token is too old: get another where that can be done, and send the file once more.
    Renew,
    /// The status of the project may be the real reason.
    Status,
    /// Wait, as long as it says where it does, and send the file again.
    Wait(Option<Duration>),
    /// It failed, and whether it has the file is unclear: ask the listing, and send the file again.
    Again,
    /// It takes no files for now: send the file again after a pause.
    Later,
    /// Follow it nowhere: it sends us elsewhere.
    Moved,
    /// Nothing: the credentials are not accepted.
    Credential,
    /// Nothing: the credentials are not for this project.
    Scope,
    /// Nothing: the same again would be refused again.
    Stop,
}

/// An answer, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// What is done next.
    pub next: Next,
    /// The status.
    pub status: u16,
    /// What PyPI means by its words, with the values in them.
    pub row: Option<(Meaning, Vec<String>)>,
    /// What was said, as one line that people read.
    pub text: String,
}

/// What an index said in PyPI's words, and about what.
#[derive(Debug)]
pub struct Told {
    /// The index.
    pub index: String,
    /// The file.
    pub file: String,
    /// The status.
    pub status: u16,
    /// What it said.
    pub text: String,
    /// Where the credentials came from.
    pub source_name: String,
    /// What it means.
    pub meaning: Meaning,
    /// The values in its words.
    pub values: Vec<String>,
}

impl Outcome {
    /// Understands an answer; `now` is for a `Retry-After` that names a time.
    pub fn of(answer: &Answer, now: Timestamp) -> Self {
        let text = answer::text_of(answer);
        let row = row(answer.status, &text);
        let next = match row.as_ref().map(|(meaning, _)| *meaning) {
            Some(Meaning::ReadOnly | Meaning::Paused) => Next::Later,
            Some(Meaning::Fault) => Next::Again,
            Some(Meaning::Slash) => Next::Moved,
            Some(meaning) => match words::row(meaning).then {
                Then::Stop => Next::Stop,
                Then::AskListing => Next::Listing,
                Then::Rehash => Next::Rehash,
                Then::Renew => Next::Renew,
                Then::AskStatus => Next::Status,
                Then::Wait => Next::Wait(answer::wait(answer, now)),
            },
            None => of_others(answer, &text.to_ascii_lowercase(), now),
        };
        Outcome { next, status: answer.status, row, text: answer::short(&text) }
    }
}

/// What PyPI means; two statuses speak for themselves, whatever stands between here and the index.
fn row(status: u16, text: &str) -> Option<(Meaning, Vec<String>)> {
    match status {
        405 => Some((Meaning::Method, Vec::new())),
        413 => Some((Meaning::Request, Vec::new())),
        500.. => None,
        _ => words::understand(status, text),
    }
}

/// What indexes mean that have words of their own; the text is in lower case.
fn of_others(answer: &Answer, text: &str, now: Timestamp) -> Next {
    let says = |words: &[&str]| words.iter().any(|words| text.contains(words));
    match answer.status {
        // devpi, of an index that takes no second file.
        200 | 201 | 204 if says(&["identical file"]) => Next::Same,
        200 | 201 | 204 => Next::Done,
        300..=399 => Next::Moved,
        // devpi, pypiserver, newer Gitea, Azure.
        409 => Next::Listing,
        // Gitea and pypiserver to some clients; Nexus; GitLab.
        400 if says(&["already exist", "updating asset", "already been taken"]) => Next::Listing,
        // Gitea, whose rule is the same as PyPI's.
        400 if says(&["hash mismatch"]) => Next::Rehash,
        // Artifactory.
        403 if says(&["already exist", "overwrite artifact"]) => Next::Listing,
        401 => Next::Credential,
        403 if says(&["temporarily disabled", "read-only mode"]) => Next::Later,
        // Gitea's quotas.
        403 if says(&["quota exceeded", "maximum allowed package"]) => Next::Stop,
        403 if says(&["isn't allowed", "is not valid for project"]) => Next::Scope,
        403 => Next::Credential,
        408 => Next::Again,
        429 => Next::Wait(answer::wait(answer, now)),
        500.. => Next::Again,
        _ => Next::Stop,
    }
}
