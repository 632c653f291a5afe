//! What an index means by its answer to an upload.
//!
//! Follows the texts of PyPI, TestPyPI, devpi, pypiserver and Gitea: indexes agree on little more than
//! 200, so that a refusal for a file that is there is only a reason to look at the listing.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use crate::effects::http::Answer;

/// What an index means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// It has the file now; PyPI says the same of a file that it had.
    Accepted,
    /// It had the same file already.
    Same,
    /// It has a file of this name already, and the listing must tell which.
    Taken(String),
    /// It does not take the file.
    Refused(String),
    /// The token is not for this project.
    Scope(String),
    /// The token is not accepted.
    Credential(String),
    /// Not now; after this time, where it says one.
    RateLimited(Option<Duration>),
    /// It failed; whether it has the file is unclear.
    Busy(String),
    /// It sends us elsewhere.
    Moved(String),
}

/// The longest text of a server that is passed on, in characters.
const LONGEST: usize = 300;

impl Reply {
    /// Reads an answer; `now` is for a `Retry-After` that names a time.
    pub fn of(answer: &Answer, now: Timestamp) -> Self {
        let text = text_of(answer);
        let lower = text.to_ascii_lowercase();
        let taken = lower.contains("already exist") || lower.contains("already been taken");
        match answer.status {
            200 | 201 | 204 if lower.contains("identical file") => Reply::Same,
            200 | 201 | 204 => Reply::Accepted,
            300..=399 => Reply::Moved(answer.location.clone().unwrap_or_default()),
            409 => Reply::Taken(text),
            400 | 403 if taken => Reply::Taken(text),
            401 => Reply::Credential(text),
            403 if lower.contains("isn't allowed") || lower.contains("is not valid for project") => Reply::Scope(text),
            403 if lower.contains("temporarily disabled") => Reply::Busy(text),
            403 => Reply::Credential(text),
            408 => Reply::Busy(text),
            429 => Reply::RateLimited(answer.retry_after.as_deref().and_then(|value| wait(value, now))),
            500.. => Reply::Busy(format!("{} {text}", answer.status).trim().to_owned()),
            _ => Reply::Refused(text),
        }
    }
}

/// How long `Retry-After` asks to wait (RFC 9110: seconds, or a time); nothing where it means nothing.
pub fn wait(value: &str, now: Timestamp) -> Option<Duration> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX)));
    }
    let at = jiff::fmt::rfc2822::parse(value).ok()?.timestamp();
    let seconds = at.as_second().saturating_sub(now.as_second());
    Some(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)))
}

/// What a server said, as one line: PyPI's `code` without its status, or the text of a page.
fn text_of(answer: &Answer) -> String {
    let body = answer.text();
    let said = match serde_json::from_str::<Value>(&body) {
        Ok(value) => ["code", "message", "detail", "error"]
            .iter()
            .find_map(|key| value[*key].as_str())
            .map(|text| text.trim_start_matches(&answer.status.to_string()).trim().to_owned())
            .unwrap_or_default(),
        Err(_) => words_of(&body),
    };
    let line = said.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().take(LONGEST).collect()
}

/// A page without its tags.
fn words_of(page: &str) -> String {
    let mut words = String::new();
    let mut in_tag = false;
    for character in page.chars() {
        match character {
            '<' => in_tag = true,
            '>' if in_tag => {
                in_tag = false;
                words.push(' ');
            }
            other if !in_tag => words.push(other),
            _ => {}
        }
        // More is never shown, and white space is about half of a page.
        if words.len() > 16 * LONGEST {
            break;
        }
    }
    words
}
