//! Places of one address, such as `…/download/v1.2.3/acme-1.2.3.tar.gz`: they follow the version together, or stay
//! together, since half of them leads nowhere. Pure.

use std::collections::{BTreeMap, BTreeSet};

use super::super::occurrences::{Place, place};
use super::spot::{Spot, Verdict};

/// Why a place stays that would follow alone.
pub(super) const PARTED: &str = "another place of the same address stays";

/// What ends an address.
pub(super) const ENDS: [char; 11] = [' ', '\t', '"', '\'', '(', ')', '<', '>', '`', '|', ','];

/// Which address a place lies in: where its `://` stands.
fn of(place: &Place<'_>) -> Option<usize> {
    let at = place.before.rfind("://")?;
    let near = place.before.len() - at;
    (!place.before[at..].contains(ENDS)).then(|| place.range.start - near)
}

/// Where one place of an address stays, all do.
pub(super) fn together(judged: &mut [(&Place<'_>, Verdict)]) {
    let stays = judged.iter().filter(|(_, verdict)| matches!(verdict, Verdict::Stays(_)));
    let stays: BTreeSet<usize> = stays.filter_map(|(place, _)| of(place)).collect();
    for (place, verdict) in judged.iter_mut().filter(|(_, verdict)| matches!(verdict, Verdict::Follows(_))) {
        if of(place).is_some_and(|address| stays.contains(&address)) {
            *verdict = Verdict::stays(PARTED);
        }
    }
}

/// The places of addresses of which one has no rule and another has one, by where they begin; with `all`, those of
/// each address that has several. The reason of those without a rule stays theirs.
pub(super) fn parted(
    text: &str,
    spots: &[Spot],
    unfit: &[(usize, &'static str)],
    all: bool,
) -> BTreeMap<usize, &'static str> {
    let mut addresses: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for spot in spots {
        if let Some(address) = of(&place(text, spot.range.clone(), spot.form)) {
            addresses.entry(address).or_default().push(spot.range.start);
        }
    }
    let unfit: BTreeMap<usize, &'static str> = unfit.iter().copied().collect();
    let several = addresses.into_values().filter(|starts| starts.len() > 1);
    let halves = several.filter(|starts| all || starts.iter().any(|start| unfit.contains_key(start)));
    halves.flatten().map(|start| (start, unfit.get(&start).copied().unwrap_or(PARTED))).collect()
}
