//! What to send where.

use std::path::PathBuf;

use super::PlanError;
use crate::effects::Inspect;
use crate::effects::files::What;
use crate::error::Failure;
use crate::project::{Package, Project};
use crate::python::filename::{SdistName, WheelName};

/// The archives of the current version in `dist/`, wheels before sdists; of one package, or of all.
///
/// # Errors
/// A package has none.
pub fn archives_of(inspect: Inspect<'_>, project: &Project, only: Option<&Package>) -> Result<Vec<PathBuf>, Failure> {
    let dir = project.root.join("dist");
    let files = inspect.files();
    let all = if files.what(&dir) == What::Folder {
        files.list(&dir)?
    } else {
        Vec::new()
    };
    let mut found = Vec::new();
    for package in project
        .packages
        .iter()
        .filter(|package| only.is_none_or(|only| only.name == package.name))
    {
        let belongs = |path: &PathBuf, wheel: bool| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let parsed = match wheel {
                true => name
                    .parse::<WheelName>()
                    .ok()
                    .map(|name| (name.name().clone(), name.version().clone())),
                false => name
                    .parse::<SdistName>()
                    .ok()
                    .map(|name| (name.name().clone(), name.version().clone())),
            };
            parsed.is_some_and(|(name, version)| name == package.name && version == package.version)
        };
        let before = found.len();
        found.extend(all.iter().filter(|path| belongs(path, true)).cloned());
        found.extend(all.iter().filter(|path| belongs(path, false)).cloned());
        if found.len() == before {
            return Err(PlanError::NoArchives {
                version: package.version.to_string(),
                dir: dir.display().to_string(),
            }
            .into());
        }
    }
    Ok(found)
}
