//! The folder behind the embedded index.
//!
//! `files/<project>/<file>` is an archive, and `<file>.json` beside it what the index says of it; `projects/<project>.json`
//! is a project that a trusted publisher made. An upload is written into `incoming/`, made durable and renamed, and its record
//! comes last: with it the file is there, and what a kill left without one is removed at the next start. One server at a
//! time holds `lock`; within it writers take turns.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::settings::{Publisher, Settings};
use crate::archive::{Blake2b256, Kind};
use crate::effects::files::{Files, FilesMut, What, Writing};
use crate::effects::{Effects, EffectsError};
use crate::index::IndexError;
use crate::python::name::ProjectName;
use crate::python::version::Version;

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
    /// Which upload of the index it was.
    #[serde(default)]
    pub(super) serial: u64,
    /// The user who sent it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) uploader: Option<String>,
    /// Who attests it, and how (PEP 740).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) provenance: Option<Value>,
    /// What the form said of the release.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) info: Option<Value>,
    /// METADATA or PKG-INFO.
    pub(super) metadata: String,
}

/// A project that a trusted publisher made, before it has any file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Made {
    /// The version of this format.
    pub(super) schema: u32,
    /// As the publisher spelled it.
    pub(super) name: ProjectName,
    /// The user who owns it.
    pub(super) owner: String,
    /// Who publishes it.
    pub(super) publisher: Publisher,
}

/// The bytes of an upload while nobody knows whether they are taken; removed when dropped.
pub(super) type Incoming = Writing;

/// Makes room for uploads.
pub(super) struct Inbox {
    folder: PathBuf,
    change: FilesMut,
    count: AtomicU64,
}

impl Inbox {
    fn open(effects: Effects<'_>, data: &Path) -> Result<Self, IndexError> {
        let (folder, change) = (data.join("incoming"), effects.files());
        // What is there was cut off by a kill.
        change.remove_folder(&folder)?;
        change.make_folder(&folder)?;
        Ok(Inbox { folder, change, count: AtomicU64::new(0) })
    }

    /// A file of its own.
    pub(super) fn begin(&self) -> Result<Incoming, EffectsError> {
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        self.change.begin(&self.folder.join(number.to_string()), 0o644)
    }
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
    made: BTreeMap<String, Made>,
    serial: u64,
    /// When files came, in milliseconds since this program began; those of an earlier one came long ago.
    arrived: BTreeMap<String, u128>,
    /// Held as long as the store is.
    _lock: std::fs::File,
}

impl Store {
    pub(super) fn open(effects: Effects<'_>, data: &Path) -> Result<(Self, Inbox), IndexError> {
        let (look, change) = (effects.inspect().files(), effects.files());
        let folder = data.to_owned();
        change.make_folder(&folder.join("files"))?;
        let lock = change.lock(&data.join("lock")).map_err(|error| match error {
            EffectsError::Write { source, .. } if source.kind() == std::io::ErrorKind::WouldBlock => {
                IndexError::Served { data: data.display().to_string() }
            }
            other => other.into(),
        })?;
        let inbox = Inbox::open(effects, data)?;
        let mut store = Store {
            folder,
            look,
            change,
            projects: BTreeMap::new(),
            made: BTreeMap::new(),
            serial: 0,
            arrived: BTreeMap::new(),
            _lock: lock,
        };
        store.load()?;
        Ok((store, inbox))
    }

    fn load(&mut self) -> Result<(), IndexError> {
        for project in self.look.list(&self.folder.join("files"))? {
            if self.look.what(&project) != What::Folder {
                continue;
            }
            for path in self.look.list(&project)? {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                if Kind::of(&name) != Kind::Other && !name.starts_with('.') {
                    self.adopt(&project, &name)?;
                }
            }
        }
        let made = self.folder.join("projects");
        if self.look.what(&made) == What::Folder {
            for path in
                self.look.list(&made)?.into_iter().filter(|path| path.extension().is_some_and(|end| end == "json"))
            {
                let refuse = |problem: String| IndexError::Record { path: path.display().to_string(), problem };
                let text = self.look.read_text(&path, RECORD_LIMIT)?;
                let made: Made = serde_json::from_str(&text).map_err(|error| refuse(error.to_string()))?;
                self.made.insert(made.name.normalized().to_owned(), made);
            }
        }
        Ok(())
    }

    /// Takes over a file and its record.
    fn adopt(&mut self, project: &Path, name: &str) -> Result<(), IndexError> {
        let path = project.join(format!("{name}.json"));
        let refuse = |problem: String| IndexError::Record { path: path.display().to_string(), problem };
        let Some(text) = self.look.read_text_if_there(&path, RECORD_LIMIT)? else {
            // The upload was killed before it was one.
            self.change.remove_file(&project.join(name))?;
            return Ok(());
        };
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
        self.serial = self.serial.max(stored.serial);
        let project = self.projects.entry(stored.name.normalized().to_owned()).or_default();
        project.insert(stored.file.clone(), stored);
    }

    /// The normal names of all projects, sorted.
    pub(super) fn projects<'s>(&'s self, settings: &'s Settings) -> std::collections::BTreeSet<&'s str> {
        let all = self.projects.keys().chain(self.made.keys()).chain(settings.projects.keys());
        all.map(String::as_str).collect()
    }

    /// Whether there is a project of this normal name, with files or without.
    pub(super) fn has(&self, settings: &Settings, project: &str) -> bool {
        self.projects.contains_key(project)
            || self.made.contains_key(project)
            || settings.projects.contains_key(project)
    }

    /// A project that a trusted publisher made.
    pub(super) fn made(&self, project: &str) -> Option<&Made> {
        self.made.get(project)
    }

    /// All projects that trusted publishers made.
    pub(super) fn all_made(&self) -> impl Iterator<Item = (&str, &Made)> {
        self.made.iter().map(|(name, made)| (name.as_str(), made))
    }

    /// The files of a project, by its normal name, sorted by theirs; empty where there is no such project.
    pub(super) fn files_of(&self, project: &str) -> Vec<&Stored> {
        self.projects.get(project).map(|files| files.values().collect()).unwrap_or_default()
    }

    /// Those of them that came so many milliseconds ago or earlier.
    pub(super) fn visible(&self, project: &str, now: u128, lag: u128) -> Vec<&Stored> {
        let is_visible = |stored: &&Stored| self.arrived.get(&stored.file).is_none_or(|arrived| now >= arrived + lag);
        self.files_of(project).into_iter().filter(is_visible).collect()
    }

    /// One file of a project.
    pub(super) fn file(&self, project: &str, file: &str) -> Option<&Stored> {
        self.projects.get(project)?.get(file)
    }

    /// The bytes of a file.
    pub(super) fn content(&self, stored: &Stored) -> Result<std::fs::File, EffectsError> {
        self.look.open(&self.folder.join("files").join(stored.name.normalized()).join(&stored.file))
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

    /// Stores a file whose name was judged, with its record; it came so many milliseconds after this program began.
    pub(super) fn add(&mut self, mut stored: Stored, incoming: Incoming, now: u128) -> Result<(), EffectsError> {
        let folder = self.folder.join("files").join(stored.name.normalized());
        self.change.make_folder(&folder)?;
        stored.serial = self.serial + 1;
        let record = serde_json::to_vec(&stored).expect("records have string keys");
        incoming.place(&folder.join(&stored.file))?;
        self.change.replace(&folder.join(format!("{}.json", stored.file)), &record, 0o644)?;
        self.change.sync_all(std::slice::from_ref(&folder))?;
        self.arrived.insert(stored.file.clone(), now);
        self.insert(stored);
        Ok(())
    }

    /// Makes a project without files.
    pub(super) fn make(&mut self, made: Made) -> Result<(), EffectsError> {
        let folder = self.folder.join("projects");
        self.change.make_folder(&folder)?;
        let record = serde_json::to_vec(&made).expect("records have string keys");
        let name = made.name.normalized().to_owned();
        self.change.replace(&folder.join(format!("{name}.json")), &record, 0o644)?;
        self.made.insert(name, made);
        Ok(())
    }
}
