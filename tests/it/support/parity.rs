//! When two builds are the same release: the same archives, in each the same members, of each the same bytes and
//! the same executable bit. The line `Generator:` of WHEEL is the builder's own, and with it RECORD's row of WHEEL. The
//! order of members does not count, and so that of RECORD's rows does not.
//! A folder is no member, and a hard link is the file that it names. Order, dates, owners and compression do not
//! count. Read by the crates `tar` and `zip`, not by our own readers.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::{Path, PathBuf};

use pyrelease::archive::Sha256;
use pyrelease::report::diff;

/// Lines of a diff that are shown.
const SHOWN: usize = 20;

/// An archive's name and members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Archive {
    pub(crate) name: String,
    /// By path; more than one where a path is there twice.
    pub(crate) members: BTreeMap<String, Vec<Member>>,
}

/// A member as it counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Member {
    pub(crate) kind: Kind,
    pub(crate) executable: bool,
    pub(crate) bytes: Vec<u8>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    File,
    Link,
    Other(u8),
}

/// Every file of a folder as an archive, by name.
pub(crate) fn read_folder(folder: &Path) -> Result<Vec<Archive>, String> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .map_or_else(|_| Vec::new(), |found| found.flatten().map(|entry| entry.path()).collect());
    paths.sort();
    paths.iter().map(|path| Archive::read(path)).collect()
}

impl Archive {
    /// Reads an archive as its name says.
    pub(crate) fn read(path: &Path) -> Result<Archive, String> {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let bytes = std::fs::read(path).map_err(|error| format!("{name}: {error}"))?;
        Archive::parse(&name, &bytes).map_err(|problem| format!("{name}: {problem}"))
    }

    /// Reads an archive of this name.
    pub(crate) fn parse(name: &str, bytes: &[u8]) -> Result<Archive, String> {
        let members = match name {
            name if name.ends_with(".whl") => wheel(bytes).map_err(|error| error.to_string())?,
            name if name.ends_with(".tar.gz") => sdist(bytes)?,
            _ => return Err("neither a wheel nor an sdist".to_owned()),
        };
        Ok(Archive { name: name.to_owned(), members })
    }
}

fn wheel(bytes: &[u8]) -> zip::result::ZipResult<BTreeMap<String, Vec<Member>>> {
    let mut members: BTreeMap<String, Vec<Member>> = BTreeMap::new();
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes))?;
    for index in 0..archive.len() {
        let mut file = archive.by_index(index)?;
        if file.is_dir() {
            continue;
        }
        let mode = file.unix_mode().unwrap_or(0);
        let kind = match mode >> 12 {
            // Zip files of Python may say the permissions only.
            0 | 0o10 => Kind::File,
            0o12 => Kind::Link,
            other => Kind::Other(other as u8),
        };
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let name = file.name()?.into_owned();
        let member = Member { kind, executable: mode & 0o111 != 0, bytes };
        members.entry(name).or_default().push(member);
    }
    Ok(members)
}

fn sdist(bytes: &[u8]) -> Result<BTreeMap<String, Vec<Member>>, String> {
    let mut members: BTreeMap<String, Vec<Member>> = BTreeMap::new();
    let mut archive = tar::Archive::new(flate2::read::MultiGzDecoder::new(bytes));
    for entry in archive.entries().map_err(|error| error.to_string())? {
        let mut entry = entry.map_err(|error| error.to_string())?;
        let text = |bytes: &[u8]| {
            String::from_utf8(bytes.to_vec()).map_err(|_| format!("a name that is not UTF-8: {}", bytes.escape_ascii()))
        };
        let path = text(&entry.path_bytes())?;
        let target = entry.link_name_bytes().map(|target| text(&target)).transpose()?.unwrap_or_default();
        let mode = entry.header().mode().map_err(|error| error.to_string())?;
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).map_err(|error| error.to_string())?;
        let executable = mode & 0o111 != 0;
        let member = match entry.header().entry_type() {
            tar::EntryType::Directory => continue,
            tar::EntryType::Regular => Member { kind: Kind::File, executable, bytes },
            // A link has no permissions of its own.
            tar::EntryType::Symlink => Member { kind: Kind::Link, executable: false, bytes: target.into_bytes() },
            tar::EntryType::Link => {
                let named = members.get(&target).and_then(|found| found.last());
                named
                    .cloned()
                    .ok_or_else(|| format!("`{path}` is a hard link to `{target}`, which is not before it"))?
            }
            other => Member { kind: Kind::Other(other.as_byte()), executable, bytes },
        };
        members.entry(path).or_default().push(member);
    }
    Ok(members)
}

/// Everything that differs, sorted, in lines that begin with the archive and the member; none where both are the
/// same release.
pub(crate) fn differences(real: &[Archive], ours: &[Archive]) -> Vec<String> {
    let mut found = Vec::new();
    let names: BTreeSet<&str> = real.iter().chain(ours).map(|archive| archive.name.as_str()).collect();
    for name in names {
        let of = |side: &[Archive]| side.iter().find(|archive| archive.name == name).cloned();
        match (of(real), of(ours)) {
            (Some(real), Some(ours)) => found.extend(differing_members(&real, &ours)),
            (Some(_), None) => found.push(format!("{name}: only the backend builds it")),
            _ => found.push(format!("{name}: the backend does not build it")),
        }
    }
    found
}

fn differing_members(real: &Archive, ours: &Archive) -> Vec<String> {
    let mut found = Vec::new();
    let paths: BTreeSet<&String> = real.members.keys().chain(ours.members.keys()).collect();
    for path in paths {
        let what = match (real.members.get(path).map(Vec::as_slice), ours.members.get(path).map(Vec::as_slice)) {
            (Some(_), None) => "missing".to_owned(),
            (None, Some(_)) => "not the backend's".to_owned(),
            // hatchling stores one twice when it builds an unpacked sdist; what comes last is what is unpacked.
            (Some(real), Some([ours]))
                if path.ends_with("/PKG-INFO") && path.matches('/').count() == 1 && real.len() == 2 =>
            {
                match real.last().and_then(|real| differing(path, real, ours)) {
                    Some(what) => what,
                    None => continue,
                }
            }
            (Some(real), Some(ours)) if real.len() != ours.len() => {
                format!("there {} times, by the backend {} times", ours.len(), real.len())
            }
            (Some(real), Some(ours)) => {
                let pairs = real.iter().zip(ours);
                let differing: Vec<String> = pairs.filter_map(|(real, ours)| differing(path, real, ours)).collect();
                if differing.is_empty() {
                    continue;
                }
                differing.join("; ")
            }
            (None, None) => continue,
        };
        found.push(format!("{}: {path}: {what}", real.name));
    }
    found
}

fn differing(path: &str, real: &Member, ours: &Member) -> Option<String> {
    let mut found = Vec::new();
    if real.kind != ours.kind {
        found.push(format!("{:?} instead of {:?}", ours.kind, real.kind));
    }
    if real.executable != ours.executable {
        found.push(if ours.executable { "executable".to_owned() } else { "not executable".to_owned() });
    }
    let (before, after) = (comparable(path, &real.bytes), comparable(path, &ours.bytes));
    if before != after {
        match (std::str::from_utf8(&before), std::str::from_utf8(&after)) {
            (Ok(before), Ok(after)) => found.push(differing_text(path, before, after)),
            _ => found.push(format!(
                "other bytes: {} of {} instead of {} of {}",
                after.len(),
                Sha256::of(&after),
                before.len(),
                Sha256::of(&before)
            )),
        }
    }
    (!found.is_empty()).then(|| found.join("; "))
}

/// Ends of lines are told of on their own: in a diff they would hide the rest.
fn differing_text(path: &str, before: &str, after: &str) -> String {
    let (plain_before, plain_after) = (before.replace("\r\n", "\n"), after.replace("\r\n", "\n"));
    let has = |text: &str, plain: &str| if text == plain { "\\n" } else { "\\r\\n" };
    let (old, new) = (has(before, &plain_before), has(after, &plain_after));
    let ends = match old == new {
        true if plain_before == plain_after => "other ends of some lines".to_owned(),
        true => String::new(),
        false => format!("other ends of lines: {new} instead of {old}"),
    };
    if plain_before == plain_after {
        return ends;
    }
    let lines = diff::unified(path, Some(&plain_before), &plain_after);
    let shown: Vec<String> = lines.iter().skip(2).take(SHOWN).map(|line| format!("\n      {line}")).collect();
    let more = if lines.len() > SHOWN + 2 { "\n      …" } else { "" };
    let and = if ends.is_empty() { "" } else { ", and " };
    format!("other text{and}{ends} (- backend, + ours){}{more}", shown.concat())
}

/// The bytes of a member without what is the builder's own.
fn comparable(path: &str, bytes: &[u8]) -> Vec<u8> {
    let Ok(text) = std::str::from_utf8(bytes) else { return bytes.to_vec() };
    let Some((folder, file)) = path.split_once('/').filter(|(folder, _)| folder.ends_with(".dist-info")) else {
        return bytes.to_vec();
    };
    let start = match file {
        "WHEEL" => "Generator:".to_owned(),
        "RECORD" => format!("{folder}/WHEEL,"),
        _ => return bytes.to_vec(),
    };
    let lines = text.split_inclusive('\n').map(|line| match line.strip_prefix(&start) {
        Some(_) => format!(
            "{start}…{}",
            if line.ends_with("\r\n") {
                "\r\n"
            } else if line.ends_with('\n') {
                "\n"
            } else {
                ""
            }
        ),
        None => line.to_owned(),
    });
    let mut lines: Vec<String> = lines.collect();
    if file == "RECORD" {
        // Its rows follow the order of the members.
        lines.sort();
    }
    lines.concat().into_bytes()
}
