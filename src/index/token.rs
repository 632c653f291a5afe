//! What a token of PyPI says about itself, read without a network: macaroons of the second format in base64.
//!
//! The form is no public interface of PyPI: what is not understood is counted and never taken for good news.
//! A token without restrictions in it may still be restricted where the index keeps them.
//!
//! Whoever holds a macaroon can restrict it further without asking anybody: each restriction is signed with the
//! signature before it (HMAC-SHA256), which is lost by that.

use base64::Engine;
use base64::alphabet::URL_SAFE;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use ring::hmac;
use serde_json::{Value, json};

use crate::python::name::ProjectName;
use crate::secret::Secret;

/// Tokens are some hundred characters; a longer text is none.
const LONGEST: usize = 16 * 1024;
/// A token has a handful of restrictions.
const MOST: usize = 64;

/// What a token says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// The host of the index that issued it.
    pub location: String,
    /// What it may be used for.
    pub scope: Scope,
    /// The second from which it is good for nothing, since 1970; nothing where it does not say.
    pub expires: Option<i64>,
    /// The second before which it is good for nothing.
    pub not_before: Option<i64>,
    /// Restrictions in a form that is not known.
    pub unknown: usize,
}

/// What a token may be used for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Only these projects.
    Projects(Vec<ProjectName>),
    /// Projects that are named by numbers only.
    ProjectIds,
    /// Everything that its owner may upload.
    User,
    /// A trusted publisher: minted for one run of a workflow.
    Publisher,
    /// The token does not say.
    Unknown,
}

/// Why a text is no token. No variant holds any of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// It does not begin like one.
    #[error("it does not begin with `pypi-`")]
    Prefix,
    /// It is too long.
    #[error("it is longer than any token")]
    Long,
    /// It is no base64.
    #[error("it has characters that no token has, or was cut")]
    Base64,
    /// It is no macaroon.
    #[error("it is damaged or was cut")]
    Damaged,
}

/// A narrowed token is good for so many seconds.
pub const NARROWED: i64 = 600;
/// Clocks differ: a narrowed token was good for so many seconds already.
const BEFORE: i64 = 60;
/// Kind, length and bytes of the signature, which stand last.
const SIGNATURE_PACKET: usize = 2 + 32;

/// The same token, good for one project and for ten minutes from `now` only; nothing where it is no token of this
/// form. Made anew for every file, so that what is sent is of no use to anybody soon.
pub fn narrowed(text: &str, project: &ProjectName, now: i64) -> Option<Secret> {
    decode(text).ok()?;
    let mut bytes = bytes_of(text).ok()?;
    let (head, signature) = bytes.split_at(bytes.len().checked_sub(SIGNATURE_PACKET + 1)?);
    let (mut head, mut signature) = (head.to_vec(), signature[3..].to_vec());
    let caveats = [json!([0, now + NARROWED, now - BEFORE]), json!([1, [project.normalized()]])];
    for caveat in caveats.map(|caveat| caveat.to_string()) {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &signature);
        signature = hmac::sign(&key, caveat.as_bytes()).as_ref().to_vec();
        head.push(2);
        let mut length = caveat.len();
        while length > 0x7f {
            head.push(u8::try_from(length & 0x7f).expect("seven bits") | 0x80);
            length >>= 7;
        }
        head.push(u8::try_from(length).expect("seven bits"));
        head.extend(caveat.as_bytes());
        head.push(0);
    }
    head.extend([0, 6, 32]);
    head.extend(&signature);
    bytes.fill(0);
    Some(Secret::new(&format!("pypi-{}", URL_SAFE_NO_PAD.encode(head))))
}

fn bytes_of(text: &str) -> Result<Vec<u8>, TokenError> {
    let body = text.trim().strip_prefix("pypi-").ok_or(TokenError::Prefix)?;
    if body.len() > LONGEST {
        return Err(TokenError::Long);
    }
    let engine = GeneralPurpose::new(
        &URL_SAFE,
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
    );
    engine.decode(body).map_err(|_| TokenError::Base64)
}

/// The index that issued a token, also of one whose rest is damaged: the location of a macaroon of the second format.
pub fn issuer(token: &str) -> Option<String> {
    /// The first packet lies within this many characters; a multiple of four, so that it decodes alone.
    const HEAD: usize = 88;
    let body = token.strip_prefix("pypi-")?;
    let head = body.get(..body.len().min(HEAD) / 4 * 4)?;
    let bytes = URL_SAFE_NO_PAD.decode(head).ok()?;
    match bytes.as_slice() {
        // Version 2; packet 1 is the location; lengths under 128 are one byte.
        [2, 1, length, rest @ ..] if *length < 128 => {
            let location = rest.get(..usize::from(*length))?;
            String::from_utf8(location.to_vec()).ok()
        }
        _ => None,
    }
}

/// Reads a token.
///
/// # Errors
/// [`TokenError`]: it is none, or not whole.
pub fn decode(text: &str) -> Result<Token, TokenError> {
    let bytes = bytes_of(text)?;
    let mut reader = Packets { rest: bytes.strip_prefix(&[2]).ok_or(TokenError::Damaged)? };
    let head = reader.section().ok_or(TokenError::Damaged)?;
    let location = text_of(&head, LOCATION).filter(|host| is_host(host)).ok_or(TokenError::Damaged)?.to_owned();
    if !head.iter().any(|(kind, _)| *kind == IDENTIFIER) {
        return Err(TokenError::Damaged);
    }
    let mut token = Token { location, scope: Scope::Unknown, expires: None, not_before: None, unknown: 0 };
    let mut seen = 0;
    loop {
        let section = reader.section().ok_or(TokenError::Damaged)?;
        if section.is_empty() {
            break;
        }
        seen += 1;
        if seen > MOST {
            return Err(TokenError::Damaged);
        }
        token.restrict(text_of(&section, IDENTIFIER).unwrap_or_default());
    }
    match reader.packet() {
        Some((SIGNATURE, signature)) if signature.len() == 32 && reader.rest.is_empty() => Ok(token),
        _ => Err(TokenError::Damaged),
    }
}

const LOCATION: u64 = 1;
const IDENTIFIER: u64 = 2;
const SIGNATURE: u64 = 6;

type Section<'b> = Vec<(u64, &'b [u8])>;

fn text_of<'b>(section: &Section<'b>, kind: u64) -> Option<&'b str> {
    let found = section.iter().find(|(known, _)| *known == kind)?;
    std::str::from_utf8(found.1).ok()
}

fn is_host(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 253
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.:".contains(&byte))
}

/// The packets of a macaroon: kind and length as variable numbers, then the bytes; kind 0 ends a section.
struct Packets<'b> {
    rest: &'b [u8],
}

impl<'b> Packets<'b> {
    fn number(&mut self) -> Option<u64> {
        let mut value = 0_u64;
        // Five groups of seven bits hold any length that fits into a token.
        for shift in 0..5 {
            let (byte, rest) = self.rest.split_first()?;
            self.rest = rest;
            value |= u64::from(byte & 0x7f) << (7 * shift);
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn packet(&mut self) -> Option<(u64, &'b [u8])> {
        let kind = self.number()?;
        if kind == 0 {
            return Some((0, &[]));
        }
        let length = usize::try_from(self.number()?).ok()?;
        let data = self.rest.get(..length)?;
        self.rest = &self.rest[length..];
        Some((kind, data))
    }

    fn section(&mut self) -> Option<Section<'b>> {
        let mut packets = Vec::new();
        loop {
            match self.packet()? {
                (0, _) => return Some(packets),
                // A section has a location, an identifier and perhaps a key.
                _ if packets.len() >= 4 => return None,
                packet => packets.push(packet),
            }
        }
    }
}

impl Token {
    /// Takes one restriction in: they only ever make a token good for less.
    fn restrict(&mut self, text: &str) {
        let value: Value = serde_json::from_str(text).unwrap_or_default();
        let understood = match &value {
            Value::Array(items) => self.restrict_by_list(items),
            Value::Object(_) => self.restrict_by_table(&value),
            _ => false,
        };
        if !understood {
            self.unknown += 1;
        }
    }

    fn restrict_by_list(&mut self, items: &[Value]) -> bool {
        match (items.first().and_then(Value::as_u64), &items[items.len().min(1)..]) {
            (Some(0), [expires, not_before]) => self.times(expires, not_before),
            (Some(1), [names]) => self.projects(names),
            (Some(2), [Value::Array(_)]) => {
                self.narrow(Scope::ProjectIds);
                true
            }
            (Some(3), [Value::String(_)]) => {
                self.narrow(Scope::User);
                true
            }
            (Some(4), [Value::String(_), ..]) => {
                self.narrow(Scope::Publisher);
                true
            }
            _ => false,
        }
    }

    /// The form that PyPI used before.
    fn restrict_by_table(&mut self, value: &Value) -> bool {
        if value["permissions"] == "user" {
            self.narrow(Scope::User);
            return true;
        }
        if let Some(names) = value["permissions"].get("projects") {
            return self.projects(names);
        }
        if value["project_ids"].is_array() {
            self.narrow(Scope::ProjectIds);
            return true;
        }
        self.times(&value["exp"], &value["nbf"])
    }

    fn times(&mut self, expires: &Value, not_before: &Value) -> bool {
        let (Some(expires), Some(not_before)) = (expires.as_i64(), not_before.as_i64()) else { return false };
        self.expires = Some(self.expires.map_or(expires, |known| known.min(expires)));
        self.not_before = Some(self.not_before.map_or(not_before, |known| known.max(not_before)));
        true
    }

    fn projects(&mut self, names: &Value) -> bool {
        let Some(names) = names.as_array() else { return false };
        let parsed: Vec<Option<ProjectName>> =
            names.iter().map(|name| name.as_str().filter(|name| name.len() <= 128)?.parse().ok()).collect();
        let Some(mut parsed) = parsed.into_iter().collect::<Option<Vec<ProjectName>>>() else { return false };
        if let Scope::Projects(known) = &self.scope {
            parsed.retain(|name| known.contains(name));
        }
        self.scope = Scope::Projects(parsed);
        true
    }

    /// Names say more than numbers, and numbers more than an owner.
    fn narrow(&mut self, scope: Scope) {
        let rank = |scope: &Scope| match scope {
            Scope::Unknown => 0,
            Scope::User => 1,
            Scope::Publisher => 2,
            Scope::ProjectIds => 3,
            Scope::Projects(_) => 4,
        };
        if rank(&scope) > rank(&self.scope) {
            self.scope = scope;
        }
    }
}
