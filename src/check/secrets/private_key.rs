//! Private keys: armoured ones (RFC 7468, OpenSSH, PGP) and those of PuTTY.

use super::scan::{Found, Sort};

/// Where an armoured key is noticed: the word after its first dashes.
pub(super) const ANCHOR: &str = "BEGIN ";
/// How a key of PuTTY begins.
pub(super) const PUTTY: &str = "PuTTY-User-Key-File-";

const DASHES: &[u8] = b"-----";
/// How soon the key itself must begin after its first line: a few headers may stand before it.
const HEADERS: usize = 1024;
/// Characters of base64 in a row that no placeholder has.
const ROW: usize = 40;

/// `-----BEGIN … PRIVATE KEY-----` with a body.
pub(super) fn armoured(before: &[u8], after: &[u8]) -> Option<Found> {
    const LABEL: usize = 64;
    let rest = after.strip_prefix(ANCHOR.as_bytes())?;
    if !before.ends_with(DASHES) {
        return None;
    }
    let length = memchr::memmem::find(&rest[..rest.len().min(LABEL)], DASHES)?;
    let label = &rest[..length];
    if !label.ends_with(b"PRIVATE KEY") && !label.ends_with(b"PRIVATE KEY BLOCK") {
        return None;
    }
    let body = &rest[length + DASHES.len()..];
    if !body.first().is_some_and(|&byte| is_end_of_line(byte)) {
        return None;
    }
    let end = memchr::memmem::find(body, b"-----END ").unwrap_or(body.len());
    let body = &body[..end];
    // Of an OpenSSH key this is the cipher `none`.
    const PLAIN_SSH: &[u8] = b"b3BlbnNzaC1rZXktdjEAAAAABG5vbmU";
    const SSH: &[u8] = b"b3BlbnNzaC1rZXktdjEA";
    let row = first_row(body)?;
    let is_encrypted = label.starts_with(b"ENCRYPTED")
        || memchr::memmem::find(body, b"4,ENCRYPTED").is_some()
        || (row.starts_with(SSH) && !row.starts_with(PLAIN_SSH));
    let to = ANCHOR.len() + length + DASHES.len() + end;
    Some(found("a private key", DASHES.len(), to, is_encrypted))
}

/// A key of PuTTY with its private lines.
pub(super) fn putty(_: &[u8], after: &[u8]) -> Option<Found> {
    const PRIVATE: &[u8] = b"Private-Lines: ";
    let version = after.strip_prefix(PUTTY.as_bytes())?;
    if !version.first()?.is_ascii_digit() || !version[1..].starts_with(b": ") {
        return None;
    }
    let start = memchr::memmem::find(after, PRIVATE)?;
    let lines = &after[start + PRIVATE.len()..];
    let digits = lines.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if digits == 0 || !is_end_of_line(*lines.get(digits)?) {
        return None;
    }
    let row = first_row(&lines[digits..])?;
    let is_encrypted = memchr::memmem::find(&after[..start], b"Encryption: none").is_none();
    let row_end = row.as_ptr() as usize - after.as_ptr() as usize + row.len();
    Some(found("a private key of PuTTY", 0, row_end, is_encrypted))
}

/// Whether a line may end here, also one in a text that is quoted or escaped. A program that knows how keys begin has such
/// texts one behind the other.
fn is_end_of_line(byte: u8) -> bool {
    byte.is_ascii_whitespace() || b"\\\"'%".contains(&byte)
}

fn found(kind: &'static str, before: usize, to: usize, is_encrypted: bool) -> Found {
    Found { kind, from: before as isize, to, sort: if is_encrypted { Sort::Doubtful } else { Sort::Formed } }
}

/// The first row of base64 that is long enough to be of a key.
fn first_row(body: &[u8]) -> Option<&[u8]> {
    let body = &body[..body.len().min(HEADERS)];
    let is_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/".contains(byte);
    let rows = || body.split(|byte| !is_base64(byte)).filter(|row| row.len() >= ROW);
    rows().any(|row| !super::forms::is_placeholder(row)).then(|| rows().next())?
}
