//! The next version: what `minor`, `rc` or `1.4.0` means for a given current version.
//!
//! Follows PEP 440's order and its advice on post-releases and epochs. Whether a version is already
//! on an index, and which level the commits ask for, is left to the caller.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use super::error::{ParseError, shown};
use super::version::{Phase, Pre, Version};
use crate::error::{Explain, Kind};

/// Which component of the release is counted up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Level {
    /// The first.
    Major,
    /// The second.
    Minor,
    /// The third.
    Patch,
    /// What the caller finds out, by [`Request::with_level`]; [`next`] takes it for patch.
    Auto,
}

impl Level {
    fn index(self) -> usize {
        match self {
            Level::Major => 0,
            Level::Minor => 1,
            Level::Patch | Level::Auto => 2,
        }
    }

    fn word(self) -> &'static str {
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

/// What a level does to a version that is not final yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// It finishes what was announced: `1.3.0rc1` minor is `1.3.0`.
    #[default]
    Linear,
    /// It always counts up, as uv does: `1.3.0rc1` minor is `1.4.0`.
    Exact,
}

/// What comes next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Next {
    /// The next version, always above the current one.
    pub version: Version,
    /// What was decided on the way, lowercase fragments.
    pub notes: Vec<String>,
}

/// Why there is no next version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BumpError {
    /// Neither a step nor a version.
    #[error("`{text}` is neither a step nor a version")]
    Unknown {
        /// What was read, shortened.
        text: String,
    },
    /// Looks like a version and is none.
    #[error(transparent)]
    Version(#[from] ParseError),
    /// Two steps that exclude each other.
    #[error("`{first}` and `{second}` cannot be asked for together")]
    Conflict {
        /// The one named first.
        first: String,
        /// The one that does not go with it.
        second: String,
    },
    /// A phase before the current one.
    #[error("`{current}` is past the phase `{phase}`")]
    PhaseBack {
        /// The current version.
        current: String,
        /// The letters of the phase that was asked for.
        phase: &'static str,
    },
    /// Already final.
    #[error("`{current}` is final already, nothing is left to finalise")]
    NothingToRelease {
        /// The current version.
        current: String,
    },
    /// A post-release of something that is not final.
    #[error("`{current}` is not final, so it gets no post-release")]
    PostOfPre {
        /// The current version.
        current: String,
    },
    /// The epoch would fall.
    #[error("`{wanted}` drops the epoch of `{current}`, which puts it below")]
    EpochDropped {
        /// The current version.
        current: String,
        /// The one that was asked for.
        wanted: String,
        /// The same one with the epoch kept.
        kept: String,
    },
    /// The same version, at most spelled otherwise.
    #[error("`{wanted}` equals the current version `{current}`")]
    Same {
        /// The current version.
        current: String,
        /// The one that was asked for.
        wanted: String,
    },
    /// A lower version.
    #[error("`{wanted}` is below the current version `{current}`")]
    Lower {
        /// The current version.
        current: String,
        /// The one that was asked for.
        wanted: String,
    },
    /// A number cannot be counted up.
    #[error("`{current}` has a number that cannot be counted up, {} is the largest", u64::MAX)]
    TooLarge {
        /// The current version.
        current: String,
    },
}

impl Explain for BumpError {
    fn code(&self) -> &'static str {
        match self {
            BumpError::Unknown { .. } => "python/bump-unknown",
            BumpError::Version(error) => error.code(),
            BumpError::Conflict { .. } => "python/bump-conflict",
            BumpError::PhaseBack { .. } => "python/bump-phase-back",
            BumpError::NothingToRelease { .. } => "python/bump-nothing-to-release",
            BumpError::PostOfPre { .. } => "python/bump-post-of-pre",
            BumpError::EpochDropped { .. } => "python/bump-epoch-dropped",
            BumpError::Same { .. } => "python/bump-same",
            BumpError::Lower { .. } => "python/bump-lower",
            BumpError::TooLarge { .. } => "python/bump-too-large",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            BumpError::Unknown { .. } | BumpError::Version(_) | BumpError::Conflict { .. } => Kind::Usage,
            _ => Kind::Failed,
        }
    }

    fn hints(&self) -> Vec<String> {
        let hint = match self {
            BumpError::Unknown { .. } => {
                format!("use one of {STEPS}, or a version such as `1.4.0`")
            }
            BumpError::Version(error) => return error.hints(),
            BumpError::Conflict { .. } => {
                "combine at most one level, one phase and `dev`, such as `minor,rc`".to_owned()
            }
            BumpError::PhaseBack { .. } => {
                "use `pre` for the next one of the current phase, or `minor,a` for a new line".to_owned()
            }
            BumpError::NothingToRelease { .. } => "use `patch`, `minor` or `major`".to_owned(),
            BumpError::PostOfPre { .. } => {
                "use `pre` for the next pre-release, or `release` for the final one".to_owned()
            }
            BumpError::EpochDropped { kept, .. } => format!("write `{kept}` to keep the epoch"),
            BumpError::Same { .. } | BumpError::Lower { .. } => {
                "name a higher version, an installed one is never replaced by a lower one".to_owned()
            }
            BumpError::TooLarge { .. } => "name the version in full".to_owned(),
        };
        vec![hint]
    }
}

const STEPS: &str = "`major`, `minor`, `patch`, `a`, `b`, `rc`, `pre`, `dev`, `post`, `release`, `epoch`, `auto`";

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

/// The version that a request leads to.
///
/// # Errors
/// [`BumpError`] for what leads nowhere or not upwards; no mode allows a lower version.
pub fn next(current: &Version, request: &Request, mode: Mode) -> Result<Next, BumpError> {
    let mut counter = Counter {
        current,
        // uv takes no phase together with `dev`: there its way of counting has nothing to say.
        exact: mode == Mode::Exact && !matches!(request, Request::Step { pre: Some(_), dev: true, .. }),
        notes: Vec::new(),
    };
    if current.is_local() && !matches!(request, Request::Set { .. }) {
        counter.note(format!("the local label of `{current}` is dropped"));
    }
    let version = match request {
        Request::Set { version, written } => counter.set(version, written)?,
        Request::Post => counter.post()?,
        Request::Release => counter.release()?,
        Request::Epoch => counter.epoch()?,
        Request::Step { level, pre, dev } => {
            let mut level = *level;
            if level == Some(Level::Auto) {
                counter.note("`auto` is taken for `patch`".to_owned());
                level = Some(Level::Patch);
            }
            counter.step(level, *pre, *dev)?
        }
    };
    if version.pre().is_some() && version.dev().is_some() {
        counter.note(format!("`{version}` is a development release of a pre-release, which few tools expect"));
    }
    let texts = || (current.to_string(), version.to_string());
    match version.cmp(current) {
        Ordering::Greater => Ok(Next { version, notes: counter.notes }),
        Ordering::Equal => {
            let (current, wanted) = texts();
            Err(BumpError::Same { current, wanted })
        }
        Ordering::Less => {
            let (current, wanted) = texts();
            Err(BumpError::Lower { current, wanted })
        }
    }
}

struct Counter<'a> {
    current: &'a Version,
    exact: bool,
    notes: Vec<String>,
}

impl Counter<'_> {
    fn note(&mut self, note: String) {
        self.notes.push(note);
    }

    /// Whether the final version of the current release is still to come.
    fn unfinished(&self) -> bool {
        self.current.pre().is_some() || (self.current.dev().is_some() && self.current.post().is_none())
    }

    fn count(&self, number: u64) -> Result<u64, BumpError> {
        number.checked_add(1).ok_or_else(|| BumpError::TooLarge { current: self.current.to_string() })
    }

    fn final_version(&self) -> Version {
        Version::of_release(self.current.epoch(), self.current.release().to_vec())
    }

    fn set(&mut self, wanted: &Version, written: &str) -> Result<Version, BumpError> {
        if wanted.epoch() < self.current.epoch() {
            return Err(BumpError::EpochDropped {
                current: self.current.to_string(),
                wanted: wanted.to_string(),
                kept: wanted.clone().with_epoch(self.current.epoch()).to_string(),
            });
        }
        if wanted.to_string() != written {
            self.note(format!("`{}` is written `{wanted}`", shown(written)));
        }
        if wanted.epoch() > self.current.epoch() {
            self.note(format!("`{wanted}` raises the epoch, which is discouraged and for good"));
        }
        if wanted.is_local() {
            self.note(format!("`{wanted}` has a local label, which PyPI refuses"));
        }
        Ok(wanted.clone())
    }

    fn epoch(&mut self) -> Result<Version, BumpError> {
        let epoch = self.count(self.current.epoch())?;
        let version = self.final_version().with_epoch(epoch);
        self.note(format!("`{version}` raises the epoch, which is discouraged and for good"));
        Ok(version)
    }

    fn release(&self) -> Result<Version, BumpError> {
        if self.unfinished() {
            return Ok(self.final_version());
        }
        if self.current.dev().is_some() {
            return Ok(self.final_version().with_post(self.current.post()));
        }
        Err(BumpError::NothingToRelease { current: self.current.to_string() })
    }

    fn post(&self) -> Result<Version, BumpError> {
        let current = self.current;
        if self.unfinished() && !self.exact {
            return Err(BumpError::PostOfPre { current: current.to_string() });
        }
        let number = match current.post() {
            None => 1,
            Some(number) if current.dev().is_some() && !self.exact => number,
            Some(number) => self.count(number)?,
        };
        Ok(self.final_version().with_pre(current.pre()).with_post(Some(number)))
    }

    fn step(&mut self, level: Option<Level>, pre: Option<PreStep>, dev: bool) -> Result<Version, BumpError> {
        let (target, announced) = match level {
            None if self.unfinished() => (self.final_version(), true),
            None if dev && pre.is_none() && self.current.dev().is_some() => return self.next_dev(),
            None => {
                let target = self.raised(Level::Patch)?;
                self.note(format!(
                    "`{}` is final, so the next patch `{target}` is begun; add `minor` or `major` for another",
                    self.current
                ));
                (target, false)
            }
            Some(level) if !self.exact && self.unfinished() && self.announces(level) => (self.final_version(), true),
            Some(level) => (self.raised(level)?, false),
        };
        if announced {
            return match pre {
                Some(step) => self.next_pre(target, step, dev),
                None if !dev => Ok(target),
                None if self.current.dev().is_some() => self.next_dev(),
                None => {
                    let pre = self.current.pre().map(|pre| self.following(pre)).transpose()?;
                    Ok(target.with_pre(pre).with_dev(Some(1)))
                }
            };
        }
        let pre = pre.map(|step| Pre {
            phase: match step {
                PreStep::Phase(phase) => phase,
                PreStep::Next if self.exact && level.is_some() => Phase::Rc,
                PreStep::Next => Phase::Alpha,
            },
            number: 1,
        });
        Ok(target.with_pre(pre).with_dev(dev.then_some(1)))
    }

    /// Whether the current release is what this level leads to: `2.0.0rc1` announces a major version.
    fn announces(&self, level: Level) -> bool {
        let below = self.current.release().iter().skip(level.index() + 1);
        below.copied().all(|number| number == 0)
    }

    fn raised(&self, level: Level) -> Result<Version, BumpError> {
        let index = level.index();
        let mut release = self.current.release().to_vec();
        if release.len() <= index {
            release.resize(index + 1, 0);
        }
        release[index] = self.count(release[index])?;
        release[index + 1..].fill(0);
        Ok(Version::of_release(self.current.epoch(), release))
    }

    fn next_dev(&self) -> Result<Version, BumpError> {
        let number = self.count(self.current.dev().unwrap_or_default())?;
        Ok(self.current.without_local().with_dev(Some(number)))
    }

    /// The next pre-release of a release that is announced already, which is `target`.
    fn next_pre(&self, target: Version, step: PreStep, dev: bool) -> Result<Version, BumpError> {
        let current = self.current;
        let phase = match (step, current.pre()) {
            (PreStep::Phase(phase), _) => phase,
            // uv takes `pre` for `rc`.
            (PreStep::Next, _) if self.exact => Phase::Rc,
            (PreStep::Next, Some(pre)) => pre.phase,
            (PreStep::Next, None) => Phase::Alpha,
        };
        // `a1.dev2` announces `a1`; behind a post-release it announces nothing but that one.
        let announcing = current.dev().filter(|_| current.post().is_none() && !self.exact);
        let (pre, dev_number) = match current.pre() {
            Some(pre) if pre.phase > phase => {
                return Err(BumpError::PhaseBack { current: current.to_string(), phase: phase.letters() });
            }
            Some(pre) if pre.phase == phase => match announcing {
                Some(number) => (pre, self.count(number)?),
                None => (self.following(pre)?, 1),
            },
            _ => (Pre { phase, number: 1 }, 1),
        };
        Ok(target.with_pre(Some(pre)).with_dev(dev.then_some(dev_number)))
    }

    fn following(&self, pre: Pre) -> Result<Pre, BumpError> {
        Ok(Pre { phase: pre.phase, number: self.count(pre.number)? })
    }
}
