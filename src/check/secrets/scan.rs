//! The scanner: fed with the members of an archive in pieces, it finds the same however they are cut.
//!
//! Every place is looked at once, with a bounded window before and after it, and only when the window is there. A table
//! over three characters, those of each text that are rarest elsewhere, tells the few places that are worth a look. Marks of
//! obfuscators are found on the way: a second search would cost as much again.

use std::sync::LazyLock;

use super::super::obfuscators::{self, Marks};
use super::forms::{Alphabet, WORD, is_escaped, is_in, run, string_length};
use super::kinds::{KINDS, NAMED};
use super::{Hit, Weight, fingerprint, is_document, is_documented, is_of_tests, login, private_key};

/// Bytes before a place that may decide about it.
const LEFT: usize = 256;
/// No text that is looked for is longer.
const LONGEST_TEXT: usize = 32;
/// Bytes from a place on that may decide about it.
const RIGHT: usize = 4096;
/// How much is kept before what nobody needs any more is dropped.
const KEPT: usize = 64 << 10;
/// How many hits are told one by one.
const MOST: usize = 200;

/// What a place may be.
#[derive(Clone, Copy)]
enum Form {
    Kind(usize),
    Named(usize),
    PrivateKey,
    Putty,
    Address,
    Login,
    Obfuscator,
}

/// What was found at a place: what it is, where its value lies, and what it weighs.
pub(super) struct Found {
    pub(super) kind: &'static str,
    /// Bytes of the value before the place; more than all of it where it begins after the place.
    pub(super) from: isize,
    /// Bytes from the place to the end of the value.
    pub(super) to: usize,
    pub(super) sort: Sort,
}

/// How sure it is that a value is a secret.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    /// A token whose checksum proves that somebody issued it.
    Issued,
    /// A token or key with the form of one.
    Formed,
    /// What is often published on purpose: a web token, an encrypted key.
    Doubtful,
    /// A password: any text may be one.
    Password,
}

impl Sort {
    /// What a value of this sort weighs in a member; nothing where people write such values to explain something.
    fn weight(self, member: &str) -> Option<Weight> {
        match (self, is_of_tests(member)) {
            (Sort::Issued, _) => Some(Weight::Sure),
            (Sort::Formed, true) => Some(Weight::OfTests),
            (Sort::Doubtful | Sort::Password, true) => None,
            (Sort::Doubtful, false) => (!is_document(member)).then_some(Weight::Possible),
            (Sort::Formed | Sort::Password, false) => Some(Weight::Sure),
        }
    }
}

/// A text that is looked for, noticed by those three of its characters that other texts have least.
struct Anchor {
    three: [u8; 3],
    /// Characters of the text before the three.
    before: usize,
    text: &'static str,
    /// What follows the text at least.
    least: (Alphabet, usize),
    form: Form,
}

impl Anchor {
    fn of(text: &'static str, form: Form) -> Self {
        assert!(text.len() <= LONGEST_TEXT, "{text}");
        let threes = text.as_bytes().array_windows::<3>().enumerate();
        let rarest = threes.min_by_key(|(_, three)| three.iter().map(|&byte| how_common(byte)).sum::<u32>());
        let (before, &three) = rarest.expect("texts have three characters and more");
        let least = if let Form::Kind(of) = form { KINDS[of].least() } else { (0, 0) };
        Anchor { three, before, text, least, form }
    }

    /// Whether the text stands at the front, which has the three characters, and enough follows it. Mostly it does not.
    fn begins(&self, bytes: &[u8]) -> bool {
        let (alphabet, least) = self.least;
        let is_text = self.text.len() == self.three.len() || bytes.starts_with(self.text.as_bytes());
        is_text && run(&bytes[self.text.len()..], alphabet, least) == least
    }
}

/// How common a character is in source code, roughly: of other weights tried on 40 MB of Python, none has fewer hits.
fn how_common(byte: u8) -> u32 {
    match byte {
        b'e' | b't' | b'a' | b'i' | b'n' | b'o' | b'r' | b's' | b' ' => 50,
        b'_' => 46,
        b'a'..=b'z' => 40,
        b'.' => 30,
        _ => 10,
    }
}

/// Which three characters may be of something.
struct Table {
    /// For each of four characters in a row which groups of anchors may have it there: bits of the lower half for three that
    /// begin with the first of the four, of the upper half for three that begin with the second.
    groups: Box<[[u64; 256]; 4]>,
    /// The first anchor of three characters by their place.
    first: Box<[u16; PLACES]>,
    /// In the order of their places.
    anchors: Vec<Anchor>,
}

const PLACES: usize = 1 << 12;
const NONE: u16 = u16::MAX;
/// Places that are looked at at once.
const BLOCK: usize = 8;

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    const GROUPS: u32 = u64::BITS / 2;
    const LOWER: u64 = u64::MAX >> GROUPS;
    let kinds = KINDS.iter().enumerate().map(|(at, kind)| (kind.prefix, Form::Kind(at)));
    let named = NAMED.iter().enumerate().map(|(at, named)| (named.key, Form::Named(at)));
    let others = [
        (private_key::ANCHOR, Form::PrivateKey),
        (private_key::PUTTY, Form::Putty),
        (login::ANCHOR, Form::Address),
        (login::PASSWORD, Form::Login),
        (obfuscators::PYARMOR, Form::Obfuscator),
        (obfuscators::SOURCE_DEFENDER, Form::Obfuscator),
    ];
    let mut anchors: Vec<Anchor> =
        kinds.chain(named).chain(others).map(|(text, form)| Anchor::of(text, form)).collect();
    // Neighbours in this order have characters in common, so that a group of them has few. Of all orders tried on 120 MB of
    // Python, this one lets the fewest other texts through.
    anchors.sort_by_key(|Anchor { three: [one, two, three], .. }| [*three, *two, *one]);
    let mut groups = Box::new([[!LOWER; 256], [0; 256], [0; 256], [LOWER; 256]]);
    for (at, anchor) in anchors.iter().enumerate() {
        let group = 1 << (at * GROUPS as usize / anchors.len());
        for (at, byte) in anchor.three.into_iter().enumerate() {
            groups[at][usize::from(byte)] |= group;
            groups[at + 1][usize::from(byte)] |= group << GROUPS;
        }
    }
    anchors.sort_by_key(|anchor| place(anchor.three));
    let mut first = Box::new([NONE; PLACES]);
    for (at, anchor) in anchors.iter().enumerate().rev() {
        first[place(anchor.three)] = at as u16;
    }
    Table { groups, first, anchors }
});

/// The place of three characters.
fn place([one, two, three]: [u8; 3]) -> usize {
    let number = u32::from_le_bytes([one, two, three, 0]);
    (number.wrapping_mul(0x9E37_79B1) >> (u32::BITS - PLACES.ilog2())) as usize
}

impl Table {
    /// The first places that are worth a look, from `from` on: where the first of [`BLOCK`] lies, and a bit for each.
    fn next(&self, bytes: &[u8], mut from: usize) -> Option<(usize, u32)> {
        let [one, two, three, four] = &*self.groups;
        let is_anchor =
            |places: u32, (at, three): (usize, &[u8; 3])| places | u32::from(self.first[place(*three)] != NONE) << at;
        while let Some(block) = bytes[from..].first_chunk::<{ BLOCK + 2 }>() {
            // Two places are asked at once, and hardly any is worth it: all of a block are asked before a branch.
            let mut common = 0;
            for at in (0..BLOCK).step_by(2) {
                let [a, b, c, d] = [block[at], block[at + 1], block[at + 2], block[at + 3]].map(usize::from);
                common |= one[a] & two[b] & three[c] & four[d];
            }
            if common != 0 {
                let places = block.array_windows().enumerate().fold(0, is_anchor);
                if places != 0 {
                    return Some((from, places));
                }
            }
            from += BLOCK;
        }
        let places = bytes[from..].array_windows().enumerate().fold(0, is_anchor);
        (places != 0).then_some((from, places))
    }

    /// What the three characters may be of.
    fn anchors(&self, three: [u8; 3]) -> impl Iterator<Item = &Anchor> {
        let from = usize::from(self.first[place(three)]);
        let here = self.anchors.get(from..).unwrap_or_default();
        // Of different ones at one place none hides another, since all of them stand there in their order.
        let is_here = move |anchor: &&Anchor| place(anchor.three) == place(three);
        here.iter().take_while(is_here).filter(move |anchor| anchor.three == three)
    }
}

/// Looks for secrets in one member after the other.
#[derive(Default)]
pub(in crate::check) struct Scanner {
    /// What was found, in order.
    pub(in crate::check) hits: Vec<Hit>,
    /// How many more there are than are told.
    pub(in crate::check) more: usize,
    member: String,
    is_compiled: bool,
    is_login: bool,
    /// The end of the member as far as it is known.
    buffer: Vec<u8>,
    /// The first byte of the buffer that was not looked at.
    next: usize,
    /// Bytes of the member before the buffer, and the lines in them.
    dropped: u64,
    lines: usize,
    has_nul: bool,
    /// The end of the last hit.
    covered: u64,
    /// The first hit of this member.
    first: usize,
    /// What obfuscators left in this member; all of it after [`Scanner::end`].
    pub(in crate::check) marks: Marks,
}

impl Scanner {
    /// The bytes that follow are of this member.
    pub(in crate::check) fn begin(&mut self, member: &str) {
        let file = member.rsplit(['/', '!']).next().unwrap_or(member);
        member.clone_into(&mut self.member);
        self.is_compiled = file.ends_with(".pyc") || file.ends_with(".pyo");
        self.is_login = login::FILES.contains(&file);
        self.buffer.clear();
        (self.next, self.dropped, self.lines, self.has_nul, self.covered) = (0, 0, 0, false, 0);
        self.first = self.hits.len();
        self.marks = Marks::default();
    }

    /// Some bytes more.
    pub(in crate::check) fn bytes(&mut self, bytes: &[u8]) {
        for piece in bytes.chunks(KEPT) {
            self.buffer.extend_from_slice(piece);
            self.look(self.buffer.len().saturating_sub(RIGHT));
            if self.next > KEPT / 2 + LEFT + LONGEST_TEXT {
                self.forget(self.next - LEFT - LONGEST_TEXT);
            }
        }
    }

    /// The member is whole.
    pub(in crate::check) fn end(&mut self) {
        self.look(self.buffer.len());
        self.buffer.clear();
    }

    /// Adds what was found in an archive in the archive.
    pub(in crate::check) fn add(&mut self, hits: Vec<Hit>, more: usize) {
        let room = MOST.saturating_sub(self.hits.len());
        self.more += more + hits.len().saturating_sub(room);
        self.hits.extend(hits.into_iter().take(room));
    }

    /// Drops the front of the buffer.
    fn forget(&mut self, count: usize) {
        let front = &self.buffer[..count];
        self.lines += memchr::memchr_iter(b'\n', front).count();
        self.has_nul |= memchr::memchr(0, front).is_some();
        self.dropped += count as u64;
        self.next -= count;
        self.buffer.drain(..count);
    }

    /// Looks at every place before `end`.
    fn look(&mut self, end: usize) {
        let table = &*TABLE;
        // A place needs two bytes after it.
        let until = (end + 2).min(self.buffer.len());
        while self.next < end
            && let Some((from, mut places)) = table.next(&self.buffer[..until], self.next)
        {
            while places != 0 {
                let at = from + places.trailing_zeros() as usize;
                places &= places - 1;
                let three = [self.buffer[at], self.buffer[at + 1], self.buffer[at + 2]];
                for anchor in table.anchors(three) {
                    let Some(at) = at.checked_sub(anchor.before) else { continue };
                    if anchor.begins(&self.buffer[at..]) {
                        self.judge(at, anchor.form);
                    }
                }
            }
            self.next = (from + BLOCK).min(end);
        }
        self.next = self.next.max(end);
    }

    fn judge(&mut self, at: usize, form: Form) {
        let before = &self.buffer[at.saturating_sub(LEFT)..at];
        let after = &self.buffer[at..self.buffer.len().min(at + RIGHT)];
        let found = match form {
            Form::Kind(of) => kind(of, before, after, self.is_compiled),
            Form::Named(of) => named(of, before, after, self.is_compiled),
            Form::PrivateKey => private_key::armoured(before, after),
            Form::Putty => private_key::putty(before, after),
            Form::Address => login::address(before, after),
            Form::Login if self.is_login => login::password(before, after),
            Form::Login => None,
            Form::Obfuscator => {
                self.marks |= obfuscators::mark(before, after);
                None
            }
        };
        if let Some(found) = found {
            self.tell(at, &found);
        }
    }

    fn tell(&mut self, at: usize, found: &Found) {
        let start = at.saturating_add_signed(-found.from);
        let value = &self.buffer[start..at + found.to];
        let begin = self.dropped + start as u64;
        if begin < self.covered {
            return;
        }
        let Some(weight) = found.sort.weight(&self.member) else {
            return;
        };
        let fingerprint = fingerprint(value);
        let is_told = || self.hits[self.first..].iter().any(|hit| hit.fingerprint == fingerprint);
        if is_documented(&fingerprint) || is_told() {
            return;
        }
        self.covered = begin + value.len() as u64;
        if self.hits.len() >= MOST {
            self.more += 1;
            return;
        }
        let front = &self.buffer[..start];
        let is_text = !self.has_nul && !self.is_compiled && memchr::memchr(0, front).is_none();
        let line = self.lines + memchr::memchr_iter(b'\n', front).count() + 1;
        // Of a password nothing is public, and all keys begin the same.
        let is_shown = found.sort != Sort::Password && !value.starts_with(b"-----");
        let begins = if is_shown { &value[..value.len().min(4)] } else { &[] };
        self.hits.push(Hit {
            kind: found.kind,
            member: self.member.clone(),
            line: is_text.then_some(line),
            fingerprint,
            begins: String::from_utf8_lossy(begins).into_owned(),
            length: value.len(),
            weight,
        });
    }
}

fn kind(of: usize, before: &[u8], after: &[u8], is_compiled: bool) -> Option<Found> {
    let kind = &KINDS[of];
    let (left, right) = kind.matched(before, after, is_compiled)?;
    let value = [&before[before.len() - left..], &after[..right]].concat();
    kind.is_sound(&value).then_some(Found { kind: kind.name, from: left as isize, to: right, sort: kind.sort })
}

fn named(of: usize, before: &[u8], after: &[u8], is_compiled: bool) -> Option<Found> {
    let named = &NAMED[of];
    let is_inside = before.last().is_some_and(|&byte| is_in(byte, WORD) && byte != b'_');
    if is_inside && !is_escaped(before) && !(is_compiled && string_length(before).is_some()) {
        return None;
    }
    let (start, length) = named.matched(after, is_compiled)?;
    let value = &after[start..start + length];
    (!super::forms::is_placeholder(value)).then_some(Found {
        kind: named.name,
        from: -(start as isize),
        to: start + length,
        sort: Sort::Formed,
    })
}

/// Whether a known kind of token begins here, which then is told as what it is.
pub(super) fn is_token(value: &[u8]) -> bool {
    KINDS.iter().any(|kind| value.starts_with(kind.prefix.as_bytes()))
}
