//! Tokens as PyPI has them: macaroons of the second format, made and verified. What they say without the key is read by
//! [`crate::index::token`]; the form is described in publish.md §2.1 of the reference and in libmacaroons.

use base64::Engine;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
use ring::hmac;

use crate::secret::Secret;

/// What every token begins with.
const PREFIX: &str = "pypi-";
/// Tokens are some hundred characters; a longer text is none.
const LONGEST: usize = 16 * 1024;
/// A token has a handful of restrictions.
const MOST: usize = 64;
/// The key that macaroons derive the first key with.
const GENERATOR: &[u8; 32] = b"macaroons-key-generator\0\0\0\0\0\0\0\0\0";

const LOCATION: u8 = 1;
const IDENTIFIER: u8 = 2;
const SIGNATURE: u8 = 6;

/// A token as it was sent: nothing in it is true before its signature was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Macaroon {
    pub(super) identifier: String,
    /// Its restrictions, as text.
    pub(super) caveats: Vec<String>,
    signature: Vec<u8>,
}

fn sign(key: &[u8], data: &[u8]) -> hmac::Tag {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), data)
}

/// The chain of signatures over everything in a token.
fn chain(key: &[u8], identifier: &str, caveats: &[String]) -> Vec<u8> {
    let first = sign(GENERATOR, key);
    let begun = sign(first.as_ref(), identifier.as_bytes()).as_ref().to_vec();
    caveats.iter().fold(begun, |signature, caveat| sign(&signature, caveat.as_bytes()).as_ref().to_vec())
}

/// Makes a token.
pub(super) fn make(key: &[u8], location: &str, identifier: &str, caveats: &[String]) -> Secret {
    let mut out = vec![2];
    packet(&mut out, LOCATION, location.as_bytes());
    packet(&mut out, IDENTIFIER, identifier.as_bytes());
    out.push(0);
    for caveat in caveats {
        packet(&mut out, IDENTIFIER, caveat.as_bytes());
        out.push(0);
    }
    out.push(0);
    packet(&mut out, SIGNATURE, &chain(key, identifier, caveats));
    Secret::new(&format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(out)))
}

fn packet(out: &mut Vec<u8>, kind: u8, data: &[u8]) {
    out.push(kind);
    let mut length = data.len();
    while length > 0x7f {
        out.push(u8::try_from(length & 0x7f).expect("seven bits fit") | 0x80);
        length >>= 7;
    }
    out.push(u8::try_from(length).expect("seven bits fit"));
    out.extend_from_slice(data);
}

impl Macaroon {
    /// Reads a token; nothing where it is none.
    pub(super) fn read(text: &str) -> Option<Self> {
        let body = text.strip_prefix(PREFIX).filter(|body| body.len() <= LONGEST)?;
        let bytes = URL_SAFE_NO_PAD.decode(body).or_else(|_| URL_SAFE.decode(body)).ok()?;
        let mut rest = bytes.strip_prefix(&[2])?;
        let head = section(&mut rest)?;
        let identifier = text_of(&head)?;
        let mut caveats = Vec::new();
        loop {
            let section = section(&mut rest)?;
            if section.is_empty() {
                break;
            }
            if caveats.len() == MOST {
                return None;
            }
            caveats.push(text_of(&section)?);
        }
        let (kind, signature) = one(&mut rest)?;
        let whole = kind == SIGNATURE && signature.len() == 32 && rest.is_empty();
        whole.then(|| Macaroon { identifier, caveats, signature: signature.to_vec() })
    }

    /// Whether nothing in it was changed since the owner of this key made it, but restrictions added.
    pub(super) fn is_intact(&self, key: &[u8]) -> bool {
        let expected = chain(key, &self.identifier, &self.caveats);
        // Digests of both are compared, so that the time says nothing of where they differ.
        sign(key, &expected).as_ref() == sign(key, &self.signature).as_ref()
    }
}

fn text_of(section: &[(u8, &[u8])]) -> Option<String> {
    let (_, data) = section.iter().find(|(kind, _)| *kind == IDENTIFIER)?;
    String::from_utf8(data.to_vec()).ok()
}

fn one<'b>(rest: &mut &'b [u8]) -> Option<(u8, &'b [u8])> {
    let (&kind, after) = rest.split_first()?;
    *rest = after;
    if kind == 0 {
        return Some((0, &[]));
    }
    let mut length = 0_usize;
    for shift in 0..4 {
        let (&byte, after) = rest.split_first()?;
        *rest = after;
        length |= usize::from(byte & 0x7f) << (7 * shift);
        if byte & 0x80 == 0 {
            let data = rest.get(..length)?;
            *rest = &rest[length..];
            return Some((kind, data));
        }
    }
    None
}

fn section<'b>(rest: &mut &'b [u8]) -> Option<Vec<(u8, &'b [u8])>> {
    let mut packets = Vec::new();
    loop {
        match one(rest)? {
            (0, _) => return Some(packets),
            _ if packets.len() >= 4 => return None,
            packet => packets.push(packet),
        }
    }
}
