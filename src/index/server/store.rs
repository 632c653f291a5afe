//! The folder behind the embedded index.
//!
//! `files/<project>/<file>` is an archive, and `<file>.json` beside it what the index says of it. The
//! record is written first and the archive is renamed into place, so that a file is there whole, with its
//! record, or not at all. One server at a time holds `lock`; within it writers take turns.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::archive::{Blake2b256, Kind};
use crate::effects::files::{Files, FilesMut, What};
use crate::effects::{Effects, EffectsError};
use crate::index::IndexError;
use crate::python::name::ProjectName;
use crate::python::version::Version;

/// No archive is larger than a request.
const FILE_LIMIT: u64 = super::BODY_LIMIT as u64;
/// Metadata may be 32 MiB, and JSON writes a byte in up to six.
const RECORD_LIMIT: u64 = 256 << 20;

/// What the index says of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stored {
    /// The version of this format.
    pub(super) schema: u32,
    /// The project, as its metadata spell it.
    pub(super) name: ProjectName,
    /// The version, as its metadata spell it.
    pub(super) version: String,
    /// The name of the file.
    pub(super) file: String,
    pub(super) sha256: String,
    pub(super) blake2b_256: String,
    /// Bytes.
    pub(super) size: u64,
    /// When it came, in UTC.
    pub(super) uploaded: String,
    /// `Requires-Python`, as written.
    pub(super) requires_python: Option<String>,
    /// Why it was yanked, empty without a reason; edited by hand.
    #[serde(default)]
    pub(super) yanked: Option<String>,
    /// METADATA or PKG-INFO.
    pub(super) metadata: String,
}

impl Stored {
    pub(super) fn kind(&self) -> Kind {
        Kind::of(&self.file)
    }

    /// The metadata that installers may read instead of the file: those of wheels.
    pub(super) fn core_metadata(&self) -> Option<&str> {
        (self.kind() == Kind::Wheel).then_some(self.metadata.as_str())
    }

    pub(super) fn parsed_version(&self) -> Option<Version> {
        self.version.parse().ok()
    }
}

/// Whether a file may be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// Neither its name nor its bytes are there.
    New,
    /// It is there.
    Same,
    /// Its name is there with other bytes, or its bytes under another name.
    Taken,
}

pub(super) struct Store {
    folder: PathBuf,
    look: Files,
    change: FilesMut,
    projects: BTreeMap<String, BTreeMap<String, Stored>>,
    /// Held as long as the store is.
    _lock: std::fs::File,
}

impl Store {
    pub(super) fn open(effects: Effects<'_>, data: &Path) -> Result<Self, IndexError> {
        let (look, change) = (effects.inspect().files(), effects.files());
        let folder = data.join("files");
        change.make_folder(&folder)?;
        let lock = change.lock(&data.join("lock")).map_err(|error| match error {
            EffectsError::Write { source, .. } if source.kind() == std::io::ErrorKind::WouldBlock => {
                IndexError::Served { data: data.display().to_string() }
            }
            other => other.into(),
        })?;
        let mut store = Store { folder, look, change, projects: BTreeMap::new(), _lock: lock };
        store.load()?;
        Ok(store)
    }

    fn load(&mut self) -> Result<(), IndexError> {
        for project in self.look.list(&self.folder)? {
            if self.look.what(&project) != What::Folder {
                continue;
            }
            for path in self.look.list(&project)? {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                // What a killed upload left begins with a dot.
                if Kind::of(&name) != Kind::Other && !name.starts_with('.') {
                    self.adopt(&project, &name)?;
                }
            }
        }
        Ok(())
    }

    /// Takes over a file and its record.
    fn adopt(&mut self, project: &Path, name: &str) -> Result<(), IndexError> {
        let path = project.join(format!("{name}.json"));
        let refuse = |problem: String| IndexError::Record { path: path.display().to_string(), problem };
        let text = self.look.read_text(&path, RECORD_LIMIT)?;
        let stored: Stored = serde_json::from_str(&text).map_err(|error| refuse(error.to_string()))?;
        let folder = project.file_name().unwrap_or_default().to_string_lossy();
        if stored.schema != 1 || stored.file != name || stored.name.normalized() != folder {
            return Err(refuse("it is about another file".to_owned()));
        }
        if self.look.size(&project.join(name))? != stored.size {
            return Err(refuse("the file has another size".to_owned()));
        }
        self.insert(stored);
        Ok(())
    }

    fn insert(&mut self, stored: Stored) {
        let project = self.projects.entry(stored.name.normalized().to_owned()).or_default();
        project.insert(stored.file.clone(), stored);
    }

    /// The normal names of all projects.
    pub(super) fn projects(&self) -> impl Iterator<Item = &str> {
        self.projects.keys().map(String::as_str)
    }

    /// The files of a project, by its normal name, sorted by theirs; empty where there is no such project.
    pub(super) fn files_of(&self, project: &str) -> Vec<&Stored> {
        self.projects.get(project).map(|files| files.values().collect()).unwrap_or_default()
    }

    /// One file of a project.
    pub(super) fn file(&self, project: &str, file: &str) -> Option<&Stored> {
        self.projects.get(project)?.get(file)
    }

    /// The bytes of a file.
    pub(super) fn content(&self, stored: &Stored) -> Result<Vec<u8>, EffectsError> {
        let folder = self.folder.join(stored.name.normalized());
        self.look.read(&folder.join(&stored.file), FILE_LIMIT)
    }

    /// Whether a file of this name and digest may be stored, as PyPI decides it: over all projects.
    pub(super) fn standing(&self, file: &str, digest: &Blake2b256) -> Standing {
        let hex = digest.to_string();
        let mut all = self.projects.values().flat_map(BTreeMap::values);
        match all.find(|stored| stored.file == file || stored.blake2b_256 == hex) {
            None => Standing::New,
            Some(stored) if stored.file == file && stored.blake2b_256 == hex => Standing::Same,
            Some(_) => Standing::Taken,
        }
    }

    /// Stores a file whose name was judged, with its record.
    pub(super) fn add(&mut self, stored: Stored, bytes: &[u8]) -> Result<(), EffectsError> {
        let folder = self.folder.join(stored.name.normalized());
        self.change.make_folder(&folder)?;
        let record = serde_json::to_vec(&stored).expect("records have string keys");
        self.change.replace(&folder.join(format!("{}.json", stored.file)), &record, 0o644)?;
        self.change.replace(&folder.join(&stored.file), bytes, 0o644)?;
        self.insert(stored);
        Ok(())
    }
}
