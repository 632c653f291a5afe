//! What a kind of secret is made of, and whether bytes have that form.

use flate2::Crc;

use super::scan::Sort;

/// A set of characters, as bits of [`CLASSES`].
pub(super) type Alphabet = u16;

const LOW_DIGIT: Alphabet = 1;
const OTHER_DIGIT: Alphabet = 1 << 1;
const LOWER_A_TO_F: Alphabet = 1 << 2;
const UPPER_A_TO_F: Alphabet = 1 << 3;
const OTHER_LOWER: Alphabet = 1 << 4;
const OTHER_UPPER: Alphabet = 1 << 5;
const DASH: Alphabet = 1 << 6;
const UNDERSCORE: Alphabet = 1 << 7;
const DOT: Alphabet = 1 << 8;
const PLUS_OR_SLASH: Alphabet = 1 << 9;
const EQUALS: Alphabet = 1 << 10;
const TILDE: Alphabet = 1 << 11;

pub(super) const DIGITS: Alphabet = LOW_DIGIT | OTHER_DIGIT;
pub(super) const LOWER_HEX: Alphabet = DIGITS | LOWER_A_TO_F;
pub(super) const HEX: Alphabet = LOWER_HEX | UPPER_A_TO_F;
pub(super) const LETTERS: Alphabet = LOWER_A_TO_F | UPPER_A_TO_F | OTHER_LOWER | OTHER_UPPER;
pub(super) const LOWER_ALNUM: Alphabet = LOWER_HEX | OTHER_LOWER;
pub(super) const UPPER_ALNUM: Alphabet = DIGITS | UPPER_A_TO_F | OTHER_UPPER;
pub(super) const ALNUM: Alphabet = LETTERS | DIGITS;
pub(super) const ALNUM_DASH: Alphabet = ALNUM | DASH;
/// A to Z and 2 to 7.
pub(super) const BASE_32: Alphabet = LOW_DIGIT | UPPER_A_TO_F | OTHER_UPPER;
pub(super) const URL_SAFE: Alphabet = ALNUM | DASH | UNDERSCORE;
pub(super) const DOTTED: Alphabet = URL_SAFE | DOT;
pub(super) const TILDED: Alphabet = DOTTED | TILDE;
pub(super) const BASE64: Alphabet = ALNUM | PLUS_OR_SLASH;
/// Both spellings of base64.
pub(super) const BASE64_PADDED: Alphabet = BASE64 | DASH | UNDERSCORE | EQUALS;
/// What a name in a program is made of.
pub(super) const WORD: Alphabet = ALNUM | UNDERSCORE;

static CLASSES: [Alphabet; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = match byte as u8 {
            b'2'..=b'7' => LOW_DIGIT,
            b'0' | b'1' | b'8' | b'9' => OTHER_DIGIT,
            b'a'..=b'f' => LOWER_A_TO_F,
            b'A'..=b'F' => UPPER_A_TO_F,
            b'g'..=b'z' => OTHER_LOWER,
            b'G'..=b'Z' => OTHER_UPPER,
            b'-' => DASH,
            b'_' => UNDERSCORE,
            b'.' => DOT,
            b'+' | b'/' => PLUS_OR_SLASH,
            b'=' => EQUALS,
            b'~' => TILDE,
            _ => 0,
        };
        byte += 1;
    }
    classes
};

/// Whether the byte is one of the alphabet.
pub(super) fn is_in(byte: u8, alphabet: Alphabet) -> bool {
    CLASSES[usize::from(byte)] & alphabet != 0
}

/// How many bytes at the front are of the alphabet.
pub(super) fn run(bytes: &[u8], alphabet: Alphabet, most: usize) -> usize {
    bytes.iter().take(most).take_while(|&&byte| is_in(byte, alphabet)).count()
}

/// How many bytes at the end are of the alphabet.
pub(super) fn run_before(bytes: &[u8], alphabet: Alphabet, most: usize) -> usize {
    bytes.iter().rev().take(most).take_while(|&&byte| is_in(byte, alphabet)).count()
}

/// A part of a secret.
#[derive(Clone, Copy)]
pub(super) enum Piece {
    /// Exactly this.
    Text(&'static str),
    /// Characters of an alphabet: at least so many, at most so many.
    Run(Alphabet, usize, usize),
}

/// A kind of secret that has a form of its own.
#[derive(Clone, Copy)]
pub(super) struct Kind {
    /// What a person calls it, with its article.
    pub(super) name: &'static str,
    /// What it has that nothing else has; three characters and more.
    pub(super) prefix: &'static str,
    pieces: &'static [Piece],
    /// What stands before the prefix and belongs to it.
    before: Option<(Alphabet, usize, usize)>,
    /// How the whole begins, where the prefix stands in its middle.
    begins: &'static str,
    /// How sure a value of this form is; an issued one has a checksum.
    pub(super) sort: Sort,
}

/// A kind that a prefix and what follows it tell.
pub(super) const fn kind(name: &'static str, prefix: &'static str, pieces: &'static [Piece]) -> Kind {
    Kind { name, prefix, pieces, before: None, begins: "", sort: Sort::Formed }
}

impl Kind {
    pub(super) const fn issued(mut self) -> Self {
        self.sort = Sort::Issued;
        self
    }

    pub(super) const fn doubtful(mut self) -> Self {
        self.sort = Sort::Doubtful;
        self
    }

    pub(super) const fn after(mut self, alphabet: Alphabet, least: usize, most: usize) -> Self {
        self.before = Some((alphabet, least, most));
        self
    }

    pub(super) const fn beginning(mut self, text: &'static str) -> Self {
        self.begins = text;
        self
    }

    /// What follows the prefix at least: so many characters of an alphabet.
    pub(super) fn least(&self) -> (Alphabet, usize) {
        match self.pieces.first() {
            Some(&Piece::Run(alphabet, least, _)) => (alphabet, least),
            _ => (0, 0),
        }
    }

    /// How many bytes of a secret of this kind stand before and after the place where its prefix begins.
    /// `compiled`: in bytecode, where a string stands behind its length and other bytes may follow at once.
    pub(super) fn matched(&self, before: &[u8], after: &[u8], compiled: bool) -> Option<(usize, usize)> {
        let left = self.left(before, compiled)?;
        let string = if compiled { string_length(&before[..before.len() - left]) } else { None };
        let after = string.and_then(|length| after.get(..length.checked_sub(left)?)).unwrap_or(after);
        let loose = compiled && string.is_none();
        let mut right = self.prefix.len();
        for (at, piece) in self.pieces.iter().enumerate() {
            let rest = after.get(right..)?;
            let is_last = at + 1 == self.pieces.len();
            right += match *piece {
                Piece::Text(text) => rest.starts_with(text.as_bytes()).then_some(text.len())?,
                Piece::Run(alphabet, least, most) => {
                    let length = run(rest, alphabet, if loose && is_last { most } else { most + 1 });
                    (least..=most).contains(&length).then_some(length)?
                }
            };
        }
        let ends = loose || after.get(right).is_none_or(|&byte| !is_in(byte, WORD));
        let begins = || [&before[before.len() - left..], after].concat().starts_with(self.begins.as_bytes());
        (ends && (self.begins.is_empty() || begins())).then_some((left, right))
    }

    /// How much stands before the prefix; nothing where it does not begin here.
    fn left(&self, before: &[u8], compiled: bool) -> Option<usize> {
        let Some((alphabet, least, most)) = self.before else {
            // Runs that begin inside of others would be measured again and again.
            let is_inside = |&byte: &u8| is_in(byte, WORD | (self.first_alphabet() & !(EQUALS | PLUS_OR_SLASH)));
            let begins = !before.last().is_some_and(is_inside)
                || is_escaped(before)
                || (compiled && string_length(before).is_some());
            return begins.then_some(0);
        };
        let length = run_before(before, alphabet, most + 3);
        // The length of a string and its type may look like characters of the value.
        let behind_header = |skipped: &usize| {
            let left = length.saturating_sub(*skipped);
            (least..=most).contains(&left) && string_length(&before[..before.len() - left]).is_some()
        };
        match [1, 2].iter().find(|skipped| compiled && behind_header(skipped)) {
            Some(skipped) => Some(length - skipped),
            None => (least..=most).contains(&length).then_some(length),
        }
    }

    fn first_alphabet(&self) -> Alphabet {
        self.least().0
    }

    /// Whether the value is one that its maker can have made.
    pub(super) fn is_sound(&self, value: &[u8]) -> bool {
        let random = value.strip_prefix(self.prefix.as_bytes()).unwrap_or(value);
        if self.sort == Sort::Issued { checksum_fits(random) } else { !is_placeholder(random) }
    }
}

/// A kind that stands behind its name: `NAME = "value"`.
#[derive(Clone, Copy)]
pub(super) struct Named {
    /// What a person calls it, with its article.
    pub(super) name: &'static str,
    pub(super) key: &'static str,
    pub(super) alphabet: Alphabet,
    pub(super) length: usize,
}

impl Named {
    /// Where the value begins after the key, and how long it is.
    pub(super) fn matched(&self, after: &[u8], loose: bool) -> Option<(usize, usize)> {
        /// Quotes, blanks and one sign between a name and its value.
        const BETWEEN: usize = 12;
        let rest = after.strip_prefix(self.key.as_bytes())?;
        let is_between = |byte: &&u8| b"\"'` \t\\:=>".contains(byte);
        let between = rest.iter().take(BETWEEN).take_while(is_between).count();
        let is_set = rest[..between].iter().any(|byte| b":=".contains(byte));
        let most = if loose { self.length } else { self.length + 1 };
        let length = run(&rest[between..], self.alphabet, most);
        let ends = loose || rest.get(between + length).is_none_or(|&byte| !is_in(byte, WORD));
        (is_set && ends && length == self.length).then_some((self.key.len() + between, length))
    }
}

/// The length of the string that begins here in compiled bytecode, as `marshal` writes it before the string: a type and
/// one byte, or a type and four.
pub(super) fn string_length(before: &[u8]) -> Option<usize> {
    const SHORT: &[u8] = b"zZ";
    const LONG: &[u8] = b"aAuts";
    let is_type = |byte: u8, types: &[u8]| types.contains(&(byte & 0x7f));
    if let [.., sort, length] = *before
        && is_type(sort, SHORT)
    {
        return Some(usize::from(length));
    }
    match *before {
        [.., sort, one, two, three, 0] if is_type(sort, LONG) => {
            Some(u32::from_le_bytes([one, two, three, 0]) as usize)
        }
        _ => None,
    }
}

/// Whether what comes next may begin a word, though a letter stands before: the letter ends an escape, as in `\n`, `%3D`
/// or `\u0022`.
pub(super) fn is_escaped(before: &[u8]) -> bool {
    let ends_with = |sign: &[u8], digits: usize| {
        let Some((rest, tail)) = before.len().checked_sub(digits).map(|at| before.split_at(at)) else {
            return false;
        };
        tail.iter().all(u8::is_ascii_hexdigit) && rest.ends_with(sign)
    };
    before.ends_with(b"\\n")
        || before.ends_with(b"\\r")
        || before.ends_with(b"\\t")
        || ends_with(b"%", 2)
        || ends_with(b"\\x", 2)
        || ends_with(b"\\u", 4)
}

/// Thirty characters and their CRC-32, as six digits of base 62: how GitHub makes its tokens.
fn checksum_fits(value: &[u8]) -> bool {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let Some((random, told)) = value.split_last_chunk::<6>() else {
        return false;
    };
    let mut crc = Crc::new();
    crc.update(random);
    let mut rest = crc.sum() as usize;
    let mut made = [b'0'; 6];
    for digit in made.iter_mut().rev() {
        *digit = DIGITS[rest % 62];
        rest /= 62;
    }
    made == *told
}

/// Whether a person wrote the value to stand for one.
pub(super) fn is_placeholder(value: &[u8]) -> bool {
    const WORDS: [&[u8]; 14] = [
        b"example",
        b"xxxx",
        b"your",
        b"fake",
        b"dummy",
        b"test",
        b"sample",
        b"placeholder",
        b"redacted",
        b"changeme",
        b"foobar",
        b"insert",
        b"secret",
        b"token",
    ];
    const SAME: usize = 5;
    const RISING: usize = 6;
    let lower = value.to_ascii_lowercase();
    let longest = |fits: &dyn Fn(u8, u8) -> bool| {
        let mut best = 1;
        let mut length = 1;
        for pair in lower.windows(2) {
            length = if fits(pair[0], pair[1]) { length + 1 } else { 1 };
            best = best.max(length);
        }
        best
    };
    WORDS.iter().any(|word| memchr::memmem::find(&lower, word).is_some())
        || longest(&|one, next| one == next) >= SAME
        || longest(&|one, next| one.wrapping_add(1) == next) >= RISING
        || !is_random(value)
}

/// Whether a text looks random: at least six characters, and as many bits in each as its length lets expect.
pub(super) fn is_random(value: &[u8]) -> bool {
    const BITS: f64 = 3.0;
    let mut counts = [0_u32; 256];
    value.iter().for_each(|&byte| counts[usize::from(byte)] += 1);
    let length = value.len() as f64;
    let entropy: f64 = counts
        .iter()
        .filter(|&&count| count > 0)
        .map(|&count| f64::from(count) / length)
        .map(|share| -share * share.log2())
        .sum();
    counts.iter().filter(|&&count| count > 0).count() >= 6 && entropy >= BITS.min(0.75 * length.log2())
}
