//! The members of a tar, block by block.
//!
//! Follows POSIX.1-2017, pax, "ustar Interchange Format", and knows the GNU extensions well enough
//! to refuse them. A header that two readers could take differently stops the walk.

use super::gzip::Gzip;
use super::pax::{self, Pax};
use super::scan::{Fault, Findings, Kind, Member, MemberKind, shown};
use super::source::truncated;

const BLOCK: usize = 512;
/// A member of this size or more has a size field that ustar cannot hold.
const OCTAL_LIMIT: u64 = 1 << 33;
/// Zeros that may follow the end; GNU tar pads to 10 KiB, no known writer beyond this.
const PADDING: u64 = 1 << 20;

type Block = [u8; BLOCK];

/// What extension headers said about the member to come.
#[derive(Default)]
struct Ahead {
    pax: Option<Pax>,
    gnu_name: Option<Vec<u8>>,
    gnu_link: Option<Vec<u8>>,
}

/// Walks the whole tar. An error is a fault after which nothing further can be read.
pub(super) fn walk(gzip: &mut Gzip<'_, '_>, findings: &mut Findings<'_>) -> Result<(), Fault> {
    let mut ahead = Ahead::default();
    loop {
        let block = read_block(gzip)?
            .ok_or_else(|| Fault::new("archive/truncated", "the tar ends without its two end blocks"))?;
        if block == [0; BLOCK] {
            if ahead.pax.is_some() || ahead.gnu_name.is_some() || ahead.gnu_link.is_some() {
                return Err(Fault::new("archive/pax", "an extension header has no member"));
            }
            return rest(gzip);
        }
        if !checksum_fits(&block) {
            return Err(header_fault("a header has a wrong checksum"));
        }
        let size = size_of(&block)?;
        match block[156] {
            b'x' if ahead.pax.is_some() => return Err(twice("pax header")),
            b'x' => ahead.pax = Some(pax::parse(&extension(gzip, findings, size)?)?),
            b'g' => global(&pax::parse(&extension(gzip, findings, size)?)?)?,
            b'L' if ahead.gnu_name.is_some() => return Err(twice("long name")),
            b'L' => ahead.gnu_name = Some(gnu_long(gzip, findings, size)?),
            b'K' if ahead.gnu_link.is_some() => return Err(twice("long link")),
            b'K' => ahead.gnu_link = Some(gnu_long(gzip, findings, size)?),
            b'S' => return Err(pax::sparse()),
            _ => member(gzip, findings, &block, std::mem::take(&mut ahead))?,
        }
    }
}

/// Whether the checksum field holds the sum of all bytes of the header.
pub(super) fn checksum_fits(block: &Block) -> bool {
    let blank = 8 * u64::from(b' ');
    let sum: u64 = block.iter().map(|&byte| u64::from(byte)).sum();
    let field: u64 = block[148..156].iter().map(|&byte| u64::from(byte)).sum();
    octal(&block[148..156]) == Some(sum - field + blank)
}

/// The same as readers do it that also take the binary form of GNU, and sums of signed bytes.
pub(super) fn may_be_header(block: &Block) -> bool {
    let field = &block[148..156];
    let said = match field[0] {
        0x80 | 0xFF => Some(field[1..].iter().fold(0_u64, |sum, &byte| sum << 8 | u64::from(byte))),
        _ => octal(until_nul(field)),
    };
    let others = || block[..148].iter().chain(&block[156..]);
    let unsigned: i64 = others().map(|&byte| i64::from(byte)).sum();
    let signed: i64 = others().map(|&byte| i64::from(byte.cast_signed())).sum();
    let blank = 8 * i64::from(b' ');
    said.is_some_and(|said| [unsigned + blank, signed + blank].iter().any(|&sum| i64::try_from(said) == Ok(sum)))
}

/// After the first zero block only zeros follow, at least one block of them.
fn rest(gzip: &mut Gzip<'_, '_>) -> Result<(), Fault> {
    let mut zeros = BLOCK as u64;
    loop {
        let ahead = gzip.peek()?;
        if ahead.is_empty() {
            break;
        }
        if ahead.iter().any(|&byte| byte != 0) {
            return Err(Fault::new("archive/after-eof", "data follows the end of the tar"));
        }
        let count = ahead.len();
        zeros += count as u64;
        gzip.consume(count);
        if zeros > PADDING {
            return Err(Fault::new("archive/after-eof", "endless zeros follow the end of the tar"));
        }
    }
    if zeros < 2 * BLOCK as u64 || !zeros.is_multiple_of(BLOCK as u64) {
        return Err(Fault::new("archive/truncated", "the tar ends without its two end blocks"));
    }
    Ok(())
}

fn member(gzip: &mut Gzip<'_, '_>, findings: &mut Findings<'_>, block: &Block, ahead: Ahead) -> Result<(), Fault> {
    let posix = match &block[257..265] {
        b"ustar\x0000" => true,
        b"ustar  \0" | [0, 0, 0, 0, 0, 0, 0, 0] => false,
        _ => return Err(header_fault("a header has an unknown magic")),
    };
    let Pax { path, linkpath, size } = ahead.pax.unwrap_or_default();
    if (path.is_some() && ahead.gnu_name.is_some()) || (linkpath.is_some() && ahead.gnu_link.is_some()) {
        return Err(twice("long name"));
    }
    let plain = ustar_name(block, posix);
    // Repeating the name is harmless, and uv_build does so for every member: both kinds of readers see the same.
    let needless = path.as_ref().is_some_and(|path| path.is_ascii() && path.len() <= 100 && *path != plain);
    let name = path.or(ahead.gnu_name).unwrap_or(plain);
    let mut name = text(findings, name)?;
    let kind = kind_of(block[156], &name);
    if kind == MemberKind::Directory && name.ends_with('/') {
        name.pop();
    }
    let linked = matches!(kind, MemberKind::Symlink | MemberKind::Hardlink);
    let link = match linked {
        true => {
            let field = || until_nul(&block[157..257]).to_vec();
            Some(text(findings, linkpath.or(ahead.gnu_link).unwrap_or_else(field))?)
        }
        false => None,
    };
    findings.admit(&name)?;
    if needless {
        let message = format!("a pax header renames `{}`, which ustar could hold", shown(&name));
        findings.fault(Fault::new("archive/pax-path", message).of(&name));
    }
    let mode = octal(&block[100..108])
        .and_then(|mode| u32::try_from(mode).ok())
        .ok_or_else(|| header_fault("a header has a malformed mode").of(&name))?;
    mode_faults(findings, kind, mode, &name);
    let size = true_size(size_of(block)?, size).map_err(|fault| fault.of(&name))?;
    if kind != MemberKind::File && size > 0 {
        let code = match kind {
            MemberKind::Directory => "archive/dir-with-data",
            _ => "archive/header",
        };
        return Err(Fault::new(code, "a member that is no file carries data").of(&name));
    }
    let mut member = Member {
        name,
        kind,
        size,
        sha256: None,
        mode,
        executable: kind == MemberKind::File && mode & 0o111 != 0,
        link,
        head: Vec::new(),
    };
    if kind == MemberKind::File {
        contents(gzip, findings, &mut member)?;
    }
    findings.members.push(member);
    Ok(())
}

fn kind_of(flag: u8, name: &str) -> MemberKind {
    match flag {
        // Before POSIX a directory was a file whose name ends in a slash.
        0 if name.ends_with('/') => MemberKind::Directory,
        0 | b'0' => MemberKind::File,
        b'1' => MemberKind::Hardlink,
        b'2' => MemberKind::Symlink,
        b'5' => MemberKind::Directory,
        _ => MemberKind::Special,
    }
}

fn mode_faults(findings: &mut Findings<'_>, kind: MemberKind, mode: u32, name: &str) {
    if kind == MemberKind::Special {
        let text = "a member is a device, a fifo or of an unknown type";
        findings.fault(Fault::new("archive/special-file", text).of(name));
    }
    if mode & 0o7000 != 0 {
        let text = format!("a member has the mode `{mode:o}` with setuid, setgid or sticky");
        findings.fault(Fault::new("archive/setuid", text).of(name));
    }
}

/// Reads the data of a file and its padding.
fn contents(gzip: &mut Gzip<'_, '_>, findings: &mut Findings<'_>, member: &mut Member) -> Result<(), Fault> {
    let kept = findings.keeps(Kind::Sdist, &member.name);
    let mut sink = findings.sink(&member.name, kept);
    let before = gzip.packed();
    let copied = copy(gzip, member.size, |bytes| sink.write(bytes));
    copied.map_err(|fault| fault.of(&member.name))?;
    let (size, packed) = (member.size, gzip.packed() - before);
    let limits = findings.limits;
    if size > limits.ratio_floor && size > packed.saturating_mul(limits.ratio) {
        return Err(Fault::new("archive/bomb", format!("{packed} bytes unpack to {size}")).of(&member.name));
    }
    findings.close(sink, member);
    Ok(())
}

/// Passes `size` bytes on and skips the padding up to the next block, which must be zero.
fn copy(gzip: &mut Gzip<'_, '_>, size: u64, mut write: impl FnMut(&[u8]) -> Result<(), Fault>) -> Result<(), Fault> {
    let block = BLOCK as u64;
    let padded = size.div_ceil(block).saturating_mul(block);
    let mut done = 0;
    while done < padded {
        let ahead = gzip.peek()?;
        if ahead.is_empty() {
            return Err(truncated());
        }
        let bound = if done < size { size - done } else { padded - done };
        let count = ahead.len().min(usize::try_from(bound).unwrap_or(usize::MAX));
        if done < size {
            write(&ahead[..count])?;
        } else if ahead[..count].iter().any(|&byte| byte != 0) {
            return Err(header_fault("the padding after a member is not zero"));
        }
        gzip.consume(count);
        done += count as u64;
    }
    Ok(())
}

fn read_block(gzip: &mut Gzip<'_, '_>) -> Result<Option<Block>, Fault> {
    let mut block = [0; BLOCK];
    let mut done = 0;
    while done < BLOCK {
        let ahead = gzip.peek()?;
        if ahead.is_empty() {
            return if done == 0 { Ok(None) } else { Err(truncated()) };
        }
        let count = ahead.len().min(BLOCK - done);
        block[done..done + count].copy_from_slice(&ahead[..count]);
        gzip.consume(count);
        done += count;
    }
    Ok(Some(block))
}

/// The body of an extension header, which its limit bounds.
fn extension(gzip: &mut Gzip<'_, '_>, findings: &Findings<'_>, size: u64) -> Result<Vec<u8>, Fault> {
    let most = findings.limits.pax;
    if size > most {
        return Err(Fault::new("archive/pax", format!("an extension header has {size} bytes, more than {most}")));
    }
    let mut body = Vec::new();
    copy(gzip, size, |bytes| {
        body.extend_from_slice(bytes);
        Ok(())
    })?;
    Ok(body)
}

fn gnu_long(gzip: &mut Gzip<'_, '_>, findings: &mut Findings<'_>, size: u64) -> Result<Vec<u8>, Fault> {
    let body = extension(gzip, findings, size)?;
    findings.fault(Fault::new("archive/gnu-format", "a long name is stored in the GNU format instead of pax"));
    Ok(until_nul(&body).to_vec())
}

fn global(pax: &Pax) -> Result<(), Fault> {
    if *pax == Pax::default() {
        return Ok(());
    }
    Err(Fault::new("archive/pax-global", "a global pax header sets the name or the size of all members"))
}

/// The size that counts, where a pax header may name another than the header itself.
fn true_size(header: u64, pax: Option<u64>) -> Result<u64, Fault> {
    match pax {
        None => Ok(header),
        Some(size) if size == header => Ok(size),
        Some(size) if size >= OCTAL_LIMIT && header == 0 => Ok(size),
        Some(_) => {
            Err(Fault::new("archive/pax-size-conflict", "a pax header and the header itself name different sizes"))
        }
    }
}

fn text(findings: &mut Findings<'_>, name: Vec<u8>) -> Result<String, Fault> {
    let most = findings.limits.name;
    if name.len() > most {
        let length = name.len();
        return Err(Fault::new("archive/name-too-long", format!("a name has {length} bytes, more than {most}")));
    }
    Ok(String::from_utf8(name).unwrap_or_else(|error| {
        let name = String::from_utf8_lossy(error.as_bytes()).into_owned();
        let text = format!("the name `{}` is not UTF-8", shown(&name));
        findings.fault(Fault::new("archive/non-utf8-name", text).of(&name));
        name
    }))
}

fn ustar_name(block: &Block, posix: bool) -> Vec<u8> {
    let name = until_nul(&block[..100]);
    let prefix = until_nul(&block[345..500]);
    if !posix || prefix.is_empty() {
        return name.to_vec();
    }
    [prefix, b"/", name].concat()
}

fn size_of(block: &Block) -> Result<u64, Fault> {
    octal(&block[124..136]).ok_or_else(|| header_fault("a header has a malformed size"))
}

/// A number field: octal digits between blanks, ended by NULs or blanks. Nothing else is taken, the
/// binary form of GNU included.
fn octal(field: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(field).ok()?;
    let digits = text.trim_end_matches(['\0', ' ']).trim_start_matches(' ');
    if digits.is_empty() {
        return Some(0);
    }
    let octal = digits.bytes().all(|digit| matches!(digit, b'0'..=b'7'));
    octal.then(|| u64::from_str_radix(digits, 8).ok()).flatten()
}

fn until_nul(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
    &bytes[..end]
}

/// Readers take the first or the last of two such headers.
fn twice(what: &str) -> Fault {
    Fault::new("archive/pax-duplicate", format!("one member has more than one {what}"))
}

fn header_fault(message: &str) -> Fault {
    Fault::new("archive/header", message)
}
