//! How much an archive may cost its reader. Every limit is checked against what was counted.

use super::scan::Fault;

/// The bounds of one scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file itself.
    pub file: u64,
    /// Bytes of all members together, unpacked; for a tar its headers and padding count too.
    pub unpacked: u64,
    /// Unpacked bytes for each packed byte of one member.
    pub ratio: u64,
    /// Members smaller than this many unpacked bytes may have any ratio: shared libraries that were
    /// padded to page sizes reach 220 without malice.
    pub ratio_floor: u64,
    /// An archive that unpacks to no more than this many bytes may have any ratio as a whole.
    pub total_floor: u64,
    /// Members, directories included.
    pub members: usize,
    /// Bytes of one name.
    pub name: usize,
    /// Bytes of all names together.
    pub names: usize,
    /// Bytes of all texts together that judging needs.
    pub text: usize,
    /// Bytes of one pax header.
    pub pax: u64,
    /// Faults of one code that are kept. Counted by code, so that no flood hides another fault.
    pub faults: usize,
}

impl Limits {
    /// Refuses an archive that unpacked to so many bytes, after so many of its own.
    pub(super) fn total(&self, unpacked: u64, packed: u64) -> Result<(), Fault> {
        let message = if unpacked > self.unpacked {
            format!("the archive unpacks to more than {} bytes", self.unpacked)
        } else if unpacked > self.total_floor && unpacked > packed.saturating_mul(self.ratio) {
            format!("{packed} bytes unpack to {unpacked} and more")
        } else {
            return Ok(());
        };
        Err(Fault::new("archive/bomb", message))
    }
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            file: 2 << 30,
            unpacked: 16 << 30,
            ratio: 200,
            ratio_floor: 16 << 20,
            total_floor: 64 << 20,
            members: 100_000,
            name: 1024,
            names: 32 << 20,
            text: 32 << 20,
            pax: 1 << 20,
            faults: 100,
        }
    }
}
