//! What obfuscators leave in Python source, which PyPI refuses (warehouse, `utils/scanner_rules`), as of `PYPI_AS_OF`.

use std::ops::BitOrAssign;

/// With what every mark of PyArmor begins.
pub(super) const PYARMOR: &str = "__pyarmor_";
/// With what every mark of SourceDefender ends.
pub(super) const SOURCE_DEFENDER: &str = "PYE FILE---";

/// Which marks a member has, a bit for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Marks(u8);

impl Marks {
    const PYARMOR: Marks = Marks(1);
    const BEGIN: Marks = Marks(1 << 1);
    const END: Marks = Marks(1 << 2);

    /// The obfuscator whose marks they are. One that SourceDefender wrote has both of its own.
    pub(super) fn obfuscator(self) -> Option<&'static str> {
        let has = |marks: Marks| self.0 & marks.0 != 0;
        if has(Self::PYARMOR) {
            Some("PyArmor")
        } else {
            (has(Self::BEGIN) && has(Self::END)).then_some("SourceDefender")
        }
    }
}

impl BitOrAssign for Marks {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

/// The mark at a place where one of the two texts begins.
pub(super) fn mark(before: &[u8], after: &[u8]) -> Marks {
    const ENDS: [&str; 5] = ["_(__name__, __file__,", "enter__", "exit__", "assert__", "bcc__"];
    let is_pyarmor = |rest: &[u8]| ENDS.iter().any(|end| rest.starts_with(end.as_bytes()));
    match after.strip_prefix(PYARMOR.as_bytes()) {
        Some(rest) if is_pyarmor(rest) => Marks::PYARMOR,
        Some(_) => Marks::default(),
        None if before.ends_with(b"---BEGIN ") => Marks::BEGIN,
        None if before.ends_with(b"---END ") => Marks::END,
        None => Marks::default(),
    }
}
