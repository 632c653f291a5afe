//! Version specifiers: which versions `>=3.10,!=3.11.*` takes.
//!
//! Follows "Version specifiers" of packaging.python.org (PEP 440), and `packaging` where that leaves
//! room. Choosing the best of many versions is left to installers.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::error::{ParseError, shown};
use super::version::{Version, is_python_space};

/// How a specifier compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operator {
    /// `===`, text by text.
    Arbitrary,
    /// `~=`
    Compatible,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<=`
    LessEqual,
    /// `>=`
    GreaterEqual,
    /// `<`
    Less,
    /// `>`
    Greater,
}

impl Operator {
    /// All operators, longer ones before their beginnings.
    pub(super) const ALL: [Operator; 8] = [
        Operator::Arbitrary,
        Operator::Compatible,
        Operator::Equal,
        Operator::NotEqual,
        Operator::LessEqual,
        Operator::GreaterEqual,
        Operator::Less,
        Operator::Greater,
    ];

    /// As it is written.
    pub fn text(self) -> &'static str {
        match self {
            Operator::Arbitrary => "===",
            Operator::Compatible => "~=",
            Operator::Equal => "==",
            Operator::NotEqual => "!=",
            Operator::LessEqual => "<=",
            Operator::GreaterEqual => ">=",
            Operator::Less => "<",
            Operator::Greater => ">",
        }
    }
}

/// What is compared with.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Operand {
    Text(String),
    Prefix(Version, String),
    Version(Version),
    /// For `~=`, where zeros at the end count.
    Exact(Version, usize),
}

/// One specifier, shown with its version as written.
#[derive(Debug, Clone)]
pub struct Specifier {
    operator: Operator,
    written: String,
    operand: Operand,
}

/// Whether pre-releases can be contained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prereleases {
    /// They are compared like any other version.
    Include,
    /// They are never contained.
    Exclude,
}

impl Specifier {
    /// How it compares.
    pub fn operator(&self) -> Operator {
        self.operator
    }

    /// What it compares with, as written, with `.*` where it has one.
    pub fn version_text(&self) -> &str {
        &self.written
    }

    /// The version that it compares with, without `.*`; none behind `===`.
    pub fn version(&self) -> Option<&Version> {
        match &self.operand {
            Operand::Text(_) => None,
            Operand::Prefix(version, _) | Operand::Version(version) | Operand::Exact(version, _) => Some(version),
        }
    }

    /// Whether it ends with `.*`.
    pub fn is_wildcard(&self) -> bool {
        matches!(self.operand, Operand::Prefix(..))
    }

    /// Whether the version is contained; pre-releases are compared like any other.
    pub fn contains(&self, version: &Version) -> bool {
        let wanted = match &self.operand {
            Operand::Text(text) => return version.to_string().eq_ignore_ascii_case(text),
            Operand::Prefix(prefix, _) => {
                let within = has_prefix(version, prefix.epoch(), prefix.release());
                return within == (self.operator == Operator::Equal);
            }
            Operand::Version(version) | Operand::Exact(version, _) => version,
        };
        let public = || version.without_local();
        let equal = || match wanted.is_local() {
            true => version == wanted,
            false => public() == *wanted,
        };
        match self.operator {
            Operator::Equal => equal(),
            Operator::NotEqual => !equal(),
            Operator::LessEqual => public() <= *wanted,
            Operator::GreaterEqual => version >= wanted,
            Operator::Less if wanted.is_prerelease() => version < wanted,
            Operator::Less => *version < wanted.clone().with_dev(Some(0)),
            // A final or pre-release takes its own post-releases out, `>1.7` has no `1.7.post1`.
            Operator::Greater => public() > *wanted && !is_post_of(version, wanted),
            Operator::Compatible => {
                let series = wanted.release().len().saturating_sub(1);
                version >= wanted && has_prefix(version, wanted.epoch(), &wanted.release()[..series])
            }
            Operator::Arbitrary => false,
        }
    }

    /// Whether it names a pre-release and thereby allows them.
    pub fn allows_prereleases(&self) -> bool {
        let parsed;
        let version = match &self.operand {
            Operand::Text(text) => {
                parsed = text.parse().ok();
                parsed.as_ref()
            }
            _ => self.version(),
        };
        self.operator != Operator::NotEqual && version.is_some_and(Version::is_prerelease)
    }
}

fn has_prefix(version: &Version, epoch: u64, prefix: &[u64]) -> bool {
    let mut release = version.release().iter().copied().chain(std::iter::repeat(0));
    version.epoch() == epoch && prefix.iter().all(|&number| release.next() == Some(number))
}

fn is_post_of(version: &Version, wanted: &Version) -> bool {
    wanted.post().is_none()
        && wanted.dev().is_none()
        && version.epoch() == wanted.epoch()
        && version.trimmed() == wanted.trimmed()
        && version.pre() == wanted.pre()
}

impl FromStr for Specifier {
    type Err = ParseError;

    /// # Errors
    /// [`ParseError::Specifier`].
    fn from_str(text: &str) -> Result<Self, ParseError> {
        let refuse = |reason: String| ParseError::Specifier { text: shown(text), reason };
        let trimmed = text.trim_matches(is_python_space);
        let (operator, written) = Operator::ALL
            .into_iter()
            .find_map(|operator| Some((operator, trimmed.strip_prefix(operator.text())?)))
            .ok_or_else(|| refuse("it must begin with `==`, `!=`, `>=`, `<=`, `~=`, `===`, `>` or `<`".to_owned()))?;
        let written = written.trim_matches(is_python_space);
        let operand = if operator == Operator::Arbitrary {
            if written.contains(|c: char| is_python_space(c) || c == ';' || c == ')') {
                return Err(refuse("a space, `;` or `)` is within the version".to_owned()));
            }
            Operand::Text(written.to_ascii_lowercase())
        } else {
            operand(operator, written).map_err(refuse)?
        };
        Ok(Specifier { operator, written: written.to_owned(), operand })
    }
}

fn operand(operator: Operator, written: &str) -> Result<Operand, String> {
    let prefix = written.strip_suffix(".*");
    let version: Version = prefix.unwrap_or(written).parse().map_err(|error: ParseError| error.to_string())?;
    if prefix.is_some() {
        if !matches!(operator, Operator::Equal | Operator::NotEqual) {
            return Err(format!("`.*` goes with `==` and `!=`, not with `{}`", operator.text()));
        }
        let plain = version.pre().is_none() && version.post().is_none() && version.dev().is_none();
        if !plain || version.is_local() || prefix.is_some_and(|p| p.ends_with(is_python_space)) {
            return Err("`.*` must follow a plain release".to_owned());
        }
        return Ok(Operand::Prefix(version, written.to_ascii_lowercase()));
    }
    if version.is_local() && !matches!(operator, Operator::Equal | Operator::NotEqual) {
        return Err(format!("a local label goes with `==` and `!=`, not with `{}`", operator.text()));
    }
    if operator != Operator::Compatible {
        return Ok(Operand::Version(version));
    }
    match version.release().len() {
        1 => Err("`~=` needs two numbers, such as `~=1.4`".to_owned()),
        length => Ok(Operand::Exact(version, length)),
    }
}

impl fmt::Display for Specifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.operator.text(), self.written)
    }
}

impl PartialEq for Specifier {
    fn eq(&self, other: &Self) -> bool {
        self.operator == other.operator && self.operand == other.operand
    }
}

impl Eq for Specifier {}

impl Hash for Specifier {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.operator.hash(state);
        self.operand.hash(state);
    }
}

/// Specifiers that all must hold; none at all contains every version. Sorted by their text, without
/// doubles.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct SpecifierSet {
    specifiers: Vec<Specifier>,
}

impl SpecifierSet {
    /// The specifiers in the order of their text.
    pub fn specifiers(&self) -> &[Specifier] {
        &self.specifiers
    }

    /// Whether there is none, so that every version is contained.
    pub fn is_empty(&self) -> bool {
        self.specifiers.is_empty()
    }

    /// Whether the version is contained; pre-releases are compared like any other, as `packaging` does
    /// for a single version.
    pub fn contains(&self, version: &Version) -> bool {
        self.contains_with(version, Prereleases::Include)
    }

    /// Whether the version is contained, with or without pre-releases.
    pub fn contains_with(&self, version: &Version, prereleases: Prereleases) -> bool {
        (prereleases == Prereleases::Include || !version.is_prerelease())
            && self.specifiers.iter().all(|s| s.contains(version))
    }

    /// Whether one of them names a pre-release and thereby allows them.
    pub fn allows_prereleases(&self) -> bool {
        self.specifiers.iter().any(Specifier::allows_prereleases)
    }
}

impl FromIterator<Specifier> for SpecifierSet {
    fn from_iter<I: IntoIterator<Item = Specifier>>(specifiers: I) -> Self {
        let mut specifiers: Vec<(String, Specifier)> = specifiers.into_iter().map(|s| (s.to_string(), s)).collect();
        specifiers.sort_by(|(left, _), (right, _)| left.cmp(right));
        let mut seen = std::collections::HashSet::new();
        SpecifierSet {
            specifiers: specifiers
                .into_iter()
                .map(|(_, specifier)| specifier)
                .filter(|specifier| seen.insert(specifier.clone()))
                .collect(),
        }
    }
}

impl FromStr for SpecifierSet {
    type Err = ParseError;

    /// # Errors
    /// [`ParseError::Specifier`] of the first one refused. Empty ones between commas are skipped.
    fn from_str(text: &str) -> Result<Self, ParseError> {
        text.split(',').filter(|part| !part.trim_matches(is_python_space).is_empty()).map(str::parse).collect()
    }
}

impl fmt::Display for SpecifierSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, specifier) in self.specifiers.iter().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            write!(f, "{specifier}")?;
        }
        Ok(())
    }
}

impl Serialize for SpecifierSet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for SpecifierSet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}
