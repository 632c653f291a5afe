//! Secrets: values that never reach an output, a file, an argument list or a child's environment.
//!
//! A [`Secret`] has no `Display`, its `Debug` prints `****`, and it is zeroed when dropped. The
//! [`Redactor`] is the last line of defence: the terminal and the log pass everything through it.

use std::sync::{Arc, RwLock};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};
use zeroize::Zeroizing;

/// What stands where a secret was.
pub const MASK: &str = "****";

/// Shorter values are not masked: they would blank ordinary words.
const SHORTEST_MASKED: usize = 5;

/// A token or a password.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes a value out of circulation; white space around it is dropped, as pasted tokens carry it.
    pub fn new(value: &str) -> Self {
        Secret(Zeroizing::new(value.trim().to_owned()))
    }

    /// The value itself, for the one place that sends it.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(MASK)
    }
}

/// What is escaped in the user and password of a URL.
const USERINFO: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'`')
    .add(b'{')
    .add(b'}')
    .add(b'/')
    .add(b':')
    .add(b';')
    .add(b'=')
    .add(b'@')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'|');

/// So much of a secret, from its beginning, is masked too: texts of servers are cut before they are told.
const BEGINNING: usize = 16;
/// Only secrets that are longer than this have such a beginning: shorter ones would blank ordinary words.
const LONG: usize = 24;

/// Percent-encoding with small letters.
fn lower_hex(percent: &str) -> String {
    let mut parts = percent.split('%');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        // Two digits stand behind every `%` that the encoder wrote.
        let (digits, rest) = part.split_at(part.len().min(2));
        out.push('%');
        out.push_str(&digits.to_ascii_lowercase());
        out.push_str(rest);
    }
    out
}

/// What base64 of any text has in common that a value stands in, at each of the three places where it may begin; in both
/// alphabets.
fn in_base64(value: &str) -> Vec<String> {
    // The common part of a short value is so short that it would blank ordinary words.
    if value.len() < 12 {
        return Vec::new();
    }
    let mut found = Vec::new();
    for before in 0..3_usize {
        let bytes = [vec![0; before], value.as_bytes().to_vec()].concat();
        for engine in [&STANDARD, &URL_SAFE] {
            let text = engine.encode(&bytes);
            let (begin, end) = ((before * 8).div_ceil(6), bytes.len() * 8 / 6);
            found.push(text[begin..end].to_owned());
        }
    }
    found
}

/// Masks every known secret, and whatever has the shape of one, in text on its way out.
#[derive(Clone, Default)]
pub struct Redactor {
    needles: Arc<RwLock<Vec<Zeroizing<String>>>>,
}

impl Redactor {
    /// Masks `secret` from now on: raw, percent-encoded in three ways, JSON-escaped, and in base64 of both alphabets,
    /// alone and wherever it stands in another text, such as behind the user of an index.
    pub fn register(&self, secret: &Secret) {
        let value = secret.reveal();
        if value.len() < SHORTEST_MASKED {
            return;
        }
        let json = serde_json::Value::from(value).to_string();
        let percent = utf8_percent_encode(value, NON_ALPHANUMERIC).to_string();
        let mut forms = vec![
            value.to_owned(),
            lower_hex(&percent),
            percent,
            utf8_percent_encode(value, USERINFO).to_string(),
            json[1..json.len() - 1].to_owned(),
        ];
        for user in ["__token__:", "", ":"] {
            forms.push(STANDARD.encode(format!("{user}{value}")).trim_end_matches('=').to_owned());
        }
        forms.extend(in_base64(value));
        let mut needles = self.needles.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        for form in forms {
            if !needles.iter().any(|known| **known == form) {
                needles.push(Zeroizing::new(form));
            }
        }
        // The longest first, so that a form that contains another is masked whole.
        needles.sort_by_key(|needle| std::cmp::Reverse(needle.len()));
    }

    /// What kind of secret stands in a text that is about to be published: one that is known here, or one of a known
    /// form. Stricter than what is masked, since nothing is lost by masking `pypi-upload-of-today`.
    pub fn secret_in(&self, text: &str) -> Option<&'static str> {
        let needles = self.needles.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        if needles.iter().any(|needle| text.contains(needle.as_str())) {
            return Some("a token that this machine uses");
        }
        drop(needles);
        secret_of_known_form(text)
    }

    /// The text without secrets.
    pub fn redact(&self, text: &str) -> String {
        let mut clean = text.to_owned();
        let needles = self.needles.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        for needle in needles.iter() {
            if clean.contains(needle.as_str()) {
                clean = clean.replace(needle.as_str(), MASK);
            }
        }
        for needle in needles.iter().filter(|needle| needle.len() > LONG && !needle.contains("://")) {
            clean = without_beginning(clean, needle);
        }
        drop(needles);
        mask_userinfo(&mask_shapes(&clean))
    }
}

/// The text without what is the beginning of a secret and was cut off after it.
fn without_beginning(mut text: String, secret: &str) -> String {
    let Some(begin) = secret.get(..BEGINNING) else { return text };
    let mut from = 0;
    while let Some(at) = text[from..].find(begin).map(|at| from + at) {
        let same = text[at..].chars().zip(secret.chars()).take_while(|(here, there)| here == there);
        let length: usize = same.map(|(here, _)| here.len_utf8()).sum();
        text.replace_range(at..at + length, MASK);
        from = at + MASK.len();
    }
    text
}

/// Prefixes of tokens that are masked even when nobody registered them, with the number of characters
/// that must follow before a word counts as a token.
const SHAPES: [(&str, usize); 10] = [
    ("pypi-", 16),
    ("ghp_", 20),
    ("gho_", 20),
    ("ghs_", 20),
    ("ghu_", 20),
    ("ghr_", 20),
    ("github_pat_", 20),
    ("glpat-", 20),
    ("AKIA", 16),
    ("eyJ", 40),
];

/// Forms that nothing but a secret has: what it is, how it begins, and how many letters, digits, `-` or `_` follow.
const FORMS: [(&str, &str, usize); 15] = [
    ("a token of PyPI", "pypi-AgE", 16),
    ("a token of GitHub", "ghp_", 30),
    ("a token of GitHub", "gho_", 30),
    ("a token of GitHub", "ghs_", 30),
    ("a token of GitHub", "ghu_", 30),
    ("a token of GitHub", "ghr_", 30),
    ("a token of GitHub", "github_pat_", 30),
    ("a token of GitLab", "glpat-", 20),
    ("a token of GitLab", "gldt-", 20),
    ("a key of AWS", "AKIA", 16),
    ("a key of AWS", "ASIA", 16),
    ("a token of npm", "npm_", 36),
    ("a token of Slack", "xoxb-", 20),
    ("a token of Slack", "xoxp-", 20),
    ("a web token", "eyJ", 40),
];

fn secret_of_known_form(text: &str) -> Option<&'static str> {
    if text.contains("-----BEGIN ") && text.contains("PRIVATE KEY") {
        return Some("a private key");
    }
    let is_token = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    for (kind, prefix, least) in FORMS {
        for (at, _) in text.match_indices(prefix) {
            let begins = text[..at].chars().next_back().is_none_or(|before| !before.is_ascii_alphanumeric());
            let follows = text[at + prefix.len()..].chars().take_while(is_token).count();
            if begins && follows >= least {
                return Some(kind);
            }
        }
    }
    // `https://user:password@host`.
    text.split("://").skip(1).any(has_password).then_some("a password in an address")
}

/// Whether an address, from after its `://`, has a name and a password before its host.
fn has_password(address: &str) -> bool {
    let authority = address.split(|c: char| c.is_whitespace() || c == '/').next().unwrap_or_default();
    let user = authority.rsplit_once('@').map(|(user, _)| user);
    user.and_then(|user| user.split_once(':')).is_some_and(|(_, password)| !password.is_empty())
}

fn mask_shapes(text: &str) -> String {
    if !SHAPES.iter().any(|(prefix, _)| text.contains(prefix)) {
        return text.to_owned();
    }
    let is_token = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '=' | '.');
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !is_token(c)).unwrap_or(rest.len());
        let (word, tail) = rest.split_at(end);
        let hit = SHAPES
            .iter()
            .filter_map(|(prefix, least)| Some((word.find(prefix)?, prefix.len() + least)))
            .filter(|(at, least)| word.len() - at >= *least)
            .min();
        match hit {
            Some((at, _)) => {
                out.push_str(&word[..at]);
                out.push_str(MASK);
            }
            None => out.push_str(word),
        }
        let separator = tail.chars().next().map_or(0, char::len_utf8);
        out.push_str(&tail[..separator]);
        rest = &tail[separator..];
    }
    out
}

/// Masks what stands before `@` after `://`: a token may be the user, too. Names that everybody uses stay.
pub fn mask_userinfo(text: &str) -> String {
    if !text.contains("://") || !text.contains('@') {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        out.push_str(before);
        let end = after
            .find(|c: char| c.is_whitespace() || matches!(c, '/' | '"' | '\'' | '`' | '<' | '>' | '?' | '#'))
            .unwrap_or(after.len());
        let authority = &after[..end];
        match authority.rsplit_once('@') {
            Some((userinfo, host)) if !matches!(userinfo, "git" | "__token__") => {
                out.push_str(MASK);
                out.push('@');
                out.push_str(host);
            }
            _ => out.push_str(authority),
        }
        rest = &after[end..];
    }
    out.push_str(rest);
    out
}

/// A URL, or a remote of git, without a login in it.
pub fn without_userinfo(text: &str) -> String {
    match text.split_once("://") {
        Some((scheme, rest)) => {
            let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
            let (authority, path) = rest.split_at(end);
            format!("{scheme}://{}{path}", authority.rsplit('@').next().unwrap_or_default())
        }
        None => text.rsplit('@').next().unwrap_or_default().to_owned(),
    }
}
