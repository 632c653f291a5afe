//! RECORD: every file once, with its digest and its size.
//!
//! Follows "Recording installed projects" of packaging.python.org (PEP 376, 627). PyPI compares the
//! names only, and only by mail; installers that compare digests refuse the wheel.

use std::collections::{HashMap, HashSet};

use crate::archive::{Member, MemberKind, Scan, shown};

use super::judge::Docket;

pub(super) fn judge(docket: &mut Docket<'_>, scan: &Scan, folder: &str) {
    let path = format!("{folder}/RECORD");
    let Some(bytes) = scan.kept.get(&path) else {
        docket.raise("check/record-missing", format!("the wheel has no `{path}`"), None);
        return;
    };
    let files: HashMap<&str, &Member> = scan
        .members
        .iter()
        .filter(|member| member.kind != MemberKind::Directory)
        .map(|member| (member.name.as_str(), member))
        .collect();
    let mut listed = HashSet::new();
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes.as_slice());
    for row in reader.records() {
        let row = match row {
            Ok(row) => row,
            Err(error) => {
                // What follows a line that cannot be read is not compared.
                let line = error.position().and_then(|position| usize::try_from(position.line()).ok());
                docket.raise_line("check/record-invalid", "RECORD is not UTF-8", &path, line);
                return;
            }
        };
        let line = row.position().and_then(|position| usize::try_from(position.line()).ok());
        if row.len() != 3 {
            let message = format!("a line has {} fields instead of 3", row.len());
            docket.raise_line("check/record-invalid", message, &path, line);
            continue;
        }
        let name = row[0].to_owned();
        if listed.contains(&name) {
            let message = format!("`{}` is listed twice", shown(&name));
            docket.raise_line("check/record-duplicate", message, &path, line);
            continue;
        }
        match files.get(name.as_str()) {
            Some(member) if !exempt(&name, &path) => compare(docket, member, &row),
            Some(_) => {}
            None => {
                let message = format!("RECORD lists `{}`, which is not in the wheel", shown(&name));
                docket.raise_line("check/record-mismatch", message, &path, line);
            }
        }
        listed.insert(name);
    }
    for member in &scan.members {
        let name = &member.name;
        let signature = name != &path && exempt(name, &path);
        if member.kind != MemberKind::Directory && !listed.contains(name) && !signature {
            let message = format!("`{}` is not listed in RECORD", shown(name));
            docket.raise("check/record-mismatch", message, Some(name));
        }
    }
}

/// RECORD cannot hold its own digest, nor that of its signatures.
fn exempt(name: &str, record: &str) -> bool {
    name.strip_prefix(record).is_some_and(|rest| ["", ".jws", ".p7s"].contains(&rest))
}

fn compare(docket: &mut Docket<'_>, member: &Member, row: &csv::StringRecord) {
    let name = &member.name;
    let (hash, size) = (&row[1], &row[2]);
    if !size.is_empty() && size.parse() != Ok(member.size) {
        let message = format!("RECORD gives {} bytes, the file has {}", shown(size), member.size);
        docket.raise("check/record-size", message, Some(name));
    }
    let Some((algorithm, digest)) = hash.split_once('=') else {
        docket.raise("check/record-hash-missing", "RECORD gives no digest for the file", Some(name));
        return;
    };
    match algorithm {
        "sha256" => {
            let counted = member.sha256.map(crate::archive::Sha256::to_record);
            if counted.as_deref() != Some(digest) {
                docket.raise("check/record-hash", "the file does not have the digest of RECORD", Some(name));
            }
        }
        "sha384" | "sha512" => docket.raise(
            "check/record-hash-unread",
            format!("the digest is `{algorithm}`, which is not compared here"),
            Some(name),
        ),
        _ => {
            let message = format!("the digest is `{}` and must be sha256 or better", shown(algorithm));
            docket.raise("check/record-hash-weak", message, Some(name));
        }
    }
}
