//! The one place where a version is written, found from what the build backend will read.

mod backend;
mod python_source;

use std::ops::Range;
use std::path::Path;

use serde::Serialize;

use super::edit::line_of;
use super::error::ProjectError;
use super::{FILE_LIMIT, Pyproject};
use crate::effects::files::{Files, What};

pub use python_source::{Found, find};

/// Where a version is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VersionSource {
    /// How the build backend finds it, for people: `[project] version`, `attr automation.__version__`.
    pub how: String,
    /// The file, below the folder of the package.
    pub file: String,
    /// The line.
    pub line: usize,
    /// The version as it is written there.
    pub written: String,
    /// The bytes that hold it.
    #[serde(skip)]
    pub range: Range<usize>,
}

/// Finds the version source of the package in `dir`.
///
/// # Errors
/// The version is dynamic in a way that cannot be followed, or not where it is said to be.
pub fn locate(files: Files, dir: &Path, name: &str, pyproject: &Pyproject) -> Result<VersionSource, ProjectError> {
    for (path, how) in
        [(["project", "version"], "[project] version"), (["tool.poetry", "version"], "[tool.poetry] version")]
    {
        let keys: Vec<&str> = path.iter().flat_map(|part| part.split('.')).collect();
        if let Some(written) = pyproject.written(&keys) {
            return Ok(VersionSource {
                how: how.to_owned(),
                file: "pyproject.toml".to_owned(),
                line: pyproject.line(written.range.start),
                written: written.value,
                range: written.range,
            });
        }
    }
    let dynamic = pyproject.strings(&["project", "dynamic"]);
    if !dynamic.iter().any(|field| field == "version") {
        return Err(ProjectError::Missing { file: pyproject.file.clone(), key: "project.version" });
    }
    let reader = Reader { files, dir };
    backend::locate(&reader, name, pyproject)
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

    fn text(&self, file: &str) -> Result<String, ProjectError> {
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
                Some(Found::Literal { range, value }) => {
                    let line = line_of(text.as_bytes(), range.start);
                    return Ok(VersionSource { how: how.to_owned(), file, line, written: value, range });
                }
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
