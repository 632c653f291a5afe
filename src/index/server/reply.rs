//! Answers: pages, documents and errors in the form that the client asked for.

use serde_json::{Value, json};

use super::names;
use super::refusal::Refusal;
use crate::archive::Sha256;
use crate::effects::listen::{Answered, Asked, Content};
use crate::index::words::{Meaning, say};

/// Text that means nothing to HTML, in quotes or out of them.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#x27;"),
            other => out.push(other),
        }
    }
    out
}

pub(super) fn bytes(content_type: &str, body: Vec<u8>) -> Answered {
    Answered {
        status: 200,
        reason: None,
        headers: vec![("content-type", content_type.to_owned()), ("x-content-type-options", "nosniff".to_owned())],
        content: Content::Bytes(body),
    }
}

/// A page that clients may keep and ask for again: it has a name by its content (RFC 9110, section 8.8.3).
pub(super) fn page(asked: &Asked, content_type: &str, body: Vec<u8>) -> Answered {
    let tag = format!("\"{}\"", &Sha256::of(&body).to_string()[..32]);
    let known = asked.header("if-none-match").unwrap_or_default();
    let is_known = known.split(',').map(str::trim).any(|known| known == "*" || known.trim_start_matches("W/") == tag);
    let mut answered = bytes(content_type, body);
    if is_known {
        answered.status = 304;
        answered.content = Content::Bytes(Vec::new());
    }
    answered.headers.push(("etag", tag));
    answered
}

/// A file, or the part of it that is asked for (RFC 9110, section 14).
pub(super) fn file(asked: &Asked, file: std::fs::File, size: u64) -> Answered {
    let mut answered = bytes("application/octet-stream", Vec::new());
    answered.headers.push(("accept-ranges", "bytes".to_owned()));
    match asked.header("range").and_then(|range| part(range, size)) {
        None => answered.content = Content::File { file, start: 0, length: size },
        Some(None) => {
            answered.status = 416;
            answered.headers.push(("content-range", format!("bytes */{size}")));
        }
        Some(Some((start, end))) => {
            answered.status = 206;
            answered.headers.push(("content-range", format!("bytes {start}-{end}/{size}")));
            answered.content = Content::File { file, start, length: end + 1 - start };
        }
    }
    answered
}

/// The first and the last byte that a range asks for, nothing within where there are none; nothing where it is no single
/// range, which is as good as none.
fn part(range: &str, size: u64) -> Option<Option<(u64, u64)>> {
    let (first, last) = range.trim().strip_prefix("bytes=")?.split_once('-')?;
    let part = match (first.trim(), last.trim()) {
        ("", last) => (size.saturating_sub(last.parse().ok()?), size.checked_sub(1)?),
        (first, "") => (first.parse().ok()?, size.checked_sub(1)?),
        (first, last) => (first.parse().ok()?, last.parse::<u64>().ok()?.min(size.checked_sub(1)?)),
    };
    Some((part.0 <= part.1 && part.0 < size).then_some(part))
}

pub(super) fn json(content_type: &str, value: &Value) -> Answered {
    bytes(content_type, value.to_string().into_bytes())
}

pub(super) fn redirect(status: u16, to: &str, text: &str) -> Answered {
    let mut answered = bytes("text/plain; charset=UTF-8", text.as_bytes().to_vec());
    answered.status = status;
    answered.headers.push(("location", to.to_owned()));
    answered
}

pub(super) fn not_found(asked: &Asked) -> Answered {
    problem(asked, 404, "The resource could not be found.")
}

/// A file that nobody attests: PyPI's own words for it, which no upload gets.
pub(super) fn no_provenance(file: &str) -> Answered {
    let mut answered = json("application/json", &json!({"message": format!("No provenance available for {file}")}));
    answered.status = 404;
    answered
}

/// An answer in the words of the table.
pub(super) fn meant(asked: &Asked, meaning: Meaning) -> Answered {
    let (status, text) = say(meaning, &[]);
    problem(asked, status, &text)
}

pub(super) fn not_allowed(asked: &Asked, allow: &str) -> Answered {
    let mut answered = meant(asked, Meaning::Method);
    answered.headers.push(("allow", allow.to_owned()));
    answered
}

/// An upload that is not taken.
pub(super) fn refused(asked: &Asked, refusal: &Refusal) -> Answered {
    let (status, text) = refusal.said();
    let mut answered = problem(asked, status, &text);
    if let Some(wait) = refusal.wait {
        // Draft 10 of "RateLimit header fields for HTTP", which PyPI sends in place of `Retry-After`.
        const LIMIT: &str = "\"project.create.user\"";
        answered.headers.push(("ratelimit", format!("{LIMIT};r=0;t={wait}")));
        answered.headers.push(("ratelimit-policy", format!("{LIMIT};q={};w={}", names::MOST, names::WINDOW)));
    }
    answered
}

/// An error as PyPI has it: the text is the reason phrase, and stands in a page or, for those who ask for
/// JSON, in `code`.
fn problem(asked: &Asked, status: u16, text: &str) -> Answered {
    let title = match status {
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        409 => "Conflict",
        410 => "Gone",
        413 => "Request Entity Too Large",
        429 => "Too Many Requests",
        _ => "Internal Server Error",
    };
    // The usual words are as good a reason as these.
    let reason = if matches!(status, 404 | 405) { title } else { text };
    let wants_json = asked.header("accept").is_some_and(|accept| accept.to_ascii_lowercase().contains("json"));
    let mut answered = if wants_json {
        json("application/json", &json!({"message": text, "code": format!("{status} {reason}"), "title": title}))
    } else {
        let page = format!(
            "<html>\n <head>\n  <title>{status} {0}</title>\n </head>\n <body>\n  <h1>{status} {0}</h1>\n  {1}\n </body>\n</html>\n",
            escaped(reason),
            escaped(text)
        );
        bytes("text/html; charset=UTF-8", page.into_bytes())
    };
    answered.status = status;
    answered.reason = Some(phrase(reason));
    answered
}

/// A text as a reason phrase: one line of printable ASCII.
fn phrase(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            ' '..='~' => c,
            _ => '?',
        })
        .collect()
}
