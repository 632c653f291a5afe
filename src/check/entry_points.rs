//! The entry points of a wheel. Follows "Entry points specification" of packaging.python.org and the
//! names of commands that PyPI takes.

use crate::archive::{Scan, shown};
use crate::python::entry_points::EntryPoints;

use super::judge::Docket;

pub(super) fn judge(docket: &mut Docket<'_>, scan: &Scan, folder: &str) {
    let path = format!("{folder}/entry_points.txt");
    let Some(bytes) = scan.kept.get(&path) else {
        return;
    };
    let Ok(text) = std::str::from_utf8(bytes) else {
        docket.raise("check/entry-point", "the file is not UTF-8", Some(&path));
        return;
    };
    match text.parse::<EntryPoints>() {
        Ok(entries) => {
            for name in entries.refused_scripts() {
                let message = format!(
                    "the command `{}` has other characters than letters, digits, `_`, `.` and `-`",
                    shown(name)
                );
                docket.raise("check/entry-point", message, Some(&path));
            }
        }
        Err(error) => docket.raise("check/entry-point", error.to_string(), Some(&path)),
    }
}
