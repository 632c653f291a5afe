//! What a token must look like before it is sent: what people paste is often more or less than that.

use std::fmt;

use super::{Credential, TOKEN_USER};
use crate::config::targets::Index;
use crate::index::token::{self, TokenError};

/// Why a text cannot be a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Malformed {
    /// There is a line feed or another white space in it.
    Space,
    /// It stands in quotes.
    Quotes,
    /// The user stands before it.
    User,
    /// It is a password, or of another service, and the index takes neither.
    Password,
    /// It is not whole.
    Damaged(TokenError),
}

impl fmt::Display for Malformed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Malformed::Space => formatter.write_str("has white space or a line break in it"),
            Malformed::Quotes => formatter.write_str("stands in quotes"),
            Malformed::User => formatter.write_str("has the user `__token__` before it"),
            Malformed::Password => formatter.write_str("is a password, and the index takes only tokens"),
            Malformed::Damaged(error) => write!(formatter, "is no whole token: {error}"),
        }
    }
}

impl Malformed {
    /// What to do about it.
    pub fn hint(self) -> &'static str {
        match self {
            Malformed::Space => "put the token alone there, on one line: a second token or a comment is not part of it",
            Malformed::Quotes => "leave the quotes out: nothing takes them away",
            Malformed::User => "leave `__token__:` out: only the token itself is wanted",
            Malformed::Password => {
                "make a token on the index, and give it alone; with twine's variables, `TWINE_USERNAME` is `__token__`"
            }
            Malformed::Damaged(TokenError::Prefix) => {
                "give a token of this index: those of PyPI and TestPyPI begin with `pypi-`"
            }
            Malformed::Damaged(_) => "copy the whole token again, or make a new one on the index",
        }
    }
}

/// What is wrong with credentials, as far as that shows without asking anybody.
pub(super) fn problem(credential: &Credential, index: &Index) -> Option<Malformed> {
    let text = credential.basic.password.reveal();
    if credential.basic.user != TOKEN_USER {
        return index.is_pypi().then_some(Malformed::Password);
    }
    if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Some(Malformed::Space);
    }
    if text.starts_with(['"', '\'']) || text.ends_with(['"', '\'']) {
        return Some(Malformed::Quotes);
    }
    if text.starts_with("__token__:") {
        return Some(Malformed::User);
    }
    match token::decode(text) {
        Err(error) if index.is_pypi() => Some(Malformed::Damaged(error)),
        _ => None,
    }
}

/// The token without what people put around it.
pub(super) fn bare(text: &str) -> &str {
    let text = text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\''));
    text.strip_prefix("__token__:").unwrap_or(text)
}
