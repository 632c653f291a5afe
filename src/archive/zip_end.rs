//! The directory and the end records of a zip, compared with the entries that were walked.
//!
//! Follows APPNOTE.TXT 6.3.10, sections 4.3.12 to 4.3.16. Two readers can only disagree about a zip
//! whose two descriptions of an entry differ, so every difference is a fault.

use super::scan::{Fault, Findings, MemberKind};
use super::source::Source;
use super::zip::{
    CENTRAL, ELSEWHERE, END, END64, Entry, needed, read_extra, read_name, u16_at, u32_at, u64_at, unknown_record,
};

const LOCATOR: &[u8; 4] = b"PK\x06\x07";

/// Where the directory really lies and how many records it really has.
struct Directory {
    start: u64,
    size: u64,
    count: u64,
}

pub(super) fn walk(
    source: &mut Source<'_>,
    findings: &mut Findings<'_>,
    entries: &[Entry],
    mut signature: [u8; 4],
) -> Result<(), Fault> {
    let start = source.position() - 4;
    let mut described = vec![false; entries.len()];
    let mut count = 0;
    while &signature == CENTRAL {
        count += 1;
        if count > findings.limits.members as u64 {
            return Err(Fault::new("archive/too-many-members", "the directory of the zip has too many records"));
        }
        central_record(source, findings, entries, &mut described)?;
        signature = source.array::<4>()?;
    }
    for (at, _) in described.iter().enumerate().filter(|(_, described)| !**described) {
        let name = findings.members[at].name.clone();
        findings.fault(Fault::new("archive/missing-central", "an entry is not in the directory of the zip").of(&name));
    }
    let directory = Directory { start, size: source.position() - 4 - start, count };
    let zip64 = &signature == END64;
    if zip64 {
        end64_record(source, findings, &directory)?;
        signature = source.array::<4>()?;
    }
    if &signature != END {
        return Err(unknown_record(source.position() - 4));
    }
    end_record(source, findings, &directory, zip64)
}

fn central_record(
    source: &mut Source<'_>,
    findings: &mut Findings<'_>,
    entries: &[Entry],
    described: &mut [bool],
) -> Result<(), Fault> {
    let head = source.array::<42>()?;
    let bytes = read_name(source, findings, u16_at(&head, 24))?;
    let name = String::from_utf8_lossy(&bytes).into_owned();
    let extra = source.bytes(u16_at(&head, 26))?;
    let comment = source.bytes(u16_at(&head, 28))?;
    let mut fields = [20, 16, 38].map(|at| u64::from(u32_at(&head, at)));
    needed(findings, u16_at(&head, 2), &name);
    read_extra(findings, &extra, &mut fields, &name)?;
    let central = Entry {
        flags: u16_at(&head, 4),
        method: u16_at(&head, 6),
        time: u32_at(&head, 8),
        crc: u32_at(&head, 12),
        size: fields[0],
        packed: fields[1],
        offset: fields[2],
        name: bytes,
    };
    if !comment.is_empty() {
        findings.fault(Fault::new("archive/zip-comment", "an entry has a comment in the directory").of(&name));
    }
    if u16_at(&head, 30) != 0 {
        findings.fault(Fault::new("archive/header", "an entry lies on another disk").of(&name));
    }
    // The entries were walked in order, so their offsets ascend.
    let Ok(at) = entries.binary_search_by_key(&central.offset, |entry| entry.offset) else {
        findings.fault(Fault::new("archive/missing-local", "the directory names an entry that is not there").of(&name));
        return Ok(());
    };
    if std::mem::replace(&mut described[at], true) {
        findings.fault(Fault::new("archive/overlap", "two records of the directory share one entry").of(&name));
        return Ok(());
    }
    compare(findings, &entries[at], &central, &name);
    attributes(findings, at, u32_at(&head, 34) >> 16);
    Ok(())
}

fn compare(findings: &mut Findings<'_>, local: &Entry, central: &Entry, name: &str) {
    let differing = [
        ("name", local.name != central.name),
        ("flags", local.flags != central.flags),
        ("method", local.method != central.method),
        ("time", local.time != central.time),
        ("packed size", local.packed != central.packed),
        ("size", local.size != central.size),
    ];
    for (field, _) in differing.into_iter().filter(|(_, differs)| *differs) {
        let text = format!("the {field} of an entry differs between its header and the directory");
        findings.fault(Fault::new("archive/header-mismatch", text).of(name));
    }
    if local.crc != central.crc {
        let text = "the checksum of an entry differs between its header and the directory";
        findings.fault(Fault::new("archive/crc", text).of(name));
    }
}

/// Takes over the Unix mode, which only the directory has.
fn attributes(findings: &mut Findings<'_>, at: usize, mode: u32) {
    let member = &mut findings.members[at];
    member.mode = mode;
    member.executable = member.kind == MemberKind::File && mode & 0o111 != 0;
    let kind = match (mode & 0o170_000, member.kind) {
        (0, kind) => kind,
        (0o100_000, MemberKind::File) => MemberKind::File,
        (0o040_000, MemberKind::Directory) => MemberKind::Directory,
        (0o120_000, _) => MemberKind::Symlink,
        _ => MemberKind::Special,
    };
    member.kind = kind;
    let name = member.name.clone();
    match kind {
        MemberKind::Symlink => {
            findings.fault(Fault::new("archive/symlink", "an entry has the mode of a symbolic link").of(&name))
        }
        MemberKind::Special => findings.fault(
            Fault::new(
                "archive/special-mode",
                format!("an entry has the mode `{mode:o}`, which does not fit its name"),
            )
            .of(&name),
        ),
        _ => {}
    }
    if mode & 0o7000 != 0 {
        findings.fault(
            Fault::new("archive/setuid", format!("an entry has the mode `{mode:o}` with setuid, setgid or sticky"))
                .of(&name),
        );
    }
}

fn end64_record(source: &mut Source<'_>, findings: &mut Findings<'_>, directory: &Directory) -> Result<(), Fault> {
    let start = source.position() - 4;
    let head = source.array::<52>()?;
    if u64_at(&head, 0) != 44 {
        return Err(Fault::new("archive/header", "the zip64 end record has an extension"));
    }
    if &source.array::<4>()? != LOCATOR {
        return Err(unknown_record(source.position() - 4));
    }
    let locator = source.array::<16>()?;
    let here = [u64_at(&head, 20), u64_at(&head, 28), u64_at(&head, 36), u64_at(&head, 44)];
    let real = [directory.count, directory.count, directory.size, directory.start];
    let disks = [u32_at(&head, 12), u32_at(&head, 16), u32_at(&locator, 0)];
    if here != real || disks != [0; 3] || u64_at(&locator, 4) != start || u32_at(&locator, 12) != 1 {
        findings.fault(Fault::new(
            "archive/eocd-mismatch",
            "the zip64 end record or its locator does not describe this directory",
        ));
    }
    if directory.count < 0xFFFF && directory.size < ELSEWHERE && directory.start < ELSEWHERE {
        findings
            .fault(Fault::new("archive/zip64-unneeded", "the zip ends with a zip64 record although it fits without"));
    }
    Ok(())
}

fn end_record(
    source: &mut Source<'_>,
    findings: &mut Findings<'_>,
    directory: &Directory,
    zip64: bool,
) -> Result<(), Fault> {
    let head = source.array::<18>()?;
    let says = |field: u64, real: u64, elsewhere: u64| field == real || (zip64 && field == elsewhere);
    for at in [4, 6] {
        let field = u64::from(u16_at(&head, at));
        if !says(field, directory.count, 0xFFFF) {
            let real = directory.count;
            findings.fault(Fault::new(
                "archive/entry-count",
                format!("the end record counts {field} entries, the directory has {real}"),
            ));
            break;
        }
    }
    if !says(u64::from(u32_at(&head, 8)), directory.size, ELSEWHERE)
        || !says(u64::from(u32_at(&head, 12)), directory.start, ELSEWHERE)
        || u32_at(&head, 0) != 0
    {
        findings.fault(Fault::new("archive/eocd-mismatch", "the end record does not describe this directory"));
    }
    let comment = source.bytes(u16_at(&head, 16))?;
    let nested = |window: &[u8]| window == b"PK\x03\x04" || window == END;
    if comment.windows(4).any(nested) {
        findings.fault(Fault::new("archive/nested-zip", "the comment at the end of the zip holds another zip"));
    } else if !comment.is_empty() {
        findings.fault(Fault::new("archive/zip-comment", "the zip has a comment at its end"));
    }
    if source.at_end()? {
        return Ok(());
    }
    Err(Fault::new("archive/trailing-data", "data follows the end of the zip"))
}
