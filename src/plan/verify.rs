//! Which archives of a release are fetched, compared and installed where, and what is looked at.

use std::path::PathBuf;

use super::Plan;
use crate::config::file::Attestations;
use crate::config::targets::Index;
use crate::effects::{Git, Inspect};
use crate::forge::Forge;
use crate::forge::place::Kind;
use crate::index::attestation::publisher::Publisher;
use crate::index::listing::ListedFile;
use crate::project::{Package, Project};
use crate::python::name::normalize;
use crate::python::version::Version;
use crate::steps::Step;
use crate::steps::verify_install::index_says::Asked;
use crate::steps::verify_install::pythons::Pythons;
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
    /// The Pythons that wheels are tried with.
    pub pythons: &'a Pythons,
    /// Who should have published, where that is known.
    pub publisher: Option<&'a Publisher>,
}

/// What is known of an archive from elsewhere than the index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Its name.
    pub name: String,
    /// Its sha256.
    pub sha256: String,
    /// Where it lies on this machine.
    pub path: Option<PathBuf>,
    /// Whether it was published with an attestation.
    pub attested: bool,
}

/// Plans the verification of these files of a package.
pub fn plan(
    project: &Project,
    (package, version): (&Package, &Version),
    target: &Target<'_>,
    files: &[ListedFile],
    known: &[Known],
) -> Plan {
    let steps = files.iter().enumerate().map(|(number, file)| {
        let known = known.iter().find(|known| known.name == file.name);
        let wants_provenance = wanted(project, target, known.is_some_and(|known| known.attested));
        let asked = Asked {
            size: file.size,
            metadata: file.metadata,
            provenance: file.provenance.clone(),
            wants_provenance,
            publisher: target.publisher.cloned(),
            reads_back: number == 0,
        };
        let step = VerifyInstall {
            file: file.name.clone(),
            url: file.url.clone(),
            sha256: known.map(|known| known.sha256.clone()),
            local: known.and_then(|known| known.path.clone()),
            asked,
            ..installation(project, (package, version), target)
        };
        Step::VerifyInstall(Box::new(step))
    });
    Plan::of(steps.collect())
}

/// Plans to install the project as it lies here, and to try that.
pub fn editable(project: &Project, (package, version): (&Package, &Version), target: &Target<'_>) -> Plan {
    let step = VerifyInstall {
        file: "the project itself".to_owned(),
        editable: Some(project.root.join(&package.folder)),
        ..installation(project, (package, version), target)
    };
    Plan::of(vec![Step::VerifyInstall(Box::new(step))])
}

/// What is the same for all files of a package.
fn installation(project: &Project, (package, version): (&Package, &Version), target: &Target<'_>) -> VerifyInstall {
    let verify = &project.config.verify;
    let commands = verify
        .commands
        .iter()
        .filter(|command| command.package.as_ref().is_none_or(|name| normalize(name) == package.name.normalized()));
    VerifyInstall {
        package: package.name.clone(),
        version: version.clone(),
        file: String::new(),
        url: String::new(),
        sha256: None,
        dependencies: target.dependencies.unwrap_or(&target.index.simple).to_owned(),
        lenient: target.lenient,
        requires: package.pyproject.build_requires(),
        index: target.index.clone(),
        local: None,
        asked: Asked::nothing(),
        pythons: target.pythons.clone(),
        editable: None,
        checks: Checks {
            imports: imports_of(project, package),
            commands: commands.cloned().collect(),
            import_ms: verify.import_ms,
            install_ms: verify.install_ms,
            wheel_bytes: verify.wheel_bytes,
            sdist_bytes: verify.sdist_bytes,
        },
    }
}

/// Whether the index must say who published a file: as configured, and of one that was published with an attestation in
/// any case, unless nobody wants to know.
pub fn wanted(project: &Project, target: &Target<'_>, attested: bool) -> Attestations {
    match project.config.verify.provenance.unwrap_or(Attestations::Prefer) {
        // The embedded index of a rehearsal has no publishers.
        _ if target.lenient => Attestations::Off,
        Attestations::Prefer if attested => Attestations::Require,
        other => other,
    }
}

/// Who may sign for a project: its repository on GitHub, on the tag of the version or on a branch that releases are made
/// from. Nothing where it is hosted elsewhere: PyPI trusts no publisher of other forges that are known here.
pub fn publisher(inspect: Inspect<'_>, project: &Project, version: &Version) -> Option<Publisher> {
    let forge = Forge::of_project(inspect, &project.config, &project.root).ok()?;
    if forge.place.kind != Kind::Github || forge.place.host() != "github.com" {
        return None;
    }
    let tag = project.tag_of(version);
    let git = Git::discover(&project.root).ok().flatten();
    let tags = git.and_then(|git| git.tags().ok()).unwrap_or_default();
    let branches = project.config.branches.value.iter().map(|branch| format!("refs/heads/{branch}"));
    Some(Publisher {
        repository: format!("https://github.com/{}", forge.place.slug()),
        workflow: project.config.verify.workflow.clone(),
        references: std::iter::once(format!("refs/tags/{tag}")).chain(branches).collect(),
        commit: tags.into_iter().find(|known| known.name == tag).map(|tag| tag.commit),
    })
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
