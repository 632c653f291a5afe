//! Sets of versions as poetry computes with them: ranges whose ends keep the spelling that they were written with.
//!
//! Which of two equal ends survives decides what is printed, so the order of the operations matters here.

use std::cmp::Ordering;

use crate::python::version::Version;

/// One end of a range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Edge {
    pub(super) version: Version,
    pub(super) included: bool,
}

/// All versions between two ends; a single version where both are the same and included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Range {
    pub(super) min: Option<Edge>,
    pub(super) max: Option<Edge>,
}

/// Ranges that do not touch, lowest first; none for the empty set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Set(pub(super) Vec<Range>);

fn end(version: &Version, included: bool) -> Option<Edge> {
    Some(Edge { version: version.clone(), included })
}

impl Range {
    pub(super) const ANY: Range = Range { min: None, max: None };

    pub(super) fn exactly(version: &Version) -> Range {
        Range { min: end(version, true), max: end(version, true) }
    }

    pub(super) fn above(version: &Version, included: bool) -> Range {
        Range { min: end(version, included), max: None }
    }

    pub(super) fn below(version: &Version, included: bool) -> Range {
        Range { min: None, max: end(version, included) }
    }

    /// From one version up to, without, another.
    pub(super) fn between(min: &Version, max: &Version) -> Range {
        Range { min: end(min, true), max: end(max, false) }
    }

    pub(super) fn is_any(&self) -> bool {
        self.min.is_none() && self.max.is_none()
    }

    /// The version, if it is only one.
    pub(super) fn only(&self) -> Option<&Version> {
        match (&self.min, &self.max) {
            (Some(min), Some(max)) if min == max && min.included => Some(&min.version),
            _ => None,
        }
    }

    fn is_empty(&self) -> bool {
        match (&self.min, &self.max) {
            (Some(min), Some(max)) => match min.version.cmp(&max.version) {
                Ordering::Less => false,
                Ordering::Equal => !(min.included && max.included),
                Ordering::Greater => true,
            },
            _ => false,
        }
    }

    /// Whether a version is in it; `>1.0` has no post-release of 1.0.
    fn allows(&self, version: &Version) -> bool {
        if let Some(min) = &self.min {
            let is_post_of_excluded = !min.included && min.version.post().is_none() && version.post().is_some();
            let least = if is_post_of_excluded { without_post(version) } else { version.clone() };
            match least.cmp(&min.version) {
                Ordering::Less => return false,
                Ordering::Equal if !min.included => return false,
                _ => {}
            }
        }
        self.max.as_ref().is_none_or(|max| match version.cmp(&max.version) {
            Ordering::Less => true,
            Ordering::Equal => max.included,
            Ordering::Greater => false,
        })
    }

    fn begins_lower(&self, other: &Range) -> bool {
        match (&self.min, &other.min) {
            (None, other) => other.is_some(),
            (_, None) => false,
            (Some(one), Some(two)) => match one.version.cmp(&two.version) {
                Ordering::Less => true,
                Ordering::Equal => one.included && !two.included,
                Ordering::Greater => false,
            },
        }
    }

    fn ends_higher(&self, other: &Range) -> bool {
        match (&self.max, &other.max) {
            (None, other) => other.is_some(),
            (_, None) => false,
            (Some(one), Some(two)) => match one.version.cmp(&two.version) {
                Ordering::Less => false,
                Ordering::Equal => one.included && !two.included,
                Ordering::Greater => true,
            },
        }
    }

    fn is_lower(&self, other: &Range) -> bool {
        match (&self.max, &other.min) {
            (Some(max), Some(min)) => match max.version.cmp(&min.version) {
                Ordering::Less => true,
                Ordering::Equal => !(max.included && min.included),
                Ordering::Greater => false,
            },
            _ => false,
        }
    }

    pub(super) fn meets(&self, other: &Range) -> bool {
        match (self.only(), other.only()) {
            (_, Some(version)) => self.allows(version),
            (Some(version), None) => other.allows(version),
            (None, None) => !self.is_lower(other) && !other.is_lower(self),
        }
    }

    fn is_next_to(&self, other: &Range) -> bool {
        match (&self.max, &other.min) {
            (Some(max), Some(min)) => max.version == min.version && max.included != min.included,
            _ => false,
        }
    }

    fn has_all_of(&self, other: &Range) -> bool {
        match (self.only(), other.only()) {
            (_, Some(version)) => self.allows(version),
            (Some(_), None) => false,
            (None, None) => !other.begins_lower(self) && !other.ends_higher(self),
        }
    }

    fn intersect(&self, other: &Range) -> Option<Range> {
        match (self.only(), other.only()) {
            (_, Some(version)) => return self.allows(version).then(|| other.clone()),
            (Some(version), None) => return other.allows(version).then(|| self.clone()),
            (None, None) => {}
        }
        if self.is_lower(other) || other.is_lower(self) {
            return None;
        }
        let min = if self.begins_lower(other) { &other.min } else { &self.min };
        let max = if self.ends_higher(other) { &other.max } else { &self.max };
        let range = Range { min: min.clone(), max: max.clone() };
        (!range.is_empty()).then_some(range)
    }

    /// One range for two that touch.
    fn unite(&self, other: &Range) -> Range {
        match (self.only(), other.only()) {
            (Some(_), Some(_)) => return other.clone(),
            (Some(_), None) => return other.unite(self),
            (None, Some(version)) => {
                let widened = |edge: &Option<Edge>| {
                    edge.clone().map(|edge| Edge { included: edge.included || edge.version == *version, ..edge })
                };
                return Range { min: widened(&self.min), max: widened(&self.max) };
            }
            (None, None) => {}
        }
        let min = if self.begins_lower(other) { &self.min } else { &other.min };
        let max = if self.ends_higher(other) { &self.max } else { &other.max };
        Range { min: min.clone(), max: max.clone() }
    }

    fn order(&self, other: &Range) -> Ordering {
        let by_max = || match (self.ends_higher(other), other.ends_higher(self)) {
            (true, _) => Ordering::Greater,
            (_, true) => Ordering::Less,
            _ => Ordering::Equal,
        };
        match (self.begins_lower(other), other.begins_lower(self)) {
            (true, _) => Ordering::Less,
            (_, true) => Ordering::Greater,
            _ => by_max(),
        }
    }
}

impl Set {
    pub(super) fn of(range: Range) -> Set {
        Set(if range.is_empty() { Vec::new() } else { vec![range] })
    }

    /// The union of ranges.
    pub(super) fn of_all(mut ranges: Vec<Range>) -> Set {
        if ranges.iter().any(Range::is_any) {
            return Set(vec![Range::ANY]);
        }
        ranges.sort_by(Range::order);
        let mut merged: Vec<Range> = Vec::new();
        for range in ranges {
            match merged.last_mut() {
                Some(last) if last.meets(&range) || last.is_next_to(&range) => *last = last.unite(&range),
                _ => merged.push(range),
            }
        }
        Set(merged)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn is_any(&self) -> bool {
        matches!(&self.0[..], [range] if range.is_any())
    }

    pub(super) fn intersect(&self, other: &Set) -> Set {
        // A union is asked first, whichever side it stands on.
        let (ours, theirs) = if self.0.len() < 2 && other.0.len() > 1 { (other, self) } else { (self, other) };
        let (mut at, mut to) = (0, 0);
        let mut found = Vec::new();
        while let (Some(one), Some(two)) = (ours.0.get(at), theirs.0.get(to)) {
            found.extend(one.intersect(two));
            if two.ends_higher(one) {
                at += 1;
            } else {
                to += 1;
            }
        }
        Set::of_all(found)
    }

    pub(super) fn meets(&self, other: &Set) -> bool {
        self.0.iter().any(|one| other.0.iter().any(|two| one.meets(two)))
    }

    pub(super) fn has_all_of(&self, other: &Set) -> bool {
        other.0.iter().all(|two| self.0.iter().any(|one| one.has_all_of(two)))
    }
}

fn without_post(version: &Version) -> Version {
    let pre = version.pre().map_or_else(String::new, |pre| format!("{}{}", pre.phase.letters(), pre.number));
    made(version.epoch(), version.release(), &pre)
}

/// A version of its parts.
pub(super) fn made(epoch: u64, release: &[u64], suffix: &str) -> Version {
    let numbers: Vec<String> = release.iter().map(u64::to_string).collect();
    let text = format!("{epoch}!{}{suffix}", numbers.join("."));
    text.parse().expect("the parts of versions make a version")
}
