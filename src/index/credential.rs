//! With which right files are sent: the token, and where it came from. The value is never shown.
//!
//! Sources in order: `--token-stdin`, `--token-file`, `RELEASE_TOKEN_<INDEX>`, `RELEASE_TOKEN`, then those
//! of twine and uv, then `.pypirc` (packaging.python.org, "The .pypirc file"). PyPI's tokens are macaroons
//! whose first packet names the index that issued them, so a token never goes to another index by mistake.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::error::IndexError;
use crate::config::targets::Index;
use crate::effects::Inspect;
use crate::effects::http::{Basic, Url};
use crate::secret::Secret;

/// What stands for a user where the password is a token.
const TOKEN_USER: &str = "__token__";
/// The issuers whose tokens are good for nothing elsewhere.
const ISSUERS: [&str; 2] = ["pypi.org", "test.pypi.org"];
/// What `.pypirc` is called as a source.
const PYPIRC: &str = "`~/.pypirc`";
/// Variables that give a right to publish: ours, those of other tools, and what proves to an index who a job is.
const VARIABLES: [&str; 17] = [
    "RELEASE_TOKEN",
    "RELEASE_FORGE_TOKEN",
    "TWINE_PASSWORD",
    "UV_PUBLISH_TOKEN",
    "UV_PUBLISH_PASSWORD",
    "FLIT_PASSWORD",
    "HATCH_INDEX_AUTH",
    "PDM_PUBLISH_PASSWORD",
    "MATURIN_PASSWORD",
    "MATURIN_PYPI_TOKEN",
    "PYPI_TOKEN",
    "PYPI_API_TOKEN",
    "PYPI_PASSWORD",
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
    // Jobs of GitLab: docs.pypi.org, "Trusted Publishers".
    "PYPI_ID_TOKEN",
    "TESTPYPI_ID_TOKEN",
    "SIGSTORE_ID_TOKEN",
];
/// Beginnings and ends of those that have the name of an index between them.
const NAMED_BY_INDEX: [(&str, &str); 3] =
    [("RELEASE_TOKEN_", ""), ("POETRY_PYPI_TOKEN_", ""), ("POETRY_HTTP_BASIC_", "_PASSWORD")];
/// Tokens and `.pypirc` are read up to this size.
const LIMIT: u64 = 64 * 1024;

/// A user, a secret, and where both came from.
#[derive(Debug, Clone)]
pub struct Credential {
    /// What is sent.
    pub basic: Basic,
    /// Where it came from, as people call it.
    pub source: String,
}

impl Credential {
    /// A token and where it came from.
    pub fn token(value: Secret, source: impl Into<String>) -> Self {
        Credential::password(None, value, source)
    }

    fn password(user: Option<&str>, password: Secret, source: impl Into<String>) -> Self {
        let user = user.unwrap_or(TOKEN_USER).to_owned();
        Credential { basic: Basic { user, password }, source: source.into() }
    }
}

/// The token on standard input.
///
/// # Errors
/// There is none.
pub fn from_standard_input(inspect: Inspect<'_>) -> Result<Credential, IndexError> {
    let text = inspect.standard_input(LIMIT)?;
    given(inspect, &text, "standard input".to_owned())
}

/// The token in a file.
///
/// # Errors
/// It cannot be read, or there is none in it.
pub fn from_file(inspect: Inspect<'_>, path: &Path) -> Result<Credential, IndexError> {
    let text = inspect.files().read_text(&inspect.dir().join(path), LIMIT)?;
    given(inspect, &text, format!("`{}`", path.display()))
}

fn given(inspect: Inspect<'_>, text: &str, source_name: String) -> Result<Credential, IndexError> {
    let token = Secret::new(text);
    if token.is_empty() {
        return Err(IndexError::EmptyToken { source_name });
    }
    inspect.redactor().register(&token);
    Ok(Credential::token(token, source_name))
}

/// The credentials for an index from variables and `.pypirc`; nothing where there are none.
///
/// # Errors
/// `.pypirc` cannot be read.
pub fn find(inspect: Inspect<'_>, index: &Index) -> Result<Option<Credential>, IndexError> {
    let found = match from_variables(inspect, index).into_iter().next() {
        Some(found) => Some(found),
        None => {
            let found = from_pypirc(inspect, index)?;
            warn_of_readers(inspect, found.as_ref())?;
            found
        }
    };
    if let Some(found) = &found {
        inspect.redactor().register(&found.basic.password);
    }
    Ok(found)
}

/// Every source that has credentials for an index, the one that is used first.
///
/// # Errors
/// `.pypirc` cannot be read.
pub fn all(inspect: Inspect<'_>, index: &Index) -> Result<Vec<Credential>, IndexError> {
    let mut found = from_variables(inspect, index);
    found.extend(from_pypirc(inspect, index)?);
    for credential in &found {
        inspect.redactor().register(&credential.basic.password);
    }
    Ok(found)
}

/// The variable that holds the token of one index; none for an index without a name.
pub fn variable_of(index: &Index) -> Option<String> {
    let named = !index.name.contains("://");
    let upper = |c: char| {
        if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }
    };
    named.then(|| format!("RELEASE_TOKEN_{}", index.name.chars().map(upper).collect::<String>()))
}

/// Every right to publish, for whatever index, that code running here could read: names of variables and files, as
/// people call them. Other tools' are among them: whoever finds one asks nobody which tool it is for.
pub fn visible(inspect: Inspect<'_>) -> Vec<String> {
    let variables = inspect.variables();
    let names = |name: &str| {
        let is_among = |parts: (&str, &str)| name.starts_with(parts.0) && name.ends_with(parts.1);
        VARIABLES.contains(&name) || NAMED_BY_INDEX.into_iter().any(is_among)
    };
    let is_token = |name: &str| variables.get(name).is_some_and(|value| value.starts_with("pypi-"));
    let all = variables.matching(|name| variables.get(name).is_some() && (names(name) || is_token(name)));
    let mut found: Vec<String> = all.into_iter().map(|(name, _)| name).collect();
    let pypirc = variables.home().map(|home| home.join(".pypirc"));
    let text = pypirc.and_then(|path| inspect.files().read_text_if_there(&path, LIMIT).ok().flatten());
    if text.is_some_and(|text| sections(&text).iter().any(|(_, entries)| value_of(entries, "password").is_some())) {
        found.push("~/.pypirc".to_owned());
    }
    found
}

fn from_variables(inspect: Inspect<'_>, index: &Index) -> Vec<Credential> {
    let variables = inspect.variables();
    let mut found = Vec::new();
    let own = variable_of(index).into_iter().chain(["RELEASE_TOKEN".to_owned()]);
    for name in own {
        if let Some(token) = variables.secret(&name) {
            found.push(Credential::token(token, format!("`{name}`")));
        }
    }
    for (user, password) in [
        (Some("TWINE_USERNAME"), "TWINE_PASSWORD"),
        (None, "UV_PUBLISH_TOKEN"),
        (Some("UV_PUBLISH_USERNAME"), "UV_PUBLISH_PASSWORD"),
    ] {
        if let Some(secret) = variables.secret(password) {
            let user = user.and_then(|user| variables.get(user));
            found.push(Credential::password(user, secret, format!("`{password}`")));
        }
    }
    found
}

fn from_pypirc(inspect: Inspect<'_>, index: &Index) -> Result<Option<Credential>, IndexError> {
    let Some(path) = inspect.variables().home().map(|home| home.join(".pypirc")) else {
        return Ok(None);
    };
    let files = inspect.files();
    let Some(text) = files.read_text_if_there(&path, LIMIT)? else {
        return Ok(None);
    };
    let Some((user, password)) = pypirc_entry(&text, index) else {
        return Ok(None);
    };
    Ok(Some(Credential::password(user, Secret::new(password), PYPIRC)))
}

/// Says when others can read the password that is used.
fn warn_of_readers(inspect: Inspect<'_>, found: Option<&Credential>) -> Result<(), IndexError> {
    let Some(path) = inspect.variables().home().map(|home| home.join(".pypirc")).filter(|_| found.is_some()) else {
        return Ok(());
    };
    if inspect.files().mode(&path)? & 0o077 != 0 {
        inspect.warn(format!("others can read the password in `{0}`: run `chmod 600 {0}`", path.display()));
    }
    Ok(())
}

/// A section of `.pypirc`: its name, its keys and values.
type Section<'t> = (&'t str, Vec<(&'t str, &'t str)>);

fn sections(text: &str) -> Vec<Section<'_>> {
    let mut sections: Vec<Section<'_>> = Vec::new();
    for line in text.lines().map(str::trim) {
        if line.starts_with(['#', ';']) {
            continue;
        }
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            sections.push((name.trim(), Vec::new()));
        } else if let (Some((_, entries)), Some((key, value))) = (sections.last_mut(), line.split_once(['=', ':'])) {
            entries.push((key.trim(), value.trim()));
        }
    }
    sections
}

fn value_of<'t>(entries: &[(&'t str, &'t str)], key: &str) -> Option<&'t str> {
    let mut found = entries.iter().filter(|(known, _)| known.eq_ignore_ascii_case(key));
    found.next().map(|(_, value)| *value).filter(|value| !value.is_empty())
}

/// User and password of the section that is called like the index or names its URL.
fn pypirc_entry<'t>(text: &'t str, index: &Index) -> Option<(Option<&'t str>, &'t str)> {
    let bare = |url: &str| url.trim_end_matches('/').to_owned();
    sections(text).iter().find_map(|(name, entries)| {
        let fits = match value_of(entries, "repository") {
            Some(url) => bare(url) == bare(&index.upload),
            None => *name == index.name,
        };
        let password = value_of(entries, "password").filter(|_| fits)?;
        Some((value_of(entries, "username"), password))
    })
}

/// Refuses a token that another index issued.
///
/// # Errors
/// [`IndexError::TokenOfOtherIndex`].
pub fn guard(credential: &Credential, index: &Index) -> Result<(), IndexError> {
    let host = Url::parse(&index.upload).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
    match issuer(credential.basic.password.reveal()) {
        Some(issuer) if ISSUERS.contains(&issuer.as_str()) && host != issuer && host != format!("upload.{issuer}") => {
            Err(IndexError::TokenOfOtherIndex { source_name: credential.source.clone(), issuer, host })
        }
        _ => Ok(()),
    }
}

/// The index that issued a token: the location of a macaroon of the second format.
pub fn issuer(token: &str) -> Option<String> {
    /// The first packet lies within this many characters; a multiple of four, so that it decodes alone.
    const HEAD: usize = 88;
    let body = token.strip_prefix("pypi-")?;
    let head = body.get(..body.len().min(HEAD) / 4 * 4)?;
    let bytes = URL_SAFE_NO_PAD.decode(head).ok()?;
    match bytes.as_slice() {
        // Version 2; packet 1 is the location; lengths under 128 are one byte.
        [2, 1, length, rest @ ..] if *length < 128 => {
            let location = rest.get(..usize::from(*length))?;
            String::from_utf8(location.to_vec()).ok()
        }
        _ => None,
    }
}
