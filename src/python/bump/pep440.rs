//! Counting up a version of PEP 440. Where the numbers of a release come from the calendar, [`super::calver`]
//! gives them; everything behind them is the same.

use std::cmp::Ordering;

use jiff::civil::Date;

use super::calver::Pattern;
use super::{BumpError, Level, Mode, Next, PreStep, Request, Scheme, Way};
use crate::python::error::shown;
use crate::python::version::{Phase, Pre, Version};

/// The version that a request leads to, above the current one.
pub(super) fn next(current: &Version, request: &Request, way: Way<'_>) -> Result<Next, BumpError> {
    let mut counter = Counter {
        current,
        calendar: match way.scheme {
            Scheme::Calver(pattern) => Some((pattern, way.today)),
            Scheme::Pep440 | Scheme::Semver => None,
        },
        // uv takes no phase together with `dev`: there its way of counting has nothing to say.
        exact: way.mode == Mode::Exact && !matches!(request, Request::Step { pre: Some(_), dev: true, .. }),
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
                if counter.calendar.is_none() {
                    counter.note("`auto` is taken for `patch`".to_owned());
                }
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
    /// Where the numbers of a release come from, in the scheme of the calendar.
    calendar: Option<(&'a Pattern, Date)>,
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
        if let Some((pattern, _)) = self.calendar
            && !pattern.fits(wanted.release())
        {
            return Err(BumpError::CalverMisfit { wanted: wanted.to_string(), pattern: pattern.to_string() });
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
        if let (Some((pattern, _)), Some(level)) = (self.calendar, level) {
            pattern.takes(level)?;
        }
        let (target, announced) = match level {
            None if self.unfinished() => (self.final_version(), true),
            None if dev && pre.is_none() && self.current.dev().is_some() => return self.next_dev(),
            None => {
                let target = self.raised(Level::Patch)?;
                let current = self.current;
                self.note(match self.calendar {
                    Some(_) => format!("`{current}` is final, so `{target}` is begun"),
                    None => format!(
                        "`{current}` is final, so the next patch `{target}` is begun; add `minor` or `major` for another"
                    ),
                });
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

    /// Whether the current release is what this level leads to: `2.0.0rc1` announces a major version. A release
    /// of the calendar is announced whatever the day is by now.
    fn announces(&self, level: Level) -> bool {
        if self.calendar.is_some() {
            return true;
        }
        let below = self.current.release().iter().skip(level.index() + 1);
        below.copied().all(|number| number == 0)
    }

    fn raised(&mut self, level: Level) -> Result<Version, BumpError> {
        if let Some((pattern, today)) = self.calendar {
            let (release, note) = pattern.next(self.current, level, today)?;
            self.notes.extend(note);
            return Ok(Version::of_release(self.current.epoch(), release));
        }
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
