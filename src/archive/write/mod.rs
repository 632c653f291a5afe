//! Writers of sdists and wheels: the same entries give the same bytes, on every machine.
//!
//! What the entries are and in which order they stand is the caller's; nothing here looks at the project, the
//! clock, the user or the mask. Compression is parallel, but cut at fixed places ([`blocks`]), so that the number of
//! cores shows in the time only. Follows RFC 1951, 1952, APPNOTE.TXT 6.3, POSIX.1-2017 pax and PEP 427, each
//! narrowed to what our strict readers and PyPI take.

mod blocks;
mod contents;
mod error;
mod gzip;
mod tar;
mod zip;

use std::collections::HashSet;
use std::io::{Seek, Write};
use std::path::PathBuf;
use std::sync::Arc;

pub use blocks::Crew;
pub use error::WriteError;

use crate::effects::Files;

/// The longest path that is written: what our readers read.
const LONGEST: usize = 1024;
/// Archives smaller than this are compressed before a thread would have started.
const SMALL: u64 = 512 << 10;
/// More workers than this wait for the threads that read, hash and write.
const MOST_WORKERS: usize = 8;

/// A member of an archive that is to be written.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The path inside the archive, parts divided by `/`, without the top folder of an sdist.
    pub path: String,
    /// What it holds.
    pub content: Content,
    /// Whether it gets the mode 0755 instead of 0644.
    pub executable: bool,
}

/// What a member holds.
#[derive(Debug, Clone)]
pub enum Content {
    /// Bytes that were made.
    Bytes(Arc<[u8]>),
    /// A file that is read when its turn comes, links followed; it must still have this size in bytes.
    File {
        /// The file.
        path: PathBuf,
        /// Its size.
        size: u64,
    },
    /// A symbolic link to this target: in sdists only.
    Link(String),
}

impl Content {
    fn size(&self) -> u64 {
        match self {
            Content::Bytes(bytes) => bytes.len() as u64,
            Content::File { size, .. } => *size,
            Content::Link(_) => 0,
        }
    }
}

/// Writes `entries` in this order below the folder `top` as a gzip-compressed tar, dated `epoch` (Unix seconds).
///
/// # Errors
/// An entry does not belong into an sdist, its file cannot be read or has another size, or `out` cannot be written.
pub fn sdist(
    files: Files,
    out: &mut (impl Write + Seek),
    top: &str,
    entries: &[Entry],
    epoch: i64,
) -> Result<(), WriteError> {
    crew(entries, 1, |crew| Writer { files, epoch, crew }.sdist(out, top, entries))
}

/// Writes `entries` in this order as a zip, dated `epoch` (Unix seconds), and last the RECORD at `record` of all of
/// them. `out` must be at its start.
///
/// # Errors
/// An entry does not belong into a wheel, its file cannot be read or has another size, or `out` cannot be written.
pub fn wheel<'r>(
    files: Files,
    out: &mut (impl Write + Seek),
    record: impl Into<Record<'r>>,
    entries: &[Entry],
    epoch: i64,
) -> Result<(), WriteError> {
    crew(entries, 1, |crew| Writer { files, epoch, crew }.wheel(out, record, entries))
}

/// The RECORD of a wheel.
#[derive(Debug, Clone, Copy)]
pub struct Record<'a> {
    /// Its path.
    pub path: &'a str,
    /// Whether its lines end as those of a CSV file do (RFC 4180), which flit keeps to.
    pub crlf: bool,
}

impl<'a> From<&'a str> for Record<'a> {
    fn from(path: &'a str) -> Self {
        Record { path, crlf: false }
    }
}

/// Does `work` for one or more archives that hold these entries together: at the same time, with threads that all of
/// them share, where that is faster. The results stand in the order of the archives.
pub fn at_once<'e, A: Sync, R: Send>(
    archives: &[A],
    entries: impl IntoIterator<Item = &'e Entry>,
    work: impl Fn(&Crew, &A) -> R + Sync,
) -> Vec<R> {
    crew(entries, archives.len(), |crew| {
        let Some((first, others)) = archives.split_first().filter(|_| crew.has_threads()) else {
            return archives.iter().map(|archive| work(crew, archive)).collect();
        };
        let work = &work;
        std::thread::scope(|scope| {
            let running: Vec<_> = others.iter().map(|archive| scope.spawn(move || work(crew, archive))).collect();
            let mut done = vec![work(crew, first)];
            for thread in running {
                done.push(thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
            }
            done
        })
    })
}

/// Calls `work` with as many threads as this machine has cores and these entries are worth.
fn crew<'e, R>(entries: impl IntoIterator<Item = &'e Entry>, archives: usize, work: impl FnOnce(&Crew) -> R) -> R {
    let size = entries.into_iter().fold(0_u64, |sum, entry| sum.saturating_add(entry.content.size()));
    let workers = match size < SMALL {
        true => 0,
        false => std::thread::available_parallelism().map_or(1, std::num::NonZero::get).min(MOST_WORKERS),
    };
    // One would only wait for the other.
    let workers = if workers < 2 { 0 } else { workers };
    blocks::with(workers, archives, work)
}

/// Calls `work` with so many threads, whatever is written: what comes out is the same.
pub fn with_workers<R>(workers: usize, work: impl FnOnce(&Crew) -> R) -> R {
    blocks::with(workers, 1, work)
}

/// What writing needs besides the entries.
#[derive(Clone, Copy)]
pub struct Writer<'c> {
    /// Where files are read from.
    pub files: Files,
    /// The date of all members in Unix seconds, moved to the nearest that the format can hold.
    pub epoch: i64,
    /// The threads that compress, which show in the time only.
    pub crew: &'c Crew,
}

impl Writer<'_> {
    /// As [`sdist`].
    ///
    /// # Errors
    /// As [`sdist`].
    pub fn sdist(self, out: &mut (impl Write + Seek), top: &str, entries: &[Entry]) -> Result<(), WriteError> {
        let below = |path: &str| format!("{top}/{path}");
        let paths = entries.iter().map(|entry| below(&entry.path)).collect::<Vec<_>>();
        judge(paths.iter().map(String::as_str))?;
        let mut stream = gzip::Gzip::begin(out, self.crew.pipeline(blocks::Level::Sdist))?;
        for (entry, path) in entries.iter().zip(&paths) {
            tar::member(&mut stream, self, path, entry)?;
        }
        tar::end(&mut stream)?;
        stream.finish()
    }

    /// As [`wheel`].
    ///
    /// # Errors
    /// As [`wheel`].
    pub fn wheel<'r>(
        self,
        out: &mut (impl Write + Seek),
        record: impl Into<Record<'r>>,
        entries: &[Entry],
    ) -> Result<(), WriteError> {
        let record = record.into();
        judge(entries.iter().map(|entry| entry.path.as_str()).chain([record.path]))?;
        let mut zip = zip::Zip::begin(out, self.crew.pipeline(blocks::Level::Wheel), self.epoch)?;
        for entry in entries {
            zip.member(self.files, entry)?;
        }
        zip.record(self.files, record)?;
        zip.finish()
    }
}

/// Refuses paths that readers would refuse or take differently. What else is wrong with a name (Windows' reserved
/// names, say) is for `check` to say: the project's own backend writes it, too.
fn judge<'p>(paths: impl Iterator<Item = &'p str>) -> Result<(), WriteError> {
    let mut seen = HashSet::new();
    for path in paths {
        let hollow = |part: &str| part.is_empty() || part == "." || part == "..";
        let problem = if path.len() > LONGEST {
            "its path has more than 1024 bytes"
        } else if path.split('/').any(hollow) {
            "its path is empty, absolute, or has an empty, `.` or `..` part"
        } else if path.contains(char::is_control) {
            "its path has a control character"
        } else if !seen.insert(path) {
            "there are two of this path"
        } else {
            continue;
        };
        return Err(WriteError::member(path, problem));
    }
    Ok(())
}
