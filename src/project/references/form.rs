//! How a place writes the version: what stands in the hole of a reference, and what it becomes.

use std::cmp::Ordering;
use std::fmt;

use jiff::civil::Date;

use crate::config::file::Form;
use crate::python::bump::semver::{self, MappingError};
use crate::python::version::Version;

/// More bytes than this are no version.
const LONGEST: usize = 128;

/// What references are to say.
#[derive(Debug, Clone, Copy)]
pub struct Said<'a> {
    /// The version.
    pub version: &'a Version,
    /// The form of tags, with `{version}` in it.
    pub tag: &'a str,
    /// The day of the release, where one is made.
    pub date: Option<Date>,
}

/// Characters that can stand in a version.
fn in_version(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'!' | b'+' | b'_' | b'-')
}

/// Whether `.5`, `-rc`, `.x` or the like follows: then what was read is only a part of something longer. The
/// suffix of a file (`.tar.gz`) is no part of a version.
fn goes_on(rest: &[u8]) -> bool {
    match rest {
        [b'.', b'x' | b'X' | b'*', after @ ..] => after.first().is_none_or(|byte| !byte.is_ascii_alphanumeric()),
        [b'.', next, ..] => next.is_ascii_digit(),
        [b'-' | b'_' | b'+' | b'!', next, ..] => next.is_ascii_alphanumeric(),
        [next, ..] => next.is_ascii_alphanumeric(),
        [] => false,
    }
}

/// Whether a version can begin at an offset: it is not the rest of a longer word or number.
pub(super) fn begins(bytes: &[u8], at: usize) -> bool {
    match &bytes[..at] {
        [.., one, b'v' | b'V'] => !in_version(*one),
        [b'v' | b'V'] | [] => true,
        [.., one] => !in_version(*one),
    }
}

impl Form {
    /// The form of a name, as marks have it.
    pub(super) fn named(name: &str) -> Option<Form> {
        use Form::{Date, Major, Semver, Short, Tag, Tuple, Version};
        [Version, Semver, Tag, Short, Major, Tuple, Date].into_iter().find(|form| form.to_string() == name)
    }

    /// The length of what is in this form at the beginning of `bytes` and has `suffix` behind it; the longest.
    pub(super) fn length(self, bytes: &[u8], suffix: &[u8], tag: &str) -> Option<usize> {
        let ends = |length: &usize| {
            let rest = &bytes[*length..];
            rest.starts_with(suffix) && (!suffix.is_empty() || !goes_on(rest))
        };
        let reads = |length: &usize| std::str::from_utf8(&bytes[..*length]).is_ok_and(|text| self.reads(text, tag));
        if self == Form::Next {
            let is_word = |word: &&str| bytes.starts_with(word.as_bytes()) && ends(&word.len());
            return ["next release", "next"].iter().find(|word| is_word(word)).map(|word| word.len());
        }
        let can_be = |byte: &u8| match self {
            Form::Range => in_version(*byte) || b">=<, ".contains(byte),
            Form::Tuple => byte.is_ascii_digit() || matches!(byte, b',' | b' '),
            Form::Tag => in_version(*byte) || tag.as_bytes().contains(byte),
            _ => in_version(*byte),
        };
        // Trying every length of a longer run would be quadratic.
        let run = bytes.iter().take(LONGEST).take_while(|byte| can_be(byte)).count();
        (1..=run)
            .rev()
            .filter(|length| bytes[*length - 1].is_ascii_alphanumeric() || self == Form::Tag)
            .filter(ends)
            .find(reads)
    }

    /// Whether a text is in this form.
    fn reads(self, text: &str, tag: &str) -> bool {
        let numbers = |count: usize| {
            let parts: Vec<&str> = text.split('.').collect();
            parts.len() == count && parts.iter().all(|part| is_number(part))
        };
        match self {
            Form::Version => text.starts_with(|first: char| first.is_ascii_digit()) && text.parse::<Version>().is_ok(),
            Form::Semver => text.starts_with(|first: char| first.is_ascii_digit()) && semver::parse(text).is_ok(),
            Form::Tag => inside(text, tag).is_some_and(|inner| inner.parse::<Version>().is_ok()),
            Form::Short => numbers(2),
            Form::Major | Form::Zero => numbers(1),
            Form::Range => Bounds::read(text).is_some(),
            Form::Next | Form::Switcher => false,
            Form::Tuple => text.split(',').all(|part| is_number(part.trim())),
            Form::Date => text.len() == 10 && text.parse::<Date>().is_ok(),
        }
    }

    /// Whether a text that is in this form says this version. Any day will do: only a release knows its own.
    pub(super) fn agrees(self, text: &str, said: &Said<'_>) -> bool {
        let version = said.version;
        match self {
            Form::Version => text.parse::<Version>().is_ok_and(|found| found == *version),
            Form::Semver => semver::parse(text).is_ok_and(|found| found == *version),
            Form::Tag => inside(text, said.tag)
                .and_then(|inner| inner.parse::<Version>().ok())
                .is_some_and(|found| found == *version),
            Form::Short | Form::Major | Form::Tuple => self.write(text, said).is_ok_and(|right| right == text),
            Form::Range => Bounds::read(text).is_some_and(|bounds| bounds.lower == *version),
            Form::Date | Form::Zero | Form::Next | Form::Switcher => true,
        }
    }

    /// What is written in the place of `old`.
    ///
    /// # Errors
    /// The version has no form in SemVer.
    pub fn write(self, old: &str, said: &Said<'_>) -> Result<String, MappingError> {
        let version = said.version;
        let number = |at: usize| version.release().get(at).copied().unwrap_or(0).to_string();
        Ok(match self {
            Form::Version | Form::Next => version.to_string(),
            Form::Semver => semver::of_version(version)?.to_string(),
            Form::Tag => said.tag.replace("{version}", &version.to_string()),
            Form::Short => short(version),
            Form::Major => number(0),
            Form::Tuple => {
                let count = old.split(',').count();
                let comma = if old.contains(", ") || count == 1 { ", " } else { "," };
                (0..count).map(number).collect::<Vec<_>>().join(comma)
            }
            Form::Range => Bounds::read(old).map_or_else(|| old.to_owned(), |bounds| bounds.moved(version)),
            Form::Date => said.date.map_or_else(|| old.to_owned(), |date| date.to_string()),
            Form::Zero => "0".to_owned(),
            Form::Switcher => old.to_owned(),
        })
    }
}

/// The first two numbers of a version.
pub(super) fn short(version: &Version) -> String {
    let number = |at: usize| version.release().get(at).copied().unwrap_or(0);
    format!("{}.{}", number(0), number(1))
}

/// `>=1.2.3,<1.3`, as it is written.
struct Bounds<'t> {
    lower: Version,
    /// What stands between the two.
    between: &'t str,
    /// What stands before the lower one.
    before: &'t str,
    /// How many numbers the upper one has.
    count: usize,
    /// Which of them is one more than in the lower one.
    raised: usize,
}

impl<'t> Bounds<'t> {
    fn read(text: &'t str) -> Option<Self> {
        let start = text.strip_prefix(">=")?;
        let low = start.trim_start_matches(' ');
        let comma = low.find(',')?;
        let high = low[comma + 1..].trim_start_matches(' ').strip_prefix('<')?.trim_start_matches(' ');
        let lower: Version = low[..comma].trim_end_matches(' ').parse().ok()?;
        let upper = high.split('.').map(|part| is_number(part).then(|| part.parse::<u64>().ok()).flatten());
        let upper: Vec<u64> = upper.collect::<Option<_>>()?;
        let of_lower = |at: usize| lower.release().get(at).copied().unwrap_or(0);
        let raised = upper.iter().enumerate().position(|(at, number)| *number != of_lower(at))?;
        let exact = of_lower(raised).checked_add(1) == Some(upper[raised]);
        let rest = upper[raised + 1..].iter().all(|number| *number == 0);
        let end = text.len() - high.len();
        let low_start = text.len() - low.len();
        let low_end = low_start + low[..comma].trim_end_matches(' ').len();
        (exact && rest).then(|| Bounds {
            between: &text[low_end..end],
            before: &text[..low_start],
            count: upper.len(),
            raised,
            lower,
        })
    }

    /// The same for another version.
    fn moved(&self, version: &Version) -> String {
        let upper = (0..self.count).map(|at| {
            let number = version.release().get(at).copied().unwrap_or(0);
            match at.cmp(&self.raised) {
                Ordering::Less => number.to_string(),
                Ordering::Equal => number.saturating_add(1).to_string(),
                Ordering::Greater => "0".to_owned(),
            }
        });
        let upper: Vec<String> = upper.collect();
        format!("{}{version}{}{}", self.before, self.between, upper.join("."))
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.len() <= 20 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// What stands in the place of `{version}`.
fn inside<'t>(text: &'t str, tag: &str) -> Option<&'t str> {
    let (prefix, suffix) = tag.split_once("{version}")?;
    text.strip_prefix(prefix)?.strip_suffix(suffix)
}

impl fmt::Display for Form {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Form::Version => "version",
            Form::Semver => "semver",
            Form::Tag => "tag",
            Form::Short => "short",
            Form::Major => "major",
            Form::Tuple => "tuple",
            Form::Range => "range",
            Form::Date => "date",
            Form::Zero => "zero",
            Form::Next => "next",
            Form::Switcher => "switcher",
        })
    }
}
