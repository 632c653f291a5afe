//! The grammar of member names: only what every system writes to the same place, under one name.
//!
//! Follows PEP 427 and 721 (no absolute path, no `..`), the reserved names of Windows, and Unicode
//! NFC plus case folding for file systems that take two spellings for one file.

use std::collections::HashSet;

use unicode_normalization::UnicodeNormalization as _;

use super::scan::{Fault, Findings, Kind, MemberKind, shown};

/// The longest component that common file systems store, in bytes.
const COMPONENT: usize = 255;

/// Judges every name by itself and all names together.
pub(super) fn judge(kind: Kind, findings: &mut Findings<'_>) {
    if kind == Kind::Other {
        return;
    }
    let members = std::mem::take(&mut findings.members);
    let mut names = HashSet::new();
    for member in &members {
        if !names.insert(member.name.as_str()) {
            let text = format!("`{}` stands in the archive twice", shown(&member.name));
            findings.fault(Fault::new("archive/duplicate-entry", text).of(&member.name));
        }
        for (code, what) in faults_of(&member.name) {
            let text = format!("the name `{}` {what}", shown(&member.name));
            findings.fault(Fault::new(code, text).of(&member.name));
        }
    }
    // Sorted by component, everything below a path follows that path directly.
    let mut order: Vec<(String, usize)> =
        members.iter().enumerate().map(|(at, member)| (fold(&member.name), at)).collect();
    order.sort_unstable();
    let mut above: Option<&(String, usize)> = None;
    for (before, here) in order.iter().zip(order.iter().skip(1)) {
        let (old, new) = (&members[before.1], &members[here.1]);
        let directories = (old.kind, new.kind) == (MemberKind::Directory, MemberKind::Directory);
        if old.name != new.name && before.0 == here.0 && !directories {
            let text = format!(
                "`{}` and `{}` are one file where case or Unicode form does not count",
                shown(&old.name),
                shown(&new.name)
            );
            findings.fault(Fault::new("archive/name-collision", text).of(&new.name));
        }
        if above.is_none_or(|above| !below(&here.0, &above.0)) {
            above = (old.kind != MemberKind::Directory && below(&here.0, &before.0)).then_some(before);
        }
        if let Some(above) = above {
            let parent = &members[above.1];
            let code = match parent.kind {
                MemberKind::Symlink | MemberKind::Hardlink => "archive/link",
                _ => "archive/file-as-directory",
            };
            let text = format!("`{}` lies below `{}`, which is not a directory", shown(&new.name), shown(&parent.name));
            findings.fault(Fault::new(code, text).of(&new.name));
        }
    }
    findings.members = members;
}

fn below(name: &str, parent: &str) -> bool {
    name.strip_prefix(parent).is_some_and(|rest| rest.starts_with('\0'))
}

/// One spelling for all names that some file system takes for the same, its slashes sorting first.
fn fold(name: &str) -> String {
    if name.is_ascii() {
        let lower = |byte: u8| if byte == b'/' { '\0' } else { char::from(byte.to_ascii_lowercase()) };
        return name.bytes().map(lower).collect();
    }
    name.nfc()
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase)
        .nfc()
        .map(|c| if c == '/' { '\0' } else { c })
        .collect()
}

/// What is wrong with one name: codes, and the rest of a sentence that begins with the name.
fn faults_of(name: &str) -> Vec<(&'static str, &'static str)> {
    let mut faults = Vec::new();
    if is_plain(name) {
        return faults;
    }
    let mut check = |code, what, wrong: bool| {
        if wrong {
            faults.push((code, what));
        }
    };
    let bytes = name.as_bytes();
    check("archive/empty-name", "is empty", name.is_empty());
    check("archive/absolute-path", "is absolute", name.starts_with('/'));
    let drive = bytes.len() > 1 && bytes[0].is_ascii_alphabetic() && bytes[1] == b':';
    check("archive/drive-letter", "begins with a drive letter", drive);
    check("archive/backslash", "has a backslash", name.contains('\\'));
    let mut parts = name.split(['/', '\\']);
    check("archive/path-traversal", "leads out with `..`", parts.any(|part| part == ".."));
    let relative = name.strip_prefix('/').unwrap_or(name);
    let hollow = !name.is_empty() && relative.split('/').any(|part| part.is_empty() || part == ".");
    check("archive/path-form", "has an empty or a `.` part", hollow);
    check("archive/control-char", "has a control character", name.chars().any(char::is_control));
    check("archive/bidi", "has characters that hide or turn text", name.chars().any(is_hidden));
    let long = relative.split('/').any(|part| part.len() > COMPONENT);
    check("archive/name-too-long", "has a part longer than 255 bytes", long);
    let windows = !drive && relative.split('/').any(is_windows_special);
    check("archive/windows-name", "cannot be written on Windows", windows);
    faults
}

/// Whether nothing can be wrong with a name, as nearly always: said without looking for each fault.
fn is_plain(name: &str) -> bool {
    let is_plain = |part: &str| {
        let device =
            part.len() == 3 || part.as_bytes().get(3).is_some_and(|&byte| byte == b'.' || byte.is_ascii_digit());
        let plain = part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte));
        plain && !part.is_empty() && part.len() <= COMPONENT && !part.ends_with('.') && !device
    };
    name.split('/').all(is_plain)
}

/// Direction marks, embeddings, isolates, zero-width and empty characters, variations, tags.
fn is_hidden(c: char) -> bool {
    matches!(
        c,
        '\u{61C}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}'
            | '\u{FEFF}' | '\u{2028}' | '\u{2029}' | '\u{AD}' | '\u{180E}' | '\u{115F}' | '\u{1160}' | '\u{3164}'
            | '\u{FFA0}' | '\u{FE00}'..='\u{FE0E}' | '\u{E0000}'..='\u{E007F}' | '\u{E0100}'..='\u{E01EF}'
    )
}

fn is_windows_special(part: &str) -> bool {
    const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "conin$", "conout$"];
    if part == "." || part == ".." || part.is_empty() {
        return false;
    }
    let stem = part.split('.').next().unwrap_or(part).trim_end().to_lowercase();
    let numbered = stem.strip_prefix("com").or_else(|| stem.strip_prefix("lpt")).is_some_and(|rest| {
        let mut rest = rest.chars();
        matches!((rest.next(), rest.next()), (Some('1'..='9' | '¹' | '²' | '³'), None))
    });
    DEVICES.contains(&stem.as_str())
        || numbered
        || part.ends_with(['.', ' '])
        || part.contains(['<', '>', ':', '"', '|', '?', '*'])
}
