//! Where each build backend reads a dynamic version.

use regex_lite::RegexBuilder;

use super::{Reader, VersionSource, cargo, setup_cfg};
use crate::project::{ProjectError, Pyproject};
use crate::python::name::normalize;

pub(super) fn locate(reader: &Reader<'_>, name: &str, pyproject: &Pyproject) -> Result<VersionSource, ProjectError> {
    let backend = pyproject.backend();
    match backend.split(['.', ':']).next().unwrap_or_default() {
        "setuptools" => setuptools(reader, name, pyproject),
        "hatchling" => hatchling(reader, name, pyproject),
        "flit_core" | "flit" => flit(reader, name, pyproject),
        "pdm" => pdm(reader, name, pyproject),
        "scikit_build_core" => scikit(reader, name, pyproject),
        "maturin" => cargo::locate(reader, name, pyproject),
        _ => Err(unsupported(name, format!("`version` is dynamic and the build backend is `{backend}`"))),
    }
}

pub(super) fn unsupported(name: &str, why: impl Into<String>) -> ProjectError {
    ProjectError::UnsupportedSource { name: name.to_owned(), why: why.into() }
}

fn setuptools(reader: &Reader<'_>, name: &str, pyproject: &Pyproject) -> Result<VersionSource, ProjectError> {
    let dynamic = ["tool", "setuptools", "dynamic", "version"];
    if let Some(attribute) = pyproject.string(&[&dynamic[..], &["attr"]].concat()) {
        // Where setuptools is told to look, it looks nowhere else.
        let told = pyproject.string(&["tool", "setuptools", "package-dir", ""]).map(|dir| vec![dir.to_owned()]);
        let found = pyproject.strings(&["tool", "setuptools", "packages", "find", "where"]);
        return module_attribute(reader, name, attribute, told.unwrap_or(found));
    }
    if let Some(item) = pyproject.get(&[&dynamic[..], &["file"]].concat()) {
        let first = item.as_array().and_then(|array| array.get(0)).and_then(toml_edit::Value::as_str);
        let file =
            item.as_str().or(first).ok_or_else(|| unsupported(name, "`file` of the dynamic version names no file"))?;
        return text_file(reader, file);
    }
    if reader.exists("setup.cfg")
        && let Some(source) = in_setup_cfg(reader, name)?
    {
        return Ok(source);
    }
    let why = match reader.exists("setup.py") {
        true => "`setup.py` is a program, and only running it would tell",
        false => "neither `[tool.setuptools.dynamic] version` nor `[metadata] version` of `setup.cfg` says where it is",
    };
    Err(unsupported(name, why))
}

/// `[metadata] version = 1.2.3`, `attr: package.__version__`, `file: VERSION`.
fn in_setup_cfg(reader: &Reader<'_>, name: &str) -> Result<Option<VersionSource>, ProjectError> {
    let text = reader.text("setup.cfg")?;
    let Some(range) = setup_cfg::value(&text, "metadata", "version") else { return Ok(None) };
    let written = &text[range.clone()];
    if let Some(attribute) = written.strip_prefix("attr:") {
        return module_attribute(reader, name, attribute.trim(), Vec::new()).map(Some);
    }
    if let Some(file) = written.strip_prefix("file:") {
        return text_file(reader, file.trim()).map(Some);
    }
    Ok(Some(VersionSource::of("[metadata] version", "setup.cfg", &text, range)))
}

/// `attr = "package.module.NAME"`, looked for below each base; below the project and `src` where there is none.
fn module_attribute(
    reader: &Reader<'_>,
    name: &str,
    attribute: &str,
    mut bases: Vec<String>,
) -> Result<VersionSource, ProjectError> {
    let (module, variable) = attribute
        .rsplit_once('.')
        .ok_or_else(|| unsupported(name, format!("`attr = \"{attribute}\"` names no module")))?;
    let path = module.replace('.', "/");
    if bases.is_empty() {
        bases = vec![String::new(), "src".to_owned()];
    }
    let file = bases.iter().find_map(|base| reader.module_file(base, &path));
    let file = file.ok_or_else(|| ProjectError::VersionNotFound {
        file: path.clone(),
        expected: format!("there is no module `{module}`"),
    })?;
    reader.attribute(&format!("attr {attribute}"), &file, variable)
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
    Ok(VersionSource::of(format!("file {file}"), file, &text, start..start + trimmed.len()))
}

fn hatchling(reader: &Reader<'_>, name: &str, pyproject: &Pyproject) -> Result<VersionSource, ProjectError> {
    let table = ["tool", "hatch", "version"];
    let value = |key| pyproject.string(&[&table[..], &[key]].concat());
    match value("source") {
        None | Some("regex") => {}
        Some("code") => return Err(unsupported(name, "`source = \"code\"` of hatchling runs a program")),
        Some("env") => return Err(unsupported(name, "`source = \"env\"` of hatchling reads a variable")),
        Some(other) => return Err(unsupported(name, format!("`[tool.hatch.version] source = \"{other}\"`"))),
    }
    let file = value("path").ok_or_else(|| unsupported(name, "`[tool.hatch.version]` has no `path`"))?;
    if let Some(pattern) = value("pattern").filter(|pattern| *pattern != "true") {
        let how = format!("[tool.hatch.version] pattern in {file}");
        return by_pattern(reader, name, (&how, file), (pattern, "version"));
    }
    named_version(reader, &format!("[tool.hatch.version] path {file}"), file)
}

/// `__version__` or `VERSION` in any case, as the default pattern of hatchling and scikit-build-core takes them;
/// a `v` before the number is none of it.
fn named_version(reader: &Reader<'_>, how: &str, file: &str) -> Result<VersionSource, ProjectError> {
    let names = ["__version__", "VERSION", "version", "__VERSION__", "Version", "__Version__"];
    let found = names.iter().filter_map(|variable| reader.attribute(how, file, variable).ok());
    // The pattern takes whichever stands first.
    let first = found.min_by_key(|source| source.place.as_ref().map_or(usize::MAX, |place| place.range.start));
    let mut source = first.map_or_else(|| reader.attribute(how, file, "__version__"), Ok)?;
    if let Some(place) = &mut source.place
        && place.written.starts_with('v')
    {
        place.written.remove(0);
        place.range.start += 1;
    }
    Ok(source)
}

/// A pattern of the project may take no longer than this much work: its size times that of the text.
const PATTERN_SIZE: usize = 1 << 16;
const PATTERN_TEXT: usize = 1 << 18;

/// What a group of a pattern of the project's own matches first.
fn by_pattern(
    reader: &Reader<'_>,
    name: &str,
    (how, file): (&str, &str),
    (pattern, group): (&str, &str),
) -> Result<VersionSource, ProjectError> {
    let refused = |problem: String| unsupported(name, format!("its pattern cannot be read here: {problem}"));
    let pattern = RegexBuilder::new(pattern).multi_line(true).size_limit(PATTERN_SIZE).build();
    let pattern = pattern.map_err(|error| refused(error.to_string().replace('\n', " ")))?;
    if !pattern.capture_names().flatten().any(|known| known == group) {
        return Err(refused(format!("it has no group `{group}`")));
    }
    let text = reader.text(file)?;
    if text.len() > PATTERN_TEXT {
        return Err(refused(format!("`{file}` is larger than {} kB", PATTERN_TEXT >> 10)));
    }
    let found = pattern.captures(&text).and_then(|captures| captures.name(group).map(|found| found.range()));
    let range = found.ok_or_else(|| ProjectError::VersionNotFound {
        file: file.to_owned(),
        expected: "the pattern of the configuration matches nothing".to_owned(),
    })?;
    Ok(VersionSource::of(how, file, &text, range))
}

fn pdm(reader: &Reader<'_>, name: &str, pyproject: &Pyproject) -> Result<VersionSource, ProjectError> {
    let value = |key| pyproject.string(&["tool", "pdm", "version", key]);
    match (value("source"), value("path")) {
        (Some("file"), Some(file)) => reader.attribute(&format!("[tool.pdm.version] path {file}"), file, "__version__"),
        (Some("call"), _) => Err(unsupported(name, "`source = \"call\"` of pdm runs a program")),
        _ => Err(unsupported(name, "`[tool.pdm.version]` has no `source = \"file\"` with a `path`")),
    }
}

fn scikit(reader: &Reader<'_>, name: &str, pyproject: &Pyproject) -> Result<VersionSource, ProjectError> {
    let value = |key| pyproject.string(&["tool", "scikit-build", "metadata", "version", key]);
    let (Some("scikit_build_core.metadata.regex"), Some(file)) = (value("provider"), value("input")) else {
        return Err(unsupported(
            name,
            "`[tool.scikit-build.metadata.version]` names no regex provider with an `input`",
        ));
    };
    let how = format!("[tool.scikit-build.metadata.version] input {file}");
    match value("regex") {
        Some(pattern) => by_pattern(reader, name, (&how, file), (pattern, "value")),
        None => named_version(reader, &how, file),
    }
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
