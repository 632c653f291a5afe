//! Where the unpacked bytes of one member go: counted, checked, hashed, kept if they are needed.

use std::cell::RefCell;

use flate2::Crc;

use super::Sha256;
use super::aside::Sending;
use super::digest::Sha256Digester;
use super::scan::{Fault, Observer, Seen};

const HEAD: usize = 8;

pub(super) struct Sink<'a> {
    pub(super) size: u64,
    pub(super) head: Vec<u8>,
    crc: Option<Crc>,
    /// `None` where somebody else makes the digest.
    sha256: Option<Sha256Digester>,
    kept: Option<Vec<u8>>,
    longest: usize,
    listener: Listener<'a>,
}

/// Who is told what is in a member.
#[derive(Default)]
pub(super) enum Listener<'a> {
    #[default]
    Nobody,
    Observer(&'a mut Observer<'a>),
    /// Another core, which makes the digest, too.
    Aside(&'a RefCell<Sending>),
}

impl Listener<'_> {
    fn tell(&mut self, seen: Seen<'_>) {
        match self {
            Listener::Nobody => {}
            Listener::Observer(observer) => observer(seen),
            Listener::Aside(sending) => sending.borrow_mut().add(seen),
        }
    }
}

impl<'a> Sink<'a> {
    /// A sink that keeps at most `keep` bytes, or only looks at them.
    pub(super) fn new(name: &str, keep: Option<usize>, mut listener: Listener<'a>) -> Self {
        listener.tell(Seen::Begin(name));
        let is_digested = !matches!(listener, Listener::Aside(_));
        Sink {
            listener,
            size: 0,
            head: Vec::new(),
            crc: None,
            sha256: is_digested.then(Sha256Digester::default),
            kept: keep.map(|_| Vec::new()),
            longest: keep.unwrap_or(0),
        }
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        self.size += bytes.len() as u64;
        if let Some(crc) = &mut self.crc {
            crc.update(bytes);
        }
        if let Some(sha256) = &mut self.sha256 {
            sha256.update(bytes);
        }
        self.listener.tell(Seen::Bytes(bytes));
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

    /// The digest, what was kept, and the listener, who gets the next member.
    pub(super) fn finish(mut self) -> (Option<Sha256>, Option<Vec<u8>>, Listener<'a>) {
        self.listener.tell(Seen::End);
        (self.sha256.map(Sha256Digester::finish), self.kept, self.listener)
    }
}
