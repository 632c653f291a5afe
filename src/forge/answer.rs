//! What a forge means by refusing something. Both answer with `{"message"}`; GitHub adds `errors`.

use serde_json::Value;

use super::Forge;
use super::error::ForgeError;
use crate::effects::http::Answer;

/// The longest text of a forge that is passed on, in characters.
const LONGEST: usize = 300;

/// The error that an answer of 300 and above is.
pub(super) fn refusal(forge: &Forge, doing: &'static str, answer: &Answer) -> ForgeError {
    let place = forge.place.to_string();
    let text = text_of(answer);
    let lower = text.to_lowercase();
    let token = forge.token_from.clone().unwrap_or_else(|| "nowhere".to_owned());
    let limited = answer.retry_after.is_some() || answer.rate_reset.is_some() || lower.contains("rate limit");
    match answer.status {
        300..=399 => ForgeError::Moved { place, location: answer.location.clone().unwrap_or_default() },
        401 => ForgeError::Token { place, token, text },
        429 | 403 if limited || answer.status == 429 => ForgeError::RateLimited { place, until: until(answer) },
        403 => ForgeError::Forbidden { place, doing, token, text },
        404 => ForgeError::NotFound { place, doing },
        _ if lower.contains("used by an immutable release") => ForgeError::TagBurned { place },
        _ if lower.contains("immutable release") => ForgeError::ImmutableRelease { place },
        _ if lower.contains("rule violations")
            || lower.contains("protected tag")
            || lower.contains("tag name is protected") =>
        {
            ForgeError::TagProtected { place, text }
        }
        500.. => ForgeError::Busy { place, doing, status: answer.status },
        status => ForgeError::Refused { place, doing, status, text },
    }
}

/// When it may be tried again, for people.
fn until(answer: &Answer) -> String {
    let seconds =
        answer.retry_after.as_deref().filter(|text| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()));
    match (seconds, answer.rate_reset.and_then(|seconds| jiff::Timestamp::from_second(seconds).ok())) {
        (Some(seconds), _) => format!("after {seconds} seconds"),
        (None, Some(time)) => format!("after {time}"),
        (None, None) => "in a few minutes".to_owned(),
    }
}

/// What it said, as one line.
fn text_of(answer: &Answer) -> String {
    let said = match serde_json::from_slice::<Value>(&answer.body) {
        Ok(value) => {
            let mut parts: Vec<String> = value["message"].as_str().map(str::to_owned).into_iter().collect();
            for error in value["errors"].as_array().into_iter().flatten() {
                let words = ["resource", "field", "code", "message"].iter().filter_map(|key| error[*key].as_str());
                let words: Vec<&str> = error.as_str().into_iter().chain(words).collect();
                parts.push(words.join(" "));
            }
            parts.join("; ")
        }
        Err(_) => String::new(),
    };
    let said = if said.trim().is_empty() { format!("status {}", answer.status) } else { said };
    said.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(LONGEST).collect()
}
