//! Builds a package and puts its archives into a folder, replacing what a former build of the same version
//! left there.

use std::path::PathBuf;

use serde::Serialize;

use crate::build::BuildError;
use crate::build::environment::Interpreter;
use crate::build::isolated::{self, Built, Task};
use crate::effects::Effects;
use crate::effects::files::What;
use crate::error::Failure;
use crate::python::filename::{SdistName, WheelName};
use crate::python::name::ProjectName;
use crate::python::version::Version;

/// A build to be made.
#[derive(Debug, Serialize)]
pub struct BuildArchives {
    /// The distribution.
    pub package: ProjectName,
    /// The version that the archives must have; nothing where the backend counts commits since a tag.
    pub version: Option<Version>,
    /// What to build and how.
    pub task: Task,
    /// Where the archives go.
    pub out_dir: PathBuf,
    /// Whether other archives are removed from there.
    pub clean: bool,
    /// Why it is built this way.
    pub why: String,
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
        format!("build {kinds} of {}{version} with `{}`", self.package, self.task.backend)
    }

    pub(super) fn carry_out(&self, effects: Effects<'_>) -> Result<Vec<Built>, Failure> {
        let interpreter = Interpreter::find(effects.inspect())?;
        let made = isolated::build(effects, &interpreter, &self.task)?;
        for file in &made {
            self.refuse_wrong_name(&file.name)?;
        }
        let files = effects.files();
        files.make_folder(&self.out_dir)?;
        if self.clean {
            for path in effects.inspect().files().list(&self.out_dir)? {
                let name = path.to_string_lossy();
                let archive = name.ends_with(".whl") || name.ends_with(".tar.gz");
                if archive && effects.inspect().files().what(&path) == What::File {
                    files.remove_file(&path)?;
                }
            }
        }
        let mut built = Vec::new();
        for file in made {
            let path = self.out_dir.join(&file.name);
            files.replace(&path, &file.bytes, 0o644)?;
            built.push(Built::new(self.package.as_str(), path, &file, &self.why));
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
