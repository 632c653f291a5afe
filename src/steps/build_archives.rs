//! Builds a package and puts its archives into a folder, replacing what a former build of the same version
//! left there.

use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::archive::Sha256;
use crate::archive::write::{self, Crew, Record, WriteError, Writer};
use crate::build::BuildError;
use crate::build::environment::Interpreter;
use crate::build::isolated::{self, Built, Task};
use crate::build::native::{Archives, Contents};
use crate::effects::files::{FilesMut, Prepared};
use crate::effects::{Effects, Files};
use crate::error::Failure;
use crate::python::filename::{SdistName, WheelName};
use crate::python::name::ProjectName;
use crate::python::version::Version;

/// A build to be made.
#[derive(Debug, Clone, Serialize)]
pub struct BuildArchives {
    /// The distribution.
    pub package: ProjectName,
    /// The version that the archives must have; nothing where the backend counts commits since a tag.
    pub version: Option<Version>,
    /// What to build and how.
    pub task: Task,
    /// Where the archives go.
    pub out_dir: PathBuf,
    /// Which way it is built.
    pub way: Way,
    /// Why it is built this way.
    pub why: String,
}

/// A way to build.
#[derive(Debug, Clone)]
pub enum Way {
    /// By the project's own backend in an isolated environment.
    Isolated,
    /// From what the backend is known to put into its archives.
    Native(Box<Archives>),
}

impl Serialize for Way {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl Way {
    /// Its name in results.
    pub fn name(&self) -> &'static str {
        match self {
            Way::Isolated => "isolated",
            Way::Native(_) => "native",
        }
    }
}

/// An archive that is written, beside its place.
struct Whole {
    file: Prepared,
    sha256: Sha256,
    size: u64,
}

impl Whole {
    fn write(
        files: FilesMut,
        path: &Path,
        write: impl FnOnce(&mut std::fs::File) -> Result<(), WriteError>,
    ) -> Result<Whole, WriteError> {
        let mut digest = None;
        let file = files.prepare(path, 0o644, |file| {
            write(file)?;
            digest = Some(digest_of(file).map_err(WriteError::Output)?);
            Ok::<(), WriteError>(())
        })?;
        let (sha256, size) = digest.expect("it was taken when the file was written");
        Ok(Whole { file, sha256, size })
    }
}

impl BuildArchives {
    /// What it does, in the imperative.
    pub fn describe(&self) -> String {
        let kinds = match (self.task.sdist, self.task.wheel) {
            (true, true) => "sdist and wheel",
            (true, false) => "sdist",
            _ => "wheel",
        };
        let version = self.version.as_ref().map(|version| format!(" {version}")).unwrap_or_default();
        let backend = match &self.way {
            Way::Isolated => format!("with `{}`", self.task.backend),
            Way::Native(archives) => format!("natively, as {} does", archives.like),
        };
        format!("build {kinds} of {}{version} {backend}", self.package)
    }

    pub(super) fn carry_out(&self, effects: Effects<'_>) -> Result<Vec<Built>, Failure> {
        match &self.way {
            Way::Isolated => self.isolated(effects),
            Way::Native(archives) => self.native(effects, archives),
        }
    }

    /// Writes both archives beside their places, and puts them there when both are whole.
    fn native(&self, effects: Effects<'_>, archives: &Archives) -> Result<Vec<Built>, Failure> {
        let files = effects.files();
        files.make_folder(&self.out_dir)?;
        let pairs = [(&archives.sdist, self.task.sdist), (&archives.wheel, self.task.wheel)];
        let wanted: Vec<&Contents> = pairs.into_iter().filter(|(_, wanted)| *wanted).map(|(found, _)| found).collect();
        let entries = wanted.iter().flat_map(|contents| &contents.entries);
        let look = effects.inspect().files();
        let prepared = write::at_once(&wanted, entries, |crew, contents| self.prepare((files, look), crew, contents));
        self.place(files, prepared)
    }

    /// Writes one archive beside its place.
    fn prepare(&self, (files, look): (FilesMut, Files), crew: &Crew, contents: &Contents) -> Result<Whole, WriteError> {
        let Contents { name, folder, entries, crlf } = contents;
        let writer = Writer { files: look, epoch: self.task.epoch.unwrap_or(0), crew };
        Whole::write(files, &self.out_dir.join(name), |file| {
            let record = format!("{folder}/RECORD");
            match contents.is_wheel() {
                true => writer.wheel(file, Record { path: &record, crlf: *crlf }, entries),
                false => writer.sdist(file, folder, entries),
            }
        })
    }

    /// The same with what the backend built.
    fn isolated(&self, effects: Effects<'_>) -> Result<Vec<Built>, Failure> {
        let interpreter = Interpreter::find(effects.inspect())?;
        let made = isolated::build(effects, &interpreter, &self.task)?;
        let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        for archive in &made.archives {
            self.refuse_wrong_name(&name(archive))?;
        }
        let (look, files, mut prepared) = (effects.inspect().files(), effects.files(), Vec::new());
        files.make_folder(&self.out_dir)?;
        for archive in &made.archives {
            let mut from = look.open(archive)?;
            prepared.push(Whole::write(files, &self.out_dir.join(name(archive)), |file| {
                std::io::copy(&mut from, file).map(drop).map_err(WriteError::Output)
            }));
        }
        self.place(files, prepared)
    }

    /// Puts all archives into their places, or none where one could not be written.
    fn place(&self, files: FilesMut, prepared: Vec<Result<Whole, WriteError>>) -> Result<Vec<Built>, Failure> {
        if prepared.iter().any(Result::is_err) {
            for whole in prepared.iter().flatten() {
                files.abandon(&whole.file)?;
            }
        }
        let prepared = prepared.into_iter().collect::<Result<Vec<Whole>, WriteError>>()?;
        let mut built = Vec::new();
        for Whole { file, sha256, size } in prepared {
            files.place(&file)?;
            let digest = (sha256.to_string(), size);
            built.push(Built::new(self.package.as_str(), file.path, digest, (self.way.name(), &self.why)));
        }
        Ok(built)
    }

    /// The name of an archive says what the backend took for name and version.
    fn refuse_wrong_name(&self, found: &str) -> Result<(), BuildError> {
        let (named, expected) = if found.ends_with(".whl") {
            let parsed: Option<WheelName> = found.parse().ok();
            let shown = self.version.as_ref().map_or_else(|| "…".to_owned(), Version::to_string);
            let named = parsed.map(|name| (name.name().clone(), name.version().clone()));
            (named, format!("{}-{shown}-….whl", self.package.file_part()))
        } else {
            let expected = match &self.version {
                Some(version) => SdistName::expected(&self.package, version).to_string(),
                None => format!("{}-….tar.gz", self.package.file_part()),
            };
            let parsed: Option<SdistName> = found.parse().ok();
            (parsed.map(|name| (name.name().clone(), name.version().clone())), expected)
        };
        let right = named.is_some_and(|(name, version)| {
            name == self.package && self.version.as_ref().is_none_or(|expected| *expected == version)
        });
        if right { Ok(()) } else { Err(BuildError::WrongName { found: found.to_owned(), expected }) }
    }
}

/// The digest and the size of a file that was just written.
fn digest_of(file: &mut (impl Read + Seek)) -> std::io::Result<(Sha256, u64)> {
    file.seek(SeekFrom::Start(0))?;
    let sha256 = Sha256::of_reader(file)?;
    Ok((sha256, file.stream_position()?))
}
