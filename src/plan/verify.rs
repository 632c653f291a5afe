//! Which archives of a release are installed where, and what is looked at.

use super::Plan;
use crate::config::targets::Index;
use crate::index::listing::ListedFile;
use crate::project::{Package, Project};
use crate::python::name::normalize;
use crate::python::version::Version;
use crate::steps::Step;
use crate::steps::verify_install::{Checks, VerifyInstall};

/// An index to verify on.
#[derive(Debug, Clone)]
pub struct Target<'a> {
    /// The index.
    pub index: &'a Index,
    /// The simple API that dependencies come from; nothing: the index itself.
    pub dependencies: Option<&'a str>,
    /// Whether an extra whose requirement that index does not have is no fault.
    pub lenient: bool,
}

/// What is known of an archive from elsewhere than the index: its name and its sha256.
pub type Known = (String, String);

/// Plans the verification of these files of a package.
pub fn plan(
    project: &Project,
    (package, version): (&Package, &Version),
    target: &Target<'_>,
    files: &[ListedFile],
    known: &[Known],
) -> Plan {
    let verify = &project.config.verify;
    let commands = verify
        .commands
        .iter()
        .filter(|command| command.package.as_ref().is_none_or(|name| normalize(name) == package.name.normalized()));
    let commands: Vec<_> = commands.cloned().collect();
    let steps = files
        .iter()
        // A wheel for another platform cannot be installed here.
        .filter(|file| file.name.ends_with(".tar.gz") || file.name.ends_with("-any.whl"))
        .map(|file| {
            let wheel = file.name.ends_with(".whl");
            Step::VerifyInstall(VerifyInstall {
                package: package.name.clone(),
                version: version.clone(),
                file: file.name.clone(),
                url: file.url.clone(),
                sha256: known.iter().find(|(name, _)| *name == file.name).map(|(_, sha256)| sha256.clone()),
                dependencies: target.dependencies.unwrap_or(&target.index.simple).to_owned(),
                lenient: target.lenient,
                requires: package.pyproject.build_requires(),
                checks: Checks {
                    imports: imports_of(project, package),
                    commands: commands.clone(),
                    import_ms: verify.import_ms,
                    bytes: if wheel { verify.wheel_bytes } else { verify.sdist_bytes },
                },
            })
        })
        .collect();
    Plan::of(steps)
}

/// The configured imports; in a workspace those that begin with the package's own name.
fn imports_of(project: &Project, package: &Package) -> Option<Vec<String>> {
    let imports = project.config.verify.imports.clone()?;
    if project.packages.len() == 1 {
        return Some(imports);
    }
    let own = package.name.file_part();
    let mine: Vec<String> =
        imports.into_iter().filter(|module| module.split('.').next() == Some(own.as_str())).collect();
    (!mine.is_empty()).then_some(mine)
}
