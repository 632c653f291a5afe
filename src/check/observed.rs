//! What is seen in the contents of members while an archive is read, and is gone afterwards.

use crate::archive::Seen;

use super::literals::Literals;
use super::machine::Machine;
use super::nested::{self, Budget, Nested};
use super::secrets::{Hit, Scanner};

/// What the contents of an archive told.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Observed {
    /// Secrets, in the order of the archive.
    pub secrets: Vec<Hit>,
    /// How many secrets there are beyond those that are told.
    pub more_secrets: usize,
    /// Python files that an obfuscator wrote: the member and the obfuscator.
    pub obfuscated: Vec<(String, &'static str)>,
    /// Archives in the archive, and in those.
    pub nested: Vec<Nested>,
    /// Machine code.
    pub machine: Vec<Machine>,
}

/// What is looked for in a member beyond secrets.
#[derive(Debug, Default)]
enum Part {
    #[default]
    Other,
    /// Python source: what obfuscators leave in it.
    Source,
    /// An archive, kept to be read when it is whole.
    Archive(Vec<u8>),
}

/// Looks at the contents of one archive.
#[derive(Default)]
pub(super) struct Looking {
    /// What stands before the name of a member: the archives that hold this one, each with a `!`.
    prefix: String,
    /// How many archives hold this one.
    pub(super) depth: usize,
    pub(super) budget: Budget,
    seen: Observed,
    secrets: Scanner,
    /// The member that is read, with the prefix.
    member: String,
    part: Part,
    size: u64,
    literals: Literals,
    machine: Option<Machine>,
    head: Vec<u8>,
}

impl Looking {
    /// Takes what the reader tells.
    pub(super) fn see(&mut self, seen: Seen<'_>) {
        match seen {
            Seen::Begin(name) => self.begin(name),
            Seen::Bytes(bytes) => self.bytes(bytes),
            Seen::End => self.end(),
        }
    }

    /// Looks at an archive in the archive.
    pub(super) fn inside(prefix: String, depth: usize, budget: Budget) -> Self {
        Looking { prefix, depth, budget, ..Looking::default() }
    }

    /// What was seen.
    pub(super) fn finish(mut self) -> Observed {
        self.seen.secrets = self.secrets.hits;
        self.seen.more_secrets = self.secrets.more;
        self.seen
    }

    fn begin(&mut self, name: &str) {
        self.member = format!("{}{name}", self.prefix);
        self.size = 0;
        self.head.clear();
        self.machine = None;
        self.literals.clear();
        self.part = if nested::is_archive(name) {
            Part::Archive(Vec::new())
        } else if name.ends_with(".py") || name.ends_with(".pye") {
            Part::Source
        } else {
            Part::Other
        };
        self.secrets.begin(&self.member);
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.size += bytes.len() as u64;
        match &mut self.part {
            Part::Archive(body) if body.len() + bytes.len() <= nested::LARGEST => {
                body.extend_from_slice(bytes);
                return;
            }
            Part::Archive(body) => {
                let body = std::mem::take(body);
                self.too_large(&body);
            }
            Part::Source => {}
            Part::Other => self.machine_code(bytes),
        }
        self.secrets.bytes(bytes);
    }

    fn too_large(&mut self, body: &[u8]) {
        let unread = Some(format!("it has more than {} MiB", nested::LARGEST >> 20));
        self.seen.nested.push(Nested { member: self.member.clone(), unread });
        self.part = Part::Other;
        self.secrets.bytes(body);
    }

    fn machine_code(&mut self, bytes: &[u8]) {
        if self.head.len() < Machine::MAGIC || (self.head.len() < Machine::HEAD && Machine::begins(&self.head)) {
            let room = Machine::HEAD - self.head.len();
            self.head.extend_from_slice(&bytes[..room.min(bytes.len())]);
        }
        if Machine::begins(&self.head) {
            self.literals.look_for_debug(bytes);
        }
    }

    fn end(&mut self) {
        /// PyPI looks at no larger source.
        const SOURCE: u64 = 5 << 20;
        let member = || self.member.clone();
        self.secrets.end();
        match std::mem::take(&mut self.part) {
            Part::Archive(body) => self.open(&body),
            Part::Source if self.size <= SOURCE => {
                if let Some(obfuscator) = self.secrets.marks.obfuscator() {
                    self.seen.obfuscated.push((member(), obfuscator));
                }
            }
            Part::Other if self.depth == 0 => {
                let machine = Machine::of(&self.head, self.literals.has_debug());
                self.seen.machine.extend(machine.map(|machine| machine.named(&self.member)));
            }
            Part::Source | Part::Other => {}
        }
    }

    /// Reads an archive in the archive.
    fn open(&mut self, body: &[u8]) {
        let (inner, unread) = nested::read(self, &self.member, body);
        if unread.is_some() {
            self.secrets.begin(&self.member);
            self.secrets.bytes(body);
            self.secrets.end();
        }
        self.seen.nested.push(Nested { member: self.member.clone(), unread });
        if let Some(inner) = inner {
            self.budget = inner.budget;
            let Observed { secrets, more_secrets, nested, .. } = inner.finish();
            self.secrets.add(secrets, more_secrets);
            self.seen.nested.extend(nested);
        }
    }
}
