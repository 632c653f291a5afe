//! How fast a server answers. The first request of a new connection holds looking the name up, connecting,
//! TLS and the first byte in one figure, since the client does not tell them apart; requests on the same
//! connection hold the first byte alone.

#![expect(clippy::disallowed_methods, reason = "this is the door to the network, and what it measures is time")]

use std::io::Read;
use std::time::Instant;

use super::{Answer, HttpLook, Limits, host_of, unanswered};
use crate::effects::error::EffectsError;

/// One request and how long it took.
#[derive(Debug, Clone)]
pub struct Timed {
    /// What was answered.
    pub answer: Answer,
    /// Whether the connection stood already: then the times are those of the server and the way alone.
    pub warm: bool,
    /// Milliseconds until the head of the answer was there.
    pub first_byte_ms: u64,
    /// Milliseconds until the answer was read whole.
    pub total_ms: u64,
    /// `Age`: how old the copy of a cache is, in seconds.
    pub age: Option<u64>,
    /// What a cache between says of itself (`X-Cache`, `CF-Cache-Status`, `Cache-Status`).
    pub cache: Option<String>,
}

impl HttpLook<'_> {
    /// Asks for a document of at most `limits.1` bytes several times over one connection, as a visitor would:
    /// caches may answer.
    ///
    /// # Errors
    /// The URL may not be asked, or nobody answers. A status of 400 and above is an answer.
    pub fn time(self, url: &str, requests: usize, limits: (Limits, u64)) -> Result<Vec<Timed>, EffectsError> {
        let url = self.settings.admit(url)?;
        let client = self.settings.make_client(limits.0, 1)?;
        let host = host_of(&url);
        let mut timed: Vec<Timed> = Vec::new();
        let mut warm = false;
        for _ in 0..requests {
            let request = client.get(url.clone()).header("Accept", "application/json");
            let began = Instant::now();
            let mut response =
                request.send().map_err(|source| unanswered(host.clone(), "sending the request", source))?;
            let first_byte_ms = milliseconds(began);
            let header = |name: &str| response.headers().get(name)?.to_str().ok().map(str::to_owned);
            let age = header("age").and_then(|age| age.parse().ok());
            let cache = ["x-cache", "cf-cache-status", "cache-status"].into_iter().find_map(header);
            let closes = header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"));
            let mut answer = Answer::head(response.status().as_u16(), response.headers());
            response.by_ref().take(limits.1).read_to_end(&mut answer.body).map_err(|source| {
                EffectsError::NoAnswer { host: host.clone(), doing: "reading the answer", source: Box::new(source) }
            })?;
            timed.push(Timed { answer, warm, first_byte_ms, total_ms: milliseconds(began), age, cache });
            warm = !closes;
        }
        Ok(timed)
    }
}

fn milliseconds(began: Instant) -> u64 {
    u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX)
}
