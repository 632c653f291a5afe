//! What earlier builds left in a package's folder: `build/lib` and its like, `*.egg-info` with its `SOURCES.txt`,
//! `__pycache__`, old archives. setuptools would take all of it into the next archive, so no build sees it, native or isolated, and
//! `release build --clean` removes it.
//!
//! What git tracks is never taken for a leftover, nor is anything that a symbolic link leads to.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::effects::files::{Files, What};
use crate::effects::{EffectsError, Git, Inspect};
use crate::error::Failure;
use crate::project::pyproject::Pyproject;

const CACHE: &str = "__pycache__";
/// What `release build --manifest` writes beside archives.
pub const MANIFEST: &str = "release-manifest.json";
/// Folders deeper than this are looked at by nobody.
const DEPTH: usize = 64;

/// What earlier builds left in a folder, as paths below it.
#[derive(Debug, Clone, Default)]
pub struct Stale {
    /// Folders of `build/` and of metadata.
    outputs: BTreeSet<PathBuf>,
    /// Where archives are put.
    folders_of_products: Vec<PathBuf>,
    /// What git tracks; nothing where there is no git.
    tracked: Option<BTreeSet<PathBuf>>,
    /// Whether git tracks files in folders of bytecode: then they are meant.
    tracks_bytecode: bool,
}

impl Stale {
    /// Looks for it in the folder of a package, a real path, whose archives go to `out_dir`.
    ///
    /// # Errors
    /// The folder or git's index cannot be read.
    pub fn find(inspect: Inspect<'_>, root: &Path, pyproject: &Pyproject, out_dir: &Path) -> Result<Stale, Failure> {
        let files = inspect.files();
        let tracked = tracked_below(inspect, root)?;
        let tracks_bytecode = tracked.iter().flatten().any(|path| is_bytecode(path));
        let mut stale = Stale { tracked, tracks_bytecode, ..Stale::default() };
        let is_setuptools = pyproject.backend().split([':', '.']).next() == Some("setuptools");
        stale.find_outputs(files, root, is_setuptools)?;
        stale.find_metadata(files, root)?;
        let out_dir = out_dir.strip_prefix(root).ok().map(Path::to_owned);
        stale.folders_of_products = out_dir.into_iter().chain([PathBuf::from("dist")]).collect();
        Ok(stale)
    }

    /// `build/` of setuptools. What is called so may be meant, unless setuptools builds this project, or did.
    fn find_outputs(&mut self, files: Files, root: &Path, is_setuptools: bool) -> Result<(), EffectsError> {
        let folder = root.join("build");
        if files.what(&folder) != What::Folder {
            return Ok(());
        }
        let of_setuptools = |name: &str| {
            name == "lib" || ["lib.", "bdist.", "temp.", "scripts-"].iter().any(|prefix| name.starts_with(prefix))
        };
        let found = files.list(&folder)?;
        let named = |path: &PathBuf| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if !is_setuptools && !found.iter().any(|path| named(path).starts_with("bdist.")) {
            return Ok(());
        }
        for path in found {
            if of_setuptools(&named(&path)) && files.what(&path) == What::Folder {
                self.add(root, &path);
            }
        }
        Ok(())
    }

    /// Folders of metadata, beside `pyproject.toml` or in a folder beside it (`src`). An unpacked sdist has one that
    /// belongs to it.
    fn find_metadata(&mut self, files: Files, root: &Path) -> Result<(), EffectsError> {
        if self.tracked.is_none() && files.what(&root.join("PKG-INFO")) == What::File {
            return Ok(());
        }
        let is_metadata = |path: &Path| path.extension().is_some_and(|extension| extension == "egg-info");
        for path in files.list(root)? {
            if files.what(&path) != What::Folder || path.ends_with(".git") {
                continue;
            }
            let inner = if is_metadata(&path) { vec![path] } else { files.list(&path).unwrap_or_default() };
            for folder in inner.into_iter().filter(|path| is_metadata(path)) {
                let is_written =
                    ["PKG-INFO", "SOURCES.txt"].iter().any(|name| files.what(&folder.join(name)) == What::File);
                if is_written && files.what(&folder) == What::Folder {
                    self.add(root, &folder);
                }
            }
        }
        Ok(())
    }

    fn add(&mut self, root: &Path, path: &Path) {
        if let Ok(below) = path.strip_prefix(root)
            && !self.is_tracked(below)
        {
            self.outputs.insert(below.to_owned());
        }
    }

    /// Whether git tracks a file or something below a folder.
    pub fn is_tracked(&self, path: &Path) -> bool {
        let first = self.tracked.as_ref().and_then(|tracked| tracked.range(path.to_owned()..).next());
        first.is_some_and(|first| first.starts_with(path))
    }

    /// Whether a path is such a leftover, or lies in one.
    pub fn hides(&self, path: &Path) -> bool {
        if !self.tracks_bytecode && is_bytecode(path) {
            return true;
        }
        let is_old_product = || {
            let folder = path.parent().unwrap_or(Path::new(""));
            is_product(path) && self.folders_of_products.iter().any(|known| known == folder) && !self.is_tracked(path)
        };
        is_old_product() || !self.outputs.is_empty() && path.ancestors().any(|part| self.outputs.contains(part))
    }

    /// What is hidden besides bytecode.
    pub fn outputs(&self) -> impl Iterator<Item = &Path> {
        self.outputs.iter().map(PathBuf::as_path)
    }

    /// Everything that can be removed, folders of bytecode among it, sorted. Other repositories and environments in the
    /// folder are left alone.
    ///
    /// # Errors
    /// A folder cannot be read.
    pub fn removable(&self, files: Files, root: &Path) -> Result<Vec<PathBuf>, EffectsError> {
        let mut found: Vec<PathBuf> = self.outputs.iter().cloned().collect();
        let mut open = vec![(PathBuf::new(), 0)];
        while let Some((folder, depth)) = open.pop() {
            let listed = files.list(&root.join(&folder))?;
            let is_foreign = |path: &PathBuf| path.ends_with("pyvenv.cfg") || depth > 0 && path.ends_with(".git");
            if depth > DEPTH || listed.iter().any(is_foreign) {
                continue;
            }
            for path in listed {
                let below = folder.join(path.file_name().unwrap_or_default());
                if files.what(&path) != What::Folder || below.starts_with(".git") || self.outputs.contains(&below) {
                    continue;
                }
                if !below.ends_with(CACHE) {
                    open.push((below, depth + 1));
                } else if !self.is_tracked(&below) {
                    found.push(below);
                }
            }
        }
        found.sort();
        Ok(found)
    }
}

/// The archives in a folder that git does not track, and their manifest; none where the folder is reached through a link.
///
/// # Errors
/// The folder or git's index cannot be read.
pub fn old_products(inspect: Inspect<'_>, folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let files = inspect.files();
    if files.what(folder) != What::Folder || files.canonical(folder)? != folder {
        return Ok(Vec::new());
    }
    let tracked = tracked_below(inspect, folder)?.unwrap_or_default();
    let is_tracked = |path: &Path| path.file_name().is_some_and(|name| tracked.contains(Path::new(name)));
    let is_old = |path: &PathBuf| is_product(path) && files.what(path) == What::File && !is_tracked(path);
    Ok(files.list(folder)?.into_iter().filter(is_old).collect())
}

fn is_product(path: &Path) -> bool {
    let name = path.as_os_str().to_string_lossy();
    name.ends_with(".whl") || name.ends_with(".tar.gz") || path.ends_with(MANIFEST)
}

fn is_bytecode(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str() == CACHE)
}

/// What git tracks below a folder, relative to it; nothing where it lies in no repository.
fn tracked_below(inspect: Inspect<'_>, root: &Path) -> Result<Option<BTreeSet<PathBuf>>, Failure> {
    let Some(git) = Git::discover(root)? else { return Ok(None) };
    let top = inspect.files().canonical(&git.top())?;
    let Ok(prefix) = root.strip_prefix(&top) else { return Ok(None) };
    let tracked = git.tracked()?;
    let below = tracked.into_iter().filter_map(|path| path.strip_prefix(prefix).ok().map(Path::to_owned));
    Ok(Some(below.collect()))
}
