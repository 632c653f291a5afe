//! How a flaw reaches the people who install a release: what a lock file says is not what is shipped.
//!
//! Judged by what a version of the project asks for and carries: its requirements, its lock's edges, the code
//! of others inside its archives. What the direct parents of a transitive dependency ask for is not known, so
//! it counts as floating. Versions and advisories are left to [`super::audit`].

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::project::dependencies::graph::Graph;
use crate::python::requirement::Requirement;
use crate::python::specifier::Operator;
use crate::python::version::Version;

/// How a flaw reaches users, the worst last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Exposure {
    /// A tool of the developers, never installed with a release.
    Dev,
    /// What builds the archives, and the workflows.
    Build,
    /// A dependency whose fix users get without a release: the range of our requirement admits it.
    Floating,
    /// A dependency whose fixes our requirement excludes.
    Capped,
    /// A dependency that our requirement pins to the version with the flaw.
    Pinned,
    /// Code of others inside our archives.
    Bundled,
    /// Our own code.
    Own,
}

impl Exposure {
    /// All of them, the worst last.
    pub const ALL: [Exposure; 7] = [
        Exposure::Dev,
        Exposure::Build,
        Exposure::Floating,
        Exposure::Capped,
        Exposure::Pinned,
        Exposure::Bundled,
        Exposure::Own,
    ];

    /// Whether users of a release carry the flaw until there is another release.
    pub fn is_shipped(self) -> bool {
        self >= Exposure::Capped
    }

    /// The word of the JSON document.
    pub fn word(self) -> &'static str {
        match self {
            Exposure::Dev => "dev",
            Exposure::Build => "build",
            Exposure::Floating => "floating",
            Exposure::Capped => "capped",
            Exposure::Pinned => "pinned",
            Exposure::Bundled => "bundled",
            Exposure::Own => "own",
        }
    }

    /// What it means for users, as the end of a sentence about the flaw.
    pub fn meaning(self) -> &'static str {
        match self {
            Exposure::Dev => "is in a tool of the developers and is never installed with a release",
            Exposure::Build => "is in what builds the archives, and is not installed with a release",
            Exposure::Floating => "is in a dependency whose fixed versions our requirement admits",
            Exposure::Capped => "is in a dependency whose fixed versions our requirement excludes",
            Exposure::Pinned => "is in a dependency that our requirement pins to the affected version",
            Exposure::Bundled => "is in code of others inside our archives",
            Exposure::Own => "is in our own code",
        }
    }
}

/// What one version of the project asks for and carries.
#[derive(Debug, Clone, Default)]
pub struct Surface {
    /// What is installed with it: dependencies, those of extras among them.
    pub runtime: Vec<Requirement>,
    /// What builds it.
    pub build: Vec<Requirement>,
    /// What its developers use.
    pub groups: Vec<Requirement>,
    /// Packages of others inside its archives, by their normalised names.
    pub bundled: BTreeSet<String>,
    /// Who asks for whom in the lock file, where it says.
    pub graph: Option<Graph>,
    /// Whether users install exactly what is locked.
    pub ships_lock: bool,
}

impl Surface {
    /// How a flaw of a package reaches users, given the versions without it.
    pub fn exposure(&self, package: &str, fixes: &[String]) -> Exposure {
        if self.bundled.contains(package) {
            return Exposure::Bundled;
        }
        let fixes: Vec<Version> = fixes.iter().filter_map(|fix| fix.parse().ok()).collect();
        let direct = self.runtime.iter().filter(|requirement| requirement.name.normalized() == package);
        if let Some(worst) = direct.map(|requirement| of_requirement(requirement, &fixes)).max() {
            return if self.ships_lock { worst.max(Exposure::Pinned) } else { worst };
        }
        if self.is_installed(package) {
            return if self.ships_lock { Exposure::Pinned } else { Exposure::Floating };
        }
        let names = |requirements: &[Requirement]| requirements.iter().any(|one| one.name.normalized() == package);
        if names(&self.build) { Exposure::Build } else { Exposure::Dev }
    }

    /// Whether a package is installed with a release without being asked for directly. Without the lock's
    /// edges everything may be that, as soon as anything is asked for that is no tool of the developers.
    fn is_installed(&self, package: &str) -> bool {
        let names = |requirements: &[Requirement]| -> BTreeSet<String> {
            requirements.iter().map(|requirement| requirement.name.normalized().to_owned()).collect()
        };
        let runtime = names(&self.runtime);
        match &self.graph {
            Some(graph) => graph.reachable(&runtime).contains(package),
            None if self.ships_lock => true,
            None => {
                !runtime.is_empty() && !names(&self.groups).contains(package) && !names(&self.build).contains(package)
            }
        }
    }
}

/// How a flaw reaches users through one requirement.
fn of_requirement(requirement: &Requirement, fixes: &[Version]) -> Exposure {
    let exact = requirement.specifier.specifiers().iter().any(|specifier| {
        matches!(specifier.operator(), Operator::Equal | Operator::Arbitrary) && !specifier.is_wildcard()
    });
    if exact || requirement.url.is_some() {
        return Exposure::Pinned;
    }
    // Without any fix there is nothing that the requirement could exclude.
    if fixes.is_empty() || fixes.iter().any(|fix| requirement.specifier.contains(fix)) {
        Exposure::Floating
    } else {
        Exposure::Capped
    }
}
