//! Versions: parsing any spelling, writing the canonical one, and their order.
//!
//! Follows "Version specifiers" of packaging.python.org (PEP 440), schemes and order. Comparing with
//! specifiers is left to [`super::specifier`], counting up to [`super::bump`].

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::error::{ParseError, shown};

/// The phase of a pre-release, in the order in which they follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// `a`
    Alpha,
    /// `b`
    Beta,
    /// `rc`
    Rc,
}

impl Phase {
    /// The canonical letters.
    pub fn letters(self) -> &'static str {
        match self {
            Phase::Alpha => "a",
            Phase::Beta => "b",
            Phase::Rc => "rc",
        }
    }
}

/// The pre-release part of a version, `rc1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pre {
    /// The phase.
    pub phase: Phase,
    /// Its number.
    pub number: u64,
}

/// A segment of a local version label; every number is above every word.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Segment {
    Word(String),
    Number(u64),
}

/// A version. `1.0` and `1.0.0` are equal; [`fmt::Display`] keeps the number of components.
#[derive(Debug, Clone)]
pub struct Version {
    epoch: u64,
    release: Vec<u64>,
    pre: Option<Pre>,
    post: Option<u64>,
    dev: Option<u64>,
    local: Vec<Segment>,
}

impl Version {
    /// A final version of these components, which are at least one.
    pub(super) fn of_release(epoch: u64, release: Vec<u64>) -> Self {
        debug_assert!(!release.is_empty());
        Version { epoch, release, pre: None, post: None, dev: None, local: Vec::new() }
    }

    /// The epoch, 0 unless written.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// The components of the release as written, at least one.
    pub fn release(&self) -> &[u64] {
        &self.release
    }

    /// The pre-release part.
    pub fn pre(&self) -> Option<Pre> {
        self.pre
    }

    /// The number of the post-release.
    pub fn post(&self) -> Option<u64> {
        self.post
    }

    /// The number of the development release.
    pub fn dev(&self) -> Option<u64> {
        self.dev
    }

    /// The local label in canonical form, without `+`.
    pub fn local(&self) -> Option<String> {
        (!self.local.is_empty()).then(|| self.local_text())
    }

    /// Whether it is a pre-release or a development release, also one of a post-release.
    pub fn is_prerelease(&self) -> bool {
        self.pre.is_some() || self.dev.is_some()
    }

    /// Whether there is a local label, which indexes refuse.
    pub fn is_local(&self) -> bool {
        !self.local.is_empty()
    }

    /// The same version without its local label.
    #[must_use]
    pub fn without_local(&self) -> Version {
        Version { local: Vec::new(), ..self.clone() }
    }

    /// The canonical text without the local label.
    pub fn public(&self) -> String {
        self.without_local().to_string()
    }

    #[must_use]
    pub(super) fn with_epoch(mut self, epoch: u64) -> Self {
        self.epoch = epoch;
        self
    }

    #[must_use]
    pub(super) fn with_pre(mut self, pre: Option<Pre>) -> Self {
        self.pre = pre;
        self
    }

    #[must_use]
    pub(super) fn with_post(mut self, post: Option<u64>) -> Self {
        self.post = post;
        self
    }

    #[must_use]
    pub(super) fn with_dev(mut self, dev: Option<u64>) -> Self {
        self.dev = dev;
        self
    }

    /// The components without zeros at the end: what is compared.
    pub(super) fn trimmed(&self) -> &[u64] {
        let end = self.release.iter().rposition(|&n| n != 0).map_or(0, |i| i + 1);
        &self.release[..end]
    }

    /// Where the parts after the release stand in the order: development releases of the release
    /// itself first, then pre-releases, the final one, post-releases.
    fn suffix_key(&self) -> [(u8, u64); 3] {
        let pre = match self.pre {
            None if self.post.is_none() && self.dev.is_some() => (0, 0),
            Some(pre) => (pre.phase as u8 + 1, pre.number),
            None => (4, 0),
        };
        let post = self.post.map_or((0, 0), |number| (1, number));
        let dev = self.dev.map_or((1, 0), |number| (0, number));
        [pre, post, dev]
    }

    fn local_text(&self) -> String {
        let mut text = String::new();
        for segment in &self.local {
            if !text.is_empty() {
                text.push('.');
            }
            match segment {
                Segment::Word(word) => text.push_str(word),
                Segment::Number(number) => text.push_str(&number.to_string()),
            }
        }
        text
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.epoch != 0 {
            write!(f, "{}!", self.epoch)?;
        }
        for (index, number) in self.release.iter().enumerate() {
            if index > 0 {
                f.write_str(".")?;
            }
            write!(f, "{number}")?;
        }
        if let Some(pre) = self.pre {
            write!(f, "{}{}", pre.phase.letters(), pre.number)?;
        }
        if let Some(number) = self.post {
            write!(f, ".post{number}")?;
        }
        if let Some(number) = self.dev {
            write!(f, ".dev{number}")?;
        }
        if self.is_local() {
            write!(f, "+{}", self.local_text())?;
        }
        Ok(())
    }
}

impl PartialEq for Version {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Version {}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        self.epoch
            .cmp(&other.epoch)
            .then_with(|| self.trimmed().cmp(other.trimmed()))
            .then_with(|| self.suffix_key().cmp(&other.suffix_key()))
            .then_with(|| self.local.cmp(&other.local))
    }
}

impl Hash for Version {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.epoch, self.trimmed(), self.suffix_key(), &self.local).hash(state);
    }
}

impl Serialize for Version {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// What Python's `\s` and `str.strip` take for white space.
pub(super) fn is_python_space(character: char) -> bool {
    character.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&character)
}

impl FromStr for Version {
    type Err = ParseError;

    /// # Errors
    /// [`ParseError::Version`] for what is not PEP 440, [`ParseError::VersionNumber`] for a number
    /// above [`u64::MAX`]. White space around the version is dropped.
    fn from_str(text: &str) -> Result<Self, ParseError> {
        let trimmed = text.trim_matches(is_python_space);
        Scanner { text: trimmed, rest: trimmed }.version()
    }
}

/// Letters of a pre-release with what they mean, longer ones before their beginnings.
const PHASES: [(&str, Phase); 8] = [
    ("alpha", Phase::Alpha),
    ("a", Phase::Alpha),
    ("beta", Phase::Beta),
    ("b", Phase::Beta),
    ("preview", Phase::Rc),
    ("pre", Phase::Rc),
    ("c", Phase::Rc),
    ("rc", Phase::Rc),
];

struct Scanner<'a> {
    text: &'a str,
    rest: &'a str,
}

impl<'a> Scanner<'a> {
    fn version(mut self) -> Result<Version, ParseError> {
        if self.text.is_empty() {
            return self.refuse("it is empty");
        }
        self.word("v");
        let Some(mut first) = self.number()? else {
            let found = self.found();
            return self.refuse(format!("it must begin with a number, not {found}"));
        };
        let mut epoch = 0;
        if self.take(|c| c == '!').is_some() {
            epoch = first;
            first = match self.number()? {
                Some(number) => number,
                None => return self.refuse("a number must follow the epoch"),
            };
        }
        let mut version = Version::of_release(epoch, vec![first]);
        while let Some(after) = self.rest.strip_prefix('.')
            && after.starts_with(|c: char| c.is_ascii_digit())
        {
            self.rest = after;
            version.release.extend(self.number()?);
        }
        version.pre = self.pre()?;
        version.post = self.post()?;
        version.dev = self.labelled(&["dev"])?;
        if self.take(|c| c == '+').is_some() {
            version.local = self.local()?;
        }
        if self.rest.is_empty() {
            return Ok(version);
        }
        let reason = self.leftover();
        self.refuse(reason)
    }

    fn pre(&mut self) -> Result<Option<Pre>, ParseError> {
        let before = self.rest;
        self.separator();
        for (word, phase) in PHASES {
            if self.word(word) {
                self.separator();
                let number = self.number()?.unwrap_or(0);
                return Ok(Some(Pre { phase, number }));
            }
        }
        self.rest = before;
        Ok(None)
    }

    fn post(&mut self) -> Result<Option<u64>, ParseError> {
        if let Some(after) = self.rest.strip_prefix('-')
            && after.starts_with(|c: char| c.is_ascii_digit())
        {
            self.rest = after;
            return self.number();
        }
        self.labelled(&["post", "rev", "r"])
    }

    /// A separator, one of the words, a separator and a number, of which only the word must be there.
    fn labelled(&mut self, words: &[&str]) -> Result<Option<u64>, ParseError> {
        let before = self.rest;
        self.separator();
        for word in words {
            if self.word(word) {
                self.separator();
                return Ok(Some(self.number()?.unwrap_or(0)));
            }
        }
        self.rest = before;
        Ok(None)
    }

    fn local(&mut self) -> Result<Vec<Segment>, ParseError> {
        let mut segments = Vec::new();
        loop {
            let end = self.rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(self.rest.len());
            let segment = &self.rest[..end];
            if segment.is_empty() {
                let found = self.found();
                return self.refuse(format!(
                    "the local label needs letters or digits after `+`, `.`, `-` and `_`, not {found}"
                ));
            }
            segments.push(if segment.bytes().all(|b| b.is_ascii_digit()) {
                Segment::Number(self.value(segment)?)
            } else {
                Segment::Word(segment.to_ascii_lowercase())
            });
            self.rest = &self.rest[end..];
            if !self.separator() {
                return Ok(segments);
            }
        }
    }

    fn number(&mut self) -> Result<Option<u64>, ParseError> {
        let end = self.rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(self.rest.len());
        if end == 0 {
            return Ok(None);
        }
        let (digits, rest) = self.rest.split_at(end);
        self.rest = rest;
        self.value(digits).map(Some)
    }

    fn value(&self, digits: &str) -> Result<u64, ParseError> {
        digits.parse().map_err(|_| ParseError::VersionNumber { text: shown(self.text), number: shown(digits) })
    }

    fn word(&mut self, word: &str) -> bool {
        let found = self.rest.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
        if found {
            self.rest = &self.rest[word.len()..];
        }
        found
    }

    fn separator(&mut self) -> bool {
        self.take(|c| matches!(c, '.' | '-' | '_')).is_some()
    }

    fn take(&mut self, wanted: impl Fn(char) -> bool) -> Option<char> {
        let character = self.rest.chars().next().filter(|&c| wanted(c))?;
        self.rest = &self.rest[character.len_utf8()..];
        Some(character)
    }

    fn found(&self) -> String {
        match self.rest.chars().next() {
            Some(character) => format!("`{}`", character.escape_debug()),
            None => "the end".to_owned(),
        }
    }

    fn leftover(&self) -> String {
        let column = self.text[..self.text.len() - self.rest.len()].chars().count() + 1;
        let rest = shown(self.rest);
        if self.rest.starts_with(".*") {
            return "`.*` belongs in a specifier such as `==1.4.*`".to_owned();
        }
        if self.rest == "." || self.rest == "-" || self.rest == "_" {
            return format!("nothing follows the `{rest}` at its end");
        }
        format!("`{rest}` at character {column} is no part of a version")
    }

    fn refuse<T>(&self, reason: impl Into<String>) -> Result<T, ParseError> {
        Err(ParseError::Version { text: shown(self.text), reason: reason.into() })
    }
}
