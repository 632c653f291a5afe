//! What differs between two archives, member by member, as installers would see it.
//!
//! Two archives are the same where their file names, their members, the bytes of each and its executable bit are:
//! but for the line `Generator` of WHEEL, and for rows of RECORD that say what is true of their own archive. Order,
//! dates, owners, compression, entries of directories, line ends and order of RECORD are told and do not count,
//! unless every byte is asked for. Everything is read by the strict readers and by nothing else; what two programs
//! could read differently is not compared ([`Fault::misleads`]).

mod headers;
mod members;
mod record;
pub mod report;
mod texts;

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::{Fault, Limits, Member, MemberKind, Scan, Sha256, read};
use crate::effects::{EffectsError, Files};

/// How two archives are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Measure {
    /// By what is in them.
    #[default]
    Contents,
    /// By every byte of the files.
    Bytes,
}

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// The first.
    A,
    /// The second.
    B,
}

/// What is different about a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Difference {
    /// Only the first archive has it.
    OnlyInA,
    /// Only the second archive has it.
    OnlyInB,
    /// One is a file and the other a link, say.
    Kind,
    /// The bytes of a file, or the target of a link.
    Differs,
    /// One is executable.
    ExecutableBit,
}

/// A member as one of the archives has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Here {
    /// What it is.
    pub kind: MemberKind,
    /// Its bytes, unpacked.
    pub size: u64,
    /// The digest of its bytes, where it is a file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<Sha256>,
    /// Whether it is executable.
    pub executable: bool,
    /// Where it leads, where it is a link.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// The path as this archive spells it.
    #[serde(skip)]
    pub name: String,
    /// Whether its first bytes are those of no text.
    #[serde(skip)]
    pub binary: bool,
}

/// One field of METADATA, or one row of RECORD, that is different.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The name of the field or the path of the row.
    pub field: String,
    /// What the first archive has.
    pub a: Option<String>,
    /// What the second archive has.
    pub b: Option<String>,
}

/// A member that is different.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Differing {
    /// The path, as the first archive spells it that has it.
    pub path: String,
    /// In what.
    pub difference: Difference,
    /// The member of the first archive.
    pub a: Option<Here>,
    /// The member of the second archive.
    pub b: Option<Here>,
    /// Which fields or rows, for METADATA, PKG-INFO and RECORD.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
    /// A unified diff, where it was asked for and both are text of a moderate size.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub diff: Vec<String>,
}

/// What is different about the archives as wholes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "difference")]
pub enum Whole {
    /// The names of the files.
    FileName {
        /// That of the first.
        a: String,
        /// That of the second.
        b: String,
    },
    /// The folder that all members of an sdist lie in, or the `.dist-info` of a wheel.
    TopFolder {
        /// That of the first.
        a: String,
        /// That of the second.
        b: String,
    },
    /// The bytes, where they were asked for and the contents are the same.
    Bytes,
}

/// What is told and does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Note {
    /// WHEEL names other generators.
    Generator,
    /// RECORD has its rows in another order, or other line ends.
    RecordForm,
    /// The members stand in another order.
    Order,
    /// One has entries for directories that the other leaves out.
    Directories,
    /// Anything else: dates, owners, modes beyond the executable bit, compression.
    OtherBytes,
}

/// An archive that cannot be compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// Which.
    pub side: Side,
    /// Why.
    pub fault: Fault,
}

/// Everything that is different between two archives.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Comparison {
    /// What is different about them as wholes.
    pub wholes: Vec<Whole>,
    /// The members that are different, sorted by path.
    pub members: Vec<Differing>,
    /// What does not count.
    pub notes: Vec<Note>,
    /// What cannot be compared; nothing is said of the members then.
    pub unreadable: Vec<Unreadable>,
}

impl Comparison {
    /// Whether the archives are the same; nothing where that cannot be told. A difference that is certain is one,
    /// whatever else cannot be compared.
    pub fn same(&self) -> Option<bool> {
        let differs = !self.wholes.is_empty() || !self.members.is_empty();
        (differs || self.unreadable.is_empty()).then_some(!differs)
    }
}

/// An archive that was read.
struct Archive {
    path: PathBuf,
    name: String,
    scan: Scan,
}

impl Archive {
    fn read(files: Files, path: &Path) -> Result<Self, EffectsError> {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let scan = read::scan(&name, &mut files.open(path)?, &Limits::default());
        Ok(Archive { path: path.to_owned(), name, scan })
    }

    /// Whether the digest is that of the whole file.
    fn is_read_to_its_end(&self) -> bool {
        !self.scan.faults.iter().any(|fault| ["archive/unreadable", "archive/too-large"].contains(&fault.code))
    }

    fn why_unreadable(&self) -> Option<&Fault> {
        let faults = &self.scan.faults;
        faults.iter().find(|fault| fault.misleads()).or_else(|| faults.last().filter(|_| !self.scan.complete))
    }
}

impl Fault {
    /// Whether two programs may read an archive with this fault differently, so that no word about its contents
    /// would hold for both. The others are about names and modes, which everybody reads alike.
    pub fn misleads(&self) -> bool {
        const READ_ALIKE: [&str; 21] = [
            "archive/absolute-path",
            "archive/backslash",
            "archive/bidi",
            "archive/control-char",
            "archive/drive-letter",
            "archive/empty-name",
            "archive/file-as-directory",
            "archive/gnu-format",
            "archive/link",
            "archive/link-inside",
            "archive/name-collision",
            "archive/name-too-long",
            "archive/path-form",
            "archive/path-traversal",
            "archive/pax-path",
            "archive/setuid",
            "archive/special-file",
            "archive/special-mode",
            "archive/symlink",
            "archive/windows-name",
            "archive/zip64-unneeded",
        ];
        !READ_ALIKE.contains(&self.code)
    }
}

/// Compares two archives. With `diffs`, differing texts get a unified diff, which reads the archives once more.
///
/// # Errors
/// A file cannot be opened. What is wrong inside is no error: see [`Comparison::unreadable`].
pub fn compare(files: Files, a: &Path, b: &Path, measure: Measure, diffs: bool) -> Result<Comparison, EffectsError> {
    let (a, b) = (Archive::read(files, a)?, Archive::read(files, b)?);
    let mut found = Comparison::default();
    if a.name != b.name {
        found.wholes.push(Whole::FileName { a: a.name.clone(), b: b.name.clone() });
    }
    if a.is_read_to_its_end() && b.is_read_to_its_end() && a.scan.sha256 == b.scan.sha256 {
        // The same bytes are the same, whatever they are.
        return Ok(found);
    }
    for (side, archive) in [(Side::A, &a), (Side::B, &b)] {
        found.unreadable.extend(archive.why_unreadable().map(|fault| Unreadable { side, fault: fault.clone() }));
    }
    if !found.unreadable.is_empty() {
        return Ok(found);
    }
    members::compare(&a, &b, &mut found);
    if diffs {
        texts::diff(files, &a, &b, &mut found)?;
    }
    if found.same() == Some(true) {
        if found.notes.is_empty() {
            found.notes.push(Note::OtherBytes);
        }
        if measure == Measure::Bytes {
            found.wholes.push(Whole::Bytes);
        }
    }
    Ok(found)
}

/// Whether the first bytes of a member are those of no text.
fn is_binary(member: &Member) -> bool {
    let text = |byte: &u8| matches!(byte, b'\t'..=b'\r' | 0x1B | b' '..=0x7E | 0x80..);
    let head = &member.head;
    let cut = std::str::from_utf8(head).err().is_some_and(|error| error.error_len().is_some());
    cut || !head.iter().all(text)
}
