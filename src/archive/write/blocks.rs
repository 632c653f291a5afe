//! Blocks of at most 1 MiB, each deflated for itself by a few threads, taken back in the order they were given.
//!
//! A block that is not the last of its stream ends with a sync flush (RFC 1951, an empty stored block), so that the
//! packed blocks, one after the other, are one deflate stream. Nothing of a block depends on another one or on who
//! packs it. Memory is bounded by what is on its way.

use std::cell::OnceCell;
use std::collections::VecDeque;
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{Builder, Scope};

use flate2::{Compress, Compression, FlushCompress, Status};

/// Where streams are cut. Part of the bytes that come out: another size makes other archives.
pub(super) const BLOCK: usize = 1 << 20;
/// How hard zlib tries. Wheels are fetched a thousand times for each sdist, and both are waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    /// Level 3: four fifths of the time of level 5 for source code, and 5 % larger (zlib-rs 0.6).
    Sdist,
    /// Level 5: level 6 takes 40 % longer for source code, and makes it 0.5 % smaller.
    Wheel,
}

/// Blocks of a member of a few bytes are bounded by number, not by size.
const MOST_ON_THE_WAY: usize = 512;

/// Buffers that are kept for the next blocks.
const MOST_SPARE: usize = 8;

/// A block before and after.
pub(super) struct Packed {
    pub(super) raw: Vec<u8>,
    pub(super) packed: Vec<u8>,
}

struct Job {
    raw: Vec<u8>,
    /// Empty, with the memory of another one.
    packed: Vec<u8>,
    level: Level,
    last: bool,
    done: SyncSender<Packed>,
}

enum Pending {
    Here(Packed),
    Coming(Receiver<Packed>),
}

/// Threads that pack blocks; archives that are written at the same time share them.
pub struct Crew {
    jobs: Option<mpsc::Sender<Job>>,
    /// Bytes that one archive may have on their way.
    most: usize,
}

/// The blocks on their way, each with what its owner wants to know when it comes back.
pub(super) struct Pipeline<T> {
    level: Level,
    jobs: Option<mpsc::Sender<Job>>,
    own: Packer,
    pending: VecDeque<(T, usize, Pending)>,
    on_the_way: usize,
    most: usize,
    spare: Vec<Vec<u8>>,
}

/// Calls `work` with so many threads, for so many archives; with none, blocks are packed where they are put.
pub(super) fn with<R>(workers: usize, archives: usize, work: impl FnOnce(&Crew) -> R) -> R {
    std::thread::scope(|scope| {
        let most = (2 * workers).div_ceil(archives.max(1)) + 1;
        // It is dropped before the threads are waited for.
        let crew = Crew { jobs: start(scope, workers), most: most * BLOCK };
        work(&crew)
    })
}

/// Starts the threads; as few as the system lets us have.
fn start<'scope>(scope: &'scope Scope<'scope, '_>, workers: usize) -> Option<mpsc::Sender<Job>> {
    let (sender, receiver) = mpsc::channel::<Job>();
    let receiver = Arc::new(Mutex::new(receiver));
    let mut started = 0;
    for _ in 0..workers {
        let receiver = Arc::clone(&receiver);
        let work = move || {
            let mut packer = Packer::new();
            loop {
                let job = receiver.lock().unwrap_or_else(PoisonError::into_inner).recv();
                let Ok(Job { raw, packed, level, last, done }) = job else { return };
                let packed = packer.pack(level, &raw, packed, last);
                // Nobody waits for it any more where writing has failed.
                let _ = done.send(Packed { raw, packed });
            }
        };
        started += usize::from(Builder::new().spawn_scoped(scope, work).is_ok());
    }
    (started > 0).then_some(sender)
}

impl Crew {
    /// Whether there are threads.
    pub(super) fn has_threads(&self) -> bool {
        self.jobs.is_some()
    }

    /// A pipeline for one archive.
    pub(super) fn pipeline<T>(&self, level: Level) -> Pipeline<T> {
        Pipeline {
            level,
            jobs: self.jobs.clone(),
            own: Packer::new(),
            pending: VecDeque::new(),
            on_the_way: 0,
            most: self.most,
            spare: Vec::new(),
        }
    }
}

impl<T> Pipeline<T> {
    /// An empty buffer for a block.
    pub(super) fn buffer(&mut self) -> Vec<u8> {
        self.spare.pop().unwrap_or_default()
    }

    /// Gives the buffers of a block back.
    pub(super) fn recycle(&mut self, Packed { raw, packed }: Packed) {
        for mut buffer in [raw, packed] {
            if self.spare.len() < MOST_SPARE {
                buffer.clear();
                self.spare.push(buffer);
            }
        }
    }

    /// Puts a block on its way; `last` ends its stream.
    pub(super) fn put(&mut self, tag: T, raw: Vec<u8>, last: bool) {
        let (size, packed) = (raw.len(), self.buffer());
        let pending = match &self.jobs {
            None => {
                let packed = self.own.pack(self.level, &raw, packed, last);
                Pending::Here(Packed { raw, packed })
            }
            Some(jobs) => {
                let (done, coming) = mpsc::sync_channel(1);
                jobs.send(Job { raw, packed, level: self.level, last, done })
                    .expect("the threads wait for work as long as there may be some");
                Pending::Coming(coming)
            }
        };
        self.on_the_way += size;
        self.pending.push_back((tag, size, pending));
    }

    /// The next block in order, where too much is on its way; waits for it.
    pub(super) fn take_surplus(&mut self) -> Option<(T, Packed)> {
        let here = matches!(self.pending.front(), Some((_, _, Pending::Here(_))));
        let surplus = self.on_the_way > self.most || self.pending.len() > MOST_ON_THE_WAY;
        (here || surplus).then(|| self.take()).flatten()
    }

    /// The next block in order; waits for it.
    pub(super) fn take(&mut self) -> Option<(T, Packed)> {
        let (tag, size, pending) = self.pending.pop_front()?;
        self.on_the_way -= size;
        let packed = match pending {
            Pending::Here(packed) => packed,
            Pending::Coming(coming) => coming.recv().expect("a thread packs each block that it takes"),
        };
        Some((tag, packed))
    }
}

/// A deflater for each level that was asked for.
struct Packer {
    sdist: OnceCell<Compress>,
    wheel: OnceCell<Compress>,
}

impl Packer {
    fn new() -> Self {
        Packer { sdist: OnceCell::new(), wheel: OnceCell::new() }
    }

    fn pack(&mut self, level: Level, raw: &[u8], mut packed: Vec<u8>, last: bool) -> Vec<u8> {
        let (cell, level) = match level {
            Level::Sdist => (&mut self.sdist, 3),
            Level::Wheel => (&mut self.wheel, 5),
        };
        cell.get_or_init(|| Compress::new(Compression::new(level), false));
        let deflate = cell.get_mut().expect("it was made just now");
        deflate.reset();
        // What cannot be compressed grows by a few bytes for each 16 KiB.
        packed.reserve(raw.len() + raw.len() / 1024 + 64);
        let flush = if last { FlushCompress::Finish } else { FlushCompress::Sync };
        loop {
            let used = usize::try_from(deflate.total_in()).expect("a block fits in memory");
            let status = deflate.compress_vec(&raw[used..], &mut packed, flush);
            match status.expect("deflate takes any bytes") {
                Status::StreamEnd => break,
                // A flush is complete as soon as it leaves room.
                _ if !last && packed.len() < packed.capacity() => break,
                _ => packed.reserve(raw.len() / 8 + 64),
            }
        }
        packed
    }
}
