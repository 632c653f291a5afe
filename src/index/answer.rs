//! What an index says in its answer: its words as one line, and how long it wants to be left alone. What that means is
//! decided in [`super::outcome`].

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use super::listing::unescaped;
use crate::effects::http::Answer;

/// The longest text of a server that is passed on, in characters.
const LONGEST: usize = 300;
/// The longest that is read of one, in bytes: PyPI's longest texts are far shorter.
const MOST: usize = 16 * LONGEST;
/// Tags whose contents are no words, and how these end.
const UNSHOWN: [(&str, &str); 2] = [("style", "</style"), ("script", "</script")];

/// How long the index asks to wait; nothing where it does not say so, or nothing that means anything.
pub fn wait(answer: &Answer, now: Timestamp) -> Option<Duration> {
    let named = answer.retry_after.as_deref().and_then(|value| retry_after(value, now));
    named.or_else(|| answer.rate_limit.as_deref().and_then(rate_limit))
}

/// How long `Retry-After` asks to wait (RFC 9110: seconds, or a time).
pub fn retry_after(value: &str, now: Timestamp) -> Option<Duration> {
    let value = value.trim();
    if is_number(value) {
        return Some(seconds(value));
    }
    let at = jiff::fmt::rfc2822::parse(value).ok()?.timestamp();
    let seconds = at.as_second().saturating_sub(now.as_second());
    Some(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)))
}

/// How long `RateLimit` asks to wait: the longest `t` of those of which nothing remains, as PyPI sends it
/// (`"project.create.user";r=0;t=3543`).
pub fn rate_limit(value: &str) -> Option<Duration> {
    let mut longest = None;
    for item in value.split(',') {
        let parameter = |name: &str| {
            let values = item.split(';').skip(1).filter_map(|part| part.trim().split_once('='));
            let mut found = values.filter(|(known, value)| *known == name && is_number(value));
            found.next().map(|(_, value)| value)
        };
        if parameter("r").is_some_and(|rest| rest.bytes().all(|byte| byte == b'0')) {
            longest = longest.max(parameter("t").map(seconds));
        }
    }
    longest
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn seconds(digits: &str) -> Duration {
    Duration::from_secs(digits.parse().unwrap_or(u64::MAX))
}

/// What a server said, as one line: PyPI's `code` without its status, or the text of a page.
pub fn text_of(answer: &Answer) -> String {
    let body = answer.text();
    let said = match serde_json::from_str::<Value>(&body) {
        Ok(value) => ["code", "message", "detail", "error"]
            .iter()
            .find_map(|key| value[*key].as_str())
            .map(|text| text.trim_start_matches(&answer.status.to_string()).trim().to_owned())
            .unwrap_or_default(),
        Err(_) => words_of(&body),
    };
    let mut line = said.split_whitespace().collect::<Vec<_>>().join(" ");
    let end = (0..=MOST.min(line.len())).rev().find(|at| line.is_char_boundary(*at)).unwrap_or(0);
    line.truncate(end);
    line
}

/// A text as long as people read it.
pub fn short(text: &str) -> String {
    text.chars().take(LONGEST).collect()
}

/// A page without its tags, and without what is never shown: the pages of pypiserver begin with a style.
fn words_of(page: &str) -> String {
    let mut words = String::new();
    let mut rest = page;
    // More is never shown, and white space is about half of a page.
    while words.len() <= MOST {
        let Some((text, tag)) = rest.split_once('<') else {
            words.push_str(rest);
            break;
        };
        words.push_str(text);
        words.push(' ');
        let unshown = UNSHOWN.iter().find(|(name, _)| begins_with(tag.as_bytes(), name));
        let end = unshown.map_or(Some(0), |(_, end)| position(tag, end));
        rest = end.and_then(|at| tag[at..].split_once('>')).map_or("", |(_, rest)| rest);
    }
    unescaped(&words)
}

fn begins_with(text: &[u8], name: &str) -> bool {
    text.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name.as_bytes()))
}

fn position(text: &str, wanted: &str) -> Option<usize> {
    (0..text.len()).find(|at| begins_with(&text.as_bytes()[*at..], wanted))
}
