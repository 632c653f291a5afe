//! How large an archive is, packed and unpacked.
//!
//! Follows PyPI's limits and the checks of pydistcheck.

use crate::archive::{Kind, Scan};

use super::contents::files;
use super::judge::Docket;

/// PyPI's limit of one file where a project was not given another.
const PYPI_FILE: u64 = 100 << 20;
/// What PyPI gives to nobody.
const PYPI_CAP: u64 = 1 << 30;
/// PyPI takes a wheel of less than this, unpacked, for no bomb.
const PYPI_UNPACKED: u64 = 64 << 20;
/// Above it, PyPI allows this many unpacked bytes for each packed one.
const PYPI_RATIO: u64 = 50;

pub(super) fn judge(docket: &mut Docket<'_>, scan: &Scan) {
    let usual = &docket.policy().settings;
    let mebibytes = |bytes: u64| bytes.div_ceil(1 << 20);
    let unpacked = scan.members.iter().fold(0_u64, |sum, member| sum.saturating_add(member.size));
    match scan.size {
        size if size > PYPI_CAP => {
            let message = format!("the file has {} MiB, and PyPI takes 1024 at the most", mebibytes(size));
            docket.raise("check/file-too-large", message, None);
        }
        size if size > PYPI_FILE => {
            docket.raise("check/file-size", format!("the file has {} MiB, more than 100", mebibytes(size)), None);
        }
        size if size > usual.max_size => {
            let message = format!("the file has {size} bytes, more than {}", usual.max_size);
            docket.raise("check/large", message, None);
        }
        _ => {}
    }
    if scan.kind == Kind::Wheel && unpacked > PYPI_UNPACKED && unpacked > scan.size.saturating_mul(PYPI_RATIO) {
        let message = format!("the wheel unpacks to more than {PYPI_RATIO} times its size");
        docket.raise("check/zip-ratio", message, None);
    }
    if unpacked > usual.max_unpacked {
        let message = format!(
            "the members have {} MiB together, more than {}",
            mebibytes(unpacked),
            mebibytes(usual.max_unpacked)
        );
        docket.raise("check/large-unpacked", message, None);
    }
    let count = files(scan).count();
    if count > usual.max_files {
        docket.raise("check/many-files", format!("the archive has {count} files, more than {}", usual.max_files), None);
    }
}
