//! Which records speak about one flaw: union-find over ids and aliases.
//!
//! Aliases of the OSV schema are symmetric and transitive; `related` and `upstream` are neither and
//! are not used. Grouping is done inside one package, so a flaw in two packages stays two findings.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};

use super::advisory::Advisory;

/// Records of one flaw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The records, by their place in the list that was grouped, ascending.
    pub records: Vec<usize>,
    /// Every id of the flaw, the one to show first: CVE before PYSEC before GHSA before others.
    pub ids: Vec<String>,
}

impl Group {
    /// The id to show.
    pub fn id(&self) -> &str {
        &self.ids[0]
    }
}

/// Groups records by the ids they share, directly or through others. Groups are in the order of their
/// first records.
pub fn group(records: &[&Advisory]) -> Vec<Group> {
    let mut parents: Vec<usize> = (0..records.len()).collect();
    let mut first_with: HashMap<&str, usize> = HashMap::new();
    for (index, record) in records.iter().enumerate() {
        for id in record.ids() {
            let other = *first_with.entry(id).or_insert(index);
            let (a, b) = (root(&mut parents, index), root(&mut parents, other));
            // The lower index wins, so roots are first records.
            parents[a.max(b)] = a.min(b);
        }
    }
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); records.len()];
    for index in 0..records.len() {
        members[root(&mut parents, index)].push(index);
    }
    members.retain(|group| !group.is_empty());
    members
        .into_iter()
        .map(|members| {
            let ids: BTreeSet<&str> = members.iter().flat_map(|&index| records[index].ids()).collect();
            Group { records: members, ids: ordered(ids) }
        })
        .collect()
}

/// Ids with the one to show first, the rest sorted by text.
pub(super) fn ordered(ids: BTreeSet<&str>) -> Vec<String> {
    let rank = |id: &str| {
        let prefixes = ["CVE-", "PYSEC-", "GHSA-"];
        prefixes.iter().position(|prefix| id.starts_with(prefix)).unwrap_or(prefixes.len())
    };
    let shown = ids.iter().copied().max_by_key(|id| Reverse((rank(id), *id)));
    let rest = ids.iter().copied().filter(|id| Some(*id) != shown);
    shown.into_iter().chain(rest).map(str::to_owned).collect()
}

fn root(parents: &mut [usize], mut index: usize) -> usize {
    while parents[index] != index {
        parents[index] = parents[parents[index]];
        index = parents[index];
    }
    index
}
