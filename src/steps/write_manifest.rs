//! Writes beside built archives what they are and what they were made of, for the job that publishes them.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::write_files::WriteFiles;
use crate::archive::{Kind, Sha256};
use crate::build::stale::MANIFEST;
use crate::effects::{Effects, EffectsError};
use crate::error::Failure;
use crate::python::filename::{SdistName, WheelName};
use crate::python::name::ProjectName;
use crate::python::version::Version;

/// A manifest to be written.
#[derive(Debug, Serialize)]
pub struct WriteManifest {
    /// The folder of the archives.
    pub dir: PathBuf,
    /// The distributions with their versions; nothing where the backend counts commits since a tag.
    pub packages: Vec<(ProjectName, Option<Version>)>,
    /// The commit that is checked out; nothing without git.
    pub commit: Option<String>,
    /// Whether files were changed since.
    pub changed: bool,
    /// The digest of what decides how the packages are built.
    pub configuration: String,
}

/// What is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The form of this document: 1.
    pub schema: u32,
    /// The commit that was built.
    pub commit: Option<String>,
    /// Whether files were changed since that commit.
    pub changed: bool,
    /// The digest of what decides how the packages are built: the same again, where only code and version changed.
    pub configuration: String,
    /// The archives, sorted by name.
    pub files: Vec<ManifestFile>,
}

/// An archive.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ManifestFile {
    /// Its name.
    pub name: String,
    /// Its sha256, in hexadecimal.
    pub sha256: String,
    /// Its size in bytes.
    pub size: u64,
}

impl Manifest {
    /// One digest for all archives: the output `digest` of the build.
    pub fn digest(&self) -> Sha256 {
        Sha256::of_files(self.files.iter().map(|file| (file.name.as_str(), file.sha256.clone())))
    }
}

impl WriteManifest {
    /// What it does, in the imperative.
    pub fn describe(&self) -> String {
        format!("write `{MANIFEST}` in `{}`", self.dir.display())
    }

    pub(super) fn carry_out(&self, effects: Effects<'_>) -> Result<Vec<PathBuf>, Failure> {
        let files = effects.inspect().files();
        let mut listed = Vec::new();
        for path in files.list(&self.dir)? {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if self.has_built(&name) {
                let sha256 = Sha256::of_reader(&mut files.open(&path)?)
                    .map_err(|source| EffectsError::Read { path: path.clone(), source })?;
                listed.push(ManifestFile { sha256: sha256.to_string(), size: files.size(&path)?, name });
            }
        }
        listed.sort();
        let manifest = Manifest {
            schema: 1,
            commit: self.commit.clone(),
            changed: self.changed,
            configuration: self.configuration.clone(),
            files: listed,
        };
        let mut text = serde_json::to_vec_pretty(&manifest).expect("a manifest has string keys");
        text.push(b'\n');
        WriteFiles { dir: self.dir.clone(), files: vec![(MANIFEST.to_owned(), text)] }.carry_out(effects)
    }

    /// Whether an archive is one of these distributions in this version.
    fn has_built(&self, name: &str) -> bool {
        let named = match Kind::of(name) {
            Kind::Wheel => name.parse().ok().map(|name: WheelName| (name.name().clone(), name.version().clone())),
            Kind::Sdist => name.parse().ok().map(|name: SdistName| (name.name().clone(), name.version().clone())),
            Kind::Other => None,
        };
        named.is_some_and(|(name, version)| {
            let is = |(known, at): &(ProjectName, Option<Version>)| {
                *known == name && at.as_ref().is_none_or(|at| *at == version)
            };
            self.packages.iter().any(is)
        })
    }
}
