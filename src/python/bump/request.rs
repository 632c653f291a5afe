//! What is asked for: steps, lists of steps, or a version; read and written.

use std::fmt;
use std::str::FromStr;

use super::error::BumpError;
use crate::python::error::shown;
use crate::python::version::{Phase, Version};

/// Which component of the release is counted up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Level {
    /// The first.
    Major,
    /// The second.
    Minor,
    /// The third.
    Patch,
    /// What the caller finds out, by [`Request::with_level`]; [`super::next`] takes it for patch.
    Auto,
}

impl Level {
    pub(super) fn index(self) -> usize {
        match self {
            Level::Major => 0,
            Level::Minor => 1,
            Level::Patch | Level::Auto => 2,
        }
    }

    /// As it is typed.
    pub fn word(self) -> &'static str {
        match self {
            Level::Major => "major",
            Level::Minor => "minor",
            Level::Patch => "patch",
            Level::Auto => "auto",
        }
    }
}

/// Which pre-release comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PreStep {
    /// The first or next one of this phase.
    Phase(Phase),
    /// The next one of the current phase, else `a1`.
    Next,
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// Exactly this version.
    Set {
        /// The version.
        version: Version,
        /// As it was written.
        written: String,
    },
    /// A level, a pre-release and a development release in any combination but none of them.
    Step {
        /// The component of the release.
        level: Option<Level>,
        /// The pre-release.
        pre: Option<PreStep>,
        /// Whether a development release of it.
        dev: bool,
    },
    /// The next post-release.
    Post,
    /// The final version that the current pre-release announces.
    Release,
    /// The same release in the next epoch.
    Epoch,
}

impl Request {
    /// The same request with `auto` replaced by what was found out.
    #[must_use]
    pub fn with_level(self, found: Level) -> Self {
        match self {
            Request::Step { level: Some(Level::Auto), pre, dev } => Request::Step { level: Some(found), pre, dev },
            other => other,
        }
    }
}

#[derive(Clone, Copy)]
enum Word {
    Level(Level),
    Pre(PreStep),
    Dev,
    Post,
    Release,
    Epoch,
}

fn word(text: &str) -> Option<Word> {
    Some(match text {
        "major" => Word::Level(Level::Major),
        "minor" => Word::Level(Level::Minor),
        "patch" => Word::Level(Level::Patch),
        "auto" => Word::Level(Level::Auto),
        "a" | "alpha" => Word::Pre(PreStep::Phase(Phase::Alpha)),
        "b" | "beta" => Word::Pre(PreStep::Phase(Phase::Beta)),
        "c" | "rc" => Word::Pre(PreStep::Phase(Phase::Rc)),
        "pre" => Word::Pre(PreStep::Next),
        "dev" => Word::Dev,
        "post" => Word::Post,
        "release" => Word::Release,
        "epoch" => Word::Epoch,
        _ => return None,
    })
}

impl FromStr for Request {
    type Err = BumpError;

    /// # Errors
    /// [`BumpError::Unknown`], [`BumpError::Conflict`], or the fault of a text that begins like a version.
    fn from_str(text: &str) -> Result<Self, BumpError> {
        let text = text.trim();
        let looks_like_version = text.starts_with(|c: char| c.is_ascii_digit())
            || text.strip_prefix(['v', 'V']).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        if looks_like_version {
            return Ok(Request::Set { version: text.parse()?, written: text.to_owned() });
        }
        let unknown = |text: &str| BumpError::Unknown { text: shown(text) };
        let mut parts = text.split(',').map(str::trim);
        let first = parts.next().unwrap_or_default();
        let single = match word(first).ok_or_else(|| unknown(first))? {
            Word::Post => Some(Request::Post),
            Word::Release => Some(Request::Release),
            Word::Epoch => Some(Request::Epoch),
            Word::Level(_) | Word::Pre(_) | Word::Dev => None,
        };
        if let Some(request) = single {
            return match parts.next() {
                None => Ok(request),
                Some(second) => match word(second) {
                    Some(_) => Err(conflict(first, second)),
                    None => Err(unknown(second)),
                },
            };
        }
        let (mut level, mut pre, mut dev) = (None, None, None);
        for part in text.split(',').map(str::trim) {
            let taken = match word(part).ok_or_else(|| unknown(part))? {
                Word::Level(wanted) => level.replace((wanted, part)).map(|(_, text)| text),
                Word::Pre(wanted) => pre.replace((wanted, part)).map(|(_, text)| text),
                Word::Dev => dev.replace(part),
                Word::Post | Word::Release | Word::Epoch => Some(first),
            };
            if let Some(taken) = taken {
                return Err(conflict(taken, part));
            }
        }
        Ok(Request::Step { level: level.map(|(level, _)| level), pre: pre.map(|(pre, _)| pre), dev: dev.is_some() })
    }
}

fn conflict(first: &str, second: &str) -> BumpError {
    BumpError::Conflict { first: first.to_owned(), second: second.to_owned() }
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Request::Set { version, .. } => write!(f, "{version}"),
            Request::Post => f.write_str("post"),
            Request::Release => f.write_str("release"),
            Request::Epoch => f.write_str("epoch"),
            Request::Step { level, pre, dev } => {
                let level = level.map(Level::word);
                let pre = pre.map(|step| match step {
                    PreStep::Phase(phase) => phase.letters(),
                    PreStep::Next => "pre",
                });
                let words = [level, pre, dev.then_some("dev")];
                let words: Vec<&str> = words.into_iter().flatten().collect();
                f.write_str(&words.join(","))
            }
        }
    }
}
