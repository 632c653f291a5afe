//! The one place where a version is written, found from what the build backend will read; or git's tags.

mod backend;
mod cargo;
pub mod python_source;
mod setup_cfg;
mod tags;

use std::ops::Range;
use std::path::{Component, Path};

use serde::Serialize;

use super::edit::line_of;
use super::error::ProjectError;
use super::{FILE_LIMIT, Pyproject};
use crate::config::file::Form;
use crate::effects::files::{Files, What};
use crate::error::Failure;
use crate::python::bump::semver;
use crate::python::version::Version;

pub use python_source::{Found, comments, find, tuple};

/// Where the version of a package comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VersionSource {
    /// How the build finds it, for people: `[project] version`, `attr automation.__version__`, `setuptools-scm`.
    pub how: String,
    /// Where it is written; nothing where git's tag is the version.
    #[serde(flatten)]
    pub place: Option<Place>,
}

/// Where a version is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The file, below the folder of the package.
    pub file: String,
    /// The line.
    pub line: usize,
    /// The version as it is written there.
    pub written: String,
    /// The bytes that hold it.
    #[serde(skip)]
    pub range: Range<usize>,
    /// How it is written there.
    #[serde(skip)]
    pub form: Form,
}

impl Place {
    /// What is written for another version.
    ///
    /// # Errors
    /// The file is Cargo's, and SemVer has no form for the version that maturin reads as the same.
    pub fn rewritten(&self, version: &Version) -> Result<String, Failure> {
        if self.form != Form::Semver {
            return Ok(version.to_string());
        }
        let written = semver::of_version(version)?.to_string();
        match written.parse::<Version>() {
            Ok(read) if read == *version => Ok(written),
            _ => Err(ProjectError::NotForMaturin {
                version: version.to_string(),
                written,
                file: self.file.clone(),
                line: self.line,
            }
            .into()),
        }
    }
}

impl VersionSource {
    fn of(how: impl Into<String>, file: &str, text: &str, range: Range<usize>) -> Self {
        let place = Place {
            file: file.to_owned(),
            line: line_of(text.as_bytes(), range.start),
            written: text[range.clone()].to_owned(),
            range,
            form: Form::Version,
        };
        VersionSource { how: how.into(), place: Some(place) }
    }

    /// For people: `pyproject.toml:7 ([project] version)`, `git tags (setuptools-scm)`.
    pub fn shown(&self, folder: &str) -> String {
        match &self.place {
            Some(place) if folder.is_empty() => format!("{}:{} ({})", place.file, place.line, self.how),
            Some(place) => format!("{folder}/{}:{} ({})", place.file, place.line, self.how),
            None => format!("git tags ({})", self.how),
        }
    }
}

/// Finds the version source of the package in `dir`.
///
/// # Errors
/// The version is dynamic in a way that cannot be followed, or not where it is said to be.
pub fn locate(files: Files, dir: &Path, name: &str, pyproject: &Pyproject) -> Result<VersionSource, ProjectError> {
    if let Some(how) = tags::tool(pyproject) {
        return Ok(VersionSource { how, place: None });
    }
    for (path, how) in
        [(["project", "version"], "[project] version"), (["tool.poetry", "version"], "[tool.poetry] version")]
    {
        let keys: Vec<&str> = path.iter().flat_map(|part| part.split('.')).collect();
        if let Some(written) = pyproject.written(&keys) {
            return Ok(VersionSource::of(how, "pyproject.toml", pyproject.text(), written.range));
        }
    }
    let dynamic = pyproject.strings(&["project", "dynamic"]).iter().any(|field| field == "version");
    // maturin reads the version of the crate where none is written here, dynamic or not.
    let by_crate = pyproject.backend().split(['.', ':']).next() == Some("maturin");
    if pyproject.get(&["project"]).is_some() && !dynamic && !by_crate {
        return Err(ProjectError::Missing { file: pyproject.file.clone(), key: "project.version" });
    }
    backend::locate(&Reader { files, dir }, name, pyproject)
}

/// The name of a package that `pyproject.toml` does not say: in `setup.cfg`, where setuptools reads it from there, or
/// that of the crate, which maturin takes.
pub fn name_elsewhere(files: Files, dir: &Path, pyproject: &Pyproject) -> Option<String> {
    if pyproject.backend().split(['.', ':']).next() == Some("maturin") {
        return cargo::name(&Reader { files, dir }, pyproject);
    }
    let text = files.read_text_if_there(&dir.join("setup.cfg"), FILE_LIMIT).ok()??;
    setup_cfg::value(&text, "metadata", "name").map(|range| text[range].to_owned())
}

/// The value of a key of `setup.cfg`, where it has one.
pub fn in_setup_cfg(text: &str, section: &str, key: &str) -> Option<Range<usize>> {
    setup_cfg::value(text, section, key)
}

/// Reads files of one package.
struct Reader<'a> {
    files: Files,
    dir: &'a Path,
}

impl Reader<'_> {
    fn exists(&self, file: &str) -> bool {
        self.files.what(&self.dir.join(file)) == What::File
    }

    /// The text of a file of the project: what is elsewhere, or no regular file, is never opened.
    fn text(&self, file: &str) -> Result<String, ProjectError> {
        let refused = |expected: &str| {
            Err(ProjectError::VersionNotFound { file: file.to_owned(), expected: expected.to_owned() })
        };
        if !Path::new(file).components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir)) {
            return refused("it must lie below the project");
        }
        match self.files.what(&self.dir.join(file)) {
            What::File => {}
            What::Missing => return refused("there is no such file"),
            What::Folder | What::Other => return refused("it is a link or no regular file"),
        }
        self.files.read_text(&self.dir.join(file), FILE_LIMIT).map_err(|_| ProjectError::VersionNotFound {
            file: file.to_owned(),
            expected: "the file cannot be read as UTF-8".to_owned(),
        })
    }

    /// The literal that `variable` of the module in `file` stands for, re-exports inside the project followed.
    fn attribute(&self, how: &str, file: &str, variable: &str) -> Result<VersionSource, ProjectError> {
        let mut file = file.to_owned();
        let mut variable = variable.to_owned();
        // A chain of re-exports is short; a longer one is a circle.
        for _ in 0..8 {
            let text = self.text(&file)?;
            match find(&text, &variable) {
                Some(Found::Literal { range, .. }) => return Ok(VersionSource::of(how, &file, &text, range)),
                Some(Found::Import { module, name }) => {
                    file = self.module_beside(&file, &module).ok_or_else(|| ProjectError::VersionNotFound {
                        file: file.clone(),
                        expected: format!("it imports `{name}` from `{module}`, which is not in this project"),
                    })?;
                    variable = name;
                }
                None => {
                    return Err(ProjectError::VersionNotFound {
                        file,
                        expected: format!("`{variable} = \"…\"` at the top level"),
                    });
                }
            }
        }
        Err(ProjectError::VersionNotFound { file, expected: format!("`{variable}` is imported in a circle") })
    }

    /// The file of a module named in an import of `file`.
    fn module_beside(&self, file: &str, module: &str) -> Option<String> {
        let dots = module.chars().take_while(|character| *character == '.').count();
        let rest = module[dots..].replace('.', "/");
        let mut base = Path::new(file).parent()?.to_owned();
        if dots == 0 {
            // Absolute: from the folder that holds the outermost package.
            while self.exists(&base.join("__init__.py").to_string_lossy()) {
                base = base.parent()?.to_owned();
            }
        }
        for _ in 1..dots {
            base = base.parent()?.to_owned();
        }
        self.module_file(&base.to_string_lossy(), &rest)
    }

    /// The file of the module at a path of folders below `base`.
    fn module_file(&self, base: &str, module: &str) -> Option<String> {
        let joined = if base.is_empty() { module.to_owned() } else { format!("{base}/{module}") };
        let joined = joined.trim_end_matches('/');
        [format!("{joined}/__init__.py"), format!("{joined}.py")].into_iter().find(|file| self.exists(file))
    }
}
