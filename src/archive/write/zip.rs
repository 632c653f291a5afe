//! The zip of a wheel: sizes in front of the data, nothing between two entries, the directory, the end.
//!
//! Follows APPNOTE.TXT 6.3 and what PyPI takes of it: no data descriptors, comments, padding or directory entries,
//! UTF-8 names, zip64 only where a number does not fit without. The sizes of a member of more than one block are
//! known after its data, so its header is written again then.

use std::io::{BufWriter, Seek, SeekFrom, Write};
use std::sync::Arc;

use flate2::Crc;

use super::blocks::{BLOCK, Packed, Pipeline};
use super::contents::Contents;
use super::{Content, Entry, Record, WriteError};
use crate::archive::digest::Sha256Digester;
use crate::effects::Files;

/// The value of a 32-bit field that says "see the zip64 extra", and the first that does not fit.
const ELSEWHERE: u64 = 0xFFFF_FFFF;
const STORED: u16 = 0;
const DEFLATED: u16 = 8;
/// 1980-01-01 and 2107-12-31T23:59:58, the first and last date that fit, in Unix seconds.
const DATES: (i64, i64) = (315_532_800, 4_354_819_198);

/// A member as its two headers tell it.
struct Head {
    name: String,
    executable: bool,
    method: u16,
    crc: u32,
    packed: u64,
    size: u64,
    offset: u64,
}

/// What a block is of its member.
pub(super) struct Part {
    /// The member begins here: its name, whether it is executable, and its size.
    begins: Option<(String, bool, u64)>,
    /// The member ends here: its checksum.
    ends: Option<u32>,
}

/// A zip that is being written.
pub(super) struct Zip<W: Write + Seek> {
    out: BufWriter<W>,
    position: u64,
    pipeline: Pipeline<Part>,
    date: u32,
    /// The member whose blocks are coming back.
    current: Option<Head>,
    directory: Vec<u8>,
    count: u64,
    rows: csv::Writer<Vec<u8>>,
}

impl<W: Write + Seek> Zip<W> {
    pub(super) fn begin(out: W, pipeline: Pipeline<Part>, epoch: i64) -> Result<Self, WriteError> {
        Ok(Zip {
            out: BufWriter::with_capacity(256 << 10, out),
            position: 0,
            pipeline,
            date: date(epoch),
            current: None,
            directory: Vec::new(),
            count: 0,
            rows: csv::WriterBuilder::new().terminator(csv::Terminator::Any(b'\n')).from_writer(Vec::new()),
        })
    }

    /// Writes one member and remembers its row of RECORD.
    pub(super) fn member(&mut self, files: Files, entry: &Entry) -> Result<(), WriteError> {
        let sha256 = self.feed(files, entry)?;
        let digest = format!("sha256={}", sha256.finish().to_record());
        let size = entry.content.size().to_string();
        self.rows.write_record([entry.path.as_str(), &digest, &size]).expect("memory takes everything");
        Ok(())
    }

    /// Writes the RECORD of all members; its own row has neither digest nor size.
    pub(super) fn record(&mut self, files: Files, record: Record<'_>) -> Result<(), WriteError> {
        let path = record.path;
        self.rows.write_record([path, "", ""]).expect("memory takes everything");
        let rows = std::mem::replace(&mut self.rows, csv::Writer::from_writer(Vec::new()));
        let mut text = rows.into_inner().expect("memory takes everything");
        if record.crlf {
            // No field has an end of a line in it: paths with control characters are refused.
            text = text.iter().flat_map(|byte| if *byte == b'\n' { vec![b'\r', b'\n'] } else { vec![*byte] }).collect();
        }
        let content = Content::Bytes(Arc::from(text));
        self.feed(files, &Entry { path: path.to_owned(), content, executable: false })?;
        Ok(())
    }

    fn feed(&mut self, files: Files, entry: &Entry) -> Result<Sha256Digester, WriteError> {
        let mut contents = Contents::open(files, &entry.content)?
            .ok_or_else(|| WriteError::member(&entry.path, "a wheel has no links"))?;
        let mut sha256 = Sha256Digester::default();
        let mut crc = Crc::new();
        let mut begins = Some((entry.path.clone(), entry.executable, entry.content.size()));
        loop {
            let mut block = self.pipeline.buffer();
            contents.fill(&mut block, BLOCK)?;
            sha256.update(&block);
            crc.update(&block);
            let last = contents.is_empty();
            let part = Part { begins: begins.take(), ends: last.then(|| crc.sum()) };
            self.pipeline.put(part, block, last);
            while let Some((part, packed)) = self.pipeline.take_surplus() {
                self.land(part, packed)?;
            }
            if last {
                return Ok(sha256);
            }
        }
    }

    /// Writes a block that came back.
    fn land(&mut self, part: Part, block: Packed) -> Result<(), WriteError> {
        let Packed { raw, packed } = &block;
        let whole = part.begins.is_some() && part.ends.is_some();
        // What does not become smaller is stored: nothing, and what is compressed already.
        let stored = whole && packed.len() >= raw.len();
        let body = if stored { raw } else { packed };
        if let Some((name, executable, size)) = part.begins {
            let method = if stored { STORED } else { DEFLATED };
            let (crc, packed) = part.ends.filter(|_| whole).map_or((0, 0), |crc| (crc, body.len() as u64));
            let head = Head { name, executable, method, crc, packed, size, offset: self.position };
            self.write(&local(&head, self.date))?;
            self.current = Some(head);
        }
        self.write(body)?;
        let mut head = self.current.take().expect("a member begins before it goes on");
        if !whole {
            head.packed += body.len() as u64;
        }
        match part.ends {
            None => self.current = Some(head),
            Some(crc) => {
                head.crc = crc;
                if !whole {
                    self.write_again(&head)?;
                }
                self.directory.extend(central(&head, self.date));
                self.count += 1;
            }
        }
        self.pipeline.recycle(block);
        Ok(())
    }

    /// Writes the header of a member again, now that its sizes are known.
    fn write_again(&mut self, head: &Head) -> Result<(), WriteError> {
        if head.size < ELSEWHERE && head.packed >= ELSEWHERE {
            return Err(WriteError::member(&head.name, "it has just below 4 GiB and more when packed"));
        }
        let end = self.position;
        let mut rewrite = || {
            self.out.seek(SeekFrom::Start(head.offset))?;
            self.out.write_all(&local(head, self.date))?;
            self.out.seek(SeekFrom::Start(end))
        };
        rewrite().map(drop).map_err(WriteError::Output)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), WriteError> {
        self.position += bytes.len() as u64;
        self.out.write_all(bytes).map_err(WriteError::Output)
    }

    pub(super) fn finish(mut self) -> Result<(), WriteError> {
        while let Some((part, packed)) = self.pipeline.take() {
            self.land(part, packed)?;
        }
        let start = self.position;
        let directory = std::mem::take(&mut self.directory);
        self.write(&directory)?;
        self.write(&end(start, directory.len() as u64, self.count))?;
        self.out.flush().map_err(WriteError::Output)
    }
}

/// The date in the form of DOS: two seconds are the finest it knows.
fn date(epoch: i64) -> u32 {
    let time = jiff::Timestamp::from_second(epoch.clamp(DATES.0, DATES.1)).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let time = jiff::tz::TimeZone::UTC.to_datetime(time);
    let field = |value: i8| u32::from(value.unsigned_abs());
    let year = u32::from(time.year().unsigned_abs()).saturating_sub(1980);
    let day = year << 9 | field(time.month()) << 5 | field(time.day());
    day << 16 | field(time.hour()) << 11 | field(time.minute()) << 5 | field(time.second() / 2)
}

/// The fields that both headers share, from the version that is needed to the length of the name.
fn shared(head: &Head, date: u32, zip64: bool) -> Vec<u8> {
    let mut out = Vec::new();
    out.extend(if zip64 { 45_u16 } else { 20 }.to_le_bytes());
    out.extend(if head.name.is_ascii() { 0_u16 } else { 1 << 11 }.to_le_bytes());
    out.extend(head.method.to_le_bytes());
    out.extend(date.to_le_bytes());
    out.extend(head.crc.to_le_bytes());
    for value in [head.packed, head.size] {
        out.extend(low(value, zip64).to_le_bytes());
    }
    out.extend(short(head.name.len()).to_le_bytes());
    out
}

fn local(head: &Head, date: u32) -> Vec<u8> {
    let zip64 = head.size >= ELSEWHERE;
    let extra = if zip64 { extra(&[head.size, head.packed]) } else { Vec::new() };
    let lengths = short(extra.len()).to_le_bytes();
    [b"PK\x03\x04", shared(head, date, zip64).as_slice(), &lengths, head.name.as_bytes(), &extra].concat()
}

fn central(head: &Head, date: u32) -> Vec<u8> {
    // PyPI takes no zip64 extra of one number with compressed data, so that all three go there or none.
    let zip64 = head.size >= ELSEWHERE || head.offset >= ELSEWHERE;
    let extra = if zip64 { extra(&[head.size, head.packed, head.offset]) } else { Vec::new() };
    let mode: u32 = if head.executable { 0o100_755 } else { 0o100_644 };
    let mut out = b"PK\x01\x02".to_vec();
    // Written on Unix, so that the mode counts.
    out.extend([if zip64 { 45 } else { 20 }, 3]);
    out.extend(shared(head, date, zip64));
    out.extend(short(extra.len()).to_le_bytes());
    // No comment, first disk, no internal attributes.
    out.extend([0; 6]);
    out.extend((mode << 16).to_le_bytes());
    out.extend(low(head.offset, zip64).to_le_bytes());
    out.extend(head.name.as_bytes());
    out.extend(extra);
    out
}

fn end(start: u64, size: u64, count: u64) -> Vec<u8> {
    let mut out = Vec::new();
    if start >= ELSEWHERE || size >= ELSEWHERE || count >= 0xFFFF {
        out.extend(b"PK\x06\x06");
        out.extend(44_u64.to_le_bytes());
        out.extend([45, 3, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        for value in [count, count, size, start] {
            out.extend(value.to_le_bytes());
        }
        out.extend(b"PK\x06\x07\0\0\0\0");
        out.extend((start + size).to_le_bytes());
        out.extend(1_u32.to_le_bytes());
    }
    let count = u16::try_from(count).unwrap_or(u16::MAX).to_le_bytes();
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend([count, count].concat());
    out.extend(low(size, false).to_le_bytes());
    out.extend(low(start, false).to_le_bytes());
    out.extend([0; 2]);
    out
}

/// The zip64 extra field with these numbers.
fn extra(values: &[u64]) -> Vec<u8> {
    let mut out = vec![1, 0];
    out.extend(short(values.len() * 8).to_le_bytes());
    values.iter().for_each(|value| out.extend(value.to_le_bytes()));
    out
}

/// A number in 32 bits, or that it stands elsewhere.
fn low(value: u64, elsewhere: bool) -> u32 {
    if elsewhere { u32::MAX } else { u32::try_from(value).unwrap_or(u32::MAX) }
}

fn short(length: usize) -> u16 {
    u16::try_from(length).expect("paths and extra fields are short")
}
