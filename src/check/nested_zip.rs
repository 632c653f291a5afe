//! A zip that is no wheel, by its central directory: lenient, since nobody installs from it.
//!
//! Follows APPNOTE.TXT 6.3 without zip64: what is read here is small.

use flate2::{Decompress, FlushDecompress, Status};

use crate::archive::{Observer, Seen};

/// Members that are looked at.
const MOST: usize = 20_000;

/// Tells what is in the members, and how many bytes they are; `None` where that cannot be said of all.
pub(super) fn walk(zip: &[u8], budget: u64, observer: &mut Observer<'_>) -> Option<u64> {
    let end = memchr::memmem::rfind(zip, b"PK\x05\x06")?;
    let count = usize::from(number(zip, end + 10, 2)? as u16).min(MOST);
    let mut at = number(zip, end + 16, 4)?;
    let mut unpacked = 0;
    for _ in 0..count {
        if zip.get(at..at + 4)? != b"PK\x01\x02" {
            return None;
        }
        let (flags, method) = (number(zip, at + 8, 2)?, number(zip, at + 10, 2)?);
        let packed = number(zip, at + 20, 4)?;
        let (name, extra, comment) = (number(zip, at + 28, 2)?, number(zip, at + 30, 2)?, number(zip, at + 32, 2)?);
        let local = number(zip, at + 42, 4)?;
        let name = String::from_utf8_lossy(zip.get(at + 46..at + 46 + name)?);
        let data = local + 30 + number(zip, local + 26, 2)? + number(zip, local + 28, 2)?;
        let data = zip.get(data..data.checked_add(packed)?)?;
        if flags & 1 != 0 {
            return None;
        }
        if !name.ends_with('/') {
            observer(Seen::Begin(&name));
            unpacked += member(data, method, budget.checked_sub(unpacked)?, observer)?;
            observer(Seen::End);
        }
        at += 46 + name.len() + extra + comment;
    }
    Some(unpacked)
}

fn member(data: &[u8], method: usize, budget: u64, observer: &mut Observer<'_>) -> Option<u64> {
    if method == 0 {
        observer(Seen::Bytes(data));
        return (data.len() as u64 <= budget).then_some(data.len() as u64);
    }
    if method != 8 {
        return None;
    }
    let mut stream = Decompress::new(false);
    let mut out = vec![0; 32 << 10];
    let mut rest = data;
    loop {
        let (read, written) = (stream.total_in(), stream.total_out());
        let status = stream.decompress(rest, &mut out, FlushDecompress::None).ok()?;
        let used = usize::try_from(stream.total_in() - read).ok()?;
        let made = usize::try_from(stream.total_out() - written).ok()?;
        rest = rest.get(used..)?;
        observer(Seen::Bytes(&out[..made]));
        if stream.total_out() > budget {
            return None;
        }
        match status {
            Status::StreamEnd => return Some(stream.total_out()),
            _ if (used, made) == (0, 0) => return None,
            _ => {}
        }
    }
}

/// A number of so many bytes, the lowest first.
fn number(zip: &[u8], at: usize, bytes: usize) -> Option<usize> {
    let field = zip.get(at..at.checked_add(bytes)?)?;
    Some(field.iter().rev().fold(0, |number, byte| number << 8 | usize::from(*byte)))
}
