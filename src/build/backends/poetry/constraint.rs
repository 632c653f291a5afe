//! Constraints in poetry's grammar (`^1.2`, `~1`, `1.*`, `||`), and how they are printed into requirements.

use super::ranges::{Range, Set, made};
use crate::python::version::Version;

/// Numbers of versions above this are not calculated with.
const LARGEST: u64 = 1 << 52;

/// What a constraint is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum For {
    /// Packages: `<2` leaves the pre-releases of 2 out.
    Packages,
    /// Python itself, whose versions are always final.
    Python,
}

/// A version in any spelling; none with a local label, which poetry has rules of its own for.
pub(super) fn version(text: &str) -> Option<Version> {
    let version: Version = text.parse().ok()?;
    let is_small = version.release().iter().all(|number| *number < LARGEST);
    (is_small && !version.is_local()).then_some(version)
}

/// Reads a constraint; nothing where poetry would refuse it.
pub(super) fn parse(text: &str, purpose: For) -> Option<Set> {
    if text == "*" {
        return Some(Set(vec![Range::ANY]));
    }
    let mut groups = Vec::new();
    for group in text.trim().replace("||", "|").split('|') {
        let mut set: Option<Set> = None;
        for term in terms(group.trim())? {
            let next = single(&term, purpose)?;
            set = Some(match set {
                Some(set) => set.intersect(&next),
                None => next,
            });
        }
        groups.push(set?);
    }
    match <[Set; 1]>::try_from(groups) {
        Ok([set]) => Some(set),
        Err(groups) => Some(Set::of_all(groups.into_iter().flat_map(|set| set.0).collect())),
    }
}

/// The terms between commas and blanks; a blank behind an operator belongs to it.
fn terms(group: &str) -> Option<Vec<String>> {
    let group = group.trim_end_matches(',').trim_end();
    let odd = |pair: &str| group.contains(pair);
    if group.is_empty() || group.starts_with(',') || [" -", "- ", ",-", "-,", "\t", "\n"].into_iter().any(odd) {
        return None;
    }
    let mut found = vec![String::new()];
    let mut characters = group.chars().peekable();
    while let Some(character) = characters.next() {
        let last = found.last_mut()?;
        if !matches!(character, ' ' | ',') {
            last.push(character);
            continue;
        }
        let mut commas = usize::from(character == ',');
        while let Some(next) = characters.next_if(|next| matches!(next, ' ' | ',')) {
            commas += usize::from(next == ',');
        }
        match (last.ends_with(['^', '~', '=', '<', '>']), commas) {
            (true, 0) => {}
            (false, 0 | 1) => found.push(String::new()),
            _ => return None,
        }
    }
    Some(found)
}

fn single(term: &str, purpose: For) -> Option<Set> {
    let below = |version: &Version| below(version, purpose);
    let unprefixed = term.strip_prefix(['v', 'V']).unwrap_or(term);
    if !unprefixed.is_empty() && unprefixed.split('.').all(|part| matches!(part, "x" | "X" | "*")) {
        return Some(Set(vec![Range::ANY]));
    }
    if let Some(text) = term.strip_prefix("~=") {
        let low = version(text.trim_start())?;
        let mut parts = stable(&low).release().to_vec();
        let high = match parts.len() {
            0 | 1 => next(&stable(&low), 0),
            count => {
                parts[count - 2] += 1;
                parts[count - 1] = 0;
                made(low.epoch(), &parts, "")
            }
        };
        return Some(Set::of(Range::between(&low, &below(&high))));
    }
    if let Some(text) = term.strip_prefix('~') {
        let low = version(text.trim_start())?;
        let high = next(&stable(&low), usize::from(low.release().len() > 1));
        return Some(Set::of(Range::between(&low, &below(&high))));
    }
    if let Some(text) = term.strip_prefix('^') {
        let low = version(text.trim_start())?;
        return Some(Set::of(Range::between(&low, &below(&next_breaking(&low)))));
    }
    let operator = ["<>", "!=", ">=", ">", "<=", "<", "==", "="].into_iter().find(|sign| term.starts_with(sign));
    let operator = operator.unwrap_or("");
    let text = term[operator.len()..].trim_start();
    let bare = text.strip_suffix(".*").unwrap_or(text);
    let is_wildcard = bare.len() < text.len();
    let version = if bare == "dev" { version("0.0.dev0")? } else { version(bare)? };
    Some(match (operator, is_wildcard) {
        ("<", _) => Set::of(Range::below(&below(&version), false)),
        ("<=", _) => Set::of(Range::below(&version, true)),
        (">", _) => Set::of(Range::above(&version, false)),
        (">=", _) => Set::of(Range::above(&version, true)),
        ("=" | "<>", true) => return None,
        (_, true) => wildcard(&version, operator == "!=", purpose)?,
        ("!=", false) => Set(vec![Range::below(&version, false), Range::above(&version, false)]),
        (_, false) => Set::of(Range::exactly(&version)),
    })
}

/// The end of `<V`: without the pre-releases of V.
fn below(version: &Version, purpose: For) -> Version {
    if purpose == For::Python || version.is_prerelease() { version.clone() } else { first_dev(version) }
}

fn suffix(version: &Version, with_pre: bool) -> String {
    let pre = version.pre().filter(|_| with_pre);
    let pre = pre.map_or_else(String::new, |pre| format!("{}{}", pre.phase.letters(), pre.number));
    pre + &version.post().map_or_else(String::new, |post| format!(".post{post}"))
}

/// The first development release of a version.
fn first_dev(version: &Version) -> Version {
    made(version.epoch(), version.release(), &format!("{}.dev0", suffix(version, true)))
}

/// The final release of a pre-release.
fn stable(version: &Version) -> Version {
    if !version.is_prerelease() {
        return version.clone();
    }
    let suffix = if version.pre().is_none() { suffix(version, false) } else { String::new() };
    made(version.epoch(), version.release(), &suffix)
}

/// The next release at a place: the number counted up, what follows at zero.
fn next(version: &Version, place: usize) -> Version {
    let mut parts = version.release().to_vec();
    if parts.len() <= place {
        parts.resize(place + 1, 0);
    }
    parts[place] += 1;
    parts[place + 1..].fill(0);
    made(version.epoch(), &parts, "")
}

fn next_breaking(version: &Version) -> Version {
    let part = |place: usize| version.release().get(place).copied();
    let place = match (part(0), part(1), part(2)) {
        (_, None, _) | (Some(1..), _, _) => 0,
        (_, Some(1..), _) | (_, _, None) => 1,
        _ => 2,
    };
    next(&stable(version), place)
}

fn wildcard(version: &Version, is_not: bool, purpose: For) -> Option<Set> {
    if version.is_prerelease() || version.post().is_some() {
        return None;
    }
    let high = next(version, version.release().len() - 1);
    let (low, high) = match purpose {
        For::Packages => (first_dev(version), first_dev(&high)),
        For::Python => (version.clone(), high),
    };
    Some(match is_not {
        false => Set::of(Range::between(&low, &high)),
        true => Set(vec![Range::below(&low, false), Range::above(&high, true)]),
    })
}

impl Range {
    /// As poetry shows it.
    pub(super) fn text(&self) -> String {
        if let Some(version) = self.only() {
            return version.to_string();
        }
        if let (Some(min), Some(max)) = (&self.min, &self.max)
            && min.included
            && !max.included
            && let Some(text) = as_wildcard(&min.version, &max.version, false)
        {
            return format!("=={text}");
        }
        let min = self.min_text();
        let max = self.max_text();
        match (min.is_empty(), max.is_empty()) {
            (true, true) => "*".to_owned(),
            (false, false) => format!("{min},{max}"),
            _ => min + &max,
        }
    }

    fn min_text(&self) -> String {
        let Some(min) = &self.min else { return String::new() };
        format!("{}{}", if min.included { ">=" } else { ">" }, min.version)
    }

    fn max_text(&self) -> String {
        let Some(max) = &self.max else { return String::new() };
        let is_first_dev = max.version.dev() == Some(0) && max.version.pre().is_none();
        match (max.included, is_first_dev) {
            (true, _) => format!("<={}", max.version),
            (false, true) => {
                let shown = made(max.version.epoch(), max.version.release(), &suffix(&max.version, true));
                format!("<{shown}")
            }
            (false, false) => format!("<{}", max.version),
        }
    }
}

/// `1.2.*`, if all between the two ends is that.
fn as_wildcard(min: &Version, max: &Version, is_hole: bool) -> Option<String> {
    if min.pre().is_some() || max.pre().is_some() || min.post().is_some() || max.post().is_some() {
        return None;
    }
    // For a hole the ends stand the other way round: `min` is where versions are allowed again.
    if min.dev() != Some(0) || max.dev().is_some_and(|dev| dev != 0) {
        return None;
    }
    let (first, second) = if is_hole { (max, min) } else { (min, max) };
    let length = second.release().iter().rposition(|number| *number != 0)? + 1;
    let second = &second.release()[..length];
    let mut first = first.release().to_vec();
    first.resize(first.len().max(length), 0);
    let is_step = first[length..].iter().all(|number| *number == 0)
        && first[..length - 1] == second[..length - 1]
        && first[length - 1] + 1 == second[length - 1];
    if !is_step {
        return None;
    }
    let numbers: Vec<String> = first[..length].iter().map(u64::to_string).collect();
    Some(format!("{}.*", numbers.join(".")))
}

impl Set {
    /// The one version or wildcard that is left out of everything.
    fn only_hole(&self) -> Option<String> {
        let [Range { min: None, max: Some(max) }, Range { min: Some(min), max: None }] = &self.0[..] else {
            return None;
        };
        if max.included {
            return None;
        }
        if min.version == max.version {
            return (!min.included).then(|| format!("!={}", max.version));
        }
        let text = if min.included { as_wildcard(&min.version, &max.version, true) } else { None };
        text.map(|text| format!("!={text}"))
    }

    /// As poetry shows it.
    pub(super) fn text(&self) -> String {
        if self.is_empty() {
            return "<empty>".to_owned();
        }
        if let Some(text) = self.only_hole() {
            return text;
        }
        let mut groups: Vec<Vec<&Range>> = Vec::new();
        for range in &self.0 {
            let is_point_left_out = |last: &&Range| match (&last.max, &range.min) {
                (Some(max), Some(min)) => max.version == min.version && !max.included && !min.included,
                _ => false,
            };
            match groups.last_mut() {
                Some(group) if group.last().is_some_and(is_point_left_out) => group.push(range),
                _ => groups.push(vec![range]),
            }
        }
        let shown: Vec<String> = groups.iter().map(|group| with_holes(group)).collect();
        shown.join(" || ")
    }

    /// Behind a name in a requirement, with a blank before it; nothing for any version. `written` is what is parted
    /// at its commas where the set has holes; nothing where poetry would refuse a part.
    pub(super) fn requirement(&self, written: &str) -> Option<String> {
        if self.is_any() {
            return Some(String::new());
        }
        let inside = match &self.0[..] {
            [range] => match range.only() {
                Some(version) => format!("=={version}"),
                None => range.text().replace(' ', ""),
            },
            [] => self.text(),
            _ => match self.only_hole() {
                Some(text) => text,
                None => {
                    let parts = written.split(',').map(|part| Some(parse(part, For::Packages)?.text()));
                    parts.collect::<Option<Vec<_>>>()?.join(",")
                }
            },
        };
        Some(format!(" ({inside})"))
    }
}

fn with_holes(group: &[&Range]) -> String {
    let (Some(first), Some(last)) = (group.first(), group.last()) else { return String::new() };
    if group.len() == 1 {
        return first.text();
    }
    let holes = group[..group.len() - 1].iter().filter_map(|range| range.max.as_ref());
    let mut parts = vec![first.min_text()];
    parts.extend(holes.map(|edge| format!("!={}", edge.version)));
    parts.push(last.max_text());
    parts.retain(|part| !part.is_empty());
    parts.join(",")
}
