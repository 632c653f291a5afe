//! Names of sections in what passes by in pieces.

/// Notes whether one of the sections that debuggers read occurs, however it is cut.
#[derive(Debug, Default)]
pub(super) struct Literals {
    /// The end of what has passed: too short for any of the texts.
    tail: Vec<u8>,
    has_debug: bool,
}

/// The longest text is shorter.
const LONGEST: usize = 16;

impl Literals {
    pub(super) fn clear(&mut self) {
        self.tail.clear();
        self.has_debug = false;
    }

    /// Takes some bytes more of machine code.
    pub(super) fn look_for_debug(&mut self, bytes: &[u8]) {
        /// ELF, compressed, Mach-O.
        const NAMES: [&[u8]; 3] = [b".debug_info\0", b".zdebug_info\0", b"__debug_info\0"];
        let kept = self.tail.len();
        self.tail.extend_from_slice(&bytes[..bytes.len().min(LONGEST)]);
        for piece in [self.tail.as_slice(), bytes] {
            // What all of them have: one search for it is cheaper than one for each.
            self.has_debug |= memchr::memmem::find(piece, b"debug_info\0").is_some()
                && NAMES.iter().any(|name| memchr::memmem::find(piece, name).is_some());
        }
        if bytes.len() >= LONGEST {
            self.tail.clear();
            self.tail.extend_from_slice(&bytes[bytes.len() - LONGEST..]);
        } else if kept + bytes.len() > LONGEST {
            self.tail.drain(..kept + bytes.len() - LONGEST);
        }
    }

    /// Whether a section with debug information occurs.
    pub(super) fn has_debug(&self) -> bool {
        self.has_debug
    }
}
