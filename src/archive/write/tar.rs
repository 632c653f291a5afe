//! The tar of an sdist: ustar headers, and pax records only for what ustar cannot hold.
//!
//! Follows POSIX.1-2017, pax, "ustar Interchange Format". Names beyond ASCII, names and targets that are too long and
//! sizes from 8 GiB on get a pax record; GNU's own forms never appear. Owner and group are 0 and nameless.

use std::io::Write;

use super::contents::Contents;
use super::gzip::Gzip;
use super::{Content, Entry, WriteError, Writer};

const SIZE: usize = 512;
/// The first size that eleven octal digits do not hold.
const OCTAL_LIMIT: u64 = 1 << 33;

type Block = [u8; SIZE];

/// Writes one member with its headers.
pub(super) fn member(
    out: &mut Gzip<impl Write>,
    writer: Writer<'_>,
    path: &str,
    entry: &Entry,
) -> Result<(), WriteError> {
    let target = match &entry.content {
        Content::Link(target) if target.is_empty() || target.contains(char::is_control) => {
            return Err(WriteError::member(path, "its target is empty or has a control character"));
        }
        Content::Link(target) => Some(target.as_str()),
        Content::Bytes(_) | Content::File { .. } => None,
    };
    out.write(&headers(path, target, entry.content.size(), entry.executable, writer.epoch))?;
    let Some(mut contents) = Contents::open(writer.files, &entry.content)? else { return Ok(()) };
    loop {
        out.append(|block, full| contents.fill(block, full))?;
        if contents.is_empty() {
            return pad(out);
        }
    }
}

/// Two blocks of zeros, and nothing more.
pub(super) fn end(out: &mut Gzip<impl Write>) -> Result<(), WriteError> {
    out.write(&[0; 2 * SIZE])
}

fn pad(out: &mut Gzip<impl Write>) -> Result<(), WriteError> {
    let over = usize::try_from(out.size() % SIZE as u64).expect("it is less than a block");
    if over == 0 { Ok(()) } else { out.write(&[0; SIZE][over..]) }
}

/// The header of a member, behind a pax header where it needs one.
fn headers(path: &str, target: Option<&str>, size: u64, executable: bool, epoch: i64) -> Vec<u8> {
    let mut records = Vec::new();
    let (prefix, name) = ustar_name(path).unwrap_or_else(|| {
        records.extend(record("path", path));
        (String::new(), spelled(path))
    });
    let link = target.map_or_else(String::new, |target| {
        if target.len() > 100 || !target.is_ascii() {
            records.extend(record("linkpath", target));
        }
        spelled(target)
    });
    let mut held = size;
    if size >= OCTAL_LIMIT {
        records.extend(record("size", &size.to_string()));
        held = 0;
    }
    let mut bytes = Vec::new();
    if !records.is_empty() {
        let mut block = blank("././@PaxHeader", b'x', epoch);
        octal(&mut block[124..136], records.len() as u64);
        bytes.extend(signed(block));
        bytes.extend(&records);
        bytes.resize(bytes.len().next_multiple_of(SIZE), 0);
    }
    let mut block = blank(&name, if target.is_some() { b'2' } else { b'0' }, epoch);
    if executable || target.is_some() {
        octal(&mut block[100..108], if target.is_some() { 0o777 } else { 0o755 });
    }
    octal(&mut block[124..136], held);
    put(&mut block[157..257], &link);
    put(&mut block[345..500], &prefix);
    bytes.extend(signed(block));
    bytes
}

/// Prefix and name of a path that ustar can hold.
fn ustar_name(path: &str) -> Option<(String, String)> {
    if !path.is_ascii() {
        return None;
    }
    if path.len() <= 100 {
        return Some((String::new(), path.to_owned()));
    }
    // The longest prefix leaves the shortest name.
    let slash = path.as_bytes().iter().take(156).rposition(|&byte| byte == b'/')?;
    let (prefix, name) = (&path[..slash], &path[slash + 1..]);
    (name.len() <= 100).then(|| (prefix.to_owned(), name.to_owned()))
}

/// What a reader that knows no pax shows: the same in ASCII, cut off.
fn spelled(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii() { c } else { '_' }).take(100).collect()
}

/// A pax record, whose length counts itself.
fn record(key: &str, value: &str) -> Vec<u8> {
    let rest = key.len() + value.len() + 3;
    let mut length = rest + 1;
    while length != rest + length.to_string().len() {
        length += 1;
    }
    format!("{length} {key}={value}\n").into_bytes()
}

fn blank(name: &str, kind: u8, epoch: i64) -> Block {
    let mut block = [0; SIZE];
    put(&mut block[..100], name);
    octal(&mut block[100..108], 0o644);
    octal(&mut block[108..116], 0);
    octal(&mut block[116..124], 0);
    octal(&mut block[136..148], u64::try_from(epoch).unwrap_or(0).min(OCTAL_LIMIT - 1));
    block[156] = kind;
    block[257..265].copy_from_slice(b"ustar\x0000");
    block
}

fn put(field: &mut [u8], text: &str) {
    field[..text.len()].copy_from_slice(text.as_bytes());
}

/// Octal digits that fill the field up to its NUL.
fn octal(field: &mut [u8], value: u64) {
    let width = field.len() - 1;
    put(field, &format!("{value:0width$o}"));
}

/// The block with the sum of its bytes, the field of the sum itself counting as blanks.
fn signed(mut block: Block) -> Block {
    block[148..156].fill(b' ');
    let sum: u32 = block.iter().map(|&byte| u32::from(byte)).sum();
    put(&mut block[148..155], &format!("{sum:06o}\0"));
    block
}
