//! What the repository is: packages, the version and its one source, references, changelog, history.
//! Loading only looks; edits are computed as data (`edit.rs`) and carried out by `steps/`.

pub mod changelog;
pub mod conventional;
pub mod dependencies;
pub mod detect;
pub mod edit;
pub mod error;
pub mod history;
pub mod impact;
pub mod load;
pub mod pyproject;
pub mod references;
pub mod version_source;
mod workspace;

use std::path::PathBuf;

pub use error::ProjectError;
pub use pyproject::Pyproject;
pub use version_source::VersionSource;

use crate::config::Config;
use crate::python::name::ProjectName;
use crate::python::version::Version;

/// Project files are read up to this size; a larger one is hostile or a mistake.
pub const FILE_LIMIT: u64 = 16 * 1024 * 1024;

/// The project: one package, the members of a workspace with one shared version, or one member of a workspace where
/// each has its own.
#[derive(Debug, Clone)]
pub struct Project {
    /// The folder of the configuration.
    pub root: PathBuf,
    /// What the user asked for.
    pub config: Config,
    /// The packages, in the order they are released.
    pub packages: Vec<Package>,
    /// The changelog, below the root, where there is one.
    pub changelog: Option<String>,
    /// `pyproject.toml` of a root that is no package itself: the dependency groups of a workspace stand there.
    pub manifest: Option<Pyproject>,
    /// The folders of the other packages of the workspace, where each has a version of its own.
    pub neighbours: Option<Vec<String>>,
}

/// One distribution.
#[derive(Debug, Clone)]
pub struct Package {
    /// Its name.
    pub name: ProjectName,
    /// Its folder below the root, empty for the root itself.
    pub folder: String,
    /// Its `pyproject.toml`.
    pub pyproject: Pyproject,
    /// Where its version is written.
    pub source: VersionSource,
    /// Its version.
    pub version: Version,
}

impl Project {
    /// The version, which all packages share.
    pub fn version(&self) -> &Version {
        &self.packages[0].version
    }

    /// Whether git's tags are the version, so that no file has it.
    pub fn is_versioned_by_tags(&self) -> bool {
        self.packages[0].source.place.is_none()
    }

    /// The name of the tag of a version.
    pub fn tag_of(&self, version: &Version) -> String {
        self.config.tag.value.replace("{version}", &version.to_string())
    }

    /// The name that stands for the whole, the same in every clone: of the only package, or the words that the
    /// names of a workspace begin with, or else the first of them.
    pub fn title(&self) -> String {
        let [first, others @ ..] = self.packages.as_slice() else { return String::new() };
        if others.is_empty() {
            return first.name.as_str().to_owned();
        }
        let word = |package: &Package, at: usize| package.name.normalized().split('-').nth(at).map(str::to_owned);
        let shared = (0..).map_while(|at| {
            word(first, at).filter(|mine| others.iter().all(|other| word(other, at).as_ref() == Some(mine)))
        });
        let shared: Vec<String> = shared.collect();
        if shared.is_empty() { first.name.as_str().to_owned() } else { shared.join("-") }
    }

    /// The folder of a package.
    pub fn dir_of(&self, package: &Package) -> PathBuf {
        self.root.join(&package.folder)
    }
}
