//! Facts about an archive: what its readers tell, and what its members hold.

use std::io::Read;
use std::mem;
use std::panic::resume_unwind;
use std::sync::mpsc::{channel, sync_channel};
use std::thread;

use crate::archive::{Limits, Scan, Seen, read};

use super::description::{self, Rendered, Source};
use super::observed::{Looking, Observed};

/// Everything about an archive that rules need.
#[derive(Debug)]
pub struct Examined {
    /// Its file name.
    pub name: String,
    /// Its members, and what deviates from the format.
    pub scan: Scan,
    /// What stands in them.
    pub observed: Observed,
    /// What docutils made of the description, where somebody asked it.
    pub rendered: Option<Rendered>,
}

impl Examined {
    /// What becomes of its description, if it has one.
    pub fn description(&self) -> Option<description::Verdict> {
        let (_, source) = Source::of_archive(&self.scan)?;
        let rendered = self.rendered.as_ref().filter(|rendered| rendered.source == source);
        Some(rendered.map_or_else(|| source.verdict(), |rendered| rendered.verdict.clone()))
    }
}

/// Reads an archive once, to its end. Never fails: what is wrong is in the scan.
pub fn examine(name: &str, input: &mut dyn Read, limits: &Limits) -> Examined {
    let mut looking = Looking::default();
    let scan = read::scan_with(name, input, limits, &mut |seen| looking.see(seen));
    Examined { name: name.to_owned(), scan, observed: looking.finish(), rendered: None }
}

/// The same on two cores: one reads, the other looks at what members hold. For an archive that is examined alone; of several
/// one beside the other is faster.
pub fn examine_alone(name: &str, input: &mut dyn Read, limits: &Limits) -> Examined {
    /// Batches on their way: enough that neither waits for the other, and little memory.
    const ON_THE_WAY: usize = 4;
    let (sender, receiver) = sync_channel::<Batch>(ON_THE_WAY);
    // Those that were told come back: fresh memory costs more than what is put into it.
    let (give_back, told) = channel::<Batch>();
    let (scan, observed) = thread::scope(|scope| {
        let looking = scope.spawn(move || {
            let mut looking = Looking::default();
            for mut batch in receiver {
                batch.tell(&mut looking);
                let _ = give_back.send(batch);
            }
            looking.finish()
        });
        let mut batch = Batch::new();
        let scan = read::scan_with(name, input, limits, &mut |seen| {
            batch.add(seen);
            if batch.bytes.len() >= Batch::FULL {
                let next = told.try_recv().unwrap_or_else(|_| Batch::new());
                // Nobody takes it where looking panicked, which is told below.
                let _ = sender.send(mem::replace(&mut batch, next));
            }
        });
        let _ = sender.send(batch);
        drop(sender);
        (scan, looking.join().unwrap_or_else(|panic| resume_unwind(panic)))
    });
    Examined { name: name.to_owned(), scan, observed, rendered: None }
}

/// What was seen of several members, on its way to whoever looks at it.
struct Batch {
    /// Names and contents, one behind the other.
    bytes: Vec<u8>,
    parts: Vec<Part>,
}

/// What the next so many bytes are.
enum Part {
    Name(usize),
    Contents(usize),
    End,
}

impl Batch {
    const FULL: usize = 128 << 10;
    /// Readers tell at most so much at once.
    const PIECE: usize = 64 << 10;

    fn new() -> Self {
        Batch { bytes: Vec::with_capacity(Self::FULL + Self::PIECE), parts: Vec::new() }
    }

    fn add(&mut self, seen: Seen<'_>) {
        let (part, bytes) = match seen {
            Seen::Begin(name) => (Part::Name(name.len()), name.as_bytes()),
            Seen::Bytes(bytes) => (Part::Contents(bytes.len()), bytes),
            Seen::End => (Part::End, &[][..]),
        };
        self.bytes.extend_from_slice(bytes);
        self.parts.push(part);
    }

    /// Tells all of it, and is empty again.
    fn tell(&mut self, looking: &mut Looking) {
        let mut rest = self.bytes.as_slice();
        let mut next = |length| {
            let (now, later) = rest.split_at(length);
            rest = later;
            now
        };
        for part in &self.parts {
            match *part {
                Part::Name(length) => looking.see(Seen::Begin(&String::from_utf8_lossy(next(length)))),
                Part::Contents(length) => looking.see(Seen::Bytes(next(length))),
                Part::End => looking.see(Seen::End),
            }
        }
        self.bytes.clear();
        self.parts.clear();
    }
}
