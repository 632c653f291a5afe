//! What decides how packages are built, in one digest: it changes with their configuration, not with their code or
//! their versions. A native build that was compared with the backend's is trusted as long as it stays the same.

use std::path::Path;

use toml::{Table, Value};

use crate::archive::Sha256;
use crate::effects::files::What;
use crate::effects::{EffectsError, Files};
use crate::project::pyproject::Pyproject;

/// Files that a backend reads besides `pyproject.toml`; ignore files decide what belongs to a project.
const FILES: [&str; 6] = [".gitignore", ".hgignore", "MANIFEST.in", "hatch.toml", "setup.cfg", "setup.py"];

/// Tables of `[tool]` that backends read.
const TOOLS: [&str; 6] = ["distutils", "flit", "hatch", "poetry", "setuptools", "uv"];

/// The digest for packages in these folders, natively built like these versions of the backends.
///
/// # Errors
/// A file cannot be read.
pub fn digest<'a>(
    files: Files,
    packages: impl IntoIterator<Item = (&'a Path, &'a Pyproject, &'a str)>,
) -> Result<Sha256, EffectsError> {
    let mut all = Vec::new();
    for (folder, pyproject, like) in packages {
        let mut parts = vec![like.as_bytes().to_owned(), tables(pyproject.text()).into_bytes()];
        for name in FILES {
            let path = folder.join(name);
            if files.what(&path) == What::File {
                parts.push([name.as_bytes(), &without_version(&files.read(&path, u64::MAX - 1)?)].join(&b'\n'));
            }
        }
        // The digests, so that no two lists of parts look alike.
        all.extend(parts.iter().map(|part| Sha256::of(part).to_string()));
        all.push(String::new());
    }
    Ok(Sha256::of(all.join("\n").as_bytes()))
}

/// The tables that backends read, without the version.
fn tables(text: &str) -> String {
    let mut document: Table = toml::from_str(text).unwrap_or_default();
    let mut kept = Table::new();
    for name in ["build-system", "project"] {
        kept.extend(document.remove_entry(name));
    }
    if let Some(Value::Table(mut tools)) = document.remove("tool") {
        kept.extend(TOOLS.iter().filter_map(|name| tools.remove_entry(*name)));
    }
    for name in ["project", "poetry"] {
        if let Some(Value::Table(table)) = kept.get_mut(name) {
            table.remove("version");
        }
    }
    kept.to_string()
}

/// `setup.cfg` may have the version.
fn without_version(bytes: &[u8]) -> Vec<u8> {
    let is_version = |line: &&[u8]| line.trim_ascii_start().starts_with(b"version");
    bytes.split_inclusive(|byte| *byte == b'\n').filter(|line| !is_version(line)).flatten().copied().collect()
}
