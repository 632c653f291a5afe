//! Versions of the calendar: patterns such as `YYYY.MM.MICRO`, and the numbers that a day gives.
//!
//! Follows the words of calver.org as far as they always go up under PEP 440: parts are parted by dots, from
//! the year downwards, and counters come last. Zero-padded parts are refused, since `26.04` is `26.4` to PyPI.
//! Pre-releases, post-releases and everything else behind the numbers is [`super::pep440`]'s.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;

use super::{BumpError, Level, SchemeError};
use crate::python::error::shown;
use crate::python::version::Version;

/// One number of the pattern, coarse ones before fine ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// `YYYY`: 2026. With `WW` it is the year that the week belongs to (ISO 8601).
    Year,
    /// `YY`: 26.
    ShortYear,
    /// `MM`: 1 to 12.
    Month,
    /// `WW`: 1 to 53 (ISO 8601).
    Week,
    /// `DD`: 1 to 31.
    Day,
    /// `MINOR`, from 0.
    Minor,
    /// `MICRO`, also `PATCH` and `INC0`, from 0.
    Micro,
    /// `INC1`, from 1.
    FromOne,
}

impl Part {
    const WORDS: [(&str, Part); 10] = [
        ("YYYY", Part::Year),
        ("YY", Part::ShortYear),
        ("MM", Part::Month),
        ("WW", Part::Week),
        ("DD", Part::Day),
        ("MINOR", Part::Minor),
        ("MICRO", Part::Micro),
        ("PATCH", Part::Micro),
        ("INC0", Part::Micro),
        ("INC1", Part::FromOne),
    ];

    fn word(self) -> &'static str {
        Part::WORDS.iter().find(|(_, part)| *part == self).map_or("", |(word, _)| word)
    }

    /// Parts follow each other in this order, each place at most once.
    fn place(self) -> u8 {
        match self {
            Part::Year | Part::ShortYear => 0,
            Part::Month | Part::Week => 1,
            Part::Day => 2,
            Part::Minor => 3,
            Part::Micro | Part::FromOne => 4,
        }
    }

    fn is_counter(self) -> bool {
        self.place() >= Part::Minor.place()
    }

    fn start(self) -> u64 {
        u64::from(self == Part::FromOne)
    }
}

/// The pattern of calendar versions, from the year down to a counter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    parts: Vec<Part>,
}

impl Default for Pattern {
    fn default() -> Self {
        Pattern { parts: vec![Part::Year, Part::Month, Part::Micro] }
    }
}

impl Pattern {
    /// How many numbers come from the day.
    fn dated(&self) -> usize {
        self.parts.iter().take_while(|part| !part.is_counter()).count()
    }

    /// The numbers that a day gives.
    fn numbers(&self, day: Date) -> Vec<u64> {
        let week = day.iso_week_date();
        // The first days of January may belong to the last week of the year before.
        let year = if self.parts.contains(&Part::Week) { week.year() } else { day.year() };
        let positive = |number: i16| u64::try_from(number).unwrap_or(0);
        let number = |part: &Part| match part {
            Part::Year => positive(year),
            Part::ShortYear => positive(year.saturating_sub(2000)),
            Part::Month => positive(i16::from(day.month())),
            Part::Week => positive(i16::from(week.week())),
            _ => positive(i16::from(day.day())),
        };
        self.parts[..self.dated()].iter().map(number).collect()
    }

    /// Whether the numbers of a release can be those of this pattern; counters that are left out are zero.
    pub(super) fn fits(&self, release: &[u64]) -> bool {
        if release.len() < self.dated() || release.len() > self.parts.len() {
            return false;
        }
        let find = |wanted: Part| self.parts.iter().position(|part| *part == wanted).map(|at| release[at]);
        let year =
            find(Part::Year).or_else(|| find(Part::ShortYear).filter(|short| *short < 1000).map(|short| short + 2000));
        let Some(year) = year.and_then(|year| i16::try_from(year).ok()).filter(|year| *year >= 2000) else {
            return false;
        };
        let small = |number: Option<u64>| number.map_or(Some(1), |number| i8::try_from(number).ok());
        let (Some(month), Some(day), Some(week)) =
            (small(find(Part::Month)), small(find(Part::Day)), small(find(Part::Week)))
        else {
            return false;
        };
        Date::new(year, month, day).is_ok()
            && jiff::civil::ISOWeekDate::new(year, week, jiff::civil::Weekday::Monday).is_ok()
    }

    /// Whether a level has a number here.
    pub(super) fn takes(&self, level: Level) -> Result<(), BumpError> {
        let taken = match level {
            Level::Major => false,
            Level::Minor => self.parts.contains(&Part::Minor),
            Level::Patch | Level::Auto => true,
        };
        if taken {
            return Ok(());
        }
        Err(BumpError::CalverLevel { level: level.word(), pattern: self.to_string() })
    }

    /// The numbers that follow those of a version on a day, and what was decided on the way.
    pub(super) fn next(
        &self,
        current: &Version,
        level: Level,
        today: Date,
    ) -> Result<(Vec<u64>, Option<String>), BumpError> {
        self.takes(level)?;
        let numbers = self.numbers(today);
        let fresh = || numbers.iter().copied().chain(self.parts[numbers.len()..].iter().map(|part| part.start()));
        if !self.fits(current.release()) {
            return Ok((fresh().collect(), Some(format!("`{current}` is not of the pattern `{self}`"))));
        }
        let mut release = current.release().to_vec();
        release.resize(self.parts.len(), 0);
        let note = match release[..numbers.len()].cmp(&numbers) {
            Ordering::Less => return Ok((fresh().collect(), None)),
            Ordering::Equal => None,
            Ordering::Greater => Some(format!("`{current}` names a day to come, so only its counter moves")),
        };
        let counted = match level {
            Level::Minor => self.parts.iter().position(|part| *part == Part::Minor),
            _ => Some(self.parts.len() - 1).filter(|&last| self.parts[last].is_counter()),
        };
        let Some(at) = counted else {
            return Err(BumpError::CalverStuck { current: current.to_string(), pattern: self.to_string() });
        };
        release[at] = release[at].checked_add(1).ok_or_else(|| BumpError::TooLarge { current: current.to_string() })?;
        for (number, part) in release[at + 1..].iter_mut().zip(&self.parts[at + 1..]) {
            *number = part.start();
        }
        Ok((release, note))
    }
}

impl FromStr for Pattern {
    type Err = SchemeError;

    /// # Errors
    /// [`SchemeError::Pattern`]: a word that is unknown or out of order.
    fn from_str(text: &str) -> Result<Self, SchemeError> {
        let refuse = |reason: String| SchemeError::Pattern { text: shown(text), reason };
        let mut parts: Vec<Part> = Vec::new();
        for word in text.split('.') {
            if let "0Y" | "0M" | "0W" | "0D" = word {
                return Err(refuse(format!("`{word}` fills up with zeros, which PEP 440 drops: `26.04` is `26.4`")));
            }
            let Some((_, part)) = Part::WORDS.iter().find(|(known, _)| *known == word) else {
                return Err(refuse(format!("`{}` is none of its words", shown(word))));
            };
            match parts.last() {
                None if part.place() > 0 => return Err(refuse("it does not begin with the year".to_owned())),
                Some(before) if before.place() >= part.place() => {
                    return Err(refuse(format!("`{word}` cannot follow `{}`", before.word())));
                }
                last if *part == Part::Day && last != Some(&Part::Month) => {
                    return Err(refuse("`DD` needs `MM` before it".to_owned()));
                }
                _ => parts.push(*part),
            }
        }
        Ok(Pattern { parts })
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, part) in self.parts.iter().enumerate() {
            if index > 0 {
                f.write_str(".")?;
            }
            f.write_str(part.word())?;
        }
        Ok(())
    }
}
