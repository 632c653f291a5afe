//! Rules of literal text for places: the shortest text around each that stands at no place which does not follow.
//! Pure.

use std::collections::{BTreeMap, BTreeSet};

use super::spot::{Kind, Spot};
use crate::config::file::Form;
use crate::project::references::occurrences;

/// More rules than this for one file are for a person to write, shorter.
const RULES: usize = 48;
/// As many places without a rule end the search in a file: each was looked for in the whole of it.
const UNFIT: usize = 48;
/// Longer text around a place is no rule that a person would read.
const LONGEST: usize = 400;

/// Why a place has no rule.
const ALIKE: &str = "the text around it fits other places, too";
const MANY: &str = "its file has too many such places: only a rule of your own reaches it";

/// A rule for some places of a file.
pub(super) struct Fitting {
    pub(super) kind: Kind,
    pub(super) named: bool,
    pub(super) form: Form,
    pub(super) pattern: String,
    /// Where it matches.
    pub(super) starts: Vec<usize>,
}

/// Rules for the places of a file, and the places that no rule fits, with the reason. `text` has the bytes of the
/// file, and may have others in place of what is not ASCII.
pub(super) fn rules(text: &str, bytes: &[u8], spots: &[Spot]) -> (Vec<Fitting>, Vec<(usize, &'static str)>) {
    let mut accepted: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    for spot in spots {
        accepted.entry(spot.form.to_string()).or_default().insert(spot.range.start);
    }
    let mut covered: BTreeSet<(String, usize)> = BTreeSet::new();
    let mut rules: Vec<Fitting> = Vec::new();
    let mut unfit = Vec::new();
    for spot in spots {
        let form = spot.form.to_string();
        if covered.contains(&(form.clone(), spot.range.start)) {
            continue;
        }
        let mine = &accepted[&form];
        let fits = |pattern: String| {
            let found = occurrences(bytes, &pattern, spot.form, "");
            let starts: BTreeSet<usize> = found.iter().map(|range| range.start).collect();
            // The same extent: the rule must read what stands there, not more.
            let whole = found.contains(&spot.range);
            // A rule that has places of another one takes its place, or does not fit.
            let apart = |rule: &Fitting| {
                rule.form != spot.form
                    || rule.starts.iter().all(|start| starts.contains(start))
                    || !rule.starts.iter().any(|start| starts.contains(start))
            };
            (whole && starts.iter().all(|start| mine.contains(start)) && rules.iter().all(apart))
                .then_some((pattern, starts))
        };
        if rules.len() >= RULES || unfit.len() >= UNFIT {
            unfit.push((spot.range.start, MANY));
            continue;
        }
        match candidates(text, spot, spots).into_iter().find_map(fits) {
            Some((pattern, starts)) => {
                rules.retain(|rule| rule.form != spot.form || !starts.contains(&rule.starts[0]));
                covered.extend(starts.iter().map(|start| (form.clone(), *start)));
                let starts = starts.into_iter().collect();
                rules.push(Fitting { kind: spot.kind, named: spot.named, form: spot.form, pattern, starts });
            }
            None => unfit.push((spot.range.start, ALIKE)),
        }
    }
    (rules, unfit)
}

/// Texts with `{version}` in them, the shortest first. What changes with the version itself is no text to go by.
fn candidates(text: &str, spot: &Spot, spots: &[Spot]) -> Vec<String> {
    let (start, end) = (spot.range.start, spot.range.end);
    let line = line_start(text, spot.around.start);
    let own_line = line_start(text, start);
    let word = text[own_line..start].rfind([' ', '\t']).map_or(own_line, |at| own_line + at + 1);
    let mut from = vec![(spot.around.start, spot.begins_line)];
    if !spot.begins_line {
        let one = text[line..spot.around.start].char_indices().next_back().map(|(at, _)| line + at);
        from.extend(one.map(|at| (at, false)));
        if word < spot.around.start {
            from.push((word, false));
        }
    }
    let mut above = line;
    for _ in 0..4 {
        from.push((above, true));
        let Some(before) = text[..above].strip_suffix('\n') else { break };
        above = line_start(text, before.len());
    }
    let after = &text[end..text.floor_char_boundary(end + LONGEST + 2)];
    let more = spot.around.end - end;
    let next = after
        .get(more..)
        .and_then(|rest| rest.chars().next())
        .filter(|next| !next.is_whitespace())
        .map_or(more, |c| more + c.len_utf8());
    let rest = after.find(['\r', '\n']).unwrap_or(after.len());
    let mut all: Vec<String> = Vec::new();
    for (at, begins) in from {
        for (until, ends) in [(more, ""), (next, ""), (rest, "\n")] {
            if start - at > LONGEST || until > LONGEST || (ends == "\n" && !begins) {
                continue;
            }
            let others = |other: &Spot| other.range.start < start || other.range.start >= end;
            let inside = |other: &Spot| other.range.end > at && other.range.start < end + until;
            if spots.iter().any(|other| others(other) && inside(other)) {
                continue;
            }
            let (before, after) = (&text[at..start], &after[..until]);
            let begin = if begins { "\n" } else { "" };
            let pattern = format!("{begin}{before}{{version}}{after}{ends}").replace("\r\n", "\n");
            if pattern.matches("{version}").count() == 1 && pattern != "{version}" || spot.around == spot.range {
                all.push(pattern);
            }
        }
    }
    all
}

/// Where the line of an offset begins; where that is further away than text of a rule can reach, somewhere beyond.
fn line_start(text: &str, at: usize) -> usize {
    let near = text.floor_char_boundary(at.saturating_sub(LONGEST + 1));
    text[near..at].rfind('\n').map_or(near, |found| near + found + 1)
}
