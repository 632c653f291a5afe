//! The dist-info of a wheel, file by file.

use crate::archive::Scan;

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
