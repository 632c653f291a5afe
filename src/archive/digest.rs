//! Digests of files, as values that print as lowercase hex.
//!
//! Follows the Simple API (PEP 503, 691) and PyPI's upload form: sha256 and blake2b with 32 bytes.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use blake2::digest::consts::U32;
use blake2::{Blake2b, Digest as _};

/// A SHA-256 digest.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Sha256([u8; 32]);

/// A BLAKE2b digest of 32 bytes, which PyPI calls `blake2_256`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Blake2b256([u8; 32]);

impl Sha256 {
    /// The digest of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Sha256(sha2::Sha256::digest(bytes).into())
    }

    /// The digest of what a reader gives.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn of_reader(reader: &mut impl std::io::Read) -> std::io::Result<Self> {
        let mut digester = Sha256Digester::default();
        let mut buffer = vec![0; 256 << 10];
        loop {
            match reader.read(&mut buffer)? {
                0 => return Ok(digester.finish()),
                count => digester.update(&buffer[..count]),
            }
        }
    }

    /// The digest that 64 hex digits of either case spell, `None` for anything else.
    pub fn from_hex(hex: &str) -> Option<Self> {
        parse_hex(hex).map(Sha256)
    }

    /// One digest for several files, the same in whatever order they are named: that of the lines
    /// `<sha256>  <name>`, sorted by name, as `sha256sum` prints them.
    pub fn of_files<'n>(files: impl IntoIterator<Item = (&'n str, String)>) -> Self {
        let sorted: std::collections::BTreeMap<&str, String> = files.into_iter().collect();
        let lines: String = sorted.iter().map(|(name, sha256)| format!("{sha256}  {name}\n")).collect();
        Sha256::of(lines.as_bytes())
    }

    /// The raw digest.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The spelling that RECORD uses: base64 with the URL alphabet and no padding.
    pub fn to_record(self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }
}

impl Blake2b256 {
    /// The digest of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Blake2b256(Blake2b::<U32>::digest(bytes).into())
    }

    /// The digest of what a reader gives, and its SHA-256, read once.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn with_sha256(reader: &mut impl std::io::Read) -> std::io::Result<(Self, Sha256)> {
        let (mut own, mut other) = (Blake2b::<U32>::new(), Sha256Digester::default());
        let mut buffer = vec![0; 256 << 10];
        loop {
            match reader.read(&mut buffer)? {
                0 => return Ok((Blake2b256(own.finalize().into()), other.finish())),
                count => {
                    own.update(&buffer[..count]);
                    other.update(&buffer[..count]);
                }
            }
        }
    }

    /// The digest that 64 hex digits of either case spell, `None` for anything else.
    pub fn from_hex(hex: &str) -> Option<Self> {
        parse_hex(hex).map(Blake2b256)
    }

    /// The raw digest.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(f, &self.0)
    }
}

impl fmt::Debug for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(f, &self.0)
    }
}

impl fmt::Display for Blake2b256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(f, &self.0)
    }
}

impl fmt::Debug for Blake2b256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(f, &self.0)
    }
}

impl serde::Serialize for Sha256 {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl serde::Serialize for Blake2b256 {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// SHA-256 of a stream, fed piece by piece.
#[derive(Default)]
pub struct Sha256Digester(sha2::Sha256);

impl Sha256Digester {
    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest of what was fed.
    pub fn finish(self) -> Sha256 {
        Sha256(self.0.finalize().into())
    }
}

impl std::io::Write for Sha256Digester {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn write_hex(f: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
}

fn parse_hex(hex: &str) -> Option<[u8; 32]> {
    let digits = hex.as_bytes();
    if digits.len() != 64 {
        return None;
    }
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let high = char::from(pair[0]).to_digit(16)?;
        let low = char::from(pair[1]).to_digit(16)?;
        *byte = u8::try_from(high * 16 + low).ok()?;
    }
    Some(bytes)
}
