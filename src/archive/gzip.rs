//! The gzip around an sdist: one header, one deflate stream, one trailer, and nothing after it.
//!
//! Follows RFC 1952, narrowed: no optional header field but the file name, and one member only.

use flate2::{Crc, Decompress, FlushDecompress, Status};

use super::Limits;
use super::scan::{Fault, Findings};
use super::source::{Source, truncated};
use super::tar;

const OUT: usize = 64 << 10;
const NAME_FLAG: u8 = 1 << 3;
const TEXT_FLAG: u8 = 1;

/// The unpacked bytes of a gzip as a stream.
pub(super) struct Gzip<'s, 'a> {
    source: &'s mut Source<'a>,
    stream: Decompress,
    out: Vec<u8>,
    start: usize,
    end: usize,
    crc: Crc,
    total: u64,
    limits: Limits,
    ended: bool,
}

/// Walks the whole file. An error is a fault after which nothing further can be read.
pub(super) fn walk(source: &mut Source<'_>, findings: &mut Findings<'_>) -> Result<(), Fault> {
    if source.at_end()? {
        return Err(Fault::new("archive/empty", "the file is empty"));
    }
    header(source, findings)?;
    let mut gzip = Gzip {
        source,
        stream: Decompress::new(false),
        out: vec![0; OUT],
        start: 0,
        end: 0,
        crc: Crc::new(),
        total: 0,
        limits: *findings.limits,
        ended: false,
    };
    tar::walk(&mut gzip, findings)?;
    findings.unpacked = gzip.total;
    gzip.trailer(findings)
}

fn header(source: &mut Source<'_>, findings: &Findings<'_>) -> Result<(), Fault> {
    let not_gzip = || Fault::new("archive/not-gzip", "the file is not a gzip");
    let magic = source.array::<2>()?;
    if magic != [0x1F, 0x8B] {
        return Err(not_gzip());
    }
    let [method, flags, ..] = source.array::<8>()?;
    if method != 8 {
        return Err(not_gzip());
    }
    if flags & !(NAME_FLAG | TEXT_FLAG) != 0 {
        return Err(Fault::new(
            "archive/gzip-header",
            format!("the gzip header has the flags `{flags:#04x}`; only a file name is expected"),
        ));
    }
    if flags & NAME_FLAG != 0 {
        let mut length = 0;
        while source.array::<1>()? != [0] {
            length += 1;
            if length > findings.limits.name {
                return Err(Fault::new("archive/gzip-header", "the file name in the gzip header is too long"));
            }
        }
    }
    Ok(())
}

impl Gzip<'_, '_> {
    /// How many packed bytes were read so far.
    pub(super) fn packed(&self) -> u64 {
        self.source.position()
    }

    /// What lies ahead: never empty, except at the end of the stream.
    pub(super) fn peek(&mut self) -> Result<&[u8], Fault> {
        while self.start == self.end && !self.ended {
            self.fill()?;
        }
        Ok(&self.out[self.start..self.end])
    }

    pub(super) fn consume(&mut self, count: usize) {
        debug_assert!(count <= self.end - self.start);
        self.start += count;
    }

    fn fill(&mut self) -> Result<(), Fault> {
        let ahead = self.source.peek()?;
        let dry = ahead.is_empty();
        let (read, written) = (self.stream.total_in(), self.stream.total_out());
        let status = self
            .stream
            .decompress(ahead, &mut self.out, FlushDecompress::None)
            .map_err(|_| Fault::new("archive/deflate", "the compressed data is damaged"))?;
        let used = usize::try_from(self.stream.total_in() - read).unwrap_or(0);
        let made = usize::try_from(self.stream.total_out() - written).unwrap_or(0);
        self.source.consume(used);
        self.start = 0;
        self.end = made;
        self.crc.update(&self.out[..made]);
        self.total += made as u64;
        self.ended = status == Status::StreamEnd;
        self.limits.total(self.total, self.source.position())?;
        if (used, made) == (0, 0) && !self.ended {
            return Err(if dry {
                truncated()
            } else {
                Fault::new("archive/deflate", "the compressed data does not go on")
            });
        }
        Ok(())
    }

    fn trailer(&mut self, findings: &mut Findings<'_>) -> Result<(), Fault> {
        let crc = u32::from_le_bytes(self.source.array::<4>()?);
        let size = u32::from_le_bytes(self.source.array::<4>()?);
        if crc != self.crc.sum() {
            findings.fault(Fault::new("archive/crc", "the unpacked data does not have the checksum of the gzip"));
        }
        if u64::from(size) != self.total & 0xFFFF_FFFF {
            findings.fault(Fault::new(
                "archive/size-mismatch",
                "the unpacked data does not have the size that the gzip names",
            ));
        }
        if self.source.at_end()? {
            return Ok(());
        }
        Err(Fault::new("archive/trailing-data", "data follows the end of the gzip"))
    }
}
