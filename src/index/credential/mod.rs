//! With which right files are sent: the token, and where it came from. The value is never shown.
//!
//! PyPI's tokens are macaroons whose first packet names the index that issued them, so a token never goes to another
//! index by mistake. Where credentials are looked for is in [`sources`], what stands in the user's file in
//! [`pypirc`], and what a token must look like in [`form`].

pub mod form;
pub mod pypirc;
pub mod sources;

use std::path::Path;

pub use form::Malformed;
pub use sources::{all, find, unread, visible};

use super::error::IndexError;
use super::token;
pub use super::token::issuer;
use crate::config::targets::Index;
use crate::effects::Inspect;
use crate::effects::http::{Basic, is_loopback};
use crate::secret::Secret;

/// What stands for a user where the password is a token.
pub const TOKEN_USER: &str = "__token__";
/// The issuers whose tokens are good for nothing elsewhere.
const ISSUERS: [&str; 2] = ["pypi.org", "test.pypi.org"];
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

    /// Whether two sources hold the same.
    fn is_same(&self, other: &Credential) -> bool {
        self.basic.user == other.basic.user && self.basic.password == other.basic.password
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

/// The token that somebody types, which is not shown; nothing where nobody answers.
///
/// # Errors
/// Ctrl-C was pressed, or nothing was typed.
pub fn from_terminal(inspect: Inspect<'_>, index: &Index) -> Result<Option<Credential>, IndexError> {
    let question = format!("token for `{}` [it is not shown]:", index.name);
    match inspect.terminal().ask_secret(&question)? {
        None => Ok(None),
        Some(secret) => given(inspect, secret.reveal(), "the terminal".to_owned()).map(Some),
    }
}

fn given(inspect: Inspect<'_>, text: &str, source_name: String) -> Result<Credential, IndexError> {
    let token = Secret::new(text);
    if token.is_empty() {
        return Err(IndexError::EmptyToken { source_name });
    }
    inspect.redactor().register(&token);
    Ok(Credential::token(token, source_name))
}

/// The variable that holds the token of the index of this name; none for an index without one, which is called by its URL.
pub fn variable_of(index: &str) -> Option<String> {
    let named = !index.contains("://");
    let upper = |c: char| {
        if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }
    };
    named.then(|| format!("RELEASE_TOKEN_{}", index.chars().map(upper).collect::<String>()))
}

/// The variable that a token for the index of this name is best given in.
pub fn variable_for(index: &str) -> String {
    variable_of(index).unwrap_or_else(|| "RELEASE_TOKEN".to_owned())
}

/// Refuses a token that another index issued, and one that is none.
///
/// # Errors
/// [`IndexError::TokenOfOtherIndex`], [`IndexError::TokenForm`].
pub fn guard(credential: &Credential, index: &Index) -> Result<(), IndexError> {
    let host = index.host();
    if let Some(issuer) = issuer_elsewhere(credential, index) {
        let variable = variable_for(&index.name);
        return Err(IndexError::TokenOfOtherIndex { source_name: credential.source.clone(), issuer, host, variable });
    }
    match form::problem(credential, index) {
        Some(problem) => Err(IndexError::TokenForm { source_name: credential.source.clone(), problem }),
        None => Ok(()),
    }
}

/// The index that issued a token, where it is bound to that and it is not this one.
fn issuer_elsewhere(credential: &Credential, index: &Index) -> Option<String> {
    let host = index.host();
    let issuer = token::issuer(form::bare(credential.basic.password.reveal()))?;
    let elsewhere = ISSUERS.contains(&issuer.as_str()) && host != issuer && host != format!("upload.{issuer}");
    elsewhere.then_some(issuer)
}

/// Whether a token is narrowed before it goes to an index: its own setting, else where the issuer is known to read
/// macaroons.
pub fn is_narrowed(credential: &Credential, index: &Index) -> bool {
    let issued_here = || {
        let issuer = token::issuer(credential.basic.password.reveal()).unwrap_or_default();
        index.is_pypi() || (is_loopback(&index.host()) && is_loopback(issuer.split(':').next().unwrap_or_default()))
    };
    credential.basic.user == TOKEN_USER && index.narrow.unwrap_or_else(issued_here)
}
