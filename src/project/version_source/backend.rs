//! Where each build backend reads a dynamic version.

use super::{Reader, VersionSource};
use crate::project::{ProjectError, Pyproject};
use crate::python::name::normalize;

pub(super) fn locate(reader: &Reader<'_>, name: &str, pyproject: &Pyproject) -> Result<VersionSource, ProjectError> {
    let backend = pyproject.backend();
    match backend.split(['.', ':']).next().unwrap_or_default() {
        "setuptools" => setuptools(reader, name, pyproject),
        "hatchling" => hatchling(reader, name, pyproject),
        "flit_core" | "flit" => flit(reader, name, pyproject),
        _ => Err(unsupported(name, format!("`version` is dynamic and the build backend is `{backend}`"))),
    }
}

fn unsupported(name: &str, why: impl Into<String>) -> ProjectError {
    ProjectError::UnsupportedSource { name: name.to_owned(), why: why.into() }
}

fn setuptools(reader: &Reader<'_>, name: &str, pyproject: &Pyproject) -> Result<VersionSource, ProjectError> {
    let dynamic = ["tool", "setuptools", "dynamic", "version"];
    if let Some(attribute) = pyproject.string(&[&dynamic[..], &["attr"]].concat()) {
        let (module, variable) = attribute
            .rsplit_once('.')
            .ok_or_else(|| unsupported(name, format!("`attr = \"{attribute}\"` names no module")))?;
        let path = module.replace('.', "/");
        let mut bases = vec![String::new()];
        bases.extend(pyproject.strings(&["tool", "setuptools", "packages", "find", "where"]));
        bases.extend(pyproject.string(&["tool", "setuptools", "package-dir", ""]).map(str::to_owned));
        bases.push("src".to_owned());
        let file = bases.iter().find_map(|base| reader.module_file(base, &path));
        let file = file.ok_or_else(|| ProjectError::VersionNotFound {
            file: path.clone(),
            expected: format!("there is no module `{module}`"),
        })?;
        return reader.attribute(&format!("attr {attribute}"), &file, variable);
    }
    if let Some(item) = pyproject.get(&[&dynamic[..], &["file"]].concat()) {
        let first = item.as_array().and_then(|array| array.get(0)).and_then(toml_edit::Value::as_str);
        let file =
            item.as_str().or(first).ok_or_else(|| unsupported(name, "`file` of the dynamic version names no file"))?;
        return text_file(reader, file);
    }
    Err(unsupported(name, "`[tool.setuptools.dynamic] version` has neither `attr` nor `file`"))
}

fn text_file(reader: &Reader<'_>, file: &str) -> Result<VersionSource, ProjectError> {
    let text = reader.text(file)?;
    let trimmed = text.trim();
    if trimmed.is_empty() || trimmed.lines().count() != 1 {
        return Err(ProjectError::VersionNotFound {
            file: file.to_owned(),
            expected: "one line with the version".to_owned(),
        });
    }
    let start = text.len() - text.trim_start().len();
    Ok(VersionSource {
        how: format!("file {file}"),
        file: file.to_owned(),
        line: super::line_of(text.as_bytes(), start),
        written: trimmed.to_owned(),
        range: start..start + trimmed.len(),
    })
}

fn hatchling(reader: &Reader<'_>, name: &str, pyproject: &Pyproject) -> Result<VersionSource, ProjectError> {
    let table = ["tool", "hatch", "version"];
    let value = |key| pyproject.string(&[&table[..], &[key]].concat());
    if let Some(source) = value("source").filter(|source| *source != "regex") {
        return Err(unsupported(name, format!("`[tool.hatch.version] source = \"{source}\"`")));
    }
    if value("pattern").is_some() {
        return Err(unsupported(name, "`[tool.hatch.version] pattern` is not followed yet"));
    }
    let file = value("path").ok_or_else(|| unsupported(name, "`[tool.hatch.version]` has no `path`"))?;
    // hatchling's default pattern takes either name, in any case.
    let how = format!("[tool.hatch.version] path {file}");
    let names = ["__version__", "VERSION", "version", "__VERSION__"];
    let found = names.iter().find_map(|variable| reader.attribute(&how, file, variable).ok());
    found.map_or_else(|| reader.attribute(&how, file, "__version__"), Ok)
}

fn flit(reader: &Reader<'_>, name: &str, pyproject: &Pyproject) -> Result<VersionSource, ProjectError> {
    let module = match pyproject.string(&["tool", "flit", "module", "name"]) {
        Some(module) => module.replace('.', "/"),
        None => normalize(name).replace('-', "_"),
    };
    let file = ["", "src"].iter().find_map(|base| reader.module_file(base, &module));
    let file = file.ok_or_else(|| ProjectError::VersionNotFound {
        file: module.clone(),
        expected: format!("there is no module `{module}`"),
    })?;
    reader.attribute(&format!("__version__ of {module}"), &file, "__version__")
}
