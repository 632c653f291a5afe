//! Answers: pages, documents and errors in the form that the client asked for.

use serde_json::{Value, json};

use crate::effects::listen::{Answered, Asked};

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
        body,
    }
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

pub(super) fn not_allowed(asked: &Asked, allow: &str) -> Answered {
    let mut answered = problem(asked, 405, "The method is not allowed for this resource.");
    answered.headers.push(("allow", allow.to_owned()));
    answered
}

/// An error as PyPI has it: the text is the reason phrase, and stands in a page or, for those who ask for
/// JSON, in `code`.
pub(super) fn problem(asked: &Asked, status: u16, text: &str) -> Answered {
    let title = match status {
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        410 => "Gone",
        413 => "Request Entity Too Large",
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
