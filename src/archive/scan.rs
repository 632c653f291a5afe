//! What a scan of an archive yields: its members, the texts that judging needs, and its faults.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::Serialize;

use super::aside::{Outcome, Unpacked};
use super::sink::{Listener, Sink};
use super::zip::Inflater;
use super::{Limits, Sha256};

/// What an archive is, by its file name alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// `*.whl`: a zip.
    Wheel,
    /// `*.tar.gz`: a gzipped tar.
    Sdist,
    /// Anything else; it is hashed and not read.
    Other,
}

impl Kind {
    /// The kind of a file with this name.
    pub fn of(file_name: &str) -> Self {
        if file_name.ends_with(".whl") {
            Kind::Wheel
        } else if file_name.ends_with(".tar.gz") {
            Kind::Sdist
        } else {
            Kind::Other
        }
    }
}

/// What a member is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum MemberKind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link.
    Symlink,
    /// A hard link.
    Hardlink,
    /// A device, a fifo, a socket or something that no specification knows.
    Special,
}

/// One member of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The name as stored, a directory without its trailing slash; other bytes than UTF-8 replaced.
    pub name: String,
    /// What it is.
    pub kind: MemberKind,
    /// Unpacked bytes, as counted.
    pub size: u64,
    /// The digest of the unpacked bytes; `None` for anything but a file that could be read.
    pub sha256: Option<Sha256>,
    /// The Unix mode with its type bits as stored, 0 where the archive has none.
    pub mode: u32,
    /// Whether any execute bit of the mode is set.
    pub executable: bool,
    /// Where a link points to, as stored.
    pub link: Option<String>,
    /// The first bytes of a file, at most 8: enough to tell machine code from text.
    pub head: Vec<u8>,
}

/// A deviation from the format, found while reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The stable code, `archive/what`, listed in `check::rules`.
    pub code: &'static str,
    /// A lowercase fragment, literals in backticks, no full stop.
    pub message: String,
    /// The member it is about.
    pub member: Option<String>,
}

impl Fault {
    pub(super) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Fault { code, message: message.into(), member: None }
    }

    pub(super) fn checksum() -> Self {
        Fault::new("archive/crc", "the data does not have the checksum of its header")
    }

    pub(super) fn of(mut self, member: &str) -> Self {
        self.member = Some(member.to_owned());
        self
    }
}

/// Everything that one pass over an archive tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scan {
    /// What the file is, by its name.
    pub kind: Kind,
    /// Bytes of the file.
    pub size: u64,
    /// The SHA-256 of the file.
    pub sha256: Sha256,
    /// The members in the order of the archive, as far as they could be read.
    pub members: Vec<Member>,
    /// The texts that judging needs and the members that were asked for, by member name: METADATA, WHEEL, RECORD and entry_points.txt of
    /// a top-level `.dist-info`; PKG-INFO, pyproject.toml and setup.cfg of a top directory.
    pub kept: BTreeMap<String, Vec<u8>>,
    /// What deviates from the format, in the order found.
    pub faults: Vec<Fault>,
    /// Whether the whole archive was read. If not, members are missing and the last faults say why.
    pub complete: bool,
}

/// What is told of the contents of files while an archive is read, in its order. A fault may come between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen<'a> {
    /// The name of the member that follows.
    Begin(&'a str),
    /// Some of its bytes, in pieces of any size.
    Bytes(&'a [u8]),
    /// It is whole.
    End,
}

/// Whoever looks at contents that nobody keeps.
pub type Observer<'a> = dyn FnMut(Seen<'_>) + 'a;

/// A member that another core was told of.
struct Aside {
    /// Which one.
    member: usize,
    /// Whether it is one at this place; at the end of a zip it may turn out to be a link.
    is_file: bool,
    /// How many faults were there.
    faults: usize,
}

/// What the readers fill while they walk.
pub(super) struct Findings<'a> {
    /// Lent to the sink of the member that is read.
    pub(super) listener: Listener<'a>,
    /// What another core is told of, in order.
    aside: Vec<Aside>,
    /// What the members of a zip are before its directory says more about them.
    kinds: Vec<MemberKind>,
    pub(super) limits: &'a Limits,
    pub(super) inflater: Inflater,
    wanted: &'a HashSet<String>,
    pub(super) members: Vec<Member>,
    /// Each with the member that holds it.
    kept: BTreeMap<String, (usize, Vec<u8>)>,
    pub(super) faults: Vec<Fault>,
    pub(super) unpacked: u64,
    names: usize,
    texts: usize,
    counts: HashMap<&'static str, usize>,
}

impl<'a> Findings<'a> {
    pub(super) fn new(limits: &'a Limits, wanted: &'a HashSet<String>, listener: Listener<'a>) -> Self {
        Findings {
            listener,
            aside: Vec::new(),
            kinds: Vec::new(),
            limits,
            inflater: Inflater::default(),
            wanted,
            members: Vec::new(),
            kept: BTreeMap::new(),
            faults: Vec::new(),
            unpacked: 0,
            names: 0,
            texts: 0,
            counts: HashMap::new(),
        }
    }

    pub(super) fn fault(&mut self, fault: Fault) {
        let count = self.counts.entry(fault.code).or_default();
        *count += 1;
        if *count <= self.limits.faults {
            self.faults.push(fault);
        }
    }

    /// Refuses one member more, or one name more, than the limits allow.
    pub(super) fn admit(&mut self, name: &str) -> Result<(), Fault> {
        self.names += name.len();
        if self.members.len() >= self.limits.members || self.names > self.limits.names {
            let most = self.limits.members;
            return Err(Fault::new(
                "archive/too-many-members",
                format!("the archive has more than {most} members, or their names are too long"),
            ));
        }
        Ok(())
    }

    /// How many bytes of this member may be kept, `None` where judging does not need them.
    pub(super) fn keeps(&self, kind: Kind, name: &str) -> Option<usize> {
        let room = self.limits.text.saturating_sub(self.texts);
        if self.wanted.contains(name) {
            return Some(room);
        }
        let (top, file) = name.split_once('/')?;
        let needed = match kind {
            Kind::Wheel => {
                top.ends_with(".dist-info") && ["METADATA", "WHEEL", "RECORD", "entry_points.txt"].contains(&file)
            }
            Kind::Sdist => ["PKG-INFO", "pyproject.toml", "setup.cfg"].contains(&file),
            Kind::Other => false,
        };
        needed.then_some(room)
    }

    /// Where the contents of the next member go, of which at most `keep` bytes are kept.
    pub(super) fn sink(&mut self, name: &str, keep: Option<usize>) -> Sink<'a> {
        Sink::new(name, keep, std::mem::take(&mut self.listener))
    }

    /// The contents of this member, the next one to be told, are whole.
    pub(super) fn close(&mut self, mut sink: Sink<'a>, member: &mut Member) {
        member.head = std::mem::take(&mut sink.head);
        let (sha256, text, listener) = sink.finish();
        self.listener = listener;
        if let Listener::Aside(_) = self.listener {
            self.told_aside(member.kind == MemberKind::File);
        }
        member.sha256 = sha256.filter(|_| member.kind == MemberKind::File);
        if let Some(text) = text {
            self.texts += text.len();
            // Of two members of one name, which is an error, the first counts.
            self.kept.entry(member.name.clone()).or_insert((self.members.len(), text));
        }
    }

    /// The texts that were kept.
    pub(super) fn texts(&mut self) -> BTreeMap<String, Vec<u8>> {
        std::mem::take(&mut self.kept).into_iter().map(|(name, (_, text))| (name, text)).collect()
    }

    /// All entries of a zip were read, and what comes is its directory.
    pub(super) fn entries_end(&mut self) {
        self.kinds = self.members.iter().map(|member| member.kind).collect();
    }

    fn forget_directory(&mut self) {
        for (member, &kind) in self.members.iter_mut().zip(&self.kinds) {
            (member.kind, member.mode, member.executable) = (kind, 0, false);
        }
    }

    /// The next member was told to another core.
    pub(super) fn told_aside(&mut self, is_file: bool) {
        self.aside.push(Aside { member: self.members.len(), is_file, faults: self.faults.len() });
    }

    /// Takes what another core found out, as if it had been found out in its place. A fault after which nothing further
    /// can be read takes all with it that was read after it.
    pub(super) fn settle(&mut self, outcomes: Vec<Result<Outcome, Fault>>) -> Result<(), Fault> {
        let mut late = 0;
        let mut stopped = Ok(());
        for (Aside { member: at, is_file, faults }, outcome) in
            std::mem::take(&mut self.aside).into_iter().zip(outcomes)
        {
            let faults = faults + late;
            match (outcome, self.members.get_mut(at)) {
                (Ok(outcome), Some(member)) => {
                    member.sha256 = outcome.sha256.filter(|_| is_file);
                    if let Some(Unpacked { head, checksum_fits }) = outcome.unpacked {
                        member.head = head;
                        // More of them are not kept.
                        if !checksum_fits && late < self.limits.faults {
                            self.faults.insert(faults, Fault::checksum().of(&member.name));
                            late += 1;
                        }
                    }
                }
                (Ok(_), None) => {}
                (Err(fault), _) => {
                    self.members.truncate(at);
                    self.forget_directory();
                    self.faults.truncate(faults);
                    self.kept.retain(|_, (member, _)| *member < at);
                    stopped = Err(fault);
                    break;
                }
            }
        }
        self.counts.clear();
        for fault in std::mem::take(&mut self.faults) {
            self.fault(fault);
        }
        stopped
    }
}

/// A text from an archive as a message shows it: shortened, with nothing that a terminal acts on.
pub(crate) fn shown(text: &str) -> String {
    const LONGEST: usize = 120;
    let mut short = String::new();
    for c in text.chars().take(LONGEST) {
        match c {
            '\\' | '\'' | '"' => short.push(c),
            _ => short.extend(c.escape_debug()),
        }
    }
    if text.chars().nth(LONGEST).is_some() {
        short.push('…');
    }
    short
}
