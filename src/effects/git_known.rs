//! What HEAD has of the files of a change, looked up once for each folder, and the blobs of what they hold: a change
//! of thousands of files would read the same trees, attributes and objects over and over.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use git2::{ObjectType, OdbLookupFlags, Oid};

use super::git::{CommitFile, GitMut, failed};
use super::git_packed::{self, PACK_AT_MOST, PACK_FROM};
use crate::effects::EffectsError;

/// An object and its mode.
type Entry = (Oid, i32);

/// What was looked up so far, by names of folders and paths.
#[derive(Default)]
pub(super) struct Known {
    folders: RefCell<HashMap<String, HashMap<Vec<u8>, Entry>>>,
    /// Files whose bytes git stores as they are.
    plain: RefCell<HashSet<String>>,
    blobs: RefCell<HashMap<(String, Oid), Oid>>,
}

impl GitMut {
    /// What HEAD has at a path.
    fn entry_at_head(&self, path: &str) -> Result<Option<Entry>, git2::Error> {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let mut folders = self.known.folders.borrow_mut();
        if !folders.contains_key(folder) {
            folders.insert(folder.to_owned(), self.folder_at_head(folder)?);
        }
        Ok(folders.get(folder).and_then(|entries| entries.get(name.as_bytes())).copied())
    }

    fn folder_at_head(&self, folder: &str) -> Result<HashMap<Vec<u8>, Entry>, git2::Error> {
        let mut tree = self.repository().head()?.peel_to_tree()?;
        if !folder.is_empty() {
            let Ok(entry) = tree.get_path(Path::new(folder)) else { return Ok(HashMap::new()) };
            let Ok(below) = self.repository().find_tree(entry.id()) else { return Ok(HashMap::new()) };
            tree = below;
        }
        Ok(tree.iter().map(|entry| (entry.name_bytes().to_owned(), (entry.id(), entry.filemode()))).collect())
    }

    /// Whether these bytes of a file are what HEAD and the index have of it, line-ending rules applied: then
    /// nothing of the user's is lost or swept along when it is committed. Writes at most an unnamed blob.
    ///
    /// # Errors
    /// HEAD or the index cannot be read.
    pub fn is_committed(&self, file: &CommitFile<'_>) -> Result<bool, EffectsError> {
        let compare = || -> Result<bool, git2::Error> {
            let Some((committed, mode)) = self.entry_at_head(file.path)? else { return Ok(false) };
            let index = self.repository().index()?;
            let Some(staged) = index.get_path(Path::new(file.path), 0) else { return Ok(false) };
            let Some(bytes) = file.bytes else { return Ok(false) };
            let regular = matches!(mode, 0o100_644 | 0o100_755);
            if !regular || staged.id != committed {
                return Ok(false);
            }
            if Oid::hash_object(ObjectType::Blob, bytes)? == committed {
                self.known.plain.borrow_mut().insert(file.path.to_owned());
                return Ok(true);
            }
            Ok(self.blob(file.path, bytes)? == committed)
        };
        compare().map_err(failed(format!("compare `{}` with HEAD", file.path)))
    }

    /// Whether HEAD or the index has something at a path.
    ///
    /// # Errors
    /// HEAD or the index cannot be read.
    pub fn is_known(&self, path: &str) -> Result<bool, EffectsError> {
        let look = || -> Result<bool, git2::Error> {
            Ok(self.entry_at_head(path)?.is_some() || self.repository().index()?.get_path(Path::new(path), 0).is_some())
        };
        look().map_err(failed(format!("look for `{path}` in HEAD")))
    }

    /// Whether HEAD has a file as executable: what a file system without such bits says does not count.
    ///
    /// # Errors
    /// HEAD cannot be read.
    pub fn is_executable_at_head(&self, path: &str) -> Result<bool, EffectsError> {
        let entry = self.entry_at_head(path).map_err(failed(format!("read the mode of `{path}`")))?;
        Ok(entry.is_some_and(|(_, mode)| mode == 0o100_755))
    }

    /// The blob of a file, with the line-ending rules of its attributes applied.
    pub(super) fn blob(&self, path: &str, bytes: &[u8]) -> Result<Oid, git2::Error> {
        let key = (path.to_owned(), Oid::hash_object(ObjectType::Blob, bytes)?);
        if let Some(written) = self.known.blobs.borrow().get(&key) {
            return Ok(*written);
        }
        let written =
            if self.is_plain(path, bytes) { self.repository().blob(bytes)? } else { self.filtered(path, bytes)? };
        self.known.blobs.borrow_mut().insert(key, written);
        Ok(written)
    }

    /// Whether HEAD has a file byte for byte as it is in the working tree, as far as [`is_committed`](Self::is_committed)
    /// saw it.
    pub fn is_stored_as_it_is(&self, path: &str) -> bool {
        self.known.plain.borrow().contains(path)
    }

    /// No filter changed what is there now, so none changes what differs from it in neither line ends nor keywords.
    fn is_plain(&self, path: &str, bytes: &[u8]) -> bool {
        self.is_stored_as_it_is(path)
            && memchr::memchr(b'\r', bytes).is_none()
            && memchr::memmem::find(bytes, b"$Id").is_none()
    }

    /// Writes the blobs of many files as one pack, where they are not known yet. Those that have to go through
    /// filters are left to [`blob`](Self::blob).
    ///
    /// # Errors
    /// The pack cannot be written.
    pub(super) fn pack_blobs(&self, files: &[CommitFile<'_>]) -> Result<(), EffectsError> {
        if files.len() < PACK_FROM {
            return Ok(());
        }
        let blobs = self.unknown_blobs(files).map_err(failed("look for what is to be written"))?;
        if blobs.is_empty() {
            return Ok(());
        }
        git_packed::write(&self.repository().commondir().join("objects/pack"), &blobs)?;
        self.repository().odb().and_then(|objects| objects.refresh()).map_err(failed("find the new pack"))
    }

    /// The blobs, sorted, that are stored as the files are and are not there yet; from now on all are known.
    fn unknown_blobs<'a>(&self, files: &[CommitFile<'a>]) -> Result<Vec<(Oid, &'a [u8])>, git2::Error> {
        let objects = self.repository().odb()?;
        let mut known = self.known.blobs.borrow_mut();
        let (mut blobs, mut size) = (BTreeMap::new(), 0);
        for (path, bytes) in files.iter().filter_map(|file| Some((file.path, file.bytes?))) {
            let key = (path.to_owned(), Oid::hash_object(ObjectType::Blob, bytes)?);
            size += bytes.len();
            if known.contains_key(&key) || !self.is_plain(path, bytes) || size > PACK_AT_MOST {
                continue;
            }
            if !objects.exists_ext(key.1, OdbLookupFlags::NO_REFRESH) {
                blobs.insert(key.1, bytes);
            }
            let id = key.1;
            known.insert(key, id);
        }
        Ok(blobs.into_iter().collect())
    }

    fn filtered(&self, path: &str, bytes: &[u8]) -> Result<Oid, git2::Error> {
        use std::io::Write;
        let mut writer = self.repository().blob_writer(Some(Path::new(path)))?;
        writer.write_all(bytes).map_err(|error| git2::Error::from_str(&error.to_string()))?;
        writer.commit()
    }
}
