//! The project's tree: what git tracks, what an sdist has of it, where its links lead, and what it imports. Only looks;
//! which project is judged, and against what, is left to `plan/check.rs`.

pub mod addresses;
pub mod imports;
mod links;
mod lock_hashes;
mod locks;
pub mod markdown;
pub mod newer;
pub mod reached;
mod rules;
pub mod sdist;
mod sensitive;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub(super) use rules::RULES;

use crate::effects::files::{Files, What};
use crate::effects::{EffectsError, Git};
use crate::error::Location;
use crate::project::{FILE_LIMIT, Pyproject};
use crate::report::Finding;

/// Files up to this size are read as text.
pub const TEXT_LIMIT: u64 = 1024 * 1024;

/// A working tree.
pub struct Tree<'a> {
    /// What git tracks, below the top of the repository, with its mode.
    tracked: BTreeMap<String, u32>,
    /// The folder of the project below the top: empty, or with `/` at its end.
    prefix: String,
    top: PathBuf,
    files: Files,
    git: &'a Git,
}

impl<'a> Tree<'a> {
    /// What git tracks in the working tree that a project lies in.
    ///
    /// # Errors
    /// The index cannot be read.
    pub fn of(files: Files, git: &'a Git, root: &Path) -> Result<Tree<'a>, EffectsError> {
        let top = git.top();
        let prefix = root.strip_prefix(&top).map(|path| path.display().to_string()).unwrap_or_default();
        let prefix = if prefix.is_empty() { prefix } else { format!("{prefix}/") };
        Ok(Tree { tracked: git.tracked_modes()?.into_iter().collect(), prefix, top, files, git })
    }

    /// The bytes of a file below the top; nothing where it is none, or larger than [`TEXT_LIMIT`].
    fn read(&self, path: &str) -> Option<Vec<u8>> {
        let path = self.top.join(path);
        (self.files.what(&path) == What::File).then(|| self.files.read(&path, TEXT_LIMIT).ok()).flatten()
    }

    /// Whether something is there, links not followed.
    fn is_there(&self, path: &str) -> bool {
        self.files.what(&self.top.join(path)) != What::Missing
    }

    fn is_ignored(&self, path: &str) -> bool {
        self.git.is_ignored(Path::new(path))
    }

    /// The names of what lies in a folder.
    fn list(&self, folder: &str) -> Vec<String> {
        let listed = self.files.list(&self.top.join(folder)).unwrap_or_default();
        listed.iter().filter_map(|path| Some(path.file_name()?.to_str()?.to_owned())).collect()
    }

    /// The tracked files of the project, as paths below its folder, with their modes.
    fn own(&self) -> impl Iterator<Item = (&str, u32)> {
        self.tracked.iter().filter_map(|(path, mode)| Some((path.strip_prefix(&self.prefix)?, *mode)))
    }

    /// The text of a file of the project.
    fn text(&self, path: &str) -> Option<String> {
        String::from_utf8(self.read(&format!("{}{path}", self.prefix))?).ok()
    }

    /// The text of a lock file of the project, which may be long.
    fn large_text(&self, path: &str) -> Option<String> {
        let path = self.top.join(format!("{}{path}", self.prefix));
        (self.files.what(&path) == What::File).then(|| self.files.read_text(&path, FILE_LIMIT).ok()).flatten()
    }

    fn has(&self, path: &str) -> bool {
        self.tracked.contains_key(path)
    }

    /// Whether something tracked lies below a folder of the repository.
    fn has_folder(&self, folder: &str) -> bool {
        let start = format!("{folder}/");
        self.tracked.range(start.clone()..).next().is_some_and(|(path, _)| path.starts_with(&start))
    }
}

/// A package of the project.
pub struct Package<'a> {
    /// Its folder below the project's: empty, or with `/` at its end.
    pub folder: &'a str,
    /// Its name, normalised.
    pub name: &'a str,
    /// Its version, where a file has it.
    pub version: Option<&'a str>,
    /// Its `pyproject.toml`.
    pub pyproject: &'a Pyproject,
}

/// What is wrong in the tree of a project.
pub fn judge(tree: &Tree<'_>, packages: &[Package<'_>]) -> Vec<Finding> {
    let mut findings = Vec::new();
    sensitive::judge(tree, &mut findings);
    links::judge(tree, packages, &mut findings);
    locks::judge(tree, packages, &mut findings);
    for package in packages {
        imports::judge(tree, package, &mut findings);
        typed(tree, package, &mut findings);
    }
    findings
}

/// A classifier that tells of types, and the file that makes them count.
fn typed(tree: &Tree<'_>, package: &Package<'_>, findings: &mut Vec<Finding>) {
    let classifiers = package.pyproject.strings(&["project", "classifiers"]);
    if classifiers.is_empty() {
        return;
    }
    let is_told = classifiers.iter().any(|text| text == "Typing :: Typed" || text == "Typing :: Stubs Only");
    let marker = tree.own().map(|(path, _)| path).find(|path| {
        let below = path.strip_prefix(package.folder);
        below.is_some_and(|path| path.ends_with("/py.typed") && path.matches('/').count() <= 2 && !is_of_tests(path))
    });
    let place = || Location::file(&package.pyproject.file);
    let is_stubs = package.name.ends_with("-stubs") || package.name.starts_with("types-");
    match marker {
        None if is_told && !is_stubs => {
            let message = "the classifier `Typing :: Typed` is there, and no package has a file `py.typed`";
            findings.push(super::rules::raise("pyproject/py-typed", message, place()));
        }
        Some(path) if !is_told => {
            let message = format!("`{path}` is there, and the classifier `Typing :: Typed` is not");
            findings.push(super::rules::raise("pyproject/py-typed", message, place()));
        }
        _ => {}
    }
}

/// Whether a path is of tests, of examples, or of others: what is in it is not what is released.
fn is_of_tests(path: &str) -> bool {
    const FOLDERS: [&str; 15] = [
        "test",
        "tests",
        "testing",
        "testdata",
        "test_data",
        "fixtures",
        "fixture",
        "snapshots",
        "__snapshots__",
        "vendor",
        "_vendor",
        "third_party",
        "node_modules",
        "templates",
        "examples",
    ];
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    folder.split('/').any(|part| FOLDERS.contains(&part.to_ascii_lowercase().as_str()))
}

/// At most so many findings of one kind about one project.
const MOST: usize = 50;
