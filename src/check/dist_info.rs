//! The dist-info of a wheel, file by file.

use crate::archive::{Member, Scan, shown};

use super::contents::files;
use super::filename::FileName;
use super::judge::Docket;
use super::{entry_points, metadata, record, wheel_file};

pub(super) fn judge(docket: &mut Docket<'_>, scan: &Scan, folder: &str, name: &FileName) {
    record::judge(docket, scan, folder);
    let path = format!("{folder}/METADATA");
    match scan.kept.get(&path) {
        Some(bytes) => {
            let licenses = format!("{folder}/licenses/");
            metadata::judge(docket, &metadata::Subject { scan, path: &path, bytes, licenses: &licenses, name });
        }
        None => docket.raise("check/metadata-missing", format!("the wheel has no `{path}`"), None),
    }
    if let FileName::Wheel(name) = name {
        wheel_file::judge(docket, scan, folder, name);
    }
    entry_points::judge(docket, scan, folder);
    advice(docket, scan, folder);
    for member in files(scan) {
        let Some(file) = member.name.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/')) else {
            continue;
        };
        match file {
            "INSTALLER" | "REQUESTED" | "direct_url.json" => docket.raise(
                "check/installer-file",
                format!("`{file}` is written by installers and not by builds"),
                Some(&member.name),
            ),
            "RECORD.jws" | "RECORD.p7s" => docket.raise(
                "check/record-signature",
                format!("`{file}` is deprecated and read by nobody"),
                Some(&member.name),
            ),
            _ => {}
        }
    }
}

/// What installers do not mind.
fn advice(docket: &mut Docket<'_>, scan: &Scan, folder: &str) {
    let inside = |member: &&Member| member.name.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
    let sboms = format!("{folder}/sboms/");
    for member in files(scan).filter(|member| member.name.starts_with(&sboms) && !is_sbom(&member.head)) {
        let message = format!("`{}` is neither JSON nor XML nor SPDX", shown(&member.name));
        docket.raise("check/sbom", message, Some(&member.name));
    }
    let mut after = files(scan).skip_while(|member| !inside(member)).filter(|member| !inside(member));
    if let Some(member) = after.next() {
        let message = format!("`{}` stands behind the dist-info", shown(&member.name));
        docket.raise("check/dist-info-order", message, None);
    }
}

/// By its first bytes, of which the scan keeps a few.
fn is_sbom(head: &[u8]) -> bool {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    head.starts_with(b"{") || head.starts_with(b"<") || head.starts_with(b"SPDXVers")
}
