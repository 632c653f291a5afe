//! Which versions an advisory means: a pure function of an installed version and what a record says.
//!
//! Follows the evaluation of the OSV schema, with PEP 440's order of versions, and is stricter in
//! four places, each of which real records need: local labels are dropped (`1.11.0+corp.1` is as
//! affected as `1.11.0`), events are paired in the order of the file, spellings of one version are
//! equal, and a bound that cannot be read makes the answer undetermined in place of "not affected".
//! Specifiers are never used: `<2.0` would exclude `2.0rc1`, which an interval up to 2.0 contains.

use std::cmp::Ordering;
use std::collections::{BTreeSet, HashSet};

use serde::Serialize;

use super::advisory::{Advisory, Affected, Event};
use crate::python::version::Version;

/// How often a fix is tried to be lifted out of other intervals before none is named.
const LIFTS: usize = 64;

/// How a version was found to be affected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum MatchedBy {
    /// It is listed.
    Versions,
    /// It lies in a range.
    Range,
    /// Both.
    Both,
    /// Only the version without its local label is listed or lies in a range.
    PublicVersion,
}

impl MatchedBy {
    /// The word for several records of one flaw.
    #[must_use]
    pub fn and(self, other: MatchedBy) -> MatchedBy {
        match (self, other) {
            (a, b) if a == b => a,
            (MatchedBy::PublicVersion, known) | (known, MatchedBy::PublicVersion) => known,
            _ => MatchedBy::Both,
        }
    }
}

/// What a record says about a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Not affected.
    Unaffected,
    /// Affected.
    Affected {
        /// How that was found.
        matched_by: MatchedBy,
        /// Whether it is listed although every range says that it is fixed.
        conflict: bool,
    },
    /// The record cannot be decided for this version.
    Undetermined(Undetermined),
}

/// Why a record cannot be decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Undetermined {
    /// The installed version is no PEP 440 version, and it is not listed.
    UnparsableVersion,
    /// A bound of a range is no PEP 440 version.
    UnparsableBound(String),
    /// An event of a range is not understood.
    UnknownEvent,
    /// The record names the package and no versions.
    NoVersions,
}

/// An installed version, with what is compared.
#[derive(Debug, Clone)]
pub struct Installed {
    text: String,
    /// As written and without its local label.
    parsed: Option<(Version, Version)>,
}

impl Installed {
    /// Reads a version as a lock file writes it. It may be no PEP 440 version.
    pub fn new(text: &str) -> Self {
        let parsed = text.parse().ok();
        Installed {
            text: text.to_owned(),
            parsed: parsed.map(|version: Version| {
                let public = version.without_local();
                (version, public)
            }),
        }
    }

    /// Whether it is a PEP 440 version.
    pub fn is_readable(&self) -> bool {
        self.parsed.is_some()
    }
}

/// What one record says about one package, ready to be compared. A package may stand in several
/// entries of a record; they are read as one.
#[derive(Debug)]
pub struct Reading<'a> {
    listed_text: HashSet<&'a str>,
    listed: BTreeSet<Version>,
    ranges: Vec<Range>,
    undetermined: Option<Undetermined>,
}

impl<'a> Reading<'a> {
    /// Reads what a record says about a package, by its normalised name.
    pub fn of(advisory: &'a Advisory, package: &str) -> Self {
        let mut reading =
            Reading { listed_text: HashSet::new(), listed: BTreeSet::new(), ranges: Vec::new(), undetermined: None };
        for affected in advisory.affecting(package) {
            reading.add(affected);
        }
        reading
    }

    fn add(&mut self, affected: &'a Affected) {
        let texts = affected.versions.iter().map(String::as_str);
        self.listed.extend(texts.clone().filter_map(|text| text.parse().ok()));
        self.listed_text.extend(texts);
        if affected.versions.is_empty() && affected.ranges.is_empty() {
            self.undetermined.get_or_insert(Undetermined::NoVersions);
        }
        for events in &affected.ranges {
            match Range::of(events) {
                Ok(range) => self.ranges.push(range),
                Err(why) => {
                    self.undetermined.get_or_insert(why);
                }
            }
        }
    }

    /// Whether a version is affected.
    pub fn verdict(&self, installed: &Installed) -> Verdict {
        let Some((full, public)) = &installed.parsed else {
            return if self.listed_text.contains(installed.text.as_str()) {
                Verdict::Affected { matched_by: MatchedBy::Versions, conflict: false }
            } else {
                Verdict::Undetermined(Undetermined::UnparsableVersion)
            };
        };
        let listed = self.listed_text.contains(installed.text.as_str()) || self.listed.contains(full);
        let ranged = self.ranges.iter().any(|range| range.contains(full, full));
        let matched_by = match (listed, ranged) {
            (true, true) => MatchedBy::Both,
            (true, false) => MatchedBy::Versions,
            (false, true) => MatchedBy::Range,
            (false, false) => {
                let listed = self.listed.contains(public);
                if !listed && !self.ranges.iter().any(|range| range.contains(full, public)) {
                    return match &self.undetermined {
                        Some(why) => Verdict::Undetermined(why.clone()),
                        None => Verdict::Unaffected,
                    };
                }
                MatchedBy::PublicVersion
            }
        };
        let ranged = self.ranges.iter().any(|range| range.contains(full, public));
        Verdict::Affected { matched_by, conflict: !ranged && self.all_fixed(full, public) }
    }

    /// Whether every range says that the version is fixed. The pre-release of a version that brought
    /// the flaw is no such case: it lies before the bound by order and has the flaw all the same.
    fn all_fixed(&self, full: &Version, public: &Version) -> bool {
        let before_bound = |start: &Version| {
            public.is_prerelease() && public.epoch() == start.epoch() && {
                let (a, b) = (public.release(), start.release());
                let at = |release: &[u64], index: usize| release.get(index).copied().unwrap_or(0);
                (0..a.len().max(b.len())).all(|index| at(a, index) == at(b, index))
            }
        };
        let intervals = || self.ranges.iter().flat_map(|range| &range.intervals);
        !self.ranges.is_empty()
            && self.undetermined.is_none()
            && !intervals().any(|interval| interval.start.as_ref().is_some_and(before_bound))
            && self.ranges.iter().all(|range| {
                range.intervals.iter().any(|interval| match &interval.end {
                    End::Fixed(fixed) => order(full, public, fixed) != Ordering::Less,
                    End::Last(_) | End::Open => false,
                })
            })
    }

    /// The version to try next when this one is affected: the end of the interval it lies in, else,
    /// for a version that is only listed, the next fix above it. Nothing where no fix is known.
    fn above(&self, version: &Version) -> Option<Version> {
        let public = version.without_local();
        let mut fix: Option<&Version> = None;
        let mut inside = false;
        for interval in self.ranges.iter().flat_map(|range| &range.intervals) {
            if !interval.contains(version, &public) {
                continue;
            }
            inside = true;
            match &interval.end {
                End::Fixed(fixed) => fix = fix.max(Some(fixed)),
                End::Open | End::Last(_) => {}
            }
        }
        if !inside {
            let fixes = self.ranges.iter().flat_map(|range| &range.intervals);
            fix = fixes
                .filter_map(|interval| match &interval.end {
                    End::Fixed(fixed) if fixed > version => Some(fixed),
                    _ => None,
                })
                .min();
        }
        fix.cloned()
    }
}

/// What to upgrade to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fix {
    /// The lowest version above the installed one that no record of the flaw affects.
    pub minimal: String,
    /// The same, where it has the installed version's major number.
    pub same_major: Option<String>,
}

/// The lowest fix of one flaw that several records may describe.
pub fn fix(installed: &Installed, readings: &[&Reading<'_>]) -> Option<Fix> {
    let (_, start) = installed.parsed.as_ref()?;
    let mut version = start.clone();
    for _ in 0..LIFTS {
        let candidate = Installed::new(&version.to_string());
        let mut blocked = false;
        let mut next: Option<Version> = None;
        for reading in readings {
            let above = reading.above(&version);
            match reading.verdict(&candidate) {
                Verdict::Unaffected => continue,
                Verdict::Undetermined(_) => return None,
                // A fix that is listed in spite of its range stays the fix that the record names.
                Verdict::Affected { conflict: true, .. } if version != *start => continue,
                Verdict::Affected { conflict: true, .. } => {}
                Verdict::Affected { .. } if above.is_none() => return None,
                Verdict::Affected { .. } => {}
            }
            blocked = true;
            next = next.max(above);
        }
        if !blocked {
            return (version > *start).then(|| Fix::of(&version, start));
        }
        version = next?;
    }
    None
}

impl Fix {
    fn of(version: &Version, installed: &Version) -> Self {
        let major = |version: &Version| (version.epoch(), version.release()[0]);
        let minimal = version.to_string();
        Fix { same_major: (major(version) == major(installed)).then(|| minimal.clone()), minimal }
    }
}

#[derive(Debug)]
struct Range {
    intervals: Vec<Interval>,
    /// Where the range ends for every interval; the widest of several.
    limit: Option<Version>,
}

#[derive(Debug, Clone)]
struct Interval {
    /// The first affected version; nothing is "from the beginning", before even `0.dev0`.
    start: Option<Version>,
    end: End,
}

#[derive(Debug, Clone)]
enum End {
    Open,
    Fixed(Version),
    Last(Version),
}

/// A bound that has been read.
#[derive(Debug, Clone)]
enum Bound {
    Start(Option<Version>),
    Fixed(Version),
    Last(Version),
}

impl Bound {
    /// Where it stands among sorted bounds: at one version a fix ends before a flaw begins, and the
    /// last affected version comes after both.
    fn key(&self) -> (Option<&Version>, u8) {
        match self {
            Bound::Fixed(version) => (Some(version), 0),
            Bound::Start(version) => (version.as_ref(), 1),
            Bound::Last(version) => (Some(version), 2),
        }
    }
}

impl Range {
    fn of(events: &[Event]) -> Result<Self, Undetermined> {
        let read = |text: &str| -> Result<Version, Undetermined> {
            text.parse().map_err(|_| Undetermined::UnparsableBound(text.to_owned()))
        };
        let mut bounds = Vec::new();
        let mut limits = Vec::new();
        let mut unlimited = false;
        for event in events {
            match event {
                Event::Introduced(text) if text == "0" => bounds.push(Bound::Start(None)),
                Event::Introduced(text) => bounds.push(Bound::Start(Some(read(text)?))),
                Event::Fixed(text) => bounds.push(Bound::Fixed(read(text)?)),
                Event::LastAffected(text) => bounds.push(Bound::Last(read(text)?)),
                Event::Limit(text) if text == "*" => unlimited = true,
                Event::Limit(text) => limits.push(read(text)?),
                Event::Unknown => return Err(Undetermined::UnknownEvent),
            }
        }
        if !bounds.iter().any(|bound| matches!(bound, Bound::Start(_))) {
            return Err(Undetermined::UnknownEvent);
        }
        let intervals = paired(&bounds).unwrap_or_else(|| walked(bounds));
        Ok(Range { intervals, limit: limits.into_iter().max().filter(|_| !unlimited) })
    }

    fn contains(&self, full: &Version, public: &Version) -> bool {
        let below = |limit: &Version| order(full, public, limit) == Ordering::Less;
        self.limit.as_ref().is_none_or(below) && self.intervals.iter().any(|interval| interval.contains(full, public))
    }
}

impl Interval {
    fn contains(&self, full: &Version, public: &Version) -> bool {
        let started = self.start.as_ref().is_none_or(|start| order(full, public, start) != Ordering::Less);
        started
            && match &self.end {
                End::Open => true,
                End::Fixed(fixed) => order(full, public, fixed) == Ordering::Less,
                End::Last(last) => order(full, public, last) != Ordering::Greater,
            }
    }
}

/// Intervals by pairing each beginning with the end that follows it in the file, or nothing where
/// beginnings and ends do not alternate or an end lies before its beginning.
fn paired(bounds: &[Bound]) -> Option<Vec<Interval>> {
    let mut intervals = Vec::new();
    for pair in bounds.chunks(2) {
        let Bound::Start(start) = &pair[0] else {
            return None;
        };
        let end = match pair.get(1) {
            None => End::Open,
            Some(Bound::Fixed(fixed)) => End::Fixed(fixed.clone()),
            Some(Bound::Last(last)) => End::Last(last.clone()),
            Some(Bound::Start(_)) => return None,
        };
        if let (Some(start), End::Fixed(end) | End::Last(end)) = (start, &end)
            && end < start
        {
            return None;
        }
        intervals.push(Interval { start: start.clone(), end });
    }
    Some(intervals)
}

/// Intervals by sorting the bounds and walking up.
fn walked(mut bounds: Vec<Bound>) -> Vec<Interval> {
    bounds.sort_by(|a, b| a.key().cmp(&b.key()));
    let mut intervals = Vec::new();
    let mut open: Option<Option<Version>> = None;
    for bound in bounds {
        let end = match bound {
            Bound::Start(start) => {
                open.get_or_insert(start);
                continue;
            }
            Bound::Fixed(fixed) => End::Fixed(fixed),
            Bound::Last(last) => End::Last(last),
        };
        if let Some(start) = open.take() {
            intervals.push(Interval { start, end });
        }
    }
    intervals.extend(open.map(|start| Interval { start, end: End::Open }));
    intervals
}

/// The order of an installed version and a bound: without the local label, unless the bound has one.
fn order(full: &Version, public: &Version, bound: &Version) -> Ordering {
    if bound.is_local() { full.cmp(bound) } else { public.cmp(bound) }
}
