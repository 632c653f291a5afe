//! Where the members of a wheel end up when it is installed, which is what counts: the root and the schemes `purelib`
//! and `platlib` are one folder, and so is `data/lib/python3.12/site-packages`.
//!
//! Follows "Binary distribution format" of packaging.python.org.

use std::collections::BTreeMap;

use crate::archive::{Member, Scan, shown};
use crate::python::filename::WheelName;

use super::contents::files;
use super::judge::Docket;

/// A file below the folder that Python imports from.
pub(super) struct Installed<'a> {
    /// Its path there.
    pub(super) path: &'a str,
    pub(super) member: &'a Member,
}

/// The files that a wheel puts into the folder that Python imports from.
pub(super) fn library<'a>(scan: &'a Scan, name: &WheelName) -> Vec<Installed<'a>> {
    let data = format!("{}/", name.data()).to_lowercase();
    let place = |member: &'a Member| {
        let path = member.name.as_str();
        let is_data = path.get(..data.len()).is_some_and(|start| start.to_lowercase() == data);
        let path = if is_data { below_site_packages(&path[data.len()..])? } else { path };
        Some(Installed { path, member })
    };
    files(scan).filter_map(place).collect()
}

/// The path below the folder of libraries; nothing for what a scheme puts elsewhere.
fn below_site_packages(path: &str) -> Option<&str> {
    let (scheme, rest) = path.split_once('/')?;
    match scheme {
        "purelib" | "platlib" => Some(rest),
        "data" => {
            let (lib, mut rest) = rest.split_once('/')?;
            if !["lib", "lib64"].contains(&lib.to_lowercase().as_str()) {
                return None;
            }
            if let Some((_, below)) = rest.split_once('/').filter(|(folder, _)| is_python(folder)) {
                rest = below;
            }
            rest.strip_prefix("site-packages/").or_else(|| rest.strip_prefix("dist-packages/"))
        }
        _ => None,
    }
}

fn is_python(folder: &str) -> bool {
    ["python", "pypy"].iter().any(|start| folder.to_lowercase().starts_with(start))
}

/// Two members that end up in one place: which of them is left depends on the installer.
pub(super) fn judge(docket: &mut Docket<'_>, installed: &[Installed<'_>]) {
    let mut places: BTreeMap<String, &str> = BTreeMap::new();
    for Installed { path, member } in installed {
        let Some(first) = places.insert(path.to_lowercase(), &member.name) else { continue };
        let (here, first) = (shown(&member.name), shown(first));
        // Two spellings in one folder are a matter of the archive.
        if first.len() != here.len() {
            let message = format!("`{here}` is installed over `{first}`");
            docket.raise("check/install-collision", message, Some(&member.name));
        }
    }
}
