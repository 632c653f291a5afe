//! Where the unpacked bytes of one member go: counted, checked, hashed, kept if they are needed.

use flate2::Crc;

use super::Sha256;
use super::digest::Sha256Digester;
use super::scan::{Fault, Observer, Seen};

const HEAD: usize = 8;

pub(super) struct Sink<'a> {
    pub(super) size: u64,
    pub(super) head: Vec<u8>,
    crc: Option<Crc>,
    sha256: Sha256Digester,
    kept: Option<Vec<u8>>,
    longest: usize,
    observer: Option<&'a mut Observer<'a>>,
}

impl<'a> Sink<'a> {
    /// A sink that keeps at most `keep` bytes, or only looks at them.
    pub(super) fn new(name: &str, keep: Option<usize>, mut observer: Option<&'a mut Observer<'a>>) -> Self {
        if let Some(observer) = &mut observer {
            observer(Seen::Begin(name));
        }
        Sink {
            observer,
            size: 0,
            head: Vec::new(),
            crc: None,
            sha256: Sha256Digester::default(),
            kept: keep.map(|_| Vec::new()),
            longest: keep.unwrap_or(0),
        }
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        self.size += bytes.len() as u64;
        if let Some(crc) = &mut self.crc {
            crc.update(bytes);
        }
        self.sha256.update(bytes);
        if let Some(observer) = &mut self.observer {
            observer(Seen::Bytes(bytes));
        }
        let wanted = HEAD - self.head.len();
        self.head.extend_from_slice(&bytes[..wanted.min(bytes.len())]);
        if let Some(kept) = &mut self.kept {
            if kept.len() + bytes.len() > self.longest {
                return Err(Fault::new("archive/text-too-large", "the texts that judging needs are too large"));
            }
            kept.extend_from_slice(bytes);
        }
        Ok(())
    }

    /// The same sink, which also makes the checksum that a zip has of each entry.
    pub(super) fn with_crc(mut self) -> Self {
        self.crc = Some(Crc::new());
        self
    }

    /// The checksum, 0 where none was wanted.
    pub(super) fn crc(&self) -> u32 {
        self.crc.as_ref().map_or(0, Crc::sum)
    }

    /// The digest, what was kept, and the observer, who gets the next member.
    pub(super) fn finish(mut self) -> (Sha256, Option<Vec<u8>>, Option<&'a mut Observer<'a>>) {
        if let Some(observer) = &mut self.observer {
            observer(Seen::End);
        }
        (self.sha256.finish(), self.kept, self.observer)
    }
}
