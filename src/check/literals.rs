//! Fixed texts in what passes by in pieces.

/// Notes which of a few texts occur, however they are cut.
#[derive(Debug, Default)]
pub(super) struct Literals {
    /// The end of what has passed: too short for any of the texts.
    tail: Vec<u8>,
    found: u32,
}

/// The longest text is shorter.
const LONGEST: usize = 64;

impl Literals {
    /// What PyPI refuses in Python source (warehouse, `utils/scanner_rules`), as of `PYPI_AS_OF`.
    pub(super) const OBFUSCATORS: &[&[u8]] = &[
        b"__pyarmor__(__name__, __file__,",
        b"__pyarmor_enter__",
        b"__pyarmor_exit__",
        b"__pyarmor_assert__",
        b"__pyarmor_bcc__",
        b"---BEGIN PYE FILE---",
        b"---END PYE FILE---",
    ];
    /// The names of the sections that debuggers read: ELF, compressed, Mach-O.
    pub(super) const DEBUG: &[&[u8]] = &[b".debug_info\0", b".zdebug_info\0", b"__debug_info\0"];

    pub(super) fn clear(&mut self) {
        self.tail.clear();
        self.found = 0;
    }

    /// Takes some bytes more.
    pub(super) fn look(&mut self, bytes: &[u8], texts: &[&[u8]]) {
        let kept = self.tail.len();
        self.tail.extend_from_slice(&bytes[..bytes.len().min(LONGEST)]);
        for (at, text) in texts.iter().enumerate() {
            if memchr::memmem::find(&self.tail, text).is_some() || memchr::memmem::find(bytes, text).is_some() {
                self.found |= 1 << at;
            }
        }
        if bytes.len() >= LONGEST {
            self.tail.clear();
            self.tail.extend_from_slice(&bytes[bytes.len() - LONGEST..]);
        } else if kept + bytes.len() > LONGEST {
            self.tail.drain(..kept + bytes.len() - LONGEST);
        }
    }

    /// The obfuscator whose texts occur.
    pub(super) fn obfuscator(&self) -> Option<&'static str> {
        const PYARMOR: u32 = 0b1_1111;
        const PYE: u32 = 0b110_0000;
        if self.found & PYARMOR != 0 { Some("PyArmor") } else { (self.found & PYE == PYE).then_some("SourceDefender") }
    }

    /// Whether a section with debug information occurs.
    pub(super) fn has_debug(&self) -> bool {
        self.found != 0
    }
}
