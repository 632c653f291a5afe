//! What members hold, on its way to another core: who reads an archive goes on reading, while somebody else makes the digests
//! of its members and looks at them. Unpacking takes longer than that, so the other core unpacks a part of the members, too.

use std::mem;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};

use super::digest::Sha256Digester;
use super::scan::{Fault, Seen};
use super::sink::{Listener, Sink};
use super::source::BUFFER;
use super::zip::Inflater;
use super::{Observer, Sha256};

/// Batches on their way: enough that neither waits for the other, and little memory.
const ON_THE_WAY: usize = 3;

/// The two ends of the way.
pub(super) fn way() -> (Sending, Receiving) {
    let (sender, receiver) = sync_channel(ON_THE_WAY);
    // Those that were told come back: fresh memory costs more than what is put into it.
    let (give_back, told) = channel();
    (
        Sending { sender: Some(sender), told, batch: Batch::default(), unpacked: 0, packed: 0 },
        Receiving { receiver, give_back },
    )
}

/// The end of who reads.
pub(super) struct Sending {
    /// `None` when nothing more comes, or nobody wants it.
    sender: Option<SyncSender<Batch>>,
    told: Receiver<Batch>,
    batch: Batch,
    /// Bytes of members that were unpacked on this side, and of those that are on the other.
    unpacked: u64,
    packed: u64,
}

impl Sending {
    pub(super) fn add(&mut self, seen: Seen<'_>) {
        let (part, bytes) = match seen {
            Seen::Begin(name) => (Part::Begin(name.len()), name.as_bytes()),
            Seen::Bytes(bytes) => (Part::Contents(bytes.len()), bytes),
            Seen::End => (Part::End, &[][..]),
        };
        self.unpacked += bytes.len() as u64;
        self.put(part, &[bytes]);
    }

    /// Passes on a member that is deflated, with the size and the checksum of its header; not where the other side has enough
    /// to do. Which ones it takes depends on the archive alone.
    pub(super) fn unpack(&mut self, name: &str, data: &[u8], (size, crc): (u64, u32)) -> bool {
        /// Measured: the other side takes as long for four bytes of which one is packed as this one for unpacking three.
        const SHARE: u64 = 3;
        if self.packed.saturating_add(size).saturating_mul(SHARE) > self.unpacked {
            return false;
        }
        self.packed += size;
        self.put(Part::Packed { name: name.len(), data: data.len(), size, crc }, &[name.as_bytes(), data]);
        true
    }

    fn put(&mut self, part: Part, bytes: &[&[u8]]) {
        if self.sender.is_none() {
            return;
        }
        bytes.iter().for_each(|bytes| self.batch.bytes.extend_from_slice(bytes));
        self.batch.parts.push(part);
        if self.batch.bytes.len() >= Batch::FULL {
            let next = self.told.try_recv().unwrap_or_default();
            self.send(next);
        }
    }

    /// Nothing more comes.
    pub(super) fn finish(&mut self) {
        self.send(Batch::default());
        self.sender = None;
    }

    fn send(&mut self, next: Batch) {
        let batch = mem::replace(&mut self.batch, next);
        // Nobody takes it where the other side met damage, or panicked; both are told where it is awaited.
        if self.sender.as_ref().is_some_and(|sender| sender.send(batch).is_err()) {
            self.sender = None;
        }
    }
}

/// What the other side found out about a member.
pub(super) struct Outcome {
    pub(super) sha256: Option<Sha256>,
    /// `None` where this side unpacked it.
    pub(super) unpacked: Option<Unpacked>,
}

/// What only who unpacks a member knows.
pub(super) struct Unpacked {
    /// Its first bytes.
    pub(super) head: Vec<u8>,
    /// Whether it has the checksum of its header.
    pub(super) checksum_fits: bool,
}

/// The end of who looks.
pub(super) struct Receiving {
    receiver: Receiver<Batch>,
    give_back: Sender<Batch>,
}

impl Receiving {
    /// Tells the observer everything that comes, up to a member that is damaged: nobody knows what is behind it.
    pub(super) fn tell(self, observer: &mut Observer<'_>) -> Vec<Result<Outcome, Fault>> {
        let mut telling = Telling { observer, digester: Sha256Digester::default(), inflater: None };
        let mut outcomes: Vec<Result<Outcome, Fault>> = Vec::new();
        for mut batch in self.receiver {
            batch.tell(&mut telling, &mut outcomes);
            if outcomes.last().is_some_and(Result::is_err) {
                break;
            }
            batch.bytes.clear();
            batch.parts.clear();
            // Nobody wants it any more where all was read.
            let _ = self.give_back.send(batch);
        }
        outcomes
    }
}

/// Who tells an observer.
struct Telling<'o, 'a> {
    observer: &'o mut Observer<'a>,
    digester: Sha256Digester,
    inflater: Option<Inflater>,
}

impl Telling<'_, '_> {
    fn unpack(&mut self, name: &str, mut data: &[u8], (size, crc): (u64, u32)) -> Result<Outcome, Fault> {
        let mut tell = |seen: Seen<'_>| (self.observer)(seen);
        let mut sink = Sink::new(name, None, Listener::Observer(&mut tell)).with_crc();
        let inflater = self.inflater.get_or_insert_default();
        let sizes = (data.len() as u64, size);
        inflater.inflate(&mut data, sizes, &mut sink).map_err(|fault| fault.of(name))?;
        let (head, checksum_fits) = (mem::take(&mut sink.head), sink.crc() == crc);
        Ok(Outcome { sha256: sink.finish().0, unpacked: Some(Unpacked { head, checksum_fits }) })
    }
}

/// What was seen of several members.
struct Batch {
    /// Names and contents, one behind the other.
    bytes: Vec<u8>,
    parts: Vec<Part>,
}

/// What the next so many bytes are.
enum Part {
    Begin(usize),
    Contents(usize),
    End,
    /// A name, and a member that is deflated.
    Packed {
        name: usize,
        data: usize,
        size: u64,
        crc: u32,
    },
}

impl Default for Batch {
    fn default() -> Self {
        // Nothing that is told at once is larger than what a source holds.
        Batch { bytes: Vec::with_capacity(Self::FULL + BUFFER), parts: Vec::new() }
    }
}

impl Batch {
    const FULL: usize = 64 << 10;

    /// Tells all of it, or up to a member that is damaged.
    fn tell(&self, telling: &mut Telling<'_, '_>, outcomes: &mut Vec<Result<Outcome, Fault>>) {
        let mut rest = self.bytes.as_slice();
        let mut next = |length| {
            let (now, later) = rest.split_at(length);
            rest = later;
            now
        };
        for part in &self.parts {
            match *part {
                Part::Begin(name) => {
                    telling.digester = Sha256Digester::default();
                    (telling.observer)(Seen::Begin(&String::from_utf8_lossy(next(name))));
                }
                Part::Contents(length) => {
                    let bytes = next(length);
                    telling.digester.update(bytes);
                    (telling.observer)(Seen::Bytes(bytes));
                }
                Part::End => {
                    (telling.observer)(Seen::End);
                    let sha256 = mem::take(&mut telling.digester).finish();
                    outcomes.push(Ok(Outcome { sha256: Some(sha256), unpacked: None }));
                }
                Part::Packed { name, data, size, crc } => {
                    let name = String::from_utf8_lossy(next(name));
                    let outcome = telling.unpack(&name, next(data), (size, crc));
                    let is_damaged = outcome.is_err();
                    outcomes.push(outcome);
                    if is_damaged {
                        return;
                    }
                }
            }
        }
    }
}
