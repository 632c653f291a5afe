//! Files: reading with limits, and writing that is never torn.

#![expect(clippy::disallowed_methods, clippy::disallowed_types, reason = "this is the door to files")]

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::error::EffectsError;

/// Reading files.
#[derive(Debug, Clone, Copy)]
pub struct Files;

/// What a path is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// Nothing.
    Missing,
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link, a device, a socket.
    Other,
}

/// A file or folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stat {
    /// A regular file.
    pub is_file: bool,
    /// A folder.
    pub is_folder: bool,
    /// Its size in bytes.
    pub size: u64,
    /// Its permission bits.
    pub mode: u32,
}

/// What tells whether a file was touched: links are not followed, and of a folder only its mode counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    mode: u32,
    size: u64,
    identity: (u64, u64),
    times: [i64; 4],
}

fn read_error(path: &Path) -> impl Fn(std::io::Error) -> EffectsError {
    move |source| EffectsError::Read { path: path.to_owned(), source }
}

fn write_error(path: &Path) -> impl Fn(std::io::Error) -> EffectsError {
    move |source| EffectsError::Write { path: path.to_owned(), source }
}

impl Files {
    /// The bytes of a file of at most `limit` bytes.
    ///
    /// # Errors
    /// It cannot be read, or it is larger.
    pub fn read(self, path: &Path, limit: u64) -> Result<Vec<u8>, EffectsError> {
        /// What is reserved at once, whatever a file says of its size.
        const RESERVED: u64 = 16 * 1024 * 1024;
        let file = File::open(path).map_err(read_error(path))?;
        let size = file.metadata().map_or(0, |metadata| metadata.len()).min(limit).min(RESERVED);
        // One byte more: a full buffer would be read again, and grow.
        let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or_default() + 1);
        file.take(limit + 1).read_to_end(&mut bytes).map_err(read_error(path))?;
        if bytes.len() as u64 > limit {
            return Err(EffectsError::TooLarge { path: path.to_owned(), limit });
        }
        Ok(bytes)
    }

    /// The text of a file of at most `limit` bytes.
    ///
    /// # Errors
    /// It cannot be read, is larger, or is not UTF-8.
    pub fn read_text(self, path: &Path, limit: u64) -> Result<String, EffectsError> {
        String::from_utf8(self.read(path, limit)?)
            .map_err(|error| EffectsError::NotText { path: path.to_owned(), offset: error.utf8_error().valid_up_to() })
    }

    /// The text of a file, or nothing where there is no such file.
    ///
    /// # Errors
    /// As [`Files::read_text`], but for the missing file.
    pub fn read_text_if_there(self, path: &Path, limit: u64) -> Result<Option<String>, EffectsError> {
        match self.what(path) {
            What::Missing => Ok(None),
            _ => self.read_text(path, limit).map(Some),
        }
    }

    /// A file to read from.
    ///
    /// # Errors
    /// It cannot be opened.
    pub fn open(self, path: &Path) -> Result<File, EffectsError> {
        File::open(path).map_err(read_error(path))
    }

    /// What a path is, links not followed.
    pub fn what(self, path: &Path) -> What {
        match fs::symlink_metadata(path) {
            Err(_) => What::Missing,
            Ok(metadata) if metadata.is_file() => What::File,
            Ok(metadata) if metadata.is_dir() => What::Folder,
            Ok(_) => What::Other,
        }
    }

    /// The size of a file in bytes.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn size(self, path: &Path) -> Result<u64, EffectsError> {
        Ok(fs::metadata(path).map_err(read_error(path))?.len())
    }

    /// The permission bits of a file.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn mode(self, path: &Path) -> Result<u32, EffectsError> {
        Ok(fs::metadata(path).map_err(read_error(path))?.permissions().mode() & 0o7777)
    }

    /// Whether the permission bits of a path let anybody write; what the system says of us is known only by trying.
    pub fn may_write(self, path: &Path) -> bool {
        self.mode(path).is_ok_and(|mode| mode & 0o222 != 0)
    }

    /// What a path is after links; nothing where it leads nowhere.
    pub fn stat(self, path: &Path) -> Option<Stat> {
        let metadata = fs::metadata(path).ok()?;
        Some(Stat {
            is_file: metadata.is_file(),
            is_folder: metadata.is_dir(),
            size: metadata.len(),
            mode: metadata.permissions().mode() & 0o7777,
        })
    }

    /// What a symbolic link names, as text; nothing for what is none.
    pub fn link(self, path: &Path) -> Option<String> {
        Some(fs::read_link(path).ok()?.to_string_lossy().into_owned())
    }

    /// Device and inode: whether two paths are one file.
    pub fn identity(self, path: &Path) -> Option<(u64, u64)> {
        fs::symlink_metadata(path).ok().map(|metadata| (metadata.dev(), metadata.ino()))
    }

    /// What tells later whether a path was touched; nothing where there is nothing.
    pub fn stamp(self, path: &Path) -> Option<Stamp> {
        let metadata = fs::symlink_metadata(path).ok()?;
        let mode = metadata.mode();
        if metadata.is_dir() {
            return Some(Stamp { mode, size: 0, identity: (0, 0), times: [0; 4] });
        }
        let times = [metadata.mtime(), metadata.mtime_nsec(), metadata.ctime(), metadata.ctime_nsec()];
        Some(Stamp { mode, size: metadata.len(), identity: (metadata.dev(), metadata.ino()), times })
    }

    /// The entries of a folder, sorted by name.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn list(self, path: &Path) -> Result<Vec<PathBuf>, EffectsError> {
        let mut entries = Vec::new();
        for entry in fs::read_dir(path).map_err(read_error(path))? {
            entries.push(entry.map_err(read_error(path))?.path());
        }
        entries.sort();
        Ok(entries)
    }

    /// The path with links and dots resolved.
    ///
    /// # Errors
    /// It does not exist.
    pub fn canonical(self, path: &Path) -> Result<PathBuf, EffectsError> {
        fs::canonicalize(path).map_err(read_error(path))
    }
}

/// A content that lies beside the file whose content it will be.
#[derive(Debug)]
pub struct Prepared {
    /// Where it lies.
    pub beside: PathBuf,
    /// Where it belongs.
    pub path: PathBuf,
}

/// Writing files.
#[derive(Clone, Copy)]
pub struct FilesMut;

impl FilesMut {
    /// Makes a folder and those above it.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn make_folder(self, path: &Path) -> Result<(), EffectsError> {
        fs::create_dir_all(path).map_err(write_error(path))
    }

    /// Writes a new file and makes it durable; it must not exist yet.
    ///
    /// # Errors
    /// It exists, or it cannot be written.
    pub fn write_new(self, path: &Path, bytes: &[u8], mode: u32) -> Result<(), EffectsError> {
        let write = || {
            let mut file = new_file(path, mode)?;
            file.write_all(bytes)?;
            // The mask of the process must not take bits away that the old file had.
            file.set_permissions(fs::Permissions::from_mode(mode))?;
            file.sync_all()
        };
        write().map_err(write_error(path))
    }

    /// Makes files and the folders they lie in durable; for one that is not there, that it is not.
    ///
    /// # Errors
    /// One of them cannot be opened, or the disk failed.
    pub fn sync_all(self, paths: &[PathBuf]) -> Result<(), EffectsError> {
        let folders: BTreeSet<&Path> = paths.iter().filter_map(|path| path.parent()).collect();
        let all: Vec<&Path> = folders.into_iter().chain(paths.iter().map(PathBuf::as_path)).collect();
        at_once(&all, |path| match File::open(path).and_then(|file| file.sync_all()) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(write_error(path)(error)),
            _ => Ok(()),
        })
    }

    /// Writes a new file that need not survive a crash: in scratch folders.
    ///
    /// # Errors
    /// It exists, or it cannot be written.
    pub fn write_scratch(self, path: &Path, bytes: &[u8], mode: u32) -> Result<(), EffectsError> {
        let write = || new_file(path, mode)?.write_all(bytes);
        write().map_err(write_error(path))
    }

    /// Replaces a file whole: written beside it, made durable, renamed over it.
    ///
    /// # Errors
    /// It cannot be written; the old file is intact then.
    pub fn replace(self, path: &Path, bytes: &[u8], mode: u32) -> Result<(), EffectsError> {
        let beside = beside(path);
        self.remove_file(&beside)?;
        self.write_new(&beside, bytes, mode)?;
        self.rename(&beside, path)
    }

    /// Replaces a file as [`replace`](Self::replace) does, to be made durable by [`sync_all`](Self::sync_all). What it
    /// leaves beside is for [`tidy`](Self::tidy) to remove, after all files are replaced: ext4 does not give a new file
    /// the number of one that was removed just now, and looks at all of those first.
    ///
    /// # Errors
    /// It cannot be written; the old file is intact then.
    pub fn replace_unsynced(self, path: &Path, bytes: &[u8], mode: u32) -> Result<(), EffectsError> {
        let beside = beside(path);
        let write = || {
            let mut file = new_file(&beside, mode)?;
            file.write_all(bytes)?;
            file.set_permissions(fs::Permissions::from_mode(mode))
        };
        match write() {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                self.remove_file(&beside)?;
                write()
            }
            done => done,
        }
        .map_err(write_error(path))?;
        // A rename over a file makes ext4 write it out there and then, one after the other; an exchange does not.
        let exchange = rustix::fs::RenameFlags::EXCHANGE;
        match rustix::fs::renameat_with(rustix::fs::CWD, &beside, rustix::fs::CWD, path, exchange) {
            Ok(()) => Ok(()),
            // There is no file yet, or the file system cannot.
            Err(_) => fs::rename(&beside, path).map_err(write_error(path)),
        }
    }

    /// Removes what [`replace_unsynced`](Self::replace_unsynced), killed or not, left beside a file.
    ///
    /// # Errors
    /// It cannot be removed.
    pub fn tidy(self, path: &Path) -> Result<(), EffectsError> {
        self.remove_file(&beside(path))
    }

    /// Writes the content that a file will have beside it, and makes it durable; [`place`](Self::place) puts it there.
    ///
    /// # Errors
    /// It cannot be written; nothing is left then.
    pub fn prepare<E: From<EffectsError>>(
        self,
        path: &Path,
        mode: u32,
        write: impl FnOnce(&mut File) -> Result<(), E>,
    ) -> Result<Prepared, E> {
        let prepared = Prepared { beside: beside(path), path: path.to_owned() };
        self.remove_file(&prepared.beside)?;
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .mode(mode)
            .open(&prepared.beside)
            .map_err(write_error(path))?;
        super::signals::remember_scratch(&prepared.beside);
        let written = write(&mut file).and_then(|()| Ok(file.sync_all().map_err(write_error(path))?));
        match written {
            Ok(()) => Ok(prepared),
            Err(error) => {
                self.remove_file(&prepared.beside)?;
                Err(error)
            }
        }
    }

    /// Removes a prepared content that is not wanted.
    ///
    /// # Errors
    /// It cannot be removed.
    pub fn abandon(self, prepared: &Prepared) -> Result<(), EffectsError> {
        self.remove_file(&prepared.beside)
    }

    /// Puts a prepared content into its place.
    ///
    /// # Errors
    /// It cannot be renamed.
    pub fn place(self, prepared: &Prepared) -> Result<(), EffectsError> {
        self.rename(&prepared.beside, &prepared.path)
    }

    /// Renames, replacing what was there, and makes the new name durable.
    ///
    /// # Errors
    /// It cannot be renamed.
    pub fn rename(self, from: &Path, to: &Path) -> Result<(), EffectsError> {
        fs::rename(from, to).map_err(write_error(to))?;
        self.sync_folder(to)
    }

    /// A second name for a file; fails where the name is taken, so it serves as a lock.
    ///
    /// # Errors
    /// [`ErrorKind::AlreadyExists`] within, or another reason.
    pub fn hard_link(self, from: &Path, to: &Path) -> Result<(), EffectsError> {
        fs::hard_link(from, to).map_err(write_error(to))?;
        self.sync_folder(to)
    }

    fn sync_folder(self, path: &Path) -> Result<(), EffectsError> {
        let folder = path.parent().unwrap_or(Path::new("."));
        File::open(folder).and_then(|file| file.sync_all()).map_err(write_error(folder))
    }

    /// Appends to a file, making it where it is missing.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn append(self, path: &Path, bytes: &[u8]) -> Result<(), EffectsError> {
        let append = || OpenOptions::new().append(true).create(true).open(path)?.write_all(bytes);
        append().map_err(write_error(path))
    }

    /// Copies a file with its permission bits.
    ///
    /// # Errors
    /// It cannot be read or written.
    pub fn copy(self, from: &Path, to: &Path) -> Result<(), EffectsError> {
        fs::copy(from, to).map(|_| ()).map_err(write_error(to))
    }

    /// Copies a file with its permission bits and its time, or a symbolic link as it is.
    ///
    /// # Errors
    /// It cannot be read or written.
    pub fn replicate(self, from: &Path, to: &Path) -> Result<(), EffectsError> {
        use rustix::fs::{AtFlags, CWD, Timespec, Timestamps, UTIME_OMIT, utimensat};
        let metadata = fs::symlink_metadata(from).map_err(read_error(from))?;
        if metadata.is_symlink() {
            let target = fs::read_link(from).map_err(read_error(from))?;
            return std::os::unix::fs::symlink(target, to).map_err(write_error(to));
        }
        fs::copy(from, to).map_err(write_error(to))?;
        let last_modification = Timespec { tv_sec: metadata.mtime(), tv_nsec: metadata.mtime_nsec() };
        let last_access = Timespec { tv_sec: 0, tv_nsec: UTIME_OMIT };
        utimensat(CWD, to, &Timestamps { last_access, last_modification }, AtFlags::empty())
            .map_err(|error| write_error(to)(error.into()))
    }

    /// Removes a file; one that is not there is no error.
    ///
    /// # Errors
    /// It cannot be removed.
    pub fn remove_file(self, path: &Path) -> Result<(), EffectsError> {
        match fs::remove_file(path) {
            Err(source) if source.kind() != ErrorKind::NotFound => Err(write_error(path)(source)),
            _ => Ok(()),
        }
    }

    /// Removes a file so that it stays removed after a crash; one that is not there is no error.
    ///
    /// # Errors
    /// It cannot be removed.
    pub fn remove_durably(self, path: &Path) -> Result<(), EffectsError> {
        self.remove_file(path)?;
        self.sync_folder(path)
    }

    /// Removes a folder and all in it; one that is not there is no error.
    ///
    /// # Errors
    /// It cannot be removed.
    pub fn remove_folder(self, path: &Path) -> Result<(), EffectsError> {
        match fs::remove_dir_all(path) {
            Err(source) if source.kind() != ErrorKind::NotFound => Err(write_error(path)(source)),
            _ => Ok(()),
        }
    }

    /// A scratch folder that is removed when the value is dropped.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn scratch(self) -> Result<tempfile::TempDir, EffectsError> {
        let folder = tempfile::Builder::new()
            .prefix("release-")
            .tempdir()
            .map_err(|source| EffectsError::Write { path: PathBuf::from("a temporary folder"), source })?;
        super::signals::remember_scratch(folder.path());
        Ok(folder)
    }

    /// A pipe with a name, open at both ends, that only this user can open.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn pipe(self, path: &Path) -> Result<File, EffectsError> {
        let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
        rustix::fs::mkfifoat(rustix::fs::CWD, path, mode).map_err(|error| write_error(path)(error.into()))?;
        OpenOptions::new().read(true).write(true).open(path).map_err(write_error(path))
    }

    /// Opens a lock file, waiting for nobody.
    ///
    /// # Errors
    /// It cannot be made, or ([`ErrorKind::WouldBlock`] within) somebody holds it.
    pub fn lock(self, path: &Path) -> Result<File, EffectsError> {
        let file = lock_file(path)?;
        file.try_lock().map_err(|error| write_error(path)(error.into()))?;
        Ok(file)
    }

    /// Opens a lock file when nobody else holds it any more: for what is done within moments.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn take_turns(self, path: &Path) -> Result<File, EffectsError> {
        let file = lock_file(path)?;
        file.lock().map_err(write_error(path))?;
        Ok(file)
    }
}

fn lock_file(path: &Path) -> Result<File, EffectsError> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false).open(path).map_err(write_error(path))
}

/// A file that is being written and is nothing yet: it is removed when this is dropped, unless it was placed.
#[derive(Debug)]
pub struct Writing {
    file: File,
    path: PathBuf,
    placed: bool,
}

impl FilesMut {
    /// Begins a new file, to be placed elsewhere in the same file system when it is whole.
    ///
    /// # Errors
    /// It exists, or it cannot be written.
    pub fn begin(self, path: &Path, mode: u32) -> Result<Writing, EffectsError> {
        let file = new_file(path, mode).map_err(write_error(path))?;
        Ok(Writing { file, path: path.to_owned(), placed: false })
    }
}

impl Writing {
    /// Adds bytes to it.
    ///
    /// # Errors
    /// The disk is full, or failed.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), EffectsError> {
        self.file.write_all(bytes).map_err(write_error(&self.path))
    }

    /// What was written, from its beginning.
    ///
    /// # Errors
    /// It cannot be opened.
    pub fn read(&self) -> Result<File, EffectsError> {
        File::open(&self.path).map_err(read_error(&self.path))
    }

    /// Makes durable what was written.
    ///
    /// # Errors
    /// The disk failed.
    pub fn sync(&self) -> Result<(), EffectsError> {
        self.file.sync_all().map_err(write_error(&self.path))
    }

    /// Gives it its name, which it has durably then.
    ///
    /// # Errors
    /// It cannot be renamed.
    pub fn place(mut self, path: &Path) -> Result<(), EffectsError> {
        FilesMut.rename(&self.path, path)?;
        self.placed = true;
        Ok(())
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        if !self.placed {
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn new_file(path: &Path, mode: u32) -> std::io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(mode).open(path)
}

/// Does work on files, several at a time where there are many: a disk serves waiting writers together.
///
/// # Errors
/// The first one of each part of the work.
pub fn at_once<T: Sync, E: Send>(items: &[T], work: impl Fn(&T) -> Result<(), E> + Sync) -> Result<(), E> {
    const MANY: usize = 64;
    const THREADS: usize = 16;
    if items.len() <= MANY {
        return items.iter().try_for_each(work);
    }
    let work = &work;
    std::thread::scope(|scope| {
        let parts = items.chunks(items.len().div_ceil(THREADS));
        let running: Vec<_> = parts.map(|part| scope.spawn(move || part.iter().try_for_each(work))).collect();
        // All of them end before the first error is told.
        let ended: Vec<_> = running.into_iter().map(std::thread::ScopedJoinHandle::join).collect();
        ended.into_iter().try_for_each(|thread| thread.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })
}

/// The name that a new content has until it replaces a file: short whatever the name is, and the same again after a
/// crash, so that it is cleaned up.
fn beside(path: &Path) -> PathBuf {
    let mut hasher = DefaultHasher::new();
    path.file_name().hash(&mut hasher);
    path.with_file_name(format!(".release-{:016x}.tmp", hasher.finish()))
}
