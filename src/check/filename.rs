//! What the file name alone tells. Follows PEP 427, 625 and PyPI's list of platforms.

use crate::archive::{Kind, Scan, shown};
use crate::python::filename::{SdistName, WheelName};
use crate::python::name::ProjectName;
use crate::python::tag::pypi_accepts_platform;
use crate::python::version::Version;

use super::judge::Docket;

/// The longest name that a common file system stores, less the `.metadata` that PyPI appends.
const LONGEST: usize = 255 - ".metadata".len();

pub(super) enum FileName {
    Wheel(WheelName),
    Sdist(SdistName),
}

impl FileName {
    pub(super) fn project(&self) -> &ProjectName {
        match self {
            FileName::Wheel(name) => name.name(),
            FileName::Sdist(name) => name.name(),
        }
    }

    pub(super) fn version(&self) -> &Version {
        match self {
            FileName::Wheel(name) => name.version(),
            FileName::Sdist(name) => name.version(),
        }
    }
}

/// Judges the name; `None` where the name says nothing to compare with.
pub(super) fn judge(docket: &mut Docket<'_>, scan: &Scan) -> Option<FileName> {
    let text = docket.file_name();
    let parsed = match scan.kind {
        Kind::Wheel => text.parse().map(FileName::Wheel),
        _ => text.parse().map(FileName::Sdist),
    };
    let name = match parsed {
        Ok(name) => name,
        Err(error) => {
            docket.raise("check/filename", error.to_string(), None);
            return None;
        }
    };
    if text.len() > LONGEST {
        docket.raise("check/filename", format!("the file name is longer than {LONGEST} bytes"), None);
    }
    let normalized = match &name {
        FileName::Wheel(name) => name.is_normalized(),
        FileName::Sdist(name) => name.is_normalized(),
    };
    if !normalized {
        let message = format!(
            "`{}` does not begin with the normal form `{}-{}`",
            shown(text),
            name.project().file_part(),
            name.version()
        );
        docket.raise("check/filename", message, None);
    }
    if name.version().is_local() {
        let message = format!("version `{}` has a local label", name.version());
        docket.raise("check/local-version", message, None);
    }
    if let FileName::Wheel(name) = &name {
        platforms(docket, name);
    }
    Some(name)
}

fn platforms(docket: &mut Docket<'_>, name: &WheelName) {
    for platform in name.tags().platforms() {
        if !pypi_accepts_platform(platform) {
            let message = format!("PyPI takes no wheels for the platform `{platform}`");
            docket.raise("check/platform-tag", message, None);
        }
    }
}
