//! Which finding of today is which of yesterday. Dependencies: the same package and an id in common, directly
//! or through others. Code: scanner, rule, path, shape of the line and the n-th that is alike; what is left
//! over is matched again without the path, for files that moved, and then without the line.
//!
//! Versions, files, groups and line numbers are no part of an identity: bumping a version or shifting a line
//! makes no new finding, and another alias makes none either.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use jiff::Timestamp;

use super::reports::{CodeFlaw, short_hash};
use super::state::{CodeFinding, Finding};

/// Findings and flaws that are one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Same {
    /// Known findings, by their place, the oldest first.
    pub known: Vec<usize>,
    /// Flaws of today, by their place.
    pub seen: Vec<usize>,
    /// The package.
    pub package: String,
    /// Every id.
    pub ids: BTreeSet<String>,
}

/// Joins known findings and flaws of today (package and ids). Known ones come first and keep their order.
pub fn join(known: &[Finding], seen: &[(&str, &BTreeSet<String>)]) -> Vec<Same> {
    let total = known.len() + seen.len();
    let mut parents: Vec<usize> = (0..total).collect();
    let mut first_with: HashMap<(&str, &str), usize> = HashMap::new();
    for index in 0..total {
        let (package, ids): (&str, Vec<&str>) = match index.checked_sub(known.len()) {
            None => (&known[index].package, known[index].ids.iter().map(String::as_str).collect()),
            Some(place) => (seen[place].0, seen[place].1.iter().map(String::as_str).collect()),
        };
        for id in ids {
            let other = *first_with.entry((package, id)).or_insert(index);
            let (a, b) = (root(&mut parents, index), root(&mut parents, other));
            parents[a.max(b)] = a.min(b);
        }
    }
    let mut groups: BTreeMap<usize, Same> = BTreeMap::new();
    for index in 0..total {
        let group = groups.entry(root(&mut parents, index)).or_insert_with(|| Same {
            known: Vec::new(),
            seen: Vec::new(),
            package: String::new(),
            ids: BTreeSet::new(),
        });
        match index.checked_sub(known.len()) {
            None => {
                group.known.push(index);
                group.package.clone_from(&known[index].package);
                group.ids.extend(known[index].ids.iter().cloned());
            }
            Some(place) => {
                group.seen.push(place);
                seen[place].0.clone_into(&mut group.package);
                group.ids.extend(seen[place].1.iter().cloned());
            }
        }
    }
    let mut groups: Vec<Same> = groups.into_values().collect();
    for group in &mut groups {
        group.known.sort_by_key(|&index| (known[index].first_seen, known[index].id.clone()));
    }
    groups
}

fn root(parents: &mut [usize], mut index: usize) -> usize {
    while parents[index] != index {
        parents[index] = parents[parents[index]];
        index = parents[index];
    }
    index
}

/// The findings in code as of today. Those of a scanner that did not speak wholly (`spoke`) stay.
pub fn code(known: &[CodeFinding], seen: &[CodeFlaw], spoke: &BTreeSet<String>, now: Timestamp) -> Vec<CodeFinding> {
    let mut today = fresh(seen, now);
    let mut left: BTreeSet<usize> = (0..known.len()).collect();
    let mut matched = vec![false; today.len()];
    let passes: [fn(&CodeFinding) -> Option<String>; 3] = [
        |finding| Some(finding.id.clone()),
        |finding| {
            let CodeFinding { tool, rule, line_hash, .. } = finding;
            (!line_hash.is_empty()).then(|| format!("{tool}|{rule}|{line_hash}"))
        },
        |finding| Some(format!("{}|{}|{}", finding.tool, finding.rule, finding.path)),
    ];
    for key in passes {
        let mut waiting: HashMap<String, VecDeque<usize>> = HashMap::new();
        for &index in &left {
            if let Some(key) = key(&known[index]) {
                waiting.entry(key).or_default().push_back(index);
            }
        }
        for (index, finding) in today.iter_mut().enumerate() {
            if matched[index] {
                continue;
            }
            let same = key(finding).and_then(|key| waiting.get_mut(&key)?.pop_front());
            let Some(same) = same else { continue };
            finding.id.clone_from(&known[same].id);
            finding.first_seen = known[same].first_seen;
            left.remove(&same);
            matched[index] = true;
        }
    }
    today.extend(left.into_iter().map(|index| &known[index]).filter(|old| !spoke.contains(&old.tool)).cloned());
    today.sort_by(|a, b| (&a.tool, &a.path, a.line, &a.rule, &a.id).cmp(&(&b.tool, &b.path, b.line, &b.rule, &b.id)));
    today.dedup_by(|a, b| a.id == b.id);
    today
}

/// The findings of today as if they were the first.
fn fresh(seen: &[CodeFlaw], now: Timestamp) -> Vec<CodeFinding> {
    let mut sorted: Vec<&CodeFlaw> = seen.iter().collect();
    sorted.sort();
    sorted.dedup();
    let mut alike: HashMap<(&str, &str, &str, &str), usize> = HashMap::new();
    sorted
        .into_iter()
        .map(|flaw| {
            let occurrence = alike.entry((&flaw.tool, &flaw.rule, &flaw.path, &flaw.line_hash)).or_default();
            let id = short_hash(&format!(
                "sast/1|{}|{}|{}|{}|{occurrence}",
                flaw.tool, flaw.rule, flaw.path, flaw.line_hash
            ));
            let finding = CodeFinding {
                id,
                tool: flaw.tool.clone(),
                rule: flaw.rule.clone(),
                path: flaw.path.clone(),
                line: flaw.line,
                line_hash: flaw.line_hash.clone(),
                occurrence: *occurrence,
                level: flaw.level,
                first_seen: now,
                last_seen: now,
            };
            *occurrence += 1;
            finding
        })
        .collect()
}
