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
    const OBFUSCATORS: &[&[u8]] = &[
        b"__pyarmor__(__name__, __file__,",
        b"__pyarmor_enter__",
        b"__pyarmor_exit__",
        b"__pyarmor_assert__",
        b"__pyarmor_bcc__",
        b"---BEGIN PYE FILE---",
        b"---END PYE FILE---",
    ];
    /// The names of the sections that debuggers read: ELF, compressed, Mach-O.
    const DEBUG: &[&[u8]] = &[b".debug_info\0", b".zdebug_info\0", b"__debug_info\0"];

    pub(super) fn clear(&mut self) {
        self.tail.clear();
        self.found = 0;
    }

    /// Takes some bytes more of Python source.
    pub(super) fn look_for_obfuscators(&mut self, bytes: &[u8]) {
        // What all of them have: one search for it is cheaper than one for each.
        self.look(bytes, Self::OBFUSCATORS, &[b"__pyarmor_", b"PYE FILE---"]);
    }

    /// Takes some bytes more of machine code.
    pub(super) fn look_for_debug(&mut self, bytes: &[u8]) {
        self.look(bytes, Self::DEBUG, &[b"debug_info\0"]);
    }

    /// Notes the texts, each of which has one of the parts.
    fn look(&mut self, bytes: &[u8], texts: &[&[u8]], parts: &[&[u8]]) {
        let kept = self.tail.len();
        self.tail.extend_from_slice(&bytes[..bytes.len().min(LONGEST)]);
        for piece in [self.tail.as_slice(), bytes] {
            if parts.iter().any(|part| memchr::memmem::find(piece, part).is_some()) {
                for (at, text) in texts.iter().enumerate() {
                    self.found |= u32::from(memchr::memmem::find(piece, text).is_some()) << at;
                }
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
