//! SPDX's list of licenses and exceptions, as PyPI and the build backends know it; `data/spdx.txt` says of which date.

use std::sync::OnceLock;

use super::license::{LicenseExpression, LicenseKind};

const LIST: &str = include_str!("data/spdx.txt");

/// An id, and whether it is deprecated.
type Id = (&'static str, bool);

struct Ids {
    licenses: Vec<Id>,
    exceptions: Vec<Id>,
}

fn ids() -> &'static Ids {
    static IDS: OnceLock<Ids> = OnceLock::new();
    IDS.get_or_init(|| {
        let lines = || LIST.lines().skip(1);
        let id = |line: &'static str| line.strip_prefix("- ").map_or((line, false), |id| (id, true));
        Ids {
            licenses: lines().take_while(|line| !line.is_empty()).map(id).collect(),
            exceptions: lines().skip_while(|line| !line.is_empty()).skip(1).map(id).collect(),
        }
    })
}

fn find(list: &[Id], id: &str) -> Option<Id> {
    let at = list.binary_search_by(|(known, _)| known.to_ascii_lowercase().cmp(&id.to_ascii_lowercase())).ok()?;
    Some(list[at])
}

/// Whether SPDX has the id and says not to use it any more. Case does not count.
pub fn is_deprecated(id: &str, kind: LicenseKind) -> bool {
    let entry = match kind {
        LicenseKind::License => find(&ids().licenses, id.strip_suffix('+').unwrap_or(id)),
        LicenseKind::Exception => find(&ids().exceptions, id),
        LicenseKind::Reference => None,
    };
    entry.is_some_and(|(_, deprecated)| deprecated)
}

/// The version of the list.
pub fn version() -> &'static str {
    LIST.split(' ').nth(4).unwrap_or_default()
}

/// The id as SPDX spells it; nothing where it is not on the list. Case does not count.
pub fn spelled(id: &str, kind: LicenseKind) -> Option<String> {
    let find = |list: &[Id], id: &str| find(list, id).map(|(id, _)| id.to_owned());
    match kind {
        LicenseKind::License => match id.strip_suffix('+') {
            Some(bare) => find(&ids().licenses, bare).map(|id| format!("{id}+")),
            None => find(&ids().licenses, id),
        },
        LicenseKind::Exception => find(&ids().exceptions, id),
        LicenseKind::Reference => Some(format!("LicenseRef-{}", id.get("LicenseRef-".len()..)?)),
    }
}

/// The expression with every id as SPDX spells it; else the first id that is not on the list.
///
/// # Errors
/// The id.
pub fn canonical(expression: &LicenseExpression) -> Result<String, String> {
    let mut text = String::new();
    let mut rest = expression.to_string();
    for (id, kind) in expression.ids() {
        let Some(at) = rest.find(id.as_str()) else { return Err(id.clone()) };
        text.push_str(&rest[..at]);
        text.push_str(&spelled(id, *kind).ok_or_else(|| id.clone())?);
        rest = rest[at + id.len()..].to_owned();
    }
    Ok(text + &rest)
}
