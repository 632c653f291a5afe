//! The user's `~/.pypirc`: read only where nobody else can, and never written. What it means is for
//! `config/pypirc.rs`; no error holds any of its text.

use std::path::PathBuf;

use super::{Credential, LIMIT};
use crate::config::pypirc::Pypirc;
use crate::config::targets::Index;
use crate::config::{Config, ConfigError};
use crate::effects::files::What;
use crate::effects::{EffectsError, Inspect};
use crate::error::Failure;
use crate::index::error::IndexError;
use crate::secret::Secret;

/// What it is called as a source.
pub(super) const SOURCE: &str = "`~/.pypirc`";

fn path(inspect: Inspect<'_>) -> Option<PathBuf> {
    let path = inspect.variables().home()?.join(".pypirc");
    (inspect.files().what(&path) != What::Missing).then_some(path)
}

/// Whether it is there and others can read it: its mode.
///
/// # Errors
/// The system does not tell.
pub fn open_to_others(inspect: Inspect<'_>) -> Result<Option<u32>, EffectsError> {
    let Some(path) = path(inspect) else { return Ok(None) };
    let mode = inspect.files().mode(&path)?;
    Ok((mode & 0o077 != 0).then_some(mode))
}

/// Its text.
///
/// # Errors
/// Others can read it, or nobody can.
fn text(inspect: Inspect<'_>) -> Result<Option<String>, IndexError> {
    let Some(path) = path(inspect) else { return Ok(None) };
    if let Some(mode) = open_to_others(inspect)? {
        return Err(IndexError::PypircOpen { path: path.display().to_string(), mode });
    }
    Ok(inspect.files().read_text_if_there(&path, LIMIT)?)
}

/// The credentials for an index in it.
///
/// # Errors
/// Others can read it, or nobody can.
pub(super) fn credential(inspect: Inspect<'_>, index: &Index) -> Result<Option<Credential>, IndexError> {
    let Some(text) = text(inspect)? else { return Ok(None) };
    let pypirc = Pypirc::parse(&text);
    Ok(pypirc.entry(index).map(|(user, password)| Credential::password(user, Secret::new(password), SOURCE)))
}

/// Whether there is a password in it, for whatever index, and whoever can read it.
pub(super) fn has_password(inspect: Inspect<'_>) -> bool {
    let text = path(inspect).and_then(|path| inspect.files().read_text_if_there(&path, LIMIT).ok().flatten());
    text.is_some_and(|text| Pypirc::parse(&text).has_password())
}

/// The index of a name or a URL: of the configuration, of uv's, else of `.pypirc`.
///
/// # Errors
/// It is neither, or `.pypirc` would have to be asked and others can read it.
pub fn index_of(inspect: Inspect<'_>, config: &Config, name: &str) -> Result<Index, Failure> {
    match config.index(name) {
        Err(unknown @ ConfigError::UnknownIndex { .. }) => {
            let found = text(inspect)?.and_then(|text| Pypirc::parse(&text).index(name));
            found.ok_or_else(|| unknown.into())
        }
        other => Ok(other?),
    }
}
