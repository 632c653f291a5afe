//! The entries of a zip, walked from the first byte on: local headers and their data.
//!
//! The directory at the end is compared by `zip_end`. Follows APPNOTE.TXT 6.3.10, narrowed to what
//! PyPI takes: stored and deflated entries, sizes in front of the data, nothing between two entries.

use flate2::{Decompress, FlushDecompress, Status};

use super::scan::{Fault, Findings, Kind, Member, MemberKind, shown};
use super::sink::{Listener, Sink};
use super::source::Source;
use super::zip_end;

pub(super) const LOCAL: &[u8; 4] = b"PK\x03\x04";
pub(super) const CENTRAL: &[u8; 4] = b"PK\x01\x02";
pub(super) const END: &[u8; 4] = b"PK\x05\x06";
pub(super) const END64: &[u8; 4] = b"PK\x06\x06";

/// The value of a 32-bit field that says "see the zip64 extra".
pub(super) const ELSEWHERE: u64 = 0xFFFF_FFFF;

const ENCRYPTED: u16 = 1 | 1 << 6 | 1 << 13;
const DESCRIPTOR: u16 = 1 << 3;
const UTF8: u16 = 1 << 11;
const SPEED: u16 = 1 << 1 | 1 << 2;

/// What a local header and a central record say about the same entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) name: Vec<u8>,
    pub(super) flags: u16,
    pub(super) method: u16,
    pub(super) time: u32,
    pub(super) crc: u32,
    pub(super) packed: u64,
    pub(super) size: u64,
    /// Where the local header begins.
    pub(super) offset: u64,
}

/// Walks the whole file. An error is a fault after which nothing further can be read.
pub(super) fn walk(source: &mut Source<'_>, findings: &mut Findings<'_>) -> Result<(), Fault> {
    if source.at_end()? {
        return Err(Fault::new("archive/empty", "the file is empty"));
    }
    let mut entries: Vec<Entry> = Vec::new();
    loop {
        let offset = source.position();
        let signature = source.array::<4>()?;
        match &signature {
            LOCAL => {
                let entry = local_header(source, findings, offset)?;
                data(source, findings, &entry)?;
                entries.push(entry);
            }
            CENTRAL | END | END64 => {
                findings.entries_end();
                return zip_end::walk(source, findings, &entries, signature);
            }
            _ if offset == 0 => {
                return Err(Fault::new("archive/not-zip", "the file does not begin with the first entry of a zip"));
            }
            _ => return Err(unknown_record(offset)),
        }
    }
}

pub(super) fn unknown_record(offset: u64) -> Fault {
    Fault::new("archive/unknown-record", format!("the bytes at offset {offset} belong to no record of the zip"))
}

fn local_header(source: &mut Source<'_>, findings: &mut Findings<'_>, offset: u64) -> Result<Entry, Fault> {
    let head = source.array::<26>()?;
    let name = read_name(source, findings, u16_at(&head, 22))?;
    let extra = source.bytes(u16_at(&head, 24))?;
    let mut entry = Entry {
        flags: u16_at(&head, 2),
        method: u16_at(&head, 4),
        time: u32_at(&head, 6),
        crc: u32_at(&head, 10),
        packed: u64::from(u32_at(&head, 14)),
        size: u64::from(u32_at(&head, 18)),
        offset,
        name,
    };
    let shown = String::from_utf8_lossy(&entry.name).into_owned();
    if entry.flags & DESCRIPTOR != 0 {
        return Err(Fault::new(
            "archive/data-descriptor",
            "the sizes of an entry follow its data instead of standing before it",
        )
        .of(&shown));
    }
    needed(findings, u16_at(&head, 0), &shown);
    let mut fields = [entry.size, entry.packed];
    read_extra(findings, &extra, &mut fields, &shown)?;
    [entry.size, entry.packed] = fields;
    Ok(entry)
}

/// The version of the format that a reader must know for an entry, times ten. Zip64 is 4.5; readers refuse what they do
/// not know, Python's from 6.3 on.
pub(super) fn needed(findings: &mut Findings<'_>, version: u16, name: &str) {
    const ZIP64: u16 = 45;
    let version = version & 0xFF;
    if version > ZIP64 {
        let text = format!("an entry asks for version {}.{} of the format", version / 10, version % 10);
        findings.fault(Fault::new("archive/header", text).of(name));
    }
}

/// Reads a name of the announced length, and refuses one that is too long.
pub(super) fn read_name(source: &mut Source<'_>, findings: &Findings<'_>, length: u16) -> Result<Vec<u8>, Fault> {
    let most = findings.limits.name;
    if usize::from(length) > most {
        return Err(Fault::new("archive/name-too-long", format!("a name has {length} bytes, more than {most}")));
    }
    source.bytes(length)
}

/// Reads the data of one entry and records its member.
fn data(source: &mut Source<'_>, findings: &mut Findings<'_>, entry: &Entry) -> Result<(), Fault> {
    let stored = String::from_utf8_lossy(&entry.name).into_owned();
    findings.admit(&stored)?;
    header_faults(findings, entry, &stored);
    let directory = stored.ends_with('/');
    let mut member = Member {
        name: stored.strip_suffix('/').unwrap_or(&stored).to_owned(),
        kind: if directory { MemberKind::Directory } else { MemberKind::File },
        size: 0,
        sha256: None,
        mode: 0,
        executable: false,
        link: None,
        head: Vec::new(),
    };
    if directory && (entry.size, entry.packed) != (0, 0) {
        findings.fault(Fault::new("archive/dir-with-data", "a directory carries data").of(&member.name));
    }
    if entry.flags & ENCRYPTED != 0 || ![0, 8].contains(&entry.method) {
        source.skip(entry.packed)?;
        findings.members.push(member);
        return Ok(());
    }
    declared_bounds(findings, entry).map_err(|fault| fault.of(&member.name))?;
    let kept = findings.keeps(Kind::Wheel, &member.name).filter(|_| !directory);
    if let (8, false, None) = (entry.method, directory, kept)
        && unpacked_aside(source, findings, entry, &member.name).map_err(|fault| fault.of(&member.name))?
    {
        member.size = entry.size;
        findings.told_aside(true);
        counted(source, findings, entry.size).map_err(|fault| fault.of(&member.name))?;
        findings.members.push(member);
        return Ok(());
    }
    let mut sink = findings.sink(&member.name, kept).with_crc();
    let unpacked = match entry.method {
        0 => copy(source, entry, &mut sink),
        _ => findings.inflater.inflate(source, (entry.packed, entry.size), &mut sink),
    };
    unpacked.map_err(|fault| fault.of(&member.name))?;
    counted(source, findings, sink.size).map_err(|fault| fault.of(&member.name))?;
    if sink.crc() != entry.crc {
        findings.fault(Fault::checksum().of(&member.name));
    }
    member.size = sink.size;
    findings.close(sink, &mut member);
    findings.members.push(member);
    Ok(())
}

/// Counts what a member unpacks to.
fn counted(source: &Source<'_>, findings: &mut Findings<'_>, size: u64) -> Result<(), Fault> {
    findings.unpacked += size;
    findings.limits.total(findings.unpacked, source.position())
}

/// Has another core unpack an entry, if there is one that has time for it.
fn unpacked_aside(
    source: &mut Source<'_>,
    findings: &mut Findings<'_>,
    entry: &Entry,
    name: &str,
) -> Result<bool, Fault> {
    let Listener::Aside(sending) = &findings.listener else { return Ok(false) };
    // One that breaks a limit is read here, as far as it comes.
    let is_within = |position: u64| {
        let total = findings.unpacked.saturating_add(entry.size);
        findings.limits.total(total, position.saturating_add(entry.packed)).is_ok()
    };
    if entry.packed == 0 || !is_within(source.position()) {
        return Ok(false);
    }
    // Of what is not there yet nobody knows whether it comes.
    let ahead = source.peek()?;
    let Some(packed) = usize::try_from(entry.packed).ok().and_then(|packed| ahead.get(..packed)) else {
        return Ok(false);
    };
    let taken = sending.borrow_mut().unpack(name, packed, (entry.size, entry.crc));
    if taken {
        source.skip(entry.packed)?;
    }
    Ok(taken)
}

fn header_faults(findings: &mut Findings<'_>, entry: &Entry, name: &str) {
    if entry.flags & ENCRYPTED != 0 {
        findings.fault(Fault::new("archive/encrypted", "an entry is encrypted").of(name));
    }
    if entry.flags & !(ENCRYPTED | UTF8 | SPEED) != 0 {
        let flags = entry.flags;
        findings.fault(Fault::new("archive/header", format!("an entry has unknown flags `{flags:#06x}`")).of(name));
    }
    if ![0, 8].contains(&entry.method) {
        let method = entry.method;
        let text = format!("compression method {method} is neither stored nor deflated");
        findings.fault(Fault::new("archive/compression", text).of(name));
    }
    let valid = std::str::from_utf8(&entry.name).is_ok();
    if !valid || (entry.flags & UTF8 == 0 && !entry.name.is_ascii()) {
        let text = format!("the name `{}` is not marked and valid UTF-8", shown(name));
        findings.fault(Fault::new("archive/non-utf8-name", text).of(name));
    }
}

/// Refuses an entry whose declared size breaks a limit, before any of it is unpacked.
fn declared_bounds(findings: &Findings<'_>, entry: &Entry) -> Result<(), Fault> {
    let limits = findings.limits;
    if entry.size > limits.unpacked.saturating_sub(findings.unpacked) {
        let most = limits.unpacked;
        return Err(Fault::new("archive/bomb", format!("the members unpack to more than {most} bytes")));
    }
    if entry.size > limits.ratio_floor && entry.size > entry.packed.saturating_mul(limits.ratio) {
        let (size, packed) = (entry.size, entry.packed);
        return Err(Fault::new("archive/bomb", format!("{packed} bytes unpack to {size}")));
    }
    if entry.method == 0 && entry.size != entry.packed {
        return Err(size_mismatch());
    }
    Ok(())
}

/// Packed bytes that are read one piece after the other.
pub(super) trait Packed {
    /// What lies ahead: never empty, except at the end.
    fn peek(&mut self) -> Result<&[u8], Fault>;
    fn consume(&mut self, count: usize);
}

impl Packed for Source<'_> {
    fn peek(&mut self) -> Result<&[u8], Fault> {
        self.peek()
    }

    fn consume(&mut self, count: usize) {
        self.consume(count);
    }
}

impl Packed for &[u8] {
    fn peek(&mut self) -> Result<&[u8], Fault> {
        Ok(self)
    }

    fn consume(&mut self, count: usize) {
        *self = &self[count..];
    }
}

fn copy(source: &mut Source<'_>, entry: &Entry, sink: &mut Sink<'_>) -> Result<(), Fault> {
    let mut left = entry.packed;
    while left > 0 {
        let ahead = source.peek()?;
        if ahead.is_empty() {
            return Err(super::source::truncated());
        }
        let count = ahead.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        sink.write(&ahead[..count])?;
        source.consume(count);
        left -= count as u64;
    }
    Ok(())
}

/// What unpacks one entry after the other: both are large enough to be made once.
pub(super) struct Inflater {
    stream: Decompress,
    out: Vec<u8>,
}

impl Default for Inflater {
    fn default() -> Self {
        Inflater { stream: Decompress::new(false), out: vec![0; 64 << 10] }
    }
}

impl Inflater {
    /// Inflates exactly `packed` bytes into exactly `size`.
    pub(super) fn inflate(
        &mut self,
        source: &mut impl Packed,
        (packed, size): (u64, u64),
        sink: &mut Sink<'_>,
    ) -> Result<(), Fault> {
        let Inflater { stream, out } = self;
        stream.reset(false);
        let mut left = packed;
        loop {
            // What comes behind the data is not its own.
            let ahead = if left == 0 { &[][..] } else { source.peek()? };
            if ahead.is_empty() && left > 0 {
                return Err(super::source::truncated());
            }
            let count = ahead.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            let (read, written) = (stream.total_in(), stream.total_out());
            let status = stream
                .decompress(&ahead[..count], out, FlushDecompress::None)
                .map_err(|_| Fault::new("archive/deflate", "the compressed data of an entry is damaged"))?;
            let used = usize::try_from(stream.total_in() - read).unwrap_or(count);
            let made = usize::try_from(stream.total_out() - written).unwrap_or(out.len());
            source.consume(used);
            left -= used as u64;
            if sink.size + made as u64 > size {
                return Err(size_mismatch());
            }
            sink.write(&out[..made])?;
            match status {
                Status::StreamEnd if left == 0 && sink.size == size => return Ok(()),
                Status::StreamEnd => return Err(size_mismatch()),
                Status::Ok | Status::BufError if (used, made) == (0, 0) => return Err(size_mismatch()),
                Status::Ok | Status::BufError => {}
            }
        }
    }
}

fn size_mismatch() -> Fault {
    Fault::new("archive/size-mismatch", "the data of an entry does not have the sizes of its header")
}

/// Reads the extra fields of a header. `fields` are the values that zip64 may move there, in its
/// order; they are replaced by the values that count.
pub(super) fn read_extra(
    findings: &mut Findings<'_>,
    mut extra: &[u8],
    fields: &mut [u64],
    name: &str,
) -> Result<(), Fault> {
    let mut seen = std::collections::HashSet::new();
    while !extra.is_empty() {
        let field = extra
            .get(..4)
            .map(|head| (u16_at(head, 0), usize::from(u16_at(head, 2))))
            .and_then(|(id, length)| Some((id, extra.get(4..4 + length)?)));
        let Some((id, body)) = field else {
            return Err(extra_field("an extra field is longer than its room").of(name));
        };
        extra = &extra[4 + body.len()..];
        if !seen.insert(id) {
            return Err(extra_field("an extra field stands twice in one header").of(name));
        }
        match id {
            0x0001 => zip64(findings, body, fields, name)?,
            0x7075 => findings
                .fault(Fault::new("archive/unicode-extra", "an extra field gives the entry another name").of(name)),
            0x9901 => findings
                .fault(Fault::new("archive/encrypted", "an extra field says that the entry is encrypted").of(name)),
            _ => {}
        }
    }
    Ok(())
}

fn zip64(findings: &mut Findings<'_>, body: &[u8], fields: &mut [u64], name: &str) -> Result<(), Fault> {
    // A local header has both sizes there or none (APPNOTE 4.5.3); PyPI takes a lone one for damage.
    let is_local = fields.len() == 2;
    if !body.len().is_multiple_of(8) || body.len() / 8 > fields.len() || is_local && body.len() == 8 {
        return Err(extra_field("the zip64 extra field has an odd length").of(name));
    }
    let values: Vec<u64> = (0..body.len() / 8).map(|at| u64_at(body, at * 8)).collect();
    let moved: Vec<usize> = (0..fields.len()).filter(|&at| fields[at] == ELSEWHERE).collect();
    let places: Vec<usize> = if moved.len() == values.len() { moved } else { (0..values.len()).collect() };
    for (&place, &value) in places.iter().zip(&values) {
        if fields[place] != ELSEWHERE && fields[place] != value {
            return Err(Fault::new(
                "archive/header-mismatch",
                "the zip64 extra field and the header name different sizes",
            )
            .of(name));
        }
        fields[place] = value;
    }
    if values.iter().all(|&value| value < ELSEWHERE) {
        findings.fault(Fault::new("archive/zip64-unneeded", "an entry uses zip64 for sizes that fit without").of(name));
    }
    Ok(())
}

fn extra_field(message: &str) -> Fault {
    Fault::new("archive/extra-field", message)
}

pub(super) fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from(u16_at(bytes, at)) | u32::from(u16_at(bytes, at + 2)) << 16
}

pub(super) fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from(u32_at(bytes, at)) | u64::from(u32_at(bytes, at + 4)) << 32
}
