//! What can be wrong with a text of Python's packaging world.
//!
//! One enum for everything that is parsed here, each variant naming what was read and why it was
//! refused. What a bump refuses is in `bump.rs`.

use crate::error::{Explain, Kind};

const SHOWN_CHARACTERS: usize = 100;

/// A text that does not follow its grammar.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// Not a project name (PEP 508).
    #[error("`{text}` is not a project name: {reason}")]
    Name {
        /// What was read, shortened.
        text: String,
        /// Why it is refused.
        reason: String,
    },
    /// Not a version (PEP 440).
    #[error("`{text}` is not a version: {reason}")]
    Version {
        /// What was read, shortened.
        text: String,
        /// Why it is refused.
        reason: String,
    },
    /// A version with a number that does not fit 64 bits.
    #[error("version `{text}` has the number `{number}`, which is larger than {}", u64::MAX)]
    VersionNumber {
        /// What was read, shortened.
        text: String,
        /// The number, shortened.
        number: String,
    },
    /// Not a version specifier or a set of them (PEP 440).
    #[error("`{text}` is not a version specifier: {reason}")]
    Specifier {
        /// What was read, shortened.
        text: String,
        /// Why it is refused.
        reason: String,
    },
    /// Not an environment marker (PEP 508).
    #[error("`{text}` is not an environment marker: {reason} at character {column}")]
    Marker {
        /// What was read, shortened.
        text: String,
        /// What was expected.
        reason: String,
        /// Where, in characters counted from 1.
        column: usize,
    },
    /// A marker that cannot be evaluated.
    #[error("cannot evaluate the marker `{text}`: {reason}")]
    MarkerValue {
        /// The comparison.
        text: String,
        /// Why it has no value.
        reason: String,
    },
    /// Not a requirement (PEP 508).
    #[error("`{text}` is not a requirement: {reason} at character {column}")]
    Requirement {
        /// What was read, shortened.
        text: String,
        /// What was expected.
        reason: String,
        /// Where, in characters counted from 1.
        column: usize,
    },
    /// Not the name of a source distribution (PEP 625).
    #[error("`{text}` is not the name of a source distribution: {reason}")]
    SdistName {
        /// What was read, shortened.
        text: String,
        /// Why it is refused.
        reason: String,
    },
    /// Not the name of a wheel (PEP 427).
    #[error("`{text}` is not the name of a wheel: {reason}")]
    WheelName {
        /// What was read, shortened.
        text: String,
        /// Why it is refused.
        reason: String,
    },
    /// Not a compatibility tag (PEP 425).
    #[error("`{text}` is not a compatibility tag: {reason}")]
    Tag {
        /// What was read, shortened.
        text: String,
        /// Why it is refused.
        reason: String,
    },
    /// Not a file of entry points.
    #[error("line {line} of the entry points is refused: {reason}")]
    EntryPoints {
        /// The line, counted from 1.
        line: usize,
        /// Why it is refused.
        reason: String,
    },
    /// Not the reference of an entry point.
    #[error("`{text}` is not an entry point: {reason}")]
    EntryPoint {
        /// What was read, shortened.
        text: String,
        /// Why it is refused.
        reason: String,
    },
    /// Not an SPDX license expression (PEP 639).
    #[error("`{text}` is not a license expression: {reason}")]
    License {
        /// What was read, shortened.
        text: String,
        /// Why it is refused.
        reason: String,
    },
}

impl Explain for ParseError {
    fn code(&self) -> &'static str {
        match self {
            ParseError::Name { .. } => "python/name",
            ParseError::Version { .. } => "python/version",
            ParseError::VersionNumber { .. } => "python/version-number",
            ParseError::Specifier { .. } => "python/specifier",
            ParseError::Marker { .. } => "python/marker",
            ParseError::MarkerValue { .. } => "python/marker-value",
            ParseError::Requirement { .. } => "python/requirement",
            ParseError::SdistName { .. } => "python/sdist-name",
            ParseError::WheelName { .. } => "python/wheel-name",
            ParseError::Tag { .. } => "python/tag",
            ParseError::EntryPoints { .. } => "python/entry-points",
            ParseError::EntryPoint { .. } => "python/entry-point",
            ParseError::License { .. } => "python/license",
        }
    }

    fn kind(&self) -> Kind {
        Kind::Setup
    }

    fn hints(&self) -> Vec<String> {
        let hint = match self {
            ParseError::Name { .. } => {
                "use ASCII letters, digits, `.`, `_` and `-`, with a letter or digit at both ends"
            }
            ParseError::Version { .. } => "write a version such as `1.4.0`, `1.4.0rc1` or `1.4.0.post1`",
            ParseError::VersionNumber { .. } => {
                "use a shorter number, such as a date `20261121` in place of a full timestamp"
            }
            ParseError::Specifier { .. } => "write specifiers such as `>=3.10`, `~=1.4` or `==2.*`",
            ParseError::Marker { .. } => "write a marker such as `python_version < \"3.12\"`",
            ParseError::MarkerValue { .. } => "compare one marker variable with one quoted value",
            ParseError::Requirement { .. } => {
                "write a requirement such as `httpx[http2]>=0.27; python_version >= \"3.10\"`"
            }
            ParseError::SdistName { .. } => "name it `{name}-{version}.tar.gz`, both normalised",
            ParseError::WheelName { .. } => "name it `{name}-{version}-{python}-{abi}-{platform}.whl`",
            ParseError::Tag { .. } => "write a tag such as `py3-none-any`",
            ParseError::EntryPoints { .. } => "write `[group]` headings and `name = module:attribute` lines",
            ParseError::EntryPoint { .. } => "write `module`, or `module:attribute`",
            ParseError::License { .. } => "write an SPDX expression such as `MIT OR Apache-2.0`",
        };
        vec![hint.to_owned()]
    }
}

/// A text as messages show it: control characters escaped, cut after a hundred characters.
pub(crate) fn shown(text: &str) -> String {
    let mut characters = text.chars();
    let mut shown = String::new();
    for character in characters.by_ref().take(SHOWN_CHARACTERS) {
        if character.is_control() {
            shown.extend(character.escape_debug());
        } else {
            shown.push(character);
        }
    }
    if characters.next().is_some() {
        shown.push('…');
    }
    shown
}
