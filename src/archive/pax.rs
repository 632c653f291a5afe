//! The records of a pax header: `length key=value`, each key once.
//!
//! Follows POSIX.1-2017, pax, "pax Extended Header". A record that readers take differently (a key
//! twice, a size that hides the next header, another character set, holes) is a fault.

use std::collections::HashSet;

use super::scan::{Fault, shown};

/// What a pax header changes about the member after it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Pax {
    pub(super) path: Option<Vec<u8>>,
    pub(super) linkpath: Option<Vec<u8>>,
    pub(super) size: Option<u64>,
}

/// Reads the body of a pax header.
pub(super) fn parse(body: &[u8]) -> Result<Pax, Fault> {
    let mut pax = Pax::default();
    let mut keys = HashSet::new();
    let mut rest = body;
    while !rest.is_empty() {
        let (key, value, length) = record(rest).ok_or_else(malformed)?;
        rest = &rest[length..];
        if !keys.insert(key) {
            return Err(Fault::new("archive/pax-duplicate", format!("a pax header gives `{}` twice", shown(key))));
        }
        match key {
            "path" => pax.path = Some(value.to_vec()),
            "linkpath" => pax.linkpath = Some(value.to_vec()),
            "size" => pax.size = Some(decimal(value).ok_or_else(malformed)?),
            "hdrcharset" => {
                return Err(Fault::new("archive/pax", "a pax header changes the character set of the names"));
            }
            _ if key.starts_with("GNU.sparse.") || key == "SCHILY.realsize" => return Err(sparse()),
            _ => {}
        }
    }
    Ok(pax)
}

/// The first record: its key, its value, its length.
fn record(bytes: &[u8]) -> Option<(&str, &[u8], usize)> {
    // A length has at most 20 digits.
    let space = bytes.iter().take(21).position(|&byte| byte == b' ')?;
    let length = usize::try_from(decimal(&bytes[..space])?).ok()?;
    let record = bytes.get(space + 1..length)?.strip_suffix(b"\n")?;
    let equals = record.iter().position(|&byte| byte == b'=')?;
    let key = std::str::from_utf8(&record[..equals]).ok()?;
    (!key.is_empty()).then_some((key, &record[equals + 1..], length))
}

fn decimal(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(digits).ok()?.parse().ok()
}

fn malformed() -> Fault {
    Fault::new("archive/pax", "a pax header has a malformed record")
}

pub(super) fn sparse() -> Fault {
    Fault::new("archive/sparse", "a member is stored with holes")
}
