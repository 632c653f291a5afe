//! The status as a page for people: one HTML file without scripts and without requests to anywhere.
//!
//! The template escapes everything; the style is the one exception and is our own, allowed by its
//! hash in the Content-Security-Policy. Aims at WCAG 2.2 AA: words beside every colour, both colour
//! schemes, reflow at 320 pixels.

use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior, context};
use sha2::{Digest, Sha256};

use super::document::{Document, State};
use super::error::StatusError;
use crate::security::severity::Level;

const TEMPLATE: &str = include_str!("../../templates/status.html");
const STYLE: &str = include_str!("../../templates/status.css");

/// Renders the page.
///
/// # Errors
/// [`StatusError::Page`] where the template fails, a bug of ours.
pub fn render(document: &Document) -> Result<String, StatusError> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let values = context! {
        status => Serde(document),
        verdict => verdict(document),
        headline => headline(document),
        generated_at => readable(&document.generated_at),
        valid_until => readable(&document.valid_until),
        style => STYLE,
        style_hash => format!("sha256-{}", base64(&Sha256::digest(STYLE))),
    };
    environment
        .add_template("status.html", TEMPLATE)
        .and_then(|()| environment.get_template("status.html")?.render(values))
        .map_err(|cause| StatusError::Page { cause })
}

/// The verdict in a few words, for the title.
fn headline(document: &Document) -> String {
    match document.state {
        State::Ok => "nothing open".to_owned(),
        State::Findings => format!("{} open", document.counts.open.total()),
        State::Inconclusive => "unknown".to_owned(),
    }
}

/// The verdict as one sentence.
fn verdict(document: &Document) -> String {
    let coverage = &document.coverage;
    let compared = if coverage.audited == coverage.packages {
        let plural = if coverage.packages == 1 { "" } else { "s" };
        format!("{} locked package{plural} compared with advisories", coverage.packages)
    } else {
        format!("{} of {} locked packages compared with advisories", coverage.audited, coverage.packages)
    };
    match document.state {
        State::Inconclusive => {
            format!("It cannot be told whether {} has known vulnerabilities.", document.project.name)
        }
        State::Ok => match document.counts.accepted {
            0 => format!("No known vulnerabilities; {compared}."),
            1 => format!("No open vulnerabilities, 1 is accepted; {compared}."),
            accepted => format!("No open vulnerabilities, {accepted} are accepted; {compared}."),
        },
        State::Findings => {
            let open = &document.counts.open;
            let levels = Level::ALL.into_iter().filter(|&level| open.of(level) > 0);
            let words: Vec<String> = levels
                .map(|level| match level {
                    Level::Unknown => format!("{} without a rating", open.of(level)),
                    Level::None => format!("{} rated 0", open.of(level)),
                    _ => format!("{} {}", open.of(level), level.word()),
                })
                .collect();
            let number = match open.total() {
                1 => "1 known vulnerability".to_owned(),
                total => format!("{total} known vulnerabilities"),
            };
            format!("{number}: {}; {compared}.", words.join(", "))
        }
    }
}

/// `2026-11-20T06:00:11Z` as people read it.
fn readable(time: &str) -> String {
    match time.split_once('T') {
        Some((day, clock)) => format!("{day} {} UTC", clock.get(..5).unwrap_or(clock)),
        None => time.to_owned(),
    }
}

/// Standard base64 with padding (RFC 4648 §4).
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |index: usize| u32::from(chunk.get(index).copied().unwrap_or(0));
        let group = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            if place <= chunk.len() {
                let index = group >> (18 - 6 * place) & 63;
                text.push(char::from(ALPHABET[index as usize]));
            } else {
                text.push('=');
            }
        }
    }
    text
}
