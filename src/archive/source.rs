//! The file as a stream that is read once: buffered, counted, hashed.
//!
//! The buffer is always filled to the brim, so that nothing downstream depends on how many bytes a
//! single read happened to return.

use std::io::{ErrorKind, Read};

use super::Sha256;
use super::digest::Sha256Digester;
use super::scan::Fault;

/// More than [`TAIL`], so that two of them hold it.
pub(super) const BUFFER: usize = 72 << 10;
/// The longest distance from the end at which Python's `zipfile` looks for an end record.
const TAIL: usize = 22 + 65_535;
/// One tar block: enough to recognise a tar.
const HEAD: usize = 512;

pub(super) struct Source<'a> {
    input: &'a mut dyn Read,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    filled: u64,
    limit: u64,
    ended: bool,
    digester: Sha256Digester,
    head: Vec<u8>,
    before: Vec<u8>,
}

impl<'a> Source<'a> {
    pub(super) fn new(input: &'a mut dyn Read, limit: u64) -> Self {
        Source {
            input,
            buffer: vec![0; BUFFER],
            start: 0,
            end: 0,
            filled: 0,
            limit,
            ended: false,
            digester: Sha256Digester::default(),
            head: Vec::new(),
            before: Vec::new(),
        }
    }

    /// How many bytes were consumed.
    pub(super) fn position(&self) -> u64 {
        self.filled - (self.end - self.start) as u64
    }

    /// What lies ahead: never empty, except at the end of the file.
    pub(super) fn peek(&mut self) -> Result<&[u8], Fault> {
        if self.start == self.end && !self.ended {
            self.fill()?;
        }
        Ok(&self.buffer[self.start..self.end])
    }

    pub(super) fn consume(&mut self, count: usize) {
        debug_assert!(count <= self.end - self.start);
        self.start += count;
    }

    /// Fills `out`, or fails because the file ends.
    pub(super) fn exact(&mut self, out: &mut [u8]) -> Result<(), Fault> {
        let mut done = 0;
        while done < out.len() {
            let ahead = self.peek()?;
            if ahead.is_empty() {
                return Err(truncated());
            }
            let count = ahead.len().min(out.len() - done);
            out[done..done + count].copy_from_slice(&ahead[..count]);
            self.consume(count);
            done += count;
        }
        Ok(())
    }

    /// The next `N` bytes.
    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], Fault> {
        let mut bytes = [0; N];
        self.exact(&mut bytes)?;
        Ok(bytes)
    }

    /// The next `count` bytes, which a 16-bit field announced.
    pub(super) fn bytes(&mut self, count: u16) -> Result<Vec<u8>, Fault> {
        let mut bytes = vec![0; usize::from(count)];
        self.exact(&mut bytes)?;
        Ok(bytes)
    }

    /// Passes over `count` bytes.
    pub(super) fn skip(&mut self, mut count: u64) -> Result<(), Fault> {
        while count > 0 {
            let ahead = self.peek()?.len();
            if ahead == 0 {
                return Err(truncated());
            }
            let step = ahead.min(usize::try_from(count).unwrap_or(usize::MAX));
            self.consume(step);
            count -= step as u64;
        }
        Ok(())
    }

    pub(super) fn at_end(&mut self) -> Result<bool, Fault> {
        Ok(self.peek()?.is_empty())
    }

    /// Reads what is left, so that the digest covers the whole file.
    pub(super) fn drain(&mut self) -> Result<(), Fault> {
        loop {
            let ahead = self.peek()?.len();
            if ahead == 0 {
                return Ok(());
            }
            self.consume(ahead);
        }
    }

    /// The size and the digest of what was read.
    pub(super) fn finish(self) -> (u64, Sha256) {
        (self.filled, self.digester.finish())
    }

    /// Whether the file begins with a tar header: the checksum fits.
    pub(super) fn begins_like_tar(&self) -> bool {
        <&[u8; HEAD]>::try_from(self.head.as_slice())
            .is_ok_and(|block| block[0] != 0 && super::tar::may_be_header(block))
    }

    /// Whether Python's `zipfile.is_zipfile` would find an end record near the end of the file.
    pub(super) fn ends_like_zip(&self) -> bool {
        let last = &self.buffer[..self.end];
        let from = self.before.len().saturating_sub(TAIL.saturating_sub(last.len()));
        let tail = [&self.before[from..], &last[last.len().saturating_sub(TAIL)..]].concat();
        tail.windows(22).any(|window| window.starts_with(b"PK\x05\x06"))
    }

    fn fill(&mut self) -> Result<(), Fault> {
        if self.end > 0 {
            self.before.resize(BUFFER, 0);
            std::mem::swap(&mut self.before, &mut self.buffer);
            self.before.truncate(self.end);
        }
        self.start = 0;
        self.end = 0;
        while self.end < BUFFER {
            match self.input.read(&mut self.buffer[self.end..]) {
                Ok(0) => {
                    self.ended = true;
                    break;
                }
                Ok(count) => self.end += count.min(BUFFER - self.end),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    self.end = 0;
                    self.ended = true;
                    return Err(Fault::new("archive/unreadable", format!("the file cannot be read: {error}")));
                }
            }
        }
        let fresh = &self.buffer[..self.end];
        self.filled += fresh.len() as u64;
        self.digester.update(fresh);
        let wanted = HEAD - self.head.len();
        self.head.extend_from_slice(&fresh[..wanted.min(fresh.len())]);
        if self.filled > self.limit {
            let limit = self.limit;
            self.ended = true;
            self.start = self.end;
            return Err(Fault::new("archive/too-large", format!("the file is larger than {limit} bytes")));
        }
        Ok(())
    }
}

pub(super) fn truncated() -> Fault {
    Fault::new("archive/truncated", "the file ends in the middle of a record")
}
